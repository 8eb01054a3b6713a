"""Trades and things that no case says, over the whole compendium with the default encoders."""

from __future__ import annotations

import pytest

from kb.answers.reading import readings
from kb.search.query import Query
from kb.search.searcher import Searcher
from kb.text.analysis import tokens


@pytest.fixture(name="searcher", scope="module")
def _searcher(whole_live) -> Searcher:
    """The search over the whole compendium, in place of the toy one."""
    return whole_live.current()


def absent(searcher: Searcher, text: str) -> list[str]:
    """What is told absent of a text."""
    return [one.label for one in searcher.analyser.analyse(text).absent]


@pytest.mark.parametrize(
    ("texts", "label"),
    [
        (("marble consortium", "consorzio del marmo", "consórcio de mármore"), "marble"),
        (("hat makers", "fabricants de chapeaux", "fabricantes de sombreros"), "hats"),
        (("undertaker", "Bestatter", "pompes funèbres", "begravelsesbyrå"), "undertakers"),
        (("bookshops", "Buchhandlungen", "librairies", "libreria", "bokhandel"), "bookshops"),
        (("locksmiths", "serruriers", "cerrajero", "låsesmed"), "locksmiths"),
        (("dental laboratories in Antarctica",), "dental laboratories"),
        (("olive oil export cooperative",), "olive oil"),
        (("chain vs independent bookshops",), "bookshops"),
    ],
)
def test_a_trade_that_no_case_says_is_told_in_every_language(searcher, texts, label):
    """First, where a text names a place without a case too."""
    assert [absent(searcher, text)[:1] for text in texts] == [[label]] * len(texts)


def test_the_sentence_names_the_nearest_trades(searcher):
    """Above what is found, which is the same as without it."""
    result = searcher.search(Query(text="hat makers"))

    assert [str(one) for one in readings(result, searcher.taxonomy)] == [
        "No case on “hats”. The nearest trades: Textiles, clothing and footwear."
    ]
    assert result.total > 0
    assert not result.reading.asks_no_more


@pytest.mark.parametrize(
    "text", ["bakers", "jam makers", "olive growers", "shoemakers", "truckers", "a stable of firms"]
)
def test_what_a_case_says_is_not_told(searcher, text):
    """In whatever words."""
    assert absent(searcher, text) == []


def test_no_trade_of_a_sector_is_told_that_a_case_says(searcher):
    """Of all names of the vocabulary: none of those told stands in a case, word for word."""
    terms = (*searcher.taxonomy["sectors"], *searcher.taxonomy["divisions"])
    names = {name for term in terms for name in term.products}

    told = {name for name in names if absent(searcher, name)}

    assert [name for name in sorted(told) if len(searcher.engine.saying(tokens(name)))] == []
    assert len(told) > 200
