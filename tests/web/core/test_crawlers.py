"""What crawlers are told of links: those that have no end of addresses say ``nofollow``."""

from __future__ import annotations

import re
from collections.abc import Iterator
from html import unescape
from urllib.parse import urljoin, urlsplit

import pytest
from flask import Flask, Response
from protego import Protego

from tests.web.mounted import PREFIX, client_at
from web.core.crawlers import mark_links

HOST = "http://localhost"
METAL, WINE = "norway/metal-buyers", "france/wine-exporters"
#: Pages that no map names, and that link to much that is closed.
MORE = (
    *("/search", "/search?q=wine", "/search?q=zebra&country=NO", "/search?per_page=1&page=2"),
    *("/search?q=wine&country=ES", "/role-models?my_sector=food&country=NO", "/packs/edit"),
    *("/outcomes?country=NO", "/outcomes/sales?country=NO", "/self-check?profit=yes", "/cases/x"),
    *(f"/compare?id={METAL}&id={WINE}", f"/compare?id={METAL}", f"/cases/{METAL}?list=abc"),
)


def links(page: str) -> Iterator[tuple[str, list[str]]]:
    """The address of each link of a page, and what it says of itself."""
    for tag in re.findall(r"<a\b[^>]*>", page):
        if address := re.search(r'\shref="([^"]*)"', tag):
            rel = re.search(r'\srel="([^"]*)"', tag)
            yield unescape(address[1]), rel[1].split() if rel else []


@pytest.mark.parametrize("prefix", ["", PREFIX])
def test_whatever_robots_may_not_read_is_not_to_be_followed(taught, prefix: str) -> None:
    """On every page of the map and on those of searches; and every link with parameters is so."""
    app = taught.application
    client = client_at(app.extensions["kb_live"], app.extensions["kb_settings"], prefix)
    rules = Protego.parse(client.get(f"{prefix}/robots.txt").text)
    mapped = re.findall("<loc>(.*?)</loc>", client.get(f"{prefix}/sitemap.xml").text)
    paths = [urlsplit(unescape(one)).path for one in mapped] + [f"{prefix}{one}" for one in MORE]
    seen = closed = 0
    for path in paths:
        for address, rel in links(client.get(path).text):
            whole = urljoin(f"{HOST}{path}", address)
            if address.startswith("#") or not whole.startswith(f"{HOST}{prefix}/"):
                continue
            seen += 1
            if not rules.can_fetch(whole, "any") or urlsplit(whole).query:
                closed += 1
                assert "nofollow" in rel, (path, address)
            else:
                assert "nofollow" not in rel or re.search(r"\.\w+$", address), (path, address)
    assert seen > closed > 500


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ('<a href="/search?q=a">', '<a rel="nofollow" href="/search?q=a">'),
        ('<a class="b" href="/search">', '<a rel="nofollow" class="b" href="/search">'),
        ('<a rel="next" href="?page=2">', '<a rel="next nofollow" href="?page=2">'),
        ('<a href="/x?y" rel="nofollow">', '<a href="/x?y" rel="nofollow">'),
        ('<a href="/cases/a#b?c">', '<a href="/cases/a#b?c">'),
        ('<a href="https://example.org/?a=1">', '<a href="https://example.org/?a=1">'),
        ('<abbr href="/search?q=a">', '<abbr href="/search?q=a">'),
        ('<p>&lt;a href="/search?q=a"&gt;</p>', '<p>&lt;a href="/search?q=a"&gt;</p>'),
        ('<a\n  href="/x?y">', '<a rel="nofollow"\n  href="/x?y">'),
    ],
)
def test_a_link_with_parameters_is_marked_once(toy_app: Flask, before: str, after: str) -> None:
    """And nothing else of the page is changed."""
    response = Response(before, mimetype="text/html")
    with toy_app.test_request_context("/"):
        mark_links(response)

    assert response.get_data(as_text=True) == after


def test_what_is_no_page_stays_as_it_is(toy_app: Flask) -> None:
    """Text and data are not touched."""
    for kind in ("text/plain", "application/json", "image/svg+xml"):
        response = Response('<a href="/search?q=a">', mimetype=kind)
        with toy_app.test_request_context("/"):
            mark_links(response)
        assert response.get_data(as_text=True) == '<a href="/search?q=a">'
