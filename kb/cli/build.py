"""The commands for what is served: build a snapshot, and choose among those there are."""

from __future__ import annotations

import json
import sys
from dataclasses import asdict

import click

from kb.cli.console import folder_options, json_option, one_catch, say, settings_of
from kb.cli.content import check_paths


@click.command()
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
        return check_paths([settings.cases], settings, as_json=as_json)
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


@click.command()
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
