"""Whatever stands in a file, the check says something about it, soon, and nothing else happens."""

from __future__ import annotations

import time
from collections import Counter
from pathlib import Path

import pytest
import yaml
from hypothesis import example, given, settings
from hypothesis import strategies as st

from kb.content.load import MAX_FILE_BYTES, CaseFile
from kb.content.mending import edited
from kb.content.readings import Surroundings, read_file
from kb.content.rules import RULES
from kb.content.taxonomy import load_taxonomy
from kb.errors import Problem

ROOT = Path(__file__).parents[3]
BROKEN = ROOT / "tests" / "broken"
AROUND = Surroundings(
    taxonomy=load_taxonomy(BROKEN / "taxonomy.yaml"),
    ids=frozenset({"norway/a", "norway/b"}),
    keys=("doe-2001", "roe-2002"),
    undated=frozenset({"roe-2002"}),
)
#: Seconds of the processor that one file may take; it takes a few thousandths.
MOST_SECONDS = 20
EVERYTHING = (BROKEN / "everything-wrong.md").read_bytes()
CASES = [path.read_bytes() for path in sorted((ROOT / "cases" / "norway").glob("*.md"))[:12]]


def told(data: bytes) -> list[Problem]:
    """What is wrong in these bytes, each problem with a place and a rule."""
    started = time.thread_time()
    reading, _ = read_file(CaseFile(id="norway/a", path="norway/a.md", data=data), AROUND)
    found = list(reading.problems_in("norway/a.md"))

    assert time.thread_time() - started < MOST_SECONDS
    text = data.decode("utf-8-sig", errors="replace").replace("\r\n", "\n").replace("\r", "\n")
    lines = [*text.split("\n"), ""]
    assert [one for one in found if not 1 <= one.line <= len(lines)] == []
    astray = [one for one in found if one.column > len(lines[one.line - 1]) + 1]
    assert (astray, [one for one in found if one.column < 0]) == ([], [])
    assert [one for one in found if one.rule not in RULES or not one.message] == []
    return found


def holds(problem: Problem) -> tuple[str, str]:
    return problem.rule, "".join(char for char in problem.message if not char.isdigit())


def check_fixes(data: bytes, found: list[Problem]) -> None:
    """Each fix takes its problem away, and brings none that was not there."""
    before = Counter(map(holds, found))
    for problem in found:
        if problem.fix is None or problem.rule == "yaml-syntax":
            continue
        after = Counter(map(holds, told(edited(data.decode(), problem.fix.edits).encode())))
        assert after - before == Counter()
        assert after[holds(problem)] < before[holds(problem)]


@given(data=st.binary(max_size=400))
@example(data=b"\r\x00")
@example(data=b"\r\xff")
@settings(max_examples=60)
def test_any_bytes_are_told_of(data: bytes) -> None:
    """Bytes that are no case are refused in words."""
    assert told(data) != []
    assert told(b"---\n" + data + b"\n---\n\nText\n") != []


_VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=12),
    lambda inner: (
        st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner, max_size=4)
    ),
    max_leaves=12,
)
_FIELDS = st.sampled_from(
    ["title", "kind", "country", "type", "project", "results", "sources", "members", "period"]
)


_PIECES = st.sampled_from(
    [
        *("## Situation\n", "# A\n", "a\n===\n", "<b>", "![a](b.png)", "[a](b.md#c)", "[a]: b\n"),
        *(
            "TODO: a\n",
            "TBD\n",
            "=======\n",
            "~~~a~~~",
            "\u202e",
            "\u200b",
            "é",
            "e\u0301",
            "\ufeff",
        ),
        *(
            "```\n",
            "- a\n",
            "    a\n",
            "\t",
            " ",
            "\n",
            "\n\n",
            "|a|\n|-|\n",
            "[^1]",
            "[^1]: a\n",
            "&amp;",
        ),
        *(
            "\u2028",
            "\r",
            "\x0c",
            "😀",
            "{{ a }}",
            "https://example.org/a;b",
            "*a*",
            "`a",
            "x" * 50,
        ),
    ]
)


@given(pieces=st.lists(_PIECES, max_size=14), head=st.booleans())
@settings(max_examples=100)
def test_any_text_is_told_of(pieces: list[str], head: bool) -> None:
    """Texts of pieces that rules are about are told of, each at a place that is there."""
    data = CASES[0][: CASES[0].index(b"\n---\n", 4) + 5] + b"\n" * head + "".join(pieces).encode()
    check_fixes(data, told(data))


@given(fields=st.dictionaries(_FIELDS, _VALUES, max_size=6))
@settings(max_examples=60)
def test_any_values_are_told_of(fields: dict[str, object]) -> None:
    """Fields of any shape are told of, and their fixes do what they say."""
    text = yaml.safe_dump(fields, allow_unicode=True)
    data = f"---\n{text}---\n\nText\n".encode(errors="replace")

    found = told(data)
    assert found != []
    check_fixes(data, found)


@given(
    data=st.sampled_from([EVERYTHING, *CASES]),
    at=st.floats(0, 1),
    drop=st.integers(0, 30),
    new=st.text(max_size=6) | st.sampled_from(["'", '"', ": ", " #", "\n---\n", "[", "\t", "- "]),
)
@settings(max_examples=60)
def test_cases_with_a_slip_are_told_of(data: bytes, at: float, drop: int, new: str) -> None:
    """A case in which a stretch was lost or typed is told of, and its fixes do what they say."""
    start = int(at * len(data))
    slipped = data[:start] + new.encode(errors="replace") + data[start + drop :]
    found = told(slipped)

    if not any(problem.rule == "file-not-utf-8" for problem in found):
        check_fixes(slipped, found)


def test_the_case_that_is_wrong_in_every_way_is_mended_as_it_says() -> None:
    """Each of its fixes takes one problem away."""
    found = told(EVERYTHING)

    assert sum(problem.fix is not None for problem in found) >= 5
    check_fixes(EVERYTHING, found)


BOMB = b"a: &a [x, x, x, x, x, x, x, x, x]\n" + b"".join(
    f"{new}: &{new} [{', '.join(['*' + old] * 9)}]\n".encode()
    for old, new in zip("abcdefgh", "bcdefghi", strict=True)
)


@pytest.mark.parametrize(
    ("front", "rule"),
    [
        (BOMB, "yaml-too-many-values"),
        (b"a: " + b"[" * 3000 + b"]" * 3000, "yaml-nested-too-deeply"),
        (b"a: &x [*x]", "yaml-nested-too-deeply"),
        (b"title: " + b"x" * 5_000_000, "file-too-large"),
        (b"title: " + b"9" * 6000, "yaml-value-unreadable"),
    ],
    ids=["bomb", "deep", "itself", "5 MB", "a number"],
)
def test_what_would_take_the_machine_is_refused(front: bytes, rule: str) -> None:
    """A sentence, and no more time or memory than any other file takes."""
    (problem,) = told(b"---\n" + front + b"\n---\n\nText\n")

    assert (problem.rule, problem.message[-1]) == (rule, ".")
    assert len(front) < MAX_FILE_BYTES or rule == "file-too-large"
