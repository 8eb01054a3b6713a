"""Answers over more cases than there are candidates, against answers that look at every case.

The cases and vectors are made (``many.py``). The slow searcher takes every case for a candidate.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from kb.errors import QueryError
from kb.model.facets import FACETS
from kb.search.answer import ABOUT, EXACT, MORE, MOST_FOUND, SearchResult
from kb.search.evidence import CANDIDATES, Retriever
from kb.search.query import Query, make_query, with_value
from kb.search.searcher import Searcher
from kb.snapshots.vector_sets import PASSAGES
from tests.kb.search.many import (
    CALIBRATION,
    COUNTRIES,
    THEMES,
    N,
    exhaustive,
    queries,
    searcher_of_many,
)

TEXTS = queries(30)
#: Few enough that every case is a candidate.
FEW = 1_000

#: What lets all, half, a third, a few and hardly any pass; what goes with the content, and not.
FILTERS = {
    "none": {},
    **{country: {"country": (country,)} for country in COUNTRIES},
    "either of two": {"country": ("FR", "ES")},
    "what it is about": {"project": ("exporting",)},
    "kind": {"kind": ("network",)},
    "two facets": {"country": ("DK",), "results": ("sales",)},
    "no case": {"country": ("FI",), "kind": ("guide",), "results": ("sales", "cost")},
}


@pytest.fixture(name="many", scope="module")
def _many(tmp_path_factory: pytest.TempPathFactory) -> Searcher:
    searcher = searcher_of_many(tmp_path_factory.mktemp("many") / "engine")
    assert len(searcher.engine) == N > 4 * CANDIDATES > 4 * MOST_FOUND
    return searcher


@pytest.fixture(name="slow", scope="module")
def _slow(many: Searcher) -> Searcher:
    return exhaustive(many)


@pytest.fixture(name="few", scope="module")
def _few(tmp_path_factory: pytest.TempPathFactory) -> Searcher:
    return searcher_of_many(tmp_path_factory.mktemp("few") / "engine", n=FEW)


def with_calibration(searcher: Searcher, **changes) -> Searcher:
    """The same searcher with other thresholds."""
    other = object.__new__(Searcher)
    calibration = replace(CALIBRATION, **changes)
    compendium = replace(searcher.compendium, calibration=calibration)
    other.__dict__.update(searcher.__dict__ | {"compendium": compendium})
    return other


def asked(searcher: Searcher, text: str, filters: dict, **limits) -> Query:
    """A query as a reader puts it."""
    known = {facet: values for facet, values in filters.items() if facet in FACETS}
    return make_query(searcher.taxonomy, text=text, filters=known, **limits)


def ids(result: SearchResult) -> list[str]:
    """The ids of its hits, in order."""
    return [hit.case.id for hit in result.hits]


def share_of(some: set, wanted: set) -> float:
    """How much of what is wanted is among some: 1 where nothing is."""
    return len(some & wanted) / len(wanted) if wanted else 1.0


@pytest.mark.parametrize("filters", FILTERS.values(), ids=FILTERS)
def test_the_first_ten_are_those_of_every_case(many, slow, filters):
    """At least 99 of 100 of them, under any filter; every one passes it; scores are near."""
    shares = []
    for text in TEXTS:
        query = asked(many, text, filters)
        found, wanted = many.search(query), slow.search(query)
        shares.append(share_of(set(ids(found)), set(ids(wanted))))
        assert abs(len(found.hits) - len(wanted.hits)) <= 1
        assert found.answerable == pytest.approx(wanted.answerable, abs=1e-3)
        score = {hit.case.id: hit.score for hit in wanted.hits}
        for hit in found.hits:
            # The mean that a case without a link is given is only about that of all.
            assert hit.score == pytest.approx(score.get(hit.case.id, hit.score), abs=0.03)
            assert all(
                set(hit.case.facets[facet]) & set(values) for facet, values in filters.items()
            )

    assert np.mean(shares) >= 0.99


@pytest.mark.parametrize("filters", FILTERS.values(), ids=FILTERS)
def test_what_is_found_is_what_is_found_of_every_case(many, slow, filters):
    """At least 99 of 100, and no more that should not be; none is cut off."""
    shares, besides = [], []
    for text in TEXTS:
        query = asked(many, text, filters)
        found, wanted = many.search(query), slow.search(query)
        some, all_of_them = set(found.found.rows.tolist()), set(wanted.found.rows.tolist())
        shares.append(share_of(some, all_of_them))
        besides.append(share_of(all_of_them, some))
        assert (found.is_cut, wanted.is_cut) == (False, False)

    assert min(np.mean(shares), np.mean(besides)) >= 0.99


@pytest.mark.parametrize("filters", FILTERS.values(), ids=FILTERS)
def test_counts_are_those_of_a_recount(many, filters):
    """Total and facets are over exactly the set that is found, and filters alone are exact."""
    for text in ("", *TEXTS[:6]):
        result = many.search(asked(many, text, filters))

        cases = result.found.cases
        assert result.total == len(cases)
        for facet, counts in result.facets.items():
            assert {count.value: count.count for count in counts} == {
                count.value: sum(count.value in case.facets.get(facet, ()) for case in cases)
                for count in counts
            }
        if not text:
            passing = [
                case
                for case in many.cases
                if all(set(case.facets[facet]) & set(values) for facet, values in filters.items())
            ]
            assert list(cases) == passing


def test_more_than_a_thousand_are_cut_to_the_best(many, slow):
    """Where nearly all score enough a thousand are found and counted, and it is said.

    They are the best of the candidates. So deep down in the list links count that are not
    looked up, and of the best thousand of all cases some are missed.
    """
    wide, wide_slow = (with_calibration(one, least_score=0.0) for one in (many, slow))
    for text in TEXTS[:8]:
        for filters in ({}, {"country": ("NO",)}):
            query = asked(many, text, filters)
            found, wanted = wide.search(query), wide_slow.search(query)

            assert (found.is_cut, found.total, found.pages) == (True, MOST_FOUND, 100)
            assert (wanted.is_cut, wanted.total) == (True, MOST_FOUND)
            some = set(found.found.rows.tolist())
            assert share_of(some, set(wanted.found.rows.tolist())) >= 0.8
            assert share_of(set(ids(found)), set(ids(wanted))) >= 0.9
            best = wide.search(replace(query, per_page=100))
            assert [hit.score for hit in best.hits] == sorted(
                (hit.score for hit in best.hits), reverse=True
            )
            for facet, counts in found.facets.items():
                assert [count.count for count in counts] == [
                    sum(count.value in case.facets.get(facet, ()) for case in found.found.cases)
                    for count in counts
                ]
                assert min((count.would_add for count in counts), default=0) >= 0


@pytest.mark.parametrize(("n_passing", "is_cut"), [(MOST_FOUND, False), (MOST_FOUND + 1, True)])
def test_a_thousand_are_not_cut_and_one_more_is(tmp_path, n_passing, is_cut):
    """The thousand and first is left out, and it is the one that scores least."""
    searcher = with_calibration(searcher_of_many(tmp_path / "engine", n=n_passing), least_score=0.0)

    result = searcher.search(Query(text=TEXTS[0], per_page=100))

    assert (result.total, result.is_cut) == (MOST_FOUND, is_cut)
    evidence = searcher.evidence(TEXTS[0])
    assert len(evidence.rows) == n_passing
    judged = searcher._judgement(evidence)
    left_out = np.setdiff1d(judged.found, result.found.rows)
    assert len(left_out) == n_passing - MOST_FOUND
    if is_cut:
        assert judged.scores[evidence.place(int(left_out[0]))] == judged.scores.min()


def test_a_page_beyond_the_last_of_a_cut_list_tells_that_more_were_found(many):
    """A thousand are listed, which is not how many were found."""
    wide = with_calibration(many, least_score=0.0)

    with pytest.raises(QueryError) as raised:
        wide.search(Query(text=TEXTS[0], page=101))

    expected = "page must be from 1 to 100, not 101: more than 1,000 found, 10 to a page."
    assert str(raised.value) == expected


@pytest.mark.parametrize("filters", FILTERS.values(), ids=FILTERS)
def test_a_total_that_is_called_exact_is_that_of_every_case(many, slow, filters):
    """And more than a thousand are found of every case where that is said."""
    wide, wide_slow = (with_calibration(one, least_score=0.0) for one in (many, slow))
    told = set()
    for text in ("", *TEXTS[:10], "-w03x2", "C++", "FR", "FR or FI", 'w03x2 "w11x1 w11x2"'):
        for quick, exact in ((many, slow), (wide, wide_slow)):
            query = asked(quick, text, filters)
            found, wanted = quick.search(query), exact.search(query)
            relation = found.found.relation
            told.add(relation)
            assert quick.found(query) == found.found
            assert wanted.found.relation in (EXACT, MORE)
            if relation == EXACT:
                assert found.found == wanted.found
            elif relation == MORE:
                assert wanted.is_cut
    assert told >= {EXACT, ABOUT}


@pytest.mark.parametrize("filters", FILTERS.values(), ids=FILTERS)
@pytest.mark.parametrize("text", ["FR", "FR or FI", "firms in ES"])
def test_what_asks_for_places_alone_finds_every_case_of_them(many, text, filters):
    """However many there are up to a thousand, under any filter, and no other."""
    result = many.search(asked(many, text, filters))
    places = result.reading.only_places

    of_these = [
        row
        for row, case in enumerate(many.cases)
        if set(case.facets["country"]) & set(places)
        and all(set(case.facets[facet]) & set(values) for facet, values in filters.items())
    ]
    assert set(places) == set(text.removeprefix("firms in ").split(" or "))
    assert (result.found.rows.tolist(), result.found.relation) == (of_these, EXACT)
    assert result.total == len(of_these) < MOST_FOUND


def test_what_asks_for_a_place_with_very_many_cases_says_that_there_are_more(many):
    """The best thousand are listed."""
    result = many.search(Query(text="firms in DK"))

    assert result.reading.only_places == ("DK",)
    assert (result.total, result.found.relation) == (MOST_FOUND, MORE)


def test_without_a_text_nothing_is_cut(many):
    """Browsing finds everything, however much, page after page."""
    result = many.search(Query(per_page=100, page=N // 100))

    assert (result.total, result.is_cut, result.pages) == (N, False, N // 100)
    assert [hit.rank for hit in result.hits] == list(range(N - 99, N + 1))


#: A text near one theme that must hold a word of another, and one that must hold none of many.
BY_WORDS = {
    "a phrase": 'w03x2 "w11x1"',
    "a phrase and a word that is excluded": 'w03x2 "w11x1" -w11x2',
    "words that are excluded": " ".join(
        ["w24x0", *(f"-{word}" for theme in THEMES[:14] for word in theme)]
    ),
}


@pytest.mark.parametrize("filters", [{}, {"country": ("NO",)}, {"kind": ("network",)}], ids=str)
@pytest.mark.parametrize("text", BY_WORDS.values(), ids=BY_WORDS)
def test_what_lacks_a_word_takes_no_place_of_what_has_it(many, slow, text, filters):
    """Every case scores enough: all are found that hold what they must, and no others."""
    wide, wide_slow = (with_calibration(one, least_score=0.0) for one in (many, slow))
    query = asked(many, text, filters)
    found, wanted = wide.search(query), wide_slow.search(query)

    assert 10 < wanted.total < MOST_FOUND
    assert found.found.rows.tolist() == wanted.found.rows.tolist()
    assert (found.is_cut, wanted.is_cut) == (False, False)
    assert wide.found(query) == found.found


def test_what_only_holds_the_words_of_a_phrase_takes_no_place_of_what_says_it(many):
    """All are found that say it, though more hold its words than are candidates."""
    wide = with_calibration(many, least_score=0.0)
    wide.retriever = Retriever(
        wide.engine, wide.encoders, wide.analyser, calibration=CALIBRATION, candidates=40
    )
    assert len(many.engine.holding(("w00x3", "w00x5"))) > 40

    found = wide.search(Query(text='"w00x3 w00x5"'))

    assert found.found.rows.tolist() == many.engine.saying(("w00x3", "w00x5")).tolist()
    assert (found.total, found.is_cut) == (35, False)


def test_what_is_named_is_a_candidate_for_it(many, slow):
    """A value that the text names lifts a case over others that are nearer to it."""
    english = replace(CALIBRATION.english, named=2.0)
    shares = []
    for theme in range(0, 25, 2):
        query = Query(text=f"w{theme:02}x1 w{theme:02}x3 technology transfer")
        found, wanted = (
            with_calibration(one, english=english, least_score=0.5).search(query)
            for one in (many, slow)
        )
        assert [one.facet for one in wanted.mentions] == ["project"]
        assert 0 < wanted.total < MOST_FOUND
        some, all_of_them = set(found.found.rows.tolist()), set(wanted.found.rows.tolist())
        shares.append(share_of(some, all_of_them))

    assert np.mean(shares) >= 0.99


def test_a_score_does_not_depend_on_the_filter(many):
    """Who is among the best under a filter scores what it scores without one.

    What a case is linked with lends it its sum though the filter keeps that out.
    """
    compared = 0
    for text in TEXTS:
        everywhere = many.search(Query(text=text, per_page=100))
        score = {hit.case.id: hit.score for hit in everywhere.hits[:20]}
        for country in COUNTRIES:
            for hit in many.search(asked(many, text, {"country": (country,)})).hits:
                if hit.case.id in score:
                    assert hit.score == score[hit.case.id]
                    compared += 1
    assert compared > 200


@pytest.mark.parametrize("filters", FILTERS.values(), ids=FILTERS)
def test_the_found_set_alone_is_that_of_the_answer(many, filters):
    """Pages that want only the set are told of the same cases as the list."""
    for text in ("", *TEXTS):
        query = asked(many, text, filters)
        assert many.found(query).rows.tolist() == many.search(query).found.rows.tolist()


@pytest.mark.parametrize("text", ["", *TEXTS[:5]])
@pytest.mark.parametrize(
    "filters",
    [
        {"country": ("NO",)},
        {"country": ("ES", "IT"), "kind": ("network",)},
        {"results": ("sales",)},
    ],
    ids=str,
)
def test_what_a_value_would_add_is_what_asking_for_it_finds(few, text, filters):
    """One value more in a facet with a selection, asked for as a query of its own."""
    query = asked(few, text, filters)
    result = few.search(query)

    for facet in filters:
        for count in result.facets[facet]:
            wider = few.search(with_value(query, facet, count.value))
            expected = 0 if count.selected else wider.total - result.total
            assert (count.value, count.would_add) == (count.value, expected)


@pytest.mark.parametrize("text", TEXTS[:5])
def test_what_narrows_a_found_set_is_what_asking_for_it_finds(few, text):
    """In a facet without a selection the number is that of the narrower query."""
    query = asked(few, text, {"country": ("NO", "DK")})
    found = few.found(query)

    for facet in ("kind", "type", "project", "results"):
        for value in few.taxonomy.facet(facet).ids[:6]:
            narrower = few.search(with_value(query, facet, value))
            assert found.n_narrowed(facet, value) == narrower.total


@pytest.mark.parametrize("sort", ["newest", "oldest"])
@pytest.mark.parametrize("text", ["", *TEXTS[:3]])
def test_orders_by_year_are_those_of_a_slow_sort(many, text, sort):
    """The latest or the earliest year first; without one last; then by score or title, and id."""
    result = many.search(Query(text=text, sort=sort, per_page=100))
    scores = {hit.case.id: hit.score for hit in _every_hit(many, text)} if text else {}

    def key(case) -> tuple:
        years = [case.period.start, case.period.end] if case.period else []
        year = (-max(years) if sort == "newest" else min(years)) if years else 9_999
        return year, -scores[case.id] if text else case.title.casefold(), case.id

    expected = sorted(result.found.cases, key=key)[:100]
    assert ids(result) == [case.id for case in expected]


def _every_hit(searcher: Searcher, text: str) -> list:
    pages = searcher.search(Query(text=text, per_page=100)).pages
    return [
        hit
        for page in range(1, pages + 1)
        for hit in searcher.search(Query(text=text, page=page, per_page=100)).hits
    ]


def test_similar_cases_are_those_of_every_pair(many):
    """By the best pair of passages of all cases of the same sort, slowly: at least 97 of 100.

    The signs of 64 numbers tell less than those of the 384 of a real encoder.
    """
    engine, name = many.engine, PASSAGES.name
    vectors, lengths = engine.vectors(name, np.arange(N))
    owners = np.repeat(np.arange(N), lengths)
    guides = np.array([case.is_guide for case in many.cases])
    shares = []
    for row in range(0, N, 125):
        cosines = (vectors @ vectors[owners == row].T).max(axis=1)
        best = np.full(N, -1.0)
        np.maximum.at(best, owners, np.round(cosines.astype(np.float64), 6))
        best[(guides != guides[row]) | (np.arange(N) == row)] = -1.0

        hits = many.similar(many.cases[row].id)

        scores = {hit.case.id: hit.score for hit in hits}
        exact = {case_id: best[engine.row(case_id)] for case_id in scores}
        assert scores == pytest.approx(exact, abs=2e-6)
        assert list(scores.values()) == sorted(scores.values(), reverse=True)
        shares.append(
            np.mean(best[[engine.row(one) for one in scores]] >= np.sort(best)[-4] - 2e-6)
        )
    assert np.mean(shares) >= 0.97


def test_what_is_listed_is_read_by_place(many):
    """The cases that pass a filter, as long as they are, in the order of their ids."""
    listed = many.listed(many.reporting)
    wanted = [case for case in many.cases if not case.is_guide]

    assert 0 < len(wanted) < N
    assert (len(listed), listed[0], listed[len(wanted) - 1]) == (
        len(wanted),
        wanted[0],
        wanted[-1],
    )
    assert list(listed) == wanted
