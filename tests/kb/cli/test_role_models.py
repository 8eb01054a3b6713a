"""The command that finds role models: streams, JSON and the exit status.

The corpus and its hints are those of ``test_role_models``.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from dataclasses import asdict
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from kb.cli.main import main
from kb.guidance.profile import Profile
from kb.guidance.profile_comparison import sentences
from kb.guidance.role_models import RoleModels, role_models
from kb.search.opening import open_live
from kb.search.query import Query, make_query
from kb.search.searcher import Searcher
from kb.settings import Settings
from tests.kb.guidance.test_role_models import (
    ELIGIBLE,
    HOSTILE,
    METAL,
    PROGRAMME,
    TEXTILE,
    TRAINING,
    WINE,
    build_hinted,
)

ROOT = Path(__file__).parents[3]


@pytest.fixture(name="built", scope="module")
def _built(tmp_path_factory: pytest.TempPathFactory, tiny_encoder: Path) -> Settings:
    return build_hinted(tmp_path_factory.mktemp("command"), tiny_encoder)


@pytest.fixture(name="searcher", scope="module")
def _searcher(built: Settings) -> Searcher:
    return open_live(built).current()


@pytest.fixture(autouse=True)
def _settings_of_the_toy(monkeypatch: pytest.MonkeyPatch, tiny_encoder: Path) -> None:
    """Settings of the machine that runs the tests do not count: the encoder is the toy's."""
    for name in [name for name in os.environ if name.startswith("KB_")]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("KB_MODEL", str(tiny_encoder))
    monkeypatch.setenv("KB_MULTILINGUAL", "off")


@pytest.fixture(name="kb")
def _kb(built: Settings):
    def run(*arguments: str) -> Result:
        return CliRunner().invoke(main, ["role-models", "--index", str(built.index), *arguments])

    return run


def printed(answer: RoleModels, without: str = "") -> list[str]:
    """The models of an answer as the command prints them: two lines, sentences and results.

    ``without`` is a field that was said once before them.
    """
    lines = []
    for model in answer.models:
        lines += [
            f"{model.rank:>3}  {model.score:.3f}  {model.case.id}",
            f"     {model.case.title}",
        ]
        compared = [one for one in model.comparison if one.field != without]
        lines += [f"     {sentence}" for sentence in sentences(compared)]
        lines += [f"     - {one.statement} ({one.locator})" for one in model.case.results]
    return lines


# --- for people ------------------------------------------------------------------------------


def test_models_are_printed_with_why_and_what_they_reported(kb, searcher):
    """Rank, score and title, how it compares and each result; what is heard on the other stream."""
    result = kb("purchase", "metal", "--partners", "9", "--country", "Norway", "--form", "hard")

    profile = Profile(aim="purchase metal", partners=9)
    query = make_query(searcher.taxonomy, filters={"country": ["NO"], "form": ["hard"]})
    (model,) = role_models(searcher, profile, query).models
    assert result.exit_code == 0
    assert result.stdout.splitlines() == [
        f"  1  {model.score:.3f}  {METAL}",
        "     Metal firms purchase machines",
        "     Like you: joint purchasing; in metalwork and machinery.",
        "     Unlike you: three members.",
        "     - Machines cost 20% less. (p. 1)",
        "     - Sales rose by 10%. (p. 2)",
    ]
    assert result.stderr.splitlines() == [
        "In your words we hear: Joint purchasing",
        "1 of 1 case compared",
    ]


def test_every_case_is_printed_best_first(kb, searcher):
    """The whole answer, in its order, and how many were compared."""
    result = kb("We export wine and train.", "--size", "5")

    answer = role_models(searcher, Profile(aim="We export wine and train.", size=5), Query())
    assert len(answer.models) == 6
    assert (result.exit_code, result.stdout.splitlines()) == (0, printed(answer))
    assert result.stderr.splitlines()[-1] == "6 of 6 cases compared"


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        pytest.param(["wine", "and", "metal"], {"aim": "wine and metal"}, id="words of the aim"),
        pytest.param(
            ["--business", "We export wine"], {"business": "We export wine"}, id="business"
        ),
        pytest.param(
            ["--my-sector", "wine", "--my-sector", "Food products", "--goal", "exports", "wine"],
            {"my_sector": ("wine-spirits", "food"), "goal": ("exporting",), "aim": "wine"},
            id="values that repeat",
        ),
        pytest.param(
            ["--my-form", "Soft network", "--funding", "PUBLIC", "--common", "peers", "wine"],
            {"my_form": "soft", "funding": "public", "common": ("horizontal",), "aim": "wine"},
            id="form, funding and type",
        ),
        pytest.param(
            ["--my-country", "norwegian", "--size", "7", "--partners", "4", "wine"],
            {"my_country": "NO", "size": 7, "partners": 4, "aim": "wine"},
            id="country and numbers",
        ),
    ],
)
def test_every_option_reaches_the_profile(kb, searcher, arguments, said):
    """The answer is that of the profile with these parts, made canonical."""
    result = kb(*arguments)

    answer = role_models(searcher, Profile(**said), Query())
    assert answer.models != ()
    assert (result.exit_code, result.stdout.splitlines()) == (0, printed(answer))


def test_a_country_without_cases_is_told_once(kb, searcher):
    """On the other stream, and in no sentence on a case."""
    result = kb("--my-country", "Japan", "wine")

    answer = role_models(searcher, Profile(my_country="Japan", aim="wine"), Query())
    assert len(answer.models) > 1
    assert result.stdout.splitlines() == printed(answer, without="my_country")
    assert result.stderr.splitlines()[0] == "No case is from Japan yet."


def test_contradictions_are_told_first(kb):
    """They stand on standard error, and the profile is answered all the same."""
    result = kb("We export wine", "--common", "public-private", "--funding", "own")

    assert result.exit_code == 0
    assert result.stdout != ""
    assert result.stderr.splitlines() == [
        "You want a public body as a partner, and no public money. "
        "Networks with a public partner were hardly ever without it.",
        "Who pays is compared and leaves nothing out: public support helped one of these cases "
        "along.",
        "In your words we hear: Exporting",
        "6 of 6 cases compared",
    ]


@pytest.mark.parametrize(
    ("arguments", "counted"),
    [
        pytest.param(["We build a hospital"], "0 of 6 cases compared", id="nothing like it"),
        pytest.param(["--size", "5"], "0 of 6 cases compared", id="only what is told"),
        pytest.param(
            ["export wine", "--country", "ES"], "0 of 1 case compared", id="nothing there"
        ),
    ],
)
def test_an_answer_with_nothing_is_said(kb, arguments, counted):
    """Nothing is printed, and the other stream says what to do; that is no error."""
    result = kb(*arguments)

    assert (result.exit_code, result.stdout) == (0, "")
    assert result.stderr.splitlines()[-2:] == [
        "No case suits this profile well enough. Say more, or ask 'kb search'.",
        counted,
    ]


@pytest.mark.parametrize(
    ("filters", "expected"),
    [
        pytest.param([], set(ELIGIBLE), id="none"),
        pytest.param(["--country", "Norway"], {METAL, PROGRAMME, TEXTILE}, id="country"),
        pytest.param(
            ["--country", "NO", "--country", "FR", "--kind", "network"],
            {METAL, TEXTILE, WINE},
            id="two values and another",
        ),
        pytest.param(["--project", "exports"], {TEXTILE, WINE}, id="project"),
        pytest.param(
            ["--status", "success", "--type", "horizontal"],
            {METAL, PROGRAMME, WINE},
            id="status and type",
        ),
        pytest.param(
            [
                *("--results", "cost", "--results-min", "30", "--results-unit", "percent"),
                *("--results-direction", "down"),
            ],
            {WINE},
            id="a least figure",
        ),
    ],
)
def test_filters_leave_out_every_other_case(kb, filters, expected):
    """Exactly the cases that the filters allow are compared."""
    result = kb("We export wine and purchase metal", "--json", *filters)

    told = json.loads(result.stdout)
    assert {model["id"] for model in told["models"]} == expected
    assert told["total"] == len(expected)


# --- JSON ------------------------------------------------------------------------------------


#: The profile and the filters of the next test, with the goal that its words suggest.
ASKED = (
    "size=5&partners=3&aim=We+export+textile.&goal=exporting&my_form=soft"
    "&country=NO&results=export-sales&results_min=2"
)


def test_json_holds_the_whole_answer(kb, searcher):
    """Every key with its value, in order; nothing goes to the other stream."""
    arguments = ["We export textile.", "--size", "5", "--my-form", "soft", "--partners", "3"]
    filters = ["--country", "NO", "--results", "export-sales", "--results-min", "2"]

    result = kb("--json", *arguments, *filters)

    query = make_query(
        searcher.taxonomy,
        filters={"country": ["NO"], "results": ["export-sales"]},
        results_min=2,
    )
    profile = Profile(aim="We export textile.", size=5, my_form="soft", partners=3)
    (model,) = role_models(searcher, profile, query).models
    told = json.loads(result.stdout)
    assert (result.exit_code, result.stderr) == (0, "")
    (found,) = told.pop("models")
    goals = [{"value": "exporting", "label": "Exporting", "url": f"/role-models?{ASKED}"}]
    assert told == {
        "profile": {
            "business": "",
            "my_sector": [],
            "my_country": "",
            "size": 5,
            "partners": 3,
            "aim": "We export textile.",
            "goal": [],
            "common": [],
            "my_form": "soft",
            "funding": "",
        },
        "query": {
            "filters": {"country": ["NO"], "results": ["export-sales"]},
            "all_of": [],
            "results_min": 2.0,
            "results_unit": None,
            "results_direction": "up",
        },
        "total": 1,
        "no_good_match": False,
        "url": f"/role-models?{ASKED.replace('&goal=exporting', '')}",
        "suggested_goals": goals,
        "heard": goals,
        "contradictions": [
            "A soft network is a membership of many firms; 3 would more likely form a hard one."
        ],
        "notices": [],
        "snapshot": searcher.snapshot_id,
    }
    assert (found["id"], found["url"]) == (TEXTILE, f"/cases/{TEXTILE}")
    assert (found["rank"], found["score"], found["audience_line"]) == (1, model.score, "")
    assert found["sentences"] == [
        "Like you: exporting; in textiles, clothing and footwear; a soft network.",
        "Not reported: how many took part; how large the firms are.",
    ]
    assert found["comparison"] == [asdict(one) for one in model.comparison]
    assert [(one["part"], one["value"], one["share"]) for one in found["parts"]] == [
        (one.part, one.value, one.share) for one in model.parts
    ]
    assert [(one["part"], one["name"]) for one in found["parts"]] == [
        ("full_text", "story"),
        ("intent", "wants"),
        ("form", "form"),
        ("partners", "partners"),
        ("size", "size"),
    ]
    assert [one["figure"] for one in found["results"]] == ["×6", "New markets"]
    assert found["reason"] == json.loads(json.dumps(asdict(model.reason)))
    assert found["reason"]["passage"] == "They export textile."
    assert found["done"] == ["They export textile."]


def test_json_without_words_has_no_reason(kb):
    """What no words say is null or empty, and a case that suits is told in its own words."""
    told = json.loads(kb("--json", "--size", "5").stdout)
    words = json.loads(kb("--json", "train textile").stdout)

    assert (told["models"], told["suggested_goals"], told["no_good_match"]) == ([], [], True)
    assert {name: value for name, value in told["profile"].items() if value} == {"size": 5}
    assert [(model["id"], model["audience_line"]) for model in words["models"][:1]] == [
        (TRAINING, "Textile firms that train")
    ]


def test_json_keeps_letters_as_they_are(kb):
    """A text is not turned into escapes, and a title is not turned into HTML."""
    result = kb("--json", "Wine für Genève")

    told = json.loads(result.stdout)
    assert '"aim": "Wine für Genève"' in result.stdout
    assert [m["title"] for m in told["models"] if m["id"] == HOSTILE] == [
        "<script>alert('x')</script> & \"quotes\""
    ]


# --- the exit status -------------------------------------------------------------------------


@pytest.mark.parametrize(
    "arguments",
    [[], ["--country", "NO"], ["--json"], ["  "], ["--business", " ", "--my-form", ""]],
    ids=["nothing", "filters alone", "JSON of nothing", "white space", "empty options"],
)
def test_a_firm_of_which_nothing_is_said_is_wrong_usage(kb, arguments):
    """Filters are no profile: the usage names what could be said."""
    result = kb(*arguments)

    assert (result.exit_code, result.stdout) == (2, "")
    assert result.stderr.splitlines() == [
        "Usage: main role-models [OPTIONS] [TEXT]...",
        "Try 'main role-models --help' for help.",
        "",
        "Error: nothing is said of the firm: give what it wants as TEXT, or one of --business, "
        "--my-sector, --goal, --common, --my-form, --funding …",
    ]


SIZE = "size must be a whole number from 1 to 10,000 (the people in your firm), not "
PARTNERS = (
    "partners must be a whole number from 2 to 1,000 "
    "(the firms that would join, yours included), not "
)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        pytest.param(["--size", "-3"], SIZE + "-3.", id="size -3"),
        pytest.param(["--size", "0"], SIZE + "0.", id="size 0"),
        pytest.param(["--size", "1000000"], SIZE + "1,000,000.", id="size a million"),
        pytest.param(["--partners", "1"], PARTNERS + "1.", id="partners 1"),
        pytest.param(
            ["--my-form", "sotf"],
            "my_form has no value 'sotf'. Did you mean soft? Allowed are soft, hard.",
            id="form",
        ),
        pytest.param(
            ["--funding", "bank"], "funding must be one of own, public, not 'bank'.", id="funding"
        ),
        pytest.param(
            ["x" * 601],
            "aim must be at most 600 characters, not 601; a few sentences say enough.",
            id="a text too long",
        ),
        pytest.param(
            ["wine", "--country", "qqq"],
            "country has no value 'qqq'. Allowed are DK, FR, NO, ES.",
            id="a filter",
        ),
    ],
)
def test_what_is_not_allowed_is_2(kb, arguments, message):
    """A value that a profile or a filter does not know is told in a sentence."""
    result = kb(*arguments)

    assert (result.exit_code, result.stdout, result.stderr) == (2, "", f"Error: {message}\n")


@pytest.mark.parametrize(
    ("option", "vocabulary", "value", "near"),
    [
        ("--goal", "projects", "exportin", "exporting"),
        ("--my-sector", "sectors", "furnitur", "furniture"),
        ("--common", "types", "verticle", "vertical"),
    ],
    ids=["goal", "sector", "type"],
)
def test_the_nearest_value_comes_first(kb, searcher, option, vocabulary, value, near):
    """An unknown value is refused with those that it may mean, and then all others."""
    result = kb(option, value)

    terms = searcher.taxonomy[vocabulary]
    meant = terms.nearest(value)
    rest = [term for term in terms.ids if term not in meant]
    name = option.strip("-").replace("-", "_")
    assert meant[0] == near
    assert (result.exit_code, result.stdout) == (2, "")
    assert result.stderr == (
        f"Error: {name} has no value '{value}'. Did you mean {' or '.join(meant)}? "
        f"Allowed are {', '.join([*meant, *rest])}.\n"
    )


@pytest.mark.parametrize(
    "arguments", [["--size", "many"], ["--nonsense"]], ids=["no number", "no option"]
)
def test_an_option_that_cannot_be_understood_is_2(kb, arguments):
    """The usage is given on standard error, and nothing is printed."""
    result = kb("wine", *arguments)

    assert (result.exit_code, result.stdout) == (2, "")
    assert result.stderr.splitlines()[0] == "Usage: main role-models [OPTIONS] [TEXT]..."


def test_without_an_index_the_status_is_1(tmp_path):
    """Before the first build the command says what to run."""
    none = tmp_path / "none"

    result = CliRunner().invoke(main, ["role-models", "--index", str(none), "wine"])

    assert (result.exit_code, result.stdout) == (1, "")
    assert result.stderr == (
        f"Error: There is no index in {none} yet. "
        "Run 'kb build', or 'kb snapshots --import FILE'.\n"
    )


def test_bytes_that_are_no_text_are_answered(built, searcher):
    """A process of its own: what is not UTF-8 on the command line is a character like another."""
    done = subprocess.run(
        [
            *(sys.executable, "-m", "kb.cli", "role-models", "--index", str(built.index)),
            *("--json", "--my-country", b"caf\xe9", b"export wine \xff"),
        ],
        cwd=ROOT,
        env={**os.environ, "PYTHONUTF8": "1"},
        capture_output=True,
        timeout=120,
    )

    told = json.loads(done.stdout)
    assert (done.returncode, done.stderr) == (0, b"")
    given = {name: value for name, value in told["profile"].items() if value}
    assert given == {"my_country": "caf?", "aim": "export wine ?"}
    assert told["models"][0]["id"] == WINE
    assert told["snapshot"] == searcher.snapshot_id
