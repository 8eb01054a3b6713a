"""How good role models are, over the toy corpus with hints, and the command that tells it.

The corpus and its hints are those of ``test_role_models``.
"""

from __future__ import annotations

import json
import os
import re
from collections.abc import Iterable
from dataclasses import asdict, replace
from math import log2
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from kb.cli.main import main
from kb.guidance.role_models import role_models
from kb.model.relevance import Figure, Refusal, Report, Worst, corrected
from kb.quality.evaluate_profiles import NAME, SYSTEMS, evaluate_profiles
from kb.quality.judged_profiles import JudgedProfile, read_profiles
from kb.quality.measure import MEASURES
from kb.search.opening import open_live
from kb.search.query import Query
from kb.search.searcher import Searcher
from kb.settings import Settings
from tests.kb.guidance.test_role_models import HOSTILE, TEXTILE, TRAINING, WINE, build_hinted

#: id, split, persona, profile and relevance.
ROWS = [
    # Wine comes first: nDCG 1.
    ("first", "test", "owner", {"aim": "export wine"}, {WINE: 2}),
    # Wine, the programme, textile and metal have to do with it; of the two that have
    # nothing to do with it training is the second by id, and comes sixth.
    ("sixth", "test", "owner", {"business": "export wine"}, {TRAINING: 1}),
    # Size alone is answered with nothing.
    ("refused", "test", "agency", {"size": 5}, {WINE: 2, TEXTILE: 1}),
    # Training, textile, then wine, which is vertical; then what has nothing to do with it,
    # by id.
    (
        "both",
        "test",
        "owner",
        {"aim": "train textile", "goal": ["staff-training"], "common": ["vertical"]},
        {TRAINING: 2, HOSTILE: 1},
    ),
    ("tuned", "tune", "agency", {"aim": "export wine"}, {WINE: 1}),
]
IDEAL = 2 + 1 / log2(3)
#: nDCG@10 of each profile by the role models, and by a search for the same words. For
#: the search, what has nothing to do with the words is in the order of the ids.
NDCG = {
    "first": (1.0, 1.0),
    "sixth": (1 / log2(7), 1 / log2(7)),
    "refused": (0.0, 0.0),
    "both": ((2 + 1 / log2(5)) / IDEAL, (2 + 1 / log2(4)) / IDEAL),
}
#: The reciprocal rank of the first that is relevant.
RR = {"first": (1.0, 1.0), "sixth": (1 / 6, 1 / 6), "refused": (0.0, 0.0), "both": (1.0, 1.0)}


def rows(chosen: Iterable[tuple] = ROWS) -> str:
    """A file of judged profiles; the need of each is its id."""
    names = ("id", "split", "persona", "profile", "relevance")
    lines = [
        json.dumps({**dict(zip(names, row, strict=True)), "need": f"{row[0]} need"})
        for row in chosen
    ]
    return "\n".join(lines) + "\n"


def quietly(items: Iterable, _: str) -> Iterable:
    """No bar."""
    return items


@pytest.fixture(name="built", scope="module")
def _built(tmp_path_factory: pytest.TempPathFactory, tiny_encoder: Path) -> Settings:
    """The toy compendium with hints and judged profiles, built."""
    built = build_hinted(tmp_path_factory.mktemp("profiles"), tiny_encoder)
    (built.cases / "profiles.jsonl").write_text(rows())
    return built


@pytest.fixture(name="searcher", scope="module")
def _searcher(built: Settings) -> Searcher:
    return open_live(built).current()


@pytest.fixture(name="judged", scope="module")
def _judged(built: Settings, searcher: Searcher) -> tuple[JudgedProfile, ...]:
    """The profiles of the test split, read from their file as the command does."""
    found = read_profiles(built.cases / "profiles.jsonl", searcher.cases, searcher.taxonomy)
    return tuple(one for one in found if one.split == "test")


@pytest.fixture(name="report", scope="module")
def _report(searcher: Searcher, judged: tuple[JudgedProfile, ...]) -> Report:
    return evaluate_profiles(searcher, judged, split="test", progress=quietly)


# --- figures ---------------------------------------------------------------------------------


def test_a_report_names_what_was_measured(report, searcher):
    """Name, split and snapshot are those of the run."""
    assert (report.name, report.split, report.snapshot) == (NAME, "test", searcher.snapshot_id)
    assert NAME == "judged profiles"


def test_profiles_are_grouped_by_persona_and_by_what_they_give(report):
    """Words are the business and the aim; everything else is a tick."""
    assert [(group.name, group.n) for group in report.groups] == [
        ("all", 4),
        ("owner", 3),
        ("agency", 1),
        ("words only", 2),
        ("ticks only", 1),
        ("words and ticks", 1),
    ]


@pytest.mark.parametrize("system", SYSTEMS)
@pytest.mark.parametrize(
    ("name", "members"),
    [
        ("all", ["first", "sixth", "refused", "both"]),
        ("owner", ["first", "sixth", "both"]),
        ("agency", ["refused"]),
        ("words only", ["first", "sixth"]),
        ("ticks only", ["refused"]),
        ("words and ticks", ["both"]),
    ],
)
def test_figures_are_the_means_worked_out_by_hand(report, name, members, system):
    """The mean of each measure over the members of a group, for both systems."""
    (group,) = [group for group in report.groups if group.name == name]
    at = SYSTEMS.index(system)
    found = {measure: group.figures[system][measure].mean for measure in MEASURES}

    n = len(members)
    recalls = {"first": 1.0, "sixth": 1.0, "refused": 0.0, "both": 1.0}
    recall = sum(recalls[one] for one in members) / n
    assert found == pytest.approx(
        {
            "nDCG@10": sum(NDCG[one][at] for one in members) / n,
            "RR@10": sum(RR[one][at] for one in members) / n,
            "R@10": recall,
            "R@100": recall,
            "Success@1": sum(RR[one][at] == 1 for one in members) / n,
        }
    )


def test_the_search_is_tested_against_the_role_models(report):
    """The first system has no p-value, the other has one; equal figures have 1."""
    assert SYSTEMS == ("role models", "text search")
    assert [list(group.figures) for group in report.groups] == [list(SYSTEMS)] * 6
    assert [list(group.p) for group in report.groups] == [["text search"]] * 6
    (refused,) = [group for group in report.groups if group.name == "ticks only"]
    assert refused.p == {"text search": 1.0}
    assert refused.figures["role models"]["nDCG@10"] == Figure(mean=0.0, low=0.0, high=0.0)


def test_profiles_answered_with_nothing_are_counted(report):
    """One of four; there are no negative controls among profiles."""
    assert report.refusal == Refusal(
        n_negative=0, negative_refused=0.0, n_answerable=4, answerable_refused=0.25
    )


def test_the_worst_come_first_with_what_they_missed(report):
    """By nDCG, with the need, and the cases of grade 2 that were not answered."""
    assert report.worst == (
        Worst(id="refused", text="refused need", ndcg=0.0, missed=(WINE,)),
        Worst(id="sixth", text="sixth need", ndcg=pytest.approx(NDCG["sixth"][0]), missed=()),
        Worst(id="both", text="both need", ndcg=pytest.approx(NDCG["both"][0]), missed=()),
        Worst(id="first", text="first need", ndcg=1.0, missed=()),
    )


def test_the_figures_are_those_of_what_the_site_answers(report, searcher, judged):
    """The rank of the first relevant case in the answers gives the same mean."""
    ranks = []
    for one in judged:
        ids = [model.case.id for model in role_models(searcher, one.profile, Query()).models]
        ranks.append(next((1 / at for at, name in enumerate(ids, 1) if name in one.relevance), 0))

    (everything, *_) = report.groups
    assert everything.figures["role models"]["RR@10"].mean == pytest.approx(sum(ranks) / 4)


def test_groups_without_a_profile_are_left_out(searcher, judged):
    """One profile of an owner in words makes three groups."""
    report = evaluate_profiles(searcher, judged[:1], split="test", progress=quietly)

    assert [(group.name, group.n) for group in report.groups] == [
        ("all", 1),
        ("owner", 1),
        ("words only", 1),
    ]


def test_without_profiles_there_are_no_groups(searcher):
    """Nothing compared, nothing measured."""
    report = evaluate_profiles(searcher, [], split="tune", progress=quietly)

    nothing = Refusal(n_negative=0, negative_refused=0.0, n_answerable=0, answerable_refused=0.0)
    assert (report.groups, report.worst, report.refusal) == ((), (), nothing)


def test_progress_is_shown_over_the_profiles(searcher, judged):
    """What shows progress is handed every profile once, and what is being done."""
    seen = []

    def shown(items: Iterable, label: str) -> Iterable:
        seen.append((list(items), label))
        return items

    evaluate_profiles(searcher, judged, split="test", progress=shown)

    assert seen == [(list(judged), "comparing")]


# --- kb evaluate --profiles ------------------------------------------------------------------


@pytest.fixture(name="own")
def _own(built: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Settings:
    """The built compendium with a folder of judged profiles that a test may change."""
    for name in [name for name in os.environ if name.startswith("KB_")]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("KB_MODEL", built.model)
    monkeypatch.setenv("KB_MULTILINGUAL", "off")
    (tmp_path / "profiles.jsonl").write_text(rows())
    return replace(built, cases=tmp_path)


def kb(own: Settings, *arguments: object) -> Result:
    """Measure the role models in this process over the folders of ``own``."""
    folders = ["--cases", own.cases, "--index", own.index]
    return CliRunner().invoke(
        main, [str(argument) for argument in ("evaluate", "--profiles", *arguments, *folders)]
    )


def test_the_command_prints_a_table_of_each_group(own, report):
    """Per group and system four means with intervals, then refusals and the worst profiles."""
    result = kb(own, "--split", "test")

    lines = result.stdout.splitlines()
    heads = "".join(f"{name:>24}" for name in ("nDCG@10", "RR@10", "R@10", "Success@1"))
    assert (result.exit_code, result.stderr) == (0, "")
    assert lines[:4] == [
        f"judged profiles, snapshot {report.snapshot}",
        "",
        "all: 4 profiles",
        f"{'':13}{heads}   p against role models   of 6 comparisons (Holm)",
    ]
    assert [line for line in lines if re.fullmatch(r".+: \d+ profiles?", line)] == [
        f"{group.name}: {group.n} profile{'' if group.n == 1 else 's'}" for group in report.groups
    ]
    (everything, *_) = report.groups
    holm = corrected(report.groups)[everything.name]
    for line, system in zip(lines[4:6], SYSTEMS, strict=True):
        figures = [everything.figures[system][name] for name in heads.split()]
        cells = [f"{f.mean:.3f} [{f.low:.3f}, {f.high:.3f}]" for f in figures]
        p = []
        if system in everything.p:
            p = [f"{everything.p[system]:.4f}", f"{holm[system]:.4f}"]
        assert line.split() == " ".join([system, *cells, *p]).split()
    assert lines[-6:] == [
        "",
        "nothing fits: 25.0% of 4 profiles",
        f"0.00  refused  refused need  (missed: {WINE})",
        "0.36  sixth  sixth need  (missed: none of grade 2)",
        "0.92  both  both need  (missed: none of grade 2)",
        "1.00  first  first need  (missed: none of grade 2)",
    ]


@pytest.mark.parametrize(
    ("arguments", "split", "ids"),
    [
        ((), "tune", {"tuned"}),
        (("--split", "test"), "test", {"first", "sixth", "refused", "both"}),
        (("--split", "tune"), "tune", {"tuned"}),
        (("--split", "all"), "all", {"first", "sixth", "refused", "both", "tuned"}),
    ],
    ids=["default", "test", "tune", "all"],
)
def test_the_command_prints_json(own, searcher, arguments, split, ids):
    """As JSON a list of one report: that of the profiles of the split, and no others."""
    result = kb(own, "--json", *arguments)

    judged = read_profiles(own.cases / "profiles.jsonl", searcher.cases, searcher.taxonomy)
    chosen = [one for one in judged if one.id in ids]
    report = evaluate_profiles(searcher, chosen, split=split, progress=quietly)
    assert (result.exit_code, result.stderr) == (0, "")
    assert json.loads(result.stdout) == [
        json.loads(json.dumps({**asdict(report), "corrected": corrected(report.groups)}))
    ]
    assert {worst["id"] for worst in json.loads(result.stdout)[0]["worst"]} == ids


@pytest.mark.parametrize(
    "arguments", [["--publish"], ["some-collection"]], ids=["publish", "collection"]
)
def test_profiles_go_with_nothing_else(own, arguments):
    """Publishing and collections are of queries: with --profiles they are wrong usage."""
    result = kb(own, *arguments)

    assert (result.exit_code, result.stdout) == (2, "")
    assert result.stderr.startswith("Usage: main evaluate [OPTIONS] [FOLDER]...")
    assert result.stderr.splitlines()[-1] == (
        "Error: --profiles goes with neither a FOLDER nor --publish"
    )
    assert sorted(path.name for path in own.cases.iterdir()) == ["profiles.jsonl"]


@pytest.mark.parametrize("as_json", [False, True], ids=["text", "JSON"])
def test_profiles_with_problems_are_not_half_measured(own, as_json):
    """Every problem is listed with its line, whatever the split, and nothing is measured."""
    path = own.cases / "profiles.jsonl"
    wrong = ("first", "tune", "owner", {"size": 0}, {"guides/purchase-guide": 1})
    path.write_text(rows([*ROWS[:1], wrong]) + "no JSON\n")

    result = kb(own, *(["--json"] if as_json else []))

    expected = [
        (
            2,
            "profile.size must be a whole number from 1 to 10,000 (the people in your firm), "
            "not 0.",
            "judged-profile-not-understood",
        ),
        (
            2,
            "relevance names 'guides/purchase-guide', a guide, which is no role model.",
            "wrong-kind-of-document",
        ),
        (3, "must be one JSON object on the line.", "judged-line-malformed"),
    ]
    assert result.exit_code == 1
    assert result.stderr == ("Error: The content has 3 problems in 1 file; nothing was measured.\n")
    if as_json:
        found = [
            (problem["line"], problem["message"], problem["rule"])
            for problem in json.loads(result.stdout)
        ]
        assert found == expected
    else:
        assert result.stdout.splitlines() == [
            f"{path}:{line}: {told} [{rule}]" for line, told, rule in expected
        ]


def test_without_profiles_there_is_nothing_to_measure(own):
    """A compendium without judged profiles says which file is missing."""
    path = own.cases / "profiles.jsonl"
    path.unlink()

    result = kb(own)

    assert (result.exit_code, result.stdout) == (1, "")
    assert result.stderr == f"Error: {path} cannot be read: No such file or directory.\n"


def test_without_an_index_there_is_nothing_to_measure_with(own, tmp_path):
    """Before the first build the command says what to run."""
    none = tmp_path / "none"

    result = kb(replace(own, index=none))

    assert (result.exit_code, result.stdout) == (1, "")
    assert result.stderr == (
        f"Error: There is no index in {none} yet. "
        "Run 'kb build', or 'kb snapshots --import FILE'.\n"
    )
