"""Markdown as blocks: what a paragraph, a list or a table holds, for every format to write.

The Markdown is that of the pages (``kb.text.rendering``): raw HTML in it is text. A link within
the compendium becomes the public address of what it leads to; where there is no such address, its
words stay alone.
"""

from __future__ import annotations

import posixpath
import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from html.parser import HTMLParser
from urllib.parse import quote, urlsplit
from zlib import crc32

from kb.text.rendering import prose_reader, to_html
from kb.text.typography import curly

_BLANKS = re.compile(r"[ \t\n]+")
#: What a link may lead to from a file.
_SCHEMES = ("http", "https", "mailto")


@dataclass(frozen=True, slots=True)
class Text:
    """Letters."""

    text: str


@dataclass(frozen=True, slots=True)
class Code:
    """Letters of a program, as they are."""

    text: str


@dataclass(frozen=True, slots=True)
class Break:
    """A new line within a paragraph."""


@dataclass(frozen=True, slots=True)
class Styled:
    """Words set apart: ``style`` is ``em``, ``strong`` or, struck out, ``del``."""

    style: str
    content: tuple[Inline, ...]


@dataclass(frozen=True, slots=True)
class Link:
    """Words that lead to an address."""

    url: str
    content: tuple[Inline, ...]


@dataclass(frozen=True, slots=True)
class NoteMark:
    """Where a footnote belongs: its number in the text, and its label, which no other text has."""

    label: str
    number: int


Inline = Text | Code | Break | Styled | Link | NoteMark


@dataclass(frozen=True, slots=True)
class Heading:
    """A heading; ``level`` is that of the Markdown, 1 to 6."""

    level: int
    content: tuple[Inline, ...]


@dataclass(frozen=True, slots=True)
class Paragraph:
    """A paragraph."""

    content: tuple[Inline, ...]


@dataclass(frozen=True, slots=True)
class ListBlock:
    """A list; ``start`` is the number of the first item, None where items have no numbers."""

    start: int | None
    items: tuple[tuple[Block, ...], ...]


@dataclass(frozen=True, slots=True)
class Quote:
    """A quotation set apart."""

    content: tuple[Block, ...]


@dataclass(frozen=True, slots=True)
class CodeBlock:
    """Lines of a program, as they are."""

    text: str


@dataclass(frozen=True, slots=True)
class Table:
    """A table: the cells of its heading, and those of each row, as many.

    ``sides`` has ``left``, ``center`` or ``right`` for each column, empty where the text does not
    say; no entries where it says it of no column.
    """

    head: tuple[tuple[Inline, ...], ...]
    rows: tuple[tuple[tuple[Inline, ...], ...], ...]
    sides: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Rule:
    """A line across."""


@dataclass(frozen=True, slots=True)
class Note:
    """A footnote."""

    label: str
    content: tuple[Block, ...]


@dataclass(frozen=True, slots=True)
class Notes:
    """The footnotes of a text, in the order of their numbers, which begin at 1."""

    notes: tuple[Note, ...]


#: What stands above the footnotes, where a format shows it.
NOTES = "Notes"

Block = Heading | Paragraph | ListBlock | Quote | CodeBlock | Table | Rule | Notes


def blocks_of(text: str, *, case_id: str = "", root: str = "") -> tuple[Block, ...]:
    """Markdown as blocks.

    Args:
        text: the Markdown.
        case_id: of the case whose text it is; links to files start from there.
        root: the public address of the site, empty where it has none.
    """
    return _made_of(to_html(text), text, case_id, root)


def prose_blocks(text: str, *, ours: bool, case_id: str = "", root: str = "") -> tuple[Block, ...]:
    """The introduction or a note of a pack as blocks: the same as on its page.

    Args:
        text: the Markdown.
        ours: whether the editors wrote it (``prose_reader``).
        case_id: as if of a case; links to files start from there.
        root: the public address of the site.
    """
    return _made_of(prose_reader(ours=ours).convert(text), text, case_id, root)


def _made_of(html: str, text: str, case_id: str, root: str) -> tuple[Block, ...]:
    if not text:
        return ()
    tree = _Tree()
    tree.feed(html)
    tree.close()
    of_text = case_id.replace("/", "-") if case_id else f"{crc32(text.encode()):x}"
    made = _Maker(lambda href: _address(href, case_id, root), of_text)
    return tuple(made.blocks(tree.root.children))


def plain(content: Sequence[Inline]) -> str:
    """The letters of some words, without what sets them apart."""
    parts = []
    for one in content:
        if isinstance(one, (Text, Code)):
            parts.append(one.text)
        elif isinstance(one, Break):
            parts.append(" ")
        elif not isinstance(one, NoteMark):
            parts.append(plain(one.content))
    return "".join(parts)


def _address(href: str, case_id: str, root: str) -> str:
    """Where a link leads from a file, empty for nowhere."""
    parts = urlsplit(href)
    if parts.scheme in _SCHEMES:
        return href
    if parts.scheme or parts.netloc or not root:
        return ""
    if parts.path.startswith("/"):
        return f"{root}{href}"
    if not parts.path.endswith(".md"):
        return ""
    path = posixpath.normpath(posixpath.join(posixpath.dirname(case_id), parts.path))
    fragment = f"#{parts.fragment}" if parts.fragment else ""
    return f"{root}/cases/{quote(path.removesuffix('.md'))}{fragment}"


@dataclass(slots=True)
class _Element:
    """An element of HTML; its children are elements and texts."""

    tag: str
    attributes: dict[str, str] = field(default_factory=dict)
    children: list[_Element | str] = field(default_factory=list)

    def of(self, *tags: str) -> Iterator[_Element]:
        """The children with one of some tags."""
        for child in self.children:
            if isinstance(child, _Element) and child.tag in tags:
                yield child


class _Tree(HTMLParser):
    """Reads HTML that Markdown made, which is well nested."""

    _VOID = frozenset(("br", "hr", "img"))

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.root = _Element("root")
        self._open = [self.root]

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Open an element."""
        element = _Element(tag, {name: value or "" for name, value in attrs})
        self._open[-1].children.append(element)
        if tag not in self._VOID:
            self._open.append(element)

    def handle_endtag(self, tag: str) -> None:
        """Close it."""
        if tag not in self._VOID and self._open[-1].tag == tag:
            self._open.pop()

    def handle_data(self, data: str) -> None:
        """Letters between the tags."""
        self._open[-1].children.append(data)


_INLINE = frozenset(("a", "em", "strong", "del", "code", "br", "img", "sub", "sup", "abbr"))
#: The class of what leads back from a footnote.
_BACK = "footnote-backref"
_HEADINGS = {f"h{level}": level for level in range(1, 7)}


class _Maker:
    """Makes blocks of a tree.

    ``address`` says where a link leads; ``of_text`` stands before the numbers of footnotes.
    """

    def __init__(self, address: Callable[[str], str], of_text: str) -> None:
        self._address = address
        self._of_text = of_text

    def blocks(self, children: Sequence[_Element | str]) -> Iterator[Block]:
        """The blocks among some children; words that stand loose are a paragraph."""
        loose: list[_Element | str] = []
        for child in children:
            if isinstance(child, str) or child.tag in _INLINE:
                loose.append(child)
                continue
            yield from self._loose(loose)
            loose = []
            yield from self._block(child)
        yield from self._loose(loose)

    def _loose(self, children: Sequence[_Element | str]) -> Iterator[Block]:
        content = self.words(children)
        if content:
            yield Paragraph(content)

    def _block(self, element: _Element) -> Iterator[Block]:
        match element.tag:
            case "p":
                yield from self._loose(element.children)
            case "ul" | "ol":
                start = int(element.attributes.get("start", "1")) if element.tag == "ol" else None
                items = (tuple(self.blocks(item.children)) for item in element.of("li"))
                yield ListBlock(start, tuple(items))
            case "blockquote":
                yield Quote(tuple(self.blocks(element.children)))
            case "pre":
                yield CodeBlock(_letters(element).removesuffix("\n"))
            case "hr":
                yield Rule()
            case "table" | "div":  # of the library's tags only that of the footnotes is a div
                yield self._notes(element) if element.tag == "div" else self._table(element)
            case tag if tag in _HEADINGS:
                yield Heading(_HEADINGS[tag], self.words(element.children))
            case _:
                yield from self.blocks(element.children)

    def _table(self, element: _Element) -> Table:
        rows = [row for part in element.of("thead", "tbody") for row in part.of("tr")]
        cells = [tuple(self.words(cell.children) for cell in row.of("th", "td")) for row in rows]
        width = len(cells[0]) if cells else 0
        rest = [(*row, *((),) * width)[:width] for row in cells[1:]]
        sides = tuple(one.attributes.get("align", "") for row in rows[:1] for one in row.of("th"))
        return Table(cells[0] if cells else (), tuple(rest), sides if any(sides) else ())

    def _notes(self, element: _Element) -> Notes:
        items = [item for part in element.of("ol") for item in part.of("li")]
        return Notes(
            tuple(
                Note(f"{self._of_text}-{number}", tuple(self.blocks(_without_ways_back(item))))
                for number, item in enumerate(items, 1)
            )
        )

    def words(self, children: Sequence[_Element | str]) -> tuple[Inline, ...]:
        """What stands in a block, with typographic marks and single blanks."""
        return _trimmed(_with_marks(tuple(self._inline(children))))

    def _inline(self, children: Sequence[_Element | str]) -> Iterator[Inline]:
        for child in children:
            if isinstance(child, str):
                yield Text(_BLANKS.sub(" ", child))
                continue
            content = tuple(self._inline(child.children))
            match child.tag:
                case "em" | "strong" | "del":
                    yield Styled(child.tag, content)
                case "code":
                    yield Code(_letters(child))
                case "br" | "img" | "sup":
                    yield self._sign(child)
                case "a" if url := self._address(child.attributes.get("href", "")):
                    yield Link(url, content)
                case _:
                    yield from content

    def _sign(self, element: _Element) -> Inline:
        """What stands for itself; raised is nothing but the number of a footnote."""
        if element.tag == "br":
            return Break()
        if element.tag == "img":
            return Text(element.attributes.get("alt", ""))
        number = _letters(element)
        return NoteMark(f"{self._of_text}-{number}", int(number))


def _without_ways_back(item: _Element) -> list[_Element | str]:
    """What a footnote holds, but for the arrows that lead back to the text."""
    kept: list[_Element | str] = []
    for child in item.children:
        if isinstance(child, str):
            kept.append(child)
            continue
        inner = [
            one
            for one in child.children
            if isinstance(one, str) or one.attributes.get("class") != _BACK
        ]
        if len(inner) < len(child.children) and isinstance(inner[-1] if inner else None, str):
            inner[-1] = inner[-1].removesuffix("\N{NO-BREAK SPACE}")
        kept.append(replace(child, children=inner))
    return kept


def _letters(element: _Element) -> str:
    return "".join(
        child if isinstance(child, str) else _letters(child) for child in element.children
    )


def _with_marks(content: tuple[Inline, ...]) -> tuple[Inline, ...]:
    """The words with typographic quotation marks, set for the block as a whole."""
    text = curly(plain(content))
    made, _ = _marked(content, text)
    return made


def _marked(content: tuple[Inline, ...], text: str) -> tuple[tuple[Inline, ...], str]:
    made: list[Inline] = []
    for one in content:
        if isinstance(one, (Styled, Link)):
            inner, text = _marked(one.content, text)
            made.append(replace(one, content=inner))
            continue
        if isinstance(one, NoteMark):
            made.append(one)
            continue
        size = 1 if isinstance(one, Break) else len(one.text)
        made.append(Text(text[:size]) if isinstance(one, Text) else one)
        text = text[size:]
    return tuple(made), text


def _trimmed(content: tuple[Inline, ...]) -> tuple[Inline, ...]:
    """Without blanks at the ends, and without empty texts."""
    parts = [one for one in content if not (isinstance(one, Text) and not one.text)]
    while parts and isinstance(parts[0], Text) and not parts[0].text.strip():
        parts.pop(0)
    while parts and isinstance(parts[-1], Text) and not parts[-1].text.strip():
        parts.pop()
    if parts and isinstance(parts[0], Text):
        parts[0] = Text(parts[0].text.lstrip())
    if parts and isinstance(parts[-1], Text):
        parts[-1] = Text(parts[-1].text.rstrip())
    return tuple(parts)
