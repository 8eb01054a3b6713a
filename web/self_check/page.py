"""The self-check as a page: the answers of an address, and what they amount to in words."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from itertools import islice

from werkzeug.datastructures import MultiDict

from kb.errors import KBError
from kb.model.english import joined
from kb.model.self_check import ANSWERS, Reading, SelfCheck, StepStanding
from kb.model.taxonomy import Taxonomy
from web.core.params import REPEATED, Read, Wrong, answers_of, read_page
from web.core.request import searcher
from web.words.lists import shortened

#: Answer to its words.
WORDS: Mapping[str, str] = {
    "yes": "Yes",
    "partly": "Partly",
    "not-yet": "Not yet",
    "unknown": "Don’t know",
}
#: Answer to what a count of it says of a step.
COUNTED: Mapping[str, str] = {"not-yet": "not yet", "unknown": "not known", "partly": "partly"}
#: How many guides and how many cases stand in the list of what to read first.
MOST_READINGS = 4


def has_self_check() -> bool:
    """Whether the current snapshot holds one; False where there is no snapshot."""
    try:
        return searcher().compendium.self_check is not None
    except KBError:
        return False


def read_answers(check: SelfCheck, args: MultiDict[str, str], taxonomy: Taxonomy) -> Read:
    """The answers of an address by question; an empty text where there is none."""
    questions = tuple(one.id for one in check.questions)
    return read_page(answers_of(questions, ANSWERS), args, taxonomy)


def faults(wrong: Mapping[str, Wrong], check: SelfCheck) -> Mapping[str, str]:
    """Questions to what is wrong with their answers, as sentences, in the order of the page."""
    return {one.id: _fault(wrong[one.id]) for one in check.questions if one.id in wrong}


def read_first(readings: Iterable[Reading], held: Collection[str]) -> tuple[Reading, ...]:
    """The first few that speak to several weak spots; one alone stands beside its spot."""
    several = (one for one in readings if one.spots > 1 and one.id in held)
    return tuple(islice(several, MOST_READINGS))


def standing_text(standing: StepStanding) -> str:
    """How a step stands: ``3 of 4 in place, 1 partly``."""
    n = len(standing.step.questions)
    if len(standing.unanswered) == n:
        return "Not answered yet"
    if len(standing.strong) == n:
        return f"All {n} in place"
    given = [spot.answer for spot in standing.weak]
    counts = [(given.count(answer), words) for answer, words in COUNTED.items()]
    counts.append((len(standing.unanswered), "not answered"))
    others = (f"{count} {words}" for count, words in counts if count)
    return ", ".join((f"{len(standing.strong)} of {n} in place", *others))


def _fault(wrong: Wrong) -> str:
    allowed = joined(ANSWERS, "or")
    if wrong.rule == REPEATED:
        return f"{wrong.name} takes one answer: {allowed}. Choose one."
    return f"{wrong.name} must be {allowed}, not “{shortened(wrong.given)}”."
