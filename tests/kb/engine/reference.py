"""A slow, obvious engine in memory: what the others are compared with."""

from __future__ import annotations

import math
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property

import numpy as np

from kb.engine.base import (
    NO_TEXT,
    TITLE,
    Coverage,
    Document,
    EngineEvidence,
    Figure,
    FigureRows,
    OwnedTexts,
    Part,
    Question,
    VectorText,
    checked_vectors,
    idf,
    unit_rows,
    within_limit,
)
from kb.engine.filters import EVERYTHING, Filter
from kb.text.analysis import tokens

#: The texts of an owner with their unit vectors, in order.
Texts = tuple[tuple[VectorText, np.ndarray], ...]


def terms_of(document: Document) -> tuple[str, ...]:
    """Every term of a document."""
    return tuple(term for text in (*document.says, document.words) for term in tokens(text))


def is_saying(document: Document, terms: Sequence[str]) -> bool:
    """Whether a document says terms one after the other in one of its texts, spelled out."""
    if len(terms) == 1:
        return terms[0] in terms_of(document)
    wanted = " ".join(terms)
    return any(f" {wanted} " in f" {' '.join(tokens(text))} " for text in document.says)


def passes(document: Document, within: Filter) -> bool:
    """Whether a document passes a filter, spelled out."""
    asked = within.figure
    reports = asked is None or any(
        figure.sought
        and figure.metric in asked.metrics
        and figure.low >= asked.least
        and (figure.sign == -1 if asked.falls else figure.sign != -1)
        and (figure.compared if asked.unit is None else figure.unit == asked.unit)
        for figure in document.figures
    )
    return (
        reports
        and (not within.kinds or document.kind in within.kinds)
        and all(
            not values
            or (all if facet in within.all_of else any)(
                value in document.facets.get(facet, ()) for value in values
            )
            for facet, values in within.facets.items()
        )
        and not any(
            value in document.facets.get(facet, ())
            for facet, values in within.without.items()
            for value in values
        )
        and all(
            is_saying(document, one.terms)
            or any(
                value in document.facets.get(facet, ())
                for facet, values in one.values.items()
                for value in values
            )
            for one in within.saying
        )
        and not any(is_saying(document, terms) for terms in within.unsaid)
    )


def _kept_lengths() -> list[int]:
    """Every length that one byte stands for, in order: Lucene's ``SmallFloat.byte4ToInt``."""
    lengths = []
    for byte in range(256):
        if byte < 24:
            lengths.append(byte)
        else:
            bits, shift = (byte - 24) & 7, ((byte - 24) >> 3) - 1
            lengths.append(24 + (bits if shift < 0 else (bits | 8) << shift))
    return lengths


KEPT_LENGTHS = _kept_lengths()


def kept_length(n_words: int) -> int:
    """The longest of the lengths above that is not longer."""
    return max(length for length in KEPT_LENGTHS if length <= n_words)


@dataclass(frozen=True)
class ReferenceEngine:
    """Documents by id, and per vector set the texts of each owner, as written."""

    documents: Mapping[str, Document]
    sets: Mapping[str, Mapping[str, Texts]]

    @cached_property
    def in_order(self) -> tuple[Document, ...]:
        """Row by row."""
        return tuple(self.documents[name] for name in sorted(self.documents))

    @cached_property
    def words(self) -> tuple[tuple[str, ...], ...]:
        """The terms of each document, row by row."""
        return tuple(terms_of(document) for document in self.in_order)

    def is_of_documents(self, vector_set: str) -> bool:
        """Whether the owners of a set are documents."""
        return all(owner in self.documents for owner in self.sets[vector_set])

    def __len__(self) -> int:
        return len(self.documents)

    @property
    def sizes(self) -> Mapping[str, int]:
        """How many texts each set holds."""
        return {name: sum(map(len, held.values())) for name, held in self.sets.items()}

    @property
    def dimensions(self) -> Mapping[str, int]:
        """How many numbers a vector of each set has."""
        return {name: len(next(iter(held.values()))[0][1]) for name, held in self.sets.items()}

    def ids(self, rows: np.ndarray) -> tuple[str, ...]:
        """By row."""
        return tuple(self.in_order[row].id for row in rows)

    def row(self, document_id: str) -> int | None:
        """By id."""
        names = sorted(self.documents)
        return names.index(document_id) if document_id in names else None

    def under(self, prefix: str) -> np.ndarray:
        """Those that begin so."""
        rows = [row for row, one in enumerate(self.in_order) if one.id.startswith(prefix)]
        return np.array(rows, dtype=np.int64)

    def ask(self, question: Question) -> ReferenceAnswering:
        """Put a question."""
        for name, vector in question.vectors.items():
            if name in self.sets and (
                vector.shape != (self.dimensions[name],) or not np.isfinite(vector).all()
            ):
                raise ValueError(
                    f"the vector for {name!r} must be finite and have shape "
                    f"({self.dimensions[name]},)"
                )
        return ReferenceAnswering(self, question)

    def matching(self, within: Filter, among: np.ndarray | None = None) -> np.ndarray:
        """Who passes."""
        rows = range(len(self)) if among is None else among
        passing = [row for row in rows if passes(self.in_order[row], within)]
        return np.array(passing, dtype=np.int64)

    def count(self, within: Filter) -> int:
        """How many pass."""
        return len(self.matching(within))

    def counts(
        self, within: Filter, among: np.ndarray | None = None
    ) -> Mapping[str, Mapping[str, int]]:
        """Counts by value, by a loop."""
        passing = [self.in_order[row] for row in self.matching(within, among)]
        pairs = {(f, v) for one in passing for f, values in one.facets.items() for v in values}
        counted: dict[str, dict[str, int]] = {}
        for facet, value in pairs:
            number = sum(value in one.facets.get(facet, ()) for one in passing)
            counted.setdefault(facet, {})[value] = number
        return counted

    def keys(self, name: str, rows: np.ndarray) -> np.ndarray:
        """Places in the order of the titles, or the numbers themselves."""
        by_title = sorted(self.in_order, key=lambda one: (one.title.casefold(), one.id))
        of = {one.id: float(place) for place, one in enumerate(by_title)}
        if name != TITLE:
            of = {one.id: one.keys.get(name, math.inf) for one in self.in_order}
        return np.array([of[self.in_order[row].id] for row in rows], dtype=np.float64)

    def figures(self, metric: str) -> FigureRows:
        """Every figure, document by document."""
        found = [
            (row, figure)
            for row, one in enumerate(self.in_order)
            for figure in one.figures
            if figure.metric == metric
        ]
        units = tuple(sorted({figure.unit for _, figure in found}))
        return FigureRows(
            rows=np.array([row for row, _ in found], dtype=np.int64),
            units=units,
            unit=np.array([units.index(figure.unit) for _, figure in found], dtype=np.int64),
            low=np.array([figure.low for _, figure in found], dtype=np.float64),
            high=np.array([figure.high for _, figure in found], dtype=np.float64),
            sign=np.array([figure.sign for _, figure in found], dtype=np.int64),
            own=np.array([figure.own for _, figure in found], dtype=bool),
            way=np.array([figure.way for _, figure in found], dtype=np.int64),
        )

    def links(self, rows: np.ndarray) -> np.ndarray:
        """Pairs, by a loop over all documents."""
        pairs = [
            (row, other)
            for row in rows
            for other, two in enumerate(self.in_order)
            if other != row
            and (two.id in self.in_order[row].links or self.in_order[row].id in two.links)
        ]
        return np.array(pairs, dtype=np.int64).reshape(-1, 2).T

    def holding(self, terms: Sequence[str]) -> np.ndarray:
        """Those that hold all."""
        rows = [row for row, text in enumerate(self.words) if terms and set(terms) <= set(text)]
        return np.array(rows, dtype=np.int64)

    def saying(self, terms: Sequence[str]) -> np.ndarray:
        """Those that say all, one after the other."""
        rows = [row for row, one in enumerate(self.in_order) if terms and is_saying(one, terms)]
        return np.array(rows, dtype=np.int64)

    def document_frequencies(self, terms: Sequence[str]) -> Mapping[str, int]:
        """How many documents hold each term."""
        return {term: sum(term in text for text in self.words) for term in terms}

    def texts_of(self, vector_set: str, row: int) -> Texts:
        """The texts of a document with their vectors."""
        return self.sets.get(vector_set, {}).get(self.in_order[row].id, ())

    def texts(self, vector_set: str, row: int) -> tuple[VectorText, ...]:
        """The texts of a document."""
        return tuple(text for text, _ in self.texts_of(vector_set, row))

    def vectors(self, vector_set: str, rows: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """The vectors of some documents."""
        units = [unit for row in rows for _, unit in self.texts_of(vector_set, row)]
        lengths = [len(self.texts_of(vector_set, row)) for row in rows]
        width = self.dimensions.get(vector_set, 0)
        return (
            np.array(units, dtype=np.float32).reshape(-1, width) if width else np.zeros((0, 0)),
            np.array(lengths, dtype=np.int64),
        )

    def cosines(
        self, vector_set: str, rows: np.ndarray, vectors: np.ndarray
    ) -> tuple[np.ndarray, np.ndarray]:
        """Each vector with each text."""
        of_rows, lengths = self.vectors(vector_set, rows)
        cosines = [[float(unit @ own) for own in of_rows] for unit in vectors]
        return np.array(cosines, dtype=np.float32).reshape(len(vectors), len(of_rows)), lengths

    def owned(self, vector_set: str) -> OwnedTexts:
        """A set whose owners are no documents."""
        held = self.sets.get(vector_set, {})
        if not held or self.is_of_documents(vector_set):
            return OwnedTexts(texts=(), vectors=np.zeros((0, 0), dtype=np.float32))
        pairs = [pair for texts in held.values() for pair in texts]
        return OwnedTexts(
            texts=tuple(text for text, _ in pairs), vectors=np.array([unit for _, unit in pairs])
        )

    def known_vectors(self, vector_set: str, digests: Sequence[str]) -> Mapping[str, np.ndarray]:
        """By digest."""
        return {
            text.digest: unit
            for texts in self.sets.get(vector_set, {}).values()
            for text, unit in texts
            if text.digest in digests
        }


@dataclass(frozen=True)
class ReferenceAnswering:
    """Answers by loops over all documents."""

    engine: ReferenceEngine
    question: Question

    def cosines(self, vector_set: str, row: int) -> list[float]:
        """The cosine of each text of a document."""
        unit = unit_rows(np.asarray(self.question.vectors[vector_set])[None, :])[0]
        return [float(unit @ own) for _, own in self.engine.texts_of(vector_set, row)]

    def measured(self) -> list[str]:
        """The sets that are asked about."""
        return [
            name
            for name in self.question.vectors
            if name in self.engine.sets and self.engine.is_of_documents(name)
        ]

    def part(self, part: Part, row: int, *, is_summed: bool) -> float:
        """The nearest text of a document in any of some sets, as it counts in the sum or alone."""
        beside = part.beside if is_summed and part.beside else [1.0] * len(part.vector_sets)
        return max(
            counts * max(self.cosines(name, row), default=NO_TEXT)
            for name, counts in zip(part.vector_sets, beside, strict=True)
            if name in self.measured()
        )

    @cached_property
    def parts(self) -> list[tuple[float, list[float]]]:
        """The weight of each part that can be measured, and its value of each document."""
        return self.parts_of(is_summed=False)

    def parts_of(self, *, is_summed: bool) -> list[tuple[float, list[float]]]:
        """The same, alone or as they count in the sum."""
        rows = range(len(self.engine))
        return [
            (part.weight, [self.part(part, row, is_summed=is_summed) for row in rows])
            for part in self.question.parts
            if set(part.vector_sets) & set(self.measured())
        ]

    @cached_property
    def shares(self) -> list[float]:
        """BM25 of each document as a share of the most."""
        texts = self.engine.words
        mean = sum(map(len, texts)) / (len(texts) or 1)
        frequencies = self.engine.document_frequencies(self.question.terms)
        weights = {term: idf(number, len(texts)) for term, number in frequencies.items()}
        shares = []
        for text in texts:
            score = 0.0
            for term in self.question.terms:
                count = text.count(term)
                if count:
                    length = 0.25 + 0.75 * kept_length(len(text)) / mean
                    score += weights[term] * 2.2 * count / (count + 1.2 * length)
            shares.append(score / (2.2 * sum(weights.values())) if score else 0.0)
        return shares

    @cached_property
    def sums(self) -> list[float]:
        """The weighted sum of each document."""
        sums = [self.question.words * share for share in self.shares]
        for weight, values in self.parts_of(is_summed=True):
            sums = [one + weight * value for one, value in zip(sums, values, strict=True)]
        return sums

    def candidates(
        self, *, within: Filter = EVERYTHING, limit: int, by_each: int = 0
    ) -> np.ndarray:
        """The best by the exhaustive scan."""
        within_limit(limit)
        rows = self.engine.matching(within).tolist()
        if len(rows) <= limit:
            return np.array(rows, dtype=np.int64)
        found = sorted(rows, key=lambda row: (-self.sums[row], row))[:limit]
        for values in [self.shares, *(values for _, values in self.parts)] if by_each else []:
            found += sorted(rows, key=lambda row, by=values: (-by[row], row))[:by_each]
        return np.array(sorted(set(found)), dtype=np.int64)

    def estimates(self, rows: np.ndarray) -> np.ndarray:
        """The sums themselves."""
        return np.array([self.sums[row] for row in rows], dtype=np.float64)

    @property
    def doubt(self) -> float:
        """None."""
        return 0.0

    def evidence(self, rows: np.ndarray) -> EngineEvidence:
        """Document by document."""
        cosines, nearest = {}, {}
        for name in self.measured():
            each = [self.cosines(name, row) for row in rows]
            cosines[name] = np.array([max(one, default=NO_TEXT) for one in each])
            first = [one.index(max(one)) if one else -1 for one in each]
            nearest[name] = np.array(first, dtype=np.int64)
        words = np.array([self.shares[row] for row in rows], dtype=np.float64)
        return EngineEvidence(rows=rows, cosines=cosines, nearest=nearest, words=words)

    def coverage(self) -> Coverage:
        """Shares of the terms."""
        frequencies = self.engine.document_frequencies(self.question.terms)
        weights = {term: idf(number, len(self.engine)) for term, number in frequencies.items()}
        total = sum(weights.values())
        if not any(frequencies.values()):
            return Coverage(by_all=0.0, by_one=0.0)
        held = [
            sum(weight for term, weight in weights.items() if term in text)
            for text in self.engine.words
        ]
        by_all = sum(weight for term, weight in weights.items() if frequencies[term])
        return Coverage(by_all=by_all / total, by_one=max(held) / total)

    def mean(self) -> float:
        """Over all documents."""
        return sum(self.sums) / len(self.sums) if self.sums else 0.0


@dataclass
class ReferenceWriter:
    """Keeps what is written until it is published into the store."""

    store: ReferenceStore
    documents: dict[str, Document] = field(default_factory=dict)
    sets: dict[str, dict[str, Texts]] = field(default_factory=dict)
    taken: set[str] = field(default_factory=set)

    def write(self, document: Document) -> None:
        """Keep a document."""
        if document.id in self.taken:
            self.delete([document.id])
        self.documents[document.id] = document

    def write_vectors(
        self, vector_set: str, texts: Sequence[VectorText], vectors: np.ndarray
    ) -> None:
        """Keep texts with their unit vectors, owner by owner."""
        units = unit_rows(checked_vectors(vectors))
        pairs = list(zip(texts, units, strict=True))
        held = self.sets.setdefault(vector_set, {})
        for owner in dict.fromkeys(text.owner for text in texts):
            held[owner] = tuple(pair for pair in pairs if pair[0].owner == owner)

    def take_over(self, earlier: ReferenceEngine, ids: Collection[str]) -> None:
        """Keep documents and their texts as they were."""
        for name in set(ids) & earlier.documents.keys():
            self.delete([name])
            self.taken.add(name)
            self.documents[name] = earlier.documents[name]
            for vector_set, held in earlier.sets.items():
                if name in held:
                    self.sets.setdefault(vector_set, {})[name] = held[name]

    def delete(self, ids: Collection[str]) -> None:
        """Forget documents and their texts."""
        for name in ids:
            self.taken.discard(name)
            self.documents.pop(name, None)
            for held in self.sets.values():
                held.pop(name, None)

    def publish(self) -> None:
        """Put what is kept into the store."""
        sets = {name: dict(held) for name, held in self.sets.items() if held}
        self.store.published = ReferenceEngine(dict(self.documents), sets)


class ReferenceStore:
    """Where a state is written and opened."""

    published: ReferenceEngine | None = None

    def writer(self) -> ReferenceWriter:
        """A new writer."""
        return ReferenceWriter(self)

    def open(self) -> ReferenceEngine:
        """What was published last."""
        assert self.published is not None
        return self.published


def figure_list(figures: FigureRows) -> list[tuple]:
    """Figures of any engine, with the names of their units: NaN as None, to be compared."""
    return [
        (row, figures.units[unit], low, None if math.isnan(high) else high, sign, own, way)
        for row, unit, low, high, sign, own, way in zip(
            *(figures.rows.tolist(), figures.unit.tolist(), figures.low.tolist()),
            *(figures.high.tolist(), figures.sign.tolist(), figures.own.tolist()),
            figures.way.tolist(),
            strict=True,
        )
    ]


def as_tuple(figure: Figure, row: int) -> tuple:
    """One figure in the same form."""
    high = None if math.isnan(figure.high) else figure.high
    return row, figure.unit, figure.low, high, figure.sign, figure.own, figure.way
