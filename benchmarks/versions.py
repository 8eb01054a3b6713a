"""What a version costs: opening one beside opening the case, by hand and by the site.

    python benchmarks/versions.py INDEX

INDEX is a folder of built snapshots with its store of versions. Prints the median time of the page
of a case and of the page of its version, asked for in turn, and their ratio: over cases of which
neither page was asked for before, and again for the same ones. What files cost is measured by
``exports.py``.
"""

from __future__ import annotations

import statistics
import sys
import time
from collections.abc import Sequence
from pathlib import Path

from flask.testing import FlaskClient

from kb.model.case_versions import short
from kb.search.opening import LiveSearcher
from kb.settings import read_settings
from web import create_app

#: So many cases are asked for, and so often again.
CASES, ROUNDS = 60, 5


def main(index: Path) -> None:
    """Measure and print."""
    live = LiveSearcher(index, min_score=0.3)
    current = live.current()
    kept = [
        (case.id, f"{case.id}@{short(entry.digest)}")
        for case in current.cases
        if (entry := current.versions.newest(case.id)) is not None
    ]
    client = create_app(live, read_settings({}, index=index)).test_client()
    _seconds(client, "/about")  # what is imported on first use
    for path in kept[0]:
        _seconds(client, f"/cases/{path}")
    some = kept[1 : CASES + 1]
    _tell("first time", _both(client, some))
    again = [_both(client, some) for _ in range(ROUNDS)]
    _tell("again", ([t for one in again for t in one[0]], [t for one in again for t in one[1]]))


def _both(client: FlaskClient, some: Sequence[tuple[str, str]]) -> tuple[list[float], list[float]]:
    """The seconds of cases and of versions, asked for in turn, each first every other time."""
    cases, versions = [], []
    for n, (case, version) in enumerate(some):
        asked = [(cases, case), (versions, version)]
        for times, path in asked if n % 2 else reversed(asked):
            times.append(_seconds(client, f"/cases/{path}"))
    return cases, versions


def _seconds(client: FlaskClient, path: str) -> float:
    begun = time.perf_counter()
    with client.get(path) as answer:
        answer.get_data()
        if answer.status_code != 200:
            raise SystemExit(f"{path} answers {answer.status_code}.")
    return time.perf_counter() - begun


def _tell(when: str, times: tuple[list[float], list[float]]) -> None:
    case, version = (1000 * statistics.median(one) for one in times)
    print(f"{when}: case {case:.2f} ms, version {version:.2f} ms: {version / case:.2f}")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
