"""In which language a query is, and what it is in English.

The table of words has every form of every word of the glossary, so that a web worker needs
no dictionary. Accents, case, signs and hyphens do not count.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from kb.model.word_table import WordTable
from kb.text.language import is_english, is_english_word, words_of

#: Languages that write compounds in one word, and the letters that may join the parts.
_JOINTS: Mapping[str, tuple[str, ...]] = {"de": ("", "s", "n", "en"), "no": ("", "s", "e")}

_SHORTEST_PART = 3
_MOST_PARTS = 3

#: Letters that are no letter with an accent.
_PLAIN = str.maketrans({"ø": "o", "æ": "ae", "œ": "oe"})

_LETTERS = re.compile(r"[^\W\d_]+")


def fold(text: str) -> str:
    """The words of a text in plain small letters, joined by spaces; signs and numbers go."""
    letters = unicodedata.normalize("NFD", text.casefold().translate(_PLAIN))
    bare = "".join(letter for letter in letters if not unicodedata.combining(letter))
    return " ".join(_LETTERS.findall(bare))


@dataclass(frozen=True, slots=True, kw_only=True)
class InEnglish:
    """A text in English, as far as the glossary goes.

    ``groups`` has the English terms of each word or phrase that was found, in the order
    of the text: several where a word has several meanings. ``languages`` are those that
    know most of the words; more than one if they know equally many. ``n_known`` of
    ``n_words`` were known, function words included.
    """

    groups: tuple[tuple[str, ...], ...] = ()
    languages: tuple[str, ...] = ()
    n_words: int = 0
    n_known: int = 0

    @property
    def terms(self) -> tuple[str, ...]:
        """The English terms, each once, in order."""
        return tuple(dict.fromkeys(term for group in self.groups for term in group))

    @property
    def text(self) -> str:
        """The English terms as one query; empty if there are none."""
        return " ".join(self.terms)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Found:
    """What one language finds: each place with its terms; the words, and those it had whole."""

    places: tuple[tuple[int, tuple[str, ...]], ...]
    n_known: int
    n_whole: int


def in_english(text: str, table: WordTable, languages: Sequence[str] = ()) -> InEnglish:
    """The English terms for a text, longest phrase first.

    The language is the one that knows most of the words; the terms of languages
    that know equally many stand side by side. Unknown words give nothing.

    Args:
        text: a query as it was typed.
        table: where to look its words up.
        languages: the only ones to try; all if empty. Others than those of the
            table are passed over.
    """
    words = fold(text).split()
    tried = [language for language in languages or table.forms if language in table.forms]
    by_language = {language: _in_language(words, table, language) for language in tried}
    most_known = max(
        ((known.n_known, known.n_whole) for known in by_language.values()), default=(0, 0)
    )
    if most_known == (0, 0):
        return InEnglish(n_words=len(words))
    best = [
        name for name, known in by_language.items() if (known.n_known, known.n_whole) == most_known
    ]
    places: dict[int, dict[str, None]] = {}
    for language in best:
        for at, terms in by_language[language].places:
            places.setdefault(at, {}).update(dict.fromkeys(terms))
    return InEnglish(
        groups=tuple(tuple(places[at]) for at in sorted(places)),
        languages=tuple(best),
        n_words=len(words),
        n_known=most_known[0],
    )


def _in_language(words: Sequence[str], table: WordTable, language: str) -> _Found:
    places: list[tuple[int, tuple[str, ...]]] = []
    at = n_known = n_whole = 0
    while at < len(words):
        length, terms = _phrase(words, at, table, language)
        if length:
            n_whole += length
        else:
            length, terms = 1, _compound(words[at], table, language)
        n_known += length if terms is not None else 0
        if terms:
            places.append((at, terms))
        at += length
    return _Found(places=tuple(places), n_known=n_known, n_whole=n_whole)


def _phrase(
    words: Sequence[str], at: int, table: WordTable, language: str
) -> tuple[int, tuple[str, ...] | None]:
    """How many words from ``at`` on are the longest phrase, and its terms; 0 and None."""
    forms = table.forms[language]
    for length in range(min(table.longest[language], len(words) - at), 0, -1):
        place = forms.get(" ".join(words[at : at + length]))
        if place is not None:
            return length, table.meanings[place]
    return 0, None


def _compound(word: str, table: WordTable, language: str) -> tuple[str, ...] | None:
    """The terms of the parts of a compound, None if it is none."""
    parts = next(
        (
            parts
            for most_parts in range(2, _MOST_PARTS + 1)
            for parts in _splits(word, table, language, most_parts)
        ),
        None,
    )
    if parts is None:
        return None
    return tuple(dict.fromkeys(term for part in parts for term in table.meanings[part]))


def _splits(
    word: str, table: WordTable, language: str, most_parts: int
) -> Iterator[tuple[int, ...]]:
    """Ways to cut a word into at most so many known parts; the longest first part first."""
    forms = table.forms[language]
    whole = forms.get(word)
    if whole is not None and table.meanings[whole]:
        yield (whole,)
    if most_parts == 1:
        return
    for end in range(len(word) - _SHORTEST_PART, _SHORTEST_PART - 1, -1):
        for joint in _JOINTS.get(language, ()):
            first = forms.get(word[: end - len(joint)]) if word[:end].endswith(joint) else None
            if first is None or not table.meanings[first] or end - len(joint) < _SHORTEST_PART:
                continue
            for rest in _splits(word[end:], table, language, most_parts - 1):
                yield (first, *rest)


@dataclass(frozen=True, slots=True, kw_only=True)
class Translation:
    """A query with the language that it is taken for.

    ``text`` is the query; ``terms`` are the English terms of one in another language,
    each once, in the order of its words: empty for English, and where none is known.
    """

    text: str
    english: bool
    terms: tuple[str, ...] = ()

    @property
    def in_english(self) -> str:
        """What an English index is asked: the terms, or the query itself without them."""
        return " ".join(self.terms) or self.text


def translate(text: str, table: WordTable) -> Translation:
    """Say whether a query is English, and translate one that is not with the words of a table.

    It is in another language if the table knows a larger share of its words than the
    English dictionary does, or if neither knows any and a letter is not of ASCII. Of
    single words, most names are thus taken for English. Without words in the table
    ``kb.text.language.is_english`` decides.
    """
    if not table.forms:
        return Translation(text=text, english=is_english(text))
    words = words_of(text)
    if not words:
        return Translation(text=text, english=True)
    known_in_english = sum(map(is_english_word, words)) / len(words)
    translated = in_english(text, table)
    known_in_other = translated.n_known / translated.n_words if translated.n_words else 0.0
    strange = known_in_english == known_in_other == 0.0 and not all(map(str.isascii, words))
    if known_in_other > known_in_english or strange:
        return Translation(text=text, english=False, terms=translated.terms)
    return Translation(text=text, english=True)
