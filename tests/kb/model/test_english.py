"""English inside sentences."""

from kb.model.english import capital


def test_capital():
    """A text begins with a capital letter, and keeps those that it has."""
    assert [capital(text) for text in ("hotels in NZ", "Épiceries", "", "3 firms")] == [
        *("Hotels in NZ", "Épiceries", "", "3 firms"),
    ]
