"""Judged queries: what people ask, and which cases answer it.

``cases/queries.jsonl`` holds one JSON object a line. The whole file is checked
before anything is measured: a file with problems is not half-evaluated.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any, ClassVar, TypeVar

from pydantic import ConfigDict

from kb.content.schema import (
    Complaints,
    Given,
    Record,
    Value,
    described,
    read,
    several,
    wrong,
)
from kb.content.yaml_source import Located
from kb.errors import CorpusError, CorpusInvalid, Problem

SPLITS = ("tune", "test")
KINDS = ("plain", "typo", "negative")
PERSONAS = ("owner", "professor", "contributor", "operator")
GRADES = (1, 2)


@dataclass(frozen=True, slots=True, kw_only=True)
class JudgedQuery:
    """One query with its judgments.

    ``relevance`` maps case ids to 1 (useful) or 2 (just what was wanted); every
    other case was judged 0. Where it is empty, nothing in the compendium answers.
    """

    id: str
    split: str
    text: str
    persona: str
    language: str
    kind: str
    need: str
    relevance: Mapping[str, int]


def words(allowed: tuple[str, ...] = ()) -> Value:
    """A text that is not empty, as it stands; one of those allowed, where any are named."""

    def read(value: Any, known: Any) -> str:
        if not isinstance(value, str) or not value.strip():
            raise wrong("must be a text that is not empty.")
        if allowed and value not in allowed:
            raise wrong(f"must be one of {', '.join(allowed)}, not {value!r}.")
        return value

    return Value(read, {"enum": list(allowed)} if allowed else {"type": "string"})


def required() -> Any:
    """A field whose own message says what it must be where it is not given, too."""
    return described(default=None, validate_default=True)


def relevance_problems(relevance: Mapping[str, Any], case_ids: Collection[str]) -> Iterator[str]:
    """What is wrong with judgments: ids that are no case, other grades."""
    for case_id, grade in relevance.items():
        if case_id not in case_ids:
            yield f"names {case_id!r}, which is no case."
        if type(grade) is not int or grade not in GRADES:
            yield f"of {case_id!r} must be 1 or 2, not {grade!r}."


def _relevance(value: Any, case_ids: Collection[str]) -> dict[str, int]:
    if not isinstance(value, dict):
        raise wrong("must map ids of cases to 1 or 2.")
    problems = list(relevance_problems(value, case_ids))
    if problems:
        raise several(((), wrong(problem)) for problem in problems)
    return value


def json_lines(path: Path, problems: list[Problem]) -> Iterator[tuple[int, dict[str, Any]]]:
    """The objects of a file in JSON lines with their line numbers; notes what is not one.

    Raises:
        CorpusError: the file cannot be read at all.
    """
    try:
        # Not splitlines(): a text may hold other signs that it would take for an end.
        lines = path.read_text(encoding="utf-8").split("\n")
    except OSError as err:
        raise CorpusError(f"{path} cannot be read: {err.strerror}.") from err
    except UnicodeDecodeError as err:
        raise CorpusError(f"{path} must be UTF-8.") from err
    for number, line in enumerate(lines, 1):
        if not line.strip():
            continue
        try:
            value = json.loads(line)
        except (ValueError, RecursionError):
            value = None
        if isinstance(value, dict):
            yield number, value
        else:
            problems.append(
                Problem(path=str(path), line=number, message="must be one JSON object on the line.")
            )


class JudgedRow(Record):
    """What every line of judgments has; fields that are not known are passed over."""

    model_config = ConfigDict(extra="ignore")
    empty: ClassVar[str | None] = None

    id: Annotated[str, words()] = required()


class _QueryRow(JudgedRow):
    split: Annotated[str, words(SPLITS)] = required()
    text: Annotated[str, words()] = required()
    persona: Annotated[str, words(PERSONAS)] = required()
    language: Annotated[str, words()] = required()
    kind: Annotated[str, words(KINDS)] = required()
    need: Annotated[str, words()] = required()
    relevance: Annotated[dict[str, int], Value(_relevance, {"type": "object"})] = required()

    @classmethod
    def rules(cls, given: Given, sound: Given, known: Collection[str]) -> Complaints:
        """A negative control is one that nothing answers."""
        if given.get("kind") == "negative" and given.get("relevance"):
            yield (), "a negative control must have no relevance."


Row = TypeVar("Row", bound=JudgedRow)


def read_rows(path: Path, model: type[Row], known: Any) -> list[Row]:
    """Read a file of judgments, one on a line.

    Args:
        path: the file.
        model: what a line holds.
        known: what it may refer to; handed to the fields.

    Raises:
        CorpusInvalid: carries every problem with its line.
        CorpusError: the file cannot be read.
    """
    problems: list[Problem] = []
    rows: dict[str, Row] = {}
    for line, value in json_lines(path, problems):
        row, wrong = read(model, Located(value=value, lines={(): line}), path, known=known)
        problems += wrong
        if row is not None and row.id in rows:
            message = f"id must be unique: {row.id!r} stands twice."
            problems.append(Problem(path=str(path), line=line, message=message, field="id"))
        elif row is not None:
            rows[row.id] = row
    if problems:
        raise CorpusInvalid(tuple(problems), outcome="nothing was measured.")
    return list(rows.values())


def read_judged(path: Path, case_ids: Collection[str]) -> tuple[JudgedQuery, ...]:
    """Read the judged queries.

    Args:
        path: the file.
        case_ids: the ids that judgments may name.

    Raises:
        CorpusInvalid: carries every problem with its line.
        CorpusError: the file cannot be read.
    """
    return tuple(JudgedQuery(**dict(row)) for row in read_rows(path, _QueryRow, case_ids))
