"""Evidence, case by case, against a slow maximum over passages."""

from __future__ import annotations

import numpy as np
import pytest

from kb.encoders.multilingual import MultilingualEncoder
from kb.encoders.onnx import OnnxQueryEncoder
from kb.engine.local.case_vectors import CaseIndex
from kb.engine.local.vectors import DenseIndex
from kb.engine.local.words import LexicalIndex
from kb.search.evidence import Encoders, Retriever
from kb.text.translate import WordTable


@pytest.fixture(name="words", scope="module")
def _words(tmp_path_factory: pytest.TempPathFactory) -> LexicalIndex:
    """Three cases by their words."""
    folder = tmp_path_factory.mktemp("words") / "words"
    LexicalIndex.build(folder, ["wine", "metal", "wine"])
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


#: A little French.
TABLE = WordTable(
    meanings=((), ("wine",), ("metal",)), forms={"fr": {"vins": 1, "les": 0, "qui": 0}}
)


def retriever(
    words,
    encoders: Encoders,
    multilingual: DenseIndex | None = None,
    table: WordTable | None = None,
    *,
    sentences: CaseIndex | None = None,
    suits: CaseIndex | None = None,
) -> Retriever:
    """A retriever over the passages above."""
    return Retriever(
        n_cases=3,
        passages=CaseIndex(DenseIndex.build(VECTORS), OWNER, 3),
        sentences=sentences,
        suits=suits,
        multilingual=CaseIndex(multilingual, OWNER, 3) if multilingual else None,
        words=words,
        encoders=encoders,
        table=table,
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

    assert found.passage.tolist() == pytest.approx([1.0, -1.0, 2**-0.5])
    assert found.meaning.tolist() == found.passage.tolist()
    assert found.suits.tolist() == [-1.0, -1.0, -1.0]
    assert (found.known, found.covered, found.links) == (1.0, 1.0, None)
    assert found.row.tolist() == [1, 0, 0]
    assert found.multilingual.tolist() == [0.0, 0.0, 0.0]
    assert np.flatnonzero(found.words).tolist() == [0, 2]
    assert found.query.tolist() == pytest.approx([1.0, 0, 0, 0, 0, 0])
    assert found.english is True


def test_a_case_is_as_good_as_its_nearest_text_of_any_kind(words, query_encoder):
    """Passage, sentence or line on whom it suits: the nearest counts, each kind by its own.

    For "wine" the passages give 1, none and 1 / sqrt(2); a sentence of case 1 has the
    cosine 3 / 5, and the second line of case 2 has 4 / 5.
    """
    sentences = np.zeros((2, 6), dtype=np.float32)
    sentences[:, :2] = [(3, 4), (0, 1)]
    lines = np.zeros((3, 6), dtype=np.float32)
    lines[:, :2] = [(0, 1), (4, 3), (0, 1)]
    subject = retriever(
        words,
        Encoders(query=query_encoder),
        sentences=CaseIndex(DenseIndex.build(sentences), np.array([1, 0]), 3),
        suits=CaseIndex(DenseIndex.build(lines), np.array([2, 2, 1]), 3),
    )

    found = subject.evidence("wine")

    assert found.passage.tolist() == pytest.approx([1.0, -1.0, 2**-0.5])
    assert found.suits.tolist() == pytest.approx([-1.0, 0.0, 0.8])
    assert found.suits_row.tolist() == [0, 2, 1]
    assert found.meaning.tolist() == pytest.approx([1.0, 0.6, 0.8])


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

    assert subject.meaning("metal wine").scores.tolist() == evidence.passage.tolist()
    assert subject.words("metal wine").tolist() == evidence.words.tolist()
    assert subject.terms("metal wines") == ("metal", "wine")


def test_another_language_is_asked_in_english(words, query_encoder):
    """Without the second encoder meaning, words and the query's vector are those of the English."""
    subject = retriever(words, Encoders(query=query_encoder), table=TABLE)

    found, english = subject.evidence("les vins"), subject.evidence("wine")

    assert (found.english, english.english) == (False, True)
    for name in ("meaning", "passage", "multilingual", "words", "query", "row"):
        assert getattr(found, name).tolist() == getattr(english, name).tolist()


def test_the_second_encoder_reads_what_was_typed(words, query_encoder, multilingual):
    """Its cosines, the query's vector and the best passage are those of the query itself."""
    passages = ("Wine.", "Metal firms.", "Buying steel.", "A school of nurses.", "Wine exporters.")
    index = DenseIndex.build(multilingual.encode(passages))
    encoders = Encoders(query=query_encoder, multilingual=multilingual)
    with_table = retriever(words, encoders, index, TABLE)
    without = retriever(words, encoders, index)

    found = with_table.evidence("les vins")

    typed, english = without.evidence("les vins"), without.evidence("wine")
    assert found.english is False
    assert found.multilingual.tolist() == typed.multilingual.tolist()
    assert found.query.tolist() == typed.query.tolist()
    _, best = slow_max_p(
        multilingual.encode(passages), multilingual.encode_query("les vins"), OWNER, 3, range(5)
    )
    assert found.row.tolist() == best
    assert found.meaning.tolist() == english.meaning.tolist()
    assert found.words.tolist() == english.words.tolist()


def test_where_no_english_is_known_the_query_is_asked_as_it_is(words, query_encoder):
    """Function words alone have no English: the words as typed are searched for."""
    subject = retriever(words, Encoders(query=query_encoder), table=TABLE)
    plain = retriever(words, Encoders(query=query_encoder))

    found, typed = subject.evidence("qui"), plain.evidence("qui")

    assert (found.english, typed.english) == (False, True)
    assert found.meaning.tolist() == typed.meaning.tolist()
    assert found.words.tolist() == typed.words.tolist() == [0.0, 0.0, 0.0]


def test_the_parts_alone_are_of_the_text_as_typed(words, query_encoder):
    """What the search is compared with knows no other language."""
    subject = retriever(words, Encoders(query=query_encoder), table=TABLE)

    assert subject.words("les vins").tolist() == [0.0, 0.0, 0.0]
    assert subject.words("wine").tolist() == subject.evidence("les vins").words.tolist()
    assert subject.meaning("les vins").scores.tolist() == [0.0, -1.0, 0.0]
