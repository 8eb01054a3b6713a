"""A few of the figures that some cases reported, one of each metric."""

from __future__ import annotations

from collections.abc import Iterable
from functools import partial

from kb.answers.figures import headline
from kb.model.cases import Case, Result
from kb.model.taxonomy import Taxonomy

BAND_SIZE = 6


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
