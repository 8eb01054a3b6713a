"""What the figure of a result is a figure of, so that only like is set beside like.

A unit says what a number is relative to: 20 percent is a change, 20 percent of
firms a share, 50 percent of the usual a level. A library of physical units would
take all three for bare numbers and let them be compared, so the rules stand here:
figures compare in one unit and one direction, and two conversions exist, both
arithmetic that a reader can follow and marked as ours (``converted``). What a unit
measures and which way a direction goes, the vocabulary says:

- a level of 50-60% of the usual is a change of 40-50% down;
- an amount with the amount before it is a change in percent: from 1 to 3 million
  is 200% up. As an amount it is the level reached, 3 million, and no rise by 3.
  A rank, a ratio, a rating or a share is no amount: from fourth to second place is
  not 50% down.

These conversions serve a question for a least figure in percent, and a note beside the
reported figure. Nothing computed shares an axis with what was reported
(``kb.results.together``).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

from kb.model.cases import Result
from kb.model.taxonomy import AMOUNT, CHANGE, MONEY, USUAL, Taxonomy

#: What a unit measures where twice the number is twice as much, and the change in percent says
#: something.
_AMOUNTS = frozenset({AMOUNT, MONEY})

#: Which way a least figure is asked for: up or reached as a state, or down.
UP, DOWN = "up", "down"
DIRECTIONS: tuple[str, ...] = (UP, DOWN)

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


def as_reported(result: Result) -> Quantity | None:
    """The figure of a result as its source gives it; None where it is in words."""
    if result.low is None or result.high is None or result.unit is None:
        return None
    return Quantity(
        unit=result.unit,
        direction=result.direction,
        low=result.low,
        high=result.high,
        qualifier=result.qualifier or "",
    )


def quantity(result: Result, taxonomy: Taxonomy) -> Quantity | None:
    """The figure of a result in the unit that it is compared in; None where it is in words."""
    reported = as_reported(result)
    if reported is None:
        return None
    if is_of_usual(reported.unit, taxonomy):
        low, high = reported.low - 100, reported.high - 100
        return _change(result, low, high, reported.qualifier, taxonomy)
    return reported if result.before is None else replace(reported, direction=taxonomy.direction(0))


def is_of_usual(unit: str | None, taxonomy: Taxonomy) -> bool:
    """Whether figures in a unit are levels in percent of the usual, counted as changes."""
    term = taxonomy["units"].get(unit) if unit else None
    return term is not None and term.measures == USUAL


def change(result: Result, taxonomy: Taxonomy) -> Quantity | None:
    """The change in percent from the figure before; None without one, or from nothing.

    It is None too where the figure is no amount, and where no unit of the vocabulary
    measures a change.

    A figure before that is only bounded ("under 1 million") bounds the change too
    ("more than 200%"), which outweighs an "about" of the figure itself.
    """
    if result.low is None or result.high is None or not result.before or result.before < 0:
        return None
    if taxonomy.unit(result.unit or "").measures not in _AMOUNTS or not taxonomy.unit_of(CHANGE):
        return None
    low, high = (100 * (value / result.before - 1) for value in (result.low, result.high))
    bound = _OPPOSITE.get(result.before_qualifier or "", result.before_qualifier or "")
    return _change(result, low, high, bound or result.qualifier or "", taxonomy)


def _change(
    result: Result, low: float, high: float, qualifier: str, taxonomy: Taxonomy
) -> Quantity:
    """A change from ``low`` to ``high`` percent, signed; its direction is read off the sign."""
    ends = sorted(round(abs(value), _DECIMALS) for value in (low, high))
    sign = -1 if high < 0 else 1 if low > 0 else 0
    return Quantity(
        unit=taxonomy.unit_of(CHANGE),
        direction=(taxonomy.direction(sign) if sign else "") or result.direction,
        low=ends[0],
        high=ends[1],
        qualifier=qualifier,
        converted=True,
    )


def quantities(result: Result, taxonomy: Taxonomy) -> tuple[Quantity, ...]:
    """Every way in which a result may be compared: its figure, then the change it stands for."""
    both = (quantity(result, taxonomy), change(result, taxonomy))
    return tuple(figure for figure in both if figure is not None)


def in_each_unit(result: Result, taxonomy: Taxonomy) -> Mapping[str, Quantity]:
    """The figure of a result in every unit in which it has one; nothing where it is in words.

    A unit in which a figure is given but not compared (percent of the usual) gives it as
    reported.
    """
    found = {figure.unit: figure for figure in reversed(quantities(result, taxonomy))}
    if is_of_usual(result.unit, taxonomy) and result.unit and result.low is not None:
        found[result.unit] = Quantity(
            unit=result.unit,
            direction=result.direction,
            low=result.low,
            high=result.high if result.high is not None else result.low,
            qualifier=result.qualifier or "",
        )
    return found
