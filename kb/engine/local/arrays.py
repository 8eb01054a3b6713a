"""Arrays and strings in files of a folder, mapped into memory: read where they are touched.

Processes that open the same files share what they read of them, and nothing of it is copied
into a process. What is asked for by long stretches, here and there, is read and not mapped. Files
are in numpy's own format.
"""

from __future__ import annotations

import math
import mmap
import os
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import BinaryIO
from weakref import finalize

import numpy as np
from numpy.lib.format import read_array_header_1_0, read_array_header_2_0, read_magic

from kb.errors import SnapshotCorrupt
from kb.model.files import save_array

#: So many bytes are copied at once.
AT_ONCE = 1 << 22


def write_array(folder: Path, name: str, array: np.ndarray) -> None:
    """Write an array as ``name``.npy."""
    save_array(folder / f"{name}.npy", np.ascontiguousarray(array))


def opened_for_large_pages(path: Path) -> BinaryIO:
    """A new file to write to by ``write_for_large_pages``."""
    return path.open("wb", buffering=AT_ONCE)


def write_for_large_pages(file: BinaryIO, data: np.ndarray | bytes) -> None:
    """Write what follows so that the system is given ``AT_ONCE`` bytes at multiples of that.

    Linux keeps in large pages what it is given so, and in small ones what begins in between. To
    map what stands here and there in large pages takes a tenth of the time.
    """
    rest = memoryview(data).cast("B") if len(data) else memoryview(b"")
    while rest:
        room = AT_ONCE - file.tell() % AT_ONCE
        file.write(rest[:room])
        rest = rest[room:]


def read_array(folder: Path, name: str, kind: str, *, shape: tuple[int | None, ...]) -> np.ndarray:
    """Map an array.

    Args:
        folder: where it is.
        name: under which it was written.
        kind: the dtype that it must have.
        shape: the shape that it must have; None where any number will do.

    Raises:
        SnapshotCorrupt: it is missing, cut short, or another one.
    """
    path = folder / f"{name}.npy"
    try:
        mapped = _mapped(path)
    except (OSError, ValueError, EOFError) as err:
        raise SnapshotCorrupt(f"{path} does not hold what it should.") from err
    fits = len(mapped.shape) == len(shape) and all(
        wanted in (None, found) for wanted, found in zip(shape, mapped.shape, strict=True)
    )
    if mapped.dtype != np.dtype(kind) or not fits:
        raise SnapshotCorrupt(f"{path} does not hold what it should.")
    return mapped


class Stored:
    """An array of one dimension in a file, of which stretches are read, and nothing is mapped.

    What a process reads of it, it has for as long as it uses it: a mapped array counts among its
    memory for good, wherever it was looked at. Safe between threads and over a fork.
    """

    def __init__(self, folder: Path, name: str, kind: str, *, length: int) -> None:
        """Open what ``write_array`` wrote.

        Args:
            folder: where it is.
            name: under which it was written.
            kind: the dtype that it must have.
            length: how long it must be.

        Raises:
            SnapshotCorrupt: it is missing, cut short, or another one.
        """
        self._path = folder / f"{name}.npy"
        self._dtype = np.dtype(kind)
        self._length = length
        try:
            self._file = os.open(self._path, os.O_RDONLY | os.O_CLOEXEC)
            finalize(self, os.close, self._file)
            with open(self._file, "rb", closefd=False) as file:
                shape, _, dtype = _read_header(file)
                self._begin = file.tell()
                size = os.fstat(self._file).st_size
        except (OSError, ValueError, EOFError) as err:
            raise SnapshotCorrupt(f"{self._path} does not hold what it should.") from err
        fits = size == self._begin + length * dtype.itemsize
        if dtype != self._dtype or shape != (length,) or not fits:
            raise SnapshotCorrupt(f"{self._path} does not hold what it should.")

    def __len__(self) -> int:
        return self._length

    def __getitem__(self, within: slice) -> np.ndarray:
        """A stretch without steps.

        Raises:
            SnapshotCorrupt: the file ends too soon.
        """
        begin, end, _ = within.indices(self._length)
        found = np.empty(max(0, end - begin), dtype=self._dtype)
        into, at = memoryview(found).cast("B"), self._begin + begin * self._dtype.itemsize
        while into:  # the system reads no more than 2 GB at once
            n_read = os.preadv(self._file, [into], at)
            if not n_read:
                raise SnapshotCorrupt(f"{self._path} ends too soon.")
            into, at = into[n_read:], at + n_read
        return found


def _read_header(file: BinaryIO) -> tuple[tuple[int, ...], bool, np.dtype]:
    """What a file in numpy's format says before its array: shape, whether by column, dtype.

    Raises:
        OSError, ValueError, EOFError: it is cut short, or not of that format.
    """
    version = read_magic(file)
    return (read_array_header_1_0 if version == (1, 0) else read_array_header_2_0)(file)


def _mapped(path: Path) -> np.ndarray:
    """Map a file in numpy's format.

    What ``numpy.load`` does with ``mmap_mode``, without looking up where the path leads: that
    takes most of its time, and a snapshot has a hundred arrays.

    Raises:
        OSError, ValueError, EOFError: it is missing, cut short, or not of that format.
    """
    with path.open("rb") as file:
        shape, by_column, dtype = _read_header(file)
        count = math.prod(shape)
        if not count:  # nothing can be mapped where there is nothing
            return np.zeros(shape, dtype=dtype)
        letters = mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ)
        flat = np.frombuffer(letters, dtype=dtype, count=count, offset=file.tell())
    return flat.reshape(shape, order="F" if by_column else "C")


class Strings(Sequence[str]):
    """Strings in two arrays: their UTF-8 bytes, and where each begins."""

    def __init__(self, letters: np.ndarray, starts: np.ndarray) -> None:
        self._letters = letters
        self._starts = starts

    @classmethod
    def read(cls, folder: Path, name: str) -> Strings:
        """Map what ``write_strings`` wrote.

        Raises:
            SnapshotCorrupt: a file is missing or does not go with the other.
        """
        starts = read_array(folder, f"{name}-starts", "uint64", shape=(None,))
        letters = read_array(folder, f"{name}-letters", "uint8", shape=(None,))
        if not len(starts) or starts[0] != 0 or starts[-1] != len(letters):
            raise SnapshotCorrupt(f"{folder / name}-starts.npy does not hold what it should.")
        return cls(letters, starts)

    def __len__(self) -> int:
        return len(self._starts) - 1

    def __iter__(self) -> Iterator[str]:
        letters, ends = self._letters.tobytes(), self._starts.tolist()
        return (letters[a:b].decode() for a, b in pairwise(ends))

    def __getitem__(self, at: int) -> str:  # type: ignore[override] - no slices
        if not 0 <= at < len(self):
            raise IndexError(at)
        return self._letters[self._starts[at] : self._starts[at + 1]].tobytes().decode()

    def find(self, wanted: str) -> int | None:
        """The place of a string where all are in order; None where it is not there."""
        sought = wanted.encode()
        at = self._first_from(sought)
        return at if at < len(self) and self._bytes(at) == sought else None

    def beginning_with(self, prefix: str) -> tuple[int, int]:
        """Where those begin and end that begin with some letters, where all are in order."""
        sought = prefix.encode()
        # No byte of UTF-8 is as high as the one that is put after the letters.
        return self._first_from(sought), self._first_from(sought + b"\xff")

    def _first_from(self, sought: bytes) -> int:
        """The place of the first that is not before some letters."""
        low, high = 0, len(self)
        while low < high:
            middle = (low + high) // 2
            if self._bytes(middle) < sought:
                low = middle + 1
            else:
                high = middle
        return low

    def _bytes(self, at: int) -> bytes:
        return self._letters[self._starts[at] : self._starts[at + 1]].tobytes()


def write_strings(folder: Path, name: str, strings: Iterable[str]) -> None:
    """Write strings as ``name``-letters.npy and ``name``-starts.npy."""
    encoded = [one.encode() for one in strings]
    lengths = np.array([0, *map(len, encoded)], dtype=np.uint64)
    write_array(folder, f"{name}-letters", np.frombuffer(b"".join(encoded), dtype=np.uint8))
    write_array(folder, f"{name}-starts", np.cumsum(lengths, dtype=np.uint64))


def starts_of(lengths: np.ndarray) -> np.ndarray:
    """Where each of some stretches begins that follow one another, and where the last ends."""
    return np.concatenate([[0], np.cumsum(lengths)]).astype(np.int64)


def stretches(starts: np.ndarray, rows: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """The places in the stretches of some rows, one after the other, and the length of each."""
    begins = starts[rows].astype(np.int64)
    lengths = starts[rows + 1].astype(np.int64) - begins
    total = int(lengths.sum())
    offsets = np.repeat(begins - (np.cumsum(lengths) - lengths), lengths)
    return offsets + np.arange(total), lengths


@dataclass(frozen=True, slots=True)
class Merge:
    """How rows of an earlier state and new ones make a state.

    ``rows`` (int64) has for each of the state its place in the earlier one, or its place among
    the ``n_new`` new ones less their number, so that it is negative.
    """

    rows: np.ndarray
    n_new: int

    def runs(self) -> Iterator[tuple[bool, int, int]]:
        """The stretches that are copied whole: whether of the new ones, from where and up to."""
        # A gap, so that no stretch leads from the last new one to the first of the others.
        apart = np.where(self.rows < 0, self.rows - 1, self.rows)
        breaks = np.flatnonzero(np.diff(apart) != 1) + 1
        for begin, end in pairwise([0, *breaks.tolist(), len(self.rows)]):
            if end > begin:
                first = int(self.rows[begin])
                start = first + self.n_new if first < 0 else first
                yield first < 0, start, start + end - begin

    def pieces(self, earlier: np.ndarray, new: np.ndarray) -> Iterator[np.ndarray]:
        """The rows of two arrays in the order of the state, stretch by stretch."""
        for is_new, begin, end in self.runs():
            yield (new if is_new else earlier)[begin:end]

    def merged(self, earlier: np.ndarray, new: np.ndarray) -> np.ndarray:
        """The rows of two arrays in the order of the state."""
        return np.concatenate([new[:0], *self.pieces(earlier, new)])

    def some(self, places: np.ndarray, earlier: np.ndarray, new: np.ndarray) -> np.ndarray:
        """Some rows of the state."""
        chosen = Merge(self.rows[places], self.n_new)
        return chosen.merged(earlier, new)
