"""Evidence, case by case, against a slow maximum over passages."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kb.index import DenseIndex
from kb.lexical import LexicalIndex
from kb.multilingual import MultilingualEncoder
from kb.query_encoder import OnnxQueryEncoder
from kb.retrieve import Encoders, Retriever


@pytest.fixture(name="words", scope="module")
def _words(tmp_path_factory: pytest.TempPathFactory) -> LexicalIndex:
    """Three cases by their words."""
    folder = tmp_path_factory.mktemp("words") / "words"
    LexicalIndex.build(folder, [{"body": "wine"}, {"body": "metal"}, {"title": "wine"}])
    return LexicalIndex.open(folder)


@pytest.fixture(name="query_encoder", scope="module")
def _query_encoder(live) -> OnnxQueryEncoder:
    """The tiny encoder: wine and metal are its first two axes."""
    return live.encoders().query


@pytest.fixture(name="multilingual", scope="module")
def _multilingual() -> MultilingualEncoder:
    return MultilingualEncoder()


#: Five passages of three cases, the middle one without any, on the axes wine and metal.
OWNER = np.array([2, 0, 0, 2, 0], dtype=np.int64)
VECTORS = np.zeros((5, 6), dtype=np.float32)
VECTORS[:, :2] = [(1, 1), (3, 0), (0, 2), (-1, 0), (5, 0)]


def retriever(words, encoders: Encoders, multilingual: DenseIndex | None = None) -> Retriever:
    """A retriever over the passages above."""
    return Retriever(
        owner=OWNER,
        n_cases=3,
        dense=DenseIndex.build(VECTORS),
        multilingual=multilingual,
        words=words,
        encoders=encoders,
    )


def slow_max_p(vectors, vector, owner, n_cases, rows) -> tuple[list[float], list[int]]:
    """Per case the best cosine and the first of the passages that has it, spelled out."""
    scores, best = [-1.0] * n_cases, [0] * n_cases
    for case in range(n_cases):
        for row in sorted(rows):
            size = np.linalg.norm(vectors[row]) * np.linalg.norm(vector)
            cosine = float(vectors[row] @ vector / size) if size else 0.0
            if owner[row] == case and cosine > scores[case]:
                scores[case], best[case] = cosine, row
    return scores, best


@settings(deadline=None, derandomize=True, max_examples=60)
@given(
    seed=st.integers(0, 10_000),
    owner=st.lists(st.integers(0, 7), min_size=1, max_size=40),
    part=st.none() | st.sets(st.integers(0, 39)),
)
def test_a_case_is_as_good_as_its_best_passage(words, query_encoder, seed, owner, part):
    """Score and row of every case are those of the passage with the highest cosine."""
    rng = np.random.default_rng(seed)
    vectors = rng.normal(size=(len(owner), 6)) * rng.uniform(0.1, 9, size=(len(owner), 1))
    vector = rng.normal(size=6)
    index = DenseIndex.build(vectors)
    subject = Retriever(
        owner=np.array(owner, dtype=np.int64),
        n_cases=8,
        dense=index,
        multilingual=None,
        words=words,
        encoders=Encoders(query=query_encoder),
    )
    allowed = range(len(owner)) if part is None else sorted(row for row in part if row < len(owner))
    rows = None if part is None else np.array(allowed, dtype=np.int64)

    found = subject.max_p(index, vector, rows)

    scores, best = slow_max_p(vectors, vector, owner, 8, allowed)
    assert found.scores.tolist() == pytest.approx(scores, abs=1e-6)
    assert found.rows.tolist() == best


def test_the_first_of_equal_passages_is_the_best(words, query_encoder):
    """Rows 1 and 4 have the same direction: the one that comes first in the case stands for it."""
    subject = retriever(words, Encoders(query=query_encoder))

    found = subject.meaning("wine")

    assert (found.scores[0], found.rows[0]) == (1.0, 1)


def test_evidence_of_one_encoder(words, query_encoder):
    """Meaning, words, and the query's vector; nothing speaks for the other encoder.

    For "wine": row 1 of case 0 has cosine 1, row 0 of case 2 has 1 / sqrt(2), and
    case 1 has no passage. The word stands in cases 0 and 2.
    """
    subject = retriever(words, Encoders(query=query_encoder))

    found = subject.evidence("wine")

    assert found.meaning.tolist() == pytest.approx([1.0, -1.0, 2**-0.5])
    assert found.row.tolist() == [1, 0, 0]
    assert found.multilingual.tolist() == [0.0, 0.0, 0.0]
    assert np.flatnonzero(found.words).tolist() == [0, 2]
    assert found.query.tolist() == pytest.approx([1.0, 0, 0, 0, 0, 0])
    assert found.english is True


@pytest.mark.parametrize(
    ("text", "english"),
    [
        ("small firms export wine together", True),
        ("quels vignerons vendent à l'étranger", False),
    ],
)
def test_evidence_of_both_encoders(words, query_encoder, multilingual, text, english):
    """The second encoder's cosines, its query vector, and its best passage outside English."""
    passages = ("Wine.", "Metal firms.", "Buying steel.", "A school of nurses.", "Wine exporters.")
    vectors = multilingual.encode(passages)
    encoders = Encoders(query=query_encoder, multilingual=multilingual)
    subject = retriever(words, encoders, DenseIndex.build(vectors))
    query = multilingual.encode_query(text)

    found = subject.evidence(text)

    scores, best = slow_max_p(vectors, query, OWNER, 3, range(5))
    _, english_best = slow_max_p(VECTORS, query_encoder.encode_query(text), OWNER, 3, range(5))
    assert found.multilingual.tolist() == pytest.approx(scores, abs=1e-6)
    assert found.query.tolist() == pytest.approx((query / np.linalg.norm(query)).tolist(), abs=1e-6)
    assert found.english is english
    assert found.row.tolist() == (english_best if english else best)


def test_the_parts_alone_are_the_parts_of_the_evidence(words, query_encoder):
    """Meaning and words, asked for alone, are what the evidence holds."""
    subject = retriever(words, Encoders(query=query_encoder))

    evidence = subject.evidence("metal wine")

    assert subject.meaning("metal wine").scores.tolist() == evidence.meaning.tolist()
    assert subject.words("metal wine").tolist() == evidence.words.tolist()
    assert subject.terms("metal wines") == ("metal", "wine")
