"""ISO 3166-1 countries: codes, English names, and a few names in common use.

Imported while content is read, never by the site: a snapshot carries the labels
of the countries that it holds.
"""

from __future__ import annotations

import gettext
from dataclasses import replace
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
    "NORTHERN IRELAND": "GB",
    "USA": "US",
    "AMERICA": "US",
    "HOLLAND": "NL",
    "RUSSIA": "RU",
    "SOUTH KOREA": "KR",
    "KOREA": "KR",
    "REPUBLIC OF KOREA": "KR",
    "BURMA": "MM",
    "CAPE VERDE": "CV",
    "EAST TIMOR": "TL",
    "MACEDONIA": "MK",
    "SWAZILAND": "SZ",
    "UAE": "AE",
    "TURKEY": "TR",
    "IVORY COAST": "CI",
    "PALESTINE": "PS",
    "CZECH REPUBLIC": "CZ",
    "REPUBLIC OF IRELAND": "IE",
    "EIRE": "IE",
    "BOSNIA": "BA",
    "HERZEGOVINA": "BA",
    "TRINIDAD": "TT",
    "VATICAN": "VA",
    "BRUNEI": "BN",
    "DR CONGO": "CD",
    "DEMOCRATIC REPUBLIC OF THE CONGO": "CD",
    "FALKLANDS": "FK",
    "FALKLAND ISLANDS": "FK",
}
#: Those that a continent has, too: accepted in a file, and no name to search a country by.
_OF_A_CONTINENT = ("America",)
#: Words in them that are written with a small letter, and those that are not words.
_SMALL, _CAPITALS = ("Of", "The"), ("Dr",)

#: What a thing of a country is called, so that a search for it is known to ask for that country.
#: Those of the vocabulary (``countries`` in ``taxonomy.yaml``) need not stand here.
ADJECTIVES = {
    code: tuple(names.split("|"))
    for code, _, names in (
        row.partition(" ")
        for row in """
AE Emirati;AF Afghan;AL Albanian;AM Armenian;AO Angolan;AR Argentine|Argentinian;AT Austrian
AU Australian;AZ Azerbaijani;BA Bosnian;BB Barbadian;BD Bangladeshi;BE Belgian;BF Burkinabe
BG Bulgarian;BH Bahraini;BI Burundian;BJ Beninese;BO Bolivian;BR Brazilian;BT Bhutanese
BW Botswanan;BY Belarusian;BZ Belizean;CA Canadian;CD Congolese;CH Swiss;CI Ivorian;CL Chilean
CM Cameroonian;CN Chinese;CO Colombian;CR Costa Rican;CU Cuban;CV Cape Verdean;CY Cypriot;CZ Czech
DE German;DK Danish;DZ Algerian;EC Ecuadorian;EE Estonian;EG Egyptian;ER Eritrean;ES Spanish
ET Ethiopian;FI Finnish;FJ Fijian;FR French;GA Gabonese;GB British|Scottish|Welsh
GE Georgian;GH Ghanaian;GM Gambian;GR Greek;GT Guatemalan;GY Guyanese;HN Honduran;HR Croatian
HT Haitian;HU Hungarian;ID Indonesian;IE Irish;IL Israeli;IN Indian;IQ Iraqi;IR Iranian
IS Icelandic;IT Italian;JM Jamaican;JO Jordanian;JP Japanese;KE Kenyan;KG Kyrgyz;KH Cambodian
KP North Korean;KR South Korean|Korean;KW Kuwaiti;KZ Kazakh;LA Laotian;LB Lebanese
LK Sri Lankan;LR Liberian;LT Lithuanian;LU Luxembourgish;LV Latvian;LY Libyan
MA Moroccan;MD Moldovan;ME Montenegrin;MG Malagasy;MK Macedonian;ML Malian;MM Burmese
MN Mongolian;MR Mauritanian;MT Maltese;MU Mauritian;MV Maldivian;MW Malawian;MX Mexican
MY Malaysian;MZ Mozambican;NA Namibian;NE Nigerien;NG Nigerian;NI Nicaraguan;NL Dutch
NO Norwegian;NP Nepalese|Nepali;OM Omani;PA Panamanian;PE Peruvian;PG Papua New Guinean
PH Philippine|Filipino;PK Pakistani;PL Polish;PR Puerto Rican;PS Palestinian;PT Portuguese
PY Paraguayan;QA Qatari;RO Romanian;RS Serbian;RU Russian;RW Rwandan;SA Saudi;SD Sudanese
SE Swedish;SG Singaporean;SI Slovenian|Slovene;SK Slovak;SL Sierra Leonean;SN Senegalese
SO Somali;SR Surinamese;SV Salvadoran;SY Syrian;TG Togolese;TH Thai;TJ Tajik;TM Turkmen
TN Tunisian;TR Turkish;TT Trinidadian;TW Taiwanese;TZ Tanzanian;UA Ukrainian;UG Ugandan
US American;UY Uruguayan;UZ Uzbek;VE Venezuelan;VN Vietnamese;YE Yemeni;ZA South African
ZM Zambian;ZW Zimbabwean""".replace("\n", ";")
        .strip(";")
        .split(";")
    )
}


#: Languages in which every country is understood, as locales of ISO 3166's translations.
_LANGUAGES = ("fr", "es", "de", "it", "pt", "nb_NO")
#: Other languages, and the countries that are called something in them at home.
_AT_HOME = {
    language: codes.split()
    for language, _, codes in (
        row.partition(" ")
        for row in """
af ZA;am ET;ar AE BH DZ EG IQ JO KW LB LY MA MR OM PS QA SA SD SY TN YE;az AZ;be BY;bg BG;bn BD
ca AD;cs CZ;da DK FO GL;el CY GR;et EE;fa IR;fi FI;fil PH;ga IE;he IL;hi IN;hr BA HR;hu HU;hy AM
id ID;is IS;ja JP;ka GE;kk KZ;km KH;ko KP KR;ky KG;lo LA;lt LT;lv LV;mk MK;mn MN;ms BN MY;mt MT
my MM;nb_NO SJ;ne NP;nl BE NL SR;pl PL;ps AF;ro MD RO;ru BY KG KZ RU;si LK;sk SK;sl SI;so SO
sq AL XK;sr ME RS;sv AX FI SE;sw KE TZ;th TH;tr CY TR;uk UA;ur PK;uz UZ;vi VN;zh_CN CN SG
zh_TW HK MO TW""".replace("\n", ";")
        .strip(";")
        .split(";")
    )
}


@cache
def countries() -> Vocabulary:
    """Every country by its code, with its names as they are usually written, and its region."""
    import pycountry  # slow import: only while content is read

    terms = []
    for country in sorted(pycountry.countries, key=lambda country: country.alpha_2):
        names = (country.alpha_3, country.name, getattr(country, "official_name", country.name))
        aliases = (*names, *common_names(country.alpha_2))
        label = getattr(country, "common_name", country.name)
        region = region_of(country.alpha_2)
        terms.append(Term(id=country.alpha_2, label=label, aliases=aliases, group=region))
    return Vocabulary(name="countries", terms=tuple(terms))


def common_names(code: str) -> tuple[str, ...]:
    """The names of a country in common use that ISO 3166 does not list."""
    return _common_names().get(code, ())


def names_to_search(code: str) -> tuple[str, ...]:
    """The same, but for those that a continent has, too: "Latin America" is not the USA."""
    return tuple(name for name in common_names(code) if name not in _OF_A_CONTINENT)


@cache
def _common_names() -> dict[str, tuple[str, ...]]:
    found: dict[str, tuple[str, ...]] = {}
    for name, code in COMMON_NAMES.items():
        found[code] = (*found.get(code, ()), _in_capitals(name))
    return found


def _in_capitals(name: str) -> str:
    """A name as it is written: "UAE", "Ivory Coast", "Republic of Ireland", "DR Congo"."""
    if len(name) < 4:
        return name
    words = name.title().split()
    shown = (word.lower() if word in _SMALL else word for word in words)
    return " ".join(word.upper() if word in _CAPITALS else word for word in shown)


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
    """Every country with all its names, those in other languages and adjectives among them.

    By its English name.
    """
    terms = (
        replace(
            term,
            aliases=(*term.aliases, *adjectives(term.id)),
            foreign=foreign_names(term.id),
        )
        for term in countries()
    )
    return Vocabulary(name="world", terms=tuple(sorted(terms, key=lambda term: term.label)))


def foreign_names(code: str) -> tuple[str, ...]:
    """What a country is called in the languages that the search understands, and at home.

    They are understood where a country is asked for, and looked for in no text: "Island" is
    Iceland in German.
    """
    return _foreign_names().get(code, ())


@cache
def _foreign_names() -> dict[str, tuple[str, ...]]:
    import pycountry  # slow import: only while content is read

    found: dict[str, dict[str, None]] = {}
    every = {country.alpha_2: country for country in pycountry.countries}
    at_home = ((language, codes) for language, codes in _AT_HOME.items())
    for language, codes in (*((one, list(every)) for one in _LANGUAGES), *at_home):
        translated = gettext.translation(
            "iso3166-1", pycountry.LOCALES_DIR, languages=[language], fallback=True
        )
        for code in codes:
            if code not in every:
                continue
            country = every[code]
            english = getattr(country, "common_name", country.name)
            name = translated.gettext(english)
            if name != english:
                found.setdefault(code, {})[name] = None
    return {code: tuple(names) for code, names in found.items()}


def adjectives(code: str) -> tuple[str, ...]:
    """What things of a country are called, ``Brazilian``: asked for, and no name of it."""
    return ADJECTIVES.get(code, ())
