"""Following ``index/current`` with something that is opened in no time, or fails as it is told."""

from __future__ import annotations

import logging
import os
import signal
import threading
import time
from pathlib import Path

import pytest

from kb.errors import EngineUnavailable, SnapshotCorrupt, SnapshotMissing
from kb.snapshots import live as live_module
from kb.snapshots.live import WAIT_FOR_NEW, Live, LiveStatus
from kb.snapshots.store import set_current
from tests.waiting import until

A, B, C = (letter * 12 for letter in "abc")


@pytest.fixture(name="index")
def _index(tmp_path: Path) -> Path:
    """An index of three snapshots of which the first was served, and the second is."""
    for snapshot_id in (A, B, C):
        (tmp_path / snapshot_id).mkdir()
        (tmp_path / snapshot_id / "manifest.json").touch()
    set_current(tmp_path, A)
    set_current(tmp_path, B)
    return tmp_path


class GaveOut(BaseException):
    """What a library may raise that is written in another language."""


class Opener:
    """Opens a folder as its name, slowly or not at all where it is told so."""

    def __init__(self) -> None:
        self.asked: list[str] = []
        self.fails: dict[str, BaseException] = {}
        self.damaged: set[str] = set()
        self.damage: type[Exception] = SnapshotCorrupt
        self.checked: list[tuple[str, str | None]] = []
        self.seconds = 0.0
        self.gate = threading.Event()  # while it is not set, nothing is opened
        self.gate.set()

    def __call__(self, folder: Path, _: str | None) -> str:
        """The name of the folder."""
        self.asked.append(folder.name)
        time.sleep(self.seconds)
        assert self.gate.wait(60)
        if folder.name in self.fails:
            raise self.fails[folder.name]
        return folder.name

    def check(self, folder: Path, opened: str | None) -> None:
        """Finds damaged what it is told to."""
        self.checked.append((folder.name, opened))
        if folder.name in self.damaged:
            raise self.damage(f"{folder.name} was\naltered.")


@pytest.fixture(name="opener")
def _opener() -> Opener:
    return Opener()


@pytest.fixture(autouse=True)
def _who_asks_has_patience(monkeypatch: pytest.MonkeyPatch) -> None:
    """A busy machine may take longer to open what is opened in no time than a reader waits."""
    monkeypatch.setattr(live_module, "WAIT_FOR_NEW", 60)


def follow(index: Path, opener: Opener, *, fall_back: bool = False) -> Live[str]:
    """What is tested."""
    return Live(index, opener, check=opener.check, fall_back=fall_back)


class Clock:
    """Stands where it is put. What a test before this one left behind sleeps as ever."""

    now = 100.0
    sleep = staticmethod(time.sleep)

    def monotonic(self) -> float:
        """The time, in seconds."""
        return self.now


def test_a_switch_is_followed_without_a_request(index, opener):
    """One that watches opens the new snapshot though nobody asked; it looks five times a second."""
    live = follow(index, opener)
    live.refresh()
    live.watch()

    set_current(index, A)

    until(lambda: opener.asked == [B, A])
    assert live_module.LOOK_EVERY == 0.2


def test_the_first_request_after_a_switch_gets_the_new_snapshot(index, opener):
    """A request waits for what is being opened, whether or not something watches."""
    live = follow(index, opener)
    opener.seconds = 0.2
    answers = [live.current()]
    for snapshot_id in (A, C):
        set_current(index, snapshot_id)
        answers.append(live.current())

    assert answers == [B, A, C]
    assert opener.asked == [B, A, C]


class Waited:
    """The lock of who opens, which tells how long others would wait for it, and lets none wait."""

    def __init__(self) -> None:
        self.seconds: list[float] = []
        self._lock = threading.Lock()
        self.release = self._lock.release

    def acquire(self, *, blocking: bool = True, timeout: float = -1) -> bool:
        """Take it where that takes no time."""
        if timeout >= 0:
            self.seconds.append(timeout)
        return self._lock.acquire(blocking=blocking and timeout < 0)


def test_a_request_does_not_wait_for_long(index, opener, monkeypatch):
    """What takes longer to open than a request may wait is answered from the old one until then.

    Whoever comes later waits for the rest of that time, and nobody after it.
    """
    clock = Clock()
    monkeypatch.setattr(live_module, "time", clock)
    monkeypatch.setattr(live_module, "WAIT_FOR_NEW", WAIT_FOR_NEW)
    live = follow(index, opener)
    live.refresh()
    live._lock = lock = Waited()
    opener.gate.clear()
    set_current(index, A)

    answers, waited = [], []
    for clock.now in (100.0, 100.5, 100.0 + WAIT_FOR_NEW, 130.0):
        answers.append(live.current())
        waited.append(lock.seconds)
        lock.seconds = []

    assert answers == [B] * 4
    assert [len(seconds) for seconds in waited] == [1, 1, 0, 0]
    assert [*waited[0], *waited[1]] == pytest.approx([WAIT_FOR_NEW, WAIT_FOR_NEW - 0.5])
    opener.gate.set()
    until(lambda: live.current() == A)
    assert opener.asked == [B, A]


def test_the_status_does_not_wait(index, opener):
    """What looks after a site is answered at once, from what is served."""
    live = follow(index, opener)
    live.refresh()
    opener.gate.clear()
    set_current(index, A)

    assert live.status() == LiveStatus(snapshot_id=B, trouble=None)
    opener.gate.set()
    until(lambda: live.status() == LiveStatus(snapshot_id=A, trouble=None))


@pytest.mark.parametrize(
    ("error", "trouble"),
    [
        (SnapshotCorrupt("It is damaged."), "It is damaged. Run {build}."),
        (
            KeyError("norway/one"),
            "The snapshot in {index} cannot be opened (KeyError: 'norway/one'). Run {build}.",
        ),
        (MemoryError(), "The snapshot in {index} cannot be opened (MemoryError: ). Run {build}."),
        (GaveOut("no"), "The snapshot in {index} cannot be opened (GaveOut: no). Run {build}."),
    ],
    ids=["ours", "a fault", "no memory", "a library that gives out"],
)
def test_whatever_goes_wrong_is_told_and_tried_again(
    index, opener, error, trouble, monkeypatch, caplog
):
    """The old snapshot goes on answering, the log says why, and following does not end."""
    monkeypatch.setattr(live_module, "RETRY_FIRST", 0.05)
    monkeypatch.setattr(live_module._log, "disabled", False)  # other packages' set-up may do so
    live = follow(index, opener)
    live.refresh()
    live.watch()
    opener.fails[A] = error
    with caplog.at_level(logging.ERROR):
        set_current(index, A)
        until(lambda: live.status().trouble is not None)
        until(lambda: opener.asked.count(A) >= 3)

    expected = trouble.format(index=index, build="'kb build'")
    assert live.status() == LiveStatus(snapshot_id=B, trouble=expected, fallback=True)
    assert live.current() == B
    told = [record.getMessage() for record in caplog.records]
    assert told == [f"{expected} Meanwhile snapshot {B} is served."]
    opener.fails.clear()
    until(lambda: live.status() == LiveStatus(snapshot_id=A, trouble=None))


def test_what_failed_is_tried_at_growing_intervals(index, opener, monkeypatch):
    """However many requests come, a snapshot that cannot be opened is not opened in each."""
    clock, asked_at = Clock(), []
    monkeypatch.setattr(live_module, "time", clock)
    live = follow(index, opener)
    opener.fails[B] = SnapshotCorrupt("It is damaged.")

    for clock.now in range(100, 130):
        so_far = len(opener.asked)
        with pytest.raises(SnapshotCorrupt, match=r"It is damaged\."):
            live.current()
        asked_at += [clock.now] * (len(opener.asked) - so_far)

    assert asked_at == [100, 101, 103, 107, 115]


@pytest.mark.parametrize("fall_back", [True, False])
def test_a_fresh_site_may_fall_back(index, opener, fall_back):
    """The snapshot served last that can be opened answers; where that is not asked for, none."""
    set_current(index, C)
    opener.fails = {C: SnapshotCorrupt("C is damaged."), B: SnapshotCorrupt("B is damaged.")}
    live = follow(index, opener, fall_back=fall_back)

    status = live.status()

    serves = A if fall_back else None
    assert status == LiveStatus(
        snapshot_id=serves, trouble="C is damaged. Run 'kb build'.", fallback=fall_back
    )
    assert opener.asked == ([C, B, A] if fall_back else [C])


@pytest.mark.parametrize("data", [None, b"nonsense"], ids=["missing", "nonsense"])
def test_without_current_the_history_says_what_to_serve(index, opener, data):
    """A damaged current costs nothing but a message: what was served last is served."""
    (index / "current").unlink()
    if data is not None:
        (index / "current").write_bytes(data)

    status = follow(index, opener, fall_back=True).status()

    assert (status.snapshot_id, status.fallback) == (B, True)
    assert "kb build" in status.trouble


def test_what_was_never_served_is_no_fallback(index, opener):
    """A snapshot that no build switched to is not served by itself."""
    opener.fails = {A: SnapshotCorrupt("A is damaged."), B: SnapshotCorrupt("B is damaged.")}
    live = follow(index, opener, fall_back=True)

    assert live.status() == LiveStatus(snapshot_id=None, trouble="B is damaged. Run 'kb build'.")
    assert opener.asked == [B, A]


def test_what_is_found_damaged_later_is_served_no_more(index, opener):
    """What the parent finds while it verifies reaches the processes forked before."""
    live = follow(index, opener, fall_back=True)
    live.refresh()
    reading, writing = os.pipe()
    child = os.fork()
    if not child:
        try:
            signal.alarm(30)
            live.watch()
            while live.current() == B:
                time.sleep(0.01)
            os.write(writing, repr(live.status()).encode())
        finally:
            os._exit(0)

    opener.damaged = {B}
    live.verify()

    os.close(writing)
    assert os.waitpid(child, 0)[1] == 0
    expected = LiveStatus(snapshot_id=A, trouble=f"{B} was altered. Run 'kb build'.", fallback=True)
    assert os.read(reading, 999).decode() == repr(expected)
    assert live.current() == A
    assert live.status() == expected
    set_current(index, C)
    assert live.current() == C
    assert live.status() == LiveStatus(snapshot_id=C, trouble=None)


def test_verifying_ends_with_the_first_sound_snapshot(index, opener):
    """The current one is checked, and what would take its place only where it has to."""
    live = follow(index, opener, fall_back=True)

    live.verify()
    opener.damaged = {B}
    live.verify()

    assert opener.checked == [(B, None), (B, None), (A, None)]


def test_what_is_found_sound_again_is_served_again(index, opener):
    """To verify once more, as after SIGHUP, takes back what was found before."""
    live = follow(index, opener, fall_back=True)
    opener.damaged = {B}
    live.verify()
    fallen_back = live.current()
    opener.damaged = set()

    live.verify()

    assert (fallen_back, live.current()) == (A, B)
    assert live.status() == LiveStatus(snapshot_id=B, trouble=None)


def test_what_answers_fail_over_is_checked_and_served_no_more(index, opener):
    """An answer that failed has what it came from checked; damaged, the one before answers."""
    live = follow(index, opener, fall_back=True)
    opened = live.current()
    opener.damaged = {B}

    live.suspect(opened, GaveOut())

    until(lambda: live.current() == A)
    told = f"{B} was altered. Run 'kb build'."
    assert live.status() == LiveStatus(snapshot_id=A, trouble=told, fallback=True)
    assert opener.checked == [(B, B)]
    live.suspect(opened, GaveOut())  # of a request that goes on with what was opened before
    assert opener.checked == [(B, B)]
    set_current(index, C)
    assert live.current() == C
    assert live.status() == LiveStatus(snapshot_id=C, trouble=None)


def test_without_another_one_what_is_damaged_is_not_served_either(index, opener):
    """Where nothing is left to fall back to, nothing answers, and the status says why."""
    live = follow(index, opener, fall_back=False)
    opener.damaged = {B}

    live.suspect(live.current(), GaveOut())

    until(lambda: live.status().snapshot_id is None)
    with pytest.raises(SnapshotCorrupt, match=f"{B} was altered"):
        live.current()


def test_what_is_sound_is_not_checked_over_and_over(index, opener):
    """A question that fails whenever it is asked takes no snapshot down, and costs one check."""
    live = follow(index, opener, fall_back=True)

    for _ in range(9):
        live.suspect(live.current(), GaveOut())
    until(lambda: not live._suspecting.locked())  # it is checked beside those who ask
    for _ in range(9):
        live.suspect(live.current(), GaveOut())
    until(lambda: not live._suspecting.locked())

    assert opener.checked == [(B, B)]
    assert live.status() == LiveStatus(snapshot_id=B, trouble=None)


def test_a_server_that_is_away_is_no_damage(index, opener):
    """What fails over it meanwhile takes no snapshot down, which is served when it is back."""
    live = follow(index, opener, fall_back=True)
    opener.damaged, opener.damage = {B}, EngineUnavailable

    live.suspect(live.current(), GaveOut())
    until(lambda: opener.checked == [(B, B)])
    live.verify()

    assert live.current() == B
    assert live.status() == LiveStatus(snapshot_id=B, trouble=None)


def test_following_ends_with_what_is_followed(index, opener):
    """The thread holds nothing: without its searcher it ends."""
    live = follow(index, opener)
    live.refresh()
    before = set(threading.enumerate())
    live.watch()
    (watching,) = set(threading.enumerate()) - before

    del live

    until(lambda: not watching.is_alive())


def test_nothing_is_opened_twice(index, opener):
    """Requests from many threads at the start and at a switch open each snapshot once."""
    live = follow(index, opener)
    opener.seconds = 0.05
    answers: list[str] = []

    def ask() -> None:
        answers.append(live.current())

    for snapshot_id in (B, A):
        set_current(index, snapshot_id)
        threads = [threading.Thread(target=ask) for _ in range(8)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()

    assert answers == [B] * 8 + [A] * 8
    assert opener.asked == [B, A]


def test_an_error_does_not_grow_with_each_request(tmp_path, opener):
    """The same error is raised again and again, and holds no more each time."""
    live = follow(tmp_path, opener)

    def depth() -> int:
        with pytest.raises(SnapshotMissing) as raised:
            live.current()
        return len(raised.traceback)

    assert depth() == [depth() for _ in range(9)][-1]
