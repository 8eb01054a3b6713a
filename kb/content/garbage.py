"""How often Python looks for cycles of garbage where content is read."""

from __future__ import annotations

import gc


def seldom_look_for_garbage() -> None:
    """Let Python look seldom: what is read is kept, and so is what is imported to read it."""
    gc.set_threshold(50_000, 20, 100)
