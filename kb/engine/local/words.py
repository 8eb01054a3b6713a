"""Words and their search: BM25 over all words of a document, and phrases in what it says.

For each term the documents that hold it, with what it counts in each, worked out when the
index is written, and where it is said (``kb.engine.local.said``). The terms are those of
``kb.text.analysis``. The values are those of tantivy 0.25, which keeps the length of a document in
one byte: long ones are rounded down to three significant bits.
"""

from __future__ import annotations

import functools
from array import array
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from itertools import chain
from pathlib import Path

import numpy as np

from kb.engine.base import K1, B, Coverage, Document, idf
from kb.engine.local.arrays import (
    Stored,
    Strings,
    read_array,
    starts_of,
    write_array,
    write_strings,
)
from kb.engine.local.said import Places, Said, Saying, rows_saying
from kb.errors import SnapshotCorrupt
from kb.text.analysis import tokens

#: Up to so many words a document counts every one.
_EXACT_LENGTH = 24
#: So many postings get their values at once.
_VALUED_AT_ONCE = 1 << 18


@dataclass(frozen=True, slots=True, kw_only=True)
class WordScores:
    """What the terms of a question count in every document.

    ``shares`` is float64 of shape (n_documents,): BM25 as a share of the most that it could
    count, in [0, 1].
    """

    shares: np.ndarray
    coverage: Coverage


class WordIndex:
    """Documents by their words. Immutable; safe between threads.

    The postings of term t are those from ``starts[t]`` up to ``starts[t + 1]``: the rows of the
    documents that hold it, in order, and what it counts in each.
    """

    def __init__(
        self,
        *,
        terms: Strings,
        starts: np.ndarray,
        postings: Postings,
        lengths: np.ndarray,
        places: Places,
    ) -> None:
        self.terms = terms
        self.starts = starts
        self.postings = postings
        self.places = places
        self._lengths = lengths
        self._n_documents = len(lengths)

    @classmethod
    def read(cls, folder: Path, n_documents: int) -> WordIndex:
        """Open what ``write_words`` wrote.

        Raises:
            SnapshotCorrupt: a file is missing or does not go with the others.
        """
        terms = Strings.read(folder, "terms")
        starts = read_array(folder, "starts", "uint64", shape=(len(terms) + 1,))
        n_postings = int(starts[-1])
        postings = Postings(
            rows=Stored(folder, "rows", "uint32", length=n_postings),
            counts=Stored(folder, "counts", "uint32", length=n_postings),
            values=Stored(folder, "values", "float32", length=n_postings),
        )
        lengths = read_array(folder, "lengths", "uint32", shape=(None,))
        if starts[0] != 0 or len(lengths) != n_documents:
            raise SnapshotCorrupt(f"{folder} must hold {n_documents} documents.")
        said_starts = read_array(folder, "said-starts", "uint64", shape=(len(terms) + 1,))
        places = Places(
            starts=said_starts,
            places=read_array(folder, "said-places", "uint32", shape=(int(said_starts[-1]),)),
            begins=read_array(folder, "said-begins", "uint64", shape=(n_documents + 1,)),
        )
        if said_starts[0] != 0 or places.begins[0] != 0:
            raise SnapshotCorrupt(f"{folder} does not hold what it should.")
        return cls(terms=terms, starts=starts, postings=postings, lengths=lengths, places=places)

    def frequency(self, term: str) -> int:
        """How many documents hold a term."""
        at = self.terms.find(term)
        return 0 if at is None else int(self.starts[at + 1] - self.starts[at])

    def frequencies(self, terms: Sequence[str]) -> Mapping[str, int]:
        """How many documents hold each term; 0 for one that none holds."""
        return {term: self.frequency(term) for term in terms}

    def holding(self, terms: Sequence[str]) -> np.ndarray:
        """The rows of the documents that hold each of some terms."""
        places = [self.terms.find(term) for term in terms]
        if not places or None in places:
            return np.zeros(0, dtype=np.int64)
        rows = [
            self.postings.rows[int(self.starts[at]) : int(self.starts[at + 1])]
            for at in places
            if at is not None
        ]
        return in_each(rows)

    def saying(self, terms: Sequence[str]) -> np.ndarray:
        """The rows of the documents that say some terms one after the other."""
        places = [self.terms.find(term) for term in terms]
        if len(places) < 2 or None in places:
            return self.holding(terms)
        of_each = [self.places.of_term(at) for at in places if at is not None]
        return rows_saying(of_each, self.places.begins)

    def counts(self) -> Counts:
        """How often each term stands in each document, in memory: for a build that goes on."""
        lengths = np.diff(self.starts.astype(np.int64))
        return Counts(
            names=tuple(self.terms),
            terms=np.repeat(np.arange(len(self.terms), dtype=np.int32), lengths),
            rows=self.postings.rows[:].astype(np.int32),
            counts=self.postings.counts[:].astype(np.int32),
            said=self.places.said(),
        )

    def scores(self, terms: Sequence[str]) -> WordScores:
        """What the terms, each given once, count in every document, and which are held."""
        places = [self.terms.find(term) for term in terms]
        held = [
            slice(int(self.starts[at]), int(self.starts[at + 1])) for at in places if at is not None
        ]
        return word_scores(
            [(self.postings.rows[one], self.postings.values[one]) for one in held],
            n_unknown=len(terms) - len(held),
            n_documents=self._n_documents,
        )

    @cached_property
    def _n_words(self) -> int:
        """How many words all documents have together."""
        return int(self._lengths.sum(dtype=np.int64))

    def scores_with(
        self, terms: Sequence[str], counts: Mapping[str, int], *, row: int
    ) -> WordScores:
        """The same as ``scores`` of an index that has one document more, or another text of one.

        Args:
            terms: each given once.
            counts: how often each term stands in that document.
            row: the one whose text it takes, or, for one more, how many there are.
        """
        n_documents = max(self._n_documents, row + 1)
        length = sum(counts.values())
        before = int(self._lengths[row]) if row < self._n_documents else 0
        mean = (self._n_words - before + length) / n_documents
        held, n_unknown = [], 0
        for term in terms:
            rows, often, lengths = self._standing(term, other_than=row)
            if counts.get(term):
                rows = np.append(rows, row)
                often = np.append(often, counts[term])
                lengths = np.append(lengths, length)
            if not len(rows):
                n_unknown += 1
                continue
            longer = K1 * (1 - B + B * rounded_length(lengths) / (mean or 1.0))
            values = idf(len(rows), n_documents) * (K1 + 1) * often / (often + longer)
            held.append((rows, values.astype(np.float32)))
        return word_scores(held, n_unknown=n_unknown, n_documents=n_documents)

    def _standing(self, term: str, *, other_than: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """In which rows a term stands, how often, and how many words these documents have."""
        at = self.terms.find(term)
        within = (
            slice(0, 0) if at is None else slice(int(self.starts[at]), int(self.starts[at + 1]))
        )
        rows = self.postings.rows[within].astype(np.int64)
        often = self.postings.counts[within].astype(np.int64)
        others = rows != other_than
        rows = rows[others]
        return rows, often[others], self._lengths[rows].astype(np.int64)


def in_each(rows: Sequence[np.ndarray]) -> np.ndarray:
    """The rows that are in each of one or more arrays, which have each row once: int64."""
    both = functools.partial(np.intersect1d, assume_unique=True)
    return functools.reduce(both, rows).astype(np.int64)


def word_scores(
    held: Sequence[tuple[np.ndarray, np.ndarray]], *, n_unknown: int, n_documents: int
) -> WordScores:
    """What the terms of a question count in every document.

    Args:
        held: of each term that documents hold, the rows of these and what it counts in each.
        n_unknown: how many more terms there are.
        n_documents: how many documents there are.
    """
    if not held:
        none = Coverage(by_all=0.0, by_one=0.0)
        return WordScores(shares=np.zeros(n_documents), coverage=none)
    lengths = [len(rows) for rows, _ in held]
    weights = [idf(length, n_documents) for length in lengths]
    total = sum(weights) + n_unknown * idf(0, n_documents)
    rows = np.concatenate([rows for rows, _ in held])
    values = np.concatenate([values for _, values in held])
    sums = np.bincount(rows, weights=values, minlength=n_documents)
    by_one = np.bincount(rows, weights=np.repeat(weights, lengths), minlength=n_documents).max()
    return WordScores(
        shares=sums / (total * (K1 + 1)),
        coverage=Coverage(by_all=sum(weights) / total, by_one=float(by_one) / total),
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Postings:
    """Arrays of shape (n_postings,): rows, how often the term stands there, what it counts."""

    rows: np.ndarray | Stored
    counts: np.ndarray | Stored
    values: np.ndarray | Stored


@dataclass(frozen=True, slots=True, kw_only=True)
class Counts:
    """How often each term stands in each document, and what documents say with them.

    ``names`` are the terms, in order; ``terms``, ``rows`` and ``counts`` are arrays of integers of
    one length, a place in each for every term of every document. ``said`` has no term beside these.
    """

    names: Sequence[str]
    terms: np.ndarray
    rows: np.ndarray
    counts: np.ndarray
    said: Said = field(default_factory=lambda: Saying().all())

    @classmethod
    def of(cls, documents: Iterable[Document]) -> Counts:
        """Those of some documents, the rows counting them off."""
        counting = Counting()
        for document in documents:
            counting.add(document)
        return counting.all()

    def moved(self, rows: np.ndarray) -> Counts:
        """The same of documents that stand in other rows.

        Args:
            rows: the new row of each document, -1 where it is left out.
        """
        moved = rows[self.rows]
        stays = moved >= 0
        terms = self.terms[stays]
        is_used = np.zeros(len(self.names), dtype=bool)
        is_used[terms] = True
        numbers = np.cumsum(is_used) - 1
        return Counts(
            names=[self.names[term] for term in np.flatnonzero(is_used).tolist()],
            terms=numbers[terms],
            rows=moved[stays],
            counts=self.counts[stays],
            said=self.said.moved(rows).numbered(numbers),
        )

    def and_those_of(self, other: Counts) -> Counts:
        """Those of these documents and of others, in other rows."""
        names = sorted({*self.names, *other.names})
        places = {name: at for at, name in enumerate(names)}
        numbers = [
            np.array([places[name] for name in one.names], dtype=np.int64) for one in (self, other)
        ]
        terms = [of_one[one.terms] for of_one, one in zip(numbers, (self, other), strict=True)]
        return Counts(
            names=names,
            terms=np.concatenate(terms),
            rows=np.concatenate([self.rows, other.rows]),
            counts=np.concatenate([self.counts, other.counts]),
            said=self.said.numbered(numbers[0]).and_that_of(other.said.numbered(numbers[1])),
        )


class Counting:
    """Counts the words of documents one by one: nobody need keep their texts."""

    def __init__(self) -> None:
        self._places: dict[str, int] = {}
        self._terms, self._rows, self._counts = array("i"), array("i"), array("i")
        self._said = Saying()
        self._n_documents = 0

    def __len__(self) -> int:
        return self._n_documents

    def add(self, document: Document) -> int:
        """Count a document; its row, which counts them off."""
        row, places = self._n_documents, self._places
        self._n_documents += 1
        texts = [tokens(text) for text in document.says]
        counted = Counter(chain(*texts, tokens(document.words)))
        for term in counted:
            self._terms.append(places.setdefault(term, len(places)))
        self._rows.extend([row] * len(counted))
        self._counts.extend(counted.values())
        self._said.add(row, ([places[term] for term in text] for text in texts))
        return row

    def all(self) -> Counts:
        """What was counted in all of them."""
        names = sorted(self._places)
        rank = np.empty(len(names), dtype=np.int32)
        rank[[self._places[term] for term in names]] = np.arange(len(names))
        terms, rows, counts = (
            np.array(one, dtype=np.int32) for one in (self._terms, self._rows, self._counts)
        )
        said = self._said.all().numbered(rank)
        return Counts(names=names, terms=rank[terms], rows=rows, counts=counts, said=said)


@dataclass(frozen=True, slots=True, kw_only=True)
class Valued:
    """What every term counts in each document that holds it, term by term, then by row.

    ``held`` has by term how many documents hold it, ``lengths`` by row how many words a document
    has; the rest are columns of one length.
    """

    terms: np.ndarray
    postings: Postings
    held: np.ndarray
    lengths: np.ndarray


def valued(found: Counts, n_documents: int) -> Valued:
    """The values that BM25 gives what was counted."""
    # Stable, so that what is in order already is only walked through.
    keys = found.terms.astype(np.int64)
    keys *= max(1, n_documents)
    keys += found.rows
    order = np.argsort(keys, kind="stable")
    del keys  # of very many words each of these takes a hundred megabytes
    term, rows, counts = found.terms[order], found.rows[order], found.counts[order]
    lengths = np.bincount(rows, weights=counts, minlength=n_documents).astype(np.int64)
    held = np.bincount(term, minlength=len(found.names))
    weights = np.log(1 + (n_documents - held + 0.5) / (held + 0.5))
    mean = lengths.sum() / n_documents if n_documents else 1.0
    longer = K1 * (1 - B + B * rounded_length(lengths) / (mean or 1.0))
    values = np.empty(len(term), dtype=np.float32)
    for begin in range(0, len(term), _VALUED_AT_ONCE):
        some = slice(begin, begin + _VALUED_AT_ONCE)
        often = counts[some]
        values[some] = weights[term[some]] * (K1 + 1) * often / (often + longer[rows[some]])
    postings = Postings(rows=rows.astype(np.uint32), counts=counts.astype(np.uint32), values=values)
    return Valued(terms=term, postings=postings, held=held, lengths=lengths)


def write_words(folder: Path, found: Counts, n_documents: int) -> None:
    """Write a word index.

    Args:
        folder: a new one.
        found: how often each term stands in each document.
        n_documents: how many there are, with those without a word.
    """
    folder.mkdir(parents=True)
    values = valued(found, n_documents)
    write_strings(folder, "terms", found.names)
    write_array(folder, "starts", starts_of(values.held).astype(np.uint64))
    write_array(folder, "rows", values.postings.rows)
    write_array(folder, "counts", values.postings.counts)
    write_array(folder, "values", values.postings.values)
    write_array(folder, "lengths", values.lengths.astype(np.uint32))
    places = Places.of(found.said, n_terms=len(found.names), n_documents=n_documents)
    write_array(folder, "said-starts", places.starts)
    write_array(folder, "said-places", places.places)
    write_array(folder, "said-begins", places.begins)


def rounded_length(lengths: np.ndarray) -> np.ndarray:
    """Numbers of words as one byte keeps them: those up to 40 as they are, longer ones less.

    The scheme is that of Lucene's ``SmallFloat.intToByte4``, which tantivy has as a table.
    """
    rest = np.maximum(lengths - _EXACT_LENGTH, 0).astype(np.int64)
    bits = np.frexp(rest.astype(np.float64))[1]  # of 0 it is 0, of 8 to 15 it is 4
    shift = np.maximum(bits - 4, 0)
    return np.where(lengths <= _EXACT_LENGTH, lengths, _EXACT_LENGTH + ((rest >> shift) << shift))
