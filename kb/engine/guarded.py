"""An engine that fails in terms of ours only, whatever the library below it raises.

What it reads as it goes may have been changed on the disk since it was opened. A library
finds that in the middle of an answer, and some end the program over it.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

from kb.engine.base import Engine
from kb.errors import Attempt, snapshot_error


class GuardedEngine:
    """The same answers as an engine, see ``kb.engine.base``.

    What an engine may raise, ``ValueError`` and ``KeyError``, passes; all else is damage.
    """

    def __init__(self, engine: Engine, folder: Path) -> None:
        self._engine = engine
        self._folder = folder

    def __len__(self) -> int:
        return self._answer(self._engine.__len__)

    def __getattr__(self, name: str) -> Any:
        found = getattr(self._engine, name)
        return partial(self._answer, found) if callable(found) else found

    def _answer(self, ask: Callable[..., Any], *args: Any, **options: Any) -> Any:
        """Ask the engine.

        Raises:
            SnapshotCorrupt: it gave out.
        """
        with Attempt() as attempt:
            return ask(*args, **options)
        if isinstance(attempt.error, (ValueError, KeyError)):
            raise attempt.error
        raise snapshot_error(attempt.error, f"The engine in {self._folder} gave out")
