"""A whole snapshot in a folder: content, engine, encoder, and the manifest over them."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
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
    Snapshot,
    VectorSetRecord,
    copy_counted,
    read_case_records,
    same_frame,
    write_case_records,
    write_counted,
    write_frame,
    write_manifest,
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
    digest of every file as it was read again: a file that the earlier snapshot has too is compared
    with that, of which every byte was read.

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
    with FilesRecords(staged, earlier.snapshot) as files:
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
    write_frame(
        staged,
        plan.written_frame,
        vocabulary=made.vocabulary,
        earlier_words=earlier.words,
        earlier=earlier.written_alike,
    )
    n_texts = _write_counted(staged, plan, earlier, made, rows)
    write_case_records(
        staged / RECORDS_FOLDER,
        list(plan.made_of),
        new=made.records,
        earlier=earlier.records if earlier.kept else None,
        merge=Merge(np.array(rows, dtype=np.int64), len(made.ids)),
    )
    return n_texts


def _write_counted(
    staged: Path, plan: Plan, earlier: Earlier, made: Made, rows: Sequence[int]
) -> dict[str, int]:
    """Write what is made of the outlines of all cases; how many texts each vector set holds."""
    n_texts = {one.name: len(made.texts[one.name]) for one in VECTOR_SETS if one.name in made.texts}
    of_cases = [one.name for one in VECTOR_SETS if one.of_case and one.name in made.texts]
    if earlier.snapshot is not None and _counts_the_same(plan, earlier.snapshot, made, rows):
        copy_counted(staged, earlier.snapshot.folder)
        held = earlier.snapshot.manifest.vector_sets
        return n_texts | {name: held[name].n_texts if name in held else 0 for name in of_cases}
    both = (
        *(earlier.records.every_outline() if earlier.kept else ()),
        *made.records.every_outline(),
    )
    outlines = [both[row] for row in rows]
    years = {key: work.year for key, work in plan.frame.references.items()}
    write_counted(
        staged,
        outlines,
        plan.frame,
        holdings(outlines, years),
        counted_sources(_citing(outlines), plan.frame.references),
        earlier=earlier.names,
        rows_of_earlier={row: now for now, row in enumerate(rows) if row >= 0},
    )
    return n_texts | {name: sum(outline.texts[name] for outline in outlines) for name in of_cases}


def _counts_the_same(plan: Plan, earlier: Snapshot, made: Made, rows: Sequence[int]) -> bool:
    """Whether all that is counted is what an earlier snapshot made by the same code has.

    So it is after most edits: a sentence more changes no title, no value and no source.
    """
    manifest = earlier.manifest
    if manifest.made_by != plan.made_by or manifest.n_cases != len(rows):
        return False
    before = read_case_records(earlier.folder / RECORDS_FOLDER).outlines
    lines = made.records.outlines
    return all(
        row == at if row >= 0 else before.line(at) == lines.line(row + len(lines))
        for at, row in enumerate(rows)
    ) and same_frame(manifest, plan.written_frame)


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
