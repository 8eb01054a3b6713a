"""Markdown as HTML, compared with GitHub's own grammar."""

from __future__ import annotations

import pytest
from cmarkgfm import github_flavored_markdown_to_html
from cmarkgfm.cmark import Options
from hypothesis import given, settings
from hypothesis import strategies as st

from kb.text.pull_request import Seen, seen, shown_by_github
from kb.text.rendering import anchors, slug, to_html
from tests.toy import ROOT


def on_github(text: str) -> Seen:
    """What GitHub's own library shows, footnotes included."""
    return seen(github_flavored_markdown_to_html(text, Options.CMARK_OPT_FOOTNOTES))


#: Small texts, by what is tried.
INPUTS = {
    "list-under-a-line": "Who took part:\n- bakers\n- millers",
    "ordered-list-under-a-line": "Steps:\n1. meet\n2. sign",
    "list-of-2-does-not-interrupt": "In the year\n1998. it began",
    "nested-by-two": "- a\n  - b\n    - c\n- d",
    "nested-by-four": "- a\n    - b\n    - c\n- d",
    "nested-by-three-in-numbers": "1. a\n   - b\n2. c",
    "nested-by-two-in-numbers": "1. a\n  - b\n2. c",
    "nested-by-four-in-numbers": "1. a\n    - b\n2. c",
    "loose": "- a\n\n- b",
    "loose-with-paragraphs": "- a\n\n  more\n- b",
    "two-kinds-of-marks": "- a\n- b\n* c\n* d",
    "plus": "+ a\n+ b",
    "number-bracket": "1) a\n2) b",
    "begins-at-3": "3. three\n4. four",
    "begins-at-0": "0. a\n1. b",
    "lazy": "- a\nb\n- c",
    "item-over-lines": "- a\n  b\n- c",
    "item-with-code": "- a\n\n      code\n- b",
    "item-with-fence": "- a\n  ```\n  code\n\n  more\n  ```\n- b",
    "item-with-quote": "- a\n  > q\n- b",
    "item-with-table": "- a\n\n  | x | y |\n  |---|---|\n  | 1 | 2 |",
    "list-then-text": "- a\n\ntext",
    "list-then-heading": "- a\n## H\ntext",
    "list-in-quote": "> - a\n>   - b\n>\n> text",
    "tasks": "- [ ] open\n- [x] done\n- [X] done too\n- [y] no",
    "no-list-minus-and-no-blank": "-a\n-b",
    "year-is-no-list": "1998. was a year\n\n1998 was",
    "rule-between": "- a\n\n---\n\n- b",
    "table-under-a-line": "The figures:\n| a | b |\n|---|---|\n| 1 | 2 |",
    "table-sides": "| a | b | c | d |\n|:--|:-:|--:|---|\n| 1 | 2 | 3 | 4 |",
    "table-without-outer-bars": "a | b\n--- | ---\n1 | 2",
    "table-with-fewer-and-more-cells": "| a | b |\n|---|---|\n| 1 |\n| 1 | 2 | 3 |",
    "table-with-escaped-bar": "| a | b |\n|---|---|\n| 1\\|2 | `x\\|y` |",
    "table-then-text": "| a | b |\n|---|---|\n| 1 | 2 |\ntext",
    "table-then-list": "| a | b |\n|---|---|\n| 1 | 2 |\n- x",
    "table-words": "| *a* | **b** |\n|---|---|\n| [c](d.md) | `e` |",
    "no-table-counts-differ": "| a | b |\n|---|\n| 1 | 2 |",
    "no-table": "a | b and no more",
    "table-of-one-column": "| a |\n|---|\n| 1 |",
    "table-without-rows": "| a | b |\n|---|---|",
    "note": "Said[^1].\n\n[^1]: https://example.org/a",
    "notes-in-order-of-the-text": "B[^b] and a[^a].\n\n[^a]: The *first*.\n[^b]: The second.",
    "note-twice": "One[^1] and again[^1].\n\n[^1]: Note.",
    "note-with-lines": "One[^n].\n\n[^n]: Note\n    goes on.\n\n    A second paragraph.\n\nAfter.",
    "note-nobody-names": "One.\n\n[^1]: Note.",
    "note-that-is-not-there": "One[^1].",
    "note-under-a-line": "One[^1].\n[^1]: Note.",
    "address": "See https://example.org/a?b=c&d=e.",
    "address-in-brackets": "(see https://example.org/a_(b)).",
    "address-www": "At www.example.org, they say.",
    "address-with-comma": "https://example.org/a,b, and",
    "no-address": "They met.It was in the town.Then e.g.this and a.b",
    "mail": "Write to a.b@example.org.",
    "ftp": "ftp://example.org/x",
    "angle": "<https://example.org/a>",
    "angle-mail": "<a@example.org>",
    "address-in-link": "[https://example.org](https://example.org/b)",
    "address-in-code": "`https://example.org`",
    "address-in-quotes": '"https://example.org/a" said',
    "address-emphasised": "*https://example.org/a*",
    "address-joined": "xhttps://example.org",
    "struck": "~~old~~ new",
    "struck-once": "~old~ new",
    "tildes": "about ~5 firms and ~6 firms",
    "struck-within": "a~~b~~c",
    "heading-with-a-blank": " ## Results as reported\n\ntext",
    "heading-with-three": "   ## Results\ntext",
    "heading-with-four": "para\n\n    ## Results\ntext",
    "no-heading": "##Results",
    "heading-closed": "## Results ##\ntext",
    "heading-closed-not": "## Results#",
    "heading-under-a-line": "text\n## Results\nmore",
    "heading-with-code": "## The `x` of *y*",
    "heading-underlined": "Results\n===\n\nMore\n---",
    "heading-empty": "##\n\ntext",
    "seven": "####### x",
    "fence": "```\na\n\n  b\n```",
    "fence-with-language": "```python\nx = 1\n```",
    "fence-with-tildes": "~~~\na\n```\n~~~",
    "fence-not-closed": "```\na\n\nb",
    "fence-under-a-line": "text\n```\na\n```\nmore",
    "fence-indented": "  ```\n  a\n    b\n  ```",
    "fence-holds-marks": "```\n<b> & *x* \\_ [a](b)\n```",
    "indented-code": "text\n\n    a\n\n    b\n\nmore",
    "indented-line-in-text": "text\n    more",
    "break-by-blanks": "a  \nb",
    "break-by-backslash": "a\\\nb",
    "no-break": "a\nb",
    "three-blanks": "a   \nb",
    "underscore-in-words": "file_name_a and _this_ one",
    "star-in-words": "5*3 metres, file_name_a",
    "stars-in-words-twice": "5*3*2",
    "stars-with-blanks": "2 * 3 * 4",
    "emphasis": "*a* **b** ***c*** _d_ __e__",
    "emphasis-nested": "*a **b** c* and **a *b* c**",
    "emphasis-joined": "**a**b and *a*b",
    "emphasis-open": "*a and **b",
    "emphasis-blank": "a* b *c",
    "emphasis-of-quotes": '**"a"**b',
    "emphasis-over-lines": "*a\nb*",
    "escaped": "\\*a\\* \\_b\\_ \\# \\[c\\](d) \\~ \\| \\$ \\a",
    "escaped-list": "\\- a\n\n1\\. b",
    "entity": "&amp; &copy; &#169; &nbsp; &nothing; AT&T",
    "less": "3 < 5 and 5 > 3, a<b",
    "code-span": "`a` and ``b ` c`` and ` d `",
    "code-span-with-marks": "`*a* [b](c) \\`",
    "link": '[a](b.md) and [c](d.md "t") and [e](<f g.md>)',
    "link-with-brackets": "[a [b] c](d.md) [a](b_(c).md)",
    "link-with-emphasis": "[*a* b](c.md) *[a](b)*",
    "link-by-label": "[a][b] and [b] and [B][]\n\n[b]: c.md 'T'",
    "link-broken": "[a] (b.md) and [c](d e.md)",
    "link-over-lines": "[a\nb](c.md)",
    "brackets": "[sic] and [a][b]",
    "image": "![a](b.png)",
    "quote": "> a\n> b\n\n> c",
    "quote-lazy": "> a\nb\n\nc",
    "quote-under-a-line": "a\n> b\nc",
    "quote-nested": "> a\n>> b\n> c",
    "quote-with-list": "> a\n> - b\n> - c",
    "quote-with-code": ">     a\n> b",
    "quote-with-fence": "> ```\n> a\n>\n> b\n> ```",
    "rules": "---\n\n***\n\n___\n\n- - -\n\n* * *",
    "stars-rule-under-text": "a\n***\nb",
    "hard-words": "a\tb  c",
    "tab-list": "-\ta\n\n\tb",
    "list-of-lists": "- - a\n  - b\n- c",
    "empty-item": "- a\n-\n- c",
    "item-begins-with-blank": "-\n  a\n- b",
    "item-then-deeper-text": "1. a\n\n   b\n\n   - c\n\n     d\n2. e",
    "ten": "9. a\n10. b\n    - c",
    "text-after-nested": "- a\n  - b\n\n  c\n- d",
    "marks-deeper-by-one": "- a\n - b\n  - c\n   - d",
    "list-blank-indented-text": "- a\n\n\n  b",
    "bullets-of-dots": "• a\n• b",
    "reference-in-text": "a\n[b]: c.md\n\n[b]",
    "definition-list": "term\n: meaning",
    "abbr": "*[HTML]: x\n\nHTML",
    "attribute-list": "text {: .x}",
}


@pytest.mark.parametrize("text", INPUTS.values(), ids=INPUTS)
def test_the_site_shows_what_github_shows(text: str) -> None:
    """Of each text the site shows the elements and letters that GitHub's own library shows."""
    assert seen(to_html(text)) == on_github(text)


@pytest.mark.parametrize("text", INPUTS.values(), ids=INPUTS)
def test_the_check_knows_what_github_shows(text: str) -> None:
    """What 'kb check' compares with is what GitHub's own library shows."""
    assert shown_by_github(text) == on_github(text)


def test_every_text_of_the_compendium_is_shown_as_github_shows_it() -> None:
    """No text of a case or a guide differs."""
    texts = {
        path: path.read_text(encoding="utf-8").split("\n---\n", 1)[1]
        for path in sorted((ROOT / "cases").glob("*/*.md"))
        if path.read_text(encoding="utf-8").startswith("---")
    }
    assert len(texts) > 200
    assert [path for path, text in texts.items() if seen(to_html(text)) != on_github(text)] == []


#: Lines that mean something above, below or inside each other.
LINES = (
    *("- a", "  - b", "    - c", "1. a", "   - b", "2. x", "text", "more words", "", "> q"),
    *("> - r", ">", "## H", " ## I", "---", "| a | b |", "|---|---|", "| 1 | 2 |", "```"),
    *("  code", "    deep", "  para", "   p", "* s", "a  ", "*em* and", "10. t", "- [ ] t"),
)


@given(st.lists(st.sampled_from(LINES), min_size=1, max_size=7).map("\n".join))
@settings(max_examples=150, deadline=None, derandomize=True)
def test_blocks_in_any_order(text: str) -> None:
    """Whatever lines stand below each other, they are the blocks that GitHub makes of them."""
    assert seen(to_html(text + "\nend")) == on_github(text + "\nend")


@pytest.mark.parametrize(
    ("words", "made"),
    [
        ("Results as reported", "results-as-reported"),
        ("A & B", "a--b"),
        ("What does it cost?", "what-does-it-cost"),
        ("Größe, 1994-98 (x_y)", "größe-1994-98-x_y"),
        ("The ‘hub’ firm’s role", "the-hub-firms-role"),
    ],
)
def test_slugs(words: str, made: str) -> None:
    """The id of a heading is the one that GitHub makes of its words."""
    assert slug(words) == made


def test_anchors() -> None:
    """Each heading has an id; one that is alike ends in a number, and code holds none."""
    text = "## The *a* `b` &amp; c\n\n### A\n\n### A\n\n## A-1\n\n```\n## no\n```\n\n### A"
    assert anchors(text) == ("the-a-b--c", "a", "a-1", "a-1-1", "a-2")


@pytest.mark.parametrize(
    "text",
    [
        "met.It was in the town",
        "e.g.this",
        "kb.toml and cases.md",
        "no.reply",
        "a.b/c",
        "@name #12",
    ],
)
def test_no_prose_becomes_a_link(text: str) -> None:
    """A missing blank after a full stop makes no address of two words."""
    assert to_html(text) == f"<p>{text}</p>"


def test_raw_html_is_text() -> None:
    """Tags are letters: what is no Markdown means nothing."""
    assert to_html("<b>a</b>\n\n<div>\n\n<!-- x -->") == (
        "<p>&lt;b&gt;a&lt;/b&gt;</p>\n<p>&lt;div&gt;</p>\n<p>&lt;!-- x --&gt;</p>"
    )


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        (
            "[" * 31 + "a" + "]" * 31 + "(b)",
            '<p><a href="b">' + "[" * 30 + "a" + "]" * 30 + "</a></p>",
        ),
        ("![" * 3000, "<p>" + "![" * 3000 + "</p>"),
        ("[a](" * 3000, "<p>" + "[a](" * 3000 + "</p>"),
        (
            ">" * 34 + " a",
            "<blockquote>\n" * 32
            + "<p>&gt;&gt; a</p>\n"
            + "</blockquote>\n" * 31
            + "</blockquote>",
        ),
    ],
    ids=["a link", "images", "addresses", "quotations"],
)
def test_what_is_deeper_than_any_text_is_letters(text: str, shown: str) -> None:
    """Brackets and quotations in each other are followed for 32 levels, and no further."""
    assert to_html(text) == shown


def test_brackets_too_deep_for_a_link_are_letters() -> None:
    """Of words that would lead somewhere in each other, the outermost that can be followed do."""
    found = to_html("[" * 40 + "a" + "](b)" * 40)

    assert found.count("<a ") == 1
    assert found.startswith("<p>" + "[" * 8 + '<a href="b">' + "[" * 31 + "a](b)")
