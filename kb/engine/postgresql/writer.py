"""Writes a state of the engine: into a database, in one transaction, and into the snapshot."""

from __future__ import annotations

import json
import secrets
from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import replace
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np

from kb.engine.base import Document, unit_rows
from kb.engine.gathering import Gathering, Owned
from kb.engine.local.arrays import starts_of, write_array
from kb.engine.local.documents import Columns, write_documents
from kb.engine.local.said import Places
from kb.engine.local.vectors import FLAT_UP_TO, cosines_of_distances, sample_of, signs
from kb.engine.local.words import Counts, valued
from kb.engine.postgresql.engine import read_version
from kb.engine.postgresql.ledger import Ledger
from kb.engine.postgresql.schema import (
    BEGINS,
    DOCUMENTS_FOLDER,
    FORMAT,
    GUARD,
    GUARDED,
    INDEXES,
    LONGEST_INLINE,
    REGISTRY,
    TABLES,
    TEXT_INDEXES,
    TEXTS,
    VECTORS_FOLDER,
    VERSION_FILE,
    WORDS_FOLDER,
    schema_of,
)
from kb.engine.postgresql.server import Connection, rows_in_binary, server_at
from kb.errors import SnapshotError


class PostgresWriter(Gathering):
    """Writes one version, all of it in ``publish``, under a name that no other one has."""

    def __init__(self, address: str, name: str, *, folder: Path, index: Path) -> None:
        """Nothing is asked of the server yet.

        Args:
            address: of the server.
            name: of what is written; the version is called so, and a little more.
            folder: gets what stays in the snapshot; there must be none.
            index: the folder of all snapshots, which keeps account of what it wrote.
        """
        super().__init__()
        self._server = server_at(address)
        self._version = f"{name}_{secrets.token_hex(4)}"
        self._folder = folder
        self._index = index

    def publish(self) -> None:
        """Write every file and table, and name the version as the last thing.

        Raises:
            EngineUnavailable: the server is not there, or cannot take it; it has nothing of it.
            OSError: a file cannot be written.
        """
        documents = self.documents_in_order()
        for folder in (DOCUMENTS_FOLDER, VECTORS_FOLDER, WORDS_FOLDER):
            (self._folder / folder).mkdir(parents=True)
        write_documents(self._folder / DOCUMENTS_FOLDER, Columns.of(documents))
        with self._server.writing() as connection:
            schema = schema_of(self._version)
            connection.execute(REGISTRY)
            ledger = Ledger.read(self._index)
            there = connection.execute(
                "SELECT version FROM compendium.versions WHERE origin = %s", (ledger.origin,)
            )
            ledger = ledger.adding(self._version, there=[version for (version,) in there])
            ledger.write(self._index)  # before, so that nothing is there that no account has
            connection.execute(f"CREATE SCHEMA {schema}")
            connection.execute(TABLES.format(schema=schema))
            tables = _Tables(connection, schema)
            _write_words(tables, self._folder / WORDS_FOLDER, documents)
            sets = self._write_sets(tables, documents)
            tables.run(INDEXES)
            tables.guard()
            described = {
                **{"version": self._version, "format": FORMAT, "origin": ledger.origin},
                **{"documents": len(documents), "sets": sets, "rows": tables.rows},
            }
            text = json.dumps(described, indent=1)
            (self._folder / VERSION_FILE).write_text(text + "\n", encoding="utf-8")
            connection.execute(
                "INSERT INTO compendium.versions (version, format, origin, described) "
                "VALUES (%s, %s, %s, %s)",
                (self._version, FORMAT, ledger.origin, text),
            )

    def _write_sets(
        self, tables: _Tables, documents: Sequence[Document]
    ) -> dict[str, dict[str, Any]]:
        described = {}
        folder = self._folder / VECTORS_FOLDER
        for number, (name, held) in enumerate(self.sets.items()):
            if held.keys() <= {document.id for document in documents}:
                described[name] = _write_set(tables, folder, number, name, held, documents)
            else:
                described[name] = _write_owned(tables, name, held)
        return described


class _Tables:
    """The tables of one version.

    ``rows`` says how many each has. They are written in the transaction that makes them, so
    that whoever reads them first need not look up what became of it (``FREEZE``).
    """

    def __init__(self, connection: Connection, schema: str) -> None:
        self._cursor = connection.cursor()
        self._schema = schema
        self.rows = {"owned": 0, "lexeme": 0}

    def run(self, statements: str, **parts: object) -> None:
        """Run statements in which ``{schema}`` and some parts stand."""
        self._cursor.execute(statements.format(schema=self._schema, **parts))

    def write(self, table: str, rows: Iterable[tuple]) -> None:
        """Add rows of any kind."""
        n = 0
        with self._cursor.copy(f"COPY {self._schema}.{table} FROM STDIN (FREEZE)") as copy:
            for row in rows:
                copy.write_row(row)
                n += 1
        self.rows[table] = self.rows.get(table, 0) + n

    def write_columns(self, table: str, columns: Sequence[np.ndarray]) -> None:
        """Add rows of numbers and bytes."""
        statement = f"COPY {self._schema}.{table} FROM STDIN (FORMAT BINARY, FREEZE)"
        with self._cursor.copy(statement) as copy:
            for block in rows_in_binary(columns):
                copy.write(block)
        self.rows[table] = len(columns[0])

    def guard(self) -> None:
        """Let nobody change a row any more."""
        self.run(GUARD)
        for table in self.rows:
            self.run(GUARDED, table=table)


def _write_words(tables: _Tables, folder: Path, documents: Sequence[Document]) -> None:
    found = Counts.of(documents)
    values = valued(found, len(documents))
    held, bounds = values.held.tolist(), pairwise(starts_of(values.held).tolist())
    rows = values.postings.rows.astype("<u4").tobytes()
    counted = values.postings.values.astype("<f4").tobytes()
    said = Places.of(found.said, n_terms=len(found.names), n_documents=len(documents))
    write_array(folder, BEGINS, said.begins)
    tables.write(
        "lexeme",
        (
            (
                *(term, held[at], rows[4 * begin : 4 * end], counted[4 * begin : 4 * end]),
                said.of_term(at).astype("<u4").tobytes(),
            )
            for at, (term, (begin, end)) in enumerate(zip(found.names, bounds, strict=True))
        ),
    )


def _write_set(
    tables: _Tables,
    folder: Path,
    number: int,
    name: str,
    held: Mapping[str, Owned],
    documents: Sequence[Document],
) -> dict[str, Any]:
    owners = [(row, held[one.id]) for row, one in enumerate(documents) if one.id in held]
    vectors = unit_rows(np.concatenate([one.vectors for _, one in owners]))
    lengths = np.zeros(len(documents), dtype=np.int64)
    lengths[[row for row, _ in owners]] = [len(one) for _, one in owners]
    rows = np.repeat(np.arange(len(documents)), lengths).astype(np.int32)
    starts = starts_of(lengths)
    ordinals = (np.arange(len(rows)) - starts[rows]).astype(np.int32)
    dimension = vectors.shape[1]
    storage = "PLAIN" if dimension <= LONGEST_INLINE else "EXTERNAL"
    tables.run(TEXTS, number=number, dimension=dimension, storage=storage)
    digests = b"".join(one.packed for _, one in owners)
    columns = [rows, ordinals, np.frombuffer(digests, dtype="V32"), _in_binary(vectors)]
    tables.write_columns(f"text_{number}", columns)
    tables.run(TEXT_INDEXES, number=number)
    write_array(folder, f"{name}-starts", starts.astype(np.uint32))
    if len(vectors) > FLAT_UP_TO:
        write_array(folder, f"{name}-codes", signs(vectors))
        some = vectors[sample_of(len(vectors))]
        write_array(folder, f"{name}-cosines", cosines_of_distances(some))
    return {"number": number, "texts": len(vectors), "dimension": dimension, "owned": False}


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
        connection.execute(REGISTRY)


def retain(address: str, kept: Iterable[Path], *, index: Path) -> list[str]:
    """Remove the versions that were written from an index but for some; all others stay.

    Args:
        address: of the server.
        kept: the folders of the engine in the snapshots that stay.
        index: the folder of all snapshots.

    Returns:
        What was removed.

    Raises:
        EngineUnavailable: the server is not there, or takes no changes.
    """
    held = []
    for folder in kept:
        with suppress(SnapshotError):  # of another engine, or of another format
            held.append(read_version(folder)["version"])
    ledger = Ledger.read(index)
    own = "origin = %(origin)s AND version = ANY(%(own)s)"
    values = {"origin": ledger.origin, "own": list(ledger.versions), "held": held}
    with server_at(address).writing() as connection:
        connection.execute(REGISTRY)
        rows = connection.execute(
            f"DELETE FROM compendium.versions WHERE {own} AND version <> ALL(%(held)s) "
            "RETURNING version",
            values,
        ).fetchall()
        for (version,) in rows:
            connection.execute(f"DROP SCHEMA IF EXISTS {schema_of(version)} CASCADE")
        stay = connection.execute(f"SELECT version FROM compendium.versions WHERE {own}", values)
        stays = {version for (version,) in stay}
    if ledger.versions:
        stays.update(held)  # of another database, which may be named again
        replace(ledger, versions=tuple(v for v in ledger.versions if v in stays)).write(index)
    return sorted(version for (version,) in rows)
