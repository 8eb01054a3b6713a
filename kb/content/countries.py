"""ISO 3166-1 countries: codes, English names, and a few names in common use.

Imported while content is read, never by the site: a snapshot carries the labels
of the countries that it holds.
"""

from __future__ import annotations

from functools import cache

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
def _names() -> dict[str, str]:
    import pycountry  # slow import: only while content is read

    names = dict(COMMON_NAMES)
    for country in pycountry.countries:
        for attribute in ("alpha_2", "alpha_3", "name", "common_name", "official_name"):
            name = getattr(country, attribute, None)
            if name:
                names[name.upper()] = country.alpha_2
    return names


def country_code(name: str) -> str | None:
    """The ISO 3166-1 alpha-2 code of a code or English name, in any case; None if unknown."""
    return _names().get(name.strip().upper())


def country_label(code: str) -> str:
    """The English name in common use for an alpha-2 code, the code itself if unknown."""
    import pycountry  # slow import: only while content is read

    country = pycountry.countries.get(alpha_2=code)
    return code if country is None else getattr(country, "common_name", country.name)


def world() -> Vocabulary:
    """Every country by its English name, with its other names."""
    import pycountry  # slow import: only while content is read

    names: dict[str, list[str]] = {}
    for name, code in _names().items():
        names.setdefault(code, []).append(name)
    terms = [
        Term(
            id=country.alpha_2,
            label=country_label(country.alpha_2),
            aliases=tuple(names[country.alpha_2]),
        )
        for country in pycountry.countries
    ]
    return Vocabulary(name="world", terms=tuple(sorted(terms, key=lambda term: term.label)))


def country_names() -> tuple[str, ...]:
    """Every accepted name, upper case, sorted: for suggestions in messages."""
    return tuple(sorted(_names()))


def countries() -> Vocabulary:
    """Every country by its code, with its names as they are usually written."""
    import pycountry  # slow import: only while content is read

    others: dict[str, list[str]] = {}
    for name, code in COMMON_NAMES.items():
        others.setdefault(code, []).append(name if len(name) < 4 else name.title())
    terms = []
    for country in sorted(pycountry.countries, key=lambda one: one.alpha_2):
        names = (country.alpha_3, country.name, getattr(country, "official_name", country.name))
        aliases = (*names, *others.get(country.alpha_2, ()))
        label = getattr(country, "common_name", country.name)
        terms.append(Term(id=country.alpha_2, label=label, aliases=aliases))
    return Vocabulary(name="countries", terms=tuple(terms))
