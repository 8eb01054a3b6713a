"""What the words of a query were taken for beyond words, in sentences above the answer."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from kb.model.english import N_
from kb.model.taxonomy import Taxonomy
from kb.search.answer import SearchResult
from kb.search.query_analysis import Analysis, Exclusion, Phrase
from kb.text.analysis import words
from kb.text.mentions import Absent
from kb.text.operators import QUOTE
from web.search.page import shortened
from web.words.lists import AND, OR, listed
from web.words.translation import gettext


def readings(result: SearchResult, taxonomy: Taxonomy) -> tuple[str, ...]:
    """What is absent, what is excluded, which phrases were asked for, what was not understood."""
    return tuple(_readings(result, taxonomy)) if result.reading is not None else ()


def _readings(result: SearchResult, taxonomy: Taxonomy) -> Iterator[str]:
    read = result.reading
    if read is None:
        return
    yield from _without_question(read, result.query.text)
    yield from (_absent(one) for one in read.absent)
    for one in read.exclusions:
        yield gettext("Left out: %(what)s.", what=_excluded(one, taxonomy))
    for one in read.contradictory:
        yield gettext(
            "You ask for %(what)s and leave it out. Nothing was left out.",
            what=_excluded(one, taxonomy),
        )
    for phrase in read.phrases:
        yield _only(phrase)
    yield from _signs(read, result.query.text)


def _without_question(read: Analysis, text: str) -> Iterator[str]:
    """What is said of a text that asks nothing."""
    if not (read.exclusions or words(text)):
        yield gettext("There is no word in “%(text)s” to search for.", text=shortened(text))
    elif read.is_letters_alone:
        yield gettext(
            "“%(text)s” has no word of more than a letter, and signs are not searched.",
            text=shortened(text),
        )
    elif read.exclusions and not read.wanted:
        yield gettext("You say what to leave out only, so everything else is listed.")


def _signs(read: Analysis, text: str) -> Iterator[str]:
    """What is said of signs that mean something elsewhere."""
    for sign in read.not_understood:
        if sign != QUOTE:
            yield gettext("“%(sign)s” has no meaning here. It was read as a word.", sign=sign)
        elif words(text):
            yield gettext("The second quotation mark is missing, so the first says nothing.")


def _only(phrase: Phrase) -> str:
    if phrase.values:
        return gettext(
            "Only cases that say “%(phrase)s” or are filed under it.", phrase=phrase.text
        )
    return gettext("Only cases that say “%(phrase)s”.", phrase=phrase.text)


def _absent(one: Absent) -> str:
    if not one.nearest:
        if one.facet == "country":
            return gettext("No case from %(place)s.", place=one.label)
        return gettext("No case on “%(trade)s”.", trade=one.label)
    nearest = listed((near.label for near in one.nearest), OR)
    if one.facet == "country":
        return gettext(
            "No case from %(place)s. The nearest: %(nearest)s.", place=one.label, nearest=nearest
        )
    return gettext(
        "No case on “%(trade)s”. The nearest trades: %(nearest)s.",
        trade=one.label,
        nearest=nearest,
    )


def _excluded(one: Exclusion, taxonomy: Taxonomy) -> str:
    if not one.facet:
        return f"“{one.text}”"
    labels = [taxonomy.label(one.facet, value) for value in one.values]
    return labels[0] if len(labels) == 1 else f"“{one.text}” ({'; '.join(labels)})"


def understood(languages: Sequence[str]) -> str:
    """The languages in which a query is understood, in the language of the page.

    Args:
        languages: those of the glossary, by their codes.
    """
    known = [gettext(LANGUAGES[code]) for code in languages if code in LANGUAGES]
    return listed((gettext("English"), *known), AND)


#: What languages are called; a glossary may hold others, which are left out of the sentence.
LANGUAGES: Mapping[str, str] = {
    "da": N_("Danish"),
    "de": N_("German"),
    "es": N_("Spanish"),
    "fr": N_("French"),
    "it": N_("Italian"),
    "nb": N_("Norwegian"),
    "nl": N_("Dutch"),
    "no": N_("Norwegian"),
    "pt": N_("Portuguese"),
    "sv": N_("Swedish"),
}
