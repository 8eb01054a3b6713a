"""Vectors kept as they are made, so that a build that was cut off goes on where it was.

They stand in the index folder, in a file for each encoder, which is there only from the first
vector until a build is served. A vector is known by the digest of its text, and each has a
seal: what a crash has torn, or somebody has changed, is encoded again.
"""

from __future__ import annotations

import hashlib
import os
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from typing import BinaryIO
from weakref import finalize

import numpy as np

#: How the files are called; the identity of the encoder follows.
_NAME = ".encoded-"
#: What a file begins with, before the identity of the encoder and the dimension.
_MAGIC = b"kb vectors 1\n"
_SEAL = 8


class Journal:
    """The file of one encoder. Where it cannot be written, nothing is kept, and nothing fails."""

    def __init__(self, index: Path, identity: str) -> None:
        """Nothing is read yet.

        Args:
            index: the folder of the snapshots.
            identity: what decides the encoder's vectors.
        """
        self._path = index / f"{_NAME}{identity[:12]}"
        self._begin = _MAGIC + identity.encode() + b"\n"

    def read(self, wanted: Collection[str]) -> Mapping[str, np.ndarray]:
        """The vectors that are kept of some texts, by the digests of these; read one by one.

        Only these stay in the file, so that it never grows beyond what one build needs.
        """
        try:
            with self._path.open("rb") as file:
                found = dict(self._sound(file))
                kept = _Kept(file, {digest: found[digest] for digest in wanted if digest in found})
        except OSError:
            return {}
        rest = self._path.with_name(f"{self._path.name}-rest")
        with suppress(OSError):
            rest.unlink(missing_ok=True)
            if kept:
                self._add(rest, kept, kept.values())
                rest.replace(self._path)
            else:
                self._path.unlink()
        return kept

    def _sound(self, file: BinaryIO) -> Iterable[tuple[str, tuple[int, int]]]:
        """Where what is whole in a file stands and how long it is, up to the first that is not."""
        begin = len(self._begin) + 4
        start = file.read(begin)
        if not start.startswith(self._begin) or len(start) < begin:
            return
        length = 32 + 4 * int.from_bytes(start[-4:], "little")
        while len(record := file.read(length + _SEAL)) == length + _SEAL:
            if record[length:] != self._seal(record[:length]):
                return
            yield record[:32].hex(), (begin + 32, length - 32)
            begin += len(record)

    def _seal(self, record: bytes) -> bytes:
        return hashlib.blake2b(record, key=self._begin[-33:-1], digest_size=_SEAL).digest()

    def add(self, digests: Sequence[str], vectors: Sequence[np.ndarray]) -> None:
        """Keep some vectors more, all of one dimension."""
        with suppress(OSError):
            self._add(self._path, digests, vectors)

    def _add(self, path: Path, digests: Iterable[str], vectors: Iterable[np.ndarray]) -> None:
        with path.open("ab") as file:
            is_new = not file.tell()
            for digest, vector in zip(digests, vectors, strict=True):
                if is_new:
                    file.write(self._begin + len(vector).to_bytes(4, "little"))
                    is_new = False
                record = bytes.fromhex(digest) + np.asarray(vector, dtype="<f4").tobytes()
                file.write(record + self._seal(record))


class _Kept(Mapping[str, np.ndarray]):
    """Vectors in a file by the digests of their texts, each read when it is asked for."""

    def __init__(self, file: BinaryIO, places: Mapping[str, tuple[int, int]]) -> None:
        # The file may go while they are read; what is open stays.
        self._file = os.dup(file.fileno())
        finalize(self, os.close, self._file)
        self._places = places

    def __len__(self) -> int:
        return len(self._places)

    def __iter__(self) -> Iterator[str]:
        return iter(self._places)

    def __getitem__(self, digest: str) -> np.ndarray:
        at, length = self._places[digest]
        return np.frombuffer(os.pread(self._file, length, at), dtype="<f4")


def remove_journals(index: Path) -> None:
    """Remove what is kept: it is in a snapshot, or nothing of it is to be used."""
    for path in index.glob(f"{_NAME}*"):
        with suppress(OSError):
            path.unlink()
