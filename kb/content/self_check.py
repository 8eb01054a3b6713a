"""Reads ``cases/self-check.yaml``: steps, questions, and every problem in them."""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

from kb.content.fields import Fields, listed, shown
from kb.content.yaml_source import Located, YamlTrouble, read_yaml
from kb.errors import Problem
from kb.model.cases import Source
from kb.model.self_check import Example, Question, SelfCheck, Step

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
