"""All that a draft is told of itself before it is a case."""

from __future__ import annotations

from dataclasses import dataclass

from kb.drafting.found_by import Joined, Search, joined_facets, searches
from kb.drafting.same import Near, nearest_cases
from kb.drafting.trial import Trial
from kb.model.cases import Case
from kb.search.searcher import Searcher


@dataclass(frozen=True, slots=True, kw_only=True)
class Preview:
    """What a draft would be among the cases.

    Attributes:
        near: the cases that may be the same; where none may be, the nearest, of which each says
            so (``may_be_same``).
        searches: what it would be found by.
        facets: which values it has, and how many cases with it.
        whole: whether all of it was read for its meaning. Else its places are these or better
            ones.
        is_new: whether no case has its id yet.
    """

    near: tuple[Near, ...]
    searches: tuple[Search, ...]
    facets: tuple[Joined, ...]
    whole: bool
    is_new: bool

    @property
    def may_be_same(self) -> tuple[Near, ...]:
        """The cases that may be the same, most like first."""
        return tuple(one for one in self.near if one.may_be_same)


def preview(draft: Case, searcher: Searcher, *, whole: bool = False) -> Preview:
    """What a draft would be among the cases of a snapshot.

    Args:
        draft: what was read of it; parts that are not written yet are empty. Another text of a
            case is compared with all others.
        searcher: over the snapshot; nothing in it changes.
        whole: read every passage and try every search, which takes as long as some twenty
            searches. Else the answer takes about as long as two long ones.
    """
    trial = Trial(draft=draft, searcher=searcher, whole=whole)
    return Preview(
        near=nearest_cases(trial),
        searches=searches(trial),
        facets=joined_facets(trial),
        whole=whole,
        is_new=trial.is_new,
    )
