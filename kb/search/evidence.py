"""Query to evidence: what speaks for each candidate, kind by kind, from engine and encoders."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np

from kb.encoders.multilingual import MultilingualEncoder
from kb.encoders.onnx import QueryEncoder
from kb.engine.base import Engine, Nearest, WordMatches, idf, unit_rows
from kb.search.query_analysis import Analyser, Analysis
from kb.snapshots.vector_sets import (
    AUDIENCE,
    AUDIENCE_MULTILINGUAL,
    PASSAGES,
    PASSAGES_MULTILINGUAL,
    PHRASES,
    PHRASES_MULTILINGUAL,
    SENTENCES,
    VectorSet,
)
from kb.text.analysis import terms as terms_of

#: One unit vector per encoder, float32 of shape (dimension,).
Vectors = tuple[np.ndarray, ...]

#: A cosine where a candidate has no text of a kind.
_NO_TEXT = -1.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Encoders:
    """What turns a query into vectors; ``multilingual`` is None where it is off."""

    query: QueryEncoder
    multilingual: MultilingualEncoder | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Evidence:
    """What speaks for each candidate, for one query.

    ``ids`` are the candidates in order; each array is float64 of shape (n_candidates,).

    ``meaning`` is the cosine of the nearest text of the case by the encoder: a passage, a
    sentence, or a line on whom it suits; ``passage`` and ``audience`` are those of its best
    passage and line alone, ``multilingual`` that of its best passage by the multilingual
    encoder: in [-1, 1], -1 where there is none. ``words`` is in [0, 1]. For a query in another
    language the encoder and the words get its English terms. ``query`` is the unit query
    vector by which it is decided whether the compendium answers. ``best_passage`` and
    ``best_line`` are the ids of each candidate's best texts, empty where it has none.

    The coverages are shares of the query's terms, each weighted by its idf: those that any
    document has, and those that the document with most of them has. ``linked`` are the
    places of candidates that the editors link, as pairs in both directions: int64 of shape
    (2, n_pairs).
    """

    ids: tuple[str, ...]
    meaning: np.ndarray
    passage: np.ndarray
    audience: np.ndarray
    multilingual: np.ndarray
    words: np.ndarray
    query: np.ndarray
    best_passage: tuple[str, ...]
    best_line: tuple[str, ...]
    english: bool
    coverage_by_all: float
    coverage_by_one: float
    linked: np.ndarray = field(default_factory=lambda: np.zeros((2, 0), dtype=np.int64))

    def place(self, case_id: str) -> int:
        """The place of a candidate in every array.

        Raises:
            KeyError: it is no candidate.
        """
        place = bisect_left(self.ids, case_id)
        if self.ids[place : place + 1] != (case_id,):
            raise KeyError(case_id)
        return place


def has_multilingual(engine: Engine) -> bool:
    """Whether an engine holds vectors of the multilingual encoder."""
    return PASSAGES_MULTILINGUAL.name in engine.sizes


class Retriever:
    """What is asked of the engine for a text. Immutable; safe to share between threads."""

    def __init__(
        self,
        engine: Engine,
        encoders: Encoders,
        analyser: Analyser,
        *,
        links: Mapping[str, Collection[str]] | None = None,
    ) -> None:
        """Take what is asked.

        Args:
            engine: what is searched.
            encoders: those that made its vectors.
            analyser: reads the texts for which vectors are made.
            links: documents by those that they link to; a link counts both ways.
        """
        self.engine = engine
        self.analyser = analyser
        self._encoders = encoders
        self._linked: dict[str, set[str]] = {}
        for case_id, others in (links or {}).items():
            for other in others:
                self._linked.setdefault(case_id, set()).add(other)
                self._linked.setdefault(other, set()).add(case_id)

    def evidence(self, asked: Analysis) -> Evidence:
        """All evidence for a query, over every candidate of the engine.

        A query in another language is asked in the English of the table: its words of
        the word index, its meaning of the encoder. The multilingual encoder reads it as
        it is, and says which passage of a case is best.
        """
        vector = query = self._encoders.query.encode_query(asked.in_english)
        passages = self.engine.nearest(PASSAGES.name, vector)
        sentences = self.engine.nearest(SENTENCES.name, vector)
        lines = self.engine.nearest(AUDIENCE.name, vector)
        multilingual = None
        if has_multilingual(self.engine) and self._encoders.multilingual is not None:
            query = self._encoders.multilingual.encode_query(asked.wanted)
            multilingual = self.engine.nearest(PASSAGES_MULTILINGUAL.name, query)
        words = self.engine.by_words(asked.terms)
        candidates = _Candidates.of(passages, sentences, lines, multilingual, words)
        best = passages if multilingual is None or asked.english else multilingual
        cosines = [candidates.cosines(nearest) for nearest in (passages, sentences, lines)]
        by_all, by_one = self._coverage(asked.terms, words)
        return Evidence(
            ids=candidates.ids,
            meaning=np.max(cosines, axis=0),
            passage=cosines[0],
            audience=cosines[2],
            multilingual=(
                np.zeros(len(candidates.ids))
                if multilingual is None
                else candidates.cosines(multilingual)
            ),
            words=candidates.column(words.ids, words.scores, 0.0),
            query=unit_rows(query[None, :].astype(np.float64))[0],
            best_passage=candidates.texts(best),
            best_line=candidates.texts(lines),
            english=asked.english,
            coverage_by_all=by_all,
            coverage_by_one=by_one,
            linked=self._links_among(candidates),
        )

    @property
    def has_audience_lines(self) -> bool:
        """Whether any case says whom it suits."""
        return AUDIENCE.name in self.engine.sizes

    def vectors(self, text: str) -> Vectors:
        """The unit vectors of a text by each encoder, the default one first."""
        asked = self.analyser.analyse(text, exact=True)
        vectors = [self._encoders.query.encode_query(asked.in_english)]
        if self._encoders.multilingual is not None:
            vectors.append(self._encoders.multilingual.encode_query(asked.wanted))
        return tuple(unit_rows(vector[None, :])[0] for vector in vectors)

    def meaning(self, text: str) -> Nearest:
        """The evidence of the encoder alone, for the text as it stands in any language."""
        return self.engine.nearest(PASSAGES.name, self._encoders.query.encode_query(text))

    def words(self, text: str) -> WordMatches:
        """The evidence of words alone, for the text as it stands."""
        return self.engine.by_words(terms_of(text))

    def audience_lines(self, owners: Collection[str]) -> ComparedTexts:
        """The lines on whom some cases suit and what they answer, with their vectors."""
        return self._compared((AUDIENCE, AUDIENCE_MULTILINGUAL), owners)

    def phrases(self) -> ComparedTexts:
        """How owners say that they want each type of project, with their vectors."""
        return self._compared((PHRASES, PHRASES_MULTILINGUAL), None)

    def _compared(
        self, vector_sets: Sequence[VectorSet], owners: Collection[str] | None
    ) -> ComparedTexts:
        texts = self.engine.texts(vector_sets[0].name, owners)
        ids = tuple(text.id for text in texts)
        names = [vectors.name for vectors in vector_sets if vectors.name in self.engine.sizes]
        return ComparedTexts(
            ids=ids,
            owners=tuple(text.owner for text in texts),
            by_encoder=tuple(self.engine.vectors(name, ids) for name in names),
        )

    def _coverage(self, terms: Sequence[str], words: WordMatches) -> tuple[float, float]:
        """The shares of the terms that any document has, and that one document has at most."""
        frequencies = self.engine.document_frequencies(terms)
        n_documents = len(self.engine)
        weights = {term: idf(frequencies[term], n_documents) for term in terms}
        total = sum(weights.values())
        if not total or not n_documents:
            return 0.0, 0.0
        known = sum(weights[term] for term in terms if frequencies[term])
        shares = (sum(weights[term] for term in of_document) for of_document in words.terms)
        return known / total, max(shares, default=0.0) / total

    def _links_among(self, candidates: _Candidates) -> np.ndarray:
        pairs = [
            (at, candidates.places[other])
            for at, case_id in enumerate(candidates.ids)
            for other in self._linked.get(case_id, ())
            if other in candidates.places
        ]
        return np.array(pairs, dtype=np.int64).reshape(-1, 2).T


@dataclass(frozen=True, slots=True, kw_only=True)
class ComparedTexts:
    """Some texts with their vectors by each encoder, the default one first.

    ``by_encoder`` holds float32 of shape (n_texts, dimension), row i of text i.
    """

    ids: tuple[str, ...]
    owners: tuple[str, ...]
    by_encoder: tuple[np.ndarray, ...]

    def cosines(self, asked: Vectors) -> list[np.ndarray]:
        """The cosines of every text with a text that was asked: one array for each encoder."""
        return [vectors @ unit for vectors, unit in zip(self.by_encoder, asked, strict=False)]


@dataclass(frozen=True, slots=True)
class _Candidates:
    """Documents that some evidence speaks for, by id, and the place of each."""

    ids: tuple[str, ...]
    places: Mapping[str, int]

    @classmethod
    def of(cls, *matches: Nearest | WordMatches | None) -> _Candidates:
        ids = tuple(
            sorted({case_id for match in matches if match is not None for case_id in match.ids})
        )
        return cls(ids, {case_id: at for at, case_id in enumerate(ids)})

    def column(self, ids: Sequence[str], values: np.ndarray, otherwise: float) -> np.ndarray:
        """The values of some candidates in the place of each, and of the others one value."""
        column = np.full(len(self.ids), otherwise)
        column[np.array([self.places[case_id] for case_id in ids], dtype=np.int64)] = values
        return column

    def cosines(self, nearest: Nearest) -> np.ndarray:
        return self.column(nearest.ids, nearest.scores, _NO_TEXT)

    def texts(self, nearest: Nearest) -> tuple[str, ...]:
        texts = dict(zip(nearest.ids, nearest.texts, strict=True))
        return tuple(texts.get(case_id, "") for case_id in self.ids)
