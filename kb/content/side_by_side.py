"""Reads many files, in several processes where there are many.

The processes are started anew and not forked, so that it does not matter what the program has
loaded or which threads it runs. They end with it, however it ends.
"""

from __future__ import annotations

import logging
import os
import pickle
import signal
import tempfile
import threading
from collections.abc import Iterator, Sequence
from concurrent.futures import BrokenExecutor
from contextlib import ExitStack, contextmanager, suppress
from ctypes import c_byte
from functools import lru_cache
from pathlib import Path
from typing import Self

from kb.content.garbage import seldom_look_for_garbage
from kb.content.load import CaseFile
from kb.content.readings import PackedCase, Reading, Surroundings, read_file

_log = logging.getLogger(__name__)

#: What was read of one file.
Read = tuple[Reading, PackedCase | None]

#: Fewer files are read sooner than a process is started.
FEWEST = 500
#: So many are handed over at once: about a tenth of a second's work.
BATCH = 100
#: More processes than this wait for each other, and for the disk.
MOST_PROCESSES = 16


def processes_here() -> int:
    """How many processes this machine lets us run beside each other."""
    if hasattr(os, "sched_getaffinity"):
        return min(len(os.sched_getaffinity(0)), MOST_PROCESSES)
    return min(os.cpu_count() or 1, MOST_PROCESSES)


class Readers:
    """Processes that read files beside each other; this one where there are few files.

    They are started before it is known what files are checked against, as reading that takes
    as long as starting them.
    """

    def __init__(self, n_files: int, *, processes: int) -> None:
        """Start them.

        Args:
            n_files: how many files are to be read.
            processes: how many may read beside each other. With more than one, the program must
                be one that can be imported again, as ``multiprocessing`` asks.
        """
        are_many = processes > 1 and n_files >= FEWEST
        self._pool = _Pool(min(processes, -(-n_files // BATCH))) if are_many else None

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.end()

    def end(self) -> None:
        """End the processes, which read nothing more."""
        if self._pool is not None:
            self._pool.end()

    def read(self, files: Sequence[CaseFile], around: Surroundings) -> Iterator[list[Read]]:
        """Read files, a batch at a time; by several processes as they are done.

        Args:
            files: what to read.
            around: what to check them against.
        """
        batches = [files[at : at + BATCH] for at in range(0, len(files), BATCH)]
        left = dict(enumerate(batches))
        if self._pool is not None:
            for number, read in self._pool.read(batches, around):
                del left[number]
                yield read
        for batch in left.values():
            yield [read_file(file, around) for file in batch]


class _Pool:
    """The processes of ``Readers``.

    What a process is given at its start goes through a pipe that holds 64 kB. If the process
    dies before it reads, say in a script that starts itself again, whoever writes more into the
    pipe waits for ever. So what files are checked against follows in a file.
    """

    def __init__(self, processes: int) -> None:
        from concurrent.futures import ProcessPoolExecutor  # slow imports
        from multiprocessing import get_context

        context = get_context("spawn")
        self._stop = context.RawValue("b", 0)
        self._executor = ProcessPoolExecutor(
            processes, mp_context=context, initializer=_begin, initargs=(self._stop,)
        )
        with ExitStack() as if_cut_off:
            if_cut_off.callback(self.end)
            with _uninterrupted(), suppress(BrokenExecutor):
                for _ in range(processes):
                    self._executor.submit(_nothing)  # which starts one
            if_cut_off.pop_all()

    def read(
        self, batches: Sequence[Sequence[CaseFile]], around: Surroundings
    ) -> Iterator[tuple[int, list[Read]]]:
        """What is read, with the number of the batch; less where a process is ended."""
        from concurrent.futures import as_completed

        try:
            with tempfile.NamedTemporaryFile(prefix="kb-around-") as file:
                pickle.dump(around, file)
                file.flush()
                try:
                    futures = {
                        self._executor.submit(_read_batch, batch, file.name): number
                        for number, batch in enumerate(batches)
                    }
                    for future in as_completed(futures):
                        yield futures[future], future.result()
                        del futures[future]
                finally:
                    self.end()
        except (BrokenExecutor, OSError) as err:  # say memory was short, or the disk is full
            _log.warning("Files are read in one process, as several could not: %s", err)

    def end(self) -> None:
        """End the processes; with Ctrl-C they are amid batches, of which nobody reads the rest."""
        self._stop.value = 1
        self._executor.shutdown(wait=True, cancel_futures=True)


def _nothing() -> None:
    """What a process is asked for so that it is started."""


@contextmanager
def _uninterrupted() -> Iterator[None]:
    """What is started within does not hear Ctrl-C: whoever started it does, once all is started.

    The processes begin with the mask of this thread. Other threads, say those of a library, may
    still be given the signal, and Python answers it in the main thread: so it is put off there
    as well. Halfway, a process would be left without what it was to read.
    """
    if not hasattr(signal, "pthread_sigmask"):
        yield
        return
    came: list[int] = []
    answer = signal.getsignal(signal.SIGINT)
    in_main = threading.current_thread() is threading.main_thread() and answer is not None
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    if in_main:
        signal.signal(signal.SIGINT, lambda number, _: came.append(number))
    try:
        yield
    finally:
        if in_main:
            signal.signal(signal.SIGINT, answer)
        if came:
            signal.raise_signal(signal.SIGINT)
        signal.pthread_sigmask(signal.SIG_SETMASK, before)  # it is heard now, if it came


_stop: c_byte | None = None


def _begin(stop: c_byte) -> None:
    """What a process does first.

    Args:
        stop: shared with the one that asks; not 0 once nobody wants what is read.
    """
    global _stop
    _stop = stop
    seldom_look_for_garbage()
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    threading.Thread(target=_end_with_parent, daemon=True).start()


def _end_with_parent() -> None:
    from multiprocessing import connection, parent_process

    parent = parent_process()
    if parent is not None:
        connection.wait([parent.sentinel])
        os._exit(1)


def _read_batch(batch: Sequence[CaseFile], told: str) -> list[Read]:
    """Read some files, unless nobody wants them any more.

    Args:
        batch: the files.
        told: the file that says what to check them against.
    """
    if _stop is None:
        raise RuntimeError("the process was not begun")
    around = _told(told)
    return [read_file(file, around) for file in batch if not _stop.value]


@lru_cache(maxsize=1)
def _told(file: str) -> Surroundings:
    around: Surroundings = pickle.loads(Path(file).read_bytes())  # written by ``_Pool.read``
    return around
