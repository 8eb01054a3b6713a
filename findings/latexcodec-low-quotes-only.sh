#!/usr/bin/env bash
# latexcodec 3.0.1: two commas become a low quotation mark, in any text; << and >> stay.
#
# In the T1 encoding of TeX three pairs are quotation marks: ,, and << and >>. The codec decodes the
# first alone. So an ASCII text with a doubled comma, as a bibliography with an empty part has it,
# comes back with a sign that was not there, while guillemets typed the TeX way do not come back.
#
# Seen:
#   Smith,, 1998 -> Smith„ 1998
#   <<Pymes>> -> <<Pymes>>
#   ``firms'' -> “firms”
set -euo pipefail

folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --disable-pip-version-check latexcodec==3.0.1 2>/dev/null
cat >"$folder/try.py" <<'PY'
import latexcodec  # registers the codec

for text in ("Smith,, 1998", "<<Pymes>>", "``firms''"):
    print(text, "->", text.encode("ascii").decode("latex"))
PY
seen=$(PYTHONIOENCODING=utf-8 "$folder/venv/bin/python" "$folder/try.py")
echo "$seen"
[ "$seen" = "Smith,, 1998 -> Smith„ 1998
<<Pymes>> -> <<Pymes>>
\`\`firms'' -> “firms”" ] || { echo "The behaviour has changed." >&2; exit 1; }
