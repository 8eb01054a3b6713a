"""The same cases in the local engine and in PostgreSQL: do they answer alike, and how quickly.

    python benchmarks/postgresql.py FOLDER

FOLDER is what ``benchmarks/scale.py run`` leaves of one size: ``cases`` and ``filters.json``; the
table of vectors lies beside it. A server of the package that the tests use is started for it.
Both are built with the same made vectors. Then each query is asked of both, one right after the
other, in turn which is first; times are without encoding the query.
"""

from __future__ import annotations

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
    """Every judged query of the first collection."""
    from kb.content.files import judged_folder

    queries = judged_folder(ROOT / "cases", "roy-1998") / "queries.jsonl"
    return [json.loads(line)["text"] for line in queries.read_text("utf-8").splitlines()]


def ask(searcher: Any, text: str, encoding: Any) -> tuple[float, tuple[tuple[str, float], ...]]:
    """Seconds of a search without encoding, and the first ten with their scores."""
    from kb.search.query import Query

    encoding.taken()
    started = time.perf_counter()
    result = searcher.search(Query(text=text))
    whole = time.perf_counter() - started
    wall, _ = encoding.taken()
    return whole - wall, tuple((hit.case.id, round(hit.score, 5)) for hit in result.hits)


def main(folder: Path) -> None:
    """Build both, ask both, and print one line of JSON."""
    from at_scale.worker import Encoding

    from kb.search.opening import open_current
    from kb.settings import read_settings
    from tests.kb.engine.postgresql_server import PostgresServer

    server = PostgresServer().create()
    work = Path(tempfile.mkdtemp(prefix="kb-engines-"))
    try:
        took = {
            "local": built(folder, work / "local"),
            "postgresql": built(folder, work / "postgresql", server.address),
        }
        encoding = Encoding()
        local = open_current(read_settings({}, index=work / "local"))
        remote = open_current(
            read_settings({"KB_ENGINE": server.address}, index=work / "postgresql")
        )
        times: dict[str, list[float]] = {"local": [], "postgresql": []}
        texts = [*QUERIES, *judged()]
        alike = 0
        for at, text in enumerate(texts):
            answers = {}
            ways = [("local", local), ("postgresql", remote)][:: 1 if at % 2 else -1]
            for name, searcher in ways:
                _, answers[name] = ask(searcher, text, encoding)
            alike += answers["local"] == answers["postgresql"]
        for number in range(ROUNDS):
            for at, text in enumerate(QUERIES):
                ways = [("local", local), ("postgresql", remote)][:: 1 if at % 2 else -1]
                for name, searcher in ways:
                    times[name].append(ask(searcher, f"{text} {number}", encoding)[0] * 1000)
        medians = {name: percentile(found, 0.5) for name, found in times.items()}
        print(
            json.dumps(
                {
                    "builds": took,
                    "p50 ms": medians,
                    "p95 ms": {name: percentile(found, 0.95) for name, found in times.items()},
                    "ratio": medians["postgresql"] / medians["local"],
                    "queries": len(texts),
                    "same first ten and scores": alike,
                },
                indent=2,
            )
        )
    finally:
        server.remove()
        shutil.rmtree(work, ignore_errors=True)


if __name__ == "__main__":
    main(Path(sys.argv[1]))
