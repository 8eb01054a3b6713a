"""Query to evidence: the cosines of both encoders and the word score, case by case."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from kb.fusion import Evidence
from kb.index import DenseIndex, unit_rows
from kb.lexical import LexicalIndex
from kb.multilingual import MultilingualEncoder
from kb.query_encoder import QueryEncoder
from kb.reading import Reading, read
from kb.word_table import WordTable

#: One unit vector per encoder, float32 of shape (dimension,).
Vectors = tuple[np.ndarray, ...]


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
        table: WordTable | None = None,
    ) -> None:
        """Take the indexes.

        Args:
            owner: int64 of shape (n_passages,): the case of each passage row.
            n_cases: how many cases there are.
            dense: passage vectors of the encoder.
            multilingual: passage vectors of the multilingual encoder, None if off.
            words: the cases by their words.
            encoders: the encoders that made the vectors.
            table: words of other languages in English; None knows none.
        """
        self._owner = owner
        self._n_cases = n_cases
        self._dense = dense
        self._multilingual = multilingual
        self._words = words
        self._encoders = encoders
        self.table = table or WordTable()

    def evidence(self, text: str) -> Evidence:
        """All evidence for a query, over every case.

        A query in another language is asked in the English of the table: its words of
        the word index, its meaning of the encoder. The multilingual encoder reads it as
        it is, and says which passage of a case is best.
        """
        reading = self.read(text)
        vector = self._encoders.query.encode_query(reading.in_english)
        meaning = self.max_p(self._dense, vector)
        best, query = meaning, vector
        multilingual = np.zeros(self._n_cases)
        if self._multilingual is not None and self._encoders.multilingual is not None:
            query = self._encoders.multilingual.encode_query(text)
            other = self.max_p(self._multilingual, query)
            multilingual = other.scores
            best = meaning if reading.english else other
        return Evidence(
            meaning=meaning.scores,
            multilingual=multilingual,
            words=self._words.search(reading.in_english).scores,
            query=unit_rows(query[None, :].astype(np.float64))[0],
            row=best.rows,
            english=reading.english,
        )

    def read(self, text: str) -> Reading:
        """In which language a query is taken to be, and its English terms.

        With neither a table nor the multilingual encoder every query is taken for
        English: there is nothing else to read it with.
        """
        if self._multilingual is None and not self.table.forms:
            return Reading(text=text, english=True)
        return read(text, self.table)

    def vectors(self, text: str) -> Vectors:
        """The unit vectors of a text by each encoder, the default one first."""
        found = [self._encoders.query.encode_query(self.read(text).in_english)]
        if self._encoders.multilingual is not None:
            found.append(self._encoders.multilingual.encode_query(text))
        return tuple(unit_rows(vector[None, :])[0] for vector in found)

    def meaning(self, text: str) -> MaxP:
        """The evidence of the encoder alone, for the text as it stands in any language."""
        return self.max_p(self._dense, self._encoders.query.encode_query(text))

    def words(self, text: str) -> np.ndarray:
        """The evidence of words alone, for the text as it stands: float64 of shape (n_cases,)."""
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
