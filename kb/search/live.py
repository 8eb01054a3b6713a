"""Following ``index/current``: a site picks up a new snapshot without a restart.

A request looks at ``current`` (one stat). When it has changed, the new snapshot
is opened in the background while the old one goes on answering; one that cannot
be opened is reported and never served.
"""

from __future__ import annotations

import logging
import threading
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

from kb.encoders.multilingual import MultilingualEncoder, multilingual_digest
from kb.encoders.onnx import OnnxQueryEncoder, QueryEncoder
from kb.errors import KBError, SnapshotStale
from kb.search.evidence import Encoders
from kb.search.searcher import Searcher
from kb.settings import Settings
from kb.snapshots.format import ENCODER_FILES, Manifest, Snapshot, open_snapshot, read_manifest
from kb.snapshots.store import CURRENT_FILE, current_id
from kb.text.language import is_english_word

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class LiveStatus:
    """What is being served, and what keeps something newer from it."""

    snapshot_id: str | None
    trouble: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """The encoders that the settings ask for: ``KB_MODEL`` and ``KB_MULTILINGUAL``."""

    model: str
    multilingual: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class _Serving:
    """One opened snapshot with its encoders."""

    searcher: Searcher
    encoders: Encoders
    encoder_digests: tuple[str, ...]


class LiveSearcher:
    """The searcher over whatever ``index/current`` names. Safe between threads."""

    def __init__(self, index: Path, *, min_score: float, wanted: Wanted | None = None) -> None:
        """Nothing is opened yet.

        Args:
            index: the folder of the snapshots.
            min_score: see ``Searcher``.
            wanted: a snapshot of other encoders is refused; None takes any.
        """
        self._index = index
        self._wanted = wanted
        self._min_score = min_score
        self._lock = threading.Lock()
        self._serving: _Serving | None = None
        self._seen: tuple[int, int] | None = None
        self._trouble: str | None = None

    def current(self) -> Searcher:
        """The searcher to answer with, now.

        Raises:
            SnapshotError: no snapshot can be served; the message says what to do.
        """
        stamp = self._stamp()
        serving = self._serving
        if serving is None:
            return self._first(stamp).searcher
        if stamp != self._seen and self._lock.acquire(blocking=False):
            self._seen = stamp
            threading.Thread(target=self._follow, name="snapshot", daemon=True).start()
        return serving.searcher

    def encoders(self) -> Encoders:
        """The encoders of what is being served.

        Raises:
            SnapshotError: no snapshot can be served.
        """
        if self._serving is None:
            self.current()
        return self._serving.encoders

    def status(self) -> LiveStatus:
        """What is being served; opens the snapshot if none is open yet."""
        try:
            searcher = self.current()
        except KBError as err:
            return LiveStatus(snapshot_id=None, trouble=str(err))
        return LiveStatus(snapshot_id=searcher.snapshot_id, trouble=self._trouble)

    def _stamp(self) -> tuple[int, int] | None:
        """What changes whenever ``current`` is replaced; None if it is not there."""
        try:
            stat = (self._index / CURRENT_FILE).stat()
        except OSError:
            return None
        return stat.st_mtime_ns, stat.st_ino

    def _first(self, stamp: tuple[int, int] | None) -> _Serving:
        with self._lock:
            if self._serving is None:
                self._serving = self._open()
                self._seen = stamp
            return self._serving

    def _follow(self) -> None:
        """Open what ``current`` names; runs with the lock held and gives it back."""
        try:
            self._serving, self._trouble = self._open(), None
            _log.info("now serving snapshot %s", self._serving.searcher.snapshot_id)
        except KBError as err:
            self._trouble = str(err)
            _log.error("the new snapshot is not served: %s", err)
        finally:
            self._lock.release()

    def _open(self) -> _Serving:
        folder = self._index / current_id(self._index)
        manifest = read_manifest(folder)
        self._check_encoders(manifest)
        with ThreadPoolExecutor(max_workers=1) as beside:  # the slowest part, beside the others
            multilingual = beside.submit(self._multilingual, manifest)
            snapshot = open_snapshot(folder)
            digests = tuple(manifest.files[name] for name in ENCODER_FILES)
            query = self._query_encoder(snapshot, digests)
            is_english_word("dictionary")  # reads it now, not in the first request
            encoders = Encoders(query=query, multilingual=multilingual.result())
        searcher = Searcher(snapshot, encoders, min_score=self._min_score)
        return _Serving(searcher=searcher, encoders=encoders, encoder_digests=digests)

    def _query_encoder(self, snapshot: Snapshot, digests: tuple[str, ...]) -> QueryEncoder:
        old = self._serving
        if old is not None and old.encoder_digests == digests:
            return old.encoders.query
        return OnnxQueryEncoder(snapshot.encoder_folder)

    def _multilingual(self, manifest: Manifest) -> MultilingualEncoder | None:
        if manifest.multilingual is None:
            return None
        old = self._serving
        if old is not None and old.encoders.multilingual is not None:
            return old.encoders.multilingual
        return MultilingualEncoder()

    def _check_encoders(self, manifest: Manifest) -> None:
        """A snapshot of other encoders than those asked for is refused, never searched."""
        wanted = self._wanted
        if wanted is None:
            return
        if not same_model(wanted.model, manifest.encoder.name):
            raise SnapshotStale(
                f"The snapshot {manifest.snapshot_id} was built with the encoder "
                f"{manifest.encoder.name!r}, but KB_MODEL is {wanted.model!r}. Run 'kb build'."
            )
        has = manifest.multilingual is not None
        if has != wanted.multilingual:
            built = "with" if has else "without"
            raise SnapshotStale(
                f"The snapshot {manifest.snapshot_id} was built {built} the multilingual encoder, "
                f"but KB_MULTILINGUAL is {'on' if wanted.multilingual else 'off'}. Run 'kb build'."
            )
        if manifest.multilingual and manifest.multilingual.digest != multilingual_digest():
            raise SnapshotStale(
                f"The snapshot {manifest.snapshot_id} was built with another version of the "
                "multilingual encoder. Run 'kb build'."
            )


def open_live(settings: Settings) -> LiveSearcher:
    """The searcher that the settings ask for; nothing is opened yet."""
    wanted = Wanted(model=settings.model, multilingual=settings.multilingual)
    return LiveSearcher(settings.index, min_score=settings.min_score, wanted=wanted)


def same_model(wanted: str, built: str) -> bool:
    """Whether a configured name means the encoder of that name in a manifest."""
    return built in (wanted, f"sentence-transformers/{wanted}")
