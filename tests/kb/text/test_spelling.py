"""Slips of typing: what is repaired, and what is left alone."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kb.text.language import is_english_word
from kb.text.spelling import Speller, count_words

COUNTS = {
    "and": 50, "cad-cam": 2, "export": 20, "exporting": 4, "exports": 5, "firm": 12, "firms": 30,
    "furniture": 6, "in": 40, "joint": 7, "lillehammer": 3, "machine": 4, "machines": 9,
    "market": 6, "marketing": 7, "network": 50, "networks": 40, "norway": 10, "ocmmn": 1,
    "of": 60, "purchasing": 8, "quality": 3, "small": 9, "textile": 5, "the": 80, "together": 12,
    "trawler": 2, "wine": 9,
}  # fmt: skip


@pytest.fixture(name="speller", scope="module")
def _speller() -> Speller:
    return Speller(COUNTS)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        pytest.param("netwrok", "network", id="two letters swapped"),
        pytest.param("exort", "export", id="a letter missing"),
        pytest.param("exportt", "export", id="a letter too many"),
        pytest.param("textila", "textile", id="another letter"),
        pytest.param("furnutire", "furniture", id="two slips in a long word"),
        pytest.param("wnie", "wine", id="a short word"),
        pytest.param("Norwya", "norway", id="a name"),
        pytest.param("Lillehamer", "lillehammer", id="a long name"),
        pytest.param("trawlr 2000", "trawler 2000", id="beside a number"),
        pytest.param("netwroks of frims, Norwya?", "networks of firms, norway?", id="several"),
        pytest.param("jointpurchasing", "joint purchasing", id="two words run together"),
        pytest.param("smallfirms export", "small firms export", id="run together, among others"),
        pytest.param("machiness", "machines", id="the nearest of two"),
        pytest.param("wnie wnie", "wine wine", id="twice"),
        pytest.param(
            "wine-fims of small fims export",
            "wine-fims of small firms export",
            id="as another word's part",
        ),
    ],
)
def test_a_slip_is_repaired(speller, text, expected):
    """A word that nobody knows becomes the nearest of the compendium; the rest stays."""
    assert speller.repair(text) == expected


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("", id="nothing"),
        pytest.param("exporting wine together", id="words of the compendium"),
        pytest.param("win", id="short"),
        pytest.param("nad", id="three letters"),
        pytest.param("mine", id="an English word near one of ours"),
        pytest.param("exporter", id="a form that only the dictionary knows"),
        pytest.param("OCMNM", id="acronym"),
        pytest.param("WNIE", id="capitals"),
        pytest.param("CAD-CMA", id="hyphenated acronym"),
        pytest.param("30% 2000", id="figures"),
        pytest.param("Lilehamer", id="two slips in a name"),
        pytest.param("frimss", id="two slips in a short word"),
        pytest.param("xyzzyq", id="near nothing"),
        pytest.param("pequeñas empresas exportan", id="es"),
        pytest.param("små bedrifter sammen", id="no"),
        pytest.param("kleine Firmen exportieren gemeinsam", id="de"),
        pytest.param("piccole imprese esportano insieme", id="it"),
    ],
)
def test_what_is_no_slip_is_left_alone(speller, text):
    """Names, acronyms, figures, English and other languages stay as they are, to the letter."""
    assert speller.repair(text) == text


def test_of_words_as_near_the_commonest_is_taken():
    """Between two words one slip away, the one that occurs more often."""
    counts = {"market": 6, "marker": 1}

    repaired = [Speller(counts).repair("markeb"), Speller({**counts, "marker": 7}).repair("markeb")]

    assert repaired == ["market", "marker"]


def test_of_words_as_near_and_common_the_first_is_taken():
    """Between equals, the alphabet decides, whatever the order of the vocabulary."""
    repaired = {
        Speller(dict.fromkeys(words, 3)).repair("markeb")
        for words in (("market", "marker"), ("marker", "market"))
    }

    assert repaired == {"marker"}


def test_words_run_together_are_split_where_both_are_common():
    """Of two ways to split, the one whose rarer word is the commoner."""
    counts = {"wine": 3, "winef": 9, "firms": 9, "irms": 2}

    assert Speller(counts).repair("winefirms") == "wine firms"


def test_without_a_vocabulary_nothing_is_repaired():
    """A compendium without words knows no better one."""
    assert Speller({}).repair("netwrok of frims") == "netwrok of frims"


@settings(deadline=None, derandomize=True, max_examples=60)
@given(
    text=st.lists(st.sampled_from((*COUNTS, "30%", "—", "OCMNM", "netwrok", "fims"))).map(" ".join)
)
def test_repairing_twice_changes_nothing_more(speller, text):
    """What was repaired is known; words of the compendium are never touched."""
    repaired = speller.repair(text)

    assert speller.repair(repaired) == repaired
    assert [
        (one, two)
        for one, two in zip(text.split(), repaired.split(), strict=True)
        if one != two and (one in COUNTS or is_english_word(one) or two not in COUNTS)
    ] == []


def test_words_are_counted_in_lower_case_and_sorted():
    """Every text counts, whatever the case; numbers do not."""
    texts = ["Wine wine, WINE!", "l'usine: co-operation of 30", "É é", ""]

    counts = count_words(texts)

    assert list(counts.items()) == [
        ("co-operation", 1), ("l'usine", 1), ("of", 1), ("wine", 3), ("é", 2)
    ]  # fmt: skip
