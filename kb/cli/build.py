"""The commands for what is served: build a snapshot, and choose among those there are."""

from __future__ import annotations

import json
import sys
from collections.abc import Sequence
from dataclasses import asdict
from typing import TYPE_CHECKING

import click

from kb.cli.check import check_paths
from kb.cli.console import folder_options, json_option, one_catch, say, settings_of
from kb.cli.reading import Reading
from kb.cli.watching import again_and_again
from kb.errors import SnapshotError
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
            f"Snapshot {report.snapshot_id}{of} {state}: {report.cases} cases, "
            f"{report.passages} passages ({report.encoded} encoded, {report.reused} reused), "
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
@json_option
@one_catch
def snapshots(
    *, index: str | None, use: tuple[str, ...], pin: tuple[str, ...], unpin: bool, as_json: bool
) -> int:
    """List the snapshots, go back to an earlier one, or keep to one."""
    from kb.snapshots import store

    settings = settings_of(index=index)
    folder = settings.index
    given = ["--use"] * len(use) + ["--pin"] * len(pin) + ["--unpin"] * unpin
    if len(given) > 1:
        raise click.UsageError(f"{' and '.join(given)} exclude each other; give one of them, once.")
    for chosen in (*use, *pin):
        _use(settings, chosen)
    if unpin:
        with store.switching(folder):
            store.unpin(folder)
        say("From the next 'kb build' on, what is built is served.")
    known, history = store.snapshot_ids(folder), store.read_history(folder)
    current = store.Current()
    try:
        current = store.read_current(folder)
    except SnapshotError as err:
        if not known:
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
        return 0
    since = {served.snapshot_id: served.at for served in history}
    for snapshot_id in known:
        marks = ["current"] if snapshot_id == current.snapshot_id else []
        marks += ["pinned"] if marks and current.pinned else []
        at = since.get(snapshot_id)
        marks.append(f"served from {at[:10]} {at[11:16]} UTC" if at else "never served")
        click.echo("  ".join((snapshot_id, *marks)))
    return 0


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
