"""``kb build --watch``: what changes is built, what is wrong is told, Ctrl-C ends."""

from __future__ import annotations

import queue
import signal
import subprocess
import sys
import threading
from collections.abc import Callable
from pathlib import Path

import pytest

from kb.cli import watching
from kb.cli.watching import again_and_again, state_of
from kb.errors import BuildBusy
from kb.snapshots.store import current_id
from tests.kb.cli.command import ROOT, edit, kb, where


class Watched:
    """A command that goes on, and what it says on either stream."""

    def __init__(self, *arguments: str) -> None:
        self.process = subprocess.Popen(
            [sys.executable, "-m", "kb.cli", "build", "--watch", *arguments],
            cwd=ROOT,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
        self._lines: queue.Queue[str] = queue.Queue()
        threading.Thread(target=self._read, daemon=True).start()

    def _read(self) -> None:
        assert self.process.stdout is not None
        for line in self.process.stdout:
            self._lines.put(line.rstrip("\n"))

    def until(self, start: str) -> list[str]:
        """The lines up to one that begins so, and that one."""
        lines = [self._lines.get(timeout=600)]
        while not lines[-1].startswith(start):
            lines.append(self._lines.get(timeout=600))
        return lines

    def end(self) -> int:
        """Ctrl-C; the exit status."""
        self.process.send_signal(signal.SIGINT)
        try:
            return self.process.wait(timeout=60)
        finally:
            self.process.kill()
            self.process.communicate()


@pytest.mark.usefixtures("ctrl_c_is_heard")
def test_what_changes_is_built_until_ctrl_c(toy_settings):
    """An edit is built, a problem told while the snapshot stays, its repair built again."""
    watched = Watched(*where(toy_settings))
    waiting = f"Waiting for a change in {toy_settings.cases}; Ctrl-C ends."
    try:
        watched.until(waiting)
        ids = [current_id(toy_settings.index)]
        path = edit(toy_settings, "nobody to train", "nobody to teach")
        said = watched.until(waiting)
        ids.append(current_id(toy_settings.index))
        assert said[0] == "spain/textile-training.md changed."
        assert said[-2].startswith(f"Snapshot {ids[1]} built: 7 cases, 16 passages (1 encoded, ")

        edit(toy_settings, "kind: network", "kind: nonsense")
        said = watched.until(waiting)
        assert said[1].startswith(f"{path}:3:7: kind must be in the vocabulary, not 'nonsense': ")
        assert said[1].endswith(" [word-not-in-vocabulary]")
        assert said[2].startswith("Error: The content has 1 problem in 1 file; nothing was built")
        assert current_id(toy_settings.index) == ids[1]

        edit(toy_settings, "kind: nonsense", "kind: network")
        said = watched.until(waiting)
        assert said[-2].startswith(f"Snapshot {ids[1]} is up to date: ")
    finally:
        status = watched.end()
    assert (status, len(set(ids))) == (0, 2)


def test_watching_and_checking_exclude_each_other(toy_settings):
    """A check does not go on."""
    result = kb("build", "--check", "--watch", *where(toy_settings))

    assert result.exit_code == 2
    assert "--check and --watch exclude each other; give one of them." in result.stderr


def _write(path: Path, text: str = "x") -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)


@pytest.mark.parametrize(
    ("change", "seen"),
    [
        (lambda f: _write(f / "a" / "b.md", "longer"), True),
        (lambda f: _write(f / "a" / "new.md"), True),
        (lambda f: (f / "a" / "b.md").unlink(), True),
        (lambda f: (f / "a").rename(f / "c"), True),
        (lambda f: _write(f / "a" / ".b.md.swp"), False),
        (lambda f: _write(f / ".git" / "index"), False),
        (lambda f: (f / "empty").mkdir(), False),
    ],
    ids=["edit", "new", "deleted", "folder renamed", "hidden", "hidden folder", "empty folder"],
)
def test_what_counts_as_a_change(tmp_path: Path, change: Callable[[Path], None], seen: bool):
    """Files that may be content, wherever they are; not what editors keep for themselves."""
    _write(tmp_path / "a" / "b.md")
    before = state_of(tmp_path)

    change(tmp_path)

    assert (state_of(tmp_path) != before) is seen


def test_a_folder_that_is_gone_holds_nothing(tmp_path: Path):
    """It may come back: nothing ends over it."""
    assert state_of(tmp_path / "nowhere") == {}


def test_what_changes_during_a_build_is_built_after_it(tmp_path, monkeypatch, capsys):
    """And a build that finds another one running is tried again, which is told once."""
    monkeypatch.setattr(watching, "_SECONDS", 0.01)
    turns: list[int] = []

    def build() -> None:
        turns.append(len(turns))
        if len(turns) == 1:
            _write(tmp_path / "a.md")  # while it is being built
        if len(turns) in (2, 3):
            raise BuildBusy("Another build is running.")
        if len(turns) == 4:
            raise KeyboardInterrupt

    assert again_and_again(tmp_path, build, as_json=False) == 0

    assert capsys.readouterr().err.splitlines() == [
        f"Waiting for a change in {tmp_path}; Ctrl-C ends.",
        "a.md changed.",
        "Another build is running.",
        "",
        "Not watching any more. What was built last stays served.",
    ]
