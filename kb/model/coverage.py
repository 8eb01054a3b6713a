"""What a compendium lacks by trade: sectors without a case, and divisions that are wanted.

A division of the official classification (``divisions`` of the vocabulary) is covered where
a sector that carries a code of it has a case. One that no sector covers is *wanted*, unless
the vocabulary says that owners of small firms are hardly found there (``sought: false``).
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from kb.model.cases import Case
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


def sectors_without_case(taxonomy: Taxonomy, cases: Iterable[Case]) -> tuple[Term, ...]:
    """The sectors that no case has, in the order of the vocabulary."""
    held = {sector for case in cases for sector in case.facets.get(_SECTOR, ())}
    return tuple(term for term in taxonomy.facet(_SECTOR) if term.id not in held)


def division_coverage(taxonomy: Taxonomy, cases: Iterable[Case]) -> tuple[DivisionCoverage, ...]:
    """Every division in the order of the classification; none where the vocabulary has none."""
    every = tuple(cases)
    return tuple(_covered(division, taxonomy, every) for division in taxonomy[DIVISIONS])


def wanted_divisions(taxonomy: Taxonomy, cases: Iterable[Case]) -> tuple[DivisionCoverage, ...]:
    """The divisions in which owners of small firms are found, and no case is."""
    return tuple(one for one in division_coverage(taxonomy, cases) if one.is_wanted)


def _covered(division: Term, taxonomy: Taxonomy, cases: Sequence[Case]) -> DivisionCoverage:
    sectors = tuple(
        sector
        for sector in taxonomy.facet(_SECTOR)
        if any(activity.code.startswith(division.id) for activity in sector.activities)
    )
    ids = {sector.id for sector in sectors}
    n_cases = sum(not ids.isdisjoint(case.facets.get(_SECTOR, ())) for case in cases)
    return DivisionCoverage(division=division, sectors=sectors, n_cases=n_cases)
