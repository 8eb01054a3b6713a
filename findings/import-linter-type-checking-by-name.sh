#!/usr/bin/env bash
# import-linter 2.17 (grimp 3.20): exclude_type_checking_imports goes by the spelling of a name.
#
# With the option on, a layers contract is meant to pass over imports that only a type
# checker sees. An import that does run is passed over too where the condition is any
# variable called TYPE_CHECKING, here one that the module itself sets to True: the lower
# module loads the upper one at run time, and the contract is kept. With the option off
# the same contract is broken. Who wants the option cannot rely on what it leaves.
#
# Seen:
#   runs: True
#   option on: kept
#   option off: broken
set -euo pipefail

folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --disable-pip-version-check import-linter==2.17 grimp==3.20

mkdir -p "$folder/shop"
cd "$folder"
touch shop/__init__.py
echo 'LOADED = True' > shop/upper.py
cat > shop/lower.py <<'PY'
TYPE_CHECKING = True

if TYPE_CHECKING:
    from shop import upper
PY
for option in true false; do
  cat > "$option.toml" <<TOML
[tool.importlinter]
root_package = "shop"
exclude_type_checking_imports = $option

[[tool.importlinter.contracts]]
name = "Upper may know lower, never the other way round"
type = "layers"
layers = ["shop.upper", "shop.lower"]
TOML
done

contract() { PYTHONPATH=. venv/bin/lint-imports "$1" --no-cache >/dev/null && echo kept || echo broken; }
seen=$(
  echo "runs: $(venv/bin/python -c 'import shop.lower, sys; print("shop.upper" in sys.modules)')"
  echo "option on: $(contract true.toml)"
  echo "option off: $(contract false.toml)"
)
echo "$seen"
[ "$seen" = "runs: True
option on: kept
option off: broken" ] || { echo "The behaviour has changed." >&2; exit 1; }
