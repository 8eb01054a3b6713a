"""Calibration from synthetic evidence whose best weights are known."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from kb.calibrate import FOLDS, LOST_CASES, LOST_QUERIES, Sample, calibrate
from kb.fusion import Calibration, Evidence, scores, weighted_sum
from kb.judged import JudgedQuery
from kb.measure import per_query

CASE_IDS = tuple(f"case-{number:02}" for number in range(20))


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
        need="",
        relevance={CASE_IDS[column]: 1 + int(column % 2) for column in relevant},
    )
    topic = np.array([-1.0 if negative else 1.0, rng.normal()])
    evidence = Evidence(
        meaning=rng.uniform(0.0, 0.4, len(CASE_IDS)) + (lift if english else 0),
        multilingual=rng.uniform(0.0, 0.4, len(CASE_IDS)) + lift,
        words=rng.uniform(0.0, 0.1, len(CASE_IDS)) + lift / 2,
        query=topic / np.linalg.norm(topic),
        row=np.zeros(len(CASE_IDS), dtype=np.int64),
        english=english,
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
    return calibrate(samples, CASE_IDS, encoder="e", multilingual="m")


def test_a_calibration_says_what_it_belongs_to(calibration):
    """Digests, the number of queries, and one weight for each number of the query vector."""
    assert (calibration.encoder, calibration.multilingual) == ("e", "m")
    assert (calibration.n_queries, len(calibration.query)) == (90, 2)


def test_the_same_samples_give_the_same_calibration(samples, calibration):
    """Nothing about a calibration is left to chance."""
    assert calibrate(samples, CASE_IDS, encoder="e", multilingual="m") == calibration


def test_one_query_of_the_test_split_is_refused(samples):
    """The test split is never seen, not even one query of it."""
    seen = replace(samples[7], query=replace(samples[7].query, split="test"))

    with pytest.raises(ValueError) as raised:  # noqa: PT011 - the message is compared whole
        calibrate([*samples[:7], seen, *samples[8:]], CASE_IDS, encoder="e", multilingual="m")

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
        calibrate(few[chosen], CASE_IDS, encoder="e", multilingual="m")

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


@pytest.mark.parametrize("english", [True, False], ids=["English", "other"])
def test_no_other_weights_of_the_grid_are_better(samples, calibration, english):
    """The chosen weights have the highest nDCG@10 of the grid on the queries of their language."""
    judged = [s for s in samples if s.query.relevance and s.evidence.english is english]
    chosen = calibration.english if english else calibration.other
    meanings = (1.0,) if english else (0.0, 0.25, 0.5, 1.0, 1.5)
    multilinguals = (0.0, 0.25, 0.5, 1.0) if english else (1.0,)

    others = [
        quality(judged, replace(chosen, meaning=meaning, multilingual=multilingual, words=words))
        for meaning in meanings
        for multilingual in multilinguals
        for words in (0.5, 1.0, 2.0, 3.0, 4.0, 5.0, 6.0)
    ]

    assert quality(judged, chosen) == pytest.approx(max(others), abs=1e-4)
    assert chosen.meaning in meanings
    assert chosen.multilingual in multilinguals


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
    assert np.mean([*relevant, *others, *negative]) == pytest.approx(
        len(relevant) / (90 * len(CASE_IDS)), abs=0.002
    )


def scored_unseen(samples, calibration) -> list[tuple[Sample, np.ndarray]]:
    """Each sample with its scores by a regression, with the same weights, on the other folds."""
    from sklearn.linear_model import LogisticRegression

    def features(one: Sample) -> np.ndarray:
        weights = calibration.english if one.evidence.english else calibration.other
        total = 10.0 * weighted_sum(one.evidence, weights)
        english = float(one.evidence.english)
        about = [english, *(3.0 * one.evidence.query)]
        sums = (total * english, total * (1 - english))
        return np.column_stack([*sums, np.tile(about, (len(total), 1))])

    found = []
    for fold in range(FOLDS):
        seen = [one for at, one in enumerate(samples) if at % FOLDS != fold]
        labels = [case_id in one.query.relevance for one in seen for case_id in CASE_IDS]
        model = LogisticRegression(C=1.0, max_iter=10_000)
        model.fit(np.concatenate([features(one) for one in seen]), labels)
        found += [
            (one, model.predict_proba(features(one))[:, 1])
            for at, one in enumerate(samples)
            if at % FOLDS == fold
        ]
    return found


def share_below(values: list[float], threshold: float) -> float:
    """How many of the values miss a threshold, as a share of 1."""
    return sum(value < threshold for value in values) / len(values)


@pytest.mark.parametrize("ease", [0.5, 0.05], ids=["easy", "hard"])
def test_thresholds_are_the_highest_that_lose_little(ease):
    """``fits`` loses at most 3% of the answered queries, ``shown`` 5% of the relevant cases.

    That is of those among the first ten, by their share of the best score. A step
    more would lose too many. Hard queries have little evidence, and so a low ``fits``.
    """
    samples = ninety_samples(ease)
    calibration = calibrate(samples, CASE_IDS, encoder="e", multilingual="m")

    unseen = scored_unseen(samples, calibration)

    best = [case_scores.max() for one, case_scores in unseen if one.query.relevance]
    shares = [
        case_scores[column] / case_scores.max()
        for one, case_scores in unseen
        for column in np.argsort(-case_scores, kind="stable")[:10]
        if CASE_IDS[column] in one.query.relevance
    ]
    assert (LOST_QUERIES, LOST_CASES) == (0.03, 0.05)
    assert share_below(best, calibration.fits - 1e-3) <= LOST_QUERIES
    assert share_below(best, calibration.fits + 1e-3) > LOST_QUERIES
    assert share_below(shares, calibration.shown - 1e-3) <= LOST_CASES
    assert share_below(shares, calibration.shown + 1e-3) > LOST_CASES


def test_without_the_second_encoder_its_evidence_does_not_count(samples):
    """Where it is off, both weights of it are nothing."""
    found = calibrate(samples, CASE_IDS, encoder="e", multilingual="")

    assert (found.english.multilingual, found.other.multilingual) == (0.0, 0.0)
    assert (found.english.meaning, found.other.meaning) == (1.0, 1.0)
    assert found.multilingual == ""
