"""What a snapshot is put together from, and what its id stands for."""

from __future__ import annotations

from dataclasses import replace

from kb.indexing.plan import Plan
from kb.model.calibration import Answerability, Calibration, Weights
from kb.model.relevance import Report
from kb.model.word_table import WordTable

WEIGHTS = Weights(meaning=1.0, multilingual=0.0, words=1.0)
REPORT = Report(name="x", split="test", snapshot="", groups=(), refusal=None, worst=())


def calibration_of(plan: Plan) -> Calibration:
    """A calibration for the encoder of a plan."""
    return Calibration(
        encoder=plan.files.digest,
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


def _other_encoder(plan: Plan) -> Plan:
    files = replace(plan.files, digest="0" * 64)
    return replace(plan, files=files)


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
    files = replace(plan.files, name="other")
    return replace(plan, files=files)


CHANGES = {
    "a case": lambda plan: with_compendium(plan, cases=plan.content.compendium.cases[1:]),
    "the label of a country": _other_country,
    "a source": lambda plan: with_compendium(plan, references={}),
    "a passage": lambda plan: with_content(
        plan, passages=[plan.content.passages[0][1:], *plan.content.passages[1:]]
    ),
    "a word": lambda plan: with_content(plan, vocabulary={"wine": 1}),
    "the glossary": lambda plan: with_compendium(plan, glossary=WordTable(meanings=(("wine",),))),
    "phrases": lambda plan: with_compendium(plan, phrases={"exporting": ("sell abroad",)}),
    "encoder": _other_encoder,
    "its name": _other_name,
    "second encoder": lambda plan: replace(plan, multilingual="0" * 64),
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


def test_an_id_is_never_used_for_other_bytes(plan):
    """The id follows from what a snapshot is made of, and avoids what is taken."""
    taken: list[str] = []
    for _ in range(3):
        taken.append(plan.new_id(taken))

    assert taken[0] == plan.inputs[:12]
    assert len(set(taken)) == 3
    assert [len(snapshot_id) for snapshot_id in taken] == [12] * 3
    assert plan.new_id(taken[1:]) == taken[0]
