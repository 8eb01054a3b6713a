"""Does something again whenever files of a folder change; a person ends it with Ctrl-C."""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

from kb.cli.console import say, told
from kb.errors import BuildBusy, KBError

#: Seconds between two looks. A look at very many files may take a tenth of the time at most.
_SECONDS, _SHARE = 1.0, 0.1
#: So many files that changed are named.
_NAMED = 3

#: Every file with what tells that it is another one: when it was changed, and its size.
State = Mapping[str, tuple[int, int]]


def again_and_again(folder: Path, build: Callable[[], None], *, as_json: bool) -> int:
    """Build, and build again after each change of a folder, until Ctrl-C; the exit status.

    What goes wrong is told, and the next change is another try. What changes while a build is
    running is built after it.

    Args:
        folder: what is looked at.
        build: builds once.
        as_json: how problems are printed.
    """
    busy = False
    try:
        while True:
            built, was_busy, busy = state_of(folder), busy, False
            try:
                build()
            except BuildBusy as err:
                busy = True
                if not was_busy:
                    say(str(err))
            except KBError as err:
                told(err, as_json=as_json)
            if not busy:
                say(f"Waiting for a change in {folder}; Ctrl-C ends.")
            changed = _next_change(folder, built, at_once=busy)
            if changed:
                say(f"{_named(changed)} changed.")
    except KeyboardInterrupt:
        say("\nNot watching any more. What was built last stays served.")
        return 0


def _next_change(folder: Path, built: State, *, at_once: bool) -> tuple[str, ...]:
    """The files that are other ones than when it was built, as soon as they keep still."""
    seconds = _SECONDS
    last = built
    while True:
        time.sleep(seconds)
        started = time.monotonic()
        now = state_of(folder)
        seconds = max(_SECONDS, (time.monotonic() - started) / _SHARE)
        changed = tuple(sorted(dict(built.items() ^ now.items())))
        if (changed or at_once) and now == last:
            return changed
        last = now


def _named(paths: tuple[str, ...]) -> str:
    more = f" and {len(paths) - _NAMED} more" if len(paths) > _NAMED else ""
    return f"{', '.join(paths[:_NAMED])}{more}"


def state_of(folder: Path) -> State:
    """What is in a folder and below; hidden files are passed over, as they are no cases."""
    return dict(_entries(str(folder), ""))


def _entries(folder: str, way: str) -> Iterator[tuple[str, tuple[int, int]]]:
    try:
        entries = list(os.scandir(folder))
    except OSError:  # it went while it was looked at
        return
    for entry in entries:
        if entry.name.startswith("."):
            continue
        try:
            if entry.is_dir(follow_symlinks=False):
                yield from _entries(entry.path, f"{way}{entry.name}/")
            else:
                stat = entry.stat()
                yield f"{way}{entry.name}", (stat.st_mtime_ns, stat.st_size)
        except OSError:
            continue
