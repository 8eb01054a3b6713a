"""Documents that python-docx wrote, as Markdown."""

from __future__ import annotations

import io
import struct
import zipfile
import zlib
from pathlib import Path

import docx
import pytest
from docx.opc.constants import RELATIONSHIP_TYPE
from docx.oxml import OxmlElement, parse_xml
from docx.oxml.ns import nsdecls, qn

from kb.importing.docx import read_docx
from kb.importing.files import kind_of_file
from kb.importing.foreign import Story, Unreadable

STORY = """\
They were **small** and *far apart* with 5\\*3 metres, file_name_a, &lt;b> and [x].

## Where it began

- One
- Two
    - Within

1. First
2. Second

1\\. is no item

| r0 | a\\|b |
| --- | --- |
| r1 | c |

See [the site](https://example.org/a%20b)

An addition stays."""


def _png() -> io.BytesIO:
    def chunk(name: bytes, data: bytes) -> bytes:
        return (
            struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))
        )

    head = struct.pack(">IIBBBBB", 1, 1, 8, 2, 0, 0, 0)
    pixels = zlib.compress(b"\0\0\0\0")
    signs = b"\x89PNG\r\n\x1a\n"
    return io.BytesIO(signs + chunk(b"IHDR", head) + chunk(b"IDAT", pixels) + chunk(b"IEND", b""))


def _write(path: Path) -> Path:
    word = docx.Document()
    word.add_heading("Five bakers & one oven", 0)
    paragraph = word.add_paragraph("They were ")
    paragraph.add_run("small").bold = True
    paragraph.add_run(" and ")
    paragraph.add_run("far apart ").italic = True
    paragraph.add_run("with 5*3 metres, file_name_a, <b> and [x].")
    word.add_heading("Where it began", 1)
    for text, style in (
        *(("One", "List Bullet"), ("Two", "List Bullet"), ("Within", "List Bullet 2")),
        *(("First", "List Number"), ("Second", "List Number"), ("1. is no item", None)),
    ):
        word.add_paragraph(text, style=style)
    table = word.add_table(rows=2, cols=2)
    for row, column, text in ((0, 0, "r0"), (0, 1, "a|b"), (1, 0, "r1"), (1, 1, "c")):
        table.cell(row, column).text = text
    paragraph = word.add_paragraph("See ")
    link = OxmlElement("w:hyperlink")
    address = "https://example.org/a b"
    link.set(
        qn("r:id"), word.part.relate_to(address, RELATIONSHIP_TYPE.HYPERLINK, is_external=True)
    )
    link.append(parse_xml(f"<w:r {nsdecls('w')}><w:t>the site</w:t></w:r>"))
    paragraph._p.append(link)
    word.add_picture(_png())
    paragraph = word.add_paragraph("An ")
    for name, inner in (("ins", "<w:t>addition</w:t>"), ("del", "<w:delText>end</w:delText>")):
        paragraph._p.append(parse_xml(f"<w:{name} {nsdecls('w')}><w:r>{inner}</w:r></w:{name}>"))
    paragraph.add_run(" stays.")
    word.save(str(path))
    return path


def test_a_document_becomes_markdown(tmp_path: Path) -> None:
    """Headings, emphasis, lists, tables and links are there; signs of Markdown mean nothing."""
    story = read_docx(_write(tmp_path / "five-bakers.docx"), "five-bakers.docx")

    assert story.cells["title"].value == "Five bakers & one oven"
    assert story.name == "five bakers"
    assert story.text == STORY


def test_what_is_not_taken_is_told(tmp_path: Path) -> None:
    """An image is named with its paragraph; that words were taken out is told."""
    story = read_docx(_write(tmp_path / "a.docx"), "a.docx")

    assert [str(note) for note in story.notes] == [
        "a.docx: paragraph 15: 'Picture 1': an image or a drawing is not taken.",
        "a.docx: changes that take words out were accepted.",
    ]


def test_a_damaged_document_is_refused(tmp_path: Path) -> None:
    """A package whose document is no XML is told as damaged."""
    whole, torn = _write(tmp_path / "a.docx"), tmp_path / "b.docx"
    with zipfile.ZipFile(whole) as old, zipfile.ZipFile(torn, "w") as new:
        for name in old.namelist():
            data = old.read(name)
            new.writestr(name, data[:300] if name == "word/document.xml" else data)

    assert kind_of_file(torn) == "docx"
    with pytest.raises(Unreadable, match="is damaged: "):
        read_docx(torn, "b.docx")


def test_what_its_own_writer_made_is_read_back(tmp_path: Path) -> None:
    """A document without a title has its first heading for one."""
    word = docx.Document()
    word.add_heading("One oven", 1)
    word.add_paragraph("They bought it.")
    word.core_properties.title = ""
    word.save(str(tmp_path / "a.docx"))
    story = read_docx(tmp_path / "a.docx", "a.docx")

    assert isinstance(story, Story)
    assert (story.cells["title"].value, story.text) == ("One oven", "They bought it.")
