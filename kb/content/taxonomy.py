"""Reads ``cases/taxonomy.yaml``, the only copy of the vocabulary.

What the program has to know of a term is a property of the term; each list has its own
(``RECORDS``). ``docs/vocabulary.md`` explains them and is tested against these records.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Annotated, Any, ClassVar

from pydantic import create_model

from kb.content.schema import (
    FLAG,
    Complaints,
    Given,
    Record,
    Records,
    Value,
    like,
    named,
    one_of,
    read_file,
    shown,
    text,
    texts,
    whole,
    wrong,
)
from kb.errors import TaxonomyError
from kb.model.taxonomy import (
    AMOUNT,
    CHANGE,
    LISTS,
    MARKS,
    MEASURES,
    OPTIONAL_LISTS,
    ROLES,
    SIGNS,
    SUBJECT,
    TONES,
    USUAL,
    Taxonomy,
    Term,
    Vocabulary,
    fold,
)
from kb.model.units import EXAMPLE, read_written

_ID = named("[A-Za-z0-9]+(-[A-Za-z0-9]+)*", "letters and digits joined by hyphens")


class TermFields(Record):
    """One term of a list, as the file gives it."""

    what: ClassVar[str] = "a term"

    id: Annotated[str, _ID] = like("joint-purchasing")
    label: Annotated[str, text()] = like("Joint purchasing")
    definition: Annotated[str, text()] = ""
    aliases: Annotated[tuple[str, ...], texts(plain=True)] = ()
    group: Annotated[str, text()] = ""


def _written(value: Any, known: Any) -> str:
    if not isinstance(value, str) or read_written(value) is None:
        like = f"'{EXAMPLE}%' or 'A${EXAMPLE} a year'"
        raise wrong(f"must show how {EXAMPLE} is written, such as {like}, not {shown(value)}.")
    return value


_SIGN = one_of(tuple(SIGNS))

#: How the figure 30 is written in a unit.
WRITTEN = Value(_written, {"type": "string", "pattern": EXAMPLE})
#: Which way a direction goes: 1, -1 or 0.
SIGN = Value(lambda value, known: SIGNS[_SIGN.read(value, known)], _SIGN.schema)


class KindFields(TermFields):
    """A kind of document."""

    what: ClassVar[str] = "a kind"

    role: Annotated[str, one_of(ROLES)] = ""
    plural: Annotated[str, text()] = ""
    evidence: Annotated[str, text()] = ""


class TypeFields(TermFields):
    """A type of what the compendium is about."""

    what: ClassVar[str] = "a type"

    short: Annotated[str, text()] = ""
    said: Annotated[str, text()] = ""
    mark: Annotated[str, one_of(MARKS)] = MARKS[-1]
    public_money: Annotated[bool | None, FLAG] = None
    notice: Annotated[str, text()] = ""


class FormFields(TermFields):
    """A form of it."""

    what: ClassVar[str] = "a form"

    short: Annotated[str, text()] = ""
    said: Annotated[str, text()] = ""
    least_members: Annotated[int | None, whole(least=1)] = None
    most_members: Annotated[int | None, whole(least=1)] = None
    notice: Annotated[str, text()] = ""

    @classmethod
    def rules(cls, given: Given, sound: Given, known: Any) -> Complaints:
        """Bounds that leave no room."""
        least, most = sound.get("least_members") or 0, sound.get("most_members")
        if most is not None and most < least:
            yield ("most_members",), f"must be at least least_members, {least}, not {most}."


class FormationFields(TermFields):
    """A way of coming to be."""

    what: ClassVar[str] = "a formation"

    phrase: Annotated[str, text()] = ""
    public_money: Annotated[bool | None, FLAG] = None


class LevelFields(TermFields):
    """How far a result reaches."""

    what: ClassVar[str] = "a level"

    phrase: Annotated[str, text()] = ""


class UnitFields(TermFields):
    """What a figure counts."""

    what: ClassVar[str] = "a unit"

    written: Annotated[str, WRITTEN] = ""
    singular: Annotated[str, text()] = ""
    measures: Annotated[str, one_of(MEASURES)] = AMOUNT
    plain: Annotated[int, whole(least=1)] = 0


class DirectionFields(TermFields):
    """Which way a result moved."""

    what: ClassVar[str] = "a direction"

    sign: Annotated[int, SIGN] = 0


class StatusFields(TermFields):
    """How it ended."""

    what: ClassVar[str] = "a status"

    tone: Annotated[str, one_of(TONES)] = ""


#: The lists whose terms have properties, with what such a term is.
RECORDS: Mapping[str, type[TermFields]] = {
    "kinds": KindFields,
    "types": TypeFields,
    "forms": FormFields,
    "formations": FormationFields,
    "levels": LevelFields,
    "units": UnitFields,
    "directions": DirectionFields,
    "statuses": StatusFields,
}


class _Lists(Record):
    """The lists of the file: each spelling of a list means one term."""

    what: ClassVar[str] = "the vocabulary"
    shape: ClassVar[str] = f"the vocabulary must hold the lists {', '.join(LISTS)}."

    @classmethod
    def rules(cls, given: Given, sound: Given, known: Any) -> Complaints:
        """Spellings that two terms of a list share, and terms that cannot stand together."""
        for name, rows in given.items():
            taken: dict[str, Any] = {}
            for position, row in enumerate(rows if isinstance(rows, list) else ()):
                own = _spellings(row)
                for spelling in sorted(own & taken.keys()):
                    stands = f"spells {spelling!r}, which already stands for {taken[spelling]!r}"
                    yield (name, position), f"{stands}; one spelling means one term."
                taken = dict.fromkeys(own, row["id"] if own else "") | taken
        yield from _only_one_subject(_with(sound, "kinds", "role", SUBJECT))
        changes = _with(sound, "units", "measures", CHANGE)
        for place, _ in () if changes else _with(sound, "units", "measures", USUAL):
            yield (
                ("units", place, "measures"),
                f"cannot be {USUAL!r} where no unit measures a {CHANGE!r}: "
                "what differs from the usual is counted as a change.",
            )


def _with(sound: Given, name: str, field: str, value: str) -> list[tuple[int, Given]]:
    """The terms of a list with a value in a field, each with its place in the list."""
    return [
        (place, row) for place, row in enumerate(sound.get(name, ())) if row.get(field) == value
    ]


def _only_one_subject(subjects: list[tuple[int, Given]]) -> Complaints:
    for place, _ in subjects[1:]:
        first = subjects[0][1]["id"]
        yield (
            ("kinds", place, "role"),
            f"must not be {SUBJECT!r} again: a compendium is about one kind, and {first!r} is it.",
        )


def _spellings(row: Any) -> set[str]:
    """Id, label and aliases of a term as far as they are texts, folded."""
    if not isinstance(row, dict) or not isinstance(row.get("id"), str):
        return set()
    aliases = row.get("aliases")
    names = (row["id"], row.get("label"), *(aliases if isinstance(aliases, list) else ()))
    return {fold(name) for name in names if isinstance(name, str)} - {""}


def _terms(name: str) -> Any:
    """The type of a list of the file."""
    return Annotated[
        tuple[RECORDS.get(name, TermFields), ...],
        Records(none="must hold at least one term.", shape="must be a list of terms, not {}."),
    ]


_LIST = like("[{id: an-id, label: A label}]")
_File = create_model(
    "_File",
    __base__=_Lists,
    **{name: (_terms(name), _LIST) for name in LISTS},
    **{name: (_terms(name) | None, None) for name in OPTIONAL_LISTS},
)


def load_taxonomy(path: Path) -> Taxonomy:
    """Read the vocabulary.

    Raises:
        TaxonomyError: the file is missing, is not YAML, lacks a list, or has a
            term without id or label, a spelling that two terms of a list share, a
            field that does not exist, or a property that cannot be what it is. The
            message names file and line of each.
    """
    try:
        lists, problems = read_file(_File, path, what="the vocabulary")
    except OSError as err:
        raise TaxonomyError(f"{path}: the vocabulary cannot be read: {err.strerror}.") from err
    if lists is None:
        raise TaxonomyError("\n".join(map(str, problems)))
    return Taxonomy(
        vocabularies={
            name: Vocabulary(name=name, terms=_marked(name, terms))
            for name, terms in lists
            if terms is not None
        }
    )


def _marked(name: str, rows: Iterable[TermFields]) -> tuple[Term, ...]:
    """The terms of a list; types have a mark each, their own or the next that is free."""
    found = tuple(Term(**dict(row)) for row in rows)
    if name != "types":
        return found
    own = {term.mark for term in found}
    free = [mark for mark in MARKS[:-1] if mark not in own]
    return tuple(
        replace(term, mark=free.pop(0)) if term.mark == MARKS[-1] and free else term
        for term in found
    )
