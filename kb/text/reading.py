"""A query as it is read: whether it is English, and what it is in English."""

from __future__ import annotations

from dataclasses import dataclass

from kb.text.language import is_english, is_english_word, words_of
from kb.text.translate import WordTable


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """How a query is read.

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


def read(text: str, table: WordTable) -> Reading:
    """Read a query with the words of a glossary.

    It is in another language if the table knows a larger share of its words than the
    English dictionary does, or if neither knows any and a letter is not of ASCII. Of
    single words, most names are thus taken for English. Without words in the table
    ``kb.text.language.is_english`` decides.
    """
    if not table.forms:
        return Reading(text=text, english=is_english(text))
    words = words_of(text)
    if not words:
        return Reading(text=text, english=True)
    known = sum(map(is_english_word, words)) / len(words)
    found = table.english(text)
    other = found.n_known / found.n_words if found.n_words else 0.0
    strange = known == other == 0.0 and not all(map(str.isascii, words))
    if other > known or strange:
        return Reading(text=text, english=False, terms=found.terms)
    return Reading(text=text, english=True)
