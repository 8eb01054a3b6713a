"""The whole set that an answer found, and how much of it a narrower filter would find."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from kb.model.cases import Case
from kb.search.query import MAX_PER_PAGE, Query
from kb.search.searcher import Searcher

Keep = Callable[[Sequence[Case]], tuple[Case, ...]]


@dataclass(frozen=True, slots=True, kw_only=True)
class FoundSet:
    """Every case that an answer found, in no order of merit.

    ``allowed`` are the cases that its filters allow, and ``keep`` takes from any of
    them those that the words find.
    """

    cases: tuple[Case, ...]
    allowed: tuple[Case, ...]
    keep: Keep

    def narrowed(self, facet: str, value: str) -> tuple[Case, ...]:
        """What the same search finds with one value more in a facet without a selection.

        It may be less than the found cases that have the value: a search finds nothing
        at all where the best of the cases that its filters allow does not fit.
        """
        return self.keep([case for case in self.allowed if value in case.facets.get(facet, ())])


def found_set(query: Query, searcher: Searcher) -> FoundSet:
    """The found set of a query, whichever page of it was asked for."""
    allowed = _allowed(query, searcher)
    keep = _keep(query, searcher) if query.text else tuple
    return FoundSet(cases=keep(allowed), allowed=allowed, keep=keep)


def _allowed(query: Query, searcher: Searcher) -> tuple[Case, ...]:
    """The cases that the filters allow: a browse, page by page."""
    browse = replace(query, text="", sort="relevance", page=1, per_page=MAX_PER_PAGE)
    first = searcher.search(browse)
    rest = (searcher.search(replace(browse, page=page)) for page in range(2, first.pages + 1))
    return tuple(hit.case for result in (first, *rest) for hit in result.hits)


def _keep(query: Query, searcher: Searcher) -> Keep:
    """What the words find among the cases given, as ``Searcher.search`` does."""
    evidence = searcher.retriever.evidence if query.exact else searcher.evidence
    scores, find = searcher.judge(evidence(query.text))
    column = {case.id: at for at, case in enumerate(searcher.cases)}

    def keep(cases: Sequence[Case]) -> tuple[Case, ...]:
        mask = scores > float("inf")  # of its shape, and false everywhere
        for case in cases:
            mask[column[case.id]] = True
        found = find(mask)
        return tuple(case for case in cases if found[column[case.id]])

    return keep
