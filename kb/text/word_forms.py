"""Every form of the words of a glossary: what ``kb glossary`` makes of it for a web worker."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Mapping, Sequence
from itertools import product

from kb.model.word_table import Glossary, WordTable
from kb.text.language import inflections
from kb.text.translate import LAST_PART, fold

#: Two letters for one that some keyboards lack; ``fold`` alone would drop the dots.
_DIGRAPHS: Mapping[str, Mapping[int, str]] = {
    "de": str.maketrans({"ä": "ae", "ö": "oe", "ü": "ue"}),
    "no": str.maketrans({"å": "aa", "ø": "oe"}),
}

#: A phrase whose words have more forms than this is not given in every mixture of them.
_MOST_MIXTURES = 60


def expand(glossary: Glossary, tell: Callable[[str], None] = lambda _: None) -> WordTable:
    """Every form of every word and phrase of a glossary, for a web worker.

    A form that several terms share has the English of those that it is the base form of; where
    it is that of none, of all, in the order of the glossary. A function word has none. A way
    that begins with a hyphen is only understood as the last part of a compound.
    It takes about two seconds for each language, and ``tell`` is told of each.
    """
    languages = dict.fromkeys(
        language for row in (glossary.function_words, *glossary.terms.values()) for language in row
    )
    groups: dict[tuple[str, ...], int] = {}
    forms = {}
    for language in languages:
        tell(f"Finding the forms of the words in {language!r} …")
        meanings = _meanings(glossary, language)
        forms[language] = {
            form: groups.setdefault(tuple(meanings[form]), len(groups)) for form in sorted(meanings)
        }
    return WordTable(meanings=tuple(groups), forms=forms)


def _meanings(glossary: Glossary, language: str) -> dict[str, list[str]]:
    """Folded form to its English terms, for one language."""
    function_words = glossary.function_words.get(language, ())
    silent = {form for word in function_words for form in _spellings(word, language)}
    ways = {term: row.get(language, ()) for term, row in glossary.terms.items()}
    words = {word for row in ways.values() for way in row for word in way.split()}
    found = inflections(words - set(function_words), language) if words else {}
    # A dictionary has "e9" and "1º" among its forms, which are no words: "bli e9" would be "bli".
    inflected = {word: [form for form in forms if fold(form)] for word, forms in found.items()}
    as_written: dict[str, dict[str, None]] = {}
    in_any_form: dict[str, dict[str, None]] = {}
    for term, row in ways.items():
        for way in row:
            last = LAST_PART if way.startswith(LAST_PART) else ""
            for spelling in _spellings(way, language):
                as_written.setdefault(last + spelling, {})[term] = None
            for form in _phrase_forms(way.split(), inflected):
                for spelling in _spellings(form, language):
                    in_any_form.setdefault(last + spelling, {})[term] = None
    meanings = {form: [*(as_written.get(form) or in_any_form[form])] for form in in_any_form}
    return meanings | {form: [] for form in silent}


def _phrase_forms(words: Sequence[str], inflected: Mapping[str, Sequence[str]]) -> Iterator[str]:
    """A phrase with its words in every form; one word at a time if these are very many."""
    choices = [inflected.get(word, (word,)) for word in words]
    if math.prod(map(len, choices)) <= _MOST_MIXTURES or len(words) == 1:
        yield from map(" ".join, product(*choices))
        return
    for at, forms in enumerate(choices):
        for form in forms:
            yield " ".join((*words[:at], form, *words[at + 1 :]))


def _spellings(form: str, language: str) -> tuple[str, ...]:
    """A form folded, and folded with two letters for those that keyboards lack."""
    lower = form.casefold()
    return tuple(dict.fromkeys((fold(lower), fold(lower.translate(_DIGRAPHS.get(language, {}))))))
