"""What a web worker looks words of other languages up in."""

from __future__ import annotations

import pytest

from kb.model.word_table import WordTable

TABLE = WordTable(
    meanings=(("baker",), ("joiner", "carpenter"), ()),
    forms={
        "fr": {"boulanger": 0, "boulangerie": 0, "menuisier": 1, "boule": 2},
        "de": {"backer": 0, "tischler": 1},
    },
)


@pytest.mark.parametrize(
    ("letters", "most", "meanings"),
    [
        ("boul", 9, [("baker",), ("baker",), ()]),
        ("boul", 1, [("baker",)]),
        ("b", 9, [("baker",), ("baker",), (), ("baker",)]),
        ("tischler", 9, [("joiner", "carpenter")]),
        ("tischlerin", 9, []),
        ("z", 9, []),
    ],
)
def test_what_begins_with_some_letters_is_found_in_every_language(letters, most, meanings) -> None:
    """In the order of the languages and of the forms, no more of each than was asked for."""
    assert list(TABLE.beginning_with(letters, most)) == meanings
