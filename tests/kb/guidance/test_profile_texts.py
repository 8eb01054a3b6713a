"""How near words come to texts of cases and projects, by hand and against plain loops."""

from __future__ import annotations

from collections.abc import Sequence
from math import sqrt

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from kb.engine.base import unit_rows
from kb.guidance.profile_texts import nearest_texts, wanted_projects
from kb.search.evidence import ComparedTexts, MeasuredTexts

CASES = ("a", "b", "c", "d")
PROJECTS = ("exporting", "marketing", "design")


def texts(owners: Sequence[str], *vectors: Sequence[Sequence[float]]) -> ComparedTexts:
    """Texts of cases or projects, each counted through; one list of vectors for each encoder."""
    places = [(*CASES, *PROJECTS).index(owner) % len(CASES) for owner in owners]
    return ComparedTexts(
        owners=np.array(places, dtype=np.int64),
        ordinals=np.array([places[:at].count(one) for at, one in enumerate(places)], np.int64),
        by_encoder=tuple(unit_rows(np.array(rows, dtype=np.float32)) for rows in vectors),
    )


def measured(made: ComparedTexts, asked: Sequence[tuple[np.ndarray, ...]]) -> MeasuredTexts:
    """How near some texts come to texts."""
    cosines = [made.cosines(one) for one in asked]
    return MeasuredTexts(owners=made.owners, ordinals=made.ordinals, cosines=cosines)


def nearest(made: ComparedTexts, asked: Sequence[tuple[np.ndarray, ...]]) -> dict[str, int]:
    """Which text of each case is nearest, by the name of the case."""
    return {CASES[owner]: at for owner, at in nearest_texts(measured(made, asked)).items()}


def wanted(made: ComparedTexts, asked: Sequence[tuple[np.ndarray, ...]]) -> dict[str, float]:
    """How much each project is wanted of which there are as many as texts name."""
    n_projects = len(set(made.owners.tolist()))
    return dict(wanted_projects(PROJECTS[:n_projects], made, asked))


def text(*vectors: Sequence[float]) -> tuple[np.ndarray, ...]:
    """The unit vectors of a text, one for each encoder."""
    return tuple(unit_rows(np.array([vector]))[0] for vector in vectors)


def cosine(one: Sequence[float], other: Sequence[float]) -> float:
    """The cosine of two vectors, written out; 0 where one has no length."""
    lengths = sqrt(sum(x * x for x in one)) * sqrt(sum(y * y for y in other))
    return sum(x * y for x, y in zip(one, other, strict=True)) / lengths if lengths else 0.0


# --- nearest ---------------------------------------------------------------------------------


def test_the_nearest_line_is_that_of_all_texts_together():
    """Of two texts the second line is near to both, and wins over one that equals the first."""
    made = texts(["a", "a", "c"], [[1, 0], [3, 4], [-1, 0]])

    assert nearest(made, [text([1, 0]), text([0, 1])]) == {"a": 1, "c": 0}
    assert nearest(made, [text([1, 0])]) == {"a": 0, "c": 0}


def test_of_equally_near_lines_the_first_is_taken():
    """A text that no line has anything to do with is nearest to the first of them."""
    made = texts(["b", "b"], [[1, 0], [1, 0]])

    assert nearest(made, [text([0, 1])]) == {"b": 0}


# --- by project ------------------------------------------------------------------------------


def test_project_types_are_measured_between_the_mean_and_the_best():
    """Cosines 1, 0.6 and 0 have the mean 8/15: 1 is 1, 0.6 is (0.6 - 8/15) / (7/15), 0 is 0."""
    made = texts(["exporting", "design", "marketing"], [[1, 0], [3, 4], [0, 1]])

    assert wanted(made, [text([1, 0])]) == {
        "exporting": 1.0,
        "design": pytest.approx(1 / 7),
        "marketing": 0.0,
    }


def test_what_is_opposite_counts_in_the_mean():
    """Cosines 1, 0.6 and -1 have the mean 0.2: 0.6 is halfway from there to 1."""
    made = texts(["exporting", "design", "marketing"], [[1, 0], [3, 4], [-1, 0]])

    assert wanted(made, [text([1, 0])]) == {
        "exporting": 1.0,
        "design": pytest.approx(0.5),
        "marketing": 0.0,
    }


def test_a_project_type_counts_by_its_best_phrase_and_text():
    """One phrase near one of two texts is enough."""
    made = texts(["exporting", "marketing", "exporting"], [[0, 1, 0], [3, 4, 0], [1, 0, 0]])

    # exporting has 1 (its second phrase, the first text), marketing 0.6.
    asked = [text([1, 0, 0]), text([0, 0, 1])]
    assert wanted(made, asked) == {"exporting": 1.0, "marketing": 0.0}


def test_where_all_are_equally_near_none_counts():
    """Without a difference there is nothing to hear."""
    made = texts(list(PROJECTS), [[1, 0], [2, 0], [3, 0]])

    assert wanted(made, [text([3, 4])]) == dict.fromkeys(PROJECTS, 0.0)
    assert wanted(made, [text([0, 0])]) == dict.fromkeys(PROJECTS, 0.0)


def test_encoders_are_averaged_after_each_has_been_measured():
    """One encoder says 1 and the other 0 of each of two types: both are at a half."""
    made = texts(["exporting", "marketing"], [[1, 0], [0, 1]], [[0, 1], [1, 0]])

    assert wanted(made, [text([1, 0], [1, 0])]) == {"exporting": 0.5, "marketing": 0.5}


def test_without_texts_nothing_is_near():
    """A compendium need not have any."""
    assert wanted(texts([]), [text([1, 0])]) == {}
    assert nearest(texts([]), [text([1, 0])]) == {}


# --- against plain loops ---------------------------------------------------------------------

VECTOR = st.lists(st.integers(-4, 4), min_size=3, max_size=3)
LINE = st.tuples(st.sampled_from(["a", "b", "c", "d"]), VECTOR, VECTOR)
PHRASE = st.tuples(st.sampled_from(PROJECTS), VECTOR)


@given(st.lists(PHRASE, min_size=1, max_size=12), st.lists(VECTOR, min_size=1, max_size=3))
def test_wanted_projects_equal_a_loop_over_the_phrases(phrases, asked):
    """For any phrases and texts of one encoder: from the mean of all types to the best of them."""
    named = list(dict.fromkeys(project for project, _ in phrases))
    made = ComparedTexts(
        owners=np.array([named.index(project) for project, _ in phrases], dtype=np.int64),
        ordinals=np.zeros(len(phrases), dtype=np.int64),
        by_encoder=(unit_rows(np.array([v for _, v in phrases], dtype=np.float32)),),
    )
    best = dict.fromkeys(named, -1.0)
    for project, vector in phrases:
        near = max(cosine(vector, one) for one in asked)
        best[project] = max(best[project], near)
    mean = sum(best.values()) / len(best)
    spread = max(best.values()) - mean

    found = wanted_projects(named, made, [text(one) for one in asked])

    assert list(found) == list(best)
    if spread > 1e-3:
        assert found == pytest.approx(
            {project: max(0.0, (near - mean) / spread) for project, near in best.items()}, abs=1e-3
        )
        assert max(found.values()) == 1.0
    assert [project for project, near in found.items() if not 0 <= near <= 1] == []


@given(st.lists(LINE, min_size=1, max_size=12), st.lists(VECTOR, min_size=1, max_size=3))
def test_nearest_equals_a_loop_over_the_lines(lines, asked):
    """For any lines and texts: of each case one whose mean cosine none exceeds."""
    made = texts([t for t, _, _ in lines], [v for _, v, _ in lines])
    means: dict[str, list[float]] = {}
    for owner, vector, _ in lines:
        mean = sum(cosine(vector, one) for one in asked) / len(asked)
        means.setdefault(owner, []).append(mean)

    found = nearest(made, [text(one) for one in asked])

    assert set(found) == set(means)
    assert [means[owner][at] for owner, at in found.items()] == pytest.approx(
        [max(means[owner]) for owner in found], abs=1e-6
    )
