"""Vectors in a file while a build makes them, so that it never has all of them in memory."""

from __future__ import annotations

import errno
import os
from collections.abc import Sequence
from pathlib import Path
from weakref import finalize

import numpy as np

#: How a number is kept.
_KIND = np.dtype("<f4")


class VectorFile:
    """Vectors of one dimension by their places, each put there once, in any order."""

    def __init__(self, path: Path) -> None:
        """Make the file.

        Raises:
            OSError: it is there already, or cannot be made.
        """
        self._path = path
        self._file = os.open(path, os.O_RDWR | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o644)
        finalize(self, os.close, self._file)  # once nothing reads it any more
        self.dimension = 0

    def put(self, places: Sequence[int], vectors: Sequence[np.ndarray]) -> None:
        """Put vectors into their places.

        Raises:
            OSError: they cannot be written, say because the disk is full.
        """
        for place, vector in zip(places, vectors, strict=True):
            data = memoryview(np.asarray(vector, dtype=_KIND).tobytes())
            self.dimension = len(vector)
            at = place * len(data)
            while data:
                n = os.pwrite(self._file, data, at)
                data, at = data[n:], at + n

    def rows(self, places: np.ndarray) -> StoredRows:
        """The vectors at some places, int64, which were all put there."""
        return StoredRows(self, places)

    def read(self, begin: int, into: np.ndarray) -> None:
        """Read the vectors from a place on, as many as there is room for.

        Raises:
            OSError: they cannot be read.
        """
        wanted = memoryview(into).cast("B")
        at = begin * self.dimension * _KIND.itemsize
        while wanted:
            n = os.preadv(self._file, [wanted], at)
            if not n:
                raise OSError(errno.EIO, "the file ends too soon", str(self._path))
            wanted, at = wanted[n:], at + n


class StoredRows:
    """Vectors of a ``VectorFile`` in an order of their own; see ``kb.engine.base.Rows``."""

    def __init__(self, file: VectorFile, places: np.ndarray) -> None:
        self._file = file
        self._places = places
        self.shape = (len(places), file.dimension)

    def __len__(self) -> int:
        return len(self._places)

    def __getitem__(self, some: slice, /) -> np.ndarray:
        places = self._places[some]
        found = np.empty((len(places), self.shape[1]), dtype=_KIND)
        breaks = np.flatnonzero(np.diff(places) != 1) + 1
        begins = [0, *breaks.tolist()] if len(places) else []
        for begin, end in zip(begins, [*begins[1:], len(places)], strict=False):
            self._file.read(int(places[begin]), found[begin:end])
        return found
