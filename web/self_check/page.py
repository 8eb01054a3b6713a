"""The self-check as a page: the answers of an address, and what they amount to in words."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from itertools import islice

from werkzeug.datastructures import MultiDict

from kb.errors import KBError
from kb.model.english import joined
from kb.model.self_check import (
    ANSWERS,
    Assessment,
    Question,
    Reading,
    SelfCheck,
    Step,
    StepStanding,
)
from kb.model.taxonomy import Taxonomy
from kb.text.typography import curly
from web.core.params import REPEATED, Read, Wrong, answers_of, read_page
from web.core.request import searcher
from web.words.lists import shortened
from web.words.translation import ngettext

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


def verdict(assessed: Assessment) -> str:
    """How everything stands, in one line; empty where nothing is answered."""
    weak = [spot.answer for standing in assessed.weak for spot in standing.weak]
    n, strong = assessed.n_questions, assessed.answered - len(weak)
    if not assessed.answered:
        return ""
    if not weak and not assessed.n_open:
        return ngettext(
            "You are ready: %(count)s point is in place.",
            "You are ready: all %(count)s points are in place.",
            n,
            count=n,
        )
    if not weak:
        return ngettext(
            "Nothing is missing so far: %(strong)s of %(total)s points are in place, and %(count)s "
            "question is still open.",
            "Nothing is missing so far: %(strong)s of %(total)s points are in place, and %(count)s "
            "questions are still open.",
            assessed.n_open,
            count=assessed.n_open,
            strong=strong,
            total=n,
        )
    begin = curly(f"Begin with step {assessed.weak[0].number}, {assessed.weak[0].step.title}.")
    if missing := weak.count("not-yet"):
        first = ngettext(
            "Not ready yet: %(count)s point is still to do.",
            "Not ready yet: %(count)s points are still to do.",
            missing,
            count=missing,
        )
    else:
        first = ngettext(
            "Nearly there: %(count)s point needs another look.",
            "Nearly there: %(count)s points need another look.",
            len(weak),
            count=len(weak),
        )
    return f"{first} {begin}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Turn:
    """One question on a page of its own.

    ``number`` counts it among all, ``step`` and ``step_number`` are those that it belongs to;
    ``before`` and ``after`` are the ids of its neighbours, empty at an end.
    """

    question: Question
    number: int
    step: Step
    step_number: int
    before: str
    after: str


def turn_of(check: SelfCheck, question_id: str) -> Turn | None:
    """A question by its id, with what stands around it; None if there is none."""
    ids = [one.id for one in check.questions]
    if question_id not in ids:
        return None
    place = ids.index(question_id)
    number, step = next(
        (number, step)
        for number, step in enumerate(check.steps, start=1)
        if any(one.id == question_id for one in step.questions)
    )
    return Turn(
        question=check.questions[place],
        number=place + 1,
        step=step,
        step_number=number,
        before=ids[place - 1] if place else "",
        after=ids[place + 1] if place + 1 < len(ids) else "",
    )


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
