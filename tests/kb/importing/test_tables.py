"""Tables that real programs write, and those that they should not have written."""

from __future__ import annotations

import tracemalloc
import zipfile
from pathlib import Path

import openpyxl
import pytest

from kb.importing.files import kind_of_file
from kb.importing.foreign import Reading, Story, Unreadable
from kb.importing.tables import open_table
from tests.kb.importing.fictional import HEADS, rows, write_xlsx


def _stories(path: Path, **options: object) -> list[Story]:
    table = open_table(path, kind_of_file(path), path.name, **options)
    return [one for one in table.stories() if isinstance(one, Story)]


def _values(story: Story) -> dict[str, object]:
    return {name: cell.value for name, cell in story.cells.items()}


def _told(stories: list[Story]) -> list[str]:
    return [str(note) for story in stories for note in story.notes]


def _workbook(path: Path, *sheet_rows: list[object], **options: object) -> Path:
    book = openpyxl.Workbook()
    sheet = book.active
    sheet.title = "Projects"
    for row in sheet_rows:
        sheet.append(row)
    for area in options.get("merged", ()):
        sheet.merge_cells(area)
    for cell, shown in dict(options.get("formats", {})).items():
        sheet[cell].number_format = shown
    book.save(path)
    return path


def test_every_row_is_a_story(tmp_path: Path) -> None:
    """Five rows that openpyxl wrote are read back, each cell with its place."""
    stories = _stories(write_xlsx(tmp_path / "a.xlsx", 5))
    first = dict(zip(HEADS, next(rows(1)), strict=True))

    assert len(stories) == 5
    assert _values(stories[0]) == {name: value for name, value in first.items() if value}
    assert stories[0].cells["Country"].place == "Fictional projects!B2"
    assert stories[4].place == "Fictional projects!6"


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "cp1252"])
@pytest.mark.parametrize("sign", [",", ";", "\t"])
def test_csv_in_any_encoding(tmp_path: Path, encoding: str, sign: str) -> None:
    """Whatever sign and encoding a program writes, the values are the same."""
    path = tmp_path / "a.csv"
    lines = [["Name", "Land"], ["Bäcker", "Österreich"], ['"eins\nzwei"', "NO"]]
    path.write_bytes("\r\n".join(sign.join(line) for line in lines).encode(encoding))
    stories = _stories(path)

    assert [_values(story) for story in stories] == [
        {"Name": "Bäcker", "Land": "Österreich"},
        {"Name": "eins\nzwei", "Land": "NO"},
    ]
    assert stories[1].cells["Land"].place == "a.csv!B3"
    assert ("read as cp1252" in str(_told(stories))) is (encoding == "cp1252")


def test_a_line_may_name_the_sign(tmp_path: Path) -> None:
    """``sep=;`` on the first line is believed."""
    path = tmp_path / "a.csv"
    path.write_text("sep=;\nName;Note\nA;b, c, d\n")

    assert [_values(one) for one in _stories(path)] == [{"Name": "A", "Note": "b, c, d"}]


def test_formulas_and_errors_name_their_cells(tmp_path: Path) -> None:
    """A formula that no program has worked out is not taken, and neither is an error."""
    path = _workbook(tmp_path / "a.xlsx", ["Name", "Sum", "Bad"], ["A", "=1+1", "#REF!"])
    stories = _stories(path)

    assert [_values(one) for one in stories] == [{"Name": "A"}]
    assert [one.split(": ")[0] for one in _told(stories)] == ["Projects!B2", "Projects!C2"]
    assert "Open the file in a spreadsheet program, save it" in _told(stories)[0]
    assert "the cell holds the error #REF!" in _told(stories)[1]


def test_a_formula_with_its_value_is_taken(tmp_path: Path) -> None:
    """What a spreadsheet program worked out stands in the file, and is read."""
    path = _workbook(tmp_path / "a.xlsx", ["Name", "Sum"], ["A", "=1+1"])
    kept = tmp_path / "b.xlsx"
    with zipfile.ZipFile(path) as old, zipfile.ZipFile(kept, "w") as new:
        for name in old.namelist():
            data = old.read(name)
            if name == "xl/worksheets/sheet1.xml":
                assert b"<f>1+1</f><v></v>" in data or b"<f>1+1</f><v />" in data
                data = data.replace(b"<f>1+1</f><v></v>", b"<f>1+1</f><v>2</v>")
                data = data.replace(b"<f>1+1</f><v />", b"<f>1+1</f><v>2</v>")
            new.writestr(name, data)

    assert [_values(one) for one in _stories(kept)] == [{"Name": "A", "Sum": 2}]


def test_a_percentage_is_what_it_shows(tmp_path: Path) -> None:
    """30% is kept as 0.3, and means 30."""
    path = _workbook(tmp_path / "a.xlsx", ["Name", "Share"], ["A", 0.29], formats={"B2": "0%"})

    assert _values(_stories(path)[0])["Share"] == 29


def test_merged_cells_and_two_rows_of_heads(tmp_path: Path) -> None:
    """Groups stand before the heads under them; a cell over two rows is that of both."""
    path = _workbook(
        tmp_path / "a.xlsx",
        *(["Project", None, "Money"], ["Name", "Land", "Value"], ["A", "NO", 1], ["B", None, 2]),
        merged=["A1:B1", "B3:B4"],
    )
    stories = _stories(path)

    assert [_values(one) for one in stories] == [
        {"Project: Name": "A", "Project: Land": "NO", "Money: Value": 1},
        {"Project: Name": "B", "Project: Land": "NO", "Money: Value": 2},
    ]
    assert _told(stories) == ["Projects!B3:B4: one merged cell, whose value counts for each row."]
    assert [type(note) for one in stories for note in one.notes] == [Reading]


@pytest.mark.parametrize(
    ("groups", "merged", "heads"),
    [
        (
            [None, None, None, "Money", None],
            ["D1:E1"],
            ["Name", "Land", "Year", "Money: Amount", "Money: Share"],
        ),
        (
            [None, "Money", None, None, None],
            ["B1:C1"],
            ["Name", "Money: Land", "Money: Year", "Amount", "Share"],
        ),
        (
            [None, None, None, "Money"],
            [],
            ["Name", "Land", "Year", "Money: Amount", "Money: Share"],
        ),
    ],
)
def test_a_group_stands_over_its_own_columns(
    tmp_path: Path, groups: list[str | None], merged: list[str], heads: list[str]
) -> None:
    """The last group of a row too; where no cells are merged, a group reaches to the next one."""
    path = _workbook(
        tmp_path / "a.xlsx",
        *(groups, ["Name", "Land", "Year", "Amount", "Share"], ["A", "NO", 2001, 1, 2]),
        merged=merged,
    )

    assert list(_stories(path, header=(1, 2))[0].cells) == heads


def test_rows_of_heads_can_be_named(tmp_path: Path) -> None:
    """Two rows of heads without merged cells are joined where the mapping says so."""
    path = _workbook(tmp_path / "a.xlsx", ["Note"], ["A", "B"], ["x", "y"], ["1", "2"])

    assert _values(_stories(path, header=(2, 3))[0]) == {"A: x": "1", "B: y": "2"}


@pytest.mark.parametrize(
    ("lines", "heads"),
    [
        (
            ["Project,,Money,", "Name,Land,Value,Currency", "A,NO,1,NOK", "B,SE,2,SEK"],
            ["Project: Name", "Project: Land", "Money: Value", "Money: Currency"],
        ),
        (["Name,,Value", "Anna,Oslo,1", "Berit,Bergen,2"], ["Name", "(B)", "Value"]),
        (["Name,,Note", "Anna,Oslo,old", "Berit,Bergen,new"], ["Name", "(B)", "Note"]),
        (["Name,Land,Value", "A,NO,1"], ["Name", "Land", "Value"]),
        (["Name,,Value", "A,NO,1"], ["Name", "(B)", "Value"]),
    ],
    ids=["groups", "a head missing", "nothing but words", "one row", "one row of values"],
)
def test_two_rows_of_heads_in_csv(tmp_path: Path, lines: list[str], heads: list[str]) -> None:
    """Where no cell can be merged they are known by their gaps, and by the figures below."""
    path = tmp_path / "a.csv"
    path.write_text("\n".join(lines) + "\n", "utf-8")
    stories = _stories(path)

    assert list(stories[0].cells) == heads
    is_joined = heads[0] == "Project: Name"
    assert [told.partition(" If")[0] for told in _told(stories)] == (
        ["a.csv!1:2: two rows of heads, the first of groups."] if is_joined else []
    )
    assert len(stories) == len(lines) - (2 if is_joined else 1)


def test_two_columns_of_one_name(tmp_path: Path) -> None:
    """The second one is called by its letter too, and that is told."""
    path = _workbook(tmp_path / "a.xlsx", ["Name", "Name", None], ["A", "B", "C"])
    stories = _stories(path)

    assert _values(stories[0]) == {"Name": "A", "Name (B)": "B", "(C)": "C"}
    assert _told(stories) == [
        "Projects!B1: Name: 2 columns are called so; this one is 'Name (B)' here."
    ]


def test_another_sheet(tmp_path: Path) -> None:
    """The first sheet that holds anything is taken, and the others are named."""
    book = openpyxl.Workbook()
    book.active.title = "Empty"
    book.create_sheet("Full").append(["Name"])
    book["Full"].append(["A"])
    book.save(tmp_path / "a.xlsx")
    stories = _stories(tmp_path / "a.xlsx")

    assert [_values(one) for one in stories] == [{"Name": "A"}]
    assert "the sheet 'Full' was taken; others are 'Empty'." in _told(stories)[0]
    with pytest.raises(Unreadable, match="has no sheet 'Other'; its sheets are 'Empty', 'Full'"):
        _stories(tmp_path / "a.xlsx", sheet="Other")


def _bomb(path: Path) -> None:
    """A workbook whose sheet would be 30 MB of nothing: harmless, and refused before opening."""
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as package:
        package.writestr("xl/workbook.xml", "<workbook/>")
        package.writestr("xl/worksheets/sheet1.xml", " " * 30_000_000)


def _empty_book(path: Path) -> None:
    openpyxl.Workbook().save(path)


#: What is refused: how it is made, and what is said of it.
REFUSED = {
    "zip-bomb.xlsx": (_bomb, "would unpack from "),
    "empty-sheet.xlsx": (_empty_book, "has nothing in its sheets: 'Sheet'."),
    "empty.csv": (lambda path: path.write_bytes(b""), "is empty."),
    "password.xlsx": (
        lambda path: path.write_bytes(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600)),
        "is protected by a password, or of an old Office format. ",
    ),
    "text.xlsx": (lambda path: path.write_text("Name,Land"), "is no .xlsx by its content. "),
    "damaged.xlsx": (lambda path: path.write_bytes(b"PK\x03\x04xx"), "is damaged: "),
    "other.zip": (
        lambda path: zipfile.ZipFile(path, "w").writestr("a.txt", "x"),
        "is a package (ZIP) without a document or a table",
    ),
    "picture.csv": (lambda path: path.write_bytes(b"\x89PNG\r\n"), "is an image."),
    "story.pdf": (lambda path: path.write_bytes(b"%PDF-1.7"), "is a PDF. "),
    "letter.rtf": (lambda path: path.write_bytes(b"{\\rtf1 x}"), "is RTF. "),
    "nul.csv": (lambda path: path.write_bytes(b"a,b\n" + bytes(9) + b"x" * 99), "is no text: "),
}


@pytest.mark.filterwarnings(
    "ignore::ResourceWarning", "ignore::pytest.PytestUnraisableExceptionWarning"
)
@pytest.mark.parametrize("name", REFUSED)
def test_what_is_refused(tmp_path: Path, name: str) -> None:
    """Files that are not what they say, too large, protected or empty are refused, and why."""
    make, told = REFUSED[name]
    path = tmp_path / name
    make(path)
    with pytest.raises(Unreadable) as error:
        _stories(path)

    assert str(error.value)[: len(told)] == told


def test_a_declared_entity_is_refused(tmp_path: Path) -> None:
    """A workbook that declares entities is refused before any is expanded."""
    path, odd = _workbook(tmp_path / "a.xlsx", ["Name"], ["A"]), tmp_path / "b.xlsx"
    with zipfile.ZipFile(path) as old, zipfile.ZipFile(odd, "w") as new:
        for name in old.namelist():
            data = old.read(name)
            if name == "xl/worksheets/sheet1.xml":
                data = b'<!DOCTYPE x [<!ENTITY a "aaaa">]>' + data[data.find(b"<worksheet") :]
            new.writestr(name, data)
    with pytest.raises(Unreadable, match="declares a type of its own"):
        _stories(odd)


def test_a_table_that_is_called_otherwise(tmp_path: Path) -> None:
    """A workbook named .csv is read as what it is."""
    path = _workbook(tmp_path / "a.xlsx", ["Name"], ["A"]).rename(tmp_path / "a.csv")

    assert kind_of_file(path) == "xlsx"
    assert [_values(one) for one in _stories(path)] == [{"Name": "A"}]


def test_rows_are_streamed(tmp_path: Path) -> None:
    """Twenty thousand rows of CSV take hardly more memory than two hundred."""
    head = "Name,Land,Note\n"
    peaks = []
    for count in (200, 20_000):
        path = tmp_path / f"{count}.csv"
        path.write_text(head + "".join(f"Firm {n},NO,{'x' * 50}\n" for n in range(count)))
        table = open_table(path, "csv", path.name)
        tracemalloc.start()
        assert sum(1 for _ in table.stories()) == count
        peaks.append(tracemalloc.get_traced_memory()[1])
        tracemalloc.stop()

    assert peaks[1] < peaks[0] + 200_000
