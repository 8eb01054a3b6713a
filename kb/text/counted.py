"""How many there were, as somebody says it: ``5``, ``about 400``, ``more than twenty``."""

from __future__ import annotations

import re
from dataclasses import dataclass

from kb.text.figures import COUNT, YEAR, figures_in

#: What is said before a number, and how exact that makes it; empty for exact. The longest first.
_BEFORE = {
    "at most": r"at most|up to|no more than|not more than|max(?:imum|\.)?",
    "at least": r"at least|no fewer than|no less than|min(?:imum|\.)?",
    "under": r"under|below|fewer than|less than|<",
    "more than": r"over|above|more than|upwards of|>",
    "about": r"about|around|approximately|approx\.?|roughly|some|circa|ca?\.?|nearly|almost|"
    r"close to|maybe|perhaps|~|≈",
}
_AFTER = {"at least": r"\+|or more|at least", "about": r"or so|approximately|about"}
#: What may stand beside the number: who is counted.
_COUNTED = re.compile(r"(?: ?[^\W\d]{2,20}){0,2}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Counted:
    """A number, and how exact it is: a word of the records, or empty for exact."""

    number: int
    qualifier: str = ""

    def __str__(self) -> str:
        return f"{self.qualifier} {self.number:,}".strip()


def read_count(text: str) -> Counted | None:
    """The number that somebody means; None where it is none, or more than one."""
    text = re.sub(r"(?<=\d) (?=\d{3}\b)", "", " ".join(text.casefold().split()).rstrip("."))
    found = figures_in(text)
    if len(found) != 1:
        return None
    figure = found[0]
    numbers = set(figure.read_as(COUNT, YEAR))
    before, after = text[: figure.start].strip(), text[figure.end :].strip()
    qualifier = _qualifier(before, _BEFORE)
    if not _COUNTED.fullmatch(after):
        qualifier = None
    if not before and (behind := _qualifier(after, _AFTER)):
        qualifier = behind
    if qualifier is None or len(numbers) != 1 or not _is_whole(min(numbers)):
        return None
    return Counted(number=int(numbers.pop()), qualifier=qualifier)


def _is_whole(number: float) -> bool:
    return 1 <= number < _LARGEST and number == int(number)


_LARGEST = 1e9


def _qualifier(words: str, known: dict[str, str]) -> str | None:
    """How exact some words make a number; None where they say something else."""
    if not words:
        return ""
    return next((name for name, said in known.items() if re.fullmatch(said, words)), None)
