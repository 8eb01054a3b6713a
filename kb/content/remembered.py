"""What was read of the files of cases, kept for the next run.

It stands in the index folder, where builds write: nobody hands it on with the cases, so no
one else's verdict is believed. A file is known by the digest of its bytes, and what was read of
it holds for as long as what it asked for is answered alike (``kb.content.readings``). Whether the
bytes are those of before is told as git tells it: by size, times and inode of the file, unless
it had just been written when they were taken. All of what was read
is read anew when the vocabulary changes, the code that reads, or a library that it reads with.

It can be deleted at any time. One that cannot be used, whatever the reason, is as none.
"""

from __future__ import annotations

import hashlib
import json
import sqlite3
import zlib
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from contextlib import closing, suppress
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, TypeVar

from kb.content.case_json import packed_references, unpacked_references
from kb.content.readings import PackedCase, Reading, reading_json, readings_of
from kb.content.rules import packed_problem, unpacked_problem
from kb.errors import Problem
from kb.model.cases import Reference
from kb.model.taxonomy import Taxonomy
from kb.model.versions import code_digest, versions_of

#: The folder in the index, with a file for each folder of cases.
FOLDER = ".readings"
#: So many folders of cases are remembered, those of which something was kept last.
MOST_FOLDERS = 4
#: Seconds to wait for another run that is writing.
_PATIENCE = 2.0
#: So many cases are asked for at once.
_AT_ONCE = 500

#: The wings that decide what is read of a file, and the libraries that they read with.
WINGS = ("kb.content", "kb.model", "kb.text")
LIBRARIES = (
    *(
        "comrak",
        "currencyconverter",
        "markdown",
        "pybtex",
        "pycountry",
        "pydantic",
        "pylatexenc",
        "pymdown-extensions",
        "python-frontmatter",
        "pyyaml",
    ),
)

#: The number of the tables below, which another program's file does not have.
_TABLES_NUMBER = 2_611_282
_TABLES = (
    "CREATE TABLE about (name TEXT PRIMARY KEY, value TEXT, seal INTEGER)",
    "CREATE TABLE readings (id TEXT PRIMARY KEY, value TEXT, asked TEXT, seal INTEGER)",
    "CREATE TABLE cases (id TEXT PRIMARY KEY, digest TEXT, packed TEXT, body TEXT, seal INTEGER)",
)
#: Under which name it is kept in which surroundings all holds.
_AROUND = "all hold in"
#: Under which name it is kept how the files stood.
_STOOD = "stood"
#: A file that changed less than so many nanoseconds before it was looked at may change again with
#: no sign of it: clocks of file systems go in steps, of up to two seconds. It is read again.
JUST_NOW = 2_500_000_000
#: What is told of a file that is damaged, or is another program's: it is begun anew. Of all
#: else, say that another run is writing or the disk is full, nothing is lost by leaving it.
_USELESS = (sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB, sqlite3.SQLITE_ERROR)

#: Of each file its digest, and how it stood when that was taken.
Stood = Mapping[str, tuple[str, tuple[int, ...]]]
#: The sources by key, and what is wrong with them.
Sources = tuple[Mapping[str, Reference], list[Problem]]

_T = TypeVar("_T")


def rules_version() -> str:
    """A digest of all that decides what is read of a file, beside the content."""
    versions = versions_of(LIBRARIES)
    return _digest(code_digest(*WINGS), *(f"{name} {number}" for name, number in versions.items()))


def _digest(*parts: str) -> str:
    return hashlib.sha256("\0".join(parts).encode()).hexdigest()


def _json(values: Any) -> str:
    return json.dumps(values, ensure_ascii=False, separators=(",", ":"))


def _seal(*parts: object) -> int:
    """What tells a row that is whole from one that was damaged, whatever stands in it."""
    return zlib.crc32("\0".join(map(str, parts)).encode())


@dataclass(frozen=True, slots=True, kw_only=True)
class Remembered:
    """What is remembered of a folder of cases.

    Attributes:
        file: what keeps it; None where nothing is kept.
        rules: what decides, beside the content, what is read of a file.
        version: the rules and the vocabulary under which files are read.
    """

    file: Path | None
    rules: str
    version: str = ""

    @classmethod
    def of(cls, folder: Path, index: Path | None) -> Remembered:
        """What is remembered of a folder of cases in an index, if there is one."""
        if index is None or not index.is_dir():
            return cls(file=None, rules="")
        kept = index / FOLDER
        file = kept / f"{_digest(str(folder.resolve()))[:12]}.sqlite"
        try:
            kept.mkdir(exist_ok=True)
            _leave_newest(kept, file)
        except OSError:
            return cls(file=None, rules="")
        return cls(file=file, rules=rules_version())

    def under(self, taxonomy: Taxonomy) -> Remembered:
        """What is remembered of files that were read under a vocabulary."""
        return replace(self, version=_digest(self.rules, repr(taxonomy.vocabularies)))

    def readings(self) -> Mapping[str, Reading]:
        """What was read, by id. What was read under another vocabulary is dropped."""
        return self._ask(lambda store: _readings(store, self.version)) or {}

    def keep(self, read: Iterable[tuple[Reading, PackedCase | None]]) -> bool:
        """Keep what was read of some files; whether that could be done.

        What cannot be known again by its bytes is not kept, and nothing stays of what was
        kept of that document.
        """
        gone: list[str] = []
        readings, cases = [], []
        for reading, case in read:
            if case is None or not reading.digest:
                gone.append(reading.id)
            if reading.digest:
                value = reading_json(reading)
                told = (reading.id, value, reading.asked)
                readings.append((*told, _seal(*told)))
            if case is not None and reading.digest:
                row = (reading.id, reading.digest, case.packed, case.body)
                cases.append((*row, _seal(*row)))

        def write(store: sqlite3.Connection) -> bool:
            _tell(store, "version", self.version)
            store.execute("DELETE FROM about WHERE name = ?", (_AROUND,))
            _forget(store, gone)
            store.executemany("INSERT OR REPLACE INTO readings VALUES (?, ?, ?, ?)", readings)
            store.executemany("INSERT OR REPLACE INTO cases VALUES (?, ?, ?, ?, ?)", cases)
            return True

        return self._ask(write) or False

    def all_hold_in(self) -> str:
        """A digest of surroundings in which everything that is kept holds; empty if not known."""
        return self._ask(lambda store: _told(store, _AROUND)) or ""

    def tell_all_hold_in(self, around: str) -> None:
        """Keep that everything that is kept holds in surroundings of this digest."""
        self._ask(lambda store: _tell(store, _AROUND, around))

    def stood(self) -> Stood:
        """How the files stood when they were last looked at, by id; empty if not known."""
        value = self._ask(lambda store: _told(store, _STOOD))
        try:
            rows = json.loads(value or "[]")
            return {case_id: (digest, tuple(at)) for case_id, digest, *at in rows}
        except (ValueError, TypeError):
            return {}

    def keep_stood(self, stood: Stood) -> None:
        """Keep how the files stand; what has changed just now is not to be among them."""
        value = _json([[case_id, digest, *at] for case_id, (digest, at) in stood.items()])
        self._ask(lambda store: _tell(store, _STOOD, value))

    def forget(self, ids: Collection[str]) -> None:
        """Drop what is kept of documents that are gone."""
        if ids:
            self._ask(lambda store: _forget(store, ids))

    def cases(self, digests: Mapping[str, str]) -> Iterator[tuple[str, PackedCase]]:
        """The cases that are kept of some documents, each of a file with the digest given."""
        ids = list(digests)
        for at in range(0, len(ids), _AT_ONCE):
            some = ids[at : at + _AT_ONCE]
            rows = self._ask(lambda store, some=some: _cases(store, some)) or ()
            for case_id, digest, packed, body, seal in rows:
                if digest == digests[case_id] and seal == _seal(case_id, digest, packed, body):
                    yield case_id, PackedCase(packed=packed, body=body)

    def sources(self, data: bytes, path: Path) -> Sources | None:
        """The sources that were read of these bytes, and what is wrong with them at ``path``."""
        value = self._ask(lambda store: _told(store, "sources"))
        if value is None:
            return None
        try:
            version, references, told = json.loads(value)
            if version != self._version_of(data):
                return None
            problems = [unpacked_problem(path, values) for values in told]
            return unpacked_references(references), problems
        except (ValueError, TypeError, KeyError):
            return None

    def keep_sources(self, data: bytes, sources: Sources) -> None:
        """Keep what was read of the file of the sources, whose bytes are ``data``."""
        references, problems = sources
        told = list(map(packed_problem, problems))
        value = [self._version_of(data), packed_references(references.values()), told]
        self._ask(lambda store: _tell(store, "sources", json.dumps(value)))

    def _version_of(self, data: bytes) -> str:
        return _digest(self.rules, hashlib.sha256(data).hexdigest())

    def _ask(self, action: Callable[[sqlite3.Connection], _T]) -> _T | None:
        """What an action in one transaction answers; None where nothing can be kept."""
        if self.file is None:
            return None
        for _ in range(2):  # the second time in a new file, where the first is of no use
            try:
                with closing(sqlite3.connect(self.file, timeout=_PATIENCE)) as store, store:
                    # What a power cut may harm is told by its seal, and read anew.
                    store.execute("PRAGMA synchronous = OFF")
                    store.execute("PRAGMA trusted_schema = OFF")
                    _make_ours(store)
                    return action(store)
            except sqlite3.Error as err:
                code = getattr(err, "sqlite_errorcode", sqlite3.SQLITE_ERROR) & 0xFF
                if code not in _USELESS:
                    return None
            except (OSError, UnicodeError):
                return None
            with suppress(OSError):
                self.file.unlink(missing_ok=True)
        return None


def _make_ours(store: sqlite3.Connection) -> None:
    """Make the tables in a new file.

    Raises:
        sqlite3.DatabaseError: the file has others.
    """
    if _tables_number(store) == _TABLES_NUMBER:
        return
    store.execute("BEGIN IMMEDIATE")
    if _tables_number(store) == _TABLES_NUMBER:  # another run has made them meanwhile
        return
    if store.execute("SELECT count(*) FROM sqlite_master").fetchone() != (0,):
        raise sqlite3.DatabaseError("another program's file")
    for table in _TABLES:
        store.execute(table)
    store.execute(f"PRAGMA user_version = {_TABLES_NUMBER}")


def _tables_number(store: sqlite3.Connection) -> int:
    return store.execute("PRAGMA user_version").fetchone()[0]


def _leave_newest(kept: Path, file: Path) -> None:
    """Remove what is kept of the folders that were read longest ago."""
    others = sorted(
        (path for path in kept.glob("*.sqlite") if path != file),
        key=lambda path: path.stat().st_mtime,
    )
    for path in others[: max(0, len(others) + 1 - MOST_FOLDERS)]:
        path.unlink()


def _readings(store: sqlite3.Connection, version: str) -> Mapping[str, Reading]:
    if _told(store, "version") != version:
        store.execute("DELETE FROM readings")
        store.execute("DELETE FROM cases")
        store.execute("DELETE FROM about WHERE name = ?", (_AROUND,))
        _tell(store, "version", version)
        return {}
    rows = store.execute("SELECT id, value, asked, seal FROM readings").fetchall()
    whole = [row for row in rows if row[3] == _seal(*row[:3])]
    try:
        found = readings_of((value, asked) for _, value, asked, _ in whole)
    except (ValueError, TypeError):
        return {}
    return {case_id: reading for (case_id, *_), reading in zip(whole, found, strict=True)}


def _cases(store: sqlite3.Connection, ids: Collection[str]) -> list[tuple[Any, ...]]:
    marks = ", ".join("?" * len(ids))
    asked = f"SELECT id, digest, packed, body, seal FROM cases WHERE id IN ({marks})"
    return store.execute(asked, tuple(ids)).fetchall()


def _forget(store: sqlite3.Connection, ids: Iterable[str]) -> None:
    for statement in ("DELETE FROM readings WHERE id = ?", "DELETE FROM cases WHERE id = ?"):
        store.executemany(statement, [(case_id,) for case_id in ids])


def _told(store: sqlite3.Connection, name: str) -> str | None:
    rows = store.execute("SELECT value, seal FROM about WHERE name = ?", (name,)).fetchall()
    for value, seal in rows:
        if seal == _seal(name, value):
            return value
    return None


def _tell(store: sqlite3.Connection, name: str, value: str) -> None:
    row = (name, value, _seal(name, value))
    store.execute("INSERT OR REPLACE INTO about VALUES (?, ?, ?)", row)
