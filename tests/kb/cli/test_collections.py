"""A collection from the command line: built, measured, calibrated and checked alone."""

from __future__ import annotations

import json
import os
import re
import shutil
from dataclasses import replace
from pathlib import Path

import pytest

from kb.indexing.pipeline import build
from kb.model.calibration import read_calibrations
from kb.model.relevance import read_report
from kb.settings import Settings
from kb.snapshots.format import open_snapshot
from kb.snapshots.store import current_id
from tests.kb.cli.command import kb, where

METAL, TEXTILE = "norway/metal-buyers", "norway/textile-exporters"
GUIDE, WINE = "guides/purchase-guide", "france/wine-exporters"
FIRST = [GUIDE, METAL, TEXTILE]

QUERIES = [
    ("tune", "u1", "metal purchase", {METAL: 2}),
    ("tune", "u2", "textile export", {TEXTILE: 2}),
    ("tune", "u3", "purchase", {GUIDE: 2, METAL: 1}),
    ("tune", "u4", "hospital", {}),
    ("test", "t1", "textile", {TEXTILE: 2}),
    ("test", "t2", "metal", {METAL: 2}),
]
PROFILE = {
    "id": "p1",
    "split": "test",
    "persona": "owner",
    "need": "any",
    "profile": {"aim": "metal purchase"},
    "relevance": {METAL: 2},
}


def row(split: str, query_id: str, text: str, relevance: dict[str, int]) -> str:
    """A judged query as a line."""
    kind = "plain" if relevance else "negative"
    fields = {"id": query_id, "split": split, "kind": kind, "text": text, "need": "any"}
    fields |= {"persona": "owner", "language": "en", "relevance": relevance}
    return json.dumps(fields) + "\n"


@pytest.fixture(name="own")
def _own(settings: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Settings:
    """The toy compendium, built whole; what was judged is of its first collection."""
    for name in [name for name in os.environ if name.startswith("KB_")]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("KB_MODEL", settings.model)
    monkeypatch.setenv("KB_MULTILINGUAL", "off")
    cases = Path(shutil.copytree(settings.cases, tmp_path / "cases"))
    index = Path(shutil.copytree(settings.index, tmp_path / "index"))
    judged = cases / "collections" / "first"
    judged.mkdir(parents=True)
    (judged / "queries.jsonl").write_text("".join(row(*one) for one in QUERIES))
    (judged / "profiles.jsonl").write_text(json.dumps(PROFILE) + "\n")
    return replace(settings, cases=cases, index=index)


@pytest.fixture(name="alone")
def _alone(own: Settings, tmp_path: Path) -> Settings:
    """The same with the first collection in an index of its own."""
    alone = replace(own, index=tmp_path / "index-first")
    build(alone, collection="first")
    return alone


def asked(settings: Settings, *arguments: str) -> list[str]:
    """A command over the folders of some settings."""
    return [*arguments, "--cases", str(settings.cases), "--index", str(settings.index)]


def test_a_build_of_a_collection_holds_its_documents_alone(own, tmp_path):
    """The line names the collection, and so does the manifest; vectors are taken over."""
    result = kb("build", *where(own), "--collection", "The first ones")

    snapshot_id = current_id(own.index)
    snapshot = open_snapshot(own.index / snapshot_id)
    assert result.exit_code == 0
    assert re.sub(r"\d+\.\d s", "N s", result.stdout) == (
        f"Snapshot {snapshot_id} of the collection first built: 3 cases, 8 passages "
        "(0 encoded, 8 reused), 6 dimensions, N s\n"
    )
    assert result.stderr.splitlines()[0] == (
        f"Read 3 cases from {own.cases} (the collection first)."
    )
    assert snapshot.manifest.collection == "first"
    assert [case.id for case in snapshot.content.compendium.cases] == FIRST


def test_a_build_of_everything_is_another_snapshot(own):
    """A collection that has every document is still not the whole compendium."""
    text = "collections:\n  - {id: all, label: All, about: Each., the_rest: true}\n"
    (own.cases / "collections.yaml").write_text(text)
    shutil.rmtree(own.cases / "collections")

    whole, alone = build(own), build(own, collection="all")

    assert (whole.cases, alone.cases) == (7, 7)
    assert whole.snapshot_id != alone.snapshot_id
    assert (whole.collection, alone.collection) == ("", "all")
    assert build(own, collection="all").up_to_date


@pytest.mark.parametrize("command", ["build", "evaluate", "calibrate"])
def test_an_unknown_collection_is_wrong_usage(own, command):
    """The nearest is named, and nothing is done."""
    before = current_id(own.index)

    result = kb(*asked(own, command, "--collection", "frist"))

    assert (result.exit_code, result.stdout) == (2, "")
    assert result.stderr == (
        "Error: --collection has no value 'frist'. Did you mean first? Allowed are first, later.\n"
    )
    assert current_id(own.index) == before


def test_without_collections_the_option_says_so(toy_settings):
    """A compendium without the file has none to build."""
    result = kb("build", *where(toy_settings), "--collection", "first")

    assert (result.exit_code, result.stdout) == (2, "")
    assert result.stderr == (
        "Error: --collection cannot be 'first': the compendium has no collections. "
        "They are named in collections.yaml, beside the cases.\n"
    )


@pytest.mark.parametrize("more", [[], ["--collection", "first"]], ids=["by itself", "asked for"])
def test_a_collection_is_measured_on_what_was_judged_of_it(alone, more):
    """Its own queries, with or without its name, and the report says whose they are."""
    more = ["--split", "test", *more]
    result = kb(*asked(alone, "evaluate", *more))
    data = json.loads(kb(*asked(alone, "evaluate", "--json", *more)).stdout)
    profiles = json.loads(kb(*asked(alone, "evaluate", "--profiles", "--json", *more)).stdout)

    assert (result.exit_code, result.stderr) == (0, "")
    assert result.stdout.splitlines()[0] == (
        f"judged queries of the collection first, snapshot {current_id(alone.index)}"
    )
    assert [(one["name"], one["collection"], one["groups"][0]["n"]) for one in data] == [
        ("judged queries", "first", 2)
    ]
    assert [(one["name"], one["collection"], one["groups"][0]["n"]) for one in profiles] == [
        ("judged profiles", "first", 1)
    ]


@pytest.mark.parametrize("command", ["evaluate", "calibrate"])
def test_a_snapshot_of_everything_does_not_measure_a_collection(own, command):
    """The message says what to build, where, and what to run then."""
    result = kb(*asked(own, command, "--collection", "first"))

    assert (result.exit_code, result.stdout) == (1, "")
    assert result.stderr == (
        f"Error: The snapshot in {own.index} is of the whole compendium, not of the collection "
        "'first'. Run 'kb build --collection first --index index-first', then the same command "
        "with '--collection first --index index-first'.\n"
    )


def test_a_snapshot_of_one_collection_does_not_measure_another(alone):
    """It says of which it is."""
    result = kb(*asked(alone, "evaluate", "--collection", "later"))

    assert (result.exit_code, result.stdout) == (1, "")
    assert result.stderr.startswith(
        f"Error: The snapshot in {alone.index} is of the collection 'first', not of the "
        "collection 'later'. Run 'kb build --collection later --index index-later'"
    )


@pytest.mark.parametrize(
    ("command", "name"),
    [
        (["evaluate"], "queries.jsonl"),
        (["evaluate", "--profiles"], "profiles.jsonl"),
        (["calibrate"], "queries.jsonl"),
    ],
)
def test_where_only_a_collection_was_judged_the_whole_is_not_measured(own, command, name):
    """No figure of the whole is made of judgments of a part: the message leads to the part."""
    result = kb(*asked(own, *command))

    assert (result.exit_code, result.stdout) == (1, "")
    assert result.stderr == (
        f"Error: {own.cases / name} does not exist: nothing was judged of the whole compendium "
        "yet. What was judged of the collection 'first' is measured on that alone. Run 'kb build "
        "--collection first --index index-first', then the same command with '--collection first "
        "--index index-first'.\n"
    )


def test_what_is_derived_from_a_collection_stays_with_it_and_serves_the_whole(alone, own):
    """The calibration and the figures stand in its folder, say so, and are built into both."""
    judged = own.cases / "collections" / "first"

    derived = kb(*asked(alone, "calibrate", "--collection", "first"))
    build(alone, collection="first")
    published = kb(*asked(alone, "evaluate", "--publish"))
    build(alone, collection="first")
    build(own)

    (calibration,) = read_calibrations(judged / "calibration.json")
    report = read_report(judged / "relevance.json")
    assert derived.stdout.startswith(f"{judged / 'calibration.json'}: 4 queries; ")
    assert published.stderr == f"Wrote {judged / 'relevance.json'}; the next build shows it.\n"
    assert (calibration.collection, report.collection) == ("first", "first")
    for settings in (alone, own):
        held = open_snapshot(settings.index / current_id(settings.index)).content.compendium
        assert (held.calibration, held.relevance) == (calibration, report)
    assert sorted(path.name for path in own.cases.glob("*.json*")) == []


def test_measuring_the_whole_says_whose_weights_it_goes_by(alone, own):
    """Queries of the whole are measured with the weights of a part until it has its own."""
    kb(*asked(alone, "calibrate"))
    build(own)
    lines = "".join(row(*one) for one in QUERIES) + row("test", "t3", "wine", {WINE: 2})
    (own.cases / "queries.jsonl").write_text(lines)
    told = (
        "The weights and thresholds were chosen on judged queries of the collection 'first', "
        "not of the whole compendium.\n"
    )

    measured, again = kb(*asked(own, "evaluate")), kb(*asked(own, "calibrate"))
    build(own)
    after = kb(*asked(own, "evaluate"))

    assert (measured.exit_code, measured.stderr, again.exit_code) == (0, told, 0)
    assert measured.stdout.splitlines()[0].startswith("judged queries, snapshot ")
    assert (after.exit_code, after.stderr) == (0, "")
    assert [one.collection for one in read_calibrations(own.cases / "calibration.json")] == [""]


def test_a_folder_of_queries_has_no_collection(own):
    """--collection names a part of the compendium, and a FOLDER has documents of its own."""
    result = kb(*asked(own, "evaluate", "some/folder", "--collection", "first"))

    assert result.exit_code == 2
    assert "--collection goes with no FOLDER" in result.stderr


def test_a_judgment_outside_its_collection_is_a_problem(own):
    """The check reads what was judged, of everything and of each collection."""
    judged = own.cases / "collections" / "first"
    with (judged / "queries.jsonl").open("a") as file:
        file.write(row("test", "t9", "wine", {WINE: 2, "no/where": 1}))
    (judged / "profiles.jsonl").write_text(json.dumps({**PROFILE, "relevance": {WINE: 2}}) + "\n")
    (own.cases / "queries.jsonl").write_text(row("test", "t1", "wine", {WINE: 3}))

    result, narrowed = (
        kb("check", "--cases", own.cases, *paths) for paths in ((), (judged / "profiles.jsonl",))
    )

    outside = (
        f"relevance names '{WINE}', which is not in the collection 'first'; "
        "only its own documents are judged here. [judged-outside-collection]"
    )
    assert result.exit_code == narrowed.exit_code == 1
    assert result.stdout.splitlines() == [
        f"{own.cases / 'queries.jsonl'}:1: relevance of '{WINE}' must be 1 or 2, not 3. "
        "[judged-grade]",
        f"{judged / 'queries.jsonl'}:7: {outside}",
        f"{judged / 'queries.jsonl'}:7: relevance names 'no/where', which is no case. "
        "[case-unknown]",
        f"{judged / 'profiles.jsonl'}:1: {outside}",
    ]
    assert narrowed.stdout.splitlines() == [f"{judged / 'profiles.jsonl'}:1: {outside}"]


def test_a_search_can_be_narrowed_to_a_collection(own):
    """It is a filter as any other, by id or label."""
    answers = [
        kb("search", "--index", own.index, "--collection", one, "--json").stdout
        for one in ("first", "Later ones")
    ]

    assert [json.loads(answer)["total"] for answer in answers] == [3, 4]
