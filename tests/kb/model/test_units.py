"""How a unit is written is read off its example."""

from __future__ import annotations

import pytest

from kb.model.taxonomy import Term
from kb.model.units import Writing, read_written, writing


@pytest.mark.parametrize(
    ("example", "told"),
    [
        ("30%", Writing(after="%")),
        ("30% of the usual", Writing(after="%", words="of the usual", one="of the usual")),
        ("×30", Writing(before="×")),
        ("1:30", Writing(before="1:")),
        ("30th", Writing(after="th")),
        ("A$30 a year", Writing(before="A$", words="a year", one="a year")),
        ("CHF 30", Writing(before="CHF ")),
        ("30", Writing()),
        ("30 of 5", Writing(words="of 5", one="of 5")),
        ("", None),
        ("n jobs", None),
        ("300", None),
        ("30 ", None),
        ("30\n", None),
        ("30 30", Writing(words="30", one="30")),
    ],
)
def test_an_example_shows_what_stands_around(example: str, told: Writing | None) -> None:
    """What stands before the figure, right after it, and which words follow."""
    assert read_written(example) == told


def test_a_unit_without_an_example_is_its_label() -> None:
    """The label follows the figure, without its last s after a single one."""
    assert writing(Term(id="jobs", label="jobs")) == Writing(words="jobs", one="job")
    assert writing(Term(id="g", label="geese", singular="goose")) == Writing(
        words="geese", one="goose"
    )
