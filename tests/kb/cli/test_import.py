"""``kb import``: drafts of what stands elsewhere, whole or not at all, and what was not taken."""

from __future__ import annotations

import csv
import json
import subprocess
import sys
from collections import Counter
from pathlib import Path

import openpyxl
import pytest

from kb.content.load import load_folder
from tests.kb.cli.command import ROOT, kb
from tests.kb.importing.fictional import HEADS, rows, write_xlsx

CASES = ROOT / "cases"

MAPPING = """\
dates: day-first
fields:
  kind: {value: network}
  title: Project
  country: Country
  sectors: {column: Sector, words: {metalworking: metal-machinery}}
  project: {column: Activity, split: ;}
  members: {who: Who, count: Number of firms}
  period.from: Start
  period.to: End
  summary: Summary
  sources: {key: Source, locator: Page}
  results:
    - {statement: Result, metric: Indicator, direction: Change, value: Value, unit: Unit,
       level: Level}
sections:
  Situation: Background
  What they did together: What they did
skip: Budget
"""

FIRST = """\
---
title: 'Fictional project 1: 6 printing together'
kind: network
country: AT
type: []
project: market-research
results:
  - metric: export-sales
    level: output
    direction: up
    statement: Export sales rose by 52%.
    locator: page 56
    value: 52
    unit: percent
summary: A fictional project in which 6 printing worked together.
sources:
  - key: roy-1998
    locator: page 56
sectors: printing-media
members:
  who: printing of one valley
  count: 6
period:
  from: 2013
  to: 2015
added: ADDED
---

## Situation

This is fictional. The printing were small, and each bought by itself.

## What they did together

They met each month.

- They bought together.
- They shared a &lt;press> 5\\*3 days.
"""


def _import(*arguments: object) -> tuple[int, dict, str]:
    told = kb("import", *arguments, "--cases", CASES, "--json")
    return told.exit_code, json.loads(told.stdout), told.stderr


def test_rows_become_cases_that_pass(tmp_path: Path) -> None:
    """Sixty fictional projects: each row a draft, and the check finds only unknown sources."""
    write_xlsx(tmp_path / "a.xlsx", 60)
    (tmp_path / "mapping.yaml").write_text(MAPPING)
    into = tmp_path / "drafts"
    status, told, said = _import(
        tmp_path / "a.xlsx", "--mapping", tmp_path / "mapping.yaml", "--into", into
    )
    drafts, first = told["drafts"], into / "austria" / "fictional-project-1-6-printing-together.md"
    fields = Counter(one["field"] for draft in drafts for one in draft["problems"])
    text = first.read_text()
    added = text.split("added: ")[1].split("\n")[0]
    unknown = sum(row[17] != "roy-1998" for row in rows(60))

    assert (status, len(drafts), told["refused"], told["not_taken"]) == (0, 60, [], [])
    assert told["passing"] == 60 - unknown
    assert fields["sources[1].key"] == unknown
    assert text == FIRST.replace("ADDED", added)
    assert "60 drafts are in " in said
    assert [path.suffix for path in into.rglob("*") if path.is_file()] == [".md"] * 60


def test_without_a_mapping_one_is_suggested(tmp_path: Path) -> None:
    """The mapping that is printed is the one that is used, and can be used as a file."""
    write_xlsx(tmp_path / "a.xlsx", 12)
    told = kb("import", tmp_path / "a.xlsx", "--suggest-mapping", "--cases", CASES)
    (tmp_path / "mapping.yaml").write_text(told.stdout)
    options = ("--dry-run", "--into", tmp_path / "drafts")
    by_file = _import(tmp_path / "a.xlsx", "--mapping", tmp_path / "mapping.yaml", *options)
    by_itself = _import(tmp_path / "a.xlsx", *options)

    assert "  members.count: Number of firms\n" in told.stdout
    assert "#   Budget: " in told.stdout
    assert by_file[1]["drafts"] == by_itself[1]["drafts"]
    assert not (tmp_path / "drafts").exists()


def test_what_is_there_is_left_alone(tmp_path: Path) -> None:
    """A second import refuses what is there, adds what is new, and changes no file."""
    source, into = tmp_path / "a.csv", tmp_path / "drafts"
    source.write_text("Title,Country\nBakers,NO\nBakers,Norway\n")
    first = _import(source, "--into", into)
    (into / "norway" / "bakers.md").write_text("Mine.")
    source.write_text("Title,Country\nBakers,NO\nSmiths,NO\n")
    status, told, _ = _import(source, "--into", into)

    assert [one["id"] for one in first[1]["drafts"]] == ["norway/bakers", "norway/bakers-2"]
    assert (status, [one["id"] for one in told["drafts"]]) == (1, ["norway/smiths"])
    assert [one["place"] for one in told["refused"]] == ["a.csv!2"]
    assert (into / "norway" / "bakers.md").read_text() == "Mine."


def test_ids_are_no_paths(tmp_path: Path) -> None:
    """Whatever an id or a title tries, the draft stands in the folder of the drafts."""
    tricks = [
        "../../etc/passwd",
        "/etc/passwd",
        "C:\\x",
        "norway/../../x",
        "con\u202e",
        "東京の機械",
        "…",
    ]
    (tmp_path / "a.csv").write_text(
        "Title,Key\n" + "".join(f"T{n},{t}\n" for n, t in enumerate(tricks))
    )
    (tmp_path / "m.yaml").write_text("fields: {title: Title}\nid: Key\n")
    into = tmp_path / "deep" / "drafts"
    _, told, _ = _import(tmp_path / "a.csv", "--mapping", tmp_path / "m.yaml", "--into", into)

    assert [one["id"] for one in told["drafts"]] == [
        *("etc/passwd", "etc/passwd-2", "c/x", "norway/x"),
        *("imported/con", "imported/dong-jing-noji-jie", "imported/row-8"),
    ]
    assert sorted(path.name for path in tmp_path.iterdir()) == ["a.csv", "deep", "m.yaml"]


def test_amounts_are_not_invented(tmp_path: Path) -> None:
    """Without metric or source a result stays in the text; a figure needs a unit."""
    (tmp_path / "a.csv").write_text(
        "Title,Result,Metric,Value,Unit,Source\n"
        "A,Sales rose by 30%.,Sales,30,%,roy-1998\n"
        "B,Sales rose by 30%.,,30,%,roy-1998\n"
        "C,Sales rose by 30%.,Sales,30,%,\n"
        "D,Sales rose by 30%.,Sales,30,furlongs,roy-1998\n"
        "E,Sales rose.,Sales,much,%,roy-1998\n"
    )
    (tmp_path / "m.yaml").write_text(
        "fields:\n  title: Title\n  sources: {key: Source, locator: {value: p. 1}}\n  results:\n"
        "    - {statement: Result, metric: Metric, value: Value, unit: Unit}\n"
    )
    into = tmp_path / "drafts"
    _, told, _ = _import(tmp_path / "a.csv", "--mapping", tmp_path / "m.yaml", "--into", into)
    drafts = {draft.id[-1]: draft for draft in load_folder(into).drafts}
    results = {name: draft.front_matter.value["results"] for name, draft in drafts.items()}

    assert results["a"][0]["value"] == 30
    assert (results["b"], results["c"]) == ([], [])
    assert drafts["b"].body == "## Results as reported\n\nSales rose by 30%."
    assert ["value" in results[name][0] for name in "de"] == [False, False]
    assert [(one["place"], one["column"]) for one in told["not_taken"]] == [
        *(("a.csv!B3", "Result"), ("a.csv!B4", "Result"), ("a.csv!E5", "Unit")),
        *(("a.csv!D5", "Value"), ("a.csv!D6", "Value")),
    ]


def test_documents_of_a_folder(tmp_path: Path) -> None:
    """Markdown in a folder: its text under the first heading, what a case has where it belongs."""
    folder = tmp_path / "stories"
    folder.mkdir()
    (folder / "2014-05-03-bakers.md").write_text(
        "---\ntitle: Five bakers\ncountry: Norge\nexcerpt: They bought an oven.\n"
        "authors: [x]\n---\n"
        "They were small.\n\n## How it began\n\nSlowly.\n\n## Results as reported\n\nNone told.\n"
    )
    (folder / "broken.md").write_text("---\na: [\n---\n")
    (folder / ".hidden.md").write_text("x")
    status, told, _ = _import(folder, "--into", tmp_path / "drafts")
    (draft,) = load_folder(tmp_path / "drafts").drafts

    assert (status, [one["place"] for one in told["refused"]]) == (1, ["broken.md"])
    assert draft.id == "norway/five-bakers"
    assert draft.front_matter.value["sources"] == [
        {
            "key": "bakers",
            "locator": "the whole page",
            "work": {"title": "Five bakers", "year": 2014},
        }
    ]
    assert draft.body == (
        "## Situation\n\nThey were small.\n\n### How it began\n\nSlowly.\n\n"
        "## Results as reported\n\nNone told."
    )
    assert [(one["place"], one["column"]) for one in told["not_taken"]] == [
        ("2014-05-03-bakers.md:5", "authors")
    ]


@pytest.mark.parametrize(
    ("mapping", "line", "told"),
    [
        ("fields: {titel: A}", 1, "titel is not a field of a case: did you mean 'title'? "),
        ("fields:\n  members: {hwo: A}", 2, "hwo is not a field of members: did you mean 'who'? "),
        ("fields:\n  members: A", 2, "must hold a column for each of who, count, "),
        ("fields:\n  title: {colum: A}", 2, "is not known here: did you mean 'column'? "),
        ("sections:\n  Situations: A", 2, "is not a section: did you mean 'Situation'? "),
        ("field: {}", 1, "is not a part of a mapping: did you mean 'fields'? "),
        ("dates: american", 1, "must be day-first or month-first, not 'american'."),
        ("fields: [", 1, "the mapping is not YAML: "),
        ("fields:\n  title: true", 2, "must be the name of a column, or {value: ...}"),
    ],
)
def test_a_wrong_mapping_is_told_with_its_line(
    tmp_path: Path, mapping: str, line: int, told: str
) -> None:
    """Each mistake has its line and what is allowed, the nearest first; nothing is written."""
    (tmp_path / "m.yaml").write_text(mapping)
    (tmp_path / "a.csv").write_text("A\nx\n")
    result = kb(
        *("import", tmp_path / "a.csv", "--mapping", tmp_path / "m.yaml", "--cases", CASES),
        *("--into", tmp_path / "drafts"),
    )

    assert result.exit_code == 1
    assert result.stdout.startswith(f"{tmp_path / 'm.yaml'}:{line}: ")
    assert told in result.stdout
    assert not (tmp_path / "drafts").exists()


def test_the_list_groups_what_is_alike(tmp_path: Path) -> None:
    """As text the same reason is told three times, and then counted."""
    (tmp_path / "a.csv").write_text("Title,Colour\n" + "".join(f"T{n},red\n" for n in range(9)))
    told = kb("import", tmp_path / "a.csv", "--cases", CASES, "--into", tmp_path / "drafts")
    lines = [line for line in told.stdout.splitlines() if line.startswith("not taken")]

    assert lines == [
        "not taken: a.csv!B2: Colour: 'red': No field is mapped to this column.",
        "not taken: a.csv!B3: Colour: 'red': No field is mapped to this column.",
        "not taken: a.csv!B4: Colour: 'red': No field is mapped to this column.",
        "not taken: Colour: and 6 more: No field is mapped to this column. --json lists them.",
    ]


def test_what_was_read_so_is_told_before_what_was_not_taken(tmp_path: Path) -> None:
    """By column, each with its reason; and one of a thing is told as one."""
    (tmp_path / "a.csv").write_bytes("Title,Colour,Age\nBäcker,red,1\n".encode("cp1252"))
    (tmp_path / "m.yaml").write_text("fields: {title: Title}\nskip: Age\n")
    given = ("import", tmp_path / "a.csv", "--mapping", tmp_path / "m.yaml", "--cases", CASES)
    told = kb(*given, "--into", tmp_path / "drafts")
    again = kb(*given, "--into", tmp_path / "drafts")

    assert told.stdout.splitlines()[1:] == [
        "read so: a.csv: It is not UTF-8 and was read as cp1252; look at its accents.",
        "not taken: a.csv!B2: Colour: 'red': No field is mapped to this column.",
    ]
    assert f"1 draft is in {tmp_path / 'drafts'} after" in told.stderr
    assert "1 thing was not taken, or not as it stood." in told.stderr
    assert "1 was refused." in again.stderr


def test_heads_without_a_row_are_told_so(tmp_path: Path) -> None:
    """Nothing comes of it, and the reason is said."""
    (tmp_path / "a.csv").write_text("Title,Country\n")
    told = kb("import", tmp_path / "a.csv", "--cases", CASES, "--dry-run")

    assert told.exit_code == 1
    assert told.stdout == (
        "refused: a.csv: It has no row below the heads of its columns, so there is nothing to "
        "import.\n"
    )


def test_all_that_is_wrong_in_a_mapping_is_told_at_once(tmp_path: Path) -> None:
    """Of one rule too: nobody mends it name by name."""
    (tmp_path / "m.yaml").write_text(
        "datez: x\nfields:\n  titel: A\n  title: {colum: A, splits: x}\nsections:\n  Situatoin: B\n"
    )
    (tmp_path / "a.csv").write_text("A\nx\n")
    told = kb("import", tmp_path / "a.csv", "--mapping", tmp_path / "m.yaml", "--cases", CASES)
    places = [line.split(": ")[0] for line in told.stdout.splitlines() if "m.yaml:" in line]

    assert [place.rsplit(":", 1)[1] for place in places] == ["1", "3", "4", "4", "6"]


def test_how_something_was_read_is_no_thing_not_taken(tmp_path: Path) -> None:
    """A merged cell is taken for each of its rows: that is told, and not counted as left out."""
    book = openpyxl.Workbook()
    for row in (["Title", "Country"], ["A", "Norway"], ["B", None]):
        book.active.append(row)
    book.active.merge_cells("B2:B3")
    book.save(tmp_path / "a.xlsx")
    given = ("import", tmp_path / "a.xlsx", "--cases", CASES, "--dry-run")
    told, data = kb(*given), json.loads(kb(*given, "--json").stdout)
    why = "one merged cell, whose value counts for each row."

    assert [line for line in told.stdout.splitlines() if "merged" in line] == [
        f"read so: Sheet!B2:B3: {why}"
    ]
    assert "were not taken" not in told.stderr
    assert (data["not_taken"], data["read_so_left_off"]) == ([], 0)
    assert data["read_so"] == [{"place": "Sheet!B2:B3", "column": "", "value": "", "why": why}]


def _import_rows(folder: Path, count: int) -> tuple[dict, int]:
    """Import so many rows in a process of its own: the answer, and the most memory it took."""
    table, mapping = folder / f"{count}.csv", folder / "mapping.yaml"
    with table.open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file)
        writer.writerow(HEADS)
        writer.writerows(rows(count))
    mapping.write_text(MAPPING, encoding="utf-8")
    command = ["import", table, "--mapping", mapping, "--cases", CASES, "--dry-run", "--json"]
    script = (
        "import resource, sys\nfrom web.cli import main\n"
        "try:\n    main(sys.argv[1:])\nfinally:\n"
        "    print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss, file=sys.stderr)\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", script, *map(str, command)],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    return json.loads(done.stdout), int(done.stderr.splitlines()[-1]) * 1024


def test_many_rows_take_little_memory_each(tmp_path: Path) -> None:
    """Hundreds of rows are drafts, each checked; a row takes less than 50 kB of memory."""
    few, before = _import_rows(tmp_path, 100)
    many, after = _import_rows(tmp_path, 500)

    assert [len(one["drafts"]) for one in (few, many)] == [100, 500]
    assert [one["passing"] for one in (few, many)] == [90, 450]
    assert after - before < 400 * 50_000


@pytest.mark.long
def test_a_hundred_thousand_rows_are_read_whole(tmp_path: Path) -> None:
    """All of them are drafts, in less than a gigabyte; of problems no more are kept than said."""
    found, most = _import_rows(tmp_path, 100_000)

    assert (len(found["drafts"]), found["refused"]) == (100_000, [])
    assert found["passing"] == sum(not one["left"] for one in found["drafts"]) == 90_000
    kept = sum(len(one["problems"]) for one in found["drafts"])
    assert kept + found["problems_left_off"] == sum(one["left"] for one in found["drafts"])
    assert kept <= 20_000
    assert most < 1_000_000_000


def test_a_figure_is_told_with_its_own_cell(tmp_path: Path) -> None:
    """A figure without a unit stands in its column, not in that of the statement."""
    (tmp_path / "a.csv").write_text(
        "Title,Result,Metric,Value,Unit,Source\nA,Twelve firms joined.,Sales,12,,roy-1998\n"
    )
    (tmp_path / "m.yaml").write_text(
        "fields:\n  title: Title\n  sources: {key: Source, locator: {value: p. 1}}\n  results:\n"
        "    - {statement: Result, metric: Metric, value: Value, unit: Unit}\n"
    )
    given = (tmp_path / "a.csv", "--mapping", tmp_path / "m.yaml", "--dry-run")
    _, told, _ = _import(*given)

    assert told["not_taken"] == [
        {
            "place": "a.csv!D2",
            "column": "Value",
            "value": "12",
            "why": "A figure without a unit is not taken.",
        }
    ]


def test_a_column_that_is_skipped_is_not_told(tmp_path: Path) -> None:
    """Not even that its formulas have no kept value, or that it holds an error."""
    book = openpyxl.Workbook()
    for row in (["Title", "Budget", "Sum"], ["A", "=1+1", "=1+1"], ["B", "=1+1", 3]):
        book.active.append(row)
    book.save(tmp_path / "a.xlsx")
    (tmp_path / "m.yaml").write_text("fields: {title: Title}\nskip: [Budget]\n")
    _, told, _ = _import(tmp_path / "a.xlsx", "--mapping", tmp_path / "m.yaml", "--dry-run")

    assert [one["place"] for one in told["not_taken"]] == ["Sheet!C2", "Sheet!C3"]


def test_a_heading_beside_the_title_moves_no_other_heading(tmp_path: Path) -> None:
    """With a title in the front-matter and another one over the text, results stay results."""
    (tmp_path / "a.md").write_text(
        "---\ntitle: Five bakers\ncountry: Norge\n---\n# How they baked\n\nThey met.\n\n"
        "## Slowly\n\nIn years.\n\n## Results as reported\n\nNone told.\n"
    )
    _import(tmp_path / "a.md", "--into", tmp_path / "drafts")
    (draft,) = load_folder(tmp_path / "drafts").drafts

    assert draft.body == (
        "## Situation\n\n### How they baked\n\nThey met.\n\n### Slowly\n\nIn years.\n\n"
        "## Results as reported\n\nNone told."
    )


def test_a_number_of_members_is_read_as_people_tell_it(tmp_path: Path) -> None:
    """How exact it is goes with it; what is told of it elsewhere, or is no number, stays."""
    told_so = ["about 12", ">7", "ca. 20", "30", "a dozen or two", "at least 5"]
    (tmp_path / "a.csv").write_text(
        "Title,Firms,Exact\n"
        + "".join(f"T{n},{told},{'about' if n == 5 else ''}\n" for n, told in enumerate(told_so))
    )
    (tmp_path / "m.yaml").write_text(
        "fields: {title: Title, members: {count: Firms, qualifier: Exact}}\n"
    )
    _, told, _ = _import(
        *(tmp_path / "a.csv", "--mapping", tmp_path / "m.yaml", "--into", tmp_path / "drafts")
    )
    members = [
        one.front_matter.value.get("members") for one in load_folder(tmp_path / "drafts").drafts
    ]

    assert [(one or {}).get("count") for one in members] == [12, 7, 20, 30, None, 5]
    assert [(one or {}).get("qualifier") for one in members] == [
        *("about", "more than", "about", None, None, "about"),
    ]
    assert [one["place"] for one in told["not_taken"]] == ["a.csv!B6"]
