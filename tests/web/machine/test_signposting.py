"""What belongs to a case is told in the header of its page, shortly, and in a linkset, whole."""

from __future__ import annotations

import re
from collections.abc import Iterable

import pytest
from flask.testing import FlaskClient

from kb.citations.signposting import TypedLink, to_header, to_linkset

METAL, GUIDE = "norway/metal-buyers", "guides/purchase-guide"
PAGE = f"http://localhost/cases/{METAL}"
#: Longer headers were cut or refused by proxies.
LONGEST = 1_000


def links(header: str) -> list[tuple[str, str, str]]:
    """A header as its links: what each is, its address, its type."""
    found = re.findall(r'<([^>]*)>; rel="([^"]*)"(?:; type="([^"]*)")?', header)
    return [(rel, href, media) for href, rel, media in found]


def test_the_header_is_short_and_says_what_a_page_is(client: FlaskClient) -> None:
    """How it is cited, what it is, who made it, under what licence, and where the rest stands."""
    header = client.get(f"/cases/{METAL}").headers["Link"]
    citation = client.get(f"/api/v1/citations/{METAL}").json

    assert len(header) < LONGEST
    assert links(header) == [
        ("cite-as", citation["version_url"], ""),
        ("type", "https://schema.org/AboutPage", ""),
        ("type", "https://schema.org/Report", ""),
        ("author", "http://localhost/", ""),
        ("license", "https://creativecommons.org/licenses/by/4.0/", ""),
        ("describedby", f"{PAGE}.csl.json", "application/vnd.citationstyles.csl+json"),
        ("linkset", f"http://localhost/linksets/{METAL}", "application/linkset+json"),
    ]
    guide = links(client.get(f"/cases/{GUIDE}").headers["Link"])
    assert ("type", "https://schema.org/Article", "") in guide


@pytest.mark.parametrize("path", ["/", "/search?q=wine", "/cases/norway", "/cases/norway/nothing"])
def test_no_other_page_has_one(client: FlaskClient, path: str) -> None:
    """Nor has a page that is not there."""
    assert "Link" not in client.get(path).headers


@pytest.mark.parametrize("case_id", [METAL, "norway/nothing"])
def test_what_may_be_asked_of_a_page_is_told_of_every_address(
    client: FlaskClient, case_id: str
) -> None:
    """Whether there is such a case is not looked up for it."""
    response = client.options(f"/cases/{case_id}")

    assert (response.status_code, "Link" in response.headers) == (200, False)
    assert set(response.headers["Allow"].split(", ")) == {"GET", "HEAD", "OPTIONS"}


def test_the_linkset_has_the_rest(client: FlaskClient) -> None:
    """Every link of it answers with the type that it tells; what describes the page says so."""
    response = client.get(f"/linksets/{METAL}")
    own, *back = response.json["linkset"]
    inside = [
        target
        for rel, targets in own.items()
        if rel not in ("anchor", "type", "license", "item")
        for target in targets
    ]

    assert response.content_type == "application/linkset+json"
    assert own["anchor"] == PAGE
    assert set(own) == {
        *("anchor", "cite-as", "type", "author", "license", "describedby", "item"),
        *("version-history", "related"),
    }
    for target in inside:
        answer = client.get(target["href"].removeprefix("http://localhost"))
        assert (answer.status_code, answer.mimetype) == (200, target.get("type", "text/html"))
    assert [one["href"].rpartition(".")[2] for one in own["item"]] == [
        *("pdf", "epub", "docx", "md", "imscc")
    ]
    for one in back:
        rel = "describes" if one["anchor"] in _hrefs(own["describedby"]) else "collection"
        assert one[rel] == [{"href": PAGE, "type": "text/html"}]
    missing = client.get("/linksets/norway/nothing")
    assert (missing.status_code, missing.mimetype) == (404, "application/problem+json")


def _hrefs(targets: Iterable[dict]) -> list[str]:
    return [target["href"] for target in targets]


def test_no_address_breaks_out_of_the_header() -> None:
    """What a header does not take is written in percent."""
    evil = TypedLink(rel="license", href='http://a/"><script>\r\nSet-Cookie: x=1; rel="é"')
    header = to_header([evil])

    assert re.fullmatch(r'<[!-~]+>; rel="license"', header)
    assert header.count(">") == 1
    assert to_linkset("http://p", [evil])["linkset"][0]["license"] == [{"href": evil.href}]
