"""The commands for what cannot be built again: ``kb backup`` and ``kb restore``."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from kb.cli.console import json_option, one_catch, print_answer, say, settings_of, show
from kb.model.english import so_many

if TYPE_CHECKING:
    from kb.operating.backup import Contents

_KB = 1_000


@click.command()
@click.argument("file", metavar="FILE")
@click.option("--index", metavar="DIR", help="Folder of the snapshots [KB_INDEX]")
@click.option("--force", is_flag=True, help="Even where versions in the index are damaged")
@json_option
@one_catch
def backup(*, file: str, index: str | None, force: bool, as_json: bool) -> int:
    """Write what cannot be built again into FILE: versions, history, pins, updates.

    FILE is replaced when the new one is whole and was read back. Where a version in the index is
    damaged it stays, as it may hold that version whole. Snapshots are not in it: the content builds
    them again. A build may run meanwhile.
    """
    from kb.operating.backup import backup as write_backup  # imports numpy

    contents = write_backup(settings_of(index=index).index, Path(file), force=force)
    if as_json:
        print_answer(contents)
    else:
        show(f"{file}: {_told(contents)}")
    return 0


@click.command()
@click.argument("file", metavar="FILE")
@click.option("--index", metavar="DIR", help="Folder of the snapshots [KB_INDEX]")
@click.option("--check", is_flag=True, help="Read it to the last byte, and change nothing")
@click.option("--force", is_flag=True, help="Even where the two have not one case in common")
@json_option
@one_catch
def restore(*, file: str, index: str | None, check: bool, force: bool, as_json: bool) -> int:
    """Bring FILE back, which 'kb backup' wrote, into an index that may have gone on since.

    Both are kept: nothing that the index has is lost. All of FILE is read before anything is
    changed. Then run 'kb build', or 'kb update': the snapshots are built again.
    """
    from kb.operating.backup import inspect
    from kb.operating.backup import restore as bring_back  # imports numpy
    from kb.snapshots.store import snapshot_ids

    settings = settings_of(index=index)
    if check:
        contents = inspect(Path(file))
        if as_json:
            print_answer(contents)
        else:
            show(f"{file} is sound: {_told(contents)}")
        return 0
    done = bring_back(settings.index, Path(file), force=force)
    if as_json:
        print_answer(done)
        return 0
    show(f"{file}: {_told(done.contents)}")
    show(
        f"{settings.index} has {so_many(done.new_versions, 'version')} and "
        f"{so_many(done.new_cases, 'case')} that it had not."
    )
    if done.pin:
        say(done.pin)
    if not snapshot_ids(settings.index):
        say(
            "There is no snapshot yet, as a backup holds none. Run 'kb build' or 'kb update' now: "
            "they make one of the content."
        )
    return 0


def _told(contents: Contents) -> str:
    newest = f", the newest of {contents.newest}" if contents.newest else ""
    return (
        f"{so_many(contents.versions, 'version')} of {so_many(contents.cases, 'case')}{newest}, "
        f"{so_many(contents.updates, 'update')}, {contents.size / _KB:.0f} kB"
    )
