"""Measure build, start, memory and queries of the real compendium; print a table.

Each figure is a median, and a ratio to something run beside it where that makes
sense, because machines differ and are shared. Nothing here is a test.

    python benchmarks/run.py [--repeats 3] [--queries 300] [--json]
"""

from __future__ import annotations

import argparse
import json
import statistics
import subprocess
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path

from at_scale.queries import QUERIES, percentile
from at_scale.server import Server, environment

ROOT = Path(__file__).parent.parent

#: What is asked, again and again.
_ASKED = QUERIES[:10]

_ENCODE = """
import time
from pathlib import Path
from kb.encoders.sentence_transformer import SentenceTransformerEncoder, find_model
from kb.text.chunking import passages_of
from kb.content.corpus import read_corpus
read = read_corpus(Path("cases")).compendium
texts = [p.encoded_text for case in read.cases for p in passages_of(case, read.taxonomy)]
encoder = SentenceTransformerEncoder(find_model("all-MiniLM-L6-v2"))
started = time.perf_counter()
encoder.encode_documents(texts)
print(time.perf_counter() - started)
"""

_BUILD = """
import os, sys, time
import sentence_transformers, torch, onnx  # the time of imports is not the build's
import transformers.models.bert.modeling_bert
from kb.indexing.pipeline import build
from kb.settings import read_settings
settings = read_settings({}, cases="cases", index=sys.argv[1])
started = time.perf_counter()
build(settings, force=True)
print(time.perf_counter() - started)
"""

_RETRIEVE = """
import dataclasses, sys, time
import numpy as np
from kb.engine.base import Part, Question
from kb.model.calibration import Answerability, Weights
from kb.search.query import Query
from kb.search.opening import open_current
from kb.settings import read_settings
from kb.snapshots.vector_sets import PASSAGES

# The whole search beside the same search by dense retrieval alone, query by query in turn.
settings = read_settings({}, index=sys.argv[1])
fused, dense = open_current(settings), open_current(settings)
whole = dense.retriever
always = Answerability(meaning=0, multilingual=0, words=0, coverage_by_all=0, coverage_by_one=0,
                       english=0, constant=9, query=())
by_meaning = Weights(meaning=1, multilingual=0, words=0, slope=9, answered=0, constant=-4)
dense.compendium = dataclasses.replace(dense.compendium, calibration=dataclasses.replace(
    dense.compendium.calibration, answerability=always, english=by_meaning, other=by_meaning))
template = whole.evidence(fused.analyser.analyse("wine"))
rows, by_passage = template.rows, (Part(vector_sets=(PASSAGES.name,), weight=1.0),)
nothing, no_line = np.full(len(rows), -1.0), np.full(len(rows), -1)
none, unlinked = np.zeros(len(rows)), np.zeros((2, 0), dtype=np.int64)

def alone(asked, within, *, also=None):
    vectors = {PASSAGES.name: whole._encoders.query.encode_query(asked.in_english)}
    found = whole.engine.ask(Question(vectors=vectors, parts=by_passage)).evidence(rows)
    scores = found.cosines[PASSAGES.name]
    return dataclasses.replace(
        template, meaning=scores, passage=scores, audience=nothing, multilingual=nothing,
        words=none, named=none, linked=unlinked, best_passage=found.nearest[PASSAGES.name],
        best_line=no_line, english=True)

whole.evidence = alone
times = {"fused": [], "dense": []}
for n in range(int(sys.argv[2])):
    text = sys.argv[3 + n % (len(sys.argv) - 3)] + f" {n}"
    for name, searcher in (("fused", fused), ("dense", dense)):
        started = time.perf_counter()
        searcher.search(Query(text=text))
        times[name].append(time.perf_counter() - started)
for name in ("fused", "dense"):
    times[name].sort()
p95 = {name: values[int(0.95 * len(values))] for name, values in times.items()}
p50 = {name: values[len(values) // 2] for name, values in times.items()}
print(p50["fused"] * 1000, p50["dense"] * 1000, p95["fused"] * 1000, p95["dense"] * 1000)
"""

_IMPORT = """
import time
started = time.perf_counter()
import sentence_transformers
print(time.perf_counter() - started)
"""


def child(code: str, *arguments: str) -> float:
    """Run Python code in a process of its own and return the number that it prints last."""
    return numbers(code, *arguments)[-1]


def numbers(code: str, *arguments: str) -> list[float]:
    """The numbers that Python code prints last, run in a process of its own.

    What it says on standard error, a traceback for one, is seen.
    """
    output = subprocess.run(
        [sys.executable, "-c", code, *arguments],
        cwd=ROOT,
        env=environment(ROOT),
        stdout=subprocess.PIPE,
        text=True,
        check=True,
    ).stdout
    return [float(number) for number in output.splitlines()[-1].split()]


def median(measure: Callable[[], float], repeats: int) -> float:
    """The median of several runs."""
    return statistics.median(measure() for _ in range(repeats))


def measure(repeats: int, n_queries: int) -> list[tuple[str, str, str]]:
    """Rows of (what, measured, aim)."""
    rows = []
    with tempfile.TemporaryDirectory() as folder:
        encode = median(lambda: child(_ENCODE), repeats)
        build = median(lambda: child(_BUILD, folder), repeats)
        rows.append(("encoding the passages alone", f"{encode:.2f} s", ""))
        rows.append(("full build after imports", f"{build:.2f} s", ""))
        rows.append(("  ratio to encoding alone", f"{build / encode:.2f}", "1.3 or less"))

        imported = median(lambda: child(_IMPORT), repeats)
        starts = []
        for _ in range(repeats):
            with Server(ROOT, Path(folder), workers=1) as server:
                starts.append(server.seconds_to_answer)
        start = statistics.median(starts)
        rows.append(("importing sentence-transformers", f"{imported:.2f} s", ""))
        rows.append(("start of a worker to its first answer", f"{start:.2f} s", "2 s or less"))
        rows.append(("  ratio to that import", f"{start / imported:.2f}", "0.25 or less"))

        runs = [numbers(_RETRIEVE, folder, str(n_queries), *_ASKED) for _ in range(repeats)]
        p50, p50_dense, p95, p95_dense = (statistics.median(run) for run in zip(*runs, strict=True))
        rows.append(("search in the worker", f"p50 {p50:.1f}, p95 {p95:.1f} ms", ""))
        rows.append(("the same, dense alone", f"p50 {p50_dense:.1f}, p95 {p95_dense:.1f} ms", ""))
        ratio = statistics.median(run[2] / run[3] for run in runs)
        rows.append(("  ratio of the p95", f"{ratio:.2f}", "1.5 or less"))
        with Server(ROOT, Path(folder), workers=1) as server:
            rows += _pages(server, n_queries)
            rows += _outcomes(server, n_queries)
    return rows


def _pages(server: Server, n_queries: int) -> list[tuple[str, str, str]]:
    """Answers of each kind, in turn; role models beside the search with the same words."""
    asked = (("/search", "q"), ("/api/v1/search", "q"), ("/role-models", "aim"))
    times: dict[str, list[float]] = {path: [] for path, _ in asked}
    for i in range(n_queries):
        for path, name in asked:
            text = f"{_ASKED[i % len(_ASKED)]} {i}"
            times[path].append(server.ask(text, path, name) * 1000)
    rows = []
    for path, values in times.items():
        named = (("p50", 0.5), ("p95", 0.95), ("p99", 0.99))
        shown = ", ".join(f"{name} {percentile(values, at):.1f}" for name, at in named)
        rows.append((f"{path}, {n_queries} new queries in turn", f"{shown} ms", ""))
    ratio = percentile(times["/role-models"], 0.95) / percentile(times["/search"], 0.95)
    rows.append(("  ratio of its p95 to /search", f"{ratio:.2f}", "1.5 or less"))
    memory = f"{server.resident():.0f} MB"
    return [*rows, ("resident memory of the worker", memory, "400 or less")]


def _outcomes(server: Server, n: int) -> list[tuple[str, str, str]]:
    """What all cases reported, in turn beside one metric of it and a page that is all words."""
    paths = ("/outcomes", "/outcomes/sales", "/about")
    times: dict[str, list[float]] = {path: [] for path in paths}
    for _ in range(n):
        for path in paths:
            times[path].append(server.ask("", path) * 1000)
    rows = [
        (f"{path}, {n} times in turn", f"p50 {statistics.median(values):.1f} ms", "")
        for path, values in times.items()
    ]
    ratio = statistics.median(times["/outcomes"]) / statistics.median(times["/about"])
    return [*rows, ("  ratio of /outcomes to /about", f"{ratio:.2f}", "")]


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--repeats", type=int, default=3)
    parser.add_argument("--queries", type=int, default=300)
    parser.add_argument("--json", action="store_true")
    options = parser.parse_args()
    rows = measure(options.repeats, options.queries)
    if options.json:
        names = ("what", "measured", "aim")
        print(json.dumps([dict(zip(names, row, strict=True)) for row in rows]))
        return
    width = max(len(row[0]) for row in rows)
    for what, measured, aim in rows:
        print(f"{what:<{width}}  {measured:<36}  {aim}".rstrip())


if __name__ == "__main__":
    main()
