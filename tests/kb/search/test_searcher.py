"""Answers over the toy corpus, worked out by hand.

How often each theme stands in what the encoder reads of each passage (all other
words are zeros; see ``conftest.THEMES``). The cosine of a query is worked out from
these counts alone: ``wine`` and france #0 give 4 / sqrt(4*4 + 2*2) = 0.894427.

    denmark/hostile-title                    #0, #1          nothing
    france/wine-exporters                    #0              wine 4, export 2
                                             #1 Situation    wine 2, export 2
    guides/purchase-guide                    #0, #1, #2      purchase 2
    international/wine-and-metal-programme   #0, #1          wine 2, metal 2
    norway/metal-buyers                      #0              metal 2, purchase 2
                                             #1 Situation    metal 2, purchase 1
                                             #2 What they …  metal 2, purchase 2, export 1
    norway/textile-exporters                 #0              textile 3, export 2
                                             #1 What they …  textile 2, export 2
    spain/textile-training                   #0, #1          textile 2, train 2

"What to take from it" of norway/metal-buyers and its question for a class speak of
wine, and must not count. A case is found from a cosine of 0.3 on.
"""

from __future__ import annotations

import re
import shutil
from dataclasses import replace
from math import exp, sqrt
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kb.encoders.onnx import OnnxQueryEncoder
from kb.encoders.sentence_transformer import find_model
from kb.errors import CaseNotFound, QueryError
from kb.indexing.pipeline import build
from kb.model.calibration import Answerability, Calibration, Weights, write_calibrations
from kb.model.cases import Passage
from kb.search.answer import Reason
from kb.search.evidence import Encoders
from kb.search.opening import LiveSearcher, open_live
from kb.search.query import Query, make_query
from kb.search.searcher import Searcher
from kb.settings import Settings
from kb.snapshots.format import open_snapshot
from kb.snapshots.store import current_id
from kb.text.analysis import tokens
from tests.toy import THEMES

HOSTILE = "denmark/hostile-title"
WINE = "france/wine-exporters"
GUIDE = "guides/purchase-guide"
PROGRAMME = "international/wine-and-metal-programme"
METAL = "norway/metal-buyers"
TEXTILE = "norway/textile-exporters"
TRAINING = "spain/textile-training"

BY_TITLE = [HOSTILE, PROGRAMME, GUIDE, METAL, TEXTILE, TRAINING, WINE]

SITUATION = "Situation"
TOGETHER = "What they did together"


def ids(
    searcher: Searcher, text: str = "", page: int = 1, per_page: int = 10, **asked
) -> list[str]:
    """The ids of an answer, in order; everything but the named parameters is a filter."""
    names = ("results_min", "results_unit", "results_direction")
    limits = {name: asked.pop(name) for name in names if name in asked}
    query = make_query(
        searcher.taxonomy, text=text, filters=asked, page=page, per_page=per_page, **limits
    )
    return [hit.case.id for hit in searcher.search(query).hits]


def with_min_score(settings, min_score: float) -> Searcher:
    """A searcher over the built toy corpus with another limit."""
    snapshot = open_snapshot(settings.index / current_id(settings.index))
    encoders = Encoders(query=OnnxQueryEncoder(snapshot.encoder_folder))
    return Searcher(snapshot, encoders, min_score=min_score)


@pytest.mark.parametrize(
    ("text", "filters", "expected"),
    [
        ("school", {}, [(TRAINING, "", ("school",), ((47, 53),))]),
        ("public schools for people", {}, [(TRAINING, "", ("people", "public", "school"), None)]),
        ("nobody", {}, [(TRAINING, SITUATION, ("nobody",), None)]),
        ("school nobody", {}, []),  # two passages
        ("school", {"country": ["NO"]}, []),
        ('"public people"', {}, []),
        ("school -Spain", {}, []),
        ("zebra", {}, []),
        ("a", {}, []),
    ],
)
def test_where_nothing_is_found_the_words_are_shown_in_passing(searcher, text, filters, expected):
    """Cases that use every word in one passage are named; they are neither found nor counted."""
    result = searcher.search(make_query(searcher.taxonomy, text=text, filters=filters))

    assert (result.hits, result.total, result.no_good_match) == ((), 0, True)
    assert len(result.in_passing) == len(expected)
    for hit, (case_id, heading, words, marks) in zip(result.in_passing, expected, strict=True):
        (reason,) = hit.reasons
        assert (hit.case.id, reason.kind, reason.heading) == (case_id, "word", heading)
        assert reason.words == words
        assert marks is None or reason.marks == marks


def test_what_is_in_passing_is_what_a_reading_of_every_case_gives(searcher):
    """Word by word over all words of the cases; where something is found, nothing is in passing."""
    texts = {
        case.id: [set(tokens(one.text)) for one in searcher.snapshot.content.passages[row]]
        for row, case in enumerate(searcher.cases)
    }
    words = sorted(set().union(*(stems for passages in texts.values() for stems in passages)))
    n_in_passing = 0
    for word in words:
        result = searcher.search(make_query(searcher.taxonomy, text=word, exact=True))
        terms = result.reading.terms
        using = {
            case_id
            for case_id, passages in texts.items()
            if terms and any(stems.issuperset(terms) for stems in passages)
        }
        shown = {hit.case.id for hit in result.in_passing}
        assert shown == (set() if result.total else using) or len(using) > len(shown) == 5
        n_in_passing += bool(shown)
    assert n_in_passing > 20


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("wine", [(WINE, 4 / sqrt(20), ""), (PROGRAMME, 1 / sqrt(2), "")]),
        ("metal", [(METAL, 2 / sqrt(5), SITUATION), (PROGRAMME, 1 / sqrt(2), "")]),
        ("textile", [(TEXTILE, 3 / sqrt(13), ""), (TRAINING, 1 / sqrt(2), "")]),
        (
            "export",
            [
                (WINE, 1 / sqrt(2), SITUATION),
                (TEXTILE, 1 / sqrt(2), TOGETHER),
                (METAL, 1 / 3, TOGETHER),
            ],
        ),
        ("purchase", [(GUIDE, 1, ""), (METAL, 1 / sqrt(2), "")]),
        ("train", [(TRAINING, 1 / sqrt(2), "")]),
        (
            "wine metal",
            [
                (PROGRAMME, 1, ""),
                (WINE, 4 / sqrt(20 * 2), ""),
                (METAL, 2 / sqrt(5 * 2), SITUATION),
            ],
        ),
        (
            "WINE, and the export!",
            [(WINE, 1, SITUATION), (PROGRAMME, 1 / 2, ""), (TEXTILE, 1 / 2, TOGETHER)],
        ),
        (
            "textile export train",
            [
                (TEXTILE, 4 / sqrt(8 * 3), TOGETHER),
                (TRAINING, 4 / sqrt(8 * 3), ""),
                (WINE, 2 / sqrt(8 * 3), SITUATION),
            ],
        ),
    ],
)
def test_a_text_finds_cases_by_their_best_passage(searcher, text, expected):
    """The whole list, in order, with the cosine and the heading of each best passage."""
    result = searcher.search(make_query(searcher.taxonomy, text=text))

    assert [(hit.case.id, hit.score, hit.reasons[0].heading) for hit in result.hits] == [
        (case_id, round(score, 6), heading) for case_id, score, heading in expected
    ]
    assert [hit.rank for hit in result.hits] == list(range(1, len(expected) + 1))
    assert (result.total, result.no_good_match) == (len(expected), False)
    assert result.snapshot_id == searcher.snapshot_id


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        pytest.param('"joint purchasing" metal', {METAL}, id="a project that no text names"),
        pytest.param('"buying group" metal', {METAL}, id="by another name of it"),
        pytest.param('"Norwegian" metal', {METAL, PROGRAMME}, id="a country"),
        pytest.param('"joint purchasing" "Norway" metal', {METAL}, id="two"),
        pytest.param('"joint purchasing" textile', set(), id="none that has it is found"),
        pytest.param('"machines metal" metal', set(), id="words that are no name"),
        pytest.param('"makers export" wine', {WINE}, id="words that a case says"),
    ],
)
def test_a_phrase_that_names_a_value_is_said_by_cases_that_have_it(searcher, text, expected):
    """A phrase is in what is found, in its words or as what it is filed under."""
    result = searcher.search(make_query(searcher.taxonomy, text=text))

    assert {hit.case.id for hit in result.hits} == expected


def test_the_reason_is_what_a_reader_may_see(searcher):
    """The reason shows the passage itself, without the context that the encoder reads, and why."""
    hits = searcher.search(make_query(searcher.taxonomy, text="export")).hits

    word = {"kind": "both", "words": ("export",)}
    exporting = Reason(kind="facet", facet="project", value="exporting", label="Exporting")
    nothing = "They purchase metal machines together, and export nothing."
    assert [hit.reasons for hit in hits] == [
        (
            Reason(
                passage="Wine was hard to export.", heading=SITUATION, marks=((17, 23),), **word
            ),
            exporting,
        ),
        (
            Reason(passage="They export textile.", heading=TOGETHER, marks=((5, 11),), **word),
            exporting,
        ),
        (Reason(passage=nothing, heading=TOGETHER, marks=((43, 49),), **word),),
    ]


@pytest.mark.parametrize(
    ("text", "filters", "expected"),
    [
        ("exports of wine", {}, [("project", "exporting"), ("sector", "wine-spirits")]),
        ("exports of wine", {"sector": ["wine-spirits"]}, [("project", "exporting")]),
        ("Norwegian firms", {}, [("country", "NO")]),
        ("exports from Italy", {}, [("project", "exporting")]),
        ("train", {}, [("project", "staff-training")]),
        ("together", {}, []),
    ],
    ids=str,
)
def test_values_that_a_text_names_are_offered(searcher, text, filters, expected):
    """What a text names of the facets is offered as a filter, unless it is one already."""
    result = searcher.search(make_query(searcher.taxonomy, text=text, filters=filters))

    assert [(mention.facet, mention.value) for mention in result.mentions] == expected


@pytest.mark.parametrize(
    ("text", "exact", "repaired", "expected"),
    [
        ("texitle", False, "textile", [TEXTILE, TRAINING]),
        ("texitle", True, "", []),
        ("Purchse", False, "purchase", [GUIDE, METAL]),
        ("textile", False, "", [TEXTILE, TRAINING]),
        ("zzzz", False, "", []),
    ],
)
def test_a_slip_of_typing_is_repaired_and_said(searcher, text, exact, repaired, expected):
    """A slip is searched for as the word that was meant, unless the spelling is to be kept."""
    result = searcher.search(make_query(searcher.taxonomy, text=text, exact=exact))

    assert [hit.case.id for hit in result.hits] == expected
    assert (result.repaired, result.query.text) == (repaired, text)


#: By meaning alone: a cosine c counts as 1 / (1 + exp(5 - 10 c)), so 0.5 at 0.5, where the gate
#: is at 0.5 too and no case is nearer.
BY_MEANING = Weights(
    meaning=1.0,
    multilingual=0.0,
    words=0.0,
    slope=10.0,
    behind=-2.0,
    answered=0.5,
    constant=-5.0,
)


@pytest.fixture(name="calibrated", scope="module")
def _calibrated(settings: Settings, tmp_path_factory: pytest.TempPathFactory) -> Searcher:
    """The toy corpus, calibrated: the gate passes from 0.9 on; shown from 0.95 on."""
    folder = tmp_path_factory.mktemp("calibrated")
    cases = Path(shutil.copytree(settings.cases, folder / "cases"))
    calibration = Calibration(
        encoder=find_model(settings.model).digest,
        multilingual="",
        english=BY_MEANING,
        other=BY_MEANING,
        answerability=Answerability(
            meaning=10.0,
            multilingual=0.0,
            words=0.0,
            coverage_by_all=0.0,
            coverage_by_one=0.0,
            english=0.0,
            constant=-5.0,
            query=(),
        ),
        answer_threshold=0.9,
        least_score=0.95,
        n_queries=1,
    )
    write_calibrations(cases / "calibration.json", (calibration,))
    own = replace(settings, cases=cases, index=folder / "index")
    build(own)
    return open_live(own).current()


@pytest.mark.parametrize(
    ("text", "filters", "best", "expected"),
    [
        ("wine", {}, 4 / sqrt(20), [(WINE, 4 / sqrt(20)), (PROGRAMME, 1 / sqrt(2))]),
        (
            "textile export train",
            {},
            4 / sqrt(24),
            [(TEXTILE, 4 / sqrt(24)), (TRAINING, 4 / sqrt(24))],
        ),
        ("export", {}, 1 / sqrt(2), []),
        ("wine", {"kind": ["network"]}, 4 / sqrt(20), [(WINE, 4 / sqrt(20))]),
        ("wine", {"country": ["NO"]}, 4 / sqrt(20), [(PROGRAMME, 1 / sqrt(2))]),
        ("wine", {"country": ["ES"]}, 4 / sqrt(20), []),
        ("metal", {"kind": ["network"]}, 2 / sqrt(5), [(METAL, 2 / sqrt(5))]),
    ],
    ids=str,
)
def test_with_a_calibration_the_query_must_fit(calibrated, text, filters, best, expected):
    """Nothing is found unless the gate passes the query; then all that score enough are.

    The gate goes by the best cosine of all cases. Half its logit counts in that of a score, and
    twice what a case is behind the best is taken off.
    """
    result = calibrated.search(make_query(calibrated.taxonomy, text=text, filters=filters))

    assert [(hit.case.id, hit.score) for hit in result.hits] == [
        (case_id, pytest.approx(score_of(cosine, best), abs=1e-6)) for case_id, cosine in expected
    ]
    assert (result.total, result.no_good_match) == (len(expected), not expected)
    assert result.answerable == pytest.approx(logistic(logit(best)), abs=1e-5)


def score_of(cosine: float, best: float) -> float:
    """The score of a case, by its cosine and the best of all."""
    return logistic(logit(cosine) + logit(best) / 2 - 2 * (best - cosine))


def logit(cosine: float) -> float:
    """What a cosine counts by the calibration above."""
    return 10 * cosine - 5


def logistic(value: float) -> float:
    """The probability of a logit."""
    return 1 / (1 + exp(-value))


def test_a_filter_never_finds_more(calibrated):
    """What is found within a filter is found without it: wider by country, never other cases."""
    taxonomy = calibrated.taxonomy
    every = calibrated.search(make_query(taxonomy, text="wine"))
    result = calibrated.search(make_query(taxonomy, text="wine", filters={"country": ["NO"]}))

    assert {hit.case.id for hit in result.hits} < {hit.case.id for hit in every.hits}
    assert [(count.value, count.would_add) for count in result.facets["country"]] == [
        ("DK", 0),
        ("FR", 1),
        ("NO", 0),
        ("ES", 0),
    ]


@pytest.mark.parametrize(
    "text", ["Norway", "Norwegian firms", "case studies of networks in Norway"]
)
def test_a_country_alone_finds_every_case_of_it_and_no_other(searcher, text):
    """What the filter by it finds, counted alike; the score only orders them."""
    asked = searcher.search(make_query(searcher.taxonomy, text=text))
    filtered = searcher.search(make_query(searcher.taxonomy, filters={"country": ["NO"]}))

    assert filtered.total
    assert {hit.case.id for hit in asked.hits} == {hit.case.id for hit in filtered.hits}
    assert asked.total == filtered.total
    assert [one.value for one in asked.mentions] == ["NO"]


def test_firms_in_a_country_without_a_case_are_none(searcher):
    """The country is told, and no firms of elsewhere are shown for it."""
    result = searcher.search(make_query(searcher.taxonomy, text="small firms in Mongolia"))

    assert (result.total, result.no_good_match) == (0, True)
    assert [one.label for one in result.reading.absent] == ["Mongolia"]


def test_without_a_text_everything_is_found_by_title(searcher):
    """Browsing lists every case by title, with score 0 and without reasons."""
    result = searcher.search(make_query(searcher.taxonomy))

    assert [(hit.case.id, hit.score, hit.reasons) for hit in result.hits] == [
        (case_id, 0.0, ()) for case_id in BY_TITLE
    ]
    assert (result.total, result.no_good_match) == (7, False)


@pytest.mark.parametrize(
    "text",
    ["a", "z" * 999, "🍷", "نبيذ", "葡萄酒", "wineries", "?", "\x00", "' OR 1=1 --"],
    ids=["letter", "letters", "emoji", "arabic", "chinese", "other", "sign", "NUL", "sql"],
)
def test_what_nothing_fits_finds_nothing(searcher, text):
    """A text that fits nothing says so: no hits, one empty page, and counts of zero."""
    result = searcher.search(make_query(searcher.taxonomy, text=text))

    assert (result.hits, result.total, result.pages) == ((), 0, 1)
    assert result.no_good_match
    assert {count.count for counts in result.facets.values() for count in counts} == {0}


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("w" * 10_000, []),
        ("wine " * 2_000, [WINE, PROGRAMME]),
        ("x " * 5_000 + "wine", [WINE, PROGRAMME]),
    ],
    ids=["one word", "one theme", "a theme at the end"],
)
def test_a_very_long_text_is_searched(searcher, text, expected):
    """Ten thousand letters, which the site refuses, do not trouble the searcher."""
    result = searcher.search(Query(text=text))

    assert [hit.case.id for hit in result.hits] == expected


@pytest.mark.parametrize(
    ("asked", "expected"),
    [
        ({"country": ["NO"]}, [PROGRAMME, METAL, TEXTILE]),
        ({"country": ["NO", "FR"]}, [PROGRAMME, METAL, TEXTILE, WINE]),
        ({"country": ["FR"], "kind": ["network"]}, [WINE]),
        ({"type": ["vertical", "public-private"]}, [TRAINING, WINE]),
        ({"kind": ["guide"]}, [GUIDE]),
        ({"kind": ["guide"], "country": ["NO"]}, []),
        ({"status": ["cautionary", "mixed"]}, [TEXTILE, TRAINING]),
        ({"sector": ["fish-ocean"]}, []),
        ({"results": ["export-sales"]}, [TEXTILE, WINE]),
        ({"results": ["export-sales"], "results_min": 6}, [TEXTILE, WINE]),
        ({"results": ["export-sales"], "results_min": 7}, [WINE]),
        ({"results": ["export-sales"], "results_min": 6, "results_unit": "times"}, [TEXTILE]),
        ({"results": ["cost"], "results_min": 40}, []),  # a fall is no rise
        # 50-60% of the usual is 40-50% down.
        ({"results": ["cost"], "results_min": 40, "results_direction": "down"}, [WINE]),
        ({"results": ["cost"], "results_min": 50, "results_direction": "down"}, []),
        ({"results": ["cost"], "results_min": 50, "results_unit": "percent-of-usual"}, [WINE]),
        ({"results": ["cost", "sales"], "results_min": 10}, [METAL]),
        ({"text": "wine", "country": ["NO"]}, [PROGRAMME]),
        ({"text": "wine", "country": ["ES"]}, []),
        ({"text": "export", "type": ["horizontal"], "form": ["soft", "hard"]}, [TEXTILE, METAL]),
    ],
    ids=str,
)
def test_filters_come_first(searcher, asked, expected):
    """Every hit satisfies every filter; within them the order is that of the text or title."""
    assert ids(searcher, **asked) == expected


def test_nothing_left_by_the_filters_is_no_good_match(searcher):
    """A text that fits, but nothing within the filters, says so; filters alone do not."""
    with_text = make_query(searcher.taxonomy, text="wine", filters={"country": ["ES"]})
    without = make_query(searcher.taxonomy, filters={"kind": ["guide"], "country": ["ES"]})

    results = [searcher.search(query) for query in (with_text, without)]

    assert [(result.total, result.no_good_match) for result in results] == [(0, True), (0, False)]


def test_counts_are_over_what_is_found(searcher):
    """Counts beside an answer are those of all its hits, on whatever page, and of nothing else."""
    query = make_query(searcher.taxonomy, text="export", filters={"country": ["NO"]}, per_page=1)

    result = searcher.search(query)

    # Found: metal buyers and textile exporters (NO). The wine makers (FR) would come in addition.
    assert [(c.value, c.count, c.would_add, c.selected) for c in result.facets["country"]] == [
        ("DK", 0, 0, False),
        ("FR", 0, 1, False),
        ("NO", 2, 0, True),
        ("ES", 0, 0, False),
    ]
    assert [(c.value, c.count) for c in result.facets["status"]] == [
        ("success", 1),
        ("mixed", 1),
        ("cautionary", 0),
    ]
    assert [(c.value, c.count) for c in result.facets["project"]] == [
        ("cost-reduction", 1),
        ("joint-purchasing", 1),
        ("staff-training", 0),
        ("marketing", 1),
        ("exporting", 1),
    ]


def cosine(query: str, passage: str) -> float:
    """The cosine of two texts, from how often each theme stands in them."""
    one, two = (
        [re.findall(r"\w+", text.lower()).count(theme) for theme in THEMES]
        for text in (query, passage)
    )
    size = sqrt(sum(a * a for a in one) * sum(b * b for b in two))
    return sum(a * b for a, b in zip(one, two, strict=True)) / size if size else 0.0


def spelled_out(searcher: Searcher, passages, query: Query) -> list[tuple[str, float]]:
    """Ids and scores of an answer by the rules: filter, best passage, limit, order."""
    scored = []
    for case, own in zip(searcher.cases, passages, strict=True):
        best = max(cosine(query.text, passage.encoded_text) for passage in own)
        allowed = all(
            set(case.facets[facet]) & set(query.filters[facet]) for facet in query.filters
        )
        if allowed and round(best, 6) >= searcher.min_score:
            scored.append((case.id, round(best, 6)))
    return sorted(scored, key=lambda pair: (-pair[1], pair[0]))


@pytest.fixture(name="passages", scope="module")
def _passages(settings: Settings) -> list[tuple[Passage, ...]]:
    """What the encoder read of each case, row by row."""
    return list(open_snapshot(settings.index / current_id(settings.index)).content.passages)


WORDS = st.lists(st.sampled_from([*THEMES, "firms", "together"]), min_size=1, max_size=6)
FILTERS = {
    "country": ["NO", "FR", "ES", "DK"],
    "kind": ["network", "programme", "study", "guide"],
    "type": ["horizontal", "vertical", "public-private"],
}


@settings(deadline=None, derandomize=True, max_examples=50)
@given(words=WORDS, data=st.data())
def test_answers_equal_the_rules_spelled_out(passages, searcher, words, data):
    """Whatever is asked, the list is that of the best passages among the cases allowed."""
    filters = {
        facet: data.draw(st.lists(st.sampled_from(values), unique=True), label=facet)
        for facet, values in FILTERS.items()
    }
    query = make_query(searcher.taxonomy, text=" ".join(words), filters=filters)

    result = searcher.search(query)

    expected = spelled_out(searcher, passages, query)
    assert [(hit.case.id, hit.score) for hit in result.hits] == expected
    assert (result.total, result.no_good_match) == (len(expected), not expected)
    found = [searcher.case(case_id) for case_id, _ in expected]
    assert {
        (facet, count.value): count.count
        for facet, counts in result.facets.items()
        for count in counts
    } == {
        (facet, count.value): sum(count.value in case.facets[facet] for case in found)
        for facet, counts in result.facets.items()
        for count in counts
    }
    assert tuple(result.facets) == searcher.taxonomy.facets


@pytest.mark.parametrize("text", ["", "export", "textile export train"])
@pytest.mark.parametrize("per_page", [1, 2, 3, 7, 100])
def test_the_pages_hold_everything_once(searcher, text, per_page):
    """Page after page gives the whole list, each case once, with ranks that run on."""
    whole = searcher.search(make_query(searcher.taxonomy, text=text, per_page=100))
    pages = searcher.search(make_query(searcher.taxonomy, text=text, per_page=per_page)).pages

    paged = [
        hit
        for page in range(1, pages + 1)
        for hit in searcher.search(
            make_query(searcher.taxonomy, text=text, page=page, per_page=per_page)
        ).hits
    ]

    assert paged == list(whole.hits)
    assert [hit.rank for hit in paged] == list(range(1, whole.total + 1))


@pytest.mark.parametrize(
    ("asked", "message"),
    [
        ({"page": 2}, "page must be from 1 to 1, not 2: 7 found, 10 to a page."),
        ({"page": 5, "per_page": 2}, "page must be from 1 to 4, not 5: 7 found, 2 to a page."),
        (
            {"text": "zzz", "page": 2},
            "page must be from 1 to 1, not 2: 0 found, 10 to a page.",
        ),
    ],
    ids=["one page", "four pages", "nothing found"],
)
def test_a_page_beyond_the_last_is_refused(searcher, asked, message):
    """A page beyond the last names how many there are."""
    with pytest.raises(QueryError) as raised:
        searcher.search(make_query(searcher.taxonomy, **asked))

    assert str(raised.value) == message
    assert (raised.value.parameter, raised.value.value) == ("page", asked["page"])


@pytest.mark.parametrize(
    ("min_score", "expected"),
    [
        (-1, [WINE, PROGRAMME, HOSTILE, GUIDE, METAL, TEXTILE, TRAINING]),
        (0.707107, [WINE, PROGRAMME]),
        (0.707108, [WINE]),
        (0.95, []),
    ],
)
def test_the_limit_is_the_least_score_that_counts(settings, min_score, expected):
    """A case is found from exactly min_score on; what scores the same goes by id."""
    assert ids(with_min_score(settings, min_score), "wine") == expected


@pytest.mark.parametrize(
    ("case_id", "expected"),
    [
        (HOSTILE, []),
        (WINE, [(PROGRAMME, 8 / sqrt(20 * 8)), (TEXTILE, 4 / 8)]),
        (GUIDE, []),
        (PROGRAMME, [(WINE, 8 / sqrt(20 * 8)), (METAL, 4 / sqrt(8 * 5))]),
        (METAL, [(PROGRAMME, 4 / sqrt(8 * 5))]),
        (TEXTILE, [(TRAINING, 6 / sqrt(13 * 8)), (WINE, 4 / 8)]),
        (TRAINING, [(TEXTILE, 6 / sqrt(13 * 8))]),
    ],
)
def test_similar_cases_are_those_of_the_best_pair(searcher, case_id, expected):
    """Similar cases come by their best pair of passages, from min_score on, never the case."""
    hits = searcher.similar(case_id)

    assert [(hit.case.id, hit.score) for hit in hits] == [
        (other, round(score, 6)) for other, score in expected
    ]
    assert [hit.rank for hit in hits] == list(range(1, len(expected) + 1))


def test_the_reason_of_a_similar_case_is_its_own_passage(searcher):
    """What is shown beside a similar case is its passage of the best pair."""
    hits = searcher.similar(WINE)

    assert [(hit.reasons[0].heading, hit.reasons[0].passage) for hit in hits] == [
        ("", "A programme for wine firms and metal firms."),
        (TOGETHER, "They export textile."),
    ]


CASE = """\
---
title: Case {0}
kind: study
country: NO
type: []
project: []
results: []
summary: {1}
sources:
  - {{key: anon, locator: whole}}
---

## Situation

{2}
"""


def test_the_best_pair_may_be_of_any_two_passages(toy_settings):
    """The best pair counts wherever its passages stand in their cases."""
    for case in (
        ("one", "Wine, train wine, train.", "Metal."),
        ("two", "Metal, purchase metal, purchase.", "Train wine."),
    ):
        (toy_settings.cases / "norway" / f"{case[0]}.md").write_text(CASE.format(*case))
    build(toy_settings)

    hits = LiveSearcher(toy_settings.index, min_score=0.9).current().similar("norway/one")

    assert [(hit.case.id, hit.score, hit.reasons[0].passage) for hit in hits] == [
        ("norway/two", 1.0, "Train wine.")
    ]


def test_similar_cases_are_as_many_as_asked_for(settings, searcher):
    """The first k are given, or all that there are."""
    everything = with_min_score(settings, -1)

    assert [hit.case.id for hit in searcher.similar(WINE, k=1)] == [PROGRAMME]
    assert [hit.case.id for hit in everything.similar(WINE, k=99)] == [
        PROGRAMME,
        TEXTILE,
        METAL,  # 2 / sqrt(8 * 9), by "export"
        HOSTILE,
        TRAINING,
    ]


def test_guides_are_similar_to_guides_only(toy_settings):
    """A guide and a case about the same thing are not compared; two guides are."""
    guide = (toy_settings.cases / "guides" / "purchase-guide.md").read_text()
    another = guide.replace("How to purchase together", "Before you purchase")
    (toy_settings.cases / "guides" / "another.md").write_text(another)
    build(toy_settings)
    searcher = LiveSearcher(toy_settings.index, min_score=0.3).current()

    similar = {
        case_id: [hit.case.id for hit in searcher.similar(case_id)]
        for case_id in (GUIDE, "guides/another", METAL)
    }

    assert similar == {GUIDE: ["guides/another"], "guides/another": [GUIDE], METAL: [PROGRAMME]}


@pytest.mark.parametrize(
    ("case_id", "message"),
    [
        (
            "france/wine-exporter",
            "No case has the id 'france/wine-exporter'. The nearest ids are "
            "france/wine-exporters, norway/textile-exporters.",
        ),
        ("x", "No case has the id 'x'."),
        ("", "No case has the id ''."),
        ("y" * 9999, f"No case has the id '{'y' * 120}'."),
    ],
    ids=["misspelled", "far off", "empty", "very long"],
)
@pytest.mark.parametrize("ask", ["case", "similar"])
def test_an_unknown_case_is_not_found(searcher, ask, case_id, message):
    """An id that no case has is answered with the nearest ones."""
    with pytest.raises(CaseNotFound) as raised:
        getattr(searcher, ask)(case_id)

    assert str(raised.value) == message


def test_a_case_is_given_by_its_id(searcher):
    """Every id gives its own case."""
    assert [searcher.case(case.id) for case in searcher.cases] == list(searcher.cases)
    assert [case.id for case in searcher.cases] == sorted(BY_TITLE)
