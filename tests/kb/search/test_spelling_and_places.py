"""What people type in another way, over the whole compendium with the default encoders."""

from __future__ import annotations

import pytest

from kb.answers.reading import readings
from kb.search.answer import SearchResult
from kb.search.query import Query
from kb.search.searcher import Searcher


@pytest.fixture(name="searcher", scope="module")
def _searcher(whole_live) -> Searcher:
    """The search over the whole compendium, in place of the toy one."""
    return whole_live.current()


def found(searcher: Searcher, text: str) -> list[tuple[str, float]]:
    """What a text finds, best first, with scores."""
    return [(hit.case.id, hit.score) for hit in searcher.search(Query(text=text)).hits]


def offered(result: SearchResult) -> list[str]:
    """The filters that an answer offers."""
    return [f"{one.facet}={one.value}" for one in result.mentions]


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("SMEs", "small firms"),
        ("SME", "small firms"),
        ("SMEs in Norway", "small firms in Norway"),
        ("small and medium-sized enterprises", "small firms"),
        ("organizations in difficulty", "organisations in difficulty"),
        ("inter-organizational networks", "inter-organisational networks"),
        ("tire dealers", "tyre dealers"),
        ("R & D", "research and development"),
        ("start ups", "startups"),
        ("3 firms share one machine", "three firms share one machine"),
        ("4 million dollars", "$4m"),
        ("four million dollars", "$4m"),
        ("US$4m", "$4m"),
        ("USD 4 million", "$4m"),
        ("3 million pounds", "£3m"),
        ("NZ", "New Zealand"),
        ("plumbers in NZ", "plumbers in New Zealand"),
    ],
)
def test_two_spellings_of_one_thing_find_the_same(searcher, typed, meant):
    """The same cases, with the same scores."""
    assert found(searcher, typed) == found(searcher, meant) != []


@pytest.mark.parametrize(
    ("text", "filters"),
    [
        ("NZ", ["country=NZ"]),
        ("small shops in England", ["sector=retail", "country=GB"]),
        ("Northern Ireland", ["country=GB"]),
        ("Scotland", ["country=GB"]),
        ("Holland", ["country=NL"]),
        ("furniture in Latin America", []),
        ("firms in Korea", ["country=KR"]),
        ("textile firms in turkey", ["sector=textiles-clothing", "country=TR"]),
        ("Polish furniture", ["country=PL"]),
        ("polish furniture makers", ["country=PL", "sector=furniture"]),
        ("how to polish furniture", []),
        ("shoe polish", []),
        ("French polishers", []),
        ("turkey farmers", ["sector=farming-horticulture"]),
        ("brazil nuts", []),
        ("masonic", []),
        ("masons", ["sector=construction-landscape"]),
        ("germanic languages", []),
        ("hospitalization", []),
    ],
)
def test_a_filter_is_offered_for_what_a_text_names(searcher, text, filters):
    """Names in common use and short ones count; another sense of a name offers nothing."""
    assert sorted(offered(searcher.search(Query(text=text)))) == sorted(filters)


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("UAE", "No case from United Arab Emirates."),
        ("textiles in the U.A.E.", "No case from United Arab Emirates."),
        ("KSA", "No case from Saudi Arabia."),
        ("firms in Bosnia", "No case from Bosnia and Herzegovina."),
        ("jordan", "No case from Jordan."),
        ("Gulf states", "No case from Gulf states."),
    ],
)
def test_a_place_without_a_case_is_told_by_its_short_name(searcher, text, sentence):
    """Above the answer."""
    told = readings(searcher.search(Query(text=text)), searcher.taxonomy)

    assert sentence in map(str, told)


LATIN_AMERICA = {"AR", "BR", "BZ", "CL", "CO", "CR", "DO", "NI", "PE", "PR", "UY"}


@pytest.mark.parametrize(
    ("text", "countries"),
    [
        ("consortia in the Nordic countries", {"DK", "FI", "IS", "NO", "SE"}),
        ("wine in Latin America", LATIN_AMERICA),
        ("wine in the Americas", LATIN_AMERICA | {"CA", "US"}),
        ("wine in Australasia", {"AU", "NZ"}),
    ],
)
def test_a_part_of_the_world_counts_as_a_country_does(searcher, text, countries):
    """Who has one of its countries, or what else is named, has a share of what is named."""
    evidence = searcher.evidence(text)
    cases = [searcher.case(case_id) for case_id in evidence.ids]
    mentions = searcher.search(Query(text=text)).mentions

    assert evidence.named.tolist() == [
        (
            bool(countries & {*case.facets["country"]})
            + sum(one.value in case.facets[one.facet] for one in mentions)
        )
        / (1 + len(mentions))
        for case in cases
    ]
    assert max(evidence.named) > 0


@pytest.mark.parametrize(
    ("text", "label"),
    [
        ("vins en Amérique latine", "Latin America"),
        ("Möbel in Lateinamerika", "Latin America"),
        ("AMERICA LATINA", "Latin America"),
        ("imprese in America Latina", "Latin America"),
        ("redes na América do Sul", "South America"),
        ("redes en Europa del Este", "Eastern Europe"),
        ("pays baltes", "Baltic countries"),
        ("Südostasien", "Southeast Asia"),
        ("bedrifter i Midtøsten", "Middle East"),
    ],
)
def test_a_part_of_the_world_is_known_in_other_languages(searcher, text, label):
    """It was lost without a word, or left its last word in the query."""
    read = searcher.search(Query(text=text)).reading

    assert [one.label for one in read.regions] == [label]
    assert "country" not in [one.facet for one in read.mentions]


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("création emploi", "création d'emplois"),
        ("création des emplois", "création d'emplois"),
        ("partage frais", "partage des frais"),
        ("résultats création emploi", "résultats création d'emplois"),
        ("creación empleo", "creación de empleo"),
        ("creazione posti lavoro", "creazione di posti di lavoro"),
        ("criação emprego", "criação de empregos"),
    ],
)
def test_key_words_of_another_language_are_read_as_the_phrase(searcher, typed, meant):
    """Without what joins them they mean the same."""
    first, second = (searcher.search(Query(text=text)) for text in (typed, meant))

    assert first.interpreted_as == second.interpreted_as != ()
