"""Vectors that are given to a library which wants a function that makes them."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

#: Text to its vector.
GIVEN: dict[str, np.ndarray] = {}


def vectors_of(texts: Sequence[str]) -> np.ndarray:
    """The vectors that were put here for some texts."""
    return np.stack([GIVEN[text] for text in texts])
