"""What documents say, word after word: which of them say some words one after the other.

Every word that documents say has a *place*: they are counted off text by text, document by document
in the order of their rows. Behind each text one place is left free, so that no phrase leads from
one text into the next. Of each term its places are kept in order, so a phrase asks for those of
its own words alone, however many documents there are.
"""

from __future__ import annotations

from array import array
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np

from kb.engine.base import distinct
from kb.engine.local.arrays import starts_of, stretches

#: Stands between two texts, where a term would.
_BETWEEN = -1
#: So many values numpy sorts by counting, which takes a tenth of the time.
_COUNTED = 1 << 16


@dataclass(frozen=True, slots=True, kw_only=True)
class Said:
    """What some documents say, in memory.

    ``terms`` (int32) are the terms of their words by number, one document after the other, and
    ``_BETWEEN`` behind each text; ``rows`` are those of the documents, and ``lengths`` how many
    of ``terms`` each has: int64 of one shape.
    """

    terms: np.ndarray
    rows: np.ndarray
    lengths: np.ndarray

    def numbered(self, numbers: np.ndarray) -> Said:
        """The same with other numbers of terms: by the one that each has, the new one."""
        # What stands between texts is the last of these.
        terms = np.append(numbers, _BETWEEN).astype(np.int32)[self.terms]
        return Said(terms=terms, rows=self.rows, lengths=self.lengths)

    def moved(self, rows: np.ndarray) -> Said:
        """The same of documents that stand in other rows: the new row of each, -1 to leave it."""
        moved = rows[self.rows]
        return self._of(np.flatnonzero(moved >= 0), moved)

    def in_order(self) -> Said:
        """The same, row after row."""
        return self._of(np.argsort(self.rows, kind="stable"), self.rows)

    def _of(self, chosen: np.ndarray, rows: np.ndarray) -> Said:
        if len(chosen) == len(rows) and (chosen[1:] > chosen[:-1]).all():
            return Said(terms=self.terms, rows=rows, lengths=self.lengths)
        places, lengths = stretches(starts_of(self.lengths), chosen)
        return Said(terms=self.terms[places], rows=rows[chosen], lengths=lengths)

    def and_that_of(self, other: Said) -> Said:
        """That of these documents and of others, in other rows."""
        return Said(
            terms=np.concatenate([self.terms, other.terms]),
            rows=np.concatenate([self.rows, other.rows]),
            lengths=np.concatenate([self.lengths, other.lengths]),
        )


class Saying:
    """What documents say, as they are read one by one."""

    def __init__(self) -> None:
        self._terms, self._rows, self._lengths = array("i"), array("q"), array("q")

    def add(self, row: int, texts: Iterable[Iterable[int]]) -> None:
        """Add the texts of a document, each as the numbers of its terms."""
        before = len(self._terms)
        for text in texts:
            self._terms.extend(text)
            self._terms.append(_BETWEEN)
        self._rows.append(row)
        self._lengths.append(len(self._terms) - before)

    def all(self) -> Said:
        """What all of them say."""
        rows, lengths = (np.array(one, dtype=np.int64) for one in (self._rows, self._lengths))
        return Said(terms=np.array(self._terms, dtype=np.int32), rows=rows, lengths=lengths)


@dataclass(frozen=True, slots=True, kw_only=True)
class Places:
    """Where each term is said.

    The places of term t (uint32, in order) are those from ``starts[t]`` up to ``starts[t + 1]``.
    ``begins`` has by row the first place of each document; each is uint64, with one more
    behind the last.
    """

    starts: np.ndarray
    places: np.ndarray
    begins: np.ndarray

    @classmethod
    def of(cls, said: Said, *, n_terms: int, n_documents: int) -> Places:
        """Those of what documents say."""
        ordered = said.in_order()
        lengths = np.zeros(n_documents, dtype=np.int64)
        lengths[ordered.rows] = ordered.lengths
        terms = np.where(ordered.terms == _BETWEEN, n_terms, ordered.terms)
        often = np.bincount(terms, minlength=n_terms + 1)[:n_terms]
        return cls(
            starts=starts_of(often).astype(np.uint64),
            places=_sorted_places(terms, n_terms + 1)[: int(often.sum())].astype(np.uint32),
            begins=starts_of(lengths).astype(np.uint64),
        )

    def said(self) -> Said:
        """What documents say, in memory: for a build that goes on."""
        terms = np.full(int(self.begins[-1]), _BETWEEN, dtype=np.int32)
        often = np.diff(self.starts.astype(np.int64))
        terms[self.places] = np.repeat(np.arange(len(often), dtype=np.int32), often)
        lengths = np.diff(self.begins.astype(np.int64))
        rows = np.flatnonzero(lengths)
        return Said(terms=terms, rows=rows, lengths=lengths[rows])

    def of_term(self, term: int) -> np.ndarray:
        """Where a term is said."""
        return self.places[int(self.starts[term]) : int(self.starts[term + 1])]


def rows_saying(places: Sequence[np.ndarray], begins: np.ndarray) -> np.ndarray:
    """The rows of the documents that say some words one after the other, in their order.

    Args:
        places: of each word where it is said, uint32 in order; at least one word.
        begins: by row where each document begins, uint64, with one more behind the last.
    """
    by_length = sorted(range(len(places)), key=lambda at: len(places[at]))
    first = by_length[0]
    # Places before the first wrap around, to where no word is.
    at = places[first] - np.uint32(first)
    for word in by_length[1:]:
        wanted, there = at + np.uint32(word), places[word]
        found = np.searchsorted(there, wanted)
        found[found == len(there)] = 0
        at = at[there[found] == wanted] if len(there) else at[:0]
    return distinct(np.searchsorted(begins, at.astype(np.uint64), side="right") - 1)


def _sorted_places(values: np.ndarray, n_values: int) -> np.ndarray:
    """The places of values from 0 up to ``n_values``, equal ones in their order."""
    order = np.argsort((values % _COUNTED).astype(np.uint16), kind="stable")
    if n_values > _COUNTED:
        high = (values // _COUNTED).astype(np.uint16)
        order = order[np.argsort(high[order], kind="stable")]
    return order
