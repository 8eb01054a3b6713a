"""Cases side by side: alignment, agreement, and which figures may share a scale."""

from __future__ import annotations

from itertools import combinations
from pathlib import Path

import pytest

from kb.content.corpus import Corpus, read_corpus
from kb.content.taxonomy import load_taxonomy
from kb.model.cases import Case, Result
from kb.model.taxonomy import Taxonomy
from kb.results.comparison import (
    ALL,
    DIFFERENT,
    FIELDS,
    GAPS,
    SOME,
    UNTOLD,
    Comparison,
    agreement,
    compare,
)

ROOT = Path(__file__).parents[3]


@pytest.fixture(name="taxonomy", scope="module")
def _taxonomy(corpus: Corpus) -> Taxonomy:
    return corpus.compendium.taxonomy


@pytest.fixture(name="corpus", scope="module")
def _corpus() -> Corpus:
    return read_corpus(ROOT / "cases")


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


def case(case_id, *results, kind="network", ours=(), **facets) -> Case:
    """A case with results and facets."""
    return Case(
        id=case_id,
        title=case_id.upper(),
        kind=kind,
        summary="",
        body="",
        facets={"kind": (kind,), "country": ("NO",), **facets},
        results=results,
        sources=(),
        our_reading=ours,
    )


def cells(found: Comparison, name: str) -> list[list[tuple[str, int]]]:
    """The values of a field as (id, how many have it), by case."""
    return [[(value.value, value.n) for value in cell.values] for cell in found.field(name).cells]


def besides(found: Comparison) -> list[list[tuple[float, float, float] | None]]:
    """Where each result of the first metric stands: (low, high, end of its scale), by case."""
    row = found.metrics[0]
    return [
        [
            one.comparable
            and (
                one.comparable.quantity.low,
                one.comparable.quantity.high,
                one.comparable.scale_end,
            )
            for one in cell
        ]
        for cell in row.cells
    ]


@pytest.mark.parametrize(
    ("told", "expected"),
    [
        ([("a",), ("a",)], ALL),
        ([("a", "b"), ("b", "a")], ALL),
        ([("a",), (), ("a",)], GAPS),
        ([("a",), ()], GAPS),
        ([("a", "b"), ("a",)], SOME),
        ([("a", "b"), ("a",), ()], SOME),
        ([("a",), ("b",)], DIFFERENT),
        ([("a", "b"), ("b", "c"), ("c", "a")], DIFFERENT),
        ([(), ()], UNTOLD),
    ],
)
def test_agreement(told, expected):
    """Equal sets agree; what is not told neither agrees nor differs."""
    assert agreement(told) == expected


def test_values_are_aligned(taxonomy):
    """What most cases share stands first, then the order of the vocabulary."""
    found = compare(
        [
            case("a", project=("exporting", "cost-reduction", "sharing")),
            case("b", project=("sharing", "exporting")),
            case("c", project=("marketing", "exporting")),
        ],
        taxonomy,
    )

    assert cells(found, "project") == [
        [("exporting", 3), ("sharing", 2), ("cost-reduction", 1)],
        [("exporting", 3), ("sharing", 2)],
        [("exporting", 3), ("marketing", 1)],
    ]
    assert [value.label for value in found.shared("project")] == ["Exporting"]
    assert found.field("project").agreement == SOME
    assert [row.field for row in found.fields] == list(FIELDS)


def test_what_is_not_told_is_empty(taxonomy):
    """A field that a case does not tell has no value, and is shared by nobody."""
    found = compare([case("a", form=("hard",)), case("b")], taxonomy)

    assert cells(found, "form") == [[("hard", 1)], []]
    assert (found.field("form").agreement, found.shared("form")) == (GAPS, ())
    assert found.field("formation").agreement == UNTOLD


def test_our_reading_is_said_of_each_case(taxonomy):
    """Each cell knows whether its values are the editors' reading."""
    ours = case("a", sector=("food",), ours=("sectors", "type"))
    found = compare([ours, case("b", sector=("food",))], taxonomy)

    assert [cell.editorial for cell in found.field("sector").cells] == [True, False]
    assert [cell.editorial for cell in found.field("type").cells] == [True, False]


def test_a_row_for_each_metric_that_any_reports(taxonomy):
    """Metrics are in the order of the vocabulary; a case without one has an empty cell."""
    found = compare(
        [
            case("a", result("cost", 9, unit="percent", direction="down")),
            case("b", result("sales")),
        ],
        taxonomy,
    )

    assert [(row.metric, row.n, [len(cell) for cell in row.cells]) for row in found.metrics] == [
        ("sales", 1, [0, 1]),
        ("cost", 1, [1, 0]),
    ]


def five(*more: Result) -> list[Case]:
    """Five networks, each with a rise of its sales; the last one with ``more`` beside it."""
    rises = [result("sales", 10 * at, unit="percent") for at in range(1, 6)]
    return [case(f"c{at}", one, *(more if at == 4 else ())) for at, one in enumerate(rises)]


def test_five_like_figures_share_a_scale(taxonomy):
    """It ends at the largest; a figure in another unit stands alone."""
    found = compare(five(result("sales", 6, unit="times")), taxonomy)

    assert besides(found) == [
        [(10, 10, 50)],
        [(20, 20, 50)],
        [(30, 30, 50)],
        [(40, 40, 50)],
        [(50, 50, 50), None],
    ]


def test_fewer_share_no_scale(taxonomy):
    """Two, three or four like figures stand each alone."""
    for n in (2, 3, 4):
        assert besides(compare(five()[:n], taxonomy)) == [[None]] * n


def test_no_scale_holds_a_figure_below_nought(taxonomy):
    """A scale begins at 0."""
    cases = [*five()[:4], case("c9", result("sales", -5, unit="percent"))]

    assert besides(compare(cases, taxonomy)) == [[None]] * 5


@pytest.mark.parametrize(
    "other",
    [
        pytest.param(case("b", result("sales", 9, unit="percent", direction="down")), id="fall"),
        pytest.param(case("b", result("sales", 9, unit="AUD")), id="unit"),
        pytest.param(case("b", result("sales", 9, unit="percent"), kind="programme"), id="kind"),
        pytest.param(
            case("b", result("sales", 9, unit="percent", compared_with="firms outside")),
            id="comparison",
        ),
        pytest.param(case("b", result("sales", 9, unit="percent", about="one shop")), id="about"),
        pytest.param(case("b", result("sales", 50, unit="percent-of-usual")), id="computed"),
        pytest.param(case("b", result("sales")), id="words"),
    ],
)
def test_unlike_figures_share_no_scale(taxonomy, other):
    """Four figures and one that differs stand each alone."""
    found = compare([*five()[:4], other], taxonomy)

    assert {place for cell in besides(found) for place in cell} == {None}


def test_real_results_stand_in_their_rows(corpus):
    """For every pair of real cases each result is in its row, and none has a scale with one."""
    chosen = [one for one in corpus.compendium.cases if one.kind != "guide"]
    for pair in combinations([one for one in chosen if one.results][:60], 2):
        found = compare(pair, corpus.compendium.taxonomy)
        by_hand = [
            m.id
            for m in corpus.compendium.taxonomy["metrics"]
            if any(r.metric == m.id for one in pair for r in one.results)
        ]
        assert [row.metric for row in found.metrics] == by_hand
        for row in found.metrics:
            for one, cell in zip(pair, row.cells, strict=True):
                assert [r.result for r in cell] == [
                    r for r in one.results if r.metric == row.metric
                ]
                assert {r.comparable for r in cell} <= {None}


def test_real_fields_equal_a_brute_force(corpus):
    """For five real cases the values of each field are those of the file, counted by hand."""
    chosen = [one for one in corpus.compendium.cases if one.id.startswith("norway/")][:5]
    found = compare(chosen, corpus.compendium.taxonomy)

    for name in FIELDS:
        told = [set(one.facets[name]) for one in chosen]
        counted = [{v: sum(v in other for other in told) for v in values} for values in told]
        assert [dict(cell) for cell in cells(found, name)] == counted
        shared = {value.value for value in found.shared(name)}
        assert shared == set.intersection(*told)


def test_the_vocabulary_names_every_field():
    """Each compared field is a facet that the vocabulary labels."""
    taxonomy = load_taxonomy(ROOT / "cases" / "taxonomy.yaml")

    assert [name for name in FIELDS if name != "country" and not taxonomy.facet(name).ids] == []
