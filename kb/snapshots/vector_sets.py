"""The table of vector sets: which texts of a compendium get a vector, and by which encoder.

A build encodes what the table says; a search and the guidance ask the engine for the sets
by name. A new kind of text is one more row.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass

from kb.snapshots.format import Content
from kb.text.chunking import sentences_of

#: The encoders by which a text can get its vector: that of English, and the one beside it.
ENCODER, MULTILINGUAL = "encoder", "multilingual"


@dataclass(frozen=True, slots=True, kw_only=True)
class OwnedText:
    """A text as the encoder reads it. ``id`` names it in every set that holds it."""

    id: str
    owner: str
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class VectorSet:
    """One row: the name of the set, who makes its vectors, and of which texts, in order."""

    name: str
    encoder: str
    texts: Callable[[Content], Iterable[OwnedText]]


def _passages(content: Content) -> Iterator[OwnedText]:
    """What is quoted where a case is near in meaning, in the order of the cases."""
    for passage in content.passages:
        yield OwnedText(id=passage.id, owner=passage.case_id, text=passage.encoded_text)


def _sentences(content: Content) -> Iterator[OwnedText]:
    """The title of each case and the sentences of its passages, each alone."""
    texts: dict[str, list[str]] = {case.id: [] for case in content.compendium.cases}
    for passage in content.passages:
        texts[passage.case_id].append(passage.text)
    for case in content.compendium.cases:
        yield from _numbered(case.id, "sentence", sentences_of(case.title, texts[case.id]))


def _audience(content: Content) -> Iterator[OwnedText]:
    """What the editors say of each case: whom it suits, and which questions it answers."""
    for case in content.compendium.cases:
        yield from _numbered(case.id, "audience", case.audience_lines)


def _phrases(content: Content) -> Iterator[OwnedText]:
    """How owners say that they want each type of project."""
    for project, phrases in content.compendium.phrases.items():
        yield from _numbered(project, "phrase", phrases)


def _numbered(owner: str, kind: str, texts: Iterable[str]) -> Iterator[OwnedText]:
    for ordinal, text in enumerate(texts):
        yield OwnedText(id=f"{owner}#{kind}-{ordinal}", owner=owner, text=text)


def ordinal_of(text_id: str) -> int:
    """Which text of its owner an id names, counted from 0: of ``a#2`` and ``a#audience-2`` 2."""
    return int(text_id.rpartition("#")[2].rpartition("-")[2])


PASSAGES = VectorSet(name="passages", encoder=ENCODER, texts=_passages)
PASSAGES_MULTILINGUAL = VectorSet(
    name="passages-multilingual", encoder=MULTILINGUAL, texts=_passages
)
SENTENCES = VectorSet(name="sentences", encoder=ENCODER, texts=_sentences)
AUDIENCE = VectorSet(name="audience", encoder=ENCODER, texts=_audience)
AUDIENCE_MULTILINGUAL = VectorSet(
    name="audience-multilingual", encoder=MULTILINGUAL, texts=_audience
)
PHRASES = VectorSet(name="phrases", encoder=ENCODER, texts=_phrases)
PHRASES_MULTILINGUAL = VectorSet(name="phrases-multilingual", encoder=MULTILINGUAL, texts=_phrases)

VECTOR_SETS: tuple[VectorSet, ...] = (
    PASSAGES,
    PASSAGES_MULTILINGUAL,
    SENTENCES,
    AUDIENCE,
    AUDIENCE_MULTILINGUAL,
    PHRASES,
    PHRASES_MULTILINGUAL,
)
