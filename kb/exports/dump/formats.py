"""The formats of tables: each writes rows one after another, however many there are."""

from __future__ import annotations

import csv
import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from importlib.util import find_spec
from itertools import islice
from pathlib import Path
from typing import IO, Any

from kb.errors import QueryError
from kb.exports.csv import harmless
from kb.exports.dump.tables import NUMBER, WHOLE, YES_NO, Table, Value

CSV, JSONL, PARQUET = ("csv", "jsonl", "parquet")
#: A spreadsheet takes a file for UTF-8 that begins so, and shows its accents.
_BYTE_ORDER_MARK = "\ufeff"
#: So many rows are put into a Parquet file at once.
_AT_ONCE = 2_000
_COMPRESSION = "zstd(3)"


@dataclass(frozen=True, slots=True, kw_only=True)
class TableFormat:
    """A format of tables.

    Attributes:
        name: also the ending of a file.
        label: what people call it.
        use: what it is good for, in a few words.
        media_type: as HTTP names it.
    """

    name: str
    label: str
    use: str
    media_type: str


TABLE_FORMATS: Mapping[str, TableFormat] = {
    one.name: one
    for one in (
        TableFormat(name=CSV, label="CSV", use="for spreadsheets", media_type="text/csv"),
        TableFormat(
            name=JSONL,
            label="JSON Lines",
            use="for programs, a row a line",
            media_type="application/jsonl",
        ),
        TableFormat(
            name=PARQUET,
            label="Parquet",
            use="for data science, with types",
            media_type="application/vnd.apache.parquet",
        ),
    )
}


def has_parquet() -> bool:
    """Whether what writes Parquet is installed."""
    return find_spec("arro3") is not None and find_spec("arro3.io") is not None


def formats_here() -> tuple[str, ...]:
    """The formats that can be written here."""
    return tuple(name for name in TABLE_FORMATS if name != PARQUET or has_parquet())


def check_format(name: str) -> None:
    """Make sure that a format can be written here.

    Raises:
        QueryError: what writes it is not installed.
    """
    if name not in formats_here():
        raise QueryError(
            "Parquet needs a library that is not installed. Run: pip install "
            "'compendium-of-business-networks[parquet]', or choose csv or jsonl.",
            parameter="format",
            value=name,
            allowed=formats_here(),
        )


class JsonLines:
    """Writes rows as JSON, one a line; for a ``with`` block."""

    def __init__(self, path: Path, table: Table) -> None:
        self._names = [column.name for column in table.columns]
        self._file: IO[str] = path.open("w", encoding="utf-8", newline="\n")

    def write(self, row: tuple[Value, ...]) -> None:
        """Write a row."""
        line = json.dumps(dict(zip(self._names, row, strict=True)), ensure_ascii=False)
        self._file.write(f"{line}\n")

    def close(self) -> None:
        """End the file."""
        self._file.close()


class SpreadsheetCsv:
    """Writes rows as CSV that a spreadsheet opens with its accents and runs nothing of."""

    def __init__(self, path: Path, table: Table) -> None:
        self._file: IO[str] = path.open("w", encoding="utf-8", newline="")
        self._file.write(_BYTE_ORDER_MARK)
        self._writer = csv.writer(self._file)
        self._writer.writerow([column.name for column in table.columns])

    def write(self, row: tuple[Value, ...]) -> None:
        """Write a row; yes and no are ``true`` and ``false``, and what is None is empty."""
        self._writer.writerow([_in_csv(value) for value in row])

    def close(self) -> None:
        """End the file."""
        self._file.close()


def _in_csv(value: Value) -> Value:
    if isinstance(value, bool):
        return str(value).lower()
    return harmless(value)


def read_lines(path: Path) -> Iterator[dict[str, Any]]:
    """The rows of a file of ``JsonLines``, one after another."""
    with path.open(encoding="utf-8") as file:
        for line in file:
            yield json.loads(line)


def write_parquet(path: Path, table: Table, rows: Iterable[Mapping[str, Value]]) -> None:
    """Write a table as Parquet: every column has the type that the table says, empty or not."""
    from arro3 import core, io

    types = {NUMBER: core.DataType.float64(), WHOLE: core.DataType.int64()}
    types[YES_NO] = core.DataType.bool()
    of_columns = [types.get(one.type, core.DataType.utf8()) for one in table.columns]
    schema = core.Schema(
        [
            core.Field(column.name, its_type, nullable=True)
            for column, its_type in zip(table.columns, of_columns, strict=True)
        ]
    )

    def batches() -> Iterator[Any]:
        left = iter(rows)
        while some := list(islice(left, _AT_ONCE)):
            yield core.RecordBatch.from_arrays(
                [
                    core.Array([row[column.name] for row in some], its_type)
                    for column, its_type in zip(table.columns, of_columns, strict=True)
                ],
                schema=schema,
            )

    reader = core.RecordBatchReader.from_batches(schema, batches())
    io.write_parquet(reader, path, compression=_COMPRESSION)
