"""Figures in the unit that they are compared in."""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from pathlib import Path

import pytest

from kb.content.taxonomy import load_taxonomy
from kb.model import quantities as module
from kb.model.cases import Result
from kb.model.quantities import Quantity
from kb.model.taxonomy import Taxonomy, Vocabulary

TAXONOMY = load_taxonomy(Path(__file__).parents[3] / "cases" / "taxonomy.yaml")
quantity = partial(module.quantity, taxonomy=TAXONOMY)
change = partial(module.change, taxonomy=TAXONOMY)
quantities = partial(module.quantities, taxonomy=TAXONOMY)
in_each_unit = partial(module.in_each_unit, taxonomy=TAXONOMY)


def result(low, high=None, unit="percent", direction="up", **more) -> Result:
    """A result with a figure."""
    return Result(
        metric="sales",
        level="output",
        direction=direction,
        statement="",
        source="",
        locator="",
        low=low,
        high=low if high is None else high,
        unit=unit,
        **more,
    )


WORDS = Result(metric="sales", level="output", direction="up", statement="", source="", locator="")


def test_a_plain_figure_stays_as_it_is():
    """A figure in its own unit is compared as reported."""
    assert quantity(result(30, unit="jobs", qualifier="about")) == Quantity(
        unit="jobs", direction="up", low=30, high=30, qualifier="about"
    )


def test_a_result_in_words_has_no_quantity():
    """What is told in words is compared with nothing."""
    assert (quantity(WORDS), change(WORDS), quantities(WORDS)) == (None, None, ())


@pytest.mark.parametrize(
    ("low", "high", "expected"),
    [
        pytest.param(50, 60, (40, 50, "down"), id="a range turns round"),
        pytest.param(80, 80, (20, 20, "down"), id="one value"),
        pytest.param(130, 130, (30, 30, "up"), id="more than usual"),
        pytest.param(100, 100, (0, 0, "level"), id="as usual"),
    ],
)
def test_a_level_of_the_usual_is_a_change(low, high, expected):
    """A level in percent of the usual is the difference to 100, in its direction."""
    found = quantity(result(low, high, "percent-of-usual", "level"))

    assert (found.low, found.high, found.direction) == expected
    assert (found.unit, found.converted) == ("percent", True)


@pytest.mark.parametrize(
    ("before", "low", "high", "expected"),
    [
        pytest.param(1, 3, 3, (200, 200, "up"), id="three times as much"),
        pytest.param(4, 3, 3, (25, 25, "down"), id="less"),
        pytest.param(2, 3, 4, (50, 100, "up"), id="to a range"),
        pytest.param(4, 2, 3, (25, 50, "down"), id="down to a range"),
    ],
)
def test_a_figure_before_gives_a_change(before, low, high, expected):
    """From 1 to 3 is 200% up, by arithmetic of ours."""
    found = change(result(low, high, "AUD", before=before))

    assert (found.low, found.high, found.direction) == expected
    assert (found.unit, found.converted) == ("percent", True)


@pytest.mark.parametrize(
    ("now", "before", "expected"),
    [
        (None, None, ""),
        ("about", None, "about"),
        ("about", "under", "more than"),
        (None, "at least", "at most"),
        (None, "about", "about"),
    ],
)
def test_a_bounded_figure_before_bounds_the_change(now, before, expected):
    """From under 1 to about 3 is more than 200% up."""
    found = change(result(3, unit="AUD", before=1, qualifier=now, before_qualifier=before))

    assert found.qualifier == expected


def test_a_change_has_no_noise_of_binary_numbers():
    """From 1 to 1.3 is 30% up, and not 30.000000000000004."""
    assert change(result(1.3, unit="AUD", before=1)).low == 30


@pytest.mark.parametrize("before", [None, 0, -1])
def test_there_is_no_change_from_nothing(before):
    """A change in percent needs a figure before that is above zero."""
    assert change(result(3, unit="AUD", before=before)) is None


@pytest.mark.parametrize(
    ("unit", "before", "now"),
    [
        pytest.param("rank", 4, 2, id="a place in an order"),
        pytest.param("ratio", 4, 2, id="a ratio"),
        pytest.param("score-of-5", 3, 4, id="a mean rating"),
        pytest.param("percent-of-firms", 40, 60, id="a share"),
        pytest.param("times", 2, 4, id="a multiple"),
    ],
)
def test_what_is_no_amount_has_no_change_in_percent(unit, before, now):
    """From fourth to second place is not 50% down, nor may it be asked for as such."""
    moved = result(now, unit=unit, direction="up", before=before)

    assert change(moved) is None
    assert "percent" not in in_each_unit(moved)
    assert [one.unit for one in quantities(moved)] == [unit]


def test_both_ways_to_compare_are_given():
    """A turnover with the one before is an amount, and a change."""
    found = quantities(result(3_000_000, unit="AUD-a-year", before=1_000_000))

    assert [(one.unit, one.direction, one.low) for one in found] == [
        ("AUD-a-year", "level", 3_000_000),
        ("percent", "up", 200),
    ]


def ends(one: Result) -> dict[str, tuple[float, float]]:
    """The ends of a result's figure in each unit."""
    return {unit: (figure.low, figure.high) for unit, figure in in_each_unit(one).items()}


def test_a_figure_is_told_in_every_unit_in_which_there_is_one():
    """As it is reported and as it is compared; in any other unit there is none."""
    assert ends(result(50, 60, "percent-of-usual", "down")) == {
        "percent-of-usual": (50, 60),
        "percent": (40, 50),
    }
    assert ends(result(3_000_000, unit="AUD-a-year", before=1_000_000)) == {
        "AUD-a-year": (3_000_000, 3_000_000),
        "percent": (200, 200),
    }
    assert ends(result(4, unit="rank", before=2)) == {"rank": (4, 4)}
    assert ends(result(12, unit="jobs")) == {"jobs": (12, 12)}
    assert in_each_unit(WORDS) == {}
    assert quantity(WORDS) is None


def test_the_middle_of_a_range_stands_for_it():
    """Of 40-50 the middle is 45."""
    assert quantity(result(40, 50)).middle == 45


def test_without_a_unit_of_changes_nothing_is_computed():
    """A vocabulary that measures no change compares every figure as it is reported."""
    plain = tuple(replace(term, measures="amount") for term in TAXONOMY["units"])
    lists = {**TAXONOMY.vocabularies, "units": Vocabulary(name="units", terms=plain)}
    without = Taxonomy(vocabularies=lists)
    usual = result(50, unit="percent-of-usual")
    grown = result(3, unit="AUD", before=1)

    assert [one.unit for one in module.quantities(usual, without)] == ["percent-of-usual"]
    assert [one.unit for one in module.quantities(grown, without)] == ["AUD"]


def test_a_vocabulary_of_other_words_computes_the_same():
    """What is a change, a level of the usual and a fall is told by the properties alone."""
    named = {"percent": "points", "percent-of-usual": "norm", "down": "fewer", "level": "steady"}
    lists = {
        name: Vocabulary(
            name=name,
            terms=tuple(replace(term, id=named.get(term.id, term.id)) for term in words),
        )
        for name, words in TAXONOMY.vocabularies.items()
    }
    other = Taxonomy(vocabularies=lists)

    found = module.quantity(result(50, 60, "norm", "steady"), other)

    assert (found.unit, found.direction, found.low, found.high) == ("points", "fewer", 40, 50)
