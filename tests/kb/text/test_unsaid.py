"""What people ask for by name and no case says, by a vocabulary and by what cases say."""

from __future__ import annotations

from pathlib import Path

import pytest

from kb.content.taxonomy import load_taxonomy
from kb.text.analysis import tokens
from kb.text.mentions import MentionFinder
from kb.text.unsaid import Unsaid, told

TAXONOMY = load_taxonomy(Path(__file__).parents[3] / "cases" / "taxonomy.yaml")
SECTORS = TAXONOMY["sectors"].ids
_TERMS = (*TAXONOMY["sectors"], *TAXONOMY["divisions"])


def finder(said: str = "", held: tuple[str, ...] = SECTORS) -> Unsaid:
    """The names of the vocabulary, where all cases together say no more than some words."""
    stems = tokens(said)

    def is_said(name: tuple[str, ...], own: tuple[str, ...]) -> bool:
        in_a_row = any(stems[at : at + len(name)] == name for at in range(len(stems)))
        return in_a_row or set(own) <= set(stems)

    return Unsaid(TAXONOMY, held, is_said)


def labels(text: str, said: str = "", groups: tuple[tuple[str, ...], ...] = ()) -> list[str]:
    """What a text asks for and is told absent."""
    return [one.absent.label for one in finder(said).read(text, groups) if one.absent]


@pytest.mark.parametrize(
    "name", sorted({name for term in _TERMS for name in term.products}), ids=str
)
def test_every_product_is_told_as_it_is_written(name):
    """Whatever the vocabulary names is found in a text."""
    assert labels(f"a network for {name} together") == [name]


@pytest.mark.parametrize(
    ("text", "told_absent"),
    [
        ("a hat maker", ["hats"]),
        ("one hat", ["hats"]),
        ("a cooperative of cherry and banana growers", ["bananas"]),
        ("two orchestras and a choir", ["orchestras", "choirs"]),
        ("a knife and a scarf, a prosthesis", ["knives", "scarves", "prostheses"]),
        ("dental laboratories", ["dental laboratories"]),
        ("sweet potatoes", ["sweet potatoes"]),
        ("an undertaker", ["undertakers"]),
        ("sell furniture to bookshops", []),
        ("a stable partnership", []),
        ("we saw it", []),
        ("hat-trick of bolts", ["hats"]),
        ("", []),
    ],
)
def test_what_no_case_says_is_told(text, told_absent):
    """In any form, the longest name first; who sells to a trade asks for none of its cases."""
    assert labels(text) == told_absent


@pytest.mark.parametrize(
    ("text", "said", "told_absent"),
    [
        ("hat makers", "the hat", []),
        ("candle makers", "they pour candles", []),
        ("candle makers", "makers of chairs", ["candle makers"]),
        ("tea growers", "tea leaves", []),
        ("olive oil", "olive trees", ["olive oil"]),
        ("olive oil", "oil of the olive", []),
        ("bookshops and undertakers", "a bookshop", ["undertakers"]),
    ],
)
def test_what_a_case_says_is_never_told(text, said, told_absent):
    """Nor the trade of those of which a case says all but that they make or grow it."""
    assert labels(text, said) == told_absent


@pytest.mark.parametrize(
    ("groups", "said", "told_absent"),
    [
        ((("hats",),), "", ["hats"]),
        ((("hats", "hatter"),), "", ["hats", "hatters"]),
        ((("hats", "felt"),), "felt", []),
        ((("hats", "hatter"),), "a hatter", []),
    ],
)
def test_a_word_of_several_meanings_is_told_only_if_none_is_said(groups, said, told_absent):
    """The foreign word may have meant the one that cases say."""
    text = " ".join(term for group in groups for term in group)

    assert labels(text, said, groups) == told_absent


def test_the_nearest_are_the_sectors_that_name_it():
    """Of a division those that are near to it, and none without a case."""
    both, of_division = finder().read("marble, vaccines")
    (held,) = finder(held=("construction-landscape",)).read("marble")

    assert [one.value for one in both.absent.nearest] == ["crafts-luxury", "construction-landscape"]
    assert [one.value for one in of_division.absent.nearest] == ["medical-devices", "cosmetics"]
    assert [one.value for one in held.absent.nearest] == ["construction-landscape"]


def test_of_names_that_overlap_the_longer_one_is_told():
    """Laboratories of a kind are not those of any."""
    text = "dental laboratories, dentists and hats"
    named = MentionFinder(TAXONOMY, {"sector": SECTORS}).read(text)

    absent = told(named, finder().read(text))
    said = told(named, finder("dental laboratories").read(text))

    assert [one.label for one in absent] == ["dental laboratories", "dentists", "hats"]
    assert [one.label for one in said] == ["dentists", "hats"]
