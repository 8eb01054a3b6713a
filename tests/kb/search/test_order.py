"""The order of the cases that were found, against a table and a slow sort."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from math import inf
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kb.content.taxonomy import load_taxonomy
from kb.indexing.make import document_of
from kb.model.cases import Case, Period, Result
from kb.model.quantities import Quantity, in_each_unit, quantity
from kb.search.order import ordered
from kb.search.query import Query
from kb.text.chunking import passages_of
from tests.kb.search.engines import engine_of

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


def in_order(cases: list[Case], found: list[Case], query: Query, scores: list[float]) -> str:
    """The ids of what was found, in the order asked for; each of the cases has a score."""
    with engine_of(
        document_of(one, TAXONOMY, passages_of(one, TAXONOMY)) for one in cases
    ) as engine:
        rows = np.array([engine.row(one.id) for one in found], dtype=np.int64)
        rows.sort()
        by_row = np.array(scores)[rows]
        return " ".join(engine.ids(ordered(rows, by_row, query, engine, TAXONOMY)))


def names(cases: list[Case], query: Query, scores: list[float] | None = None) -> str:
    """The ids in the order asked for, all of them found."""
    return in_order(cases, cases, query, scores or [0.0] * len(cases))


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
    cases = [case("a"), case("b"), case("c")]

    orders = [
        in_order(cases, found, Query(text="x"), [0.1, 0.9, 0.5])
        for found in ([cases[0], cases[2]], [])
    ]

    assert orders == ["c a", ""]


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
    scores = [row[2] for row in rows]
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

    expected = " ".join(one.id for one in sorted(found, key=key))
    assert in_order(cases, found, query, scores) == expected


_RESULTS = st.builds(
    lambda metric, unit, low, more, direction, before: replace(
        result(metric, unit, low, None if low is None else low + more),
        direction=direction,
        before=before,
    ),
    metric=st.sampled_from(["sales", "cost"]),
    unit=st.sampled_from(["percent", "jobs", "times", "percent-of-usual"]),
    low=st.sampled_from([None, 10.0, 20.0, 60.0, 120.0]),
    more=st.sampled_from([0.0, 30.0]),
    direction=st.sampled_from(["up", "down", "unchanged"]),
    before=st.sampled_from([None, None, 40.0]),
)


def by_the_strongest(cases: list[Case], query: Query, scores: list[float]) -> list[str]:
    """The order by a figure, spelled out case by case."""
    metric = query.filters["results"][0]

    def figures(one: Case, unit: str | None) -> list[Quantity]:
        of_metric = [r for r in one.results if r.metric == metric]
        if unit is None:
            found = [quantity(r, TAXONOMY) for r in of_metric]
        else:
            found = [in_each_unit(r, TAXONOMY).get(unit) for r in of_metric]
        return [figure for figure in found if figure is not None]

    compared = [quantity(r, TAXONOMY) for c in cases for r in c.results if r.metric == metric]
    used = Counter(figure.unit for figure in compared if figure is not None)
    unit = query.results_unit
    if unit is None:
        unit = min(used, key=lambda name: (-used[name], name)) if used else None
    if unit == "percent-of-usual":
        unit = "percent"

    def place(one: Case) -> tuple:
        falls = query.results_direction == "down"
        places = [
            ((TAXONOMY.sign(figure.direction) < 0) != falls, -figure.high)
            for figure in figures(one, unit)
        ]
        usual = -scores[int(one.id)] if query.text else one.title.casefold()
        return min(places, default=(True, inf)), usual, one.id

    return [one.id for one in sorted(cases, key=place)]


@settings(deadline=None, derandomize=True, max_examples=120)
@given(
    rows=st.lists(
        st.tuples(
            st.sampled_from(["A", "a", "B"]),
            st.lists(_RESULTS, max_size=4),
            st.sampled_from([0.0, 0.5]),
            st.booleans(),
        ),
        max_size=9,
    ),
    text=st.sampled_from(["", "x"]),
    unit=st.sampled_from([None, "percent", "times", "percent-of-usual", "rank"]),
    direction=st.sampled_from(["up", "down"]),
)
def test_the_order_by_figures_equals_a_slow_sort(rows, text, unit, direction):
    """Rises, falls and states, ranges, other units and metrics: case by case the same place."""
    cases = [
        case(f"{at:02}", title, results=tuple(results))
        for at, (title, results, _, _) in enumerate(rows)
    ]
    found = [one for one, row in zip(cases, rows, strict=True) if row[3]]
    scores = [row[2] for row in rows]
    query = Query(
        text=text,
        filters={"results": ("sales",)},
        results_unit=unit,
        results_direction=direction,
        sort="result",
    )

    expected = " ".join(by_the_strongest(found, query, scores))
    assert in_order(cases, found, query, scores) == expected
