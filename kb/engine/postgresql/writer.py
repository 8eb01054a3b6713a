"""Writes a state of the engine into a database, in one transaction."""

from __future__ import annotations

import json
import math
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import numpy as np

from kb.engine.base import Document, unit_rows
from kb.engine.gathering import Gathering, Owned
from kb.engine.local.vectors import FLAT_UP_TO, code_width, cosines_of_distances, sample_of, signs
from kb.engine.local.words import Counts, valued
from kb.engine.postgresql.schema import (
    CODES_A_ROW,
    FORMAT,
    INDEXES,
    LONGEST_INLINE,
    ONE_AT_A_TIME,
    REGISTRY,
    TABLES,
    TEXT_INDEXES,
    TEXTS,
    code_columns,
    schema_of,
)
from kb.engine.postgresql.server import Connection, rows_in_binary, server_at


class PostgresWriter(Gathering):
    """Writes one version, all of it in ``publish``; one of the same name is replaced."""

    def __init__(self, address: str, version: str, *, origin: str = "") -> None:
        """Nothing is asked of the server yet.

        Args:
            address: of the server.
            version: the name of what is written.
            origin: whose it is; see ``retain``.
        """
        super().__init__()
        self._server = server_at(address)
        self._version = version
        self._origin = origin

    def publish(self) -> None:
        """Write every table, and name the version as the last thing.

        Raises:
            EngineUnavailable: the server is not there, or cannot take it; nothing is left.
        """
        documents = self.documents_in_order()
        with self._server.writing() as connection:
            schema = schema_of(self._version)
            connection.execute(ONE_AT_A_TIME)
            connection.execute(REGISTRY)
            connection.execute(f"DROP SCHEMA IF EXISTS {schema} CASCADE")
            connection.execute(
                "DELETE FROM compendium.versions WHERE version = %s", (self._version,)
            )
            connection.execute(f"CREATE SCHEMA {schema}")
            connection.execute(TABLES.format(schema=schema))
            tables = _Tables(connection, schema)
            described = {"documents": len(documents), **_write_documents(tables, documents)}
            _write_words(tables, documents)
            described["sets"] = self._write_sets(tables, documents)
            connection.execute(INDEXES.format(schema=schema))
            connection.execute(
                "INSERT INTO compendium.versions (version, format, origin, described) "
                "VALUES (%s, %s, %s, %s)",
                (self._version, FORMAT, self._origin, json.dumps(described)),
            )

    def _write_sets(
        self, tables: _Tables, documents: Sequence[Document]
    ) -> dict[str, dict[str, Any]]:
        described = {}
        for number, (name, held) in enumerate(self.sets.items()):
            if held.keys() <= {document.id for document in documents}:
                described[name] = _write_set(tables, number, held, documents)
            else:
                described[name] = _write_owned(tables, name, held)
        return described


class _Tables:
    """The tables of one version."""

    def __init__(self, connection: Connection, schema: str) -> None:
        self._cursor = connection.cursor()
        self._schema = schema

    def run(self, statements: str, **parts: object) -> None:
        """Run statements in which ``{schema}`` and some parts stand."""
        self._cursor.execute(statements.format(schema=self._schema, **parts))

    def write(self, table: str, rows: Iterable[tuple]) -> None:
        """Add rows of any kind."""
        with self._cursor.copy(f"COPY {self._schema}.{table} FROM STDIN") as copy:
            for row in rows:
                copy.write_row(row)

    def write_columns(self, table: str, columns: Sequence[np.ndarray]) -> None:
        """Add rows of numbers and bytes."""
        statement = f"COPY {self._schema}.{table} FROM STDIN (FORMAT BINARY)"
        with self._cursor.copy(statement) as copy:
            for block in rows_in_binary(columns):
                copy.write(block)


def _write_documents(tables: _Tables, documents: Sequence[Document]) -> dict[str, Any]:
    by_title = sorted(range(len(documents)), key=lambda row: (documents[row].title.casefold(), row))
    places = {row: place for place, row in enumerate(by_title)}
    rows = {document.id: row for row, document in enumerate(documents)}
    units = sorted({figure.unit for document in documents for figure in document.figures})
    tables.write(
        "document", ((row, one.id, one.kind, places[row]) for row, one in enumerate(documents))
    )
    tables.write(
        "facet",
        (
            (facet, value, row)
            for row, one in enumerate(documents)
            for facet, values in one.facets.items()
            for value in dict.fromkeys(values)
        ),
    )
    tables.write(
        "figure",
        (
            (
                *(one.metric, row, place, units.index(one.unit), one.low, one.high, one.sign),
                *(one.compared, one.own, one.sought, one.way),
            )
            for row, document in enumerate(documents)
            for place, one in enumerate(document.figures)
        ),
    )
    tables.write("unit", enumerate(units))
    tables.write(
        "key",
        (
            (name, row, value)
            for row, one in enumerate(documents)
            for name, value in one.keys.items()
            if value != math.inf
        ),
    )
    tables.write(
        "link",
        {
            pair
            for row, one in enumerate(documents)
            for other in one.links
            if other in rows and rows[other] != row
            for pair in ((row, rows[other]), (rows[other], row))
        },
    )
    return {"units": units}


def _write_words(tables: _Tables, documents: Sequence[Document]) -> None:
    found = Counts.of(document.words for document in documents)
    values = valued(found, len(documents))
    held = values.held.tolist()
    tables.write("lexeme", ((term, at, held[at]) for at, term in enumerate(found.names)))
    postings = values.postings
    columns = [values.terms, postings.rows, postings.counts]
    tables.write_columns("frequency", [*(one.astype(np.int32) for one in columns), postings.values])


def _write_set(
    tables: _Tables, number: int, held: Mapping[str, Owned], documents: Sequence[Document]
) -> dict[str, Any]:
    owners = [(row, held[one.id]) for row, one in enumerate(documents) if one.id in held]
    vectors = unit_rows(np.concatenate([one.vectors for _, one in owners]))
    lengths = np.array([len(one.digests) for _, one in owners])
    rows = np.repeat([row for row, _ in owners], lengths).astype(np.int32)
    ordinals = np.concatenate([np.arange(length) for length in lengths]).astype(np.int32)
    dimension = vectors.shape[1]
    storage = "PLAIN" if dimension <= LONGEST_INLINE else "EXTERNAL"
    tables.run(TEXTS, number=number, dimension=dimension, storage=storage)
    digests = bytes.fromhex("".join(digest for _, one in owners for digest in one.digests))
    columns = [rows, ordinals, np.frombuffer(digests, dtype="V32"), _in_binary(vectors)]
    tables.write_columns(f"text_{number}", columns)
    tables.run(TEXT_INDEXES, number=number)
    described = {"number": number, "texts": len(vectors), "dimension": dimension, "owned": False}
    if len(vectors) > FLAT_UP_TO:
        most = int(lengths.max())
        n_columns = min(most, CODES_A_ROW)
        _write_codes(tables, number, rows, ordinals, vectors, n_columns)
        cosines = cosines_of_distances(vectors[sample_of(len(vectors))])
        described["cosines"] = [float(cosine) for cosine in cosines]
        described |= {"columns": n_columns, "is_wide": most > n_columns}
    return described


def _write_codes(
    tables: _Tables,
    number: int,
    rows: np.ndarray,
    ordinals: np.ndarray,
    vectors: np.ndarray,
    n_columns: int,
) -> None:
    """So many texts of a document a row; where it has fewer, its first stands for the rest."""
    bits = code_width(vectors.shape[1]) * 8
    codes = signs(vectors)
    begins = np.flatnonzero(ordinals % n_columns == 0)
    lengths = np.diff(np.append(begins, len(ordinals)))
    header = np.frombuffer(np.array([bits], dtype=">i4").tobytes(), dtype=np.uint8)
    columns = [rows[begins]]
    for place in range(n_columns):
        places = begins + np.where(place < lengths, place, 0)
        whole = np.hstack([np.tile(header, (len(begins), 1)), codes[places]])
        columns.append(np.ascontiguousarray(whole).view(f"V{whole.shape[1]}").ravel())
    declared = ", ".join(f"{name} bit({bits}) STORAGE PLAIN" for name in code_columns(n_columns))
    tables.run(
        "CREATE TABLE {schema}.code_{number} (row integer, {declared})",
        **{
            "number": number,
            "declared": declared,
        },
    )
    tables.write_columns(f"code_{number}", columns)
    tables.run("ANALYZE {schema}.code_{number}", number=number)


def _in_binary(vectors: np.ndarray) -> np.ndarray:
    """Vectors as pgvector sends and reads them: their dimension, two bytes, then the numbers."""
    n, dimension = vectors.shape
    sent = np.zeros(n, dtype=[("dimension", ">i2"), ("rest", ">i2"), ("numbers", ">f4", dimension)])
    sent["dimension"], sent["numbers"] = dimension, vectors
    return sent.view(f"V{sent.dtype.itemsize}")


def _write_owned(tables: _Tables, name: str, held: Mapping[str, Owned]) -> dict[str, Any]:
    vectors = unit_rows(np.concatenate([one.vectors for one in held.values()]))
    texts = [
        (owner, ordinal, digest)
        for owner, one in held.items()
        for ordinal, digest in enumerate(one.digests)
    ]
    tables.write(
        "owned",
        (
            (name, place, owner, ordinal, bytes.fromhex(digest), str(vector.tolist()))
            for place, ((owner, ordinal, digest), vector) in enumerate(
                zip(texts, vectors, strict=True)
            )
        ),
    )
    return {"texts": len(texts), "dimension": vectors.shape[1], "owned": True}


def ready_to_write(address: str) -> None:
    """Ask whether a server would take a version, before anything is made for it.

    Raises:
        EngineUnavailable: it is not there, takes no changes, or not of this role.
    """
    with server_at(address).writing() as connection:
        connection.execute(ONE_AT_A_TIME)
        connection.execute(REGISTRY)


def retain(address: str, kept: Iterable[str], *, origin: str) -> list[str]:
    """Remove the versions of one origin but for some; what others wrote stays.

    Returns:
        What was removed.

    Raises:
        EngineUnavailable: the server is not there, or takes no changes.
    """
    with server_at(address).writing() as connection:
        connection.execute(ONE_AT_A_TIME)
        connection.execute(REGISTRY)
        rows = connection.execute(
            "DELETE FROM compendium.versions WHERE origin = %s AND version <> ALL(%s) "
            "RETURNING version",
            (origin, list(kept)),
        ).fetchall()
        for (version,) in rows:
            connection.execute(f"DROP SCHEMA IF EXISTS {schema_of(version)} CASCADE")
    return sorted(version for (version,) in rows)
