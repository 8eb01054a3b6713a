"""When a network worked, as decades."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from kb.content.corpus import read_corpus
from kb.model.cases import Period
from kb.model.decades import decades, decades_of
from kb.model.taxonomy import Taxonomy
from tests.kb.model.test_coverage import case
from tests.toy import copy_toy_corpus


@pytest.mark.parametrize(
    ("period", "before", "expected"),
    [
        (Period(start=1990, end=1999), None, ("1990s",)),
        (Period(start=1989, end=1992), None, ("1980s", "1990s")),
        (Period(start=1905, end=1931), None, ("1900s", "1910s", "1920s", "1930s")),
        pytest.param(Period(start=2008), None, ("2000s",), id="no end: no later decade is told"),
        pytest.param(Period(end=2017), None, ("2010s",), id="no beginning: no earlier one"),
        pytest.param(Period(start=1994), 1998, ("1990s",), id="a year goes before a bound"),
        pytest.param(None, 1998, ("before-1998",), id="no year, of a collection that says before"),
        pytest.param(None, None, ("not-told",), id="no year"),
    ],
)
def test_a_period_touches_decades(period, before, expected):
    """Every one from its first year to its last, and none that nobody tells."""
    assert decades_of(period, before) == expected


def test_decades_stand_newest_first():
    """Then what is before a year, and last what is not told."""
    held = ("not-told", "1980s", "2010s", "before-1998", "1990s")
    cases = [replace(case(), id=one, facets={"decade": (one,)}) for one in held]

    terms = decades(cases).terms

    assert [term.id for term in terms] == ["2010s", "1990s", "1980s", "before-1998", "not-told"]
    assert [term.label for term in terms][-2:] == ["Before 1998, no year told", "Not told"]


def test_without_any_year_there_is_no_such_filter():
    """A compendium of another subject may tell of no time at all."""
    untold = replace(case(), facets={"decade": ("not-told",)})
    taxonomy = Taxonomy(vocabularies={"decades": decades([untold])})

    assert taxonomy["decades"].terms == ()
    assert "decade" not in taxonomy.facets


COLLECTIONS = """\
collections:
  - id: first
    label: The first
    about: The first ones.
    before: 2001
    cases: [norway/metal-buyers, norway/textile-exporters, denmark/hostile-title]
  - id: rest
    label: The rest
    about: All others.
    the_rest: true
"""


def test_a_collection_may_say_before_which_year(tmp_path: Path):
    """It counts for its cases without a period whose sources are all of that year or older."""
    folder = copy_toy_corpus(tmp_path / "cases")
    (folder / "collections.yaml").write_text(COLLECTIONS, "utf-8")
    corpus = read_corpus(folder)

    made = {one.id: one.facets["decade"] for one in corpus.compendium.cases}

    assert made["norway/metal-buyers"] == ("1990s",)  # about 1990 to 1992
    assert made["norway/textile-exporters"] == ("before-2001",)
    assert made["france/wine-exporters"] == ("not-told",)
    assert made["guides/purchase-guide"] == ()
