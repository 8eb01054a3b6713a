"""The whole set that a search finds, where nothing else of its answer is wanted."""

from __future__ import annotations

from kb.search.answer import FoundSet
from kb.search.query import Query
from kb.search.searcher import Searcher


def found_set(query: Query, searcher: Searcher) -> FoundSet:
    """The found set of a query, whichever page of it was asked for."""
    return searcher.found(query)
