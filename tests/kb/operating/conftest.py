"""A repository of content that an index is updated from."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest
from click.testing import Result

from kb.settings import Settings
from tests.kb.cli.command import kb
from tests.kb.operating.test_content_source import commit, git
from tests.toy import copy_toy_corpus, only_settings_of_toy, settings_of_toy

QUERIES = (
    {
        "id": "a-1", "split": "test", "text": "textile export", "persona": "owner",
        "language": "en", "kind": "plain", "need": "An owner wants weavers who export.",
        "relevance": {"norway/textile-exporters": 2},
    },
    {
        "id": "a-2", "split": "test", "text": "train textile", "persona": "owner",
        "language": "en", "kind": "plain", "need": "An owner wants training.",
        "relevance": {"spain/textile-training": 2},
    },
)  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class Content:
    """A working tree, the bare repository that it is pushed to, and an index."""

    settings: Settings
    tree: Path
    repository: Path

    @property
    def cases(self) -> Path:
        """The cases in the working tree."""
        return self.tree / "cases"

    def edit(self, case_id: str, change: Callable[[str], str]) -> None:
        """Change the file of a case."""
        path = self.cases / f"{case_id}.md"
        path.write_text(change(path.read_text()))

    def push(self) -> str:
        """Commit and push all that there is, by force; the commit."""
        done = commit(self.tree)
        git(self.tree, "push", "--quiet", "--force", str(self.repository), "main")
        return done

    def update(self, *options: object) -> Result:
        """The command on the repository."""
        where = ("--index", self.settings.index, "--model", self.settings.model)
        return kb("update", f"file://{self.repository}", *where, *options)


@pytest.fixture(autouse=True)
def _settings_of_the_toy(monkeypatch: pytest.MonkeyPatch, tiny_encoder: Path) -> None:
    only_settings_of_toy(monkeypatch, tiny_encoder)


@pytest.fixture(name="content")
def _content(tmp_path: Path, tiny_encoder: Path) -> Content:
    """The toy compendium with two judged queries, pushed; nothing was built of it yet."""
    tree, repository = tmp_path / "tree", tmp_path / "content.git"
    cases = copy_toy_corpus(tree / "cases")
    (cases / "queries.jsonl").write_text("".join(json.dumps(one) + "\n" for one in QUERIES))
    git(tree, "init", "--quiet", "--initial-branch=main")
    commit(tree)
    git(tmp_path, "clone", "--quiet", "--bare", str(tree), str(repository))
    settings = settings_of_toy(tmp_path / "not-there", tmp_path / "index", tiny_encoder)
    return Content(settings=settings, tree=tree, repository=repository)
