"""Test collections in BEIR layout, read whole and checked before anything is measured.

A folder with ``corpus.jsonl`` (``_id``, ``title``, ``text``), ``queries.jsonl``
(``_id``, ``text``) and ``qrels.tsv`` (query id, document id, grade, with a header).
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from kb.errors import CorpusError, CorpusInvalid, Problem
from kb.quality.judged import json_lines

_GRADE = re.compile(r"\s*-?[0-9]{1,9}\s*")


@dataclass(frozen=True, slots=True, kw_only=True)
class CollectionDocument:
    """One document of a collection."""

    id: str
    title: str
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class TestCollection:
    """A collection. ``qrels`` maps query ids to grades above 0 by document id.

    Queries without such a judgment are left out, as is usual.
    """

    name: str
    documents: tuple[CollectionDocument, ...]
    queries: Mapping[str, str]
    qrels: Mapping[str, Mapping[str, int]]


def read_collection(folder: Path, *, queries: Path | None = None) -> TestCollection:
    """Read a collection.

    Args:
        folder: where its files are.
        queries: a file to take the queries from instead, with the same ids: for
            questions in one language about documents in another.

    Raises:
        CorpusInvalid: carries every problem with file and line.
        CorpusError: a file cannot be read.
    """
    problems: list[Problem] = []
    documents = _documents(folder / "corpus.jsonl", problems)
    asked = _queries(queries or folder / "queries.jsonl", problems)
    qrels = _qrels(folder / "qrels.tsv", asked, documents, problems)
    if problems:
        raise CorpusInvalid(tuple(problems), outcome="nothing was measured.")
    return TestCollection(
        name=f"{folder.parent.name}/{folder.name}" if queries else folder.name,
        documents=tuple(documents.values()),
        queries={query_id: asked[query_id] for query_id in qrels},
        qrels=qrels,
    )


def _note(problems: list[Problem], path: Path, line: int, message: str) -> None:
    problems.append(Problem(path=str(path), line=line, message=message))


def _documents(path: Path, problems: list[Problem]) -> dict[str, CollectionDocument]:
    found: dict[str, CollectionDocument] = {}
    for line, row in json_lines(path, problems):
        document_id, text = row.get("_id"), row.get("text")
        if not isinstance(document_id, str | int) or not isinstance(text, str):
            _note(problems, path, line, "a document must have _id and text.")
        elif str(document_id) in found:
            _note(problems, path, line, f"_id must be unique: {document_id!r} stands twice.")
        else:
            title = str(row.get("title") or "")
            found[str(document_id)] = CollectionDocument(
                id=str(document_id), title=title, text=text
            )
    if not found:
        _note(problems, path, 1, "holds no document.")
    return found


def _queries(path: Path, problems: list[Problem]) -> dict[str, str]:
    found: dict[str, str] = {}
    for line, row in json_lines(path, problems):
        query_id, text = row.get("_id"), row.get("text")
        if not isinstance(query_id, str | int) or not isinstance(text, str):
            _note(problems, path, line, "a query must have _id and text.")
        elif not text.strip():
            _note(problems, path, line, f"the text of query {query_id!r} must not be empty.")
        elif str(query_id) in found:
            _note(problems, path, line, f"_id must be unique: {query_id!r} stands twice.")
        else:
            found[str(query_id)] = text
    return found


def _qrels(
    path: Path,
    queries: Mapping[str, str],
    documents: Mapping[str, CollectionDocument],
    problems: list[Problem],
) -> dict[str, dict[str, int]]:
    try:
        lines = path.read_text(encoding="utf-8").removesuffix("\n").split("\n")
    except (OSError, UnicodeDecodeError) as err:
        raise CorpusError(f"{path} cannot be read as UTF-8 text.") from err
    found: dict[str, dict[str, int]] = {}
    for number, line in enumerate(lines[1:], 2):
        columns = line.split("\t")
        if len(columns) != 3 or not _GRADE.fullmatch(columns[2]):
            message = "must have three columns, query id, document id and a whole grade."
            _note(problems, path, number, message)
            continue
        query_id, document_id, grade = columns[0], columns[1], int(columns[2])
        if query_id not in queries:
            _note(problems, path, number, f"names the query {query_id!r}, which does not exist.")
        if document_id not in documents:
            message = f"names the document {document_id!r}, which does not exist."
            _note(problems, path, number, message)
        if grade > 0:
            found.setdefault(query_id, {})[document_id] = grade
    return found
