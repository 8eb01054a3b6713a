"""What stands in a draft where nothing is written yet."""

from __future__ import annotations

import pytest

from kb.content.placeholders import (
    FIELDS,
    MARK,
    SECTIONS,
    is_placeholder,
    placeholders_in,
)
from kb.model.taxonomy import Term
from kb.text.body import case_headings


def test_every_placeholder_has_the_mark() -> None:
    """Each begins with the mark, and each section of a case has one."""
    assert [text for text in (*FIELDS.values(), *SECTIONS) if not is_placeholder(text)] == []
    assert len(SECTIONS) == len(case_headings(Term(id="", label="Case")))


@pytest.mark.parametrize(
    ("value", "told"),
    [
        (FIELDS["title"], True),
        ("TODO: anything at all", True),
        ("One or two sentences that say who did what together, where, and what came of it.", True),
        ("The firms kept a list that they called TODO: it grew", False),
        ("Todo: the name of a firm", False),
        (1998, False),
        (None, False),
        ([], False),
    ],
)
def test_a_value_is_told_from_a_placeholder(value: object, told: bool) -> None:
    """The mark at the beginning tells it, and nothing else does."""
    assert is_placeholder(value) is told


def test_placeholders_of_a_text_have_lines() -> None:
    """Paragraphs and items that begin with the mark are found; one inside a sentence is not."""
    body = f"## Situation\n\n{SECTIONS[0]}\n\nA {MARK} inside.\n\n- {MARK} a list\n"

    assert list(placeholders_in(body)) == [(3, 1, SECTIONS[0]), (7, 1, f"- {MARK} a list")]
