"""The form over the outcomes: which cases are selected, and what may be selected instead."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial

from kb.answers.addresses import query_pairs
from kb.search.answer import FacetCount
from kb.search.query import Query
from kb.search.searcher import Searcher
from web.core.urls import query_url
from web.ui.filters import Chip, chips, with_chosen

ENDPOINT = "outcomes.outcomes"
#: The facets of the form.
SELECTS = ("type", "project", "sector", "country")


@dataclass(frozen=True, slots=True, kw_only=True)
class SelectionForm:
    """What is selected and what may be.

    Attributes:
        query: the selection.
        repaired: its words as they were repaired, empty where they were not.
        selects: facet to the values that would find something, and those chosen.
        kept: names and values that the form has no field for.
        chips: the filters that are on.
    """

    query: Query
    repaired: str
    selects: Mapping[str, Sequence[FacetCount]]
    kept: Sequence[tuple[str, str]]
    chips: Sequence[Chip]


def selection_form(query: Query, current: Searcher) -> SelectionForm:
    """The form for a selection."""
    result = current.search(replace(query, per_page=1))
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
        repaired=result.repaired,
        selects=selects,
        kept=[pair for pair in query_pairs(query) if pair not in shown],
        chips=chips(query, current.taxonomy, partial(query_url, endpoint=ENDPOINT)),
    )
