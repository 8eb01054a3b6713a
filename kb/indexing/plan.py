"""What goes into a snapshot: content, engine, encoder, and the manifest over them."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from kb import __version__
from kb.encoders.multilingual import NAME as MULTILINGUAL_NAME
from kb.engine.base import Document, EngineWriter, Figure
from kb.engine.local.engine import LocalWriter
from kb.indexing.encode import Encoding
from kb.indexing.identity import LIBRARIES, WINGS, code_digest, versions_of
from kb.model.cases import Case
from kb.model.compendium import Compendium
from kb.model.quantities import in_unit, quantity
from kb.model.taxonomy import Taxonomy
from kb.snapshots.format import (
    ENGINE_FOLDER,
    SCHEMA_VERSION,
    Content,
    EncoderRecord,
    Manifest,
    content_files,
    files_records,
    write_content,
    write_manifest,
)
from kb.snapshots.vector_sets import PASSAGES, PASSAGES_MULTILINGUAL
from kb.text.chunking import passages_of, words_of_case
from kb.text.spelling import count_words


@dataclass(frozen=True, kw_only=True)
class Plan:
    """Everything that a snapshot is made from."""

    content: Content
    encoding: Encoding

    @cached_property
    def corpus_digest(self) -> str:
        """A digest of the content, as it will be written: what it holds decides, not how."""
        files = content_files(self.content).items()
        lines = [f"{name} {hashlib.sha256(data).hexdigest()}" for name, data in files]
        return hashlib.sha256("\n".join(lines).encode()).hexdigest()

    @cached_property
    def inputs(self) -> str:
        """A digest of all that a snapshot is made from: content, encoders, libraries, code."""
        encoding = self.encoding
        lines = [str(SCHEMA_VERSION), self.corpus_digest, code_digest(*WINGS)]
        lines += [encoding.files.name, encoding.identity, encoding.multilingual_identity]
        lines += [f"{name} {number}" for name, number in _versions().items()]
        return hashlib.sha256("\n".join(lines).encode()).hexdigest()


def _versions() -> dict[str, str]:
    return {"kb": __version__, **versions_of(LIBRARIES)}


def content_of(compendium: Compendium) -> Content:
    """What a snapshot holds of a compendium: itself, its passages, and counts of its words."""
    taxonomy = compendium.taxonomy
    texts = [f"{case.title} {case.summary} {case.body}" for case in compendium.cases]
    labels = [
        " ".join((term.label, *term.aliases))
        for vocabulary in taxonomy.vocabularies.values()
        for term in vocabulary
    ]
    return Content(
        compendium=compendium,
        passages=tuple(p for case in compendium.cases for p in passages_of(case, taxonomy)),
        vocabulary=count_words([*texts, *labels]),
    )


def assemble(staged: Path, plan: Plan) -> Manifest:
    """Write a whole snapshot into the empty folder ``staged``, which is named as it will be.

    The manifest comes last.
    """
    content, encoding = plan.content, plan.encoding
    cases, taxonomy = content.compendium.cases, content.compendium.taxonomy
    write_content(staged, content)
    writer: EngineWriter = LocalWriter(staged / ENGINE_FOLDER)
    for case in cases:
        writer.write(document_of(case, taxonomy))
    vector_sets = encoding.write_vectors(content, writer)
    writer.publish()
    encoding.write_encoder(staged)
    multilingual = None
    if PASSAGES_MULTILINGUAL.name in vector_sets:
        multilingual = EncoderRecord(
            name=MULTILINGUAL_NAME,
            revision=encoding.multilingual[:12],
            digest=encoding.multilingual,
            identity=encoding.multilingual_identity,
            dimension=vector_sets[PASSAGES_MULTILINGUAL.name].dimension,
        )
    manifest = Manifest(
        schema_version=SCHEMA_VERSION,
        snapshot_id=staged.name,
        inputs=plan.inputs,
        encoder=EncoderRecord(
            name=encoding.files.name,
            revision=encoding.files.revision,
            digest=encoding.files.digest,
            identity=encoding.identity,
            dimension=vector_sets[PASSAGES.name].dimension,
        ),
        multilingual=multilingual,
        metric="cosine",
        n_cases=len(cases),
        n_passages=len(content.passages),
        corpus_digest=plan.corpus_digest,
        cases={case.id: case.digest for case in cases},
        vector_sets=vector_sets,
        versions=_versions(),
        files=files_records(staged),
    )
    write_manifest(staged, manifest)
    return manifest


def document_of(case: Case, taxonomy: Taxonomy) -> Document:
    """A case as an engine takes it: found by its words, filtered by all the rest."""
    return Document(
        id=case.id,
        words=words_of_case(case, taxonomy),
        kind=case.kind,
        facets=case.facets,
        figures=tuple(_figures(case, taxonomy)),
    )


def _figures(case: Case, taxonomy: Taxonomy) -> Iterator[Figure]:
    """Each figure in every unit that it can be asked for in."""
    for result in case.results:
        compared = quantity(result, taxonomy)
        if compared is not None:
            yield Figure(metric=result.metric, unit=compared.unit, low=compared.low)
        for unit in taxonomy["units"].ids:
            figure = in_unit(result, unit, taxonomy)
            if figure is not None and (compared is None or unit != compared.unit):
                yield Figure(metric=result.metric, unit=unit, low=figure.low, compared=False)
