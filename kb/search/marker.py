"""Which words of texts a query stands for: by single words where these say it, else read whole."""

from __future__ import annotations

import re
from array import array
from collections.abc import Collection, Iterable, Mapping, Sequence
from functools import lru_cache
from itertools import accumulate, chain
from sys import intern

import numpy as np

from kb.text.analysis import (
    BESIDE_NUMBERS,
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
from kb.text.surface import UNTOLD, WORD, surface

_DIGITS = re.compile(r"\d+")
#: A figure that nothing beside it makes another one, as in "5.2", "5%", "5 million" and "5-6".
_ALONE = re.compile(
    r"(?<![\w.,$€£])\d+(?![\w.,’'%/‐‑‒–-])"
    r"(?!\s+(?:[\d%]|(?:per|percent|pct|hundred|thousand|million|mn|mln|billion|bn)\b))",
    re.IGNORECASE,
)

#: A shorter word may be a part of another: "R&D", "Canada's".
_SHORTEST_WHOLE = 3

#: Of so many texts it is remembered how they are read whole: about 1 KB each.
_READ = 512


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
        self._begin_figures = _beginnings_of_figures(self._wanted)
        self._surface = surface()
        self._counts = np.zeros(0, dtype=np.bool_)
        self._looked_at: dict[str, tuple[int, ...] | None] = {}
        self._was_read: dict[str, tuple[tuple[int, int], ...]] = {}

    def words(self, text: str) -> tuple[str, ...]:
        """The words that match as the text writes them, in small letters, each once, in order."""
        own = self._look(text)
        if own is None:
            return tuple(dict.fromkeys(text[start:end].lower() for start, end in self._read(text)))
        if not own:  # most texts
            return ()
        return tuple(dict.fromkeys([self._surface.words[one].lower() for one in own]))

    def marks(self, text: str) -> tuple[tuple[int, int], ...]:
        """Where words of the query stand in a text: (start, end) of each, in order."""
        own = self._look(text)
        if own is None:
            return self._read(text)
        if not own:
            return ()
        words = {self._surface.words[one] for one in own}
        return tuple([one.span() for one in WORD.finditer(text) if one[0] in words])

    def _read(self, text: str) -> tuple[tuple[int, int], ...]:
        if text not in self._was_read:
            stems, starts, ends = _read_whole(text)
            found = [(starts[at], ends[at]) for at, one in enumerate(stems) if one in self._wanted]
            self._was_read[text] = tuple(dict.fromkeys(found))
        return self._was_read[text]

    def look_at(self, *several: Sequence[str]) -> None:
        """Look at some texts at once, before they are asked for: such as those of each case."""
        written = [self._surface.read(tuple(texts)) for texts in several]
        if len(self._counts) < len(self._surface):
            self._learn(len(self._surface))
        texts = list(chain.from_iterable(several))
        if not texts:
            return
        numbers = np.concatenate([one.numbers for one in written])
        begins = accumulate((len(one.numbers) for one in written), initial=0)
        ends = np.concatenate([one.ends + at for one, at in zip(written, begins, strict=False)])
        at = self._counts[numbers].nonzero()[0]
        found: dict[int, dict[int, int]] = {}
        of_texts = ends.searchsorted(at, side="right").tolist()
        for place, where, number in zip(of_texts, at.tolist(), numbers[at].tolist(), strict=True):
            found.setdefault(place, {})[where] = number
        self._looked_at.update(dict.fromkeys(texts, ()))
        for place, of_text in found.items():
            text, begin = texts[place], ends.item(place - 1) if place else 0
            within = range(begin, ends.item(place))
            self._looked_at[text] = self._matching(of_text, numbers, within, text)

    def _look(self, text: str) -> tuple[int, ...] | None:
        """The words of a text that match alone, in order; None where it must be read whole.

        They are told by their numbers.
        """
        if text not in self._looked_at:
            self.look_at([text])
        return self._looked_at[text]

    def _matching(
        self, found: Mapping[int, int], numbers: np.ndarray, within: range, text: str
    ) -> tuple[int, ...] | None:
        """The same of a text with words that count.

        Args:
            found: those, in order, by their places among the numbers.
            numbers: the words of several texts.
            within: the places of the words of this one.
            text: it.
        """
        words = found.values()
        own = tuple(filter(self._own.__contains__, words))
        if self._depending.isdisjoint(words):  # most often
            return own
        is_read_whole = (
            not self._asking.isdisjoint(words)
            or (own and not self._negating.isdisjoint(words))
            or ((own or self._begin_leading) and self._is_led(own, found, numbers, within))
            or (not self._figures.isdisjoint(words) and self._begins_figure(words, text))
            or self._begins_number(found, numbers, within, text)
        )
        return None if is_read_whole else own

    def _learn(self, n_words: int) -> None:
        """Find the words that count among those that are known by now, so many at least.

        ``_own`` match alone, and a text with one that is ``_asking`` is read whole. The others
        depend on what stands beside them.
        """
        read = self._surface
        self._own = read.of_stems(self._wanted)
        own = [read.words[one] for one in self._own]
        self._asking = read.of_forms((UNTOLD, *self._begin_alone))
        self._asking.update(one for one in self._own if _may_be_a_part(read.words[one]))
        self._negating = read.of_forms("t") if any(w.endswith(("n", "N")) for w in own) else set()
        self._in_words = read.of_forms(self._begin_numbers)
        self._figures = read.of_digits(self._begin_figures)
        forms = set(map(plain, own))
        self._leading = {
            number: form
            for number, form in tuple(read.leading.items())
            if form in self._begin_leading
            or form in JOINING
            or not forms.isdisjoint(PARTS_OF_NAMES[form])
        }
        self._depending = self._asking.union(
            self._negating, self._in_words, self._figures, self._leading
        )
        counting = self._own | self._depending
        self._counts = np.zeros(n_words, dtype=np.bool_)
        self._counts[[one for one in counting if one < n_words]] = True

    def _begins_figure(self, found: Iterable[int], text: str) -> bool:
        """Whether a figure that counts may begin with a word: "7" is how "7 million" does."""
        begin = {self._surface.words[one] for one in self._figures.intersection(found)}
        return not begin.isdisjoint(WORD.findall(_ALONE.sub(" ", text)))

    def _begins_number(
        self, found: Mapping[int, int], numbers: np.ndarray, within: range, text: str
    ) -> bool:
        """The same of a number in words: "two" is how "two hundred" begins; alone it is read."""
        places = [at for at, one in found.items() if one in self._in_words]
        if places and ("%" in text or not text.isascii()):
            return True
        beside = [at for place in places for at in (place - 1, place + 1) if at in within]
        forms = [plain(self._surface.words[numbers.item(at)]) for at in beside]
        return not BESIDE_NUMBERS.isdisjoint(forms)

    def _is_led(
        self, own: Sequence[int], found: Mapping[int, int], numbers: np.ndarray, within: range
    ) -> bool:
        """Whether two words that follow one another may be read as one, and that matters.

        It may be one that matches, or take away one of its ``own`` that does.
        """
        for at, one in found.items():
            form = self._leading.get(one)
            if form is None or at + 1 not in within:
                continue
            after = numbers.item(at + 1)
            matters = form in self._begin_leading or after in own or (own and form not in JOINING)
            if matters and may_be_one(form, plain(self._surface.words[after])):
                return True
        return False


def _beginnings_of_figures(wanted: Collection[str]) -> set[str]:
    """The digits with which a text may begin a figure that is asked for."""
    figures = [digits[0] for one in wanted if (digits := _DIGITS.match(one))]
    found = {digits[:length] for digits in figures for length in range(1, len(digits) + 1)}
    return found | {"0"} if found else found


def _may_be_a_part(word: str) -> bool:
    """Whether a word that matches may be a part of another, as in "7 million"."""
    if word.isascii() and word.isdigit():  # whether it is one was asked of all figures
        return False
    return len(word) < _SHORTEST_WHOLE or "_" in word or plain(word) in SCALES
