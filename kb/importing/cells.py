"""What a cell means: words of the vocabulary, countries, days, years, numbers, in any spelling.

Nothing is guessed. What can be read in two ways (``3/4/2014``, ``1.234``) is read only where the
mapping says how; what is not known is told, with what is nearest.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, time
from decimal import Decimal
from functools import cached_property
from typing import Any

from kb.content.countries import countries, country_code, world
from kb.content.schema import listed
from kb.importing.foreign import cut, visible
from kb.model.english import joined, quoted, slug
from kb.model.taxonomy import Taxonomy

#: The months in the languages of the site and of the first networks, by their first letters.
_MONTHS: Mapping[str, int] = {
    begin: number
    for number, begins in enumerate(
        (
            "jan|ene|gen|jän",
            "feb|fév|fev",
            "mar|mär|mrz",
            "apr|avr|abr",
            "may|mai|mag|maj",
            "jun|juin|giu",
            "jul|juil|lug",
            "aug|aoû|aou|ago",
            "sep|set",
            "oct|okt|ott|out",
            "nov",
            "dec|dez|déc|dic|des",
        ),
        1,
    )
    for begin in begins.split("|")
}
_WORD = r"(?P<month>[^\W\d_]{3,12})\.?"
_NUMBERED_DAY = re.compile(r"(\d{1,4})([./-])(\d{1,2})\2(\d{1,4})(?:[T ].*)?")
_NAMED_DAY = re.compile(
    rf"(?:(?P<day>\d{{1,2}})(?:\.|st|nd|rd|th|er)?(?: de| of)? )?{_WORD}"
    r"(?: (?P<after>\d{1,2})(?:st|nd|rd|th)?,?)?(?: de| of)?,? (?P<year>\d{4})",
    re.IGNORECASE,
)
_YEARS = re.compile(r"(\d{4})\s*(?:-|–|—|/|to|until|bis|à|a)\s*(\d{4})", re.IGNORECASE)

DAY_FIRST, MONTH_FIRST = "day-first", "month-first"
POINT, COMMA = "point", "comma"


class NotTaken(Exception):
    """A value means nothing that a field can hold; the message says why, as a sentence."""


#: Of so many spellings it is kept what they mean.
_MOST_KNOWN = 20_000


@dataclass(frozen=True, kw_only=True)
class Meanings:
    """What cells are read by.

    Attributes:
        taxonomy: the vocabulary.
        dates: ``day-first`` or ``month-first`` where figures alone do not tell; else empty.
        decimal: ``point`` or ``comma``, likewise.
    """

    taxonomy: Taxonomy
    dates: str = ""
    decimal: str = ""
    _slugs: dict[str, dict[str, str]] = field(default_factory=dict)
    _known: dict[tuple[str, str], tuple[str | None, str]] = field(default_factory=dict)

    def word(self, value: Any, name: str, words: Mapping[str, str] | None = None) -> str:
        """The id of a word of a list, in any spelling of it.

        Raises:
            NotTaken: there is none.
        """
        spelling = text_of(value)
        told = {slug(one): meant for one, meant in (words or {}).items()}
        spelling = told.get(slug(spelling), spelling)
        found, why = self._meant(spelling, name)
        if found is None:
            raise NotTaken(why)
        return found

    def _meant(self, spelling: str, name: str) -> tuple[str | None, str]:
        """The id of a word of a list; where there is none, why: a column says the same often."""
        known = self._known.get((name, spelling))
        if known is None:
            if len(self._known) >= _MOST_KNOWN:
                self._known.clear()
            found = self.found(spelling, name)
            known = (found, "" if found is not None else self._why_not(spelling, name))
            self._known[name, spelling] = known
        return known

    def _why_not(self, spelling: str, name: str) -> str:
        """What is said of a word that a list does not have, with those like it."""
        if name == "countries":
            near = [countries().label(one) for one in countries().nearest(spelling)]
            hint = f" Nearest: {listed(near)}." if near else ""
            return f"no country is called {quoted(cut(spelling, 40))}.{hint}"
        near = self.taxonomy[name].nearest(spelling)
        words_are = f"Words are {listed(self.taxonomy[name].ids, 8)}."
        hint = f"Nearest: {listed(near)}." if near else words_are
        return f"no word of the list {name} is {quoted(cut(spelling, 40))}. {hint}"

    def found(self, spelling: str, name: str) -> str | None:
        """The id of a word of a list, or the code of a country; None where there is none."""
        if name == "countries":
            return self._country(spelling)
        found = self.taxonomy[name].canonical(spelling)
        return found or self._by_slug(name).get(slug(spelling) or "-")

    def _country(self, spelling: str) -> str | None:
        """The code of a country, by any of its names, in any of the languages of the search."""
        names = self.taxonomy["countries"]
        spelling = re.sub(r"^the\s+", "", spelling.strip(), flags=re.IGNORECASE)
        code = country_code(spelling) or names.canonical(spelling)
        if code is None and len(spelling) > 3:  # short ones are codes
            code = self._world.canonical(spelling) or self._by_slug("world").get(slug(spelling))
        return code

    @cached_property
    def _world(self) -> Any:
        return world()

    def _by_slug(self, name: str) -> Mapping[str, str]:
        """Ids by their names without accents and signs, where only one has such a name."""
        if name not in self._slugs:
            vocabulary = self._world if name == "world" else self.taxonomy[name]
            found: dict[str, set[str]] = {}
            for term in vocabulary:
                for spelling in term.names:
                    found.setdefault(slug(spelling), set()).add(term.id)
            self._slugs[name] = {one: ids.pop() for one, ids in found.items() if len(ids) == 1}
        return self._slugs[name]

    def day(self, value: Any) -> date:
        """A day.

        Raises:
            NotTaken: it is none, or can be read in two ways.
        """
        if isinstance(value, datetime):
            return value.date()
        if isinstance(value, date):
            return value
        text = text_of(value)
        if match := _NUMBERED_DAY.fullmatch(text):
            return self._numbered(match, text)
        if (match := _NAMED_DAY.fullmatch(text)) and (match["day"] or match["after"]):
            month = _month(match["month"])
            if month:
                return _real(int(match["year"]), month, int(match["day"] or match["after"]), text)
        raise NotTaken(f"{quoted(cut(text, 40))} is no day, such as 2014-05-03.")

    def _numbered(self, match: re.Match[str], text: str) -> date:
        one, sign, two, three = match[1], match[2], match[3], match[4]
        if len(one) == 4:
            return _real(int(one), int(two), int(three), text)
        if len(three) != 4:
            raise NotTaken(f"{quoted(text)} has a year of two figures; write all four.")
        day, month = int(one), int(two)
        if sign == "." or day > 12 or self.dates == DAY_FIRST:
            return _real(int(three), month, day, text)
        if month > 12 or day == month or self.dates == MONTH_FIRST:
            return _real(int(three), day, month, text)
        raise NotTaken(
            f"{quoted(text)} can be two days. Say 'dates: {DAY_FIRST}' or 'dates: {MONTH_FIRST}' "
            "in the mapping."
        )

    def year(self, value: Any) -> int:
        """A year, by itself or as part of a day.

        Raises:
            NotTaken: it is none.
        """
        if isinstance(value, date):
            return value.year
        if isinstance(value, int | float) and not isinstance(value, bool):
            if float(value).is_integer() and 1000 <= value <= 9999:
                return int(value)
            raise NotTaken(f"{value} is no year, such as 2014.")
        text = text_of(value)
        if re.fullmatch(r"\d{4}", text):
            return int(text)
        if (match := _NAMED_DAY.fullmatch(text)) and _month(match["month"]):
            return int(match["year"])
        if match := re.fullmatch(r"(\d{4})[-/](\d{1,2})|(\d{1,2})[-/](\d{4})", text):
            return int(match[1] or match[4])
        if match := re.fullmatch(r"\d{1,2}([./-])\d{1,2}\1(\d{4})(?:[T ].*)?", text):
            return int(match[2])  # whichever of the two is the day
        return self.day(value).year if _NUMBERED_DAY.fullmatch(text) else _no_year(text)

    def years(self, value: Any) -> dict[str, int]:
        """A first and a last year, or one year that is both.

        Raises:
            NotTaken: they are none.
        """
        if match := _YEARS.fullmatch(text_of(value)):
            return {"from": int(match[1]), "to": int(match[2])}
        year = self.year(value)
        return {"from": year, "to": year}

    def number(self, value: Any, *, whole: bool = False) -> float:
        """A number that can be read in one way only.

        Raises:
            NotTaken: it is none, or can be read in two ways.
        """
        if isinstance(value, bool) or not isinstance(value, int | float):
            value = self._written(text_of(value))
        if float(value).is_integer() and abs(value) < 10**15:
            return int(value)
        if whole:
            raise NotTaken(f"{value} is no whole number.")
        return float(value)

    def _written(self, text: str) -> float:
        plain = re.sub(r"[\s\u202f'’](?=\d{3}(?!\d))", "", text)
        number = self._parts(plain)
        if number is None:
            raise NotTaken(f"{quoted(cut(text, 40))} is no plain number, such as 30 or 7000000.")
        return number

    def _parts(self, text: str) -> float | None:
        if re.fullmatch(r"[-+]?\d{1,15}", text):
            return int(text)
        grouped = re.fullmatch(r"([-+]?\d{1,3})((?:([.,])\d{3})+)(?:([.,])(\d+))?", text)
        if grouped and grouped[4] != grouped[3]:
            groups = re.findall(r"[.,]", grouped[2])
            once = len(groups) == 1 and not grouped[4]
            sign = {POINT: ",", COMMA: "."}.get(self.decimal, "")
            if len(set(groups)) == 1 and (not once or sign == grouped[3]):
                whole = re.sub("[.,]", "", grouped[1] + grouped[2])
                return float(Decimal(f"{whole}.{grouped[5]}")) if grouped[5] else int(whole)
            if once and not self.decimal:
                raise NotTaken(
                    f"{quoted(text)} can be two numbers. Say 'decimal: {POINT}' or 'decimal: "
                    f"{COMMA}' in the mapping."
                )
        match = re.fullmatch(r"([-+]?\d{1,12})([.,])(\d{1,9})", text)
        if match and (len(match[3]) != 3 or {".": POINT, ",": COMMA}[match[2]] == self.decimal):
            return float(Decimal(f"{match[1]}.{match[3]}"))
        return None

    def flag(self, value: Any) -> bool:
        """Yes or no.

        Raises:
            NotTaken: it is neither.
        """
        if isinstance(value, bool):
            return value
        text = text_of(value).casefold()
        if text in ("yes", "true", "y", "x", "1", "ja", "oui", "sí", "si", "sim"):
            return True
        if text in ("no", "false", "n", "0", "nein", "non", "não", "nei"):
            return False
        raise NotTaken(f"{quoted(cut(text, 40))} is neither yes nor no.")


def _no_year(text: str) -> int:
    raise NotTaken(f"{quoted(cut(text, 40))} is no year, such as 2014.")


def _month(word: str) -> int:
    folded = word.casefold()
    return _MONTHS.get(folded[:4]) or _MONTHS.get(folded[:3]) or 0


def _real(year: int, month: int, day: int, text: str) -> date:
    try:
        return date(year, month, day)
    except ValueError as err:
        raise NotTaken(f"{quoted(text)} is no day of the calendar.") from err


def text_of(value: Any) -> str:
    """A value as text in one paragraph."""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, datetime) and value.time() == time():
        return value.date().isoformat()
    if isinstance(value, date | time):
        return value.isoformat()
    if isinstance(value, float) and value.is_integer() and abs(value) < 1e15:
        return str(int(value))
    if isinstance(value, Mapping):
        return joined([f"{name} {text_of(part)}" for name, part in value.items()])
    if isinstance(value, list | tuple):
        return ", ".join(map(text_of, value))
    return " ".join(visible(str(value)).split())


def parts_of(value: Any, split: str = "") -> list[Any]:
    """The values of one cell: the items of a list, or what stands between signs."""
    if isinstance(value, list | tuple):
        return [part for part in value if text_of(part)]
    if not split or not isinstance(value, str):
        return [value]
    return [part.strip() for part in value.split(split) if part.strip()]
