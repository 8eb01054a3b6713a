"""Asking whether a database is there, with one that answers, fails or hangs as it is told."""

from __future__ import annotations

import threading

import pytest

from kb.errors import EngineUnavailable
from kb.snapshots import reach as reach_module
from kb.snapshots.reach import AWAY, Reach
from tests.waiting import until


class Database:
    """Answers, raises, or says nothing until the gate is open."""

    def __init__(self) -> None:
        self.error: Exception | None = None
        self.asked = 0
        self.gate = threading.Event()
        self.gate.set()

    def __call__(self, _: str) -> None:
        """Be asked."""
        self.asked += 1
        assert self.gate.wait(60)
        if self.error is not None:
            raise self.error


@pytest.fixture(name="database")
def _database(monkeypatch: pytest.MonkeyPatch) -> Database:
    """One whose answers are waited for, however busy the machine is, unless a test says other."""
    for name in ("WAIT_MOST", "WAIT_FOR_RETURN", "SILENT_FOR"):
        monkeypatch.setattr(reach_module, name, 60.0)
    return Database()


def test_one_that_gives_out_is_told_until_it_answers_again(database, monkeypatch, caplog):
    """The log has what it said, once; what is told names no server."""
    monkeypatch.setattr(reach_module, "HOLDS_FOR", 0.0)
    caplog.set_level("INFO", "kb.snapshots.reach")
    reach = Reach(database)

    told = [reach.trouble("a")]
    database.error = EngineUnavailable("PostgreSQL at db.example:5432/kb gave no answer.")
    told += [reach.trouble("a"), reach.trouble("a")]
    database.error = None
    told += [reach.trouble("a")]

    assert told == [None, AWAY, AWAY, None]
    assert database.asked == 4
    lost, found = (record.getMessage() for record in caplog.records)
    assert "db.example:5432/kb gave no answer" in lost
    assert found == "the database of what is served answers again"


def test_however_many_ask_it_is_asked_once_in_a_while(database, monkeypatch):
    """What was found holds."""
    monkeypatch.setattr(reach_module, "HOLDS_FOR", 3600.0)
    reach = Reach(database)

    assert [reach.trouble("a") for _ in range(50)] == [None] * 50
    assert database.asked == 1


def test_one_that_hangs_holds_nobody_up_and_is_told(database, monkeypatch):
    """Who asks goes on at once; after a while of silence it counts as away. It is asked once."""
    monkeypatch.setattr(reach_module, "HOLDS_FOR", 0.0)
    monkeypatch.setattr(reach_module, "WAIT_MOST", 0.01)
    monkeypatch.setattr(reach_module, "WAIT_FOR_RETURN", 0.01)
    database.gate.clear()
    reach = Reach(database)

    assert reach.trouble("a") is None  # it has not been silent for long
    monkeypatch.setattr(reach_module, "SILENT_FOR", 0.0)
    assert [reach.trouble("a") for _ in range(5)] == [AWAY] * 5
    assert database.asked == 1
    monkeypatch.setattr(reach_module, "SILENT_FOR", 60.0)
    database.gate.set()
    until(lambda: reach.trouble("a") is None)
