"""Parts of the world that people name: continents, and groups of countries that have a name.

Those that are made of the regions of ``kb.content.regions``, by which countries are grouped,
take their countries from there; the others list theirs by ISO 3166 alpha-2 code.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from kb.model.taxonomy import Term


@dataclass(frozen=True, slots=True, kw_only=True)
class WorldRegion:
    """A part of the world: its name, the other words for it, and what it is made of."""

    label: str
    names: tuple[str, ...]
    groups: tuple[str, ...] = ()
    codes: frozenset[str] = frozenset()


def _region(label: str, *names: str, of: str = "", codes: str = "") -> WorldRegion:
    groups = tuple(one for one in of.split("|") if one)
    return WorldRegion(
        label=label, names=(label, *names), groups=groups, codes=frozenset(codes.split())
    )


#: What parts of the world are called in French, Spanish, German, Italian, Norwegian and
#: Portuguese, where that is not what they are called in English.
NAMES_IN_OTHER_LANGUAGES: dict[str, tuple[str, ...]] = {
    label: tuple(names.split("|"))
    for label, names in {
        "Africa": "Afrique|Afrika",
        "North Africa": "Afrique du Nord|África del Norte|Norte de África|Nordafrika|Nord-Afrika|"
        "Nordafrica|África do Norte|Norte da África",
        "Sub-Saharan Africa": "Afrique subsaharienne|Afrique sub-saharienne|África subsahariana|"
        "Subsahara-Afrika|Afrika südlich der Sahara|Africa subsahariana|Afrika sør for Sahara|"
        "África subsaariana",
        "Maghreb": "Magreb|Magrebe",
        "East Africa": "Afrique de l'Est|Afrique orientale|África oriental|África del Este|"
        "Ostafrika|Africa orientale|Øst-Afrika",
        "West Africa": "Afrique de l'Ouest|Afrique occidentale|África occidental|Westafrika|"
        "Africa occidentale|Vest-Afrika|África ocidental",
        "Southern Africa": "Afrique australe|África austral|Südliches Afrika|Africa australe|"
        "Sørlige Afrika",
        "Asia": "Asie|Asien",
        "Central Asia": "Asie centrale|Zentralasien|Asia centrale|Sentral-Asia|Ásia Central",
        "East Asia": "Asie de l'Est|Asie orientale|Asia oriental|Ostasien|Asia orientale|Øst-Asia|"
        "Ásia oriental",
        "South Asia": "Asie du Sud|Asia meridional|Südasien|Asia meridionale|Sør-Asia|Ásia do Sul|"
        "Sul da Ásia",
        "Southeast Asia": "Asie du Sud-Est|Sudeste asiático|Südostasien|Sud-est asiatico|"
        "Sørøst-Asia",
        "Middle East": "Moyen-Orient|Proche-Orient|Oriente Medio|Oriente Próximo|Naher Osten|"
        "Nahen Osten|Nahost|Medio Oriente|Midtøsten|Oriente Médio|Médio Oriente",
        "Europe": "Europa",
        "Northern Europe": "Europe du Nord|Europa del Norte|Nordeuropa|Europa settentrionale|"
        "Nord-Europa|Europa do Norte|Norte da Europa",
        "Southern Europe": "Europe du Sud|Europa del Sur|Sur de Europa|Südeuropa|"
        "Europa meridionale|Sør-Europa|Europa do Sul|Sul da Europa",
        "Western Europe": "Europe de l'Ouest|Europe occidentale|Europa occidental|Westeuropa|"
        "Europa occidentale|Vest-Europa|Europa Ocidental",
        "Eastern Europe": "Europe de l'Est|Europe orientale|Europa del Este|Europa oriental|"
        "Osteuropa|Europa orientale|Europa dell'Est|Øst-Europa|Europa de Leste|Leste Europeu|"
        "Europa do Leste",
        "Central Europe": "Europe centrale|Europa central|Mitteleuropa|Europa centrale|"
        "Sentral-Europa",
        "Scandinavia": "Scandinavie|Escandinavia|Skandinavien|Skandinavia|Escandinávia",
        "Nordic countries": "pays nordiques|países nórdicos|nordische Länder|nordischen Ländern|"
        "paesi nordici|Norden|nordiske land",
        "Baltic countries": "pays baltes|países bálticos|baltische Staaten|Baltikum|paesi baltici|"
        "baltiske land|baltiske stater",
        "Balkans": "Balcanes|Balkanländer|Balcani|Balkan|Bálcãs|Balcãs",
        "Iberia": "péninsule ibérique|península ibérica|Iberische Halbinsel|penisola iberica|"
        "den iberiske halvøy",
        "Latin America": "Amérique latine|América Latina|Lateinamerika|America Latina|"
        "Latin-Amerika",
        "South America": "Amérique du Sud|América del Sur|Sudamérica|Suramérica|Südamerika|"
        "America del Sud|Sudamerica|Sør-Amerika|América do Sul",
        "Central America": "Amérique centrale|América Central|Centroamérica|Mittelamerika|"
        "Zentralamerika|America centrale|Mellom-Amerika",
        "Caribbean": "Caraïbes|Antilles|Caribe|Karibik|Caraibi|Karibia|Caraíbas",
        "North America": "Amérique du Nord|América del Norte|Norteamérica|Nordamerika|"
        "America del Nord|Nordamerica|Nord-Amerika|América do Norte",
        "Oceania": "Océanie|Ozeanien",
    }.items()
}

_ASIA = "Central Asia|Eastern Asia|South-eastern Asia|Southern Asia|Western Asia"
_EUROPE = "Eastern Europe|Northern Europe|Southern Europe|Western Europe"

WORLD_REGIONS: tuple[WorldRegion, ...] = (
    _region("Africa", "African", of="Northern Africa|Sub-Saharan Africa"),
    _region("Maghreb", codes="DZ LY MA MR TN"),
    _region("Horn of Africa", codes="DJ ER ET SO"),
    _region("North Africa", "Northern Africa", "North African", of="Northern Africa"),
    _region("Sub-Saharan Africa", "subsaharan Africa", of="Sub-Saharan Africa"),
    _region(
        "East Africa",
        "Eastern Africa",
        "East African",
        codes="BI DJ ER ET KE KM MG MU MW MZ RW SC SO SS TZ UG ZM ZW",
    ),
    _region(
        "West Africa",
        "Western Africa",
        "West African",
        codes="BF BJ CI CV GH GM GN GW LR ML MR NE NG SL SN TG",
    ),
    _region("Southern Africa", codes="AO BW LS MW MZ NA SZ ZA ZM ZW"),
    _region("Asia", "Asian", of=_ASIA),
    _region("Central Asia", "Central Asian", of="Central Asia"),
    _region("East Asia", "Eastern Asia", "East Asian", "Far East", of="Eastern Asia"),
    _region("South Asia", "Southern Asia", "South Asian", of="Southern Asia"),
    _region(
        "Southeast Asia",
        "South East Asia",
        "South-eastern Asia",
        "Southeast Asian",
        "South East Asian",
        of="South-eastern Asia",
    ),
    _region(
        "Middle East",
        "Near East",
        "Middle Eastern",
        codes="AE BH EG IL IQ IR JO KW LB OM PS QA SA SY TR YE",
    ),
    _region("Gulf states", "Gulf countries", codes="AE BH KW OM QA SA"),
    _region("Caucasus", codes="AM AZ GE"),
    _region("Europe", "European", of=_EUROPE),
    _region("Central and Eastern Europe", codes="BG CZ EE HR HU LT LV PL RO SI SK"),
    _region("Northern Europe", "North Europe", "Northern European", of="Northern Europe"),
    _region("Southern Europe", "South Europe", "Southern European", of="Southern Europe"),
    _region("Western Europe", "West Europe", "Western European", of="Western Europe"),
    _region("Eastern Europe", "East Europe", "Eastern European", of="Eastern Europe"),
    _region("Central Europe", "Central European", codes="AT CH CZ DE HU LI PL SI SK"),
    _region("Scandinavia", "Scandinavian", codes="DK NO SE"),
    _region("Nordic countries", "Nordic", codes="AX DK FI FO GL IS NO SE"),
    _region("Baltic countries", "Baltic states", "Baltics", codes="EE LT LV"),
    _region("Benelux", codes="BE LU NL"),
    _region("Balkans", "Balkan", codes="AL BA BG GR HR ME MK RO RS SI XK"),
    _region("Iberia", "Iberian", codes="AD ES PT"),
    _region("British Isles", codes="GB GG IE IM JE"),
    _region(
        "Latin America",
        "Latin American",
        "Latin America and the Caribbean",
        of="Latin America and the Caribbean",
    ),
    _region(
        "South America",
        "South American",
        codes="AR BO BR CL CO EC FK GF GY PE PY SR UY VE",
    ),
    _region("Central America", "Central American", codes="BZ CR GT HN NI PA SV"),
    _region(
        "Caribbean",
        codes="AG AI AW BB BL BQ BS CU CW DM DO GD GP HT JM KN KY LC MF MQ MS PR SX TC TT VC VG VI",
    ),
    _region(
        "Americas",
        of="Latin America and the Caribbean",
        codes="BM CA GL PM US",
    ),
    _region("Australasia", "Australasian", codes="AU NZ"),
    _region("North America", "Northern America", "North American", codes="BM CA GL MX PM US"),
    _region(
        "Oceania",
        of="Australia and New Zealand|Melanesia|Micronesia|Polynesia",
    ),
    _region("Pacific Islands", "South Pacific", of="Melanesia|Micronesia|Polynesia"),
)


def countries_of(region: WorldRegion, countries: Iterable[Term]) -> tuple[str, ...]:
    """The ids of those of some countries that are in a region, in their order."""
    return tuple(
        one.id for one in countries if one.group in region.groups or one.id in region.codes
    )
