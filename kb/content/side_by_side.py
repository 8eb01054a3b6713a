"""Reads many files, in several processes where there are many.

The processes are started anew and not forked, so that it does not matter what the program has
loaded or which threads it runs. They end with it, however it ends.
"""

from __future__ import annotations

import os
import signal
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from ctypes import c_byte

from kb.content.garbage import seldom_look_for_garbage
from kb.content.load import CaseFile
from kb.content.readings import PackedCase, Reading, Surroundings, read_file

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


def read_in_batches(
    files: Sequence[CaseFile], around: Surroundings, *, processes: int
) -> Iterator[list[Read]]:
    """Read files, a batch at a time; with several processes in the order in which they are done.

    Args:
        files: what to read.
        around: what to check them against.
        processes: how many may read beside each other. With more than one, the program must
            be one that can be imported again, as ``multiprocessing`` asks.
    """
    batches = [files[at : at + BATCH] for at in range(0, len(files), BATCH)]
    left = dict(enumerate(batches))
    if processes > 1 and len(files) >= FEWEST:
        for number, read in _beside_each_other(batches, around, min(processes, len(batches))):
            del left[number]
            yield read
    for batch in left.values():
        yield [read_file(file, around) for file in batch]


def _beside_each_other(
    batches: Sequence[Sequence[CaseFile]], around: Surroundings, processes: int
) -> Iterator[tuple[int, list[Read]]]:
    """What several processes read, with the number of the batch; less where they are ended."""
    from concurrent.futures import ProcessPoolExecutor, as_completed  # slow imports
    from concurrent.futures.process import BrokenProcessPool
    from multiprocessing import get_context

    context = get_context("spawn")
    stop = context.RawValue("b", 0)
    pool = ProcessPoolExecutor(
        processes, mp_context=context, initializer=_begin, initargs=(around, stop)
    )
    try:
        with _uninterrupted():
            futures = {
                pool.submit(_read_batch, batch): number for number, batch in enumerate(batches)
            }
        for future in as_completed(futures):
            yield futures[future], future.result()
            del futures[future]
    except BrokenProcessPool:  # say because memory was short; this process is left
        return
    finally:
        stop.value = 1  # with Ctrl-C they are amid batches, of which nobody reads the rest
        pool.shutdown(wait=True, cancel_futures=True)


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


_around: Surroundings | None = None
_stop: c_byte | None = None


def _begin(around: Surroundings, stop: c_byte) -> None:
    """What a process does first.

    Args:
        around: what files are checked against.
        stop: shared with the one that asks; not 0 once nobody wants what is read.
    """
    global _around, _stop
    _around, _stop = around, stop
    seldom_look_for_garbage()
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    threading.Thread(target=_end_with_parent, daemon=True).start()


def _end_with_parent() -> None:
    from multiprocessing import connection, parent_process

    parent = parent_process()
    if parent is not None:
        connection.wait([parent.sentinel])
        os._exit(1)


def _read_batch(batch: Sequence[CaseFile]) -> list[Read]:
    if _around is None or _stop is None:
        raise RuntimeError("the process was not begun")
    return [read_file(file, _around) for file in batch if not _stop.value]
