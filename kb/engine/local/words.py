"""Words and their search: BM25 over the whole text of a document. Owns tantivy's index."""

from __future__ import annotations

import errno
import os
import re
import shutil
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import numpy as np
import tantivy

from kb.engine.base import idf
from kb.errors import SnapshotCorrupt
from kb.text.analysis import tokens

_FIELD = "text"
#: Stems are written as ``kb.text.analysis`` gives them, so that nothing reads them again.
_ANALYSER = "whitespace"

#: BM25's k1 in tantivy, which has no setting for it: a term counts at most k1 + 1 times its idf.
_K1 = 1.2


@dataclass(frozen=True, slots=True)
class RowMatches:
    """Rows that hold some of the terms, in order, with their scores and which terms they hold.

    ``rows`` is int64 and ``scores`` float64 in (0, 1], both of shape (n,).
    """

    rows: np.ndarray
    scores: np.ndarray
    terms: tuple[tuple[str, ...], ...]


def _schema() -> tantivy.Schema:
    builder = tantivy.SchemaBuilder()
    builder.add_integer_field("row", stored=True)
    builder.add_text_field(_FIELD, tokenizer_name=_ANALYSER)
    return builder.build()


def _as_os_error(err: ValueError) -> OSError:
    """What the disk said, which tantivy tells in the text of a ValueError."""
    said = re.search(r"os error (\d+)", str(err))
    number = int(said[1]) if said else errno.EIO
    return OSError(number, os.strerror(number))


@contextmanager
def _reading(folder: Path) -> Iterator[None]:
    """Whatever tantivy finds wrong with its files, as damage to the snapshot."""
    try:
        yield
    except ValueError as err:
        raise SnapshotCorrupt(f"The word index cannot be read: {folder}.") from err


class LexicalIndex:
    """Documents by their words. Row i is document i of what was built."""

    def __init__(self, index: tantivy.Index, folder: Path) -> None:
        self._index = index
        self._folder = folder
        self._schema = _schema()

    @classmethod
    def build(cls, folder: Path, documents: Sequence[str]) -> None:
        """Write the index of ``documents`` into ``folder``, which is made anew.

        Raises:
            OSError: it cannot be written, say because the disk is full.
        """
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir(parents=True)
        try:
            index = tantivy.Index(_schema(), path=str(folder))
            writer = index.writer(heap_size=50_000_000, num_threads=1)
            for row, document in enumerate(documents):
                writer.add_document(
                    tantivy.Document(row=row, **{_FIELD: " ".join(tokens(document))})
                )
            writer.commit()
            writer.wait_merging_threads()
        except ValueError as err:
            raise _as_os_error(err) from err

    @classmethod
    def open(cls, folder: Path) -> LexicalIndex:
        """Open a written index.

        Raises:
            SnapshotCorrupt: the folder does not hold one.
        """
        with _reading(folder):
            index = tantivy.Index.open(str(folder))
            index.searcher().doc_freq(_FIELD, "")  # what opening alone does not read
        return cls(index, folder)

    def __len__(self) -> int:
        return self._searcher.num_docs

    @cached_property
    def _searcher(self) -> tantivy.Searcher:
        self._index.reload()
        return self._index.searcher()

    def document_frequency(self, term: str) -> int:
        """How many documents hold a term."""
        with _reading(self._folder):
            return self._searcher.doc_freq(_FIELD, term)

    def search(self, terms: Sequence[str]) -> RowMatches:
        """Score every document that holds some of the terms, each given once.

        Raises:
            SnapshotCorrupt: a file is not what was opened any more.
        """
        with _reading(self._folder):
            return self._search(terms)

    def _search(self, terms: Sequence[str]) -> RowMatches:
        scores: dict[int, float] = {}
        held: dict[int, list[str]] = {}
        total = 0.0
        for term in terms:
            query = tantivy.Query.term_query(self._schema, _FIELD, term, "freq")
            hits = self._searcher.search(query, limit=max(1, len(self)), count=False).hits
            total += idf(len(hits), len(self))
            for score, address in hits:
                row = self._rows[address.segment_ord][address.doc]
                scores[row] = scores.get(row, 0.0) + score
                held.setdefault(row, []).append(term)
        rows = sorted(scores)
        return RowMatches(
            np.array(rows, dtype=np.int64),
            np.array([scores[row] for row in rows], dtype=np.float64) / (total * (_K1 + 1) or 1.0),
            tuple(tuple(held[row]) for row in rows),
        )

    @cached_property
    def _rows(self) -> dict[int, dict[int, int]]:
        rows: dict[int, dict[int, int]] = {}
        every = self._searcher.search(tantivy.Query.all_query(), limit=max(1, len(self)))
        for _, address in every.hits:
            row = self._searcher.doc(address)["row"][0]
            rows.setdefault(address.segment_ord, {})[address.doc] = row
        return rows
