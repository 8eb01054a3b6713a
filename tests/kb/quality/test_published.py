"""How good the search of the real compendium is, and that nothing was tuned on what measures it.

A test split of the whole compendium is measured once, and no test asks it again. Whether a
change makes the search worse the tuning queries of the first collection tell.
"""

from __future__ import annotations

import json
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

CASES = ROOT / "cases"
#: What was judged of one collection, and is measured on it alone.
JUDGED = judged_folder(CASES, FIRST_COLLECTION)

#: Least mean nDCG@10 of the fused search on the tuning queries of the first collection: what it
#: was, less half the width of its 95% interval, rounded down to two digits. A change that
#: falls below is worse than chance between queries explains.
FLOORS = {"English": 0.72, "other languages": 0.64, "typing errors": 0.78}

#: The same for role models of judged profiles: 0.770 when it was last measured.
PROFILES_FLOOR = 0.71

#: How the ids of the last test split begin, which is tuning data since.
LAST_TEST = "t4-"


def quietly(items: Iterable, _: str) -> Iterable:
    """No bar."""
    return items


@pytest.fixture(name="searcher", scope="module")
def _searcher(real_live) -> Searcher:
    return real_live.current()


@pytest.fixture(name="judged", scope="module")
def _judged(searcher: Searcher) -> tuple[JudgedQuery, ...]:
    return read_judged(JUDGED / "queries.jsonl", list(searcher.compendium.by_id))


@pytest.fixture(name="whole", scope="module")
def _whole(whole_live) -> tuple[JudgedQuery, ...]:
    """What was judged over the whole compendium."""
    ids = list(whole_live.current().compendium.by_id)
    return read_judged(CASES / "queries.jsonl", ids)


@pytest.fixture(name="calibration", scope="module")
def _calibration() -> Calibration:
    """The calibration for the default encoders."""
    wanted = (find_model(read_settings({}).model).digest, multilingual_digest())
    found = read_calibrations(JUDGED / "calibration.json")
    (calibration,) = [c for c in found if (c.encoder, c.multilingual) == wanted]
    return calibration


def ndcg(report: Report, group: str) -> Figure:
    """The figure of the fused search for one group of queries."""
    (found,) = [one for one in report.groups if one.name == group]
    return found.figures["fused"]["nDCG@10"]


def test_role_models_are_no_worse_than_they_were(searcher):
    """On the judged profiles of the tune split: above the floor, and above a search."""
    judged = read_profiles(JUDGED / "profiles.jsonl", searcher.cases, searcher.taxonomy)
    chosen = [one for one in judged if one.split == "tune"]

    report = evaluate_profiles(searcher, chosen, split="tune", progress=quietly)

    figures = report.groups[0].figures
    assert figures["role models"]["nDCG@10"].mean >= PROFILES_FLOOR
    assert figures["role models"]["nDCG@10"].mean > figures["text search"]["nDCG@10"].mean


def measured_once() -> list[dict]:
    """The queries whose figures are published: the test split, or the last one where it is empty.

    Those that are tuning data since then stand under the ids of the last test split.
    """
    lines = (CASES / "queries.jsonl").read_text("utf-8").splitlines()
    every = [json.loads(line) for line in lines]
    test = [one for one in every if one["split"] == "test"]
    return test or [one for one in every if one["id"].startswith(LAST_TEST)]


def test_what_is_published_was_measured_once(whole_live):
    """The figures of the whole compendium, of every test query, are those that it shows.

    They say so where these queries are tuning data since.
    """
    report = read_report(CASES / "relevance.json")
    test = measured_once()
    answered = sum(bool(one["relevance"]) for one in test)
    split = "test" if test[0]["split"] == "test" else "earlier"

    assert report is not None
    assert whole_live.current().compendium.relevance == report
    assert (report.name, report.split, report.collection) == ("judged queries", split, "")
    assert report.groups[0].n == report.refusal.n_answerable == answered
    assert report.refusal.n_negative == len(test) - answered


def test_search_is_no_worse_than_it_was_and_better_than_its_parts(searcher, judged):
    """Mean nDCG@10 of each group of queries stays above its floor.

    Over all queries the fused search beats its parts, and their lists joined by rank. One test
    asks both: the measurement takes longest, and each process of a run would make its own.
    """
    measured = evaluate_judged(searcher, judged, split="tune", progress=quietly)

    below = {group for group in FLOORS if ndcg(measured, group).mean < FLOORS[group]}
    (everything,) = [group for group in measured.groups if group.name == "all"]
    means = {name: figures["nDCG@10"].mean for name, figures in everything.figures.items()}
    assert below == set()
    assert max(means, key=means.get) == "fused"


def test_there_are_enough_queries(whole):
    """There are enough queries of each sort to measure it, and of each to choose weights by."""
    ids = {one["id"] for one in measured_once()}
    test = [query for query in whole if query.id in ids]
    counts = Counter(query.kind for query in test)
    foreign = [query for query in test if query.language != "en" and query.relevance]

    assert sum(bool(query.relevance) for query in test) >= 160
    assert len(foreign) >= 50
    assert counts["typo"] >= 20
    assert counts["negative"] >= 60
    assert {query.kind for query in whole if query.id not in ids} == set(KINDS)


def test_the_splits_have_no_query_in_common(whole, judged):
    """No query is in both splits, under another id or in another spelling either."""
    texts = {
        split: {
            re.sub(r"\W+", " ", query.text.casefold()).strip() or query.text
            for query in (*whole, *judged)
            if query.split == split
        }
        for split in SPLITS
    }

    assert {query.split for query in judged} == {"tune"}
    assert texts["tune"] & texts["test"] <= TYPED_BY_BOTH
    assert len({query.id for query in whole}) == len(whole)
    assert len({query.id for query in judged}) == len(judged)


#: What writers who did not know of each other both typed.
TYPED_BY_BOTH = {
    *("beekeepers", "black holes", "butchers", "cabeleireiros", "capital of mongolia"),
    *("dinosaurs", "franchising", "hairdressers", "joiners", "opticians", "plumbers", "potters"),
    "python list comprehension",
}


def test_every_judgment_is_of_a_case_that_exists(judged, whole, searcher):
    """Judged ids are ids of cases, and only the negative controls have none."""
    known = set(searcher.compendium.by_id)

    assert {case_id for query in judged for case_id in query.relevance} - known == set()
    for queries in (judged, whole):
        assert [query.id for query in queries if not query.relevance] == [
            query.id for query in queries if query.kind == "negative"
        ]


def test_the_calibration_is_that_of_the_default_encoders(calibration, searcher):
    """The default build is calibrated: what it serves is the calibration in the file."""
    assert searcher.compendium.calibration == calibration
    assert len(calibration.answerability.query) == searcher.manifest.encoder.dimension


def test_the_calibration_was_derived_from_these_queries(calibration, judged, searcher):
    """They give the same weights and thresholds again."""
    samples = [Sample(query=query, evidence=searcher.evidence(query.text)) for query in judged]

    again = calibrate(samples, encoder=calibration.encoder, multilingual=calibration.multilingual)

    def chosen(one: Calibration) -> list[tuple[float, ...]]:
        both = (one.english, one.other)
        return [(w.meaning, w.multilingual, w.words, w.audience, w.named, w.linked) for w in both]

    assert calibration.n_queries == again.n_queries == len(judged)
    assert chosen(calibration) == chosen(again)
    assert (calibration.answer_threshold, calibration.least_score) == pytest.approx(
        (again.answer_threshold, again.least_score), abs=0.02
    )
