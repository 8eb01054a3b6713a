"""Waits for a thing, and never for a time."""

from __future__ import annotations

import time
from collections.abc import Callable

import pytest


def until(reached: Callable[[], bool], seconds: float = 60) -> None:
    """Look again and again until it is so; what is not so in the end fails the test."""
    deadline = time.monotonic() + seconds
    while not reached():
        if time.monotonic() > deadline:
            pytest.fail(f"not reached within {seconds} seconds")
        time.sleep(0.01)
