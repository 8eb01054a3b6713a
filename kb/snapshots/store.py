"""Which snapshots there are in ``index/``, and which one is served.

``index/current`` holds the id of the snapshot being served and is replaced in one
atomic step, after the snapshot has been moved into its place whole.
"""

from __future__ import annotations

import os
import re
import shutil
from pathlib import Path

from kb.errors import SnapshotCorrupt, SnapshotError, SnapshotMissing
from kb.snapshots.format import MANIFEST_FILE, open_snapshot

CURRENT_FILE = "current"

_ID = re.compile(r"^[0-9a-f]{12}$")


def publish(index_folder: Path, staged: Path, snapshot_id: str) -> None:
    """Move a staged snapshot into its place.

    A sound one that is already there stays, as the id says that it came from the
    same input; one that cannot be opened is replaced.
    """
    place = index_folder / snapshot_id
    if place.exists():
        if can_open(place):
            shutil.rmtree(staged)
            return
        shutil.rmtree(place)
    staged.rename(place)


def can_open(folder: Path) -> bool:
    """Whether there is a sound snapshot in ``folder``."""
    try:
        open_snapshot(folder)
    except SnapshotError:
        return False
    return True


def set_current(index_folder: Path, snapshot_id: str) -> None:
    """Serve this snapshot from now on: one atomic step.

    Raises:
        SnapshotMissing: there is no such snapshot.
    """
    known = snapshot_ids(index_folder)
    if snapshot_id not in known:
        raise SnapshotMissing(
            f"There is no snapshot {snapshot_id!r} in {index_folder}; "
            f"there are: {', '.join(known) or 'none'}."
        )
    temporary = index_folder / f".{CURRENT_FILE}-{os.getpid()}"
    with temporary.open("w", encoding="ascii") as file:
        file.write(snapshot_id + "\n")
        file.flush()
        os.fsync(file.fileno())
    temporary.replace(index_folder / CURRENT_FILE)


def current_id(index_folder: Path) -> str:
    """The id in ``index/current``.

    Raises:
        SnapshotMissing: nothing was built yet.
        SnapshotCorrupt: the file does not hold an id.
    """
    path = index_folder / CURRENT_FILE
    try:
        text = path.read_text(encoding="ascii", errors="replace").strip()
    except FileNotFoundError as err:
        raise SnapshotMissing(f"There is no index in {index_folder} yet. Run 'kb build'.") from err
    except OSError as err:
        raise SnapshotCorrupt(f"{path} cannot be read: {err.strerror}. Run 'kb build'.") from err
    if not _ID.match(text):
        raise SnapshotCorrupt(f"{path} must hold a snapshot id, not {text[:40]!r}. Run 'kb build'.")
    return text


def snapshot_ids(index_folder: Path) -> tuple[str, ...]:
    """Every complete snapshot, newest first."""
    if not index_folder.is_dir():
        return ()
    found = [
        entry
        for entry in index_folder.iterdir()
        if _ID.match(entry.name) and (entry / MANIFEST_FILE).is_file()
    ]
    newest = sorted(found, key=lambda e: (-(e / MANIFEST_FILE).stat().st_mtime_ns, e.name))
    return tuple(entry.name for entry in newest)
