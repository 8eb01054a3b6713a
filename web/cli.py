"""The command ``kb``: all of ``kb.cli``, and the command that serves the site."""

from __future__ import annotations

import gc
import os
from functools import partial

import click

from kb.cli.console import one_catch, settings_of
from kb.cli.main import main


@main.command()
@click.option("--index", metavar="DIR", help="Folder of the snapshots [KB_INDEX]")
@click.option("--host", metavar="ADDRESS", help="Address to listen on [KB_HOST]")
@click.option("--port", type=int, help="Port [KB_PORT]")
@click.option("--workers", type=int, help="Worker processes [KB_WORKERS]")
@one_catch
def serve(**options: object) -> int:
    """Serve the site with a production server.

    Where SCRIPT_NAME is set, to /compendium say, the site answers under that path too.
    """
    gc.disable()  # what is read at the start stays: to look through it time and again is in vain
    from web.app import create_app  # imports Flask and every page
    from web.serving.server import run

    # gunicorn answers 500 to every path outside it, a check of health at the root too.
    mounted_at = os.environ.pop("SCRIPT_NAME", "")
    run(settings_of(**options), partial(create_app, mounted_at=mounted_at))
    return 0


__all__ = ["main"]
