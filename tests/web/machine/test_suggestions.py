"""What the search box asks while somebody types."""

from __future__ import annotations

from dataclasses import replace

import pytest

from kb.search.opening import open_live
from web import create_app


def suggested(client, typed: str) -> list[tuple[str, str, str]]:
    found = client.get("/api/v1/suggestions", query_string={"q": typed}).json["suggestions"]
    return [(one["kind"], one["label"], one["name"]) for one in found]


def test_values_come_before_cases_and_guides(client) -> None:
    """Each with its page, a value with how many cases its page has."""
    answer = client.get("/api/v1/suggestions?q=textile")

    assert answer.json["suggestions"] == [
        {
            "kind": "value",
            "label": "Textiles, clothing and footwear",
            "url": "http://localhost/sectors/textiles-clothing",
            "id": "textiles-clothing",
            "facet": "sector",
            "name": "",
            "cases": 2,
        },
        {
            "kind": "case",
            "label": "Textile firms export",
            "url": "http://localhost/cases/norway/textile-exporters",
            "id": "norway/textile-exporters",
            "facet": "",
            "name": "",
            "cases": None,
        },
        {
            "kind": "case",
            "label": "Textile firms train together",
            "url": "http://localhost/cases/spain/textile-training",
            "id": "spain/textile-training",
            "facet": "",
            "name": "",
            "cases": None,
        },
    ]


@pytest.mark.parametrize(
    ("typed", "kind", "label", "name"),
    [
        ("Norge", "value", "Norway", "Norge"),
        ("noruega", "value", "Norway", "Noruega"),
        ("EXPORTERS", "case", "Textile firms export", ""),
        ("welders", "value", "Metalwork and machinery", "welders"),
    ],
)
def test_other_names(client, typed, kind, label, name) -> None:
    """A country in another language, a trade, any letters: it is said which name fits."""
    assert (kind, label, name) in suggested(client, typed)


@pytest.mark.parametrize("typed", ["", " ", "?", "zebra", "\u05d0\u05d1", "x" * 200])
def test_nothing_fits(client, typed) -> None:
    """A blank, a sign, another script, a word that no name has: no suggestion, and no error."""
    assert suggested(client, typed) == []


def test_every_page_is_there(client) -> None:
    """What is suggested can be opened, and there are never more than eight."""
    for letter in "abcdefghijklmnopqrstuvwxyz":
        found = client.get(f"/api/v1/suggestions?q={letter}").json["suggestions"]
        assert len(found) <= 8
        for one in found:
            assert client.get(one["url"].removeprefix("http://localhost")).status_code == 200


def test_a_value_has_as_many_cases_as_its_page(client, searcher) -> None:
    """The number is of cases: guides are not counted, as on the page."""
    for one in client.get("/api/v1/suggestions?q=norway").json["suggestions"][:1]:
        assert one["cases"] == searcher.compendium.holdings.cases.count(country=one["id"])


def test_a_browser_may_keep_it_and_no_one_between(client) -> None:
    """For minutes, as a snapshot seldom changes; what is typed is the reader's own."""
    assert client.get("/api/v1/suggestions?q=no").headers["Cache-Control"] == "private, max-age=300"


@pytest.mark.parametrize(
    ("address", "parameter"), [("query=no", "query"), ("q=a&q=b", "q"), (f"q={'x' * 201}", "q")]
)
def test_what_is_not_understood(client, address, parameter) -> None:
    """A name that it does not have, a second value, more than any name has: 400, by name."""
    answer = client.get(f"/api/v1/suggestions?{address}")

    assert (answer.status_code, answer.json["parameter"]) == (400, parameter)


def test_it_stands_without_a_snapshot(tmp_path, settings) -> None:
    """503, as everywhere; the page of the failure has its search box all the same."""
    nothing = replace(settings, index=tmp_path)
    client = create_app(open_live(nothing), nothing).test_client()

    assert client.get("/api/v1/suggestions?q=no").status_code == 503
    page = client.get("/search?q=no")
    assert (page.status_code, 'data-suggest="q"' in page.text) == (503, True)


@pytest.mark.parametrize("name", ["Norge", "norvège", "NORWEGEN", "Norwegian", "no"])
def test_a_country_in_another_language_is_a_filter(client, searcher, name) -> None:
    """So it is in every address that takes a country; one without cases is known as well."""
    found = client.get("/api/v1/search", query_string={"country": name}).json

    assert found["query"]["filters"] == {"country": ["NO"]}
    assert found["total"] == searcher.compendium.holdings.everything.count(country="NO")
    assert client.get("/search?country=Österreich").status_code == 200


@pytest.mark.parametrize(
    ("typed", "label", "name"),
    [
        ("boulang", "Food products", "baker"),
        ("Bäcker", "Food products", "baker"),
        ("weing", "Wine and spirits", "winery"),
        ("exportaci", "Exporting", "export"),
    ],
)
def test_words_of_other_languages_lead_to_values(real_client, typed, label, name) -> None:
    """Where no value is called so itself; beside it stands what the word means."""
    found = real_client.get("/api/v1/suggestions", query_string={"q": typed}).json["suggestions"]

    assert ("value", label, name) in [(one["kind"], one["label"], one["name"]) for one in found]


def test_names_go_before_words_of_other_languages(real_client) -> None:
    """And too few letters mean nothing in any of them."""
    by_name = real_client.get("/api/v1/suggestions?q=wine").json["suggestions"]
    short = real_client.get("/api/v1/suggestions?q=bou").json["suggestions"]

    assert by_name[0]["label"] == "Wine and spirits"
    assert not [one for one in short if one["kind"] == "value"]
