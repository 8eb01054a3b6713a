"""What a text in Markdown holds stands in every file that is made of it."""

from __future__ import annotations

import io
from zipfile import ZipFile

import docx
import pytest
from pypdf import PdfReader

from kb.exports.blocks import (
    Heading,
    Link,
    ListBlock,
    Note,
    NoteMark,
    Notes,
    Paragraph,
    Styled,
    Table,
    Text,
    blocks_of,
)
from kb.exports.document import Document, Part
from kb.exports.formats import FORMATS, write
from kb.exports.html import html_of
from kb.exports.markdown import markdown_of

TEXT = """\
## Costs

Who paid[^who], and ~~nobody~~ **all** of them:
- bakers
  - of bread
- millers
* others

| firm | euros |
|:-----|------:|
| A    | 1,200 |

- [x] paid
- [ ] open

See https://example.org/a.

[^who]: The *members*, says the
    report.
"""


def words(text):
    return (Text(text),)


def item(text, *more):
    return (Paragraph(words(text)), *more)


BLOCKS = (
    Heading(2, words("Costs")),
    Paragraph(
        (
            Text("Who paid"),
            NoteMark("norway-x-1", 1),
            Text(", and "),
            Styled("del", words("nobody")),
            Text(" "),
            Styled("strong", words("all")),
            Text(" of them:"),
        )
    ),
    ListBlock(None, (item("bakers", ListBlock(None, (item("of bread"),))), item("millers"))),
    ListBlock(None, (item("others"),)),
    Table(
        (words("firm"), words("euros")), ((words("A"), words("1,200")),), sides=("left", "right")
    ),
    ListBlock(None, (item("☑ paid"), item("☐ open"))),
    Paragraph(
        (
            Text("See "),
            Link("https://example.org/a", words("https://example.org/a")),
            Text("."),
        )
    ),
    Notes(
        (
            Note(
                "norway-x-1",
                (
                    Paragraph(
                        (Text("The "), Styled("em", words("members")), Text(", says the report."))
                    ),
                ),
            ),
        )
    ),
)


def file_of(name):
    """A file of a document with nothing but the text."""
    part = Part(title="Part", text=TEXT)
    return write(
        Document(title="T", items=(), site="S", state="5ta7e", after=(part,)), FORMATS[name]
    )


def test_the_blocks_of_a_text():
    """Footnotes, struck words, lists within lists, tasks, columns, addresses: all are blocks."""
    assert blocks_of(TEXT, case_id="norway/x") == BLOCKS


def test_written_as_markdown():
    """Written as Markdown and read again, the same stands there; two lists stay two."""
    made = markdown_of(BLOCKS)
    assert made.split("\n\n")[-1] == "[^norway-x-1]: The *members*, says the report."
    assert "| firm | euros |\n| :-- | --: |\n" in made
    assert blocks_of(made, case_id="norway/x") == BLOCKS


def test_written_as_html():
    """A footnote and its number are linked; columns stand at their sides."""
    made = html_of(BLOCKS)
    assert (
        'Who paid<sup><a href="#note-norway-x-1" role="doc-noteref">1</a></sup>, and '
        "<del>nobody</del>"
    ) in made
    assert made.endswith(
        '<section role="doc-endnotes" aria-label="Notes"><ol><li id="note-norway-x-1">'
        "The <em>members</em>, says the report.</li></ol></section>\n"
    )
    assert '<td style="text-align: left">A</td><td style="text-align: right">1,200</td>' in made
    assert "<ul><li>bakers<ul><li>of bread</li></ul></li><li>millers</li></ul>" in made


def test_a_book():
    """The page of an EPUB holds the same."""
    book = ZipFile(io.BytesIO(file_of("epub")))
    (page,) = [book.read(name).decode() for name in book.namelist() if "after-001" in name]
    assert html_of(blocks_of(TEXT)) in page


def test_a_word_file():
    """Words are struck, numbers raised, columns at the right; the notes are a list at the end."""
    word = docx.Document(io.BytesIO(file_of("docx")))
    runs = [run for line in word.paragraphs for run in line.runs]
    assert [run.text for run in runs if run.font.strike] == ["nobody"]
    assert [run.text for run in runs if run.font.superscript] == ["1"]
    assert [cell.paragraphs[0].alignment for cell in word.tables[0].rows[1].cells] == [0, 2]
    lines = [(line.style.name, line.text) for line in word.paragraphs if line.text]
    at = lines.index(("Normal", "Notes"))
    assert lines[at + 1] == ("List Number", "The members, says the report.")
    assert ("List Bullet 2", "of bread") in lines


def test_a_pdf():
    """Its pages say the same."""
    text = " ".join(
        " ".join(
            page.extract_text() for page in PdfReader(io.BytesIO(file_of("pdf"))).pages
        ).split()
    )
    for part in ("Who paid1, and nobody all of them:", "firm euros A 1,200", "☑ paid", "☐ open"):
        assert part in text
    assert "Notes 1. The members, says the report." in text


@pytest.mark.parametrize(
    "text",
    [
        "a[^1] b[^1]\n\n[^1]: x\n\n    y",
        "- a\n- b\n\n1. c\n\n1) d\n\n* e",
        "> a\n\n> b",
        "~~a *b* c~~ d~e",
        "| a | b |\n|:-:|---|\n| `x\\|y` | z[^n] |\n\n[^n]: https://example.org",
        "1. a\n   - b\n\n     c\n2. d\n\n       code",
        "a\\\nb\\*",
    ],
)
def test_markdown_comes_back(text):
    """Written again and read again, a text has the same blocks."""
    blocks = blocks_of(text, case_id="a/b")
    assert blocks_of(markdown_of(blocks), case_id="a/b") == blocks
