"""The cases that a search found, as one file."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from kb.exports.document import Document, Fact
from kb.search.answer import ABOUT, EXACT, MORE, SearchResult
from kb.search.query import PAGE_SIZE, Query
from web.core.request import searcher
from web.core.urls import absolute, path_of, query_url
from web.search.page import filters_in_title, title_of
from web.ui.documents import document, file_name, item
from web.ui.filters import chips


def file_url(query: Query, form: str) -> str:
    """The address of the file of a query in a format."""
    _, mark, parameters = query_url(replace(query, page=1, per_page=PAGE_SIZE)).partition("?")
    return f"{path_of('search.search_file', form=form)}{mark}{parameters}"


def name_of(query: Query) -> str:
    """What the file of a query is called, without its ending."""
    return file_name(f"{query.text} {filters_in_title(query, searcher().taxonomy)}")


def found_document(query: Query) -> Document:
    """The cases of a page of an answer, as a file holds a hundred of them, and what was asked."""
    current = searcher()
    taxonomy = current.taxonomy
    result = current.search(query)
    return document(
        title_of(query, taxonomy) or filters_in_title(query, taxonomy),
        [item(hit.case) for hit in result.hits],
        introduction="" if result.hits else "Nothing was found.",
        about=tuple(_asked(result)),
        address=absolute(query_url(replace(query, page=1, per_page=PAGE_SIZE))),
    )


def _asked(result: SearchResult) -> Iterator[Fact]:
    """What was asked for, and how much of what was found is here."""
    query = result.query
    if query.text:
        yield Fact(label="Words", value=query.text)
    labels: dict[str, list[str]] = {}
    for chip in chips(query, searcher().taxonomy):
        labels.setdefault(chip.facet, []).append(chip.label)
    for facet, values in labels.items():
        yield Fact(label=facet, value=", ".join(values))
    beside = {EXACT: "", ABOUT: "about " if result.total else "", MORE: "more than "}[
        result.found.relation
    ]
    whole = f"{beside}{result.total:,}"
    if 0 < len(result.hits) < result.total:
        whole = f"{whole}; here are {result.hits[0].rank:,} to {result.hits[-1].rank:,}"
    yield Fact(label="Found", value=whole)
