"""Markdown as HTML, as GitHub shows it: what a pull request shows is what the site shows.

Owns ``markdown``, which reads the words of a line, and ``pymdownx``, which finds addresses in
them. How ``markdown`` reads *blocks* is another grammar than that of GitHub: a list needs an empty
line before it and four blanks within it, a table an empty line, two quotations are joined. No kept
extension mends that: they set one width for all lists, or put empty lines where they guess that
some are missing. So blocks are read here as CommonMark describes them, line by line; what stands
in a list or a quotation is read again without its marks.

Raw HTML in a text is text.
"""

from __future__ import annotations

import re
import string
import unicodedata
from collections.abc import Callable, Iterable, Iterator, Sequence
from html import unescape
from html.entities import html5
from xml.etree.ElementTree import Element, ElementTree, SubElement

from markdown import Markdown
from markdown.blockparser import BlockParser
from markdown.extensions import Extension
from markdown.extensions.footnotes import FootnoteExtension, FootnoteReorderingProcessor
from markdown.extensions.nl2br import Nl2BrExtension
from markdown.inlinepatterns import (
    BACKTICK_RE,
    IMAGE_LINK_RE,
    IMAGE_REFERENCE_RE,
    LINK_RE,
    REFERENCE_RE,
    BacktickInlineProcessor,
    ImageInlineProcessor,
    ImageReferenceInlineProcessor,
    InlineProcessor,
    LinkInlineProcessor,
    ReferenceInlineProcessor,
    ShortImageReferenceInlineProcessor,
    ShortReferenceInlineProcessor,
    SubstituteTagInlineProcessor,
)
from markdown.treeprocessors import Treeprocessor
from markdown.util import (
    ETX,
    HTML_PLACEHOLDER_RE,
    STX,
    AtomicString,
    code_escape,
)
from pymdownx.betterem import BetterEmExtension
from pymdownx.delimiterprocessor import Delimiter
from pymdownx.magiclink import MagiclinkExtension

from kb.text.body import TASKS

#: A heading: its signs, and what follows.
_HEADING = re.compile(r" {0,3}(#{1,6})(?:[ \t]+(.*)|$)")
_CLOSING_SIGNS = re.compile(r"(?:^|(?<=[ \t]))#+$")
_FENCE = re.compile(r"( {0,3})(`{3,}(?=[^`]*$)|~{3,})")
_RULE = re.compile(r" {0,3}(?:(?:\* *){3,}|(?:- *){3,}|(?:_ *){3,})")
_UNDERLINE = re.compile(r" {0,3}(?:(=+)|-+) *")
_QUOTE = re.compile(r" {0,3}> ?")
_ITEM = re.compile(r"( {0,3})([-+*]|(\d{1,9})[.)])(?:( {1,4})(?! )|(?= {5})|$)")
_NOTE = re.compile(r" {0,3}\[\^([^\]\s]+)\]: *")
_REFERENCE = re.compile(
    r"\[((?:\\.|[^\[\]\\])+)\]:[ \n]*(?:<([^<>\n]*)>|([^\s<]\S*))"
    r"(?:[ \n]+(\"[^\"]*\"|'[^']*'|\([^()]*\)))?[ ]*(?:\n|$)"
)
_TABLE_RULE = re.compile(r" {0,3}\|? *:?-+:? *(?:\| *:?-+:? *)*\|? *")
_BAR = re.compile(r"(?<!\\)\|")
_CHARACTER = r"(?<!\\)(\\?)(&(?:#[0-9]{1,7}|#[xX][0-9a-fA-F]{1,6}|[a-zA-Z0-9]+);)"
_TASK = re.compile(r"\[([ xX])\] +(?=\S)")
_TRAILING_BLANKS = re.compile(r" {2,}\n")
_CODE_INDENT = "    "
#: Brackets stand in brackets, and quotations and lists in each other, so deep at most; what is
#: deeper is letters. The library looks from each bracket on for the one that closes it, so a text
#: of nothing but brackets would take as many looks as it has pairs of letters.
_DEEPEST = 32
_SQUARE, _ROUND = re.compile(r"[\[\]]"), re.compile(r"[()]")
#: Before a line that can begin nothing; no text can hold it.
_LAZY = STX
#: What the library writes for a letter that is no sign, and for an ampersand.
_ESCAPED, _STASHED = re.compile(f"{STX}(\\d+){ETX}"), HTML_PLACEHOLDER_RE


def to_html(text: str) -> str:
    """Markdown as HTML that is not safe to show yet: a link in it may lead anywhere."""
    return reader().convert(text)


def reader(*more: Extension, prose: bool = False, finds_addresses: bool = True) -> Markdown:
    """What makes HTML of Markdown.

    Args:
        more: what a page adds to it.
        prose: whether there are only paragraphs, quotations and lists; signs of a heading, of
            code, of a table, of an image are letters then.
        finds_addresses: whether an address that stands in the text is a link.
    """
    made = Markdown(
        extensions=[
            _AsGitHub(prose=prose),
            *(() if prose else (_Notes(),)),
            _Emphasis(),
            *((MagiclinkExtension(),) if finds_addresses else ()),
            *more,
        ],
        output_format="html",
    )
    made.ESCAPED_CHARS = list(string.punctuation)
    return made


def prose_reader(*more: Extension, ours: bool) -> Markdown:
    """What makes HTML of the introduction and the notes of a pack, on a page and in every file.

    Args:
        more: what a page adds to it.
        ours: whether the editors wrote it. Of somebody else's text each line stays a line, and a
            link becomes its words with the address behind them: nobody borrows the site's name.
    """
    lines = () if ours else (Nl2BrExtension(),)
    made = reader(*lines, *more, prose=True, finds_addresses=ours)
    if not ours:
        made.treeprocessors.register(_Unlinked(made), "unlinked", 2)
    return made


class _Unlinked(Treeprocessor):
    """Makes of each link its words, with its address in brackets."""

    def run(self, root: Element) -> None:
        for link in root.iter("a"):
            href = link.attrib.pop("href", "")
            words = "".join(link.itertext())
            if href and href != words:
                last = link[-1] if len(link) else None
                if last is None:
                    link.text = f"{link.text or ''} ({href})"
                else:
                    last.tail = f"{last.tail or ''} ({href})"


def anchors(text: str) -> tuple[str, ...]:
    """The ids of the headings of a text, in order: what a link to a part of it may name."""
    return tuple(map(unescape, re.findall(r'<h[1-6] id="([^"]*)"', to_html(text))))


def words_of(element: Element) -> str:
    """The letters of an element as a reader sees them, before the last steps of the library."""
    text = _STASHED.sub("&", "".join(element.itertext()))
    return _ESCAPED.sub(lambda found: chr(int(found[1])), text)


def slug(words: str) -> str:
    """The id that GitHub makes of the words of a heading."""
    kept = (one for one in words.strip().lower() if one in "- _" or one.isalnum() or _joins(one))
    return "".join(kept).replace(" ", "-")


def _joins(letter: str) -> bool:
    return unicodedata.category(letter) in ("Mn", "Mc", "Me", "Pc")


class _AsGitHub(Extension):
    """Reads blocks as GitHub does, shows raw HTML as text, and strikes ``~~words~~`` out."""

    def __init__(self, *, prose: bool) -> None:
        super().__init__()
        self.prose = prose

    def extendMarkdown(self, md: Markdown) -> None:  # noqa: N802 - the library's name
        md.parser = _Blocks(md, prose=self.prose)
        md.preprocessors.deregister("html_block")
        md.inlinePatterns.deregister("html")
        md.inlinePatterns.register(SubstituteTagInlineProcessor(r"\\\n", "br"), "break", 184)
        md.inlinePatterns.register(_Character(_CHARACTER, md), "entity", 185)
        md.inlinePatterns.register(_CodeSpan(BACKTICK_RE), "backtick", 190)
        md.inlinePatterns.register(_Reference(REFERENCE_RE, md), "reference", 170)
        md.inlinePatterns.register(_Link(LINK_RE, md), "link", 160)
        md.inlinePatterns.register(_Image(IMAGE_LINK_RE, md), "image_link", 150)
        md.inlinePatterns.register(_ImageReference(IMAGE_REFERENCE_RE, md), "image_reference", 140)
        md.inlinePatterns.register(_ShortReference(REFERENCE_RE, md), "short_reference", 130)
        md.inlinePatterns.register(
            _ShortImageReference(IMAGE_REFERENCE_RE, md), "short_image_ref", 125
        )
        md.treeprocessors.register(_Anchors(md), "anchors", 5)
        if self.prose:
            md.inlinePatterns.deregister("image_link")
            md.inlinePatterns.deregister("image_reference")


class _Anchors(Treeprocessor):
    """Gives each heading an id; the second of two that are alike ends in ``-1``, as on GitHub."""

    def run(self, root: Element) -> None:
        """After the words were read."""
        seen: dict[str, int] = {}
        for heading in root.iter():
            if re.fullmatch("h[1-6]", heading.tag):
                name = made = slug(words_of(heading))
                while made in seen:
                    seen[name] += 1
                    made = f"{name}-{seen[name]}"
                seen[made] = 0
                heading.set("id", made)


class _Emphasis(BetterEmExtension):
    """Emphasis by the rules of CommonMark; one tilde strikes out as two do."""

    def extendMarkdown(self, md: Markdown) -> None:  # noqa: N802 - the library's name
        super().extendMarkdown(md)
        self.processor.add(Delimiter("~", "del,del", punct=True))


class _Character(InlineProcessor):
    """A character by its name or number; what names none, or was escaped, stays as it is."""

    def handleMatch(  # noqa: N802 - the library's name
        self, m: re.Match[str], data: str
    ) -> tuple[str | None, int | None, int | None]:
        """The character, in the form of one that was escaped: it is no sign of Markdown."""
        is_one = not m[1] and (m[2][1] == "#" or m[2][1:] in html5)
        letters = unescape(m[2]) if is_one else m[2]
        return "".join(map(self._shown, letters)), m.start(), m.end()

    def _shown(self, letter: str) -> str:
        """A letter that is no sign; of an ampersand the library would make a character again."""
        return self.md.htmlStash.store("&amp;") if letter == "&" else f"{STX}{ord(letter)}{ETX}"


class _CodeSpan(BacktickInlineProcessor):
    """Code between two runs of as many backticks."""

    def handleMatch(  # noqa: N802 - the library's name
        self, m: re.Match[str], data: str
    ) -> tuple[Element | str | None, int | None, int | None]:
        """The code; a run that nothing closes is text."""
        if m[1]:
            return super().handleMatch(m, data)
        ticks = re.compile("`+").match(data, m.start())[0]
        closing = re.compile(f"(?<!`){ticks}(?!`)").search(data, m.start() + len(ticks))
        if closing is None:
            return None, m.start(), m.start() + len(ticks)
        text = data[m.start() + len(ticks) : closing.start()].replace("\n", " ")
        if text.strip() and text.startswith(" ") and text.endswith(" "):
            text = text[1:-1]
        code = Element("code")
        code.text = AtomicString(code_escape(text))
        return code, m.start(), closing.end()


class _InBrackets(LinkInlineProcessor):
    """What begins with words in brackets."""

    def getText(  # noqa: N802 - the library's name
        self, data: str, index: int
    ) -> tuple[str, int, bool]:
        """The words, where they end, and whether there is a bracket that closes them."""
        for end, depth in _depths(_SQUARE, data, index):
            if depth == 0:
                return data[index : end - 1], end, True
            if depth > _DEEPEST:
                break
        return "", index, False

    def getLink(  # noqa: N802 - the library's name
        self, data: str, index: int
    ) -> tuple[str, str | None, int, bool]:
        """The address, the title, where they end, and whether they are that."""
        if not data.startswith("(", index):
            return "", None, index, False
        for _, depth in _depths(_ROUND, data, index):
            if depth == 1:
                break
            if depth > _DEEPEST:
                return "", None, index, False
        return super().getLink(data, index)


def _depths(brackets: re.Pattern[str], text: str, start: int) -> Iterator[tuple[int, int]]:
    """Behind each bracket from a place on, and how many are open there, with one before it."""
    depth = 1
    for found in brackets.finditer(text, start):
        depth += 1 if found[0] in "[(" else -1
        yield found.end(), depth


class _Link(_InBrackets):
    """Words that lead to an address, which holds no blank but between angle brackets."""

    def getLink(  # noqa: N802 - the library's name
        self, data: str, index: int
    ) -> tuple[str, str | None, int, bool]:
        """The address, the title, where they end, and whether they are that."""
        href, title, end, is_link = super().getLink(data, index)
        is_whole = not re.search(r"\s", href) or data[index:].lstrip("( \n").startswith("<")
        return href, title, end, is_link and is_whole


class _Image(_InBrackets, ImageInlineProcessor):
    """An image and its address."""


class _Reference(_InBrackets, ReferenceInlineProcessor):
    """Words that lead to the address of a label."""


class _ShortReference(_InBrackets, ShortReferenceInlineProcessor):
    """Words that are the label themselves."""


class _ImageReference(_InBrackets, ImageReferenceInlineProcessor):
    """An image at the address of a label."""


class _ShortImageReference(_InBrackets, ShortImageReferenceInlineProcessor):
    """An image whose words are the label."""


class _Notes(FootnoteExtension):
    """Footnotes that the text names, in the order in which it does."""

    def __init__(self) -> None:
        super().__init__(
            USE_DEFINITION_ORDER=False,
            SEPARATOR="-",
            PLACE_MARKER=f"{STX}the end{ETX}",  # which no text can hold
        )

    def extendMarkdown(self, md: Markdown) -> None:  # noqa: N802 - the library's name
        super().extendMarkdown(md)
        md.treeprocessors.register(_NamedNotes(self), "footnote-reorder", 19)


class _NamedNotes(FootnoteReorderingProcessor):
    """Drops the footnotes that the text does not name, and puts the others in its order."""

    def run(self, root: Element) -> None:
        """After the words were read, which tells what they name."""
        super().run(root)
        for notes in root.findall("div[@class='footnote']"):
            items = notes.find("ol")
            for item in list(items):
                if item.get("id", "").partition("-")[2] not in self.footnotes.footnote_order:
                    items.remove(item)
            if not len(items):
                root.remove(notes)


#: Reads a block that begins at a line, and says at which line it ends; 0 if it does not begin.
_Reads = Callable[[Element, Sequence[str], int], int]


class _Blocks(BlockParser):
    """Reads lines as blocks. An element gets its words as they stand; what is in them comes later.

    Tabs are blanks already.
    """

    def __init__(self, md: Markdown, *, prose: bool) -> None:
        super().__init__(md)
        self._prose = prose
        self._depth = 0  # of quotations and lists that are being read
        only_in_cases: tuple[_Reads, ...] = (self._code, self._fence, self._heading, self._rule)
        self._readers: tuple[_Reads, ...] = (
            *(() if prose else only_in_cases),
            *(self._quote, self._list),
            *(() if prose else (self._note,)),
        )

    def parseDocument(self, lines: Iterable[str]) -> ElementTree:  # noqa: N802 - the library's name
        """All of a text."""
        self.root = Element(self.md.doc_tag)
        self._read(self.root, list(lines))
        return ElementTree(self.root)

    def parseChunk(self, parent: Element, text: str) -> None:  # noqa: N802 - the library's name
        """A part of it, such as a footnote."""
        self._read(parent, text.split("\n"))

    def parseBlocks(self, parent: Element, blocks: list[str]) -> None:  # noqa: N802 - the library's name
        """Parts that were separated by empty lines."""
        self.parseChunk(parent, "\n\n".join(blocks))
        blocks.clear()

    def _read(self, parent: Element, lines: Sequence[str]) -> bool:
        """Read lines into an element; whether an empty line stands between two of its blocks."""
        at, ended, has_gap = 0, -1, False
        while at < len(lines):
            if not lines[at].strip():
                at += 1
                continue
            has_gap = has_gap or -1 < ended < at
            ends = (read(parent, lines, at) for read in self._readers)
            at = ended = next(filter(None, ends), 0) or self._paragraph(parent, lines, at)
        return has_gap

    def _read_within(self, parent: Element, lines: Sequence[str]) -> bool:
        """The same for the lines of a quotation or an item."""
        self._depth += 1
        try:
            return self._read(parent, lines)
        finally:
            self._depth -= 1

    def _code(self, parent: Element, lines: Sequence[str], at: int) -> int:
        """Lines that are indented by four blanks."""
        if not lines[at].startswith(_CODE_INDENT):
            return 0
        end = at
        for number in range(at, len(lines)):
            if lines[number].startswith(_CODE_INDENT) and lines[number].strip():
                end = number + 1
            elif lines[number].strip():
                break
        _add_code(parent, (line[len(_CODE_INDENT) :] for line in lines[at:end]))
        return end

    def _fence(self, parent: Element, lines: Sequence[str], at: int) -> int:
        """Lines between two fences, or from one to the end."""
        opening = _FENCE.match(lines[at])
        if opening is None:
            return 0
        closing, indent = _closing(opening), len(opening[1])
        end = next((n for n in range(at + 1, len(lines)) if closing.fullmatch(lines[n])), None)
        inner = lines[at + 1 : end]
        _add_code(parent, (line[min(indent, _indent(line)) :] for line in inner))
        return len(lines) if end is None else end + 1

    def _heading(self, parent: Element, lines: Sequence[str], at: int) -> int:
        found = _HEADING.fullmatch(lines[at])
        if found is None:
            return 0
        words = _CLOSING_SIGNS.sub("", (found[2] or "").strip()).rstrip()
        SubElement(parent, f"h{len(found[1])}").text = words
        return at + 1

    def _rule(self, parent: Element, lines: Sequence[str], at: int) -> int:
        if not _RULE.fullmatch(lines[at]):
            return 0
        SubElement(parent, "hr")
        return at + 1

    def _quote(self, parent: Element, lines: Sequence[str], at: int) -> int:
        if not _QUOTE.match(lines[at]) or self._depth == _DEEPEST:
            return 0
        inner = _Inner()
        for line in lines[at:]:
            if mark := _QUOTE.match(line):
                inner.add(line[mark.end() :])
            elif inner.goes_on_with(line) and not self._begins(line):
                inner.add(_lazy(line))
            else:
                break
        self._read_within(SubElement(parent, "blockquote"), inner.lines)
        return at + len(inner.lines)

    def _list(self, parent: Element, lines: Sequence[str], at: int) -> int:
        """Items with marks of one kind. Where none has a gap, their words are no paragraphs."""
        first = self._item(lines[at])
        if first is None or self._depth == _DEEPEST:
            return 0
        made = SubElement(parent, "ul" if first[3] is None else "ol")
        if first[3] is not None and int(first[3]) != 1:
            made.set("start", str(int(first[3])))
        is_loose, end, mark = False, at, first
        while mark is not None and mark[2][-1] == first[2][-1]:
            inner = self._inner_of_item(lines, at, mark)
            end = at + len(inner)
            has_gap = self._read_within(SubElement(made, "li"), inner)
            at = _after_blanks(lines, end)
            mark = self._item(lines[at]) if at < len(lines) else None
            goes_on = mark is not None and mark[2][-1] == first[2][-1]
            is_loose = is_loose or has_gap or (goes_on and at > end)
        for item in made:
            _set_task(item)
            if not is_loose:
                _tighten(item)
        return end

    def _inner_of_item(self, lines: Sequence[str], at: int, mark: re.Match[str]) -> Sequence[str]:
        """What stands in the item that begins at a line, without its mark."""
        width = len(mark[1]) + len(mark[2]) + len(mark[4] or " ")
        inner = _Inner()
        inner.add(lines[at][width:])
        at += 1
        while at < len(lines):
            following = _after_blanks(lines, at)
            if following == len(lines) or (following > at and not any(inner.lines)):
                break
            line, is_inside = lines[following], _indent(lines[following]) >= width
            if following > at and not is_inside:
                break
            if not is_inside and (not inner.goes_on_with(line) or self._begins(line)):
                break
            for empty in lines[at:following]:
                inner.add(empty[width:])
            inner.add(line[width:] if is_inside else _lazy(line))
            at = following + 1
        return inner.lines

    def _note(self, parent: Element, lines: Sequence[str], at: int) -> int:
        """What a footnote says; it is shown at the end, if the text names it."""
        mark = _NOTE.match(lines[at])
        if mark is None:
            return 0
        inner = _Inner()
        inner.add(lines[at][mark.end() :])
        end = at + 1
        while end < len(lines):
            following = _after_blanks(lines, end)
            if following == len(lines):
                break
            line, is_inside = lines[following], lines[following].startswith(_CODE_INDENT)
            is_lazy = following == end and inner.goes_on_with(line) and not self._begins(line)
            if not is_inside and not is_lazy:
                break
            for empty in lines[end:following]:
                inner.add(empty)
            inner.add(line[len(_CODE_INDENT) :] if is_inside else _lazy(line))
            end = following + 1
        notes = next(one for one in self.md.registeredExtensions if isinstance(one, _Notes))
        if mark[1] not in notes.footnotes:
            notes.setFootnote(mark[1], "\n".join(inner.lines))
        return end

    def _paragraph(self, parent: Element, lines: Sequence[str], start: int) -> int:
        """Lines that begin nothing else. What they are may be told by the line below them."""
        at, may_hold_table = start + 1, not self._prose
        while at < len(lines) and lines[at].strip():
            if ended := self._underlined(parent, lines, start, at):
                return ended
            if may_hold_table and _is_rule_of_table(lines[at]):
                if len(_cells(lines[at - 1])) == len(_cells(lines[at])):
                    self._add_paragraph(parent, lines[start : at - 1])
                    return self._table(parent, lines, at - 1)
                may_hold_table = False
            if self._begins(lines[at], within_text=True):
                break
            at += 1
        self._add_paragraph(parent, lines[start:at])
        return at

    def _underlined(self, parent: Element, lines: Sequence[str], start: int, at: int) -> int:
        """A heading that is underlined at a line."""
        mark = None if self._prose else _UNDERLINE.fullmatch(lines[at])
        words = self._without_references(lines[start:at]) if mark else ""
        if mark is None or not words:
            return 0
        SubElement(parent, "h1" if mark[1] else "h2").text = words
        return at + 1

    def _add_paragraph(self, parent: Element, lines: Sequence[str]) -> None:
        if words := self._without_references(lines):
            SubElement(parent, "p").text = words

    def _without_references(self, lines: Sequence[str]) -> str:
        """The words of some lines, without the addresses of labels that they begin with."""
        words = "\n".join(line.lstrip().removeprefix(_LAZY) for line in lines).rstrip()
        while found := _REFERENCE.match(words):
            label = " ".join(found[1].split()).lower()
            title = found[4][1:-1] if found[4] else None
            self.md.references.setdefault(label, (found[2] or found[3] or "", title))
            words = words[found.end() :]
        return _TRAILING_BLANKS.sub("  \n", words)

    def _table(self, parent: Element, lines: Sequence[str], at: int) -> int:
        """A table that begins at a line: its head, the line below it, and its rows."""
        sides = [_side(cell) for cell in _cells(lines[at + 1])]
        table = SubElement(parent, "table")
        _add_row(SubElement(table, "thead"), "th", _cells(lines[at]), sides)
        end, body = at + 2, None
        while end < len(lines) and self._is_row(lines[end]):
            body = SubElement(table, "tbody") if body is None else body
            _add_row(body, "td", _cells(lines[end]), sides)
            end += 1
        return end

    def _is_row(self, line: str) -> bool:
        is_text = line.strip() and not line.startswith((_CODE_INDENT, _LAZY))
        return bool(is_text) and not self._begins(line)

    def _item(self, line: str) -> re.Match[str] | None:
        """The mark of a list that a line begins with."""
        if _RULE.fullmatch(line) and not self._prose:
            return None
        return _ITEM.match(line.rstrip())

    def _begins(self, line: str, *, within_text: bool = False) -> bool:
        """Whether a line begins another block than a paragraph.

        Within a paragraph an item must hold something, and a list with numbers begin at 1.
        """
        if _QUOTE.match(line):
            return True
        if mark := self._item(line):
            is_empty = mark.end() == len(line.rstrip())
            return not within_text or (not is_empty and (mark[3] is None or int(mark[3]) == 1))
        if self._prose:
            return False
        return bool(
            _HEADING.fullmatch(line)
            or _FENCE.match(line)
            or _RULE.fullmatch(line)
            or _NOTE.match(line)
        )


class _Inner:
    """Lines within a list or a quotation, without its marks."""

    def __init__(self) -> None:
        self.lines: list[str] = []
        self._fence: re.Pattern[str] | None = None
        self._ends_in_text = False

    def add(self, line: str) -> None:
        """One more."""
        self.lines.append(line)
        line = _without_marks(line)
        if self._fence is not None:
            self._fence = None if self._fence.fullmatch(line) else self._fence
            self._ends_in_text = False
            return
        if opening := _FENCE.match(line):
            self._fence = _closing(opening)
        is_code = line.startswith(_CODE_INDENT) and not self._ends_in_text
        is_other = is_code or opening or _HEADING.fullmatch(line) or _RULE.fullmatch(line)
        self._ends_in_text = bool(line.strip()) and not is_other

    def goes_on_with(self, line: str) -> bool:
        """Whether a line without marks may belong to the paragraph that these end in."""
        return self._ends_in_text and bool(line.strip())


def _lazy(line: str) -> str:
    """A line that goes on with a paragraph without the marks around it, whatever it looks like."""
    return _LAZY + line.lstrip(f"{_LAZY} ")


def _without_marks(line: str) -> str:
    """A line without the marks of lists and quotations that it begins with."""
    while mark := _QUOTE.match(line) or (not _RULE.fullmatch(line) and _ITEM.match(line)):
        line = line[mark.end() :]
    return line


def _closing(opening: re.Match[str]) -> re.Pattern[str]:
    """The fence that closes what a fence opens."""
    return re.compile(f" {{0,3}}{re.escape(opening[2][0])}{{{len(opening[2])},}} *")


def _indent(line: str) -> int:
    return len(line) - len(line.lstrip(" "))


def _after_blanks(lines: Sequence[str], at: int) -> int:
    """The first line from there on that is not empty, or the end."""
    while at < len(lines) and not lines[at].strip():
        at += 1
    return at


def _add_code(parent: Element, lines: Iterable[str]) -> None:
    code = SubElement(SubElement(parent, "pre"), "code")
    code.text = AtomicString(code_escape("".join(f"{line}\n" for line in lines)))


def _set_task(item: Element) -> None:
    """Let an item that is a task begin with a box."""
    if len(item) and item[0].tag == "p" and (found := _TASK.match(item[0].text or "")):
        item[0].text = f"{TASKS[found[1].lower()]} {item[0].text[found.end() :]}"


def _tighten(item: Element) -> None:
    """Let the words of an item stand in it without a paragraph of their own."""
    before: Element | None = None
    for child in list(item):
        if child.tag != "p":
            before = child
            continue
        item.remove(child)
        if before is None:
            item.text = child.text
        else:
            before.tail = child.text


def _is_rule_of_table(line: str) -> bool:
    return "|" in line and _TABLE_RULE.fullmatch(line) is not None


def _cells(row: str) -> list[str]:
    row = row.strip().removeprefix("|")
    cells = _BAR.split(row)
    if len(cells) > 1 and not cells[-1].strip():
        cells.pop()
    return [cell.strip().replace("\\|", "|") for cell in cells]


def _side(rule: str) -> str:
    """The side at which the cells of a column stand, empty where the table does not say."""
    sides = {(True, True): "center", (True, False): "left", (False, True): "right"}
    return sides.get((rule.startswith(":"), rule.endswith(":")), "")


def _add_row(parent: Element, tag: str, cells: Sequence[str], sides: Sequence[str]) -> None:
    row = SubElement(parent, "tr")
    for number, side in enumerate(sides):
        cell = SubElement(row, tag, {"align": side} if side else {})
        cell.text = cells[number] if number < len(cells) else ""
