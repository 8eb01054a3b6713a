"""The content of a source, in place of what is served: taken, built, compared, then switched to.

Nothing is served before it passed. What is built is compared with what is served before anything
is kept of it: which cases are gone, how many there are, how well judged queries are answered, how
large it is. Where a bound is broken, what is served stays, and the report says why.

    index/content/cases/        the content that was accepted last, as it was taken
    index/content/source.json   where it came from, and a digest of it
    index/updates.jsonl         a line for each update, oldest first; the last ``KEPT`` of them
"""

from __future__ import annotations

import json
import os
import shutil
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import asdict, dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path

from pydantic import TypeAdapter, ValidationError

from kb.content.corpus import Corpus
from kb.content.files import QUERIES_FILE
from kb.errors import Attempt, CorpusInvalid, IndexNotWritable, KBError, snapshot_error
from kb.indexing.pipeline import BuildReport, build
from kb.model.english import so_many
from kb.model.files import write_durably
from kb.operating.content_source import (
    Limits,
    Source,
    digest_of_files,
    newest_commit,
    take,
)
from kb.operating.update_history import HISTORY, KEPT
from kb.quality.judged import JudgedQuery, read_judged
from kb.quality.review import (
    ADDED,
    CHANGED,
    MOVED,
    REMOVED,
    WITHDRAWN,
    ChangedDocument,
    Findability,
    OfSnapshot,
    changed_documents,
    findability,
)
from kb.search.opening import Wanted, open_current, open_searcher
from kb.search.searcher import Searcher
from kb.settings import Settings
from kb.snapshots.store import find_current, no_other_update, what_stays

#: The folder in the index, and what is in it.
FOLDER = "content"
CASES = "cases"
_INCOMING, _OLD, _KEPT_SOURCE = "incoming", "old", "source.json"
#: So many problems of content are noted there.
_TOLD = 5

SERVED, UNCHANGED, PINNED, WOULD_PASS, REFUSED, FAILED = (
    *("served", "unchanged", "pinned", "would pass", "refused", "failed"),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Bounds:
    """How far what is built may be from what is served.

    Attributes:
        gone: percent of the cases whose address may lead nowhere. Those that were moved or
            withdrawn, which say so, do not count.
        fewer: percent by which the number of cases may shrink, whatever the reason.
        worse: by how much the mean nDCG@10 of the judged queries may fall.
        larger: percent by which the bytes of a snapshot may grow.
    """

    gone: float = 5.0
    fewer: float = 20.0
    worse: float = 0.02
    larger: float = 300.0

    def broken(self, found: Comparison) -> Iterator[str]:
        """A sentence for each bound that is broken."""
        gone = [one.id for one in found.documents if one.way == REMOVED]
        if len(gone) * 100 > self.gone * found.cases_before:
            listed = ", ".join(gone[:5]) + (" and others" if len(gone) > 5 else "")
            yield (
                f"{len(gone)} of {so_many(found.cases_before, 'case')} "
                f"{'is' if len(gone) == 1 else 'are'} gone, which is more than "
                f"{self.gone:g}%: {listed}. Give each an alias or 'withdrawn' with the reason, or "
                "allow it with --most-gone."
            )
        fewer = found.cases_before - found.cases_after
        if fewer * 100 > self.fewer * found.cases_before:
            now = so_many(found.cases_after, "case")
            yield (
                f"There {'is' if found.cases_after == 1 else 'are'} {now} where there were "
                f"{found.cases_before}, which is fewer by more than {self.fewer:g}%. Allow it with "
                "--most-fewer."
            )
        judged = found.findability
        if judged and judged.ndcg_before is not None and judged.ndcg_after is not None:
            fall = judged.ndcg_before - judged.ndcg_after
            if fall > self.worse:
                yield (
                    f"The {judged.queries} judged queries are answered worse: nDCG@10 was "
                    f"{judged.ndcg_before:.3f} and is {judged.ndcg_after:.3f}, a fall of more than "
                    f"{self.worse:g}. Allow it with --most-worse."
                )
        if found.bytes_after > found.bytes_before * (1 + self.larger / 100):
            yield (
                f"The snapshot has {found.bytes_after:,} bytes where it had "
                f"{found.bytes_before:,}, which is larger by more than {self.larger:g}%. Allow it "
                "with --most-larger."
            )


@dataclass(frozen=True, slots=True, kw_only=True)
class Comparison:
    """What was built beside what is served.

    Attributes:
        cases_before: how many documents are served.
        cases_after: how many there would be.
        bytes_before: of the snapshot on the disk.
        bytes_after: the same of what was built.
        documents: those that are another one, by id.
        findability: of judged queries; None where there are none.
    """

    cases_before: int
    cases_after: int
    bytes_before: int
    bytes_after: int
    documents: tuple[ChangedDocument, ...]
    findability: Findability | None = None

    def count(self, way: str) -> int:
        """How many documents changed in one of the ``WAYS``."""
        return sum(one.way == way for one in self.documents)


@dataclass(frozen=True, slots=True, kw_only=True)
class Noted:
    """An update in the history; numbers are None where it did not come so far.

    Attributes:
        at: when it began (UTC, ISO 8601).
        outcome: ``served``; ``unchanged``, where that was served already; ``pinned``, where
            another snapshot is pinned and stays; ``refused`` or ``failed``.
        source: from where, without a password.
        revision: the commit, or a digest of the files.
        snapshot: what is served afterwards.
        why: what was wrong.
    """

    at: str
    outcome: str
    source: str
    seconds: float
    revision: str = ""
    snapshot: str = ""
    cases: int | None = None
    added: int | None = None
    changed: int | None = None
    moved: int | None = None
    withdrawn: int | None = None
    gone: int | None = None
    ndcg: float | None = None
    size: int | None = None
    why: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Update:
    """What an update did, or with ``dry_run`` would have done.

    Attributes:
        outcome: as ``Noted.outcome`` or, where nothing was to be served, ``would pass``.
        source: from where, without a password.
        revision: the commit, or a digest of the files.
        before: the snapshot that was served; empty where none was.
        snapshot: the one that is served now.
        built: the one that was built; where it was refused it is no more.
        comparison: None where nothing could be compared with.
        not_compared: why; empty where it was.
        why: a sentence for each bound that is broken.
        report: of the build; None where it was refused.
    """

    at: str
    outcome: str
    source: str
    revision: str
    before: str
    snapshot: str
    built: str
    seconds: float
    dry_run: bool = False
    comparison: Comparison | None = None
    not_compared: str = ""
    why: tuple[str, ...] = ()
    report: BuildReport | None = None

    @property
    def is_refused(self) -> bool:
        """Whether a bound is broken."""
        return bool(self.why)


_NOTED = TypeAdapter(Noted)


class _NotServed(Exception):
    """Ends a build whose snapshot is not to be served."""


@dataclass(kw_only=True)
class _Judge:
    """Looks at what was built, beside what is served; keeps what it saw."""

    settings: Settings
    content: Path
    bounds: Bounds
    dry_run: bool
    tell: Callable[[str], None]
    built: str = ""
    comparison: Comparison | None = None
    not_compared: str = ""
    why: tuple[str, ...] = field(default=())

    def __call__(self, folder: Path) -> None:
        """Compare; ends the build where that is to be served to nobody."""
        self.built = folder.name
        served = find_current(self.settings.index).snapshot_id
        if folder.parent == self.settings.index and folder.name == served:
            self.not_compared = "it is what is served already"
        else:
            self._compare(folder)
        if self.comparison is not None:
            self.why = tuple(self.bounds.broken(self.comparison))
        if self.why or self.dry_run:
            raise _NotServed

    def _compare(self, folder: Path) -> None:
        with Attempt() as attempt:
            before = open_current(self.settings, any_encoder=True)
        if attempt.error is not None:
            error = snapshot_error(attempt.error, "What is served cannot be opened")
            self.not_compared = error.what
            return
        self.tell("Comparing what was built with what is served …")
        after = open_searcher(
            folder,
            min_score=self.settings.min_score,
            wanted=Wanted.by(self.settings),
            engine=self.settings.engine,
            old=before,
        )
        queries = self._queries(before, after)
        self.comparison = Comparison(
            cases_before=before.manifest.n_cases,
            cases_after=after.manifest.n_cases,
            bytes_before=_bytes_of(self.settings.index / before.snapshot_id),
            bytes_after=_bytes_of(folder),
            documents=tuple(changed_documents(OfSnapshot(before), OfSnapshot(after))),
            findability=findability(before, after, queries, self.tell) if queries else None,
        )

    def _queries(self, before: Searcher, after: Searcher) -> list[JudgedQuery]:
        """The judged queries of the new content, by the cases that both sides have."""
        path = self.content / QUERIES_FILE
        if not path.is_file():
            return []
        old, new = before.compendium.by_id, after.compendium.by_id
        asked = []
        for query in read_judged(path, new):
            both = {one: grade for one, grade in query.relevance.items() if one in old}
            if both:
                asked.append(replace(query, relevance=both))
        return asked


def _bytes_of(folder: Path) -> int:
    return sum(path.stat().st_size for path in folder.rglob("*") if path.is_file())


def update(
    settings: Settings,
    source: Source,
    *,
    bounds: Bounds | None = None,
    limits: Limits | None = None,
    dry_run: bool = False,
    progress: bool = False,
    tell: Callable[[str], None] = lambda _: None,
    read: Callable[[Path], Corpus] | None = None,
) -> Update:
    """Take the content of a source, build it, and serve it where it keeps within the bounds.

    Args:
        settings: where the index is and which encoder to use; ``cases`` is left alone.
        source: where content comes from.
        bounds: how far it may be from what is served.
        limits: how much is taken at most.
        dry_run: serve nothing and note nothing; only say what would come of it.
        progress: show a bar while encoding, on standard error.
        tell: told in a sentence what is being done.
        read: see ``build``.

    Raises:
        SourceRefused: the content cannot be reached, or holds what is not taken.
        BuildBusy: another update or a build is running.
        KBError: whatever a build raises.
            Whichever is raised, what was served stays; the history says why.
    """
    at, started = datetime.now(UTC).isoformat(timespec="seconds"), time.perf_counter()
    with no_other_update(settings.index):
        before = find_current(settings.index).snapshot_id
        noted = Noted(at=at.replace("+00:00", "Z"), outcome=FAILED, source=source.shown, seconds=0)
        try:
            with _content(settings.index, source, limits, tell) as taken:
                judge = _Judge(
                    settings=settings,
                    content=taken.folder,
                    bounds=bounds or Bounds(),
                    dry_run=dry_run,
                    tell=tell,
                )
                report = _build(settings, judge, progress=progress, read=read)
                if report is not None:
                    taken.accept()
        except KBError as err:
            if not dry_run:
                seconds = round(time.perf_counter() - started, 1)
                why = (str(err), *map(str, getattr(err, "problems", ())[:_TOLD]))
                _note(settings.index, replace(noted, seconds=seconds, why=why), tell)
            raise
        done = Update(
            at=noted.at,
            outcome=_outcome(report, judge, before),
            source=source.shown,
            revision=taken.revision,
            before=before,
            snapshot=find_current(settings.index).snapshot_id,
            built=judge.built,
            seconds=time.perf_counter() - started,
            dry_run=dry_run,
            comparison=judge.comparison,
            not_compared=judge.not_compared,
            why=judge.why,
            report=report,
        )
        if not dry_run:
            _note(settings.index, _noted(done), tell)
    return done


def _build(
    settings: Settings,
    judge: _Judge,
    *,
    progress: bool,
    read: Callable[[Path], Corpus] | None,
) -> BuildReport | None:
    """Build and serve; None where what was built is not to be served."""
    own = replace(settings, cases=judge.content)
    try:
        return build(own, progress=progress, tell=judge.tell, read=read, accept=judge)
    except _NotServed:
        return None
    except CorpusInvalid as err:
        raise CorpusInvalid(
            tuple(
                replace(one, path=os.path.relpath(one.path, judge.content)) for one in err.problems
            ),
            outcome=f"{what_stays(settings.index)}. Mend them where the content comes from.",
        ) from err


def _outcome(report: BuildReport | None, judge: _Judge, before: str) -> str:
    if judge.why:
        return REFUSED
    if report is None:
        return UNCHANGED if judge.built == before else WOULD_PASS
    if report.pinned is not None:
        return PINNED
    return UNCHANGED if report.snapshot_id == before else SERVED


@contextmanager
def _writing(place: Path) -> Iterator[None]:
    try:
        yield
    except OSError as err:
        raise IndexNotWritable(
            f"The content cannot be written to {place}: {err.strerror}; {what_stays(place.parent)}."
        ) from err


# Where content lies


@dataclass(frozen=True, slots=True, kw_only=True)
class _KeptSource:
    """Where the content that was accepted last came from, and a digest of its files."""

    source: str
    branch: str
    folder: str
    revision: str
    digest: str


_KEPT = TypeAdapter(_KeptSource)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Content:
    """Content in a folder of its own, that is accepted or goes."""

    folder: Path
    revision: str
    source: Source

    def accept(self) -> None:
        """Keep it in place of what was accepted before."""
        if self.folder.name != CASES:
            with _writing(self.folder.parent):
                self._take_the_place()

    def _take_the_place(self) -> None:
        place = self.folder.parent
        kept = _KeptSource(
            source=self.source.shown,
            branch=self.source.branch,
            folder=self.source.folder,
            revision=self.revision,
            digest=digest_of_files(self.folder),
        )
        old = place / _OLD
        if (place / CASES).exists():
            (place / CASES).rename(old)
        self.folder.rename(place / CASES)
        write_durably(place / _KEPT_SOURCE, _KEPT.dump_json(kept, indent=1) + b"\n")
        shutil.rmtree(old, ignore_errors=True)


@contextmanager
def _content(
    index: Path, source: Source, limits: Limits | None, tell: Callable[[str], None]
) -> Iterator[_Content]:
    """The content of a source; what was accepted last, where that is the same commit."""
    place = index / FOLDER
    with _writing(place):
        place.mkdir(exist_ok=True)
        _tidy(place)
    try:
        commit = newest_commit(source, limits=limits)
        if commit and _is_kept(place, source, commit):
            tell(f"The content of {source.shown} is still {commit[:12]}.")
            yield _Content(folder=place / CASES, revision=commit, source=source)
            return
        with _writing(place):
            taken = take(source, place / _INCOMING, limits=limits, tell=tell)
        yield _Content(folder=place / _INCOMING, revision=taken.revision, source=source)
    finally:
        shutil.rmtree(place / _INCOMING, ignore_errors=True)


def _tidy(place: Path) -> None:
    """Bring back or remove what an update that was killed left behind."""
    if (place / _OLD).is_dir() and not (place / CASES).exists():
        (place / _OLD).rename(place / CASES)
    for path in place.iterdir():
        if path.name not in (CASES, _KEPT_SOURCE):
            shutil.rmtree(path, ignore_errors=True)
            with suppress(OSError):
                path.unlink(missing_ok=True)


def _is_kept(place: Path, source: Source, commit: str) -> bool:
    """Whether the content of this commit is there, to the last byte."""
    try:
        kept = _KEPT.validate_json((place / _KEPT_SOURCE).read_bytes())
    except (OSError, ValidationError):
        return False
    asked = (source.shown, source.branch, source.folder, commit)
    return asked == (kept.source, kept.branch, kept.folder, kept.revision) and (
        digest_of_files(place / CASES) == kept.digest
    )


# The history


def _noted(done: Update) -> Noted:
    found = done.comparison
    counts = (
        {}
        if found is None
        else {
            "added": found.count(ADDED),
            "changed": found.count(CHANGED),
            "moved": found.count(MOVED),
            "withdrawn": found.count(WITHDRAWN),
            "gone": found.count(REMOVED),
            "size": found.bytes_after,
            "ndcg": found.findability.ndcg_after if found.findability else None,
        }
    )
    cases = found.cases_after if found is not None else None
    return Noted(
        at=done.at,
        outcome=done.outcome,
        source=done.source,
        seconds=round(done.seconds, 1),
        revision=done.revision,
        snapshot=done.snapshot,
        cases=done.report.cases if done.report is not None else cases,
        why=done.why,
        **counts,
    )


def _note(index: Path, noted: Noted, tell: Callable[[str], None]) -> None:
    """Add to the history; where that cannot be written, it is told, and nothing else is lost."""
    path = index / HISTORY
    try:
        lines = path.read_bytes().splitlines() if path.is_file() else []
        lines = [*lines, json.dumps(asdict(noted), ensure_ascii=False).encode()]
        write_durably(path, b"\n".join(lines[-KEPT:]) + b"\n")
    except OSError as err:
        tell(f"The history of updates in {path} cannot be written: {err.strerror}.")


def read_updates(index: Path) -> tuple[Noted, ...]:
    """The updates of an index, oldest first; a line that cannot be read is passed over."""
    try:
        lines = (index / HISTORY).read_bytes().splitlines()
    except OSError:
        return ()
    noted = []
    for line in lines:
        with suppress(ValidationError):
            noted.append(_NOTED.validate_json(line))
    return tuple(noted)
