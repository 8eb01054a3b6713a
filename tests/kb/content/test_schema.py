"""Typed records of content: the value, or every problem in a sentence."""

from __future__ import annotations

from typing import Annotated, Any

import pytest
from pydantic import create_model

from kb.content.front_matter import OPTIONAL, REQUIRED
from kb.content.known import Known, term, terms
from kb.content.schema import (
    FLAG,
    NUMBER,
    SPAN,
    SYNONYMS,
    Complaint,
    Complaints,
    Given,
    Many,
    One,
    Record,
    Value,
    YamlFile,
    field_name,
    keyed,
    listed,
    one_of,
    optional,
    pattern,
    read,
    required,
    shown,
    text,
    texts,
    whole,
    wrong,
)
from kb.content.yaml_source import read_yaml
from kb.errors import Problem
from kb.model.taxonomy import Taxonomy, Term, Vocabulary
from tests.plain import plain

KNOWN = Known(
    taxonomy=Taxonomy(
        vocabularies={
            "fruit": Vocabulary(
                name="fruit",
                terms=(
                    Term(id="apple", label="Apples", aliases=("malus",)),
                    Term(id="pear", label="Pears"),
                ),
            )
        }
    )
)

EMPTY = "x must not be empty; give a value or remove the line."
NOT_FRUIT = "Allowed are apple, pear."


def _toy(value: Any, default: Any = None) -> type[Record]:
    """A record with a field ``x`` of this kind, and a field ``y`` of any."""
    return create_model("_Toy", __base__=Record, x=(value, default), y=(Any, None))


def _read(source: str, value: Value, default: Any = None) -> tuple[Any, list[str]]:
    """What stands in the field ``x`` of a file, and the messages about it."""
    model = _toy(Annotated[Any, value], default)
    record, problems = read(model, read_yaml(source, first_line=2), "a.md", known=KNOWN)
    return (None if record is None else record.x), [problem.message for problem in problems]


def _table(rows: list[tuple[str, Any, list[str]]]) -> Any:
    return pytest.mark.parametrize(
        ("source", "value", "messages"), rows, ids=[row[0].replace("\n", "|")[:40] for row in rows]
    )


@pytest.mark.parametrize(
    ("value", "text"),
    [
        ("Norway", "'Norway'"),
        ("it's", '"it\'s"'),
        (5, "5"),
        ("C:\\cases", r"'C:\cases'"),
        ('the "firm\'s" own', "'the \"firm's\" own'"),
        (True, "true"),
        (False, "false"),
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


class _Sold(Record):
    """What is sold of a fruit, in a box of a size."""

    what = "a sale"

    name: Annotated[str, text()] = required("", "Boskoop")
    size: Annotated[int | None, whole(least=1)] = optional()
    box: Annotated[int | None, whole(least=1)] = optional(alias="in")

    @staticmethod
    def rules(given: Given, sound: Given, known: Any) -> Complaints:
        """A box holds what is in it."""
        if "size" in sound and "in" in sound and sound["size"] > sound["in"]:
            yield Complaint(("in",), "number-out-of-bounds", "is too small.")
        if "size" not in given and "in" not in given:
            yield Complaint((), "missing-field", "must have a size.")


class _Market(Record):
    """Sales."""

    what = "a market"

    sales: Annotated[tuple[_Sold, ...], Many(_Sold, none="must sell something.")] = required(
        "", "[]"
    )
    best: Annotated[_Sold | None, One(_Sold)] = optional()


def _market(source: str) -> tuple[_Market | None, list[str]]:
    record, problems = read(_Market, read_yaml(source, first_line=2), "a.md")
    return record, [f"{problem.line}: {problem.message}" for problem in problems]


def test_a_record_is_read_with_the_records_in_it() -> None:
    """A file without a mistake gives typed values; what is not given is empty."""
    record, messages = _market("sales: [{name: Cox, size: 1, in: 2}]\nbest: {name: Cox, in: 3}")

    assert messages == []
    assert record.sales == (_Sold.model_validate({"name": "Cox", "size": 1, "in": 2}),)
    assert (record.best.name, record.best.size, record.best.box) == ("Cox", None, 3)


def test_a_problem_has_place_field_and_message() -> None:
    """A problem stands on the line of its field and begins with the field's full name."""
    located = read_yaml("sales:\n  - {name: A, size: 1}\n  - in: 2\n    size: 0\n", first_line=2)

    assert read(_Market, located, "a.md")[1] == [
        Problem(
            path="a.md",
            line=4,
            message="sales[2].name must be given; add a line such as 'name: Boskoop'.",
            field="sales[2].name",
        ),
        Problem(
            path="a.md",
            line=5,
            message="sales[2].size must be a whole number of at least 1, not 0.",
            field="sales[2].size",
        ),
    ]


def test_mistakes_and_rules_are_told_together() -> None:
    """A mistake in a field, a stray field and a rule among the others come in one pass."""
    source = (
        "best:\n  size: 3\n  in: 2\n  colour: red\n  name:\n"
        "sales:\n  - {name: A, sise: 1}\n  - {name: [], size: 5, in: 1}\n"
    )

    assert _market(source) == (
        None,
        [
            "4: best.in is too small.",
            "5: best.colour is not a field of a sale: Fields are name, size, in.",
            "6: best.name must not be empty; give a value or remove the line.",
            "8: sales[1].sise is not a field of a sale: did you mean 'size'? "
            "Fields are name, size, in.",
            "8: sales[1] must have a size.",
            "9: sales[2].name must be text, not a list.",
            "9: sales[2].in is too small.",
        ],
    )


def test_a_rule_is_not_asked_of_what_is_wrong_by_itself() -> None:
    """A rule among fields keeps silent where one of them cannot be read."""
    assert _market("sales: [{name: A, size: many, in: 1}]") == (
        None,
        ["2: sales[1].size must be a whole number of at least 1, not 'many'."],
    )


@pytest.mark.parametrize(
    ("place", "name"),
    [
        ((), ""),
        (("title",), "title"),
        (("results", 1, "unit"), "results[2].unit"),
        (("terms", "joint purchasing", 0), "terms['joint purchasing'][1]"),
        (("terms", "cost-reduction"), "terms.cost-reduction"),
        (("any thing",), "any thing"),
    ],
    ids=str,
)
def test_places_have_names(place: tuple, name: str) -> None:
    """Positions count from 1, and a key that is no word is quoted."""
    assert field_name(place) == name


@pytest.mark.parametrize(
    ("source", "messages"),
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
        ("z:", ["z is not a field of a toy: Fields are x, y, title."]),
    ],
    ids=["all", "some", "stray", "typo", "synonym", "synonym-of-no-field", "number", "empty"],
)
def test_stray_fields_are_named(source: str, messages: list[str]) -> None:
    """Every stray field is named, with the one that is meant where that can be told."""
    model = create_model("_Toy", __base__=Record, **dict.fromkeys(("x", "y", "title"), (Any, None)))
    model.what = "a toy"
    _, problems = read(model, read_yaml(source), "a.md")

    assert [problem.message for problem in problems] == messages


def test_synonyms_lead_to_fields() -> None:
    """Each name that other front-matter uses leads to a field of a case, and is none itself."""
    fields = REQUIRED + OPTIONAL

    assert [name for name, meant in SYNONYMS.items() if meant not in fields] == []
    assert [name for name in SYNONYMS if name in fields] == []


def test_what_is_missing_is_named() -> None:
    """Every missing field is named with a line to add, in the order of the record."""
    model = create_model(
        "_Toy",
        __base__=Record,
        z=(Any, required("", "1")),
        x=(Any, required("", "2")),
        w=(Any, required()),
        y=(Any, required("", "")),
    )
    _, problems = read(model, read_yaml("x: null"), "a.md")

    assert [problem.message for problem in problems] == [
        "z must be given; add a line such as 'z: 1'.",
        "w must be given.",
        "y must be given; add a line such as 'y:'.",
        EMPTY,
    ]


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
        ("x: true", None, ["x must be text, not true."]),
        ("x: [a]", None, ["x must be text, not a list."]),
        ("x: {a: b}", None, ["x must be text, not a mapping."]),
    ]
)
def test_text(source: str, value: str | None, messages: list[str]) -> None:
    """A text is one paragraph, stripped; a number is taken as it is written."""
    assert _read(source, text(most=8)) == (value, messages)


@_table(
    [
        ("x: a", ("a",), []),
        ("x: [a, b]", ("a", "b"), []),
        ("x: []", (), []),
        ("x: 1.10", ("1.10",), []),
        ("x: [1.10, 5, 'a\n  b']", ("1.10", "5", "a b"), []),
        ("y: 1", (), []),
        ("x:", None, [EMPTY]),
        ("x: ''", None, [EMPTY]),
        (
            "x: [a, ' ', null, b]",
            None,
            [
                "x[2] must not be empty; give a value or remove the line.",
                "x[3] must not be empty; give a value or remove the line.",
            ],
        ),
        ("x: true", None, ["x must be text, not true."]),
        ("x: [a, [b]]", None, ["x[2] must be text, not a list."]),
        ("x: {a: b}", None, ["x must be text, not a mapping."]),
        (
            "x: [a, 123456789]",
            None,
            ["x[2] must be at most 8 characters, not 9; shorten it."],
        ),
    ]
)
def test_texts(source: str, value: tuple[str, ...], messages: list[str]) -> None:
    """One text or a list of them; each item that is none is named by its position."""
    assert _read(source, texts(text(most=8)), ()) == (value, messages)


@_table(
    [
        ("x: apple", ("apple",), []),
        ("x: [Pears, MALUS]", ("pear", "apple"), []),
        ("x: []", (), []),
        ("y: 1", (), []),
        ("x:", None, [EMPTY]),
        (
            "x: [applle, pear]",
            None,
            [f"x[1] must be in the vocabulary, not 'applle': did you mean 'apple'? {NOT_FRUIT}"],
        ),
        ("x: kiwi", None, [f"x must be in the vocabulary, not 'kiwi': {NOT_FRUIT}"]),
        (
            "x: apple, pear",
            None,
            [
                "x must be in the vocabulary, not 'apple, pear': "
                f"several values make a list: [apple, pear]. {NOT_FRUIT}"
            ],
        ),
        ("x: [apple, Malus]", None, ["x[2] is 'apple' again; once is enough."]),
        ("x: 5", None, [f"x must be in the vocabulary, not '5': {NOT_FRUIT}"]),
        ("x: [pear, {a: 1}]", None, ["x[2] must be text, not a mapping."]),
    ]
)
def test_terms(source: str, value: tuple[str, ...], messages: list[str]) -> None:
    """Terms become canonical ids in the order of the file, each once."""
    assert _read(source, terms("fruit"), ()) == (value, messages)


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
def test_term(source: str, value: str | None, messages: list[str]) -> None:
    """One term becomes its canonical id; a list is refused even if it holds one."""
    assert _read(source, term("fruit")) == (value, messages)


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
def test_choice(source: str, value: str | None, messages: list[str]) -> None:
    """One of a few words is taken as it is spelled, and nothing else."""
    assert _read(source, one_of(("about", "at most"))) == (value, messages)


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
        ("x: true", None, ["x must be a whole number of at least 2, not true."]),
        ("x: [2]", None, ["x must be a whole number of at least 2, not a list."]),
    ]
)
def test_whole(source: str, value: int | None, messages: list[str]) -> None:
    """A whole number is written in digits and is not too small."""
    assert _read(source, whole(least=2)) == (value, messages)


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
        ("x: 1,200", None, _not_plain("'1,200': write 1200, or 1.200 if decimals are meant")),
        ("x: -12,5", None, _not_plain("'-12,5': write -12.5")),
        ("x: 1.200,50", None, _not_plain("'1.200,50': write 1200.50")),
        ("x: 1,2,3", None, _not_plain("'1,2,3'")),
        ("x: 1_000", None, _not_plain("'1_000'")),
        ("x: 1e3", None, _not_plain("'1e3'")),
        ("x: .inf", None, _not_plain("'.inf'")),
        ("x: !!float .nan", None, _not_plain(".nan")),
        ("x: !!float -.inf", None, _not_plain("-.inf")),
        ("x: 1" + "0" * 400, None, _not_plain("1" + "0" * 56 + "...0")),
        ("x: 1" + "0" * 400 + ".0", None, _not_plain("1" + "0" * 56 + "...0")),
        ("x: '30'", None, _not_plain("'30'")),
        ("x: true", None, _not_plain("true")),
        ("x: [30]", None, _not_plain("a list")),
    ]
)
def test_number(source: str, value: float | None, messages: list[str]) -> None:
    """A figure is a plain, finite number; units, separators and exponents are refused."""
    assert _read(source, NUMBER) == (value, messages)


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
def test_pair(source: str, value: tuple[float, float] | None, messages: list[str]) -> None:
    """A range is two different plain numbers, the low one first."""
    assert _read(source, SPAN) == (value, messages)


@_table(
    [
        ("x: true", True, []),
        ("x: False", False, []),
        ("y: 1", False, []),
        ("x:", None, [EMPTY]),
        ("x: yes", None, ["x must be true or false, not 'yes'."]),
        ("x: 1", None, ["x must be true or false, not 1."]),
        ("x: 'true'", None, ["x must be true or false, not 'true'."]),
    ]
)
def test_flag(source: str, value: bool, messages: list[str]) -> None:
    """A flag is true or false and nothing that looks like it; false when not given."""
    assert _read(source, FLAG, False) == (value, messages)


class _Inner(Record):
    what = "an inner"

    a: Annotated[str, text()] = required("", "1")


@pytest.mark.parametrize(
    ("source", "value", "messages"),
    [
        ("x: {a: 1}", {"a": "1"}, []),
        ("y: 1", None, []),
        ("x: {}", None, ["x.a must be given; add a line such as 'a: 1'."]),
        ("x:", None, [EMPTY]),
        ("x: text", None, ["x must hold fields with names (a), not 'text'."]),
        ("x: [1]", None, ["x must hold fields with names (a), not a list."]),
    ],
)
def test_record(source: str, value: dict | None, messages: list[str]) -> None:
    """A mapping becomes a record of its own, its fields named under it."""
    record, problems = read(_toy(Annotated[_Inner | None, One(_Inner)]), read_yaml(source), "a.md")

    assert [problem.message for problem in problems] == messages
    assert (record.x and dict(record.x) if record else None) == value


@pytest.mark.parametrize(
    ("source", "values", "messages"),
    [
        ("x: [{a: 1}, {a: 2}]", ["1", "2"], []),
        ("x: []", [], []),
        ("y: 1", [], []),
        ("x:", [], [EMPTY]),
        (
            "x: {a: 1}",
            [],
            ["x must be a list of records (each with a; or [] for none), not a mapping."],
        ),
        ("x: none", [], ["x must be a list of records (each with a; or [] for none), not 'none'."]),
        (
            "x: [text, {a: 1}, [2], null]",
            [],
            [
                "x[1] must hold fields with names (a), not 'text'.",
                "x[3] must hold fields with names (a), not a list.",
                "x[4] must hold fields with names (a), not empty.",
            ],
        ),
    ],
)
def test_records(source: str, values: list[str], messages: list[str]) -> None:
    """Each mapping of a list becomes a record; what is none is named by position."""
    model = _toy(Annotated[tuple[_Inner, ...], Many(_Inner)], ())
    record, problems = read(model, read_yaml(source), "a.md")

    assert [problem.message for problem in problems] == messages
    assert [one.a for one in (record.x if record else ())] == values


def test_a_list_may_have_to_hold_something() -> None:
    """Where an empty list says nothing, its own message says so."""
    assert _market("sales: []") == (None, ["2: sales must sell something."])


def test_an_item_has_its_own_line() -> None:
    """A wrong item of a list is reported where it stands, not where the list begins."""
    model = create_model(
        "_Toy",
        __base__=Record,
        x=(Annotated[tuple[_Inner, ...], Many(_Inner)], ()),
        y=(Annotated[tuple[str, ...], terms("fruit")], ()),
    )
    located = read_yaml("x:\n  - a: 1\n  - text\ny:\n  - pear\n  - kiwi\n  - pear\n", first_line=2)
    _, problems = read(model, located, "a.md", known=KNOWN)

    assert [plain(problem) for problem in problems] == [
        "a.md:4: x[2] must hold fields with names (a), not 'text'.",
        f"a.md:7: y[2] must be in the vocabulary, not 'kiwi': {NOT_FRUIT}",
        "a.md:8: y[3] is 'pear' again; once is enough.",
    ]
    assert [problem.field for problem in problems] == ["x[2]", "y[2]", "y[3]"]


def test_a_number_is_spelled_as_in_its_own_place() -> None:
    """The spelling of a number is that of its own place, not of a namesake elsewhere."""
    model = create_model(
        "_Toy",
        __base__=Record,
        a=(Annotated[str, text()], ""),
        x=(Annotated[tuple[_Inner, ...], Many(_Inner)], ()),
        z=(Annotated[tuple[str, ...], texts(text())], ()),
        n=(Annotated[tuple[float, float], SPAN], ()),
    )
    located = read_yaml("a: 2.50\nx: [{a: 1.10}, {a: 1.1}]\nz: [+5, 5]\nn: [+1, 2.50]\n")
    record, _ = read(model, located, "a.md")

    assert [record.a, *(one.a for one in record.x), *record.z] == ["2.50", "1.10", "1.1", "+5", "5"]
    assert [(type(one), str(one)) for one in record.n] == [(int, "1"), (float, "2.5")]
    assert located.value["a"] == 2.5


def test_numbers_are_spelled_at_any_depth() -> None:
    """A tree that is as deep as YAML may be, or as wide, is read without a fault."""
    deep = read_yaml(f"x: {'[' * 100}1.10{']' * 100}")
    wide = read_yaml("x: [" + "1.10, " * 20_000 + "1.1]")
    model = _toy(Annotated[Any, texts(text())], ())

    assert [one.message for one in read(model, deep, "a.md")[1]] == [
        "x[1] must be text, not a list."
    ]
    assert set(read(model, wide, "a.md")[0].x) == {"1.10", "1.1"}


def _small(name: str, known: Any) -> str:
    if name != name.lower():
        raise wrong("malformed-id", "must be small.")
    return name


@pytest.mark.parametrize(
    ("source", "value", "messages"),
    [
        ("x: {a: b, c: [d, e]}", {"a": ("b",), "c": ("d", "e")}, []),
        ("x: {}", {}, []),
        ("x: 5", None, ["2: x must map, not 5."]),
        (
            "x:\n  A: b\n  c:\n    - d\n    - ''\n  e:\n",
            None,
            [
                "3: x.A must be small.",
                "6: x.c[2] must not be empty; give a value or remove the line.",
                "7: x.e must not be empty; give a value or remove the line.",
            ],
        ),
    ],
)
def test_keyed(source: str, value: dict | None, messages: list[str]) -> None:
    """A mapping of any keys gives each value; each mistake is told under its key."""
    model = _toy(Annotated[dict, keyed(texts(text()), key=_small, shape="must map, not {}.")])
    record, problems = read(model, read_yaml(source, first_line=2), "a.md")

    assert [f"{problem.line}: {problem.message}" for problem in problems] == messages
    assert (record.x if record else None) == value


@pytest.mark.parametrize(
    ("value", "allowed"), [("a-1", True), ("A", False), ("a-1\n", False), (" a", False), (5, False)]
)
def test_named(value: object, allowed: bool) -> None:
    """A name is taken as it stands or not at all."""
    model = _toy(Annotated[str, pattern("[a-z0-9]+(-[a-z0-9]+)*", "small letters")])
    record, problems = read(model, read_yaml(""), "a.md")
    assert record is None

    located = read_yaml("x: 1")
    located.value["x"] = value
    record, problems = read(model, located, "a.md")

    assert [problem.message for problem in problems] == (
        [] if allowed else [f"x must be small letters, not {value!r}."]
    )


def test_a_file_is_read_with_all_that_is_wrong(tmp_path) -> None:
    """Mistakes and fields that are given twice come in the order of the lines."""
    path = tmp_path / "a.yaml"
    path.write_bytes(
        b"\xef\xbb\xbfsales:\r\n  - size: 0\r\n    size: 1\r\n    name: A\r\nsales: 1\r\n"
    )

    assert [plain(problem) for problem in YamlFile(model=_Market).read(path)[1]] == [
        f"{path}:2: sales[1].size must be a whole number of at least 1, not 0.",
        f"{path}:3: sales[1].size is given twice; keep one of the two.",
        f"{path}:5: sales is given twice; keep one of the two.",
    ]


@pytest.mark.parametrize(
    ("data", "problem"),
    [
        (b"a: [", "1: the market is not YAML: the bracket [ that opens here is not closed; "
                  "close it: []."),
        (b"a: 1\nb: \xff", "2: the market must be UTF-8; byte 0xff is not. "
                           "Save the file as UTF-8."),
        (b"a: 1\n\nb: \0", "3: the market must be text; it holds a NUL byte."),
        (b"", "1: must hold fields with names (sales, best), not empty."),
    ],
    ids=["no YAML", "no UTF-8", "no text", "empty"],
)  # fmt: skip
def test_a_file_that_holds_no_record_is_one_problem(tmp_path, data: bytes, problem: str) -> None:
    """What cannot be read at all is told with its line."""
    path = tmp_path / "a.yaml"
    path.write_bytes(data)

    record, problems = YamlFile(model=_Market, what="the market").read(path)

    assert (record, [plain(one) for one in problems]) == (None, [f"{path}:{problem}"])
