"""The table of vector sets: which texts of a compendium get a vector, and by which encoder.

A build encodes what the table says; a search and the guidance ask the engine for the sets
by name. A new kind of text is one more row.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass

from kb.snapshots.format import Content

#: The encoders by which a text can get its vector: that of English, and the one beside it.
ENCODER, MULTILINGUAL = "encoder", "multilingual"


@dataclass(frozen=True, slots=True, kw_only=True)
class OwnedText:
    """A text as the encoder reads it: the ``ordinal``-th of its owner in a set, from 0."""

    owner: str
    ordinal: int
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class VectorSet:
    """One row: the name of the set, who makes its vectors, and of which texts, in order."""

    name: str
    encoder: str
    texts: Callable[[Content], Iterable[OwnedText]]


def _passages(content: Content) -> Iterator[OwnedText]:
    """What is quoted where a case is near in meaning, in the order of the cases."""
    for passages in content.passages:
        for passage in passages:
            yield OwnedText(
                owner=passage.case_id, ordinal=passage.ordinal, text=passage.encoded_text
            )


def _audience(content: Content) -> Iterator[OwnedText]:
    """What the editors say of each case: whom it suits, and which questions it answers."""
    for case in content.compendium.cases:
        yield from _numbered(case.id, case.audience_lines)


def _phrases(content: Content) -> Iterator[OwnedText]:
    """How owners say that they want each type of project."""
    for project, phrases in content.compendium.phrases.items():
        yield from _numbered(project, phrases)


def _numbered(owner: str, texts: Iterable[str]) -> Iterator[OwnedText]:
    for ordinal, text in enumerate(texts):
        yield OwnedText(owner=owner, ordinal=ordinal, text=text)


PASSAGES = VectorSet(name="passages", encoder=ENCODER, texts=_passages)
PASSAGES_MULTILINGUAL = VectorSet(
    name="passages-multilingual", encoder=MULTILINGUAL, texts=_passages
)
AUDIENCE = VectorSet(name="audience", encoder=ENCODER, texts=_audience)
AUDIENCE_MULTILINGUAL = VectorSet(
    name="audience-multilingual", encoder=MULTILINGUAL, texts=_audience
)
PHRASES = VectorSet(name="phrases", encoder=ENCODER, texts=_phrases)
PHRASES_MULTILINGUAL = VectorSet(name="phrases-multilingual", encoder=MULTILINGUAL, texts=_phrases)

VECTOR_SETS: tuple[VectorSet, ...] = (
    PASSAGES,
    PASSAGES_MULTILINGUAL,
    AUDIENCE,
    AUDIENCE_MULTILINGUAL,
    PHRASES,
    PHRASES_MULTILINGUAL,
)
