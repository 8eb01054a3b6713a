"""A document as blocks under headings: what Markdown, EPUB, DOCX and a cartridge are written from.

Headings of a section begin at level 2, as its title is the first. The PDF sets the same records
with a design of its own.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import groupby

from kb.exports.blocks import (
    Block,
    Heading,
    Inline,
    Link,
    ListBlock,
    Paragraph,
    Styled,
    Table,
    Text,
    blocks_of,
    plain,
)
from kb.exports.document import Document, Fact, Item, Part, ResultLine, WorkLine
from kb.text.body import ANALYSIS_HEADING

NEWEST, UNCHANGED = "Always the newest text", "This text, unchanged"
RESULTS, FACTS, QUESTIONS, SOURCES = (
    *("Results at a glance", "Key facts"),
    *("Questions for a class", "Sources"),
)
SUITS, NOTE, ADDRESSES = "Whom it suits", "Why it is here", "Addresses"
_OURS = " (our reading)"


@dataclass(frozen=True, slots=True, kw_only=True)
class Section:
    """A part of a file with a title: an item, or a part around the items.

    ``name`` is made of letters, figures and hyphens of ASCII, and no two of a document share it.
    ``item`` is None for a part that is no case. ``group`` is the heading that it stands under with
    those beside it, in the contents and in the file; empty for none.
    """

    name: str
    title: str
    blocks: tuple[Block, ...]
    item: Item | None = None
    group: str = ""


def sections_of(document: Document) -> tuple[Section, ...]:
    """The document in order: parts before, items, parts after."""
    before = _parts(document, "before", document.before)
    items = (
        Section(
            name=f"item-{number:03}",
            title=item.title,
            blocks=tuple(item_blocks(item, document.root)),
            item=item,
            group=document.items_group,
        )
        for number, item in enumerate(document.items, 1)
    )
    return (*before, *items, *_parts(document, "after", document.after))


def _parts(document: Document, name: str, parts: Iterable[Part]) -> Iterator[Section]:
    for number, part in enumerate(parts, 1):
        yield Section(
            name=f"{name}-{number:03}",
            title=part.title,
            blocks=blocks_of(part.text, root=document.root),
            group=part.group,
        )


def groups_of(sections: Iterable[Section]) -> tuple[tuple[str, tuple[Section, ...]], ...]:
    """Sections in their order, those beside each other under one heading together.

    What stands under no heading is a group of one whose heading is empty.
    """
    made: list[tuple[str, tuple[Section, ...]]] = []
    for name, those in groupby(sections, key=lambda one: one.group):
        held = tuple(those)
        made += [(name, held)] if name else [("", (one,)) for one in held]
    return tuple(made)


def opening(document: Document) -> tuple[Block, ...]:
    """What stands before everything: the introduction, how the list came about, where it is."""
    rows = [_row(fact) for fact in document.about]
    if document.address and not document.is_single:
        rows.append(((Text("Address"),), (link(document.address),)))
    table = [Table((words("What"), words("Which")), tuple(rows))] if rows else []
    return (*blocks_of(document.introduction, root=document.root), *table)


def foot_address(address: str, longest: int) -> str:
    """What stands of an address at the foot of each page: all of it where it fits in a line.

    Args:
        address: of the list, which may hold all of it; that one stands on page 1 already.
        longest: so many letters fit.
    """
    return address if len(address) <= longest else "Address: on page 1"


def colophon(document: Document) -> tuple[Block, ...]:
    """Where the file comes from, and how its texts may be used."""
    state = f", state {document.state}" if document.state else ""
    lines: list[Block] = [Paragraph((Text(f"From {document.site}{state}."),))]
    if document.licence:
        licence = Text(document.licence)
        shown = Link(document.licence_url, (licence,)) if document.licence_url else licence
        lines.append(Paragraph((Text("Texts: "), shown, Text("."))))
    return tuple(lines)


def item_blocks(item: Item, root: str) -> Iterator[Block]:
    """All that a file says of a case below its title."""
    if item.missing:
        yield from _without_text(item, root)
        return
    yield Paragraph((Styled("em", words(" · ".join(item.kicker))),))
    yield Paragraph((Styled("strong", words(item.summary)),))
    if item.note:
        yield from (Heading(2, words(NOTE)), *blocks_of(item.note, root=root))
    if item.results:
        yield Heading(2, words(RESULTS))
        yield results_table(item.results)
    if item.gaps:
        yield Paragraph(words(item.gaps))
    if item.facts:
        yield Heading(2, words(FACTS))
        yield Table((words("Fact"), words("As told")), tuple(map(_row, item.facts)))
    if item.ours:
        yield Paragraph((Styled("em", words(item.ours)),))
    yield from body_blocks(item, root)
    yield from _editorial(item)
    yield from _ending(item)


def _without_text(item: Item, root: str) -> Iterator[Block]:
    yield Paragraph((Styled("strong", words(item.missing)),))
    if item.note:
        yield from (Heading(2, words(NOTE)), *blocks_of(item.note, root=root))
    if item.newest:
        yield from _addresses(item)


def _editorial(item: Item) -> Iterator[Block]:
    if item.suits:
        yield Heading(2, words(SUITS + _OURS))
        yield ListBlock(None, tuple((Paragraph(words(one)),) for one in item.suits))
    if item.questions:
        yield Heading(2, words(QUESTIONS))
        yield ListBlock(1, tuple((Paragraph(words(one)),) for one in item.questions))


def _ending(item: Item) -> Iterator[Block]:
    """Its sources and its addresses."""
    yield Heading(2, words(SOURCES))
    if item.passages:
        yield Paragraph((Styled("em", words(item.passages)),))
    yield ListBlock(1, tuple((Paragraph(tuple(work_words(work))),) for work in item.works))
    yield from _addresses(item)


def _addresses(item: Item) -> Iterator[Block]:
    yield Heading(2, words(ADDRESSES))
    yield ListBlock(None, tuple((Paragraph(line),) for line in address_lines(item)))


def body_blocks(item: Item, root: str) -> Iterator[Block]:
    """The text of a case; the heading of what is our reading says so."""
    for block in blocks_of(item.body, case_id=item.id, root=root):
        if isinstance(block, Heading) and plain(block.content) == ANALYSIS_HEADING:
            yield Heading(block.level, (*block.content, Text(_OURS)))
        else:
            yield block


def results_table(results: Iterable[ResultLine]) -> Table:
    """Results with their figures and places in the source."""
    head = ("Measure", "Figure", "As reported", "Where and when")
    rows = (
        (
            words(line.metric),
            (Styled("strong", words(line.figure)),) if line.figure else words("in words"),
            words(" ".join((line.statement, *line.beside))),
            words(line.place),
        )
        for line in results
    )
    return Table(tuple(map(words, head)), tuple(rows))


def work_words(work: WorkLine) -> Iterator[Inline]:
    """A source as it is cited."""
    title = Styled("em", words(work.title))
    yield from words(work.before)
    yield Link(work.url, (title,)) if work.url else title
    yield Text(" ".join(filter(None, (work.after, work.places, work.seen))))


def address_lines(item: Item) -> Iterator[tuple[Inline, ...]]:
    """Both addresses of a case, each with what it shows."""
    if item.newest:
        yield (Text(f"{NEWEST}: "), link(item.newest))
    if item.unchanged:
        yield (Text(f"{UNCHANGED}: "), link(item.unchanged))


def link(address: str) -> Inline:
    """An address as a link; a path alone leads nowhere from a file, and stays text."""
    return link_to(address, address)


def link_to(address: str, text: str) -> Inline:
    """Words that lead to an address; where it is a path alone they stay words."""
    is_whole = address.startswith(("http://", "https://"))
    return Link(address, (Text(text),)) if is_whole else Text(text)


def words(text: str) -> tuple[Inline, ...]:
    """A plain text as words; an empty one is none."""
    return (Text(text),) if text else ()


def _row(fact: Fact) -> tuple[tuple[Inline, ...], ...]:
    return words(fact.label), words(fact.value)
