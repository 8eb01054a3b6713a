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

import json
import os
import re
import shutil
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path

from kb.errors import (
    BuildBusy,
    IndexNotWritable,
    SnapshotCorrupt,
    SnapshotError,
    SnapshotMissing,
    SnapshotStale,
)
from kb.model.files import append_durably, sync_folder, sync_tree, write_durably
from kb.snapshots.format import (
    MANIFEST_FILE,
    Manifest,
    check_snapshot,
    read_manifest,
    verify_snapshot,
)

CURRENT_FILE = "current"
HISTORY_FILE = "history.jsonl"
#: What no snapshot is yet, or any more: a build that was killed leaves one behind.
_UNFINISHED = ".building-"

_BUILD_LOCK = ".lock"
_UPDATE_LOCK = ".update.lock"
_SWITCH_LOCK = ".current.lock"
#: Seconds that a switch waits for another one, which takes as long as to open a snapshot.
_PATIENCE = 60

_ID = re.compile(r"[0-9a-f]{12}")
_CURRENT = re.compile(rf"({_ID.pattern})( pinned)?")


@dataclass(frozen=True, slots=True, kw_only=True)
class Current:
    """What is served, by an empty id if nothing is. A build leaves what is ``pinned`` serving."""

    snapshot_id: str = ""
    pinned: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Served:
    """That a snapshot was served, from ``at`` on (UTC, ISO 8601)."""

    at: str
    snapshot_id: str
    pinned: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """What an index holds when a build of it begins.

    ``manifests`` are those of its snapshots: first of the one that is served, then of the
    newest; none of those of another version of this program, whose ids are ``others``, in the same
    order. ``damaged`` says what is wrong
    with some of them, and with folders that only look like a snapshot. ``taken``
    are all ids in use. ``verify`` reads a snapshot to the last byte, as ``verify_snapshot`` does;
    the first of them is being read already, beside other work. ``pinned`` is what builds are
    to leave serving. ``stays`` says what is served if nothing comes of the build, for the end of
    a message. What is in the folder ``unfinished`` when it ends is removed.
    """

    folder: Path
    manifests: Mapping[str, Manifest]
    others: Sequence[str]
    damaged: Mapping[str, str]
    taken: frozenset[str]
    verify: Callable[[Path], Manifest]
    pinned: str | None
    stays: str
    unfinished: Path


class _Verified:
    """Reads the snapshot that a build most likely goes on from, beside the reading of content."""

    def __init__(self) -> None:
        self._pool = ThreadPoolExecutor(max_workers=1)
        self._reading: dict[Path, Future[Manifest]] = {}

    def begin(self, folder: Path) -> None:
        """Begin to read one."""
        self._reading[folder] = self._pool.submit(verify_snapshot, folder)

    def verify(self, folder: Path) -> Manifest:
        """See ``verify_snapshot``."""
        if folder in self._reading:
            return self._reading[folder].result()
        return verify_snapshot(folder)

    def end(self) -> None:
        """Begin nothing more, and wait for what was begun."""
        self._pool.shutdown(cancel_futures=True)


def _standing(index_folder: Path, verified: _Verified) -> Standing:
    current = find_current(index_folder)
    ids = dict.fromkeys(
        (*snapshot_ids(index_folder), *(path.name for path in _folders(index_folder)))
    )
    manifests, others, damaged = {}, [], {}
    for snapshot_id in sorted(ids, key=lambda name: name != current.snapshot_id):
        try:
            manifests[snapshot_id] = read_manifest(index_folder / snapshot_id)
            check_snapshot(index_folder / snapshot_id)
        except SnapshotStale:
            others.append(snapshot_id)  # it goes when newer ones take its place
        except SnapshotError as err:
            damaged[snapshot_id] = err.what
    sound = [snapshot_id for snapshot_id in manifests if snapshot_id not in damaged]
    for snapshot_id in sound[:1]:
        verified.begin(index_folder / snapshot_id)
    return Standing(
        folder=index_folder,
        manifests=manifests,
        others=others,
        damaged=damaged,
        taken=frozenset(path.name for path in index_folder.iterdir()),
        verify=verified.verify,
        pinned=current.snapshot_id if current.pinned else None,
        stays=what_stays(index_folder),
        unfinished=index_folder / f"{_UNFINISHED}{os.getpid()}",
    )


@contextmanager
def no_other_build(index_folder: Path) -> Iterator[None]:
    """Keep builds of an index out, which is made where it is not there, in a ``with`` block.

    Where the block ends with an error and wrote nothing, a folder that was made is gone again.

    Raises:
        BuildBusy: a build is running.
        IndexNotWritable: the folder cannot be made or written to.
    """
    made = [one for one in (index_folder, *index_folder.parents) if not one.exists()]
    _make_writable(index_folder)
    busy = f"Another build of {index_folder} is running; wait until it has ended."
    with _locked(index_folder, _BUILD_LOCK, seconds=0, busy=busy), ExitStack() as undo:
        undo.callback(remove_made, made)
        yield
        undo.pop_all()


@contextmanager
def no_other_update(index_folder: Path) -> Iterator[None]:
    """Keep other updates of an index out; builds may run. For the rest as ``no_other_build``.

    Raises:
        BuildBusy: an update is running.
        IndexNotWritable: the folder cannot be made or written to.
    """
    _make_writable(index_folder)
    busy = f"Another update of {index_folder} is running; wait until it has ended."
    with _locked(index_folder, _UPDATE_LOCK, seconds=0, busy=busy):
        yield


def remove_made(folders: Sequence[Path]) -> None:
    """Remove folders that were made, the innermost first, if they hold nothing but locks."""
    for folder in folders:
        with suppress(OSError):
            names = {path.name for path in folder.iterdir()}
            if names <= {_BUILD_LOCK, _SWITCH_LOCK}:
                for name in names:
                    (folder / name).unlink()
            folder.rmdir()


def _make_writable(index_folder: Path) -> None:
    """Make the folder where it is not there; refuse one that cannot be written to."""
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


@contextmanager
def building(index_folder: Path) -> Iterator[Standing]:
    """Be the only build of an index, which is made where it is not there, in a ``with`` block.

    What a build that was killed left behind is removed first, and in the end what this one did
    not serve.

    Raises:
        BuildBusy: another build is running.
        IndexNotWritable: the folder cannot be made or written to.
    """
    with no_other_build(index_folder):
        _remove_unfinished(index_folder)
        verified = _Verified()
        try:
            yield _standing(index_folder, verified)
        finally:
            verified.end()
            _remove_unfinished(index_folder)


def serve(
    built: Path,
    standing: Standing,
    *,
    replaces: Collection[str],
    unfit: Collection[str],
    keep: int,
    made_alike: Collection[str] = (),
    tell: Callable[[str], None],
) -> str | None:
    """Put what was built into its place, and serve it unless another one is pinned; prune.

    Args:
        built: its folder, named by its id.
        standing: what the build began with; what was damaged then is removed.
        replaces: damaged ones that were made from the same. They are removed; a pin on one
            of them goes over to what was built.
        unfit: what cannot be served; a pin on it ends.
        keep: see ``prune``.
        made_alike: others that were made from the same, for another engine. They stay; a pin on
            one of them goes over likewise.
        tell: told what went wrong where that does no harm.

    Returns:
        The id of the snapshot that is pinned and therefore stays served, None where none is.

    Raises:
        IndexNotWritable: the folder cannot be written to; what was served stays.
    """
    index_folder, doomed = standing.folder, {*standing.damaged, *replaces}
    with switching(index_folder):
        if built.parent != index_folder:
            _publish(index_folder, built)
        current = find_current(index_folder)
        pinned = current.snapshot_id if current.pinned else None
        takes_over = pinned in (built.name, *replaces, *made_alike)
        if pinned is None or takes_over or pinned in {*unfit, *doomed}:
            set_current(index_folder, built.name, pinned=takes_over)
            pinned = None
        try:
            for snapshot_id in doomed:
                remove(index_folder, snapshot_id)
                if snapshot_id not in replaces:
                    tell(f"Removed a damaged snapshot: {standing.damaged[snapshot_id]}")
            usable = {*standing.manifests, built.name}
            prune(index_folder, keep=keep, built=built.name, usable=usable)
        except OSError as err:
            tell(f"Old snapshots in {index_folder} cannot be removed: {err.strerror}.")
    return pinned


def _publish(index_folder: Path, staged: Path) -> None:
    """Move a staged snapshot, in a folder named by its id, into its place."""
    try:
        sync_tree(staged)
        staged.rename(index_folder / staged.name)
        sync_folder(index_folder)
    except OSError as err:
        raise _not_writable(index_folder, err) from err


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
        for leftover in index_folder.glob(f".{CURRENT_FILE}-*"):
            with suppress(OSError):  # a folder is none of ours
                leftover.unlink()  # of a switch that was killed
        yield


@contextmanager
def _locked(index_folder: Path, name: str, *, seconds: float, busy: str) -> Iterator[None]:
    from filelock import FileLock, Timeout  # slow import, and a web worker locks nothing

    for path in (index_folder / CURRENT_FILE, index_folder / HISTORY_FILE):
        if path.is_dir():
            raise IndexNotWritable(f"{path} must be a file, not a folder; move it away.")
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
    _check_known(index_folder, snapshot_id)
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


def _check_known(index_folder: Path, snapshot_id: str) -> None:
    known = snapshot_ids(index_folder)
    if snapshot_id not in known:
        raise SnapshotMissing(
            f"There is no snapshot {snapshot_id!r} in {index_folder}; {_there_are(known)}",
            remedy="",
        )


def _there_are(known: Collection[str]) -> str:
    return f"there are: {', '.join(known) or 'none'}."


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
    if was.snapshot_id not in ("", told):
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
    except IsADirectoryError as err:
        remedy = "Move it away, then run 'kb build'."
        raise SnapshotCorrupt(f"{path} must be a file, not a folder.", remedy=remedy) from err
    except OSError as err:
        raise SnapshotCorrupt(f"{path} cannot be read: {err.strerror}.") from err
    found = _CURRENT.fullmatch(text)
    if found is None:
        raise SnapshotCorrupt(f"{path} must hold a snapshot id, not {text[:40]!r}.")
    return Current(snapshot_id=found[1], pinned=found[2] is not None)


def _no_index(index_folder: Path) -> SnapshotMissing:
    if snapshot_ids(index_folder):
        remedy = "Run 'kb build', or 'kb snapshots --use ID'."
        return SnapshotMissing(
            f"{index_folder / CURRENT_FILE} is missing, which says what is served.", remedy=remedy
        )
    remedy = "Run 'kb build', or 'kb snapshots --import FILE'."
    if read_history(index_folder):
        return SnapshotMissing(
            f"There is no snapshot in {index_folder}, only the history of those that were served.",
            remedy=remedy,
        )
    return SnapshotMissing(f"There is no index in {index_folder} yet.", remedy=remedy)


def current_id(index_folder: Path) -> str:
    """The id in ``index/current``.

    Raises:
        SnapshotMissing, SnapshotCorrupt: as ``read_current``.
    """
    return read_current(index_folder).snapshot_id


def find_current(index_folder: Path) -> Current:
    """What ``index/current`` says, nothing where it cannot be read."""
    try:
        return read_current(index_folder)
    except SnapshotError:
        return Current()


def unpin(index_folder: Path) -> None:
    """From the next build on, serve what is built; what is served now stays until then.

    This asks nothing of the snapshot that is pinned, which may be gone.

    Raises:
        IndexNotWritable: the folder cannot be written to.
    """
    current = find_current(index_folder)
    if not current.pinned:
        return
    try:
        write_durably(index_folder / CURRENT_FILE, f"{current.snapshot_id}\n".encode())
    except OSError as err:
        raise _not_writable(index_folder, err) from err


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
        datetime.fromisoformat(served.at).timestamp()
        return served if _ID.fullmatch(served.snapshot_id) else None
    except (ValueError, TypeError, RecursionError):  # of another shape than we write
        return None


def choices(index_folder: Path, chosen: str) -> tuple[str, ...]:
    """Which snapshots somebody may mean: the first one of them that can be served.

    Args:
        index_folder: where the snapshots are.
        chosen: an id, ``current``, or ``previous``.

    Raises:
        SnapshotMissing: there is none.
        SnapshotCorrupt: ``current`` is meant, which does not hold an id.
    """
    if chosen == "previous":
        found = previous_ids(index_folder)
        if not found:
            serving = find_current(index_folder).snapshot_id
            before = f" before {serving}" if serving else ""
            there_are = _there_are(snapshot_ids(index_folder))
            raise SnapshotMissing(
                f"No snapshot that was served{before} is left in {index_folder}; {there_are}",
                remedy="",
            )
        return found
    snapshot_id = current_id(index_folder) if chosen == "current" else chosen
    _check_known(index_folder, snapshot_id)
    return (snapshot_id,)


def previous_ids(index_folder: Path) -> tuple[str, ...]:
    """What was served before what is served now and is still there, the last one first."""
    serving, known = find_current(index_folder).snapshot_id, snapshot_ids(index_folder)
    ids = [served.snapshot_id for served in read_history(index_folder)]
    while ids and ids[-1] != serving and serving in ids:
        ids.pop()  # of a switch that was begun and did not come about
    return tuple(dict.fromkeys(i for i in reversed(ids) if i != serving and i in known))


def snapshot_ids(index_folder: Path) -> tuple[str, ...]:
    """Every complete snapshot, the newest build first."""
    found = [entry for entry in _folders(index_folder) if (entry / MANIFEST_FILE).is_file()]
    newest = sorted(found, key=lambda e: (-(e / MANIFEST_FILE).stat().st_mtime_ns, e.name))
    return tuple(entry.name for entry in newest)


def _folders(index_folder: Path) -> list[Path]:
    """The folders that are named as a snapshot."""
    if not index_folder.is_dir():
        return []
    return [path for path in index_folder.iterdir() if _ID.fullmatch(path.name) and path.is_dir()]


def prune(index_folder: Path, *, keep: int, built: str, usable: Collection[str]) -> None:
    """Remove all but ``keep`` snapshots: of the others, those served or built last stay.

    What is served, what was ``built`` just now, and what was served before what is served now
    and is ``usable`` stay in any case.

    Raises:
        SnapshotMissing, SnapshotCorrupt: nothing is served.
        OSError: one cannot be removed.
    """
    last = {
        snapshot_id: (index_folder / snapshot_id / MANIFEST_FILE).stat().st_mtime
        for snapshot_id in snapshot_ids(index_folder)
    }
    for served in read_history(index_folder):
        if served.snapshot_id in last:
            at = datetime.fromisoformat(served.at).timestamp()
            last[served.snapshot_id] = max(at, last[served.snapshot_id])
    previous = [before for before in previous_ids(index_folder) if before in usable]
    safe = {current_id(index_folder), built, *previous[:1]}
    others = sorted(last.keys() - safe, key=lambda i: (-last[i], i))
    for snapshot_id in others[max(0, keep - len(safe & last.keys())) :]:
        remove(index_folder, snapshot_id)


def remove(index_folder: Path, snapshot_id: str) -> None:
    """Remove a snapshot; it is there whole or not at all.

    Raises:
        OSError: it cannot be moved out of the way.
    """
    doomed = (index_folder / snapshot_id).rename(index_folder / f"{_UNFINISHED}{snapshot_id}")
    shutil.rmtree(doomed, ignore_errors=True)


def _remove_unfinished(index_folder: Path) -> None:
    for leftover in index_folder.glob(f"{_UNFINISHED}*"):
        shutil.rmtree(leftover, ignore_errors=True)
