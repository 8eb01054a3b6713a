"""Content to a snapshot that is served: read, plan, encode what is new, write, open, switch.

Nothing is served before it is whole and was opened as a web worker opens it, and nothing is
built from content with problems.
"""

from __future__ import annotations

import os
import shutil
import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path

from kb.content.corpus import read_corpus
from kb.content.files import CALIBRATION_FILE, RELEVANCE_FILE
from kb.encoders.multilingual import multilingual_digest
from kb.encoders.sentence_transformer import ModelFiles, find_model
from kb.errors import (
    Attempt,
    BuildFailed,
    CorpusInvalid,
    IndexNotWritable,
    KBError,
    SnapshotError,
)
from kb.indexing.encode import Encoding
from kb.indexing.plan import Plan, assemble, content_of
from kb.model.calibration import Calibration, calibration_for, read_calibrations
from kb.model.relevance import read_report
from kb.search.opening import try_out
from kb.settings import Settings
from kb.snapshots.format import Manifest, Snapshot, open_snapshot, read_manifest, verify_snapshot
from kb.snapshots.store import (
    UNFINISHED,
    building,
    built_from,
    current_id,
    find_current,
    new_id,
    prune,
    publish,
    remove,
    set_current,
    snapshot_ids,
    switching,
    what_stays,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class BuildReport:
    """What a build did.

    ``encoded`` and ``reused`` count passages. ``pinned`` is the id of another snapshot that
    is pinned and therefore stays served; None where the one that was built is served.
    """

    snapshot_id: str
    cases: int
    passages: int
    dimension: int
    encoded: int
    reused: int
    up_to_date: bool
    pinned: str | None
    seconds: float


@dataclass(frozen=True, slots=True, kw_only=True)
class _Built:
    """The snapshot of a plan; ``encoded`` is None where an earlier build had made it."""

    manifest: Manifest
    encoded: int | None
    damaged: tuple[str, ...]


def build(
    settings: Settings,
    *,
    force: bool = False,
    progress: bool = False,
    tell: Callable[[str], None] = lambda _: None,
) -> BuildReport:
    """Build the snapshot of ``settings.cases`` and serve it from now on, unless one is pinned.

    Args:
        settings: where things are and which encoder to use.
        force: use nothing of earlier builds.
        progress: show a bar while encoding, on standard error.
        tell: told in a sentence what is being done.

    Raises:
        CorpusInvalid: the content has problems.
        BuildBusy: another build of the same index is running.
        BuildFailed: what was built cannot be served.
        IndexNotWritable: the index folder cannot be written to.
        CorpusError, TaxonomyError, EncoderUnavailable: as they say.
            Whichever is raised, what was served stays.
    """
    started = time.perf_counter()
    with building(settings.index):
        built = _build(settings, force=force, progress=progress, tell=tell)
        pinned = _serve(settings, built, tell)
    manifest, encoded = built.manifest, built.encoded
    return BuildReport(
        snapshot_id=manifest.snapshot_id,
        cases=manifest.n_cases,
        passages=manifest.n_passages,
        dimension=manifest.encoder.dimension,
        encoded=encoded or 0,
        reused=manifest.n_passages - (encoded or 0),
        up_to_date=encoded is None,
        pinned=pinned,
        seconds=time.perf_counter() - started,
    )


def _build(
    settings: Settings, *, force: bool, progress: bool, tell: Callable[[str], None]
) -> _Built:
    """The snapshot of the content as it stands: one that is there, or a new one."""
    corpus = read_corpus(settings.cases)
    if corpus.problems:
        outcome = (
            f"nothing was built and {what_stays(settings.index)}. Run 'kb check' to list them."
        )
        raise CorpusInvalid(corpus.problems, outcome=outcome)
    tell(f"Read {len(corpus.compendium.cases)} cases from {settings.cases}.")
    files = find_model(settings.model, settings.revision)
    multilingual = multilingual_digest() if settings.multilingual else ""
    plan = Plan(
        content=content_of(
            replace(
                corpus.compendium,
                calibration=_calibration(settings.cases, files, multilingual, tell),
                relevance=read_report(settings.cases / RELEVANCE_FILE),
            )
        ),
        encoding=Encoding(
            files=files,
            multilingual=multilingual,
            previous=None if force else _previous(settings.index, tell),
            batch_size=settings.batch_size,
            progress=progress,
            tell=tell,
        ),
    )
    damaged = []
    for snapshot_id in () if force else built_from(settings.index, plan.inputs):
        trouble = _trouble(settings, snapshot_id)
        if trouble is None:
            manifest = read_manifest(settings.index / snapshot_id)
            return _Built(manifest=manifest, encoded=None, damaged=tuple(damaged))
        tell(f"Building again: {trouble}")
        damaged.append(snapshot_id)
    manifest = _write(settings, plan)
    return _Built(manifest=manifest, encoded=plan.encoding.encoded, damaged=tuple(damaged))


def _trouble(settings: Settings, snapshot_id: str) -> str | None:
    """Why an earlier snapshot cannot be served; one that is not served now is tried out."""
    folder = settings.index / snapshot_id
    try:
        verify_snapshot(folder)
        open_snapshot(folder)
        current = find_current(settings.index)
        if current is None or current.snapshot_id != snapshot_id:
            _try_out(settings, folder)
    except (SnapshotError, BuildFailed) as err:
        return str(err)
    return None


def _try_out(settings: Settings, folder: Path) -> None:
    """Open a snapshot as a fresh web worker does, and answer a query: what fails is not served.

    Raises:
        BuildFailed: it cannot be opened or does not answer, for whatever reason.
    """
    with Attempt() as attempt:
        try_out(folder, settings)
    err = attempt.error
    if err is not None:
        reason = str(err) if isinstance(err, KBError) else f"{type(err).__name__}: {err}."
        raise BuildFailed(
            f"The snapshot that was built cannot be served, and was removed: {reason} "
            f"{what_stays(settings.index).capitalize()}."
        ) from err


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
        folder = index / current_id(index)
        verify_snapshot(folder)
        return open_snapshot(folder)
    except SnapshotError as err:
        if snapshot_ids(index):
            tell(f"Building from scratch: {err}")
        return None


def _write(settings: Settings, plan: Plan) -> Manifest:
    """Write a snapshot beside its place, try it out, and move it into its place."""
    index = settings.index
    unfinished = index / f"{UNFINISHED}{os.getpid()}"
    staged = unfinished / new_id(index, plan.inputs)
    try:
        staged.mkdir(parents=True)
        manifest = assemble(staged, plan)
        _try_out(settings, staged)
        publish(index, staged)
    except OSError as err:
        raise IndexNotWritable(
            f"The snapshot cannot be written to {index}: {err.strerror}; {what_stays(index)}."
        ) from err
    finally:
        shutil.rmtree(unfinished, ignore_errors=True)
    return manifest


def _serve(settings: Settings, built: _Built, tell: Callable[[str], None]) -> str | None:
    """Switch to what was built, and remove what is not to be kept.

    Returns:
        The id of a snapshot that is pinned and therefore stays served, None where there is none.
    """
    index, snapshot_id = settings.index, built.manifest.snapshot_id
    with switching(index):
        current = find_current(index)
        pinned = current.snapshot_id if current is not None and current.pinned else None
        # What replaces a damaged one takes its pin over: it was made from the same.
        replaces = pinned is not None and pinned in (snapshot_id, *built.damaged)
        if pinned is None or replaces:
            set_current(index, snapshot_id, pinned=replaces)
        try:
            for damaged in built.damaged:
                remove(index, damaged)
            prune(index, keep=settings.keep_snapshots)
        except OSError as err:
            tell(f"Old snapshots in {index} cannot be removed: {err.strerror}.")
    return None if replaces else pinned
