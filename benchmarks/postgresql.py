"""The same cases in the local engine and in PostgreSQL: do they answer alike, and how quickly.

    python benchmarks/postgresql.py FOLDER [--built LOCAL POSTGRESQL ADDRESS]

FOLDER is what ``benchmarks/scale.py run`` leaves of one size: ``cases`` and ``filters.json``; the
table of vectors lies beside it. A server of the package that the tests use is started for it.
Both are built with the same made vectors. Then each query is asked of both, one right after the
other, in turn which is first; times are without encoding the query. With ``--built`` two indexes
are asked that are there already, the second with the server at ADDRESS, on this machine.

Of the processor the client's thread and the server's own process are told apart, beside the time
by the clock: a busy machine changes the processor's less.
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

BENCHMARKS = Path(__file__).parent
ROOT = BENCHMARKS.parent
sys.path[:0] = [str(ROOT), str(BENCHMARKS)]

from at_scale.queries import QUERIES, percentile  # noqa: E402 - after its folder is known

ROUNDS = 3


def built(folder: Path, index: Path, engine: str = "") -> dict[str, Any]:
    """Build the cases of a folder in a process of its own, and say what that took."""
    done = subprocess.run(
        [
            *(sys.executable, "-m", "at_scale.build"),
            *(str(folder.parent / "real.npz"), str(folder / "cases"), str(index)),
        ],
        env={
            **os.environ,
            "PYTHONPATH": f"{ROOT}:{BENCHMARKS}",
            **({"KB_ENGINE": engine} if engine else {}),
        },
        check=True,
        stdout=subprocess.PIPE,
        text=True,
    )
    return json.loads(done.stdout.splitlines()[-1])


def judged() -> list[str]:
    """Every judged query of every collection, but for those of the test splits."""
    lines = [
        json.loads(line)
        for path in sorted((ROOT / "cases").rglob("queries.jsonl"))
        for line in path.read_text("utf-8").splitlines()
    ]
    return list(dict.fromkeys(one["text"] for one in lines if one["split"] == "tune"))


class Watched:
    """A searcher, and what it takes without encoding: by the clock, and of the processor."""

    def __init__(self, searcher: Any, encoding: Any, server: Any = None) -> None:
        self._searcher = searcher
        self._encoding = encoding
        self._server = server

    def ask(self, text: str) -> tuple[dict[str, float], Any]:
        """Milliseconds of a search, and the answer."""
        from kb.search.query import Query

        self._encoding.taken()
        busy, worked, started = self._busy(), time.process_time(), time.perf_counter()
        result = self._searcher.search(Query(text=text))
        wall, own = time.perf_counter() - started, time.process_time() - worked
        busy = self._busy() - busy
        encoding_wall, encoding_own = self._encoding.taken()
        taken = {
            "wall": (wall - encoding_wall) * 1000,
            "client": (own - encoding_own) * 1000,
            "server": busy * 1000,
        }
        return taken, result

    def _busy(self) -> float:
        """Seconds that the server's process of our one connection has worked."""
        if self._server is None:
            return 0.0
        with self._server.reading() as connection:
            process = connection.info.backend_pid
        return int(Path(f"/proc/{process}/schedstat").read_text().split()[0]) / 1e9


def alike(one: Any, other: Any) -> bool:
    """Whether two answers have the same first ten, totals and facets, and scores to a millionth.

    Scores come rounded to six digits, which may go either way.
    """
    pairs = list(zip(one.hits, other.hits, strict=False))
    return (
        [hit.case.id for hit in one.hits] == [hit.case.id for hit in other.hits]
        and (one.total, one.facets) == (other.total, other.facets)
        and all(abs(a.score - b.score) <= 1.5e-6 for a, b in pairs)
    )


def compare(local: Watched, remote: Watched) -> dict[str, Any]:
    """Ask both the same, and say how long they took and how often they said the same."""
    ways = [("local", local), ("postgresql", remote)]
    texts = [*QUERIES, *judged()]
    same, differing = 0, []
    for at, text in enumerate(texts):
        found = {name: way.ask(text)[1] for name, way in ways[:: 1 if at % 2 else -1]}
        if alike(found["local"], found["postgresql"]):
            same += 1
        else:
            differing.append(text)
    taken: dict[str, dict[str, list[float]]] = {name: {} for name, _ in ways}
    for number in range(ROUNDS):
        for at, text in enumerate(QUERIES):
            for name, way in ways[:: 1 if at % 2 else -1]:
                for what, spent in way.ask(f"{text} {number}")[0].items():
                    taken[name].setdefault(what, []).append(spent)
    for one in taken.values():
        both = zip(one["client"], one["server"], strict=True)
        one["processor"] = [client + server for client, server in both]
    return {
        **{
            f"{name}: {what}, ms": {
                "p50": round(percentile(spent, 0.5), 2),
                "p95": round(percentile(spent, 0.95), 2),
            }
            for name, one in taken.items()
            for what, spent in one.items()
        },
        **{
            f"ratio of {what}": round(
                percentile(taken["postgresql"][what], 0.5) / percentile(taken["local"][what], 0.5),
                2,
            )
            for what in ("wall", "processor")
        },
        "queries": len(texts),
        "same first ten, totals, facets and scores": same,
        "others": differing,
    }


def asked(local: Path, remote: Path, address: str) -> dict[str, Any]:
    """Open both, and compare."""
    from at_scale.worker import Encoding

    from kb.engine.postgresql.server import server_at
    from kb.search.opening import open_current
    from kb.settings import read_settings

    encoding, server = Encoding(), server_at(address)
    one = open_current(read_settings({}, index=local))
    other = open_current(read_settings({"KB_ENGINE": address}, index=remote))
    return compare(Watched(one, encoding), Watched(other, encoding, server))


def main(folder: Path, built_before: list[str]) -> None:
    """Build both, ask both, and print one line of JSON."""
    from tests.kb.engine.postgresql_server import PostgresServer

    if built_before:
        local, remote, address = built_before
        print(json.dumps(asked(Path(local), Path(remote), address), indent=2))
        return
    server = PostgresServer().create()
    server.stop()
    server.start(["-c shared_buffers=1GB"])
    work = Path(tempfile.mkdtemp(prefix="kb-engines-"))
    try:
        took = {
            "local": built(folder, work / "local"),
            "postgresql": built(folder, work / "postgresql", server.address),
        }
        found = asked(work / "local", work / "postgresql", server.address)
        print(json.dumps({"builds": took, **found}, indent=2))
    finally:
        server.remove()
        shutil.rmtree(work, ignore_errors=True)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("folder", type=Path)
    parser.add_argument("--built", nargs=3, default=[], metavar=("LOCAL", "POSTGRESQL", "ADDRESS"))
    given = parser.parse_args()
    main(given.folder, given.built)
