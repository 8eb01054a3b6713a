"""Is a query in English? Which forms has a word? Owns simplemma.

Of a query only English, or not, matters: the default encoder reads English alone.
Names, acronyms and slips of typing are no evidence of another language.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Mapping

from kb.text.english import is_english_word

#: A query of fewer words than this says too little about its language.
_ENOUGH_WORDS = 3
_KNOWN_SHARE = 0.5

#: Languages whose dictionaries simplemma names otherwise.
_DICTIONARIES: Mapping[str, str] = {"no": "nb"}

#: Language to the last letters of a word and what its other forms end in instead: for
#: words that the dictionary lacks, the first row that fits.
_ENDINGS: Mapping[str, tuple[tuple[str, tuple[str, ...]], ...]] = {
    "fr": (("al", ("aux", "ale")), ("s", ()), ("eau", ("eaux",)), ("", ("s", "e", "es"))),
    "es": (("s", ()), ("o", ("os", "a", "as")), ("ón", ("ones",)), ("", ("s", "es"))),
    "de": (("e", ("en",)), ("", ("e", "en", "er", "ern", "n", "s", "es"))),
    "it": (("o", ("i", "a", "e")), ("a", ("e",)), ("e", ("i",))),
    "no": (("e", ("en", "er", "ene", "es")), ("", ("en", "et", "er", "ene", "a", "e", "ne", "s"))),
    "pt": (
        ("ão", ("ões",)), ("m", ("ns",)), ("l", ("is",)), ("s", ()), ("o", ("os", "a", "as")),
        ("", ("s", "es", "a")),
    ),
}  # fmt: skip

#: How verbs end, where the dictionary gives nouns and participles as forms of them: Italian
#: "stato" (state) as one of "essere", so that "siamo" (we are) would be a state.
_INFINITIVES: Mapping[str, tuple[str, ...]] = {
    "fr": ("er", "ir", "re"),
    "es": ("ar", "er", "ir"),
    "de": ("en", "ern", "eln"),
    "it": ("are", "ere", "ire"),
    "pt": ("ar", "er", "ir", "or"),
}

_WORD = re.compile(r"(?<![^\W_])[^\W\d_][^\W\d_\u0300-\u036f]*")
#: What an apostrophe cuts off in English: it says nothing of its own.
_ENDING = re.compile(r"(?<=\w)['’](?:s|d|m|t|ll|re|ve)?(?!\w)", re.IGNORECASE)


def words_of(text: str) -> tuple[str, ...]:
    """The words of a text, as written, in order: the parts of one with a hyphen each alone.

    Numbers and signs are no words, nor is what an apostrophe cuts off: "Canada's" is "Canada".
    """
    return tuple(_WORD.findall(without_endings(text)))


def without_endings(text: str) -> str:
    """The text without what an apostrophe cuts off in English."""
    return _ENDING.sub(" ", text)


def with_words(text: str, better: Callable[[str], str | None]) -> str:
    """The text with each word replaced by what ``better`` gives for it; None keeps the word."""
    return _WORD.sub(lambda match: better(match.group()) or match.group(), text)


def is_english(text: str) -> bool:
    """Whether a query may be taken for English: unless most of its words are not."""
    words = words_of(text)
    if len(words) < _ENOUGH_WORDS:
        return all(ord(letter) < 0x250 for word in words for letter in word)
    known = sum(map(is_english_word, words))
    return known >= _KNOWN_SHARE * len(words)


def inflections(words: Collection[str], language: str) -> dict[str, tuple[str, ...]]:
    """The forms of each word in a language: the word itself, then the others by spelling.

    A word that the dictionary has only as a form of another gets the forms of that one;
    a word that it does not have gets the regular endings.
    For when an index is built: a dictionary takes up to two seconds and 110 MB while
    this runs, and is let go at the end.

    Args:
        words: base forms, spelled in full: accents, and a capital for German nouns.
        language: fr, es, de, it, no or pt.

    Raises:
        KeyError: another language.
    """
    from simplemma.strategies import DefaultDictionaryFactory  # slow import, as above

    endings = _ENDINGS[language]
    name = _DICTIONARIES.get(language, language)
    dictionary = DefaultDictionaryFactory(cache_max_size=1).get_dictionary(name)
    bases = {word: dictionary.get(word, word) for word in words}
    forms: dict[str, set[str]] = {base: set() for base in (*bases, *bases.values())}
    for form, base in dictionary.items():
        if base in forms and form != base:
            forms[base] |= {base, form}
    return {
        word: (word, *sorted(_forms(word, base, forms, language, endings) - {word}))
        for word, base in bases.items()
    }


def _forms(
    word: str,
    base: str,
    forms: Mapping[str, set[str]],
    language: str,
    endings: tuple[tuple[str, tuple[str, ...]], ...],
) -> set[str]:
    """Those of the dictionary, unless it takes a noun for a form of a verb."""
    is_noun_of_verb = word != base and _is_verb(base, language) and not _is_verb(word, language)
    of_base = set() if is_noun_of_verb else forms[base]
    return forms[word] or of_base or _regular(word, endings)


def _is_verb(word: str, language: str) -> bool:
    """Whether a base form ends as verbs do; German nouns have a capital."""
    return word.endswith(_INFINITIVES.get(language, ())) and word.islower()


def _regular(word: str, endings: tuple[tuple[str, tuple[str, ...]], ...]) -> set[str]:
    for last, others in endings:
        if word.endswith(last):
            return {word.removesuffix(last) + other for other in others}
    return set()
