"""Markdown as blocks, and back."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kb.exports.blocks import (
    Break,
    Code,
    CodeBlock,
    Heading,
    Link,
    ListBlock,
    Paragraph,
    Quote,
    Rule,
    Styled,
    Table,
    Text,
    blocks_of,
    plain,
)
from kb.exports.html import html_of
from kb.exports.markdown import markdown_of
from tests.toy import ROOT

ROOT_URL = "https://networks.example.org"


def words(text):
    """A text as the words of a block."""
    return (Text(text),)


def test_every_kind_of_block():
    """Each kind of Markdown becomes its block, with typographic marks but in code."""
    text = """## It's "so"

A *b **c*** `x"y`  
next <b>raw</b>

3. three
4. four

- x
    - y

> said

```
code "x"
```

| a | b |
|---|---|
| 1 |

---
"""  # noqa: W291 - two blanks at the end of a line are a new line
    assert blocks_of(text) == (
        Heading(2, words("It’s “so”")),
        Paragraph(
            (
                Text("A "),
                Styled("em", (Text("b "), Styled("strong", words("c")))),
                Text(" "),
                Code('x"y'),
                Break(),
                Text(" next <b>raw</b>"),
            )
        ),
        ListBlock(3, ((Paragraph(words("three")),), (Paragraph(words("four")),))),
        ListBlock(
            None,
            ((Paragraph(words("x")), ListBlock(None, ((Paragraph(words("y")),),))),),
        ),
        Quote((Paragraph(words("said")),)),
        CodeBlock('code "x"'),
        Table((words("a"), words("b")), ((words("1"), ()),)),
        Rule(),
    )


@pytest.mark.parametrize(
    ("href", "root", "found"),
    [
        ("../guides/trends.md#x", ROOT_URL, f"{ROOT_URL}/cases/guides/trends#x"),
        ("mechanical.md", ROOT_URL, f"{ROOT_URL}/cases/norway/mechanical"),
        ("/search?q=wine", ROOT_URL, f"{ROOT_URL}/search?q=wine"),
        ("https://elsewhere.example/a.md", ROOT_URL, "https://elsewhere.example/a.md"),
        ("../guides/trends.md", "", ""),
        ("#part", ROOT_URL, ""),
        ("javascript:alert(1)", ROOT_URL, ""),
        ("//evil.example/x.md", ROOT_URL, ""),
    ],
)
def test_where_links_lead(href, root, found):
    """A link to a file leads to its page, where there is an address; else its words stay."""
    (made,) = blocks_of(f"[words]({href})", case_id="norway/graphic-arts", root=root)
    assert made == Paragraph((Link(found, words("words")),) if found else words("words"))


def test_every_text_of_the_compendium_comes_back():
    """Written as Markdown and read again, every text of the compendium says the same."""
    texts = [
        path.read_text(encoding="utf-8").split("\n---\n", 1)[1]
        for path in sorted((ROOT / "cases").glob("*/*.md"))
        if path.read_text(encoding="utf-8").startswith("---")
    ]
    assert len(texts) > 200
    for text in texts:
        blocks = blocks_of(text, case_id="norway/x", root=ROOT_URL)
        assert html_of(blocks_of(markdown_of(blocks), root=ROOT_URL)) == html_of(blocks)


LETTERS = st.text(
    st.characters(blacklist_categories=("Cc", "Cs", "Zl", "Zp", "Zs")), min_size=1, max_size=20
)


@given(st.lists(LETTERS, min_size=1, max_size=6))
def test_any_text_comes_back(parts):
    """Whatever signs a text holds, Markdown brings its letters back as they were."""
    text = " ".join(parts)
    made = blocks_of(markdown_of([Paragraph(words(text))]))
    assert [plain(one.content) for one in made] == [plain(blocks_of_text(text))]


def blocks_of_text(text):
    """A text as the words of a block, with its quotation marks as a page sets them."""
    from kb.text.typography import curly

    return words(curly(text))


def test_a_note_that_is_nothing_but_signs():
    """Thousands of signs that open something are read without an end to the program."""
    for text in (">" * 2000, "- " * 1000, "*" * 2000, "[" * 2000, "`" * 2000):
        assert isinstance(blocks_of(text), tuple)
