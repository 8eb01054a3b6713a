"""Vectors and their search. Owns faiss.

The unit vectors of a set lie in a flat FAISS index, mapped into memory, document by document.
Beside them lies the sign of each of their numbers, a bit each: 32 times smaller. A question
reads all of these codes and none of the vectors, and learns of every document about how near
its nearest text may come; the exact cosine is worked out of the vectors of those that are
candidates. A set that is small has no codes, and all of its vectors are read.
"""

from __future__ import annotations

import json
import math
import mmap
import os
import struct
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import suppress
from functools import cached_property
from itertools import chain, count, pairwise
from pathlib import Path
from typing import Any, TypeVar
from weakref import finalize

import faiss
import numpy as np

from kb.engine.base import NO_TEXT, Rows
from kb.engine.local.arrays import (
    AT_ONCE,
    Merge,
    opened_for_large_pages,
    read_array,
    stretches,
    write_array,
    write_for_large_pages,
)
from kb.errors import SnapshotCorrupt

T = TypeVar("T")

# A web worker has one thread for this, and forks after loading.
faiss.omp_set_num_threads(1)

#: A set of more texts gets codes.
FLAT_UP_TO = 4_096
#: How the file of a flat index begins: kind, dimension, number of vectors, 21 bytes that are the
#: same in all, and how many numbers follow, which are float32.
_HEADER = struct.Struct("<4siq21xQ")
_BEFORE_VECTORS, _VECTORS, _NUMBERS = 8, struct.Struct("<q"), struct.Struct("<Q")
#: Where fewer vectors than this are wanted, they are read from their file, and not mapped.
_READ_BELOW = 1_024
#: So many times the quicker way is taken, and then another once, as that may have changed.
_TRIED_AGAIN = 64
#: So many new vectors are written at once.
_WRITTEN_AT_ONCE = 4_096
#: So many vectors are read at once where their products are wanted: they stay close by meanwhile.
_READ_AT_ONCE = 512
#: How many texts tell how a distance of codes becomes a cosine.
_SAMPLE = 256


class DocumentVectors:
    """One vector set whose owners are documents. Immutable; safe between threads.

    Texts go document by document in the order of the rows: those of row r from ``starts[r]``
    up to ``starts[r + 1]``.
    """

    def __init__(
        self, mapped: Mapped, starts: np.ndarray, digests: np.ndarray, codes: Codes | None
    ) -> None:
        self._mapped = mapped
        self.matrix = mapped.matrix
        self.starts = starts
        self.digests = digests
        self.codes = codes

    @classmethod
    def read(cls, folder: Path, name: str, n_documents: int) -> DocumentVectors:
        """Open what ``write_document_vectors`` wrote.

        Raises:
            SnapshotCorrupt: a file is missing, damaged, or does not go with the others.
        """
        mapped = Mapped(folder / f"{name}.faiss")
        n_texts = len(mapped.matrix)
        starts = read_array(folder, f"{name}-starts", "uint32", shape=(n_documents + 1,))
        if starts[0] != 0 or starts[-1] != n_texts:
            raise SnapshotCorrupt(f"{folder / name}-starts.npy does not hold what it should.")
        digests = read_array(folder, f"{name}-digests", "uint8", shape=(n_texts, 32))
        codes = None
        if n_texts > FLAT_UP_TO:
            codes = Codes.read(folder, name, n_texts, mapped.matrix.shape[1])
        return cls(mapped, starts, digests, codes)

    def __len__(self) -> int:
        return len(self.matrix)

    def stored(self, begin: int, end: int) -> Iterator[bytes]:
        """Vectors that follow one another, as they are in the file."""
        return self._mapped.stored(begin, end)

    @property
    def dimension(self) -> int:
        """How many numbers a vector has."""
        return self.matrix.shape[1]

    @property
    def doubt(self) -> float:
        """How far an estimate may be off; 0 where they are exact."""
        return 0.0 if self.codes is None else doubt_of(self.codes.cosine)

    @cached_property
    def _owners(self) -> TextOwners:
        return TextOwners(self.starts)

    def estimates(self, unit: np.ndarray) -> np.ndarray:
        """About how near each document comes by its nearest text, float32 of shape (n,)."""
        if self.codes is None:
            return self._owners.nearest(self.matrix @ unit)
        return self._owners.estimates(self.codes, unit)

    def nearest(self, unit: np.ndarray, rows: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Exactly how near some documents come by their nearest text, and which one that is.

        Returns:
            Cosines (float64) and ordinals (int64), both of the shape of ``rows``; ``NO_TEXT``
            and -1 where a document has no text.
        """
        places, lengths = stretches(self.starts, rows)
        return nearest_of_each(self._products(unit, places), lengths)

    def products(self, units: np.ndarray, rows: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """How near unit vectors come to all texts of some documents, and how many each has."""
        places, lengths = stretches(self.starts, rows)
        return self._products(units, places).reshape(len(units), len(places)), lengths

    def _products(self, units: np.ndarray, places: np.ndarray) -> np.ndarray:
        """The inner products of one or more vectors with some texts, as ``inner_products``."""
        if self.codes is None:
            return inner_products(self.matrix, units, places)
        return self._mapped.inner_products(units, places)

    def of(self, rows: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """The unit vectors of all texts of some documents, and how many each has."""
        places, lengths = stretches(self.starts, rows)
        if self.codes is None:
            return np.asarray(self.matrix[places]), lengths
        vectors = np.empty((len(places), self.dimension), dtype=np.float32)
        self._mapped.read_into(vectors, places)
        return vectors, lengths

    def digests_of(self, row: int) -> list[str]:
        """The digests of the texts of a document, in order."""
        return [bytes(one).hex() for one in self.digests[self.starts[row] : self.starts[row + 1]]]


def of_digests(
    digests: np.ndarray, matrix: np.ndarray, wanted: Sequence[str]
) -> dict[str, np.ndarray]:
    """The vectors of the texts that there are of those wanted, by their digests.

    Args:
        digests: of the texts that there are: uint8 of shape (n_texts, 32).
        matrix: their vectors: float32 of shape (n_texts, dimension).
        wanted: digests, as hexadecimal digits.
    """
    if not wanted or not len(digests):
        return {}
    every = np.ascontiguousarray(digests).view("S32").ravel()
    asked = np.frombuffer(bytes.fromhex("".join(wanted)), dtype=np.uint8).reshape(-1, 32)
    # A string of numpy ends at its last byte that is not 0, in both alike.
    sought = np.ascontiguousarray(asked).view("S32").ravel()
    order = np.argsort(every)
    places = np.searchsorted(every, sought, sorter=order)
    places = order[np.minimum(places, len(order) - 1)]
    found = every[places] == sought
    return {
        digest: matrix[place]
        for digest, place, is_there in zip(wanted, places, found, strict=True)
        if is_there
    }


class TextOwners:
    """Whose the texts of a set are: those of row r from ``starts[r]`` up to ``starts[r + 1]``."""

    def __init__(self, starts: np.ndarray) -> None:
        self._starts = starts
        self._n = len(starts) - 1
        self._having = np.flatnonzero(starts[1:] > starts[:-1]).astype(np.uint32)

    def nearest(self, products: np.ndarray) -> np.ndarray:
        """The highest of the cosines of each document's texts: float32 of shape (n,)."""
        return self._of_all(np.maximum.reduceat(products, self._begins))

    def estimates(self, codes: Codes, unit: np.ndarray) -> np.ndarray:
        """About how near each document comes by its nearest text: float32 of shape (n,)."""
        return self._of_all(codes.cosine[np.minimum.reduceat(codes.distances(unit), self._begins)])

    @property
    def _begins(self) -> np.ndarray:
        having_all = len(self._having) == self._n
        return (self._starts[:-1] if having_all else self._starts[self._having]).astype(np.int64)

    def _of_all(self, near: np.ndarray) -> np.ndarray:
        if len(self._having) == self._n:
            return near
        found = np.full(self._n, NO_TEXT, dtype=np.float32)
        found[self._having] = near
        return found


def nearest_of_each(products: np.ndarray, lengths: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """The nearest text of each of some documents; of equally near ones the first.

    Args:
        products: the cosines of their texts, document by document.
        lengths: how many texts each has.

    Returns:
        Cosines (float64) and ordinals (int64), both of the shape of ``lengths``; ``NO_TEXT``
        and -1 where a document has no text.
    """
    cosines = np.full(len(lengths), NO_TEXT)
    nearest = np.full(len(lengths), -1, dtype=np.int64)
    having = np.flatnonzero(lengths)
    if not len(having):
        return cosines, nearest
    begins = (np.cumsum(lengths) - lengths)[having]
    best = np.maximum.reduceat(products, begins)
    is_best = products == np.repeat(best, lengths[having])
    first = np.where(is_best, np.arange(len(products)), len(products))
    cosines[having] = best
    nearest[having] = np.minimum.reduceat(first, begins) - begins
    return cosines, nearest


class Codes:
    """The signs of the numbers of each vector, and what a distance between such codes means.

    ``cosine`` has by the number of different bits the cosine that such texts have in the mean.
    """

    def __init__(self, bits: np.ndarray, cosine: np.ndarray) -> None:
        self.bits = bits
        self.cosine = cosine

    @classmethod
    def read(cls, folder: Path, name: str, n_texts: int, dimension: int) -> Codes:
        """Open those of a set."""
        width = code_width(dimension)
        bits = read_array(folder, f"{name}-codes", "uint8", shape=(n_texts, width))
        return cls(bits, read_array(folder, f"{name}-cosines", "float32", shape=(8 * width + 1,)))

    def distances(self, unit: np.ndarray) -> np.ndarray:
        """How many bits differ from the code of a vector: int32, of every text."""
        asked = signs(unit[None, :])
        found = np.empty(len(self.bits), dtype=np.int32)
        faiss.hammings(
            *(faiss.swig_ptr(asked), faiss.swig_ptr(self.bits), 1, len(self.bits)),
            *(self.bits.shape[1], faiss.swig_ptr(found)),
        )
        return found


def doubt_of(cosine: np.ndarray) -> float:
    """How far a cosine by a distance of codes may be off: of a thousand three are farther.

    The bits that differ are like throws of a coin, of which half the square root of their number
    is the standard deviation: three times that, as it becomes a cosine.

    Args:
        cosine: by the number of different bits, a straight line.
    """
    n_bits = len(cosine) - 1
    return 1.5 * math.sqrt(n_bits) * abs(float(cosine[0]) - float(cosine[-1])) / n_bits


def code_width(dimension: int) -> int:
    """How many bytes a code has: whole words of 8, as faiss counts by them."""
    return -(-dimension // 64) * 8


def signs(vectors: np.ndarray) -> np.ndarray:
    """The code of each vector: uint8 of shape (n, code_width)."""
    bits = np.packbits(vectors > 0, axis=1)
    missing = code_width(vectors.shape[1]) - bits.shape[1]
    return np.ascontiguousarray(np.pad(bits, ((0, 0), (0, missing))))


def inner_products(matrix: np.ndarray, units: np.ndarray, places: np.ndarray) -> np.ndarray:
    """The inner products of vectors with some rows of a matrix: float32, nothing is copied.

    Args:
        matrix: float32.
        units: one vector or several, one in a row.
        places: which rows, int64.

    Returns:
        Vector by vector the products with the rows, one after the other.
    """
    queries = np.ascontiguousarray(np.atleast_2d(units), dtype=np.float32)
    wanted = np.ascontiguousarray(places, dtype=np.int64)
    found = np.empty((len(queries), len(places)), dtype=np.float32)
    for query, products in zip(queries, found, strict=True):
        faiss.fvec_inner_products_by_idx(
            *map(faiss.swig_ptr, (products, query, matrix, wanted)), matrix.shape[1], 1, len(places)
        )
    return found.ravel()


def write_document_vectors(
    folder: Path,
    name: str,
    *,
    vectors: Rows,
    digests: np.ndarray,
    lengths: np.ndarray,
    earlier: DocumentVectors | None = None,
    merge: Merge | None = None,
) -> None:
    """Write a vector set, of new texts and of those of an earlier state, piece by piece.

    Args:
        folder: where to.
        name: of the set.
        vectors: unit vectors of the new texts: float32 of shape (n_texts, dimension).
        digests: of these texts: uint8 of shape (n_texts, 32).
        lengths: how many texts each document has.
        earlier: the set in the earlier state.
        merge: where the texts of both come to stand, document by document; None where there is
            no earlier state, and the new texts are in order.
    """
    merge = merge or Merge(np.arange(-len(vectors), 0), len(vectors))
    old_vectors, old_digests = (
        (vectors[:0], digests[:0]) if earlier is None else (earlier.matrix, earlier.digests)
    )
    has_codes = len(merge.rows) > FLAT_UP_TO
    codes = np.zeros((len(vectors), code_width(vectors.shape[1])), dtype=np.uint8)

    def pieces() -> Iterator[np.ndarray | bytes]:
        for is_new, begin, end in merge.runs():
            if not is_new and earlier is not None:
                yield from earlier.stored(begin, end)
                continue
            for at in range(begin, end, _WRITTEN_AT_ONCE):
                some = vectors[at : min(at + _WRITTEN_AT_ONCE, end)]
                if has_codes:
                    codes[at : at + len(some)] = signs(some)
                yield some

    _write_flat(folder / f"{name}.faiss", vectors.shape[1], len(merge.rows), pieces())
    write_array(folder, f"{name}-digests", merge.merged(old_digests, digests))
    starts = np.concatenate([[0], np.cumsum(lengths)])
    write_array(folder, f"{name}-starts", starts.astype(np.uint32))
    if has_codes:
        known = None if earlier is None else earlier.codes
        bits = signs(old_vectors) if known is None else known.bits
        write_array(folder, f"{name}-codes", merge.merged(bits, codes))
        some = merge.some(sample_of(len(merge.rows)), old_vectors, vectors)
        write_array(folder, f"{name}-cosines", cosines_of_distances(some))


def sample_of(n: int) -> np.ndarray:
    """The places of the texts that tell how a distance of codes becomes a cosine."""
    return np.linspace(0, n - 1, _SAMPLE).astype(np.int64)


def cosines_of_distances(some: np.ndarray) -> np.ndarray:
    """By the number of different bits the mean cosine: float32 of shape (bits + 1,).

    A straight line through pairs of some vectors of the set, the near ones counting as much as
    all others.
    """
    pairs = np.triu_indices(len(some), 1)
    cosines = (some @ some.T)[pairs].astype(np.float64)
    bits = np.unpackbits(signs(some), axis=1).astype(np.float32)
    differ = bits.sum(axis=1)[:, None] + bits.sum(axis=1) - 2 * bits @ bits.T
    differ = differ[pairs].astype(np.float64)
    near = cosines >= np.quantile(cosines, 0.99)
    weight = np.where(near, (~near).sum() / max(1, near.sum()), 1.0)
    line = np.polynomial.Polynomial.fit(differ, cosines, 1, w=np.sqrt(weight))
    return line(np.arange(8 * code_width(some.shape[1]) + 1)).astype(np.float32)


def write_vectors(path: Path, vectors: np.ndarray) -> None:
    """Write a flat index of unit vectors; the same vectors give the same bytes."""
    every = np.ascontiguousarray(vectors, dtype=np.float32)
    _write_flat(path, every.shape[1], len(every), [every])


def _write_flat(path: Path, dimension: int, n: int, pieces: Iterable[np.ndarray | bytes]) -> None:
    """Write a flat index piece by piece: as faiss writes it, which wants all of it at once.

    Pieces are float32 vectors, or such as they are in the file.
    """
    header = bytearray(faiss.serialize_index(faiss.IndexFlatIP(dimension)).tobytes())
    _NUMBERS.pack_into(header, _HEADER.size - _NUMBERS.size, n * dimension)
    _VECTORS.pack_into(header, _BEFORE_VECTORS, n)
    with opened_for_large_pages(path) as file:
        for piece in chain([bytes(header)], pieces):
            write_for_large_pages(file, piece)


def read_vectors(path: Path) -> np.ndarray:
    """The vectors of a flat index, in memory: float32 of shape (n, dimension).

    Raises:
        SnapshotCorrupt: the file is missing, cut short, or not such an index.
    """
    return Mapped(path).matrix.copy()


class Mapped:
    """The vectors of a flat FAISS index, mapped into memory: float32 of shape (n, dimension)."""

    def __init__(self, path: Path) -> None:
        """Open a file.

        Raises:
            SnapshotCorrupt: it is missing, cut short, or not such an index.
        """
        self._path = path
        index = _read_index(path)
        self._file = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
        finalize(self, os.close, self._file)
        n, dimension = int(index.ntotal), int(index.d)
        self.matrix = np.zeros((0, dimension), dtype=np.float32)
        if n:
            self._memory = mmap.mmap(self._file, 0, access=mmap.ACCESS_READ)
            # They are the last thing in the file.
            begin = len(self._memory) - n * dimension * self.matrix.itemsize
            vectors = np.frombuffer(self._memory, dtype=np.float32, offset=begin)
            self.matrix = vectors.reshape(n, dimension)
            if hasattr(mmap, "MADV_HUGEPAGE"):
                with suppress(OSError):  # not every system keeps files in large pages
                    self._memory.madvise(mmap.MADV_HUGEPAGE)
        self._quicker = Quicker()

    def stored(self, begin: int, end: int) -> Iterator[bytes]:
        """Vectors that follow one another, as they are in the file; read, and not mapped.

        Raises:
            SnapshotCorrupt: the file ends too soon.
        """
        width = self.matrix.shape[1] * self.matrix.itemsize
        at, stop = _HEADER.size + begin * width, _HEADER.size + end * width
        with self._path.open("rb", buffering=0) as file:
            file.seek(at)
            while at < stop:
                some = file.read(min(AT_ONCE, stop - at))
                if not some:
                    raise SnapshotCorrupt(f"{self._path} ends too soon.")
                at += len(some)
                yield some

    def let_go(self) -> None:
        """Let the process forget what it read; the system may keep it, and it is read again.

        Otherwise a process would come to hold all vectors that any question looked at.
        """
        if len(self.matrix):
            self._memory.madvise(mmap.MADV_DONTNEED)

    def read_into(self, vectors: np.ndarray, places: np.ndarray) -> None:
        """Read the vectors at some places; what follows one another there is read at once.

        Where few are wanted, here and there, to map them brings what stands around them into the
        process, and to let go of that again takes longer than to read.

        Args:
            vectors: gets them: float32 of shape (n, dimension).
            places: int64 of shape (n,).

        Raises:
            SnapshotCorrupt: the file ends too soon.
        """
        width = vectors.shape[1] * vectors.itemsize
        into = memoryview(vectors).cast("B")
        breaks = np.flatnonzero(np.diff(places) != 1) + 1
        begins = np.concatenate([[0], breaks, [len(places)]])
        offsets = (_HEADER.size + places[begins[:-1]] * width).tolist()
        for (begin, end), offset in zip(pairwise((begins * width).tolist()), offsets, strict=True):
            if os.preadv(self._file, [into[begin:end]], offset) != end - begin:
                raise SnapshotCorrupt(f"{self._path} ends too soon.")

    def inner_products(self, units: np.ndarray, places: np.ndarray) -> np.ndarray:
        """The same as ``inner_products`` over the whole matrix, of which nothing stays mapped.

        Few are read. Of more it depends on how large the pages are in which the system keeps the
        file whether to map them or to read them takes less: both are tried.
        """
        if len(places) < _READ_BELOW:
            return self._read_products(units, places)
        ways = (self._mapped_products, self._read_products)
        return self._quicker.run(ways, len(places), units, places)

    def _mapped_products(self, units: np.ndarray, places: np.ndarray) -> np.ndarray:
        products = inner_products(self.matrix, units, places)
        self.let_go()
        return products

    def _read_products(self, units: np.ndarray, places: np.ndarray) -> np.ndarray:
        queries = np.atleast_2d(units)
        found = np.empty((len(queries), len(places)), dtype=np.float32)
        every = np.empty((min(_READ_AT_ONCE, len(places)), self.matrix.shape[1]), dtype=np.float32)
        for at in range(0, len(places), _READ_AT_ONCE):
            some = places[at : at + _READ_AT_ONCE]
            self.read_into(every[: len(some)], some)
            products = inner_products(every, queries, np.arange(len(some)))
            found[:, at : at + len(some)] = products.reshape(len(queries), len(some))
        return found.ravel()


class Quicker:
    """Finds out which of some ways to the same takes the processor less, by taking each."""

    def __init__(self, clock: Callable[[], int] = time.thread_time_ns) -> None:
        self._clock = clock
        self._taken: dict[tuple[int, int], float] = {}
        self._n_runs = count(1)

    def run(self, ways: Sequence[Callable[..., T]], size: int, *given: Any) -> T:
        """Take each way once, then the one that took less, and now and then the other again.

        Args:
            ways: each makes the same of what is given.
            size: how much there is to do; what was learned holds for up to about twice as much.
            *given: what each way gets.
        """
        keys = [(size.bit_length(), way) for way in range(len(ways))]
        in_order = sorted(keys, key=lambda key: self._taken.get(key, 0.0))
        key = in_order[0 if next(self._n_runs) % _TRIED_AGAIN else -1]
        begin = self._clock()
        made = ways[key[1]](*given)
        took = (self._clock() - begin) / max(1, size)
        # The longer ago it was, the less it counts.
        self._taken[key] = (self._taken.get(key, took) + took) / 2
        return made


def _read_index(path: Path) -> faiss.Index:
    """Map a flat index.

    FAISS 1.15 reads beyond the end of a file that was cut short where it maps it, which ends
    the process: the header is held against the size of the file first.
    """
    try:
        with path.open("rb") as file:
            header = file.read(_HEADER.size)
        size = path.stat().st_size
    except OSError as err:
        raise SnapshotCorrupt(f"The index cannot be read: {path}.") from err
    if len(header) < _HEADER.size or not header.startswith(b"I"):
        raise SnapshotCorrupt(f"The index cannot be read: {path}.")
    kind, dimension, n_vectors, n_numbers = _HEADER.unpack(header)
    if kind != b"IxFI":
        raise SnapshotCorrupt(f"The index must be a flat one of inner products: {path}.")
    if n_numbers != dimension * n_vectors or size != _HEADER.size + 4 * n_numbers:
        raise SnapshotCorrupt(f"The index cannot be read: {path}.")
    try:
        return faiss.read_index(str(path), faiss.IO_FLAG_MMAP_IFC)
    except (RuntimeError, MemoryError) as err:
        raise SnapshotCorrupt(f"The index cannot be read: {path}.") from err


def read_json(path: Path) -> dict:
    """A small file that says what lies beside it.

    Raises:
        SnapshotCorrupt: it is missing or no JSON.
    """
    try:
        return json.loads(path.read_bytes())
    except (OSError, ValueError, RecursionError) as err:
        raise SnapshotCorrupt(f"{path} does not hold what it should.") from err
