"""How a searcher is opened from a snapshot; ``kb.snapshots.live`` keeps it the current one."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from pathlib import Path

from kb.encoders.multilingual import MultilingualEncoder, multilingual_digest
from kb.encoders.onnx import OnnxQueryEncoder, QueryEncoder
from kb.engine.choice import LOCAL
from kb.errors import Attempt, KBError, SnapshotStale, snapshot_error
from kb.search.evidence import Encoders
from kb.search.query import Query
from kb.search.searcher import Searcher
from kb.settings import Settings
from kb.snapshots.format import (
    ENCODER_FOLDER,
    Manifest,
    check_to_open,
    open_checked,
    read_manifest,
    verify_snapshot,
)
from kb.snapshots.live import Live, LiveStatus
from kb.snapshots.reach import Reach
from kb.snapshots.store import current_id
from kb.text.english import english

_log = logging.getLogger(__name__)

#: So many seconds after a process began to answer, it prepares what readers would wait for.
PREPARE_AFTER = 1.0

#: Reads every byte of a snapshot; raises what ``verify_snapshot`` raises.
Verify = Callable[[Path], object]


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """The encoders that the settings ask for: ``KB_MODEL`` and ``KB_MULTILINGUAL``."""

    model: str
    multilingual: bool

    @classmethod
    def by(cls, settings: Settings) -> Wanted:
        """Those of some settings."""
        return cls(model=settings.model, multilingual=settings.multilingual)


class LiveSearcher(Live[Searcher]):
    """The searcher over whatever ``index/current`` names. Safe between threads."""

    def __init__(
        self,
        index: Path,
        *,
        min_score: float,
        wanted: Wanted | None = None,
        engine: str = "",
        fall_back: bool = False,
    ) -> None:
        """Nothing is opened yet.

        Args:
            index: the folder of the snapshots.
            min_score: see ``Searcher``.
            wanted: a snapshot of other encoders is refused; None takes any.
            engine: what ``KB_ENGINE`` is.
            fall_back: see ``Live``.
        """
        self._preparations: list[Callable[[Searcher], object]] = []
        self._prepares_at_once = False

        def open_folder(folder: Path, old: Searcher | None) -> Searcher:
            searcher = open_searcher(
                folder, min_score=min_score, wanted=wanted, engine=engine, old=old
            )
            if self._prepares_at_once:
                self._prepare(searcher)
            return searcher

        super().__init__(index, open_folder, check=_check, fall_back=fall_back)
        self._reach: Reach[Searcher] = Reach(_ask_engine)

    def health(self) -> LiveStatus:
        """The status, and whether a database that is searched answers; waits a second at most."""
        now, serving = self.status(), self._outcome.opened
        if now.trouble is not None or serving is None or serving.manifest.engine == LOCAL:
            return now
        return replace(now, trouble=self._reach.trouble(serving))

    def when_opened(self, prepare: Callable[[Searcher], object]) -> None:
        """Do this with every snapshot that is opened from now on, before it answers a request.

        For the first one nobody shall wait: a process that watches does it soon after it began,
        beside its first answers.

        Args:
            prepare: makes what is the same for as long as a snapshot is open. It is done once
                however often it is asked for here.
        """
        if prepare not in self._preparations:
            self._preparations.append(prepare)

    def watch(self) -> None:
        """Follow ``current``; what is to be prepared of the first snapshot is, a little later."""
        super().watch()
        preparing = threading.Timer(PREPARE_AFTER, self._prepare_first)
        preparing.name, preparing.daemon = "prepare", True
        preparing.start()

    def _prepare_first(self) -> None:
        self._prepares_at_once = True
        first = self._outcome.opened
        if first is None:
            return
        with Attempt() as attempt:
            self._prepare(first)
        if attempt.error is not None:
            _log.warning("what readers ask for first is not prepared: %r", attempt.error)

    def _prepare(self, searcher: Searcher) -> None:
        for prepare in self._preparations:
            prepare(searcher)
        if searcher.encoders.multilingual is not None:
            searcher.encoders.multilingual.load()  # else the first to need it waits for that


def open_live(settings: Settings, *, fall_back: bool = False) -> LiveSearcher:
    """The searcher that the settings ask for; nothing is opened yet."""
    return LiveSearcher(
        settings.index,
        min_score=settings.min_score,
        wanted=Wanted.by(settings),
        engine=settings.engine,
        fall_back=fall_back,
    )


def open_current(settings: Settings, *, any_encoder: bool = False) -> Searcher:
    """The searcher over what ``index/current`` names now, for who asks once and is done.

    Args:
        settings: where the index is, and which encoders are asked for.
        any_encoder: take a snapshot of other encoders too.

    Raises:
        KBError: there is none that can be served; the message says what to do.
    """
    index, wanted = settings.index, None if any_encoder else Wanted.by(settings)
    with Attempt() as attempt:
        folder = index / current_id(index)
        return open_searcher(
            folder, min_score=settings.min_score, wanted=wanted, engine=settings.engine
        )
    raise snapshot_error(attempt.error, f"The snapshot in {index} cannot be opened")


def try_out(
    folder: Path, wanted: Wanted, *, engine: str = "", verify: Verify = verify_snapshot
) -> KBError | None:
    """Read every byte of a snapshot, open it as a web worker does, and answer a query from it.

    Args:
        folder: where it is.
        wanted: the encoders that are asked for.
        engine: what ``KB_ENGINE`` is.
        verify: reads every byte, unless they were read a moment ago.

    Returns:
        Why it cannot be served, whatever the reason; None where it can.
    """
    with Attempt() as attempt:
        verify(folder)
        _answer(open_searcher(folder, min_score=0, wanted=wanted, engine=engine))
        return None
    return snapshot_error(attempt.error, f"The snapshot {folder} does not answer")


def _check(folder: Path, searcher: Searcher | None) -> None:
    verify_snapshot(folder)
    if searcher is not None:
        _answer(searcher)


def _ask_engine(searcher: Searcher) -> None:
    searcher.engine.holding(("",))  # which no document holds


def _answer(searcher: Searcher) -> None:
    searcher.search(Query(text=searcher.cases[0].title))


def open_searcher(
    folder: Path,
    *,
    min_score: float,
    wanted: Wanted | None = None,
    engine: str = "",
    old: Searcher | None = None,
) -> Searcher:
    """Open a snapshot with its encoders.

    Args:
        folder: where it is.
        min_score: see ``Searcher``.
        wanted: a snapshot of other encoders is refused; None takes any.
        engine: what ``KB_ENGINE`` is.
        old: what was open until now. Its encoders are used again where they are the same, and so
            is what stands around the cases.

    Raises:
        SnapshotError: it cannot be served; the message says what to do.
        EncoderUnavailable: the second encoder is not installed.
    """
    manifest = read_manifest(folder)
    _check_encoders(manifest, wanted)
    manifest = check_to_open(folder)
    # ONNX Runtime needs no Python for most of its part: all else is read beside it.
    with ThreadPoolExecutor(max_workers=1, thread_name_prefix="encoder") as beside:
        query = beside.submit(_query_encoder, folder / ENCODER_FOLDER, manifest, old)
        english()  # now, not in the first request
        snapshot = open_checked(
            folder, manifest, engine=engine, old=old.snapshot if old is not None else None
        )
    encoders = Encoders(query=query.result(), multilingual=_multilingual(manifest, old))
    return Searcher(snapshot, encoders, min_score=min_score)


def _query_encoder(folder: Path, manifest: Manifest, old: Searcher | None) -> QueryEncoder:
    files = manifest.files_in(ENCODER_FOLDER)
    if old is not None and old.manifest.files_in(ENCODER_FOLDER) == files:
        return old.encoders.query
    return OnnxQueryEncoder(folder)


def _multilingual(manifest: Manifest, old: Searcher | None) -> MultilingualEncoder | None:
    if manifest.multilingual is None:
        return None
    if old is not None and old.encoders.multilingual is not None:
        return old.encoders.multilingual
    return MultilingualEncoder()


def _check_encoders(manifest: Manifest, wanted: Wanted | None) -> None:
    """A snapshot of other encoders than those asked for is refused, never searched."""
    if wanted is None:
        return
    if not same_model(wanted.model, manifest.encoder.name):
        raise SnapshotStale(
            f"The snapshot {manifest.snapshot_id} was built with the encoder "
            f"{manifest.encoder.name!r}, but KB_MODEL is {wanted.model!r}."
        )
    has = manifest.multilingual is not None
    if has != wanted.multilingual:
        built = "with" if has else "without"
        raise SnapshotStale(
            f"The snapshot {manifest.snapshot_id} was built {built} the multilingual encoder, "
            f"but KB_MULTILINGUAL is {'on' if wanted.multilingual else 'off'}."
        )
    if manifest.multilingual and manifest.multilingual.digest != multilingual_digest():
        raise SnapshotStale(
            f"The snapshot {manifest.snapshot_id} was built with another version of the "
            "multilingual encoder."
        )


def same_model(wanted: str, built: str) -> bool:
    """Whether a configured name means the encoder of that name in a manifest."""
    return built in (wanted, f"sentence-transformers/{wanted}")
