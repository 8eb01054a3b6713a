"""The command that brings the content of a source onto the site: ``kb update``."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import click

from kb.cli.console import json_option, one_catch, print_answer, say, settings_of, show, visible
from kb.cli.reading import Reading
from kb.errors import IndexNotWritable
from kb.model.english import so_many

if TYPE_CHECKING:
    from kb.operating.update import Comparison, Noted, Update
    from kb.quality.review import ChangedDocument
    from kb.settings import Settings

#: So many documents and queries are listed of each kind; JSON has all.
_MOST = 30
_MB = 1_000_000
_PERCENT = click.FloatRange(0)


@click.command()
@click.argument("source", required=False, metavar="[SOURCE]")
@click.option("--branch", metavar="NAME", help="Branch or tag of it [KB_SOURCE_BRANCH]")
@click.option("--folder", metavar="PATH", help="Folder of the cases in it [KB_SOURCE_FOLDER]")
@click.option("--index", metavar="DIR", help="Folder of the snapshots [KB_INDEX]")
@click.option("--model", metavar="NAME", help="Encoder [KB_MODEL]")
@click.option("--dry-run", is_flag=True, help="Build and compare, but serve nothing")
@click.option(
    "--most-gone",
    type=_PERCENT,
    default=5.0,
    show_default=True,
    metavar="PERCENT",
    help="Cases whose address may lead nowhere; those moved or withdrawn do not count",
)
@click.option(
    "--most-fewer",
    type=_PERCENT,
    default=20.0,
    show_default=True,
    metavar="PERCENT",
    help="By how much the number of cases may shrink",
)
@click.option(
    "--most-worse",
    type=click.FloatRange(0, 1),
    default=0.02,
    show_default=True,
    metavar="NUMBER",
    help="By how much the nDCG@10 of the judged queries may fall",
)
@click.option(
    "--most-larger",
    type=_PERCENT,
    default=300.0,
    show_default=True,
    metavar="PERCENT",
    help="By how much the snapshot may grow on the disk",
)
@click.option(
    "--most-files",
    type=click.IntRange(1),
    default=200_000,
    show_default=True,
    help="Files that are taken at most",
)
@click.option(
    "--largest",
    type=click.IntRange(1),
    default=20,
    show_default=True,
    metavar="MB",
    help="Size of a file that is taken",
)
@click.option(
    "--timeout",
    type=click.FloatRange(1),
    default=600.0,
    show_default=True,
    metavar="SECONDS",
    help="Time that git may take",
)
@click.option("--report", metavar="FILE", help="Write the report there too; .json for JSON")
@click.option("--history", is_flag=True, help="Show the updates of before, the newest first")
@json_option
@one_catch
def update(
    *,
    source: str | None,
    branch: str | None,
    folder: str | None,
    index: str | None,
    model: str | None,
    dry_run: bool,
    most_gone: float,
    most_fewer: float,
    most_worse: float,
    most_larger: float,
    most_files: int,
    largest: int,
    timeout: float,
    report: str | None,
    history: bool,
    as_json: bool,
) -> int:
    """Take content from SOURCE, build it, compare it with what is served, and switch to it.

    SOURCE is a folder, which is copied, or a repository, which git fetches [KB_SOURCE]. It is
    taken as data: links, submodules, filters and files that are too large are refused. Where
    the content has problems, or a bound is broken, what is served stays, and the exit status is 1.
    """
    settings = settings_of(
        index=index, model=model, source=source, source_branch=branch, source_folder=folder
    )
    if history:
        return _show_history(settings, as_json=as_json)
    if not settings.source:
        raise click.UsageError(
            "Say where the content comes from: 'kb update SOURCE', a folder or a repository, or "
            "set KB_SOURCE."
        )
    from kb.operating.content_source import Limits, Source  # imports what reads content
    from kb.operating.update import Bounds
    from kb.operating.update import update as run_update  # imports numpy and faiss

    done = run_update(
        settings,
        Source(
            address=settings.source, branch=settings.source_branch, folder=settings.source_folder
        ),
        bounds=Bounds(gone=most_gone, fewer=most_fewer, worse=most_worse, larger=most_larger),
        limits=Limits(files=most_files, file_bytes=largest * _MB, seconds=timeout),
        dry_run=dry_run,
        progress=sys.stderr.isatty(),
        tell=say,
        read=Reading(index=settings.index).of,
    )
    if as_json:
        print_answer(done)
    else:
        for line in _lines(done):
            show(line)
    if report is not None:
        _write_report(done, Path(report))
    return 1 if done.is_refused else 0


def _write_report(done: Update, path: Path) -> None:
    from kb.answers.serialise import to_json
    from kb.model.files import place_of, write_durably

    text = to_json(done, indent=1) if path.suffix == ".json" else "\n".join(_lines(done))
    try:
        write_durably(place_of(path), visible(text).encode() + b"\n")
    except OSError as err:
        raise IndexNotWritable(
            f"The report cannot be written to {path}: {err.strerror}. The update itself: "
            f"{done.outcome}."
        ) from err


def _lines(done: Update) -> Iterator[str]:
    """The report in words, the outcome first."""
    yield _head(done)
    for sentence in done.why:
        yield f"  - {sentence}"
    yield ""
    yield f"content   {done.revision[:12]} from {done.source}"
    yield f"served    {done.snapshot or 'nothing'}" + (
        f" (before: {done.before or 'nothing'})" if done.before != done.snapshot else ""
    )
    if done.comparison is None:
        yield f"compared  with nothing: {done.not_compared}"
        return
    yield from _comparison(done.comparison)


def _head(done: Update) -> str:
    from kb.operating.update import PINNED, REFUSED, SERVED, UNCHANGED, WOULD_PASS

    stays = f"{done.before or 'nothing'} stays served" if done.before else "nothing is served yet"
    return {
        SERVED: f"Snapshot {done.snapshot} is served now.",
        UNCHANGED: f"Snapshot {done.snapshot} is up to date; nothing changed.",
        PINNED: (
            f"Snapshot {done.built} was built; {done.snapshot} is pinned and stays served. "
            "'kb snapshots --unpin' ends that."
        ),
        WOULD_PASS: f"Snapshot {done.built} would be served; this was a dry run, so {stays}.",
        REFUSED: f"Refused: {stays}.",
    }[done.outcome]


def _comparison(found: Comparison) -> Iterator[str]:
    from kb.quality.review import WAYS

    counts = ", ".join(f"{found.count(way)} {way}" for way in WAYS)
    yield f"cases     {found.cases_before} -> {found.cases_after} ({counts})"
    yield f"size      {found.bytes_before / _MB:.1f} MB -> {found.bytes_after / _MB:.1f} MB"
    judged = found.findability
    if judged is not None:
        yield (
            f"queries   {judged.queries} judged: nDCG@10 {_figure(judged.ndcg_before)} -> "
            f"{_figure(judged.ndcg_after)}, {so_many(len(judged.won), 'case')} "
            f"{'comes' if len(judged.won) == 1 else 'come'} into the first ten and "
            f"{len(judged.lost)} {'goes' if len(judged.lost) == 1 else 'go'}"
        )
    for way in reversed(WAYS):
        some = [one for one in found.documents if one.way == way]
        yield from _listed(way, [_document(one) for one in some])
    if judged is not None and judged.lost:
        lost = [f"{one.query!r}: {one.case_id}" for one in judged.lost]
        yield from _listed("no longer in the first ten", lost)


def _figure(value: float | None) -> str:
    return "none" if value is None else f"{value:.3f}"


def _document(one: ChangedDocument) -> str:
    from kb.quality.review import REMOVED

    told = "Its address leads nowhere now." if one.way == REMOVED else one.what
    if one.moved_to:
        told += f" It looks like {one.moved_to}: add the line 'aliases: [{one.id}]' there."
    return f"{one.id}, {one.title!r}. {told}".rstrip()


def _listed(head: str, lines: list[str]) -> Iterator[str]:
    if not lines:
        return
    yield ""
    yield f"{head} ({len(lines)})"
    yield from (f"  {line}" for line in lines[:_MOST])
    if len(lines) > _MOST:
        yield f"  and {len(lines) - _MOST} more: --json tells all"


def _show_history(settings: Settings, *, as_json: bool) -> int:
    from kb.operating.update import read_updates

    updates = tuple(reversed(read_updates(settings.index)))
    if as_json:
        print_answer(updates)
        return 0
    if not updates:
        say(f"There was no update of {settings.index} yet.")
    for one in updates:
        show(_told(one))
        for sentence in one.why:
            show(f"    {sentence}")
    return 0


def _told(one: Noted) -> str:
    parts = [f"{one.at[:10]} {one.at[11:16]} UTC", one.outcome, f"{one.seconds:.1f} s"]
    if one.revision:
        parts.append(one.revision[:12])
    if one.snapshot:
        parts.append(f"snapshot {one.snapshot}")
    if one.cases is not None:
        parts.append(so_many(one.cases, "case"))
    if one.added is not None:
        parts.append(
            f"+{one.added} -{one.gone}, {one.changed} changed, {one.moved} moved, "
            f"{one.withdrawn} withdrawn"
        )
    if one.ndcg is not None:
        parts.append(f"nDCG@10 {one.ndcg:.3f}")
    return "  ".join(parts)
