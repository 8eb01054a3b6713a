"""Collections in BEIR layout: read whole, or refused with every problem."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from kb.errors import CorpusError, CorpusInvalid
from kb.quality.collection import CollectionDocument, read_collection
from kb.quality.collection import TestCollection as Collection  # pytest collects names in Test

DOCUMENTS = [
    {"_id": "d1", "title": "Wine", "text": "Wine makers export."},
    {"_id": 2, "text": "Metal."},
    {"_id": "d3", "title": None, "text": ""},
]
QUERIES = [
    {"_id": "q1", "text": "wine"},
    {"_id": "q2", "text": "metal", "metadata": {}},
    {"_id": 3, "text": "not judged"},
]
QRELS = ["query-id\tcorpus-id\tscore", "q1\td1\t2", "q1\t2\t0", "q2\t2\t1", "q2\td3\t-1"]


def write(
    folder: Path,
    documents: list[object] = DOCUMENTS,
    queries: list[object] = QUERIES,
    qrels: list[str] = QRELS,
) -> Path:
    """A collection on disk; a text is written as it stands."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, rows in (("corpus", documents), ("queries", queries)):
        lines = [row if isinstance(row, str) else json.dumps(row) for row in rows]
        (folder / f"{name}.jsonl").write_text("".join(f"{line}\n" for line in lines))
    (folder / "qrels.tsv").write_text("".join(f"{line}\n" for line in qrels))
    return folder


def problems_of(folder: Path) -> list[str]:
    """``file:line: message`` of every problem."""
    with pytest.raises(CorpusInvalid) as raised:
        read_collection(folder)
    problems = raised.value.problems
    assert {Path(problem.path).parent for problem in problems} == {folder}
    return [f"{Path(p.path).name}:{p.line}: {p.message}" for p in problems]


def test_a_collection_that_is_right(tmp_path):
    """Ids become texts; grades of 0 and less, and queries without others, are left out."""
    collection = read_collection(write(tmp_path / "toy"))

    assert collection == Collection(
        name="toy",
        judged="qrels.tsv",
        documents=(
            CollectionDocument(id="d1", title="Wine", text="Wine makers export."),
            CollectionDocument(id="2", title="", text="Metal."),
            CollectionDocument(id="d3", title="", text=""),
        ),
        queries={"q1": "wine", "q2": "metal"},
        qrels={"q1": {"d1": 2}, "q2": {"2": 1}},
    )


def test_other_ends_of_lines_are_part_of_a_text(tmp_path):
    """Separators that only some programs take for an end of line stay in ids and texts."""
    text = "wine\u2028makers\u0085export\x0cwine"
    folder = write(tmp_path / "toy", [], [], [QRELS[0], "q\x1c1\td\u20281\t1"])
    rows = {"corpus": {"_id": "d\u20281", "text": text}, "queries": {"_id": "q\x1c1", "text": text}}
    for name, row in rows.items():
        line = json.dumps(row, ensure_ascii=False)
        (folder / f"{name}.jsonl").write_text(f"{line}\r\n", encoding="utf-8")

    collection = read_collection(folder)

    assert collection.queries == {"q\x1c1": text}
    assert collection.qrels == {"q\x1c1": {"d\u20281": 1}}
    assert [document.text for document in collection.documents] == [text]


def test_queries_in_another_language_take_the_place_of_the_collections_own(tmp_path):
    """The same ids, other words; the name says whose folder it is in."""
    folder = write(tmp_path / "sets" / "toy")
    others = tmp_path / "fr.jsonl"
    others.write_text('{"_id": "q1", "text": "vin"}\n{"_id": "q2", "text": "métal"}\n')

    collection = read_collection(folder, queries=others)

    assert (collection.name, collection.queries) == ("sets/toy", {"q1": "vin", "q2": "métal"})


@pytest.mark.parametrize(
    ("part", "rows", "expected"),
    [
        pytest.param(
            "documents",
            [*DOCUMENTS, {"title": "x", "text": "y"}, {"_id": "d5"}, {"_id": "d6", "text": 5}],
            [
                "corpus.jsonl:4: _id must be given.",
                "corpus.jsonl:5: text must be a text.",
                "corpus.jsonl:6: text must be a text.",
            ],
            id="a document without id or text",
        ),
        pytest.param(
            "documents",
            [*DOCUMENTS, {"_id": "2", "text": "again"}],
            ["corpus.jsonl:4: _id must be unique: '2' stands twice."],
            id="a document twice",
        ),
        pytest.param(
            "documents",
            [*DOCUMENTS, "{", "[]"],
            [f"corpus.jsonl:{line}: must be one JSON object on the line." for line in (4, 5)],
            id="a document that is not JSON",
        ),
        pytest.param(
            "queries",
            [*QUERIES, {"text": "x"}, {"_id": "q5"}, {"_id": ["q6"], "text": "x"}],
            [
                "queries.jsonl:4: _id must be given.",
                "queries.jsonl:5: text must be a text that is not empty.",
                "queries.jsonl:6: _id must be a text or a whole number.",
            ],
            id="a query without id or text",
        ),
        pytest.param(
            "queries",
            [*QUERIES, {"_id": "q4", "text": " "}],
            ["queries.jsonl:4: text must be a text that is not empty."],
            id="an empty query",
        ),
        pytest.param(
            "queries",
            [*QUERIES, {"_id": "q1", "text": "again"}],
            ["queries.jsonl:4: _id must be unique: 'q1' stands twice."],
            id="a query twice",
        ),
        pytest.param(
            "queries",
            [*QUERIES, "wine"],
            ["queries.jsonl:4: must be one JSON object on the line."],
            id="a query that is not JSON",
        ),
        pytest.param(
            "qrels",
            [*QRELS, "q1\td1", "q1 d1 1", "q1\td1\tmuch", "q1\td1\t1.5", "q1\td1\t1\t1", ""],
            [
                f"qrels.tsv:{line}: must have three columns, query id, document id and a "
                "whole grade."
                for line in range(6, 12)
            ],
            id="a judgment without its columns",
        ),
        pytest.param(
            "qrels",
            [*QRELS, "q9\td1\t1", "q1\td9\t1", "q8\td8\t0"],
            [
                "qrels.tsv:6: names the query 'q9', which does not exist.",
                "qrels.tsv:7: names the document 'd9', which does not exist.",
                "qrels.tsv:8: names the query 'q8', which does not exist.",
                "qrels.tsv:8: names the document 'd8', which does not exist.",
            ],
            id="a judgment of nothing",
        ),
        pytest.param(
            "qrels",
            [*QRELS, "q1\td1\t--1", "q1\td1\t²", f"q1\td1\t{'1' * 5000}"],
            [
                f"qrels.tsv:{line}: must have three columns, query id, document id and a "
                "whole grade."
                for line in (6, 7, 8)
            ],
            id="a grade that only looks like a number",
        ),
    ],
)
def test_each_mistake_has_its_place_and_message(tmp_path, part, rows, expected):
    """The message names file, line and what is wrong."""
    assert problems_of(write(tmp_path / "toy", **{part: rows})) == expected


def test_every_problem_of_every_file_arrives_at_once(tmp_path):
    """A collection with problems is refused whole: nothing of it is handed on."""
    folder = write(tmp_path / "toy", ["x"], [{"_id": "q1", "text": ""}], [QRELS[0], "q1\td1\t1"])

    assert problems_of(folder) == [
        "corpus.jsonl:1: must be one JSON object on the line.",
        "corpus.jsonl:1: holds no document.",
        "queries.jsonl:1: text must be a text that is not empty.",
        "qrels.tsv:2: names the query 'q1', which does not exist.",
        "qrels.tsv:2: names the document 'd1', which does not exist.",
    ]


@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("corpus.jsonl", "cannot be read: No such file or directory."),
        ("queries.jsonl", "cannot be read: No such file or directory."),
        ("qrels.tsv", "cannot be read: No such file or directory."),
    ],
)
def test_a_missing_file_is_named(tmp_path, name, message):
    """Each of the three files must be there."""
    folder = write(tmp_path / "toy")
    (folder / name).unlink()

    with pytest.raises(CorpusError) as raised:
        read_collection(folder)

    assert str(raised.value) == f"{folder / name} {message}"


@pytest.mark.parametrize("name", ["corpus.jsonl", "queries.jsonl", "qrels.tsv"])
def test_a_file_in_another_encoding_is_named_with_its_line(tmp_path, name):
    """The byte that is no UTF-8 is told, and on which line it stands."""
    folder = write(tmp_path / "toy")
    path = folder / name
    line = 1 + path.read_bytes().count(b"\n")
    path.write_bytes(path.read_bytes() + b"caf\xe9\n")

    with pytest.raises(CorpusError) as raised:
        read_collection(folder)

    place = f"{path}:{line}: must be UTF-8"
    assert str(raised.value) == f"{place}; byte 0xe9 is not. Save the file as UTF-8."


@pytest.mark.parametrize(
    ("qrels", "problems"),
    [
        (
            QRELS[1:],
            ["qrels.tsv:1: must be the heading: query-id, corpus-id and score, with tabs between."],
        ),
        (
            [*QRELS, "q1\td1\t0"],
            ["qrels.tsv:6: judges 'd1' for 'q1' again, as line 2 does."],
        ),
        (
            [QRELS[0], "q1\td1\t0"],
            ["qrels.tsv:1: has no grade above 0, so there is nothing to measure."],
        ),
        (
            [],
            ["qrels.tsv:1: must be the heading: query-id, corpus-id and score, with tabs between."],
        ),
    ],
)
def test_judgments_that_would_be_lost(tmp_path, qrels, problems):
    """A first line that is no heading, a pair judged twice, nothing of use: told by line."""
    assert problems_of(write(tmp_path / "toy", qrels=qrels)) == problems
