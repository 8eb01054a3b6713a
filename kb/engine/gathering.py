"""What a writer of an engine was given, kept until it is published."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby
from operator import attrgetter

import numpy as np

from kb.engine.base import Document, Rows, VectorText, checked_vectors, unit_rows

#: So many bytes has a digest.
_DIGEST = 32


@dataclass(frozen=True, slots=True)
class Owned:
    """The texts of one owner in one set, and where their vectors begin among those that came.

    ``packed`` has their digests, one after the other.
    """

    packed: bytes
    rows: Rows
    begin: int

    @property
    def digests(self) -> tuple[str, ...]:
        """The digests of the texts, in order."""
        return tuple(
            self.packed[at : at + _DIGEST].hex() for at in range(0, len(self.packed), _DIGEST)
        )

    def __len__(self) -> int:
        return len(self.packed) // _DIGEST

    @property
    def end(self) -> int:
        """Where its vectors end."""
        return self.begin + len(self)

    @property
    def vectors(self) -> np.ndarray:
        """Its vectors as they came."""
        return self.rows[self.begin : self.end]


class UnitRows:
    """The vectors of some owners at length one, owner by owner; read when they are asked for."""

    def __init__(self, owners: Sequence[Owned], dimension: int) -> None:
        """Nothing is read yet.

        Args:
            owners: in their order.
            dimension: of their vectors.
        """
        self._owners = owners
        self._ends = np.cumsum([len(one) for one in owners], dtype=np.int64)
        self.shape = (int(self._ends[-1]) if len(owners) else 0, dimension)

    def __len__(self) -> int:
        return self.shape[0]

    def __getitem__(self, some: slice, /) -> np.ndarray:
        begin, end, _ = some.indices(len(self))
        found = np.empty((max(0, end - begin), self.shape[1]), dtype=np.float32)
        at = int(np.searchsorted(self._ends, begin, side="right"))
        done = 0
        while done < len(found):
            first = self._owners[at]
            start = first.end - (int(self._ends[at]) - begin - done)
            stop, at = first.end, at + 1
            # What came together is read together.
            while at < len(self._owners) and stop - start < len(found) - done:
                if self._owners[at].rows is not first.rows or self._owners[at].begin != stop:
                    break
                stop, at = self._owners[at].end, at + 1
            stop = min(stop, start + len(found) - done)
            found[done : done + stop - start] = first.rows[start:stop]
            done += stop - start
        return unit_rows(found, out=found)


class Gathering:
    """Documents in memory, and where the vectors of texts are.

    It starts from nothing: what is not written is not in it.
    """

    def __init__(self) -> None:
        self._documents: dict[str, Document] = {}
        self._sets: dict[str, dict[str, Owned]] = {}

    def write(self, document: Document) -> None:
        """Add a document, in place of one with the same id."""
        self._documents[document.id] = document

    def write_vectors(self, vector_set: str, texts: Sequence[VectorText], vectors: Rows) -> None:
        """Add texts to a vector set, in place of all that their owners had in it."""
        if len(checked_vectors(vectors)) != len(texts):
            raise ValueError(f"there must be a vector for each of {len(texts)} texts")
        held = self._sets.setdefault(vector_set, {})
        begin = 0
        for owner, some in groupby(texts, key=attrgetter("owner")):
            held[owner] = Owned(bytes.fromhex("".join(t.digest for t in some)), vectors, begin)
            begin = held[owner].end

    def delete(self, ids: Collection[str]) -> None:
        """Take documents out, with their texts."""
        for document_id in ids:
            self._documents.pop(document_id, None)
            for held in self._sets.values():
                held.pop(document_id, None)

    def documents_in_order(self) -> list[Document]:
        """Row by row."""
        return [self._documents[key] for key in sorted(self._documents)]

    @property
    def sets(self) -> Mapping[str, Mapping[str, Owned]]:
        """The vector sets that hold a text, owner by owner as they came."""
        return {name: held for name, held in self._sets.items() if held}
