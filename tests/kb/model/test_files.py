"""Digests tell whether a file is still what it was."""

from __future__ import annotations

import hashlib
from pathlib import Path

import pytest

from kb.model.files import file_digest


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
