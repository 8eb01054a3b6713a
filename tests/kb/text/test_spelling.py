"""Slips of typing: what is repaired, and what is left alone."""

from __future__ import annotations

import random

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from rapidfuzz.distance import OSA

from kb.text.english import is_english_word
from kb.text.language import words_of
from kb.text.spelling import Speller, SpellingTable, count_words, spellings_of

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
            "wine-firms of small firms export",
            id="after a hyphen, too",
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
        pytest.param("SMEs that export", id="word of the audience"),
        pytest.param("sme msmes", id="in small letters"),
        pytest.param("coopetition of cobots", id="words of the field"),
        pytest.param("co-opetition of cobots", id="the same with a hyphen"),
        pytest.param("coworking, agritourism", id="parts that are known"),
        pytest.param("export-led after-sales", id="compound"),
        pytest.param("intra-firm trade", id="first part with a hyphen"),
        pytest.param("Uber Senge", id="names near other words"),
        pytest.param("specialize in jewelry", id="American spelling"),
        pytest.param("linkedin", id="a name two slips from a word"),
        pytest.param("Canada's wineries", id="apostrophe"),
        pytest.param("הרשת של נגרים", id="right to left"),
        pytest.param("?", id="one sign"),
        pytest.param("x" * 1000, id="a thousand letters"),
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
        Speller(dict.fromkeys(words, 3)).repair("zarkeb")
        for words in (("zarket", "zarkel"), ("zarkel", "zarket"))
    }

    assert repaired == {"zarkel"}


def test_how_common_a_word_is_in_english_decides_beside_the_compendium():
    """Of words that the compendium has as often, or not at all, the commoner English one."""
    speller = Speller({"market": 3, "marker": 3})

    assert speller.repair("markeb admiting lazer") == "market admitting laser"


def test_likely_slips_come_first():
    """Letters that changed places before another letter; the first letter is hardly ever wrong."""
    speller = Speller({"table": 18, "label": 1, "with": 259, "which": 80})

    assert speller.repair("lable wich") == "label which"


def test_words_run_together_are_split_where_both_are_common():
    """Of two ways to split, the one whose rarer word is the commoner."""
    counts = {"wine": 3, "winef": 9, "firms": 9, "irms": 2}

    assert Speller(counts).repair("winefirms") == "wine firms"


def test_without_a_vocabulary_english_is_repaired():
    """A compendium without words has those of English."""
    assert Speller({}).repair("netwrok of frims") == "network of firms"


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
    """Every text counts, whatever the case; numbers do not. Parts count alone, and joined."""
    texts = ["Wine wine, WINE!", "l'usine: co-operation of 30", "É é", "firm's", ""]

    counts = count_words(texts)

    assert list(counts.items()) == [
        ("co", 1), ("cooperation", 1), ("firm", 1), ("l", 1), ("of", 1), ("operation", 1),
        ("usine", 1), ("wine", 3), ("é", 2),
    ]  # fmt: skip


@pytest.mark.parametrize(
    "text", ["ΑΣ-ΒΓ ΟΔΟΣ", "İstanbul İ", "ÉCOLE d'été", "Straße, GROẞ; ﬁve", "Canada's Café’s"]
)
def test_words_in_any_script_become_small_one_by_one(text):
    """What is next to a word does not change how it is written in small letters."""
    assert spellings_of(text) == [word.lower() for word in words_of(text)]


def test_a_table_that_was_written_repairs_the_same(tmp_path):
    """Its files are mapped: the words need not be counted again."""
    table = SpellingTable.of(COUNTS)
    table.write(tmp_path / "spelling")

    opened = SpellingTable.open(tmp_path / "spelling")

    texts = ["netwroks of frims, Norwya?", "furnutire", "jointpurchasing", "xyzzyq", "Lillehamer"]
    assert [Speller(opened).repair(text) for text in texts] == [
        Speller(COUNTS).repair(text) for text in texts
    ]
    assert isinstance(opened.deletions, np.memmap)
    assert opened.how_common("firms") == table.how_common("firms")


_LETTERS = st.text(alphabet="abcdeinorst", min_size=4, max_size=9)


@settings(deadline=None, derandomize=True, max_examples=200)
@given(words=st.sets(_LETTERS, min_size=1, max_size=30), typed=_LETTERS)
def test_near_words_are_those_that_every_word_compared_gives(words, typed):
    """By what is left of them after slips, exactly the words within as many slips are found."""
    slips = 2 if len(typed) >= 7 else 1

    near = SpellingTable.of(dict.fromkeys(words, 1)).near(typed, slips)

    every = [word for word in words if OSA.distance(typed, word) <= slips]
    assert set(near) <= set(every)
    assert {word for word in every if word[7:] == typed[7:]} <= set(near)


def test_nonsense_costs_little_however_many_words_there_are():
    """A thousand letters are looked up, not compared: what grows is the table alone."""
    rng = random.Random(3)
    many = {"".join(rng.choices("abcdefghijklmnop", k=8)): 1 for _ in range(4000)}
    nonsense = [
        "".join(rng.choices("abcdefghijklmnop", k=1000)),
        " ".join("".join(rng.choices("abcdefghijklmnop", k=7)) for _ in range(125)),
    ]
    compared = []
    for vocabulary in (COUNTS, {**COUNTS, **many}):
        speller = Speller(vocabulary)
        texts = [speller.repair(text) for text in nonsense]
        compared.append(texts == nonsense)

    assert compared == [True, True]


@settings(derandomize=True, max_examples=60)
@given(
    before=st.dictionaries(st.text("abcxyzéå", min_size=1, max_size=9), st.integers(1, 9)),
    now=st.dictionaries(st.text("abcxyzéå", min_size=1, max_size=9), st.integers(1, 9)),
    both=st.dictionaries(st.text("abcxyzéå", min_size=1, max_size=9), st.integers(1, 9)),
)
def test_a_table_that_goes_on_from_another_is_the_same(before, now, both):
    """Whatever words come, go or stay: every array is that of a table made anew."""
    anew = SpellingTable.of(now | both)

    found = SpellingTable.of(now | both, SpellingTable.of(before | both))

    for name in ("text", "starts", "deletions", "owners"):
        one, other = getattr(found, name), getattr(anew, name)
        assert (one.dtype, one.tolist()) == (other.dtype, other.tolist())
    assert found.n_counted == anew.n_counted
