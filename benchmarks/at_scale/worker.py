"""What one release of the program needs to answer, measured inside a process that runs it.

    PYTHONPATH=TREE:benchmarks python -m at_scale.worker INDEX N_QUERIES SECONDS FILTERS

prints one line of JSON. Each measure ends with its queries, or after SECONDS. The release is
the one that Python finds: this file names each thing by where it is now and by where it was in
e9d3985. Times are without encoding the query, which is measured apart: the encoders' own calls
are taken out of each time.
"""

from __future__ import annotations

import contextlib
import importlib
import itertools
import json
import sys
import time
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Any

from at_scale.queries import PROFILES, QUERIES, percentile, within

#: What is used of the program: where it is now, and where it was.
_NAMES = {
    "Query": ("kb.search.query", "kb.documents"),
    "read_settings": ("kb.settings", "kb.settings"),
    "role_models": ("kb.guidance.role_models", "kb.role_models"),
    "make_profile": ("kb.guidance.profile", "kb.profile"),
    "OnnxQueryEncoder": ("kb.encoders.onnx", "kb.query_encoder"),
    "MultilingualEncoder": ("kb.encoders.multilingual", "kb.multilingual"),
    "CaseNotFound": ("kb.errors", "kb.errors"),
}


def named(name: str) -> Any:
    """A thing of the release that is measured.

    Raises:
        ImportError: the release has it nowhere.
    """
    for module in _NAMES[name]:
        try:
            return getattr(importlib.import_module(module), name)
        except (ImportError, AttributeError):
            continue
    raise ImportError(f"This release has no {name} in {' or '.join(_NAMES[name])}.")


class Encoding:
    """The time that the encoders take, summed up since it was last asked for.

    By the clock on the wall, and of the processor: they differ where a machine is shared.
    """

    def __init__(self) -> None:
        self.seconds = self.processor = 0.0
        for name in ("OnnxQueryEncoder", "MultilingualEncoder"):
            self._watch(named(name))

    def taken(self) -> tuple[float, float]:
        """The seconds since the last time, by the wall and of the processor."""
        taken = self.seconds, self.processor
        self.seconds = self.processor = 0.0
        return taken

    def _watch(self, encoder: type) -> None:
        encode = encoder.encode_query

        def watched(own: Any, text: str) -> Any:
            started, processor = time.perf_counter(), time.process_time()
            try:
                return encode(own, text)
            finally:
                self.seconds += time.perf_counter() - started
                self.processor += time.process_time() - processor

        encoder.encode_query = watched


def opened(index: str) -> Any:
    """The searcher of the release over an index."""
    settings = named("read_settings")({}, index=index)
    try:
        from kb.search.opening import open_current
    except ImportError:
        live = importlib.import_module("kb.live")
        return live.open_live(settings).current()
    return open_current(settings)


def timed(encoding: Encoding, do: Callable[[Any], Any], what: Iterable[Any]) -> dict[str, float]:
    """Milliseconds of each call, without encoding, and of the encoding."""
    walls, processors, encodings = [], [], []
    for one in what:
        encoding.taken()
        started, processor = time.perf_counter(), time.process_time()
        do(one)
        whole, worked = time.perf_counter() - started, time.process_time() - processor
        wall, own = encoding.taken()
        walls.append(whole - wall)
        processors.append(worked - own)
        encodings.append(wall)
    return {
        "p50": percentile(walls, 0.5) * 1000,
        "p95": percentile(walls, 0.95) * 1000,
        "processor": percentile(processors, 0.5) * 1000,
        **({"encoding": percentile(encodings, 0.5) * 1000} if any(encodings) else {}),
    }


_number = itertools.count()


def new_texts(n: int) -> Iterator[str]:
    """Texts of which none was asked before."""
    for text in itertools.islice(itertools.cycle(QUERIES), n):
        yield f"{text} {next(_number)}"


def measure(index: str, n: int, seconds: float, filters_file: Path) -> dict[str, Any]:
    """All measures over an index, with the filters of ``Compendium.filters``."""
    query, not_found = named("Query"), named("CaseNotFound")
    encoding = Encoding()
    searcher = opened(index)
    given = json.loads(filters_file.read_text(encoding="utf-8"))
    n_cases, common, ten = (given[name] for name in ("cases", "common", "ten"))
    searcher.search(query(text="the first answer loads what is loaded late"))

    def unknown(i: int) -> None:
        with contextlib.suppress(not_found):
            searcher.case(f"norway/no-such-case-{i}")

    def suits(profile: dict[str, str]) -> None:
        made = named("make_profile")(searcher.taxonomy, **profile)
        named("role_models")(searcher, made, query())

    def asked(text: str, filters: dict[str, str]) -> Any:
        values = {facet: (value,) for facet, value in filters.items()}
        return searcher.search(query(text=text, filters=values))

    def search(filters: dict[str, str]) -> dict[str, float]:
        return timed(encoding, lambda text: asked(text, filters), within(new_texts(n), seconds))

    shares = [asked(text, {}).total / n_cases for text in within(QUERIES, seconds)]
    profiles = (
        {name: f"{text} {i}" for name, text in profile.items()}
        for i, profile in zip(range(max(5, n // 5)), itertools.cycle(PROFILES))
    )
    return {
        "share of found cases": sum(shares) / len(shares),
        "search": search({}),
        "search with a filter": search(common),
        "search with a filter that ten pass": search(ten),
        "cases that pass that filter": asked("", ten).total,
        "role models": timed(encoding, suits, within(profiles, seconds)),
        "unknown id": timed(encoding, unknown, within(range(max(5, n // 10)), seconds)),
    }


if __name__ == "__main__":
    index, n, seconds, filters = sys.argv[1:]
    print(json.dumps(measure(index, int(n), float(seconds), Path(filters))))
