"""The figures that a sentence tells, however they are written.

"7,000,000", "7 million" and "seven million" are one figure; "a third" is a part and "the
third" a place; "doubled", "twice" and "threefold" are multiples. What a figure may be read as
is kept beside it: whoever asks knows which reading is meant.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from itertools import pairwise

#: What a figure can be: a plain number, one with a sign of money, a percentage, a part of a
#: whole (a third is 1/3), a multiple (doubled is 2), a place in an order, a proportion
#: (1:10 is 10), a year.
COUNT, MONEY, PERCENT, PART = "count", "money", "percent", "part"
MULTIPLE, PLACE, PROPORTION, YEAR = "multiple", "place", "proportion", "year"
KINDS = (COUNT, MONEY, PERCENT, PART, MULTIPLE, PLACE, PROPORTION)


@dataclass(slots=True, kw_only=True)
class Figure:
    """A figure in a text, from ``start`` to ``end``; ``readings`` are its kinds and values."""

    text: str
    start: int
    end: int
    readings: list[tuple[str, float]] = field(default_factory=list)
    scale: float = 1

    def read_as(self, *kinds: str) -> Iterator[float]:
        """Its values in readings of these kinds."""
        return (value for kind, value in self.readings if kind in kinds)


_ONES = (
    "one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen "
    "sixteen seventeen eighteen nineteen"
).split()
_TENS = "twenty thirty forty fifty sixty seventy eighty ninety".split()
_NUMBERS = {word: n for n, word in enumerate(_ONES, 1)} | {
    word: 10 * n for n, word in enumerate(_TENS, 2)
}
_PLACES_IN_WORDS = (
    "first second third fourth fifth sixth seventh eighth ninth tenth eleventh twelfth thirteenth "
    "fourteenth fifteenth sixteenth seventeenth eighteenth nineteenth twentieth"
).split()
_ORDINALS = {word: n for n, word in enumerate(_PLACES_IN_WORDS, 1)}
_PARTS = {
    "half": 2, "halves": 2, "quarter": 4, "third": 3, "fourth": 4, "fifth": 5, "sixth": 6,
    "seventh": 7, "eighth": 8, "ninth": 9, "tenth": 10,
}  # fmt: skip
_SIGNS_OF_PARTS = {"½": 1 / 2, "¼": 1 / 4, "¾": 3 / 4, "⅓": 1 / 3, "⅔": 2 / 3, "⅕": 1 / 5}
_SCALES = {
    "hundred": 1e2, "thousand": 1e3, "lakh": 1e5, "lakhs": 1e5, "million": 1e6, "millions": 1e6,
    "crore": 1e7, "crores": 1e7, "billion": 1e9, "trillion": 1e12, "dozen": 12,
}  # fmt: skip
#: Short for a scale only beside a sign of money or right at the figure.
_SHORT_SCALES = {"k": 1e3, "m": 1e6, "mn": 1e6, "mln": 1e6, "bn": 1e9, "tn": 1e12}
_MULTIPLES = {
    "doubled": 2, "double": 2, "doubles": 2, "doubling": 2, "twice": 2, "thrice": 3,
    "triple": 3, "tripled": 3, "triples": 3, "tripling": 3, "treble": 3, "trebled": 3,
    "trebles": 3, "trebling": 3, "quadruple": 4, "quadrupled": 4, "quadruples": 4,
    "quintuple": 5, "quintupled": 5, "halve": 0.5, "halved": 0.5, "halves": 0.5, "halving": 0.5,
}  # fmt: skip
_WORDS = {"both": 2, "couple": 2, "pair": 2, "none": 0, "zero": 0, "nil": 0}
_PLACES = {"largest": 1, "biggest": 1, "highest": 1, "top": 1, "leading": 1, "smallest": 1}


def _any(words: Iterable[str]) -> str:
    return "|".join(sorted(map(re.escape, words), key=len, reverse=True))


_SMALL = rf"(?:(?:{_any(_TENS)})(?:[- ](?:{_any(_ONES[:9])}))?|(?:{_any(_ONES)}))\b"
_HUNDREDS = rf"(?:(?:{_SMALL}|an?)[ -]hundred\b(?:[ -](?:and[ -])?{_SMALL})?|{_SMALL})"
_WORDED = rf"(?:(?:{_HUNDREDS}|an?)[ -]thousand\b(?:[ -](?:and[ -])?{_HUNDREDS})?|{_HUNDREDS})"
_DIGITS = (
    r"\d{1,3}(?:[,\u00a0\u2009\u202f’']\d{3})+(?:\.\d+)?(?!\d)"
    r"|\d{1,3}(?:[. ]\d{3}){2,}(?!\d)|\d{1,3} \d{3}(?![\d,.]*\d)|\d+(?:[.,]\d+)?"
)
_CODES = (
    "ARS|AUD|BRL|CAD|CHF|CLP|CNY|COP|CZK|DKK|EUR|GBP|HUF|INR|JPY|KES|KRW|MAD|MXN|MYR|NOK|NZD|PEN|"
    "PHP|PLN|RON|SEK|THB|TND|TRY|TWD|UGX|USD|VND|ZAR"
)
_MONEY_BEFORE = rf"(?:[A-Z]{{1,3}})?[$€£¥₹₩₽₺]|\b(?:{_CODES})|\bRs\.?|\bK?Sh\.?|\bkr\.?"
_MONEY_AFTER = (
    rf"[€£¥₹₩]|(?:{_CODES})\b|(?:[A-Z][a-z]+ )?(?:dollars?|euros?|pounds?|pence|cents?|yen|yuan|"
    r"won|kroner|kronor|krone|krona|pesos?|dirhams?|shillings?|rupees?|francs?|lira|zloty|reais|"
    r"real|rand|baht|ringgit|rupiah|dinars?|soles)\b"
)
_SCALE = rf"(?:{_any(_SCALES)})s?\b"
_IN_DIGITS = re.compile(
    rf"""
    (?P<year>(?<![\w.,$€£])(?:1\d{{3}}|20\d\d)(?:/\d\d(?:\d\d)?\b)(?![.,]?\d))
  | (?<![\d.,])(?P<one>\d+(?:\.\d+)?)[ ]?:[ ]?(?P<other>\d+(?:\.\d+)?)
  | (?<![\d.,/])(?P<over>\d{{1,2}})/(?P<under>[2-9]|1\d)(?![\d/])
  | (?:(?P<digits>{_DIGITS})|(?P<sign>[½¼¾⅓⅔⅕]))(?P<signed>[½¼¾⅓⅔⅕])?
    (?:
        (?P<nth>st|nd|rd|th)\b
      | (?P<and_half>[ ]and[ ]a[ ]half)?
        (?:[ -]?(?P<scale>{_SCALE})|[ ]?(?P<short>bn|mn|mln|tn|[kKmM])\b)?
    )
    """,
    re.VERBOSE | re.IGNORECASE,
)
_IN_WORDS = re.compile(
    rf"""
    (?P<half>half)[ -]an?[ -](?P<halved>{_any(_SCALES)}|(?=per[ ]?cent))
  | (?:(?P<n_parts>{_any(_ONES[:9])}|an?)[ -])?(?P<part>{_any(_PARTS)})s?\b
    (?![ ](?:largest|biggest|highest|best|place|year|week|month|day))
  | (?P<worded>{_WORDED}|an?(?=[ -](?:{_SCALE})))(?P<and_a_half>[ ]and[ ]a[ ]half)?
    (?:[ -](?P<worded_scale>{_SCALE}))?(?P<fold>[- ]?fold\b)?
  | (?P<folded>{_any(_ONES[1:])})fold\b
  | (?P<ordinal>(?:(?:{_any(_TENS)})-)?(?:{_any(_ORDINALS)}))\b
  | (?P<multiple>{_any(_MULTIPLES)})\b
  | (?P<word>{_any(_WORDS)})\b
  | (?P<place>{_any(_PLACES)})\b
    """,
    re.VERBOSE | re.IGNORECASE,
)
_MONEY_RIGHT_BEFORE = re.compile(rf"(?:{_MONEY_BEFORE})[ ]?\Z", re.IGNORECASE)
#: Where a figure may begin, and the words that may begin one: few words of a text do.
_BEGINNING = re.compile(r"[\d½¼¾⅓⅔⅕]|[A-Za-z]+")
_BEGINS = frozenset(
    (*_NUMBERS, *_ORDINALS, *_PARTS, *(f"{part}s" for part in _PARTS), *_MULTIPLES, *_WORDS,
     *_PLACES, *(f"{one}fold" for one in _ONES), "a", "an")
)  # fmt: skip
#: What stands after a figure and says what it is.
_AFTER = re.compile(
    rf"[ -]?(?:(?P<percent>%|per[ ]?cent(?:age)?\b(?:[ ]points?)?|pct\b|points?\b)"
    rf"|(?P<multiple>times\b|-?fold\b|x\b|×)"
    rf"|(?P<to_one>to[ ](?:1|one)\b(?![,.:]?[ ]?\d))"
    rf"|(?P<money>{_MONEY_AFTER}))",
    re.IGNORECASE,
)
#: Before a figure it makes it a multiple.
_FACTOR = re.compile(r"\bfactor of \Z", re.IGNORECASE)
_YEAR = re.compile(r"(?:1[5-9]\d\d|20\d\d)\Z")
#: Before a number of four digits it makes it a year.
_BEFORE_YEAR = re.compile(
    r"\b(?:in|since|by|until|till|during|before|after|early|late|mid|years?|spring|summer|autumn|"
    r"winter|(?:jan|febr)uary|march|april|may|june|july|august|(?:sept|nov|dec)ember|october|"
    r"fiscal|for)[ -]\Z",
    re.IGNORECASE,
)
#: Between two figures that are told in one breath: the sign of one is that of the other.
_JOINT = re.compile(
    r"[\s,]*(?:[a-z]+ )?(?:in )?(?:-|–|—|to|and|or|by|until|till|against|than|/)?[\s,]*"
    r"(?:(?:and|or|by|to|about|around|over|under|some|nearly|almost|up|more|less|fewer|than|at|"
    r"least|most|another|a|the|from|of|it|in)[ ]+)*(?:[A-Z]{0,3}[$€£¥₹₩])?[\s]*",
    re.IGNORECASE,
)


def figures_in(text: str) -> list[Figure]:
    """The figures of a text, in order; years are among them."""
    found: list[Figure] = []
    end = 0
    for beginning in _BEGINNING.finditer(text):
        start, sign = beginning.start(), beginning[0]
        if start < end:
            continue
        if sign.isalpha():
            match = _IN_WORDS.match(text, start) if sign.lower() in _BEGINS else None
        else:
            match = _IN_DIGITS.match(text, start)
        if match is None:
            continue
        figure = Figure(text=match[0].strip(), start=start, end=match.end())
        _read(match, figure)
        _read_around(text, match, figure)
        end = figure.end
        if figure.readings:
            found.append(figure)
    if len(found) > 1:
        _share(text, found)
    return found


def _read(match: re.Match[str], figure: Figure) -> None:
    """What a figure can be by itself."""
    if match.re is _IN_WORDS:
        _read_words(match, figure)
    else:
        _read_digits(match, figure)


def _read_digits(match: re.Match[str], figure: Figure) -> None:
    readings = figure.readings
    if match["year"]:
        readings += [(YEAR, float(year)) for year in _span_of_years(match["year"])]
    elif match["one"]:
        one, other = float(match["one"]), float(match["other"])
        readings += [(PROPORTION, other / one)] if one else []
        readings += [(PROPORTION, one / other)] if other else []
    elif match["over"]:
        readings.append((PART, int(match["over"]) / int(match["under"])))
    elif match["sign"]:
        readings.append((PART, _SIGNS_OF_PARTS[match["sign"]]))
    elif match["nth"]:
        readings.append((PLACE, _numbers(match["digits"])[0]))
    else:
        numbers = _numbers(match["digits"])
        part = _SIGNS_OF_PARTS.get(match["signed"] or "", 0.5 if match["and_half"] else 0)
        if match["scale"]:
            figure.scale = _scale(match["scale"])
        readings += [(COUNT, (number + part) * figure.scale) for number in numbers]
        if match["short"]:
            figure.scale = _SHORT_SCALES[match["short"].lower()]
            readings += [(COUNT, number * figure.scale) for number in numbers]


def _read_words(match: re.Match[str], figure: Figure) -> None:
    readings = figure.readings
    if match["half"]:
        readings.append((COUNT, _SCALES.get(match["halved"].lower(), 1) / 2))
    elif match["part"]:
        _read_part(match, readings)
    elif match["worded"]:
        _read_number(match, figure)
    elif match["folded"]:
        readings.append((MULTIPLE, _NUMBERS[match["folded"].lower()]))
    elif match["ordinal"]:
        tens, _, ones = match["ordinal"].lower().rpartition("-")
        readings.append((PLACE, _NUMBERS.get(tens, 0) + _ORDINALS[ones]))
    elif match["multiple"]:
        readings.append((MULTIPLE, _MULTIPLES[match["multiple"].lower()]))
    elif match["word"]:
        readings.append((COUNT, _WORDS[match["word"].lower()]))
    else:
        readings.append((PLACE, _PLACES[match["place"].lower()]))


def _scale(word: str) -> float:
    word = word.lower()
    return _SCALES.get(word) or _SCALES[word.removesuffix("s")]


def _numbers(digits: str) -> list[float]:
    """What a number in digits may be: "10.000" is one thing in English and another elsewhere."""
    bare = re.sub(r"[\s’']", "", digits)
    if re.fullmatch(r"\d{1,3}(?:,\d{3})+(?:\.\d+)?", bare):
        return [float(bare.replace(",", ""))]
    if bare.count(".") > 1:
        return [float(bare.replace(".", ""))]
    found = [float(bare.replace(",", "."))] if bare.count(",") < 2 else []
    if re.fullmatch(r"\d{1,3}\.\d{3}", bare):
        found.append(float(bare.replace(".", "")))
    return found


def _read_part(match: re.Match[str], readings: list[tuple[str, float]]) -> None:
    word, many = match["part"].lower(), (match["n_parts"] or "").lower()
    n = _NUMBERS.get(many, 1)
    readings.append((PART, n / _PARTS[word]))
    if word in _ORDINALS and not many:
        readings.append((PLACE, _ORDINALS[word]))
    if word == "halves":
        readings.append((MULTIPLE, 0.5))


def _read_number(match: re.Match[str], figure: Figure) -> None:
    number = _number_of(match["worded"]) + (0.5 if match["and_a_half"] else 0)
    if match["fold"]:
        figure.readings.append((MULTIPLE, number))
        return
    if match["worded_scale"]:
        figure.scale = _scale(match["worded_scale"])
    figure.readings.append((COUNT, number * figure.scale))


def _number_of(words: str) -> float:
    total, part = 0, 0
    for word in re.split(r"[ -]", words.lower()):
        if word == "hundred":
            part = (part or 1) * 100
        elif word == "thousand":
            total, part = total + (part or 1) * 1000, 0
        elif word in ("a", "an"):
            part = 1
        else:
            part += _NUMBERS.get(word, 0)
    return total + part


def _read_around(text: str, match: re.Match[str], figure: Figure) -> None:
    """What the words beside a figure make of it."""
    digits = match["digits"] if match.re is _IN_DIGITS else None
    if match.re is _IN_DIGITS:
        is_number = (digits or match["sign"]) and not match["nth"]
    else:
        is_number = match["half"] or (match["worded"] and not match["fold"])
    if not is_number:
        return
    before = _MONEY_RIGHT_BEFORE.search(text, max(0, figure.start - 5), figure.start)
    if before:
        figure.start = before.start()
    after = _AFTER.match(text, figure.end)
    if after:
        figure.end = after.end()
    if _FACTOR.search(text, max(0, figure.start - 14), figure.start):
        figure.readings = [(MULTIPLE, value) for _, value in figure.readings]
        return
    kind = MONEY if before else _KINDS_AFTER[after.lastgroup or ""] if after else ""
    figure.text = text[figure.start : figure.end].strip()
    if kind:
        figure.readings = [(kind, value) for _, value in figure.readings]
    elif digits and figure.scale == 1 and _YEAR.match(digits):
        year = float(digits)
        sure = _BEFORE_YEAR.search(text, max(0, figure.start - 12), figure.start)
        figure.readings = [(YEAR, year)] if sure else [*figure.readings, (YEAR, year)]


_KINDS_AFTER = {"percent": PERCENT, "multiple": MULTIPLE, "to_one": PROPORTION, "money": MONEY}


def _share(text: str, figures: list[Figure]) -> None:
    """Two figures told in one breath have one scale and one sign: "from 20 to 30 million yen"."""
    told = [one for one in figures if one.readings[0][0] != YEAR]
    for earlier, later in reversed(list(pairwise(told))):
        between = text[earlier.end : later.start]
        for year in figures:
            if year.readings[0][0] == YEAR and earlier.end <= year.start < later.start:
                between = between.replace(year.text, "", 1)
        if len(between) > 40 or not _JOINT.fullmatch(between):
            continue
        mine, theirs = earlier.readings[:1], later.readings[:1]
        if earlier.scale == 1 and later.scale != 1:
            earlier.readings += [(kind, value * later.scale) for kind, value in mine]
        for one, other in ((earlier, theirs), (later, mine)):
            kind = other[0][0]
            if kind in (PERCENT, MONEY, MULTIPLE, PROPORTION) and one.readings[0][0] == COUNT:
                one.readings += [(kind, value) for _, value in list(one.readings)]


def _span_of_years(text: str) -> tuple[int, ...]:
    """The years of "2006/07"."""
    first, _, last = text.partition("/")
    return int(first), int(first[: len(first) - len(last)] + last)


def years_in(text: str, *, sure: bool = False) -> list[int]:
    """The years that a text names, in order, each of "2006/07".

    Args:
        text: the text.
        sure: leave out what may as well be a number, as in "2000 firms".
    """
    return [
        int(year)
        for figure in figures_in(text)
        for year in figure.read_as(YEAR)
        if not sure or all(kind == YEAR for kind, _ in figure.readings)
    ]
