"""A text as it is searched for: repaired, translated, in terms."""

from __future__ import annotations

import pytest

from kb.model.taxonomy import Activity, Taxonomy, Term, Trade, Vocabulary
from kb.model.word_table import WordTable
from kb.search.query_analysis import Analyser, Analysis, Exclusion
from kb.text.mentions import MentionFinder
from kb.text.spelling import Speller

SPELLER = Speller({"export": 9, "network": 9, "wine": 9})
TABLE = WordTable(
    meanings=(("export",), ("wine",), ("public money",)),
    forms={"fr": {"exporte": 0, "vin": 1, "argent public": 2}},
)


@pytest.mark.parametrize(
    ("text", "alone", "beside_a_glossary"),
    [
        pytest.param("exporte", "export", "exporte", id="another language"),
        pytest.param("netwrok", "network", "network", id="a slip"),
        pytest.param("exporter netwrok", "exporter network", "exporter network", id="both"),
        pytest.param(
            "exporte wine exporte", "export wine export", "exporte wine exporte", id="most"
        ),
    ],
)
def test_what_the_glossary_reads_is_no_slip(text, alone, beside_a_glossary):
    """A query in another language is left alone, though a word of it is near one of ours."""
    texts = [
        Analyser(table=table, speller=SPELLER).analyse(text).text for table in (WordTable(), TABLE)
    ]

    assert texts == [alone, beside_a_glossary]


def test_a_text_is_read_whole():
    """What an answer tells of it, and what engine and encoders are asked."""
    analyser = Analyser(table=TABLE, speller=SPELLER)

    assert analyser.analyse("exporte du vin") == Analysis(
        text="exporte du vin",
        english=False,
        translated=("export", "wine"),
        in_english="export wine",
        terms=("export", "wine"),
        each_word=(("export",), ("wine",)),
        wanted="exporte du vin",
        rest="export wine",
        rest_terms=("export", "wine"),
    )
    assert analyser.analyse("wine netwroks") == Analysis(
        text="wine network",
        english=True,
        translated=(),
        in_english="wine network",
        terms=("wine", "network"),
        each_word=(("wine",), ("network",)),
        wanted="wine network",
        rest="wine network",
        rest_terms=("wine", "network"),
    )


def test_a_word_of_another_language_may_mean_several_things():
    """The stems stand word by word, all that one may mean together; figures are a word, too."""
    meanings = (("job", "employment"), ("create",), ())
    forms = {"pt": {"emprego": 0, "criacao": 1, "de": 2}}
    analyser = Analyser(table=WordTable(meanings=meanings, forms=forms))

    asked = analyser.analyse("criação de emprego 2019")

    assert asked.terms == ("creat", "job", "employ", "2019")
    assert asked.each_word == (("creat",), ("job", "employ"), ("2019",))


def test_slips_stay_where_that_is_asked():
    """An exact text is searched as it is typed."""
    analyser = Analyser(table=TABLE, speller=SPELLER)

    assert analyser.analyse("wine netwrok", exact=True).text == "wine netwrok"
    assert Analyser(table=TABLE).analyse("wine netwrok").text == "wine netwrok"


def test_where_nothing_translates_every_text_is_english():
    """An empty table leaves the language to the dictionary only where an encoder reads it."""
    text = "kleine Firmen exportieren gemeinsam"

    verdicts = [
        Analyser(table=WordTable(), translates=translates).analyse(text).english
        for translates in (False, True)
    ]

    assert verdicts == [True, False]


# --- what a text names, and what it will not have ---


def _names() -> MentionFinder:
    """Norway, Denmark, wine and exporting have cases; shoes, Brazil and Norway's plumbers none."""
    terms = {
        "countries": [
            Term(id="NO", label="Norway", aliases=("Norwegian",), group="Northern Europe"),
            Term(id="DK", label="Denmark", group="Northern Europe"),
        ],
        "types": [],
        "forms": [Term(id="soft", label="Soft network")],
        "projects": [Term(id="exporting", label="Exporting", aliases=("export",))],
        "sectors": [
            Term(id="wine", label="Wine", group="Food"),
            Term(
                id="shoes",
                label="Footwear",
                group="Food",
                activities=(Activity(code="15", title=""),),
                trades=(Trade(plural="shoemakers", singular="shoemaker"),),
            ),
            Term(
                id="bread",
                label="Food",
                trades=(
                    Trade(plural="bakers", singular="baker"),
                    Trade(plural="oyster farmers", singular="oyster farmer"),
                ),
            ),
            Term(id="bags", label="Bags", activities=(Activity(code="151", title=""),)),
        ],
        "formations": [Term(id="aid", label="Through aid", public_money=True)],
        "statuses": [],
        "divisions": [
            Term(id="15", label="Leather", group="C"),
            Term(
                id="43",
                label="Building",
                group="F",
                trades=(Trade(plural="plumbers", singular="plumber"),),
            ),
        ],
    }
    taxonomy = Taxonomy(
        vocabularies={name: Vocabulary(name=name, terms=tuple(row)) for name, row in terms.items()},
        world=Vocabulary(
            name="world",
            terms=(
                Term(
                    id="BR",
                    label="Brazil",
                    aliases=("BRA", "Brazilian"),
                    group="Latin America and the Caribbean",
                ),
                Term(id="CA", label="Canada", aliases=("CAN",)),
                Term(id="TR", label="Turkey"),
            ),
        ),
    )
    held = {
        "country": ("NO", "DK"),
        "form": ("soft",),
        "project": ("exporting",),
        "sector": ("wine", "bags", "bread"),
        "formation": ("aid",),
    }
    return MentionFinder(taxonomy, held)


ANALYSER = Analyser(table=TABLE, speller=SPELLER, names=_names(), public_money=["aid"])


def _of_values(text: str, facet: str, *values: str) -> Exclusion:
    return Exclusion(text=text, facet=facet, values=values)


@pytest.mark.parametrize(
    ("text", "wanted", "exclusions"),
    [
        ("wine -Norway", "wine", [_of_values("Norway", "country", "NO")]),
        ("wine NOT Norway", "wine", [_of_values("Norway", "country", "NO")]),
        ("wine not Norway", "wine", [_of_values("Norway", "country", "NO")]),
        ("wine but not in Norway", "wine", [_of_values("Norway", "country", "NO")]),
        (
            "wine, except for Norwegian firms",
            "wine, firms",
            [_of_values("Norwegian", "country", "NO")],
        ),
        (
            "wine outside Norway or Denmark",
            "wine",
            [_of_values("Norway", "country", "NO"), _of_values("Denmark", "country", "DK")],
        ),
        ("vin sauf Norway", "vin", [_of_values("Norway", "country", "NO")]),
        ('wine -"soft network"', "wine", [_of_values("soft network", "form", "soft")]),
        ("network without exporting", "network", [_of_values("exporting", "project", "exporting")]),
        (
            "network without public money",
            "network",
            [_of_values("public money", "formation", "aid")],
        ),
        ("network without subsidies", "network", [_of_values("subsidies", "formation", "aid")]),
        ("vin sans argent public", "vin", [_of_values("argent public", "formation", "aid")]),
        ("vin sans exporte", "vin sans exporte", []),
        ("network without export experience", "network without export experience", []),
        ("network without exports", "network without exports", []),
        ("network except exports", "network", [_of_values("exports", "project", "exporting")]),
        ("network -grants", "network", [_of_values("grants", "formation", "aid")]),
        ("wine not from Brazil", "wine", [_of_values("Brazil", "country", "BR")]),
        ("wine -trawlers", "wine", [Exclusion(text="trawlers", stems=("trawler",))]),
        (
            'wine -"pilot scheme"',
            "wine",
            [Exclusion(text="pilot scheme", stems=("pilot", "scheme"))],
        ),
        ("wine -vin", "wine", []),
        ("-Norway", "", [_of_values("Norway", "country", "NO")]),
        ("wine not about exports", "wine", [_of_values("exports", "project", "exporting")]),
        ("wine that isn't in Norway", "wine", [_of_values("Norway", "country", "NO")]),
        ("makers who are not in Denmark", "makers", [_of_values("Denmark", "country", "DK")]),
        ("wine, no Norway", "wine", [_of_values("Norway", "country", "NO")]),
        ("wine, not exporting", "wine", [_of_values("exporting", "project", "exporting")]),
        ("wine pero no Norway", "wine", [_of_values("Norway", "country", "NO")]),
        ("wine not in Denmark -Denmark", "wine", [_of_values("Denmark", "country", "DK")]),
        ("food -bakers", "food", [Exclusion(text="bakers", stems=("baker",))]),
        ("food except bakers", "food", [Exclusion(text="bakers", stems=("baker",))]),
        ("food, no bakers", "food", [Exclusion(text="bakers", stems=("baker",))]),
        (
            "food but not oyster farmers",
            "food",
            [Exclusion(text="oyster farmers", stems=("oyster", "farmer"))],
        ),
        ("wine outside Europe", "wine", [_of_values("Europe", "country", "DK", "NO")]),
        ("vin fora da Europe", "vin", [_of_values("Europe", "country", "DK", "NO")]),
        ("there is no wine", "there is no wine", []),
        ("outside Latin America", "outside Latin America", []),
        ("why not export together", "why not export together", []),
        ("grow without losing independence", "grow without losing independence", []),
        ("not only wine", "not only wine", []),
        ("self-financed export-led", "self financed export led", []),
        ("20 -30 firms", "20 -30 firms", []),
    ],
)
def test_what_a_text_excludes_is_told_from_what_it_wants(text, wanted, exclusions):
    """By a sign any word; in a sentence a value of the vocabulary, and nothing else."""
    asked = ANALYSER.analyse(text, exact=True)

    assert (asked.wanted, list(asked.exclusions)) == (wanted, exclusions)
    assert asked.text == text
    assert not set(asked.terms) & {"norway", "norwegian", "trawler", "scheme"}


@pytest.mark.parametrize(
    ("text", "only_places", "asks_no_more"),
    [
        ("Norway", ("NO",), False),
        ("Norwegian firms", ("NO",), False),
        ("case studies of networks in Norway and Denmark", ("NO", "DK"), False),
        ("wine in Norway", (), False),
        ("trust in Norway", (), False),
        ("Norway and Brazil", (), False),
        ("firms in Europe", ("DK", "NO"), False),
        ("firms in Scandinavia or Norway", ("DK", "NO"), False),
        ("wine in Europe", (), False),
        ("firms in Latin America", (), False),
        ("firms in Brazil", (), True),
        ("small businesses in Brazil", (), True),
        ("wine in Brazil", (), False),
        ("trust in Brazil", (), False),
        ("firms", (), False),
    ],
)
def test_who_asks_for_places_alone_is_understood(text, only_places, asks_no_more):
    """Words that any case answers ask for nothing more than the countries beside them."""
    asked = ANALYSER.analyse(text, exact=True)

    assert (asked.only_places, asked.asks_no_more) == (only_places, asks_no_more)


def test_what_is_wanted_and_excluded_at_once_is_told():
    """It is not excluded, so that there is an answer."""
    asked = ANALYSER.analyse("Norway wine -Norway -wine NOT Denmark", exact=True)

    assert asked.exclusions == (_of_values("Denmark", "country", "DK"),)
    assert asked.contradictory == (
        _of_values("Norway", "country", "NO"), _of_values("wine", "sector", "wine")
    )  # fmt: skip


@pytest.mark.parametrize(
    ("text", "contradictory"),
    [
        ("bakers -bakers", ["bakers"]),
        ("bakers -food", ["food"]),
        ("Norwegian wine outside Scandinavia", ["Scandinavia"]),
        ("European wine outside Europe", ["Europe"]),
        ("European wine not in Norway", []),
        ("food -bakers", []),
    ],
)
def test_a_part_is_less_than_the_whole(text, contradictory):
    """Who wants food and no bakers wants nothing twice; who wants bakers and no food does."""
    asked = ANALYSER.analyse(text, exact=True)

    assert [one.text for one in asked.contradictory] == contradictory


@pytest.mark.parametrize(
    ("text", "regions"),
    [
        ("wine in Europe", [("Europe", ("NO", "DK"))]),
        ("Scandinavian wine", [("Scandinavia", ("DK", "NO"))]),
        ("northern european wine", [("Northern Europe", ("NO", "DK"))]),
        ("wine in South America", [("South America", ())]),
        ("selling wine to Europe", []),
        ("the European market", []),
        ("wine in Africa", []),
    ],
)
def test_parts_of_the_world_are_named(text, regions):
    """Each with its countries that have a case, where the vocabulary knows any country of it."""
    asked = ANALYSER.analyse(text, exact=True)

    assert [(one.label, set(one.countries)) for one in asked.regions] == [
        (label, set(countries)) for label, countries in regions
    ]


@pytest.mark.parametrize(
    ("text", "left_in"),
    [
        ("suppliers, not in the car industry", ("not in the car industry",)),
        ("wine, but not to America", ("but not to America",)),
        ("wine, no golf", ("no golf",)),
        ("women, not men", ("not men",)),
        ("wine outside Bordeaux", ("outside Bordeaux",)),
        ("wine except from the coast", ("except from the coast",)),
        ("vin sauf en Bretagne", ("sauf en Bretagne",)),
        ("wine aber nicht im Handel", ("aber nicht im Handel",)),
        ("networks that do not export", ("that do not export",)),
        ("wine makers who don’t export wine", ("who don’t export wine",)),
        ("firms which are not exporting", ("which are not exporting",)),
        ("networks that are not in Norway", ()),
        ("networks that do not only export", ()),
        ("why don't firms export", ()),
        ("wine but not Norway", ()),
        ("why not export together", ()),
        ("not only wine", ()),
        ("wine, but not yet", ()),
        ("wine, not paying a platform", ()),
        ("a not-for-profit firm", ()),
        ("wine instead of beer", ()),
        ("outside capital", ()),
        ("we have no oven", ()),
        ("grow without losing independence", ()),
    ],
)
def test_what_could_not_be_left_out_is_told(text, left_in):
    """What follows is known by no name; where a negation only denies, nothing is told."""
    assert ANALYSER.analyse(text, exact=True).left_in == left_in


@pytest.mark.parametrize(
    ("text", "without", "wants_all_but"),
    [
        ('wine "exports" not in Norway -trawlers', 'wine "exports"', False),
        ("wine -wine", "", False),
        ("-Norway", "", True),
        ("cases not in Norway", "cases", True),
        ("networks not in Norway", "networks", False),
        ("wine", "", False),
    ],
)
def test_what_is_left_out_can_be_taken_back(text, without, wants_all_but):
    """The text without it is kept as typed; where nothing else is asked it is told."""
    asked = ANALYSER.analyse(text, exact=True)

    assert (asked.without_exclusions, asked.wants_all_but) == (without, wants_all_but)


@pytest.mark.parametrize(
    ("text", "phrases"),
    [
        ('"wine exports" abroad', [("wine", "export")]),
        ("“wine exports” of «Norway»", [("wine", "export"), ("norway",)]),
        ("'wine exports' abroad", [("wine", "export")]),
        ("‘wine exports’ of ‚Norway firms‘", [("wine", "export"), ("norway", "firm")]),
        ("the 'wine' of bakers' and millers' shops", []),
        ('""', []),
        ('"of the"', []),
        ('wine "exports', []),
    ],
)
def test_phrases_are_told_from_words(text, phrases):
    """Words in quotation marks of any kind, as stems; the signs are no words."""
    asked = ANALYSER.analyse(text, exact=True)

    assert [phrase.stems for phrase in asked.phrases] == phrases
    assert not set('"“”«»') & set(asked.wanted)


@pytest.mark.parametrize(
    ("text", "values"),
    [
        ('"exporting" wine', [["exporting"]]),
        ('"Norwegian" wine', [["NO"]]),
        ('"wine exports"', [[]]),
        ('"wine" "makers"', [["wine"], []]),
    ],
)
def test_a_phrase_that_is_a_name_is_told_with_its_values(text, values):
    """Where all of its words are one name: a case that has the value says it, too."""
    asked = ANALYSER.analyse(text, exact=True)

    assert [[one.value for one in phrase.values] for phrase in asked.phrases] == values


@pytest.mark.parametrize(
    ("text", "wanted", "excluded"),
    [
        ("wine AND -(exports)", "wine AND", ["exports"]),
        ("wine NOT (exports OR prices)", "wine", ["exports", "prices"]),
        ("wine -()", "wine -()", []),
        ("wine (exports)", "wine (exports)", []),
        ("wine-(exports)", "wine-(exports)", []),
    ],
)
def test_words_in_brackets_are_left_out(text, wanted, excluded):
    """Each of them, as if the sign stood before it; brackets after no sign stay as they are."""
    asked = ANALYSER.analyse(text, exact=True)

    assert (asked.wanted, [one.text for one in asked.exclusions]) == (wanted, excluded)


@pytest.mark.parametrize(
    ("text", "not_understood"),
    [
        ('wine "exports', ('"',)),
        ("country:NO wine*", ("country:NO", "wine*")),
        ("http://example.com", ()),
        ("wine: exports", ()),
    ],
)
def test_signs_of_other_search_engines_are_not_understood(text, not_understood):
    """They are told, and read as words."""
    assert ANALYSER.analyse(text, exact=True).not_understood == not_understood


@pytest.mark.parametrize(
    ("text", "absent", "rest_terms"),
    [
        ("wine in Brazil", [("country", "BR", "Brazil", [])], ("wine",)),
        ("Brazilian wine", [("country", "BR", "Brazil", [])], ("wine",)),
        ("Canada's wine", [("country", "CA", "Canada", [])], ("wine",)),
        ("what can wine firms do", [], ("wine", "firm")),
        ("exporting wine to Brazil", [], ("export", "wine", "brazil")),
        ("wine for the Brazilian market", [], ("wine", "brazilian", "market")),
        ("how to plumber", [], ("plumber",)),
        ("wine and turkey", [], ("wine", "turkey")),
        ("wine in Turkey", [("country", "TR", "Turkey", [])], ("wine",)),
        ("shoemakers export", [("sector", "shoes", "shoemakers", ["bags"])], ("export",)),
        ("a shoemaker", [("sector", "shoes", "shoemakers", ["bags"])], ()),
        ("plumbers", [("sector", "", "plumbers", [])], ()),
        ("wine -Brazil", [], ("wine",)),
        ("wine in Norway", [], ("wine", "norway")),
    ],
)
def test_a_place_or_trade_without_a_case_is_known(text, absent, rest_terms):
    """With the nearest sectors, and with the rest of the words, for which there may be cases."""
    asked = ANALYSER.analyse(text, exact=True)

    assert [
        (one.facet, one.value, one.label, [near.value for near in one.nearest])
        for one in asked.absent
    ] == absent
    assert asked.rest_terms == rest_terms


def test_mentions_are_those_that_are_not_excluded():
    """They are offered as filters."""
    asked = ANALYSER.analyse("Norwegian wine exports, not Denmark")

    assert [mention.value for mention in asked.mentions] == ["NO", "wine", "exporting"]


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("EXPORTE DU VIN", "exporte du vin"),
        ("WINE NETWROKS IN NORWAY", "wine network in norway"),
        ("OCMMN", "OCMMN"),
        ("SND 2000", "SND 2000"),
        ("Wine in NORWAY", "Wine in NORWAY"),
        ("Ma\u0304ori wine", "M\u0101ori wine"),
    ],
)
def test_capitals_say_nothing_where_all_is_in_capitals(text, wanted):
    """An encoder that knows large letters from small ones reads the same; an acronym stays."""
    assert ANALYSER.analyse(text).wanted == wanted


@pytest.mark.parametrize("text", ["", "?", "-", '"', "x" * 1000, "הרשת של נגרים", "شبكة -نرويج"])
def test_any_text_is_read(text):
    """One sign, nothing, a thousand letters, right-to-left script: an answer and no error."""
    asked = ANALYSER.analyse(text)

    assert asked.text == text
    assert not asked.mentions


@pytest.mark.parametrize("text", ["30%", "30 per cent", "thirty per cent", "30 percent"])
def test_every_encoder_reads_a_figure_as_cases_write_it(text):
    """Spelling decides nothing: an English text is read alike by each encoder that is asked."""
    asked = Analyser(table=WordTable()).analyse(f"costs fell by {text}")

    assert (asked.wanted, asked.in_english) == ("costs fell by 30%", "costs fell by 30%")
