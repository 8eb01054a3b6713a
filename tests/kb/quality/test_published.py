"""How good the search of the real compendium is, and that nothing was tuned on what measures it."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable

import pytest

from kb.content.files import judged_folder
from kb.encoders.multilingual import multilingual_digest
from kb.encoders.sentence_transformer import find_model
from kb.model.calibration import Calibration, read_calibrations
from kb.model.relevance import Figure, Report, read_report
from kb.quality.calibrate import Sample, calibrate
from kb.quality.evaluate import evaluate_judged
from kb.quality.evaluate_profiles import evaluate_profiles
from kb.quality.judged import KINDS, SPLITS, JudgedQuery, read_judged
from kb.quality.judged_profiles import read_profiles
from kb.search.searcher import Searcher
from kb.settings import read_settings
from tests.toy import FIRST_COLLECTION, ROOT

#: Queries, profiles and figures are those of one collection, and are measured on it alone.
JUDGED = judged_folder(ROOT / "cases", FIRST_COLLECTION)

#: Least mean nDCG@10 of the fused search on the test split. Each is the published mean
#: (relevance.json) less half the width of its 95% interval, rounded down to two
#: digits: a change that falls below is worse than chance between queries explains.
FLOORS = {"English": 0.73, "other languages": 0.73, "typing errors": 0.80}

#: The same for role models of judged profiles: 0.809 [0.735, 0.871] when it was last measured.
PROFILES_FLOOR = 0.74


def quietly(items: Iterable, _: str) -> Iterable:
    """No bar."""
    return items


@pytest.fixture(name="searcher", scope="module")
def _searcher(real_live) -> Searcher:
    return real_live.current()


@pytest.fixture(name="judged", scope="module")
def _judged(searcher: Searcher) -> tuple[JudgedQuery, ...]:
    return read_judged(JUDGED / "queries.jsonl", [case.id for case in searcher.cases])


@pytest.fixture(name="measured", scope="module")
def _measured(searcher: Searcher, judged: tuple[JudgedQuery, ...]) -> Report:
    """The search as it is now, on queries that nothing was tuned on."""
    chosen = [query for query in judged if query.split == "test"]
    return evaluate_judged(searcher, chosen, split="test", progress=quietly)


@pytest.fixture(name="calibration", scope="module")
def _calibration() -> Calibration:
    """The calibration for the default encoders."""
    wanted = (find_model(read_settings({}).model).digest, multilingual_digest())
    found = read_calibrations(JUDGED / "calibration.json")
    (calibration,) = [c for c in found if (c.encoder, c.multilingual) == wanted]
    return calibration


def published() -> Report:
    """The published figures; there must be some."""
    report = read_report(JUDGED / "relevance.json")
    if report is None:
        pytest.fail(f"{JUDGED / 'relevance.json'} is missing; run 'kb evaluate --publish'.")
    return report


def ndcg(report: Report, group: str) -> Figure:
    """The figure of the fused search for one group of queries."""
    (found,) = [one for one in report.groups if one.name == group]
    return found.figures["fused"]["nDCG@10"]


@pytest.mark.parametrize("group", FLOORS)
def test_search_is_no_worse_than_it_was(measured, group):
    """Mean nDCG@10 of each group of test queries stays above its floor."""
    assert ndcg(measured, group).mean >= FLOORS[group]


def test_role_models_are_no_worse_than_they_were(searcher):
    """On the judged profiles of the test split: above the floor, and above a search."""
    judged = read_profiles(JUDGED / "profiles.jsonl", searcher.cases, searcher.taxonomy)
    chosen = [one for one in judged if one.split == "test"]

    report = evaluate_profiles(searcher, chosen, split="test", progress=quietly)

    figures = report.groups[0].figures
    assert figures["role models"]["nDCG@10"].mean >= PROFILES_FLOOR
    assert figures["role models"]["nDCG@10"].mean > figures["text search"]["nDCG@10"].mean


@pytest.mark.parametrize("group", FLOORS)
def test_floors_are_those_of_the_published_figures(group):
    """A floor is the published mean less half its interval: when figures rise, so does it."""
    figure = ndcg(published(), group)

    floor = figure.mean - (figure.high - figure.low) / 2
    assert FLOORS[group] == pytest.approx(floor, abs=0.02)


@pytest.mark.parametrize("group", FLOORS)
def test_what_is_published_is_what_is_served(measured, group):
    """The published figures are of the test split, and those of today lie in their intervals."""
    report = published()
    figure = ndcg(report, group)

    assert (report.name, report.split) == ("judged queries", "test")
    assert figure.low <= ndcg(measured, group).mean <= figure.high


def test_meaning_and_words_together_are_better_than_either(measured):
    """Over all test queries the fused search beats both of its parts."""
    (everything,) = [group for group in measured.groups if group.name == "all"]
    means = {name: figures["nDCG@10"].mean for name, figures in everything.figures.items()}

    assert max(means, key=means.get) == "fused"


def test_there_are_enough_queries(judged):
    """There are enough queries of each sort to measure it, and of each in both splits."""
    counts = Counter(query.kind for query in judged)
    foreign = [query for query in judged if query.language != "en"]

    assert len(judged) >= 220
    assert len(foreign) >= 40
    assert counts["typo"] >= 30
    assert counts["negative"] >= 40
    assert {(query.split, query.kind) for query in judged} == {
        (split, kind) for split in SPLITS for kind in KINDS
    }
    assert {query.split for query in foreign} == set(SPLITS)


def test_the_splits_have_no_query_in_common(judged):
    """No query is in both splits, under another id or in another spelling either."""
    texts = {
        split: {
            re.sub(r"\W+", " ", query.text.casefold()).strip() or query.text
            for query in judged
            if query.split == split
        }
        for split in SPLITS
    }

    assert texts["tune"] & texts["test"] == set()
    assert len({query.id for query in judged}) == len(judged)


def test_every_judgment_is_of_a_case_that_exists(judged, searcher):
    """Judged ids are ids of cases, and only the negative controls have none."""
    known = {case.id for case in searcher.cases}

    assert {case_id for query in judged for case_id in query.relevance} - known == set()
    assert [query.id for query in judged if not query.relevance] == [
        query.id for query in judged if query.kind == "negative"
    ]


def test_the_calibration_is_that_of_the_default_encoders(calibration, searcher):
    """The default build is calibrated: what it serves is the calibration in the file."""
    assert searcher.compendium.calibration == calibration
    assert len(calibration.answerability.query) == searcher.manifest.multilingual.dimension


def test_the_calibration_was_derived_from_the_tune_split_only(calibration, judged, searcher):
    """The tune split alone gives the same weights and thresholds again."""
    tune = [query for query in judged if query.split == "tune"]
    samples = [Sample(query=query, evidence=searcher.evidence(query.text)) for query in tune]

    again = calibrate(
        samples,
        encoder=calibration.encoder,
        multilingual=calibration.multilingual,
    )

    def chosen(one: Calibration) -> list[tuple[float, ...]]:
        both = (one.english, one.other)
        return [(w.meaning, w.multilingual, w.words, w.linked) for w in both]

    assert calibration.n_queries == again.n_queries == len(tune)
    assert chosen(calibration) == chosen(again)
    assert (calibration.answer_threshold, calibration.relative_cutoff) == pytest.approx(
        (again.answer_threshold, again.relative_cutoff), abs=0.02
    )
