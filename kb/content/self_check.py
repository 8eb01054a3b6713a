"""Reads ``cases/self-check.yaml``: steps, questions, and every problem in them."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Annotated, Any

from kb.content.front_matter import SourceFields
from kb.content.known import CASE_ID, GUIDE_ID, Known
from kb.content.schema import (
    Complaint,
    Complaints,
    Given,
    Many,
    Place,
    Record,
    YamlFile,
    items_of,
    not_unique,
    optional,
    pattern,
    required,
    text,
    texts,
)
from kb.errors import Problem
from kb.model.cases import Source
from kb.model.self_check import Example, Question, SelfCheck, Step

#: How many questions a step has, at least and at most.
FEWEST, MOST = 3, 6
MAX_TITLE, MAX_SENTENCE = 60, 160

_ID = pattern("[a-z0-9]+(-[a-z0-9]+)*", "lower case letters, digits and hyphens")
_SENTENCE = text(most=MAX_SENTENCE)
_SOURCES = "[{key: roy-1998, locator: section 5}]"
_GUIDES = "[guides/what-a-business-network-is]"


class ExampleFields(Record):
    """A case, and what it shows of what is asked."""

    what = "a case of a question"
    makes = Example

    id: Annotated[str, CASE_ID] = required("", "norway/graphic-arts")
    shows: Annotated[str, _SENTENCE] = required(
        "", "Three firms opened their technologies to one another."
    )


class _QuestionFields(Record):
    what = "a question"
    makes = Question

    id: Annotated[str, _ID] = required("", "profit")
    text: Annotated[str, _SENTENCE] = required(
        "", "Has your firm made a profit for at least three years?", alias="question"
    )
    why: Annotated[str, _SENTENCE] = required("", "A network is no cure for a failing firm.")
    sources: Annotated[
        tuple[Source, ...],
        Many(SourceFields, none=f"must name at least one; 'sources: {_SOURCES}'."),
    ] = required("", _SOURCES)
    guides: Annotated[
        tuple[str, ...], texts(GUIDE_ID, none=f"must name at least one; 'guides: {_GUIDES}'.")
    ] = required("", _GUIDES)
    cases: Annotated[tuple[Example, ...], Many(ExampleFields)] = optional()


class _StepFields(Record):
    what = "a step"
    makes = Step

    id: Annotated[str, _ID] = required("", "profit")
    title: Annotated[str, text(most=MAX_TITLE)] = required("", "Your own firm")
    lead: Annotated[str, _SENTENCE] = required("", "Is your firm ready, and are you?")
    questions: Annotated[tuple[Question, ...], Many(_QuestionFields)] = required("", "")

    @staticmethod
    def rules(given: Given, sound: Given, known: Known) -> Complaints:
        """How many questions there are."""
        questions = given.get("questions")
        if isinstance(questions, list) and not FEWEST <= len(questions) <= MOST:
            message = f"must be {FEWEST} to {MOST} in a step, not {len(questions)}."
            yield Complaint(("questions",), "number-out-of-bounds", message)


class _File(Record):
    what = "a self-check"
    shape = "the self-check must be a list of steps under 'steps:'."
    makes = SelfCheck

    steps: Annotated[tuple[Step, ...], Many(_StepFields, none="must hold at least one step.")] = (
        required("", "")
    )

    @staticmethod
    def rules(given: Given, sound: Given, known: Known) -> Complaints:
        """Steps and questions share one set of ids, since each is a place on the page."""
        taken: set[str] = set()
        for place, name in _ids(("steps",), given.get("steps")):
            if name in taken:
                yield not_unique(place, name)
            taken.add(name)


def _ids(place: Place, records: Any) -> Iterator[tuple[Place, str]]:
    """The place and id of each step, and of each question in it, as far as they are texts."""
    for position, fields in enumerate(items_of(records)):
        if isinstance(fields, dict):
            if isinstance(fields.get("id"), str):
                yield (*place, position, "id"), fields["id"]
            yield from _ids((*place, position, "questions"), fields.get("questions"))


_FILE = YamlFile(model=_File, what="the self-check")


def read_self_check(path: Path, known: Known) -> tuple[SelfCheck | None, list[Problem]]:
    """The check, None where there is no such file or anything is wrong; and every problem."""
    return _FILE.read(path, known)
