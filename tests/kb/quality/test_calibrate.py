"""Calibration from synthetic evidence whose best weights are known."""

from __future__ import annotations

import functools
from dataclasses import replace
from zlib import crc32

import numpy as np
import pytest

from kb.engine.base import Document
from kb.engine.local.engine import LocalEngine
from kb.model.calibration import Calibration
from kb.quality.calibrate import (
    FOLDS,
    GRID,
    LEAST_SHARE,
    LOST_CASES,
    LOST_OF_FIRST,
    LOST_QUERIES,
    Sample,
    calibrate,
    common_of,
)
from kb.quality.judged import JudgedQuery
from kb.quality.measure import per_query
from kb.search.evidence import Evidence, weights_for
from kb.search.scoring import answerability, relevance, scores, weighted_sum
from kb.snapshots.vector_sets import AUDIENCE, PASSAGES
from tests.kb.search.engines import engine_in, engine_of

#: The vector of the multilingual encoder of every fifth query, and those of the others.
SECOND = np.array([[1.0, 0.0, 0.0], *[[0.0, 1.0, 0.0]] * 2, *[[0.0, 0.8, 0.6]] * 2])
CASE_IDS = tuple(f"case-{number:02}" for number in range(20))


@functools.cache
def engine() -> LocalEngine:
    """One that knows the cases by their ids."""
    with engine_of(Document(id=case_id, words="") for case_id in CASE_IDS) as made:
        return made  # what was opened does not need its files any more


def sample(
    rng: np.random.Generator, number: int, *, negative: bool, english: bool, ease: float
) -> Sample:
    """A query whose relevant cases have more of every evidence; a negative one has none."""
    relevant = () if negative else rng.choice(len(CASE_IDS), size=3, replace=False)
    lift = np.zeros(len(CASE_IDS))
    lift[list(relevant)] = rng.uniform(0.0, ease, size=len(relevant))
    query = JudgedQuery(
        id=f"q{number}",
        split="tune",
        text=f"query {number}",
        persona="owner",
        language="en" if english else "fr",
        kind="negative" if negative else "plain",
        need=f"need {number}",
        relevance={CASE_IDS[column]: 1 + int(column % 2) for column in relevant},
    )
    topic = np.array([-1.0 if negative else 1.0, rng.normal()])
    evidence = Evidence(
        engine=engine(),
        rows=np.arange(len(CASE_IDS)),
        of_all=True,
        meaning=rng.uniform(0.0, 0.4, len(CASE_IDS)) + (lift if english else 0),
        passage=rng.uniform(0.0, 0.4, len(CASE_IDS)),
        audience=np.full(len(CASE_IDS), -1.0),
        # That encoder is not asked for English.
        multilingual=(rng.uniform(0.0, 0.4, len(CASE_IDS)) + lift) * (not english),
        words=rng.uniform(0.0, 0.1, len(CASE_IDS)) + lift / 2,
        named=np.zeros(len(CASE_IDS)),
        query=topic / np.linalg.norm(topic),
        best_passage=np.full(len(CASE_IDS), -1),
        best_line=np.full(len(CASE_IDS), -1),
        english=english,
        coverage_by_all=rng.uniform(0.0, 0.5) if negative else rng.uniform(0.3, 1.0),
        coverage_by_one=rng.uniform(0.0, 0.3) if negative else rng.uniform(0.1, 0.5),
    )
    return Sample(query=query, evidence=evidence)


def ninety_samples(ease: float) -> tuple[Sample, ...]:
    """Ninety queries: two in three English, one in five without an answer."""
    rng = np.random.default_rng(1998)
    return tuple(
        sample(rng, number, negative=number % 5 == 0, english=number % 3 != 0, ease=ease)
        for number in range(90)
    )


@pytest.fixture(name="samples", scope="module")
def _samples() -> tuple[Sample, ...]:
    return ninety_samples(ease=0.5)


@pytest.fixture(name="calibration", scope="module")
def _calibration(samples) -> Calibration:
    return calibrate(samples, encoder="e", multilingual="m")


def test_a_calibration_says_what_it_belongs_to(calibration):
    """Digests, the number of queries, and one weight for each number of the query vector."""
    assert (calibration.encoder, calibration.multilingual) == ("e", "m")
    assert (calibration.n_queries, len(calibration.answerability.query)) == (90, 2)


def test_a_calibration_keeps_what_was_taken_from_its_queries(samples, calibration):
    """So that a search takes the same from its queries; nothing, where nothing was."""
    kept = calibrate(samples, encoder="e", multilingual="m", common=(0.25, -0.125))

    assert calibration.common == ()
    assert kept == replace(calibration, common=(0.25, -0.125))


def test_texts_have_half_of_their_mean_in_common(tmp_path):
    """Every passage and every line counts as one, at length one; nothing without texts."""
    documents = [Document(id=name, words="") for name in ("a", "b")]
    passages = np.array([(2, 0, 0), (0, 3, 0), (5, 0, 0)], dtype=np.float32)
    lines = np.array([(0, 0, 4)], dtype=np.float32)
    sets = {PASSAGES.name: ("aab", passages), AUDIENCE.name: ("b", lines)}

    assert common_of(engine_in(tmp_path / "both", documents, **sets)) == (0.25, 0.125, 0.125)
    alone = engine_in(tmp_path / "one", documents, **{PASSAGES.name: ("aab", passages)})
    assert common_of(alone) == (0.3333, 0.1667, 0.0)
    assert common_of(engine()) == ()


def test_the_same_samples_give_the_same_calibration(samples, calibration):
    """Nothing about a calibration is left to chance."""
    assert calibrate(samples, encoder="e", multilingual="m") == calibration


def test_one_query_of_the_test_split_is_refused(samples):
    """The test split is never seen, not even one query of it."""
    seen = replace(samples[7], query=replace(samples[7].query, split="test"))

    with pytest.raises(ValueError) as raised:  # noqa: PT011 - the message is compared whole
        calibrate([*samples[:7], seen, *samples[8:]], encoder="e", multilingual="m")

    assert str(raised.value) == "calibration must only see the tune split"


@pytest.mark.parametrize("chosen", ["none", "one", "negative", "everything relevant"])
def test_too_few_answers_are_refused(samples, chosen):
    """Without queries that some cases answer and others do not, there is nothing to learn."""
    everything = replace(samples[1].query, relevance=dict.fromkeys(CASE_IDS, 1))
    few = {
        "none": [],
        "one": [samples[1]],
        "negative": [s for s in samples if not s.query.relevance],
        "everything relevant": [replace(samples[1], query=everything)] * 20,
    }

    with pytest.raises(ValueError) as raised:  # noqa: PT011 - the message is compared whole
        calibrate(few[chosen], encoder="e", multilingual="m")

    assert str(raised.value) == "calibration needs queries with an answer"


def quality(samples, weights) -> float:
    """Mean nDCG@10 of the order that the weights give."""
    run = {}
    for one in samples:
        total = weighted_sum(one.evidence, weights)
        order = np.argsort(-total, kind="stable")
        run[one.query.id] = [(CASE_IDS[column], float(total[column])) for column in order]
    values = per_query(run, {one.query.id: one.query.relevance for one in samples})
    return float(np.mean(list(values["nDCG@10"].values())))


@pytest.mark.parametrize("name", GRID)
def test_no_other_value_of_one_weight_is_better(samples, calibration, name):
    """Changing any one weight to another value of its grid does not raise nDCG@10 in English."""
    judged = [s for s in samples if s.query.relevance and s.evidence.english]
    chosen = calibration.english

    others = [quality(judged, replace(chosen, **{name: value})) for value in GRID[name]]

    assert quality(judged, chosen) >= max(others) - 2e-4
    assert (chosen.meaning, getattr(chosen, name) in GRID[name]) == (1.0, True)


def test_other_languages_have_the_best_weights_of_the_grid(samples, calibration):
    """No other weights of the words and of the multilingual encoder are better; both count."""
    judged = [s for s in samples if s.query.relevance and not s.evidence.english]
    tried = [
        replace(calibration.other, multilingual=multilingual, words=words)
        for multilingual in GRID["multilingual"]
        for words in GRID["words"]
    ]

    found = [quality(judged, weights) for weights in tried]

    assert quality(judged, calibration.other) >= max(found) - 1e-4
    assert calibration.other.multilingual > 0


def test_scores_tell_relevant_cases_and_answered_queries(samples, calibration):
    """Relevant cases score more than others on average, and more for what the compendium has."""
    relevant, others, negative = [], [], []
    for one in samples:
        for case_id, score in zip(CASE_IDS, scores(one.evidence, calibration), strict=True):
            if case_id in one.query.relevance:
                relevant.append(score)
            else:
                (others if one.query.relevance else negative).append(score)

    assert np.mean(relevant) > 3 * np.mean(others)
    assert np.mean(others) > 3 * np.mean(negative)
    n_relevant = sum(len(one.query.relevance) for one in samples)
    mean = np.mean([*relevant, *others, *negative])
    assert mean == pytest.approx(n_relevant / (90 * len(CASE_IDS)), abs=0.01)


def answered_unseen(samples, *, by_writer: bool = False) -> np.ndarray:
    """The probability of each query, by a gate from the other folds: a need is in one of them.

    Or the queries of one writer, whose name is the first letter of their ids.
    """
    from sklearn.linear_model import LogisticRegression

    def features(one: Sample) -> list[float]:
        evidence = one.evidence
        several = np.mean(sorted(evidence.meaning, reverse=True)[:5])
        best = [evidence.multilingual.max(), evidence.words.max(), evidence.named.max()]
        coverage = [evidence.coverage_by_all, evidence.coverage_by_one]
        return [evidence.meaning.max(), several, *best, *coverage, evidence.english]

    values = np.array([features(one) for one in samples], dtype=float)
    queries = 4.0 * np.array([one.evidence.query for one in samples])
    answered = np.array([bool(one.query.relevance) for one in samples])
    fold = np.array(
        ["abc".index(one.query.id[0]) for one in samples]
        if by_writer
        else [crc32(one.query.need.encode()) % FOLDS for one in samples]
    )
    found = np.zeros(len(samples))
    for at in sorted(set(fold.tolist())):
        seen = fold != at
        mean, spread = values[seen].mean(axis=0), values[seen].std(axis=0)
        spread[spread == 0] = 1.0  # no value of a facet is named
        rows = np.column_stack([(values - mean) / spread, queries])
        model = LogisticRegression(C=0.1, max_iter=10_000).fit(rows[seen], answered[seen])
        found[~seen] = model.predict_proba(rows[~seen])[:, 1]
    return found


def share_below(values: list[float], threshold: float) -> float:
    """How many of the values miss a threshold, as a share of 1."""
    return sum(value < threshold for value in values) / len(values)


@pytest.mark.parametrize("by_writer", [False, True], ids=["by need", "by writer"])
@pytest.mark.parametrize("ease", [0.5, 0.05], ids=["easy", "hard"])
def test_thresholds_are_the_highest_that_lose_little(ease, by_writer):
    """The gate loses at most 3% of the queries that a case answers just as wanted.

    Of the relevant cases of those that pass it the least score loses at most half, and that of
    the first ten at most 3% of the relevant ones among them, by the scores with gates that have not
    seen the query, nor any other of its need or writer. A step more would lose too many.
    """
    samples = ninety_samples(ease)
    if by_writer:
        samples = [
            replace(one, query=replace(one.query, id=f"{'abc'[at % 3]}-{at}"))
            for at, one in enumerate(samples)
        ]
    calibration = calibrate(samples, encoder="e", multilingual="m")

    unseen = answered_unseen(samples, by_writer=by_writer)
    threshold, least = calibration.answer_threshold, calibration.least_score
    best = [
        value
        for value, one in zip(unseen, samples, strict=True)
        if 2 in one.query.relevance.values()
    ]
    shown, of_first = [], []
    for value, one in zip(unseen, samples, strict=True):
        if value < threshold - 1e-6:
            continue
        weights = weights_for(calibration, english=one.evidence.english)
        scored = relevance(one.evidence, weights, value)
        tenth = sorted(scored)[-10]
        for case_id, score in zip(CASE_IDS, scored, strict=True):
            if case_id in one.query.relevance:
                shown.append(score)
                of_first += [score] if score >= tenth else []
    assert (LOST_QUERIES, LOST_CASES, LOST_OF_FIRST) == (0.03, 0.5, 0.03)
    assert calibration.least_share == LEAST_SHARE == 0.4
    assert share_below(best, threshold - 1e-3) <= LOST_QUERIES
    assert share_below(best, threshold + 1e-3) > LOST_QUERIES
    assert share_below(shown, least - 1e-3) <= LOST_CASES
    assert share_below(shown, least + 1e-3) > LOST_CASES
    assert share_below(of_first, calibration.least_of_first - 1e-3) <= LOST_OF_FIRST
    assert share_below(of_first, calibration.least_of_first + 1e-3) > LOST_OF_FIRST


def test_the_gate_tells_what_the_compendium_answers(samples, calibration):
    """Queries with an answer pass more surely than negative controls."""
    found = {True: [], False: []}
    for one in samples:
        found[bool(one.query.relevance)].append(
            answerability(one.evidence, calibration.answerability)
        )

    assert np.mean(found[True]) > 0.9
    assert np.mean(found[False]) < 0.1


def test_without_negative_controls_the_gate_is_open(samples):
    """There is nothing to refuse by: every query passes."""
    judged = [one for one in samples if one.query.relevance]

    found = calibrate(judged, encoder="e", multilingual="m")

    gates = [answerability(one.evidence, found.answerability) for one in samples]
    assert (min(gates) > 0.99, found.answerability.query) == (True, ())


def test_without_the_second_encoder_its_evidence_does_not_count(samples):
    """Where it is off, both weights of it are nothing."""
    found = calibrate(samples, encoder="e", multilingual="")

    both = (found.english, found.other)
    assert [(w.meaning, w.multilingual) for w in both] == [(1.0, 0.0), (1.0, 0.0)]
    assert found.multilingual == ""


def test_each_encoder_has_a_gate_of_its_own(samples):
    """Where every query has a vector of the multilingual encoder, its numbers have weights, too."""
    both = [
        replace(one, evidence=replace(one.evidence, second_query=lambda at=at: SECOND[at % 5]))
        for at, one in enumerate(samples)
    ]

    found = calibrate(both, encoder="e", multilingual="m")

    # Every fifth query is a negative control, and its second vector says so.
    assert found.second_answerability is not None
    assert len(found.second_answerability.query) == 3
    assert found.second_answerability.query[0] < 0 < found.second_answerability.query[1]
    assert calibrate(samples, encoder="e", multilingual="m").second_answerability is None
