"""Blocks as XHTML: for the pages of an EPUB and of a cartridge. Everything in it is escaped."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from html import escape

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

#: What XML cannot hold, and becomes a visible mark.
_UNFIT = {code: "\N{REPLACEMENT CHARACTER}" for code in range(32) if code not in (9, 10, 13)}
_UNFIT |= dict.fromkeys((*range(0xD800, 0xE000), 0xFFFE, 0xFFFF), "\N{REPLACEMENT CHARACTER}")


def escaped(text: str) -> str:
    """A text as XML holds it, in content and in quoted attributes."""
    return escape(fit(text))


def fit(text: str) -> str:
    """A text of characters that XML may hold; another is shown as a mark."""
    return text.translate(_UNFIT)


def page(title: str, body: str, *, language: str, style: str, is_book: bool) -> str:
    """A whole page.

    Args:
        title: its title.
        body: what stands in it, as XHTML.
        language: the code of its language.
        style: the style sheet itself, or the name of its file in a book.
        is_book: whether it is a page of an EPUB, which names its parts and is XML.
    """
    tongue = f'lang="{escaped(language)}" xml:lang="{escaped(language)}"'
    if is_book:
        head = '<?xml version="1.0" encoding="utf-8"?>\n<!DOCTYPE html>\n'
        names = ' xmlns:epub="http://www.idpf.org/2007/ops"'
        sheet = f'<link rel="stylesheet" type="text/css" href="{escaped(style)}"/>'
    else:
        head, names, sheet = "<!DOCTYPE html>\n", "", f"<style>{style}</style>"
    charset = '<meta charset="utf-8"/>'
    return (
        f'{head}<html xmlns="http://www.w3.org/1999/xhtml"{names} {tongue}>\n'
        f"<head>{charset}<title>{escaped(title)}</title>{sheet}</head>\n"
        f"<body>\n{body}</body>\n</html>\n"
    )


def html_of(blocks: Iterable[Block]) -> str:
    """Blocks as XHTML, a line each."""
    return "".join(f"{_block(block)}\n" for block in blocks)


def _block(block: Block) -> str:
    match block:
        case Heading(level, content):
            return f"<h{level}>{inline(content)}</h{level}>"
        case Paragraph(content):
            return f"<p>{inline(content)}</p>"
        case ListBlock(start, items):
            return _list(start, items)
        case Quote(content):
            return f"<blockquote>{html_of(content)}</blockquote>"
        case CodeBlock(text):
            return f"<pre><code>{escaped(text)}</code></pre>"
        case Table():
            return _table(block)
        case Rule() | Notes():
            return _end_of_text(block)


def _end_of_text(block: Rule | Notes) -> str:
    if isinstance(block, Rule):
        return "<hr/>"
    notes = (f'<li id="note-{escaped(one.label)}">{_item(one.content)}</li>' for one in block.notes)
    return f'<section role="doc-endnotes" aria-label="{NOTES}"><ol>{"".join(notes)}</ol></section>'


def _list(start: int | None, items: Sequence[Sequence[Block]]) -> str:
    tag = "ul" if start is None else "ol"
    begins = f' start="{start}"' if start not in (None, 1) else ""
    return f"<{tag}{begins}>{''.join(f'<li>{_item(item)}</li>' for item in items)}</{tag}>"


def _item(blocks: Sequence[Block]) -> str:
    """A first paragraph stands without tags of its own, so that the list is set tight."""
    if blocks and isinstance(blocks[0], Paragraph):
        return inline(blocks[0].content) + html_of(blocks[1:]).rstrip("\n")
    return html_of(blocks).rstrip("\n")


def _table(table: Table) -> str:
    top = _row("th", table.head, table.sides)
    lines = "".join(f"<tr>{_row('td', row, table.sides)}</tr>" for row in table.rows)
    body = f"<tbody>{lines}</tbody>" if lines else ""
    return f"<table><thead><tr>{top}</tr></thead>{body}</table>"


def _row(tag: str, cells: Sequence[Sequence[Inline]], sides: Sequence[str]) -> str:
    scope = ' scope="col"' if tag == "th" else ""
    styles = [
        f' style="text-align: {side}"' if side else "" for side in sides or ("",) * len(cells)
    ]
    return "".join(
        f"<{tag}{scope}{style}>{inline(cell)}</{tag}>"
        for cell, style in zip(cells, styles, strict=True)
    )


def inline(content: Iterable[Inline]) -> str:
    """Words as XHTML."""
    return "".join(map(_inline, content))


def _inline(one: Inline) -> str:
    match one:
        case Text(text):
            return escaped(text)
        case Code(text):
            return f"<code>{escaped(text)}</code>"
        case Break():
            return "<br/>"
        case Styled(style, content):
            return f"<{style}>{inline(content)}</{style}>"
        case NoteMark(label, number):
            way = f'<a href="#note-{escaped(label)}" role="doc-noteref">{number}</a>'
            return f"<sup>{way}</sup>"
        case Link(url, content):
            return f'<a href="{escaped(url)}">{inline(content)}</a>'
