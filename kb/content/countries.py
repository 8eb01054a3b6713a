"""ISO 3166-1 countries: codes, English names, and a few names in common use.

Imported while content is read, never by the site: a snapshot carries the labels
of the countries that it holds.
"""

from __future__ import annotations

from functools import cache

from kb.content.regions import region_of
from kb.model.taxonomy import Term, Vocabulary

#: Names in common use that ISO 3166 does not list, beside the library's own.
COMMON_NAMES = {
    "UK": "GB",
    "GREAT BRITAIN": "GB",
    "ENGLAND": "GB",
    "SCOTLAND": "GB",
    "WALES": "GB",
    "USA": "US",
    "AMERICA": "US",
    "HOLLAND": "NL",
    "RUSSIA": "RU",
    "SOUTH KOREA": "KR",
    "TURKEY": "TR",
    "IVORY COAST": "CI",
    "CZECH REPUBLIC": "CZ",
}


@cache
def countries() -> Vocabulary:
    """Every country by its code, with its names as they are usually written, and its region."""
    import pycountry  # slow import: only while content is read

    common: dict[str, list[str]] = {}
    for name, code in COMMON_NAMES.items():
        common.setdefault(code, []).append(name if len(name) < 4 else name.title())
    terms = []
    for country in sorted(pycountry.countries, key=lambda country: country.alpha_2):
        names = (country.alpha_3, country.name, getattr(country, "official_name", country.name))
        aliases = (*names, *common.get(country.alpha_2, ()))
        label = getattr(country, "common_name", country.name)
        region = region_of(country.alpha_2)
        terms.append(Term(id=country.alpha_2, label=label, aliases=aliases, group=region))
    return Vocabulary(name="countries", terms=tuple(terms))


@cache
def _codes() -> dict[str, str]:
    """Every accepted name, upper case, to its code."""
    return {name.upper(): country.id for country in countries() for name in country.names}


def country_code(name: str) -> str | None:
    """The ISO 3166-1 alpha-2 code of a code or English name, in any case; None if unknown."""
    return _codes().get(name.strip().upper())


def country_label(code: str) -> str:
    """The English name in common use for an alpha-2 code, the code itself if unknown."""
    return countries().label(code)


def country_names() -> tuple[str, ...]:
    """Every accepted name, upper case, sorted: for suggestions in messages."""
    return tuple(sorted(_codes()))


def world() -> Vocabulary:
    """Every country with all its names, by its English name."""
    return Vocabulary(name="world", terms=tuple(sorted(countries(), key=lambda term: term.label)))
