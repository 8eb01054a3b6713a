"""How templates show what kb's records hold: filters, addresses and words of every template."""

from __future__ import annotations

from flask import Flask

from kb.errors import KBError
from kb.model.english import capital, number_word, with_article
from kb.model.facet_words import FacetWords, facet_words
from kb.model.taxonomy import Taxonomy, Term
from web.core.request import searcher
from web.core.urls import case_url, query_url, search_url
from web.words.kinds import NO_KINDS, with_kinds
from web.words.lists import listed
from web.words.typography import curly


def init_app(app: Flask) -> None:
    """Give every template filters, addresses, and the words of the compendium that it asks for."""
    app.jinja_env.filters.update(
        capital=capital,
        curly=curly,
        listed=listed,
        spelled=number_word,
        with_article=with_article,
    )
    app.jinja_env.globals.update(
        case_url=case_url,
        query_url=query_url,
        search_url=search_url,
        subject_kind=subject_kind,
        guide_kind=guide_kind,
        facet_words=words_of_facet,
        with_kinds=sentence_with_kinds,
    )


def subject_kind() -> Term:
    """The kind of document that the compendium is about."""
    return _taxonomy().subject


def guide_kind() -> Term:
    """The kind of document that is a guide."""
    return _taxonomy().guide


def words_of_facet(facet: str) -> FacetWords:
    """What a facet is called."""
    return facet_words(facet, _taxonomy())


def sentence_with_kinds(sentence: str) -> str:
    """A sentence that names kinds of document, in the language of the page."""
    return with_kinds(sentence, _taxonomy())


def _taxonomy() -> Taxonomy:
    """The vocabulary that is served; one without kinds where there is no snapshot."""
    try:
        return searcher().taxonomy
    except KBError:
        return NO_KINDS
