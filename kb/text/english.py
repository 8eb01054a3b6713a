"""How common is an English word? Owns symspellpy, for its list of frequencies.

The list has 82,765 words in all their forms, British and American, with how often they were
printed; names and words of other languages are not among them. It is kept as numbers, about a
megabyte: whether a word is there is asked, never which words there are.
"""

from __future__ import annotations

import zlib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from importlib.util import find_spec
from pathlib import Path

import numpy as np

from kb.text.analysis import plain

_PACKAGE, _FILE = "symspellpy", "frequency_dictionary_en_82_765.txt"
#: What CRC-32 divides by, the lowest bit first, and Adler-32.
_CRC, _ADLER = np.uint32(0xEDB88320), np.uint32(65521)


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
        return cls.by_key(keys(counts), np.fromiter(counts.values(), dtype=np.int64))

    @classmethod
    def by_key(cls, found: np.ndarray, counts: np.ndarray) -> Frequencies:
        """Those of words by their numbers: uint64, and how often each was counted, int64."""
        order = np.argsort(found, kind="stable")
        with np.errstate(divide="ignore"):
            zipf = np.log10(counts / max(1, counts.sum()) * 1e9).astype(np.float32)
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
        wanted = np.uint64(key(word))
        at = int(self.keys.searchsorted(wanted))
        return float(self.zipf[at]) if at < len(self.keys) and self.keys[at] == wanted else 0.0


@cache
def english() -> Frequencies:
    """How common English words are; read once, in about a fiftieth of a second."""
    package = find_spec(_PACKAGE)
    if package is None or package.origin is None:
        raise ModuleNotFoundError(f"{_PACKAGE} is not installed: run 'pip install {_PACKAGE}'.")
    # The package itself is not imported: only its file is wanted.
    return frequencies_in(Path(package.origin).with_name(_FILE).read_bytes())


def frequencies_in(text: bytes) -> Frequencies:
    """The frequencies that a text lists: on each line a word, a space, and how often it is counted.

    All words are read side by side, a letter of each at a time: to read one after the other
    takes a tenth of a second, and every process that answers waits for it.

    Args:
        text: of some lines, each of which ends in a letter or in a line feed alone; a word
            stands on one of them.
    """
    letters = np.frombuffer(text.removeprefix(b"\xef\xbb\xbf").rstrip() + b"\n", dtype=np.uint8)
    ends = np.flatnonzero(letters == ord("\n"))
    spaces = np.flatnonzero(letters == ord(" "))
    begins = np.concatenate(([0], ends[:-1] + 1))
    counts = np.zeros(len(ends), dtype=np.int64)
    for some, digits in _side_by_side(letters, spaces + 1, ends):
        counts[some] = counts[some] * 10 + (digits - ord("0"))
    return Frequencies.by_key(_keys_at(letters, begins, spaces), counts)


def _side_by_side(
    letters: np.ndarray, begins: np.ndarray, ends: np.ndarray
) -> Iterator[tuple[np.ndarray, np.ndarray]]:
    """The first letters of some words, then the second ones, until the longest word is read.

    Yields:
        Which words have such a letter, and the letters.
    """
    some = np.arange(len(begins))
    for at in range(int((ends - begins).max(initial=0))):
        some = some[begins[some] + at < ends[some]]
        yield some, letters[begins[some] + at]


def _keys_at(letters: np.ndarray, begins: np.ndarray, ends: np.ndarray) -> np.ndarray:
    """``keys`` of the words that stand at some places: CRC-32 and Adler-32, as zlib has them."""
    crc = np.full(len(begins), 0xFFFFFFFF, dtype=np.uint32)
    low, high = np.ones(len(begins), dtype=np.uint32), np.zeros(len(begins), dtype=np.uint32)
    table = _crc_table()
    for some, letter in _side_by_side(letters, begins, ends):
        crc[some] = table[(crc[some] ^ letter) & 0xFF] ^ (crc[some] >> 8)
        low[some] = (low[some] + letter) % _ADLER
        high[some] = (high[some] + low[some]) % _ADLER
    return (~crc).astype(np.uint64) << 32 | (high << 16 | low)


def _crc_table() -> np.ndarray:
    """What CRC-32 makes of each of the 256 letters: uint32."""
    table = np.arange(256, dtype=np.uint32)
    for _ in range(8):
        table = np.where(table & 1, table >> 1 ^ _CRC, table >> 1)
    return table


def how_common(word: str) -> float:
    """How common an English word is (zipf), in any case; 0 of one that the list lacks.

    The list has no accents: "cafés" is "cafes".
    """
    return english().of_word(plain(word))


def is_english_word(word: str) -> bool:
    """Whether the list has the word, in any case."""
    return how_common(word) > 0
