#!/usr/bin/env bash
# simplemma 2.0.0: its English dictionary knows words of other languages.
#
# is_known(word, lang="en") is often used to tell whether a short text is English. It is true of
# Norwegian "bedrift" (enterprise), Spanish "redes" (networks) and "vinos", and of French and German
# articles; "les" even gets a capital. So by the share of known words a
# Spanish query is wholly English, and a lemmatizer for English changes "redes" and "vinos".
#
# Seen:
#   bedrift True bedrift
#   redes True rede
#   vinos True vino
#   les True Les
#   der True der
#   empresas False empresas
#   redes de vinos: Spanish 1.0, English 1.0
set -euo pipefail

folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --disable-pip-version-check simplemma==2.0.0 2>/dev/null
cat >"$folder/try.py" <<'PY'
import simplemma

for word in ("bedrift", "redes", "vinos", "les", "der", "empresas"):
    print(word, simplemma.is_known(word, lang="en"), simplemma.lemmatize(word, lang="en"))
share = {code: round(simplemma.in_target_language("redes de vinos", lang=code), 2) for code in ("es", "en")}
print(f"redes de vinos: Spanish {share['es']}, English {share['en']}")
PY
seen=$("$folder/venv/bin/python" "$folder/try.py")
echo "$seen"
[ "$seen" = "bedrift True bedrift
redes True rede
vinos True vino
les True Les
der True der
empresas False empresas
redes de vinos: Spanish 1.0, English 1.0" ] || { echo "The behaviour has changed." >&2; exit 1; }
