"""The page of results: cards, filters, what the words name, pages, help when nothing fits."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from flask import request

from kb.answers.addresses import number_text, query_pairs
from kb.errors import QueryError
from kb.model.facets import FACETS
from kb.model.taxonomy import Taxonomy, Term
from kb.search.answer import SearchResult
from kb.search.found_set import FoundSet, found_set
from kb.search.query import Query
from kb.search.searcher import Searcher
from web.core.urls import query_url, search_url
from web.search.orders import Orders, orders
from web.ui.cards import Card, hit_card
from web.ui.compare_link import CompareLink, first_compared
from web.ui.filters import (
    Chip,
    FacetView,
    Offer,
    browse_offers,
    chips,
    facet_view,
    offers,
    units_asked,
    with_chosen,
)
from web.words.kinds import with_kinds
from web.words.lists import OR, listed
from web.words.translation import gettext, ngettext, number

PAGES_AROUND = 2
#: As many labels of filters name a page without a text; more are counted.
LABELS_IN_TITLE = 3
#: The fields of the form that ask for a least figure.
LEAST = ("results_min", "results_unit")


@dataclass(frozen=True, slots=True, kw_only=True)
class ResultsPage:
    """What the template of results shows of an answer, and around it.

    ``exact_url`` searches for the words as typed where they were repaired. ``offers`` are
    filters that the words name; where nothing was found they are ways to browse. ``orders``
    is None where there is nothing to order. ``pages`` are the numbers of those to go to, 0
    for a gap; ``last_url`` is empty unless the page asked for is beyond the last. ``unheld``
    names the countries asked for of which there is no case. ``kept`` and
    ``kept_by_filters`` are the fields that a new search, and the form of filters, take along.
    """

    result: SearchResult
    title: str
    is_titled_by_labels: bool
    tally: str
    exact_url: str
    offers: tuple[Offer, ...]
    cards: tuple[Card, ...]
    facets: tuple[FacetView, ...]
    chips: tuple[Chip, ...]
    clear_url: str
    pages: tuple[int, ...]
    last_url: str
    unheld: str
    previous_url: str
    next_url: str
    json_url: str
    least: str
    asks_least: bool
    units: tuple[Term, ...]
    orders: Orders | None
    compare: CompareLink | None
    kept: tuple[tuple[str, str], ...]
    kept_by_filters: tuple[tuple[str, str], ...]


def answer_page(query: Query, searcher: Searcher) -> SearchResult:
    """The answer to a query; beyond its last page one without hits, which says how many there are.

    The page of a browser is a place that may be gone by now; a program is told so (400).
    """
    try:
        return searcher.search(query)
    except QueryError as err:
        if err.parameter != "page":
            raise
        whole = searcher.search(replace(query, page=1))
        return replace(whole, query=query, hits=())


def results_page(result: SearchResult, searcher: Searcher) -> ResultsPage:
    """Gather the page of an answer."""
    query, taxonomy = result.query, searcher.taxonomy
    page, pages = query.page, result.pages
    found = found_set(query, searcher) if result.total else None
    first = query_pairs(replace(query, page=1))
    labels = [
        taxonomy.label(facet, value) for facet in FACETS for value in query.filters.get(facet, ())
    ]
    return ResultsPage(
        result=result,
        title=_title(query, labels, taxonomy),
        is_titled_by_labels=not query.text and 0 < len(labels) <= LABELS_IN_TITLE,
        tally=_tally(result),
        exact_url=query_url(replace(query, exact=True)),
        offers=offers(result, found) if found else browse_offers(result, searcher.cases),
        cards=tuple(
            hit_card(hit, taxonomy, query.filters.get("results", ())) for hit in result.hits
        ),
        facets=tuple(
            view
            for name in FACETS
            if (
                view := facet_view(
                    name,
                    with_chosen(name, result.facets.get(name, ()), query, taxonomy),
                    taxonomy,
                )
            )
        ),
        chips=chips(query, taxonomy),
        clear_url=search_url(query.text, exact=query.exact, sort=query.sort),
        pages=_pages(query, pages),
        last_url=query_url(query, page=pages) if page > pages else "",
        unheld=_unheld(result, taxonomy),
        previous_url=query_url(query, page=page - 1) if 1 < page <= pages else "",
        next_url=query_url(query, page=page + 1) if page < pages else "",
        json_url=query_url(query, page=page, endpoint="api.search"),
        least="" if query.results_min is None else number_text(query.results_min),
        asks_least=bool(query.filters.get("results")),
        units=units_asked(query, searcher.cases, taxonomy),
        orders=_orders(query, found, taxonomy) if found and result.total > 1 else None,
        compare=first_compared(result),
        kept=tuple(pair for pair in first if pair[0] not in ("q", "exact")),
        kept_by_filters=tuple(pair for pair in first if pair[0] not in (*FACETS, *LEAST)),
    )


def _orders(query: Query, found: FoundSet, taxonomy: Taxonomy) -> Orders:
    """The orders; says why the page is not ordered by a result where its address asks for it."""
    control = orders(query, found, taxonomy)
    if request.args.get("sort") == "result" and query.sort != "result":
        return replace(control, note=gettext("To order by a reported result, choose one metric."))
    return control


def _unheld(result: SearchResult, taxonomy: Taxonomy) -> str:
    """The countries asked for of which there is no case, in words."""
    chosen = result.query.filters.get("country", ())
    codes = [code for code in chosen if taxonomy.facet("country").get(code) is None]
    return listed((taxonomy.label("country", code) for code in codes), OR)


def _title(query: Query, labels: Sequence[str], taxonomy: Taxonomy) -> str:
    if query.text:
        return gettext("Results for “%(query)s”", query=query.text)
    if not labels:
        return with_kinds("All cases and {guides}", taxonomy)
    if len(labels) <= LABELS_IN_TITLE:
        return ", ".join(labels)
    return ngettext("What fits %(count)s filter", "What fits %(count)s filters", len(labels))


def _tally(result: SearchResult) -> str:
    total = result.total
    is_asked = bool(result.query.text or result.query.filters)
    if result.pages == 1 or not result.hits:
        if is_asked:
            return ngettext("%(count)s found", "%(count)s found", total)
        return ngettext("%(count)s entry", "%(count)s entries", total)
    first = (result.query.page - 1) * result.query.per_page + 1
    shown = {"first": number(first), "last": number(first + len(result.hits) - 1)}
    if is_asked:
        return ngettext(
            "%(count)s found, %(first)s–%(last)s shown",
            "%(count)s found, %(first)s–%(last)s shown",
            total,
            **shown,
        )
    return ngettext(
        "%(count)s entry, %(first)s–%(last)s shown",
        "%(count)s entries, %(first)s–%(last)s shown",
        total,
        **shown,
    )


def _pages(query: Query, pages: int) -> tuple[int, ...]:
    """First, last and those around the current page, 0 for a gap between; empty for one page."""
    if pages == 1:
        return ()
    near = range(query.page - PAGES_AROUND, query.page + PAGES_AROUND + 1)
    numbers = sorted({1, pages, *(one for one in near if 1 <= one <= pages)})
    steps: list[int] = []
    for one in numbers:
        if steps and one - steps[-1] > 1:
            steps.append(0)
        steps.append(one)
    return tuple(steps)
