"""A document of a word processor (DOCX) as Markdown: headings, lists, tables, emphasis, links.

Reads the document as it would be printed with all changes accepted. What it takes is what
Markdown has; images, text boxes, comments and the like are told and not taken. Nothing in the
document is run or loaded.
"""

from __future__ import annotations

import re
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import docx
from docx.document import Document
from docx.opc.constants import RELATIONSHIP_TYPE
from docx.opc.exceptions import PackageNotFoundError
from docx.oxml.ns import qn
from lxml import etree

from kb.importing.foreign import Cell, Note, Story, Unreadable, cut
from kb.importing.markdown import clean

#: What is in a document and not in Markdown, by the name of its element.
_NOT_TAKEN = {
    "drawing": "an image or a drawing is not taken",
    "pict": "an image or a drawing is not taken",
    "object": "an embedded object is not taken",
    "chart": "a chart is not taken",
    "oMath": "a formula is not taken",
    "oMathPara": "a formula is not taken",
    "AlternateContent": "an image, a drawing or a text box is not taken",
}
#: What stands in a line beside text.
_SIGNS = {"tab": " ", "ptab": " ", "cr": "  \n", "noBreakHyphen": "-", "sym": "•"}
_BULLET = "bullet"
#: Signs that would mean something in Markdown; an underscore within a word does not.
_SPECIAL = re.compile(r"([\\`*]|(?<!\w)_|_(?!\w)|\[(?=[^\]]*\]\())")
_LIKE_A_TAG = re.compile(r"<(?=[A-Za-z/!])")
_AT_START = re.compile(r"^(\s*)([#>+-]|\d+[.)])(?=\s|$)")
_RELATIONS = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
#: A table or a list that is nested more deeply is taken as plain text.
_DEEPEST = 6


def read_docx(path: Path, place: str) -> Story:
    """Read a document.

    Args:
        path: where it is.
        place: what messages call it.

    Raises:
        Unreadable: it is damaged.
    """
    try:
        document = docx.Document(str(path))
        reader = _Reader(document=document, place=place)
        blocks = list(reader.blocks(document.element.body, 0))
    except (PackageNotFoundError, zipfile.BadZipFile, KeyError, ValueError, OSError) as err:
        raise Unreadable("is damaged: it is no whole document. Save it again.") from err
    except etree.XMLSyntaxError as err:
        raise Unreadable(f"is damaged: it holds what is no XML ({err}).") from err
    except RecursionError as err:
        raise Unreadable("is nested too deeply.") from err
    cells = {}
    title = reader.title or (document.core_properties.title or "").strip()
    if title:
        cells["title"] = Cell(value=title, place=place)
    if reader.subtitle:
        cells["subtitle"] = Cell(value=reader.subtitle, place=place)
    cleaned = clean(_joined(blocks), place, title=title)
    if cleaned.title and not title:
        cells["title"] = Cell(value=cleaned.title, place=place)
    notes = [*reader.notes, *reader.left_behind()]
    notes += [Note(place=place, value=note.value, why=note.why) for note in cleaned.notes]
    name = path.stem.replace("-", " ").replace("_", " ")
    return Story(place=place, name=name, cells=cells, text=cleaned.text, notes=tuple(notes))


@dataclass(frozen=True, slots=True, kw_only=True)
class _Block:
    """A piece of Markdown; ``item`` is how it is marked in its list, whose items stand close."""

    text: str
    item: str = ""


def _joined(blocks: list[_Block]) -> str:
    parts = []
    for before, block in zip([None, *blocks], blocks, strict=False):
        is_inner = block.text.startswith("    ")
        close = before is not None and before.item and (is_inner or before.item == block.item)
        parts.append(("\n" if close else "\n\n") + block.text)
    return "".join(parts)


@dataclass(slots=True, kw_only=True)
class _Reader:
    document: Document
    place: str
    title: str = ""
    subtitle: str = ""
    notes: list[Note] = field(default_factory=list)
    numbers: dict[tuple[str, int], int] = field(default_factory=dict)
    footnotes: dict[str, str] = field(default_factory=dict)
    _paragraph: int = 0

    # --- blocks ------------------------------------------------------------------------------

    def blocks(self, parent: Any, depth: int) -> Iterator[_Block]:
        """The blocks under an element, those in controls and changes that stay among them."""
        for child in parent.iterchildren():
            name = _name(child)
            if name == "p":
                self._paragraph += 1
                yield from self._paragraph_blocks(child)
            elif name == "tbl":
                yield from self._table(child, depth)
            elif name == "sdt":
                content = child.find(qn("w:sdtContent"))
                if content is not None:
                    yield from self.blocks(content, depth)
            elif name in ("ins", "moveTo", "customXml", "smartTag"):
                yield from self.blocks(child, depth)

    def _paragraph_blocks(self, paragraph: Any) -> Iterator[_Block]:
        text = self._inline(paragraph).strip()
        if not text:
            return
        style = self._style(paragraph)
        plain = re.sub(r"\\(.)", r"\1", text.replace("**", "").replace("*", ""))
        if style == "title" and not self.title:
            self.title = " ".join(plain.split())
        elif style == "subtitle" and not self.subtitle:
            self.subtitle = " ".join(plain.split())
        elif depth := _heading(style):
            yield _Block(text=f"{'#' * min(6, depth)} {' '.join(text.replace('**', '').split())}")
        elif (item := self._item(paragraph, style)) is not None:
            kind = item if item.strip() == "-" else "1."
            begin = " " * len(item)
            yield _Block(text=item + text.replace("\n", f"\n{begin}"), item=kind.strip())
        elif style in ("quote", "intense quote"):
            yield _Block(text="> " + text.replace("\n", "\n> "))
        else:
            yield _Block(text=_AT_START.sub(_escaped_start, text))

    def _style(self, paragraph: Any) -> str:
        """The name of a paragraph's style, or of the one that it is based on, in English."""
        element = paragraph.find(f"{qn('w:pPr')}/{qn('w:pStyle')}")
        style_id = element.get(qn("w:val")) if element is not None else None
        for style in self.document.styles.element.iterchildren(qn("w:style")) if style_id else ():
            if style.get(qn("w:styleId")) == style_id:
                name = style.find(qn("w:name"))
                return (name.get(qn("w:val")) or "").casefold() if name is not None else ""
        return ""

    def _item(self, paragraph: Any, style: str) -> str | None:
        """How an item of a list begins; None where a paragraph is none."""
        numbering = paragraph.find(f"{qn('w:pPr')}/{qn('w:numPr')}")
        if numbering is None and not style.startswith(("list bullet", "list number")):
            return None
        depth, number_id = 0, style
        if numbering is not None:
            level, number = numbering.find(qn("w:ilvl")), numbering.find(qn("w:numId"))
            depth = int(level.get(qn("w:val")) or 0) if level is not None else 0
            number_id = number.get(qn("w:val")) or "" if number is not None else ""
            if number_id == "0":  # taken out of its list
                return None
        elif style[-1:].isdigit():
            depth = int(style[-1]) - 1
        depth = min(depth, _DEEPEST)
        for key in [key for key in self.numbers if key[0] == number_id and key[1] > depth]:
            del self.numbers[key]
        self.numbers[number_id, depth] = count = self.numbers.get((number_id, depth), 0) + 1
        is_bullet = self._format(number_id, depth, style) == _BULLET
        return "    " * depth + ("- " if is_bullet else f"{count}. ")

    def _format(self, number_id: str, depth: int, style: str) -> str:
        """How the items of a list are marked: ``bullet``, ``decimal`` and the like."""
        if style.startswith("list bullet") or "bullet" in number_id:
            return _BULLET
        if number_id.startswith("list number"):
            return "decimal"
        try:
            numbering = self.document.part.part_related_by(RELATIONSHIP_TYPE.NUMBERING).element
        except KeyError:
            return _BULLET
        for number in numbering.iterchildren(qn("w:num")):
            if number.get(qn("w:numId")) != number_id:
                continue
            abstract = number.find(qn("w:abstractNumId"))
            wanted = abstract.get(qn("w:val")) if abstract is not None else None
            for one in numbering.iterchildren(qn("w:abstractNum")):
                if one.get(qn("w:abstractNumId")) == wanted:
                    return _level_format(one, depth)
        return _BULLET

    # --- tables ------------------------------------------------------------------------------

    def _table(self, table: Any, depth: int) -> Iterator[_Block]:
        """A table; where it only lays out what is in one column, that stands by itself."""
        rows = [[cell for cell in self._cells(row)] for row in table.iterchildren(qn("w:tr"))]
        width = max((len(row) for row in rows), default=0)
        if width <= 1 or depth >= _DEEPEST:
            for row in rows:
                for cell in row:
                    if cell is not None:
                        yield from self.blocks(cell, depth + 1)
            return
        lines = [[self._cell_text(cell) for cell in row] for row in rows]
        lines = [[*row, *[""] * (width - len(row))] for row in lines]
        if any(cell is None for row in rows for cell in row):
            self._tell("a cell over several columns or rows stands in the first of them")
        head, *others = [f"| {' | '.join(row)} |" for row in lines]
        yield _Block(text="\n".join([head, f"|{' --- |' * width}", *others]))

    def _cells(self, row: Any) -> Iterator[Any]:
        """The cells of a row; None for what is part of another one."""
        for cell in row.iterchildren(qn("w:tc"), qn("w:sdt")):
            if _name(cell) == "sdt":
                cell = cell.find(f"{qn('w:sdtContent')}/{qn('w:tc')}")
                if cell is None:
                    continue
            properties = cell.find(qn("w:tcPr"))
            merge = properties.find(qn("w:vMerge")) if properties is not None else None
            span = properties.find(qn("w:gridSpan")) if properties is not None else None
            is_more = merge is not None and merge.get(qn("w:val")) != "restart"
            yield None if is_more else cell
            wide = span.get(qn("w:val")) if span is not None else "1"
            for _ in range(min(50, int(wide or 1)) - 1):
                yield None

    def _cell_text(self, cell: Any) -> str:
        if cell is None:
            return ""
        parts = (block.text for block in self.blocks(cell, _DEEPEST))
        return re.sub(r"\s*\n\s*", " ", " ".join(parts)).replace("|", "\\|").strip()

    # --- inside a paragraph ------------------------------------------------------------------

    def _inline(self, parent: Any) -> str:
        """The text of a paragraph, or of what is in it, with its emphasis and its links."""
        runs: list[tuple[str, str]] = []
        self._runs(parent, runs)
        parts: list[str] = []
        at = 0
        while at < len(runs):
            mark, end = runs[at][1], at
            while end < len(runs) and runs[end][1] == mark:
                end += 1
            text = "".join(text for text, _ in runs[at:end])
            parts.append(_marked(text, mark))
            at = end
        return "".join(parts)

    def _runs(self, parent: Any, runs: list[tuple[str, str]]) -> None:
        """The stretches of text under an element, each with its emphasis."""
        in_code = 0  # of a field, such as the number of a page
        for child in parent.iterchildren():
            name = _name(child)
            if name == "r":
                in_code += _opens_field(child)
                if in_code <= 0:
                    runs.append((self._run(child), self._mark(child)))
            elif name == "hyperlink":
                runs.append((self._link(child), ""))
            elif name in ("ins", "moveTo", "smartTag", "fldSimple", "customXml"):
                self._runs(child, runs)
            elif name == "sdt" and (content := child.find(qn("w:sdtContent"))) is not None:
                self._runs(content, runs)
            elif name in _NOT_TAKEN:
                self._tell(_NOT_TAKEN[name])

    def _run(self, run: Any) -> str:
        return "".join(self._piece(child, _name(child)) for child in run.iterchildren())

    def _piece(self, child: Any, name: str) -> str:
        """The text of one piece of a run; what has none is told."""
        if name == "t":
            return _LIKE_A_TAG.sub("&lt;", _SPECIAL.sub(r"\\\1", child.text or ""))
        if name == "br":
            return "  \n" if child.get(qn("w:type")) in (None, "textWrapping") else "\n"
        if name in ("footnoteReference", "endnoteReference"):
            kind = name.removesuffix("Reference")
            self._tell(f"a {kind} is not taken", self._beside(kind, child.get(qn("w:id")) or ""))
        elif name in _NOT_TAKEN:
            self._tell(_NOT_TAKEN[name], _described(child))
        return _SIGNS.get(name, "")

    def _beside(self, kind: str, number: str) -> str:
        """The text of a footnote or an endnote."""
        try:
            part = self.document.part.part_related_by(f"{_RELATIONS}/{kind}s")
        except KeyError:
            return ""
        parser = etree.XMLParser(resolve_entities=False, no_network=True)
        for note in etree.fromstring(part.blob, parser).iterchildren(qn(f"w:{kind}")):
            if note.get(qn("w:id")) == number:
                return cut("".join(text.text or "" for text in note.iter(qn("w:t"))), 200)
        return ""

    def _mark(self, run: Any) -> str:
        properties = run.find(qn("w:rPr"))
        if properties is None:
            return ""
        bold, italic = (_is_on(properties, name) for name in ("w:b", "w:i"))
        struck = _is_on(properties, "w:strike")
        return ("~~" if struck else "") + ("**" if bold else "") + ("*" if italic else "")

    def _link(self, link: Any) -> str:
        words = "".join(self._inline(link).split("\n")).strip()
        relation = link.get(qn("r:id"))
        target = ""
        if relation and relation in self.document.part.rels:
            target = str(self.document.part.rels[relation].target_ref)
        if not words or not target.lower().startswith(("http:", "https:", "mailto:")):
            return words
        address = target.replace(" ", "%20").replace("(", "%28").replace(")", "%29")
        return f"[{words}]({address})"

    # --- what is told ------------------------------------------------------------------------

    def _tell(self, why: str, value: str = "") -> None:
        place = f"{self.place}: paragraph {self._paragraph}"
        self.notes.append(Note(place=place, value=value, why=f"{why}."))

    def left_behind(self) -> Iterator[Note]:
        """What the document has beside its text."""
        types = {relation.reltype for relation in self.document.part.rels.values()}
        if RELATIONSHIP_TYPE.COMMENTS in types and self._has_comments():
            yield Note(place=self.place, why="comments are not taken.")
        body = self.document.element.body
        if next(body.iter(qn("w:del"), qn("w:moveFrom")), None) is not None:
            yield Note(place=self.place, why="changes that take words out were accepted.")

    def _has_comments(self) -> bool:
        return next(self.document.element.body.iter(qn("w:commentReference")), None) is not None


def _name(element: Any) -> str:
    """The name of an element without its namespace; empty for a comment."""
    return element.tag.rpartition("}")[2] if isinstance(element.tag, str) else ""


def _escaped_start(match: re.Match[str]) -> str:
    """What a paragraph begins with, so that it begins no list and no quotation."""
    sign = match[2]
    return f"{match[1]}{sign[:-1]}\\{sign[-1]}"


def _opens_field(run: Any) -> int:
    """1 where a run begins the code of a field, -1 where its text begins, else 0."""
    sign = run.find(qn("w:fldChar"))
    kind = sign.get(qn("w:fldCharType")) if sign is not None else ""
    return {"begin": 1, "separate": -1}.get(kind or "", 0)


def _heading(style: str) -> int:
    match = re.fullmatch(r"heading ([1-9])", style)
    return int(match[1]) if match else 0


def _level_format(abstract: Any, depth: int) -> str:
    for level in abstract.iterchildren(qn("w:lvl")):
        if level.get(qn("w:ilvl")) == str(depth):
            kind = level.find(qn("w:numFmt"))
            return (kind.get(qn("w:val")) or _BULLET) if kind is not None else _BULLET
    return _BULLET


def _is_on(properties: Any, name: str) -> bool:
    element = properties.find(qn(name))
    return element is not None and element.get(qn("w:val")) not in ("0", "false", "none")


def _marked(text: str, mark: str) -> str:
    """A text with emphasis, whose signs stand close to its words."""
    words = text.strip()
    if not mark or not words or "](" in words:
        return text
    before, after = text[: len(text) - len(text.lstrip())], text[len(text.rstrip()) :]
    return f"{before}{mark}{words}{mark[::-1]}{after}"


def _described(element: Any) -> str:
    """What a drawing says that it shows, or is called."""
    for inner in element.iter():
        if _name(inner) == "docPr":
            return cut(inner.get("descr") or inner.get("name") or "")
    return ""
