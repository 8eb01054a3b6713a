"""What the value of a parameter can be: each kind reads one value, and describes itself."""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache, cached_property
from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, Field, TypeAdapter, ValidationError

from kb.errors import QueryError
from kb.model.taxonomy import Taxonomy, Vocabulary

#: The list that is no facet and has values of a parameter.
UNITS = "units"
#: How much of what was given a message repeats, and how much of it is compared with others.
SHOWN, COMPARED = 60, 80
#: Characters that no reader sees and that may not stand in HTML: NUL, escape and their like. The
#: white space among them is left: it does not count anyway.
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f]")
#: As alike as this a word must be to what was given to be offered in its place.
ALIKE = 0.6


@dataclass(frozen=True, kw_only=True)
class Kind:
    """A kind of value that is the same in every compendium.

    Attributes:
        words: what a value must be, for people.
        typed: the type of what one value means, as pydantic reads it.
        allowed: the values, where they are a few words.
        is_text: whether a value is words, of which the beginning is one too.
    """

    words: str
    typed: Any
    allowed: tuple[str, ...] = ()
    is_text: bool = False

    @cached_property
    def _adapter(self) -> TypeAdapter[Any]:
        """Worked out with the first value that is read: there are fifty kinds."""
        return TypeAdapter(self.typed)

    @cached_property
    def json(self) -> Mapping[str, Any]:
        """The kind in JSON Schema."""
        return self._adapter.json_schema()

    def read(self, value: str, name: str, taxonomy: Taxonomy) -> object:
        """What one value of the parameter ``name`` means.

        Raises:
            QueryError: nothing; says what a value must be, and the words that it may be.
        """
        try:
            return self._adapter.validate_python(value)
        except ValidationError as err:
            shown = f"{len(one_line(value)):,}" if self.is_text else repr(value[:SHOWN])
            raise QueryError(
                f"{name} must be {self.words}, not {shown}.",
                parameter=name,
                value=value,
                allowed=tuple(dict.fromkeys((*self.nearest(value, taxonomy), *self.allowed))),
            ) from err

    def nearest(self, value: str, taxonomy: Taxonomy) -> tuple[str, ...]:
        """The words that look most like a wrong one."""
        return close_to(value, self.allowed, 3)

    def label(self, value: str, taxonomy: Taxonomy) -> str:
        """A value as it is: it has no other name."""
        return value

    def schema(self, taxonomy: Taxonomy | None) -> dict[str, Any]:
        """The kind in JSON Schema; a dict of its own."""
        return dict(self.json)


@dataclass(frozen=True, slots=True)
class Of:
    """A value of a facet, or a unit: its id, label or an alias, in any case."""

    facet: str
    is_text = False

    @property
    def words(self) -> str:
        """What a value is, for people."""
        return f"a value of `{self.facet}`"

    def read(self, value: str, name: str, taxonomy: Taxonomy) -> str:
        """The id that a value means.

        Raises:
            QueryError: it means none; names the nearest and every other.
        """
        if self.facet == UNITS:
            return taxonomy[UNITS].asked(value, name)
        return taxonomy.asked(self.facet, value, name)

    def nearest(self, value: str, taxonomy: Taxonomy) -> tuple[str, ...]:
        """The ids that look most like a wrong value."""
        return self._vocabulary(taxonomy).nearest(value)

    def label(self, value: str, taxonomy: Taxonomy) -> str:
        """What the vocabulary calls an id."""
        return self._vocabulary(taxonomy).label(value)

    def schema(self, taxonomy: Taxonomy | None) -> dict[str, Any]:
        """A string, one of the ids where they are at hand."""
        ids = list(self._vocabulary(taxonomy).ids) if taxonomy else []
        return {"type": "string"} | ({"enum": ids} if ids else {})

    def _vocabulary(self, taxonomy: Taxonomy) -> Vocabulary:
        return taxonomy[UNITS] if self.facet == UNITS else taxonomy.facet(self.facet)


def printable(text: str) -> str:
    """A text in which a control character, which nobody types on purpose, is a space."""
    return _CONTROL.sub(" ", text)


#: What readers type into a field, as its page says it; programs know it by the parameter's name.
_TYPED: Mapping[str, str] = {"q": "Your text", "results_min": "The least figure"}
_TOO_LONG = re.compile(r"must be text of at most ([\d,]+ characters)")


def for_readers(message: str) -> str:
    """A message on a parameter as a page says it.

    Args:
        message: as the API says it, which begins with the name of the parameter.
    """
    name, space, rest = message.partition(" ")
    if name not in _TYPED or not space:
        return message
    return f"{_TYPED[name]} " + _TOO_LONG.sub(r"may have at most \1", rest)


def one_line(value: str) -> str:
    """White space does not count; half a pair of surrogates is no character."""
    return " ".join(value.encode("utf-8", "replace").decode().split())


def text(longest: int | None = None) -> Kind:
    """Words on one line."""
    typed = Annotated[str, Field(max_length=longest), BeforeValidator(one_line)]
    words = f"text of at most {longest:,} characters" if longest else "text"
    return Kind(words=words, typed=typed, is_text=True)


def whole(least: int, most: int, of: str = "") -> Kind:
    """A whole number within bounds; ``of`` says what it counts."""
    typed = Annotated[int, Field(ge=least, le=most), _written("[+-]?[0-9]{1,60}")]
    counted = f" ({of})" if of else ""
    return Kind(words=f"a whole number from {least:,} to {most:,}{counted}", typed=typed)


@cache  # the questions of a self-check ask for the same words in every request
def one_of(words: tuple[str, ...]) -> Kind:
    """One of a few words, in any case."""
    typed = Annotated[Literal[words], BeforeValidator(str.casefold)]
    return Kind(words=f"one of {', '.join(words)}", typed=typed, allowed=words)


def close_to(given: str, words: Iterable[str], n: int) -> tuple[str, ...]:
    """The words, at most ``n``, that look like what was given; the most alike first."""
    folded = given.casefold()[:COMPARED]
    return tuple(difflib.get_close_matches(folded, list(words), n=n, cutoff=ALIKE))


def _written(pattern: str) -> BeforeValidator:
    """How people write a number: ``1_000`` is none, and ``4.0`` no whole one."""

    def check(value: str) -> str:
        if not re.fullmatch(pattern, value):
            raise ValueError("not written so")
        return value

    return BeforeValidator(check)


NUMBER = Kind(
    words="a number", typed=Annotated[float, Field(allow_inf_nan=False), _written("[^_]*")]
)
FLAG = Kind(words="true or false", typed=bool)
