"""What a compendium holds, counted: as slow counting by hand says."""

from __future__ import annotations

from dataclasses import replace
from itertools import combinations
from pathlib import Path

import pytest
from pydantic import TypeAdapter

from kb.content.corpus import read_corpus
from kb.model.compendium import Compendium
from kb.model.facets import FACETS
from kb.model.holdings import Holdings, holdings
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
        assert counted.n == len(chosen)
        named = [
            year
            for case in chosen
            if case.period is not None
            for year in (case.period.start, case.period.end)
            if year is not None
        ]
        written = [
            int(compendium.references[source.key].year)
            for case in chosen
            for source in case.sources
            if compendium.references[source.key].year.isdecimal()
        ]
        assert counted.years == (min(named), max(named))
        assert counted.source_years == (min(written), max(written))
        assert counted.n_silent == len([case for case in chosen if not case.results])
        for facet in FACETS:
            held_by = [len(case.facets.get(facet, ())) for case in chosen]
            assert counted.n_without[facet] == len([n for n in held_by if n == 0])
            assert counted.n_several[facet] == len([n for n in held_by if n > 1])
        crossed = [len(c.facets["project"]) * len(c.facets["type"]) for c in chosen]
        assert counted.n_crossed == len([n for n in crossed if n > 1])
        assert counted.n_uncrossed == len([n for n in crossed if n == 0])
        assert counted.planned == {
            project: len([case for case in chosen if project in case.planned])
            for case in chosen
            for project in case.planned
        }
        assert sum(counted.ended.values()) == len(
            [case for case in chosen if case.period and (case.period.end or case.period.start)]
        )
        assert counted.n_figures == len(
            [case for case in chosen if any(one.low is not None for one in case.results)]
        )
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
    """They are held apart, by their ids, and counted where everything is."""
    held = compendium.holdings

    guides = [case for case in compendium.cases if case.kind == "guide"]
    assert list(compendium.guides) == guides
    assert list(held.guides) == [guide.id for guide in guides]
    assert held.cases.count(kind="guide") == 0
    assert held.everything.count(kind="guide") == len(held.guides)
    assert {term.id: there.n_guides for term, there in compendium.collections}[
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

        assert held.everything.n == len(chosen)
        assert held.cases.n == len(chosen) - held.n_guides
        assert held.n_guides == len([case for case in chosen if case.kind == "guide"])
        assert held.everything.years == ((min(years), max(years)) if years else None)
        assert held.cases.count(country="NO") == sum(
            "NO" in case.facets["country"] for case in chosen
        )


def test_what_is_told_of_all_is_that_of_a_recount(compendium: Compendium) -> None:
    """The last day on which one came in, aims, and the facets with several values at once."""
    held, cases = compendium.holdings, compendium.cases

    assert held.updated == compendium.updated == max(case.added for case in cases)
    assert held.has_planned == compendium.has_planned == any(case.planned for case in cases)
    assert list(held.repeated) == [
        facet for facet in FACETS if any(len(case.facets.get(facet, ())) > 1 for case in cases)
    ]


def test_nothing_is_counted_of_nothing() -> None:
    """A compendium without a document has no years, no days and no facets."""
    held = holdings(())

    assert (held.everything.n, held.cases.n, held.guides, held.collections) == (0, 0, (), {})
    assert (held.everything.years, held.everything.source_years) == (None, None)
    assert (held.updated, held.has_planned, held.repeated) == ("", False, ())


def test_what_was_counted_comes_back_from_its_file(compendium: Compendium) -> None:
    """A snapshot keeps it as JSON: nothing is lost, and nobody counts again."""
    adapter = TypeAdapter(Holdings)

    kept = adapter.validate_json(adapter.dump_json(compendium.holdings))

    assert kept == compendium.holdings
    opened = replace(compendium, cases=(), counted=kept)
    assert opened.holdings is kept
    assert opened.updated == compendium.updated
