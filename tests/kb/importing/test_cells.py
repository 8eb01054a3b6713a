"""What cells mean, in any spelling; what can be read in two ways is not guessed."""

from __future__ import annotations

from pathlib import Path

import pytest

from kb.content.taxonomy import load_taxonomy
from kb.importing.cells import Meanings, NotTaken

ROOT = Path(__file__).parents[3]


@pytest.fixture(name="meanings", scope="module")
def _meanings() -> Meanings:
    return Meanings(taxonomy=load_taxonomy(ROOT / "cases" / "taxonomy.yaml"))


@pytest.mark.parametrize(
    ("spelling", "code"),
    [
        *(("NO", "NO"), ("norge", "NO"), ("Norwegen", "NO"), ("Norvège", "NO"), ("NOR", "NO")),
        *(("the Netherlands", "NL"), ("USA", "US"), ("cote divoire", "CI"), ("Türkiye", "TR")),
        *(("South-Korea", "KR"), ("Deutschland", "DE"), ("brasil", "BR")),
    ],
)
def test_countries_in_any_language(meanings: Meanings, spelling: str, code: str) -> None:
    """A country is known by its codes and its names, at home and elsewhere."""
    assert meanings.word(spelling, "countries") == code


@pytest.mark.parametrize(
    ("spelling", "name", "term"),
    [
        ("Bakers", "sectors", "food"),
        ("Wine & spirits", "sectors", "wine-spirits"),
        ("Joint_Purchasing", "projects", "joint-purchasing"),
        ("%", "units", "percent"),
        ("increase", "directions", "up"),
    ],
)
def test_words_in_any_spelling(meanings: Meanings, spelling: str, name: str, term: str) -> None:
    """Labels, aliases and trades mean their term, whatever the case and the signs."""
    assert meanings.word(spelling, name) == term


def test_what_is_unknown_is_told_with_the_nearest(meanings: Meanings) -> None:
    """A slip of typing is not taken for what it looks like, but that is named."""
    with pytest.raises(NotTaken, match=r"'Norwy'\. Nearest: Norway"):
        meanings.word("Norwy", "countries")
    with pytest.raises(NotTaken, match=r"'horizontl'\. Nearest: horizontal"):
        meanings.word("horizontl", "types")
    assert meanings.word("Norwy", "countries", {"norwy": "Norway"}) == "NO"


@pytest.mark.parametrize(
    ("written", "day"),
    [
        *(("2014-05-03", "2014-05-03"), ("2014-05-03T10:00:00Z", "2014-05-03")),
        *(("3.5.2014", "2014-05-03"), ("13/4/2014", "2014-04-13"), ("4/13/2014", "2014-04-13")),
        *(
            ("3 May 2014", "2014-05-03"),
            ("May 3, 2014", "2014-05-03"),
            ("3. Mai 2014", "2014-05-03"),
        ),
        *(("1er mai 2014", "2014-05-01"), ("3 de mayo de 2014", "2014-05-03")),
        *(("3/4/2014", None), ("31 February 2014", None), ("3/4/14", None), ("soon", None)),
    ],
)
def test_days(meanings: Meanings, written: str, day: str | None) -> None:
    """A day is read where it can be one day only."""
    if day is None:
        with pytest.raises(NotTaken):
            meanings.day(written)
    else:
        assert meanings.day(written).isoformat() == day


def test_the_mapping_says_which_is_the_day() -> None:
    """``3/4/2014`` is one day or the other as the mapping says."""
    taxonomy = load_taxonomy(ROOT / "cases" / "taxonomy.yaml")
    days = [
        Meanings(taxonomy=taxonomy, dates=dates).day("3/4/2014").isoformat()
        for dates in ("day-first", "month-first")
    ]

    assert days == ["2014-04-03", "2014-03-04"]


@pytest.mark.parametrize(
    ("written", "decimal", "number"),
    [
        *(("30", "", 30), ("1,234,567", "", 1234567), ("1 234", "", 1234), ("3.5", "", 3.5)),
        *(
            ("1'234.5", "", 1234.5),
            ("1.234.567,5", "", 1234567.5),
            ("-4", "", -4),
            ("3,5", "", 3.5),
        ),
        *(("1,234", "point", 1234), ("1,234", "comma", 1.234), ("1.234", "comma", 1234)),
        *(("1,234", "", None), ("1.234", "", None), ("12e5", "", None), ("30%", "", None)),
        *(("about 30", "", None), ("", "", None), ("1,23,456", "", None)),
    ],
)
def test_numbers(written: str, decimal: str, number: float | None) -> None:
    """A number is read where it can be one number only."""
    taxonomy = load_taxonomy(ROOT / "cases" / "taxonomy.yaml")
    meanings = Meanings(taxonomy=taxonomy, decimal=decimal)
    if number is None:
        with pytest.raises(NotTaken):
            meanings.number(written)
    else:
        assert meanings.number(written) == number
