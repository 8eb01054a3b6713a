"""Which snapshots there are in ``index/``, which one is served, and which ones were.

    index/
      current          the id of the snapshot being served; "pinned" after it where it is to stay
      history.jsonl    a line for each time that another one was served, oldest first
      <snapshot-id>/   see ``kb.snapshots.format``

``current`` is replaced in one atomic step, after the snapshot has been moved into its
place whole. All of it is on the disk before it is named, so that a power cut leaves the
previous one serving as a crash does.
"""

from __future__ import annotations

import hashlib
import json
import os
import re
import shutil
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path

from filelock import FileLock, Timeout

from kb.errors import (
    BuildBusy,
    IndexNotWritable,
    SnapshotCorrupt,
    SnapshotError,
    SnapshotMissing,
)
from kb.model.files import append_durably, sync_folder, sync_tree, write_durably
from kb.snapshots.format import MANIFEST_FILE, read_manifest

CURRENT_FILE = "current"
HISTORY_FILE = "history.jsonl"
#: What no snapshot is yet, or any more: a build that was killed leaves one behind.
UNFINISHED = ".building-"

_BUILD_LOCK = ".lock"
_SWITCH_LOCK = ".current.lock"
#: Seconds that a switch waits for another one, which takes as long as to open a snapshot.
_PATIENCE = 60

_ID = re.compile(r"[0-9a-f]{12}")
_CURRENT = re.compile(rf"({_ID.pattern})( pinned)?")


@dataclass(frozen=True, slots=True, kw_only=True)
class Current:
    """What is served. A build leaves what is ``pinned`` serving."""

    snapshot_id: str
    pinned: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Served:
    """That a snapshot was served, from ``at`` on (UTC, ISO 8601)."""

    at: str
    snapshot_id: str
    pinned: bool


def new_id(index_folder: Path, inputs: str) -> str:
    """An id for a snapshot made from ``inputs`` (a SHA-256): their first digits.

    Where a folder of this id is there already, another one that follows from them: a
    snapshot is never replaced by other bytes under the same id.
    """
    digest, number = inputs, 0
    while (index_folder / digest[:12]).exists():
        number += 1
        digest = hashlib.sha256(f"{inputs} {number}".encode()).hexdigest()
    return digest[:12]


def publish(index_folder: Path, staged: Path) -> None:
    """Move a staged snapshot, in a folder named by its id, into its place.

    Raises:
        OSError: it cannot be moved.
    """
    sync_tree(staged)
    staged.rename(index_folder / staged.name)
    sync_folder(index_folder)


def built_from(index_folder: Path, inputs: str) -> tuple[str, ...]:
    """The snapshots that were made from ``inputs``: first the one that is served, then the newest.

    Those whose manifest cannot be read are passed over.
    """
    found = []
    for snapshot_id in snapshot_ids(index_folder):
        try:
            manifest = read_manifest(index_folder / snapshot_id)
        except SnapshotError:
            continue
        if manifest.inputs == inputs:
            found.append(snapshot_id)
    current = find_current(index_folder)
    return tuple(sorted(found, key=lambda i: current is None or i != current.snapshot_id))


@contextmanager
def building(index_folder: Path) -> Iterator[None]:
    """Be the only build of an index, which is made where it is not there, in a ``with`` block.

    What a build that was killed left behind is removed first.

    Raises:
        BuildBusy: another build is running.
        IndexNotWritable: the folder cannot be made or written to.
    """
    try:
        index_folder.mkdir(parents=True, exist_ok=True)
    except OSError as err:
        raise IndexNotWritable(
            f"The index folder {index_folder} cannot be made: {err.strerror}."
        ) from err
    if not os.access(index_folder, os.W_OK):
        raise IndexNotWritable(
            f"The index folder {index_folder} cannot be written to; set KB_INDEX."
        )
    busy = f"Another build of {index_folder} is running; wait until it has ended."
    with _locked(index_folder, _BUILD_LOCK, seconds=0, busy=busy):
        _remove_unfinished(index_folder)
        yield


@contextmanager
def switching(index_folder: Path) -> Iterator[None]:
    """Keep others from switching and from removing snapshots, in a ``with`` block.

    Raises:
        SnapshotMissing: there is no such folder.
        BuildBusy: another process has been at it for a minute.
        IndexNotWritable: the folder cannot be written to.
    """
    if not index_folder.is_dir():
        raise _no_index(index_folder)
    busy = f"Another process is switching the snapshot of {index_folder}; try again."
    with _locked(index_folder, _SWITCH_LOCK, seconds=_PATIENCE, busy=busy):
        yield


@contextmanager
def _locked(index_folder: Path, name: str, *, seconds: float, busy: str) -> Iterator[None]:
    lock = FileLock(index_folder / name)
    try:
        lock.acquire(timeout=seconds)
    except Timeout as err:
        raise BuildBusy(busy) from err
    except OSError as err:
        raise _not_writable(index_folder, err) from err
    try:
        yield
    finally:
        lock.release()


def set_current(index_folder: Path, snapshot_id: str, *, pinned: bool = False) -> None:
    """Serve this snapshot from now on: one atomic step, which the history tells.

    Args:
        index_folder: where the snapshots are.
        snapshot_id: which one.
        pinned: builds leave it serving until it is unpinned.

    Raises:
        SnapshotMissing: there is no such snapshot.
        IndexNotWritable: the folder cannot be written to; what was served stays.
    """
    known = snapshot_ids(index_folder)
    if snapshot_id not in known:
        raise SnapshotMissing(
            f"There is no snapshot {snapshot_id!r} in {index_folder}; "
            f"there are: {', '.join(known) or 'none'}."
        )
    line = f"{snapshot_id} pinned\n" if pinned else f"{snapshot_id}\n"
    current, history = index_folder / CURRENT_FILE, index_folder / HISTORY_FILE
    try:
        size = history.stat().st_size if history.exists() else 0
        untold = _untold(index_folder, snapshot_id, pinned=pinned)
        if untold:
            append_durably(history, b"\n".join(untold))
        if not (current.is_file() and current.read_bytes() == line.encode()):
            _write_or_take_back(current, line.encode(), history, size)
    except OSError as err:
        raise _not_writable(index_folder, err) from err


def _write_or_take_back(current: Path, line: bytes, history: Path, size: int) -> None:
    """Write ``current``; where that fails, the history is cut back to what it told before."""
    try:
        write_durably(current, line)
    except OSError:
        os.truncate(history, size)
        raise


def _untold(index_folder: Path, snapshot_id: str, *, pinned: bool) -> list[bytes]:
    """The lines that the history lacks before ``snapshot_id`` is served.

    It is told before ``current`` is replaced. What is served now is told first where
    somebody changed ``current`` by hand, or where the index is older than its history.
    """
    history = read_history(index_folder)
    told = history[-1].snapshot_id if history else ""
    lines = []
    was = find_current(index_folder)
    if was is not None and was.snapshot_id != told:
        since = datetime.fromtimestamp((index_folder / CURRENT_FILE).stat().st_mtime, UTC)
        lines.append(_history_line(was.snapshot_id, since, pinned=was.pinned))
        told = was.snapshot_id
    if snapshot_id != told:
        lines.append(_history_line(snapshot_id, datetime.now(UTC), pinned=pinned))
    return lines


def _history_line(snapshot_id: str, at: datetime, *, pinned: bool) -> bytes:
    when = at.isoformat(timespec="microseconds").replace("+00:00", "Z")
    return json.dumps(asdict(Served(at=when, snapshot_id=snapshot_id, pinned=pinned))).encode()


def _not_writable(index_folder: Path, err: OSError) -> IndexNotWritable:
    return IndexNotWritable(
        f"The index folder {index_folder} cannot be written to: {err.strerror}; "
        f"{what_stays(index_folder)}."
    )


def what_stays(index_folder: Path) -> str:
    """What is served after something did not come about, for the end of a message."""
    if (index_folder / CURRENT_FILE).is_file():
        return "the previous snapshot stays in use"
    return "there is no snapshot to serve yet"


def read_current(index_folder: Path) -> Current:
    """What ``index/current`` says.

    Raises:
        SnapshotMissing: nothing was built yet.
        SnapshotCorrupt: the file does not hold an id.
    """
    path = index_folder / CURRENT_FILE
    try:
        text = path.read_text(encoding="ascii", errors="replace").strip()
    except FileNotFoundError as err:
        raise _no_index(index_folder) from err
    except OSError as err:
        raise SnapshotCorrupt(f"{path} cannot be read: {err.strerror}. Run 'kb build'.") from err
    found = _CURRENT.fullmatch(text)
    if found is None:
        raise SnapshotCorrupt(f"{path} must hold a snapshot id, not {text[:40]!r}. Run 'kb build'.")
    return Current(snapshot_id=found[1], pinned=found[2] is not None)


def _no_index(index_folder: Path) -> SnapshotMissing:
    return SnapshotMissing(f"There is no index in {index_folder} yet. Run 'kb build'.")


def current_id(index_folder: Path) -> str:
    """The id in ``index/current``.

    Raises:
        SnapshotMissing, SnapshotCorrupt: as ``read_current``.
    """
    return read_current(index_folder).snapshot_id


def find_current(index_folder: Path) -> Current | None:
    """What ``index/current`` says, None where it does not say anything."""
    try:
        return read_current(index_folder)
    except SnapshotError:
        return None


def unpin(index_folder: Path) -> None:
    """From the next build on, serve what is built; what is served now stays until then.

    Raises:
        SnapshotMissing, SnapshotCorrupt: nothing is served.
        IndexNotWritable: the folder cannot be written to.
    """
    set_current(index_folder, current_id(index_folder))


def read_history(index_folder: Path) -> tuple[Served, ...]:
    """What was served and when, oldest first; a line that cannot be read is passed over."""
    try:
        lines = (index_folder / HISTORY_FILE).read_bytes().splitlines()
    except OSError:
        return ()
    return tuple(served for line in lines if (served := _read_line(line)) is not None)


def _read_line(line: bytes) -> Served | None:
    try:
        served = Served(**json.loads(line))
        datetime.fromisoformat(served.at)
        return served if _ID.fullmatch(served.snapshot_id) else None
    except (ValueError, TypeError, RecursionError):  # of another shape than we write
        return None


def previous_id(index_folder: Path) -> str:
    """What was served before what is served now, of the snapshots that are still there.

    Raises:
        SnapshotMissing: there is none.
        SnapshotCorrupt: ``current`` does not hold an id.
    """
    serving, known = current_id(index_folder), snapshot_ids(index_folder)
    ids = [served.snapshot_id for served in read_history(index_folder)]
    while ids and ids[-1] != serving and serving in ids:
        ids.pop()  # of a switch that was begun and did not come about
    for snapshot_id in reversed(ids):
        if snapshot_id != serving and snapshot_id in known:
            return snapshot_id
    raise SnapshotMissing(
        f"No snapshot that was served before {serving} is left in {index_folder}; "
        f"there are: {', '.join(known) or 'none'}."
    )


def snapshot_ids(index_folder: Path) -> tuple[str, ...]:
    """Every complete snapshot, the newest build first."""
    if not index_folder.is_dir():
        return ()
    found = [
        entry
        for entry in index_folder.iterdir()
        if _ID.fullmatch(entry.name) and (entry / MANIFEST_FILE).is_file()
    ]
    newest = sorted(found, key=lambda e: (-(e / MANIFEST_FILE).stat().st_mtime_ns, e.name))
    return tuple(entry.name for entry in newest)


def prune(index_folder: Path, *, keep: int) -> None:
    """Remove all but ``keep`` snapshots: what is served, and those served or built last.

    Raises:
        SnapshotMissing, SnapshotCorrupt: nothing is served.
        OSError: one cannot be removed.
    """
    serving = current_id(index_folder)
    last = {
        snapshot_id: (index_folder / snapshot_id / MANIFEST_FILE).stat().st_mtime
        for snapshot_id in snapshot_ids(index_folder)
    }
    for served in read_history(index_folder):
        if served.snapshot_id in last:
            at = datetime.fromisoformat(served.at).timestamp()
            last[served.snapshot_id] = max(at, last[served.snapshot_id])
    others = sorted((i for i in last if i != serving), key=lambda i: (-last[i], i))
    for snapshot_id in others[keep - 1 :]:
        remove(index_folder, snapshot_id)


def remove(index_folder: Path, snapshot_id: str) -> None:
    """Remove a snapshot; it is there whole or not at all.

    Raises:
        OSError: it cannot be moved out of the way.
    """
    doomed = (index_folder / snapshot_id).rename(index_folder / f"{UNFINISHED}{snapshot_id}")
    shutil.rmtree(doomed, ignore_errors=True)


def _remove_unfinished(index_folder: Path) -> None:
    for leftover in index_folder.glob(f"{UNFINISHED}*"):
        shutil.rmtree(leftover, ignore_errors=True)
    for leftover in index_folder.glob(f".{CURRENT_FILE}-*"):
        with suppress(OSError):
            leftover.unlink()
