"""Writes a dump into a folder: each case is read once, and few are in memory."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from contextlib import ExitStack, closing
from pathlib import Path

from kb.answers.addresses import Addresses
from kb.exports.dump.contents import Contents, DumpFile
from kb.exports.dump.formats import (
    CSV,
    JSONL,
    PARQUET,
    JsonLines,
    SpreadsheetCsv,
    check_format,
    read_lines,
    write_parquet,
)
from kb.exports.dump.metadata import descriptions
from kb.exports.dump.tables import CASES, TABLES, Context, Table, rows_of
from kb.search.searcher import Searcher

#: The place of the day in a row of cases.
_DAY = [column.name for column in CASES.columns].index("date")
_LINES = ".lines-{table}.jsonl"


def write_dump(
    folder: Path, searcher: Searcher, addresses: Addresses, *, formats: Iterable[str]
) -> Contents:
    """Write all that a snapshot holds, and what describes it.

    Args:
        folder: which may have older files of the same names.
        searcher: the snapshot.
        addresses: where its pages stand.
        formats: of ``TABLE_FORMATS``, in the order to tell them.

    Raises:
        QueryError: what writes a format is not installed.
        OSError: the folder cannot be written.
    """
    formats = tuple(formats)
    for name in formats:
        check_format(name)
    folder.mkdir(parents=True, exist_ok=True)
    rows, day = _write_rows(folder, searcher, addresses, formats)
    for table in TABLES:
        lines = folder / _LINES.format(table=table.name)
        for name in formats:
            if name == PARQUET:
                write_parquet(folder / f"{table.name}.{name}", table, read_lines(lines))
        if JSONL in formats:
            lines.replace(folder / f"{table.name}.{JSONL}")
        else:
            lines.unlink()
    files = tuple(
        _file(folder, table, name, rows[table.name]) for name in formats for table in TABLES
    )
    contents = _contents(searcher, addresses, day, files)
    for name, text in descriptions(contents).items():
        (folder / name).write_text(text, encoding="utf-8")
    return contents


def _write_rows(
    folder: Path, searcher: Searcher, addresses: Addresses, formats: tuple[str, ...]
) -> tuple[dict[str, int], str]:
    """Write the formats that are written row by row; how many rows, and the latest day.

    JSON Lines are always written: others are made of them, so that each case is read once.
    """
    context, rows, day = Context.of(searcher, addresses), {}, ""
    with ExitStack() as stack:
        writers = {}
        for table in TABLES:
            lines = JsonLines(folder / _LINES.format(table=table.name), table)
            made = [stack.enter_context(closing(lines))]
            if CSV in formats:
                sheet = SpreadsheetCsv(folder / f"{table.name}.{CSV}", table)
                made.append(stack.enter_context(closing(sheet)))
            writers[table.name], rows[table.name] = made, 0
        for case in searcher.cases:
            for table in TABLES:
                for row in rows_of(table, case, context):
                    rows[table.name] += 1
                    day = max(day, str(row[_DAY] or "")) if table is CASES else day
                    for writer in writers[table.name]:
                        writer.write(row)
    return rows, day


def _file(folder: Path, table: Table, format_name: str, rows: int) -> DumpFile:
    path = folder / f"{table.name}.{format_name}"
    with path.open("rb") as file:
        digest = hashlib.file_digest(file, "sha256").hexdigest()
    return DumpFile(
        name=path.name,
        table_name=table.name,
        format=format_name,
        rows=rows,
        size=path.stat().st_size,
        sha256=digest,
    )


def _contents(
    searcher: Searcher, addresses: Addresses, day: str, files: tuple[DumpFile, ...]
) -> Contents:
    site = searcher.compendium.site
    about = " ".join(table.about for table in TABLES)
    return Contents(
        title=f"{site.name}: all cases",
        description=f"{site.description} Three tables. {about}",
        creator=site.name,
        snapshot=searcher.snapshot_id,
        day=day,
        licence=site.licence,
        licence_url=site.licence_url,
        url=f"{addresses.root}/dump" if addresses.root else "",
        files=files,
    )
