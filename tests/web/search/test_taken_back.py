"""Ways to take back what the words of a search leave out, and parts of the world on offer."""

from __future__ import annotations

from dataclasses import replace
from gettext import translation

import pytest

from web.app import create_app
from web.words.translation import CATALOGUES

CATALOGUE = translation("messages", CATALOGUES, ["fr"])


def _links(page: str, words: str) -> list[str]:
    before = page.split(f">{words}</a>")[:-1]
    return [part.rpartition('href="')[2].partition('"')[0] for part in before]


@pytest.mark.parametrize(
    ("text", "words", "address"),
    [
        ("wine -Norway", "Leave nothing out", "/search?q=wine"),
        ('"wine" not in Norway', "Leave nothing out", "/search?q=%22wine%22"),
        ('"wine"', "Look for the words one by one", "/search?q=wine"),
    ],
)
def test_what_words_ask_can_be_taken_back(client, text, words, address) -> None:
    """By a link beside what is said of it, which leads to the rest of the words."""
    page = client.get("/search", query_string={"q": text}).text

    assert _links(page, words) == [address]


@pytest.mark.parametrize("text", ["wine", "wine -wine", "-Norway"])
def test_where_nothing_is_left_there_is_nothing_to_take_back(client, text) -> None:
    """Nothing was left out, or nothing else is asked."""
    page = client.get("/search", query_string={"q": text}).text

    assert "Leave nothing out" not in page
    assert "one by one" not in page


def test_a_part_of_the_world_is_offered_as_its_countries(client, searcher) -> None:
    """With those that are found, where it leaves some and not all, and no country is chosen."""
    n = searcher.ask("metal wine", country=["NO"]).total
    assert 0 < n < searcher.ask("metal wine").total

    page = client.get("/search?q=metal+wine+in+Scandinavia").text
    chosen = client.get("/search?q=metal+wine+in+Scandinavia&country=FR").text

    assert _links(page, f"Only Scandinavia ({n})") == [
        "/search?q=metal+wine+in+Scandinavia&amp;country=NO"
    ]
    assert "Only Scandinavia" not in chosen


def test_readings_are_in_the_language_of_the_page(live, settings) -> None:
    """What a filter is called, too."""
    site = create_app(live, replace(settings, language="fr")).test_client()

    page = site.get("/search?q=metal+since+1990+-Norway").text

    heading = CATALOGUE.gettext("When they worked")
    assert f"« since 1990 » a été lu comme des mots. Le filtre « {heading} » choisit ainsi." in page
    assert _links(page, "Ne rien écarter") == ["/search?q=metal+since+1990"]
