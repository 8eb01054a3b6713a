"""Measure the program at sizes that the real compendium does not have, beside others.

    python benchmarks/scale.py make 10000 FOLDER [--seed 1] [--plain]
    python benchmarks/scale.py run --sizes 81,1000,10000 [--previous] [--peers] [--json FILE]
    python benchmarks/scale.py vectors [--n 1000000] [--json FILE]

``make`` writes a compendium of made-up cases (``at_scale/synthetic.py``), which is valid for
``kb check`` and can be built and served like any other. ``run`` measures at each size: this
release, the last one from the history of the repository, and other libraries, each in an
environment of its own; then it says which targets are reached. ``vectors`` asks the engine alone
for the nearest of very many vectors, under filters. docs/scale.md says what each line of the
table means.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import resource
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

from at_scale import measured, million, targets, vectors
from at_scale.environments import (
    LIBRARIES,
    PREVIOUS,
    previous_packages,
    previous_tree,
    with_its_own,
)
from at_scale.measured import Bounds, Found, Release
from at_scale.server import environment
from at_scale.synthetic import Compendium, words_of
from at_scale.targets import OURS

from kb.search import evidence

ROOT = Path(__file__).parent.parent

#: The last release is not asked at more cases: it would need gigabytes and hours.
_MOST_OF_PREVIOUS = 10_000
#: So many rounds there are, beyond so many cases fewer, and of them so many for the last release,
#: which takes minutes for one.
_ROUNDS, _MANY, _ROUNDS_OF_MANY, _PREVIOUS_ROUNDS_OF_MANY = 5, 1_000, 3, 2
#: Beyond so many cases a check is left out: a build reads and checks them all the same.
_MOST_CHECKED = 10_000

#: What is a share of one of them by the other, in each round, and then the median.
_RATIOS = (
    "search, p50",
    "search with a filter, p50",
    "role models, p50",
    "start to the first answer",
    "memory of a worker",
    "kb check, first",
)

_STARTED = time.perf_counter()
#: A measure's unit by how its name begins; milliseconds otherwise.
_UNITS = {
    "full build": "s",
    "build,": "s",
    "kb check": "s",
    "start": "s",
    "peak": "MB",
    "memory": "MB",
    "cases": "",
    "share": "%",
}


def make(options: argparse.Namespace) -> None:
    """Write a made-up compendium."""
    made = Compendium(options.n, source=options.cases, seed=options.seed, plain=options.plain)
    made.write(options.folder)
    print(f"{options.n} made-up cases are in {options.folder}.")


def run(options: argparse.Namespace) -> None:
    """Measure, print the table, and keep it."""
    with tempfile.TemporaryDirectory(prefix="scale-") as temporary:
        work = (options.work or Path(temporary)).resolve()
        work.mkdir(parents=True, exist_ok=True)
        told: dict[str, Any] = {"machine": machine(), "load at the start": os.getloadavg()[0]}
        told["sizes"] = {}
        table = table_in(work)
        for n in options.sizes:
            found = at_size(n, options, work, table)
            told["sizes"][n] = found
            print_table(n, found)
            told["load at the end"] = os.getloadavg()[0]
            if options.json:
                keep(options.json, told)
        print_targets(told["sizes"])
    say("done")


def of_vectors(options: argparse.Namespace) -> None:
    """Measure the engine alone, print the table, and keep it."""
    with tempfile.TemporaryDirectory(prefix="scale-") as temporary:
        work = (options.work or Path(temporary)).resolve()
        work.mkdir(parents=True, exist_ok=True)
        table = vectors.load(table_in(work))
        real = table.vectors["encoder"][sorted({*table.parts.values()})]
        say(f"{options.n} vectors are made")
        made = million.MadeEngine(real, options.n)
        say("the engine writes them and is opened")
        folder = work / f"vectors-{options.n}"
        shutil.rmtree(folder, ignore_errors=True)
        started = time.perf_counter()
        engine = million.local(made, folder)
        written = time.perf_counter() - started
        rows = []
        for row in million.measure(made, engine, candidates=evidence.CANDIDATES):
            rows.append(row)
            say(f"asked under {len(rows)} of {million.FILTERS} filters")
        shutil.rmtree(folder)
    print_vectors(options.n, rows, written)
    if options.json:
        told = {"machine": machine(), "load at the end": os.getloadavg()[0], "n": options.n}
        told |= {"seconds to write": written, "peak MB": peak()}
        told |= {"rows": [asdict(row) for row in rows]}
        keep(options.json, told)


def print_vectors(n: int, rows: Sequence[million.Row], written: float) -> None:
    """A table in Markdown: a filter in a row."""
    memory = f"{peak():,.0f} MB at most"
    print(f"\n{n:,} vectors, written and opened in {written:.1f} s, in {memory}\n")
    recall, time_ = f"at least {million.LEAST_RECALL}", f"at most {million.MOST_MS} ms"
    print(
        f"| filter | passes | documents | recall@10 | p50 | p95 | processor | {recall}, {time_} |"
    )
    print("|---|---:|---:|---:|---:|---:|---:|---|")
    for row in rows:
        share = "all" if row.share is None else f"{row.share:.1%}"
        times = (f"{value:.1f} ms" for value in (row.p50, row.p95, row.processor))
        outcome = "reached" if row.is_reached else "missed"
        cells = (row.kind, share, f"{row.passing:,}", f"{row.recall:.3f}", *times, outcome)
        print(f"| {' | '.join(cells)} |")


def peak() -> float:
    """The most memory that this process held, in megabytes."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1000


def keep(path: Path, told: Mapping[str, Any]) -> None:
    """Keep figures in a file."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(f"{json.dumps(told, indent=1, ensure_ascii=False)}\n", encoding="utf-8")


def at_size(n: int, options: argparse.Namespace, work: Path, table: Path) -> dict[str, Found]:
    """Every measure of everything that is measured at a size, by name."""
    say(f"{n:,} cases are made")
    releases = [release_in(work, n, OURS, ROOT)]
    if options.previous and n <= _MOST_OF_PREVIOUS:
        releases.append(release_in(work, n, PREVIOUS, previous_tree(ROOT, work)))
    rounds: dict[str, list[Found]] = {release.name: [] for release in releases}
    once: dict[str, Found] = {}
    bounds = Bounds(queries=options.queries, seconds=options.seconds)
    for release in releases:
        say(f"{n:,} cases: {release.name} builds")
        once[release.name] = release.build(table)
    repeats = options.repeats or (_ROUNDS_OF_MANY if n > _MANY else _ROUNDS)
    for number in range(1, repeats + 1):
        for release in releases:
            if release.name == PREVIOUS and n > _MANY and number > _PREVIOUS_ROUNDS_OF_MANY:
                continue
            say(f"{n:,} cases: {release.name}, round {number} of {repeats}")
            rounds[release.name].append(a_round(release, bounds, check=n <= _MOST_CHECKED))
    found = {
        name: {**once[name], **measured.medians(runs), **ratios(runs, rounds[OURS])}
        for name, runs in rounds.items()
    }
    if options.peers:
        data = work / str(n) / "passages"
        given = [str(table), str(releases[0].cases), str(data), str(releases[0].filters)]
        command = [sys.executable, "-m", "at_scale.peer_data", *given]
        subprocess.run(command, cwd=ROOT, env=environment(ROOT), check=True)
        for library in LIBRARIES:
            say(f"{n:,} cases: {library.name}")
            store = work / str(n) / library.module
            found[library.name] = measured.beside(library, work, data, store, repeats)
    return found


def a_round(release: Release, bounds: Bounds, *, check: bool) -> Found:
    """All that is measured of a release in a round.

    Where the site of the last release does not answer, the reason is told and the rest measured.
    """
    found = release.ask(bounds)
    try:
        found |= release.serve(bounds)
    except (RuntimeError, OSError) as err:
        if release.name != PREVIOUS:
            raise
        say(f"its site is left out: {err}")
    return found | release.check() if check else found


def release_in(work: Path, n: int, name: str, tree: Path) -> Release:
    """A release over made-up cases, which are made where they are not there yet."""
    plain = name != OURS
    cases = work / str(n) / ("cases-plain" if plain else "cases")
    filters = work / str(n) / "filters.json"
    if not cases.is_dir():
        staged = cases.with_suffix(".part")
        made = Compendium(n, source=ROOT / "cases", plain=plain)
        made.write(staged)
        filters.write_text(json.dumps(made.filters()), encoding="utf-8")
        if plain:
            with_its_own(tree, staged)
        staged.rename(cases)
    return Release(
        name=name,
        tree=tree,
        cases=cases,
        index=work / str(n) / f"index-{name}",
        filters=filters,
        packages=previous_packages(work) if plain else None,
        brief=plain,
    )


def table_in(work: Path) -> Path:
    """The vectors of the real texts, which are encoded where they are not there yet."""
    path = work / "real.npz"
    if not path.is_file():
        say("the real texts are encoded, which takes a minute or two")
        source = ROOT / "cases"
        made = vectors.table_of(source, words_of(source), vectors.real_encoders())
        staged = path.with_suffix(".part.npz")
        vectors.save(made, staged)
        staged.rename(path)
    return path


def ratios(runs: Sequence[Found], ours: Sequence[Found]) -> Found:
    """How many times as much it needs as ours does, by the rounds that both had."""
    if runs is ours:
        return {}
    both = list(zip(runs, ours, strict=False))
    return {
        f"{name}, times ours": statistics.median(run[name] / own[name] for run, own in both)
        for name in _RATIOS
        if all(name in run and name in own for run, own in both)
    }


def machine() -> dict[str, Any]:
    """On what it is measured."""
    commit = subprocess.run(
        ["git", "rev-parse", "--short", "HEAD"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    ).stdout.strip()
    return {"commit": commit, "cores": os.cpu_count(), "python": platform.python_version()}


def print_table(n: int, found: Mapping[str, Found]) -> None:
    """A table in Markdown: a measure in a row, and in a column who was measured."""
    rows = list(dict.fromkeys(name for of_one in found.values() for name in of_one))
    columns = [[f"{n:,} cases", *rows]]
    for name, of_one in found.items():
        columns.append([name, *(shown(row, of_one.get(row)) for row in rows)])
    widths = [max(map(len, column)) for column in columns]
    first, *others = (
        [f"{cell:<{width}}" if place == 0 else f"{cell:>{width}}" for cell in column]
        for place, (column, width) in enumerate(zip(columns, widths, strict=True))
    )
    lines = [f"| {' | '.join(cells)} |" for cells in zip(first, *others, strict=True)]
    rule = "|".join(("-" * (widths[0] + 2), *("-" * (width + 1) + ":" for width in widths[1:])))
    print("", lines[0], f"|{rule}|", *lines[1:], sep="\n", flush=True)


def print_targets(sizes: Mapping[int, Mapping[str, Found]]) -> None:
    """A table in Markdown: what was aimed at, what was measured, and how it came out."""
    print("\n| cases | measure | target | measured | |\n|---:|---|---|---:|---|")
    for row in targets.rows(sizes):
        print(f"| {' | '.join(row.cells)} |")
    missing = targets.not_measured(sizes)
    if missing:
        print(f"\nNot measured in this run: {'; '.join(missing)}.", flush=True)


def shown(name: str, value: float | None) -> str:
    """A figure with its unit; a dash where it was not measured."""
    if value is None:
        return "–"
    if name.endswith("times ours"):
        return f"{value:.2f}"
    unit = next((unit for begin, unit in _UNITS.items() if name.startswith(begin)), "ms")
    if unit == "%":
        return f"{value:.1%}"
    digits = 0 if unit in ("", "MB") else 2 if unit == "s" or value < 10 else 1
    return f"{value:,.{digits}f} {unit}".rstrip()


def say(text: str) -> None:
    """Tell what is being done and for how long this runs, on standard error."""
    minutes, seconds = divmod(int(time.perf_counter() - _STARTED), 60)
    print(f"{minutes:3}:{seconds:02} {text} …", file=sys.stderr, flush=True)


def parser() -> argparse.ArgumentParser:
    """The command line."""
    whole = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    commands = whole.add_subparsers(required=True)
    of_make = commands.add_parser("make", help="write a made-up compendium")
    of_make.add_argument("n", type=_positive, help="how many cases")
    of_make.add_argument("folder", type=Path, help="a folder that is empty or not there yet")
    of_make.add_argument("--seed", type=int, default=1, help="another one makes other cases")
    of_make.add_argument(
        "--cases", type=_folder, default=ROOT / "cases", help="the folder of the real cases"
    )
    of_make.add_argument(
        "--plain", action="store_true", help=f"leave out what release {PREVIOUS} does not know"
    )
    of_make.set_defaults(do=make)
    of_run = commands.add_parser("run", help="measure at some sizes")
    of_run.add_argument(
        "--sizes", type=_sizes, default=(81, 1_000, 10_000), help="numbers of cases, with commas"
    )
    of_run.add_argument("--previous", action="store_true", help=f"beside release {PREVIOUS}")
    of_run.add_argument("--peers", action="store_true", help="beside other libraries")
    of_run.add_argument(
        "--repeats",
        type=_positive,
        help=f"rounds, of which medians are taken; {_ROUNDS}, and {_ROUNDS_OF_MANY} beyond "
        f"{_MANY:,} cases, where it is not given",
    )
    of_run.add_argument("--queries", type=_positive, default=100, help="queries in a round")
    of_run.add_argument(
        "--seconds", type=_positive, default=10, help="the most that each measure of a round takes"
    )
    of_run.add_argument("--json", type=Path, help="keep all figures in a file")
    of_run.add_argument(
        "--work", type=Path, help="keep cases, indexes and environments in a folder, to go on"
    )
    of_run.set_defaults(do=run)
    of_engine = commands.add_parser("vectors", help="measure the engine alone, over made vectors")
    of_engine.add_argument("--n", type=_positive, default=1_000_000, help="how many vectors")
    of_engine.add_argument("--json", type=Path, help="keep all figures in a file")
    of_engine.add_argument("--work", type=Path, help="keep the vectors of the real texts there")
    of_engine.set_defaults(do=of_vectors)
    return whole


def _sizes(text: str) -> tuple[int, ...]:
    return tuple(_positive(part) for part in text.split(","))


def _positive(text: str) -> int:
    try:
        number = int(text)
    except ValueError as err:
        raise argparse.ArgumentTypeError(f"must be a whole number, not {text!r}") from err
    if number < 1:
        raise argparse.ArgumentTypeError(f"must be at least 1, not {number}")
    return number


def _folder(text: str) -> Path:
    if not (Path(text) / "taxonomy.yaml").is_file():
        raise argparse.ArgumentTypeError(f"must be a folder with a taxonomy.yaml, not {text!r}")
    return Path(text)


def main() -> None:
    """Do what the command line asks for."""
    of_all = parser()
    options = of_all.parse_args()
    try:
        options.do(options)
    except FileExistsError as err:
        of_all.error(str(err))


if __name__ == "__main__":
    main()
