"""That an engine fails in our terms, and says the same as without a guard."""

from __future__ import annotations

from pathlib import Path

import pytest

from kb.engine.guarded import GuardedEngine
from kb.errors import SnapshotCorrupt, SnapshotMissing

FOLDER = Path("index/0123456789ab/engine")


class GaveOut(BaseException):
    """What a library may raise that is written in another language."""


class Standing:
    """An engine that raises what it is given."""

    def __init__(self, error: BaseException | None = None) -> None:
        self.error = error
        self.sizes = {"passages": 3}

    def __len__(self) -> int:
        return self._answer(7)

    def count(self, within: object) -> int:
        """The length of what is asked."""
        return self._answer(len(within))

    def _answer(self, answer: int) -> int:
        if self.error is not None:
            raise self.error
        return answer


def test_answers_pass():
    """What an engine answers is handed on."""
    engine = GuardedEngine(Standing(), FOLDER)

    assert (len(engine), engine.sizes, engine.count(within="ab")) == (7, {"passages": 3}, 2)
    assert not hasattr(engine, "nonsense")


@pytest.mark.parametrize(
    "error", [ValueError("limit"), KeyError("a#1"), SnapshotMissing("gone"), KeyboardInterrupt()]
)
def test_what_an_engine_may_raise_passes(error):
    """Wrong questions, our own errors and an end that somebody asked for stay what they are."""
    with pytest.raises(type(error)) as raised:
        GuardedEngine(Standing(error), FOLDER).count("")

    assert raised.value is error


@pytest.mark.parametrize("error", [GaveOut("block"), RuntimeError("block"), MemoryError("block")])
def test_all_else_is_damage(error):
    """Whatever a library raises, it is one error of ours that keeps the cause."""
    for ask in (len, lambda engine: engine.count("")):
        with pytest.raises(SnapshotCorrupt) as raised:
            ask(GuardedEngine(Standing(error), FOLDER))

        assert str(raised.value) == (
            f"The engine in {FOLDER} gave out ({type(error).__name__}: block). Run 'kb build'."
        )
        assert raised.value.__cause__ is error
