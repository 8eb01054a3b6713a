"""The rule on which figures may stand together, against a slow and obvious reading of it."""

from __future__ import annotations

from itertools import product
from pathlib import Path

import pytest

from kb.content.corpus import read_corpus
from kb.content.taxonomy import load_taxonomy
from kb.model.cases import Case, Result
from kb.results.outcomes import outlook
from kb.results.together import LEAST_TOGETHER, Finding, likeness, middle, together

ROOT = Path(__file__).parents[3]
TAXONOMY = load_taxonomy(ROOT / "cases" / "taxonomy.yaml")


def result(low=10.0, high=None, unit="percent", **more) -> Result:
    """A rise of sales as output, unless said otherwise."""
    said = {"metric": "sales", "level": "output", "direction": "up", **more}
    return Result(
        **said,
        statement="",
        source="roy-1998",
        locator="p. 1",
        low=low,
        high=low if high is None else high,
        unit=unit,
    )


def finding(case_id: str, one: Result, kind: str = "network") -> Finding:
    """A result of a case that has nothing else."""
    case = Case(
        id=case_id,
        title=case_id,
        kind=kind,
        summary="",
        body="",
        facets={"country": ("NO",)},
        results=(one,),
        sources=(),
    )
    return Finding(case=case, result=one)


def by_the_book(findings: list[Finding]) -> list[set[int]]:
    """The codebook read sentence by sentence, for every pair: groups as sets of places."""

    def may(one: Finding, other: Finding) -> bool:
        a, b = one.result, other.result
        if a.low is None or b.low is None or a.unit in ("rank", "ratio"):
            return False
        same = (a.metric, a.unit, a.direction, a.level) == (b.metric, b.unit, b.direction, b.level)
        about = (a.about or "").lower() == (b.about or "").lower()
        against = (a.compared_with or "").lower() == (b.compared_with or "").lower()
        reached = (a.before is None) == (b.before is None)
        return same and about and against and reached and one.case.kind == other.case.kind

    groups = []
    for one in findings:
        group = {at for at, other in enumerate(findings) if may(one, other)}
        if len({findings[at].case.id for at in group}) >= 5 and group not in groups:
            groups.append(group)
    return groups


def places(findings: list[Finding]) -> list[set[int]]:
    """The groups of the rule as sets of places."""
    at = {id(one): place for place, one in enumerate(findings)}
    return [{at[id(one)] for one in group} for group in together(findings, TAXONOMY).values()]


def test_five_of_one_kind_stand_together():
    """Five figures of five cases do, lowest first; four stand alone each."""
    values = [30.0, 10.0, 50.0, 20.0, 40.0]
    findings = [finding(f"c{at}", result(low)) for at, low in enumerate(values)]

    (group,) = together(findings, TAXONOMY).values()

    assert [one.result.low for one in group] == [10, 20, 30, 40, 50]
    assert together(findings[:4], TAXONOMY) == {}


def test_five_figures_of_four_cases_stand_alone():
    """Several figures of one case are not one thing measured several times."""
    findings = [finding(f"c{at % 4}", result(at + 1.0)) for at in range(5)]

    assert together(findings, TAXONOMY) == {}


@pytest.mark.parametrize(
    "other",
    [
        pytest.param(result(metric="cost"), id="metric"),
        pytest.param(result(unit="percent-a-year"), id="unit"),
        pytest.param(result(direction="down"), id="direction"),
        pytest.param(result(level="consequence"), id="level"),
        pytest.param(result(about="one member"), id="what it is about"),
        pytest.param(result(compared_with="firms outside"), id="against whom"),
        pytest.param(result(before=5.0), id="reached or changed by"),
    ],
)
def test_one_that_differs_stands_alone(other):
    """Four and one that differs in one thing are no five."""
    findings = [*(finding(f"c{at}", result(at + 1.0)) for at in range(4)), finding("c4", other)]

    assert together(findings, TAXONOMY) == {}
    assert places(findings) == by_the_book(findings)


def test_programmes_never_stand_beside_networks():
    """Five figures of programmes and five of networks are two groups."""
    findings = [
        finding(f"{kind}{at}", result(at + 1.0), kind)
        for kind in ("network", "programme")
        for at in range(5)
    ]

    assert [{one.evidence for one in group} for group in together(findings, TAXONOMY).values()] == [
        {"network"},
        {"programme"},
    ]


@pytest.mark.parametrize("unit", ["rank", "ratio"])
def test_places_and_ratios_never_stand_together(unit):
    """Halfway between the second and the fourth place lies nothing."""
    one = result(4.0, unit=unit, direction="level")
    findings = [finding(f"c{at}", one) for at in range(9)]

    assert likeness(findings[0], TAXONOMY) is None
    assert together(findings, TAXONOMY) == {}


def test_words_have_no_likeness():
    """A result without a figure stands beside no other."""
    words = Result(
        metric="sales", level="output", direction="up", statement="", source="", locator=""
    )

    assert likeness(finding("a", words), TAXONOMY) is None
    assert middle(words) == 0


def test_capitals_do_not_part():
    """``Equipment`` and ``equipment`` are one thing."""
    abouts = ["equipment", "Equipment", "EQUIPMENT", "equipment", "equipment"]
    findings = [finding(f"c{at}", result(about=about)) for at, about in enumerate(abouts)]

    assert places(findings) == [{0, 1, 2, 3, 4}]


def test_the_rule_is_that_of_the_codebook():
    """Over every mix of what may differ, fast groups are those of the slow reading."""
    differing = {
        "metric": ("sales", "cost"),
        "unit": ("percent", "rank"),
        "direction": ("up", "down"),
        "level": ("output", "outcome"),
        "about": (None, "wood"),
        "before": (None, 2.0),
    }
    kinds = ("network", "programme")
    mixes = [dict(zip(differing, mix, strict=True)) for mix in product(*differing.values())]
    findings = [
        finding(f"c{at * 7 % 11}", result(float(at % 13), **mixes[at * at % len(mixes)]), kind)
        for at in range(400)
        for kind in (kinds[at % 3 % 2],)
    ]

    found = places(findings)

    assert sorted(map(sorted, found)) == sorted(map(sorted, by_the_book(findings)))
    assert len(found) > 5
    assert any(len(group) > LEAST_TOGETHER for group in found)


def test_the_codebook_says_the_same_number():
    """The rule in words and in code begin at the same number."""
    text = (ROOT / "cases" / "codebook.md").read_text(encoding="utf-8")
    rule = " ".join(text.partition("## What may stand together")[2].partition("##")[0].split())

    assert LEAST_TOGETHER == 5
    assert "there are at least five, from five cases" in rule


def test_every_aggregate_of_the_compendium_keeps_the_rule():
    """Each real distribution is one figure alone, or a group of the slow reading; none is lost."""
    read = read_corpus(ROOT / "cases").compendium
    cases = [case for case in read.cases if not case.is_guide]
    findings = [Finding(case=case, result=one) for case in cases for one in case.results]
    expected = {
        frozenset((findings[at].case.id, findings[at].result.statement) for at in group)
        for group in by_the_book(findings)
    }
    found = outlook(cases, read.taxonomy)
    groups = [one for metric in found.metrics for one in metric.distributions]

    assert {
        frozenset((one.case.id, one.result.statement) for one in group.findings)
        for group in groups
        if group.n > 1
    } == expected
    assert all(group.median is None for group in groups if group.n == 1)
    assert sum(group.n for group in groups) == sum(one.result.has_figure for one in findings)
