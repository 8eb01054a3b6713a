"""The words that a made-up case has in place of those of the real one that it comes from.

A text of which they are taken out is the same for the real case and for every made one: by
that a made text is traced to the real one (``vectors.py``).
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

#: A figure within a line, and a name within a sentence.
_NUMBER = r"(?<=[ (])\d+(?:[.,]\d+)*"
_NAME = r"(?<=[a-z,;] )[A-Z][\w’-]+(?: [A-Z][\w’-]+)*"


class Words:
    """The words that are replaced by others of their kind, found in any text."""

    def __init__(
        self, of_sector: Mapping[str, Sequence[Sequence[str]]], countries: Iterable[str]
    ) -> None:
        """Prepare to find them.

        Args:
            of_sector: the words of each sector by their kind: trades, one of each trade, others.
            countries: names of countries.
        """
        self.of_sector = of_sector
        self.kind: dict[str, tuple[str, int]] = {}
        for sector, kinds in of_sector.items():
            for which, phrases in enumerate(kinds):
                for phrase in phrases:
                    self.kind.setdefault(phrase.lower(), (sector, which))
        self.countries = frozenset(name.lower() for name in countries)
        closed = _any_of({*self.kind, *self.countries})
        self._found = re.compile(rf"((?<!\w)(?i:{closed})(?!\w)|{_NAME}|{_NUMBER})")
        self._parts: dict[str, list[str]] = {}

    def replaced(self, text: str, replace: Callable[[str], str]) -> str:
        """A text with each such word replaced."""
        if text not in self._parts:  # the same real texts come again and again
            self._parts[text] = self._found.split(text)
        parts = self._parts[text].copy()
        parts[1::2] = map(replace, parts[1::2])
        return "".join(parts)

    def frame(self, text: str) -> tuple[str, tuple[str, ...]]:
        """What of a text stays when its words are replaced, and these words, lower case."""
        parts = self._found.split(text)
        taken = tuple(word.lower() for word in parts[1::2])
        parts[1::2] = ["_"] * len(taken)
        return re.sub(r"_(?: _)+", "_", "".join(parts)).lower(), taken


def _any_of(phrases: Iterable[str]) -> str:
    """A pattern for the longest of some phrases at a place, read letter by letter.

    One that tries each of a thousand phrases in turn takes ten times as long.
    """
    tree: dict[str, Any] = {}
    for phrase in phrases:
        at = tree
        for letter in phrase:
            at = at.setdefault(letter, {})
        at[""] = {}
    return _pattern(tree)


def _pattern(tree: Mapping[str, Any]) -> str:
    """The pattern of what may follow."""
    ways = [re.escape(letter) + _pattern(then) for letter, then in tree.items() if letter]
    if len(ways) == 1 and "" not in tree:
        return ways[0]
    return f"(?:{'|'.join(ways)})" + ("?" if "" in tree else "") if ways else ""
