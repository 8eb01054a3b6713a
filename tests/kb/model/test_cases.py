"""The records are frozen, named and small."""

from __future__ import annotations

import dataclasses
import inspect

import pytest

from kb.engine.base import Document
from kb.engine.filters import EVERYTHING
from kb.errors import Problem
from kb.model import cases as documents
from kb.model.cases import Passage
from kb.model.facets import FACETS
from kb.search.answer import FoundSet, SearchResult
from kb.search.query import Query
from tests.kb.search.engines import engine_of

RECORDS = [
    thing
    for thing in vars(documents).values()
    if inspect.isclass(thing) and dataclasses.is_dataclass(thing)
]


@pytest.mark.parametrize("record", [pytest.param(cls, id=cls.__name__) for cls in RECORDS])
def test_records_are_frozen_and_named(record: type) -> None:
    """Every record is frozen, has slots and takes its fields by name only."""
    params = record.__dataclass_params__
    named = {field.kw_only for field in dataclasses.fields(record)}

    assert (params.frozen, "__slots__" in vars(record), named) == (True, True, {True})


def test_a_record_cannot_be_changed() -> None:
    """Setting a field of a record is refused."""
    problem = Problem(path="a.md", line=1, message="is wrong.")

    with pytest.raises(dataclasses.FrozenInstanceError):
        problem.line = 2


def test_facets_are_in_the_order_to_show() -> None:
    """The facets have the URL's names, the place and the kind of network first."""
    assert FACETS == (
        "country",
        "type",
        "project",
        "sector",
        "results",
        "kind",
        "form",
        "formation",
        "status",
        "decade",
        "teaching",
        "minutes",
        "collection",
    )


def test_a_problem_reads_as_a_place_and_a_message() -> None:
    """A problem prints as editors and terminals expect: path:line: message."""
    problem = Problem(path="cases/a/b.md", line=7, message="title must be text.", field="title")

    assert str(problem) == "cases/a/b.md:7: title must be text."


def test_a_problem_prints_on_one_line() -> None:
    """What an author wrote cannot break the line or steer the terminal; other scripts stay."""
    problem = Problem(path="a\nb\udce9.md", line=1, message="\x1b[31mcolour\u2028 is not Ωδή.")

    assert str(problem) == r"a\nb\udce9.md:1: \x1b[31mcolour\u2028 is not Ωδή."


@pytest.mark.parametrize(
    ("context", "read"),
    [
        pytest.param("Title. Norway", "Title. Norway\nThe text.", id="with-context"),
        pytest.param("", "The text.", id="without-context"),
    ],
)
def test_the_encoder_reads_context_and_text(context: str, read: str) -> None:
    """A passage has a stable id, and the encoder reads its context on a line before its text."""
    passage = Passage(case_id="no/a", ordinal=2, heading="H", text="The text.", context=context)

    assert (passage.id, passage.encoded_text) == ("no/a#2", read)


@pytest.mark.parametrize(
    ("total", "per_page", "pages"),
    [(0, 10, 1), (1, 10, 1), (10, 10, 1), (11, 10, 2), (100, 1, 100), (7, 3, 3)],
)
def test_pages_hold_the_found_set(total: int, per_page: int, pages: int) -> None:
    """The number of pages is the found set divided by the page, rounded up, at least one."""
    with engine_of(Document(id=f"{at:03}", words="") for at in range(total)) as engine:
        found = FoundSet(rows=engine.matching(EVERYTHING), engine=engine, every=())

    result = SearchResult(
        query=Query(per_page=per_page),
        total=total,
        hits=(),
        facets={},
        no_good_match=False,
        snapshot_id="s",
        found=found,
    )

    assert (len(result.found), result.pages) == (total, pages)
