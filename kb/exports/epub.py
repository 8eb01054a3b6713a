"""A document as EPUB 3: a page for each case, contents, sources and addresses.

Written here and not by a library: what is needed is six kinds of file in a zip, and the usual
library (under the AGPL) takes blanks away between words that are set apart. The same document
gives the same bytes.
"""

from __future__ import annotations

import io
import uuid
from collections.abc import Iterable
from zipfile import ZIP_DEFLATED, ZIP_STORED, ZipFile, ZipInfo

from kb.exports.document import Document
from kb.exports.html import escaped, html_of, page
from kb.exports.sections import Section, colophon, groups_of, opening, sections_of

#: The earliest time that a zip can tell: no file of it says when it was made.
_TIME = (1980, 1, 1, 0, 0, 0)
_MODIFIED = "2000-01-01T00:00:00Z"

STYLE = """\
body { margin: 0 4%; line-height: 1.45; }
h1, h2, h3, h4 { line-height: 1.2; hyphens: none; page-break-after: avoid; }
h2 { font-size: 1.2em; margin-top: 1.8em; }
h3 { font-size: 1.05em; }
p, li, td, th { overflow-wrap: anywhere; }
table { border-collapse: collapse; width: 100%; font-size: 0.9em; margin: 1em 0; }
th, td { border-bottom: 1px solid #999; padding: 0.3em 0.5em 0.3em 0; text-align: left;
  vertical-align: top; }
blockquote { margin: 1em 0 1em 1em; padding-left: 1em; border-left: 2px solid #999; }
pre { white-space: pre-wrap; }
"""

_CONTAINER = """\
<?xml version="1.0" encoding="utf-8"?>
<container version="1.0" xmlns="urn:oasis:names:tc:opendocument:xmlns:container">
<rootfiles>
<rootfile full-path="book/content.opf" media-type="application/oebps-package+xml"/>
</rootfiles>
</container>
"""


def to_epub(document: Document) -> bytes:
    """The document as an EPUB."""
    sections = sections_of(document)
    pages = [_page(document, "opening", document.title, _opening(document))]
    pages += [_page(document, one.name, one.title, _section(one)) for one in sections]
    pages.append(_page(document, "colophon", "About this file", html_of(colophon(document))))
    if document.is_single:
        pages.pop(0)
    files = {
        "META-INF/container.xml": _CONTAINER,
        "book/content.opf": _package(document, [name for name, _ in pages]),
        "book/contents.xhtml": _contents(document, sections),
        "book/style.css": STYLE,
        **{f"book/{name}.xhtml": text for name, text in pages},
    }
    return zipped({"mimetype": "application/epub+zip", **files}, stored=("mimetype",))


def zipped(files: dict[str, str], *, stored: Iterable[str] = ()) -> bytes:
    """Files in a zip, in their order: the same bytes for the same files.

    Args:
        files: their texts by name.
        stored: the names of those that are not to be compressed.
    """
    out, plain = io.BytesIO(), frozenset(stored)
    with ZipFile(out, "w") as archive:
        for name, text in files.items():
            info = ZipInfo(name, _TIME)
            info.external_attr = 0o644 << 16
            info.compress_type = ZIP_STORED if name in plain else ZIP_DEFLATED
            archive.writestr(info, text.encode())
    return out.getvalue()


def _page(document: Document, name: str, title: str, inner: str) -> tuple[str, str]:
    body = f'<section>\n<h1 dir="auto">{escaped(title)}</h1>\n{inner}</section>\n'
    return name, page(title, body, language=document.language, style="style.css", is_book=True)


def _opening(document: Document) -> str:
    return f"<p><em>{escaped(document.site)}</em></p>\n{html_of(opening(document))}"


def _section(section: Section) -> str:
    return html_of(section.blocks)


def _contents(document: Document, sections: Iterable[Section]) -> str:
    first = "" if document.is_single else _entry("opening", document.title)
    held = "".join(
        _entry(group[0].name, heading, "".join(_entry(one.name, one.title) for one in group))
        if heading
        else _entry(group[0].name, group[0].title)
        for heading, group in groups_of(sections)
    )
    lines = first + held + _entry("colophon", "About this file")
    body = f'<nav epub:type="toc" id="toc">\n<h1>Contents</h1>\n<ol>\n{lines}</ol>\n</nav>\n'
    return page("Contents", body, language=document.language, style="style.css", is_book=True)


def _entry(name: str, title: str, below: str = "") -> str:
    """A line of the contents with what stands below it; a heading leads to the first of these."""
    inner = f"\n<ol>\n{below}</ol>\n" if below else ""
    return f'<li><a href="{name}.xhtml">{escaped(title)}</a>{inner}</li>\n'


def _package(document: Document, pages: list[str]) -> str:
    texts = (f"{item.id} {item.version}" for item in document.items)
    named = "\n".join((document.address, document.title, document.state, *texts))
    book_id = f"urn:uuid:{uuid.uuid5(uuid.NAMESPACE_URL, named)}"
    rights = f"<dc:rights>{escaped(document.licence)}</dc:rights>" if document.licence else ""
    source = f"<dc:source>{escaped(document.address)}</dc:source>" if document.address else ""
    held = "".join(
        f'<item id="{name}" href="{name}.xhtml" media-type="application/xhtml+xml"/>\n'
        for name in pages
    )
    order = "".join(f'<itemref idref="{name}"/>\n' for name in pages)
    return f"""\
<?xml version="1.0" encoding="utf-8"?>
<package xmlns="http://www.idpf.org/2007/opf" version="3.0" unique-identifier="book-id" \
xml:lang="{escaped(document.language)}">
<metadata xmlns:dc="http://purl.org/dc/elements/1.1/">
<dc:identifier id="book-id">{book_id}</dc:identifier>
<dc:title>{escaped(document.title)}</dc:title>
<dc:language>{escaped(document.language)}</dc:language>
<dc:creator>{escaped(document.site)}</dc:creator>
<dc:publisher>{escaped(document.site)}</dc:publisher>
{source}{rights}
<meta property="dcterms:modified">{_MODIFIED}</meta>
<meta property="schema:accessMode">textual</meta>
<meta property="schema:accessModeSufficient">textual</meta>
<meta property="schema:accessibilityFeature">tableOfContents</meta>
<meta property="schema:accessibilityFeature">readingOrder</meta>
<meta property="schema:accessibilityFeature">structuralNavigation</meta>
<meta property="schema:accessibilityHazard">none</meta>
</metadata>
<manifest>
<item id="contents" href="contents.xhtml" media-type="application/xhtml+xml" properties="nav"/>
<item id="style" href="style.css" media-type="text/css"/>
{held}</manifest>
<spine>
{order}</spine>
</package>
"""
