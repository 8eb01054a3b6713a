"""Atom feeds: what is new and changed in the compendium, and among what a search finds.

A feed names 50 cases to a page, the last change first, and its days are those on which the texts
changed. It answers from one snapshot, and says by ``ETag`` and ``Last-Modified`` whether anything
is otherwise than before.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace
from urllib.parse import urlsplit

import numpy as np
from flask import Blueprint, Response, request

from kb.answers.changes import ChangedCase, Changes, changes, when_shown
from kb.citations.items import Item, today
from kb.exports.atom import MEDIA_TYPE, Feed, FeedEntry, Link, tag_uri, to_atom
from kb.search.query import FEED_SIZE, Query
from kb.text.typography import curly_inside
from web.core.params import SEARCH_FEED, SITE_FEED, read_strict, to_query
from web.core.request import searcher, settings, site_words
from web.core.urls import absolute, addresses, query_url, url_for
from web.ui.filters import chips

bp = Blueprint("feeds", __name__)

#: The facets whose labels an entry carries.
_LABELS = ("kind", "country", "type", "project", "sector")
_HTML = "text/html"


@bp.get("/cases.atom")
def site() -> Response:
    """Every case and guide by the day of its last change."""
    current = searcher()
    values = read_strict(SITE_FEED, request.args, current.taxonomy)
    found = _page_of(np.arange(len(current.cases)), values["page"], FEED_SIZE)
    words = site_words()

    def address(page: int) -> str:
        more = {} if page == 1 else {"page": page}
        return absolute(url_for("feeds.site", **more))

    return _answer(
        found,
        address,
        feed_id="cases",
        title=f"{words.name}: new and changed",
        subtitle=words.description,
        page=absolute(url_for("holdings.home")),
    )


@bp.get("/search.atom")
def search() -> Response:
    """What a search finds by the day of its last change, whatever order its address asks for.

    A search that finds nothing has a feed without entries: what comes later will stand in it.
    """
    current = searcher()
    taxonomy = current.taxonomy
    query = to_query(read_strict(SEARCH_FEED, request.args, taxonomy), taxonomy)
    found = _page_of(current.found(query).rows, query.page, query.per_page)
    first = replace(query, page=1, sort="relevance")

    def address(page: int) -> str:
        return absolute(query_url(first, page=page, endpoint="feeds.search"))

    asked = [f"“{curly_inside(query.text)}”"] if query.text else []
    asked += [chip.label for chip in chips(query, taxonomy)]
    words = ", ".join(asked) or "everything"
    asks = urlsplit(query_url(replace(first, per_page=FEED_SIZE), endpoint="feeds.search")).query
    return _answer(
        found,
        address,
        feed_id=f"search:{asks}",
        title=f"{site_words().name}: {words if found.total else f'nothing fits {words}'}",
        subtitle="" if found.total else "A case that fits will stand here as soon as it comes in.",
        page=absolute(query_url(first, per_page=query.per_page)),
    )


def follow_url(query: Query) -> str:
    """The path of the feed of a search."""
    return query_url(query, page=1, sort="relevance", per_page=FEED_SIZE, endpoint="feeds.search")


bp.add_app_template_global(follow_url, "follow_url")


def _page_of(rows: np.ndarray, page: int, per_page: int) -> Changes:
    return changes(searcher(), addresses(), rows, accessed=today(), page=page, per_page=per_page)


def _answer(
    found: Changes,
    address: Callable[[int], str],
    *,
    feed_id: str,
    title: str,
    subtitle: str,
    page: str,
) -> Response:
    """The feed of a page of cases; ``page`` is the address of the same for people."""
    words = site_words()
    feed = Feed(
        id=tag_uri(_authority(), feed_id),
        title=title,
        subtitle=subtitle,
        updated=max((one.item.date for one in found.cases), default=found.newest),
        author=settings().operator or words.name,
        rights=words.licence,
        links=(
            Link(rel="self", href=address(found.page), type=MEDIA_TYPE),
            Link(rel="alternate", href=page, type=_HTML),
            *(
                Link(rel=rel, href=address(number), type=MEDIA_TYPE)
                for rel, number in _other_pages(found).items()
            ),
        ),
        entries=tuple(map(_entry, found.cases)),
        counts={
            "totalResults": found.total,
            "startIndex": found.first,
            "itemsPerPage": len(found.cases),
        },
    )
    response = Response(to_atom(feed), content_type=f"{MEDIA_TYPE}; charset=utf-8")
    response.last_modified = when_shown(searcher())
    return response


def _other_pages(found: Changes) -> dict[str, int]:
    """The numbers of the other pages by what they are to this one; none where there is one."""
    if found.pages == 1:
        return {}
    pages = {"first": 1, "last": found.pages}
    if found.page > 1:
        pages["previous"] = found.page - 1
    if found.page < found.pages:
        pages["next"] = found.page + 1
    return pages


def _entry(changed: ChangedCase) -> FeedEntry:
    case, item = changed.case, changed.item
    taxonomy = searcher().taxonomy
    what = f"{changed.what.removesuffix('.')}. " if changed.what else ""
    return FeedEntry(
        id=tag_uri(_authority(), f"cases/{changed.first_id}"),
        title=item.title,
        updated=item.date,
        published=changed.came_in,
        authors=tuple(_spoken(item)),
        summary=f"{what}{case.summary}",
        links=(
            Link(rel="alternate", href=changed.page, type=_HTML),
            *((Link(rel="cite-as", href=item.url),) if item.version else ()),
        ),
        categories=tuple(
            (facet, taxonomy.label(facet, value))
            for facet in _LABELS
            for value in ((case.kind,) if facet == "kind" else case.facets.get(facet, ()))
        ),
    )


def _spoken(item: Item) -> list[str]:
    return [f"{name.given} {name.family}".strip() for name in item.authors]


def _authority() -> str:
    """The host of the site, for ids: the public one, where that is set."""
    host = urlsplit(absolute("/")).hostname or "localhost"
    return re.sub(r"[^a-z0-9.-]", "-", host.lower())
