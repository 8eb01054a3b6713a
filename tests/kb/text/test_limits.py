"""Limits on figures that a text asks for."""

from __future__ import annotations

import pytest

from kb.text.limits import OF_AMOUNT, OF_NUMBER, OF_TIME, OF_YEARS, limits_in


@pytest.mark.parametrize(
    ("text", "limits"),
    [
        (
            "more than 20 members founded after 1995",
            [("more than 20 members", OF_NUMBER), ("after 1995", OF_YEARS)],
        ),
        ("fewer than ten firms that share a kiln", [("fewer than ten firms", OF_NUMBER)]),
        ("between 5 and 10 firms", [("between 5 and 10 firms", OF_NUMBER)]),
        ("100+ members", [("100+ members", OF_NUMBER)]),
        ("20 or more of us", [("20 or more", OF_NUMBER)]),
        ("founded between 1990 and 2000", [("between 1990 and 2000", OF_YEARS)]),
        ("wine since the 1990s", [("since the 1990s", OF_YEARS)]),
        ("1995 or later", [("1995 or later", OF_YEARS)]),
        ("a case of under one hour", [("under one hour", OF_TIME)]),
        ("sales up by more than 20%", [("more than 20%", OF_AMOUNT)]),
        ("turnover above 1 million euro", [("above 1 million euro", OF_AMOUNT)]),
        (
            "plus de 20 entreprises depuis 2010",
            [("plus de 20 entreprises", OF_NUMBER), ("depuis 2010", OF_YEARS)],
        ),
        ("mehr als 20 Mitglieder", [("mehr als 20 Mitglieder", OF_NUMBER)]),
        ("más de 30 socios", [("más de 30 socios", OF_NUMBER)]),
        ("almeno 8 imprese", [("almeno 8 imprese", OF_NUMBER)]),
        ("flere enn 10 medlemmer", [("flere enn 10 medlemmer", OF_NUMBER)]),
        ("pelo menos 10 empresas", [("pelo menos 10 empresas", OF_NUMBER)]),
    ],
)
def test_a_limit_is_told_with_what_it_counts(text, limits) -> None:
    """In English and the languages of the glossary, in figures or in words, as it is written."""
    assert [(one.text, one.of) for one in limits_in(text)] == limits


@pytest.mark.parametrize(
    "text",
    [
        "",
        "wine",
        "we are 6 people",
        "in 1994",
        "in more than one country",
        "at least a third",
        "over the last 20 years",
        "10 years after the 1994 Olympics",
        "20 -30 firms",
        "ISO 9001",
    ],
)
def test_a_figure_alone_limits_nothing(text) -> None:
    """Nor does a word that only looks like a number."""
    assert limits_in(text) == ()
