"""How near a text comes to the hints: per project type, and per case."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from kb.engine.local.case_vectors import CaseIndex
from kb.engine.local.vectors import DenseIndex
from kb.model.cases import Case, Hint
from kb.search.evidence import Vectors


class HintTable:
    """The hints of a snapshot with their vectors. Immutable; safe to share between threads."""

    def __init__(
        self,
        hints: Sequence[Hint],
        cases: Sequence[Case],
        dense: DenseIndex,
        multilingual: DenseIndex | None,
    ) -> None:
        """Take the vectors of ``hints``, row i belonging to hint i."""
        column = {case.id: at for at, case in enumerate(cases)}
        of_cases = [row for row, hint in enumerate(hints) if hint.kind == "case"]
        of_projects = [row for row, hint in enumerate(hints) if hint.kind == "project"]
        self._n_cases = len(cases)
        self._texts = tuple(hints[row].text for row in of_cases)
        self._owner = np.array([column[hints[row].target] for row in of_cases], dtype=np.int64)
        self._projects = tuple(dict.fromkeys(hints[row].target for row in of_projects))
        places = {project: at for at, project in enumerate(self._projects)}
        self._place = np.array([places[hints[row].target] for row in of_projects], dtype=np.int64)
        indexes = [dense] if multilingual is None else [dense, multilingual]
        self._case_rows = [index.vectors(np.array(of_cases)) for index in indexes]
        self._project_rows = [index.vectors(np.array(of_projects)) for index in indexes]

    @property
    def has_cases(self) -> bool:
        """Whether any case says whom it suits."""
        return bool(self._texts)

    @property
    def suits(self) -> CaseIndex:
        """Whom the cases suit, by the encoder; there must be such lines."""
        return CaseIndex(DenseIndex.build(self._case_rows[0]), self._owner, self._n_cases)

    @property
    def lines(self) -> tuple[str, ...]:
        """The lines on whom the cases suit, row by row of ``suits``."""
        return self._texts

    def by_case(self, vectors: Vectors) -> np.ndarray:
        """How near a text comes to whom each case suits.

        Returns:
            float64 of shape (n_cases,): per case the best of its hints, each by the mean
            cosine of the encoders; 0 for a case without hints.
        """
        cosines = np.mean(
            [rows @ unit for rows, unit in zip(self._case_rows, vectors, strict=False)], axis=0
        )
        best = np.zeros(self._n_cases)
        np.maximum.at(best, self._owner, cosines)
        return best

    def nearest(self, columns: Sequence[int], texts: Sequence[Vectors]) -> Mapping[int, str]:
        """Of some cases the hint that comes nearest to some texts together, the first of equals.

        By the mean cosine over the texts and the encoders; a case without hints is left out.
        """
        means = np.mean(
            [
                rows @ unit
                for vectors in texts
                for rows, unit in zip(self._case_rows, vectors, strict=False)
            ],
            axis=0,
        )
        own = {column: np.flatnonzero(self._owner == column) for column in columns}
        return {
            column: self._texts[rows[np.argmax(means[rows])]]
            for column, rows in own.items()
            if len(rows)
        }

    def by_project(self, texts: Sequence[Vectors]) -> Mapping[str, float]:
        """How near some texts come to wanting each project type, in [0, 1].

        Per encoder, a project type counts by the best cosine of its phrases and the
        texts, from the mean over all types (0) to the highest (1); the encoders' mean.
        """
        if not self._projects:
            return {}
        found = []
        for at, rows in enumerate(self._project_rows):
            cosines = np.max([rows @ vectors[at] for vectors in texts], axis=0)
            best = np.full(len(self._projects), -1.0)
            np.maximum.at(best, self._place, cosines)
            spread = best.max() - best.mean()
            found.append(np.clip((best - best.mean()) / (spread or 1.0), 0, 1))
        values = np.mean(found, axis=0)
        return {
            project: float(value) for project, value in zip(self._projects, values, strict=True)
        }
