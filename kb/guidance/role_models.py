"""Role models for a firm: the cases that suit its profile best, with why and where they differ."""

from __future__ import annotations

import functools
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Annotated

import numpy as np
from pydantic import Field

from kb.guidance.profile import Profile, words_of_profile
from kb.guidance.profile_comparison import Likeness, likeness
from kb.guidance.profile_score import (
    WEIGHTS,
    Encode,
    score_parts,
    weighted,
    wishes_of,
)
from kb.guidance.suggestions import completed, heard_projects
from kb.model.cases import Case
from kb.search.answer import FacetCount, Reason
from kb.search.query import Query
from kb.search.scoring import Evidence
from kb.search.searcher import Searcher
from kb.text.body import DONE_HEADING

#: How many role models an answer gives at most.
MOST = 10
#: Least score of the best case at which a profile counts as answered: a little less than
#: the best case of any tuning profile has (``benchmarks/weigh_profiles.py`` prints that).
FITS = 0.25


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """One named part of a score: ``value`` in [0, 1], ``share`` of the whole score's weight."""

    name: str
    value: Annotated[float, Field(description="How well it fits, in [0, 1]")]
    share: Annotated[
        float, Field(description="How much it counts; the shares of a profile add up to 1")
    ]


@dataclass(frozen=True, slots=True, kw_only=True)
class RoleModel:
    """One case for a profile. ``score`` is the sum of value times share over ``parts``.

    ``reason`` is the passage nearest to what the profile says in words, None where it
    has no words; ``suits`` is the one of the case's ``role_model_for`` that comes nearest
    to the wish, empty without a wish; ``done`` are the passages that tell what was done,
    in order.
    """

    case: Case
    rank: int
    score: float
    parts: tuple[Part, ...]
    likeness: tuple[Likeness, ...]
    reason: Reason | None
    suits: str
    done: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class RoleModels:
    """An answer. ``total`` counts the cases that the filters allow, guides left out.

    ``heard`` are the project types that the words come nearest to, nearest first, less
    those that the profile ticks; ``completed`` is the profile with what its words name
    (see ``kb.guidance.suggestions``), with which the cases are compared. ``no_good_match``
    says that none of the cases suits enough; ``models`` is empty then.
    """

    profile: Profile
    query: Query
    models: tuple[RoleModel, ...]
    total: int
    facets: Mapping[str, tuple[FacetCount, ...]]
    heard: tuple[str, ...]
    completed: Profile
    no_good_match: bool
    snapshot_id: str


def role_models(searcher: Searcher, profile: Profile, query: Query) -> RoleModels:
    """Rank the cases that a query's filters allow by how they suit a profile.

    At most ``MOST``, best first, equal ones by id. The words and the page of the
    query do not count.
    """
    encode = functools.cache(searcher.retriever.vectors)
    parts = score_parts(searcher, profile, encode)
    scores = np.round(weighted(parts), 6) if parts else np.zeros(len(searcher.cases))
    eligible = _eligible(searcher)
    candidates = searcher.allowed(query) & eligible
    fits = bool(profile.says_what and (scores[candidates] >= FITS).any())
    order = np.lexsort((np.arange(len(scores)), -scores))
    columns = [int(column) for column in order if candidates[column]][: MOST if fits else 0]
    words = words_of_profile(profile)
    evidence = searcher.evidence(words) if words else None
    heard = heard_projects(searcher.hints, profile, encode)
    whole = completed(profile, searcher, heard)
    suits = _nearest_hints(searcher, profile, columns, encode)
    return RoleModels(
        profile=profile,
        query=query,
        models=tuple(
            replace(
                _model(searcher, whole, column, float(scores[column]), parts, evidence),
                rank=rank,
                suits=suits.get(column, ""),
            )
            for rank, column in enumerate(columns, 1)
        ),
        total=int(candidates.sum()),
        facets=counts_of(searcher, query),
        heard=heard,
        completed=whole,
        no_good_match=not fits,
        snapshot_id=searcher.snapshot_id,
    )


def counts_of(searcher: Searcher, query: Query) -> Mapping[str, tuple[FacetCount, ...]]:
    """The facet counts over the cases that a query's filters allow, guides left out."""
    return searcher.counts(query, _eligible(searcher))


def _eligible(searcher: Searcher) -> np.ndarray:
    """Which cases can be a role model: bool of shape (n_cases,)."""
    return np.array([not case.is_guide for case in searcher.cases])


def _nearest_hints(
    searcher: Searcher, profile: Profile, columns: Sequence[int], encode: Encode
) -> Mapping[int, str]:
    wishes = wishes_of(profile, searcher.taxonomy)
    if searcher.hints is None or not wishes:
        return {}
    return searcher.hints.nearest(columns, [encode(wish) for wish in wishes])


def _model(
    searcher: Searcher,
    profile: Profile,
    column: int,
    score: float,
    parts: Mapping[str, np.ndarray],
    evidence: Evidence | None,
) -> RoleModel:
    """One case compared; its rank and its nearest line are set by the caller."""
    case = searcher.cases[column]
    total = sum(WEIGHTS[name] for name in parts)
    made = tuple(
        Part(name=name, value=float(values[column]), share=WEIGHTS[name] / total)
        for name, values in parts.items()
    )
    return RoleModel(
        case=case,
        rank=0,
        score=score,
        parts=made,
        likeness=likeness(profile, case, searcher.taxonomy),
        reason=searcher.nearest_passage(column, evidence) if evidence else None,
        suits="",
        done=searcher.passages_under(case.id, DONE_HEADING),
    )
