"""What a compendium holds, counted: as slow counting by hand says."""

from __future__ import annotations

from itertools import combinations
from pathlib import Path

import pytest

from kb.content.corpus import read_corpus
from kb.model.compendium import Compendium
from kb.model.facets import FACETS
from kb.model.holdings import holdings
from tests.toy import FIRST_COLLECTION

CASES = Path(__file__).parents[3] / "cases"


@pytest.fixture(name="compendium", scope="module")
def _compendium() -> Compendium:
    return read_corpus(CASES).compendium


def test_every_count_is_that_of_counting_by_hand(compendium: Compendium) -> None:
    """Each value, and each two values of different facets, of all documents and of the cases."""
    held, taxonomy = compendium.holdings, compendium.taxonomy
    for counted, chosen in (
        (held.everything, compendium.cases),
        (held.cases, [case for case in compendium.cases if case.kind != "guide"]),
    ):
        assert list(counted.documents) == list(chosen)
        with_value = {
            (facet, value): {case.id for case in chosen if value in case.facets[facet]}
            for facet in FACETS
            for value in taxonomy.facet(facet).ids
        }
        for (facet, value), ids in with_value.items():
            assert counted.count(**{facet: value}) == len(ids)
        for ((one, a), these), ((other, b), those) in combinations(with_value.items(), 2):
            if one != other:
                assert counted.count(**{one: a, other: b}) == len(these & those)
                assert counted.count(**{other: b, one: a}) == len(these & those)


def test_guides_are_no_cases(compendium: Compendium) -> None:
    """They are held apart, and counted where everything is."""
    held = compendium.holdings

    assert {guide.kind for guide in held.guides} == {"guide"}
    assert held.cases.count(kind="guide") == 0
    assert held.everything.count(kind="guide") == len(held.guides)
    assert {term.id: len(there.guides) for term, there in compendium.collections}[
        FIRST_COLLECTION
    ] == 18


def test_it_is_counted_once(compendium: Compendium) -> None:
    """The record of all content keeps what was counted."""
    assert compendium.holdings is compendium.holdings


def test_what_no_document_has_is_left_out(compendium: Compendium) -> None:
    """The others are in the order of the vocabulary."""
    counted, taxonomy = compendium.holdings.cases, compendium.taxonomy
    held = counted.terms("project", taxonomy)

    assert held == tuple(one for one in taxonomy["projects"] if counted.count(project=one.id))
    assert 0 < len(held) < len(taxonomy["projects"].ids)
    assert holdings(()).cases.terms("project", taxonomy) == ()


@pytest.mark.parametrize(
    "values",
    [{}, {"country": "NO", "kind": "study", "type": "vertical"}, {"colour": "red"}],
    ids=["none", "three", "no facet"],
)
def test_other_questions_are_refused(compendium: Compendium, values: dict[str, str]) -> None:
    """A count of three facets at once was never made."""
    with pytest.raises(ValueError, match="one facet or of two"):
        compendium.holdings.cases.count(**values)


def test_each_collection_is_counted_by_itself(compendium: Compendium) -> None:
    """What a collection holds is what counting its documents by hand says, its years too."""
    for term, held in compendium.collections:
        chosen = [case for case in compendium.cases if term.id in case.facets["collection"]]
        years = [
            year
            for case in chosen
            if case.period is not None
            for year in (case.period.start, case.period.end)
            if year is not None
        ]

        assert list(held.everything.documents) == chosen
        assert held.everything.years == ((min(years), max(years)) if years else None)
        assert held.cases.count(country="NO") == sum(
            "NO" in case.facets["country"] for case in chosen
        )
