"""Whether what is served can be asked, found out beside whoever wants to know.

A database may be away, or hang, while the snapshot that goes with it is open and sound. Who asks
whether it is there learns what was found a moment ago, and never waits long.
"""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Generic, TypeVar

from kb.errors import Attempt

_log = logging.getLogger(__name__)

Opened = TypeVar("Opened")

#: Seconds for which what was found holds: however many ask, no more goes to a database.
HOLDS_FOR = 2.0
#: Seconds that who asks waits at most for what is being found out: where all was well, and where
#: it was away.
WAIT_MOST, WAIT_FOR_RETURN = 1.0, 0.2
#: Seconds without a word after which a database counts as one that does not answer.
SILENT_FOR = 5.0

#: What is told to everybody; where the database is, and what it said, stands in the log.
AWAY = (
    "The database that KB_ENGINE names does not answer as it should; the log says why. "
    "Until it does, nothing is found by its words."
)


@dataclass(frozen=True, slots=True)
class _Asking:
    """That something is being found out, since when (seconds, monotonic), and that it is done."""

    began: float
    done: threading.Event = field(default_factory=threading.Event)


class Reach(Generic[Opened]):
    """Asks what is served the smallest question, in a thread of its own. Safe between threads."""

    def __init__(self, ask: Callable[[Opened], object]) -> None:
        """Nothing is asked yet.

        Args:
            ask: raises where what was opened cannot be asked; may take long.
        """
        self._ask = ask
        self._lock = threading.Lock()
        self._asking: _Asking | None = None
        self._known_at = float("-inf")
        self._said = ""

    def trouble(self, opened: Opened) -> str | None:
        """``AWAY`` where it does not answer; None where it does, or was not silent for long."""
        asking = self._begun(opened)
        if asking is not None:
            most = WAIT_FOR_RETURN if self._said else WAIT_MOST
            asking.done.wait(min(most, max(0.0, asking.began + SILENT_FOR - time.monotonic())))
            if not asking.done.is_set() and time.monotonic() >= asking.began + SILENT_FOR:
                self._tell(f"no answer for {SILENT_FOR:g} seconds")
        return AWAY if self._said else None

    def _begun(self, opened: Opened) -> _Asking | None:
        """What is being found out, from now on where that is due; None where it is known."""
        with self._lock:
            now = time.monotonic()
            if self._asking is None and now >= self._known_at + HOLDS_FOR:
                asking = _Asking(now)
                thread = threading.Thread(
                    target=self._find_out, args=(opened, asking), name="reach", daemon=True
                )
                try:
                    thread.start()
                except RuntimeError:  # no more threads can be started: who asks later tries again
                    return None
                self._asking = asking
            return self._asking

    def _find_out(self, opened: Opened, asking: _Asking) -> None:
        with Attempt() as attempt:
            self._ask(opened)
        self._tell(str(attempt.error) if attempt.error is not None else "")
        with self._lock:
            self._asking, self._known_at = None, time.monotonic()
        asking.done.set()

    def _tell(self, said: str) -> None:
        """Keep what is wrong, nothing where all is well; the log tells where that changes."""
        if bool(said) != bool(self._said):
            if said:
                _log.error("the database of what is served does not answer: %s", said)
            else:
                _log.info("the database of what is served answers again")
        self._said = said
