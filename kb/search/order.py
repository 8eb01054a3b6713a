"""The order of the cases that were found: by relevance, by year, or by a reported figure."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence

from kb.model.cases import Case
from kb.model.quantities import DOWN, in_unit, is_of_usual, quantity
from kb.model.taxonomy import CHANGE, Taxonomy
from kb.search.query import Query


def ordered(
    cases: Iterable[Case], scores: Mapping[str, float], query: Query, taxonomy: Taxonomy
) -> list[Case]:
    """Put the cases that were found in the order that the query asks for.

    Args:
        cases: those found.
        scores: the score of each by its id; only read with a text.
        query: its ``sort``, and for ``result`` its metric and unit.
        taxonomy: the vocabulary of the cases.

    Returns:
        ``relevance``: by score with a text, by title without one. ``newest``: by the
        latest year that the case names, cases without one last. ``oldest``: by its earliest
        year, cases without one last. ``result``: by the
        strongest figure in the metric, in one unit (``results_unit``, or the one
        most of these cases use, as figures in different units have no order); rises and
        states first, largest first, then falls, largest first, and the other way round
        where falls are asked for; cases without a figure last. Equal cases stand by id, or
        by title and id without a text.
    """
    in_order = sorted(cases, key=lambda case: case.id)
    in_order.sort(key=lambda c: (-scores[c.id],) if query.text else (c.title.casefold(),))
    if query.sort == "newest":
        in_order.sort(key=lambda case: -_year(case))
    elif query.sort == "oldest":
        in_order.sort(key=_first_year)
    elif query.sort == "result":
        metric = query.filters["results"][0]
        unit = query.results_unit or _common_unit(in_order, metric, taxonomy)
        if is_of_usual(unit, taxonomy):  # where less is stronger
            unit = taxonomy.unit_of(CHANGE)
        falls = query.results_direction == DOWN
        in_order.sort(key=lambda case: _strongest(case, metric, unit, taxonomy, falls=falls))
    return in_order


def _year(case: Case) -> int:
    return max(case.period.end or 0, case.period.start or 0) if case.period else 0


def _first_year(case: Case) -> float:
    years = (case.period.start, case.period.end) if case.period else ()
    return min((year for year in years if year), default=math.inf)


def _common_unit(cases: Sequence[Case], metric: str, taxonomy: Taxonomy) -> str | None:
    results = (r for case in cases for r in case.results if r.metric == metric)
    figures = (quantity(result, taxonomy) for result in results)
    units = Counter(figure.unit for figure in figures if figure is not None)
    return min(units, key=lambda unit: (-units[unit], unit)) if units else None


def _strongest(
    case: Case, metric: str, unit: str | None, taxonomy: Taxonomy, *, falls: bool
) -> tuple[bool, float]:
    """The place of a case: whether its figure goes the other way, and its size, negative."""
    results = (r for r in case.results if r.metric == metric)
    figures = (in_unit(result, unit, taxonomy) for result in results)
    return min(
        (
            ((taxonomy.sign(figure.direction) < 0) != falls, -figure.high)
            for figure in figures
            if figure is not None
        ),
        default=(True, math.inf),
    )
