"""What cases reported, as a spreadsheet."""

import csv
import io

import pytest

from kb.answers.addresses import Addresses
from kb.answers.outcomes import outcomes_answer
from kb.exports.outcomes import CSV_COLUMNS, to_csv
from kb.guidance.profile import Profile
from kb.guidance.selection import Selection
from kb.model.cases import Case, Result
from kb.search.query import Query


def result(metric, low=None, high=None, unit=None, direction="up", **more) -> Result:
    """A result, in words without a figure."""
    return Result(
        metric=metric,
        level="output",
        direction=direction,
        statement=f"{metric} {low}",
        source="roy-1998",
        locator="p. 1",
        low=low,
        high=low if high is None else high,
        unit=unit,
        **more,
    )


@pytest.fixture(name="rows")
def _rows(searcher):
    def rows(*results: Result) -> list[dict[str, str]]:
        """The rows of one Norwegian network that reported this."""
        case = Case(
            id="norway/a",
            title="A",
            kind="network",
            summary="",
            body="",
            facets={"country": ("NO",)},
            results=results,
            sources=(),
        )
        selection = Selection(query=Query(), profile=Profile(), cases=(case,))
        text = to_csv(outcomes_answer(selection, searcher, Addresses()))
        return list(csv.DictReader(io.StringIO(text, newline="")))

    return rows


def test_a_row_for_each_finding(rows):
    """A spreadsheet reads what was reported, and beside it the change that we compute."""
    words, saved = rows(
        result("cost", 50, 60, "percent-of-usual", "down", qualifier="about", horizon="a year"),
        result("sales"),
    )

    assert tuple(words) == CSV_COLUMNS
    assert [words["metric"], saved["metric"]] == ["sales", "cost"]
    assert (saved["low"], saved["high"], saved["unit"]) == ("50", "60", "percent-of-usual")
    assert (saved["change"], saved["qualifier"]) == ("about −40–50%", "about")
    assert (saved["stands_with"], words["stands_with"], words["low"]) == ("1", "", "")
    assert (saved["evidence"], saved["country"]) == ("network", "NO")
    assert (saved["direction"], words["direction"], words["evidence"]) == ("down", "up", "network")


def test_numbers_are_written_as_people_do(rows):
    """30.0 is 30, and 42.22 keeps its digits."""
    (row,) = rows(result("sales", 30.0, 42.22, "percent"))

    assert (row["low"], row["high"]) == ("30", "42.22")


@pytest.mark.parametrize("text", ["=1+1", "+1", "-1", "@a", "\tb"])
def test_no_text_is_a_formula(rows, text):
    """A text that a spreadsheet would run gets an apostrophe."""
    (row,) = rows(result("sales", compared_with=text))

    assert row["compared_with"] == f"'{text}"
