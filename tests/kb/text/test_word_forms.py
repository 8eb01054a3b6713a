"""Every form of the words of a glossary, as a query may have them."""

from __future__ import annotations

import pytest

from kb.content.glossary import read_glossary
from kb.model.word_table import Glossary, WordTable
from kb.text.translate import in_english
from kb.text.word_forms import expand

SMALL = """\
languages: [fr, de, "no"]
function_words:
  fr: [qui, du]
  de: [der]
terms:
  # things
  buy: [acheter, kaufen, kjøpe]
  furniture: [meuble, Möbel, [møbel, møbler]]
  goal: [but, Ziel, mål]
  drink: [boire, trinken, drikke]
  joint purchasing: [[achat groupé, acheter ensemble], gemeinsamer Einkauf, felles innkjøp]
  small firm: [[PME, petite entreprise], KMU, SMB]
  together: [ensemble, zusammen, sammen]
"""


@pytest.fixture(scope="module")
def table(tmp_path_factory) -> WordTable:
    """The small glossary with all its forms, from the real dictionaries."""
    path = tmp_path_factory.mktemp("glossary") / "glossary.yaml"
    path.write_text(SMALL, encoding="utf-8")
    return expand(read_glossary(path))


@pytest.mark.parametrize(
    ("text", "languages", "groups"),
    [
        ("meubles", ("fr",), (("furniture",),)),
        ("petites entreprises qui achètent", ("fr",), (("small firm",), ("buy",))),
        ("acheter ensemble", ("fr",), (("joint purchasing",),)),
        ("achats groupés des PME", ("fr",), (("joint purchasing",), ("small firm",))),
        ("achetent du meuble", ("fr",), (("buy",), ("furniture",))),
        ("gemeinsamen Einkauf", ("de",), (("joint purchasing",),)),
        ("der Möbelkauf", ("de",), (("furniture", "buy"),)),
        ("gekaufte Moebel", ("de",), (("buy",), ("furniture",))),
        ("kjøpte møblene sammen", ("no",), (("buy",), ("furniture",), ("together",))),
        ("kjoper moebler", ("no",), (("buy",), ("furniture",))),
        ("maal", ("no",), (("goal",),)),
        ("smb", ("no",), (("small firm",),)),
        ("wine export", (), ()),
    ],
)
def test_every_form_of_a_word_is_found(table, text, languages, groups):
    """Plurals, conjugated verbs, phrases, compounds, without accents or with two letters."""
    found = in_english(text, table)

    assert (found.languages, found.groups) == (languages, groups)


def test_a_base_form_is_no_form_of_another_word(table):
    """French "but" is a goal, and not a form of "boire"; "buvons" is one."""
    assert in_english("but buvons", table, languages=["fr"]).groups == (("goal",), ("drink",))


def test_the_last_part_of_a_compound_may_mean_something_else():
    """Who ends in "-bauer" builds, and a "Bauer" alone is a farmer."""
    words = {"farmer": {"de": ("Bauer",)}, "maker": {"de": ("-bauer",)}, "boat": {"de": ("Boot",)}}

    table = expand(Glossary(terms=words))

    assert [in_english(text, table).terms for text in ("Bootsbauer", "Bauern", "-bauer")] == [
        ("boat", "maker"),
        ("farmer",),
        ("farmer",),
    ]


def test_what_a_dictionary_spells_without_a_word_is_no_form():
    """The dictionary has "e9" for "enige" and "1º" for "primo": "bli" alone says nothing."""
    words = {"agree": {"no": ("bli enige",)}, "first": {"it": ("primo",)}}

    table = expand(Glossary(terms=words))

    assert [in_english(text, table).terms for text in ("blir enige", "blir", "primo")] == [
        ("agree",),
        (),
        ("first",),
    ]
    assert "" not in table.forms["it"]


def test_function_words_have_no_english(table):
    """They count as known words of their language, and give no term."""
    found = in_english("qui du", table)

    assert (found.languages, found.n_known, found.terms) == (("fr",), 2, ())


def test_finding_forms_says_which_language():
    """One sentence for each language, as it begins."""
    told = []

    expand(Glossary(terms={"wine": {"fr": ("vin",), "no": ("vin",)}}), told.append)

    assert told == [
        "Finding the forms of the words in 'fr' …",
        "Finding the forms of the words in 'no' …",
    ]
