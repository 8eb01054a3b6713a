"""Files that are made aside: a few at once, for all processes together, each once.

A web worker asks for a file and goes on. What is asked for lies in a folder, and so does what was
made, by the digest of what goes into it: the same file is never made twice, and a finished one is
sent like any other. The folder may be deleted at any time: what is being made just then counts as
failed for a minute, and everything else is made anew.

    .exports/
      waiting/      what is to be made, one file each, the oldest first
      doing-0/      what the maker of slot 0 is at
      done/         what was made, until there is too much of it
      dumps/        the tables of all cases, in a folder of the name of its file in done/
      failed/       why a file could not be made, for a while
      slot-0.lock   held by the maker of this slot
      starting      there while a maker has been started and has no slot yet

Makers are processes of their own (``kb.exports.maker``). As many work as there are slots.
"""

from __future__ import annotations

import hashlib
import logging
import os
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from kb.errors import ExportFailed, ExportsBusy
from kb.exports.formats import FORMATS
from kb.model.versions import code_digest, versions_of

_log = logging.getLogger(__name__)

FOLDER = ".exports"
#: So many files may wait to be made; the next one is refused.
MOST_WAITING = 60
#: So many are made at once: half of the processors, as readers are served beside.
SLOTS = max(1, min(4, (os.cpu_count() or 2) // 2))
#: So many threads a typesetter takes, all makers together half of the processors.
THREADS = max(1, (os.cpu_count() or 2) // 2 // SLOTS)
#: How much a maker steps back behind those who serve.
NICE = 10
#: What was made may take so much room, in bytes; what was not asked for longest goes first.
ROOM = 512 * 2**20
#: For so many seconds a file that could not be made is not tried again.
FAILED_S = 60
#: A file may take so many seconds.
PATIENCE_S = 300
#: All cases as tables may take longer: a hundred thousand take minutes.
DUMP_PATIENCE_S = 3600
#: A file that is sent counts as asked for, noted once in so many seconds.
_NOTED_S = 3600

#: A maker that has no slot after so many seconds has come to nothing.
_STARTED_S = 15

WAITING, DONE, FAILED = "waiting", "done", "failed"
STARTING = "starting"
#: How the name of a file ends that is not whole yet.
PART = ".part"
#: A task is named by the ending of its file: a format of a document, a sheet, a picture,
#: or a dump.
SHEET = "sheet.pdf"
PICTURE = "picture.png"
DUMP = "dump.json"
#: Where the tables of dumps lie, in a folder each.
DUMPS = "dumps"


@dataclass(frozen=True, slots=True, kw_only=True)
class Progress:
    """How far a file is that is not made yet.

    ``before`` is how many are made before it; ``seconds`` is how long it is being made, None
    while it waits.
    """

    before: int = 0
    seconds: float | None = None


class Making:
    """The folder of files that are made aside. Safe between threads and processes."""

    def __init__(self, index: Path) -> None:
        """Files for the snapshots of an index; nothing is written before a file is asked for."""
        self._index = index

    def key(self, task: str, given: str) -> str:
        """The name of the file that a task makes of what it is given."""
        return f"{hashlib.sha256(f'{_made_by()}{task}{given}'.encode()).hexdigest()[:40]}.{task}"

    def made(self, key: str) -> Path | None:
        """Where a file lies that was made; None where it was not, or is there no more."""
        path = self.folder / DONE / key
        try:
            age = time.time() - path.stat().st_mtime
            if age > _NOTED_S:
                os.utime(path)
        except FileNotFoundError:
            return None
        return path

    def dump(self, key: str) -> Path | None:
        """The folder of a dump that was made; where it is no more, it can be asked for again."""
        folder = self.folder / DUMPS / key
        if folder.is_dir():
            return folder
        (self.folder / DONE / key).unlink(missing_ok=True)
        return None

    def ask(self, key: str, given: str) -> Progress:
        """See to it that a file is made, and say how far it is.

        Raises:
            ExportFailed: it could not be made, a moment ago, or nothing can be started to make it.
            ExportsBusy: too many are waiting.
        """
        if (progress := self.progress(key)) is not None:
            return progress
        if self.made(key) is not None:
            return Progress()
        waiting = self.folder / WAITING
        if len(oldest_first(waiting)) >= MOST_WAITING:
            raise ExportsBusy(MOST_WAITING)
        _make_inside(self.folder)
        write_whole(waiting / key, given.encode())
        return self._progress(key) or Progress()  # and a maker is started, unless one has it

    def progress(self, key: str) -> Progress | None:
        """How far a file is that was asked for; None if it was not, or is made already.

        Raises:
            ExportFailed: it could not be made, a moment ago, or nothing can be started to make it.
        """
        if (failed := self._failed(key)) is not None:
            reason, _, output = failed.partition("\n")
            raise ExportFailed(reason, output)
        return self._progress(key)

    def wait(self, key: str, seconds: float) -> Path | None:
        """Wait for a file to be made; None where it is not by then, or cannot be."""
        end = time.monotonic() + seconds
        while (path := self.made(key)) is None and time.monotonic() < end:
            if (self.folder / FAILED / key).exists():
                return None
            time.sleep(0.02)
        return path

    def under_way(self) -> dict[str, int]:
        """How many files wait, are being made, and could not be made a moment ago."""
        if not self._index.is_dir():
            return {"waiting": 0, "being_made": 0, "failed": 0}
        doing = [oldest_first(self.folder / f"doing-{slot}") for slot in range(SLOTS)]
        return {
            "waiting": len(oldest_first(self.folder / WAITING)),
            "being_made": sum(map(len, doing)),
            "failed": sum(
                self._failed(path.name) is not None for path in oldest_first(self.folder / FAILED)
            ),
        }

    @property
    def folder(self) -> Path:
        """Where the files lie: in the index, or if nothing can be written there, elsewhere."""
        return _folder(self._index)

    def _failed(self, key: str) -> str | None:
        path = self.folder / FAILED / key
        try:
            if time.time() - path.stat().st_mtime < FAILED_S:
                return path.read_text(encoding="utf-8", errors="replace")
            path.unlink()
        except FileNotFoundError:
            pass
        return None

    def _progress(self, key: str) -> Progress | None:
        """The same, whatever went wrong before.

        It goes from those that wait to a slot, and is looked for in that order, so that it is not
        missed on its way and made a second time.
        """
        names = [path.name for path in oldest_first(self.folder / WAITING)]
        if key in names:
            self._start()
            return Progress(before=names.index(key))
        for slot in range(SLOTS):
            try:
                begun = (self.folder / f"doing-{slot}" / key).stat().st_mtime
            except FileNotFoundError:
                continue
            if not self._is_held(slot):
                self._start()
            return Progress(seconds=max(0.0, time.time() - begun))
        return None

    def _is_held(self, slot: int) -> bool:
        """Whether a maker is at work in a slot, as far as its folder tells."""
        from filelock import FileLock, Timeout  # slow import

        lock = FileLock(self.folder / f"slot-{slot}.lock")
        try:
            with lock.acquire(timeout=0):
                return False
        except Timeout:
            return True

    def _start(self) -> None:
        """Start a maker unless every slot has one, or one is on its way.

        Raises:
            ExportFailed: the system starts none; it is tried again when the next file is asked for.
        """
        if all(self._is_held(slot) for slot in range(SLOTS)) or not self._may_start():
            return
        root = Path(__file__).parents[2]
        try:
            maker = subprocess.Popen(
                [sys.executable, "-m", "kb.exports.maker", str(self.folder.absolute())],
                cwd=root,
                env={**os.environ, "RAYON_NUM_THREADS": str(THREADS)},
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
            )
        except OSError as err:
            (self.folder / STARTING).unlink(missing_ok=True)
            _log.error("no file can be made: the process for it cannot be started: %s", err)
            raise ExportFailed("the process that makes it cannot be started") from err
        with suppress(OSError):  # it may have ended
            os.setpriority(os.PRIO_PROCESS, maker.pid, NICE)  # from its first import on
        threading.Thread(target=_wait_for, args=(maker,), name="maker", daemon=True).start()

    def _may_start(self) -> bool:
        """Whether nobody else has started a maker just now."""
        mark = self.folder / STARTING
        try:
            mark.touch(exist_ok=False)
        except FileExistsError:
            try:
                is_old = time.time() - mark.stat().st_mtime > _STARTED_S
            except FileNotFoundError:
                return False
            if is_old:
                mark.touch()
            return is_old
        return True


def _wait_for(maker: subprocess.Popen[bytes]) -> None:
    """Wait until a maker ends; tell where it was ended, as by a lack of memory."""
    code = maker.wait()
    if code < 0:
        _log.error("process %s, which made files, was ended by signal %s", maker.pid, -code)
    elif code:
        _log.error("process %s, which made files, ended with status %s", maker.pid, code)


def oldest_first(folder: Path) -> list[Path]:
    """The files of a folder, the oldest first; those that go meanwhile are left out."""
    found = []
    for path in folder.glob("*"):
        if path.suffix != PART:
            try:
                found.append((path.stat().st_mtime_ns, path.name, path))
            except FileNotFoundError:
                continue
    return [path for *_, path in sorted(found)]


def write_whole(path: Path, content: bytes) -> None:
    """Write a file so that nobody ever sees a part of it."""
    part = path.with_name(f".{path.name}-{os.getpid()}-{threading.get_ident()}{PART}")
    part.write_bytes(content)
    part.replace(path)


@cache
def _folder(index: Path) -> Path:
    """The first of two folders in which this process can make files.

    Raises:
        ExportFailed: there is none. It is looked for again when the next file is asked for.
    """
    name = hashlib.sha256(str(index.absolute()).encode()).hexdigest()[:12]
    places = [index / FOLDER] if os.access(index, os.W_OK) else []
    with suppress(FileNotFoundError):  # no folder for temporary files can be written
        places.append(Path(tempfile.gettempdir()) / f"kb-exports-{os.getuid()}-{name}")
    for folder in places:
        with suppress(OSError):
            folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            _make_inside(folder)
            is_own = folder.parent == index or folder.stat().st_uid == os.getuid()
            if is_own and os.access(folder / WAITING, os.W_OK):
                return folder
    told = " and ".join(map(str, places)) or "the folders for temporary files"
    _log.error("no file can be made: %s cannot be written; set TMPDIR to a folder that can", told)
    raise ExportFailed("the site has no folder to make it in")


def _make_inside(folder: Path) -> None:
    """Make the folders in it that are not there, also after somebody deleted all of it."""
    for name in (WAITING, DONE, FAILED, *(f"doing-{slot}" for slot in range(SLOTS))):
        (folder / name).mkdir(mode=0o700, parents=True, exist_ok=True)


def prepare_keys() -> None:
    """Read ahead what every key depends on; it is read once in a process."""
    _made_by()


@cache
def _made_by() -> str:
    """The code, the templates, the typefaces and the libraries that make files."""
    libraries: Iterable[str] = {name for one in FORMATS.values() for name in one.libraries}
    return f"{code_digest('kb.exports')} {sorted(versions_of(libraries).items())}"
