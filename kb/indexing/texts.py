"""The texts that get vectors, in a file until a snapshot is written: in memory are their digests.

Texts stand owner by owner. Where two encoders read the same texts, they are kept once.
"""

from __future__ import annotations

import hashlib
from array import array
from collections.abc import Iterable, Iterator, Sequence
from itertools import pairwise
from pathlib import Path
from typing import Any, Self, overload

import numpy as np
from pydantic import TypeAdapter

from kb.engine.base import VectorText
from kb.snapshots.records import RecordFile, RecordWriter

_TEXT = TypeAdapter(str)


def digest_of(text: str) -> str:
    """The digest by which the vector of a text is known."""
    return hashlib.sha256(text.encode()).hexdigest()


class Texts(Sequence[VectorText]):
    """Texts by their places, each with its owner and its ordinal.

    ``lengths`` has by place how many letters each has.
    """

    def __init__(
        self,
        owners: Sequence[str],
        starts: np.ndarray,
        digests: bytes,
        lengths: np.ndarray,
        file: RecordFile[str],
    ) -> None:
        self._owners = owners
        self._starts = starts
        self._digests = digests
        self._file = file
        self.lengths = lengths

    def __len__(self) -> int:
        return len(self.lengths)

    @overload
    def __getitem__(self, at: int) -> VectorText: ...

    @overload
    def __getitem__(self, at: slice) -> list[VectorText]: ...

    def __getitem__(self, at: int | slice) -> VectorText | list[VectorText]:
        if isinstance(at, slice):
            return [self[one] for one in range(*at.indices(len(self)))]
        if not 0 <= at < len(self):
            raise IndexError(at)
        owner = int(np.searchsorted(self._starts, at, side="right")) - 1
        ordinal = at - int(self._starts[owner])
        return VectorText(owner=self._owners[owner], ordinal=ordinal, digest=self.digest(at))

    def __iter__(self) -> Iterator[VectorText]:
        for owner, (begin, end) in zip(self._owners, pairwise(self._starts.tolist()), strict=True):
            for at in range(begin, end):
                yield VectorText(owner=owner, ordinal=at - begin, digest=self.digest(at))

    def digests(self) -> Iterator[str]:
        """The digest of each, in order."""
        return (self.digest(at) for at in range(len(self)))

    def digest(self, at: int) -> str:
        """The digest of one of them."""
        return self._digests[32 * at : 32 * at + 32].hex()

    def text(self, at: int) -> str:
        """One of them, as the encoder reads it."""
        return self._file[at]


class TextsWriter:
    """Takes texts in the order of their owners; for a ``with`` block."""

    def __init__(self, folder: Path, name: str) -> None:
        self._folder, self._name = folder, name
        self._file = RecordWriter(folder, name)
        self._owners: list[str] = []
        self._counts, self._lengths, self._digests = array("q"), array("q"), bytearray()

    def __enter__(self) -> Self:
        return self

    def add(self, owner: str, texts: Iterable[str]) -> None:
        """Add all texts of an owner."""
        before = len(self._lengths)
        for text in texts:
            self._file.write(_TEXT.dump_json(text))
            self._digests += bytes.fromhex(digest_of(text))
            self._lengths.append(len(text))
        if len(self._lengths) > before:
            self._owners.append(owner)
            self._counts.append(len(self._lengths) - before)

    def __exit__(self, *error: Any) -> None:
        self._file.__exit__(*error)

    def texts(self) -> Texts:
        """All of them, once the block has ended."""
        return Texts(
            owners=self._owners,
            starts=np.concatenate([[0], np.cumsum(np.array(self._counts, dtype=np.int64))]).astype(
                np.int64
            ),
            digests=bytes(self._digests),
            lengths=np.array(self._lengths, dtype=np.int64),
            file=RecordFile(self._folder, self._name, _TEXT),
        )
