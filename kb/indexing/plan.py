"""What a snapshot will hold, of whose making, and under which id."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path
from typing import Any

from kb import __version__
from kb.citations.summary import counted_sources
from kb.content.files import CALIBRATION_FILE, RELEVANCE_FILE, judged_folder
from kb.encoders.sentence_transformer import ModelFiles
from kb.indexing.identity import (
    LIBRARIES,
    WINGS,
    code_digest,
    encoder_identity,
    multilingual_identity,
    versions_of,
)
from kb.model.calibration import calibration_for, read_calibrations
from kb.model.compendium import Compendium
from kb.model.relevance import read_report
from kb.model.taxonomy import COLLECTIONS, DIVISIONS, MADE_LISTS
from kb.snapshots.format import SCHEMA_VERSION, Content, content_digest
from kb.snapshots.vector_sets import ENCODER, MULTILINGUAL
from kb.text.chunking import passages_of
from kb.text.spelling import count_words


@dataclass(frozen=True, kw_only=True)
class Plan:
    """Everything that a snapshot is made from.

    ``collection`` is the id of the collection that it is made of, empty for everything.
    ``multilingual`` is the digest of the multilingual encoder, empty where it is off.
    """

    content: Content
    collection: str
    files: ModelFiles
    multilingual: str

    @cached_property
    def identities(self) -> dict[str, str]:
        """What decides the vectors of each encoder; empty where one is off."""
        return {
            ENCODER: encoder_identity(self.files.digest),
            MULTILINGUAL: multilingual_identity(self.multilingual),
        }

    @cached_property
    def corpus_digest(self) -> str:
        """A digest of the content, as it will be written: what it holds decides, not how."""
        return content_digest(self.content)

    @cached_property
    def versions(self) -> dict[str, str]:
        """The version of this program, and of every library that has a part in it."""
        return {"kb": __version__, **versions_of(LIBRARIES)}

    @cached_property
    def inputs(self) -> str:
        """A digest of all that a snapshot is made from: content, encoders, libraries, code."""
        lines = [str(SCHEMA_VERSION), self.corpus_digest, code_digest(*WINGS)]
        lines += [self.collection, self.files.name, *self.identities.values()]
        return _digest([*lines, *(f"{name} {number}" for name, number in self.versions.items())])

    def new_id(self, taken: Collection[str]) -> str:
        """An id for what is made from this: the first digits of ``inputs``.

        Where that is taken, another one that follows from them: a snapshot is never replaced
        by other bytes under the same id.
        """
        digest, number = self.inputs, 0
        while digest[:12] in taken:
            number += 1
            digest = hashlib.sha256(f"{self.inputs} {number}".encode()).hexdigest()
        return digest[:12]


def _digest(lines: Iterable[str]) -> str:
    return hashlib.sha256("\n".join(lines).encode()).hexdigest()


def make_plan(
    compendium: Compendium,
    files: ModelFiles,
    *,
    cases: Path,
    collection: str,
    multilingual: str,
    tell: Callable[[str], None],
) -> Plan:
    """Plan the snapshot of a compendium that has no problems.

    Args:
        compendium: what was read.
        files: the encoder.
        cases: the folder of the cases, which holds what was measured and calibrated as well:
            of a collection in a folder of its own. Everything has what was derived from its own
            judged data, and where it has none that of the first collection that has some.
        collection: the id of the collection that ``compendium`` is, empty for everything.
        multilingual: the digest of the multilingual encoder, empty where it is off.
        tell: told what is missing.

    Raises:
        CorpusError: a file of what was measured cannot be read.
    """
    of_others = () if collection else compendium.taxonomy[COLLECTIONS].ids
    folders = [judged_folder(cases, one) for one in (collection, *of_others)]
    calibrations = [read_calibrations(folder / CALIBRATION_FILE) for folder in folders]
    calibration = _first(
        calibration_for(those, encoder=files.digest, multilingual=multilingual)
        for those in calibrations
    )
    if calibration is None and any(calibrations):
        tell(
            "There is no calibration for these encoders: search goes by meaning alone. "
            "Run 'kb calibrate' after this build, then 'kb build'."
        )
    relevance = _first(read_report(folder / RELEVANCE_FILE) for folder in folders)
    whole = replace(compendium, calibration=calibration, relevance=relevance)
    return Plan(
        content=content_of(whole), collection=collection, files=files, multilingual=multilingual
    )


def _first(found: Iterable[Any]) -> Any:
    """The first of those that there are, None where there is none."""
    return next((one for one in found if one is not None), None)


def content_of(compendium: Compendium) -> Content:
    """What a snapshot holds of a compendium: itself, its passages, and counts of its words."""
    taxonomy = compendium.taxonomy
    texts = [f"{case.title} {case.summary} {case.body}" for case in compendium.cases]
    labels = [
        " ".join((term.label, *term.aliases, *term.trade_names))
        for name, vocabulary in taxonomy.vocabularies.items()
        # Divisions are in the words of statisticians; no search goes by a decade or a collection.
        if name not in (DIVISIONS, *MADE_LISTS)
        for term in vocabulary
    ]
    return Content(
        compendium=compendium,
        passages=tuple(passages_of(case, taxonomy) for case in compendium.cases),
        sources=counted_sources(compendium.cases, compendium.references),
        vocabulary=count_words([*texts, *labels]),
    )
