"""The readiness self-check: ``cases/self-check.yaml``, and what answers to it mean.

Steps with a few questions each; every question is a criterion that a source names,
with the guides that treat it and the cases that show it done, or show what happens
without it. Answers are given to ``assess`` and kept nowhere.
"""

from __future__ import annotations

import difflib
import re
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

from kb.documents import Problem, Source
from kb.fields import Fields, listed, shown
from kb.yaml_source import Located, YamlTrouble, read_yaml

#: What may be answered. All but the first make a weak spot.
ANSWERS: tuple[str, ...] = ("yes", "partly", "not-yet", "unknown")
#: Weak spots of one step, the weakest answer first.
WEAKEST_FIRST: tuple[str, ...] = ("not-yet", "unknown", "partly")

#: How many questions a step has, at least and at most.
FEWEST, MOST = 3, 5
MAX_TITLE, MAX_SENTENCE = 60, 160

STEP_FIELDS = ("id", "title", "lead", "questions")
QUESTION_REQUIRED = ("id", "question", "why", "sources", "guides")
QUESTION_OPTIONAL = ("cases",)
SOURCE_FIELDS = ("key", "locator")
EXAMPLE_FIELDS = ("id", "shows")

_ID = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")
_EXAMPLES = {
    "steps": "steps:",
    "id": "id: profit",
    "title": "title: Your own firm",
    "lead": "lead: Is your firm ready, and are you?",
    "questions": "questions:",
    "question": "question: Has your firm made a profit for at least three years?",
    "why": "why: A network is no cure for a failing firm.",
    "sources": "sources: [{key: roy-1998, locator: section 5}]",
    "key": "key: roy-1998",
    "locator": "locator: section 5",
    "guides": "guides: [guides/what-a-business-network-is]",
    "shows": "shows: Three firms opened their technologies to one another.",
}


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
    cases: tuple[Example, ...]


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

    ``strong`` and ``unanswered`` go in the order of the file, ``weak`` by
    ``WEAKEST_FIRST`` and then in the order of the file.
    """

    step: Step
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


def assess(check: SelfCheck, answers: Mapping[str, str]) -> Assessment:
    """What ``answers`` (question id to one of ``ANSWERS``) amount to.

    Ids that are no question are passed over.
    """
    steps = tuple(_stand(step, answers) for step in check.steps)
    weak = [spot.question for step in steps for spot in step.weak]
    return Assessment(
        steps=steps,
        answered=sum(question.id in answers for question in check.questions),
        guides=_readings(name for question in weak for name in question.guides),
        cases=_readings(case.id for question in weak for case in question.cases),
    )


def _stand(step: Step, answers: Mapping[str, str]) -> StepStanding:
    weak = [
        WeakSpot(question=question, answer=answers[question.id])
        for question in step.questions
        if answers.get(question.id, "yes") != "yes"
    ]
    return StepStanding(
        step=step,
        strong=tuple(one for one in step.questions if answers.get(one.id) == "yes"),
        weak=tuple(sorted(weak, key=lambda spot: WEAKEST_FIRST.index(spot.answer))),
        unanswered=tuple(one for one in step.questions if one.id not in answers),
    )


def _readings(names: Iterable[str]) -> tuple[Reading, ...]:
    return tuple(Reading(id=name, spots=spots) for name, spots in Counter(names).most_common())


def read_self_check(
    path: Path, *, kinds: Mapping[str, str], sources: Iterable[str], problems: list[Problem]
) -> SelfCheck | None:
    """Read the check; None where there is no such file.

    Args:
        path: the file.
        kinds: id of every case to its kind; a guide must be of kind ``guide``.
        sources: the keys that may be cited.
        problems: told everything that is wrong, with its line. Where anything is,
            what is returned is not to be used.
    """
    if not path.is_file():
        return None
    try:
        located = read_yaml(path.read_text(encoding="utf-8-sig"))
    except (OSError, UnicodeDecodeError) as err:
        reason = err.strerror if isinstance(err, OSError) else "it is not UTF-8"
        problems.append(_problem(path, 1, f"the file cannot be read: {reason}."))
        return None
    except YamlTrouble as err:
        problems.append(_problem(path, err.line, f"the self-check {err}."))
        return None
    return _Reader(path, located, kinds, frozenset(sources), problems).read()


def _problem(path: Path, line: int, message: str) -> Problem:
    return Problem(path=str(path), line=line, message=message)


@dataclass(slots=True)
class _Reader:
    path: Path
    located: Located
    kinds: Mapping[str, str]
    sources: frozenset[str]
    problems: list[Problem]

    def read(self) -> SelfCheck | None:
        value = self.located.value
        if not isinstance(value, dict):
            message = "the self-check must be a list of steps under 'steps:'."
            self.problems.append(_problem(self.path, 1, message))
            return None
        for repeated, line in self.located.repeated:
            message = f"{repeated[-1]} is given twice; keep one of the two."
            self.problems.append(_problem(self.path, line, message))
        top = Fields(
            path=str(self.path), located=self.located, problems=self.problems, values=value
        )
        top.only(("steps",), "a self-check")
        top.require(("steps",), _EXAMPLES.__getitem__)
        if top.values.get("steps") == []:
            top.problem("steps", "must hold at least one step.")
        taken: set[str] = set()
        return SelfCheck(steps=tuple(self._step(one, taken) for one in top.records("steps")))

    def _step(self, fields: Fields, taken: set[str]) -> Step:
        fields.only(STEP_FIELDS, "a step")
        fields.require(STEP_FIELDS, _EXAMPLES.__getitem__)
        questions = fields.records("questions")
        if isinstance(fields.values.get("questions"), list) and not (
            FEWEST <= len(fields.values["questions"]) <= MOST
        ):
            count = len(fields.values["questions"])
            fields.problem("questions", f"must be {FEWEST} to {MOST} in a step, not {count}.")
        return Step(
            id=_own_id(fields, taken),
            title=fields.text("title", most=MAX_TITLE) or "",
            lead=fields.text("lead", most=MAX_SENTENCE) or "",
            questions=tuple(self._question(one, taken) for one in questions),
        )

    def _question(self, fields: Fields, taken: set[str]) -> Question:
        fields.only((*QUESTION_REQUIRED, *QUESTION_OPTIONAL), "a question")
        fields.require(QUESTION_REQUIRED, _EXAMPLES.__getitem__)
        for name in ("sources", "guides"):
            if fields.values.get(name) == []:
                fields.problem(name, f"must name at least one; {_EXAMPLES[name]!r}.")
        guides = fields.texts("guides")
        for guide in guides:
            self._known(fields, "guides", guide, guide=True)
        return Question(
            id=_own_id(fields, taken),
            text=fields.text("question", most=MAX_SENTENCE) or "",
            why=fields.text("why", most=MAX_SENTENCE) or "",
            sources=tuple(self._source(one) for one in fields.records("sources")),
            guides=guides,
            cases=tuple(self._example(one) for one in fields.records("cases")),
        )

    def _source(self, fields: Fields) -> Source:
        fields.only(SOURCE_FIELDS, "a source")
        fields.require(SOURCE_FIELDS, _EXAMPLES.__getitem__)
        key = fields.text("key") or ""
        if key and key not in self.sources:
            fields.problem("key", f"must be a key of sources.bib: {listed(sorted(self.sources))}.")
        return Source(key=key, locator=fields.text("locator", most=200) or "")

    def _example(self, fields: Fields) -> Example:
        fields.only(EXAMPLE_FIELDS, "a case of a question")
        fields.require(EXAMPLE_FIELDS, _EXAMPLES.__getitem__)
        case_id = fields.text("id") or ""
        if case_id:
            self._known(fields, "id", case_id, guide=False)
        return Example(id=case_id, shows=fields.text("shows", most=MAX_SENTENCE) or "")

    def _known(self, fields: Fields, field: str, name: str, *, guide: bool) -> None:
        right = [one for one, kind in self.kinds.items() if (kind == "guide") == guide]
        if name in right:
            return
        what = "a guide" if guide else "a case that is no guide"
        near = difflib.get_close_matches(name, right, n=2)
        hint = f"; nearest: {listed(near)}" if near else ""
        fields.problem(field, f"must name {what}, not {shown(name)}{hint}.")


def _own_id(fields: Fields, taken: set[str]) -> str:
    """The id of a step or question; both share one set, since each is a place on the page."""
    own = fields.text("id") or ""
    if own and not _ID.fullmatch(own):
        fields.problem("id", f"must be lower case letters, digits and hyphens, not {shown(own)}.")
    elif own in taken:
        fields.problem("id", f"must be unique in the file; {own!r} is taken.")
    taken.add(own)
    return own
