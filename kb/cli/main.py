"""The ``kb`` command: results on standard output, progress and messages on standard error.

Exit status: 0 fine, 1 problems found, 2 wrong usage.
"""

from __future__ import annotations

from collections.abc import Mapping
from importlib import import_module

import click

#: The module of each command and its name there. It is imported when it is asked for: one command
#: should not wait for what only others need.
COMMANDS: Mapping[str, tuple[str, str]] = {
    "backup": ("kb.cli.backup", "backup"),
    "build": ("kb.cli.build", "build"),
    "calibrate": ("kb.cli.quality", "calibrate"),
    "check": ("kb.cli.check", "check"),
    "cite": ("kb.cli.citation", "cite"),
    "compare": ("kb.cli.comparison", "compare"),
    "doctor": ("kb.cli.doctor", "doctor"),
    "evaluate": ("kb.cli.quality", "evaluate"),
    "export": ("kb.cli.export", "export"),
    "glossary": ("kb.cli.content", "glossary"),
    "import": ("kb.cli.drafts", "import_"),
    "mcp": ("kb.cli.assistants", "mcp"),
    "new": ("kb.cli.drafts", "new"),
    "outcomes": ("kb.cli.outcomes", "outcomes"),
    "packs": ("kb.cli.packs", "packs"),
    "restore": ("kb.cli.backup", "restore"),
    "review": ("kb.cli.review", "review"),
    "role-models": ("kb.cli.role_models", "role_models"),
    "schema": ("kb.cli.content", "schema"),
    "search": ("kb.cli.search", "search"),
    "snapshots": ("kb.cli.build", "snapshots"),
    "status": ("kb.cli.status", "status"),
    "update": ("kb.cli.update", "update"),
    "versions": ("kb.cli.versions", "versions"),
}


class _Commands(click.Group):
    """A group whose commands are imported when they are asked for."""

    def list_commands(self, context: click.Context) -> list[str]:
        """The names of all commands, by the alphabet."""
        return sorted({*COMMANDS, *super().list_commands(context)})

    def get_command(self, context: click.Context, name: str) -> click.Command | None:
        """The command with this name; None if there is none."""
        if name not in COMMANDS:
            return super().get_command(context, name)
        module, attribute = COMMANDS[name]
        command: click.Command = getattr(import_module(module), attribute)
        return command


def _version(context: click.Context, _: click.Parameter, asked: bool) -> None:
    """Print release and commit, and end."""
    if not asked or context.resilient_parsing:
        return
    from kb.operating.release import release  # may ask git

    click.echo(f"kb, version {release()}")
    context.exit()


@click.group(cls=_Commands, context_settings={"help_option_names": ["-h", "--help"]})
@click.option(
    "--version",
    is_flag=True,
    expose_value=False,
    is_eager=True,
    callback=_version,
    help="Show the release, and the commit that it was made of",
)
def main() -> None:
    """The compendium of business networks: check, build, search and serve it."""
