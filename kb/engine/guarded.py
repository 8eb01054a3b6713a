"""An engine that fails in terms of ours only, whatever the library below it raises.

What it reads as it goes may have been changed on the disk since it was opened. A library
finds that in the middle of an answer, and some end the program over it: a file that was cut
short while it is mapped into memory ends the process that reads beyond its end.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

from kb.engine.base import Answering, Engine, Question
from kb.errors import Attempt, snapshot_error


class _Guarded:
    """The same methods and values as what is guarded.

    What an engine may raise, ``ValueError`` and ``KeyError``, passes; all else is damage.
    """

    def __init__(self, guarded: Any, folder: Path) -> None:
        self._guarded = guarded
        self._folder = folder

    def __getattr__(self, name: str) -> Any:
        found = getattr(self._guarded, name)
        return partial(self._answer, found) if callable(found) else found

    def _answer(self, ask: Callable[..., Any], *args: Any, **options: Any) -> Any:
        """Ask.

        Raises:
            SnapshotCorrupt: the engine gave out.
        """
        with Attempt() as attempt:
            return ask(*args, **options)
        if isinstance(attempt.error, (ValueError, KeyError)):
            raise attempt.error
        raise snapshot_error(attempt.error, f"The engine in {self._folder} gave out")


class GuardedEngine(_Guarded):
    """The same answers as an engine, see ``kb.engine.base``."""

    def __init__(self, engine: Engine, folder: Path) -> None:
        super().__init__(engine, folder)

    def __len__(self) -> int:
        return self._answer(self._guarded.__len__)

    def ask(self, question: Question) -> Answering:
        """Put a question; what answers it is guarded too."""
        return _Guarded(self._answer(self._guarded.ask, question), self._folder)


def unguarded(engine: Engine) -> Engine:
    """The engine itself, for a writer that goes on from its state."""
    return engine._guarded if isinstance(engine, GuardedEngine) else engine
