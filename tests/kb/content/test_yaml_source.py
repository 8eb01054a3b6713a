"""YAML as an author means it, with the line of every value."""

from __future__ import annotations

import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kb.content.yaml_source import MAX_NODES, Located, YamlTrouble, read_yaml


def _trouble(text: str, *, first_line: int = 1) -> tuple[int, str]:
    """Line and message of what is wrong with ``text``."""
    with pytest.raises(YamlTrouble) as error:
        read_yaml(text, first_line=first_line)
    return error.value.line, str(error.value)


#: What stands in the file, what it means. The first rows are other things in YAML 1.1.
SCALARS = [
    ("NO", "NO"),
    ("no", "no"),
    ("on", "on"),
    ("off", "off"),
    ("y", "y"),
    ("yes", "yes"),
    ("010", "010"),
    ("0x1F", "0x1F"),
    ("0o17", "0o17"),
    ("1_000", "1_000"),
    ("12:30", "12:30"),
    ("12:30:45", "12:30:45"),
    ("2024-13-45", "2024-13-45"),
    ("2026-11-22", "2026-11-22"),
    ("2026-11-22T10:00:00Z", "2026-11-22T10:00:00Z"),
    (".inf", ".inf"),
    (".nan", ".nan"),
    ("1e3", "1e3"),
    ("1.", "1."),
    (".5", ".5"),
    ("1.2.3", "1.2.3"),
    ("=", "="),
    ("1.10", 1.1),
    ("0", 0),
    ("-0", 0),
    ("+5", 5),
    ("7000000", 7000000),
    ("-12.50", -12.5),
    ("true", True),
    ("False", False),
    ("TRUE", True),
    ("tRUE", "tRUE"),
    ("null", None),
    ("~", None),
    ("", None),
    ("nULL", "nULL"),
    ("'5'", "5"),
    ('"true"', "true"),
    ("!!str 5", "5"),
    ("!!int '5'", 5),
    ("|\n  two\n  lines", "two\nlines"),
    (">-\n  two\n  lines", "two lines"),
    ("Müller – 30 %", "Müller – 30 %"),
    ('"\\x41\\u00e9"', "Aé"),
]


@pytest.mark.parametrize(("text", "value"), SCALARS, ids=[row[0] or "empty" for row in SCALARS])
def test_scalars_follow_the_core_schema(text: str, value: object) -> None:
    """A scalar is true or false, null, a decimal number (which may know its spelling) or text."""
    read = read_yaml(f"key: {text}").value["key"]
    kind = next(kind for kind in type(read).mro() if kind.__module__ == "builtins")

    assert (read, kind) == (value, type(value))


@pytest.mark.parametrize(
    ("text", "spelled"),
    [
        pytest.param("a: 1.10", ["1.10"], id="trailing-zero"),
        pytest.param("a: [1, +2, -0]", ["1", "+2", "-0"], id="signs"),
        pytest.param("a: [1.5, 2.0]", ["1.5", "2.0"], id="as-python-spells"),
        pytest.param("a: [true, null, 010]", ["True", "None", "010"], id="no-numbers"),
    ],
)
def test_numbers_keep_their_spelling(text: str, spelled: list[str]) -> None:
    """A number that Python would write otherwise keeps the spelling of the file."""
    value = read_yaml(text).value["a"]
    items = value if isinstance(value, list) else [value]

    assert [str(item) for item in items] == spelled


def test_every_value_has_its_line() -> None:
    """Keys, items and the whole know the line of the file on which they stand."""
    text = (
        "# a comment\n"
        "title: A\n"
        "results:\n"
        "  - metric: sales\n"
        "    value: 30\n"
        "\n"
        "  - metric:\n"
        "      cost\n"
        "sources: [{key: a,\n"
        "           locator: b}]\n"
    )

    assert read_yaml(text, first_line=2) == Located(
        value={
            "title": "A",
            "results": [{"metric": "sales", "value": 30}, {"metric": "cost"}],
            "sources": [{"key": "a", "locator": "b"}],
        },
        lines={
            (): 3,
            ("title",): 3,
            ("results",): 4,
            ("results", 0): 5,
            ("results", 0, "metric"): 5,
            ("results", 0, "value"): 6,
            ("results", 1): 8,
            ("results", 1, "metric"): 8,
            ("sources",): 10,
            ("sources", 0): 10,
            ("sources", 0, "key"): 10,
            ("sources", 0, "locator"): 11,
        },
    )


@pytest.mark.parametrize(
    ("path", "line"),
    [
        pytest.param(("results", 0, "unit"), 3, id="missing-key-is-where-its-record-is"),
        pytest.param(("results", 4, "unit"), 2, id="missing-item-is-where-its-list-is"),
        pytest.param(("summary",), 1, id="missing-field-is-where-the-fields-begin"),
        pytest.param((), 1, id="the-whole"),
        pytest.param(("results", 0, "metric"), 3, id="there"),
    ],
)
def test_a_missing_value_has_the_line_around_it(path: tuple[str | int, ...], line: int) -> None:
    """The line of something that is not given is that of the nearest thing around it."""
    located = read_yaml("title: A\nresults:\n  - metric: sales\n")

    assert located.line(*path) == line


def test_nothing_has_a_first_line() -> None:
    """An empty text, or one of comments only, gives None on its first line."""
    nothing = Located(value=None, lines={(): 7})

    assert [read_yaml(text, first_line=7) for text in ("", "\n\n", "# only this\n")] == [
        nothing
    ] * 3


def test_lines_are_counted_as_editors_count_them() -> None:
    """A line separator of Unicode, as pasted from a text processor, starts no new line."""
    located = read_yaml("a: one\u2028  two\x85  three\nb: 1\n")

    assert (located.line("a"), located.line("b")) == (1, 2)
    assert _trouble("a: one\u2028  two\nb: [\n") == (
        2,
        "is not YAML: the bracket [ that opens here is not closed; close it: []",
    )


def test_repeated_keys_are_listed_and_the_first_wins() -> None:
    """A key given again is listed with the line of the repetition; the first value stays."""
    located = read_yaml("a: 1\nb: {c: 1, d: 2,\n  c: 3}\na: 4\na: 5\n", first_line=2)

    assert located.value == {"a": 1, "b": {"c": 1, "d": 2}}
    assert located.repeated == ((("b", "c"), 4), (("a",), 5), (("a",), 6))


def test_aliases_and_merge_keys_are_plain() -> None:
    """An alias repeats a value; '<<' is a key like any other, so that nothing is hidden."""
    located = read_yaml("a: &x [1, 2]\nb: *x\n<<: {c: 3}\n")

    assert located.value == {"a": [1, 2], "b": [1, 2], "<<": {"c": 3}}


#: Name, text, line (counted from 2), message.
TROUBLES = [
    (
        "colon",
        "title: Firms: a tale",
        2,
        "is not YAML: a colon with a space behind it stands where no field can begin; "
        "put quotes around a value that contains ': ', and let a field begin in the column of the "
        "one above it",
    ),
    (
        "bracket",
        "a: [x, {b: 1}\nc: 2\n",
        2,
        "is not YAML: the bracket [ that opens here is not closed; close it: [x, {b: 1}]",
    ),
    (
        "bracket-over-lines",
        "a: [x,\n  y\nc: 2\n",
        2,
        "is not YAML: the bracket that opens here is not closed, or a comma is missing in it; "
        "close it, and put quotes around an entry with ': ' or ' #' in it",
    ),
    (
        "comment-in-brackets",
        "a: [x, Bakers #2 in town]\nc: 2\n",
        2,
        "is not YAML: the bracket [ that opens here is not closed, as ' #' begins a comment; put "
        "quotes around the entry: 'Bakers #2 in town'",
    ),
    (
        "hyphen",
        "a:\n  -b: 1\n    c: 2\n",
        3,
        "is not YAML: a space is missing after the hyphen; write '- b: 1'",
    ),
    (
        "no-field",
        "a: 1\nb = 2\nc: 3\n",
        3,
        "is not YAML: this line is no field: write its name, a colon, a space and the value, such "
        "as 'country: NO'; what goes on from the line above is indented",
    ),
    (
        "other-column",
        "a:\n  - b: 1\n - c: 2\n",
        4,
        "is not YAML: this line begins in another column than those that it belongs to; let the "
        "fields of a record, and the hyphens of a list, stand below each other",
    ),
    (
        "behind-quotes",
        "a: 'b' c\n",
        2,
        "is not YAML: something stands behind a value in quotes or in brackets; put quotes around "
        "all of it",
    ),
    (
        "code-in-quotes",
        'a: "C:\\cases"\n',
        2,
        "is not YAML: between double quotes a backslash begins a code; put single quotes around "
        "the value",
    ),
    (
        "behind-sign-of-block",
        "a: > b\n",
        2,
        "is not YAML: behind '>' or '|' nothing may stand on its line; begin the text on the next "
        "one, two spaces further in, or put quotes around a value that begins with such a sign",
    ),
    (
        "name-of-nothing",
        "a: &b c\n",
        2,
        "has a value that begins with '&b', which YAML takes for a name and leaves out; put quotes "
        "around the value",
    ),
    (
        "tab",
        "a: 1\n\tb: 2",
        3,
        "is not YAML: a tab stands where only spaces may stand; write spaces in its place",
    ),
    (
        "sign",
        "title: @home",
        2,
        "is not YAML: a value that begins with '@' must stand in quotes",
    ),
    (
        "question",
        "questions: [Why?]",
        2,
        "is not YAML: a '?' that stands in brackets is a sign of YAML; put quotes around each "
        "entry in which one stands, such as ['Who pays, and when?']",
    ),
    (
        "question-with-commas",
        "questions: [Who pays, and when, for the broker?]",
        2,
        "is not YAML: a '?' that stands in brackets is a sign of YAML; put quotes around each "
        "entry in which one stands, such as ['Who pays, and when?']",
    ),
    (
        "fields-after-the-end",
        "a: 1\n...\nb: 2\n",
        4,
        "is not YAML: the fields end before this line, at a line '...' or at a text that is no "
        "field; take that out, and write each field as its name, a colon, a space and the value",
    ),
    (
        "unclosed-quote",
        "a: 1\nb: 'text\nc: 2\n",
        3,
        "is not YAML: the quote ' that opens here is not closed; close it: 'text'",
    ),
    (
        "two-documents",
        "a: 1\n--- \nb: 2\n",
        3,
        "is not YAML: a second document begins at this line '---', and a file has one; take the "
        "line out",
    ),
    (
        "undefined-alias",
        "a: 1\nb: *x\n",
        3,
        "is not YAML: a value that begins with '*' must stand in quotes",
    ),
    ("key-of-a-list", "a: 1\n? [b]\n: 2\n", 3, "has a key that is not plain text"),
    (
        "python-object",
        "a: 1\nb: !!python/object/apply:os.system ['true']\n",
        3,
        "has a tag that is not allowed: tag:yaml.org,2002:python/object/apply:os.system",
    ),
    (
        "python-name",
        "a: !!python/name:os.system ''\n",
        2,
        "has a tag that is not allowed: tag:yaml.org,2002:python/name:os.system",
    ),
    ("local-tag", "a: !env HOME\n", 2, "has a tag that is not allowed: !env"),
    ("set", "a: !!set {b, c}\n", 2, "has a tag that is not allowed: tag:yaml.org,2002:set"),
    ("binary", "a: !!binary aGk=", 2, "has a tag that is not allowed: tag:yaml.org,2002:binary"),
    (
        "impossible-date",
        "a: 1\nb: !!timestamp 2024-13-45\n",
        3,
        "has a tag that is not allowed: tag:yaml.org,2002:timestamp",
    ),
    ("not-the-tagged-int", "a: !!int many", 2, "has a value that cannot be read: 'many'"),
    ("empty-int", "a: !!int ''", 2, "has a value that cannot be read: ''"),
    ("empty-float", "a: !!float ''", 2, "has a value that cannot be read: ''"),
    ("not-the-tagged-bool", "a: !!bool perhaps", 2, "has a value that cannot be read: 'perhaps'"),
    (
        "tag-of-a-mapping-on-text",
        "a: !!map text",
        2,
        "has a tag that is not allowed: tag:yaml.org,2002:map",
    ),
    (
        "thousands-of-digits",
        "a: 1\nb: " + "9" * 5000,
        3,
        "has a value that cannot be read: '" + "9" * 40 + "'",
    ),
    ("half-a-character", 'a: "\\ud800"', 2, "has a value that cannot be read: '\\ud800'"),
    ("half-a-character-as-key", '"\\ud800": 1', 2, "has a value that cannot be read: '\\ud800'"),
    (
        "control-character",
        "a: 1\nb: bell\x07\n",
        3,
        "is not YAML: unacceptable character #x0007: special characters are not allowed",
    ),
    ("refers-to-itself", "a: &x [*x]", 2, "is nested too deeply, or refers to itself"),
    ("deep-lists", "a: " + "[" * 5000, 2, "is nested too deeply, or refers to itself"),
    ("deep-mappings", "{a: " * 5000, 2, "is nested too deeply, or refers to itself"),
    ("deep-blocks", "- " * 5000 + "a", 2, "is nested too deeply, or refers to itself"),
]


@pytest.mark.parametrize(
    ("text", "line", "message"), [row[1:] for row in TROUBLES], ids=[row[0] for row in TROUBLES]
)
def test_what_cannot_be_used_has_a_line_and_a_reason(text: str, line: int, message: str) -> None:
    """Whatever is not plain YAML is refused in a sentence, with the line of the file."""
    assert _trouble(text, first_line=2) == (line, message)


def test_an_alias_bomb_is_refused() -> None:
    """Nine lines that describe a thousand million values are refused before they are built."""
    bomb = ["a0: &a0 [x, x, x, x, x, x, x, x, x, x]"]
    for level in range(1, 9):
        items = ", ".join([f"*a{level - 1}"] * 10)
        bomb.append(f"a{level}: &a{level} [{items}]")

    # The values, however often repeated, stand on the first line.
    assert _trouble("\n".join(bomb)) == (1, "has more than 50,000 values; shorten it")


def test_the_limit_is_exact() -> None:
    """As many values as the limit allows are read; one more is refused."""
    hundred = "&a [" + "1," * 99 + "],"  # the list itself is one of the hundred
    text = f"[{hundred} {'*a, ' * (MAX_NODES // 100 - 2)} {'1, ' * 99}"

    assert len(read_yaml(text + "]").value) == MAX_NODES // 100 - 1 + 99
    assert _trouble(text + "1]") == (1, "has more than 50,000 values; shorten it")


_TEXT = st.text(st.characters(exclude_categories=["Cc", "Cs", "Cn"]), max_size=20)
_PLAIN = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(10**15), 10**15)
    | st.integers(-(10**6), 10**6).map(lambda number: number / 8)
    | _TEXT,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(_TEXT, inner, max_size=4),
    max_leaves=12,
)


@given(value=_PLAIN)
@settings(max_examples=50, deadline=None, derandomize=True)
def test_json_is_read_as_json_reads_it(value: object) -> None:
    """YAML 1.2 contains JSON: what json.dumps writes is read back equal."""
    assert read_yaml(json.dumps(value, ensure_ascii=False)).value == value


@given(blanks=st.lists(st.integers(0, 3), min_size=1, max_size=8), first_line=st.integers(1, 9))
@settings(max_examples=50, deadline=None, derandomize=True)
def test_lines_equal_those_counted_by_hand(blanks: list[int], first_line: int) -> None:
    """The line of a key is that of its text, however many blank lines and comments precede."""
    text = "".join("\n# c\n" * blank + f"key{i}: {i}\n" for i, blank in enumerate(blanks))
    lines = text.split("\n")
    counted = [lines.index(f"key{i}: {i}") + first_line for i in range(len(blanks))]
    located = read_yaml(text, first_line=first_line)

    assert [located.line(f"key{i}") for i in range(len(blanks))] == counted
