"""The ``kb`` command: results on standard output, progress and messages on standard error.

Exit status: 0 fine, 1 problems found, 2 wrong usage.
"""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

import click

from kb import __version__
from kb.cli.console import (
    filter_options,
    folder_options,
    json_option,
    one_catch,
    print_problems,
    say,
    settings_of,
)
from kb.cli.outcomes import outcomes
from kb.cli.quality import calibrate, evaluate, glossary
from kb.cli.role_models import role_models
from kb.content.load import TAXONOMY_FILE
from kb.errors import CorpusInvalid, Problem
from kb.model.cases import FACETS, SORTS, SearchResult
from kb.settings import Settings


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, prog_name="kb")
def main() -> None:
    """The compendium of business networks: check, build, search and serve it."""


@main.command()
@folder_options
@click.option("--model", metavar="NAME", help="Encoder: a name or a folder [KB_MODEL]")
@click.option("--force", is_flag=True, help="Use nothing of earlier builds")
@click.option("--check", "only_check", is_flag=True, help="Check the content and stop")
@json_option
@one_catch
def build(
    *,
    cases: str | None,
    index: str | None,
    model: str | None,
    force: bool,
    only_check: bool,
    as_json: bool,
) -> int:
    """Build the search index of the cases and serve it from now on."""
    from kb.build.pipeline import build as run_build  # imports numpy and faiss

    settings = settings_of(cases=cases, index=index, model=model)
    if only_check:
        return _check([settings.cases], settings, as_json=as_json)
    report = run_build(settings, force=force, progress=sys.stderr.isatty(), tell=say)
    if as_json:
        click.echo(json.dumps(asdict(report)))
    else:
        state = "is up to date" if report.up_to_date else "built"
        click.echo(
            f"Snapshot {report.snapshot_id} {state}: {report.cases} cases, "
            f"{report.passages} passages ({report.encoded} encoded, {report.reused} reused), "
            f"{report.dimension} dimensions, {report.seconds:.1f} s"
        )
    return 0


@main.command()
@click.argument("paths", nargs=-1, metavar="[PATH]...")
@click.option("--cases", metavar="DIR", help="Folder of the cases [KB_CASES]")
@json_option
@one_catch
def check(*, paths: tuple[str, ...], cases: str | None, as_json: bool) -> int:
    """Check the content: every problem with its file and line.

    Without PATH the whole compendium is checked. A PATH inside it narrows the
    report to that file or folder; any other folder is checked as a compendium
    of its own, with the vocabulary of this one where it has none.
    """
    settings = settings_of(cases=cases)
    chosen = [Path(path) for path in paths] or [settings.cases]
    return _check(chosen, settings, as_json=as_json)


def _check(paths: Sequence[Path], settings: Settings, *, as_json: bool) -> int:
    problems = [problem for path in paths for problem in _problems(path, settings)]
    print_problems(problems, as_json=as_json)
    return 1 if problems else 0


def _problems(path: Path, settings: Settings) -> tuple[Problem, ...]:
    from kb.content.check import read_corpus  # imports the readers of content

    if not os.path.lexists(path):  # False for a name that is too long, where stat would raise
        raise click.BadParameter(f"{str(path)!r} does not exist", param_hint="PATH")
    home = settings.cases.resolve()
    inside = path.resolve() == home or home in path.resolve().parents
    if inside:
        corpus = read_corpus(settings.cases)
        problems = tuple(p for p in corpus.problems if _under(Path(p.path), path))
    else:
        own = path if (path / TAXONOMY_FILE).is_file() else settings.cases
        corpus = read_corpus(path, vocabulary=own)
        problems = corpus.problems
    if problems:
        say(f"{path}: {CorpusInvalid(problems).count}")
    else:
        say(f"{path}: no problems{f' ({corpus.files} cases read)' if inside else ''}")
    return problems


def _under(file: Path, path: Path) -> bool:
    file, path = file.resolve(), path.resolve()
    return file == path or path in file.parents


@main.command()
@click.argument("text", nargs=-1)
@filter_options
@click.option("--results-min", type=float, help="A reported figure of at least this much")
@click.option("--results-unit", metavar="UNIT", help="The unit of --results-min")
@click.option("--sort", type=click.Choice(SORTS), default="relevance", show_default=True)
@click.option("--exact", is_flag=True, help="Leave slips of typing as they are")
@click.option("--page", type=int, default=1, show_default=True)
@click.option("--per-page", type=int, default=10, show_default=True)
@click.option("--index", metavar="DIR", help="Folder of the snapshots [KB_INDEX]")
@json_option
@one_catch
def search(*, text: tuple[str, ...], index: str | None, as_json: bool, **options: Any) -> int:
    """Search the compendium; without TEXT, browse it."""
    from kb.search.live import open_live  # imports faiss and onnxruntime
    from kb.search.query import make_query

    settings = settings_of(index=index)
    searcher = open_live(settings).current()
    filters = {facet: options.pop(facet) for facet in FACETS}
    query = make_query(searcher.taxonomy, text=" ".join(text), filters=filters, **options)
    result = searcher.search(query)
    if as_json:
        click.echo(json.dumps(_result_json(result), indent=1, ensure_ascii=False))
    else:
        _print_result(result)
    return 0


def _result_json(result: SearchResult) -> dict[str, Any]:
    return {
        "total": result.total,
        "no_good_match": result.no_good_match,
        "answerable": result.answerable,
        "snapshot": result.snapshot_id,
        "repaired": result.repaired,
        "read_as": list(result.read_as),
        "mentions": [asdict(mention) for mention in result.mentions],
        "hits": [
            {
                "id": hit.case.id,
                "title": hit.case.title,
                "score": round(hit.score, 6),
                "rank": hit.rank,
                "summary": hit.case.summary,
                "reasons": [asdict(reason) for reason in hit.reasons],
            }
            for hit in result.hits
        ],
        "facets": {
            facet: [asdict(count) for count in counts] for facet, counts in result.facets.items()
        },
    }


def _print_result(result: SearchResult) -> None:
    if result.repaired:
        say(f"Showing {result.repaired!r}; add --exact for your own spelling.")
    if result.read_as:
        say(f"Read in English as: {', '.join(result.read_as)}")
    for hit in result.hits:
        score = f"{hit.score:.3f}  " if result.query.text else ""
        click.echo(f"{hit.rank:>3}  {score}{hit.case.id}\n     {hit.case.title}")
    if result.no_good_match:
        say("Nothing in the compendium fits this search.")
    say(f"{result.total} found, page {result.query.page} of {result.pages}")


@main.command()
@click.option("--index", metavar="DIR", help="Folder of the snapshots [KB_INDEX]")
@click.option("--use", "chosen", metavar="ID", help="Serve this one; 'previous' goes one back")
@json_option
@one_catch
def snapshots(*, index: str | None, chosen: str | None, as_json: bool) -> int:
    """List the snapshots, or go back to an earlier one."""
    from kb.snapshots.format import open_snapshot
    from kb.snapshots.store import current_id, set_current, snapshot_ids

    folder = settings_of(index=index).index
    known = snapshot_ids(folder)
    if chosen is not None:
        if chosen == "previous":
            serving = current_id(folder)
            older = known[known.index(serving) + 1 :] if serving in known else known
            chosen = older[0] if older else "previous"
        if chosen in known:
            open_snapshot(folder / chosen)  # never switch to what cannot be served
        set_current(folder, chosen)
    serving = current_id(folder)
    if as_json:
        click.echo(json.dumps({"current": serving, "snapshots": known}))
    else:
        for snapshot_id in known:
            click.echo(f"{snapshot_id}{'  current' if snapshot_id == serving else ''}")
    return 0


@main.command()
@click.argument("case_id", metavar="ID")
@click.option("--title", help="The title; can be changed later")
@click.option("--kind", default="network", show_default=True, help="network, programme, …")
@click.option("--cases", metavar="DIR", help="Folder of the cases [KB_CASES]")
@one_catch
def new(*, case_id: str, title: str | None, kind: str, cases: str | None) -> int:
    """Start a new case, such as 'kb new norway/boat-builders'."""
    from kb.content.new_case import write_new_case

    path = write_new_case(settings_of(cases=cases).cases, case_id, title=title, kind=kind)
    click.echo(str(path))
    say(f"Fill it in, then run 'kb check {path}'. docs/front-matter.md explains the fields.")
    return 0


main.add_command(calibrate)
main.add_command(evaluate)
main.add_command(glossary)
main.add_command(outcomes)
main.add_command(role_models)
