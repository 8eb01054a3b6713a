"""Words and their search: BM25 over the whole text of a document. Owns tantivy.

The analyser folds case and accents, drops English function words and stems
(Porter2), so that singular and plural meet; American spellings are read as British
ones before that.
"""

from __future__ import annotations

import errno
import math
import os
import re
import shutil
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property, lru_cache
from pathlib import Path

import numpy as np
import tantivy

from kb.errors import SnapshotCorrupt

#: Raised whenever the same texts would give other words: part of a snapshot's id.
WORDS_VERSION = 2

_FIELD = "text"

_ANALYSER = "compendium"

#: Words whose stems are kept: every hit shows where the words of the query stand.
_REMEMBERED = 50_000

#: BM25's k1 in tantivy, which has no setting for it: a term counts at most k1 + 1 times its idf.
_K1 = 1.2


@dataclass(frozen=True, slots=True)
class WordMatches:
    """What the words of a query say.

    Attributes:
        scores: per document, float64 of shape (n_documents,), in [0, 1]: 0 where no
            word of the query occurs; 1 would be every word as often as BM25 can
            count it.
        known: the share of the words that any document has, in [0, 1].
        covered: the largest share that one document has, in [0, 1].

    In both shares a rare word counts more than a common one (by its idf).
    """

    scores: np.ndarray
    known: float = 0.0
    covered: float = 0.0


#: American endings and words to British ones, in lower case.
_SPELLINGS = (
    (re.compile(r"(?<=[a-z]{3})iz(?=(?:e|es|ed|er|ers|ing|ation|ations)\b)"), "is"),
    (re.compile(r"\b(col|lab|fav|harb|neighb|behavi)or(?=s|ed|ing|\b)"), r"\1our"),
    (re.compile(r"\bprogram(s?)\b"), r"programme\1"),
    (re.compile(r"\bcenter(s?)\b"), r"centre\1"),
)

#: Words of questions and first persons, beside the function words that tantivy drops.
_QUESTION_WORDS = (
    "about am any been being both can could did do does doing each from had has have having he her "
    "here him his how i its just me more most my myself now only other our out over own same she "
    "should so some than them those through too up us very was we were what when where which while "
    "who whom why would you your"
).split()


def british(text: str) -> str:
    """The text in lower case and British spelling, as far as the table goes."""
    text = text.lower()
    for american, spelling in _SPELLINGS:
        text = american.sub(spelling, text)
    return text


def _analyser() -> tantivy.TextAnalyzer:
    return (
        tantivy.TextAnalyzerBuilder(tantivy.Tokenizer.simple())
        .filter(tantivy.Filter.remove_long(60))
        .filter(tantivy.Filter.lowercase())
        .filter(tantivy.Filter.ascii_fold())
        .filter(tantivy.Filter.stopword("english"))
        .filter(tantivy.Filter.custom_stopword(_QUESTION_WORDS))
        .filter(tantivy.Filter.stemmer("english"))
        .build()
    )


def _schema() -> tantivy.Schema:
    builder = tantivy.SchemaBuilder()
    builder.add_integer_field("row", stored=True)
    builder.add_text_field(_FIELD, tokenizer_name=_ANALYSER)
    return builder.build()


def _as_os_error(err: ValueError) -> OSError:
    """What the disk said, which tantivy tells in the text of a ValueError."""
    told = re.search(r"os error (\d+)", str(err))
    number = int(told[1]) if told else errno.EIO
    return OSError(number, os.strerror(number))


class LexicalIndex:
    """Documents by their words. Row i is document i of what was built."""

    def __init__(self, index: tantivy.Index) -> None:
        self._index = index
        self._schema = _schema()
        self._analyse = _analyser()
        self.stems = lru_cache(maxsize=_REMEMBERED)(self.terms)

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
            index.register_tokenizer(_ANALYSER, _analyser())
            writer = index.writer(heap_size=50_000_000, num_threads=1)
            for row, document in enumerate(documents):
                writer.add_document(tantivy.Document(row=row, **{_FIELD: british(document)}))
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
        try:
            index = tantivy.Index.open(str(folder))
            index.searcher().doc_freq(_FIELD, "")  # what opening alone does not read
        except ValueError as err:
            raise SnapshotCorrupt(
                f"The word index cannot be read: {folder}. Run 'kb build --force'."
            ) from err
        index.register_tokenizer(_ANALYSER, _analyser())
        return cls(index)

    def terms(self, text: str) -> tuple[str, ...]:
        """The stems of a text that count, each once, in order; ``stems`` remembers words."""
        return tuple(dict.fromkeys(self._analyse.analyze(british(text))))

    def __len__(self) -> int:
        return self._searcher.num_docs

    @cached_property
    def _searcher(self) -> tantivy.Searcher:
        self._index.reload()
        return self._index.searcher()

    def search(self, text: str) -> WordMatches:
        """Score every document for the words of a query."""
        scores = np.zeros(len(self))
        terms = self.terms(text)
        if not terms or not len(self):
            return WordMatches(scores)
        total = 0.0
        held = np.zeros(len(self))
        known = 0.0
        for term in terms:
            query = tantivy.Query.term_query(self._schema, _FIELD, term, "freq")
            found = self._searcher.search(query, limit=len(self), count=False)
            idf = self._idf(len(found.hits))
            total += idf
            known += idf if found.hits else 0.0
            for score, address in found.hits:
                row = self._rows[address.segment_ord][address.doc]
                scores[row] += score
                held[row] += idf
        return WordMatches(
            scores / (total * (_K1 + 1)), known=known / total, covered=float(held.max()) / total
        )

    @cached_property
    def _rows(self) -> dict[int, dict[int, int]]:
        rows: dict[int, dict[int, int]] = {}
        every = self._searcher.search(tantivy.Query.all_query(), limit=max(1, len(self)))
        for _, address in every.hits:
            row = self._searcher.doc(address)["row"][0]
            rows.setdefault(address.segment_ord, {})[address.doc] = row
        return rows

    def _idf(self, n_with: int) -> float:
        return math.log(1 + (len(self) - n_with + 0.5) / (n_with + 0.5))
