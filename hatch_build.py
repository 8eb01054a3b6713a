"""What hatchling adds to a wheel and an sdist: the commit that they were built of."""

from __future__ import annotations

import subprocess
from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface

#: Where the program looks for it: see ``kb/operating/release.py``.
COMMIT_FILE = "kb/commit.txt"


class CommitHook(BuildHookInterface):
    """Writes the commit into what is built, where git knows one.

    An sdist carries it, so a wheel that is made of an sdist has it too. An editable install has
    none: there the repository itself is asked.
    """

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """Before building: see hatchling."""
        root = Path(self.root)
        carried = root / COMMIT_FILE
        commit = _commit_of(root) or (carried.read_text("ascii") if carried.is_file() else "")
        if version == "editable" or not commit:
            return
        written = Path(self.directory) / "commit.txt"
        written.parent.mkdir(parents=True, exist_ok=True)
        written.write_text(f"{commit.strip()}\n", "ascii")
        build_data["force_include"][str(written)] = COMMIT_FILE

    def finalize(self, version: str, build_data: dict[str, Any], artifact_path: str) -> None:
        """After building: what was written for it goes."""
        (Path(self.directory) / "commit.txt").unlink(missing_ok=True)


def _commit_of(root: Path) -> str:
    """The commit of a checkout, with a plus sign where something in it was changed; else empty."""
    if not (root / ".git").exists():
        return ""
    try:
        commit = _git(root, "rev-parse", "HEAD").strip()
        changed = _git(root, "status", "--porcelain", "--untracked-files=no").strip()
    except (OSError, subprocess.CalledProcessError):
        return ""
    return f"{commit}+" if changed else commit


def _git(root: Path, *arguments: str) -> str:
    done = subprocess.run(["git", *arguments], cwd=root, check=True, capture_output=True, text=True)
    return done.stdout
