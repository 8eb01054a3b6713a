"""From evidence to one score: fusion of meaning, words, named values and links, calibrated.

The weighted sum of what speaks for a case orders the cases. The score of a case is
the probability that it is relevant, a logistic function of its sum, of how far that is behind
the best, and of how likely the compendium answers the query at all (``answerability``, of the
query as a whole). Whether anything fits is decided by that, which an answer tells beside its
scores; what is found must then score enough in itself. ``kb.quality.calibrate`` derives
all of it from judged queries; ``calibration.json`` beside these keeps it.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from kb.engine.base import best_rows
from kb.model.calibration import Answerability, Calibration, Weights
from kb.search.evidence import Evidence, weights_for

#: Of so many cases that score best less is asked to be found: a page shows as many.
FIRST = 10
#: Between these probabilities the encoder alone is not sure whether the compendium answers.
UNSURE = (0.1, 0.9)

#: Scores are rounded before they are compared, so that a tie is a tie on every machine.
DECIMALS = 6

_LEAST_PROBABILITY = 1e-6
_SEVERAL = 5


@dataclass(frozen=True, slots=True, kw_only=True)
class Judgement:
    """What the evidence makes of the candidates, whatever the filters say.

    ``scores`` are those of every candidate, float64 in their order; ``found`` are the rows of
    those that score enough to be found, wherever the filters allow them. ``answerable`` is the
    probability that the compendium answers at all, None without a calibration.
    """

    scores: np.ndarray
    found: np.ndarray
    answerable: float | None


def judge(evidence: Evidence, calibration: Calibration | None, *, min_score: float) -> Judgement:
    """Score every candidate, and say which may be found.

    Args:
        evidence: what speaks for each.
        calibration: how to score; None takes the cosine of the best passage.
        min_score: least cosine at which a candidate may then be found.
    """
    answered = None
    if calibration is None:
        case_scores = np.round(evidence.passage, DECIMALS)
        enough = case_scores >= min_score
    else:
        answered = answered_by(evidence, calibration)
        weights = weights_for(calibration, english=evidence.english)
        case_scores = np.round(relevance(evidence, weights, answered), DECIMALS)
        best = case_scores.max(initial=0.0)
        enough = case_scores >= max(calibration.least_score, calibration.least_share * best)
        first = best_rows(case_scores, FIRST)
        enough[first] |= case_scores[first] >= calibration.least_of_first
        enough &= answered >= calibration.answer_threshold
    return Judgement(
        scores=case_scores,
        found=evidence.rows[enough],
        answerable=None if answered is None else round(answered, DECIMALS),
    )


def weighted_sum(evidence: Evidence, weights: Weights) -> np.ndarray:
    """The sum that orders the candidates: float64 of shape (n_candidates,)."""
    near = np.maximum(evidence.passage, weights.audience * evidence.audience)
    alone = (
        weights.meaning * near
        + weights.multilingual * evidence.multilingual
        + weights.words * evidence.words
        + weights.named * evidence.named
    )
    return alone + weights.linked * _best_linked(alone, evidence)


def _best_linked(alone: np.ndarray, evidence: Evidence) -> np.ndarray:
    """Per candidate the best sum of the candidates it is linked with; without, the mean of all."""
    linked, best = evidence.linked, np.full(len(alone), -np.inf)
    np.maximum.at(best, linked[0], alone[linked[1]])
    mean = evidence.mean_of_all
    if mean is None:
        mean = float(alone.mean()) if len(alone) else 0.0
    return np.where(np.isfinite(best), best, mean)


def share_of_most(evidence: Evidence, calibration: Calibration) -> np.ndarray:
    """The weighted sum as a share of the most that it could be, in [-1, 1], by candidate."""
    weights = weights_for(calibration, english=evidence.english)
    kinds = weights.meaning + weights.multilingual + weights.words + weights.named
    largest = kinds * (1 + weights.linked)
    return weighted_sum(evidence, weights) / largest


def answerability(
    evidence: Evidence, weights: Answerability, second: Answerability | None = None
) -> float:
    """The probability that the compendium answers the query at all, in [0, 1].

    Args:
        evidence: what speaks for each candidate.
        weights: by these and the vector of the encoder.
        second: by these and the vector of the multilingual encoder, too: the probability is that
            of the mean logit. Not asked of English where the first is sure.
    """
    by_first = _answered(evidence, weights, evidence.query)
    is_sure = evidence.english and not UNSURE[0] <= by_first <= UNSURE[1]
    if second is None or evidence.second_query is None or is_sure:
        return by_first
    by_second = _answered(evidence, second, evidence.second_query())
    mean = (logit(by_first) + logit(by_second)) / 2
    return float(_logistic(np.array([mean]))[0])


def _answered(evidence: Evidence, weights: Answerability, query: np.ndarray) -> float:
    logit = (
        weights.meaning * evidence.meaning.max(initial=-1)
        + weights.several * several(evidence)
        + weights.multilingual * evidence.multilingual.max(initial=-1)
        + weights.words * evidence.words.max(initial=0)
        + weights.named * evidence.named.max(initial=0)
        + weights.coverage_by_all * evidence.coverage_by_all
        + weights.coverage_by_one * evidence.coverage_by_one
        + weights.english * evidence.english
        + weights.constant
        + (np.dot(query, weights.query) if weights.query else 0.0)
    )
    return float(_logistic(np.array([logit]))[0])


def answered_by(evidence: Evidence, calibration: Calibration) -> float:
    """The same probability by a calibration."""
    first, second = calibration.answerability, calibration.second_answerability
    return answerability(evidence, first, second)


def several(evidence: Evidence) -> float:
    """The mean of the five best candidates by meaning: what is answered has more than one near."""
    return float(np.sort(evidence.meaning)[-_SEVERAL:].mean()) if len(evidence.rows) else -1.0


def relevance(evidence: Evidence, weights: Weights, answered: float) -> np.ndarray:
    """The probability that each candidate is relevant: in (0, 1).

    Args:
        evidence: what speaks for each.
        weights: those for the language of the query.
        answered: the probability that the compendium answers it.
    """
    sums = weighted_sum(evidence, weights)
    return _logistic(
        weights.slope * sums
        + weights.behind * (sums.max(initial=-np.inf) - sums)
        + weights.answered * logit(answered)
        + weights.constant
    )


def scores(evidence: Evidence, calibration: Calibration) -> np.ndarray:
    """The probability that each case is relevant to the query: in [0, 1], by candidate."""
    answered = answered_by(evidence, calibration)
    return relevance(evidence, weights_for(calibration, english=evidence.english), answered)


def logit(probability: float) -> float:
    """The logarithm of the odds; no query is taken for surer than one in a million."""
    sure = min(max(probability, _LEAST_PROBABILITY), 1 - _LEAST_PROBABILITY)
    return math.log(sure / (1 - sure))


def _logistic(logits: np.ndarray) -> np.ndarray:
    return 1 / (1 + np.exp(-np.clip(logits, -500, 500)))
