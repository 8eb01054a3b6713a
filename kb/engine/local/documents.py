"""Which document has what: filters and counts over documents in memory."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from kb.engine.base import Document, Figure
from kb.engine.filters import FigureFilter, Filter


class DocumentTable:
    """Documents by id: for each value of a facet, and each kind, which of them have it."""

    def __init__(self, documents: Sequence[Document]) -> None:
        """Take the documents, which must be in the order of their ids."""
        self.ids = tuple(document.id for document in documents)
        self.places = {document_id: at for at, document_id in enumerate(self.ids)}
        self._facets: dict[str, dict[str, np.ndarray]] = {}
        self._kinds: dict[str, np.ndarray] = {}
        self._figures: dict[str, list[tuple[int, Figure]]] = {}
        for at, document in enumerate(documents):
            self._mark(self._kinds, document.kind, at)
            for facet, values in document.facets.items():
                for value in values:
                    self._mark(self._facets.setdefault(facet, {}), value, at)
            for figure in document.figures:
                self._figures.setdefault(figure.metric, []).append((at, figure))

    def _mark(self, having: dict[str, np.ndarray], value: str, at: int) -> None:
        having.setdefault(value, np.zeros(len(self.ids), dtype=bool))[at] = True

    def passing(self, within: Filter) -> np.ndarray:
        """Which documents pass a filter: bool of shape (n_documents,)."""
        passing = np.ones(len(self.ids), dtype=bool)
        for facet, values in within.facets.items():
            if values:
                combine = self._all if facet in within.all_of else self._any
                passing &= combine(self._facets.get(facet, {}), values)
        if within.kinds:
            passing &= self._any(self._kinds, within.kinds)
        if within.figure is not None:
            passing &= self._reporting(within.figure)
        if within.ids is not None:
            listed = [self.places[case_id] for case_id in within.ids if case_id in self.places]
            passing &= self._at(listed)
        return passing

    def counts(self, within: Filter) -> Mapping[str, Mapping[str, int]]:
        """Facet to value to how many documents that pass have it; none of 0."""
        passing = self.passing(within)
        counted = {
            facet: {value: int((having & passing).sum()) for value, having in by_value.items()}
            for facet, by_value in self._facets.items()
        }
        return {
            facet: {value: number for value, number in by_value.items() if number}
            for facet, by_value in counted.items()
        }

    def _any(self, having: Mapping[str, np.ndarray], values: Sequence[str]) -> np.ndarray:
        passing = np.zeros(len(self.ids), dtype=bool)
        for value in values:
            if value in having:
                passing |= having[value]
        return passing

    def _all(self, having: Mapping[str, np.ndarray], values: Sequence[str]) -> np.ndarray:
        passing = np.ones(len(self.ids), dtype=bool)
        for value in values:
            passing &= having.get(value, np.False_)
        return passing

    def _reporting(self, asked: FigureFilter) -> np.ndarray:
        return self._at(
            [
                at
                for metric in asked.metrics
                for at, figure in self._figures.get(metric, ())
                if figure.low >= asked.least
                and (figure.sign < 0) == asked.falls
                and (figure.compared if asked.unit is None else figure.unit == asked.unit)
            ]
        )

    def _at(self, places: Sequence[int]) -> np.ndarray:
        passing = np.zeros(len(self.ids), dtype=bool)
        passing[np.array(places, dtype=np.int64)] = True
        return passing
