"""The Markdown of cases, the codebook, tools and packs as safe HTML. Owns ``nh3``.

``kb.text.rendering`` reads it as GitHub does. Raw HTML in the text is shown as text, and what comes
out is cleaned besides. Of an image its words are shown.
Links to other cases, written as relative paths to their files, lead to pages.
The section that is analysis and not report is set apart as our reading.
"""

from __future__ import annotations

import posixpath
import re
from dataclasses import dataclass
from functools import lru_cache
from urllib.parse import urlsplit
from xml.etree.ElementTree import Element, SubElement

import nh3
from markdown import Markdown
from markdown.extensions import Extension
from markdown.treeprocessors import Treeprocessor
from markupsafe import Markup

from kb.model.cases import Case
from kb.text.rendering import prose_reader, reader, words_of
from kb.text.typography import curly

#: The text of a guide with more letters is folded, but for its first sections.
LONG_GUIDE, SECTIONS_OPEN = 5_800, 2
#: The heading whose section is the editors' analysis.
OUR_READING = "What to take from it"

#: What a reader is told of the footnotes of a text, where the heading is not seen.
NOTES = "Notes"

_TAGS = {
    *("h2", "h3", "h4", "h5", "h6", "p", "blockquote", "pre", "hr", "br", "section", "div"),
    *("details", "summary"),
    *("ul", "ol", "li", "dl", "dt", "dd", "table", "thead", "tbody", "tr", "th", "td"),
    *("a", "abbr", "em", "strong", "del", "code", "sub", "sup"),
}
_PROSE_TAGS = {*("p", "ul", "ol", "li", "a", "em", "strong", "del", "br", "blockquote", "code")}
#: What links in a pack start from.
_PACKS = "packs/pack"
_INLINE = {"a", "abbr", "em", "strong", "del", "code", "sub", "sup", "br"}
_ATTRIBUTES = {
    "a": {"href", "title", "class", "aria-label"},
    "abbr": {"title"},
    "div": {"class", "tabindex", "role", "aria-label"},
    **{f"h{rank}": {"id"} for rank in range(2, 7)},
    "li": {"id"},
    "ol": {"start"},
    "p": {"class"},
    "section": {"class", "aria-label"},
    "sup": {"id"},
    "td": {"class"},
    "th": {"scope", "class"},
}
_SCHEMES = {"http", "https", "mailto"}


@dataclass(frozen=True, slots=True)
class Heading:
    """A section's heading and the id to link to."""

    id: str
    text: str


@dataclass(frozen=True, slots=True)
class Body:
    """The text of a case as safe HTML, and its sections in order."""

    html: Markup
    headings: tuple[Heading, ...]


def render_body(snapshot_id: str, case: Case, root: str) -> Body:
    """The body of a case as HTML; rendered once for each snapshot.

    Args:
        snapshot_id: the snapshot that the case comes from.
        case: the case.
        root: the path of the pages of cases, ``/cases``.

    Returns:
        Safe markup, in sections that begin with an ``h2``, and those headings.
    """
    is_long = case.is_guide and len(case.body) > LONG_GUIDE
    n_open = SECTIONS_OPEN if is_long else None
    return _render(snapshot_id, case.id, case.body, root, n_open=n_open)


def render_policy(snapshot_id: str, text: str, root: str) -> Body:
    """The editorial policy as HTML, likewise."""
    return _render(snapshot_id, "editorial-policy", text, root, n_open=None)


def render_codebook(snapshot_id: str, text: str, root: str) -> Body:
    """The codebook as HTML, as ``render_body`` makes that of a case, folded."""
    return _render(snapshot_id, "codebook", text, root, n_open=0)


def render_draft(case: Case, root: str) -> Body:
    """The body of a case that somebody proposes, as its page would show it; kept nowhere."""
    return _rendered(case.id, case.body, root)


def render_inside(snapshot_id: str, case: Case, root: str) -> Body:
    """The body of a case as a part of another page: headings one rank lower, and no ids."""
    return _render(snapshot_id, case.id, case.body, root, inside=True)


def render_prose(text: str, root: str, *, ours: bool) -> Markup:
    """The Markdown of a pack as HTML: paragraphs, lists and emphasis, no headings.

    Args:
        text: the Markdown; links in it start from the folder of the packs.
        root: the path of the pages of cases.
        ours: whether the editors wrote it. Somebody else's links are no links here: the words
            stay, and the address stands behind them, so that nobody borrows the site's name.
    """
    return _prose(text, root, ours=ours)


@lru_cache(maxsize=1024)
def _prose(text: str, root: str, *, ours: bool) -> Markup:
    more = _Compendium(_PACKS, root, prose=True)
    html = nh3.clean(
        prose_reader(more, ours=ours).convert(text),
        tags=_PROSE_TAGS if ours else _PROSE_TAGS - {"a"},
        attributes=_ATTRIBUTES if ours else {},
        url_schemes=_SCHEMES,
    )
    return Markup(html)  # html was cleaned above


def page_of(href: str, case_id: str, root: str) -> str:
    """Where a link in a case's text leads: a file of the compendium becomes its page.

    Links that are absolute, or only a fragment, or no Markdown file, stay.
    """
    parts = urlsplit(href)
    if parts.scheme or parts.netloc or not parts.path.endswith(".md"):
        return href
    target = posixpath.normpath(posixpath.join(posixpath.dirname(case_id), parts.path))
    fragment = f"#{parts.fragment}" if parts.fragment else ""
    return f"{root}/{target.removesuffix('.md')}{fragment}"


def render_text(text: str, root: str) -> Body:
    """Markdown that belongs to no snapshot as HTML; nothing of it is kept.

    Links in it start from the top of the compendium.
    """
    return _rendered("tools", text, root)


@lru_cache(maxsize=8)
def render_words(text: str, root: str) -> Markup:
    """Markdown of who runs the site as a part of a page: its headings below one of second rank."""
    return _rendered("words", text, root, inside=True).html


@lru_cache(maxsize=1024)
def _render(
    snapshot_id: str,
    case_id: str,
    body: str,
    root: str,
    *,
    n_open: int | None = None,
    inside: bool = False,
) -> Body:
    return _rendered(case_id, body, root, n_open=n_open, inside=inside)


def _rendered(
    case_id: str, body: str, root: str, *, n_open: int | None = None, inside: bool = False
) -> Body:
    page = _Compendium(case_id, root, n_open=n_open, inside=inside)
    markdown = reader(page)
    html = nh3.clean(
        markdown.convert(body), tags=_TAGS, attributes=_ATTRIBUTES, url_schemes=_SCHEMES
    )
    return Body(Markup(html), tuple(page.headings))  # html was cleaned above


class _Compendium(Extension):
    """Rewrites links, wraps tables, builds sections, and keeps the headings of these."""

    def __init__(
        self,
        case_id: str,
        root: str,
        *,
        n_open: int | None = None,
        inside: bool = False,
        prose: bool = False,
    ) -> None:
        super().__init__()
        self.case_id = case_id
        self.root = root
        self.n_open = n_open
        self.inside = inside
        self.prose = prose
        self.headings: list[Heading] = []

    def extendMarkdown(self, md: Markdown) -> None:  # noqa: N802 - the library's name
        md.treeprocessors.register(_Tree(md, self), "compendium", 1)


class _Tree(Treeprocessor):
    """Works on the finished tree, after the headings have their ids."""

    def __init__(self, md: Markdown, page: _Compendium) -> None:
        super().__init__(md)
        self._page = page

    def run(self, root: Element) -> None:
        page = self._page
        _show_words_of_images(root)
        for link in root.iter("a"):
            link.set("href", page_of(link.get("href", ""), page.case_id, page.root))
        _set_quotation_marks(root)
        if page.prose:
            return
        _set_cells(root)
        _wrap_tables(root)
        _set_notes(root, inside=page.inside)
        headings = root.findall("h2")
        page.headings[:] = [Heading(one.get("id", ""), words_of(one)) for one in headings]
        _build_sections(root)
        if page.inside:
            _lower(root)
        if page.n_open is not None:
            _fold(root, page.n_open)


def _lower(root: Element) -> None:
    """Let the headings rank below that of the part, and take their ids, which others may have."""
    for heading in root.iter():
        if re.fullmatch("h[2-5]", heading.tag):
            heading.tag = f"h{int(heading.tag[1]) + 1}"
            heading.attrib.pop("id", None)


def _set_quotation_marks(root: Element) -> None:
    """Turn the marks of each block as a whole: a quotation may begin before a link and end in it.

    Code keeps its marks.
    """
    for run in _runs(root):
        text = curly("".join(getattr(element, part) for element, part, _ in run))
        for element, part, is_code in run:
            length = len(getattr(element, part))
            if not is_code:
                setattr(element, part, text[:length])
            text = text[length:]


def _runs(root: Element) -> list[list[tuple[Element, str, bool]]]:
    """The texts of a tree in order, as (element, ``text`` or ``tail``, is code), by block."""
    runs: list[list[tuple[Element, str, bool]]] = [[]]

    def gather(element: Element, *, is_code: bool) -> None:
        is_inline = element.tag in _INLINE
        if not is_inline:
            runs.append([])
        if element.text:
            runs[-1].append((element, "text", is_code))
        for child in element:
            gather(child, is_code=is_code or child.tag == "code")
            if child.tail:
                runs[-1].append((child, "tail", is_code))
        if not is_inline:
            runs.append([])

    gather(root, is_code=False)
    return [run for run in runs if run]


def _show_words_of_images(root: Element) -> None:
    """Let an image be its words: a case has none (docs/markdown.md says why)."""
    for image in root.iter("img"):
        words = image.get("alt", "")
        image.attrib.clear()
        image.tag, image.text = "span", words


def _set_cells(root: Element) -> None:
    for cell in (*root.iter("th"), *root.iter("td")):
        if cell.tag == "th":
            cell.set("scope", "col")
        if side := cell.attrib.pop("align", ""):
            cell.set("class", f"cell-{side}")


def _set_notes(root: Element, *, inside: bool) -> None:
    """Let the footnotes be a section of their own.

    Inside another page they are not linked, as other texts there have notes of the same number.
    """
    for notes in root.findall("div[@class='footnote']"):
        notes.tag = "section"
        notes.attrib = {"class": "notes", "aria-label": NOTES}
        notes.remove(notes[0])  # the line above them; the style sheet has one
    for link in root.iter("a"):
        if link.get("class") == "footnote-backref":
            link.set("aria-label", link.get("title", ""))
    if inside:
        _unlink_notes(root)


def _unlink_notes(root: Element) -> None:
    for one in (*root.iter("sup"), *root.iter("li")):
        one.attrib.pop("id", None)
    for parent in list(root.iter()):
        for link in parent.findall("a[@class='footnote-backref']"):
            parent.remove(link)
        for link in parent.findall("a[@class='footnote-ref']"):
            parent.text = link.text
            parent.remove(link)


def _wrap_tables(root: Element) -> None:
    """Let a wide table scroll within its own frame, by keyboard too."""
    number = 0
    for parent in list(root.iter()):
        for position, child in enumerate(list(parent)):
            if child.tag == "table":
                number += 1
                frame = Element("div", {"class": "table-frame", "tabindex": "0"})
                frame.set("role", "region")
                frame.set("aria-label", f"Table {number}")
                frame.append(child)
                frame.tail, child.tail = child.tail, None
                parent[position] = frame


def _build_sections(root: Element) -> None:
    """Put each ``h2`` and what follows it into a section; mark our reading."""
    blocks = list(root)
    for block in blocks:
        root.remove(block)
    home = root
    for block in blocks:
        if block.tag == "section":  # the footnotes of all sections
            home = root
        if block.tag == "h2":
            home = SubElement(root, "section")
            if _plain(block) == OUR_READING:
                home.set("class", "our-reading")
                label = SubElement(home, "p", {"class": "our-reading-label"})
                label.text = "Our reading"
        home.append(block)


def _fold(root: Element, n_open: int) -> None:
    """Make of each section one that opens at its heading, where a link to it opens it too.

    The first few stay open, and so does what is marked as our reading.
    """
    for section in list(root.iter("section"))[n_open:]:
        if section.get("class"):
            continue
        section.tag = "details"
        heading = section[0]
        section.remove(heading)
        summary = Element("summary")
        summary.append(heading)
        section.insert(0, summary)


def _plain(element: Element) -> str:
    return re.sub(r"\s+", " ", "".join(element.itertext())).strip()
