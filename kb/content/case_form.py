"""The form of a case: a field for each that front-matter may have, as its records say it.

A new field of a record is a new field of the form. What is sent back comes as texts by *name*:
``title``, ``period.from``, ``results.2.unit``; the second result is number 2. ``values_of`` makes
of them what a file holds, ``texts_of`` the other way round, and ``file_of`` writes the file.
What the values mean is none of its business: ``kb check`` says what is wrong with them.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Container, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache
from typing import Any

from kb.content.front_matter import FrontMatter
from kb.content.schema import Many, One, Record, Value, as_text
from kb.content.yaml_source import write_yaml
from kb.text.body import sections

#: What a field is filled in by: a line, some lines of text, an item in each line, a number, two
#: numbers, a tick, one of some words, several of them, several words with ``;`` between, a record,
#: or records.
LINE, PARAGRAPH, LINES, NUMBER, SPAN, TICK = "line", "paragraph", "lines", "number", "span", "tick"
CHOICE, CHOICES, WORDS, RECORD, RECORDS = "choice", "choices", "words", "record", "records"

#: A text that may be longer gets a box of several lines.
LONG = 120
#: A list of the vocabulary that has hundreds of words is written and not ticked.
WRITTEN = "countries"
#: As many of a record may be sent: more than any case has.
MOST_RECORDS = 40

_WHOLE = re.compile(r"[-+]?(?:0|[1-9][0-9]{0,17})")
_DECIMAL = re.compile(r"[-+]?(?:0|[1-9][0-9]{0,17})\.[0-9]{1,17}")
_NUMBERED = re.compile(r"\[(\d+)\]")


@dataclass(frozen=True, slots=True, kw_only=True)
class FormField:
    """A field of the form.

    Attributes:
        name: in the form. That of a field of several records has ``*`` for the number.
        kind: what it is filled in by.
        about: what the record says of it, for editors.
        needed: whether it must be given.
        vocabulary: the list of the vocabulary that its words are of; empty for none.
        words: the fixed words that it may be; empty where these are of a list, or any.
        most: the most characters of a text; 0 where there is no limit.
        fields: those of a record.
        stays: whether an empty list is written too, as the record needs the field.
        example: of what may be written in it; empty where that is no plain text.
    """

    name: str
    kind: str
    about: str = ""
    needed: bool = False
    vocabulary: str = ""
    words: tuple[str, ...] = ()
    most: int = 0
    fields: tuple[FormField, ...] = ()
    stays: bool = False
    example: str = ""

    @property
    def last(self) -> str:
        """The last part of its name, which the file has."""
        return self.name.rpartition(".")[2]


@cache
def case_form() -> tuple[FormField, ...]:
    """Every field of a case, in the order of the file."""
    return _fields(FrontMatter, "")


@cache
def every_field() -> Mapping[str, FormField]:
    """Every field of the form by its name, with those of records and what stands in these."""
    return {one.name: one for one in _all(case_form())}


def _all(fields: Sequence[FormField]) -> Iterator[FormField]:
    for one in fields:
        yield one
        yield from _all(one.fields)


def _fields(record: type[Record], before: str) -> tuple[FormField, ...]:
    return tuple(_field(record, name, before) for name in record.names())


def _field(record: type[Record], name: str, before: str) -> FormField:
    info = record.fields()[name]
    examples = [one for one in info.examples or () if one[:1] not in "[{"]
    whole = FormField(
        name=f"{before}{name}",
        kind=LINE,
        about=info.description or "",
        needed=info.is_required(),
        example="".join(examples[:1]),
    )
    for value in info.metadata:
        if isinstance(value, One):
            return replace(whole, kind=RECORD, fields=_fields(value.record, f"{whole.name}."))
        if isinstance(value, Many):
            inner = _fields(value.record, f"{whole.name}.*.")
            return replace(whole, kind=RECORDS, fields=inner, stays=info.is_required())
        if isinstance(value, Value):
            return _of_schema(whole, value.schema)
    return whole


def _of_schema(field: FormField, schema: Mapping[str, Any]) -> FormField:
    """How a field is filled in, by the JSON Schema of what it holds."""
    if "anyOf" in schema and schema["anyOf"][-1].get("type") == "array":
        each = _of_schema(field, schema["anyOf"][0])
        is_listed = bool(each.vocabulary or each.words)
        kind = WORDS if each.vocabulary == WRITTEN else CHOICES if is_listed else LINES
        return replace(each, kind=kind, stays=field.needed)
    if "vocabulary" in schema and schema["vocabulary"] != "sources":
        return replace(field, kind=CHOICE, vocabulary=schema["vocabulary"])
    if "enum" in schema:
        return replace(field, kind=CHOICE, words=tuple(schema["enum"]))
    kind = schema.get("type")
    if kind == "boolean":
        return replace(field, kind=TICK)
    if kind in ("integer", "number"):
        return replace(field, kind=NUMBER)
    if kind == "array":
        return replace(field, kind=SPAN)
    most = int(schema.get("maxLength", 0))
    return replace(field, kind=PARAGRAPH if most > LONG else LINE, most=most)


# --- from the form to the file ---------------------------------------------------------------


#: The texts of a form by the names of its fields; of most fields there is one.
Texts = Mapping[str, Sequence[str]]


def values_of(texts: Texts) -> dict[str, Any]:
    """What a file holds that says what a form says; what is not filled in is left out."""
    return _record(case_form(), texts, lambda name: name)


def _record(
    fields: Sequence[FormField], texts: Texts, named: Callable[[str], str]
) -> dict[str, Any]:
    values = {}
    for field in fields:
        value = _value(field, texts, named)
        if value not in (None, [], {}) or (value == [] and field.stays):
            values[field.last] = value
    return values


def _value(field: FormField, texts: Texts, named: Callable[[str], str]) -> Any:
    """What a field holds; None for nothing."""
    name = named(field.name)
    if field.kind == RECORD:
        return _record(field.fields, texts, named)
    if field.kind == RECORDS:
        found = [
            _record(field.fields, texts, _numbered(field.name, number, named))
            for number in range(1, n_records(field, texts, name) + 1)
        ]
        return [one for one in found if one]
    return _filled_in(field, [text.strip() for text in texts.get(name, ())])


def _filled_in(field: FormField, given: list[str]) -> Any:
    """What a field that is no record holds, by the texts that stand in it."""
    filled = [text for text in given if text]
    if field.kind == CHOICES:
        return filled
    if not filled:
        return None
    if field.kind == SPAN:
        return [_number(text) for text in given]
    return _READ.get(field.kind, _line)(filled[0])


def _line(text: str) -> str:
    return " ".join(text.split())


def _items(text: str, apart: str) -> list[str]:
    """The items of a text, none of them empty."""
    return [item for item in map(_line, re.split(apart, text)) if item]


def _numbered(name: str, number: int, named: Callable[[str], str]) -> Callable[[str], str]:
    """Names of the fields of one of several records."""
    return lambda inner: named(inner.replace(f"{name}.*", f"{name}.{number}", 1))


def _number(text: str) -> Any:
    """A number as YAML reads it; a text that is none stays one."""
    if _WHOLE.fullmatch(text):
        return int(text)
    return float(text) if _DECIMAL.fullmatch(text) else text


#: What a text means in a field of each kind; in any other it is a line.
_READ: Mapping[str, Callable[[str], Any]] = {
    LINES: lambda text: _items(text, "\n"),
    WORDS: lambda text: _items(text, "[;\n]"),
    TICK: lambda text: text == "true" or text,
    NUMBER: _number,
}


def n_records(field: FormField, texts: Texts, name: str = "") -> int:
    """How many records of a field were sent, empty ones among them; no more than ``MOST_RECORDS``.

    Args:
        field: of the kind ``RECORDS``.
        texts: what was sent.
        name: of the field, where it stands in another of several records.
    """
    begin = f"{name or field.name}."
    numbers = (one[len(begin) :].partition(".")[0] for one in texts if one.startswith(begin))
    found = [int(number) for number in numbers if number.isdecimal() and len(number) <= 3]
    return min(max(found, default=0), MOST_RECORDS)


def names_in(texts: Texts) -> Iterator[str]:
    """Every name that a form with as many records has."""
    return _names(case_form(), texts, lambda name: name)


def _names(fields: Sequence[FormField], texts: Texts, named: Callable[[str], str]) -> Iterator[str]:
    for field in fields:
        if field.kind == RECORD:
            yield from _names(field.fields, texts, named)
        elif field.kind == RECORDS:
            for number in range(1, n_records(field, texts, named(field.name)) + 1):
                yield from _names(field.fields, texts, _numbered(field.name, number, named))
        else:
            yield named(field.name)


# --- from the file to the form ---------------------------------------------------------------


def texts_of(values: Mapping[str, Any]) -> dict[str, list[str]]:
    """The texts of a form that says what a file says; what no field takes is left out."""
    texts: dict[str, list[str]] = {}
    _fill(case_form(), values, texts, lambda name: name)
    return texts


def _fill(
    fields: Sequence[FormField],
    values: Mapping[str, Any],
    texts: dict[str, list[str]],
    named: Callable[[str], str],
) -> None:
    for field in fields:
        value = values.get(field.last)
        if value is None:
            continue
        items = value if isinstance(value, list) else [value]
        if field.kind == RECORD and isinstance(value, dict):
            _fill(field.fields, value, texts, named)
        elif field.kind == RECORDS:
            records = [one for one in items[:MOST_RECORDS] if isinstance(one, dict)]
            for number, one in enumerate(records, 1):
                _fill(field.fields, one, texts, _numbered(field.name, number, named))
        elif written := [text for text in map(_written, items) if text]:
            joined = {LINES: "\n", WORDS: "; "}.get(field.kind)
            is_several = field.kind in (CHOICES, SPAN)
            texts[named(field.name)] = (
                [joined.join(written)] if joined else written if is_several else written[:1]
            )


def _written(value: object) -> str:
    if isinstance(value, bool):
        return "true" if value else ""
    return as_text(value) or ""


# --- the file --------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class Written:
    """A case as a file.

    ``starts`` are the lines on which the sections begin, from 1: each with the place of the
    section among those that were given.
    """

    text: str
    starts: tuple[tuple[int, int], ...]

    def section_at(self, line: int) -> int | None:
        """The place of the section that a line is in; None before the first."""
        found = [place for start, place in self.starts if start <= line]
        return found[-1] if found else None


def file_of(values: Mapping[str, Any], body: Sequence[tuple[str, str]]) -> Written:
    """A case as a file.

    Args:
        values: the front-matter.
        body: its sections, heading and text; one without a heading is written as it is, and one
            without a text not at all.
    """
    parts = [f"---\n{write_yaml(dict(values))}---\n"]
    line = parts[0].count("\n") + 1
    starts = []
    for place, (heading, text) in enumerate(body):
        text = text.strip("\n")
        if text.strip():
            section = f"\n## {heading}\n\n{text}\n" if heading else f"\n{text}\n"
            starts.append((line, place))
            parts.append(section)
            line += section.count("\n")
    return Written(text="".join(parts), starts=tuple(starts))


def body_of(body: str, headings: Sequence[str]) -> tuple[dict[str, str], str]:
    """The sections of a text by their headings, or the whole text where these are not just those.

    Returns:
        The text under each heading that there is, and an empty text; or no section, and the
        text as it is written.
    """
    found = sections(body)
    given = [section.heading for section in found]
    if given != [heading for heading in headings if heading in given]:
        return {}, body.strip("\n")
    return {section.heading: section.text for section in found}, ""


def field_named(problem_field: str, names: Container[str]) -> str:
    """The name in the form of the field that a problem names; empty where the form has none.

    ``results[2].unit`` is ``results.2.unit``, and ``country[2]`` the field ``country``.

    Args:
        problem_field: as the problem has it.
        names: those of the form.
    """
    name = _NUMBERED.sub(r".\1", problem_field)
    while name and name not in names:
        name = name.rpartition(".")[0]
    return name
