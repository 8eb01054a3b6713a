"""Role models for a firm, as data."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated

from pydantic import Field, computed_field

from kb.answers.addresses import Addresses
from kb.answers.cases import CaseSummary, summary_fields
from kb.answers.search import AskedFilters, asked_filters
from kb.answers.serialise import extended, old_name
from kb.guidance.notices import notices_of
from kb.guidance.profile import Profile, with_goal
from kb.guidance.profile_comparison import FieldComparison, sentences
from kb.guidance.profile_score import FULL_TEXT, INTENT, part_label
from kb.guidance.role_models import Part, RoleModel, RoleModels
from kb.search.answer import Reason

if TYPE_CHECKING:
    from kb.search.searcher import Searcher

#: Parts of a score to what they were called before, which answers for one release.
EARLIER_PARTS: Mapping[str, str] = {
    FULL_TEXT: "story",
    INTENT: "wants",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class SuggestedGoal:
    """A kind of project that the words come near to; it counts as a wish only if ticked."""

    value: str
    label: str
    url: Annotated[str, Field(description="The page of the same profile with it ticked")]


@dataclass(frozen=True, slots=True, kw_only=True)
class LabelledPart(Part):
    """One part of the score."""

    label: str

    @computed_field(
        description="The earlier name of `part`, with its earlier values: story, wants.",
        json_schema_extra={"deprecated": True},
    )
    @property
    def name(self) -> str:
        """What the part was called before."""
        return EARLIER_PARTS.get(self.part, self.part)


@dataclass(frozen=True, slots=True, kw_only=True)
class RoleModelCase(CaseSummary):
    """One case that suits the profile."""

    rank: Annotated[int, Field(description="From 1")]
    score: Annotated[
        float, Field(description="The sum of value times share over `parts`, in [0, 1]")
    ]
    sentences: Annotated[
        tuple[str, ...],
        Field(description="Like you, unlike you, not reported: up to one sentence each"),
    ]
    comparison: Annotated[
        tuple[FieldComparison, ...],
        Field(description="Each field that the profile gives, beside it"),
    ]
    audience_line: Annotated[
        str, Field(description="Whom it suits in the editors' words, the line nearest to you")
    ]
    reason: Annotated[
        Reason | None, Field(description="The passage nearest to the profile's words")
    ]
    done: Annotated[
        tuple[str, ...], Field(description="What the network did together, as the case tells it")
    ]
    parts: tuple[LabelledPart, ...]

    likeness = old_name("comparison", tuple[FieldComparison, ...])
    suits = old_name("audience_line", str)


@dataclass(frozen=True, slots=True, kw_only=True)
class RoleModelsAnswer:
    """The role models for a profile, at most ten, best first."""

    profile: Profile
    query: AskedFilters
    total: Annotated[
        int, Field(description="How many cases the filters allow; guides are left out")
    ]
    no_good_match: Annotated[bool, Field(description="True when none of them suits well enough")]
    snapshot: str
    url: Annotated[str, Field(description="The page with the same answer")]
    contradictions: Annotated[
        tuple[str, ...], Field(description="What cannot well be at once, as sentences")
    ]
    notices: Annotated[
        tuple[str, ...],
        Field(
            description="What the words leave out, and what no case has, or none of these: each "
            "once, as a sentence"
        ),
    ]
    suggested_goals: tuple[SuggestedGoal, ...]
    models: tuple[RoleModelCase, ...]

    heard = old_name("suggested_goals", tuple[SuggestedGoal, ...])


def role_models_answer(
    found: RoleModels, searcher: Searcher, addresses: Addresses
) -> RoleModelsAnswer:
    """The role models with the profile and the filters as understood."""
    profile, query, taxonomy = found.profile, found.query, searcher.taxonomy
    notices = notices_of(found, searcher)
    return RoleModelsAnswer(
        profile=profile,
        query=AskedFilters(**asked_filters(query)),
        total=found.total,
        no_good_match=found.no_good_match,
        snapshot=found.snapshot_id,
        url=addresses.role_models(profile, query),
        contradictions=notices.contradictions,
        notices=(*notices.left_out, *notices.absent),
        suggested_goals=tuple(
            SuggestedGoal(
                value=project,
                label=taxonomy.label("project", project),
                url=addresses.role_models(with_goal(profile, project), query),
            )
            for project in found.suggested_goals
        ),
        models=tuple(_model(model, searcher, addresses) for model in found.models),
    )


def _model(model: RoleModel, searcher: Searcher, addresses: Addresses) -> RoleModelCase:
    return RoleModelCase(
        **summary_fields(model.case, searcher, addresses),
        rank=model.rank,
        score=model.score,
        sentences=sentences(model.comparison),
        comparison=model.comparison,
        audience_line=model.audience_line,
        reason=model.reason,
        done=model.done,
        parts=tuple(
            extended(LabelledPart, one, label=part_label(one.part, searcher.taxonomy))
            for one in model.parts
        ),
    )
