"""Telling English queries from others."""

from __future__ import annotations

import pytest

from kb.text.language import inflections, is_english, is_english_word, with_words, words_of


@pytest.mark.parametrize(
    "text",
    [
        "how do small firms export wine together",
        "joint purchasing of machines",
        "SND and technical networks",
        "Emilia-Romagna ceramic tile districts",
        "R&D of CAD-CAM",
        "Can furniture makers from Lillehammer sell abroad?",
        "netwrok of small firms in Norway",
        "What is the OCMMN?",
        "OCMMN and TNO networks",
        "organised organizations",
    ],
)
def test_a_query_with_mostly_english_words_is_english(text):
    """Names, acronyms and slips among English words do not make another language."""
    assert is_english(text) is True


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("quels réseaux de vignerons vendent à l'étranger", id="fr"),
        pytest.param("pequeñas empresas que exportan juntas", id="es"),
        pytest.param("wie kaufen kleine Firmen gemeinsam ein", id="de"),
        pytest.param("le piccole imprese esportano insieme", id="it"),
        pytest.param("små bedrifter som eksporterer sammen", id="no"),
        pytest.param("pequenas empresas exportam juntas", id="pt"),
        pytest.param("smaa virksomheder eksporterer sammen", id="da"),
        pytest.param("малые фирмы экспортируют вино", id="ru"),
        pytest.param("ワイン 輸出 企業 ネットワーク", id="ja"),
    ],
)
def test_a_query_with_mostly_other_words_is_not(text):
    """A query most of whose words no English dictionary knows is in another language."""
    assert is_english(text) is False


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", True),
        ("30% 50%", True),
        ("OCMMN", True),
        ("Øystein Rødøy", True),
        ("résumé", True),
        ("вино", False),
        ("ワイン", False),
        ("wine ワイン", False),
    ],
)
def test_one_or_two_words_are_english_in_latin_letters(text, expected):
    """Too few words to judge by: only another alphabet speaks against English."""
    assert is_english(text) is expected


@pytest.mark.parametrize(
    ("word", "expected"),
    [
        ("wine", True),
        ("exporters", True),
        ("Exporters", True),
        ("EXPORT", True),
        ("Norwegian", True),
        ("organise", True),
        ("organize", True),
        ("bedrifter", False),
        ("netwrok", False),
        ("OCMMN", False),
    ],
)
def test_an_english_word_is_known_in_any_form_and_case(word, expected):
    """Inflected, capitalised and in capitals, a word of the dictionary is known."""
    assert is_english_word(word) is expected


def test_words_are_as_written():
    """Hyphens part words, English endings go, and numbers, signs and underscores are none."""
    text = "The 3 firms' co-operation, l'usine & n°5: it’s state-of-the-art x_y — Århus!"

    assert words_of(text) == (
        *("The", "firms", "co", "operation", "l", "usine", "n", "it"),
        *("state", "of", "the", "art", "x", "y", "Århus"),
    )


def test_words_are_replaced_in_their_places():
    """A word is replaced where it stands as a word, also after a hyphen, never inside another."""
    better = {"ab": "AB", "c": None, "no": ""}

    assert with_words("ab, cab-ab ab! c no 3ab", better.get) == "AB, cab-AB AB! c no 3ab"


@pytest.mark.parametrize(
    ("word", "language", "forms"),
    [
        ("réseau", "fr", ("réseau", "réseaux")),
        ("Netzwerk", "de", ("Netzwerk", "Netzwerke", "Netzwerken", "Netzwerkes", "Netzwerks")),
        ("impresa", "it", ("impresa", "imprese")),
        ("båt", "no", ("båt", "båd", "båten", "båtene", "båter")),
        ("ventes", "fr", ("ventes", "vente")),
    ],
)
def test_the_forms_of_a_word_are_those_of_the_dictionary(word, language, forms):
    """The word comes first, then its other forms by spelling."""
    assert inflections([word], language) == {word: forms}


@pytest.mark.parametrize(
    ("noun", "language", "form_of_the_verb"),
    [
        ("stato", "it", "siamo"),
        ("entrata", "it", "entrare"),
        ("Leder", "de", "ledern"),
        ("ajuda", "pt", "ajudamos"),
        ("estado", "es", "estamos"),
        ("remise", "fr", "remiser"),
    ],
)
def test_a_noun_has_no_forms_of_a_verb(noun, language, form_of_the_verb):
    """The dictionary gives each as a form of a verb: "siamo" (we are) would be a state."""
    forms = inflections([noun], language)[noun]

    assert forms[0] == noun
    assert form_of_the_verb not in forms


def test_a_word_without_forms_in_the_dictionary_gets_the_regular_endings():
    """The first ending that fits is replaced: the dictionary has neither of these words."""
    assert inflections(["viniclubista", "microclão"], "pt") == {
        "viniclubista": ("viniclubista", "viniclubistaa", "viniclubistaes", "viniclubistas"),
        "microclão": ("microclão", "microclões"),
    }


def test_another_language_has_no_forms():
    """Only the languages with endings of their own may be asked for."""
    with pytest.raises(KeyError):
        inflections(["vin"], "ru")
