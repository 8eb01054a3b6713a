"""What the words of a query were taken for, as the page, ``kb search`` and the API say it."""

from __future__ import annotations

import pytest

from kb.answers.addresses import Addresses
from kb.answers.reading import readings
from kb.answers.search import search_answer
from kb.search.query import make_query
from kb.search.searcher import Searcher


def said(searcher: Searcher, text: str, **filters: str) -> list[str]:
    """The sentences of a search."""
    given = {facet: [value] for facet, value in filters.items()}
    query = make_query(searcher.taxonomy, text=text, filters=given)
    return list(map(str, readings(searcher.search(query), searcher.taxonomy)))


@pytest.mark.parametrize(
    ("text", "sentences"),
    [
        ("wine", []),
        ("wine -Norway", ["Left out: Norway."]),
        ("wine -Norway not in Norway", ["Left out: Norway."]),
        ("wine -Norwegian", ["Left out: Norway."]),
        ("textile -bakers", ["Left out: “bakers”."]),
        ("export -wineries", ["Left out: “wineries” (Wine and spirits)."]),
        ("metal outside Southern Europe", ["Left out: “Southern Europe” (Spain)."]),
        (
            "wineries -wine",
            ["You ask for Wine and spirits and leave it out. Nothing was left out."],
        ),
        (
            "wine, not in Bordeaux",
            [
                "“not in Bordeaux” was read as words and leaves nothing out. "
                "A minus sign before a word does: -Bordeaux."
            ],
        ),
        (
            "textile firms with more than 20 members",
            ["“more than 20 members” was read as words: no filter chooses by it."],
        ),
        (
            "textile firms since 1990 with exports of over 6%",
            [
                "“since 1990” was read as words. The filter “When they worked” chooses by it.",
                "“over 6%” was read as words. The filter “Reported result” chooses by it.",
            ],
        ),
        ("metal in Southern Europe", ["None of these cases is from Southern Europe."]),
        ("metal in Scandinavia", []),
    ],
)
def test_what_words_ask_beside_words_is_said(searcher, text, sentences) -> None:
    """Plain sentences, each once, that hold: what is left out, and what is only read."""
    assert said(searcher, text) == sentences


@pytest.mark.parametrize(
    ("text", "filters", "sentences"),
    [
        (
            "metal -Norway",
            {"country": "NO"},
            [
                "Left out: Norway.",
                "The filters ask for Norway and your words leave it out. It is left out.",
            ],
        ),
        (
            "metal in Norway",
            {"country": "ES"},
            ["Your words ask for Norway, and the filters let through only Spain."],
        ),
        (
            "metal in Scandinavia",
            {"country": "ES"},
            ["Your words ask for Scandinavia, and the filters let through only Spain."],
        ),
        (
            "wineries",
            {"sector": "metal-machinery", "country": "ES"},
            [
                "Your words ask for Wine and spirits, and the filters let through only "
                "Metalwork and machinery."
            ],
        ),
        ("metal in Norway", {"country": "NO"}, []),
        ("exporting wine", {"project": "joint-purchasing"}, []),
    ],
)
def test_words_and_filters_that_want_different_things_are_told(
    searcher, text, filters, sentences
) -> None:
    """Of a facet of which a case may have both values only where nothing is found."""
    assert said(searcher, text, **filters) == sentences


def test_the_answer_says_the_same(searcher) -> None:
    """As sentences, and what they are of as data."""
    text = "metal of over 20 firms in Scandinavia, not in Bordeaux"
    result = searcher.search(make_query(searcher.taxonomy, text=text))

    answer = search_answer(result, searcher, Addresses())

    assert list(answer.notices) == said(searcher, text)
    assert answer.read_as_words == ("not in Bordeaux", "over 20 firms")
    assert [(one.label, one.countries) for one in answer.regions] == [("Scandinavia", ("DK", "NO"))]
