"""How a server takes memory from the system, and gives back what it does not use any more.

Only the C library of GNU is told anything; others do as they do.
"""

from __future__ import annotations

import ctypes
import os
import threading
import time
from contextlib import suppress

#: Of <malloc.h>: how many stores of memory the threads of a process take from, at most.
_ARENA_MAX, ARENAS = -8, 1

#: So many seconds pass between two looks at whether a worker has something to give back.
EVERY = 2.0
#: Seconds of the processor in which a worker has worked so much that it may have.
WORKED = 0.2


def share_arenas() -> None:
    """Let all threads take memory from one store, not one each: at least 5 MB less in each worker.

    Threads run one at a time, mostly, and what one of them gave back no other takes from its store.
    ``MALLOC_ARENA_MAX`` in the environment goes before it.
    """
    if "MALLOC_ARENA_MAX" not in os.environ:
        with suppress(AttributeError, OSError):  # of another maker
            ctypes.CDLL(None).mallopt(_ARENA_MAX, ARENAS)


def give_back() -> None:
    """Give the system back what lies free between what is used: a matter of a millisecond or two.

    Left alone, the library gives back only what is free at the end of its stores.
    """
    with suppress(AttributeError, OSError):
        ctypes.CDLL(None).malloc_trim(0)


def keep_giving_back() -> None:
    """Do so for as long as the process lives, whenever it has worked for a while."""
    threading.Thread(target=_keep_giving_back, name="memory", daemon=True).start()


def _keep_giving_back() -> None:
    worked = 0.0
    while True:
        time.sleep(EVERY)
        by_now = time.process_time()
        if by_now - worked >= WORKED:
            give_back()
            worked = by_now
