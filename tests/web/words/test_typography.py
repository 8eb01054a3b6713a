"""Straight quotation marks as curly ones."""

import pytest

from web.words.typography import capital, curly


@pytest.mark.parametrize(
    ("straight", "expected"),
    [
        ("Denmark's programme", "Denmark’s programme"),
        ("the members' goods", "the members’ goods"),
        ('a "first nation" strategy', "a “first nation” strategy"),
        ("alert('x')", "alert('x')"),
        ('6" pipes', '6" pipes'),
        ("<b>&amp;", "<b>&amp;"),
        ("", ""),
    ],
)
def test_curly(straight, expected):
    """Apostrophes and pairs of double marks turn, nothing else does, and places stay."""
    assert curly(straight) == expected
    assert len(expected) == len(straight)


def test_capital():
    """A text begins with a capital letter, and keeps those that it has."""
    assert [capital(text) for text in ("hotels in NZ", "Épiceries", "", "3 firms")] == [
        *("Hotels in NZ", "Épiceries", "", "3 firms"),
    ]
