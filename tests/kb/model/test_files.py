"""Digests tell whether a file is still what it was."""

from __future__ import annotations

import hashlib
import os
from pathlib import Path

import numpy as np
import pytest

from kb.model.files import file_digest, place_of, same_bytes, save_array, write_durably


@pytest.mark.parametrize(
    ("data", "digest"),
    [
        pytest.param(
            b"",
            "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
            id="empty",
        ),
        pytest.param(
            b"abc",
            "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad",
            id="the-example-of-the-standard",
        ),
    ],
)
def test_digest_is_sha256(tmp_path: Path, data: bytes, digest: str) -> None:
    """The digest is SHA-256 of the bytes, in lower case hexadecimal."""
    file = tmp_path / "file"
    file.write_bytes(data)

    assert file_digest(file) == digest


def test_digest_of_a_large_file_is_of_all_of_it(tmp_path: Path) -> None:
    """A file that is larger than any buffer is read to its end."""
    data = bytes(range(256)) * 4096 + b"\r\nend"
    file = tmp_path / "file"
    file.write_bytes(data)

    assert file_digest(file) == hashlib.sha256(data).hexdigest()


def test_digest_of_no_file_says_so(tmp_path: Path) -> None:
    """A file that does not exist has no digest."""
    with pytest.raises(FileNotFoundError):
        file_digest(tmp_path / "none")


_LARGE = bytes(range(256)) * 8192  # more than is compared at once, twice


@pytest.mark.parametrize(
    ("one", "other", "is_same"),
    [
        pytest.param(b"", b"", True, id="both-empty"),
        pytest.param(b"", b"a", False, id="one-empty"),
        pytest.param(b"abc", b"abd", False, id="the-last-byte"),
        pytest.param(_LARGE, _LARGE, True, id="large"),
        pytest.param(_LARGE + b"a", _LARGE + b"a", True, id="large-and-a-byte"),
        pytest.param(_LARGE + b"a", _LARGE + b"b", False, id="large-and-another-byte"),
        pytest.param(_LARGE, _LARGE[:-1], False, id="shorter"),
        pytest.param(_LARGE, _LARGE + _LARGE[:256], False, id="longer-by-what-was-read-before"),
    ],
)
def test_files_are_compared_to_their_ends(
    tmp_path: Path, one: bytes, other: bytes, is_same: bool
) -> None:
    """Two files are the same where every byte is, and both end there."""
    ours, theirs = tmp_path / "ours", tmp_path / "theirs"
    ours.write_bytes(one)
    theirs.write_bytes(other)

    assert same_bytes(ours, theirs) is is_same
    assert same_bytes(theirs, ours) is is_same


@pytest.mark.parametrize("is_linked", [False, True])
def test_what_is_no_file_is_not_replaced(tmp_path: Path, is_linked: bool) -> None:
    """A pipe stays a pipe, and the message says why; the same at the end of a link."""
    pipe, link = tmp_path / "pipe", tmp_path / "link"
    os.mkfifo(pipe)
    link.symlink_to(pipe)
    named = link if is_linked else pipe

    for write in (place_of, lambda path: write_durably(path, b"data")):
        with pytest.raises(OSError, match="it is no file but a pipe, a device or a socket"):
            write(named)

    assert pipe.is_fifo()
    assert link.is_symlink()
    assert len([*tmp_path.iterdir()]) == 2


def test_a_link_to_a_file_stays_one(tmp_path: Path) -> None:
    """What it leads to is replaced; a name that is free is taken as it is."""
    file, link = tmp_path / "file", tmp_path / "link"
    file.write_bytes(b"old")
    link.symlink_to(file)

    assert place_of(link) == file
    assert place_of(file) == file
    assert place_of(tmp_path / "new") == tmp_path / "new"


@pytest.mark.parametrize(
    "array",
    [
        np.arange(12, dtype=np.float32).reshape(3, 4),
        np.arange(12, dtype=np.int64).reshape(3, 4)[:, ::2],
        np.zeros((0, 32), dtype=np.uint8),
        np.array(7),
        np.array(["Oslo", "Göteborg"]),
    ],
    ids=["rows", "columns", "empty", "a number", "words"],
)
def test_an_array_is_written_as_by_numpy(tmp_path: Path, array: np.ndarray) -> None:
    """The same bytes."""
    np.save(tmp_path / "numpy.npy", np.asarray(array, order="C"))

    save_array(tmp_path / "ours.npy", array)

    assert (tmp_path / "ours.npy").read_bytes() == (tmp_path / "numpy.npy").read_bytes()
    assert np.array_equal(np.load(tmp_path / "ours.npy"), array)


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="no device that is always full")
def test_an_array_that_finds_no_room_says_why() -> None:
    """numpy.save would say how much it wrote, and nothing else."""
    with pytest.raises(OSError, match="No space left on device") as raised:
        save_array(Path("/dev/full"), np.zeros(100_000))

    assert raised.value.strerror == "No space left on device"
