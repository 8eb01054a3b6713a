"""The foot of every page: of when the content is, under which licence, and who runs the site."""

from __future__ import annotations

import re
from dataclasses import replace

import pytest

from kb.indexing.pipeline import build
from kb.search.opening import open_live
from tests.toy import copy_toy_corpus, settings_of_toy
from web import create_app

PAGES = ("/", "/search", "/search?q=wine", "/cases/norway/metal-buyers", "/outcomes", "/nowhere")


def foot(page: str) -> list[str]:
    """The sentences of the notes at the foot of a page."""
    notes = re.findall(r'<p class="footer-note">(.*?)</p>', page, re.S)
    return [" ".join(re.sub("<[^>]+>", "", note).split()) for note in notes]


def client(live, settings, **explicit):
    return create_app(live, replace(settings, **explicit)).test_client()


@pytest.fixture(name="undated", scope="module")
def _undated(tmp_path_factory, tiny_encoder):
    """A toy compendium in which no case says on which day it came in."""
    folder = tmp_path_factory.mktemp("undated")
    cases = copy_toy_corpus(folder / "cases")
    for path in cases.rglob("*.md"):
        path.write_text(re.sub("(?m)^added: .*\n", "", path.read_text("utf-8")), "utf-8")
    settings = settings_of_toy(cases, folder / "index", tiny_encoder)
    build(settings)
    return open_live(settings), settings


@pytest.mark.parametrize("path", PAGES)
def test_the_day_of_the_latest_case_and_the_licence(live, settings, path):
    """They are those of the snapshot that is served, and the licence is a link."""
    page = client(live, settings).get(path).text

    assert foot(page) == ["The latest case came in on 22 November 2026. Texts: CC BY 4.0."]
    assert (
        '<a rel="license" href="https://creativecommons.org/licenses/by/4.0/">CC BY 4.0</a>' in page
    )


@pytest.mark.parametrize("path", PAGES)
def test_who_runs_the_site_where_it_is_said(live, settings, path):
    """The name and the contact, which is a link; neither is invented."""
    one = (
        client(live, settings, operator="Seed <Guild>", contact="desk@guild.example").get(path).text
    )

    assert foot(one)[1] == "Run by Seed &lt;Guild&gt;. Contact: desk@guild.example"
    assert 'href="mailto:desk@guild.example"' in one
    assert foot(client(live, settings, operator="Guild").get(path).text)[1:] == ["Run by Guild."]
    contact = client(live, settings, contact="https://guild.example/").get(path).text
    assert foot(contact)[1:] == ["Contact: https://guild.example/"]


def test_cases_without_a_day_name_none(undated):
    """The content then has no date, and none is made up."""
    assert foot(client(*undated).get("/").text) == ["Texts: CC BY 4.0."]


def test_in_another_language(live, settings):
    """The page of results says the day as its language does."""
    page = client(live, settings, language="fr", operator="Guilde").get("/search?q=vin").text

    assert foot(page) == [
        "Le dernier cas a été ajouté le 22 novembre 2026. Textes : CC BY 4.0.",
        "Géré par Guilde.",
    ]
