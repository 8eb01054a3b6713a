"""How common is an English word? Owns symspellpy, for its list of frequencies.

The list has 82,765 words in all their forms, British and American, with how often they were
printed; names and words of other languages are not among them. It is kept as numbers, about a
megabyte: whether a word is there is asked, never which words there are.
"""

from __future__ import annotations

import zlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from importlib.util import find_spec
from pathlib import Path

import numpy as np

from kb.text.analysis import plain

_PACKAGE, _FILE = "symspellpy", "frequency_dictionary_en_82_765.txt"


def key(word: str) -> int:
    """A number of 64 bits for a word, the same on every machine; hardly ever that of another."""
    data = word.encode()
    return zlib.crc32(data) << 32 | zlib.adler32(data)


def keys(words: Iterable[str]) -> np.ndarray:
    """The numbers of some words: uint64 of shape (n_words,)."""
    return np.fromiter(map(key, words), dtype=np.uint64)


@dataclass(frozen=True, slots=True, kw_only=True)
class Frequencies:
    """How common words are, by their numbers in rising order: ``keys`` uint64, ``zipf`` float32.

    Zipf is the logarithm to base 10 of how often a word stands among a thousand million: 7 for
    "the", 3 for a rare word.
    """

    keys: np.ndarray
    zipf: np.ndarray

    @classmethod
    def of(cls, counts: Mapping[str, int]) -> Frequencies:
        """Those of words that were counted."""
        found = keys(counts)
        order = np.argsort(found, kind="stable")
        total = max(1, sum(counts.values()))
        shares = np.fromiter(counts.values(), dtype=np.float64, count=len(counts)) / total
        with np.errstate(divide="ignore"):
            zipf = np.log10(shares * 1e9).astype(np.float32)
        return cls(keys=found[order], zipf=zipf[order])

    def __len__(self) -> int:
        return len(self.keys)

    def of_keys(self, wanted: np.ndarray) -> np.ndarray:
        """The zipf of each number, 0 of one that is not there: float32 of the same shape."""
        if not len(self.keys):
            return np.zeros(len(wanted), dtype=np.float32)
        at = np.minimum(np.searchsorted(self.keys, wanted), len(self.keys) - 1)
        return np.where(self.keys[at] == wanted, self.zipf[at], np.float32(0))

    def of_word(self, word: str) -> float:
        """The zipf of a word, 0 of one that is not there."""
        return float(self.of_keys(np.array([key(word)], dtype=np.uint64))[0])


@cache
def english() -> Frequencies:
    """How common English words are; read once, in about a tenth of a second."""
    package = find_spec(_PACKAGE)
    if package is None or package.origin is None:
        raise ModuleNotFoundError(f"{_PACKAGE} is not installed: run 'pip install {_PACKAGE}'.")
    # The package itself is not imported: only its file is wanted.
    text = Path(package.origin).with_name(_FILE).read_text(encoding="utf-8-sig")
    rows = (line.split() for line in text.splitlines())
    return Frequencies.of({word: int(count) for word, count in rows})


def how_common(word: str) -> float:
    """How common an English word is (zipf), in any case; 0 of one that the list lacks.

    The list has no accents: "cafés" is "cafes".
    """
    return english().of_word(plain(word))


def is_english_word(word: str) -> bool:
    """Whether the list has the word, in any case."""
    return how_common(word) > 0
