"""The engine that lies in a folder of a snapshot: vectors by FAISS, words by tantivy.

documents.json           what is filtered by; document i is row i of the words
vectors/<set>.faiss      one vector set: row i is text i of
vectors/<set>.json       its texts, with their owners and digests
words/                   the word index; its file names are its own
"""

from __future__ import annotations

import json
from collections.abc import Collection, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from pydantic import TypeAdapter, ValidationError

from kb.engine.base import (
    Document,
    Figure,
    Nearest,
    VectorText,
    WordMatches,
    checked_vectors,
    within_limit,
)
from kb.engine.filters import EVERYTHING, Filter
from kb.engine.local.documents import DocumentTable
from kb.engine.local.vectors import DenseIndex, OwnedVectors
from kb.engine.local.words import LexicalIndex
from kb.errors import SnapshotCorrupt

DOCUMENTS_FILE = "documents.json"
VECTORS_FOLDER = "vectors"
WORDS_FOLDER = "words"

_TEXTS = TypeAdapter(tuple[VectorText, ...])


class LocalEngine:
    """One opened folder. Immutable; safe between threads."""

    def __init__(
        self,
        documents: Sequence[Document],
        vector_sets: Mapping[str, OwnedVectors],
        words: LexicalIndex,
    ) -> None:
        self._table = DocumentTable(documents)
        self._sets = vector_sets
        self._words = words
        self._documents_of = {
            name: np.array([self._table.places.get(owner, -1) for owner in vectors.owners])
            for name, vectors in vector_sets.items()
        }

    @classmethod
    def open(cls, folder: Path) -> LocalEngine:
        """Open what ``LocalWriter`` published.

        Raises:
            SnapshotCorrupt: a file is missing, damaged, or does not go with the others.
        """
        documents = _read_documents(folder / DOCUMENTS_FILE)
        sets = {}
        for path in sorted((folder / VECTORS_FOLDER).glob("*.faiss")):
            index = DenseIndex.read(path)
            texts = _read_texts(path.with_suffix(".json"))
            if len(index) != len(texts):
                raise SnapshotCorrupt(f"{path} must hold {len(texts)} vectors, not {len(index)}.")
            sets[path.stem] = OwnedVectors(index, texts)
        words = LexicalIndex.open(folder / WORDS_FOLDER)
        if len(words) != len(documents):
            raise SnapshotCorrupt(
                f"{folder / WORDS_FOLDER} must hold {len(documents)} documents, not {len(words)}."
            )
        return cls(documents, sets, words)

    def __len__(self) -> int:
        return len(self._table.ids)

    @property
    def sizes(self) -> Mapping[str, int]:
        """How many texts each vector set holds."""
        return {name: len(vectors) for name, vectors in self._sets.items()}

    @property
    def dimensions(self) -> Mapping[str, int]:
        """How many numbers a vector of each vector set has."""
        return {name: vectors.index.dimension for name, vectors in self._sets.items()}

    def nearest(
        self,
        vector_set: str,
        vector: np.ndarray,
        *,
        within: Filter = EVERYTHING,
        limit: int | None = None,
    ) -> Nearest:
        """The owners whose texts come nearest to a query vector."""
        within_limit(limit)
        if vector_set not in self._sets:
            return Nearest(ids=(), scores=np.zeros(0), texts=())
        owners = None
        if not within.is_open:
            places = self._documents_of[vector_set]
            owners = np.append(self._table.passing(within), False)[places]  # the last one is -1
        return self._sets[vector_set].nearest(vector, limit=limit, owners=owners)

    def by_words(
        self, terms: Sequence[str], *, within: Filter = EVERYTHING, limit: int | None = None
    ) -> WordMatches:
        """The documents that hold some of the terms."""
        within_limit(limit)
        matches = self._words.search(terms)
        order = np.lexsort((matches.rows, -matches.scores))
        if not within.is_open:
            order = order[self._table.passing(within)[matches.rows[order]]]
        order = order[:limit]
        return WordMatches(
            ids=tuple(self._table.ids[row] for row in matches.rows[order]),
            scores=matches.scores[order],
            terms=tuple(matches.terms[at] for at in order),
        )

    def document_frequencies(self, terms: Sequence[str]) -> Mapping[str, int]:
        """How many documents hold each term."""
        return {term: self._words.document_frequency(term) for term in terms}

    def matching(self, within: Filter) -> tuple[str, ...]:
        """The documents that pass a filter, by id."""
        return tuple(self._table.ids[at] for at in np.flatnonzero(self._table.passing(within)))

    def count(self, within: Filter) -> int:
        """How many documents pass a filter."""
        return int(self._table.passing(within).sum())

    def counts(self, within: Filter) -> Mapping[str, Mapping[str, int]]:
        """Facet to value to how many documents that pass have it."""
        return self._table.counts(within)

    def texts(
        self, vector_set: str, owners: Collection[str] | None = None
    ) -> tuple[VectorText, ...]:
        """The texts of a vector set; those of some owners, or all."""
        return self._sets[vector_set].texts_of(owners) if vector_set in self._sets else ()

    def vectors(self, vector_set: str, texts: Sequence[str]) -> np.ndarray:
        """The unit vectors of some texts by their ids."""
        return self._sets[vector_set].vectors(texts)


class LocalWriter:
    """Writes the files of a ``LocalEngine`` into a folder, all of them in ``publish``.

    It starts from nothing: what is not written is not in it. Whoever serves the folder
    puts it into its place whole.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._documents: dict[str, Document] = {}
        self._sets: dict[str, dict[str, tuple[VectorText, np.ndarray]]] = {}

    def write(self, document: Document) -> None:
        """Add a document, in place of one with the same id."""
        self._documents[document.id] = document

    def write_vectors(
        self, vector_set: str, texts: Sequence[VectorText], vectors: np.ndarray
    ) -> None:
        """Add texts to a vector set, in place of those with the same ids."""
        pairs = zip(texts, checked_vectors(vectors), strict=True)
        self._sets.setdefault(vector_set, {}).update({pair[0].id: pair for pair in pairs})

    def delete(self, ids: Collection[str]) -> None:
        """Take documents out, with their texts."""
        gone = frozenset(ids)
        for document_id in gone & self._documents.keys():
            del self._documents[document_id]
        for name, texts in self._sets.items():
            kept = {key: pair for key, pair in texts.items() if pair[0].owner not in gone}
            self._sets[name] = kept

    def publish(self) -> None:
        """Write every file."""
        vectors_folder = self._folder / VECTORS_FOLDER
        vectors_folder.mkdir(parents=True, exist_ok=True)
        documents = [self._documents[key] for key in sorted(self._documents)]
        _write_documents(self._folder / DOCUMENTS_FILE, documents)
        for name, pairs in self._sets.items():
            if pairs:
                texts, vectors = zip(*pairs.values(), strict=True)
                DenseIndex.build(np.stack(vectors)).write(vectors_folder / f"{name}.faiss")
                (vectors_folder / f"{name}.json").write_bytes(_TEXTS.dump_json(texts, indent=1))
        LexicalIndex.build(self._folder / WORDS_FOLDER, [document.words for document in documents])


def _write_documents(path: Path, documents: Sequence[Document]) -> None:
    """Everything but the words, which are in the word index."""
    rows = [
        {
            "id": document.id,
            "kind": document.kind,
            "facets": {facet: list(values) for facet, values in document.facets.items() if values},
            "figures": [[f.metric, f.unit, f.low, f.sign, f.compared] for f in document.figures],
        }
        for document in documents
    ]
    path.write_text(json.dumps(rows, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")


def _read_documents(path: Path) -> tuple[Document, ...]:
    try:
        return tuple(_document(row) for row in json.loads(path.read_bytes()))
    except (OSError, ValueError, KeyError, TypeError, AttributeError, RecursionError) as err:
        raise SnapshotCorrupt(f"{path} does not hold what it should.") from err


def _document(row: Mapping[str, Any]) -> Document:
    return Document(
        id=row["id"],
        words="",
        kind=row["kind"],
        facets={facet: tuple(values) for facet, values in row["facets"].items()},
        figures=tuple(
            Figure(metric=metric, unit=unit, low=low, sign=sign, compared=compared)
            for metric, unit, low, sign, compared in row["figures"]
        ),
    )


def _read_texts(path: Path) -> tuple[VectorText, ...]:
    try:
        return _TEXTS.validate_json(path.read_bytes())
    except (OSError, ValidationError) as err:
        raise SnapshotCorrupt(f"{path} does not hold what it should.") from err
