"""The command ``kb``: all of ``kb.cli``, and the command that serves the site."""

from __future__ import annotations

import gc
import os
import subprocess
import sys
from collections.abc import Callable
from dataclasses import replace
from importlib import import_module
from pathlib import Path

import click

from kb.cli.console import one_catch, say, settings_of
from kb.cli.main import main
from kb.errors import SettingError
from kb.operating.demo import default_index, demo_cases
from kb.settings import Settings


def _server_options(command: Callable[..., None]) -> Callable[..., None]:
    for option in (
        click.option("--workers", type=int, help="Worker processes [KB_WORKERS]"),
        click.option("--port", type=int, help="Port [KB_PORT]"),
        click.option("--host", metavar="ADDRESS", help="Address to listen on [KB_HOST]"),
        click.option("--index", metavar="DIR", help="Folder of the snapshots [KB_INDEX]"),
    ):
        command = option(command)
    return command


@main.command()
@click.option("--cases", metavar="DIR", help="Build what has changed in this folder first")
@click.option(
    "--snapshot",
    "file",
    metavar="FILE",
    help="Serve what 'kb snapshots --export' wrote on another machine; it is unpacked once",
)
@_server_options
@one_catch
def serve(cases: str | None, file: str | None, **options: object) -> int:
    """Serve the site with a production server.

    Without --cases or --snapshot it serves what 'kb build' built.

    KB_SITE_URL is the address at which readers find it. A path in it, as in
    https://example.org/compendium, is the one that the site stands under.
    """
    if cases is not None and file is not None:
        raise click.UsageError("--cases and --snapshot exclude each other; give one of them.")
    settings = settings_of(cases=cases, **options)
    _check(settings)
    if cases is not None:
        _build(settings)
    if file is not None:
        settings = _unpacked(settings, Path(file))
    return _run(settings)


@main.command()
@_server_options
@one_catch
def demo(**options: object) -> int:
    """Build and serve the compendium that comes with this program.

    What is built is put into KB_INDEX or --index, else into the folder for data of this user; the
    next time it is only served.
    """
    if options["index"] is None and "KB_INDEX" not in os.environ:
        options["index"] = default_index()
    settings = settings_of(cases=demo_cases(), **options)
    _check(settings)
    say(f"The compendium of this release, {settings.cases}, is built into {settings.index}.")
    _build(settings)
    return _run(settings)


def _check(settings: Settings) -> None:
    """Load the site, and refuse to start it in vain."""
    gc.disable()  # what is read at the start stays: to look through it time and again is in vain
    import_module("web.app")  # imports Flask and every page
    import_module("web.serving.server")
    from kb.operating.starting import check_before_serving

    if path := os.environ.get("SCRIPT_NAME"):
        raise SettingError(
            f"SCRIPT_NAME={path} is not read any more. Write the path into KB_SITE_URL instead, as "
            "in KB_SITE_URL=https://example.org/compendium, and unset SCRIPT_NAME."
        )
    check_before_serving(settings)


def _build(settings: Settings) -> None:
    """Build in a process of its own, so that this one never loads what only builds.

    Where that fails and there is something to serve, that is served.
    """
    from kb.snapshots.store import find_current  # imported by now

    command = [sys.executable, "-m", "web", "build"]
    folders = ["--cases", str(settings.cases), "--index", str(settings.index)]
    # What an option said in place of these, a build has no option for.
    given = {name: str(getattr(settings, name)) for name in ("host", "port", "workers")}
    environ = os.environ | {f"KB_{name.upper()}": value for name, value in given.items()}
    done = subprocess.run([*command, *folders], check=False, stdout=sys.stderr, env=environ)
    if not done.returncode:
        return
    current = find_current(settings.index)
    if not current.snapshot_id:
        sys.exit(done.returncode)
    say(f"Nothing was built; snapshot {current.snapshot_id} of before is served.")


def _unpacked(settings: Settings, file: Path) -> Settings:
    from kb.operating.snapshot_files import open_file  # imports faiss and onnxruntime

    index = open_file(file, settings.index, keep=settings.keep_snapshots)
    say(f"{file} is unpacked in {index}.")
    return replace(settings, index=index)


def _run(settings: Settings) -> int:
    from web.app import create_app
    from web.serving.server import run

    run(settings, create_app)
    return 0


__all__ = ["main"]
