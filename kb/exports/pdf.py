"""A document as PDF: what the typesetter is given. Everything is set as text, never as code."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from dataclasses import asdict
from typing import Any

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
    blocks_of,
)
from kb.exports.document import Document, Item, Part
from kb.exports.sections import (
    ADDRESSES,
    FACTS,
    NEWEST,
    NOTE,
    QUESTIONS,
    RESULTS,
    SOURCES,
    SUITS,
    UNCHANGED,
    body_blocks,
    colophon,
    foot_address,
)
from kb.exports.typeset import typeset

TEMPLATE = "document"
#: So many letters of an address stand in a line at the foot of a page.
FOOT = 110

#: The headings of the parts of a case.
_WORDS = {
    "note": NOTE,
    "results": RESULTS,
    "facts": FACTS,
    "suits": f"{SUITS} (our reading)",
    "questions": QUESTIONS,
    "sources": SOURCES,
    "addresses": ADDRESSES,
    "newest": NEWEST,
    "unchanged": UNCHANGED,
}


def to_pdf(document: Document) -> bytes:
    """The document as one tagged PDF, PDF/UA-1."""
    return typeset(TEMPLATE, source(document))


def source(document: Document) -> str:
    """What the template takes, as JSON: the same text for the same document."""
    return json.dumps(_document(document), sort_keys=True)


def _document(document: Document) -> dict[str, Any]:
    address = document.address or (_address(document.items[0]) if document.is_single else "")
    return {
        "title": document.title,
        "site": document.site,
        "state": document.state,
        "address": address,
        "foot": foot_address(address, FOOT),
        "items_group": document.items_group,
        "language": document.language,
        "is_single": document.is_single,
        "words": _WORDS,
        "introduction": _blocks(blocks_of(document.introduction, root=document.root)),
        "about": [asdict(fact) for fact in document.about],
        "before": [_part(part, document.root) for part in document.before],
        "items": [_item(item, document.root) for item in document.items],
        "after": [_part(part, document.root) for part in document.after],
        "colophon": _blocks(colophon(document)),
    }


def _address(item: Item) -> str:
    """The page of a case; of one that is no more, where this text stays."""
    return item.newest or item.unchanged


def _part(part: Part, root: str) -> dict[str, Any]:
    return {
        "title": part.title,
        "group": part.group,
        "body": _blocks(blocks_of(part.text, root=root)),
    }


def _item(item: Item, root: str) -> dict[str, Any]:
    return {
        **asdict(item),
        "note": _blocks(blocks_of(item.note, root=root)),
        "body": _blocks(body_blocks(item, root)),
    }


def _blocks(blocks: Iterable[Block]) -> list[dict[str, Any]]:
    return [_block(block) for block in blocks]


def _block(block: Block) -> dict[str, Any]:
    match block:
        case Heading(level, content):
            return {"is": "heading", "level": level, "content": _inline(content)}
        case Paragraph(content):
            return {"is": "paragraph", "content": _inline(content)}
        case ListBlock(start, items):
            return {"is": "list", "start": start, "items": [_blocks(item) for item in items]}
        case Quote(content):
            return {"is": "quote", "blocks": _blocks(content)}
        case CodeBlock(text):
            return {"is": "code", "text": text}
        case Table(head, rows, sides):
            lines = [_row(row) for row in rows]
            return {"is": "table", "head": _row(head), "rows": lines, "sides": list(sides)}
        case Rule() | Notes():
            return _end_of_text(block)


def _end_of_text(block: Rule | Notes) -> dict[str, Any]:
    if isinstance(block, Rule):
        return {"is": "rule"}
    return {"is": "notes", "title": NOTES, "items": [_blocks(one.content) for one in block.notes]}


def _row(cells: Sequence[Sequence[Inline]]) -> list[list[dict[str, Any]]]:
    return [_inline(cell) for cell in cells]


def _inline(content: Iterable[Inline]) -> list[dict[str, Any]]:
    return [_word(one) for one in content]


def _word(one: Inline) -> dict[str, Any]:
    match one:
        case Text(text):
            return {"is": "text", "text": text}
        case Code(text):
            return {"is": "code", "text": text}
        case Break():
            return {"is": "break"}
        case Styled(style, content):
            return {"is": style, "content": _inline(content)}
        case NoteMark(_, number):
            return {"is": "note", "text": str(number)}
        case Link(url, content):
            return {"is": "link", "url": url, "content": _inline(content)}
