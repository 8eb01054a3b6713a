"""What a selection of cases reported, ready for the template: counts, metrics, plots, rows.

``outcomes_view`` takes any sequence of cases: those of a search, or the role models
of a profile.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from kb.guidance.selection import Selection
from kb.model.cases import Case
from kb.model.english import in_line
from kb.model.facets import FACETS
from kb.model.taxonomy import Taxonomy, Term
from kb.results.outcomes import Distribution, Finding, MetricOutlook, Outlook, outlook
from kb.search.searcher import Searcher
from web.core.urls import case_url
from web.outcomes.distributions import (
    DistributionView,
    distribution_view,
    is_converted,
    shape,
)
from web.outcomes.findings import FindingRow, finding_row, measure_words
from web.words.lists import count_words, listed
from web.words.typography import curly


@dataclass(frozen=True, slots=True, kw_only=True)
class EvidenceView:
    """What one kind of evidence holds of a metric: distributions, then figures that stand alone."""

    id: str
    label: str
    distributions: tuple[DistributionView, ...]
    singles: tuple[FindingRow, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class MetricView:
    """One metric. Its lines of the summary: of what the compendium is about, and of the others."""

    id: str
    label: str
    definition: str
    n_cases: int
    cases: str
    evidence: tuple[EvidenceView, ...]
    in_words: tuple[FindingRow, ...]
    of_subject: tuple[str, ...]
    of_others: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class MetricGroup:
    """Metrics under one heading of the vocabulary."""

    heading: str
    metrics: tuple[MetricView, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class CaseLink:
    """A case to open."""

    title: str
    url: str
    where: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Share:
    """One part of all cases: how many, and from where to where in percent."""

    id: str
    words: str
    count: int
    start: float
    width: float


@dataclass(frozen=True, slots=True, kw_only=True)
class OutcomesView:
    """Everything that the template of a selection shows. Guides are not counted.

    ``of_subject`` and ``of_others`` say whose figures there are: of what the compendium is
    about, and of the other kinds; empty where there are none.
    """

    title: str
    n_cases: int
    kinds: str
    n_reporting: int
    n_with_figures: int
    shares: tuple[Share, ...]
    silent: tuple[CaseLink, ...]
    groups: tuple[MetricGroup, ...]
    of_subject: str
    of_others: str


def outcomes_view(cases: Iterable[Case], title: str, current: Searcher) -> OutcomesView:
    """Gather what some cases reported.

    Args:
        cases: the selection, in any order; guides are left out.
        title: what the selection is, in words.
        current: the searcher that the cases come from.
    """
    chosen = sorted(cases, key=lambda case: case.id)
    found = outlook(chosen, current.taxonomy)
    by_id = {case.id: case for case in chosen}
    kinds = {one.evidence for metric in found.metrics for one in metric.distributions}
    subject = current.taxonomy.subject
    others = [kind for kind in current.taxonomy.reporting if kind.id != subject.id]
    return OutcomesView(
        title=title,
        n_cases=found.n_cases,
        kinds=_kinds(found, current.taxonomy),
        n_reporting=found.n_reporting,
        n_with_figures=found.n_with_figures,
        shares=_shares(found),
        silent=tuple(_link(by_id[name], current) for name in found.without_results),
        groups=_groups(found, current),
        of_subject=_headings([subject] if subject.id in kinds else []),
        of_others=_headings(others if kinds - {subject.id} else []),
    )


def selection_title(chosen: Selection, current: Searcher) -> str:
    """The selection in words: ``Cases for “wine”: Horizontal, Norway``."""
    if not chosen.profile.is_empty:
        n = len(chosen.cases)
        return f"The {n} role models of your firm" if n != 1 else "The role model of your firm"
    query = chosen.query
    labels = [
        current.taxonomy.label(facet, value)
        for facet in FACETS
        for value in query.filters.get(facet, ())
    ]
    if not query.text:
        return f"Cases: {', '.join(labels)}" if labels else "All cases"
    return f"Cases for “{query.text}”" + (f": {', '.join(labels)}" if labels else "")


def _kinds(found: Outlook, taxonomy: Taxonomy) -> str:
    counts = ((kind, found.n_by_evidence[kind.id]) for kind in taxonomy.reporting)
    return listed(count_words(n, kind.in_line, kind.many) for kind, n in counts if n)


def _headings(kinds: Iterable[Term]) -> str:
    """Whose figures a column holds, inside a heading: ``programmes and studies``."""
    return listed(in_line(kind.headed) for kind in kinds)


def _shares(found: Outlook) -> tuple[Share, ...]:
    counts = (
        ("figures", "with a figure", found.n_with_figures),
        ("words", "in words alone", found.n_reporting - found.n_with_figures),
        ("silent", "report nothing", len(found.without_results)),
    )
    shares, start = [], 0.0
    for name, words, count in counts:
        width = round(100 * count / found.n_cases, 2) if found.n_cases else 0.0
        shares.append(Share(id=name, words=words, count=count, start=start, width=width))
        start = round(start + width, 2)
    return tuple(shares)


def _link(case: Case, current: Searcher) -> CaseLink:
    countries = (current.taxonomy.label("country", code) for code in case.facets["country"])
    return CaseLink(title=curly(case.title), url=case_url(case.id), where=", ".join(countries))


def _groups(found: Outlook, current: Searcher) -> tuple[MetricGroup, ...]:
    groups: dict[str, list[MetricView]] = {}
    for metric in found.metrics:
        term = current.taxonomy["metrics"].get(metric.metric)
        groups.setdefault(term.group if term else "", []).append(_metric(metric, current))
    return tuple(
        MetricGroup(heading=heading, metrics=tuple(metrics)) for heading, metrics in groups.items()
    )


def _metric(found: MetricOutlook, current: Searcher) -> MetricView:
    term = current.taxonomy["metrics"].get(found.metric)
    subject = current.taxonomy.subject.id
    shapes = [(one.evidence, shape(one, current.taxonomy)) for one in found.distributions]
    return MetricView(
        id=found.metric,
        label=current.taxonomy["metrics"].label(found.metric),
        definition=term.definition if term else "",
        n_cases=found.n_cases,
        cases=count_words(found.n_cases, "case", "cases"),
        evidence=tuple(
            _evidence(
                kind, [one for one in found.distributions if one.evidence == kind.id], current
            )
            for kind in current.taxonomy.reporting
            if any(one.evidence == kind.id for one in found.distributions)
        ),
        in_words=tuple(_row(finding, current) for finding in found.in_words),
        of_subject=tuple(shape for kind, shape in shapes if kind == subject),
        of_others=tuple(shape for kind, shape in shapes if kind != subject),
    )


def _evidence(kind: Term, found: Iterable[Distribution], current: Searcher) -> EvidenceView:
    """One kind of evidence; what stands among computed figures does not stand alone too."""
    several, singles = [], []
    every = list(found)
    computed = [f.result for one in every for f in one.findings if is_converted(f)]
    for one in every:
        if one.n > 1:
            several.append(distribution_view(one, current))
        elif is_converted(one.findings[0]) or one.findings[0].result not in computed:
            measure = measure_words(one, current.taxonomy)
            singles.append(_row(one.findings[0], current, measure=measure))
    return EvidenceView(
        id=kind.id,
        label=kind.headed,
        distributions=tuple(several),
        singles=tuple(singles),
    )


def _row(finding: Finding, current: Searcher, *, measure: str = "") -> FindingRow:
    return finding_row(finding, current.taxonomy, current.compendium.references, measure=measure)
