"""What robots are told: where they may go, which pages there are, and of which day they are."""

from __future__ import annotations

import re
from urllib.robotparser import RobotFileParser

import pytest
from flask.testing import FlaskClient
from protego import Protego

from kb.answers.changes import day_of, days_by_row
from kb.search.searcher import Searcher
from tests.web.mounted import client_at

HOME = "http://localhost"
#: Every page that may be indexed, and a few that are left alone.
OPEN = (
    *("/", "/outcomes", "/role-models", "/compare", "/browse", "/countries/norway", "/packs"),
    *("/cases/norway/metal-buyers", "/outcomes/sales", "/cases.atom", "/api", "/llms.txt"),
    *("/api/v1/cases", "/api/v1/openapi.json", "/outcomes?utm_source=letter", "/teaching"),
    *("/search.atom", "/search.atom?country=NO"),
)
CLOSED = (
    *("/search", "/search?q=wine", "/search.ris?country=NO", "/search.bib?q=wine"),
    "/search.pdf?q=wine",
    *("/outcomes?country=NO", "/outcomes?aim=wine&country=NO", "/role-models?my_sector=food"),
    *("/compare?id=norway/metal-buyers&id=france/wine-exporters", "/packs/add", "/packs/edit"),
    *("/api/v1/search?q=wine", "/api/v1/outcomes?q=wine", "/api/v1/compare?id=a/b"),
)

#: Closed to those who know RFC 9309: the standard library of Python knows no ``*``.
LATER = (
    *("/outcomes?x=1&q=x", "/role-models?x=1&my_sector=food", "/compare?x=1&y=2&id=a/b"),
    "/api/v1/outcomes?x=1&country=NO",
)


@pytest.mark.parametrize("prefix", ["", "/compendium"])
def test_robots_txt_means_what_it_says(live, settings, prefix: str) -> None:
    """To two parsers alike: a page may be read, and its endless combinations may not."""
    client = client_at(live, settings, prefix)
    text = client.get(f"{prefix}/robots.txt").text
    standard, other = RobotFileParser(), Protego.parse(text)
    standard.parse(text.splitlines())

    for path in OPEN:
        address = f"{HOME}{prefix}{path}"
        assert standard.can_fetch("any", address), path
        assert other.can_fetch(address, "any"), path
    for path in CLOSED:
        address = f"{HOME}{prefix}{path}"
        assert not standard.can_fetch("any", address), path
        assert not other.can_fetch(address, "any"), path
    for path in LATER:
        assert not other.can_fetch(f"{HOME}{prefix}{path}", "any"), path
    assert standard.site_maps() == list(other.sitemaps) == [f"{HOME}{prefix}/sitemap.xml"]


def test_the_map_tells_the_days_of_change(client: FlaskClient, searcher: Searcher) -> None:
    """Of every case and guide; a page of which no day is known has none."""
    text = client.get("/sitemap.xml").text
    told = dict(
        re.findall(r"<loc>http://localhost/cases/([^<]+)</loc><lastmod>([^<]+)</lastmod>", text)
    )
    days = days_by_row(searcher)

    assert told == {case.id: day_of(day) for case, day in zip(searcher.cases, days, strict=True)}
    assert "<loc>http://localhost/browse</loc></url>" in text


def test_llms_txt_is_made_of_what_there_is(client: FlaskClient) -> None:
    """Counts, addresses and titles; markup in a title is text; each address answers."""
    response = client.get("/llms.txt")
    text = response.text

    assert response.mimetype == "text/plain"
    assert text.startswith("# Compendium of Business Networks\n\n> Case studies of small firms")
    assert "- It holds 6 cases and 1 guide.\n" in text
    assert "- [OAI-PMH](http://localhost/oai?verb=Identify): for libraries\n" in text
    assert "[&lt;script>alert('x')&lt;/script> & \"quotes\"](" in text
    for address in re.findall(r"\]\(http://localhost([^)]+)\): ", text):
        assert client.get(address).status_code == 200, address
