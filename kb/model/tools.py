"""Tools that a firm or a broker fills in, ticks off or looks things up in.

A compendium brings them as files (``cases/tools/``), so that another one has its own or none.
What somebody fills in is no part of them and is kept nowhere.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from kb.model.cases import Source
from kb.model.self_check import Example

#: An outline to fill in; the same drawn as a chain of boxes; the same set on one sheet of paper;
#: a list to tick off; from what is seen to what to do; a sum of benefits and costs.
OUTLINE, CHAIN, FLYER = "outline", "chain", "flyer"
CHECKLIST, TROUBLESHOOTING, COSTS = "checklist", "troubleshooting", "costs"
KINDS = (OUTLINE, CHAIN, FLYER, CHECKLIST, TROUBLESHOOTING, COSTS)
#: The kinds that have fields.
FILLED = (OUTLINE, CHAIN, FLYER)


@dataclass(frozen=True, slots=True, kw_only=True)
class Field:
    """Something to fill in.

    ``id`` is its name in a form, ``hint`` says what belongs there, ``lines`` are how many lines
    are left for it on paper. A ``listed`` one takes an item in each line. Without a ``needed``
    one the sheet makes no sense.
    """

    id: str
    label: str
    hint: str = ""
    lines: int = 1
    listed: bool = False
    needed: bool = False

    @property
    def is_tall(self) -> bool:
        """Whether it takes more than one line."""
        return self.lines > 1

    @property
    def longest(self) -> int:
        """The most characters that it takes: more where more lines are left for it."""
        return LINE * min(2 * self.lines, MOST_LINES) if self.is_tall else LINE


#: The most characters of a field of one line; how many lines of that length the longest one has.
LINE, MOST_LINES = 120, 16


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """Fields under one heading."""

    title: str
    lead: str = ""
    fields: tuple[Field, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Item:
    """A point to tick off, why it matters, where that is written, and what shows it."""

    text: str
    why: str = ""
    sources: tuple[Source, ...]
    guides: tuple[str, ...] = ()
    cases: tuple[Example, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Phase:
    """Points to tick off in the same time: before, during, after."""

    title: str
    lead: str = ""
    items: tuple[Item, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Symptom:
    """What owners notice, what lies behind it, what to do first, and what shows it."""

    id: str
    text: str
    behind: str
    first: tuple[str, ...]
    sources: tuple[Source, ...]
    guides: tuple[str, ...] = ()
    cases: tuple[Example, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Area:
    """Symptoms of the same time or theme."""

    title: str
    symptoms: tuple[Symptom, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Tool:
    """One tool.

    Attributes:
        id: the name of its file, and its address.
        kind: one of ``KINDS``; it says which of the last three are given.
        place: where it stands among the others, from 1.
        title: what it is called.
        lead: what it is for, in a sentence or two.
        note: what is the editors' reading in it, and what the sources say.
        sources: where its questions come from.
        guides: the ids of the guides that treat the same.
        parts: of what is filled in.
        phases: of what is ticked off.
        areas: of what is looked up.
    """

    id: str = ""
    kind: str
    place: int
    title: str
    lead: str
    note: str = ""
    sources: tuple[Source, ...]
    guides: tuple[str, ...] = ()
    parts: tuple[Part, ...] = ()
    phases: tuple[Phase, ...] = ()
    areas: tuple[Area, ...] = ()

    @property
    def fields(self) -> Iterator[Field]:
        """Everything that is filled in, in order."""
        return (field for part in self.parts for field in part.fields)
