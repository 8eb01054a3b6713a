"""A slow, obvious engine in memory: what the others are compared with."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np

from kb.engine.base import (
    Document,
    Nearest,
    VectorText,
    WordMatches,
    checked_vectors,
    idf,
    unit_rows,
    within_limit,
)
from kb.engine.filters import EVERYTHING, Filter
from kb.text.analysis import tokens


def passes(document: Document, within: Filter) -> bool:
    """Whether a document passes a filter, spelled out."""
    asked = within.figure
    reports = asked is None or any(
        figure.metric in asked.metrics
        and figure.low >= asked.least
        and (figure.sign == -1 if asked.falls else figure.sign != -1)
        and (figure.compared if asked.unit is None else figure.unit == asked.unit)
        for figure in document.figures
    )
    return (
        reports
        and (not within.kinds or document.kind in within.kinds)
        and (within.ids is None or document.id in within.ids)
        and all(
            not values
            or (all if facet in within.all_of else any)(
                value in document.facets.get(facet, ()) for value in values
            )
            for facet, values in within.facets.items()
        )
    )


@dataclass(frozen=True)
class ReferenceEngine:
    """Documents by id, and per vector set the texts with their unit vectors, as written."""

    documents: Mapping[str, Document]
    sets: Mapping[str, Mapping[str, tuple[VectorText, np.ndarray]]]

    def __len__(self) -> int:
        return len(self.documents)

    @property
    def sizes(self) -> Mapping[str, int]:
        """How many texts each set holds."""
        return {name: len(texts) for name, texts in self.sets.items() if texts}

    @property
    def dimensions(self) -> Mapping[str, int]:
        """How many numbers a vector of each set has."""
        return {
            name: len(next(iter(texts.values()))[1]) for name, texts in self.sets.items() if texts
        }

    def nearest(
        self,
        vector_set: str,
        vector: np.ndarray,
        *,
        within: Filter = EVERYTHING,
        limit: int | None = None,
    ) -> Nearest:
        """Each owner's best text, by a loop."""
        within_limit(limit)
        best: dict[str, tuple[float, str]] = {}
        for text, unit in self.sets.get(vector_set, {}).values():
            if vector.shape != unit.shape or not np.isfinite(vector).all():
                raise ValueError(f"vector must be finite and have shape {unit.shape}")
            document = self.documents.get(text.owner)
            if not (within.is_open if document is None else passes(document, within)):
                continue
            score = float(unit @ unit_rows(vector[None, :])[0])
            if text.owner not in best or score > best[text.owner][0]:
                best[text.owner] = score, text.id
        ranked = sorted((-score, owner, text) for owner, (score, text) in best.items())[:limit]
        return Nearest(
            ids=tuple(owner for _, owner, _ in ranked),
            scores=np.array([-score for score, _, _ in ranked]),
            texts=tuple(text for _, _, text in ranked),
        )

    def by_words(
        self, terms: Sequence[str], *, within: Filter = EVERYTHING, limit: int | None = None
    ) -> WordMatches:
        """BM25, by a loop."""
        within_limit(limit)
        words = {name: tokens(document.words) for name, document in self.documents.items()}
        mean = sum(map(len, words.values())) / (len(words) or 1)
        weights = {
            term: idf(sum(term in text for text in words.values()), len(words)) for term in terms
        }
        scored = []
        for name, text in words.items():
            held = tuple(term for term in terms if term in text)
            if held and passes(self.documents[name], within):
                length = 0.25 + 0.75 * len(text) / mean
                score = sum(
                    weights[term] * 2.2 * text.count(term) / (text.count(term) + 1.2 * length)
                    for term in held
                )
                scored.append((-score / (2.2 * sum(weights.values())), name, held))
        scored = sorted(scored)[:limit]
        return WordMatches(
            ids=tuple(name for _, name, _ in scored),
            scores=np.array([-score for score, _, _ in scored]),
            terms=tuple(held for _, _, held in scored),
        )

    def document_frequencies(self, terms: Sequence[str]) -> Mapping[str, int]:
        """How many documents hold each term."""
        words = [tokens(document.words) for document in self.documents.values()]
        return {term: sum(term in text for text in words) for term in terms}

    def matching(self, within: Filter) -> tuple[str, ...]:
        """Who passes, by id."""
        return tuple(
            sorted(n for n, document in self.documents.items() if passes(document, within))
        )

    def count(self, within: Filter) -> int:
        """How many pass."""
        return len(self.matching(within))

    def counts(self, within: Filter) -> Mapping[str, Mapping[str, int]]:
        """Counts by value, by a loop."""
        passing = [self.documents[name] for name in self.matching(within)]
        pairs = {(f, v) for one in passing for f, values in one.facets.items() for v in values}
        counted: dict[str, dict[str, int]] = {}
        for facet, value in pairs:
            number = sum(value in one.facets.get(facet, ()) for one in passing)
            counted.setdefault(facet, {})[value] = number
        return counted

    def texts(
        self, vector_set: str, owners: Collection[str] | None = None
    ) -> tuple[VectorText, ...]:
        """The texts of some owners."""
        return tuple(
            text
            for text, _ in self.sets.get(vector_set, {}).values()
            if owners is None or text.owner in owners
        )

    def vectors(self, vector_set: str, texts: Sequence[str]) -> np.ndarray:
        """Some vectors."""
        held = self.sets[vector_set]
        width = self.dimensions[vector_set]
        return np.array([held[text][1] for text in texts], dtype=np.float32).reshape(-1, width)


@dataclass
class ReferenceWriter:
    """Keeps what is written until it is published into the store."""

    store: ReferenceStore
    documents: dict[str, Document] = field(default_factory=dict)
    sets: dict[str, dict[str, tuple[VectorText, np.ndarray]]] = field(default_factory=dict)

    def write(self, document: Document) -> None:
        """Keep a document."""
        self.documents[document.id] = document

    def write_vectors(
        self, vector_set: str, texts: Sequence[VectorText], vectors: np.ndarray
    ) -> None:
        """Keep texts with their unit vectors."""
        units = unit_rows(checked_vectors(vectors))
        for text, unit in zip(texts, units, strict=True):
            self.sets.setdefault(vector_set, {})[text.id] = text, unit

    def delete(self, ids: Collection[str]) -> None:
        """Forget documents and their texts."""
        for name in ids:
            self.documents.pop(name, None)
        for texts in self.sets.values():
            for key in [key for key, (text, _) in texts.items() if text.owner in ids]:
                del texts[key]

    def publish(self) -> None:
        """Put what is kept into the store."""
        sets = {name: dict(texts) for name, texts in self.sets.items() if texts}
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
