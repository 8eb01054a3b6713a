"""Limits on figures that a text asks for: "more than 20 members", "founded after 1995".

A search reads them as words like all others. So they are found to be told, and in English and
the languages of the glossary, whatever language the text is in.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from kb.text.analysis import stem, words
from kb.text.figures import COUNT, MONEY, PART, PERCENT, YEAR, Figure, figures_in

#: What the figure of a limit is: a year, a time in minutes or hours, money or a share, a number.
OF_YEARS, OF_TIME, OF_AMOUNT, OF_NUMBER = "years", "time", "amount", "number"

#: What stands before the figure of a limit, in English, French, Spanish, German, Italian,
#: Norwegian and Portuguese.
_BEFORE = (
    "more than|over|above|at least|at most|less than|fewer than|under|below|up to|no more than|"
    "not more than|no fewer than|no less than|larger than|bigger than|smaller than|greater than|"
    "exceeding|minimum|maximum|min\\.?|max\\.?|[<>≤≥]=?|"
    "plus de|moins de|au moins|au plus|au maximum|"
    "más de|menos de|al menos|por lo menos|como máximo|"
    "mehr als|über|mindestens|wenigstens|weniger als|unter|höchstens|maximal|"
    "più di|oltre|meno di|almeno|al massimo|"
    "mer enn|flere enn|mindre enn|færre enn|minst|høyst|maks|"
    "mais de|pelo menos|no máximo"
)
#: The same before two figures that are joined.
_BETWEEN = "between|entre|zwischen|tra|fra|mellom"
#: What stands before a year that others are counted from.
_OF_YEAR = (
    "after|before|since|until|till|later than|earlier than|prior to|"
    "après|avant|depuis|después de|antes de|desde|nach|vor|seit|bis|dopo|prima del|dal|"
    "etter|før|siden|depois de"
)
_AFTER = re.compile(
    r"\s*(?:\+|(?:or|and) (?:more|fewer|less|over|above|under|below|later|earlier)\b|"
    r"ou (?:plus|moins|mais)\b|o más\b|oder (?:mehr|weniger)\b|o più\b|"
    r"eller (?:mer|flere|færre)\b)",
    re.IGNORECASE,
)
_SMALL = r"(?:\s+(?P<small>the|a|an|el|la|le|les|los|il|den|die|das|dem|o|os))?\s*"
_LIMITS, _SPANS, _DATES = (
    re.compile(rf"(?<!\w)(?:{said}){_SMALL}$", re.IGNORECASE)
    for said in (_BEFORE, _BETWEEN, _OF_YEAR)
)
_JOINED = re.compile(r"\s*(?:and|et|y|und|e|og|to|[-–])\s*", re.IGNORECASE)

#: The first and the last year that a figure of four digits is taken for.
_YEARS = (1500, 2100)
_TIME = re.compile(r"\s*(?:minut|hour|heure|hora|stunde|or[ae]\b|timer?\b|min\b)", re.IGNORECASE)
_IN_DIGITS = re.compile(r"\d")
_WORD_AFTER = re.compile(r"\s+[^\W\d_][\w'’-]*")
#: How far before a figure its limit may begin, in characters.
_NEAR = 30


@dataclass(frozen=True, slots=True, kw_only=True)
class Limit:
    """A limit as it is written, and what its figure is."""

    text: str
    of: str


def limits_in(text: str) -> tuple[Limit, ...]:
    """The limits that a text sets, in its order, each once."""
    return tuple(dict.fromkeys(_limits(text)))


def _limits(text: str) -> Iterator[Limit]:
    figures = [one for one in figures_in(text) if _counts(text, one)]
    at = 0
    for place, figure in enumerate(figures):
        found = _limit(text, figure, figures[place + 1 :]) if figure.start >= at else None
        if found is not None:
            at, limit = found
            yield limit


def _counts(text: str, figure: Figure) -> bool:
    """Whether a figure is a number: in words "one" and "a third" mostly limit nothing."""
    if _IN_DIGITS.search(figure.text) or _TIME.match(text, figure.end):
        return True
    return any(value >= 2 for value in figure.read_as(COUNT))


def _limit(text: str, figure: Figure, later: Sequence[Figure]) -> tuple[int, Limit] | None:
    """The limit that a figure is of, and where it ends; None where it is of none."""
    before = text[max(0, figure.start - _NEAR) : figure.start]
    is_year = any(_YEARS[0] <= year <= _YEARS[1] for year in figure.read_as(YEAR))
    start, end = figure.start, figure.end
    if (said := _SPANS.search(before)) and later and _is_joined(text, figure, later[0]):
        end = later[0].end
    elif said := (_DATES if is_year else _LIMITS).search(before):
        if is_year and said["small"] and text[end : end + 1] != "s":
            return None  # "after the 1994 Olympics"
    elif behind := _AFTER.match(text, end):
        end = behind.end()
    else:
        return None
    if said:
        start -= len(before) - said.start()
    kind = OF_YEARS if is_year else _kind(figure, text[figure.end :])
    end = end + 1 if is_year and text[end : end + 1] == "s" else end
    end = end if is_year else _with_what_is_counted(text, end)
    return end, Limit(text=" ".join(text[start:end].split()), of=kind)


def _is_joined(text: str, one: Figure, other: Figure) -> bool:
    return _JOINED.fullmatch(text, one.end, other.start) is not None


def _with_what_is_counted(text: str, end: int) -> int:
    """Where the word ends that says what is counted; ``end`` where there is none."""
    match = _WORD_AFTER.match(text, end)
    is_word = match is not None and any(stem(word.form) for word in words(match.group()))
    return match.end() if match is not None and is_word else end


def _kind(figure: Figure, counted: str) -> str:
    if any(True for _ in figure.read_as(MONEY, PERCENT, PART)):
        return OF_AMOUNT
    return OF_TIME if _TIME.match(counted) else OF_NUMBER
