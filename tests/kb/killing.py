"""Kills work at any moment of it, so that each of its stages has its share.

A moment that is drawn from the time that the whole work took once says little where a machine is
busy: all of a hundred kills then came before the work was half done. So a moment is counted from
the beginning of a stage, which shows in the folder that is worked on.
"""

from __future__ import annotations

import os
import random
import select
import signal
import time
from collections.abc import Callable, Sequence
from itertools import pairwise
from pathlib import Path

#: Asked of a folder before work begins; what is returned says whether a stage has begun since.
Sign = Callable[[Path], Callable[[], bool]]

#: Seconds between two looks for a sign, and for which the whole work is waited for.
_LOOK, _WHOLE = 0.0005, 600


def appears(pattern: str) -> Sign:
    """A file or folder of such a name is there."""
    return lambda folder: lambda: any(folder.glob(pattern))


def changes(name: str) -> Sign:
    """A file is there, or is another one."""

    def sign(folder: Path) -> Callable[[], bool]:
        before = _state(folder / name)
        return lambda: _state(folder / name) != before

    return sign


def _state(path: Path) -> tuple[int, int] | None:
    try:
        found = path.lstat()
    except FileNotFoundError:
        return None
    return found.st_ino, found.st_mtime_ns


def killed(
    work: Callable[[str], object], folders: Sequence[str], signs: Sequence[Sign], *, seed: int
) -> list[list[int]]:
    """Let work be done on each folder in a child; the first is left alone, all others are killed.

    Args:
        work: what is to be done on a folder.
        folders: one for each child.
        signs: of each stage after the first, in their order.
        seed: of the moments. One in eleven is later than the stage was long.

    Returns:
        For each folder the stage in which it was to be killed, and how its child ended: 0, or the
        negative number of the signal. The stage of the first is -1.
    """
    whole, *others = folders
    begun, status = _whole(work, whole, signs)
    lengths = [after - before for before, after in pairwise(begun)]
    moments, ended = random.Random(seed), [[-1, status]]
    for number, folder in enumerate(others):
        stage = number % len(lengths)
        seconds = moments.uniform(0, 1.1 * lengths[stage])
        ended.append([stage, _killed(work, folder, signs[:stage], seconds)])
    return ended


def _whole(
    work: Callable[[str], object], folder: str, signs: Sequence[Sign]
) -> tuple[list[float], int]:
    """When each stage began, and the last one ended (seconds); and how the child did."""
    begun = [time.monotonic()]
    asked = [sign(Path(folder)) for sign in signs]
    child = _Child(work, folder)
    for has_come in asked:
        child.wait_for(has_come)
        begun.append(time.monotonic())
    child.wait(_WHOLE)
    return [*begun, time.monotonic()], child.status()


def _killed(
    work: Callable[[str], object], folder: str, signs: Sequence[Sign], seconds: float
) -> int:
    """How a child ended that is killed so many seconds after the last of some signs."""
    asked = [sign(Path(folder)) for sign in signs]
    child = _Child(work, folder)
    for has_come in asked[-1:]:
        child.wait_for(has_come)
    if not child.wait(seconds):
        os.kill(child.pid, signal.SIGKILL)
    return child.status()


class _Child:
    """A forked process that does some work, and nothing else."""

    def __init__(self, work: Callable[[str], object], folder: str) -> None:
        self.pid = os.fork()
        if not self.pid:
            try:
                work(folder)
                os._exit(0)
            finally:
                os._exit(1)
        self._ends = os.pidfd_open(self.pid)

    def wait(self, seconds: float) -> bool:
        """Wait so long for its end; whether it has come."""
        return bool(select.select([self._ends], [], [], seconds)[0])

    def wait_for(self, has_come: Callable[[], bool]) -> None:
        """Wait until something has come, or until the end."""
        while not has_come() and not self.wait(_LOOK):
            pass

    def status(self) -> int:
        """How it ended; 0 means well."""
        os.close(self._ends)
        return os.waitstatus_to_exitcode(os.waitpid(self.pid, 0)[1])
