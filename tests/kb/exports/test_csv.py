"""Rows as CSV."""

import csv
import io

import pytest

from kb.exports.csv import to_csv


def test_rows_come_back_as_they_went():
    """Commas, quotes, line ends and other scripts survive; None is an empty field."""
    rows = [["a,b", 'say "x"', "two\nlines"], ["−20%", None, 1.5]]
    text = to_csv(rows)

    assert list(csv.reader(io.StringIO(text, newline=""))) == [
        ["a,b", 'say "x"', "two\nlines"],
        ["−20%", "", "1.5"],
    ]
    assert text.startswith('"a,b","say ""x""","two\nlines"\r\n')


@pytest.mark.parametrize("start", ["=", "+", "-", "@", "\t", "\r"])
def test_no_text_is_a_formula(start):
    """A text that a spreadsheet would run gets an apostrophe before it; a number stays."""
    text = to_csv([[f"{start}1+1", -1]])

    assert list(csv.reader(io.StringIO(text, newline=""))) == [[f"'{start}1+1", "-1"]]
