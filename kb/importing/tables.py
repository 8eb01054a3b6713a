"""Rows of CSV and XLSX as stories, one at a time, each cell with its place: ``Projects!B7``.

Nothing holds a whole table: what a hundred thousand rows need is what one does. A sheet is gone
through twice, the first time for what openpyxl does not tell where it streams: which cells are
merged, and which hold formulas.
"""

from __future__ import annotations

import csv
import posixpath
import re
import zipfile
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from pathlib import Path
from typing import Any
from xml.etree import ElementTree
from xml.parsers import expat

import openpyxl
from openpyxl.utils import get_column_letter, range_boundaries

from kb.importing.cells import text_of
from kb.importing.files import CSV, encoding_of
from kb.importing.foreign import Cell, Note, Reading, Refused, Story, Unreadable, cut, visible
from kb.model.english import quoted

#: So many rows are looked at to find the heads of the columns.
_LOOKED_AT = 20
_MOST_COLUMNS = 500
_HAS_DIGIT = re.compile(r"\d")
#: The most characters of a cell of CSV; those of XLSX hold 32,767.
_MOST_CHARACTERS = 1_000_000
_SIGNS = (",", ";", "\t", "|")
_NAMESPACE = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"
_REFERENCE = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}id"

#: A row of a table: its number as a spreadsheet counts, and its values.
Row = tuple[int, Sequence[Any]]


@dataclass(frozen=True, kw_only=True)
class Table:
    """A table whose heads are known and whose rows are still to be read.

    Attributes:
        place: the file.
        sheet: the name of the sheet; the file's for CSV.
        columns: what each column is called, in their order; no two are the same.
        rows: what is left to read.
        notes: what is told of the table as a whole.
        formulas: the cells that hold a formula.
        merged: the merged cells of the rows, by their first one.
    """

    place: str
    sheet: str
    columns: tuple[str, ...]
    rows: Iterable[Row]
    notes: tuple[Note, ...] = ()
    formulas: frozenset[str] = frozenset()
    merged: Mapping[str, str] = field(default_factory=dict)

    def stories(self) -> Iterator[Story | Refused]:
        """Each row that holds anything, as a story; a table without one is refused."""
        told, is_empty = self.notes, True
        for number, values in self.rows:
            cells, notes = {}, list(told)
            pairs = zip(self.columns, values, strict=False)
            for index, (column, value) in enumerate(pairs, 1):
                letter = get_column_letter(index)
                place = f"{self.sheet}!{letter}{number}"
                taken, why = _taken(value, f"{letter}{number}", self.formulas)
                if why:
                    notes.append(Note(place=place, column=column, value=cut(value or ""), why=why))
                if taken is not None and text_of(taken):
                    cells[column] = Cell(value=taken, place=place)
            if cells:
                where = f"{self.sheet}!{number}"
                yield Story(place=where, name=f"row {number}", cells=cells, notes=tuple(notes))
                told, is_empty = (), False
        if is_empty:
            why = "It has no row below the heads of its columns, so there is nothing to import."
            yield Refused(place=self.place, why=why)


def _taken(value: Any, where: str, formulas: frozenset[str]) -> tuple[Any, str]:
    """What is taken of a cell, and what is told of it."""
    if isinstance(value, _Error):
        return None, f"the cell holds the error {value}."
    if where in formulas and value is None:
        return None, (
            "a formula without a kept value is not taken. Open the file in a spreadsheet program, "
            "save it, and import it again."
        )
    if isinstance(value, str):
        seen = visible(value)
        return seen, "invisible signs were taken out." if seen != value else ""
    return value, ""


class _Error(str):
    """What stands in a cell that could not be worked out, such as ``#REF!``."""


def open_table(
    path: Path, kind: str, place: str, *, sheet: str = "", header: Sequence[int] = ()
) -> Table:
    """Open a table and find the heads of its columns.

    Args:
        path: where it is.
        kind: ``CSV`` or ``XLSX`` of ``kb.importing.files``.
        place: what messages call the file.
        sheet: the name of the sheet; the first one that holds anything where it is empty.
        header: the rows that hold the heads, from 1; found where there are none.

    Raises:
        Unreadable: it is damaged, empty, or has no such sheet.
    """
    if kind == CSV:
        return _csv_table(path, place, header)
    return _xlsx_table(path, place, sheet, header)


# --- the heads of the columns ----------------------------------------------------------------

_TWO_ROWS = (
    "two rows of heads, the first of groups. If that is wrong, say in the mapping which row holds "
    "the heads: 'header: 1'."
)


def _with_heads(
    rows: Iterator[Row],
    *,
    place: str,
    sheet: str,
    header: Sequence[int],
    merged: Sequence[str] = (),
    **told: Any,
) -> Table:
    """A table of rows: its heads are found in the first of them.

    Raises:
        Unreadable: no row holds anything.
    """
    first: list[Row] = []
    for row in rows:
        first.append(row)
        if len(first) >= max(_LOOKED_AT, *header, 0):
            break
    if not any(_filled(values) for _, values in first):
        raise Unreadable(f"has nothing in the sheet {quoted(sheet)}: its first rows are empty.")
    numbers = tuple(header) or _heads_among(first, merged)
    heads = [values for number, values in first if number in numbers]
    if not heads:
        raise Unreadable(f"has no row {', '.join(map(str, numbers))} in the sheet {quoted(sheet)}.")
    width = min(_MOST_COLUMNS, max(len(values) for _, values in first))
    across = _across(merged, next(number for number, _ in first if number in numbers))
    names, notes = _names(heads, width, sheet, numbers[-1], across)
    if len(numbers) > 1 and not header and not merged:
        notes.append(Reading(place=f"{sheet}!{numbers[0]}:{numbers[1]}", why=_TWO_ROWS))
    left = [row for row in first if row[0] > max(numbers)]
    spread = {one: area for area in merged for one in [area.split(":")[0]]}

    def every() -> Iterator[Row]:
        yield from left
        yield from rows

    return Table(
        place=place,
        sheet=sheet,
        columns=names,
        rows=_spread(every(), merged, max(numbers)),
        notes=(*told.pop("notes", ()), *notes),
        merged=spread,
        **told,
    )


def _filled(values: Sequence[Any]) -> int:
    return sum(1 for value in values if value is not None and text_of(value))


def _heads_among(first: Sequence[Row], merged: Sequence[str]) -> tuple[int, ...]:
    """The row of heads: the first that is as wide as most; with the groups over it, if any."""
    widest = max(_filled(values) for _, values in first)
    number = next(number for number, values in first if _filled(values) * 2 >= widest)
    across = [range_boundaries(area) for area in merged]
    groups = [one for one in across if one[1] == one[3] == number and one[0] != one[2]]
    below = next((values for at, values in first if at == number + 1), ())
    if groups and below and all(isinstance(one, str) for one in below if one is not None):
        return (number, number + 1)
    return (number, number + 1) if _are_groups(first, number) else (number,)


def _are_groups(first: Sequence[Row], number: int) -> bool:
    """Whether a row holds groups over the heads in the next one, though no cell is merged.

    Then it has gaps, and the next row fills them, each cell another word without a digit; and
    some column has figures from there on, which only a head would begin with a word.
    """
    at = [place for place, _ in first].index(number)
    over, *below = (list(map(_as_text, values)) for _, values in first[at:])
    if not (below and below[0] and all(below[0]) and len(below) > 1):
        return False
    heads, rows = below[0], below[1:]
    gaps = [column for column in range(len(heads)) if not "".join(over[column : column + 1])]
    if not gaps or 0 in gaps or len(set(heads)) < len(heads):
        return False
    columns = ([row[at] for row in rows if at < len(row) and row[at]] for at in range(len(heads)))
    return not any(map(_HAS_DIGIT.search, heads)) and any(
        all(map(_HAS_DIGIT.search, filled)) for filled in columns if filled
    )


def _as_text(value: Any) -> str:
    return "" if value is None else text_of(value)


def _across(merged: Sequence[str], row: int) -> tuple[range, ...]:
    """The columns, from 0, of each merged cell that stands over several of them in a row."""
    areas = [range_boundaries(area) for area in merged]
    return tuple(
        range(left - 1, right) for left, top, right, _ in areas if top == row and right > left
    )


def _names(
    heads: Sequence[Sequence[Any]], width: int, sheet: str, row: int, across: Sequence[range]
) -> tuple[tuple[str, ...], list[Note]]:
    """What each column is called; two of one name are told apart by their letters.

    Args:
        heads: the rows of heads; rows of a workbook end with their last value.
        width: so many columns are named.
        sheet: the name of the sheet.
        row: the last row of the heads.
        across: the columns of each group over the heads, where cells are merged for them. Else a
            group reaches to the next one.
    """
    rows = [[text_of(one) if one is not None else "" for one in values] for values in heads]
    for one in rows:
        one += [""] * (width - len(one))
    if len(rows) > 1:  # a group stands over several columns
        for at in range(1, width):
            group = next((area[0] for area in across if at in area), at if across else at - 1)
            if not rows[0][at] and rows[1][at]:
                rows[0][at] = rows[0][group]
    plain = []
    for at in range(width):
        parts = [one[at] for one in rows if at < len(one) and one[at]]
        plain.append(": ".join(dict.fromkeys(parts)))
    counts, names, notes = Counter(filter(None, plain)), [], []
    for at, name in enumerate(plain):
        letter = get_column_letter(at + 1)
        is_again = bool(name) and name in plain[:at]
        names.append(f"{name} ({letter})" if is_again else name or f"({letter})")
        if is_again:
            notes.append(
                Note(
                    place=f"{sheet}!{letter}{row}",
                    column=name,
                    why=f"{counts[name]} columns are called so; this one is {quoted(names[-1])} "
                    "here.",
                )
            )
    return tuple(names), notes


def _spread(rows: Iterator[Row], merged: Sequence[str], after: int) -> Iterator[Row]:
    """Rows in which the value of a merged cell stands in each of its rows."""
    areas = [range_boundaries(area) for area in merged]
    down = [area for area in areas if area[3] > area[1] and area[3] > after]
    held: dict[int, tuple[int, Any]] = {}
    for number, values in rows:
        row = list(values)
        for left, top, _, bottom in down:
            if top == number and left <= len(row):
                held[left] = (bottom, row[left - 1])
            elif top < number <= bottom and left in held:
                row += [None] * (left - len(row))
                row[left - 1] = held[left][1]
        yield number, row


# --- CSV -------------------------------------------------------------------------------------


def _csv_table(path: Path, place: str, header: Sequence[int]) -> Table:
    encoding, is_guess = encoding_of(path)
    notes = []
    if is_guess:
        told = f"It is not UTF-8 and was read as {encoding}; look at its accents."
        notes.append(Reading(place=place, why=told))
    sign, skip = _separator(path, encoding)
    return _with_heads(
        _csv_rows(path, encoding, sign, skip),
        place=place,
        sheet=path.name,
        header=header,
        notes=tuple(notes),
    )


def _csv_rows(path: Path, encoding: str, sign: str, skip: int) -> Iterator[Row]:
    """The rows of a file, counted as a spreadsheet does.

    Raises:
        Unreadable: a row is not as CSV is.
    """
    before = csv.field_size_limit(_MOST_CHARACTERS)
    try:
        with path.open(encoding=encoding, errors="replace", newline="") as file:
            for _ in range(skip):
                file.readline()
            reader = csv.reader(file, delimiter=sign)
            for number, values in enumerate(reader, 1):
                yield number, [value if value else None for value in values]
    except csv.Error as err:
        raise Unreadable(f"is no CSV on line {reader.line_num}: {err}.") from err
    finally:
        csv.field_size_limit(before)


def _separator(path: Path, encoding: str) -> tuple[str, int]:
    """The sign between the values, and how many lines stand before the table.

    The first line may say it (``sep=;``); else it is the one by which most rows are as wide.
    """
    with path.open(encoding=encoding, errors="replace", newline="") as file:
        lines = [
            line
            for line, _ in zip(iter(lambda: file.readline(100_000), ""), range(50), strict=False)
        ]
    if lines and (match := re.fullmatch(r"sep=(.)\s*", lines[0])):
        return match[1], 1
    best = (0.0, ",")
    for sign in _SIGNS:
        widths = Counter(len(row) for row in csv.reader(lines, delimiter=sign) if row)
        width, often = max(widths.items(), key=lambda one: one[1], default=(1, 0))
        worth = often * (width - 1) / max(1, sum(widths.values()))
        best = max(best, (worth, sign), key=lambda one: one[0])
    return best[1], 0


# --- XLSX ------------------------------------------------------------------------------------


def _xlsx_table(path: Path, place: str, sheet: str, header: Sequence[int]) -> Table:
    try:
        parts = _sheet_parts(path)
    except (zipfile.BadZipFile, KeyError, ValueError, OSError) as err:
        raise Unreadable("is damaged: it is no whole workbook. Save it again.") from err
    except ElementTree.ParseError as err:
        raise Unreadable(f"is damaged: it holds what is no XML ({err}).") from err
    names = list(parts)
    if sheet and sheet not in names:
        raise Unreadable(
            f"has no sheet {quoted(sheet)}; its sheets are {', '.join(map(quoted, names))}."
        )
    tried = [sheet] if sheet else names
    for name in tried:
        found = _Sheet.of(path, parts[name])
        if found.cells or sheet:
            break
    else:
        raise Unreadable(f"has nothing in its sheets: {', '.join(map(quoted, names)) or 'none'}.")
    others = [one for one in names if one != name]
    notes = [
        Reading(place=f"{name}!{area}", why="one merged cell, whose value counts for each row.")
        for area in found.merged
        if _goes_down(area)
    ]
    if others and not sheet:
        told = (
            f"the sheet {quoted(name)} was taken; others are {', '.join(map(quoted, others))}. Say "
        )
        notes.append(Note(place=place, why=f"{told}'sheet: NAME' in the mapping for another."))
    return _with_heads(
        _xlsx_rows(path, name),
        place=place,
        sheet=name,
        header=header,
        merged=found.merged,
        formulas=frozenset(found.formulas),
        notes=tuple(notes),
    )


def _goes_down(area: str) -> bool:
    _, top, _, bottom = range_boundaries(area)
    return bottom > top


def _xlsx_rows(path: Path, sheet: str) -> Iterator[Row]:
    """The rows of a sheet.

    Raises:
        Unreadable: the workbook is damaged.
    """
    try:
        # Opened here, as openpyxl goes by the name of a file and not by what it is.
        with path.open("rb") as file:
            book = openpyxl.load_workbook(file, read_only=True, data_only=True, keep_links=False)
            worksheet = book[sheet]
            worksheet.reset_dimensions()  # programs write wrong ones
            for number, row in enumerate(worksheet.iter_rows(), 1):
                yield number, [_value(cell) for cell in row[:_MOST_COLUMNS]]
    except (ElementTree.ParseError, SyntaxError, KeyError, ValueError, TypeError) as err:
        raise Unreadable(f"is damaged in the sheet {quoted(sheet)}: {err}.") from err
    except (zipfile.BadZipFile, OSError) as err:
        raise Unreadable("is damaged: it is no whole workbook. Save it again.") from err


def _value(cell: Any) -> Any:
    value = cell.value
    if cell.data_type == "e":
        return _Error(value)
    if isinstance(value, int | float) and not isinstance(value, bool):
        shown = str(getattr(cell, "number_format", "") or "")
        if "%" in shown:  # what reads 30% is kept as 0.3
            return float(Decimal(repr(float(value))) * 100)
    return value


def _sheet_parts(path: Path) -> dict[str, str]:
    """The part of the package in which each sheet is, by its name."""
    with zipfile.ZipFile(path) as package:
        book = _parsed(package, "xl/workbook.xml")
        links = _parsed(package, "xl/_rels/workbook.xml.rels")
        targets = {link.get("Id"): link.get("Target") or "" for link in links}
        found = {}
        for sheet in book.iter(f"{_NAMESPACE}sheet"):
            target = targets.get(sheet.get(_REFERENCE), "")
            part = (
                target.lstrip("/") if target.startswith("/") else posixpath.normpath(f"xl/{target}")
            )
            if part in package.namelist() and sheet.get("name"):
                found[str(sheet.get("name"))] = part
    return found


def _parsed(package: zipfile.ZipFile, part: str) -> ElementTree.Element:
    """A small part; one that declares entities is refused before they are.

    Raises:
        Unreadable: it does, or is large.
    """
    if package.getinfo(part).file_size > 10_000_000:
        raise Unreadable(f"is odd: {part} is large.")
    data = package.read(part)
    if b"<!DOCTYPE" in data:
        raise Unreadable(f"is odd: {part} declares a type of its own.")
    return ElementTree.fromstring(data)


@dataclass(slots=True, kw_only=True)
class _Sheet:
    """What is told of a sheet before its rows are read.

    ``cells`` is how many hold anything; ``formulas`` are their names, ``merged`` areas.
    """

    cells: int = 0
    formulas: set[str] = field(default_factory=set)
    merged: list[str] = field(default_factory=list)

    @classmethod
    def of(cls, path: Path, part: str) -> _Sheet:
        """Go through a sheet once; nothing of its values is kept.

        Raises:
            Unreadable: it is damaged, or declares entities.
        """
        found = cls()
        parser = expat.ParserCreate(namespace_separator="}")
        at = ""

        def start(name: str, attributes: dict[str, str]) -> None:
            nonlocal at
            name = name.rpartition("}")[2]
            if name == "c":
                at = attributes.get("r", "")
            elif name in ("v", "is"):
                found.cells += 1
            elif name == "f":
                found.formulas.add(at)
            elif name == "mergeCell":
                found.merged.append(attributes.get("ref", "A1"))

        def refuse(*_: object) -> None:
            raise Unreadable(f"is odd: {part} declares a type of its own.")

        parser.StartElementHandler = start
        parser.StartDoctypeDeclHandler = refuse
        try:
            with zipfile.ZipFile(path) as package, package.open(part) as file:
                parser.ParseFile(file)
        except (expat.ExpatError, zipfile.BadZipFile, OSError) as err:
            raise Unreadable(f"is damaged: {part} is no XML ({err}).") from err
        return found
