"""Words of a query that name a facet's value: "Norwegian", "exporting", "soft network".

They are offered as filters and given as reasons; nothing is filtered in silence.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from kb.model.facets import FACETS, MADE_FACETS
from kb.model.taxonomy import Taxonomy
from kb.text.analysis import stems

#: Facets whose values people name. ``kind`` is left out, as "network" is in every query, and
#: ``results``, as sales and costs are; a collection is no subject.
MENTIONED_FACETS = tuple(
    facet for facet in FACETS if facet not in ("kind", "results", *MADE_FACETS)
)

_WORD = re.compile(r"\w+")


@dataclass(frozen=True, slots=True, kw_only=True)
class Mention:
    """One value of a facet that a query names: offered as a filter, never applied in silence."""

    facet: str
    value: str
    label: str


class MentionFinder:
    """Finds mentions of the values of one compendium."""

    def __init__(
        self,
        taxonomy: Taxonomy,
        values: Mapping[str, tuple[str, ...]],
    ) -> None:
        """Prepare the phrases.

        Args:
            taxonomy: labels, aliases and trades.
            values: facet to the values that at least one case has.
        """
        self._phrases: dict[tuple[str, ...], list[Mention]] = {}
        for facet in MENTIONED_FACETS:
            for term in taxonomy.facet(facet):
                if term.id in values.get(facet, ()):
                    mention = Mention(facet=facet, value=term.id, label=term.label)
                    self._add(mention, (term.label, *term.aliases, *term.trade_names))
        self._longest = max(map(len, self._phrases), default=0)

    def _add(self, mention: Mention, names: Sequence[str]) -> None:
        for name in names:
            phrase = self._stemmed(name)
            if phrase and mention not in self._phrases.setdefault(phrase, []):
                self._phrases[phrase].append(mention)

    def find(self, text: str) -> tuple[Mention, ...]:
        """The mentions in a text, longest phrases first taken, in the order of the text."""
        stemmed = self._stemmed(text)
        named: dict[Mention, None] = {}
        at = 0
        while at < len(stemmed):
            for length in range(min(self._longest, len(stemmed) - at), 0, -1):
                mentions = self._phrases.get(stemmed[at : at + length])
                if mentions:
                    named.update(dict.fromkeys(mentions))
                    at += length - 1
                    break
            at += 1
        return tuple(named)

    def _stemmed(self, text: str) -> tuple[str, ...]:
        """The stems of a text in order, repeated where words are: "joint A and joint B"."""
        return tuple(stem for word in _WORD.findall(text) for stem in stems(word))
