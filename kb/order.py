"""The order of the cases that were found: by relevance, by year, or by a reported figure."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

import numpy as np

from kb.documents import Case, Query, Result

#: A level of 60% of the usual says as much as a reduction by 40%.
_OF_USUAL = "percent-of-usual"


def ordered(
    found: np.ndarray, cases: Sequence[Case], scores: np.ndarray, query: Query
) -> list[int]:
    """Put the columns of the found cases in the order that the query asks for.

    Args:
        found: bool of shape (n_cases,).
        cases: every case, by id.
        scores: float64 of shape (n_cases,).
        query: its ``sort``, and for ``result`` its metric and unit.

    Returns:
        ``relevance``: by score with a text, by title without one. ``newest``: by the
        latest year that the case names, cases without one last. ``result``: by the
        strongest figure in the metric, in one unit (``results_unit``, or the one
        most of these cases use, as figures in different units have no order); cases
        without one last. Equal cases stand by id, or by title and id without a text.
    """
    columns = np.flatnonzero(found).tolist()
    columns.sort(key=lambda c: (-scores[c],) if query.text else (cases[c].title.casefold(),))
    if query.sort == "newest":
        columns.sort(key=lambda c: -_year(cases[c]))
    elif query.sort == "result":
        metric = query.filters["results"][0]
        unit = query.results_unit or _common_unit([cases[c] for c in columns], metric)
        columns.sort(key=lambda c: -_strongest(cases[c], metric, unit))
    return columns


def _year(case: Case) -> int:
    return max(case.period.end or 0, case.period.start or 0) if case.period else 0


def _figures(case: Case, metric: str) -> list[Result]:
    return [r for r in case.results if r.metric == metric and r.high is not None]


def _common_unit(cases: Sequence[Case], metric: str) -> str | None:
    units = Counter(result.unit for case in cases for result in _figures(case, metric))
    return min(units, key=lambda unit: (-units[unit], str(unit))) if units else None


def _strongest(case: Case, metric: str, unit: str | None) -> float:
    values = [
        100 - (result.low or 0) if unit == _OF_USUAL else float(result.high or 0)
        for result in _figures(case, metric)
        if result.unit == unit
    ]
    return max(values, default=-np.inf)
