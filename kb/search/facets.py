"""Filters and exact facet counts over the cases of a snapshot.

Values of one facet widen each other (OR), facets narrow each other (AND).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace

import numpy as np

from kb.model.cases import FACETS, Case
from kb.model.quantities import in_unit
from kb.model.taxonomy import Taxonomy
from kb.search.answer import FacetCount
from kb.search.query import Query


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

    def mask(self, query: Query) -> np.ndarray:
        """Which cases the query's filters allow: bool of shape (n_cases,)."""
        allowed = np.ones(len(self._cases), dtype=bool)
        for facet, values in query.filters.items():
            if values:
                allowed &= self._any(facet, values)
        if query.results_min is not None:
            allowed &= self._figures(query.filters.get("results", ()), query)
        return allowed

    def counts(
        self, query: Query, find: Callable[[np.ndarray], np.ndarray]
    ) -> Mapping[str, tuple[FacetCount, ...]]:
        """Counts beside an answer.

        Args:
            query: what was asked.
            find: the cases that the answer reports when the filters allow those
                given; both bool of shape (n_cases,).
        """
        found = find(self.mask(query))
        return {
            facet: tuple(self._count(facet, v, query, found, find) for v in self.values(facet))
            for facet in FACETS
        }

    def _count(
        self,
        facet: str,
        value: str,
        query: Query,
        found: np.ndarray,
        find: Callable[[np.ndarray], np.ndarray],
    ) -> FacetCount:
        selected = query.filters.get(facet, ())
        adds = 0
        if selected and value not in selected:
            wider = replace(query, filters={**query.filters, facet: (*selected, value)})
            adds = int(find(self.mask(wider)).sum() - found.sum())
        term = self._taxonomy.facet(facet).get(value)
        return FacetCount(
            value=value,
            label=self._taxonomy.label(facet, value),
            count=int((self._has[facet][value] & found).sum()),
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
                    and (figure := in_unit(result, query.results_unit, self._taxonomy)) is not None
                    and figure.low >= least
                    for result in case.results
                )
                for case in self._cases
            ],
            dtype=bool,
        )
