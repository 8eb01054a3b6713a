"""A whole snapshot in a folder: content, engine, encoder, and the manifest over them."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from pathlib import Path

import numpy as np

from kb.citations.summary import Citing, counted_sources
from kb.encoders.multilingual import NAME as MULTILINGUAL_NAME
from kb.engine.base import ContinuingWriter, EngineWriter
from kb.engine.choice import engine_kind, engine_writer
from kb.engine.local.arrays import Merge
from kb.indexing.earlier import Earlier
from kb.indexing.encode import Encoded
from kb.indexing.make import Made
from kb.indexing.plan import Plan
from kb.model.cases import Source
from kb.model.holdings import Outline, holdings
from kb.snapshots.format import (
    ENCODER_FOLDER,
    ENGINE_FOLDER,
    RECORDS_FOLDER,
    SCHEMA_VERSION,
    EncoderRecord,
    FilesRecords,
    Manifest,
    VectorSetRecord,
    write_case_records,
    write_frame,
    write_manifest,
    write_names_of,
)
from kb.snapshots.vector_sets import (
    ENCODER,
    MULTILINGUAL,
    PASSAGES,
    PASSAGES_MULTILINGUAL,
    VECTOR_SETS,
)


def write_snapshot(
    unfinished: Path,
    plan: Plan,
    earlier: Earlier,
    made: Made,
    encoded: Encoded,
    *,
    taken: Collection[str] = (),
    engine: str = "",
) -> Manifest:
    """Write a whole snapshot into a new folder in ``unfinished``, named by its id.

    What is kept is copied, and stands beside what was made. The manifest comes last, with the
    digest of every file as it was read again.

    Args:
        unfinished: beside what is served, in the folder of the index.
        plan: what is written.
        earlier: what is kept.
        made: what was made.
        encoded: the vectors of that, and the encoder.
        taken: ids of which the snapshot gets none.
        engine: what ``KB_ENGINE`` is.

    Raises:
        OSError: it cannot be written, say because the disk is full.
        EngineUnavailable: the server of the engine cannot take it.
    """
    staged = unfinished / plan.new_id(taken)
    staged.mkdir(parents=True)
    with FilesRecords(staged) as files:
        # Nobody holds the writer once it is done: it has all documents.
        dimensions = _write_engine(
            engine_writer(
                engine, folder=staged / ENGINE_FOLDER, version=staged.name, index=unfinished.parent
            ),
            earlier,
            made,
            encoded,
        )
        files.begin()
        n_texts = _write_content(staged, plan, earlier, made)
        (staged / ENCODER_FOLDER).mkdir()
        encoded.write_encoder(staged / ENCODER_FOLDER)
        manifest = Manifest(
            schema_version=SCHEMA_VERSION,
            snapshot_id=staged.name,
            inputs=plan.inputs,
            made_by=plan.made_by,
            encoder=EncoderRecord(
                name=plan.files.name,
                revision=plan.files.revision,
                digest=plan.files.digest,
                identity=plan.identities[ENCODER],
                dimension=dimensions[PASSAGES.name],
            ),
            multilingual=_multilingual(plan, dimensions),
            metric="cosine",
            n_cases=len(plan.made_of),
            n_passages=n_texts[PASSAGES.name],
            corpus_digest=plan.corpus_digest,
            vector_sets={
                name: VectorSetRecord(n_texts=number, dimension=dimensions[name])
                for name, number in n_texts.items()
                if number
            },
            versions=plan.versions,
            files=files.records(),
            collection=plan.content.collection,
            engine=engine_kind(engine),
        )
    write_manifest(staged, manifest)
    return manifest


def _write_engine(
    writer: EngineWriter, earlier: Earlier, made: Made, encoded: Encoded
) -> Mapping[str, int]:
    """Write the engine; how many numbers a vector of each set has."""
    dimensions = {}
    if earlier.snapshot is not None:
        dimensions = dict(earlier.snapshot.engine.dimensions)
        if isinstance(writer, ContinuingWriter):
            writer.take_over(earlier.snapshot.engine, earlier.kept.keys())
    for document in made.documents:
        writer.write(document)
    for name, (texts, vectors) in encoded.vector_sets.items():
        writer.write_vectors(name, texts, vectors)
        dimensions[name] = vectors.shape[1]
    writer.publish()
    return dimensions


def _write_content(staged: Path, plan: Plan, earlier: Earlier, made: Made) -> Mapping[str, int]:
    """Write everything but the engine and the encoder; how many texts each vector set holds."""
    new = {case_id: at - len(made.ids) for at, case_id in enumerate(made.ids)}
    rows = [new[i] if i in new else earlier.kept[i] for i in plan.made_of]
    both = (
        *(earlier.records.every_outline() if earlier.kept else ()),
        *made.records.every_outline(),
    )
    outlines = [both[row] for row in rows]
    years = {key: work.year for key, work in plan.frame.references.items()}
    counted = holdings(outlines, years)
    write_frame(
        staged,
        plan.written_frame,
        vocabulary=made.vocabulary,
        counted=counted,
        sources=counted_sources(_citing(outlines), plan.frame.references),
        earlier_words=earlier.words,
        earlier=earlier.written_alike,
    )
    write_names_of(
        staged,
        outlines,
        plan.frame,
        counted,
        earlier=earlier.names,
        rows_of_earlier={row: now for now, row in enumerate(rows) if row >= 0},
    )
    write_case_records(
        staged / RECORDS_FOLDER,
        list(plan.made_of),
        new=made.records,
        earlier=earlier.records if earlier.kept else None,
        merge=Merge(np.array(rows, dtype=np.int64), len(made.ids)),
    )
    n_texts = {
        vector_set.name: len(made.texts[vector_set.name])
        if vector_set.of_frame
        else sum(outline.texts[vector_set.name] for outline in outlines)
        for vector_set in VECTOR_SETS
        if vector_set.name in made.texts
    }
    return n_texts


def _citing(outlines: Iterable[Outline]) -> Iterator[Citing]:
    """What each case cites; the places in the works are not asked for."""
    works: dict[str, Source] = {}
    for one in outlines:
        for key in one.sources:
            if key not in works:
                works[key] = Source(key=key, locator="")
        yield Citing(id=one.id, title=one.title, sources=tuple(works[key] for key in one.sources))


def _multilingual(plan: Plan, dimensions: Mapping[str, int]) -> EncoderRecord | None:
    """The second encoder, where it is on."""
    if not plan.multilingual:
        return None
    return EncoderRecord(
        name=MULTILINGUAL_NAME,
        revision=plan.multilingual[:12],
        digest=plan.multilingual,
        identity=plan.identities[MULTILINGUAL],
        dimension=dimensions[PASSAGES_MULTILINGUAL.name],
    )
