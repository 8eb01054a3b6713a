"""Every page of the whole compendium: it answers, is sound, and leads to pages that answer."""

from __future__ import annotations

import re
from collections import Counter
from pathlib import PurePosixPath
from urllib.parse import urlsplit

import pytest
from flask.testing import FlaskClient

from tests.toy import ROOT
from web import create_app

#: What a page of a site holds that a reader or a robot can follow.
HREF = re.compile(r'\shref="(/[^"#]*)')
ID = re.compile(r'\sid="([^"]+)"')
#: Files that are made when they are asked for; of each kind a few are, as all take long.
MADE = re.compile(r"\.(?:pdf|epub|docx|imscc)$")


@pytest.fixture(name="site", scope="module")
def _site(whole_live, whole_settings) -> FlaskClient:
    return create_app(whole_live, whole_settings).test_client()


@pytest.fixture(name="pages", scope="module")
def _pages(site) -> dict[str, str]:
    """Every page of the sitemap with its text; each must answer."""
    places = re.findall(r"<loc>http://localhost([^<]*)</loc>", site.get("/sitemap.xml").text)
    answers = {place: site.get(place) for place in places}
    assert {place: a.status_code for place, a in answers.items() if a.status_code != 200} == {}
    return {place: answer.text for place, answer in answers.items()}


def test_the_sitemap_has_every_document(pages, whole_live):
    """Each case and each guide has its page, and no page stands twice."""
    ids = {case.id for case in whole_live.current().cases}

    assert {f"/cases/{case_id}" for case_id in ids} - set(pages) == set()
    assert len(ids) > 81


def test_every_page_is_sound(pages):
    """Each has one heading of the first rank, a title of its own, and no id twice."""
    headings = {place: text.count("<h1") for place, text in pages.items()}
    titles = Counter(re.search("<title>(.*?)</title>", text, re.S)[1] for text in pages.values())
    twice = {
        place: [name for name, n in Counter(ID.findall(text)).items() if n > 1]
        for place, text in pages.items()
    }

    assert {place: n for place, n in headings.items() if n != 1} == {}
    assert [title for title, n in titles.items() if n > 1] == []
    assert {place: names for place, names in twice.items() if names} == {}


@pytest.mark.parametrize("most", [12, pytest.param(None, marks=pytest.mark.long)])
def test_every_link_leads_to_a_page(pages, site, most):
    """Addresses of pages, each asked for once and without its question, are there.

    Pages of the map of the site answered already. Of the others of one kind, such as the versions
    of cases, so many are asked for here, spread over all of them, and every one in the longer form.
    """
    linked = {
        urlsplit(href).path
        for text in pages.values()
        for href in HREF.findall(text)
        if not href.startswith(("/assets/", "/api/v1/"))
    }

    by_kind: dict[tuple[str, str, bool], list[str]] = {}
    for path in sorted(linked - set(pages)):
        kind = (path.split("/")[1], PurePosixPath(path).suffix, "@" in path)
        by_kind.setdefault(kind, []).append(path)
    found = {}
    for paths in by_kind.values():
        asked = most if not MADE.search(paths[0]) else 4
        for path in paths[:: -(-len(paths) // asked)] if asked else paths:
            with site.get(path) as answer:  # a file is sent as it is read
                found[path] = answer.status_code
    assert {path: status for path, status in found.items() if status >= 400} == {}
    assert len(by_kind) > 5


def test_every_document_is_read_by_programs(site, whole_live):
    """The JSON twin of each document answers with its text and the cases most like it."""
    ids = [case.id for case in whole_live.current().cases]
    answers = [site.get(f"/api/v1/cases/{case_id}") for case_id in ids]

    assert [answer.status_code for answer in answers] == [200] * len(ids)
    assert [answer.json["id"] for answer in answers] == ids
    assert [answer.json["id"] for answer in answers if not answer.json["similar"]] == []


def test_the_examples_of_the_readme_find_something(whole_live):
    """The search from Python brings cases, and that of the API the case that is shown first."""
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    ask = whole_live.current().ask
    text, country = re.search(r'\.ask\("([^"]+)", country="(\w+)"\)', readme).groups()
    asked, where = re.search(r"search\?q=([^&]+)&country=(\w+)", readme).groups()
    shown = re.search(r'"hits": \[\{"id": "([^"]+)", "rank": 1', readme)[1]

    assert ask(text, country=country).hits
    assert ask(asked.replace("+", " "), country=where).hits[0].case.id == shown
