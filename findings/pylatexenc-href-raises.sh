#!/usr/bin/env bash
# pylatexenc 2.11: the text of a link raises IndexError, while that of an address alone is given.
#
# latex2text knows \href by name and takes its second argument, but the default table of the parser
# does not say that \href has arguments, so none is there. \url, its neighbour, works.
#
# Seen:
#   \url: <https://example.org>
#   \href: IndexError list index out of range
set -euo pipefail

folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --disable-pip-version-check pylatexenc==2.11 2>/dev/null
cat >"$folder/try.py" <<'PY'
from pylatexenc.latex2text import LatexNodes2Text

for text in (r"\url{https://example.org}", r"\href{https://example.org}{a page}"):
    name = text.partition("{")[0]
    try:
        print(f"{name}:", LatexNodes2Text().latex_to_text(text))
    except IndexError as error:
        print(f"{name}: IndexError", error)
PY
seen=$("$folder/venv/bin/python" "$folder/try.py")
echo "$seen"
[ "$seen" = '\url: <https://example.org>
\href: IndexError list index out of range' ] || { echo "The behaviour has changed." >&2; exit 1; }
