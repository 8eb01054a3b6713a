"""Content to a snapshot that is served: check, plan, make, encode, write, try out, serve.

Nothing is served before it is whole and was opened as a web worker opens it, and nothing is
built from content with problems.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from kb.content.collections import asked_collection
from kb.content.corpus import Corpus, read_corpus
from kb.content.part import Part, part_of, whole
from kb.encoders.multilingual import multilingual_digest
from kb.encoders.sentence_transformer import find_model
from kb.engine.choice import ready_for_a_build, remove_versions
from kb.errors import (
    Attempt,
    BuildFailed,
    CorpusInvalid,
    EngineUnavailable,
    IndexNotWritable,
    KBError,
    SettingError,
    SnapshotMissing,
    SnapshotStale,
    snapshot_error,
)
from kb.indexing.earlier import find_earlier
from kb.indexing.encode import encode
from kb.indexing.journal import remove_journals
from kb.indexing.keep_versions import keep_versions
from kb.indexing.make import make
from kb.indexing.plan import Plan, make_plan
from kb.indexing.write import write_snapshot
from kb.search.opening import Verify, Wanted, try_out
from kb.settings import Settings, shown
from kb.snapshots.format import ENGINE_FOLDER, Manifest
from kb.snapshots.store import Standing, building, serve, snapshot_ids
from kb.versions.store import Versions

#: What is wrong with a snapshot that answers elsewhere: with another engine, or another database.
_UNFIT = (EngineUnavailable, SnapshotMissing, SnapshotStale)
#: The folder of what was made, until it is in the snapshot.
_MADE = "made"


@dataclass(frozen=True, slots=True, kw_only=True)
class BuildReport:
    """What a build did.

    ``encoded`` and ``reused`` count passages. ``pinned`` is the id of another snapshot that
    is pinned and therefore stays served; None where the one that was built is served.
    ``collection`` is the id of the collection that it was built of, empty for everything.
    """

    snapshot_id: str
    collection: str
    cases: int
    passages: int
    dimension: int
    encoded: int
    reused: int
    up_to_date: bool
    pinned: str | None
    seconds: float


def build(
    settings: Settings,
    *,
    collection: str = "",
    force: bool = False,
    progress: bool = False,
    tell: Callable[[str], None] = lambda _: None,
    read: Callable[[Path], Corpus] | None = None,
    accept: Callable[[Path], object] = lambda _: None,
) -> BuildReport:
    """Build the snapshot of ``settings.cases`` and serve it from now on, unless one is pinned.

    A pin holds for as long as what is pinned can be served.

    Args:
        settings: where things are and which encoder to use.
        collection: build of the documents of this collection alone; empty, of everything.
        force: use nothing of earlier builds.
        progress: show a bar while encoding, on standard error.
        tell: told in a sentence what is being done.
        read: reads the content of a folder; None reads it in this process, and only what has
            changed since the last build of this index.
        accept: is given the folder of the snapshot that was built and tried out, before anything
            is kept of it or served. Whatever it raises ends the build; the vectors that were
            made are there for the next one.

    Raises:
        CorpusInvalid: the content has problems.
        BuildBusy: another build of the same index is running.
        BuildFailed: what was built cannot be served.
        IndexNotWritable: the index folder cannot be written to.
        SettingError: the index folder is among the cases.
        EngineUnavailable: the server of ``KB_ENGINE`` cannot take it.
        QueryError: there is no such collection.
        CorpusError, TaxonomyError, EncoderUnavailable: as they say.
            Whichever is raised, what was served stays.
    """
    started = time.perf_counter()
    _keep_apart(settings)
    with building(settings.index) as standing:
        way = _Way(settings=settings, standing=standing, force=force, progress=progress, tell=tell)
        corpus = way.corpus(read)
        plan = way.plan(way.content(corpus, collection))
        answering, passed = way.first_to_answer(plan)
        built = answering or way.written(plan)
        accept(built.folder)
        unfit = way.unfit_pin(built, passed.made_alike)
        with _writing(standing, "The versions of cases"):
            keep_versions(Versions(settings.index), corpus, tell)
        pinned = way.serve(built, passed, unfit)
    manifest = built.manifest
    return BuildReport(
        snapshot_id=manifest.snapshot_id,
        collection=manifest.collection,
        cases=manifest.n_cases,
        passages=manifest.n_passages,
        dimension=manifest.encoder.dimension,
        encoded=built.n_encoded,
        reused=manifest.n_passages - built.n_encoded,
        up_to_date=answering is not None,
        pinned=pinned,
        seconds=time.perf_counter() - started,
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class _Built:
    """A snapshot that answers, and how many passages were encoded for it."""

    folder: Path
    manifest: Manifest
    n_encoded: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class _Passed:
    """The ids of snapshots made from the same as what is built, which do not answer.

    ``unfit`` are for another engine, or in a database that cannot be asked for them: they may be
    as sound as ever, and are what leads back.
    """

    damaged: Sequence[str] = ()
    unfit: Sequence[str] = ()

    @property
    def made_alike(self) -> Sequence[str]:
        """All of them."""
        return (*self.damaged, *self.unfit)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Way:
    """The way of one build, station by station; see ``build`` for what it is told."""

    settings: Settings
    standing: Standing
    force: bool
    progress: bool
    tell: Callable[[str], None]

    def corpus(self, read: Callable[[Path], Corpus] | None) -> Corpus:
        """Everything that is under the folder of the cases."""
        read = read or partial(read_corpus, index=None if self.force else self.settings.index)
        return _checked(read(self.settings.cases), self.standing.stays)

    def content(self, corpus: Corpus, collection: str) -> Part:
        """What is to be built of it."""
        content = _chosen(corpus, collection)
        of = f" (the collection {content.collection})" if collection else ""
        n = len(content.documents)
        self.tell(f"Read {n} {'case' if n == 1 else 'cases'} from {self.settings.cases}{of}.")
        return content

    def plan(self, content: Part) -> Plan:
        """What the snapshot will hold."""
        settings = self.settings
        return make_plan(
            content,
            find_model(settings.model, settings.revision),
            cases=settings.cases,
            multilingual=multilingual_digest() if settings.multilingual else "",
            tell=self.tell,
        )

    def first_to_answer(self, plan: Plan) -> tuple[_Built | None, _Passed]:
        """The first of the snapshots made from the same that can be served, and those before it.

        Raises:
            EngineUnavailable: the server of ``KB_ENGINE`` is away, so nothing can be built either.
        """
        damaged, unfit = [], []
        for snapshot_id, manifest in self._usable.items():
            if manifest.inputs != plan.inputs:
                continue
            folder = self.settings.index / snapshot_id
            trouble = self._tried(folder)
            if trouble is None:
                built = _Built(folder=folder, manifest=manifest)
                return built, _Passed(damaged=damaged, unfit=unfit)
            if isinstance(trouble, EngineUnavailable):
                ready_for_a_build(self.settings.engine)  # what is wrong is said once
            self.tell(f"Building again: {trouble.what}")
            (unfit if isinstance(trouble, _UNFIT) else damaged).append(snapshot_id)
        return None, _Passed(damaged=damaged, unfit=unfit)

    def written(self, plan: Plan) -> _Built:
        """The snapshot as it is planned, made, encoded, written and tried out."""
        settings, standing = self.settings, self.standing
        ready_for_a_build(settings.engine)
        if self.force:
            remove_journals(settings.index)
        sound = [settings.index / one for one in self._usable if one not in standing.damaged]
        others = () if self.force else standing.others
        earlier = find_earlier(
            plan,
            sound,
            self.tell,
            others=[settings.index / one for one in others],
            verify=standing.verify,
            engine=settings.engine,
        )
        with _writing(standing):
            new = make(plan, earlier, standing.unfinished / _MADE)
        encoded = encode(
            plan,
            earlier,
            new,
            index=settings.index,
            folder=standing.unfinished / _MADE,
            batch_size=settings.batch_size,
            device=settings.device,
            progress=self.progress,
            tell=self.tell,
        )
        with _writing(standing):
            manifest = write_snapshot(
                standing.unfinished,
                plan,
                earlier,
                new,
                encoded,
                taken=standing.taken,
                engine=settings.engine,
            )
        folder = standing.unfinished / manifest.snapshot_id
        trouble = self._tried(folder, verify=_just_read)
        if trouble is not None:
            remove_journals(standing.folder)  # the vectors may be what is wrong
            raise BuildFailed(
                f"The snapshot that was built cannot be served, and was removed: {trouble.what} "
                f"{standing.stays.capitalize()}."
            ) from trouble
        return _Built(folder=folder, manifest=manifest, n_encoded=encoded.n_encoded)

    def serve(self, built: _Built, passed: _Passed, unfit: Sequence[str]) -> str | None:
        """Serve it from now on, and remove what is old; the id of what is served instead."""
        pinned = serve(
            built.folder,
            self.standing,
            replaces=passed.damaged,
            made_alike=passed.unfit,
            unfit=unfit,
            keep=self.settings.keep_snapshots,
            tell=self.tell,
        )
        remove_journals(self.settings.index)
        _remove_versions(self.settings, self.tell)
        return pinned

    @property
    def _usable(self) -> Mapping[str, Manifest]:
        """The earlier snapshots that may be used, by id."""
        return {} if self.force else self.standing.manifests

    def _tried(self, folder: Path, verify: Verify | None = None) -> KBError | None:
        """Why a snapshot cannot be served, None where it can."""
        return try_out(
            folder,
            Wanted.by(self.settings),
            engine=self.settings.engine,
            verify=verify or self.standing.verify,
        )

    def unfit_pin(self, built: _Built, made_alike: Collection[str]) -> list[str]:
        """What is pinned, where that cannot be served: a pin never keeps a site from answering."""
        pinned = self.standing.pinned
        if pinned is None or pinned in (built.manifest.snapshot_id, *made_alike):
            return []
        trouble = self._tried(self.standing.folder / pinned)
        if trouble is None:
            return []
        self.tell(
            f"Snapshot {pinned} is pinned but cannot be served: {trouble.what} "
            "What is built is served in its place, and the pin has ended."
        )
        return [pinned]


def _keep_apart(settings: Settings) -> None:
    """Refuse an index among the cases: the next build would read its files as content."""
    index, cases = settings.index.absolute(), settings.cases.absolute()
    inside = index.relative_to(cases).parts if index.is_relative_to(cases) else None
    if inside is not None and not any(name.startswith(".") for name in inside):
        raise SettingError(
            f"KB_INDEX must be outside the folder of the cases, not {shown(str(settings.index))}: "
            f"all that is in {settings.cases} is read as content. Set KB_INDEX, or give --index."
        )


def _checked(corpus: Corpus, stays: str) -> Corpus:
    if corpus.errors:
        outcome = f"nothing was built and {stays}. Run 'kb check' to list them."
        raise CorpusInvalid(corpus.errors, outcome=outcome)
    return corpus


def _chosen(corpus: Corpus, collection: str) -> Part:
    if not collection:
        return whole(corpus)
    return part_of(corpus, asked_collection(corpus.taxonomy, collection))


def _remove_versions(settings: Settings, tell: Callable[[str], None]) -> None:
    """What a server holds of snapshots that are no more goes too; where not, that is told."""
    with Attempt() as attempt:
        index = settings.index
        kept = [index / one / ENGINE_FOLDER for one in snapshot_ids(index)]
        remove_versions(settings.engine, index=index, kept=kept)
    if attempt.error is not None:
        error = snapshot_error(attempt.error, "The server gave out")
        tell(f"Old versions cannot be removed from the server: {error.what}")


def _just_read(_: Path) -> None:
    """Every byte was read a moment ago by who wrote it, for the manifest."""


@contextmanager
def _writing(standing: Standing, what: str = "The snapshot") -> Iterator[None]:
    """Write beside where snapshots are, where what is not served is removed."""
    try:
        yield
    except OSError as err:
        raise IndexNotWritable(
            f"{what} cannot be written to {standing.folder}: {err.strerror}; {standing.stays}."
        ) from err
