"""What is read of files that nobody here wrote: stories, their cells, and what is told of them."""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from kb.model.english import quoted

#: Signs that turn the direction of what follows, and are invisible themselves.
_TURNS = frozenset("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069\u200e\u200f\u061c")
#: Invisible signs that some scripts need within words.
_JOINERS = frozenset("\u200c\u200d")


@dataclass(frozen=True, slots=True, kw_only=True)
class Cell:
    """One value and where it stands: ``Projects!B7``, ``a.md:3``.

    ``value`` is a text, a number, a truth value, a day, or a list of these.
    """

    value: Any
    place: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Note:
    """Something that was not taken, or not as it stood.

    Attributes:
        place: the file and the line, cell or paragraph.
        column: the column or field there; empty where it is none.
        value: what stands there, cut to a readable length.
        why: why it was not taken, as a sentence.
    """

    place: str
    column: str = ""
    value: str = ""
    why: str

    def __str__(self) -> str:
        what = ": ".join(filter(None, (self.column, quoted(self.value) if self.value else "")))
        text = f"{self.place}: {f'{what}: ' if what else ''}{self.why}"
        return "".join(char if char.isprintable() else ascii(char)[1:-1] for char in text)


class Reading(Note):
    """How something was read that was taken: ``why`` says as what."""

    __slots__ = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Story:
    """One thing to make a draft of.

    Attributes:
        place: the file, or the file with the sheet and the row.
        name: what to call it where nothing says: the name of the file, or of the row.
        cells: the values by column, in their order.
        text: what it tells, in Markdown; headings begin at the second level.
        notes: what was not taken while it was read, and how some of it was read.
    """

    place: str
    name: str
    cells: Mapping[str, Cell] = field(default_factory=dict)
    text: str = ""
    notes: tuple[Note, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Refused:
    """A file or a row of which no draft is made, and why."""

    place: str
    why: str

    def __str__(self) -> str:
        return str(Note(place=self.place, why=self.why))


class Unreadable(Exception):
    """A file cannot be read; the message says why, as a sentence, and what to do."""


def cut(value: object, most: int = 60) -> str:
    """A value as a message shows it, in one line."""
    text = " ".join(str(value).split())
    return text if len(text) <= most else f"{text[: most - 1]}…"


def visible(text: str) -> str:
    """A text without signs that nobody sees and that change what others see."""
    if text.isprintable():
        return text
    return "".join(
        char
        for char in text
        if char in "\n\t"
        or char in _JOINERS
        or (char not in _TURNS and unicodedata.category(char) not in ("Cc", "Cs", "Cn", "Co"))
    )
