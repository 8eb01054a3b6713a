"""The readiness self-check, and what answers to it mean.

Steps with a few questions each; every question is a criterion that a source names,
with the guides that treat it and the cases that show it done, or show what happens
without it. Answers are given to ``assess`` and kept nowhere.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from kb.model.cases import Source

#: What may be answered. All but the first make a weak spot.
ANSWERS: tuple[str, ...] = ("yes", "partly", "not-yet", "unknown")
#: Weak spots of one step, the weakest answer first.
WEAKEST_FIRST: tuple[str, ...] = ("not-yet", "unknown", "partly")


@dataclass(frozen=True, slots=True, kw_only=True)
class Example:
    """A case beside a question: its id, and what it shows in a sentence."""

    id: str
    shows: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """One criterion. ``id`` is its parameter in the address; guides and cases are ids."""

    id: str
    text: str
    why: str
    sources: tuple[Source, ...]
    guides: tuple[str, ...]
    cases: tuple[Example, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """One step with its questions in the order of the file."""

    id: str
    title: str
    lead: str
    questions: tuple[Question, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class SelfCheck:
    """The whole check, steps in the order of the file."""

    steps: tuple[Step, ...]

    @property
    def questions(self) -> tuple[Question, ...]:
        """Every question in order."""
        return tuple(question for step in self.steps for question in step.questions)


@dataclass(frozen=True, slots=True, kw_only=True)
class WeakSpot:
    """A question that was answered with anything but yes."""

    question: Question
    answer: str


@dataclass(frozen=True, slots=True, kw_only=True)
class StepStanding:
    """How one step stands.

    ``number`` is its place in the order of the file, from 1. ``strong`` and
    ``unanswered`` go in the order of the file, ``weak`` by ``WEAKEST_FIRST`` and then in
    the order of the file.
    """

    step: Step
    number: int
    strong: tuple[Question, ...]
    weak: tuple[WeakSpot, ...]
    unanswered: tuple[Question, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """A guide or case to read, and how many weak spots it speaks to; at least 1."""

    id: str
    spots: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Assessment:
    """What the answers amount to.

    ``guides`` and ``cases`` go by how many weak spots they speak to, the most
    first, then in the order in which the weak spots name them.
    """

    steps: tuple[StepStanding, ...]
    answered: int
    guides: tuple[Reading, ...]
    cases: tuple[Reading, ...]

    @property
    def weak(self) -> tuple[StepStanding, ...]:
        """The steps with a weak spot."""
        return tuple(standing for standing in self.steps if standing.weak)

    @property
    def n_questions(self) -> int:
        """How many questions there are."""
        return sum(len(standing.step.questions) for standing in self.steps)

    @property
    def n_open(self) -> int:
        """How many questions have no answer."""
        return self.n_questions - self.answered


def assess(check: SelfCheck, answers: Mapping[str, str]) -> Assessment:
    """What ``answers`` (question id to one of ``ANSWERS``) amount to.

    Ids that are no question are passed over.
    """
    steps = tuple(_stand(step, number, answers) for number, step in enumerate(check.steps, 1))
    weak = [spot.question for step in steps for spot in step.weak]
    return Assessment(
        steps=steps,
        answered=sum(question.id in answers for question in check.questions),
        guides=_readings(name for question in weak for name in question.guides),
        cases=_readings(case.id for question in weak for case in question.cases),
    )


def _stand(step: Step, number: int, answers: Mapping[str, str]) -> StepStanding:
    weak = [
        WeakSpot(question=question, answer=answers[question.id])
        for question in step.questions
        if answers.get(question.id, "yes") != "yes"
    ]
    return StepStanding(
        step=step,
        number=number,
        strong=tuple(question for question in step.questions if answers.get(question.id) == "yes"),
        weak=tuple(sorted(weak, key=lambda spot: WEAKEST_FIRST.index(spot.answer))),
        unanswered=tuple(question for question in step.questions if question.id not in answers),
    )


def _readings(names: Iterable[str]) -> tuple[Reading, ...]:
    return tuple(Reading(id=name, spots=spots) for name, spots in Counter(names).most_common())
