"""From an answer to a comparison of its first cases."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from kb.guidance.profile_comparison import number_word
from kb.results.comparison import LEAST
from kb.search.answer import SearchResult
from web.core.urls import compare_url

#: How many of an answer's cases are compared at once.
FIRST = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class CompareLink:
    """A link to a comparison."""

    url: str
    words: str


def compare_first(case_ids: Iterable[str], noun: str = "") -> CompareLink | None:
    """The comparison of the first few of some cases; None with fewer than two."""
    first = list(case_ids)[:FIRST]
    if len(first) < LEAST:
        return None
    counted = " ".join(part for part in (number_word(len(first)), noun) if part)
    words = f"Compare the first {counted} side by side"
    return CompareLink(url=compare_url(first), words=words)


def first_compared(result: SearchResult) -> CompareLink | None:
    """The comparison of the first cases of an answer, guides left out.

    None where nothing was asked, so that the order means nothing, and beyond the first
    page.
    """
    query = result.query
    if query.page > 1 or not (query.text or query.filters):
        return None
    return compare_first((hit.case.id for hit in result.hits if not hit.case.is_guide), "cases")
