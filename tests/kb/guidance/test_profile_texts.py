"""How near words come to texts of cases and projects, by hand and against plain loops."""

from __future__ import annotations

from collections.abc import Sequence
from math import sqrt

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from kb.engine.base import unit_rows
from kb.guidance.profile_texts import nearest_texts, nearness_by_owner, wanted_projects
from kb.search.evidence import ComparedTexts


def texts(owners: Sequence[str], *vectors: Sequence[Sequence[float]]) -> ComparedTexts:
    """Texts that are numbered through; one list of vectors for each encoder."""
    return ComparedTexts(
        ids=tuple(f"{owner} {at}" for at, owner in enumerate(owners)),
        owners=tuple(owners),
        by_encoder=tuple(unit_rows(np.array(rows, dtype=np.float32)) for rows in vectors),
    )


PROJECTS = ("exporting", "marketing", "design")


def text(*vectors: Sequence[float]) -> tuple[np.ndarray, ...]:
    """The unit vectors of a text, one for each encoder."""
    return tuple(unit_rows(np.array([vector]))[0] for vector in vectors)


def cosine(one: Sequence[float], other: Sequence[float]) -> float:
    """The cosine of two vectors, written out; 0 where one has no length."""
    lengths = sqrt(sum(x * x for x in one)) * sqrt(sum(y * y for y in other))
    return sum(x * y for x, y in zip(one, other, strict=True)) / lengths if lengths else 0.0


# --- by owner --------------------------------------------------------------------------------


def test_a_case_is_as_near_as_the_best_of_its_lines():
    """Two lines of one case and one of another; a case without lines is left out."""
    made = texts(["b", "a", "b"], [[1, 0], [1, 1], [0, 1]])

    found = nearness_by_owner(made, text([3, 4]))

    assert found == pytest.approx({"b": 0.8, "a": 7 / sqrt(50)})


def test_what_is_opposite_counts_as_far():
    """A cosine below zero is no nearer than having no line."""
    assert nearness_by_owner(texts(["a"], [[1, 0]]), text([-1, 0])) == {"a": 0.0}


def test_encoders_are_averaged_line_by_line():
    """The best line is that of the best mean: (1 + 0) / 2 and (0.6 + 0.6) / 2, so 0.6."""
    made = texts(["c", "c"], [[1, 0], [3, 4]], [[0, 1], [3, 4]])

    assert nearness_by_owner(made, text([1, 0], [1, 0])) == pytest.approx({"c": 0.6})


def test_one_encoder_is_enough():
    """A text with a vector more than there are encoders is compared by the first."""
    assert nearness_by_owner(texts(["c"], [[3, 4]]), text([1, 0], [0, 1])) == pytest.approx(
        {"c": 0.6}
    )


# --- nearest ---------------------------------------------------------------------------------


def test_the_nearest_line_is_that_of_all_texts_together():
    """Of two texts the second line is near to both, and wins over one that equals the first."""
    made = texts(["a", "a", "c"], [[1, 0], [3, 4], [-1, 0]])

    assert nearest_texts(made, [text([1, 0]), text([0, 1])]) == {"a": "a 1", "c": "c 2"}
    assert nearest_texts(made, [text([1, 0])]) == {"a": "a 0", "c": "c 2"}


def test_of_equally_near_lines_the_first_is_taken():
    """A text that no line has anything to do with is nearest to the first of them."""
    made = texts(["b", "b"], [[1, 0], [1, 0]])

    assert nearest_texts(made, [text([0, 1])]) == {"b": "b 0"}


# --- by project ------------------------------------------------------------------------------


def test_project_types_are_measured_between_the_mean_and_the_best():
    """Cosines 1, 0.6 and 0 have the mean 8/15: 1 is 1, 0.6 is (0.6 - 8/15) / (7/15), 0 is 0."""
    made = texts(["exporting", "design", "marketing"], [[1, 0], [3, 4], [0, 1]])

    assert wanted_projects(made, [text([1, 0])]) == {
        "exporting": 1.0,
        "design": pytest.approx(1 / 7),
        "marketing": 0.0,
    }


def test_what_is_opposite_counts_in_the_mean():
    """Cosines 1, 0.6 and -1 have the mean 0.2: 0.6 is halfway from there to 1."""
    made = texts(["exporting", "design", "marketing"], [[1, 0], [3, 4], [-1, 0]])

    assert wanted_projects(made, [text([1, 0])]) == {
        "exporting": 1.0,
        "design": pytest.approx(0.5),
        "marketing": 0.0,
    }


def test_a_project_type_counts_by_its_best_phrase_and_text():
    """One phrase near one of two texts is enough."""
    made = texts(["exporting", "design", "exporting"], [[0, 1, 0], [3, 4, 0], [1, 0, 0]])

    # exporting has 1 (its second phrase, the first text), design 0.6.
    asked = [text([1, 0, 0]), text([0, 0, 1])]
    assert wanted_projects(made, asked) == {"exporting": 1.0, "design": 0.0}


def test_where_all_are_equally_near_none_counts():
    """Without a difference there is nothing to hear."""
    made = texts(list(PROJECTS), [[1, 0], [2, 0], [3, 0]])

    assert wanted_projects(made, [text([3, 4])]) == dict.fromkeys(PROJECTS, 0.0)
    assert wanted_projects(made, [text([0, 0])]) == dict.fromkeys(PROJECTS, 0.0)


def test_encoders_are_averaged_after_each_has_been_measured():
    """One encoder says 1 and the other 0 of each of two types: both are at a half."""
    made = texts(["exporting", "design"], [[1, 0], [0, 1]], [[0, 1], [1, 0]])

    assert wanted_projects(made, [text([1, 0], [1, 0])]) == {"exporting": 0.5, "design": 0.5}


def test_without_texts_nothing_is_near():
    """A compendium need not have any."""
    assert wanted_projects(texts([]), [text([1, 0])]) == {}
    assert nearness_by_owner(texts([]), text([1, 0])) == {}
    assert nearest_texts(texts([]), [text([1, 0])]) == {}


# --- against plain loops ---------------------------------------------------------------------

VECTOR = st.lists(st.integers(-4, 4), min_size=3, max_size=3)
LINE = st.tuples(st.sampled_from(["a", "b", "c", "d"]), VECTOR, VECTOR)
PHRASE = st.tuples(st.sampled_from(PROJECTS), VECTOR)


@given(st.lists(LINE, min_size=1, max_size=12), VECTOR, VECTOR)
def test_nearness_equals_a_loop_over_the_lines(lines, one, other):
    """For any lines and two encoders: the best mean cosine of a case's lines, or 0."""
    made = texts([t for t, _, _ in lines], [v for _, v, _ in lines], [w for _, _, w in lines])
    expected = dict.fromkeys((owner for owner, _, _ in lines), 0.0)
    for owner, first, second in lines:
        mean = (cosine(first, one) + cosine(second, other)) / 2
        expected[owner] = max(expected[owner], mean)

    assert nearness_by_owner(made, text(one, other)) == pytest.approx(expected, abs=1e-6)


@given(st.lists(PHRASE, min_size=1, max_size=12), st.lists(VECTOR, min_size=1, max_size=3))
def test_wanted_projects_equal_a_loop_over_the_phrases(phrases, asked):
    """For any phrases and texts of one encoder: from the mean of all types to the best of them."""
    made = texts([t for t, _ in phrases], [v for _, v in phrases])
    best: dict[str, float] = {}
    for project, vector in phrases:
        near = max(cosine(vector, one) for one in asked)
        best[project] = max(best.get(project, -1.0), near)
    mean = sum(best.values()) / len(best)
    spread = max(best.values()) - mean

    found = wanted_projects(made, [text(one) for one in asked])

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
    means = {
        f"{owner} {at}": sum(cosine(vector, one) for one in asked) / len(asked)
        for at, (owner, vector, _) in enumerate(lines)
    }

    found = nearest_texts(made, [text(one) for one in asked])

    own = {owner: [n for n in means if n.startswith(f"{owner} ")] for owner, _, _ in lines}
    assert set(found) == set(own)
    assert [owner for owner, name in found.items() if name not in own[owner]] == []
    assert [means[name] for name in found.values()] == pytest.approx(
        [max(means[name] for name in own[owner]) for owner in found], abs=1e-6
    )
