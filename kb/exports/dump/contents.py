"""What lies in a dump: its files, and what is said of all of them."""

from __future__ import annotations

from dataclasses import dataclass

from kb.exports.dump.tables import TABLES, Table


@dataclass(frozen=True, slots=True, kw_only=True)
class DumpFile:
    """A file of a dump: a table in a format, as it lies there."""

    name: str
    table_name: str
    format: str
    rows: int
    size: int
    sha256: str

    @property
    def table(self) -> Table:
        """The table that it holds."""
        return next(one for one in TABLES if one.name == self.table_name)


@dataclass(frozen=True, slots=True, kw_only=True)
class Contents:
    """What a dump is.

    Attributes:
        title: what it is called.
        description: what it holds, in sentences.
        creator: the name of the compendium.
        snapshot: the id of what it was made of.
        day: the day on which anything in it changed last; empty where that is not known.
        licence: under which the texts may be used; empty where nobody says.
        licence_url: where that stands.
        url: the address of the page of the dump; empty where the site has no public address.
        files: by format, and in the order of the tables.
    """

    title: str
    description: str
    creator: str
    snapshot: str
    day: str
    licence: str
    licence_url: str
    url: str
    files: tuple[DumpFile, ...]

    @property
    def version(self) -> str:
        """Its version in three numbers, as Croissant wants it: that of the day, and no promise."""
        year, month, day = (self.day or "0-0-0").split("-")
        return f"{int(year)}.{int(month)}.{int(day)}"

    def rows(self, table_name: str) -> int:
        """How many rows a table has."""
        return next(one.rows for one in self.files if one.table_name == table_name)

    def file(self, name: str) -> DumpFile | None:
        """The file of a name; None where there is none."""
        return next((one for one in self.files if one.name == name), None)
