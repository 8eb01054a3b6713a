"""Where the dots of a plot stand: every figure once, on one axis, none upon another.

Places from left to right are in percent of the plot's width, so that it fits any
window without being scaled; places from top to bottom are in pixels.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

#: Axes have about so many steps.
STEPS = 5
#: Two figures nearer than this, in percent of the width, stand in two lanes.
APART = 5.0
LANE = 18
#: Room above the lanes, for the word over the median.
HEAD = 22
AXIS = 26
_SCALES = ((10**9, "billion"), (10**6, "million"))


@dataclass(frozen=True, slots=True, kw_only=True)
class Mark:
    """A figure to draw: a dot, or two with a line between them for a range.

    ``bound`` is ``more`` or ``less`` for a figure that is only bounded on that side.
    """

    low: float
    high: float
    label: str
    url: str
    hollow: bool = False
    bound: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Dot:
    """A mark in its place: ``x`` to ``x2`` in percent (equal for one value), ``y`` in pixels."""

    mark: Mark
    x: float
    x2: float
    y: int

    @property
    def is_range(self) -> bool:
        """Whether it has two ends."""
        return self.x != self.x2


@dataclass(frozen=True, slots=True, kw_only=True)
class Tick:
    """A place on the axis with its words."""

    x: float
    words: str


@dataclass(frozen=True, slots=True, kw_only=True)
class DotPlot:
    """A plot. ``head``, ``axis`` and ``height`` are in pixels from the top.

    ``scale`` is ``million`` or ``billion`` where the words of the axis count in them.
    """

    dots: tuple[Dot, ...]
    ticks: tuple[Tick, ...]
    median: Tick | None
    axis: int
    height: int
    head: int
    scale: str


def dot_plot(marks: Sequence[Mark], *, median: float | None = None) -> DotPlot:
    """Place the marks, lowest first, each in the first lane with room for it.

    The axis begins at nought, or at the lowest figure below it, and ends at a round
    number.

    Raises:
        ValueError: there is no mark.
    """
    stops = axis_stops(min(mark.low for mark in marks), max(mark.high for mark in marks))
    first, last = stops[0], stops[-1]

    def place(value: float) -> float:
        return round(100 * (value - first) / (last - first), 2)

    head = HEAD if median is not None else 0
    spans = [(place(mark.low), place(mark.high)) for mark in marks]
    lanes = _lanes(spans)
    axis = head + (max(lanes) + 1) * LANE + 2
    dots = tuple(
        Dot(mark=mark, x=low, x2=high, y=axis - 2 - LANE // 2 - lane * LANE)
        for mark, (low, high), lane in zip(marks, spans, lanes, strict=True)
    )
    divisor, scale = _scale(last)
    return DotPlot(
        dots=dots,
        ticks=tuple(Tick(x=place(at), words=f"{at / divisor:,.10g}") for at in stops),
        median=Tick(x=place(median), words="median") if median is not None else None,
        axis=axis,
        height=axis + AXIS,
        head=head,
        scale=scale,
    )


def axis_stops(low: float, high: float) -> tuple[float, ...]:
    """Round numbers in equal steps (1, 2 or 5 times a power of ten) from nought to beyond ``high``.

    Figures below nought begin the axis before the lowest.
    """
    start, end = min(0.0, low), max(0.0, high)
    raw = (end - start or 1.0) / STEPS
    power = 10.0 ** math.floor(math.log10(raw))
    step = next(one * power for one in (1, 2, 5, 10) if one * power >= raw * (1 - 1e-9))
    first = math.floor(round(start / step, 9))
    last = max(math.ceil(round(end / step, 9)), first + 1)
    return tuple(round(number * step, 9) for number in range(first, last + 1))


def _lanes(spans: Iterable[tuple[float, float]]) -> list[int]:
    """For each span the first lane in which it stands apart from those before it."""
    taken: list[list[tuple[float, float]]] = []
    found = []
    for low, high in spans:
        lane = next((at for at, lane in enumerate(taken) if _fits(low, high, lane)), len(taken))
        if lane == len(taken):
            taken.append([])
        taken[lane].append((low, high))
        found.append(lane)
    return found


def _fits(low: float, high: float, lane: Iterable[tuple[float, float]]) -> bool:
    return all(low >= end + APART or high + APART <= begin for begin, end in lane)


def _scale(last: float) -> tuple[float, str]:
    return next(((scale, name) for scale, name in _SCALES if last >= scale), (1, ""))
