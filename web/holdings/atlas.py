"""The page of where and what: maps, project by type, and what the compendium does not hold."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from math import sqrt

from kb.model.cases import Case
from kb.model.facet_words import facet_words
from kb.model.taxonomy import WARNING, Taxonomy, Term
from kb.search.searcher import Searcher
from web.core.urls import case_url, search_url
from web.holdings.browse import Entry, kind_named
from web.holdings.maps import Maps, Place, maps
from web.ui.cards import Badge, badge
from web.words.lists import count_words, listed
from web.words.typography import curly

#: The side of the largest mark of the matrix, in pixels.
LARGEST_MARK = 32
#: The facets of which the page says what has no case.
COVERED = ("type", "project", "sector", "formation")


@dataclass(frozen=True, slots=True, kw_only=True)
class CountryRow:
    """A country with its cases: all of them, and by kind in the order of ``AtlasPage.kinds``."""

    name: str
    url: str
    count: int
    by_kind: tuple[int, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class MatrixCell:
    """A project and a type. ``size`` is the side of the mark in pixels, its area by the count."""

    mark: str
    count: int
    size: float
    label: str
    url: str


@dataclass(frozen=True, slots=True, kw_only=True)
class MatrixRow:
    """A project: its cells in the order of the types, and its cases of any type or none."""

    label: str
    url: str
    total: int
    cells: tuple[MatrixCell, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class MatrixGroup:
    """Projects under one heading."""

    heading: str
    rows: tuple[MatrixRow, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Matrix:
    """Projects by types, and by types alone in ``totals``.

    ``n_empty`` of ``n_cells`` cells have no case; ``n_outside`` cases stand in no cell,
    ``n_repeated`` in several.
    """

    types: tuple[Badge, ...]
    groups: tuple[MatrixGroup, ...]
    totals: tuple[MatrixCell, ...]
    n_cells: int
    n_empty: int
    n_outside: int
    n_repeated: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Coverage:
    """How many values of a facet have a case, and the labels of those without one."""

    facet: str
    words: str
    n_all: int
    n_held: int
    missing: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Reported:
    """What cases tell of results: ``figures`` and ``words`` count, ``none`` lists by title.

    ``warning`` is what a case is called that is a warning, empty where no status is one.
    """

    figures: int
    words: int
    none: tuple[Entry, ...]
    warning: str
    warnings: tuple[Entry, ...]
    warnings_url: str
    unclassified: int


@dataclass(frozen=True, slots=True, kw_only=True)
class AtlasPage:
    """Everything that the page shows.

    ``n_shared`` cases stand in several countries, ``n_placeless`` in none. ``kinds``
    are labels with counts, ``kind_words`` the same as parts of a sentence: ``4 networks``.
    """

    n_cases: int
    n_guides: int
    n_shared: int
    n_placeless: int
    kinds: tuple[tuple[str, int], ...]
    kind_words: tuple[str, ...]
    countries: tuple[CountryRow, ...]
    maps: Maps
    matrix: Matrix
    coverage: tuple[Coverage, ...]
    reported: Reported


class _Holding:
    """The cases, the guides and the vocabulary, with addresses that find just those cases."""

    def __init__(self, searcher: Searcher) -> None:
        self.taxonomy: Taxonomy = searcher.taxonomy
        self.cases = [case for case in searcher.cases if not case.is_guide]
        self.guides = [case for case in searcher.cases if case.is_guide]

    def url(self, **values: str | tuple[str, ...]) -> str:
        """The search for cases with these values; the kinds are named if a guide has them too."""
        filters: dict[str, Iterable[str]] = {
            facet: _several(value) for facet, value in values.items()
        }
        if any(_has(guide, **values) for guide in self.guides):
            filters["kind"] = [kind.id for kind in self.kinds]
        return search_url(filters=filters)

    @property
    def kinds(self) -> list[Term]:
        """The kinds of case, without the guide."""
        return list(self.taxonomy.reporting)

    def count(self, **values: str) -> int:
        """How many cases have these values."""
        return sum(_has(case, **values) for case in self.cases)


def atlas_page(searcher: Searcher) -> AtlasPage:
    """Count what the snapshot holds; guides are not cases."""
    held = _Holding(searcher)
    rows = country_rows(held)
    kinds = tuple((kind.label, held.count(kind=kind.id)) for kind in held.kinds)
    return AtlasPage(
        n_cases=len(held.cases),
        n_guides=len(held.guides),
        n_shared=sum(len(case.facets["country"]) > 1 for case in held.cases),
        n_placeless=sum(not case.facets["country"] for case in held.cases),
        kinds=kinds,
        kind_words=tuple(
            count_words(held.count(kind=kind.id), kind.in_line, kind.many) for kind in held.kinds
        ),
        countries=tuple(rows.values()),
        maps=maps(
            [
                Place(code=code, name=row.name, count=row.count, url=row.url)
                for code, row in rows.items()
            ]
        ),
        matrix=matrix(held),
        coverage=tuple(coverage(held, facet) for facet in COVERED),
        reported=reported(held),
    )


def country_rows(held: _Holding) -> dict[str, CountryRow]:
    """Country code to its row, most cases first and then by name; a case of two is in both."""
    counts = Counter(code for case in held.cases for code in case.facets["country"])
    names = {code: held.taxonomy.label("country", code) for code in counts}
    return {
        code: CountryRow(
            name=names[code],
            url=held.url(country=code),
            count=counts[code],
            by_kind=tuple(held.count(country=code, kind=kind.id) for kind in held.kinds),
        )
        for code in sorted(counts, key=lambda code: (-counts[code], names[code]))
    }


def matrix(held: _Holding) -> Matrix:
    """Every project by every type, in the order of the vocabulary; empty ones too."""
    types = held.taxonomy.facet("type").ids
    pairs = Counter(
        (project, type_id)
        for case in held.cases
        for project in case.facets["project"]
        for type_id in case.facets["type"]
    )
    unit = LARGEST_MARK / sqrt(max(pairs.values(), default=1))
    groups: dict[str, list[MatrixRow]] = {}
    for term in held.taxonomy.facet("project"):
        cells = tuple(
            _cell(held, type_id, pairs[term.id, type_id], unit, project=term) for type_id in types
        )
        row = MatrixRow(
            label=term.label,
            url=held.url(project=term.id),
            total=held.count(project=term.id),
            cells=cells,
        )
        groups.setdefault(term.group, []).append(row)
    n_cells = len(types) * len(held.taxonomy.facet("project").ids)
    cells_of = [len(c.facets["project"]) * len(c.facets["type"]) for c in held.cases]
    return Matrix(
        types=tuple(badge(type_id, held.taxonomy) for type_id in types),
        groups=tuple(MatrixGroup(heading=head, rows=tuple(rows)) for head, rows in groups.items()),
        totals=tuple(_cell(held, type_id, held.count(type=type_id), 0.0) for type_id in types),
        n_cells=n_cells,
        n_empty=n_cells - len(pairs),
        n_outside=cells_of.count(0),
        n_repeated=sum(n > 1 for n in cells_of),
    )


def coverage(held: _Holding, facet: str) -> Coverage:
    """Which values of a facet no case has, in the order of the vocabulary."""
    used = {value for case in held.cases for value in case.facets[facet]}
    terms = tuple(held.taxonomy.facet(facet))
    missing = tuple(term.label for term in terms if term.id not in used)
    return Coverage(
        facet=facet,
        words=facet_words(facet, held.taxonomy).many,
        n_all=len(terms),
        n_held=len(terms) - len(missing),
        missing=missing,
    )


def reported(held: _Holding) -> Reported:
    """Which cases report figures, words or nothing, and which are a warning."""
    with_figures = [c for c in held.cases if any(r.low is not None for r in c.results)]
    none = [case for case in held.cases if not case.results]
    warning = [term for term in held.taxonomy["statuses"] if term.tone == WARNING]
    ids = tuple(term.id for term in warning)
    return Reported(
        figures=len(with_figures),
        words=len(held.cases) - len(with_figures) - len(none),
        none=_entries(none, held.taxonomy),
        warning=listed((term.in_line for term in warning), "or"),
        warnings=_entries([case for case in held.cases if _has(case, status=ids)], held.taxonomy),
        warnings_url=held.url(status=ids),
        unclassified=sum(not case.facets["status"] for case in held.cases),
    )


def _cell(
    held: _Holding, type_id: str, count: int, unit: float, project: Term | None = None
) -> MatrixCell:
    kind = held.taxonomy["types"].get(type_id) or Term(id=type_id, label=type_id)
    values = {"type": type_id, **({"project": project.id} if project else {})}
    what = f"{project.label}, {kind.label}" if project else kind.label
    return MatrixCell(
        mark=kind.mark,
        count=count,
        size=round(unit * sqrt(count), 1),
        label=f"{what}: {count_words(count, 'case', 'cases')}",
        url=held.url(**values) if count else "",
    )


def _entries(cases: Sequence[Case], taxonomy: Taxonomy) -> tuple[Entry, ...]:
    return tuple(
        Entry(
            title=curly(case.title),
            url=case_url(case.id),
            kind=kind_named(case, taxonomy),
        )
        for case in sorted(cases, key=lambda case: case.title.casefold())
    )


def _has(case: Case, **values: str | tuple[str, ...]) -> bool:
    """Whether a case has in each facet the value, or any of the values."""
    return all(
        any(value in case.facets.get(facet, ()) for value in _several(values[facet]))
        for facet in values
    )


def _several(value: str | tuple[str, ...]) -> tuple[str, ...]:
    return value if isinstance(value, tuple) else (value,)
