"""From an address to a query."""

import pytest
from werkzeug.datastructures import MultiDict

from kb.errors import QueryError
from kb.model.cases import FACETS
from kb.search.query import Query
from web.core.params import NAMES, read_params, to_query, understood


def query(searcher, *pairs):
    return to_query(read_params(MultiDict(pairs)), searcher.taxonomy)


def test_names_are_the_facets_and_a_few_more():
    """Every facet is a parameter under its own name."""
    more = ("results_min", "results_unit", "exact", "sort", "page", "per_page")
    assert ("q", *FACETS, *more) == NAMES


def test_nothing_given_browses(searcher):
    """Without parameters everything is listed."""
    assert query(searcher) == Query()


def test_everything_given(searcher):
    """Repeated values, labels and aliases become one canonical query."""
    assert query(
        searcher,
        ("q", "  wine "),
        ("country", "norway"),
        ("country", "FR"),
        ("results", "Export sales"),
        ("results_min", "20.5"),
        ("results_unit", "%"),
        ("exact", "true"),
        ("sort", "result"),
        ("page", "2"),
        ("per_page", "5"),
    ) == Query(
        text="wine",
        filters={"country": ("NO", "FR"), "results": ("export-sales",)},
        results_min=20.5,
        results_unit="percent",
        exact=True,
        sort="result",
        page=2,
        per_page=5,
    )


def test_empty_fields_of_a_form_are_not_given(searcher):
    """A form sends its empty fields; they mean nothing."""
    names = ("q", "country", "results_min", "exact", "sort", "page")
    pairs = [*((name, "") for name in names), ("per_page", " ")]
    assert query(searcher, *pairs) == Query()


def test_unknown_names_are_ignored_on_pages(searcher):
    """A link with a campaign's mark on it works."""
    assert query(searcher, ("utm_source", "letter"), ("q", "wine")) == Query(text="wine")


def test_what_hangs_on_a_metric_goes_with_it(searcher):
    """A form in which the metric was unticked, or a second one ticked, can be answered."""
    unticked = (("sort", "result"), ("results_min", "20"), ("results_unit", "percent"))
    assert query(searcher, *unticked) == Query()
    assert query(searcher, *unticked, ("results", "sales"), ("results", "jobs")) == Query(
        filters={"results": ("sales", "jobs")}, results_min=20, results_unit="percent"
    )


def test_an_unknown_order_names_the_orders(searcher):
    """An order that does not exist is refused with those that do."""
    with pytest.raises(QueryError) as caught:
        query(searcher, ("sort", "oldest"))
    assert (str(caught.value), caught.value.parameter, caught.value.allowed) == (
        "sort must be one of relevance, newest, result, not 'oldest'.",
        "sort",
        ("relevance", "newest", "result"),
    )


def test_what_is_understood_of_a_bad_address(searcher):
    """Faults are left out, each of them, and the rest is kept."""
    args = MultiDict(
        [
            ("q", "wine " + "a" * 1000),
            ("country", "Norway"),
            ("country", "Atlantis"),
            ("type", "sideways"),
            ("results", "sales"),
            ("results_min", "much"),
            ("sort", "newest"),
            ("exact", "maybe"),
            ("page", "two"),
            ("per_page", "1000"),
            ("utm_source", "letter"),
        ]
    )
    assert understood(args, searcher.taxonomy) == Query(
        text="wine " + "a" * 995,
        filters={"country": ("NO",), "results": ("sales",)},
        sort="newest",
    )


@pytest.mark.parametrize(
    ("name", "value", "message"),
    [
        ("page", "two", "page must be a whole number of at least 1, not 'two'."),
        ("page", "0", "page must be a whole number of at least 1, not '0'."),
        ("per_page", "101", "per_page must be a whole number from 1 to 100, not '101'."),
        ("exact", "maybe", "exact must be true or false, not 'maybe'."),
        ("results_min", "many", "results_min must be a number, not 'many'."),
        ("results_min", "nan", "results_min must be a number, not 'nan'."),
        ("q", "a" * 1001, "q must be text of at most 1,000 characters, not 1,001."),
    ],
)
def test_wrong_values(name, value, message):
    """The error names the parameter, what it must be and what was given."""
    with pytest.raises(QueryError) as caught:
        read_params(MultiDict([(name, value)]))
    assert (str(caught.value), caught.value.parameter, caught.value.value) == (
        message,
        name,
        value,
    )
