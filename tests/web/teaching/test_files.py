"""Sessions and the course as files, each opened by a reader of its format."""

from __future__ import annotations

import io
import re
import shutil
from xml.etree import ElementTree
from zipfile import ZipFile

import docx
import mammoth
import pytest
from flask.testing import FlaskClient
from pypdf import PdfReader

from kb.exports.formats import FORMATS
from tests import epub
from tests.cartridges import faults
from tests.web.ui.test_exported import file_at

SECRET = "The secret of the members."
PLAN = "Discuss the cases."
#: The text of a case, which every file has.
BODY = "They purchase metal machines together"
CLASS, TEACHER = ("/teaching/why", "/teaching/all"), ("/teaching/why/notes", "/teaching/all/notes")
XHTML = "{http://www.w3.org/1999/xhtml}"
#: Of the course: its sessions, then its texts.
TITLES = (
    *("Why firms cooperate", "Buying together"),
    *("Metal firms purchase machines", "How to purchase together"),
)
CC = "{http://www.imsglobal.org/xsd/imsccv1p1/imscp_v1p1}"


def text_of(form: str, data: bytes) -> str:
    """All words of a file, in one line."""
    if form == "pdf":
        text = "\n".join(page.extract_text() for page in PdfReader(io.BytesIO(data)).pages)
    elif form == "docx":
        text = mammoth.extract_raw_text(io.BytesIO(data)).value
    elif form == "md":
        text = re.sub(r"[*>]", "", data.decode())
    else:
        archive = ZipFile(io.BytesIO(data))
        pages = [name for name in archive.namelist() if name.endswith(("html", "xhtml"))]
        text = "\n".join(re.sub("<[^>]+>", "", archive.read(name).decode()) for name in pages)
    return " ".join(text.split())


@pytest.mark.parametrize("form", FORMATS)
@pytest.mark.parametrize("path", CLASS)
def test_a_file_for_a_class_has_no_answers(taught: FlaskClient, path: str, form: str) -> None:
    """Objectives, questions and whole texts; no plan, no use, no answers."""
    made = file_at(taught, f"{path}.{form}")
    text = text_of(form, made.data)

    assert made.content_type.partition(";")[0] == FORMATS[form].media_type
    for said in ("Say why firms buy together.", "Who paid?", "How to purchase together", BODY):
        assert said in text, said
    for kept in (SECRET, PLAN, "In the third week.", "A good answer holds"):
        assert kept not in text, kept


@pytest.mark.parametrize("form", ["pdf", "epub", "docx", "md"])
@pytest.mark.parametrize("path", TEACHER)
def test_a_file_for_who_teaches_has_them(taught: FlaskClient, path: str, form: str) -> None:
    """The same with the plan, the use and the answers; its name says that it is the notes."""
    made = file_at(taught, f"{path}.{form}")
    text = text_of(form, made.data)

    for said in ("Who paid?", SECRET, PLAN, "75 minutes", "In the third week.", "For", BODY):
        assert said in text, said
    assert made.headers["Content-Disposition"].endswith(f'-notes.{form}"')


@pytest.mark.parametrize("path", TEACHER)
def test_answers_come_in_no_cartridge(taught: FlaskClient, path: str) -> None:
    """What is loaded into a course system is seen by the class; no page offers it."""
    assert taught.get(f"{path}.imscc").status_code == 404
    page = taught.get(path).text
    offered = re.findall(rf'href="{path}\.(\w+)"', page)
    assert offered == ["pdf", "epub", "docx", "md"]


@pytest.mark.parametrize(
    ("page", "path"),
    [
        ("/teaching/why", "/teaching/why"),
        ("/teaching/why/texts", "/teaching/why"),
        ("/teaching", "/teaching/all"),
        ("/teaching/all", "/teaching/all"),
    ],
)
def test_every_format_is_offered(taught: FlaskClient, page: str, path: str) -> None:
    """The page of a session and of the course lead to every file for a class."""
    found = re.findall(rf'href="{path}\.(\w+)"', taught.get(page).text)
    assert [one for one in found if one in FORMATS] == list(FORMATS)


def test_the_pdf_of_a_session(taught: FlaskClient) -> None:
    """Its bookmarks are the session, the texts and the questions; its links lead to the cases."""
    pdf = PdfReader(io.BytesIO(file_at(taught, "/teaching/why.pdf").data))

    assert pdf.metadata.title == "Why firms cooperate"
    assert [one["/Title"] for one in pdf.outline if not isinstance(one, list)] == [
        "This session",
        "Metal firms purchase machines",
        "How to purchase together",
        "Questions for the class",
    ]
    links = {
        note.get_object()["/A"]["/URI"]
        for page in pdf.pages
        for note in page.get("/Annots", ())
        if "/URI" in note.get_object().get("/A", {})
    }
    assert "http://localhost/cases/norway/metal-buyers" in links  # of the introduction
    assert "http://localhost/cases/guides/purchase-guide" in links  # to read first
    assert not [one for one in links if ".." in one or one.endswith(".md")]


def test_the_contents_of_the_course_have_two_levels(taught: FlaskClient) -> None:
    """Sessions and texts stand under a heading each, on paper and among the bookmarks."""
    pdf = PdfReader(io.BytesIO(file_at(taught, "/teaching/all.pdf").data))
    first = pdf.pages[0].extract_text()
    told: list[object] = []
    for one in pdf.outline:
        if isinstance(one, list):
            told.append([two["/Title"] for two in one if not isinstance(two, list)])
        else:
            told.append(one["/Title"])

    assert told == [
        "Week by week",
        *("Sessions", ["Why firms cooperate", "Buying together"]),
        *("Texts", ["Metal firms purchase machines", "How to purchase together"]),
    ]
    contents = re.findall(
        r"^([A-Z][^.\n]*?)[ .]+\d+$", first.partition("Contents")[2], re.MULTILINE
    )
    assert contents == [
        *("Week by week", "Sessions", "Why firms cooperate", "Buying together"),
        *("Texts", "Metal firms purchase machines", "How to purchase together"),
    ]


def test_the_contents_of_the_course_in_markdown(taught: FlaskClient) -> None:
    """Sessions and texts are numbered anew below their heading."""
    text = file_at(taught, "/teaching/all.md").text

    contents = text.partition("## Contents\n\n")[2].partition("\n\n")[0]
    assert contents.split("\n") == [
        "1. Week by week",
        *("2. Sessions", f"    1. {TITLES[0]}", f"    2. {TITLES[1]}"),
        *("3. Texts", f"    1. {TITLES[2]}", f"    2. {TITLES[3]}"),
    ]


def test_the_contents_of_the_course_in_an_epub(taught: FlaskClient) -> None:
    """The list of an e-book reader has both levels; a heading leads to the first below it."""
    archive = ZipFile(io.BytesIO(file_at(taught, "/teaching/all.epub").data))
    root = ElementTree.fromstring(archive.read("book/contents.xhtml"))
    top = root.find(f".//{XHTML}nav/{XHTML}ol")

    def told(lines: ElementTree.Element) -> list[object]:
        found: list[object] = []
        for line in lines.findall(f"{XHTML}li"):
            lead, below = line.find(f"{XHTML}a"), line.find(f"{XHTML}ol")
            found.append((lead.text, lead.get("href")))
            found += [told(below)] if below is not None else []
        return found

    assert told(top) == [
        ("Firms that work together", "opening.xhtml"),
        ("Week by week", "before-001.xhtml"),
        ("Sessions", "before-002.xhtml"),
        [(TITLES[0], "before-002.xhtml"), (TITLES[1], "before-003.xhtml")],
        ("Texts", "item-001.xhtml"),
        [(TITLES[2], "item-001.xhtml"), (TITLES[3], "item-002.xhtml")],
        ("About this file", "colophon.xhtml"),
    ]


def test_the_contents_of_the_course_in_a_docx(taught: FlaskClient) -> None:
    """The list has both levels, and so have the headings, which a word processor navigates by."""
    word = docx.Document(io.BytesIO(file_at(taught, "/teaching/all.docx").data))
    lines = [(line.style.name, line.text) for line in word.paragraphs]
    listed = [one for one in lines if one[1] in (*TITLES, "Week by week", "Sessions", "Texts")]

    assert listed[:7] == [
        ("List Number", "Week by week"),
        ("List Number", "Sessions"),
        *(("List Number 2", title) for title in TITLES[:2]),
        ("List Number", "Texts"),
        *(("List Number 2", title) for title in TITLES[2:]),
    ]
    assert [one for one in listed if one[0].startswith("Heading")] == [
        ("Heading 1", "Week by week"),
        ("Heading 1", "Sessions"),
        *(("Heading 2", title) for title in TITLES[:2]),
        ("Heading 1", "Texts"),
        *(("Heading 2", title) for title in TITLES[2:]),
    ]


def test_the_cartridge_of_the_course_has_a_folder_for_sessions_and_one_for_texts(
    taught: FlaskClient,
) -> None:
    """A course system makes a part of each folder; what stands alone stays beside them."""
    archive = ZipFile(io.BytesIO(file_at(taught, "/teaching/all.imscc").data))
    assert faults(archive) == []
    root = ElementTree.fromstring(archive.read("imsmanifest.xml"))
    top = root.find(f".//{CC}item[@identifier='I-root']")

    def titles(item: ElementTree.Element) -> list[str]:
        return [one.find(f"{CC}title").text for one in item.findall(f"{CC}item")]

    assert [(one.find(f"{CC}title").text, titles(one)) for one in top.findall(f"{CC}item")] == [
        ("Firms that work together", []),
        ("Week by week", []),
        ("Sessions", [*TITLES[:2]]),
        ("Texts", [told for title in TITLES[2:] for told in (title, f"{title} (on the web)")]),
    ]


def test_the_course_holds_each_text_once(taught: FlaskClient) -> None:
    """The weeks, every session in its order with its own notes, then the texts."""
    text = file_at(taught, "/teaching/all.md").text

    assert re.findall(r"^## (.+)$", text, re.MULTILINE) == [
        *("Contents", "Week by week", "Sessions", "Texts"),
    ]
    assert [one for one in re.findall(r"^### (.+)$", text, re.MULTILINE) if one in TITLES] == [
        *TITLES,
    ]
    assert text.startswith("# Firms that work together\n")
    assert "| Sessions | 2 |" in text
    assert "Interview *two* members." in text
    assert text.count("Six firms.") == 2  # each session says why
    assert "Why it is here" not in text
    assert "<http://localhost/teaching/all>" in text


def test_the_cartridge_of_a_session(taught: FlaskClient) -> None:
    """A course system gets the session, each text with its link, and the questions."""
    archive = ZipFile(io.BytesIO(file_at(taught, "/teaching/why.imscc").data))
    assert faults(archive) == []
    root = ElementTree.fromstring(archive.read("imsmanifest.xml"))

    assert [one.text for one in root.iter(f"{CC}title")] == [
        *("Why firms cooperate", "This session"),
        *("Metal firms purchase machines", "Metal firms purchase machines (on the web)"),
        *("How to purchase together", "How to purchase together (on the web)"),
        "Questions for the class",
    ]


@pytest.mark.skipif(shutil.which("java") is None, reason="EPUBCheck runs on Java")
@pytest.mark.parametrize("path", ["/teaching/why/notes.epub", "/teaching/all/notes.epub"])
def test_the_epub_passes_epubcheck(taught: FlaskClient, tmp_path, path: str) -> None:
    """EPUBCheck finds neither an error nor a warning."""
    book = tmp_path / "book.epub"
    book.write_bytes(file_at(taught, path).data)

    assert epub.faults(book) == []


@pytest.mark.parametrize("path", ["/teaching/plain.pdf", "/teaching/no.pdf", "/teaching/why.odt"])
def test_what_has_no_file(taught: FlaskClient, path: str) -> None:
    """A list without a teaching note, no session, and a format that is not there."""
    assert taught.get(path).status_code == 404


def test_a_file_takes_no_parameter(taught: FlaskClient) -> None:
    """It is told which it was."""
    for path in ("/teaching/why.pdf", "/teaching/all.pdf", "/teaching/why/notes.pdf"):
        assert taught.get(f"{path}?level=x").status_code == 400


def test_without_sessions_there_is_no_file(client: FlaskClient) -> None:
    """A compendium without sessions has no course."""
    assert client.get("/teaching/all.pdf").status_code == 404
