"""What a pull request shows that the site would not, and what is not compared."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kb.text.pull_request import (
    LONGEST,
    MOST_BRACKETS,
    _may_differ,
    differences,
    seen,
    shown_by_github,
)
from kb.text.rendering import to_html

HOW = (
    "write it so that both read it alike: a backslash before a sign that is a letter, an empty "
    "line around a list or a table (docs/markdown.md)."
)

#: What both show alike.
GOOD = {
    "list-under-a-line": "Who:\n- bakers\n  - millers",
    "table-under-a-line": "Figures:\n| a | b |\n|---|--:|\n| 1 | 2 |",
    "footnote": "Said[^1].\n\n[^1]: https://example.org",
    "address": "See https://example.org/a_(b), or www.example.org.",
    "prose": "They met.It cost 5*3 euros, see file_name_a & <5%.",
    "emphasis": '**A firm:** *it* said "**no**", ~~perhaps~~.',
    "code": '```\n**"a"**b\n```',
    "escaped": "\\*a\\* and \\~b\\~",
    "prices": "From $5 to $6, US$7 (in US$), C$8/$9; $1,000 a year, 5$ and $ 3.",
    "times": "At 10:30:15, 9:45: a ratio of 1:2:3, and note: this: that.",
    "mail": "Ask jane@example.org, jane.doe@example.co.uk or <a@b.org>; 3 @ $5, 4 @5.",
    "numbers": "The firm was No. #3 of &#35;12, see #12 and [a](b.md#12).",
    "in-code": "`$x^2$`, `:smile:`, `@jane`\n\n```\n@jane :smile: $x^2$\n```",
    "in-addresses": "See https://example.org/@jane/:id: and [a](https://example.org/@jane).",
    "escaped-signs": "\\$x^2\\$, \\:smile: and \\@jane",
}
#: What they do not: the text, the line, what a pull request shows, and what the site shows.
BAD = {
    "strike-of-three": ("One.\n\na ~~~b~~~ c", 3, "the words 'a ~~~b~~~ c'", "the words 'a '"),
    "address-after-a-sign": (
        "(a;https://example.org)",
        1,
        "the words '(a;'",
        "the words '(a;https://example.org)'",
    ),
    "address-that-runs": (
        "See [x](javascript:go(1)).",
        1,
        "a link 'x' that leads nowhere",
        "a link 'x' to 'javascript:go(1)'",
    ),
}  # fmt: skip


@pytest.mark.parametrize("text", GOOD.values(), ids=GOOD)
def test_what_is_shown_alike_is_not_told(text: str) -> None:
    """Nothing is said of a text that both show alike."""
    assert list(differences(text)) == []


@pytest.mark.parametrize(("text", "line", "theirs", "ours"), BAD.values(), ids=BAD)
def test_what_differs_is_told(text: str, line: int, theirs: str, ours: str) -> None:
    """What differs is told with its line, and with what is seen in both places."""
    (told,) = differences(text)
    assert (told.line, told.rule) == (line, "markdown-differs-from-pull-request")
    assert told.message == f"a pull request shows {theirs} here, and the site {ours}; {HOW}"


BOX = (
    "a pull request makes a coloured box of '[!{0}]', and the site a quotation that begins with "
    "these signs; begin a paragraph with '**{1}:**' in its place (docs/markdown.md)."
)
FORMULA = (
    "a pull request makes a formula of {}, and the site shows it as it is typed; say it in words, "
    "or write it between backticks (docs/markdown.md)."
)
DRAWING = (
    "a pull request draws what stands under {}, and the site shows it as code; say in words what "
    "the drawing shows (docs/markdown.md)."
)
PICTURE = FORMULA.replace("a formula", "a picture")
NAME = (
    "a pull request reads {} as the name of an account at GitHub, and the site as it is typed; "
    "write the name without the sign, or between backticks (docs/markdown.md)."
)


@pytest.mark.parametrize(
    ("text", "place", "message"),
    [
        ("> [!NOTE]\n> A note here", (1, 1), BOX.format("NOTE", "Note")),
        ("One.\n\n> [!WARNING]\n> A note", (3, 1), BOX.format("WARNING", "Warning")),
        ("One.\n\nSo $x^2$ is.", (3, 4), FORMULA.format("'$x^2$'")),
        ("So $$a + b$$ is.", (1, 4), FORMULA.format("'$$a + b$$'")),
        ("So $n$ is.", (1, 4), FORMULA.format("'$n$'")),
        ("One.\n\n``` math\nx\n```", (3, 1), FORMULA.format("'``` math'")),
        ("One.\n\n```mermaid\ngraph TD;\n```", (3, 1), DRAWING.format("'```mermaid'")),
        ("~~~ GeoJSON of it\n{}\n~~~", (1, 1), DRAWING.format("'~~~ GeoJSON of it'")),
        ("Good :smile: it", (1, 6), PICTURE.format("':smile:'")),
        ("Good (:+1:)", (1, 7), PICTURE.format("':+1:'")),
        ("`a`\nAsk @jane-doe.", (2, 5), NAME.format("'@jane-doe'")),
    ],
)
def test_what_only_github_has_is_told(text: str, place: tuple[int, int], message: str) -> None:
    """Boxes, formulas, drawings, names of pictures and of accounts are told in sentences."""
    (told,) = differences(text)
    assert told.rule == "markdown-differs-from-pull-request"
    assert ((told.line, told.column), told.message) == (place, message)


def test_what_takes_too_long_is_not_compared() -> None:
    """A text of endless brackets or letters is told, and not compared for minutes."""
    for text in ("[" * (MOST_BRACKETS + 1), "\\a" * LONGEST):
        (told,) = differences(text)
        assert told.message.startswith("the text is too long, or has too many brackets, to say")


#: Pieces of plain texts.
PIECES = (
    *("word", "a firm", " ", " ", "\n", "\n\n", "- ", "## ", "*", "**", "[a](b.md)"),
    *("[a b](d.md#e)", ".", ", ", ":", "`code`", "(", ")", "'", '"', "5%", " & ", "AT&T", "x_y"),
    *("1. ", " < ", "  ", "https://example.org/a", "https://example.org/a."),
    *("| a | b |\n|---|---|\n| c | d |", "—"),
)  # fmt: skip


@given(st.lists(st.sampled_from(PIECES), max_size=14).map("".join))
@settings(max_examples=300, deadline=None, derandomize=True)
def test_what_is_not_compared_is_alike(text: str) -> None:
    """A text that is passed over as plain is shown alike, so nothing is missed."""
    if not _may_differ(text):
        assert seen(to_html(text)) == shown_by_github(text)
