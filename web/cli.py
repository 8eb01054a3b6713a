"""The command ``kb``: all of ``kb.cli``, and the command that serves the site."""

from __future__ import annotations

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
    """Serve the site with a production server."""
    from web.app import create_app  # imports Flask and every page
    from web.core.serve import run

    run(settings_of(**options), create_app)
    return 0


__all__ = ["main"]
