"""Vectors and texts of a build lie in files, and come back as they went in."""

from __future__ import annotations

import hashlib
import os
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kb.engine.base import VectorText, unit_rows
from kb.engine.gathering import Owned, UnitRows
from kb.errors import IndexNotWritable
from kb.indexing import vector_file
from kb.indexing.pipeline import build
from kb.indexing.texts import TextsWriter
from kb.indexing.vector_file import VectorFile
from kb.settings import Settings
from kb.snapshots.store import current_id

VECTORS = np.random.default_rng(3).normal(size=(40, 6)).astype(np.float32)


def _file(folder: Path) -> VectorFile:
    """A file of all vectors, put there from the last to the first."""
    file = VectorFile(folder / "any")
    for place in reversed(range(len(VECTORS))):
        file.put([place], [VECTORS[place]])
    return file


@settings(deadline=None, derandomize=True, max_examples=40)
@given(places=st.lists(st.integers(0, 39), max_size=60), ends=st.tuples(*[st.integers(0, 60)] * 2))
def test_vectors_come_back_from_any_places(tmp_path_factory, places, ends):
    """In whatever order, some more than once, and as many of them as are asked for."""
    rows = _file(tmp_path_factory.mktemp("file")).rows(np.array(places, dtype=np.int64))

    begin, end = sorted(ends)
    assert rows.shape == (len(rows), 6) == (len(places), 6)
    assert rows[begin:end].tolist() == VECTORS[places[begin:end]].tolist()


def test_a_file_that_was_cut_short_is_told(tmp_path):
    """What is read beyond its end is no vector."""
    rows = _file(tmp_path).rows(np.arange(40))
    os.truncate(tmp_path / "any", 39 * 6 * 4)

    assert rows[:39].tolist() == VECTORS[:39].tolist()
    with pytest.raises(OSError, match="the file ends too soon"):
        rows[38:40]


@settings(deadline=None, derandomize=True, max_examples=60)
@given(
    counts=st.lists(st.integers(1, 5), max_size=12),
    order=st.randoms(use_true_random=False),
    ends=st.tuples(*[st.integers(0, 60)] * 2),
)
def test_vectors_of_owners_are_read_in_their_order(tmp_path_factory, counts, order, ends):
    """Whether they came in this order, in another one, or in two calls."""
    calls = [_file(tmp_path_factory.mktemp("file")).rows(np.arange(40)), VECTORS]
    owners, expected, begins = [], [VECTORS[:0]], [0, 0]
    for number, count in enumerate(counts):
        call = number % 3 // 2
        begin = begins[call] = begins[call] if begins[call] + count <= 40 else 0
        owners.append(Owned(bytes(32 * count), calls[call], begin))
        expected.append(VECTORS[begin : begin + count])
        begins[call] += count
    shuffled = order.sample(range(len(owners)), len(owners))
    rows = UnitRows([owners[at] for at in shuffled], 6)
    every = unit_rows(np.concatenate([VECTORS[:0], *(expected[at + 1] for at in shuffled)]))

    begin, end = sorted(ends)
    assert rows.shape == every.shape
    assert rows[begin:end].tolist() == every[begin:end].tolist()
    assert rows[:].tolist() == every.tolist()


def test_texts_come_back_with_their_owners(tmp_path):
    """One by one and all of them; an owner without a text has none."""
    said = {"a": ["one\ntwo", "ä"], "b": [], "c": ["three"]}
    with TextsWriter(tmp_path, "texts") as writer:
        for owner, some in said.items():
            writer.add(owner, some)
    texts = writer.texts()

    every = [(owner, at, text) for owner, some in said.items() for at, text in enumerate(some)]
    expected = [
        VectorText(owner=owner, ordinal=at, digest=hashlib.sha256(text.encode()).hexdigest())
        for owner, at, text in every
    ]
    assert list(texts) == [texts[at] for at in range(len(texts))] == texts[:] == expected
    assert [texts.text(at) for at in range(3)] == ["one\ntwo", "ä", "three"]
    assert (list(texts.digests()), texts.lengths.tolist()) == (
        [one.digest for one in expected],
        [7, 1, 5],
    )
    with pytest.raises(IndexError):
        texts[3]


def test_a_disk_that_is_full_while_vectors_are_made_is_told(toy_settings: Settings, monkeypatch):
    """Nothing is served, nothing unfinished stays behind, and the next build goes on."""

    def full(*_: object) -> int:
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as patch:
        patch.setattr(vector_file.os, "pwrite", full)
        with pytest.raises(IndexNotWritable) as raised:
            build(toy_settings)

    assert str(raised.value) == (
        f"Vectors cannot be written to {toy_settings.index}: No space left on device; "
        "there is no snapshot to serve yet."
    )
    assert list(toy_settings.index.glob(".building-*")) == []
    assert build(toy_settings).snapshot_id == current_id(toy_settings.index)
