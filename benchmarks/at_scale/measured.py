"""Everything that is measured of one release at one size, each in processes of its own."""

from __future__ import annotations

import itertools
import json
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections import deque
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from subprocess import PIPE
from typing import Any

from at_scale.environments import Library, python_of
from at_scale.queries import QUERIES, percentile, within
from at_scale.server import Server, command_of, environment

#: A measure by its name.
Found = dict[str, float]

#: So many queries are asked before the memory of a worker is read, where there is time.
_BEFORE_MEMORY = 200
#: For pages there is so many times as long as for a measure in the worker.
_LONGER_FOR_PAGES = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class Bounds:
    """How much is asked in a round: so many queries, but no more than some seconds hold.

    The seconds are for each measure of searching alone; what takes longer is asked less often.
    """

    queries: int
    seconds: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Release:
    """A release over a compendium: its code, the cases, its index, and what is filtered by.

    Attributes:
        packages: a folder of packages that it needs beside those of this environment.
        brief: measure only what the present release is compared by.
    """

    name: str
    tree: Path
    cases: Path
    index: Path
    filters: Path
    packages: Path | None = None
    brief: bool = False

    def build(self, table: Path) -> Found:
        """Build from nothing, again with nothing changed, and again after one edit.

        The index is left with the sentence of the edit in it.
        """
        shutil.rmtree(self.index, ignore_errors=True)
        first = self._build(table)
        found = {
            "full build, made vectors": first["seconds"],
            "peak of memory of a full build": first["peak MB"],
        }
        if not self.brief:
            found["build, nothing changed"] = self._build(table)["seconds"]
        with edited(self.cases):
            found["build, one case edited"] = self._build(table)["seconds"]
        return found

    def check(self) -> Found:
        """Check all cases, again with nothing changed, and again after one edit.

        From the start of the process to its end, as whoever writes a case waits for it.
        Nothing is remembered of an earlier check when the first begins.

        Raises:
            RuntimeError: the cases have problems.
        """
        shutil.rmtree(self._remembered, ignore_errors=True)
        self._remembered.mkdir()  # without a folder nothing is kept
        found = {"kb check, first": self._check()}
        if not self.brief:
            found["kb check, again"] = self._check()
            with edited(self.cases):
                found["kb check, one case edited"] = self._check()
        return found

    def ask(self, bounds: Bounds) -> Found:
        """Ask inside a worker's process; see ``at_scale.worker``."""
        asked = (str(bounds.queries), str(bounds.seconds))
        return flat(self._python("at_scale.worker", str(self.index), *asked, str(self.filters)))

    def serve(self, bounds: Bounds) -> Found:
        """Serve the site, by two workers.

        Raises:
            RuntimeError: the server ends without an answer.
            OSError: a page does not come, or says an error.
        """
        with Server(self.tree, self.index, packages=self.packages) as server:
            found = {"start to the first answer": server.seconds_to_answer}
            texts = itertools.islice(itertools.cycle(QUERIES), _BEFORE_MEMORY)
            new = within(
                (f"{text} {n}" for n, text in enumerate(texts)), _LONGER_FOR_PAGES * bounds.seconds
            )
            pages = [server.ask(text) * 1000 for text in new]
            found["memory of a worker"] = server.memory()
            found["page of a search, p50"] = percentile(pages, 0.5)
            found["page of a search, p95"] = percentile(pages, 0.95)
            if not self.brief:
                lost = [server.ask("", f"/cases/norway/not-there-{n}") * 1000 for n in range(10)]
                found["page of an unknown id, p50"] = percentile(lost, 0.5)
        return found

    @property
    def _remembered(self) -> Path:
        """Where a check keeps what it read."""
        return self.index.with_name(f"{self.index.name}-check")

    def _build(self, table: Path) -> dict[str, float]:
        asked = (str(table), str(self.cases), str(self.index))
        return self._python("at_scale.build", *asked, tell=True)

    def _check(self) -> float:
        started = time.perf_counter()
        command = [*command_of(self.tree), "check"]
        folders = {"KB_CASES": str(self.cases), "KB_INDEX": str(self._remembered)}
        settings = environment(self.tree, self.packages) | folders
        done = subprocess.run(
            command, cwd=self.tree, env=settings, capture_output=True, text=True, check=False
        )
        if done.returncode:
            raise RuntimeError(f"{' '.join(command)} failed:\n{done.stdout}{done.stderr}")
        return time.perf_counter() - started

    def _python(self, module: str, *arguments: str, tell: bool = False) -> dict[str, Any]:
        command = [sys.executable, "-m", module, *arguments]
        return _json(command, self.tree, environment(self.tree, self.packages), tell=tell)


class edited:  # noqa: N801 it is used as a function is
    """One case with a sentence more, for as long as it lasts."""

    def __init__(self, cases: Path) -> None:
        self._path = next(
            path for path in sorted(cases.glob("*/*.md")) if "guides" not in str(path)
        )
        self._before = self._path.read_bytes()

    def __enter__(self) -> None:
        self._path.write_bytes(self._before.rstrip() + b" A sentence more was written.\n")

    def __exit__(self, *_: object) -> None:
        self._path.write_bytes(self._before)


def beside(library: Library, folder: Path, data: Path, store: Path, repeats: int) -> Found:
    """What another library needs for the same passages: the build once, the rest as often."""
    python = python_of(library, folder)
    kept = {name: value for name, value in os.environ.items() if not name.startswith("KB_")}
    path = str(Path(__file__).parents[1])
    variables = {**kept, "PYTHONPATH": path, "HF_HUB_OFFLINE": "1", **library.variables}
    shutil.rmtree(store, ignore_errors=True)
    command = [str(python), "-m", f"at_scale.peers.{library.module}", str(data), str(store)]
    found = {"full build, made vectors": _json([*command, "build"], data, variables)["seconds"]}
    asked = [flat(_json([*command, "search"], data, variables)) for _ in range(repeats)]
    return found | medians(asked)


def medians(runs: Iterable[Mapping[str, float]]) -> Found:
    """The median of each measure over the runs that have it."""
    runs = list(runs)
    names = dict.fromkeys(name for run in runs for name in run)
    return {name: statistics.median(run[name] for run in runs if name in run) for name in names}


def flat(answered: Mapping[str, Any]) -> Found:
    """Measures of measures by one name each: ``search, p50``."""
    found: Found = {}
    for name, value in answered.items():
        if isinstance(value, dict):
            found |= {f"{name}, {inner}": number for inner, number in value.items()}
        else:
            found[name] = value
    return found


def _json(
    command: list[str], folder: Path, variables: Mapping[str, str], *, tell: bool = False
) -> dict[str, Any]:
    """The line of JSON that a command prints last; what it says beside is seen where it fails.

    Args:
        command: what is run.
        folder: where.
        variables: the environment of its process.
        tell: what it says is passed on as it comes.

    Raises:
        RuntimeError: it fails.
    """
    last: deque[str] = deque(maxlen=12)
    with tempfile.TemporaryFile("w+", encoding="utf-8") as answer:
        with subprocess.Popen(
            command, cwd=folder, env=dict(variables), stdout=answer, stderr=PIPE, text=True
        ) as process:
            for line in process.stderr or ():
                last.append(line.rstrip())
                if tell:
                    print(f"       {last[-1]}", file=sys.stderr, flush=True)
        if process.returncode:
            raise RuntimeError("\n".join((f"{' '.join(command)} failed:", *last)))
        answer.seek(0)
        return json.loads(answer.read().splitlines()[-1])
