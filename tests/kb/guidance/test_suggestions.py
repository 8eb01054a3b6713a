"""What the words of a profile name: sector, number and project, and never a country."""

import pytest

from kb.guidance.profile import Profile
from kb.guidance.suggestions import completed


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
    assert completed(Profile(aim=words), searcher, ()).partners == count


def test_of_us_in_the_business_are_people(searcher):
    """Who says of the own firm "seven of us" counts its people; in a wish, firms that join."""
    profile = Profile(business="Metal workshop, seven of us.")

    assert completed(profile, searcher, ()).partners is None


def test_a_number_in_its_field_wins(searcher):
    """What is said in a field is not changed by the words."""
    profile = Profile(aim="we are five wineries", partners=3, goal=("marketing",))

    found = completed(profile, searcher, ("exporting",))

    assert (found.partners, found.goal) == (3, ("marketing",))


def test_the_sector_is_what_the_firm_does(searcher):
    """It is read from the business, and from the wish only where that is empty."""
    does = Profile(business="metal workshop", aim="wine")

    assert completed(does, searcher, ()).my_sector == ("metal-machinery",)
    assert completed(Profile(aim="wine"), searcher, ()).my_sector == ("wine-spirits",)


def test_a_country_may_be_the_market(searcher):
    """A country that the words name is not taken for the firm's own."""
    assert completed(Profile(aim="sell wine in France"), searcher, ()).my_country == ""


def test_the_first_project_is_the_goal(searcher):
    """Of several kinds of project that were heard the nearest counts."""
    found = completed(Profile(aim="sell more"), searcher, ("marketing", "exporting"))

    assert found == Profile(aim="sell more", goal=("marketing",))
