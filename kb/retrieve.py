"""Query to evidence: the cosines of both encoders and the word score, case by case."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from kb.fusion import Evidence
from kb.index import DenseIndex, unit_rows
from kb.language import is_english
from kb.lexical import LexicalIndex
from kb.multilingual import MultilingualEncoder
from kb.query_encoder import QueryEncoder


@dataclass(frozen=True, slots=True, kw_only=True)
class Encoders:
    """What turns a query into vectors; ``multilingual`` is None where it is off."""

    query: QueryEncoder
    multilingual: MultilingualEncoder | None = None


@dataclass(frozen=True, slots=True)
class MaxP:
    """Per case its best score, -1 if it has no passage, and the row of that passage."""

    scores: np.ndarray
    rows: np.ndarray


class Retriever:
    """Everything that is searched, over the same passages and cases. Safe between threads."""

    def __init__(
        self,
        *,
        owner: np.ndarray,
        n_cases: int,
        dense: DenseIndex,
        multilingual: DenseIndex | None,
        words: LexicalIndex,
        encoders: Encoders,
    ) -> None:
        """Take the indexes.

        Args:
            owner: int64 of shape (n_passages,): the case of each passage row.
            n_cases: how many cases there are.
            dense: passage vectors of the encoder.
            multilingual: passage vectors of the multilingual encoder, None if off.
            words: the cases by their words.
            encoders: the encoders that made the vectors.
        """
        self._owner = owner
        self._n_cases = n_cases
        self._dense = dense
        self._multilingual = multilingual
        self._words = words
        self._encoders = encoders

    def evidence(self, text: str) -> Evidence:
        """All evidence for a query, over every case."""
        vector = self._encoders.query.encode_query(text)
        meaning = self.max_p(self._dense, vector)
        best, query = meaning, vector
        multilingual = np.zeros(self._n_cases)
        english = True
        if self._multilingual is not None and self._encoders.multilingual is not None:
            query = self._encoders.multilingual.encode_query(text)
            other = self.max_p(self._multilingual, query)
            multilingual = other.scores
            english = is_english(text)
            best = meaning if english else other
        return Evidence(
            meaning=meaning.scores,
            multilingual=multilingual,
            words=self._words.search(text).scores,
            query=unit_rows(query[None, :].astype(np.float64))[0],
            row=best.rows,
            english=english,
        )

    def meaning(self, text: str) -> MaxP:
        """The evidence of the encoder alone."""
        return self.max_p(self._dense, self._encoders.query.encode_query(text))

    def words(self, text: str) -> np.ndarray:
        """The evidence of words alone: float64 of shape (n_cases,)."""
        return self._words.search(text).scores

    def terms(self, text: str) -> Sequence[str]:
        """The stems of a text that count for the word score."""
        return self._words.terms(text)

    def stems(self, word: str) -> Sequence[str]:
        """The same for one word of a text, remembered."""
        return self._words.stems(word)

    def max_p(self, index: DenseIndex, vector: np.ndarray, rows: np.ndarray | None = None) -> MaxP:
        """A case is as good as its best passage (MaxP); ``rows`` limits the passages."""
        scores = np.full(self._n_cases, -1.0)
        best = np.zeros(self._n_cases, dtype=np.int64)
        matches = index.search(vector, k=max(1, len(index)), rows=rows)
        # Best first, so the first row of a case is its best passage.
        columns, first = np.unique(self._owner[matches.rows], return_index=True)
        scores[columns] = matches.scores[first]
        best[columns] = matches.rows[first]
        return MaxP(scores, best)
