"""The front page: figures that networks reported, and one mark for each case."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from functools import partial

from kb.answers.figures import headline
from kb.model.cases import Case, Result
from kb.model.taxonomy import Taxonomy

BAND_SIZE = 6
#: The chart draws one mark for each case, five to a row.
MARKS_IN_ROW = 5
MARK_PITCH = 16
MARK_SIZE = 12


@dataclass(frozen=True, slots=True, kw_only=True)
class Marks:
    """Marks in rows: their places in pixels from the top left, and what holds them all."""

    places: tuple[tuple[int, int], ...]
    width: int
    height: int


def marks(count: int) -> Marks:
    """A mark for each of so many cases."""
    across, down = min(count, MARKS_IN_ROW), -(-count // MARKS_IN_ROW)
    gap = MARK_PITCH - MARK_SIZE
    return Marks(
        places=tuple(
            (number % MARKS_IN_ROW * MARK_PITCH, number // MARKS_IN_ROW * MARK_PITCH)
            for number in range(count)
        ),
        width=max(across * MARK_PITCH - gap, 0),
        height=max(down * MARK_PITCH - gap, 0),
    )


def achievements(cases: Iterable[Case], taxonomy: Taxonomy) -> tuple[tuple[Case, Result], ...]:
    """Up to six reported figures, no metric twice and, while there are enough, no country twice.

    What the compendium is about comes before other kinds, plain units before others, and
    then ids in order, so that the choice is the same for the same cases.
    """
    plain = partial(_plainness, taxonomy=taxonomy)
    subject = taxonomy.subject.id
    reported = [(case, best) for case in cases if (best := headline(case.results, plain))]
    reported.sort(key=lambda pair: (pair[0].kind != subject, -plain(pair[1])[0], pair[0].id))
    chosen = _distinct(reported, by_country=True)
    rest = [pair for pair in reported if pair not in chosen]
    return tuple(_distinct([*chosen, *rest], by_country=False))


def _distinct(
    reported: Iterable[tuple[Case, Result]], *, by_country: bool
) -> list[tuple[Case, Result]]:
    """The first of each metric, and of each country if asked, at most a full band."""
    chosen: list[tuple[Case, Result]] = []
    taken: set[str] = set()
    for case, result in reported:
        shown = {result.metric, *(case.facets["country"] if by_country else ())}
        if len(chosen) < BAND_SIZE and not shown & taken:
            chosen.append((case, result))
            taken |= shown
    return chosen


def _plainness(result: Result, taxonomy: Taxonomy) -> tuple[int, float]:
    """How well a figure speaks alone: a change in percent does, an amount needs its case."""
    plain = taxonomy.unit(result.unit or "").plain
    return (plain, result.low or 0.0) if plain else (0, 0.0)
