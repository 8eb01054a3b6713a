"""The store of versions: what is added stays, whatever happens to snapshots and to builds."""

from __future__ import annotations

import hashlib
import os
import shutil
import stat
from dataclasses import replace
from pathlib import Path

import pytest

from kb.errors import VersionNotFound, VersionsDamaged
from kb.indexing.pipeline import build
from kb.model.case_versions import Entry, Version, digest_of_version, entry_text, undated
from kb.model.cases import Reference, Seen
from kb.settings import Settings
from kb.snapshots.store import current_id, set_current, snapshot_ids
from kb.versions.store import FOLDER, Versions, adding
from tests.toy import copy_toy_corpus, settings_of_toy

CASE = "spain/textile-training"


def version(text: str, case_id: str = "a/b") -> Version:
    """A version without sources and labels."""
    made = Version(case_id=case_id, digest="", text=text.encode(), sources={}, labels={})
    return replace(made, digest=digest_of_version(made))


def add(versions: Versions, *texts: str, case_id: str = "a/b", first: bool = False) -> list[str]:
    """Add versions of a case in one step; their digests."""
    made = [version(text, case_id) for text in texts]
    with adding(versions, first=first) as addition:
        for one in made:
            addition.add(one)
            addition.tell(case_id, Entry(digest=one.digest, day="2026-11-28", what="Some."))
    return [one.digest for one in made]


def layers(index: Path) -> list[str]:
    """The names of the folders in the store."""
    return sorted(path.name for path in (index / FOLDER).iterdir() if path.is_dir())


def edit(settings: Settings, old: str, new: str, case_id: str = CASE) -> bytes:
    """Change a case; its bytes as they are then."""
    path = settings.cases / f"{case_id}.md"
    text = path.read_text()
    assert old in text
    path.write_text(text.replace(old, new))
    return path.read_bytes()


def test_a_version_is_found_by_its_digest_and_by_its_beginning(tmp_path: Path):
    """Twelve characters or more name it; fewer, or others, name nothing."""
    versions = Versions(tmp_path)
    (digest,) = add(versions, "one")

    assert versions.version(digest) == version("one")
    assert versions.version(digest[:12]).text == b"one"
    assert versions.digests(digest[:12]) == (digest,)
    assert digest in versions
    for wrong in (digest[:11], "0" * 12, "", "../etc", "é" * 12):
        with pytest.raises(VersionNotFound):
            versions.version(wrong)


def test_a_store_that_is_not_there_has_nothing(tmp_path: Path):
    """Nothing is made by asking."""
    versions = Versions(tmp_path)

    assert (versions.history("a/b"), versions.newest("a/b"), versions.heads()) == ((), None, {})
    assert list(tmp_path.iterdir()) == []


def test_readers_see_what_is_added_at_once(tmp_path: Path):
    """A reader that was opened before finds it, and small layers are joined under it."""
    reader, writer = Versions(tmp_path), Versions(tmp_path)
    assert reader.history("a/b") == ()
    made = []
    for number in range(40):
        made += add(writer, f"text {number}")
        assert reader.version(made[-1]).text == f"text {number}".encode()

    assert [entry.digest for entry in reader.history("a/b")] == made
    assert [reader.version(digest).text for digest in made[:3]] == [b"text 0", b"text 1", b"text 2"]
    assert len(layers(tmp_path)) <= 6
    assert reader.newest("a/b").digest == made[-1]


def test_the_same_version_is_kept_once_and_told_from_its_first_day(tmp_path: Path):
    """A text that comes back is a line in the history, and no second object."""
    versions = Versions(tmp_path)
    (one,), (two,) = add(versions, "one"), add(versions, "two")
    add(versions, "two")
    add(versions, "one")

    assert [entry.digest for entry in versions.history("a/b")] == [one, two, one]
    assert versions.digests("") == tuple(sorted((one, two)))


def test_what_was_earlier_comes_first(tmp_path: Path):
    """What is seeded stands before what builds kept."""
    versions = Versions(tmp_path)
    (two,) = add(versions, "two")
    (one, _) = add(versions, "one", "two", first=True)

    assert [entry.digest for entry in versions.history("a/b")] == [one, two]


def test_two_that_begin_alike_are_told(tmp_path: Path):
    """It is said when they are added, and when somebody asks by what they have in common."""
    versions, told = Versions(tmp_path), []
    one = replace(version("one"), digest="a" * 12 + "1" * 52)
    two = replace(version("two", "c/d"), digest="a" * 12 + "2" * 52)
    with adding(versions, tell=told.append) as addition:
        addition.add(one)
        addition.add(two)

    assert told == [
        f"Two versions begin with {'a' * 12}: {two.digest} of c/d, and {one.digest}. "
        "Name them by more characters."
    ]
    with pytest.raises(VersionNotFound, match=r"More than one version begins with 'a{12}': "):
        versions.version("a" * 12)


def test_a_damaged_version_is_named_and_not_shown(tmp_path: Path):
    """Another text under a digest, and bytes that are none; the other versions stay."""
    versions = Versions(tmp_path)
    wrong = replace(version("forged"), digest=version("true").digest)
    with adding(versions) as addition:
        addition.add(wrong)
    (sound,) = add(versions, "sound", "more", "and more")[:1]

    with pytest.raises(VersionsDamaged, match=f"The version {wrong.digest[:12]} in .* is damaged"):
        versions.version(wrong.digest)
    assert versions.version(sound).text == b"sound"


def test_a_failed_addition_leaves_the_store_as_it_was(tmp_path: Path):
    """Nothing of it is there, nor beside it."""
    versions = Versions(tmp_path)
    add(versions, "one")
    before = (layers(tmp_path), versions.digests(""))

    def fail() -> None:
        with adding(versions) as addition:
            addition.add(version("two"))
            raise RuntimeError

    with pytest.raises(RuntimeError):
        fail()

    assert (layers(tmp_path), Versions(tmp_path).digests("")) == before


def test_what_is_left_of_a_store_that_was_never_made_goes(tmp_path: Path):
    """Somebody was killed between a folder and its name."""
    left = tmp_path / f".{FOLDER}-0123456789ab"
    left.mkdir()
    (left / "layers.json").write_text("{")

    add(Versions(tmp_path), "one")

    assert [path.name for path in tmp_path.iterdir()] == [FOLDER]


def test_the_day_on_which_a_source_was_seen_has_no_part():
    """How it was seen has."""
    entry = "@book{doe,\n  title = {One},\n  seen = {opened, 2026-11-28},\n  gone = {2026-11-28}\n}"
    work = Reference(
        key="doe", authors="Doe", title="One", year="1998", note="",
        seen=Seen(how="opened", day="2026-11-28"), bibtex=entry,
    )  # fmt: skip
    later = replace(work, bibtex=entry.replace("opened, 2026-11-28", "opened, 2027-01-01"))
    other = replace(work, bibtex=entry.replace("opened, 2026-11-28", "stored copy"))

    assert entry_text(work) == entry.replace("opened, 2026-11-28", "opened")
    assert entry_text(work) == entry_text(later) != entry_text(other)
    assert undated(work) == replace(
        work, seen=Seen(how="opened"), bibtex=entry.replace("opened, 2026-11-28", "opened")
    )


def test_a_build_keeps_what_every_case_is(toy_settings: Settings):
    """The snapshot names the version, whose bytes are those of the file."""
    build(toy_settings)
    before = (toy_settings.cases / f"{CASE}.md").read_bytes()
    versions = Versions(toy_settings.index)
    (first,) = versions.history(CASE)
    after = edit(toy_settings, "status: cautionary", "status: mixed")
    build(toy_settings)

    one, two = versions.history(CASE)
    assert one == first
    assert two.what == "Status changed."
    assert versions.version(one.digest).text == before
    assert versions.version(two.digest[:12]).text == after
    assert [entry.what for entry in versions.history("norway/metal-buyers")] == [
        "First version in the compendium."
    ]


def test_a_new_store_begins_with_the_days_that_the_files_tell(today, toy_settings: Settings):
    """When a case was added or changed last; where neither is told, today."""
    told = "changes: [{day: 2026-11-25, what: The price was mended.}]\ntitle: "
    edit(toy_settings, "title: ", told, "norway/metal-buyers")
    build(toy_settings)
    versions = Versions(toy_settings.index)

    days = {case_id: versions.newest(case_id).day for case_id in versions.heads()}
    assert {one: day for one, day in days.items() if day != today} == {
        "france/wine-exporters": "2026-11-21",
        "norway/metal-buyers": "2026-11-25",
    }
    assert days[CASE] == today

    edit(toy_settings, "title: ", "title: A ", "france/wine-exporters")
    new = toy_settings.cases / "france" / "more-wine.md"
    text = (toy_settings.cases / "france" / "wine-exporters.md").read_text()
    new.write_text(text.replace("title: A ", "title: B "))
    build(toy_settings)

    assert [one.day for one in versions.history("france/wine-exporters")] == ["2026-11-21", today]
    assert [one.day for one in versions.history("france/more-wine")] == [today]


def test_no_version_is_older_than_what_it_followed(tmp_path: Path):
    """A day that is told too early is that of the version before."""
    versions = Versions(tmp_path)
    (one,) = add(versions, "one")
    two = version("two")
    with adding(versions) as addition:
        addition.add(two)
        addition.tell("a/b", Entry(digest=two.digest, day="2026-11-22", what="Two."))

    days = [(entry.digest, entry.day) for entry in versions.history("a/b")]
    assert days == [(one, "2026-11-28"), (two.digest, "2026-11-28")]
    assert versions.last_entries()["a/b"].day == "2026-11-28"


def test_an_unchanged_build_writes_nothing(toy_settings: Settings):
    """Not a file of the store is touched."""
    build(toy_settings)

    def files() -> dict[str, int]:
        found = (toy_settings.index / FOLDER).rglob("*")
        return {str(path): path.stat().st_mtime_ns for path in found}

    before = files()
    build(toy_settings)

    assert files() == before


def test_what_a_version_is_of(toy_settings: Settings):
    """A source or a label that the case has no part in makes none; its own do."""
    build(toy_settings)
    versions = Versions(toy_settings.index)
    sources = toy_settings.cases / "sources.bib"
    sources.write_text(sources.read_text() + "\n@misc{other, title = {Other}, author = {A. B},"
                       "\n  year = {2001}, seen = {opened, 2026-11-28}}\n")  # fmt: skip
    taxonomy = toy_settings.cases / "taxonomy.yaml"
    taxonomy.write_text(taxonomy.read_text().replace("label: Benchmarking", "label: Comparing"))
    build(toy_settings)
    assert {len(versions.history(case_id)) for case_id in versions.heads()} == {1}

    taxonomy.write_text(taxonomy.read_text().replace("label: Cautionary", "label: Beware"))
    build(toy_settings)

    assert [entry.what for entry in versions.history(CASE)][1:] == [
        "Labels of the vocabulary changed."
    ]
    assert versions.version(versions.newest(CASE).digest).labels["statuses"] == {
        "cautionary": "Beware"
    }


def test_ten_builds_that_change_move_and_delete(toy_settings: Settings):
    """Whatever was kept is still there byte for byte, though snapshots were pruned."""
    settings = replace(toy_settings, keep_snapshots=2)
    build(settings)
    versions, kept = Versions(settings.index), {}
    moved = settings.cases / "norway" / "textile-exporters.md"
    for number in range(10):
        for case_id, digest in versions.heads().items():
            if digest:
                path = settings.cases / f"{case_id}.md"
                kept[digest] = path.read_bytes()
        edit(settings, "title: ", f"title: {number} ")
        if number % 3 == 1:
            name = f"moved-{number}"
            text = moved.read_text()
            old = moved.relative_to(settings.cases).with_suffix("").as_posix()
            text = text.replace("aliases: [", f"aliases: [{old}, ", 1) if "aliases:" in text else (
                text.replace("\nkind:", f"\naliases: [{old}]\nkind:", 1)
            )  # fmt: skip
            moved.unlink()
            moved = moved.with_name(f"{name}.md")
            moved.write_text(text)
        if number == 5:
            (settings.cases / "denmark" / "hostile-title.md").unlink()
        build(settings)

    assert len(snapshot_ids(settings.index)) <= 3
    assert {digest: versions.version(digest[:12]).text for digest in kept} == kept
    assert versions.history("denmark/hostile-title")[-1].what == "Taken out of the compendium."
    assert versions.history("norway/textile-exporters")[-1].what == "Moved to norway/moved-1."
    assert versions.history("norway/moved-4")[0].what == "Moved from norway/moved-1. Earlier " \
        "addresses changed."  # fmt: skip


def test_going_back_to_an_earlier_snapshot_loses_nothing(toy_settings: Settings):
    """What is newer stays in the store, and the next build adds nothing twice."""
    build(toy_settings)
    before = current_id(toy_settings.index)
    edit(toy_settings, "status: cautionary", "status: mixed")
    build(toy_settings)
    versions = Versions(toy_settings.index)
    told = versions.history(CASE)
    set_current(toy_settings.index, before)
    build(toy_settings)

    assert versions.history(CASE) == told


def test_a_build_goes_on_without_what_is_damaged(toy_settings: Settings):
    """The layer is set aside under a name that says so, and the newest versions are kept again."""
    build(toy_settings)
    (layer,) = layers(toy_settings.index)
    (toy_settings.index / FOLDER / layer / "entries.jsonl").write_bytes(b"")
    told: list[str] = []
    with pytest.raises(VersionsDamaged, match=r"entries\.jsonl does not hold what it should"):
        Versions(toy_settings.index).history(CASE)

    build(toy_settings, tell=told.append)

    assert any(line.startswith("The store of versions goes on without") for line in told)
    assert len(Versions(toy_settings.index).history(CASE)) == 1
    assert f"damaged-{layer}" in layers(toy_settings.index)


def test_a_lost_list_is_made_again(toy_settings: Settings):
    """The layers that are there are taken up again, with every version in them."""
    build(toy_settings)
    told = Versions(toy_settings.index).history(CASE)
    (toy_settings.index / FOLDER / "layers.json").unlink()
    with pytest.raises(VersionsDamaged, match=r"layers\.json"):
        Versions(toy_settings.index).history(CASE)

    build(toy_settings)

    assert Versions(toy_settings.index).history(CASE) == told


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write everywhere")
def test_a_folder_that_cannot_be_written_can_be_read(toy_settings: Settings):
    """A site may serve from a folder that it cannot write to."""
    build(toy_settings)
    folder = toy_settings.index / FOLDER
    for path in (*folder.rglob("*"), folder):
        path.chmod(path.stat().st_mode & ~(stat.S_IWUSR | stat.S_IWGRP))

    assert len(Versions(toy_settings.index).history(CASE)) == 1


def test_two_compendia_have_their_own(tmp_path: Path, tiny_encoder: Path):
    """The versions of one index are those of what it was built of."""
    one, two = (
        settings_of_toy(
            copy_toy_corpus(tmp_path / name / "cases"), tmp_path / name / "index", tiny_encoder
        )
        for name in ("one", "two")
    )
    edit(two, "status: cautionary", "status: mixed")
    for settings in (one, two):
        build(settings)

    first, second = (Versions(settings.index) for settings in (one, two))
    digest = first.newest(CASE).digest
    assert second.newest(CASE).digest != digest
    assert digest not in second
    assert first.heads().keys() == second.heads().keys()


def test_a_copied_store_is_whole(toy_settings: Settings, tmp_path: Path):
    """It holds no address of its place; the digest of a version is that of what it holds."""
    build(toy_settings)
    shutil.copytree(toy_settings.index / FOLDER, tmp_path / "elsewhere" / FOLDER)
    copied = Versions(tmp_path / "elsewhere")
    version = copied.version(copied.newest(CASE).digest)

    assert digest_of_version(version) == version.digest
    text = (toy_settings.cases / f"{CASE}.md").read_bytes()
    assert version.text == text
    assert version.understood.case.digest == hashlib.sha256(text).hexdigest()
    assert version.understood.case.version == version.digest
