"""A document as DOCX with real headings, lists, tables and links. Owns ``docx``."""

from __future__ import annotations

import io
from collections.abc import Iterable, Sequence
from datetime import datetime
from itertools import count

import docx
from docx.document import Document as Word
from docx.enum.text import WD_ALIGN_PARAGRAPH, WD_BREAK
from docx.opc.constants import RELATIONSHIP_TYPE
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.shared import Cm, Pt, RGBColor
from docx.text.paragraph import Paragraph as WordParagraph

from kb.exports.blocks import (
    NOTES,
    Block,
    Break,
    Code,
    CodeBlock,
    Heading,
    Inline,
    Link,
    ListBlock,
    NoteMark,
    Notes,
    Paragraph,
    Quote,
    Rule,
    Styled,
    Table,
    Text,
)
from kb.exports.document import Document
from kb.exports.html import fit
from kb.exports.sections import (
    Section,
    colophon,
    foot_address,
    groups_of,
    opening,
    sections_of,
)
from kb.text.direction import is_right_to_left

#: No file says when it was made, so that the same document is the same file.
_TIME = datetime(2000, 1, 1)
_INK, _ACCENT = RGBColor(0x1A, 0x23, 0x22), RGBColor(0x0D, 0x4A, 0x50)
_MONO = "Consolas"
#: So many letters of an address stand in a line at the foot of a page, beside its number.
_FOOT = 85
#: Lists within lists have styles of their own down to here.
_DEEPEST = 3
_HEAD = frozenset(("strong",))
_SIDES = {
    "": None,
    "left": WD_ALIGN_PARAGRAPH.LEFT,
    "center": WD_ALIGN_PARAGRAPH.CENTER,
    "right": WD_ALIGN_PARAGRAPH.RIGHT,
}


def to_docx(document: Document) -> bytes:
    """The document as DOCX: a title, contents, a page break before each case."""
    writer = _Writer(document)
    writer.write()
    out = io.BytesIO()
    writer.word.save(out)
    return out.getvalue()


class _Writer:
    """Writes one document."""

    def __init__(self, document: Document) -> None:
        self._document = document
        self.word: Word = docx.Document()
        self._bookmarks = count(1)
        # Looked up once: python-docx goes through every style for each paragraph.
        self._style_ids = {style.name: style.style_id for style in self.word.styles}

    def write(self) -> None:
        """Everything, in order."""
        self._set_up()
        document, sections = self._document, sections_of(self._document)
        if document.is_single:
            self._section(sections[0], level=0)
        else:
            self._title(document.title, "Title")
            self._blocks(opening(document), below=0)
            self._contents(sections)
            for heading, group in groups_of(sections):
                self._group(heading, group)
        self.word.add_paragraph()
        self._blocks(colophon(document), below=0)
        for line in self.word.paragraphs:
            if is_right_to_left(line.text):
                _turn(line)

    def _set_up(self) -> None:
        document, word = self._document, self.word
        properties = word.core_properties
        properties.title, properties.author = fit(document.title)[:255], fit(document.site)[:255]
        properties.last_modified_by, properties.comments = fit(document.site)[:255], ""
        properties.language = document.language
        properties.created = properties.modified = _TIME
        properties.identifier = fit(document.address)[:255]
        page = word.sections[0]
        page.page_width, page.page_height = Cm(21), Cm(29.7)
        page.left_margin = page.right_margin = Cm(2.4)
        self._styles()
        page.header.paragraphs[0].text = f"{fit(document.site)} · {fit(document.title)}"
        foot = page.footer.paragraphs[0]
        shown = document.address if document.is_single else foot_address(document.address, _FOOT)
        foot.add_run(f"{fit(shown)}  ·  page " if shown else "Page ")
        _field(foot, "PAGE")
        foot.add_run(" of ")
        _field(foot, "NUMPAGES")
        for line in (page.header.paragraphs[0], foot):
            for run in line.runs:
                run.font.size = Pt(8.5)

    def _styles(self) -> None:
        styles = self.word.styles
        styles["Normal"].font.size = Pt(11)
        defaults = styles.element.find(qn("w:docDefaults")).find(qn("w:rPrDefault"))
        tongue = defaults.find(qn("w:rPr")).find(qn("w:lang"))
        language = self._document.language
        tongue.set(qn("w:val"), "en-GB" if language == "en" else language)
        for name in ("Title", *(f"Heading {level}" for level in range(1, 7))):
            styles[name].font.color.rgb = _INK

    def _title(self, text: str, style: str, bookmark: str = "") -> None:
        line = self._line(style)
        if not bookmark:
            line.add_run(fit(text))
            return
        number = str(next(self._bookmarks))
        start, end = OxmlElement("w:bookmarkStart"), OxmlElement("w:bookmarkEnd")
        for mark in (start, end):
            mark.set(qn("w:id"), number)
        start.set(qn("w:name"), bookmark)
        line._p.append(start)
        line.add_run(fit(text))
        line._p.append(end)

    def _section(self, section: Section, *, level: int) -> None:
        style = f"Heading {level}" if level else "Title"
        self._title(section.title, style, section.name.replace("-", "_"))
        self._blocks(section.blocks, below=level - 1)

    def _group(self, heading: str, group: Iterable[Section]) -> None:
        """Sections each on a page of their own, one rank lower under a heading that they share."""
        for number, section in enumerate(group):
            self.word.add_paragraph().add_run().add_break(WD_BREAK.PAGE)
            if heading and number == 0:
                self._title(heading, "Heading 1")
            self._section(section, level=2 if heading else 1)

    def _contents(self, sections: Sequence[Section]) -> None:
        if len(sections) < 2:
            return
        self._title("Contents", "Heading 1")
        top = self._numbering("List Number", 1)
        for heading, group in groups_of(sections):
            self._leads(group[0], heading or group[0].title, "List Number", top)
            if heading:
                below = self._numbering("List Number 2", 1)
                for section in group:
                    self._leads(section, section.title, "List Number 2", below)

    def _leads(self, section: Section, text: str, style: str, numbering: int) -> None:
        """A line of the contents that leads to a section."""
        line = self._line(style)
        _number(line, numbering)
        shown = OxmlElement("w:hyperlink")
        shown.set(qn("w:anchor"), section.name.replace("-", "_"))
        self._run_in(line, shown, text)

    def _blocks(self, blocks: Iterable[Block], *, below: int, depth: int = 0) -> None:
        for block in blocks:
            self._block(block, below, depth)

    def _block(self, block: Block, below: int, depth: int) -> None:
        match block:
            case Heading(level, content):
                line = self._line(f"Heading {max(1, min(level + below, 6))}")
                self._words(line, content)
            case Paragraph(content):
                self._words(self._paragraph(depth), content)
            case ListBlock(start, items):
                self._list(start, items, depth)
            case Quote(content):
                self._quote(content, below, depth)
            case CodeBlock(text):
                self._code(text, depth)
            case Table():
                self._table(block)
            case Rule() | Notes():
                self._end_of_text(block)

    def _end_of_text(self, block: Rule | Notes) -> None:
        if isinstance(block, Rule):
            self.word.add_paragraph("* * *")
            return
        self._paragraph(0).add_run(NOTES).bold = True
        self._list(1, [note.content for note in block.notes], 0)

    def _quote(self, content: Iterable[Block], below: int, depth: int) -> None:
        for block in content:
            if isinstance(block, Paragraph):
                self._words(self._line("Quote"), block.content)
            else:
                self._block(block, below, depth)

    def _code(self, text: str, depth: int) -> None:
        line = self._paragraph(depth)
        for number, row in enumerate(text.split("\n")):
            run = line.add_run()
            if number:
                run.add_break()
            run.add_text(fit(row))
            run.font.name, run.font.size = _MONO, Pt(9.5)

    def _line(self, style: str) -> WordParagraph:
        """A paragraph in a style, by its name."""
        line = self.word.add_paragraph()
        line._p.style = self._style_ids[style]
        return line

    def _paragraph(self, depth: int) -> WordParagraph:
        """A paragraph, indented where it goes on within a list."""
        line = self.word.add_paragraph()
        if depth:
            line.paragraph_format.left_indent = Cm(0.63 * depth)
        return line

    def _list(self, start: int | None, items: Sequence[Sequence[Block]], depth: int) -> None:
        kind = "List Bullet" if start is None else "List Number"
        style = kind if depth == 0 else f"{kind} {min(depth + 1, _DEEPEST)}"
        numbering = None if start is None else self._numbering(style, start)
        for item in items:
            line = self._line(style)
            if numbering is not None:
                _number(line, numbering)
            first, rest = (item[0], item[1:]) if item else (Paragraph(()), ())
            if isinstance(first, Paragraph):
                self._words(line, first.content)
            else:
                rest = item
            self._blocks(rest, below=0, depth=depth + 1)

    def _numbering(self, style: str, start: int) -> int:
        """A numbering of its own, so that a list does not go on with the numbers of another."""
        numbering = self.word.part.numbering_part.element
        used = self.word.styles[style].element.pPr.numPr.numId.val
        made = numbering.add_num(numbering.num_having_numId(used).abstractNumId.val)
        made.add_lvlOverride(ilvl=0).add_startOverride(start)
        return made.numId

    def _table(self, given: Table) -> None:
        if not given.head:
            return
        sides = [_SIDES[side] for side in given.sides or ("",) * len(given.head)]
        size = {"rows": 1 + len(given.rows), "cols": len(given.head)}
        table = self.word.add_table(**size, style="Table Grid")
        top = table.rows[0]._tr.get_or_add_trPr()
        top.append(OxmlElement("w:tblHeader"))
        for row, words in zip(table.rows, (given.head, *given.rows), strict=True):
            for cell, content, side in zip(row.cells, words, sides, strict=True):
                line = cell.paragraphs[0]
                self._words(line, content, _HEAD if words is given.head else frozenset())
                line.alignment = side
                line.paragraph_format.space_after = Pt(2)
        self.word.add_paragraph()

    def _words(
        self,
        line: WordParagraph,
        content: Iterable[Inline],
        styles: frozenset[str] = frozenset(),
    ) -> None:
        for one in content:
            match one:
                case Text(text) | Code(text):
                    self._run(line, text, styles, is_code=isinstance(one, Code))
                case NoteMark(_, number):
                    line.add_run(str(number)).font.superscript = True
                case Break():
                    line.add_run().add_break()
                case Styled(style, inner):
                    self._words(line, inner, styles | {style})
                case Link(url, inner):
                    self._link(line, url, inner, styles)

    def _run(
        self, line: WordParagraph, text: str, styles: frozenset[str], *, is_code: bool
    ) -> None:
        run = line.add_run(fit(text))
        run.bold, run.italic = "strong" in styles or None, "em" in styles or None
        run.font.strike = "del" in styles or None
        if is_code:
            run.font.name = _MONO

    def _link(
        self, line: WordParagraph, url: str, content: Iterable[Inline], styles: frozenset[str]
    ) -> None:
        before = len(line._p)
        self._words(line, content, styles)
        shown = OxmlElement("w:hyperlink")
        target = self.word.part.relate_to(fit(url), RELATIONSHIP_TYPE.HYPERLINK, is_external=True)
        shown.set(qn("r:id"), target)
        for run in list(line._p)[before:]:
            shown.append(run)
        line._p.append(shown)
        for run in WordParagraph(shown, line._parent).runs:
            run.font.color.rgb, run.font.underline = _ACCENT, True

    def _run_in(self, line: WordParagraph, shown: OxmlElement, text: str) -> None:
        run = line.add_run(fit(text))
        shown.append(run._r)
        line._p.append(shown)


#: What stands after ``w:bidi`` among the properties of a paragraph, as the format orders them.
_AFTER_BIDI = (
    *("w:adjustRightInd", "w:snapToGrid", "w:spacing", "w:ind", "w:contextualSpacing"),
    *("w:mirrorIndents", "w:suppressOverlap", "w:jc", "w:textDirection", "w:textAlignment"),
    *("w:textboxTightWrap", "w:outlineLvl", "w:divId", "w:cnfStyle", "w:rPr", "w:sectPr"),
    "w:pPrChange",
)


def _number(line: WordParagraph, numbering: int) -> None:
    """Have a paragraph be the next of a numbered list."""
    given = line._p.get_or_add_pPr().get_or_add_numPr()
    given.get_or_add_ilvl().val = 0
    given.get_or_add_numId().val = numbering


def _turn(line: WordParagraph) -> None:
    """Have a paragraph begin at the right."""
    line._p.get_or_add_pPr().insert_element_before(OxmlElement("w:bidi"), *_AFTER_BIDI)


def _field(line: WordParagraph, name: str) -> None:
    """A field that a word processor fills in, such as the number of the page."""
    for kind, text in (("begin", ""), ("", name), ("separate", ""), (None, "1"), ("end", "")):
        run = line.add_run()
        if kind is None:
            run.text = text
        elif kind:
            mark = OxmlElement("w:fldChar")
            mark.set(qn("w:fldCharType"), kind)
            run._r.append(mark)
        else:
            code = OxmlElement("w:instrText")
            code.set(qn("xml:space"), "preserve")
            code.text = f" {text} "
            run._r.append(code)
