"""One layer of the store of versions: a folder that is written once and never changed.

versions/<layer>/
  objects.jsonl   a version a line, each as text in base 64 of what zlib makes of it
  objects-*.npy   their digests in order, and where each line begins
  entries.jsonl   a line for each case that has something new in this layer
  entries-*.npy   the ids of these in order, and where each line begins
"""

from __future__ import annotations

import hashlib
import json
import zlib
from base64 import b64decode, b64encode
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Self

from pydantic import ValidationError

from kb.engine.local.arrays import Strings, read_array
from kb.errors import SnapshotCorrupt, VersionsDamaged
from kb.model.case_versions import Entry, Understood, Version, digest_of_version, short
from kb.model.late_adapter import LateAdapter
from kb.snapshots.records import RecordWriter, read_keyed, write_keyed, write_keys

_OBJECTS, _ENTRIES = "objects", "entries"

_LINE = LateAdapter(str)
_UNDERSTOOD = LateAdapter(Understood)
_ENTRIES_OF_CASE = LateAdapter(tuple[Entry, ...])
_ENTRIES_OF_ALL = LateAdapter(list[tuple[Entry, ...]])

#: How hard zlib tries: a version of 9 kB takes some 0.2 ms, and a third of its room.
_LEVEL = 3


class Layer:
    """A layer that was written. Safe between threads and over a fork."""

    def __init__(self, folder: Path) -> None:
        """Open a layer.

        Raises:
            SnapshotCorrupt: a file is missing or does not go with the others.
        """
        self.folder = folder
        self._entries = read_keyed(folder, _ENTRIES, _ENTRIES_OF_CASE)
        self._digests = Strings.read(folder, f"{_OBJECTS}-keys")
        objects = read_keyed(folder, _OBJECTS, _LINE)
        self._lines = objects.records
        self._places = read_array(
            folder, f"{_OBJECTS}-places", "int64", shape=(len(self._digests),)
        )

    @property
    def size(self) -> int:
        """How many versions and cases it holds."""
        return len(self._digests) + len(self._entries)

    @property
    def name(self) -> str:
        """What a layer of these versions and entries is called, made by whomever."""
        digest = hashlib.sha256("\n".join(self._digests).encode())
        for case_id, entries in sorted(self.all_entries().items()):
            digest.update(f"\n{case_id} {entries!r}".encode())
        return digest.hexdigest()[:12]

    def entries(self, case_id: str) -> tuple[Entry, ...]:
        """What it tells of a case, oldest first."""
        return self._entries.get(case_id, ())

    def all_entries(self) -> dict[str, tuple[Entry, ...]]:
        """What it tells of every case.

        Raises:
            SnapshotCorrupt: its files do not go together.
        """
        told, cases = self._entries.records.all(_ENTRIES_OF_ALL), tuple(self._entries)
        if len(told) != len(cases):
            raise SnapshotCorrupt(f"{self.folder} does not hold what it should.")
        return dict(zip(cases, told, strict=True))

    def digests(self, prefix: str = "") -> tuple[str, ...]:
        """The digests of its versions that begin so, in order."""
        begin, end = self._digests.beginning_with(prefix)
        return tuple(self._digests[at] for at in range(begin, end))

    def __contains__(self, digest: str) -> bool:
        return self._digests.find(digest) is not None

    def version(self, digest: str) -> Version:
        """One of its versions.

        Raises:
            KeyError: it has no such version.
            VersionsDamaged: the version is not what its digest says.
        """
        at = self._digests.find(digest)
        if at is None:
            raise KeyError(digest)
        try:
            version = _unpacked(self._lines[int(self._places[at])])
        except (ValueError, KeyError, TypeError, zlib.error) as err:
            raise _damaged(digest, self.folder) from err
        if version.digest != digest or digest_of_version(version) != digest:
            raise _damaged(digest, self.folder)
        return version

    def is_sound(self, digest: str) -> bool:
        """Whether one of its versions is what its digest says.

        Raises:
            KeyError: it has no such version.
        """
        try:
            self.version(digest)
        except (VersionsDamaged, SnapshotCorrupt):
            return False
        return True

    def line(self, digest: str) -> bytes:
        """One of its versions as it stands in the file, sound or not.

        Raises:
            KeyError: it has no such version.
        """
        at = self._digests.find(digest)
        if at is None:
            raise KeyError(digest)
        place = int(self._places[at])
        return self._lines.lines(place, place + 1).removesuffix(b"\n")

    def copy_to(self, writer: LayerWriter) -> None:
        """Write all of it into another layer."""
        writer.copy(self._lines, [self._digests[at] for at in self._places_in_order()])
        for case_id, entries in self.all_entries().items():
            for entry in entries:
                writer.tell(case_id, entry)

    def _places_in_order(self) -> list[int]:
        """The places of the digests, in the order of the lines."""
        return [int(at) for at in self._places.argsort()]


def _damaged(digest: str, folder: Path) -> VersionsDamaged:
    return VersionsDamaged(
        f"The version {short(digest)} in {folder} is damaged and is not shown. 'kb restore' of a "
        "backup brings it back."
    )


class LayerWriter:
    """Writes a layer into a new folder; for a ``with`` block."""

    def __init__(self, folder: Path) -> None:
        folder.mkdir(parents=True)
        self._folder = folder
        self._objects = RecordWriter(folder, _OBJECTS)
        self._digests: list[str] = []
        self._entries: dict[str, tuple[Entry, ...]] = {}

    def __enter__(self) -> Self:
        return self

    @property
    def size(self) -> int:
        """How many versions and cases it holds so far."""
        return len(self._digests) + len(self._entries)

    def add(self, version: Version) -> None:
        """Write a version."""
        self.add_line(version.digest, _LINE.dump_json(_packed(version)))

    def add_line(self, digest: str, line: bytes) -> None:
        """Write a version as it stands in another layer."""
        self._objects.write(line)
        self._digests.append(digest)

    def copy(self, lines: Any, digests: list[str]) -> None:
        """Write the versions of another layer as they stand there, in the order of its lines."""
        self._objects.copy(lines, 0, len(lines))
        self._digests += digests

    def tell(self, case_id: str, entry: Entry) -> None:
        """Write an entry of a case, which comes after those that were written of it."""
        self._entries[case_id] = (*self._entries.get(case_id, ()), entry)

    def __exit__(self, error: type[BaseException] | None, *rest: Any) -> None:
        self._objects.__exit__(error, *rest)
        if error is None:
            write_keys(self._folder, _OBJECTS, self._digests)
            lines = {i: _ENTRIES_OF_CASE.dump_json(told) for i, told in self._entries.items()}
            write_keyed(self._folder, _ENTRIES, lines)


def _packed(version: Version) -> str:
    known = version.understood
    head = {
        "id": version.case_id,
        "digest": version.digest,
        "sources": version.sources,
        "labels": version.labels,
        "understood": None if known is None else _UNDERSTOOD.dump_python(known, mode="json"),
    }
    whole = json.dumps(head, ensure_ascii=False).encode() + b"\n" + version.text
    return b64encode(zlib.compress(whole, _LEVEL)).decode()


def _unpacked(line: str) -> Version:
    head, _, text = zlib.decompress(b64decode(line)).partition(b"\n")
    told: Mapping[str, Any] = json.loads(head)
    return Version(
        case_id=told["id"],
        digest=told["digest"],
        text=text,
        sources=told["sources"],
        labels=told["labels"],
        understood=_understood(told["understood"]),
    )


def _understood(told: Any) -> Understood | None:
    """What was understood of a file; None where another program's record tells it otherwise."""
    try:
        return None if told is None else _UNDERSTOOD.validate_python(told)
    except ValidationError:
        return None


def merge(layers: Iterable[Layer], folder: Path) -> None:
    """Write some layers, the oldest first, as one into a new folder."""
    with LayerWriter(folder) as writer:
        for layer in layers:
            layer.copy_to(writer)


def begun(case_id: str, entries: Iterable[Entry]) -> Iterator[Entry]:
    """What layers, the oldest first, tell of a case: each version where it begins, with the id.

    Where it is told twice in a row that a version is the newest, the earlier day holds. Of one
    that is told to be older than what it followed, the day of that does, unless it has yet to come:
    then a clock was wrong.
    """
    today = datetime.now(UTC).date().isoformat()
    last = day = ""
    for entry in entries:
        if entry.digest != last:
            day = entry.day if day > today else max(day, entry.day)
            yield replace(entry, case_id=case_id, day=day)
        last = entry.digest
