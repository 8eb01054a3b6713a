#!/usr/bin/env bash
# onnxruntime 1.32.0 (wheel for Linux): to import it is enough to leave a mark of the device at home.
#
# The package says in its Privacy.md that telemetry is on in official builds, Linux among them by
# now, and how it is turned off. What one does not guess is when it begins: `import onnxruntime`
# alone, before any model is opened, makes a folder in the user's cache with an identity of the
# device and a database of events. The switch of the Python interface therefore comes too late; only
# the environment variable keeps the home as it was, and it must be set before the import.
#
# Seen:
#   import alone: deviceid onnxruntime.db
#   disable_telemetry_events() after it: deviceid onnxruntime.db
#   ORT_DISABLE_TELEMETRY=1 before it: nothing
set -euo pipefail

folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --disable-pip-version-check onnxruntime==1.32.0 2>/dev/null

left() { # what stands in a fresh home after some Python
  mkdir "$folder/home"
  env -u XDG_CACHE_HOME HOME="$folder/home" "$@" >/dev/null 2>&1
  local names
  names=$(find "$folder/home" -type f -printf '%f\n' | grep -v -e '-wal$' -e '-shm$' -e '-journal$' | sort | xargs)
  rm -rf "$folder/home"
  echo "${names:-nothing}"
}
python="$folder/venv/bin/python"
seen=$(
  echo "import alone: $(left "$python" -c 'import onnxruntime')"
  echo "disable_telemetry_events() after it: $(left "$python" -c '
import onnxruntime
onnxruntime.disable_telemetry_events()')"
  echo "ORT_DISABLE_TELEMETRY=1 before it: $(left env ORT_DISABLE_TELEMETRY=1 "$python" -c 'import onnxruntime')"
)
echo "$seen"
[ "$seen" = "import alone: deviceid onnxruntime.db
disable_telemetry_events() after it: deviceid onnxruntime.db
ORT_DISABLE_TELEMETRY=1 before it: nothing" ] || { echo "The behaviour has changed." >&2; exit 1; }
