"""How often Python looks for cycles of garbage where content is read."""

from __future__ import annotations

import atexit
import gc


def seldom_look_for_garbage() -> None:
    """Let Python look seldom: what is read is kept, and so is what is imported to read it.

    When the program ends it need not look at all.
    """
    gc.set_threshold(50_000, 20, 100)
    atexit.unregister(gc.freeze)  # so that it is there once
    atexit.register(gc.freeze)
