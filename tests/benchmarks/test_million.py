"""The engine alone over made vectors: what is written, asked and compared with."""

from __future__ import annotations

import numpy as np
import pytest
from at_scale import million

N = 15_000


@pytest.fixture(name="real", scope="module")
def _real():
    """Unit vectors that stand for those of real texts."""
    drawn = np.random.default_rng(7).standard_normal((200, 32)).astype(np.float32)
    return drawn / np.linalg.norm(drawn, axis=1, keepdims=True)


@pytest.fixture(name="made", scope="module")
def _made(real):
    return million.MadeEngine(real, N)


def test_vectors_hang_on_the_seed(real, made):
    """The same seed makes the same vectors, of length one."""
    again, other = million.MadeEngine(real, N), million.MadeEngine(real, N, seed=2)

    assert np.array_equal(made.vectors, again.vectors)
    assert not np.array_equal(made.vectors, other.vectors)
    assert np.allclose(np.linalg.norm(made.vectors, axis=1), 1, atol=1e-5)


def test_the_exact_answer_is_the_obvious_one(made):
    """A document is as near as its nearest text; the best ten come first."""
    vector = made.questions[0]
    products = [max(float(text @ vector) for text in made.vectors[5 * at : 5 * at + 5])
                for at in range(made.n_documents)]  # fmt: skip

    slow = sorted(range(made.n_documents), key=lambda at: -products[at])[:10]
    assert made.exact(0, "none", None).tolist() == slow


def test_the_engine_finds_the_best_under_every_filter(made, tmp_path):
    """Each share of the documents passes, by chance and by content; the best are found."""
    engine = million.local(made, tmp_path / "engine")

    rows = list(million.measure(made, engine, candidates=1_000))

    shares = [None, *million.SHARES, *million.SHARES]
    assert [row.share for row in rows] == shares
    assert [row.passing for row in rows] == [
        made.n_documents if share is None else round(share * made.n_documents) for share in shares
    ]
    assert min(row.recall for row in rows) >= 0.99
