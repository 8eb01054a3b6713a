"""The works that a case rests on, each once, with the places in it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from kb.model.cases import Case, Reference


@dataclass(frozen=True, slots=True, kw_only=True)
class Citation:
    """A source of a case: the work, and the places in it."""

    key: str
    authors: str
    year: str
    title: str
    note: str
    locators: tuple[str, ...]


def citations(case: Case, references: Mapping[str, Reference]) -> tuple[Citation, ...]:
    """The sources of a case in the order of the file, the places of one work together."""
    places: dict[str, list[str]] = {}
    for source in case.sources:
        places.setdefault(source.key, []).append(source.locator)
    return tuple(_citation(references.get(key), key, tuple(at)) for key, at in places.items())


def _citation(work: Reference | None, key: str, locators: tuple[str, ...]) -> Citation:
    return Citation(
        key=key,
        authors=work.authors if work else "",
        year=(work.year if work else "") or "no date",
        title=work.title if work else key,
        note=work.note if work else "",
        locators=locators,
    )
