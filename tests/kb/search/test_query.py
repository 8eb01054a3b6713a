"""What a reader asks, made canonical or refused."""

from __future__ import annotations

from dataclasses import replace

import pytest

from kb.errors import QueryError
from kb.model.facets import FACETS
from kb.model.taxonomy import Taxonomy
from kb.search.answer import SearchResult
from kb.search.query import (
    MAX_PAGE,
    MAX_QUERY_LENGTH,
    Query,
    filter_of,
    make_query,
    with_value,
    without_value,
)
from kb.search.searcher import Searcher


@pytest.fixture(name="taxonomy", scope="module")
def _taxonomy(searcher: Searcher) -> Taxonomy:
    return searcher.taxonomy


def test_nothing_asked_is_a_query_for_everything(taxonomy):
    """Without any parameter the query browses the first page."""
    assert make_query(taxonomy) == Query(text="", filters={}, page=1, per_page=10)


@pytest.mark.parametrize(
    ("text", "canonical"),
    [
        ("  wine \n\t makers ", "wine makers"),
        ("\u00a0wine\u2003makers\u00a0", "wine makers"),
        ("   ", ""),
        ("Wine", "Wine"),
        ("w" * MAX_QUERY_LENGTH, "w" * MAX_QUERY_LENGTH),
        (" " * 5000 + "wine" + " " * 5000, "wine"),
        ("🍷 شبكة", "🍷 شبكة"),
        ("\udcff wine", "? wine"),
    ],
    ids=["spaces", "wide spaces", "blank", "case", "longest", "long blank", "emoji", "surrogate"],
)
def test_white_space_does_not_count(taxonomy, text, canonical):
    """Runs of white space are one space, and what is no character is made one."""
    assert make_query(taxonomy, text=text).text == canonical


@pytest.mark.parametrize(
    ("facet", "given", "canonical"),
    [
        pytest.param("country", ["no"], ("NO",), id="code in lower case"),
        pytest.param("country", ["Norway"], ("NO",), id="label"),
        pytest.param("country", ["Norwegen", "Espagne"], ("NO", "ES"), id="other languages"),
        pytest.param("type", ["peers"], ("horizontal",), id="alias"),
        pytest.param("type", ["HORIZONTAL NETWORK"], ("horizontal",), id="label in capitals"),
        pytest.param("type", ["public_private"], ("public-private",), id="underscore"),
        pytest.param("project", ["exports", "export"], ("exporting",), id="twice the same"),
        pytest.param(
            "project", ["marketing", "design"], ("marketing", "design"), id="order as given"
        ),
        pytest.param("sector", ["wineries"], ("wine-spirits",), id="sector alias"),
    ],
)
def test_values_become_ids(taxonomy, facet, given, canonical):
    """Ids, labels and aliases in any spelling mean the id, each once, in the order given."""
    assert make_query(taxonomy, filters={facet: given}).filters == {facet: canonical}


def test_filters_come_in_the_order_of_the_facets(taxonomy):
    """Two requests for the same filters are the same query; an empty filter is none."""
    filters = {"status": ["mixed"], "type": [], "country": ["NO"], "kind": iter(["guide"])}

    query = make_query(taxonomy, filters=filters)

    assert list(query.filters.items()) == [
        ("country", ("NO",)),
        ("kind", ("guide",)),
        ("status", ("mixed",)),
    ]


def test_every_facet_can_be_asked_for(taxonomy):
    """Each facet accepts each value of its vocabulary."""
    filters = {facet: taxonomy.facet(facet).ids for facet in taxonomy.facets}

    assert make_query(taxonomy, filters=filters).filters == filters


@pytest.mark.parametrize("unit", ["percent", "%", "Percent", None, ""])
def test_a_least_figure_may_have_a_unit(taxonomy, unit):
    """The unit of a least figure is canonical, and may be left open."""
    query = make_query(
        taxonomy, filters={"results": ["turnover"]}, results_min=20, results_unit=unit
    )

    assert query == Query(
        filters={"results": ("sales",)}, results_min=20, results_unit="percent" if unit else None
    )


@pytest.mark.parametrize(
    ("asked", "parameter", "value", "message"),
    [
        pytest.param(
            {"text": "w" * 10_000},
            "q",
            "w" * 40 + "…",
            "The search text must be at most 1000 characters, not 10000; "
            "a sentence or two say enough.",
            id="text too long",
        ),
        pytest.param(
            {"page": 0},
            "page",
            0,
            f"page must be a whole number from 1 to {MAX_PAGE}, not 0.",
            id="page 0",
        ),
        pytest.param(
            {"page": MAX_PAGE + 1},
            "page",
            MAX_PAGE + 1,
            f"page must be a whole number from 1 to {MAX_PAGE}, not {MAX_PAGE + 1}.",
            id="page too large",
        ),
        pytest.param(
            {"per_page": 0},
            "per_page",
            0,
            "per_page must be a whole number from 1 to 100, not 0.",
            id="nothing to a page",
        ),
        pytest.param(
            {"per_page": 101},
            "per_page",
            101,
            "per_page must be a whole number from 1 to 100, not 101.",
            id="too much to a page",
        ),
        pytest.param(
            {"filters": {"colour": ["red"]}},
            "colour",
            ("red",),
            "'colour' is not a filter; filters are country, type, project, sector, results, "
            "kind, form, formation, status, decade, collection.",
            id="unknown facet",
        ),
        pytest.param(
            {"filters": {"country": ["Atlantis"]}},
            "country",
            "Atlantis",
            "country has no value 'Atlantis'. Allowed are DK, FR, NO, ES.",
            id="unknown country",
        ),
        pytest.param(
            {"filters": {"type": ["horizontal", "horizontol"]}},
            "type",
            "horizontol",
            "type has no value 'horizontol'. Did you mean horizontal? Allowed are horizontal, "
            "vertical, cross-sectoral, emerging-technologies, public-private.",
            id="misspelled value",
        ),
        pytest.param(
            {"filters": {"form": ["x" * 5000]}},
            "form",
            "x" * 5000,
            f"form has no value '{'x' * 60}'. Allowed are soft, hard.",
            id="very long value",
        ),
        pytest.param(
            {"filters": {"form": [""]}},
            "form",
            "",
            "form has no value ''. Allowed are soft, hard.",
            id="empty value",
        ),
        pytest.param(
            {"filters": {"results": ["sales"]}, "results_min": float("inf")},
            "results_min",
            float("inf"),
            "results_min must be a plain number such as 20, not inf.",
            id="endless figure",
        ),
        pytest.param(
            {"results_min": 20.0},
            "results_min",
            20.0,
            "results_min needs a metric in results, for example results=sales.",
            id="figure of nothing",
        ),
    ],
)
def test_what_cannot_be_answered_is_refused(taxonomy, asked, parameter, value, message):
    """A refusal names the parameter, the value, and what is allowed."""
    with pytest.raises(QueryError) as raised:
        make_query(taxonomy, **asked)

    assert str(raised.value) == message
    assert (raised.value.parameter, raised.value.value) == (parameter, value)


def test_a_figure_that_is_no_number_is_refused(taxonomy):
    """NaN, which no comparison holds for, is not a least figure."""
    with pytest.raises(QueryError) as raised:
        make_query(taxonomy, filters={"results": ["sales"]}, results_min=float("nan"))

    assert str(raised.value) == "results_min must be a plain number such as 20, not nan."


@pytest.mark.parametrize(
    ("unit", "least", "problem"),
    [("furlongs", 20, "no unit is called 'furlongs'"), ("percent", None, "it needs results_min")],
)
def test_a_unit_that_cannot_be_used_is_refused(taxonomy, unit, least, problem):
    """A unit must be one of the vocabulary, and stands only beside a figure."""
    with pytest.raises(QueryError) as raised:
        make_query(taxonomy, filters={"results": ["sales"]}, results_min=least, results_unit=unit)

    allowed = raised.value.allowed
    assert str(raised.value) == (
        f"results_unit cannot be used: {problem}. Units are {', '.join(allowed)}."
    )
    assert sorted(allowed) == sorted(taxonomy["units"].ids)


def test_the_nearest_value_is_the_first_that_is_allowed(taxonomy):
    """What is allowed is listed nearest first, each value once."""
    with pytest.raises(QueryError) as raised:
        make_query(taxonomy, filters={"type": ["public-privat"]})

    assert raised.value.allowed == (
        "public-private",
        "horizontal",
        "vertical",
        "cross-sectoral",
        "emerging-technologies",
    )


@pytest.mark.parametrize("sort", ["relevance", "newest", "result"])
def test_an_answer_can_be_ordered(taxonomy, sort):
    """Each order is taken as it is, that by a figure with the one metric that it is of."""
    query = make_query(taxonomy, text="wine", filters={"results": ["turnover"]}, sort=sort)

    assert (query.sort, query.filters) == (sort, {"results": ("sales",)})


@pytest.mark.parametrize(
    ("sort", "metrics", "message"),
    [
        ("eldest", [], "sort must be one of relevance, newest, oldest, result, not 'eldest'."),
        ("", [], "sort must be one of relevance, newest, oldest, result, not ''."),
        (
            "result",
            [],
            "sort=result needs exactly one metric in results, for example results=sales.",
        ),
        (
            "result",
            ["sales", "cost"],
            "sort=result needs exactly one metric in results, for example results=sales.",
        ),
    ],
    ids=["unknown", "empty", "no metric", "two metrics"],
)
def test_an_order_that_means_nothing_is_refused(taxonomy, sort, metrics, message):
    """Figures in different metrics have no order, and other orders do not exist."""
    with pytest.raises(QueryError) as raised:
        make_query(taxonomy, filters={"results": metrics}, sort=sort)

    assert str(raised.value) == message
    assert (raised.value.parameter, raised.value.value) == ("sort", sort)


def test_a_spelling_can_be_kept(taxonomy):
    """Whether slips are to be left as they are is part of the query."""
    assert [make_query(taxonomy, text="x", exact=exact).exact for exact in (False, True)] == [
        False,
        True,
    ]


def test_one_value_more_and_less():
    """Both lead to the first page, and a least figure goes with the last metric."""
    query = Query(
        text="wine", filters={"country": ("NO",), "results": ("sales",)}, results_min=5, page=4
    )

    more = with_value(query, "country", "FR")
    assert more == replace(query, filters={**query.filters, "country": ("NO", "FR")}, page=1)
    assert with_value(query, "type", "soft").filters["type"] == ("soft",)
    assert without_value(more, "country", "FR") == replace(query, page=1)
    assert without_value(query, "results", "sales").results_min is None
    assert without_value(query, "results", "cost") == replace(query, page=1)
    assert [one.n_filters for one in (Query(), query, more)] == [0, 2, 3]


def test_all_of_some_facets(taxonomy):
    """Facets without a value are left out, and they stand in the order of the facets."""
    filters = {"type": ["vertical", "horizontal"], "country": ["NO"]}

    query = make_query(taxonomy, filters=filters, all_of=["project", "type", "country", "type"])

    assert query.all_of == ("country", "type")
    assert filter_of(query).all_of == frozenset({"country", "type"})
    assert without_value(query, "country", "NO").all_of == ("type",)
    assert without_value(query, "type", "vertical").all_of == ("country", "type")


def test_all_of_what_is_no_facet(taxonomy):
    """It is refused by its name, with those that there are."""
    with pytest.raises(QueryError, match="all_of must name filters, and 'colour' is none") as err:
        make_query(taxonomy, all_of=["colour"])

    assert (err.value.parameter, err.value.allowed) == ("all_of", FACETS)


@pytest.mark.parametrize(
    ("page", "total", "around"),
    [
        (1, 0, (None, None)),
        (1, 10, (None, None)),
        (1, 11, (None, 2)),
        (2, 21, (1, 3)),
        (3, 21, (2, None)),
        (4, 21, (None, None)),
    ],
)
def test_the_pages_before_and_after(searcher, page, total, around):
    """Beyond the last page there is none, as nothing stands there."""
    result = SearchResult(
        query=Query(page=page),
        total=total,
        hits=(),
        facets={},
        no_good_match=False,
        snapshot_id="",
        found=searcher.found(Query()),
    )
    assert (result.previous_page, result.next_page) == around
