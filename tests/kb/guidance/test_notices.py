"""What is said once above the role models of a profile."""

from __future__ import annotations

import pytest

from kb.guidance.notices import Notices, notices_of
from kb.guidance.profile import make_profile
from kb.guidance.role_models import RoleModels, role_models
from kb.search.query import make_query
from kb.search.searcher import Searcher


def answered(searcher: Searcher, **said: object) -> tuple[RoleModels, Notices]:
    filters = said.pop("filters", {})
    profile = make_profile(searcher.taxonomy, **said)
    answer = role_models(searcher, profile, make_query(searcher.taxonomy, filters=filters))
    return answer, notices_of(answer, searcher)


@pytest.mark.parametrize(
    ("country", "sentence"),
    [
        ("Bhutan", "No case is from Bhutan yet."),
        ("Österreich", "No case is from Austria yet."),
        ("united states", "No case is from the United States yet."),
        ("England", "No case is from the United Kingdom yet."),
        ("The Netherlands", "No case is from the Netherlands yet."),
        ("Atlantis", "No country is called “Atlantis”, so it counts for nothing."),
        (
            "Norwey",
            "No country is called “Norwey”, so it counts for nothing. Did you mean Norway?",
        ),
    ],
)
def test_a_country_without_cases_is_said_once(searcher, country, sentence) -> None:
    """Above the list, so that no card says that its case is from elsewhere."""
    answer, told = answered(searcher, aim="textile export", my_country=country)

    assert len(answer.models) > 1
    assert told.absent == (sentence,)
    for model in answer.models:
        assert "my_country" in {one.field for one in model.comparison}
        assert "my_country" not in {one.field for one in told.left(model)}


def test_a_country_of_some_role_model_is_compared_in_each(searcher) -> None:
    """Then each card says where its case is from, and nothing is said above."""
    answer, told = answered(searcher, aim="textile export", my_country="Norway")

    assert told.absent == ()
    assert all(told.left(model) == model.comparison for model in answer.models)


def test_a_tick_that_no_case_has_is_said(searcher) -> None:
    """Of several ticks those; of a field with others that are there cards still speak."""
    _, alone = answered(searcher, aim="textile export", my_sector=["cosmetics"])
    _, beside = answered(
        searcher, aim="textile export", my_sector=["cosmetics", "textiles-clothing"]
    )

    assert alone.absent == beside.absent == ("No case has “Cosmetics and body care” yet.",)
    assert alone.fields == {"my_sector"}
    assert beside.fields == frozenset()


@pytest.mark.parametrize(
    ("said", "sentence"),
    [
        (
            {"aim": "We are five textile makers and want to export", "partners": 12},
            "Your words speak of five firms, the field of 12. Cases are compared with 12.",
        ),
        (
            {"aim": "export wine without public money", "funding": "public"},
            "Your words want no public money, and the form says that you want it.",
        ),
        (
            {"aim": "export wine -wine"},
            "Your words ask for “wine” and leave it out. It was not left out.",
        ),
        (
            {"business": "textile makers", "my_sector": ["food"], "aim": "export"},
            "Your words are of “Textiles, clothing and footwear”, the field “Your sector” says "
            "“Food products”. Both count.",
        ),
        (
            {"aim": "export", "my_form": "soft", "filters": {"form": ["hard"]}},
            "You want a soft network, and the filters show only a hard network.",
        ),
    ],
)
def test_what_contradicts_itself_is_said(searcher, said, sentence) -> None:
    """A plain sentence each, and the profile is answered all the same."""
    assert sentence in answered(searcher, **said)[1].contradictions


def test_what_agrees_is_not_said(searcher) -> None:
    """Words and fields that say the same, and filters that let it pass."""
    said = {
        "aim": "We are five textile makers and want to export without public money",
        "partners": 5,
        "funding": "own",
        "my_form": "soft",
        "filters": {"form": ["soft", "hard"]},
    }

    assert answered(searcher, **said)[1].contradictions == ()


def test_without_an_answer_it_is_said_as_well(searcher) -> None:
    """A profile that says too little to choose by has its notices all the same."""
    answer, told = answered(searcher, my_country="Bhutan")

    assert answer.models == ()
    assert told.absent == ("No case is from Bhutan yet.",)


@pytest.mark.parametrize(
    ("said", "left_out"),
    [
        ({"aim": "export textiles"}, ()),
        ({"aim": "export textiles -Norway"}, ("Left out, as your words say: Norway.",)),
        (
            {"aim": "export textiles, but not to America"},
            ("“but not to America” was read as words and leaves nothing out.",),
        ),
        ({"aim": "export textiles, no papers"}, ()),
        (
            {"aim": "export textiles without public money"},
            (
                "Left out, as your words say: “public money” (Catalysed by a development "
                "commission; Government programme, supply push; Government programme, demand "
                "pull; Brought about by an aid project).",
                "Cases that do not tell who paid are in.",
            ),
        ),
        ({"aim": "export textiles without public money", "funding": "public"}, ()),
    ],
)
def test_what_the_words_leave_out_is_said(searcher, said, left_out) -> None:
    """And what they were to leave out and do not; what a firm lacks is neither."""
    assert answered(searcher, **said)[1].left_out == left_out
