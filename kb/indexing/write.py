"""A whole snapshot in a folder: content, engine, encoder, and the manifest over them."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from datetime import date
from pathlib import Path

from kb.encoders.multilingual import NAME as MULTILINGUAL_NAME
from kb.engine.base import Document, EngineWriter, Figure
from kb.engine.choice import engine_kind, engine_writer
from kb.indexing.encode import Encoded
from kb.indexing.plan import Plan
from kb.model.cases import Case, Period, Result
from kb.model.quantities import Quantity, in_unit, is_of_usual, quantity
from kb.model.taxonomy import PLACE, Taxonomy
from kb.search.query import ADDED, NEWEST, OLDEST
from kb.snapshots.format import (
    ENCODER_FOLDER,
    ENGINE_FOLDER,
    SCHEMA_VERSION,
    EncoderRecord,
    Manifest,
    VectorSetRecord,
    files_records,
    write_content,
    write_manifest,
)
from kb.snapshots.vector_sets import (
    ENCODER,
    MULTILINGUAL,
    PASSAGES,
    PASSAGES_MULTILINGUAL,
)
from kb.text.chunking import words_of_case


def write_snapshot(
    unfinished: Path,
    plan: Plan,
    encoded: Encoded,
    *,
    taken: Collection[str] = (),
    engine: str = "",
) -> Manifest:
    """Write a whole snapshot into a new folder in ``unfinished``, named by its id.

    The manifest comes last. The id is none of those that are ``taken``.

    Args:
        unfinished: beside what is served, in the folder of the index.
        plan: what is written.
        encoded: its vectors, and the encoder.
        taken: ids.
        engine: what ``KB_ENGINE`` is.

    Raises:
        OSError: it cannot be written, say because the disk is full.
        EngineUnavailable: the server of the engine cannot take it.
    """
    staged = unfinished / plan.new_id(taken)
    staged.mkdir(parents=True)
    content, files = plan.content, plan.files
    cases, taxonomy = content.compendium.cases, content.compendium.taxonomy
    write_content(staged, content)
    writer: EngineWriter = engine_writer(
        engine, folder=staged / ENGINE_FOLDER, version=staged.name, index=unfinished.parent
    )
    for case in cases:
        writer.write(document_of(case, taxonomy))
    vector_sets = {}
    for name, (texts, vectors) in encoded.vector_sets.items():
        writer.write_vectors(name, texts, vectors)
        vector_sets[name] = VectorSetRecord(n_texts=len(texts), dimension=vectors.shape[1])
    writer.publish()
    (staged / ENCODER_FOLDER).mkdir()
    encoded.write_encoder(staged / ENCODER_FOLDER)
    multilingual = None
    if PASSAGES_MULTILINGUAL.name in vector_sets:
        multilingual = EncoderRecord(
            name=MULTILINGUAL_NAME,
            revision=plan.multilingual[:12],
            digest=plan.multilingual,
            identity=plan.identities[MULTILINGUAL],
            dimension=vector_sets[PASSAGES_MULTILINGUAL.name].dimension,
        )
    manifest = Manifest(
        schema_version=SCHEMA_VERSION,
        snapshot_id=staged.name,
        inputs=plan.inputs,
        encoder=EncoderRecord(
            name=files.name,
            revision=files.revision,
            digest=files.digest,
            identity=plan.identities[ENCODER],
            dimension=vector_sets[PASSAGES.name].dimension,
        ),
        multilingual=multilingual,
        metric="cosine",
        n_cases=len(cases),
        n_passages=sum(map(len, content.passages)),
        corpus_digest=plan.corpus_digest,
        vector_sets=vector_sets,
        versions=plan.versions,
        files=files_records(staged),
        collection=plan.collection,
        engine=engine_kind(engine),
    )
    write_manifest(staged, manifest)
    return manifest


def document_of(case: Case, taxonomy: Taxonomy) -> Document:
    """A case as an engine takes it: found by its words, filtered and ordered by all the rest."""
    return Document(
        id=case.id,
        words=words_of_case(case, taxonomy),
        kind=case.kind,
        title=case.title,
        facets=case.facets,
        figures=tuple(_figures(case, taxonomy)),
        links=case.related,
        keys=order_keys(case.period) | day_key(case.added),
    )


def order_keys(period: Period | None) -> dict[str, float]:
    """By what cases are ordered in time, the least first; nothing without a year."""
    years = (period.start, period.end) if period is not None else ()
    named = [year for year in years if year]
    return {NEWEST: -max(named), OLDEST: min(named)} if named else {}


def day_key(added: str | None) -> dict[str, float]:
    """The day on which a case came in; nothing where it says of none."""
    return {ADDED: date.fromisoformat(added).toordinal()} if added else {}


def _figures(case: Case, taxonomy: Taxonomy) -> Iterator[Figure]:
    """Each figure in every unit that it can be asked for in, with the way it went.

    What was left after a fall, 12 jobs of 27, is neither a fall by so much nor a gain, so it
    can be asked for as a change alone. A place in an order answers only who asks for places:
    the fifth is no gain of at least 5.
    """
    for result in case.results:
        compared = quantity(result, taxonomy)
        for term in taxonomy["units"]:
            unit = term.id
            figure = in_unit(result, unit, taxonomy)
            if figure is None:
                continue
            own = compared is not None and unit == compared.unit
            yield Figure(
                metric=result.metric,
                unit=unit,
                low=figure.low,
                high=figure.high,
                sign=_sign(figure, taxonomy),
                compared=own and term.measures != PLACE,
                own=own,
                sought=not _is_left(result, figure, taxonomy),
                way=taxonomy.sign(result.direction),
            )


def _is_left(result: Result, figure: Quantity, taxonomy: Taxonomy) -> bool:
    fell = taxonomy.sign(result.direction) < 0
    return fell and result.before is not None and not figure.converted


def _sign(figure: Quantity, taxonomy: Taxonomy) -> int:
    """Which way a figure went; a part of the usual is a state, and the change from it is not."""
    return 0 if is_of_usual(figure.unit, taxonomy) else taxonomy.sign(figure.direction)
