"""Records in a file, one a line as JSON, read one by one when they are asked for.

Beside the file stands where each line begins. What is read is kept for a while, and no more
than so many records at once, whatever their number. Lines are read from the file, not mapped:
all processes share what the system has of it in memory, and none of it is theirs.
"""

from __future__ import annotations

import os
from array import array
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import lru_cache, partial
from pathlib import Path
from typing import Any, Generic, Self, TypeVar
from weakref import finalize

import numpy as np
from pydantic import ValidationError

from kb.engine.local.arrays import Merge, Strings, read_array, write_array, write_strings
from kb.errors import SnapshotCorrupt
from kb.model.late_adapter import Adapter

Record = TypeVar("Record")

#: So many records are copied at once.
_AT_ONCE = 1_000

#: How many records of a file a process keeps at once, and of how many keys where they stand.
_REMEMBERED, _REMEMBERED_KEYS = 256, 1_024


class RecordFile(Sequence[Record], Generic[Record]):
    """The records of a file by their places. Safe between threads and over a fork."""

    def __init__(self, folder: Path, name: str, holds: Adapter[Record]) -> None:
        """Open a file.

        Args:
            folder: where it is.
            name: under which it was written.
            holds: what each line is.

        Raises:
            SnapshotCorrupt: it is missing or does not go with its starts.
        """
        self._path = folder / f"{name}.jsonl"
        self._starts = read_array(folder, f"{name}-starts", "uint64", shape=(None,))
        try:
            self._file = os.open(self._path, os.O_RDONLY | os.O_CLOEXEC)
            finalize(self, os.close, self._file)  # once nothing asks it any more
            size = os.fstat(self._file).st_size
        except OSError as err:
            raise SnapshotCorrupt(f"{self._path} cannot be read: {err.strerror}.") from err
        if not len(self._starts) or int(self._starts[-1]) != size:
            raise SnapshotCorrupt(f"{self._path} does not hold what it should.")
        # What remembers must not hold these records themselves, or none would close the file.
        self._read = partial(_record, self._path, holds, self._file, self._starts)
        self._remembered = lru_cache(maxsize=_REMEMBERED)(self._read)

    def __len__(self) -> int:
        return len(self._starts) - 1

    def __getitem__(self, at: int) -> Record:  # type: ignore[override] - no slices
        if not -len(self) <= at < len(self):
            raise IndexError(at)
        return self._remembered(at % len(self))

    def __iter__(self) -> Iterator[Record]:
        for at in range(len(self)):
            yield self._read(at)

    def line(self, at: int) -> bytes:
        """A record as its line."""
        return _line(self._file, self._starts, at)

    def lines(self, begin: int, end: int) -> bytes:
        """Records that follow one another as their lines."""
        start, stop = int(self._starts[begin]), int(self._starts[end])
        parts = []
        while start < stop:  # the system reads no more than 2 GB at once
            parts.append(os.pread(self._file, stop - start, start))
            if not parts[-1]:
                raise SnapshotCorrupt(f"{self._path} ends too soon.")
            start += len(parts[-1])
        return b"".join(parts)

    def lengths(self, begin: int, end: int) -> np.ndarray:
        """How many bytes each of the lines has."""
        return np.diff(self._starts[begin : end + 1])

    def all(self, holds: Adapter[Any]) -> Any:
        """All of them at once, by what a list of them is."""
        try:
            return holds.validate_json(b"[%s]" % self.lines(0, len(self)).replace(b"\n", b",")[:-1])
        except (OSError, ValidationError) as err:
            raise SnapshotCorrupt(f"{self._path} does not hold what it should.") from err


def _line(file: int, starts: np.ndarray, at: int) -> bytes:
    begin, end = int(starts[at]), int(starts[at + 1])
    return os.pread(file, end - begin, begin)


def _record(path: Path, holds: Adapter[Record], file: int, starts: np.ndarray, at: int) -> Record:
    try:
        return holds.validate_json(_line(file, starts, at))
    except (OSError, ValidationError) as err:
        raise SnapshotCorrupt(f"Line {at + 1} of {path} is not what it was.") from err


class KeyedRecords(Mapping[str, Record], Generic[Record]):
    """Records by keys, in the order in which they were written."""

    def __init__(self, keys: Strings, places: np.ndarray, records: Sequence[Record]) -> None:
        """Put keys to records.

        Args:
            keys: in their order.
            places: of the record of each key, row by row.
            records: the records.
        """
        self._keys = keys
        self._places = places
        # A page asks for the same few sources again and again. Only what is there is kept:
        # a key may be what somebody typed.
        self._found: dict[str, int] = {}
        #: The same without their keys.
        self.records = records

    def __len__(self) -> int:
        return len(self.records)

    def __iter__(self) -> Iterator[str]:
        keys = list(self._keys)  # all at once: one by one takes three times as long
        return (keys[at] for at in np.argsort(self._places).tolist())

    def __contains__(self, key: object) -> bool:
        return isinstance(key, str) and self._place(key) is not None

    def __getitem__(self, key: str) -> Record:
        place = self._place(key)
        if place is None:
            raise KeyError(key)
        return self.records[place]

    def _place(self, key: str) -> int | None:
        """The place of a record; None where there is none."""
        place = self._found.get(key)
        if place is None:
            at = self._keys.find(key)
            if at is None:
                return None
            place = int(self._places[at])
            if len(self._found) >= _REMEMBERED_KEYS:
                self._found.clear()
            self._found[key] = place
        return place


class RecordWriter:
    """Writes records one by one, each as one line of JSON without its end; for a ``with`` block."""

    def __init__(self, folder: Path, name: str) -> None:
        self._folder, self._name = folder, name
        self._file = (folder / f"{name}.jsonl").open("wb")
        self._lengths = array("Q", [0])

    def __enter__(self) -> Self:
        return self

    def write(self, line: bytes) -> None:
        """Write one."""
        self._lengths.append(self._file.write(line + b"\n"))

    def copy(self, records: RecordFile[Any], begin: int, end: int) -> None:
        """Write some of another file that follow one another there, as they are."""
        for at in range(begin, end, _AT_ONCE):
            self._file.write(records.lines(at, min(at + _AT_ONCE, end)))
        self._lengths.extend(records.lengths(begin, end).tolist())

    def __exit__(self, error: type[BaseException] | None, *_: object) -> None:
        self._file.close()
        if error is None:
            starts = np.cumsum(np.array(self._lengths, dtype=np.uint64))
            write_array(self._folder, f"{self._name}-starts", starts)


def write_records(folder: Path, name: str, lines: Iterable[bytes]) -> None:
    """Write records, each as one line of JSON without its end."""
    with RecordWriter(folder, name) as file:
        for line in lines:
            file.write(line)


def write_merged(
    folder: Path, name: str, *, earlier: RecordFile[Any], new: RecordFile[Any], merge: Merge
) -> None:
    """Write records of two files as they stand there, under a name."""
    with RecordWriter(folder, name) as file:
        for is_new, begin, end in merge.runs():
            file.copy(new if is_new else earlier, begin, end)


def write_keys(folder: Path, name: str, keys: Sequence[str]) -> None:
    """Write the keys of records, in the order of these."""
    places = {key: place for place, key in enumerate(keys)}
    in_order = sorted(keys)
    write_strings(folder, f"{name}-keys", in_order)
    places_in_order = np.array([places[key] for key in in_order], dtype=np.int64)
    write_array(folder, f"{name}-places", places_in_order)


def write_keyed(folder: Path, name: str, lines: Mapping[str, bytes]) -> None:
    """Write records with their keys, in the order of the mapping."""
    write_keys(folder, name, list(lines))
    write_records(folder, name, lines.values())


def read_keyed(folder: Path, name: str, holds: Adapter[Record]) -> KeyedRecords[Record]:
    """Open what ``write_keyed`` wrote.

    Raises:
        SnapshotCorrupt: a file is missing or does not go with the others.
    """
    keys = Strings.read(folder, f"{name}-keys")
    records = RecordFile(folder, name, holds)
    if len(keys) != len(records):
        raise SnapshotCorrupt(f"{folder / name}.jsonl does not hold what it should.")
    places = read_array(folder, f"{name}-places", "int64", shape=(len(keys),))
    return KeyedRecords(keys, places, records)
