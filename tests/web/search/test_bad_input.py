"""What nobody would ask on purpose is answered, or told in a plain sentence."""

from __future__ import annotations

import pytest

from kb.search.searcher import Searcher


@pytest.mark.parametrize("sign", ["?", ".", "%21", "-", "%22%22", "…"])
def test_a_sign_is_no_question(client, sign: str) -> None:
    """It is said that there is no word in it."""
    page = client.get(f"/search?q={sign}").text

    assert "There is no word in “" in page
    assert "Nothing found" in page


def test_only_what_is_left_out(client, searcher: Searcher) -> None:
    """Everything else is listed, and said; the counts are of these."""
    of_norway = searcher.compendium.holdings.everything.count(country="NO")
    for text in ("-Norway", "NOT Norway", "-Norwegian"):
        page = client.get("/search", query_string={"q": text}).text
        assert "You say what to leave out only, so everything else is listed." in page
        assert "Left out: Norway." in page
        found = searcher.ask(text)
        assert found.total == len(searcher.cases) - of_norway
        assert not any("NO" in hit.case.facets["country"] for hit in found.hits)
        assert sum(one.count for one in found.facets["kind"]) == found.total


def test_only_words_that_are_left_out(searcher: Searcher) -> None:
    """The same of words that are no value; a filter narrows it further."""
    whole = searcher.ask("-textile")
    said = {case.id for case in searcher.cases} - {hit.case.id for hit in whole.hits}

    assert "norway/textile-exporters" in said
    assert whole.total == len(searcher.cases) - len(said)
    narrowed = searcher.ask("-textile", country="NO")
    assert {hit.case.id for hit in narrowed.hits} == {
        hit.case.id for hit in whole.hits if "NO" in hit.case.facets["country"]
    }


def test_what_is_asked_for_and_left_out_at_once(client) -> None:
    """It is said, and answered as if nothing were left out."""
    page = client.get("/search?q=wine+-wine").text

    assert "You ask for Wine and spirits and leave it out. Nothing was left out." in page
    assert "Nothing found" not in page


@pytest.mark.parametrize(
    "text", ["שלום עולם", "شبكات الأعمال", "сеть малых предприятий", "ネットワーク", "x" * 1000]
)
def test_a_language_that_is_not_understood(client, text: str) -> None:
    """Nothing is found, and the page says which languages are understood."""
    page = client.get("/search", query_string={"q": text})

    assert page.status_code == 200
    assert "Questions are understood in English" in page.text
