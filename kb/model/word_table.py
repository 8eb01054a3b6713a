"""Words of other languages with their English meanings: a glossary, and what becomes of it."""

from __future__ import annotations

from abc import abstractmethod
from bisect import bisect_left
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from operator import methodcaller
from typing import Any

_n_spaces = methodcaller("count", " ")


@dataclass(frozen=True, slots=True, kw_only=True)
class Glossary:
    """What people write.

    ``terms`` maps an English term to language to the ways to say it, as written, in the
    order of the file. ``function_words`` maps a language to words that have no English
    here but show the language.
    """

    terms: Mapping[str, Mapping[str, tuple[str, ...]]] = field(default_factory=dict)
    function_words: Mapping[str, tuple[str, ...]] = field(default_factory=dict)


class FormsInOrder(Mapping[str, int]):
    """Forms of a language that lie in order somewhere, so that nobody looks through all of them.

    ``in_order`` are the forms themselves; ``longest`` is the number of words of the longest.
    """

    in_order: Sequence[str]
    longest: int

    @abstractmethod
    def may_begin(self, word: str) -> bool:
        """Whether a phrase may begin with a word: of some with which none does it is said, too."""


def longest_of(forms: Iterable[str]) -> int:
    """The number of words of the longest of some forms; 0 without any."""
    return max(map(_n_spaces, forms), default=-1) + 1


def beginnings_of(forms: Iterable[str]) -> frozenset[str]:
    """The first words of those of some forms that have more than one."""
    return frozenset(form[: form.index(" ")] for form in forms if " " in form)


@dataclass(frozen=True)
class WordTable:
    """What a web worker looks words up in.

    ``meanings`` are groups of English terms; ``forms`` maps a language to the folded
    forms of its words and phrases, and each to the place of its group. The group of a
    function word is empty.
    """

    meanings: Sequence[tuple[str, ...]] = ()
    forms: Mapping[str, Mapping[str, int]] = field(default_factory=dict)

    @cached_property
    def longest(self) -> Mapping[str, int]:
        """Language to the number of words of its longest phrase."""
        return {
            language: forms.longest if isinstance(forms, FormsInOrder) else longest_of(forms)
            for language, forms in self.forms.items()
        }

    @cached_property
    def in_order(self) -> Mapping[str, Sequence[str]]:
        """Language to its folded forms in their order, to look for how they begin."""
        return {
            language: forms.in_order if isinstance(forms, FormsInOrder) else tuple(sorted(forms))
            for language, forms in self.forms.items()
        }

    @cached_property
    def _beginnings(self) -> Mapping[str, Collection[str]]:
        """Language to the first words of its phrases; none of forms that tell these themselves."""
        return {
            language: () if isinstance(forms, FormsInOrder) else beginnings_of(forms)
            for language, forms in self.forms.items()
        }

    def may_begin(self, language: str, word: str) -> bool:
        """Whether a phrase of a language may begin with a word; hardly ever where none does."""
        forms = self.forms[language]
        if isinstance(forms, FormsInOrder):
            return forms.may_begin(word)
        return word in self._beginnings[language]

    def beginning_with(self, letters: str, most: int) -> Iterator[tuple[str, ...]]:
        """The English terms of each form that begins so, in every language.

        Args:
            letters: folded.
            most: so many forms of a language are looked at, in their order.
        """
        for language, forms in self.in_order.items():
            first = bisect_left(forms, letters)
            for at in range(first, min(first + most, len(forms))):
                form = forms[at]
                if form.startswith(letters):
                    yield self.meanings[self.forms[language][form]]

    def as_json(self) -> dict[str, Any]:
        """The table in lists and mappings that JSON can carry."""
        return {
            "meanings": [list(group) for group in self.meanings],
            "forms": {language: dict(forms) for language, forms in self.forms.items()},
        }

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> WordTable:
        """The table that ``as_json`` gave; its makers answer for what is in it."""
        return cls(meanings=tuple(map(tuple, data["meanings"])), forms=data["forms"])
