"""Reads ``cases/taxonomy.yaml``, the only copy of the vocabulary.

What the program has to know of a term is a property of the term; each list has its own
(``PROPERTIES``). ``docs/vocabulary.md`` explains them and is tested against this table.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Iterable, Mapping
from itertools import chain
from pathlib import Path
from typing import Annotated, Any

from pydantic import create_model

from kb.content.schema import (
    FLAG,
    Complaint,
    Complaints,
    Given,
    Many,
    Record,
    Value,
    YamlFile,
    keyed,
    one_of,
    optional,
    pattern,
    required,
    shown,
    text,
    texts,
    whole,
    wrong,
)
from kb.errors import TaxonomyError
from kb.model.english import quoted
from kb.model.taxonomy import (
    CHANGE,
    DIVISIONS,
    LISTS,
    MARKS,
    MEASURES,
    MONEY,
    OPTIONAL_LISTS,
    ROLES,
    SIGNS,
    SUBJECT,
    TONES,
    USUAL,
    Activity,
    Taxonomy,
    Term,
    Trade,
    Vocabulary,
    fold,
)
from kb.model.units import EXAMPLE, read_written
from kb.text.similar_names import similar_names


def _written(value: Any, known: Any) -> str:
    if not isinstance(value, str) or read_written(value) is None:
        like = f"'{EXAMPLE}%' or 'A${EXAMPLE} a year'"
        message = f"must show how {EXAMPLE} is written, such as {like}, not {shown(value)}."
        raise wrong("vocabulary-figure-not-shown", message)
    return value


def _made(mapping: Value, make: Callable[[str, str], Any]) -> Value:
    """What is made of each pair of a mapping, in the order of the file."""

    def read(value: Any, known: Any) -> tuple[Any, ...]:
        return tuple(make(key, text) for key, text in mapping.read(value, known).items())

    return Value(read, mapping.schema)


_SIGN = one_of(tuple(SIGNS))

_ID = pattern("[A-Za-z0-9]+(-[A-Za-z0-9]+)*", "letters and digits joined by hyphens")
_TEXT = text()
_COUNT = whole(least=1)
_CURRENCY = pattern("[A-Z]{3}", "an ISO 4217 code such as EUR")
#: How the figure 30 is written in a unit.
_WRITTEN = Value(_written, {"type": "string", "pattern": EXAMPLE})
#: Which way a direction goes: 1, -1 or 0.
_WAY = Value(lambda value, known: SIGNS[_SIGN.read(value, known)], _SIGN.schema)

#: What owners call their trade: ``{bakers: baker, pharmacies: pharmacy}``.
_TRADES = _made(
    keyed(
        text(plain=True),
        shape="must pair several with one, such as {{bakers: baker}}, not {}.",
        key=text(plain=True).read,
    ),
    lambda plural, singular: Trade(plural=plural, singular=singular),
)
#: What its firms buy and work with: ``[flour, sugar]``.
_MATERIALS = texts(text(plain=True), strict=True, once=True)
#: What else people ask for by name: ``[hats, lacemakers]``.
_PRODUCTS = texts(text(plain=True), strict=True, once=True)
#: Sectors whose cases are of use where none is of this one: ``[furniture, building-trades]``.
_NEAR = texts(_ID, strict=True, once=True)
#: Codes of the classification with their official titles.
_ACTIVITIES = _made(
    keyed(
        text(plain=True),
        shape='must pair codes with titles, such as {{"1102": Manufacture of wines}}, not {}.',
        key=pattern("[0-9A-Za-z]+", "a code, such as 1071").read,
    ),
    lambda code, title: Activity(code=code, title=title),
)

#: The lists whose terms have properties: what such a term is called, and what each may be.
#: Where a term has none, it is the default of ``kb.model.taxonomy.Term``.
PROPERTIES: Mapping[str, tuple[str, Mapping[str, Value]]] = {
    "kinds": ("a kind", {"role": one_of(ROLES), "plural": _TEXT, "evidence": _TEXT}),
    "types": (
        "a type",
        {
            "short": _TEXT,
            "means": _TEXT,
            "said": _TEXT,
            "mark": one_of(MARKS),
            "public_money": FLAG,
            "notice": _TEXT,
        },
    ),
    "forms": (
        "a form",
        {
            "short": _TEXT,
            "means": _TEXT,
            "said": _TEXT,
            "least_members": _COUNT,
            "most_members": _COUNT,
            "notice": _TEXT,
        },
    ),
    "formations": ("a formation", {"phrase": _TEXT, "public_money": FLAG}),
    "levels": ("a level", {"phrase": _TEXT}),
    "units": (
        "a unit",
        {
            "written": _WRITTEN,
            "singular": _TEXT,
            "measures": one_of(MEASURES),
            "plain": _COUNT,
            "currency": _CURRENCY,
        },
    ),
    "directions": ("a direction", {"sign": _WAY}),
    "statuses": ("a status", {"tone": one_of(TONES)}),
    "sectors": (
        "a sector",
        {
            "trades": _TRADES,
            "materials": _MATERIALS,
            "products": _PRODUCTS,
            "activities": _ACTIVITIES,
            "near": _NEAR,
        },
    ),
    DIVISIONS: (
        "a division",
        {"trades": _TRADES, "products": _PRODUCTS, "near": _NEAR, "sought": FLAG},
    ),
}


class TermFields(Record):
    """One term of a list, as the file gives it."""

    what = "a term"
    makes = Term

    id: Annotated[str, _ID] = required("", "joint-purchasing")
    label: Annotated[str, _TEXT] = required("", "Joint purchasing")
    definition: Annotated[str, _TEXT] = optional()
    aliases: Annotated[tuple[str, ...], texts(text(plain=True), strict=True)] = optional()
    group: Annotated[str, _TEXT] = optional()

    @staticmethod
    def rules(given: Given, sound: Given, known: Any) -> Complaints:
        """Bounds that leave no room, and a currency of what is no money."""
        if "currency" in sound and sound.get("measures") != MONEY:
            message = f"is for a unit that measures {MONEY}; add 'measures: {MONEY}'."
            yield Complaint(("currency",), "vocabulary-terms-disagree", message)
        least, most = sound.get("least_members") or 0, sound.get("most_members")
        if most is not None and most < least:
            message = f"must be at least least_members, {least}, not {most}."
            yield Complaint(("most_members",), "vocabulary-terms-disagree", message)


def _with_properties(what: str, properties: Mapping[str, Value]) -> type[TermFields]:
    fields = {name: (Annotated[Any, value], None) for name, value in properties.items()}
    record = create_model("_TermFields", __base__=TermFields, **fields)
    record.what = what
    return record


#: The records of the lists whose terms have properties.
RECORDS: Mapping[str, type[TermFields]] = {
    name: _with_properties(*properties) for name, properties in PROPERTIES.items()
}


class _Lists(Record):
    """The lists of the file: each spelling of a list means one term."""

    what = "the vocabulary"
    shape = f"the vocabulary must hold the lists {', '.join(LISTS)}."

    @staticmethod
    def rules(given: Given, sound: Given, known: Any) -> Complaints:
        """Spellings that two terms of a list share, and terms that cannot stand together."""
        for name, rows in given.items():
            yield from _shared_spellings(name, rows if isinstance(rows, list) else ())
        subjects = _with(sound, "kinds", "role", SUBJECT)
        for place, _ in subjects[1:]:
            yield Complaint(
                ("kinds", place, "role"),
                "vocabulary-terms-disagree",
                f"must not be {quoted(SUBJECT)} again: a compendium is about one kind, "
                f"and {quoted(subjects[0][1]['id'])} is it.",
            )
        yield from _outside_divisions(sound)
        yield from _near_nothing(sound)
        changes = _with(sound, "units", "measures", CHANGE)
        for place, _ in () if changes else _with(sound, "units", "measures", USUAL):
            yield Complaint(
                ("units", place, "measures"),
                "vocabulary-terms-disagree",
                f"cannot be {quoted(USUAL)} where no unit measures a {quoted(CHANGE)}: "
                "what differs from the usual is counted as a change.",
            )


def _outside_divisions(sound: Given) -> Complaints:
    """Codes of sectors that no division of the classification begins."""
    divisions = tuple(row["id"] for row in sound.get(DIVISIONS) or ())
    for place, row in enumerate(sound.get("sectors", ())) if divisions else ():
        for code in row.get("activities", ()):
            if not code.startswith(divisions):
                yield Complaint(
                    ("sectors", place, "activities", code),
                    "vocabulary-code-without-division",
                    f"must begin with the id of one of the {len(divisions)} {DIVISIONS}; "
                    "add the division, or mend the code.",
                )


def _near_nothing(sound: Given) -> Complaints:
    """What is near a sector or a division and is no sector, or is that sector itself."""
    ids = [row["id"] for row in sound.get("sectors", ())]
    for name in ("sectors", DIVISIONS):
        for place, row in enumerate(sound.get(name) or ()):
            for at, near in enumerate(row.get("near", ())):
                if name == "sectors" and near == row["id"]:
                    yield Complaint(
                        (name, place, "near", at),
                        "vocabulary-terms-disagree",
                        "must be another sector than this one.",
                    )
                elif near not in ids:
                    like = tuple(similar_names(near, ids, n=3))
                    meant = f" Did you mean {' or '.join(like)}?" if like else ""
                    message = f"must be the id of a sector, not {quoted(near)}.{meant}"
                    yield Complaint(
                        (name, place, "near", at), "vocabulary-terms-disagree", message, like
                    )


def _with(sound: Given, name: str, field: str, value: str) -> list[tuple[int, Given]]:
    """The terms of a list with a value in a field, each with its place in the list."""
    return [
        (place, row) for place, row in enumerate(sound.get(name, ())) if row.get(field) == value
    ]


def _shared_spellings(name: str, rows: Iterable[Any]) -> Complaints:
    taken: dict[str, str] = {}
    for position, row in enumerate(rows):
        spellings = _spellings(row)
        for spelling in sorted(spellings & taken.keys()):
            stands = (
                f"spells {quoted(spelling)}, which already stands for {quoted(taken[spelling])}"
            )
            message = f"{stands}; one spelling means one term."
            yield Complaint((name, position), "vocabulary-spelling-shared", message)
        taken = dict.fromkeys(spellings, row["id"] if spellings else "") | taken


def _spellings(row: Any) -> set[str]:
    """Id, label, aliases and trades of a term as far as they are texts, folded."""
    if not isinstance(row, dict) or not isinstance(row.get("id"), str):
        return set()
    aliases, trades = row.get("aliases"), row.get("trades")
    names = (
        *(row["id"], row.get("label")),
        *(aliases if isinstance(aliases, list) else ()),
        *(chain(*trades.items()) if isinstance(trades, dict) else ()),
    )
    return {fold(name) for name in names if isinstance(name, str)} - {""}


def _terms(name: str) -> Any:
    """The type of a list of the file."""
    record = RECORDS.get(name, TermFields)
    none, shape = "must hold at least one term.", "must be a list of terms, not {}."
    return Annotated[tuple[Term, ...], Many(record, none=none, shape=shape)]


_LIST = required("", "[{id: an-id, label: A label}]")
_File = create_model(
    "_File",
    __base__=_Lists,
    **{name: (_terms(name), _LIST) for name in LISTS},
    **{name: (_terms(name), None) for name in OPTIONAL_LISTS},
)


_FILE = YamlFile(model=_File, what="the vocabulary")


def load_taxonomy(path: Path) -> Taxonomy:
    """Read the vocabulary.

    Raises:
        TaxonomyError: the file is missing, is not YAML, lacks a list, or has a
            term without id or label, a spelling that two terms of a list share, a
            field that does not exist, or a property that cannot be what it is. The
            message names file and line of each.
    """
    lists = _FILE.read_needed(path, TaxonomyError)
    terms = {name: terms for name, terms in lists if terms is not None}
    terms["types"] = _marked(terms["types"])
    return Taxonomy(
        vocabularies={name: Vocabulary(name=name, terms=rows) for name, rows in terms.items()}
    )


def _marked(types: tuple[Term, ...]) -> tuple[Term, ...]:
    """Types have a mark each: their own, or the next that is free."""
    given = {term.mark for term in types}
    free = [mark for mark in MARKS[:-1] if mark not in given]
    return tuple(
        dataclasses.replace(term, mark=free.pop(0)) if term.mark == MARKS[-1] and free else term
        for term in types
    )
