"""The engine that lies in a folder of a snapshot, and needs no server.

documents/               columns: what is filtered, counted and ordered by
vectors/<set>.faiss      the vectors of a set, document by document, with
vectors/<set>-*.npy      where the texts of each begin, their digests, and codes of large sets
owned/<set>.*            the same of a set whose owners are no documents
words/                   postings: what each term counts in each document, and where it is said
sets.json                which sets there are

Everything is mapped into memory, read where it is touched, and shared by all processes.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path
from typing import Literal

import numpy as np
from pydantic import TypeAdapter, ValidationError

from kb.engine.base import (
    Document,
    Engine,
    OwnedTexts,
    Rows,
    VectorText,
    unit_rows,
)
from kb.engine.gathering import Gathering, Owned, UnitRows
from kb.engine.guarded import unguarded
from kb.engine.local.arrays import Merge, read_array, starts_of, stretches
from kb.engine.local.documents import Columns, DocumentTable, write_documents
from kb.engine.local.vectors import (
    DocumentVectors,
    Mapped,
    of_digests,
    read_json,
    read_vectors,
    write_document_vectors,
    write_vectors,
)
from kb.engine.local.words import Counting, Counts, WordIndex, write_words
from kb.engine.tabled import TabledEngine
from kb.errors import SnapshotCorrupt

DOCUMENTS_FOLDER = "documents"
VECTORS_FOLDER = "vectors"
OWNED_FOLDER = "owned"
WORDS_FOLDER = "words"
SETS_FILE = "sets.json"

#: So many vector sets are written at once.
_SETS_AT_ONCE = 2

_SETS = TypeAdapter(dict[Literal["vectors", "owned"], list[str]])
_TEXTS = TypeAdapter(tuple[VectorText, ...])
_NO_TEXTS = OwnedTexts(texts=(), vectors=np.zeros((0, 0), dtype=np.float32))


class LocalEngine(TabledEngine):
    """One opened folder. Immutable; safe between threads."""

    def __init__(
        self,
        *,
        documents: DocumentTable,
        vector_sets: Mapping[str, DocumentVectors],
        owned: Mapping[str, OwnedTexts],
        words: WordIndex,
    ) -> None:
        self.documents = documents
        self.vector_sets = vector_sets
        self.words = words
        self._owned = owned

    @classmethod
    def open(cls, folder: Path) -> LocalEngine:
        """Open what ``LocalWriter`` published.

        Raises:
            SnapshotCorrupt: a file is missing, damaged, or does not go with the others.
        """
        documents = DocumentTable(folder / DOCUMENTS_FOLDER)
        sets = _read_sets(folder / SETS_FILE)
        return cls(
            documents=documents,
            vector_sets={
                name: DocumentVectors.read(folder / VECTORS_FOLDER, name, len(documents))
                for name in sets[VECTORS_FOLDER]
            },
            owned={name: _read_owned(folder / OWNED_FOLDER, name) for name in sets[OWNED_FOLDER]},
            words=WordIndex.read(folder / WORDS_FOLDER, len(documents)),
        )

    @property
    def sizes(self) -> Mapping[str, int]:
        """How many texts each vector set holds."""
        owned = {name: len(found.texts) for name, found in self._owned.items()}
        return {name: len(vectors) for name, vectors in self.vector_sets.items()} | owned

    @property
    def dimensions(self) -> Mapping[str, int]:
        """How many numbers a vector of each vector set has."""
        owned = {name: found.vectors.shape[1] for name, found in self._owned.items()}
        return {name: vectors.dimension for name, vectors in self.vector_sets.items()} | owned

    def texts(self, vector_set: str, row: int) -> tuple[VectorText, ...]:
        """The texts of a document in a vector set."""
        if vector_set not in self.vector_sets:
            return ()
        owner = self.documents.ids[row]
        return tuple(
            VectorText(owner=owner, ordinal=ordinal, digest=digest)
            for ordinal, digest in enumerate(self.vector_sets[vector_set].digests_of(row))
        )

    def vectors(self, vector_set: str, rows: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """The unit vectors of all texts of some documents, and how many each has."""
        if vector_set not in self.vector_sets:
            return np.zeros((0, 0), dtype=np.float32), np.zeros(len(rows), dtype=np.int64)
        return self.vector_sets[vector_set].of(rows)

    def cosines(
        self, vector_set: str, rows: np.ndarray, vectors: np.ndarray
    ) -> tuple[np.ndarray, np.ndarray]:
        """How near some vectors come to all texts of some documents, and how many each has."""
        if vector_set not in self.vector_sets:
            none = np.zeros((len(vectors), 0), dtype=np.float32)
            return none, np.zeros(len(rows), dtype=np.int64)
        return self.vector_sets[vector_set].products(vectors, rows)

    def owned(self, vector_set: str) -> OwnedTexts:
        """A vector set whose owners are no documents."""
        return self._owned.get(vector_set, _NO_TEXTS)

    def known_vectors(self, vector_set: str, digests: Sequence[str]) -> Mapping[str, np.ndarray]:
        """The vectors of the texts that a set has of those asked for."""
        if vector_set in self._owned:
            return _of_owned(self._owned[vector_set], digests)
        if vector_set not in self.vector_sets:
            return {}
        held = self.vector_sets[vector_set]
        return of_digests(held.digests, held.matrix, digests)


def vectors_in(folder: Path, vector_set: str, digests: Sequence[str]) -> Mapping[str, np.ndarray]:
    """The vectors of the texts that a set has of those asked for, by their digests.

    Only the files of the set are read, whatever else is in the folder: an earlier release may
    have written the rest of it otherwise.

    Args:
        folder: of an engine.
        vector_set: its name; a set that is not there has no texts.
        digests: of the texts.

    Raises:
        SnapshotCorrupt: a file is missing, damaged, or does not go with the others.
    """
    if (folder / OWNED_FOLDER / f"{vector_set}.faiss").exists():
        return _of_owned(_read_owned(folder / OWNED_FOLDER, vector_set), digests)
    inner = folder / VECTORS_FOLDER
    if not (inner / f"{vector_set}.faiss").exists():
        return {}
    matrix = Mapped(inner / f"{vector_set}.faiss").matrix
    held = read_array(inner, f"{vector_set}-digests", "uint8", shape=(len(matrix), 32))
    return of_digests(held, matrix, digests)


def _of_owned(owned: OwnedTexts, digests: Sequence[str]) -> Mapping[str, np.ndarray]:
    known = {text.digest: at for at, text in enumerate(owned.texts)}
    return {one: owned.vectors[known[one]] for one in digests if one in known}


class LocalWriter(Gathering):
    """Writes the files of a ``LocalEngine`` into a folder, all of them in ``publish``.

    Whoever serves the folder puts it into its place whole.
    """

    def __init__(self, folder: Path) -> None:
        super().__init__()
        self._folder = folder
        self._earlier: LocalEngine | None = None
        self._taken: dict[str, int] = {}
        self._counting = Counting()
        self._counted: dict[str, int] = {}

    def write(self, document: Document) -> None:
        """Add a document, in place of one with the same id; its words are counted, not kept."""
        self._taken.pop(document.id, None)
        self._counted[document.id] = self._counting.add(document)
        super().write(replace(document, words="", says=()))

    def write_vectors(self, vector_set: str, texts: Sequence[VectorText], vectors: Rows) -> None:
        """Add texts to a vector set, in place of all that their owners had in it."""
        for text in texts:
            if text.owner in self._taken:
                raise ValueError(f"{text.owner!r} is taken over; write it before its texts")
        super().write_vectors(vector_set, texts, vectors)

    def take_over(self, earlier: Engine, ids: Collection[str]) -> None:
        """Add documents as an earlier state has them, with words and texts."""
        own = unguarded(earlier)
        if not isinstance(own, LocalEngine) or self._earlier not in (None, own):
            raise ValueError("all must be taken over from one earlier state of this engine")
        self._earlier = own
        rows = {document_id: row for row, document_id in enumerate(own.documents.ids)}
        known = [document_id for document_id in ids if document_id in rows]
        self.delete(known)
        self._taken.update({document_id: rows[document_id] for document_id in known})

    def delete(self, ids: Collection[str]) -> None:
        """Take documents out, with their texts."""
        for document_id in ids:
            self._taken.pop(document_id, None)
        super().delete(ids)

    def publish(self) -> None:
        """Write every file."""
        folders = [self._folder / name for name in (DOCUMENTS_FOLDER, VECTORS_FOLDER, OWNED_FOLDER)]
        for folder in folders:
            folder.mkdir(parents=True)
        documents = self.documents_in_order()
        columns, words = Columns.of(documents), self._words_of(documents)
        taken = self._taken_rows()
        if self._earlier is not None:
            order, to = _in_order([*columns.ids, *sorted(self._taken)])
            columns = columns.and_those_of(self._earlier.documents.columns().of_rows(taken))
            columns = columns.of_rows(order)
            # What is taken over is in order already, and nearly all: it comes first.
            moved = np.full(len(self._earlier), -1, dtype=np.int64)
            moved[taken] = to[len(documents) :]
            of_earlier = self._earlier.words.counts().moved(moved)
            words = of_earlier.and_those_of(words.moved(to[: len(documents)]))
        sets: dict[str, list[str]] = {VECTORS_FOLDER: [], OWNED_FOLDER: []}
        ids = set(columns.ids)
        # Vectors are by far the most, and hardly more than copied: beside all the rest.
        with ThreadPoolExecutor(max_workers=_SETS_AT_ONCE) as pool:
            written: dict[str, Future[bool]] = {}
            for name in dict.fromkeys((*self.sets, *self._sets_taken(taken))):
                held = self.sets.get(name, {})
                if held.keys() <= ids:
                    written[name] = pool.submit(
                        self._write_set, folders[1], name, held, columns.ids
                    )
                else:
                    sets[OWNED_FOLDER].append(name)
                    _write_owned(folders[2], name, held)
            write_documents(folders[0], columns)
            write_words(self._folder / WORDS_FOLDER, words, len(columns.ids))
            sets[VECTORS_FOLDER] += [name for name, one in written.items() if one.result()]
        sets = {kind: sorted(names) for kind, names in sets.items()}
        text = json.dumps(sets, indent=1)
        (self._folder / SETS_FILE).write_text(text + "\n", encoding="utf-8")

    def _words_of(self, documents: Sequence[Document]) -> Counts:
        """The words of what was written, the rows counting off these documents."""
        rows = np.full(len(self._counting), -1, dtype=np.int64)
        for row, document in enumerate(documents):
            rows[self._counted[document.id]] = row
        words, self._counting = self._counting.all(), Counting()  # of which none is needed twice
        in_order = len(rows) == len(documents) and (rows == np.arange(len(rows))).all()
        return words if in_order else words.moved(rows)

    def _taken_rows(self) -> np.ndarray:
        """The rows of what is taken over, in the order of the ids."""
        return np.array([self._taken[key] for key in sorted(self._taken)], dtype=np.int64)

    def _sets_taken(self, taken: np.ndarray) -> Mapping[str, DocumentVectors]:
        """The vector sets that are taken over, by name."""
        return self._earlier.vector_sets if self._earlier is not None and len(taken) else {}

    def _write_set(
        self, folder: Path, name: str, held: Mapping[str, Owned], ids: Sequence[str]
    ) -> bool:
        """Write a set whose owners are documents; whether it has a text."""
        taken = self._taken_rows()
        earlier = self._sets_taken(taken).get(name)
        lengths = np.array([len(held[i]) if i in held else 0 for i in ids], dtype=np.int64)
        of_taken = np.zeros(0, dtype=np.int64)
        rows = np.array([row for row, i in enumerate(ids) if i in self._taken], dtype=np.int64)
        if earlier is not None:
            of_taken, taken_lengths = stretches(earlier.starts, taken)
            lengths[rows] = taken_lengths
        if not lengths.sum():
            return False
        texts = [held[document_id] for document_id in ids if document_id in held]
        digests = b"".join(one.packed for one in texts)
        dimension = earlier.dimension if earlier is not None else texts[0].rows.shape[1]
        vectors = UnitRows(texts, dimension)
        n_new = len(vectors)
        places = np.empty(int(lengths.sum()), dtype=np.int64)
        is_new = np.ones(len(places), dtype=bool)
        is_new[stretches(starts_of(lengths), rows)[0]] = earlier is None
        places[is_new], places[~is_new] = np.arange(-n_new, 0), of_taken
        write_document_vectors(
            folder,
            name,
            vectors=vectors,
            digests=np.frombuffer(digests, dtype=np.uint8).reshape(-1, 32),
            lengths=lengths,
            earlier=earlier,
            merge=Merge(places, n_new),
        )
        return True


def _in_order(ids: Sequence[str]) -> tuple[np.ndarray, np.ndarray]:
    """The places of ids in their order, and the place in that order of each."""
    order = np.array(sorted(range(len(ids)), key=ids.__getitem__), dtype=np.int64)
    to = np.empty(len(ids), dtype=np.int64)
    to[order] = np.arange(len(ids))
    return order, to


def _write_owned(folder: Path, name: str, held: Mapping[str, Owned]) -> None:
    texts = tuple(
        VectorText(owner=owner, ordinal=ordinal, digest=digest)
        for owner, one in held.items()
        for ordinal, digest in enumerate(one.digests)
    )
    vectors = unit_rows(np.concatenate([one.vectors for one in held.values()]))
    write_vectors(folder / f"{name}.faiss", vectors)
    (folder / f"{name}.json").write_bytes(_TEXTS.dump_json(texts, indent=1))


def _read_sets(path: Path) -> Mapping[str, Sequence[str]]:
    try:
        return _SETS.validate_python(read_json(path))
    except ValidationError as err:
        raise SnapshotCorrupt(f"{path} does not hold what it should.") from err


def _read_owned(folder: Path, name: str) -> OwnedTexts:
    path = folder / f"{name}.json"
    try:
        texts = _TEXTS.validate_json(path.read_bytes())
    except (OSError, ValidationError) as err:
        raise SnapshotCorrupt(f"{path} does not hold what it should.") from err
    vectors = read_vectors(folder / f"{name}.faiss")
    if len(texts) != len(vectors):
        raise SnapshotCorrupt(f"{path} must name {len(vectors)} texts, not {len(texts)}.")
    return OwnedTexts(texts=texts, vectors=vectors)
