"""A snapshot as one file: written the same each time, read whole or refused, and served."""

from __future__ import annotations

import io
import json
import shutil
import tarfile
from dataclasses import replace
from pathlib import Path

import pytest

from kb import __version__
from kb.errors import (
    IndexNotWritable,
    KBError,
    SnapshotCorrupt,
    SnapshotError,
    SnapshotNewer,
    SnapshotStale,
)
from kb.indexing.pipeline import build
from kb.operating import snapshot_files
from kb.operating.snapshot_files import (
    OPENED_FOLDER,
    export_snapshot,
    import_snapshot,
    open_file,
    read_listing,
)
from kb.search.opening import open_current
from kb.search.query import Query
from kb.settings import Settings
from kb.snapshots.store import current_id, find_current, set_current, snapshot_ids
from kb.versions.store import Versions
from tests.kb.cli.command import edit

LISTING = "snapshot-file.json"


@pytest.fixture(name="file")
def _file(settings: Settings, tmp_path: Path) -> Path:
    """The file of the toy compendium."""
    file = tmp_path / "toy.tar"
    export_snapshot(settings.index, current_id(settings.index), file)
    return file


def _members(file: Path) -> dict[str, bytes]:
    with tarfile.open(file) as tar:
        return {member.name: tar.extractfile(member).read() for member in tar}


def _write(file: Path, members: dict[str, bytes], **changed: tarfile.TarInfo) -> Path:
    """Write an archive; a member that is given as such takes the place of the one of its name."""
    with tarfile.open(file, "w") as tar:
        for name, data in members.items():
            member = tarfile.TarInfo(name)
            member.size = len(data)
            tar.addfile(member, io.BytesIO(data))
        for member in changed.values():
            tar.addfile(member)
    return file


def _resealed(members: dict[str, bytes], **changes: object) -> dict[str, bytes]:
    """The members with a listing that says something else and is sealed all the same."""
    listing = snapshot_files._ADAPTER.validate_python(_plain(members))
    changed = replace(listing, **changes)
    return {**members, LISTING: snapshot_files._sealed(changed)}


def _plain(members: dict[str, bytes]) -> dict:
    told = json.loads(members[LISTING])
    del told["sha256"]
    return told


def _asked(settings: Settings, index: Path) -> list[str]:
    """What a search finds in an index."""
    searcher = open_current(replace(settings, index=index))
    return [hit.case.id for hit in searcher.search(Query(text="wine export")).hits]


def test_the_same_snapshot_is_the_same_file(settings, tmp_path, file):
    """Neither the clock nor the disk has a part in it: a copy of the index gives the same bytes."""
    copied = tmp_path / "copied"
    shutil.copytree(settings.index, copied)
    again = tmp_path / "again.tar"

    export_snapshot(copied, current_id(copied), again)

    assert again.read_bytes() == file.read_bytes()


def test_a_file_holds_the_snapshot_and_the_versions(settings, file):
    """Every file of both, as it stands in the index, after a listing of them."""
    snapshot_id = current_id(settings.index)
    below = [settings.index / snapshot_id, settings.index / "versions"]
    expected = {
        path.relative_to(settings.index).as_posix(): path.read_bytes()
        for folder in below
        for path in folder.rglob("*")
        if path.is_file()
    }
    members = _members(file)

    assert next(iter(members)) == LISTING
    assert list(members)[-1] == f"{snapshot_id}/manifest.json"
    assert {name: data for name, data in members.items() if name != LISTING} == expected
    assert list(read_listing(file).files) == list(members)[1:]


def test_a_file_is_opened_as_an_index_that_answers_alike(settings, file, tmp_path):
    """What is found is what is found where it was built; versions are there too."""
    opened = open_file(file, tmp_path / "index")

    assert current_id(opened) == current_id(settings.index)
    assert _asked(settings, opened) == _asked(settings, settings.index) != []
    assert Versions(opened).histories() == Versions(settings.index).histories() != {}


def test_a_file_is_unpacked_once(file, tmp_path, monkeypatch):
    """The second time it is found unpacked, and nothing is written."""
    opened = open_file(file, tmp_path / "index")
    monkeypatch.setattr(snapshot_files, "_unpack", None)

    assert open_file(file, tmp_path / "index") == opened
    assert [path.name for path in (tmp_path / "index" / OPENED_FOLDER).iterdir()] == [opened.name]


def test_only_the_last_files_stay_unpacked(toy_settings, tmp_path):
    """Of files that were served from a folder the last ones stay, however many there were."""
    opened = []
    for number in range(3):
        build(toy_settings)
        file = tmp_path / f"{number}.tar"
        export_snapshot(toy_settings.index, current_id(toy_settings.index), file)
        opened.append(open_file(file, tmp_path / "served", keep=2))
        edit(toy_settings, "nobody", f"nobody {number}")

    assert len(set(opened)) == 3
    assert {path for path in opened if path.is_dir()} == set(opened[1:])


def test_an_import_is_served_as_a_build_is(settings, file, tmp_path):
    """It becomes what is served, with its versions, and nothing is left beside it."""
    there = replace(settings, index=tmp_path / "index")

    done = import_snapshot(file, there)

    assert (done.snapshot_id, done.pinned) == (current_id(settings.index), None)
    assert current_id(there.index) == done.snapshot_id
    assert _asked(there, there.index) == _asked(settings, settings.index)
    assert Versions(there.index).histories() == Versions(settings.index).histories()
    assert [path.name for path in there.index.glob(".building-*")] == []


def test_an_import_adds_to_the_versions_that_are_there(toy_settings, tmp_path):
    """Two indexes of one compendium: what either kept is there afterwards, each history once."""
    build(toy_settings)
    there = replace(toy_settings, index=tmp_path / "there")
    shutil.copytree(toy_settings.index, there.index)
    edit(toy_settings, "nobody", "nobody on the other machine")
    build(toy_settings)
    file = tmp_path / "new.tar"
    export_snapshot(toy_settings.index, current_id(toy_settings.index), file)

    import_snapshot(file, there)
    import_snapshot(file, there)

    assert Versions(there.index).digests("") == Versions(toy_settings.index).digests("")
    assert Versions(there.index).histories() == Versions(toy_settings.index).histories()


def test_an_import_leaves_what_is_pinned(toy_settings, settings, file, tmp_path):
    """A pin holds against an import, as it does against a build."""
    built = build(toy_settings).snapshot_id
    set_current(toy_settings.index, built, pinned=True)

    done = import_snapshot(file, toy_settings)

    assert (done.pinned, find_current(toy_settings.index).snapshot_id) == (built, built)
    assert set(snapshot_ids(toy_settings.index)) == {built, done.snapshot_id}


def test_an_import_mends_what_is_damaged(settings, file, tmp_path):
    """A snapshot that is there and damaged is replaced by the one in the file."""
    there = replace(settings, index=tmp_path / "index")
    import_snapshot(file, there)
    (there.index / current_id(there.index) / "taxonomy.json").write_bytes(b"{")

    import_snapshot(file, there)

    assert _asked(there, there.index) == _asked(settings, settings.index)


@pytest.mark.parametrize("share", [0.001, 0.1, 0.5, 0.9])
def test_a_file_that_is_cut_short_is_refused(settings, file, tmp_path, share):
    """Wherever it ends; what was served stays, and nothing is left of it."""
    data = file.read_bytes()
    file.write_bytes(data[: int(len(data) * share)])
    index = tmp_path / "index"

    with pytest.raises(SnapshotCorrupt, match=f"{file.name}.* cut short|listing of .* damaged"):
        import_snapshot(file, replace(settings, index=index))
    with pytest.raises(SnapshotError):
        open_file(file, index)

    assert not find_current(index).snapshot_id
    assert list((index / OPENED_FOLDER).glob("*")) == []


def test_every_member_with_a_changed_byte_is_refused(settings, file, tmp_path):
    """A byte of the listing or of any file: the message names the file and what to do."""
    members = _members(file)
    for name, data in members.items():
        if not data:
            continue
        changed = bytes(
            [*data[: len(data) // 2], data[len(data) // 2] ^ 1, *data[len(data) // 2 + 1 :]]
        )
        damaged = _write(tmp_path / "damaged.tar", {**members, name: bytes(changed)})

        with pytest.raises(SnapshotCorrupt) as raised:
            open_file(damaged, tmp_path / "index")

        where = "The listing of" if name == LISTING else f"is damaged in {name}."
        assert where in str(raised.value)
        assert "Copy the file again" in str(raised.value)


@pytest.mark.parametrize(
    "name",
    [
        "../outside",
        "/etc/passwd",
        "versions/../../outside",
        "versions//outside",
        "versions/.hidden",
        "elsewhere/file",
        "versions",
        "versions/a\nb",
    ],
)
def test_a_path_that_leads_elsewhere_is_refused(file, tmp_path, name):
    """Even where the listing names it and is sealed; nothing is written."""
    members, listing = _members(file), read_listing(file)
    record = snapshot_files.FileRecord(digest="0" * 64, size=0)
    tricked = _resealed(members, files={name: record, **listing.files})

    with pytest.raises(SnapshotCorrupt, match="a path that no snapshot has"):
        open_file(_write(tmp_path / "tricked.tar", tricked), tmp_path / "index")

    assert (
        sorted(path.name for path in tmp_path.iterdir())
        == ["index", "toy.tar", "tricked.tar"][0 if (tmp_path / "index").exists() else 1 :]
    )


@pytest.mark.parametrize(
    "kind", [tarfile.SYMTYPE, tarfile.LNKTYPE, tarfile.FIFOTYPE, tarfile.CHRTYPE, tarfile.DIRTYPE]
)
def test_what_is_no_plain_file_is_refused(file, tmp_path, kind):
    """A link, a device, a pipe or a folder in the place of a file that is listed."""
    members = _members(file)
    name = next(name for name in members if name.endswith("taxonomy.json"))
    del members[name]
    member = tarfile.TarInfo(name)
    member.type, member.linkname = kind, "/etc/passwd"

    with pytest.raises(SnapshotCorrupt, match="which its listing does not"):
        open_file(_write(tmp_path / "link.tar", members, one=member), tmp_path / "index")


def test_what_is_not_listed_is_refused(file, tmp_path):
    """One file more than the listing names, or one twice."""
    members = _members(file)
    more = _write(tmp_path / "more.tar", {**members, "versions/more": b"x"})
    twice = tarfile.TarInfo(next(name for name in members if name != LISTING))

    with pytest.raises(SnapshotCorrupt, match="'versions/more', which its listing does not"):
        open_file(more, tmp_path / "index")
    with pytest.raises(SnapshotCorrupt, match="which its listing does not"):
        open_file(_write(tmp_path / "twice.tar", members, one=twice), tmp_path / "index")


def test_foreign_files_are_refused(tmp_path):
    """What is no archive, is an archive of something else, or is not there."""
    text = tmp_path / "notes.tar"
    text.write_text("no archive\n" * 200)
    other = _write(tmp_path / "other.tar", {"readme.txt": b"hello"})
    empty = _write(tmp_path / "empty.tar", {})

    for file in (text, other, empty):
        with pytest.raises(SnapshotCorrupt) as raised:
            read_listing(file)
        assert str(raised.value) == (
            f"{file} is no snapshot file, or is cut short. Give one that 'kb snapshots --export' "
            "wrote."
        )
    with pytest.raises(SnapshotCorrupt, match=r"^There is no file .*missing.tar\.$"):
        read_listing(tmp_path / "missing.tar")
    with pytest.raises(KBError, match="cannot be read: Is a directory"):
        read_listing(tmp_path)


@pytest.mark.parametrize(
    ("changes", "error", "message"),
    [
        ({"format": 2, "release": "9.9"}, SnapshotNewer, "release 9.9, which is newer than this"),
        ({"schema_version": 99, "release": "9.9"}, SnapshotNewer, "Install that release here"),
        (
            {"format": 99, "release": __version__},
            SnapshotNewer,
            r"has format 99\.\d+, which is newer than that of this program, \d+\.\d+\. Install the",
        ),
        ({"schema_version": 3, "release": "0.0.1"}, SnapshotStale, "0.0.1, and this one, .* reads"),
    ],
)
def test_files_of_other_releases_are_refused(file, tmp_path, changes, error, message):
    """One that is newer says to install it; one that is older, to build again."""
    other = _write(tmp_path / "other.tar", _resealed(_members(file), **changes))

    with pytest.raises(error, match=message):
        open_file(other, tmp_path / "index")


def test_another_encoder_than_the_settings_ask_for_is_told(settings, file, tmp_path):
    """The settings must be those of where it was built; what was served stays."""
    other = replace(settings, index=tmp_path / "index", multilingual=True)

    with pytest.raises(SnapshotStale, match="Set KB_MODEL and KB_MULTILINGUAL as where it was"):
        import_snapshot(file, other)

    assert snapshot_ids(other.index) == ()


def test_a_damaged_snapshot_is_not_exported(toy_settings, tmp_path):
    """What is not what was built goes nowhere, and no half of a file is left."""
    built = build(toy_settings).snapshot_id
    path = toy_settings.index / built / "records" / "cases.jsonl"
    path.write_bytes(path.read_bytes().replace(b"wine", b"beer"))

    with pytest.raises(SnapshotCorrupt, match="was altered"):
        export_snapshot(toy_settings.index, built, tmp_path / "toy.tar")

    assert list(tmp_path.glob("*toy.tar*")) == []


def test_a_disk_that_is_full_is_told(settings, file, tmp_path, monkeypatch):
    """Before anything is unpacked, with how much room it takes."""
    usage = shutil.disk_usage(tmp_path)._replace(free=1_000)
    monkeypatch.setattr(shutil, "disk_usage", lambda _: usage)

    with pytest.raises(IndexNotWritable, match=r"has 0 MB left, and the snapshot takes \d+ MB"):
        open_file(file, tmp_path / "index")
