"""The front page: figures that networks reported, and what the compendium holds, counted."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from functools import partial

from kb.answers.figures import headline
from kb.model.cases import Case, Result
from kb.model.taxonomy import Taxonomy, Term
from kb.search.searcher import Searcher
from web.core.urls import case_url, facet_url, search_url
from web.ui.cards import Badge, badge
from web.words.figures import ResultView, result_view
from web.words.lists import count_words
from web.words.typography import curly

BAND_SIZE = 6
#: The chart draws one mark for each case, five to a row.
MARKS_IN_ROW = 5
MARK_PITCH = 16
MARK_SIZE = 12


@dataclass(frozen=True, slots=True, kw_only=True)
class Achievement:
    """One figure of the band, with the case that reports it."""

    result: ResultView
    title: str
    where: str
    url: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Example:
    """A search to try."""

    text: str
    url: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Audience:
    """Who may come, and what they may ask."""

    who: str
    examples: tuple[Example, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Cell:
    """A country and a type: the cases, where to find them, and a mark for each.

    ``marks`` are places in pixels from the top left; ``width`` and ``height`` hold them.
    """

    mark: str
    label: str
    count: int
    marks: tuple[tuple[int, int], ...]
    width: int
    height: int
    url: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One country of the chart."""

    country: str
    url: str
    total: int
    cells: tuple[Cell, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Tally:
    """A value of a facet with its count."""

    label: str
    count: int
    url: str
    definition: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class TallyGroup:
    """Values under one heading."""

    heading: str
    tallies: tuple[Tally, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class HomePage:
    """Everything that the front page shows."""

    n_cases: int
    n_guides: int
    n_countries: int
    achievements: tuple[Achievement, ...]
    audiences: tuple[Audience, ...]
    types: tuple[Badge, ...]
    rows: tuple[Row, ...]
    projects: tuple[TallyGroup, ...]


def home_page(searcher: Searcher) -> HomePage:
    """Count and choose from the snapshot; the same snapshot gives the same page."""
    taxonomy = searcher.taxonomy
    cases = [case for case in searcher.cases if not case.is_guide]
    return HomePage(
        n_cases=len(cases),
        n_guides=len(searcher.cases) - len(cases),
        n_countries=len({code for case in cases for code in case.facets["country"]}),
        achievements=achievements(cases, taxonomy),
        audiences=tuple(
            _audience(who, texts) for who, texts in searcher.compendium.site.searches.items()
        ),
        types=tuple(badge(term.id, taxonomy) for term in taxonomy.facet("type")),
        rows=chart(cases, taxonomy),
        projects=tally_groups(cases, taxonomy, "project"),
    )


def achievements(cases: Iterable[Case], taxonomy: Taxonomy) -> tuple[Achievement, ...]:
    """Up to six reported figures, no metric twice and, while there are enough, no country twice.

    What the compendium is about comes before other kinds, plain units before others, and
    then ids in order, so that the choice is the same for the same cases.
    """
    plain = partial(_plainness, taxonomy=taxonomy)
    subject = taxonomy.subject.id
    told = [(case, best) for case in cases if (best := headline(case.results, plain))]
    told.sort(key=lambda pair: (pair[0].kind != subject, -plain(pair[1])[0], pair[0].id))
    chosen = _distinct(told, by_country=True)
    rest = [pair for pair in told if pair not in chosen]
    chosen = _distinct([*chosen, *rest], by_country=False)
    return tuple(
        Achievement(
            result=result_view(result, taxonomy),
            title=curly(case.title),
            where=", ".join(taxonomy.label("country", code) for code in case.facets["country"]),
            url=case_url(case.id),
        )
        for case, result in chosen
    )


def chart(cases: Iterable[Case], taxonomy: Taxonomy) -> tuple[Row, ...]:
    """Countries by types, the country with most cases first.

    A case with two types stands in both columns, and one without a type only in
    the total.
    """
    pairs: Counter[tuple[str, str]] = Counter()
    totals: Counter[str] = Counter()
    for case in cases:
        for code in case.facets["country"]:
            totals[code] += 1
            pairs.update((code, type_id) for type_id in case.facets["type"])
    names = {code: taxonomy.label("country", code) for code in totals}
    return tuple(
        Row(
            country=names[code],
            url=facet_url(country=code),
            total=totals[code],
            cells=tuple(
                _cell(code, names[code], type_id, pairs[code, type_id], taxonomy)
                for type_id in taxonomy.facet("type").ids
            ),
        )
        for code in sorted(totals, key=lambda code: (-totals[code], names[code]))
    )


def tally_groups(cases: Iterable[Case], taxonomy: Taxonomy, facet: str) -> tuple[TallyGroup, ...]:
    """The values of a facet that cases have, by group, in the order of the vocabulary."""
    counts = Counter(value for case in cases for value in case.facets.get(facet, ()))
    groups: dict[str, list[Tally]] = {}
    for term in taxonomy.facet(facet):
        if counts[term.id]:
            url = facet_url(**{facet: term.id})
            tally = Tally(
                label=term.label, count=counts[term.id], url=url, definition=term.definition
            )
            groups.setdefault(term.group, []).append(tally)
    return tuple(
        TallyGroup(heading=heading, tallies=tuple(items)) for heading, items in groups.items()
    )


def _distinct(
    told: Iterable[tuple[Case, Result]], *, by_country: bool
) -> list[tuple[Case, Result]]:
    """The first of each metric, and of each country if asked, at most a full band."""
    chosen: list[tuple[Case, Result]] = []
    taken: set[str] = set()
    for case, result in told:
        marks = {result.metric, *(case.facets["country"] if by_country else ())}
        if len(chosen) < BAND_SIZE and not marks & taken:
            chosen.append((case, result))
            taken |= marks
    return chosen


def _cell(code: str, country: str, type_id: str, count: int, taxonomy: Taxonomy) -> Cell:
    term = taxonomy["types"].get(type_id) or Term(id=type_id, label=type_id)
    across, down = min(count, MARKS_IN_ROW), -(-count // MARKS_IN_ROW)
    gap = MARK_PITCH - MARK_SIZE
    return Cell(
        mark=term.mark,
        label=f"{country}, {term.label}: {count_words(count, 'case', 'cases')}",
        count=count,
        marks=tuple(
            (number % MARKS_IN_ROW * MARK_PITCH, number // MARKS_IN_ROW * MARK_PITCH)
            for number in range(count)
        ),
        width=max(across * MARK_PITCH - gap, 0),
        height=max(down * MARK_PITCH - gap, 0),
        url=facet_url(country=code, type=type_id),
    )


def _audience(who: str, texts: tuple[str, ...]) -> Audience:
    return Audience(
        who=who, examples=tuple(Example(text=text, url=search_url(text)) for text in texts)
    )


def _plainness(result: Result, taxonomy: Taxonomy) -> tuple[int, float]:
    """How well a figure speaks alone: a change in percent does, an amount needs its case."""
    plain = taxonomy.unit(result.unit or "").plain
    return (plain, result.low or 0.0) if plain else (0, 0.0)
