"""What is measured on a test collection: every document ranked, each text encoded once."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from kb.model.calibration import Answerability, Calibration, Weights
from kb.model.relevance import Figure
from kb.quality.collection import read_collection
from kb.quality.evaluate_collection import KeptVectors, evaluate_collection, kept_in, on_every_core
from kb.search.evidence import Encoders


def quietly(items: Iterable, _: str) -> Iterable:
    """No bar."""
    return items


CALIBRATION = Calibration(
    encoder="",
    multilingual="",
    english=Weights(meaning=1.0, multilingual=0.0, words=2.0),
    other=Weights(meaning=1.0, multilingual=0.0, words=2.0),
    answerability=Answerability(
        meaning=0.0,
        multilingual=0.0,
        words=0.0,
        coverage_by_all=0.0,
        coverage_by_one=0.0,
        english=0.0,
        constant=20.0,
        query=(),
    ),
    answer_threshold=0.0,
    least_score=0.0,
    n_queries=0,
)


def write_collection(folder: Path, texts: dict[str, str], qrels: dict[str, str]) -> Path:
    """A collection whose queries are texts of themes, each with one relevant document."""
    folder.mkdir()
    documents = [{"_id": name, "title": "", "text": text} for name, text in texts.items()]
    queries = [{"_id": f"q{at}", "text": text} for at, text in enumerate(qrels)]
    for name, rows in (("corpus", documents), ("queries", queries)):
        (folder / f"{name}.jsonl").write_text("\n".join(map(json.dumps, rows)))
    lines = [f"q{at}\t{document}\t1" for at, document in enumerate(qrels.values())]
    (folder / "qrels.tsv").write_text("\n".join(["query\tdocument\tgrade", *lines]))
    return folder


def evaluate(folder: Path, live, calibration: Calibration = CALIBRATION, **options):
    """The report on a collection, encoded by the encoder of a snapshot."""
    encoder = live.current().encoders.query
    return evaluate_collection(
        read_collection(folder),
        Encoders(query=encoder),
        KeptVectors(encode=on_every_core(encoder), **options),
        calibration,
        progress=quietly,
    )


def test_a_collection_is_searched_whole(live, tmp_path):
    """A word that the encoder does not know is found by words; a document may be all title.

    For "Brunello wine" the cosines are 1 (plain), 1 / sqrt(2) (mixed) and 0 (rare), while
    the word Brunello stands in the last alone: meaning has it third, words first.
    """
    texts = {"plain": "wine", "mixed": "wine metal", "rare": "Brunello", "title": ""}
    folder = write_collection(tmp_path / "toy", texts, {"Brunello wine": "rare"})

    report = evaluate(folder, live)

    (group,) = report.groups
    assert (report.name, report.split, report.snapshot) == ("toy", "", "")
    assert (report.refusal, report.worst) == (None, ())
    assert (report.judged, report.n_documents) == ("qrels.tsv", 4)
    assert (group.name, group.n) == ("all", 1)
    assert group.figures["words"]["RR@10"].mean == 1.0
    assert group.figures["meaning"]["RR@10"].mean == pytest.approx(1 / 3)


def test_what_texts_have_in_common_is_that_of_the_collection(live, tmp_path):
    """It is taken from queries if the calibration takes anything, and never is its own.

    All but one text are about wine. Of "wine metal" the cosine is greatest with "wine wine metal"
    (0.95); less half of the mean of all, it is with "metal" (0.92, beside 0.75).
    """
    texts = {f"w{at}": "wine" for at in range(8)} | {"mixed": "wine wine metal", "m": "metal"}
    folder = write_collection(tmp_path / "toy", texts, {"wine metal": "mixed"})
    by_meaning = replace(CALIBRATION.english, words=0.0)
    calibration = replace(CALIBRATION, english=by_meaning, other=by_meaning)

    whole, less, other = (
        evaluate(folder, live, replace(calibration, common=common))
        for common in ((), (0.1,) * 6, (0.9,) * 6)
    )

    assert whole.groups[0].figures["fused"]["RR@10"].mean == 1.0
    assert less.groups[0].figures["fused"]["RR@10"].mean == 0.5
    assert less == other


def test_a_document_is_as_good_as_its_best_passage(live, tmp_path):
    """Long and short documents, encoded in batches by length, keep their places.

    Each document has a mixture of themes of its own; the query of the same mixture
    has cosine 1 with a passage of it and less with any other document.
    """
    rng = np.random.default_rng(3)
    themes = np.array(["wine", "metal", "textile", "export", "purchase", "train"])
    mixtures = [" ".join(rng.permutation(themes)[: 1 + at % 4]) for at in range(600)]
    own = {mixture: f"d{at}" for at, mixture in enumerate(mixtures) if at % 4 == 3}
    apart = {tuple(sorted(mixture.split())): mixture for mixture in own}
    texts = {
        own[mixture]: "\n\n".join(["nothing " * 95] * (at % 5) + [mixture])
        for at, mixture in enumerate(apart.values())
    }
    others = {f"x{at}": "word " * (at + 1) for at in range(500)}
    qrels = {mixture: own[mixture] for mixture in apart.values()}
    folder = write_collection(tmp_path / "toy", {**others, **texts}, qrels)

    report = evaluate(folder, live)

    (group,) = report.groups
    assert (group.n, len(texts) + len(others)) == (15, 515)
    assert group.figures["meaning"]["Success@1"] == Figure(mean=1.0, low=1.0, high=1.0)


def counted(asked: list[list[str]]):
    """An encoder of lengths and first letters, which writes down what it is asked for."""

    def encode(texts: Sequence[str]) -> np.ndarray:
        asked.append(list(texts))
        return np.array([[len(text), ord(text[0])] for text in texts], dtype=np.float32)

    return encode


def test_a_text_is_encoded_once(tmp_path):
    """Longest first, each text once; again only what has changed, or what is another encoder's."""
    asked: list[list[str]] = []
    kept = KeptVectors(encode=counted(asked), identity="a" * 64, folder=tmp_path / "kept")
    texts = ["wine", "metals", "wine", "training"]

    first = kept.of(texts, quietly, "")
    again = kept.of(texts, quietly, "")
    changed = kept.of(["wine", "metal", "training"], quietly, "")
    other = KeptVectors(encode=counted(asked), identity="b" * 64, folder=tmp_path / "kept")
    by_other = other.of(["wine"], quietly, "")

    assert asked == [["training", "metals", "wine"], ["metal"], ["wine"]]
    assert first.tolist() == again.tolist() == [[4, 119], [6, 109], [4, 119], [8, 116]]
    assert changed.tolist() == [[4, 119], [5, 109], [8, 116]]
    assert by_other.tolist() == [[4, 119]]


def test_what_was_encoded_before_a_break_is_kept(tmp_path):
    """Of 300 texts the first 256 are there when the third part fails; only the rest is encoded."""
    texts = [f"{number:03} words" for number in range(300)]
    asked: list[list[str]] = []
    encode = counted(asked)

    def breaking(some: Sequence[str]) -> np.ndarray:
        if len(asked) == 2:
            raise KeyboardInterrupt
        return encode(some)

    with pytest.raises(KeyboardInterrupt):
        KeptVectors(encode=breaking, identity="a" * 64, folder=tmp_path).of(texts, quietly, "")
    KeptVectors(encode=encode, identity="a" * 64, folder=tmp_path).of(texts, quietly, "")

    assert [len(some) for some in asked] == [128, 128, 44]
    assert sorted(text for some in asked for text in some) == texts


def test_without_a_folder_to_write_in_nothing_is_kept_and_nothing_fails(tmp_path):
    """A file stands where the folder would be."""
    (tmp_path / "kept").write_text("no folder")
    asked: list[list[str]] = []
    kept = KeptVectors(encode=counted(asked), identity="a" * 64, folder=tmp_path / "kept")

    found = [kept.of(["wine"], quietly, "").tolist() for _ in range(2)]

    assert (found, asked) == ([[[4, 119]]] * 2, [["wine"]] * 2)


def test_vectors_of_two_collections_lie_apart(tmp_path):
    """By where the collection is, whatever it is called from there."""
    (tmp_path / "a").mkdir()
    (tmp_path / "b").mkdir()
    found = {kept_in(tmp_path, tmp_path / name) for name in ("a", "b", "a/../b")}

    assert len(found) == 2
    assert {one.parent for one in found} == {tmp_path / ".collections"}


def test_the_second_encoder_is_asked_only_for_another_language(live, tmp_path):
    """The order of English needs none of its vectors, so that no passage is encoded by it."""
    texts, asked = {"plain": "wine", "mixed": "wine metal"}, []
    folder = write_collection(tmp_path / "toy", texts, {"wine": "plain"})
    encoders = live.current().encoders

    report = evaluate_collection(
        read_collection(folder),
        Encoders(query=encoders.query, multilingual=encoders.multilingual),
        KeptVectors(encode=on_every_core(encoders.query)),
        CALIBRATION,
        multilingual=KeptVectors(encode=counted(asked)),
        progress=quietly,
    )

    assert (report.groups[0].figures["fused"]["nDCG@10"].mean, asked) == (1.0, [])


def test_judgments_may_be_taken_from_another_file(live, tmp_path):
    """A collection may be judged more than once; the report names the file."""
    texts = {"plain": "wine", "mixed": "wine metal"}
    folder = write_collection(tmp_path / "toy", texts, {"wine": "plain"})
    strict = tmp_path / "strict.tsv"
    strict.write_text("query\tdocument\tgrade\nq0\tmixed\t1\n")

    collection = read_collection(folder, qrels=strict)

    assert (collection.judged, collection.qrels) == ("strict.tsv", {"q0": {"mixed": 1}})
