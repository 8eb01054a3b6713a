"""The page of further reading and sources, and the file for reference managers."""

from __future__ import annotations

import re
from html import unescape

import pytest
from flask.testing import FlaskClient
from pybtex.database.input.bibtex import Parser

from kb.indexing.pipeline import build
from kb.search.opening import open_live
from tests.toy import copy_toy_corpus, settings_of_toy
from web import create_app

READING = """
@book{poe-1901,
  author = {Poe, Ann},
  title = {On Working Together},
  year = {1901},
  keywords = {Firms},
  citedin = {doe-2001: note 3; references, 8},
}

@book{poe-1902,
  author = {Poe, Ann},
  title = {More of It},
  year = {1902},
  keywords = {Regions},
  citedin = {doe-2001: note 4},
}
"""


@pytest.fixture(name="well_read", scope="module")
def _well_read(tmp_path_factory, tiny_encoder) -> FlaskClient:
    """A toy compendium whose first source names two works."""
    folder = tmp_path_factory.mktemp("well-read")
    cases = copy_toy_corpus(folder / "cases")
    with (cases / "sources.bib").open("a", encoding="utf-8") as file:
        file.write(READING)
    settings = settings_of_toy(cases, folder / "index", tiny_encoder)
    build(settings)
    return create_app(open_live(settings), settings).test_client()


def _text(html: str) -> str:
    return " ".join(unescape(re.sub(r"<[^>]+>", " ", html)).split())


def _entries(page: str, prefix: str) -> dict[str, str]:
    found = re.findall(rf'<li id="{prefix}-([\w-]+)">(.*?)</li>', page, re.DOTALL)
    return {key: _text(entry) for key, entry in found}


def test_further_reading_stands_by_subject_with_where_it_is_named(well_read):
    """A work that only a source names is listed with the places, under its subject."""
    page = well_read.get("/reading").text

    assert _entries(page, "work") == {
        "poe-1901": "Ann Poe (1901). On Working Together . Named in note 3; references, 8",
        "poe-1902": "Ann Poe (1902). More of It . Named in note 4",
    }
    assert re.findall(r"<h3>(\w+)</h3>", page) == ["Firms", "Regions"]
    assert "Named by Jane Doe and Richard Roe (2001). The editors have seen none" in page
    assert "<title>Literature on networks, and 2 sources — " in page


def test_sources_say_who_cites_them(well_read):
    """A source names the documents that cite it where they are few, and counts them else."""
    page = well_read.get("/reading").text
    sources = _entries(page, "source")

    assert list(sources) == ["anon", "doe-2001"]
    assert sources["anon"].endswith("Archived copy Cited by 4 documents")
    assert sources["doe-2001"].startswith("Jane Doe and Richard Roe (2001). Toy Networks")
    rows = re.findall(r"<tr><td>(.*?)</tr>", page)
    assert [_text(row) for row in rows] == [
        "Secondary only a passage 1 4",
        "Not said not said 1 " + re.findall(r"\d+$", _text(rows[1]))[0],
    ]
    assert "3 of 7 documents rest on passages alone." in page


def test_all_sources_can_be_taken_as_bibtex(well_read):
    """The file holds every entry as the compendium has it, further reading included."""
    answer = well_read.get("/sources.bib")

    assert answer.headers["Content-Type"].startswith("application/x-bibtex")
    assert answer.headers["Content-Disposition"] == 'attachment; filename="sources.bib"'
    entries = Parser().parse_string(answer.text).entries
    assert list(entries) == ["doe-2001", "anon", "poe-1901", "poe-1902"]
    assert entries["anon"].fields["seenpart"] == "the beginning"


def test_without_further_reading_the_page_has_the_sources(client):
    """A compendium whose sources name no works has no such part, and says so nowhere."""
    page = client.get("/reading").text

    assert "<h1>Sources</h1>" in page
    assert "urther reading" not in page
    assert list(_entries(page, "source")) == ["anon", "doe-2001"]


def test_other_pages_lead_to_it(client):
    """The foot of every page, the guides, About and the map of the site lead to the page."""
    for address in ("/", "/guides", "/about"):
        assert 'href="/reading"' in client.get(address).text
    assert "/reading</loc>" in client.get("/sitemap.xml").text
    assert "All 2 sources, and works to read on" in client.get("/about").text
