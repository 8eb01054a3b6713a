"""Makes the files that wait, one after the other, in a process of its own.

It takes a slot, or ends where all are taken. It works with less claim to the processor than those
who serve readers. What it was at when it was killed, or when its time was up, counts as failed.
"""

from __future__ import annotations

import logging
import os
import shutil
import signal
import sys
import time
import traceback
from contextlib import suppress
from pathlib import Path

from filelock import FileLock, Timeout

from kb.errors import Attempt
from kb.exports.making import (
    DONE,
    DUMP,
    DUMP_PATIENCE_S,
    DUMPS,
    FAILED,
    NICE,
    PART,
    PATIENCE_S,
    PICTURE,
    ROOM,
    SHEET,
    SLOTS,
    STARTING,
    WAITING,
    oldest_first,
    write_whole,
)
from kb.logs import FORM_VARIABLE, FORMS, TEXT, write_log

_log = logging.getLogger(__name__)

#: After so many files it begins anew: the typesetter keeps what it has set.
_MOST_MADE = 60
#: Who looks whether a slot is taken holds it for a moment.
_PATIENCE_S = 0.5
#: As many letters of what went wrong are told; the log has all.
_LONGEST = 300
#: So many dumps are kept: who reads the last one is not cut off by a new one.
_DUMPS_KEPT = 2
_ENDED = "it took too long or too much memory"


def main(folder: Path) -> None:
    """Make everything that waits, in the first slot that is free."""
    os.setpriority(os.PRIO_PROCESS, 0, NICE)
    tidy(folder)
    _fill_a_slot(folder)
    (folder / STARTING).unlink(missing_ok=True)
    if oldest_first(folder / WAITING):  # it came while the mark said that a maker was on its way
        _fill_a_slot(folder)


def _fill_a_slot(folder: Path) -> None:
    """Work in each slot that is free as long as anything waits."""
    for slot in range(SLOTS):
        while _anything(folder, slot):
            try:
                with FileLock(folder / f"slot-{slot}.lock").acquire(timeout=_PATIENCE_S):
                    (folder / STARTING).unlink(missing_ok=True)
                    made = _work(folder, slot)
            except Timeout:
                break  # another maker has it
            if made >= _MOST_MADE:
                os.execv(sys.executable, [sys.executable, "-m", __spec__.name, str(folder)])


def tidy(folder: Path) -> None:
    """Remove what failed a while ago, and the parts of files that were never finished."""
    before = time.time() - PATIENCE_S
    for name in (WAITING, DONE, FAILED):
        for path in (folder / name).glob("*"):
            if name == FAILED or path.suffix == PART:
                with suppress(FileNotFoundError):
                    if path.stat().st_mtime < before:
                        path.unlink()


def _anything(folder: Path, slot: int) -> bool:
    return bool(oldest_first(folder / WAITING) or oldest_first(folder / f"doing-{slot}"))


def _work(folder: Path, slot: int) -> int:
    """Make what waits until nothing does; how many files were made."""
    doing, made = folder / f"doing-{slot}", 0
    for left in oldest_first(doing):
        _fail(folder, left, _ENDED)
    while made < _MOST_MADE and (waiting := oldest_first(folder / WAITING)):
        task = doing / waiting[0].name
        try:
            waiting[0].rename(task)
        except FileNotFoundError:
            continue  # another maker took it
        os.utime(task)
        _make(folder, task)
        made += 1
    return made


def _make(folder: Path, task: Path) -> None:
    content = b""
    what = task.name.partition(".")[2]
    # It ends this process, in the typesetter's own code too.
    signal.alarm(DUMP_PATIENCE_S if what == DUMP else PATIENCE_S)
    with Attempt() as attempt:  # whatever goes wrong is told, and the next file is made
        given = task.read_text(encoding="utf-8")
        content = _dump(folder, task.name, given) if what == DUMP else _content(what, given)
    signal.alarm(0)
    if (error := attempt.error) is not None:
        _fail(folder, task, f"{type(error).__name__}: {error}".splitlines()[0][:_LONGEST], error)
        return
    make_room(folder / DONE, len(content))
    write_whole(folder / DONE / task.name, content)
    task.unlink(missing_ok=True)


def _dump(folder: Path, name: str, given: str) -> bytes:
    """Make a dump in its folder; what lies there. Those before the last one are removed."""
    from kb.exports.dump.made import make

    dumps = folder / DUMPS
    content = make(dumps / name, given)
    for path in sorted(dumps.iterdir(), key=lambda one: one.stat().st_mtime)[:-_DUMPS_KEPT]:
        shutil.rmtree(path, ignore_errors=True)
    return content


def _content(task: str, given: str) -> bytes:
    if task in (SHEET, PICTURE):
        from kb.exports.typeset import typeset

        template, _, sheet = given.partition("\n")
        return typeset(template, sheet, is_picture=task == PICTURE)
    from kb.exports.document import document_of
    from kb.exports.formats import FORMATS, write

    return write(document_of(given), FORMATS[task])


def _fail(folder: Path, task: Path, why: str, error: BaseException | None = None) -> None:
    _log.error("%s could not be made: %s", task.name, why, exc_info=error)
    trace = "".join(traceback.format_exception(error)) if error is not None else ""
    write_whole(folder / FAILED / task.name, f"{why}\n{trace}".encode())
    task.unlink(missing_ok=True)


def make_room(done: Path, size: int, *, room: int = ROOM) -> None:
    """Remove what was not asked for longest until there is room for a file of a size in bytes."""
    held = oldest_first(done)
    sizes = {}
    for path in held:
        with suppress(FileNotFoundError):
            sizes[path] = path.stat().st_size
    total = sum(sizes.values())
    for path, its_size in sizes.items():
        if total + size <= room:
            return
        path.unlink(missing_ok=True)
        total -= its_size


if __name__ == "__main__":
    form = os.environ.get(FORM_VARIABLE, TEXT)
    write_log(form if form in FORMS else TEXT)
    main(Path(sys.argv[1]))
