"""Filters: what may be ticked, what is on, and what the words of a query name."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace

from kb.answers.addresses import number_text
from kb.model.cases import Case
from kb.model.english import N_
from kb.model.facet_words import facet_words
from kb.model.facets import FACETS
from kb.model.quantities import quantities
from kb.model.taxonomy import Taxonomy, Term
from kb.search.answer import FacetCount, SearchResult
from kb.search.found_set import FoundSet
from kb.search.query import Query
from kb.text.mentions import Mention
from web.core.urls import facet_url, query_url, with_value, without
from web.words.translation import gettext, number

#: Facets whose values are listed at once; the others open on demand.
OPEN_FACETS = ("country", "type", "kind", "status")


@dataclass(frozen=True, slots=True, kw_only=True)
class FacetView:
    """One facet of the filter form.

    ``groups`` are its values under their headings, which are empty where there is none.
    ``is_open`` shows them at once.
    """

    name: str
    label: str
    groups: tuple[tuple[str, tuple[FacetCount, ...]], ...]
    is_open: bool
    n_selected: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Chip:
    """A filter that is on, and the address without it."""

    label: str
    facet: str
    url: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Offer:
    """A filter that the visitor's words name, and the address that has it on."""

    words: str
    url: str


def facet_view(name: str, counts: tuple[FacetCount, ...], taxonomy: Taxonomy) -> FacetView | None:
    """The facet with the values that are found, chosen or would add; None without any."""
    useful = [count for count in counts if count.count or count.selected or count.would_add]
    if not useful:
        return None
    groups: dict[str, list[FacetCount]] = {}
    for count in useful:
        groups.setdefault(count.group, []).append(count)
    n_selected = sum(count.selected for count in useful)
    return FacetView(
        name=name,
        label=gettext(facet_words(name, taxonomy).heading),
        groups=tuple((heading, tuple(counts)) for heading, counts in groups.items()),
        is_open=name in OPEN_FACETS or n_selected > 0,
        n_selected=n_selected,
    )


def with_chosen(
    name: str, counts: Iterable[FacetCount], query: Query, taxonomy: Taxonomy
) -> tuple[FacetCount, ...]:
    """The counts of a facet, and those of values that are chosen and that no case has."""
    held = tuple(counts)
    known = {count.value for count in held}
    chosen = [value for value in query.filters.get(name, ()) if value not in known]
    none = (
        FacetCount(value=value, label=taxonomy.label(name, value), count=0, selected=True)
        for value in chosen
    )
    return (*held, *none)


def units_asked(query: Query, cases: Iterable[Case], taxonomy: Taxonomy) -> tuple[Term, ...]:
    """The units in which the chosen metrics are reported or compared, and the one asked for.

    They are in the order of the vocabulary; without a metric there is none.
    """
    metrics = query.filters.get("results", ())
    results = [r for case in cases for r in case.results if r.metric in metrics]
    found = {result.unit for result in results if result.low is not None}
    found |= {one.unit for result in results for one in quantities(result, taxonomy)}
    return tuple(
        term
        for term in taxonomy["units"]
        if metrics and (term.id in found or term.id == query.results_unit)
    )


def chips(query: Query, taxonomy: Taxonomy, *, endpoint: str = "search.search") -> tuple[Chip, ...]:
    """The filters that are on, the least figure last; they lead to ``endpoint``."""
    found = [
        Chip(
            label=taxonomy.label(facet, value),
            facet=gettext(facet_words(facet, taxonomy).heading),
            url=without(query, facet, value, endpoint=endpoint),
        )
        for facet in FACETS
        for value in query.filters.get(facet, ())
    ]
    if query.results_min is not None:
        url = query_url(replace(query, results_min=None), endpoint=endpoint)
        unit = taxonomy["units"].label(query.results_unit) if query.results_unit else ""
        figure = f"{number_text(query.results_min)} {unit}".strip()
        words = gettext("at least %(figure)s", figure=figure)
        found.append(Chip(label=words, facet=gettext("Figure"), url=url))
    return tuple(found)


def offers(result: SearchResult, found: FoundSet) -> tuple[Offer, ...]:
    """The values named in the query that would change what is found, with what they would find.

    Where the facet has a selection a value widens it; elsewhere it narrows. A value
    that would leave nothing, or everything as it is, is not offered. The numbers are
    those of the search that the offer leads to.
    """
    query = result.query
    made = []
    for mention in result.mentions:
        if query.filters.get(mention.facet):
            adds = _count(result, mention).would_add
            words = _offered(N_("Also %(value)s (+%(count)s)"), mention.label, adds)
        else:
            left = len(found.narrowed(mention.facet, mention.value))
            narrows = left < result.total
            words = _offered(N_("Only %(value)s (%(count)s)"), mention.label, left * narrows)
        if words:
            made.append(Offer(words=words, url=with_value(query, mention.facet, mention.value)))
    return tuple(made)


def browse_offers(result: SearchResult, cases: Iterable[Case]) -> tuple[Offer, ...]:
    """The values named in the query as ways to browse, each with all of its cases."""
    held = [case.facets for case in cases]
    found = []
    for mention in result.mentions:
        count = sum(mention.value in facets.get(mention.facet, ()) for facets in held)
        url = facet_url(**{mention.facet: mention.value})
        is_place = mention.facet == "country"
        message = (
            N_("All cases from %(value)s (%(count)s)")
            if is_place
            else N_("All cases under “%(value)s” (%(count)s)")
        )
        words = gettext(message, value=mention.label, count=number(count))
        found.append(Offer(words=words, url=url))
    return tuple(found)


def _offered(message: str, value: str, count: int) -> str:
    """The words of an offer, none where it would find nothing."""
    return gettext(message, value=value, count=number(count)) if count > 0 else ""


def _count(result: SearchResult, mention: Mention) -> FacetCount:
    counts = {count.value: count for count in result.facets.get(mention.facet, ())}
    nothing = FacetCount(value=mention.value, label=mention.label, count=0)
    return counts.get(mention.value, nothing)
