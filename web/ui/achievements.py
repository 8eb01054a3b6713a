"""A few of the figures that some cases reported, one of each metric."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from functools import partial

import numpy as np

from kb.answers.figures import headline, plainness
from kb.engine.filters import Filter
from kb.model.cases import Case, Result
from kb.search.searcher import Searcher

BAND_SIZE = 6
#: Of many cases that report figures so many are looked at.
LOOKED_AT = 200


def achievements(
    searcher: Searcher, within: Filter, *, leave_out: Callable[[Case], bool] = lambda case: False
) -> tuple[tuple[Case, Result], ...]:
    """Up to six reported figures, no metric twice and, while there are enough, no country twice.

    What the compendium is about comes before other kinds, plain units before others, and
    then ids in order, so that the choice is the same for the same cases.

    Args:
        searcher: what the cases are in.
        within: what a case must pass.
        leave_out: which of these reports nothing of its own.
    """
    taxonomy = searcher.taxonomy
    plain = partial(plainness, taxonomy=taxonomy)
    rows = _plainest_first(searcher, within)[:LOOKED_AT].tolist()
    reported = [
        (case, best)
        for case in map(searcher.cases.__getitem__, rows)
        if not leave_out(case) and (best := headline(case.results, plain))
    ]
    subject = taxonomy.subject.id
    reported.sort(key=lambda pair: (pair[0].kind != subject, -plain(pair[1])[0], pair[0].id))
    chosen = _distinct(reported, by_country=True)
    rest = [pair for pair in reported if pair not in chosen]
    return tuple(_distinct([*chosen, *rest], by_country=False))


def _plainest_first(searcher: Searcher, within: Filter) -> np.ndarray:
    """The rows of the cases that report figures, about in the order in which they may be chosen.

    A figure counts by the plainest unit that it can be told in.
    """
    engine, taxonomy = searcher.engine, searcher.taxonomy
    plainest = np.full(len(engine), -1, dtype=np.int64)
    for metric in taxonomy["metrics"].ids:
        figures = engine.figures(metric)
        plain = np.array([int(taxonomy.unit(unit).plain) for unit in figures.units], np.int64)
        if len(plain):
            np.maximum.at(plainest, figures.rows[figures.own], plain[figures.unit[figures.own]])
    rows = engine.matching(within, np.flatnonzero(plainest >= 0))
    subjects = engine.matching(Filter(kinds=(taxonomy.subject.id,)), rows)
    return rows[np.lexsort((rows, -plainest[rows], ~np.isin(rows, subjects)))]


def _distinct(
    reported: Iterable[tuple[Case, Result]], *, by_country: bool
) -> list[tuple[Case, Result]]:
    """The first of each metric, and of each country if asked, at most a full band."""
    chosen: list[tuple[Case, Result]] = []
    taken: set[str] = set()
    for case, result in reported:
        shown = {result.metric, *(case.facets["country"] if by_country else ())}
        if len(chosen) < BAND_SIZE and not shown & taken:
            chosen.append((case, result))
            taken |= shown
    return chosen
