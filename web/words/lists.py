"""Lists, counts and shortened texts inside sentences."""

from __future__ import annotations

from collections.abc import Iterable

from kb.model.english import N_, joined
from web.core.params import SHOWN
from web.words.translation import gettext, ngettext

#: What stands before the last word of a list.
AND, OR = N_("and"), N_("or")


def listed(words: Iterable[str], by: str = AND, apart: str = ", ") -> str:
    """``a``, ``a and b``, ``a, b and c``; ``apart`` where the words hold commas themselves."""
    return joined(tuple(words), gettext(by), apart)


def count_words(count: int, one: str, many: str) -> str:
    """``1 network``, ``2 networks``: so many of what the vocabulary has words for."""
    one, many = (f"%(count)s {words.replace('%', '%%')}" for words in (one, many))
    return ngettext(one, many, count)


def shortened(text: str) -> str:
    """What somebody typed, as much of it as a message shows."""
    return text if len(text) <= SHOWN else f"{text[: SHOWN - 1]}…"


def cut(text: str, longest: int) -> str:
    """A text of at most ``longest`` characters, cut at a word."""
    if len(text) <= longest:
        return text
    space = text.rfind(" ", 0, longest)
    return f"{text[: space if space > 0 else longest - 1].rstrip(',;:.')}…"
