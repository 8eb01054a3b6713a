"""The whole set that an answer found, and how much of it a narrower filter would find."""

from __future__ import annotations

from dataclasses import dataclass

from kb.model.cases import Case
from kb.search.query import Query
from kb.search.searcher import Searcher


@dataclass(frozen=True, slots=True, kw_only=True)
class FoundSet:
    """Every case that an answer found, in no order of merit."""

    cases: tuple[Case, ...]

    def narrowed(self, facet: str, value: str) -> tuple[Case, ...]:
        """What the same search finds with one value more in a facet without a selection."""
        return tuple(case for case in self.cases if value in case.facets.get(facet, ()))


def found_set(query: Query, searcher: Searcher) -> FoundSet:
    """The found set of a query, whichever page of it was asked for."""
    return FoundSet(cases=searcher.found(query))
