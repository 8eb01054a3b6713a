"""What the figure of a result is a figure of, so that only like is set beside like.

A unit says what a number is relative to: 20 percent is a change, 20 percent of
firms a share, 50 percent of the usual a level. A library of physical units would
take all three for bare numbers and let them be compared, so the rules stand here:
figures compare in one unit and one direction, and two conversions exist, both
arithmetic that a reader can follow and marked as ours (``converted``):

- a level of 50-60% of the usual is a change of 40-50% down;
- a figure with the figure before it is a change in percent: from 1 to 3 million
  is 200% up. As an amount it is the level reached, 3 million, and no rise by 3.
"""

from __future__ import annotations

from dataclasses import dataclass

from kb.model.cases import Result

CHANGE = "percent"
OF_USUAL = "percent-of-usual"

#: A change is rounded to these, so that 1.3 after 1 is 30% and not 30.000000000000004%.
_DECIMALS = 6

#: Qualifier of the figure before, and what it makes of a rise from there.
_OPPOSITE = {
    "under": "more than",
    "at most": "at least",
    "more than": "under",
    "at least": "at most",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Quantity:
    """A figure that may stand beside others of the same ``unit`` and ``direction``.

    ``low`` and ``high`` are equal for a single value. ``qualifier`` is the source's
    (or what the conversion makes of it); ``converted`` says that the arithmetic is
    ours.
    """

    unit: str
    direction: str
    low: float
    high: float
    qualifier: str = ""
    converted: bool = False

    @property
    def middle(self) -> float:
        """The figure, or the middle of its range."""
        return (self.low + self.high) / 2


def quantity(result: Result) -> Quantity | None:
    """The figure of a result in the unit that it is compared in; None where it is in words."""
    if result.low is None or result.high is None or result.unit is None:
        return None
    if result.unit == OF_USUAL:
        return _change(result, result.low - 100, result.high - 100, result.qualifier or "")
    return Quantity(
        unit=result.unit,
        direction=result.direction if result.before is None else "level",
        low=result.low,
        high=result.high,
        qualifier=result.qualifier or "",
    )


def change(result: Result) -> Quantity | None:
    """The change in percent from the figure before; None without one, or from nothing.

    A figure before that is only bounded ("under 1 million") bounds the change too
    ("more than 200%"), which outweighs an "about" of the figure itself.
    """
    if result.low is None or result.high is None or not result.before or result.before < 0:
        return None
    low, high = (100 * (value / result.before - 1) for value in (result.low, result.high))
    bound = _OPPOSITE.get(result.before_qualifier or "", result.before_qualifier or "")
    return _change(result, low, high, bound or result.qualifier or "")


def _change(result: Result, low: float, high: float, qualifier: str) -> Quantity:
    """A change from ``low`` to ``high`` percent, signed; its direction is read off the sign."""
    ends = sorted(round(abs(value), _DECIMALS) for value in (low, high))
    direction = "down" if high < 0 else "up" if low > 0 else result.direction
    return Quantity(
        unit=CHANGE,
        direction=direction,
        low=ends[0],
        high=ends[1],
        qualifier=qualifier,
        converted=True,
    )


def quantities(result: Result) -> tuple[Quantity, ...]:
    """Every way in which a result may be compared: its figure, then the change it stands for."""
    return tuple(found for found in (quantity(result), change(result)) if found is not None)


def in_unit(result: Result, unit: str | None) -> Quantity | None:
    """The figure of a result in one unit, None if it has none in it.

    ``None`` for the unit gives the figure as it is compared. A unit in which a
    figure is given but not compared (``percent-of-usual``) gives it as reported.
    """
    if unit is None:
        return quantity(result)
    if unit == OF_USUAL and result.unit == unit and result.low is not None:
        return Quantity(
            unit=unit,
            direction=result.direction,
            low=result.low,
            high=result.high if result.high is not None else result.low,
            qualifier=result.qualifier or "",
        )
    return next((found for found in quantities(result) if found.unit == unit), None)
