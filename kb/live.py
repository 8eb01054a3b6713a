"""Following ``index/current``: a site picks up a new snapshot without a restart.

A request looks at ``current`` (one stat). When it has changed, the new snapshot
is opened in the background while the old one goes on answering; one that cannot
be opened is reported and never served.
"""

from __future__ import annotations

import logging
import threading
from dataclasses import dataclass
from pathlib import Path

from kb.errors import KBError, SnapshotError
from kb.query_encoder import OnnxQueryEncoder
from kb.search import Searcher
from kb.snapshot import CURRENT_FILE, ENCODER_FILES, current_id, open_snapshot

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class LiveStatus:
    """What is being served, and what keeps something newer from it."""

    snapshot_id: str | None
    trouble: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class _Serving:
    """One opened snapshot with the encoder it came with."""

    searcher: Searcher
    encoder: OnnxQueryEncoder
    encoder_digests: tuple[str, ...]


class LiveSearcher:
    """The searcher over whatever ``index/current`` names. Safe between threads."""

    def __init__(self, index: Path, *, min_score: float) -> None:
        """Nothing is opened yet.

        Args:
            index: the folder of the snapshots.
            min_score: see ``Searcher``.
        """
        self._index = index
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

    def status(self) -> LiveStatus:
        """What is being served; opens the snapshot if none is open yet."""
        try:
            searcher = self.current()
        except SnapshotError as err:
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
        snapshot = open_snapshot(self._index / current_id(self._index))
        digests = tuple(snapshot.manifest.files[name] for name in ENCODER_FILES)
        old = self._serving
        if old is not None and old.encoder_digests == digests:
            encoder = old.encoder
        else:
            encoder = OnnxQueryEncoder(snapshot.encoder_folder)
        searcher = Searcher(snapshot, encoder, min_score=self._min_score)
        return _Serving(searcher=searcher, encoder=encoder, encoder_digests=digests)
