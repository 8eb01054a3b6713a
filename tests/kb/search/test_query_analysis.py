"""A text as it is searched for: repaired, translated, in terms."""

from __future__ import annotations

import pytest

from kb.model.word_table import WordTable
from kb.search.query_analysis import Analyser, Analysis
from kb.text.spelling import Speller

SPELLER = Speller({"export": 9, "network": 9, "wine": 9})
TABLE = WordTable(meanings=(("export",), ("wine",)), forms={"fr": {"exporte": 0, "vin": 1}})


@pytest.mark.parametrize(
    ("text", "alone", "beside_a_glossary"),
    [
        pytest.param("exporte", "export", "exporte", id="another language"),
        pytest.param("netwrok", "network", "network", id="a slip"),
        pytest.param("exporter netwrok", "exporter network", "exporter network", id="both"),
        pytest.param(
            "exporte wine exporte", "export wine export", "exporte wine exporte", id="most"
        ),
    ],
)
def test_what_the_glossary_reads_is_no_slip(text, alone, beside_a_glossary):
    """A query in another language is left alone, though a word of it is near one of ours."""
    texts = [
        Analyser(table=table, speller=SPELLER).analyse(text).text for table in (WordTable(), TABLE)
    ]

    assert texts == [alone, beside_a_glossary]


def test_a_text_is_read_whole():
    """What an answer tells of it, and what engine and encoders are asked."""
    analyser = Analyser(table=TABLE, speller=SPELLER)

    assert analyser.analyse("exporte du vin") == Analysis(
        text="exporte du vin",
        english=False,
        translated=("export", "wine"),
        in_english="export wine",
        terms=("export", "wine"),
    )
    assert analyser.analyse("wine netwroks") == Analysis(
        text="wine network",
        english=True,
        translated=(),
        in_english="wine network",
        terms=("wine", "network"),
    )


def test_slips_stay_where_that_is_asked():
    """An exact text is searched as it is typed."""
    analyser = Analyser(table=TABLE, speller=SPELLER)

    assert analyser.analyse("wine netwrok", exact=True).text == "wine netwrok"
    assert Analyser(table=TABLE).analyse("wine netwrok").text == "wine netwrok"


def test_where_nothing_translates_every_text_is_english():
    """An empty table leaves the language to the dictionary only where an encoder reads it."""
    text = "kleine Firmen exportieren gemeinsam"

    verdicts = [
        Analyser(table=WordTable(), translates=translates).analyse(text).english
        for translates in (False, True)
    ]

    assert verdicts == [True, False]
