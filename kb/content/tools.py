"""Reads ``cases/tools/``: each tool is a file, and every problem in it is found."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Annotated

from kb.content.front_matter import SourceFields
from kb.content.known import GUIDE_ID, Known
from kb.content.rules import problem
from kb.content.schema import (
    FLAG,
    Complaint,
    Complaints,
    Given,
    Many,
    Place,
    Record,
    YamlFile,
    items_of,
    not_unique,
    one_of,
    optional,
    pattern,
    required,
    text,
    texts,
    whole,
)
from kb.content.self_check import ExampleFields
from kb.errors import Problem
from kb.model.cases import Source
from kb.model.english import quoted
from kb.model.self_check import Example
from kb.model.tools import (
    CHECKLIST,
    FILLED,
    KINDS,
    MOST_LINES,
    TROUBLESHOOTING,
    Area,
    Field,
    Item,
    Part,
    Phase,
    Symptom,
    Tool,
)

MAX_TITLE, MAX_SENTENCE, MAX_NOTE = 80, 240, 400
#: How many parts and how many fields a tool may have, so that it can be filled in at all.
MOST_FIELDS = 40
#: What a form asks for besides the fields.
RESERVED = ("then",)

_ID = pattern("[a-z0-9]+(-[a-z0-9]+)*", "lower case letters, digits and hyphens")
_TITLE, _SENTENCE, _NOTE = text(most=MAX_TITLE), text(most=MAX_SENTENCE), text(most=MAX_NOTE)
_SOURCES = "[{key: roy-1998, locator: section 9}]"
_SHOWN_BY = texts(GUIDE_ID)
_NEEDS = {CHECKLIST: "phases", TROUBLESHOOTING: "areas", **dict.fromkeys(FILLED, "parts")}


def _many(record: type[Record], one: str) -> Many:
    return Many(record, none=f"must hold at least one {one}.")


_NAMED_SOURCES = Many(SourceFields, none=f"must name at least one; 'sources: {_SOURCES}'.")


class _FieldFields(Record):
    what = "a field of a tool"
    makes = Field

    id: Annotated[str, _ID] = required("", "aim")
    label: Annotated[str, _TITLE] = required("", "What we want together")
    hint: Annotated[str, _SENTENCE] = optional(default="")
    lines: Annotated[int, whole(least=1)] = optional(default=1)
    listed: Annotated[bool, FLAG] = optional(default=False)
    needed: Annotated[bool, FLAG] = optional(default=False)

    @staticmethod
    def rules(given: Given, sound: Given, known: Known) -> Complaints:
        """What the lines of a field may be."""
        lines = sound.get("lines", 1)
        if lines > MOST_LINES:
            message = f"must be at most {MOST_LINES}, not {lines}."
            yield Complaint(("lines",), "number-out-of-bounds", message)
        if sound.get("listed") and lines == 1:
            message = "must be 2 or more in a listed field, which takes an item a line."
            yield Complaint(("lines",), "number-out-of-bounds", message)
        if sound.get("id") in RESERVED:
            message = f"must not be {quoted(sound['id'])}, which the form itself asks for."
            yield Complaint(("id",), "tool-id-reserved", message)


class _PartFields(Record):
    what = "a part of a tool"
    makes = Part

    title: Annotated[str, _TITLE] = required("", "Who we are")
    lead: Annotated[str, _SENTENCE] = optional(default="")
    fields_: Annotated[tuple[Field, ...], _many(_FieldFields, "field")] = required(
        "", "", alias="fields"
    )

    def made(self) -> Part:
        """``fields`` is a name of its own in a record."""
        return Part(title=self.title, lead=self.lead, fields=self.fields_)


class _ItemFields(Record):
    what = "a point of a checklist"
    makes = Item

    text: Annotated[str, _SENTENCE] = required("", "Each firm has been asked alone what it wants.")
    why: Annotated[str, _SENTENCE] = optional(default="")
    sources: Annotated[tuple[Source, ...], _NAMED_SOURCES] = required("", _SOURCES)
    guides: Annotated[tuple[str, ...], _SHOWN_BY] = optional(default=())
    cases: Annotated[tuple[Example, ...], Many(ExampleFields)] = optional(default=())


class _PhaseFields(Record):
    what = "a phase of a checklist"
    makes = Phase

    title: Annotated[str, _TITLE] = required("", "Before")
    lead: Annotated[str, _SENTENCE] = optional(default="")
    items: Annotated[tuple[Item, ...], _many(_ItemFields, "point")] = required("", "")


class _SymptomFields(Record):
    what = "a symptom"
    makes = Symptom

    id: Annotated[str, _ID] = required("", "one-leads")
    text: Annotated[str, _SENTENCE] = required("", "One of us decides everything.")
    behind: Annotated[str, _NOTE] = required("", "An owner who must have his own way.")
    first: Annotated[tuple[str, ...], texts(_SENTENCE, none="must say what to do first.")] = (
        required("", "[Agree how disputes are settled.]")
    )
    sources: Annotated[tuple[Source, ...], _NAMED_SOURCES] = required("", _SOURCES)
    guides: Annotated[tuple[str, ...], _SHOWN_BY] = optional(default=())
    cases: Annotated[tuple[Example, ...], Many(ExampleFields)] = optional(default=())


class _AreaFields(Record):
    what = "an area of a troubleshooting guide"
    makes = Area

    title: Annotated[str, _TITLE] = required("", "Money")
    symptoms: Annotated[tuple[Symptom, ...], _many(_SymptomFields, "symptom")] = required("", "")


class _ToolFields(Record):
    what = "a tool"
    shape = "a tool must be fields with names, 'kind', 'title' and so on, not {}."
    makes = Tool

    kind: Annotated[str, one_of(KINDS)] = required("", "outline")
    place: Annotated[int, whole(least=1)] = required("", "1")
    title: Annotated[str, _TITLE] = required("", "Memorandum of intent")
    lead: Annotated[str, _SENTENCE] = required("", "What the partners want, on one page.")
    note: Annotated[str, _NOTE] = optional()
    sources: Annotated[tuple[Source, ...], _NAMED_SOURCES] = required("", _SOURCES)
    guides: Annotated[tuple[str, ...], _SHOWN_BY] = optional()
    parts: Annotated[tuple[Part, ...], _many(_PartFields, "part")] = optional()
    phases: Annotated[tuple[Phase, ...], _many(_PhaseFields, "phase")] = optional()
    areas: Annotated[tuple[Area, ...], _many(_AreaFields, "area")] = optional()

    @staticmethod
    def rules(given: Given, sound: Given, known: Known) -> Complaints:
        """The kind says what the tool consists of; every id is there once."""
        kind = sound.get("kind")
        needs = _NEEDS.get(kind)
        for name in ("parts", "phases", "areas"):
            if kind and name == needs and name not in given:
                message = f"must be given, as the tool is of the kind {quoted(kind)}."
                yield Complaint((name,), "tool-part-of-another-kind", message)
            if kind and name != needs and name in given:
                message = f"does not belong to a tool of the kind {quoted(kind)}; remove it."
                yield Complaint((name,), "tool-part-of-another-kind", message)
        if kind in FILLED:
            yield from _twice(_ids("parts", "fields", given))
            yield from _too_many(given)
        elif kind == TROUBLESHOOTING:
            yield from _twice(_ids("areas", "symptoms", given))


def _ids(outer: str, inner: str, given: Given) -> Iterator[tuple[Place, str]]:
    """The place of each id, and the id, as far as they are texts."""
    for i, group in enumerate(items_of(given.get(outer))):
        if isinstance(group, dict):
            for j, one in enumerate(items_of(group.get(inner))):
                if isinstance(one, dict) and isinstance(one.get("id"), str):
                    yield (outer, i, inner, j, "id"), one["id"]


def _twice(ids: Iterator[tuple[Place, str]]) -> Complaints:
    taken: set[str] = set()
    for place, name in ids:
        if name in taken:
            yield not_unique(place, name)
        taken.add(name)


def _too_many(given: Given) -> Complaints:
    count = sum(1 for _ in _ids("parts", "fields", given))
    if count > MOST_FIELDS:
        message = f"must hold at most {MOST_FIELDS} fields in all, not {count}."
        yield Complaint(("parts",), "number-out-of-bounds", message)


_FILE = YamlFile(model=_ToolFields, what="a tool")


def read_tools(folder: Path, known: Known) -> tuple[tuple[Tool, ...], list[Problem]]:
    """The tools of a folder by their places, then their ids; and every problem in its files.

    Without the folder there are none. A file's name is the id of its tool.
    """
    tools: list[Tool] = []
    problems: list[Problem] = []
    for path in sorted(folder.glob("*.yaml")) if folder.is_dir() else ():
        try:
            _ID.read(path.stem, known)
        except ValueError as err:
            message = f"the name of the file {err}"
            problems.append(problem("file-name-not-an-id", path, 1, message))
            continue
        tool, found = _FILE.read(path, known)
        problems += found
        tools += [replace(tool, id=path.stem)] if tool is not None else []
    return tuple(sorted(tools, key=lambda tool: (tool.place, tool.id))), problems
