"""What a selection of cases reported, as data."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated, Literal

from pydantic import Field

from kb.answers.addresses import Addresses
from kb.answers.cases import ReportedResult, reported
from kb.answers.figures import changed_figure, period_text
from kb.answers.search import AskedFilters, asked_filters
from kb.answers.serialise import old_name
from kb.guidance.profile import Profile
from kb.guidance.selection import SelectedCounts, Selection
from kb.model.cases import Reference
from kb.model.taxonomy import Taxonomy
from kb.results.outcomes import Distribution, MetricOutlook, Outlook, outlook
from kb.results.together import LEAST_TOGETHER, Finding
from kb.search.answer import EXACT

if TYPE_CHECKING:
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
    figure: Annotated[str | None, Field(description="The figure as reported, in words: `+30%`")]
    low: Annotated[float | None, Field(description="The figure as reported, or the low end")]
    high: Annotated[float | None, Field(description="The figure as reported, or the high end")]
    unit: Annotated[str | None, Field(description="The unit that it is reported in")]
    qualifier: Annotated[str, Field(description="`about`, `at least` and the like, or empty")]
    change: Annotated[
        str,
        Field(
            description="The change in percent that the figure stands for where the source gives "
            "two amounts or a part of the usual, in words; the arithmetic is ours. Empty elsewhere"
        ),
    ]
    reported_in: Annotated[
        str, Field(description="The year of the source that reports it, empty without one")
    ]
    period: Annotated[
        str, Field(description="The years of the case as the source tells them, empty if not told")
    ]
    result: Annotated[
        ReportedResult, Field(description="The result as reported, with its place in the source")
    ]


@dataclass(frozen=True, slots=True, kw_only=True)
class FiguresAnswer:
    """Figures that may stand together, or one figure alone.

    Metric, unit, direction, level, evidence and what they are about are the same.
    """

    evidence: Annotated[str, Field(description="The kind of the cases")]
    level: Annotated[str, Field(description="How far the results reach")]
    direction: str
    about: Annotated[
        str, Field(description="What was measured, where the metric alone does not say")
    ]
    unit: str
    compared_with: Annotated[
        str,
        Field(
            description="What a change is measured against where that is not the same firms before"
        ),
    ]
    n: Annotated[
        int,
        Field(description=f"How many figures: 1, or {LEAST_TOGETHER} and more that stand together"),
    ]
    n_cases: Annotated[int, Field(description="How many cases they come from")]
    low: float
    high: float
    median: Annotated[float | None, Field(description="Null for a figure alone")]
    findings: Annotated[tuple[ReportedFinding, ...], Field(description="Lowest first")]


@dataclass(frozen=True, slots=True, kw_only=True)
class MetricAnswer:
    """What was reported in one metric."""

    metric: str
    label: str
    group: Annotated[str, Field(description="The heading that it stands under, empty without one")]
    n_cases: int
    n_by_evidence: Annotated[
        Mapping[str, int], Field(description="How many cases of each kind report it")
    ]
    distributions: tuple[FiguresAnswer, ...]
    in_words: Annotated[tuple[ReportedFinding, ...], Field(description="Results without a figure")]


@dataclass(frozen=True, slots=True, kw_only=True)
class OutcomesAnswer:
    """What the cases of a selection reported; guides are not counted."""

    query: AskedSelection
    snapshot: str
    n_cases: int
    n_cases_is_exact: Annotated[
        bool, Field(description="Whether the words find so many, and no more")
    ]
    n_cases_relation: Annotated[
        Literal["exact", "about", "more"],
        Field(
            description="How many the words find beside `n_cases`, as `total_relation` of /search"
        ),
    ]
    n_by_evidence: Mapping[str, int]
    n_reporting: Annotated[int, Field(description="Cases with any result")]
    n_with_figures: Annotated[int, Field(description="Cases with at least one figure")]
    n_read: Annotated[
        int,
        Field(
            description="How many cases the findings below are of. Where more than 1,000 are "
            "selected these are at most 1,000 of those that report something, evenly spread; the "
            "counts of cases are over all"
        ),
    ]
    n_without_results: Annotated[int, Field(description="Cases that report nothing")]
    without_results: Annotated[
        tuple[str, ...],
        Field(
            description="Ids of the cases that report nothing, which is not the same as zero; the "
            "first of them where more than 1,000 cases are selected"
        ),
    ]
    metrics: tuple[MetricAnswer, ...]

    silent = old_name("without_results", tuple[str, ...])


@dataclass(frozen=True, slots=True, kw_only=True)
class _Making:
    """What every part of an answer is made with."""

    taxonomy: Taxonomy
    references: Mapping[str, Reference]
    addresses: Addresses


def outcomes_answer(
    selection: Selection, searcher: Searcher, addresses: Addresses
) -> OutcomesAnswer:
    """What the cases of a selection reported, cases by id."""
    query, taxonomy = selection.query, searcher.taxonomy
    making = _Making(
        taxonomy=taxonomy, references=searcher.compendium.references, addresses=addresses
    )
    found = outlook(sorted(selection.cases, key=lambda case: case.id), taxonomy)
    counts, read = selection.counts or _counted(found), {one.metric: one for one in found.metrics}
    return OutcomesAnswer(
        query=AskedSelection(
            **asked_filters(query),
            q=query.text,
            exact=query.exact,
            profile=None if selection.profile.is_empty else selection.profile,
        ),
        snapshot=searcher.snapshot_id,
        n_cases=counts.n_cases,
        n_cases_is_exact=selection.relation == EXACT,
        n_cases_relation=selection.relation,
        n_by_evidence=counts.by_kind,
        n_reporting=counts.n_reporting,
        n_with_figures=counts.n_with_figures,
        n_read=found.n_cases,
        n_without_results=counts.n_cases - counts.n_reporting,
        without_results=counts.silent,
        metrics=tuple(
            _metric(read.get(term.id, _unread(term.id)), counts.by_metric[term.id], making)
            for term in taxonomy["metrics"]
            if term.id in counts.by_metric
        ),
    )


def _unread(metric: str) -> MetricOutlook:
    """A metric that none of the cases reports that were read."""
    return MetricOutlook(metric=metric, n_by_evidence={}, distributions=(), in_words=())


def _counted(found: Outlook) -> SelectedCounts:
    """The counts of a selection of which every case was read."""
    return SelectedCounts(
        n_cases=found.n_cases,
        n_reporting=found.n_reporting,
        n_with_figures=found.n_with_figures,
        by_kind=found.n_by_evidence,
        by_metric={one.metric: one.n_by_evidence for one in found.metrics},
        silent=found.without_results,
    )


def _metric(
    found: MetricOutlook, n_by_evidence: Mapping[str, int], making: _Making
) -> MetricAnswer:
    metrics = making.taxonomy["metrics"]
    term = metrics.get(found.metric)
    return MetricAnswer(
        metric=found.metric,
        label=metrics.label(found.metric),
        group=term.group if term else "",
        n_cases=sum(n_by_evidence.values()),
        n_by_evidence=n_by_evidence,
        distributions=tuple(_figures(one, making) for one in found.distributions),
        in_words=tuple(_finding(one, making) for one in found.in_words),
    )


def _figures(found: Distribution, making: _Making) -> FiguresAnswer:
    like = found.result
    return FiguresAnswer(
        evidence=found.evidence,
        level=like.level,
        direction=like.direction,
        about=like.about or "",
        unit=like.unit or "",
        compared_with=like.compared_with or "",
        n=found.n,
        n_cases=found.n_cases,
        low=found.low,
        high=found.high,
        median=found.median,
        findings=tuple(_finding(one, making) for one in found.findings),
    )


def _finding(found: Finding, making: _Making) -> ReportedFinding:
    case, result = found.case, reported(found.result, making.taxonomy)
    work = making.references.get(result.source)
    change = changed_figure(result, making.taxonomy)
    return ReportedFinding(
        case=case.id,
        title=case.title,
        url=making.addresses.case(case.id),
        country=case.facets.get("country", ()),
        evidence=case.kind,
        figure=result.figure if result.has_figure else None,
        low=result.low,
        high=result.high,
        unit=result.unit,
        qualifier=result.qualifier or "",
        change=change.text if change else "",
        reported_in=work.year if work else "",
        period=period_text(case.period),
        result=result,
    )
