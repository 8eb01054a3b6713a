#!/usr/bin/env bash
# urllib3 2.8.0: after a relative redirect PoolManager follows, geturl() is the bare Location.
#
# PoolManager resolves a relative Location against the address that it asked, and asks the right
# place. The response then tells where it came from by the header as it stood: geturl(), documented
# as the address of the request that got the response, gives "next" and no address. Whoever
# compares it with what was asked, to see whether a page has moved, compares with half an address.
# The resolved one is not in retries.history either.
#
# Seen:
#   asked /a/start
#   asked /a/next
#   200 next ['next']
set -euo pipefail

folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --disable-pip-version-check urllib3==2.8.0

seen=$("$folder/venv/bin/python" - <<'PY'
import threading
from http.server import BaseHTTPRequestHandler, HTTPServer

import urllib3


class Site(BaseHTTPRequestHandler):
    def do_GET(self):
        print("asked", self.path, flush=True)
        moved = self.path == "/a/start"
        self.send_response(302 if moved else 200)
        if moved:
            self.send_header("Location", "next")
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, *words):
        pass


server = HTTPServer(("127.0.0.1", 0), Site)
threading.Thread(target=server.serve_forever, daemon=True).start()
answer = urllib3.PoolManager().request("GET", f"http://127.0.0.1:{server.server_port}/a/start")
print(answer.status, answer.geturl(), [step.redirect_location for step in answer.retries.history])
PY
)
echo "$seen"
[ "$seen" = "asked /a/start
asked /a/next
200 next ['next']" ] || { echo "The behaviour has changed." >&2; exit 1; }
