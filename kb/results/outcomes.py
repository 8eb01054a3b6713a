"""What networks reported: the results of many cases, and how little that is.

Which figures may stand together ``kb.results.together`` decides; every other figure stands
alone. What single networks reported, what an evaluation of a whole programme found, and what
a study measured are never mixed. Nothing is summed.
"""

from __future__ import annotations

import statistics
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from kb.model.cases import Case, Result
from kb.model.taxonomy import Taxonomy
from kb.results.together import Finding, middle, together


@dataclass(frozen=True, slots=True, kw_only=True)
class Distribution:
    """Figures that may stand together, lowest first, or one figure alone.

    ``median`` is that of the figures, the middle of a range standing for it. It is None of a
    figure alone.
    """

    findings: tuple[Finding, ...]
    low: float
    high: float
    median: float | None

    @property
    def result(self) -> Result:
        """The first of the results; metric, level, direction and unit are those of all."""
        return self.findings[0].result

    @property
    def evidence(self) -> str:
        """The kind of the cases."""
        return self.findings[0].evidence

    @property
    def n(self) -> int:
        """How many figures there are."""
        return len(self.findings)

    @property
    def n_cases(self) -> int:
        """How many cases they come from."""
        return len({finding.case_id for finding in self.findings})


@dataclass(frozen=True, slots=True, kw_only=True)
class MetricOutlook:
    """What was reported in one metric.

    ``distributions`` are in the order of their kinds in the vocabulary, those with most
    figures first, then by case; ``in_words`` are results without a figure, by case.
    ``n_by_evidence`` counts the cases of each kind that report any.
    """

    metric: str
    n_by_evidence: Mapping[str, int]
    distributions: tuple[Distribution, ...]
    in_words: tuple[Finding, ...]

    @property
    def n_cases(self) -> int:
        """How many cases report it."""
        return sum(self.n_by_evidence.values())


@dataclass(frozen=True, slots=True, kw_only=True)
class Outlook:
    """What the cases of a selection reported.

    Guides are left out. ``n_by_evidence`` counts the cases of each kind;
    ``n_reporting`` those with any result, ``n_with_figures`` those with a figure.
    ``without_results`` are the ids of cases that report none, which is not the same as none
    achieved. ``metrics`` are in the order of the vocabulary.
    """

    n_cases: int
    n_by_evidence: dict[str, int]
    n_reporting: int
    n_with_figures: int
    without_results: tuple[str, ...]
    metrics: tuple[MetricOutlook, ...]


def outlook(cases: Iterable[Case], taxonomy: Taxonomy) -> Outlook:
    """Gather the results of some cases."""
    chosen = [case for case in cases if not case.is_guide]
    by_metric: dict[str, list[Finding]] = {}
    for case in chosen:
        for result in case.results:
            by_metric.setdefault(result.metric, []).append(Finding(case=case, result=result))
    return Outlook(
        n_cases=len(chosen),
        n_by_evidence={
            kind.id: sum(case.kind == kind.id for case in chosen) for kind in taxonomy.reporting
        },
        n_reporting=sum(bool(case.results) for case in chosen),
        n_with_figures=sum(any(r.has_figure for r in case.results) for case in chosen),
        without_results=tuple(case.id for case in chosen if not case.results),
        metrics=tuple(
            _metric(term.id, by_metric[term.id], taxonomy)
            for term in taxonomy["metrics"]
            if term.id in by_metric
        ),
    )


def _metric(metric: str, findings: Sequence[Finding], taxonomy: Taxonomy) -> MetricOutlook:
    groups = together(findings, taxonomy).values()
    grouped = {id(finding) for group in groups for finding in group}
    with_figure = [finding for finding in findings if finding.result.has_figure]
    alone = [(finding,) for finding in with_figure if id(finding) not in grouped]
    made = [_distribution(group) for group in (*groups, *alone)]
    kinds = taxonomy["kinds"].ids
    made.sort(key=lambda one: (kinds.index(one.evidence), -one.n, one.findings[0].case_id))
    return MetricOutlook(
        metric=metric,
        n_by_evidence=dict(Counter({one.case_id: one.evidence for one in findings}.values())),
        distributions=tuple(made),
        in_words=tuple(finding for finding in findings if not finding.result.has_figure),
    )


def _distribution(findings: Sequence[Finding]) -> Distribution:
    results = [finding.result for finding in findings]
    return Distribution(
        findings=tuple(findings),
        low=min(result.low for result in results if result.low is not None),
        high=max(result.high for result in results if result.high is not None),
        median=statistics.median(map(middle, results)) if len(results) > 1 else None,
    )
