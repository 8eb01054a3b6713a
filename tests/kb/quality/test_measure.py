"""Measures, intervals and tests, against numbers worked by hand and slow formulas."""

from __future__ import annotations

from itertools import pairwise, product
from math import log2

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kb.model.relevance import Figure
from kb.quality.measure import MEASURES, figure, p_value, per_query

DOCS = [f"d{number}" for number in range(130)]


def ranked(*docs: str) -> list[tuple[str, float]]:
    """A ranking, best first."""
    return [(doc, 1 - at / 1000) for at, doc in enumerate(docs)]


def slow(ranking: list[str], grades: dict[str, int]) -> list[float]:
    """The five measures of one query, spelled out in their order in ``MEASURES``."""
    gains = [grades.get(doc, 0) / log2(at + 2) for at, doc in enumerate(ranking[:10])]
    best = [grade / log2(at + 2) for at, grade in enumerate(sorted(grades.values())[::-1][:10])]
    first = next((1 / (at + 1) for at, doc in enumerate(ranking[:10]) if doc in grades), 0.0)
    recall = [len(set(ranking[:cut]) & set(grades)) / len(grades) for cut in (10, 100)]
    return [
        sum(gains) / sum(best),
        first,
        *recall,
        float(ranking[:1] != [] and ranking[0] in grades),
    ]


def test_a_query_worked_by_hand():
    """Grades 2 and 1; the ranking has the lesser one first and the better one third.

    DCG = 1 / log2(2) + 2 / log2(4) = 2; the best possible is 2 / log2(2) + 1 / log2(3)
    = 2.63093; so nDCG = 0.760187. The first rank holds a relevant case, and both of
    two are among the first ten.
    """
    values = per_query({"q": ranked("b", "x", "a")}, {"q": {"a": 2, "b": 1}})

    assert values == {
        "nDCG@10": {"q": pytest.approx(0.760187, abs=1e-6)},
        "RR@10": {"q": 1.0},
        "R@10": {"q": 1.0},
        "R@100": {"q": 1.0},
        "Success@1": {"q": 1.0},
    }


@pytest.mark.parametrize(
    ("rank", "expected"),
    [
        pytest.param(1, [1.0, 1.0, 1.0, 1.0, 1.0], id="first"),
        pytest.param(2, [1 / log2(3), 0.5, 1.0, 1.0, 0.0], id="second"),
        pytest.param(10, [1 / log2(11), 0.1, 1.0, 1.0, 0.0], id="tenth"),
        pytest.param(11, [0.0, 0.0, 0.0, 1.0, 0.0], id="eleventh"),
        pytest.param(100, [0.0, 0.0, 0.0, 1.0, 0.0], id="hundredth"),
        pytest.param(101, [0.0, 0.0, 0.0, 0.0, 0.0], id="beyond"),
    ],
)
def test_one_relevant_case_at_a_rank(rank, expected):
    """Each measure ends at its cut, and counts by the rank."""
    others = [doc for doc in DOCS if doc != "d0"]
    run = {"q": ranked(*others[: rank - 1], "d0", *others[rank - 1 :])}

    values = per_query(run, {"q": {"d0": 1}})

    assert [values[name]["q"] for name in MEASURES] == pytest.approx(expected)


def test_queries_without_an_answer_count_as_zero():
    """A query with an empty ranking, one without any, and one that misses are all zeros."""
    qrels = {"hit": {"a": 1}, "empty": {"a": 1}, "absent": {"a": 2}, "miss": {"a": 1}}

    values = per_query({"miss": ranked("b"), "hit": ranked("a"), "empty": []}, qrels)

    assert values == {name: {"hit": 1.0, "empty": 0, "absent": 0, "miss": 0} for name in MEASURES}
    assert [list(of_query) for of_query in values.values()] == [list(qrels)] * len(MEASURES)


def test_the_order_of_a_ranking_counts_not_its_scores():
    """Equal scores, and scores that rise, leave the ranking as it was given."""
    qrels = {"q": {"a": 1}}

    values = [
        per_query({"q": run}, qrels)["RR@10"]["q"]
        for run in ([("b", 0.5), ("a", 0.5)], [("z", 0.1), ("a", 0.9)], [("a", 0.0), ("z", 0.0)])
    ]

    assert values == [0.5, 0.5, 1.0]


@settings(deadline=None, derandomize=True, max_examples=50)
@given(
    ranking=st.lists(st.sampled_from(DOCS), unique=True, max_size=130),
    grades=st.dictionaries(st.sampled_from(DOCS[:40]), st.sampled_from([1, 2]), min_size=1),
)
def test_measures_equal_the_formulas(ranking, grades):
    """Any ranking measures what the slow formulas give."""
    values = per_query({"q": ranked(*ranking)}, {"q": grades})

    assert [values[name]["q"] for name in MEASURES] == pytest.approx(slow(ranking, grades))


@pytest.mark.parametrize(
    ("values", "mean"),
    [([], 0.0), ([0.25], 0.25), ([0.5, 0.5, 0.5], 0.5), ([0.0, 0.0], 0.0)],
)
def test_values_without_spread_have_an_interval_without_width(values, mean):
    """One query, equal values and no query at all leave nothing to resample."""
    assert figure(values) == Figure(mean=mean, low=mean, high=mean)


def test_an_interval_is_that_of_the_normal_distribution_for_many_queries():
    """A hundred times 0 and 1: 0.5, give or take 1.96 * 0.5 / sqrt(200) = 0.0693."""
    found = figure([0.0, 1.0] * 100)

    assert found.mean == 0.5
    assert (found.low, found.high) == pytest.approx((0.5 - 0.0693, 0.5 + 0.0693), abs=0.006)


def test_an_interval_is_the_same_each_time():
    """Resampling begins from one seed."""
    values = np.linspace(0, 1, 37).tolist()

    assert figure(values) == figure(values)


@settings(deadline=None, derandomize=True, max_examples=25)
@given(values=st.lists(st.floats(0, 1), min_size=1, max_size=30))
def test_an_interval_holds_its_mean_and_lies_within_the_values(values):
    """Low, mean and high are in order, between the least and the greatest value."""
    found = figure(values)

    steps = [min(values), found.low, found.mean, found.high, max(values)]
    assert [late - early for early, late in pairwise(steps) if late - early < -1e-12] == []


def exact_p(one: list[float], two: list[float]) -> float:
    """The share of all ways to flip the signs whose mean difference is as large."""
    difference = np.array(one) - np.array(two)
    flips = np.array(list(product((-1, 1), repeat=len(difference))))
    return float((np.abs(flips @ difference) >= abs(difference.sum()) - 1e-9).mean())


@pytest.mark.parametrize(
    ("one", "two"),
    [
        pytest.param([1.0] * 10, [0.0] * 10, id="always better: 2 of 1024 ways"),
        pytest.param([0.0] * 10, [1.0] * 10, id="always worse"),
        pytest.param([0.9, 0.8, 0.7, 0.2, 0.4], [0.5, 0.9, 0.1, 0.1, 0.3], id="mixed"),
        pytest.param([1.0, 0.0], [0.0, 1.0], id="as often better as worse"),
        pytest.param([0.5, 0.6, 0.7], [0.4, 0.5, 0.6], id="three queries: 2 of 8 ways"),
    ],
)
def test_the_p_value_is_that_of_all_flips(one, two):
    """Random flips come near the share over every way to flip."""
    assert p_value(one, two) == pytest.approx(exact_p(one, two), abs=0.012)


def test_no_difference_is_no_evidence():
    """Equal runs, and no queries, have a p-value of one; so has a swap of the same values."""
    assert [p_value([0.5, 0.1], [0.5, 0.1]), p_value([], []), p_value([1, 0], [0, 1])] == [1, 1, 1]


def test_the_p_value_has_two_sides_and_is_never_zero():
    """Which run is named first does not matter; ten thousand flips prove nothing impossible."""
    one, two = np.linspace(0.5, 1, 60), np.linspace(0, 0.5, 60)

    assert p_value(one, two) == p_value(two, one) == 1 / 10_000
