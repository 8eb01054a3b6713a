"""A text to the stems that count: one analysis for documents, queries, reasons and mentions.

Case and accents are folded, American spellings read as British ones, English function
words dropped and the rest stemmed (Porter2), so that singular and plural meet. The stemmer
and the list of function words are tantivy's.
"""

from __future__ import annotations

import re
from functools import cache, lru_cache

import tantivy

#: Words whose stems are kept: every hit shows where the words of the query stand.
_REMEMBERED = 50_000

#: American endings and words to British ones, in lower case.
_SPELLINGS = (
    (re.compile(r"(?<=[a-z]{3})iz(?=(?:e|es|ed|er|ers|ing|ation|ations)\b)"), "is"),
    (re.compile(r"\b(col|lab|fav|harb|neighb|behavi)or(?=s|ed|ing|\b)"), r"\1our"),
    (re.compile(r"\bprogram(s?)\b"), r"programme\1"),
    (re.compile(r"\bcenter(s?)\b"), r"centre\1"),
)

#: Words of questions and first persons, beside the function words that tantivy drops.
_QUESTION_WORDS = (
    "about am any been being both can could did do does doing each from had has have having he her "
    "here him his how i its just me more most my myself now only other our out over own same she "
    "should so some than them those through too up us very was we were what when where which while "
    "who whom why would you your"
).split()


def british(text: str) -> str:
    """The text in lower case and British spelling, as far as the table goes."""
    text = text.lower()
    for american, spelling in _SPELLINGS:
        text = american.sub(spelling, text)
    return text


def analyser() -> tantivy.TextAnalyzer:
    """What makes stems of a text that is in British spelling."""
    return (
        tantivy.TextAnalyzerBuilder(tantivy.Tokenizer.simple())
        .filter(tantivy.Filter.remove_long(60))
        .filter(tantivy.Filter.lowercase())
        .filter(tantivy.Filter.ascii_fold())
        .filter(tantivy.Filter.stopword("english"))
        .filter(tantivy.Filter.custom_stopword(_QUESTION_WORDS))
        .filter(tantivy.Filter.stemmer("english"))
        .build()
    )


_shared_analyser = cache(analyser)


def tokens(text: str) -> tuple[str, ...]:
    """The stems of a text that count, in its order and as often as they stand in it."""
    return tuple(_shared_analyser().analyze(british(text)))


def terms(text: str) -> tuple[str, ...]:
    """The same, each once: what a query asks for."""
    return tuple(dict.fromkeys(tokens(text)))


@lru_cache(maxsize=_REMEMBERED)
def stems(word: str) -> tuple[str, ...]:
    """The stems of one word, remembered."""
    return terms(word)
