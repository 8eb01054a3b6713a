"""One way to read content: typed records, and every problem of a file with its line.

A file is a tree of plain values that know their lines (``yaml_source.Located``). A
``Record`` says in types which fields a mapping has and what each must be; pydantic checks
it, and ``read`` turns the place of an error into ``path:line: message``. So there is one
list of the fields, from which the messages come and what editors are told (``kb schema``).

What stands in a field is said with ``Annotated`` and a ``Value`` such as ``text()`` or
``terms("types")``, or ``Records()`` for a list of records. The description that ``described``
takes is for editors; the first of its examples (in YAML) is also the line that is proposed
where a required field is missing.
"""

from __future__ import annotations

import difflib
import re
import sys
from collections.abc import Callable, Iterable, Iterator, Mapping
from copy import copy
from dataclasses import dataclass, replace
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any, ClassVar, TypeVar

from pydantic import (
    BaseModel,
    ConfigDict,
    Field,
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
from kb.model.taxonomy import Taxonomy

#: Where something stands in a file: names of fields, and positions in lists from 0.
Place = tuple[str | int, ...]

#: The fields of a record by name, as the file gives them; and what is wrong in them.
Given = Mapping[str, Any]
Complaints = Iterator[tuple[Place, str]]

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


def several(errors: Iterable[tuple[Place, PydanticCustomError]]) -> ValidationError:
    """Several errors at once, each with its place under the value that is being read."""
    details = [InitErrorDetails(type=error, loc=place, input=None) for place, error in errors]
    return ValidationError.from_exception_data("content", details)


def _errors(err: ValidationError) -> Iterator[tuple[Place, PydanticCustomError]]:
    """Our errors in one of pydantic, each with its place."""
    for error in err.errors(include_url=False, include_input=False):
        yield error["loc"], wrong(error["ctx"]["message"], error["type"])


def problems_of(err: ValidationError, path: Path | str, located: Located) -> list[Problem]:
    """Every error as a problem on the line of its place, in the order of the lines."""
    problems = []
    for place, error in _errors(err):
        name = field_name(place[:-1] if error.type == _ITEM else place)
        message = f"{name} {error.message()}".lstrip()
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


def described(description: str = "", *examples: str, **options: Any) -> Any:
    """A field of a record, with what editors are told of it, and examples in YAML."""
    return Field(description=description or None, examples=list(examples) or None, **options)


def like(example: str, **options: Any) -> Any:
    """A field of a record that needs no description, with an example in YAML."""
    return described("", example, **options)


class Record(BaseModel):
    """A mapping with the fields of its class and no others.

    Attributes:
        what: what messages call such a record.
        shape: what is said where the value is no mapping; ``{}`` is what it is.
        empty: what is said of a field without a value; None leaves that to the field.
    """

    model_config = ConfigDict(
        extra="forbid",
        frozen=True,
        defer_build=True,  # most are only read inside another
        model_title_generator=lambda record: record.what,
    )

    what: ClassVar[str] = "a record"
    shape: ClassVar[str] = "must hold fields with names, not {}."
    empty: ClassVar[str | None] = EMPTY

    @classmethod
    @cache
    def names(cls) -> tuple[str, ...]:
        """The names of the fields as a file spells them, in order."""
        return tuple(field.alias or name for name, field in cls.model_fields.items())

    @classmethod
    def required(cls) -> tuple[str, ...]:
        """The names of the fields that must be given."""
        fields = cls.model_fields.items()
        return tuple(field.alias or name for name, field in fields if field.is_required())

    @classmethod
    def rules(cls, given: Given, sound: Given, known: Any) -> Complaints:
        """What is wrong among several fields: place in the record, and message.

        Args:
            given: every field of the file.
            sound: those in which, each by itself, nothing is wrong.
            known: what ``read`` was told of the world outside the file.
        """
        return iter(())

    @classmethod
    def missing(cls, name: str, known: Any = None) -> str:
        """What is said of a required field that is not given; a term is shown by the first one."""
        (field,) = (
            field for key, field in cls.model_fields.items() if name == (field.alias or key)
        )
        lists = [one.vocabulary for one in field.metadata if isinstance(one, Value)]
        examples = [known[one].ids[0] for one in lists if one] or field.examples
        if not examples:
            return "must be given."
        return f"must be given; add a line such as {f'{name}: {examples[0]}'.strip()!r}."

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
            errors += cls._sentences(err, blank, info.context)
        errors += [((name,), wrong(cls.empty or "")) for name in blank]
        failed = {place[0] for place, _ in errors if place}
        sound = {name: one for name, one in value.items() if name not in failed}
        rules = cls.rules(value, sound, info.context)
        errors += [(place, wrong(message)) for place, message in rules]
        if record is None or errors:
            raise several(errors)
        return record

    @classmethod
    def _sentences(
        cls, err: ValidationError, blank: Iterable[str], known: Any
    ) -> Iterator[tuple[Place, PydanticCustomError]]:
        for error in err.errors(include_url=False, include_input=False):
            place, kind = error["loc"], error["type"]
            if kind == "missing":
                if place[0] not in blank:
                    yield place, wrong(cls.missing(str(place[0]), known))
            elif kind == "extra_forbidden":
                yield place, wrong(cls.stray(str(place[0])))
            else:
                yield place, wrong(error["ctx"]["message"], kind)


# --- what stands in a field ------------------------------------------------------------------


@dataclass(frozen=True, slots=True, eq=False)  # by identity, as typing hashes it
class Value:
    """What a field holds.

    Attributes:
        read: from the value in the file and what ``read`` was told to the value in the
            record. Raises what ``wrong`` makes, or a ValidationError of several.
        schema: its JSON Schema, for editors; ``vocabulary`` in it is the name of a list.
        vocabulary: the list of the vocabulary that it is a term of, empty if of none.
    """

    read: Callable[[Any, Any], Any]
    schema: Mapping[str, Any]
    vocabulary: str = ""

    def __get_pydantic_core_schema__(
        self, source: Any, handler: GetCoreSchemaHandler
    ) -> CoreSchema:
        return core_schema.with_info_plain_validator_function(
            lambda value, info: self.read(value, info.context)
        )

    def __get_pydantic_json_schema__(
        self, schema: CoreSchema, handler: GetJsonSchemaHandler
    ) -> dict[str, Any]:
        return dict(self.schema)


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


#: What a text stands for, given what the reader knows; raises what ``wrong`` makes.
Meaning = Callable[[str, Any], str]


def _itself(text: str, known: Any) -> str:
    return text


def _text_schema(most: int | None) -> dict[str, Any]:
    longest = {} if most is None else {"maxLength": most}
    return {"type": ["string", "number"], "pattern": r"\S", **longest}


def text(
    *,
    most: int | None = None,
    means: Meaning = _itself,
    one: Mapping[str, Any] | None = None,
) -> Value:
    """A text in one paragraph; numbers count as written.

    Args:
        most: the most characters of it.
        means: what it stands for.
        one: its JSON Schema, where it is not any text.
    """

    def read(value: Any, known: Any) -> str:
        found = as_text(value)
        if found is None:
            raise wrong(f"must be text, not {shown(value)}.")
        if not found:
            raise wrong(EMPTY)
        if most is not None and len(found) > most:
            raise wrong(f"must be at most {most} characters, not {len(found)}; shorten it.")
        return means(found, known)

    return Value(read, one or _text_schema(most))


@dataclass(frozen=True, slots=True, kw_only=True)
class _Texts:
    """How ``texts`` reads; its arguments are explained there."""

    most: int | None
    means: Meaning
    none: str
    again: str
    plain: bool

    def read(self, value: Any, known: Any) -> tuple[str, ...]:
        if value is None:
            raise wrong(EMPTY)
        if self.plain and not isinstance(value, list):
            raise wrong(f"must be a list of texts, not {shown(value)}.")
        if value == [] and self.none:
            raise wrong(self.none)
        found: list[str] = []
        errors: list[tuple[Place, PydanticCustomError]] = []
        for position, one in enumerate(items_of(value)):
            try:
                found.append(self.item(position, one, found, known))
            except PydanticCustomError as err:
                place = (position,) if isinstance(value, list) else ()
                errors.append((place, wrong(err.message(), _ITEM if place else _WRONG)))
        if errors:
            raise several(errors)
        return tuple(found)

    def item(self, position: int, value: Any, before: list[str], known: Any) -> str:
        found = as_text(value)
        if found is None or (self.plain and not isinstance(value, str)):
            raise wrong(f"must hold text only; item {position + 1} is {shown(value)}.")
        if not found:
            raise wrong(f"must hold text only; item {position + 1} is empty.")
        if self.most is not None and len(found) > self.most:
            longer = f"item {position + 1} is longer"
            raise wrong(f"must hold at most {self.most} characters each; {longer}.")
        meaning = self.means(found, known)
        if self.again and meaning in before:
            raise wrong(self.again.format(meaning))
        return meaning


def texts(
    *,
    most: int | None = None,
    means: Meaning = _itself,
    none: str = "",
    again: str = "",
    plain: bool = False,
    one: Mapping[str, Any] | None = None,
) -> Value:
    """One text or a list of texts.

    Args:
        most: the most characters of each.
        means: what each stands for.
        none: what is said of an empty list, where it may not be.
        again: what is said where two stand for the same, where they may not.
        plain: whether it must be a list, and of texts: no number counts as one.
        one: the JSON Schema of each, where it is not any text.
    """
    read = _Texts(most=most, means=means, none=none, again=again, plain=plain).read
    one = one or _text_schema(most)
    many = {"type": "array", "items": one, **({"minItems": 1} if none else {})}
    return Value(read, many if plain else {"anyOf": [one, many]})


def _unknown(value: str, near: Iterable[str], allowed: Iterable[str]) -> PydanticCustomError:
    near = list(near)
    hint = f"did you mean {' or '.join(map(repr, near))}? " if near else ""
    if ", " in value:
        hint = f"several values make a list: [{value}]. "
    words = listed(allowed, 40) or "none, as the list is empty"
    return wrong(f"must be in the vocabulary, not {shown(value)}: {hint}Allowed are {words}.")


def terms(name: str) -> Value:
    """Terms of a list of the vocabulary, canonical, each once; what is known is a Taxonomy."""

    def canonical(text: str, taxonomy: Taxonomy) -> str:
        vocabulary = taxonomy[name]
        found = vocabulary.canonical(text)
        if found is None:
            raise _unknown(text, vocabulary.nearest(text), vocabulary.ids)
        return found

    twice = "names {!r} twice; once is enough."
    return replace(texts(means=canonical, again=twice, one={"vocabulary": name}), vocabulary=name)


def term(name: str) -> Value:
    """One term of a list of the vocabulary, canonical; what is known is a Taxonomy."""
    many = terms(name)

    def read(value: Any, taxonomy: Taxonomy) -> str:
        if isinstance(value, list):
            words = listed(taxonomy[name].ids)
            raise wrong(f"must be one value, not a list; one of {words}.")
        return many.read(value, taxonomy)[0]

    return Value(read, {"vocabulary": name}, name)


def named(pattern: str, says: str) -> Value:
    """A text of one pattern, such as an id; ``says`` is the pattern in words."""

    def read(value: Any, known: Any) -> str:
        if not isinstance(value, str) or not re.fullmatch(pattern, value):
            raise wrong(f"must be {says}, not {shown(value)}.")
        return value

    return Value(read, {"type": "string", "pattern": f"^{pattern}$"})


def one_of(words: tuple[str, ...]) -> Value:
    """One of a few fixed words, as it is spelled."""

    def fixed(text: str, known: Any) -> str:
        if text not in words:
            raise _unknown(text, difflib.get_close_matches(text, words, n=1), words)
        return text

    return Value(text(means=fixed).read, {"enum": list(words)})


def whole(*, least: int) -> Value:
    """A whole number of at least ``least``."""

    def read(value: Any, known: Any) -> int:
        if isinstance(value, bool) or not isinstance(value, int) or value < least:
            raise wrong(f"must be a whole number of at least {least}, not {shown(value)}.")
        return int(value)

    return Value(read, {"type": "integer", "minimum": least})


def _is_number(value: object) -> bool:
    largest = sys.float_info.max  # infinity, or an int of hundreds of digits, is no figure
    is_number = isinstance(value, int | float) and not isinstance(value, bool)
    return is_number and -largest <= value <= largest


def _plain(number: float) -> float:
    """The number without its spelling."""
    return int(number) if isinstance(number, int) else float(number)


def _number(value: Any, known: Any) -> float:
    if not _is_number(value):
        raise wrong(f"must be a plain number such as 30 or 7000000, not {shown(value)}.")
    return _plain(value)


def _span(value: Any, known: Any) -> tuple[float, float]:
    if not isinstance(value, list) or len(value) != 2 or not all(map(_is_number, value)):
        raise wrong("must be two plain numbers, low and high, such as [50, 60].")
    if value[0] >= value[1]:
        raise wrong(f"must have the low number first, not {shown(value[0])}.")
    return _plain(value[0]), _plain(value[1])


def _flag(value: Any, known: Any) -> bool:
    if not isinstance(value, bool):
        raise wrong(f"must be true or false, not {shown(value)}.")
    return value


def _day(text: str, known: Any) -> str:
    try:
        if not re.fullmatch(r"\d{4}-\d{2}-\d{2}", text):
            raise ValueError(text)
        date.fromisoformat(text)
    except ValueError as err:
        raise wrong(f"must be a day such as 2026-11-22, not {shown(text)}.") from err
    return text


#: A plain number.
NUMBER = Value(_number, {"type": "number"})
#: Two plain numbers, the low one first.
SPAN = Value(_span, {"type": "array", "items": {"type": "number"}, "minItems": 2, "maxItems": 2})
#: True or false.
FLAG = Value(_flag, {"type": "boolean"})
#: A day, as ISO 8601 writes it with hyphens.
DAY = Value(text(means=_day).read, {"type": "string", "pattern": r"^\d{4}-\d{2}-\d{2}$"})


def keyed(
    each: Value | None = None,
    *,
    shape: str,
    key: Callable[[str, Any], None] = lambda name, known: None,
) -> Value:
    """A mapping whose keys are not those of a class.

    Args:
        each: what stands under each key; None leaves that to the rules of the record.
        shape: what is said of a value that is no mapping; ``{}`` is what it is.
        key: raises what ``wrong`` makes where a key is not allowed.
    """

    def read(value: Any, known: Any) -> dict[str, Any]:
        if not isinstance(value, dict):
            raise wrong(shape.format(shown(value)))
        found: dict[str, Any] = {}
        errors: list[tuple[Place, PydanticCustomError]] = []
        for name, one in value.items():
            try:
                key(name, known)
                found[name] = one if each is None else each.read(one, known)
            except PydanticCustomError as err:
                errors.append(((name,), err))
            except ValidationError as err:
                errors += [((name, *place), error) for place, error in _errors(err)]
        if errors:
            raise several(errors)
        return found

    return Value(read, {"type": "object"})


# --- reading ---------------------------------------------------------------------------------


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


def as_written(located: Located) -> Any:
    """The values, each number with its spelling; ``located`` stays as it is."""
    root = [located.value]
    copied: set[Place] = set()
    for place, spelling in located.spelled.items():
        around: Any = root
        part: str | int = 0
        for end, inner in enumerate(place):
            if place[:end] not in copied:
                around[part] = copy(around[part])
                copied.add(place[:end])
            around, part = around[part], inner
        number = around[part]
        around[part] = (_WrittenInt if isinstance(number, int) else _WrittenFloat)(number)
        around[part].spelling = spelling
    return root[0]


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
        return check(as_written(located), context=known), []
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
