"""What an evaluation reports, over the toy corpus.

The answers of the toy corpus are worked out in ``test_search``.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from math import log2

import pytest

from kb.model.relevance import Figure, Refusal, Worst
from kb.quality.evaluate import SYSTEMS, evaluate_judged, group_figures
from kb.quality.judged import read_judged
from kb.quality.measure import MEASURES

WINE = "france/wine-exporters"
PROGRAMME = "international/wine-and-metal-programme"
TEXTILE = "norway/textile-exporters"
TRAINING = "spain/textile-training"

#: id, kind, language, persona, text and relevance.
ROWS = [
    ("right", "plain", "en", "owner", "wine", {WINE: 2, PROGRAMME: 1}),
    ("second", "plain", "en", "professor", "textile", {TRAINING: 2}),
    ("missed", "plain", "en", "owner", "train", {WINE: 2, TEXTILE: 1}),
    ("refused", "plain", "fr", "owner", "hospital", {WINE: 1}),
    ("slip", "typo", "en", "owner", "exprot", {WINE: 2}),
    ("control", "negative", "en", "owner", "hospital", {}),
    ("found", "negative", "en", "owner", "metal", {}),
]


def quietly(items: Iterable, _: str) -> Iterable:
    """No bar."""
    return items


@pytest.fixture(name="report", scope="module")
def _report(searcher, tmp_path_factory: pytest.TempPathFactory):
    """The evaluation of the queries above, read from a file as the command does."""
    path = tmp_path_factory.mktemp("judged") / "queries.jsonl"
    names = ("id", "kind", "language", "persona", "text", "relevance")
    lines = [
        json.dumps({**dict(zip(names, row, strict=True)), "split": "test", "need": "any"})
        for row in ROWS
    ]
    path.write_text("\n".join(lines), encoding="utf-8")
    judged = read_judged(path, [case.id for case in searcher.cases])
    return evaluate_judged(searcher, judged, split="test", progress=quietly)


def test_a_report_names_what_was_measured(report, searcher):
    """Name, split and snapshot are those of the run."""
    assert (report.name, report.split, report.snapshot) == (
        "judged queries",
        "test",
        searcher.snapshot_id,
    )


def test_queries_are_grouped_by_kind_language_and_persona(report):
    """Controls are in no group; slips only in their own and in all; empty groups are left out."""
    assert [(group.name, group.n) for group in report.groups] == [
        ("all", 5),
        ("English", 3),
        ("other languages", 1),
        ("typing errors", 1),
        ("English, owner", 2),
        ("English, professor", 1),
        ("language fr", 1),
    ]


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        # right: 1. second: TEXTILE comes first, so 1 / log2(3), RR 1/2, nothing at rank 1.
        # missed: only TRAINING is found, and it is not relevant.
        pytest.param(
            "English",
            [(1 + 1 / log2(3)) / 3, (1 + 1 / 2) / 3, 2 / 3, 2 / 3, 1 / 3],
            id="English",
        ),
        pytest.param("other languages", [0.0] * 5, id="a query that is refused"),
        # exprot is repaired to export: WINE and TEXTILE tie, and WINE comes first by id.
        pytest.param("typing errors", [1.0] * 5, id="a slip is repaired as on the site"),
    ],
)
def test_the_fused_run_is_the_search_of_the_site(report, name, expected):
    """The mean of each measure over the group, worked out by hand."""
    (group,) = [group for group in report.groups if group.name == name]

    assert [group.figures["fused"][measure].mean for measure in MEASURES] == pytest.approx(expected)


def test_words_alone_and_meaning_alone_are_measured_beside_it(report):
    """Words find "textile" in both cases, and "exprot", unrepaired, nowhere."""
    (slip,) = [group for group in report.groups if group.name == "typing errors"]
    (second,) = [group for group in report.groups if group.name == "English, professor"]

    assert list(slip.figures) == list(SYSTEMS)
    assert slip.figures["words"]["R@100"].mean == 0.0
    assert second.figures["words"]["R@100"].mean == 1.0
    assert second.figures["meaning"]["RR@10"].mean == 0.5


def test_refusals_are_counted_apart(report):
    """One of two controls is refused, and one of five queries that have an answer."""
    assert report.refusal == Refusal(
        n_negative=2, negative_refused=0.5, n_answerable=5, answerable_refused=0.2
    )


def test_the_worst_come_first_with_what_they_missed(report):
    """By nDCG and then id, with the cases of grade 2 that are not among the first ten."""
    assert report.worst == (
        Worst(id="missed", text="train", ndcg=0.0, missed=(WINE,)),
        Worst(id="refused", text="hospital", ndcg=0.0, missed=()),
        Worst(id="second", text="textile", ndcg=pytest.approx(1 / log2(3)), missed=()),
        Worst(id="right", text="wine", ndcg=1.0, missed=()),
        Worst(id="slip", text="exprot", ndcg=1.0, missed=()),
    )


def test_without_queries_there_are_no_groups(searcher):
    """Nothing asked, nothing measured."""
    report = evaluate_judged(searcher, [], split="tune", progress=quietly)

    nothing = Refusal(n_negative=0, negative_refused=0.0, n_answerable=0, answerable_refused=0.0)
    assert (report.groups, report.worst, report.refusal) == ((), (), nothing)


def test_a_difference_is_tested_against_the_fused_run():
    """Each other system has a p-value; one that does as well has 1."""
    qrels = {f"q{number}": {"a": 1} for number in range(12)}
    right, wrong = [("a", 1.0)], [("b", 1.0), ("a", 0.5)]
    runs = {
        "fused": dict.fromkeys(qrels, right),
        "words": dict.fromkeys(qrels, wrong),
        "meaning": dict.fromkeys(qrels, right),
    }

    group = group_figures("all", qrels, runs)

    assert group.figures["words"]["RR@10"] == Figure(mean=0.5, low=0.5, high=0.5)
    assert group.p == {"words": pytest.approx(2 / 2**12, abs=6e-4), "meaning": 1.0}
