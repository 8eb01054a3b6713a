"""The file of judged queries: read whole, or refused with every problem."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from kb.errors import CorpusError, CorpusInvalid
from kb.quality.judged import JudgedQuery, json_lines, read_judged

CASE_IDS = ("norway/a", "france/b")
RIGHT = {
    "id": "q1",
    "split": "tune",
    "text": "wine exporters",
    "persona": "owner",
    "language": "en",
    "kind": "plain",
    "need": "Who exports wine.",
    "relevance": {"norway/a": 2, "france/b": 1},
}


def write(path: Path, *rows: object) -> Path:
    """A file of JSON lines; a text is written as it stands."""
    lines = [row if isinstance(row, str) else json.dumps(row) for row in rows]
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return path


def problems_of(path: Path) -> list[str]:
    """``line: message`` of every problem."""
    with pytest.raises(CorpusInvalid) as raised:
        read_judged(path, CASE_IDS)
    assert str(raised.value).endswith("; nothing was measured.")
    assert {problem.path for problem in raised.value.problems} == {str(path)}
    return [f"{problem.line}: {problem.message}" for problem in raised.value.problems]


def without(name: str) -> dict[str, object]:
    """A right row without one of its fields."""
    return {key: value for key, value in RIGHT.items() if key != name}


def test_a_file_that_is_right_gives_its_queries_in_order(tmp_path):
    """Blank lines and unknown fields do not count; a negative control has no relevance."""
    negative = {**RIGHT, "id": "q2", "kind": "negative", "relevance": {}, "remark": "any"}
    path = write(tmp_path / "queries.jsonl", RIGHT, "", "  ", negative)

    queries = read_judged(path, CASE_IDS)

    fields = {key: value for key, value in RIGHT.items() if key not in ("id", "kind", "relevance")}
    assert queries == (
        JudgedQuery(**fields, id="q1", kind="plain", relevance={"norway/a": 2, "france/b": 1}),
        JudgedQuery(**fields, id="q2", kind="negative", relevance={}),
    )


def test_an_empty_file_holds_no_query(tmp_path):
    """Nothing to read is nothing wrong."""
    assert read_judged(write(tmp_path / "queries.jsonl"), CASE_IDS) == ()


_TEXT_FIELDS = ("id", "split", "text", "persona", "language", "kind", "need")


@pytest.mark.parametrize("name", _TEXT_FIELDS)
@pytest.mark.parametrize("value", [None, "", "  ", 5, ["tune"]], ids=repr)
def test_every_text_must_be_there(tmp_path, name, value):
    """A field that is missing, empty or no text is named."""
    row = without(name) if value is None else {**RIGHT, name: value}

    found = problems_of(write(tmp_path / "queries.jsonl", row))

    assert found == [f"1: {name} must be a text that is not empty."]


@pytest.mark.parametrize(
    ("change", "messages"),
    [
        pytest.param(
            {"split": "train"}, ["split must be one of tune, test, not 'train'."], id="split"
        ),
        pytest.param(
            {"kind": "odd"}, ["kind must be one of plain, typo, negative, not 'odd'."], id="kind"
        ),
        pytest.param(
            {"persona": "bot"},
            ["persona must be one of owner, professor, agency, contributor, operator, not 'bot'."],
            id="persona",
        ),
        pytest.param(
            {"relevance": ["norway/a"]},
            ["relevance must map ids of cases to 1 or 2."],
            id="relevance is no mapping",
        ),
        pytest.param(
            {"relevance": {"norway/z": 2}},
            ["relevance names 'norway/z', which is no case."],
            id="an id that resolves to nothing",
        ),
        pytest.param(
            {"relevance": {"norway/a": 3, "france/b": 0}},
            [
                "relevance of 'norway/a' must be 1 or 2, not 3.",
                "relevance of 'france/b' must be 1 or 2, not 0.",
            ],
            id="grades",
        ),
        pytest.param(
            {"relevance": {"norway/a": True}},
            ["relevance of 'norway/a' must be 1 or 2, not True."],
            id="a grade that is no number",
        ),
        pytest.param(
            {"relevance": {"norway/a": 2.0}},
            ["relevance of 'norway/a' must be 1 or 2, not 2.0."],
            id="a grade that is not whole",
        ),
        pytest.param(
            {"relevance": {"norway/a": "2"}},
            ["relevance of 'norway/a' must be 1 or 2, not '2'."],
            id="a grade in quotes",
        ),
        pytest.param(
            {"relevance": {"norway/a": [2]}},
            ["relevance of 'norway/a' must be 1 or 2, not [2]."],
            id="a grade in a list",
        ),
        pytest.param(
            {"kind": "negative"},
            ["a negative control must have no relevance."],
            id="a negative control with an answer",
        ),
    ],
)
def test_each_mistake_has_its_message(tmp_path, change, messages):
    """The message names the field, what is allowed and what was found."""
    path = write(tmp_path / "queries.jsonl", RIGHT, {**RIGHT, "id": "q2", **change})

    assert problems_of(path) == [f"2: {message}" for message in messages]


def test_a_file_that_is_wrong_in_every_way_gives_every_problem(tmp_path):
    """All problems arrive at once, with their lines, and not one query is given."""
    path = write(
        tmp_path / "queries.jsonl",
        RIGHT,
        "not JSON",
        "[1, 2]",
        "[" * 100_000,
        {**RIGHT, "id": "q2", "text": " "},
        RIGHT,
        {**without("relevance"), "id": "q3", "split": "dev"},
        {**RIGHT, "id": "q4"},
    )

    assert problems_of(path) == [
        "2: must be one JSON object on the line.",
        "3: must be one JSON object on the line.",
        "4: must be one JSON object on the line.",
        "5: text must be a text that is not empty.",
        "6: id must be unique: 'q1' stands twice.",
        "7: split must be one of tune, test, not 'dev'.",
        "7: relevance must map ids of cases to 1 or 2.",
    ]


def test_a_file_that_cannot_be_read_is_named(tmp_path):
    """A missing file, and one that is not UTF-8, are no list of problems."""
    latin = tmp_path / "latin.jsonl"
    latin.write_bytes('{"id": "é"}'.encode("latin-1"))
    missing = tmp_path / "missing.jsonl"

    with pytest.raises(CorpusError) as of_latin:
        read_judged(latin, CASE_IDS)
    with pytest.raises(CorpusError) as of_missing:
        read_judged(missing, CASE_IDS)

    assert str(of_latin.value) == (
        f"{latin}:1: must be UTF-8; byte 0xe9 is not. Save the file as UTF-8."
    )
    assert str(of_missing.value) == f"{missing} cannot be read: No such file or directory."


def test_lines_are_numbered_as_an_editor_does(tmp_path):
    """Blank lines count, and a line separator inside a text ends no line."""
    path = tmp_path / "any.jsonl"
    path.write_text('{"a": 1}\n\n{"a": "x\u2028y"}\n{"a": 3}\n', encoding="utf-8")
    problems = []

    found = list(json_lines(path, problems))

    assert (found, problems) == ([(1, {"a": 1}), (3, {"a": "x\u2028y"}), (4, {"a": 3})], [])
