"""How long an answer to an assistant may be, and how a longer one is told in parts.

What an assistant is told is paid for in *tokens* of its model. No tokenizer is loaded for that:
what a text costs is estimated, rather too high than too low, as each model cuts texts in its own
way. A test counts what is answered with a real tokenizer.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

#: The whole of an answer costs no more, and one hit of a search has no more words.
MOST_TOKENS = 4_000
MOST_WORDS = 120
#: What an answer is filled up to; what is estimated and what is counted may differ a little.
_FILLED = 3_600
#: A text that is longer is told in pieces.
_LONGEST_TEXT = 1_500

#: What models cut a text into, at the most: runs of letters, single digits pairwise, signs.
_PIECE = re.compile(r"[A-Za-z]+|[0-9]{1,2}|[^\sA-Za-z0-9]")
#: So many letters of a word make a token, rather too few.
_LETTERS = 5
_SENTENCE_END = re.compile(r"(?<=[.!?])\s+")


@dataclass(frozen=True, slots=True, kw_only=True)
class Block:
    """A piece of an answer that is told whole: its words, and the same as data.

    ``data`` stand in the list of the answer that is called ``under``; without any the words are
    all there is to say.
    """

    text: str
    under: str = ""
    data: tuple[Mapping[str, Any], ...] = ()

    @property
    def cost(self) -> int:
        """What it costs about, in tokens."""
        return tokens_of(self.text) + sum(map(tokens_of_data, self.data))


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """An answer before it is cut into parts: what each part begins with, and its pieces.

    ``lists`` are the names of the lists that every part has, though one of them be empty.
    ``around`` is what each part costs beside, in tokens, by what it is sent in.
    """

    text: str
    data: Mapping[str, Any]
    blocks: tuple[Block, ...] = ()
    lists: tuple[str, ...] = ()
    around: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """A part of an answer as it is sent: words, and data beside them.

    ``number`` counts from 1 to ``of``. ``no_good_match`` says whether words that were searched
    for found nothing that fits; None where nothing was searched for in words.
    """

    text: str
    data: Mapping[str, Any] = field(default_factory=dict)
    number: int = 1
    of: int = 1
    no_good_match: bool | None = None

    @property
    def next(self) -> int | None:
        """The number of the part that follows; None after the last."""
        return self.number + 1 if self.number < self.of else None


def tokens_of(text: str) -> int:
    """What a text costs about, in tokens: rather more than less."""
    return sum(
        -(-len(piece) // _LETTERS) if piece.isascii() else 2 for piece in _PIECE.findall(text)
    )


def tokens_of_data(data: object) -> int:
    """What data cost about, in tokens, as JSON."""
    return tokens_of(json.dumps(data, ensure_ascii=False))


def clipped(text: str, most: int) -> str:
    """The first words of a text, at most so many; three dots say that there were more."""
    words = text.split()
    return " ".join(words) if len(words) <= most else " ".join(words[: max(most, 0)]) + " …"


def parts_of(answer: Answer) -> tuple[Part, ...]:
    """An answer in parts, each within the budget; at least one."""
    head = tokens_of(answer.text) + tokens_of_data(answer.data)
    packed = tuple(_packed(answer.blocks, _FILLED - head - answer.around)) or ((),)
    return tuple(
        _part(answer, blocks, number, len(packed)) for number, blocks in enumerate(packed, 1)
    )


def _part(answer: Answer, blocks: Sequence[Block], number: int, of: int) -> Part:
    lists: dict[str, list[Mapping[str, Any]]] = {name: [] for name in answer.lists}
    for block in blocks:
        if block.data:
            lists.setdefault(block.under, []).extend(block.data)
    more = f"This is part {number} of {of}." if of > 1 else ""
    if number < of:
        more += f" For the next part, ask the same with part={number + 1}."
    texts = (answer.text, *(block.text for block in blocks), more)
    data = {**answer.data, **lists}
    if of > 1:
        data |= {"part": number, "parts": of, "next": number + 1 if number < of else None}
    return Part(text="\n\n".join(filter(None, texts)), data=data, number=number, of=of)


def _packed(blocks: Iterable[Block], room: int) -> Iterator[tuple[Block, ...]]:
    """Blocks in their order, as many together as there is room for."""
    held: list[Block] = []
    left = room
    for block in _split(blocks):
        cost = block.cost
        if held and cost > left:
            yield tuple(held)
            held, left = [], room
        held.append(block)
        left -= cost
    if held:
        yield tuple(held)


def _split(blocks: Iterable[Block]) -> Iterator[Block]:
    """Blocks of which none is too long: a long text without data in pieces."""
    for block in blocks:
        if block.data or tokens_of(block.text) <= _LONGEST_TEXT:
            yield block
        else:
            yield from (Block(text=piece) for piece in pieces(block.text))


def pieces(text: str) -> Iterator[str]:
    """A long text in pieces that end with a sentence, or with a word where one is too long."""
    held: list[str] = []
    left = _LONGEST_TEXT
    for sentence in _sentences(text):
        cost = tokens_of(sentence)
        if held and cost > left:
            yield " ".join(held)
            held, left = [], _LONGEST_TEXT
        held.append(sentence)
        left -= cost
    if held:
        yield " ".join(held)


def _sentences(text: str) -> Iterator[str]:
    """Sentences; of one that is too long, stretches of its words or letters."""
    for sentence in _SENTENCE_END.split(text):
        if tokens_of(sentence) <= _LONGEST_TEXT:
            yield sentence
            continue
        for start in range(0, len(sentence), _LONGEST_TEXT // 2):
            yield sentence[start : start + _LONGEST_TEXT // 2]
