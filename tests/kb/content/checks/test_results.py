"""What a result says must hold together: tables of what is told and what is let be."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest

from kb.content.checks.results import period_complaints, result_complaints
from kb.content.taxonomy import load_taxonomy
from kb.content.yaml_source import read_yaml
from kb.model.taxonomy import Taxonomy
from tests.toy import ROOT


@pytest.fixture(name="taxonomy", scope="module")
def _taxonomy() -> Taxonomy:
    return load_taxonomy(ROOT / "cases" / "taxonomy.yaml")


def told(statement: str, fields: str, taxonomy: Taxonomy, **given: Any) -> list[tuple[str, str]]:
    """The field and the rule of each complaint about a result; it went up where nothing is said."""
    result = {"direction": "up", "statement": statement, **_fields(fields)}
    complaints = result_complaints({"results": [result], **given}, "", taxonomy)
    return [(".".join(map(str, one.place[2:])), one.rule) for one in complaints]


def _fields(text: str) -> Mapping[str, Any]:
    return read_yaml("\n".join(text.split("; "))).value


FIGURE, UNIT = "figure-not-in-statement", "unit-contradicts-statement"
WAY, CHANGED = "direction-contradicts-statement", "direction-contradicts-figures"

#: A statement and the figures of its result, which stand there.
STANDS = [
    ("Sales rose by 30%.", "value: 30; unit: percent"),
    ("Sales rose by thirty per cent.", "value: 30; unit: percent"),
    ("Sales rose by 30 percent.", "value: 30; unit: percent"),
    ("Sales rose by 1.5 percentage points.", "value: 1.5; unit: percent"),
    ("Sales rose by half a per cent.", "value: 0.5; unit: percent"),
    ("Sales rose by 15 to 20%.", "range: [15, 20]; unit: percent"),
    ("At about 50-60% of the usual cost.", "range: [50, 60]; unit: percent-of-usual"),
    ("The price is 60% below the usual one.", "value: 40; unit: percent-of-usual; direction: down"),
    ("They pay half the usual price.", "value: 50; unit: percent-of-usual; direction: down"),
    ("Sales of $7,000,000 were reached.", "value: 7000000; unit: USD"),
    ("Sales of 7 million dollars.", "value: 7000000; unit: USD"),
    ("Sales of seven million dollars.", "value: 7000000; unit: USD"),
    ("Sales of $7m.", "value: 7000000; unit: USD"),
    ("Sales of 7 000 000 kroner.", "value: 7000000; unit: NOK"),
    ("Sales of 7.000.000 kroner.", "value: 7000000; unit: NOK"),
    ("Sales of half a million pounds.", "value: 500000; unit: GBP"),
    ("Sales of one and a half million pounds.", "value: 1500000; unit: GBP"),
    ("Sales of 2½ million pounds.", "value: 2500000; unit: GBP"),
    ("Sales of €1,177 million.", "value: 1177000000; unit: EUR"),
    ("Orders came to Sh10 million.", "value: 10000000; unit: KES"),
    ("Sales rose from 20 to 60 million yen.", "before: 20000000; value: 60000000; unit: JPY"),
    (
        "From 20 million yen in 2016 to 60 million in 2018.",
        "before: 20000000; value: 60000000; unit: JPY",
    ),
    ("A third of the firms exported more.", "value: 33; unit: percent-of-firms"),
    ("Two thirds of the firms.", "value: 66.7; unit: percent-of-firms"),
    ("Three quarters of the firms.", "value: 75; unit: percent-of-firms"),
    ("Half of the firms.", "value: 50; unit: percent-of-firms"),
    ("One in five firms exports.", "value: 20; unit: percent-of-firms"),
    ("Nine out of ten firms export.", "value: 90; unit: percent-of-firms"),
    ("All firms exported.", "value: 100; unit: percent-of-firms"),
    ("A dozen jobs were added.", "value: 12; unit: jobs"),
    ("It has twenty-one members.", "value: 21; unit: firms; direction: level"),
    ("It has a hundred and twenty members.", "value: 120; unit: firms; direction: level"),
    ("It has two thousand five hundred members.", "value: 2500; unit: firms; direction: level"),
    ("It has 2000 members.", "value: 2000; unit: firms; direction: level"),
    ("It took on a person.", "value: 1; unit: jobs"),
    ("Both firms export.", "value: 2; unit: firms; direction: level"),
    ("None of the firms closed.", "value: 0; unit: firms; direction: level"),
    ("Sales doubled.", "value: 2; unit: times"),
    ("Sales doubled.", "value: 100; unit: percent"),
    ("Exports grew tenfold.", "value: 10; unit: times"),
    ("Exports grew by a factor of four.", "value: 4; unit: times"),
    ("Results were six times the objective.", "value: 6; unit: times; direction: level"),
    ("Costs were halved.", "value: 50; unit: percent; direction: down"),
    ("Loans of 1:1 to 1:10 were raised.", "range: [1, 10]; unit: ratio"),
    ("It raised ten to one.", "value: 10; unit: ratio"),
    ("It became the fifth largest.", "value: 5; unit: rank; direction: level"),
    ("It holds the 2nd place.", "value: 2; unit: rank; direction: level"),
    ("It is the largest of them.", "value: 1; unit: rank; direction: level"),
    ("Rated 4.22 of 5.", "value: 4.22; unit: score-of-5; direction: level"),
    ("A loss of 3 million kroner became a profit of 5 million.",
     "before: -3000000; value: 5000000; unit: NOK"),
    ("In 2017 100 people were trained, in 2020 200.", "value: 26; unit: percent-a-year"),
    ("Losses fell by 12%.", "value: 12; unit: percent"),
    ("Sales rose by 40%, while that market fell by 17%.", "value: 40; unit: percent"),
    ("It grew, in words only.", "direction: up"),
]  # fmt: skip


@pytest.mark.parametrize(("statement", "fields"), STANDS)
def test_a_figure_that_stands_in_its_statement(
    statement: str, fields: str, taxonomy: Taxonomy
) -> None:
    """Words, separators, units and what follows from two figures are read as what they say."""
    assert told(statement, fields, taxonomy) == []


#: A statement and the figures of its result, with the field and the rule that is told.
DIFFERS = [
    ("Sales fell by 12%.", "value: 99; unit: percent; direction: down", "value", FIGURE),
    ("Sales rose.", "value: 30; unit: percent", "value", FIGURE),
    ("Sales rose by 30%.", "value: 3; unit: percent", "value", FIGURE),
    ("Sales rose by 30%.", "value: 300; unit: percent", "value", FIGURE),
    ("Sales rose by 30%.", "value: 30.5; unit: percent", "value", FIGURE),
    ("Sales of 7 million dollars.", "value: 7; unit: USD", "value", FIGURE),
    ("Sales of 7 million dollars.", "value: 700000; unit: USD", "value", FIGURE),
    ("A third of the firms.", "value: 3; unit: percent-of-firms", "value", FIGURE),
    ("A dozen jobs were added.", "value: 10; unit: jobs", "value", FIGURE),
    ("In 2014 it had members.", "value: 2014; unit: firms; direction: level", "value", FIGURE),
    ("Sales doubled.", "value: 3; unit: times", "value", FIGURE),
    ("Loans of 1:10 were raised.", "value: 100; unit: ratio", "value", FIGURE),
    ("Between 50 and 60 jobs.", "range: [50, 70]; unit: jobs", "range.1", FIGURE),
    ("Sales rose to 80 euros.", "before: 60; value: 80; unit: EUR", "before", FIGURE),
    ("19% of 113 firms.", "value: 19; of: 520; unit: percent-of-firms", "of", FIGURE),
    ("19% of the firms.", "value: 19; of: 520; unit: percent-of-firms", "of", FIGURE),
    ("Employment rose by 30%.", "value: 30; unit: jobs", "unit", UNIT),
    ("They sold 40 boats.", "value: 40; unit: percent", "unit", UNIT),
    ("Sales of 7 million dollars.", "value: 7000000; unit: jobs", "unit", UNIT),
    ("Sales of €5 million.", "value: 5000000; unit: USD", "unit", UNIT),
    ("Sales doubled.", "value: 2; unit: percent", "unit", UNIT),
    ("Sales fell by 12%.", "value: 12; unit: percent", "direction", WAY),
    ("Costs rose by about 30%.", "value: 30; unit: percent; direction: down", "direction", WAY),
    ("Costs are 30% lower.", "value: 30; unit: percent", "direction", WAY),
    ("A rise in sales of 30%.", "value: 30; unit: percent; direction: down", "direction", WAY),
    ("Sales doubled.", "value: 2; unit: times; direction: down", "direction", WAY),
    ("Sales rose by 30%.", "value: 30; unit: percent; direction: level", "direction", WAY),
    ("Jobs rose from 60 to 80.", "before: 80; value: 60; unit: jobs", "direction", CHANGED),
    ("From 60 to 80 jobs.", "before: 60; value: 80; unit: jobs; direction: down",
     "direction", CHANGED),
    ("It stayed at 80 jobs.", "before: 80; value: 80; unit: jobs", "direction", CHANGED),
    ("From 60 to 80 jobs.", "before: 60; value: 80; unit: jobs; direction: level",
     "direction", CHANGED),
]  # fmt: skip


@pytest.mark.parametrize(("statement", "fields", "field", "rule"), DIFFERS)
def test_a_figure_that_differs_from_its_statement(
    statement: str, fields: str, field: str, rule: str, taxonomy: Taxonomy
) -> None:
    """Another figure, unit or direction than the statement has is told at its field."""
    assert told(statement, fields, taxonomy)[:1] == [(field, rule)]


@pytest.mark.parametrize(
    ("statement", "fields", "rules"),
    [
        ("Costs fell by 12%.", "value: 35; unit: percent", [FIGURE, WAY]),
        ("Costs fell by 12% in 2019.", "value: 35; unit: percent", [FIGURE, WAY]),
        ("Jobs fell by 30%.", "value: 30; unit: jobs", [UNIT, WAY]),
        ("Costs fell by 12%.", "value: 35; unit: percent; direction: down", [FIGURE]),
        ("Costs fell by 12% and sales by 9%.", "value: 35; unit: percent", [FIGURE]),
    ],
)
def test_a_wrong_figure_does_not_hide_a_wrong_direction(
    statement: str, fields: str, rules: list[str], taxonomy: Taxonomy
) -> None:
    """Both are told at once where the statement tells one figure beside its years."""
    assert [rule for _, rule in told(statement, fields, taxonomy)] == rules


def test_what_the_statement_tells_is_listed_nearest_first(taxonomy: Taxonomy) -> None:
    """The message quotes the statement; what is allowed begins with the nearest figure."""
    result = {
        **{"direction": "up", "value": 31, "unit": "percent"},
        "statement": "Sales rose by 12% in 2014 and by 30% in 2015.",
    }
    (complaint,) = result_complaints({"results": [result]}, "", taxonomy)

    assert complaint.message == (
        "must stand in the statement, not only here: 31. The statement is 'Sales rose by 12% in "
        "2014 and by 30% in 2015.', which tells 12%, 30%; correct one of the two."
    )
    assert complaint.allowed == ("30%", "12%")


@pytest.mark.parametrize(
    ("fields", "field"),
    [
        ("value: -30; unit: percent; direction: down", "value"),
        ("value: -12; unit: jobs; direction: level", "value"),
        ("value: -3; unit: EUR; direction: down", "value"),
        ("range: [-5, 10]; unit: percent", "range.0"),
        ("value: 130; unit: percent-of-firms", "value"),
        ("value: 6; unit: score-of-5; direction: level", "value"),
        ("value: 0; unit: rank; direction: level", "value"),
        ("value: 2.5; unit: rank; direction: level", "value"),
    ],
)
def test_a_figure_that_cannot_be(fields: str, field: str, taxonomy: Taxonomy) -> None:
    """A sign beside a direction, a share over 100, a rating beyond its scale, half a place."""
    assert (field, "figure-impossible") in told("", fields, taxonomy)


@pytest.mark.parametrize(
    "fields",
    [
        "value: 30; unit: percent; direction: down",
        "value: 100; unit: percent-of-firms",
        "value: 130; unit: percent",
        "value: 130; unit: percent-of-usual",
        "value: 5; unit: score-of-5; direction: level",
        "value: 1; unit: rank; direction: level",
        "value: -3; unit: EUR; direction: level",
        "value: 0; unit: jobs; direction: level",
    ],
)
def test_a_figure_that_can_be(fields: str, taxonomy: Taxonomy) -> None:
    """What looks odd and can be is let be; without a statement nothing is asked of it."""
    assert told("", fields, taxonomy) == []


@pytest.mark.parametrize(
    ("fields", "is_told"),
    [
        ("value: 130; unit: percent; direction: down", True),
        ("value: 101; unit: percent; direction: down", True),
        ("range: [90, 110]; unit: percent; direction: down", True),
        ("value: 300; unit: percent; direction: down; before: 400", True),
        ("value: 100; unit: percent; direction: down", False),
        ("value: 300; unit: percent; direction: up", False),
        ("value: 130; unit: percent-of-usual; direction: down", False),
        ("value: 300; unit: jobs; direction: down", False),
    ],
)
def test_a_fall_of_more_than_there_was(fields: str, is_told: bool, taxonomy: Taxonomy) -> None:
    """No more than all of it falls."""
    rules = [rule for _, rule in told("", fields, taxonomy)]
    assert ("fall-over-hundred-percent" in rules) is is_told


@pytest.mark.parametrize(
    ("statement", "fields", "is_told"),
    [
        ("In 2014 sales came to much.", "year: 2104", True),
        ("Much was sold.", "year: 2014; horizon: 2008 to 2010", True),
        ("Much was sold by 2010.", "year: 2007", True),
        ("Much was sold in 2006/07.", "year: 2008", True),
        ("In 2014 sales came to much.", "year: 2014", False),
        ("Much was sold.", "year: 2009; horizon: 2008 to 2010", False),
        ("Much was sold in 2006/07.", "year: 2007", False),
        ("Much was sold to some 2000 firms.", "year: 2014", False),
        ("Much was sold.", "year: 2014; horizon: first year", False),
        ("Sold from 2012 on.", "year: 2014; horizon: to 2016", False),
    ],
)
def test_the_year_is_one_that_is_told(
    statement: str, fields: str, is_told: bool, taxonomy: Taxonomy
) -> None:
    """A year is among those that statement and horizon name, or between them."""
    rules = [rule for _, rule in told(statement, fields, taxonomy)]
    assert rules == (["year-contradicts-statement"] if is_told else [])


@pytest.mark.parametrize(
    ("given", "found"),
    [
        ({"period": {"to": 19992}}, [("period", "to")]),
        ({"period": {"from": 2200, "to": 2201}}, [("period", "from"), ("period", "to")]),
        ({"period": {"to": 2090}, "added": "2026-11-22"}, [("period", "to")]),
        ({"results": [{"year": 20144}]}, [("results", 0, "year")]),
        ({"period": {"from": 1989, "to": 1992}}, []),
        ({"period": {"to": 2035}, "added": "2026-11-22"}, []),
        ({"period": {"to": 2090}}, []),
        ({"period": "1989", "results": "none"}, []),
    ],
)
def test_a_year_has_come_or_is_near(given: Mapping[str, Any], found: list[Any]) -> None:
    """A year with a digit too many is told, and one far behind the day of adding."""
    assert [(one.place) for one in period_complaints(given)] == found
    assert {one.rule for one in period_complaints(given)} <= {"year-implausible"}


@pytest.mark.parametrize(
    ("period", "year", "is_told"),
    [
        ({"from": 2017}, 2014, True),
        ({"from": 2017, "to": 2019}, 2016, True),
        ({"from": 2017, "about": True}, 2015, True),
        ({"from": 1990, "to": 1992}, 1898, True),
        ({"from": 2017}, 2017, False),
        ({"from": 2017, "to": 2019}, 2022, False),
        ({"from": 2017, "about": True}, 2016, False),
        ({"to": 2019}, 2014, False),
    ],
)
def test_a_result_is_not_of_a_year_before_its_case(
    period: Mapping[str, Any], year: int, is_told: bool
) -> None:
    """A figure may be of later years, and not of earlier ones."""
    found = list(period_complaints({"period": period, "results": [{"year": year}]}))
    assert [one.rule for one in found] == (["year-before-period"] if is_told else [])


def test_how_many_were_asked_may_stand_in_the_text(taxonomy: Taxonomy) -> None:
    """Where the statement does not say it, the text or the number of members does."""
    result = {
        **{"direction": "up", "value": 19, "unit": "percent-of-firms", "of": 520},
        "statement": "Of the firms evaluated, 19% cut their costs.",
    }
    for given, body in (
        ({}, "It asked 520 firms."),
        ({}, "It asked five hundred and twenty firms."),
        ({"members": {"count": 520}}, ""),
    ):
        assert list(result_complaints({"results": [result], **given}, body, taxonomy)) == []


def test_what_is_no_record_is_left_to_others(taxonomy: Taxonomy) -> None:
    """Values of another kind, and units that do not exist, are told elsewhere."""
    for results in (None, "none", [None, "x", 3], [{"value": "about 30", "unit": ["x"]}]):
        assert list(result_complaints({"results": results}, "", taxonomy)) == []
    odd = {"value": 30, "unit": "parsecs", "direction": "sideways", "statement": "Up by 30."}
    assert list(result_complaints({"results": [odd]}, "", taxonomy)) == []
