"""What sentences say: plain text, something at all, and no more than the results hold."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import pytest

from kb.content.checks.wording import (
    body_complaints,
    markup_complaints,
    promise_complaints,
    repeated_complaints,
    repeated_in,
    texts_of,
    unwritten_complaints,
)
from kb.content.placeholders import FIELDS, GUIDE_TEXT, SECTIONS
from kb.content.schema import Complaint
from kb.content.taxonomy import load_taxonomy
from kb.model.taxonomy import Taxonomy
from tests.toy import ROOT


@pytest.fixture(name="taxonomy", scope="module")
def _taxonomy() -> Taxonomy:
    return load_taxonomy(ROOT / "cases" / "taxonomy.yaml")


def _told(complaints: Iterable[Complaint]) -> list[tuple[str, str]]:
    return [(".".join(map(str, one.place)), one.rule) for one in complaints]


@pytest.mark.parametrize(
    ("text", "what", "meant"),
    [
        ("The <b>first</b> bakers", "HTML, '<b>'", "the words alone"),
        ("The first<br/>bakers", "HTML, '<br/>'", "the words alone"),
        ("Bakers <!-- who? -->", "HTML, '<!--'", "the words alone"),
        ("<script>alert(1)</script>", "HTML, '<script>'", "the words alone"),
        ("Bakers &amp; millers", "an HTML entity, '&amp;'", "&"),
        ("Bakers &#38; millers", "an HTML entity, '&#38;'", "&"),
        ("The **first** bakers", "Markdown, '**first**'", "first"),
        ("The *first* bakers", "Markdown, '*first*'", "first"),
        ("The __first__ bakers", "Markdown, '__first__'", "first"),
        ("The _first_ bakers", "Markdown, '_first_'", "first"),
        ("The `first` bakers", "Markdown, '`first`'", "first"),
        ("The ~~first~~ bakers", "Markdown, '~~first~~'", "first"),
        ("The [bakers](https://example.org)", "a link, '[bakers](https://example.org)'", "bakers"),
        (
            "See <https://example.org/x>",
            "a link, '<https://example.org/x>'",
            "https://example.org/x",
        ),
        ("## Bakers", "a heading, '##'", ""),
    ],
)
def test_markup_in_plain_text_is_told(text: str, what: str, meant: str) -> None:
    """What would be shown as it is typed is told in every text, with what to write."""
    given = {"title": text, "teaching": {"questions": ["Why?", text]}}
    complaints = list(markup_complaints(texts_of(given)))

    assert _told(complaints) == [
        ("title", "markup-in-plain-text"),
        ("teaching.questions.1", "markup-in-plain-text"),
    ]
    shown = meant if meant == "the words alone" else repr(meant)
    assert complaints[0].message == (
        f"is plain text and holds {what}, which pages show as it is typed; write {shown}."
    )


@pytest.mark.parametrize(
    "text",
    [
        "5*3 metres, file_name_a and a_b_c",
        "3 < 5 and 6 > 5; x<y",
        "R&D, AT&T; bakers & millers",
        "2 * 3 * 4",
        "Bakers [in Graz] (Austria)",
        "#1 of the bakers, C# and ~5 km",
        "A `tick alone",
        "prices* are net",
        "&unknown; and &c; as they stand",
    ],
)
def test_signs_that_are_no_markup_are_let_be(text: str) -> None:
    """A sign that stands alone is a sign."""
    assert list(markup_complaints(texts_of({"title": text, "summary": text}))) == []


@pytest.mark.parametrize(
    ("name", "text", "rule"),
    [
        *(("summary", text, "placeholder-left") for text in FIELDS.values()),
        ("summary", "One or two sentences that say who did what together, where, and what came of "
         "it.", "placeholder-left"),
        *(("summary", text, "text-says-nothing")
          for text in ("tbd", "TBD.", "n/a", "-", "...", "?", "xxx", "Summary", "Lorem ipsum dolor",
                       "To be written.", "Your summary here")),
        *(("locator", text, "text-says-nothing")
          for text in ("see source", "the report", "Website", "p.", "page", "ibid.", "passim",
                       "n/a", "somewhere")),
    ],
)  # fmt: skip
def test_what_is_not_written_is_told(name: str, text: str, rule: str) -> None:
    """A template's sentence is told, and a word that stands for nothing."""
    given = {name: text} if name == "summary" else {"sources": [{"key": "a", "locator": text}]}
    place = name if name == "summary" else "sources.0.locator"
    assert _told(unwritten_complaints(texts_of(given))) == [(place, rule)]


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("summary", "Five bakers share one oven."),
        ("summary", "None of the bakers could fill the oven alone."),
        ("title", "Testing a kiln together"),
        ("locator", "summary"),
        ("locator", "whole page"),
        ("locator", "abstract"),
        ("locator", "p. 4"),
        ("locator", "source note, page 2"),
        ("horizon", "n/a"),
    ],
)
def test_short_texts_that_say_something_are_let_be(name: str, text: str) -> None:
    """Few words may say it; what may be left out anyway is not asked."""
    assert list(unwritten_complaints(texts_of({name: text}))) == []


@pytest.mark.parametrize(
    ("item", "aim"),
    [
        ("We hope to hire ten people.", "hope to"),
        ("The firm expects to pay less.", "expects to"),
        ("They plan to go abroad.", "plan to"),
        ("Members are expected to\n  pay less.", "are expected to"),
        ("We want to hire.", "We want to"),
        ("The plan to hire failed.", ""),
        ("Ten had been planned; two came.", ""),
        ("Less was expected to remain than members hoped.", ""),
        ("Firms that want to export met.", ""),
    ],
)
def test_an_aim_among_the_results_is_told(item: str, aim: str) -> None:
    """An item that tells an aim is pointed at, in the section of the results only."""
    around = "## Situation\n\nThey hope to sell.\n\n{}## What to take from it\n\nAll hope to.\n"
    body = around.format(f"## Results as reported\n\n- Sales rose.\n- {item}\n\n")

    found = [(one.line, one.rule, one.value) for one in body_complaints(body)]

    assert found == ([(8, "promises-more-than-results", aim)] if aim else [])


@pytest.mark.parametrize(
    ("body", "found"),
    [
        ("## A\n\n## B\n\nText.\n", [(1, "section-empty")]),
        ("## A\n\nText.\n\n## B\n", [(5, "section-empty")]),
        ("## A\n## B\n\n\n", [(1, "section-empty"), (2, "section-empty")]),
        ("## A\n\n### B\n\n## C\n\nText.", [(3, "section-empty")]),
        ("## A\n\nx\n", [(1, "section-empty")]),
        ("## A\n\n- x\n\n---\n\n## B\n\nText.", [(1, "section-empty")]),
        ("## A\n\n- a\n- b\n- c\n\n## B\n\n**No.** 1", []),
        (f"## A\n\n{SECTIONS[0]}", [(3, "placeholder-left")]),
        (GUIDE_TEXT, [(1, "placeholder-left")]),
        ("## A\n\nTBD\n", [(3, "text-says-nothing")]),
        ("## A\n\n- ...\n- (to be written)\n",
         [(3, "text-says-nothing"), (4, "text-says-nothing")]),
        ("## A\n\nLorem ipsum dolor sit amet.\n", [(3, "text-says-nothing")]),
    ],
)  # fmt: skip
def test_a_text_that_is_not_written(body: str, found: list[tuple[int, str]]) -> None:
    """Empty sections, sentences of the template and words that stand for nothing, by line."""
    assert [(one.line, one.rule) for one in body_complaints(body)] == found


@pytest.mark.parametrize(
    "body",
    [
        "Text.",
        "## A\n\n### B\n\nText.\n",
        "## A\n\n```\n## B\n## C\n```\n",
        "## A\n\n| a |\n|---|\n",
        "## A\n\nThe list is still to be written, they say... It is long.\n",
        "## A\n\nA TODO: inside a sentence.\n",
        "",
    ],
)
def test_a_text_that_is_written(body: str) -> None:
    """A heading over a deeper one is none without text, nor is one in code."""
    assert list(body_complaints(body)) == []


@pytest.mark.parametrize(
    ("title", "summary", "is_told"),
    [
        ("Five bakers buy an oven", "Five bakers buy an oven.", True),
        ("Five bakers buy an oven", "five bakers — buy an oven", True),
        ("Five bakers", " Five  bakers ", True),
        ("Five bakers!", "FIVE BAKERS", True),
        ("Five bakers buy an oven", "Five bakers in Graz buy an oven.", False),
        ("Five bakers", "", False),
        ("", "", False),
        ("Five bakers", "Six bakers of Graz", False),
    ],
)
def test_a_summary_says_more_than_the_title(title: str, summary: str, is_told: bool) -> None:
    """The same words in other letters or signs are the same."""
    found = _told(repeated_complaints({"title": title, "summary": summary}))
    assert found == ([("summary", "summary-repeats-title")] if is_told else [])


@pytest.mark.parametrize(
    ("summary", "is_told"),
    [
        ("Bakers", True),
        ("Bakers.", True),
        ("Six bakers.", True),
        ("6 bakers 1998", True),
        ("Bakers share ovens.", False),
        ("六家面包店共用一个烤炉。", False),
        ("", False),
    ],
)
def test_a_summary_is_a_sentence(summary: str, is_told: bool) -> None:
    """One word or two tell nobody what a case is; scripts without blanks are not counted."""
    found = _told(repeated_complaints({"title": "Six bakers of Graz", "summary": summary}))
    assert found == ([("summary", "text-says-nothing")] if is_told else [])


def test_a_summary_that_says_nothing_is_told_once() -> None:
    """What stands for nothing is told by the rule for all texts, and not as too short as well."""
    given = {"title": "Six bakers of Graz", "summary": "tbd"}
    assert _told([*unwritten_complaints(texts_of(given)), *repeated_complaints(given)]) == [
        ("summary", "text-says-nothing")
    ]


@pytest.mark.parametrize(
    ("body", "told"),
    [
        ("Sales rose.[^1]\n\n[^1]: In the first year.\n", []),
        ("Sales rose.[^Note]\n\n[^note]: In the first year.\n", []),
        ("Sales rose.[^1]\n", [(1, 12, "[^1]")]),
        ("Sales rose.[^1] Jobs too.[^1]\n", [(1, 12, "[^1]")]),
        ("Sales rose.\n\n[^2]: Lost.\n", [(3, 1, "[^2]")]),
        ("Sales[^1]\n\n[^2]: Lost.\n", [(1, 6, "[^1]"), (3, 1, "[^2]")]),
        ("Sales rose[^1]: by much.\n", [(1, 11, "[^1]")]),
        ("Sales rose.\\[^1] `[^2]`\n\n```\n[^3]\n```\n", []),
    ],
)
def test_a_footnote_has_a_mark_and_a_text(body: str, told: list[tuple[int, int, str]]) -> None:
    """A half of a footnote is told with its place; code and letters with a backslash are none."""
    found = [one for one in body_complaints(body) if one.rule == "footnote-not-whole"]
    assert [(one.line, one.column, one.value) for one in found] == told


SUMMARY = "Five small bakers in Graz share one oven, which none of them could fill alone."


@pytest.mark.parametrize(
    ("body", "line"),
    [
        (SUMMARY, 1),
        (f"## A\n\nText.\n\n{SUMMARY} More.", 5),
        (f"## A\n\n{SUMMARY.replace('oven, which', 'oven which')}", 3),
        (f"## A\n\n{SUMMARY.replace('one oven', 'one' + chr(10) + 'oven')}", 3),
        ("## A\n\nFive small bakers in Graz met in a school.", None),
        ("## A\n\nText.", None),
        ("", None),
        (SUMMARY[:50], None),
    ],
)
def test_a_text_does_not_repeat_the_summary(body: str, line: int | None) -> None:
    """The whole summary again is told on its line; its beginning is not."""
    found = [(one.line, one.rule) for one in repeated_in(body, {"summary": SUMMARY})]
    assert found == ([] if line is None else [(line, "text-repeats-summary")])


RESULT = {"metric": "sales", "level": "output", "direction": "up", "statement": "Up."}


@pytest.mark.parametrize(
    ("given", "found"),
    [
        ({"summary": "It guarantees success.", "results": [RESULT]}, "guarantees success"),
        ({"summary": "The case proves that networks pay.", "results": [RESULT]}, "proves that"),
        ({"title": "A world-leading network", "results": [RESULT]}, "world-leading"),
        ({"summary": "A risk-free way to export.", "results": [RESULT]}, "risk-free"),
        ({"summary": "The network thrives.", "results": []}, "thrives"),
        ({"title": "A successful network", "results": []}, "successful"),
        ({"summary": "Sales doubled in a year.", "results": []}, "Sales doubled"),
        ({"summary": "They increased their exports.", "results": []},
         "increased their exports"),
        ({"summary": "The group flourished.", "status": "cautionary", "results": [RESULT]},
         "flourished"),
    ],
)  # fmt: skip
def test_a_promise_is_pointed_at(given: dict[str, Any], found: str, taxonomy: Taxonomy) -> None:
    """What no source can hold, and success where there is no result or none is told of."""
    (complaint,) = promise_complaints({"kind": "network", **given}, taxonomy)

    assert complaint.rule == "promises-more-than-results"
    assert repr(found) in complaint.message


@pytest.mark.parametrize(
    "given",
    [
        {"summary": "Sales doubled in a year.", "results": [RESULT]},
        {"summary": "A successful network.", "results": [RESULT], "status": "success"},
        {"summary": "The network was not successful.", "results": []},
        {"summary": "It names four factors for success.", "results": []},
        {"summary": "What makes networks thrive, and success.", "results": [], "kind": "guide"},
        {"summary": "Five bakers share an oven.", "results": []},
        {"summary": "With an eye to world class quality they meet.", "results": []},
        {"summary": "A mutual guarantee fund lends to bakers.", "results": []},
        {"summary": 5, "title": None, "results": "none", "kind": ["network"]},
    ],
)
def test_what_is_reported_is_let_be(given: dict[str, Any], taxonomy: Taxonomy) -> None:
    """Words of success stand where there is a result, and where they are denied."""
    assert list(promise_complaints({"kind": "network", **given}, taxonomy)) == []


def test_code_may_say_what_it_likes() -> None:
    """What stands in a block of code is an example, and no text that must still be written."""
    code = "```\nTODO: a\n...\n```\n"

    assert list(body_complaints(code)) == []
    assert [one.line for one in body_complaints(f"{code}\nTODO: b\n")] == [6]
