#!/usr/bin/env bash
# Jinja2 3.1.6 with Babel 2.19.0: an option of the jinja2 extractor written as a TOML boolean ends the run.
#
# Babel reads its mapping from TOML and hands the options on with their types; Jinja2's extractor
# calls .lower() on them, as the INI format gave only strings. So "trimmed = true", the natural
# way to write it in pyproject.toml, ends in an AttributeError about a bool, without a word on
# which option or file is meant; "trimmed = 'true'" works.
#
# Seen:
#   trimmed = true: AttributeError: 'bool' object has no attribute 'lower'
#   trimmed = "true": status 0, msgid "One line and another"
set -euo pipefail

folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --disable-pip-version-check babel==2.19.0 jinja2==3.1.6

cd "$folder"
mkdir pages
cat > pages/page.html <<'HTML'
{% trans %}One line
  and another{% endtrans %}
HTML
seen=$(
  for value in true '"true"'; do
    printf '[[tool.babel.mappings]]\nmethod = "jinja2"\npattern = "**.html"\ntrimmed = %s\n' "$value" > pyproject.toml
    status=0
    venv/bin/pybabel -q extract -F pyproject.toml -o messages.pot pages 2> errors || status=$?
    if [ "$status" -eq 0 ]; then
      echo "trimmed = $value: status 0, $(grep -o 'msgid "One.*"' messages.pot)"
    else
      echo "trimmed = $value: $(tail -n 1 errors)"
    fi
  done
)
echo "$seen"
[ "$seen" = "trimmed = true: AttributeError: 'bool' object has no attribute 'lower'
trimmed = \"true\": status 0, msgid \"One line and another\"" ] || { echo "The behaviour has changed." >&2; exit 1; }
