"""The works that a case rests on, each once, with the places in it and what of it was seen."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Annotated

from pydantic import Field

from kb.model.cases import OPENED, STORED_COPY, TOLD, Case, Name, Reference, Seen

#: Stands after the names of a work that has more of them, and is nobody's.
_OTHERS = "others"


@dataclass(frozen=True, slots=True, kw_only=True)
class Makers:
    """Who made a work, name by name."""

    authors: Annotated[tuple[Name, ...], Field(description="Who wrote it")] = ()
    editors: Annotated[tuple[Name, ...], Field(description="Who edited it")] = ()
    and_others: Annotated[
        bool, Field(description="Whether there are more, whom the bibliography does not name")
    ] = False


def makers_of(work: Reference) -> Makers:
    """Who wrote and edited a work; one who is known in one piece only is an organisation."""
    given = work.imprint
    named = (*given.authors, *given.editors)
    whole = () if named or not work.authors else (Name(family=work.authors, is_organisation=True),)
    return Makers(
        authors=tuple(filter(_is_somebody, given.authors)) or whole,
        editors=tuple(filter(_is_somebody, given.editors)),
        and_others=not all(map(_is_somebody, named)),
    )


def _is_somebody(name: Name) -> bool:
    return name.family != _OTHERS


@dataclass(frozen=True, slots=True, kw_only=True)
class Citation:
    """A source of a case: the work, and the places in it."""

    key: str
    authors: str
    year: str
    title: str
    note: str
    locators: tuple[str, ...]
    url: Annotated[str | None, Field(description="Where it stands on the web")] = None
    kind: Annotated[
        str | None,
        Field(
            description="`primary`, by those who did or studied what it tells, `secondary`, "
            "told after others, or `told`: by those who did it, to this compendium alone"
        ),
    ] = None
    seen: Annotated[
        Seen | None, Field(description="What the editors saw of it, where the file says so")
    ] = None
    archived: Annotated[str | None, Field(description="The address of an archived copy")] = None
    gone: Annotated[
        str | None, Field(description="The day on which its page was found to be gone")
    ] = None
    makers: Annotated[Makers, Field(description="Its authors and editors, name by name")] = Makers()


#: What says of a source what of it was seen.
Work = Citation | Reference


def citations(case: Case, references: Mapping[str, Reference]) -> tuple[Citation, ...]:
    """The sources of a case in the order of the file, the places of one work together."""
    places: dict[str, list[str]] = {}
    for source in case.sources:
        places.setdefault(source.key, []).append(source.locator)
    return tuple(_citation(references.get(key), key, tuple(at)) for key, at in places.items())


def _citation(work: Reference | None, key: str, locators: tuple[str, ...]) -> Citation:
    if work is None:
        return Citation(key=key, authors="", year="no date", title=key, note="", locators=locators)
    return Citation(
        key=key,
        authors=work.authors,
        year=work.year or "no date",
        title=work.title,
        note=work.note,
        locators=locators,
        url=work.url,
        kind=work.kind,
        seen=work.seen,
        archived=work.archived,
        gone=work.gone,
        makers=makers_of(work),
    )


def seen_text(work: Work) -> str:
    """What a source is and what was seen of it, in plain sentences; empty where not told.

    A day is named only where the source was opened on it.
    """
    if work.kind == TOLD:
        day = f" on {day_text(work.seen.day)}" if work.seen and work.seen.day else ""
        return f"Told by those who did it{day}, and published nowhere else."
    kind = f"{work.kind.capitalize()} source." if work.kind else ""
    gone = f"Its page was gone on {day_text(work.gone)}." if work.gone else ""
    return " ".join(filter(None, (kind, _seen(work), gone)))


def _seen(work: Work) -> str:
    seen, thing = work.seen, "page" if work.url else "work"
    if seen is None:
        return ""
    if seen.how == OPENED:
        return f"Opened on {day_text(seen.day)}." if seen.day else "Opened."
    part = f": {seen.part}" if seen.part else ""
    if seen.how == STORED_COPY:
        return f"Read in a stored copy{part}."
    return f"Only a passage of this {thing} was seen{part}."


def only_passages(works: Iterable[Work]) -> str:
    """A warning where only a passage of a case's sources was seen; empty where that is not so."""
    every = tuple(works)
    n_passages = sum(work.seen is not None and work.seen.is_excerpt for work in every)
    if not n_passages:
        return ""
    if len(every) == 1:
        return "Only a passage of the source was seen."
    if n_passages == len(every):
        return f"Only a passage of each of the {len(every)} sources was seen."
    return f"Only a passage was seen of {n_passages} of the {len(every)} sources."


def day_text(day: str) -> str:
    """A day as people write it: ``28 November 2026``."""
    read = date.fromisoformat(day)
    return f"{read.day} {read:%B} {read.year}"
