"""Where a case comes from and of what time, in few words."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Annotated

from pydantic import Field

from kb.model.cases import Case, Reference


@dataclass(frozen=True, slots=True, kw_only=True)
class Provenance:
    """The first source of a case in short, and how many more there are."""

    year: Annotated[str, Field(description="Its year, empty where it has no date")]
    by: Annotated[
        str, Field(description="Who wrote it, in short: `Roy`; empty where that is not named")
    ]
    more: Annotated[int, Field(description="How many further sources the case rests on")]


def provenance(case: Case, references: Mapping[str, Reference]) -> Provenance:
    """Where a case comes from: the first of its sources that is known, and a count."""
    first = next(_works(case, references), None)
    return Provenance(
        year=first.year if first else "",
        by=first.by if first else "",
        more=max(len({source.key for source in case.sources}) - 1, 0),
    )


def latest_year(case: Case, references: Mapping[str, Reference]) -> int | None:
    """The year of the latest source of a case: what it tells is no later.

    None where a source has no year, as it may be later than the others.
    """
    works = tuple(_works(case, references))
    years = [work.year.removeprefix("about ") for work in works]
    if not years or len(works) < len({source.key for source in case.sources}):
        return None
    return max(map(int, years)) if all(map(str.isdecimal, years)) else None


def told_by(case: Case, references: Mapping[str, Reference]) -> str:
    """Until when a case may have been, where its source gives no years; empty for a fact.

    A page on the web tells of what goes on as well, a work on paper of what was before it.
    """
    year = None if case.period else latest_year(case, references)
    if year is None:
        return ""
    if any(work.url for work in _works(case, references)):
        return f"By {year} (the source gives no period)"
    return f"Before {year} (the source gives no year)"


def _works(case: Case, references: Mapping[str, Reference]) -> Iterator[Reference]:
    """The works that a case rests on, each read when it is its turn."""
    keys = dict.fromkeys(source.key for source in case.sources)
    return (references[key] for key in keys if key in references)
