"""Slips of typing, repaired with the words of the compendium. Owns rapidfuzz.

A word is only replaced if neither the compendium nor an English dictionary knows
it, and a word of the compendium is near: one slip away, or two in a long word.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from rapidfuzz.distance import OSA

from kb.text.language import is_english_word, with_words, words_of

#: Shorter words are as often names or acronyms as slips.
_SHORTEST = 4
_TWO_SLIPS_FROM = 7
#: After the repair most words must be known; else the text is in another language.
_KNOWN_SHARE = 0.8


class Speller:
    """Repairs queries with the words of one compendium."""

    def __init__(self, counts: Mapping[str, int]) -> None:
        """Take the vocabulary: lower-case words and how often each occurs."""
        self._counts = counts
        self._by_length: dict[int, list[str]] = {}
        for word in counts:
            if len(word) >= _SHORTEST - 1:
                self._by_length.setdefault(len(word), []).append(word)

    def repair(self, text: str) -> str:
        """The text with its slips repaired; the text itself if there are none.

        Text in another language is left alone.
        """
        repaired = with_words(text, self._better)
        words = words_of(repaired)
        known = sum(word.lower() in self._counts or is_english_word(word) for word in words)
        return repaired if known >= _KNOWN_SHARE * len(words) else text

    def _better(self, word: str) -> str | None:
        lower = word.lower()
        if len(lower) < _SHORTEST or word.isupper() or lower in self._counts:
            return None
        if is_english_word(word):
            return None
        return self._nearest(lower, is_name=word[0].isupper()) or self._two_words(lower)

    def _nearest(self, word: str, *, is_name: bool) -> str | None:
        slips = 2 if len(word) >= _TWO_SLIPS_FROM and not is_name else 1
        lengths = range(len(word) - slips, len(word) + slips + 1)
        candidates = [
            (distance, -self._counts[known], known)
            for length in lengths
            for known in self._by_length.get(length, ())
            if (distance := OSA.distance(word, known, score_cutoff=slips)) <= slips
        ]
        return min(candidates)[2] if candidates else None

    def _two_words(self, word: str) -> str | None:
        """``jointpurchasing`` as ``joint purchasing``: the split whose rarer word is commonest."""
        splits = [
            (min(self._counts[word[:at]], self._counts[word[at:]]), word[:at], word[at:])
            for at in range(3, len(word) - 2)
            if word[:at] in self._counts and word[at:] in self._counts
        ]
        if not splits:
            return None
        _, first, second = max(splits)
        return f"{first} {second}"


def count_words(texts: Sequence[str]) -> dict[str, int]:
    """Lower-case words of the texts and how often each occurs, sorted by word."""
    counts: dict[str, int] = {}
    for text in texts:
        for word in words_of(text):
            counts[word.lower()] = counts.get(word.lower(), 0) + 1
    return dict(sorted(counts.items()))
