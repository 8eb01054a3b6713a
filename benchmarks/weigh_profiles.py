"""Choose the weights of ``kb.guidance.profile_score`` on the tune split of the judged profiles.

A logistic regression tells the cases that are relevant to a profile from the others, by
the parts of the score less their mean over all cases; a role model counts twice. Its
coefficients are the weights, none below 0. The strength of its regularisation is the one
that ranks best those profiles that it has not seen (eight folds). Nothing is read of the
test split.

    python benchmarks/weigh_profiles.py

It prints the weights; a person writes them to ``kb/guidance/profile_score.py``.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from sklearn.linear_model import LogisticRegression

from kb.content.files import PROFILES_FILE, judged_folder
from kb.guidance.profile_score import WEIGHTS, score_parts, weighted
from kb.guidance.role_models import MOST
from kb.quality.judged_profiles import JudgedProfile, read_profiles
from kb.quality.measure import per_query
from kb.search.opening import open_current
from kb.search.searcher import Searcher
from kb.settings import read_settings

STRENGTHS = (0.1, 0.3, 1.0, 3.0, 10.0)
FOLDS = 8
SEED = 0

Weights = dict[str, float]


@dataclass(frozen=True, slots=True, kw_only=True)
class Sample:
    """One profile with its parts, over the cases that can be a role model."""

    judged: JudgedProfile
    parts: Mapping[str, np.ndarray]


def samples_of(searcher: Searcher, judged: Sequence[JudgedProfile]) -> list[Sample]:
    """The parts of each profile, guides left out."""
    return [
        Sample(judged=one, parts=score_parts(searcher, one.profile, searcher.reporting).parts)
        for one in judged
    ]


def quality(samples: Sequence[Sample], ids: Sequence[str], weights: Weights) -> list[float]:
    """nDCG@10 of each profile; 0 where every weight that counts is 0."""
    run, qrels = {}, {}
    for sample in samples:
        qrels[sample.judged.id] = sample.judged.relevance
        run[sample.judged.id] = []
        if sum(weights[name] for name in sample.parts) > 0:
            scores = np.round(weighted(sample.parts, weights), 6)
            order = np.lexsort((np.arange(len(scores)), -scores))[:MOST]
            run[sample.judged.id] = [(ids[at], float(scores[at])) for at in order]
    return list(per_query(run, qrels)["nDCG@10"].values())


def fitted(samples: Sequence[Sample], ids: Sequence[str], strength: float) -> Weights:
    """The weights that a logistic regression gives; ``strength`` is C of scikit-learn."""
    rows, relevant, counts = [], [], []
    for sample in samples:
        parts = np.zeros((len(ids), len(WEIGHTS)))
        for at, name in enumerate(WEIGHTS):
            if name in sample.parts:
                parts[:, at] = sample.parts[name] - sample.parts[name].mean()
        grades = np.array([sample.judged.relevance.get(case_id, 0) for case_id in ids])
        rows.append(parts)
        relevant.append(grades > 0)
        counts.append(np.maximum(grades, 1))
    model = LogisticRegression(C=strength, max_iter=10_000)
    model.fit(np.concatenate(rows), np.concatenate(relevant), np.concatenate(counts))
    return {n: round(max(float(c), 0.0), 1) for n, c in zip(WEIGHTS, model.coef_[0], strict=True)}


def unseen(samples: Sequence[Sample], ids: Sequence[str], strength: float) -> float:
    """Mean nDCG@10 of profiles by weights that were fitted on the others."""
    fold = np.random.default_rng(SEED).permutation(len(samples)) % FOLDS
    found: list[float] = []
    for at in range(FOLDS):
        others = [s for s, f in zip(samples, fold, strict=True) if f != at]
        held = [s for s, f in zip(samples, fold, strict=True) if f == at]
        found += quality(held, ids, fitted(others, ids, strength))
    return float(np.mean(found))


def main() -> None:
    """Print the weights that are used, those that would be chosen, and what each reaches."""
    settings = read_settings({})
    searcher = open_current(settings)
    folder = judged_folder(settings.cases, searcher.manifest.collection)
    judged = read_profiles(folder / PROFILES_FILE, searcher.cases, searcher.taxonomy)
    samples = samples_of(searcher, [one for one in judged if one.split == "tune"])
    ids = searcher.engine.ids(searcher.matching(searcher.reporting))
    held_out = {strength: unseen(samples, ids, strength) for strength in STRENGTHS}
    strength = max(held_out, key=held_out.__getitem__)
    for name, weights in (("in use", dict(WEIGHTS)), ("fitted", fitted(samples, ids, strength))):
        mean = float(np.mean(quality(samples, ids, weights)))
        best = sorted(float(weighted(sample.parts, weights).max()) for sample in samples)
        print(f"{name}: nDCG@10 {mean:.3f} on {len(samples)} tuning profiles: {weights}")
        print(f"  the best case of each scores {best[0]:.3f} or more, of 97% {best[1]:.3f}")
    shown = ", ".join(f"C {c} {value:.3f}" for c, value in held_out.items())
    print(f"nDCG@10 of profiles held out: {shown}")


if __name__ == "__main__":
    main()
