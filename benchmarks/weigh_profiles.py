"""Choose the weights of ``kb.suitability`` on the tune split of the judged profiles.

One weight at a time takes each value of a coarse grid, round after round, for as long as
mean nDCG@10 of the first ten rises. The estimate beside it is of profiles that the
weights have not seen: each tenth of the profiles is ranked by weights that were chosen
on the other nine. Nothing is read of the test split.

    python benchmarks/weigh_profiles.py [--start]

It prints the weights; a person writes them to ``kb/suitability.py``. ``--start`` begins
at the weights that stand there instead of at 1 for each part.
"""

from __future__ import annotations

import argparse
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from kb.judged_profiles import JudgedProfile, read_profiles
from kb.live import open_live
from kb.load import PROFILES_FILE
from kb.measure import per_query
from kb.role_models import MOST
from kb.search import Searcher
from kb.settings import read_settings
from kb.suitability import WEIGHTS, score_parts, weighted

GRID = (0.0, 0.1, 0.2, 0.3, 0.5, 0.75, 1.0, 1.5, 2.0, 3.0, 4.0, 5.5, 7.5)
FOLDS = 10

Weights = dict[str, float]


@dataclass(frozen=True, slots=True, kw_only=True)
class Sample:
    """One profile with its parts, over the cases that can be a role model."""

    judged: JudgedProfile
    parts: Mapping[str, np.ndarray]


def samples_of(searcher: Searcher, judged: Sequence[JudgedProfile]) -> list[Sample]:
    """The parts of each profile, guides left out."""
    eligible = np.array([case.kind != "guide" for case in searcher.cases])
    return [
        Sample(
            judged=one,
            parts={n: v[eligible] for n, v in score_parts(searcher, one.profile).items()},
        )
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


def choose(samples: Sequence[Sample], ids: Sequence[str], start: Weights) -> Weights:
    """Weights by coordinate ascent from ``start``; the first of equals is kept."""
    best, weights = float(np.mean(quality(samples, ids, start))), dict(start)
    rose = True
    while rose:
        rose = False
        for name in weights:
            for value in GRID:
                tried = {**weights, name: value}
                mean = float(np.mean(quality(samples, ids, tried)))
                if mean > best + 1e-9:
                    best, weights, rose = mean, tried, True
    return weights


def unseen(samples: Sequence[Sample], ids: Sequence[str], start: Weights) -> float:
    """Mean nDCG@10 of profiles by weights chosen on the others."""
    found: list[float] = []
    for fold in range(FOLDS):
        held = [s for at, s in enumerate(samples) if at % FOLDS == fold]
        others = [s for at, s in enumerate(samples) if at % FOLDS != fold]
        found += quality(held, ids, choose(others, ids, start))
    return float(np.mean(found))


def main() -> None:
    """Print the weights that are used, those that would be chosen, and what each reaches."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--start", action="store_true", help="begin at the weights in use")
    from_used = parser.parse_args().start
    settings = read_settings({})
    searcher = open_live(settings).current()
    judged = read_profiles(settings.cases / PROFILES_FILE, searcher.cases, searcher.taxonomy)
    samples = samples_of(searcher, [one for one in judged if one.split == "tune"])
    ids = [case.id for case in searcher.cases if case.kind != "guide"]
    start = dict(WEIGHTS) if from_used else dict.fromkeys(WEIGHTS, 1.0)
    chosen = choose(samples, ids, start)
    for name, weights in (("in use", dict(WEIGHTS)), ("chosen", chosen)):
        mean = float(np.mean(quality(samples, ids, weights)))
        least = min(float(weighted(sample.parts, weights).max()) for sample in samples)
        print(f"{name}: nDCG@10 {mean:.3f} on {len(samples)} tuning profiles: {weights}")
        print(f"  the best case of each scores {least:.3f} or more")
    print(f"by weights chosen on others: nDCG@10 {unseen(samples, ids, start):.3f}")


if __name__ == "__main__":
    main()
