"""Sources that a case brings along itself: what was told, and works that are new."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from kb.citations.works import citations, seen_text
from kb.content.corpus import read_corpus
from kb.indexing.pipeline import build
from kb.model.cases import TOLD, Imprint, Name, Reference, Seen
from kb.search.opening import open_live
from kb.settings import Settings

TOLD_SOURCE = "told: {by: the manager of a member firm, day: 2026-11-28}"
WORK = "work: {title: Five bakers, by: Ruhr-Zeitung, year: 2021, url: 'https://example.org/x'}"


def case(*sources: str, result: str = "") -> str:
    """A file with these sources, from line 9 on."""
    listed = "\n".join(f"  - {{{one}}}" for one in sources)
    return f"""\
---
title: Five bakers buy an oven
kind: network
country: NO
type: []
project: []
summary: Five bakers of one valley buy an oven, and each bakes in it on a day of its own.
sources:
{listed}
results: [{result}]
---

## Situation

Each was small.
"""


def problems_of(folder: Path, text: str) -> list[tuple[int, str]]:
    """What is wrong with the toy compendium and this case."""
    (folder / "norway" / "bakers.md").write_text(text)
    return [(one.line, one.message) for one in read_corpus(folder).problems]


def test_a_case_brings_its_sources(toy_cases: Path, toy_settings: Settings) -> None:
    """What was told and what is new are sources of the snapshot, and a result may rest on them."""
    result = "metric: cost, level: output, direction: down, statement: Costs fell., locator: whole"
    text = case(
        f"key: told-bakers, locator: whole, {TOLD_SOURCE}",
        f"key: ruhr, locator: p. 1, {WORK}",
        "key: doe-2001, locator: p. 2",
        result=f"{{{result}, source: told-bakers}}",
    )
    assert problems_of(toy_cases, text) == []

    build(toy_settings)
    searcher = open_live(toy_settings).current()
    bakers = searcher.case("norway/bakers")
    works = searcher.compendium.references
    assert works["told-bakers"] == Reference(
        key="told-bakers",
        authors="",
        title="Told to this compendium by the manager of a member firm",
        year="2026",
        note="",
        by="the manager of a member firm",
        kind=TOLD,
        seen=Seen(how=TOLD, day="2026-11-28"),
        imprint=Imprint(type="unpublished", date="2026-11-28"),
        is_own=True,
    )
    assert works["ruhr"] == Reference(
        key="ruhr",
        authors="Ruhr-Zeitung",
        title="Five bakers",
        year="2021",
        note="",
        url="https://example.org/x",
        by="Ruhr-Zeitung",
        imprint=Imprint(
            type="online",
            authors=(Name(family="Ruhr-Zeitung", is_organisation=True),),
            date="2021",
        ),
        is_own=True,
    )
    assert [(one.key, seen_text(one)) for one in citations(bakers, works)] == [
        (
            "told-bakers",
            "Told by those who did it on 28 November 2026, and published nowhere else.",
        ),
        ("ruhr", ""),
        ("doe-2001", ""),
    ]
    assert bakers.results[0].source == "told-bakers"
    counts = {(one.kind, one.seen): one.sources for one in searcher.sources.summary.counts}
    assert counts[TOLD, TOLD] == 1
    kept = searcher.versions.version(bakers.version)
    assert kept.digest == bakers.version


#: Name, the sources, and what is told.
MISTAKES = [
    ("key-of-the-file", [f"key: doe-2001, locator: x, {TOLD_SOURCE}"],
     [(9, "sources[1].key is a key of sources.bib already, 'doe-2001': take a new one for a source "
          "of this case alone, or leave out 'told' and 'work'.")]),
    ("key-of-nothing", ["key: ruhr, locator: x"],
     [(9, "sources[1].key must be a key of sources.bib, not 'ruhr': Keys are doe-2001, anon.")]),
    ("told-and-work", [f"key: a, locator: x, {TOLD_SOURCE}, {WORK}"],
     [(9, "sources[1].work must not be given together with told; make two sources of it.")]),
    ("told-by-nobody", ["key: a, locator: x, told: {day: 2026-11-28}"],
     [(9, "sources[1].told.by must be given; add a line such as 'by: the manager of a member "
          "firm'.")]),
    ("told-in-words", ["key: a, locator: x, told: yesterday"],
     [(9, "sources[1].told must hold fields with names (by, day, may_name), not 'yesterday'.")]),
    ("told-tomorrow", ["key: a, locator: x, told: {by: a member, day: 2999-01-01}"],
     [(9, "sources[1].told.day must not lie in the future: it is 2999-01-01, and today is "
          "{today}; correct it, or tell what is only planned in the text.")]),
    ("no-web-address", ["key: a, locator: x, work: {title: T, year: 2021, url: 'javascript:x'}"],
     [(9, "sources[1].work.url must be a web address such as https://example.org/x, not "
          "'javascript:x'.")]),
    ("no-year", ["key: a, locator: x, work: {title: T, year: last year}"],
     [(9, "sources[1].work.year must be 1998, 'about 1998' or 'no date', not 'last year'.")]),
]  # fmt: skip


@pytest.mark.parametrize(
    ("sources", "told"), [row[1:] for row in MISTAKES], ids=[row[0] for row in MISTAKES]
)
def test_a_mistake_is_told(
    toy_cases: Path, sources: list[str], told: list[tuple[int, str]], today: str
) -> None:
    """Each mistake gives its own message, on its line."""
    expected = [(line, message.replace("{today}", today)) for line, message in told]
    assert problems_of(toy_cases, case(*sources)) == expected


@pytest.fixture(name="today")
def _today() -> str:
    from kb.citations.items import today

    return today()


def test_two_cases_do_not_share_a_key(toy_cases: Path) -> None:
    """The second case that brings a source of the same key is told of the first."""
    text = case(f"key: told-bakers, locator: whole, {TOLD_SOURCE}")
    (toy_cases / "norway" / "also.md").write_text(text.replace("Five bakers", "Six bakers"))
    other = toy_cases / "norway" / "also.md"
    assert problems_of(toy_cases, text) == [
        (
            9,
            f"sources[1].key is that of a source of {other} too, 'told-bakers'; take another "
            "one, or put a work that both cite into sources.bib.",
        )
    ]


def test_money_of_a_work_without_a_year_needs_one(toy_cases: Path) -> None:
    """An amount from a work that has no date is told to have a year; from one with a year not."""
    money = (
        "metric: sales, level: output, direction: up, statement: Sales rose by EUR 3., locator: x"
    )
    work = "key: a, locator: x, work: {title: T, year: no date}"
    text = case(work, result=f"{{{money}, value: 3, unit: EUR}}")
    (only,) = problems_of(toy_cases, text)
    assert only[1].startswith("results[1].year must be given for an amount of money whose source")
    assert problems_of(toy_cases, text.replace("no date", "2001")) == []


def test_what_was_told_may_stand_without_a_day_in_the_store(toy_settings: Settings) -> None:
    """A reference of such a kind without a day is still said to have been told."""
    work = Reference(key="a", authors="", title="T", year="2026", note="", kind=TOLD)
    assert seen_text(work) == "Told by those who did it, and published nowhere else."
    assert seen_text(replace(work, seen=Seen(how=TOLD, day="2026-01-02"))) == (
        "Told by those who did it on 2 January 2026, and published nowhere else."
    )
