"""Browsing without a query: the cases of each country, and the guides in reading order."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from kb.model.cases import Case
from kb.model.compendium import Compendium
from kb.model.holdings import Counted
from kb.model.taxonomy import Taxonomy, Term

#: The facets of the page, in its order.
SECTIONS = (
    *("type", "project", "sector", "results", "formation", "status"),
    *("kind", "decade", "teaching", "collection"),
)


def by_title(cases: Iterable[Case]) -> list[Case]:
    """Cases by title, capitals and small letters alike."""
    return sorted(cases, key=lambda case: case.title.casefold())


def countries_by_cases(counted: Counted, taxonomy: Taxonomy) -> tuple[Term, ...]:
    """The countries that have cases, most cases first and then by name."""
    held = counted.terms("country", taxonomy)
    return tuple(sorted(held, key=lambda term: -counted.count(country=term.id)))


def guide_parts(compendium: Compendium) -> tuple[tuple[str, Sequence[Case]], ...]:
    """The guides under the parts that they are read in, each at its place.

    Those that say of no part come last, by title.
    """
    guides = by_title(compendium.guides)
    parts = [
        (part.label, [one for one in guides if one.reading and one.reading.part == part.id])
        for part in compendium.taxonomy["guide_parts"]
    ]
    rest = [guide for guide in guides if guide.reading is None]
    last = "More" if any(found for _, found in parts) else "By title"
    return tuple(
        (heading, sorted(found, key=lambda guide: guide.reading.place if guide.reading else 0))
        for heading, found in (*parts, (last, rest))
        if found
    )
