"""What the page of results computes around an answer."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from flask import request

from kb.errors import QueryError
from kb.model.facets import FACETS
from kb.model.taxonomy import Taxonomy
from kb.search.answer import ABOUT, EXACT, MORE, SearchResult
from kb.search.query import Query
from kb.search.searcher import Searcher
from kb.text.analysis import words
from kb.text.operators import without_marks
from kb.text.typography import curly_inside
from web.core.urls import query_url
from web.search.orders import Orders, orders
from web.ui.filters import Chip
from web.ui.links import Link, term_url
from web.ui.neighbours import neighbours
from web.words.kinds import with_kinds
from web.words.lists import OR, listed
from web.words.translation import gettext, ngettext, number

PAGES_AROUND = 2
#: As many labels of filters name a page without a text; more are counted.
LABELS_IN_TITLE = 3
#: A text in the head of a page is no longer; all of it stands in the box.
LONGEST_TITLE = 120


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


def title_of(query: Query, taxonomy: Taxonomy) -> str:
    """What the page of a query is called in the language of the page; empty where its filters do.

    They do where there are few and no text: then ``filters_in_title`` names it.
    """
    n = query.n_filters
    if query.text:
        return gettext("Results for “%(query)s”", query=_as_typed(query))
    if not n:
        return with_kinds("All cases and {guides}", taxonomy)
    if n <= LABELS_IN_TITLE:
        return ""
    return ngettext("What fits %(count)s filter", "What fits %(count)s filters", n)


def shortened(text: str) -> str:
    """A text for a line of its own: of a long one its beginning, at the end of a word if it can."""
    if len(text) <= LONGEST_TITLE:
        return text
    start, blank, _ = text[:LONGEST_TITLE].rpartition(" ")
    return f"{start if blank else text[:LONGEST_TITLE]}…"


def _as_typed(query: Query) -> str:
    """The text of a query between curly marks, with its own marks as those of a quotation there."""
    return shortened(curly_inside(query.text))


def filters_in_title(query: Query, taxonomy: Taxonomy) -> str:
    """The labels of the filters, which are the content's words whatever the page is in."""
    return ", ".join(
        taxonomy.label(facet, value) for facet in FACETS for value in query.filters.get(facet, ())
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Head:
    """What the window and search engines call a page of an answer: its words, of which page."""

    words: str
    number: str
    description: str


def head_of(result: SearchResult, title: str, chips: Sequence[Chip]) -> Head:
    """The head of an answer, its own for every text, set of filters and page of it.

    Args:
        result: the answer.
        title: what heads the page; empty where its filters do.
        chips: the filters that are on.
    """
    query, filters = result.query, ", ".join(chip.label for chip in chips)
    asked = [
        f"for “{_as_typed(query)}”" if query.text else "",
        f"under {filters}" if filters else "",
    ]
    beside = {EXACT: "", ABOUT: "About " if result.total else "", MORE: "More than "}[
        result.found.relation
    ]
    found = " ".join((f"{beside}{result.total:,} found", *(one for one in asked if one)))
    place = f", page {query.page:,} of {result.pages:,}" if query.page > 1 else ""
    return Head(
        words=": ".join(one for one in (title if query.text else "", filters) if one) or title,
        number=gettext("page %(number)s", number=number(query.page)) if query.page > 1 else "",
        description=f"{found}{place}. {_EACH}",
    )


#: What there is to each document, for search engines.
_EACH = (
    "Each case says who joined, what they did or planned together, what came of it where the "
    "source tells, and where it is written."
)


def orders_of(result: SearchResult, taxonomy: Taxonomy) -> Orders | None:
    """The orders, None where there is nothing to order.

    Says why the page is not ordered by a result where its address asks for it.
    """
    query = result.query
    if result.total < 2:
        return None
    control = orders(query, result.found, taxonomy, result.facets.get("results", ()))
    if request.args.get("sort") == "result" and query.sort != "result":
        return replace(control, note=gettext("To order by a reported result, choose one metric."))
    return control


def asks_nothing(query: Query) -> bool:
    """Whether a text has no word to look for, as "?" has none."""
    return bool(query.text) and not words(query.text)


def _without_case(result: SearchResult, taxonomy: Taxonomy) -> tuple[str, ...]:
    """The countries asked for of which there is no case: by filter, or as all that a text asks."""
    chosen = result.query.filters.get("country", ())
    codes = [code for code in chosen if taxonomy.facet("country").get(code) is None]
    read = result.reading
    if read is not None and read.asks_no_more:
        codes += [one.value for one in read.absent if one.facet == "country"]
    return tuple(dict.fromkeys(codes))


def countries_without_case(result: SearchResult, taxonomy: Taxonomy) -> str:
    """The countries asked for of which there is no case, in words."""
    codes = _without_case(result, taxonomy)
    return listed((taxonomy.label("country", code) for code in codes), OR)


def nearest_to(
    result: SearchResult, searcher: Searcher
) -> tuple[tuple[Link, tuple[Link, ...]], ...]:
    """The pages of the countries asked for of which there is no case, each with those near it."""
    taxonomy, counted = searcher.taxonomy, searcher.compendium.holdings.cases
    found = []
    for code in _without_case(result, taxonomy):
        term = taxonomy.term("country", code)
        near = tuple(
            Link(url=term_url("country", one.id), words=f"{one.label} ({number(n)})")
            for one, n in neighbours("country", term, counted, taxonomy)
        )
        found.append((Link(url=term_url("country", code), words=term.label), near))
    return tuple(found)


def without_quotation(result: SearchResult, searcher: Searcher) -> Link | None:
    """The same words without quotation marks, where no case says them so and some have them."""
    read, query = result.reading, result.query
    if result.total or read is None or not read.phrases or read.exclusions:
        return None
    apart = replace(query, text=without_marks(query.text), page=1)
    found = searcher.search(apart)
    if not found.total:
        return None
    words = gettext("Search for these words without quotation marks")
    if found.found.relation == EXACT:
        words = gettext(
            "Search for these words without quotation marks (%(count)s)", count=number(found.total)
        )
    return Link(url=query_url(apart), words=words)


def page_steps(page: int, pages: int) -> tuple[int, ...]:
    """First, last and those around the current page, 0 for a gap between; empty for one page."""
    if pages == 1:
        return ()
    near = range(page - PAGES_AROUND, page + PAGES_AROUND + 1)
    numbers = sorted({1, pages, *(one for one in near if 1 <= one <= pages)})
    steps: list[int] = []
    for one in numbers:
        if steps and one - steps[-1] > 1:
            steps.append(0)
        steps.append(one)
    return tuple(steps)
