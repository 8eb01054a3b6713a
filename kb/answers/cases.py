"""Cases as data."""

from __future__ import annotations

from kb.model.cases import Case
from kb.model.taxonomy import Taxonomy
from kb.search.answer import Reason

#: What two cases may share that says something of them; most networks are hard, and most succeed.
SHARED_FACETS = ("country", "type", "project", "sector", "formation")


def shared_values(case: Case, other: Case, taxonomy: Taxonomy) -> tuple[Reason, ...]:
    """The values that two cases both have, in the order of ``SHARED_FACETS`` and of the other."""
    return tuple(
        Reason(kind="facet", facet=facet, value=value, label=taxonomy.label(facet, value))
        for facet in SHARED_FACETS
        for value in other.facets.get(facet, ())
        if value in case.facets.get(facet, ())
    )
