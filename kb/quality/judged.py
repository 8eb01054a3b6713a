"""Judged queries: what people ask, and which cases answer it.

``cases/queries.jsonl`` holds one JSON object a line. The whole file is checked
before anything is measured: a file with problems is not half-evaluated.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from kb.errors import CorpusError, CorpusInvalid, Problem

SPLITS = ("tune", "test")
KINDS = ("plain", "typo", "negative")
PERSONAS = ("owner", "professor", "contributor", "operator")
GRADES = (1, 2)
_TEXTS = ("id", "split", "text", "persona", "language", "kind", "need")
_CHOICES = {"split": SPLITS, "kind": KINDS, "persona": PERSONAS}


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


def read_judged(path: Path, case_ids: Collection[str]) -> tuple[JudgedQuery, ...]:
    """Read the judged queries.

    Args:
        path: the file.
        case_ids: the ids that judgments may name.

    Raises:
        CorpusInvalid: carries every problem with its line.
        CorpusError: the file cannot be read.
    """
    problems: list[Problem] = []
    found: list[JudgedQuery] = []
    seen: set[str] = set()
    for line, row in json_lines(path, problems):
        wrong = list(_wrong(row, case_ids))
        if not wrong and row["id"] in seen:
            wrong = [f"id must be unique: {row['id']!r} stands twice."]
        problems += [Problem(path=str(path), line=line, message=message) for message in wrong]
        if not wrong:
            seen.add(row["id"])
            fields = {name: row[name] for name in _TEXTS}
            found.append(JudgedQuery(**fields, relevance=row["relevance"]))
    if problems:
        raise CorpusInvalid(tuple(problems), outcome="nothing was measured.")
    return tuple(found)


def _wrong(row: Mapping[str, Any], case_ids: Collection[str]) -> Iterator[str]:
    for name in _TEXTS:
        if not isinstance(row.get(name), str) or not row[name].strip():
            yield f"{name} must be a text that is not empty."
    for name, allowed in _CHOICES.items():
        if isinstance(row.get(name), str) and row[name] not in allowed:
            yield f"{name} must be one of {', '.join(allowed)}, not {row[name]!r}."
    relevance = row.get("relevance")
    if not isinstance(relevance, dict):
        yield "relevance must map ids of cases to 1 or 2."
        return
    yield from relevance_problems(relevance, case_ids)
    if row.get("kind") == "negative" and relevance:
        yield "a negative control must have no relevance."


def relevance_problems(relevance: Mapping[str, Any], case_ids: Collection[str]) -> Iterator[str]:
    """What is wrong with judgments, each as a sentence: ids that are no case, other grades."""
    for case_id, grade in relevance.items():
        if case_id not in case_ids:
            yield f"relevance names {case_id!r}, which is no case."
        if type(grade) is not int or grade not in GRADES:
            yield f"relevance of {case_id!r} must be 1 or 2, not {grade!r}."
