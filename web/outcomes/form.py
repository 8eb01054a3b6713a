"""The form over the outcomes, the filters that are on, and the ways on."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import partial

from kb.answers.addresses import query_pairs
from kb.guidance.selection import Selection
from kb.model.facet_words import facet_words
from kb.model.taxonomy import Taxonomy
from kb.search.answer import FacetCount
from kb.search.query import Query
from kb.search.searcher import Searcher
from web.core.urls import profile_url, query_url, search_url
from web.ui.filters import Chip, chips, with_chosen
from web.words.profile import summary

ENDPOINT = "outcomes.outcomes"
#: The facets of the form.
SELECTS = ("type", "project", "sector", "country")


@dataclass(frozen=True, slots=True, kw_only=True)
class Option:
    """One value of a select."""

    value: str
    label: str
    selected: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Select:
    """One facet of the form. ``groups`` are (heading, options) in the vocabulary's order."""

    name: str
    label: str
    blank: str
    groups: tuple[tuple[str, tuple[Option, ...]], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class SelectionView:
    """What was chosen: the form, the filters that are on, and ways on.

    ``kept`` are the names and values that the form has no field for. ``without_words``
    is the address without the words, empty where there are none.
    """

    text: str
    repaired: str
    exact_url: str
    selects: tuple[Select, ...]
    kept: tuple[tuple[str, str], ...]
    chips: tuple[Chip, ...]
    clear_url: str
    without_words: str
    is_whole: bool
    only_guides: bool
    search_url: str
    csv_url: str
    json_url: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ProfileView:
    """A firm whose role models were chosen, in a line, and ways on."""

    summary: str
    models_url: str
    csv_url: str
    json_url: str


def profile_view(chosen: Selection, current: Searcher) -> ProfileView:
    """The links around the role models of a firm."""
    profile, query = chosen.profile, chosen.query
    return ProfileView(
        summary=summary(profile, current.taxonomy),
        models_url=profile_url(profile, query),
        csv_url=profile_url(profile, query, "outcomes.outcomes_csv"),
        json_url=profile_url(profile, query, "api.outcomes"),
    )


def selection_view(query: Query, current: Searcher, *, only_guides: bool) -> SelectionView:
    """The form and the links around a selection."""
    result = current.search(replace(query, per_page=1))
    held = {name: _held(name, current) for name in SELECTS}
    counts = {
        name: [one for one in result.facets.get(name, ()) if one.value in held[name]]
        for name in SELECTS
    }
    made = tuple(
        _select(
            name,
            with_chosen(name, counts[name], query, current.taxonomy),
            query,
            current.taxonomy,
        )
        for name in SELECTS
    )
    firsts = {(name, values[0]) for name in SELECTS if (values := query.filters.get(name))}
    return SelectionView(
        text=query.text,
        repaired=result.repaired,
        exact_url=query_url(replace(query, exact=True), endpoint=ENDPOINT),
        selects=made,
        kept=tuple(
            pair
            for pair in query_pairs(query)
            if pair[0] not in ("q", "exact") and pair not in firsts
        ),
        chips=chips(query, current.taxonomy, partial(query_url, endpoint=ENDPOINT)),
        clear_url=search_url(query.text, exact=query.exact, endpoint=ENDPOINT),
        without_words=query_url(replace(query, text="", exact=False), endpoint=ENDPOINT)
        if query.text
        else "",
        is_whole=not query_pairs(query),
        only_guides=only_guides,
        search_url=query_url(query),
        csv_url=query_url(query, endpoint="outcomes.outcomes_csv"),
        json_url=query_url(query, endpoint="api.outcomes"),
    )


def _held(facet: str, current: Searcher) -> set[str]:
    """The values that cases have; guides report nothing."""
    cases = (case for case in current.cases if not case.is_guide)
    return {value for case in cases for value in case.facets.get(facet, ())}


def _select(name: str, counts: Sequence[FacetCount], query: Query, taxonomy: Taxonomy) -> Select:
    """A facet's values that would find something, the first of those chosen selected."""
    chosen = query.filters.get(name, ())[:1]
    groups: dict[str, list[Option]] = {}
    for one in counts:
        if one.count or one.would_add > 0 or one.selected:
            option = Option(value=one.value, label=one.label, selected=one.value in chosen)
            groups.setdefault(one.group, []).append(option)
    words = facet_words(name, taxonomy)
    return Select(
        name=name,
        label=words.heading,
        blank=words.no_choice,
        groups=tuple((heading, tuple(options)) for heading, options in groups.items()),
    )
