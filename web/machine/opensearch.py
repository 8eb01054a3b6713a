"""OpenSearch: how a browser, or another program, searches the compendium from its own box."""

from __future__ import annotations

import json

from flask import Blueprint, Response, render_template, request

from kb.answers.suggestions import suggestions_answer
from kb.exports.atom import MEDIA_TYPE as ATOM
from kb.model.facet_words import facet_words
from web.core.params import TYPED, read_strict
from web.core.request import searcher, settings, site_words
from web.core.urls import absolute, addresses, url_for
from web.words.lists import cut

bp = Blueprint("opensearch", __name__, template_folder="templates")

DESCRIPTION = "application/opensearchdescription+xml"
SUGGESTIONS = "application/x-suggestions+json"
#: What the format allows for a name and for a description, in characters.
_SHORT, _LONG, _DESCRIBED = 16, 48, 1024


def short_name(name: str) -> str:
    """A name in the characters that the format allows, with as many whole words as fit.

    Words without a capital are left out of a long one: ``Compendium of Cases`` is ``Compendium
    Cases``. The first word that does not fit is shortened after a consonant and before a vowel,
    as English does: ``Business Networks`` is ``Business Netw.``.
    """
    if len(name) <= _SHORT:
        return name
    words = name.split()
    told = [word for word in words if not word.islower()] or words
    short = ""
    for word in told:
        longer = f"{short} {word}".lstrip()
        if len(longer) > _SHORT:
            start = _shortened(word, _SHORT - len(longer) + len(word))
            return f"{short} {start}".strip()
        short = longer
    return short


def _shortened(word: str, longest: int) -> str:
    """The beginning of a word, with a full stop; empty where no three letters have room."""
    for length in range(min(longest - 1, len(word) - 1), 2, -1):
        if _is_vowel(word[length]) and not _is_vowel(word[length - 1]):
            return f"{word[:length]}."
    return ""


def _is_vowel(letter: str) -> bool:
    return letter.lower() in "aeiou"


@bp.get("/opensearch.xml")
def description() -> Response:
    """Where words are sent, and in which forms the answer comes."""
    words = site_words()
    forms = (
        ("text/html", "results", "search.search"),
        (ATOM, "results", "feeds.search"),
        ("application/json", "results", "api.search"),
        (SUGGESTIONS, "suggestions", "opensearch.suggestions"),
    )
    contact = settings().contact
    page = render_template(
        "opensearch.xml",
        short=short_name(words.rest_of_name),
        long=cut(words.name, _LONG),
        described=cut(words.description, _DESCRIBED),
        contact=contact if "@" in contact else "",
        forms=[(media, rel, absolute(url_for(name))) for media, rel, name in forms],
        example=next(iter(words.examples), ""),
    )
    return Response(page, content_type=f"{DESCRIPTION}; charset=utf-8")


@bp.get("/opensearch/suggestions")
def suggestions() -> Response:
    """What unfinished words may mean, as browsers ask: labels, their facets, addresses."""
    current = searcher()
    typed = read_strict(TYPED, request.args, current.taxonomy)["q"]
    found = suggestions_answer(current, typed, addresses()).suggestions
    answer = [
        typed,
        [one.label for one in found],
        [facet_words(one.facet, current.taxonomy).heading if one.facet else "" for one in found],
        [one.url for one in found],
    ]
    return Response(json.dumps(answer, ensure_ascii=False), content_type=SUGGESTIONS)
