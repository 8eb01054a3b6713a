"""A trade is understood by its everyday name, in English and in the languages of the glossary."""

from __future__ import annotations

from pathlib import Path

import pytest

from kb.content.glossary import read_forms
from kb.content.taxonomy import load_taxonomy
from kb.text.chunking import words_of_case
from kb.text.mentions import MentionFinder
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


def test_a_trade_is_no_word_of_the_cases_of_its_sector():
    """A case of butchers is not found by "bakers": its sector has both, and it says neither."""
    words = words_of_case(case("food"), TAXONOMY).split()

    assert "bakers" not in words
    assert "foods" in words  # as an alias is
