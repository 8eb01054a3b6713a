"""The seam for engines: what every engine answers, and how it is written.

An engine holds *documents*, found by their words and filtered by kind, facets and
figures, and *vector sets*: named lists of texts, each with one unit vector and an owner.
The owners of a set are documents, or other things that texts speak of (types of project);
those of the second kind are few, and are only ever read whole.

A document has a *row*: its place among all documents of the state in the order of their
ids, from 0. Rows mean something in one state of one engine only; ids, which are strings,
mean the same in all. Arrays of rows are int64. Every order is total: by score, then by row,
which is by id.

What is asked is answered in two steps. ``Answering.candidates`` names the documents that
may be best, found by whatever shortcut an engine has; ``Answering.evidence`` says of each
exactly what speaks for it. ``tests/kb/engine/test_contract.py`` is what an engine must pass.
"""

from __future__ import annotations

import math
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Protocol, runtime_checkable

import numpy as np

from kb.engine.filters import EVERYTHING, Filter

#: BM25 as tantivy and Lucene have it: a term counts at most ``K1 + 1`` times its idf.
K1, B = 1.2, 0.75

#: The key that orders documents by their titles.
TITLE = "title"

#: The cosine of a document that has no text in a vector set.
NO_TEXT = -1.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Figure:
    """A figure that a document reports, in one unit.

    ``low`` and ``high`` are its ends. ``sign`` is -1 for a fall, 1 for a rise and 0 for a
    state. ``compared`` says whether this is the unit in which it is compared where none is
    asked for; a figure in a further unit is only found where that unit is asked for. ``own``
    says whether it is the unit of the figure itself, and in no other; ``sought`` whether a
    filter finds it at all: one that is not can only be ordered by. ``way`` is the sign of the
    direction that the source tells.
    """

    metric: str
    unit: str
    low: float
    high: float = math.nan
    sign: int = 0
    compared: bool = True
    own: bool = True
    sought: bool = True
    way: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Document:
    """What is found: by the words of ``says`` and ``words``, under filters by all the rest.

    ``says`` are texts as they are read, in each of which words follow one another; in ``words``
    they only stand beside each other, so that no phrase is said there. ``title`` is what documents
    are listed by, ``links`` are the ids of documents that it leads to, and ``keys`` are numbers by
    name that documents are ordered by.
    """

    id: str
    words: str
    says: tuple[str, ...] = ()
    kind: str = ""
    title: str = ""
    facets: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    figures: tuple[Figure, ...] = ()
    links: tuple[str, ...] = ()
    keys: Mapping[str, float] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class VectorText:
    """A text of a vector set: the ``ordinal``-th of its owner in that set, from 0.

    ``digest`` is that of what the encoder read, 64 hexadecimal digits.
    """

    owner: str
    ordinal: int
    digest: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """A kind of evidence by vectors: the nearest text of a document in any of some sets.

    Attributes:
        vector_sets: their names.
        weight: how much it counts in the sum.
        beside: set by set how much its cosines count there beside those of the others; all the
            same where it is empty. By itself a part is told without this.
    """

    vector_sets: tuple[str, ...]
    weight: float
    beside: tuple[float, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """What is asked of an engine, and how much each kind of evidence counts.

    Attributes:
        vectors: by vector set a vector of any length, shape (dimension,).
        terms: stems as ``kb.text.analysis`` gives them, each once.
        parts: how the vectors count. Every set of ``vectors`` is measured, in a part or not.
        words: how much the share of words counts.
    """

    vectors: Mapping[str, np.ndarray]
    terms: tuple[str, ...] = ()
    parts: tuple[Part, ...] = ()
    words: float = 0.0


@dataclass(frozen=True, slots=True, kw_only=True)
class EngineEvidence:
    """What speaks for some documents, exactly.

    Row by row of ``rows``. ``cosines`` are by vector set those of the document's nearest text
    (float64 of shape (n,), ``NO_TEXT`` where it has none), and ``nearest`` the ordinals of these
    texts (int64, -1 where there is none); of equally near texts the first. ``words`` is
    the BM25 of the terms (k1 = 1.2, b = 0.75) as a share of the most that BM25 could count for
    them: float64 of shape (n,), in [0, 1].
    """

    rows: np.ndarray
    cosines: Mapping[str, np.ndarray]
    nearest: Mapping[str, np.ndarray]
    words: np.ndarray


@dataclass(frozen=True, slots=True, kw_only=True)
class Coverage:
    """Shares of the terms of a question, each weighted by its idf.

    ``by_all`` are those that some document holds, ``by_one`` those that the document with most
    of them holds.
    """

    by_all: float
    by_one: float


class Answering(Protocol):
    """One question put to one state of an engine. For one thread."""

    def candidates(
        self, *, within: Filter = EVERYTHING, limit: int, by_each: int = 0
    ) -> np.ndarray:
        """The rows of documents that may be best by the weighted sum of the evidence.

        Where no more than ``limit`` pass the filter these are all of them. Of more, at least
        99% of the best ten of an exhaustive scan are among them, whatever the filter.

        Args:
            within: what the documents must pass.
            limit: how many at most, by the sum.
            by_each: how many more, by each part and by the words alone.

        Returns:
            Rows in their order, each once.
        """
        ...

    def estimates(self, rows: np.ndarray) -> np.ndarray:
        """About the weighted sum of some documents: float64 of the shape of ``rows``."""
        ...

    @property
    def doubt(self) -> float:
        """How far the estimate of a document may be off; 0 of exact ones."""
        ...

    def evidence(self, rows: np.ndarray) -> EngineEvidence:
        """What speaks for some documents, exactly, in the order of ``rows``."""
        ...

    def coverage(self) -> Coverage:
        """Which of the terms documents hold."""
        ...

    def mean(self) -> float:
        """About the mean of the weighted sum over all documents."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class FigureRows:
    """Figures in one metric, column by column: arrays of shape (n,), by row.

    ``units`` are the names that ``unit`` (int64) counts off.
    """

    rows: np.ndarray
    units: tuple[str, ...]
    unit: np.ndarray
    low: np.ndarray
    high: np.ndarray
    sign: np.ndarray
    own: np.ndarray
    way: np.ndarray


@dataclass(frozen=True, slots=True, kw_only=True)
class OwnedTexts:
    """All texts of a vector set whose owners are no documents, with their unit vectors.

    ``vectors`` is float32 of shape (n, dimension), row i of text i.
    """

    texts: tuple[VectorText, ...]
    vectors: np.ndarray


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

    def ids(self, rows: np.ndarray) -> tuple[str, ...]:
        """The ids of some documents, in the order of ``rows``."""
        ...

    def row(self, document_id: str) -> int | None:
        """The row of a document; None where there is none of this id."""
        ...

    def under(self, prefix: str) -> np.ndarray:
        """The rows of the documents whose ids begin with some letters, at least one."""
        ...

    def ask(self, question: Question) -> Answering:
        """Put a question.

        Raises:
            ValueError: a vector has another shape or is not finite.
        """
        ...

    def matching(self, within: Filter, among: np.ndarray | None = None) -> np.ndarray:
        """The rows of the documents that pass a filter, in their order.

        Args:
            within: what must be passed.
            among: only these rows, in their order; None, all.
        """
        ...

    def count(self, within: Filter) -> int:
        """How many documents pass a filter."""
        ...

    def counts(
        self, within: Filter, among: np.ndarray | None = None
    ) -> Mapping[str, Mapping[str, int]]:
        """Facet to value to how many documents that pass have it; values of none are left out.

        Args:
            within: what must be passed.
            among: count these rows only, each at most once; None, all.
        """
        ...

    def keys(self, name: str, rows: np.ndarray) -> np.ndarray:
        """A number that documents are ordered by, of some of them: float64.

        ``TITLE`` is the place in the order of the titles, regardless of case, then ids; every
        other name one of ``Document.keys``, infinity where a document has none.
        """
        ...

    def figures(self, metric: str) -> FigureRows:
        """Every figure that documents report in a metric."""
        ...

    def links(self, rows: np.ndarray) -> np.ndarray:
        """Pairs of documents that are linked: int64 of shape (2, n_pairs).

        The first of each pair is one of ``rows``, the second any other document that it leads
        to or that leads to it: each pair once, in the order of ``rows``, then of the second.
        """
        ...

    def holding(self, terms: Sequence[str]) -> np.ndarray:
        """The rows of the documents that hold each of some terms, at least one, in their order."""
        ...

    def saying(self, terms: Sequence[str]) -> np.ndarray:
        """The rows of the documents that say some terms one after the other, in their order.

        Several, in one of the texts of ``Document.says``; one alone, in any word.
        """
        ...

    def document_frequencies(self, terms: Sequence[str]) -> Mapping[str, int]:
        """How many documents hold each term; 0 for one that none holds."""
        ...

    def texts(self, vector_set: str, row: int) -> tuple[VectorText, ...]:
        """The texts of a document in a vector set, in the order written."""
        ...

    def vectors(self, vector_set: str, rows: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """The unit vectors of all texts of some documents.

        Returns:
            Vectors, float32 of shape (n_texts, dimension), document by document in the order of
            ``rows``, and the number of texts of each, int64 of the shape of ``rows``.
        """
        ...

    def cosines(
        self, vector_set: str, rows: np.ndarray, vectors: np.ndarray
    ) -> tuple[np.ndarray, np.ndarray]:
        """How near some vectors come to all texts of some documents, exactly.

        Args:
            vector_set: the name of the set.
            rows: the documents.
            vectors: unit vectors, shape (n_vectors, dimension).

        Returns:
            Cosines, float32 of shape (n_vectors, n_texts), document by document in the order of
            ``rows``, and the number of texts of each, int64 of the shape of ``rows``.
        """
        ...

    def owned(self, vector_set: str) -> OwnedTexts:
        """A vector set whose owners are no documents, whole; empty where there is none."""
        ...

    def known_vectors(self, vector_set: str, digests: Sequence[str]) -> Mapping[str, np.ndarray]:
        """By digest the unit vectors of the texts that the set has of those asked for."""
        ...


class Rows(Protocol):
    """Vectors one after the other, as many of them at once as are asked for.

    An array is one. So is what reads them from a file, for a writer that never has all in memory.
    """

    @property
    def shape(self) -> tuple[int, ...]:
        """How many there are, and how many numbers each has."""
        ...

    def __len__(self) -> int: ...

    def __getitem__(self, some: slice, /) -> np.ndarray:
        """Some that follow one another: shape (n, dimension)."""
        ...


class EngineWriter(Protocol):
    """Writes one state of an engine: nothing is seen of it before ``publish``."""

    def write(self, document: Document) -> None:
        """Add a document, in place of one with the same id."""
        ...

    def write_vectors(self, vector_set: str, texts: Sequence[VectorText], vectors: Rows) -> None:
        """Add texts to a vector set. The texts of an owner come in one call, in their order.

        Args:
            vector_set: its name.
            texts: of each owner those from 0 on; they replace all that it had in the set.
            vectors: of any length, shape (len(texts), dimension), in their order. They must stay
                as they are until what is written is published.

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


@runtime_checkable
class ContinuingWriter(EngineWriter, Protocol):
    """A writer that can go on from an earlier state."""

    def take_over(self, earlier: Engine, ids: Collection[str]) -> None:
        """Add documents as an earlier state has them, with words and texts in every vector set.

        A document that is written afterwards takes the place of all that, texts included. Vector
        sets whose owners are no documents are not taken over.

        Args:
            earlier: of the same kind of engine, sound, and open until ``publish``.
            ids: of its documents; others pass.
        """
        ...


def idf(n_with: int, n_documents: int) -> float:
    """How much a term counts that so many documents hold: BM25's, always above 0."""
    return math.log(1 + (n_documents - n_with + 0.5) / (n_with + 0.5))


def within_limit(limit: int) -> None:
    """Refuse a limit that makes no sense.

    Raises:
        ValueError: it is below 1.
    """
    if limit < 1:
        raise ValueError(f"limit must be at least 1, not {limit}")


#: A length that is 1 but for so much is one: what is unit already stays as it is.
_UNIT = 1e-6
#: The best of so many times as many values as there are wanted, each way, are found by groups.
_GROUPS = 4
#: So many rows are scaled at once.
_AT_ONCE = 1 << 14


def distinct(*rows: np.ndarray) -> np.ndarray:
    """Rows of one or more arrays in order, each once.

    As ``numpy.unique``, which goes by hashes since numpy 2.3 and takes ten times as long.
    """
    in_order = np.sort(np.concatenate(rows))
    is_first = np.ones(len(in_order), dtype=bool)
    np.not_equal(in_order[1:], in_order[:-1], out=is_first[1:])
    return in_order[is_first]


def unit_rows(vectors: np.ndarray, out: np.ndarray | None = None) -> np.ndarray:
    """Rows scaled to length one, so that an inner product is a cosine; zeros stay zeros.

    Args:
        vectors: of shape (n, dimension).
        out: gets them, of the same shape and float32: it may be ``vectors`` itself. Else they
            are in an array of their own.
    """
    found = np.empty(vectors.shape, dtype=np.float32) if out is None else out
    for begin in range(0, len(vectors), _AT_ONCE):  # of a million no copy is made on the way
        some = vectors[begin : begin + _AT_ONCE]
        lengths = np.linalg.norm(some, axis=1, keepdims=True)
        as_they_are = (lengths == 0) | (np.abs(lengths - 1) <= _UNIT)
        found[begin : begin + len(some)] = some / np.where(as_they_are, 1, lengths)
    return found


def checked_vectors(vectors: Rows) -> Rows:
    """The vectors themselves, where they have a shape and numbers that can be indexed.

    Raises:
        ValueError: the shape is not (n, dimension), or a number is not finite.
    """
    if len(vectors.shape) != 2 or vectors.shape[1] == 0:
        raise ValueError(f"vectors must have shape (n, dimension), not {vectors.shape}")
    for begin in range(0, len(vectors), _AT_ONCE):
        if not np.isfinite(vectors[begin : begin + _AT_ONCE]).all():
            raise ValueError("vectors must be finite")
    return vectors


def unit_vector(vector_set: str, vector: np.ndarray, dimension: int) -> np.ndarray:
    """The vector of a question for a vector set at length one, float32 of shape (dimension,).

    Raises:
        ValueError: it has another shape or is not finite.
    """
    if vector.shape != (dimension,) or not np.isfinite(vector).all():
        raise ValueError(
            f"the vector for {vector_set!r} must be finite and have shape ({dimension},)"
        )
    return unit_rows(vector[None, :])[0]


def best_rows(values: np.ndarray, limit: int) -> np.ndarray:
    """The places of the highest values, highest first, equal ones by place."""
    n_groups = _GROUPS * limit
    if len(values) > _GROUPS * n_groups:
        # As many groups as there are wanted have a value from some bound on, so no other is wanted.
        size = len(values) // n_groups
        highest = values[: size * n_groups].reshape(size, n_groups).max(axis=0)
        bound = np.partition(highest, n_groups - limit)[n_groups - limit]
        places = np.flatnonzero(values >= bound)
        if _GROUPS * len(places) < len(values):
            return places[_best_rows(values[places], limit)]
    return _best_rows(values, limit)


def _best_rows(values: np.ndarray, limit: int) -> np.ndarray:
    """The same, by looking at each value."""
    if len(values) <= limit:
        places = np.arange(len(values))
        return places[np.lexsort((places, -values))]
    lowest = values == values.min()
    if 4 * np.count_nonzero(lowest) > len(values):
        # Most are alike where few documents hold any of the words, and numpy.partition then
        # takes twenty times as long as to sort.
        places = np.flatnonzero(~lowest)
        if len(places) >= limit:
            return places[_best_rows(values[places], limit)]
        ties = np.flatnonzero(lowest)
    else:
        least = np.partition(values, len(values) - limit)[len(values) - limit]
        places, ties = np.flatnonzero(values > least), np.flatnonzero(values == least)
    places = np.concatenate([places, ties[: limit - len(places)]])
    return places[np.lexsort((places, -values[places]))]
