"""Packs: cases and guides in an order of somebody's own, each with a note; and a course of them.

A *pack* is a reading list. A reader's travels in an address; those of a compendium stand in its
folder ``packs`` and may carry a *teaching note*, which makes a session of them.
A *course* is sessions and fieldwork, week by week.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from kb.model.case_versions import SHORT

#: The most items of a pack, and the most characters of its title, its introduction and a note.
MAX_ITEMS = 100
MAX_TITLE, MAX_INTRODUCTION, MAX_NOTE = 120, 4000, 2000

_VERSION = re.compile(rf"[0-9a-f]{{{SHORT}}}")
_ID_PART = r"[a-z0-9]+(?:-[a-z0-9]+)*"
_NAME = re.compile(rf"({_ID_PART}(?:/{_ID_PART})*)?(?:@({_VERSION.pattern}))?")

#: Signs that turn the direction of reading, and would show letters in another order than they have.
_TURNS = dict.fromkeys((*range(0x202A, 0x202F), *range(0x2066, 0x206A)))
_BREAKS = re.compile(r"\r\n?|[\u0085\u2028\u2029]")
_BLANK_LINES = re.compile(r"\n{3,}")


def is_version(text: str) -> bool:
    """Whether a text can be the name of a version: twelve characters of a digest."""
    return _VERSION.fullmatch(text) is not None


def as_paragraphs(text: str, *, keeps_turns: bool = False) -> str:
    """A text as it is kept: with its lines and paragraphs, without what cannot be seen.

    Line ends become those of Unix, signs that control a terminal become blanks, those that turn the
    direction of reading go, and no line ends in a blank. The same text again comes back as it is.

    Args:
        text: as somebody wrote it.
        keeps_turns: whether such turns stay, as they did in the first links.
    """
    lines = _BREAKS.sub("\n", text).split("\n")
    plain = "\n".join(_visible(line, keeps_turns=keeps_turns).rstrip() for line in lines)
    return _BLANK_LINES.sub("\n\n", plain).strip()


def as_line(text: str, *, keeps_turns: bool = False) -> str:
    """A text in one line, with single blanks; the rest is as for paragraphs."""
    return " ".join(_visible(_BREAKS.sub(" ", text), keeps_turns=keeps_turns).split())


def _visible(text: str, *, keeps_turns: bool) -> str:
    """Without control characters and halves of characters."""
    if text.isprintable():
        return text
    if not keeps_turns:
        text = text.translate(_TURNS)
    return "".join(" " if unicodedata.category(sign) in ("Cc", "Cs") else sign for sign in text)


@dataclass(frozen=True, slots=True, kw_only=True)
class PackItem:
    """A case or a guide of a pack.

    ``case`` is its id, empty where nobody knows the version; ``version`` the twelve characters
    of the text that is meant, empty for the newest. ``note`` says why it is there.
    """

    case: str = ""
    version: str = ""
    note: str = ""

    @property
    def name(self) -> str:
        """How a file names it: the id, with the version where it names one."""
        return f"{self.case}@{self.version}" if self.version else self.case


def named(name: str) -> PackItem | None:
    """The item that a name stands for: an id, a version after ``@``, or both; None if it is none.

    A version alone stands for a text of which nobody knows the id.
    """
    match = _NAME.fullmatch(name.strip())
    case_id, version = match.groups(default="") if match else ("", "")
    return PackItem(case=case_id, version=version) if case_id or version else None


@dataclass(frozen=True, slots=True, kw_only=True)
class PlanStep:
    """What is done in a stretch of a session."""

    minutes: int
    do: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ClassQuestion:
    """A question for a class, and what a good answer holds; ``topic`` sorts it among others."""

    question: str
    answer: str
    topic: str


@dataclass(frozen=True, slots=True, kw_only=True)
class TeachingNote:
    """How a session over a pack is taught.

    Attributes:
        minutes: how long it takes.
        level: for whom, as the vocabulary names it.
        objectives: what participants can do afterwards.
        questions: for the class.
        session: its place in the course; None where it has none.
        read_first: the ids of guides.
        plan: how the minutes are spent, in order; they add up to ``minutes``.
        use: suggested use.
    """

    minutes: int
    level: tuple[str, ...]
    objectives: tuple[str, ...]
    questions: tuple[ClassQuestion, ...]
    session: int | None = None
    read_first: tuple[str, ...] = ()
    plan: tuple[PlanStep, ...] = ()
    use: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Pack:
    """A reading list.

    ``id`` is that of its file, empty for a reader's own. ``introduction`` and the notes are
    Markdown without HTML. ``teaching`` makes a session of it.
    """

    title: str = ""
    introduction: str = ""
    items: tuple[PackItem, ...] = ()
    teaching: TeachingNote | None = None
    id: str = ""

    @property
    def case_ids(self) -> tuple[str, ...]:
        """The documents in it, in order, as far as they are known by id."""
        return tuple(item.case for item in self.items if item.case)


@dataclass(frozen=True, slots=True, kw_only=True)
class Fieldwork:
    """A week without a session: what the class does itself."""

    title: str
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Week:
    """A week of a course: a session over a pack, or fieldwork.

    ``pack`` is the id of the pack, empty in a week of fieldwork; ``note`` says what is particular
    to the week.
    """

    pack: str = ""
    fieldwork: Fieldwork | None = None
    note: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Course:
    """A syllabus, week by week."""

    title: str
    introduction: str = ""
    weeks: tuple[Week, ...]

    def week_of(self, pack: str) -> int | None:
        """In which week a pack stands, counted from 1; None where it is not in the course."""
        return next((n for n, week in enumerate(self.weeks, 1) if week.pack == pack), None)


def packs_by_case(packs: Iterable[Pack]) -> Mapping[str, tuple[Pack, ...]]:
    """The packs with a teaching note that a document is in, by its id, in the order given."""
    found: dict[str, tuple[Pack, ...]] = {}
    for pack in packs:
        if pack.teaching is not None:
            for case_id in dict.fromkeys(pack.case_ids):
                found[case_id] = (*found.get(case_id, ()), pack)
    return found
