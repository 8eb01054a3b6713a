"""Role models in the shape of the API."""

from __future__ import annotations

import dataclasses

from kb.guidance.profile import contradictions, with_goal
from kb.guidance.profile_comparison import sentences
from kb.guidance.profile_score import PART_LABELS
from kb.guidance.role_models import RoleModel, RoleModels
from kb.model.taxonomy import Taxonomy
from web.core.urls import absolute, profile_url
from web.machine.api import case_brief
from web.machine.schemas import ReasonOut
from web.machine.schemas_profiles import (
    HeardOut,
    LikenessOut,
    ModelFilters,
    PartOut,
    ProfileOut,
    RoleModelOut,
    RoleModelsOut,
)


def role_models_out(answer: RoleModels, taxonomy: Taxonomy) -> RoleModelsOut:
    """The answer with its profile and filters as understood."""
    profile, query = answer.profile, answer.query
    return RoleModelsOut(
        profile=ProfileOut(**dataclasses.asdict(profile)),
        query=ModelFilters(
            filters={facet: list(values) for facet, values in query.filters.items() if values},
            results_min=query.results_min,
            results_unit=query.results_unit,
        ),
        total=answer.total,
        no_good_match=answer.no_good_match,
        snapshot=answer.snapshot_id,
        url=absolute(profile_url(profile, query)),
        contradictions=list(contradictions(profile, taxonomy)),
        heard=[
            HeardOut(
                value=project,
                label=taxonomy.label("project", project),
                url=absolute(profile_url(with_goal(profile, project), query)),
            )
            for project in answer.heard
        ],
        models=[_model(model, taxonomy) for model in answer.models],
    )


def _model(model: RoleModel, taxonomy: Taxonomy) -> RoleModelOut:
    return RoleModelOut(
        **case_brief(model.case, taxonomy),
        rank=model.rank,
        score=model.score,
        sentences=list(sentences(model.likeness)),
        likeness=[LikenessOut(**dataclasses.asdict(one)) for one in model.likeness],
        suits=model.suits,
        reason=ReasonOut(**dataclasses.asdict(model.reason)) if model.reason else None,
        done=list(model.done),
        parts=[
            PartOut(label=PART_LABELS[part.name], **dataclasses.asdict(part))
            for part in model.parts
        ],
    )
