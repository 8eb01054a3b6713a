"""An engine and one document beside it: what it would answer if that document were in it.

Nothing is written. A draft is tried out so, and its rank is that of a build which has it. Only
what a ranking asks of an engine is here; see ``kb.engine.base`` for what each means.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from itertools import chain

import numpy as np

from kb.engine.answering import ArrayAnswering, MeasuredSet
from kb.engine.base import K1, NO_TEXT, Answering, Document, Engine, Question, idf
from kb.engine.filters import Filter
from kb.engine.guarded import unguarded
from kb.engine.local.words import WordIndex, WordScores
from kb.text.analysis import tokens


@dataclass(frozen=True, kw_only=True)
class Tried:
    """A document that is tried out.

    ``vectors`` gives by vector set the unit vectors of its texts, float32 of shape
    (n_texts, dimension), and is only asked for those that a question needs. ``linked`` are the
    rows of the documents that it leads to or that lead to it.
    """

    document: Document
    vectors: Mapping[str, Callable[[], np.ndarray]] = field(default_factory=dict)
    linked: Sequence[int] = ()

    @cached_property
    def counts(self) -> Mapping[str, int]:
        """How often each term stands in it."""
        return Counter(chain(tokens(self.document.words), *self._says))

    @cached_property
    def _says(self) -> Sequence[tuple[str, ...]]:
        """The terms of each text that it says."""
        return [tokens(text) for text in self.document.says]

    def is_saying(self, terms: Sequence[str]) -> bool:
        """Whether it says some terms one after the other; a single one, anywhere."""
        if len(terms) < 2:
            return all(self.counts.get(term) for term in terms)
        n = len(terms)
        return any(
            tuple(terms) == text[at : at + n] for text in self._says for at in range(len(text))
        )


class EngineWithOneMore:
    """An engine with one document more, or with another text of one that it has.

    A document that is new has the last row, whatever its id. Immutable; safe between threads.
    """

    def __init__(self, engine: Engine, tried: Tried) -> None:
        """Lay the document beside.

        Args:
            engine: what it would be in.
            tried: the document. One of the same id is taken for its earlier text.
        """
        self._engine = engine
        self._tried = tried
        own = engine.row(tried.document.id)
        self.own = len(engine) if own is None else own
        inner = unguarded(engine)
        sets: Mapping[str, MeasuredSet] = getattr(inner, "vector_sets", {})
        self.words = _Words(inner, tried, self.own)
        self.vector_sets: Mapping[str, MeasuredSet] = {
            name: _Set(sets.get(name), tried.vectors.get(name), row=self.own, n_others=len(engine))
            for name in {*sets, *tried.vectors}
        }

    def __len__(self) -> int:
        return max(len(self._engine), self.own + 1)

    @property
    def sizes(self) -> Mapping[str, int]:
        """How many texts each vector set holds without the document."""
        return self._engine.sizes

    def ids(self, rows: np.ndarray) -> tuple[str, ...]:
        """The ids of some documents."""
        others = iter(self._engine.ids(rows[rows != self.own]))
        own = self._tried.document.id
        return tuple(own if row == self.own else next(others) for row in rows.tolist())

    def row(self, document_id: str) -> int | None:
        """The row of a document."""
        return self.own if document_id == self._tried.document.id else self._engine.row(document_id)

    def ask(self, question: Question) -> Answering:
        """Put a question."""
        return ArrayAnswering(self, question)

    def matching(self, within: Filter, among: np.ndarray | None = None) -> np.ndarray:
        """The rows of the documents that pass a filter."""
        rows = np.arange(len(self)) if among is None else among
        others = rows[rows != self.own]
        passing = self._engine.matching(within, others)
        if len(others) == len(rows) or not _passes(self._tried, within):
            return passing
        return rows[np.isin(rows, passing) | (rows == self.own)]

    def holding(self, terms: Sequence[str]) -> np.ndarray:
        """The rows of the documents that hold each of some terms."""
        rows = self._engine.holding(terms)
        rows = rows[rows != self.own]
        if all(self._tried.counts.get(term) for term in terms):
            rows = np.sort(np.append(rows, self.own))
        return rows

    def saying(self, terms: Sequence[str]) -> np.ndarray:
        """The rows of the documents that say some terms one after the other."""
        rows = self._engine.saying(terms)
        rows = rows[rows != self.own]
        return np.sort(np.append(rows, self.own)) if self._tried.is_saying(terms) else rows

    def links(self, rows: np.ndarray) -> np.ndarray:
        """Pairs of documents that are linked."""
        pairs = self._engine.links(rows[rows != self.own])
        pairs = pairs[:, pairs[1] != self.own]
        linked = np.unique(np.array(self._tried.linked, dtype=np.int64))
        beside = linked[np.isin(linked, rows)]
        to_own = np.stack([beside, np.full(len(beside), self.own)])
        of_own = np.stack([np.full(len(linked), self.own), linked])
        pairs = np.concatenate([pairs, to_own, of_own if self.own in rows else of_own[:, :0]], 1)
        place = np.full(len(self), -1, dtype=np.int64)
        place[rows] = np.arange(len(rows))
        return pairs[:, np.lexsort((pairs[1], place[pairs[0]]))]


class _Set:
    """A vector set of an engine, which may have no text in it, and what the document has in it."""

    def __init__(
        self,
        others: MeasuredSet | None,
        own: Callable[[], np.ndarray] | None,
        *,
        row: int,
        n_others: int,
    ) -> None:
        self._others = others
        self._own = own
        self._row = row
        self._n_others = n_others

    @property
    def dimension(self) -> int:
        """How many numbers a vector has."""
        if self._others is not None:
            return self._others.dimension
        return self._own().shape[1] if self._own is not None else 0

    @property
    def doubt(self) -> float:
        """How far an estimate may be off."""
        return self._others.doubt if self._others is not None else 0.0

    def estimates(self, unit: np.ndarray) -> np.ndarray:
        """About how near each document comes; the one that is tried out exactly."""
        found = np.full(max(self._n_others, self._row + 1), NO_TEXT, dtype=np.float32)
        if self._others is not None:
            found[: self._n_others] = self._others.estimates(unit)
        found[self._row] = self._nearest(unit)[0]
        return found

    def nearest(self, unit: np.ndarray, rows: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Exactly how near some documents come by their nearest text, and which one that is."""
        cosines = np.full(len(rows), NO_TEXT)
        ordinals = np.full(len(rows), -1, dtype=np.int64)
        others = rows != self._row
        if self._others is not None:
            cosines[others], ordinals[others] = self._others.nearest(unit, rows[others])
        cosines[~others], ordinals[~others] = self._nearest(unit)
        return cosines, ordinals

    def _nearest(self, unit: np.ndarray) -> tuple[float, int]:
        vectors = self._own() if self._own is not None else None
        if vectors is None or not len(vectors):
            return NO_TEXT, -1
        products = vectors @ unit
        best = int(np.argmax(products))
        return float(products[best]), best


class _Words:
    """The words of an engine, and those of the document.

    Exact in an engine that tells how often a term stands where. One that does not is asked what
    its terms count without the document, whose own are then weighed at the mean length.
    """

    def __init__(self, engine: Engine, tried: Tried, row: int) -> None:
        self._engine = engine
        self._tried = tried
        self._row = row

    def scores(self, terms: Sequence[str]) -> WordScores:
        """What terms count in every document."""
        words = getattr(self._engine, "words", None)
        if isinstance(words, WordIndex):
            return words.scores_with(terms, self._tried.counts, row=self._row)
        found = words.scores(terms)
        shares = np.append(found.shares, 0.0)[: max(len(found.shares), self._row + 1)]
        shares[self._row] = self._own_share(terms)
        return WordScores(shares=shares, coverage=found.coverage)

    def _own_share(self, terms: Sequence[str]) -> float:
        n, counts = len(self._engine), self._tried.counts
        held = self._engine.document_frequencies(terms)
        weights = {term: idf(held[term] + bool(counts.get(term)), n + 1) for term in terms}
        most = sum(weights.values()) * (K1 + 1)
        own = sum(
            weight * (K1 + 1) * counts[term] / (counts[term] + K1)
            for term, weight in weights.items()
            if counts.get(term)
        )
        return own / most if most else 0.0


def _has_any(document: Document, values: Mapping[str, tuple[str, ...]]) -> bool:
    """Whether a document has any of some values, by facet."""
    return any(
        not set(some).isdisjoint(document.facets.get(facet, ())) for facet, some in values.items()
    )


def _passes(tried: Tried, within: Filter) -> bool:
    """Whether a document passes a filter."""
    document, asked = tried.document, within.figure
    if not all(
        tried.is_saying(one.terms) or _has_any(document, one.values) for one in within.saying
    ):
        return False
    if any(tried.is_saying(terms) for terms in within.unsaid):
        return False
    if within.kinds and document.kind not in within.kinds:
        return False
    for facet, values in within.facets.items():
        needed = all if facet in within.all_of else any
        if values and not needed(value in document.facets.get(facet, ()) for value in values):
            return False
    if _has_any(document, within.without):
        return False
    return asked is None or any(
        one.sought
        and one.metric in asked.metrics
        and one.low >= asked.least
        and (one.sign < 0) == asked.falls
        and (one.compared if asked.unit is None else one.unit == asked.unit)
        for one in document.figures
    )
