"""Filters and facet counts, against list comprehensions over the cases."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from kb.content.taxonomy import load_taxonomy
from kb.model.cases import FACETS, Case, Result
from kb.model.taxonomy import Taxonomy, Term, Vocabulary
from kb.search.answer import FacetCount
from kb.search.facets import FacetTable
from kb.search.query import Query

ROOT = Path(__file__).parents[3]

LISTS = load_taxonomy(ROOT / "cases" / "taxonomy.yaml").vocabularies
COUNTRIES = Vocabulary(
    name="countries",
    terms=tuple(Term(id=code, label=code.lower()) for code in ("DK", "FR", "NO", "ES")),
)
TAXONOMY = Taxonomy(vocabularies={**LISTS, "countries": COUNTRIES})

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
    return Query(filters=filters, results_min=least, results_unit=unit)


def allows(case: Case, query: Query) -> bool:
    """Whether a case satisfies every filter, spelled out."""
    return all(
        any(value in case.facets[facet] for value in values)
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


#: What a text makes of a case: too far off, good enough beside a better one, or that one.
FAR, SHOWN, FITS = 0, 1, 2
CASES = st.lists(st.tuples(a_case(), st.sampled_from([FAR, SHOWN, FITS])), max_size=12)


def answer(corpus: list[tuple[Case, int]], query: Query) -> list[Case]:
    """What is found, spelled out: nothing, unless one that is allowed fits."""
    allowed = [(case, score) for case, score in corpus if allows(case, query)]
    if FITS not in [score for _, score in allowed]:
        return []
    return [case for case, score in allowed if score >= SHOWN]


def expected_counts(
    corpus: list[tuple[Case, int]], query: Query, facet: str
) -> tuple[FacetCount, ...]:
    """What counts() must give: a recount, and the answer if one more value were selected."""
    found = answer(corpus, query)
    selected = query.filters.get(facet, ())
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
                adds=len(wider) - len(found) if selected and term.id not in selected else 0,
            )
        )
    return tuple(counts)


@settings(deadline=None, derandomize=True, max_examples=50)
@given(corpus=CASES, query=a_query())
def test_the_mask_equals_the_filters_spelled_out(corpus, query):
    """A case is allowed exactly if every facet has one of the values asked for."""
    cases = [case for case, _ in corpus]

    mask = FacetTable(cases, TAXONOMY).mask(query)

    assert mask.tolist() == [allows(case, query) for case in cases]


@settings(deadline=None, derandomize=True, max_examples=50)
@given(corpus=CASES, query=a_query())
def test_counts_equal_list_comprehensions(corpus, query):
    """Counts and additions of every value are those of a recount, whatever the text finds."""
    cases = [case for case, _ in corpus]
    scores = np.array([score for _, score in corpus], dtype=int)
    table = FacetTable(cases, TAXONOMY)

    def find(allowed: np.ndarray) -> np.ndarray:
        return allowed & (scores >= SHOWN) & (scores[allowed] == FITS).any()

    counts = table.counts(query, find)

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

    table = FacetTable(cases, TAXONOMY)

    assert table.values("type") == ("horizontal", "public-private")
    assert table.values("country") == ("DK", "NO")
    assert table.values("sector") == ()


def test_a_least_figure_is_of_the_metrics_asked_for():
    """A case whose figure is in another metric is left out, and so is every case without one."""
    case = replace(
        PLAIN,
        facets={"results": ("sales", "cost"), "country": ("NO",)},
        results=(replace(REPORTED, metric="cost", low=20.0, high=20.0, unit="percent"),),
    )
    table = FacetTable([case], TAXONOMY)
    asked = [("sales",), ("cost",), ("sales", "cost"), ()]

    masks = [table.mask(Query(filters={"results": one}, results_min=10)).tolist() for one in asked]

    assert masks == [[False], [True], [True], [False]]


def test_the_low_end_of_a_range_must_reach_the_least_figure():
    """A range counts by its low end: 50-60% of the usual is a saving of 40% or more."""
    result = replace(REPORTED, metric="cost", low=50.0, high=60.0, unit="percent-of-usual")
    table = FacetTable([replace(PLAIN, facets={"results": ("cost",)}, results=(result,))], TAXONOMY)
    asked = [(40, None), (41, None), (40, "percent"), (41, "percent"), (40, "jobs")]
    asked += [(50, "percent-of-usual"), (51, "percent-of-usual")]

    masks = [
        table.mask(Query(filters={"results": ("cost",)}, results_min=least, results_unit=unit))
        for least, unit in asked
    ]

    found = [bool(mask[0]) for mask in masks]
    assert found == [True, False, True, False, False, True, False]


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
    table = FacetTable(cases, TAXONOMY)
    query = Query(filters={"results": ("sales",)}, results_min=10)

    counts = table.counts(query, lambda allowed: allowed)["results"]

    # Found: a and f. With costs as well: b and e, too.
    assert [(c.value, c.count, c.adds) for c in counts] == [("sales", 2, 0), ("cost", 1, 2)]
