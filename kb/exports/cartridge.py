"""A document as IMS Common Cartridge 1.1, which Moodle and Canvas import.

Moodle takes 1.0 and 1.1 only, and knows which by a default namespace that it looks for in the
first 1,024 bytes of the manifest. So that stands first, no comment before it; the elements follow
in the order of the schema. Names of files are ASCII, no file links to another, and each case is a
page and a plain web link to the text that does not change.
"""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import groupby

from kb.exports.document import Document
from kb.exports.epub import STYLE, zipped
from kb.exports.html import escaped, html_of, page
from kb.exports.sections import Section, colophon, opening, sections_of

_NS = "http://www.imsglobal.org/xsd/imsccv1p1"
_LOM = "http://ltsc.ieee.org/xsd/imsccv1p1/LOM/manifest"
_WEB_LINK = "imswl_xmlv1p1"


def to_cartridge(document: Document) -> bytes:
    """The document as a cartridge: the overview, then each item as a page and as a link."""
    parts = list(_parts(document))
    files = {"imsmanifest.xml": _manifest(document, parts)}
    for part in parts:
        files[f"{part.name}/page.html"] = part.html
        if part.address:
            files[f"{part.name}/link.xml"] = _link(part.title, part.address)
    return zipped(files)


@dataclass(frozen=True, slots=True)
class _Part:
    """A folder of the cartridge; ``address`` is empty where there is nothing to link to."""

    name: str
    title: str
    html: str
    address: str
    group: str = ""


def _parts(document: Document) -> Iterator[_Part]:
    if not document.is_single:
        inner = html_of((*opening(document), *colophon(document)))
        yield _Part("overview", document.title, _page(document, document.title, inner), "")
    for section in sections_of(document):
        html = _page(document, section.title, html_of(section.blocks))
        yield _Part(section.name, section.title, html, _address(section), section.group)


def _address(section: Section) -> str:
    """The web address of a section's text, that of the unchanged one first."""
    if section.item is None:
        return ""
    address = section.item.unchanged or section.item.newest
    return address if address.startswith(("http://", "https://")) else ""


def _page(document: Document, title: str, inner: str) -> str:
    body = f'<h1 dir="auto">{escaped(title)}</h1>\n{inner}'
    return page(title, body, language=document.language, style=STYLE, is_book=False)


def _link(title: str, address: str) -> str:
    return f"""\
<?xml version="1.0" encoding="UTF-8"?>
<webLink xmlns="{_NS}/imswl_v1p1">
<title>{escaped(title)}</title>
<url href="{escaped(address)}" target="_blank"/>
</webLink>
"""


def _manifest(document: Document, parts: list[_Part]) -> str:
    named = "\n".join((document.title, document.state, document.address, *(p.name for p in parts)))
    identifier = f"M-{uuid.uuid5(uuid.NAMESPACE_URL, named)}"
    items = _items(parts)
    resources = "".join(_resources(part) for part in parts)
    return f"""\
<?xml version="1.0" encoding="UTF-8"?>
<manifest xmlns="{_NS}/imscp_v1p1" xmlns:lom="{_LOM}" identifier="{identifier}">
<metadata>
<schema>IMS Common Cartridge</schema>
<schemaversion>1.1.0</schemaversion>
<lom:lom>
<lom:general>
<lom:title><lom:string language="{escaped(document.language)}">{escaped(document.title)}\
</lom:string></lom:title>
<lom:language>{escaped(document.language)}</lom:language>
</lom:general>
</lom:lom>
</metadata>
<organizations>
<organization identifier="O-1" structure="rooted-hierarchy">
<item identifier="I-root">
{items}</item>
</organization>
</organizations>
<resources>
{resources}</resources>
</manifest>
"""


def _items(parts: Iterable[_Part]) -> str:
    """Parts in their order; those that share a heading are in a folder of that name."""
    made = []
    for number, (heading, held) in enumerate(groupby(parts, key=lambda part: part.group)):
        inner = "".join(map(_item, held))
        if heading:
            title = f"<title>{escaped(heading)}</title>"
            inner = f'<item identifier="I-group-{number}">\n{title}\n{inner}</item>\n'
        made.append(inner)
    return "".join(made)


def _item(part: _Part) -> str:
    title = escaped(part.title)
    page_item = _entry(f"I-{part.name}", f"R-{part.name}", title)
    if not part.address:
        return page_item
    return page_item + _entry(f"I-{part.name}-link", f"R-{part.name}-link", f"{title} (on the web)")


def _entry(item: str, resource: str, title: str) -> str:
    return f'<item identifier="{item}" identifierref="{resource}"><title>{title}</title></item>\n'


def _resources(part: _Part) -> str:
    made = _resource(f"R-{part.name}", "webcontent", f"{part.name}/page.html", is_page=True)
    if part.address:
        made += _resource(f"R-{part.name}-link", _WEB_LINK, f"{part.name}/link.xml", is_page=False)
    return made


def _resource(identifier: str, kind: str, path: str, *, is_page: bool) -> str:
    href = f' href="{path}"' if is_page else ""
    return (
        f'<resource identifier="{identifier}" type="{kind}"{href}>'
        f'<file href="{path}"/></resource>\n'
    )
