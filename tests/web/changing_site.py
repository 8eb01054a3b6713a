"""A toy compendium of which texts change, move and go between builds, and its site."""

from __future__ import annotations

from pathlib import Path

from flask.testing import FlaskClient

from kb.indexing.pipeline import build
from kb.model.case_versions import short
from kb.search.opening import LiveSearcher
from kb.settings import Settings
from kb.versions.store import Versions
from tests.toy import copy_toy_corpus, settings_of_toy
from web import create_app


class Site:
    """A toy compendium of which texts change, move and go, and its site."""

    def __init__(self, folder: Path, model: Path) -> None:
        self.settings: Settings = settings_of_toy(
            copy_toy_corpus(folder / "cases"), folder / "index", model
        )
        self.live = LiveSearcher(self.settings.index, min_score=0.3)
        self.versions = Versions(self.settings.index)

    def path(self, case_id: str) -> Path:
        """The file of a case."""
        return self.settings.cases / f"{case_id}.md"

    def edit(self, case_id: str, old: str, new: str) -> None:
        """Put some words of a file in the place of others."""
        text = self.path(case_id).read_text()
        assert old in text
        self.path(case_id).write_text(text.replace(old, new, 1))

    def build(self) -> None:
        """Build."""
        build(self.settings)
        self.live.refresh()  # a request waits for a new snapshot, but not for long

    def client(self) -> FlaskClient:
        """A browser of it."""
        app = create_app(self.live, self.settings)
        app.testing = True
        return app.test_client()

    def names(self, case_id: str) -> list[str]:
        """The versions of a case, oldest first."""
        return [short(e.digest) for e in self.versions.history(case_id) if e.digest]
