"""Ways on from a page: an address and its words."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from kb.model.english import N_
from kb.model.facets import FACET_LISTS
from kb.results.comparison import LEAST
from kb.search.answer import SearchResult
from web.core.request import searcher
from web.core.urls import compare_url, facet_url, url_for
from web.words.translation import gettext

#: The facets of which every value has a page of its own.
PAGED: tuple[str, ...] = ("country", "type", "project", "sector")

#: How many of an answer's cases are compared at once.
FIRST = 3
#: How many are compared to the words of the link, among cases and among role models.
CASES: Mapping[int, str] = {
    2: N_("Compare the first two cases side by side"),
    3: N_("Compare the first three cases side by side"),
}
MODELS: Mapping[int, str] = {
    2: N_("Compare the first two side by side"),
    3: N_("Compare the first three side by side"),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Link:
    """An address and its words; ``is_here`` where the page is what it leads to."""

    url: str
    words: str
    is_here: bool = False


def term_url(facet: str, value: str) -> str:
    """The page of a facet's value; where the facet has none, the search for its cases."""
    if facet not in PAGED:
        return facet_url(**{facet: value})
    name = searcher().taxonomy.slug(facet, value)
    return url_for("terms.term", folder=FACET_LISTS[facet], name=name)


def compare_first(case_ids: Iterable[str], words: Mapping[int, str]) -> Link | None:
    """The comparison of the first few of some cases; None with fewer than two."""
    first = list(case_ids)[:FIRST]
    if len(first) < LEAST:
        return None
    return Link(url=compare_url(first), words=gettext(words[len(first)]))


def first_compared(result: SearchResult) -> Link | None:
    """The comparison of the first cases of an answer, guides left out.

    None where nothing was asked, so that the order means nothing, and beyond the first
    page.
    """
    query = result.query
    if query.page > 1 or not (query.text or query.filters):
        return None
    return compare_first((hit.case.id for hit in result.hits if not hit.case.is_guide), CASES)
