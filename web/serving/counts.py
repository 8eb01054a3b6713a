"""What the worker processes count, in memory that all of them share with their parent.

Each process writes to a row of its own, so that none waits for another. A row is held by a lock
that the system takes back when a process ends, be it killed. The next process that starts goes on
in that row: what was counted stays, and there are never more rows than processes at one time.
"""

from __future__ import annotations

import contextlib
import fcntl
import mmap
import os
import tempfile
import threading
import time
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np

from kb.search.opening import LiveSearcher
from web.core.told import OUTCOMES, UNKNOWN
from web.serving.observed import METHODS, OTHER, Answered, Observer

#: Upper bounds of the times that answers are sorted by, in seconds.
BUCKETS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, float("inf"))
#: By the first digit of a status; apart from faults, that there is no room or no snapshot.
CLASSES = ("1xx", "2xx", "3xx", "4xx", "5xx", "503")
#: Statuses of a request that was refused: it was not understood, too large, too much, or too many.
REFUSED = (400, 413, 414, 429, 431, 503)
#: Seconds between two reports of what a worker serves.
REPORT_EVERY = 1.0

_METHODS = (*METHODS, OTHER)


@dataclass(frozen=True, slots=True, kw_only=True)
class WorkerState:
    """What a worker that is alive says of itself, by the number of its row."""

    row: int
    pid: int
    in_progress: int
    snapshot: str
    in_trouble: bool


class Counts(Observer):
    """Counts what it is told, in the row of this process. Safe between threads and processes."""

    def __init__(self, routes: Iterable[str], workers: int) -> None:
        """Nothing is counted yet. Made in the parent, before a worker is forked.

        Args:
            routes: every pattern of an address; one that is not among them counts as unknown.
            workers: how many there are. As many more may start while these end.
        """
        self.routes = tuple(dict.fromkeys((*sorted(routes), UNKNOWN)))
        self._at = {route: at for at, route in enumerate(self.routes)}
        n = len(self.routes)
        self._layout = np.dtype(
            [
                ("pid", "f8"),
                ("in_progress", "f8"),
                ("snapshot", "f8"),
                ("in_trouble", "f8"),
                ("starts", "f8"),
                ("sent", "f8"),
                ("waited", "f8"),
                ("kept", "f8"),
                ("requests", "f8", (n, len(_METHODS), len(CLASSES))),
                ("times", "f8", (n, len(BUCKETS))),
                ("seconds", "f8", (n,)),
                ("searches", "f8", (n, len(OUTCOMES))),
                ("refused", "f8", (len(REFUSED),)),
            ]
        )
        # The last row is for a process too many: those that share it may lose a count.
        n_rows = 2 * workers + 2
        self._file = _memory(n_rows * self._layout.itemsize)
        shared = mmap.mmap(self._file, n_rows * self._layout.itemsize)
        self._rows = np.frombuffer(shared, dtype=self._layout)
        self._own: np.ndarray | None = None
        self._of = 0
        self._lock = threading.Lock()

    def begins(self) -> None:
        """A request has come."""
        row = self.claim()
        with self._lock:
            row["in_progress"] += 1

    def ends(self, answered: Answered) -> None:
        """Count a request, its time, and what came of it."""
        row = self.claim()
        route = self._at.get(answered.route, self._at[UNKNOWN])
        method = _METHODS.index(answered.method)
        bucket = next(at for at, most in enumerate(BUCKETS) if answered.seconds <= most)
        with self._lock:
            row["in_progress"] -= 1
            row["sent"] += answered.sent
            row["waited"] += answered.waited
            row["kept"] += answered.kept
            row["requests"][route, method, _class(answered.status)] += 1
            row["times"][route, bucket] += 1
            row["seconds"][route] += answered.seconds
            if answered.outcome in OUTCOMES:
                row["searches"][route, OUTCOMES.index(answered.outcome)] += 1
            if answered.status in REFUSED:
                row["refused"][REFUSED.index(answered.status)] += 1

    def claim(self) -> np.ndarray:
        """The row of this process, which it takes when it asks first."""
        if self._own is None or self._of != os.getpid():
            with self._lock:
                if self._own is None or self._of != os.getpid():
                    self._own, self._of = self._take(), os.getpid()
        return self._own

    def report(self, live: LiveSearcher) -> None:
        """Tell from now on what this process serves, in a thread that ends with it."""
        threading.Thread(target=self._report, args=(live,), name="report", daemon=True).start()

    def total(self) -> np.ndarray:
        """What all processes counted, those that are gone too, by the names of the layout."""
        sums = np.zeros(1, dtype=self._layout)
        for name in self._layout.names:
            sums[name] = self._rows[name].sum(axis=0)
        return sums[0]

    def workers(self) -> Sequence[WorkerState]:
        """What those that are alive say."""
        return [
            WorkerState(
                row=at,
                pid=int(row["pid"]),
                in_progress=max(0, int(row["in_progress"])),
                snapshot=f"{int(row['snapshot']):012x}" if row["snapshot"] else "",
                in_trouble=bool(row["in_trouble"]),
            )
            for at, row in enumerate(self._rows)
            if _is_alive(int(row["pid"]))
        ]

    def _take(self) -> np.ndarray:
        row = self._rows[self._free()]
        row["in_progress"] = row["snapshot"] = row["in_trouble"] = 0
        row["starts"] += 1
        row["pid"] = os.getpid()
        return row

    def _free(self) -> int:
        """The number of a row that no process holds; this one holds it from now on."""
        last = len(self._rows) - 1
        for at in range(last):
            with contextlib.suppress(OSError):
                fcntl.lockf(self._file, fcntl.LOCK_EX | fcntl.LOCK_NB, 1, at)
                return at
        return last

    def _report(self, live: LiveSearcher) -> None:
        row = self.claim()
        while True:
            now = live.status()
            row["snapshot"] = int(now.snapshot_id or "0", 16)
            row["in_trouble"] = now.trouble is not None
            time.sleep(REPORT_EVERY)


def _memory(size: int) -> int:
    """A file that lies in memory where the system has such, and goes with the last process."""
    if hasattr(os, "memfd_create"):
        descriptor = os.memfd_create("kb-counts")
    else:
        with tempfile.TemporaryFile() as file:
            descriptor = os.dup(file.fileno())
    os.ftruncate(descriptor, size)
    return descriptor


def _class(status: int) -> int:
    """The place of a status among the classes; one that is none is a fault."""
    if status == 503:
        return CLASSES.index("503")
    return status // 100 - 1 if 100 <= status < 600 else CLASSES.index("5xx")


def _is_alive(pid: int) -> bool:
    if not pid:
        return False
    try:
        os.kill(pid, 0)
    except OSError:
        return False
    return True
