"""Which snapshots there are, and which one is served: one file, replaced in one step."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

import pytest

from kb.errors import SnapshotCorrupt, SnapshotMissing
from kb.settings import Settings
from kb.snapshots.format import open_snapshot
from kb.snapshots.store import can_open, current_id, publish, set_current, snapshot_ids


@pytest.fixture(name="folder")
def _folder(settings: Settings, tmp_path: Path) -> Path:
    """A sound snapshot that a test may damage."""
    snapshot_id = current_id(settings.index)
    return Path(shutil.copytree(settings.index / snapshot_id, tmp_path / "index" / snapshot_id))


def test_an_index_that_was_never_built_is_missing(tmp_path):
    """Without the file current there is no index yet."""
    with pytest.raises(SnapshotMissing) as raised:
        current_id(tmp_path)

    assert str(raised.value) == f"There is no index in {tmp_path} yet. Run 'kb build'."
    assert snapshot_ids(tmp_path / "nowhere") == ()


@pytest.mark.parametrize(
    ("data", "shown"),
    [
        (b"", "''"),
        (b"\n", "''"),
        (b"norway", "'norway'"),
        (b"0123456789AB", "'0123456789AB'"),
        (b"../0123456789ab", "'../0123456789ab'"),
        (b"0123456789ab/", "'0123456789ab/'"),
        (b"0123456789ab\n0123456789ab", "'0123456789ab\\n0123456789ab'"),
        (b"\xff" * 99, repr("\ufffd" * 40)),
    ],
)
def test_a_damaged_current_is_corrupt(tmp_path, data, shown):
    """The file current must hold an id and nothing else."""
    path = tmp_path / "current"
    path.write_bytes(data)

    with pytest.raises(SnapshotCorrupt) as raised:
        current_id(tmp_path)

    assert str(raised.value) == f"{path} must hold a snapshot id, not {shown}. Run 'kb build'."


def test_a_folder_in_place_of_current_is_corrupt(tmp_path):
    """A current that cannot be read is corrupt, with the reason."""
    (tmp_path / "current").mkdir()

    with pytest.raises(SnapshotCorrupt) as raised:
        current_id(tmp_path)

    assert str(raised.value) == (
        f"{tmp_path / 'current'} cannot be read: Is a directory. Run 'kb build'."
    )


def test_switching_replaces_current(folder):
    """After the switch current holds the id on one line, and nothing is left beside it."""
    (folder.parent / "current").write_text("ffffffffffff\r\n")

    set_current(folder.parent, folder.name)

    assert current_id(folder.parent) == folder.name
    assert (folder.parent / "current").read_bytes() == f"{folder.name}\n".encode()
    assert sorted(path.name for path in folder.parent.iterdir()) == sorted([folder.name, "current"])


@pytest.mark.parametrize(
    "wrong", ["0123456789ab", "previous", "", ".", "{id}/", "./{id}", "../{id}"]
)
def test_only_a_snapshot_that_is_there_can_be_switched_to(folder, wrong):
    """What is not the id of a complete snapshot is refused, and current stays as it is."""
    shutil.copytree(folder, folder.parent.parent / folder.name)
    wrong = wrong.format(id=folder.name)

    with pytest.raises(SnapshotMissing) as raised:
        set_current(folder.parent, wrong)

    assert str(raised.value) == (
        f"There is no snapshot {wrong!r} in {folder.parent}; there are: {folder.name}."
    )
    assert not (folder.parent / "current").exists()


def test_snapshots_are_listed_newest_first(folder):
    """Complete snapshots are listed by age; anything else in the folder is passed over."""
    index = folder.parent
    ages = {"aaaaaaaaaaaa": 30, "bbbbbbbbbbbb": 10, "cccccccccccc": 10, folder.name: 20}
    for name, age in ages.items():
        (index / name).mkdir(exist_ok=True)
        (index / name / "manifest.json").touch()
        os.utime(index / name / "manifest.json", (1_000_000_000 - age,) * 2)
    (index / "dddddddddddd").mkdir()  # without a manifest: not complete
    (index / ".building-7").mkdir()
    (index / ".building-7" / "manifest.json").touch()

    assert snapshot_ids(index) == ("bbbbbbbbbbbb", "cccccccccccc", folder.name, "aaaaaaaaaaaa")


@pytest.mark.parametrize("damaged", [False, True], ids=["sound stays", "damaged goes"])
def test_publishing_replaces_only_what_is_damaged(folder, damaged):
    """A sound snapshot of the same id stays as it is; one that cannot be opened is replaced."""
    staged = Path(shutil.copytree(folder, folder.parent / ".building-1"))
    before = (folder / "cases.json").stat().st_ino
    if damaged:
        (folder / "passages.json").unlink()

    publish(folder.parent, staged, folder.name)

    assert open_snapshot(folder).manifest.snapshot_id == folder.name
    assert ((folder / "cases.json").stat().st_ino == before) is not damaged
    assert [path.name for path in folder.parent.iterdir()] == [folder.name]


@pytest.mark.parametrize("name", ["manifest.json", "cases.json", "words", "encoder/model.onnx"])
def test_only_a_sound_snapshot_can_be_opened(folder, name):
    """A folder holds a snapshot or it does not: nothing is raised for one that is damaged."""
    sound = can_open(folder)
    path = folder / name
    shutil.rmtree(path) if path.is_dir() else path.unlink()

    assert (sound, can_open(folder), can_open(folder.parent / "nowhere")) == (True, False, False)


def test_a_snapshot_is_moved_into_its_place_whole(folder):
    """Where there is none of that id, the staged folder itself becomes the snapshot."""
    snapshot_id = folder.name
    staged = folder.rename(folder.parent / ".building-1")
    before = {path.name: path.stat().st_ino for path in staged.iterdir()}

    publish(staged.parent, staged, snapshot_id)

    assert {path.name: path.stat().st_ino for path in folder.iterdir()} == before
    assert snapshot_ids(folder.parent) == (snapshot_id,)
