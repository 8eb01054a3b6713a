"""The page of where and what: maps, project by type, and what the compendium does not hold."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from math import sqrt

from kb.engine.filters import Filter
from kb.model.cases import Case
from kb.model.holdings import Holdings
from kb.model.taxonomy import WARNING, Taxonomy, Term
from kb.search.searcher import Searcher
from web.core.urls import search_url
from web.holdings.browse import countries_by_cases
from web.holdings.maps import Maps, maps_of
from web.words.lists import count_words

#: The side of the largest mark of the matrix, in pixels.
LARGEST_MARK = 32
#: A list of cases names the first so many.
LISTED = 250


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
        silent: cases that report no result, the first by title.
        warning: the statuses that stand for a warning.
        n_warnings: cases with one of them.
        warnings: the first of these by title.
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
    silent: Sequence[Case]
    warning: tuple[Term, ...]
    n_warnings: int
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
    def n_silent_unlisted(self) -> int:
        """How many cases that report no result ``silent`` leaves out."""
        return self.held.cases.n_silent - len(self.silent)

    @property
    def n_warnings_unlisted(self) -> int:
        """How many cases with a warning ``warnings`` leaves out."""
        return self.n_warnings - len(self.warnings)

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
    cells = [
        held.cases.count(project=project.id, type=type_.id)
        for project in taxonomy.facet("project")
        for type_ in taxonomy.facet("type")
    ]
    warning = tuple(term for term in taxonomy["statuses"] if term.tone == WARNING)
    warned = replace(searcher.reporting, facets={"status": tuple(term.id for term in warning)})
    silent = replace(searcher.reporting, without={"results": taxonomy["metrics"].ids})
    return AtlasPage(
        held=held,
        guides=searcher.compendium.guides,
        taxonomy=taxonomy,
        countries=countries_by_cases(held.cases, taxonomy),
        regions=regions_of(searcher),
        maps=maps_of(searcher),
        n_shared=held.cases.n_several["country"],
        n_placeless=held.cases.n_without["country"],
        n_cells=len(cells),
        n_empty=cells.count(0),
        n_outside=held.cases.n_uncrossed,
        n_repeated=held.cases.n_crossed,
        most_in_cell=max(cells, default=0),
        silent=searcher.first_by_title(silent, LISTED),
        warning=warning,
        n_warnings=searcher.engine.count(warned) if warning else 0,
        warnings=searcher.first_by_title(warned, LISTED) if warning else (),
        n_unclassified=held.cases.n_without["status"],
    )


def regions_of(searcher: Searcher) -> Sequence[Region]:
    """The regions whose countries have cases; countries without a region come last."""
    counted, taxonomy = searcher.compendium.holdings.cases, searcher.taxonomy
    by_name: dict[str, list[Term]] = {}
    for country in counted.terms("country", taxonomy):
        by_name.setdefault(country.group, []).append(country)
    regions = []
    for name, countries in by_name.items():
        codes = tuple(country.id for country in countries)
        kinds = [
            searcher.engine.count(Filter(facets={"country": codes}, kinds=(kind.id,)))
            for kind in taxonomy.reporting
        ]
        regions.append(
            Region(
                name=name or "Elsewhere",
                countries=[(country, counted.count(country=country.id)) for country in countries],
                by_kind=kinds,
                n=sum(kinds),
            )
        )
    return sorted(regions, key=lambda region: (-region.n, region.name))


def _has(case: Case, facet: str, values: Iterable[str]) -> bool:
    return any(value in case.facets.get(facet, ()) for value in values)
