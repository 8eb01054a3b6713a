"""What must hold for any query, over the real compendium with the default encoders."""

from __future__ import annotations

import json
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kb.content.files import judged_folder
from kb.model.cases import Case, Result
from kb.model.facets import FACETS
from kb.model.quantities import DIRECTIONS, DOWN, UP, quantity
from kb.model.taxonomy import Taxonomy
from kb.search.answer import ANSWERS_HEADING, AUDIENCE_HEADING, Hit
from kb.search.query import MAX_PER_PAGE, SORTS, Query, make_query
from kb.search.scoring import FIRST, scores
from kb.search.searcher import Searcher
from kb.text.analysis import terms
from tests.toy import FIRST_COLLECTION, ROOT

QUERIES = judged_folder(ROOT / "cases", FIRST_COLLECTION) / "queries.jsonl"
JUDGED = [json.loads(line)["text"] for line in QUERIES.read_text(encoding="utf-8").splitlines()]

TEXTS = st.sampled_from(JUDGED) | st.sampled_from(
    [
        "30%",
        "OCMMN",
        "netwrok of frims",
        "R&D",
        "vin",
        "ワイン",
        "…",
        "the of",
        "zzzz",
        "wine " * 150,
    ]
)

few = settings(deadline=None, derandomize=True, max_examples=40)


@pytest.fixture(name="searcher", scope="module")
def _searcher(real_live) -> Searcher:
    """The search over the real compendium, in place of the toy one."""
    return real_live.current()


@pytest.fixture(name="values", scope="module")
def _values(searcher) -> dict[str, list[str]]:
    """The values of each facet that at least one case has."""
    answer = searcher.search(Query())
    return {facet: [count.value for count in counts] for facet, counts in answer.facets.items()}


def draw_query(data: st.DataObject, searcher: Searcher, values, texts=TEXTS) -> Query:
    """A query with a text or without one, any filters, a least figure either way, any order."""
    facets = data.draw(st.lists(st.sampled_from(FACETS), unique=True, max_size=2), "facets")
    filters = {
        facet: data.draw(
            st.lists(st.sampled_from(values[facet]), unique=True, min_size=1, max_size=3), facet
        )
        for facet in facets
    }
    least = None
    if "results" in filters:
        least = data.draw(st.sampled_from([None, 0, 20]), "results_min")
    direction = UP
    if least is not None:
        direction = data.draw(st.sampled_from(DIRECTIONS), "results_direction")
    orders = SORTS if len(filters.get("results", ())) == 1 else ("relevance", "newest")
    return make_query(
        searcher.taxonomy,
        text=data.draw(texts, "text"),
        filters=filters,
        results_min=least,
        results_direction=direction,
        exact=data.draw(st.booleans(), "exact"),
        sort=data.draw(st.sampled_from(orders), "sort"),
        per_page=MAX_PER_PAGE,
    )


def every_hit(searcher: Searcher, query: Query) -> list[Hit]:
    """The hits of all pages, in order."""
    first = searcher.search(query)
    hits = list(first.hits)
    for page in range(2, first.pages + 1):
        hits += searcher.search(replace(query, page=page)).hits
    return hits


def satisfies(case: Case, query: Query, taxonomy: Taxonomy) -> bool:
    """Whether a case has a value of every facet filtered by, and the least figure."""
    has_figure = query.results_min is None or any(
        result.metric in query.filters["results"] and is_at_least(result, query, taxonomy)
        for result in case.results
    )
    return has_figure and all(
        set(case.facets[facet]) & set(wanted) for facet, wanted in query.filters.items()
    )


def is_at_least(result: Result, query: Query, taxonomy: Taxonomy) -> bool:
    """Whether a result has the least figure, as it is compared, and went the way asked for.

    A rank is no figure of at least so much where no unit is asked for, and what was left
    after a fall is neither a fall by so much nor a gain.
    """
    figure = quantity(result, taxonomy)
    if figure is None or figure.unit == "rank" or figure.low < query.results_min:
        return False
    is_left = result.before is not None and result.direction == DOWN
    fell = figure.direction == DOWN
    return not is_left and fell == (query.results_direction == DOWN)


@few
@given(data=st.data())
def test_every_hit_satisfies_the_filters(searcher, values, data):
    """Whatever the text, no case is found that the filters do not allow."""
    query = draw_query(data, searcher, values)

    hits = every_hit(searcher, query)

    assert [hit.case.id for hit in hits if not satisfies(hit.case, query, searcher.taxonomy)] == []


@few
@given(data=st.data())
def test_without_a_text_exactly_the_filtered_cases_are_found(searcher, values, data):
    """Browsing finds each case that the filters allow, once."""
    query = draw_query(data, searcher, values, texts=st.just(""))

    hits = every_hit(searcher, query)

    allowed = {case.id for case in searcher.cases if satisfies(case, query, searcher.taxonomy)}
    assert sorted(hit.case.id for hit in hits) == sorted(allowed)


@pytest.mark.parametrize("direction", DIRECTIONS)
def test_a_least_figure_finds_exactly_those_that_have_it(searcher, values, direction):
    """In each metric, however much is asked for, those that went that way by so much."""
    found = {}
    for metric in values["results"]:
        for least in (0, 20, 50):
            query = make_query(
                searcher.taxonomy,
                filters={"results": [metric]},
                results_min=least,
                results_direction=direction,
            )
            hits = [hit.case.id for hit in every_hit(searcher, query)]
            allowed = [c.id for c in searcher.cases if satisfies(c, query, searcher.taxonomy)]
            assert sorted(hits) == sorted(allowed)
            found[metric, least] = hits

    assert any(found.values())


@few
@given(data=st.data())
def test_filters_only_narrow(searcher, values, data):
    """With filters, the cases found are those found without that satisfy them, scored alike."""
    query = draw_query(data, searcher, values)

    found = {hit.case.id: hit.score for hit in every_hit(searcher, query)}

    bare = replace(query, filters={}, results_min=None, sort="relevance")
    allowed = {
        hit.case.id: hit.score
        for hit in every_hit(searcher, bare)
        if satisfies(hit.case, query, searcher.taxonomy)
    }
    assert found == allowed


@few
@given(data=st.data())
def test_the_thresholds_decide_what_is_found(searcher, values, data):
    """A text is likely enough to be answered, or it finds nothing; all that scores enough is found.

    Enough is the same for every query, whatever the filters and the best of all cases: one
    score for the ten that score best, and a higher one for all others.
    """
    query = draw_query(data, searcher, values, texts=TEXTS.filter(str.strip))
    calibration = searcher.compendium.calibration

    result = searcher.search(query)

    found = [hit.score for hit in result.hits]
    assert result.no_good_match == (result.total == 0)
    assert found == [] or result.answerable >= calibration.answer_threshold
    least = min(calibration.least_score, calibration.least_of_first)
    assert [score for score in found if not least <= score <= 1] == []

    asked = searcher.analyser.analyse(query.text, exact=query.exact)
    if asked.exclusions or asked.phrases or asked.absent:  # then other rules hold, too
        return
    bare = replace(query, filters={}, results_min=None, sort="relevance")
    evidence = searcher.retriever.evidence(asked)
    each = np.round(scores(evidence, calibration), 6)
    best_first = np.lexsort((np.arange(len(each)), -each))
    least = max(calibration.least_score, calibration.least_share * each.max())
    enough = {
        evidence.ids[at]: pytest.approx(each[at], abs=1e-6)
        for place, at in enumerate(best_first.tolist())
        if each[at] >= least or (place < FIRST and each[at] >= calibration.least_of_first)
    }
    is_answered = searcher.search(bare).answerable >= calibration.answer_threshold
    assert {hit.case.id: hit.score for hit in every_hit(searcher, bare)} == (
        enough if is_answered else {}
    )


@few
@given(data=st.data())
def test_facet_counts_equal_a_count_over_all_pages(searcher, values, data):
    """Each count is the number of cases with the value among the hits of every page."""
    query = replace(draw_query(data, searcher, values), per_page=data.draw(st.integers(20, 100)))

    result, hits = searcher.search(query), every_hit(searcher, query)

    assert len(hits) == result.total
    for facet, counts in result.facets.items():
        assert [(count.value, count.count, count.selected) for count in counts] == [
            (
                value,
                sum(value in hit.case.facets[facet] for hit in hits),
                value in query.filters.get(facet, ()),
            )
            for value in values[facet]
        ]


@few
@given(data=st.data())
def test_what_a_value_adds_is_what_selecting_it_adds(searcher, values, data):
    """``adds`` is the difference of two totals: with the value selected too, and without."""
    query = draw_query(data, searcher, values)
    result = searcher.search(query)
    every = [(facet, count) for facet, counts in result.facets.items() for count in counts]
    offered = [(f, count) for f, count in every if f in query.filters and not count.selected]
    chosen = data.draw(
        st.lists(st.sampled_from(offered), min_size=1, max_size=4) if offered else st.just([])
    )

    for facet, count in [*chosen, data.draw(st.sampled_from(every))]:
        selected = query.filters.get(facet, ())
        wider = replace(
            query,
            filters={**query.filters, facet: tuple(dict.fromkeys((*selected, count.value)))},
            sort="relevance",
        )
        more = searcher.search(wider).total - result.total
        assert count.would_add == (more if selected else 0)


def year(case: Case) -> int:
    """The latest year that a case names, 0 without one."""
    return max(case.period.start or 0, case.period.end or 0) if case.period else 0


@few
@given(data=st.data())
def test_the_order_is_total(searcher, values, data):
    """No two hits could stand the other way round, and pages cut one and the same list."""
    query = draw_query(data, searcher, values)

    hits = every_hit(searcher, query)

    assert [hit.rank for hit in hits] == list(range(1, len(hits) + 1))
    within = [
        (-hit.score if query.text else hit.case.title.casefold(), hit.case.id) for hit in hits
    ]
    if query.sort == "newest":
        keys = [(-year(hit.case), *key) for hit, key in zip(hits, within, strict=True)]
    elif query.sort == "result":
        keys = sorted(set(within))  # by figures, see test_order; here: none twice
        assert sorted(within) == keys
    else:
        keys = within
    assert keys == sorted(set(keys))
    small = replace(query, per_page=data.draw(st.integers(20, 50), "per_page"))
    assert [hit.case.id for hit in every_hit(searcher, small)] == [hit.case.id for hit in hits]


@few
@given(data=st.data())
def test_every_reason_can_be_checked_in_the_case(searcher, values, data):
    """Passages are the case's own, marks cover words of the query, facets are the case's."""
    query = draw_query(data, searcher, values)

    result = searcher.search(query)

    asked = searcher.analyser.analyse(query.text, exact=query.exact).in_english
    asked_terms = set(terms(asked))
    for hit in result.hits:
        kinds = [reason.kind for reason in hit.reasons if reason.kind != "facet"]
        assert kinds in (
            [["meaning"], ["word"], ["both"], ["meaning", "word"]] if query.text else [[]]
        )
        for reason in hit.reasons:
            if reason.kind == "facet":
                assert reason.value in hit.case.facets[reason.facet]
                assert reason.label == searcher.taxonomy.label(reason.facet, reason.value)
                continue
            assert (reason.heading, reason.passage) in passages_of_case(searcher, hit.case.id)
            for start, end in reason.marks:
                word = reason.passage[start:end]
                before, after = reason.passage[:start][-1:], reason.passage[end:][:1]
                assert not (before.isalnum() and word[0].isalnum())  # no word is cut
                assert not (word[-1].isalnum() and after.isalnum())
                assert asked_terms & set(terms(word))
            for word in reason.words:
                assert word in f"{hit.case.title} {reason.passage}".lower()


def passages_of_case(searcher: Searcher, case_id: str) -> set[tuple[str, str]]:
    """Heading and text of each passage of a case, cut anew from it, and the editors' lines."""
    from kb.text.chunking import passages_of

    case = searcher.case(case_id)
    return {
        *((p.heading, p.text) for p in passages_of(case, searcher.taxonomy)),
        *((AUDIENCE_HEADING, line) for line in case.role_model_for),
        *((ANSWERS_HEADING, line) for line in case.answers),
    }


@few
@given(data=st.data())
def test_what_is_offered_as_a_filter_can_be_applied(searcher, values, data):
    """A value that the query names is one of the compendium, and filtering by it holds."""
    query = draw_query(data, searcher, values)

    mentions = searcher.search(query).mentions

    for mention in mentions:
        assert mention.value in values[mention.facet]
        assert mention.value not in query.filters.get(mention.facet, ())
        filters = {**query.filters, mention.facet: (mention.value,)}
        narrowed = searcher.search(replace(query, filters=filters, sort="relevance"))
        found = [hit.case.facets[mention.facet] for hit in narrowed.hits]
        assert [values_of for values_of in found if mention.value not in values_of] == []
        assert mention not in narrowed.mentions


@few
@given(data=st.data())
def test_the_same_query_has_the_same_answer(searcher, values, data):
    """Asked twice, with another query between, the whole answer is the same."""
    query = draw_query(data, searcher, values)

    first = searcher.search(query)
    searcher.search(Query(text=data.draw(TEXTS, "between")))

    assert searcher.search(query) == first


@pytest.mark.parametrize(
    ("text", "same"),
    [
        ("cost-sharing", "cost sharing"),
        ("after-sales service by graphic-arts firms", "after sales service by graphic arts firms"),
        ("Who pays the broker?", "Who pays the broker"),
        ("vendre du bois au Japon ?", "vendre du bois au Japon"),
        ("small firms that export wine.", "small firms that export wine"),
        ("gemeinsam einkaufen!", "gemeinsam einkaufen"),
    ],
)
def test_hyphens_and_the_end_of_a_question_change_nothing(searcher, text, same):
    """Not one score."""
    found = searcher.found_scores(text)

    assert found
    assert found == searcher.found_scores(same)
