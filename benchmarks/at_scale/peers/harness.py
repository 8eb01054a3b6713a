"""How every other library is measured: built, opened in a new process, and asked the same.

    PYTHONPATH=benchmarks ENVIRONMENT/bin/python -m at_scale.peers.NAME FOLDER STORE {build,search}

``FOLDER`` is what ``at_scale.peer_data`` wrote, ``STORE`` a folder of the library's own. Times
are without encoding the query: its vector is given. A library answers with passages; it
counts no facets, gives no reasons and does not say how many were found.
"""

from __future__ import annotations

import json
import os
import sys
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Protocol

import numpy as np

from at_scale.queries import percentile

#: So many passages are asked for: a page of ten cases, and all of ten cases under a filter.
PAGE, ALL_OF_TEN = 10, 200


class Peer(Protocol):
    """A library over one store."""

    def build(self, rows: Sequence[Mapping[str, str]], vectors: np.ndarray) -> None:
        """Make the store."""
        ...

    def open(self) -> None:
        """Open the store."""
        ...

    def search(
        self, text: str, vector: np.ndarray, where: Mapping[str, str], limit: int
    ) -> Sequence[str]:
        """The ids of the best passages by vector and words together, under a filter."""
        ...

    def encode(self, text: str) -> object:
        """Encode a query as the library would."""
        ...


def main(make: type[Any]) -> None:
    """Do what the command line says, and print one line of JSON."""
    folder, store, mode = Path(sys.argv[1]), Path(sys.argv[2]), sys.argv[3]
    peer: Peer = make(store)
    found = _built(peer, folder) if mode == "build" else _searched(peer, folder)
    print(json.dumps(found))


def _built(peer: Peer, folder: Path) -> dict[str, Any]:
    lines = (folder / "texts.jsonl").read_text(encoding="utf-8").splitlines()
    rows, vectors = [json.loads(line) for line in lines], np.load(folder / "vectors.npy")
    started = time.perf_counter()
    peer.build(rows, vectors)
    return {"seconds": time.perf_counter() - started, "texts": len(rows)}


def _searched(peer: Peer, folder: Path) -> dict[str, Any]:
    asked = json.loads((folder / "asked.json").read_text(encoding="utf-8"))
    texts, vectors = asked["texts"], np.array(asked["vectors"], dtype=np.float32)
    peer.open()
    peer.search(texts[0], vectors[0], {}, PAGE)
    third = len(texts) // 3
    found: dict[str, Any] = {"start to the first answer": _seconds_since_start()}
    for place, (name, where) in enumerate(
        (
            ("search", {}),
            ("search with a filter", asked["common"]),
            ("search with a filter that ten pass", asked["ten"]),
        )
    ):
        times, processors = [], []
        for row in range(place * third, (place + 1) * third):
            started, processor = time.perf_counter(), time.process_time()
            peer.search(texts[row], vectors[row], where, PAGE)
            times.append(time.perf_counter() - started)
            processors.append(time.process_time() - processor)
        found[name] = {
            "p50": percentile(times, 0.5) * 1000,
            "p95": percentile(times, 0.95) * 1000,
            "processor": percentile(processors, 0.5) * 1000,
        }
    found["memory of a process"] = _memory()
    ids = peer.search(texts[0], vectors[0], asked["ten"], ALL_OF_TEN)
    found["cases that pass that filter"] = len({one.rpartition("#")[0] for one in ids})
    encodings = []
    for text in texts[:30]:
        started = time.perf_counter()
        if peer.encode(f"{text} again") is None:
            break
        encodings.append(time.perf_counter() - started)
    if encodings:
        found["search"]["encoding"] = percentile(encodings, 0.5) * 1000
    return found


def _seconds_since_start() -> float:
    """How long this process has been there."""
    now = float(Path("/proc/uptime").read_text().split()[0])
    ticks = int(Path("/proc/self/stat").read_text().rpartition(")")[2].split()[19])
    return now - ticks / os.sysconf("SC_CLK_TCK")


def _memory() -> float:
    """Megabytes of this process that no other one shares, and its part of the rest (PSS)."""
    rollup = Path("/proc/self/smaps_rollup").read_text()
    line = next(line for line in rollup.splitlines() if line.startswith("Pss:"))
    return int(line.split()[1]) / 1000
