"""How a query is read: English or not, and in English."""

from __future__ import annotations

import pytest

from kb.text.reading import Reading, read
from kb.text.translate import WordTable

#: A few words of French and Norwegian; "exporter" and "export" are English too.
TABLE = WordTable(
    meanings=((), ("wine", "winery"), ("export",), ("fish",), ("small firm",), ("together",)),
    forms={
        "fr": {
            "vins": 1,
            "vin": 1,
            "exporter": 2,
            "a": 0,
            "les": 0,
            "qui": 0,
            "petites entreprises": 4,
        },
        "no": {"fisk": 3, "eksport": 2, "av": 0, "og": 0, "sammen": 5, "export": 2},
    },
)


@pytest.mark.parametrize(
    ("text", "terms"),
    [
        pytest.param("vins a exporter", ("wine", "winery", "export"), id="without accents"),
        pytest.param("eksport av fisk", ("export", "fish"), id="no"),
        pytest.param("petites entreprises", ("small firm",), id="a phrase"),
        pytest.param("sammen", ("together",), id="one word"),
        pytest.param("qui les", (), id="function words have no English"),
        pytest.param("вино", (), id="another alphabet"),
        pytest.param("Rødøy", (), id="letters that are not English"),
    ],
)
def test_words_that_the_glossary_knows_better_are_not_english(text, terms):
    """Where the table knows a larger share of the words, its English terms are read."""
    assert read(text, TABLE) == Reading(text=text, english=False, terms=terms)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "30% 50%",
        "SND",
        "golf",
        "Trawler",
        "Lillehammer",
        "Lillehamer",
        "wine export",
        "exporter",
        "netwrok frims exprot",
        "wine from les Landes",
        "how do wineries sell fisk abroad",
    ],
)
def test_names_slips_and_english_are_english(text):
    """What neither knows, and what English knows as well or better, stays as it is."""
    assert read(text, TABLE) == Reading(text=text, english=True)


@pytest.mark.parametrize(
    ("text", "english"),
    [("vins qui exportent", False), ("les vins", True), ("netwrok of frims", False)],
)
def test_without_a_glossary_the_share_of_english_words_decides(text, english):
    """An empty table knows nothing: then most of three words or more must be English."""
    assert read(text, WordTable()) == Reading(text=text, english=english)


def test_an_english_index_is_asked_the_terms():
    """The terms as one text; the query itself where there are none."""
    asked = [read(text, TABLE).in_english for text in ("les vins", "qui les", "wine")]

    assert asked == ["wine winery", "qui les", "wine"]
