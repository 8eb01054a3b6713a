"""The counts beside an answer: how many cases of a set have each value of each facet."""

from __future__ import annotations

from collections.abc import Mapping

from kb.engine.base import Engine
from kb.engine.filters import EVERYTHING, Filter
from kb.model.taxonomy import Taxonomy
from kb.search.answer import FacetCount
from kb.search.query import widened


class Facets:
    """Counts values over one engine. Immutable; safe to share between threads."""

    def __init__(self, engine: Engine, taxonomy: Taxonomy) -> None:
        self._engine = engine
        self._taxonomy = taxonomy
        held = engine.counts(EVERYTHING)
        #: Facet to the values that some case has, in the order of the vocabulary.
        self.values: Mapping[str, tuple[str, ...]] = {
            facet: tuple(v for v in taxonomy.facet(facet).ids if v in held.get(facet, {}))
            for facet in taxonomy.facets
        }

    def counts(self, within: Filter) -> Mapping[str, tuple[FacetCount, ...]]:
        """Counts over the cases that pass a filter, of every value that some case has."""
        counted, total = self._engine.counts(within), self._engine.count(within)
        return {
            facet: tuple(
                self._count(facet, value, counted.get(facet, {}).get(value, 0), within, total)
                for value in self.values[facet]
            )
            for facet in self.values
        }

    def _count(self, facet: str, value: str, count: int, within: Filter, total: int) -> FacetCount:
        selected = within.facets.get(facet, ())
        would_add = 0
        if selected and value not in selected and facet not in within.all_of:
            would_add = self._engine.count(widened(within, facet, value)) - total
        term = self._taxonomy.facet(facet).get(value)
        return FacetCount(
            value=value,
            label=self._taxonomy.label(facet, value),
            count=count,
            selected=value in selected,
            would_add=would_add,
            group=term.group if term else "",
        )
