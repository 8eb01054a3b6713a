"""The names of everything that a reader may look for, found by the beginnings of their words.

A *name* is the title of a document, or what a value of a facet is called: its label, its other
names, and what owners call their trade. It is found by the beginnings of any of its words, in any
order, without regard to case and accents, and in every spelling that is one to
``kb.text.analysis``.

Each name leads to an *entry*. Entries are numbered by how they are shown: values first, those of
most cases first, then cases and guides, each by title. So the best of what fits are the lowest
numbers, and no answer looks at more than what begins with the letters that were typed.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

import numpy as np

from kb.engine.local.arrays import (
    Strings,
    read_array,
    starts_of,
    write_array,
    write_strings,
)
from kb.engine.local.words import Counts
from kb.errors import SnapshotCorrupt
from kb.model.holdings import Counted, Outline
from kb.model.taxonomy import LONGEST_CODE, Taxonomy, Term
from kb.text.analysis import plain, stem, unfinished, words

#: The facets of which every value that a case has is an entry: those whose values have a page.
FACETS_NAMED: tuple[str, ...] = ("country", "type", "project", "sector")

#: So many words of what was typed are looked for; more than that no name has.
MOST_WORDS = 12

#: So many times as many values as are wanted are looked at for one whose name fits.
_TRIED = 3

_WRITTEN = re.compile(r"[^\W_]+")
#: How a first word of a name is kept apart from the others.
_FIRST, _OTHER = 2, 1


@dataclass(frozen=True, slots=True, kw_only=True)
class TermEntry:
    """A value of a facet that fits what was typed; ``name`` is which of its names does."""

    facet: str
    term: Term
    name: str
    n_cases: int


@dataclass(frozen=True, slots=True, kw_only=True)
class TitleEntry:
    """A document whose title fits what was typed."""

    id: str
    title: str
    is_guide: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Fitting:
    """What fits what was typed, the best first and no more of each than was asked for."""

    terms: tuple[TermEntry, ...] = ()
    cases: tuple[TitleEntry, ...] = ()
    guides: tuple[TitleEntry, ...] = ()


@dataclass(frozen=True, slots=True)
class _Reading:
    """What was typed, word by word: beginnings of words, or stems, which are found whole."""

    words: tuple[str, ...]
    whole: bool = False

    def fits(self, keys: Sequence[str]) -> bool:
        """Whether a name with these words is found by it."""
        if self.whole:
            return set(self.words) <= set(keys)
        return all(any(key.startswith(one) for key in keys) for one in self.words)


class NameIndex:
    """Everything that has a name, by the beginnings of its words. Safe between threads."""

    def __init__(self, folder: Path) -> None:
        """Map what ``write_names`` wrote.

        Raises:
            SnapshotCorrupt: a file is missing or does not go with the others.
        """
        self._keys = Strings.read(folder, "keys")
        self._starts = read_array(folder, "starts", "uint64", shape=(len(self._keys) + 1,))
        n_postings = int(self._starts[-1])
        #: Of each word the numbers of the entries that have it, and where it stands in the name.
        self._entries = read_array(folder, "entries", "uint32", shape=(n_postings,))
        self._places = read_array(folder, "places", "uint8", shape=(n_postings,))
        self._terms = Strings.read(folder, "terms")
        #: By the places of titles, the rows of their documents.
        self._rows = read_array(folder, "rows", "uint32", shape=(None,))
        self._titles = Strings.read(folder, "titles")
        self._ids = Strings.read(folder, "ids")
        n_cases = read_array(folder, "n-cases", "uint32", shape=(1,))
        self._n_cases = int(n_cases[0])
        if not len(self._rows) == len(self._titles) == len(self._ids) >= self._n_cases:
            raise SnapshotCorrupt(f"{folder} does not hold what it should.")

    @property
    def _n_entries(self) -> int:
        return len(self._terms) + len(self._titles)

    def fitting(
        self,
        typed: str,
        taxonomy: Taxonomy,
        counted: Counted,
        *,
        most: int,
    ) -> Fitting:
        """What has a name that fits what was typed.

        Args:
            typed: what stands in a search box; the last word may be unfinished.
            taxonomy: what the values are called.
            counted: how many cases have each value.
            most: how many of each kind are wanted.
        """
        readings = _readings(typed)
        if not readings:
            return Fitting()
        found = [self._found(reading) for reading in readings]
        entries = np.concatenate([entries for entries, _ in found])
        is_first = np.concatenate([first for _, first in found])
        n_terms, n_cases = len(self._terms), len(self._terms) + self._n_cases
        of_terms = entries < n_terms
        of_cases = ~of_terms & (entries < n_cases)
        terms, cases, guides = (
            _best(entries[some], is_first[some], n)
            for some, n in ((of_terms, _TRIED * most), (of_cases, most), (entries >= n_cases, most))
        )
        named = (self._term(at, readings, taxonomy, counted) for at in terms)
        return Fitting(
            terms=tuple(islice((one for one in named if one is not None), most)),
            cases=tuple(self._title(at - n_terms, is_guide=False) for at in cases),
            guides=tuple(self._title(at - n_terms, is_guide=True) for at in guides),
        )

    def _found(self, reading: _Reading) -> tuple[np.ndarray, np.ndarray]:
        """The entries that a reading fits, and whether its first word begins the name.

        An entry may stand there several times.
        """
        ranges = []
        for one in reading.words:
            ranges.append(self._range(one, whole=reading.whole))
            if ranges[-1].start == ranges[-1].stop:
                return self._entries[:0], np.zeros(0, dtype=bool)
        least = min(range(len(ranges)), key=lambda at: ranges[at].stop - ranges[at].start)
        found = self._entries[ranges[least]]
        for at, other in enumerate(ranges):
            if at != least:
                found = found[self._marked(self._entries[other])[found]]
        begins = self._entries[ranges[0]][self._places[ranges[0]] == _FIRST]
        return found, self._marked(begins)[found]

    def _marked(self, entries: np.ndarray) -> np.ndarray:
        """A mark for each of some entries; what has none costs nothing, as it is never touched."""
        marks = np.zeros(self._n_entries, dtype=bool)
        marks[entries] = True
        return marks

    def _range(self, word: str, *, whole: bool) -> slice:
        """The postings of the words that begin so, or of the one that is it."""
        if whole:
            at = self._keys.find(word)
            begin, end = (0, 0) if at is None else (at, at + 1)
        else:
            begin, end = self._keys.beginning_with(word)
        return slice(int(self._starts[begin]), int(self._starts[end]))

    def _term(
        self, at: int, readings: Sequence[_Reading], taxonomy: Taxonomy, counted: Counted
    ) -> TermEntry | None:
        """A value, where one of its names fits by itself: words of two names mean nothing."""
        facet, _, value = self._terms[at].partition("=")
        term = taxonomy.facet(facet).term(value)
        names = ((name, _keys_of(name)) for name in _names_of(term))
        fits = (name for name, keys in names if any(one.fits(keys) for one in readings))
        name = next(fits, None)
        if name is None:
            return None
        n_cases = counted.count(**{facet: value})
        return TermEntry(facet=facet, term=term, name=name, n_cases=n_cases)

    def _title(self, at: int, *, is_guide: bool) -> TitleEntry:
        return TitleEntry(id=self._ids[at], title=self._titles[at], is_guide=is_guide)

    def title_words(self) -> Counts:
        """The words of the titles, by the rows of their documents: for a build that goes on."""
        lengths = np.diff(self._starts.astype(np.int64))
        terms = np.repeat(np.arange(len(self._keys)), lengths)
        of_titles = self._entries >= len(self._terms)
        return Counts(
            names=tuple(self._keys),
            terms=terms[of_titles],
            rows=self._rows[self._entries[of_titles] - len(self._terms)].astype(np.int64),
            counts=self._places[of_titles].astype(np.int64),
        )


def _best(entries: np.ndarray, is_first: np.ndarray, most: int) -> list[int]:
    """The lowest numbers, those of names that begin with the first word before the others."""
    first = _lowest(entries[is_first], most)
    if len(first) == most:
        return first
    others = _lowest(entries, 2 * most)
    return list(dict.fromkeys((*first, *others)))[:most]


def _lowest(entries: np.ndarray, most: int) -> list[int]:
    """The lowest different numbers, in order."""
    several = 8 * most  # a name has a word in a few spellings
    if len(entries) > several:
        lowest = np.unique(np.partition(entries, several)[:several])
        if len(lowest) >= most:
            return lowest[:most].tolist()
    return np.unique(entries)[:most].tolist()


def _readings(typed: str) -> list[_Reading]:
    """What was typed as written, as it is read, as it may go on, and by its stems.

    What fits one of them fits. A letter alone, as in "U.S.", begins too much to say anything
    unless it is the last of several words, which goes on.
    """
    written = _without_letters(_WRITTEN.findall(plain(typed)))[:MOST_WORDS]
    read = tuple(word.form for word in words(typed))[:MOST_WORDS]
    stems = tuple(filter(None, map(stem, read)))
    beginnings = dict.fromkeys((written, read, (*written[:-1], *map(unfinished, written[-1:]))))
    found = [_Reading(one) for one in beginnings if one]
    return [*found, _Reading(stems, whole=True)] if stems else found


def _without_letters(written: Sequence[str]) -> tuple[str, ...]:
    """Some words without the letters before the last; nothing where several are all letters."""
    kept = (*(one for one in written[:-1] if len(one) > 1), *written[-1:])
    return () if len(kept) < len(written) and len(kept) == 1 and len(kept[0]) == 1 else kept


def _keys_of(name: str) -> list[str]:
    """The words that a name is found by, in all their spellings; those of its beginning first."""
    read = [word.form for word in words(name)]
    every = (*_WRITTEN.findall(plain(name)), *read, *(stem(form) for form in read))
    return [one for one in dict.fromkeys(every) if one]


def _first_keys(name: str) -> set[str]:
    """Those of them that spell the first word that counts."""
    written = _WRITTEN.findall(plain(name))
    read = [word.form for word in words(name)]
    counts = next((form for form in read if stem(form)), "")
    return {*written[:1], *read[:1], counts, stem(counts)} - {""}


def _names_of(term: Term) -> Iterator[str]:
    """What a value is called, its label first; no codes, which begin as many words do."""
    yield term.label
    for name in (*term.aliases, *term.trade_names, *term.foreign):
        if len(name) >= LONGEST_CODE:
            yield name


def _words_of(names: Iterable[tuple[int, str]]) -> Counts:
    """The words of some names, each with the number of its row."""
    places: dict[str, int] = {}
    found: dict[tuple[int, int], int] = {}
    for row, name in names:
        first = _first_keys(name)
        for key in _keys_of(name):
            at = (places.setdefault(key, len(places)), row)
            found[at] = max(found.get(at, _OTHER), _FIRST if key in first else _OTHER)
    order = sorted(places)
    rank = np.empty(len(places), dtype=np.int64)
    rank[[places[key] for key in order]] = np.arange(len(places))
    pairs = np.array(list(found), dtype=np.int64).reshape(-1, 2)
    return Counts(
        names=order,
        terms=rank[pairs[:, 0]],
        rows=pairs[:, 1],
        counts=np.array(list(found.values()), dtype=np.int64),
    )


def write_names(
    folder: Path,
    outlines: Sequence[Outline],
    taxonomy: Taxonomy,
    counted: Counted,
    *,
    earlier: NameIndex | None = None,
    rows_of_earlier: Mapping[int, int] | None = None,
) -> None:
    """Write an index of names.

    Args:
        folder: a new one.
        outlines: of all documents, by row.
        taxonomy: what values are called.
        counted: how many cases have each value.
        earlier: the index of an earlier snapshot, whose titles were read by the same code.
        rows_of_earlier: of its documents those that are the same, with their rows now.
    """
    folder.mkdir()
    kept = rows_of_earlier or {}
    terms = sorted(
        ((facet, term) for facet in FACETS_NAMED for term in counted.terms(facet, taxonomy)),
        key=lambda one: (-counted.count(**{one[0]: one[1].id}), one[1].label),
    )
    named = [(at, name) for at, (_, term) in enumerate(terms) for name in _names_of(term)]
    same = set(kept.values())
    titles = _words_of((row, one.title) for row, one in enumerate(outlines) if row not in same)
    if earlier is not None and kept:
        old = earlier.title_words()
        moved = np.full(1 + int(old.rows.max(initial=-1)), -1, dtype=np.int64)
        for row, now in kept.items():
            if row < len(moved):
                moved[row] = now
        titles = old.moved(moved).and_those_of(titles)
    order = sorted(
        range(len(outlines)),
        key=lambda row: (outlines[row].is_guide, outlines[row].title.casefold(), row),
    )
    numbers = np.empty(len(order), dtype=np.int64)
    numbers[order] = np.arange(len(order)) + len(terms)
    every = Counts(
        names=titles.names,
        terms=titles.terms,
        rows=numbers[titles.rows],
        counts=titles.counts,
    ).and_those_of(_words_of(named))
    _write_postings(folder, every)
    write_strings(folder, "terms", [f"{facet}={term.id}" for facet, term in terms])
    write_strings(folder, "titles", [outlines[row].title for row in order])
    write_strings(folder, "ids", [outlines[row].id for row in order])
    write_array(folder, "rows", np.array(order, dtype=np.uint32))
    n_cases = sum(not one.is_guide for one in outlines)
    write_array(folder, "n-cases", np.array([n_cases], dtype=np.uint32))


def _write_postings(folder: Path, found: Counts) -> None:
    order = np.lexsort((found.rows, found.terms))
    write_strings(folder, "keys", found.names)
    lengths = np.bincount(found.terms, minlength=len(found.names))
    write_array(folder, "starts", starts_of(lengths).astype(np.uint64))
    write_array(folder, "entries", found.rows[order].astype(np.uint32))
    write_array(folder, "places", found.counts[order].astype(np.uint8))
