"""Typed access to front-matter that reports every problem and never raises.

Each reader returns the value, or None (or nothing in a list) after noting what
is wrong, the value, what is allowed, nearest first, and how to mend it.
"""

from __future__ import annotations

import difflib
import sys
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from typing import Any

from kb.content.yaml_source import Located
from kb.errors import Problem
from kb.model.taxonomy import Vocabulary

_NOUNS = {dict: "a mapping", list: "a list", bool: "true or false", type(None): "empty"}


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


@dataclass(frozen=True, slots=True, kw_only=True)
class Fields:
    """The fields of one mapping in a file.

    ``prefix`` is where the mapping stands in the front-matter; ``problems`` is the
    list that all mappings of the file share.
    """

    path: str
    located: Located
    problems: list[Problem]
    values: dict[str, Any]
    prefix: tuple[str | int, ...] = ()

    def name(self, field: str | int) -> str:
        """The field as a message names it: ``results[2].unit``."""
        text = ""
        for part in (*self.prefix, field):
            text += f"[{part + 1}]" if isinstance(part, int) else f".{part}" if text else part
        return text

    def problem(self, field: str | int, message: str) -> None:
        """Note a problem on the line of ``field``; the message follows the field's name."""
        line = self.located.line(*self.prefix, field)
        name = self.name(field)
        self.problems.append(
            Problem(path=self.path, line=line, message=f"{name} {message}", field=name)
        )

    def only(self, allowed: tuple[str, ...], what: str) -> None:
        """Note every field that is not one of ``allowed``."""
        for field in self.values:
            if field in allowed:
                continue
            near = difflib.get_close_matches(field, allowed, n=1, cutoff=0.75)
            meant = SYNONYMS.get(field.lower(), near[0] if near else "")
            hint = f"did you mean {meant!r}? " if meant in allowed else ""
            names = listed(allowed, 30)
            self.problem(field, f"is not a field of {what}: {hint}Fields are {names}.")

    def require(self, fields: tuple[str, ...], example: Callable[[str], str]) -> None:
        """Note every field of ``fields`` that is not given."""
        for field in fields:
            if field not in self.values:
                self.problem(field, f"must be given; add a line such as {example(field)!r}.")

    def given(self, field: str) -> bool:
        """Whether the field has a value; an empty one counts as not given, and is noted."""
        if field not in self.values:
            return False
        if self.values[field] is None:
            self.problem(field, "must not be empty; give a value or remove the line.")
            return False
        return True

    def text(self, field: str, *, most: int | None = None) -> str | None:
        """A text in one paragraph, stripped; numbers are accepted as written."""
        if not self.given(field):
            return None
        value = self.values[field]
        if isinstance(value, bool) or not isinstance(value, str | int | float):
            self.problem(field, f"must be text, not {shown(value)}.")
            return None
        text = self._one_line(value, field)
        if not text:
            self.problem(field, "must not be empty; give a value or remove the line.")
            return None
        if most is not None and len(text) > most:
            self.problem(field, f"must be at most {most} characters, not {len(text)}; shorten it.")
            return None
        return text

    def texts(self, field: str, *, most: int | None = None) -> tuple[str, ...]:
        """One text or a list of texts."""
        if not self.given(field):
            return ()
        value = self.values[field]
        items = value if isinstance(value, list) else [value]
        found = []
        for position, item in enumerate(items):
            if isinstance(item, bool) or not isinstance(item, str | int | float):
                self.problem(field, f"must hold text only; item {position + 1} is {shown(item)}.")
            elif not str(item).strip():
                self.problem(field, f"must hold text only; item {position + 1} is empty.")
            elif most is not None and len(str(item)) > most:
                self.problem(
                    field,
                    f"must hold at most {most} characters each; item {position + 1} is longer.",
                )
            else:
                place = (field, position) if items is value else (field,)
                found.append(self._one_line(item, *place))
        return tuple(found)

    def _one_line(self, value: object, *path: str | int) -> str:
        spelled = self.located.spelled.get((*self.prefix, *path), str(value))
        return " ".join(spelled.split())

    def terms(self, field: str, vocabulary: Vocabulary) -> tuple[str, ...]:
        """One term of a vocabulary or a list of them, canonical, each once."""
        found: dict[str, None] = {}
        for spelling in self.texts(field):
            term = vocabulary.canonical(spelling)
            if term is None:
                self._unknown(field, spelling, vocabulary.nearest(spelling), vocabulary.ids)
            elif term in found:
                self.problem(field, f"names {term!r} twice; once is enough.")
            else:
                found[term] = None
        return tuple(found)

    def term(self, field: str, vocabulary: Vocabulary) -> str | None:
        """One term of a vocabulary, canonical."""
        if isinstance(self.values.get(field), list):
            self.problem(field, f"must be one value, not a list; one of {listed(vocabulary.ids)}.")
            return None
        found = self.terms(field, vocabulary)
        return found[0] if found else None

    def choice(self, field: str, allowed: tuple[str, ...]) -> str | None:
        """One of a few fixed words."""
        text = self.text(field)
        if text is not None and text not in allowed:
            self._unknown(field, text, difflib.get_close_matches(text, allowed, n=1), allowed)
            return None
        return text

    def whole(self, field: str, *, least: int) -> int | None:
        """A whole number of at least ``least``."""
        if not self.given(field):
            return None
        value = self.values[field]
        if isinstance(value, bool) or not isinstance(value, int) or value < least:
            self.problem(field, f"must be a whole number of at least {least}, not {shown(value)}.")
            return None
        return value

    def number(self, field: str) -> float | None:
        """A plain number."""
        if not self.given(field):
            return None
        value = self.values[field]
        if not _is_number(value):
            self.problem(
                field, f"must be a plain number such as 30 or 7000000, not {shown(value)}."
            )
            return None
        return value

    def pair(self, field: str) -> tuple[float, float] | None:
        """Two plain numbers, the low one first."""
        if not self.given(field):
            return None
        value = self.values[field]
        if not isinstance(value, list) or len(value) != 2 or not all(map(_is_number, value)):
            self.problem(field, "must be two plain numbers, low and high, such as [50, 60].")
            return None
        if value[0] >= value[1]:
            self.problem(field, f"must have the low number first, not {shown(value[0])}.")
            return None
        return value[0], value[1]

    def flag(self, field: str) -> bool:
        """True or false; false when not given."""
        if not self.given(field):
            return False
        value = self.values[field]
        if not isinstance(value, bool):
            self.problem(field, f"must be true or false, not {shown(value)}.")
            return False
        return value

    def record(self, field: str) -> Fields | None:
        """A mapping under ``field``."""
        if not self.given(field):
            return None
        return self._inner(self.values[field], (*self.prefix, field))

    def records(self, field: str) -> tuple[Fields, ...]:
        """A list of mappings under ``field``; an empty list is fine."""
        if not self.given(field):
            return ()
        value = self.values[field]
        if not isinstance(value, list):
            self.problem(field, f"must be a list of records (or [] for none), not {shown(value)}.")
            return ()
        inner = [
            self._inner(item, (*self.prefix, field, position))
            for position, item in enumerate(value)
        ]
        return tuple(record for record in inner if record is not None)

    def _inner(self, value: object, prefix: tuple[str | int, ...]) -> Fields | None:
        if not isinstance(value, dict):
            around = replace(self, prefix=prefix[:-1])
            around.problem(prefix[-1], f"must hold fields with names, not {shown(value)}.")
            return None
        return replace(self, values=value, prefix=prefix)

    def _unknown(
        self, field: str, value: str, near: Iterable[str], allowed: tuple[str, ...]
    ) -> None:
        near = list(near)
        hint = f"did you mean {' or '.join(map(repr, near))}? " if near else ""
        if ", " in value:
            hint = f"several values make a list: [{value}]. "
        words = listed(allowed, 40)
        self.problem(
            field, f"must be in the vocabulary, not {shown(value)}: {hint}Allowed are {words}."
        )


def _is_number(value: object) -> bool:
    largest = sys.float_info.max  # infinity, or an int of hundreds of digits, is no figure
    return type(value) in (int, float) and -largest <= value <= largest
