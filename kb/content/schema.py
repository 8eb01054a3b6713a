"""One way to read content: typed records, and every problem of a file with its line.

A file is a tree of plain values that know their lines (``yaml_source.Located``). A
``Record`` says in types which fields a mapping has and what each must be; pydantic checks
it, and ``read`` turns the place of an error into ``path:line: message``. So there is one
list of the fields, from which the messages come and what editors are told (``kb schema``).

What stands in a field is said with ``Annotated`` and a ``Value`` such as ``text()`` or
``whole(least=1)``; with ``One`` for a record in it, and ``Many`` for a list of records.
"""

from __future__ import annotations

import re
import sys
import unicodedata
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cache, lru_cache
from itertools import islice
from pathlib import Path
from typing import Any, ClassVar, NamedTuple

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
from pydantic.fields import FieldInfo
from pydantic_core import CoreSchema, InitErrorDetails, PydanticCustomError, core_schema

from kb.content.as_typed import turned, unseen, yaml_slips
from kb.content.mending import (
    Add,
    Mend,
    Remove,
    RemoveRepeated,
    Rename,
    Write,
    fix_of,
    only_certain,
)
from kb.content.rules import RULES, problem, slip_problem, trouble
from kb.content.yaml_source import MAX_NODES, Located, YamlTrouble, read_yaml, text_of
from kb.errors import WARNING, Problem, errors_of
from kb.model.english import quoted
from kb.text.similar_names import a_slip_apart, close_matches

#: Where something stands in a file: names of fields, and positions in lists from 0.
Place = tuple[str | int, ...]

#: The fields of a record by name, as the file gives them; and what is wrong in them.
Given = Mapping[str, Any]


class Complaint(NamedTuple):
    """What is wrong somewhere in a record, by which rule.

    Attributes:
        place: where, under the record.
        rule: the id of the rule.
        message: follows the name of the field.
        allowed: what is allowed there, the nearest first; empty where that is no list.
        mend: what certainly mends it, if anything does; a field is added beside the place.
    """

    place: Place
    rule: str
    message: str
    allowed: tuple[str, ...] = ()
    mend: Mend | None = None


Complaints = Iterator[Complaint]

#: So many fields of a record are named where something else stands in its place.
_FEW_NAMES = 8
#: How a list is written in which nothing stands.
NOTHING = "[]"

EMPTY = "must not be empty; give a value or remove the line."

_NOUNS = {dict: "a mapping", list: "a list", type(None): "empty"}


# --- words of messages -----------------------------------------------------------------------


def shown(value: object) -> str:
    """A value as a message shows it: short, quoted, and what kind of thing it is."""
    text = quoted(value) if isinstance(value, str) else _NOUNS.get(type(value)) or str(value)
    if isinstance(value, bool):
        text = str(value).lower()  # as YAML writes it
    return text if len(text) <= 60 else text[:57] + "..." + text[-1]


def listed(names: Iterable[str], most: int = 12) -> str:
    """Names for a message, cut to a readable number."""
    names = list(names)
    rest = f" and {len(names) - most} more" if len(names) > most else ""
    return ", ".join(names[:most]) + rest


def must_give(field: str, example: str) -> str:
    """What is said of a field that is not given."""
    return f"must be given; add a line such as {quoted(f'{field}: {example}'.strip())}."


def nearest_first(similar: Iterable[str], allowed: Iterable[str]) -> tuple[str, ...]:
    """What is allowed, beginning with what looks like what was given."""
    return tuple(dict.fromkeys((*similar, *allowed)))


def not_allowed(
    value: str,
    similar: Iterable[str],
    allowed: Iterable[str],
    *,
    spellings: Mapping[str, str] | None = None,
) -> PydanticCustomError:
    """The error of a word that is none of those allowed; with those that look like it.

    Args:
        value: the word.
        similar: what looks like it.
        allowed: what is allowed.
        spellings: each spelling of what is allowed, to what it stands for, where those differ.
    """
    similar, allowed = list(similar), list(allowed)
    hint = f"did you mean {' or '.join(map(repr, similar))}? " if similar else ""
    if ", " in value:
        hint = f"several values make a list: [{value}]. "
    words = listed(allowed, 40) or "none, as the list is empty"
    return wrong(
        "word-not-in-vocabulary",
        f"must be in the vocabulary, not {shown(value)}: {hint}Allowed are {words}.",
        allowed=nearest_first(similar, allowed),
        mend=_meant_word(value, spellings or dict(zip(allowed, allowed, strict=True))),
    )


def _meant_word(value: str, spellings: Mapping[str, str]) -> Mend | None:
    """The word that was certainly meant, or all of several with commas between."""
    by_folded = {_letters(spelling): word for spelling, word in spellings.items()}
    parts = [by_folded.get(_letters(part), "") for part in value.split(", ")]
    if len(parts) > 1 and all(parts):
        return Write(value=parts)
    meant = the_one_meant(value, spellings)
    return Write(value=meant) if meant else None


def the_one_meant(word: str, spellings: Mapping[str, str]) -> str:
    """What a word certainly stands for, empty where that is in doubt.

    That is what is spelled alike but for capitals, accents and signs between, or else the only
    one that is a single slip away: a letter too many, too few, another one, or two exchanged.

    Args:
        word: as it stands in a file.
        spellings: each known spelling, to what it stands for.
    """
    letters = _letters(word)
    same = {meant for spelling, meant in spellings.items() if _letters(spelling) == letters}
    if len(letters) >= _LEAST_LETTERS and not same:
        same = {
            meant
            for spelling, meant in spellings.items()
            if a_slip_apart(_letters(spelling), letters)
        }
    return same.pop() if len(same) == 1 else ""


#: A slip in a shorter word may mean many others.
_LEAST_LETTERS = 5


@lru_cache(maxsize=4096)  # each slip is compared with the same names
def _letters(word: str) -> str:
    """Letters and digits of a word without accents, in lower case."""
    apart = unicodedata.normalize("NFKD", word[:MOST_LETTERS].casefold())
    return "".join(char for char in apart if char.isalnum())


#: No word of a list is longer.
MOST_LETTERS = 120


def not_unique(place: Place, name: str) -> Complaint:
    """What is said of an id that the file has given already."""
    return Complaint(
        place, "id-not-unique", f"must be unique in the file; {quoted(name)} is taken."
    )


def too_long(most: int, length: int) -> PydanticCustomError:
    """The error of a text that is longer than it may be."""
    return wrong("text-too-long", f"must be at most {most} characters, not {length}; shorten it.")


def field_name(place: Place) -> str:
    """A place as a message names it: ``results[2].unit``, ``terms['joint purchasing']``."""
    text = ""
    for part in place:
        if isinstance(part, int):
            text += f"[{part + 1}]"
        elif not text:
            text = part
        else:
            text += f".{part}" if re.fullmatch(r"[\w-]+", part) else f"[{quoted(part)}]"
    return text


def place_of(name: str) -> Place:
    """The place that ``field_name`` names so; for names of plain words."""
    parts = re.findall(r"[^.\[\]]+", name)
    return tuple(int(part) - 1 if part.isdecimal() else part for part in parts)


def as_text(value: object) -> str | None:
    """A text in one paragraph, stripped; numbers as they are written; None if it is no text."""
    if type(value) is str:  # as nearly all are
        return " ".join(value.split())
    if isinstance(value, bool) or not isinstance(value, str | int | float):
        return None
    return " ".join(str(value).split())


def items_of(value: object) -> list[Any]:
    """The items of a list; what is no list stands for itself."""
    return value if isinstance(value, list) else [value]


# --- errors ----------------------------------------------------------------------------------


def wrong(
    rule: str, message: str, *, allowed: Iterable[str] = (), mend: Mend | None = None
) -> PydanticCustomError:
    """An error whose message follows the name of the field; the rest is as in ``Complaint``."""
    told = {"message": message, "rule": rule, "allowed": tuple(allowed), "mend": mend}
    return PydanticCustomError("wrong", "{message}", told)


def several(complaints: Iterable[Complaint]) -> ValidationError:
    """Several errors at once, each with its place under the value that is being read."""
    details = [
        InitErrorDetails(
            type=wrong(one.rule, one.message, allowed=one.allowed, mend=one.mend),
            loc=one.place,
            input=None,
        )
        for one in complaints
    ]
    return ValidationError.from_exception_data("content", details)


def _complaints(err: ValidationError | PydanticCustomError, *place: str | int) -> Complaints:
    """What our errors say, each at its place under ``place``."""
    if isinstance(err, PydanticCustomError):
        yield Complaint(place, **(err.context or {}))
        return
    for error in err.errors(include_url=False, include_input=False):
        yield Complaint((*place, *error["loc"]), **error["ctx"])


def problem_at(path: Path | str, located: Located, complaint: Complaint) -> Problem:
    """What is wrong at a place, on its line, with the name of its field."""
    place, mend = complaint.place, complaint.mend
    name = field_name(place)
    is_name = complaint.rule == "unknown-field"
    value = str(place[-1]) if is_name else located.spelling(*place)
    return problem(
        complaint.rule,
        path,
        located.line(*place),
        f"{name} {complaint.message}".lstrip(),
        field=name,
        column=located.column(*place, of_name=is_name),
        value=value,
        allowed=nearest_first(_close(value, complaint.allowed), complaint.allowed),
        fix=mend and fix_of(located, place[:-1] if isinstance(mend, Add) else place, mend),
    )


def _close(value: str, allowed: Sequence[str]) -> list[str]:
    """What looks like a value, where the first that is allowed does not do so already."""
    if not value or not allowed:
        return []
    return close_matches(value[:60], allowed, n=3)


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


def required(description: str = "", *examples: str, **options: Any) -> Any:
    """A field of a record that must be given.

    Args:
        description: what editors are told of it.
        examples: in YAML; the first is the line that is proposed where it is missing.
        options: others of pydantic's ``Field``, such as ``alias``, its name in the file.
    """
    return Field(description=description or None, examples=list(examples) or None, **options)


def optional(description: str = "", *examples: str, default: Any = None, **options: Any) -> Any:
    """A field of a record that may be left out; the arguments are those of ``required``."""
    return required(description, *examples, default=default, **options)


class Record(BaseModel):
    """A mapping with the fields of its class and no others.

    Attributes:
        what: what messages call such a record.
        shape: what is said where the value is no mapping; ``{}`` is what it is, and ``{names}`` are
            the first fields that it may have.
        empty: what is said of a field without a value; None leaves that to the field.
        makes: the class that is made of the fields that are given, by their names; None
            where the record itself is wanted.
    """

    model_config = ConfigDict(
        extra="forbid",
        frozen=True,
        defer_build=True,  # most are only read inside another
        model_title_generator=lambda record: record.what,
    )

    what: ClassVar[str] = "a record"
    shape: ClassVar[str] = "must hold fields with names ({names}), not {}."
    empty: ClassVar[str | None] = EMPTY
    makes: ClassVar[Callable[..., Any] | None] = None

    @classmethod
    @cache
    def fields(cls) -> Mapping[str, FieldInfo]:
        """The fields by the names that a file gives them, in order."""
        return {field.alias or name: field for name, field in cls.model_fields.items()}

    @classmethod
    @cache
    def names(cls) -> tuple[str, ...]:
        """The names of the fields as a file spells them, in order."""
        return tuple(cls.fields())

    @classmethod
    def required(cls) -> tuple[str, ...]:
        """The names of the fields that must be given."""
        return tuple(name for name, field in cls.fields().items() if field.is_required())

    @staticmethod
    def rules(given: Given, sound: Given, known: Any) -> Complaints:
        """What is wrong among several fields, each at its place in the record.

        Args:
            given: every field of the file.
            sound: those in which, each by itself, nothing is wrong.
            known: what ``read`` was told of the world outside the file.
        """
        return iter(())

    def made(self) -> Any:
        """What is wanted of the fields: the class of ``makes``, or the record itself."""
        if self.makes is None:
            return self
        return self.makes(**{name: getattr(self, name) for name in self.model_fields_set})

    @classmethod
    def missing(cls, name: str, known: Any) -> str:
        """What is said of a required field that is not given."""
        field = cls.fields()[name]
        examples = list(field.examples or ())
        for value in field.metadata:
            if isinstance(value, Value) and value.example:
                examples[:0] = value.example(known)
        if not examples:
            return "must be given."
        said = must_give(name, examples[0])
        if NOTHING in examples[1:]:
            return f"{said[:-1]}, or '{name}: {NOTHING}' where there is nothing to say."
        return said

    @classmethod
    def stray(cls, name: str) -> Complaint:
        """What is said of a field that does not exist."""
        names = cls.names()
        similar = close_matches(name, names, n=1, cutoff=0.75)
        meant = SYNONYMS.get(name.lower(), similar[0] if similar else "")
        hint = f"did you mean {quoted(meant)}? " if meant in names else ""
        is_certain = meant in names and (
            name.lower() in SYNONYMS or the_one_meant(name, dict(zip(names, names, strict=True)))
        )
        return Complaint(
            (name,),
            "unknown-field",
            f"is not a field of {cls.what}: {hint}Fields are {listed(names, 30)}.",
            nearest_first([meant] if meant in names else [], names),
            Rename(name=meant) if is_certain else None,
        )

    @model_validator(mode="wrap")
    @classmethod
    def _everything_at_once(
        cls, value: Any, handler: ModelWrapValidatorHandler[Record], info: ValidationInfo
    ) -> Any:
        """Errors of the fields and of the rules among them, all in one."""
        if not isinstance(value, dict):
            names = listed(cls.names(), _FEW_NAMES)
            message = cls.shape.format(shown(value), names=names)
            raise wrong("wrong-kind-of-value", message)
        told = info.context or _Told(None)  # None where the class is called, not `read`
        blank = [name for name, part in value.items() if part is None] if cls.empty else []
        blank = [name for name in cls.names() if name in blank] if blank else []
        found: list[Complaint] = []
        record = None
        try:
            kept = value
            if blank:
                kept = {name: part for name, part in value.items() if name not in blank}
            record = handler(kept)
        except ValidationError as err:
            found += cls._sentences(err, blank, told.known)
        found += [Complaint((name,), "empty-field", cls.empty or "") for name in blank]
        failed = {one.place[0] for one in found if one.place and not _is_warning(one)}
        sound = value
        if failed:
            sound = {name: part for name, part in value.items() if name not in failed}
        found += cls.rules(value, sound, told.known)
        if not told.warns:
            found = [one for one in found if not _is_warning(one)]
        if record is None or found:
            raise several(found)
        return record.made()

    @classmethod
    def _sentences(cls, err: ValidationError, blank: Iterable[str], known: Any) -> Complaints:
        """The errors of the fields, pydantic's own in our words."""
        for error in err.errors(include_url=False, include_input=False):
            place, kind = error["loc"], error["type"]
            if kind == "extra_forbidden":
                yield cls.stray(str(place[0]))
            elif kind != "missing":
                yield Complaint(place, **error["ctx"])
            elif place[0] not in blank:
                yield Complaint(place, "missing-field", cls.missing(str(place[0]), known))


@dataclass(frozen=True, slots=True)
class One:
    """A field that holds a record."""

    record: type[Record]

    def __get_pydantic_core_schema__(
        self, source: Any, handler: GetCoreSchemaHandler
    ) -> CoreSchema:
        return handler.generate_schema(self.record)


@dataclass(frozen=True, slots=True)
class Many:
    """A field that holds a list of records.

    Attributes:
        record: what each is.
        none: what is said of an empty list, where it may not be.
        shape: what is said where the value is no list; ``{}`` is what it is. Where nothing is
            given, the fields of a record are told.
    """

    record: type[Record]
    none: str = ""
    shape: str = ""

    def __get_pydantic_core_schema__(
        self, source: Any, handler: GetCoreSchemaHandler
    ) -> CoreSchema:
        records = handler.generate_schema(tuple[self.record, ...])
        return core_schema.no_info_before_validator_function(self._checked, records)

    def __get_pydantic_json_schema__(
        self, schema: CoreSchema, handler: GetJsonSchemaHandler
    ) -> dict[str, Any]:
        return {**handler(schema), **({"minItems": 1} if self.none else {})}

    def _shape(self) -> str:
        names = listed(self.record.names(), _FEW_NAMES)
        none = "" if self.none else "; or [] for none"
        return self.shape or f"must be a list of records (each with {names}{none}), not {{}}."

    def _checked(self, value: Any) -> Any:
        if not isinstance(value, list):
            raise wrong("wrong-kind-of-value", self._shape().format(shown(value)))
        if not value and self.none:
            raise wrong("empty-list", self.none)
        return value


# --- what stands in a field ------------------------------------------------------------------


@dataclass(frozen=True, slots=True, eq=False)  # by identity, as typing hashes it
class Value:
    """What a field holds.

    Attributes:
        read: from the value in the file and what ``read`` was told to the value in the
            record. Raises what ``wrong`` makes, or a ValidationError of several.
        schema: its JSON Schema, for editors; ``vocabulary`` in it is the name of a list.
        example: what to propose where it is missing, the best first, given what ``read``
            was told; None leaves that to the field.
    """

    read: Callable[[Any, Any], Any]
    schema: Mapping[str, Any]
    example: Callable[[Any], Sequence[str]] | None = None

    def __get_pydantic_core_schema__(
        self, source: Any, handler: GetCoreSchemaHandler
    ) -> CoreSchema:
        return core_schema.with_info_plain_validator_function(
            lambda value, info: self.read(value, info.context and info.context.known)
        )

    def __get_pydantic_json_schema__(
        self, schema: CoreSchema, handler: GetJsonSchemaHandler
    ) -> dict[str, Any]:
        return dict(self.schema)


#: What a text stands for, given what the reader knows; raises what ``wrong`` makes.
Meaning = Callable[[str, Any], str]


def _itself(text: str, known: Any) -> str:
    return text


def text(
    *,
    most: int | None = None,
    means: Meaning = _itself,
    plain: bool = False,
    schema: Mapping[str, Any] | None = None,
) -> Value:
    """A text in one paragraph.

    Args:
        most: the most characters of it.
        means: what it stands for.
        plain: whether numbers, as they are written, count as no text.
        schema: its JSON Schema, where it is not any text.
    """

    def read(value: Any, known: Any) -> str:
        paragraph = as_text(value)
        if value is None or paragraph == "":
            raise wrong("empty-field", EMPTY)
        if paragraph is None or (plain and not isinstance(value, str)):
            raise wrong("wrong-kind-of-value", f"must be text, not {shown(value)}.")
        if most is not None and len(paragraph) > most:
            raise too_long(most, len(paragraph))
        return means(paragraph, known)

    longest = {} if most is None else {"maxLength": most}
    return Value(read, schema or {"type": ["string", "number"], "pattern": r"\S", **longest})


def _read_each(
    read: Callable[[Any, Any], Any], items: Iterable[tuple[str | int, Any]], known: Any
) -> list[Any]:
    """What every item is, read by its place; the errors of all of them in one."""
    values = []
    errors: list[Complaint] = []
    for place, item in items:
        try:
            values.append(read(item, known))
        except (PydanticCustomError, ValidationError) as err:
            errors += _complaints(err, place)
    if errors:
        raise several(errors)
    return values


def _or_a_list(
    value: Any, known: Any, each: Value, error: PydanticCustomError
) -> PydanticCustomError:
    """What is said of a text that will not do: several with commas between were meant as a list."""
    told = error.context or {}
    parts = [part.strip() for part in value.split(",")] if isinstance(value, str) else []
    if len(parts) < 2 or isinstance(told.get("mend"), Write):
        return error
    try:
        for part in parts:
            each.read(part, known)
    except (PydanticCustomError, ValidationError):
        return error
    rule = told["rule"]
    return wrong(
        rule,
        f"must be a list, as {shown(value)} are several; write [{', '.join(parts)}].",
        mend=Write(value=parts),
    )


def texts(each: Value, *, none: str = "", once: bool = False, strict: bool = False) -> Value:
    """A text, or a list of texts.

    Args:
        each: what each text is.
        none: what is said of an empty list, where it may not be.
        once: whether no two may stand for the same.
        strict: whether one text must be in a list, too.
    """

    def read(value: Any, known: Any) -> tuple[str, ...]:
        if not isinstance(value, list):
            if strict:
                raise wrong("wrong-kind-of-value", f"must be a list of texts, not {shown(value)}.")
            try:
                return (each.read(value, known),)
            except PydanticCustomError as err:
                raise _or_a_list(value, known, each, err) from err
        if not value and none:
            raise wrong("empty-list", none)
        before: set[str] = set()

        def item(value: Any, known: Any) -> str:
            meaning = each.read(value, known)
            if once and meaning in before:
                raise wrong(
                    "repeated-entry", f"is {quoted(meaning)} again; once is enough.", mend=Remove()
                )
            before.add(meaning)
            return meaning

        return tuple(_read_each(item, enumerate(value), known))

    many = {"type": "array", "items": each.schema, **({"minItems": 1} if none else {})}
    return Value(read, many if strict else {"anyOf": [each.schema, many]}, each.example)


def keyed(each: Value, *, shape: str, key: Meaning = _itself) -> Value:
    """A mapping whose keys are not those of a class.

    Args:
        each: what stands under each key.
        shape: what is said of a value that is no mapping; ``{}`` is what it is.
        key: raises what ``wrong`` makes where a key is not allowed.
    """

    def read(value: Any, known: Any) -> dict[str, Any]:
        if not isinstance(value, dict):
            raise wrong("wrong-kind-of-value", shape.format(shown(value)))

        def row(pair: tuple[str, Any], known: Any) -> tuple[str, Any]:
            return key(pair[0], known), each.read(pair[1], known)

        return dict(_read_each(row, ((pair[0], pair) for pair in value.items()), known))

    return Value(read, {"type": "object"})


def pattern(regex: str, words: str) -> Value:
    """A text of one pattern, such as an id; ``words`` tells the pattern."""

    def read(value: Any, known: Any) -> str:
        if not isinstance(value, str) or not re.fullmatch(regex, value):
            raise wrong("malformed-id", f"must be {words}, not {shown(value)}.")
        return value

    return Value(read, {"type": "string", "pattern": f"^{regex}$"})


def one_of(words: tuple[str, ...]) -> Value:
    """One of a few fixed words, as it is spelled."""

    def fixed(word: str, known: Any) -> str:
        if word not in words:
            raise not_allowed(word, close_matches(word, words, n=1), words)
        return word

    return text(means=fixed, schema={"enum": list(words)})


def whole(*, least: int) -> Value:
    """A whole number of at least ``least``."""

    def read(value: Any, known: Any) -> int:
        if isinstance(value, bool) or not isinstance(value, int) or value < least:
            message = f"must be a whole number of at least {least}, not {shown(value)}."
            raise wrong("number-not-whole", message, mend=_meant_number(value, whole=True))
        return int(value)

    return Value(read, {"type": "integer", "minimum": least})


def _is_number(value: object) -> bool:
    largest = sys.float_info.max  # infinity, or an int of hundreds of digits, is no figure
    is_number = isinstance(value, int | float) and not isinstance(value, bool)
    return is_number and -largest <= value <= largest


def _without_spelling(number: float) -> float:
    return int(number) if isinstance(number, int) else float(number)


#: A number with its digits in groups of three, by more than one comma or by other signs.
_GROUPED = re.compile(r"[-+]?[0-9]{1,3}(?:(?:,[0-9]{3}){2,}|(?:[ \u00a0\u202f'_][0-9]{3})+)")
_PLAIN_NUMBER = re.compile(r"[-+]?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?")


def _meant_number(value: object, *, whole: bool = False) -> Mend | None:
    """The number that is written with signs between its digits, or in quotes."""
    if not isinstance(value, str) or len(value) > _LONGEST_NUMBER:
        return None
    text = value.strip()
    if _GROUPED.fullmatch(text):
        text = re.sub(r"[^-+0-9]", "", text)
    if not _PLAIN_NUMBER.fullmatch(text) or (whole and "." in text):
        return None
    return Write(value=float(text) if "." in text else int(text))


_LONGEST_NUMBER = 40


#: A number with one sign in it that begins decimals for some and groups of three for others.
_EITHER = re.compile(r"([-+]?[0-9]{1,3}),([0-9]{3})")
_WITH_DECIMALS = re.compile(r"([-+]?(?:[0-9]+|[0-9]{1,3}(?:\.[0-9]{3})+)),([0-9]+)")


def _either(value: object) -> str:
    """How a number with a comma is written, where a comma may mean one thing or the other."""
    text = value.strip() if isinstance(value, str) and len(value) <= _LONGEST_NUMBER else ""
    if found := _EITHER.fullmatch(text):
        return f": write {found[1]}{found[2]}, or {found[1]}.{found[2]} if decimals are meant"
    if found := _WITH_DECIMALS.fullmatch(text):
        return f": write {found[1].replace('.', '')}.{found[2]}"
    return ""


def _number(value: Any, known: Any) -> float:
    if not _is_number(value):
        given = f"{shown(value)}{_either(value)}"
        message = f"must be a plain number such as 30 or 7000000, not {given}."
        raise wrong("number-not-plain", message, mend=_meant_number(value))
    return _without_spelling(value)


def _span(value: Any, known: Any) -> tuple[float, float]:
    if not isinstance(value, list) or len(value) != 2 or not all(map(_is_number, value)):
        message = "must be two plain numbers, low and high, such as [50, 60]."
        raise wrong("range-malformed", message)
    if value[0] >= value[1]:
        message = f"must have the low number first, not {shown(value[0])}."
        raise wrong("range-malformed", message)
    return _without_spelling(value[0]), _without_spelling(value[1])


def _meant_flag(value: object) -> Mend | None:
    words = {"true": True, "yes": True, "on": True, "false": False, "no": False, "off": False}
    meant = words.get(value.strip().lower()) if isinstance(value, str) else None
    return None if meant is None else Write(value=meant)


def _flag(value: Any, known: Any) -> bool:
    if not isinstance(value, bool):
        raise wrong(
            "not-true-or-false",
            f"must be true or false, not {shown(value)}.",
            mend=_meant_flag(value),
        )
    return value


_DAY_OTHERWISE = re.compile(r"(\d{4})[-/. ](\d{1,2})[-/. ](\d{1,2})")
_DAY_IN_WORDS = re.compile(r"(\d{1,2})\.? ([A-Za-z]+) (\d{4})|([A-Za-z]+) (\d{1,2}), (\d{4})")
_MONTHS = tuple(
    "january february march april may june july august september october november december".split()
)


def _meant_day(text: str) -> Mend | None:
    """The day that is written year first with other signs, or with the name of its month."""
    if found := _DAY_OTHERWISE.fullmatch(text):
        year, month, day = map(int, found.groups())
    elif found := _DAY_IN_WORDS.fullmatch(text):
        name = (found[2] or found[4]).lower()
        if name not in _MONTHS:
            return None
        month = _MONTHS.index(name) + 1
        year, day = int(found[3] or found[6]), int(found[1] or found[5])
    else:
        return None
    written_so = f"{year:04}-{month:02}-{day:02}"
    try:
        return Write(value=date.fromisoformat(written_so).isoformat())
    except ValueError:
        return None


def _day(text: str, known: Any) -> str:
    try:
        if not re.fullmatch(r"\d{4}-\d{2}-\d{2}", text):
            raise ValueError(text)
        date.fromisoformat(text)
    except ValueError as err:
        message = f"must be a day such as 2026-11-22, not {shown(text)}."
        raise wrong("day-malformed", message, mend=_meant_day(text)) from err
    return text


#: A plain number.
NUMBER = Value(_number, {"type": "number"})
#: Two plain numbers, the low one first.
SPAN = Value(_span, {"type": "array", "items": {"type": "number"}, "minItems": 2, "maxItems": 2})
#: True or false.
FLAG = Value(_flag, {"type": "boolean"})
#: A day, as ISO 8601 writes it with hyphens.
DAY = text(means=_day, schema={"type": "string", "pattern": r"^\d{4}-\d{2}-\d{2}$"})


# --- reading ---------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Told:
    """What a reading was told: what the file may refer to, and whether warnings are told."""

    known: Any
    warns: bool = True


def _is_warning(complaint: Complaint) -> bool:
    return RULES[complaint.rule].severity == WARNING


def read(
    model: type[Record] | TypeAdapter[Any],
    located: Located,
    path: Path | str,
    *,
    known: Any = None,
) -> tuple[Any | None, list[Problem]]:
    """Check values against a model.

    Args:
        model: a record, or an adapter of another type.
        located: the values with their lines.
        path: the file, for the messages.
        known: what the file may refer to, such as the vocabulary; handed to the fields.

    Returns:
        What the record makes, None if anything is wrong that is more than a warning; and every
        problem in the order of the lines.
    """
    check = model.validate_python if isinstance(model, TypeAdapter) else model.model_validate
    try:
        return check(located.value, context=_Told(known)), []
    except ValidationError as err:
        complaints = list(_complaints(err))
    problems = [problem_at(path, located, complaint) for complaint in complaints]
    problems.sort(key=lambda problem: problem.line)
    if all(map(_is_warning, complaints)):
        return check(located.value, context=_Told(known, warns=False)), problems
    return None, problems


def repetitions(
    located: Located, path: Path | str, mend: str = "keep one of the two"
) -> Iterator[Problem]:
    """A problem for each field that is given a second time."""
    told: Counter[Place] = Counter()
    for place, line in located.repeated:
        message = f"{field_name(place)} is given twice; {mend}."
        told[place] += 1
        yield problem(
            "repeated-field",
            path,
            line,
            message,
            field=field_name(place),
            column=located.column_again(*place, time=told[place]),
            value=str(place[-1]),
            fix=fix_of(located, place, RemoveRepeated()),
        )


#: Of one kind no more slips than this are told at once in a file.
_MOST = 20


@dataclass(frozen=True, slots=True, kw_only=True)
class YamlFile:
    """A kind of file in YAML.

    Attributes:
        model: what it holds, as for ``read``.
        what: what a message calls the file where it is no YAML.
        twice: how to mend a field that is given twice.
        most: how many values it may have.
    """

    model: type[Record] | TypeAdapter[Any]
    what: str = ""
    twice: str = "keep one of the two"
    most: int = MAX_NODES

    def read(self, path: Path, known: Any = None) -> tuple[Any | None, list[Problem]]:
        """Read a file that a compendium may have.

        Returns:
            What the record makes, None if there is no file or anything is wrong; and every
            problem in the order of the lines.
        """
        try:
            return self._read(path, known)
        except (FileNotFoundError, NotADirectoryError):
            return None, []
        except OSError as err:
            message = f"{self.what} cannot be read: {err.strerror}.".lstrip()
            return None, [problem("file-unreadable", path, 1, message)]

    def read_needed(self, path: Path, error: Callable[..., Exception]) -> Any:
        """Read a file without which nothing goes on.

        Raises:
            Exception: an ``error``, where the file cannot be read or anything is wrong in
                it. The message names file and line of each problem; it is given them, too.
        """
        try:
            record, problems = self._read(path, None)
        except OSError as err:
            raise error(f"{path}: {self.what} cannot be read: {err.strerror}.") from err
        if record is None:
            raise error("\n".join(map(str, problems)), tuple(problems))
        return record

    def _read(self, path: Path, known: Any) -> tuple[Any | None, list[Problem]]:
        try:
            located = read_yaml(text_of(path.read_bytes()), most=self.most)
        except YamlTrouble as err:
            return None, [trouble(err, path, f"{self.what} {err}.".lstrip())]
        record, problems = self._checked(located, path, known)

        def reread(text: str) -> list[Problem]:
            try:
                return self._checked(read_yaml(text, most=self.most), path, known)[1]
            except YamlTrouble as err:
                return [trouble(err, path, str(err))]

        problems = only_certain(problems, located.text, reread)
        return (None if errors_of(problems) else record), problems

    def _checked(
        self, located: Located, path: Path, known: Any
    ) -> tuple[Any | None, list[Problem]]:
        record, problems = read(self.model, located, path, known=known)
        problems += repetitions(located, path, self.twice)
        slips = (yaml_slips(located.text), unseen(located.text), turned(located.text))
        problems += [slip_problem(path, slip) for some in slips for slip in islice(some, _MOST)]
        problems.sort(key=lambda problem: problem.line)
        return record, problems
