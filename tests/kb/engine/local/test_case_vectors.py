"""The best text of each case, against a slow maximum over its rows."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kb.engine.local.case_vectors import CaseIndex
from kb.engine.local.vectors import DenseIndex
from tests.kb.search.test_evidence import slow_max_p


@settings(deadline=None, derandomize=True, max_examples=60)
@given(
    seed=st.integers(0, 10_000),
    owner=st.lists(st.integers(0, 7), min_size=1, max_size=40),
    part=st.none() | st.sets(st.integers(0, 39)),
)
def test_a_case_is_as_good_as_its_best_row(seed, owner, part):
    """Score and row of every case are those of the row with the highest cosine."""
    rng = np.random.default_rng(seed)
    vectors = rng.normal(size=(len(owner), 6)) * rng.uniform(0.1, 9, size=(len(owner), 1))
    vector = rng.normal(size=6)
    subject = CaseIndex(DenseIndex.build(vectors), np.array(owner, dtype=np.int64), 8)
    allowed = range(len(owner)) if part is None else sorted(row for row in part if row < len(owner))
    rows = None if part is None else np.array(allowed, dtype=np.int64)

    found = subject.max_p(vector, rows)

    scores, best = slow_max_p(vectors, vector, owner, 8, allowed)
    assert found.scores.tolist() == pytest.approx(scores, abs=1e-6)
    assert found.rows.tolist() == best


def test_rows_and_vectors_of_a_case():
    """The rows of a case come in order, and a case without any has none."""
    vectors = np.array([[3.0, 0.0], [0.0, 2.0], [1.0, 0.0]])
    subject = CaseIndex(DenseIndex.build(vectors), np.array([1, 0, 1]), 3)

    assert [subject.rows_of(column).tolist() for column in range(3)] == [[1], [0, 2], []]
    assert subject.vectors(subject.rows_of(1)).tolist() == [[1.0, 0.0], [1.0, 0.0]]
    assert subject.vectors(subject.rows_of(2)).shape == (0, 2)
    assert len(subject) == 3
