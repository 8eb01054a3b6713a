"""What cannot be built again, as one file, and back: whole, joined, or refused with a sentence."""

from __future__ import annotations

import gzip
import hashlib
import io
import json
import os
import shutil
import subprocess
import sys
import tarfile
import zlib
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from kb.errors import BackupUnusable
from kb.indexing.pipeline import build
from kb.model.case_versions import Entry, short
from kb.operating.backup import LIST, backup, inspect, restore
from kb.search.opening import open_live
from kb.settings import Settings
from kb.snapshots.store import current_id, find_current, read_history, set_current
from kb.versions.joining import joined
from kb.versions.store import Versions
from tests.kb.cli.command import ROOT, edit, kb
from tests.toy import copy_toy_corpus, settings_of_toy
from web import create_app

TRAINING = "spain/textile-training"


def tree(folder: Path) -> dict[str, bytes]:
    """Every file below a folder with its bytes."""
    return {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for path in sorted(folder.rglob("*"))
        if path.is_file() and not path.name.endswith(".lock")
    }


def client_of(settings: Settings):
    """A visitor of the site over an index."""
    app = create_app(open_live(settings), settings)
    app.testing = True
    return app.test_client()


@pytest.fixture(name="two")
def _two(toy_settings: Settings) -> Settings:
    """An index of two builds: a case has a version that no snapshot but the first has."""
    build(toy_settings)
    edit(toy_settings, "a public school", "a school of their own")
    build(toy_settings)
    return toy_settings


def old_address(settings: Settings) -> str:
    """The address of the first version of the case that changed."""
    first = Versions(settings.index).history(TRAINING)[0]
    return f"/cases/{TRAINING}@{short(first.digest)}"


def test_an_old_address_answers_byte_for_byte_after_everything_was_lost(two, tmp_path):
    """Backup, the index deleted, restore, build: an old version is the same page."""
    address = old_address(two)
    before = client_of(two).get(address)
    kept, file = tree(two.index / "versions"), tmp_path / "kept.backup"
    made = kb("backup", file, "--index", two.index)
    shutil.rmtree(two.index)
    lost = build(two)  # without the backup the address leads nowhere
    gone = client_of(two).get(address)
    shutil.rmtree(two.index)

    done = kb("restore", file, "--index", two.index)
    restored = tree(two.index / "versions")
    report = build(two)
    after = client_of(two).get(address)

    assert (made.exit_code, before.status_code, gone.status_code) == (0, 200, 404)
    assert (done.exit_code, restored) == (0, kept)
    assert report.snapshot_id == lost.snapshot_id
    assert (after.status_code, after.data) == (200, before.data)
    assert done.stdout.splitlines()[1] == (
        f"{two.index} has 8 versions and 7 cases that it had not."
    )


def test_the_same_store_gives_the_same_bytes(two, tmp_path):
    """Times, owners and places have no part in it; the site is left as it was."""
    before = tree(two.index)
    backup(two.index, tmp_path / "a")
    moved = replace(two, index=tmp_path / "elsewhere")
    shutil.copytree(two.index, moved.index)
    for path in moved.index.rglob("*"):
        os.utime(path, (1, 1))
    contents = backup(moved.index, tmp_path / "b")
    assert (tmp_path / "a").read_bytes() == (tmp_path / "b").read_bytes()
    assert tree(two.index) == before
    assert (contents.versions, contents.cases, contents.updates) == (8, 7, 0)
    assert inspect(tmp_path / "a") == contents


def test_an_index_that_went_on_keeps_both(two, tmp_path):
    """A rebuilt index has versions of its own by then; histories are one, and nothing is lost."""
    first, second = Versions(two.index).history(TRAINING)
    served = [one.snapshot_id for one in read_history(two.index)]
    backup(two.index, tmp_path / "kept")
    shutil.rmtree(two.index)
    edit(two, "nobody to train", "nobody at all to train")
    build(two)
    own = Versions(two.index).history(TRAINING)
    own_served = [one.snapshot_id for one in read_history(two.index)]

    done = restore(two.index, tmp_path / "kept")
    build(two)
    again = restore(two.index, tmp_path / "kept")

    store = Versions(two.index)
    assert [one.digest for one in store.history(TRAINING)] == [
        first.digest, second.digest, own[0].digest,
    ]  # fmt: skip
    assert store.version(first.digest).text != store.version(second.digest).text
    assert [one.snapshot_id for one in read_history(two.index)] == served + own_served
    assert (done.new_versions, done.new_cases) == (2, 0)
    assert (again.new_versions, again.new_cases) == (0, 0)


def test_what_was_deleted_since_is_told_by_the_next_build(two, tmp_path):
    """A case that only the backup knows comes back as one that is no more."""
    backup(two.index, tmp_path / "kept")
    shutil.rmtree(two.index)
    (two.cases / f"{TRAINING}.md").unlink()
    build(two)
    restore(two.index, tmp_path / "kept")
    build(two)
    history = Versions(two.index).history(TRAINING)
    assert [bool(one.digest) for one in history] == [True, True, False]


def test_bringing_back_twice_changes_nothing(two, tmp_path):
    """An index that has all of it stays as it is, to the last byte."""
    backup(two.index, tmp_path / "kept")
    before = tree(two.index)
    done = restore(two.index, tmp_path / "kept")
    assert tree(two.index) == before
    assert (done.new_versions, done.new_cases, done.pin) == (0, 0, "")


def damage(index: Path) -> None:
    """Alter every version in a store."""
    lines = index / "versions" / Versions(index).layers[0] / "objects.jsonl"
    data = bytearray(lines.read_bytes())
    for at in range(40, len(data), 200):  # every line of it
        data[at] = ord("A") if data[at] != ord("A") else ord("B")
    lines.write_bytes(bytes(data))


def test_damaged_versions_take_the_place_of_none_that_are_whole(two, tmp_path):
    """Every night a file of the week before is replaced, which may have them whole."""
    kept = tmp_path / "kept"
    backup(two.index, kept)
    before = kept.read_bytes()
    damage(two.index)
    damaged = Versions(two.index).damaged()
    refused = kb("backup", kept, "--index", two.index)
    unchanged = kept.read_bytes() == before
    forced = kb("backup", tmp_path / "forced", "--index", two.index, "--force")
    restore(two.index, kept)

    named = ", ".join(map(short, damaged[:5])) + (" …" if len(damaged) > 5 else "")
    assert Versions(two.index).history(TRAINING)[0].digest in damaged
    assert (refused.exit_code, unchanged, forced.exit_code) == (1, True, 0)
    assert refused.stderr == (
        f"Error: Damaged in {two.index / 'versions'}: {len(damaged)} of "
        f"{len(Versions(two.index).digests(''))} versions ({named}). {kept} was not written. "
        "'kb restore' of an earlier backup brings them back; --force writes the file all the "
        "same.\n"
    )
    assert Versions(two.index).damaged() == ()


def test_a_damaged_version_is_mended(two, tmp_path):
    """Where a version here is damaged, the one of the backup is taken."""
    backup(two.index, tmp_path / "kept")
    digest = Versions(two.index).history(TRAINING)[0].digest
    damage(two.index)
    page = client_of(two).get(f"/cases/{TRAINING}@{short(digest)}").status_code
    restore(two.index, tmp_path / "kept")
    assert page != 200
    assert Versions(two.index).version(digest).digest == digest
    assert client_of(two).get(f"/cases/{TRAINING}@{short(digest)}").status_code == 200


def test_a_pin_comes_back_where_what_is_pinned_is_there(two, tmp_path):
    """And where it is not, or another one is served, that is told."""
    pinned = current_id(two.index)
    set_current(two.index, pinned, pinned=True)
    backup(two.index, tmp_path / "kept")

    (two.index / "current").unlink()
    came_back = restore(two.index, tmp_path / "kept").pin
    now = find_current(two.index)
    set_current(two.index, read_history(two.index)[0].snapshot_id)
    other = restore(two.index, tmp_path / "kept").pin
    shutil.rmtree(two.index)
    gone = restore(two.index, tmp_path / "kept").pin

    assert (now.snapshot_id, now.pinned) == (pinned, True)
    assert came_back == f"Snapshot {pinned} is served and pinned again."
    assert other.endswith(f"'kb snapshots --pin {pinned}' goes back.")
    assert gone.startswith(
        f"Snapshot {pinned} was pinned and is not there. Build its content again"
    )
    assert build(two).pinned is None


def refused(index: Path, file: Path) -> str:
    """The sentence with which a backup is refused; the index stays as it was."""
    before = tree(index)
    with pytest.raises(BackupUnusable) as raised:
        restore(index, file)
    assert tree(index) == before
    assert not list(index.glob(".restoring-*"))
    with pytest.raises(BackupUnusable) as inspected:
        inspect(file)
    assert str(inspected.value) == str(raised.value)
    return str(raised.value)


def is_unpacked_alike(one: bytes, other: bytes) -> bool:
    """Whether gzip reads the same out of both."""
    try:
        return gzip.decompress(one) == gzip.decompress(other)
    except (gzip.BadGzipFile, EOFError, zlib.error):
        return False


def test_what_is_damaged_cut_or_foreign_is_refused(two, tmp_path):
    """At every place, one sentence, and nothing is changed."""
    file, bad = tmp_path / "kept", tmp_path / "bad"
    backup(two.index, file)
    data = file.read_bytes()
    for at in range(0, len(data), max(1, len(data) // 60)):
        changed = data[:at] + bytes([data[at] ^ 0x10]) + data[at + 1 :]
        if is_unpacked_alike(changed, data):
            continue  # the time and the system of gzip, and what fills its last byte, say nothing
        bad.write_bytes(changed)
        assert "cannot be brought back: " in refused(two.index, bad)
    for size in range(0, len(data), max(1, len(data) // 12)):
        bad.write_bytes(data[:size])
        assert "cannot be brought back: " in refused(two.index, bad)
    for foreign in (b"", b"no backup", gzip.compress(b"no tar"), gzip.compress(b"\0" * 20_480)):
        bad.write_bytes(foreign)
        assert refused(two.index, bad).endswith("Nothing was changed; take another backup.")
    bad.write_bytes(data + b"more")
    assert "cannot be brought back: " in refused(two.index, bad)
    assert refused(two.index, tmp_path / "nowhere") == (
        f"{tmp_path}/nowhere cannot be read: No such file or directory."
    )
    assert refused(two.index, tmp_path) == f"{tmp_path} cannot be read: Is a directory."


def rewritten(
    file: Path,
    change: Callable[[dict], None] = lambda _: None,
    add: Callable[[tarfile.TarInfo], tarfile.TarInfo] = lambda one: one,
) -> None:
    """Write a backup anew, with a list that somebody changed and sealed, and members of theirs."""
    with tarfile.open(file) as archive:
        members = [(one, archive.extractfile(one).read()) for one in archive]
    told = json.loads(members[0][1].partition(b"\n")[2])
    change(told)
    listed = json.dumps(told, indent=1).encode()
    sealed = hashlib.sha256(listed).hexdigest().encode() + b"\n" + listed + b"\n"
    with tarfile.open(file, "w:gz") as archive:
        for number, (member, data) in enumerate([(members[0][0], sealed), *members[1:]]):
            mine = add(member) if number else member
            mine.size = len(data) if mine.isreg() else 0
            archive.addfile(mine, io.BytesIO(data))


def _renamed(name: str) -> Callable[[dict], None]:
    return lambda told: told["members"][0].__setitem__("name", name)


def _as_a_link(member: tarfile.TarInfo) -> tarfile.TarInfo:
    member.type, member.linkname = tarfile.SYMTYPE, "/etc/passwd"
    return member


@pytest.mark.parametrize(
    ("change", "add", "said"),
    [
        (_renamed("../current"), None, "it names '../current', which has no place in an index"),
        (_renamed("/etc/passwd"), None, "it names '/etc/passwd', which has no place"),
        (_renamed("versions/../../a.npy"), None, "it names 'versions/../../a.npy', which has no"),
        (_renamed(".lock"), None, "it names '.lock', which has no place in an index"),
        (lambda told: told.update(form=2, program="9.1"), None,
         "version 9.1 of this program wrote it, which is newer; install that"),
        (lambda told: told.update(members="all"), None, "its list of files cannot be understood"),
        (lambda told: told["members"].append(told["members"][0]), None, "its list of files cannot"),
        (lambda told: told["members"].pop(), None, "it holds 'versions/layers.json', which its"),
        (lambda told: told["members"][0].update(sha256="0" * 64), None, "current in it is damaged"),
        (None, _as_a_link, "it holds 'current', which its list does not name"),
    ],
)  # fmt: skip
def test_tricks_with_names_and_lists_are_refused(two, tmp_path, change, add, said):
    """However well it is sealed: nothing is written outside, and links are not followed."""
    file = tmp_path / "kept"
    backup(two.index, file)
    rewritten(file, change or (lambda _: None), add or (lambda one: one))
    assert f"cannot be brought back: {said}" in refused(two.index, file)
    assert not (tmp_path / "current").exists()


def test_a_backup_takes_the_place_of_another_one_only_when_it_is_whole(two, tmp_path):
    """A folder that is not there, a full disk and an empty index leave what was kept."""
    file = tmp_path / "kept"
    file.write_bytes(b"of before")
    code = (
        "import resource, sys, signal\n"
        "from pathlib import Path\n"
        "from kb.errors import BackupUnusable\n"
        "from kb.operating.backup import backup\n"
        "signal.signal(signal.SIGXFSZ, signal.SIG_IGN)\n"
        "resource.setrlimit(resource.RLIMIT_FSIZE, (2000, 2000))\n"
        "try:\n"
        "    backup(Path(sys.argv[1]), Path(sys.argv[2]))\n"
        "except BackupUnusable as err:\n"
        "    print(err)\n"
    )
    full = subprocess.run(
        [sys.executable, "-c", code, str(two.index), str(file)],
        cwd=ROOT, capture_output=True, text=True, check=True,
    )  # fmt: skip
    nowhere = kb("backup", tmp_path / "a" / "b", "--index", two.index)
    empty = kb("backup", file, "--index", tmp_path / "empty")
    assert full.stdout == (
        f"The backup cannot be written to {file}: File too large; what was there stays.\n"
    )
    assert (nowhere.exit_code, empty.exit_code) == (1, 1)
    assert "No such file or directory; what was there stays." in nowhere.stderr
    assert empty.stderr == (
        f"Error: There is nothing to keep in {tmp_path}/empty: nothing was built there yet. Name "
        "the index with --index or KB_INDEX.\n"
    )
    assert file.read_bytes() == b"of before"
    assert sorted(one.name for one in tmp_path.iterdir() if one.name.startswith(".")) == []


def test_a_full_disk_while_it_is_brought_back_loses_nothing(two, tmp_path):
    """It is brought back in whole steps, and once there is room again all of it is there."""
    backup(two.index, tmp_path / "kept")
    code = (
        "import resource, sys, signal\n"
        "from pathlib import Path\n"
        "from kb.errors import KBError\n"
        "from kb.operating.backup import restore\n"
        "signal.signal(signal.SIGXFSZ, signal.SIG_IGN)\n"
        "most = int(sys.argv[3])\n"
        "resource.setrlimit(resource.RLIMIT_FSIZE, (most, most))\n"
        "try:\n"
        "    restore(Path(sys.argv[1]), Path(sys.argv[2]))\n"
        "except KBError as err:\n"
        "    print(err)\n"
    )
    whole = tree(two.index / "versions")
    for most in (10, 200, 1000, 4000):
        index = tmp_path / f"index-{most}"
        done = subprocess.run(
            [sys.executable, "-c", code, str(index), str(tmp_path / "kept"), str(most)],
            cwd=ROOT, capture_output=True, text=True, check=True,
        )  # fmt: skip
        assert "File too large" in done.stdout
        restore(index, tmp_path / "kept")
        assert tree(index / "versions") == whole


def test_what_a_backup_holds_is_told(two, tmp_path):
    """In words and as JSON, without a change."""
    file = tmp_path / "kept"
    made = kb("backup", file, "--index", two.index)
    before = tree(two.index)
    told = kb("restore", "--check", file, "--index", two.index)
    data = json.loads(kb("restore", "--check", "--json", file, "--index", two.index).stdout)
    with tarfile.open(file) as archive:
        names = archive.getnames()
    assert made.stdout.startswith(f"{file}: 8 versions of 7 cases, the newest of 20")
    assert told.stdout.startswith(f"{file} is sound: 8 versions of 7 cases")
    assert names == [LIST, *(one["name"] for one in data["members"])]
    assert (data["versions"], data["form"]) == (8, 1)
    assert tree(two.index) == before


def _entries(text: str) -> list[Entry]:
    """A history, such as ``a1 b2``: a version and the day on which it came in."""
    return [Entry(digest=one[0], day=one[1:], what="") for one in text.split()]


@pytest.mark.parametrize(
    ("earlier", "later", "expected"),
    [
        ("", "a1 b2", "a1 b2"),
        ("a1 b2", "", "a1 b2"),
        ("a1 b2", "b5", "a1 b2"),
        ("a1 b2", "c5", "a1 b2 c5"),
        ("a1 b2", "a1 b2 c3", "a1 b2 c3"),
        ("a1 b2 a3", "a1 b2 a3 c4", "a1 b2 a3 c4"),
        ("a1 b1 a1", "a1 b1 a1 c1", "a1 b1 a1 c1"),
        ("a1 c3", "b2", "a1 b2 c3"),
        ("a9 b2", "a9 b2 c1", "a9 b2 c1"),
    ],
    ids=["none before", "none since", "same end", "went on", "began the same", "came back",
         "one day", "between", "clock set back"],
)  # fmt: skip
def test_two_histories_are_one(earlier: str, later: str, expected: str):
    """Each keeps its order, and what both tell is told once, from the earlier day."""
    found = joined(
        _entries(earlier), _entries(later), same=lambda one: one.digest, when=lambda one: one.day
    )
    assert found == _entries(expected)


def test_no_command_replaces_a_pipe(two, tmp_path):
    """What is no file stays what it is, and each command says why."""
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    index = ("--index", two.index)
    said = "it is no file but a pipe, a device or a socket, which would be lost"

    done = [
        kb("backup", pipe, *index),
        kb("snapshots", "--export", pipe, *index),
        kb("export", TRAINING, "--format", "md", "--output", pipe, *index),
        kb("update", two.cases, "--report", pipe, *index, "--model", two.model),
    ]

    assert [one.exit_code for one in done] == [1, 1, 1, 1]
    assert all(said in one.stderr for one in done)
    assert pipe.is_fifo()
    assert [path.name for path in tmp_path.iterdir() if "pipe" in path.name] == ["pipe"]


def test_a_backup_of_other_cases_is_refused(two, tmp_path, tiny_encoder):
    """Where not one case is in both, nothing is joined, unless that is asked for."""
    file, cases = tmp_path / "kept.backup", copy_toy_corpus(tmp_path / "others")
    other = settings_of_toy(cases, tmp_path / "other-index", tiny_encoder)
    for folder in ("denmark", "france", "guides", "international", "norway"):
        shutil.rmtree(cases / folder)
    (cases / "spain" / "textile-training.md").rename(cases / "spain" / "another.md")
    build(other)
    backup(two.index, file)
    before = tree(other.index)
    command = ("restore", file, "--index", other.index)

    refused = kb(*command)
    after = tree(other.index)
    forced = kb(*command, "--force")

    assert refused.exit_code == 1
    assert f"has not one case in common with {other.index}" in refused.stderr
    assert after == before
    assert forced.exit_code == 0
    assert {*Versions(other.index).heads()} > {*Versions(two.index).heads()}


def test_a_folder_that_was_made_for_nothing_is_gone(two, tmp_path):
    """A backup or a snapshot file that is refused leaves no folder behind."""
    damaged, cut = tmp_path / "damaged.backup", tmp_path / "cut.tar"
    backup(two.index, damaged)
    damaged.write_bytes(damaged.read_bytes()[:-40])
    kb("snapshots", "--export", cut, "--index", two.index)
    cut.write_bytes(cut.read_bytes()[:-90_000])
    there = tmp_path / "made" / "index"

    done = [
        kb("restore", damaged, "--index", there),
        kb("snapshots", "--import", cut, "--index", there),
        kb("serve", "--snapshot", cut, "--index", there),
    ]

    assert [one.exit_code for one in done] == [1, 1, 1]
    assert not there.parent.exists()


def test_what_comes_after_a_restore_is_told(two, tmp_path):
    """The history is shown though no snapshot is here, and what to run next."""
    file, there = tmp_path / "kept.backup", tmp_path / "there"
    backup(two.index, file)

    done = kb("restore", file, "--index", there)
    listed = kb("snapshots", "--index", there)

    assert "There is no snapshot yet, as a backup holds none. Run 'kb build'" in done.stderr
    assert (listed.exit_code, listed.stderr) == (0, (
        f"There is no snapshot in {there}, only the history of those that were served. "
        "Run 'kb build', or 'kb snapshots --import FILE'.\n"
    ))  # fmt: skip
    lines = listed.stdout.splitlines()
    assert [line[:12] for line in lines] == [one.snapshot_id for one in read_history(two.index)]
    assert all(line.endswith("  not here") for line in lines)
