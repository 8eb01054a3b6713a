#!/usr/bin/env bash
# Babel 2.19.0: a French catalogue that fills two plural forms compiles as complete, and shows English.
#
# French, Italian, Spanish and Portuguese have three plural forms in Babel: one, millions, the
# rest. Whoever fills two, as these languages had for decades and many catalogues still have,
# fills one and millions, and leaves the third, which 2 and 5 take. pybabel compile counts the
# message as translated and complains of nothing; the empty third form is not written, and
# gettext falls back to English for 2 and 5, between French sentences for 1 and 1,000,000.
#
# Seen:
#   fr Plural-Forms: 3
#   it Plural-Forms: 3
#   es Plural-Forms: 3
#   pt Plural-Forms: 3
#   compile: 1 of 1 messages (100%) translated, status 0
#   1: 1 trouvé
#   2: 2 items found
#   5: 5 items found
#   1000000: 1000000 trouvés
set -euo pipefail

folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --disable-pip-version-check babel==2.19.0

cd "$folder"
cat > page.py <<'PY'
ngettext("%(count)s found", "%(count)s items found", n)
PY
export PATH="$folder/venv/bin:$PATH"
pybabel -q extract -o messages.pot page.py
for language in fr it es pt; do
  pybabel -q init -i messages.pot -d translations -l "$language"
done
po=translations/fr/LC_MESSAGES/messages.po
python - "$po" <<'PY'
import pathlib, sys

path = pathlib.Path(sys.argv[1])
text = path.read_text("utf-8")
text = text.replace('msgstr[0] ""', 'msgstr[0] "%(count)s trouvé"')
text = text.replace('msgstr[1] ""', 'msgstr[1] "%(count)s trouvés"')
path.write_text(text, "utf-8")
PY
seen=$(
  for language in fr it es pt; do
    grep -o 'nplurals=[0-9]' "translations/$language/LC_MESSAGES/messages.po" \
      | sed "s/nplurals=/$language Plural-Forms: /"
  done
  status=0
  said=$(pybabel compile --statistics -d translations -l fr 2>&1) || status=$?
  echo "compile: $(echo "$said" | grep -o '[0-9]* of [0-9]* messages ([0-9]*%) translated'), status $status"
  python - <<'PY'
import gettext

words = gettext.translation("messages", "translations", ["fr"])
for n in (1, 2, 5, 1_000_000):
    print(f"{n}: {words.ngettext('%(count)s found', '%(count)s items found', n) % {'count': n}}")
PY
)
echo "$seen"
[ "$seen" = "fr Plural-Forms: 3
it Plural-Forms: 3
es Plural-Forms: 3
pt Plural-Forms: 3
compile: 1 of 1 messages (100%) translated, status 0
1: 1 trouvé
2: 2 items found
5: 5 items found
1000000: 1000000 trouvés" ] || { echo "The behaviour has changed." >&2; exit 1; }
