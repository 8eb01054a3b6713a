"""Vectors kept as they are made, so that a build that was cut off goes on where it was.

They stand in the index folder, in a file for each encoder, which is there only from the first
vector until a build is served. A vector is known by the digest of its text, and each has a
seal: what a crash has torn, or somebody has changed, is encoded again.
"""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Iterable, Mapping, Sequence
from contextlib import suppress
from pathlib import Path

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
        """The vectors that are kept of some texts, by the digests of these.

        Only these stay in the file, so that it never grows beyond what one build needs.
        """
        try:
            data = self._path.read_bytes()
        except OSError:
            return {}
        found = dict(self._sound(data))
        kept = {digest: found[digest] for digest in wanted if digest in found}
        rest = self._path.with_name(f"{self._path.name}-rest")
        with suppress(OSError):
            rest.unlink(missing_ok=True)
            if kept:
                self._add(rest, list(kept), list(kept.values()))
                rest.replace(self._path)
            else:
                self._path.unlink()
        return kept

    def _sound(self, data: bytes) -> Iterable[tuple[str, np.ndarray]]:
        """What is whole in a file, up to the first that is not."""
        at = len(self._begin) + 4
        if not data.startswith(self._begin) or len(data) < at:
            return
        dimension = int.from_bytes(data[at - 4 : at], "little")
        length = 32 + 4 * dimension
        for begin in range(at, len(data) - length - _SEAL + 1, length + _SEAL):
            record = data[begin : begin + length]
            if data[begin + length : begin + length + _SEAL] != self._seal(record):
                return
            yield record[:32].hex(), np.frombuffer(record, dtype="<f4", offset=32)

    def _seal(self, record: bytes) -> bytes:
        return hashlib.blake2b(record, key=self._begin[-33:-1], digest_size=_SEAL).digest()

    def add(self, digests: Sequence[str], vectors: Sequence[np.ndarray]) -> None:
        """Keep some vectors more, all of one dimension."""
        with suppress(OSError):
            self._add(self._path, digests, vectors)

    def _add(self, path: Path, digests: Sequence[str], vectors: Sequence[np.ndarray]) -> None:
        with path.open("ab") as file:
            if not file.tell():
                file.write(self._begin + len(vectors[0]).to_bytes(4, "little"))
            for digest, vector in zip(digests, vectors, strict=True):
                record = bytes.fromhex(digest) + np.asarray(vector, dtype="<f4").tobytes()
                file.write(record + self._seal(record))


def remove_journals(index: Path) -> None:
    """Remove what is kept: it is in a snapshot, or nothing of it is to be used."""
    for path in index.glob(f"{_NAME}*"):
        with suppress(OSError):
            path.unlink()
