"""Values of facets that a query names."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kb.model.facets import FACETS
from kb.model.taxonomy import Taxonomy, Term, Vocabulary
from kb.text.mentions import MENTIONED_FACETS, Mention, MentionFinder

LISTS = {
    "countries": [("NO", "Norway", ["Norwegian"]), ("NZ", "New Zealand", []), ("FR", "France", [])],
    "types": [("vertical", "Vertical network", ["supply chain network", "chain of food"])],
    "projects": [
        ("joint-purchasing", "Joint purchasing", ["buying group"]),
        ("marketing", "Marketing", ["joint marketing"]),
        ("research-and-development", "Research and development", ["R&D"]),
        ("supply-chain-development", "Supply chain development", ["supply chain"]),
        ("exporting", "Exporting", ["selling abroad"]),
    ],
    "sectors": [("food", "Food products", ["food"]), ("other", "The other", ["the", "of"])],
    "forms": [("soft", "Soft network", ["informal"])],
    "formations": [("soft-network", "Through a soft network", [])],
    "statuses": [("cautionary", "Cautionary", ["failure"])],
}
FACET_OF = dict(zip(LISTS, MENTIONED_FACETS, strict=True))
TAXONOMY = Taxonomy(
    vocabularies={
        name: Vocabulary(
            name=name,
            terms=tuple(
                Term(id=i, label=label, aliases=tuple(others)) for i, label, others in rows
            ),
        )
        for name, rows in LISTS.items()
    }
)
EVERY_VALUE = {FACET_OF[name]: tuple(row[0] for row in rows) for name, rows in LISTS.items()}


@pytest.fixture(name="finder", scope="module")
def _finder() -> MentionFinder:
    return MentionFinder(TAXONOMY, EVERY_VALUE)


def test_what_countries_are_called_in_other_languages_is_known():
    """One word each, folded; a name that is an English word or of two countries is left out."""
    world = [
        Term(id="HU", label="Hungary", foreign=("Hongrie", "Magyarország")),
        Term(id="IS", label="Iceland", foreign=("Island", "Islande")),
        Term(id="KR", label="South Korea", foreign=("Corée", "Corea del Sur")),
        Term(id="KP", label="Korea, Democratic People's Republic of", foreign=("Corée",)),
    ]
    taxonomy = replace(TAXONOMY, world=Vocabulary(name="world", terms=tuple(world)))

    assert MentionFinder(taxonomy, EVERY_VALUE).places == {
        "france": "France",
        "norway": "Norway",
        "hungary": "Hungary",
        "hongrie": "Hungary",
        "magyarorszag": "Hungary",
        "iceland": "Iceland",
        "islande": "Iceland",
        "korea": "Korea",
    }


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        pytest.param("Norway", ["country=NO"], id="label"),
        pytest.param("norwegian wine", ["country=NO"], id="alias, in any case"),
        pytest.param("networks in New Zealand", ["country=NZ"], id="two words"),
        pytest.param("new firms in the zealand", [], id="its words apart"),
        pytest.param("who exports, and how?", ["project=exporting"], id="inflected"),
        pytest.param("selling food abroad", ["sector=food"], id="a phrase broken by another"),
        pytest.param(
            "r&d on food", ["project=research-and-development", "sector=food"], id="signs"
        ),
        pytest.param("research, development", ["project=research-and-development"], id="no and"),
        pytest.param("development of research", [], id="the other way round"),
        pytest.param("supply chain network", ["type=vertical"], id="the longest phrase"),
        pytest.param("a chain of food", ["type=vertical"], id="no phrase inside another"),
        pytest.param(
            "the supply chain", ["project=supply-chain-development"], id="the shorter one"
        ),
        pytest.param(
            "soft networks", ["form=soft", "formation=soft-network"], id="two of one name"
        ),
        pytest.param(
            "joint marketing and joint purchasing",
            ["project=marketing", "project=joint-purchasing"],
            id="two phrases that share a word",
        ),
        pytest.param(
            "France or Norway, Norwegian food",
            ["country=FR", "country=NO", "sector=food"],
            id="each once, in the order of the text",
        ),
        pytest.param("failures", ["status=cautionary"], id="status"),
        pytest.param("the of and", [], id="function words"),
        pytest.param("", [], id="nothing"),
        pytest.param("trawlers 2000", [], id="no value"),
    ],
)
def test_values_are_found_by_any_of_their_names(finder, text, expected):
    """Labels and aliases are found in any inflection, longest first, in the order of the text."""
    assert [f"{m.facet}={m.value}" for m in finder.find(text)] == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("building", ["construction"]),
        ("building firms in Norway", ["construction"]),
        ("the building trade", ["construction"]),
        ("trust building among owners", []),
        ("building a common brand", []),
        ("Environment", ["green"]),
        ("environmental services", ["green"]),
        ("the business environment", []),
        ("environments of firms", []),
        ("farm buildings", []),
        ("builds firms", []),
    ],
)
def test_a_name_that_mostly_means_something_else_needs_its_trade_beside_it(text, expected):
    """Alone, or before a word for firms, "building" is a sector; "building trust" names none."""
    sectors = [
        Term(id="construction", label="Construction", aliases=("building",)),
        Term(id="green", label="Green", aliases=("environment", "environmental services")),
    ]
    rows = {**TAXONOMY.vocabularies, "sectors": Vocabulary(name="sectors", terms=tuple(sectors))}
    values = {"sector": ("construction", "green")}

    found = MentionFinder(replace(TAXONOMY, vocabularies=rows), values).find(text)

    assert [one.value for one in found] == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("metal polishing", []),
        ("polished furniture", []),
        ("Polish furniture", ["PL"]),
        ("networks in the US", ["US"]),
        ("US$4 million", []),
        ("US$ 860,000", []),
        ("sales in US dollars", []),
        ("United States dollars", []),
        ("Polish and US firms", ["PL", "US"]),
        ("a thousand Kenyan shillings", []),
        ("Kenyan firms", ["KE"]),
    ],
)
def test_the_money_of_a_country_and_a_verb_of_its_stem_are_no_country(text, expected):
    """Whether a case is from there or none is."""
    countries = [
        Term(id="PL", label="Poland", aliases=("Polish",)),
        Term(id="US", label="United States", aliases=("US", "American")),
    ]
    world = [*countries, Term(id="KE", label="Kenya", aliases=("Kenyan",))]
    rows = {"countries": Vocabulary(name="countries", terms=tuple(countries))}
    taxonomy = replace(
        TAXONOMY,
        vocabularies={**TAXONOMY.vocabularies, **rows},
        world=Vocabulary(name="world", terms=tuple(world)),
    )
    named = MentionFinder(taxonomy, {"country": ("PL", "US")}).read(text)

    assert [one.value for place in named for one in (*place.mentions, *place.absent)] == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Polish furniture", ["PL"]),
        ("polish furniture", []),
        ("how to polish furniture", []),
        ("polish furniture makers", ["PL"]),
        ("danish and polish firms", ["DK", "PL"]),
        ("networks in poland", ["PL"]),
        ("nail polish manufacturers", []),
        ("French polishers", []),
        ("turkey", ["TR"]),
        ("textiles turkey", ["TR"]),
        ("textile firms in turkey, 1998", ["TR"]),
        ("turkey companies", ["TR"]),
        ("turkey farmers", []),
        ("wine and turkey", []),
        ("roast turkey", []),
        ("china cabinet makers", []),
        ("leather from china", ["CN"]),
        ("bone china", []),
        ("jersey", ["JE"]),
        ("jersey fabric", []),
        ("Jersey cows", []),
        ("danish pastries, brazil nuts", []),
        ("Danish wine", ["DK"]),
    ],
)
def test_a_country_that_is_a_word_too_is_told_by_what_stands_beside_it(text, expected):
    """Whether a case is from there or none is; a capital means the country."""
    rows = [
        ("PL", "Poland", "Polish"), ("TR", "Türkiye", "Turkey"), ("CN", "China", "Chinese"),
        ("DK", "Denmark", "Danish"), ("BR", "Brazil", "Brazilian"), ("FR", "France", "French"),
        ("JE", "Jersey", "Jersey"),
    ]  # fmt: skip
    every = [Term(id=code, label=label, aliases=(alias,)) for code, label, alias in rows]
    held = {"countries": Vocabulary(name="countries", terms=tuple(every[:-1]))}
    taxonomy = replace(
        TAXONOMY,
        vocabularies={**TAXONOMY.vocabularies, **held},
        world=Vocabulary(name="world", terms=tuple(every)),
    )
    codes = tuple(code for code, _, _ in rows[:-1])
    named = MentionFinder(taxonomy, {"country": codes}).read(text)

    assert [one.value for place in named for one in (*place.mentions, *place.absent)] == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("masons", ["construction"]),
        ("masonic", []),
        ("german firms", ["DE"]),
        ("germanic languages", []),
        ("partial", ["mixed"]),
        ("partially", []),
        ("hospitality", ["tourism"]),
        ("hospitalisation", []),
        ("hospitable", []),
        ("commercialise", ["commercialisation"]),
        ("agricultural", ["farming"]),
        ("innovative", ["innovation"]),
        ("electronics", ["electronics"]),
    ],
)
def test_a_word_that_is_made_of_a_name_is_none(text, expected):
    """Its inflections are; "-ic", "-ly" and the like mean something else."""
    lists = {
        "countries": [("DE", "German")],
        "projects": [("commercialisation", "Commercialisation"), ("innovation", "Innovation")],
        "sectors": [
            *(("construction", "mason"), ("tourism", "Hospitality")),
            *(("farming", "Agriculture"), ("electronics", "Electronics")),
        ],
        "statuses": [("mixed", "Partial")],
    }
    taxonomy = Taxonomy(
        vocabularies={
            name: Vocabulary(
                name=name,
                terms=tuple(Term(id=one, label=label) for one, label in lists.get(name, ())),
            )
            for name in (*LISTS, "divisions")
        }
    )
    values = {FACET_OF[name]: tuple(one for one, _ in rows) for name, rows in lists.items()}

    found = MentionFinder(taxonomy, values).find(text)

    assert [one.value for one in found] == expected


def test_a_mention_carries_the_label(finder):
    """What is offered reads as the vocabulary has it."""
    mentions = finder.find("norwegian R&D")

    assert mentions == (
        Mention(facet="country", value="NO", label="Norway"),
        Mention(
            facet="project", value="research-and-development", label="Research and development"
        ),
    )


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        pytest.param("it services", ["sector=software"], id="IT in small letters"),
        pytest.param("IT-services", ["sector=software"], id="with a hyphen"),
        pytest.param("Cleaning services for hospitals", [], id="services alone"),
        pytest.param("services", [], id="one word"),
        pytest.param("information technology", ["sector=software"], id="written out"),
        pytest.param("firms in the US", ["country=US"], id="US in capitals"),
        pytest.param("U.S. firms", ["country=US"], id="with dots"),
        pytest.param("USA", ["country=US"], id="as an alias"),
        pytest.param("united states of america", ["country=US"], id="the long name"),
        pytest.param("help us export", [], id="us as a pronoun"),
        pytest.param("cooperatives", ["form=co-op"], id="one word"),
        pytest.param("co-ops", ["form=co-op"], id="short"),
        pytest.param("a success", ["status=success"], id="a word"),
        pytest.param("succession", [], id="that another only looks like"),
    ],
)
def test_names_are_read_as_texts_are(text, expected):
    """Acronyms, dots, hyphens and words that look alike mean the same as in a case."""
    terms = {
        "countries": [Term(id="US", label="United States", aliases=("USA",))],
        "sectors": [Term(id="software", label="Software", aliases=("it services", "IT"))],
        "forms": [Term(id="co-op", label="Co-operative")],
        "statuses": [Term(id="success", label="Success")],
    }
    taxonomy = Taxonomy(
        vocabularies={
            name: Vocabulary(name=name, terms=tuple(terms.get(name, ())))
            for name in (*LISTS, "divisions")
        }
    )
    finder = MentionFinder(
        taxonomy, {FACET_OF[name]: tuple(one.id for one in row) for name, row in terms.items()}
    )

    assert [f"{m.facet}={m.value}" for m in finder.find(text)] == expected


def test_values_that_no_case_has_are_not_offered():
    """Only what the compendium holds can be filtered by."""
    finder = MentionFinder(TAXONOMY, {"country": ("FR",), "project": ()})

    mentions = finder.find("Norwegian exports to France")

    assert [mention.value for mention in mentions] == ["FR"]


def test_what_a_document_is_about_can_be_named():
    """The word network is in every query, results need a figure; others are no subject."""
    assert set(FACETS) - set(MENTIONED_FACETS) == {
        *("kind", "results", "decade", "teaching", "minutes", "collection")
    }


@settings(deadline=None, derandomize=True, max_examples=60)
@given(
    words=st.lists(st.sampled_from("norway joint marketing purchasing soft network and".split()))
)
def test_every_mention_stands_in_the_text(finder, words):
    """A value is only found where all words of one of its names stand side by side."""
    names = {
        "NO": ["norway"],
        "marketing": ["marketing"],
        "joint-purchasing": ["joint purchasing"],
        "soft": ["soft network"],
        "soft-network": ["soft network"],
    }
    text = " ".join(word for word in words if word != "and")

    found = {mention.value for mention in finder.find(" ".join(words))}

    assert found == {
        value
        for value, spelled in names.items()
        if any(f" {name} " in f" {text} " for name in spelled)
    }
