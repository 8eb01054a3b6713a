"""The form over the outcomes: which cases are selected, and what may be selected instead."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from kb.answers.addresses import query_pairs
from kb.guidance.profile import Profile
from kb.guidance.selection import of_query
from kb.model.facets import FACETS
from kb.search.answer import FacetCount
from kb.search.query import PAGE_SIZE, Query, without_least, without_value
from kb.search.searcher import Searcher
from web.core.urls import outcomes_url, query_url
from web.outcomes.kept import answer_for, found_for
from web.ui.filters import Chip, chips, with_chosen
from web.words.lists import cut

#: The facets of the form, in its order: of these, those that the compendium has.
SELECTS = tuple(
    facet
    for facet in ("country", "type", "sector", "project", "kind", "decade", "collection")
    if facet in FACETS
)
#: The most ways out of a selection without figures that are tried.
_MOST_WAYS = 8
_WORDS_SHOWN = 60


@dataclass(frozen=True, slots=True, kw_only=True)
class SelectionForm:
    """What is selected and what may be.

    Attributes:
        query: the selection.
        metric: the metric that the page is about; empty where it is about all.
        repaired: its words as they were repaired, empty where they were not.
        selects: facet to the values that would find something, and those chosen.
        kept: names and values that the form has no field for.
        chips: the filters that are on.
    """

    query: Query
    metric: str
    repaired: str
    selects: Mapping[str, Sequence[FacetCount]]
    kept: Sequence[tuple[str, str]]
    chips: Sequence[Chip]

    @property
    def is_narrowed(self) -> bool:
        """Whether anything is chosen."""
        return bool(query_pairs(self.query))

    @property
    def words_url(self) -> str:
        """The same page by its words alone, without any filter."""
        return self.url(Query(text=self.query.text, exact=self.query.exact))

    @property
    def exact_url(self) -> str:
        """The same page with its words as they were typed."""
        return self.url(replace(self.query, exact=True))

    @property
    def search_url(self) -> str:
        """The same cases in the search."""
        return query_url(self.query, per_page=PAGE_SIZE)

    def url(self, query: Query | None = None) -> str:
        """The same page for another query; without one, for everything."""
        return page_url(query or Query(), self.metric)


@dataclass(frozen=True, slots=True, kw_only=True)
class WayOut:
    """What to take away from a selection, and how many cases then report."""

    label: str
    url: str
    count: int


def page_url(query: Query, metric: str = "") -> str:
    """The page of a selection, of all metrics or of one."""
    if not metric:
        return outcomes_url(Profile(), query)
    return outcomes_url(Profile(), query, "outcomes.metric", metric=metric)


def selection_form(query: Query, current: Searcher, metric: str = "") -> SelectionForm:
    """The form for a selection."""
    result = found_for(replace(query, per_page=Query().per_page), current)
    held = current.compendium.holdings.cases
    selects = {}
    for name in SELECTS:
        of_cases = [one for one in result.facets.get(name, ()) if held.count(**{name: one.value})]
        every = with_chosen(name, of_cases, query, current.taxonomy)
        selects[name] = [one for one in every if one.count or one.would_add > 0 or one.selected]
    shown = {("q", query.text), ("exact", "true")}
    shown |= {(name, values[0]) for name in SELECTS if (values := query.filters.get(name))}
    return SelectionForm(
        query=query,
        metric=metric,
        repaired=result.repaired,
        selects={name: values for name, values in selects.items() if values},
        kept=[pair for pair in query_pairs(query) if pair not in shown],
        chips=chips(query, current.taxonomy, lambda other: page_url(other, metric)),
    )


def ways_out(form: SelectionForm, current: Searcher) -> tuple[WayOut, ...]:
    """What to take away from a selection so that something is reported, the most first.

    A way after which still nothing is reported is none.
    """
    query = form.query
    ways = [
        (chip_label, without_value(query, facet, value))
        for facet in FACETS
        for value in query.filters.get(facet, ())
        for chip_label in (current.taxonomy.label(facet, value),)
    ]
    if query.results_min is not None:
        ways.append(("the least figure", without_least(query)))
    if query.text:
        ways.append((f"“{cut(query.text, _WORDS_SHOWN)}”", replace(query, text="", exact=False)))
    found = (
        WayOut(label=label, url=form.url(other), count=_reporting(other, current, form.metric))
        for label, other in ways[:_MOST_WAYS]
    )
    return tuple(sorted((way for way in found if way.count), key=lambda way: -way.count))


def _reporting(query: Query, current: Searcher, metric: str) -> int:
    """How many cases of a selection report a figure, or anything in one metric."""
    answer = answer_for(of_query(query, current, metric), current)
    if not metric:
        return answer.n_with_figures
    return next((one.n_cases for one in answer.metrics if one.metric == metric), 0)
