"""English inside sentences."""

import pytest

from kb.model.english import capital, quoted


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
