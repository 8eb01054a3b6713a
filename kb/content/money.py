"""Amounts of money in euros, by the European Central Bank's rates. Owns currency_converter.

The package ships the bank's daily rates since 1999; a rate here is the mean of a year. It is
asked while content is read, and a snapshot carries what was converted.
"""

from __future__ import annotations

from contextlib import suppress
from datetime import date, timedelta
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

from kb.model.cases import Converted, Result
from kb.model.taxonomy import MONEY, Taxonomy

if TYPE_CHECKING:
    from currency_converter import CurrencyConverter

#: What amounts are converted into.
CURRENCY = "EUR"
#: Rates of the last days of December close a year, whatever day is a holiday.
_LAST_WEEK = 25

_CENTS = 2
_RATE_DECIMALS = 4


@cache
def _published() -> tuple[list[str], list[list[str]]]:
    """The currencies of the bank's table, and its rows: a day, and a rate of each."""
    from currency_converter import currency_converter  # slow import: only where money is read

    packed = Path(currency_converter.CURRENCY_FILE).read_bytes()
    lines = [line.strip().split(",") for line in currency_converter.get_lines_from_zip(packed)]
    return [name.strip() for name in lines[0]], lines[1:]


@cache
def _rates(currency: str) -> CurrencyConverter | None:
    """What knows the rates of one currency; None where the bank gives none.

    The library takes half a second to read all of them, and a tenth of that for one.
    """
    from currency_converter import CurrencyConverter

    names, rows = _published()
    if currency not in names[1:]:
        return None
    at = names.index(currency)
    converter = CurrencyConverter(currency_file=None)
    converter.load_lines([f"Date,{currency}", *(f"{row[0]},{row[at]}" for row in rows)])
    return converter


@cache
def yearly_rate(currency: str, year: int) -> float | None:
    """How much of a currency one euro was worth, as the mean of the days of a year.

    Args:
        currency: its ISO 4217 code.
        year: the year.

    Returns:
        The mean of the days for which there is a rate, to four decimals; None where the
        bank gives none for the currency, or none to the end of the year.
    """
    from currency_converter import RateNotFoundError

    rates_of = _rates(currency)
    bounds = rates_of and rates_of.bounds.get(currency)
    if not rates_of or not bounds or bounds.last_date < date(year, 12, _LAST_WEEK):
        return None
    day, rates = date(year, 1, 1), []
    while day.year == year:
        with suppress(RateNotFoundError):  # a weekend, a holiday, or a day before the first
            rates.append(rates_of.convert(1, CURRENCY, currency, date=day))
        day += timedelta(days=1)
    began = bounds.first_date <= date(year, 1, 7)
    return round(sum(rates) / len(rates), _RATE_DECIMALS) if rates and began else None


def converted(result: Result, taxonomy: Taxonomy) -> Converted | None:
    """An amount of money in euros, where its year and a rate are known.

    None for an amount that is in euros already, for one without a year, and for what is no
    amount of money.
    """
    if result.low is None or result.high is None or result.year is None:
        return None
    unit = taxonomy.unit(result.unit or "")
    if unit.measures != MONEY or unit.currency in ("", CURRENCY):
        return None
    rate = yearly_rate(unit.currency, result.year)
    if rate is None:
        return None
    low, high = (round(amount / rate, _CENTS) for amount in (result.low, result.high))
    return Converted(currency=CURRENCY, low=low, high=high, year=result.year, rate=rate)
