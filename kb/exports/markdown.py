"""A document as one file of Markdown, which reads well as plain text too."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

from kb.exports.blocks import (
    Block,
    Break,
    Code,
    CodeBlock,
    Heading,
    Inline,
    Link,
    ListBlock,
    Paragraph,
    Quote,
    Rule,
    Styled,
    Table,
    Text,
    plain,
)
from kb.exports.document import Document
from kb.exports.sections import Section, colophon, opening, sections_of, words

_INDENT = "    "
#: What would be a sign of Markdown anywhere in a text.
_SIGNS = re.compile(r"[\\`*_\[\]>|]")
#: What would be one at the beginning of a line only.
_AT_START = re.compile(r"^[#+-]", re.MULTILINE)
_LINE_OR_FENCE = re.compile(r"^[=~]", re.MULTILINE)
_NUMBER = re.compile(r"^(\d+)([.)])", re.MULTILINE)
_ENTITY = re.compile(r"&(?=#?\w+;)")


def to_markdown(document: Document) -> str:
    """The whole document. A case begins at a heading of level 2, one alone at the first."""
    if document.is_single:
        section = sections_of(document)[0]
        return _joined([_heading(1, section.title), *_written(section, 1), *_end(document)])
    parts = [_heading(1, document.title), *map(_block, opening(document))]
    sections = sections_of(document)
    if len(sections) > 1:
        names = (f"{number}. {_inline(words(one.title))}" for number, one in enumerate(sections, 1))
        parts += ["## Contents", "\n".join(names)]
    for section in sections:
        parts += [_heading(2, section.title), *_written(section, 2)]
    return _joined([*parts, *_end(document)])


def _written(section: Section, level: int) -> list[str]:
    return [_block(_lowered(block, level - 1)) for block in section.blocks]


def _lowered(block: Block, by: int) -> Block:
    return Heading(min(block.level + by, 6), block.content) if isinstance(block, Heading) else block


def _end(document: Document) -> list[str]:
    return [_block(Rule()), *map(_block, colophon(document))]


def _joined(parts: Iterable[str]) -> str:
    return "\n\n".join(part for part in parts if part) + "\n"


def markdown_of(blocks: Iterable[Block]) -> str:
    """Blocks as Markdown, a blank line between them."""
    return "\n\n".join(map(_block, blocks))


def _heading(level: int, title: str) -> str:
    return _block(Heading(level, words(title)))


def _block(block: Block) -> str:
    match block:
        case Heading(level, content):
            return f"{'#' * level} {_line(content)}"
        case Paragraph(content):
            return _plain_start(_inline(content))
        case ListBlock(start, items):
            return _list(start, items)
        case Quote(content):
            return "\n".join(f"> {line}".rstrip() for line in markdown_of(content).split("\n"))
        case CodeBlock(text):
            fence = "`" * max(3, _longest_run(text) + 1)
            return f"{fence}\n{text}\n{fence}"
        case Table(head, rows):
            return _table(head, rows)
        case Rule():
            return "---"


def _plain_start(text: str) -> str:
    """A text of which no line begins like a heading, a list, a rule or a fence."""
    text = _NUMBER.sub(r"\1\\\2", _AT_START.sub(r"\\\g<0>", text))
    return _LINE_OR_FENCE.sub(lambda sign: f"&#{ord(sign[0])};", text)


def _list(start: int | None, items: Sequence[Sequence[Block]]) -> str:
    loose = any(len(item) > 1 for item in items)
    made = []
    for number, item in enumerate(items, start or 0):
        mark = "-" if start is None else f"{number}."
        inner = markdown_of(item).replace("\n", f"\n{_INDENT}")
        inner = re.sub(r"\n +(?=\n)", "\n", inner)
        made.append(f"{mark.ljust(len(_INDENT))}{inner}")
    return ("\n\n" if loose else "\n").join(made)


def _table(head: Sequence[Sequence[Inline]], rows: Sequence[Sequence[Sequence[Inline]]]) -> str:
    lines = [[_cell(cell) for cell in row] for row in (head, *rows)]
    lines.insert(1, ["---"] * len(head))
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def _cell(content: Sequence[Inline]) -> str:
    return _line(content) or " "


def _line(content: Sequence[Inline]) -> str:
    return _inline(content).replace("\n", " ")


def _inline(content: Iterable[Inline]) -> str:
    return "".join(map(_word, content))


def _word(one: Inline) -> str:
    match one:
        case Text(text):
            return _SIGNS.sub(r"\\\g<0>", _ENTITY.sub("&amp;", text)).replace("<", "&lt;")
        case Code(text):
            ticks = "`" * (_longest_run(text) + 1)
            pad = " " if text.startswith("`") or text.endswith("`") else ""
            return f"{ticks}{pad}{text}{pad}{ticks}"
        case Break():
            return "  \n"
        case Styled("em", content):
            return f"*{_inline(content)}*"
        case Styled(_, content):
            return f"**{_inline(content)}**"
        case Link(url, content):
            text = _inline(content)
            if plain(content) == url and url.startswith("http"):
                return f"<{url}>"
            return f"[{text}](<{url}>)"


def _longest_run(text: str) -> int:
    return max((len(run) for run in re.findall("`+", text)), default=0)
