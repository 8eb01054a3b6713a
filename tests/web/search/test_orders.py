"""The orders on offer above an answer."""

import pytest

from kb.search.found_set import found_set
from kb.search.query import PAGE_SIZE, Query
from web.search.orders import Orders, orders
from web.ui.links import Link


def test_a_chosen_metric_stands_among_the_plain_orders(app_context, searcher):
    """Nothing is left to choose then."""
    query = Query(
        filters={"results": ("cost",)},
        sort="result",
        results_min=1,
        results_direction="down",
        per_page=PAGE_SIZE,
    )
    found = orders(query, found_set(query, searcher), searcher.taxonomy)
    address = "/search?results=cost&results_min=1&results_direction=down"
    assert (found.plain, found.strongest) == (
        (
            Link(words="By title", url=address),
            Link(words="Newest first", url=f"{address}&sort=newest"),
            Link(words="Oldest first", url=f"{address}&sort=oldest"),
            Link(words="Strongest: Costs", url=f"{address}&sort=result", is_here=True),
        ),
        (),
    )


def test_several_metrics_leave_one_to_choose(app_context, searcher):
    """Beside a least figure none is on offer, as it was not asked of one of them."""
    both = {"results": ("cost", "sales", "export-sales")}
    found = found_set(Query(filters=both, per_page=PAGE_SIZE), searcher)
    chosen = orders(Query(filters=both, per_page=PAGE_SIZE), found, searcher.taxonomy).strongest
    assert chosen == (
        Link(words="Export sales (2)", url="/search?results=export-sales&sort=result"),
        Link(words="Costs (2)", url="/search?results=cost&sort=result"),
    )
    least = Query(filters=both, results_min=1)
    assert orders(least, found_set(least, searcher), searcher.taxonomy).strongest == ()


def test_no_year_is_said(app_context, searcher):
    """Where no case names a year the newest order says that it is the usual one."""
    query = Query(filters={"country": ("FR",)}, sort="newest", per_page=PAGE_SIZE)
    assert orders(query, found_set(query, searcher), searcher.taxonomy) == Orders(
        plain=(
            Link(words="By title", url="/search?country=FR"),
            Link(words="Newest first", url="/search?country=FR&sort=newest", is_here=True),
        ),
        strongest=(),
        note="None of these cases names a year, so the usual order stands.",
    )


def test_the_oldest_come_first(app_context, searcher):
    """By the earliest year; it is said that cases without one come last."""
    query = Query(sort="oldest")
    found = orders(query, found_set(query, searcher), searcher.taxonomy)

    assert [(order.words, order.is_here) for order in found.plain[:3]] == [
        ("By title", False),
        ("Newest first", False),
        ("Oldest first", True),
    ]
    assert found.note == ("By the earliest year that a case names. Cases without a year come last.")


@pytest.fixture(name="app_context")
def _app_context(client):
    """Addresses need a request."""
    with client.application.test_request_context("/search"):
        yield
