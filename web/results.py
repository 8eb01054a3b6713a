"""The page of results: facets, chips of what is chosen, pages, and help when nothing fits."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from kb.documents import FACETS, FacetCount, Query, SearchResult
from kb.taxonomy import Taxonomy
from web.cards import Card, hit_card
from web.links import number_text, query_url, search_url, without

FACET_WORDS: Mapping[str, str] = {
    "country": "Country",
    "type": "Type of network",
    "project": "What they do together",
    "sector": "Sector",
    "results": "Reported result",
    "kind": "Kind",
    "form": "Form",
    "formation": "How it came to be",
    "status": "Outcome",
}
#: Facets whose values are listed at once; the others open on demand.
OPEN_FACETS = ("country", "type", "kind", "status")
PAGES_AROUND = 2


@dataclass(frozen=True, slots=True, kw_only=True)
class Choice:
    """One value to tick. ``tally`` is the count, or ``+n`` for what it would add."""

    value: str
    label: str
    selected: bool
    tally: str
    spoken: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ChoiceGroup:
    """Values under one heading of a facet; the heading is empty where there is none."""

    heading: str
    choices: tuple[Choice, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class FacetView:
    """One facet of the filter form. ``is_open`` shows its values at once."""

    name: str
    label: str
    groups: tuple[ChoiceGroup, ...]
    is_open: bool
    n_selected: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Chip:
    """A filter that is on, and the address without it."""

    label: str
    facet: str
    url: str


@dataclass(frozen=True, slots=True, kw_only=True)
class PageLink:
    """A step to another page of the answer; ``gap`` stands for the pages left out."""

    number: int
    url: str
    current: bool = False
    gap: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class ResultsPage:
    """Everything that the template of results shows."""

    query: Query
    title: str
    tally: str
    cards: tuple[Card, ...]
    facets: tuple[FacetView, ...]
    chips: tuple[Chip, ...]
    clear_url: str
    no_good_match: bool
    pages: tuple[PageLink, ...]
    previous_url: str
    next_url: str
    json_url: str
    least: str
    asks_least: bool


def results_page(result: SearchResult, taxonomy: Taxonomy) -> ResultsPage:
    """Gather the page of an answer."""
    query = result.query
    page, pages = query.page, result.pages
    return ResultsPage(
        query=query,
        title=_title(query, taxonomy),
        tally=_tally(result),
        cards=tuple(
            hit_card(hit, taxonomy, query.filters.get("results", ())) for hit in result.hits
        ),
        facets=tuple(
            view for name in FACETS if (view := _facet(name, result.facets.get(name, ())))
        ),
        chips=_chips(query, taxonomy),
        clear_url=search_url(query.text),
        no_good_match=result.no_good_match,
        pages=_pages(query, pages),
        previous_url=query_url(query, page=page - 1) if page > 1 else "",
        next_url=query_url(query, page=page + 1) if page < pages else "",
        json_url=query_url(query, page=page, endpoint="api.search"),
        least="" if query.results_min is None else number_text(query.results_min),
        asks_least=bool(query.filters.get("results")),
    )


def _title(query: Query, taxonomy: Taxonomy) -> str:
    if query.text:
        return f"Results for “{query.text}”"
    chosen = [
        taxonomy.label(facet, value) for facet in FACETS for value in query.filters.get(facet, ())
    ]
    if not chosen:
        return "All cases and guides"
    return ", ".join(chosen) if len(chosen) <= 3 else f"What fits {len(chosen)} filters"


def _tally(result: SearchResult) -> str:
    count = f"{result.total:,} {'entry' if result.total == 1 else 'entries'}"
    if result.query.text or result.query.filters:
        count = f"{result.total:,} found"
    if result.pages == 1:
        return count
    first = (result.query.page - 1) * result.query.per_page + 1
    last = first + len(result.hits) - 1
    return f"{count}, {first}–{last} shown"


def _facet(name: str, counts: tuple[FacetCount, ...]) -> FacetView | None:
    """The facet with the values that are found, chosen or would add; None without any."""
    useful = [count for count in counts if count.count or count.selected or count.adds]
    if not useful:
        return None
    groups: dict[str, list[Choice]] = {}
    for count in useful:
        groups.setdefault(count.group, []).append(_choice(count))
    n_selected = sum(count.selected for count in useful)
    return FacetView(
        name=name,
        label=FACET_WORDS[name],
        groups=tuple(
            ChoiceGroup(heading=heading, choices=tuple(choices))
            for heading, choices in groups.items()
        ),
        is_open=name in OPEN_FACETS or n_selected > 0,
        n_selected=n_selected,
    )


def _choice(count: FacetCount) -> Choice:
    adds = count.adds > 0 and not count.selected
    return Choice(
        value=count.value,
        label=count.label,
        selected=count.selected,
        tally=f"+{count.adds}" if adds else str(count.count),
        spoken=f"adds {count.adds}" if adds else f"{count.count} found",
    )


def _chips(query: Query, taxonomy: Taxonomy) -> tuple[Chip, ...]:
    chips = [
        Chip(
            label=taxonomy.label(facet, value),
            facet=FACET_WORDS[facet],
            url=without(query, facet, value),
        )
        for facet in FACETS
        for value in query.filters.get(facet, ())
    ]
    if query.results_min is not None:
        url = search_url(query.text, query.filters, per_page=query.per_page)
        unit = taxonomy["units"].label(query.results_unit) if query.results_unit else ""
        words = f"at least {number_text(query.results_min)} {unit}".strip()
        chips.append(Chip(label=words, facet="Figure", url=url))
    return tuple(chips)


def _pages(query: Query, pages: int) -> tuple[PageLink, ...]:
    """First, last and those around the current page, with gaps between; empty for one page."""
    if pages == 1:
        return ()
    near = range(query.page - PAGES_AROUND, query.page + PAGES_AROUND + 1)
    numbers = sorted({1, pages, *(number for number in near if 1 <= number <= pages)})
    links: list[PageLink] = []
    for number in numbers:
        if links and number - links[-1].number > 1:
            links.append(PageLink(number=number - 1, url="", gap=True))
        url = query_url(query, page=number)
        links.append(PageLink(number=number, url=url, current=number == query.page))
    return tuple(links)
