"""Query to evidence: the cosines of both encoders and the word score, case by case."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from kb.encoders.multilingual import MultilingualEncoder
from kb.encoders.onnx import QueryEncoder
from kb.engine.local.case_vectors import CaseIndex, MaxP
from kb.engine.local.vectors import unit_rows
from kb.engine.local.words import LexicalIndex
from kb.search.scoring import Evidence
from kb.text.reading import Reading, read
from kb.text.translate import WordTable

#: One unit vector per encoder, float32 of shape (dimension,).
Vectors = tuple[np.ndarray, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Encoders:
    """What turns a query into vectors; ``multilingual`` is None where it is off."""

    query: QueryEncoder
    multilingual: MultilingualEncoder | None = None


class Retriever:
    """Everything that is searched, over the same passages and cases. Safe between threads."""

    def __init__(
        self,
        *,
        n_cases: int,
        passages: CaseIndex,
        sentences: CaseIndex | None,
        suits: CaseIndex | None,
        multilingual: CaseIndex | None,
        words: LexicalIndex,
        encoders: Encoders,
        table: WordTable | None = None,
        links: np.ndarray | None = None,
    ) -> None:
        """Take the indexes.

        Args:
            n_cases: how many cases there are.
            passages: by the encoder.
            sentences: the sentences of the cases alone, by the encoder; None: none.
            suits: the lines on whom each case suits, by the encoder; None: none.
            multilingual: passages by the multilingual encoder, None if off.
            words: the cases by their words.
            encoders: the encoders that made the vectors.
            table: words of other languages in English; None knows none.
            links: which cases are linked, bool of shape (n_cases, n_cases); None: none.
        """
        self.passages = passages
        self._n_cases = n_cases
        self._sentences = sentences
        self._suits = suits
        self._multilingual = multilingual
        self._words = words
        self._encoders = encoders
        self.table = table or WordTable()
        self._links = links

    def evidence(self, text: str) -> Evidence:
        """All evidence for a query, over every case.

        A query in another language is asked in the English of the table: its words of
        the word index, its meaning of the encoder. The multilingual encoder reads it as
        it is, and says which passage of a case is best.
        """
        reading = self.read(text)
        vector = self._encoders.query.encode_query(reading.in_english)
        passage = self.passages.max_p(vector)
        sentence = self._max_p(self._sentences, vector)
        suits = self._max_p(self._suits, vector)
        best, query = passage, vector
        multilingual = np.zeros(self._n_cases)
        if self._multilingual is not None and self._encoders.multilingual is not None:
            query = self._encoders.multilingual.encode_query(text)
            other = self._multilingual.max_p(query)
            multilingual = other.scores
            best = passage if reading.english else other
        words = self._words.search(reading.in_english)
        return Evidence(
            meaning=np.max([passage.scores, sentence.scores, suits.scores], axis=0),
            passage=passage.scores,
            suits=suits.scores,
            multilingual=multilingual,
            words=words.scores,
            query=unit_rows(query[None, :].astype(np.float64))[0],
            row=best.rows,
            suits_row=suits.rows,
            english=reading.english,
            known=words.known,
            covered=words.covered,
            links=self._links,
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
        return self.passages.max_p(self._encoders.query.encode_query(text))

    def words(self, text: str) -> np.ndarray:
        """The evidence of words alone, for the text as it stands: float64 of shape (n_cases,)."""
        return self._words.search(text).scores

    def terms(self, text: str) -> Sequence[str]:
        """The stems of a text that count for the word score."""
        return self._words.terms(text)

    def stems(self, word: str) -> Sequence[str]:
        """The same for one word of a text, remembered."""
        return self._words.stems(word)

    def _max_p(self, index: CaseIndex | None, vector: np.ndarray) -> MaxP:
        """The best row of each case in an index that there may not be."""
        if index is not None:
            return index.max_p(vector)
        return MaxP(np.full(self._n_cases, -1.0), np.zeros(self._n_cases, dtype=np.int64))
