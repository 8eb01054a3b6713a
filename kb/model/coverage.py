"""What a compendium lacks by trade: divisions that are wanted.

A division of the official classification (``divisions`` of the vocabulary) is covered where
a sector that carries a code of it has a case. One that no sector covers is *wanted*, unless
the vocabulary says that owners of small firms are hardly found there (``sought: false``).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from kb.model.taxonomy import DIVISIONS, Taxonomy, Term

_SECTOR = "sector"


@dataclass(frozen=True, slots=True, kw_only=True)
class DivisionCoverage:
    """A division of the classification with the sectors that carry a code of it.

    ``n_cases`` counts the cases of these sectors, each once. Where a sector carries only a
    part of the division, its cases count all the same.
    """

    division: Term
    sectors: tuple[Term, ...]
    n_cases: int

    @property
    def is_wanted(self) -> bool:
        """Whether owners of small firms are found there, and no case is."""
        return self.division.sought and not self.n_cases


#: How many cases have any of some sectors.
Count = Callable[[Sequence[str]], int]


def division_coverage(taxonomy: Taxonomy, count: Count) -> tuple[DivisionCoverage, ...]:
    """Every division in the order of the classification; none where the vocabulary has none."""
    return tuple(_covered(division, taxonomy, count) for division in taxonomy[DIVISIONS])


def wanted_divisions(taxonomy: Taxonomy, count: Count) -> tuple[DivisionCoverage, ...]:
    """The divisions in which owners of small firms are found, and no case is."""
    return tuple(one for one in division_coverage(taxonomy, count) if one.is_wanted)


def _covered(division: Term, taxonomy: Taxonomy, count: Count) -> DivisionCoverage:
    sectors = tuple(
        sector
        for sector in taxonomy.facet(_SECTOR)
        if any(activity.code.startswith(division.id) for activity in sector.activities)
    )
    ids = [sector.id for sector in sectors]
    return DivisionCoverage(division=division, sectors=sectors, n_cases=count(ids) if ids else 0)
