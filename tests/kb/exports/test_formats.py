"""Each format opens in a reader of its own, and says exactly what the document says."""

from __future__ import annotations

import io
import re
import shutil
from xml.etree import ElementTree
from zipfile import ZIP_STORED, ZipFile

import docx
import mammoth
import pytest
from pypdf import PdfReader

from kb.exports.formats import FORMATS, write
from tests import epub
from tests.cartridges import faults
from tests.kb.exports.sample import LONG, SCRIPTS, SITE, VERSION, pack, single

CC = "{http://www.imsglobal.org/xsd/imsccv1p1/imscp_v1p1}"
XHTML = "{http://www.w3.org/1999/xhtml}"
#: What the note of the first item says in the end, as a page shows it.
NOTE = "<script>alert('x')</script> & #panic() no no no no | \\no"


def squeezed(text):
    """A text without white space."""
    return "".join(text.split())


def made(document, name):
    """The document in a format."""
    return write(document, FORMATS[name])


def text_of(markup):
    """The letters of XHTML."""
    return " ".join(" ".join(ElementTree.fromstring(markup).itertext()).split())


@pytest.mark.parametrize("name", FORMATS)
def test_the_same_bytes_each_time(searcher, name):
    """The same document is the same file, so that a file can be known by what goes into it."""
    document = single(searcher)
    first, second = made(document, name), made(document, name)
    if name == "docx":  # its library writes the hour into the archive
        first, second = (
            {
                one: ZipFile(io.BytesIO(file)).read(one)
                for one in ZipFile(io.BytesIO(file)).namelist()
            }
            for file in (first, second)
        )
    assert first == second


# PDF


def test_the_pdf_of_a_case(searcher):
    """A case alone: title, figures, facts, text, sources, both addresses; pages are numbered."""
    pdf = PdfReader(io.BytesIO(made(single(searcher), "pdf")))
    text = "\n".join(page.extract_text() for page in pdf.pages)
    root = pdf.trailer["/Root"]
    assert (pdf.metadata.title, pdf.metadata.author) == (
        "Metal firms purchase machines",
        "Compendium",
    )
    assert (root["/Lang"], root["/MarkInfo"]["/Marked"].value) == ("en-GB", True)
    assert b"<pdfuaid:part>1</pdfuaid:part>" in root["/Metadata"].get_data()
    assert pdf.outline[0]["/Title"] == "Metal firms purchase machines"
    assert [one["/Title"] for one in pdf.outline[1]] == [
        *("Results at a glance", "Key facts", "Situation", "What they did together"),
        *("What to take from it (our reading)", "Questions for a class", "Sources", "Addresses"),
    ]
    for said in (
        "Machines cost 20% less.",
        "−20%",
        "3 metal firms",
        "Horizontal network (our reading)",
        "They purchase metal machines together",
        "Would wine makers do the same?",
        f"{SITE}/cases/norway/metal-buyers",
        f"{SITE}/cases/norway/metal-buyers@{VERSION}",
        "Compendium, state 5ta7e",
        f"1 of {len(pdf.pages)}",
    ):
        assert squeezed(said) in squeezed(text), said


def test_the_pdf_of_a_list(searcher):
    """A list has a title, contents with pages, bookmarks, notes, parts around it, every letter."""
    pdf = PdfReader(io.BytesIO(made(pack(searcher), "pdf")))
    text = "\n".join(page.extract_text() for page in pdf.pages)
    titles = [one["/Title"] for one in pdf.outline if not isinstance(one, list)]
    assert titles == [
        *("Session plan", "Metal firms purchase machines", "How to purchase together"),
        *("<script>alert('x')</script> & “quotes”", "Answers"),
    ]
    assert pdf.metadata.title == f"Why & how — {SCRIPTS}"
    assert squeezed(LONG) in squeezed(text)
    assert squeezed(NOTE) in squeezed(text)
    assert "Māori āēīōū" in text
    assert "\u200b" not in text  # else no word of the file could be found
    assert "中文" in text or "[U+4E2D U+6587]" in text
    first = pdf.pages[0].extract_text()
    assert all(title in first for title in ("Contents", "Session plan", "How to purchase together"))
    assert b"<pdfuaid:part>1</pdfuaid:part>" in pdf.trailer["/Root"]["/Metadata"].get_data()


# EPUB


@pytest.mark.skipif(shutil.which("java") is None, reason="EPUBCheck runs on Java")
@pytest.mark.parametrize("make", [single, pack])
def test_the_epub_passes_epubcheck(searcher, tmp_path, make):
    """EPUBCheck finds neither an error nor a warning."""
    path = tmp_path / "book.epub"
    path.write_bytes(made(make(searcher), "epub"))

    assert epub.faults(path) == []


def test_the_epub_of_a_list(searcher):
    """The first file says what it is; contents lead to every page, and each has its case."""
    book = ZipFile(io.BytesIO(made(pack(searcher), "epub")))
    first = book.infolist()[0]
    assert (first.filename, first.compress_type) == ("mimetype", ZIP_STORED)
    assert book.read("mimetype") == b"application/epub+zip"
    contents = ElementTree.fromstring(book.read("book/contents.xhtml"))
    links = [(one.get("href"), one.text) for one in contents.iter(f"{XHTML}a")]
    assert links == [
        ("opening.xhtml", f"Why & how — {SCRIPTS}"),
        ("before-001.xhtml", "Session plan"),
        ("item-001.xhtml", "Metal firms purchase machines"),
        ("item-002.xhtml", "How to purchase together"),
        ("item-003.xhtml", "<script>alert('x')</script> & “quotes”"),
        ("after-001.xhtml", "Answers"),
        ("colophon.xhtml", "About this file"),
    ]
    page = book.read("book/item-001.xhtml").decode()
    assert b"<script" not in book.read("book/item-003.xhtml")
    assert f'href="{SITE}/cases/norway/metal-buyers@{VERSION}"' in page
    assert NOTE in text_of(page)
    assert LONG in text_of(book.read("book/opening.xhtml").decode())


# DOCX


def test_the_docx_of_a_list(searcher):
    """Another library finds real headings, lists, tables and links; properties and language."""
    content = made(pack(searcher), "docx")
    word = docx.Document(io.BytesIO(content))
    properties = word.core_properties
    assert (properties.title, properties.author, properties.language) == (
        f"Why & how — {SCRIPTS}",
        "Compendium",
        "en",
    )
    assert re.findall(
        r'<w:lang w:val="([^"]+)"', ZipFile(io.BytesIO(content)).read("word/styles.xml").decode()
    )[:1] == ["en-GB"]
    html = mammoth.convert_to_html(io.BytesIO(content)).value
    tree = ElementTree.fromstring(f"<r>{html}</r>")
    assert (word.paragraphs[0].style.name, word.paragraphs[0].text) == (
        "Title",
        f"Why & how — {SCRIPTS}",
    )
    assert ["".join(one.itertext()) for one in tree.iter("h1")][:3] == [
        "Contents",
        "Session plan",
        "Metal firms purchase machines",
    ]
    assert "Results at a glance" in ["".join(one.itertext()) for one in tree.iter("h2")]
    tables = [
        [["".join(cell.itertext()) for cell in row] for row in table.iter("tr")]
        for table in tree.iter("table")
    ]
    assert tables[1] == [["Minutes", "Do"], ["10", "talk"]]
    assert tables[2][1] == [
        "Costs",
        "−20%",
        "Machines cost 20% less.",
        "Output · first year · p. 1",
    ]
    lists = [["".join(item.itertext()) for item in one] for one in tree.iter("ol")]
    assert [LONG, "two"] in lists
    links = {one.get("href") for one in tree.iter("a")}
    assert f"{SITE}/cases/norway/metal-buyers@{VERSION}" in links
    assert NOTE in "".join(tree.itertext())


def test_lists_of_a_docx_begin_anew(searcher):
    """The numbers of a list do not go on with those of the list before it."""
    word = docx.Document(io.BytesIO(made(pack(searcher), "docx")))
    numbers = [
        one._p.pPr.numPr.numId.val
        for one in word.paragraphs
        if one.style.name == "List Number" and one._p.pPr.numPr is not None
    ]
    assert len(numbers) > len(set(numbers)) >= 4


# Markdown


def test_the_markdown_of_a_list(searcher):
    """One file of Markdown: headings by level, what looks like signs is text."""
    text = made(pack(searcher), "md").decode()
    headings = re.findall(r"^(#+) (.+)$", text, re.MULTILINE)
    assert headings[:6] == [
        ("#", f"Why & how — {SCRIPTS}"),
        ("##", "Contents"),
        ("##", "Session plan"),
        ("##", "Metal firms purchase machines"),
        ("###", "Why it is here"),
        ("###", "Results at a glance"),
    ]
    assert "| Costs | **−20%** | Machines cost 20% less. |" in text
    assert "&lt;script\\>alert('x')&lt;/script\\>" in text


# Common Cartridge


def test_the_cartridge_is_what_moodle_looks_for(searcher):
    """Its manifest says 1.1 by a default namespace in the first 1,024 bytes, no comment before."""
    archive = ZipFile(io.BytesIO(made(pack(searcher), "imscc")))
    start = archive.read("imsmanifest.xml")[:1024].decode()
    assert re.fullmatch(
        r'<\?xml version="1.0" encoding="UTF-8"\?>\n<manifest '
        r'xmlns="http://www.imsglobal.org/xsd/imsccv1p1/imscp_v1p1" .*',
        start,
        re.DOTALL,
    )
    assert all(name.isascii() for name in archive.namelist())


def test_the_manifest_of_a_cartridge(searcher):
    """Its parts stand in the order of the schema, and every file is named once and is there."""
    archive = ZipFile(io.BytesIO(made(pack(searcher), "imscc")))
    root = ElementTree.fromstring(archive.read("imsmanifest.xml"))
    assert [one.tag for one in root] == [f"{CC}metadata", f"{CC}organizations", f"{CC}resources"]
    assert [one.tag.removeprefix(CC) for one in root[0]][:2] == ["schema", "schemaversion"]
    assert [root[0][0].text, root[0][1].text] == ["IMS Common Cartridge", "1.1.0"]
    organization = root[1][0]
    assert organization.get("structure") == "rooted-hierarchy"
    entries = list(organization[0])
    titles = [one.find(f"{CC}title").text for one in entries]
    assert titles[:4] == [
        f"Why & how — {SCRIPTS}",
        "Session plan",
        "Metal firms purchase machines",
        "Metal firms purchase machines (on the web)",
    ]
    resources = {one.get("identifier"): one for one in root[2]}
    assert [one.get("identifierref") for one in entries] == list(resources)
    assert {one.get("type") for one in resources.values()} == {"webcontent", "imswl_xmlv1p1"}
    files = [one.find(f"{CC}file").get("href") for one in resources.values()]
    assert sorted(["imsmanifest.xml", *files]) == sorted(archive.namelist())
    ids = [one.get("identifier") for one in root.iter() if one.get("identifier")]
    assert len(ids) == len(set(ids))


#: What each element of a manifest holds, in the order of the specification; ``*`` for any number.
ORDER = {
    "manifest": "metadata organizations resources",
    "metadata": "schema schemaversion lom",
    "organizations": "organization",
    "organization": "item",
    "item": "(title )?(item )*",
    "resources": "(resource )*",
    "resource": "(file )+",
    "file": "",
    "title": "",
    "schema": "",
    "schemaversion": "",
}


def test_the_manifest_follows_the_specification(searcher):
    """No element stands where the specification has none, and each has its required attributes."""
    archive = ZipFile(io.BytesIO(made(pack(searcher), "imscc")))
    root = ElementTree.fromstring(archive.read("imsmanifest.xml"))
    needed = {"manifest": ["identifier"], "item": ["identifier"], "file": ["href"]}
    needed |= {"organization": ["identifier", "structure"], "resource": ["identifier", "type"]}
    for one in root.iter():
        namespace, name = one.tag.removeprefix("{").split("}")
        if namespace != CC[1:-1]:
            assert namespace == "http://ltsc.ieee.org/xsd/imsccv1p1/LOM/manifest"
            continue
        inside = "".join(f"{child.tag.split('}')[1]} " for child in one)
        assert re.fullmatch(ORDER[name] if "(" in ORDER[name] else f"{ORDER[name]} ?", inside), name
        assert set(needed.get(name, ())) <= set(one.keys())
    lom = root[0][2]
    assert [part.tag.split("}")[1] for part in lom.iter()] == [
        *("lom", "general", "title", "string", "language")
    ]


def test_the_cartridge_follows_the_schemas(searcher):
    """Those of the specification, by which Moodle checks one too; a wrong one would be noticed."""
    archive = ZipFile(io.BytesIO(made(pack(searcher), "imscc")))
    assert faults(archive) == []
    wrong = io.BytesIO()
    with ZipFile(wrong, "w") as file:
        manifest = archive.read("imsmanifest.xml").decode()
        file.writestr("imsmanifest.xml", manifest.replace("rooted-hierarchy", "hierarchical"))
        link = archive.read("item-001/link.xml")
        file.writestr("a/link.xml", link.replace(b"<title>", b"<x/><title>"))
    assert [("structure" in one, "}x" in one) for one in faults(ZipFile(wrong))] == [
        (True, False),
        (False, True),
    ]


def test_the_pages_of_a_cartridge(searcher):
    """A page links to the web alone; its link leads to the text that does not change."""
    archive = ZipFile(io.BytesIO(made(pack(searcher), "imscc")))
    link = ElementTree.fromstring(archive.read("item-001/link.xml"))
    namespace = "{http://www.imsglobal.org/xsd/imsccv1p1/imswl_v1p1}"
    assert [one.tag.removeprefix(namespace) for one in link] == ["title", "url"]
    assert link[1].get("href") == f"{SITE}/cases/norway/metal-buyers@{VERSION}"
    for name in archive.namelist():
        if name.endswith(".html"):
            page = archive.read(name).decode()
            assert "<script" not in page
            assert all(
                href.startswith("https://") for href in re.findall(r'(?:href|src)="([^"]*)"', page)
            )
