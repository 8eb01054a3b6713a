"""Words as texts write them, by the stems that they are read as; remembered by the process.

Whoever shows where the words of a query stand looks at every word of every text that it shows.
What a word says by itself is the same for every query, so it is found out once, whatever is
asked: what is left for a query is which words have its stems, and which of these a text has.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from hashlib import blake2b
from threading import Lock

import numpy as np

from kb.text.analysis import FIRST_OF_NAMES, HAS_MARKS, LEADING, plain, terms

#: A word as ``Surface`` takes it: it is not divided, but may be a part of one.
WORD = re.compile(r"\w+")
#: Stands behind the words of a text that these do not tell: one with words such as "U.S.", or
#: with letters written as several signs. It is no word.
UNTOLD = "."
#: The forms by which words are found: those that begin a name, and what ends "don't".
TOLD = FIRST_OF_NAMES | {"t", UNTOLD}

#: So many words are kept, then all are forgotten: a text of a page has a few hundred.
MOST_WORDS = 50_000
#: Of so many cases it is kept which words their texts have, about 3 KB each.
MOST_WRITTEN = 1_024

#: As in "U.S.", whose letters are one word.
_DOTTED = re.compile(r"\.[^\W\d_]\.")
_DIGITS = re.compile(r"\d+")


@dataclass(frozen=True, slots=True, eq=False)
class Written:
    """Some texts as the numbers of their words.

    ``numbers`` are those of all texts, one after the other: int32 of shape (n_words,). Behind
    those of a text stand those of signs that may count wherever they are: "%" and ``UNTOLD``.
    ``ends`` says before which place each text ends: int32 of shape (n_texts,).
    """

    numbers: np.ndarray
    ends: np.ndarray


class Surface:
    """Words as they are written, what each is read as alone, and how it may be read otherwise.

    ``words`` are those that were read, by their numbers from 0: texts and what a query asks for
    are told in these, which takes little memory, so that it is looked at quickly. ``leading`` has
    of those that may be read together with what follows the plain form. Safe between threads: a
    word has its number after it is everywhere else.
    """

    def __init__(self) -> None:
        self.words: list[str] = []
        self.leading: dict[int, str] = {}
        self._numbers: dict[str, int] = {}
        self._by_stem: dict[str, tuple[int, ...]] = {}
        self._by_form: dict[str, tuple[int, ...]] = {}
        self._by_digits: dict[str, tuple[int, ...]] = {}
        # By a digest of the texts: to keep these would take twice as much again.
        self._written: dict[bytes, Written] = {}
        self._lock = Lock()

    def __len__(self) -> int:
        return len(self._numbers)

    def read(self, texts: tuple[str, ...]) -> Written:
        """The words of some texts, such as those of a case, by their numbers."""
        digest = _digest(texts)
        written = self._written.get(digest)
        if written is None:
            of_each = [_words(text) for text in texts]
            every = [word for words in of_each for word in words]
            self._add(every)
            written = Written(
                numbers=np.array([self._numbers[word] for word in every], dtype=np.int32),
                ends=np.cumsum([len(words) for words in of_each], dtype=np.int32),
            )
            if len(self._written) >= MOST_WRITTEN:
                self._written.clear()
            self._written[digest] = written
        return written

    def _add(self, words: Iterable[str]) -> None:
        with self._lock:
            for word in {word for word in words if word not in self._numbers}:
                number, form, digits = len(self.words), plain(word), _DIGITS.match(word)
                self.words.append(word)
                for stem in terms(word):
                    _add(self._by_stem, stem, number)
                if form in LEADING:
                    self.leading[number] = form
                if form in TOLD:
                    _add(self._by_form, form, number)
                if digits:
                    _add(self._by_digits, digits[0], number)
                self._numbers[word] = number

    def of_stems(self, stems: Iterable[str]) -> set[int]:
        """The words that one of some stems is made of."""
        return _under(self._by_stem, stems)

    def of_forms(self, forms: Iterable[str]) -> set[int]:
        """The words whose plain form is one of some: only of those in ``TOLD``."""
        return _under(self._by_form, forms)

    def of_digits(self, digits: Iterable[str]) -> set[int]:
        """The words that begin with some digits and go on with none: "7th" with "7"."""
        return _under(self._by_digits, digits)


def _digest(texts: Iterable[str]) -> bytes:
    """What tells some texts from all others; no text has the sign that stands between them."""
    return blake2b("\0".join(texts).encode(errors="surrogatepass"), digest_size=16).digest()


def _words(text: str) -> list[str]:
    """The words of a text in order, and the signs that may count."""
    words = WORD.findall(text)
    if "%" in text:
        words.append("%")
    if _DOTTED.search(text) or (not text.isascii() and HAS_MARKS.search(text)):
        words.append(UNTOLD)
    return words


def _add(table: dict[str, tuple[int, ...]], key: str, number: int) -> None:
    table[key] = (*table.get(key, ()), number)


def _under(table: Mapping[str, tuple[int, ...]], keys: Iterable[str]) -> set[int]:
    return {number for key in keys for number in table.get(key, ())}


_surface = Surface()


def surface() -> Surface:
    """What this process has read; begun anew where it is too much to keep."""
    global _surface
    if len(_surface) > MOST_WORDS:
        _surface = Surface()
    return _surface
