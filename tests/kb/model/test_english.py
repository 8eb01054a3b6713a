"""English inside sentences."""

import pytest

from kb.model.english import capital, quoted, so_many


def test_capital():
    """A text begins with a capital letter, and keeps those that it has."""
    assert [capital(text) for text in ("hotels in NZ", "Épiceries", "", "3 firms")] == [
        *("Hotels in NZ", "Épiceries", "", "3 firms"),
    ]


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("pe\u00f1a", "'pe\u00f1a'"),
        ("a\\b", "'a\\b'"),
        ("it's", '"it\'s"'),
        ('it\'s "so"', "'it's \"so\"'"),
        ("a\u202eb\n", "'a\\u202eb\\n'"),
        ("", "''"),
    ],
)
def test_quoted(text, shown):
    """Every sign that can be seen stays, and no other one."""
    assert quoted(text) == shown


def test_so_many():
    """One is no plural, and thousands are set apart."""
    assert so_many(1, "case") == "1 case"
    assert so_many(0, "case") == "0 cases"
    assert so_many(1234, "entry", "entries") == "1,234 entries"
