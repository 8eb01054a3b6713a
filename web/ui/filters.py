"""Filters: what may be ticked, what is on, and what the words of a query name."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace

from kb.answers.addresses import number_text
from kb.engine.base import Engine
from kb.model.english import N_
from kb.model.facet_words import facet_words
from kb.model.facets import COLLECTION_FACET, FACETS
from kb.model.quantities import DOWN, UP
from kb.model.taxonomy import Taxonomy, Term
from kb.search.answer import EXACT, FacetCount, SearchResult
from kb.search.query import Query, with_value, without_least, without_value
from kb.search.searcher import Searcher
from kb.search.suggestions import values_in_part
from kb.text.mentions import Mention
from web.core.urls import ANY_VALUE, facet_url, query_url, query_urls
from web.ui.links import Link
from web.words.translation import gettext, number

#: The facets whose values are shown before they are opened, unless there are more than this.
OPEN_FACETS = ("country", "type", "kind", "status")
MOST_OPEN = 12

_COUNTRY = "country"

#: Turns a query into the address of a page.
Address = Callable[[Query], str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Chip:
    """A part of what was asked (``name`` is its parameter), and the address without it."""

    name: str
    facet: str
    label: str
    url: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Way:
    """A way that a reported figure can have gone, to choose."""

    value: str
    words: str
    selected: bool


def facet_counts(
    counts: Mapping[str, Iterable[FacetCount]], query: Query, taxonomy: Taxonomy
) -> Mapping[str, tuple[FacetCount, ...]]:
    """Facets to their values that are found, chosen or would add; those without any are left out.

    They are in the order to show. Where everything is of one collection there is nothing to tick.
    """
    shown = {}
    for name in FACETS:
        if name == COLLECTION_FACET and len(counts.get(name, ())) < 2 and name not in query.filters:
            continue
        every = with_chosen(name, counts.get(name, ()), query, taxonomy)
        shown[name] = tuple(one for one in every if one.count or one.selected or one.would_add)
    return {name: useful for name, useful in shown.items() if useful}


def with_chosen(
    name: str, counts: Iterable[FacetCount], query: Query, taxonomy: Taxonomy
) -> tuple[FacetCount, ...]:
    """The counts of a facet, and those of values that are chosen and that no case has.

    They are in the order of the vocabulary, countries by their regions.
    """
    held = tuple(counts)
    known = {count.value for count in held}
    chosen = [value for value in query.filters.get(name, ()) if value not in known]
    none = (
        FacetCount(value=value, label=term.label, count=0, selected=True, group=term.group)
        for value in chosen
        for term in [taxonomy.term(name, value)]
    )
    every = (*held, *none)
    return tuple(sorted(every, key=lambda count: count.group)) if name == "country" else every


@dataclass(frozen=True, slots=True, kw_only=True)
class FilterLink:
    """A value of a facet to turn on or off, by one step to another search.

    ``count`` says how many cases it concerns: those found that have it, or, where ``adds``
    is set, how many more it would find.
    """

    label: str
    url: str
    count: int
    group: str = ""
    value: str = ""
    selected: bool = False
    adds: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class FacetFilter:
    """A facet on the page of results: its values, and whether any or all of them are asked.

    ``is_open`` says whether its values are shown before it is opened. ``modes`` lead from
    "any of these" to "all of these" and back; empty where that makes no difference.
    """

    name: str
    label: str
    n_on: int
    is_open: bool
    values: tuple[FilterLink, ...]
    modes: tuple[Link, ...] = ()


def facet_filters(
    facets: Mapping[str, Iterable[FacetCount]],
    query: Query,
    repeated: Collection[str],
    taxonomy: Taxonomy,
) -> tuple[FacetFilter, ...]:
    """The facets of an answer, each value with the search that turns it on or off.

    Args:
        facets: what ``facet_counts`` gives.
        query: what was asked.
        repeated: the facets of which a case can have several values.
        taxonomy: the vocabulary.
    """
    found = []
    for name, counts in facets.items():
        with_one = query_urls(with_value(query, name, ANY_VALUE), name)
        values = tuple(
            _filter_link(
                one,
                query_url(without_value(query, name, one.value))
                if one.selected
                else with_one(one.value),
            )
            for one in counts
        )
        n_on = sum(one.selected for one in values)
        found.append(
            FacetFilter(
                name=name,
                label=gettext(facet_words(name, taxonomy).heading),
                n_on=n_on,
                is_open=bool(n_on) or (name in OPEN_FACETS and len(values) <= MOST_OPEN),
                values=values,
                modes=_modes(name, query) if n_on and name in repeated else (),
            )
        )
    return tuple(found)


def _filter_link(one: FacetCount, url: str) -> FilterLink:
    adds = bool(one.would_add) and not one.selected
    return FilterLink(
        label=one.label,
        url=url,
        count=one.would_add if adds else one.count,
        group=one.group,
        value=one.value,
        selected=one.selected,
        adds=adds,
    )


def _modes(facet: str, query: Query) -> tuple[Link, ...]:
    others = tuple(name for name in query.all_of if name != facet)
    every = tuple(name for name in FACETS if name == facet or name in others)
    is_all = facet in query.all_of
    return (
        Link(
            url=query_url(query, all_of=others), words=gettext("any of these"), is_here=not is_all
        ),
        Link(url=query_url(query, all_of=every), words=gettext("all of these"), is_here=is_all),
    )


def units_asked(query: Query, engine: Engine, taxonomy: Taxonomy) -> tuple[Term, ...]:
    """The units in which the chosen metrics are reported or compared, and the one asked for.

    They are in the order of the vocabulary; without a metric there is none.
    """
    metrics = query.filters.get("results", ())
    found = set()
    for figures in map(engine.figures, metrics):
        found |= {figures.units[unit] for unit in set(figures.unit.tolist())}
    return tuple(
        term
        for term in taxonomy["units"]
        if metrics and (term.id in found or term.id == query.results_unit)
    )


def ways_asked(query: Query, engine: Engine) -> tuple[Way, ...]:
    """Which way a least figure may be asked for.

    Before one is, the way that most figures went is chosen: who chooses costs, which mostly
    fell, is offered a fall.
    """
    if query.results_min is not None:
        chosen = query.results_direction
    else:
        every = [engine.figures(metric) for metric in query.filters.get("results", ())]
        fell = sum(int((one.way[one.own] < 0).sum()) for one in every)
        chosen = DOWN if 2 * fell > sum(int(one.own.sum()) for one in every) else UP
    words = {UP: gettext("rose, or was reached"), DOWN: gettext("fell")}
    return tuple(Way(value=way, words=words[way], selected=way == chosen) for way in words)


def chips(query: Query, taxonomy: Taxonomy, address: Address = query_url) -> tuple[Chip, ...]:
    """The filters that are on, the least figure last; ``address`` says where they lead."""
    found = [
        Chip(
            name=facet,
            facet=_asked_words(facet, query, taxonomy),
            label=taxonomy.label(facet, value),
            url=address(without_value(query, facet, value)),
        )
        for facet in FACETS
        for value in query.filters.get(facet, ())
    ]
    if query.results_min is not None:
        words, url = _least_words(query, taxonomy), address(without_least(query))
        found.append(Chip(name="results_min", facet=gettext("Figure"), label=words, url=url))
    return tuple(found)


def _least_words(query: Query, taxonomy: Taxonomy) -> str:
    """The least figure that is asked for, its way and its unit, or that any unit will do."""
    figure = number_text(query.results_min or 0)
    if query.results_unit:
        figure = f"{figure} {taxonomy['units'].label(query.results_unit)}"
    else:
        figure = gettext("%(figure)s in any unit", figure=figure)
    fell = query.results_direction == DOWN
    message = N_("fell by at least %(figure)s") if fell else N_("at least %(figure)s")
    return gettext(message, figure=figure)


def falls_instead(query: Query, current: Searcher) -> Link | None:
    """The same search for falls, where rises and states were asked for and falls are found."""
    if query.results_min is None or query.results_direction == DOWN:
        return None
    falls = replace(query, results_direction=DOWN, page=1)
    count = current.search(falls).total
    if not count:
        return None
    message = N_("Search for “%(value)s” (%(count)s)")
    value = _least_words(falls, current.taxonomy)
    return Link(url=query_url(falls), words=gettext(message, value=value, count=number(count)))


def _asked_words(facet: str, query: Query, taxonomy: Taxonomy) -> str:
    """What a facet is called, and that all of its values are asked for where that says more."""
    heading = gettext(facet_words(facet, taxonomy).heading)
    if facet in query.all_of and len(query.filters.get(facet, ())) > 1:
        return gettext("%(facet)s, all of these", facet=heading)
    return heading


def offers(result: SearchResult) -> tuple[Link, ...]:
    """The values named in the query that would change what is found, with what they would find.

    Where the facet has a selection a value widens it; elsewhere it narrows. A value
    that would leave nothing, or everything as it is, is not offered. The numbers are
    those of the search that the offer leads to; where that is not known exactly there is none.
    """
    query, is_exact = result.query, result.found.relation == EXACT
    made = []
    for mention in result.mentions:
        if query.filters.get(mention.facet) and mention.facet not in query.all_of:
            message = N_("Also %(value)s (%(count)s more)") if is_exact else N_("Also %(value)s")
            n = _would_add(result, mention)
        else:
            left = result.found.n_narrowed(mention.facet, mention.value)
            message = N_("Only %(value)s (%(count)s)") if is_exact else N_("Only %(value)s")
            n = left if left < result.total else 0
        if n > 0:
            words = gettext(message, value=mention.label, count=number(n))
            url = query_url(with_value(query, mention.facet, mention.value))
            made.append(Link(url=url, words=words))
    return (*made, *_offered_regions(result))


def _offered_regions(result: SearchResult) -> Iterator[Link]:
    """The parts of the world named in the query, each as the countries of it that are found.

    Where countries are chosen already it is left alone: they say more.
    """
    query, read = result.query, result.reading
    for region in read.regions if read is not None and not query.filters.get(_COUNTRY) else ():
        found = {one.value for one in result.facets[_COUNTRY] if one.count}
        countries = [one for one in region.countries if one in found]
        n = result.found.n_narrowed(_COUNTRY, *countries) if countries else 0
        if 0 < n < result.total:
            narrowed = query
            for one in countries:
                narrowed = with_value(narrowed, _COUNTRY, one)
            message = N_("Only %(value)s")
            if result.found.relation == EXACT:
                message = N_("Only %(value)s (%(count)s)")
            words = gettext(message, value=region.label, count=number(n))
            yield Link(url=query_url(narrowed), words=words)


def browse_offers(result: SearchResult, searcher: Searcher) -> tuple[Link, ...]:
    """The values named in the query as ways to browse, each with all of its cases.

    Where it names none whole, those whose label holds one of its words.
    """
    found, holdings = [], searcher.compendium.holdings
    for mention in result.mentions or values_in_part(searcher, result):
        count = holdings.everything.count(**{mention.facet: mention.value})
        message = (
            N_("All cases from %(value)s (%(count)s)")
            if mention.facet == "country"
            else N_("All cases under “%(value)s” (%(count)s)")
        )
        words = gettext(message, value=mention.label, count=number(count))
        found.append(Link(url=facet_url(**{mention.facet: mention.value}), words=words))
    return tuple(found)


def _would_add(result: SearchResult, mention: Mention) -> int:
    counts = result.facets.get(mention.facet, ())
    return next((one.would_add for one in counts if one.value == mention.value), 0)
