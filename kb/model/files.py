"""Files: what tells whether one is still what it was, and writing one so that it stays written."""

from __future__ import annotations

import errno
import hashlib
import os
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import TYPE_CHECKING

from kb.errors import CorpusError

if TYPE_CHECKING:
    import numpy as np

#: So many bytes of two files are compared at once.
_COMPARED_AT_ONCE = 1 << 20


def file_digest(path: Path) -> str:
    """SHA-256 of a file's bytes, in hexadecimal."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def same_bytes(path: Path, other: Path) -> bool:
    """Whether two files hold the same; read up to where they differ.

    Raises:
        OSError: one cannot be read.
    """
    with path.open("rb", buffering=0) as one, other.open("rb", buffering=0) as two:
        ours, theirs = bytearray(_COMPARED_AT_ONCE), bytearray(_COMPARED_AT_ONCE)
        while True:
            n_read = one.readinto(ours)
            if n_read != two.readinto(theirs) or ours != theirs:
                return False
            if not n_read:
                return True


def place_of(path: Path) -> Path:
    """Where a file is put that replaces what is there: at the end of a link, if it is one.

    Raises:
        OSError: something is there that is no file, and would be lost: a pipe, a device, a socket.
    """
    refuse_no_file(path)
    place = path.resolve() if path.is_symlink() else path
    if path.exists() and not place.exists():  # a file without a name, at the end of a link
        raise _no_file(path)
    return place


def refuse_no_file(path: Path) -> None:
    """Refuse to replace what is there and no file: a pipe, a device, a socket.

    Raises:
        OSError: it is none, nor is what it links to; ``strerror`` says so in words.
    """
    if path.exists() and not path.is_file() and not path.is_dir():  # that replaces no folder
        raise _no_file(path)


def _no_file(path: Path) -> OSError:
    said = "it is no file but a pipe, a device or a socket, which would be lost"
    return OSError(errno.EEXIST, said, str(path))


def save_array(path: Path, array: np.ndarray) -> None:
    """Write an array in numpy's own format, the same bytes as ``numpy.save``.

    Where a disk is full, ``numpy.save`` tells how much it wrote, and not why it stopped.

    Raises:
        OSError: it cannot be written; ``strerror`` says why in words.
    """
    import numpy as np  # slow import: a check writes no arrays
    from numpy.lib import format as npy

    rows = np.asarray(array, order="C")
    with path.open("wb") as file:
        npy.write_array_header_1_0(file, npy.header_data_from_array_1_0(rows))
        file.write(rows.data)


def write_durably(path: Path, data: bytes) -> None:
    """Write a file, or replace it, in one step that neither a crash nor a power cut can halve.

    Raises:
        OSError: it cannot be written, say because the disk is full, or what is there is no file.
            What was there stays, and nothing is left beside it.
    """
    refuse_no_file(path)
    temporary = path.with_name(f".{path.name}-{os.getpid()}")
    try:
        with temporary.open("wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        temporary.replace(path)
    finally:
        temporary.unlink(missing_ok=True)
    sync_folder(path.parent)


def write_content(path: Path, data: bytes) -> None:
    """Write a file of the content, as ``write_durably`` does.

    Raises:
        CorpusError: it cannot be written; what was there stays.
    """
    try:
        write_durably(path, data)
    except OSError as err:
        raise CorpusError(f"{path} cannot be written: {err.strerror}.") from err


def append_durably(path: Path, line: bytes) -> None:
    """Add a line to a file, which is made where it is not there.

    A line that a crash left without its end stays alone on its own.

    Raises:
        OSError: it cannot be written. The file is then as long as it was.
    """
    is_new = not path.exists()
    with path.open("ab+", buffering=0) as file:
        size = file.seek(0, os.SEEK_END)
        file.seek(max(0, size - 1))
        start = b"" if file.read(1) in (b"", b"\n") else b"\n"
        try:
            _write_all(file.fileno(), start + line + b"\n")
            os.fsync(file.fileno())
        except OSError:
            file.truncate(size)
            raise
    if is_new:
        sync_folder(path.parent)


def _write_all(handle: int, data: bytes) -> None:
    while data:
        data = data[os.write(handle, data) :]


def sync_tree(folder: Path) -> None:
    """Make every file and folder below ``folder``, and the folder itself, outlast a power cut."""
    paths = [*folder.rglob("*"), folder]
    with ThreadPoolExecutor(max_workers=8) as pool:  # a disk writes several as fast as one
        for _ in pool.map(_sync, paths):
            pass


def _sync(path: Path) -> None:
    if path.is_dir():
        sync_folder(path)
    else:
        with path.open("rb") as file:
            os.fsync(file.fileno())


def sync_folder(folder: Path) -> None:
    """Make the names in a folder outlast a power cut, where the system has a way to."""
    if os.name != "posix":
        return
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
