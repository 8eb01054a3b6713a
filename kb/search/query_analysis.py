"""What is typed to what is searched for: slips repaired, the language found, terms made."""

from __future__ import annotations

from dataclasses import dataclass

from kb.model.word_table import WordTable
from kb.text.analysis import terms
from kb.text.spelling import Speller
from kb.text.translate import Translation, translate


@dataclass(frozen=True, slots=True, kw_only=True)
class Analysis:
    """A text as it is searched for.

    Attributes:
        text: with its slips repaired.
        english: whether it is taken for English.
        translated: the English terms of one in another language, each once, in the order
            of its words.
        in_english: what an English index is asked: the translated terms, or the text.
        terms: the stems of that which count, each once.
    """

    text: str
    english: bool
    translated: tuple[str, ...]
    in_english: str
    terms: tuple[str, ...]


class Analyser:
    """Reads a text, each step of it once. Immutable; safe to share between threads."""

    def __init__(
        self, *, table: WordTable, translates: bool = False, speller: Speller | None = None
    ) -> None:
        """Take the words.

        Args:
            table: words of other languages in English.
            translates: whether a text may be in another language though the table is
                empty, as a multilingual encoder can read it.
            speller: repairs slips of typing; None takes every text as it is typed.
        """
        self.table = table
        self._translates = translates or bool(table.forms)
        self._speller = speller

    def analyse(self, text: str, *, exact: bool = False) -> Analysis:
        """Read a text; ``exact`` leaves slips of typing as they are.

        A text in another language of the table is not repaired.
        """
        translation = self._translation(text)
        is_foreign = bool(self.table.forms) and not translation.english
        if self._speller is not None and not exact and not is_foreign:
            repaired = self._speller.repair(text)
            if repaired != text:
                translation = self._translation(repaired)
        return Analysis(
            text=translation.text,
            english=translation.english,
            translated=translation.terms,
            in_english=translation.in_english,
            terms=terms(translation.in_english),
        )

    def _translation(self, text: str) -> Translation:
        """The language and the English terms; where nothing could translate, it is English."""
        if not self._translates:
            return Translation(text=text, english=True)
        return translate(text, self.table)
