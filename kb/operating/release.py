"""Which release of the program this is, and of which commit it was made."""

from __future__ import annotations

import subprocess
from pathlib import Path

from kb import __version__

_PACKAGE = Path(__file__).parents[1]
#: So many characters of a commit are shown.
SHOWN = 12


def release() -> str:
    """The release in a few words: its number, and the commit where one is known."""
    commit = commit_of_release()
    return f"{__version__} (commit {commit})" if commit else __version__


def commit_of_release(package: Path = _PACKAGE) -> str:
    """The first characters of the commit, with a plus sign where something was changed since.

    A wheel has it in a file. In a checkout git is asked. Empty where neither knows one.

    Args:
        package: the folder of ``kb``.
    """
    try:
        written = (package / "commit.txt").read_text(encoding="ascii").strip()
    except (OSError, ValueError):
        written = _asked_of_git(package.parent)
    commit = written.rstrip("+")
    return commit[:SHOWN] + ("+" if written.endswith("+") else "")


def _asked_of_git(root: Path) -> str:
    if not (root / ".git").exists() or not (root / "pyproject.toml").is_file():
        return ""
    try:
        commit = _git(root, "rev-parse", "HEAD").strip()
        changed = _git(root, "status", "--porcelain", "--untracked-files=no").strip()
    except (OSError, subprocess.SubprocessError):
        return ""
    return f"{commit}+" if changed else commit


def _git(root: Path, *arguments: str) -> str:
    done = subprocess.run(
        ["git", *arguments], cwd=root, check=True, capture_output=True, text=True, timeout=10
    )
    return done.stdout
