"""What a draft would be among the cases: those that may be the same, and what it is found by."""

from __future__ import annotations

from dataclasses import dataclass

from kb.drafting.found_by import ANSWERS, LABELS, SUITS, TITLE, WANTED, Joined, Search
from kb.drafting.preview import Preview, preview
from kb.drafting.same import Near
from kb.model.cases import Case
from kb.search.searcher import Searcher

#: What suggests a search, as the page says it.
SUGGESTED = {
    TITLE: "its title",
    SUITS: "whom it suits",
    ANSWERS: "a question that it answers",
    LABELS: "its trade, purpose and country",
    WANTED: "asked for before, and not answered",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Nearby:
    """A preview as a page shows it."""

    preview: Preview

    @property
    def same(self) -> tuple[Near, ...]:
        """The cases that may be the same, most like first."""
        return self.preview.may_be_same

    @property
    def nearest(self) -> tuple[Near, ...]:
        """The nearest of the others."""
        return tuple(one for one in self.preview.near if not one.may_be_same)

    @property
    def searches(self) -> tuple[tuple[Search, str], ...]:
        """The searches that it would be tried by, each with what suggests it."""
        return tuple((one, SUGGESTED[one.by]) for one in self.preview.searches)

    @property
    def facets(self) -> tuple[Joined, ...]:
        """The values that it joins, or brings in."""
        return self.preview.facets


def nearby(case: Case, searcher: Searcher) -> Nearby | None:
    """What a draft would be among the cases; None where it says too little to tell."""
    if not case.summary and not case.body.strip():
        return None
    return Nearby(preview=preview(case, searcher))
