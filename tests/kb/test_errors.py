"""One tree of errors, drawn where it is defined."""

from __future__ import annotations

import inspect
import re

import pytest

from kb import errors
from kb.errors import (
    Attempt,
    CaseNotFound,
    CorpusError,
    CorpusInvalid,
    KBError,
    Problem,
    QueryError,
    SnapshotCorrupt,
    snapshot_error,
)

_DRAWN = re.compile(r"^    (?P<branches>(?:[│ ]   |[├└]── )*)(?P<name>[A-Z]\w+) {2,}\S")


def _drawing() -> list[tuple[str, str]]:
    """The (class, base) pairs of the drawing, from the top down."""
    above: list[str] = []
    pairs = []
    for line in errors.__doc__.splitlines():
        match = _DRAWN.match(line)
        if match:
            depth = len(match["branches"]) // 4
            above[depth:] = [match["name"]]
            pairs.append((match["name"], above[depth - 1] if depth else "Exception"))
    return pairs


def _classes() -> list[type[Exception]]:
    found = [thing for thing in vars(errors).values() if inspect.isclass(thing)]
    return [thing for thing in found if issubclass(thing, Exception)]


def test_tree_is_the_drawing() -> None:
    """The module docstring draws every class under its base, in the order of definition."""
    defined = [(cls.__name__, cls.__base__.__name__) for cls in _classes()]

    assert _drawing() == defined


def test_every_class_says_when() -> None:
    """Each class has a docstring of its own that is a sentence."""
    silent = [
        cls.__name__
        for cls in _classes()
        if not (cls.__doc__ or "").split("\n")[0].endswith(".") or "__doc__" not in vars(cls)
    ]

    assert silent == []


@pytest.mark.parametrize(
    ("places", "message"),
    [
        pytest.param(
            [("a.md", 1)],
            "The content has 1 problem in 1 file; nothing was built and the previous "
            "snapshot stays in use. Run 'kb check' to list them.",
            id="one",
        ),
        pytest.param(
            [("a.md", 1), ("a.md", 7)],
            "The content has 2 problems in 1 file; nothing was built and the previous "
            "snapshot stays in use. Run 'kb check' to list them.",
            id="two-in-one-file",
        ),
        pytest.param(
            [("a.md", 1), ("b.md", 1), ("a.md", 2)],
            "The content has 3 problems in 2 files; nothing was built and the previous "
            "snapshot stays in use. Run 'kb check' to list them.",
            id="three-in-two-files",
        ),
    ],
)
def test_invalid_content_is_counted(places: list[tuple[str, int]], message: str) -> None:
    """CorpusInvalid counts problems and files, carries them, and is a CorpusError."""
    problems = tuple(Problem(path=path, line=line, message="is wrong.") for path, line in places)
    error = CorpusInvalid(problems)

    assert str(error) == message
    assert error.problems == problems
    assert isinstance(error, CorpusError)


def test_query_error_carries_what_is_allowed() -> None:
    """QueryError keeps parameter, value and what is allowed beside its message."""
    error = QueryError("page must be ...", parameter="page", value=0, allowed=("1", "2"))

    assert (str(error), error.parameter, error.value, error.allowed) == (
        "page must be ...",
        "page",
        0,
        ("1", "2"),
    )
    assert QueryError("x", parameter="q", value="").allowed == ()


@pytest.mark.parametrize(
    ("nearest", "message"),
    [
        pytest.param((), "No case has the id 'x/y'.", id="none-near"),
        pytest.param(
            ("x/z", "x/yy"),
            "No case has the id 'x/y'. The nearest ids are x/z, x/yy.",
            id="two-near",
        ),
    ],
)
def test_case_not_found_names_the_nearest(nearest: tuple[str, ...], message: str) -> None:
    """CaseNotFound names the id and the ids that are most like it."""
    error = CaseNotFound("x/y", nearest=nearest)

    assert (str(error), error.case_id, error.nearest) == (message, "x/y", nearest)
    assert isinstance(error, KBError)


class GaveOut(BaseException):
    """What a library may raise that is written in another language."""


@pytest.mark.parametrize(
    "error", [ValueError("x"), GaveOut("x"), MemoryError(), SnapshotCorrupt("x.")]
)
def test_an_attempt_keeps_whatever_goes_wrong(error: BaseException) -> None:
    """A failure of any kind is kept, and nothing is raised."""
    with Attempt() as attempt:
        raise error

    assert attempt.error is error


@pytest.mark.parametrize("error", [KeyboardInterrupt(), SystemExit(3), GeneratorExit()])
def test_an_attempt_keeps_nobody_from_ending_the_program(error: BaseException) -> None:
    """What ends a program on purpose goes on to do so."""
    attempt = Attempt()
    with pytest.raises(type(error)), attempt:
        raise error

    assert attempt.error is None


def test_what_is_wrong_stands_apart_from_what_to_do() -> None:
    """A build says what is wrong without telling to run a build; anything else becomes ours."""
    damage = SnapshotCorrupt("cases.json was altered.")
    other = snapshot_error(GaveOut("block"), "The snapshot in index cannot be opened")

    assert (str(damage), damage.what) == (
        "cases.json was altered. Run 'kb build'.",
        "cases.json was altered.",
    )
    assert str(SnapshotCorrupt("It is gone.", remedy="")) == "It is gone."
    assert snapshot_error(damage, "x") is damage
    assert other.what == "The snapshot in index cannot be opened (GaveOut: block)."
    assert KBError("x").what == "x"
