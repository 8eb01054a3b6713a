#!/usr/bin/env bash
# import-linter 2.17: a program that calls lint_imports() hears nothing of its own loggers afterwards.
#
# importlinter.cli.lint_imports() can be called from Python, as a test does. It sets up logging with
# a dictionary that does not say disable_existing_loggers, which is true where it is not said: every
# logger that was there before, of whatever package, is switched off for the rest of the process.
# Tests that look for a line of a log then pass or fail by the order in which they are run.
#
# Seen:
#   before: ['told once']
#   kept: True
#   after: []
#   disabled: True
set -euo pipefail

folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --disable-pip-version-check \
  import-linter==2.17 grimp==3.20 2>/dev/null
mkdir -p "$folder/shop"
printf '' >"$folder/shop/__init__.py"
printf '' >"$folder/shop/low.py"
printf 'import shop.low\n' >"$folder/shop/high.py"
cat >"$folder/.importlinter" <<'INI'
[importlinter]
root_package = shop

[importlinter:contract:layers]
name = High above low
type = layers
layers =
    shop.high
    shop.low
INI
cat >"$folder/try.py" <<'PY'
import contextlib
import io
import logging

from importlinter.cli import EXIT_STATUS_SUCCESS, lint_imports

own = logging.getLogger("somebody.else")
heard = []


class Listener(logging.Handler):
    def emit(self, record):
        heard.append(record.getMessage())


logging.getLogger().addHandler(Listener())
own.error("told once")
print(f"before: {heard}")
heard.clear()
with contextlib.redirect_stdout(io.StringIO()):
    status = lint_imports(no_cache=True)
print(f"kept: {status == EXIT_STATUS_SUCCESS}")
heard.clear()
own.error("told twice")
print(f"after: {heard}")
print(f"disabled: {own.disabled}")
PY
seen=$(cd "$folder" && PYTHONPATH="$folder" "$folder/venv/bin/python" try.py)
echo "$seen"
[ "$seen" = "before: ['told once']
kept: True
after: []
disabled: True" ] || { echo "The behaviour has changed." >&2; exit 1; }
