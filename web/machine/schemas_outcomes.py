"""The shape of the API's answer on what to expect."""

from __future__ import annotations

from pydantic import Field

from web.machine.schemas import Model, ResultOut
from web.machine.schemas_profiles import ProfileOut


class SelectionOut(Model):
    """What was selected, as understood: canonical ids by facet."""

    q: str
    filters: dict[str, list[str]]
    results_min: float | None
    results_unit: str | None
    exact: bool
    profile: ProfileOut | None = Field(description="The firm whose role models were chosen, if any")


class FindingOut(Model):
    """One result of one case; the figures are null where it is in words."""

    case: str = Field(description="Id of the case", examples=["norway/graphic-arts"])
    title: str
    url: str = Field(description="The page of the case")
    country: list[str]
    figure: str | None = Field(
        description="The figure as it is compared, in words", examples=["+30%"]
    )
    low: float | None = Field(description="The figure as it is compared, or the low end")
    high: float | None = Field(description="The figure as it is compared, or the high end")
    unit: str | None = Field(description="The unit that it is compared in")
    converted: bool = Field(description="Whether the arithmetic is ours and not the source's")
    qualifier: str = Field(examples=["about"])
    result: ResultOut = Field(description="The result as reported, with its place in the source")


class DistributionOut(Model):
    """Figures that may stand beside each other: one metric, direction, unit and evidence."""

    evidence: str = Field(description="network, programme or study: the kind of the cases")
    direction: str = Field(description="up, down or level")
    unit: str = Field(examples=["percent"])
    compared_with: str = Field(
        description="What a change is measured against where that is not the same firms before"
    )
    n: int = Field(description="How many figures")
    n_cases: int = Field(description="How many cases they come from")
    low: float
    high: float
    median: float | None = Field(
        description="Null for a range alone, for two figures, and where several are of one case"
    )
    findings: list[FindingOut] = Field(description="Lowest first")


class MetricOut(Model):
    """What was reported in one metric."""

    metric: str = Field(examples=["sales"])
    label: str
    group: str
    n_cases: int
    distributions: list[DistributionOut]
    in_words: list[FindingOut] = Field(description="Results without a figure")


class OutcomesOut(Model):
    """What the cases of a selection reported; guides are not counted."""

    query: SelectionOut
    snapshot: str
    n_cases: int
    n_by_evidence: dict[str, int]
    n_reporting: int = Field(description="Cases with any result")
    n_with_figures: int = Field(description="Cases with at least one figure")
    silent: list[str] = Field(
        description="Ids of the cases that report nothing, which is not the same as zero"
    )
    metrics: list[MetricOut]
