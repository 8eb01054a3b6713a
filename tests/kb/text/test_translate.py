"""Looking up the words of a query in another language."""

from __future__ import annotations

import json

import pytest

from kb.model.word_table import WordTable
from kb.text.folding import fold
from kb.text.translate import InEnglish, Translation, in_english, translate

TABLE = WordTable(
    meanings=(
        (),
        ("wine",),
        ("furniture",),
        ("maker", "manufacturer"),
        ("export",),
        ("abroad",),
        ("sell abroad",),
        ("sell",),
        ("price",),
        ("co-operation",),
        ("network",),
    ),
    forms={
        "fr": {"l": 0, "a": 0, "vin": 1, "export": 4, "a l etranger": 5, "vendre": 7}
        | {"vendre a l etranger": 6},
        "de": {"mobel": 2, "hersteller": 3, "export": 4, "kooperation": 9, "netz": 10, "die": 0},
        "no": {"vin": 1, "pris": 8, "eksport": 4, "og": 0},
    },
)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Pêche à l'étranger", "peche a l etranger"),
        ("MÖBEL-HERSTELLER", "mobel hersteller"),
        ("Straße", "strasse"),
        ("smørbrød på ærlig cœur", "smorbrod pa aerlig coeur"),
        ("50 % 5G_x?", "x"),
        ("e\u0301tude", "etude"),
        ("", ""),
    ],
)
def test_folding_leaves_plain_small_letters(text, expected):
    """Accents, case, signs, numbers and letters beside them go; hyphens part words."""
    assert fold(text) == expected


@pytest.mark.parametrize(
    ("text", "groups"),
    [
        ("vendre", (("sell",),)),
        ("Vendre à l’étranger", (("sell abroad",),)),
        ("VENDRE A L'ETRANGER vin", (("sell abroad",), ("wine",))),
        ("vin a l'etranger", (("wine",), ("abroad",))),
        ("l'export", (("export",),)),
        ("le grand vin", (("wine",),)),
    ],
)
def test_the_longest_phrase_comes_first_and_places_stay_in_order(text, groups):
    """A phrase beats its words, with accents or without; unknown words give nothing."""
    assert in_english(text, TABLE, languages=["fr"]).groups == groups


JOINED = WordTable(
    meanings=(
        (),
        ("create",),
        ("job creation",),
        ("job",),
        ("state",),
        ("aid",),
        ("public money",),
    ),
    forms={
        "fr": {"creation": 1, "creation d emplois": 2, "emploi": 3, "emplois": 3, "etat": 4}
        | {"aide": 5, "aide de l etat": 6, "d": 0, "des": 0, "de": 0, "les": 0},
        "it": {"creazione": 1, "creazione di posti di lavoro": 2, "posti": 3, "di": 0},
    },
)


@pytest.mark.parametrize(
    ("text", "language", "groups"),
    [
        ("création d'emplois", "fr", (("job creation",),)),
        ("création emplois", "fr", (("job creation",),)),
        ("création emploi", "fr", (("job creation",),)),
        ("création des emplois", "fr", (("job creation",),)),
        ("creation emploi aide etat", "fr", (("job creation",), ("public money",))),
        ("aide d'emplois", "fr", (("aid",), ("job",))),
        ("emploi création", "fr", (("job",), ("create",))),
        ("création", "fr", (("create",),)),
        ("création les", "fr", (("create",),)),
        ("creazione posti lavoro", "it", (("job creation",),)),
        ("creazione di posti lavoro", "it", (("job creation",),)),
        ("creazione posti", "it", (("create",), ("job",))),
    ],
)
def test_a_phrase_is_known_without_what_joins_its_words(text, language, groups):
    """As who types key words writes it; the order of the words counts."""
    assert in_english(text, JOINED, languages=[language]).groups == groups


@pytest.mark.parametrize(
    ("text", "terms"),
    [
        ("vin en Amérique latine", ("wine", "Latin America")),
        ("Amerique Latine", ("Latin America",)),
        ("Möbel Osteuropa", ("furniture", "Eastern Europe")),
        ("vin Maghreb", ("wine", "Maghreb")),
        ("Magyarország", ("Hungary",)),
        ("pays baltes", ("Baltic countries",)),
        ("Latin America", ()),
        ("Hungary", ()),
        ("Maghreb firms", ()),
        ("São Paulo", ()),
    ],
)
def test_a_part_of_the_world_is_put_into_english(text, terms):
    """In one word or in several; who names one in another language writes in it."""
    regions = {
        "amerique latine": "Latin America",
        "osteuropa": "Eastern Europe",
        "pays baltes": "Baltic countries",
        "magreb": "Maghreb",
    }
    places = {"magyarorszag": "Hungary", "hungary": "Hungary", "maghreb": "Maghreb"}

    assert translate(text, TABLE, places=places, regions=regions).terms == terms


@pytest.mark.parametrize(
    ("word", "groups"),
    [
        ("Möbelhersteller", (("furniture", "maker", "manufacturer"),)),
        ("Möbelexporthersteller", (("furniture", "export", "maker", "manufacturer"),)),
        ("Kooperationsnetz", (("co-operation", "network"),)),
        ("Exportexport", (("export",),)),
        ("Möbelxhersteller", ()),
        ("Diehersteller", ()),
        ("Exportmöbelexportnetz", ()),
    ],
)
def test_a_german_compound_is_cut_into_known_words(word, groups):
    """Two or three known words, with a joining letter; never a function word."""
    assert in_english(word, TABLE, languages=["de"]).groups == groups


def test_a_french_word_is_not_cut():
    """Only languages that write compounds in one word are cut."""
    assert in_english("vinexport", TABLE, languages=["fr"]).groups == ()
    assert in_english("vineksport", TABLE, languages=["no"]).groups == (("wine", "export"),)


def test_the_language_that_knows_most_words_is_taken():
    """Function words count for their language, so that "vin" is Norwegian beside "og"."""
    assert in_english("vin og pris", TABLE) == InEnglish(
        groups=(("wine",), ("price",)), languages=("no",), n_words=3, n_known=3
    )


def test_whole_words_beat_compounds():
    """Of two languages that know equally many words, that which has them whole is taken."""
    table = WordTable(
        meanings=(("net",), ("work",), ("mesh",)),
        forms={"de": {"netz": 0, "werk": 1}, "fr": {"netzwerk": 2}},
    )

    assert in_english("netzwerk", table) == InEnglish(
        groups=(("mesh",),), languages=("fr",), n_words=1, n_known=1
    )


def test_languages_that_know_equally_many_stand_side_by_side():
    """The terms of a word in two languages are joined, each once, in its place."""
    table = WordTable(
        meanings=(("wine",), ("fare",), ("make", "fare")),
        forms={"fr": {"vin": 0, "fare": 1}, "it": {"vin": 0, "fare": 2}},
    )

    assert in_english("vin fare", table) == InEnglish(
        groups=(("wine",), ("fare", "make")), languages=("fr", "it"), n_words=2, n_known=2
    )


def test_terms_and_text_have_each_term_once():
    """One query in English, in the order of the text."""
    found = in_english("Möbel Hersteller Möbelexport", TABLE, languages=["de"])

    assert found.terms == ("furniture", "maker", "manufacturer", "export")
    assert found.text == "furniture maker manufacturer export"


@pytest.mark.parametrize(
    ("text", "languages", "n_words"),
    [
        ("", (), 0),
        ("50 %", (), 0),
        ("how do firms grow", (), 4),
        ("vin", ("es",), 1),
    ],
)
def test_a_text_of_unknown_words_gives_nothing(text, languages, n_words):
    """No word, no known word, or a language that the table lacks: nothing."""
    assert in_english(text, TABLE, languages) == InEnglish(n_words=n_words)


def test_an_empty_table_knows_nothing():
    """Without a glossary every text gives nothing."""
    assert in_english("vin export", WordTable()) == InEnglish(n_words=2)


def test_json_carries_the_whole_table():
    """A table that went through JSON is equal to the one that was written."""
    assert WordTable.from_json(json.loads(json.dumps(TABLE.as_json()))) == TABLE


# --- which language a query is in ---

#: A few words of French and Norwegian; "exporter" and "export" are English too.
SMALL_TABLE = WordTable(
    meanings=((), ("wine", "winery"), ("export",), ("fish",), ("small firm",), ("together",)),
    forms={
        "fr": {
            "vins": 1,
            "vin": 1,
            "exporter": 2,
            "a": 0,
            "les": 0,
            "qui": 0,
            "petites entreprises": 4,
        },
        "no": {"fisk": 3, "eksport": 2, "av": 0, "og": 0, "sammen": 5, "export": 2},
    },
)


@pytest.mark.parametrize(
    ("text", "terms"),
    [
        pytest.param("vins a exporter", ("wine", "winery", "export"), id="without accents"),
        pytest.param("eksport av fisk", ("export", "fish"), id="no"),
        pytest.param("petites entreprises", ("small firm",), id="a phrase"),
        pytest.param("sammen", ("together",), id="one word"),
        pytest.param("qui les", (), id="function words have no English"),
        pytest.param("вино", (), id="another alphabet"),
        pytest.param("Rødøy", (), id="letters that are not English"),
    ],
)
def test_words_that_the_glossary_knows_better_are_not_english(text, terms):
    """Where the table knows a larger share of the words, its English terms are read."""
    assert translate(text, SMALL_TABLE) == Translation(text=text, english=False, terms=terms)


@pytest.mark.parametrize(
    ("text", "terms"),
    [
        ("les vins a hongrie", ("wine", "winery", "Hungary")),
        ("les vins a Hongrie et Pologne", ("wine", "winery", "Hungary")),
    ],
)
def test_a_country_that_the_table_lacks_is_put_into_english(text, terms):
    """Only by what it is told of countries; what nobody knows gives nothing."""
    places = {"hongrie": "Hungary"}

    assert translate(text, SMALL_TABLE, places=places).terms == terms


@pytest.mark.parametrize(
    "text",
    [
        "",
        "30% 50%",
        "SND",
        "golf",
        "Trawler",
        "Lillehammer",
        "Lillehamer",
        "wine export",
        "exporter",
        "netwrok frims exprot",
        "wine from les Landes",
        "how do wineries sell fisk abroad",
        "R&D",
        "SMEs R&D ICT",
        "EU",
    ],
)
def test_names_slips_and_english_are_english(text):
    """What neither knows, and what English knows as well or better, stays as it is."""
    assert translate(text, SMALL_TABLE) == Translation(text=text, english=True)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        pytest.param("e-commerce", Translation(text="e-commerce", english=True), id="no word"),
        pytest.param(
            "formaggi, vini: e-commerce",
            Translation(text="formaggi, vini: e-commerce", english=False, terms=("cheese", "wine")),
            id="beside another language",
        ),
        pytest.param(
            "formaggi e vini",
            Translation(text="formaggi e vini", english=False, terms=("cheese", "wine")),
            id="a word",
        ),
        pytest.param(
            "e-mail",
            Translation(text="e-mail", english=False, terms=("email",)),
            id="a word of the table",
        ),
    ],
)
def test_a_letter_before_a_hyphen_is_no_word(text, expected):
    """Italian "e" is "and", and the "e" of "e-commerce" is not."""
    table = WordTable(
        meanings=((), ("cheese",), ("wine",), ("email",)),
        forms={"it": {"e": 0, "formaggi": 1, "vini": 2}, "fr": {"e mail": 3}},
    )

    assert translate(text, table) == expected


@pytest.mark.parametrize(
    ("text", "english"),
    [("vins qui exportent", False), ("les vins", True), ("netwrok of frims", False)],
)
def test_without_a_glossary_the_share_of_english_words_decides(text, english):
    """An empty table knows nothing: then most of three words or more must be English."""
    assert translate(text, WordTable()) == Translation(text=text, english=english)


@pytest.mark.parametrize(
    ("text", "terms"),
    [
        pytest.param("clients pour mon hotel", ("client", "hotel"), id="English words in French"),
        pytest.param("clients pour mon hôtel", ("client", "hotel"), id="with an accent"),
        pytest.param("redes", ("network",), id="one word"),
        pytest.param("vino", ("wine",), id="one that English dictionaries have"),
        pytest.param("VINO", ("wine",), id="in capitals"),
    ],
)
def test_a_word_is_in_the_language_in_which_it_is_commoner(text, terms):
    """Though an English dictionary has each of them."""
    table = WordTable(
        meanings=((), ("client",), ("hotel",), ("network",), ("wine",)),
        forms={
            "fr": {"clients": 1, "pour": 0, "mon": 0, "hotel": 2},
            "es": {"redes": 3, "vino": 4},
        },
    )

    assert translate(text, table) == Translation(text=text, english=False, terms=terms)


@pytest.mark.parametrize(
    ("text", "own"),
    [
        pytest.param("clients", {}, id="as common in English"),
        pytest.param("hotel", {}, id="commoner in English"),
        pytest.param("hotel's clients", {}, id="an ending of English"),
        pytest.param("after-hotel clients", {}, id="a compound counts by its parts"),
        pytest.param("agent 2000", {}, id="the same word means the same"),
        pytest.param("vino", {"vino": 5.0}, id="a common word of the compendium"),
    ],
)
def test_what_is_as_likely_english_is_english(text, own):
    """Most visitors write English."""
    table = WordTable(
        meanings=((), ("client",), ("hotel",), ("agent",), ("wine",)),
        forms={"fr": {"clients": 1, "s": 0, "hotel": 2, "agent": 3, "vino": 4}},
    )

    found = translate(text, table, own=lambda word: own.get(word, 0.0))

    assert found == Translation(text=text, english=True)


def test_names_and_figures_stay_in_a_translation():
    """What the table lacks and the compendium has; other words are not guessed."""
    own = {"lillehammer": 4.0, "les": 3.0}

    found = translate(
        "les vins a Lillehammer 2000 xyzq", SMALL_TABLE, own=lambda w: own.get(w, 0.0)
    )

    assert found.terms == ("wine", "winery", "lillehammer", "2000")
    assert translate("les vins a Lillehammer", SMALL_TABLE).terms == ("wine", "winery")


def test_a_name_beside_small_words_alone_is_a_name():
    """Nothing of "a Lillehammer" is put into English, so that it is not said to be."""
    own = {"lillehammer": 4.0}

    found = translate("les Lillehammer", SMALL_TABLE, own=lambda w: own.get(w, 0.0))

    assert found == Translation(text="les Lillehammer", english=True)


@pytest.mark.parametrize(
    ("text", "terms"),
    [
        ("les vins et la R&D", ("wine", "winery", "R&D")),
        ("les six vins", ("wine", "winery")),
        ("les 6 vins", ("wine", "winery", "6")),
        ("les vins 30%", ("wine", "winery", "30%")),
    ],
)
def test_acronyms_with_a_sign_stay_and_foreign_numbers_do_not(text, terms):
    """French "six" is no word of the compendium; digits are the same in every language."""
    own = {"six": 5.0, "les": 3.0}

    assert translate(text, SMALL_TABLE, own=lambda w: own.get(w, 0.0)).terms == terms


def test_an_english_index_is_asked_the_terms():
    """The terms as one text; the query itself where there are none."""
    asked = [translate(text, SMALL_TABLE).in_english for text in ("les vins", "qui les", "wine")]

    assert asked == ["wine winery", "qui les", "wine"]
