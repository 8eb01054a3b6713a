"""The page of where and what: maps, project by type, and what the compendium does not hold."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from math import sqrt

from kb.model.cases import Case
from kb.model.holdings import Counted, Holdings
from kb.model.taxonomy import WARNING, Taxonomy, Term
from kb.search.searcher import Searcher
from web.core.urls import search_url
from web.holdings.browse import by_title, countries_by_cases
from web.holdings.maps import Maps, maps_of
from web.words.lists import count_words

#: The side of the largest mark of the matrix, in pixels.
LARGEST_MARK = 32


@dataclass(frozen=True, slots=True, kw_only=True)
class Region:
    """The countries of a region that have cases, with how many, and its cases by kind.

    A case of several of its countries counts once in ``by_kind`` and ``n``.
    """

    name: str
    countries: Sequence[tuple[Term, int]]
    by_kind: Sequence[int]
    n: int


@dataclass(frozen=True, slots=True, kw_only=True)
class AtlasPage:
    """What the page shows beyond single counts, which the template asks of ``held``.

    Attributes:
        held: everything counted; guides are not cases.
        taxonomy: the vocabulary.
        countries: those with cases, most cases first.
        regions: the same under their regions, those with most cases first.
        maps: the countries drawn.
        n_shared: cases that stand in several countries.
        n_placeless: cases that stand in none.
        n_cells: cells of the matrix, a project by a type each.
        n_empty: those without a case.
        n_outside: cases in no cell.
        n_repeated: cases in several cells.
        most_in_cell: the cases of the cell that has most.
        n_figures: cases that report a figure.
        n_words: cases that report results in words alone.
        silent: cases that report none, by title.
        warning: the statuses that stand for a warning.
        warnings: cases with one of them, by title.
        n_unclassified: cases of which no status is noted.
    """

    held: Holdings
    guides: Sequence[Case]
    taxonomy: Taxonomy
    countries: tuple[Term, ...]
    regions: Sequence[Region]
    maps: Maps
    n_shared: int
    n_placeless: int
    n_cells: int
    n_empty: int
    n_outside: int
    n_repeated: int
    most_in_cell: int
    n_figures: int
    n_words: int
    silent: Sequence[Case]
    warning: tuple[Term, ...]
    warnings: Sequence[Case]
    n_unclassified: int

    def side(self, count: int) -> float:
        """The side of the mark for so many cases in pixels: its area grows with the count."""
        return round(LARGEST_MARK / sqrt(self.most_in_cell or 1) * sqrt(count), 1)

    def url(self, **values: str) -> str:
        """The search for the cases with these values, one of a facet."""
        has_guide = self.held.everything.count(**values) > self.held.cases.count(**values)
        return self._search({facet: [one] for facet, one in values.items()}, has_guide)

    @property
    def kinds(self) -> tuple[str, ...]:
        """How many cases there are of each kind: ``4 networks``."""
        return tuple(
            count_words(self.held.cases.count(kind=kind.id), kind.in_line, kind.many)
            for kind in self.taxonomy.reporting
        )

    @property
    def warnings_url(self) -> str:
        """The search for the cases with a status that stands for a warning."""
        ids = [term.id for term in self.warning]
        has_guide = any(_has(guide, "status", ids) for guide in self.guides)
        return self._search({"status": ids}, has_guide)

    def _search(self, filters: Mapping[str, Sequence[str]], has_guide: bool) -> str:
        """A search that finds cases alone: the kinds are named if a guide would be found too."""
        kinds = {"kind": [kind.id for kind in self.taxonomy.reporting]} if has_guide else {}
        return search_url(filters={**filters, **kinds})


def atlas_page(searcher: Searcher) -> AtlasPage:
    """Gather what the snapshot holds."""
    held, taxonomy = searcher.compendium.holdings, searcher.taxonomy
    cases = searcher.listed(searcher.reporting)
    cells = [
        held.cases.count(project=project.id, type=type_.id)
        for project in taxonomy.facet("project")
        for type_ in taxonomy.facet("type")
    ]
    cells_of = [len(case.facets["project"]) * len(case.facets["type"]) for case in cases]
    silent = [case for case in cases if not case.results]
    n_figures = sum(any(one.low is not None for one in case.results) for case in cases)
    warning = tuple(term for term in taxonomy["statuses"] if term.tone == WARNING)
    return AtlasPage(
        held=held,
        guides=searcher.compendium.guides,
        taxonomy=taxonomy,
        countries=countries_by_cases(held.cases, taxonomy),
        regions=regions_of(held.cases, cases, taxonomy),
        maps=maps_of(searcher),
        n_shared=sum(len(case.facets["country"]) > 1 for case in cases),
        n_placeless=sum(not case.facets["country"] for case in cases),
        n_cells=len(cells),
        n_empty=cells.count(0),
        n_outside=cells_of.count(0),
        n_repeated=sum(n > 1 for n in cells_of),
        most_in_cell=max(cells, default=0),
        n_figures=n_figures,
        n_words=len(cases) - n_figures - len(silent),
        silent=by_title(silent),
        warning=warning,
        warnings=by_title(
            case for case in cases if _has(case, "status", [term.id for term in warning])
        ),
        n_unclassified=sum(not case.facets["status"] for case in cases),
    )


def regions_of(counted: Counted, every: Iterable[Case], taxonomy: Taxonomy) -> Sequence[Region]:
    """The regions whose countries have cases; countries without a region come last."""
    by_name: dict[str, list[Term]] = {}
    for country in counted.terms("country", taxonomy):
        by_name.setdefault(country.group, []).append(country)
    regions = []
    for name, countries in by_name.items():
        codes = [country.id for country in countries]
        cases = [case for case in every if _has(case, "country", codes)]
        kinds = [case.kind for case in cases]
        regions.append(
            Region(
                name=name or "Elsewhere",
                countries=[(country, counted.count(country=country.id)) for country in countries],
                by_kind=[kinds.count(kind.id) for kind in taxonomy.reporting],
                n=len(cases),
            )
        )
    return sorted(regions, key=lambda region: (-region.n, region.name))


def _has(case: Case, facet: str, values: Iterable[str]) -> bool:
    return any(value in case.facets.get(facet, ()) for value in values)
