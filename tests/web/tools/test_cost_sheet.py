"""The sum of benefits and costs: exact against fractions, and a sentence for every case."""

from __future__ import annotations

import re
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from web.tools.cost_page import NAMES, cost_body, meaning, read_sheet, sum_lines, verdict
from web.tools.cost_sheet import MOST_MONEY, CostSheet, NoAmount, Row, money, read_amount, rounded

CENTS = st.integers(min_value=0, max_value=10**9).map(lambda cents: Fraction(cents, 100))
ROWS = st.lists(
    st.builds(
        Row,
        what=st.just("x"),
        once=CENTS,
        yearly=CENTS,
        who=st.sampled_from(["", "Berg", "berg", "all"]),
    ),
    max_size=6,
).map(tuple)
YEARS = st.integers(min_value=1, max_value=5000).map(lambda cents: Fraction(cents, 100))
SHEETS = st.builds(CostSheet, unit=st.just("euros"), years=YEARS, benefits=ROWS, costs=ROWS)


def sheet(years: str, benefits: list[tuple[str, str]], costs: list[tuple[str, str]]) -> CostSheet:
    """A sheet of (once, each year)."""
    rows = [
        tuple(
            Row(what="x", once=Fraction(once), yearly=Fraction(yearly), who="")
            for once, yearly in side
        )
        for side in (benefits, costs)
    ]
    return CostSheet(unit="euros", years=Fraction(years), benefits=rows[0], costs=rows[1])


def filled(**given: str) -> dict[str, str]:
    """The values of a form, sound but for what is given; ``_`` stands for a hyphen."""
    values = dict.fromkeys(NAMES, "") | {"unit": "euros", "years": "3"}
    values |= {"b1-what": "Savings", "b1-yearly": "10"}
    return values | {name.replace("_", "-"): value for name, value in given.items()}


@given(SHEETS)
def test_every_number_is_that_of_fractions(one):
    """Sums, net and ratio equal what a slow count in fractions gives."""
    benefit = cost = Fraction(0)
    for row in one.benefits:
        benefit += row.once + row.yearly * one.years
    for row in one.costs:
        cost += row.once + row.yearly * one.years

    assert (one.benefit, one.cost, one.net) == (benefit, cost, benefit - cost)
    assert one.ratio == (None if cost == 0 else benefit / cost)
    assert sum(has - bears for _, has, bears in one.bearers) == one.net
    assert len({who.casefold() for who, *_ in one.bearers}) == len(one.bearers)


@given(SHEETS)
def test_payback_is_where_benefits_meet_costs(one):
    """At the payback time what has come in equals what has gone out, and never before."""

    def left(years: Fraction) -> Fraction:
        come = sum(row.over(years) for row in one.benefits)
        return come - sum(row.over(years) for row in one.costs)

    if one.payback is None:
        assert left(Fraction(0)) < 0
        assert left(Fraction(10**6)) < 0
    elif one.payback:
        assert left(one.payback) == 0
        assert left(one.payback / 2) < 0
    else:
        assert left(Fraction(0)) >= 0
    if one.runs_out:
        assert left(one.runs_out) == 0
        assert left(one.runs_out * 2) < 0


@given(SHEETS)
def test_no_sheet_is_without_words(one):
    """Whatever the figures, the text stands, without a number that is none."""
    text = cost_body(one)

    assert text.startswith("**Over ")
    assert not re.search(r"\bnan\b|\binf\b|\bNone\b|Fraction|[0-9]e[0-9]", text)


@given(st.fractions(), st.integers(min_value=0, max_value=4))
def test_rounding_is_to_the_nearest(number, places):
    """What is written differs from the number by half a step at most."""
    shown = Fraction(rounded(number, places).replace(",", "").replace("−", "-"))

    assert abs(shown - number) <= Fraction(1, 2 * 10**places)


@pytest.mark.parametrize(
    ("number", "shown"),
    [("0", "0"), ("1200", "1,200"), ("-12.5", "−12.50"), ("0.005", "0.01"), ("-0.001", "0")],
)
def test_money(number, shown):
    """Thousands are set apart, hundredths are two, and there is no negative nought."""
    assert money(Fraction(number)) == shown


@pytest.mark.parametrize(
    ("text", "amount"),
    [
        ("", "0"),
        ("0", "0"),
        ("1200", "1200"),
        ("1,200", "1200"),
        ("1 200 000.5", "1200000.5"),
        ("1’200.50", "1200.5"),
        ("12.50", "12.5"),
        ("1.200,50", "1200.5"),
        ("1.200,5", "1200.5"),
        ("12.345.678,90", "12345678.9"),
        ("1.200.000", "1200000"),
        ("1 200,50", "1200.5"),
        ("1\u00a0200\u00a0000,5", "1200000.5"),
        ("1’200,50", "1200.5"),
        ("999999999999", "999999999999"),
    ],
)
def test_amounts_that_are_understood(text, amount):
    """Digits, thousands set apart in one way, and up to two places."""
    assert read_amount(text) == Fraction(amount)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("1.200", "could mean 1200 or 1.2. Write it without the full stop, or with one or two "
                  "places after it."),
        ("12.000", "could mean 12000 or 12.0. Write it without the full stop, or with one or two "
                   "places after it."),
        ("-3", "must be 0 or more. Write a loss among the costs, a saving among the gains."),
        ("−3", "must be 0 or more. Write a loss among the costs, a saving among the gains."),
        *(
            (text, "is not a number. Enter one such as 1200, 1,200.50 or 1.200,50.")
            for text in ("ten", "€ 12", "1,20", "1,200,50", "1.20,50", "1.200.50",
                         "1.200,500", "1.200 000,50", "1,200,", "1e9", "nan", "inf", "1.2345", "٣",
                         "1,200 000", "9" * 400)
        ),
        ("1000000000000", f"must be {MOST_MONEY:,} or less."),
    ],
)  # fmt: skip
def test_amounts_that_are_not(text, message):
    """Each says what to write instead."""
    with pytest.raises(NoAmount) as caught:
        read_amount(text)

    assert str(caught.value) == message


#: A sheet to its verdict, and to what ratio and payback mean.
WORDS = {
    "pays": (
        sheet("3", [("0", "12000")], [("14000", "2000")]),
        "Over 3 years the project brings 16,000 euros more than it costs.",
        [
            "For every 100 euros of cost, 180 euros come back.",
            "What is paid at the start is earned back after 1.4 years.",
        ],
    ),
    "too late": (
        sheet("2", [("0", "10")], [("100", "0")]),
        "Over 2 years the project costs 80 euros more than it brings.",
        [
            "For every 100 euros of cost, 20 euros come back.",
            "What is paid at the start is earned back after 10 years. That is longer than the "
            "2 years that you look at.",
        ],
    ),
    "never": (
        sheet("1", [("0", "10")], [("100", "10")]),
        "Over 1 year the project costs 100 euros more than it brings.",
        [
            "For every 100 euros of cost, about 9 euros come back.",
            "It does not pay back: no year leaves anything to cover what is paid at the start.",
        ],
    ),
    "runs out": (
        sheet("1", [("50", "0")], [("0", "100")]),
        "Over 1 year the project costs 50 euros more than it brings.",
        [
            "For every 100 euros of cost, 50 euros come back.",
            "It begins with 50 euros in hand and loses 100 euros a year. After 0.5 years that is "
            "used up.",
        ],
    ),
    "loses": (
        sheet("1", [("0", "0")], [("0", "100")]),
        "Over 1 year the project costs 100 euros more than it brings.",
        [
            "No benefit is entered: of every 100 euros of cost, none come back in money.",
            "It loses 100 euros a year from the start.",
        ],
    ),
    "no cost": (
        sheet("1.5", [("0", "100")], []),
        "Over 1.50 years the project brings 150 euros more than it costs.",
        [
            "No cost is entered, so there is no ratio. Is there really none? Time is a cost too.",
            "There is nothing to earn back: what is paid at the start is covered at the start.",
        ],
    ),
    "even": (
        sheet("1", [("100", "0")], [("100", "0")]),
        "Over 1 year the project brings exactly what it costs.",
        [
            "For every 100 euros of cost, 100 euros come back.",
            "There is nothing to earn back: what is paid at the start is covered at the start.",
        ],
    ),
}


@pytest.mark.parametrize(("one", "first", "rest"), WORDS.values(), ids=WORDS)
def test_what_a_sheet_says(one, first, rest):
    """The number is told in a sentence, also where it is 0, negative, or cannot be formed."""
    assert (verdict(one), list(meaning(one))) == (first, rest)


def test_the_arithmetic_is_shown():
    """Each step stands there with its numbers."""
    one = sheet("3", [("0", "12000")], [("14000", "2000.50")])

    assert list(sum_lines(one)) == [
        "**Benefit:** 0 once + 3 × 12,000 a year = 36,000 euros",
        "**Cost:** 14,000 once + 3 × 2,000.50 a year = 20,001.50 euros",
        "**Net:** 36,000 − 20,001.50 = 15,998.50 euros",
        "**Ratio of benefit to cost:** 36,000 ÷ 20,001.50 = about 1.80",
        "**Payback:** (14,000 − 0) ÷ (12,000 − 2,000.50) = about 1.4 years",
    ]
    assert list(sum_lines(sheet("1", [("5", "0")], [])))[3:] == [
        "**Ratio:** none, as nothing can be divided by a cost of 0"
    ]


FAULTS = {
    "no unit": ({"unit": ""}, {"unit": "Enter the unit of money, such as euros."}),
    "no years": (
        {"years": ""},
        {"years": "Enter for how many years to look, from 0.01 to 50."},
    ),
    "too many years": ({"years": "51"}, {"years": "Years to look at must be 50 or less."}),
    "no rows": (
        {"b1_what": "", "b1_yearly": ""},
        {"b1-what": "Enter at least one benefit or one cost."},
    ),
    "no amount": ({"c2_what": "Rent"}, {"c2-once": "Enter an amount for cost 2."}),
    "no name": ({"c2_yearly": "5"}, {"c2-what": "Enter what cost 2 is."}),
    "a loss": (
        {"b1_yearly": "-5"},
        {
            "b1-yearly": "Benefit 1: each year must be 0 or more. Write a loss among the costs, "
            "a saving among the gains."
        },
    ),
    "too long": (
        {"b1_who": "x" * 121},
        {"b1-who": "Benefit 1: who must be 120 characters or fewer. It has 121; shorten it."},
    ),
    "two lines": ({"b1_who": "a\nb"}, {"b1-who": "Benefit 1: who must be on one line."}),
    "none": ({}, {}),
}


@pytest.mark.parametrize(("given", "faults"), FAULTS.values(), ids=FAULTS)
def test_what_is_wrong_with_a_form(given, faults):
    """Each fault stands at its field and says what to enter."""
    assert read_sheet(filled(**given))[1] == faults
