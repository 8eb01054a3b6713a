"""Weights, calibration and thresholds from the judged queries of the tune split.

Nothing is chosen on the test split. The derivation, in order:

1.  **Weights.** For queries in English, and for those in other languages, every
    combination of a coarse grid is tried; the one with the highest mean nDCG@10
    is kept, the first of equals.
2.  **Score.** A logistic regression tells relevant cases from others, over every
    pair of a tuning query and a case, by the weighted sum and by the query vector
    itself, which says whether the compendium deals with such things at all.
3.  **fits.** Each tuning query is scored by a regression that has not seen it (ten
    folds). The threshold on the best case is the highest that loses at most 3% of
    the queries that the compendium answers.
4.  **shown.** Beside a case that fits, the highest share of the best case's score
    that keeps 95% of the relevant cases among the first ten, on the same unseen
    scores.
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np

from kb.fusion import Calibration, Evidence, Weights, scores, weighted_sum
from kb.judged import JudgedQuery
from kb.measure import per_query

LOST_QUERIES = 0.03
LOST_CASES = 0.05
FOLDS = 10

_MEANING = (0.0, 0.25, 0.5, 1.0, 1.5)
_MULTILINGUAL = (0.0, 0.25, 0.5, 1.0)
_WORDS = (0.5, 1.0, 2.0, 3.0, 4.0, 5.0, 6.0)
_STRENGTH = 1.0  # of the regularisation, as C of scikit-learn
_QUERY_SCALE = 3.0
#: The sums are a fraction of 1; so that the regularisation hardly holds their slopes.
_SUM_SCALE = 10.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Sample:
    """One tuning query with its evidence."""

    query: JudgedQuery
    evidence: Evidence


def calibrate(
    samples: Sequence[Sample], case_ids: Sequence[str], *, encoder: str, multilingual: str
) -> Calibration:
    """Derive a calibration.

    Args:
        samples: the tuning queries with evidence, negative controls included.
        case_ids: ids in the order of the evidence.
        encoder: digest of the encoder.
        multilingual: digest of the multilingual encoder, empty if off.

    Raises:
        ValueError: a sample is not of the tune split, or there are too few.
    """
    if any(sample.query.split != "tune" for sample in samples):
        raise ValueError("calibration must only see the tune split")
    english = [s for s in samples if s.evidence.english]
    other = [s for s in samples if not s.evidence.english]
    meaning_only = not multilingual
    first = Calibration(
        encoder=encoder,
        multilingual=multilingual,
        english=_weights(english, case_ids, (1.0,), (0.0,) if meaning_only else _MULTILINGUAL),
        other=_weights(other, case_ids, (1.0,), (0.0,))
        if meaning_only
        else _weights(other, case_ids, _MEANING, (1.0,)),
        query=(),
        fits=0.0,
        shown=0.0,
        n_queries=len(samples),
    )
    unseen = _scored_unseen(samples, first, case_ids)
    best = [case_scores.max() for case_scores in unseen]
    answered = np.array([bool(s.query.relevance) for s in samples])
    fits = _threshold(np.array(best)[answered], LOST_QUERIES)
    relevant = [
        share
        for sample, case_scores in zip(samples, unseen, strict=True)
        for share in _relevant_shares(sample, case_scores, case_ids)
    ]
    shown = _threshold(relevant, LOST_CASES)
    return replace(_regress(samples, first, case_ids), fits=fits, shown=shown)


def _threshold(values: Sequence[float], lost: float) -> float:
    """The highest threshold, to four decimals, that at most this share of the values misses."""
    return math.floor(sorted(values)[int(lost * len(values))] * 10_000) / 10_000


def _rounded(value: float) -> float:
    return round(float(value), 4)


def _weights(
    samples: Sequence[Sample],
    case_ids: Sequence[str],
    meanings: Sequence[float],
    multilinguals: Sequence[float],
) -> Weights:
    judged = [s for s in samples if s.query.relevance]
    tried = [
        Weights(meaning=meaning, multilingual=multilingual, words=words)
        for meaning, multilingual, words in itertools.product(meanings, multilinguals, _WORDS)
    ]
    if not judged:
        return tried[0]
    quality = [_quality(judged, case_ids, weights) for weights in tried]
    return tried[int(np.argmax(np.round(quality, 4)))]


def _quality(samples: Sequence[Sample], case_ids: Sequence[str], weights: Weights) -> float:
    run = {}
    for sample in samples:
        total = weighted_sum(sample.evidence, weights)
        order = np.lexsort((np.arange(len(total)), -total))[:100]
        run[sample.query.id] = [(case_ids[column], float(total[column])) for column in order]
    qrels: Mapping[str, Mapping[str, int]] = {s.query.id: s.query.relevance for s in samples}
    return float(np.mean(list(per_query(run, qrels)["nDCG@10"].values())))


def _features(sample: Sample, calibration: Calibration) -> np.ndarray:
    """One row per case: the sum, in one of two columns by language; which; the query vector."""
    evidence = sample.evidence
    weights = calibration.english if evidence.english else calibration.other
    total = weighted_sum(evidence, weights)
    english = float(evidence.english)
    query = np.concatenate([[english], _QUERY_SCALE * evidence.query])
    sums = (_SUM_SCALE * total * english, _SUM_SCALE * total * (1 - english))
    return np.column_stack([*sums, np.tile(query, (len(total), 1))])


def _regress(
    samples: Sequence[Sample], calibration: Calibration, case_ids: Sequence[str]
) -> Calibration:
    from sklearn.linear_model import LogisticRegression  # slow import: only to calibrate

    labels = np.array([case_id in s.query.relevance for s in samples for case_id in case_ids])
    if labels.all() or not labels.any():
        raise ValueError("calibration needs queries with an answer")
    model = LogisticRegression(C=_STRENGTH, max_iter=10_000)
    model.fit(np.concatenate([_features(s, calibration) for s in samples]), labels)
    english, other, is_english, *query = (float(c) for c in model.coef_[0])
    constant = float(model.intercept_[0])
    return replace(
        calibration,
        query=tuple(_rounded(c * _QUERY_SCALE) for c in query),
        english=replace(
            calibration.english,
            slope=_rounded(english * _SUM_SCALE),
            constant=_rounded(constant + is_english),
        ),
        other=replace(
            calibration.other, slope=_rounded(other * _SUM_SCALE), constant=_rounded(constant)
        ),
    )


def _scored_unseen(
    samples: Sequence[Sample], calibration: Calibration, case_ids: Sequence[str]
) -> list[np.ndarray]:
    """The scores of each query's cases, by a regression on the other folds."""
    found = []
    for fold in range(FOLDS):
        seen = [sample for at, sample in enumerate(samples) if at % FOLDS != fold]
        found.append(_regress(seen, calibration, case_ids))
    return [scores(s.evidence, found[at % FOLDS]) for at, s in enumerate(samples)]


def _relevant_shares(
    sample: Sample, case_scores: np.ndarray, case_ids: Sequence[str]
) -> list[float]:
    """The relevant cases among the first ten: their scores as shares of the best one."""
    first = np.lexsort((np.arange(len(case_scores)), -case_scores))[:10]
    found = [c for c in first if case_ids[c] in sample.query.relevance]
    return [float(case_scores[c] / case_scores[first[0]]) for c in found]
