"""Where a case comes from and of what time, in few words."""

from __future__ import annotations

import pytest

from kb.citations.provenance import Provenance, latest_year, provenance, told_by
from kb.model.cases import Case, Period, Reference, Source

REFERENCES = {
    key: Reference(key=key, authors="", title="", year=year, note="", by=by, url=url)
    for key, year, by, url in (
        ("roy", "1998", "Roy", None),
        ("anon", "2007", "", None),
        ("undated", "", "Mazzarol", None),
        ("page", "2019", "Toy Paper", "https://toy.example"),
        ("about", "about 1994", "Doe and others", None),
    )
}


def case(*keys: str, period: Period | None = None) -> Case:
    return Case(
        id="a",
        title="",
        kind="network",
        summary="",
        body="",
        facets={},
        results=(),
        sources=tuple(Source(key=key, locator=str(at)) for at, key in enumerate(keys)),
        period=period,
    )


@pytest.mark.parametrize(
    ("keys", "year", "by", "more"),
    [
        (["roy"], "1998", "Roy", 0),
        (["roy", "roy"], "1998", "Roy", 0),
        (["page", "roy", "anon", "roy"], "2019", "Toy Paper", 2),
        (["anon"], "2007", "", 0),
        (["undated"], "", "Mazzarol", 0),
        (["gone"], "", "", 0),
        (["gone", "roy"], "1998", "Roy", 1),
    ],
)
def test_the_first_source_and_a_count(keys, year, by, more):
    """A work that is named for two places counts once."""
    assert provenance(case(*keys), REFERENCES) == Provenance(year=year, by=by, more=more)


@pytest.mark.parametrize(
    ("keys", "year"),
    [
        (["roy"], 1998),
        (["roy", "page", "anon"], 2019),
        (["about"], 1994),
        (["roy", "undated"], None),
        (["roy", "gone"], None),
        ([], None),
    ],
)
def test_what_a_case_tells_is_no_later_than_its_latest_source(keys, year):
    """Where one has no year, nothing can be said."""
    assert latest_year(case(*keys), REFERENCES) == year


@pytest.mark.parametrize(
    ("keys", "words"),
    [
        (["roy"], "Before 1998 (the source gives no year)"),
        (["page", "roy"], "By 2019 (the source gives no period)"),
        (["roy", "undated"], ""),
    ],
)
def test_until_when_a_case_may_have_been(keys, words):
    """A page tells of what goes on, a work on paper of what was; a fact needs no such words."""
    assert told_by(case(*keys), REFERENCES) == words
    assert told_by(case(*keys, period=Period(start=1990)), REFERENCES) == ""
