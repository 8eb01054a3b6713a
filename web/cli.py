"""The command ``kb``: all of ``kb.cli``, and the command that serves the site."""

from __future__ import annotations

import gc
import os

import click

from kb.cli.console import one_catch, settings_of
from kb.cli.main import main
from kb.errors import SettingError
from web.core.records import kept_records


@main.command()
@click.option("--index", metavar="DIR", help="Folder of the snapshots [KB_INDEX]")
@click.option("--host", metavar="ADDRESS", help="Address to listen on [KB_HOST]")
@click.option("--port", type=int, help="Port [KB_PORT]")
@click.option("--workers", type=int, help="Worker processes [KB_WORKERS]")
@one_catch
def serve(**options: object) -> int:
    """Serve the site with a production server.

    KB_SITE_URL is the address at which readers find it. A path in it, as in
    https://example.org/compendium, is the one that the site stands under.
    """
    gc.disable()  # what is read at the start stays: to look through it time and again is in vain
    with kept_records():
        from web.app import create_app  # imports Flask and every page
        from web.serving.server import run

    if path := os.environ.get("SCRIPT_NAME"):
        raise SettingError(
            f"SCRIPT_NAME={path} is not read any more. Write the path into KB_SITE_URL instead, as "
            "in KB_SITE_URL=https://example.org/compendium, and unset SCRIPT_NAME."
        )
    run(settings_of(**options), create_app)
    return 0


__all__ = ["main"]
