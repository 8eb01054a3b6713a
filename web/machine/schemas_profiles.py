"""The shape of the API's answer on role models."""

from __future__ import annotations

from pydantic import Field

from web.machine.schemas import CaseBrief, Model, ReasonOut


class ProfileOut(Model):
    """A profile as understood: canonical ids; null or empty where nothing was said."""

    business: str
    my_sector: list[str]
    my_country: str
    size: int | None
    partners: int | None
    aim: str
    goal: list[str]
    common: list[str]
    my_form: str
    funding: str


class ModelFilters(Model):
    """The filters, as understood: canonical ids by facet."""

    filters: dict[str, list[str]]
    results_min: float | None
    results_unit: str | None


class HeardOut(Model):
    """A kind of project that the words come near to; it counts as a wish only if ticked."""

    value: str
    label: str
    url: str = Field(description="The page of the same profile with it ticked")


class LikenessOut(Model):
    """One field of the profile beside the case."""

    field: str = Field(examples=["partners"])
    relation: str = Field(description="like, unlike, or unknown where the source does not tell")
    words: str = Field(description="The case's side of it", examples=["three members"])


class PartOut(Model):
    """One part of the score."""

    name: str = Field(examples=["suits"])
    label: str
    value: float = Field(description="How well it fits, in [0, 1]")
    share: float = Field(description="How much it counts; the shares of a profile add up to 1")


class RoleModelOut(CaseBrief):
    """One case that suits the profile."""

    rank: int = Field(description="From 1")
    score: float = Field(description="The sum of value times share over `parts`, in [0, 1]")
    sentences: list[str] = Field(
        description="Like you, unlike you, not reported: up to one sentence each"
    )
    likeness: list[LikenessOut]
    suits: str = Field(description="Whom it suits in the editors' words, the line nearest to you")
    reason: ReasonOut | None = Field(description="The passage nearest to the profile's words")
    done: list[str] = Field(description="What the network did together, as the case tells it")
    parts: list[PartOut]


class RoleModelsOut(Model):
    """The role models for a profile, at most ten, best first."""

    profile: ProfileOut
    query: ModelFilters
    total: int = Field(description="How many cases the filters allow; guides are left out")
    no_good_match: bool = Field(description="True when none of them suits well enough")
    snapshot: str
    url: str = Field(description="The page with the same answer")
    contradictions: list[str] = Field(description="What cannot well be at once, as sentences")
    heard: list[HeardOut]
    models: list[RoleModelOut]
