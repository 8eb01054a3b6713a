"""The way of a case through git: written, checked, reviewed against a branch, built."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from kb.indexing.pipeline import build
from kb.search.opening import open_current
from kb.settings import Settings
from tests.kb.cli.command import ROOT, kb
from tests.toy import copy_toy_corpus, settings_of_toy

QUERY = {
    "id": "a-1", "split": "test", "text": "weavers export textile", "persona": "owner",
    "language": "en", "kind": "plain", "need": "An owner wants weavers who export.",
    "relevance": {"norway/textile-exporters": 2},
}  # fmt: skip
#: What a contributor writes into the file that ``kb new`` made.
FILLED = """\
---
title: Weavers of Porto export textile
kind: network
country: Portugal
type: horizontal
project: exporting
sectors: [textiles-clothing]
results:
  - metric: export-sales
    level: output
    direction: up
    value: 12
    unit: percent
    horizon: no year given
    statement: Export sales rose by 12%.
    locator: p. 9
summary: Three weavers export textile.
sources:
  - {key: doe-2001, locator: p. 9}
---

## Situation

Each weaver was small.

## What they did together

They export textile.
"""


def git(folder: Path, *arguments: str) -> str:
    """Run git as nobody in particular."""
    return subprocess.run(
        ["git", "-c", "user.name=a", "-c", "user.email=a@example.org", *arguments],
        cwd=folder, check=True, capture_output=True, text=True,
    ).stdout  # fmt: skip


@pytest.fixture(name="clone")
def _clone(tmp_path: Path, tiny_encoder: Path, monkeypatch) -> Settings:
    """A repository with the toy compendium on its branch ``main``, and a branch that is new."""
    monkeypatch.setenv("KB_MULTILINGUAL", "off")
    cases = copy_toy_corpus(tmp_path / "repository" / "cases")
    (cases / "queries.jsonl").write_text(json.dumps(QUERY) + "\n")
    git(cases.parent, "init", "--quiet", "--initial-branch=main")
    git(cases.parent, "add", ".")
    git(cases.parent, "commit", "--quiet", "--message=Begin")
    git(cases.parent, "switch", "--quiet", "--create", "topic")
    return settings_of_toy(cases, tmp_path / "index", tiny_encoder)


def review(settings: Settings, *options: object, base: str = "main"):
    """The command on a repository."""
    where = ("--cases", settings.cases, "--index", settings.index, "--model", settings.model)
    return kb("review", "--base", base, *where, *options)


def test_a_case_from_its_template_to_a_build(clone, tmp_path):
    """Template, check of what is open, the text, a check, a review, and a build that has it."""
    options = ("--title", "Weavers of Porto export textile", "--country", "Portugal")
    made = kb("new", "portugal/weavers", *options, "--no-questions", "--cases", clone.cases)
    path = clone.cases / "portugal" / "weavers.md"
    assert (made.exit_code, path.is_file()) == (0, True)
    assert kb("check", "--cases", clone.cases, path).exit_code == 1

    path.write_text(FILLED)
    assert kb("check", "--cases", clone.cases, path).exit_code == 0
    git(clone.cases.parent, "add", ".")
    git(clone.cases.parent, "commit", "--quiet", "--message=A case")

    result = review(clone, "--format", "json", "--html", tmp_path / "pages")
    found = json.loads(result.stdout)
    assert result.exit_code == 0
    assert found["problems"] == {"new": [], "mended": []}
    assert [(one["id"], one["way"]) for one in found["documents"]] == [
        ("portugal/weavers", "added")
    ]
    (preview,) = found["previews"]
    assert (preview["near"][0]["id"], preview["near"][0]["may_be_same"]) == (
        "norway/textile-exporters",
        True,
    )
    assert found["findability"]["queries"] == 1
    changed = {(one["label"], one["after"]) for one in found["findability"]["facets"]}
    assert ("Portugal", 1) in changed
    page = (tmp_path / "pages" / "portugal--weavers.html").read_text()
    assert "<h1>Weavers of Porto export textile</h1>" in page
    assert "src=" not in page
    assert "Building this branch …" in result.stderr

    build(clone)
    ranked = open_current(clone).found_scores("weavers export textile")
    assert "portugal/weavers" in ranked


def test_what_is_moved_lost_and_withdrawn(clone):
    """Without an alias an address leads nowhere: that is told with the line that mends it."""
    spain, denmark = clone.cases / "spain", clone.cases / "denmark" / "hostile-title.md"
    (spain / "textile-training.md").rename(spain / "training.md")
    text = denmark.read_text()
    denmark.write_text(
        text.replace("\nkind:", "\nwithdrawn: {day: 2026-11-28, reason: They asked.}\nkind:", 1)
    )

    result = review(clone)

    assert result.exit_code == 1
    lines = result.stdout.splitlines()
    assert "  addresses that lead nowhere now: 1" in lines
    (removed,) = (line for line in lines if line.startswith("  removed:"))
    assert (
        "It looks like spain/training: add the line 'aliases: [spain/textile-training]'" in removed
    )
    (gone,) = (line for line in lines if line.startswith("  withdrawn:"))
    assert gone.endswith("Withdrawn: They asked.")

    path = spain / "training.md"
    path.write_text(
        path.read_text().replace("kind:", "aliases: [spain/textile-training]\nkind:", 1)
    )
    mended = review(clone)
    (moved,) = (line for line in mended.stdout.splitlines() if line.startswith("  moved:"))
    assert (mended.exit_code, "Moved from spain/textile-training." in moved) == (0, True)
    assert "  cases that may be the same: 0" in mended.stdout.splitlines()


def test_a_branch_with_problems_is_not_built(clone):
    """Its problems are told, new ones and mended ones, and its files do not look removed."""
    path = clone.cases / "spain" / "textile-training.md"
    path.write_text(path.read_text().replace("kind: network", "kind: netwrk"))

    result = review(clone, "--format", "markdown")

    assert result.exit_code == 1
    assert "- searches: this branch has problems, so it was not built" in result.stdout
    assert "removed" not in result.stdout
    assert "## New problems \\(1\\)" in result.stdout
    git(clone.cases.parent, "add", ".")
    git(clone.cases.parent, "commit", "--quiet", "--message=Break")
    path.write_text(path.read_text().replace("kind: netwrk", "kind: network"))
    assert "Mended (1)" in review(clone, base="HEAD").stdout


@pytest.mark.parametrize("base", ["nowhere", "--output=x", "HEAD~9"])
def test_a_base_that_is_not_there(clone, base):
    """Is named, with what brings it; no option of git comes through."""
    result = review(clone, base=base)

    assert result.exit_code == 1
    assert f"--base {base!r} is no commit of" in result.stderr
    assert "git fetch origin main" in result.stderr


def test_a_shallow_clone_says_so(clone, tmp_path):
    """Where the base was cut off, the command that brings it is told."""
    git(clone.cases.parent, "commit", "--quiet", "--allow-empty", "--message=More")
    shallow = tmp_path / "shallow"
    address = f"file://{clone.cases.parent}"
    git(tmp_path, "clone", "--quiet", "--depth=1", "--branch=topic", address, str(shallow))
    base = git(clone.cases.parent, "rev-parse", "main").strip()

    result = review(settings_of_toy(shallow / "cases", clone.index, clone.model), base=base)

    assert result.exit_code == 1
    assert "The clone is shallow; run 'git fetch --unshallow' first." in result.stderr


def test_a_folder_in_no_repository(toy_settings):
    """Nothing is compared, and the message says what is needed."""
    result = review(toy_settings)

    assert result.exit_code == 1
    assert "is in no repository of git" in result.stderr


def test_the_script_of_the_workflow_on_a_clone_that_plays_the_fork(clone, tmp_path):
    """It writes annotations, the summary and what the comment is made of; without any secret."""
    fork = tmp_path / "fork"
    git(tmp_path, "clone", "--quiet", "--branch=main", str(clone.cases.parent), str(fork))
    git(fork, "switch", "--quiet", "--create", "theirs")
    (fork / "cases" / "portugal").mkdir()
    (fork / "cases" / "portugal" / "weavers.md").write_text(FILLED)
    git(fork, "add", ".")
    git(fork, "commit", "--quiet", "--message=Theirs")
    command = tmp_path / "bin" / "kb"
    command.parent.mkdir()
    command.write_text(f'#!/bin/sh\nexec "{sys.executable}" -m web "$@"\n')
    command.chmod(0o755)
    summary = tmp_path / "summary.md"

    done = subprocess.run(
        [ROOT / "scripts" / "review-pull-request", "origin/main", "review"],
        cwd=fork, capture_output=True, text=True, timeout=600,
        env={
            "PATH": f"{command.parent}:{os.environ['PATH']}", "HOME": str(tmp_path),
            "PYTHONPATH": str(ROOT), "GITHUB_STEP_SUMMARY": str(summary), "NUMBER": "7",
            "KB_MODEL": clone.model, "KB_MULTILINGUAL": "off", "KB_INDEX": str(tmp_path / "none"),
        },
    )  # fmt: skip

    assert done.returncode == 0, done.stderr
    assert summary.read_text() == (fork / "review" / "review.md").read_text()
    assert "added: portugal/weavers" in summary.read_text()
    assert (fork / "review" / "pages" / "portugal--weavers.html").is_file()
    made = [
        subprocess.run(
            [sys.executable, ROOT / "scripts" / "review_comment.py", what, fork / "review"],
            capture_output=True, text=True, check=True,
        ).stdout
        for what in ("number", "body")
    ]  # fmt: skip
    assert made[0] == "7\n"
    assert made[1].startswith("What this pull request changes, by `kb review`:\n\n```text\n")


@pytest.mark.parametrize(
    "review_of",
    [
        "```\n@everyone <img src=x> [a](http://x)\n````\nmore",
        "plain",
        "\x1b[31mred\u202e",
        "x" * 99999,
    ],
)
def test_a_comment_is_text_and_nothing_else(tmp_path, review_of):
    """Whatever the artifact holds: one block of code, which no text in it ends."""
    (tmp_path / "review.md").write_text(review_of)
    script = ROOT / "scripts" / "review_comment.py"
    made = subprocess.run(
        [sys.executable, script, "body", tmp_path], capture_output=True, text=True, check=True
    ).stdout

    opening, *inside = made.split("\n\n", 1)[1].rstrip("\n").split("\n")
    fence = opening.removesuffix("text")
    assert set(fence) == {"`"}
    assert inside[-1] == fence
    assert all(fence not in line for line in inside[:-1])
    assert len(made) < 65_536
    assert not {"\x1b", "\u202e"} & set(made)


@pytest.mark.parametrize("number", ["", "0", "7; rm -rf /", "7\n8", "../7", "12345678901"])
def test_another_number_is_refused(tmp_path, number):
    """So is a link in its place."""
    (tmp_path / "number.txt").write_text(number)
    script = ROOT / "scripts" / "review_comment.py"
    done = subprocess.run(
        [sys.executable, script, "number", tmp_path], capture_output=True, text=True
    )

    assert (done.returncode, done.stdout) == (1, "")
    (tmp_path / "number.txt").unlink()
    (tmp_path / "number.txt").symlink_to("/etc/hostname")
    done = subprocess.run(
        [sys.executable, script, "number", tmp_path], capture_output=True, text=True
    )
    assert done.returncode == 1


def test_git_is_needed(clone, monkeypatch):
    """Without it the message is the same as outside of a repository."""
    assert shutil.which("git")
    monkeypatch.setenv("PATH", "/nowhere")

    assert "is in no repository of git" in review(clone).stderr
