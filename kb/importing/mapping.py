"""Which column becomes which field: the mapping file, and a first one by names and values.

A mapping is a file in YAML (docs/importing.md). It is checked as cases are: each problem has
its line. What it says of one field is a ``Rule``; ``Mapping.fields_of`` makes the fields of a
story by them, and tells what could not be taken.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from kb.content.front_matter import MAX_STATEMENT, FrontMatter, ResultFields
from kb.content.schema import Many, One, Record, Value, as_text, listed, shown
from kb.content.yaml_source import Located, YamlTrouble, read_yaml, text_of
from kb.errors import CorpusError, CorpusInvalid, Problem
from kb.importing.cells import (
    COMMA,
    DAY_FIRST,
    MONTH_FIRST,
    POINT,
    Meanings,
    NotTaken,
    parts_of,
)
from kb.importing.cells import text_of as text_of_value
from kb.importing.foreign import Note, Story, cut
from kb.model.english import quoted, slug
from kb.model.taxonomy import Taxonomy
from kb.text.body import RESULTS_HEADING, case_headings
from kb.text.counted import Counted, read_count
from kb.text.similar_names import similar_names

Path_ = tuple[str, ...]

#: The text of a document, as a column; and a section of it by its heading.
TEXT = "(text)"
_SECTION = "## "
#: What a mapping holds beside the fields.
_SETTINGS = ("sheet", "header", "dates", "decimal", "links", "id", "skip", "fields", "sections")
_RULE = ("column", "columns", "first", "value", "text", "split", "join", "words")
_NAMED = re.compile(r"\{([^{}]+)\}")


# --- what a field holds ----------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class Leaf:
    """What stands in a field that is no record.

    ``kind`` is ``text``, ``whole``, ``number``, ``numbers``, ``flag``, ``day`` or ``word``.
    """

    kind: str
    many: bool = False
    vocabulary: str = ""
    enum: tuple[str, ...] = ()


def leaf_of(record: type[Record], name: str) -> Leaf | type[Record]:
    """What a field of a record holds: a leaf, or another record (or a list of them)."""
    for part in record.fields()[name].metadata:
        if isinstance(part, One | Many):
            return part.record
        if isinstance(part, Value):
            return _leaf(part.schema)
    return Leaf(kind="text")


def is_list(record: type[Record], name: str) -> bool:
    """Whether a field holds a list of records."""
    return any(isinstance(part, Many) for part in record.fields()[name].metadata)


def _leaf(schema: Mapping[str, Any]) -> Leaf:
    if "anyOf" in schema:
        arrays = [one for one in schema["anyOf"] if one.get("type") == "array"]
        return replace(_leaf(arrays[0]["items"]), many=True) if arrays else Leaf(kind="text")
    if schema.get("type") == "array":
        if schema["items"].get("type") == "number":
            return Leaf(kind="numbers")
        return replace(_leaf(schema["items"]), many=True)
    if "vocabulary" in schema and schema["vocabulary"] != "sources":
        return Leaf(kind="word", vocabulary=schema["vocabulary"])
    if "enum" in schema:
        return Leaf(kind="text", enum=tuple(schema["enum"]))
    if str(schema.get("pattern", "")).startswith(r"^\d{4}-"):
        return Leaf(kind="day")
    kinds = {"integer": "whole", "number": "number", "boolean": "flag"}
    return Leaf(kind=kinds.get(str(schema.get("type")), "text"))


# --- the mapping -----------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """What becomes one field.

    Attributes:
        columns: where it stands; several are joined.
        value: what it is in every story; None where columns say it.
        text: a sentence with the names of columns in braces; empty where there is none.
        split: the sign between several values in a cell.
        join: what stands between the texts of several columns.
        words: what words of the columns mean, by how they are spelled there.
        first: whether the first column that holds anything is enough.
    """

    columns: tuple[str, ...] = ()
    value: Any = None
    text: str = ""
    split: str = ""
    join: str = " "
    words: Mapping[str, str] = field(default_factory=dict)
    first: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordRule:
    """What becomes each field of a record of a list: of a result, or of a source."""

    rules: Mapping[Path_, Rule]


@dataclass(frozen=True, kw_only=True)
class ColumnMapping:
    """Which column becomes which field.

    Attributes:
        fields: the rule of each field, by its path in the front-matter.
        records: those of lists of records: of ``results`` and ``sources``.
        sections: the rule of each section of the text, by its heading.
        id: what the id is made of; by country and title where there is no rule.
        skip: columns that are left out without a word.
        sheet: the sheet of a workbook; empty: the first that holds anything.
        header: the rows that hold the heads of the columns; empty: they are found.
        dates: which of two figures is the day: ``day-first`` or ``month-first``.
        decimal: the sign before parts of a whole: ``point`` or ``comma``.
        links: the address of the site that the files are from.
    """

    fields: Mapping[Path_, Rule] = field(default_factory=dict)
    records: Mapping[str, tuple[RecordRule, ...]] = field(default_factory=dict)
    sections: Mapping[str, Rule] = field(default_factory=dict)
    id: Rule | None = None
    skip: frozenset[str] = frozenset()
    sheet: str = ""
    header: tuple[int, ...] = ()
    dates: str = ""
    decimal: str = ""
    links: str = ""

    @property
    def columns(self) -> frozenset[str]:
        """The columns that it speaks of."""
        inner = (
            rule for many in self.records.values() for one in many for rule in one.rules.values()
        )
        rules = (
            *self.fields.values(),
            *inner,
            *self.sections.values(),
            *([self.id] if self.id else []),
        )
        named = {name for rule in rules for name in (*rule.columns, *_NAMED.findall(rule.text))}
        return frozenset(named | self.skip)


def read_mapping(path: Path, taxonomy: Taxonomy) -> ColumnMapping:
    """Read a mapping file.

    Raises:
        CorpusError: it cannot be read.
        CorpusInvalid: something in it is wrong; carries every problem with its line.
    """
    try:
        located = read_yaml(text_of(path.read_bytes()))
    except OSError as err:
        raise CorpusError(f"{path} cannot be read: {err.strerror}.") from err
    except YamlTrouble as err:
        problem = Problem(path=str(path), line=err.line, message=f"the mapping {err}.")
        raise _invalid([problem]) from err
    reader = _Reader(path=str(path), located=located, taxonomy=taxonomy)
    found = reader.read()
    if reader.problems:
        raise _invalid(sorted(reader.problems, key=lambda one: one.line))
    return found


def _invalid(problems: Sequence[Problem]) -> CorpusInvalid:
    return CorpusInvalid(
        tuple(problems), outcome="nothing was imported. docs/importing.md explains the mapping."
    )


@dataclass(slots=True, kw_only=True)
class _Reader:
    """Reads a mapping file, and notes what is wrong in it."""

    path: str
    located: Located
    taxonomy: Taxonomy
    problems: list[Problem] = field(default_factory=list)

    def read(self) -> ColumnMapping:
        given = self.located.value
        if not isinstance(given, dict):
            self._wrong((), "must hold 'fields:' with a column for each field.")
            return ColumnMapping()
        for name in given:
            if name not in _SETTINGS:
                self._wrong((name,), self._unknown(name, _SETTINGS, "a part of a mapping"))
        fields, records = self._fields(given.get("fields") or {})
        return ColumnMapping(
            fields=fields,
            records=records,
            sections=self._sections(given.get("sections") or {}),
            id=self._rule(("id",), given["id"]) if "id" in given else None,
            skip=frozenset(self._texts("skip", given.get("skip"))),
            sheet=as_text(given.get("sheet")) or "",
            header=self._header(given.get("header")),
            dates=self._word("dates", given.get("dates"), (DAY_FIRST, MONTH_FIRST)),
            decimal=self._word("decimal", given.get("decimal"), (POINT, COMMA)),
            links=as_text(given.get("links")) or "",
        )

    def _wrong(self, place: tuple[str | int, ...], message: str) -> None:
        name = ".".join(str(part) for part in place)
        line = self.located.line(*place)
        text = f"{name} {message}".strip()
        self.problems.append(Problem(path=self.path, line=line, message=text, field=name))

    def _unknown(self, name: str, names: Sequence[str], what: str) -> str:
        near = similar_names(name, names, 1)
        hint = f"did you mean {quoted(near[0])}? " if near else ""
        return f"is not {what}: {hint}Allowed are {listed(names, 40)}."

    def _texts(self, name: str, value: Any) -> list[str]:
        values = value if isinstance(value, list) else [] if value is None else [value]
        found = [as_text(one) for one in values]
        if None in found:
            self._wrong((name,), "must be a list of names of columns.")
        return [one for one in found if one]

    def _header(self, value: Any) -> tuple[int, ...]:
        values = value if isinstance(value, list) else [] if value is None else [value]
        if all(isinstance(one, int) and 0 < one < 1000 for one in values) and len(values) <= 3:
            return tuple(int(one) for one in values)
        self._wrong(("header",), "must be the number of a row, or a list of two, such as [1, 2].")
        return ()

    def _word(self, name: str, value: Any, words: Sequence[str]) -> str:
        if value is None or value in words:
            return value or ""
        self._wrong((name,), f"must be {' or '.join(words)}, not {shown(value)}.")
        return ""

    def _sections(self, given: Any) -> dict[str, Rule]:
        if not isinstance(given, dict):
            self._wrong(("sections",), "must hold a column for each heading.")
            return {}
        headings = case_headings(self.taxonomy.subject)
        by_slug = {slug(heading): heading for heading in headings}
        found = {}
        for name, value in given.items():
            heading = by_slug.get(slug(name))
            if heading is None:
                self._wrong(("sections", name), self._unknown(name, headings, "a section"))
            elif (rule := self._rule(("sections", name), value)) is not None:
                found[heading] = rule
        return found

    def _fields(self, given: Any) -> tuple[dict[Path_, Rule], dict[str, tuple[RecordRule, ...]]]:
        rules: dict[Path_, Rule] = {}
        records: dict[str, tuple[RecordRule, ...]] = {}
        if not isinstance(given, dict):
            self._wrong(("fields",), "must hold a column for each field.")
            return rules, records
        for name, value in given.items():
            first, _, rest = name.partition(".")
            if first not in FrontMatter.names():
                known = FrontMatter.names()
                self._wrong(("fields", name), self._unknown(first, known, "a field of a case"))
            elif is_list(FrontMatter, first):
                records[first] = self._records(("fields", name), first, rest, value, records)
            else:
                place = ("fields", name)
                rules |= self._leaves(place, FrontMatter, (first, *rest.split(".")), value)
        return rules, records

    def _records(
        self,
        place: tuple[str | int, ...],
        name: str,
        rest: str,
        value: Any,
        before: Mapping[str, tuple[RecordRule, ...]],
    ) -> tuple[RecordRule, ...]:
        """The rules of a list of records: ``results``, or one field of its only record."""
        record = leaf_of(FrontMatter, name)
        held = record if isinstance(record, type) else Record
        if rest:
            rules = self._leaves(place, held, tuple(rest.split(".")), value)
            earlier = before.get(name, (RecordRule(rules={}),))
            return (RecordRule(rules={**earlier[0].rules, **rules}), *earlier[1:])
        found = []
        for number, one in enumerate(value if isinstance(value, list) else [value]):
            at = (*place, number) if isinstance(value, list) else place
            if not isinstance(one, dict):
                self._wrong(at, f"must hold a column for each field of {held.what}.")
                continue
            rules = {}
            for inner, part in one.items():
                rules |= self._leaves((*at, inner), held, tuple(inner.split(".")), part)
            found.append(RecordRule(rules=rules))
        return tuple(found)

    def _leaves(
        self, place: tuple[str | int, ...], record: type[Record], path: Path_, value: Any
    ) -> dict[Path_, Rule]:
        """The rules under one name of a record, by the path within it."""
        name, *rest = [part for part in path if part]
        if name not in record.names():
            self._wrong(place, self._unknown(name, record.names(), f"a field of {record.what}"))
            return {}
        held = leaf_of(record, name)
        if isinstance(held, Leaf) or (name == "period" and not rest and not _is_inner(value, held)):
            rule = self._rule(place, value)
            return {(name, *rest): rule} if rule else {}
        if rest:
            inner = self._leaves(place, held, tuple(rest), value)
            return {(name, *path): rule for path, rule in inner.items()}
        if not isinstance(value, dict):
            self._wrong(place, f"must hold a column for each of {listed(held.names())}.")
            return {}
        found = {}
        for key, part in value.items():
            inner = self._leaves((*place, key), held, tuple(key.split(".")), part)
            found |= {(name, *path): rule for path, rule in inner.items()}
        return found

    def _rule(self, place: tuple[str | int, ...], value: Any) -> Rule | None:
        """What becomes a field: the name of a column, or more that is said of it."""
        if isinstance(value, str | int | float) and not isinstance(value, bool):
            return Rule(columns=(str(value),))
        if isinstance(value, list) and all(isinstance(one, str) for one in value) and value:
            return Rule(columns=tuple(value))
        if not isinstance(value, dict) or not value:
            self._wrong(place, "must be the name of a column, or {value: ...}, {text: ...}.")
            return None
        unknown = [name for name in value if name not in _RULE]
        for name in unknown:
            self._wrong((*place, name), self._unknown(str(name), _RULE, "known here"))
        if unknown:
            return None
        columns = value.get("first", value.get("columns", value.get("column", [])))
        columns = columns if isinstance(columns, list) else [columns]
        words = value.get("words") or {}
        if not isinstance(words, dict):
            self._wrong((*place, "words"), "must hold a word for each spelling.")
            return None
        if not (columns or "value" in value or "text" in value):
            self._wrong(place, "must name a column, or give a value or a text.")
            return None
        return Rule(
            columns=tuple(map(str, columns)),
            value=value.get("value"),
            text=as_text(value.get("text")) or "",
            split=str(value.get("split") or ""),
            join=str(value.get("join") or " "),
            words={str(name): str(meant) for name, meant in words.items()},
            first="first" in value,
        )


def _is_inner(value: Any, held: type[Record]) -> bool:
    """Whether a value names fields of a record, and is no rule itself."""
    return isinstance(value, dict) and any(name in held.names() for name in value)


# --- a story by a mapping --------------------------------------------------------------------


@dataclass(slots=True, kw_only=True)
class Taken:
    """What a mapping makes of a story.

    Attributes:
        fields: of the front-matter, as a file gives them.
        sections: the text under each heading.
        id: what the id is to be made of; empty where the mapping does not say.
        notes: what was not taken.
    """

    fields: dict[str, Any] = field(default_factory=dict)
    sections: dict[str, str] = field(default_factory=dict)
    id: str = ""
    notes: list[Note] = field(default_factory=list)


def taken(story: Story, mapping: ColumnMapping, meanings: Meanings) -> Taken:
    """What a mapping makes of a story; nothing is invented."""
    return _Taker(story=story, mapping=mapping, meanings=meanings).take()


@dataclass(slots=True, kw_only=True)
class _Taker:
    story: Story
    mapping: ColumnMapping
    meanings: Meanings
    found: Taken = field(default_factory=Taken)
    text_sections: dict[str, str] = field(default_factory=dict)
    used: set[str] = field(default_factory=set)

    def take(self) -> Taken:
        self.text_sections = _sections_of(self.story.text)
        for path, rule in self.mapping.fields.items():
            self._field(path, rule)
        lists = self.mapping.records
        for name in sorted(lists, key=lambda one: one == "results"):  # which asks for the sources
            for rule in lists[name]:
                self._in_list(name, rule)
        self._text()
        if self.mapping.id is not None:
            self.found.id = self._paragraph(self.mapping.id)
        self._tell_others()
        return self.found

    def _in_list(self, name: str, rule: RecordRule) -> None:
        if name == "results":
            self._result(rule)
        elif record := self._record(FrontMatter, name, rule):
            self.found.fields.setdefault(name, []).append(record)

    # --- fields --------------------------------------------------------------------------

    def _field(self, path: Path_, rule: Rule) -> None:
        if path == ("period",):
            self._set(path, self._read(rule, self.meanings.years))
            return
        leaf, record = None, FrontMatter
        for name in path:
            held = leaf_of(record, name)
            if isinstance(held, Leaf):
                leaf = held
            else:
                record = held
        is_year = path in (("period", "from"), ("period", "to"))
        if path == ("members", "count") and rule.value is None:
            self._count(path, rule)
            return
        value = self._read(rule, self.meanings.year) if is_year else self._leaf(leaf, rule)
        self._set(path, value)

    def _count(self, path: Path_, rule: Rule) -> None:
        """How many there are, also as people tell it; how exact that is goes with it."""

        def read(value: Any) -> Counted:
            try:
                return Counted(number=int(self.meanings.number(value, whole=True)))
            except NotTaken:
                counted = read_count(text_of_value(value)) if isinstance(value, str) else None
                if counted is None or not counted.qualifier:
                    raise
                return counted

        found = self._read(rule, read)
        if found is None:
            return
        self._set(path, found.number)
        exact = (*path[:-1], "qualifier")
        if exact not in self.mapping.fields or not any(self._values(self.mapping.fields[exact])):
            self._set(exact, found.qualifier)

    def _set(self, path: Path_, value: Any) -> None:
        if value in (None, "", []):
            return
        at = self.found.fields
        for name in path[:-1]:
            at = at.setdefault(name, {})
        at[path[-1]] = value

    def _record(
        self, record: type[Record], name: str, rule: RecordRule, *, percent: bool = False
    ) -> dict[str, Any]:
        """The fields of one record of a list."""
        inner = leaf_of(record, name)
        made: dict[str, Any] = {}
        for path, one in rule.rules.items():
            at, held = made, inner if isinstance(inner, type) else Record
            for part in path[:-1]:
                deeper = leaf_of(held, part)
                at, held = at.setdefault(part, {}), deeper if isinstance(deeper, type) else held
            leaf = leaf_of(held, path[-1])
            if path[-1] == "year":
                value = self._read(one, self.meanings.year)
            else:
                value = self._leaf(leaf if isinstance(leaf, Leaf) else None, one, percent=percent)
            if value not in (None, "", []):
                at[path[-1]] = value
        names = inner.names() if isinstance(inner, type) else tuple(made)
        return {key: made[key] for key in names if made.get(key) not in (None, {})}

    def _leaf(self, leaf: Leaf | None, rule: Rule, *, percent: bool = False) -> Any:
        """The value of a field by what it holds."""
        kind = leaf.kind if leaf else "text"
        if rule.value is not None and kind in ("text", "whole", "number", "flag", "numbers"):
            return rule.value
        meanings = self.meanings
        readers = {
            "whole": lambda value: meanings.number(value, whole=True),
            "number": lambda value: meanings.number(_without_percent(value, percent)),
            "numbers": lambda value: [meanings.number(one) for one in parts_of(value, rule.split)],
            "flag": meanings.flag,
            "day": lambda value: meanings.day(value).isoformat(),
        }
        if kind in readers:
            return self._read(rule, readers[kind])
        if leaf is not None and leaf.many:
            return self._many(leaf, rule)
        if leaf is not None and kind == "word":
            name = leaf.vocabulary
            return self._read(rule, lambda value: meanings.word(value, name, rule.words))
        text = self._paragraph(rule)
        return rule.words.get(text, text)

    def _read(self, rule: Rule, read: Any) -> Any:
        """What a reader makes of the first column that holds anything; told where it cannot."""
        for value, place, column in self._values(rule):
            meant = rule.words.get(text_of_value(value), value)
            try:
                return read(meant)
            except NotTaken as err:
                self._tell(place, column, value, str(err))
        return None

    def _many(self, leaf: Leaf, rule: Rule) -> list[Any] | Any:
        """The values of a field that may have several."""
        found: dict[Any, None] = {}
        for value, place, column in self._values(rule):
            for part in self._parts(value, rule, leaf):
                try:
                    meant = (
                        self.meanings.word(part, leaf.vocabulary, rule.words)
                        if leaf.kind == "word"
                        else rule.words.get(text_of_value(part), text_of_value(part))
                    )
                except NotTaken as err:
                    self._tell(place, column, part, str(err))
                else:
                    found[meant] = None
        values = list(found)
        return values[0] if len(values) == 1 and leaf.kind == "word" else values

    def _parts(self, value: Any, rule: Rule, leaf: Leaf) -> list[Any]:
        """The parts of one value: as the rule says, or as commas do where the whole is no word."""
        parts = parts_of(value, rule.split)
        if rule.split or len(parts) != 1 or leaf.kind != "word":
            return parts
        try:
            self.meanings.word(value, leaf.vocabulary, rule.words)
        except NotTaken:
            return [part for part in re.split(r"\s*[,;/|]\s*", text_of_value(value)) if part]
        return parts

    def _values(self, rule: Rule) -> Iterator[tuple[Any, str, str]]:
        """The values of a rule, each with its place and its column."""
        if rule.value is not None:
            yield rule.value, self.story.place, ""
            return
        if rule.text:
            yield self._filled(rule), self.story.place, ""
            return
        for column in rule.columns:
            self.used.add(column)
            if (found := self._at(column)) is not None:
                yield *found, column
                if rule.first:
                    return

    def _at(self, column: str) -> tuple[Any, str] | None:
        """What stands in a column of the story, and where; None where nothing does."""
        if column == TEXT:
            return (self.story.text, self.story.place) if self.story.text else None
        if column.startswith(_SECTION):
            text = self.text_sections.get(slug(column.removeprefix(_SECTION)))
            return (text, self.story.place) if text else None
        cell = self.story.cells.get(column)
        return None if cell is None else (cell.value, cell.place)

    def _filled(self, rule: Rule) -> str:
        """A text with the values of columns in it."""

        def fill(match: re.Match[str]) -> str:
            self.used.add(match[1])
            cell = self.story.cells.get(match[1])
            if cell is not None:
                return text_of_value(cell.value)
            return {"place": self.story.place, "name": self.story.name}.get(match[1], "")

        return " ".join(_NAMED.sub(fill, rule.text).split())

    def _paragraph(self, rule: Rule) -> str:
        """A text in one paragraph."""
        return rule.join.join(text_of_value(value) for value, _, _ in self._values(rule)).strip()

    def _tell(self, place: str, column: str, value: Any, why: str) -> None:
        shown = cut(text_of_value(value))
        self.found.notes.append(Note(place=place, column=column, value=shown, why=_sentence(why)))

    # --- sources and results -------------------------------------------------------------

    def _result(self, rule: RecordRule) -> None:
        """A result where it is one; else what is told of it stays in the text."""
        unit = rule.rules.get(("unit",))
        percent = unit is not None and self._measures_percent(unit)
        record = self._record(FrontMatter, "results", rule, percent=percent)
        if not record.get("statement"):
            return
        statement = str(record["statement"])
        sources = self.found.fields.get("sources", [])
        lacking = [
            name
            for name, there in (
                ("metric", record.get("metric")),
                ("source", record.get("source") or (sources and sources[0].get("key"))),
                ("locator", record.get("locator") or (sources and sources[0].get("locator"))),
            )
            if not there
        ]
        place = self._place_of(rule.rules[("statement",)])
        if lacking or len(statement) > MAX_STATEMENT:
            why = (
                f"stays in the text, as its {' and '.join(lacking)} is not known"
                if lacking
                else f"stays in the text, as it is longer than {MAX_STATEMENT} characters"
            )
            self._tell(*place, statement, f"{why}.")
            before = self.found.sections.get(RESULTS_HEADING, "")
            self.found.sections[RESULTS_HEADING] = f"{before}\n\n{_escaped(statement)}".strip()
            return
        if "locator" not in record:
            record["locator"] = sources[0]["locator"]
        if ("value" in record or "range" in record) and "unit" not in record:
            for name in ("value", "range", "before"):
                if name in record:
                    at = rule.rules.get((name,))
                    where = self._place_of(at) if at else place
                    self._tell(*where, record.pop(name), "a figure without a unit is not taken.")
        if "unit" in record and not {"value", "range", "before"} & record.keys():
            del record["unit"]
        ordered = {name: record[name] for name in ResultFields.names() if name in record}
        self.found.fields.setdefault("results", []).append(ordered)

    def _measures_percent(self, rule: Rule) -> bool:
        try:
            values = [value for value, _, _ in self._values(rule)]
            unit = self.meanings.word(values[0], "units", rule.words) if values else ""
        except NotTaken:
            return False
        return "%" in self.meanings.taxonomy.unit(unit).written

    def _place_of(self, rule: Rule) -> tuple[str, str]:
        """The place of a rule's first value, and its column."""
        for _, place, column in self._values(rule):
            return place, column
        return self.story.place, ""

    # --- the text ------------------------------------------------------------------------

    def _text(self) -> None:
        """The sections that the mapping names, and what is left of the text in the first."""
        for heading, rule in self.mapping.sections.items():
            parts = [
                str(value) if column == TEXT or column.startswith(_SECTION) else _prose(value)
                for value, _, column in self._values(rule)
            ]
            told = "\n\n".join(filter(None, parts))
            before = self.found.sections.get(heading, "")
            if told:
                self.found.sections[heading] = f"{told}\n\n{before}".strip()
        if TEXT in self.used or not self.story.text:
            return
        named = {slug(one.removeprefix(_SECTION)) for one in self.used if one.startswith(_SECTION)}
        rest = "\n\n".join(
            text if not heading else f"## {original}\n\n{text}"
            for heading, original, text in _split_sections(self.story.text)
            if heading not in named
        )
        if rest.strip():
            self.found.sections[""] = rest.strip()

    def _tell_others(self) -> None:
        """Columns that hold something and that the mapping does not name."""
        named = self.mapping.columns
        for column, cell in self.story.cells.items():
            if column not in named and not column.startswith("("):
                self._tell(cell.place, column, cell.value, "no field is mapped to this column.")


def _without_percent(value: Any, percent: bool) -> Any:
    return value.strip().removesuffix("%") if percent and isinstance(value, str) else value


def _sentence(text: str) -> str:
    return text[:1].upper() + text[1:]


_ITEM = re.compile(r"[-•*+–]\s+(?=\S)")


def _prose(value: Any) -> str:
    """A cell as paragraphs and items of Markdown that mean nothing else than their words."""
    if not isinstance(value, str):
        return _escaped(text_of_value(value))
    parts: list[str] = []
    for block in re.split(r"\n\s*\n", value.strip()):
        items = re.split(r"\n(?=\s*[-•*+–]\s+\S)", block)
        lines = [" ".join(one.split()) for one in items if one.strip()]
        told = [
            f"- {_escaped(line[mark.end() :])}" if (mark := _ITEM.match(line)) else _escaped(line)
            for line in lines
        ]
        for before, line in zip([None, *told], told, strict=False):
            is_next = before is not None and before.startswith("- ") and line.startswith("- ")
            parts.append(("\n" if is_next else "\n\n") + line)
    return "".join(parts).strip()


def _escaped(text: str) -> str:
    """Words as Markdown that shows them as they are."""
    text = re.sub(r"([\\`*]|(?<!\w)_|_(?!\w)|\[(?=[^\]]*\]\())", r"\\\1", text)
    text = re.sub(r"<(?=[A-Za-z/!])", "&lt;", text)
    return re.sub(r"^([#>+-])(?=[\s#]|$)|^(\d+)(?=[.)]\s)", _escaped_start, text)


def _escaped_start(match: re.Match[str]) -> str:
    return f"\\{match[1]}" if match[1] else f"{match[2]}\\"


def _split_sections(text: str) -> list[tuple[str, str, str]]:
    """The sections of a text: the folded heading, the heading, and what stands under it."""
    parts = re.split(r"^## (.+)$", text, flags=re.MULTILINE)
    found = [("", "", parts[0].strip())] if parts[0].strip() else []
    for heading, under in zip(parts[1::2], parts[2::2], strict=True):
        found.append((slug(heading), heading.strip(), under.strip()))
    return found


def _sections_of(text: str) -> dict[str, str]:
    return {heading: under for heading, _, under in _split_sections(text) if heading}
