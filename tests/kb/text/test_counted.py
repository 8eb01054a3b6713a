"""How many there were, as somebody says it."""

from __future__ import annotations

import pytest

from kb.text.counted import read_count


@pytest.mark.parametrize(
    ("text", "counted"),
    [
        ("5", "5"),
        ("five", "5"),
        ("a dozen", "12"),
        ("1,200", "1,200"),
        ("1 200 small firms", "1,200"),
        ("about 400", "about 400"),
        ("ca. 400", "about 400"),
        ("Nearly 400 firms.", "about 400"),
        ("~30", "about 30"),
        ("7 or so", "about 7"),
        ("over 90", "more than 90"),
        ("20 or more", "at least 20"),
        ("400+", "at least 400"),
        ("at least twenty", "at least 20"),
        ("up to 12", "at most 12"),
        ("fewer than 10", "under 10"),
    ],
)
def test_a_number_is_read_with_how_exact_it_is(text: str, counted: str) -> None:
    """The words that people put before it, and after it, are words of the records."""
    assert str(read_count(text)) == counted


@pytest.mark.parametrize(
    "text", ["", "many", "about", "350-400", "2 or 3", "12 of 20", "0", "3.5", "80%", "$5", "-4"]
)
def test_what_is_no_one_number_is_none(text: str) -> None:
    """Nothing is guessed of a range, a share or a word."""
    assert read_count(text) is None
