"""Vectors and their search. Owns faiss.

A flat index: at the size of a compendium an exhaustive scan takes well under a
millisecond and its recall is 1.0 by construction, filters or not.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import faiss
import numpy as np

from kb.engine.base import Nearest, VectorText, checked_vectors, unit_rows
from kb.errors import SnapshotCorrupt

# A web worker has one thread for this, and forks after loading.
faiss.omp_set_num_threads(1)


@dataclass(frozen=True, slots=True)
class Matches:
    """Rows of the index with their cosine, best first; equal scores by row.

    ``rows`` is int64 and ``scores`` float32, both of shape (n,).
    """

    rows: np.ndarray
    scores: np.ndarray


class DenseIndex:
    """Unit vectors, row i belonging to passage i. Cosine in [-1, 1], higher is better."""

    def __init__(self, index: faiss.Index) -> None:
        self._index = index

    @classmethod
    def build(cls, vectors: np.ndarray) -> DenseIndex:
        """Index ``vectors`` of shape (n, dimension); they are scaled to length one here.

        Raises:
            ValueError: the shape is not (n, dimension), or a number is not finite.
        """
        index = faiss.IndexFlatIP(checked_vectors(vectors).shape[1])
        index.add(unit_rows(vectors))
        return cls(index)

    @classmethod
    def read(cls, path: Path) -> DenseIndex:
        """Open a written index.

        Raises:
            SnapshotCorrupt: the file is missing, cut short, or not such an index.
        """
        try:
            index = faiss.read_index(str(path))
        except (RuntimeError, MemoryError) as err:  # a damaged length can ask for any memory
            raise SnapshotCorrupt(f"The index cannot be read: {path}.") from err
        is_flat = isinstance(index, faiss.IndexFlat)
        if not is_flat or index.metric_type != faiss.METRIC_INNER_PRODUCT:
            raise SnapshotCorrupt(f"The index must be a flat one of inner products: {path}.")
        return cls(index)

    def write(self, path: Path) -> None:
        """Write the index; the same vectors give the same bytes."""
        path.write_bytes(faiss.serialize_index(self._index).tobytes())

    def __len__(self) -> int:
        return int(self._index.ntotal)

    @property
    def dimension(self) -> int:
        """How many numbers a vector has."""
        return int(self._index.d)

    def vectors(self, rows: np.ndarray) -> np.ndarray:
        """The unit vectors of ``rows``, float32 of shape (len(rows), dimension)."""
        if len(rows) == 0:
            return np.zeros((0, self.dimension), dtype=np.float32)
        return self._index.reconstruct_batch(np.ascontiguousarray(rows, dtype=np.int64))

    def search(self, vector: np.ndarray, *, k: int, rows: np.ndarray | None = None) -> Matches:
        """The ``k`` best rows for a query vector of any length.

        Args:
            vector: shape (dimension,).
            k: how many at most; more than there are gives all.
            rows: only these rows may be found; None allows all.

        Raises:
            ValueError: the vector has another shape or is not finite, or k < 1.
        """
        if vector.shape != (self.dimension,) or not np.isfinite(vector).all():
            raise ValueError(f"vector must be finite and have shape ({self.dimension},)")
        if k < 1:
            raise ValueError(f"k must be at least 1, not {k}")
        allowed = len(self) if rows is None else len(rows)
        if allowed == 0:
            return Matches(np.zeros(0, dtype=np.int64), np.zeros(0, dtype=np.float32))
        # All allowed rows are asked for: FAISS breaks ties by insertion in reverse,
        # so cutting before ordering would make the tie at the cut arbitrary.
        parameters = None
        if rows is not None:
            selector = faiss.IDSelectorBatch(np.ascontiguousarray(rows, dtype=np.int64))
            parameters = faiss.SearchParameters(sel=selector)
        scores, hits = self._index.search(unit_rows(vector[None, :]), allowed, params=parameters)
        scores, hits = scores[0][hits[0] >= 0], hits[0][hits[0] >= 0]
        order = np.lexsort((hits, -scores))[:k]
        return Matches(hits[order], scores[order])


class OwnedVectors:
    """One vector set: an index whose row i is text i. Immutable; safe between threads."""

    def __init__(self, index: DenseIndex, texts: Sequence[VectorText]) -> None:
        self.index = index
        self.texts = tuple(texts)
        self.owners = tuple(sorted({text.owner for text in self.texts}))
        place = {owner: at for at, owner in enumerate(self.owners)}
        #: The place in ``owners`` of each row's owner: int64 of shape (n_texts,).
        self.owner = np.array([place[text.owner] for text in self.texts], dtype=np.int64)

    def __len__(self) -> int:
        return len(self.texts)

    def nearest(
        self, vector: np.ndarray, *, limit: int | None, owners: np.ndarray | None = None
    ) -> Nearest:
        """The owners by their nearest text; see ``kb.engine.base``.

        Args:
            vector: shape (dimension,).
            limit: how many at most; None for all.
            owners: which of ``owners`` may be found, bool of their length; None for all.
        """
        rows = None if owners is None else np.flatnonzero(owners[self.owner])
        matches = self.index.search(vector, k=max(1, len(self)), rows=rows)
        # Best first and equal ones by row, so the first row of an owner is its best one.
        places, first = np.unique(self.owner[matches.rows], return_index=True)
        scores, best = matches.scores[first].astype(np.float64), matches.rows[first]
        order = np.lexsort((places, -scores))[:limit]
        return Nearest(
            ids=tuple(self.owners[at] for at in places[order]),
            scores=scores[order],
            texts=tuple(self.texts[row].id for row in best[order]),
        )

    def texts_of(self, owners: Collection[str] | None) -> tuple[VectorText, ...]:
        """The texts of some owners, or all, in order."""
        if owners is None:
            return self.texts
        wanted = frozenset(owners)
        return tuple(text for text in self.texts if text.owner in wanted)

    def vectors(self, texts: Sequence[str]) -> np.ndarray:
        """The unit vectors of some texts by their ids; KeyError for one that is not there."""
        return self.index.vectors(np.array([self._rows[text] for text in texts], dtype=np.int64))

    @cached_property
    def _rows(self) -> dict[str, int]:
        return {text.id: row for row, text in enumerate(self.texts)}
