"""The text of a case: its sections, its links, and what it must not hold."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kb.model.taxonomy import Term
from kb.text.body import Link, Section, body_problems, case_headings, links, sections

CASE_HEADINGS = case_headings(Term(id="network", label="Network"))
HEADINGS = (
    "Situation, The network, What they did together, Results as reported, What to take from it"
)
IMAGE = (
    "an image is not shown on the site: {}. A case is kept as text, in files, in print and for "
    "ever; say in words what it shows, or let a link lead to it."
)
LEAD = "a link must lead to another case ('../guides/trends.md') or a web address, not "


def test_headings_of_business_case_form() -> None:
    """A case has these sections, in this order; the last is the editors' reading."""
    assert ", ".join(CASE_HEADINGS) == HEADINGS


#: Name, body, sections as (heading, text, line).
SECTIONS = [
    ("empty", "", []),
    ("blank", "\n \n", []),
    ("no-heading", "One.\n\nTwo.", [("", "One.\n\nTwo.", 1)]),
    ("one", "## A\n\nOne.", [("A", "One.", 1)]),
    ("two", "## A\n\nOne.\n\n## B\nTwo.\n", [("A", "One.", 1), ("B", "Two.", 5)]),
    ("before", "Zero.\n\n## A\n\nOne.", [("", "Zero.", 1), ("A", "One.", 3)]),
    ("empty-section", "## A\n\n## B\n\nTwo.", [("A", "", 1), ("B", "Two.", 3)]),
    ("last-empty", "## A", [("A", "", 1)]),
    (
        "deeper",
        "## A\n\n### A.1\n\nOne.\n\n## B",
        [("A", "### A.1\n\nOne.", 1), ("B", "", 7)],
    ),
    ("closing-signs", "## A ##\nOne.", [("A", "One.", 1)]),
    ("no-space-is-text", "##A\nOne.", [("", "##A\nOne.", 1)]),
    ("tab", "##\tA \nOne.", [("A", "One.", 1)]),
    ("in-a-paragraph", "Zero.\n## A\nOne.", [("", "Zero.", 1), ("A", "One.", 2)]),
    ("indented", "   ## A\nOne.", [("A", "One.", 1)]),
    ("indented-by-four-is-text", "Zero.\n\n    ## A", [("", "Zero.\n\n    ## A", 1)]),
    ("first-rank-is-text", "# A\n\nOne.", [("", "# A\n\nOne.", 1)]),
    ("signs-only", "##\n\nOne.", [("", "##\n\nOne.", 1)]),
    ("in-code", "```\n## A\n```\n\n## B", [("", "```\n## A\n```", 1), ("B", "", 5)]),
    ("in-code-that-does-not-end", "## A\n\n````\n```\n## B", [("A", "````\n```\n## B", 1)]),
    ("in-code-of-an-item", "- x\n  ```\n## B\n  ```", [("", "- x\n  ```\n## B\n  ```", 1)]),
    ("in-tilde-code", "~~~ md\n## A\n~~~\n## B", [("", "~~~ md\n## A\n~~~", 1), ("B", "", 4)]),
]


@pytest.mark.parametrize(
    ("body", "found"), [row[1:] for row in SECTIONS], ids=[row[0] for row in SECTIONS]
)
def test_sections(body: str, found: list[tuple[str, str, int]]) -> None:
    """A body is split at its headings of the second rank, outside code, each with its line."""
    assert sections(body) == tuple(
        Section(heading=heading, text=text, line=line) for heading, text, line in found
    )


@given(
    parts=st.lists(
        st.tuples(
            st.sampled_from(["A", "B c", "Results as reported", "D-e"]),
            st.lists(st.sampled_from(["Some text.", "- a list", "### deeper", ""]), max_size=4),
        ),
        max_size=6,
    )
)
@settings(max_examples=50, deadline=None, derandomize=True)
def test_sections_are_found_as_they_were_put(parts: list[tuple[str, list[str]]]) -> None:
    """Sections put together one after the other are found again, in order, with their lines."""
    lines: list[str] = []
    wanted = []
    for heading, paragraphs in parts:
        text = "\n\n".join(paragraphs).strip()
        wanted.append(Section(heading=heading, text=text, line=len(lines) + 1))
        lines += [f"## {heading}", "", *text.split("\n"), ""]

    assert sections("\n".join(lines)) == tuple(wanted)


#: Name, body of norway/a, links as (target, line, id of the case that it leads to).
LINKS = [
    ("none", "No [link] here (really).", []),
    ("beside", "See [b](b.md).", [("b.md", 1, "norway/b")]),
    ("elsewhere", "\nSee [t](../guides/t.md).", [("../guides/t.md", 2, "guides/t")]),
    ("heading", "[t](../guides/t.md#one)", [("../guides/t.md#one", 1, "guides/t")]),
    ("same-folder-twice", "[t](./../norway/./b.md)", [("./../norway/./b.md", 1, "norway/b")]),
    ("itself", "[a](a.md)", [("a.md", 1, "norway/a")]),
    ("above-the-top", "[x](../../x.md)", [("../../x.md", 1, "../x")]),
    ("absolute", "[x](/norway/b.md)", [("/norway/b.md", 1, "/norway/b")]),
    ("web", "[w](https://example.com/a.md)", [("https://example.com/a.md", 1, None)]),
    ("mail", "[m](mailto:a@example.com)", [("mailto:a@example.com", 1, None)]),
    ("within", "[h](#results)", [("#results", 1, None)]),
    ("title", '[b](b.md "A title")', [("b.md", 1, "norway/b")]),
    ("angle-brackets", "[b](<b.md>)", [("b.md", 1, "norway/b")]),
    ("spaces", "[b]( b.md )", [("b.md", 1, "norway/b")]),
    ("nothing", "[b]()", [("", 1, None)]),
    ("image", "![b](b.png)", [("b.png", 1, None)]),
    (
        "image-in-a-link",
        "[![b](b.png)](javascript:alert)",
        [("b.png", 1, None), ("javascript:alert", 1, None)],
    ),
    ("words-over-two-lines", "See [words that\ngo on](b.md).", [("b.md", 2, "norway/b")]),
    ("brackets-in-words", "[words [sic] go](b.md)", [("b.md", 1, "norway/b")]),
    (
        "several",
        "[b](b.md) and [c](c.md)\n\n[d](d.md)",
        [("b.md", 1, "norway/b"), ("c.md", 1, "norway/c"), ("d.md", 3, "norway/d")],
    ),
    ("by-reference", "[words][b]\n\n[b]: b.md", [("b.md", 3, "norway/b")]),
    ("footnote", "Text[^1].\n\n[^1]: A note of words.", []),
    ("footnote-of-a-word", "Text[^a].\n\n[^a]: note\n    that goes on", []),
    ("footnote-with-a-link", "[^1]: See [b](b.md).", [("b.md", 1, "norway/b")]),
    ("label-with-a-blank", "[^a b]: c.pdf", [("c.pdf", 1, None)]),
    ("reference-with-title", '[b]: <b.md> "B"', [("b.md", 1, "norway/b")]),
    ("escaped", r"\[b\](b.md)", []),
    ("in-code", "`[b](b.md)` and ``[c](c.md)``", []),
    ("in-a-block-of-code", "```\n[b](b.md)\n```\n[c](c.md)", [("c.md", 4, "norway/c")]),
    ("another-file", "[b](b.pdf)", [("b.pdf", 1, None)]),
]  # fmt: skip


@pytest.mark.parametrize(
    ("body", "found"), [row[1:] for row in LINKS], ids=[row[0] for row in LINKS]
)
def test_links(body: str, found: list[tuple[str, int, str | None]]) -> None:
    """Every link is found in order, with its line and the case that it leads to."""
    assert links(body, "norway/a") == tuple(
        Link(target=target, line=line, case_id=case_id) for target, line, case_id in found
    )


#: Name, body of a network, problems as (line, message).
PROBLEMS = [
    ("fine", "## Situation\n\nOne. See [b](b.md), [w](https://example.com) and [h](#h).", []),
    ("text-before", "Zero.\n\n## Situation\n\nOne.", []),
    ("deeper-headings", "## Situation\n\n### Any\n\nOne.\n\n### Any", []),
    ("empty", "", [(1, "the text must not be empty; write at least what the source tells.")]),
    ("blank", " \n\n", [(1, "the text must not be empty; write at least what the source tells.")]),
    (
        "first-rank",
        "One.\n\n# Big",
        [(3, "a heading must start at '##', as the title is the first: 'Big'.")],
    ),
    ("underlined", "One.\n\nBig\n===", [(3, "a heading must be written as '## Big'.")]),
    ("underlined-once", "## Situation\n\n Small \n-\n\nOne.",
     [(3, "a heading must be written as '## Small'.")]),
    ("underlined-below-lines", "One,\ntwo,\nthree\n---  ",
     [(3, "a heading must be written as '## three'.")]),
    ("no-underlining", "One.\n\n---\n\n| a | b |\n|---|---|\n| 1 | 2 |\n\n```\nx\n===\n```", []),
    (
        "other-heading",
        "## Conclusion\n\nOne.",
        [(1, f"a section of a case must be one of {HEADINGS}, not 'Conclusion'.")],
    ),
    (
        "other-case",
        "## situation",
        [
            (
                1,
                f"a section of a case must be one of {HEADINGS}, not 'situation': did you mean "
                "'Situation'?",
            )
        ],
    ),
    (
        "heading-twice",
        "## Situation\n\nOne.\n\n## Situation\n\nTwo.",
        [(5, "the heading 'Situation' stands twice; join the two sections.")],
    ),
    ("html", "One.\n\nA <b>bold</b> <i>word</i>.",
     [(3, "raw HTML is not allowed: '<b>'; write Markdown.")]),
    ("html-with-attributes", "<a href='x'\n  onclick='y'>z</a>",
     [(1, "raw HTML is not allowed: \"<a href='x'\\n  onclick='y'>\"; write Markdown."),
      (2, "raw HTML is not allowed: '</a>'; write Markdown.")]),
    ("html-that-is-long", "<img alt='" + "x" * 50 + "'>",
     [(1, 'raw HTML is not allowed: "<img alt=\'' + "x" * 30 + '"; write Markdown.')]),
    ("html-with-a-slash", "<svg/onload=alert(1)>",
     [(1, "raw HTML is not allowed: '<svg/onload=alert(1)>'; write Markdown.")]),
    ("html-closed", "<br/>", [(1, "raw HTML is not allowed: '<br/>'; write Markdown.")]),
    ("html-comment", "<!-- later -->", [(1, "raw HTML is not allowed: '<!--'; write Markdown.")]),
    ("html-in-code", "`<b>` and ``<i> ` <u>``\n\n```html\n<b>\n```\n\n~~~\n<i>\n~~~", []),
    (
        "html-between-stray-marks",
        "One ` mark.\n\n<b>x</b>\n\nAnother ` mark.",
        [(3, "raw HTML is not allowed: '<b>'; write Markdown.")],
    ),
    (
        "html-between-escaped-marks",
        r"\`<b>\`",
        [(1, "raw HTML is not allowed: '<b>'; write Markdown.")],
    ),
    ("less-than", "3 < 5, a <3, <5%, x<y and <https://example.com>", []),
    ("script-link", "[x](javascript:alert)", [(1, LEAD + "'javascript:alert'.")]),
    ("script-in-capitals", "[x](JavaScript:alert)", [(1, LEAD + "'JavaScript:alert'.")]),
    ("data-link", "[x](data:text/html,x)", [(1, LEAD + "'data:text/html,x'.")]),
    ("template", '[x]({{ "/a" | url }})',
     [(1, LEAD + "'{{', which another site fills in; write the address itself.")]),
    ("bare-domain", "[x](www.example.com)", [(1, LEAD + "'www.example.com'.")]),
    ("picture-of-a-long-address", "![x](https://example.org/" + "a" * 40 + ".png)",
     [(1, IMAGE.format("'![x](https://example.org/aaaaaaaaaaaa...'"))]),
    ("picture", "One\n![x\ny](photo.jpg)", [(2, IMAGE.format(r"'![x\ny](photo.jpg)'"))]),
    ("picture-from-elsewhere", "![x](https://example.org/a.png)",
     [(1, IMAGE.format("'![x](https://example.org/a.png)'"))]),
    ("picture-by-label", "![x][y]\n\n[y]: https://example.org/a.png",
     [(1, IMAGE.format("'![x][y]'"))]),
    ("no-picture", "Look!\\[x\\](y) `![x](y)`", []),
    ("empty-link", "One\n[x]()", [(2, LEAD + "''.")]),
    ("page-of-the-site", "[x](/cases/norway/b)", [(1, LEAD + "'/cases/norway/b'.")]),
    ("web-in-capitals", "[x](HTTPS://EXAMPLE.COM)", []),
]  # fmt: skip


def _told(body: str, case_id: str, *, headings: tuple[str, ...] | None) -> list[tuple[int, str]]:
    found = body_problems(body, case_id, headings=headings)
    return [(one.line, one.message) for one in found]


@pytest.mark.parametrize(
    ("body", "found"), [row[1:] for row in PROBLEMS], ids=[row[0] for row in PROBLEMS]
)
def test_problems(body: str, found: list[tuple[int, str]]) -> None:
    """A body is refused raw HTML, other headings and unsafe links, each with its line."""
    assert _told(body, "norway/a", headings=CASE_HEADINGS) == found


def test_a_guide_has_headings_of_its_own() -> None:
    """A guide may name its sections as it likes, each once, from the second rank."""
    body = "## Six steps\n\nOne.\n\n## Six steps\n\n# Top"

    assert _told(body, "guides/a", headings=None) == [
        (5, "the heading 'Six steps' stands twice; join the two sections."),
        (7, "a heading must start at '##', as the title is the first: 'Top'."),
    ]


@given(body=st.text(st.sampled_from("#`~<>[]()!ab:/.\\ \n"), max_size=80))
@settings(max_examples=50, deadline=None, derandomize=True)
def test_any_text_has_problems_within_it(body: str) -> None:
    """Whatever the text, sections, links and problems are found without a fault, in its lines."""
    lines = [
        *(section.line for section in sections(body)),
        *(link.line for link in links(body, "a/b")),
        *(one.line for one in body_problems(body, "a/b", headings=CASE_HEADINGS)),
    ]

    assert [line for line in lines if not 1 <= line <= body.count("\n") + 1] == []


#: Headings that no case has, to the one that is proposed, and what certainly stands instead.
NEARLY = {
    "SITUATION": ("Situation", "Situation"),
    "what they did together:": ("What they did together", "What they did together"),
    "Situtation": ("Situation", ""),
    "Result as reported": ("Results as reported", ""),
    "Results": ("Results as reported", ""),
    "What to take from it (our reading)": ("What to take from it", ""),
    "Conclusion": ("", ""),
    "x" * 10_000: ("", ""),
}


@pytest.mark.parametrize("heading", NEARLY, ids=[name[:20] for name in NEARLY])
def test_a_heading_that_is_nearly_right_is_proposed(heading: str) -> None:
    """The nearest heading comes first in what is allowed; capitals and signs are mended."""
    meant, instead = NEARLY[heading]
    (told,) = body_problems(f"a\n\n## {heading}\n\nb", "a/b", headings=CASE_HEADINGS)

    assert (told.line, told.column, told.value, told.instead) == (3, 4, heading, instead)
    assert told.message.endswith(f": did you mean {meant!r}?" if meant else f"not {heading!r}.")
    assert sorted(told.allowed) == sorted(CASE_HEADINGS)
    assert told.allowed[0] == (meant or CASE_HEADINGS[0])
