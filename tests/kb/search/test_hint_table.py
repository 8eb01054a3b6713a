"""How near a text is to the hints, against plain loops over them and by hand."""

from __future__ import annotations

from collections.abc import Sequence
from math import sqrt

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from kb.engine.local.vectors import DenseIndex, unit_rows
from kb.model.cases import Case, Hint
from kb.search.hint_table import HintTable

CASES = tuple(
    Case(
        id=name, title=name, kind="network", summary="", body="", facets={}, results=(), sources=()
    )
    for name in ("a", "b", "c", "d")
)
PROJECTS = ("exporting", "marketing", "design")


def hint(target: str, text: str = "") -> Hint:
    """A hint of a case or of a project type."""
    kind = "project" if target in PROJECTS else "case"
    return Hint(kind=kind, target=target, text=text or target)


def table(targets: Sequence[str], *vectors: Sequence[Sequence[float]]) -> HintTable:
    """A table of hints with numbered texts; one list of vectors for each encoder."""
    hints = [hint(target, f"{target} {at}") for at, target in enumerate(targets)]
    indexes = [DenseIndex.build(np.array(rows, dtype=np.float32)) for rows in vectors]
    return HintTable(hints, CASES, indexes[0], indexes[1] if len(indexes) > 1 else None)


def text(*vectors: Sequence[float]) -> tuple[np.ndarray, ...]:
    """The unit vectors of a text, one for each encoder."""
    return tuple(unit_rows(np.array([vector]))[0] for vector in vectors)


def cosine(one: Sequence[float], other: Sequence[float]) -> float:
    """The cosine of two vectors, written out; 0 where one has no length."""
    lengths = sqrt(sum(x * x for x in one)) * sqrt(sum(y * y for y in other))
    return sum(x * y for x, y in zip(one, other, strict=True)) / lengths if lengths else 0.0


# --- by case ---------------------------------------------------------------------------------


def test_a_case_is_as_near_as_the_best_of_its_hints():
    """Two hints of one case, one of another, and none of the other two, which are at 0."""
    made = table(["b", "exporting", "a", "b"], [[1, 0], [0, 1], [1, 1], [0, 1]])

    assert made.by_case(text([3, 4])).tolist() == pytest.approx([7 / sqrt(50), 0.8, 0, 0])


def test_what_is_opposite_counts_as_far():
    """A cosine below zero is no nearer than having no hint."""
    assert table(["a"], [[1, 0]]).by_case(text([-1, 0])).tolist() == [0, 0, 0, 0]


def test_encoders_are_averaged_hint_by_hint():
    """The best hint is that of the best mean: (1 + 0) / 2 and (0.6 + 0.6) / 2, so 0.6."""
    made = table(["c", "c"], [[1, 0], [3, 4]], [[0, 1], [3, 4]])

    assert made.by_case(text([1, 0], [1, 0])).tolist() == pytest.approx([0, 0, 0.6, 0])


def test_one_encoder_is_enough():
    """A text with a vector more than the table has indexes is compared by the first."""
    made = table(["c"], [[3, 4]])

    assert made.by_case(text([1, 0], [0, 1])).tolist() == pytest.approx([0, 0, 0.6, 0])


# --- nearest ---------------------------------------------------------------------------------


def test_the_nearest_hint_is_that_of_all_texts_together():
    """Of two texts the second hint is near to both, and wins over one that equals the first."""
    made = table(["a", "a", "marketing", "c"], [[1, 0], [3, 4], [0, 1], [-1, 0]])

    assert made.nearest([0, 1, 2], [text([1, 0]), text([0, 1])]) == {0: "a 1", 2: "c 3"}
    assert made.nearest([0], [text([1, 0])]) == {0: "a 0"}


def test_of_equally_near_hints_the_first_is_taken():
    """A text that no hint has anything to do with is nearest to the first of them."""
    made = table(["b", "b"], [[1, 0], [1, 0]])

    assert made.nearest([1], [text([0, 1])]) == {1: "b 0"}


def test_only_the_cases_asked_for_are_told():
    """Without cases there is nothing to tell, nor is there of cases without hints."""
    made = table(["a", "exporting"], [[1, 0], [0, 1]])

    assert made.nearest([], [text([1, 0])]) == {}
    assert made.nearest([3, 2], [text([1, 0])]) == {}


# --- by project ------------------------------------------------------------------------------


def test_project_types_are_measured_between_the_mean_and_the_best():
    """Cosines 1, 0.6 and 0 have the mean 8/15: 1 is 1, 0.6 is (0.6 - 8/15) / (7/15), 0 is 0."""
    made = table(["exporting", "a", "design", "marketing"], [[1, 0], [1, 0], [3, 4], [0, 1]])

    assert made.by_project([text([1, 0])]) == {
        "exporting": 1.0,
        "design": pytest.approx(1 / 7),
        "marketing": 0.0,
    }


def test_what_is_opposite_counts_in_the_mean():
    """Cosines 1, 0.6 and -1 have the mean 0.2: 0.6 is halfway from there to 1."""
    made = table(["exporting", "design", "marketing"], [[1, 0], [3, 4], [-1, 0]])

    assert made.by_project([text([1, 0])]) == {
        "exporting": 1.0,
        "design": pytest.approx(0.5),
        "marketing": 0.0,
    }


def test_a_project_type_counts_by_its_best_phrase_and_text():
    """One phrase near one of two texts is enough."""
    made = table(["exporting", "design", "exporting"], [[0, 1, 0], [3, 4, 0], [1, 0, 0]])

    # exporting has 1 (its second phrase, the first text), design 0.6.
    assert made.by_project([text([1, 0, 0]), text([0, 0, 1])]) == {"exporting": 1.0, "design": 0.0}


def test_where_all_are_equally_near_none_counts():
    """Without a difference there is nothing to hear."""
    made = table(list(PROJECTS), [[1, 0], [2, 0], [3, 0]])

    assert made.by_project([text([3, 4])]) == dict.fromkeys(PROJECTS, 0.0)
    assert made.by_project([text([0, 0])]) == dict.fromkeys(PROJECTS, 0.0)


def test_encoders_are_averaged_after_each_has_been_measured():
    """One encoder says 1 and the other 0 of each of two types: both are at a half."""
    made = table(["exporting", "design"], [[1, 0], [0, 1]], [[0, 1], [1, 0]])

    assert made.by_project([text([1, 0], [1, 0])]) == {"exporting": 0.5, "design": 0.5}


@pytest.mark.parametrize(
    ("targets", "by_case", "by_project"),
    [
        pytest.param(["a"], [1, 0, 0, 0], {}, id="cases alone"),
        pytest.param(["design"], [0, 0, 0, 0], {"design": 0.0}, id="project types alone"),
    ],
)
def test_either_kind_of_hint_may_be_missing(targets, by_case, by_project):
    """Without hints of a kind nothing is near, and nothing fails."""
    made = table(targets, [[1, 0]])

    assert made.by_case(text([1, 0])).tolist() == by_case
    assert made.by_project([text([1, 0])]) == by_project
    assert made.nearest([0], [text([1, 0])]) == ({0: "a 0"} if "a" in targets else {})


# --- against plain loops ---------------------------------------------------------------------

VECTOR = st.lists(st.integers(-4, 4), min_size=3, max_size=3)
TARGET = st.sampled_from(["a", "b", "c", "d", *PROJECTS])
HINT = st.tuples(TARGET, VECTOR, VECTOR)


@given(st.lists(HINT, min_size=1, max_size=12), VECTOR, VECTOR)
def test_by_case_equals_a_loop_over_the_hints(hints, one, other):
    """For any hints, cases and two encoders: the best mean cosine of a case's hints, or 0."""
    made = table([t for t, _, _ in hints], [v for _, v, _ in hints], [w for _, _, w in hints])
    expected = dict.fromkeys((case.id for case in CASES), 0.0)
    for target, first, second in hints:
        if target in expected:
            mean = (cosine(first, one) + cosine(second, other)) / 2
            expected[target] = max(expected[target], mean)

    found = made.by_case(text(one, other))

    assert (found.dtype, found.shape) == (np.float64, (4,))
    assert found.tolist() == pytest.approx(list(expected.values()), abs=1e-6)


@given(st.lists(HINT, min_size=1, max_size=12), st.lists(VECTOR, min_size=1, max_size=3))
def test_by_project_equals_a_loop_over_the_hints(hints, texts):
    """For any hints and texts of one encoder: from the mean of all types to the best of them."""
    made = table([t for t, _, _ in hints], [v for _, v, _ in hints])
    best: dict[str, float] = {}
    for target, vector, _ in hints:
        if target in PROJECTS:
            near = max(cosine(vector, one) for one in texts)
            best[target] = max(best.get(target, -1.0), near)
    mean = sum(best.values()) / len(best) if best else 0.0
    spread = max(best.values(), default=0.0) - mean

    found = made.by_project([text(one) for one in texts])

    assert list(found) == list(best)
    if spread > 1e-3:
        assert found == pytest.approx(
            {project: max(0.0, (near - mean) / spread) for project, near in best.items()}, abs=1e-3
        )
        assert max(found.values()) == 1.0
    assert [project for project, near in found.items() if not 0 <= near <= 1] == []


@given(st.lists(HINT, min_size=1, max_size=12), st.lists(VECTOR, min_size=1, max_size=3))
def test_nearest_equals_a_loop_over_the_hints(hints, texts):
    """For any hints and texts: of each case with hints one whose mean cosine none exceeds."""
    made = table([t for t, _, _ in hints], [v for _, v, _ in hints])
    means = {
        f"{target} {at}": sum(cosine(vector, one) for one in texts) / len(texts)
        for at, (target, vector, _) in enumerate(hints)
    }

    found = made.nearest(range(4), [text(one) for one in texts])

    own = {at: [n for n in means if n.startswith(case.id + " ")] for at, case in enumerate(CASES)}
    assert list(found) == [at for at, names in own.items() if names]
    assert [at for at, name in found.items() if name not in own[at]] == []
    assert [means[name] for name in found.values()] == pytest.approx(
        [max(means[name] for name in own[at]) for at in found], abs=1e-6
    )
