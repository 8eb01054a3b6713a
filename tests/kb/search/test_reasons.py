"""Why a case is among the hits."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kb.model.cases import Case, Passage
from kb.search.answer import Reason
from kb.search.marker import Marker
from kb.search.reasons import Passages, reasons
from kb.text.analysis import places, terms
from kb.text.mentions import Mention

CASE = Case(
    id="no/wine",
    title="Wine exporters",
    kind="network",
    summary="",
    body="",
    facets={"country": ("NO", "FR"), "type": ("horizontal",)},
    results=(),
    sources=(),
)
TEXTS = (
    "Nine firms made a brand.",
    "They export the wines, and exporting pays.",
    "A factory in Québec.",
)
PASSAGES = tuple(
    Passage(case_id=CASE.id, ordinal=at, heading=f"H{at}", text=text)
    for at, text in enumerate(TEXTS)
)


def give(query: str, *, best: int, by_meaning: bool, case: Case = CASE, mentions=()):
    """The reasons for a case."""
    return reasons(
        case,
        PASSAGES,
        PASSAGES[best],
        marker=Marker(terms(query)),
        by_meaning=by_meaning,
        mentions=mentions,
    )


@pytest.mark.parametrize(
    ("text", "query", "expected"),
    [
        pytest.param("They export wines.", "exports wine", ["export", "wines"], id="inflected"),
        pytest.param("QUÉBEC, quebec", "Québec", ["QUÉBEC", "quebec"], id="accents and case"),
        pytest.param("The factories of the firm", "of the", [], id="function words"),
        pytest.param("CAD-CAM shop", "cad-cam", ["CAD", "CAM"], id="hyphenated"),
        pytest.param("rose by 30% in 300 days", "30 per cent", ["30%"], id="figures"),
        pytest.param(
            "organised, organization", "organise", ["organised", "organization"], id="-ize"
        ),
        pytest.param(
            "SMEs, small and medium enterprises, a company",
            "firm",
            ["SMEs", "small and medium enterprises"],
            id="names of several words",
        ),
        pytest.param("inter-firm R&D in the U.S.", "interfirm", ["inter-firm"], id="first parts"),
        pytest.param("inter-firm R&D in the U.S.", "research", ["R&D"], id="a pair"),
        pytest.param("inter-firm R&D in the U.S.", "USA", ["U.S."], id="dotted"),
        pytest.param("thirty per cent of three", "30%", ["thirty per cent"], id="in words"),
        pytest.param("winery twine", "wine", [], id="parts of words"),
        pytest.param("", "wine", [], id="empty text"),
        pytest.param("wine", "", [], id="empty query"),
    ],
)
def test_marks_cover_the_words_of_the_query(text, query, expected):
    """Each word of the text that a word of the query stands for is marked, whole."""
    spans = Marker(terms(query)).marks(text)

    assert [text[start:end] for start, end in spans] == expected
    assert list(spans) == sorted(spans)


@pytest.mark.parametrize(
    ("query", "best", "by_meaning", "expected"),
    [
        pytest.param(
            "brand", 0, True, [("both", 0, ("brand",), ("brand",))], id="one passage for both"
        ),
        pytest.param(
            "brand", 1, True,
            [("meaning", 1, (), ()), ("word", 0, ("brand",), ("brand",))],
            id="two passages",
        ),
        pytest.param("hospital", 2, True, [("meaning", 2, (), ())], id="meaning alone"),
        pytest.param("brand", 1, False, [("word", 0, ("brand",), ("brand",))], id="words alone"),
        pytest.param("hospital", 2, False, [("meaning", 2, (), ())], id="neither"),
        pytest.param(
            "exports", 1, True,
            [("both", 1, ("exporters", "export", "exporting"), ("export", "exporting"))],
            id="title and passage",
        ),
        pytest.param(
            "exporters", 0, True,
            [
                ("meaning", 0, (), ()),
                ("word", 1, ("exporters", "export", "exporting"), ("export", "exporting")),
            ],
            id="the passage with most of the words",
        ),
        pytest.param("", 0, True, [("meaning", 0, (), ())], id="no word that counts"),
    ],
)  # fmt: skip
def test_the_reasons_for_a_hit(query, best, by_meaning, expected):
    """Kind, passage, words as the case writes them, and the marked words, strongest first."""
    found = give(query, best=best, by_meaning=by_meaning)

    assert [
        (r.kind, TEXTS.index(r.passage), r.words, tuple(r.passage[a:b] for a, b in r.marks))
        for r in found
    ] == expected
    assert [r.heading for r in found] == [f"H{at}" for _, at, _, _ in expected]


@pytest.mark.parametrize(
    ("cosine", "less_common", "kind"),
    [(0.3, False, "meaning"), (0.29, False, "word"), (0.2, True, "meaning"), (0.19, True, "word")],
)
def test_a_passage_is_near_from_a_cosine_on(searcher, cosine, less_common, kind):
    """Less of it is asked where what all texts have in common was taken from the query."""
    evidence, row = searcher.evidence("wine"), 0
    near = np.full(len(evidence.rows), cosine)
    evidence = replace(
        evidence,
        passage=near,
        audience=-near,
        best_passage=np.zeros_like(evidence.rows),
        less_common=less_common,
    )
    passages = tuple(replace(one, text=f"{one.text} A wine.") for one in PASSAGES)

    found = Passages([passages], has_multilingual=False).reasons(
        [(CASE, row), (CASE, row)], Marker(terms("wine")), evidence, ()
    )

    assert [reasons[0].kind for reasons in found] == [kind, kind]


def test_texts_are_looked_at_by_themselves():
    """Words and marks of each, beside others that must be read whole, and beside empty ones."""
    texts = (
        "Wines: WINE, wines.",
        "",
        "They export 30 per cent of it to the U.S.",
        "Nine oaks",
        "a firm's wine, and 30% off",
        "The re\u0301seau of wine, a réseau",
    )
    marker = Marker(terms("wine export 30% firm USA réseau"))

    assert [marker.words(one) for one in texts] == [
        ("wines", "wine"),
        (),
        ("export", "30 per cent", "u.s."),
        (),
        ("firm", "wine", "30%"),
        ("re\u0301seau", "wine", "réseau"),
    ]
    assert [[one[a:b] for a, b in marker.marks(one)] for one in texts] == [
        ["Wines", "WINE", "wines"],
        [],
        ["export", "30 per cent", "U.S."],
        [],
        ["firm", "wine", "30%"],
        ["re\u0301seau", "wine", "réseau"],
    ]


def test_words_that_are_read_later_are_looked_at_too():
    """A marker goes on with texts whose words nobody had read when it began."""
    marker = Marker({"looom"})
    assert marker.words("An oak") == ()

    assert marker.words("A looom of oak") == ("looom",)
    assert marker.marks("A looom of oak") == ((2, 7),)


def test_words_of_the_title_alone_are_a_reason():
    """A word that stands only in the title joins the passage that is near in meaning."""
    case = replace(CASE, title="Trawlers")

    found = give("trawler", best=2, by_meaning=True, case=case)

    assert found == (
        Reason(kind="both", passage=TEXTS[2], heading="H2", words=("trawlers",), marks=()),
    )


def test_facets_come_last_and_only_those_of_the_case():
    """A value that the query names is a reason exactly where the case has it."""
    mentions = (
        Mention(facet="country", value="DK", label="Denmark"),
        Mention(facet="country", value="NO", label="Norway"),
        Mention(facet="sector", value="food", label="Food"),
        Mention(facet="type", value="horizontal", label="Horizontal network"),
    )

    found = give("hospital", best=0, by_meaning=True, mentions=mentions)

    assert found == (
        Reason(kind="meaning", passage=TEXTS[0], heading="H0"),
        Reason(kind="facet", facet="country", value="NO", label="Norway"),
        Reason(kind="facet", facet="type", value="horizontal", label="Horizontal network"),
    )


@settings(deadline=None, derandomize=True, max_examples=600)
@given(
    text=st.lists(
        st.sampled_from(
            "two five Twenty-five twenty hundred and 2 5 05 25 205 5-6 $5 5.2 5,000 5% NOK 5m, a "
            "one five-year per cent percent co-two non 20 fifty thousand wine. two_five".split()
        ),
        max_size=10,
    ).map(" ".join),
    query=st.sampled_from("2 5 25 205 20 50 5% 5000 52 2.5 5m 1 two-hundred".split()),
)
def test_no_number_is_passed_over(text, query):
    """Nor is one marked that is a part of another."""
    asked = set(terms(query))
    spans = tuple(dict.fromkeys((start, end) for one, start, end in places(text) if one in asked))

    assert Marker(asked).marks(text) == spans


@settings(deadline=None, derandomize=True, max_examples=600)
@given(
    text=st.lists(
        st.sampled_from(
            "wine 30 % per cent thirty seven million small and medium enterprises SMEs firm "
            "inter-firm co-op know how R&D U.S. US us it IT company united states non profit "
            "a one to Canada's don't firm_wine re\u0301seau 7 2,000 hundred "
            "17 1.7 0.5 twenty 17,500 2011".split()
        ),
        max_size=12,
    ).map(" ".join),
    query=st.sampled_from(
        "30% 7000000 3 firm small co-op knowhow research USA ICT interfirm nonprofit wine".split()
    ),
)
def test_no_mark_is_passed_over(text, query):
    """The quick look at single words finds what reading the whole text finds."""
    asked = set(terms(query))
    spans = tuple(dict.fromkeys((start, end) for one, start, end in places(text) if one in asked))

    assert Marker(asked).marks(text) == spans
    assert Marker(asked).words(text) == tuple(
        dict.fromkeys(text[start:end].lower() for start, end in spans)
    )


_WORDS = (
    "wine wines export exporting the of firm factories Québec organise organization 30% CAD-CAM a_b"
)
_TEXT = st.lists(st.sampled_from(_WORDS.split()) | st.text(max_size=6), max_size=8).map(" ".join)


@settings(deadline=None, derandomize=True, max_examples=100)
@given(texts=st.lists(_TEXT, min_size=1, max_size=4), title=_TEXT, query=_TEXT, data=st.data())
def test_every_reason_can_be_checked(texts, title, query, data):
    """The passage is one of the case; each mark lies in it and covers a word of the query."""
    passages = [
        Passage(case_id=CASE.id, ordinal=at, heading="", text=text) for at, text in enumerate(texts)
    ]
    asked = terms(query)

    found = reasons(
        replace(CASE, title=title),
        passages,
        data.draw(st.sampled_from(passages)),
        marker=Marker(asked),
        by_meaning=data.draw(st.booleans()),
        mentions=(),
    )

    assert [r.kind for r in found] in [["meaning"], ["word"], ["both"], ["meaning", "word"]]
    for reason in found:
        assert reason.passage in texts
        for start, end in reason.marks:
            word = reason.passage[start:end]
            assert set(terms(word)) & set(asked)
            before, after = reason.passage[:start][-1:], reason.passage[end:][:1]
            assert not (before.isalnum() and word[0].isalnum())  # no word is cut
            assert not (word[-1].isalnum() and after.isalnum())
        for word in reason.words:
            assert word in f"{title} {reason.passage}".lower()
            assert set(terms(word)) & set(asked)
        assert (reason.kind == "meaning") == (reason.words == ())
