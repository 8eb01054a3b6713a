"""In which direction a text is written."""

from __future__ import annotations

import unicodedata

_LEFT, _RIGHT = ("L",), ("R", "AL")


def is_right_to_left(text: str) -> bool:
    """Whether a text is written from right to left: its first letter that has a direction is."""
    for sign in text:
        direction = unicodedata.bidirectional(sign)
        if direction in (*_LEFT, *_RIGHT):
            return direction in _RIGHT
    return False
