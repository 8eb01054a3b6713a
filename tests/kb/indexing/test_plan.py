"""What a snapshot is put together from, and what its id stands for."""

from __future__ import annotations

import sys
from collections import Counter
from dataclasses import replace
from importlib.metadata import version
from pathlib import Path

import pytest

from kb import __version__
from kb.content.corpus import read_corpus
from kb.encoders.sentence_transformer import find_model
from kb.indexing.encode import Encoding
from kb.indexing.plan import Plan, assemble, content_of
from kb.model.calibration import Answerability, Calibration, Weights
from kb.model.relevance import Report
from kb.model.word_table import WordTable
from kb.settings import Settings
from kb.snapshots.format import VectorSetRecord, open_snapshot, read_manifest
from kb.text.analysis import terms
from kb.text.chunking import passages_of
from kb.text.language import words_of

WEIGHTS = Weights(meaning=1.0, multilingual=0.0, words=1.0)
REPORT = Report(name="x", split="test", snapshot="", groups=(), refusal=None, worst=())


def calibration_of(plan: Plan) -> Calibration:
    """A calibration for the encoder of a plan."""
    return Calibration(
        encoder=plan.encoding.files.digest,
        multilingual="",
        english=WEIGHTS,
        other=WEIGHTS,
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
        answer_threshold=0.5,
        relative_cutoff=0.5,
        n_queries=1,
    )


def with_content(plan: Plan, **changes) -> Plan:
    """The plan with something else made of the compendium."""
    return replace(plan, content=replace(plan.content, **changes))


def with_compendium(plan: Plan, **changes) -> Plan:
    """The plan with some of the compendium changed."""
    return with_content(plan, compendium=replace(plan.content.compendium, **changes))


@pytest.fixture(name="plan")
def _plan(settings: Settings) -> Plan:
    """A plan for a snapshot of the toy corpus, from scratch."""
    return Plan(
        content=content_of(read_corpus(settings.cases).compendium),
        encoding=Encoding(
            files=find_model(settings.model),
            multilingual="",
            previous=None,
            batch_size=16,
            progress=False,
            tell=lambda _: None,
        ),
    )


@pytest.fixture(name="staged")
def _staged(plan: Plan, tmp_path: Path) -> Path:
    """An empty folder named as the snapshot will be."""
    folder = tmp_path / plan.inputs[:12]
    folder.mkdir()
    return folder


def test_the_parts_make_a_snapshot_that_can_be_opened(plan, staged):
    """What was put together opens, and holds the cases, their passages and what came with them."""
    full = with_compendium(plan, calibration=calibration_of(plan), relevance=REPORT)
    folder = staged.rename(staged.with_name(full.inputs[:12]))

    manifest = assemble(folder, full)

    snapshot = open_snapshot(folder)
    assert snapshot.manifest == manifest == read_manifest(folder)
    assert snapshot.content == full.content
    assert snapshot.content.passages == tuple(
        passage
        for case in plan.content.compendium.cases
        for passage in passages_of(case, plan.content.compendium.taxonomy)
    )
    assert (len(snapshot.engine), snapshot.engine.sizes) == (7, {"passages": 16, "sentences": 25})
    assert snapshot.engine.dimensions == {"passages": 6, "sentences": 6}


def test_the_manifest_says_what_each_case_was_made_of(plan, staged):
    """Per case the digest of its file, per vector set how many texts and dimensions."""
    manifest = assemble(staged, plan)

    assert list(manifest.cases.items()) == [
        (case.id, case.digest) for case in plan.content.compendium.cases
    ]
    assert manifest.vector_sets == {
        "passages": VectorSetRecord(n_texts=16, dimension=6),
        "sentences": VectorSetRecord(n_texts=25, dimension=6),
    }


def test_the_manifest_is_written_last(plan, staged):
    """No file of a snapshot is younger than its manifest, which is what makes it complete."""
    assemble(staged, plan)

    times = {path: path.stat().st_mtime_ns for path in staged.rglob("*") if path.is_file()}
    assert max(times.values()) == times[staged / "manifest.json"]


def test_versions_are_those_installed(plan, staged):
    """The manifest names this program and the libraries that can change a digit."""
    manifest = assemble(staged, plan)

    libraries = dict(manifest.versions)
    assert libraries.pop("kb") == __version__
    assert libraries.pop("python") == "{}.{}".format(*sys.version_info)
    assert libraries == {name: version(name) for name in libraries}
    assert {"faiss-cpu", "tantivy", "onnxruntime", "torch"} <= libraries.keys()


def test_the_vocabulary_counts_the_words_of_the_content(plan, staged):
    """Words of titles, summaries and texts, and those of all labels and aliases, are counted."""
    assemble(staged, plan)

    compendium = plan.content.compendium
    expected: Counter[str] = Counter()
    for case in compendium.cases:
        for text in (case.title, case.summary, case.body):
            expected.update(word.lower() for word in words_of(text))
    for vocabulary in compendium.taxonomy.vocabularies.values():
        for term in vocabulary:
            for text in (term.label, *term.aliases):
                expected.update(word.lower() for word in words_of(text))
    found = open_snapshot(staged).content.vocabulary
    assert found == expected
    assert list(found) == sorted(found)


def test_words_are_those_of_each_case(plan, staged):
    """A word of one title finds that case alone."""
    assemble(staged, plan)

    engine = open_snapshot(staged).engine
    found = {
        word: list(engine.by_words(terms(word)).ids) for word in ("makers", "machines", "programme")
    }
    assert found == {
        "makers": ["france/wine-exporters"],
        "machines": ["norway/metal-buyers"],
        "programme": ["international/wine-and-metal-programme"],
    }


def _other_encoder(plan: Plan) -> Plan:
    files = replace(plan.encoding.files, digest="0" * 64)
    return replace(plan, encoding=replace(plan.encoding, files=files))


def _other_country(plan: Plan) -> Plan:
    """The plan with another label for a country, as an edition of ISO 3166 may bring."""
    vocabularies = dict(plan.content.compendium.taxonomy.vocabularies)
    first, *others = vocabularies["countries"].terms
    terms = (replace(first, label="Elsewhere"), *others)
    vocabularies["countries"] = replace(vocabularies["countries"], terms=terms)
    taxonomy = replace(plan.content.compendium.taxonomy, vocabularies=vocabularies)
    return with_compendium(plan, taxonomy=taxonomy)


def _other_name(plan: Plan) -> Plan:
    """The plan with the same encoder under another name, which ``KB_MODEL`` is compared with."""
    files = replace(plan.encoding.files, name="other")
    return replace(plan, encoding=replace(plan.encoding, files=files))


CHANGES = {
    "a case": lambda plan: with_compendium(plan, cases=plan.content.compendium.cases[1:]),
    "the label of a country": _other_country,
    "a source": lambda plan: with_compendium(plan, references={}),
    "a passage": lambda plan: with_content(plan, passages=plan.content.passages[1:]),
    "a word": lambda plan: with_content(plan, vocabulary={"wine": 1}),
    "the glossary": lambda plan: with_compendium(plan, glossary=WordTable(meanings=(("wine",),))),
    "phrases": lambda plan: with_compendium(plan, phrases={"exporting": ("sell abroad",)}),
    "encoder": _other_encoder,
    "its name": _other_name,
    "second encoder": lambda plan: replace(
        plan, encoding=replace(plan.encoding, multilingual="0" * 64)
    ),
    "calibration": lambda plan: with_compendium(plan, calibration=calibration_of(plan)),
    "a threshold": lambda plan: with_compendium(
        plan, calibration=replace(calibration_of(plan), answer_threshold=0.6)
    ),
    "figures": lambda plan: with_compendium(plan, relevance=REPORT),
}


def test_the_id_stands_for_all_that_went_in(plan):
    """The same plan has the same id, and each other input another one."""
    ids = [change(plan).inputs for change in CHANGES.values()]

    assert len({plan.inputs, *ids}) == len(ids) + 1
    assert replace(plan).inputs == plan.inputs
    assert [change(plan).inputs for change in CHANGES.values()] == ids


def test_what_was_encoded_before_does_not_change_the_id(plan):
    """How a snapshot comes about, from scratch or not, is no part of what it is."""
    quiet = replace(plan.encoding, batch_size=1, progress=True, encoded=16)

    assert replace(plan, encoding=quiet).inputs == plan.inputs
