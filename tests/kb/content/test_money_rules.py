"""What a result in money must say: one currency, and of what time it is."""

from __future__ import annotations

from pathlib import Path

import pytest

from kb.content.front_matter import read_case
from kb.content.known import Known
from kb.content.load import load_folder
from kb.content.taxonomy import load_taxonomy

KNOWN = Known(
    taxonomy=load_taxonomy(Path(__file__).parents[3] / "cases" / "taxonomy.yaml"),
    guides={"norway/a": False},
    sources=("doe-2001", "undated"),
    undated=("undated",),
)
CASE = """\
---
title: A mill
kind: network
country: NO
type: []
project: []
summary: A mill.
sources: [{{key: {source}, locator: p. 1}}]
{more}
results: [{{metric: sales, level: output, direction: up, locator: p. 1, {result}}}]
---

Text.
"""
NO_TIME = (
    "results[1].year must be given for an amount of money whose source has no year (rule: a "
    "currency without year); or give 'horizon', or the case a 'period'. Where the source tells "
    "none of them, say so: 'horizon: no year told'."
)


def _told(tmp_path: Path, result: str, *, source: str = "undated", more: str = "# -") -> list[str]:
    """What is wrong with a case that has one result."""
    path = tmp_path / "norway" / "a.md"
    path.parent.mkdir()
    path.write_text(CASE.format(result=result, source=source, more=more))
    (draft,) = load_folder(tmp_path).drafts
    return [problem.message for problem in read_case(draft, KNOWN)[1]]


@pytest.mark.parametrize(
    ("statement", "currencies"),
    [
        ("They sold for A$7 million (€4 million).", "AUD and in EUR"),
        ("A mill for 3 million Norwegian kroner, or EUR 300,000.", "NOK and in EUR"),
        ("US$3, £2 or €2.5 for each.", "USD and in GBP and in EUR"),
        ("It cost 5 million won, 3,000 euro.", "KRW and in EUR"),
    ],
)
def test_a_figure_is_in_one_currency(tmp_path: Path, statement: str, currencies: str) -> None:
    """A statement that gives an amount twice is told which currencies it names."""
    assert _told(tmp_path, f"statement: '{statement}'") == [
        f"results[1].statement gives one figure in {currencies} (rule: a figure in two units); "
        "keep the one that the source gives first, and tell the other in the text."
    ]


@pytest.mark.parametrize(
    "statement",
    [
        "From A$3 to A$5, AUD 2 more.",
        "They won an order of US$3 million.",
        "They sold 300 pounds of fish.",
        "The eurozone pays in EUROPE.",
        "Orders of 5 million won were won.",
    ],
)
def test_a_word_that_is_no_money_is_no_currency(tmp_path: Path, statement: str) -> None:
    """A currency may be named twice, and a word that happens to be one is none."""
    assert _told(tmp_path, f"statement: '{statement}'") == []


@pytest.mark.parametrize("unit", ["AUD", "AUD-a-year"])
def test_money_of_no_time_is_told(tmp_path: Path, unit: str) -> None:
    """Without any year nobody can say what the amount was worth."""
    assert _told(tmp_path, f"statement: Up., value: 3, unit: {unit}") == [NO_TIME]


@pytest.mark.parametrize(
    ("result", "given"),
    [
        ("value: 3, unit: AUD, year: 1998", {}),
        ("value: 3, unit: AUD, horizon: first year", {}),
        ("value: 3, unit: AUD, horizon: no year told", {}),
        ("value: 3, unit: AUD", {"source": "doe-2001"}),
        ("value: 3, unit: AUD, source: undated", {"more": "period: {from: 1994}"}),
        ("value: 3, unit: jobs", {}),
        ("value: 3, unit: percent", {}),
    ],
)
def test_a_time_may_stand_in_several_places(tmp_path: Path, result: str, given: dict) -> None:
    """In the result, in the case or in the source; and only money needs one."""
    assert _told(tmp_path, f"statement: Up., {result}", **given) == []
