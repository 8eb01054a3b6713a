"""The counts beside an answer: how many cases of a set have each value of each facet."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from kb.engine.base import Engine
from kb.engine.filters import EVERYTHING, Filter
from kb.model.taxonomy import Taxonomy
from kb.search.answer import FacetCount
from kb.search.query import relaxed, widened


class Facets:
    """Counts values over one engine. Immutable; safe to share between threads."""

    def __init__(self, engine: Engine, taxonomy: Taxonomy) -> None:
        self._engine = engine
        held = engine.counts(EVERYTHING)
        #: Facet to the values that some case has, in the order of the vocabulary.
        self.values: Mapping[str, tuple[str, ...]] = {
            facet: tuple(v for v in taxonomy.facet(facet).ids if v in held.get(facet, {}))
            for facet in taxonomy.facets
        }
        #: The count of each of them where no case has it.
        self._none = {
            facet: [
                FacetCount(value=value, label=term.label, count=0, group=term.group)
                for value in values
                for term in [taxonomy.term(facet, value)]
            ]
            for facet, values in self.values.items()
        }

    def counts(
        self, within: Filter, among: np.ndarray | None = None
    ) -> Mapping[str, tuple[FacetCount, ...]]:
        """Counts over the cases that pass a filter, of every value that some case has.

        Args:
            within: what must be passed.
            among: rows, each once; only these count. None counts all.
        """
        counted = self._engine.counts(within, among)
        return {
            facet: self._of(facet, counted.get(facet, {}), within, among) for facet in self.values
        }

    def _of(
        self, facet: str, counted: Mapping[str, int], within: Filter, among: np.ndarray | None
    ) -> tuple[FacetCount, ...]:
        selected = within.facets.get(facet, ())
        adding: Mapping[str, int] = {}
        if selected and facet not in within.all_of:
            adding = self._would_add(facet, within, among)
        told = {*counted, *selected, *adding}
        return tuple(
            FacetCount(
                value=none.value,
                label=none.label,
                group=none.group,
                count=counted.get(none.value, 0),
                selected=none.value in selected,
                would_add=0 if none.value in selected else adding.get(none.value, 0),
            )
            if none.value in told
            else none
            for none in self._none[facet]
        )

    def _would_add(self, facet: str, within: Filter, among: np.ndarray | None) -> Mapping[str, int]:
        """How many more pass with one value more in a facet that has a selection.

        They are those that pass everything else and not yet that facet.
        """
        found = self._engine.matching(within, among)
        if within.figure is not None and facet == "results":
            # The figure may then be in that metric too, so each value is asked for itself.
            return {
                value: len(self._engine.matching(widened(within, facet, value), among)) - len(found)
                for value in self.values[facet]
            }
        others = relaxed(within, facet)
        more = np.setdiff1d(self._engine.matching(others, among), found, assume_unique=True)
        return self._engine.counts(EVERYTHING, more).get(facet, {})
