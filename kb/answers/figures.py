"""A result as the figure that stands large, and who took part and when, as texts.

``figure(result, taxonomy)`` turns the numbers of a ``Result`` into a short text
("+30%", "50–60% of the usual", "A$7 million") and the parts that a template
sets in different sizes. Nothing is rounded: every digit of the source stays. How a unit
is written, and which way a direction goes, the vocabulary says.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from decimal import Decimal

from kb.model.cases import Members, Period, Result
from kb.model.english import capital, number_word
from kb.model.quantities import Quantity, change, is_of_usual, quantity
from kb.model.taxonomy import CHANGE, MONEY, PLACE, PROPORTION, RATE, Taxonomy, Term
from kb.model.units import writing

MINUS = "\N{MINUS SIGN}"
DASH = "\N{EN DASH}"
ARROW = "\N{RIGHTWARDS ARROW}"

#: Said of a result that joins two passages, wherever it is shown.
MERGED = "two passages of the source, taken to be one account"
#: Said of a result that another source tells otherwise, wherever it is shown.
CONTRADICTED = "another source says otherwise"

_SCALES = ((10**9, "billion"), (10**6, "million"))
_ENDINGS = {1: "st", 2: "nd", 3: "rd"}
#: Which way a direction goes, as the sign of a change and as the name of its mark.
_SIGNS: Mapping[int, str] = {1: "+", -1: MINUS, 0: ""}
MARKS: Mapping[int, str] = {1: "up", -1: "down", 0: "level"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Figure:
    """A figure in parts: ``before`` → ``lead`` ``number`` ``unit``.

    ``number`` is what stands large. ``is_word`` says that the result has no
    figure: ``number`` is then the label of its metric and ``mark`` (``up``,
    ``down`` or ``level``) the direction in which it moved. ``note`` is what must be said
    beside it; ``text`` is the whole in one line, without the note.
    """

    number: str
    unit: str = ""
    lead: str = ""
    before: str = ""
    mark: str = ""
    is_word: bool = False
    note: str = ""

    @property
    def text(self) -> str:
        """The figure in one line, without the mark."""
        now = " ".join(part for part in (self.lead, self.number, self.unit) if part)
        return f"{self.before} {ARROW} {now}" if self.before else now


def said_beside(result: Result) -> Iterator[str]:
    """What must be said of a result wherever it is shown."""
    if result.merged:
        yield MERGED
    if result.contradicted:
        yield CONTRADICTED


def figure(result: Result, taxonomy: Taxonomy) -> Figure:
    """The figure of a result; its metric's label in words if the source gives no number."""
    sign = taxonomy.sign(result.direction)
    note = "; ".join(said_beside(result))
    if result.low is None or result.high is None:
        label = taxonomy["metrics"].label(result.metric)
        return Figure(number=label, mark=MARKS[sign], is_word=True, note=note)
    term = taxonomy.unit(result.unit or "")
    number, unit = _amount(result.low, result.high, term, sign)
    if result.of is not None:
        unit = f"of {result.of:,} {unit.removeprefix('of ')}"
    before = ""
    if result.before is not None:
        was, was_unit = _amount(result.before, result.before, term, 0)
        before = _join(result.before_qualifier, was, was_unit.removesuffix("a year").strip())
        number, unit = _amount(result.low, result.high, term, 0)
    return Figure(
        number=number,
        unit=unit,
        lead=result.qualifier or "",
        before=before,
        mark=MARKS[sign],
        note=note,
    )


def converted_text(result: Result, taxonomy: Taxonomy) -> str:
    """An amount in another currency, marked as ours; empty where none is known.

    ``about €44 million at the rate of 2018 (European Central Bank; our conversion)``, to two
    digits, as the mean rate of a year says no more.
    """
    made = result.converted
    if made is None:
        return ""
    units = (one for one in taxonomy["units"] if one.currency == made.currency)
    unit = min(units, key=lambda one: len(one.id), default=Term(id="", label=made.currency))
    number, words = _amount(_two_digits(made.low), _two_digits(made.high), unit, 0)
    span = writing(taxonomy.unit(result.unit or "")).words  # such as "a year"
    amount = _join(number, words, span)
    return f"about {amount} at the rate of {made.year} ({made.by})"


def compared_figure(result: Result, shown: Quantity, taxonomy: Taxonomy) -> Figure:
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
    return figure(like, taxonomy)


def changed_figure(result: Result, taxonomy: Taxonomy) -> Figure | None:
    """The change in percent that a figure stands for, by our arithmetic; None where it is none.

    It has one decimal at most.
    """
    if is_of_usual(result.unit, taxonomy):
        found = quantity(result, taxonomy)
    else:
        found = change(result, taxonomy)
    return None if found is None else compared_figure(result, found, taxonomy)


def headline(
    results: Iterable[Result], weight: Callable[[Result], tuple[int, float]]
) -> Result | None:
    """The result with a figure that weighs most, the earliest of equals; None without figures."""
    with_figure = [result for result in results if result.low is not None]
    return max(with_figure, key=weight, default=None)


def plainness(result: Result, taxonomy: Taxonomy) -> tuple[int, float]:
    """How well a figure speaks alone: a change in percent does, an amount needs its case."""
    plain = taxonomy.unit(result.unit or "").plain
    return (plain, result.low or 0.0) if plain else (0, 0.0)


def members_text(members: Members | None, taxonomy: Taxonomy) -> str:
    """Who took part: ``3 small graphic arts companies``; empty if not told."""
    if members is None:
        return ""
    count = f"{members.count:,}" if members.count is not None else ""
    networks = (
        f"in {members.networks:,} {taxonomy.subject.many}" if members.networks is not None else ""
    )
    who = members.who or ""
    if count and _begins_with_number(who):  # 15: 11 makers of food and four in lodging
        count += ":"
    parts = (members.qualifier if count else "", count, who, networks)
    text = " ".join(part for part in parts if part)
    return capital(text)


def _begins_with_number(words: str) -> bool:
    """Whether words begin with a number, in digits or up to ten in letters."""
    first = words.partition(" ")[0].casefold()
    return first[:1].isdecimal() or first in map(number_word, range(1, 11))


def period_text(period: Period | None) -> str:
    """Years: ``1989–1992``, ``from about 1989``, ``until 1994``; empty if not told."""
    if period is None:
        return ""
    about = "about " if period.about else ""
    if period.start is not None and period.end is not None:
        years = (period.start, period.end)
        text = str(period.start) if period.start == period.end else f"{years[0]}{DASH}{years[1]}"
        return capital(f"{about}{text}")
    if period.start is not None:
        return f"From {about}{period.start}"
    return f"Until {about}{period.end}"


def _amount(low: float, high: float, unit: Term, sign: int) -> tuple[str, str]:
    """The figure and the words after it, ``("+30%", "")`` or ``("12", "jobs")``."""
    how, ends = writing(unit), tuple(dict.fromkeys((low, high)))
    words = how.one if low == high == 1 else how.words
    if unit.measures == PLACE:
        return DASH.join(map(_ordinal, ends)), words
    if unit.measures == PROPORTION:
        return " to ".join(f"{how.before}{_digits(end)}{how.after}" for end in ends), words
    scale, name = 1, ""
    if unit.measures == MONEY:
        scale, name = next((one for one in _SCALES if low >= one[0]), (1, ""))
    lead = _SIGNS[sign] if unit.measures in (CHANGE, RATE) else ""
    span = _span(_divided(low, scale), _divided(high, scale)) if name else _span(low, high)
    return f"{lead}{how.before}{span}{how.after}", _join(name, words)


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


def _two_digits(value: float) -> float:
    return float(f"{value:.2g}")


def _ordinal(value: float) -> str:
    number = int(value)
    teens = 10 <= number % 100 <= 20
    return f"{number}{'th' if teens else _ENDINGS.get(number % 10, 'th')}"


def _join(*parts: str | None) -> str:
    return " ".join(part for part in parts if part)
