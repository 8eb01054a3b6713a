"""The drafts are ready to move: beside the cases, with their sources and words, all is right."""

from __future__ import annotations

import runpy
from pathlib import Path

import kb

ROOT = Path(__file__).resolve().parent.parent


def test_the_drafts_pass_the_checks_beside_the_cases(tmp_path: Path) -> None:
    """Every draft stands at its place, and ``kb check`` finds no problem in any file."""
    folder = tmp_path / "cases"
    runpy.run_path(str(ROOT / "drafts" / "assemble.py"))["assemble"](folder)

    drafts = {
        path.relative_to(ROOT / "drafts" / "cases")
        for path in (ROOT / "drafts").rglob("*.md")
        if path.parent.parent.name == "cases"
    }
    assert len(drafts) > 100
    assert all((folder / place).is_file() for place in drafts)
    assert [str(problem) for problem in kb.check(folder)] == []
