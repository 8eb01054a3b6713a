"""Amounts of money in euros, at the rates that the European Central Bank publishes."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from kb.answers.figures import converted_text
from kb.content.money import converted, yearly_rate
from kb.content.taxonomy import load_taxonomy
from kb.model.cases import Converted, Result

TAXONOMY = load_taxonomy(Path(__file__).parents[3] / "cases" / "taxonomy.yaml")


def money(low: float | None, unit: str, year: int | None, high: float | None = None) -> Result:
    """An amount of a year."""
    return Result(
        metric="sales",
        level="output",
        direction="level",
        statement="",
        source="",
        locator="",
        low=low,
        high=low if high is None else high,
        unit=unit,
        year=year,
    )


@pytest.mark.parametrize(
    ("currency", "year", "rate"),
    [
        # The yearly means that the bank itself publishes.
        ("USD", 1999, 1.0658),
        ("USD", 2014, 1.3285),
        ("GBP", 2005, 0.6838),
        ("AUD", 2018, 1.5797),
        ("NOK", 2020, 10.7228),
        pytest.param("USD", 1998, None, id="before the euro"),
        pytest.param("MAD", 2009, None, id="a currency without rates"),
        pytest.param("ISK", 2010, None, id="a year without rates"),
        pytest.param("EEK", 2011, None, id="a currency that is no more"),
        pytest.param("USD", 2999, None, id="a year that is not over"),
        pytest.param("XXX", 2010, None, id="no currency"),
    ],
)
def test_a_rate_is_the_mean_of_a_whole_year(currency, year, rate):
    """Of the days for which there is one; none where the year is not covered."""
    assert yearly_rate(currency, year) == rate


@pytest.mark.parametrize(
    ("result", "expected"),
    [
        (money(70_000_000, "AUD", 2018), (44_312_211.18, 44_312_211.18)),
        (money(1_579_700, "AUD-a-year", 2018, 3_159_400), (1_000_000, 2_000_000)),
        pytest.param(money(100, "EUR", 2018), None, id="euros already"),
        pytest.param(money(100, "USD", None), None, id="no year"),
        pytest.param(money(100, "USD", 1997), None, id="before the euro"),
        pytest.param(money(100, "MAD", 2018), None, id="no rate"),
        pytest.param(money(100, "percent", 2018), None, id="no money"),
        pytest.param(money(None, "USD", 2018), None, id="told in words"),
    ],
)
def test_an_amount_is_converted_where_year_and_rate_are_known(result, expected):
    """Both ends of a range, to the cent, with the year and the rate that anyone can check."""
    made = converted(result, TAXONOMY)

    assert (made and (made.low, made.high)) == expected
    if made is not None:
        assert made == Converted(
            currency="EUR", low=made.low, high=made.high, year=2018, rate=1.5797
        )
        assert made.by == "European Central Bank; our conversion"


@pytest.mark.parametrize(
    ("result", "text"),
    [
        (money(70_000_000, "AUD", 2018), "about €44 million"),
        (money(3_000_000, "AUD-a-year", 2018), "about €1.9 million a year"),
        (money(207, "USD", 2011), "about €150"),
        (money(3, "GBP", 2017), "about €3.4"),
        (money(1_000_000, "AUD", 2018, 7_000_000), "about €630,000–4,400,000"),
    ],
)
def test_what_was_converted_says_so(result, text):
    """Two digits, the year, whose rate it is, and that the arithmetic is ours."""
    made = money(result.low, result.unit, result.year, result.high)
    shown = converted_text(_with_converted(made), TAXONOMY)

    marked = f"at the rate of {result.year} (European Central Bank; our conversion)"
    assert shown == f"{text} {marked}"


def test_nothing_is_said_of_what_was_not_converted():
    """Neither where there is no rate nor where there is no year."""
    assert converted_text(money(100, "MAD", 2018), TAXONOMY) == ""


def _with_converted(result: Result) -> Result:
    return replace(result, converted=converted(result, TAXONOMY))
