"""Versions from the history of a repository: what was there before the first build."""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path

import pytest

from kb.content.corpus import read_corpus
from kb.errors import BuildBusy
from kb.indexing.pipeline import build
from kb.indexing.seed_versions import Seeded, seed_versions
from kb.settings import Settings
from kb.snapshots.store import no_other_build
from kb.versions.store import Versions

CASE = "spain/textile-training"
DENMARK = "denmark/hostile-title"


def git(folder: Path, *arguments: str, day: str = "2020-01-01") -> None:
    """Run git with an author of no name."""
    at = f"{day}T12:00:00Z"
    parts = {"NAME": "n", "EMAIL": "e@example.org", "DATE": at}
    who = {
        f"GIT_{role}_{part}": value
        for role in ("AUTHOR", "COMMITTER")
        for part, value in parts.items()
    }
    subprocess.run(
        ["git", "-C", str(folder), *arguments],
        check=True,
        capture_output=True,
        env={**os.environ, **who, "GIT_CONFIG_GLOBAL": os.devnull, "GIT_CONFIG_NOSYSTEM": "1"},
    )


def commit(settings: Settings, subject: str, day: str) -> None:
    """Commit everything."""
    git(settings.cases, "add", "-A")
    git(settings.cases, "commit", "-m", subject, day=day)


def edit(settings: Settings, old: str, new: str, case_id: str = CASE) -> bytes:
    """Change a case; its bytes until then."""
    path = settings.cases / f"{case_id}.md"
    before = path.read_bytes()
    path.write_bytes(before.replace(old.encode(), new.encode()))
    return before


@pytest.fixture(name="own")
def _own(toy_settings: Settings) -> Settings:
    """A toy compendium in a repository with two commits, of which one changed a case."""
    git(toy_settings.cases, "init", "-q")
    commit(toy_settings, "The first cases", "2020-01-01")
    edit(toy_settings, "status: cautionary", "status: mixed")
    commit(toy_settings, "It was mixed.", "2020-02-03")
    return toy_settings


def told(settings: Settings, case_id: str = CASE) -> list[tuple[str, str]]:
    """Day and sentence of each entry."""
    return [(one.day, one.what) for one in Versions(settings.index).history(case_id)]


def seed(settings: Settings, most: int = 100) -> tuple[Seeded, list[str]]:
    """Seed, and what was said."""
    said: list[str] = []
    return seed_versions(settings.cases, settings.index, most=most, tell=said.append), said


def test_the_history_comes_before_what_is_built(own: Settings):
    """With day and subject of each commit; what is built then is the last of them."""
    seeded, said = seed(own)
    build(own)

    assert (seeded, said) == (Seeded(versions=8, cases=7, commits=2), [])
    assert told(own) == [("2020-01-01", "The case was added."), ("2020-02-03", "It was mixed.")]
    versions = Versions(own.index)
    current = {one.id: one.version for one in read_corpus(own.cases).documents}
    assert versions.heads() == current
    first = versions.version(versions.history(CASE)[0].digest)
    assert b"status: cautionary" in first.text
    assert first.understood.case.facets["status"] == ("cautionary",)


def test_it_can_be_done_after_a_build_and_again(own: Settings):
    """Nothing is told twice."""
    build(own)
    seed(own)
    after = told(own)
    again, _ = seed(own)

    assert after == [("2020-01-01", "The case was added."), ("2020-02-03", "It was mixed.")]
    assert (told(own), again.versions, again.cases) == (after, 0, 0)


def test_each_is_read_with_the_words_and_sources_of_then(own: Settings):
    """The vocabulary and the sources of the same commit; those of the last come at the end."""
    taxonomy, sources = own.cases / "taxonomy.yaml", own.cases / "sources.bib"
    taxonomy.write_text(taxonomy.read_text().replace("label: Mixed", "label: So-so"))
    sources.write_text(sources.read_text().replace("An unsigned note", "An unsigned page"))
    commit(own, "Words.", "2020-03-04")
    edit(own, "status: mixed", "status: cautionary", "norway/textile-exporters")
    commit(own, "Another case.", "2020-04-05")
    seed(own)
    build(own)

    assert told(own) == [
        ("2020-01-01", "The case was added."),
        ("2020-02-03", "It was mixed."),
        ("2020-04-05", "Entries of sources and labels of the vocabulary changed."),
    ]


def test_a_commit_of_many_cases_tells_what_differs(own: Settings):
    """Its subject says nothing of each of them; that of a commit of a few does."""
    text = (own.cases / f"{CASE}.md").read_text().replace("Textile", "Lace")
    for number in range(11):
        (own.cases / f"spain/lace-{number}.md").write_text(
            text.replace("title: ", f"title: {number} ", 1)
        )
    commit(own, "Lace stands among the cases", "2020-03-04")
    for path in (own.cases / "spain").glob("lace-*.md"):
        path.write_text(path.read_text().replace("status: mixed", "status: cautionary"))
    commit(own, "The lace is looked at again", "2020-04-05")
    edit(own, "status: cautionary", "status: mixed", "spain/lace-7")
    commit(own, "One was mixed", "2020-05-06")
    seed(own)

    assert told(own, "spain/lace-7") == [
        ("2020-03-04", "The case was added."),
        ("2020-04-05", "Status changed."),
        ("2020-05-06", "One was mixed."),
    ]


def test_what_cannot_be_understood_is_kept_as_it_was(own: Settings):
    """A file that the rules of today refuse; and a case that was removed."""
    before = edit(own, "status: mixed", "colour: red")
    commit(own, "Red", "2020-03-04")
    (own.cases / f"{CASE}.md").write_bytes(before)
    (own.cases / f"{DENMARK}.md").unlink()
    commit(own, "Back, and one gone", "2020-04-05")
    seed(own)

    versions = Versions(own.index)
    red = versions.version(versions.history(CASE)[2].digest)
    assert (b"colour: red" in red.text, red.understood, red.sources) == (True, None, {})
    assert told(own)[3] == ("2020-04-05", "Back, and one gone.")
    assert told(own, DENMARK)[-1] == ("2020-04-05", "Taken out of the compendium.")


def test_only_so_many_commits_are_read(own: Settings):
    """The newest."""
    seeded, _ = seed(own, most=1)

    assert (seeded.commits, told(own)) == (1, [("2020-02-03", "It was mixed.")])


def test_a_shallow_clone_and_a_folder_without_history(own: Settings, tmp_path: Path):
    """Both are said, and neither is an error."""
    shallow = tmp_path / "shallow"
    git(tmp_path, "clone", "-q", "--depth", "1", f"file://{own.cases}", str(shallow))
    shutil.rmtree(own.cases / ".git")
    said: list[str] = []
    one = seed_versions(shallow, own.index, most=9, tell=said.append)
    two = seed_versions(own.cases, own.index, most=9, tell=said.append)

    assert said == [
        "The clone is shallow: it has 1 commits that changed cases.",
        f"{own.cases} is in no repository of git that can be read: there is no history to take.",
    ]
    assert (one.versions, two) == (7, Seeded(versions=0, cases=0, commits=0))


def test_a_build_that_runs_is_not_disturbed(own: Settings):
    """Both write the store."""
    with no_other_build(own.index), pytest.raises(BuildBusy):
        seed(own)
