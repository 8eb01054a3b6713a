"""How long a draft waits to hear what it would be among the cases, beside a search.

    python benchmarks/preview.py [--index DIR] [--queries N]

Judged queries are searched, and cases of the compendium are previewed as drafts with another
title, so that neither finds a vector that is remembered; then again with another paragraph, as
a draft that is being mended. It prints half and nineteen of twenty of each in milliseconds of
the processor, which others on the machine disturb least, and how much longer a preview takes.
"""

from __future__ import annotations

import argparse
import json
import os
import time
from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import TypeVar

import numpy as np

from kb.content.files import QUERIES_FILE
from kb.drafting.preview import preview
from kb.model.cases import Case
from kb.search.opening import open_current
from kb.search.query import PAGE_SIZE, Query
from kb.settings import read_settings

T = TypeVar("T")


def milliseconds(do: Callable[[T], object], each: Sequence[T]) -> np.ndarray:
    """How long each kept the processor busy; one thread does all of it."""
    taken = []
    for one in each:
        begin = time.thread_time()
        do(one)
        taken.append(1000 * (time.thread_time() - begin))
    return np.array(taken)


def draft_of(case: Case) -> Case:
    """A draft that nobody has read yet: every text of it is another."""
    return replace(
        case,
        id=f"drafts/{case.id.replace('/', '-')}",
        title=f"Once more: {case.title}",
        summary=f"Once more: {case.summary}",
        role_model_for=tuple(f"Once more: {line}" for line in case.role_model_for),
        answers=tuple(f"Once more: {line}" for line in case.answers),
    )


def main() -> None:
    """Measure both on an index that is built."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawTextHelpFormatter
    )
    parser.add_argument("--index", help="Folder of the snapshots")
    parser.add_argument("--queries", type=int, default=100, help="How many of each")
    options = parser.parse_args()
    settings = read_settings(os.environ, index=options.index)
    searcher = open_current(settings)
    lines = (settings.cases / QUERIES_FILE).read_text(encoding="utf-8").splitlines()
    queries = [Query(text=json.loads(line)["text"], per_page=PAGE_SIZE) for line in lines]
    step = max(1, len(searcher.cases) // options.queries)
    drafts = [draft_of(case) for case in list(searcher.cases)[::step][: options.queries]]
    searcher.search(queries.pop())
    preview(drafts.pop(), searcher)  # the questions that are wanted are read once
    searched = milliseconds(searcher.search, queries[: options.queries])
    previewed = milliseconds(lambda draft: preview(draft, searcher), drafts)
    mended = [replace(draft, body=f"{draft.body}\n\nMended.") for draft in drafts]
    again = milliseconds(lambda draft: preview(draft, searcher), mended)
    for name, taken in (("search", searched), ("preview", previewed), ("of a mended one", again)):
        half, most = np.percentile(taken, [50, 95])
        ratio = most / np.percentile(searched, 95)
        print(f"{name:<16} p50 {half:6.1f} ms   p95 {most:6.1f} ms   {ratio:.2f} times a search's")


if __name__ == "__main__":
    main()
