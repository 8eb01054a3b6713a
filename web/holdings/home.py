"""The front page: one mark for each case."""

from __future__ import annotations

from dataclasses import dataclass

#: The chart shows as many countries, those with most cases.
IN_CHART = 12
#: The chart draws one mark for each case, five to a row.
MARKS_IN_ROW = 5
MARK_PITCH = 16
MARK_SIZE = 12


@dataclass(frozen=True, slots=True, kw_only=True)
class Marks:
    """Marks in rows: their places in pixels from the top left, and what holds them all."""

    places: tuple[tuple[int, int], ...]
    width: int
    height: int


def marks(count: int) -> Marks:
    """A mark for each of so many cases."""
    across, down = min(count, MARKS_IN_ROW), -(-count // MARKS_IN_ROW)
    gap = MARK_PITCH - MARK_SIZE
    return Marks(
        places=tuple(
            (number % MARKS_IN_ROW * MARK_PITCH, number // MARKS_IN_ROW * MARK_PITCH)
            for number in range(count)
        ),
        width=max(across * MARK_PITCH - gap, 0),
        height=max(down * MARK_PITCH - gap, 0),
    )
