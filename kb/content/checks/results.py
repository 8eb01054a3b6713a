"""What a result says must hold together: its figures, its statement, its direction, its years."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from itertools import pairwise, product
from typing import Any

from kb.content.checks.wording import term_of
from kb.content.field_rules import currencies_in
from kb.content.schema import Complaint, Complaints, Given, as_text, items_of, listed
from kb.model.english import quoted
from kb.model.taxonomy import (
    AMOUNT,
    CHANGE,
    MONEY,
    MULTIPLE,
    PLACE,
    PROPORTION,
    RATE,
    RATING,
    SHARE,
    USUAL,
    Taxonomy,
    Term,
)
from kb.text import figures as told
from kb.text.figures import Figure, figures_in, years_in

#: The fields of a result that hold figures.
_FIGURES = ("value", "range", "before")
_IN_PERCENT = (CHANGE, RATE, USUAL, SHARE)
#: As what a figure of a unit may stand in a statement, by what the unit measures.
_READ_AS = {
    **dict.fromkeys(_IN_PERCENT, (told.PERCENT,)),
    MULTIPLE: (told.MULTIPLE,),
    PROPORTION: (told.PROPORTION, told.COUNT, told.MONEY),
    PLACE: (told.PLACE, told.COUNT),
    RATING: (told.COUNT,),
    MONEY: (told.MONEY, told.COUNT),
    AMOUNT: (told.COUNT,),
}
#: A figure that is computed from two that are told may differ by so much of its unit.
_ROUNDED = 0.51


def result_complaints(given: Given, body: str, taxonomy: Taxonomy) -> Complaints:
    """What does not hold together in each of a case's results."""
    for position, result in enumerate(items_of(given.get("results"))):
        if isinstance(result, dict):
            complaints = list(_of_one(result, taxonomy))
            if "of" in result and _is_share(result, taxonomy):
                complaints += _asked(result["of"], result, given, body)
            for one in complaints:
                yield one._replace(place=("results", position, *one.place))


def _of_one(result: Given, taxonomy: Taxonomy) -> Complaints:
    figures = list(_figures_of(result))
    if not figures and "year" not in result:
        return
    statement = _statement_of(result)
    if figures:
        unit = term_of(taxonomy, "units", result.get("unit"))
        sign = term_of(taxonomy, "directions", result.get("direction")).sign
        yield from _impossible(result, figures, unit, sign)
        yield from _changes(result, sign, unit)
        if statement:
            yield from _stated(statement, figures, unit, sign)
            yield from _currency(statement, unit, taxonomy)
    if "year" in result:
        yield from _years(result, statement)


def _statement_of(result: Given) -> str:
    """What is read of a statement; what is much longer than it may be is told elsewhere."""
    return (as_text(result.get("statement")) or "")[:_LONGEST]


_LONGEST = 400


def _is_share(result: Given, taxonomy: Taxonomy) -> bool:
    return term_of(taxonomy, "units", result.get("unit")).measures == SHARE


def _figures_of(result: Given) -> Iterator[tuple[tuple[str | int, ...], float]]:
    """Each figure of a result that is a number, with its place."""
    for name in _FIGURES:
        value = result.get(name)
        if _is_number(value):
            yield (name,), value
        elif name == "range" and isinstance(value, list):
            yield from (
                ((name, position), end) for position, end in enumerate(value) if _is_number(end)
            )


def _is_number(value: object) -> bool:
    is_number = isinstance(value, int | float) and not isinstance(value, bool)
    return is_number and abs(value) < _LARGEST


#: What is larger is no figure of anything.
_LARGEST = 1e300


# --- what no figure can be -------------------------------------------------------------------


def _impossible(
    result: Given, figures: Iterable[tuple[Any, float]], unit: Term, sign: int
) -> Complaints:
    scale = re.search(r"\bof (\d+)", unit.written) if unit.measures == RATING else None
    for place, number in figures:
        message = ""
        may_be_negative = unit.measures == MONEY and (not sign or "before" in result)
        if number < 0 and not may_be_negative:
            way = _WAYS[sign]
            message = f"must not be negative: direction says that it {way}; write {-number:g}."
        elif unit.measures == SHARE and number > 100:
            message = f"must be at most 100, as it is a share, not {number:g}."
        elif scale and number > int(scale[1]):
            message = f"must be at most {scale[1]}, the end of the scale, not {number:g}."
        elif unit.measures == PLACE and (number < 1 or number != int(number)):
            message = (
                f"must be a whole number from 1, as it is a place in an order, not {number:g}."
            )
        if message:
            yield Complaint(place, "figure-impossible", message)
        elif unit.measures == CHANGE and sign < 0 and number > 100 and place[0] != "before":
            message = (
                f"says that it fell by {number:g}%, which is more than there was; a fall to a "
                "tenth is 90. Where it turned into its opposite, say so in the statement."
            )
            yield Complaint(place, "fall-over-hundred-percent", message)


_WAYS = {1: "rose", -1: "fell", 0: "is a state that was reached"}


def _changes(result: Given, sign: int, unit: Term) -> Complaints:
    """What rose is more than it was before; a place in an order is better the lower it is."""
    before, after = result.get("before"), result.get("value", result.get("range"))
    ends = after if isinstance(after, list) else [after]
    if unit.measures == PLACE or not all(map(_is_number, (before, *ends))):
        return
    if not sign and any(end != before for end in ends):
        yield Complaint(
            ("direction",),
            "direction-contradicts-figures",
            f"says that it {_WAYS[sign]}, and the figure before, {before:g}, makes a change of it; "
            "correct the direction, or take 'before' out.",
        )
        return
    wrong_way = [end for end in ends if (end - before) * sign <= 0]
    if sign and wrong_way:
        rose = "more than" if wrong_way[0] > before else "less than"
        rose = "the same as" if wrong_way[0] == before else rose
        yield Complaint(
            ("direction",),
            "direction-contradicts-figures",
            f"says that it {_WAYS[sign]}, and {wrong_way[0]:g} is {rose} {before:g}, the figure "
            "before; correct the direction, or change the two figures over.",
        )


# --- what the statement tells ----------------------------------------------------------------


def _stated(
    statement: str,
    figures: Iterable[tuple[Any, float]],
    unit: Term,
    sign: int,
) -> Complaints:
    """Each figure stands in the statement, in its unit and going its way."""
    here: list[Figure] | None = None
    for place, number in figures:
        at = _plainly(statement, number, unit)
        if at < 0:
            here = figures_in(statement) if here is None else here
            found = _where(here, abs(number), unit)
            if found is None and _in_a_word(statement, number, unit):
                continue
            if found is None:
                yield _not_told(place, number, statement, here, unit)
                found = _alone(here)
            if found is None:
                continue
            at = found.start
        if place[0] == "value":
            yield from _way(statement, at, sign, unit)


def _alone(figures: list[Figure]) -> Figure | None:
    """The one figure that a statement tells beside its years; None where it tells more or none."""
    tells = [one for one in figures if one.readings[0][0] != told.YEAR]
    return tells[0] if len(tells) == 1 else None


def _plainly(statement: str, number: float, unit: Term) -> int:
    """Where a figure stands as most do, "30%", "7 million", "1,800"; -1 where one must look."""
    if number < 0 or not unit.id:
        return -1
    if unit.measures in _IN_PERCENT:
        spelled = f"{number:.10g}%"
    elif unit.measures == MONEY and number >= 1e6:
        spelled = (
            f"{number / 1e6:,.10g} million" if number < 1e9 else f"{number / 1e9:.10g} billion"
        )
    elif unit.measures == AMOUNT and number == int(number) and number < 1e6:
        spelled = f"{int(number):,} "
    else:
        return -1
    at = statement.find(spelled)
    if at > 0 and statement[at - 1] in _BEFORE_OTHERS.get(unit.measures, "0123456789.,-–"):
        return -1
    if at >= 0 and unit.measures == AMOUNT:
        word = statement[at + len(spelled) :].split(" ", 1)[0].strip(".,;")
        return at if word.isalpha() and word not in _OTHER_UNITS else -1
    return at


#: What stands before a figure that is another one, and what after one of another unit.
_BEFORE_OTHERS = {AMOUNT: "0123456789.,-–/$€£¥₹₩:(+"}
_OTHER_UNITS = frozenset(
    "hundred thousand million billion trillion crore lakh dozen per percent pct times points "
    "percentage point dollars dollar euro euros pounds yen won kroner pesos dirhams shillings "
    "rupees francs and to or in".split()
)


#: Words that tell one, none or all without a figure.
_ONE = re.compile(r"\b(?:an?|another|single|sole|only|once)\b", re.IGNORECASE)
_NONE = re.compile(r"\b(?:no|none|not|nobody|nothing|never|without)\b", re.IGNORECASE)
_ALL = re.compile(r"\b(?:all|every|each|everyone|whole|entire)\b", re.IGNORECASE)


def _in_a_word(statement: str, number: float, unit: Term) -> bool:
    """Whether a statement tells a figure by a word such as "a", "no" or "all"."""
    if number == 0:
        return _NONE.search(statement) is not None
    if unit.measures == AMOUNT and number == 1:
        return _ONE.search(statement) is not None
    return unit.measures == SHARE and number == 100 and _ALL.search(statement) is not None


def _where(figures: list[Figure], number: float, unit: Term) -> Figure | None:
    """The figure of a statement that tells a number of a unit."""
    kinds = _READ_AS.get(unit.measures, ()) if unit.id else told.KINDS
    for figure in figures:
        if any(_same(value, number) for value in figure.read_as(*kinds)):
            return figure
    for figure, value in _derived(figures, unit.measures):
        if abs(value - number) <= _ROUNDED * (0.1 if unit.measures == MULTIPLE else 1):
            return figure
    return None


def _same(one: float, other: float) -> bool:
    return abs(one - other) <= 1e-9 * max(abs(one), abs(other), 1)


def _derived(figures: list[Figure], measures: str) -> Iterator[tuple[Figure, float]]:
    """What follows from what is told: a half is 50%, and from 20 to 60 is three times."""
    if measures in _IN_PERCENT:
        yield from _in_percent(figures, measures)
    elif measures == MULTIPLE:
        for figure in figures:
            yield from ((figure, 1 + value / 100) for value in figure.read_as(told.PERCENT))
            yield from ((figure, 1 / part) for part in figure.read_as(told.PART) if part)
    else:
        return
    numbers = [one for one in figures if one.readings[0][0] in (told.COUNT, told.MONEY)]
    years = [year for one in figures for year in one.read_as(told.YEAR)]
    apart = max(years) - min(years) if len(years) > 1 else 0
    for one, other in pairwise(numbers):
        for first, second in product(one.read_as(*_NUMBERS), other.read_as(*_NUMBERS)):
            if first > 0 and second > 0:
                yield from ((other, value) for value in _of_two(first, second, measures, apart))


_NUMBERS = (told.COUNT, told.MONEY)


def _in_percent(figures: list[Figure], measures: str) -> Iterator[tuple[Figure, float]]:
    """Parts and multiples as percentages."""
    for figure in figures:
        yield from ((figure, 100 * part) for part in figure.read_as(told.PART))
        for multiple in figure.read_as(told.MULTIPLE):
            yield figure, 100 * abs(multiple - 1)
            yield figure, 100 * multiple
        if measures == USUAL:
            yield from ((figure, 100 - less) for less in figure.read_as(told.PERCENT))


def _of_two(first: float, second: float, measures: str, years: float) -> Iterator[float]:
    """What two figures are of each other: "9 of 10", "from 20 to 60"."""
    if measures == MULTIPLE:
        yield second / first
        return
    yield 100 * abs(second / first - 1)
    yield 100 * first / second
    if measures == RATE and years:
        yield 100 * abs((second / first) ** (1 / years) - 1)


def _not_told(
    place: tuple[Any, ...], number: float, statement: str, here: list[Figure], unit: Term
) -> Complaint:
    """That a figure does not stand in the statement, or stands there in another unit."""
    for figure in here:
        others = [kind for kind, value in figure.readings if _same(value, abs(number))]
        if others and unit.id and told.YEAR not in others:
            return Complaint(
                ("unit",),
                "unit-contradicts-statement",
                f"says {unit.label}, and the statement tells {quoted(figure.text)}; correct one "
                "of the two.",
            )
    tells = [figure.text for figure in here if figure.readings[0][0] != told.YEAR]
    nearest = sorted(tells, key=lambda text: _distance(text, here, number))
    what = f"which tells {listed(tells, 6)}" if tells else "which tells no figure"
    return Complaint(
        place,
        "figure-not-in-statement",
        f"must stand in the statement, not only here: {number:.10g}. The statement is "
        f"{quoted(_cut(statement))}, {what}; correct one of the two.",
        tuple(nearest),
    )


def _currency(statement: str, unit: Term, taxonomy: Taxonomy) -> Complaints:
    """An amount is in the currency that its statement names."""
    named = currencies_in(statement, taxonomy) if unit.currency else ()
    if named and unit.currency not in named:
        yield Complaint(
            ("unit",),
            "unit-contradicts-statement",
            f"says {unit.label}, and the statement names {listed(named)}; correct one of the two.",
            tuple(term.id for term in taxonomy["units"] if term.currency in named),
        )


def _asked(number: object, result: Given, given: Given, body: str) -> Complaints:
    """How many firms were asked is told in the statement, or else somewhere in the case."""
    if not _is_number(number):
        return
    statement = _statement_of(result)
    figures = figures_in(statement)
    if any(number in figure.read_as(told.COUNT) for figure in figures):
        return
    firms = [
        value
        for figure in figures
        if _FIRMS.match(statement, figure.end)
        for value in figure.read_as(told.COUNT)
    ]
    others = [value for value in firms if value != result.get("value")]
    if others:
        yield Complaint(
            ("of",),
            "figure-not-in-statement",
            f"says that {number} were asked, and the statement tells "
            f"{listed(f'{value:g}' for value in others)}; correct one of the two.",
            tuple(f"{value:g}" for value in others),
        )
        return
    text = f"{as_text(given.get('summary')) or ''}\n{body}"[:_LONGEST_TEXT]
    if f"{number:,}" in text or str(number) in text or str(number) in str(given.get("members")):
        return
    if not any(number in figure.read_as(told.COUNT) for figure in figures_in(text)):
        yield Complaint(
            ("of",),
            "figure-not-in-statement",
            f"must be told in the statement or in the text, too: nothing there says that {number} "
            "were asked.",
        )


_LONGEST_TEXT = 50_000
_FIRMS = re.compile(
    r" (?:[a-z-]+ )?(?:firms|members|companies|businesses|enterprises|respondents|owners|managers|"
    r"co-?operatives)\b",
    re.IGNORECASE,
)


def _distance(text: str, figures: list[Figure], number: float) -> float:
    values = [v for one in figures if one.text == text for _, v in one.readings]
    return min(abs(value - number) for value in values)


def _cut(text: str) -> str:
    return text if len(text) <= 60 else text[:57] + "..."


#: The verb or noun that leads up to a figure, and what may stand between.
_UP = (
    r"r(?:ose|isen|ises?|ising)|gr[eo]wn?|growing|grows|increas(?:e[sd]?|ing)|climb(?:ed|s|ing)|"
    r"gained|jumped|soared|went up|is up|are up|were up|was up|expanded|growth|up"
)
_DOWN = (
    r"f[ea]ll(?:en|s|ing)?|drop(?:ped|s)?|declin(?:e[sd]?|ing)|decreas(?:e[sd]?|ing)|shr[au]nk|"
    r"went down|c[ao]me down|is down|are down|were down|was down|sank|slumped|plunged|reduced|"
    r"reduction|cut|down"
)
_LEADS = re.compile(
    rf"\b(?:(?P<up>{_UP})|(?P<down>{_DOWN}))\b(?: (?:in|of) [\w ]{{1,20}}?)?"
    r"(?: on average| together| again| then| even| steadily| sharply| strongly)?"
    r"(?: (?:back|all))? (?:by|of|to|from)"
    r"(?: (?:about|around|over|under|some|nearly|almost|more|less|than|at|least|most|up|to|a|an|"
    r"the|roughly|approximately|just|only|another))*\s*[A-Z]{0,3}[$€£¥₹₩]?\s*\Z",
    re.IGNORECASE,
)
#: From the figure before to the one after: "rose from 20 million yen in 2016 to ".
_FROM = re.compile(
    rf"\b(?:(?P<up>{_UP})|(?P<down>{_DOWN}))\b[^.;:,]{{0,12}} from [^.;:]{{1,60}}? to "
    r"[^.;:\d]{0,24}\Z",
    re.IGNORECASE,
)
#: What is told right after a figure.
_FOLLOWS = re.compile(
    r"[\d.,]*(?: ?%| per ?cent| percent)?(?: (?P<up>more|higher|greater|up)\b| (?P<down>less|fewer|"
    r"lower|down)\b)",
    re.IGNORECASE,
)
_MULTIPLE = re.compile(
    r"(?P<up>doubl|trebl|tripl|quadrupl|quintupl)|(?P<down>halv(?:ed|ing))", re.IGNORECASE
)
#: What is better the less there is of it: when it falls, something else rises.
_TURNED = re.compile(
    r"\b(?:loss(?:es)?|debts?|deficits?|savings?|discounts?|rebates?|waste|unemployment|absences?|"
    r"time|hours|days|weeks|defects|complaints|rejects|scrap|emissions|accidents|delays?|turnover "
    r"of staff|staff turnover|dependence|imports?|closures?|vacanc(?:y|ies)|distances?|risks?|"
    r"less|fewer|slower|instead|without)\b",
    re.IGNORECASE,
)


def _way(statement: str, at: int, sign: int, unit: Term) -> Complaints:
    """What the statement says of the way that a figure went."""
    if not sign and unit.measures != CHANGE:  # an amount may be told as the state that was reached
        return
    lead = _LEADS.search(statement, max(0, at - 60), at)
    if lead is None and " from " in statement:
        lead = _FROM.search(statement, max(0, at - 120), at)
    lead = lead or _FOLLOWS.match(statement, at) or _MULTIPLE.match(statement, at)
    if lead is None:
        return
    way = 1 if lead["up"] else -1
    if way == sign or _TURNED.search(statement):
        return
    yield Complaint(
        ("direction",),
        "direction-contradicts-statement",
        f"says that it {_WAYS[sign]}, and the statement says {quoted(lead['up'] or lead['down'])}; "
        "correct one of the two.",
    )


# --- years -----------------------------------------------------------------------------------


def _years(result: Given, statement: str) -> Complaints:
    """The year of a figure is among those that its statement or its horizon names."""
    year = result["year"]
    if not _is_number(year):
        return
    horizon = as_text(result.get("horizon")) or ""
    if str(year) in statement or str(year) in horizon:
        return
    named = [*years_in(statement), *years_in(horizon)]
    if min(named, default=year) <= year <= max(named, default=year):
        return
    if years_in(horizon) or years_in(statement, sure=True):
        yield Complaint(
            ("year",),
            "year-contradicts-statement",
            f"must be one that the statement or the horizon names, {listed(map(str, named))}, not "
            f"{year}.",
            tuple(map(str, named)),
        )


#: No year of a case lies behind this one.
_LAST_YEAR = 2100
#: A programme may be set up for so many years from the day on which its case is added.
_AHEAD = 15


def period_complaints(given: Given) -> Complaints:
    """Years are years, and a result is not of one before the case began."""
    period = given.get("period")
    period = period if isinstance(period, dict) else {}
    added = re.match(r"\d{4}", as_text(given.get("added")) or "")
    last = int(added[0]) + _AHEAD if added else _LAST_YEAR
    for name in ("from", "to"):
        year = period.get(name)
        if _is_number(year) and year > last:
            yield _no_year(("period", name), year, last)
    first = period.get("from")
    for position, result in enumerate(items_of(given.get("results"))):
        year = result.get("year") if isinstance(result, dict) else None
        if _is_number(year) and year > last:
            yield _no_year(("results", position, "year"), year, last)
        elif _is_number(first) and _is_number(year) and year < first - bool(period.get("about")):
            yield Complaint(
                ("results", position, "year"),
                "year-before-period",
                f"lies before the period, which starts in {first}: {year}; correct one of the two.",
            )


def _no_year(place: tuple[Any, ...], year: float, last: int) -> Complaint:
    message = f"must be a year that has come or is near, no later than {last}, not {year}."
    return Complaint(place, "year-implausible", message)
