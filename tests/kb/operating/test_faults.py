"""Faults that a site survives: after each one a whole snapshot is served, the old or the new one.

The next build mends everything.

Points of a build that are chosen, and kills at any moment, stand in ``tests/kb/indexing``; what is
refused of a damaged snapshot in ``tests/kb/snapshots``. What is served is asked as the server does:
by a searcher that may fall back, after every byte was read.
"""

from __future__ import annotations

import json
import os
import shutil
import signal
import socket
import struct
import subprocess
import sys
import threading
from collections import Counter
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from random import Random
from urllib.error import HTTPError
from urllib.parse import urlsplit
from urllib.request import urlopen

import pytest

from kb.exports.making import FOLDER as EXPORTS
from kb.indexing.pipeline import build
from kb.model.case_versions import Entry
from kb.search.opening import open_live
from kb.search.query import Query
from kb.settings import Settings
from kb.snapshots.store import choices, current_id, read_history, snapshot_ids
from kb.versions.store import Versions, adding
from tests.kb.cli.command import ROOT, kb, where
from tests.web.serving.test_server import answer, serving

TRAINING = "spain/textile-training"
FUTURE = 4_000_000_000  # seconds: the year 2096

#: Runs what follows in a mount namespace of its own, so that no mount outlasts it.
OWN_MOUNTS = ("unshare", "--mount", "--")


def _may_mount() -> bool:
    """Whether a file system can be mounted here, seen by nobody else."""
    try:
        done = subprocess.run([*OWN_MOUNTS, "mount", "-t", "tmpfs", "tmpfs", "/mnt"],
                              capture_output=True, check=False)  # fmt: skip
    except OSError:
        return False
    return done.returncode == 0


needs_mounts = pytest.mark.skipif(not _may_mount(), reason="no file system can be mounted here")
long = pytest.mark.long


def tell(figures: str) -> None:
    """Figures for who runs a longer form: ``pytest -m long -rP``."""
    sys.stdout.write(f"{figures}\n")


def served(settings: Settings) -> tuple[str, list[str]]:
    """What a site that starts now serves, and what it answers."""
    live = open_live(settings, fall_back=True)
    live.verify()
    searcher = live.current()
    return searcher.snapshot_id, [hit.case.id for hit in searcher.search(Query(text="train")).hits]


def copy_index(settings: Settings, folder: Path) -> Settings:
    """An index of one's own with the same content."""
    own = replace(settings, cases=folder / "cases", index=folder / "index")
    shutil.copytree(settings.cases, own.cases)
    shutil.copytree(settings.index, own.index, ignore=shutil.ignore_patterns(EXPORTS, "*.lock"))
    return own


def change(settings: Settings, text: str = "They train more.") -> None:
    """Write something else into a case."""
    path = settings.cases / f"{TRAINING}.md"
    path.write_text(f"{path.read_text()}\n{text}\n")


@pytest.fixture(name="old_and_new", scope="module")
def _old_and_new(settings: Settings, tmp_path_factory: pytest.TempPathFactory) -> Settings:
    """An index of two snapshots; the newer one is served. No test may change it."""
    own = copy_index(settings, tmp_path_factory.mktemp("two"))
    change(own)
    build(own)
    return own


# A file of a snapshot that is not what it was


def _flipped(path: Path, random: Random) -> None:
    data = bytearray(path.read_bytes())
    if data:
        data[random.randrange(len(data))] ^= 1 << random.randrange(8)
        path.write_bytes(bytes(data))


def _cut(path: Path, random: Random) -> None:
    size = path.stat().st_size
    os.truncate(path, random.randrange(size) if size else 0)


def _missing(path: Path, _: Random) -> None:
    path.unlink()


@pytest.mark.parametrize("every", [40, pytest.param(1, marks=long)])
@pytest.mark.parametrize("damage", [_flipped, _cut, _missing])
def test_a_file_of_the_snapshot_that_is_not_what_it_was(old_and_new, tmp_path, damage, every):
    """Of every file: what was served before is served, and a build mends it."""
    new = current_id(old_and_new.index)
    (old,) = {*snapshot_ids(old_and_new.index)} - {new}
    files = sorted(
        path.relative_to(old_and_new.index / new)
        for path in (old_and_new.index / new).rglob("*")
        if path.is_file() and path.stat().st_size
    )
    random, seen = Random(16), []
    for number, name in enumerate(files[::every]):
        own = copy_index(old_and_new, tmp_path / str(number))
        damage(own.index / new / name, random)
        before = served(own)
        report = build(own)
        after = served(own)
        seen.append(before[0])
        assert before == (old, [TRAINING]), name
        assert after == (report.snapshot_id, [TRAINING]), name
        assert report.snapshot_id != new, name
        shutil.rmtree(own.index.parent)
    assert len(seen) == len(files[::every]) > 2
    tell(f"{damage.__name__}: {len(seen)} of {len(files)} files, each mended")


# A full disk

#: Builds in forked children on a disk that is full after so many pages; then there is room.
FULL = """
import json, os, shutil, subprocess, sys
import sentence_transformers
from pathlib import Path
from kb.errors import KBError
from kb.indexing.pipeline import build
from kb.search.opening import open_live
from kb.search.query import Query
from kb.settings import read_settings

cases, index, model, disk, pages, step = json.loads(sys.argv[1])
PAGE = 4096

def settings():
    return read_settings({}, cases=cases, index=f"{disk}/index", model=model, multilingual="off")

def in_child(work):
    reading, writing = os.pipe()
    child = os.fork()
    if not child:
        os.close(reading)
        os.write(writing, json.dumps(work()).encode())
        os._exit(0)
    os.close(writing)
    with os.fdopen(reading) as file:
        told = file.read()
    status = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
    return json.loads(told) if told else f"status {status}"

def built():
    try:
        return build(settings()).snapshot_id
    except KBError as err:
        return f"{type(err).__name__}: {err}"

def served():
    live = open_live(settings(), fall_back=True)
    live.verify()
    searcher = live.current()
    hits = searcher.search(Query(text="train")).hits
    return [searcher.snapshot_id, [hit.case.id for hit in hits]]

def mount(*options):
    subprocess.run(["mount", *options], check=True)

used = sum(-(-path.stat().st_size // PAGE) + 1 for path in Path(index).rglob("*"))
rounds = []
while True:
    mount("-t", "tmpfs", "-o", f"size={(used + pages) * PAGE}", "tmpfs", disk)
    try:
        shutil.copytree(index, f"{disk}/index")
    except shutil.Error:
        subprocess.run(["umount", disk], check=True)
        used += 1
        continue
    first = in_child(built)
    before = in_child(served)
    mount("-o", f"remount,size=256m", disk)
    second = in_child(built)
    after = in_child(served)
    left = sorted(os.listdir(f"{disk}/index"))
    rounds.append([pages, first, before, second, after, left])
    subprocess.run(["umount", disk], check=True)
    if ":" not in first:
        break
    pages += step
print(json.dumps(rounds))
"""


@needs_mounts
@pytest.mark.parametrize(
    ("first_page", "step"),
    [(0, 60), pytest.param(0, 2, marks=long), pytest.param(1, 2, marks=long)],
)
def test_a_disk_that_is_full_at_every_write(settings, tmp_path, tiny_encoder, first_page, step):
    """A real file system that has room for one page more each time, until the build succeeds."""
    own = copy_index(settings, tmp_path)
    old, disk = current_id(own.index), tmp_path / "disk"
    disk.mkdir()
    change(own)
    arguments = json.dumps(
        [str(own.cases), str(own.index), str(tiny_encoder), str(disk), first_page, step]
    )
    done = subprocess.run([*OWN_MOUNTS, sys.executable, "-c", FULL, arguments],
                          cwd=ROOT, capture_output=True, text=True, check=False)  # fmt: skip
    assert done.returncode == 0, done.stderr[-2000:]
    rounds = json.loads(done.stdout)
    new = rounds[0][3]
    failed = [one for one in rounds if ":" in one[1]]
    for pages, first, before, second, after, left in rounds:
        assert first == new or first.split(":")[0] in ("IndexNotWritable", "EncoderUnavailable"), (
            pages
        )
        assert before in ([old, [TRAINING]], [new, [TRAINING]]), pages
        assert (second, after) == (new, [new, [TRAINING]]), pages
        assert [name for name in left if name.startswith((".building", ".encoded"))] == [], pages
    assert len(failed) > 1
    sentences = {first.partition(":")[0] for _, first, *_ in failed}
    tell(f"{len(failed)} full disks, then enough at {rounds[-1][0]} pages: {sorted(sentences)}")


# An update that is killed

#: Updates in forked children, each killed at a random moment; an index for each. Those stages of an
#: update are told apart: asking the source, taking, reading and encoding, writing and comparing,
#: and what follows the switch.
KILLED = """
import json, sys
import sentence_transformers
from kb.operating.content_source import Source
from kb.operating.update import update
from kb.settings import read_settings
from tests.kb.killing import appears, changes, killed

folders, source, model = json.loads(sys.argv[1])

def work(folder):
    update(read_settings({}, index=f"{folder}/index", model=model, multilingual="off"),
           Source(address=source))

signs = (appears("index/content/incoming"), changes("index/.readings"),
         appears("index/.building-*"), changes("index/current"))
print(json.dumps(killed(work, folders, signs, seed=1998)))
"""
STAGES = 5


@pytest.mark.parametrize("kills", [5, pytest.param(100, marks=long)])
def test_an_update_killed_at_any_moment(content, tmp_path, tiny_encoder, kills):
    """What was served or what the update made is served; the next update leaves nothing behind."""
    content.update()
    old = current_id(content.settings.index)
    content.edit(TRAINING, lambda text: f"{text}\nThey train more.\n")
    commit = content.push()
    all_settings = []
    for number in range(kills + 1):
        own = replace(content.settings, index=tmp_path / str(number) / "index")
        shutil.copytree(content.settings.index, own.index)
        all_settings.append(own)
    folders = [str(own.index.parent) for own in all_settings]
    arguments = json.dumps([folders, f"file://{content.repository}", str(tiny_encoder)])
    done = subprocess.run([sys.executable, "-c", KILLED, arguments],
                          cwd=ROOT, capture_output=True, text=True, check=False)  # fmt: skip
    assert done.returncode == 0, done.stderr[-2000:]
    ended, new = json.loads(done.stdout), current_id(all_settings[0].index)
    assert ended[0] == [-1, 0]
    seen = []
    for own, (stage, status) in zip(all_settings, ended, strict=True):
        before = served(own)
        mended = replace(content, settings=own).update("--json")
        told = json.loads(mended.stdout)
        seen.append(before[0])
        assert before in ((old, [TRAINING]), (new, [TRAINING]))
        assert status in (0, -signal.SIGKILL)
        assert status or before[0] == new
        assert stage < STAGES - 1 or before[0] == new  # it had switched
        assert (told["snapshot"], told["revision"]) == (new, commit)
        assert served(own) == (new, [TRAINING])
        assert sorted(path.name for path in (own.index / "content").iterdir()) == [
            "cases", "source.json",
        ]  # fmt: skip
        assert not [path for path in own.index.iterdir() if path.name.startswith(".building")]
        assert len(Versions(own.index).history(TRAINING)) == 2
    assert old in seen
    each = Counter(stage for stage, status in ended if status)
    tell(f"updates killed in each stage: {sorted(each.items())}; "
         f"{seen.count(old)} served the old one")  # fmt: skip


# A clock that was set back


def _in_the_future(settings: Settings) -> None:
    """All that an index tells of times as if it had been 2096 until now."""
    for path in settings.index.rglob("*"):
        os.utime(path, (FUTURE, FUTURE))
    history = settings.index / "history.jsonl"
    lines = [json.loads(line) for line in history.read_bytes().splitlines()]
    for line in lines:
        line["at"] = "2096-10-02T07:06:40.000000Z"
    history.write_text("".join(json.dumps(line) + "\n" for line in lines))
    os.utime(history, (FUTURE, FUTURE))
    store = Versions(settings.index)
    with adding(store) as addition:
        (entry,) = store.history(TRAINING)[-1:]
        addition.tell(TRAINING, Entry(digest="", day="2096-10-01", what="Taken out."))
        addition.tell(TRAINING, replace(entry, day="2096-10-02", what="Came back.", case_id=""))


def test_a_clock_that_was_set_back(today, old_and_new, tmp_path):
    """Orders hold as they were told, whatever the times say: what is new is served and kept."""
    own = replace(copy_index(old_and_new, tmp_path), keep_snapshots=2)
    before = current_id(own.index)
    _in_the_future(own)
    live = open_live(own)
    first = live.current().snapshot_id
    change(own, "They train after the clock was set back.")
    report = build(own)
    seen = live.current().snapshot_id
    change(own, "They train again.")
    last = build(own)

    assert (first, seen) == (before, report.snapshot_id)
    assert served(own) == (last.snapshot_id, [TRAINING])
    assert choices(own.index, "previous") == (report.snapshot_id,)
    assert {*snapshot_ids(own.index)} == {report.snapshot_id, last.snapshot_id}
    assert [one.snapshot_id for one in read_history(own.index)][-2:] == [
        report.snapshot_id, last.snapshot_id,
    ]  # fmt: skip
    history = Versions(own.index).history(TRAINING)
    assert [one.day for one in history][-3:] == ["2096-10-02", today, today]
    assert Versions(own.index).newest(TRAINING) == history[-1]
    back = kb("snapshots", "--index", own.index, "--use", "previous")
    assert (back.exit_code, current_id(own.index)) == (0, report.snapshot_id)


# Two builders


@pytest.mark.parametrize("rounds", [1, pytest.param(8, marks=long)])
def test_builders_side_by_side(old_and_new, tmp_path, rounds):
    """Of several processes one builds, the others say so; what is served is whole."""
    own = copy_index(old_and_new, tmp_path)
    environ = {**os.environ, "KB_MULTILINGUAL": "off"}
    command = [sys.executable, "-m", "web", "build", *where(own)]
    ended = []
    for number in range(rounds):
        change(own, f"They train {number} times more.")
        builders = [
            subprocess.Popen(command, cwd=ROOT, env=environ, text=True,
                             stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)
            for _ in range(3)
        ]  # fmt: skip
        for builder in builders:
            said = builder.communicate(timeout=600)[1]
            busy = f"Another build of {own.index} is running" in said
            assert builder.returncode == (1 if busy else 0), said
            ended.append(builder.returncode)
        report = build(own)
        assert report.up_to_date
        assert served(own) == (report.snapshot_id, [TRAINING])
    assert ended.count(0) >= rounds
    tell(f"{rounds} rounds of three: {ended.count(0)} built, {ended.count(1)} were told to wait")


# An index that can only be read


@needs_mounts
def test_an_index_that_can_only_be_read_is_served(old_and_new, tmp_path, monkeypatch):
    """A site over a file system that is read-only answers; a build says what is wrong."""
    own = copy_index(old_and_new, tmp_path)
    monkeypatch.setenv("KB_MODEL", own.model)
    monkeypatch.setenv("KB_MULTILINGUAL", "off")
    inside = (
        'mount --bind "$0" "$0" && mount -o remount,ro,bind "$0" || exit 9\n'
        "python=$1; shift\n"
        '"$python" -m web build "$@" >&2; echo "build $?" >&2\n'
        'exec "$python" -m web serve --index "$0" --port 0 --workers 1\n'
    )
    process = subprocess.Popen(
        [*OWN_MOUNTS, "sh", "-c", inside, str(own.index), sys.executable, *where(own)],
        cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
    )  # fmt: skip
    try:
        url = process.stdout.readline().split()[-1]
        ready = answer(f"{url}/readyz")
        found = answer(f"{url}/api/v1/search?q=train")
        file = status_of(f"{url}/cases/{TRAINING}.pdf")
    finally:
        process.terminate()
        _, said = process.communicate(timeout=60)
    assert (ready["code"], ready["snapshot"]) == (200, current_id(own.index))
    assert [hit["id"] for hit in found["hits"]] == [TRAINING]
    assert file in (200, 202)  # it is made in a folder for what is temporary
    assert f"The index folder {own.index} cannot be written to; set KB_INDEX." in said
    assert "build 1" in said


def status_of(url: str) -> int:
    """The status of an answer of any kind."""
    try:
        with urlopen(url, timeout=30) as response:
            return response.status
    except HTTPError as err:
        return err.code


# A connection that is cut


def _cut_off(url: str, request: bytes, take: int) -> None:
    """Send a request, take so many bytes of the answer, and reset the connection."""
    parts = urlsplit(url)
    with socket.create_connection((parts.hostname, parts.port), timeout=0.2) as connection:
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        connection.sendall(request)
        with suppress(OSError):
            connection.recv(take)


REQUESTS = (
    b"GET / HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n",
    b"GET /search?q=train HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n",
    b"GET /api/v1/cases HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n",
    b"GET /search?q=tra",
    b"POST /api/v1/search HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: 900\r\n\r\n{",
    b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03",
)


@pytest.mark.parametrize("cuts", [60, pytest.param(3000, marks=long)])
def test_connections_that_are_cut(old_and_new, tmp_path, cuts):
    """Readers and proxies that go away in the middle cost nothing: all others are answered."""
    own = copy_index(old_and_new, tmp_path)
    random, failures, stop = Random(16), [], threading.Event()
    with (tmp_path / "log").open("w") as log, serving(own, log=log) as (_, url):

        def ask() -> None:
            while not stop.is_set():
                found = answer(f"{url}/api/v1/search?q=train")
                if found["code"] != 200 or [hit["id"] for hit in found["hits"]] != [TRAINING]:
                    failures.append(found)

        reader = threading.Thread(target=ask)
        reader.start()
        for number in range(cuts):
            _cut_off(url, REQUESTS[number % len(REQUESTS)], random.choice((1, 500, 5000)))
        stop.set()
        reader.join()
        ready = answer(f"{url}/readyz")
    assert failures == []
    assert (ready["code"], ready["fallback"]) == (200, False)
    assert "Traceback" not in (tmp_path / "log").read_text()
    tell(f"{cuts} connections cut, no other answer failed")
