"""The command that sets cases side by side: streams, formats and the exit status."""

from __future__ import annotations

import csv
import io

import pytest

from tests.kb.cli.command import kb

METAL, WINE, GUIDE = "norway/metal-buyers", "france/wine-exporters", "guides/purchase-guide"


@pytest.fixture(name="compare")
def _compare(settings):
    return lambda *arguments: kb("compare", "--index", settings.index, *arguments)


def test_a_text_for_people(compare):
    """A sentence, then each field and metric, and under it what each case has there."""
    result = compare(METAL, WINE)
    lines = result.stdout.splitlines()

    assert (result.exit_code, result.stderr) == (0, "")
    assert lines[0].startswith("Both are ")
    at = lines.index("Country (differ)")
    assert lines[at + 1 : at + 3] == [
        "  norway/metal-buyers    Norway",
        "  france/wine-exporters  France",
    ]
    at = lines.index("Costs (both report)")
    assert lines[at + 1 : at + 3] == [
        "  norway/metal-buyers    figure: −20%, first year (doe-2001, p. 1)",
        "  france/wine-exporters  figure: 50–60% of the usual (anon, note)",
    ]


def test_csv(compare):
    """The rows of the spreadsheet, a column for each case."""
    rows = list(csv.reader(io.StringIO(compare(METAL, WINE, "--csv").stdout, newline="")))

    assert rows[0] == ["row", "label", "agreement", METAL, WINE]
    assert rows[-1][0] == "sources"


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ((), "Error: id must be given at least two times"),
        ((METAL,), f"case; only {METAL} is named."),
        ((METAL, "norway/metal-buyer"), "The nearest ids are norway/metal-buyers"),
        ((METAL, GUIDE), f"{GUIDE!r} is a guide."),
        ((METAL, WINE, "--csv", "--json"), "Error: --csv and --json cannot be combined"),
    ],
)
def test_wrong_usage_is_2(compare, arguments, message):
    """What cannot be compared is told in a sentence, and nothing is printed."""
    result = compare(*arguments)

    assert (result.exit_code, result.stdout) == (2, "")
    assert message in result.stderr
