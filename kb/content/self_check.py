"""Reads ``cases/self-check.yaml``: steps, questions, and every problem in them."""

from __future__ import annotations

import difflib
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any, ClassVar

from kb.content.schema import (
    Complaints,
    Given,
    Place,
    Record,
    Records,
    items_of,
    like,
    listed,
    named,
    read_file,
    shown,
    text,
    texts,
    wrong,
)
from kb.errors import Problem
from kb.model.cases import Source
from kb.model.self_check import Example, Question, SelfCheck, Step

#: How many questions a step has, at least and at most.
FEWEST, MOST = 3, 5
MAX_TITLE, MAX_SENTENCE = 60, 160

_ID = named("[a-z0-9]+(-[a-z0-9]+)*", "lower case letters, digits and hyphens")
_SOURCES = "[{key: roy-1998, locator: section 5}]"
_GUIDES = "[guides/what-a-business-network-is]"


@dataclass(frozen=True, slots=True, kw_only=True)
class _Known:
    """What the check may refer to: whether each document, by id, is a guide; keys."""

    guides: Mapping[str, bool]
    sources: Collection[str]

    def document(self, name: str, *, guide: bool) -> str:
        right = [one for one, is_guide in self.guides.items() if is_guide == guide]
        if name not in right:
            what = "a guide" if guide else "a case that is no guide"
            near = difflib.get_close_matches(name, right, n=2)
            hint = f"; nearest: {listed(near)}" if near else ""
            raise wrong(f"must name {what}, not {shown(name)}{hint}.")
        return name


def _guide(name: str, known: _Known) -> str:
    return known.document(name, guide=True)


def _case(name: str, known: _Known) -> str:
    return known.document(name, guide=False)


def _key(name: str, known: _Known) -> str:
    if name not in known.sources:
        raise wrong(f"must be a key of sources.bib: {listed(sorted(known.sources))}.")
    return name


class _SourceFields(Record):
    what: ClassVar[str] = "a source"

    key: Annotated[str, text(means=_key)] = like("roy-1998")
    locator: Annotated[str, text(most=200)] = like("section 5")


class _ExampleFields(Record):
    what: ClassVar[str] = "a case of a question"

    id: Annotated[str, text(means=_case)] = like("norway/graphic-arts")
    shows: Annotated[str, text(most=MAX_SENTENCE)] = like(
        "Three firms opened their technologies to one another."
    )


class _QuestionFields(Record):
    what: ClassVar[str] = "a question"

    id: Annotated[str, _ID] = like("profit")
    question: Annotated[str, text(most=MAX_SENTENCE)] = like(
        "Has your firm made a profit for at least three years?"
    )
    why: Annotated[str, text(most=MAX_SENTENCE)] = like("A network is no cure for a failing firm.")
    sources: Annotated[
        tuple[_SourceFields, ...], Records(none=f"must name at least one; 'sources: {_SOURCES}'.")
    ] = like(_SOURCES)
    guides: Annotated[
        tuple[str, ...], texts(means=_guide, none=f"must name at least one; 'guides: {_GUIDES}'.")
    ] = like(_GUIDES)
    cases: Annotated[tuple[_ExampleFields, ...], Records()] = ()


class _StepFields(Record):
    what: ClassVar[str] = "a step"

    id: Annotated[str, _ID] = like("profit")
    title: Annotated[str, text(most=MAX_TITLE)] = like("Your own firm")
    lead: Annotated[str, text(most=MAX_SENTENCE)] = like("Is your firm ready, and are you?")
    questions: Annotated[tuple[_QuestionFields, ...], Records()] = like("")

    @classmethod
    def rules(cls, given: Given, sound: Given, known: _Known) -> Complaints:
        """How many questions there are."""
        questions = given.get("questions")
        if isinstance(questions, list) and not FEWEST <= len(questions) <= MOST:
            yield ("questions",), f"must be {FEWEST} to {MOST} in a step, not {len(questions)}."


class _File(Record):
    what: ClassVar[str] = "a self-check"
    shape: ClassVar[str] = "the self-check must be a list of steps under 'steps:'."

    steps: Annotated[tuple[_StepFields, ...], Records(none="must hold at least one step.")] = like(
        ""
    )

    @classmethod
    def rules(cls, given: Given, sound: Given, known: _Known) -> Complaints:
        """Steps and questions share one set of ids, since each is a place on the page."""
        taken: set[str] = set()
        for place, own in _ids(given):
            if own in taken:
                yield place, f"must be unique in the file; {own!r} is taken."
            taken.add(own)


def _ids(given: Given) -> Iterator[tuple[Place, str]]:
    """The place and id of each step and question in the order of the file, as far as texts."""
    for step, fields in _mappings(given.get("steps")):
        if isinstance(fields.get("id"), str):
            yield ("steps", step, "id"), fields["id"]
        for question, inner in _mappings(fields.get("questions")):
            if isinstance(inner.get("id"), str):
                yield ("steps", step, "questions", question, "id"), inner["id"]


def _mappings(value: Any) -> Iterator[tuple[int, Given]]:
    numbered = enumerate(items_of(value))
    return ((position, one) for position, one in numbered if isinstance(one, dict))


def read_self_check(
    path: Path, *, guides: Mapping[str, bool], sources: Collection[str]
) -> tuple[SelfCheck | None, list[Problem]]:
    """Read the check.

    Args:
        path: the file.
        guides: id of every document to whether it is a guide.
        sources: the keys that may be cited.

    Returns:
        The check, None where there is no such file or anything is wrong; and every problem.
    """
    if not path.is_file():
        return None, []
    known = _Known(guides=guides, sources=sources)
    try:
        check, problems = read_file(_File, path, what="the self-check", known=known)
    except OSError as err:
        return None, [Problem(path=str(path), line=1, message=f"cannot be read: {err.strerror}.")]
    return (SelfCheck(steps=tuple(map(_step, check.steps))) if check else None), problems


def _step(fields: _StepFields) -> Step:
    return Step(
        id=fields.id,
        title=fields.title,
        lead=fields.lead,
        questions=tuple(map(_question, fields.questions)),
    )


def _question(fields: _QuestionFields) -> Question:
    return Question(
        id=fields.id,
        text=fields.question,
        why=fields.why,
        sources=tuple(Source(**dict(one)) for one in fields.sources),
        guides=fields.guides,
        cases=tuple(Example(**dict(one)) for one in fields.cases),
    )
