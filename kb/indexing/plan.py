"""What a snapshot will hold, of whose making, and under which id."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path
from typing import Any

from pydantic import TypeAdapter

from kb import __version__
from kb.content.files import CALIBRATION_FILE, RELEVANCE_FILE, judged_folder
from kb.content.part import Part
from kb.encoders.sentence_transformer import ModelFiles
from kb.indexing.identity import LIBRARIES, WINGS, encoder_identity, multilingual_identity
from kb.model.calibration import calibration_for, read_calibrations
from kb.model.compendium import Compendium
from kb.model.relevance import read_report
from kb.model.taxonomy import COLLECTIONS, MADE_LISTS, Taxonomy, Term
from kb.model.versions import code_digest, versions_of
from kb.snapshots.format import SCHEMA_VERSION, Frame, frame_of
from kb.snapshots.vector_sets import ENCODER, MULTILINGUAL

#: The list of the countries that occur: of these only those of a case decide what is made of it.
_COUNTRIES = "countries"
_TERMS = TypeAdapter(tuple[Term, ...])
_VOCABULARIES = TypeAdapter(dict[str, tuple[Term, ...]])


@dataclass(frozen=True, kw_only=True)
class Plan:
    """Everything that a snapshot is made from.

    ``content`` is what is built; ``frame`` what stands around its cases in the snapshot.
    ``multilingual`` is the digest of the multilingual encoder, empty where it is off.
    """

    content: Part
    frame: Compendium
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
    def made_by(self) -> str:
        """A digest of all that decides what is made of a case beside the case itself.

        That are code, libraries, encoders and the vocabulary; where cases lose the ways to
        others that are not in the snapshot, also which ones are. Not the countries, decades,
        sessions and collections of other cases.
        """
        vocabularies = {
            name: one.terms
            for name, one in self.frame.taxonomy.vocabularies.items()
            if name not in (_COUNTRIES, *MADE_LISTS)
        }
        lines = [*self._program, *self.identities.values()]
        lines.append(_VOCABULARIES.dump_json(vocabularies).decode())
        lines += sorted(self.content.ids) if self.content.collection else []
        return _digest(lines)

    @cached_property
    def made_of(self) -> dict[str, bytes]:
        """By id, in order, a digest of each case: its file, its version, what is made of all."""
        taxonomy, countries = self.frame.taxonomy, {}
        digests = {}
        for one in self.content.documents:
            codes = one.facets["country"]
            if codes not in countries:
                countries[codes] = _country_terms(codes, taxonomy)
            facets = sorted(one.facets.items())
            made = json.dumps([one.digest, one.version, countries[codes], *facets])
            digests[one.id] = hashlib.sha256(made.encode()).digest()
        return digests

    @cached_property
    def written_frame(self) -> Frame:
        """What stands around the cases, as it will be written."""
        return frame_of(self.frame)

    @cached_property
    def corpus_digest(self) -> str:
        """A digest of the content: of what is around the cases, and of each of them."""
        digests = [f"{case_id} {made.hex()}" for case_id, made in self.made_of.items()]
        return _digest([self.written_frame.digest, *digests])

    @cached_property
    def versions(self) -> dict[str, str]:
        """The version of this program, and of every library that has a part in it."""
        return {"kb": __version__, **versions_of(LIBRARIES)}

    @property
    def _program(self) -> list[str]:
        """What a snapshot is made with: code and libraries."""
        versions = [f"{name} {number}" for name, number in self.versions.items()]
        return [str(SCHEMA_VERSION), code_digest(*WINGS), *versions]

    @cached_property
    def inputs(self) -> str:
        """A digest of all that a snapshot is made from: content, encoders, libraries, code."""
        lines = [*self._program, self.corpus_digest, self.content.collection, self.files.name]
        return _digest([*lines, *self.identities.values()])

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


def _country_terms(codes: Iterable[str], taxonomy: Taxonomy) -> str:
    """A digest of the countries of a case, with all that is said of them."""
    terms = tuple(taxonomy[_COUNTRIES].term(code) for code in codes)
    return hashlib.sha256(_TERMS.dump_json(terms)).hexdigest()


def _digest(lines: Iterable[str]) -> str:
    return hashlib.sha256("\n".join(lines).encode()).hexdigest()


def make_plan(
    content: Part,
    files: ModelFiles,
    *,
    cases: Path,
    multilingual: str,
    tell: Callable[[str], None],
) -> Plan:
    """Plan the snapshot of what was read without a problem.

    Args:
        content: what is built: everything, or a collection.
        files: the encoder.
        cases: the folder of the cases, which holds what was measured and calibrated as well:
            of a collection in a folder of its own. Everything has what was derived from its own
            judged data, and where it has none that of the first collection that has some.
        multilingual: the digest of the multilingual encoder, empty where it is off.
        tell: told what is missing.

    Raises:
        CorpusError: a file of what was measured cannot be read.
    """
    of_others = () if content.collection else content.frame.taxonomy[COLLECTIONS].ids
    folders = [judged_folder(cases, one) for one in (content.collection, *of_others)]
    calibrations = [read_calibrations(folder / CALIBRATION_FILE) for folder in folders]
    calibration = _first(
        calibration_for(those, encoder=files.digest, multilingual=multilingual)
        for those in calibrations
    )
    if calibration is not None and not calibration.fits(len(content.documents)):
        tell(
            f"The calibration was derived over {calibration.n_documents} documents, and there are "
            f"{len(content.documents)}: scores put cases in order, and are no probabilities. "
            "Judge queries over them, then run 'kb calibrate'."
        )
    if calibration is None and any(calibrations):
        tell(
            "There is no calibration for these encoders: search goes by meaning alone. "
            "Run 'kb calibrate' after this build, then 'kb build'."
        )
    relevance = _first(read_report(folder / RELEVANCE_FILE) for folder in folders)
    frame = replace(content.frame, calibration=calibration, relevance=relevance)
    return Plan(content=content, frame=frame, files=files, multilingual=multilingual)


def _first(found: Iterable[Any]) -> Any:
    """The first of those that there are, None where there is none."""
    return next((one for one in found if one is not None), None)
