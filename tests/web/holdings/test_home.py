"""The front page: what is known and how little, counted; a way on for each who may come."""

from __future__ import annotations

import re
from dataclasses import replace

import pytest

from kb.model.compendium import Compendium
from kb.model.facets import COLLECTION_FACET
from kb.model.taxonomy import Taxonomy, Term, Vocabulary
from web.holdings.home import Known, cases_a_mark, known, marks


def text_of(html: str) -> str:
    return " ".join(re.sub("<[^>]+>", " ", html).split())


def parted(compendium: Compendium) -> Compendium:
    """The toy compendium in two collections: what is of Norway, and the rest."""
    terms = (
        Term(id="north", label="The north", definition="What is of Norway."),
        Term(id="rest", label="The rest", definition="All else."),
    )
    lists = compendium.taxonomy.vocabularies
    name = compendium.taxonomy.facet(COLLECTION_FACET).name
    taxonomy = Taxonomy(vocabularies={**lists, name: Vocabulary(name=name, terms=terms)})
    cases = tuple(
        replace(
            case,
            facets={
                **case.facets,
                COLLECTION_FACET: ("north" if "NO" in case.facets["country"] else "rest",),
            },
        )
        for case in compendium.cases
    )
    return replace(compendium, cases=cases, taxonomy=taxonomy, index=None, counted=None)


def test_everything_is_counted(client, searcher):
    """The parts together are all cases, by what they report; the page says the same numbers."""
    with client.application.test_request_context("/"):
        parts = known(searcher.compendium)
    cases = [case for case in searcher.cases if not case.is_guide]
    with_figure = [case for case in cases if any(r.low is not None for r in case.results)]
    silent = [case for case in cases if not case.results]

    assert sum(part.n_cases for part in parts) == len(cases)
    assert sum(part.n_figures for part in parts) == len(with_figure)
    assert sum(part.n_silent for part in parts) == len(silent)
    assert all(part.n_cases == part.n_figures + part.n_words + part.n_silent for part in parts)
    shown = text_of(client.get("/").text)
    assert all(f"{part.n_figures} report a figure" in shown for part in parts)
    assert all(f"{part.n_silent} report no result" in shown for part in parts)


def test_collections_are_told_apart(client, searcher):
    """Each has its name, its sentence, its own counts and the years of its sources."""
    with client.application.test_request_context("/"):
        north, rest = known(parted(searcher.compendium))

    assert north == Known(
        name="The north",
        about="What is of Norway.",
        url="/search?collection=north",
        n_cases=3,
        guides="",
        n_countries=2,
        n_figures=3,
        n_words=0,
        n_silent=0,
        years=(2001, 2001),
    )
    assert (rest.name, rest.n_cases, rest.guides) == ("The rest", 3, "1 guide")


def test_a_way_on_for_each_who_may_come(client):
    """Owners, teachers, those who advise or decide, and those who know a case."""
    page = client.get("/").text
    routes = re.search(r'<ul class="routes">(.*?)</ul>', page, re.S)[1]

    assert re.findall(r"<strong>([^<]+)</strong> [^<]*<a href=\"([^\"]+)\"", routes) == [
        ("For your own firm:", "/role-models"),
        ("For a class:", "/guides"),
        ("To advise or decide:", "/outcomes"),
        ("To add what you know:", "/contribute"),
    ]


@pytest.mark.parametrize(
    ("n_cases", "each"), [(0, 1), (1_000, 1), (1_001, 2), (2_001, 5), (5_001, 10), (100_000, 100)]
)
def test_of_many_cases_a_mark_stands_for_several(n_cases, each):
    """So that no page draws more than so many; what is left over has a mark too."""
    assert cases_a_mark(n_cases) == each
    assert len(marks(7 * each, each).places) == 7
    assert len(marks(7 * each + 1, each).places) == 8
