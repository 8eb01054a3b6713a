"""A firm's profile: made canonical, or refused in a sentence; what cannot well be at once."""

from __future__ import annotations

from dataclasses import fields
from pathlib import Path

import pytest
from hypothesis import given as draw
from hypothesis import strategies as st

from kb.content.taxonomy import load_taxonomy
from kb.errors import QueryError
from kb.guidance.profile import (
    FIELDS,
    FUNDING,
    MAX_PARTNERS,
    MAX_SIZE,
    MAX_TEXT,
    Profile,
    contradictions,
    given,
    make_profile,
)
from kb.model.taxonomy import Taxonomy, Term, Vocabulary


def vocabulary(name: str, **terms: tuple[str, ...]) -> Vocabulary:
    """A list of terms: id to label and aliases; an underscore stands for a hyphen."""
    made = [
        Term(id=term.replace("_", "-"), label=label, aliases=tuple(aliases))
        for term, (label, *aliases) in terms.items()
    ]
    return Vocabulary(name=name, terms=tuple(made))


TAXONOMY = Taxonomy(
    vocabularies={
        "sectors": vocabulary(
            "sectors",
            food=("Food products", "foods"),
            wine_spirits=("Wine and spirits", "wine"),
            metal=("Metalwork", "engineering"),
        ),
        "projects": vocabulary(
            "projects",
            marketing=("Marketing", "branding"),
            staff_training=("Staff training", "training"),
            exporting=("Exporting", "exports"),
        ),
        "types": vocabulary(
            "types",
            horizontal=("Horizontal network", "peers"),
            vertical=("Vertical network",),
            public_private=("Public-private network", "public/private"),
        ),
        "forms": vocabulary(
            "forms", soft=("Soft network", "informal"), hard=("Hard network", "formal")
        ),
        "countries": vocabulary(
            "countries", NO=("Norway", "Norwegian", "Norge"), FR=("France", "French")
        ),
    }
)


def made(**said: object) -> Profile:
    """A profile over the small vocabulary."""
    return make_profile(TAXONOMY, **said)


def refusal(**said: object) -> QueryError:
    """How a profile is refused."""
    with pytest.raises(QueryError) as raised:
        made(**said)
    return raised.value


FULL = {
    "business": "We press wine.",
    "my_sector": ["wine-spirits"],
    "my_country": "NO",
    "size": 12,
    "partners": 5,
    "aim": "We want to export.",
    "goal": ["exporting"],
    "common": ["horizontal"],
    "my_form": "hard",
    "funding": "own",
}
FULL_MADE = {
    name: tuple(value) if isinstance(value, list) else value for name, value in FULL.items()
}


# --- canonical -------------------------------------------------------------------------------


def test_the_fields_are_those_of_the_record_in_the_order_of_the_form():
    """The names that are listed are the names of the record, each once."""
    assert (
        *("business", "my_sector", "my_country", "size", "partners"),
        *("aim", "goal", "common", "my_form", "funding"),
    ) == FIELDS
    assert {field.name for field in fields(Profile)} == set(FIELDS)
    assert list(FULL) == list(FIELDS)


def test_what_is_canonical_already_stays_as_it_is():
    """Ids, numbers and texts in one line are taken over unchanged."""
    assert made(**FULL) == Profile(**FULL_MADE)


def test_nothing_said_is_an_empty_profile():
    """Without anything given every part is empty."""
    assert (
        made()
        == Profile()
        == Profile(
            business="",
            my_sector=(),
            my_country="",
            size=None,
            partners=None,
            aim="",
            goal=(),
            common=(),
            my_form="",
            funding="",
        )
    )


@pytest.mark.parametrize(
    ("said", "expected"),
    [
        pytest.param({"business": "  We\n\tpress   wine. "}, "We press wine.", id="white space"),
        pytest.param({"aim": " \n "}, "", id="white space alone"),
        pytest.param({"aim": "caf\udce9"}, "caf?", id="half a character"),
        pytest.param({"aim": "x" * MAX_TEXT}, "x" * MAX_TEXT, id="a text of the longest"),
        pytest.param(
            {"aim": " x" * (MAX_TEXT // 2) + "   "},
            " ".join("x" * (MAX_TEXT // 2)),
            id="white space does not lengthen",
        ),
        pytest.param({"my_sector": ["Wine and Spirits"]}, ("wine-spirits",), id="a label"),
        pytest.param({"my_sector": ["WINE_SPIRITS"]}, ("wine-spirits",), id="another spelling"),
        pytest.param({"my_sector": ["Engineering", "foods"]}, ("metal", "food"), id="the order"),
        pytest.param({"goal": ["exports", "Exporting"]}, ("exporting",), id="each once"),
        pytest.param({"goal": iter(["training"])}, ("staff-training",), id="any iterable"),
        pytest.param({"common": ["public/private"]}, ("public-private",), id="a type by alias"),
        pytest.param({"my_form": " Informal "}, "soft", id="a form by alias"),
        pytest.param({"my_form": "  "}, "", id="no form"),
        pytest.param({"funding": " PUBLIC "}, "public", id="who pays in capitals"),
        pytest.param({"funding": "  "}, "", id="nobody said to pay"),
        pytest.param({"my_country": " norge "}, "NO", id="a country by alias"),
        pytest.param({"my_country": "french"}, "FR", id="a country by adjective"),
        pytest.param({"my_country": " South   Korea "}, "South Korea", id="another country"),
        pytest.param({"my_country": "x" * 60}, "x" * 60, id="a country of the longest"),
        pytest.param({"size": 1}, 1, id="the smallest firm"),
        pytest.param({"size": MAX_SIZE}, 10_000, id="the largest firm"),
        pytest.param({"partners": 2}, 2, id="the smallest group"),
        pytest.param({"partners": MAX_PARTNERS}, 1_000, id="the largest group"),
    ],
)
def test_each_part_is_made_canonical(said, expected):
    """Spellings become ids, white space goes, and nothing else of the profile changes."""
    ((name, _),) = said.items()

    assert made(**said) == Profile(**{name: expected})


# --- refused ---------------------------------------------------------------------------------

SIZE = "size must be a whole number from 1 to 10,000 (the people in your firm), not "
PARTNERS = (
    "partners must be a whole number from 2 to 1,000 "
    "(the firms that would join, yours included), not "
)


@pytest.mark.parametrize(
    ("said", "message", "value"),
    [
        pytest.param({"size": -3}, SIZE + "-3.", -3, id="size -3"),
        pytest.param({"size": 0}, SIZE + "0.", 0, id="size 0"),
        pytest.param({"size": 10_001}, SIZE + "10,001.", 10_001, id="size just too large"),
        pytest.param({"size": 1_000_000}, SIZE + "1,000,000.", 1_000_000, id="size a million"),
        pytest.param({"partners": 1}, PARTNERS + "1.", 1, id="partners 1"),
        pytest.param({"partners": -2}, PARTNERS + "-2.", -2, id="partners -2"),
        pytest.param({"partners": 1_001}, PARTNERS + "1,001.", 1_001, id="too many partners"),
        pytest.param(
            {"business": "x" * 601},
            "business must be at most 600 characters, not 601; a few sentences say enough.",
            "x" * 40 + "…",
            id="business too long",
        ),
        pytest.param(
            {"aim": "yz" * 1_000},
            "aim must be at most 600 characters, not 2,000; a few sentences say enough.",
            "yz" * 20 + "…",
            id="aim too long",
        ),
    ],
)
def test_numbers_and_texts_have_limits(said, message, value):
    """The message names the part, the limits and what was given."""
    ((name, _),) = said.items()
    error = refusal(**said)

    assert (str(error), error.parameter, error.value, error.allowed) == (message, name, value, ())


def test_the_name_of_a_country_has_a_limit():
    """A country of more than sixty characters is refused, with its length."""
    error = refusal(my_country="x" * 61)

    assert str(error).startswith("my_country must be at most 60 characters, not 61")
    assert (error.parameter, error.value) == ("my_country", "x" * 40 + "…")


@pytest.mark.parametrize(
    ("said", "message", "allowed"),
    [
        pytest.param(
            {"my_sector": ["food", "wyne"]},
            "my_sector has no value 'wyne'. Did you mean wine-spirits? "
            "Allowed are wine-spirits, food, metal.",
            ("wine-spirits", "food", "metal"),
            id="my_sector",
        ),
        pytest.param(
            {"my_sector": ["qqq"]},
            "my_sector has no value 'qqq'. Allowed are food, wine-spirits, metal.",
            ("food", "wine-spirits", "metal"),
            id="nothing is near",
        ),
        pytest.param(
            {"my_sector": [""]},
            "my_sector has no value ''. Allowed are food, wine-spirits, metal.",
            ("food", "wine-spirits", "metal"),
            id="an empty value",
        ),
        pytest.param(
            {"goal": ["exportin"]},
            "goal has no value 'exportin'. Did you mean exporting? "
            "Allowed are exporting, marketing, staff-training.",
            ("exporting", "marketing", "staff-training"),
            id="goal",
        ),
        pytest.param(
            {"goal": ["raining"]},
            "goal has no value 'raining'. Did you mean staff-training or marketing? "
            "Allowed are staff-training, marketing, exporting.",
            ("staff-training", "marketing", "exporting"),
            id="words are near",
        ),
        pytest.param(
            {"goal": ["staff marketing"]},
            "goal has no value 'staff marketing'. Did you mean marketing or staff-training? "
            "Allowed are marketing, staff-training, exporting.",
            ("marketing", "staff-training", "exporting"),
            id="one is nearer",
        ),
        pytest.param(
            {"common": ["pears"]},
            "common has no value 'pears'. Did you mean horizontal? "
            "Allowed are horizontal, vertical, public-private.",
            ("horizontal", "vertical", "public-private"),
            id="common",
        ),
        pytest.param(
            {"my_form": "sotf"},
            "my_form has no value 'sotf'. Did you mean soft? Allowed are soft, hard.",
            ("soft", "hard"),
            id="my_form",
        ),
        pytest.param(
            {"funding": "bank"},
            "funding must be one of own, public, not 'bank'.",
            FUNDING,
            id="funding",
        ),
    ],
)
def test_values_must_be_in_the_vocabulary(said, message, allowed):
    """The message names the nearest values first, then all others in their order."""
    ((name, given_value),) = said.items()
    error = refusal(**said)

    wrong = given_value if isinstance(given_value, str) else given_value[-1]
    assert (str(error), error.parameter, error.value, error.allowed) == (
        message,
        name,
        wrong,
        allowed,
    )


@pytest.mark.parametrize(
    ("said", "message"),
    [
        pytest.param(
            {"goal": ["q" * 100]},
            f"goal has no value '{'q' * 60}'. Allowed are marketing, staff-training, exporting.",
            id="a term",
        ),
        pytest.param(
            {"funding": "q" * 100},
            f"funding must be one of own, public, not '{'q' * 60}'.",
            id="funding",
        ),
    ],
)
def test_a_long_value_is_cut_in_its_message(said, message):
    """Only the first sixty characters of an unknown value are repeated."""
    assert str(refusal(**said)) == message


# --- what is given ---------------------------------------------------------------------------


def test_what_is_given_comes_in_the_order_of_the_form():
    """Every part of a full profile is given, whatever the order it was said in."""
    backwards = dict(reversed(FULL.items()))

    assert list(given(made(**backwards)).items()) == list(FULL_MADE.items())


@draw(st.sets(st.sampled_from(FIELDS)))
def test_what_is_left_out_is_not_given(names):
    """Exactly the parts that were said are given, and a profile without any is empty."""
    profile = made(**{name: FULL[name] for name in names})

    assert given(profile) == {name: FULL_MADE[name] for name in FIELDS if name in names}
    assert profile.is_empty == (not names)
    assert profile.says_what == bool(names - {"size", "partners", "my_country"})


# --- contradictions --------------------------------------------------------------------------

REAL = load_taxonomy(Path(__file__).parents[3] / "cases" / "taxonomy.yaml")
PUBLIC_BODY = (
    "You want a public body as a partner, and no public money. "
    "Networks with a public partner were hardly ever without it."
)


@pytest.mark.parametrize(
    ("said", "expected"),
    [
        pytest.param({}, (), id="nothing"),
        pytest.param({"common": ["public-private"], "funding": "own"}, (PUBLIC_BODY,), id="money"),
        pytest.param({"common": ["public-private"], "funding": "public"}, (), id="public money"),
        pytest.param({"common": ["public-private"]}, (), id="money not told"),
        pytest.param({"common": ["horizontal"], "funding": "own"}, (), id="no public body"),
        pytest.param({"my_form": "hard", "partners": 50}, (), id="a large hard one"),
        pytest.param(
            {"my_form": "hard", "partners": 51},
            (
                "A hard network of 51 firms would be unlike any here: firms that undertake one "
                "definite project together are few.",
            ),
            id="a hard one too large",
        ),
        pytest.param(
            {"my_form": "hard", "partners": 1_000},
            (
                "A hard network of 1,000 firms would be unlike any here: firms that undertake one "
                "definite project together are few.",
            ),
            id="a hard one of a thousand",
        ),
        pytest.param({"my_form": "hard"}, (), id="a hard one of unknown size"),
        pytest.param({"my_form": "soft", "partners": 4}, (), id="a small soft one"),
        pytest.param(
            {"my_form": "soft", "partners": 3},
            ("A soft network is a membership of many firms; 3 would more likely form a hard one.",),
            id="a soft one too small",
        ),
        pytest.param({"my_form": "soft"}, (), id="a soft one of unknown size"),
        pytest.param({"my_form": "soft", "partners": 1_000}, (), id="a large soft one"),
        pytest.param({"partners": 51}, (), id="many, form not told"),
        pytest.param({"partners": 2}, (), id="few, form not told"),
        pytest.param(
            {"my_form": "soft", "partners": 2, "common": ["public-private"], "funding": "own"},
            (
                PUBLIC_BODY,
                "A soft network is a membership of many firms; 2 would more likely form a hard "
                "one.",
            ),
            id="two at once",
        ),
    ],
)
def test_what_cannot_well_be_at_once_is_said(said, expected):
    """Each contradiction is a sentence, and a profile without one has none."""
    assert contradictions(made(**said), REAL) == expected
