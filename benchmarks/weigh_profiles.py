"""Whether the weights of ``kb.guidance.profile_score`` are right, on profiles of other writers.

How much everything beside the text counts is one factor. For each writer of judged profiles it is
chosen on those of the others, and what it reaches is measured on the writer's own, beside a
plain search for the same words. A writer is what stands before the hyphen of an id.

    python benchmarks/weigh_profiles.py

It prints what each factor reaches, and the best scores that ``ANSWER_THRESHOLD`` goes by. Only the
tune split is read.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from kb.content.files import PROFILES_FILE, judged_folder
from kb.engine.base import best_rows
from kb.guidance.profile_score import FULL_TEXT, score_parts, weighted, weights_of
from kb.guidance.role_models import MOST
from kb.quality.judged_profiles import JudgedProfile, read_profiles
from kb.quality.measure import p_value, per_query
from kb.search.opening import open_current
from kb.search.searcher import Searcher
from kb.settings import read_settings

FACTORS = (0.0, 0.5, 1.0, 1.5, 2.0)


@dataclass(frozen=True, slots=True, kw_only=True)
class Sample:
    """One profile with its parts, and the scores of a plain search, by case."""

    judged: JudgedProfile
    parts: Mapping[str, np.ndarray]
    searched: np.ndarray

    @property
    def writer(self) -> str:
        """Who wrote it."""
        return self.judged.id.partition("-")[0]


def samples_of(searcher: Searcher, judged: Sequence[JudgedProfile]) -> list[Sample]:
    """The parts of each profile, guides left out."""
    found = []
    for one in judged:
        scored = score_parts(searcher, one.profile, searcher.reporting)
        searched = np.zeros(len(scored.rows))
        if scored.evidence is not None:
            places = np.searchsorted(scored.evidence.rows, scored.rows)
            searched = searcher.text_scores(scored.evidence)[places]
        found.append(Sample(judged=one, parts=scored.parts, searched=searched))
    return found


def by_factor(sample: Sample, factor: float) -> np.ndarray:
    """The scores of the cases where all that is beside the text counts by a factor."""
    own = weights_of(sample.judged.profile)
    weights = {name: w if name == FULL_TEXT else factor * w for name, w in own.items()}
    if not sum(weights[name] for name in sample.parts):
        return np.zeros(len(sample.searched))
    return np.round(weighted(sample.parts, weights), 6)


def quality(
    samples: Sequence[Sample], ids: Sequence[str], scores: Sequence[np.ndarray]
) -> np.ndarray:
    """nDCG@10 of each profile."""
    run, qrels = {}, {}
    for sample, values in zip(samples, scores, strict=True):
        qrels[sample.judged.id] = sample.judged.relevance
        order = best_rows(values, MOST).tolist()
        run[sample.judged.id] = [(ids[at], float(values[at])) for at in order]
    return np.array(list(per_query(run, qrels)["nDCG@10"].values()))


def main() -> None:
    """Print what each factor reaches, on all profiles and on those of unseen writers."""
    settings = read_settings({})
    searcher = open_current(settings)
    folder = judged_folder(settings.cases, searcher.manifest.collection)
    judged = read_profiles(folder / PROFILES_FILE, searcher.cases, searcher.taxonomy)
    samples = samples_of(searcher, [one for one in judged if one.split == "tune"])
    ids = searcher.engine.ids(searcher.matching(searcher.reporting))
    searched = quality(samples, ids, [one.searched for one in samples])
    reached = {
        factor: quality(samples, ids, [by_factor(one, factor) for one in samples])
        for factor in FACTORS
    }
    print(f"a search for the same words: {searched.mean():.3f} on {len(samples)} profiles")
    for factor, values in reached.items():
        print(f"factor {factor}: {values.mean():.3f}")
    writers = np.array([one.writer for one in samples])
    unseen = np.zeros(len(samples))
    for writer in sorted(set(writers)):
        theirs = writers == writer
        best = max(FACTORS, key=lambda factor: reached[factor][~theirs].mean())
        unseen[theirs] = reached[best][theirs]
        print(
            f"{writer}: factor {best} of the others gives {unseen[theirs].mean():.3f}, "
            f"the search {searched[theirs].mean():.3f}"
        )
    p = p_value(unseen.tolist(), searched.tolist())
    print(f"unseen writers: {unseen.mean():.3f}, the search {searched.mean():.3f}, p {p:.3f}")
    agencies = np.array([one.judged.persona == "agency" for one in samples])
    print(
        f"agencies alone: {unseen[agencies].mean():.3f}, the search {searched[agencies].mean():.3f}"
    )
    best_scores = sorted(float(by_factor(one, 1.0).max()) for one in samples)
    print(f"the best case of each scores {best_scores[0]:.3f} or more")


if __name__ == "__main__":
    main()
