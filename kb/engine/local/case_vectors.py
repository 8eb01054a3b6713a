"""Vectors with the case of each row: a case is as good as its best row (MaxP)."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from kb.engine.local.vectors import DenseIndex


@dataclass(frozen=True, slots=True)
class MaxP:
    """Per case its best score, -1 if it has no row, and that row (0 if it has none)."""

    scores: np.ndarray
    rows: np.ndarray


class CaseIndex:
    """A dense index of one kind of text of the cases. Immutable; safe between threads."""

    def __init__(self, index: DenseIndex, owner: np.ndarray, n_cases: int) -> None:
        """Take the vectors.

        Args:
            index: one row for each text.
            owner: int64 of shape (len(index),): the case of each row.
            n_cases: how many cases there are; one may have no row.
        """
        self.owner = owner
        self._index = index
        self._n_cases = n_cases

    def __len__(self) -> int:
        return len(self._index)

    def rows_of(self, column: int) -> np.ndarray:
        """The rows of a case, in order."""
        return np.flatnonzero(self.owner == column)

    def vectors(self, rows: np.ndarray) -> np.ndarray:
        """The unit vectors of some rows, float32 of shape (len(rows), dimension)."""
        return self._index.vectors(rows)

    def max_p(self, vector: np.ndarray, rows: np.ndarray | None = None) -> MaxP:
        """The best row of each case for a query vector; ``rows`` limits which may be found.

        Returns:
            Cosines in [-1, 1], float64 of shape (n_cases,), and rows, int64; of equal
            rows of a case the first.
        """
        scores = np.full(self._n_cases, -1.0)
        best = np.zeros(self._n_cases, dtype=np.int64)
        matches = self._index.search(vector, k=max(1, len(self._index)), rows=rows)
        # Best first, so the first row of a case is its best one.
        columns, first = np.unique(self.owner[matches.rows], return_index=True)
        scores[columns] = matches.scores[first]
        best[columns] = matches.rows[first]
        return MaxP(scores, best)
