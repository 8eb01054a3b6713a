"""A draft beside a snapshot is ranked as a build with the draft ranks it."""

from __future__ import annotations

import json
from dataclasses import asdict, replace
from pathlib import Path

import pytest

from kb.drafting.found_by import ANSWERS, LABELS, SUITS, TITLE, WANTED, Search
from kb.drafting.preview import Preview, preview
from kb.drafting.same import MAY_BE_SAME
from kb.drafting.trial import Trial
from kb.indexing.pipeline import build
from kb.model.calibration import Answerability, Calibration, Weights
from kb.model.cases import Case, Source
from kb.search.opening import open_current
from kb.search.searcher import Searcher
from kb.settings import Settings
from tests.toy import copy_toy_corpus, settings_of_toy

DRAFT = """\
---
title: Zyblox weavers of Portugal export textile
kind: network
country: Portugal
type: vertical
project: [exporting, staff-training]
sectors: [textiles-clothing]
members: {count: 3, who: weavers}
results: []
summary: Three weavers train their staff and export textile.
sources:
  - {key: doe-2001, locator: p. 4}
role_model_for: [Weavers who want to export textile, Owners who train together]
answers: ["How do weavers export textile?"]
related: [norway/textile-exporters]
---

## Situation

Wine was no concern of the weavers of Zyblox.

## What they did together

They purchase metal looms, export textile and train.
"""
WANTED_FILE = """\
Weavers in Portugal:
  - weavers who export textile
  - metal ovens
Bakers:
  - purchase ovens
"""
#: What is asked of both: words of the draft, slips, phrases, places, and nothing of it.
TEXTS = (
    "export textile", "textile", "Zyblox", "zyblox weavers", "wine", "purchase metal looms",
    "train staff in Portugal", "textile firms in Norway", '"train their staff"', "metal -textile",
    "not Portugal but textile", "exporting", "Weavers who want to export textile", "bakers", "loom",
)  # fmt: skip


def calibration_of(digest: str) -> Calibration:
    """One in which every kind of evidence counts."""
    weights = Weights(
        meaning=1.0, multilingual=0.0, words=2.0, audience=0.9, named=0.4, linked=0.3, slope=4.0,
        behind=-0.5, constant=-2.0,
    )  # fmt: skip
    answers = Answerability(
        meaning=2.0, multilingual=0.0, words=1.0, coverage_by_all=1.0, coverage_by_one=0.5,
        english=0.1, constant=-1.0, query=(), several=0.3, named=0.2,
    )  # fmt: skip
    return Calibration(
        encoder=digest, multilingual="", english=weights, other=weights, answerability=answers,
        answer_threshold=0.05, least_score=0.01, n_queries=1,
    )  # fmt: skip


@pytest.fixture(name="calibrated", scope="module")
def _calibrated(tmp_path_factory, tiny_encoder) -> Settings:
    """A toy compendium with a calibration, and with questions that nothing answers."""
    folder = tmp_path_factory.mktemp("drafting")
    settings = settings_of_toy(copy_toy_corpus(folder / "cases"), folder / "index", tiny_encoder)
    (settings.cases / "wanted.yaml").write_text(WANTED_FILE)
    build(settings)
    digest = open_current(settings).manifest.encoder.digest
    text = json.dumps([asdict(calibration_of(digest))])
    (settings.cases / "calibration.json").write_text(text)
    build(settings)
    return settings


@pytest.fixture(name="before", scope="module")
def _before(calibrated) -> Searcher:
    searcher = open_current(calibrated)
    assert searcher.compendium.calibration is not None
    return searcher


def after(settings: Settings, folder: Path, draft: str, case_id: str) -> Searcher:
    """The searcher of a build that has the draft, too."""
    cases = copy_toy_corpus(folder / "cases")
    for name in ("wanted.yaml", "calibration.json"):
        (cases / name).write_bytes((settings.cases / name).read_bytes())
    (cases / case_id).parent.mkdir(exist_ok=True)
    (cases / f"{case_id}.md").write_text(draft)
    other = settings_of_toy(cases, folder / "index", settings.model)
    build(other)
    return open_current(other)


@pytest.mark.parametrize("case_id", ["spain/zyblox", "aaa/first", "norway/metal-buyers"])
def test_scores_and_ranks_are_those_of_a_build(calibrated, before, tmp_path, case_id):
    """Of every case and every text to the last digit: a new case, and another text of one."""
    built = after(calibrated, tmp_path, DRAFT.replace("Portugal", "Spain"), case_id)
    trial = Trial(draft=built.case(case_id), searcher=before)

    for text in (*TEXTS, *(case.title for case in built.cases)):
        asked = trial.ranking.analyser.analyse(text, exact=True)
        expected = built.scores_of(built.analyser.analyse(text, exact=True))
        assert dict(trial.ranking.scores_of(asked)) == dict(expected), text
    assert_places_of(preview(built.case(case_id), before, whole=True), built, case_id)


def test_in_a_country_without_a_case_the_places_are_those_of_a_build(calibrated, before, tmp_path):
    """Scores are off by less than 0.01: its official names count as words until it has a case."""
    case_id = "portugal/zyblox"
    built = after(calibrated, tmp_path, DRAFT, case_id)
    trial = Trial(draft=built.case(case_id), searcher=before)

    for text in TEXTS:
        asked = trial.ranking.analyser.analyse(text, exact=True)
        found = trial.ranking.scores_of(asked)
        expected = built.scores_of(built.analyser.analyse(text, exact=True))
        assert found.keys() == expected.keys()
        assert max((abs(found[one] - expected[one]) for one in found), default=0) < 0.01
    assert_places_of(preview(built.case(case_id), before, whole=True), built, case_id)


def assert_places_of(found: Preview, built: Searcher, case_id: str) -> None:
    """Every search puts the draft where the build does."""
    assert found.searches
    for one in found.searches:
        scores = built.found_scores(one.text)
        order = sorted(scores, key=lambda other: (-scores[other], other))
        assert (one.rank, one.total) == (order.index(case_id) + 1, len(order)), one


def test_facets_are_counted_as_after_a_build(calibrated, before, tmp_path):
    """With the draft, and new where no other case has the value."""
    built = after(calibrated, tmp_path, DRAFT, "portugal/zyblox")
    found = preview(built.case("portugal/zyblox"), before).facets

    counted = built.counts_of_all
    assert [(one.facet, one.value, one.count) for one in found] == [
        (one.facet, one.value, counted[one.facet][one.value]) for one in found
    ]
    assert [(one.label, one.count) for one in found if one.is_new] == [("Portugal", 1)]
    assert {one.facet for one in found} == {"country", "type", "project", "sector", "kind"}


def draft_of(before: Searcher, **changes) -> Case:
    """A toy case that a draft begins from."""
    return replace(before.case("norway/textile-exporters"), id="norway/new", **changes)


def test_a_case_told_again_may_be_the_same(before):
    """With what both share, the strongest first; the case itself is never compared with itself."""
    draft = draft_of(
        before, title="Textile firms sell", sources=(Source(key="doe-2001", locator="p. 4"),)
    )
    first = preview(draft, before).near[0]

    assert (first.case.id, first.may_be_same) == ("norway/textile-exporters", True)
    assert first.likeness >= MAY_BE_SAME
    assert [point.kind for point in first.shared] == [
        *("source", "locator", "words", "country", "sector", "project")
    ]
    assert str(first.shared[1]) == "the same place in it: p. 4"
    assert str(first.shared[3]) == "the same country: Norway"
    itself = preview(before.case("norway/textile-exporters"), before)
    assert "norway/textile-exporters" not in [one.case.id for one in itself.near]
    assert (preview(draft, before).is_new, itself.is_new) == (True, False)


def test_the_same_title_is_enough(before):
    """In any case of the letters; whatever the rest says."""
    draft = draft_of(before, title="WINE makers export together", summary="Of something else.")

    found = preview(draft, before).may_be_same

    assert [one.case.id for one in found] == ["france/wine-exporters"]
    assert found[0].shared[0].kind == "title"


def test_where_none_may_be_the_same_the_nearest_are_told(before):
    """And each says that it is not."""
    draft = draft_of(before, title="Bakers", summary="Bakers bake bread.", body="", sources=())

    found = preview(draft, before)

    assert (len(found.near), found.may_be_same) == (3, ())


def test_a_draft_of_which_nothing_is_written(before):
    """Is answered: no search without words, and no case that may be the same."""
    empty = Case(
        id="norway/empty", title="", kind="network", summary="", body="", facets={}, results=(),
        sources=(),
    )  # fmt: skip

    found = preview(empty, before, whole=True)

    assert (found.searches, found.facets, found.may_be_same) == ((), (), ())


def test_what_a_draft_suggests_to_search_for(calibrated, before, tmp_path):
    """Its title, its lines, its labels, and what is wanted that it answers; each once."""
    draft = after(calibrated, tmp_path, DRAFT, "portugal/zyblox").case("portugal/zyblox")

    whole, quick = preview(draft, before, whole=True), preview(draft, before)

    assert [(one.by, one.text, one.wanted) for one in whole.searches] == [
        (TITLE, "Zyblox weavers of Portugal export textile", ""),
        (SUITS, "Weavers who want to export textile", ""),
        (SUITS, "Owners who train together", ""),
        (ANSWERS, "How do weavers export textile?", ""),
        (LABELS, "textiles, clothing and footwear exporting Portugal", ""),
        (LABELS, "textiles, clothing and footwear staff training Portugal", ""),
        (LABELS, "textiles, clothing and footwear Portugal", ""),
        (WANTED, "weavers who export textile", "Weavers in Portugal"),
    ]
    assert [one.by for one in quick.searches] == [SUITS, LABELS, WANTED]
    by_text = {one.text: one for one in whole.searches}
    for one in quick.searches:  # what is not read can only lift it
        assert not one.rank or one.rank >= (by_text[one.text].rank or 99)
    assert whole.searches[0] == Search(
        text="Zyblox weavers of Portugal export textile", by=TITLE, rank=1,
        total=whole.searches[0].total,
    )  # fmt: skip


def test_a_search_of_the_snapshot_is_what_it_was(before):
    """A preview leaves nothing behind."""
    scores = dict(before.found_scores("export textile"))
    preview(draft_of(before), before, whole=True)

    assert dict(before.found_scores("export textile")) == scores
    assert "norway/new" not in scores
