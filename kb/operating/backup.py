"""What cannot be built again, as one file: versions, what was served when, pins, and updates.

A backup is a tar file through gzip. Its first member lists the others with their sizes and digests,
and has a seal of its own. The same store gives the same bytes. A backup is read as data: what
the list does not name, what is no plain file, and names that are none of ours are refused
before anything is written.
"""

from __future__ import annotations

import gzip
import hashlib
import io
import json
import os
import re
import shutil
import tarfile
import zlib
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import IO

from pydantic import TypeAdapter, ValidationError

from kb import __version__
from kb.errors import BackupUnusable, SnapshotError
from kb.model.case_versions import short
from kb.model.english import so_many
from kb.model.files import place_of, sync_folder, write_durably
from kb.operating.update_history import HISTORY as UPDATES
from kb.operating.update_history import KEPT
from kb.snapshots.store import (
    CURRENT_FILE,
    HISTORY_FILE,
    Current,
    find_current,
    no_other_build,
    read_current,
    set_current,
    snapshot_ids,
    switching,
)
from kb.versions.joining import joined
from kb.versions.store import FOLDER as VERSIONS
from kb.versions.store import Versions, join

#: The number of the form of a backup, and its first member.
FORM = 1
LIST = "backup.json"
_LISTS = (HISTORY_FILE, UPDATES)
_NAME = re.compile(
    rf"{re.escape(CURRENT_FILE)}|{'|'.join(map(re.escape, _LISTS))}"
    rf"|{VERSIONS}/layers\.json|{VERSIONS}/[0-9a-f]{{12}}(-again)*/[a-z]+(-[a-z]+)*\.(jsonl|npy)"
)
#: The most bytes of the list of members, and of all members together.
_MOST_LIST, _MOST_BYTES = 50_000_000, 100_000_000_000
_PIECE = 1 << 20
#: What a backup is read into first, in the index.
_STAGED = ".restoring-"
#: So many times a store is read again whose layers were joined meanwhile.
_TRIES = 5
#: So many damaged versions are named.
_NAMED = 5


@dataclass(frozen=True, slots=True, kw_only=True)
class Member:
    """A file in a backup: its place in the index, its bytes, and their SHA-256."""

    name: str
    size: int
    sha256: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Contents:
    """What a backup says that it holds.

    Attributes:
        program: the version of the program that wrote it.
        versions: how many versions of cases it has.
        cases: of how many cases, those among them that are no more.
        newest: the day of the newest version, empty where there is none.
        pinned: the snapshot that was pinned; empty where none was.
        updates: how many updates are told.
        members: the files.
    """

    program: str
    versions: int
    cases: int
    newest: str
    pinned: str
    updates: int
    members: tuple[Member, ...]
    form: int = FORM

    @property
    def size(self) -> int:
        """Bytes of all files."""
        return sum(one.size for one in self.members)


@dataclass(frozen=True, slots=True, kw_only=True)
class Restored:
    """What came of bringing a backup back.

    ``new_versions`` and ``new_cases`` are those that the index had not. ``pin`` says in a sentence
    what became of the pin; it is empty where there was none.
    """

    contents: Contents
    new_versions: int
    new_cases: int
    pin: str


_CONTENTS = TypeAdapter(Contents)


def backup(index: Path, file: Path, *, force: bool = False) -> Contents:
    """Write what cannot be built again into one file.

    One that is there is replaced when the new one is whole. Builds may run beside it.

    Args:
        index: the folder of the snapshots.
        file: what is written.
        force: write it even where versions in the index are damaged.

    Raises:
        BackupUnusable: there is nothing to keep, versions are damaged, or the file cannot be
            written.
        VersionsUnreadable: the store of versions cannot be read.
    """
    if not (index / VERSIONS).is_dir() and not (index / HISTORY_FILE).is_file():
        raise BackupUnusable(
            f"There is nothing to keep in {index}: nothing was built there yet. Name the index "
            "with --index or KB_INDEX."
        )
    if not force:
        _refuse_damaged(index, file)
    try:
        place = place_of(file)
        temporary = place.with_name(f".{place.name}-{os.getpid()}")
        with ExitStack() as undo:
            undo.callback(temporary.unlink, missing_ok=True)
            with temporary.open("xb") as written:
                contents = _write(index, written)
                written.flush()
                os.fsync(written.fileno())
            inspect(temporary)
            temporary.replace(place)
            undo.pop_all()
        sync_folder(place.parent)
    except OSError as err:
        raise BackupUnusable(
            f"The backup cannot be written to {file}: {err.strerror}; what was there stays."
        ) from err
    return contents


def _refuse_damaged(index: Path, file: Path) -> None:
    """Refuse to put a damaged version in the place of the same one, whole, in an earlier backup."""
    store = Versions(index)
    damaged = store.damaged()
    if not damaged:
        return
    named = ", ".join(map(short, damaged[:_NAMED])) + (" …" if len(damaged) > _NAMED else "")
    n_kept = len(store.digests(""))
    raise BackupUnusable(
        f"Damaged in {store.folder}: {len(damaged)} of {n_kept} versions ({named}). {file} was not "
        "written. 'kb restore' of an earlier backup brings them back; --force writes the file all "
        "the same."
    )


def _write(index: Path, written: IO[bytes]) -> Contents:
    """Write a backup; again where a build joins layers of versions meanwhile."""
    store = Versions(index)
    for _ in range(_TRIES):
        layers = store.layers
        try:
            return _write_once(index, store, written)
        except FileNotFoundError:
            if store.layers == layers:
                raise
        written.seek(0)
        written.truncate()
    return _write_once(index, store, written)


def _write_once(index: Path, store: Versions, written: IO[bytes]) -> Contents:
    files = _files_of(index, store.layers)
    contents = _contents_of(index, store, files)
    with (
        gzip.GzipFile(filename="", mode="wb", fileobj=written, mtime=0) as packed,
        tarfile.open(fileobj=packed, mode="w", format=tarfile.PAX_FORMAT) as archive,
    ):
        sealed = _sealed(contents)
        _add(archive, LIST, io.BytesIO(sealed), len(sealed))
        for member, file in zip(contents.members, files.values(), strict=True):
            with _open(file) as reader:
                _add(archive, member.name, reader, member.size)
    return contents


def _add(archive: tarfile.TarFile, name: str, reader: IO[bytes], size: int) -> None:
    member = tarfile.TarInfo(name)
    member.size, member.mode = size, 0o644
    archive.addfile(member, reader)


def _files_of(index: Path, layers: Sequence[str]) -> dict[str, Path | bytes]:
    """Every file by its place in the index, in the order of their names.

    Layers never change and are read when they are written; the others are read now.
    """
    folders = [index / VERSIONS / name for name in layers]
    paths = [path for folder in folders for path in folder.iterdir()]
    files: dict[str, Path | bytes] = {one.relative_to(index).as_posix(): one for one in paths}
    for name in (f"{VERSIONS}/layers.json", CURRENT_FILE, *_LISTS):
        if (index / name).is_file():
            files[name] = (index / name).read_bytes()
    return dict(sorted(files.items()))


def _open(file: Path | bytes) -> IO[bytes]:
    return io.BytesIO(file) if isinstance(file, bytes) else file.open("rb")


def _member(name: str, file: Path | bytes) -> Member:
    with _open(file) as reader:
        digest = hashlib.file_digest(reader, "sha256").hexdigest()
        return Member(name=name, size=reader.seek(0, os.SEEK_END), sha256=digest)


def _contents_of(index: Path, store: Versions, files: Mapping[str, Path | bytes]) -> Contents:
    heads = store.last_entries()
    current = find_current(index)
    updates = files.get(UPDATES, b"")
    return Contents(
        program=__version__,
        versions=len(store.digests("")),
        cases=len(heads),
        newest=max((entry.day for entry in heads.values()), default=""),
        pinned=current.snapshot_id if current.pinned else "",
        updates=len(updates.splitlines()) if isinstance(updates, bytes) else 0,
        members=tuple(_member(name, file) for name, file in files.items()),
    )


def _sealed(contents: Contents) -> bytes:
    """The list with a digest of itself in its first line."""
    data = _CONTENTS.dump_json(contents, indent=1)
    return hashlib.sha256(data).hexdigest().encode() + b"\n" + data + b"\n"


def inspect(file: Path) -> Contents:
    """Read a backup to the last byte; what it holds.

    Raises:
        BackupUnusable: it is not there, is damaged or cut off, or is no backup.
    """
    return _read(file)


def restore(index: Path, file: Path, *, force: bool = False) -> Restored:
    """Bring a backup back into an index, which may be empty, not there, or have gone on since.

    All of it is read before anything is changed. Nothing that the index has is lost.

    Args:
        index: which may be empty, not there, or have gone on since.
        file: what ``backup`` wrote.
        force: join the two even where they have not one case in common.

    Raises:
        BackupUnusable: see ``inspect``; or the index cannot be written, or is of other cases.
        BuildBusy: a build is running.
        VersionsUnreadable: the versions of the index, or those in the backup, cannot be read.
        IndexNotWritable: the index folder cannot be written to.
    """
    with no_other_build(index):
        for leftover in index.glob(f"{_STAGED}*"):
            shutil.rmtree(leftover, ignore_errors=True)  # of one that was killed
        try:
            with TemporaryDirectory(prefix=_STAGED, dir=index) as name:
                contents = _read(file, Path(name))
                if not force:
                    _refuse_other_cases(index, Path(name), file)
                return _joined(index, Path(name), contents)
        except OSError as err:
            raise BackupUnusable(
                f"The backup cannot be written to {index}: {err.strerror}; run 'kb restore' again "
                "when that is mended."
            ) from err


def _refuse_other_cases(index: Path, staged: Path, file: Path) -> None:
    """Refuse the backup of another compendium: the two could never be told apart again."""
    here, kept = Versions(index).last_entries(), Versions(staged).last_entries()
    if here and kept and here.keys().isdisjoint(kept):
        raise BackupUnusable(
            f"{file} has not one case in common with {index}: {so_many(len(kept), 'case')} there, "
            f"{len(here)} here. Nothing was changed. Name another --index, or keep both in this "
            "one with --force."
        )


def _joined(index: Path, staged: Path, contents: Contents) -> Restored:
    here, kept = Versions(index), Versions(staged)
    before = {*here.digests("")}, {*here.heads()}
    kept.histories()  # whether it can be read from end to end, before anything is changed
    with switching(index):
        if kept.layers:
            join(here, kept)
        for name in _LISTS:
            _join_lines(index / name, staged / name, most=KEPT if name == UPDATES else None)
        pin = _pin(index, staged)
    here = Versions(index)
    return Restored(
        contents=contents,
        new_versions=len({*here.digests("")} - before[0]),
        new_cases=len({*here.heads()} - before[1]),
        pin=pin,
    )


def _join_lines(path: Path, kept: Path, most: int | None) -> None:
    """Two histories of lines as one."""
    before, since = (one.read_bytes().splitlines() if one.is_file() else [] for one in (kept, path))
    lines = joined(before, since, same=lambda line: line, when=_time_of)
    lines = lines if most is None else lines[-most:]
    if lines != since:
        write_durably(path, b"\n".join(lines) + b"\n")


def _time_of(line: bytes) -> str:
    try:
        return str(json.loads(line)["at"])
    except (ValueError, KeyError, TypeError):
        return ""


def _pin(index: Path, staged: Path) -> str:
    """Pin what was pinned, where that is there and nothing else is served; what came of it."""
    try:
        kept = read_current(staged)
    except SnapshotError:
        return ""
    if not kept.pinned:
        return ""
    pinned, now = kept.snapshot_id, find_current(index)
    if now == Current(snapshot_id=pinned, pinned=True):
        return ""
    if pinned not in snapshot_ids(index):
        return (
            f"Snapshot {pinned} was pinned and is not there. Build its content again, then pin "
            "what was built with 'kb snapshots --pin ID'."
        )
    if now.snapshot_id:
        return (
            f"Snapshot {pinned} was pinned; {now.snapshot_id} is served now and stays. "
            f"'kb snapshots --pin {pinned}' goes back."
        )
    set_current(index, pinned, pinned=True)
    return f"Snapshot {pinned} is served and pinned again."


def _read(file: Path, to: Path | None = None) -> Contents:
    """Read a backup to the last byte, and write its files into a folder where one is given.

    Raises:
        BackupUnusable: see ``inspect``.
        OSError: the folder cannot be written.
    """
    try:
        reader = file.open("rb")
    except OSError as err:
        raise BackupUnusable(f"{file} cannot be read: {err.strerror}.") from err
    try:
        with (
            reader,
            gzip.GzipFile(fileobj=reader) as unpacked,
            tarfile.open(fileobj=unpacked, mode="r|") as archive,
        ):
            contents = _read_list(file, archive)
            _read_members(file, archive, contents, to)
            rest = unpacked.read(_PIECE)  # to the end, where its own digest stands
            if rest.strip(b"\0") or unpacked.read(1):
                raise _damaged(file, "something follows its end")
    except (gzip.BadGzipFile, EOFError, zlib.error, tarfile.TarError) as err:
        raise _damaged(file, "it is damaged, cut off, or no backup of 'kb backup'") from err
    return contents


def _damaged(file: Path, why: str) -> BackupUnusable:
    return BackupUnusable(
        f"{file} cannot be brought back: {why}. Nothing was changed; take another backup."
    )


def _read_list(file: Path, archive: tarfile.TarFile) -> Contents:
    first = archive.next()
    if first is None or first.name != LIST or not first.isreg() or first.size > _MOST_LIST:
        raise _damaged(file, f"it is no backup of 'kb backup', which begins with {LIST}")
    seal, _, data = b"".join(_pieces_of(archive, first)).partition(b"\n")
    data = data.removesuffix(b"\n")
    if hashlib.sha256(data).hexdigest().encode() != seal:
        raise _damaged(file, "its list of files is damaged")
    try:
        contents = _CONTENTS.validate_json(data)
    except ValidationError as err:
        raise _damaged(file, _why_not_read(data)) from err
    if contents.form != FORM:
        raise _damaged(file, _why_not_read(data))
    names = [one.name for one in contents.members]
    foreign = [name for name in names if not _NAME.fullmatch(name)]
    if foreign or len({*names}) != len(names) or contents.size > _MOST_BYTES:
        what = f"it names {foreign[0]!a}, which has no place in an index" if foreign else ""
        raise _damaged(file, what or "its list of files cannot be true")
    return contents


def _why_not_read(data: bytes) -> str:
    try:
        told = json.loads(data)
        form, program = told.get("form"), told.get("program")
    except (ValueError, AttributeError):
        form = program = None
    if isinstance(form, int) and form > FORM:
        return f"version {program} of this program wrote it, which is newer; install that"
    return "its list of files cannot be understood"


def _read_members(
    file: Path, archive: tarfile.TarFile, contents: Contents, to: Path | None
) -> None:
    """Read every file: exactly those of the list, in its order."""
    for expected in contents.members:
        member = archive.next()
        if member is None:
            raise _damaged(file, f"{expected.name} is missing in it")
        if member.name != expected.name or not member.isreg() or member.size != expected.size:
            raise _damaged(file, f"it holds {member.name!a}, which its list does not name")
        if _read_member(archive, member, to) != expected.sha256:
            raise _damaged(file, f"{expected.name} in it is damaged")
    more = archive.next()
    if more is not None:
        raise _damaged(file, f"it holds {more.name!a}, which its list does not name")


def _read_member(archive: tarfile.TarFile, member: tarfile.TarInfo, to: Path | None) -> str:
    """Read a file, and write it where a folder is given; the digest of its bytes."""
    digest = hashlib.sha256()
    with ExitStack() as opened:
        written = None
        if to is not None:
            path = to / member.name
            path.parent.mkdir(parents=True, exist_ok=True)
            written = opened.enter_context(path.open("xb"))
        for piece in _pieces_of(archive, member):
            digest.update(piece)
            if written is not None:
                written.write(piece)
    return digest.hexdigest()


def _pieces_of(archive: tarfile.TarFile, member: tarfile.TarInfo) -> Iterator[bytes]:
    reader = archive.extractfile(member)
    if reader is not None:
        yield from iter(lambda: reader.read(_PIECE), b"")
