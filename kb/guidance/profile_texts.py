"""How near the words of a profile come to what the compendium says of cases and projects."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from kb.search.evidence import ComparedTexts, Vectors


def nearness_by_owner(texts: ComparedTexts, asked: Vectors) -> Mapping[str, float]:
    """How near a text that was asked comes to the best text of each owner.

    By the mean cosine of the encoders; what is opposite counts as far, at 0.
    """
    if not texts.ids:
        return {}
    cosines = np.mean(texts.cosines(asked), axis=0)
    best = dict.fromkeys(texts.owners, 0.0)
    for owner, cosine in zip(texts.owners, cosines.tolist(), strict=True):
        best[owner] = max(best[owner], cosine)
    return best


def nearest_texts(texts: ComparedTexts, asked: Sequence[Vectors]) -> Mapping[str, str]:
    """Each owner's text that comes nearest to some texts together, by its id.

    By the mean cosine over what was asked and the encoders; the first of equals.
    """
    if not texts.ids:
        return {}
    means = np.mean([cosines for vectors in asked for cosines in texts.cosines(vectors)], axis=0)
    best: dict[str, int] = {}
    for at, owner in enumerate(texts.owners):
        if owner not in best or means[at] > means[best[owner]]:
            best[owner] = at
    return {owner: texts.ids[at] for owner, at in best.items()}


def wanted_projects(phrases: ComparedTexts, asked: Sequence[Vectors]) -> Mapping[str, float]:
    """How near some texts come to wanting each type of project, in [0, 1].

    Per encoder, a type counts by the best cosine of its phrases and the texts, from the
    mean over all types (0) to the highest (1); the encoders' mean.
    """
    projects = tuple(dict.fromkeys(phrases.owners))
    if not projects:
        return {}
    places = {project: at for at, project in enumerate(projects)}
    place = np.array([places[owner] for owner in phrases.owners], dtype=np.int64)
    by_encoder = []
    for cosines in zip(*(phrases.cosines(vectors) for vectors in asked), strict=True):
        best = np.full(len(projects), -1.0)
        np.maximum.at(best, place, np.max(cosines, axis=0))
        spread = best.max() - best.mean()
        by_encoder.append(np.clip((best - best.mean()) / (spread or 1.0), 0, 1))
    values = np.mean(by_encoder, axis=0)
    return {project: float(value) for project, value in zip(projects, values, strict=True)}
