"""Vectors of made-up texts without an encoder: those of the real texts they come from, moved.

A made text is traced to the real one by what is the same in both (``Words.frame``). Its
vector is that of the real text, moved by the words that were replaced, by the title that it
got and a little by chance, so that the neighbourhood of a query is much as among real texts.
A real text has its own vector, to the digit. The chance hangs on the text alone.

Nothing of the program is imported here but where the real texts are encoded, so that another
release of it can be measured with the same vectors.
"""

from __future__ import annotations

import hashlib
import json
import re
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from at_scale.words import Words

#: How much the title counts, a replaced word, and chance.
TITLE, WORD, CHANCE = 0.2, 0.12, 0.3
#: So much of a frame names a text: the end may be cut off.
_KEY = 40
#: Texts to vectors, in their order.
Encode = Callable[[Sequence[str]], np.ndarray]
_SENTENCE_END = re.compile(r"(?<=[.!?;:])\s+")
_SHORTEST_SENTENCE = 15


@dataclass(frozen=True, kw_only=True)
class Table:
    """Real texts with their vectors.

    Attributes:
        words: those that are replaced in a made text.
        texts: row by row, as the encoders read them.
        lines: the key of a text that stands alone, to its row.
        parts: the key of a sentence of a passage, to the row of the passage.
        rows: a word that is replaced, lower case, to its row.
        vectors: encoder to unit vectors, float32 of shape (len(texts), dimension).
    """

    words: Words
    texts: tuple[str, ...]
    lines: Mapping[str, int]
    parts: Mapping[str, int]
    rows: Mapping[str, int]
    vectors: Mapping[str, np.ndarray]


class MadeVectors:
    """Vectors of real and made-up texts.

    ``asked`` counts the vectors that were given, ``untraced`` those of texts that come from
    no real one: theirs is that of a passage drawn by chance. ``seconds`` is what it took.
    """

    def __init__(self, table: Table) -> None:
        self._table = table
        self._exact = {text: row for row, text in enumerate(table.texts)}
        self._passages = np.unique(np.fromiter(table.parts.values(), dtype=np.int64))
        self._words_of: dict[int, tuple[str, ...]] = {}
        self.asked = self.untraced = 0
        self.seconds = 0.0

    def of(self, texts: Sequence[str], encoder: str) -> np.ndarray:
        """The vectors of some texts: float32 of shape (len(texts), dimension), of length one.

        Args:
            texts: as the encoder would read them.
            encoder: a name in ``Table.vectors``.
        """
        started = time.perf_counter()
        vectors = self._table.vectors[encoder]
        made = np.empty((len(texts), vectors.shape[1]), dtype=np.float32)
        self.asked += len(texts)
        for place, text in enumerate(texts):
            row = self._exact.get(text)
            made[place] = self._made(text, vectors) if row is None else vectors[row]
        self.seconds += time.perf_counter() - started
        return made

    def _made(self, text: str, vectors: np.ndarray) -> np.ndarray:
        chance = np.random.default_rng(int(hashlib.sha256(text.encode()).hexdigest()[:16], 16))
        context, _, body = text.rpartition("\n")
        row = self._row(body, alone=not context)
        if row is None:
            self.untraced += 1
            row = int(chance.choice(self._passages))
        moved = vectors[row] + self._shift(row, body, vectors)
        # What stands before a passage begins with the title; labels may follow.
        title = self._row(context.partition(". ")[0], alone=True) if context else None
        if title is not None:
            moved += TITLE * vectors[title]
        noise = chance.standard_normal(len(moved), dtype=np.float32)
        moved += CHANCE / np.linalg.norm(noise) * noise
        return moved / np.linalg.norm(moved)

    def _row(self, text: str, *, alone: bool) -> int | None:
        """The row of the real text that a text comes from; None where it comes from none."""
        table = self._table
        if alone and (key := _key(text, table.words)) in table.lines:
            return table.lines[key]
        keys = (_key(sentence, table.words) for sentence in _SENTENCE_END.split(text))
        return next((table.parts[key] for key in keys if key in table.parts), None)

    def _shift(self, row: int, text: str, vectors: np.ndarray) -> np.ndarray:
        """What the words do that a text has, less what those do that the real one has."""
        table = self._table
        if row not in self._words_of:
            self._words_of[row] = table.words.frame(table.texts[row].rpartition("\n")[2])[1]
        shift = np.zeros(vectors.shape[1], dtype=np.float32)
        for sign, words in ((1, table.words.frame(text)[1]), (-1, self._words_of[row])):
            for word in words:
                if word in table.rows:
                    shift += sign * vectors[table.rows[word]]
        return WORD * shift


def _key(text: str, words: Words) -> str:
    return words.frame(text)[0][:_KEY]


def save(table: Table, path: Path) -> None:
    """Keep a table in a file."""
    plain = {
        "of_sector": table.words.of_sector,
        "countries": sorted(table.words.countries),
        "texts": table.texts,
        "lines": table.lines,
        "parts": table.parts,
        "rows": table.rows,
    }
    np.savez(path, plain=np.array(json.dumps(plain)), **table.vectors)


def load(path: Path) -> Table:
    """Read a table that ``save`` kept."""
    with np.load(path) as kept:
        plain = json.loads(str(kept["plain"]))
        vectors = {name: kept[name] for name in kept.files if name != "plain"}
    return Table(
        words=Words(plain["of_sector"], plain["countries"]),
        texts=tuple(plain["texts"]),
        lines=plain["lines"],
        parts=plain["parts"],
        rows=plain["rows"],
        vectors=vectors,
    )


def table_of(source: Path, words: Words, encoders: Mapping[str, Encode]) -> Table:
    """Encode every real text: passages, lines that stand alone, and the words themselves.

    Args:
        source: the folder of the real cases.
        words: those that are replaced in a made text.
        encoders: by its name what makes vectors of texts, in their order.
    """
    from kb.content.corpus import read_corpus
    from kb.text.chunking import passages_of

    read = read_corpus(source).compendium
    texts: dict[str, int] = {}
    lines: dict[str, int] = {}
    parts: dict[str, int] = {}

    def add(text: str) -> int:
        return texts.setdefault(text, len(texts))

    for case in read.cases:
        passages = passages_of(case, read.taxonomy)
        for passage in passages:
            row = add(passage.encoded_text)
            for sentence in _SENTENCE_END.split(passage.text):
                parts.setdefault(_key(sentence, words), row)
        # A release of before encodes the title and every sentence alone.
        split = (part for passage in passages for part in _SENTENCE_END.split(passage.text))
        alone = (case.title, *(part for part in split if len(part) >= _SHORTEST_SENTENCE))
        for line in (*alone, *case.audience_lines):
            lines.setdefault(_key(line, words), add(line))
    for phrase in (text for those in read.phrases.values() for text in those):
        add(phrase)
    rows = {word: add(word) for word in sorted({*words.kind, *words.countries})}
    ordered = sorted(texts, key=len)  # alike in length, so that little is padded
    places = [texts[text] for text in ordered]
    vectors = {}
    for name, encode in encoders.items():
        encoded = np.asarray(encode(ordered), dtype=np.float32)
        vectors[name] = np.empty_like(encoded)
        vectors[name][places] = encoded / np.linalg.norm(encoded, axis=1, keepdims=True)
    return Table(
        words=words, texts=tuple(texts), lines=lines, parts=parts, rows=rows, vectors=vectors
    )


def real_encoders() -> dict[str, Encode]:
    """The encoders of the program, by the names that ``encode_by`` uses; loading takes seconds."""
    from kb.encoders.multilingual import MultilingualEncoder
    from kb.encoders.sentence_transformer import SentenceTransformerEncoder, find_model

    encoder = SentenceTransformerEncoder(find_model("all-MiniLM-L6-v2"))
    return {
        "encoder": encoder.encode_documents,
        "multilingual": MultilingualEncoder(threads=2).encode,
    }


def encode_by(
    made: MadeVectors, encoder_class: Any, multilingual_class: Any, exported_class: Any = None
) -> None:
    """Let the encoders of a release give made vectors to a build in this process.

    Args:
        made: the vectors.
        encoder_class: of the encoder.
        multilingual_class: of the second one.
        exported_class: of the encoder as a snapshot carries it, where a build encodes by it.
    """

    def documents(_: object, texts: Sequence[str], **__: object) -> np.ndarray:
        return made.of(texts, "encoder")

    def multilingual(_: object, texts: Sequence[str]) -> np.ndarray:
        return made.of(texts, "multilingual")

    encoder_class.encode_documents = documents
    multilingual_class.encode = multilingual
    if exported_class is not None:
        exported_class.encode_document = lambda self, text: made.of([text], "encoder")[0]
