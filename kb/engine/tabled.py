"""Engines whose documents lie in columns of the snapshot: who has what is read from there.

Where words and vectors lie is each engine's own.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import cached_property, lru_cache
from typing import Protocol

import numpy as np

from kb.engine.answering import ArrayAnswering, MeasuredSet, MeasuredWords
from kb.engine.base import Answering, FigureRows, Question
from kb.engine.filters import EVERYTHING, Filter
from kb.engine.local.documents import DocumentTable


class HeldWords(MeasuredWords, Protocol):
    """The words of all documents, and who holds them."""

    def holding(self, terms: Sequence[str]) -> np.ndarray:
        """The rows of the documents that hold each of some terms, in their order."""
        ...

    def saying(self, terms: Sequence[str]) -> np.ndarray:
        """The rows of the documents that say some terms one after the other, in their order."""
        ...

    def frequencies(self, terms: Sequence[str]) -> Mapping[str, int]:
        """How many documents hold each term."""
        ...


#: Of so many phrases it is remembered who says them: one search asks for each several times.
_PHRASES = 8


class TabledEngine:
    """What an engine answers out of a table of documents; see ``kb.engine.base``."""

    documents: DocumentTable
    words: HeldWords
    vector_sets: Mapping[str, MeasuredSet]

    def __len__(self) -> int:
        return len(self.documents)

    def ids(self, rows: np.ndarray) -> tuple[str, ...]:
        """The ids of some documents."""
        return tuple(self.documents.ids[row] for row in rows.tolist())

    def row(self, document_id: str) -> int | None:
        """The row of a document."""
        return self.documents.ids.find(document_id)

    def under(self, prefix: str) -> np.ndarray:
        """The rows of the documents whose ids begin with some letters."""
        return np.arange(*self.documents.ids.beginning_with(prefix))

    def ask(self, question: Question) -> Answering:
        """Put a question."""
        return ArrayAnswering(self, question)

    def matching(self, within: Filter, among: np.ndarray | None = None) -> np.ndarray:
        """The rows of the documents that pass a filter."""
        if among is None:
            return np.flatnonzero(self._passing(within))
        return among if within.is_open else among[self._passing(within)[among]]

    def count(self, within: Filter) -> int:
        """How many documents pass a filter."""
        return len(self) if within.is_open else int(self._passing(within).sum())

    def counts(
        self, within: Filter, among: np.ndarray | None = None
    ) -> Mapping[str, Mapping[str, int]]:
        """Facet to value to how many documents that pass have it."""
        if within.asks_for_words:
            within, among = EVERYTHING, self.matching(within, among)
        return self.documents.counts(within, among)

    @cached_property
    def _saying(self) -> Callable[[tuple[str, ...]], np.ndarray]:
        """The rows of the documents that say some terms: those of the last phrases are kept."""
        return lru_cache(maxsize=_PHRASES)(self.words.saying)

    def _passing(self, within: Filter) -> np.ndarray:
        """Which documents pass a filter: bool of shape (n_documents,), the caller's own."""
        passing = self.documents.passing(within)
        for one in within.saying:
            says_it = np.zeros(len(self), dtype=bool)
            says_it[self._saying(one.terms)] = True
            for facet, values in one.values.items():
                if values:  # a filter without any lets everything pass
                    says_it |= self.documents.passing(Filter(facets={facet: values}))
            passing &= says_it
        for terms in within.unsaid:
            passing[self._saying(terms)] = False
        return passing

    def keys(self, name: str, rows: np.ndarray) -> np.ndarray:
        """A number that documents are ordered by."""
        return self.documents.keys(name, rows)

    def figures(self, metric: str) -> FigureRows:
        """Every figure that documents report in a metric."""
        return self.documents.figures(metric)

    def links(self, rows: np.ndarray) -> np.ndarray:
        """Pairs of documents that are linked."""
        return self.documents.links(rows)

    def holding(self, terms: Sequence[str]) -> np.ndarray:
        """The rows of the documents that hold each of some terms."""
        return self.words.holding(terms)

    def saying(self, terms: Sequence[str]) -> np.ndarray:
        """The rows of the documents that say some terms one after the other."""
        return self.words.saying(terms)

    def document_frequencies(self, terms: Sequence[str]) -> Mapping[str, int]:
        """How many documents hold each term."""
        return self.words.frequencies(terms)
