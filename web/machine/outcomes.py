"""What a selection of cases reported, in the shape of the API."""

from __future__ import annotations

import dataclasses

from kb.answers.figures import compared_figure, figure
from kb.guidance.selection import Selection
from kb.model.taxonomy import Taxonomy
from kb.results.outcomes import Distribution, Finding, MetricOutlook, Outlook
from kb.search.searcher import Searcher
from web.core.urls import absolute, case_url
from web.machine.schemas import ResultOut
from web.machine.schemas_outcomes import (
    DistributionOut,
    FindingOut,
    MetricOut,
    OutcomesOut,
    SelectionOut,
)
from web.machine.schemas_profiles import ProfileOut


def outcomes_out(found: Outlook, chosen: Selection, current: Searcher) -> OutcomesOut:
    """The answer for the outlook ``found`` on the cases that were chosen."""
    query, profile = chosen.query, chosen.profile
    return OutcomesOut(
        query=SelectionOut(
            q=query.text,
            filters={facet: list(values) for facet, values in query.filters.items() if values},
            results_min=query.results_min,
            results_unit=query.results_unit,
            exact=query.exact,
            profile=None if profile.is_empty else ProfileOut(**dataclasses.asdict(profile)),
        ),
        snapshot=current.snapshot_id,
        n_cases=found.n_cases,
        n_by_evidence=found.n_by_evidence,
        n_reporting=found.n_reporting,
        n_with_figures=found.n_with_figures,
        silent=list(found.silent),
        metrics=[_metric(metric, current.taxonomy) for metric in found.metrics],
    )


def _metric(found: MetricOutlook, taxonomy: Taxonomy) -> MetricOut:
    term = taxonomy["metrics"].get(found.metric)
    return MetricOut(
        metric=found.metric,
        label=taxonomy["metrics"].label(found.metric),
        group=term.group if term else "",
        n_cases=found.n_cases,
        distributions=[_distribution(one, taxonomy) for one in found.distributions],
        in_words=[_finding(one, taxonomy) for one in found.in_words],
    )


def _distribution(found: Distribution, taxonomy: Taxonomy) -> DistributionOut:
    return DistributionOut(
        evidence=found.evidence,
        direction=found.direction,
        unit=found.unit,
        compared_with=found.compared_with,
        n=found.n,
        n_cases=found.n_cases,
        low=found.low,
        high=found.high,
        median=found.median,
        findings=[_finding(one, taxonomy) for one in found.findings],
    )


def _finding(found: Finding, taxonomy: Taxonomy) -> FindingOut:
    result, shown = found.result, found.quantity
    reported = figure(result, taxonomy["metrics"].label(result.metric)).text
    return FindingOut(
        case=found.case_id,
        title=found.title,
        url=absolute(case_url(found.case_id)),
        country=list(found.country),
        figure=compared_figure(result, shown).text if shown else None,
        low=shown.low if shown else None,
        high=shown.high if shown else None,
        unit=shown.unit if shown else None,
        converted=bool(shown and shown.converted),
        qualifier=shown.qualifier if shown else "",
        result=ResultOut(**dataclasses.asdict(result), figure=reported),
    )
