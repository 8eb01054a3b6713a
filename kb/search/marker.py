"""Which words of texts a query stands for: by single words where these say it, else read whole."""

from __future__ import annotations

import re
from array import array
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise
from sys import intern

import numpy as np

from kb.text.analysis import (
    BESIDE_NUMBERS,
    HAS_MARKS,
    JOINING,
    LEADING,
    NUMBERS,
    PARTS_OF_NAMES,
    SCALES,
    beginnings,
    may_be_one,
    places,
    plain,
)
from kb.text.surface import Surface, surface

_WORD = re.compile(r"\w+")
_DIGITS = re.compile(r"\d+")
#: A figure that nothing beside it makes another one, as in "5.2", "5%", "5 million" and "5-6".
_ALONE = re.compile(
    r"(?<![\w.,$€£])\d+(?![\w.,’'%/‐‑‒–-])"
    r"(?!\s+(?:[\d%]|(?:per|percent|pct|hundred|thousand|million|mn|mln|billion|bn)\b))",
    re.IGNORECASE,
)
#: As in "U.S.", whose letters are one word.
_DOTTED = re.compile(r"\.[^\W\d_]\.")

#: A shorter word may be a part of another: "R&D", "Canada's".
_SHORTEST_WHOLE = 3

#: What a word is to a query, as bits: one of its own; one for which a text is looked at by itself,
#: in any case or where it has words of the query.
_MATCHES, _ASKS, _ASKS_BESIDE = 1, 2, 4


#: Of so many texts it is remembered how they are read whole: about 1 KB each.
_READ = 512


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Written:
    """Some texts as the numbers of their words, for ``Marker.look_at``: 8 bytes a word.

    ``numbers`` are those of a surface for all texts, one after the other, and ``starts`` say where
    each word begins in its text: int32 of shape (n_words,). ``ends`` says before which word each
    text ends, int64 of shape (n_texts,). ``joined`` has each
    word that may be read as one with what follows it: the place of its text, its plain form, and
    what follows. The texts with signs that may count are told by their places: always read whole
    are those in ``dotted``; ``with_percent`` have a "%".
    """

    of: Surface
    numbers: np.ndarray
    starts: np.ndarray
    ends: np.ndarray
    joined: frozenset[tuple[int, str, str]]
    dotted: frozenset[int]
    with_percent: frozenset[int]


def write(texts: Sequence[str], words: Surface) -> Written:
    """Some texts as the numbers of their words, which are read where they are not known."""
    found = [list(_WORD.finditer(text)) for text in texts]
    in_order = [[one.group() for one in of_text] for of_text in found]
    every = [word for one in in_order for word in one]
    words.read(every)
    return Written(
        of=words,
        numbers=np.array([words.places[word] for word in every], dtype=np.int32),
        starts=np.array([one.start() for of_text in found for one in of_text], dtype=np.int32),
        ends=np.cumsum([len(one) for one in in_order]),
        joined=frozenset(
            (at, first, after)
            for at, one in enumerate(in_order)
            for word, after in pairwise(one)
            if (first := words.leading.get(word)) is not None and may_be_one(first, plain(after))
        ),
        dotted=frozenset(at for at, text in enumerate(texts) if _DOTTED.search(text)),
        with_percent=frozenset(at for at, text in enumerate(texts) if "%" in text),
    )


@dataclass(frozen=True, slots=True)
class _Look:
    """The words of a text that match alone, and whether it must be read whole instead.

    ``matching`` are they as the text writes them, in order, and ``starts`` say where they begin.
    """

    matching: Sequence[str] = ()
    starts: Sequence[int] = ()
    is_read_whole: bool = False


_NOTHING = _Look()


@lru_cache(maxsize=_READ)
def _read_whole(text: str) -> tuple[tuple[str, ...], array[int], array[int]]:
    """A text as it is read whole: the stems that count, where each begins and where it ends."""
    found = places(text)
    stems = tuple(intern(one) for one, _, _ in found)
    return stems, array("I", (one[1] for one in found)), array("I", (one[2] for one in found))


class Marker:
    """Finds the words of a query in texts; what a word is by itself the process remembers.

    Only a text with a word that may be read together with what follows, as "30 per cent" is, is
    read whole. For one query, and for one thread.
    """

    def __init__(self, terms: Iterable[str]) -> None:
        """Take the stems that count."""
        self._wanted = frozenset(terms)
        begin = beginnings(self._wanted)
        self._begin_alone = begin - LEADING - NUMBERS
        self._begin_numbers, self._begin_leading = begin & NUMBERS, begin & LEADING
        self._figures = tuple(one for one in self._wanted if one[0].isdigit())
        self._percent = "%" in self._wanted
        self.surface = surface()
        self._is_to = np.zeros(0, dtype=np.uint8)
        self._looked_at: dict[str, _Look] = {}
        self._was_read: dict[str, tuple[tuple[int, int], ...]] = {}

    def words(self, text: str) -> tuple[str, ...]:
        """The words that match as the text writes them, in small letters, each once, in order."""
        look = self._look(text)
        if look.is_read_whole:
            return tuple(dict.fromkeys(text[start:end].lower() for start, end in self._read(text)))
        if not look.matching:
            return ()
        return tuple(dict.fromkeys([word.lower() for word in look.matching]))

    def marks(self, text: str) -> tuple[tuple[int, int], ...]:
        """Where words of the query stand in a text: (start, end) of each, in order."""
        look = self._look(text)
        is_marked = look.matching and not text.isascii() and HAS_MARKS.search(text)
        if look.is_read_whole or is_marked:
            return self._read(text)
        return tuple(
            (start, start + len(word))
            for word, start in zip(look.matching, look.starts, strict=True)
        )

    def look_at(self, texts: Sequence[str], written: Written) -> None:
        """Look at some texts at once, written in the surface of this marker: quicker than each.

        Those that single words do not decide are left until they are asked for.
        """
        n_known = len(self.surface.known)
        if len(self._is_to) < n_known:
            self._is_to = self._to_words(n_known)
        is_to = self._is_to[written.numbers]
        at = is_to.nonzero()[0]
        found: dict[int, tuple[list[str], list[int]]] = {}
        asking = set(written.dotted | written.with_percent if self._percent else written.dotted)
        beside = set()
        for text, kind, number, start in zip(
            written.ends.searchsorted(at, side="right").tolist(),
            is_to[at].tolist(),
            written.numbers[at].tolist(),
            written.starts[at].tolist(),
            strict=True,
        ):
            if kind & _MATCHES:
                words, starts = found.setdefault(text, ([], []))
                words.append(self.surface.words[number])
                starts.append(start)
            if kind & _ASKS:
                asking.add(text)
            if kind & _ASKS_BESIDE:
                beside.add(text)
        asking |= beside & found.keys()
        asking |= {
            text
            for text, first, after in written.joined
            if first in self._begin_leading or (text in found and self._may_join(first, after))
        }
        for place, text in enumerate(texts):
            if place not in asking:
                own = found.get(place)
                self._looked_at[text] = _NOTHING if own is None else _Look(*own)

    def _to_words(self, n_words: int) -> np.ndarray:
        """What each of so many known words is to the query: bits, uint8 of shape (n_words,)."""
        is_to, read = np.zeros(n_words, dtype=np.uint8), self.surface
        self._own = own = read.of_stems(self._wanted, read.known)
        self._forms = {plain(word) for word in own}
        asking = {word for word in own if _may_be_a_part(word)}
        asking |= read.beginning(self._begin_alone | self._begin_numbers, read.known)
        if self._figures:
            asking |= {word for word in tuple(read.numbers) if self._may_begin_figure(word)}
        beside = {"t", "T"} if any(word.endswith(("n", "N")) for word in own) else set()
        for kind, words in ((_MATCHES, own), (_ASKS, asking), (_ASKS_BESIDE, beside)):
            for word in words:
                place = read.places.get(word, n_words)
                if place < n_words:
                    is_to[place] |= kind
        return is_to

    def _may_join(self, first: str, after: str) -> bool:
        """Whether a word and what follows, read as one, may take away a word that matches."""
        if first in JOINING:
            return after in self._own
        return not self._forms.isdisjoint(PARTS_OF_NAMES[first])

    def _read(self, text: str) -> tuple[tuple[int, int], ...]:
        if text not in self._was_read:
            stems, starts, ends = _read_whole(text)
            found = [(starts[at], ends[at]) for at, one in enumerate(stems) if one in self._wanted]
            self._was_read[text] = tuple(dict.fromkeys(found))
        return self._was_read[text]

    def _look(self, text: str) -> _Look:
        """What a look at the single words of a text finds; each text is looked at once."""
        if text not in self._looked_at:
            self._looked_at[text] = self._new_look(text)
        return self._looked_at[text]

    def _new_look(self, text: str) -> _Look:
        found = list(_WORD.finditer(text))
        in_order = [one.group() for one in found]
        words, known = set(in_order), self.surface.known
        if not words <= known:
            self.surface.read(words)
        matching = self.surface.of_stems(self._wanted, words)
        is_read_whole = bool(
            (self._begin_alone and self.surface.beginning(self._begin_alone, words))
            or (self._figures and self._begins_figure(text, words))
            or (self._begin_numbers and self._begins_number(text, in_order, words))
            or _DOTTED.search(text)
            or (self._percent and "%" in text)
            or (matching and _may_be_less(matching, words))
            or self._is_led(in_order, words, matching)
        )
        own = [one for one in found if one.group() in matching]
        return _Look([one.group() for one in own], [one.start() for one in own], is_read_whole)

    def _begins_figure(self, text: str, words: set[str]) -> bool:
        """Whether a figure that counts may begin with a word: "7" is how "7 million" does."""
        begin = {word for word in words & self.surface.numbers if self._may_begin_figure(word)}
        return bool(begin) and not begin.isdisjoint(_WORD.findall(_ALONE.sub(" ", text)))

    def _may_begin_figure(self, word: str) -> bool:
        digits = _DIGITS.match(word)
        return digits is not None and (
            digits[0] == "0" or any(one.startswith(digits[0]) for one in self._figures)
        )

    def _begins_number(self, text: str, in_order: Sequence[str], words: set[str]) -> bool:
        """The same of a number in words: "two" is how "two hundred" begins; alone it is read."""
        begin = self.surface.beginning(self._begin_numbers, words)
        if begin and ("%" in text or not text.isascii()):
            return True
        for at in [at for at, word in enumerate(in_order) if word in begin] if begin else ():
            beside = (*in_order[max(0, at - 1) : at], *in_order[at + 1 : at + 2])
            if not BESIDE_NUMBERS.isdisjoint(map(plain, beside)):
                return True
        return False

    def _is_led(self, in_order: Sequence[str], words: set[str], matching: set[str]) -> bool:
        """Whether two words that follow one another may be read as one, and that matters.

        It may be one that matches, or take away one that does.
        """
        if not matching and not self._begin_leading:
            return False
        leading, forms = self.surface.leading, {plain(word) for word in matching}
        matters = {
            word: form
            for word in words & leading.keys()
            for form in (leading[word],)
            if form in self._begin_leading
            or (matching and form in JOINING)
            or not forms.isdisjoint(PARTS_OF_NAMES.get(form, ()))
        }
        if not matters:
            return False
        for at in [at for at, word in enumerate(in_order[:-1]) if word in matters]:
            first, after = matters[in_order[at]], in_order[at + 1]
            takes = first not in JOINING or after in matching
            if (takes or first in self._begin_leading) and may_be_one(first, plain(after)):
                return True
        return False


def _may_be_less(matching: set[str], words: set[str]) -> bool:
    """Whether a word that matches may be a part of another, as in "7 million" or "don't"."""
    if any(map(_may_be_a_part, matching)):
        return True
    is_negated = "t" in words or "T" in words
    return is_negated and any(word.endswith(("n", "N")) for word in matching)


def _may_be_a_part(word: str) -> bool:
    if word.isascii() and word.isdigit():  # whether it is one was asked of all figures
        return False
    return len(word) < _SHORTEST_WHOLE or "_" in word or plain(word) in SCALES
