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
from pathlib import Path

from filelock import FileLock, Timeout

from kb.build.encode import Encoding
from kb.build.plan import Plan, assemble
from kb.content.check import read_corpus
from kb.content.files import (
    CALIBRATION_FILE,
    PHRASES_FILE,
    RELEVANCE_FILE,
    SOURCES_FILE,
    TAXONOMY_FILE,
)
from kb.encoders.multilingual import multilingual_digest
from kb.encoders.sentence_transformer import ModelFiles, find_model
from kb.errors import BuildBusy, CorpusError, CorpusInvalid, SnapshotError
from kb.model.calibration import Calibration, calibration_for, read_calibrations
from kb.model.cases import Case
from kb.model.files import file_digest
from kb.model.relevance import read_report
from kb.settings import Settings
from kb.snapshots.format import Manifest, Snapshot, open_snapshot, read_manifest
from kb.snapshots.store import can_open, current_id, publish, set_current, snapshot_ids
from kb.text.chunking import passages_of, sentences_of


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
    passages = {case.id: passages_of(case, corpus.taxonomy) for case in corpus.cases}
    tell(f"Read {len(corpus.cases)} cases from {settings.cases}.")
    files = find_model(settings.model, settings.revision)
    multilingual = multilingual_digest() if settings.multilingual else ""
    plan = Plan(
        corpus=corpus,
        corpus_digest=_corpus_digest(settings.cases, corpus.cases),
        calibration=_calibration(settings.cases, files, multilingual, tell),
        relevance=read_report(settings.cases / RELEVANCE_FILE),
        encoding=Encoding(
            files=files,
            passages=passages,
            sentences={
                case.id: sentences_of(case.title, (p.text for p in passages[case.id]))
                for case in corpus.cases
            },
            hints=corpus.hints,
            previous=None if force else _previous(settings.index, tell),
            multilingual=multilingual,
            batch_size=settings.batch_size,
            progress=progress,
            tell=tell,
        ),
    )
    snapshot_id = plan.snapshot_id
    if not force and can_open(settings.index / snapshot_id):
        set_current(settings.index, snapshot_id)
        return read_manifest(settings.index / snapshot_id), None
    manifest = _write(settings.index, plan)
    set_current(settings.index, snapshot_id)
    return manifest, plan.encoding.encoded


def _calibration(
    cases: Path, files: ModelFiles, multilingual: str, tell: Callable[[str], None]
) -> Calibration | None:
    calibrations = read_calibrations(cases / CALIBRATION_FILE)
    found = calibration_for(calibrations, encoder=files.digest, multilingual=multilingual)
    if found is None and calibrations:
        tell(
            "There is no calibration for these encoders: search goes by meaning alone. "
            "Run 'kb calibrate' after this build, then 'kb build'."
        )
    return found


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
    if (folder / PHRASES_FILE).is_file():
        digest.update(f"{PHRASES_FILE} {file_digest(folder / PHRASES_FILE)}\n".encode())
    for case in cases:
        digest.update(f"{case.id} {case.digest}\n".encode())
    return digest.hexdigest()


def _write(index_folder: Path, plan: Plan) -> Manifest:
    staged = index_folder / f".building-{os.getpid()}"
    try:
        staged.mkdir()
        manifest = assemble(staged, plan)
        publish(index_folder, staged, manifest.snapshot_id)
    except OSError as err:
        raise CorpusError(
            f"The snapshot cannot be written to {index_folder}: {err.strerror}; "
            "the previous one stays in use."
        ) from err
    finally:
        shutil.rmtree(staged, ignore_errors=True)
    return manifest


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
