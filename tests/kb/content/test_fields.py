"""Typed access to front-matter: the value, or every problem in a sentence."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from kb.content.fields import SYNONYMS, Fields, listed, shown
from kb.content.front_matter import OPTIONAL, REQUIRED
from kb.content.yaml_source import read_yaml
from kb.errors import Problem
from kb.model.taxonomy import Term, Vocabulary

FRUIT = Vocabulary(
    name="fruit",
    terms=(
        Term(id="apple", label="Apples", aliases=("malus",)),
        Term(id="pear", label="Pears"),
    ),
)

EMPTY = "x must not be empty; give a value or remove the line."
NOT_FRUIT = "Allowed are apple, pear."


def _fields(text: str) -> Fields:
    located = read_yaml(text, first_line=2)
    return Fields(path="a.md", located=located, problems=[], values=located.value)


def _read(text: str, reader: Callable[[Fields], Any]) -> tuple[Any, list[str]]:
    """What a reader makes of the field ``x`` of a file, and the messages that it leaves."""
    fields = _fields(text)
    value = reader(fields)
    return value, [problem.message for problem in fields.problems]


def _table(rows: list[tuple[str, Any, list[str]]]) -> Any:
    return pytest.mark.parametrize(
        ("text", "value", "messages"), rows, ids=[row[0].replace("\n", "|")[:40] for row in rows]
    )


@pytest.mark.parametrize(
    ("value", "text"),
    [
        ("Norway", "'Norway'"),
        ("it's", '"it\'s"'),
        (5, "5"),
        (True, "True"),
        (None, "empty"),
        ({}, "a mapping"),
        ({"a": 1}, "a mapping"),
        ([1], "a list"),
        ("x" * 58, "'" + "x" * 58 + "'"),
        ("x" * 59, "'" + "x" * 56 + "...'"),
        ("\x1b[31m\n", r"'\x1b[31m\n'"),
    ],
    ids=str,
)
def test_shown(value: object, text: str) -> None:
    """A value is shown quoted, at most 61 characters long, and without control characters."""
    assert shown(value) == text


@pytest.mark.parametrize(
    ("names", "most", "text"),
    [
        ([], 12, ""),
        (["a"], 12, "a"),
        (["a", "b", "c"], 3, "a, b, c"),
        (["a", "b", "c"], 2, "a, b and 1 more"),
        (iter("abcdefghijklmn"), 12, "a, b, c, d, e, f, g, h, i, j, k, l and 2 more"),
    ],
    ids=["none", "one", "just", "over", "iterator"],
)
def test_listed(names: Any, most: int, text: str) -> None:
    """Names are listed in their order; beyond the limit they are counted."""
    assert listed(names, most) == text


def test_a_problem_has_place_field_and_message() -> None:
    """A problem stands on the line of its field and begins with the field's full name."""
    fields = _fields("title: A\nresults:\n  - metric: sales\n  - unit: percent\n    value: 3\n")
    second = fields.records("results")[1]
    second.problem("value", "is odd.")
    second.problem("before", "is missing.")

    assert fields.problems == [
        Problem(path="a.md", line=6, message="results[2].value is odd.", field="results[2].value"),
        Problem(
            path="a.md", line=5, message="results[2].before is missing.", field="results[2].before"
        ),
    ]


@pytest.mark.parametrize(
    ("text", "messages"),
    [
        ("x: 1\ny: 2", []),
        ("y: 1", []),
        (
            "z: 1\nx: 2\nq: 3",
            [
                "z is not a field of a toy: Fields are x, y, title.",
                "q is not a field of a toy: Fields are x, y, title.",
            ],
        ),
        (
            "titel: A",
            ["titel is not a field of a toy: did you mean 'title'? Fields are x, y, title."],
        ),
        (
            "Name: A",
            ["Name is not a field of a toy: did you mean 'title'? Fields are x, y, title."],
        ),
        ("abstract: A", ["abstract is not a field of a toy: Fields are x, y, title."]),
        ("5: A", ["5 is not a field of a toy: Fields are x, y, title."]),
    ],
    ids=["all", "some", "stray", "typo", "synonym", "synonym-of-no-field", "number"],
)
def test_only(text: str, messages: list[str]) -> None:
    """Every stray field is named, with the one that is meant where that can be told."""
    assert _read(text, lambda fields: fields.only(("x", "y", "title"), "a toy"))[1] == messages


def test_synonyms_lead_to_fields() -> None:
    """Each name that other front-matter uses leads to a field of a case, and is none itself."""
    fields = REQUIRED + OPTIONAL

    assert [name for name, meant in SYNONYMS.items() if meant not in fields] == []
    assert [name for name in SYNONYMS if name in fields] == []


def test_require_names_what_is_missing() -> None:
    """Every missing field is named with a line to add, in the order asked; null is given."""
    found = _read("x: null\n", lambda fields: fields.require(("y", "x", "z"), "{0}: 1".format))

    assert found == (
        None,
        [
            "y must be given; add a line such as 'y: 1'.",
            "z must be given; add a line such as 'z: 1'.",
        ],
    )


@_table(
    [
        ("x: text", "text", []),
        ("x: '  a\n\n  b\t c '", "a b c", []),
        ("x: 5", "5", []),
        ("x: 1.10", "1.10", []),
        ("x: 010", "010", []),
        ("x: 26-11-22", "26-11-22", []),
        ("x: no", "no", []),
        ("x: 12345678", "12345678", []),
        ("y: 1", None, []),
        ("x:", None, [EMPTY]),
        ("x: ''", None, [EMPTY]),
        ("x: ' '", None, [EMPTY]),
        ("x: 123456789", None, ["x must be at most 8 characters, not 9; shorten it."]),
        ("x: true", None, ["x must be text, not True."]),
        ("x: [a]", None, ["x must be text, not a list."]),
        ("x: {a: b}", None, ["x must be text, not a mapping."]),
    ]
)
def test_text(text: str, value: str | None, messages: list[str]) -> None:
    """A text is one paragraph, stripped; a number is taken as it is written."""
    assert _read(text, lambda fields: fields.text("x", most=8)) == (value, messages)


@_table(
    [
        ("x: a", ("a",), []),
        ("x: [a, b]", ("a", "b"), []),
        ("x: []", (), []),
        ("x: 1.10", ("1.10",), []),
        ("x: [1.10, 5, 'a\n  b']", ("1.10", "5", "a b"), []),
        ("y: 1", (), []),
        ("x:", (), [EMPTY]),
        ("x: ''", (), ["x must hold text only; item 1 is empty."]),
        (
            "x: [a, ' ', null, b]",
            ("a", "b"),
            ["x must hold text only; item 2 is empty.", "x must hold text only; item 3 is empty."],
        ),
        ("x: true", (), ["x must hold text only; item 1 is True."]),
        ("x: [a, [b]]", ("a",), ["x must hold text only; item 2 is a list."]),
        ("x: {a: b}", (), ["x must hold text only; item 1 is a mapping."]),
        (
            "x: [a, 123456789]",
            ("a",),
            ["x must hold at most 8 characters each; item 2 is longer."],
        ),
    ]
)
def test_texts(text: str, value: tuple[str, ...], messages: list[str]) -> None:
    """One text or a list of them; each item that is none is named by its position."""
    assert _read(text, lambda fields: fields.texts("x", most=8)) == (value, messages)


@_table(
    [
        ("x: apple", ("apple",), []),
        ("x: [Pears, MALUS]", ("pear", "apple"), []),
        ("x: []", (), []),
        ("y: 1", (), []),
        ("x:", (), [EMPTY]),
        (
            "x: [applle, pear]",
            ("pear",),
            [f"x must be in the vocabulary, not 'applle': did you mean 'apple'? {NOT_FRUIT}"],
        ),
        ("x: kiwi", (), [f"x must be in the vocabulary, not 'kiwi': {NOT_FRUIT}"]),
        (
            "x: apple, pear",
            (),
            [
                "x must be in the vocabulary, not 'apple, pear': "
                f"several values make a list: [apple, pear]. {NOT_FRUIT}"
            ],
        ),
        ("x: [apple, Malus]", ("apple",), ["x names 'apple' twice; once is enough."]),
        ("x: 5", (), [f"x must be in the vocabulary, not '5': {NOT_FRUIT}"]),
        ("x: [pear, {a: 1}]", ("pear",), ["x must hold text only; item 2 is a mapping."]),
    ]
)
def test_terms(text: str, value: tuple[str, ...], messages: list[str]) -> None:
    """Terms become canonical ids in the order of the file, each once."""
    assert _read(text, lambda fields: fields.terms("x", FRUIT)) == (value, messages)


@_table(
    [
        ("x: apples", "apple", []),
        ("y: 1", None, []),
        ("x:", None, [EMPTY]),
        ("x: [apple]", None, ["x must be one value, not a list; one of apple, pear."]),
        ("x: []", None, ["x must be one value, not a list; one of apple, pear."]),
        ("x: kiwi", None, [f"x must be in the vocabulary, not 'kiwi': {NOT_FRUIT}"]),
    ]
)
def test_term(text: str, value: str | None, messages: list[str]) -> None:
    """One term becomes its canonical id; a list is refused even if it holds one."""
    assert _read(text, lambda fields: fields.term("x", FRUIT)) == (value, messages)


@_table(
    [
        ("x: at most", "at most", []),
        ("y: 1", None, []),
        ("x:", None, [EMPTY]),
        (
            "x: at moost",
            None,
            [
                "x must be in the vocabulary, not 'at moost': did you mean 'at most'? "
                "Allowed are about, at most."
            ],
        ),
        (
            "x: About",
            None,
            [
                "x must be in the vocabulary, not 'About': did you mean 'about'? "
                "Allowed are about, at most."
            ],
        ),
        ("x: [about]", None, ["x must be text, not a list."]),
    ]
)
def test_choice(text: str, value: str | None, messages: list[str]) -> None:
    """One of a few words is taken as it is spelled, and nothing else."""
    assert _read(text, lambda fields: fields.choice("x", ("about", "at most"))) == (value, messages)


@_table(
    [
        ("x: 2", 2, []),
        ("x: 7000000", 7000000, []),
        ("y: 1", None, []),
        ("x:", None, [EMPTY]),
        ("x: 1", None, ["x must be a whole number of at least 2, not 1."]),
        ("x: -3", None, ["x must be a whole number of at least 2, not -3."]),
        ("x: 2.0", None, ["x must be a whole number of at least 2, not 2.0."]),
        ("x: '2'", None, ["x must be a whole number of at least 2, not '2'."]),
        ("x: about 5", None, ["x must be a whole number of at least 2, not 'about 5'."]),
        ("x: 010", None, ["x must be a whole number of at least 2, not '010'."]),
        ("x: true", None, ["x must be a whole number of at least 2, not True."]),
        ("x: [2]", None, ["x must be a whole number of at least 2, not a list."]),
    ]
)
def test_whole(text: str, value: int | None, messages: list[str]) -> None:
    """A whole number is written in digits and is not too small."""
    assert _read(text, lambda fields: fields.whole("x", least=2)) == (value, messages)


def _not_plain(shown_value: str) -> list[str]:
    return [f"x must be a plain number such as 30 or 7000000, not {shown_value}."]


@_table(
    [
        ("x: 30", 30, []),
        ("x: 3.42", 3.42, []),
        ("x: 0", 0, []),
        ("x: -12.5", -12.5, []),
        ("y: 1", None, []),
        ("x:", None, [EMPTY]),
        ("x: 30%", None, _not_plain("'30%'")),
        ("x: 7,000,000", None, _not_plain("'7,000,000'")),
        ("x: 1_000", None, _not_plain("'1_000'")),
        ("x: 1e3", None, _not_plain("'1e3'")),
        ("x: .inf", None, _not_plain("'.inf'")),
        ("x: !!float .nan", None, _not_plain("nan")),
        ("x: !!float -.inf", None, _not_plain("-inf")),
        ("x: 1" + "0" * 400, None, _not_plain("1" + "0" * 56 + "...0")),
        ("x: 1" + "0" * 400 + ".0", None, _not_plain("inf")),
        ("x: '30'", None, _not_plain("'30'")),
        ("x: true", None, _not_plain("True")),
        ("x: [30]", None, _not_plain("a list")),
    ]
)
def test_number(text: str, value: float | None, messages: list[str]) -> None:
    """A figure is a plain, finite number; units, separators and exponents are refused."""
    assert _read(text, lambda fields: fields.number("x")) == (value, messages)


NO_PAIR = ["x must be two plain numbers, low and high, such as [50, 60]."]


@_table(
    [
        ("x: [50, 60]", (50, 60), []),
        ("x: [-1, 0.5]", (-1, 0.5), []),
        ("y: 1", None, []),
        ("x:", None, [EMPTY]),
        ("x: 50-60", None, NO_PAIR),
        ("x: []", None, NO_PAIR),
        ("x: [50]", None, NO_PAIR),
        ("x: [50, 60, 70]", None, NO_PAIR),
        ("x: [50, sixty]", None, NO_PAIR),
        ("x: [50, null]", None, NO_PAIR),
        ("x: [false, true]", None, NO_PAIR),
        ("x: {low: 50, high: 60}", None, NO_PAIR),
        ("x: [60, 50]", None, ["x must have the low number first, not 60."]),
        ("x: [50, 50]", None, ["x must have the low number first, not 50."]),
    ]
)
def test_pair(text: str, value: tuple[float, float] | None, messages: list[str]) -> None:
    """A range is two different plain numbers, the low one first."""
    assert _read(text, lambda fields: fields.pair("x")) == (value, messages)


@_table(
    [
        ("x: true", True, []),
        ("x: False", False, []),
        ("y: 1", False, []),
        ("x:", False, [EMPTY]),
        ("x: yes", False, ["x must be true or false, not 'yes'."]),
        ("x: 1", False, ["x must be true or false, not 1."]),
        ("x: 'true'", False, ["x must be true or false, not 'true'."]),
    ]
)
def test_flag(text: str, value: bool, messages: list[str]) -> None:
    """A flag is true or false and nothing that looks like it; false when not given."""
    found = _read(text, lambda fields: fields.flag("x"))

    assert found == (value, messages)


@_table(
    [
        ("x: {a: 1}", ("x.a", {"a": 1}), []),
        ("x: {}", ("x.a", {}), []),
        ("y: 1", None, []),
        ("x:", None, [EMPTY]),
        ("x: text", None, ["x must hold fields with names, not 'text'."]),
        ("x: [1]", None, ["x must hold fields with names, not a list."]),
    ]
)
def test_record(text: str, value: tuple | None, messages: list[str]) -> None:
    """A mapping becomes fields of its own, named under it."""

    def read(fields: Fields) -> tuple | None:
        record = fields.record("x")
        return None if record is None else (record.name("a"), record.values)

    assert _read(text, read) == (value, messages)


@_table(
    [
        ("x: [{a: 1}, {b: 2}]", [("x[1].a", {"a": 1}), ("x[2].a", {"b": 2})], []),
        ("x: []", [], []),
        ("y: 1", [], []),
        ("x:", [], [EMPTY]),
        ("x: {a: 1}", [], ["x must be a list of records (or [] for none), not a mapping."]),
        ("x: none", [], ["x must be a list of records (or [] for none), not 'none'."]),
        (
            "x: [text, {a: 1}, [2], null]",
            [("x[2].a", {"a": 1})],
            [
                "x[1] must hold fields with names, not 'text'.",
                "x[3] must hold fields with names, not a list.",
                "x[4] must hold fields with names, not empty.",
            ],
        ),
    ]
)
def test_records(text: str, value: list, messages: list[str]) -> None:
    """Each mapping of a list becomes fields of its own; the others are named by position."""

    def read(fields: Fields) -> list:
        return [(record.name("a"), record.values) for record in fields.records("x")]

    assert _read(text, read) == (value, messages)


def test_an_item_that_is_no_record_has_its_own_line() -> None:
    """A wrong item of a list is reported where it stands, not where the list begins."""
    fields = _fields("x:\n  - a: 1\n  - text\n")
    fields.records("x")

    assert [str(problem) for problem in fields.problems] == [
        "a.md:4: x[2] must hold fields with names, not 'text'."
    ]


def test_a_record_spells_its_own_numbers() -> None:
    """The spelling of a number is that of its own place, not of a namesake elsewhere."""
    fields = _fields("locator: 2.50\nsources:\n  - {locator: 1.10}\n  - {locator: 1.1}\n")
    spelled = [record.text("locator") for record in fields.records("sources")]

    assert [fields.text("locator"), *spelled] == ["2.50", "1.10", "1.1"]
