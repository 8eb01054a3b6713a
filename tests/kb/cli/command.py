"""Runs the command, in this process or in one of its own, and edits what it works on."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

import click
from click.testing import CliRunner, Result

from kb.settings import Settings
from web.cli import main

ROOT = Path(__file__).parents[3]
TRAINING = "spain/textile-training"


def kb(*arguments: object) -> Result:
    """Run the command in this process."""
    return CliRunner().invoke(main, [str(argument) for argument in arguments])


def run(*command: object, **environ: str) -> subprocess.CompletedProcess:
    """Run a command in a process of its own, in the repository."""
    return subprocess.run(
        [part if isinstance(part, bytes) else str(part) for part in command],
        cwd=ROOT,
        env={**os.environ, **environ},
        capture_output=True,
        text=True,
        timeout=120,
    )


def edit(settings: Settings, old: str, new: str, case_id: str = TRAINING) -> Path:
    """Replace a piece of a case's file, which must hold it."""
    path = settings.cases / f"{case_id}.md"
    text = path.read_text()
    assert old in text
    path.write_text(text.replace(old, new))
    return path


def where(settings: Settings) -> list[str]:
    """The options that name the folders and the encoder of a toy compendium."""
    folders = ["--cases", str(settings.cases), "--index", str(settings.index)]
    return [*folders, "--model", settings.model]


def commands() -> dict[str, click.Command]:
    """Every command of ``kb`` by its name, each of them imported."""
    context = click.Context(main)
    return {name: main.get_command(context, name) for name in main.list_commands(context)}
