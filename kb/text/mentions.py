"""Words of a query that name a facet's value: "Norwegian", "exporting", "soft network".

They are offered as filters and given as reasons; nothing is filtered in silence.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from kb.model.taxonomy import Taxonomy

#: Facets whose values people name. ``kind`` is left out: "network" is in every query.
MENTIONED_FACETS = ("country", "type", "project", "sector", "form", "formation", "status")

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
        values: dict[str, tuple[str, ...]],
        stems: Callable[[str], Sequence[str]],
    ) -> None:
        """Prepare the phrases.

        Args:
            taxonomy: labels and aliases.
            values: facet to the values that at least one case has.
            stems: the stems of a word in the word index, so that inflected forms meet.
        """
        self._stems = stems
        self._phrases: dict[tuple[str, ...], list[Mention]] = {}
        for facet in MENTIONED_FACETS:
            for term in taxonomy.facet(facet):
                if term.id in values.get(facet, ()):
                    mention = Mention(facet=facet, value=term.id, label=term.label)
                    self._add(mention, (term.label, *term.aliases))
        self._longest = max(map(len, self._phrases), default=0)

    def _add(self, mention: Mention, names: Sequence[str]) -> None:
        for name in names:
            phrase = self._stemmed(name)
            if phrase and mention not in self._phrases.setdefault(phrase, []):
                self._phrases[phrase].append(mention)

    def find(self, text: str) -> tuple[Mention, ...]:
        """The mentions in a text, longest phrases first taken, in the order of the text."""
        stems = self._stemmed(text)
        found: dict[Mention, None] = {}
        at = 0
        while at < len(stems):
            for length in range(min(self._longest, len(stems) - at), 0, -1):
                mentions = self._phrases.get(stems[at : at + length])
                if mentions:
                    found.update(dict.fromkeys(mentions))
                    at += length - 1
                    break
            at += 1
        return tuple(found)

    def _stemmed(self, text: str) -> tuple[str, ...]:
        """The stems of a text in order, repeated where words are: "joint A and joint B"."""
        return tuple(stem for word in _WORD.findall(text) for stem in self._stems(word))
