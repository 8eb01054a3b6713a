"""What a maintainer has to look after: cases that lack something, and those to be reread."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from kb.model.cases import Case, Reference
from kb.model.compendium import Compendium

#: A case is to be reread after so many years, unless told otherwise.
YEARS = 3
#: What is due within so many days is told beforehand.
SOON = timedelta(days=90)


@dataclass(frozen=True, slots=True, kw_only=True)
class Lacking:
    """Something that some cases lack.

    Attributes:
        id: a name for programs: ``no-result``.
        words: the same for people: ``without a result``.
        cases: their ids, in order.
    """

    id: str
    words: str
    cases: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class CountryStatus:
    """A country: how many documents it has, and of those how many lack what, by its id."""

    code: str
    label: str
    cases: int
    lacking: Mapping[str, int]


@dataclass(frozen=True, slots=True, kw_only=True)
class Status:
    """The state of a compendium on a day.

    ``day`` is that day, ``years`` after how many a case is to be reread, ``cases`` how many
    documents there are. What several countries share counts in each of them.
    """

    day: str
    years: int
    cases: int
    lacking: tuple[Lacking, ...]
    countries: tuple[CountryStatus, ...]


def status_of(compendium: Compendium, *, day: date, years: int = YEARS) -> Status:
    """What is to be looked after.

    Args:
        compendium: whose cases.
        day: today.
        years: after how many a case is to be reread.
    """
    cases = tuple(compendium.cases)
    led_to = {other for case in cases for other in _leads_to(case)}
    references = compendium.references
    due = _years_before(day, years)
    asked: Sequence[tuple[str, str, Callable[[Case], bool]]] = (
        ("no-result", "without a result", lambda case: not (case.is_guide or case.results)),
        ("one-source", "with one source only", _has_one_source),
        ("page-gone", "with a source whose page is gone", lambda one: _is_gone(one, references)),
        (
            "alone",
            "that lead to no other and that none leads to",
            lambda case: not (_leads_to(case) or case.id in led_to),
        ),
        ("never-reread", "never reread against a source", lambda case: case.verified is None),
        (
            "due",
            f"last reread {years} years ago or more",
            lambda case: case.verified is not None and case.verified.day <= due.isoformat(),
        ),
        (
            "due-soon",
            f"to be reread within {SOON.days} days",
            lambda case: (
                case.verified is not None
                and due.isoformat() < case.verified.day <= (due + SOON).isoformat()
            ),
        ),
    )
    lacking = tuple(
        Lacking(id=name, words=words, cases=tuple(one.id for one in cases if lacks(one)))
        for name, words, lacks in asked
    )
    return Status(
        day=day.isoformat(),
        years=years,
        cases=len(cases),
        lacking=lacking,
        countries=tuple(_countries(compendium, cases, lacking)),
    )


def _countries(
    compendium: Compendium, cases: Sequence[Case], lacking: Sequence[Lacking]
) -> Iterator[CountryStatus]:
    """By label; those without a case are left out."""
    of: dict[str, set[str]] = {}
    for case in cases:
        for code in case.facets.get("country", ()):
            of.setdefault(code, set()).add(case.id)
    label = compendium.taxonomy.facet("country").label
    for code in sorted(of, key=label):
        counts = {one.id: len(of[code].intersection(one.cases)) for one in lacking}
        yield CountryStatus(code=code, label=label(code), cases=len(of[code]), lacking=counts)


def _leads_to(case: Case) -> tuple[str, ...]:
    return tuple(other for other in case.related if other != case.id)


def _has_one_source(case: Case) -> bool:
    return len({source.key for source in case.sources}) == 1


def _is_gone(case: Case, references: Mapping[str, Reference]) -> bool:
    """Whether a page that it cites is gone, and no copy of it is known."""
    works = (references[one.key] for one in case.sources if one.key in references)
    return any(work.gone and not work.archived for work in works)


def _years_before(day: date, years: int) -> date:
    """The same day so many years before; of 29 February the 28th."""
    if (day.month, day.day) == (2, 29):
        day = day.replace(day=28)
    return day.replace(year=day.year - years)
