"""The best text of each owner, against a slow maximum over its rows."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kb.engine.base import VectorText
from kb.engine.local.vectors import DenseIndex, OwnedVectors


def owned(vectors: np.ndarray, owners: Sequence[str]) -> OwnedVectors:
    """A vector set whose texts are numbered through."""
    texts = [VectorText(id=str(row), owner=owner, digest="") for row, owner in enumerate(owners)]
    return OwnedVectors(DenseIndex.build(vectors), texts)


def slow_nearest(
    vectors: np.ndarray, vector: np.ndarray, owners: Sequence[str], allowed: Iterable[str]
) -> list[tuple[str, float, str]]:
    """Owner, best cosine and the first of the rows that has it, spelled out; best first."""
    found = []
    for owner in sorted(set(owners) & set(allowed)):
        best, at = -2.0, ""
        for row, name in enumerate(owners):
            size = np.linalg.norm(vectors[row]) * np.linalg.norm(vector)
            cosine = float(vectors[row] @ vector / size) if size else 0.0
            if name == owner and cosine > best:
                best, at = cosine, str(row)
        found.append((owner, best, at))
    return sorted(found, key=lambda one: (-one[1], one[0]))


@settings(deadline=None, derandomize=True, max_examples=60)
@given(
    seed=st.integers(0, 10_000),
    owners=st.lists(st.sampled_from("hgfedcba"), min_size=1, max_size=40),
    part=st.none() | st.sets(st.sampled_from("abcdefghi")),
    limit=st.none() | st.integers(1, 9),
)
def test_an_owner_is_as_good_as_its_best_row(seed, owners, part, limit):
    """Score and text of every owner are those of the row with the highest cosine."""
    rng = np.random.default_rng(seed)
    vectors = rng.normal(size=(len(owners), 6)) * rng.uniform(0.1, 9, size=(len(owners), 1))
    vector = rng.normal(size=6)
    subject = owned(vectors, owners)
    mask = None if part is None else np.array([owner in part for owner in subject.owners])

    found = subject.nearest(vector, limit=limit, owners=mask)

    expected = slow_nearest(vectors, vector, owners, part if part is not None else owners)[:limit]
    assert found.ids == tuple(owner for owner, _, _ in expected)
    assert found.scores.tolist() == pytest.approx([score for _, score, _ in expected], abs=1e-6)
    assert found.texts == tuple(text for _, _, text in expected)


def test_the_first_of_equal_rows_is_the_best():
    """Rows of the same direction: the one that comes first stands for its owner."""
    subject = owned(np.array([[1.0, 1], [3, 0], [0, 2], [-1, 0], [5, 0]]), "caaca")

    found = subject.nearest(np.array([1.0, 0]), limit=None)

    assert (found.ids, found.texts) == (("a", "c"), ("1", "0"))
    assert found.scores.tolist() == pytest.approx([1.0, 2**-0.5])


def test_texts_and_vectors_of_an_owner():
    """The texts of an owner come in order, and one without any has none."""
    subject = owned(np.array([[3.0, 0.0], [0.0, 2.0], [1.0, 0.0]]), "bab")

    assert [[text.id for text in subject.texts_of([owner])] for owner in "abc"] == [
        ["1"],
        ["0", "2"],
        [],
    ]
    assert subject.vectors(["2", "0"]).tolist() == [[1.0, 0.0], [1.0, 0.0]]
    assert subject.vectors([]).shape == (0, 2)
    assert len(subject) == 3
