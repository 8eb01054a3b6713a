"""Vectors in files: estimates, exact cosines, codes, against slow and obvious ones."""

from __future__ import annotations

import io
import os
from collections.abc import Callable
from pathlib import Path

import faiss
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kb.engine.base import NO_TEXT, unit_rows
from kb.engine.local.arrays import AT_ONCE, Merge, write_for_large_pages
from kb.engine.local.vectors import (
    FLAT_UP_TO,
    DocumentVectors,
    Mapped,
    Quicker,
    code_width,
    inner_products,
    read_vectors,
    signs,
    write_document_vectors,
    write_vectors,
)
from kb.errors import SnapshotCorrupt


def write(folder: Path, vectors: np.ndarray, lengths: list[int]) -> DocumentVectors:
    """A set, written and opened."""
    folder.mkdir(exist_ok=True)
    write_document_vectors(
        folder,
        "any",
        vectors=unit_rows(vectors),
        digests=np.arange(len(vectors) * 32, dtype=np.uint8).reshape(-1, 32),
        lengths=np.array(lengths, dtype=np.int64),
    )
    return DocumentVectors.read(folder, "any", len(lengths))


def slow_nearest(
    vectors: np.ndarray, lengths: list[int], vector: np.ndarray
) -> list[tuple[float, int]]:
    """Of each document the cosine of its nearest text and the first ordinal that has it."""
    found, begin = [], 0
    unit = unit_rows(vector[None, :])[0]
    for length in lengths:
        cosines = [float(one @ unit) for one in unit_rows(vectors[begin : begin + length])]
        best = max(cosines, default=NO_TEXT)
        found.append((best, cosines.index(best) if cosines else -1))
        begin += length
    return found


@settings(deadline=None, derandomize=True, max_examples=40)
@given(
    seed=st.integers(0, 10_000),
    lengths=st.lists(st.integers(0, 4), min_size=1, max_size=12).filter(any),
    data=st.data(),
)
def test_a_document_is_as_near_as_its_nearest_text(tmp_path_factory, seed, lengths, data):
    """Cosine and ordinal are those of the text with the highest cosine, the first of equals."""
    rng = np.random.default_rng(seed)
    vectors = rng.choice([-1.0, 0, 1], size=(sum(lengths), 6)) * rng.uniform(0.1, 9)
    vector = rng.choice([-1.0, 0, 1], size=6) * 7
    rows = data.draw(st.lists(st.integers(0, len(lengths) - 1), max_size=20))
    subject = write(tmp_path_factory.mktemp("any"), vectors, lengths)
    unit = unit_rows(vector[None, :])[0]

    cosines, nearest = subject.nearest(unit, np.array(rows, dtype=np.int64))

    expected = slow_nearest(vectors, lengths, vector)
    assert (cosines.dtype, nearest.dtype) == (np.float64, np.int64)
    assert np.abs(cosines - [expected[row][0] for row in rows]).max(initial=0) <= 1e-6
    estimates = subject.estimates(unit)
    assert np.abs(estimates - [cosine for cosine, _ in expected]).max() <= 1e-6
    best = [slow_nearest(vectors, lengths, vector)[row] for row in rows]
    for row, at, (cosine, _) in zip(rows, nearest.tolist(), best, strict=True):
        assert (at == -1) == (lengths[row] == 0)
        if at >= 0:
            place = sum(lengths[:row]) + at
            assert float(unit_rows(vectors)[place] @ unit) == pytest.approx(cosine, abs=1e-6)


def test_texts_and_vectors_of_documents(tmp_path):
    """Document by document; one without any has none."""
    subject = write(tmp_path, np.array([[3.0, 0], [0, 2], [1, 0]]), [1, 0, 2])

    vectors, lengths = subject.of(np.array([2, 1, 0]))

    assert vectors.tolist() == [[0.0, 1.0], [1.0, 0.0], [1.0, 0.0]]
    assert lengths.tolist() == [2, 0, 1]
    assert [len(subject.digests_of(row)) for row in range(3)] == [1, 0, 2]
    assert subject.digests_of(0) == [bytes(range(32)).hex()]
    assert (len(subject), subject.dimension) == (3, 2)


@pytest.mark.parametrize("n", [FLAT_UP_TO, FLAT_UP_TO + 1])
def test_a_large_set_has_codes_and_a_small_one_none(tmp_path, n):
    """The rule is the number of texts, and exact cosines do not depend on it."""
    rng = np.random.default_rng(3)
    vectors = rng.normal(size=(n, 24))
    vector = unit_rows(rng.normal(size=(1, 24)))[0]

    subject = write(tmp_path, vectors, [1] * n)

    assert (tmp_path / "any-codes.npy").exists() == (n > FLAT_UP_TO)
    rows = np.array([0, n - 1, 17])
    cosines, nearest = subject.nearest(vector, rows)
    assert np.abs(cosines - unit_rows(vectors)[rows] @ vector).max() <= 1e-6
    assert nearest.tolist() == [0, 0, 0]


@pytest.mark.parametrize("dimension", [1, 63, 64, 65, 384])
def test_distances_of_codes_count_the_signs_that_differ(tmp_path, dimension):
    """Bit by bit, also where a code has more bits than a vector has numbers."""
    rng = np.random.default_rng(dimension)
    n = FLAT_UP_TO + 9
    vectors = unit_rows(rng.normal(size=(n, dimension)))
    subject = write(tmp_path, vectors, [1] * n)
    vector = unit_rows(rng.normal(size=(1, dimension)))[0]

    found = subject.codes.distances(vector)

    assert found.tolist() == ((vectors > 0) != (vector > 0)).sum(axis=1).tolist()
    assert signs(vectors).shape == (n, code_width(dimension))


@pytest.mark.parametrize("n_rows", [1, 7, 200, 2_000])
def test_few_of_a_large_set_are_read_and_many_are_mapped(tmp_path, n_rows):
    """Both give the same to the last bit: products, nearest texts, and the vectors themselves."""
    rng = np.random.default_rng(3)
    lengths = rng.integers(0, 6, 5_000)
    opened = write(tmp_path, rng.normal(size=(int(lengths.sum()), 24)), lengths.tolist())
    rows = np.sort(rng.choice(len(lengths), n_rows, replace=False))
    places = np.concatenate([np.arange(opened.starts[r], opened.starts[r + 1]) for r in rows])
    units = unit_rows(rng.normal(size=(3, 24)))

    assert opened.codes is not None
    every = np.asarray(opened.matrix)
    expected = inner_products(every, units, places)
    products, counts = opened.products(units, rows)
    assert np.array_equal(products.ravel(), expected)
    assert counts.tolist() == lengths[rows].tolist()
    assert np.array_equal(opened.of(rows)[0], every[places])
    cosines, nearest = opened.nearest(units[0], rows)
    slow = slow_nearest(every, lengths.tolist(), units[0])
    assert np.abs(cosines - [slow[row][0] for row in rows]).max() <= 1e-6
    assert nearest.tolist() == [slow[row][1] for row in rows]


@pytest.mark.parametrize("n_rows", [300, 5_000])
def test_what_is_mapped_is_what_is_read(tmp_path, n_rows):
    """However often it is asked, and whichever way is the quicker, to the last bit."""
    rng = np.random.default_rng(5)
    lengths = rng.integers(0, 6, 5_000)
    opened = write(tmp_path, rng.normal(size=(int(lengths.sum()), 24)), lengths.tolist())
    rows = np.sort(rng.choice(len(lengths), n_rows, replace=False))
    places = np.concatenate([np.arange(opened.starts[r], opened.starts[r + 1]) for r in rows])
    unit = unit_rows(rng.normal(size=(1, 24)))[0]
    mapped = Mapped(tmp_path / "any.faiss")

    expected = inner_products(np.asarray(opened.matrix), unit, places).tolist()

    assert all(mapped.inner_products(unit, places).tolist() == expected for _ in range(3))


def test_each_way_is_tried_and_the_quicker_one_stays():
    """Every 64th time the other one is, and takes its place once it takes less; size by size."""
    now, cost, taken = [0], {"a": 5, "b": 9}, []

    def way(name: str) -> Callable[[int], int]:
        def run(size: int) -> int:
            taken.append(name)
            now[0] += cost[name] * size
            return 3 * size

        return run

    quicker, ways = Quicker(lambda: now[0]), (way("a"), way("b"))

    assert [quicker.run(ways, 100, 100) for _ in range(70)] == [300] * 70
    assert "".join(taken) == "ab" + "a" * 61 + "b" + "a" * 6
    cost["b"] = 1  # it counts by halves: 9, then 5, then 3 a piece
    taken.clear()
    assert {quicker.run(ways, 100, 100) for _ in range(130)} == {300}
    assert "".join(taken) == "a" * 57 + "b" + "a" * 63 + "b" * 9
    taken.clear()
    assert [quicker.run(ways, 4, 4) for _ in range(3)] == [12, 12, 12]
    assert taken == ["a", "b", "b"]


@pytest.mark.skipif(not Path("/proc/self/io").exists(), reason="says how often it was written")
def test_vectors_are_written_in_large_pieces(tmp_path):
    """However small those are in which they come: the system keeps them in pages as large."""

    def n_writes() -> int:
        lines = Path("/proc/self/io").read_text(encoding="ascii").splitlines()
        return int(dict(line.split(": ") for line in lines)["syscw"])

    rng = np.random.default_rng(6)
    n = FLAT_UP_TO + 1
    old = write(tmp_path / "old", rng.normal(size=(n, 8)), [1] * n)
    rows = np.arange(n)
    rows[::2] = np.arange(-len(rows[::2]), 0)  # every second one is new
    folder = tmp_path / "new"
    folder.mkdir()
    new = unit_rows(rng.normal(size=(len(rows[::2]), 8)))
    before = n_writes()
    write_document_vectors(
        folder,
        "any",
        vectors=new,
        digests=np.zeros((len(new), 32), dtype=np.uint8),
        lengths=np.ones(n, dtype=np.int64),
        earlier=old,
        merge=Merge(rows, len(new)),
    )

    assert n_writes() - before < 40
    expected = np.array(old.matrix)
    expected[::2] = new
    assert read_vectors(folder / "any.faiss").tolist() == expected.tolist()


class Written(io.RawIOBase):
    """Where and how much is written to it."""

    def __init__(self) -> None:
        self.at: list[tuple[int, int]] = []
        self.data = b""

    def writable(self) -> bool:
        """To it is written."""
        return True

    def tell(self) -> int:
        """How much it has."""
        return len(self.data)

    def write(self, data) -> int:
        """Take all of it."""
        self.at.append((len(self.data), len(data)))
        self.data += bytes(data)
        return len(data)


@pytest.mark.parametrize("size", [7, 3_000_000, AT_ONCE, AT_ONCE + 1, 3 * AT_ONCE])
def test_what_is_written_for_large_pages_begins_at_multiples_of_their_size(size):
    """Whatever the pieces are, the system gets whole ones, and the last."""
    raw = Written()
    rng = np.random.default_rng(size)
    n = min(5, 1 + 3 * AT_ONCE // size)
    pieces = [rng.integers(0, 255, size, dtype=np.uint8) for _ in range(n)]

    with io.BufferedWriter(raw, AT_ONCE) as file:
        for piece in (b"a header", *pieces[:1], np.zeros((0, 8)), *pieces[1:], b""):
            write_for_large_pages(file, piece)

        file.flush()
        expected = b"a header" + b"".join(piece.tobytes() for piece in pieces)
        assert raw.data == expected
        whole, rest = divmod(len(expected), AT_ONCE)
        ends = [(whole * AT_ONCE, rest)] if rest else []
        assert raw.at == [*((at * AT_ONCE, AT_ONCE) for at in range(whole)), *ends]


def test_a_file_that_becomes_shorter_is_told(tmp_path):
    """Where it is read: what is mapped of such a file ends the process."""
    rng = np.random.default_rng(4)
    opened = write(tmp_path, rng.normal(size=(5_000, 8)), [1] * 5_000)
    path = tmp_path / "any.faiss"
    os.truncate(path, path.stat().st_size - 8 * 4)

    assert opened.nearest(np.eye(8, dtype=np.float32)[0], np.array([10]))[1].tolist() == [0]
    with pytest.raises(SnapshotCorrupt, match="ends too soon"):
        opened.nearest(np.eye(8, dtype=np.float32)[0], np.array([4_999]))


def test_inner_products_are_of_the_places_asked_for():
    """In their order, repeated where asked."""
    matrix = np.arange(12, dtype=np.float32).reshape(4, 3)

    found = inner_products(matrix, np.array([1.0, 0, 2], dtype=np.float32), np.array([3, 0, 3]))

    assert found.tolist() == [31.0, 4.0, 31.0]


def test_written_vectors_are_the_same(tmp_path):
    """A file survives the round trip, and the same vectors give the same bytes."""
    vectors = unit_rows(np.random.default_rng(1998).normal(size=(200, 16)))
    one, two = tmp_path / "one", tmp_path / "two"
    write_vectors(one, vectors)
    write_vectors(two, vectors.copy())

    assert read_vectors(one).tolist() == vectors.tolist()
    assert one.read_bytes() == two.read_bytes()


@pytest.mark.parametrize("how", ["missing", "folder", "empty", "text", "cut"])
def test_a_damaged_file_is_corrupt(tmp_path, how):
    """A file that is no whole index gives SnapshotCorrupt, never the library's own error."""
    path = tmp_path / "vectors.faiss"
    write_vectors(path, np.eye(4))
    data = path.read_bytes()
    if how in ("missing", "folder"):
        path.unlink()
    if how == "folder":
        path.mkdir()
    elif how != "missing":
        path.write_bytes({"empty": b"", "text": b"not an index", "cut": data[:-1]}[how])

    with pytest.raises(SnapshotCorrupt) as raised:
        read_vectors(path)

    assert str(raised.value) == f"The index cannot be read: {path}. Run 'kb build'."


def test_a_file_cut_anywhere_is_corrupt(tmp_path):
    """There is no length at which a half-written index passes for a whole one."""
    path = tmp_path / "vectors.faiss"
    write_vectors(path, np.eye(4))
    data = path.read_bytes()

    for length in range(len(data)):
        path.write_bytes(data[:length])
        with pytest.raises(SnapshotCorrupt, match="cannot be read"):
            read_vectors(path)


def test_a_damaged_length_is_corrupt(tmp_path):
    """A file that claims more vectors than it holds is corrupt, not out of memory."""
    path = tmp_path / "vectors.faiss"
    write_vectors(path, np.eye(4))
    data = path.read_bytes()
    length = data.rindex((16).to_bytes(8, "little"))  # how many numbers follow
    path.write_bytes(data[: length + 4] + b"\x10" + data[length + 5 :])

    with pytest.raises(SnapshotCorrupt) as raised:
        read_vectors(path)

    assert str(raised.value) == f"The index cannot be read: {path}. Run 'kb build'."


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
    other = index()
    other.add(np.eye(4, dtype=np.float32))
    faiss.write_index(other, str(path))

    with pytest.raises(SnapshotCorrupt) as raised:
        read_vectors(path)

    assert str(raised.value) == (
        f"The index must be a flat one of inner products: {path}. Run 'kb build'."
    )
