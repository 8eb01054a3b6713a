"""The seam for engines: what every engine answers, and how it is written.

An engine holds *documents*, found by their words and filtered by kind, facets and
figures, and *vector sets*: named lists of texts, each with one unit vector and an owner.
An owner is a document, or another thing that texts speak of (a type of project). Ids are
strings that mean the same in every engine. Every order is total: by score, then by id.

``tests/kb/engine/contract.py`` is what an engine must pass.
"""

from __future__ import annotations

import math
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Protocol

import numpy as np

from kb.engine.filters import EVERYTHING, Filter


@dataclass(frozen=True, slots=True, kw_only=True)
class Figure:
    """A figure that a document reports, by its low end in one unit.

    ``sign`` is -1 for a fall, 1 for a rise and 0 for a state. ``compared`` says whether this
    is the unit in which it is compared where none is asked for; a figure in a further unit
    is only found where that unit is asked for.
    """

    metric: str
    unit: str
    low: float
    sign: int = 0
    compared: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class Document:
    """What is found: by ``words`` (text as it is read), under filters by all the rest."""

    id: str
    words: str
    kind: str = ""
    facets: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    figures: tuple[Figure, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class VectorText:
    """A text of a vector set. ``digest`` is that of what the encoder read."""

    id: str
    owner: str
    digest: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Nearest:
    """Owners by their nearest text (MaxP), nearest first, equal ones by id.

    Row by row: the owner, the cosine of its nearest text (float64 of shape (n,)), and the
    id of that text; of equally near texts of an owner the one that was written first.
    """

    ids: tuple[str, ...]
    scores: np.ndarray
    texts: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class WordMatches:
    """Documents that hold some of the terms, best first, equal ones by id.

    Row by row: the document, its score (float64 of shape (n,), in (0, 1]), and which of
    the terms it holds, in the order asked. A score is the BM25 of the terms (k1 = 1.2,
    b = 0.75) as a share of the most that BM25 could count for them.
    """

    ids: tuple[str, ...]
    scores: np.ndarray
    terms: tuple[tuple[str, ...], ...]


class Engine(Protocol):
    """Something to search in: one state, whole and unchanging. Safe between threads."""

    def __len__(self) -> int:
        """How many documents there are."""
        ...

    @property
    def sizes(self) -> Mapping[str, int]:
        """How many texts each vector set holds; one without texts is left out."""
        ...

    @property
    def dimensions(self) -> Mapping[str, int]:
        """How many numbers a vector of each vector set has."""
        ...

    def nearest(
        self,
        vector_set: str,
        vector: np.ndarray,
        *,
        within: Filter = EVERYTHING,
        limit: int | None = None,
    ) -> Nearest:
        """The owners whose texts come nearest to a query vector.

        Args:
            vector_set: one that holds no texts finds nothing.
            vector: of any length, shape (dimension,).
            within: owners that are no documents pass an open filter only.
            limit: how many at most; None for all.

        Raises:
            ValueError: the vector has another shape or is not finite, or limit < 1.
        """
        ...

    def by_words(
        self, terms: Sequence[str], *, within: Filter = EVERYTHING, limit: int | None = None
    ) -> WordMatches:
        """The documents that hold some of the terms.

        Args:
            terms: stems as ``kb.text.analysis`` gives them, each once.
            within: narrows what is found; scores are the same whatever it says.
            limit: how many at most; None for all.

        Raises:
            ValueError: limit < 1.
        """
        ...

    def document_frequencies(self, terms: Sequence[str]) -> Mapping[str, int]:
        """How many documents hold each term; 0 for one that none holds."""
        ...

    def matching(self, within: Filter) -> tuple[str, ...]:
        """The documents that pass a filter, by id."""
        ...

    def count(self, within: Filter) -> int:
        """How many documents pass a filter."""
        ...

    def counts(self, within: Filter) -> Mapping[str, Mapping[str, int]]:
        """Facet to value to how many documents that pass have it; values of none are left out."""
        ...

    def texts(
        self, vector_set: str, owners: Collection[str] | None = None
    ) -> tuple[VectorText, ...]:
        """The texts of a vector set in the order written; those of some owners, or all."""
        ...

    def vectors(self, vector_set: str, texts: Sequence[str]) -> np.ndarray:
        """The unit vectors of some texts by their ids, float32 of shape (n, dimension).

        Raises:
            KeyError: the set has no such text.
        """
        ...


class EngineWriter(Protocol):
    """Writes one state of an engine: nothing is seen of it before ``publish``."""

    def write(self, document: Document) -> None:
        """Add a document, in place of one with the same id."""
        ...

    def write_vectors(
        self, vector_set: str, texts: Sequence[VectorText], vectors: np.ndarray
    ) -> None:
        """Add texts to a vector set, in place of those with the same ids.

        Args:
            vector_set: its name.
            texts: each id once.
            vectors: of any length, shape (len(texts), dimension), in their order.

        Raises:
            ValueError: the shape is another, or a number is not finite.
        """
        ...

    def delete(self, ids: Collection[str]) -> None:
        """Take documents out, with their texts in every vector set; unknown ids pass."""
        ...

    def publish(self) -> None:
        """Make what was written the state that is opened from now on, in one step.

        Raises:
            OSError: it cannot be written, say because the disk is full.
        """
        ...


def idf(n_with: int, n_documents: int) -> float:
    """How much a term counts that so many documents hold: BM25's, always above 0."""
    return math.log(1 + (n_documents - n_with + 0.5) / (n_with + 0.5))


def within_limit(limit: int | None) -> None:
    """Refuse a limit that makes no sense.

    Raises:
        ValueError: it is below 1.
    """
    if limit is not None and limit < 1:
        raise ValueError(f"limit must be at least 1, not {limit}")


def unit_rows(vectors: np.ndarray) -> np.ndarray:
    """Rows scaled to length one, so that an inner product is a cosine; zeros stay zeros."""
    lengths = np.linalg.norm(vectors, axis=1, keepdims=True)
    return (vectors / np.where(lengths == 0, 1, lengths)).astype(np.float32)


def checked_vectors(vectors: np.ndarray) -> np.ndarray:
    """The vectors themselves, where they have a shape and numbers that can be indexed.

    Raises:
        ValueError: the shape is not (n, dimension), or a number is not finite.
    """
    if vectors.ndim != 2 or vectors.shape[1] == 0:
        raise ValueError(f"vectors must have shape (n, dimension), not {vectors.shape}")
    if not np.isfinite(vectors).all():
        raise ValueError("vectors must be finite")
    return vectors
