"""Filters and exact facet counts over the cases of a snapshot.

Values of one facet widen each other (OR), facets narrow each other (AND).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from kb.documents import FACETS, Case, FacetCount, Query
from kb.taxonomy import Taxonomy


class FacetTable:
    """Which case has which value: one boolean row per value, one column per case."""

    def __init__(self, cases: Sequence[Case], taxonomy: Taxonomy) -> None:
        self._cases = tuple(cases)
        self._taxonomy = taxonomy
        self._has: dict[str, dict[str, np.ndarray]] = {facet: {} for facet in FACETS}
        for column, case in enumerate(self._cases):
            for facet in FACETS:
                for value in case.facets.get(facet, ()):
                    row = self._has[facet].setdefault(value, np.zeros(len(self._cases), dtype=bool))
                    row[column] = True

    def values(self, facet: str) -> tuple[str, ...]:
        """The values of a facet that at least one case has, in the order of the vocabulary."""
        return tuple(v for v in self._taxonomy.facet(facet).ids if v in self._has[facet])

    def mask(self, query: Query, *, without: str | None = None) -> np.ndarray:
        """Which cases the query's filters allow, bool of shape (n_cases,).

        Args:
            query: its filters count, its text does not.
            without: a facet whose own filter is left out.
        """
        allowed = np.ones(len(self._cases), dtype=bool)
        for facet, values in query.filters.items():
            if facet != without and values:
                allowed &= self._any(facet, values)
        if query.results_min is not None and without != "results":
            allowed &= self._figures(query.filters.get("results", ()), query)
        return allowed

    def counts(
        self, query: Query, found: np.ndarray, eligible: np.ndarray
    ) -> Mapping[str, tuple[FacetCount, ...]]:
        """Counts beside an answer.

        Args:
            query: what was asked.
            found: the cases that the answer reports, bool of shape (n_cases,).
            eligible: the cases that the text of the query allows, filters aside.
        """
        counted = {}
        for facet in FACETS:
            selected = query.filters.get(facet, ())
            others = eligible & self.mask(query, without=facet) if selected else found
            counted[facet] = tuple(
                self._count(facet, value, query, found, others) for value in self.values(facet)
            )
        return counted

    def _count(
        self, facet: str, value: str, query: Query, found: np.ndarray, others: np.ndarray
    ) -> FacetCount:
        selected = query.filters.get(facet, ())
        has = self._has[facet].get(value, np.zeros(len(self._cases), dtype=bool))
        adds = 0
        if selected and value not in selected:
            adding = has & others & ~found
            if facet == "results" and query.results_min is not None:
                adding &= self._figures((value,), query)
            adds = int(adding.sum())
        term = self._taxonomy.facet(facet).get(value)
        return FacetCount(
            value=value,
            label=self._taxonomy.label(facet, value),
            count=int((has & found).sum()),
            selected=value in selected,
            adds=adds,
            group=term.group if term else "",
        )

    def _any(self, facet: str, values: Sequence[str]) -> np.ndarray:
        allowed = np.zeros(len(self._cases), dtype=bool)
        for value in values:
            if value in self._has[facet]:
                allowed |= self._has[facet][value]
        return allowed

    def _figures(self, metrics: Sequence[str], query: Query) -> np.ndarray:
        least = query.results_min
        return np.array(
            [
                any(
                    result.metric in metrics
                    and result.low is not None
                    and result.low >= least
                    and query.results_unit in (None, result.unit)
                    for result in case.results
                )
                for case in self._cases
            ],
            dtype=bool,
        )
