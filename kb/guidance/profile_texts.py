"""How near the words of a profile come to what the compendium says of cases and projects."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from kb.search.evidence import ComparedTexts, MeasuredTexts, Vectors


def nearest_texts(texts: MeasuredTexts) -> Mapping[int, int]:
    """Each owner's text that comes nearest to what was asked together, by its ordinal.

    By the mean cosine over what was asked and the encoders; the first of equals.
    """
    if not len(texts):
        return {}
    means = np.mean([cosines for one in texts.cosines for cosines in one], axis=0)
    best: dict[int, int] = {}
    for at, owner in enumerate(texts.owners.tolist()):
        if owner not in best or means[at] > means[best[owner]]:
            best[owner] = at
    return {owner: int(texts.ordinals[at]) for owner, at in best.items()}


def wanted_projects(
    projects: Sequence[str], phrases: ComparedTexts, asked: Sequence[Vectors]
) -> Mapping[str, float]:
    """How near some texts come to wanting each type of project, in [0, 1].

    Per encoder, a type counts by the best cosine of its phrases and the texts, from the
    mean over all types (0) to the highest (1); the encoders' mean.
    """
    if not projects:
        return {}
    by_encoder = []
    for cosines in zip(*(phrases.cosines(vectors) for vectors in asked), strict=True):
        best = np.full(len(projects), -1.0)
        np.maximum.at(best, phrases.owners, np.max(cosines, axis=0))
        spread = best.max() - best.mean()
        by_encoder.append(np.clip((best - best.mean()) / (spread or 1.0), 0, 1))
    values = np.mean(by_encoder, axis=0)
    return {project: float(value) for project, value in zip(projects, values, strict=True)}
