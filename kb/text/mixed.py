"""English with words of other languages in it: "we want to sell fromage together".

A word that English does not know and the glossary does is put into English where it stands; what
belongs to it there ("con otros productores de queso") goes with it, and the rest stays as it is.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial

from kb.model.word_table import WordTable
from kb.text.analysis import terms as terms_of
from kb.text.analysis import words as words_in
from kb.text.english import how_common
from kb.text.folding import fold
from kb.text.translate import Translation, in_english

#: A word of its own, and not what an apostrophe cuts off in English.
_WORD = re.compile(
    r"(?<![^\W_])(?!(?<=['’])(?:s|d|m|t|ll|re|ve)\b)[^\W\d_][^\W\d_\u0300-\u036f]*", re.IGNORECASE
)
#: Shorter words say nothing of a language, and shorter compounds are slips of typing.
_SHORTEST, _SHORTEST_COMPOUND = 3, 9
#: Beside a word of its language, one that is rare in English is of that language, too, and so is
#: a function word that is no common word of English (zipf).
_RARE, _NOT_COMMON = 3.3, 5.2
#: No function word of English is less common.
_OF_ALL = 5.8
#: So many words of its language may stand between two that English does not know.
_MOST_BETWEEN = 3
#: Letters in which the forms of a word agree.
_STEM = 5
#: Words of English without their sign.
_CONTRACTED = frozenset("cant dont isnt wont".split())
#: The language that writes its nouns with a capital.
_CAPITALS = "de"


@dataclass(frozen=True, slots=True)
class _Typed:
    """A word of a text: where it stands, how common in English, and what it is elsewhere."""

    start: int
    end: int
    common: float
    languages: frozenset[str]
    meanings: tuple[str, ...]
    is_foreign: bool

    @property
    def joins(self) -> bool:
        """Whether it goes with a word of its language that stands beside it."""
        return bool(self.languages) and self.common < (_RARE if self.meanings else _NOT_COMMON)

    def leads(self, languages: frozenset[str]) -> bool:
        """Whether it is a function word of one of some languages, as "de" is."""
        return not self.meanings and bool(self.languages & languages) and self.common < _OF_ALL


@dataclass(frozen=True, slots=True, kw_only=True)
class Known:
    """What tells the languages of words apart.

    Attributes:
        table: where to look words up.
        own: how common a word in lower case is in the compendium; 0 of one that is not there.
        places: what countries are called in other languages, folded, and in English.
        slip: the English word of which one is a likely slip of typing; None of which it is none.
    """

    table: WordTable
    own: Callable[[str], float]
    places: Mapping[str, str]
    slip: Callable[[str], str | None]


def foreign_words(text: str, known: Known) -> frozenset[str]:
    """The words of a text, as written, that are read in another language: no slips of English."""
    typed = _typed(text, known)
    return frozenset(
        text[one.start : one.end]
        for first, last in _stretches(typed)
        for one in typed[first : last + 1]
    )


def read_mixed(text: str, known: Known) -> Translation | None:
    """An English text with its words of other languages put into English; None without any."""
    typed = _typed(text, known)
    terms: list[str] = []
    groups: list[tuple[str, ...]] = []

    def keep(end: int) -> None:
        part = text[at:end].strip()
        if words_in(part):
            terms.append(part)
            groups.extend((stem,) for stem in terms_of(part))

    at = 0
    for first, last in _stretches(typed):
        start, end = typed[first].start, typed[last].end
        read = _read(text, typed[first : last + 1], known.table)
        keep(start)
        at = end
        terms.extend(term for group in read for term in group)
        groups.extend(read)
    keep(len(text))
    if not (at and terms):
        return None
    return Translation(
        text=text, english=True, terms=tuple(dict.fromkeys(terms)), groups=tuple(groups)
    )


def _typed(text: str, known: Known) -> list[_Typed]:
    """The words of a text, in order; none where no other language knows one better."""
    found = list(_WORD.finditer(text))
    elsewhere: dict[str, tuple[frozenset[str], tuple[str, ...]]] = {}
    for word in dict.fromkeys(match.group() for match in found):
        if not word.isascii() or how_common(word) < _RARE:
            elsewhere[word] = _elsewhere(word, known)
    if not any(languages for languages, _ in elsewhere.values()):
        return []
    names = _names(found)
    side_by_side = {at for at in names if at - 1 in names or at + 1 in names}
    has_small = any(match.group().islower() for match in found)
    typed: list[_Typed] = []
    for at, match in enumerate(found):
        word = match.group()
        if word not in elsewhere:
            elsewhere[word] = _elsewhere(word, known)
        languages, meanings = elsewhere[word]
        is_place = meanings == (known.places.get(fold(word)),)
        is_of_german = _CAPITALS in languages and at not in side_by_side
        if at in names and not (is_place or is_of_german):
            languages, meanings = frozenset(), ()
        common = _in_english(word, meanings)
        is_unknown = not common or (common < _RARE and bool(typed) and typed[-1].leads(languages))
        is_foreign = (
            bool(languages)
            and is_unknown
            and len(word) >= _SHORTEST
            and word not in _CONTRACTED
            and not (word.isupper() and has_small)
            and (bool(meanings) or word.islower())
        )
        if is_foreign and meanings and not is_place and known.own(word.lower()):
            # The compendium says it, too: both are looked for, unless they are one.
            is_foreign = not any(map(partial(_begin_alike, word), meanings))
            meanings = (word, *meanings)
        typed.append(_Typed(match.start(), match.end(), common, languages, meanings, is_foreign))
    return [_settled(text, typed, at, known) for at in range(len(typed))]


def _names(found: Sequence[re.Match[str]]) -> frozenset[int]:
    """Which words may be names: those with a capital in a text that has small ones.

    The first word of a text has one in any case. Where two stand side by side they are names in
    German, too.
    """
    written = [match.group() for match in found]
    if not any(map(str.islower, written)):
        return frozenset()
    return frozenset(at for at, word in enumerate(written) if at and word[0].isupper())


def _settled(text: str, typed: Sequence[_Typed], at: int, known: Known) -> _Typed:
    """A word as it is read beside the others.

    Alone among English ones it is rather a slip of English, where it is a likely one: "smal".
    """
    one, word = typed[at], text[typed[at].start : typed[at].end]
    others = (other for other in typed if other is not one and other.is_foreign)
    beside = (typed[near] for near in (at - 1, at + 1) if 0 <= near < len(typed))
    is_sure = any(other.languages & one.languages for other in others) or any(
        other.joins and other.languages & one.languages for other in beside
    )
    if not one.is_foreign or is_sure or not word.isascii():
        return one
    meant = known.slip(word)
    if meant is None:
        return one
    same = tuple(term for term in one.meanings if _begin_alike(term, meant))
    return replace(one, meanings=same, is_foreign=bool(same))


def _begin_alike(first: str, second: str) -> bool:
    """Whether two words are forms of one, as "consortium" and "consortia" are."""
    return first[:_STEM].lower() == second[:_STEM].lower()


def _elsewhere(word: str, known: Known) -> tuple[frozenset[str], tuple[str, ...]]:
    """The languages that know a word, and what it means there, each meaning once."""
    folded, table = fold(word), known.table
    place = known.places.get(folded)
    if place is not None and fold(place) != folded:
        return frozenset(table.forms), (place,)
    read = in_english(word, table)
    is_whole = any(folded in forms for forms in table.forms.values())
    if not read.n_known or not (is_whole or len(word) >= _SHORTEST_COMPOUND):
        return frozenset(), ()
    if "".join(read.terms).lower() == word.lower():
        return frozenset(), ()  # "Eurovision" is put together of English words
    meanings = {terms_of(term): term for term in reversed(read.terms)}
    return frozenset(read.languages), tuple(reversed(meanings.values()))


def _in_english(word: str, meanings: tuple[str, ...]) -> float:
    """How common a word is in English.

    One with accents that means something else there is not in it, and one that means the same is.
    """
    says_the_same = any(terms_of(word) == terms_of(term) for term in meanings)
    if meanings and not says_the_same and not word.isascii():
        return 0.0
    return how_common(word) or (_OF_ALL if says_the_same else 0.0)


def _stretches(typed: Sequence[_Typed]) -> Iterator[tuple[int, int]]:
    """The first and the last word of each part of a text that is in another language."""
    end = -1
    at = 0
    while at < len(typed):
        if not typed[at].is_foreign:
            at += 1
            continue
        first = last = at
        languages = typed[at].languages
        while first - 1 > end and _go(typed[first - 1], languages):
            first -= 1
            languages &= typed[first].languages
        while (more := _next(typed, last, languages)) is not None:
            last, languages = more
        yield first, last
        end, at = last, last + 1


def _go(one: _Typed, languages: frozenset[str]) -> bool:
    return one.joins and bool(one.languages & languages)


def _next(
    typed: Sequence[_Typed], last: int, languages: frozenset[str]
) -> tuple[int, frozenset[str]] | None:
    """The next word of a stretch, and the languages that know all of it; None at its end."""
    for at in range(last + 1, min(last + 2 + _MOST_BETWEEN, len(typed))):
        one = typed[at]
        languages &= one.languages
        if not languages:
            return None
        if one.is_foreign or (at == last + 1 and one.joins):
            return at, languages
        if one.meanings and not one.joins:
            return None
    return None


def _read(text: str, typed: Sequence[_Typed], table: WordTable) -> list[tuple[str, ...]]:
    """The English terms of a stretch, word by word or phrase by phrase."""
    read = in_english(text[typed[0].start : typed[-1].end], table)
    if len(typed) > 1 and read.n_known == read.n_words:
        return [group for group in read.groups if group]
    return [one.meanings for one in typed if one.meanings]
