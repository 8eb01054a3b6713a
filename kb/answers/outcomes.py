"""What a selection of cases reported, as data."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated

from pydantic import Field

from kb.answers.addresses import Addresses
from kb.answers.cases import ReportedResult, reported
from kb.answers.figures import compared_figure
from kb.answers.search import AskedFilters, asked_filters
from kb.answers.serialise import old_name
from kb.guidance.profile import Profile
from kb.model.taxonomy import Taxonomy
from kb.results.outcomes import Distribution, Finding, MetricOutlook, outlook

if TYPE_CHECKING:
    from kb.guidance.selection import Selection
    from kb.search.searcher import Searcher


@dataclass(frozen=True, slots=True, kw_only=True)
class AskedSelection(AskedFilters):
    """What was selected, as understood: canonical ids by facet."""

    q: str
    exact: bool
    profile: Annotated[
        Profile | None, Field(description="The firm whose role models were chosen, if any")
    ]


@dataclass(frozen=True, slots=True, kw_only=True)
class ReportedFinding:
    """One result of one case; the figures are null where it is in words."""

    case: Annotated[str, Field(description="Id of the case")]
    title: str
    url: Annotated[str, Field(description="The page of the case")]
    country: tuple[str, ...]
    evidence: Annotated[str, Field(description="The kind of the case")]
    figure: Annotated[
        str | None, Field(description="The figure as it is compared, in words: `+30%`")
    ]
    low: Annotated[float | None, Field(description="The figure as it is compared, or the low end")]
    high: Annotated[
        float | None, Field(description="The figure as it is compared, or the high end")
    ]
    unit: Annotated[str | None, Field(description="The unit that it is compared in")]
    converted: Annotated[
        bool, Field(description="Whether the arithmetic is ours and not the source's")
    ]
    qualifier: Annotated[str, Field(description="`about`, `at least` and the like, or empty")]
    result: Annotated[
        ReportedResult, Field(description="The result as reported, with its place in the source")
    ]


@dataclass(frozen=True, slots=True, kw_only=True)
class FiguresAnswer:
    """Figures that may stand beside each other: one metric, direction, unit and evidence."""

    evidence: Annotated[str, Field(description="The kind of the cases")]
    direction: str
    unit: str
    compared_with: Annotated[
        str,
        Field(
            description="What a change is measured against where that is not the same firms before"
        ),
    ]
    n: Annotated[int, Field(description="How many figures")]
    n_cases: Annotated[int, Field(description="How many cases they come from")]
    low: float
    high: float
    median: Annotated[
        float | None,
        Field(
            description="Null for a range alone, for two figures, and where several are of one case"
        ),
    ]
    findings: Annotated[tuple[ReportedFinding, ...], Field(description="Lowest first")]


@dataclass(frozen=True, slots=True, kw_only=True)
class MetricAnswer:
    """What was reported in one metric."""

    metric: str
    label: str
    group: Annotated[str, Field(description="The heading that it stands under, empty without one")]
    n_cases: int
    distributions: tuple[FiguresAnswer, ...]
    in_words: Annotated[tuple[ReportedFinding, ...], Field(description="Results without a figure")]


@dataclass(frozen=True, slots=True, kw_only=True)
class OutcomesAnswer:
    """What the cases of a selection reported; guides are not counted."""

    query: AskedSelection
    snapshot: str
    n_cases: int
    n_by_evidence: Mapping[str, int]
    n_reporting: Annotated[int, Field(description="Cases with any result")]
    n_with_figures: Annotated[int, Field(description="Cases with at least one figure")]
    without_results: Annotated[
        tuple[str, ...],
        Field(description="Ids of the cases that report nothing, which is not the same as zero"),
    ]
    metrics: tuple[MetricAnswer, ...]

    silent = old_name("without_results", tuple[str, ...])


def outcomes_answer(
    selection: Selection, searcher: Searcher, addresses: Addresses
) -> OutcomesAnswer:
    """What the cases of a selection reported, cases by id."""
    query, taxonomy = selection.query, searcher.taxonomy
    found = outlook(sorted(selection.cases, key=lambda case: case.id), taxonomy)
    return OutcomesAnswer(
        query=AskedSelection(
            **asked_filters(query),
            q=query.text,
            exact=query.exact,
            profile=None if selection.profile.is_empty else selection.profile,
        ),
        snapshot=searcher.snapshot_id,
        n_cases=found.n_cases,
        n_by_evidence=found.n_by_evidence,
        n_reporting=found.n_reporting,
        n_with_figures=found.n_with_figures,
        without_results=found.without_results,
        metrics=tuple(_metric(metric, taxonomy, addresses) for metric in found.metrics),
    )


def _metric(found: MetricOutlook, taxonomy: Taxonomy, addresses: Addresses) -> MetricAnswer:
    term = taxonomy["metrics"].get(found.metric)
    return MetricAnswer(
        metric=found.metric,
        label=taxonomy["metrics"].label(found.metric),
        group=term.group if term else "",
        n_cases=found.n_cases,
        distributions=tuple(_figures(one, taxonomy, addresses) for one in found.distributions),
        in_words=tuple(_finding(one, taxonomy, addresses) for one in found.in_words),
    )


def _figures(found: Distribution, taxonomy: Taxonomy, addresses: Addresses) -> FiguresAnswer:
    return FiguresAnswer(
        evidence=found.evidence,
        direction=found.direction,
        unit=found.unit,
        compared_with=found.compared_with,
        n=found.n,
        n_cases=found.n_cases,
        low=found.low,
        high=found.high,
        median=found.median,
        findings=tuple(_finding(one, taxonomy, addresses) for one in found.findings),
    )


def _finding(found: Finding, taxonomy: Taxonomy, addresses: Addresses) -> ReportedFinding:
    compared = found.quantity
    return ReportedFinding(
        case=found.case_id,
        title=found.title,
        url=addresses.case(found.case_id),
        country=found.country,
        evidence=found.evidence,
        figure=compared_figure(found.result, compared, taxonomy).text if compared else None,
        low=compared.low if compared else None,
        high=compared.high if compared else None,
        unit=compared.unit if compared else None,
        converted=compared.converted if compared else False,
        qualifier=compared.qualifier if compared else "",
        result=reported(found.result, taxonomy),
    )
