"""Benefits and costs of a project: exact sums, and what each one means in a sentence.

Amounts are exact: units of money to two places, taken as whole hundredths and never as
floating point. Nothing is discounted: money later counts as much as money now.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property

#: The largest amount in whole units, and the longest period in years.
MOST_MONEY, MOST_YEARS = 999_999_999_999, 50
#: Whose share it is where nobody is named.
NOBODY = "not said"

#: Thousands set apart in one way; hundredths after a full stop, or after a comma.
_GROUPED = re.compile(r"[0-9]{1,3}(?:([ ,’'\u00a0\u202f])[0-9]{3})(?:\1[0-9]{3})*(?:\.[0-9]{1,2})?")
_GROUPED_COMMA = re.compile(
    r"[0-9]{1,3}(?:([ .’'\u00a0\u202f])[0-9]{3})(?:\1[0-9]{3})*,[0-9]{1,2}"
    r"|[0-9]{1,3}(?:\.[0-9]{3}){2,}"
)
_PLAIN = re.compile(r"[0-9]{1,15}(?:\.[0-9]{1,2})?")
#: A full stop that might divide thousands or begin hundredths.
_EITHER = re.compile(r"[0-9]{1,3}\.[0-9]{3}")
_SEPARATORS = re.compile(r"[ ,’'\u00a0\u202f]")
_SEPARATORS_COMMA = re.compile(r"[ .’'\u00a0\u202f]")


class NoAmount(ValueError):
    """What was written is no amount; the message says what to write, and follows a name."""


def read_amount(text: str, most: int = MOST_MONEY) -> Fraction:
    """An amount of 0 or more: ``1200``, ``1,200``, ``1 200.50``, ``1.200,50``. Nothing is 0.

    A comma begins hundredths where a full stop or space sets thousands apart; nothing else can
    be meant there.

    Raises:
        NoAmount: it is none, or it could be two different ones.
    """
    if not text:
        return Fraction(0)
    if _EITHER.fullmatch(text):
        whole, _, rest = text.partition(".")
        raise NoAmount(
            f"could mean {whole}{rest} or {whole}.{rest.rstrip('0') or '0'}. "
            "Write it without the full stop, or with one or two places after it."
        )
    if text.startswith(("-", "−", "–")):
        raise NoAmount("must be 0 or more. Write a loss among the costs, a saving among the gains.")
    if _GROUPED_COMMA.fullmatch(text):
        amount = Fraction(_SEPARATORS_COMMA.sub("", text).replace(",", "."))
    elif _PLAIN.fullmatch(text) or _GROUPED.fullmatch(text):
        amount = Fraction(_SEPARATORS.sub("", text))
    else:
        raise NoAmount("is not a number. Enter one such as 1200, 1,200.50 or 1.200,50.")
    if amount > most:
        raise NoAmount(f"must be {most:,} or less.")
    return amount


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One benefit or cost: what it is, how much once and each year, and who has or bears it."""

    what: str
    once: Fraction
    yearly: Fraction
    who: str

    def over(self, years: Fraction) -> Fraction:
        """How much it is over a time."""
        return self.once + years * self.yearly


@dataclass(frozen=True, kw_only=True)
class CostSheet:
    """Benefits and costs over some years, in one unit of money."""

    unit: str
    years: Fraction
    benefits: tuple[Row, ...]
    costs: tuple[Row, ...]

    @cached_property
    def benefit(self) -> Fraction:
        """All benefits over the time."""
        return total(self.benefits, self.years)

    @cached_property
    def cost(self) -> Fraction:
        """All costs over the time."""
        return total(self.costs, self.years)

    @property
    def net(self) -> Fraction:
        """What is left, or missing: benefit less cost."""
        return self.benefit - self.cost

    @property
    def ratio(self) -> Fraction | None:
        """Benefit for each unit of cost; None where nothing is paid."""
        return self.benefit / self.cost if self.cost else None

    @property
    def at_start(self) -> Fraction:
        """What is still to be earned after the amounts that come once; below 0 it is in hand."""
        return once(self.costs) - once(self.benefits)

    @property
    def each_year(self) -> Fraction:
        """What a year leaves: yearly benefits less yearly costs."""
        return yearly(self.benefits) - yearly(self.costs)

    @property
    def payback(self) -> Fraction | None:
        """The years until the benefits have covered the costs; 0 from the start, None for never.

        Amounts that come once are taken at the start, yearly ones evenly through the year.
        """
        if self.at_start <= 0:
            return Fraction(0)
        return self.at_start / self.each_year if self.each_year > 0 else None

    @property
    def runs_out(self) -> Fraction | None:
        """The years after which a gain at the start is used up; None where it never is."""
        if self.at_start <= 0 and self.each_year < 0:
            return self.at_start / self.each_year
        return None

    @property
    def bearers(self) -> tuple[tuple[str, Fraction, Fraction], ...]:
        """Who has which benefit and bears which cost, in the order in which they are named.

        Names that differ in case alone are one.
        """
        shares: dict[str, list[Fraction]] = {}
        spelled: dict[str, str] = {}
        for side, rows in enumerate((self.benefits, self.costs)):
            for row in rows:
                key = (row.who or NOBODY).casefold()
                spelled.setdefault(key, row.who or NOBODY)
                shares.setdefault(key, [Fraction(0), Fraction(0)])[side] += row.over(self.years)
        return tuple((spelled[key], *shares[key]) for key in shares)


def once(rows: Iterable[Row]) -> Fraction:
    """What comes once."""
    return sum((row.once for row in rows), Fraction(0))


def yearly(rows: Iterable[Row]) -> Fraction:
    """What comes each year."""
    return sum((row.yearly for row in rows), Fraction(0))


def total(rows: Iterable[Row], years: Fraction) -> Fraction:
    """What rows amount to over a time."""
    return sum((row.over(years) for row in rows), Fraction(0))


def money(amount: Fraction) -> str:
    """An exact amount, which may be below 0: ``1,200``, ``−12.50``."""
    return rounded(amount, 2)


def rounded(number: Fraction, places: int) -> str:
    """A number with at most so many places, halves away from 0; without needless noughts."""
    scaled = abs(number) * 10**places
    whole = (2 * scaled.numerator + scaled.denominator) // (2 * scaled.denominator)
    units, rest = divmod(whole, 10**places)
    tail = f"{rest:0{places}d}".rstrip("0") if places else ""
    tail = f"{tail:0<2}" if tail and places == 2 else tail
    sign = "−" if number < 0 and whole else ""
    return f"{sign}{units:,}" + (f".{tail}" if tail else "")


def is_exact(number: Fraction, places: int) -> bool:
    """Whether nothing is lost when the number is written with so many places."""
    return (number * 10**places).denominator == 1
