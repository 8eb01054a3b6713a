"""Records in a file, one a line as JSON, read one by one when they are asked for.

Beside the file stands where each line begins. What is read is kept for a while, and no more
than so many records at once, whatever their number. Lines are read from the file, not mapped:
all processes share what the system has of it in memory, and none of it is theirs.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import lru_cache, partial
from pathlib import Path
from typing import Any, Generic, TypeVar
from weakref import finalize

import numpy as np
from pydantic import TypeAdapter, ValidationError

from kb.engine.local.arrays import Strings, read_array, write_array, write_strings
from kb.errors import SnapshotCorrupt

Record = TypeVar("Record")

#: How many records of a file a process keeps at once.
_REMEMBERED = 256


class RecordFile(Sequence[Record], Generic[Record]):
    """The records of a file by their places. Safe between threads and over a fork."""

    def __init__(self, folder: Path, name: str, holds: TypeAdapter[Record]) -> None:
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


def _line(file: int, starts: np.ndarray, at: int) -> bytes:
    begin, end = int(starts[at]), int(starts[at + 1])
    return os.pread(file, end - begin, begin)


def _record(
    path: Path, holds: TypeAdapter[Record], file: int, starts: np.ndarray, at: int
) -> Record:
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
        #: The same without their keys.
        self.records = records

    def __len__(self) -> int:
        return len(self.records)

    def __iter__(self) -> Iterator[str]:
        return (self._keys[at] for at in np.argsort(self._places).tolist())

    def __contains__(self, key: object) -> bool:
        return isinstance(key, str) and self._keys.find(key) is not None

    def __getitem__(self, key: str) -> Record:
        at = self._keys.find(key)
        if at is None:
            raise KeyError(key)
        return self.records[int(self._places[at])]


def write_records(folder: Path, name: str, lines: Iterable[bytes]) -> None:
    """Write records, each as one line of JSON without its end."""
    lengths = [0]
    with (folder / f"{name}.jsonl").open("wb") as file:
        for line in lines:
            lengths.append(file.write(line + b"\n"))
    write_array(folder, f"{name}-starts", np.cumsum(np.array(lengths, dtype=np.uint64)))


def write_keyed(
    folder: Path, name: str, records: Mapping[str, Any], holds: TypeAdapter[Any]
) -> None:
    """Write records with their keys, in the order of the mapping."""
    places = {key: place for place, key in enumerate(records)}
    keys = sorted(records)
    write_strings(folder, f"{name}-keys", keys)
    write_array(folder, f"{name}-places", np.array([places[key] for key in keys], dtype=np.int64))
    write_records(folder, name, map(holds.dump_json, records.values()))


def read_keyed(folder: Path, name: str, holds: TypeAdapter[Record]) -> KeyedRecords[Record]:
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
