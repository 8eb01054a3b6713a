"""What files do with long addresses, with letters from the right, and at their end."""

from __future__ import annotations

import io
import string
from dataclasses import replace

import docx
import pytest
from docx.oxml.ns import qn
from pypdf import PdfReader

from kb.exports.document import Document, Item, WorkLine
from kb.exports.docx import to_docx
from kb.exports.gather import item_without_text
from kb.exports.pdf import to_pdf
from kb.text.direction import is_right_to_left

CASE = "https://networks.example.org/cases/norway/a"
ARABIC = "\u0634\u0628\u0643\u0629 \u0635\u063a\u064a\u0631\u0629"


def item(title: str = "Two firms", words: int = 400) -> Item:
    """A case of as many words as are asked for."""
    return replace(
        item_without_text(title, ""),
        kicker=("Norway",),
        summary="In a sentence.",
        body="## Situation\n\n" + "Word " * words,
        works=(WorkLine(before="Doe. ", title="T", after=".", places="p. 1", seen="", url=""),),
        newest=CASE,
        unchanged=f"{CASE}@0123456789ab",
        version="0123456789ab",
    )


def pages(document: Document) -> list[str]:
    """The text of each page."""
    return [page.extract_text() for page in PdfReader(io.BytesIO(to_pdf(document))).pages]


def test_the_address_of_a_long_list_is_whole() -> None:
    """Each of its 2,600 letters stands on the first page."""
    name = "A" + (string.ascii_letters + string.digits + "-_") * 40 + "z"
    address = f"https://networks.example.org/packs/{name}"
    first, *_ = pages(Document(title="Mine", items=(item(), item("B")), site="C", address=address))

    assert address in "".join(first.split())


def test_a_docx_has_a_long_address_once() -> None:
    """On its first page; the foot of each page says so, and has an address of a line whole."""
    site = "https://networks.example.org/packs/"
    long, short = (
        Document(title="Mine", items=(item(), item("B")), site="C", address=f"{site}{'A' * length}")
        for length in (51, 50)
    )
    words = [docx.Document(io.BytesIO(to_docx(one))) for one in (long, short)]
    feet = [one.sections[0].footer.paragraphs[0].text for one in words]

    assert feet == [
        "Address: on page 1  ·  page 1 of 1",
        f"{site}{'A' * 50}  ·  page 1 of 1",
    ]
    assert words[0].tables[0].rows[1].cells[1].text == f"{site}{'A' * 51}"


def head_of(document: Document, number: int) -> tuple[list[str], float]:
    """The lines at the head of a page, and how far from the edge the highest is, in points."""
    page = PdfReader(io.BytesIO(to_pdf(document))).pages[number - 1]
    places: dict[str, float] = {}
    page.extract_text(
        visitor_text=lambda text, cm, tm, font, size: places.setdefault(
            text.strip(), cm[5] + cm[3] * tm[5]
        )
    )
    height = float(page.mediabox.height)
    margin = 27 / 25.4 * 72
    lines = {text: height - at for text, at in places.items() if text and height - at < margin}
    return list(lines), min(lines.values())


def test_a_running_head_has_two_lines() -> None:
    """A title of letters that no typeface has is shown by numbers, to dots; page 1 has it all."""
    title = "".join(chr(0x20000 + number) for number in range(32))
    document = Document(title=title, items=(item(title), item("B", words=10)), site="Compendium")
    lines, edge = head_of(document, 2)

    assert len(lines) == 4
    assert [line.endswith("…") for line in lines].count(True) == 2
    assert edge > 30
    whole = " ".join(pages(document)[0].split())
    assert "U+2001F]" in whole
    short, _ = head_of(Document(title="Mine", items=(item(), item("B")), site="C"), 2)
    assert short == ["Mine", "Two firms"]


@pytest.mark.parametrize("words", [850, 905, 960])
def test_no_page_holds_two_lines_alone(words: int) -> None:
    """Where the text came from stands on the page of its addresses, however long the text is."""
    last = pages(Document(title="Two firms", items=(item(words=words),), site="Compendium"))[-1]

    assert "Addresses" in last
    assert f"{CASE}@0123456789ab" in last
    assert "From Compendium" in last


def begins_at(title: str) -> float:
    """How far from the left a title begins that stands alone on its line, in points."""
    document = Document(title=title, items=(item(title, words=10),), site="Compendium")
    places: dict[str, float] = {}
    PdfReader(io.BytesIO(to_pdf(document))).pages[0].extract_text(
        visitor_text=lambda text, cm, tm, font, size: places.setdefault(
            text.strip(), cm[4] + cm[0] * tm[4]
        )
    )
    return min(at for text, at in places.items() if text and text[0] in title)


def test_an_arabic_title_begins_at_the_right() -> None:
    """In the PDF it stands at the right margin; DOCX has its paragraph turned."""
    document = Document(title=ARABIC, items=(item(ARABIC), item("Two firms")), site="Compendium")
    word = docx.Document(io.BytesIO(to_docx(document)))
    bidi = f".//{qn('w:bidi')}"
    turned = [line.text for line in word.paragraphs if line._p.find(bidi) is not None]

    assert begins_at(ARABIC) > begins_at("Two firms") + 200
    assert ARABIC in turned
    assert "Two firms" not in turned


@pytest.mark.parametrize(
    ("text", "is_so"),
    [("", False), ("12 (a)", False), ("3 \u05d0b", True), (ARABIC, True), (f"a {ARABIC}", False)],
)
def test_the_first_letter_says_the_direction(text: str, is_so: bool) -> None:
    """Figures and brackets have none of their own."""
    assert is_right_to_left(text) is is_so
