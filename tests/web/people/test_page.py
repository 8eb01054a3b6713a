"""The page of people and organisations: what it shows, where it leads, and without a file."""

from __future__ import annotations

import re
from html import unescape

import pytest
from flask.testing import FlaskClient

from kb.indexing.pipeline import build
from kb.search.opening import open_live
from tests.kb.content.test_people import toy_people
from tests.toy import copy_toy_corpus, settings_of_toy
from web import create_app

#: Every entry of the toy file as a reader reads it.
ENTRIES = {
    "ann-doe": "Ann Doe Professor She evaluated a programme. Then with: An institute "
    "Read: How to purchase together ; Metal firms purchase machines "
    "Jane Doe and Richard Roe (2001), note 3",
    "bo-roe": "Bo Roe Partner Then with: An institute An unsigned note (no date), thanks",
    "institute": "An institute Oslo People: Ann Doe , Bo Roe An unsigned note (no date), thanks",
}


@pytest.fixture(name="peopled", scope="module")
def _peopled(tmp_path_factory, tiny_encoder) -> FlaskClient:
    """A toy compendium with three entries in two lists."""
    folder = tmp_path_factory.mktemp("peopled")
    cases = copy_toy_corpus(folder / "cases")
    (cases / "people.yaml").write_text(toy_people(), encoding="utf-8")
    settings = settings_of_toy(cases, folder / "index", tiny_encoder)
    build(settings)
    return create_app(open_live(settings), settings).test_client()


def entries(page: str) -> dict[str, str]:
    """The entries of a page by anchor, without tags, spaces joined."""
    found = re.findall(r'<li id="([\w-]+)">(.*?)</li>', page, re.S)
    return {name: " ".join(unescape(re.sub(r"<[^>]+>", " ", text)).split()) for name, text in found}


def test_the_page_shows_every_entry(peopled):
    """Lists have headings with anchors; entries say who, what, with whom, where it is written."""
    page = peopled.get("/people").get_data(as_text=True)

    assert "<h1>People and organisations</h1>" in page
    assert '<p class="lead">As the sources named them.</p>' in page
    assert re.findall(r'<h2 id="([\w-]+)">(.*?)</h2>', page) == [
        ("people", "People"),
        ("organisations", "Organisations"),
    ]
    assert re.findall(r'<a href="#([\w-]+)">[^<]*</a> <span class="count">(\d+)', page) == [
        ("people", "2"),
        ("organisations", "1"),
    ]
    assert entries(page) == ENTRIES


def test_entries_lead_to_cases_and_to_each_other(peopled):
    """A case, a guide and an organisation are links that lead somewhere."""
    page = peopled.get("/people").get_data(as_text=True)
    body = re.search(r'<ul class="people-list">.*</ul>', page, re.S)[0]

    inside = set(re.findall(r'href="#([\w-]+)"', body))
    cases = re.findall(r'href="(/cases/[\w/-]+)"', body)

    assert inside == {"institute", "ann-doe", "bo-roe"}
    assert inside <= entries(page).keys()
    assert cases == ["/cases/guides/purchase-guide", "/cases/norway/metal-buyers"]
    assert {peopled.get(address).status_code for address in cases} == {200}


@pytest.mark.parametrize("address", ["/about", "/", "/sitemap.xml", "/search"])
def test_pages_lead_to_it(peopled, client, address):
    """About, the foot of every page and the map of the site do, where there are lists."""
    assert "/people" in peopled.get(address).get_data(as_text=True)
    assert "/people" not in client.get(address).get_data(as_text=True)


def test_without_lists_there_is_no_page(client):
    """A compendium that has no such file has no such page."""
    assert client.get("/people").status_code == 404
