"""Role models for a firm: the cases that suit its profile best, with why and where they differ."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Annotated

import numpy as np
from pydantic import Field

from kb.engine.base import best_rows
from kb.engine.filters import Filter
from kb.guidance.profile import Profile, words_of_profile
from kb.guidance.profile_comparison import FieldComparison, compare_with_heard
from kb.guidance.profile_reading import Reader
from kb.guidance.profile_score import (
    full_text,
    score_parts,
    weighted,
    weights_of,
    wishes_of,
)
from kb.guidance.profile_texts import nearest_texts
from kb.guidance.suggestions import completed, goals_in_words, plainly_said
from kb.model.cases import Case
from kb.search.answer import FacetCount, Reason
from kb.search.evidence import Evidence
from kb.search.query import Query, filter_of
from kb.search.query_analysis import Analysis
from kb.search.scoring import answered_by
from kb.search.searcher import Searcher
from kb.text.body import DONE_HEADING

#: How many role models an answer gives at most.
MOST = 10
#: Least score of the best case at which a profile counts as answered: a little less than
#: the best case of any tuning profile has (``benchmarks/weigh_profiles.py`` prints that).
ANSWER_THRESHOLD = 0.19


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """One part of a score: ``value`` in [0, 1], ``share`` of the whole score's weight."""

    part: Annotated[
        str,
        Field(
            description="What is compared: full_text and intent by the words; goal, trade, "
            "common, form, funding, partners, size and country by what is ticked or filled in"
        ),
    ]
    value: Annotated[float, Field(description="How well it fits, in [0, 1]")]
    share: Annotated[
        float, Field(description="How much it counts; the shares of a profile add up to 1")
    ]


@dataclass(frozen=True, slots=True, kw_only=True)
class RoleModel:
    """One case for a profile. ``score`` is the sum of value times share over ``parts``.

    ``reason`` is the passage nearest to what the profile says in words, None where it
    has no words; ``audience_line`` is the editors' line on whom it suits that comes nearest
    to the wish, empty without a wish; ``done`` are the passages that tell what was done,
    in order.
    """

    case: Case
    rank: int
    score: float
    parts: tuple[Part, ...]
    comparison: tuple[FieldComparison, ...]
    reason: Reason | None
    audience_line: str
    done: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class RoleModels:
    """An answer. ``total`` counts the cases that the filters allow, guides left out.

    ``suggested_goals`` are the project types that the words come nearest to, clause by clause and
    then as a whole, less those that the profile ticks; ``completed`` is the profile with what its
    words want (see ``kb.guidance.suggestions``). A case is told to be like it, and unlike only
    what is ticked or plainly said.
    ``no_good_match`` says that none of the cases suits enough; ``models`` is empty then.
    """

    profile: Profile
    query: Query
    models: tuple[RoleModel, ...]
    total: int
    facets: Mapping[str, tuple[FacetCount, ...]]
    suggested_goals: tuple[str, ...]
    completed: Profile
    reading: Analysis
    no_good_match: bool
    snapshot_id: str


def role_models(searcher: Searcher, profile: Profile, query: Query) -> RoleModels:
    """Rank the cases that a query's filters allow by how they suit a profile.

    At most ``MOST``, best first, equal ones by id. The words and the page of the
    query do not count.
    """
    reader = Reader(searcher)
    within = _eligible(searcher, query)
    scored = score_parts(searcher, profile, within, reader)
    parts, rows = scored.parts, scored.rows
    weights = weights_of(profile)
    scores = np.round(weighted(parts, weights), 6) if parts else np.zeros(len(rows))
    answered = bool(
        profile.says_what
        and (scores >= ANSWER_THRESHOLD).any()
        and _is_answerable(searcher, scored.evidence)
    )
    best = best_rows(scores, MOST)[: MOST if answered else 0].tolist()
    words = words_of_profile(profile)
    evidence = scored.evidence
    if words and words != full_text(profile, searcher.taxonomy):
        evidence = searcher.retriever.evidence(reader.analyse(words), (), also=rows[best])
    heard = goals_in_words(profile, reader, scored.intent)
    goals = heard.projects
    wanted = tuple(dict.fromkeys((*goals[: heard.n_wanted], *heard.named)))
    whole = completed(profile, reader, wanted)
    said = plainly_said(profile, reader, whole, heard.named)
    models = rows[best]
    lines = _nearest_lines(profile, models, reader)
    return RoleModels(
        profile=profile,
        query=query,
        models=tuple(
            RoleModel(
                case=case,
                rank=rank,
                score=float(scores[at]),
                parts=_parts(parts, at, weights),
                comparison=compare_with_heard(said, whole, case, searcher.taxonomy),
                reason=searcher.nearest_passage(row, evidence) if words and evidence else None,
                audience_line=lines.get(rank - 1, ""),
                done=searcher.passages_under(row, DONE_HEADING),
            )
            for rank, (at, row) in enumerate(zip(best, models.tolist(), strict=True), 1)
            for case in [searcher.cases[row]]
        ),
        total=searcher.engine.count(within),
        facets=counts_of(searcher, query),
        suggested_goals=goals,
        completed=whole,
        reading=reader.analyse(words),
        no_good_match=not answered,
        snapshot_id=searcher.snapshot_id,
    )


def _is_answerable(searcher: Searcher, evidence: Evidence | None) -> bool:
    """Whether the compendium answers what the profile says at all; true where it says nothing.

    It must be as likely as of a search.
    """
    calibration = searcher.compendium.calibration
    if calibration is None or evidence is None:
        return True
    return answered_by(evidence, calibration) >= calibration.answer_threshold


def counts_of(searcher: Searcher, query: Query) -> Mapping[str, tuple[FacetCount, ...]]:
    """The facet counts over the cases that a query's filters allow, guides left out."""
    return searcher.counts(_eligible(searcher, query))


def _eligible(searcher: Searcher, query: Query) -> Filter:
    """What the filters of a query allow of the cases that can be a role model."""
    kinds = tuple(kind.id for kind in searcher.taxonomy.reporting)
    return replace(filter_of(query), kinds=kinds)


def _nearest_lines(profile: Profile, rows: np.ndarray, reader: Reader) -> Mapping[int, str]:
    """Of each case the line on whom it suits that comes nearest to what the profile wishes.

    By the places of the cases in ``rows``.
    """
    searcher = reader.searcher
    wishes = wishes_of(profile, searcher.taxonomy)
    if not wishes or not len(rows):
        return {}
    lines = searcher.retriever.audience_lines(rows, [reader.encode(wish) for wish in wishes])
    nearest = nearest_texts(lines)
    return {
        place: searcher.cases[int(rows[place])].audience_lines[ordinal]
        for place, ordinal in nearest.items()
    }


def _parts(
    parts: Mapping[str, np.ndarray], at: int, weights: Mapping[str, float]
) -> tuple[Part, ...]:
    """The parts of the score of one candidate."""
    total = sum(weights[name] for name in parts)
    return tuple(
        Part(part=name, value=float(values[at]), share=weights[name] / total)
        for name, values in parts.items()
    )
