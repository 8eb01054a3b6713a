"""The vector index, against a slow and obvious one."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import faiss
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kb.engine.base import unit_rows
from kb.engine.local.vectors import DenseIndex
from kb.errors import SnapshotCorrupt


def brute_force(
    vectors: np.ndarray, vector: np.ndarray, rows: list[int]
) -> tuple[list[int], list[float]]:
    """Rows by cosine, best first, equal ones by row; the cosine with zeros is 0."""
    scored = []
    for row in sorted(set(rows)):
        size = np.linalg.norm(vectors[row]) * np.linalg.norm(vector)
        scored.append((-(vectors[row] @ vector) / size if size else 0.0, row))
    scored.sort()
    return [row for _, row in scored], [-score for score, _ in scored]


@pytest.fixture(name="vectors", scope="module")
def _vectors() -> np.ndarray:
    """Two hundred rows of very different lengths."""
    rng = np.random.default_rng(1998)
    return rng.normal(size=(200, 16)) * rng.uniform(0.01, 100, size=(200, 1))


@pytest.mark.parametrize("k", [1, 7, 199, 200, 5000])
@pytest.mark.parametrize("length", [0.001, 1, 1000])
def test_search_equals_brute_force(vectors, k, length):
    """The best rows and their cosines are those of a full scan, whatever the lengths."""
    query = np.random.default_rng(7).normal(size=16) * length

    matches = DenseIndex.build(vectors).search(query, k=k)

    rows, scores = brute_force(vectors, query, list(range(200)))
    assert matches.rows.tolist() == rows[:k]
    assert np.abs(matches.scores - np.array(scores[:k])).max() < 1e-6


@settings(deadline=None, derandomize=True, max_examples=50)
@given(rows=st.lists(st.integers(0, 199)), k=st.integers(1, 250))
def test_a_subset_of_rows_equals_brute_force_over_them(vectors, rows, k):
    """Only the rows that are allowed are found, and all of them if k allows."""
    query = np.random.default_rng(8).normal(size=16)

    matches = DenseIndex.build(vectors).search(query, k=k, rows=np.array(rows, dtype=int))

    assert matches.rows.tolist() == brute_force(vectors, query, rows)[0][:k]


@settings(deadline=None, derandomize=True, max_examples=50)
@given(
    grid=st.lists(
        st.sampled_from([(0, 0), (1, 0), (2, 0), (0, 3), (-4, 0)]), min_size=1, max_size=30
    ),
    query=st.sampled_from([(0, 0), (1, 0), (0, 5), (1, 1), (-1, 2)]),
    k=st.integers(1, 30),
)
def test_ties_are_broken_by_row(grid, query, k):
    """Equal scores come in the order of rows, also at the cut and for vectors of zeros."""
    vectors, vector = np.array(grid, dtype=float), np.array(query, dtype=float)

    matches = DenseIndex.build(vectors).search(vector, k=k)

    assert matches.rows.tolist() == brute_force(vectors, vector, list(range(len(grid))))[0][:k]


def test_a_vector_of_zeros_scores_nothing():
    """A query of zeros finds every row with score 0, a row of zeros is found with score 0."""
    index = DenseIndex.build(np.array([[3, 0], [0, 0], [-2, 0]], dtype=float))

    of_zeros, of_row = index.search(np.zeros(2), k=3), index.search(np.array([1.0, 0]), k=3)

    assert (of_zeros.rows.tolist(), of_zeros.scores.tolist()) == ([0, 1, 2], [0, 0, 0])
    assert (of_row.rows.tolist(), of_row.scores.tolist()) == ([0, 1, 2], [1, 0, -1])


def test_rows_that_do_not_exist_are_not_found(vectors):
    """A row that the index does not have is passed over, never the last row in its place."""
    index = DenseIndex.build(vectors)

    matches = index.search(vectors[3], k=9, rows=np.array([3, -1, 200, 10_000]))

    assert matches.rows.tolist() == [3]


@pytest.mark.parametrize(
    ("n", "rows"), [(0, None), (0, []), (5, [])], ids=["empty index", "empty both", "empty rows"]
)
def test_nothing_to_search_finds_nothing(n, rows):
    """An empty index, or no allowed row, gives empty arrays of the right types."""
    index = DenseIndex.build(np.ones((n, 3)))
    allowed = None if rows is None else np.array(rows, dtype=int)

    matches = index.search(np.ones(3), k=2, rows=allowed)

    assert (matches.rows.shape, matches.rows.dtype) == ((0,), np.int64)
    assert (matches.scores.shape, matches.scores.dtype) == ((0,), np.float32)


@pytest.mark.parametrize(
    ("vector", "k", "message"),
    [
        pytest.param(np.ones(15), 1, "vector must be finite and have shape (16,)", id="short"),
        pytest.param(np.ones((1, 16)), 1, "vector must be finite and have shape (16,)", id="2-d"),
        pytest.param(
            np.full(16, np.nan), 1, "vector must be finite and have shape (16,)", id="NaN"
        ),
        pytest.param(
            np.full(16, np.inf), 1, "vector must be finite and have shape (16,)", id="infinite"
        ),
        pytest.param(np.ones(16), 0, "k must be at least 1, not 0", id="k=0"),
        pytest.param(np.ones(16), -1, "k must be at least 1, not -1", id="k=-1"),
    ],
)
def test_a_search_that_makes_no_sense_is_refused(vectors, vector, k, message):
    """A vector of another shape, a number that is none, and k below 1 are refused."""
    with pytest.raises(ValueError) as raised:  # noqa: PT011 - the message is compared whole
        DenseIndex.build(vectors).search(vector, k=k)

    assert str(raised.value) == message


@pytest.mark.parametrize(
    ("vectors", "message"),
    [
        pytest.param(np.ones(3), "vectors must have shape (n, dimension), not (3,)", id="1-d"),
        pytest.param(
            np.ones((2, 2, 2)), "vectors must have shape (n, dimension), not (2, 2, 2)", id="3-d"
        ),
        pytest.param(
            np.ones((4, 0)), "vectors must have shape (n, dimension), not (4, 0)", id="no width"
        ),
        pytest.param(np.array([[1, np.nan]]), "vectors must be finite", id="NaN"),
        pytest.param(np.array([[1, -np.inf]]), "vectors must be finite", id="infinite"),
    ],
)
def test_vectors_that_make_no_sense_are_not_indexed(vectors, message):
    """Vectors of another shape or with a number that is none are refused."""
    with pytest.raises(ValueError) as raised:  # noqa: PT011 - the message is compared whole
        DenseIndex.build(vectors)

    assert str(raised.value) == message


def test_the_vectors_are_unit_rows(vectors):
    """The index gives back the rows that are asked for, in that order, at length one."""
    index = DenseIndex.build(vectors)

    some = index.vectors(np.array([7, 0, 7]))

    assert some.tolist() == unit_rows(vectors[[7, 0, 7]]).tolist()
    assert index.vectors(np.array([], dtype=int)).shape == (0, 16)
    assert (len(index), index.dimension) == (200, 16)


def test_a_written_index_is_the_same(vectors, tmp_path):
    """An index survives the round trip, and the same vectors give the same bytes."""
    one, two = tmp_path / "one", tmp_path / "two"
    index = DenseIndex.build(vectors)
    index.write(one)
    DenseIndex.build(vectors.copy()).write(two)

    read = DenseIndex.read(one)

    assert read.vectors(np.arange(200)).tolist() == index.vectors(np.arange(200)).tolist()
    assert one.read_bytes() == two.read_bytes()


def _write_other(path, index: faiss.Index) -> None:
    index.add(np.eye(4, dtype=np.float32))
    faiss.write_index(index, str(path))


def _damage(path, how: str) -> None:
    DenseIndex.build(np.eye(4)).write(path)
    data = path.read_bytes()
    if how == "missing":
        path.unlink()
    elif how == "folder":
        path.unlink()
        path.mkdir()
    else:
        path.write_bytes({"empty": b"", "text": b"not an index", "cut": data[:-1]}[how])


@pytest.mark.parametrize("how", ["missing", "folder", "empty", "text", "cut"])
def test_a_damaged_file_is_corrupt(tmp_path, how):
    """A file that is no whole index gives SnapshotCorrupt, never the library's own error."""
    path = tmp_path / "vectors.faiss"
    _damage(path, how)

    with pytest.raises(SnapshotCorrupt) as raised:
        DenseIndex.read(path)

    assert str(raised.value) == f"The index cannot be read: {path}. Run 'kb build'."


def test_a_file_cut_anywhere_is_corrupt(tmp_path):
    """There is no length at which a half-written index passes for a whole one."""
    path = tmp_path / "vectors.faiss"
    DenseIndex.build(np.eye(4)).write(path)
    data = path.read_bytes()

    for length in range(len(data)):
        path.write_bytes(data[:length])
        with pytest.raises(SnapshotCorrupt, match="cannot be read"):
            DenseIndex.read(path)


#: With a limit, as a machine that promises any memory would really try.
WITHOUT_MEMORY = """
import resource, sys
from pathlib import Path
from kb.errors import SnapshotCorrupt
from kb.engine.local.vectors import DenseIndex
resource.setrlimit(resource.RLIMIT_AS, (2**34, 2**34))
try:
    DenseIndex.read(Path(sys.argv[1]))
except SnapshotCorrupt as err:
    sys.stdout.write(f"{type(err.__cause__).__name__}: {err}")
"""


def test_a_damaged_length_is_corrupt(tmp_path):
    """A file that claims more vectors than memory can hold is corrupt, not out of memory."""
    path = tmp_path / "vectors.faiss"
    DenseIndex.build(np.eye(4)).write(path)
    data = path.read_bytes()
    length = len(data) - 16 * 4 - 8  # eight bytes, before sixteen numbers of four bytes
    path.write_bytes(data[: length + 4] + b"\x10" + data[length + 5 :])

    done = subprocess.run(
        [sys.executable, "-c", WITHOUT_MEMORY, str(path)],
        cwd=Path(__file__).parents[4],
        capture_output=True,
        text=True,
        timeout=120,
    )

    assert (done.stderr, done.stdout) == (
        "",
        f"MemoryError: The index cannot be read: {path}. Run 'kb build'.",
    )


@pytest.mark.parametrize(
    "index",
    [
        pytest.param(lambda: faiss.IndexFlatL2(4), id="distances"),
        pytest.param(lambda: faiss.IndexHNSWFlat(4, 2, faiss.METRIC_INNER_PRODUCT), id="graph"),
    ],
)
def test_an_index_of_another_kind_is_corrupt(tmp_path, index):
    """Only a flat index of inner products is ours."""
    path = tmp_path / "vectors.faiss"
    _write_other(path, index())

    with pytest.raises(SnapshotCorrupt) as raised:
        DenseIndex.read(path)

    assert str(raised.value) == (
        f"The index must be a flat one of inner products: {path}. Run 'kb build'."
    )
