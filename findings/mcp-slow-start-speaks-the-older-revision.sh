#!/usr/bin/env bash
# mcp 2.3.0: a server that takes longer than ten seconds to start is spoken to in the older
# revision, though it answers in the newer one; a longer read_timeout_seconds does not change that.
#
# Client(mode="auto") asks a server for server/discover first, and goes on with the handshake of
# 2025-11-25 where that is refused. It does the same, without a word, where the answer takes longer
# than ten seconds, and the answer that then comes is thrown away. A program over standard input
# that loads a model at its start is so an old server on a slow day and a new one on a quick day.
# Whoever needs the newer revision names it: mode="2026-07-28".
#
# Seen (a server over standard input that knows both, and answers nothing before it has started):
#   mcp 2.3.0
#   started in 1 s: 2026-07-28
#   started in 12 s: 2025-11-25
#   started in 12 s, read_timeout_seconds=60: 2025-11-25
#   started in 12 s, mode="2026-07-28": 2026-07-28
set -euo pipefail

folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --disable-pip-version-check mcp==2.3.0 2>/dev/null
cat >"$folder/server.py" <<'PY'
import json
import sys
import time

time.sleep(float(sys.argv[1]))
INFO = {"name": "slow", "version": "1"}
RESULTS = {
    "server/discover": {
        "supportedVersions": ["2026-07-28", "2025-11-25"],
        "capabilities": {},
        "resultType": "complete",
        "_meta": {"io.modelcontextprotocol/serverInfo": INFO},
    },
    "initialize": {"protocolVersion": "2025-11-25", "capabilities": {}, "serverInfo": INFO},
}
for line in sys.stdin:
    asked = json.loads(line)
    if "id" in asked:
        answer = {"jsonrpc": "2.0", "id": asked["id"], "result": RESULTS[asked["method"]]}
        print(json.dumps(answer), flush=True)
PY
cat >"$folder/try.py" <<'PY'
import asyncio
import sys
from importlib.metadata import version

from mcp import Client, StdioServerParameters


async def spoken(seconds: int, **options: object) -> str:
    """The revision that client and server agree on."""
    start = [sys.argv[1], str(seconds)]
    server = StdioServerParameters(command=sys.executable, args=start)
    async with Client(server, **options) as client:
        return client.protocol_version


async def main() -> None:
    print(f"mcp {version('mcp')}")
    print(f"started in 1 s: {await spoken(1)}")
    print(f"started in 12 s: {await spoken(12)}")
    longer = await spoken(12, read_timeout_seconds=60)
    print(f"started in 12 s, read_timeout_seconds=60: {longer}")
    print(f'started in 12 s, mode="2026-07-28": {await spoken(12, mode="2026-07-28")}')


asyncio.run(main())
PY
seen=$("$folder/venv/bin/python" "$folder/try.py" "$folder/server.py")
echo "$seen"
[ "$seen" = 'mcp 2.3.0
started in 1 s: 2026-07-28
started in 12 s: 2025-11-25
started in 12 s, read_timeout_seconds=60: 2025-11-25
started in 12 s, mode="2026-07-28": 2026-07-28' ] || { echo "The behaviour has changed." >&2; exit 1; }
