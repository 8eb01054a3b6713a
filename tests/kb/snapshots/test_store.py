"""Which snapshots there are, which one is served, and which ones were."""

from __future__ import annotations

import json
import os
import shutil
import threading
import time
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from kb.errors import IndexNotWritable, SnapshotCorrupt, SnapshotError, SnapshotMissing
from kb.settings import Settings
from kb.snapshots.format import SCHEMA_VERSION, open_snapshot
from kb.snapshots.store import (
    Current,
    building,
    choices,
    current_id,
    previous_ids,
    prune,
    read_current,
    read_history,
    serve,
    set_current,
    snapshot_ids,
    switching,
    unpin,
)


@pytest.fixture(name="folder")
def _folder(settings: Settings, tmp_path: Path) -> Path:
    """A sound snapshot that a test may damage."""
    snapshot_id = current_id(settings.index)
    return Path(shutil.copytree(settings.index / snapshot_id, tmp_path / "index" / snapshot_id))


def test_an_index_that_was_never_built_is_missing(tmp_path):
    """Without the file current there is no index yet."""
    with pytest.raises(SnapshotMissing) as raised:
        current_id(tmp_path)

    assert str(raised.value) == (
        f"There is no index in {tmp_path} yet. Run 'kb build', or 'kb snapshots --import FILE'."
    )
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
    """A current that cannot be read is corrupt, with the reason and the way out."""
    (tmp_path / "current").mkdir()

    with pytest.raises(SnapshotCorrupt) as raised:
        current_id(tmp_path)

    assert str(raised.value) == (
        f"{tmp_path / 'current'} must be a file, not a folder. Move it away, then run 'kb build'."
    )


@pytest.mark.parametrize("name", ["current", "history.jsonl"])
@pytest.mark.parametrize("enter", [building, switching])
def test_a_folder_in_place_of_a_file_is_named_before_anything_is_done(index, name, enter):
    """Nothing is built or tried out that could not be served in the end."""
    (index / name).mkdir()

    with pytest.raises(IndexNotWritable) as raised, enter(index):
        pytest.fail("begun")

    assert str(raised.value) == f"{index / name} must be a file, not a folder; move it away."


def test_switching_replaces_current(folder):
    """After the switch current holds the id on one line, and nothing is left beside it."""
    (folder.parent / "current").write_text("ffffffffffff\r\n")

    set_current(folder.parent, folder.name)

    assert current_id(folder.parent) == folder.name
    assert (folder.parent / "current").read_bytes() == f"{folder.name}\n".encode()
    names = sorted(path.name for path in folder.parent.iterdir())
    assert names == sorted([folder.name, "current", "history.jsonl"])


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


@pytest.mark.parametrize(
    "name", ["manifest.json", "holdings.json", "records", "engine/words", "encoder/model.onnx"]
)
def test_only_a_sound_snapshot_can_be_opened(folder, name):
    """Whatever a snapshot lacks, and where there is none, that is one of our errors."""
    open_snapshot(folder)
    path = folder / name
    shutil.rmtree(path) if path.is_dir() else path.unlink()

    for place in (folder, folder.parent / "nowhere"):
        with pytest.raises(SnapshotError):
            open_snapshot(place)


def put(staged: Path, index: Path) -> str | None:
    """Serve a staged snapshot as a build does; which other one is pinned."""
    with building(index) as standing:
        inside = standing.unfinished / staged.name
        inside.parent.mkdir()
        staged.rename(inside)
        return serve(inside, standing, replaces=(), unfit=(), keep=3, tell=pytest.fail)


def test_a_snapshot_is_moved_into_its_place_whole(folder):
    """The staged folder itself becomes the snapshot, and nothing is left beside it."""
    staged = folder.rename(folder.parent.parent / folder.name)
    before = {path.name: path.stat().st_ino for path in staged.iterdir()}

    put(staged, folder.parent)

    assert {path.name: path.stat().st_ino for path in folder.iterdir()} == before
    assert snapshot_ids(folder.parent) == (folder.name,)
    assert [path.name for path in folder.parent.iterdir() if path.is_dir()] == [folder.name]


@pytest.fixture(name="index")
def _index(tmp_path: Path) -> Path:
    """An index of four snapshots that hold no more than it takes to choose among them."""
    index = tmp_path / "index"
    for age, snapshot_id in enumerate(IDS):
        (index / snapshot_id).mkdir(parents=True)
        (index / snapshot_id / "manifest.json").touch()
        os.utime(index / snapshot_id / "manifest.json", (1_000_000_000 + age,) * 2)
    return index


#: Four ids, the oldest build first.
IDS = A, B, C, D = tuple(letter * 12 for letter in "abcd")


def served(index: Path) -> list[str]:
    """The ids in the history, oldest first."""
    return [one.snapshot_id for one in read_history(index)]


def test_the_history_tells_what_was_served_and_since_when(index):
    """Each switch is a line with its time; serving again what is served is none."""
    before = datetime.now(UTC)
    for snapshot_id in (A, B, B, A):
        set_current(index, snapshot_id)

    lines = (index / "history.jsonl").read_text().splitlines()
    times = [datetime.fromisoformat(json.loads(line)["at"]) for line in lines]
    assert served(index) == [A, B, A]
    assert before <= times[0] <= times[1] <= times[2] <= datetime.now(UTC)
    assert [json.loads(line)["snapshot_id"] for line in lines] == [A, B, A]


@pytest.mark.parametrize(
    ("switches", "expected"),
    [
        ([A, B], A),
        ([A, B, A], B),
        ([B, A, C], A),
        ([A, B, C, B], C),
        ([D, B, B], D),
        ([A, B, C, C, A, B], A),
    ],
)
def test_previous_is_what_was_served_before(index, switches, expected):
    """The snapshot before the current one, by what was served and not by what was built."""
    for snapshot_id in switches:
        set_current(index, snapshot_id)

    assert previous_ids(index)[0] == expected


def test_what_was_removed_is_no_previous_one(index):
    """Of what was served before, the last one that is still there."""
    for snapshot_id in (A, B, C):
        set_current(index, snapshot_id)
    shutil.rmtree(index / B)

    assert previous_ids(index)[0] == A

    shutil.rmtree(index / A)
    with pytest.raises(SnapshotMissing) as raised:
        choices(index, "previous")
    assert str(raised.value) == (
        f"No snapshot that was served before {C} is left in {index}; there are: {D}, {C}."
    )


def test_a_switch_by_hand_is_told_with_the_next_one(index):
    """What somebody wrote into current, or an index from before there was a history, is told."""
    (index / "current").write_text(f"{A}\n")
    os.utime(index / "current", (1_500_000_000,) * 2)
    set_current(index, B)
    (index / "current").write_text(f"{C}\n")

    set_current(index, D)

    assert served(index) == [A, B, C, D]
    assert read_history(index)[0].at == "2017-07-14T02:40:00.000000Z"


def test_a_switch_that_was_only_told_does_not_count(index):
    """A power cut between history and current leaves a line that previous passes over."""
    for snapshot_id in (A, B, C):
        set_current(index, snapshot_id)
    (index / "current").write_text(f"{B}\n")

    assert previous_ids(index)[0] == A


def test_a_folder_named_like_a_leftover_stops_nothing(index):
    """What a switch that was killed left goes; a folder of such a name stays, and nobody minds."""
    (index / ".current-98").write_bytes(b"cut short")
    (index / ".current-99").mkdir()

    with switching(index):
        set_current(index, A)

    assert served(index) == [A]
    assert not (index / ".current-98").exists()


@pytest.mark.parametrize(
    "damage",
    [
        b'{"at": "2026',
        b"\xff\x00\n",
        b"[]\n",
        b'{"at": 1, "snapshot_id": 2, "pinned": 3}\n',
        b"\n",
        b'{"at": "2026-11-28T14:06:48Z", "snapshot_id": 5, "pinned": true}\n',
        b'{"at": "0001-01-01T00:00:00", "snapshot_id": "%s", "pinned": true}\n' % A.encode(),
    ],
    ids=["cut short", "binary", "list", "other types", "empty line", "no id", "no such time"],
)
def test_a_line_that_cannot_be_read_costs_that_line(index, damage):
    """What a power cut left of a line is passed over, and the next line stands on its own."""
    set_current(index, A)
    with (index / "history.jsonl").open("ab") as file:
        file.write(damage)

    set_current(index, B)

    assert served(index) == [A, B]
    assert previous_ids(index)[0] == A


def test_a_pin_stands_in_current_and_goes_with_it(index):
    """What is served and whether it is to stay change in one step."""
    set_current(index, A, pinned=True)
    pinned, line = read_current(index), (index / "current").read_text()
    unpin(index)
    unpinned = read_current(index)
    set_current(index, B)

    assert (pinned, line) == (Current(snapshot_id=A, pinned=True), f"{A} pinned\n")
    assert unpinned == Current(snapshot_id=A, pinned=False)
    assert (read_current(index), served(index)) == (Current(snapshot_id=B, pinned=False), [A, B])


@pytest.mark.parametrize(
    ("switches", "keep", "left"),
    [
        ([A, B, C, D], 2, {C, D}),
        ([A, B, C, D, A], 2, {A, D}),
        ([A, B, C, D, A], 1, {A, D}),
        ([D, C, B, A], 3, {A, B, C}),
        ([A], 3, {A, C, D}),
        ([A, D], 9, {A, B, C, D}),
        ([A], 1, {A, D}),
        ([A, B], 1, {A, B, D}),
        ([A, B], 3, {A, B, D}),
    ],
)
def test_what_was_served_last_is_kept(index, switches, keep, left):
    """What is served, was served before it or was built just now stays, whatever is to be kept.

    Of the others those stay that were served, or else built, last.
    """
    now = datetime.now(UTC).timestamp()
    for snapshot_id in switches:
        set_current(index, snapshot_id)
    for snapshot_id in set(IDS) - set(switches):  # built since, and never served
        at = now + 60 + IDS.index(snapshot_id)
        os.utime(index / snapshot_id / "manifest.json", (at, at))

    prune(index, keep=keep, built=D if D not in switches else switches[-1], usable=IDS)

    assert set(snapshot_ids(index)) == left


def test_what_previous_would_go_to_is_kept(index):
    """One that this program cannot read is passed over here as it is there."""
    for snapshot_id in (A, B, C):
        set_current(index, snapshot_id)

    prune(index, keep=1, built=C, usable={A, C, D})

    assert snapshot_ids(index) == (C, A)


def test_a_build_is_told_what_is_sound_and_what_is_damaged(folder):
    """The one that is served comes first; one of another version is neither."""
    index = folder.parent
    for name, version in ((A, None), (B, 1), (C, SCHEMA_VERSION)):
        (index / name).mkdir()
        if version:
            (index / name / "manifest.json").write_text(json.dumps({"schema_version": version}))
    (index / D).write_text("no folder")
    set_current(index, folder.name, pinned=True)

    with building(index) as standing:
        assert list(standing.manifests) == [folder.name]
        assert standing.manifests[folder.name].snapshot_id == folder.name
        assert standing.damaged == {
            A: f"There is no snapshot in {index / A}.",
            C: f"{index / C / 'manifest.json'} is not a manifest.",
        }
        assert {A, B, C, D, folder.name} <= standing.taken
        assert (standing.pinned, standing.stays) == (
            folder.name,
            "the previous snapshot stays in use",
        )


def test_what_is_damaged_goes_with_the_next_build_and_counts_for_nothing(index, folder):
    """A folder without a manifest, and one of a file that was altered, are removed and told."""
    (index / "eeeeeeeeeeee").mkdir()
    said: list[str] = []

    with building(index) as standing:
        serve(folder, standing, replaces=(), unfit=(), keep=1, tell=said.append)

    assert [path.name for path in index.iterdir() if path.is_dir()] == [folder.name]
    assert sorted(said) == sorted(
        [
            f"Removed a damaged snapshot: There is no snapshot in {index / 'eeeeeeeeeeee'}.",
            *(
                f"Removed a damaged snapshot: {index / name / 'manifest.json'} is not a manifest."
                for name in IDS
            ),
        ]
    )


@pytest.mark.parametrize(
    ("replaces", "unfit", "expected"),
    [
        ((), (), Current(snapshot_id=A, pinned=True)),
        ((), (A,), Current(snapshot_id=D, pinned=False)),
        ((A,), (), Current(snapshot_id=D, pinned=True)),
    ],
    ids=["can be served", "cannot", "is replaced"],
)
def test_a_pin_holds_for_as_long_as_what_is_pinned_can_be_served(index, replaces, unfit, expected):
    """Else what was built is served, and the pin ends; made from the same, it takes the pin."""
    set_current(index, A, pinned=True)
    with building(index) as found:
        standing = replace(found, damaged={})

        pinned = serve(
            index / D, standing, replaces=replaces, unfit=unfit, keep=9, tell=pytest.fail
        )

    assert read_current(index) == expected
    assert pinned == (A if expected.snapshot_id == A else None)


def test_a_pin_on_the_same_for_another_engine_goes_over_and_what_was_pinned_stays(index):
    """It is what leads back."""
    set_current(index, A, pinned=True)
    with building(index) as found:
        standing = replace(found, damaged={})

        pinned = serve(
            index / D,
            standing,
            replaces=(),
            made_alike=(A,),
            unfit=(),
            keep=9,
            tell=pytest.fail,
        )

    assert read_current(index) == Current(snapshot_id=D, pinned=True)
    assert pinned is None
    assert A in snapshot_ids(index)


@pytest.mark.parametrize("damage", ["gone", "damaged"])
def test_a_pin_on_what_is_gone_can_be_taken_off(index, damage):
    """To unpin asks nothing of the snapshot."""
    set_current(index, A, pinned=True)
    shutil.rmtree(index / A) if damage == "gone" else (index / A / "manifest.json").unlink()

    unpin(index)

    assert read_current(index) == Current(snapshot_id=A, pinned=False)


def test_without_current_previous_is_what_was_served_last(index):
    """Where current is lost, the history tells what to go back to."""
    for snapshot_id in (A, B):
        set_current(index, snapshot_id)
    (index / "current").unlink()
    unpin(index)  # nothing is pinned then

    assert choices(index, "previous") == (B, A)
    with pytest.raises(SnapshotMissing) as raised:
        choices(index, "current")
    assert str(raised.value) == (
        f"{index / 'current'} is missing, which says what is served. "
        "Run 'kb build', or 'kb snapshots --use ID'."
    )


def test_everything_is_on_the_disk_before_current_names_it(folder, monkeypatch):
    """A power cut cannot leave current naming what is not there."""
    index = folder.parent
    outside = folder.rename(index.parent / folder.name)
    done: list[tuple[str, str]] = []
    fsync, rename = os.fsync, os.replace

    def tell_fsync(handle: int) -> None:
        done.append(("fsync", str(Path(f"/proc/self/fd/{handle}").readlink())))
        fsync(handle)

    monkeypatch.setattr(os, "fsync", tell_fsync)
    monkeypatch.setattr(
        os, "replace", lambda a, b: (done.append(("replace", str(b))), rename(a, b))
    )
    monkeypatch.setattr(
        os, "rename", lambda a, b: (done.append(("rename", str(b))), rename(a, b))[1]
    )

    put(outside, index)

    done = done[done.index(("rename", str(index / f".building-{os.getpid()}" / folder.name))) + 1 :]
    staged = index / f".building-{os.getpid()}" / folder.name
    files = [str(staged / path.relative_to(folder)) for path in folder.rglob("*")]
    moved = done.index(("rename", str(folder)))
    named = done.index(("replace", str(index / "current")))
    assert {path for what, path in done[:moved] if what == "fsync"} == {*files, str(staged)}
    between = [path for what, path in done[moved:named] if what == "fsync"]
    assert between[0] == str(index)
    assert str(index / "history.jsonl") in between
    assert between[-1].startswith(str(index / ".current-"))
    assert done[-1] == ("fsync", str(index))


@pytest.mark.parametrize("blocked", ["current", "history.jsonl"])
def test_an_index_that_cannot_be_written_keeps_what_it_has(index, blocked):
    """A switch that fails at either file leaves both as they were, with nothing beside them."""
    set_current(index, A)
    before = {path.name: path.read_bytes() for path in index.iterdir() if path.is_file()}
    (index / blocked).unlink()
    (index / blocked).mkdir()
    (index / blocked / "in the way").touch()

    with pytest.raises(IndexNotWritable) as raised:
        set_current(index, B)

    stays = "there is no snapshot to serve yet"
    if blocked != "current":
        stays = "the previous snapshot stays in use"
    reason = "Is a directory"
    assert str(raised.value) == (
        f"The index folder {index} cannot be written to: {reason}; {stays}."
    )
    del before[blocked]
    after = {path.name: path.read_bytes() for path in index.iterdir() if path.is_file()}
    assert after == before


def test_a_switch_waits_for_the_one_that_is_going_on(index):
    """Two processes that switch and remove do so one after the other."""
    order = []

    def second() -> None:
        with switching(index):
            order.append("second")

    with switching(index):
        other = threading.Thread(target=second)
        other.start()
        time.sleep(0.1)
        order.append("first")
    other.join()

    assert order == ["first", "second"]


def test_there_is_nothing_to_switch_in_no_index(tmp_path):
    """A folder that is not there is no index yet, and is not made."""
    with pytest.raises(SnapshotMissing, match="There is no index in"), switching(tmp_path / "no"):
        pass

    assert not (tmp_path / "no").exists()


def test_times_of_the_history_are_in_order_of_its_lines(index):
    """A clock that was set back changes no order: the last line of an id is its last time."""
    set_current(index, A)
    ahead = (datetime.now(UTC) + timedelta(days=9)).isoformat()
    line = json.dumps({"at": ahead, "snapshot_id": B, "pinned": False})
    with (index / "history.jsonl").open("a") as file:
        file.write(line + "\n")
    (index / "current").write_text(f"{B}\n")

    set_current(index, C)

    assert (served(index), previous_ids(index)) == ([A, B, C], (B, A))
