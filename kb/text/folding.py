"""Words as they are compared across languages: in plain small letters."""

from __future__ import annotations

import re
import unicodedata

#: Letters that are no letter with an accent.
_PLAIN = str.maketrans({"ø": "o", "æ": "ae", "œ": "oe"})
#: Letters beside a digit are no word: the "d" of "3D" is no French "d'".
_LETTERS = re.compile(r"(?<![^\W_])[^\W\d_]+(?![^\W_])")


def fold(text: str) -> str:
    """The words of a text in plain small letters, joined by spaces; signs and numbers go."""
    bare = text.casefold()
    if not bare.isascii():
        letters = unicodedata.normalize("NFD", bare.translate(_PLAIN))
        bare = "".join(letter for letter in letters if not unicodedata.combining(letter))
    return " ".join(_LETTERS.findall(bare))
