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
    assert "read as a word" not in page


def test_a_quotation_mark_without_its_other_one(client) -> None:
    """It is said, and not called a word: it was taken out. Alone it is no word, and no more."""
    page = client.get("/search", query_string={"q": 'wine "exports'}).text
    alone = client.get("/search", query_string={"q": '"'}).text

    assert "The second quotation mark is missing, so the first says nothing." in page
    assert "There is no word in “&#34;” to search for." in alone
    for one in (page, alone):
        assert "has no meaning here" not in one
    assert "quotation mark" not in alone


@pytest.mark.parametrize(("text", "is_letter"), [("C++", True), ("c", True), ("3D wine", False)])
def test_a_single_letter_finds_nothing(client, searcher: Searcher, text, is_letter) -> None:
    """The sign beside it is not searched, and a letter says too little: that is told."""
    page = client.get("/search", query_string={"q": text}).text

    sentence = f"“{text}” has no word of more than a letter, and signs are not searched."
    assert (sentence in page) is is_letter
    assert searcher.ask(text).no_good_match is is_letter


def test_a_long_text_heads_no_page(client) -> None:
    """The heading and the title hold its beginning, the box all of it."""
    text = "wine " * 200
    page = client.get("/search", query_string={"q": text}).text
    whole, beginning = text.strip(), ("wine " * 24).strip() + "…"

    assert f"<h1>Results for “{beginning}”</h1>" in page
    assert f'value="{whole}"' in page
    assert page.partition("</head>")[0].count("wine wine") < 120
    unbroken = client.get("/search", query_string={"q": "x" * 1000}).text
    assert f"<h1>Results for “{'x' * 120}…”</h1>" in unbroken


def test_a_value_whose_name_holds_a_word_is_offered(client, searcher: Searcher) -> None:
    """Where nothing is found and no value is named whole; a word of many names offers none."""
    page = client.get("/search", query_string={"q": "spirits of the mountain of doom"}).text
    wine = searcher.taxonomy.facet("sector").canonical("Wine and spirits")
    n = searcher.compendium.holdings.everything.count(sector=wine)

    assert searcher.ask("spirits of the mountain of doom").no_good_match
    assert f"All cases under “Wine and spirits” ({n})" in page
    assert "All cases under" not in client.get("/search?q=network+of+doom+and+gloom").text


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


def test_firms_of_a_country_without_a_case(client) -> None:
    """It is said, with the page of the country; that no words fit is said of others only."""
    page = client.get("/search?q=small+firms+in+Mongolia").text
    with_more = client.get("/search?q=doom+in+Mongolia").text

    assert "The compendium holds no case from Mongolia yet." in page
    assert 'href="/countries/mongolia"' in page
    assert "Nothing in the compendium fits these words." not in page
    assert "The compendium holds no case from Mongolia yet." not in with_more


def test_a_phrase_that_nobody_says_is_offered_without_its_marks(client, searcher: Searcher) -> None:
    """With what that finds; where they find nothing either, and where a case says it, it is not."""
    n = searcher.ask("abroad wine").total

    page = client.get("/search", query_string={"q": '"abroad wine"'}).text
    assert n
    assert "Nothing found" in page
    assert f"Search for these words without quotation marks ({n})" in page
    assert 'href="/search?q=abroad+wine"' in page
    for text in ('"doom and gloom"', '"wine"', "doom"):
        page = client.get("/search", query_string={"q": text}).text
        assert "without quotation marks" not in page


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
