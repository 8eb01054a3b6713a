"""The current snapshot, open, in a process that answers requests while builds replace it.

``Live`` is told how a snapshot is opened and knows nothing of what that gives. It looks at
``index/current`` (one stat) several times a second and in every request. When that has
changed, the new snapshot is opened beside the old one, which goes on answering until then.

A snapshot that cannot be opened is reported and never served. Where nothing is open yet, the
one that was served last and can be opened may be served in its place. What went wrong is
tried again, at growing intervals. What turns out to be damaged while it is served is served
no more.
"""

from __future__ import annotations

import logging
import math
import mmap
import threading
import time
import weakref
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Generic, TypeVar

from kb.errors import Attempt, EngineUnavailable, KBError, SnapshotCorrupt, snapshot_error
from kb.snapshots.store import (
    CURRENT_FILE,
    current_id,
    find_current,
    read_history,
    snapshot_ids,
)

_log = logging.getLogger(__name__)

Opened = TypeVar("Opened")

#: Seconds between two looks at ``current`` where nobody asks.
LOOK_EVERY = 0.2
#: Seconds after a switch was first seen in which a request waits for the new snapshot.
WAIT_FOR_NEW = 0.9
#: Seconds until something that failed is tried again: at first, doubled each time, at most.
RETRY_FIRST, RETRY_MOST = 1.0, 60.0


@dataclass(frozen=True, slots=True, kw_only=True)
class LiveStatus:
    """What is being served, and what keeps something newer from it.

    ``fallback``: another snapshot than the one that ``current`` names is served in its place.
    """

    snapshot_id: str | None
    trouble: str | None
    fallback: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class _Outcome(Generic[Opened]):
    """What came of looking at ``current``; replaced as a whole, so that no thread sees half.

    What is served, by no id and None where nothing is, and what keeps ``current`` from it.
    """

    snapshot_id: str = ""
    opened: Opened | None = None
    error: KBError | None = None


class Verdicts:
    """What a parent process found damaged, told to the processes that it forked.

    A line each in memory that all of them share: the stamp of ``current`` at which it was
    found, the id, and what is wrong, nothing where it is sound again. The parent alone writes.
    """

    _SIZE = 16_384

    def __init__(self) -> None:
        self._memory = mmap.mmap(-1, self._SIZE)
        self._end = 0

    def add(self, stamp: str, snapshot_id: str, trouble: str) -> None:
        """Tell what this snapshot is while ``current`` is as it was, where that is new."""
        if trouble == self.on(stamp, snapshot_id):
            return
        line = f"{stamp} {snapshot_id} {trouble}\n".encode()
        if self._end + len(line) < self._SIZE:
            self._memory[self._end : self._end + len(line)] = line
            self._end += len(line)

    def lines(self) -> bytes:
        """Everything that was told so far; a line that is being written is left out."""
        told = self._memory[:] if self._memory[0] else b""
        return told.rstrip(b"\0").rpartition(b"\n")[0]

    def on(self, stamp: str, snapshot_id: str) -> str:
        """What is wrong with a snapshot; nothing where nothing was found."""
        found = ""
        for line in self.lines().decode(errors="replace").splitlines():
            at, about, trouble = line.split(" ", 2)
            if (at, about) == (stamp, snapshot_id):
                found = trouble
        return found


class Live(Generic[Opened]):
    """Whatever ``index/current`` names, opened. Safe between threads and over a fork."""

    def __init__(
        self,
        index: Path,
        open_folder: Callable[[Path, Opened | None], Opened],
        *,
        check: Callable[[Path, Opened | None], object],
        fall_back: bool = False,
    ) -> None:
        """Nothing is opened yet.

        Args:
            index: the folder of the snapshots.
            open_folder: opens a snapshot, given its folder and what is open until now.
            check: raises where a folder does not hold what was built, or where what was opened
                from it, if that is given, does not answer.
            fall_back: where the current snapshot cannot be opened, serve the one that was
                served last and can be.
        """
        self._index = index
        self._open_folder = open_folder
        self._check = check
        self._fall_back = fall_back
        self._verdicts = Verdicts()
        self._own_verdicts: dict[tuple[str, str], str] = {}
        self._verifying = threading.Lock()  # held by whoever verifies, in the parent
        self._suspecting = threading.Lock()  # the same in a process that answers
        self._not_suspected_until = -math.inf
        self._lock = threading.Lock()  # held by whoever is opening
        self._outcome: _Outcome[Opened] = _Outcome()
        self._seen: str | None = None
        self._sight = ("", 0.0)
        self._retry_at = math.inf
        self._delay = RETRY_FIRST

    def current(self) -> Opened:
        """What to answer with, now.

        Just after a switch this waits a moment for the new snapshot, at most ``WAIT_FOR_NEW``.

        Raises:
            SnapshotError: no snapshot can be served; the message says what to do.
            KBError: what the snapshot needs is not there, such as an encoder.
        """
        self._follow(wait=True)
        outcome = self._outcome
        if not outcome.snapshot_id:
            error = outcome.error or SnapshotCorrupt(f"{self._index} cannot be opened.")
            raise error.with_traceback(None)  # or each request would add to the one before
        return outcome.opened

    def status(self) -> LiveStatus:
        """What is being served; opens the snapshot if none is open yet, and waits for no other."""
        self._follow(wait=False)
        outcome = self._outcome
        return LiveStatus(
            snapshot_id=outcome.snapshot_id or None,
            trouble=str(outcome.error) if outcome.error is not None else None,
            fallback=bool(outcome.snapshot_id) and outcome.error is not None,
        )

    def refresh(self) -> None:
        """Open what is to be served, here and now, where it is not open yet."""
        with self._lock:
            if self._is_due():
                self._attempt()

    def watch(self) -> None:
        """Follow ``current`` from now on in a thread of this process, which ends with this."""
        watching = threading.Thread(
            target=_watch, args=(weakref.ref(self),), name="snapshot", daemon=True
        )
        watching.start()

    def verify(self) -> None:
        """Check what may be served, the current snapshot first, until one is sound.

        What is not is served no more, here and in the processes forked from this one.
        """
        with self._verifying:
            stamp = self._stamp()
            for snapshot_id in self._candidates():
                trouble = self._trouble_with(snapshot_id, None)
                self._verdicts.add(stamp, snapshot_id, trouble)
                if not trouble:
                    return

    def suspect(self, opened: Opened, error: BaseException) -> None:
        """Check, beside answering, what an answer failed over; it may be damaged by now.

        What is damaged is served no more in this process. One that is sound is left alone for
        a while, whatever fails over it: it was the question.
        """
        serving = self._outcome
        if serving.opened is not opened or time.monotonic() < self._not_suspected_until:
            return
        if self._suspecting.acquire(blocking=False):
            _log.error("an answer from snapshot %s failed: %r", serving.snapshot_id, error)
            _start_thread(self._check_served, self._suspecting, serving)

    def _check_served(self, serving: _Outcome[Opened]) -> None:
        stamp = self._stamp()
        trouble = self._trouble_with(serving.snapshot_id, serving.opened)
        if trouble:
            self._own_verdicts[stamp, serving.snapshot_id] = trouble
            self.refresh()
        else:
            self._not_suspected_until = time.monotonic() + RETRY_MOST

    def _trouble_with(self, snapshot_id: str, opened: Opened | None) -> str:
        """What is wrong with a snapshot, on one line; nothing where it is sound."""
        folder = self._index / snapshot_id
        with Attempt() as attempt:
            self._check(folder, opened)
        if attempt.error is None or snapshot_id not in snapshot_ids(self._index):
            return ""  # or it was removed meanwhile
        if isinstance(attempt.error, EngineUnavailable):
            return ""  # a server that is away says nothing about what it holds
        what = snapshot_error(attempt.error, f"The snapshot {folder} does not answer").what
        _log.error("snapshot %s is damaged: %s", snapshot_id, what)
        return " ".join(what.split())

    def _verdict(self, snapshot_id: str) -> str:
        """What was found wrong with a snapshot since ``current`` was replaced."""
        stamp = self._stamp()
        return self._own_verdicts.get((stamp, snapshot_id)) or self._verdicts.on(stamp, snapshot_id)

    def _follow(self, *, wait: bool) -> None:
        if not self._is_due():
            return
        if not self._outcome.snapshot_id:
            self.refresh()
            return
        if self._lock.acquire(blocking=False):
            _start_thread(self._attempt, self._lock)
        if wait and self._state() != self._seen:
            remaining = self._sight[1] + WAIT_FOR_NEW - time.monotonic()
            if remaining > 0 and self._lock.acquire(timeout=remaining):
                self._lock.release()

    def _is_due(self) -> bool:
        state = self._state()
        if state != self._sight[0]:
            self._sight = (state, time.monotonic())
        return state != self._seen or time.monotonic() >= self._retry_at

    def _state(self) -> str:
        """What changes whenever something else may have to be served."""
        return f"{self._stamp()} {len(self._verdicts.lines())} {len(self._own_verdicts)}"

    def _stamp(self) -> str:
        """What changes whenever ``current`` is replaced."""
        try:
            stat = (self._index / CURRENT_FILE).stat()
        except OSError:
            return "none"
        return f"{stat.st_mtime_ns}-{stat.st_ino}"

    def _candidates(self) -> list[str]:
        """The ids of what may be served: the current one, then those that were, the last first."""
        known, current = snapshot_ids(self._index), find_current(self._index)
        served = [served.snapshot_id for served in reversed(read_history(self._index))]
        return [i for i in dict.fromkeys((current.snapshot_id, *served)) if i in known]

    def _attempt(self) -> None:
        """Open what is to be served, with the lock held; whatever goes wrong is kept and told."""
        state = self._state()
        if state != self._seen:
            self._delay = RETRY_FIRST
        with Attempt() as attempt:
            self._outcome = self._open_current()
            self._retry_at = math.inf
        if attempt.error is not None:
            self._outcome = self._in_trouble(attempt.error)
            self._retry_at = time.monotonic() + self._delay
            self._delay = min(2 * self._delay, RETRY_MOST)
        self._seen = state

    def _open_current(self) -> _Outcome[Opened]:
        snapshot_id = current_id(self._index)
        trouble = self._verdict(snapshot_id)
        if trouble:
            raise SnapshotCorrupt(trouble)
        if self._outcome.snapshot_id == snapshot_id:
            return replace(self._outcome, error=None)
        return self._opened(snapshot_id)

    def _opened(self, snapshot_id: str) -> _Outcome[Opened]:
        opened = self._open_folder(self._index / snapshot_id, self._outcome.opened)
        _log.info("opened snapshot %s", snapshot_id)
        return _Outcome(snapshot_id=snapshot_id, opened=opened)

    def _in_trouble(self, error: BaseException) -> _Outcome[Opened]:
        """What is wrong with the current snapshot, and another one where none is open."""
        told = snapshot_error(error, f"The snapshot in {self._index} cannot be opened")
        serving = self._outcome
        if self._verdict(serving.snapshot_id):
            serving = _Outcome()
        if not serving.snapshot_id and self._fall_back:
            serving = self._last_sound()
        if str(told) != str(self._outcome.error):
            instead = f"snapshot {serving.snapshot_id}" if serving.snapshot_id else "nothing"
            unexpected = error if told is not error else None
            _log.error("%s Meanwhile %s is served.", told, instead, exc_info=unexpected)
        return replace(serving, error=told)

    def _last_sound(self) -> _Outcome[Opened]:
        """The snapshot that was served last and can be opened, other than the current one."""
        current = find_current(self._index).snapshot_id
        for snapshot_id in self._candidates():
            if snapshot_id != current and not self._verdict(snapshot_id):
                with Attempt() as attempt:
                    return self._opened(snapshot_id)
                _log.error("snapshot %s cannot be served either: %s", snapshot_id, attempt.error)
        return _Outcome()


def _start_thread(work: Callable[..., None], held: threading.Lock, *given: object) -> None:
    """Do something in a thread of its own, and then give back the lock that is held for it."""

    def run() -> None:
        try:
            work(*given)
        finally:
            held.release()

    try:
        threading.Thread(target=run, name="snapshot", daemon=True).start()
    except RuntimeError:  # no more threads can be started: a later request tries again
        held.release()


def _watch(reference: weakref.ref[Live[Opened]]) -> None:
    """Follow for as long as there is something to follow for."""
    while (live := reference()) is not None:
        with Attempt() as attempt:
            live.refresh()
        if attempt.error is not None:
            _log.error("following snapshots goes on after: %r", attempt.error)
        del live
        time.sleep(LOOK_EVERY)
