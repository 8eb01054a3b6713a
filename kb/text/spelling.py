"""Slips of typing, repaired with the words of the compendium and of English. Owns rapidfuzz.

A word is only replaced if neither the compendium nor a list of English words knows it, nor its
parts, and if what it would become is likely: common enough for the slips that it takes. What is
looked up is counted and numbered when the table is made, so that a repair costs the same however
many words there are.
"""

from __future__ import annotations

import math
import re
import zlib
from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from itertools import combinations
from pathlib import Path

import numpy as np
from rapidfuzz.distance import OSA

from kb.model.files import save_array
from kb.text.analysis import JOINING, is_short_name, words
from kb.text.english import Frequencies, english, is_english_word, keys
from kb.text.language import with_words, words_of

#: Shorter words are as often names or acronyms as slips.
_SHORTEST = 4
#: Longer ones are no words, or not of a language that is repaired here.
_LONGEST = 24
_TWO_SLIPS_FROM = 7
#: More unknown words than this are no slips.
_MOST_REPAIRS = 12
#: After the repair most words must be known; else the text is in another language.
_KNOWN_SHARE = 0.8
#: A word is deleted from in its first letters only, as two slips are hardly ever all behind them.
_PREFIX = 7
#: Nearest words that are compared letter by letter.
_MOST_COMPARED = 24

#: First parts of words that no dictionary has all of: "agritourism", "microloan".
_PARTS = (
    *JOINING,
    *"aero agri agro auto bio counter cross cyber down eco electro fin geo hyper macro".split(),
    *"mega meta nano out over photo post self super tele trans ultra un under up".split(),
)
_SHORTEST_REST = 4

#: Words of the field that are in no list and look like a slip of another.
_OF_THE_FIELD = frozenset(
    "cobot cobots coopetitive coopetitor coopetitors startup startups".split()
)

#: How much of a language is that of the compendium, where its own words are weighed.
_OWN = 0.7
#: What a word must be worth after its slips: tuned on the typing errors of judged queries.
_LEAST_WORTH, _LEAST_WORTH_OF_NAME = 2.0, 3.0

_VOWELS = frozenset("aeiouy")
_KEYBOARD = ("qwertyuiop", "asdfghjkl", "zxcvbnm")
_BESIDE = {
    letter: frozenset(
        other
        for near in _KEYBOARD[max(0, row - 1) : row + 2]
        for other in near[max(0, at - 1) : at + 2]
    )
    for row, letters in enumerate(_KEYBOARD)
    for at, letter in enumerate(letters)
}
_ALPHABET = "abcdefghijklmnopqrstuvwxyz"


@dataclass(frozen=True, slots=True, kw_only=True)
class SpellingTable:
    """The words of a compendium, to be looked up by what is left of them after slips.

    ``frequencies`` are those of every word. ``text`` holds those that a slip may become, each
    ended by a line feed, as bytes; ``starts`` is where each begins, one more at the end.
    ``deletions`` are the numbers of what is left of them, in rising order (uint32), and
    ``owners`` of which word each is left (uint32).
    """

    frequencies: Frequencies
    n_counted: int
    text: np.ndarray
    starts: np.ndarray
    deletions: np.ndarray
    owners: np.ndarray

    @classmethod
    def of(cls, counts: Mapping[str, int], earlier: SpellingTable | None = None) -> SpellingTable:
        """The table of lower-case words and how often each occurs.

        Args:
            counts: of the words.
            earlier: one of other counts, from which the work on words that are in both is taken.
        """
        meant = sorted(word for word in counts if _SHORTEST - 1 <= len(word) <= _LONGEST)
        encoded = [f"{word}\n".encode() for word in meant]
        starts = np.cumsum([0, *map(len, encoded)], dtype=np.uint32)
        places = {word: place for place, word in enumerate(meant)}
        known = [] if earlier is None else earlier.words()
        moved = np.array([places.get(word, -1) for word in known], dtype=np.int64)
        fresh = sorted(places.keys() - set(known))
        left = [_deletions(word, 2 if len(word) >= _TWO_SLIPS_FROM else 1) for word in fresh]
        deletions = np.fromiter(
            (zlib.crc32(one.encode()) for of_word in left for one in of_word), dtype=np.uint32
        )
        numbers = np.array([places[word] for word in fresh], dtype=np.int64)
        owners = np.repeat(numbers, [len(one) for one in left])
        if earlier is not None:
            kept = moved[earlier.owners]
            owners = np.concatenate([kept[kept >= 0], owners])
            deletions = np.concatenate([earlier.deletions[kept >= 0], deletions])
        owners = owners.astype(np.uint32)
        # Stable, so that what is in order already is only walked through.
        pairs = deletions.astype(np.uint64) << np.uint64(32) | owners
        order = np.argsort(pairs, kind="stable")
        return cls(
            frequencies=Frequencies.of(counts),
            n_counted=sum(counts.values()),
            text=np.frombuffer(b"".join(encoded), dtype=np.uint8),
            starts=starts,
            deletions=deletions[order],
            owners=owners[order],
        )

    def words(self) -> list[str]:
        """The words that a slip may become, in their order."""
        return self.text.tobytes().decode().split("\n")[:-1]

    def write(self, folder: Path) -> None:
        """Write the table into a new folder, a file for each array."""
        folder.mkdir()
        for name, array in self._arrays().items():
            save_array(folder / f"{name}.npy", array)

    @classmethod
    def open(cls, folder: Path) -> SpellingTable:
        """The table in a folder. Its files are mapped: only what is looked up is read."""
        arrays = {
            path.stem: np.load(path, mmap_mode="r", allow_pickle=False)
            for path in sorted(folder.glob("*.npy"))
        }
        frequencies = Frequencies(keys=arrays.pop("keys"), zipf=arrays.pop("zipf"))
        n_counted = int(arrays.pop("n_counted"))
        return cls(frequencies=frequencies, n_counted=n_counted, **arrays)

    def _arrays(self) -> dict[str, np.ndarray]:
        own = {name: getattr(self, name) for name in ("text", "starts", "deletions", "owners")}
        own["n_counted"] = np.array(self.n_counted)
        return {"keys": self.frequencies.keys, "zipf": self.frequencies.zipf, **own}

    def how_common(self, word: str) -> float:
        """See ``Speller.how_common``."""
        zipf = self.frequencies.of_word(word)
        return zipf + self._less if zipf else 0.0

    @property
    def _less(self) -> float:
        """What the zipf of a word is less in a part of a million words."""
        return math.log10(self.n_counted / (self.n_counted + 1_000_000)) if self.n_counted else 0.0

    def near(self, word: str, slips: int) -> list[str]:
        """The words that are at most so many slips from a word, in no order that means anything."""
        left = np.fromiter(
            (zlib.crc32(one.encode()) for one in _deletions(word, slips)), dtype=np.uint32
        )
        first = np.searchsorted(self.deletions, left, side="left")
        last = np.searchsorted(self.deletions, left, side="right")
        places = {
            int(place)
            for start, end in zip(first.tolist(), last.tolist(), strict=True)
            for place in self.owners[start:end]
        }
        near = []
        for place in sorted(places):
            other = bytes(self.text[self.starts[place] : self.starts[place + 1] - 1]).decode()
            if OSA.distance(word, other, score_cutoff=slips) <= slips:
                near.append(other)
        return near


def _deletions(word: str, most: int) -> set[str]:
    """What is left of the first letters of a word without some of them, each once."""
    first = word[:_PREFIX]
    return {
        "".join(kept)
        for n_gone in range(min(most, len(first) - 1) + 1)
        for kept in combinations(first, len(first) - n_gone)
    }


def _one_slip(word: str) -> Iterator[str]:
    """Everything that is one slip from a word in plain letters."""
    for at in range(len(word) + 1):
        head, tail = word[:at], word[at:]
        if tail:
            yield head + tail[1:]
        if len(tail) > 1:
            yield head + tail[1] + tail[0] + tail[2:]
        for letter in _ALPHABET:
            yield head + letter + tail
            if tail:
                yield head + letter + tail[1:]


class Speller:
    """Repairs queries with the words of one compendium. Immutable; safe between threads."""

    def __init__(self, vocabulary: Mapping[str, int] | SpellingTable) -> None:
        """Take the vocabulary: lower-case words and how often each occurs, or their table."""
        is_made = isinstance(vocabulary, SpellingTable)
        self._table = vocabulary if is_made else SpellingTable.of(vocabulary)

    def how_common(self, word: str) -> float:
        """How common a word in lower case is in the compendium, as zipf: 0 of one not there.

        A small compendium says little: it is read as a part of a million words.
        """
        return self._table.how_common(word)

    def repair(self, text: str, *, kept: Collection[str] = ()) -> str:
        """The text with its slips repaired; the text itself if there are none.

        Text in another language is left alone, and so are the words that are ``kept``.
        """
        typed = words_of(text)
        joined = (one.partition("-") for one in _JOINED.findall(text))
        parts = {second for first, _, second in joined if self._knows(first + second)}
        unknown = {
            word for word in typed if not (word in parts or word in kept or self._knows(word))
        }
        if not unknown or len(unknown) > _MOST_REPAIRS:
            return text
        better: dict[str, str] = {}
        for word in unknown:
            repaired = self._better(word)
            if repaired is not None:
                better[word] = repaired
        n_known = sum(word not in unknown or word in better for word in typed)
        if n_known < _KNOWN_SHARE * len(typed):
            return text
        return with_words(text, better.get)

    def slip_of(self, word: str) -> str | None:
        """The one word of which another is a likely slip; None of one that is known, or far."""
        if self._knows(word) or len(word) > _LONGEST:
            return None
        return self._nearest(word.lower(), is_name=word[0].isupper())

    def _knows(self, word: str) -> bool:
        """Whether a word stands anywhere: in the compendium, in English, by its parts."""
        lower = word.lower()
        if len(lower) < _SHORTEST or sum(map(str.isupper, word)) > 1:
            return True
        if lower in _OF_THE_FIELD or lower in JOINING or is_short_name(lower):
            return True
        spellings = (lower, *(read.form for read in words(lower)))
        if any(self._is_listed(one) for one in spellings):
            return True
        rests = (lower.removeprefix(part) for part in _PARTS if lower.startswith(part))
        return any(len(rest) >= _SHORTEST_REST and self._is_listed(rest) for rest in rests)

    def _is_listed(self, lower: str) -> bool:
        return self._table.frequencies.of_word(lower) > 0 or is_english_word(lower)

    def _better(self, word: str) -> str | None:
        lower = word.lower()
        if len(lower) > _LONGEST:
            return None
        is_name = word[0].isupper()
        return self._nearest(lower, is_name=is_name) or self._two_words(lower)

    def _nearest(self, word: str, *, is_name: bool) -> str | None:
        """The likeliest word: how common it is, less what its slips are worth."""
        slips = 2 if len(word) >= _TWO_SLIPS_FROM and not is_name else 1
        near = set(self._table.near(word, slips))
        if word.isascii() and not is_name:
            others = list(dict.fromkeys(_one_slip(word)))
            found = np.flatnonzero(english().of_keys(keys(others)))
            near |= {others[at] for at in found.tolist()}
        ranked = sorted((-self._worth(one), one) for one in near)[:_MOST_COMPARED]
        judged = [(worth + _cost(word, one, is_name=is_name), one) for worth, one in ranked]
        best = min(judged, default=(0.0, ""))
        least = _LEAST_WORTH_OF_NAME if is_name else _LEAST_WORTH
        return best[1] if best[0] <= -least else None

    def _worth(self, word: str) -> float:
        """How common a word is, in the compendium first of all: as zipf."""
        own = self._table.frequencies.of_word(word)
        general = english().of_word(word)
        share = _OWN * (10**own if own else 0) + (1 - _OWN) * (10**general if general else 0)
        return float(np.log10(share)) if share > 0 else 0.0

    def _two_words(self, word: str) -> str | None:
        """``jointpurchasing`` as ``joint purchasing``: the split whose rarer word is commonest."""
        known = self._table.frequencies.of_word
        splits = [
            (min(known(word[:at]), known(word[at:])), word[:at], word[at:])
            for at in range(3, len(word) - 2)
            if known(word[:at]) and known(word[at:])
        ]
        if not splits:
            return None
        _, first, second = max(splits)
        return f"{first} {second}"


def _cost(typed: str, meant: str, *, is_name: bool) -> float:
    """What the slips from one word to another are worth, as powers of ten: likely ones are cheap.

    Two letters that changed places, and one that is doubled or not, are the likeliest; another
    letter is less likely unless both are vowels or lie side by side; the first letter is hardly
    ever wrong. A name is no slip of another word by one letter in its place.
    """
    n, m = len(typed), len(meant)
    rows = [[0.0] * (m + 1) for _ in range(n + 1)]
    for i in range(n + 1):
        for j in range(m + 1):
            if not i and not j:
                continue
            ways = []
            if i:
                ways.append(rows[i - 1][j] + _too_many(typed, i - 1))
            if j:
                ways.append(rows[i][j - 1] + _missing(meant, j - 1))
            if i and j:
                ways.append(rows[i - 1][j - 1] + _other(typed, i - 1, meant[j - 1], is_name))
            if i > 1 and j > 1 and typed[i - 2 : i] == meant[j - 1] + meant[j - 2]:
                ways.append(rows[i - 2][j - 2] + (1.0 if i > 2 else 1.5))
            rows[i][j] = min(ways)
    return rows[n][m]


def _too_many(typed: str, at: int) -> float:
    is_double = typed[at] in (typed[at - 1 : at], typed[at + 1 : at + 2])
    return (0.8 if is_double else 1.5) + (1.0 if not at and not is_double else 0.0)


def _missing(meant: str, at: int) -> float:
    is_double = meant[at] in (meant[at - 1 : at], meant[at + 1 : at + 2])
    return (0.8 if is_double else 1.2) + (1.5 if not at else 0.0)


def _other(typed: str, at: int, meant: str, is_name: bool) -> float:
    letter = typed[at]
    if letter == meant:
        return 0.0
    likely = {letter, meant} <= _VOWELS or meant in _BESIDE.get(letter, ())
    return (1.3 if likely else 2.2) + (1.5 if not at else 0.0) + (1.5 if is_name else 0.0)


_JOINED = re.compile(rf"(?<![^\W_])(?:{'|'.join(JOINING)})-[^\W\d_]+", re.IGNORECASE)


@lru_cache(maxsize=4096)
def _joined(word: str) -> str:
    """A word with a hyphen, "co-operation", in one word; empty where what follows is none."""
    read = words(word)
    return read[0].form if len(read) == 1 else ""


def spellings_of(text: str) -> list[str]:
    """The words of a text in lower case, as a reader may type them.

    The parts of a word with a hyphen stand apart, and a first part that joins what follows with
    it, too: "co-operation" gives "operation" and "cooperation".
    """
    found = " ".join(words_of(text)).lower().split()
    found += (joined for joined in map(_joined, _JOINED.findall(text)) if joined)
    return found


def count_words(texts: Iterable[str]) -> dict[str, int]:
    """How often each of the ``spellings_of`` some texts occurs in them, sorted by word."""
    counts: Counter[str] = Counter()
    for text in texts:
        counts.update(spellings_of(text))
    return dict(sorted(counts.items()))
