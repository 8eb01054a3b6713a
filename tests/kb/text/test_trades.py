"""A trade is understood by its everyday name, in English and in the languages of the glossary."""

from __future__ import annotations

from pathlib import Path

import pytest

from kb.content.glossary import read_forms
from kb.content.taxonomy import load_taxonomy
from kb.text.chunking import words_of_case
from kb.text.mentions import MENTIONED_FACETS, MentionFinder
from kb.text.translate import translate
from tests.kb.model.test_coverage import case

CASES = Path(__file__).parents[3] / "cases"
TAXONOMY = load_taxonomy(CASES / "taxonomy.yaml")
TABLE = read_forms(CASES / "glossary-forms.json", CASES / "glossary.yaml", [])
FINDER = MentionFinder(TAXONOMY, {"sector": TAXONOMY["sectors"].ids})


def sectors(text: str) -> list[str]:
    """The sectors that a text names, put into English first as a search does."""
    return [mention.value for mention in FINDER.find(translate(text, TABLE).in_english)]


@pytest.mark.parametrize("trade", [t for term in TAXONOMY["sectors"] for t in term.trades])
def test_every_trade_names_its_sector(trade):
    """One and several of it, and no other sector is meant in its place."""
    sector = TAXONOMY["sectors"].canonical(trade.plural)

    assert sector in sectors(trade.plural)
    assert sector in sectors(f"a {trade.singular} and a neighbour")


@pytest.mark.parametrize(
    ("text", "sector"),
    [
        ("Tischler kaufen gemeinsam ein", "building-trades"),
        ("plombiers", "building-trades"),
        ("rørleggere", "building-trades"),
        ("Friseure", "personal-services"),
        ("cabeleireiros", "personal-services"),
        ("taxistas", "transport"),
        ("Metzger", "food"),
        ("boulangers et pâtissiers", "food"),
        ("farmacie", "retail"),
        ("Buchhandlungen", "retail"),
        ("Winzer verkaufen Wein", "wine-spirits"),
        ("soldadores", "metal-machinery"),
        ("veterinarios", "veterinary"),
        ("birrai", "beer"),
        ("hôteliers", "tourism"),
    ],
)
def test_a_trade_in_another_language_names_its_sector(text, sector):
    """By the glossary and its forms."""
    assert sectors(text) == [sector]


@pytest.mark.parametrize(
    ("trade", "nearest"),
    [
        ("sawmill", ["furniture", "building-trades", "construction-landscape"]),
        ("brickmakers", ["construction-landscape", "building-trades", "crafts-luxury"]),
        ("quarries", ["construction-landscape", "building-trades"]),
        ("box makers", ["printing-media"]),
        ("paint makers", ["building-trades", "cosmetics"]),
        ("garages", ["vehicles-vessels", "transport", "retail"]),
        ("warehouses", ["transport", "retail"]),
        ("accountants", ["software-consulting"]),
        ("dentists", ["medical-devices", "personal-services", "veterinary"]),
        ("watchmakers", ["crafts-luxury", "personal-services", "electronics-telecoms"]),
        ("translators", ["software-consulting", "printing-media"]),
        ("credit unions", []),
    ],
)
def test_a_trade_without_a_case_names_the_nearest(trade, nearest):
    """By what the vocabulary calls near; none where nothing is."""
    (named,) = FINDER.read(trade)

    assert [[near.value for near in one.nearest] for one in named.absent] == [nearest]


def test_every_trade_without_a_sector_says_what_is_near_or_nothing():
    """No trade of a division is near to whatever happens to come first in a list of sectors."""
    unsaid = [one.id for one in TAXONOMY["divisions"] if one.trades and not one.near]
    several = [
        trade.plural
        for one in TAXONOMY["divisions"]
        if one.id in unsaid
        for trade in one.trades
        if any(absent.nearest for named in FINDER.read(trade.plural) for absent in named.absent)
    ]

    assert unsaid == ["64", "66", "68"]  # money and houses: nothing here is near
    assert several == []


@pytest.mark.parametrize(
    "text",
    [
        "cleaning services for hospitals",
        "succession of a family firm",
        "designation of origin",
        "an informational leaflet",
        "a universal rule",
        "publicity for a fair",
        "the qualification of workers",
        "a marketplace",
        "organic growth",
        "the formation of prices",
        "stock exchange",
        "policing the rules",
        "designating an area",
        "to emerge from a crisis",
        "emergency services",
        "public buildings",
    ],
)
def test_a_word_that_only_looks_like_a_name_is_none(text):
    """Not "hospitality", "success", "design", "informal", "quality", "marketing" or "formal"."""
    finder = MentionFinder(
        TAXONOMY,
        {facet: TAXONOMY.facet(facet).ids for facet in MENTIONED_FACETS if facet != "country"},
    )

    assert finder.find(text) == ()


@pytest.mark.parametrize(
    "text",
    [
        "3D printing",
        "4G coverage",
        "B2B sales",
        "5S workshops",
        "A4 paper makers",
        "2nd hand clothes",
        "1990s clusters",
        "24h shops",
        "Q3 results",
        "O2 sensors",
        "30m loan",
    ],
)
def test_a_letter_beside_a_digit_is_no_word_of_another_language(text):
    """English, and not "d'" of French, "b" of Portuguese or "s" of anything."""
    assert translate(text, TABLE).english


def test_a_trade_is_no_word_of_the_cases_of_its_sector():
    """A case of butchers is not found by "bakers": its sector has both, and it says neither."""
    words = words_of_case(case("food"), TAXONOMY).split()

    assert "bakers" not in words
    assert "foods" in words  # as an alias is
