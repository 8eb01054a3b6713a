"""English as sentences need it: lists, numbers in letters, articles, labels inside a line."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Sequence

#: Marks a text that stands in a table: it is collected there for the catalogues of the site,
#: which translates it where it is shown.
N_: Callable[[str], str] = str

_NUMBERS = ("zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten")


def joined(words: Sequence[str], by: str = "and", apart: str = ", ") -> str:
    """``a``, ``a and b``, ``a, b and c``."""
    return f"{apart.join(words[:-1])} {by} {words[-1]}" if len(words) > 1 else "".join(words)


def number_word(number: int) -> str:
    """Up to ten in letters, above in figures."""
    return _NUMBERS[number] if number < len(_NUMBERS) else f"{number:,}"


def so_many(number: int, one: str, many: str = "") -> str:
    """``1 case``, ``2 cases``, ``1,234 cases``; ``many`` where it is not ``one`` with an s."""
    return f"{number:,} {one if number == 1 else many or f'{one}s'}"


def with_article(words: str) -> str:
    """Words with their indefinite article: ``a soft network``, ``an open one``."""
    return f"{article(words)} {words}"


def article(words: str) -> str:
    """The indefinite article before some words, by their first letter."""
    return "an" if words[:1].casefold() in tuple("aeio") else "a"


def in_line(label: str) -> str:
    """A label as it stands inside a sentence; ``ISO 9000`` stays."""
    return label[:1].lower() + label[1:] if label[1:2].islower() else label


def capital(text: str) -> str:
    """A text with a capital letter at its start, the rest as it is."""
    return text[:1].upper() + text[1:]


def slug(text: str) -> str:
    """A name as an address has it: ``new-zealand``, ``cote-divoire``; may be empty."""
    plain = unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode().casefold()
    return re.sub("[^a-z0-9]+", "-", plain.replace("'", "")).strip("-")


def quoted(text: str) -> str:
    """A text as a message shows what somebody wrote: in quotes, each sign as it is.

    A sign that cannot be seen, or that would turn the direction of reading, is shown as its code.
    """
    seen = "".join(char if char.isprintable() else ascii(char)[1:-1] for char in text)
    mark = '"' if "'" in seen and '"' not in seen else "'"
    return f"{mark}{seen}{mark}"
