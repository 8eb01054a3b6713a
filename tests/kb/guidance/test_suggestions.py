"""What the words of a profile name: sector, number and project, and never a country."""

import pytest

from kb.guidance.profile import Profile, words_of_profile
from kb.guidance.profile_reading import Reader
from kb.guidance.profile_score import intent_of
from kb.guidance.role_models import role_models
from kb.guidance.suggestions import HeardGoals, completed, goals_in_words, plainly_said
from kb.search.query import Query
from kb.search.searcher import Searcher


def heard_in(searcher: Searcher, profile: Profile) -> HeardGoals:
    """The goals that are heard in the words of a profile."""
    reader = Reader(searcher)
    return goals_in_words(profile, reader, intent_of(words_of_profile(profile), reader))


@pytest.mark.parametrize(
    ("words", "count"),
    [
        ("We are five wineries", 5),
        ("we're 14 small firms and want to export", 14),
        ("we’re twelve textile makers", 12),
        ("The two of us would fill a lorry", 2),
        ("30 of us want to export", 30),
        ("We are 30 years old and make wine", None),
        ("We are two hours from Oslo", None),
        ("We are seven people in the shop", None),
        ("We are 5.5 years in business", None),
        ("we are 1 firm", None),
        ("five wineries", None),
        ("we are fiveteen firms", None),
        ("", None),
    ],
)
def test_how_many_join(searcher, words, count):
    """People who count themselves are counted; a number of anything else is not."""
    assert completed(Profile(aim=words), Reader(searcher)).partners == count


def test_of_us_in_the_business_are_people(searcher):
    """Who says of the own firm "seven of us" counts its people; in a wish, firms that join."""
    profile = Profile(business="Metal workshop, seven of us.")

    assert completed(profile, Reader(searcher)).partners is None


def test_a_number_in_its_field_wins(searcher):
    """What is said in a field is not changed by the words."""
    profile = Profile(aim="we are five wineries", partners=3, goal=("marketing",))

    found = completed(profile, Reader(searcher), ("exporting",))

    assert (found.partners, found.goal) == (3, ("marketing",))


def test_the_sector_is_what_the_firm_does(searcher):
    """It is read from the business, and from the wish only where that is empty."""
    does = Profile(business="metal workshop", aim="wine")

    assert completed(does, Reader(searcher)).my_sector == ("metal-machinery",)
    assert completed(Profile(aim="wine"), Reader(searcher)).my_sector == ("wine-spirits",)


def test_a_country_may_be_the_market(searcher):
    """A country that the words name is not taken for the firm's own."""
    assert completed(Profile(aim="sell wine in France"), Reader(searcher)).my_country == ""


def test_what_the_words_want_is_the_goal(searcher):
    """Several, where the words want several."""
    found = completed(Profile(aim="sell more"), Reader(searcher), ("marketing", "exporting"))

    assert found == Profile(aim="sell more", goal=("marketing", "exporting"))


@pytest.mark.parametrize(
    ("profile", "sector", "goal"),
    [
        (Profile(aim="We want to export wine"), ("wine-spirits",), ("exporting",)),
        (Profile(aim="buy steel together in one lorry"), (), ()),
        (Profile(aim="buy steel together", my_sector=("food",)), ("food",), ()),
        (Profile(aim="joint marketing", goal=("design",)), (), ("design",)),
        (Profile(business="We export wine"), ("wine-spirits",), ("exporting",)),
        (Profile(business="We export", aim="staff training"), (), ("staff-training",)),
        (Profile(business="We export", aim="train people"), (), ()),
        (Profile(aim="A market for us"), (), ()),
    ],
)
def test_only_what_is_named_is_plainly_said(searcher, profile, sector, goal):
    """A material is no sector of the reader's, and what a clause comes near to is no goal."""
    heard, reader = heard_in(searcher, profile), Reader(searcher)

    said = plainly_said(profile, reader, completed(profile, reader), heard.named)

    assert (said.my_sector, said.goal) == (sector, goal)


@pytest.mark.parametrize(
    ("business", "goals"),
    [
        ("Cleaning services for hospitals in Graz", ()),
        ("Laundry services for hotels in Vienna", ()),
        ("family winery, twelve hectares", ()),
        ("We buy flour together with others", ("joint-purchasing",)),
    ],
)
def test_what_a_firm_does_is_no_wish(real_live, business, goals):
    """It is nearest to some project type, which nobody asked for; a wish in it is heard."""
    searcher = real_live.current()

    heard = heard_in(searcher, Profile(business=business))

    assert heard.projects == goals


@pytest.mark.parametrize(
    "aim",
    [
        "fill a lorry with five of us",
        "stand side by side at the fair",
        "find out who would buy from us",
        "meet once a month and talk",
        "pay less for the things we need",
        "get known beyond our valley",
        "have one telephone for all of us",
        "learn what others did wrong",
        "keep our sons in the village",
        "look good on paper",
        "survive the supermarket",
    ],
)
def test_what_is_only_heard_is_never_held_against_a_case(real_live, aim):
    """No case is unlike a reader in a goal that nobody named or ticked."""
    answer = role_models(real_live.current(), Profile(business="joinery", aim=aim), Query())

    assert [
        one.words
        for model in answer.models
        for one in model.comparison
        if one.field == "goal" and one.relation != "like"
    ] == []


@pytest.mark.parametrize(
    ("aim", "sectors"),
    [
        ("buy steel together and sell abroad", ("metal-machinery",)),
        ("order cloth and yarn in one lorry", ("textiles-clothing",)),
        ("buy malt together", ()),  # no toy case is of brewers
        ("weld steel for wineries", ("wine-spirits",)),  # a sector that is named goes before
    ],
)
def test_a_sector_is_heard_in_its_materials(searcher, aim, sectors):
    """Where the words name none; of sectors that have cases."""
    assert completed(Profile(aim=aim), Reader(searcher)).my_sector == sectors


@pytest.mark.parametrize(
    ("aim", "goals"),
    [
        ("buy wood together and sell abroad", ("joint-purchasing", "exporting")),
        ("buy flour together and train our apprentices", ("joint-purchasing", "staff-training")),
        ("export to Germany; share a warehouse", ("exporting", "cost-reduction")),
        ("acheter du bois ensemble et vendre à l'étranger", ("joint-purchasing", "exporting")),
        ("gemeinsam Stahl einkaufen und im Ausland verkaufen", ("joint-purchasing", "exporting")),
        ("we are five wineries and want to sell abroad", ("exporting",)),
    ],
)
def test_each_clause_is_heard(real_live, aim, goals):
    """Two wishes of one sentence are two goals, in its order; a case is compared with both."""
    searcher = real_live.current()
    profile = Profile(aim=aim)
    heard = heard_in(searcher, profile)

    assert heard.projects[: heard.n_wanted] == goals
    assert completed(profile, Reader(searcher), heard.projects[: heard.n_wanted]).goal == goals


@pytest.mark.parametrize(
    "aim",
    [
        "we never want public money",
        "we do not want to grow",
        "no contract, please",
        "we will never join a cooperative",
        "nous ne voulons pas d'argent public",
        "wir wollen kein Geld vom Staat",
        "keep our sons in the village",
        "we are afraid of losing our secrets",
        "my accountant says it is too early",
        "nobody wants to be the boss",
        "share one oven for the dough",
    ],
)
def test_what_is_no_wish_or_near_to_nothing_is_not_heard(real_live, aim):
    """What is not wanted is near to what is; and something is always the nearest."""
    searcher = real_live.current()

    heard = heard_in(searcher, Profile(aim=aim))

    assert heard.projects == ()


@pytest.mark.parametrize(
    ("aim", "goal"),
    [
        ("we cannot sell abroad alone", "exporting"),
        ("buy a laser cutter none of us can pay alone", "technology-acquisition"),
        ("no public money, but train our apprentices", "staff-training"),
        ("we do not trust banks and want to sell abroad", "exporting"),
    ],
)
def test_a_wish_beside_what_is_not_wanted_is_heard(real_live, aim, goal):
    """What nobody can do alone is wanted together."""
    searcher = real_live.current()

    heard = heard_in(searcher, Profile(aim=aim))

    assert heard.projects[:1] == (goal,)
