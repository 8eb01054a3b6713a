"""How engines answer a question that can say of every document about how near it is.

Every document is estimated once for a question; candidates under any filter are the best by the
weighted sum of these estimates, and exact evidence is worked out for those alone.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cached_property
from typing import Protocol

import numpy as np

from kb.engine.base import (
    Coverage,
    EngineEvidence,
    Part,
    Question,
    best_rows,
    distinct,
    unit_vector,
    within_limit,
)
from kb.engine.filters import EVERYTHING, Filter
from kb.engine.local.words import WordScores


class MeasuredSet(Protocol):
    """A vector set whose owners are documents."""

    @property
    def dimension(self) -> int:
        """How many numbers a vector has."""
        ...

    @property
    def doubt(self) -> float:
        """How far an estimate may be off; 0 where they are exact."""
        ...

    def estimates(self, unit: np.ndarray) -> np.ndarray:
        """About how near each document comes by its nearest text, float32 of shape (n,)."""
        ...

    def nearest(self, unit: np.ndarray, rows: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Exactly how near some documents come by their nearest text, and which one that is."""
        ...


class MeasuredWords(Protocol):
    """The words of all documents."""

    def scores(self, terms: Sequence[str]) -> WordScores:
        """What terms count in every document."""
        ...


class Measuring(Protocol):
    """What an engine must have for it."""

    @property
    def vector_sets(self) -> Mapping[str, MeasuredSet]:
        """Those whose owners are documents."""
        ...

    @property
    def words(self) -> MeasuredWords:
        """The words of all documents."""
        ...

    def __len__(self) -> int:
        """How many documents there are."""
        ...

    def matching(self, within: Filter) -> np.ndarray:
        """The rows of the documents that pass a filter."""
        ...


class ArrayAnswering:
    """One question put to an engine; see ``kb.engine.base``."""

    def __init__(self, engine: Measuring, question: Question) -> None:
        self._engine = engine
        self._question = question
        self._units = {
            name: unit_vector(name, vector, engine.vector_sets[name].dimension)
            for name, vector in question.vectors.items()
            if name in engine.vector_sets
        }

    @cached_property
    def _words(self) -> WordScores:
        return self._engine.words.scores(self._question.terms)

    @cached_property
    def _by_set(self) -> Mapping[str, np.ndarray]:
        """About how near every document comes, by vector set."""
        wanted = {name for part in self._question.parts for name in part.vector_sets}
        return {
            name: self._engine.vector_sets[name].estimates(unit)
            for name, unit in self._units.items()
            if name in wanted
        }

    def _measured(self, part: Part) -> list[tuple[str, float]]:
        """The sets of a part that there are, and how much each counts beside the others."""
        beside = part.beside or (1.0,) * len(part.vector_sets)
        both = zip(part.vector_sets, beside, strict=True)
        return [(name, counts) for name, counts in both if name in self._by_set]

    @cached_property
    def _sum(self) -> np.ndarray:
        """About the weighted sum of every document: float64 of shape (n_documents,)."""
        total = self._question.words * self._words.shares
        for part in self._question.parts:
            near = [
                np.float32(counts) * self._by_set[name] for name, counts in self._measured(part)
            ]
            if near:
                total += part.weight * np.maximum.reduce(near)
        return total

    def candidates(
        self, *, within: Filter = EVERYTHING, limit: int, by_each: int = 0
    ) -> np.ndarray:
        """The rows of documents that may be best."""
        within_limit(limit)
        rows = None if within.is_open else self._engine.matching(within)
        size = len(self._engine) if rows is None else len(rows)
        if size <= limit:
            return np.arange(size) if rows is None else rows
        found = [_best(self._sum, rows, limit)]
        if by_each:
            for part in self._question.parts:
                near = [self._by_set[name] for name, _ in self._measured(part)]
                if near:
                    found.append(_best(np.maximum.reduce(near), rows, by_each))
            found.append(_best(self._words.shares, rows, by_each))
        return distinct(*found)

    def estimates(self, rows: np.ndarray) -> np.ndarray:
        """About the weighted sum of some documents."""
        return self._sum[rows]

    @property
    def doubt(self) -> float:
        """How far the estimate of a document may be off."""
        sets = self._engine.vector_sets
        return sum(
            part.weight * max((sets[name].doubt for name, _ in self._measured(part)), default=0.0)
            for part in self._question.parts
        )

    def evidence(self, rows: np.ndarray) -> EngineEvidence:
        """What speaks for some documents, exactly."""
        cosines, nearest = {}, {}
        for name, unit in self._units.items():
            cosines[name], nearest[name] = self._engine.vector_sets[name].nearest(unit, rows)
        return EngineEvidence(
            rows=rows, cosines=cosines, nearest=nearest, words=self._words.shares[rows]
        )

    def coverage(self) -> Coverage:
        """Which of the terms documents hold."""
        return self._words.coverage

    def mean(self) -> float:
        """About the mean of the weighted sum over all documents."""
        return float(self._sum.mean()) if len(self._engine) else 0.0


def _best(values: np.ndarray, rows: np.ndarray | None, limit: int) -> np.ndarray:
    if rows is None:
        return best_rows(values, limit)
    return rows[best_rows(values[rows], limit)]
