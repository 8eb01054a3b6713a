"""Role models over the toy corpus with hints, worked out by hand and against plain sorting.

What the encoder reads of each passage is in ``test_search``. The hints, by their themes:

    exporting                                export / wine
    joint-purchasing                         purchase
    staff-training                           train
    france/wine-exporters                    wine, export
    international/wine-and-metal-programme   wine, metal
    norway/metal-buyers                      metal / purchase
    spain/textile-training                   textile, train
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from math import sqrt
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kb.guidance.profile import Profile, make_profile, words_of_profile
from kb.guidance.profile_comparison import compare_fields, sentences
from kb.guidance.profile_score import (
    WEIGHTS,
    full_text,
    score_parts,
    weighted,
    weights_of,
    wishes_of,
)
from kb.guidance.role_models import ANSWER_THRESHOLD, MOST, RoleModels, counts_of, role_models
from kb.indexing.pipeline import build
from kb.model.cases import Case
from kb.search.answer import Reason
from kb.search.opening import open_live
from kb.search.query import Query, make_query
from kb.search.searcher import Searcher
from kb.settings import Settings
from tests.toy import copy_toy_corpus, settings_of_toy

HOSTILE = "denmark/hostile-title"
WINE = "france/wine-exporters"
GUIDE = "guides/purchase-guide"
PROGRAMME = "international/wine-and-metal-programme"
METAL = "norway/metal-buyers"
TEXTILE = "norway/textile-exporters"
TRAINING = "spain/textile-training"
#: The cases of the corpus in their order, less the guide, which is no role model.
ELIGIBLE = (HOSTILE, WINE, PROGRAMME, METAL, TEXTILE, TRAINING)

PHRASES = """\
exporting:
  - We want to export
  - Sell our wine
joint-purchasing:
  - Let us purchase
staff-training:
  - Who could train us
"""
SUITS = {
    WINE: ["Wine makers who want to export"],
    PROGRAMME: ["Firms in wine or metal"],
    METAL: ["Metal firms", "Firms that purchase"],
    TRAINING: ["Textile firms that train"],
}


def write_hints(cases: Path) -> Path:
    """Add the phrases and whom the cases suit to a copy of the toy corpus."""
    (cases / "phrases.yaml").write_text(PHRASES)
    for case_id, texts in SUITS.items():
        path = cases / f"{case_id}.md"
        lines = "".join(f"  - {text}\n" for text in texts)
        text = path.read_text()
        assert text.count("\nresults:") == 1
        path.write_text(text.replace("\nresults:", f"\nrole_model_for:\n{lines}results:"))
    return cases


def build_hinted(folder: Path, model: Path) -> Settings:
    """Settings of the toy compendium with hints, built."""
    cases = write_hints(copy_toy_corpus(folder / "cases"))
    own = settings_of_toy(cases, folder / "index", model)
    build(own)
    return own


@pytest.fixture(name="hinted", scope="module")
def _hinted(tmp_path_factory: pytest.TempPathFactory, tiny_encoder: Path) -> Searcher:
    return open_live(build_hinted(tmp_path_factory.mktemp("hinted"), tiny_encoder)).current()


def by_id(values: Sequence[float]) -> dict[str, float]:
    """The values of the cases by id, six decimals of each."""
    pairs = zip(ELIGIBLE, values, strict=True)
    return {name: round(float(value), 6) for name, value in pairs}


def parts_of(searcher: Searcher, profile: Profile) -> Mapping[str, np.ndarray]:
    """The parts of all cases but the guide, in the order of their ids."""
    return score_parts(searcher, profile, searcher.reporting).parts


def close(expected: Mapping[str, float]) -> dict[str, float]:
    """By id what is given, and 0 for all other cases."""
    return pytest.approx({name: expected.get(name, 0.0) for name in ELIGIBLE}, abs=2e-6)


def by_hand(
    parts: Mapping[str, Mapping[str, float]], weights: Mapping[str, float] = WEIGHTS
) -> list[tuple[str, float]]:
    """Ids and scores from parts by id: the weighted mean of each, best first, equal ones by id."""
    total = sum(weights[name] for name in parts)
    scores = {
        case_id: sum(weights[name] * of.get(case_id, 0.0) for name, of in parts.items()) / total
        for case_id in ELIGIBLE
    }
    return sorted(scores.items(), key=lambda pair: (-round(pair[1], 5), pair[0]))


def ranked(answer: RoleModels) -> list[tuple[str, float]]:
    """Ids and scores of an answer."""
    return [(model.case.id, model.score) for model in answer.models]


#: Words alone: one sentence, of wine and export.
WORDS = Profile(aim="We want to export wine.")
WORDS_PARTS = {
    # With (wine 1, export 1): wine #1 is (2, 2), programme #0 (wine 2, metal 2),
    # metal #2 (2, 2, export 1), textile #1 (textile 2, export 2).
    "full_text": {WINE: 1, PROGRAMME: 1 / 2, METAL: 1 / sqrt(18), TEXTILE: 1 / 2},
    # exporting is at 1 / sqrt(2), the two others at 0.
    "intent": {WINE: 1, TEXTILE: 1},
}

#: Ticks alone: no theme is in the labels, so that all words are zeros.
TICKS = Profile(
    goal=("exporting", "staff-training"),
    my_sector=("textiles-clothing",),
    common=("horizontal",),
    my_form="soft",
    funding="public",
)
TICKS_PARTS = {
    "full_text": {},
    "goal": {WINE: 1 / 2, TEXTILE: 1 / 2, TRAINING: 1 / 2},
    # Metalwork stands in the same group as textiles.
    "trade": {METAL: 1 / 2, TEXTILE: 1, TRAINING: 1},
    "common": {WINE: 1, PROGRAMME: 1, METAL: 1, TEXTILE: 1},
    "form": {TEXTILE: 1},
    "funding": {**dict.fromkeys(ELIGIBLE, 1 / 2), PROGRAMME: 1},
}

#: Words and ticks: two sentences, of (textile, train) and (wine, export).
BOTH = Profile(
    business="We make wine.",
    aim="We train textile people. We export wine.",
    goal=("staff-training",),
    funding="own",
)
BOTH_PARTS = {
    # With (wine 2, textile 1, train 1, export 1), of length sqrt(7): the best passages are
    # wine #0 (wine 4, export 2), programme #0 (wine 2, metal 2), metal #2 (export 1 of
    # length 3), textile #1 (textile 2, export 2), training #0 (textile 2, train 2).
    "full_text": {
        WINE: 10 / sqrt(20 * 7),
        PROGRAMME: 4 / sqrt(8 * 7),
        METAL: 1 / sqrt(9 * 7),
        TEXTILE: 4 / sqrt(8 * 7),
        TRAINING: 4 / sqrt(8 * 7),
    },
    # exporting at 1 (the business is of wine), staff-training at 1 / sqrt(2), mean 0.569036.
    "intent": {
        WINE: 1,
        TEXTILE: 1,
        TRAINING: (1 / sqrt(2) - (1 + 1 / sqrt(2)) / 3) / (1 - (1 + 1 / sqrt(2)) / 3),
    },
    "goal": {TRAINING: 1},
    "funding": {**dict.fromkeys(ELIGIBLE, 1 / 2), PROGRAMME: 0},
}
BY_HAND = pytest.mark.parametrize(
    ("profile", "parts"),
    [(WORDS, WORDS_PARTS), (TICKS, TICKS_PARTS), (BOTH, BOTH_PARTS)],
    ids=["words alone", "ticks alone", "words and ticks"],
)


# --- parts and their weights -----------------------------------------------------------------


@BY_HAND
def test_parts_are_as_worked_out_by_hand(hinted, profile, parts):
    """Each part that the profile gives has the value of every case, in the order to show."""
    found = parts_of(hinted, profile)

    assert list(found) == list(parts)
    for name, values in found.items():
        assert by_id(values) == close(parts[name])


@pytest.mark.parametrize(
    ("said", "names"),
    [
        pytest.param({"size": 5}, ["size"], id="size"),
        pytest.param({"partners": 3}, ["partners"], id="partners"),
        pytest.param({"my_country": "NO"}, ["country"], id="country"),
        pytest.param({"business": "x"}, ["full_text", "intent"], id="business"),
        pytest.param({"aim": "x"}, ["full_text", "intent"], id="aim"),
        pytest.param({"goal": ("design",)}, ["full_text", "goal"], id="goal"),
        pytest.param({"my_sector": ("food",)}, ["full_text", "trade"], id="sector"),
        pytest.param({"common": ("vertical",)}, ["full_text", "common"], id="common"),
        pytest.param({"my_form": "hard"}, ["form"], id="form"),
        pytest.param({"funding": "own"}, ["funding"], id="funding"),
    ],
)
def test_a_part_counts_only_if_the_profile_gives_what_it_compares(hinted, said, names):
    """What is not said is left out of account."""
    assert list(parts_of(hinted, Profile(**said))) == names


def test_without_hints_words_are_compared_with_the_cases_alone(searcher):
    """A snapshot without hints has no part for whom cases suit and what owners want."""
    answer = role_models(searcher, WORDS, Query())

    parts = {name: WORDS_PARTS[name] for name in ("full_text",)}
    assert list(parts_of(searcher, WORDS)) == ["full_text"]
    assert [case_id for case_id, _ in ranked(answer)] == [case_id for case_id, _ in by_hand(parts)]
    lines = {model.audience_line for model in answer.models}
    assert (answer.suggested_goals, lines) == ((), {""})


@pytest.mark.parametrize(
    ("funding", "formation", "value"),
    [
        pytest.param("public", (), 0.5, id="not told"),
        pytest.param("public", ("soft-network",), 0.5, id="a soft network tells nothing"),
        pytest.param("public", ("supply-push",), 1.0, id="public money"),
        pytest.param("public", ("self-financed",), 0.0, id="no public money"),
        pytest.param("own", ("self-financed",), 1.0, id="own money"),
        pytest.param("own", ("demand-pull",), 0.0, id="no own money"),
        pytest.param("own", ("demand-pull", "self-financed"), 1.0, id="both kinds"),
    ],
)
def test_who_pays_is_for_against_or_neither(toy_settings, funding, formation, value):
    """Where the source does not tell, a case is in the middle."""
    path = toy_settings.cases / f"{METAL}.md"
    told = f"\nformation: [{', '.join(formation)}]\nresults:"
    path.write_text(path.read_text().replace("\nresults:", told))
    build(toy_settings)
    own = open_live(toy_settings).current()

    found = by_id(parts_of(own, Profile(funding=funding))["funding"])

    assert own.case(METAL).facets["formation"] == formation
    assert found[METAL] == value


def test_weighted_is_the_mean_of_the_parts_by_their_weights():
    """(3 * 1 + 1 * 0) / 4 and (3 * 0.5 + 1 * 1) / 4: a part that is absent does not count."""
    parts = {"goal": np.array([1.0, 0.5]), "form": np.array([0.0, 1.0])}

    assert weighted(parts, {"goal": 3, "full_text": 9, "form": 1}).tolist() == [0.75, 0.625]


def test_weights_are_those_of_the_module_unless_told_otherwise():
    """Without weights of its own a mean is by ``WEIGHTS``."""
    parts = {name: np.array([float(at)]) for at, name in enumerate(WEIGHTS)}

    expected = sum(WEIGHTS[name] * at for at, name in enumerate(WEIGHTS)) / sum(WEIGHTS.values())
    assert weighted(parts).tolist() == pytest.approx([expected])


def test_a_case_with_both_of_two_goals_stands_before_the_others(hinted):
    """The only case that has both goals has all of that part; the text of all is as near."""
    profile = Profile(goal=("exporting", "joint-purchasing", "cost-reduction"))
    scored = score_parts(hinted, profile, hinted.reporting)

    assert by_id(scored.parts["goal"]) == close({METAL: 2 / 3, WINE: 1 / 3, TEXTILE: 1 / 3})
    assert by_id(weighted(scored.parts))[METAL] == max(by_id(weighted(scored.parts)).values())


def test_the_only_case_with_both_goals_is_first(real_live):
    """Nothing but two ticks: a case that has one, and its label in its text, stands behind."""
    both = Profile(goal=("joint-purchasing", "exporting"))

    answer = role_models(real_live.current(), both, Query())

    assert answer.models[0].case.id == "australia/circuit-board-testing"
    having = [
        model.case.id for model in answer.models if {*both.goal} <= {*model.case.facets["project"]}
    ]
    assert having == ["australia/circuit-board-testing"]


@pytest.mark.parametrize(
    "aim",
    [
        "best CRM software for small business",
        "How do I improve my golf swing?",
        "how to repair a milling machine",
    ],
)
def test_an_aim_that_nothing_answers_has_no_role_model(real_live, aim):
    """What a search would refuse is refused here too; before, it needed two fifths as much."""
    searcher = real_live.current()
    answer = role_models(searcher, Profile(aim=aim), Query())

    assert (answer.models, answer.no_good_match) == ((), True)
    assert searcher.search(Query(text=aim)).total == 0


def test_what_is_ticked_leads_where_nothing_is_said():
    """Without a word of its own a profile's text weighs a quarter: its words are labels alone."""
    ticked, said = weights_of(Profile(goal=("exporting",))), weights_of(Profile(aim="export wine"))

    assert said is WEIGHTS
    assert ticked == {**WEIGHTS, "full_text": 6.5}


@pytest.mark.parametrize(
    ("profile", "part", "expected"),
    [
        # Metal buyers are three, the programme has no number; what is not told is in the middle.
        pytest.param(Profile(partners=3), "partners", {METAL: 1.0, HOSTILE: 0.5}, id="number"),
        pytest.param(Profile(partners=40), "partners", {METAL: 0.0, HOSTILE: 0.5}, id="far fewer"),
        pytest.param(Profile(my_country="NO"), "country", {METAL: 1.0, WINE: 0.0}, id="country"),
    ],
)
def test_number_and_country_decide_between_equals(hinted, profile, part, expected):
    """Each counts a little, by what the sentences tell: alike 1, not alike 0."""
    profile = replace(profile, aim="We want to export wine.")

    found = by_id(parts_of(hinted, profile)[part])

    assert {name: found[name] for name in expected} == expected
    assert WEIGHTS[part] * 5 == WEIGHTS["goal"]


# --- texts -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("profile", "words", "story"),
    [
        pytest.param(Profile(size=5, my_form="soft", funding="own"), "", "", id="nothing in words"),
        pytest.param(Profile(aim="Sell."), "Sell.", "Sell.", id="the aim"),
        pytest.param(
            Profile(aim="Sell.", business="We bake."),
            "We bake. Sell.",
            "We bake. Sell.",
            id="the business first",
        ),
        pytest.param(
            Profile(aim="Sell.", goal=("exporting", "design"), my_sector=("food",)),
            "Sell.",
            "Sell. Exporting Design Food products",
            id="labels after the words",
        ),
        pytest.param(
            Profile(common=("horizontal",), my_sector=("food", "tourism")),
            "",
            "Food products Tourism and hospitality Horizontal network",
            id="labels alone",
        ),
    ],
)
def test_a_profile_as_one_text(searcher, profile, words, story):
    """Its own words, and with the labels of what it ticks what a search would be asked."""
    assert words_of_profile(profile) == words
    assert full_text(profile, searcher.taxonomy) == story


@pytest.mark.parametrize(
    ("profile", "expected"),
    [
        pytest.param(Profile(size=5, common=("horizontal",)), [], id="no wish"),
        pytest.param(Profile(business="We bake."), ["We bake."], id="the business without an aim"),
        pytest.param(
            Profile(business="We bake.", aim="Sell."), ["Sell."], id="the aim before the business"
        ),
        pytest.param(
            Profile(aim="Yes! We sell abroad; we buy flour? No. And so on"),
            ["We sell abroad;", "we buy flour?", "And so on"],
            id="sentences of nine characters at least",
        ),
        pytest.param(Profile(aim="Yes. No."), ["Yes. No."], id="short sentences alone"),
        pytest.param(
            Profile(aim=" ".join(f"Sentence {at}." for at in range(10))),
            [f"Sentence {at}." for at in range(8)],
            id="eight at most",
        ),
        pytest.param(
            Profile(goal=("exporting", "design")), ["exporting and design"], id="goals alone"
        ),
        pytest.param(
            Profile(my_sector=("food", "tourism")),
            ["food products and tourism and hospitality"],
            id="sectors alone",
        ),
        pytest.param(
            Profile(aim="We sell it.", goal=("exporting",), my_sector=("food",)),
            ["We sell it.", "food products: exporting"],
            id="what is ticked comes last",
        ),
    ],
)
def test_what_a_profile_wishes_piece_by_piece(searcher, profile, expected):
    """Each sentence of its own, and what is ticked as one more."""
    assert wishes_of(profile, searcher.taxonomy) == expected


# --- answers ---------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("profile", "parts"),
    [(WORDS, WORDS_PARTS), (BOTH, BOTH_PARTS)],
    ids=["words alone", "words and ticks"],
)
def test_the_order_is_that_of_the_scores_worked_out_by_hand(hinted, profile, parts):
    """Every case but the guide, best first, equal ones by id, with its score and rank."""
    answer = role_models(hinted, profile, Query())

    expected = by_hand(parts)
    assert [case_id for case_id, _ in ranked(answer)] == [case_id for case_id, _ in expected]
    assert [score for _, score in ranked(answer)] == pytest.approx(
        [score for _, score in expected], abs=2e-6
    )
    assert [model.rank for model in answer.models] == [1, 2, 3, 4, 5, 6]
    assert (answer.total, answer.no_good_match) == (6, False)
    assert (answer.profile, answer.query) == (profile, Query())
    assert answer.snapshot_id == hinted.snapshot_id


def test_each_part_is_told_with_its_share(hinted):
    """A case carries its parts in order, and their shares are those of the weights given."""
    (first, *_) = role_models(hinted, WORDS, Query()).models

    total = sum(WEIGHTS[name] for name in WORDS_PARTS)
    assert [(one.part, one.value, one.share) for one in first.parts] == [
        (name, pytest.approx(WORDS_PARTS[name][WINE]), pytest.approx(WEIGHTS[name] / total))
        for name in WORDS_PARTS
    ]


def test_a_role_model_tells_why(hinted):
    """With the passage nearest to the words, the nearest hint, and what was done together."""
    models = {model.case.id: model for model in role_models(hinted, WORDS, Query()).models}

    assert {
        case_id: (model.reason, model.audience_line, model.done)
        for case_id, model in models.items()
        if case_id in (WINE, METAL, TEXTILE)
    } == {
        WINE: (
            Reason(kind="meaning", passage="Wine was hard to export.", heading="Situation"),
            "Wine makers who want to export",
            (),
        ),
        METAL: (
            Reason(
                kind="meaning",
                passage="They purchase metal machines together, and export nothing.",
                heading="What they did together",
            ),
            "Metal firms",
            ("They purchase metal machines together, and export nothing.",),
        ),
        TEXTILE: (
            Reason(
                kind="meaning", passage="They export textile.", heading="What they did together"
            ),
            "",
            ("They export textile.",),
        ),
    }


def test_of_several_hints_the_nearest_is_told(hinted):
    """The second hint of a case comes nearer to a wish for purchasing than the first."""
    (first, *_) = role_models(hinted, Profile(aim="We purchase much"), Query()).models

    assert (first.case.id, first.audience_line) == (METAL, "Firms that purchase")


def test_without_words_there_is_no_passage(hinted):
    """What is only ticked is near to no passage, and is compared as it is ticked."""
    profile = Profile(goal=("exporting",), my_sector=("wine-spirits",), funding="own", size=5)
    query = make_query(hinted.taxonomy, filters={"country": ["FR"], "kind": ["network"]})

    answer = role_models(hinted, profile, query)

    (model,) = answer.models
    assert (model.case.id, model.reason) == (WINE, None)
    assert answer.completed == profile
    assert sentences(model.comparison) == (
        "Like you: exporting; in wine and spirits.",
        "Not reported: how large the firms are; who paid for it.",
    )


# --- what is heard ---------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("profile", "heard"),
    [
        pytest.param(Profile(), (), id="nothing said"),
        pytest.param(Profile(goal=("exporting",)), (), id="no words"),
        pytest.param(Profile(aim="We build a hospital"), (), id="nothing is near"),
        pytest.param(Profile(aim="We want to export"), ("exporting",), id="one"),
        pytest.param(Profile(business="We sell wine."), ("exporting",), id="in the business"),
        pytest.param(
            Profile(aim="We want to export", goal=("exporting",)), (), id="what is ticked is known"
        ),
        pytest.param(
            Profile(aim="We train people; we export."),
            ("staff-training", "exporting"),
            id="what a clause wants before what the whole comes near to",
        ),
        pytest.param(
            # train 4 / sqrt(17), purchase 1 / sqrt(17): the mean is 5 / sqrt(153).
            Profile(aim="train train train train purchase"),
            ("staff-training",),
            id="not what is far behind",
        ),
        pytest.param(
            # exporting at 3 / sqrt(29), the others at 4 / 29 ** 0.5 and 2 / 29 ** 0.5.
            Profile(aim="train train train train export export export purchase purchase"),
            ("staff-training",),
            id="not the mean",
        ),
    ],
)
def test_project_types_are_heard_in_the_words(hinted, profile, heard):
    """The types that the words come nearest to, nearest first, less those that are ticked."""
    assert role_models(hinted, profile, Query()).suggested_goals == heard


@pytest.mark.parametrize(
    ("profile", "more"),
    [
        pytest.param(Profile(size=5, my_form="soft"), {}, id="no words"),
        pytest.param(Profile(aim="We build a hospital"), {}, id="words that name nothing"),
        pytest.param(
            Profile(business="Textile makers", aim="Sell our wine"),
            {"my_sector": ("textiles-clothing",), "goal": ("exporting",)},
            id="the sector of the business",
        ),
        pytest.param(
            Profile(aim="Sell our wine"),
            {"my_sector": ("wine-spirits",), "goal": ("exporting",)},
            id="the sector of the aim where there is no business",
        ),
        pytest.param(
            Profile(aim="Sell our wine", my_sector=("food",), goal=("design",)),
            {},
            id="not what is ticked",
        ),
        pytest.param(
            Profile(aim="We train people; we export."),
            {"goal": ("staff-training", "exporting")},
            id="both goals that are named",
        ),
        pytest.param(Profile(aim="A market in Norway or France"), {}, id="no country"),
        pytest.param(
            Profile(business="We are five small firms."),
            {"partners": 5},
            id="we are five",
        ),
        pytest.param(Profile(business="WE'RE Twelve FIRMS"), {"partners": 12}, id="in capitals"),
        pytest.param(Profile(business="we’re 25 growers"), {"partners": 25}, id="in figures"),
        pytest.param(Profile(aim="The six of us agree"), {"partners": 6}, id="the six of us"),
        pytest.param(Profile(aim="We are five.", partners=4), {}, id="partners as they are given"),
        pytest.param(Profile(aim="We are one. We are thirteen"), {}, id="no such number"),
        pytest.param(Profile(aim="We are 1 of us"), {}, id="one is no group"),
        pytest.param(Profile(aim="Five firms"), {}, id="a number of something else"),
    ],
)
def test_what_the_words_name_completes_the_profile(hinted, profile, more):
    """Open fields are filled from the words, and every field that is given stays."""
    assert role_models(hinted, profile, Query()).completed == replace(profile, **more)


def test_cases_are_compared_with_the_completed_profile(hinted):
    """A sector, a goal and a number in the words are compared as if they were ticked."""
    (first, *_) = role_models(hinted, Profile(aim="Four of us purchase metal"), Query()).models

    assert (first.case.id, sentences(first.comparison)) == (
        METAL,
        ("Like you: three members; joint purchasing; in metalwork and machinery.",),
    )


# --- refusals --------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "profile",
    [
        Profile(),
        Profile(size=5, partners=3, my_country="NO"),
        Profile(aim="We build a hospital"),
    ],
    ids=["nothing", "only what is told", "nothing like it"],
)
def test_nothing_is_answered_where_nothing_fits(hinted, profile):
    """There are no models then, and the cases that were compared are still counted."""
    answer = role_models(hinted, profile, Query())

    assert (answer.models, answer.no_good_match, answer.total) == ((), True, 6)
    assert answer.facets == counts_of(hinted, Query())


def test_a_profile_is_answered_from_the_limit_on(hinted):
    """Only ticks: the best case is at or above the limit, or there is no answer."""
    answer = role_models(hinted, TICKS, Query())

    expected = by_hand(TICKS_PARTS, weights_of(TICKS))
    fits = expected[0][1] >= ANSWER_THRESHOLD
    assert answer.no_good_match == (not fits)
    assert [case_id for case_id, _ in ranked(answer)] == [name for name, _ in expected if fits]


def test_the_best_case_that_the_filters_allow_must_fit(hinted):
    """Elsewhere than in France and Norway nothing has to do with wine."""
    query = make_query(hinted.taxonomy, filters={"country": ["DK", "ES"]})

    answer = role_models(hinted, WORDS, query)

    assert (answer.models, answer.no_good_match, answer.total) == ((), True, 2)


# --- filters and counts ----------------------------------------------------------------------


def test_filters_leave_cases_out_and_change_no_score(hinted):
    """Of the cases in Norway the order and the scores are those of the whole answer."""
    everything = ranked(role_models(hinted, WORDS, Query()))
    query = make_query(hinted.taxonomy, filters={"country": ["Norway"]})

    answer = role_models(hinted, WORDS, query)

    assert ranked(answer) == [pair for pair in everything if pair[0] in (METAL, TEXTILE, PROGRAMME)]
    assert (answer.total, [model.rank for model in answer.models]) == (3, [1, 2, 3])


def test_a_least_figure_is_a_filter(hinted):
    """One case reports that costs fell by 40 percent at least."""
    query = make_query(
        hinted.taxonomy,
        filters={"results": ["cost"]},
        results_min=30,
        results_unit="percent",
        results_direction="down",
    )

    answer = role_models(hinted, WORDS, query)

    assert ([case_id for case_id, _ in ranked(answer)], answer.total) == ([WINE], 1)


def test_the_words_and_the_page_of_a_query_do_not_count(hinted):
    """Only its filters do."""
    asked = Query(text="hospital", page=7, per_page=1, sort="newest")

    assert ranked(role_models(hinted, WORDS, asked)) == ranked(role_models(hinted, WORDS, Query()))


def allows(case: Case, query: Query) -> bool:
    """Whether a case satisfies the filters, spelled out."""
    return all(
        any(value in case.facets[facet] for value in values)
        for facet, values in query.filters.items()
    )


@pytest.mark.parametrize(
    "filters", [{}, {"country": ["NO"]}, {"kind": ["guide"]}], ids=["all", "Norway", "guides"]
)
def test_guides_are_in_no_count(hinted, filters):
    """Facets are counted over the cases that the filters allow, one by one, guides left out."""
    query = make_query(hinted.taxonomy, filters=filters)
    allowed = [case for case in hinted.cases if case.kind != "guide" and allows(case, query)]

    answer = role_models(hinted, WORDS, query)

    assert answer.total == len(allowed)
    assert list(answer.facets) == list(hinted.taxonomy.facets)
    for facet, counts in answer.facets.items():
        assert {count.value: count.count for count in counts} == {
            count.value: sum(count.value in case.facets[facet] for case in allowed)
            for count in counts
        }
    assert [c.value for c in answer.facets["kind"]] == ["network", "programme", "study", "guide"]


# --- ten at most -----------------------------------------------------------------------------


@pytest.fixture(name="many", scope="module")
def _many(tmp_path_factory: pytest.TempPathFactory, tiny_encoder: Path) -> Searcher:
    """The toy compendium with hints and twelve more cases that differ in their title alone."""
    folder = tmp_path_factory.mktemp("many")
    cases = write_hints(copy_toy_corpus(folder / "cases"))
    text = (cases / f"{TEXTILE}.md").read_text()
    for at in range(12):
        same = text.replace("title: Textile firms export", f"title: Textile firms export {at}")
        (cases / "norway" / f"same-{at:02}.md").write_text(same)
    own = settings_of_toy(cases, folder / "index", tiny_encoder)
    build(own)
    return open_live(own).current()


def test_ten_are_told_at_most_and_equal_ones_by_id(many):
    """Of thirteen equal cases the ten first by id are told, and all cases are counted."""
    answer = role_models(many, Profile(aim="We export textile"), Query())

    assert [model.case.id for model in answer.models] == [
        f"norway/same-{at:02}" for at in range(10)
    ]
    assert len({model.score for model in answer.models}) == 1
    assert (MOST, answer.total) == (10, 18)


# --- any profile -----------------------------------------------------------------------------

WORD = st.sampled_from(["wine", "metal", "textile", "export", "purchase", "train", "firms. We"])
TEXT = st.lists(WORD, max_size=6).map(" ".join)


@st.composite
def a_profile(draw: st.DrawFn) -> Profile:
    """Any profile of the toy corpus' themes and vocabulary."""
    some = {
        "my_sector": ("wine-spirits", "textiles-clothing", "food", "tourism"),
        "goal": ("exporting", "staff-training", "marketing", "design"),
        "common": ("horizontal", "vertical", "public-private"),
    }
    return Profile(
        business=draw(TEXT),
        aim=draw(TEXT),
        size=draw(st.sampled_from([None, 5])),
        partners=draw(st.sampled_from([None, 4])),
        my_country=draw(st.sampled_from(["", "NO", "Japan"])),
        my_form=draw(st.sampled_from(["", "soft", "hard"])),
        funding=draw(st.sampled_from(["", "own", "public"])),
        **{
            name: tuple(draw(st.lists(st.sampled_from(values), unique=True, max_size=2)))
            for name, values in some.items()
        },
    )


FILTERS = {
    "country": ("NO", "FR", "DK", "ES"),
    "kind": ("network", "programme", "guide"),
    "project": ("exporting", "staff-training"),
    "form": ("soft", "hard"),
}


@st.composite
def a_query(draw: st.DrawFn) -> Query:
    """A query with up to two filters."""
    names = draw(st.lists(st.sampled_from(sorted(FILTERS)), unique=True, max_size=2))
    return Query(
        filters={
            name: tuple(draw(st.lists(st.sampled_from(FILTERS[name]), unique=True, min_size=1)))
            for name in names
        }
    )


@settings(max_examples=60, deadline=None)
@given(a_profile(), a_query())
def test_any_answer_is_that_of_scoring_and_sorting_every_case(many, profile, query):
    """Every case scored one by one, sorted by score and then id, filtered, and cut at ten."""
    parts = parts_of(many, profile)
    weights = weights_of(profile)
    total = sum(weights[name] for name in parts) or 1.0
    compared = [case for case in many.cases if case.kind != "guide"]
    scores = {
        case.id: round(sum(weights[name] * parts[name][at] for name in parts) / total, 6)
        for at, case in enumerate(compared)
    }
    allowed = [case for case in compared if allows(case, query)]
    order = sorted((case.id for case in allowed), key=lambda name: (-scores[name], name))
    fits = profile.says_what and any(scores[case.id] >= ANSWER_THRESHOLD for case in allowed)

    answer = role_models(many, profile, query)

    expected = order[:10] if fits else []
    assert [model.case.id for model in answer.models] == expected
    assert [model.score for model in answer.models] == pytest.approx(
        [scores[name] for name in expected], abs=1e-6
    )
    assert (answer.total, answer.no_good_match) == (len(allowed), not fits)


@settings(max_examples=60, deadline=None)
@given(a_profile(), a_query())
def test_any_score_is_the_sum_of_its_parts(many, profile, query):
    """Values and scores lie in [0, 1], shares make 1, and value times share makes the score."""
    answer = role_models(many, profile, query)

    for model in answer.models:
        values, shares = zip(*((part.value, part.share) for part in model.parts), strict=True)
        assert sum(shares) == pytest.approx(1)
        assert sum(v * s for v, s in zip(values, shares, strict=True)) == pytest.approx(
            model.score, abs=1e-6
        )
        assert [value for value in (*values, model.score) if not 0 <= value <= 1] == []
        by_heard = compare_fields(answer.completed, model.case, many.taxonomy)
        alike = [one for one in model.comparison if one.relation == "like"]
        assert alike == [one for one in by_heard if one.relation == "like"]
        heard = ("goal", "my_sector")  # of what is only heard a case is not told to be unlike
        assert [one for one in model.comparison if one.field not in heard] == [
            one for one in by_heard if one.field not in heard
        ]
        assert (model.reason is None) == (not profile.business and not profile.aim)
    assert len(answer.suggested_goals) <= 3
    assert [name for name in answer.suggested_goals if name in profile.goal] == []


def test_a_profile_as_typed_is_answered_as_a_canonical_one(hinted):
    """Labels and aliases mean the same as ids."""
    typed = make_profile(
        hinted.taxonomy,
        aim=" We train textile  people. We export wine. ",
        business="We make wine.",
        goal=["Training"],
        funding="OWN",
    )

    assert role_models(hinted, typed, Query()) == role_models(hinted, BOTH, Query())
