"""How good role models are: exactly what the site does, against a search for the same words.

Each judged profile gets its role models by ``kb.guidance.role_models``, ten at most and none
where nothing fits. Beside them stand the first ten cases by the score that the site's
search gives to everything that the profile says, ticked values by their labels; guides
are left out of both.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from kb.engine.base import best_rows
from kb.engine.filters import Filter
from kb.guidance.profile import given
from kb.guidance.profile_score import full_text
from kb.guidance.role_models import MOST, role_models
from kb.model.relevance import Report
from kb.quality.evaluate import Progress, measured
from kb.quality.judged_profiles import JudgedProfile
from kb.search.query import Query
from kb.search.searcher import Searcher

NAME = "judged profiles"
#: The first is what the other is tested against.
SYSTEMS = ("role models", "text search")

_WORDS = {"business", "aim"}


def evaluate_profiles(
    searcher: Searcher, judged: Sequence[JudgedProfile], *, split: str, progress: Progress
) -> Report:
    """Evaluate the role models of judged profiles; ``split`` names these.

    The refusal of the report counts profiles that were answered with nothing; there
    are no negative controls among them.
    """
    runs: dict[str, dict[str, list[tuple[str, float]]]] = {name: {} for name in SYSTEMS}
    refused = {}
    for judged_profile in progress(judged, "comparing"):
        answer = role_models(searcher, judged_profile.profile, Query())
        refused[judged_profile.id] = answer.no_good_match
        by_score = [(model.case.id, model.score) for model in answer.models]
        runs["role models"][judged_profile.id] = by_score
        runs["text search"][judged_profile.id] = _by_text(searcher, judged_profile)
    texts = {judged_profile.id: judged_profile.need for judged_profile in judged}
    return Report(
        name=NAME,
        split=split,
        snapshot=searcher.snapshot_id,
        collection=searcher.manifest.collection,
        **measured(judged, texts, runs, refused, _groups(judged)),
    )


def _by_text(searcher: Searcher, judged: JudgedProfile) -> list[tuple[str, float]]:
    text = full_text(judged.profile, searcher.taxonomy)
    if not text:
        return []
    kinds = tuple(kind.id for kind in searcher.taxonomy.reporting)
    evidence = searcher.retriever.evidence(searcher.analyser.analyse(text), (Filter(kinds=kinds),))
    peers = searcher.engine.matching(Filter(kinds=kinds), evidence.rows)
    scores = searcher.text_scores(evidence)[np.searchsorted(evidence.rows, peers)]
    first = best_rows(scores, MOST)
    return list(zip(searcher.engine.ids(peers[first]), scores[first].tolist(), strict=True))


def _groups(judged: Sequence[JudgedProfile]) -> Mapping[str, list[JudgedProfile]]:
    groups: dict[str, list[JudgedProfile]] = {
        "all": list(judged),
        "owner": [],
        "agency": [],
        "words only": [],
        "ticks only": [],
        "words and ticks": [],
    }
    for judged_profile in judged:
        groups[judged_profile.persona].append(judged_profile)
        parts = set(given(judged_profile.profile))
        words, ticks = bool(parts & _WORDS), bool(parts - _WORDS)
        both = "words and ticks" if words and ticks else "words only" if words else "ticks only"
        groups[both].append(judged_profile)
    return groups
