"""A dump as spreadsheets, programs and their validators read it."""

from __future__ import annotations

import csv
import hashlib
import json
import sys
from pathlib import Path
from typing import Any

import duckdb
import mlcroissant
import pytest
from arro3.io import read_parquet
from frictionless import Package

from kb.answers.addresses import Addresses
from kb.answers.cases import case_answer
from kb.answers.citation import citation_answer
from kb.errors import QueryError
from kb.exports.csv import FORMULA_STARTS
from kb.exports.dump.formats import TABLE_FORMATS, check_format, formats_here
from kb.exports.dump.metadata import CROISSANT, DATA_PACKAGE
from kb.exports.dump.tables import NUMBER, TABLES, WHOLE, YES_NO
from kb.exports.dump.write import write_dump
from kb.indexing.pipeline import build
from kb.search.opening import open_current
from kb.search.searcher import Searcher
from tests.toy import copy_toy_corpus, settings_of_toy

ADDRESSES = Addresses(root="https://cases.example.org")
#: Texts that readers take for something else, by case.
REGIONS = {"spain/none": "None", "spain/007": "007", "spain/na": "NA"}


@pytest.fixture(name="hard", scope="module")
def _hard(tmp_path_factory: pytest.TempPathFactory, tiny_encoder: Path) -> Searcher:
    """The toy with cases whose texts look like numbers, like nothing, and like formulas."""
    folder = tmp_path_factory.mktemp("hard")
    cases = copy_toy_corpus(folder / "cases")
    text = (cases / "spain" / "textile-training.md").read_text()
    for case_id, region in REGIONS.items():
        made = text.replace("title: Textile firms train together", f"title: '+1 {region} é “x”'")
        assert made != text
        made = made.replace("\nkind:", f"\nregion: '{region}'\nkind:", 1)
        (cases / f"{case_id}.md").write_text(made)
    settings = settings_of_toy(cases, folder / "index", tiny_encoder)
    build(settings)
    return open_current(settings)


@pytest.fixture(name="folder", scope="module")
def _folder(tmp_path_factory: pytest.TempPathFactory, hard: Searcher) -> Path:
    folder = tmp_path_factory.mktemp("dump")
    write_dump(folder, hard, ADDRESSES, formats=TABLE_FORMATS)
    return folder


def lines(folder: Path, table: str) -> list[dict[str, Any]]:
    """The rows of a table as JSON Lines have them."""
    content = (folder / f"{table}.jsonl").read_bytes()
    return [json.loads(line) for line in content.split(b"\n") if line]


def test_the_tables_say_what_the_answers_say(folder: Path, hard: Searcher):
    """Cases, results and sources, row by row, as the API and the citation have them."""
    cases = {row["id"]: row for row in lines(folder, "cases")}
    assert list(cases) == list(hard.compendium.by_id)
    results, sources = lines(folder, "results"), lines(folder, "sources")
    for case_id, row in cases.items():
        case = hard.case(case_id)
        answer = case_answer(hard, case, ADDRESSES)
        cited = citation_answer(case, hard, ADDRESSES, accessed="")
        assert row["title"] == answer.title == cited.title
        assert (row["text"], row["summary"], row["url"]) == (
            answer.body,
            answer.summary,
            answer.url,
        )
        assert (str(row["year"]), row["date"]) == (cited.year, cited.date)
        assert (row["version"], row["version_url"]) == (cited.version, cited.version_url)
        assert row["country"] == ("; ".join(answer.country) or None)
        told = [(one.metric, one.low, one.figure, one.source) for one in answer.results]
        assert told == [
            (one["metric"], one["low"], one["figure"], one["source"])
            for one in results
            if one["case"] == case_id
        ]
        assert [(one.key, one.title) for one in answer.references] == [
            (one["key"], one["title"]) for one in sources if one["case"] == case_id
        ]
    assert {row["region"] for row in cases.values()} >= set(REGIONS.values())


@pytest.mark.parametrize("table", TABLES, ids=lambda one: one.name)
def test_every_format_has_the_same_rows(folder: Path, table):
    """Parquet with its types, CSV as text; empty is None and “NA” is not."""
    rows = lines(folder, table.name)
    names = [column.name for column in table.columns]
    columns = read_parquet(folder / f"{table.name}.parquet").read_all()
    assert columns.column_names == names
    by_column = {name: columns.column(name).to_pylist() for name in names}
    assert by_column == {name: [row[name] for row in rows] for name in names}
    with (folder / f"{table.name}.csv").open(encoding="utf-8-sig", newline="") as file:
        read = list(csv.DictReader(file))
    assert len(read) == len(rows)
    for row, text in zip(rows, read, strict=True):
        assert {name: _as_text(value) for name, value in row.items()} == {
            name: value.removeprefix("'") for name, value in text.items()
        }


@pytest.mark.parametrize("table", TABLES, ids=lambda one: one.name)
def test_another_reader_opens_the_parquet(folder: Path, table):
    """DuckDB, of other makers than the writer, finds the same columns, types and rows."""
    held = duckdb.connect().read_parquet(str(folder / f"{table.name}.parquet"))
    kinds = {NUMBER: "DOUBLE", WHOLE: "BIGINT", YES_NO: "BOOLEAN"}
    names = [column.name for column in table.columns]

    assert held.columns == names
    assert [str(one) for one in held.types] == [
        kinds.get(column.type, "VARCHAR") for column in table.columns
    ]
    assert [dict(zip(names, row, strict=True)) for row in held.fetchall()] == lines(
        folder, table.name
    )


def _as_text(value: Any) -> str:
    if isinstance(value, bool):
        return str(value).lower()
    return "" if value is None else str(value)


def test_a_spreadsheet_runs_nothing(folder: Path):
    """No text begins as a formula does; numbers do, and are none."""
    for table in TABLES:
        numbers = {one.name for one in table.columns if one.type in (NUMBER, WHOLE)}
        content = (folder / f"{table.name}.csv").read_bytes()
        assert content.startswith(b"\xef\xbb\xbf")
        for row in csv.DictReader(content.decode("utf-8-sig").splitlines(keepends=True)):
            texts = [value for name, value in row.items() if name not in numbers]
            assert not [value for value in texts if value.startswith(FORMULA_STARTS)]
    assert "'+1 None é “x”" in (folder / "cases.csv").read_text("utf-8-sig")


def test_frictionless_finds_nothing_wrong(folder: Path):
    """Types, keys, digests and sizes hold, and no text is taken for something else."""
    package = Package(str(folder / DATA_PACKAGE))
    report = package.validate()

    assert report.valid, report.flatten(["rowNumber", "fieldName", "note"])
    assert [one.name for one in package.resources] == [table.name for table in TABLES]
    read = package.get_resource("cases").read_rows()
    assert {one["id"]: one["region"] for one in read if one["id"] in REGIONS} == REGIONS


@pytest.mark.parametrize(
    ("root", "told"), [("", {}), ("https://cases.example.org", {"format": "uri"})]
)
def test_addresses_are_described_as_they_are_written(
    tmp_path: Path, hard: Searcher, root: str, told: dict[str, str]
):
    """A path is no address to Frictionless where the site does not know where it stands."""
    write_dump(tmp_path, hard, Addresses(root=root), formats=("csv",))
    package = Package(str(tmp_path / DATA_PACKAGE))

    assert package.validate().valid
    fields = {one["name"]: one for one in package.get_resource("cases").schema.to_dict()["fields"]}
    for name in ("url", "version_url"):
        assert (fields[name]["type"], fields[name].get("format")) == ("string", told.get("format"))
    first = package.get_resource("cases").read_rows()[0]
    assert first["url"] == f"{root}/cases/{first['id']}"
    sources = {
        one["name"]: one for one in package.get_resource("sources").schema.to_dict()["fields"]
    }
    assert sources["url"]["format"] == "uri"


@pytest.mark.filterwarnings("ignore::DeprecationWarning", "ignore::FutureWarning")
@pytest.mark.parametrize("form", ["csv", "jsonl"])
def test_croissant_is_read_by_its_own_package(tmp_path: Path, hard: Searcher, form: str):
    """Every row comes, with the types that were told."""
    write_dump(tmp_path, hard, Addresses(), formats=(form,))
    dataset = mlcroissant.Dataset(jsonld=str(tmp_path / CROISSANT))

    assert not dataset.metadata.ctx.issues.errors
    assert not dataset.metadata.ctx.issues.warnings
    rows = list(dataset.records("results"))
    assert [
        (row["results/case"].decode(), row["results/number"], row["results/low"]) for row in rows
    ] == _results(hard)


def _results(searcher: Searcher) -> list[tuple[str, int, float | None]]:
    return [
        (case.id, number, result.low)
        for case in searcher.cases
        for number, result in enumerate(case.results, start=1)
    ]


@pytest.mark.filterwarnings("ignore::DeprecationWarning", "ignore::FutureWarning")
def test_croissant_of_every_format_leads_to_parquet(folder: Path):
    """Only that keeps what a text looks like; each file has its digest and its address."""
    dataset = mlcroissant.Dataset(jsonld=str(folder / CROISSANT))
    data = json.loads((folder / CROISSANT).read_text())

    assert not dataset.metadata.ctx.issues.errors
    assert not dataset.metadata.ctx.issues.warnings
    files = {one["@id"]: one for one in data["distribution"]}
    assert files.keys() == {f"{t.name}.{form}" for t in TABLES for form in TABLE_FORMATS}
    for name, one in files.items():
        content = (folder / name).read_bytes()
        assert one["sha256"] == hashlib.sha256(content).hexdigest()
        assert one["contentSize"] == f"{len(content)} B"
        assert one["contentUrl"] == f"https://cases.example.org/dump/{name}"
    used = {field["source"]["fileObject"]["@id"] for s in data["recordSet"] for field in s["field"]}
    assert used == {f"{table.name}.parquet" for table in TABLES}


def test_the_same_is_written_twice(folder: Path, tmp_path: Path, hard: Searcher):
    """Byte for byte; and nothing else is left in the folder."""
    contents = write_dump(tmp_path, hard, ADDRESSES, formats=TABLE_FORMATS)

    names = {path.name for path in tmp_path.iterdir()}
    assert names == {*(one.name for one in contents.files), DATA_PACKAGE, CROISSANT}
    for name in names:
        assert (tmp_path / name).read_bytes() == (folder / name).read_bytes()


def test_every_column_says_what_it_is():
    """A name once in its table, words, and of each number what it counts or is measured in."""
    for table in TABLES:
        names = [column.name for column in table.columns]
        assert len(set(names)) == len(names)
        assert set(table.key) <= set(names)
        for column in table.columns:
            assert column.about
            assert not column.about.endswith(".")
            assert column.type != YES_NO or column.about.startswith("Whether")
            assert column.type != NUMBER or column.unit


def test_without_its_library_there_is_no_parquet(monkeypatch: pytest.MonkeyPatch):
    """It is not offered, and asked for it says what to install."""
    monkeypatch.setitem(sys.modules, "arro3", None)

    assert formats_here() == ("csv", "jsonl")
    check_format("csv")
    with pytest.raises(QueryError, match=r"compendium-of-business-networks\[parquet\]"):
        check_format("parquet")
