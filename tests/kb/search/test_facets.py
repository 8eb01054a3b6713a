"""Filters of a query and facet counts, against list comprehensions over the cases."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from kb.content.taxonomy import load_taxonomy
from kb.engine.local.engine import LocalEngine
from kb.indexing.make import document_of
from kb.model.cases import Case, Result
from kb.model.facets import FACETS
from kb.model.taxonomy import Taxonomy, Term, Vocabulary
from kb.search.answer import FacetCount
from kb.search.facets import Facets
from kb.search.query import Query, filter_of
from kb.text.chunking import passages_of
from tests.kb.search.engines import engine_of

ROOT = Path(__file__).parents[3]

LISTS = load_taxonomy(ROOT / "cases" / "taxonomy.yaml").vocabularies
COUNTRIES = Vocabulary(
    name="countries",
    terms=tuple(Term(id=code, label=code.lower()) for code in ("DK", "FR", "NO", "ES")),
)
APART = Vocabulary(
    name="collections",
    terms=tuple(Term(id=name, label=name) for name in ("first", "later", "last", "lost")),
)
DECADES = Vocabulary(
    name="decades",
    terms=tuple(
        Term(id=name, label=name) for name in ("2010s", "1990s", "before-1998", "not-told")
    ),
)
TAUGHT = Vocabulary(
    name="taught",
    terms=tuple(Term(id=name, label=name) for name in ("with-note", "graduate", "doctoral", "any")),
)
LENGTHS = Vocabulary(
    name="lengths", terms=tuple(Term(id=name, label=name) for name in ("60", "75", "90", "120"))
)
TAXONOMY = Taxonomy(
    vocabularies={
        **LISTS,
        "countries": COUNTRIES,
        **{one.name: one for one in (APART, DECADES, TAUGHT, LENGTHS)},
    }
)

#: Three values of each facet occur, a fourth can be asked for.
VALUES = {facet: TAXONOMY.facet(facet).ids[:4] for facet in FACETS}

PLAIN = Case(
    id="a", title="A", kind="network", summary="", body="", facets={}, results=(), sources=()
)
REPORTED = Result(metric="", level="output", direction="up", statement="", source="", locator="")


@st.composite
def a_case(draw: st.DrawFn) -> Case:
    """A case with any values, and results that carry a figure or do not."""
    figures = st.tuples(
        st.sampled_from(VALUES["results"][:3]),
        st.sampled_from([None, 5.0, 10.0, 20.0]),
        st.sampled_from(["percent", "jobs"]),
    )
    results = tuple(
        replace(REPORTED, metric=metric, low=low, high=low, unit=unit)
        for metric, low, unit in draw(st.lists(figures, max_size=3))
    )
    facets = {
        facet: tuple(draw(st.lists(st.sampled_from(VALUES[facet][:3]), unique=True, max_size=2)))
        for facet in FACETS
    }
    facets["results"] = tuple(dict.fromkeys(result.metric for result in results))
    return replace(PLAIN, facets=facets, results=results)


@st.composite
def a_query(draw: st.DrawFn) -> Query:
    """A query with any filters, with or without a least figure."""
    filters = {
        facet: tuple(draw(st.lists(st.sampled_from(VALUES[facet]), unique=True, min_size=1)))
        for facet in draw(st.sets(st.sampled_from(FACETS), max_size=3))
    }
    least = draw(st.sampled_from([None, 10.0])) if "results" in filters else None
    unit = draw(st.sampled_from([None, "percent"])) if least is not None else None
    all_of = tuple(facet for facet in filters if draw(st.booleans()))
    return Query(filters=filters, all_of=all_of, results_min=least, results_unit=unit)


def allows(case: Case, query: Query) -> bool:
    """Whether a case satisfies every filter, spelled out."""
    return all(
        (all if facet in query.all_of else any)(value in case.facets[facet] for value in values)
        for facet, values in query.filters.items()
    ) and (
        query.results_min is None
        or any(
            result.low is not None
            and result.low >= query.results_min
            and result.metric in query.filters["results"]
            and (query.results_unit is None or result.unit == query.results_unit)
            for result in case.results
        )
    )


def with_value(query: Query, facet: str, value: str) -> Query:
    """The query with one more value of a facet."""
    return replace(query, filters={**query.filters, facet: (*query.filters.get(facet, ()), value)})


@contextmanager
def engine_over(cases: Iterable[Case]) -> Iterator[LocalEngine]:
    """An engine over some cases."""
    with engine_of(
        document_of(case, TAXONOMY, passages_of(case, TAXONOMY)) for case in cases
    ) as engine:
        yield engine


def allowed(cases: Iterable[Case], query: Query) -> list[bool]:
    """Which cases the filters of a query allow, by the engine."""
    cases = list(cases)
    with engine_over(cases) as engine:
        passing = engine.ids(engine.matching(filter_of(query)))
    return [case.id in passing for case in cases]


#: A few cases, and whether the text of a query finds each.
CASES = st.lists(st.tuples(a_case(), st.booleans()), max_size=12).map(
    lambda rows: [(replace(case, id=f"{at:02}"), found) for at, (case, found) in enumerate(rows)]
)


def answer(corpus: list[tuple[Case, bool]], query: Query) -> list[Case]:
    """What is found, spelled out."""
    return [case for case, found in corpus if found and allows(case, query)]


def expected_counts(
    corpus: list[tuple[Case, bool]], query: Query, facet: str
) -> tuple[FacetCount, ...]:
    """What counts() must give: a recount, and the answer if one more value were selected."""
    found = answer(corpus, query)
    selected = query.filters.get(facet, ())
    widens = selected and facet not in query.all_of
    counts = []
    for term in TAXONOMY.facet(facet):
        wider = answer(corpus, with_value(query, facet, term.id))
        counts.append(
            FacetCount(
                value=term.id,
                label=term.label,
                group=term.group,
                selected=term.id in selected,
                count=len([case for case in found if term.id in case.facets[facet]]),
                would_add=len(wider) - len(found) if widens and term.id not in selected else 0,
            )
        )
    return tuple(counts)


@settings(deadline=None, derandomize=True, max_examples=50)
@given(corpus=CASES, query=a_query())
def test_the_filter_equals_the_filters_spelled_out(corpus, query):
    """A case is allowed exactly if every facet has one, or all, of the values asked for."""
    cases = [case for case, _ in corpus]

    assert allowed(cases, query) == [allows(case, query) for case in cases]


@settings(deadline=None, derandomize=True, max_examples=50)
@given(corpus=CASES, query=a_query())
def test_counts_equal_list_comprehensions(corpus, query):
    """Counts and additions of every value are those of a recount, whatever the text finds."""
    cases = [case for case, _ in corpus]
    found = np.array([row for row, (_, found) in enumerate(corpus) if found], dtype=np.int64)

    with engine_over(cases) as engine:
        counts = Facets(engine, TAXONOMY).counts(filter_of(query), found)

    for facet in FACETS:
        occurring = {value for case in cases for value in case.facets[facet]}
        assert counts[facet] == tuple(
            count for count in expected_counts(corpus, query, facet) if count.value in occurring
        )


def test_values_are_those_that_occur_in_the_order_of_the_vocabulary():
    """A value that no case has is not listed; the others keep the vocabulary's order."""
    cases = [
        replace(PLAIN, id="a", facets={"type": ("public-private",), "country": ("NO", "DK")}),
        replace(PLAIN, id="b", facets={"type": ("horizontal", "public-private")}),
    ]

    with engine_over(cases) as engine:
        values = Facets(engine, TAXONOMY).values

    assert values["type"] == ("horizontal", "public-private")
    assert values["country"] == ("DK", "NO")
    assert values["sector"] == ()


def test_a_least_figure_is_of_the_metrics_asked_for():
    """A case whose figure is in another metric is left out, and so is every case without one."""
    case = replace(
        PLAIN,
        facets={"results": ("sales", "cost"), "country": ("NO",)},
        results=(replace(REPORTED, metric="cost", low=20.0, high=20.0, unit="percent"),),
    )
    asked = [("sales",), ("cost",), ("sales", "cost"), ()]

    masks = [allowed([case], Query(filters={"results": one}, results_min=10)) for one in asked]

    assert masks == [[False], [True], [True], [False]]


def test_the_low_end_of_a_range_must_reach_the_least_figure():
    """A range counts by its low end: 50-60% of the usual is a saving of 40% or more."""
    result = replace(REPORTED, metric="cost", low=50.0, high=60.0, unit="percent-of-usual")
    case = replace(PLAIN, facets={"results": ("cost",)}, results=(result,))
    cost = Query(filters={"results": ("cost",)}, results_direction="down")
    asked = [(40, None), (41, None), (40, "percent"), (41, "percent"), (40, "jobs")]
    falls = [replace(cost, results_min=least, results_unit=unit) for least, unit in asked]
    usual = replace(cost, results_direction="up", results_unit="percent-of-usual")
    levels = [replace(usual, results_min=least) for least in (50, 51)]

    found = [allowed([case], query) for query in (*falls, *levels)]

    assert [one for (one,) in found] == [True, False, True, False, False, True, False]


def test_a_rank_is_no_least_figure_unless_ranks_are_asked_for():
    """The fifth place is no figure of at least 5; in ranks it is one."""
    result = replace(REPORTED, metric="market-share", low=5.0, high=5.0, unit="rank")
    case = replace(PLAIN, facets={"results": ("market-share",)}, results=(result,))

    found = [
        allowed(
            [case],
            Query(filters={"results": ("market-share",)}, results_min=5, results_unit=unit),
        )
        for unit in (None, "percent", "rank")
    ]

    assert found == [[False], [False], [True]]


def test_what_a_metric_adds_must_reach_the_least_figure():
    """One more metric adds the cases that report it with such a figure, and no others."""
    reports = {
        "a": [("sales", 20.0)],
        "b": [("cost", 20.0)],
        "c": [("cost", 5.0)],
        "d": [("cost", None)],
        "e": [("sales", 5.0), ("cost", 30.0)],
        "f": [("sales", 20.0), ("cost", 30.0)],
    }
    cases = [
        replace(
            PLAIN,
            id=case_id,
            facets={"results": tuple(metric for metric, _ in figures)},
            results=tuple(
                replace(REPORTED, metric=metric, low=low, high=low, unit="percent")
                for metric, low in figures
            ),
        )
        for case_id, figures in reports.items()
    ]
    query = Query(filters={"results": ("sales",)}, results_min=10)

    with engine_over(cases) as engine:
        counts = Facets(engine, TAXONOMY).counts(filter_of(query))["results"]

    # Found: a and f. With costs as well: b and e, too.
    assert [(c.value, c.count, c.would_add) for c in counts] == [("sales", 2, 0), ("cost", 1, 2)]
