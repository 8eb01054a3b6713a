"""What the value of a parameter can be: each kind reads one value, and describes itself.

``words`` of a kind says what a value must be, ``read`` turns one into what it means or
raises a ``QueryError`` that names the parameter, ``nearest`` gives the values that a wrong
one may have meant, and ``schema`` is the kind in JSON Schema.
"""

from __future__ import annotations

import difflib
import math
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, ClassVar, Protocol

from kb.errors import QueryError
from kb.model.taxonomy import Taxonomy, Vocabulary

#: The list that is no facet and has values of a parameter.
UNITS = "units"
#: How much of what was given a message repeats, and how much of it is compared with others.
SHOWN, COMPARED = 60, 80
#: As alike as this a word must be to what was given to be offered in its place.
ALIKE = 0.6

_WHOLE = re.compile(r"[+-]?[0-9]{1,60}")
_NUMBER = re.compile(r"[+-]?([0-9]+\.?[0-9]*|\.[0-9]+)(e[+-]?[0-9]+)?", re.IGNORECASE)
_FLAGS: Mapping[str, bool] = {
    **dict.fromkeys(("true", "1", "yes", "on", "y", "t"), True),
    **dict.fromkeys(("false", "0", "no", "off", "n", "f"), False),
}


class Kind(Protocol):
    """A kind of value."""

    @property
    def words(self) -> str:
        """What a value is, for people."""

    def read(self, value: str, name: str, taxonomy: Taxonomy) -> object:
        """What one value of the parameter ``name`` means.

        Raises:
            QueryError: nothing; says what a value must be.
        """

    def nearest(self, value: str, taxonomy: Taxonomy) -> tuple[str, ...]:
        """What may have been meant by a wrong value, best first."""

    def schema(self, taxonomy: Taxonomy | None) -> dict[str, Any]:
        """The kind in JSON Schema; without the vocabulary where there is none at hand."""


class _Free:
    """A kind whose values are no list: there is nothing near a wrong one."""

    def nearest(self, value: str, taxonomy: Taxonomy) -> tuple[str, ...]:
        """Nothing."""
        return ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Text(_Free):
    """Words on one line, of at most ``longest`` characters; 0 is without a bound."""

    longest: int = 0

    @property
    def words(self) -> str:
        """What a value is, for people."""
        return f"text of at most {self.longest:,} characters" if self.longest else "text"

    def read(self, value: str, name: str, taxonomy: Taxonomy) -> str:
        """The text with one space for each white space.

        Raises:
            QueryError: it is too long.
        """
        text = self.one_line(value)
        if self.longest and len(text) > self.longest:
            raise _must(name, self.words, value, shown=f"{len(text):,}")
        return text

    def cut(self, value: str) -> str:
        """The beginning of a text that is too long."""
        return self.one_line(value)[: self.longest]

    def schema(self, taxonomy: Taxonomy | None) -> dict[str, Any]:
        """A string."""
        return {"type": "string"} | ({"maxLength": self.longest} if self.longest else {})

    @staticmethod
    def one_line(value: str) -> str:
        """White space does not count; half a pair of surrogates is no character."""
        return " ".join(value.encode("utf-8", "replace").decode().split())


@dataclass(frozen=True, slots=True, kw_only=True)
class Whole(_Free):
    """A whole number as people write it, within bounds: ``1_000`` and ``4.0`` are none.

    ``of`` says what it counts.
    """

    least: int
    most: int
    of: str = ""

    @property
    def words(self) -> str:
        """What a value is, for people."""
        counted = f" ({self.of})" if self.of else ""
        return f"a whole number from {self.least:,} to {self.most:,}{counted}"

    def read(self, value: str, name: str, taxonomy: Taxonomy) -> int:
        """The number.

        Raises:
            QueryError: it is none, or out of bounds.
        """
        if not _WHOLE.fullmatch(value) or not self.least <= int(value) <= self.most:
            raise _must(name, self.words, value)
        return int(value)

    def schema(self, taxonomy: Taxonomy | None) -> dict[str, Any]:
        """An integer."""
        return {"type": "integer", "minimum": self.least, "maximum": self.most}


@dataclass(frozen=True, slots=True, kw_only=True)
class Number(_Free):
    """A number, finite."""

    words: ClassVar[str] = "a number"

    def read(self, value: str, name: str, taxonomy: Taxonomy) -> float:
        """The number.

        Raises:
            QueryError: it is none.
        """
        if not _NUMBER.fullmatch(value) or not math.isfinite(float(value)):
            raise _must(name, self.words, value)
        return float(value)

    def schema(self, taxonomy: Taxonomy | None) -> dict[str, Any]:
        """A number."""
        return {"type": "number"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Flag(_Free):
    """Yes or no."""

    words: ClassVar[str] = "true or false"

    def read(self, value: str, name: str, taxonomy: Taxonomy) -> bool:
        """Which of the two.

        Raises:
            QueryError: neither.
        """
        if value.casefold() not in _FLAGS:
            raise _must(name, self.words, value)
        return _FLAGS[value.casefold()]

    def schema(self, taxonomy: Taxonomy | None) -> dict[str, Any]:
        """A boolean."""
        return {"type": "boolean"}


@dataclass(frozen=True, slots=True)
class Of:
    """A value of a facet, or a unit: its id, label or an alias, in any case."""

    facet: str

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
        return self.vocabulary(taxonomy).nearest(value)

    def vocabulary(self, taxonomy: Taxonomy) -> Vocabulary:
        """Where the values come from."""
        return taxonomy[UNITS] if self.facet == UNITS else taxonomy.facet(self.facet)

    def schema(self, taxonomy: Taxonomy | None) -> dict[str, Any]:
        """A string, one of the ids."""
        ids = list(self.vocabulary(taxonomy).ids) if taxonomy else []
        return {"type": "string"} | ({"enum": ids} if ids else {})


@dataclass(frozen=True, slots=True)
class OneOf:
    """One of a few words, in any case."""

    allowed: tuple[str, ...]

    @property
    def words(self) -> str:
        """What a value is, for people."""
        return f"one of {', '.join(self.allowed)}"

    def read(self, value: str, name: str, taxonomy: Taxonomy) -> str:
        """The word that a value means.

        Raises:
            QueryError: it is none of them.
        """
        word = value.casefold()
        if word not in self.allowed:
            ranked = dict.fromkeys((*self.nearest(value, taxonomy), *self.allowed))
            raise _must(name, self.words, value, allowed=tuple(ranked))
        return word

    def nearest(self, value: str, taxonomy: Taxonomy) -> tuple[str, ...]:
        """The words that look most like a wrong one."""
        return close_to(value, self.allowed, 3)

    def schema(self, taxonomy: Taxonomy | None) -> dict[str, Any]:
        """A string, one of the words."""
        return {"type": "string", "enum": list(self.allowed)}


def close_to(given: str, words: Iterable[str], n: int) -> tuple[str, ...]:
    """The words, at most ``n``, that look like what was given; the most alike first."""
    text = given.casefold()[:COMPARED]
    return tuple(difflib.get_close_matches(text, list(words), n=n, cutoff=ALIKE))


def _must(
    name: str, words: str, value: str, *, shown: str = "", allowed: tuple[str, ...] = ()
) -> QueryError:
    return QueryError(
        f"{name} must be {words}, not {shown or repr(value[:SHOWN])}.",
        parameter=name,
        value=value,
        allowed=allowed,
    )
