"""The front page: what is known and how little, and one mark for each case."""

from __future__ import annotations

from dataclasses import dataclass, replace

from kb.model.compendium import Compendium
from kb.model.facets import COLLECTION_FACET
from kb.model.holdings import Holdings, Part
from web.core.urls import facet_url, search_url
from web.words.lists import count_words

#: The chart shows as many countries, those with most cases.
IN_CHART = 12
#: The chart draws one mark for each case, five to a row; of more cases a mark stands for several.
MARKS_AT_MOST = 1_000
MARKS_IN_ROW = 5
MARK_PITCH = 16
MARK_SIZE = 12


@dataclass(frozen=True, slots=True, kw_only=True)
class Known:
    """What is known of the cases of a part of the compendium, and how little.

    ``name`` and ``about`` are empty where the compendium is of one part; ``guides`` counts the
    guides in words, empty where there are none. ``n_figures``,
    ``n_words`` and ``n_silent`` are the cases with a figure, with results in words alone, and
    without any: together all. ``years`` are those of the sources, earliest and latest.
    """

    name: str
    about: str
    url: str
    n_cases: int
    guides: str
    n_countries: int
    n_figures: int
    n_words: int
    n_silent: int
    years: tuple[int, int] | None


def known(compendium: Compendium) -> tuple[Known, ...]:
    """What is known of each collection, or of the whole where there are not several."""
    parts = compendium.collections
    if len(parts) < 2:
        return (_known(compendium.holdings, compendium),)
    return tuple(
        replace(
            _known(held, compendium),
            name=term.label,
            about=term.definition,
            url=facet_url(**{COLLECTION_FACET: term.id}),
        )
        for term, held in parts
    )


def _known(held: Part | Holdings, compendium: Compendium) -> Known:
    cases, guide = held.cases, compendium.taxonomy.guide
    n_guides = held.everything.n - cases.n
    return Known(
        name="",
        about="",
        url=search_url(),
        n_cases=cases.n,
        guides=count_words(n_guides, guide.in_line, guide.many) if n_guides else "",
        n_countries=len(held.cases.terms("country", compendium.taxonomy)),
        n_figures=cases.n_figures,
        n_words=cases.n_in_words,
        n_silent=cases.n_silent,
        years=held.everything.source_years,
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Marks:
    """Marks in rows: their places in pixels from the top left, and what holds them all."""

    places: tuple[tuple[int, int], ...]
    width: int
    height: int


def cases_a_mark(n_cases: int) -> int:
    """For how many cases a mark stands: 1, 2, 5, 10, 20, 50 and so on."""
    size = 1
    while n_cases > size * MARKS_AT_MOST:
        size = size * 5 // 2 if str(size).startswith("2") else size * 2
    return size


def marks(n_cases: int, each: int = 1) -> Marks:
    """A mark for each of so many cases, or for ``each`` of them and what is left over."""
    count = -(-n_cases // each)
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
