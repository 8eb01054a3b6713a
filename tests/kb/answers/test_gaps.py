"""What a source does not tell: said once, from the fields that are empty."""

from __future__ import annotations

from dataclasses import replace

from kb.answers.gaps import not_in_source
from kb.model.cases import Case, Members, Period, Result

BARE = Case(
    id="a", title="", kind="network", summary="", body="", facets={}, results=(), sources=()
)
WORDS = Result(metric="sales", level="output", direction="up", statement="", source="", locator="")
FIGURE = replace(WORDS, low=5.0, high=5.0)
WHOLE = replace(
    BARE,
    facets={"formation": ("supply-push",), "status": ("success",)},
    results=(WORDS, FIGURE),
    members=Members(who="bakers", count=3),
    period=Period(end=1994),
    region="Oslo",
)


def test_everything_is_open():
    """In the order of the facts beside a case."""
    assert not_in_source(BARE) == (
        "where in the country",
        "how many took part",
        "in which years",
        "how it began",
        "what came of it",
    )


def test_nothing_is_open():
    """Then there is nothing to say; nor of a guide, which reports nothing."""
    assert not_in_source(WHOLE) == ()
    assert not_in_source(replace(BARE, is_guide=True)) == ()


def test_each_field_closes_its_point():
    """Members without a number leave it open; results in words have no figure."""
    assert not_in_source(replace(WHOLE, region=None)) == ("where in the country",)
    assert not_in_source(replace(WHOLE, members=Members(who="bakers"))) == ("how many took part",)
    assert not_in_source(replace(WHOLE, members=Members(who="firms", networks=9))) == ()
    assert not_in_source(replace(WHOLE, period=None)) == ("in which years",)
    assert not_in_source(replace(WHOLE, results=(WORDS,))) == ("what came of it in figures",)
    assert not_in_source(replace(WHOLE, results=())) == ("what came of it in figures",)
    assert not_in_source(replace(WHOLE, results=(), facets={"formation": ("x",)})) == (
        "what came of it",
    )
