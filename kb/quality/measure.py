"""Runs to figures: the measures of information retrieval, intervals and tests.

Owns ir_measures (https://ir-measur.es). A query that a run answers with nothing counts as zero.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from kb.model.relevance import Figure

#: Query id to (document id, score), best first.
Run = Mapping[str, Sequence[tuple[str, float]]]
Qrels = Mapping[str, Mapping[str, int]]

MEASURES = ("nDCG@10", "RR@10", "R@10", "R@100", "Success@1")
_RESAMPLES = 9_999
_SEED = 19980923


def per_query(run: Run, qrels: Qrels) -> dict[str, dict[str, float]]:
    """Measure to query to value, over all queries of ``qrels`` in their order."""
    import ir_measures  # slow import: only where quality is measured

    wanted = {name: ir_measures.parse_measure(name) for name in MEASURES}
    # The order of the run is what counts; scores alone would leave ties to the library.
    flat = {
        query_id: {doc: float(len(ranked) - at) for at, (doc, _) in enumerate(ranked)}
        for query_id, ranked in run.items()
        if ranked
    }
    values: dict[str, dict[str, float]] = {name: dict.fromkeys(qrels, 0.0) for name in MEASURES}
    names = {str(measure): name for name, measure in wanted.items()}
    for metric in ir_measures.iter_calc(list(wanted.values()), qrels, flat):
        values[names[str(metric.measure)]][metric.query_id] = float(metric.value)
    return values


def figure(values: Sequence[float]) -> Figure:
    """Mean and 95% percentile interval over queries; an interval of no width for one query."""
    data = np.asarray(values, dtype=float)
    if len(data) < 2 or np.ptp(data) == 0:
        mean = float(data.mean()) if len(data) else 0.0
        return Figure(mean=mean, low=mean, high=mean)
    rng = np.random.default_rng(_SEED)
    means = rng.choice(data, size=(_RESAMPLES, len(data))).mean(axis=1)
    low, high = np.quantile(means, [0.025, 0.975])
    return Figure(mean=float(data.mean()), low=float(low), high=float(high))


def p_value(first: Sequence[float], second: Sequence[float]) -> float:
    """Two-sided paired randomisation test: how likely a difference as large is by chance.

    Signs of the differences are flipped at random (Smucker, Allan and Carterette,
    CIKM 2007); 1.0 if there is no difference at all.
    """
    difference = np.asarray(first, dtype=float) - np.asarray(second, dtype=float)
    if not difference.any():
        return 1.0
    rng = np.random.default_rng(_SEED)
    signs = rng.choice([-1.0, 1.0], size=(_RESAMPLES, len(difference)))
    flipped = np.abs((signs * difference).mean(axis=1))
    at_least = int((flipped >= abs(difference.mean()) - 1e-12).sum())
    return (at_least + 1) / (_RESAMPLES + 1)
