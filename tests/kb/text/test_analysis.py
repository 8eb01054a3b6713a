"""Texts to the words and stems that count."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kb.text.analysis import (
    is_short_name,
    is_short_names_alone,
    places,
    stem,
    terms,
    tokens,
    with_signs_of_money,
    words,
    written,
)


def forms(text: str) -> str:
    """The words of a text in their one form, as one text."""
    return " ".join(word.form for word in words(text))


@pytest.mark.parametrize(
    ("american", "text"),
    [
        ("organized organizations organizing", "organised organisations organising"),
        ("The color of labor", "the colour of labour"),
        ("neighboring programs and centers", "neighbouring programmes and centres"),
        ("Prize, size, citizens, Colorado", "prize size citizens colorado"),
        ("programmed centering", "programmed centering"),
        (
            "traveled, modeling jewelry, plow theaters",
            "travelled modelling jewellery plough theatres",
        ),
    ],
)
def test_american_spelling_is_read_as_british(american, text):
    """Endings and words of the table are respelled, words that only look like them are not."""
    assert forms(american) == text


@pytest.mark.parametrize(
    ("spellings", "stemmed"),
    [
        pytest.param(
            ["SMEs", "SME", "smes", "MSMEs", "small firms", "small and medium-sized enterprises",
             "small and medium enterprises"],
            ("small", "firm"),
            id="small firms",
        ),
        pytest.param(
            ["the U.S.", "U.S.A.", "USA", "usa", "the US", "the us", "United States",
             "United States of America"],
            ("usa",),
            id="a country by its initials",
        ),
        pytest.param(["U.K.", "UK", "uk", "United Kingdom"], ("uk",), id="another"),
        pytest.param(["N. Ireland", "Northern Ireland"], ("northern", "ireland"), id="shortened"),
        pytest.param(
            ["co-operatives", "cooperative", "co operative", "CO-OPERATION", "coops", "co-op",
             "coop", "cooperate"],
            ("cooper",),
            id="a first part with a hyphen, apart, or in one word",
        ),
        pytest.param(
            ["non-profit", "nonprofit", "non profit", "not-for-profit", "not for profit"],
            ("nonprofit",),
            id="another word for it",
        ),
        pytest.param(["start-up", "start up", "startup", "Start-Up"], ("startup",), id="noun"),
        pytest.param(["sub-contractor", "subcontractor"], ("subcontractor",), id="sub"),
        pytest.param(["wood-working", "wood working", "woodworking"], ("woodwork",), id="working"),
        pytest.param(["know-how", "knowhow", "know how", "Know-How"], ("knowhow",), id="two words"),
        pytest.param(
            ["web shop", "webshop", "online shop", "e-commerce", "E-Commerce", "ecommerce"],
            ("web", "shop"),
            id="selling on the web",
        ),
        pytest.param(["inter-firm", "interfirm", "inter firm"], ("interfirm",), id="inter"),
        pytest.param(["non-profit", "nonprofit", "non profit"], ("nonprofit",), id="non"),
        pytest.param(["after-sales", "after sales", "after–sales"], ("after", "sale"), id="dashes"),
        pytest.param(["Italy's", "Italy’s", "Italy"], ("itali",), id="apostrophe"),
        pytest.param(
            ["30%", "30 %", "30 per cent", "30 percent", "thirty per cent", "Thirty percent",
             "30 pct"],
            ("30%",),
            id="per cent",
        ),
        pytest.param(
            ["7000000", "7,000,000", "7 000 000", "7\u00a0000\u00a0000", "7.000.000",
             "$7 million", "$7m", "€7m", "seven million", "7 mn"],
            ("7000000",),
            id="millions",
        ),
        pytest.param(["7.5 million", "7,5 million", "7500000"], ("7500000",), id="with a part"),
        pytest.param(["twenty-five", "twenty five", "25"], ("25",), id="in words"),
        pytest.param(["one hundred and twenty", "120"], ("120",), id="a number of many words"),
        pytest.param(["a hundred thousand", "100,000", "100k"], ("100000",), id="thousands"),
        pytest.param(["Ma\u0304ori", "Māori", "maori", "MĀORI"], ("maori",), id="decomposed"),
        pytest.param(["Goteborg", "Göteborg", "Go\u0308teborg"], ("goteborg",), id="accents"),
        pytest.param(["net\u00adwork", "network", "net\u200bwork"], ("network",), id="no width"),
        pytest.param(["R&D", "r&d", "research and development"],
                     ("research", "develop"), id="ampersand"),
        pytest.param(["IT", "ICT", "information technology"], ("ict",), id="acronym"),
    ],
)  # fmt: skip
def test_every_spelling_of_a_word_is_one(spellings, stemmed):
    """Acronyms, short names, hyphens, apostrophes, figures and signs: the same stems."""
    assert {spelling: terms(spelling) for spelling in spellings} == dict.fromkeys(
        spellings, stemmed
    )


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        pytest.param("help us export", ("help", "export"), id="us is a pronoun"),
        pytest.param("HELP US EXPORT IT", ("help", "export"), id="in capitals, too"),
        pytest.param("networks in the US", ("network", "usa"), id="US is a country"),
        pytest.param("the us market", ("usa", "market"), id="in small letters"),
        pytest.param("we do it together", ("togeth",), id="it is a pronoun"),
        pytest.param("it services", ("ict", "servic"), id="IT before services"),
        pytest.param("IT-consultants", ("ict", "consult"), id="IT with a hyphen"),
        pytest.param("they know how to sell", ("know", "sell"), id="know how is a question"),
        pytest.param("one in five, no one, one another", ("one", "5", "anoth"), id="one"),
        pytest.param("in 1998, 300 firms", ("1998", "300", "firm"), id="two figures"),
        pytest.param("ISO 9000 in the 1990s, 3D", ("iso", "9000", "1990s", "3d"), id="names"),
        pytest.param("20-30%", ("20", "30%"), id="a range"),
        pytest.param("don't we'll it's", (), id="contractions"),
        pytest.param("5G_x", ("5g", "x"), id="a line joins nothing"),
    ],
)
def test_what_only_looks_alike_is_told_apart(text, expected):
    """Pronouns, questions, names and several figures stay what they are."""
    assert terms(text) == expected


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("publicity", "public"),
        ("informal", "information"),
        ("succession", "success"),
        ("designation", "design"),
        ("hospitals", "hospitality"),
        ("coopers", "cooperate"),
        ("important", "imports"),
        ("engine", "engineer"),
        ("animals", "animation"),
        ("productivity", "products"),
        ("competence", "competing"),
        ("experiments", "experience"),
        ("programmers", "programmes"),
        ("publishers", "published"),
        ("undertakers", "undertake"),
        ("constructive", "construction"),
        ("consultations", "consulting"),
        ("francs", "France"),
        ("mixture", "mixed"),
        ("medication", "medical"),
        ("spirit", "spirits"),
        ("successive", "success"),
        ("tailored", "tailors"),
        ("fashioned", "fashion"),
    ],
)
def test_words_that_mean_something_else_keep_their_stems_apart(one, other):
    """The stemmer alone would find each with the other."""
    assert terms(one) != terms(other)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Networks network NETWORKING", ("network",)),
        ("metal wine metal", ("metal", "wine")),
        ("the 3 CAD-CAM shops of Québec", ("3", "cad", "cam", "shop", "quebec")),
        ("what is it about?", ()),
        ("", ()),
        ("?", ()),
        ("הרשת של נגרים", ("הרשת", "של", "נגרים")),
        ("شبكة", ("شبكة",)),
        ("x" * 1000, ()),
    ],
)
def test_terms_are_the_stems_that_count(text, expected):
    """Each stem is given once, in the order of the text, and function words are left out."""
    assert terms(text) == expected


def test_tokens_stand_as_often_as_in_the_text():
    """A document is counted by every word that it has."""
    assert (
        tokens("Networks and metal: networking network") == ("network", "metal") + ("network",) * 2
    )


def test_a_word_keeps_its_place():
    """Also where several words are read as one, or one as several."""
    text = "SMEs in the United States rose by thirty per cent; l’usine"

    assert [(found, text[start:end]) for found, start, end in places(text)] == [
        ("small", "SMEs"),
        ("firm", "SMEs"),
        ("usa", "United States"),
        ("rose", "rose"),
        ("30%", "thirty per cent"),
        ("l", "l"),
        ("usin", "usine"),
    ]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("thirty per cent of SMEs", "30% of small firms"),
        ("SME, small and medium-sized enterprises", "small firms, small firms"),
        ("R&D, R & D, r and d", "research and development, " * 2 + "research and development"),
        ("start up, startup, non profits", "start-up, start-up, non-profits"),
        ("4 firms, 13 firms, thirty firms", "four firms, 13 firms, 30 firms"),
        ("Inter-organizational change", "Inter-organisational change"),
        ("tire centers", "tyre centres"),
        ("NZ, UAE", "New Zealand, United Arab Emirates"),
        ("NZ$2m, $4", "NZ$2 million, $4"),
        ("4 million dollars, USD 4m, US$4m", "$4 million, $4 million, $4 million"),
        ("7000000, 7,000,000 or 7500000", "7 million, 7 million or 7.5 million"),
        ("$7 million in 1998", "$7 million in 1998"),
        ("25000 jobs", "25,000 jobs"),
        ("interfirm and inter-firm", "inter-firm and inter-firm"),
        ("Networks in the U.S., the UK", "Networks in the United States, the United Kingdom"),
        ("help us know how to do it", "help us know how to do it"),
        ("cooperatives' knowhow", "co-operatives' know-how"),
        ("e-commerce for cheese", "web shop for cheese"),
        ("five wineries & CAD-CAM?", "five wineries & CAD CAM"),
        ("cost-sharing in 1990-1995.", "cost sharing in 1990-1995"),
        ("who pays the broker ?!", "who pays the broker"),
        ("co-operate, co operate, coöperate", "cooperate, cooperate, cooperate"),
        ("Co-operation and sub-contracting", "cooperation and subcontracting"),
        ("cofinancing, co-financing", "co-financing, co-financing"),
        ("co-working, coworking", "coworking, coworking"),
        ("wood-working, wood working", "woodworking, woodworking"),
        ("2500 jobs, two thousand five hundred jobs", "2,500 jobs, 2,500 jobs"),
        ("seven million in 1998, of 2,009 firms", "7 million in 1998, of 2,009 firms"),
        ("\U00010a40\U00010a41 and ٣٠٠٠ firms", "\U00010a40\U00010a41 and 3,000 firms"),
        ("five joiners, 300 firms", "five joiners, 300 firms"),
        ("", ""),
        ("?", "?"),
    ],
)
def test_a_text_is_written_as_cases_write_it(text, expected):
    """So that an encoder reads every spelling alike; all the rest stays as it is."""
    assert written(text) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("4 million dollars", "$4 million"),
        ("four million US dollars", "$four million"),
        ("4m USD and USD 4m", "$4m and $4m"),
        ("US$4m, US$ 4m", "$4m, $4m"),
        ("500 Canadian dollars, CAD 500", "C$500, C$500"),
        ("2 million New Zealand dollars", "NZ$2 million"),
        ("10 million Norwegian kroner", "NOK 10 million"),
        ("1.5 million euros, EUR 1.5m", "€1.5 million, €1.5m"),
        ("3 million pounds, 20 pounds of cheese", "£3 million, 20 pounds of cheese"),
        ("twenty-five thousand dollars", "$twenty-five thousand"),
        ("per million euros", "per million euros"),
        ("the dollar, a dollar, Euro 2016", "the dollar, a dollar, Euro 2016"),
        ("$5 and a half dollars", "$5 and a half dollars"),
        ("4 million kroner", "4 million kroner"),
        ("", ""),
    ],
)
def test_an_amount_of_money_has_its_sign(text, expected):
    """However its money is called; nothing else changes."""
    assert with_signs_of_money(text) == expected


@pytest.mark.parametrize(
    ("american", "british"),
    [
        ("organizational", "organisational"),
        ("customizable", "customisable"),
        ("analyzed", "analysed"),
        ("flavors", "flavours"),
        ("neighborhoods", "neighbourhoods"),
        ("laborers", "labourers"),
        ("fulfillment", "fulfilment"),
        ("enrollments", "enrolments"),
        ("defense", "defence"),
        ("kilometers", "kilometres"),
        ("tires", "tyres"),
        ("license", "licence"),
        ("tunneling", "tunnelling"),
    ],
)
def test_american_words_are_british_ones(american, british):
    """One stem for both."""
    assert tokens(american) == tokens(british)


def test_some_words_only_look_american():
    """They stay as they are."""
    same = ("honorary", "retired", "prizes", "razor", "install")
    assert tuple(words(word)[0].form for word in same) == same


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("USA", True),
        ("NZ", True),
        ("UAE", True),
        ("U.S.", True),
        ("uk", True),
        ("SMEs, MSMEs", True),
        ("IT", True),
        ("us", False),
        ("usa vino", False),
        ("30%", False),
        ("", False),
    ],
)
def test_a_text_of_short_names_alone_is_known(text, expected):
    """So that nobody takes "usa" for a verb of another language."""
    assert is_short_names_alone(text) is expected


def test_short_names_are_known():
    """What is read as something else is no slip of typing."""
    assert [is_short_name(word) for word in ("smes", "coop", "network", "")] == [
        True, True, False, False
    ]  # fmt: skip


_PIECES = "SMEs US co- operative 30 % per cent seven million and 7,000.5 it's ’ & U.S. ß".split()
_ANY = st.text(max_size=40) | st.lists(st.sampled_from([*_PIECES, "\u0301", "\u00ad", " "])).map(
    "".join
)


@settings(deadline=None, derandomize=True, max_examples=200)
@given(text=_ANY)
def test_any_text_is_read_the_same_however_it_is_composed(text):
    """Places lie in the text, in order; a stem has no space; and Unicode's forms do not count."""
    found = places(text)

    assert all(0 <= start < end <= len(text) for _, start, end in found)
    assert [start for _, start, _ in found] == sorted(start for _, start, _ in found)
    assert all(one and not any(map(str.isspace, one)) for one, _, _ in found)
    assert tokens(text) == tuple(one for one, _, _ in found)
    assert tokens(unicodedata.normalize("NFC", text)) == tokens(unicodedata.normalize("NFD", text))


def test_a_stem_is_read_as_it_is_written():
    """What the index stores is split at spaces alone, so that no stem has one."""
    assert [stem(form) for form in ("30%", "7.5", "ict", "the", "")] == [
        "30%",
        "7.5",
        "ict",
        "",
        "",
    ]
