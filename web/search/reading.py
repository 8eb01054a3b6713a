"""What the words of a query were taken for beyond words, in sentences above the answer."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from kb.model.english import N_
from kb.model.taxonomy import Taxonomy
from kb.search.answer import SearchResult
from kb.search.query_analysis import Exclusion, Phrase
from kb.text.analysis import words
from kb.text.mentions import Absent
from web.words.lists import AND, OR, listed
from web.words.translation import gettext


def readings(result: SearchResult, taxonomy: Taxonomy) -> tuple[str, ...]:
    """What is absent, what is excluded, which phrases were asked for, what was not understood."""
    return tuple(_readings(result, taxonomy)) if result.reading is not None else ()


def _readings(result: SearchResult, taxonomy: Taxonomy) -> Iterator[str]:
    read = result.reading
    if read is None:
        return
    if not (read.exclusions or words(result.query.text)):
        yield gettext("There is no word in “%(text)s” to search for.", text=result.query.text)
    elif read.exclusions and not read.wanted:
        yield gettext("You say what to leave out only, so everything else is listed.")
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
    for sign in read.not_understood:
        yield gettext("“%(sign)s” has no meaning here. It was read as a word.", sign=sign)


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
    return listed((taxonomy.label(one.facet, value) for value in one.values), OR)


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
