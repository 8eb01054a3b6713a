"""Why a case is here, in words."""

import pytest

from kb.answers.cases import shared_values
from kb.model.cases import Case
from kb.search.answer import Hit, Reason
from web.ui.reasons import (
    excerpt,
    how,
    line,
    marked,
    marked_summary,
    named,
    quoted,
    values_text,
)

SUMMARY = "Norway's firms export wine."


def hit(*reasons: Reason) -> Hit:
    case = Case(
        id="norway/x",
        title="Wine abroad",
        kind="network",
        summary=SUMMARY,
        body="",
        facets={},
        results=(),
        sources=(),
    )
    return Hit(case=case, score=0.5, rank=1, reasons=reasons)


@pytest.mark.parametrize(
    ("marks", "expected"),
    [
        ((), "wine &amp; export"),
        (((0, 4),), "<mark>wine</mark> &amp; export"),
        (((7, 13),), "wine &amp; <mark>export</mark>"),
        (((0, 4), (5, 6), (7, 13)), "<mark>wine</mark> <mark>&amp;</mark> <mark>export</mark>"),
    ],
)
def test_marked(marks, expected):
    """A text is marked in its places, and what would be markup in it is text."""
    assert marked("wine & export", marks) == expected


@pytest.mark.parametrize(
    ("why", "said", "passage"),
    [
        (
            Reason(kind="meaning", passage="They sell wine.", heading="Whom it suits"),
            "By meaning, in “Whom it suits” (our reading)",
            "They sell wine.",
        ),
        (
            Reason(kind="meaning", passage="They sell wine.", heading="The network"),
            "By meaning, in “The network”",
            "They sell wine.",
        ),
        (
            Reason(
                kind="word", passage="Sell wine.", heading="H", words=("wine",), marks=((5, 9),)
            ),
            "By your words, in “H”: wine",
            "Sell <mark>wine</mark>.",
        ),
        (
            Reason(
                kind="both",
                passage="Sell wine.",
                heading="H",
                words=("abroad", "wine"),
                marks=((5, 9),),
            ),
            "By your words and by meaning, in the title and “H”: abroad, wine",
            "Sell <mark>wine</mark>.",
        ),
        (
            Reason(kind="word", passage="They sell.", heading="H", words=("abroad",)),
            "By your words, in the title: abroad",
            "",
        ),
        (
            Reason(kind="meaning", passage=SUMMARY),
            "By meaning, in the summary above",
            "",
        ),
        (
            Reason(kind="word", passage=SUMMARY, words=("export",), marks=((15, 21),)),
            "By your words, in the summary above: export",
            "",
        ),
        (
            Reason(kind="meaning", passage="Text before any heading."),
            "By meaning, in its text",
            "Text before any heading.",
        ),
    ],
    ids=["ours", "meaning", "word", "both", "title", "summary", "summary-marked", "no-heading"],
)
def test_why_by_a_passage(why, said, passage):
    """Each reason says how the passage matched, where it stands, and by which words."""
    case = hit(why).case
    assert (how(why, case), quoted(why, case)) == (said, passage)


def test_at_most_six_words_are_listed():
    """A long query does not make a long list."""
    words = ("a", "b", "c", "d", "e", "f", "g")
    why = Reason(kind="word", passage="Sell.", heading="H", words=words)
    assert how(why, hit(why).case) == "By your words, in the title: a, b, c, d, e, f …"


def test_marked_summary():
    """The summary is marked where a reason marks it, with curly marks in their places."""
    found = Reason(kind="word", passage=SUMMARY, words=("export",), marks=((15, 21),))
    near = Reason(kind="meaning", passage=SUMMARY)
    assert marked_summary(hit(near, found)) == "Norway’s firms <mark>export</mark> wine."
    assert marked_summary(hit(near)) == "Norway’s firms export wine."


def test_named(searcher):
    """What the query names stands with the words of its facet."""
    why = Reason(kind="facet", facet="country", value="NO", label="Norway")
    assert named(why, searcher.taxonomy) == "Country: Norway"


@pytest.mark.parametrize(
    ("passage", "expected"),
    [
        ("Three firms buy. They save.", "Three firms buy. They save."),
        ("Three firms buy. " + "They save " * 20 + ".", "Three firms buy."),
        ("Sales rose 4.2% in Norway's year! " + "More " * 30, "Sales rose 4.2% in Norway’s year!"),
        ("No full stop", "No full stop"),
        ("word " * 32 + "end.", "word " * 31 + "word …"),
        ("a" * 161, "a" * 160 + " …"),
    ],
    ids=["sentences", "first", "decimal", "no-stop", "long", "no-space"],
)
def test_line(passage, expected):
    """The quotation beside a similar case is whole sentences, cut at a word where one is long."""
    assert line(passage) == expected


def test_shared(searcher):
    """What two cases share is told in the order of the facets, and in one line of plain words."""
    case = searcher.case("norway/metal-buyers")
    other = searcher.case("international/wine-and-metal-programme")
    found = shared_values(case, other, searcher.taxonomy)
    assert [(why.facet, why.value) for why in found] == [("country", "NO"), ("type", "horizontal")]
    assert values_text(found, searcher.taxonomy) == "Norway, horizontal"
    assert shared_values(case, searcher.case("spain/textile-training"), searcher.taxonomy) == ()


def test_listed_leaves_abbreviations_as_they_are(searcher):
    """Only a capital that starts a word is made small."""
    labels = ("Wine and spirits", "ICT services")
    found = [Reason(kind="facet", facet="sector", label=label) for label in labels]
    assert values_text(found, searcher.taxonomy) == "wine and spirits, ICT services"


LONG = "word " * 100  # 500 characters


def test_a_long_passage_is_cut_at_a_word():
    """The beginning is shown where a mark is in it, or there is none."""
    assert excerpt(LONG, ((5, 9),)) == "word <mark>word</mark>" + " word" * 70 + " …"


def test_a_long_passage_is_cut_before_its_first_mark():
    """A mark beyond the beginning is shown with some words before it."""
    shown = "… " + "word " * 15 + "<mark>word</mark> " + "word " * 9
    assert excerpt(LONG, ((450, 454),)) == shown


def test_a_passage_without_spaces_is_cut_all_the_same():
    """One endless word does not break the card."""
    assert excerpt("a" * 500, ()) == "a" * 360 + " …"
