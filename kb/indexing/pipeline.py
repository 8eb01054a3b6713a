"""Content to a snapshot that is served: check, plan, make, encode, write, try out, serve.

Nothing is served before it is whole and was opened as a web worker opens it, and nothing is
built from content with problems.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Collection, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from kb.content.collections import asked_collection
from kb.content.corpus import Corpus, read_corpus
from kb.content.part import Part, part_of, whole
from kb.encoders.multilingual import multilingual_digest
from kb.encoders.sentence_transformer import find_model
from kb.engine.choice import remove_versions
from kb.errors import Attempt, BuildFailed, CorpusInvalid, IndexNotWritable, KBError, snapshot_error
from kb.indexing.earlier import find_earlier
from kb.indexing.encode import encode
from kb.indexing.journal import remove_journals
from kb.indexing.keep_versions import keep_versions
from kb.indexing.make import make
from kb.indexing.plan import make_plan
from kb.indexing.write import write_snapshot
from kb.search.opening import Wanted, try_out
from kb.settings import Settings
from kb.snapshots.store import Standing, building, serve, snapshot_ids
from kb.versions.store import Versions

#: Why a snapshot in a folder cannot be served, None where it can.
TryOut = Callable[[Path], KBError | None]


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

    Raises:
        CorpusInvalid: the content has problems.
        BuildBusy: another build of the same index is running.
        BuildFailed: what was built cannot be served.
        IndexNotWritable: the index folder cannot be written to.
        EngineUnavailable: the server of ``KB_ENGINE`` cannot take it.
        QueryError: there is no such collection.
        CorpusError, TaxonomyError, EncoderUnavailable: as they say.
            Whichever is raised, what was served stays.
    """
    started = time.perf_counter()
    cases, index = settings.cases, settings.index
    wanted = Wanted(model=settings.model, multilingual=settings.multilingual)
    with building(index) as standing:
        tried = partial(try_out, wanted=wanted, engine=settings.engine, verify=standing.verify)
        read = read or partial(read_corpus, index=None if force else index)
        corpus = _checked(read(cases), standing.stays)
        content = _chosen(corpus, collection)
        of = f" (the collection {content.collection})" if collection else ""
        tell(f"Read {len(content.documents)} cases from {cases}{of}.")
        files = find_model(settings.model, settings.revision)
        multilingual = multilingual_digest() if settings.multilingual else ""
        plan = make_plan(
            content,
            files,
            cases=cases,
            multilingual=multilingual,
            tell=tell,
        )
        usable = {} if force else standing.manifests
        if force:
            remove_journals(index)
        made = [found for found, manifest in usable.items() if manifest.inputs == plan.inputs]
        built, replaces = _first_to_answer(index, made, tried, tell)
        encoded = None
        if built is None:
            sound = [index / found for found in usable if found not in standing.damaged]
            earlier = find_earlier(
                plan, sound, tell, verify=standing.verify, engine=settings.engine
            )
            with _writing(standing):
                new = make(plan, earlier, standing.unfinished / "made")
            encoded = encode(
                plan,
                earlier,
                new,
                index=index,
                batch_size=settings.batch_size,
                device=settings.device,
                progress=progress,
                tell=tell,
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
            _try_out(folder, partial(tried, verify=_just_read), standing)
        else:
            folder, manifest = index / built, usable[built]
        unfit = _unfit_pin(standing, manifest.snapshot_id, replaces, tried, tell)
        with _writing(standing, "The versions of cases"):
            keep_versions(Versions(index), corpus, tell)
        pinned = serve(
            folder,
            standing,
            replaces=replaces,
            unfit=unfit,
            keep=settings.keep_snapshots,
            tell=tell,
        )
        remove_journals(index)
        _remove_versions(settings, tell)
    n_encoded = encoded.n_encoded if encoded is not None else 0
    return BuildReport(
        snapshot_id=manifest.snapshot_id,
        collection=manifest.collection,
        cases=manifest.n_cases,
        passages=manifest.n_passages,
        dimension=manifest.encoder.dimension,
        encoded=n_encoded,
        reused=manifest.n_passages - n_encoded,
        up_to_date=encoded is None,
        pinned=pinned,
        seconds=time.perf_counter() - started,
    )


def _checked(corpus: Corpus, stays: str) -> Corpus:
    if corpus.problems:
        outcome = f"nothing was built and {stays}. Run 'kb check' to list them."
        raise CorpusInvalid(corpus.problems, outcome=outcome)
    return corpus


def _chosen(corpus: Corpus, collection: str) -> Part:
    if not collection:
        return whole(corpus)
    return part_of(corpus, asked_collection(corpus.taxonomy, collection))


def _first_to_answer(
    index: Path, made: Sequence[str], tried: TryOut, tell: Callable[[str], None]
) -> tuple[str | None, list[str]]:
    """The first of some snapshots that can be served, if any, and those before it."""
    damaged = []
    for snapshot_id in made:
        trouble = tried(index / snapshot_id)
        if trouble is None:
            return snapshot_id, damaged
        tell(f"Building again: {trouble.what}")
        damaged.append(snapshot_id)
    return None, damaged


def _remove_versions(settings: Settings, tell: Callable[[str], None]) -> None:
    """What a server holds of snapshots that are no more goes too; where not, that is told."""
    with Attempt() as attempt:
        index = settings.index
        remove_versions(settings.engine, index=index, kept=snapshot_ids(index))
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


def _try_out(folder: Path, tried: TryOut, standing: Standing) -> None:
    trouble = tried(folder)
    if trouble is not None:
        remove_journals(standing.folder)  # the vectors may be what is wrong
        raise BuildFailed(
            f"The snapshot that was built cannot be served, and was removed: {trouble.what} "
            f"{standing.stays.capitalize()}."
        ) from trouble


def _unfit_pin(
    standing: Standing,
    built: str,
    replaces: Collection[str],
    tried: TryOut,
    tell: Callable[[str], None],
) -> list[str]:
    """What is pinned, where that cannot be served: a pin never keeps a site from answering."""
    pinned = standing.pinned
    if pinned is None or pinned in (built, *replaces):
        return []
    trouble = tried(standing.folder / pinned)
    if trouble is None:
        return []
    tell(
        f"Snapshot {pinned} is pinned but cannot be served: {trouble.what} "
        "What is built is served in its place, and the pin has ended."
    )
    return [pinned]
