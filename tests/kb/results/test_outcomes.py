"""What the cases of a selection reported, against recomputations."""

from __future__ import annotations

import numpy as np
import pytest

from kb.model.cases import Case, Result
from kb.model.taxonomy import Taxonomy
from kb.results.outcomes import Outlook, outlook
from kb.search.opening import LiveSearcher
from kb.search.searcher import Searcher


@pytest.fixture(name="taxonomy")
def _taxonomy(searcher: Searcher) -> Taxonomy:
    return searcher.taxonomy


def result(metric, low=None, high=None, unit=None, direction="up", **more) -> Result:
    """A result, in words without a figure."""
    return Result(
        metric=metric,
        level="output",
        direction=direction,
        statement=f"{metric} {low}",
        source="roy-1998",
        locator="p. 1",
        low=low,
        high=low if high is None else high,
        unit=unit,
        **more,
    )


def case(case_id, *results, kind="network") -> Case:
    """A case with results."""
    return Case(
        id=case_id,
        title=case_id.upper(),
        kind=kind,
        is_guide=kind == "guide",
        summary="",
        body="",
        facets={"country": ("NO",)},
        results=results,
        sources=(),
    )


def shape(found: Outlook) -> list[tuple]:
    """Every distribution as a tuple."""
    return [
        (
            *(metric.metric, d.evidence, d.result.direction, d.result.unit, d.n, d.n_cases),
            *(d.low, d.high, d.median),
        )
        for metric in found.metrics
        for d in metric.distributions
    ]


def test_five_figures_have_a_median_and_a_range(taxonomy):
    """The middle of a range stands for it; what is no like of five stands alone."""
    cases = [
        *(case(f"c{at}", result("sales", 10 * at, unit="percent")) for at in (1, 3, 5, 7)),
        case("c9", result("sales", 20, 40, "percent"), result("sales", 5, unit="times")),
        case("d", result("sales", 70, unit="percent", direction="down")),
    ]

    assert shape(outlook(cases, taxonomy)) == [
        ("sales", "network", "up", "percent", 5, 5, 10, 70, 30),
        ("sales", "network", "up", "times", 1, 1, 5, 5, None),
        ("sales", "network", "down", "percent", 1, 1, 70, 70, None),
    ]


def test_fewer_than_five_stand_alone(taxonomy):
    """Halfway between 10 and 16,000 stands nothing that anyone reported."""
    values = (10, 16_000, 30, 20)
    cases = [case(f"c{value}", result("sales", value, unit="units")) for value in values]

    assert [row[4:] for row in shape(outlook(cases, taxonomy))] == [
        (1, 1, 10, 10, None),
        (1, 1, 16_000, 16_000, None),
        (1, 1, 20, 20, None),
        (1, 1, 30, 30, None),
    ]


def test_evidence_is_never_mixed(taxonomy):
    """Networks, programmes and studies stand apart in their order; guides have no results."""
    figure = result("jobs", 12, unit="jobs")
    kinds = ("study", "programme", "network", "guide")
    found = outlook([case(kind, figure, kind=kind) for kind in kinds], taxonomy)

    assert [d.evidence for d in found.metrics[0].distributions] == ["network", "programme", "study"]
    assert (found.n_cases, found.n_by_evidence) == (3, {"network": 1, "programme": 1, "study": 1})


def test_what_we_computed_stands_nowhere(taxonomy):
    """From 1 to 3 million is an amount that was reached; the rise by 200% is no figure of its."""
    cases = [
        case("a", result("sales", 3, unit="AUD", before=1)),
        case("b", result("cost", 40, 50, "percent-of-usual", "down")),
    ]

    assert [
        (row[0], row[2], row[3], row[6], row[7]) for row in shape(outlook(cases, taxonomy))
    ] == [
        ("sales", "up", "AUD", 3, 3),
        ("cost", "down", "percent-of-usual", 40, 50),
    ]


def test_words_silence_and_figures_are_counted_apart(taxonomy):
    """A case without a result is silent; a result in words is reported, but no figure."""
    found = outlook(
        [
            case("a", result("sales")),
            case("b", result("sales", 9, unit="percent"), result("cost")),
            case("c"),
        ],
        taxonomy,
    )

    assert (found.n_cases, found.n_reporting, found.n_with_figures) == (3, 2, 1)
    assert found.without_results == ("c",)
    assert [(m.metric, m.n_cases, len(m.in_words)) for m in found.metrics] == [
        ("sales", 2, 1),
        ("cost", 1, 1),
    ]


def test_no_cases_no_metrics(taxonomy):
    """An empty selection is an empty answer."""
    found = outlook([], taxonomy)

    assert (found.n_cases, found.n_reporting, found.metrics, found.without_results) == (
        0,
        0,
        (),
        (),
    )


def test_real_medians_and_ranges_equal_a_recomputation(real_live: LiveSearcher):
    """NumPy finds the same median, least and most in the figures of each group."""
    searcher = real_live.current()
    found = outlook(searcher.cases, searcher.taxonomy)

    for metric in found.metrics:
        for one in metric.distributions:
            ends = np.array([(f.result.low, f.result.high) for f in one.findings])
            assert (one.low, one.high) == (ends.min(), ends.max())
            if one.n > 1:
                assert one.median == pytest.approx(np.median(ends.mean(axis=1)))


def test_every_real_finding_traces_to_a_case_and_its_place(real_live: LiveSearcher):
    """Each figure's case holds that very result, with a locator in a source that is known."""
    searcher = real_live.current()
    found = outlook(searcher.cases, searcher.taxonomy)
    findings = [
        finding
        for metric in found.metrics
        for group in (*(d.findings for d in metric.distributions), metric.in_words)
        for finding in group
    ]

    assert len(findings) >= 80
    for finding in findings:
        assert finding.result in searcher.case(finding.case_id).results
        assert finding.result.locator
        assert finding.result.source in searcher.compendium.references
