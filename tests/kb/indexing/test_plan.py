"""What a snapshot is put together from, and what its id stands for."""

from __future__ import annotations

from dataclasses import replace

import pytest

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
        least_score=0.5,
        n_queries=1,
    )


def with_frame(plan: Plan, **changes) -> Plan:
    """The plan with some of what stands around the cases changed."""
    return replace(plan, frame=replace(plan.frame, **changes))


def with_first(plan: Plan, **changes) -> Plan:
    """The plan with something else known of its first document."""
    first, *others = plan.content.documents
    documents = (replace(first, **changes), *others)
    return replace(plan, content=replace(plan.content, documents=documents))


def _without_first(plan: Plan) -> Plan:
    content = replace(plan.content, documents=plan.content.documents[1:])
    return replace(plan, content=content)


def _other_encoder(plan: Plan) -> Plan:
    files = replace(plan.files, digest="0" * 64)
    return replace(plan, files=files)


def _other_country(plan: Plan) -> Plan:
    """The plan with another label for a country, as an edition of ISO 3166 may bring."""
    vocabularies = dict(plan.frame.taxonomy.vocabularies)
    first, *others = vocabularies["countries"].terms
    terms = (replace(first, label="Elsewhere"), *others)
    vocabularies["countries"] = replace(vocabularies["countries"], terms=terms)
    return with_frame(plan, taxonomy=replace(plan.frame.taxonomy, vocabularies=vocabularies))


def _other_name(plan: Plan) -> Plan:
    """The plan with the same encoder under another name, which ``KB_MODEL`` is compared with."""
    files = replace(plan.files, name="other")
    return replace(plan, files=files)


CHANGES = {
    "a case": _without_first,
    "the text of a case": lambda plan: with_first(plan, digest="0" * 64),
    "what is made of all cases": lambda plan: with_first(
        plan, facets={**plan.content.documents[0].facets, "decade": ("1990s",)}
    ),
    "the label of a country": _other_country,
    "a source": lambda plan: with_frame(plan, references={}),
    "the glossary": lambda plan: with_frame(plan, glossary=WordTable(meanings=(("wine",),))),
    "phrases": lambda plan: with_frame(plan, phrases={"exporting": ("sell abroad",)}),
    "encoder": _other_encoder,
    "its name": _other_name,
    "second encoder": lambda plan: replace(plan, multilingual="0" * 64),
    "calibration": lambda plan: with_frame(plan, calibration=calibration_of(plan)),
    "a threshold": lambda plan: with_frame(
        plan, calibration=replace(calibration_of(plan), answer_threshold=0.6)
    ),
    "figures": lambda plan: with_frame(plan, relevance=REPORT),
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


@pytest.mark.parametrize("name", CHANGES)
def test_what_is_made_of_a_case_follows_from_little_more_than_itself(plan, name):
    """What is around the cases counts for the snapshot; the vocabulary and encoders for all."""
    other = CHANGES[name](plan)

    of_one = {"a case", "the text of a case", "what is made of all cases"}
    of_some = {"the label of a country"}
    of_all = {"encoder", "second encoder"}
    assert (other.made_by != plan.made_by) == (name in of_all)
    if name in of_one | of_some:
        same = [one for one, made in plan.made_of.items() if other.made_of.get(one) == made]
        assert 0 < len(same) < len(plan.made_of)
    else:
        assert other.made_of == plan.made_of


def test_a_label_of_the_vocabulary_counts_for_every_case(plan):
    """Labels stand in passages and words."""
    taxonomy = plan.frame.taxonomy
    first, *others = taxonomy["projects"].terms
    terms = (replace(first, label="Elsewhere"), *others)
    vocabularies = {
        **taxonomy.vocabularies,
        "projects": replace(taxonomy["projects"], terms=terms),
    }

    other = with_frame(plan, taxonomy=replace(taxonomy, vocabularies=vocabularies))

    assert other.made_by != plan.made_by
    assert other.made_of == plan.made_of
