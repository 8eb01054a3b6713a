"""A snapshot goes to another machine: ``kb snapshots --export``, ``--import``, ``kb serve``."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import urllib.request
from pathlib import Path

import pytest

from kb.settings import Settings
from kb.snapshots.store import current_id
from tests.kb.cli.command import kb
from tests.toy import ROOT


def test_a_snapshot_goes_to_another_index(settings: Settings, tmp_path: Path):
    """One command there, one command here; what is listed then shows it as the current one."""
    file, there = tmp_path / "toy.tar", tmp_path / "there"
    snapshot_id = current_id(settings.index)

    exported = kb("snapshots", "--index", settings.index, "--export", file)
    imported = kb("snapshots", "--index", there, "--import", file)

    assert (exported.exit_code, imported.exit_code) == (0, 0)
    megabytes = f"{file.stat().st_size / 1_000_000:.0f} MB"
    assert exported.stdout == f"Snapshot {snapshot_id} is in {file}: {megabytes}.\n"
    assert exported.stderr == (
        "Serve it on another machine with 'kb serve --snapshot toy.tar'. A site that runs takes it "
        "in with 'kb snapshots --import toy.tar'.\n"
    )
    assert imported.stderr == f"Snapshot {snapshot_id} is served from now on.\n"
    assert imported.stdout.startswith(f"{snapshot_id}  current  served from ")


def test_an_export_as_json(settings: Settings, tmp_path: Path):
    """Which snapshot, which file, how large it is and how many files are in it."""
    file, snapshot_id = tmp_path / "toy.tar", current_id(settings.index)

    done = kb(
        "snapshots", "--index", settings.index, "--export", file, "--of", snapshot_id, "--json"
    )

    told = json.loads(done.stdout)
    assert told.pop("files") > 20
    assert told == {"snapshot": snapshot_id, "file": str(file), "size": file.stat().st_size}


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["--export", "a.tar", "--import", "b.tar"], "--export and --import exclude each other"),
        (["--unpin", "--import", "b.tar"], "--unpin and --import exclude each other"),
        (["--of", "0123456789ab"], "--of says what --export writes; give --export FILE too."),
        (["--export", "."], "--export must name a file; . is a folder."),
    ],
)
def test_wrong_usage_is_told(settings: Settings, arguments, message):
    """One way at a time, and a file."""
    done = kb("snapshots", "--index", settings.index, *arguments)

    assert (done.exit_code, done.stdout) == (2, "")
    assert message in done.stderr


@pytest.mark.parametrize(
    ("chosen", "message"), [("000000000000", "There is no snapshot '000000000000' in ")]
)
def test_what_is_not_there_is_not_exported(settings: Settings, tmp_path: Path, chosen, message):
    """The message says which there are."""
    done = kb("snapshots", "--index", settings.index, "--export", tmp_path / "x", "--of", chosen)

    assert (done.exit_code, done.stdout) == (1, "")
    assert done.stderr.startswith(f"Error: {message}")
    assert current_id(settings.index) in done.stderr


def _served(*options: object) -> tuple[dict, str]:
    """What a search finds on a server that was started so, and what the server said."""
    server = subprocess.Popen(
        [sys.executable, "-m", "web", "serve", "--port", "0", *map(str, options)],
        cwd=ROOT,
        env={**os.environ, "KB_WORKERS": "1"},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    try:
        line = server.stdout.readline()
        with urllib.request.urlopen(f"{line.split()[-1]}/api/v1/search?q=wine") as answer:
            found = json.load(answer)
    finally:
        server.send_signal(signal.SIGTERM)
        _, said = server.communicate(timeout=60)
    return found, said


def test_a_file_is_served(settings: Settings, tmp_path: Path):
    """From a folder of its own below the index, which serves nothing itself."""
    file, index = tmp_path / "toy.tar", tmp_path / "index"
    kb("snapshots", "--index", settings.index, "--export", file)

    found, said = _served("--snapshot", file, "--index", index)

    assert found["snapshot"] == current_id(settings.index)
    assert said.startswith(f"{file} is unpacked in {index}/.snapshot-files/")
    assert not (index / "current").exists()


def test_cases_are_built_and_served(toy_settings: Settings):
    """What has changed is built in a process of its own; without a change nothing is."""
    options = ["--cases", toy_settings.cases, "--index", toy_settings.index]

    first, said = _served(*options)
    second, again = _served(*options)

    assert f"Snapshot {first['snapshot']} built: 7 cases" in said
    assert second["snapshot"] == first["snapshot"]
    assert f"Snapshot {first['snapshot']} is up to date" in again


def test_cases_with_problems_do_not_end_a_site(toy_settings: Settings):
    """What was built before is served, and the problems are told; with nothing before, it ends."""
    options = ["--cases", toy_settings.cases, "--index", toy_settings.index]
    path = toy_settings.cases / "spain" / "textile-training.md"
    text = path.read_text()
    path.write_text("no case")
    broken = kb("serve", "--port", "0", *options)
    path.write_text(text)
    first, _ = _served(*options)
    path.write_text("no case")

    second, said = _served(*options)

    assert broken.exit_code == 1
    assert second["snapshot"] == first["snapshot"]
    assert f"Nothing was built; snapshot {first['snapshot']} of before is served." in said
