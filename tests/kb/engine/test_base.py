"""What all engines share."""

from __future__ import annotations

import numpy as np
import pytest

from kb.engine.base import best_rows, distinct, unit_rows


@pytest.mark.parametrize("n", [0, 1, 40_000])
def test_each_row_is_scaled_as_if_it_were_alone(n):
    """However many there are; zeros stay zeros, and it can be done in place."""
    vectors = np.random.default_rng(1).normal(size=(n, 5)).astype(np.float32)
    vectors[::7] = 0

    found = unit_rows(vectors)

    assert found.dtype == np.float32
    assert found.shape == (n, 5)
    for row in range(0, n, 1_001):
        assert np.array_equal(found[row], unit_rows(vectors[row : row + 1])[0])
    lengths = np.linalg.norm(found, axis=1)
    assert np.abs(lengths - (np.arange(n) % 7 > 0)).max(initial=0) <= 1e-6
    assert unit_rows(vectors, out=vectors) is vectors
    assert np.array_equal(vectors, found)


@pytest.mark.parametrize("sizes", [(0,), (1,), (5_000,), (0, 0), (900, 0, 1_200)])
def test_rows_stand_in_order_and_once(sizes):
    """In whichever array, and however often, they come."""
    rng = np.random.default_rng(2)
    arrays = [rng.integers(0, 2_000, size) for size in sizes]

    found = distinct(*arrays)

    assert found.dtype == np.int64
    assert found.tolist() == sorted({row for array in arrays for row in array.tolist()})


@pytest.mark.parametrize("n_different", [1, 2, 40, 10**9])
@pytest.mark.parametrize("share", [0.0, 0.2, 0.3, 0.9, 0.999, 1.0])
@pytest.mark.parametrize("kind", [np.float32, np.float64])
def test_the_best_rows_are_those_of_a_sort(n_different, share, kind):
    """Highest first, equal ones by place: however many are equal, the lowest or others."""
    rng = np.random.default_rng(3)
    for n in (0, 1, 2, 17, 1_000, 5_003):
        values = (rng.integers(0, n_different, n) - n_different / 2).astype(kind)
        values[rng.random(n) < share] = values.min(initial=0) - 1
        in_order = sorted(range(n), key=lambda place, values=values: (-values[place], place))
        for limit in (1, 2, 16, 150, 999, 1_000, 5_000):
            assert best_rows(values, limit).tolist() == in_order[:limit]
