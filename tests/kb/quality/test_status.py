"""What a maintainer has to look after is counted by what the files say."""

from __future__ import annotations

from datetime import date

import pytest

from kb.content.corpus import read_corpus
from kb.quality.status import Status, status_of
from tests.kb.cli.command import edit

DAY = date(2026, 11, 29)


def status(settings, years: int = 3) -> Status:
    """That of a toy compendium on a day."""
    return status_of(read_corpus(settings.cases).compendium, day=DAY, years=years)


def test_what_cases_lack(toy_settings):
    """By id, each list in order; guides need no result."""
    found = {one.id: one.cases for one in status(toy_settings).lacking}

    assert found == {
        "no-result": ("denmark/hostile-title", "spain/textile-training"),
        "one-source": (
            "denmark/hostile-title",
            "guides/purchase-guide",
            "international/wine-and-metal-programme",
            "norway/metal-buyers",
            "norway/textile-exporters",
            "spain/textile-training",
        ),
        "page-gone": (),
        "alone": (
            "denmark/hostile-title",
            "international/wine-and-metal-programme",
            "norway/textile-exporters",
            "spain/textile-training",
        ),
        "never-reread": tuple(sorted(read_corpus(toy_settings.cases).compendium.by_id)),
        "due": (),
        "due-soon": (),
    }


@pytest.mark.parametrize(
    ("day", "kind"),
    [
        ("2026-11-29", None),
        ("2024-02-28", None),
        ("2024-02-27", "due-soon"),
        ("2023-11-30", "due-soon"),
        ("2023-11-29", "due"),
        ("1999-01-01", "due"),
    ],
)
def test_a_case_is_due_some_years_after_it_was_reread(toy_settings, day, kind):
    """And told of ninety days before."""
    edit(
        toy_settings,
        "added: 2026-11-22",
        f"verified: {{day: {day}, source: doe-2001}}\nadded: 2026-11-22",
        "norway/metal-buyers",
    )

    found = {one.id: one.cases for one in status(toy_settings).lacking}

    assert "norway/metal-buyers" not in found["never-reread"]
    assert [one for one in ("due", "due-soon") if "norway/metal-buyers" in found[one]] == (
        [kind] if kind else []
    )


def test_countries_are_counted_by_label(toy_settings):
    """What several countries share counts in each."""
    found = status(toy_settings)

    assert [(one.label, one.cases, one.lacking["no-result"]) for one in found.countries][-2:] == [
        ("Norway", 3, 0),
        ("Spain", 1, 1),
    ]
    assert found.cases == 7


def test_another_source_than_those_of_the_case_cannot_have_been_reread(toy_settings):
    """The message names those of the case."""
    edit(
        toy_settings,
        "added: 2026-11-22",
        "verified: {day: 2026-11-20, source: anon}\nadded: 2026-11-22",
        "norway/metal-buyers",
    )

    (problem,) = read_corpus(toy_settings.cases).problems

    assert (problem.field, problem.message) == (
        "verified.source",
        "verified.source must be one of the case's sources, doe-2001.",
    )
