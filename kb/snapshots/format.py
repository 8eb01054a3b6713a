"""One built, complete, checked state of the compendium in ``index/``.

    index/
      current                  the id of the snapshot being served
      <snapshot-id>/
        manifest.json          what this is, and the SHA-256 of each file below and of itself
        taxonomy.json
        holdings.json          what it holds, counted
        sources.json           the sources counted, and who cites those that are cited most
        vocabulary.json        the words of the compendium, for slips of typing
        calibration.json       how evidence becomes a score; null where there is none
        relevance.json         the published figures; null where there are none
        site.json              what the compendium says of itself
        self-check.json        the questions of the self-check; null where there are none
        people.json            people and organisations; null where there are none
        phrases.json           how owners say that they want each type of project
        wanted.json            what readers asked for and nothing answers
        policy.json            what is taken up and how it is dealt with, in Markdown, likewise
        codebook.json          how cases are classified, in Markdown; empty where it is not written
        tools.json             what is filled in or looked up; an empty list where there is nothing
        packs.json             reading lists and teaching notes; an empty list where there are none
        course.json            a syllabus of them; null where there is none
        aliases.json           where cases stood before, to where they stand now
        withdrawn.json         cases that were withdrawn, with the day and the reason
        records/               cases, their passages and where each word stands in them, the works
                               that they name, the names of everything, and words of other languages
                               in English: see ``kb.snapshots.records``, ``names`` and
                               ``word_tables``
        engine/                what is searched; its files are the engine's own
        encoder/               the query encoder; its files are its own too

A snapshot is never changed. It is written beside its final place and renamed
into it, and ``current`` is replaced in one step, so that a crash at any point
leaves the previous one serving.

A build and a switch read every byte of it (``verify_snapshot``). To open it for an answer
takes less: the size of each file, and the bytes of those that are younger than the manifest,
which was written last.
"""

from __future__ import annotations

import hashlib
import json
import os
import re
import shutil
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Self, TypeVar

import numpy as np
from pydantic import TypeAdapter, ValidationError

from kb.citations.summary import CountedSources
from kb.engine.base import Engine
from kb.engine.choice import LOCAL, open_engine
from kb.engine.guarded import GuardedEngine
from kb.engine.local.arrays import Merge, read_array, write_array
from kb.errors import SnapshotCorrupt, SnapshotMissing, SnapshotNewer, SnapshotStale
from kb.model.calibration import Calibration
from kb.model.cases import Case, Passage, Reference, Withdrawn
from kb.model.compendium import Compendium
from kb.model.files import file_digest, same_bytes
from kb.model.holdings import Holdings, Outline
from kb.model.late_adapter import LateAdapter
from kb.model.packs import Course, Pack
from kb.model.people import People
from kb.model.relevance import Report
from kb.model.self_check import SelfCheck
from kb.model.site import Site
from kb.model.taxonomy import Taxonomy
from kb.model.tools import Tool
from kb.model.word_table import WordTable
from kb.snapshots.names import NameIndex, write_names
from kb.snapshots.records import (
    RecordFile,
    RecordWriter,
    read_keyed,
    write_keyed,
    write_keys,
    write_merged,
)
from kb.snapshots.word_tables import digest_of, read_word_table, write_word_table
from kb.text.chunking import texts_read
from kb.text.spelling import SpellingTable
from kb.text.word_places import WordPlaces

Made = TypeVar("Made")

#: Raised whenever a snapshot of an earlier version can no longer be read.
SCHEMA_VERSION = 20

MANIFEST_FILE = "manifest.json"
RECORDS_FOLDER = "records"
ENGINE_FOLDER = "engine"
ENCODER_FOLDER = "encoder"

#: So many files that were written are read, and put on the disk, at once.
_WRITTEN_AT_ONCE = 4

#: How a manifest begins: with the SHA-256 of everything that follows.
_SEAL = re.compile(rb'\{\n "sha256": "([0-9a-f]{64})",')


@dataclass(frozen=True, slots=True, kw_only=True)
class EncoderRecord:
    """Which encoder made the vectors.

    ``digest`` is that of its files; ``identity`` that of everything that decides its vectors:
    these files, the libraries and the code.
    """

    name: str
    revision: str
    digest: str
    identity: str
    dimension: int


@dataclass(frozen=True, slots=True, kw_only=True)
class VectorSetRecord:
    """How many texts a vector set holds, and how many numbers each vector has."""

    n_texts: int
    dimension: int


@dataclass(frozen=True, slots=True, kw_only=True)
class FileRecord:
    """What a file must be: its SHA-256 and its size in bytes."""

    digest: str
    size: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Manifest:
    """What a snapshot is.

    ``inputs`` is the digest of all that it was made from, ``corpus_digest`` that of the
    content alone, and ``made_by`` that of all that decides what is made of a case beside the case
    itself. ``vector_sets`` maps the name of each to what it holds, ``files`` each other
    file of the snapshot to what it must be. ``collection`` is the id of the collection that it
    was built of, empty where it was built of everything; ``engine`` is the kind of engine that
    holds what is searched.
    """

    schema_version: int
    snapshot_id: str
    inputs: str
    made_by: str
    encoder: EncoderRecord
    multilingual: EncoderRecord | None
    metric: str
    n_cases: int
    n_passages: int
    corpus_digest: str
    vector_sets: Mapping[str, VectorSetRecord]
    versions: Mapping[str, str]
    files: Mapping[str, FileRecord]
    collection: str = ""
    engine: str = LOCAL

    def files_in(self, folder: str) -> dict[str, FileRecord]:
        """The files below one of the folders of the snapshot."""
        return {name: file for name, file in self.files.items() if name.startswith(f"{folder}/")}


_MANIFEST = TypeAdapter(Manifest)


@dataclass(frozen=True, slots=True, kw_only=True)
class Content:
    """What a snapshot holds beside engine and encoder: a compendium, and what was made of it.

    ``passages`` are those of each case, in the order of the cases, and ``word_places`` says where
    words stand in its ``texts_read``; ``sources`` are counted, ``words`` are those of the
    compendium as the speller looks them up, and ``names`` are found by their beginnings.
    """

    compendium: Compendium
    passages: Sequence[tuple[Passage, ...]]
    word_places: Sequence[WordPlaces]
    sources: CountedSources
    words: SpellingTable
    names: NameIndex


@dataclass(frozen=True, slots=True, kw_only=True)
class Snapshot:
    """An opened snapshot. Its cases, passages and references are read when they are asked for."""

    folder: Path
    manifest: Manifest
    content: Content
    engine: Engine

    @property
    def made(self) -> datetime | None:
        """When it was written; None where it was removed meanwhile."""
        try:
            stat = (self.folder / MANIFEST_FILE).stat()
        except FileNotFoundError:
            return None
        return datetime.fromtimestamp(stat.st_mtime, UTC)

    @property
    def encoder_folder(self) -> Path:
        """Where the query encoder's files are."""
        return self.folder / ENCODER_FOLDER

    @property
    def vocabulary(self) -> Mapping[str, int]:
        """The words of the compendium, counted: a build goes on from them."""
        return _read(self.folder / _VOCABULARY_FILE, _VOCABULARY)


#: Every search reads these three: what is worked out here is worked out once, for all workers.
_CASE = TypeAdapter(Case)
_PASSAGES = TypeAdapter(tuple[Passage, ...])
_WORD_PLACES = TypeAdapter(WordPlaces)
_REFERENCE = LateAdapter(Reference)
_OUTLINE = LateAdapter(Outline)
_EVERY_OUTLINE = LateAdapter(tuple[Outline, ...])

#: The files that hold what is read whole, and of which field of the compendium.
_COMPENDIUM_FILES: Mapping[str, tuple[str, TypeAdapter[Any]]] = {
    "taxonomy.json": ("taxonomy", TypeAdapter(Taxonomy)),
    "calibration.json": ("calibration", TypeAdapter(Calibration | None)),
    "relevance.json": ("relevance", TypeAdapter(Report | None)),
    "site.json": ("site", TypeAdapter(Site)),
    "self-check.json": ("self_check", TypeAdapter(SelfCheck | None)),
    "people.json": ("people", TypeAdapter(People | None)),
    "phrases.json": ("phrases", TypeAdapter(dict[str, tuple[str, ...]])),
    "wanted.json": ("wanted", TypeAdapter(dict[str, tuple[str, ...]])),
    "codebook.json": ("codebook", TypeAdapter(str)),
    "policy.json": ("policy", TypeAdapter(str)),
    "tools.json": ("tools", TypeAdapter(tuple[Tool, ...])),
    "packs.json": ("packs", TypeAdapter(tuple[Pack, ...])),
    "course.json": ("course", TypeAdapter(Course | None)),
    "aliases.json": ("aliases", TypeAdapter(dict[str, str])),
    "withdrawn.json": ("withdrawn", TypeAdapter(dict[str, Withdrawn])),
}
#: The same for what was made of it.
_VOCABULARY_FILE, _VOCABULARY = "vocabulary.json", TypeAdapter(dict[str, int])
_SOURCES_FILE, _SOURCES = "sources.json", TypeAdapter(CountedSources)
_HOLDINGS_FILE, _HOLDINGS = "holdings.json", TypeAdapter(Holdings)
_CONTENT_FILES = {*_COMPENDIUM_FILES, _VOCABULARY_FILE, _HOLDINGS_FILE, _SOURCES_FILE}
#: The files of what is read one by one.
_CASES, _PASSAGES_OF_CASES, _REFERENCES = "cases", "passages", "references"
_WORD_PLACES_OF_CASES = "word-places"
#: What a build asks of each case, which no search reads: what is counted, and of what it was made.
_OUTLINES, _MADE_OF = "outlines", "made-of"
#: Where the words are for slips of typing.
_WORDS_FOLDER = "words"
#: Where what has a name is found by the beginnings of its words.
_NAMES_FOLDER = "names"
#: Where words of other languages are.
_GLOSSARY_FOLDER = "glossary"
_OF_CASES = (_CASES, _PASSAGES_OF_CASES, _WORD_PLACES_OF_CASES, _OUTLINES)


def write_frame(
    folder: Path,
    frame: Frame,
    *,
    vocabulary: Mapping[str, int],
    earlier_words: SpellingTable | None = None,
    earlier: Path | None = None,
) -> None:
    """Write what stands around the cases into ``folder``, with the words of all of them.

    Args:
        folder: a new one.
        frame: what stands around them.
        vocabulary: the words of the compendium, counted.
        earlier_words: those of an earlier snapshot that was made alike.
        earlier: its folder.
    """
    words = _VOCABULARY.dump_json(dict(vocabulary), indent=1) + b"\n"
    for name, data in {**frame.files, _VOCABULARY_FILE: words}.items():
        (folder / name).write_bytes(data)
    records = folder / RECORDS_FOLDER
    records.mkdir()
    SpellingTable.of(vocabulary, earlier_words).write(records / _WORDS_FOLDER)
    write_keyed(records, _REFERENCES, frame.references)
    glossary = Path(RECORDS_FOLDER) / _GLOSSARY_FOLDER
    write_word_table(folder / glossary, frame.glossary, earlier=earlier and earlier / glossary)


def write_counted(
    folder: Path,
    outlines: Sequence[Outline],
    compendium: Compendium,
    counted: Holdings,
    sources: CountedSources,
    *,
    earlier: NameIndex | None = None,
    rows_of_earlier: Mapping[int, int] | None = None,
) -> None:
    """Write what is made of the outlines of all cases into ``folder``, where the frame is.

    Args:
        folder: of the snapshot.
        outlines: of all cases, by row.
        compendium: what stands around them.
        counted: what it holds.
        sources: the works that cases name, counted.
        earlier: the names of an earlier snapshot, see ``kb.snapshots.names.write_names``.
        rows_of_earlier: see there.
    """
    (folder / _HOLDINGS_FILE).write_bytes(_HOLDINGS.dump_json(counted, indent=1) + b"\n")
    (folder / _SOURCES_FILE).write_bytes(_SOURCES.dump_json(sources, indent=1) + b"\n")
    write_names(
        folder / RECORDS_FOLDER / _NAMES_FOLDER,
        outlines,
        compendium.taxonomy,
        counted.cases,
        earlier=earlier,
        rows_of_earlier=rows_of_earlier,
    )


def copy_counted(folder: Path, earlier: Path) -> None:
    """Copy what ``write_counted`` wrote of the same outlines and frame into another snapshot."""
    names = Path(RECORDS_FOLDER, _NAMES_FOLDER)
    (folder / names).mkdir()
    inner = (names / path.name for path in sorted((earlier / names).iterdir()))
    for name in (_HOLDINGS_FILE, _SOURCES_FILE, *inner):
        # Copied, not linked: damage to one file must not reach another snapshot.
        shutil.copyfile(earlier / name, folder / name)


def same_frame(manifest: Manifest, frame: Frame) -> bool:
    """Whether a snapshot has the same around its cases: every file, and the works in order."""
    files = dict(frame.files)
    files[f"{RECORDS_FOLDER}/{_REFERENCES}.jsonl"] = b"".join(
        line + b"\n" for line in frame.references.values()
    )
    return all(
        name in manifest.files and manifest.files[name].digest == hashlib.sha256(data).hexdigest()
        for name, data in files.items()
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Frame:
    """What stands around the cases, as it is written.

    ``files`` are those that are read whole; ``references`` the works that cases name, each as
    one line, in the order of their file; ``glossary`` the words of other languages.
    """

    files: Mapping[str, bytes]
    references: Mapping[str, bytes]
    glossary: WordTable

    @property
    def digest(self) -> str:
        """SHA-256 over all of it."""
        digest = hashlib.sha256()
        for name, data in self.files.items():
            digest.update(f"{name} {hashlib.sha256(data).hexdigest()}\n".encode())
        for line in self.references.values():
            digest.update(line + b"\n")
        digest.update(digest_of(self.glossary))
        return digest.hexdigest()


def frame_of(compendium: Compendium) -> Frame:
    """What stands around the cases of a compendium, which are not asked for."""
    return Frame(
        files={
            name: adapter.dump_json(getattr(compendium, field), indent=1) + b"\n"
            for name, (field, adapter) in _COMPENDIUM_FILES.items()
        },
        references={key: _REFERENCE.dump_json(work) for key, work in compendium.references.items()},
        glossary=compendium.glossary,
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class CaseRecords:
    """What is kept of each case: itself, its passages with their words, what builds ask of it.

    ``made_of`` has by row what decides all of that: uint8 of shape (n_cases, 32).
    """

    cases: RecordFile[Case]
    passages: RecordFile[tuple[Passage, ...]]
    word_places: RecordFile[WordPlaces]
    outlines: RecordFile[Outline]
    made_of: np.ndarray

    def every_outline(self) -> tuple[Outline, ...]:
        """What is counted of each case, by row."""
        return self.outlines.all(_EVERY_OUTLINE)


class CaseRecordsWriter:
    """Writes ``CaseRecords`` one by one, in the order of the ids; for a ``with`` block."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._files = [RecordWriter(folder, name) for name in _OF_CASES]
        self._made_of: list[bytes] = []

    def __enter__(self) -> Self:
        return self

    def write(
        self, case: Case, passages: tuple[Passage, ...], outline: Outline, made_of: bytes
    ) -> None:
        """Write what is kept of a case."""
        lines = (
            _CASE.dump_json(case),
            _PASSAGES.dump_json(passages),
            _WORD_PLACES.dump_json(WordPlaces.of(texts_read(case, passages))),
            _OUTLINE.dump_json(outline),
        )
        for file, line in zip(self._files, lines, strict=True):
            file.write(line)
        self._made_of.append(made_of)

    def __exit__(self, *error: Any) -> None:
        for file in self._files:
            file.__exit__(*error)
        write_array(self._folder, _MADE_OF, _digests(self._made_of))


def _digests(digests: Sequence[bytes]) -> np.ndarray:
    return np.frombuffer(b"".join(digests), dtype=np.uint8).reshape(-1, 32)


def read_case_records(folder: Path) -> CaseRecords:
    """Open what ``CaseRecordsWriter`` wrote.

    Raises:
        SnapshotCorrupt: a file is missing or does not go with the others.
    """
    cases = RecordFile(folder, _CASES, _CASE)
    return CaseRecords(
        cases=cases,
        passages=RecordFile(folder, _PASSAGES_OF_CASES, _PASSAGES),
        word_places=RecordFile(folder, _WORD_PLACES_OF_CASES, _WORD_PLACES),
        outlines=RecordFile(folder, _OUTLINES, _OUTLINE),
        made_of=read_array(folder, _MADE_OF, "uint8", shape=(len(cases), 32)),
    )


def write_case_records(
    folder: Path,
    ids: Sequence[str],
    *,
    new: CaseRecords,
    earlier: CaseRecords | None,
    merge: Merge,
) -> None:
    """Write the records of all cases: new ones, and those of an earlier snapshot as they are.

    Args:
        folder: the one of the records.
        ids: of all cases, in order.
        new: what was made.
        earlier: what an earlier snapshot has.
        merge: where the cases of both come to stand.
    """
    write_keys(folder, _CASES, ids)
    old = earlier or new
    for name, one, other in zip(
        _OF_CASES,
        (new.cases, new.passages, new.word_places, new.outlines),
        (old.cases, old.passages, old.word_places, old.outlines),
        strict=True,
    ):
        write_merged(folder, name, earlier=other, new=one, merge=merge)
    write_array(folder, _MADE_OF, merge.merged(old.made_of, new.made_of))


class FilesRecords:
    """Reads every file of a staged snapshot for its digest, several at once; for a ``with`` block.

    What is written whole can be read, and come to the disk, while the rest is written. A file that
    is as an earlier snapshot has it has the digest that was found there: to compare the two takes
    less than half the time of a digest.
    """

    def __init__(self, folder: Path, earlier: Snapshot | None = None) -> None:
        """Nothing is read yet.

        Args:
            folder: of the snapshot.
            earlier: one of which this build has read every byte, and found it as its manifest says.
        """
        self._folder = folder
        self._earlier = earlier
        # More than there are processors: most of the time they wait for the disk.
        self._pool = ThreadPoolExecutor(max_workers=_WRITTEN_AT_ONCE)
        self._digests: dict[Path, Future[str]] = {}

    def __enter__(self) -> Self:
        return self

    def begin(self) -> None:
        """Read what is there now, the largest first; nothing of it is written any more."""
        new = (path for path in self._folder.rglob("*") if path not in self._digests)
        sizes = {path: path.stat().st_size for path in new if path.is_file()}
        for path in sorted(sizes, key=lambda path: (-sizes[path], path)):
            known = self._known(path, sizes[path])
            self._digests[path] = self._pool.submit(_digest_of_written, path, known)

    def _known(self, path: Path, size: int) -> tuple[Path, str] | None:
        """The file of that name and size in the earlier snapshot, and its digest."""
        name = path.relative_to(self._folder).as_posix()
        record = self._earlier.manifest.files.get(name) if self._earlier is not None else None
        if self._earlier is None or record is None or record.size != size:
            return None
        return self._earlier.folder / name, record.digest

    def records(self) -> dict[str, FileRecord]:
        """What every file is, by its path in the snapshot.

        Raises:
            OSError: one cannot be read.
        """
        self.begin()
        return {
            path.relative_to(self._folder).as_posix(): FileRecord(
                digest=self._digests[path].result(), size=path.stat().st_size
            )
            for path in sorted(self._digests)
        }

    def __exit__(self, *_: object) -> None:
        self._pool.shutdown(cancel_futures=True)


def _pool() -> ThreadPoolExecutor:
    return ThreadPoolExecutor(max_workers=min(4, os.cpu_count() or 1))


def _digests_of(paths: Iterable[Path]) -> Iterator[str]:
    """The digest of each file, several being read at once.

    Raises:
        OSError: one cannot be read.
    """
    with _pool() as pool:
        yield from pool.map(_digest_of, paths)


def _digest_of(path: Path) -> str:
    try:
        return file_digest(path)
    except OSError as err:
        err.filename = str(path)  # in reading it is not said which file it is
        raise


def _digest_of_written(path: Path, known: tuple[Path, str] | None) -> str:
    """The digest of a file that was just written, which the system is asked to put on the disk.

    Args:
        path: of the file.
        known: another file and its digest, which is that of the new one where both are the same.
    """
    digest = ""
    if known is not None:
        with suppress(OSError):  # it may be gone; and if it is the new one, the digest says so
            digest = known[1] if same_bytes(path, known[0]) else ""
    digest = digest or _digest_of(path)
    with path.open("rb") as file:
        os.fsync(file.fileno())
    return digest


def write_manifest(folder: Path, manifest: Manifest) -> None:
    """Write the manifest: the last file, and what makes a snapshot complete."""
    data = _MANIFEST.dump_json(manifest, indent=1).removeprefix(b"{") + b"\n"
    seal = f'{{\n "sha256": "{hashlib.sha256(data).hexdigest()}",'
    (folder / MANIFEST_FILE).write_bytes(seal.encode() + data)


def read_manifest(folder: Path) -> Manifest:
    """Read and check a manifest: every byte of it.

    Raises:
        SnapshotMissing: there is none.
        SnapshotStale: it is of another schema version.
        SnapshotCorrupt: it is not a manifest, was altered, or is of another snapshot.
    """
    manifest = read_sealed(folder, _MANIFEST, check=_check_version)
    path = folder / MANIFEST_FILE
    folders = (ENGINE_FOLDER, ENCODER_FOLDER, RECORDS_FOLDER)
    own = {name for inner in folders for name in manifest.files_in(inner)}
    if manifest.snapshot_id != folder.name or manifest.files.keys() - own != _CONTENT_FILES:
        raise SnapshotCorrupt(f"{path} belongs to another snapshot.")
    return manifest


def read_sealed(
    folder: Path, adapter: TypeAdapter[Made], *, check: Callable[[Path, Any], None]
) -> Made:
    """Read a manifest and check its seal.

    Args:
        folder: of the snapshot.
        adapter: what to make of it.
        check: is given the manifest's path and its schema version, before anything is made of it.

    Raises:
        SnapshotMissing: there is none.
        SnapshotCorrupt: it is not a manifest, or was altered.
    """
    path = folder / MANIFEST_FILE
    try:
        data = path.read_bytes()
    except FileNotFoundError as err:
        raise SnapshotMissing(f"There is no snapshot in {folder}.") from err
    except OSError as err:
        raise SnapshotCorrupt(f"{path} cannot be read: {err.strerror}.") from err
    seal = _SEAL.match(data)
    if seal is not None:
        expected, found = seal[1].decode(), hashlib.sha256(data[seal.end() :]).hexdigest()
        if found != expected:
            raise _altered(path, expected, found)
    try:
        version = json.loads(data)["schema_version"]
    except (ValueError, KeyError, TypeError, RecursionError) as err:
        raise SnapshotCorrupt(f"{path} is not a manifest.") from err
    check(path, version)
    if seal is None:
        raise SnapshotCorrupt(f"{path} is not a manifest.")
    try:
        return adapter.validate_json(b"{" + data[seal.end() :])
    except ValidationError as err:
        where = ".".join(str(part) for part in err.errors()[0]["loc"])
        raise SnapshotCorrupt(f"{path} is not a manifest ({where}).") from err


def check_not_newer(path: Path, version: Any) -> None:
    """Refuse the schema version of a newer release.

    Raises:
        SnapshotNewer: it is one.
    """
    if isinstance(version, int) and version > SCHEMA_VERSION:
        raise SnapshotNewer(
            f"{path} was written by a newer release of this program: it has schema version "
            f"{version}, and this one reads {SCHEMA_VERSION}.",
            remedy="Install that release, or run 'kb build'.",
        )


def _check_version(path: Path, version: Any) -> None:
    check_not_newer(path, version)
    if version != SCHEMA_VERSION:
        raise SnapshotStale(
            f"{path} has schema version {version!r}; this program reads {SCHEMA_VERSION}."
        )


def verify_snapshot(folder: Path) -> Manifest:
    """Read every byte of a snapshot: what a build and a switch do before it is served.

    Raises:
        SnapshotMissing, SnapshotStale, SnapshotCorrupt: names the file, what was
            expected and what was found, and the command that mends it.
    """
    return _checked(folder, lambda *_: True)


def check_snapshot(folder: Path) -> Manifest:
    """Check a snapshot as far as can be told without reading all of it.

    A file that is as large and no younger than the manifest says is taken for what the build
    read.

    Raises:
        SnapshotMissing, SnapshotStale, SnapshotCorrupt: as ``verify_snapshot``.
    """
    return _checked(folder, _has_changed)


def _checked(folder: Path, suspect: Callable[[Path, FileRecord, int], bool]) -> Manifest:
    manifest = read_manifest(folder)
    check_files(folder, manifest.files, suspect)
    return manifest


def check_files(
    folder: Path,
    files: Mapping[str, FileRecord],
    suspect: Callable[[Path, FileRecord, int], bool] = lambda *_: True,
) -> None:
    """Check the files of a snapshot against what its manifest says of them.

    Args:
        folder: of the snapshot.
        files: what each must be.
        suspect: whether one is to be read, by its path, what it must be, and when the manifest
            was written (in nanoseconds); without it, all are.

    Raises:
        SnapshotCorrupt: one is missing, altered or foreign.
    """
    built = (folder / MANIFEST_FILE).stat().st_mtime_ns
    try:
        doubtful = {
            folder / name: expected.digest
            for name, expected in files.items()
            if suspect(folder / name, expected, built)
        }
        for (path, expected), found in zip(doubtful.items(), _digests_of(doubtful), strict=True):
            if found != expected:
                raise _altered(path, expected, found)
    except OSError as err:
        raise SnapshotCorrupt(f"{err.filename} cannot be read: {err.strerror}.") from err
    inner = [*(folder / ENGINE_FOLDER).rglob("*"), *(folder / RECORDS_FOLDER).rglob("*")]
    for path in sorted(inner):
        if path.is_file() and path.relative_to(folder).as_posix() not in files:
            raise SnapshotCorrupt(f"{path} is not of this snapshot.")


def open_snapshot(folder: Path, *, engine: str = "", old: Snapshot | None = None) -> Snapshot:
    """Open a snapshot for answers: see ``check_to_open`` and ``open_checked``.

    Raises:
        SnapshotMissing, SnapshotStale, SnapshotCorrupt: as these do.
    """
    return open_checked(folder, check_to_open(folder), engine=engine, old=old)


def check_to_open(folder: Path) -> Manifest:
    """Check a snapshot that is about to be opened.

    As ``check_snapshot`` does; what is read to open it is checked whole.

    Raises:
        SnapshotMissing, SnapshotStale, SnapshotCorrupt: names the file, what was
            expected and what was found, and the command that mends it.
    """
    return _checked(
        folder, lambda path, *record: path.parent == folder or _has_changed(path, *record)
    )


def open_checked(
    folder: Path, manifest: Manifest, *, engine: str = "", old: Snapshot | None = None
) -> Snapshot:
    """Open a snapshot that was checked.

    Args:
        folder: where it is.
        manifest: what ``check_to_open`` gave.
        engine: what ``KB_ENGINE`` is.
        old: what was open until now. What was made of files with the same bytes is taken over, such
            as the vocabulary and the words of other languages.

    Raises:
        SnapshotCorrupt: names the file, what was expected and what was found, and the command
            that mends it.
    """
    records = folder / RECORDS_FOLDER
    cases = read_keyed(records, _CASES, _CASE)
    compendium = Compendium(
        cases=cases.records,
        index=cases,
        counted=_read(folder / _HOLDINGS_FILE, _HOLDINGS),
        references=read_keyed(records, _REFERENCES, _REFERENCE),
        glossary=_glossary(folder, manifest, old),
        **_read_files(folder, manifest, old),
    )
    passages = RecordFile(records, _PASSAGES_OF_CASES, _PASSAGES)
    snapshot = Snapshot(
        folder=folder,
        manifest=manifest,
        content=Content(
            compendium=compendium,
            passages=passages,
            word_places=RecordFile(records, _WORD_PLACES_OF_CASES, _WORD_PLACES),
            sources=_read(folder / _SOURCES_FILE, _SOURCES),
            words=_read_words(records / _WORDS_FOLDER),
            names=NameIndex(records / _NAMES_FOLDER),
        ),
        engine=_open_engine(folder, manifest, engine),
    )
    _check_counts(snapshot)
    return snapshot


def _read_words(folder: Path) -> SpellingTable:
    try:
        return SpellingTable.open(folder)
    except (OSError, ValueError, KeyError, TypeError, EOFError) as err:
        raise SnapshotCorrupt(f"{folder} does not hold what it should.") from err


def _open_engine(folder: Path, manifest: Manifest, address: str) -> Engine:
    inner = folder / ENGINE_FOLDER
    engine = open_engine(manifest.engine, address, folder=inner, version=manifest.snapshot_id)
    return GuardedEngine(engine, inner)


def _has_changed(path: Path, expected: FileRecord, built: int) -> bool:
    """Whether a file is not as the build left it, as far as can be told without reading it."""
    stat = path.stat()
    return stat.st_size != expected.size or stat.st_mtime_ns > built


def _check_counts(snapshot: Snapshot) -> None:
    manifest, content, engine = snapshot.manifest, snapshot.content, snapshot.engine
    cases = content.compendium.cases
    counted = {"cases": len(cases), "documents": len(engine)}
    counted |= {"cases with passages": len(content.passages)}
    counted |= {"cases with words": len(content.word_places)}
    expected = dict.fromkeys(counted, manifest.n_cases)
    # Each of which has a vector.
    expected["passages"], counted["passages"] = manifest.n_passages, engine.sizes.get("passages", 0)
    for name, record in manifest.vector_sets.items():
        expected[f"texts of {name}"] = record.n_texts
        expected[f"dimension of {name}"] = record.dimension
    for name, size in engine.sizes.items():
        counted[f"texts of {name}"] = size
        counted[f"dimension of {name}"] = engine.dimensions[name]
    for name in sorted(expected.keys() | counted.keys()):
        if expected.get(name) != counted.get(name):
            raise SnapshotCorrupt(
                f"{snapshot.folder} must hold {name}: {expected.get(name, 0)}, "
                f"not {counted.get(name, 0)}."
            )


def _altered(path: Path, expected: str, found: str) -> SnapshotCorrupt:
    return SnapshotCorrupt(
        f"{path} was altered: its SHA-256 must be {expected[:12]}…, not {found[:12]}…."
    )


def _read_files(folder: Path, manifest: Manifest, old: Snapshot | None) -> dict[str, Any]:
    """What stands around the cases, by its field; each is read unless ``old`` has the same."""
    known = old.manifest.files if old is not None else {}
    return {
        field: getattr(old.content.compendium, field)
        if old is not None and known.get(name) == manifest.files[name]
        else _read(folder / name, adapter)
        for name, (field, adapter) in _COMPENDIUM_FILES.items()
    }


def _glossary(folder: Path, manifest: Manifest, old: Snapshot | None) -> WordTable:
    """Words of other languages, mapped unless ``old`` has the same."""
    inner = f"{RECORDS_FOLDER}/{_GLOSSARY_FOLDER}"
    if old is not None and old.manifest.files_in(inner) == manifest.files_in(inner):
        return old.content.compendium.glossary
    return read_word_table(folder / inner)


def _read(path: Path, adapter: TypeAdapter[Any]) -> Any:
    try:
        return adapter.validate_json(path.read_bytes())
    except ValidationError as err:
        raise SnapshotCorrupt(f"{path} does not hold what it should.") from err
