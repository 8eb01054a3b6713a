"""The whole found set, compared with the searches that it speaks of."""

from dataclasses import replace

import pytest

from kb.model.cases import FACETS
from kb.search.query import Query
from web.search.found import found_set
from web.search.orders import Order, Orders, orders

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
            narrowed = found.narrowed(facet, value)
            assert sorted(case.id for case in narrowed) == ids(searcher, narrower)


def test_offers_and_orders_of_the_real_compendium(real_live):
    """Weak matches too: what a narrower search would refuse whole is not counted as found."""
    searcher = real_live.current()
    query = Query(text="I sell parts but I would rather build the whole product")
    found = found_set(query, searcher)
    assert sorted(case.id for case in found.cases) == ids(searcher, query)
    for value in searcher.taxonomy.facet("sector").ids:
        narrower = replace(query, filters={"sector": (value,)})
        narrowed = found.narrowed("sector", value)
        assert sorted(case.id for case in narrowed) == ids(searcher, narrower)


def test_a_chosen_metric_stands_among_the_plain_orders(app_context, searcher):
    """Nothing is left to choose then."""
    query = Query(filters={"results": ("cost",)}, sort="result", results_min=1)
    found = orders(query, found_set(query, searcher), searcher.taxonomy)
    address = "/search?results=cost&results_min=1"
    assert (found.plain, found.strongest) == (
        (
            Order(words="By title", url=address),
            Order(words="Newest first", url=f"{address}&sort=newest"),
            Order(words="Strongest: Costs", url=f"{address}&sort=result", current=True),
        ),
        (),
    )


def test_several_metrics_leave_one_to_choose(app_context, searcher):
    """Beside a least figure none is on offer, as it was not asked of one of them."""
    both = {"results": ("cost", "sales", "export-sales")}
    found = found_set(Query(filters=both), searcher)
    chosen = orders(Query(filters=both), found, searcher.taxonomy).strongest
    assert chosen == (
        Order(words="Export sales (2)", url="/search?results=export-sales&sort=result"),
        Order(words="Costs (2)", url="/search?results=cost&sort=result"),
    )
    least = Query(filters=both, results_min=1)
    assert orders(least, found_set(least, searcher), searcher.taxonomy).strongest == ()


def test_no_year_is_said(app_context, searcher):
    """Where no case names a year the newest order says that it is the usual one."""
    query = Query(filters={"country": ("FR",)}, sort="newest")
    assert orders(query, found_set(query, searcher), searcher.taxonomy) == Orders(
        plain=(
            Order(words="By title", url="/search?country=FR"),
            Order(words="Newest first", url="/search?country=FR&sort=newest", current=True),
        ),
        strongest=(),
        note="None of these cases names a year, so the usual order stands.",
    )


@pytest.fixture(name="app_context")
def _app_context(client):
    """Addresses need a request."""
    with client.application.test_request_context("/search"):
        yield
