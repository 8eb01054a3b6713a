"""Evidence, case by case, against a slow maximum over passages."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from itertools import count
from pathlib import Path

import numpy as np
import pytest

from kb.encoders.multilingual import MultilingualEncoder
from kb.encoders.onnx import OnnxQueryEncoder
from kb.engine.base import Document
from kb.model.word_table import WordTable
from kb.search.evidence import Encoders, Evidence, Retriever, has_multilingual
from kb.search.query_analysis import Analyser
from kb.snapshots.vector_sets import AUDIENCE, PASSAGES, PASSAGES_MULTILINGUAL
from tests.kb.search.engines import engine_in

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


#: Makes a retriever over the passages above.
MakeRetriever = Callable[..., Retriever]


@pytest.fixture(name="retriever")
def _retriever(tmp_path: Path) -> MakeRetriever:
    """Makes retrievers over the cases above, with further vector sets by owners and vectors."""
    numbers = count()

    def retriever(
        encoders: Encoders,
        multilingual: np.ndarray | None = None,
        table: WordTable | None = None,
        *,
        links: Mapping[str, Sequence[str]] | None = None,
        **others: tuple[Sequence[str], np.ndarray],
    ) -> Retriever:
        sets = {PASSAGES.name: (OWNERS, VECTORS), **others}
        if multilingual is not None:
            sets[PASSAGES_MULTILINGUAL.name] = OWNERS, multilingual
        documents = [
            Document(id=name, words=words, links=tuple((links or {}).get(name, ())))
            for name, words in WORDS.items()
        ]
        store = engine_in(tmp_path / f"{next(numbers)}", documents, **sets)
        analyser = Analyser(table=table or WordTable(), translates=has_multilingual(store))
        return Retriever(store, encoders, analyser)

    return retriever


def evidence_of(subject: Retriever, text: str) -> Evidence:
    """The evidence for a text, analysed as a search does it."""
    return subject.evidence(subject.analyser.analyse(text))


def slow_max_p(vectors, vector) -> tuple[list[float], list[int]]:
    """Per case the best cosine and which of its passages is the first that has it, spelled out."""
    scores, best = dict.fromkeys(WORDS, -1.0), dict.fromkeys(WORDS, -1)
    for row, owner in enumerate(OWNERS):
        size = np.linalg.norm(vectors[row]) * np.linalg.norm(vector)
        cosine = float(vectors[row] @ vector / size) if size else 0.0
        if cosine > scores[owner]:
            scores[owner], best[owner] = cosine, OWNERS[:row].count(owner)
    return list(scores.values()), list(best.values())


def test_evidence_of_one_encoder(query_encoder, retriever):
    """Meaning, words, and the query's vector; nothing speaks for the other encoder.

    For "wine": the first passage of case a has cosine 1, that of case c has 1 / sqrt(2), and
    case b has none. The word stands in a and c alone, once among documents of one word. Of so
    few cases each is a candidate.
    """
    subject = retriever(Encoders(query=query_encoder))

    found = evidence_of(subject, "wine")

    assert (found.ids, found.of_all, found.mean_of_all) == (("a", "b", "c"), True, None)
    assert found.passage.tolist() == pytest.approx([1.0, -1.0, 2**-0.5])
    assert found.meaning.tolist() == found.passage.tolist()
    assert found.audience.tolist() == [-1.0] * 3
    assert (found.coverage_by_all, found.coverage_by_one) == (1.0, 1.0)
    assert found.linked.tolist() == [[], []]
    assert found.best_passage.tolist() == [0, -1, 0]
    assert found.best_line.tolist() == [-1, -1, -1]
    assert found.multilingual.tolist() == [0.0] * 3
    assert found.words.tolist() == pytest.approx([1 / 2.2, 0, 1 / 2.2])
    assert found.query.tolist() == pytest.approx([1.0, 0, 0, 0, 0, 0])
    assert found.english is True


def test_a_case_is_as_good_as_its_nearest_text_of_any_kind(query_encoder, retriever):
    """Passage or line on whom it suits: the nearest counts, each kind by its own.

    For "wine" the passages give 1, none and 1 / sqrt(2); the line of case b has the
    cosine 0, and the second line of case c has 4 / 5.
    """
    lines = np.zeros((3, 6), dtype=np.float32)
    lines[:, :2] = [(0, 1), (4, 3), (0, 1)]
    subject = retriever(Encoders(query=query_encoder), **{AUDIENCE.name: ("ccb", lines)})

    found = evidence_of(subject, "wine")

    assert found.passage.tolist() == pytest.approx([1.0, -1.0, 2**-0.5])
    assert found.audience.tolist() == pytest.approx([-1.0, 0.0, 0.8])
    assert found.best_line.tolist() == [-1, 0, 1]
    assert found.meaning.tolist() == pytest.approx([1.0, 0.0, 0.8])


def test_what_all_texts_have_in_common_is_taken_from_a_query(query_encoder, retriever):
    """Texts are compared with the query less that, at length one; the gate gets the query itself.

    "wine" less (0.5, 0.5) is (0.5, -0.5): to (3, 0) it has the cosine 1 / sqrt(2), to (1, 1) none,
    and to the line (1, -1) of case b 1. A query that is unknown to the encoder stays zero.
    """
    line = np.zeros((1, 6), dtype=np.float32)
    line[0, :2] = (1, -1)
    plain = retriever(Encoders(query=query_encoder), **{AUDIENCE.name: ("b", line)})
    subject = plain.with_common((0.5, 0.5, 0, 0, 0, 0))

    found, before = evidence_of(subject, "wine"), evidence_of(plain, "wine")

    assert found.passage.tolist() == pytest.approx([2**-0.5, -1.0, 0.0], abs=1e-6)
    assert found.audience.tolist() == pytest.approx([-1.0, 1.0, -1.0])
    assert before.audience.tolist() == pytest.approx([-1.0, 2**-0.5, -1.0])
    assert found.best_passage.tolist() == [0, -1, 0]
    assert found.query.tolist() == before.query.tolist() == [1.0, 0, 0, 0, 0, 0]
    assert (found.less_common, before.less_common) == (True, False)
    assert subject.meaning("wine", 3) == plain.meaning("wine", 3)
    assert evidence_of(subject, "hospital").passage.tolist() == [0.0, -1.0, 0.0]


@pytest.mark.parametrize(
    ("text", "english"),
    [
        ("small firms export wine together", True),
        ("quels vignerons vendent à l'étranger", False),
    ],
)
def test_evidence_of_both_encoders(query_encoder, multilingual, retriever, text, english):
    """The second encoder's cosines and its best passage, outside English alone."""
    passages = ("Wine.", "Metal firms.", "Buying steel.", "A school of nurses.", "Wine exporters.")
    vectors = multilingual.encode(passages)
    encoders = Encoders(query=query_encoder, multilingual=multilingual)
    subject = retriever(encoders, vectors)
    asked = subject.analyser.analyse(text)

    found = subject.evidence(asked)

    spoken = [0.0] * 3, slow_max_p(VECTORS, query_encoder.encode_query(asked.in_english))[1]
    if not english:
        spoken = slow_max_p(vectors, multilingual.encode_query(text))
    by_encoder = query_encoder.encode_query(asked.in_english)
    length = np.linalg.norm(by_encoder) or 1.0
    assert found.english is english
    assert found.multilingual.tolist() == pytest.approx(spoken[0], abs=1e-6)
    assert found.best_passage.tolist() == spoken[1]
    assert found.query.tolist() == pytest.approx((by_encoder / length).tolist(), abs=1e-6)


def test_the_parts_alone_are_the_parts_of_the_evidence(query_encoder, retriever):
    """Meaning and words, asked for alone, are what the evidence holds."""
    subject = retriever(Encoders(query=query_encoder))

    evidence = evidence_of(subject, "metal wine")

    assert evidence.ids == ("a", "b", "c")
    meaning, words = subject.meaning("metal wine", 3), subject.words("metal wine", 3)
    assert meaning == [("c", evidence.passage[2]), ("a", evidence.passage[0])]
    assert dict(words) == dict(zip(evidence.ids, evidence.words.tolist(), strict=True))
    assert [value for _, value in words] == sorted(evidence.words.tolist(), reverse=True)


def test_the_parts_alone_are_cut_to_the_best(query_encoder, retriever):
    """As many as are asked for; of equally good ones the first by id."""
    subject = retriever(Encoders(query=query_encoder))

    assert [name for name, _ in subject.meaning("wine", 1)] == ["a"]
    assert [name for name, _ in subject.words("wine", 1)] == ["a"]
    assert [name for name, _ in subject.words("wine", 3)] == ["a", "c"]


def test_another_language_is_asked_in_english(query_encoder, retriever):
    """Without the second encoder meaning, words and the query's vector are those of the English."""
    subject = retriever(Encoders(query=query_encoder), table=TABLE)

    found, english = evidence_of(subject, "les vins"), evidence_of(subject, "wine")

    assert (found.english, english.english) == (False, True)
    for name in ("meaning", "passage", "multilingual", "words", "query"):
        assert getattr(found, name).tolist() == getattr(english, name).tolist()
    assert (found.ids, found.best_passage.tolist()) == (
        english.ids,
        english.best_passage.tolist(),
    )


def test_the_second_encoder_reads_what_was_typed(query_encoder, multilingual, retriever):
    """Its cosines and the best passage are those of the query itself, all else of its English."""
    passages = ("Wine.", "Metal firms.", "Buying steel.", "A school of nurses.", "Wine exporters.")
    index = multilingual.encode(passages)
    encoders = Encoders(query=query_encoder, multilingual=multilingual)
    with_table = retriever(encoders, index, TABLE)
    without = retriever(encoders, index)

    found = evidence_of(with_table, "les vins")

    english = evidence_of(without, "wine")
    scores, best = slow_max_p(index, multilingual.encode_query("les vins"))
    assert (found.english, english.english) == (False, True)
    assert found.multilingual.tolist() == pytest.approx(scores, abs=1e-6)
    assert found.best_passage.tolist() == best
    assert found.query.tolist() == english.query.tolist()
    assert found.meaning.tolist() == english.meaning.tolist()
    assert found.words.tolist() == english.words.tolist()


def test_where_no_english_is_known_the_query_is_asked_as_it_is(query_encoder, retriever):
    """Function words alone have no English: the words as typed are searched for."""
    subject = retriever(Encoders(query=query_encoder), table=TABLE)
    plain = retriever(Encoders(query=query_encoder))

    found, typed = evidence_of(subject, "qui"), evidence_of(plain, "qui")

    assert (found.english, typed.english) == (False, True)
    assert found.meaning.tolist() == typed.meaning.tolist()
    assert found.words.tolist() == typed.words.tolist() == [0.0] * 3


def test_the_parts_alone_are_of_the_text_as_typed(query_encoder, retriever):
    """What the search is compared with knows no other language."""
    subject = retriever(Encoders(query=query_encoder), table=TABLE)

    in_english = evidence_of(subject, "les vins")
    assert subject.words("les vins", 3) == []
    assert subject.words("wine", 3) == [("a", in_english.words[0]), ("c", in_english.words[2])]
    assert subject.meaning("les vins", 3) == [("a", 0.0), ("c", 0.0)]


def test_the_coverages_weigh_rare_words_more(query_encoder, retriever):
    """Of "metal wine elm" two are known; the case that has the rarer of them covers most.

    With three documents metal counts ln(1 + 2.5 / 1.5), wine ln(1 + 1.5 / 2.5) and elm,
    which none has, ln(1 + 3.5 / 0.5).
    """
    found = evidence_of(retriever(Encoders(query=query_encoder)), "metal wine elm")

    metal, wine, elm = np.log([1 + 2.5 / 1.5, 1 + 1.5 / 2.5, 1 + 3.5 / 0.5])
    total = metal + wine + elm
    assert found.coverage_by_all == pytest.approx((metal + wine) / total)
    assert found.coverage_by_one == pytest.approx(metal / total)


def test_links_among_the_candidates_count_both_ways(query_encoder, retriever):
    """A link to what is no case is left out."""
    subject = retriever(Encoders(query=query_encoder), links={"a": ("b", "c"), "b": ("elsewhere",)})

    found = evidence_of(subject, "wine")

    assert {(found.ids[one], found.ids[other]) for one, other in found.linked.T} == {
        *(("a", "b"), ("b", "a")),
        *(("a", "c"), ("c", "a")),
    }


def test_a_candidate_has_one_place(query_encoder, retriever):
    """Places follow the rows; what is no candidate has none."""
    found = evidence_of(retriever(Encoders(query=query_encoder)), "wine")
    some = replace(found, rows=np.array([0, 2]))

    assert [some.place(row) for row in (0, 2)] == [0, 1]
    for row in (1, 3, -1):
        with pytest.raises(KeyError):
            some.place(row)
