"""Where the words of texts stand, by their stems."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kb.text.analysis import places, terms
from kb.text.word_places import WordPlaces, words_at


def test_the_line_has_each_stem_with_its_places():
    """Text, start and length of each place, in the order of the texts; a stem stands there once."""
    written = WordPlaces.of(("Wines of oak", "", "An oak, 30 per cent wine"))

    assert written.line == " wine 0:0:5,2:20:4 oak 0:9:3,2:3:3 30% 2:8:11 "
    assert written.spans(["oak", "30%"]) == {0: ((9, 12),), 2: ((3, 6), (8, 19))}
    assert written.spans(["win", "oa", "0", "30"]) == {}
    assert written.spans([]) == {}
    assert WordPlaces.of(()).spans(["oak"]) == {}


def test_what_stands_for_several_stems_has_one_place():
    """Small, and firms: a word that is marked twice is marked once."""
    spans = WordPlaces.of(["SMEs export"]).spans(terms("small firms"))

    assert spans == {0: ((0, 4),)}
    assert words_at("SMEs export", spans[0]) == ("smes",)


@pytest.mark.parametrize(
    ("text", "query", "expected"),
    [
        pytest.param("They export wines.", "exports wine", ["export", "wines"], id="inflected"),
        pytest.param("QUÉBEC, quebec", "Québec", ["QUÉBEC", "quebec"], id="accents and case"),
        pytest.param("The factories of the firm", "of the", [], id="function words"),
        pytest.param("CAD-CAM shop", "cad-cam", ["CAD", "CAM"], id="hyphenated"),
        pytest.param("rose by 30% in 300 days", "30 per cent", ["30%"], id="figures"),
        pytest.param(
            "organised, organization", "organise", ["organised", "organization"], id="-ize"
        ),
        pytest.param(
            "SMEs, small and medium enterprises, a company",
            "firm",
            ["SMEs", "small and medium enterprises"],
            id="names of several words",
        ),
        pytest.param("inter-firm R&D in the U.S.", "interfirm", ["inter-firm"], id="first parts"),
        pytest.param("inter-firm R&D in the U.S.", "research", ["R&D"], id="a pair"),
        pytest.param("inter-firm R&D in the U.S.", "USA", ["U.S."], id="dotted"),
        pytest.param("thirty per cent of three", "30%", ["thirty per cent"], id="in words"),
        pytest.param("winery twine", "wine", [], id="parts of words"),
        pytest.param("", "wine", [], id="empty text"),
        pytest.param("wine", "", [], id="empty query"),
    ],
)
def test_places_cover_the_words_of_a_query(text, query, expected):
    """Each word of the text that a word of the query stands for, whole, in order."""
    spans = WordPlaces.of(["wine", text]).spans(terms(query)).get(1, ())

    assert [text[start:end] for start, end in spans] == expected
    assert list(spans) == sorted(spans)


def test_words_are_told_once_in_small_letters():
    """As the text writes them, in its order."""
    text = "Wines: WINE, wines, the re\u0301seau."
    spans = WordPlaces.of([text]).spans(terms("wine réseau"))[0]

    assert [text[a:b] for a, b in spans] == ["Wines", "WINE", "wines", "re\u0301seau"]
    assert words_at(text, spans) == ("wines", "wine", "re\u0301seau")


_WORDS = (
    "wine 30 % per cent thirty seven million small and medium enterprises SMEs firm inter-firm "
    "co-op know how R&D U.S. US us it IT company united states non profit a one to Canada's don't "
    "firm_wine re\u0301seau 7 2,000 hundred 17 1.7 0.5 twenty 17,500 2011 5:3:1 \ufdfa \u2488"
)
_TEXT = st.lists(st.sampled_from(_WORDS.split()) | st.text(max_size=6), max_size=12).map(" ".join)


@settings(deadline=None, derandomize=True, max_examples=300)
@given(texts=st.lists(_TEXT, max_size=4), query=_TEXT)
def test_what_was_written_down_is_what_reading_each_text_finds(texts, query):
    """Whatever the texts are, and whatever is asked: in each text by itself."""
    asked = set(terms(query)) | {one for text in texts[:1] for one in terms(text)}
    found = {
        number: tuple(dict.fromkeys(those))
        for number, text in enumerate(texts)
        if (those := [(start, end) for stem, start, end in places(text) if stem in asked])
    }

    assert WordPlaces.of(texts).spans(asked) == found
