"""Content of a source in place of what is served: only where it passed, and never by halves."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest

from kb.indexing.pipeline import build
from kb.model.files import write_durably
from kb.operating.update import read_updates
from kb.operating.update_history import HISTORY, KEPT
from kb.search.opening import open_current
from kb.snapshots.store import current_id, no_other_build, no_other_update, snapshot_ids
from kb.versions.store import Versions
from tests.kb.cli.command import kb
from tests.kb.operating.conftest import Content
from tests.kb.operating.test_content_source import git

TRAINING = "spain/textile-training"
EXPORTERS = "norway/textile-exporters"


def served(content: Content) -> tuple[str, set[str]]:
    """The snapshot that is served, and the ids in it."""
    searcher = open_current(content.settings)
    return searcher.snapshot_id, set(searcher.compendium.by_id)


def told(content: Content, *options: object) -> dict:
    """What the command prints as JSON."""
    return json.loads(content.update("--json", *options).stdout)


def test_the_first_the_same_and_another(content):
    """A first update serves, the same content costs nothing, a new case is served and told."""
    first = content.update()
    before, ids = served(content)
    again = told(content)
    path = content.cases / "spain" / "wine-training.md"
    shutil.copy(content.cases / f"{TRAINING}.md", path)
    text = path.read_text()
    path.write_text(text.replace(text.split("title: ")[1].split("\n")[0], "Wine makers train"))
    commit = content.push()
    dry = content.update("--dry-run")
    still = served(content)
    done = told(content)

    assert (first.exit_code, first.stdout.splitlines()[0]) == (
        0,
        f"Snapshot {before} is served now.",
    )
    assert "compared  with nothing: There is no index in" in first.stdout
    assert (again["outcome"], again["snapshot"], again["report"]["encoded"]) == (
        "unchanged", before, 0,
    )  # fmt: skip
    assert dry.exit_code == 0
    assert f"would be served; this was a dry run, so {before} stays served." in dry.stdout
    assert still == (before, ids)
    assert (done["outcome"], done["before"], done["revision"]) == ("served", before, commit)
    assert done["snapshot"] == done["built"] == current_id(content.settings.index)
    assert [(one["id"], one["way"]) for one in done["comparison"]["documents"]] == [
        ("spain/wine-training", "added")
    ]
    assert done["comparison"]["findability"]["queries"] == 2
    assert served(content) == (done["snapshot"], ids | {"spain/wine-training"})
    assert (content.settings.index / "content" / "cases" / "spain" / "wine-training.md").is_file()
    assert not (content.settings.index / "content" / "incoming").exists()


def test_too_many_cases_gone_are_refused_until_they_are_allowed(content):
    """A case without an alias or a reason is gone: what was served stays, versions too."""
    content.update()
    before, ids = served(content)
    kept = Versions(content.settings.index).layers
    (content.cases / f"{EXPORTERS}.md").unlink()
    (content.cases / "queries.jsonl").unlink()
    content.push()
    refused = content.update()
    as_data = told(content)
    dry = content.update("--dry-run")
    after = served(content)
    versions = Versions(content.settings.index).layers
    built = snapshot_ids(content.settings.index)
    allowed = content.update("--most-gone", "30", "--most-worse", "1")

    assert refused.exit_code == dry.exit_code == 1
    assert refused.stdout.startswith(
        f"Refused: {before} stays served.\n  - 1 of {len(ids)} cases is gone, which is more than "
        f"5%: {EXPORTERS}. Give each an alias or 'withdrawn' with the reason, or allow it with "
        "--most-gone.\n"
    )
    assert (as_data["outcome"], as_data["snapshot"]) == ("refused", before)
    assert (after, versions, built) == ((before, ids), kept, (before,))
    assert (content.settings.index / "content" / "cases" / f"{EXPORTERS}.md").is_file() is False
    assert allowed.exit_code == 0
    assert served(content)[1] == ids - {EXPORTERS}
    assert Versions(content.settings.index).history(EXPORTERS)[-1].digest == ""


def test_the_content_that_was_refused_is_not_kept(content):
    """Until something is accepted, the content of before is there to build from."""
    content.update()
    (content.cases / f"{EXPORTERS}.md").unlink()
    (content.cases / "queries.jsonl").unlink()
    content.push()
    content.update()
    cases = content.settings.index / "content" / "cases"
    assert (cases / f"{EXPORTERS}.md").is_file()
    assert sorted(one.name for one in cases.parent.iterdir()) == ["cases", "source.json"]


def test_withdrawn_and_moved_cases_are_not_gone(content):
    """A reason or an alias leaves no address that leads nowhere."""
    content.update()
    content.edit(
        EXPORTERS,
        lambda text: text.replace(
            "---\n", "---\nwithdrawn: {day: 2026-01-02, reason: Its figures were wrong.}\n", 1
        ),
    )
    path = content.cases / f"{TRAINING}.md"
    moved = content.cases / "spain" / "moved.md"
    moved.write_text(path.read_text().replace("---\n", f"---\naliases: [{TRAINING}]\n", 1))
    path.unlink()
    (content.cases / "queries.jsonl").unlink()
    content.push()
    done = told(content)
    ways = {one["id"]: one["way"] for one in done["comparison"]["documents"]}
    assert (ways["spain/moved"], ways[EXPORTERS]) == ("moved", "withdrawn")
    assert (done["outcome"], done["why"]) == ("served", [])


def test_a_number_of_cases_that_falls_is_refused(content):
    """However well it is told why: half of a compendium does not go in one night."""
    content.update()
    for case_id in (EXPORTERS, TRAINING):
        content.edit(
            case_id,
            lambda text: text.replace(
                "---\n", "---\nwithdrawn: {day: 2026-01-02, reason: Not right.}\n", 1
            ),
        )
    (content.cases / "queries.jsonl").unlink()
    content.push()
    done = told(content)
    assert [one.split(",")[0] for one in done["why"]] == ["There are 5 cases where there were 7"]


def test_queries_that_are_answered_worse_are_refused(content):
    """The judged queries of the new content are put to both."""
    content.update()
    before = served(content)
    content.edit(TRAINING, lambda text: text.replace(" train", " sing").replace("Textile", "Some"))
    content.push()
    done = content.update()
    assert done.exit_code == 1
    assert "  - The 2 judged queries are answered worse: nDCG@10 was 1.000 and is 0." in done.stdout
    assert f"'train textile': {TRAINING}" in done.stdout
    assert served(content) == before


def test_a_snapshot_that_grows_too_much_is_refused(content):
    """A bound on the disk, in percent of what is served."""
    content.update()
    content.edit(TRAINING, lambda text: f"{text}\nThey train more.\n")
    content.push()
    done = told(content, "--most-larger", "0")
    assert done["why"][0].startswith("The snapshot has ")
    assert done["why"][0].endswith("larger by more than 0%. Allow it with --most-larger.")


def test_content_with_problems_is_told_and_changes_nothing(content):
    """Each problem at its place in the source; the history has the first ones."""
    content.update()
    before = served(content)
    content.edit(TRAINING, lambda text: text.replace("country:", "land:"))
    content.push()
    done = content.update()
    noted = read_updates(content.settings.index)[-1]
    assert done.exit_code == 1
    assert done.stdout.startswith(f"{TRAINING}.md:")
    assert done.stderr.endswith(
        "the previous snapshot stays in use. Mend them where the content comes from.\n"
    )
    assert served(content) == before
    assert (noted.outcome, noted.why[1].split(":")[0]) == ("failed", f"{TRAINING}.md")


def test_a_forced_push_is_followed(content):
    """The branch says something else than it ever did: that is what is taken."""
    content.update()
    content.edit(TRAINING, lambda text: f"{text}\nThey train more.\n")
    second = content.push()
    content.update()
    git(content.tree, "checkout", "--quiet", "--orphan", "other")
    git(content.tree, "branch", "--quiet", "-D", "main")
    git(content.tree, "branch", "--quiet", "-m", "main")
    content.edit(TRAINING, lambda text: f"{text}\nThey train even more.\n")
    third = content.push()
    done = told(content)
    assert second != third
    assert (done["outcome"], done["revision"]) == ("served", third)
    assert git(content.repository, "rev-list", "--count", "main") == "1"


def test_a_source_that_is_not_there_changes_nothing(content):
    """The site goes on with what it has, and says since when."""
    content.update()
    before = served(content)
    content.repository.rename(content.repository.with_name("away"))
    done = content.update()
    assert (done.exit_code, served(content)) == (1, before)
    assert done.stderr.startswith(
        f"Error: The content of file://{content.repository} cannot be fetched; git says: "
    )


def test_what_is_damaged_is_mended_by_the_next_update(content):
    """A snapshot that rots is built again, though the content is what it was."""
    content.update()
    before, ids = served(content)
    path = content.settings.index / before / "records" / "cases.jsonl"
    path.write_bytes(path.read_bytes()[:-5])
    done = told(content)
    assert done["outcome"] == "served"
    assert served(content) == (done["snapshot"], ids)
    assert done["snapshot"] != before


def test_content_that_was_changed_by_hand_is_taken_again(content):
    """What lies in the index is believed only as it was taken."""
    content.update()
    path = content.settings.index / "content" / "cases" / f"{TRAINING}.md"
    path.write_text("not a case")
    done = told(content)
    assert done["outcome"] == "unchanged"
    assert path.read_text().startswith("---\n")


def test_an_update_that_was_killed_between_two_steps(content):
    """The content of before is back in its place, and what was begun is gone."""
    content.update()
    place = content.settings.index / "content"
    (place / "cases").rename(place / "old")
    (place / "incoming").mkdir()
    (place / "kb-git-1").mkdir()
    done = told(content)
    assert done["outcome"] == "unchanged"
    assert sorted(one.name for one in place.iterdir()) == ["cases", "source.json"]


def test_a_pin_holds(content):
    """What is pinned stays, and the update says so."""
    content.update()
    before = current_id(content.settings.index)
    kb("snapshots", "--index", content.settings.index, "--pin", "current")
    content.edit(TRAINING, lambda text: f"{text}\nThey train more.\n")
    content.push()
    done = content.update()
    assert (done.exit_code, current_id(content.settings.index)) == (0, before)
    assert f"was built; {before} is pinned and stays served." in done.stdout


def test_one_update_at_a_time_and_none_beside_a_build(content):
    """The other one is told to wait; what it does is not disturbed."""
    index = content.settings.index
    with no_other_update(index):
        beside_update = content.update()
    with no_other_build(index):
        beside_build = content.update()
    assert (beside_update.exit_code, beside_build.exit_code) == (1, 1)
    assert beside_update.stderr == (
        f"Error: Another update of {index} is running; wait until it has ended.\n"
    )
    assert f"Another build of {index} is running" in beside_build.stderr
    assert content.update().exit_code == 0


def test_the_history_is_told_and_bounded(content):
    """The newest first; a dry run is not in it; old lines go."""
    content.update()
    content.update("--dry-run")
    content.update()
    where = ("--index", content.settings.index)
    lines = kb("update", "--history", *where).stdout.splitlines()
    data = json.loads(kb("update", "--history", "--json", *where).stdout)
    path = content.settings.index / HISTORY
    write_durably(path, path.read_bytes() * KEPT + b"torn {\n")
    content.update()
    assert [line.split("  ")[1] for line in lines] == ["unchanged", "served"]
    assert [one["outcome"] for one in data] == ["unchanged", "served"]
    assert data[1]["cases"] == 7
    assert len(path.read_bytes().splitlines()) == KEPT
    assert len(read_updates(content.settings.index)) == KEPT - 1


def test_a_report_is_written(content, tmp_path):
    """In words, or as JSON where the name says so; a place that is none is told."""
    content.update("--report", tmp_path / "a.txt")
    done = content.update("--report", tmp_path / "a.json")
    lost = content.update("--report", tmp_path / "nowhere" / "a.txt")
    assert (tmp_path / "a.txt").read_text().startswith("Snapshot ")
    assert json.loads((tmp_path / "a.json").read_text())["outcome"] == "unchanged"
    assert done.exit_code == 0
    assert lost.exit_code == 1
    assert lost.stderr.endswith(
        f"The report cannot be written to {tmp_path}/nowhere/a.txt: No such file or directory. "
        "The update itself: unchanged.\n"
    )


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        ((), "Say where the content comes from: 'kb update SOURCE', a folder or a repository"),
        (("a", "--most-gone", "-1"), "Invalid value for '--most-gone'"),
        (("a", "--branch", "a b"), "KB_SOURCE_BRANCH must be empty or the name of a branch or tag"),
        (("a", "--folder", "../a"), "KB_SOURCE_FOLDER must be the path of a folder in the source"),
    ],
)
def test_wrong_usage(tmp_path: Path, arguments: tuple[str, ...], said: str):
    """One sentence and status 2."""
    done = kb("update", *arguments, "--index", tmp_path / "index")
    assert done.exit_code == 2
    assert said in done.stderr


def test_a_folder_as_the_source_and_a_build_from_what_was_taken(content):
    """A working tree will do; what was taken can be built again without the source."""
    where = ("--index", content.settings.index)
    done = kb("update", content.tree, *where)
    before = current_id(content.settings.index)
    cases = content.settings.index / "content" / "cases"
    report = kb("build", "--cases", cases, *where)
    assert (done.exit_code, report.exit_code) == (0, 0)
    assert f"Snapshot {before} is up to date" in report.stdout


def test_accept_ends_a_build_and_keeps_its_vectors(toy_settings):
    """What was refused is gone; the next build encodes nothing again."""

    class Refused(Exception):
        """Of this test."""

    def refuse(folder: Path) -> None:
        assert (folder / "manifest.json").is_file()
        raise Refused

    with pytest.raises(Refused):
        build(toy_settings, accept=refuse)
    left = snapshot_ids(toy_settings.index)
    report = build(toy_settings)
    assert left == ()
    assert report.encoded == 0
