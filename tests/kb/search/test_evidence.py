"""Evidence, case by case, against a slow maximum over passages."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
import pytest

from kb.encoders.multilingual import MultilingualEncoder
from kb.encoders.onnx import OnnxQueryEncoder
from kb.engine.base import Document, VectorText
from kb.model.word_table import WordTable
from kb.search.evidence import Encoders, Evidence, Retriever, has_multilingual
from kb.search.query_analysis import Analyser
from kb.snapshots.vector_sets import AUDIENCE, PASSAGES, PASSAGES_MULTILINGUAL, SENTENCES
from tests.kb.engine.reference import ReferenceEngine, ReferenceStore

#: Three cases by their words.
WORDS = {"a": "wine", "b": "metal", "c": "wine"}


@pytest.fixture(name="query_encoder", scope="module")
def _query_encoder(live) -> OnnxQueryEncoder:
    """The tiny encoder: wine and metal are its first two axes."""
    return live.current().encoders.query


@pytest.fixture(name="multilingual", scope="module")
def _multilingual() -> MultilingualEncoder:
    return MultilingualEncoder()


#: Five passages of three cases, the middle one without any, on the axes wine and metal.
OWNERS = "caaca"
VECTORS = np.zeros((5, 6), dtype=np.float32)
VECTORS[:, :2] = [(1, 1), (3, 0), (0, 2), (-1, 0), (5, 0)]


#: A little French.
TABLE = WordTable(
    meanings=((), ("wine",), ("metal",)), forms={"fr": {"vins": 1, "les": 0, "qui": 0}}
)


def engine(**sets: tuple[Sequence[str], np.ndarray]) -> ReferenceEngine:
    """The cases above with some vector sets, by owners and vectors; texts are numbered through."""
    store = ReferenceStore()
    writer = store.writer()
    for name, words in WORDS.items():
        writer.write(Document(id=name, words=words))
    for name, (owners, vectors) in sets.items():
        texts = [
            VectorText(id=f"{owner}#{row}", owner=owner, digest="")
            for row, owner in enumerate(owners)
        ]
        writer.write_vectors(name, texts, vectors)
    writer.publish()
    return store.open()


def retriever(
    encoders: Encoders,
    multilingual: np.ndarray | None = None,
    table: WordTable | None = None,
    *,
    links: Mapping[str, Sequence[str]] | None = None,
    **others: tuple[Sequence[str], np.ndarray],
) -> Retriever:
    """A retriever over the passages above."""
    sets = {PASSAGES.name: (OWNERS, VECTORS), **others}
    if multilingual is not None:
        sets[PASSAGES_MULTILINGUAL.name] = OWNERS, multilingual
    store = engine(**sets)
    analyser = Analyser(table=table or WordTable(), translates=has_multilingual(store))
    return Retriever(store, encoders, analyser, links=links)


def evidence_of(subject: Retriever, text: str) -> Evidence:
    """The evidence for a text, analysed as a search does it."""
    return subject.evidence(subject.analyser.analyse(text))


def slow_max_p(vectors, vector) -> tuple[list[float], list[str]]:
    """Per case the best cosine and the first of the passages that has it, spelled out."""
    scores, best = dict.fromkeys(WORDS, -1.0), dict.fromkeys(WORDS, "")
    for row, owner in enumerate(OWNERS):
        size = np.linalg.norm(vectors[row]) * np.linalg.norm(vector)
        cosine = float(vectors[row] @ vector / size) if size else 0.0
        if cosine > scores[owner]:
            scores[owner], best[owner] = cosine, f"{owner}#{row}"
    return list(scores.values()), list(best.values())


def test_evidence_of_one_encoder(query_encoder):
    """Meaning, words, and the query's vector; nothing speaks for the other encoder.

    For "wine": row 1 of case a has cosine 1, row 0 of case c has 1 / sqrt(2), and case b
    has no passage. The word stands in a and c alone, once among documents of one word;
    nothing speaks for b, so it is no candidate.
    """
    subject = retriever(Encoders(query=query_encoder))

    found = evidence_of(subject, "wine")

    assert found.ids == ("a", "c")
    assert found.passage.tolist() == pytest.approx([1.0, 2**-0.5])
    assert found.meaning.tolist() == found.passage.tolist()
    assert found.audience.tolist() == [-1.0, -1.0]
    assert (found.coverage_by_all, found.coverage_by_one) == (1.0, 1.0)
    assert found.linked.tolist() == [[], []]
    assert (found.best_passage, found.best_line) == (("a#1", "c#0"), ("", ""))
    assert found.multilingual.tolist() == [0.0, 0.0]
    assert found.words.tolist() == pytest.approx([1 / 2.2] * 2)
    assert found.query.tolist() == pytest.approx([1.0, 0, 0, 0, 0, 0])
    assert found.english is True


def test_a_case_is_as_good_as_its_nearest_text_of_any_kind(query_encoder):
    """Passage, sentence or line on whom it suits: the nearest counts, each kind by its own.

    For "wine" the passages give 1, none and 1 / sqrt(2); a sentence of case b has the
    cosine 3 / 5, and the second line of case c has 4 / 5.
    """
    sentences = np.zeros((2, 6), dtype=np.float32)
    sentences[:, :2] = [(3, 4), (0, 1)]
    lines = np.zeros((3, 6), dtype=np.float32)
    lines[:, :2] = [(0, 1), (4, 3), (0, 1)]
    subject = retriever(
        Encoders(query=query_encoder),
        **{SENTENCES.name: ("ba", sentences), AUDIENCE.name: ("ccb", lines)},
    )

    found = evidence_of(subject, "wine")

    assert found.passage.tolist() == pytest.approx([1.0, -1.0, 2**-0.5])
    assert found.audience.tolist() == pytest.approx([-1.0, 0.0, 0.8])
    assert found.best_line == ("", "b#2", "c#1")
    assert found.meaning.tolist() == pytest.approx([1.0, 0.6, 0.8])


@pytest.mark.parametrize(
    ("text", "english"),
    [
        ("small firms export wine together", True),
        ("quels vignerons vendent à l'étranger", False),
    ],
)
def test_evidence_of_both_encoders(query_encoder, multilingual, text, english):
    """The second encoder's cosines, its query vector, and its best passage outside English."""
    passages = ("Wine.", "Metal firms.", "Buying steel.", "A school of nurses.", "Wine exporters.")
    vectors = multilingual.encode(passages)
    encoders = Encoders(query=query_encoder, multilingual=multilingual)
    subject = retriever(encoders, vectors)
    query = multilingual.encode_query(text)

    found = evidence_of(subject, text)

    scores, best = slow_max_p(vectors, query)
    _, english_best = slow_max_p(VECTORS, query_encoder.encode_query(text))
    at = [list(WORDS).index(one) for one in found.ids]
    assert found.multilingual.tolist() == pytest.approx([scores[one] for one in at], abs=1e-6)
    assert found.query.tolist() == pytest.approx((query / np.linalg.norm(query)).tolist(), abs=1e-6)
    assert found.english is english
    assert list(found.best_passage) == [(english_best if english else best)[one] for one in at]


def test_the_parts_alone_are_the_parts_of_the_evidence(query_encoder):
    """Meaning and words, asked for alone, are what the evidence holds."""
    subject = retriever(Encoders(query=query_encoder))

    evidence = evidence_of(subject, "metal wine")

    meaning, words = subject.meaning("metal wine"), subject.words("metal wine")
    assert evidence.ids == ("a", "b", "c")
    assert dict(zip(meaning.ids, meaning.scores, strict=True)) == {
        "a": evidence.passage[0],
        "c": evidence.passage[2],
    }
    assert dict(zip(words.ids, words.scores, strict=True)) == dict(
        zip(evidence.ids, evidence.words, strict=True)
    )


def test_another_language_is_asked_in_english(query_encoder):
    """Without the second encoder meaning, words and the query's vector are those of the English."""
    subject = retriever(Encoders(query=query_encoder), table=TABLE)

    found, english = evidence_of(subject, "les vins"), evidence_of(subject, "wine")

    assert (found.english, english.english) == (False, True)
    for name in ("meaning", "passage", "multilingual", "words", "query"):
        assert getattr(found, name).tolist() == getattr(english, name).tolist()
    assert (found.ids, found.best_passage) == (english.ids, english.best_passage)


def test_the_second_encoder_reads_what_was_typed(query_encoder, multilingual):
    """Its cosines, the query's vector and the best passage are those of the query itself."""
    passages = ("Wine.", "Metal firms.", "Buying steel.", "A school of nurses.", "Wine exporters.")
    index = multilingual.encode(passages)
    encoders = Encoders(query=query_encoder, multilingual=multilingual)
    with_table = retriever(encoders, index, TABLE)
    without = retriever(encoders, index)

    found = evidence_of(with_table, "les vins")

    typed, english = evidence_of(without, "les vins"), evidence_of(without, "wine")
    assert found.english is False
    assert found.multilingual.tolist() == typed.multilingual.tolist()
    assert found.query.tolist() == typed.query.tolist()
    _, best = slow_max_p(multilingual.encode(passages), multilingual.encode_query("les vins"))
    assert dict(zip(found.ids, found.best_passage, strict=True)) == {"a": best[0], "c": best[2]}
    assert found.meaning.tolist() == english.meaning.tolist()
    assert found.words.tolist() == english.words.tolist()


def test_where_no_english_is_known_the_query_is_asked_as_it_is(query_encoder):
    """Function words alone have no English: the words as typed are searched for."""
    subject = retriever(Encoders(query=query_encoder), table=TABLE)
    plain = retriever(Encoders(query=query_encoder))

    found, typed = evidence_of(subject, "qui"), evidence_of(plain, "qui")

    assert (found.english, typed.english) == (False, True)
    assert found.meaning.tolist() == typed.meaning.tolist()
    assert found.words.tolist() == typed.words.tolist() == [0.0, 0.0]


def test_the_parts_alone_are_of_the_text_as_typed(query_encoder):
    """What the search is compared with knows no other language."""
    subject = retriever(Encoders(query=query_encoder), table=TABLE)

    assert subject.words("les vins").ids == ()
    assert subject.words("wine").scores.tolist() == evidence_of(subject, "les vins").words.tolist()
    assert subject.meaning("les vins").scores.tolist() == [0.0, 0.0]


def test_the_coverages_weigh_rare_words_more(query_encoder):
    """Of "metal wine elm" two are known; the case that has the rarer of them covers most.

    With three documents metal counts ln(1 + 2.5 / 1.5), wine ln(1 + 1.5 / 2.5) and elm,
    which none has, ln(1 + 3.5 / 0.5).
    """
    found = evidence_of(retriever(Encoders(query=query_encoder)), "metal wine elm")

    metal, wine, elm = np.log([1 + 2.5 / 1.5, 1 + 1.5 / 2.5, 1 + 3.5 / 0.5])
    total = metal + wine + elm
    assert found.coverage_by_all == pytest.approx((metal + wine) / total)
    assert found.coverage_by_one == pytest.approx(metal / total)


def test_links_among_the_candidates_count_both_ways(query_encoder):
    """A link to a case that is no candidate is left out."""
    links = {"a": ("b", "c"), "b": ("elsewhere",)}
    subject = retriever(Encoders(query=query_encoder), links=links)

    pairs = [
        {(found.ids[one], found.ids[other]) for one, other in found.linked.T}
        for found in (evidence_of(subject, "wine"), evidence_of(subject, "wine metal"))
    ]

    assert pairs == [
        {("a", "c"), ("c", "a")},
        {("a", "b"), ("b", "a"), ("a", "c"), ("c", "a")},
    ]


def test_a_candidate_has_one_place(query_encoder):
    """Places follow the ids; what is no candidate has none."""
    found = evidence_of(retriever(Encoders(query=query_encoder)), "wine")

    assert [found.place(name) for name in found.ids] == [0, 1]
    for name in ("b", "", "zzz"):
        with pytest.raises(KeyError):
            found.place(name)
