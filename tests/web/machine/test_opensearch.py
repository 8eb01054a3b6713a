"""OpenSearch: a browser finds how to search here, and what to suggest."""

from __future__ import annotations

from xml.etree import ElementTree as ET

import pytest
from flask.testing import FlaskClient

from web.machine.opensearch import short_name

NS = {"os": "http://a9.com/-/spec/opensearch/1.1/"}


def test_every_page_leads_to_the_description(client: FlaskClient) -> None:
    """In its head, also where there is no page."""
    link = (
        '<link rel="search" type="application/opensearchdescription+xml" '
        'title="Compendium of Business Networks" href="/opensearch.xml">'
    )
    for path in ("/", "/search?q=wine", "/cases/norway/metal-buyers", "/api", "/nothing"):
        assert link in client.get(path).text


def test_each_form_of_the_answer_is_there(client: FlaskClient) -> None:
    """The words in the place of the template lead to an answer of the type that is told."""
    response = client.get("/opensearch.xml")
    root = ET.fromstring(response.data)
    name = root.find("os:ShortName", NS).text
    urls = [
        (url.get("type"), url.get("template"))
        for url in root.findall("os:Url", NS)
        if url.get("rel") != "self"
    ]

    assert response.mimetype == "application/opensearchdescription+xml"
    assert root.find("os:LongName", NS).text == "Compendium of Business Networks"
    assert (name, len(name) <= 16) == ("Business Netw.", True)
    assert [media for media, _ in urls] == [
        "text/html",
        "application/atom+xml",
        "application/json",
        "application/x-suggestions+json",
    ]
    for media, template in urls:
        address = template.replace("{searchTerms}", "wine").removeprefix("http://localhost")
        assert client.get(address).mimetype == media


@pytest.mark.parametrize(
    ("name", "short"),
    [
        ("Seeds", "Seeds"),
        ("Business Network", "Business Network"),
        ("Business Networks", "Business Netw."),
        ("Compendium of Cases", "Compendium Cases"),
        ("Compendium of the Seed Trade", "Compendium Seed"),
        ("cases of the north country", "cases of the"),
        ("Donaudampfschifffahrt", "Donaudampfsch."),
        ("", ""),
    ],
)
def test_a_name_is_shortened_by_words(name: str, short: str) -> None:
    """The format takes 16 characters: whole words first, and the beginning of one more."""
    assert short_name(name) == short
    assert len(short) <= 16


def test_suggestions_are_as_browsers_take_them(client: FlaskClient) -> None:
    """The words, then labels, what each is, and its address, in lists of one length."""
    typed, labels, what, addresses = client.get("/opensearch/suggestions?q=nor").json

    assert (typed, labels, what) == ("nor", ["Norway"], ["Country"])
    assert addresses == ["http://localhost/countries/norway"]
    assert client.get("/opensearch/suggestions?q=").json == ["", [], [], []]
    refused = client.get("/opensearch/suggestions?query=nor")
    assert (refused.status_code, refused.json["parameter"]) == (400, "query")
