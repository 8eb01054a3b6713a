"""What the words of a query were taken for, in the page's language, and how to take it back."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

from kb.answers.reading import Sentence
from kb.answers.reading import readings as sentences
from kb.model.english import N_
from kb.model.taxonomy import Taxonomy
from kb.search.answer import SearchResult
from kb.text.operators import without_marks
from web.core.urls import query_url
from web.search.page import shortened
from web.ui.links import Link
from web.words.lists import AND, OR, listed
from web.words.translation import gettext, translated


def readings(result: SearchResult, taxonomy: Taxonomy) -> tuple[str, ...]:
    """What is absent, what is excluded, which phrases were asked for, what was not understood."""
    return tuple(map(_in_own_language, sentences(result, taxonomy)))


def _in_own_language(sentence: Sentence) -> str:
    values = {}
    for name, value in sentence.values.items():
        if not isinstance(value, str):
            values[name] = listed(value, OR)
        elif name in sentence.headings:
            values[name] = translated(value)
        else:
            values[name] = shortened(value)
    return gettext(sentence.message, **values)


def taken_back(result: SearchResult) -> tuple[Link, ...]:
    """The same search without what the words exclude, or else without quotation marks.

    Nothing where they do neither, or where nothing else would be asked.
    """
    read, query = result.reading, result.query
    if read is None:
        return ()
    links = []
    if read.without_exclusions:
        again = replace(query, text=read.without_exclusions, page=1)
        links.append(Link(url=query_url(again), words=gettext("Leave nothing out")))
    elif read.phrases and result.total:
        apart = replace(query, text=without_marks(query.text), page=1)
        links.append(
            Link(
                url=query_url(apart),
                words=gettext("Look for the words one by one"),
            )
        )
    return tuple(links)


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
