"""Content to snapshot: read, check, encode what is new, write, switch.

Nothing is served before it is whole, and nothing is built from content with problems.
"""

from __future__ import annotations

import hashlib
import os
import shutil
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path

from filelock import FileLock, Timeout

from kb import __version__
from kb.digest import file_digest
from kb.documents import Case
from kb.encode import ModelFiles, find_model
from kb.errors import BuildBusy, CorpusError, CorpusInvalid, SnapshotError
from kb.export import EXPORT_VERSION
from kb.incremental import Encoding
from kb.index import DenseIndex
from kb.load import SOURCES_FILE, TAXONOMY_FILE
from kb.passages import PASSAGES_VERSION, passages_digest, passages_of
from kb.settings import Settings
from kb.snapshot import (
    SCHEMA_VERSION,
    CaseRecord,
    Content,
    EncoderRecord,
    Manifest,
    Snapshot,
    can_open,
    current_id,
    files_digests,
    open_snapshot,
    publish,
    read_manifest,
    set_current,
    snapshot_ids,
    write_content,
    write_manifest,
)
from kb.validate import Corpus, read_corpus

#: Vectors can change in the last digits with these; so a snapshot's id does too.
_LIBRARIES = ("faiss-cpu", "numpy", "onnxruntime", "sentence-transformers", "torch")


@dataclass(frozen=True, slots=True, kw_only=True)
class BuildReport:
    """What a build did. ``encoded`` and ``reused`` count passages."""

    snapshot_id: str
    cases: int
    passages: int
    dimension: int
    encoded: int
    reused: int
    up_to_date: bool
    seconds: float


def build(
    settings: Settings,
    *,
    force: bool = False,
    progress: bool = False,
    tell: Callable[[str], None] = lambda _: None,
) -> BuildReport:
    """Build the snapshot of ``settings.cases`` and serve it from now on.

    Args:
        settings: where things are and which encoder to use.
        force: use nothing of earlier builds.
        progress: show a bar while encoding, on standard error.
        tell: told in a sentence what is being done.

    Raises:
        CorpusInvalid: the content has problems; the previous snapshot stays.
        BuildBusy: another build of the same index is running.
        CorpusError, TaxonomyError, EncoderUnavailable: as they say.
    """
    started = time.perf_counter()
    _make_folder(settings.index)
    try:
        with FileLock(settings.index / ".lock").acquire(timeout=0):
            _remove_leftovers(settings.index)
            manifest, encoded = _build(settings, force=force, progress=progress, tell=tell)
            _prune(settings)
    except Timeout as err:
        raise BuildBusy(
            f"Another build of {settings.index} is running; wait until it has ended."
        ) from err
    return BuildReport(
        snapshot_id=manifest.snapshot_id,
        cases=manifest.n_cases,
        passages=manifest.n_passages,
        dimension=manifest.encoder.dimension,
        encoded=encoded or 0,
        reused=manifest.n_passages - (encoded or 0),
        up_to_date=encoded is None,
        seconds=time.perf_counter() - started,
    )


def _make_folder(folder: Path) -> None:
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as err:
        raise CorpusError(f"The index folder {folder} cannot be made: {err.strerror}.") from err
    if not os.access(folder, os.W_OK):
        raise CorpusError(f"The index folder {folder} cannot be written to; set KB_INDEX.")


def _build(
    settings: Settings, *, force: bool, progress: bool, tell: Callable[[str], None]
) -> tuple[Manifest, int | None]:
    """The manifest that is served now, and how many passages were encoded; None: none had to."""
    corpus = read_corpus(settings.cases)
    if corpus.problems:
        raise CorpusInvalid(corpus.problems)
    tell(f"Read {len(corpus.cases)} cases from {settings.cases}.")
    files = find_model(settings.model, settings.revision)
    corpus_digest = _corpus_digest(settings.cases, corpus.cases)
    snapshot_id = _snapshot_id(corpus_digest, files)
    if not force and can_open(settings.index / snapshot_id):
        set_current(settings.index, snapshot_id)
        return read_manifest(settings.index / snapshot_id), None
    encoding = Encoding(
        files=files,
        passages={case.id: passages_of(case, corpus.taxonomy) for case in corpus.cases},
        previous=None if force else _previous(settings.index, tell),
        batch_size=settings.batch_size,
        progress=progress,
        tell=tell,
    )
    manifest = _write(settings.index, corpus, encoding, snapshot_id, corpus_digest)
    set_current(settings.index, snapshot_id)
    return manifest, encoding.encoded


def _previous(index: Path, tell: Callable[[str], None]) -> Snapshot | None:
    try:
        return open_snapshot(index / current_id(index))
    except SnapshotError as err:
        if snapshot_ids(index):
            tell(f"Building from scratch: {err}")
        return None


def _corpus_digest(folder: Path, cases: Sequence[Case]) -> str:
    digest = hashlib.sha256()
    for name in (TAXONOMY_FILE, SOURCES_FILE):
        digest.update(f"{name} {file_digest(folder / name)}\n".encode())
    for case in cases:
        digest.update(f"{case.id} {case.digest}\n".encode())
    return digest.hexdigest()


def _versions() -> dict[str, str]:
    return {"kb": __version__, **{name: version(name) for name in _LIBRARIES}}


def _snapshot_id(corpus_digest: str, files: ModelFiles) -> str:
    parts = (SCHEMA_VERSION, EXPORT_VERSION, PASSAGES_VERSION, corpus_digest, files.digest)
    lines = [*map(str, parts), *(f"{name} {number}" for name, number in _versions().items())]
    return hashlib.sha256("\n".join(lines).encode()).hexdigest()[:12]


def _write(
    index_folder: Path, corpus: Corpus, encoding: Encoding, snapshot_id: str, corpus_digest: str
) -> Manifest:
    staged = index_folder / f".building-{os.getpid()}"
    try:
        staged.mkdir()
        index = DenseIndex.build(encoding.vectors())
        passages = tuple(p for case in corpus.cases for p in encoding.passages[case.id])
        content = Content(
            cases=corpus.cases,
            passages=passages,
            taxonomy=corpus.taxonomy,
            references=dict(corpus.references),
        )
        write_content(staged, content, index)
        encoding.write_encoder(staged)
        manifest = Manifest(
            schema_version=SCHEMA_VERSION,
            snapshot_id=snapshot_id,
            encoder=EncoderRecord(
                name=encoding.files.name,
                revision=encoding.files.revision,
                digest=encoding.files.digest,
                dimension=index.dimension,
            ),
            export_version=EXPORT_VERSION,
            metric="cosine",
            n_cases=len(content.cases),
            n_passages=len(passages),
            corpus_digest=corpus_digest,
            cases=_case_records(corpus, encoding),
            versions=_versions(),
            files=files_digests(staged),
        )
        write_manifest(staged, manifest)
        publish(index_folder, staged, snapshot_id)
    except OSError as err:
        raise CorpusError(
            f"The snapshot cannot be written to {index_folder}: {err.strerror}; "
            "the previous one stays in use."
        ) from err
    finally:
        shutil.rmtree(staged, ignore_errors=True)
    return manifest


def _case_records(corpus: Corpus, encoding: Encoding) -> dict[str, CaseRecord]:
    return {
        case.id: CaseRecord(
            digest=case.digest,
            passages_digest=passages_digest(encoding.passages[case.id]),
            n_passages=len(encoding.passages[case.id]),
        )
        for case in corpus.cases
    }


def _remove_leftovers(index: Path) -> None:
    """Remove what a build that was killed left behind; the lock says that none is running."""
    for leftover in index.glob(".building-*"):
        shutil.rmtree(leftover, ignore_errors=True)
    for leftover in index.glob(".current-*"):
        leftover.unlink()


def _prune(settings: Settings) -> None:
    serving = current_id(settings.index)
    others = [other for other in snapshot_ids(settings.index) if other != serving]
    for snapshot_id in others[settings.keep_snapshots - 1 :]:
        # Renamed first, so that a snapshot is there whole or not at all.
        doomed = (settings.index / snapshot_id).rename(settings.index / f".building-{snapshot_id}")
        shutil.rmtree(doomed, ignore_errors=True)
