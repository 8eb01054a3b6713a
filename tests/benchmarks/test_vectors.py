"""Vectors of made-up texts: traced to the real text that each comes from, and moved from it."""

from __future__ import annotations

import hashlib

import numpy as np
import pytest
from at_scale import vectors
from at_scale.synthetic import Compendium, words_of

from kb.content.corpus import read_corpus
from kb.text.chunking import passages_of
from tests.toy import ROOT

CASES = ROOT / "cases"
DIMENSION = 64


def scattered(texts):
    """A vector for each text that has nothing to do with that of any other."""
    seeds = [int(hashlib.sha256(text.encode()).hexdigest()[:12], 16) for text in texts]
    return np.stack([np.random.default_rng(seed).standard_normal(DIMENSION) for seed in seeds])


@pytest.fixture(name="table", scope="module")
def _table():
    return vectors.table_of(CASES, words_of(CASES), {"encoder": scattered})


@pytest.fixture(name="made", scope="module")
def _made(tmp_path_factory):
    """What is read of a made-up compendium."""
    folder = tmp_path_factory.mktemp("made") / "cases"
    Compendium(60, source=CASES).write(folder)
    return read_corpus(folder).compendium


@pytest.fixture(name="texts", scope="module")
def _texts(made):
    """Every passage of it, as the encoder reads it."""
    return [p.encoded_text for case in made.cases for p in passages_of(case, made.taxonomy)]


def test_a_real_text_has_its_own_vector(table):
    """To the digit: a build of the real cases with made-up vectors is that with an encoder."""
    texts = table.texts[:50]
    given = vectors.MadeVectors(table)

    exact = scattered(texts).astype(np.float32)
    exact /= np.linalg.norm(exact, axis=1, keepdims=True)
    assert np.array_equal(given.of(texts, "encoder"), exact)
    assert (given.asked, given.untraced) == (50, 0)


def test_most_made_texts_are_traced(table, texts):
    """Fewer than one passage of thirty comes from no real text that is known."""
    given = vectors.MadeVectors(table)
    given.of(texts, "encoder")

    assert given.asked == len(texts)
    assert given.untraced < len(texts) / 30


def test_a_made_text_is_near_the_real_one(table, made, texts):
    """A vector has length one and is near that of one real passage, and of no other."""
    real = table.vectors["encoder"][sorted({*table.parts.values()})]
    given = vectors.MadeVectors(table).of(texts, "encoder")

    cosines = np.sort(given @ real.T, axis=1)
    assert np.allclose(np.linalg.norm(given, axis=1), 1, atol=1e-5)
    assert np.median(cosines[:, -1]) > 0.85
    assert np.median(cosines[:, -2]) < 0.5


def test_texts_of_one_real_text_differ(table, texts):
    """No two made passages have the same vector."""
    given = vectors.MadeVectors(table).of(texts, "encoder")

    assert len(np.unique(given.round(5), axis=0)) == len({*texts})


def test_a_vector_hangs_on_its_text_alone(table, texts):
    """Not on the order in which it is asked for, nor on what was asked before."""
    given = vectors.MadeVectors(table)
    forwards = given.of(texts[:40], "encoder")
    backwards = vectors.MadeVectors(table).of(texts[:40][::-1], "encoder")

    assert np.array_equal(forwards, backwards[::-1])


def test_a_table_is_kept(table, tmp_path):
    """What is read of a file gives the same vectors as what was written to it."""
    vectors.save(table, tmp_path / "table.npz")
    read = vectors.load(tmp_path / "table.npz")

    texts = ["Bakers and hotels in Norway sell together.", *table.texts[:3]]
    before, after = (vectors.MadeVectors(one).of(texts, "encoder") for one in (table, read))
    assert np.array_equal(before, after)
    assert read.texts == table.texts
