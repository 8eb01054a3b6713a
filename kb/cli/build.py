"""The commands for what is served: build a snapshot, and choose among those there are."""

from __future__ import annotations

import json
import sys
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING

import click

from kb.cli.check import check_paths
from kb.cli.console import folder_options, json_option, one_catch, say, settings_of
from kb.cli.reading import Reading
from kb.cli.watching import again_and_again
from kb.errors import SnapshotError
from kb.model.english import so_many
from kb.settings import Settings

if TYPE_CHECKING:
    from kb.snapshots.store import Current


@click.command()
@folder_options
@click.option("--model", metavar="NAME", help="Encoder: a name or a folder [KB_MODEL]")
@click.option("--collection", metavar="ID", help="Only the documents of this collection")
@click.option("--force", is_flag=True, help="Use nothing of earlier builds")
@click.option("--check", "only_check", is_flag=True, help="Check the content and stop")
@click.option("--watch", is_flag=True, help="Build again whenever the content changes")
@json_option
@one_catch
def build(
    *,
    cases: str | None,
    index: str | None,
    model: str | None,
    collection: str | None,
    force: bool,
    only_check: bool,
    watch: bool,
    as_json: bool,
) -> int:
    """Build the search index of the cases and serve it from now on.

    With --collection it holds the documents of that collection alone; give --index too, or
    they are what the site serves. With --watch it goes on until Ctrl-C, and builds again
    within seconds of a change; what has problems is told, and what is served stays.
    """
    if only_check and watch:
        raise click.UsageError("--check and --watch exclude each other; give one of them.")
    settings = settings_of(cases=cases, index=index, model=model)
    if only_check:
        reading = Reading(index=None if force else settings.index)
        return check_paths([settings.cases], settings, reading, as_json=as_json)
    forced = iter((force,))

    def build_once() -> None:
        """Build; only the first of several is forced."""
        _build(settings, collection or "", force=next(forced, False), as_json=as_json)

    if watch:
        return again_and_again(settings.cases, build_once, as_json=as_json)
    build_once()
    return 0


def _build(settings: Settings, collection: str, *, force: bool, as_json: bool) -> None:
    from kb.operating.parts import check_parts_of_build

    check_parts_of_build(settings)
    from kb.indexing.pipeline import build as run_build  # imports numpy and faiss

    report = run_build(
        settings,
        collection=collection,
        force=force,
        progress=sys.stderr.isatty(),
        tell=say,
        read=Reading(index=None if force else settings.index).of,
    )
    if as_json:
        click.echo(json.dumps(asdict(report)))
    else:
        state = "is up to date" if report.up_to_date else "built"
        of = f" of the collection {report.collection}" if report.collection else ""
        click.echo(
            f"Snapshot {report.snapshot_id}{of} {state}: {so_many(report.cases, 'case')}, "
            f"{so_many(report.passages, 'passage')} ({report.encoded:,} encoded, "
            f"{report.reused:,} reused), "
            f"{report.dimension} dimensions, {report.seconds:.1f} s"
        )
    if report.pinned is not None:
        say(
            f"Snapshot {report.pinned} is pinned and stays served. To serve what is built, run "
            "'kb snapshots --unpin', then 'kb build'."
        )


@click.command()
@click.option("--index", metavar="DIR", help="Folder of the snapshots [KB_INDEX]")
@click.option(
    "--use",
    multiple=True,
    metavar="ID",
    help="Serve this one and keep to it, whatever is built; 'previous' is the one served before, "
    "'current' the one served now",
)
@click.option("--pin", multiple=True, metavar="ID", help="The same")
@click.option("--unpin", is_flag=True, help="Let the next build serve what it builds")
@click.option(
    "--export",
    "export_to",
    metavar="FILE",
    help="Write what is served now into one file, with all versions of cases, for another machine",
)
@click.option("--of", "exported", metavar="ID", help="With --export: this one instead")
@click.option(
    "--import", "import_from", metavar="FILE", help="Take in such a file and serve it from now on"
)
@json_option
@one_catch
def snapshots(
    *,
    index: str | None,
    use: tuple[str, ...],
    pin: tuple[str, ...],
    unpin: bool,
    export_to: str | None,
    exported: str | None,
    import_from: str | None,
    as_json: bool,
) -> int:
    """List the snapshots, go back to an earlier one, keep to one, or move one between machines."""
    settings = settings_of(index=index)
    given = ["--use"] * len(use) + ["--pin"] * len(pin) + ["--unpin"] * unpin
    given += ["--export"] * (export_to is not None) + ["--import"] * (import_from is not None)
    if len(given) > 1:
        raise click.UsageError(f"{' and '.join(given)} exclude each other; give one of them, once.")
    if exported is not None and export_to is None:
        raise click.UsageError("--of says what --export writes; give --export FILE too.")
    if export_to is not None:
        return _export(settings, Path(export_to), exported or "current", as_json=as_json)
    if import_from is not None:
        _import(settings, Path(import_from))
    for chosen in (*use, *pin):
        _use(settings, chosen)
    if unpin:
        _unpin(settings)
    _list(settings, as_json=as_json)
    return 0


def _unpin(settings: Settings) -> None:
    from kb.snapshots import store

    with store.switching(settings.index):
        store.unpin(settings.index)
    say("From the next build, update or import on, what that makes is served.")


def _list(settings: Settings, *, as_json: bool) -> None:
    """Every snapshot, the newest first, with what is served and since when."""
    from kb.snapshots import store

    folder = settings.index
    known, history = store.snapshot_ids(folder), store.read_history(folder)
    current = store.Current()
    try:
        current = store.read_current(folder)
    except SnapshotError as err:
        if not known and not history:
            raise
        say(str(err))
    _say_if_gone(current, known)
    if as_json:
        data = {
            "current": current.snapshot_id or None,
            "pinned": current.pinned,
            "snapshots": known,
            "history": [asdict(served) for served in history],
        }
        click.echo(json.dumps(data))
        return
    since = {served.snapshot_id: served.at for served in history}
    for snapshot_id in known or since:
        marks = ["current"] if snapshot_id == current.snapshot_id else []
        marks += ["pinned"] if marks and current.pinned else []
        at = since.get(snapshot_id)
        marks.append(f"served from {at[:10]} {at[11:16]} UTC" if at else "never served")
        marks += ["not here"] if not known else []
        click.echo("  ".join((snapshot_id, *marks)))


def _export(settings: Settings, file: Path, chosen: str, *, as_json: bool) -> int:
    """Write a snapshot into a file, and say what to do with it."""
    from kb.operating.snapshot_files import export_snapshot  # imports faiss and onnxruntime
    from kb.snapshots import store

    if file.is_dir():
        raise click.UsageError(f"--export must name a file; {file} is a folder.")
    snapshot_id = store.choices(settings.index, chosen)[0]
    listing = export_snapshot(settings.index, snapshot_id, file)
    size = file.stat().st_size
    if as_json:
        data = {"snapshot": snapshot_id, "file": str(file), "size": size}
        click.echo(json.dumps({**data, "files": len(listing.files)}))
        return 0
    click.echo(f"Snapshot {snapshot_id} is in {file}: {size / 1_000_000:.0f} MB.")
    say(
        f"Serve it on another machine with 'kb serve --snapshot {file.name}'. A site that runs "
        f"takes it in with 'kb snapshots --import {file.name}'."
    )
    return 0


def _import(settings: Settings, file: Path) -> None:
    """Take in a snapshot file; what is listed afterwards shows it."""
    from kb.operating.snapshot_files import import_snapshot  # imports faiss and onnxruntime

    done = import_snapshot(file, settings, tell=say)
    if done.pinned is None:
        say(f"Snapshot {done.snapshot_id} is served from now on.")
    else:
        say(
            f"Snapshot {done.snapshot_id} is here. {done.pinned} is pinned and stays served; to "
            f"serve the new one, run 'kb snapshots --use {done.snapshot_id}'."
        )


def _say_if_gone(current: Current, known: Sequence[str]) -> None:
    """Say that what is to be served is not there, and how to get out."""
    if current.snapshot_id and current.snapshot_id not in known:
        kept = ", which is pinned," if current.pinned else ""
        say(
            f"Snapshot {current.snapshot_id}{kept} is to be served and is gone. "
            "Run 'kb build', or give 'kb snapshots --use' one of those that are left."
        )


def _use(settings: Settings, chosen: str) -> None:
    """Serve a snapshot and pin it; what a web worker could not serve is never switched to."""
    from kb.search.opening import Wanted, try_out  # imports faiss and onnxruntime
    from kb.snapshots import store

    folder, wanted = settings.index, Wanted.by(settings)
    with store.switching(folder):
        *others, last = store.choices(folder, chosen)
        for snapshot_id in (*others, last):
            trouble = try_out(folder / snapshot_id, wanted, engine=settings.engine)
            if trouble is None:
                break
            if snapshot_id == last:
                raise trouble
            say(f"Snapshot {snapshot_id} is passed over: {trouble.what}")
        store.set_current(folder, snapshot_id, pinned=True)
    say(f"Snapshot {snapshot_id} is served, and stays so until 'kb snapshots --unpin'.")
