"""Why a case is among the hits."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kb.model.cases import Case, Passage
from kb.search.answer import Reason
from kb.search.reasons import Passages, reasons
from kb.text.analysis import terms
from kb.text.chunking import texts_read
from kb.text.mentions import Mention
from kb.text.word_places import WordPlaces

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
        best,
        spans=WordPlaces.of(texts_read(case, PASSAGES)).spans(terms(query)),
        by_meaning=by_meaning,
        mentions=mentions,
    )


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
    places = WordPlaces.of(texts_read(CASE, passages))

    found = Passages([passages], [places], has_multilingual=False).reasons(
        [(CASE, row), (CASE, row)], terms("wine"), evidence, ()
    )

    assert [reasons[0].kind for reasons in found] == [kind, kind]


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
    asked, case = terms(query), replace(CASE, title=title)

    found = reasons(
        case,
        passages,
        data.draw(st.integers(0, len(passages) - 1)),
        spans=WordPlaces.of(texts_read(case, passages)).spans(asked),
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
