"""One way to read content: typed records, and every problem of a file with its line.

A file is a tree of plain values that know their lines (``yaml_source.Located``). A
``Record`` says in types which fields a mapping has and what each must be; pydantic checks
it, and ``read`` turns the place of an error into ``path:line: message``. So there is one
list of the fields, from which the messages come and what editors are told (``kb schema``).

What stands in a field is said with ``Annotated`` and one of the classes below: ``Text``,
``Texts``, ``Name``, ``OneOf``, ``Term``, ``Terms``, ``Whole``, ``Number``, ``Range``,
``Flag``, ``Day`` and, for records in records, ``Inner`` and ``Records``. The ``description``
of a field is for editors, the first of its ``examples`` (in YAML) is also the line that is
proposed where a required field is missing.
"""

from __future__ import annotations

import difflib
import re
import sys
from collections.abc import Iterable, Iterator, Mapping
from copy import deepcopy
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any, ClassVar, TypeVar

from pydantic import (
    BaseModel,
    ConfigDict,
    GetCoreSchemaHandler,
    GetJsonSchemaHandler,
    ModelWrapValidatorHandler,
    TypeAdapter,
    ValidationError,
    ValidationInfo,
    model_validator,
)
from pydantic_core import CoreSchema, InitErrorDetails, PydanticCustomError, core_schema

from kb.content.yaml_source import Located, YamlTrouble, read_yaml, text_of
from kb.errors import Problem
from kb.model.taxonomy import Vocabulary

#: Where something stands in a file: names of fields, and positions in lists from 0.
Place = tuple[str | int, ...]

Model = TypeVar("Model", bound=BaseModel)

EMPTY = "must not be empty; give a value or remove the line."

_NOUNS = {dict: "a mapping", list: "a list", bool: "true or false", type(None): "empty"}


def shown(value: object) -> str:
    """A value as a message shows it: short, quoted, and what kind of thing it is."""
    noun = _NOUNS.get(type(value))
    if noun is not None and not isinstance(value, bool):
        return noun
    text = repr(value)
    return text if len(text) <= 60 else text[:57] + "..." + text[-1]


def listed(names: Iterable[str], most: int = 12) -> str:
    """Names for a message, cut to a readable number."""
    names = list(names)
    rest = f" and {len(names) - most} more" if len(names) > most else ""
    return ", ".join(names[:most]) + rest


def field_name(place: Place) -> str:
    """A place as a message names it: ``results[2].unit``, ``terms['joint purchasing']``."""
    text = ""
    for part in place:
        if isinstance(part, int):
            text += f"[{part + 1}]"
        elif not text:
            text = part
        else:
            text += f".{part}" if re.fullmatch(r"[\w-]+", part) else f"[{part!r}]"
    return text


def as_text(value: object) -> str | None:
    """A text in one paragraph, stripped; numbers as they are written; None if it is no text."""
    if isinstance(value, bool) or not isinstance(value, str | int | float):
        return None
    return " ".join(str(value).split())


def items_of(value: object) -> list[Any]:
    """The items of a list; what is no list stands for itself."""
    return value if isinstance(value, list) else [value]


# --- errors ----------------------------------------------------------------------------------

#: The two types of our errors. An ``item`` stands on its own line but is named by its list.
_WRONG, _ITEM = "wrong", "item"


def wrong(message: str, kind: str = _WRONG) -> PydanticCustomError:
    """An error whose message follows the name of the field."""
    return PydanticCustomError(kind, "{message}", {"message": message})


def _all(title: str, errors: Iterable[tuple[Place, PydanticCustomError]]) -> ValidationError:
    """Several errors at once, each with its place under the value that is being read."""
    details = [InitErrorDetails(type=error, loc=place, input=None) for place, error in errors]
    return ValidationError.from_exception_data(title, details)


def problems_of(err: ValidationError, path: Path | str, located: Located) -> list[Problem]:
    """Every error as a problem on the line of its place, in the order of the lines."""
    problems = []
    for error in err.errors(include_url=False, include_input=False):
        place = error["loc"]
        name = field_name(place[:-1] if error["type"] == _ITEM else place)
        message = f"{name} {error['ctx']['message']}".lstrip()
        line = located.line(*place)
        problems.append(Problem(path=str(path), line=line, message=message, field=name))
    return sorted(problems, key=lambda problem: problem.line)


# --- records ---------------------------------------------------------------------------------

#: What other front-matter calls the fields of a case.
SYNONYMS = {
    "abstract": "summary",
    "categories": "type",
    "category": "type",
    "countries": "country",
    "date": "added",
    "description": "summary",
    "display_name": "title",
    "excerpt": "summary",
    "name": "title",
    "outcomes": "results",
    "projects": "project",
    "questions": "teaching",
    "references": "sources",
    "result": "results",
    "see_also": "related",
    "short_description": "summary",
    "source": "sources",
    "tags": "project",
    "types": "type",
}


class Record(BaseModel):
    """A mapping with the fields of its class and no others.

    Attributes:
        what: what messages call such a record.
        shape: what is said where the value is no mapping; ``{}`` is what it is.
        empty: what is said of a field without a value; None leaves that to the field.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    what: ClassVar[str] = "a record"
    shape: ClassVar[str] = "must hold fields with names, not {}."
    empty: ClassVar[str | None] = EMPTY

    @classmethod
    def names(cls) -> tuple[str, ...]:
        """The names of the fields as a file spells them, in order."""
        return tuple(field.alias or name for name, field in cls.model_fields.items())

    @classmethod
    def required(cls) -> tuple[str, ...]:
        """The names of the fields that must be given."""
        fields = cls.model_fields.items()
        return tuple(field.alias or name for name, field in fields if field.is_required())

    @classmethod
    def rules(
        cls, given: Mapping[str, Any], sound: Mapping[str, Any], known: Any
    ) -> Iterator[tuple[Place, str]]:
        """What is wrong among several fields: place in the record, and message.

        Args:
            given: every field of the file.
            sound: those in which, each by itself, nothing is wrong.
            known: what ``read`` was told of the world outside the file.
        """
        return iter(())

    @classmethod
    def missing(cls, name: str) -> str:
        """What is said of a required field that is not given."""
        examples = cls.model_fields[name].examples if name in cls.model_fields else None
        if not examples:
            return "must be given."
        return f"must be given; add a line such as {f'{name}: {examples[0]}'!r}."

    @classmethod
    def stray(cls, name: str) -> str:
        """What is said of a field that does not exist."""
        names = cls.names()
        near = difflib.get_close_matches(name, names, n=1, cutoff=0.75)
        meant = SYNONYMS.get(name.lower(), near[0] if near else "")
        hint = f"did you mean {meant!r}? " if meant in names else ""
        return f"is not a field of {cls.what}: {hint}Fields are {listed(names, 30)}."

    @model_validator(mode="wrap")
    @classmethod
    def _everything_at_once(
        cls, value: Any, handler: ModelWrapValidatorHandler[Record], info: ValidationInfo
    ) -> Record:
        """Errors of the fields and of the rules among them, all in one."""
        if not isinstance(value, dict):
            raise wrong(cls.shape.format(shown(value)))
        names = cls.names()
        blank = [name for name in names if cls.empty and name in value and value[name] is None]
        errors: list[tuple[Place, PydanticCustomError]] = []
        record = None
        try:
            record = handler({name: one for name, one in value.items() if name not in blank})
        except ValidationError as err:
            errors += cls._sentences(err, blank)
        errors += [((name,), wrong(cls.empty or "")) for name in blank]
        failed = {place[0] for place, _ in errors if place}
        sound = {name: one for name, one in value.items() if name not in failed}
        rules = cls.rules(value, sound, info.context)
        errors += [(place, wrong(message)) for place, message in rules]
        if record is None or errors:
            raise _all(cls.__name__, errors)
        return record

    @classmethod
    def _sentences(
        cls, err: ValidationError, blank: Iterable[str]
    ) -> Iterator[tuple[Place, PydanticCustomError]]:
        for error in err.errors(include_url=False, include_input=False):
            place, kind = error["loc"], error["type"]
            if kind == "missing":
                if place[0] not in blank:
                    yield place, wrong(cls.missing(str(place[0])))
            elif kind == "extra_forbidden":
                yield place, wrong(cls.stray(str(place[0])))
            else:
                yield place, wrong(error["ctx"]["message"], kind)


@dataclass(frozen=True, slots=True)
class Inner:
    """A record, or a mapping of any keys, inside another."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Records:
    """A list of records; ``none`` is what is said of an empty list, where it may not be."""

    none: str = ""
    shape: str = "must be a list of records (or [] for none), not {}."

    def __get_pydantic_core_schema__(
        self, source: Any, handler: GetCoreSchemaHandler
    ) -> CoreSchema:
        return core_schema.no_info_before_validator_function(self._checked, handler(source))

    def __get_pydantic_json_schema__(
        self, schema: CoreSchema, handler: GetJsonSchemaHandler
    ) -> dict[str, Any]:
        return {**handler(schema), **({"minItems": 1} if self.none else {})}

    def _checked(self, value: Any) -> Any:
        if not isinstance(value, list):
            raise wrong(self.shape.format(shown(value)))
        if not value and self.none:
            raise wrong(self.none)
        return value


# --- what stands in a field ------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class Value:
    """What a field holds: how it is read, and how editors are told of it."""

    def read(self, value: Any, known: Any) -> Any:
        """The value as the record holds it.

        Raises:
            PydanticCustomError: what is wrong with it (see ``wrong``).
            ValidationError: several things are wrong with it.
        """
        raise NotImplementedError

    def for_editors(self) -> dict[str, Any]:
        """The JSON Schema of the value; ``vocabulary`` in it is the name of a list."""
        raise NotImplementedError

    def __get_pydantic_core_schema__(
        self, source: Any, handler: GetCoreSchemaHandler
    ) -> CoreSchema:
        return core_schema.with_info_plain_validator_function(self._read)

    def __get_pydantic_json_schema__(
        self, schema: CoreSchema, handler: GetJsonSchemaHandler
    ) -> dict[str, Any]:
        return self.for_editors()

    def _read(self, value: Any, info: ValidationInfo) -> Any:
        return self.read(value, info.context)


@dataclass(frozen=True, slots=True, kw_only=True)
class Text(Value):
    """A text in one paragraph, of at most so many characters; numbers count as written."""

    most: int | None = None

    def read(self, value: Any, known: Any) -> str:
        """The text, stripped and on one line."""
        text = as_text(value)
        if text is None:
            raise wrong(f"must be text, not {shown(value)}.")
        if not text:
            raise wrong(EMPTY)
        if self.most is not None and len(text) > self.most:
            raise wrong(f"must be at most {self.most} characters, not {len(text)}; shorten it.")
        return text

    def for_editors(self) -> dict[str, Any]:
        """A text that is not empty, or a number."""
        longest = {} if self.most is None else {"maxLength": self.most}
        return {"type": ["string", "number"], "pattern": r"\S", **longest}


@dataclass(frozen=True, slots=True, kw_only=True)
class Texts(Value):
    """One text or a list of texts.

    Attributes:
        most: the most characters of each.
        none: what is said of an empty list, where it may not be.
        plain: whether it must be a list, and of texts: no number counts as one.
    """

    most: int | None = None
    none: str = ""
    plain: bool = False

    #: What is said of a value that is given again; without it a value may stand twice.
    again: ClassVar[str] = ""

    def means(self, text: str, known: Any) -> str:
        """What one of the texts stands for.

        Raises:
            PydanticCustomError: it stands for nothing.
        """
        return text

    def read(self, value: Any, known: Any) -> tuple[str, ...]:
        """What the texts stand for, in their order."""
        if value is None:
            raise wrong(EMPTY)
        if self.plain and not isinstance(value, list):
            raise wrong(f"must be a list of texts, not {shown(value)}.")
        if value == [] and self.none:
            raise wrong(self.none)
        found: list[str] = []
        errors: list[tuple[Place, PydanticCustomError]] = []
        for position, item in enumerate(items_of(value)):
            try:
                found.append(self._one(position, item, found, known))
            except PydanticCustomError as err:
                place = (position,) if isinstance(value, list) else ()
                errors.append((place, wrong(err.message(), _ITEM if place else _WRONG)))
        if errors:
            raise _all(type(self).__name__, errors)
        return tuple(found)

    def _one(self, position: int, item: Any, before: list[str], known: Any) -> str:
        text = as_text(item)
        if text is None or (self.plain and not isinstance(item, str)):
            raise wrong(f"must hold text only; item {position + 1} is {shown(item)}.")
        if not text:
            raise wrong(f"must hold text only; item {position + 1} is empty.")
        if self.most is not None and len(text) > self.most:
            raise wrong(
                f"must hold at most {self.most} characters each; item {position + 1} has "
                f"{len(text)}."
            )
        meaning = self.means(text, known)
        if self.again and meaning in before:
            raise wrong(self.again.format(meaning))
        return meaning

    def for_editors(self) -> dict[str, Any]:
        """The schema of one, or a list of that."""
        one = self.one_for_editors()
        several = {
            "type": "array",
            "items": one,
            **({"minItems": 1} if self.none else {}),
            **({"uniqueItems": True} if self.again else {}),
        }
        return several if self.plain else {"anyOf": [one, several]}

    def one_for_editors(self) -> dict[str, Any]:
        """The schema of one of the texts."""
        return Text(most=self.most).for_editors()


def _unknown(value: str, near: Iterable[str], allowed: Iterable[str]) -> PydanticCustomError:
    near = list(near)
    hint = f"did you mean {' or '.join(map(repr, near))}? " if near else ""
    if ", " in value:
        hint = f"several values make a list: [{value}]. "
    words = listed(allowed, 40)
    return wrong(f"must be in the vocabulary, not {shown(value)}: {hint}Allowed are {words}.")


@dataclass(frozen=True, slots=True, kw_only=True)
class Terms(Texts):
    """One term of a list of the vocabulary or several, canonical, each once."""

    vocabulary: str

    again: ClassVar[str] = "names {!r} twice; once is enough."

    def means(self, text: str, known: Mapping[str, Vocabulary]) -> str:
        """The id of the term."""
        vocabulary = known[self.vocabulary]
        term = vocabulary.canonical(text)
        if term is None:
            raise _unknown(text, vocabulary.nearest(text), vocabulary.ids)
        return term

    def one_for_editors(self) -> dict[str, Any]:
        """Any term of the list."""
        return {"vocabulary": self.vocabulary}


@dataclass(frozen=True, slots=True, kw_only=True)
class Term(Value):
    """One term of a list of the vocabulary, canonical."""

    vocabulary: str

    def read(self, value: Any, known: Mapping[str, Vocabulary]) -> str:
        """The id of the term."""
        if isinstance(value, list):
            words = listed(known[self.vocabulary].ids)
            raise wrong(f"must be one value, not a list; one of {words}.")
        return Terms(vocabulary=self.vocabulary).read(value, known)[0]

    def for_editors(self) -> dict[str, Any]:
        """Any term of the list."""
        return {"vocabulary": self.vocabulary}


@dataclass(frozen=True, slots=True, kw_only=True)
class Name(Value):
    """A text of one pattern, such as an id; ``says`` is the pattern in words."""

    pattern: str
    says: str

    def read(self, value: Any, known: Any) -> str:
        """The text as it stands."""
        if not isinstance(value, str) or not re.fullmatch(self.pattern, value):
            raise wrong(f"must be {self.says}, not {shown(value)}.")
        return value

    def for_editors(self) -> dict[str, Any]:
        """A text of this pattern."""
        return {"type": "string", "pattern": f"^{self.pattern}$"}


@dataclass(frozen=True, slots=True, kw_only=True)
class OneOf(Value):
    """One of a few fixed words."""

    words: tuple[str, ...]

    def read(self, value: Any, known: Any) -> str:
        """The word as it is spelled."""
        text = Text().read(value, known)
        if text not in self.words:
            near = difflib.get_close_matches(text, self.words, n=1)
            raise _unknown(text, near, self.words)
        return text

    def for_editors(self) -> dict[str, Any]:
        """Any of the words."""
        return {"enum": list(self.words)}


@dataclass(frozen=True, slots=True, kw_only=True)
class Whole(Value):
    """A whole number of at least ``least``."""

    least: int

    def read(self, value: Any, known: Any) -> int:
        """The number."""
        if isinstance(value, bool) or not isinstance(value, int) or value < self.least:
            raise wrong(f"must be a whole number of at least {self.least}, not {shown(value)}.")
        return int(value)

    def for_editors(self) -> dict[str, Any]:
        """A whole number."""
        return {"type": "integer", "minimum": self.least}


def _is_number(value: object) -> bool:
    largest = sys.float_info.max  # infinity, or an int of hundreds of digits, is no figure
    is_number = isinstance(value, int | float) and not isinstance(value, bool)
    return is_number and -largest <= value <= largest


def _plain(number: float) -> float:
    """The number without its spelling."""
    return int(number) if isinstance(number, int) else float(number)


@dataclass(frozen=True, slots=True, kw_only=True)
class Number(Value):
    """A plain number."""

    def read(self, value: Any, known: Any) -> float:
        """The number."""
        if not _is_number(value):
            raise wrong(f"must be a plain number such as 30 or 7000000, not {shown(value)}.")
        return _plain(value)

    def for_editors(self) -> dict[str, Any]:
        """A number."""
        return {"type": "number"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Range(Value):
    """Two plain numbers, the low one first."""

    def read(self, value: Any, known: Any) -> tuple[float, float]:
        """Both numbers."""
        if not isinstance(value, list) or len(value) != 2 or not all(map(_is_number, value)):
            raise wrong("must be two plain numbers, low and high, such as [50, 60].")
        if value[0] >= value[1]:
            raise wrong(f"must have the low number first, not {shown(value[0])}.")
        return _plain(value[0]), _plain(value[1])

    def for_editors(self) -> dict[str, Any]:
        """A list of two numbers."""
        return {"type": "array", "items": {"type": "number"}, "minItems": 2, "maxItems": 2}


@dataclass(frozen=True, slots=True, kw_only=True)
class Flag(Value):
    """True or false."""

    def read(self, value: Any, known: Any) -> bool:
        """The truth value."""
        if not isinstance(value, bool):
            raise wrong(f"must be true or false, not {shown(value)}.")
        return value

    def for_editors(self) -> dict[str, Any]:
        """A truth value."""
        return {"type": "boolean"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Day(Value):
    """A day, as ISO 8601 writes it with hyphens."""

    def read(self, value: Any, known: Any) -> str:
        """The day as it is written."""
        text = Text().read(value, known)
        try:
            if not re.fullmatch(r"\d{4}-\d{2}-\d{2}", text):
                raise ValueError(text)
            date.fromisoformat(text)
        except ValueError as err:
            raise wrong(f"must be a day such as 2026-11-22, not {shown(text)}.") from err
        return text

    def for_editors(self) -> dict[str, Any]:
        """A day."""
        return {"type": "string", "format": "date", "pattern": r"^\d{4}-\d{2}-\d{2}$"}


# --- reading ---------------------------------------------------------------------------------


class _WrittenInt(int):
    """A whole number that is written otherwise than Python would, such as ``+5``."""

    text: str

    def __str__(self) -> str:
        return self.text


class _WrittenFloat(float):
    """A number that is written otherwise than Python would, such as ``1.10``."""

    text: str

    def __str__(self) -> str:
        return self.text


def _as_written(located: Located) -> Any:
    """The values, each number with its spelling."""
    if not located.spelled or not isinstance(located.value, dict | list):
        return located.value
    root = deepcopy(located.value)
    for place, text in located.spelled.items():
        around = root
        for part in place[:-1]:
            around = around[part]
        number = around[place[-1]]
        written = (_WrittenInt if isinstance(number, int) else _WrittenFloat)(number)
        written.text = text
        around[place[-1]] = written
    return root


def read(
    model: type[Model] | TypeAdapter[Model],
    located: Located,
    path: Path | str,
    *,
    known: Any = None,
) -> tuple[Model | None, list[Problem]]:
    """Check values against a model.

    Args:
        model: a record, or an adapter of another type.
        located: the values with their lines.
        path: the file, for the messages.
        known: what the file may refer to, such as the vocabulary; handed to the fields.

    Returns:
        The record, None if anything is wrong; and every problem in the order of the lines.
    """
    check = model.validate_python if isinstance(model, TypeAdapter) else model.model_validate
    try:
        return check(_as_written(located), context=known), []
    except ValidationError as err:
        return None, problems_of(err, path, located)


def repetitions(
    located: Located, path: Path | str, mend: str = "keep one of the two"
) -> Iterator[Problem]:
    """A problem for each field that is given a second time."""
    for place, line in located.repeated:
        message = f"{field_name(place)} is given twice; {mend}."
        yield Problem(path=str(path), line=line, message=message)


def read_file(
    model: type[Model] | TypeAdapter[Model],
    path: Path,
    *,
    what: str = "",
    twice: str = "keep one of the two",
    known: Any = None,
) -> tuple[Model | None, list[Problem]]:
    """Read a file of YAML and check it against a model.

    Args:
        model: as for ``read``, which says what is returned.
        path: the file.
        what: what a message calls the file where it is no YAML.
        twice: how to mend a field that is given twice.
        known: as for ``read``.

    Raises:
        OSError: the file cannot be opened.
    """
    try:
        located = read_yaml(text_of(path.read_bytes()))
    except YamlTrouble as err:
        message = f"{what} {err}.".lstrip()
        return None, [Problem(path=str(path), line=err.line, message=message)]
    record, problems = read(model, located, path, known=known)
    problems += repetitions(located, path, twice)
    problems.sort(key=lambda problem: problem.line)
    return (None if problems else record), problems
