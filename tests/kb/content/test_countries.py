"""Countries: codes and names, as people write them."""

from __future__ import annotations

import pycountry
import pytest

from kb.content.countries import (
    ADJECTIVES,
    COMMON_NAMES,
    adjectives,
    countries,
    country_code,
    country_label,
    country_names,
    foreign_names,
    names_to_search,
    world,
)
from kb.content.regions import REGIONS, region_of
from kb.model.taxonomy import Term


@pytest.mark.parametrize(
    ("name", "code"),
    [
        ("NO", "NO"),
        ("no", "NO"),
        ("nor", "NO"),
        ("Norway", "NO"),
        (" norway ", "NO"),
        ("Kingdom of Norway", "NO"),
        ("UK", "GB"),
        ("england", "GB"),
        ("Great Britain", "GB"),
        ("USA", "US"),
        ("United States", "US"),
        ("United States of America", "US"),
        ("Holland", "NL"),
        ("South Korea", "KR"),
        ("Turkey", "TR"),
        ("Türkiye", "TR"),
        ("Côte d'Ivoire", "CI"),
        ("Ivory Coast", "CI"),
        ("Czech Republic", "CZ"),
        ("Czechia", "CZ"),
        ("Taiwan", "TW"),
        ("Atlantis", None),
        ("Norge", None),
        ("XX", None),
        ("", None),
        ("  ", None),
    ],
)
def test_a_country_is_known_by_code_and_name(name: str, code: str | None) -> None:
    """Codes and English names mean a country, in any case; other names mean none."""
    assert country_code(name) == code


def test_every_code_means_itself() -> None:
    """No name in common use takes the place of a code of ISO 3166."""
    codes = [country.alpha_2 for country in pycountry.countries]

    assert [country_code(code) for code in codes] == codes
    assert [country_code(country.alpha_3) for country in pycountry.countries] == codes


def test_names_in_common_use_lead_to_countries() -> None:
    """Each name that we add is accepted and leads to the code beside it."""
    assert {name: country_code(name) for name in COMMON_NAMES} == COMMON_NAMES


@pytest.mark.parametrize(
    ("code", "label"),
    [
        ("NO", "Norway"),
        ("GB", "United Kingdom"),
        ("US", "United States"),
        ("TW", "Taiwan"),
        ("BO", "Bolivia"),
        ("XX", "XX"),
        ("", ""),
    ],
)
def test_labels_are_names_in_common_use(code: str, label: str) -> None:
    """A country is shown by its common name where it has one, else its name, else its code."""
    assert country_label(code) == label


def test_labels_are_accepted_as_names() -> None:
    """What the site shows for a country can be written in a case, for every country."""
    codes = [country.alpha_2 for country in pycountry.countries]

    assert [country_code(country_label(code)) for code in codes] == codes


def test_names_are_sorted_and_each_leads_somewhere() -> None:
    """The names to suggest are upper case, sorted, each once, and all are accepted."""
    names = country_names()

    assert list(names) == sorted({name.upper() for name in names})
    assert [name for name in names if country_code(name) is None] == []


def test_every_country_is_listed_with_names_that_are_accepted() -> None:
    """Countries come by code; each of their names, and a name in common use, means the code."""
    listed = countries()
    names = [(term.id, name) for term in listed for name in (term.id, term.label, *term.aliases)]

    assert list(listed.ids) == sorted(listed.ids)
    assert [(code, name) for code, name in names if country_code(name) != code] == []
    assert listed.get("BO") == Term(
        id="BO",
        label="Bolivia",
        aliases=("BOL", "Bolivia, Plurinational State of", "Plurinational State of Bolivia"),
        group="Latin America and the Caribbean",
    )
    assert listed.get("GB").aliases[-6:] == (
        *("UK", "Great Britain", "England", "Scotland", "Wales", "Northern Ireland"),
    )
    assert {country_code(name) for name in COMMON_NAMES} <= set(listed.ids)


def test_every_country_is_of_one_region() -> None:
    """Each code of ISO 3166 stands once, but for Antarctica, and nothing else does."""
    codes = [code for listed in REGIONS.values() for code in listed.split()]

    assert sorted(codes) == sorted({c.alpha_2 for c in pycountry.countries} - {"AQ"})


@pytest.mark.parametrize(
    ("code", "region"),
    [
        ("AT", "Western Europe"),
        ("GB", "Northern Europe"),
        ("TR", "Western Asia"),
        ("PR", "Latin America and the Caribbean"),
        ("KE", "Sub-Saharan Africa"),
        ("TW", "Eastern Asia"),
        ("AQ", ""),
        ("at", ""),
        ("EU", ""),
    ],
)
def test_a_region_is_that_of_the_united_nations(code: str, region: str) -> None:
    """By the alpha-2 code as it is written."""
    assert region_of(code) == region


def test_a_country_is_searched_for_by_its_names_in_common_use() -> None:
    """But for what is a continent, too; they are written as people write them."""
    assert names_to_search("GB") == (
        *("UK", "Great Britain", "England", "Scotland", "Wales", "Northern Ireland"),
    )
    assert names_to_search("IE") == ("Republic of Ireland", "Eire")
    assert names_to_search("CD") == ("DR Congo", "Democratic Republic of the Congo")
    assert names_to_search("US") == ("USA",)
    assert names_to_search("AQ") == ()


def test_a_country_is_asked_for_by_its_adjective() -> None:
    """In a search; in a file a country is named by a name or a code."""
    assert adjectives("BR") == ("Brazilian",)
    assert adjectives("AQ") == ()
    assert world().canonical("brazilian") == "BR"
    assert country_code("Brazilian") is None


def test_every_adjective_is_of_one_country() -> None:
    """Codes are of ISO 3166, and no adjective is given twice or names a country."""
    every = [name for names in ADJECTIVES.values() for name in names]

    assert set(ADJECTIVES) <= set(countries().ids)
    assert len(set(every)) == len(every) > 150
    assert [name for name in every if country_code(name)] == []


@pytest.mark.parametrize(
    ("code", "names"),
    [
        ("AT", {"Autriche", "Österreich", "Áustria"}),
        ("SE", {"Suède", "Suecia", "Schweden", "Svezia", "Suécia", "Sverige"}),
        ("JP", {"Japon", "Giappone", "日本"}),
        ("CH", {"Suisse", "Schweiz", "Svizzera", "Suiza"}),
        ("XX", set()),
    ],
)
def test_a_country_in_other_languages(code: str, names: set[str]) -> None:
    """In the languages of the search, and in its own; they are names of the world's countries."""
    assert names <= set(foreign_names(code))
    assert all(world().canonical(name.upper()) == code for name in names)


def test_no_foreign_name_takes_the_place_of_an_english_one() -> None:
    """What a country is called in English, or coded by, means that country alone."""
    terms = world()
    for term in terms:
        for name in (term.id, term.label):
            assert terms.canonical(name) == term.id
