"""What a compendium lacks by trade."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

from kb.content.taxonomy import load_taxonomy
from kb.model.cases import Case
from kb.model.coverage import division_coverage, wanted_divisions
from kb.model.taxonomy import Activity, Taxonomy, Term, Vocabulary

ROOT = Path(__file__).parents[3]


def case(*sectors: str) -> Case:
    """A case of some sectors."""
    return Case(
        id="-".join(sectors) or "none",
        title="",
        kind="network",
        summary="",
        body="",
        facets={"sector": sectors},
        results=(),
        sources=(),
    )


def sector(name: str, *codes: str) -> Term:
    """A sector with codes of the classification."""
    activities = tuple(Activity(code=code, title=f"Title of {code}") for code in codes)
    return Term(id=name, label=name.title(), activities=activities)


TAXONOMY = Taxonomy(
    vocabularies={
        "sectors": Vocabulary(
            name="sectors",
            terms=(sector("food", "101", "107"), sector("fish", "03", "102"), sector("all")),
        ),
        "divisions": Vocabulary(
            name="divisions",
            terms=(
                Term(id="03", label="Fishing"),
                Term(id="10", label="Food"),
                Term(id="12", label="Tobacco", sought=False),
                Term(id="95", label="Repair"),
            ),
        ),
    }
)


def count_in(cases: Sequence[Case]) -> Callable[[Sequence[str]], int]:
    """How many of some cases have any of some sectors, one by one."""

    def count(ids: Sequence[str]) -> int:
        return sum(any(one in ids for one in case.facets["sector"]) for case in cases)

    return count


def test_a_division_counts_the_cases_of_every_sector_that_has_a_code_of_it():
    """A case of two such sectors counts once; a longer code belongs to its division."""
    cases = [case("fish"), case("food", "fish"), case("all")]

    covered = division_coverage(TAXONOMY, count_in(cases))

    assert [
        (one.division.id, [sector.id for sector in one.sectors], one.n_cases) for one in covered
    ] == [("03", ["fish"], 2), ("10", ["food", "fish"], 2), ("12", [], 0), ("95", [], 0)]


def test_wanted_is_what_has_no_case_and_is_sought():
    """A division where owners of small firms are hardly found is not asked for."""
    assert [one.division.id for one in wanted_divisions(TAXONOMY, count_in([case("fish")]))] == [
        "95"
    ]
    assert [one.division.id for one in wanted_divisions(TAXONOMY, count_in([]))] == [
        "03",
        "10",
        "95",
    ]


def test_without_a_classification_nothing_is_wanted():
    """Another compendium may do without."""
    sectors = {"sectors": TAXONOMY["sectors"]}

    assert division_coverage(Taxonomy(vocabularies=sectors), count_in([case("food")])) == ()


def test_every_division_is_covered_or_wanted_or_not_sought():
    """In the real vocabulary, whatever the cases: nothing falls between."""
    taxonomy = load_taxonomy(ROOT / "cases" / "taxonomy.yaml")

    covered = division_coverage(taxonomy, count_in([case("retail"), case("food")]))

    assert {one.division.id for one in covered if one.n_cases} == {"10", "11", "47"}
    wanted = {one.division.id for one in covered if one.is_wanted}
    assert {"01", "45", "69", "86", "95"} <= wanted
    assert not wanted & {one.division.id for one in covered if not one.division.sought}
