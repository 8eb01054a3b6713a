"""Everything that is measured of one release at one size, each in processes of its own."""

from __future__ import annotations

import itertools
import json
import os
import shutil
import statistics
import subprocess
import sys
import time
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from at_scale.environments import Library, python_of
from at_scale.queries import QUERIES, percentile
from at_scale.server import Server, command_of, environment

#: A measure by its name.
Found = dict[str, float]

#: So many queries are asked before the memory of a worker is read.
_BEFORE_MEMORY = 200


@dataclass(frozen=True, slots=True, kw_only=True)
class Release:
    """A release over a compendium: its code, the cases, its index, and what is filtered by."""

    name: str
    tree: Path
    cases: Path
    index: Path
    filters: Path

    def build(self, table: Path) -> Found:
        """Build from nothing, again with nothing changed, and again after one edit."""
        shutil.rmtree(self.index, ignore_errors=True)
        first = self._build(table)
        found = {
            "full build, made vectors": first["seconds"],
            "peak of memory of a full build": first["peak MB"],
            "build, nothing changed": self._build(table)["seconds"],
        }
        with edited(self.cases):
            found["build, one case edited"] = self._build(table)["seconds"]
        self._build(table)
        return found

    def check(self) -> Found:
        """Check all cases, again with nothing changed, and again after one edit.

        From the start of the process to its end, as whoever writes a case waits for it.
        Nothing is remembered of an earlier check when the first begins.
        """
        shutil.rmtree(self._remembered, ignore_errors=True)
        self._remembered.mkdir()  # without a folder nothing is kept
        found = {"kb check, first": self._check(), "kb check, again": self._check()}
        with edited(self.cases):
            found["kb check, one case edited"] = self._check()
        return found

    def ask(self, n: int) -> Found:
        """Ask inside a worker's process; see ``at_scale.worker``."""
        answered = self._python("at_scale.worker", str(self.index), str(n), str(self.filters))
        return flat(answered)

    def serve(self) -> Found:
        """Serve the site, by two workers."""
        with Server(self.tree, self.index) as server:
            found = {"start to the first answer": server.seconds_to_answer}
            new = itertools.cycle(QUERIES)
            pages = [
                server.ask(f"{text} {number}") * 1000
                for number, text in zip(range(_BEFORE_MEMORY), new, strict=False)
            ]
            found["memory of a worker"] = server.memory()
            found["page of a search, p50"] = percentile(pages, 0.5)
            found["page of a search, p95"] = percentile(pages, 0.95)
            lost = [server.ask("", f"/cases/norway/not-there-{n}") * 1000 for n in range(10)]
            found["page of an unknown id, p50"] = percentile(lost, 0.5)
        return found

    @property
    def _remembered(self) -> Path:
        """Where a check keeps what it read."""
        return self.index.with_name(f"{self.index.name}-check")

    def _build(self, table: Path) -> dict[str, float]:
        return self._python("at_scale.build", str(table), str(self.cases), str(self.index))

    def _check(self) -> float:
        started = time.perf_counter()
        command = [*command_of(self.tree), "check"]
        folders = {"KB_CASES": str(self.cases), "KB_INDEX": str(self._remembered)}
        settings = environment(self.tree) | folders
        subprocess.run(command, cwd=self.tree, env=settings, stdout=subprocess.DEVNULL, check=True)
        return time.perf_counter() - started

    def _python(self, module: str, *arguments: str) -> dict[str, Any]:
        return _json([sys.executable, "-m", module, *arguments], self.tree, environment(self.tree))


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
    """The median of each measure over several runs."""
    runs = list(runs)
    return {name: statistics.median(run[name] for run in runs) for name in runs[0]}


def flat(answered: Mapping[str, Any]) -> Found:
    """Measures of measures by one name each: ``search, p50``."""
    found: Found = {}
    for name, value in answered.items():
        if isinstance(value, dict):
            found |= {f"{name}, {inner}": number for inner, number in value.items()}
        else:
            found[name] = value
    return found


def _json(command: list[str], folder: Path, variables: Mapping[str, str]) -> dict[str, Any]:
    """The line of JSON that a command prints last; what it says beside is seen where it fails.

    Raises:
        RuntimeError: it fails.
    """
    done = subprocess.run(
        command, cwd=folder, env=dict(variables), capture_output=True, text=True, check=False
    )
    if done.returncode:
        last = "\n".join(done.stderr.splitlines()[-12:])
        raise RuntimeError(f"{' '.join(command)} failed:\n{last}")
    return json.loads(done.stdout.splitlines()[-1])
