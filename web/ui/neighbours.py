"""What is near a term that has no case, or few: terms that have some, nearest first."""

from __future__ import annotations

from collections.abc import Sequence

from kb.model.holdings import Counted
from kb.model.taxonomy import Taxonomy, Term
from web.ui.world import distance

#: How many neighbours a page names.
NEIGHBOURS = 8
#: A term and how many cases there are.
CountedTerm = tuple[Term, int]


def neighbours(
    facet: str, term: Term, counted: Counted, taxonomy: Taxonomy
) -> Sequence[CountedTerm]:
    """Other terms that have cases: the nearest countries, or those under the same heading."""
    others = (one for one in taxonomy.facet(facet) if one.id != term.id)
    held = [(one, n) for one in others if (n := counted.count(**{facet: one.id}))]
    if facet != "country":
        return [pair for pair in held if pair[0].group == term.group][:NEIGHBOURS]

    def way(pair: CountedTerm) -> tuple[float, bool, str]:
        country = pair[0]
        return (distance(term.id, country.id), country.group != term.group, country.label)

    return sorted(held, key=way)[:NEIGHBOURS]
