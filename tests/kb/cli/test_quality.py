"""The commands that measure and tune search: streams, files and the exit status."""

from __future__ import annotations

import json
import os
import re
import shutil
from dataclasses import asdict, replace
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from kb.cli.main import main
from kb.encoders.sentence_transformer import find_model
from kb.indexing.pipeline import build
from kb.model.calibration import (
    Answerability,
    Calibration,
    Weights,
    read_calibrations,
    write_calibrations,
)
from kb.model.relevance import corrected, read_report
from kb.quality.calibrate import common_of
from kb.quality.evaluate import evaluate_judged
from kb.quality.judged import read_judged
from kb.search.opening import open_live
from kb.settings import Settings
from kb.snapshots.format import open_snapshot
from kb.snapshots.store import current_id

WINE = "france/wine-exporters"
PROGRAMME = "international/wine-and-metal-programme"
METAL = "norway/metal-buyers"
TEXTILE = "norway/textile-exporters"
TRAINING = "spain/textile-training"
GUIDE = "guides/purchase-guide"

#: id, split, kind, text and relevance. Of the test split: "t1" is answered best first, "t2"
#: has its case in the second place, "t3" is rightly refused and "t4" is not.
TEST = [
    ("t1", "plain", "wine", {WINE: 2, PROGRAMME: 1}),
    ("t2", "plain", "textile", {TRAINING: 2}),
    ("t3", "negative", "hospital", {}),
    ("t4", "negative", "metal", {}),
]
TUNE = [
    ("u1", "plain", "wine export", {WINE: 2}),
    ("u2", "plain", "metal purchase", {METAL: 2}),
    ("u3", "plain", "textile export", {TEXTILE: 2, TRAINING: 1}),
    ("u4", "plain", "train", {TRAINING: 2}),
    ("u5", "plain", "purchase", {GUIDE: 2, METAL: 1}),
    ("u6", "plain", "metal wine programme", {PROGRAMME: 2}),
    ("u7", "negative", "hospital", {}),
]


COLUMNS = ("nDCG@10", "RR@10", "R@10", "R@100", "Success@1")
#: Of two queries, one is answered 1 and the other 0.63 (1 / log2 3), 0.5, 1, 1 and 0.
FUSED = (
    "0.815 [0.631, 1.000]",
    "0.750 [0.500, 1.000]",
    "1.000 [1.000, 1.000]",
    "1.000 [1.000, 1.000]",
    "0.500 [0.000, 1.000]",
)


def queries(tune: list[tuple] = TUNE, test: list[tuple] = TEST) -> str:
    """A file of judged queries."""
    lines = []
    for split, rows in (("tune", tune), ("test", test)):
        for query_id, kind, text, relevance in rows:
            row = {"id": query_id, "split": split, "kind": kind, "text": text, "need": "any"}
            row |= {"persona": "owner", "language": "en", "relevance": relevance}
            lines.append(json.dumps(row))
    return "\n".join(lines) + "\n"


@pytest.fixture(name="own")
def _own(settings: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Settings:
    """The built toy compendium with judged queries; the environment names its encoder."""
    for name in [name for name in os.environ if name.startswith("KB_")]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("KB_MODEL", settings.model)
    monkeypatch.setenv("KB_MULTILINGUAL", "off")
    cases = Path(shutil.copytree(settings.cases, tmp_path / "cases"))
    index = Path(shutil.copytree(settings.index, tmp_path / "index"))
    (cases / "queries.jsonl").write_text(queries())
    return replace(settings, cases=cases, index=index)


def kb(own: Settings, *arguments: object) -> Result:
    """Run the command in this process over the folders of ``own``."""
    folders = ["--cases", own.cases, "--index", own.index]
    return CliRunner().invoke(main, [str(argument) for argument in (*arguments, *folders)])


def calibration_of(own: Settings) -> Calibration:
    """A calibration by meaning alone for the encoder of ``own``."""
    weights = Weights(meaning=1.0, multilingual=0.0, words=0.0)
    return Calibration(
        encoder=find_model(own.model).digest,
        multilingual="",
        english=weights,
        other=weights,
        answerability=Answerability(
            meaning=0.0,
            multilingual=0.0,
            words=0.0,
            coverage_by_all=0.0,
            coverage_by_one=0.0,
            english=0.0,
            constant=20.0,
            query=(),
        ),
        answer_threshold=0.5,
        least_score=0.5,
        n_queries=1,
    )


# --- evaluate --------------------------------------------------------------------------------


def test_evaluate_prints_a_table_of_each_group(own):
    """Per group and system: five means with intervals; then refusals and the worst queries."""
    result = kb(own, "evaluate", "--split", "test")

    lines = result.stdout.splitlines()
    assert (result.exit_code, result.stderr) == (0, "")
    assert lines[:4] == [
        f"judged queries, snapshot {current_id(own.index)}",
        "",
        "all: 2 queries",
        " " * 13
        + "".join(f"{name:>24}" for name in COLUMNS)
        + "   p against fused   of 9 comparisons (Holm)",
    ]
    assert lines[4].split() == ["fused", *" ".join(FUSED).split()]
    systems = [line[:13].rstrip() for line in lines[4:8]]
    assert systems == ["fused", "rank fusion", "words", "meaning"]
    assert [line for line in lines if line.endswith("queries")] == [
        "all: 2 queries",
        "English: 2 queries",
        "English, owner: 2 queries",
    ]
    # Found are two cases each for wine (2 relevant), textile (1) and metal (0); wine and metal
    # have one at 2 / sqrt(5), textile at 3 / sqrt(13), and each the other at 1 / sqrt(2).
    score = (2 * 2 / 5**0.5 + 3 / 13**0.5 + 3 / 2**0.5) / 6
    assert lines[-7:] == [
        "",
        "nothing fits: 50.0% of 2 negative controls, 0.0% of 2 others",
        "found: 2.0 in the mean of 2, precision 0.750, recall 1.000",
        f"scores of what is found: expected error {score - 3 / 6:.3f}",
        f"  0.7 to 0.9: 6 cases, mean score {score:.3f}, relevant 0.500",
        "0.63  t2  textile  (missed: none of grade 2)",
        "1.00  t1  wine  (missed: none of grade 2)",
    ]


@pytest.mark.parametrize(
    ("split", "chosen"), [("test", ("test",)), ("tune", ("tune",)), ("all", ("tune", "test"))]
)
def test_evaluate_prints_json(own, split, chosen):
    """As JSON a list of one report: that of the queries of the split, and no others."""
    result = kb(own, "evaluate", "--json", "--split", split)

    searcher = open_live(own).current()
    judged = read_judged(own.cases / "queries.jsonl", [case.id for case in searcher.cases])
    report = evaluate_judged(
        searcher,
        [query for query in judged if query.split in chosen],
        split=split,
        progress=lambda items, _: items,
    )
    assert (result.exit_code, result.stderr) == (0, "")
    expected = {**asdict(report), "corrected": corrected(report.groups)}
    assert json.loads(result.stdout) == [json.loads(json.dumps(expected))]


def test_the_test_split_is_measured_only_where_it_is_asked_for(own):
    """Without --split the figures are those of the tuning queries; --publish asks for the test."""
    by_default, asked, published = (
        kb(own, "evaluate", "--json"),
        kb(own, "evaluate", "--json", "--split", "tune"),
        kb(own, "evaluate", "--json", "--publish"),
    )

    assert by_default.stdout == asked.stdout
    splits = [json.loads(one.stdout)[0]["split"] for one in (by_default, published)]
    assert splits == ["tune", "test"]


def test_published_figures_are_in_the_next_snapshot(own):
    """With --publish the figures are kept beside the cases, and the next build shows them."""
    before = current_id(own.index)
    path = own.cases / "relevance.json"

    result = kb(own, "evaluate", "--publish", "--json")
    built = build(own)

    report = read_report(path)
    assert (result.exit_code, result.stderr) == (0, f"Wrote {path}; the next build shows it.\n")
    expected = {**asdict(report), "corrected": corrected(report.groups)}
    assert json.loads(result.stdout) == [json.loads(json.dumps(expected))]
    assert (built.snapshot_id != before, built.encoded) == (True, 0)
    assert open_snapshot(own.index / built.snapshot_id).content.compendium.relevance == report


@pytest.mark.parametrize(
    "options", [["--split", "test"], ["--publish"]], ids=["measured", "published"]
)
def test_an_empty_split_is_not_measured(own, options):
    """Where every query became tuning data there are no figures to publish."""
    path = own.cases / "queries.jsonl"
    path.write_text(path.read_text().replace('"split": "test"', '"split": "tune"'))

    result = kb(own, "evaluate", *options)

    assert (result.exit_code, result.stdout) == (1, "")
    assert result.stderr == (
        f"Error: {path} has nothing in the split 'test', so nothing was measured. "
        "'--split all' measures what stands in it.\n"
    )
    assert not (own.cases / "relevance.json").exists()


def test_without_publish_nothing_is_written(own):
    """Measuring changes no file."""
    before = sorted(path for path in own.cases.rglob("*"))

    kb(own, "evaluate")

    assert sorted(path for path in own.cases.rglob("*")) == before


@pytest.mark.parametrize(
    "command", [["evaluate", "--publish"], ["evaluate", "--json"], ["calibrate"]]
)
def test_queries_with_problems_are_not_half_measured(own, command):
    """Every problem in the judged queries is listed with its line, and nothing is measured."""
    path = own.cases / "queries.jsonl"
    wrong = [*TEST[:1], ("t1", "plain", "  ", {"no/where": 3})]
    path.write_text(queries(test=wrong) + "no JSON\n")
    before = {entry: entry.read_bytes() for entry in own.cases.rglob("*") if entry.is_file()}

    result = kb(own, *command)

    expected = [
        (9, "text must be a text that is not empty.", "wrong-kind-of-value"),
        (9, "relevance names 'no/where', which is no case.", "case-unknown"),
        (9, "relevance of 'no/where' must be 1 or 2, not 3.", "judged-grade"),
        (10, "must be one JSON object on the line.", "judged-line-malformed"),
    ]
    if "--json" in command:
        found = [
            (problem["line"], problem["message"], problem["rule"])
            for problem in json.loads(result.stdout)
        ]
        assert sorted(found) == sorted(expected)
    else:
        assert sorted(result.stdout.splitlines()) == sorted(
            f"{path}:{line}: {message} [{rule}]" for line, message, rule in expected
        )
    assert result.exit_code == 1
    assert {e: e.read_bytes() for e in own.cases.rglob("*") if e.is_file()} == before


@pytest.mark.parametrize("command", ["evaluate", "calibrate"])
def test_without_queries_there_is_nothing_to_measure(own, command):
    """A compendium without judged queries says which file is missing."""
    path = own.cases / "queries.jsonl"
    path.unlink()

    result = kb(own, command)

    assert (result.exit_code, result.stdout) == (1, "")
    assert result.stderr == f"Error: {path} cannot be read: No such file or directory.\n"


@pytest.mark.parametrize("command", ["evaluate", "calibrate"])
def test_without_an_index_there_is_nothing_to_measure_with(own, tmp_path, command):
    """Before the first build the command says what to run."""
    result = kb(replace(own, index=tmp_path / "none"), command)

    assert (result.exit_code, result.stdout) == (1, "")
    assert result.stderr == (
        f"Error: There is no index in {tmp_path / 'none'} yet. "
        "Run 'kb build', or 'kb snapshots --import FILE'.\n"
    )


@pytest.mark.parametrize(
    "arguments",
    [["evaluate", "--split", "half"], ["evaluate", "--nonsense"], ["calibrate", "more"]],
    ids=["split", "option", "argument"],
)
def test_wrong_usage_is_status_two(own, arguments):
    """A command line that cannot be understood gives the usage on standard error."""
    result = kb(own, *arguments)

    assert (result.exit_code, result.stdout) == (2, "")
    assert result.stderr.startswith(f"Usage: main {arguments[0]} [OPTIONS]")


# --- evaluate on a collection ----------------------------------------------------------------


@pytest.fixture(name="collection")
def _collection(tmp_path: Path) -> Path:
    """Three documents and two queries in BEIR layout."""
    folder = tmp_path / "toy-beir"
    folder.mkdir()
    documents = [("d1", "Wine", "wine"), ("d2", "Metal", "metal"), ("d3", "", "wine metal")]
    asked = [("q1", "wine"), ("q2", "train")]
    rows = [{"_id": i, "title": title, "text": text} for i, title, text in documents]
    (folder / "corpus.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows))
    rows = [{"_id": i, "text": text} for i, text in asked]
    (folder / "queries.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows))
    (folder / "qrels.tsv").write_text("query-id\tcorpus-id\tscore\nq1\td1\t1\nq2\td2\t1\n")
    return folder


def calibrated(own: Settings) -> None:
    """Give the snapshot of ``own`` a calibration."""
    write_calibrations(own.cases / "calibration.json", (calibration_of(own),))
    build(own)


def test_a_collection_needs_a_calibration(own, collection):
    """Without weights there is nothing to fuse by, and the command says what to run."""
    result = kb(own, "evaluate", collection)

    assert (result.exit_code, result.stdout) == (1, "")
    assert result.stderr == (
        "Error: The snapshot has no calibration for its encoders. "
        "Run 'kb calibrate', then 'kb build'.\n"
    )


def test_a_collection_is_measured_by_the_weights_of_the_compendium(own, collection):
    """Each collection has a report of its own; wine ranks d1 first, and train ranks by nothing."""
    calibrated(own)

    result = kb(own, "evaluate", collection, collection, "--json")

    reports = json.loads(result.stdout)
    assert result.exit_code == 0
    assert result.stderr == "toy-beir: 3 documents …\n" * 2
    assert reports[0] == reports[1]
    assert (reports[0]["name"], reports[0]["split"], reports[0]["refusal"]) == (
        "toy-beir",
        "",
        None,
    )
    (group,) = reports[0]["groups"]
    means = {system: figures["Success@1"]["mean"] for system, figures in group["figures"].items()}
    assert (group["name"], group["n"]) == ("all", 2)
    assert means == dict.fromkeys(("fused", "rank fusion", "words", "meaning"), 0.5)


def test_queries_in_another_language_are_taken_from_their_own_file(own, collection, tmp_path):
    """--queries takes the place of the collection's own queries."""
    calibrated(own)
    other = tmp_path / "other.jsonl"
    other.write_text('{"_id": "q1", "text": "metal"}\n{"_id": "q2", "text": "metal"}\n')

    result = kb(own, "evaluate", collection, "--queries", other)

    lines = result.stdout.splitlines()
    assert result.exit_code == 0
    assert lines[0] == f"{tmp_path.name}/toy-beir: 3 documents, judged in qrels.tsv"
    # q1 wants d1, which "metal" does not find; q2 wants d2, which it does.
    assert re.findall(r"^fused .* (0\.\d+) \[\S+ \S+\]$", result.stdout, re.M) == ["0.500"]


def test_a_collection_with_problems_is_not_half_measured(own, collection):
    """Every problem of every file is listed with its line, and nothing is encoded."""
    calibrated(own)
    (collection / "qrels.tsv").write_text("query-id\tcorpus-id\tscore\nq9\td1\t1\nq1\td1\n")

    result = kb(own, "evaluate", collection)

    path = collection / "qrels.tsv"
    assert result.exit_code == 1
    assert result.stdout.splitlines() == [
        f"{path}:2: names the query 'q9', which does not exist. [judged-line-malformed]",
        f"{path}:3: must have three columns, query id, document id and a whole grade. "
        "[judged-line-malformed]",
    ]


# --- calibrate -------------------------------------------------------------------------------


def test_calibrate_writes_what_a_build_uses(own):
    """The calibration is for the encoders of the snapshot, and the next build holds it."""
    path = own.cases / "calibration.json"

    result = kb(own, "calibrate")
    built = build(own)

    (found,) = read_calibrations(path)
    assert (result.exit_code, result.stderr) == (0, "")
    assert result.stdout.startswith(f"{path}: 7 queries; English Weights(meaning=1.0, ")
    assert result.stdout.endswith(
        f", answers from {found.answer_threshold}, finds from {found.least_score}. "
        "Run 'kb build' to use it.\n"
    )
    assert (found.encoder, found.multilingual) == (find_model(own.model).digest, "")
    assert (found.n_queries, len(found.answerability.query)) == (7, 6)
    assert open_snapshot(own.index / built.snapshot_id).content.compendium.calibration == found


def test_calibrate_takes_from_queries_what_all_texts_have_in_common(own):
    """From those that it derives from, and a search of the next snapshot from every one."""
    kb(own, "calibrate")
    build(own)
    first = (own.cases / "calibration.json").read_bytes()

    searcher = open_live(own).current()
    again = kb(own, "calibrate")

    (found,) = read_calibrations(own.cases / "calibration.json")
    assert found.common == common_of(searcher.engine) != ()
    assert searcher.evidence("wine").less_common
    assert (again.exit_code, (own.cases / "calibration.json").read_bytes()) == (0, first)


def test_calibrate_sees_the_tune_split_only(own):
    """Whatever becomes of the test split, the calibration is the same, byte for byte."""
    path = own.cases / "calibration.json"
    kb(own, "calibrate")
    first = path.read_bytes()
    turned = [(i, "plain", text, {GUIDE: 2}) for i, _, text, _ in TEST]
    (own.cases / "queries.jsonl").write_text(queries(test=turned))

    kb(own, "calibrate")
    second = path.read_bytes()
    (own.cases / "queries.jsonl").write_text(queries(test=[]))
    kb(own, "calibrate")

    assert first == second == path.read_bytes()


def test_calibrate_keeps_the_calibrations_of_other_encoders(own):
    """A calibration for these encoders is replaced, and every other one is kept."""
    path = own.cases / "calibration.json"
    mine = calibration_of(own)
    others = (replace(mine, encoder="0" * 64), replace(mine, multilingual="1" * 64))
    write_calibrations(path, (others[0], mine, others[1]))

    kb(own, "calibrate")

    found = read_calibrations(path)
    assert found[:2] == others
    assert [(c.encoder, c.n_queries) for c in found[2:]] == [(mine.encoder, 7)]


@pytest.mark.parametrize("tune", [[], TUNE[-1:]], ids=["no queries", "negative controls alone"])
def test_too_few_queries_are_refused(own, tune):
    """Without queries that have an answer there is nothing to derive, and nothing is written."""
    path = own.cases / "queries.jsonl"
    path.write_text(queries(tune=tune))

    result = kb(own, "calibrate")

    assert (result.exit_code, result.stdout) == (1, "")
    assert result.stderr == f"Error: {path}: calibration needs queries with an answer.\n"
    assert not (own.cases / "calibration.json").exists()


@pytest.mark.parametrize(
    ("arguments", "reason"),
    [
        (["--split", "tune", "--publish"], "--publish takes the test split alone, not 'tune'"),
        (["--split", "all", "--publish"], "--publish takes the test split alone, not 'all'"),
        (["nowhere", "--publish"], "--publish goes with no FOLDER"),
    ],
)
def test_publish_is_refused_before_anything_is_measured(own, arguments, reason):
    """On anything but the test split, and beside a folder: with the reason, as wrong usage."""
    result = kb(own, "evaluate", *arguments)

    assert (result.exit_code, reason in result.stderr) == (2, True)
