"""How long a search takes for an assistant at ``/mcp``, beside the same search in the API.

    python benchmarks/assistants.py http://127.0.0.1:8000

Each query is asked both ways, one right after the other, in turn which is first; so whatever else
the machine does falls on both. The queries are the editors' own lines on whom the cases suit.
"""

from __future__ import annotations

import json
import statistics
import sys
import time
import urllib.parse
import urllib.request
from collections.abc import Callable

N_QUERIES, N_WARM = 200, 20


def queries(site: str) -> list[str]:
    """Lines of cases that are spread over the compendium."""
    ids = [case["id"] for case in _json(f"{site}/api/v1/cases")["cases"]]
    lines: list[str] = []
    for case_id in ids:
        case = _json(f"{site}/api/v1/cases/{case_id}")
        lines += [*case["role_model_for"], *case["answers"]]
        if len(lines) >= 2 * N_QUERIES:
            break
    return lines[::2][:N_QUERIES]


def api(site: str, query: str) -> None:
    """Ask the API."""
    asked = urllib.parse.urlencode({"q": query})
    _json(f"{site}/api/v1/search?{asked}")


def mcp(site: str, query: str) -> None:
    """Ask as an assistant does."""
    meta = {
        "io.modelcontextprotocol/protocolVersion": "2026-07-28",
        "io.modelcontextprotocol/clientCapabilities": {},
    }
    params = {"name": "search_cases", "arguments": {"query": query}, "_meta": meta}
    message = {"jsonrpc": "2.0", "id": 1, "method": "tools/call", "params": params}
    headers = {
        "Content-Type": "application/json",
        "MCP-Protocol-Version": "2026-07-28",
        "Mcp-Method": "tools/call",
        "Mcp-Name": "search_cases",
    }
    _json(f"{site}/mcp", json.dumps(message).encode(), headers)


def main(site: str) -> None:
    """Measure, and print the median and the 95th percentile of each in milliseconds."""
    asked = queries(site)
    ways: tuple[Callable[[str, str], None], ...] = (api, mcp)
    for query in asked[:N_WARM]:
        for way in ways:
            way(site, query)
    took: dict[str, list[float]] = {way.__name__: [] for way in ways}
    for at, query in enumerate(asked):
        for way in ways if at % 2 else reversed(ways):
            start = time.perf_counter()
            way(site, query)
            took[way.__name__].append(1000 * (time.perf_counter() - start))
    p95 = {name: statistics.quantiles(times, n=20)[-1] for name, times in took.items()}
    for name, times in took.items():
        middle = statistics.median(times)
        print(f"{name:4} n {len(times)}  p50 {middle:.1f} ms  p95 {p95[name]:.1f} ms")
    print(f"p95 of mcp is {p95['mcp'] / p95['api']:.2f} times that of api")


def _json(address: str, body: bytes | None = None, headers: dict[str, str] | None = None) -> dict:
    request = urllib.request.Request(address, data=body, headers=headers or {})
    with urllib.request.urlopen(request) as response:
        return json.load(response)


if __name__ == "__main__":
    main(sys.argv[1].rstrip("/"))
