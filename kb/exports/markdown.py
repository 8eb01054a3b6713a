"""A document as one file of Markdown, which reads well as plain text too."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import replace

from kb.exports.blocks import (
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
    plain,
)
from kb.exports.document import Document
from kb.exports.sections import Section, colophon, groups_of, opening, sections_of, words

_INDENT = "    "
_MARKS = {"em": "*", "strong": "**", "del": "~~"}
#: What would be a sign of Markdown anywhere in a text.
_SIGNS = re.compile(r"[\\`*_\[\]>|~]")
#: What would be one at the beginning of a line only.
_AT_START = re.compile(r"^[#+-]", re.MULTILINE)
_LINE = re.compile(r"^=", re.MULTILINE)
_NUMBER = re.compile(r"^(\d+)([.)])", re.MULTILINE)
_ENTITY = re.compile(r"&(?=#?\w+;)")


def to_markdown(document: Document) -> str:
    """The whole document.

    A case begins at a heading of level 2, one alone at the first, and one that shares a heading
    with others at the third.
    """
    if document.is_single:
        section = sections_of(document)[0]
        return _joined([_heading(1, section.title), *_written(section, 1), *_end(document)])
    parts = [_heading(1, document.title), *map(_block, opening(document))]
    sections = sections_of(document)
    if len(sections) > 1:
        parts += ["## Contents", _contents(sections)]
    for heading, group in groups_of(sections):
        level = 3 if heading else 2
        parts += [_heading(2, heading)] if heading else []
        for section in group:
            parts += [_heading(level, section.title), *_written(section, level)]
    return _joined([*parts, *_end(document)])


def _contents(sections: Iterable[Section]) -> str:
    """Titles in their order, numbered anew below each heading that several share."""
    lines = []
    for number, (heading, group) in enumerate(groups_of(sections), 1):
        lines.append(f"{number}. {_inline(words(heading or group[0].title))}")
        if heading:
            titles = (_inline(words(one.title)) for one in group)
            lines += [f"{_INDENT}{place}. {title}" for place, title in enumerate(titles, 1)]
    return "\n".join(lines)


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
    made: list[str] = []
    before: Block | None = None
    is_other = False
    for block in blocks:
        is_other = _would_go_on(before, block) and not is_other
        made.append(_list(block, is_other=True) if is_other else _block(block))
        before = block
    return "\n\n".join(made)


def _would_go_on(before: Block | None, block: Block) -> bool:
    """Whether two lists would be read as one if their marks were the same."""
    if not isinstance(before, ListBlock) or not isinstance(block, ListBlock):
        return False
    return (before.start is None) is (block.start is None)


def _heading(level: int, title: str) -> str:
    return _block(Heading(level, words(title)))


def _block(block: Block) -> str:
    match block:
        case Heading(level, content):
            return f"{'#' * level} {_line(content)}"
        case Paragraph(content):
            return _plain_start(_inline(content))
        case ListBlock():
            return _list(block)
        case Quote(content):
            return "\n".join(f"> {line}".rstrip() for line in markdown_of(content).split("\n"))
        case CodeBlock(text):
            fence = "`" * max(3, _longest_run(text) + 1)
            return f"{fence}\n{text}\n{fence}"
        case Table():
            return _table(block)
        case Rule() | Notes():
            return _end_of_text(block)


def _end_of_text(block: Rule | Notes) -> str:
    if isinstance(block, Rule):
        return "---"
    notes = (f"[^{one.label}]: {_indented(markdown_of(one.content))}" for one in block.notes)
    return "\n\n".join(notes)


def _plain_start(text: str) -> str:
    """A text of which no line begins like a heading, a list, a rule or a fence."""
    text = _NUMBER.sub(r"\1\\\2", _AT_START.sub(r"\\\g<0>", text))
    return _LINE.sub(lambda sign: f"&#{ord(sign[0])};", text)


def _list(block: ListBlock, *, is_other: bool = False) -> str:
    """A list; with the other mark of its kind where it follows one that it does not go on."""
    loose = any(len(item) > 1 for item in block.items)
    made = []
    for number, item in enumerate(block.items, block.start or 0):
        numbered = f"{number})" if is_other else f"{number}."
        mark = ("*" if is_other else "-") if block.start is None else numbered
        made.append(f"{mark.ljust(len(_INDENT))}{_indented(markdown_of(item))}")
    return ("\n\n" if loose else "\n").join(made)


def _indented(text: str) -> str:
    """A text of which all lines but the first are indented, and empty ones empty."""
    return re.sub(r"\n +(?=\n)", "\n", text.replace("\n", f"\n{_INDENT}"))


_RULES = {"": "---", "left": ":--", "center": ":-:", "right": "--:"}


def _table(table: Table) -> str:
    lines = [[_cell(cell) for cell in row] for row in (table.head, *table.rows)]
    lines.insert(1, [_RULES[side] for side in table.sides or ("",) * len(table.head)])
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def _cell(content: Sequence[Inline]) -> str:
    return _line(map(_in_cell, content)) or " "


def _in_cell(one: Inline) -> Inline:
    """Words of a cell: a bar in code needs a backslash there, and only there."""
    if isinstance(one, Code):
        return Code(one.text.replace("|", "\\|"))
    if isinstance(one, (Styled, Link)):
        return replace(one, content=tuple(map(_in_cell, one.content)))
    return one


def _line(content: Iterable[Inline]) -> str:
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
        case Styled(style, content):
            return f"{_MARKS[style]}{_inline(content)}{_MARKS[style]}"
        case NoteMark(label):
            return f"[^{label}]"
        case Link(url, content):
            text = _inline(content)
            if plain(content) == url and url.startswith("http"):
                return f"<{url}>"
            return f"[{text}](<{url}>)"


def _longest_run(text: str) -> int:
    return max((len(run) for run in re.findall("`+", text)), default=0)
