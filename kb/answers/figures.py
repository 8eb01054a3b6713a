"""A result as the figure that stands large, and who took part and when, as texts.

``figure(result, label)`` turns the numbers of a ``Result`` into a short text
("+30%", "50–60% of the usual", "A$7 million") and the parts that a template
sets in different sizes. Nothing is rounded: every digit of the source stays.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from decimal import Decimal

from kb.model.cases import Members, Period, Result
from kb.model.quantities import Quantity

MINUS = "\N{MINUS SIGN}"
DASH = "\N{EN DASH}"
TIMES = "\N{MULTIPLICATION SIGN}"
ARROW = "\N{RIGHTWARDS ARROW}"

_CURRENCY_SIGNS = {"AUD": "A$", "CAD": "C$", "NZD": "NZ$", "USD": "US$", "EUR": "€", "GBP": "£"}
_SCALES = ((10**9, "billion"), (10**6, "million"))
_A_YEAR = "-a-year"
_ENDINGS = {1: "st", 2: "nd", 3: "rd"}
_UP_DOWN = {"up": "+", "down": MINUS}


@dataclass(frozen=True, slots=True, kw_only=True)
class Figure:
    """A figure in parts: ``before`` → ``lead`` ``number`` ``unit``.

    ``number`` is what stands large. ``is_word`` says that the result has no
    figure: ``number`` is then the label of its metric and ``mark`` (``up``,
    ``down`` or ``level``) the direction in which it moved. ``text`` is the whole
    in one line.
    """

    number: str
    unit: str = ""
    lead: str = ""
    before: str = ""
    mark: str = ""
    is_word: bool = False

    @property
    def text(self) -> str:
        """The figure in one line, without the mark."""
        now = " ".join(part for part in (self.lead, self.number, self.unit) if part)
        return f"{self.before} {ARROW} {now}" if self.before else now


def figure(result: Result, metric_label: str) -> Figure:
    """The figure of a result; its metric's label in words if the source gives no number."""
    if result.low is None or result.high is None:
        return Figure(number=metric_label, mark=result.direction, is_word=True)
    number, unit = _amount(result.low, result.high, result.unit or "", result.direction)
    if result.of is not None:
        unit = f"of {result.of:,} firms"
    before = ""
    if result.before is not None:
        was, was_unit = _amount(result.before, result.before, result.unit or "", "level")
        before = _join(result.before_qualifier, was, was_unit.removesuffix("a year").strip())
        number, unit = _amount(result.low, result.high, result.unit or "", "level")
    return Figure(
        number=number,
        unit=unit,
        lead=result.qualifier or "",
        before=before,
        mark=result.direction,
    )


def compared_figure(result: Result, shown: Quantity) -> Figure:
    """A quantity in the words of the figures; what is computed has at most one decimal."""
    low, high = (round(v, 1) if shown.converted else v for v in (shown.low, shown.high))
    like = replace(
        result,
        low=low,
        high=high,
        unit=shown.unit,
        direction=shown.direction,
        qualifier=shown.qualifier or None,
        before=None,
        before_qualifier=None,
        of=None,
    )
    return figure(like, "")


def headline(
    results: Iterable[Result], weight: Callable[[Result], tuple[int, float]]
) -> Result | None:
    """The result with a figure that weighs most, the earliest of equals; None without figures."""
    with_figure = [result for result in results if result.low is not None]
    return max(with_figure, key=weight, default=None)


def members_text(members: Members | None) -> str:
    """Who took part: ``3 small graphic arts companies``; empty if not told."""
    if members is None:
        return ""
    count = f"{members.count:,}" if members.count is not None else ""
    networks = f"in {members.networks:,} networks" if members.networks is not None else ""
    parts = (members.qualifier if count else "", count, members.who, networks)
    text = " ".join(part for part in parts if part)
    return text[:1].upper() + text[1:]


def period_text(period: Period | None) -> str:
    """Years: ``1989–1992``, ``from about 1989``, ``until 1994``; empty if not told."""
    if period is None:
        return ""
    about = "about " if period.about else ""
    if period.start is not None and period.end is not None:
        years = (period.start, period.end)
        text = str(period.start) if period.start == period.end else f"{years[0]}{DASH}{years[1]}"
        return f"{about}{text}".capitalize()
    if period.start is not None:
        return f"From {about}{period.start}"
    return f"Until {about}{period.end}"


def _amount(low: float, high: float, unit: str, direction: str) -> tuple[str, str]:
    """The figure and the words after it, ``("+30%", "")`` or ``("12", "jobs")``."""
    if unit.removesuffix(_A_YEAR) in _CURRENCY_SIGNS:
        return _money(low, high, unit)
    if unit in _READERS:
        return _READERS[unit](low, high, direction)
    return _span(low, high), _plural(unit, low, high)


def _money(low: float, high: float, unit: str) -> tuple[str, str]:
    sign = _CURRENCY_SIGNS[unit.removesuffix(_A_YEAR)]
    words = "a year" if unit.endswith(_A_YEAR) else ""
    for scale, name in _SCALES:
        if low >= scale:
            short = _span(_divided(low, scale), _divided(high, scale))
            return f"{sign}{short}", f"{name} {words}".strip()
    return f"{sign}{_span(low, high)}", words


def _percent(low: float, high: float, direction: str) -> tuple[str, str]:
    return f"{_UP_DOWN.get(direction, '')}{_span(low, high)}%", ""


def _percent_a_year(low: float, high: float, direction: str) -> tuple[str, str]:
    return _percent(low, high, direction)[0], "a year"


def _ratio(low: float, high: float, direction: str) -> tuple[str, str]:
    if low == high:
        return f"1:{_digits(low)}", ""
    return f"1:{_digits(low)} to 1:{_digits(high)}", ""


def _rank(low: float, high: float, direction: str) -> tuple[str, str]:
    if low == high:
        return _ordinal(low), ""
    return f"{_ordinal(low)}{DASH}{_ordinal(high)}", ""


_READERS: dict[str, Callable[[float, float, str], tuple[str, str]]] = {
    "percent": _percent,
    "percent-a-year": _percent_a_year,
    "percent-of-usual": lambda low, high, _: (f"{_span(low, high)}%", "of the usual"),
    "percent-of-firms": lambda low, high, _: (f"{_span(low, high)}%", "of firms"),
    "times": lambda low, high, _: (f"{TIMES}{_span(low, high)}", ""),
    "ratio": _ratio,
    "rank": _rank,
    "score-of-5": lambda low, high, _: (_span(low, high), "of 5"),
}


def _plural(unit: str, low: float, high: float) -> str:
    words = unit.replace("-", " ")
    return words.removesuffix("s") if low == high == 1 else words


def _span(low: float, high: float) -> str:
    return _digits(low) if low == high else f"{_digits(low)}{DASH}{_digits(high)}"


def _digits(value: float) -> str:
    """Every digit, with commas: ``16000.0`` is 16,000 and ``4.22`` stays 4.22."""
    number = Decimal(repr(value)) if isinstance(value, float) else Decimal(value)
    if number == number.to_integral_value():
        return f"{int(number):,}"
    return f"{number:,f}".rstrip("0")


def _divided(value: float, scale: int) -> float:
    return float(Decimal(repr(float(value))) / scale)


def _ordinal(value: float) -> str:
    number = int(value)
    teens = 10 <= number % 100 <= 20
    return f"{number}{'th' if teens else _ENDINGS.get(number % 10, 'th')}"


def _join(*parts: str | None) -> str:
    return " ".join(part for part in parts if part)
