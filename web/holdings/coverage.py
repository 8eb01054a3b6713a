"""What is missing and wanted: answers to questions, countries, trades, years, evidence."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from kb.model.coverage import DivisionCoverage, wanted_divisions
from kb.model.holdings import Counted
from kb.model.taxonomy import Taxonomy, Term
from kb.search.searcher import Searcher

#: The facets of which the page says what has no case.
COVERED = ("type", "project", "sector", "formation")
#: A decade has as many years.
DECADE = 10


@dataclass(frozen=True, slots=True, kw_only=True)
class RegionCoverage:
    """A region of the world: how many of its countries have cases, and which have none."""

    name: str
    n_held: int
    n_all: int
    missing: Sequence[Term]


@dataclass(frozen=True, slots=True, kw_only=True)
class CoveragePage:
    """What is missing.

    Attributes:
        wanted: what readers asked for, to their questions; what was asked most comes first.
        regions: the regions, those first that lack most.
        n_countries: countries that have cases.
        missing: facet to the terms that no case has, facets without such left out.
        divisions: divisions of the classification in which owners are found and no case is.
        decades: a decade (1990) to the cases whose period ends in it, oldest first, every
            decade between them too.
        n_undated: cases of which no year is told.
        kinds: each kind of document that reports, with its cases.
        evidence: cases that report a figure, words alone, or no result, in this order.
        statuses: each status with its cases.
        n_unclassified: cases of which no status is noted.
    """

    wanted: Sequence[tuple[str, Sequence[str]]]
    regions: Sequence[RegionCoverage]
    n_countries: int
    missing: Mapping[str, Sequence[Term]]
    divisions: Sequence[DivisionCoverage]
    decades: Mapping[int, int]
    n_undated: int
    kinds: Sequence[tuple[Term, int]]
    evidence: tuple[int, int, int]
    statuses: Sequence[tuple[Term, int]]
    n_unclassified: int
    n: int


def coverage_page(searcher: Searcher) -> CoveragePage:
    """Gather what the snapshot lacks."""
    compendium, taxonomy = searcher.compendium, searcher.taxonomy
    counted = compendium.holdings.cases
    wanted = sorted(compendium.wanted.items(), key=lambda item: -len(item[1]))
    without = {
        facet: [term for term in taxonomy.facet(facet) if not counted.count(**{facet: term.id})]
        for facet in COVERED
    }
    decades = every_decade(counted.ended)

    def n_of_sectors(ids: Sequence[str]) -> int:
        return searcher.engine.count(replace(searcher.reporting, facets={"sector": tuple(ids)}))

    return CoveragePage(
        wanted=wanted,
        regions=regions_covered(counted, taxonomy),
        n_countries=len(counted.terms("country", taxonomy)),
        missing={facet: terms for facet, terms in without.items() if terms},
        divisions=wanted_divisions(taxonomy, n_of_sectors),
        decades=decades,
        n_undated=counted.n - sum(decades.values()),
        kinds=[(kind, counted.count(kind=kind.id)) for kind in taxonomy.reporting],
        evidence=(counted.n_figures, counted.n_in_words, counted.n_silent),
        statuses=[(one, counted.count(status=one.id)) for one in taxonomy.facet("status")],
        n_unclassified=counted.n_without["status"],
        n=counted.n,
    )


def regions_covered(counted: Counted, taxonomy: Taxonomy) -> Sequence[RegionCoverage]:
    """Each region of the world; one that no country of the world is said to lie in has none."""
    by_name: dict[str, list[Term]] = {}
    for country in taxonomy.every("country"):
        by_name.setdefault(country.group, []).append(country)
    regions = []
    for name, countries in by_name.items():
        missing = [country for country in countries if not counted.count(country=country.id)]
        regions.append(
            RegionCoverage(
                name=name,
                n_held=len(countries) - len(missing),
                n_all=len(countries),
                missing=missing,
            )
        )
    named = [region for region in regions if region.name]
    return sorted(named, key=lambda region: (region.n_held / region.n_all, region.name))


def every_decade(counts: Mapping[int, int]) -> Mapping[int, int]:
    """How many cases end in each decade, from the first to the last that has any."""
    if not counts:
        return {}
    decades = range(min(counts), max(counts) + 1, DECADE)
    return {decade: counts.get(decade, 0) for decade in decades}
