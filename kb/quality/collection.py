"""Test collections in BEIR layout, read whole and checked before anything is measured.

A folder with ``corpus.jsonl`` (``_id``, ``title``, ``text``), ``queries.jsonl``
(``_id``, ``text``) and ``qrels.tsv`` (query id, document id, grade, with a header).
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any

from kb.content.rules import problem
from kb.content.schema import Value, optional, required, wrong
from kb.errors import Problem
from kb.quality.judged import NEEDED, Row, refuse, rows_of, text_of, words

_GRADE = re.compile(r"\s*-?[0-9]{1,9}\s*")


@dataclass(frozen=True, slots=True, kw_only=True)
class CollectionDocument:
    """One document of a collection."""

    id: str
    title: str = ""
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class TestCollection:
    """A collection. ``qrels`` maps query ids to grades above 0 by document id.

    Queries without such a judgment are left out, as is usual. ``judged`` is the name of the file
    of the judgments: a collection may have several, which give other figures.
    """

    name: str
    judged: str
    documents: tuple[CollectionDocument, ...]
    queries: Mapping[str, str]
    qrels: Mapping[str, Mapping[str, int]]


def read_collection(
    folder: Path, *, queries: Path | None = None, qrels: Path | None = None
) -> TestCollection:
    """Read a collection.

    Args:
        folder: where its files are.
        queries: a file to take the queries from instead, with the same ids: for
            questions in one language about documents in another.
        qrels: a file to take the judgments from instead.

    Raises:
        CorpusInvalid: carries every problem with file and line.
        CorpusError: a file cannot be read.
    """
    problems: list[Problem] = []
    corpus = folder / "corpus.jsonl"
    documents = rows_of(corpus, _DocumentRow, problems)
    if not documents:
        _note(problems, "judged-nothing", corpus, 1, "holds no document.")
    asked = rows_of(queries or folder / "queries.jsonl", _QueryRow, problems)
    judged = qrels or folder / "qrels.tsv"
    grades = _qrels(judged, asked, documents, problems)
    if not grades and not problems:
        message = "has no grade above 0, so there is nothing to measure."
        _note(problems, "judged-nothing", judged, 1, message)
    refuse(problems)
    return TestCollection(
        name=f"{folder.parent.name}/{folder.name}" if queries else folder.name,
        judged=judged.name,
        documents=tuple(documents.values()),
        queries={query_id: asked[query_id].text for query_id in grades},
        qrels=grades,
    )


def _id(value: Any, known: Any) -> str:
    if isinstance(value, bool) or not isinstance(value, str | int):
        raise wrong("wrong-kind-of-value", "must be a text or a whole number.")
    return str(value)


def _text(value: Any, known: Any) -> str:
    if not isinstance(value, str):
        raise wrong("wrong-kind-of-value", "must be a text.")
    return value


_ID = Value(_id, {"type": ["string", "integer"]})
_TITLE = Value(lambda value, known: str(value or ""), {})


class _DocumentRow(Row):
    makes = CollectionDocument

    id: Annotated[str, _ID] = required(alias="_id")
    title: Annotated[str, _TITLE] = optional()
    text: Annotated[str, Value(_text, {"type": "string"})] = NEEDED


class _QueryRow(Row):
    id: Annotated[str, _ID] = required(alias="_id")
    text: Annotated[str, words()] = NEEDED


def _note(problems: list[Problem], rule: str, path: Path, line: int, message: str) -> None:
    problems.append(problem(rule, path, line, message))


def _is_heading(columns: Sequence[str]) -> bool:
    return len(columns) == 3 and not _GRADE.fullmatch(columns[2])


def _faults(
    columns: Sequence[str], queries: Collection[str], documents: Collection[str], before: int
) -> Iterator[tuple[str, str]]:
    """Rule and message of what is wrong with a judgement.

    ``before`` is the line that judges the same, 0 for none.
    """
    query_id, document_id, _ = columns
    if query_id not in queries:
        yield "judged-line-malformed", f"names the query {query_id!r}, which does not exist."
    if document_id not in documents:
        yield "case-unknown", f"names the document {document_id!r}, which does not exist."
    if before:
        message = f"judges {document_id!r} for {query_id!r} again, as line {before} does."
        yield "repeated-entry", message


def _qrels(
    path: Path,
    queries: Collection[str],
    documents: Collection[str],
    problems: list[Problem],
) -> dict[str, dict[str, int]]:
    lines = text_of(path).removesuffix("\n").split("\n")
    if not _is_heading(lines[0].split("\t")):
        message = "must be the heading: query-id, corpus-id and score, with tabs between."
        _note(problems, "judged-line-malformed", path, 1, message)
    qrels: dict[str, dict[str, int]] = {}
    judged: dict[tuple[str, ...], int] = {}
    for number, line in enumerate(lines[1:], 2):
        columns = line.split("\t")
        if len(columns) != 3 or not _GRADE.fullmatch(columns[2]):
            message = "must have three columns, query id, document id and a whole grade."
            _note(problems, "judged-line-malformed", path, number, message)
            continue
        before = judged.setdefault(tuple(columns[:2]), number)
        for rule, message in _faults(columns, queries, documents, before if before < number else 0):
            _note(problems, rule, path, number, message)
        query_id, document_id, grade = columns[0], columns[1], int(columns[2])
        if grade > 0:
            qrels.setdefault(query_id, {})[document_id] = grade
    return qrels
