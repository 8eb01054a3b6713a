"""The order of the cases that were found, against a table and a slow sort."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kb.content.taxonomy import load_taxonomy
from kb.model.cases import Case, Period, Result
from kb.search.order import ordered
from kb.search.query import Query

TAXONOMY = load_taxonomy(Path(__file__).parents[3] / "cases" / "taxonomy.yaml")


def result(metric: str, unit: str | None, low: float | None, high: float | None = None) -> Result:
    """A reported result; of a single value both ends are equal."""
    return Result(
        metric=metric,
        level="output",
        direction="up",
        statement="",
        source="",
        locator="",
        low=low,
        high=low if high is None else high,
        unit=unit,
    )


def case(
    name: str, title: str = "", period: Period | None = None, results: tuple[Result, ...] = ()
) -> Case:
    """A case with what an order reads."""
    return Case(
        id=name,
        title=title or name,
        kind="network",
        summary="",
        body="",
        facets={},
        results=results,
        sources=(),
        period=period,
    )


def names(cases: list[Case], query: Query, scores: list[float] | None = None) -> str:
    """The ids in the order asked for, all of them found."""
    by_id = {one.id: score for one, score in zip(cases, scores or [0.0] * len(cases), strict=True)}
    return " ".join(one.id for one in ordered(reversed(cases), by_id, query, TAXONOMY))


def test_relevance_is_by_score_then_id():
    """The best score comes first; equal ones stand in the order of their ids."""
    cases = [case("a"), case("b"), case("c"), case("d")]

    assert names(cases, Query(text="x"), [0.5, 0.9, 0.5, -0.2]) == "b a c d"


def test_without_a_text_relevance_is_by_title_then_id():
    """Titles are compared without regard to capitals."""
    cases = [case("a", "wine"), case("b", "Metal"), case("c", "Wine"), case("d", "apples")]

    assert names(cases, Query()) == "d b a c"


def test_only_what_was_found_is_ordered():
    """Scores of other cases do not count; of nothing found, nothing is given."""
    scores = {"a": 0.1, "b": 0.9, "c": 0.5}

    orders = [
        ordered([case(name) for name in found], scores, Query(text="x"), TAXONOMY)
        for found in ("ac", "")
    ]

    assert orders == [[case("c"), case("a")], []]


@pytest.mark.parametrize(
    ("text", "expected"), [("", "new late old none other"), ("x", "new late old other none")]
)
def test_newest_is_by_the_latest_year(text, expected):
    """The end counts, the start where there is no end; without a period last, then as usual."""
    cases = [
        case("late", "C", Period(start=1996)),
        case("new", "B", Period(start=1990, end=1998)),
        case("none", "A"),
        case("old", "D", Period(end=1980)),
        case("other", "E"),
    ]

    assert names(cases, Query(text=text, sort="newest"), [0.1, 0.2, 0.3, 0.4, 0.5]) == expected


@pytest.mark.parametrize(
    ("text", "expected"), [("", "old new late none other"), ("x", "old new late other none")]
)
def test_oldest_is_by_the_earliest_year(text, expected):
    """The start counts, the end where there is no start; without a period last, then as usual."""
    cases = [
        case("late", "C", Period(start=1996)),
        case("new", "B", Period(start=1990, end=1998)),
        case("none", "A"),
        case("old", "D", Period(end=1980)),
        case("other", "E"),
    ]

    assert names(cases, Query(text=text, sort="oldest"), [0.1, 0.2, 0.3, 0.4, 0.5]) == expected


@pytest.mark.parametrize(
    ("unit", "expected"),
    [
        # Most figures in sales are in percent: b 40, a 30, e 10; then those without one.
        pytest.param(None, "b a e c d", id="the commonest unit"),
        pytest.param("times", "c a b d e", id="the unit asked for"),
        pytest.param("percent", "b a e c d", id="named, the same"),
        pytest.param("jobs", "a b c d e", id="a unit that none has"),
    ],
)
def test_result_is_by_the_strongest_figure_in_one_unit(unit, expected):
    """Figures in other units, in other metrics and in words do not count."""
    cases = [
        case("a", results=(result("sales", "percent", 5), result("sales", "percent", 30))),
        case("b", results=(result("sales", "percent", 20, 40), result("cost", "percent", 99))),
        case("c", results=(result("sales", "times", 6),)),
        case("d", results=(result("sales", "percent", None),)),
        case("e", results=(result("sales", "percent", 10),)),
    ]
    query = Query(filters={"results": ("sales",)}, results_unit=unit, sort="result")

    assert names(cases, query) == expected


def test_a_level_of_the_usual_is_a_reduction():
    """Costs of 50-60% of the usual are stronger than costs of 80% of it."""
    cases = [
        case("a", results=(result("cost", "percent-of-usual", 80),)),
        case("b", results=(result("cost", "percent-of-usual", 50, 60),)),
        case("c", results=(result("cost", "percent-of-usual", 70, 90),)),
    ]

    assert names(cases, Query(filters={"results": ("cost",)}, sort="result")) == "b c a"


def test_of_units_as_common_the_first_by_name_counts():
    """The choice of unit does not depend on the order of the cases."""
    cases = [
        case("a", results=(result("sales", "times", 9),)),
        case("b", results=(result("sales", "percent", 1),)),
    ]

    assert names(cases, Query(filters={"results": ("sales",)}, sort="result")) == "b a"


_CASES = st.lists(
    st.tuples(
        st.sampled_from(["A", "a", "B"]),
        st.none() | st.builds(Period, start=st.sampled_from([1990, 1995]), end=st.none()),
        st.sampled_from([0.0, 0.5]),
        st.sampled_from([None, 10.0, 20.0]),
        st.booleans(),
    ),
    max_size=12,
)


@settings(deadline=None, derandomize=True, max_examples=60)
@given(
    rows=_CASES,
    text=st.sampled_from(["", "x"]),
    sort=st.sampled_from(["relevance", "newest", "oldest", "result"]),
)
def test_every_order_equals_a_slow_sort(rows, text, sort):
    """One sort by all keys at once gives the same list."""
    cases = [
        case(f"{at:02}", title, period, (result("sales", "percent", figure),))
        for at, (title, period, _, figure, _) in enumerate(rows)
    ]
    found = [one for one, row in zip(cases, rows, strict=True) if row[4]]
    scores = {one.id: row[2] for one, row in zip(cases, rows, strict=True)}
    query = Query(text=text, filters={"results": ("sales",)}, sort=sort)

    def key(one: Case) -> tuple:
        title, period, score, figure, _ = rows[int(one.id)]
        first = {
            "relevance": 0,
            "newest": -(period.start if period else 0),
            "oldest": period.start if period else 9999,
            "result": -(figure or -1),
        }[sort]
        return first, -score if text else title.casefold(), one.id

    assert ordered(found, scores, query, TAXONOMY) == sorted(found, key=key)
