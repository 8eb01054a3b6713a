"""The vocabulary as data: every value that a filter accepts, and the lists that results use."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Annotated

from pydantic import Field

from kb.model.taxonomy import Activity, Taxonomy, Trade, Vocabulary


@dataclass(frozen=True, slots=True, kw_only=True)
class TermAnswer:
    """One value of a vocabulary."""

    id: str
    label: str
    definition: str
    aliases: tuple[str, ...]
    group: str
    trades: Annotated[
        tuple[Trade, ...], Field(description="What owners call their trade; understood as its name")
    ]
    activities: Annotated[
        tuple[Activity, ...], Field(description="Codes and titles of ISIC Rev. 4, of a sector")
    ]


@dataclass(frozen=True, slots=True, kw_only=True)
class TaxonomyAnswer:
    """The vocabulary: facets by parameter name, and the lists that results use."""

    snapshot: str
    facets: Mapping[str, tuple[TermAnswer, ...]]
    units: tuple[TermAnswer, ...]
    levels: tuple[TermAnswer, ...]
    directions: tuple[TermAnswer, ...]


def taxonomy_answer(taxonomy: Taxonomy, snapshot: str) -> TaxonomyAnswer:
    """The vocabulary of a snapshot."""
    return TaxonomyAnswer(
        snapshot=snapshot,
        facets={facet: _terms(taxonomy.facet(facet)) for facet in taxonomy.facets},
        units=_terms(taxonomy["units"]),
        levels=_terms(taxonomy["levels"]),
        directions=_terms(taxonomy["directions"]),
    )


def _terms(vocabulary: Vocabulary) -> tuple[TermAnswer, ...]:
    return tuple(
        TermAnswer(
            id=term.id,
            label=term.label,
            definition=term.definition,
            aliases=term.aliases,
            group=term.group,
            trades=term.trades,
            activities=term.activities,
        )
        for term in vocabulary
    )
