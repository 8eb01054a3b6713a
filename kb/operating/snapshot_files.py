"""A snapshot as one file: what is built on one machine is served on another.

The file is a tar archive without compression, so that rsync sends only what changed:

    snapshot-file.json    what this is, and the SHA-256 and size of each file below and of itself
    <snapshot-id>/…       the snapshot; its manifest comes last
    versions/…            the store of versions, so that every address of a version goes on

Nothing in it depends on the clock, on who made it or on what the disk is like: the same snapshot
and versions are the same bytes. The folders are those of an index, so what is unpacked is one.
Nothing is taken from an archive that its first member does not list, with that digest.
"""

from __future__ import annotations

import hashlib
import io
import os
import re
import shutil
import tarfile
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, replace
from pathlib import Path

from pydantic import TypeAdapter, ValidationError

from kb import __version__
from kb.engine.choice import LOCAL
from kb.errors import (
    IndexNotWritable,
    SnapshotCorrupt,
    SnapshotError,
    SnapshotNewer,
    SnapshotStale,
)
from kb.model.files import file_digest, place_of, sync_folder, sync_tree
from kb.search.opening import Wanted, try_out
from kb.settings import Settings
from kb.snapshots.format import (
    MANIFEST_FILE,
    SCHEMA_VERSION,
    FileRecord,
    verify_snapshot,
)
from kb.snapshots.store import (
    CURRENT_FILE,
    Standing,
    building,
    remove,
    remove_made,
    serve,
    switching,
)
from kb.versions.store import FOLDER as VERSIONS_FOLDER
from kb.versions.store import Versions, add_from, files_of_store

#: Raised whenever a file of an earlier release can no longer be read.
FORMAT = 1
#: Where in the index folder files are unpacked that are served as they are.
OPENED_FOLDER = ".snapshot-files"

_LISTING = "snapshot-file.json"
_SEAL = re.compile(rb'\{\n "sha256": "([0-9a-f]{64})",')
#: A listing names some hundred files; what is longer is none of ours.
_LONGEST_LISTING = 16 * 1024 * 1024
_PART = r"[A-Za-z0-9][A-Za-z0-9._-]*"
_NAME = re.compile(rf"{_PART}(/{_PART})+")
_ID = re.compile(r"[0-9a-f]{12}")
_CHUNK = 1024 * 1024
#: Characters of the digest of a listing that name the folder where a file is unpacked.
_FOLDER_NAME = 16

_AGAIN = "Copy the file again, or make it again with 'kb snapshots --export'."


@dataclass(frozen=True, slots=True, kw_only=True)
class Listing:
    """What a snapshot file holds.

    Attributes:
        format: the number of the format of the file.
        release: of the program that wrote it.
        schema_version: of the snapshot in it.
        snapshot_id: which one that is.
        files: by path in an index, in the order of the archive.
    """

    format: int
    release: str
    schema_version: int
    snapshot_id: str
    files: Mapping[str, FileRecord]

    @property
    def size(self) -> int:
        """How many bytes it takes when it is unpacked."""
        return sum(file.size for file in self.files.values())


_ADAPTER = TypeAdapter(Listing)


@dataclass(frozen=True, slots=True, kw_only=True)
class Imported:
    """What came of an import: ``pinned`` is another snapshot that stays served, or None."""

    snapshot_id: str
    pinned: str | None


def export_snapshot(index: Path, snapshot_id: str, file: Path) -> Listing:
    """Write a snapshot with all versions of cases into one file, which replaces what is there.

    Every byte is compared with the digests of the snapshot while it is written.

    Args:
        index: the folder of the snapshots.
        snapshot_id: which one.
        file: where it is to be.

    Raises:
        SnapshotError: it is not what was built, what is searched lies in a database, or the file
            cannot be written; nothing is left of it.
        VersionsUnreadable: the store of versions cannot be read.
    """
    folder = index / snapshot_id
    manifest = verify_snapshot(folder)
    if manifest.engine != LOCAL:
        raise SnapshotError(
            f"The snapshot {snapshot_id} cannot be a file: what is searched lies in the database "
            "of KB_ENGINE.",
            remedy="Build it without KB_ENGINE.",
        )
    store = {
        f"{VERSIONS_FOLDER}/{name}": FileRecord(digest=file_digest(path), size=path.stat().st_size)
        for name, path in files_of_store(Versions(index)).items()
    }
    own = {f"{snapshot_id}/{name}": record for name, record in sorted(manifest.files.items())}
    path = folder / MANIFEST_FILE
    last = FileRecord(digest=file_digest(path), size=path.stat().st_size)
    listing = Listing(
        format=FORMAT,
        release=__version__,
        schema_version=manifest.schema_version,
        snapshot_id=snapshot_id,
        files={**store, **own, f"{snapshot_id}/{MANIFEST_FILE}": last},
    )
    try:
        _write(index, listing, file)
    except OSError as err:
        raise SnapshotError(
            f"The file {file} cannot be written: {err.strerror}.", remedy="Give another place."
        ) from err
    return listing


def _write(index: Path, listing: Listing, file: Path) -> None:
    place = place_of(file)
    temporary = place.with_name(f".{place.name}-{os.getpid()}")
    try:
        with temporary.open("wb") as out, tarfile.open(fileobj=out, mode="w") as tar:
            data = _sealed(listing)
            tar.addfile(_member(_LISTING, len(data)), io.BytesIO(data))
            for name, record in listing.files.items():
                with (index / name).open("rb") as source:
                    read = _Read(source)
                    tar.addfile(_member(name, record.size), read)
                    if read.digest != record.digest:
                        raise SnapshotCorrupt(f"{index / name} changed while it was read.")
            tar.close()
            out.flush()
            os.fsync(out.fileno())
        temporary.replace(place)
    finally:
        temporary.unlink(missing_ok=True)
    sync_folder(place.absolute().parent)


class _Read:
    """A file that is read once, with the SHA-256 of what was read."""

    def __init__(self, source: io.BufferedReader) -> None:
        self._source, self._digest = source, hashlib.sha256()

    def read(self, size: int = -1) -> bytes:
        data = self._source.read(size)
        self._digest.update(data)
        return data

    @property
    def digest(self) -> str:
        return self._digest.hexdigest()


def _member(name: str, size: int) -> tarfile.TarInfo:
    member = tarfile.TarInfo(name)
    member.size, member.mode = size, 0o644
    return member


def _sealed(listing: Listing) -> bytes:
    data = _ADAPTER.dump_json(listing, indent=1).removeprefix(b"{") + b"\n"
    return f'{{\n "sha256": "{hashlib.sha256(data).hexdigest()}",'.encode() + data


def read_listing(file: Path) -> Listing:
    """What a snapshot file says that it holds.

    Raises:
        SnapshotError: it is none, is damaged, or is of another release; says what to do.
    """
    with _opened(file) as tar:
        return _listed(file, tar)[0]


@contextmanager
def _opened(file: Path) -> Iterator[tarfile.TarFile]:
    try:
        with tarfile.open(file, "r:") as tar:
            yield tar
    except FileNotFoundError as err:
        raise SnapshotCorrupt(f"There is no file {file}.", remedy="") from err
    except tarfile.ReadError as err:
        raise _no_snapshot_file(file) from err
    except (tarfile.TarError, EOFError) as err:
        raise SnapshotCorrupt(f"{file} is damaged.", remedy=_AGAIN) from err
    except (IsADirectoryError, PermissionError) as err:
        raise SnapshotCorrupt(f"{file} cannot be read: {err.strerror}.", remedy="") from err


def _no_snapshot_file(file: Path) -> SnapshotCorrupt:
    return SnapshotCorrupt(
        f"{file} is no snapshot file, or is cut short.",
        remedy="Give one that 'kb snapshots --export' wrote.",
    )


def _listed(file: Path, tar: tarfile.TarFile) -> tuple[Listing, str]:
    """The listing, and its digest."""
    member = tar.next()
    if member is None or member.name != _LISTING or not _is_plain(member):
        raise _no_snapshot_file(file)
    if member.size > _LONGEST_LISTING:
        raise SnapshotCorrupt(f"The listing of {file} is too long.", remedy=_AGAIN)
    data = tar.extractfile(member).read()
    seal = _SEAL.match(data)
    if seal is None or hashlib.sha256(data[seal.end() :]).hexdigest() != seal[1].decode():
        raise SnapshotCorrupt(f"The listing of {file} is damaged.", remedy=_AGAIN)
    _check_release(file, b"{" + data[seal.end() :])
    try:
        listing = _ADAPTER.validate_json(b"{" + data[seal.end() :])
    except ValidationError as err:
        raise SnapshotCorrupt(f"The listing of {file} is damaged.", remedy=_AGAIN) from err
    _check_names(file, listing)
    return listing, seal[1].decode()


_HEAD = TypeAdapter(dict[str, object])


def _check_release(file: Path, data: bytes) -> None:
    """Refuse what another release wrote, before more of it is read."""
    try:
        head = _HEAD.validate_json(data)
    except ValidationError as err:
        raise SnapshotCorrupt(f"The listing of {file} is damaged.", remedy=_AGAIN) from err
    by, wanted = head.get("release"), (FORMAT, SCHEMA_VERSION)
    found = (head.get("format"), head.get("schema_version"))
    if found == wanted:
        return
    is_newer = all(isinstance(one, int) for one in found) and found > wanted
    if is_newer and by == __version__:  # between two releases the number stays
        raise SnapshotNewer(
            f"{file} has format {found[0]}.{found[1]}, which is newer than that of this program, "
            f"{wanted[0]}.{wanted[1]}.",
            remedy="Install the program that wrote it here, or export with this one.",
        )
    if is_newer:
        raise SnapshotNewer(
            f"{file} was written by release {by}, which is newer than this one, {__version__}.",
            remedy="Install that release here, or export with this one where it is built.",
        )
    raise SnapshotStale(
        f"{file} was written by release {by}, and this one, {__version__}, reads it no more.",
        remedy="Build it again with this release, and export it.",
    )


def _check_names(file: Path, listing: Listing) -> None:
    """Every path lies in the folder of the snapshot or of the versions, and nowhere else."""
    folders = {listing.snapshot_id, VERSIONS_FOLDER}
    fine = bool(_ID.fullmatch(listing.snapshot_id))
    for name in listing.files:
        fine = fine and bool(_NAME.fullmatch(name)) and name.split("/")[0] in folders
        if not fine:
            raise SnapshotCorrupt(
                f"{file} holds a path that no snapshot has: {name[:80]!r}. It is not unpacked.",
                remedy="Give one that 'kb snapshots --export' wrote.",
            )
    if list(listing.files)[-1:] != [f"{listing.snapshot_id}/{MANIFEST_FILE}"]:
        raise SnapshotCorrupt(f"The listing of {file} is damaged.", remedy=_AGAIN)


def _is_plain(member: tarfile.TarInfo) -> bool:
    """Whether a member is a file with its bytes: no link, no device, no hole."""
    return member.type in (tarfile.REGTYPE, tarfile.AREGTYPE) and not member.issparse()


def _unpack(file: Path, folder: Path) -> Listing:
    """Unpack into a new folder, comparing every byte with the listing.

    Raises:
        SnapshotError: the file is not whole, or holds something else; says what to do.
        OSError: the folder cannot be written.
    """
    with _opened(file) as tar:
        listing, _ = _listed(file, tar)
        folder.mkdir(parents=True)
        wanted = dict(listing.files)
        for member in tar:
            if member.name == _LISTING and member.offset == 0:
                continue
            record = wanted.pop(member.name, None)
            if record is None or not _is_plain(member) or member.size != record.size:
                raise SnapshotCorrupt(
                    f"{file} holds {member.name[:80]!r}, which its listing does not. It is not "
                    "unpacked.",
                    remedy=_AGAIN,
                )
            _write_member(file, tar, member, record, folder)
        if wanted:
            raise SnapshotCorrupt(
                f"{file} is cut short: {next(iter(wanted))} is missing.", remedy=_AGAIN
            )
    verify_snapshot(folder / listing.snapshot_id)
    return listing


def _write_member(
    file: Path, tar: tarfile.TarFile, member: tarfile.TarInfo, record: FileRecord, folder: Path
) -> None:
    safe = tarfile.data_filter(member, str(folder))  # the library's own look at the path
    path, digest = folder / safe.name, hashlib.sha256()
    path.parent.mkdir(parents=True, exist_ok=True)
    source = tar.extractfile(member)
    with path.open("xb") as out:
        left = record.size
        while left and (data := source.read(min(left, _CHUNK))):
            digest.update(data)
            out.write(data)
            left -= len(data)
    if left:
        raise SnapshotCorrupt(f"{file} is cut short in {member.name}.", remedy=_AGAIN)
    if digest.hexdigest() != record.digest:
        raise SnapshotCorrupt(f"{file} is damaged in {member.name}.", remedy=_AGAIN)


def open_file(file: Path, index: Path, *, keep: int = 3) -> Path:
    """An index folder that holds what a snapshot file does, and serves that.

    It is unpacked once, below ``index``, under a name that follows from what it holds; what is
    served from ``index`` itself stays as it is.

    Args:
        file: what ``export_snapshot`` wrote.
        index: the folder of the snapshots.
        keep: how many files stay unpacked, the last ones that were opened.

    Raises:
        SnapshotError: it cannot be served; says why and what to do.
        IndexNotWritable: it cannot be unpacked there.
    """
    with _opened(file) as tar:
        listing, digest = _listed(file, tar)
    root = index / OPENED_FOLDER
    folder = root / digest[:_FOLDER_NAME]
    if not folder.is_dir():
        _check_room(listing, index)
        made = [one for one in (root, *root.parents) if not one.exists()]
        staged = root / f".{folder.name}-{os.getpid()}"
        try:
            _make(file, listing, staged, folder)
        except OSError as err:
            raise IndexNotWritable(
                f"{file} cannot be unpacked into {root}: {err.strerror}. Set KB_INDEX to a folder "
                f"that can be written to and has {_megabytes(listing.size)} of room."
            ) from err
        finally:
            shutil.rmtree(staged, ignore_errors=True)
            remove_made(made)  # where nothing came of it
    _keep_last(root, folder, keep)
    return folder


def _make(file: Path, listing: Listing, staged: Path, folder: Path) -> None:
    shutil.rmtree(staged, ignore_errors=True)
    _unpack(file, staged)
    (staged / CURRENT_FILE).write_text(f"{listing.snapshot_id}\n", encoding="ascii")
    sync_tree(staged)
    try:
        staged.rename(folder)
    except OSError:
        if not folder.is_dir():  # else another process was at it too, and was quicker
            raise
    sync_folder(folder.parent)


def _keep_last(root: Path, opened: Path, keep: int) -> None:
    """Remove what was unpacked and not opened for long."""
    with suppress(OSError):
        os.utime(opened)
        others = [path for path in root.iterdir() if path != opened and path.name[0] != "."]
        others.sort(key=lambda path: path.stat().st_mtime, reverse=True)
        for path in others[max(0, keep - 1) :]:
            shutil.rmtree(path, ignore_errors=True)


def _check_room(listing: Listing, index: Path) -> None:
    there = next(path for path in (index.absolute(), *index.absolute().parents) if path.is_dir())
    free = shutil.disk_usage(there).free
    if free < listing.size:
        raise IndexNotWritable(
            f"The disk of {index} has {_megabytes(free)} left, and the snapshot takes "
            f"{_megabytes(listing.size)}. Make room, or set KB_INDEX."
        )


def _megabytes(size: int) -> str:
    return f"{size / 1_000_000:,.0f} MB"


def import_snapshot(
    file: Path, settings: Settings, *, tell: Callable[[str], None] = lambda _: None
) -> Imported:
    """Take a snapshot file into an index and serve it from now on, as a build does.

    The versions of cases that it brings are added to those that are there.

    Args:
        file: what ``export_snapshot`` wrote.
        settings: where the index is, how many snapshots it keeps, which encoders are asked for.
        tell: told in a sentence what is being done.

    Raises:
        SnapshotError: it cannot be served; what was served stays.
        BuildBusy: a build is running.
        IndexNotWritable: the index cannot be written to.
    """
    index = settings.index
    listing = read_listing(file)
    _check_room(listing, index)
    with building(index) as standing:
        unpacked = standing.unfinished
        try:
            _unpack(file, unpacked)
        except OSError as err:
            raise IndexNotWritable(
                f"{file} cannot be unpacked into {index}: {err.strerror}; {standing.stays}."
            ) from err
        built = _place(unpacked / listing.snapshot_id, standing)
        _check_answers(file, built, settings)
        add_from(Versions(index), Versions(unpacked), tell)
        others = {name: what for name, what in standing.damaged.items() if name != built.name}
        pinned = serve(
            built,
            replace(standing, damaged=others),
            replaces=(),
            unfit=(),
            keep=settings.keep_snapshots,
            tell=tell,
        )
    return Imported(snapshot_id=listing.snapshot_id, pinned=pinned)


def _place(unpacked: Path, standing: Standing) -> Path:
    """The folder to serve: what was unpacked, or the same where the index has it already."""
    there = standing.folder / unpacked.name
    if not there.exists():
        return unpacked
    if there.name in standing.damaged:
        with switching(standing.folder):  # until the new one is in its place, none has this id
            remove(standing.folder, there.name)
        return unpacked
    if (there / MANIFEST_FILE).read_bytes() != (unpacked / MANIFEST_FILE).read_bytes():
        raise SnapshotError(
            f"{standing.folder} holds another snapshot under the id {there.name}.",
            remedy="Give another folder with --index.",
        )
    return there


def _check_answers(file: Path, built: Path, settings: Settings) -> None:
    trouble = try_out(built, Wanted.by(settings), engine=settings.engine)
    if isinstance(trouble, SnapshotStale):
        raise SnapshotStale(
            trouble.what, remedy="Set KB_MODEL and KB_MULTILINGUAL as where it was built."
        )
    if trouble is not None:
        raise SnapshotCorrupt(f"{file} does not answer: {trouble}", remedy="")
