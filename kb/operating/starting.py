"""What is asked before a server is started: each thing that is wrong is told in one sentence."""

from __future__ import annotations

import errno
import os
import socket
from pathlib import Path

from kb.errors import KBError, SettingError, SnapshotError, SnapshotNewer
from kb.settings import Settings, shown
from kb.snapshots.format import read_manifest
from kb.snapshots.store import find_current, snapshot_ids

#: Where whoever starts a server hands it a socket that listens already.
_HANDED = ("LISTEN_FDS", "GUNICORN_FD")


def check_before_serving(settings: Settings) -> None:
    """Refuse to start where it would be in vain.

    Raises:
        SettingError: the port is in use or may not be used, the address is not of this machine, or
            the index cannot be read.
        SnapshotNewer: all that there is was made by a newer release.
    """
    trouble: KBError | None = index_trouble(settings.index) or newer_release(settings.index)
    if trouble is None and not any(name in os.environ for name in _HANDED):
        trouble = port_trouble(settings.host, settings.port)
    if trouble is not None:
        raise trouble


def port_trouble(host: str, port: int) -> SettingError | None:
    """What keeps a server from listening there; None where nothing does."""
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE)
    except (OSError, UnicodeError):  # the second of what can name no host
        return _not_here(host)
    family, kind, _, _, address = found[0]
    with socket.socket(family, kind) as one:
        one.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            one.bind(address)
        except PermissionError:
            return SettingError(
                f"KB_PORT is {port}, which this user may not listen on; take one from 1024 up, and "
                "put a proxy before it."
            )
        except OSError as err:
            if err.errno == errno.EADDRNOTAVAIL:
                return _not_here(host)
            return SettingError(
                f"KB_PORT is {port}, which is in use on {host}; stop what listens there, or give "
                "another one (--port 0 takes a free one)."
            )
    return None


def _not_here(host: str) -> SettingError:
    return SettingError(
        f"KB_HOST must be an address of this machine, not {shown(host)}; 127.0.0.1 is reached "
        "from here alone, 0.0.0.0 from everywhere."
    )


def entry_trouble(variable: str, folder: Path) -> SettingError | None:
    """That a folder lies below one that this user may not enter; None where that is not so."""
    try:
        folder.stat()
    except PermissionError:
        parents = reversed(folder.absolute().parents)
        closed = next((one for one in parents if not os.access(one, os.X_OK)), folder.parent)
        return SettingError(
            f"{variable} must be a folder that this user may read, and {folder} lies in {closed}, "
            "which this user may not enter; give the right to, or set another folder."
        )
    except OSError:
        return None
    return None


def index_trouble(index: Path) -> SettingError | None:
    """What keeps an index from being read; None where nothing does, or where there is none yet."""
    closed = entry_trouble("KB_INDEX", index)
    if closed is not None:
        return closed
    if not index.exists():
        return None
    if not index.is_dir():
        return SettingError(f"KB_INDEX must be a folder, and {index} is a file.")
    if not os.access(index, os.R_OK | os.X_OK):
        return SettingError(
            f"KB_INDEX must be a folder that this user may read, and {index} is not; give the "
            "right to, or set another folder."
        )
    return None


def newer_release(index: Path) -> SnapshotNewer | None:
    """That the index holds nothing but what a newer release made; None where that is not so."""
    current, known = find_current(index).snapshot_id, snapshot_ids(index)
    if current not in known:
        return None
    newer = None
    for snapshot_id in (current, *known):
        try:
            read_manifest(index / snapshot_id)
            return None
        except SnapshotNewer as err:
            newer = newer or err
        except SnapshotError:
            continue
    return newer
