"""Texts to the stems that count."""

from __future__ import annotations

import pytest

from kb.text.analysis import british, stems, terms, tokens


@pytest.mark.parametrize(
    ("american", "text"),
    [
        ("organized organizations organizing", "organised organisations organising"),
        ("The color of labor", "the colour of labour"),
        ("neighboring programs and centers", "neighbouring programmes and centres"),
        ("Prize, size, citizens, Colorado", "prize, size, citizens, colorado"),
        ("programmed centering", "programmed centering"),
    ],
)
def test_american_spelling_is_read_as_british(american, text):
    """Endings and words of the table are respelled, words that only look like them are not."""
    assert british(american) == text


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Networks network NETWORKING", ("network",)),
        ("metal wine metal", ("metal", "wine")),
        ("the 3 CAD-CAM shops of Québec", ("3", "cad", "cam", "shop", "quebec")),
        ("what is it about?", ()),
    ],
)
def test_terms_are_the_stems_that_count(text, expected):
    """Each stem is given once, in the order of the text, and function words are left out."""
    assert terms(text) == expected


def test_tokens_stand_as_often_as_in_the_text():
    """A document is counted by every word that it has."""
    assert (
        tokens("Networks and metal: networking network") == ("network", "metal") + ("network",) * 2
    )


@pytest.mark.parametrize("word", ["Organizations", "the", "CAD-CAM", ""])
def test_the_stems_of_a_word_are_its_terms(word):
    """Remembered or not, a word is read as every text is."""
    assert stems(word) == stems(word) == terms(word)
