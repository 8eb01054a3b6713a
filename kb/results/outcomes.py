"""What networks reported: the results of many cases side by side, and how little that is.

Figures stand together only if they are of one metric, direction and unit (see
``kb.model.quantities``), against the same comparison, and of one kind of evidence: what
single networks reported, what an evaluation of a whole programme found, and what a
study measured are never mixed. Nothing is summed.
"""

from __future__ import annotations

import statistics
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from kb.model.cases import Case, Result
from kb.model.quantities import Quantity, quantities
from kb.model.taxonomy import Taxonomy


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """One result with its case.

    ``evidence`` is the kind of the case; ``quantity`` is None for a result in words.
    """

    case_id: str
    title: str
    country: tuple[str, ...]
    evidence: str
    result: Result
    quantity: Quantity | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Distribution:
    """Figures that may stand beside each other, lowest first, equal ones by case.

    ``median`` is that of the figures, the middle of a range standing for it; a single
    figure is its own. It is None of a single range and of two figures, since halfway
    stands nothing that anyone reported, and where one case alone gives several: these
    are figures of different things, and not one thing measured several times.
    """

    metric: str
    evidence: str
    direction: str
    unit: str
    compared_with: str
    findings: tuple[Finding, ...]
    n_cases: int
    low: float
    high: float
    median: float | None

    @property
    def n(self) -> int:
        """How many figures there are."""
        return len(self.findings)


@dataclass(frozen=True, slots=True, kw_only=True)
class MetricOutlook:
    """What was reported in one metric.

    ``distributions`` are in the order of their kinds in the vocabulary, those with most
    figures first; ``in_words`` are results without a figure, by case.
    """

    metric: str
    n_cases: int
    distributions: tuple[Distribution, ...]
    in_words: tuple[Finding, ...]


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
    kinds = [kind.id for kind in taxonomy.reporting]
    metrics = (_metric(term.id, chosen, taxonomy) for term in taxonomy["metrics"])
    return Outlook(
        n_cases=len(chosen),
        n_by_evidence={kind: sum(case.kind == kind for case in chosen) for kind in kinds},
        n_reporting=sum(bool(case.results) for case in chosen),
        n_with_figures=sum(any(r.low is not None for r in case.results) for case in chosen),
        without_results=tuple(case.id for case in chosen if not case.results),
        metrics=tuple(found for found in metrics if found.n_cases),
    )


def _metric(metric: str, cases: Sequence[Case], taxonomy: Taxonomy) -> MetricOutlook:
    groups: dict[tuple[str, str, str, str], list[Finding]] = {}
    in_words = []
    with_metric = set()
    for case in cases:
        for result in case.results:
            if result.metric != metric:
                continue
            with_metric.add(case.id)
            found = quantities(result, taxonomy)
            if not found:
                in_words.append(_finding(case, result, None))
            for one in found:
                key = (case.kind, one.direction, one.unit, result.compared_with or "")
                groups.setdefault(key, []).append(_finding(case, result, one))
    made = [_distribution(metric, *key, members) for key, members in groups.items()]
    kinds = taxonomy["kinds"].ids
    made.sort(key=lambda one: _place(one, kinds))
    return MetricOutlook(
        metric=metric,
        n_cases=len(with_metric),
        distributions=tuple(made),
        in_words=tuple(in_words),
    )


def _place(found: Distribution, kinds: Sequence[str]) -> tuple[int | str, ...]:
    names = (found.unit, found.direction, found.compared_with)
    return (kinds.index(found.evidence), -found.n_cases, -found.n, *names)


def _finding(case: Case, result: Result, quantity: Quantity | None) -> Finding:
    return Finding(
        case_id=case.id,
        title=case.title,
        country=case.facets.get("country", ()),
        evidence=case.kind,
        result=result,
        quantity=quantity,
    )


def _distribution(
    metric: str,
    evidence: str,
    direction: str,
    unit: str,
    compared_with: str,
    findings: Sequence[Finding],
) -> Distribution:
    pairs = [(finding.quantity, finding) for finding in findings if finding.quantity is not None]
    pairs.sort(key=lambda pair: (pair[0].middle, pair[1].case_id))
    n_cases = len({finding.case_id for _, finding in pairs})
    first = pairs[0][0]
    has_median = first.low == first.high if len(pairs) == 1 else len(pairs) > 2 and n_cases > 1
    return Distribution(
        metric=metric,
        evidence=evidence,
        direction=direction,
        unit=unit,
        compared_with=compared_with,
        findings=tuple(finding for _, finding in pairs),
        n_cases=n_cases,
        low=min(quantity.low for quantity, _ in pairs),
        high=max(quantity.high for quantity, _ in pairs),
        median=statistics.median(one.middle for one, _ in pairs) if has_median else None,
    )
