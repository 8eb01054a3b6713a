"""Weights, calibration and thresholds from the judged queries of the tune split.

Nothing is chosen on the test split. What all texts have in common comes before: a share of the
mean of their vectors (``common_of``), which is taken from the vector of a query before the
evidence is gathered. The derivation, in order:

1.  **Weights.** For queries in English, and for those in other languages, they are changed
    one at a time over a coarse grid, for as long as the mean nDCG@10 of the queries with
    an answer rises. The multilingual encoder is not asked for English. For other languages
    its weight and that of the words are the best of a grid; the others are those of English.
2.  **Answerability.** A logistic regression over queries tells those that the compendium
    answers from negative controls, by the best evidence of each kind, by which of its words the
    compendium has, and by the query vector; one for each encoder. Each tuning query is also put
    to such functions that have not seen any query of its writer, or of its need where all are of
    one writer (ten folds): everything below goes by that. By needs alone a threshold that should
    lose 3% lost 10% of those of a writer who had no part.
3.  **Score.** Another one, over the pairs of a query and one of its best cases, tells relevant
    cases from others by how far its weighted sum is behind that of the best case, and by the logit
    of the answerability. The sum itself is left out: what it is worth differs from writer to
    writer, and without it scores are nearer to the truth on queries of a writer who had no part.
4.  **Answer threshold.** The highest that loses at most 3% of the queries that some case
    answers just as wanted (grade 2).
5.  **Least scores.** Of the ten best cases the highest that keeps 97% of the relevant ones of
    the answered queries, and beyond these the highest that keeps half of all relevant ones: a page
    shows ten, and of what stands behind it only what is surely of use is wanted. It must also
    score ``LEAST_SHARE`` of the best: where many are about as good, as for a sentence without a
    word of its own, hundreds would pass. That share was chosen on queries of unseen needs and
    writers.
"""

from __future__ import annotations

import itertools
import math
import zlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np

from kb.engine.base import Engine, best_rows
from kb.model.calibration import Answerability, Calibration, Weights
from kb.quality.judged import GRADES, JudgedQuery
from kb.quality.measure import per_query
from kb.search.evidence import Evidence
from kb.search.scoring import FIRST, answerability, logit, relevance, several, weighted_sum
from kb.snapshots.vector_sets import AUDIENCE, PASSAGES

LOST_QUERIES = 0.03
LOST_CASES = 0.5
LOST_OF_FIRST = 0.03
LEAST_SHARE = 0.4
FOLDS = 10
#: How much of the mean of all texts is taken from the vector of a query: chosen on queries of
#: unseen writers.
SHARE_OF_COMMON = 0.5
#: Scores are fitted on so many cases of each query, the best by their sum: they are what is shown,
#: and the many others would decide how steep the function is.
_FITTED = 60

#: The grade of a case that is just what was wanted.
BEST = max(GRADES)

#: Weight to the values that are tried; that of ``meaning`` is 1.
GRID: Mapping[str, tuple[float, ...]] = {
    "multilingual": (0.0, 0.5, 1.0, 1.5, 2.0),
    "words": (0.5, 0.75, 1.0, 1.5, 2.0, 3.0),
    "audience": (0.7, 0.8, 0.9, 1.0),
    "named": (0.0, 0.05, 0.1, 0.15, 0.2, 0.3),
    # More would still raise nDCG@10 a little, and put fewer relevant cases first.
    "linked": (0.0, 0.1, 0.2, 0.3),
}
_START = Weights(meaning=1.0, multilingual=0.0, words=1.0, linked=0.1)

_STRENGTH = 1.0  # of the regularisation, as C of scikit-learn
#: The numbers of a unit vector are small: so that they count beside standard scores. The two
#: are those of the encoder and of the multilingual one, chosen on queries of unseen writers.
_QUERY_SCALES = (4.0, 8.0)
#: The same of the gate, which has many weights for few queries: chosen likewise.
_STRENGTH_OF_GATE = 0.1
#: The sums are a fraction of 1; so that the regularisation hardly holds their slope.
_SUM_SCALE = 10.0

_ANSWERABILITY_VALUES = (
    *("meaning", "several", "multilingual", "words", "named"),
    *("coverage_by_all", "coverage_by_one", "english"),
)
_ALWAYS = Answerability(**dict.fromkeys(_ANSWERABILITY_VALUES, 0.0), constant=20.0, query=())


@dataclass(frozen=True, slots=True, kw_only=True)
class Sample:
    """One tuning query with its evidence."""

    query: JudgedQuery
    evidence: Evidence


def calibrate(
    samples: Sequence[Sample],
    *,
    encoder: str,
    multilingual: str,
    collection: str = "",
    others: Sequence[Sample] = (),
    common: Sequence[float] = (),
) -> Calibration:
    """Derive a calibration.

    Args:
        samples: the tuning queries with evidence, negative controls included.
        encoder: digest of the encoder.
        multilingual: digest of the multilingual encoder, empty if off.
        collection: whose judged queries these are; empty for the whole compendium.
        others: further queries, judged over a part of what is searched. They say whether the
            compendium answers, and not which cases do.
        common: what was taken from the vectors of these queries, see ``common_of``.

    Raises:
        ValueError: a sample is not of the tune split, or there are too few.
    """
    if any(sample.query.split != "tune" for sample in (*samples, *others)):
        raise ValueError("calibration must only see the tune split")
    answered = [sample for sample in samples if sample.query.relevance]
    if len(answered) < 2 or all(len(s.query.relevance) == len(s.evidence.rows) for s in answered):
        raise ValueError("calibration needs queries with an answer")
    english = [sample for sample in answered if sample.evidence.english]
    other = [sample for sample in answered if not sample.evidence.english]
    weights, unseen = _weights(english), _answered_unseen(samples, others)
    foreign = _foreign(other, weights, multilingual)
    by_language = [
        _with_score(
            [(s, p) for s, p in zip(samples, unseen, strict=True) if s.evidence.english == is_own],
            those,
        )
        for is_own, those in ((True, weights), (False, foreign))
    ]
    if not other:  # there is nothing to derive it from
        by_language[1] = by_language[0]
    kept = [
        unseen[at] for at, sample in enumerate(samples) if BEST in sample.query.relevance.values()
    ]
    threshold = _threshold(kept, LOST_QUERIES) if kept else 0.0
    shown = [
        _relevant_scores(sample, by_language[not sample.evidence.english], answered)
        for sample, answered in zip(samples, unseen, strict=True)
        if sample.query.relevance and answered >= threshold
    ]
    every = [score for scores, _ in shown for score in scores]
    of_first = [score for _, scores in shown for score in scores]
    first, second = _gates([*samples, *others])
    return Calibration(
        encoder=encoder,
        multilingual=multilingual,
        english=by_language[0],
        other=by_language[1],
        answerability=first,
        second_answerability=second,
        answer_threshold=threshold,
        least_score=_threshold(every, LOST_CASES) if every else 0.0,
        least_of_first=_threshold(of_first, LOST_OF_FIRST) if of_first else 0.0,
        least_share=LEAST_SHARE,
        common=tuple(common),
        n_queries=len(samples),
        n_documents=len(samples[0].evidence.rows),
        collection=collection,
    )


def common_of(engine: Engine) -> tuple[float, ...]:
    """What the texts of all documents have in common by the encoder, to be taken from a query.

    Half of the mean of the unit vectors of their passages, and of the editors' lines where there
    are some; nothing of an engine without texts.
    """
    rows = np.arange(len(engine))
    sets = [one.name for one in (PASSAGES, AUDIENCE) if one.name in engine.sizes]
    vectors = [engine.vectors(name, rows)[0] for name in sets]
    total = sum(len(some) for some in vectors)
    if not total:
        return ()
    mean = sum(some.sum(axis=0, dtype=np.float64) for some in vectors) / total
    return tuple(_rounded(number) for number in SHARE_OF_COMMON * mean)


def _threshold(values: Sequence[float], lost: float) -> float:
    """The highest threshold, to four decimals, that at most this share of the values misses."""
    return math.floor(sorted(values)[int(lost * len(values))] * 10_000) / 10_000


def _rounded(value: float) -> float:
    return round(float(value), 4)


def _weights(answered: Sequence[Sample]) -> Weights:
    """The weights for English, of which the multilingual encoder is not asked."""
    names, weights = [name for name in GRID if name != "multilingual"], _START
    best = _quality(answered, weights)
    changed = True
    while changed:
        changed = False
        for name in names:
            tried = [replace(weights, **{name: value}) for value in GRID[name]]
            quality = [_quality(answered, weights_tried) for weights_tried in tried]
            at = int(np.argmax(np.round(quality, 4)))
            if quality[at] > best + 1e-4:
                weights, best, changed = tried[at], quality[at], True
    return weights


def _foreign(other: Sequence[Sample], english: Weights, multilingual: str) -> Weights:
    """The weights for other languages; those of English where there is no query to choose by."""
    if not other or not multilingual:
        return english
    tried = [
        replace(english, multilingual=multi, words=words)
        for multi, words in itertools.product(GRID["multilingual"], GRID["words"])
    ]
    quality = [_quality(other, weights_tried) for weights_tried in tried]
    return tried[int(np.argmax(np.round(quality, 4)))]


def _quality(samples: Sequence[Sample], weights: Weights) -> float:
    run = {}
    for sample in samples:
        total = weighted_sum(sample.evidence, weights)
        order = np.lexsort((np.arange(len(total)), -total))[:10]
        run[sample.query.id] = [
            (sample.evidence.ids[place], float(total[place])) for place in order
        ]
    qrels: Mapping[str, Mapping[str, int]] = {s.query.id: s.query.relevance for s in samples}
    return float(np.mean(list(per_query(run, qrels)["nDCG@10"].values())))


def _with_score(samples: Sequence[tuple[Sample, float]], weights: Weights) -> Weights:
    """The weights with the logistic function that makes their sum a probability.

    Args:
        samples: queries, each with the probability to be answered by a function that has not
            seen it.
        weights: of the sum.
    """
    from sklearn.linear_model import LogisticRegression  # slow import: only to calibrate

    rows, labels = [], []
    for sample, answered in samples:
        sums = weighted_sum(sample.evidence, weights)
        fitted = best_rows(sums, _FITTED)
        every = np.column_stack([sums.max() - sums, np.full(len(sums), logit(answered))])
        rows.append(every[fitted])
        labels += [sample.evidence.ids[at] in sample.query.relevance for at in fitted.tolist()]
    if len(set(labels)) < 2:
        return weights
    scale = np.array([_SUM_SCALE, 1.0])
    model = LogisticRegression(C=_STRENGTH, max_iter=10_000)
    model.fit(np.concatenate(rows) * scale, labels)
    behind, answered = model.coef_[0] * scale
    return replace(
        weights,
        slope=0.0,
        behind=_rounded(behind),
        answered=_rounded(answered),
        constant=_rounded(model.intercept_[0]),
    )


def _features(evidence: Evidence) -> list[float]:
    """What is read of a query beside its vector, in the order of ``_ANSWERABILITY_VALUES``."""
    return [
        evidence.meaning.max(),
        several(evidence),
        *(values.max() for values in (evidence.multilingual, evidence.words, evidence.named)),
        evidence.coverage_by_all,
        evidence.coverage_by_one,
        evidence.english,
    ]


def _gates(samples: Sequence[Sample]) -> tuple[Answerability, Answerability | None]:
    """What the samples give by the vector of each encoder; None without a second one."""
    first = _answerability(samples, [s.evidence.query for s in samples], _QUERY_SCALES[0])
    seconds = [s.evidence.second_query for s in samples]
    vectors = [one() for one in seconds if one is not None]
    if len(vectors) < len(samples):
        return first, None
    return first, _answerability(samples, vectors, _QUERY_SCALES[1])


def _answerability(
    samples: Sequence[Sample], vectors: Sequence[np.ndarray], scale: float
) -> Answerability:
    """What the samples give; where they hold no negative control, everything is answered.

    Args:
        samples: queries.
        vectors: the unit vector of each.
        scale: how much larger the numbers of these are made.
    """
    from sklearn.linear_model import LogisticRegression  # slow import, as above

    labels = [bool(s.query.relevance) for s in samples]
    if len(set(labels)) < 2:
        return _ALWAYS
    values = np.array([_features(s.evidence) for s in samples], dtype=np.float64)
    queries = np.array(vectors)
    mean, spread = values.mean(axis=0), values.std(axis=0)
    spread[spread == 0] = 1.0
    model = LogisticRegression(C=_STRENGTH_OF_GATE, max_iter=10_000)
    model.fit(np.column_stack([(values - mean) / spread, scale * queries]), labels)
    n_values = values.shape[1]
    by_value = model.coef_[0][:n_values] / spread
    return Answerability(
        **{name: _rounded(c) for name, c in zip(_ANSWERABILITY_VALUES, by_value, strict=True)},
        constant=_rounded(model.intercept_[0] - by_value @ mean),
        query=tuple(_rounded(c * scale) for c in model.coef_[0][n_values:]),
    )


def _answered_unseen(samples: Sequence[Sample], others: Sequence[Sample]) -> list[float]:
    """The probability of each query to be answered, by what the other folds give."""
    fold_of = _folds(samples)
    folds = [fold_of(sample) for sample in samples]
    unseen = {
        fold: _gates([one for one in (*samples, *others) if fold_of(one) != fold])
        for fold in dict.fromkeys(folds)
    }
    return [
        answerability(one.evidence, *unseen[fold]) for one, fold in zip(samples, folds, strict=True)
    ]


def _folds(samples: Sequence[Sample]) -> Callable[[Sample], str | int]:
    """By what queries are left out together: their writer, with whose name their ids begin.

    Where one writer wrote all, or every query has a name of its own, by their need.
    """
    if 1 < len({_writer(sample) for sample in samples}) <= FOLDS:
        return _writer
    return lambda sample: zlib.crc32(sample.query.need.encode()) % FOLDS


def _writer(sample: Sample) -> str:
    """Who wrote a query: what stands before the first hyphen of its id, nothing without one."""
    name, hyphen, _ = sample.query.id.partition("-")
    return name if hyphen else ""


def _relevant_scores(
    sample: Sample, weights: Weights, answered: float
) -> tuple[list[float], list[float]]:
    """The scores of the relevant cases, and of those among the first."""
    found = relevance(sample.evidence, weights, answered)
    ids, relevant = sample.evidence.ids, sample.query.relevance
    every = [float(found[at]) for at, case_id in enumerate(ids) if case_id in relevant]
    first = best_rows(found, FIRST).tolist()
    return every, [float(found[at]) for at in first if ids[at] in relevant]
