"""YAML text to plain values that still know their lines.

PyYAML reads YAML 1.1, in which ``NO`` is false, ``010`` is 8 and ``1.10`` is
1.1; none of these is what an author of a case means by the country Norway. Here
the scalars follow the core schema of YAML 1.2 (https://yaml.org/spec/1.2.2/
#103-core-schema) without dates: true/false, null, decimal numbers, text; and a
number keeps its spelling: ``str`` of it gives what the file says.

What is plainly YAML is read by libyaml, many times faster. Whatever it refuses, or might
read otherwise than PyYAML's own parser, is read by that one, which has the better messages.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

import yaml
from yaml.reader import ReaderError

from kb.content.yaml_places import Lines, places_of
from kb.errors import Edit, Fix
from kb.model.english import quoted

#: A document with more nodes than this is refused: aliases of aliases can
#: describe billions of them in a few lines.
MAX_NODES = 50_000
#: Lists and mappings in brackets stand in each other so deep at most. PyYAML takes a second for a
#: thousand of them.
MAX_BRACKETS = 100

_TAG = "tag:yaml.org,2002:"

#: What a value may be, by its spelling or by a tag such as ``!!str``.
_TAGS: Mapping[type[yaml.Node], set[str]] = {
    yaml.MappingNode: {_TAG + "map"},
    yaml.SequenceNode: {_TAG + "seq"},
    yaml.ScalarNode: {_TAG + name for name in ("null", "bool", "int", "float", "str")},
}


class _TooDeep(Exception):
    """More brackets stand in each other than any content has."""


class _CoreLoader(yaml.SafeLoader):
    """Safe loader with the scalars of YAML 1.2's core schema."""

    def fetch_flow_collection_start(self, TokenClass: type[yaml.Token]) -> None:  # noqa: N803 - the library's name
        """Begin a list or mapping in brackets: of each it looks at all that are open."""
        if self.flow_level == MAX_BRACKETS:
            raise _TooDeep
        super().fetch_flow_collection_start(TokenClass)


_CoreLoader.yaml_implicit_resolvers = {}
for _name, _pattern, _first in (
    ("null", r"^(?:~|null|Null|NULL|)$", ["~", "n", "N", ""]),
    ("bool", r"^(?:true|True|TRUE|false|False|FALSE)$", list("tTfF")),
    ("int", r"^[-+]?(?:0|[1-9][0-9]*)$", list("-+0123456789")),
    ("float", r"^[-+]?(?:0|[1-9][0-9]*)\.[0-9]+$", list("-+0123456789")),
):
    _CoreLoader.add_implicit_resolver(_TAG + _name, re.compile(_pattern), _first)


class _Writer(yaml.SafeDumper):
    """Writes texts of several lines as blocks, for people to read and change."""


def _written_text(writer: yaml.SafeDumper, text: str) -> yaml.Node:
    return writer.represent_scalar(_TAG + "str", text, style="|" if "\n" in text else None)


_Writer.add_representer(str, _written_text)


def write_yaml(value: Any) -> str:
    """Plain values as YAML that ``read_yaml`` reads as the same ones; fields keep their order."""
    return yaml.dump(value, Dumper=_Writer, allow_unicode=True, sort_keys=False, width=96)


class _FieldsWriter(yaml.SafeDumper):
    """Writes front-matter as people do: short lists in one line, long texts folded."""

    def increase_indent(self, flow: bool = False, indentless: bool = False) -> None:
        """Items stand deeper than the name of their list."""
        super().increase_indent(flow, indentless=False)

    def ignore_aliases(self, data: Any) -> bool:
        """What is the same list twice is written twice."""
        return True


#: So many characters stand in one line with the name of the field.
_IN_ONE_LINE = 80


def _field_text(writer: yaml.SafeDumper, text: str) -> yaml.Node:
    folded = len(text) > _IN_ONE_LINE and "\n" not in text and text == " ".join(text.split())
    style = "|" if "\n" in text else ">" if folded else None
    return writer.represent_scalar(_TAG + "str", text, style=style)


def _field_list(writer: yaml.SafeDumper, items: list[Any]) -> yaml.Node:
    are_plain = not any(isinstance(item, list | dict) for item in items)
    is_short = are_plain and sum(len(str(item)) + 2 for item in items) <= _IN_ONE_LINE
    return writer.represent_sequence(_TAG + "seq", items, flow_style=is_short)


_FieldsWriter.add_representer(str, _field_text)


def _field_number(writer: yaml.SafeDumper, number: float) -> yaml.Node:
    """Without the sign of a power of ten, which is text to ``read_yaml``."""
    written = format(Decimal(repr(float(number))), "f")
    return writer.represent_scalar(_TAG + ("float" if "." in written else "int"), written)


_FieldsWriter.add_representer(list, _field_list)
_FieldsWriter.add_representer(float, _field_number)
# What is read as text need not stand in quotes: a date, and the code of Norway.
_FieldsWriter.yaml_implicit_resolvers = _CoreLoader.yaml_implicit_resolvers


def write_fields(fields: Mapping[str, Any]) -> str:
    """The fields of front-matter as YAML, as the cases are written by hand.

    ``read_yaml`` reads it as the same values, but for white space around and within texts.
    """
    return yaml.dump(
        dict(fields), Dumper=_FieldsWriter, allow_unicode=True, sort_keys=False, width=96
    )


class YamlTrouble(Exception):
    """The text cannot be used, by which ``rule``; ``line`` and ``column`` count from 1.

    ``fix`` certainly mends it, if anything does.
    """

    def __init__(
        self, rule: str, message: str, line: int, column: int = 0, fix: Fix | None = None
    ) -> None:
        self.rule, self.line, self.column, self.fix = rule, line, column, fix
        super().__init__(message)


@dataclass(frozen=True, slots=True, kw_only=True)
class Located:
    """Plain values with the line of each.

    ``lines`` maps a path, such as ``("results", 0, "unit")``, to the 1-based line
    of that key or item; ``()`` is the line of the whole. ``repeated`` lists the
    paths of keys given a second time, with the line of the repetition. ``text`` is what was
    read, and begins on ``first_line`` of the file.
    """

    value: Any
    lines: Mapping[tuple[str | int, ...], int]
    repeated: tuple[tuple[tuple[str | int, ...], int], ...] = ()
    text: str = field(default="", compare=False, repr=False)
    first_line: int = field(default=1, compare=False)

    def line(self, *path: str | int) -> int:
        """The line of ``path``, or of the nearest thing around it that has one."""
        for end in range(len(path), -1, -1):
            line = self.lines.get(path[:end])
            if line is not None:
                return line
        return 1

    def column(self, *path: str | int, of_name: bool = False) -> int:
        """The column of ``path`` on its line: of the value, or of its name where that is there.

        0 where it is not known.

        Args:
            path: of the value.
            of_name: whether the name is wanted, and not the value.
        """
        places, lines = places_of(self.text), Lines(self.text)
        for end in range(len(path), -1, -1):
            at = places.standing.get(path[:end])
            if at is None:
                continue
            line = self.line(*path[:end]) - self.first_line + 1
            starts = [at.value.start, *([at.key.start] if at.key else [])]
            is_value = end == len(path) and not of_name
            for its_line, column in map(lines.place, starts if is_value else starts[::-1]):
                if its_line == line:
                    return column
        return 0

    def place_of_sign(self, sign: str, *path: str | int) -> tuple[int, int]:
        """Line and column of a sign in a value, as itself or as its code; else of the value."""
        at = places_of(self.text).standing.get(path)
        if at is not None:
            escaped = re.escape(f"\\u{ord(sign):04x}")
            found = re.compile(f"(?i:{escaped})|{re.escape(sign)}").search(
                self.text, at.value.start, at.value.end
            )
            if found:
                line, column = Lines(self.text).place(found.start())
                return line + self.first_line - 1, column
        return self.line(*path), self.column(*path)

    def column_again(self, *path: str | int, time: int) -> int:
        """The column of a name that is given again, for the first time or a later one; or 0."""
        again = [one for place, one in places_of(self.text).again if place == path]
        key = again[time - 1].key if time <= len(again) else None
        return Lines(self.text).place(key.start)[1] if key else 0

    def spelling(self, *path: str | int) -> str:
        """A single value as the file writes it; empty where it is none, or not there."""
        at = places_of(self.text).standing.get(path)
        if at is None or not at.is_scalar:
            return ""
        if not at.style:
            return " ".join(self.text[at.value.start : at.value.end].split())
        value: Any = self.value
        for step in path:
            value = value[step]
        return str(value)


class _WrittenInt(int):
    """A whole number that is written otherwise than Python would, such as ``+5``."""

    spelling: str

    def __str__(self) -> str:
        return self.spelling


class _WrittenFloat(float):
    """A number that is written otherwise than Python would, such as ``1.10``."""

    spelling: str

    def __str__(self) -> str:
        return self.spelling


@dataclass(slots=True)
class _Reader:
    loader: _CoreLoader
    first_line: int
    breaks: list[int]
    most: int
    lines: dict[tuple[str | int, ...], int] = field(default_factory=dict)
    repeated: list[tuple[tuple[str | int, ...], int]] = field(default_factory=list)
    nodes: int = 0

    def read(self, node: yaml.Node, path: tuple[str | int, ...]) -> Any:
        line = self._line(node)
        self.lines.setdefault(path, line)
        if node.tag not in _TAGS[type(node)]:
            message = f"has a tag that is not allowed: {node.tag}"
            raise YamlTrouble("yaml-tag", message, line, self._column(node))
        self.nodes += 1
        if self.nodes > self.most:
            message = f"has more than {self.most:,} values; shorten it"
            raise YamlTrouble("yaml-too-many-values", message, line, self._column(node))
        if isinstance(node, yaml.MappingNode):
            return self._mapping(node, path)
        if isinstance(node, yaml.SequenceNode):
            return [self.read(item, (*path, i)) for i, item in enumerate(node.value)]
        return self._scalar(node, line, self._column(node))

    def _line(self, node: yaml.Node) -> int:
        """Lines as editors count them: PyYAML counts U+2028 and its like as line breaks."""
        return bisect_left(self.breaks, node.start_mark.index) + self.first_line

    def _column(self, node: yaml.Node) -> int:
        at = bisect_left(self.breaks, node.start_mark.index)
        before = self.breaks[at - 1] if at else -1
        return node.start_mark.index - before

    def _mapping(self, node: yaml.MappingNode, path: tuple[str | int, ...]) -> dict[str, Any]:
        values: dict[str, Any] = {}
        for key_node, value_node in node.value:
            line = self._line(key_node)
            if not isinstance(key_node, yaml.ScalarNode):
                message = "has a key that is not plain text"
                raise YamlTrouble("yaml-key", message, line, self._column(key_node))
            key = _text(key_node.value, line, self._column(key_node))
            if key in values:
                self.repeated.append(((*path, key), line))
                continue
            self.lines[(*path, key)] = line
            values[key] = self.read(value_node, (*path, key))
        return values

    def _scalar(self, node: yaml.Node, line: int, column: int) -> Any:
        try:
            value = self.loader.construct_object(node)
        except (ValueError, LookupError) as err:  # a tag, or a number of thousands of digits
            message = _unreadable(node.value)
            raise YamlTrouble("yaml-value-unreadable", message, line, column) from err
        if isinstance(value, str):
            return _text(value, line, column)
        if isinstance(value, bool) or not isinstance(value, int | float):
            return value
        return _as_written(value, node.value)


def _as_written(value: float, spelling: str) -> float:
    """A number that keeps its spelling where Python would write it otherwise."""
    if str(value) == spelling:
        return value
    number = (_WrittenInt if isinstance(value, int) else _WrittenFloat)(value)
    number.spelling = spelling
    return number


def _text(value: str, line: int, column: int) -> str:
    try:
        value.encode()
    except UnicodeEncodeError as err:  # "\ud800" is half of a character
        raise YamlTrouble("yaml-value-unreadable", _unreadable(value), line, column) from err
    return value


def _unreadable(value: str) -> str:
    return f"has a value that cannot be read: {quoted(value[:40])}"


def text_of(data: bytes) -> str:
    """The text of a file in UTF-8, with or without a byte order mark, and with Unix line ends.

    Raises:
        YamlTrouble: it is not UTF-8, holds a NUL byte, or what a merge has left; on which line.
    """
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as err:
        read = err.object  # without a byte-order mark
        line, column = _end_of(_with_unix_line_ends(read[: err.start].decode("utf-8")))
        message = f"must be UTF-8; byte 0x{read[err.start]:02x} is not. Save the file as UTF-8"
        raise YamlTrouble("file-not-utf-8", message, line, column) from err
    text = _with_unix_line_ends(text)
    if "\0" in text:
        line, column = _end_of(text[: text.index("\0")])
        raise YamlTrouble("file-not-text", "must be text; it holds a NUL byte", line, column)
    _refuse_a_conflict(text)
    return text


def _with_unix_line_ends(text: str) -> str:
    return text.replace("\r\n", "\n").replace("\r", "\n")


def _end_of(text: str) -> tuple[int, int]:
    """The line and the column after the last character."""
    return text.count("\n") + 1, len(text) - text.rfind("\n")


#: What a merge leaves around the two texts between which somebody has to choose.
_CONFLICT = re.compile(r"^(?:<{7}|>{7})(?: [^\n]*)?$|^\|{7} [^|\n]+$", re.MULTILINE)


def _refuse_a_conflict(text: str) -> None:
    if "<<<<<<<" not in text and ">>>>>>>" not in text and "|||||||" not in text:
        return
    found = _CONFLICT.search(text)
    if found is not None:
        message = (
            f"holds what a merge has left, {quoted(found[0][:40])}; keep one of the two texts, "
            "and take out the lines with '<<<<<<<', '=======' and '>>>>>>>'"
        )
        raise YamlTrouble("merge-conflict", message, text.count("\n", 0, found.start()) + 1, 1)


def refuse_more_than(most: int, text: str) -> None:
    """Refuse a text with too many values before it costs much: for what a stranger sends.

    libyaml counts them. PyYAML's own parser takes some 20 seconds for 200,000 of them.

    Raises:
        YamlTrouble: it has more than ``most`` values, keys included; on which line.
    """
    if not yaml.__with_libyaml__:
        return
    count = 0
    try:
        parser = yaml.cyaml.CParser(text)
        while (event := parser.get_event()) is not None:
            count += isinstance(event, yaml.NodeEvent)
            if count > most:
                line, column = event.start_mark.line + 1, event.start_mark.column + 1
                message = f"has more than {most:,} values; shorten it"
                raise YamlTrouble("yaml-too-many-values", message, line, column)
    except (yaml.YAMLError, ValueError):
        return  # whoever reads it says what is wrong


def read_yaml(text: str, *, first_line: int = 1, most: int = MAX_NODES) -> Located:
    """Read one YAML document.

    Args:
        text: the YAML.
        first_line: the line of the file on which ``text`` begins.
        most: how many values it may have, those of aliases counted each time.

    Returns:
        The values with their lines in the file. An empty text gives None.

    Raises:
        YamlTrouble: the text is not YAML, refers to itself, carries a tag that
            would build an object, or is too large or too deep. The line is that
            of the file.
    """
    return _read_quickly(text, first_line, most) or _read_slowly(text, first_line, most)


def _refuse_lost_words(text: str, first_line: int) -> None:
    """Refuse a name behind '&' to which nothing refers: it was meant as the beginning of a text.

    Raises:
        YamlTrouble: there is one; on which line.
    """
    if "&" not in text:
        return
    named, used = {}, set()
    for event in yaml.parse(text, Loader=_CoreLoader):
        if isinstance(event, yaml.AliasEvent):
            used.add(event.anchor)
        elif getattr(event, "anchor", None) is not None:
            named[event.anchor] = event.start_mark
    for name, mark in named.items():
        if name not in used:
            message = (
                f"has a value that begins with {quoted('&' + name)}, which YAML takes for a name "
                "and leaves out; put quotes around the value"
            )
            line, column = mark.line + first_line, mark.column + 1
            raise YamlTrouble("yaml-value-unreadable", message, line, column)


def _read_slowly(text: str, first_line: int, most: int) -> Located:
    """What ``read_yaml`` answers, by PyYAML's own parser."""
    loader = None
    try:
        loader = _CoreLoader(text)
        node = loader.get_single_node()
        if node is None:
            return Located(value=None, lines={(): first_line}, text=text, first_line=first_line)
        breaks = [match.start() for match in re.finditer("\n", text)]
        reader = _Reader(loader, first_line, breaks, most)
        value = reader.read(node, ())
        _refuse_lost_words(text, first_line)
    except yaml.MarkedYAMLError as err:
        raise _syntax_trouble(text, err, first_line) from err
    except ReaderError as err:  # a character that YAML does not allow
        line, column = Lines(text).place(err.position)
        message = f"is not YAML: {str(err).splitlines()[0]}"
        raise YamlTrouble("yaml-syntax", message, line + first_line - 1, column) from err
    except (RecursionError, _TooDeep) as err:
        message = "is nested too deeply, or refers to itself"
        raise YamlTrouble("yaml-nested-too-deeply", message, first_line) from err
    finally:
        if loader is not None:
            loader.dispose()
    return Located(
        value=value,
        lines=reader.lines,
        repeated=tuple(reader.repeated),
        text=text,
        first_line=first_line,
    )


#: In which the two parsers may differ: libyaml lets tabs stand where PyYAML does not, and a sign
#: of a comment at the head of a block. Lines that end in other signs, and directives, are rare.
_DOUBTFUL = ("\t", "\x85", "\u2028", "\u2029", "\ufeff", "\n%")
_COMMENT_AT_BLOCK = re.compile(r"[|>][-+0-9]{0,2}#")
#: What is nested more deeply goes the slow way, which says where it becomes too deep.
_DEEPEST = 50
_NULLS = ("", "~", "null", "Null", "NULL")
_BOOLS = {
    **dict.fromkeys(("true", "True", "TRUE"), True),
    **dict.fromkeys(("false", "False", "FALSE"), False),
}
#: What no plain text begins with that is read as something else than text.
_MAY_MEAN = frozenset("~nNtTfF-+0123456789")
_INT, _FLOAT = re.compile(r"[-+]?(?:0|[1-9][0-9]*)"), re.compile(r"[-+]?(?:0|[1-9][0-9]*)\.[0-9]+")


class _Doubtful(Exception):
    """The text is for the slow way."""


def _read_quickly(text: str, first_line: int, most: int) -> Located | None:
    """What ``read_yaml`` answers, by libyaml; None where that is not certain."""
    if not yaml.__with_libyaml__ or _is_doubtful(text):
        return None
    try:
        parser = yaml.cyaml.CParser(text)
        reader = _QuickReader(parser.get_event, first_line, most)
        value = reader.read_document()
    except (_Doubtful, yaml.YAMLError, ValueError):  # the slow way says what is wrong
        return None
    return Located(value=value, lines=reader.lines, text=text, first_line=first_line)


def _is_doubtful(text: str) -> bool:
    return (
        text.startswith("%")
        or any(sign in text for sign in _DOUBTFUL)
        or (
            "#" in text
            and ("|" in text or ">" in text)
            and _COMMENT_AT_BLOCK.search(text) is not None
        )
    )


@dataclass(slots=True)
class _QuickReader:
    """Makes values of the events of libyaml, without the nodes between."""

    next_event: Callable[[], Any]
    first_line: int
    most: int
    lines: dict[tuple[str | int, ...], int] = field(default_factory=dict)
    nodes: int = 0

    def read_document(self) -> Any:
        """The one document of the text."""
        self._expect(yaml.StreamStartEvent)
        if self._expect(yaml.DocumentStartEvent).explicit:  # which line it is on is told otherwise
            raise _Doubtful
        event = self.next_event()
        self.lines[()] = event.start_mark.line + self.first_line
        value = self._value(event, (), in_flow=False)
        self._expect(yaml.DocumentEndEvent)
        self._expect(yaml.StreamEndEvent)
        return value

    def _expect(self, kind: type[yaml.Event]) -> Any:
        event = self.next_event()
        if type(event) is not kind:
            raise _Doubtful
        return event

    def _value(self, event: Any, path: tuple[str | int, ...], *, in_flow: bool) -> Any:
        self.nodes += 1
        if self.nodes > self.most or len(path) > _DEEPEST:
            raise _Doubtful
        kind = type(event)
        if kind is yaml.ScalarEvent:
            return self._scalar(event, in_flow)
        if kind is yaml.AliasEvent or event.anchor is not None or event.tag is not None:
            raise _Doubtful
        in_flow = in_flow or event.flow_style
        if kind is yaml.MappingStartEvent:
            return self._mapping(path, in_flow)
        values: list[Any] = []
        while type(event := self.next_event()) is not yaml.SequenceEndEvent:
            place = (*path, len(values))
            self.lines[place] = event.start_mark.line + self.first_line
            values.append(self._value(event, place, in_flow=in_flow))
        return values

    def _mapping(self, path: tuple[str | int, ...], in_flow: bool) -> dict[str, Any]:
        values: dict[str, Any] = {}
        while type(event := self.next_event()) is not yaml.MappingEndEvent:
            if type(event) is not yaml.ScalarEvent:
                raise _Doubtful
            self._scalar(event, in_flow)
            key = event.value
            if key in values:  # the slow way tells of repetitions
                raise _Doubtful
            place = (*path, key)
            self.lines[place] = event.start_mark.line + self.first_line
            values[key] = self._value(self.next_event(), place, in_flow=in_flow)
        return values

    def _scalar(self, event: yaml.ScalarEvent, in_flow: bool) -> Any:
        if event.anchor is not None or event.tag is not None:
            raise _Doubtful
        value = event.value
        if not event.implicit[0]:  # it stands in quotes
            return value
        if in_flow and "?" in value:  # PyYAML takes it for the sign of a key
            raise _Doubtful
        return value if value and value[0] not in _MAY_MEAN else _meant(value)


def _meant(plain: str) -> Any:
    """What a text without quotes means.

    Raises:
        ValueError: a number of thousands of digits.
    """
    if plain in _NULLS:
        return None
    if plain in _BOOLS:
        return _BOOLS[plain]
    if _INT.fullmatch(plain):
        return _as_written(int(plain), plain)
    if _FLOAT.fullmatch(plain):
        return _as_written(float(plain), plain)
    return plain


# --- what is wrong where the text is no YAML -------------------------------------------------


def _syntax_trouble(text: str, err: yaml.MarkedYAMLError, first_line: int) -> YamlTrouble:
    """What is wrong, on the line where it has to be mended, which is often an earlier one."""
    places, mark = Lines(text), err.problem_mark or err.context_mark
    line, column = places.place(mark.index if mark else 0)
    slip = _slip(text.split("\n")[:line], could_be_key="':'" in str(err.problem))
    if err.context_mark and _BEGINS_EARLIER.search(_whole(err)):
        line, column = places.place(err.context_mark.index)
    if slip is None:
        message = f"is not YAML: {_plain(err)}"
        return YamlTrouble("yaml-syntax", message, line + first_line - 1, column)
    at = slip.line + first_line - 1
    edit = Edit(line=at, column=slip.start, end_line=at, end_column=slip.end, text=slip.text)
    fix = Fix(what=slip.mend, edits=(edit,))
    message = f"is not YAML: {slip.what}; {slip.mend}"
    return YamlTrouble("yaml-syntax", message, at, slip.column, fix)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Slip:
    """A usual slip: the line and column where it is, and what stands from ``start`` once mended."""

    line: int
    column: int
    what: str
    mend: str
    start: int
    end: int
    text: str


#: A text in quotes, after the name of its field or the sign of an item.
_QUOTED = re.compile(r"(?P<before>\s*(?:- +)*(?:[\w-]+: +)?)(?P<quote>['\"])")
_CLOSES = {"'": re.compile(r"(?:[^']|'')*'"), '"': re.compile(r'(?:[^"\\]|\\.)*"')}
#: What may follow a text in quotes on its line.
_FOLLOWS = re.compile(r"\s*(?:$|#|[:,\]}])")
_FIELD = re.compile(r"\s*(?:- +)*[\w-]+:(?:\s|$)")
_NO_SPACE = re.compile(r"(?P<before>\s*(?:- +)*[A-Za-z_][\w-]*:)(?P<rest>(?!//)\S.*?)\s*$")


def _slip(lines: list[str], *, could_be_key: bool) -> _Slip | None:
    """The first usual slip in the lines up to the one on which reading stopped.

    Args:
        lines: of the text, up to there.
        could_be_key: whether a colon was missed.
    """
    for number, line in enumerate(lines, 1):
        after = lines[number] if number < len(lines) else ""
        found = _quote_slip(number, line, after) or _bracket_slip(number, line, after)
        if found is None and could_be_key and number >= len(lines) - 1:
            found = _space_slip(number, line)
        found = found or _hyphen_slip(number, line)
        if found is not None:
            return found
    return None


def _quote_slip(number: int, line: str, after: str) -> _Slip | None:
    """A quote that is not closed on its line, or that ends a text too early."""
    found = _QUOTED.match(line)
    if found is None:
        return None
    quote, start = found["quote"], found.end()
    closed = _CLOSES[quote].match(line, start)
    rest = line[start:].rstrip()
    if closed is None:
        if after.strip() and not _FIELD.match(after):
            return None  # the text may go on
        mend = f"close it: {quote}{_short(rest)}{quote}"
        end = start + len(rest)
        return _Slip(
            line=number,
            column=start,
            what=f"the quote {quote} that opens here is not closed",
            mend=mend,
            start=end + 1,
            end=end + 1,
            text=quote,
        )
    if _FOLLOWS.match(line, closed.end()) or not rest.endswith(quote):
        return None
    inner, other = rest[:-1], "'" if quote == '"' else '"'
    if other in inner or "\\" in inner:
        return None
    text = f"{other}{inner}{other}"
    return _Slip(
        line=number,
        column=closed.end(),
        what=f"the quote {quote} inside the text ends it",
        mend=f"put other quotes around it: {_short(text)}",
        start=start,
        end=start + len(rest) + 1,
        text=text,
    )


#: A list or record in brackets, after the name of its field or the sign of an item.
_BRACKETED = re.compile(r"\s*(?:- +)*(?:[\w-]+: +)?(?=[\[{])")
#: What is told of in brackets: a text in quotes, the sign of a comment, or a bracket.
_IN_BRACKETS = re.compile(r"""'(?:[^']|'')*'|"(?:[^"\\]|\\.)*"|(?P<hash> #)|(?P<sign>[\[\]{}])""")
_CLOSING = {"[": "]", "{": "}"}


def _bracket_slip(number: int, line: str, after: str) -> _Slip | None:
    """A bracket that is not closed on its line, be it as a comment begins before it is."""
    found = _BRACKETED.match(line)
    if found is None:
        return None
    at = found.end()
    still_open, comment = _still_open(line, at)
    if not still_open:
        return None
    what = f"the bracket {still_open[0]} that opens here is not closed"
    if comment:
        return _comment_slip(number, line, comment, f"{what}, as ' #' begins a comment")
    if after.strip() and not _FIELD.match(after):
        return None  # it may go on
    closed = "".join(_CLOSING[one] for one in reversed(still_open))
    end = len(line.rstrip())
    return _Slip(
        line=number,
        column=at + 1,
        what=what,
        mend=f"close it: {_short(line[at:end] + closed)}",
        start=end + 1,
        end=end + 1,
        text=closed,
    )


def _still_open(line: str, start: int) -> tuple[list[str], int]:
    """The brackets that stay open on a line; and where a comment begins on it, 0 for none."""
    still_open: list[str] = []
    for sign in _IN_BRACKETS.finditer(line, start):
        if sign["hash"]:
            return still_open, sign.start() + 1
        if sign["sign"] in _CLOSING:
            still_open.append(sign["sign"])
        elif sign["sign"] and still_open:
            still_open.pop()
    return still_open, 0


def _comment_slip(number: int, line: str, comment: int, what: str) -> _Slip | None:
    """An entry in brackets that holds the sign of a comment, and what it is in quotes."""
    rest = re.compile(r"[^,\]}'\"]*(?=[,\]}])").match(line, comment)
    if rest is None:
        return None  # it is a comment indeed
    begin = max(line.rfind(sign, 0, comment) for sign in "[{,:") + 1
    begin += len(line[begin:comment]) - len(line[begin:comment].lstrip())
    entry = line[begin : rest.end()].rstrip()
    if "'" in entry:
        return None
    return _Slip(
        line=number,
        column=comment + 1,
        what=what,
        mend=f"put quotes around the entry: '{_short(entry)}'",
        start=begin + 1,
        end=begin + len(entry) + 1,
        text=f"'{entry}'",
    )


_NO_SPACE_AFTER_HYPHEN = re.compile(r"(?P<before>\s*-)(?P<rest>[A-Za-z_][\w-]*:(?:\s.*)?)")


def _hyphen_slip(number: int, line: str) -> _Slip | None:
    """A hyphen without the space that makes an item of it."""
    found = _NO_SPACE_AFTER_HYPHEN.fullmatch(line)
    if found is None:
        return None
    return _missing_space(number, found, "the hyphen", "- " + found["rest"].strip())


def _space_slip(number: int, line: str) -> _Slip | None:
    """A colon without the space that makes a field of it."""
    found = _NO_SPACE.fullmatch(line)
    if found is None:
        return None
    return _missing_space(number, found, "the colon", f"{found['before'].strip()} {found['rest']}")


def _missing_space(number: int, found: re.Match[str], sign: str, mended: str) -> _Slip:
    """A space to be written after what is ``before`` in a line."""
    at = found.end("before") + 1
    return _Slip(
        line=number,
        column=at,
        what=f"a space is missing after {sign}",
        mend=f"write {quoted(_short(mended))}",
        start=at,
        end=at,
        text=" ",
    )


def _short(text: str) -> str:
    return text if len(text) <= 60 else f"{text[:57]}..."


#: What is wrong where something begins, and is noticed later: a field, or brackets.
_BEGINS_EARLIER = re.compile(
    r"could not find expected ':'|while parsing a flow .*expected ',' or .*, but got '(?!\?')"
)
#: What the library says, to what whoever writes front-matter is to do.
_IN_PLAIN_WORDS = (
    (
        r"while parsing a flow .*expected ',' or .*, but got '(?!\?')",
        "the bracket that opens here is not closed, or a comma is missing in it; close it, and put "
        "quotes around an entry with ': ' or ' #' in it",
    ),
    (
        r"but got '\?'",
        "a '?' that stands in brackets is a sign of YAML; put quotes around each entry in which "
        "one stands, such as ['Who pays, and when?']",
    ),
    (
        r"expected '<document start>'",
        "the fields end before this line, at a line '...' or at a text that is no field; take that "
        "out, and write each field as its name, a colon, a space and the value",
    ),
    (
        r"expected a single document",
        "a second document begins at this line '---', and a file has one; take the line out",
    ),
    (
        r"mapping values are not allowed",
        "a colon with a space behind it stands where no field can begin; put quotes around a value "
        "that contains ': ', and let a field begin in the column of the one above it",
    ),
    (r"found undefined alias", "a value that begins with '*' must stand in quotes"),
    (
        r"while scanning an (?:alias|anchor)",
        "a value that begins with '*' or '&' must stand in quotes",
    ),
    (
        r"found unknown escape character",
        "between double quotes a backslash begins a code; put single quotes around the value",
    ),
    (
        r"while scanning a block scalar",
        "behind '>' or '|' nothing may stand on its line; begin the text on the next one, two "
        "spaces further in, or put quotes around a value that begins with such a sign",
    ),
    (
        r"could not find expected ':'",
        "this line is no field: write its name, a colon, a space and the value, such as "
        "'country: NO'; what goes on from the line above is indented",
    ),
    (
        r"expected <block end>, but found '(?:<scalar>|,|\]|\})'",
        "something stands behind a value in quotes or in brackets; put quotes around all of it",
    ),
    (
        r"expected <block end>, but found '(?:<block .*|-|<block end>|\?)'",
        "this line begins in another column than those that it belongs to; let the fields of a "
        "record, and the hyphens of a list, stand below each other",
    ),
)


def _whole(err: yaml.MarkedYAMLError) -> str:
    return ", ".join(part for part in (err.context, err.problem) if part)


def _plain(err: yaml.MarkedYAMLError) -> str:
    text = _whole(err)
    for part, plain in _IN_PLAIN_WORDS:
        if re.search(part, text):
            return plain
    if "found character '\\t'" in text:
        return "a tab stands where only spaces may stand; write spaces in its place"
    if found := re.search(r"found character '(.)' that cannot start any token", text):
        return f"a value that begins with {quoted(found[1])} must stand in quotes"
    return text
