"""What a compendium holds, counted once: by every facet, and facet by facet.

Pages ask for single numbers, such as how many studies come from Norway; nobody counts
again.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from itertools import combinations

from kb.model.cases import Case
from kb.model.facets import FACETS
from kb.model.taxonomy import Taxonomy, Term

#: A facet with one of its values, or two such pairs in the order of the facets.
Values = tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Counted:
    """Some documents, and how many of them have each value and each two values at once."""

    documents: tuple[Case, ...]
    counts: Mapping[Values, int]

    def count(self, **values: str) -> int:
        """How many documents have these values: ``count(country="NO", kind="study")``.

        Raises:
            ValueError: they are not of one facet or of two.
        """
        pairs = tuple((facet, values[facet]) for facet in FACETS if facet in values)
        if len(pairs) != len(values) or len(pairs) not in (1, 2):
            raise ValueError(f"values must be of one facet or of two, not of {sorted(values)}")
        return self.counts.get(pairs, 0)

    def having(self, facet: str, value: str) -> tuple[Case, ...]:
        """The documents that have a value of a facet, in their order."""
        return tuple(one for one in self.documents if value in one.facets.get(facet, ()))

    @property
    def years(self) -> tuple[int, int] | None:
        """The first and the last year that their periods name; None where none does."""
        periods = [one.period for one in self.documents if one.period is not None]
        named = [year for one in periods for year in (one.start, one.end) if year is not None]
        return (min(named), max(named)) if named else None

    def terms(self, facet: str, taxonomy: Taxonomy) -> tuple[Term, ...]:
        """The values of a facet that some document has, in the order of the vocabulary."""
        return tuple(term for term in taxonomy.facet(facet) if self.count(**{facet: term.id}))


@dataclass(frozen=True, slots=True, kw_only=True)
class Holdings:
    """What a compendium holds: everything, the cases alone, and the guides alone."""

    everything: Counted
    cases: Counted
    guides: tuple[Case, ...]


def holdings(documents: Iterable[Case]) -> Holdings:
    """Count some documents."""
    every = tuple(documents)
    return Holdings(
        everything=_counted(every),
        cases=_counted(tuple(case for case in every if not case.is_guide)),
        guides=tuple(case for case in every if case.is_guide),
    )


def _counted(documents: tuple[Case, ...]) -> Counted:
    counts: Counter[Values] = Counter()
    for document in documents:
        pairs = [(facet, value) for facet in FACETS for value in document.facets.get(facet, ())]
        counts.update((pair,) for pair in pairs)
        counts.update(combinations(pairs, 2))
    return Counted(documents=documents, counts=counts)
