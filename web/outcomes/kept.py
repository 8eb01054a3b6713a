"""What all cases reported, worked out once for a snapshot: for the first who asks.

Most readers ask for everything. It is not made when the snapshot is opened: of ten thousand cases
it takes about as long as all the rest of opening, and everybody would wait for it. Case addresses
in it are paths, which pages make themselves.
"""

from __future__ import annotations

from dataclasses import dataclass
from weakref import WeakKeyDictionary

from kb.answers.addresses import Addresses, query_pairs
from kb.answers.outcomes import OutcomesAnswer, outcomes_answer
from kb.guidance.selection import Selection, of_query
from kb.search.answer import SearchResult
from kb.search.query import Query
from kb.search.searcher import Searcher


@dataclass(frozen=True, slots=True, kw_only=True)
class Whole:
    """What all cases reported, and the counts of the form over all of them."""

    answer: OutcomesAnswer
    found: SearchResult


_KEPT: WeakKeyDictionary[Searcher, Whole] = WeakKeyDictionary()


def whole_of(current: Searcher) -> Whole:
    """What all cases of a snapshot reported."""
    if current not in _KEPT:
        _KEPT[current] = Whole(
            answer=outcomes_answer(of_query(Query(), current), current, Addresses()),
            found=current.search(Query(per_page=1)),
        )
    return _KEPT[current]


def is_whole(chosen: Selection) -> bool:
    """Whether a selection is everything, read for no metric of its own."""
    return chosen.profile.is_empty and not chosen.metric and not query_pairs(chosen.query)


def answer_for(chosen: Selection, current: Searcher) -> OutcomesAnswer:
    """What a selection reported, for a page."""
    if is_whole(chosen):
        return whole_of(current).answer
    return outcomes_answer(chosen, current, Addresses())


def found_for(query: Query, current: Searcher) -> SearchResult:
    """The search of a selection, for the counts of its form."""
    if not query_pairs(query):
        return whole_of(current).found
    return current.search(query)
