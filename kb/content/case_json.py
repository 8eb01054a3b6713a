"""A checked case as JSON and back, to the last digit: for other processes and for later runs.

Nothing is checked again on the way back; what was damaged meanwhile is told by its seal
(``kb.content.remembered``). The body stays outside, as it is.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping
from dataclasses import fields
from functools import cache
from typing import Any

from kb.model.cases import (
    Case,
    Change,
    Contradiction,
    Converted,
    Imprint,
    Members,
    Name,
    Period,
    ReadingPlace,
    Reference,
    Result,
    Seen,
    Source,
    Verified,
    Withdrawal,
)


@cache
def _names(record: type) -> tuple[str, ...]:
    return tuple(field.name for field in fields(record))


_OF_CASES = tuple(name for name in _names(Case) if name != "body")
_LISTS = (
    *("planned", "related", "questions", "role_model_for"),
    *("answers", "our_reading", "authors", "aliases"),
)


def packed(case: Case) -> str:
    """A case without its body: the values of its fields in their order."""
    return _json([getattr(case, name) for name in _OF_CASES])


def unpacked(text: str, body: str, facets: Mapping[str, tuple[str, ...]]) -> Case:
    """The case that was packed, with its body.

    Args:
        text: what ``packed`` made.
        body: the body.
        facets: values that take the place of those that were packed.

    Raises:
        ValueError, TypeError, KeyError: the text is not what ``packed`` makes.
    """
    values = dict(zip(_OF_CASES, json.loads(text), strict=True))
    values.update({name: tuple(values[name]) for name in _LISTS})
    given = {facet: tuple(terms) for facet, terms in values["facets"].items()}
    values["facets"] = {**given, **facets}
    values["sources"] = tuple(map(_source, values["sources"]))
    values["results"] = tuple(map(_result, values["results"]))
    values["members"] = _maybe(_members, values["members"])
    values["period"] = _maybe(_period, values["period"])
    values["reading"] = _maybe(_reading, values["reading"])
    values["withdrawn"] = _maybe(_withdrawal, values["withdrawn"])
    values["verified"] = _maybe(_verified, values["verified"])
    values["changes"] = tuple(map(_change, values["changes"]))
    return Case(body=body, **values)


def packed_references(references: Iterable[Reference]) -> str:
    """The sources, in their order."""
    return _json([[getattr(one, name) for name in _names(Reference)] for one in references])


def unpacked_references(text: str) -> dict[str, Reference]:
    """The sources that were packed, by key.

    Raises:
        ValueError, TypeError, KeyError: the text is not what ``packed_references`` makes.
    """
    made = _maker(Reference, seen=_maker(Seen), cited_in=_source, imprint=_imprint)
    return {reference.key: reference for reference in map(made, json.loads(text))}


def _json(values: list[Any]) -> str:
    return json.dumps(values, default=_values_of, ensure_ascii=False, separators=(",", ":"))


def _values_of(record: Any) -> list[Any]:
    return [getattr(record, name) for name in _names(type(record))]


def _maybe(make: Callable[[Any], Any], values: Any) -> Any:
    return None if values is None else make(values)


def _all(make: Callable[[Any], Any]) -> Callable[[Any], Any]:
    return lambda values: tuple(map(make, values))


def _maker(record: type, **inner: Callable[[Any], Any]) -> Callable[[Any], Any]:
    """What makes a record of its values; those that are records themselves by ``inner``."""
    names = _names(record)

    def make(values: Any) -> Any:
        given = dict(zip(names, values, strict=True))
        for name, made in inner.items():
            given[name] = _maybe(made, given[name])
        return record(**given)

    return make


_source = _maker(Source)
_period = _maker(Period)
_name = _maker(Name)
_reading = _maker(ReadingPlace)
_imprint = _maker(Imprint, authors=_all(_name), editors=_all(_name))
_withdrawal = _maker(Withdrawal)
_change = _maker(Change)
_verified = _maker(Verified)
_members = _maker(Members, partners=tuple)
_result = _maker(Result, converted=_maker(Converted), contradicted=_maker(Contradiction))
