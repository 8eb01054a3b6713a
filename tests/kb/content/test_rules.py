"""The rules of ``kb check``: each stands once, and every complaint names one."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Annotated, Any

import pytest

from kb.content import rules
from kb.content.readings import Reading, reading_json, readings_of
from kb.content.rules import RULES, Rule, packed_problem, problem, unpacked_problem
from kb.content.schema import (
    Complaint,
    Complaints,
    Given,
    Many,
    Record,
    optional,
    read,
    required,
    text,
)
from kb.content.yaml_source import read_yaml
from kb.errors import ERROR, WARNING, Edit, Fix, Problem, counted, errors_of

KB = Path(rules.__file__).parents[1]
#: What tells of a problem, and which of its arguments is the rule.
TELLERS = {
    "Complaint": 1,
    "TextComplaint": 1,
    "_Complaint": 1,
    "wrong": 0,
    "problem": 0,
    "YamlTrouble": 0,
    "_field_problem": 0,
    "_located_problem": 0,
    "_note": 1,
    "Slip": 2,
}


def _told_rules() -> Iterator[str]:
    """Every id of a rule that stands where a problem is told in the code."""
    for path in sorted(KB.rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name):
                at = TELLERS.get(node.func.id)
                if at is not None and at < len(node.args):
                    for part in ast.walk(node.args[at]):
                        if isinstance(part, ast.Constant) and isinstance(part.value, str):
                            yield part.value
        yield from re.findall(r'yield "([a-z-]+)", (?:message|f")', path.read_text())


def test_every_rule_that_is_told_is_registered_and_the_other_way_round() -> None:
    """No complaint names a rule that is not there, and no rule is there that nobody tells."""
    told = set(_told_rules())

    assert sorted(told - RULES.keys()) == []
    assert sorted(RULES.keys() - told) == []


def test_rules_are_named_and_said_in_a_sentence() -> None:
    """An id is words with hyphens; what a rule asks is one short sentence."""
    assert [name for name, rule in RULES.items() if rule.id != name] == []
    assert [name for name in RULES if not re.fullmatch(r"[a-z0-9]+(-[a-z0-9]+)+", name)] == []
    said = [rule.sentence for rule in RULES.values()]
    assert [one for one in said if not re.fullmatch(r"[A-Z][^.]*(\.bib)?[^.]*\.", one)] == []
    assert [one for one in said if len(one.split()) > 20] == []
    assert len(set(said)) == len(said)


def test_a_problem_is_as_grave_as_its_rule(monkeypatch: pytest.MonkeyPatch) -> None:
    """Severity comes from the registry alone; a rule that does not exist cannot be told."""
    assert problem("raw-html", "a.md", 3, "is.").severity == ERROR
    _with_warning(monkeypatch)
    assert problem("doubtful", "a.md", 3, "is.").severity == WARNING
    with pytest.raises(KeyError):
        problem("no-such-rule", "a.md", 3, "is.")


WHOLE = Problem(
    path="a.md",
    line=3,
    message="kind must be network, not 'netwrk'.",
    field="kind",
    rule="word-not-in-vocabulary",
    column=7,
    value="netwrk",
    allowed=("network", "study"),
    fix=Fix(
        what="write 'network'",
        edits=(Edit(line=3, column=7, end_line=3, end_column=13, text="network"),),
    ),
)


@pytest.mark.parametrize("told", [WHOLE, replace(WHOLE, fix=None, allowed=(), value="", column=0)])
def test_a_problem_travels_whole(told: Problem) -> None:
    """What is kept of a problem for a later run is all of it, as JSON too."""
    reading = Reading(id="a", digest="b", problems=[packed_problem(told)])
    (back,) = readings_of([(reading_json(reading), "")])

    (found,) = back.problems_in("a.md")
    assert _parts(found) == _parts(unpacked_problem("a.md", packed_problem(told))) == _parts(told)


def _parts(told: Problem) -> dict[str, Any]:
    return {name: getattr(told, name) for name in Problem.__dataclass_fields__}


def test_problems_and_warnings_are_counted_apart() -> None:
    """A count names problems, warnings and files; what there is none of is left out."""
    error, warning = WHOLE, replace(WHOLE, severity=WARNING, path="b.md")

    assert errors_of((error, warning)) == (error,)
    assert [counted(some) for some in ((error,), (warning,), (error, error, warning), ())] == [
        "1 problem in 1 file",
        "1 warning in 1 file",
        "2 problems and 1 warning in 2 files",
        "0 problems in 0 files",
    ]


class _Box(Record):
    what = "a box"

    name: Annotated[str, text(most=5)] = required("", "Box")
    note: Annotated[str | None, text()] = optional()

    @staticmethod
    def rules(given: Given, sound: Given, known: Any) -> Complaints:
        """A name in capitals is doubtful."""
        if str(sound.get("name", "")).isupper():
            yield Complaint(("name",), "doubtful", "looks like shouting.")


class _Shelf(Record):
    what = "a shelf"

    boxes: Annotated[tuple[Any, ...], Many(_Box)] = required("", "[]")

    @staticmethod
    def rules(given: Given, sound: Given, known: Any) -> Complaints:
        """Too many boxes."""
        if len(sound.get("boxes", ())) > 2:
            yield Complaint(("boxes",), "number-out-of-bounds", "must be at most 2.")


def _with_warning(monkeypatch: pytest.MonkeyPatch) -> None:
    doubtful: Mapping[str, Rule] = {
        "doubtful": Rule(id="doubtful", sentence="Doubt.", severity=WARNING)
    }
    monkeypatch.setattr("kb.content.rules.RULES", {**RULES, **doubtful})
    monkeypatch.setattr("kb.content.schema.RULES", {**RULES, **doubtful})


@pytest.mark.parametrize(
    ("source", "is_made", "told"),
    [
        ("boxes: [{name: box}]", True, []),
        ("boxes: [{name: BOX}]", True, [(WARNING, "boxes[1].name looks like shouting.")]),
        (
            "boxes: [{name: BOX}, {name: b, note: []}]",
            False,
            [
                (WARNING, "boxes[1].name looks like shouting."),
                (ERROR, "boxes[2].note must be text, not a list."),
            ],
        ),
        (  # a warning inside hides no rule of what is around it
            "boxes: [{name: BOX}, {name: b}, {name: c}]",
            False,
            [
                (WARNING, "boxes[1].name looks like shouting."),
                (ERROR, "boxes must be at most 2."),
            ],
        ),
    ],
    ids=["nothing", "a-warning", "both", "around"],
)
def test_a_warning_is_told_and_nothing_fails(
    monkeypatch: pytest.MonkeyPatch, source: str, is_made: bool, told: list[tuple[str, str]]
) -> None:
    """A record with nothing but warnings is made; they are told, with errors and without."""
    _with_warning(monkeypatch)

    record, problems = read(_Shelf, read_yaml(source), "a.yaml")

    assert (record is not None) == is_made
    assert [(one.severity, one.message) for one in problems] == told
