"""A site, started to be measured: its first answer, its memory, its pages."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.parse
import urllib.request
from functools import cache
from pathlib import Path

from at_scale.queries import QUERIES

#: So many seconds are waited for a first answer, and for any other.
_PATIENCE, _ANSWER = 180, 60
#: So many of its last lines are told where a server ends.
_LAST_LINES = 5


def environment(tree: Path, packages: Path | None = None) -> dict[str, str]:
    """What a process of a release is started with: no settings, its own code, and ours here.

    What Python compiles of it is kept, as an installer keeps it.

    Args:
        tree: the folder of the release.
        packages: a folder of packages that it needs beside those of this environment.
    """
    unset = ("KB_", "PYTHONDONTWRITEBYTECODE")
    kept = {name: value for name, value in os.environ.items() if not name.startswith(unset)}
    folders = (tree, Path(__file__).parents[1], *([packages] if packages else ()))
    path = os.pathsep.join(map(str, folders))
    return {**kept, "PYTHONPATH": path, "HF_HUB_OFFLINE": "1"}


def command_of(tree: Path) -> list[str]:
    """How the command of a release is run: in e9d3985 it was a module of ``kb``."""
    module = "web" if (tree / "web" / "__main__.py").is_file() else "kb.cli"
    return [sys.executable, "-m", module]


@cache
def _compile(tree: Path) -> None:
    """Compile a release, as an installer does: that is no part of a start."""
    command = [sys.executable, "-m", "compileall", "-q", "kb", "web"]
    subprocess.run(command, cwd=tree, stdout=subprocess.DEVNULL, check=False)


class Server:
    """A release over an index; ``seconds_to_answer`` is from the start of the process.

    Raises:
        RuntimeError: it ends without an answer; what it said last is in the error.
        TimeoutError: it does not answer in time, as the error that stands in its place says.
    """

    def __init__(
        self, tree: Path, index: Path, *, workers: int = 2, packages: Path | None = None
    ) -> None:
        _compile(tree)
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self.port = probe.getsockname()[1]
        self._said = tempfile.TemporaryFile()  # noqa: SIM115 it is closed with the server
        self.started = time.perf_counter()
        self.process = subprocess.Popen(
            [
                *(*command_of(tree), "serve", "--index", str(index)),
                *("--port", str(self.port), "--workers", str(workers)),
            ],
            cwd=tree,
            env=environment(tree, packages),
            stdout=self._said,
            stderr=self._said,
        )
        self.seconds_to_answer = self._wait()

    def __enter__(self) -> Server:
        return self

    def __exit__(self, *_: object) -> None:
        self._end()

    def _end(self) -> None:
        self.process.terminate()
        self.process.wait(timeout=60)
        self._said.close()

    def _wait(self) -> float:
        why: OSError | None = None
        while time.perf_counter() - self.started < _PATIENCE:
            if self.process.poll() is not None:
                said = self._last_lines()
                self._said.close()
                raise RuntimeError(f"the server ended without an answer:\n{said}")
            try:
                self.ask(QUERIES[0])
            except OSError as err:
                why = err
                time.sleep(0.01)
            else:
                return time.perf_counter() - self.started
        self._end()
        raise TimeoutError(f"the server did not answer within {_PATIENCE} s, but: {why}")

    def _last_lines(self) -> str:
        self._said.seek(0)
        lines = self._said.read().decode(errors="replace").splitlines()
        return "\n".join(lines[-_LAST_LINES:])

    def ask(self, text: str, path: str = "/search", name: str = "q") -> float:
        """Ask one query by a parameter; seconds until the whole answer is here.

        Raises:
            OSError: there is no answer, or one that says an error other than 404.
        """
        url = f"http://127.0.0.1:{self.port}{path}"
        if text:
            url += f"?{name}={urllib.parse.quote(text)}"
        started = time.perf_counter()
        try:
            with urllib.request.urlopen(url, timeout=_ANSWER) as answer:
                answer.read()
        except urllib.error.HTTPError as err:
            err.read()
            err.close()
            if err.code != 404:
                raise
        return time.perf_counter() - started

    def memory(self) -> float:
        """Megabytes of a worker: the shares of master and workers, divided by the workers."""
        workers = self._workers()
        return sum(map(_pss, (str(self.process.pid), *workers))) / len(workers)

    def resident(self) -> float:
        """Megabytes of a worker as they are told of a process, shared or not."""
        return _kilobytes(Path(f"/proc/{self._workers()[0]}/status"), "VmRSS") / 1000

    def _workers(self) -> list[str]:
        master = self.process.pid
        return Path(f"/proc/{master}/task/{master}/children").read_text().split()


def _pss(pid: str) -> float:
    return _kilobytes(Path(f"/proc/{pid}/smaps_rollup"), "Pss") / 1000


def _kilobytes(path: Path, name: str) -> int:
    lines = path.read_text().splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith(f"{name}:"))
