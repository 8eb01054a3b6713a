"""The table of vector sets: which texts of a compendium get a vector, and by which encoder.

A build encodes what the table says; a search and the guidance ask the engine for the sets
by name. A new kind of text is one more row.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from kb.model.cases import Case, Passage
from kb.model.compendium import Compendium

#: The encoders by which a text can get its vector: that of English, and the one beside it.
ENCODER, MULTILINGUAL = "encoder", "multilingual"


@dataclass(frozen=True, slots=True, kw_only=True)
class VectorSet:
    """One row: the name of the set, who makes its vectors, and of which texts.

    ``of_case`` gives those of a case, in order; ``of_frame`` those by owner of what stands
    around the cases. A set has the one or the other.
    """

    name: str
    encoder: str
    of_case: Callable[[Case, Sequence[Passage]], Sequence[str]] | None = None
    of_frame: Callable[[Compendium], Mapping[str, Sequence[str]]] | None = None


def _passages(_: Case, passages: Sequence[Passage]) -> Sequence[str]:
    """What is quoted where a case is near in meaning."""
    return tuple(passage.encoded_text for passage in passages)


def _audience(case: Case, _: Sequence[Passage]) -> Sequence[str]:
    """What the editors say of a case: whom it suits, and which questions it answers."""
    return case.audience_lines


def _phrases(frame: Compendium) -> Mapping[str, Sequence[str]]:
    """How owners say that they want each type of project."""
    return frame.phrases


PASSAGES = VectorSet(name="passages", encoder=ENCODER, of_case=_passages)
PASSAGES_MULTILINGUAL = VectorSet(
    name="passages-multilingual", encoder=MULTILINGUAL, of_case=_passages
)
AUDIENCE = VectorSet(name="audience", encoder=ENCODER, of_case=_audience)
AUDIENCE_MULTILINGUAL = VectorSet(
    name="audience-multilingual", encoder=MULTILINGUAL, of_case=_audience
)
PHRASES = VectorSet(name="phrases", encoder=ENCODER, of_frame=_phrases)
PHRASES_MULTILINGUAL = VectorSet(
    name="phrases-multilingual", encoder=MULTILINGUAL, of_frame=_phrases
)

VECTOR_SETS: tuple[VectorSet, ...] = (
    PASSAGES,
    PASSAGES_MULTILINGUAL,
    AUDIENCE,
    AUDIENCE_MULTILINGUAL,
    PHRASES,
    PHRASES_MULTILINGUAL,
)
