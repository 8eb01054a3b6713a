#!/usr/bin/env bash
# PyYAML 6.0.4: the two safe loaders differ on a document that says it is of YAML 1.3.
#
# The specification (1.2.2, section 6.8.1) asks a processor to read a higher minor version with a
# warning. The loader in Python reads it without a word; the one on libyaml, often put in for
# speed alone, refuses it. Neither warns.
#
# Seen:
#   SafeLoader: {'members': 5}
#   CSafeLoader: ParserError found incompatible YAML document
set -euo pipefail

folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --disable-pip-version-check pyyaml==6.0.4 2>/dev/null
cat >"$folder/try.py" <<'PY'
import warnings

import yaml

warnings.simplefilter("error")
for loader in (yaml.SafeLoader, yaml.CSafeLoader):
    try:
        print(f"{loader.__name__}:", yaml.load("%YAML 1.3\n---\nmembers: 5\n", loader))
    except yaml.YAMLError as error:
        print(f"{loader.__name__}:", type(error).__name__, error.problem)
PY
seen=$("$folder/venv/bin/python" "$folder/try.py")
echo "$seen"
[ "$seen" = "SafeLoader: {'members': 5}
CSafeLoader: ParserError found incompatible YAML document" ] || { echo "The behaviour has changed." >&2; exit 1; }
