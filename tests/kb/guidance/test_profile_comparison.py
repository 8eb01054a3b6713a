"""A profile beside a case: like, unlike or not told, field by field and in sentences."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kb.content.taxonomy import load_taxonomy
from kb.guidance.profile import Profile
from kb.guidance.profile_comparison import (
    LARGE_FROM,
    MEDIUM_FROM,
    FieldComparison,
    compare_fields,
    compare_with_heard,
    sentences,
    size_name,
)
from kb.model.cases import Case, Members
from kb.model.english import joined, number_word

TAXONOMY = load_taxonomy(Path(__file__).parents[3] / "cases" / "taxonomy.yaml")


def case(kind: str = "network", members: Members | None = None, **facets: Sequence[str]) -> Case:
    """A case with nothing but members and facets."""
    return Case(
        id="norway/a",
        title="A",
        kind=kind,
        summary="",
        body="",
        facets={name: tuple(values) for name, values in facets.items()},
        results=(),
        sources=(),
        members=members,
    )


def found(profile: Profile, one: Case) -> list[tuple[str, str, str]]:
    """Field, relation and words of everything that is compared."""
    compared = compare_fields(profile, one, TAXONOMY)
    return [(single.field, single.relation, single.words) for single in compared]


# --- partners --------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("partners", "count", "relation", "words"),
    [
        pytest.param(5, 5, "like", "five members", id="as many"),
        pytest.param(4, 6, "like", "six members", id="half as many again"),
        pytest.param(4, 7, "unlike", "seven members", id="more than half as many again"),
        pytest.param(6, 4, "like", "four members", id="half as many again the other way"),
        pytest.param(7, 4, "unlike", "four members", id="fewer"),
        pytest.param(2, 1, "like", "one member", id="one apart"),
        pytest.param(2, 3, "like", "three members", id="one apart but no more than half again"),
        pytest.param(3, 1, "unlike", "one member", id="two apart"),
        pytest.param(10, 15, "like", "15 members", id="in figures"),
        pytest.param(10, 16, "unlike", "16 members", id="in figures and unlike"),
        pytest.param(800, 1200, "like", "1,200 members", id="in thousands"),
    ],
)
def test_groups_are_alike_up_to_half_as_many_again(partners, count, relation, words):
    """Two numbers of firms are alike within a factor of one and a half, or one apart."""
    one = case(members=Members(who="firms", count=count))

    assert found(Profile(partners=partners), one) == [("partners", relation, words)]


@pytest.mark.parametrize(
    ("kind", "count", "words"),
    [
        pytest.param("network", 5, "five members", id="network"),
        pytest.param("programme", 5, "five firms", id="programme"),
        pytest.param("study", 1, "one firm", id="study of one"),
    ],
)
def test_only_networks_have_members(kind, count, words):
    """A programme and a study are told in firms."""
    one = case(kind=kind, members=Members(who="firms", count=count))

    assert [told[2] for told in found(Profile(partners=5), one)] == [words]


@pytest.mark.parametrize("members", [None, Members(who="firms")], ids=["no members", "no count"])
def test_a_number_that_is_not_told_is_unknown(members):
    """Without a count it is said that the number is not reported."""
    assert found(Profile(partners=5), case(members=members)) == [
        ("partners", "unknown", "how many took part")
    ]


# --- size ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("people", "name"),
    [
        (1, "small"),
        (MEDIUM_FROM - 1, "small"),
        (MEDIUM_FROM, "medium-sized"),
        (LARGE_FROM - 1, "medium-sized"),
        (LARGE_FROM, "large"),
        (10_000, "large"),
    ],
)
def test_a_firm_is_called_by_its_people(people, name):
    """Small below 50 people, large from 250, medium-sized between."""
    assert (size_name(people), MEDIUM_FROM, LARGE_FROM) == (name, 50, 250)


@pytest.mark.parametrize(
    ("size", "who", "relation", "words"),
    [
        pytest.param(5, "small clothing makers", "like", "small firms", id="small"),
        pytest.param(5, "Small makers", "like", "small firms", id="a capital"),
        pytest.param(5, "family hotels", "like", "small firms", id="family"),
        pytest.param(5, "home-based businesses in crafts", "like", "small firms", id="home"),
        pytest.param(60, "small clothing makers", "unlike", "small firms", id="not small"),
        pytest.param(60, "medium-sized makers", "like", "medium-sized firms", id="medium-sized"),
        pytest.param(60, "SMEs in ICT", "like", "medium-sized firms", id="SMEs"),
        pytest.param(
            60,
            "small and medium-sized makers",
            "like",
            "small and medium-sized firms",
            id="one of two",
        ),
        pytest.param(
            300,
            "small and medium-sized makers",
            "unlike",
            "small and medium-sized firms",
            id="neither of two",
        ),
        pytest.param(300, "larger firms", "like", "large firms", id="larger"),
        pytest.param(3, "leading-edge firms", "unknown", "how large the firms are", id="leading"),
        pytest.param(3, "microelectronics", "unknown", "how large the firms are", id="in a word"),
        pytest.param(
            5, "large and small firms", "like", "small and large firms", id="smallest first"
        ),
        pytest.param(
            300,
            "a large number of small firms, in a large group",
            "unlike",
            "small firms",
            id="a large number is no large firm",
        ),
        pytest.param(5, "wineries", "unknown", "how large the firms are", id="not told"),
        pytest.param(5, "a large group", "unknown", "how large the firms are", id="a group"),
    ],
)
def test_firms_are_as_large_as_the_source_calls_them(size, who, relation, words):
    """The words for the members say how large they are; a size that they name is alike."""
    one = case(members=Members(who=who, count=3))

    assert found(Profile(size=size), one) == [("size", relation, words)]


def test_without_members_their_size_is_unknown():
    """A case that does not tell who took part does not tell how large they are."""
    assert found(Profile(size=5), case()) == [("size", "unknown", "how large the firms are")]


# --- what is ticked --------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("goal", "project", "expected"),
    [
        pytest.param(["exporting"], ["exporting"], [("goal", "like", "exporting")], id="like"),
        pytest.param(
            ["joint-purchasing"],
            ["exporting"],
            [("goal", "unlike", "not joint purchasing")],
            id="unlike",
        ),
        pytest.param(
            ["exporting", "joint-purchasing", "marketing", "design", "innovation"],
            ["marketing", "exporting"],
            [
                ("goal", "like", "exporting and marketing"),
                ("goal", "unlike", "not joint purchasing, design or innovation"),
            ],
            id="partly both",
        ),
    ],
)
def test_goals_are_compared_one_by_one(goal, project, expected):
    """Goals that a case shares and those that it lacks are told apart, in the profile's order."""
    assert found(Profile(goal=tuple(goal)), case(project=project)) == expected


@pytest.mark.parametrize(
    ("mine", "theirs", "expected"),
    [
        pytest.param(
            ["food", "wine-spirits"],
            ["wine-spirits", "tourism"],
            ("my_sector", "like", "in wine and spirits"),
            id="like",
        ),
        pytest.param(
            ["food"],
            ["furniture", "tourism"],
            ("my_sector", "unlike", "in furniture and furnishings and tourism and hospitality"),
            id="unlike",
        ),
        pytest.param(["food"], [], ("my_sector", "unknown", "the sector"), id="unknown"),
    ],
)
def test_one_sector_in_common_is_alike(mine, theirs, expected):
    """What is shared is told, or all of the case's sectors where nothing is."""
    assert found(Profile(my_sector=tuple(mine)), case(sector=theirs)) == [expected]


@pytest.mark.parametrize(
    ("mine", "theirs", "expected"),
    [
        pytest.param("NO", ["NO"], [("my_country", "like", "in Norway")], id="like"),
        pytest.param(
            "NO", ["FR", "NO"], [("my_country", "like", "in France and Norway")], id="one of two"
        ),
        pytest.param("NO", ["DK"], [("my_country", "unlike", "in Denmark")], id="unlike"),
        pytest.param(
            "Japan", ["NO"], [("my_country", "unlike", "in Norway")], id="not in the compendium"
        ),
        pytest.param("NO", [], [], id="a case of no country"),
    ],
)
def test_the_country_of_a_case_is_told(mine, theirs, expected):
    """A case is told to be like where one of its countries is the firm's."""
    assert found(Profile(my_country=mine), case(country=theirs)) == expected


@pytest.mark.parametrize(
    ("common", "types", "expected"),
    [
        pytest.param(
            ["vertical", "horizontal"],
            ["horizontal", "public-private"],
            ("common", "like", "a horizontal network"),
            id="like",
        ),
        pytest.param(
            ["vertical"],
            ["horizontal", "public-private"],
            ("common", "unlike", "a horizontal network and a public-private network"),
            id="unlike",
        ),
        pytest.param(
            ["emerging-technologies"],
            ["emerging-technologies"],
            ("common", "like", "an emerging and converging technologies network"),
            id="before a vowel",
        ),
        pytest.param(["vertical"], [], ("common", "unknown", "the type of network"), id="unknown"),
    ],
)
def test_what_partners_have_in_common_is_the_type_of_network(common, types, expected):
    """Types that are shared are told, or all of the case's where none is."""
    assert found(Profile(common=tuple(common)), case(type=types)) == [expected]


@pytest.mark.parametrize(
    ("form", "forms", "expected"),
    [
        pytest.param("soft", ["soft"], ("my_form", "like", "a soft network"), id="like"),
        pytest.param("soft", ["hard"], ("my_form", "unlike", "a hard network"), id="unlike"),
        pytest.param(
            "soft",
            ["hard", "soft"],
            ("my_form", "like", "a hard network and a soft network"),
            id="both",
        ),
        pytest.param("soft", [], ("my_form", "unknown", "whether it was soft or hard"), id="none"),
    ],
)
def test_forms_are_compared(form, forms, expected):
    """A case that has the form is alike, whatever other form it has."""
    assert found(Profile(my_form=form), case(form=forms)) == [expected]


SUPPORT, OWN = "public support helped it along", "the firms paid for it themselves"


@pytest.mark.parametrize(
    ("funding", "formation", "expected"),
    [
        pytest.param("own", ["self-financed"], ("funding", "like", OWN), id="own"),
        pytest.param("own", ["demand-pull"], ("funding", "unlike", SUPPORT), id="own, not here"),
        pytest.param("public", ["demand-pull"], ("funding", "like", SUPPORT), id="demand pull"),
        pytest.param("public", ["supply-push"], ("funding", "like", SUPPORT), id="supply push"),
        pytest.param(
            "public", ["development-commission"], ("funding", "like", SUPPORT), id="commission"
        ),
        pytest.param(
            "public", ["self-financed"], ("funding", "unlike", OWN), id="public, not here"
        ),
        pytest.param(
            "own", ["self-financed", "supply-push"], ("funding", "like", OWN), id="own of both"
        ),
        pytest.param(
            "public",
            ["self-financed", "supply-push"],
            ("funding", "like", SUPPORT),
            id="public of both",
        ),
        pytest.param("own", [], ("funding", "unknown", "who paid for it"), id="not told"),
        pytest.param(
            "public", ["soft-network"], ("funding", "unknown", "who paid for it"), id="soft network"
        ),
    ],
)
def test_who_paid_is_read_from_the_formation(funding, formation, expected):
    """Programmes and commissions bring public money; of both kinds the firm's own is told."""
    assert found(Profile(funding=funding), case(formation=formation)) == [expected]


# --- the whole -------------------------------------------------------------------------------

FULL = Profile(
    business="We make shirts.",
    my_sector=("textiles-clothing",),
    my_country="NO",
    size=5,
    partners=4,
    aim="We want to export.",
    goal=("exporting", "marketing"),
    common=("vertical",),
    my_form="hard",
    funding="own",
)
SHIRTS = case(
    members=Members(who="small makers", count=10),
    project=("exporting",),
    sector=("textiles-clothing",),
    country=("DK",),
    type=("horizontal",),
)


def test_fields_come_in_one_order():
    """Partners come first and funding last; what is in words is not compared."""
    assert found(FULL, SHIRTS) == [
        ("partners", "unlike", "ten members"),
        ("size", "like", "small firms"),
        ("goal", "like", "exporting"),
        ("goal", "unlike", "not marketing"),
        ("my_sector", "like", "in textiles, clothing and footwear"),
        ("my_country", "unlike", "in Denmark"),
        ("common", "unlike", "a horizontal network"),
        ("my_form", "unknown", "whether it was soft or hard"),
        ("funding", "unknown", "who paid for it"),
    ]


@pytest.mark.parametrize(
    "profile",
    [Profile(), Profile(business="We make shirts.", aim="We want to export.")],
    ids=["nothing", "words alone"],
)
def test_what_a_profile_does_not_give_is_not_compared(profile):
    """Without a number or a tick there is nothing to compare."""
    assert found(profile, SHIRTS) == []


@pytest.mark.parametrize(
    ("said", "heard", "expected"),
    [
        pytest.param(
            {"goal": ("exporting",)},
            {"goal": ("marketing", "exporting")},
            ["Like you: exporting."],
            id="not the goal that was heard",
        ),
        pytest.param(
            {"goal": ("marketing",)},
            {"goal": ("marketing", "exporting")},
            ["Like you: exporting.", "Unlike you: not marketing."],
            id="but the one that was said",
        ),
        pytest.param({}, {"goal": ("marketing",)}, [], id="nothing in common, nothing to tell"),
        pytest.param(
            {}, {"my_sector": ("furniture",)}, [], id="a sector that was heard in a material"
        ),
        pytest.param(
            {},
            {"my_sector": ("furniture", "textiles-clothing")},
            ["Like you: in textiles, clothing and footwear."],
            id="one of several that were heard",
        ),
        pytest.param(
            {"partners": 4, "my_country": "NO"},
            {"partners": 4, "my_country": "NO", "goal": ("exporting",)},
            ["Like you: exporting.", "Unlike you: ten members; in Denmark."],
            id="in the order of the fields",
        ),
    ],
)
def test_a_case_is_never_unlike_what_was_only_heard(said, heard, expected):
    """It is told to be like it, which is of use; nobody said what it would be unlike."""
    compared = compare_with_heard(Profile(**said), Profile(**heard), SHIRTS, TAXONOMY)

    assert list(sentences(compared)) == expected


def test_the_comparison_is_told_in_three_sentences():
    """What is alike comes first, then what is not, then what the source does not tell."""
    assert sentences(compare_fields(FULL, SHIRTS, TAXONOMY)) == (
        "Like you: small firms; exporting; in textiles, clothing and footwear.",
        "Unlike you: ten members; not marketing; in Denmark; a horizontal network.",
        "Not reported: whether it was soft or hard; who paid for it.",
    )


@pytest.mark.parametrize(
    ("relations", "expected"),
    [
        pytest.param([], (), id="nothing"),
        pytest.param(["like"], ("Like you: w0.",), id="one"),
        pytest.param(["unknown", "unknown"], ("Not reported: w0; w1.",), id="two of a kind"),
        pytest.param(
            ["unknown", "unlike", "unknown", "unlike", "unlike"],
            ("Unlike you: w1; w3; w4.", "Not reported: w0; w2."),
            id="two kinds",
        ),
    ],
)
def test_a_sentence_for_each_relation_that_there_is(relations, expected):
    """There is no sentence for a relation that no field has."""
    told = [
        FieldComparison(field="f", relation=r, words=f"w{at}") for at, r in enumerate(relations)
    ]

    assert sentences(told) == expected


@pytest.mark.parametrize(
    ("words", "expected", "either"),
    [
        pytest.param([], "", "", id="none"),
        pytest.param(["a"], "a", "a", id="one"),
        pytest.param(["a", "b"], "a and b", "a or b", id="two"),
        pytest.param(["a", "b", "c"], "a, b and c", "a, b or c", id="three"),
    ],
)
def test_words_are_joined_as_in_a_sentence(words, expected, either):
    """Commas between, and an "and" or another word before the last."""
    assert (joined(words), joined(words, "or")) == (expected, either)


def test_numbers_up_to_ten_are_words():
    """Zero to ten in letters, above in figures with commas."""
    letters = "zero one two three four five six seven eight nine ten".split()

    assert [number_word(number) for number in range(11)] == letters
    assert [number_word(number) for number in (11, 999, 1000)] == ["11", "999", "1,000"]


@given(st.integers(2, 1000), st.integers(1, 1000))
def test_being_alike_in_number_goes_both_ways(mine, theirs):
    """Two numbers are alike exactly if the larger is at most half as much again, or one more."""
    ((_, relation, _),) = found(
        Profile(partners=mine), case(members=Members(who="firms", count=theirs))
    )
    more, fewer = sorted((mine, theirs), reverse=True)

    assert relation == ("like" if 2 * more <= 3 * fewer or more == fewer + 1 else "unlike")


PROJECTS = TAXONOMY["projects"].ids


@given(
    st.lists(st.sampled_from(PROJECTS), min_size=1, max_size=6, unique=True),
    st.lists(st.sampled_from(PROJECTS), max_size=6, unique=True),
)
def test_every_goal_is_told_once(goal, project):
    """What is told of the goals is the goals of the profile, shared and missing ones apart."""
    labels = {term.id: term.label[0].lower() + term.label[1:] for term in TAXONOMY["projects"]}
    told = {
        relation: words
        for _, relation, words in found(Profile(goal=tuple(goal)), case(project=project))
    }
    shared = joined([labels[one] for one in goal if one in project])
    missing = joined([labels[one] for one in goal if one not in project], "or")

    expected = {"like": shared, "unlike": missing and f"not {missing}"}
    if not project:
        expected = {"unknown": "what they did together, by kind"}
    assert told == {relation: words for relation, words in expected.items() if words}
