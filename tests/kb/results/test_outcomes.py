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
        (d.metric, d.evidence, d.direction, d.unit, d.n, d.n_cases, d.low, d.high, d.median)
        for metric in found.metrics
        for d in metric.distributions
    ]


def test_figures_of_one_kind_stand_together(taxonomy):
    """One metric, direction and unit is one distribution; the middle of a range stands for it."""
    cases = [
        case("a", result("sales", 10, unit="percent")),
        case("b", result("sales", 20, 40, "percent")),
        case("c", result("sales", 70, unit="percent"), result("sales", 5, unit="times")),
        case("d", result("sales", 70, unit="percent", direction="down")),
    ]

    assert shape(outlook(cases, taxonomy)) == [
        ("sales", "network", "up", "percent", 3, 3, 10, 70, 30),
        ("sales", "network", "down", "percent", 1, 1, 70, 70, 70),
        ("sales", "network", "up", "times", 1, 1, 5, 5, 5),
    ]


def test_evidence_is_never_mixed(taxonomy):
    """Networks, programmes and studies have distributions of their own; guides have none."""
    figure = result("jobs", 12, unit="jobs")
    kinds = ("study", "programme", "network", "guide")
    found = outlook([case(kind, figure, kind=kind) for kind in kinds], taxonomy)

    assert [d.evidence for d in found.metrics[0].distributions] == ["network", "programme", "study"]
    assert (found.n_cases, found.n_by_evidence) == (3, {"network": 1, "programme": 1, "study": 1})


def test_a_comparison_with_others_is_no_change_from_before(taxonomy):
    """Growth beyond that of firms outside stands apart from growth."""
    outside = result("sales", 50, unit="percent", compared_with="firms outside")
    found = outlook([case("a", outside), case("b", result("sales", 50, unit="percent"))], taxonomy)

    assert [d.compared_with for d in found.metrics[0].distributions] == ["", "firms outside"]


def test_several_figures_of_one_case_have_no_median(taxonomy):
    """They are figures of different things."""
    ratings = [result("perceived-value", value, unit="score-of-5") for value in (4.22, 2.22)]
    found = outlook([case("a", *ratings)], taxonomy)

    assert shape(found) == [
        ("perceived-value", "network", "up", "score-of-5", 2, 1, 2.22, 4.22, None)
    ]


def test_two_figures_and_a_range_have_no_median(taxonomy):
    """Halfway between 10 and 16,000, or within 40-50, stands nothing that anyone reported."""
    cases = [
        case("a", result("sales", 10, unit="units"), result("cost", 40, 50, "percent")),
        case("b", result("sales", 16_000, unit="units")),
    ]

    assert [row[4:] for row in shape(outlook(cases, taxonomy))] == [
        (2, 2, 10, 16_000, None),
        (1, 1, 40, 50, None),
    ]


def test_a_level_reached_is_no_rise(taxonomy):
    """From 1 to 3 million does not stand beside a rise by 3 million."""
    cases = [
        case("a", result("sales", 3, unit="AUD", before=1)),
        case("b", result("sales", 3, unit="AUD")),
    ]

    assert [(row[2], row[3], row[6]) for row in shape(outlook(cases, taxonomy))] == [
        ("level", "AUD", 3),
        ("up", "AUD", 3),
        ("up", "percent", 200),
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
    """NumPy finds the same median, least and most from the front-matter, conversions by hand."""
    searcher = real_live.current()
    by_hand: dict[tuple, list[tuple[float, float]]] = {}
    for one in searcher.cases:
        for r in one.results:
            if r.low is None:
                continue
            direction = "level" if r.before else r.direction
            ends, key = (r.low, r.high), (r.metric, one.kind, direction, r.unit, r.compared_with)
            if r.unit == "percent-of-usual":
                ends, key = (
                    (100 - r.high, 100 - r.low),
                    (r.metric, one.kind, "down", "percent", None),
                )
            by_hand.setdefault(key, []).append(ends)
            if r.before:
                times = (100 * (r.low / r.before - 1), 100 * (r.high / r.before - 1))
                by_hand.setdefault((r.metric, one.kind, "up", "percent", None), []).append(times)
    found = outlook(searcher.cases, searcher.taxonomy)
    shown = {
        (d.metric, d.evidence, d.direction, d.unit, d.compared_with or None): d
        for metric in found.metrics
        for d in metric.distributions
    }

    assert shown.keys() == by_hand.keys()
    for key, ends in by_hand.items():
        values = np.array(ends)
        assert (shown[key].low, shown[key].high) == (values.min(), values.max())
        if shown[key].median is not None:
            assert shown[key].median == pytest.approx(np.median(values.mean(axis=1)))


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
