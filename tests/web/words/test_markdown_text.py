"""What somebody wrote, as Markdown: it reads as exactly that text, whatever it holds."""

from __future__ import annotations

from html.parser import HTMLParser

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from web.ui.markdown import render_text
from web.words.markdown_text import as_markdown, cleaned, markdown_line

#: Pieces that mean something in Markdown, in HTML, or inside the library.
PIECES = [
    *list("ab *_`#-+=~:>|[](){}!<&;\\\n\t1.)x\u0002\u0003"),
    *("&amp;", "http://a.b", "<b>", "```", "~~~", "1. ", "    ", "***", "[x]: y", "wzxhzdk:0"),
]


class _Reader(HTMLParser):
    """The words and the tags of a page."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.words: list[str] = []
        self.tags: set[str] = set()
        self.feed(html)
        self.close()

    def handle_data(self, data: str) -> None:
        self.words.append(data)

    def handle_starttag(self, tag: str, attrs: object) -> None:
        self.tags.add(tag)


@settings(deadline=None, max_examples=300)
@given(st.lists(st.sampled_from(PIECES), max_size=14).map("".join))
def test_nothing_in_a_text_means_anything(text):
    """No mark becomes a heading, a list, code, a link or a tag, and no letter is lost."""
    words = cleaned(text)

    page = _Reader(str(render_text(f"before\n\n{as_markdown(words)}\n\nafter", "/cases").html))

    assert page.tags <= {"p", "br"}
    assert "".join(page.words).split() == f"before {words} after".split()


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        ("  a \t b  ", "a b"),
        ("a\r\nb\rc\nd", "a\nb\nc\nd"),
        ("\n\na\n\n\n\nb\n\n", "a\n\nb"),
        ("a\x00b\x02c\u2028d", "a b c d"),
        ("\ud800x", "?x"),
        ("", ""),
    ],
)
def test_what_is_no_text_is_cleaned_away(given, expected):
    """Lines end in one way, white space counts once, control characters are none."""
    assert cleaned(given) == expected


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("plain words, 20% & more", "plain words, 20% & more"),
        ("- no list", "\\- no list"),
        ("1. no list", "&#49;. no list"),
        ("10 firms", "10 firms"),
        ("*bold* <b> | x", "\\*bold\\* &lt;b> \\| x"),
        ("AT&T and &lt;", "AT&T and &amp;lt;"),
    ],
)
def test_plain_words_stay_as_they_are(line, expected):
    """Only what means something is marked."""
    assert markdown_line(line) == expected
