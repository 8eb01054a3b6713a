"""Where the words of some texts stand, by their stems: a build writes it down, a search reads it.

Whoever shows where the words of a query stand would read every text that it shows, word by word.
What a word is read as depends on its text alone, so that is found out once, by the build. What is
left for a query is to look up its own stems.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from kb.text.analysis import places

#: From where up to where words of a query stand in a text, in order.
Spans = tuple[tuple[int, int], ...]


@dataclass(frozen=True, slots=True)
class WordPlaces:
    """Where the stems that count stand in some texts, such as those of a case.

    ``line`` has each stem and behind it its places, ``text:start:length`` with commas between, and
    a space before and after all of them. No stem has a colon or a space in it.
    """

    line: str

    @classmethod
    def of(cls, texts: Sequence[str]) -> WordPlaces:
        """Where the stems of some texts stand."""
        found: dict[str, list[str]] = {}
        for number, text in enumerate(texts):
            for stem, start, end in places(text):
                found.setdefault(stem, []).append(f"{number}:{start}:{end - start}")
        fields = (field for stem, those in found.items() for field in (stem, ",".join(those)))
        return cls(" ".join(("", *fields, "")))

    def spans(self, stems: Iterable[str]) -> Mapping[int, Spans]:
        """Where any of some stems stands, in each text that has one."""
        found: dict[int, set[tuple[int, int]]] = {}
        for stem in stems:
            for text, start, length in self._places(stem):
                found.setdefault(text, set()).add((start, start + length))
        return {text: tuple(sorted(those)) for text, those in found.items()}

    def _places(self, stem: str) -> list[list[int]]:
        sought = f" {stem} "
        at = self.line.find(sought)
        if at < 0:
            return []
        begin = at + len(sought)
        those = self.line[begin : self.line.index(" ", begin)]
        return [list(map(int, one.split(":"))) for one in those.split(",")]


def words_at(text: str, spans: Spans) -> tuple[str, ...]:
    """The words at some places of a text as it writes them, in small letters, each once."""
    return tuple(dict.fromkeys([text[start:end].lower() for start, end in spans]))
