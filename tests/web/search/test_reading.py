"""What the words of a query were taken for, in sentences above the answer."""

from __future__ import annotations

from dataclasses import replace

import pytest

from kb.search.query import Query
from kb.search.query_analysis import Exclusion
from kb.text.mentions import Absent, Mention
from web.search.reading import readings

FOOD = Mention(facet="sector", value="food", label="Food")
DRINK = Mention(facet="sector", value="drink", label="Drink")
SPAIN = Mention(facet="country", value="ES", label="Spain")


@pytest.mark.parametrize(
    ("absent", "expected"),
    [
        (
            Absent(facet="sector", value="", label="bakers", nearest=(FOOD, DRINK)),
            "No case on “bakers”. The nearest trades: Food or Drink.",
        ),
        (Absent(facet="sector", value="", label="bakers"), "No case on “bakers”."),
        (
            Absent(facet="country", value="PT", label="Portugal", nearest=(SPAIN,)),
            "No case from Portugal. The nearest: Spain.",
        ),
        (Absent(facet="country", value="PT", label="Portugal"), "No case from Portugal."),
    ],
)
def test_what_no_case_has_is_said_with_what_is_nearest(client, searcher, absent, expected):
    """A trade or a place, with values that cases have or without any."""
    result = searcher.search(Query(text="wine"))
    result = replace(result, reading=replace(result.reading, absent=(absent,)))

    with client.application.test_request_context():
        assert readings(result, searcher.taxonomy) == (expected,)


def test_what_stands_for_several_values_is_said_with_each_of_them(client, searcher):
    """Labels may hold a comma, so they are told apart by semicolons."""
    result = searcher.search(Query(text="wine"))
    several = Exclusion(text="public money", facet="sector", values=("food", "wine-spirits"))
    one = Exclusion(text="Wine", facet="sector", values=("wine-spirits",))
    result = replace(result, reading=replace(result.reading, exclusions=(several, one)))
    food, wine = (searcher.taxonomy.label("sector", value) for value in several.values)

    with client.application.test_request_context():
        assert readings(result, searcher.taxonomy) == (
            f"Left out: “public money” ({food}; {wine}).",
            f"Left out: {wine}.",
        )


def test_a_text_without_a_word_is_asked_what_it_looks_for(client):
    """It is not said to fit nothing, and there is nothing to follow."""
    page = client.get("/search?q=%3F").text

    assert "There is no word in “?” to search for." in page
    assert '<h2 id="nothing-title">What are you looking for?</h2>' in page
    assert "Nothing in the compendium fits these words." not in page
    assert "Follow this search</a>" not in page


def test_what_nothing_answers_is_followed_last(client):
    """Who reads that there is nothing may be told when there is; beside results it comes first."""
    nothing, some = client.get("/search?q=xyzzy").text, client.get("/search?q=wine").text

    assert nothing.index("Do you know a case") < nothing.index("Follow this search</a>")
    assert some.index("Follow this search</a>") < some.index('<ol class="hits"')
    assert nothing.count("Follow this search</a>") == some.count("Follow this search</a>") == 1
