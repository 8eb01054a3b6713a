"""Judged queries: what people ask, and which cases answer it.

``queries.jsonl`` holds one JSON object a line. It stands beside the cases, or in the folder of
the collection whose documents alone were judged (``kb.content.files.judged_folder``). The
whole file is checked before anything is measured: a file with problems is not half-evaluated.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any

from pydantic import ConfigDict

from kb.content.documents import Document
from kb.content.rules import problem
from kb.content.schema import (
    Complaint,
    Complaints,
    Given,
    Record,
    Value,
    optional,
    problem_at,
    read,
    several,
    wrong,
)
from kb.content.yaml_source import Located
from kb.errors import CorpusError, CorpusInvalid, Problem, errors_of
from kb.model.cases import Case
from kb.model.facets import COLLECTION_FACET
from kb.model.taxonomy import Taxonomy

SPLITS = ("tune", "test")
KINDS = ("plain", "typo", "negative")
PERSONAS = ("owner", "professor", "agency", "contributor", "operator")
GRADES = (1, 2)


@dataclass(frozen=True, slots=True, kw_only=True)
class JudgedQuery:
    """One query with its judgments.

    ``relevance`` maps case ids to 1 (useful) or 2 (just what was wanted); every
    other case was judged 0. Where it is empty, nothing that was judged answers; of the
    queries of a collection ``elsewhere`` says that a document outside of it does.
    """

    id: str
    split: str
    text: str
    persona: str
    language: str
    kind: str
    need: str
    relevance: Mapping[str, int]
    elsewhere: bool = False


def words(allowed: tuple[str, ...] = ()) -> Value:
    """A text that is not empty, as it stands; one of those allowed, where any are named."""

    def read(value: Any, known: Any) -> str:
        if not isinstance(value, str) or not value.strip():
            raise wrong("wrong-kind-of-value", "must be a text that is not empty.")
        if allowed and value not in allowed:
            message = f"must be one of {', '.join(allowed)}, not {value!r}."
            raise wrong("word-not-in-vocabulary", message, allowed=allowed)
        return value

    return Value(read, {"enum": list(allowed)} if allowed else {"type": "string"})


#: A field whose own message says what it must be where it is not given, too.
NEEDED = optional(validate_default=True)


@dataclass(frozen=True, slots=True, kw_only=True)
class Judgeable:
    """What a line of a file of judgments may name.

    Attributes:
        ids: of the documents.
        guides: those of them that are guides.
        collection: the id of the collection that alone was judged; empty for everything.
        outside: the documents of the compendium that are not in it.
        taxonomy: the vocabulary, which profiles need.
    """

    ids: Collection[str]
    guides: Collection[str] = ()
    collection: str = ""
    outside: Collection[str] = ()
    taxonomy: Taxonomy | None = None


def judgeable(
    cases: Iterable[Case | Document], taxonomy: Taxonomy | None = None, *, collection: str = ""
) -> Judgeable:
    """What may be judged of some cases: all of them, or those of a collection alone."""
    inside, outside = [], []
    for case in cases:
        is_in = not collection or collection in case.facets[COLLECTION_FACET]
        (inside if is_in else outside).append(case)
    return Judgeable(
        ids={case.id for case in inside},
        guides={case.id for case in inside if case.is_guide},
        collection=collection,
        outside={case.id for case in outside},
        taxonomy=taxonomy,
    )


def relevance_problems(relevance: Mapping[str, Any], known: Judgeable) -> Complaints:
    """What is wrong with judgments: ids that are no case or outside, other grades."""
    for case_id, grade in relevance.items():
        if case_id in known.outside:
            yield Complaint(
                (),
                "judged-outside-collection",
                f"names {case_id!r}, which is not in the collection {known.collection!r}; "
                "only its own documents are judged here.",
            )
        elif case_id not in known.ids:
            yield Complaint((), "case-unknown", f"names {case_id!r}, which is no case.")
        if type(grade) is not int or grade not in GRADES:
            message = f"of {case_id!r} must be 1 or 2, not {grade!r}."
            yield Complaint((), "judged-grade", message)


def _relevance(value: Any, known: Judgeable) -> dict[str, int]:
    if not isinstance(value, dict):
        raise wrong("wrong-kind-of-value", "must map ids of cases to 1 or 2.")
    complaints = list(relevance_problems(value, known))
    if complaints:
        raise several(complaints)
    return value


def _yes_or_no(value: Any, known: Any) -> bool:
    if not isinstance(value, bool):
        raise wrong("not-true-or-false", "must be true or false.")
    return value


def text_of(path: Path) -> str:
    """The text of a file of judgments in UTF-8, with Unix line ends.

    Raises:
        CorpusError: the file cannot be read at all, or is not UTF-8; on which line.
    """
    try:
        data = path.read_bytes()
        text = data.decode("utf-8-sig")
    except OSError as err:
        raise CorpusError(f"{path} cannot be read: {err.strerror}.") from err
    except UnicodeDecodeError as err:
        line, byte = 1 + err.object.count(b"\n", 0, err.start), err.object[err.start]
        message = f"must be UTF-8; byte 0x{byte:02x} is not. Save the file as UTF-8."
        raise CorpusError(f"{path}:{line}: {message}") from err
    return text.replace("\r\n", "\n").replace("\r", "\n")


def json_lines(path: Path, problems: list[Problem]) -> Iterator[tuple[int, dict[str, Any]]]:
    """The objects of a file in JSON lines with their line numbers; notes what is not one.

    Raises:
        CorpusError: the file cannot be read at all.
    """
    # Not splitlines(): a text may hold other signs that it would take for an end.
    lines = text_of(path).split("\n")
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
            message = "must be one JSON object on the line."
            problems.append(problem("judged-line-malformed", path, number, message))


class Row(Record):
    """A line of a file of judgments; fields that are not known are passed over.

    The first field of each is its id.
    """

    model_config = ConfigDict(extra="ignore")
    empty = None


class QueryRow(Row):
    """A judged query."""

    makes = JudgedQuery

    id: Annotated[str, words()] = NEEDED
    split: Annotated[str, words(SPLITS)] = NEEDED
    text: Annotated[str, words()] = NEEDED
    persona: Annotated[str, words(PERSONAS)] = NEEDED
    language: Annotated[str, words()] = NEEDED
    kind: Annotated[str, words(KINDS)] = NEEDED
    need: Annotated[str, words()] = NEEDED
    relevance: Annotated[dict[str, int], Value(_relevance, {"type": "object"})] = NEEDED
    elsewhere: Annotated[bool, Value(_yes_or_no, {"type": "boolean"})] = optional(default=False)

    @staticmethod
    def rules(given: Given, sound: Given, known: Judgeable) -> Complaints:
        """A negative control is one that nothing answers."""
        if given.get("kind") == "negative" and given.get("relevance"):
            message = "a negative control must have no relevance."
            yield Complaint((), "judged-negative-with-answers", message)


def rows_of(
    path: Path, model: type[Row], problems: list[Problem], known: Any = None
) -> dict[str, Any]:
    """Read a file in JSON lines, a record on each.

    Args:
        path: the file.
        model: what a line holds.
        problems: told of everything that is wrong.
        known: what a line may refer to; handed to the fields.

    Returns:
        What the records make, by their ids, in the order of the file.

    Raises:
        CorpusError: the file cannot be read.
    """
    rows: dict[str, Any] = {}
    name = model.names()[0]
    for line, value in json_lines(path, problems):
        located = Located(value=value, lines={(): line})
        row, row_problems = read(model, located, path, known=known)
        problems += row_problems
        if row is not None and row.id in rows:
            message = f"must be unique: {row.id!r} stands twice."
            complaint = Complaint((name,), "id-not-unique", message)
            problems.append(problem_at(path, located, complaint))
        elif row is not None:
            rows[row.id] = row
    return rows


def refuse(problems: list[Problem]) -> None:
    """Measure nothing where anything is wrong.

    Raises:
        CorpusInvalid: carries every problem with its line.
    """
    if wrong := errors_of(problems):
        raise CorpusInvalid(wrong, outcome="nothing was measured.")


def read_rows(path: Path, model: type[Row], known: Any) -> tuple[Any, ...]:
    """What the records of a file of judgments make; the arguments are those of ``rows_of``.

    Raises:
        CorpusInvalid: carries every problem with its line.
        CorpusError: the file cannot be read.
    """
    problems: list[Problem] = []
    rows = rows_of(path, model, problems, known)
    refuse(problems)
    return tuple(rows.values())


def read_judged(path: Path, case_ids: Collection[str]) -> tuple[JudgedQuery, ...]:
    """Read the judged queries.

    Args:
        path: the file.
        case_ids: the ids that judgments may name.

    Raises:
        CorpusInvalid: carries every problem with its line.
        CorpusError: the file cannot be read.
    """
    return read_rows(path, QueryRow, Judgeable(ids=case_ids))
