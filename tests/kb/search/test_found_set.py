"""The whole found set, compared with the searches that it speaks of."""

from dataclasses import replace

import pytest

from kb.model.facets import FACETS
from kb.search.answer import MORE
from kb.search.found_set import found_set
from kb.search.query import Query

QUERIES = {
    "browse": Query(),
    "words": Query(text="wine export"),
    "slip": Query(text="wine exprot"),
    "exact": Query(text="wine exprot", exact=True),
    "filtered": Query(text="export", filters={"country": ("NO", "FR")}),
    "least": Query(filters={"results": ("export-sales",)}, results_min=20),
    "page": Query(text="wine export", page=2, per_page=1),
    "nothing": Query(text="zebra"),
}


def ids(searcher, query):
    """The ids that a search finds, in the order of ids."""
    result = searcher.search(replace(query, page=1, per_page=100))
    return sorted(hit.case.id for hit in result.hits)


@pytest.mark.parametrize("query", QUERIES.values(), ids=QUERIES)
def test_the_found_set_is_what_the_search_finds(searcher, query):
    """It holds the hits of all pages, and no other case."""
    found = found_set(query, searcher)
    assert sorted(case.id for case in found.cases) == ids(searcher, query)


@pytest.mark.parametrize("query", QUERIES.values(), ids=QUERIES)
def test_narrowed_is_what_the_narrower_search_finds(searcher, query):
    """For each value of each facet without a selection it is the same as that search."""
    found = found_set(query, searcher)
    for facet in FACETS:
        if query.filters.get(facet):
            continue
        for value in searcher.taxonomy.facet(facet).ids:
            narrower = replace(query, filters={**query.filters, facet: (value,)})
            assert found.n_narrowed(facet, value) == len(ids(searcher, narrower))


def test_two_are_equal_that_hold_the_same(searcher):
    """However they were found; by what they hold, not by the object."""
    found = {name: found_set(query, searcher) for name, query in QUERIES.items()}

    assert found["page"] == found["words"] == found["slip"]
    assert hash(found["page"]) == hash(found["words"])
    assert found["browse"] != found["words"]
    assert replace(found["words"], relation=MORE) != found["words"]
    assert searcher.search(QUERIES["words"]) == searcher.search(QUERIES["words"])


def test_offers_and_orders_of_the_real_compendium(real_live):
    """Weak matches too: what a narrower search would refuse whole is not counted as found."""
    searcher = real_live.current()
    query = Query(text="I sell parts but I would rather build the whole product")
    found = found_set(query, searcher)
    assert sorted(case.id for case in found.cases) == ids(searcher, query)
    for value in searcher.taxonomy.facet("sector").ids:
        narrower = replace(query, filters={"sector": (value,)})
        assert found.n_narrowed("sector", value) == len(ids(searcher, narrower))


@pytest.mark.parametrize("query", QUERIES.values(), ids=QUERIES)
def test_its_numbers_are_those_of_a_recount(searcher, query):
    """How many there are, how many name a year, and how many report a figure in a metric."""
    found = found_set(query, searcher)

    assert len(found) == len(found.cases) == searcher.search(replace(query, page=1)).total
    assert [case.id for case in found.cases] == sorted(case.id for case in found.cases)
    assert found.n_dated == sum(
        case.period is not None and bool(case.period.start or case.period.end)
        for case in found.cases
    )
    for metric in searcher.taxonomy["metrics"].ids:
        reporting = [
            case
            for case in found.cases
            if any(result.metric == metric and result.has_figure for result in case.results)
        ]
        assert found.n_reporting(metric) == len(reporting)
