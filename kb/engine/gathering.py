"""What a writer of an engine was given, kept until it is published."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from kb.engine.base import Document, VectorText, checked_vectors


@dataclass(frozen=True, slots=True)
class Owned:
    """The texts of one owner in one set, with their vectors as they came."""

    digests: tuple[str, ...]
    vectors: np.ndarray


class Gathering:
    """Documents and texts in memory. It starts from nothing: what is not written is not in it."""

    def __init__(self) -> None:
        self._documents: dict[str, Document] = {}
        self._sets: dict[str, dict[str, Owned]] = {}

    def write(self, document: Document) -> None:
        """Add a document, in place of one with the same id."""
        self._documents[document.id] = document

    def write_vectors(
        self, vector_set: str, texts: Sequence[VectorText], vectors: np.ndarray
    ) -> None:
        """Add texts to a vector set, in place of all that their owners had in it."""
        if len(checked_vectors(vectors)) != len(texts):
            raise ValueError(f"there must be a vector for each of {len(texts)} texts")
        held = self._sets.setdefault(vector_set, {})
        begin = 0
        for at in range(1, len(texts) + 1):
            if at == len(texts) or texts[at].owner != texts[begin].owner:
                digests = tuple(text.digest for text in texts[begin:at])
                held[texts[begin].owner] = Owned(digests, vectors[begin:at])
                begin = at

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
