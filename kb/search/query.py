"""What a reader asks, made canonical and checked against the limits."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace

from kb.engine.filters import FigureFilter, Filter
from kb.errors import QueryError
from kb.model.facets import FACETS
from kb.model.quantities import DIRECTIONS, DOWN, UP
from kb.model.taxonomy import Taxonomy

#: How an answer can be ordered; see ``kb.search.order``.
NEWEST, OLDEST = "newest", "oldest"
#: The key of the day on which a case came in, counted from the first day of the year 1.
ADDED = "added"
SORTS: tuple[str, ...] = ("relevance", NEWEST, OLDEST, "result")

#: Query limits, stated once for the site, the API and the command line.
MAX_QUERY_LENGTH = 1000
MAX_PER_PAGE = 100
DEFAULT_PER_PAGE = 10
#: A page of the site shows as many hits; a program is given fewer unless it asks.
PAGE_SIZE = 25
#: A feed names as many cases to a page.
FEED_SIZE = 50

#: No compendium has more pages; a larger number is a mistake or a probe.
MAX_PAGE = 1_000_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Query:
    """What a reader asks: canonical and within limits (see ``make_query``).

    An empty ``text`` browses: every case that the filters allow, by title.
    ``results_min`` asks for a reported figure of at least that much (of a range,
    its low end) in one of the metrics of ``filters["results"]``, in the unit
    ``results_unit`` or, if that is None, in any. ``results_direction`` says which way it
    went: a fall of 60% is at least 20% only for who asks for falls. ``all_of`` names the
    facets of which a case must have every value that is chosen, not any of them. ``exact``
    leaves slips of typing as they are.
    """

    text: str = ""
    filters: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    all_of: tuple[str, ...] = ()
    results_min: float | None = None
    results_unit: str | None = None
    results_direction: str = UP
    exact: bool = False
    sort: str = "relevance"
    page: int = 1
    per_page: int = DEFAULT_PER_PAGE

    @property
    def n_filters(self) -> int:
        """How many values of facets are chosen."""
        return sum(map(len, self.filters.values()))


def filter_of(query: Query) -> Filter:
    """What the filters of a query ask of a case."""
    figure = None
    if query.results_min is not None:
        metrics = query.filters.get("results", ())
        figure = FigureFilter(
            metrics=metrics,
            least=query.results_min,
            unit=query.results_unit,
            falls=query.results_direction == DOWN,
        )
    return Filter(facets=query.filters, all_of=frozenset(query.all_of), figure=figure)


def widened(within: Filter, facet: str, value: str) -> Filter:
    """A filter with one value more in a facet; a figure may then be in that metric, too."""
    values = (*within.facets.get(facet, ()), value)
    figure = within.figure
    if figure is not None and facet == "results":
        figure = replace(figure, metrics=values)
    return replace(within, facets={**within.facets, facet: values}, figure=figure)


def relaxed(within: Filter, facet: str) -> Filter:
    """A filter that asks nothing of a facet."""
    return replace(within, facets={**within.facets, facet: ()})


def with_value(query: Query, facet: str, value: str) -> Query:
    """The first page of a query with one value of a facet more."""
    values = (*query.filters.get(facet, ()), value)
    return replace(query, filters={**query.filters, facet: values}, page=1)


def without_value(query: Query, facet: str, value: str) -> Query:
    """The first page of a query with one value of a facet taken away.

    The least figure goes with the last metric, since it means nothing alone.
    """
    kept = tuple(chosen for chosen in query.filters.get(facet, ()) if chosen != value)
    filters = {**query.filters, facet: kept}
    all_of = tuple(name for name in query.all_of if filters.get(name))
    if filters.get("results"):
        return replace(query, filters=filters, all_of=all_of, page=1)
    return without_least(replace(query, filters=filters, all_of=all_of))


def without_least(query: Query) -> Query:
    """The first page of a query without the least figure, and what hangs on it."""
    return replace(query, results_min=None, results_unit=None, results_direction=UP, page=1)


def make_query(
    taxonomy: Taxonomy,
    *,
    text: str = "",
    filters: Mapping[str, Iterable[str]] | None = None,
    all_of: Iterable[str] = (),
    results_min: float | None = None,
    results_unit: str | None = None,
    results_direction: str = UP,
    exact: bool = False,
    sort: str = "relevance",
    page: int = 1,
    per_page: int = DEFAULT_PER_PAGE,
) -> Query:
    """Check a request and make it canonical.

    Values may be ids, labels or aliases in any case; each is kept once, in the
    order given. White space in the text does not count. Of ``all_of`` the facets that have
    values are kept, in the order of the facets.

    Raises:
        QueryError: names the parameter, the value and what is allowed.
    """
    # Half a pair of surrogates (bytes of a command line that are not UTF-8) is no character.
    text = " ".join(text.encode("utf-8", "replace").decode().split())
    if len(text) > MAX_QUERY_LENGTH:
        raise QueryError(
            f"The search text must be at most {MAX_QUERY_LENGTH} characters, not {len(text)}; "
            "a sentence or two say enough.",
            parameter="q",
            value=text[:40] + "…",
        )
    _within("page", page, MAX_PAGE)
    _within("per_page", per_page, MAX_PER_PAGE)
    canonical, metrics = _filters(taxonomy, filters or {}), taxonomy["metrics"].ids
    if results_min is not None and not math.isfinite(results_min):
        raise QueryError(
            f"results_min must be a plain number such as 20, not {results_min}.",
            parameter="results_min",
            value=results_min,
        )
    if results_min is not None and "results" not in canonical:
        raise QueryError(
            f"results_min needs a metric in results, for example results={metrics[0]}.",
            parameter="results_min",
            value=results_min,
            allowed=metrics,
        )
    return Query(
        text=text,
        filters=canonical,
        all_of=_all_of(all_of, canonical),
        results_min=results_min,
        results_unit=_unit(taxonomy, results_unit, results_min),
        results_direction=_direction(results_direction, is_asked=results_min is not None),
        exact=exact,
        sort=_sort(sort, canonical, metrics),
        page=page,
        per_page=per_page,
    )


def _within(parameter: str, value: int, most: int) -> None:
    if not 1 <= value <= most:
        raise QueryError(
            f"{parameter} must be a whole number from 1 to {most}, not {value}.",
            parameter=parameter,
            value=value,
        )


def _filters(
    taxonomy: Taxonomy, filters: Mapping[str, Iterable[str]]
) -> Mapping[str, tuple[str, ...]]:
    canonical = {}
    for facet, values in filters.items():
        values = tuple(values)
        if facet not in FACETS or (values and facet not in taxonomy.facets):
            raise QueryError(
                f"{facet!r} is not a filter; filters are {', '.join(taxonomy.facets)}.",
                parameter=facet,
                value=values,
                allowed=taxonomy.facets,
            )
        ids = dict.fromkeys(taxonomy.asked(facet, value, facet) for value in values)
        if ids:
            canonical[facet] = tuple(ids)
    return {facet: canonical[facet] for facet in FACETS if facet in canonical}


def _all_of(facets: Iterable[str], filters: Mapping[str, tuple[str, ...]]) -> tuple[str, ...]:
    asked = tuple(facets)
    for facet in asked:
        if facet not in FACETS:
            raise QueryError(
                f"all_of must name filters, and {facet[:60]!r} is none; "
                f"filters are {', '.join(FACETS)}.",
                parameter="all_of",
                value=facet,
                allowed=FACETS,
            )
    return tuple(facet for facet in FACETS if facet in asked and facet in filters)


def _sort(sort: str, filters: Mapping[str, tuple[str, ...]], metrics: Sequence[str]) -> str:
    if sort not in SORTS:
        raise QueryError(
            f"sort must be one of {', '.join(SORTS)}, not {sort[:40]!r}.",
            parameter="sort",
            value=sort,
            allowed=SORTS,
        )
    if sort == "result" and len(filters.get("results", ())) != 1:
        raise QueryError(
            f"sort=result needs exactly one metric in results, for example results={metrics[0]}.",
            parameter="sort",
            value=sort,
        )
    return sort


def _direction(direction: str, *, is_asked: bool) -> str:
    if direction not in DIRECTIONS or (direction == DOWN and not is_asked):
        problem = "it needs results_min" if direction in DIRECTIONS else f"not {direction[:40]!r}"
        raise QueryError(
            f"results_direction must be one of {', '.join(DIRECTIONS)}: {problem}.",
            parameter="results_direction",
            value=direction,
            allowed=DIRECTIONS,
        )
    return direction


def _unit(taxonomy: Taxonomy, unit: str | None, results_min: float | None) -> str | None:
    if not unit:
        return None
    unit_id = taxonomy["units"].canonical(unit)
    if unit_id is None or results_min is None:
        allowed = tuple(dict.fromkeys((*taxonomy["units"].nearest(unit), *taxonomy["units"].ids)))
        problem = f"no unit is called {unit[:60]!r}" if unit_id is None else "it needs results_min"
        raise QueryError(
            f"results_unit cannot be used: {problem}. Units are {', '.join(allowed)}.",
            parameter="results_unit",
            value=unit,
            allowed=allowed,
        )
    return unit_id
