"""Is a query in English? Owns simplemma.

Only English, or not, matters: the default encoder reads English alone. Names,
acronyms and slips of typing are no evidence of another language.
"""

from __future__ import annotations

import re
from collections.abc import Callable

#: A query of fewer words than this says too little about its language.
_ENOUGH_WORDS = 3
_KNOWN_SHARE = 0.5

_WORD = re.compile(r"[^\W\d_]+(?:['’-][^\W\d_]+)*")


def words_of(text: str) -> tuple[str, ...]:
    """The words of a text, as written, in order; numbers and signs are no words."""
    return tuple(_WORD.findall(text))


def with_words(text: str, better: Callable[[str], str | None]) -> str:
    """The text with each word replaced by what ``better`` gives for it; None keeps the word."""
    return _WORD.sub(lambda match: better(match.group()) or match.group(), text)


def is_english_word(word: str) -> bool:
    """Whether an English dictionary knows the word, in any of its forms."""
    import simplemma  # slow import: reads its dictionary

    return simplemma.is_known(word, lang="en") or simplemma.is_known(word.lower(), lang="en")


def is_english(text: str) -> bool:
    """Whether a query may be taken for English: unless most of its words are not."""
    words = words_of(text)
    if len(words) < _ENOUGH_WORDS:
        return all(ord(letter) < 0x250 for word in words for letter in word)
    known = sum(map(is_english_word, words))
    return known >= _KNOWN_SHARE * len(words)
