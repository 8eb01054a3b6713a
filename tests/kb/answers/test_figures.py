"""Every unit as the figure that stands large."""

from pathlib import Path

import pytest

from kb.answers.figures import Figure, figure, headline, members_text
from kb.content.taxonomy import load_taxonomy
from kb.model.cases import Members, Result

TAXONOMY = load_taxonomy(Path(__file__).parents[3] / "cases" / "taxonomy.yaml")


def result(low=None, high=None, unit=None, direction="level", **more) -> Result:
    return Result(
        metric="sales",
        level="output",
        direction=direction,
        statement="",
        source="s",
        locator="p",
        low=low,
        high=low if high is None else high,
        unit=unit,
        **more,
    )


@pytest.mark.parametrize(
    ("given", "text"),
    [
        (result(30, unit="percent", direction="up"), "+30%"),
        (result(20, unit="percent", direction="down"), "−20%"),
        (result(75, unit="percent"), "75%"),
        (result(10, 20, unit="percent", direction="up"), "+10–20%"),
        (result(22, unit="percent-a-year", direction="up"), "+22% a year"),
        (result(50, 60, unit="percent-of-usual", direction="down"), "50–60% of the usual"),
        (result(94, unit="percent-of-firms", direction="up"), "94% of firms"),
        (result(6, unit="times", direction="up"), "×6"),
        (result(2.5, unit="times", direction="up"), "×2.5"),
        (result(7_000_000, unit="AUD"), "A$7 million"),
        (result(7_250_000.0, unit="AUD"), "A$7.25 million"),
        (result(2_000_000_000, unit="EUR"), "€2 billion"),
        (result(1_000_000, 3_000_000, unit="USD"), "US$1–3 million"),
        (result(125_000, unit="CAD", qualifier="about"), "about C$125,000"),
        (result(3_000_000, unit="AUD-a-year"), "A$3 million a year"),
        (result(12, unit="jobs"), "12 jobs"),
        (result(1, unit="jobs"), "1 job"),
        (result(16_000.0, unit="units"), "16,000 units"),
        (result(1, unit="contracts"), "1 contract"),
        (result(520, unit="firms", qualifier="more than"), "more than 520 firms"),
        (result(5, unit="rank"), "5th"),
        (result(1, unit="rank"), "1st"),
        (result(2, 3, unit="rank"), "2nd–3rd"),
        (result(11, unit="rank"), "11th"),
        (result(112, unit="rank"), "112th"),
        (result(21, unit="rank"), "21st"),
        (result(1, 10, unit="ratio"), "1:1 to 1:10"),
        (result(4, unit="ratio"), "1:4"),
        (result(4.22, unit="score-of-5"), "4.22 of 5"),
        (result(direction="up"), "Sales"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_text(given, text):
    """A result reads in one line as people say it, with every digit of the source."""
    assert figure(given, TAXONOMY).text == text


def test_before_and_after():
    """A figure with the one before it tells both, each with its qualifier."""
    given = result(
        3_000_000,
        unit="AUD-a-year",
        direction="up",
        qualifier="about",
        before=1_000_000,
        before_qualifier="under",
    )
    assert figure(given, TAXONOMY).text == "under A$1 million → about A$3 million a year"


def test_before_and_after_in_percent_has_no_sign():
    """A level in percent that rose from another is not shown as a change."""
    given = result(50, unit="percent", direction="up", before=20)
    assert figure(given, TAXONOMY).text == "20% → 50%"


def test_parts():
    """The digits are apart from the words, so that they can stand larger."""
    given = result(7_000_000, unit="AUD", qualifier="at least")
    assert figure(given, TAXONOMY) == Figure(
        number="A$7", unit="million", lead="at least", mark="level"
    )


def test_without_a_figure():
    """A result told in words shows its metric and the direction in which it moved."""
    assert figure(result(direction="down"), TAXONOMY) == Figure(
        number="Sales", mark="down", is_word=True
    )


def test_headline_is_the_weightiest_with_a_figure():
    """The headline has a figure; of equals the first of the file wins."""
    words, first, second = result(), result(1, unit="jobs"), result(2, unit="jobs")
    assert headline([words, first, second], lambda r: (0, 0.0)) == first
    assert headline([words, first, second], lambda r: (0, r.low)) == second
    assert headline([words], lambda r: (0, 0.0)) is None


@pytest.mark.parametrize(
    ("members", "text"),
    [
        (Members(count=15, who="11 makers and four inns"), "15: 11 makers and four inns"),
        (Members(count=15, who="Eleven makers"), "15 Eleven makers"),
        (Members(count=9, qualifier="about", who="six mills and three inns"),
         "About 9: six mills and three inns"),
        (Members(count=1200, who="firms"), "1,200 firms"),
        (Members(who="11 makers"), "11 makers"),
    ],
)  # fmt: skip
def test_two_numbers_of_members_do_not_run_together(members: Members, text: str):
    """What begins with a number of its own is told apart from how many there are."""
    assert members_text(members, TAXONOMY) == text
