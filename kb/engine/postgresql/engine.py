"""Answers out of one version in a database; see ``schema.py`` for how it lies there."""

from __future__ import annotations

import json
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np

from kb.engine.answering import ArrayAnswering
from kb.engine.base import Answering, EngineEvidence, OwnedTexts, Question, VectorText
from kb.engine.local.arrays import read_array, starts_of, stretches
from kb.engine.local.documents import DocumentTable
from kb.engine.local.said import rows_saying
from kb.engine.local.vectors import FLAT_UP_TO, Codes, TextOwners, doubt_of, nearest_of_each
from kb.engine.local.words import WordScores, in_each, word_scores
from kb.engine.postgresql.schema import (
    BEGINS,
    DOCUMENTS_FOLDER,
    FORMAT,
    VECTORS_FOLDER,
    VERSION_FILE,
    WORDS_FOLDER,
    schema_of,
)
from kb.engine.postgresql.server import Asked, Integers, Reals, Server, column, server_at
from kb.engine.tabled import TabledEngine
from kb.errors import SnapshotCorrupt, SnapshotMissing, SnapshotStale

#: Seconds that a standby has to come to know a version that was just published.
PATIENCE = 10.0

_NO_TEXTS = OwnedTexts(texts=(), vectors=np.zeros((0, 0), dtype=np.float32))


@dataclass(frozen=True, kw_only=True)
class PostgresVectors:
    """One vector set whose owners are documents.

    Whose its texts are, and the signs of a large set, lie in the snapshot; vectors in the
    database. ``starts`` is as of ``kb.engine.local.vectors``; ``codes`` is None of a small set.
    """

    server: Server
    table: str
    dimension: int
    starts: np.ndarray
    codes: Codes | None

    @property
    def doubt(self) -> float:
        """How far an estimate may be off; 0 where they are exact."""
        return 0.0 if self.codes is None else doubt_of(self.codes.cosine)

    @cached_property
    def _owners(self) -> TextOwners:
        return TextOwners(self.starts)

    def estimates(self, unit: np.ndarray) -> np.ndarray:
        """About how near each document comes: of a small set exactly, by a scan of its texts."""
        if self.codes is not None:
            return self._owners.estimates(self.codes, unit)
        rows = np.arange(len(self.starts) - 1)
        products, _ = self.products(unit[None, :], rows)
        return self._owners.nearest(products[0])

    def nearest(self, unit: np.ndarray, rows: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Exactly how near some documents come by their nearest text, and which one that is."""
        return nearest_of_each(*self._product(unit, rows))

    def asking(self, unit: np.ndarray, rows: np.ndarray) -> Asked:
        """What is asked for the cosines of all texts of some documents, which are in order."""
        return self._asking([unit], rows)

    def told(self, sent: Sequence[tuple], rows: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """The nearest text of each of these documents, by what came back."""
        begins = starts_of(self._lengths(rows))
        return nearest_of_each(self._numbers(sent[0][0], begins), np.diff(begins))

    def of(self, rows: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """The unit vectors of all texts of some documents, and how many each has."""
        known = np.unique(rows)
        ((sent,),) = self.server.fetch(
            f"SELECT string_agg(vector_send(embedding), '') FROM (SELECT embedding "
            f"FROM {self.table} WHERE row = ANY(%(rows)s) ORDER BY row, ordinal) AS texts",
            {"rows": Integers(known)},
        )
        begins = starts_of(self._lengths(known))
        vectors = vectors_of(sent, self.dimension)
        self._whole(len(vectors), begins)
        places, lengths = stretches(begins, np.searchsorted(known, rows))
        return vectors[places], lengths

    def products(self, units: np.ndarray, rows: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """How near unit vectors come to all texts of some documents, and how many each has."""
        if not len(units):
            lengths = self._lengths(rows)
            return np.zeros((0, int(lengths.sum())), dtype=np.float32), lengths
        known = np.unique(rows)
        (sent,) = self.server.fetch(*self._asking(units, known))
        begins = starts_of(self._lengths(known))
        places, lengths = stretches(begins, np.searchsorted(known, rows))
        found = [self._numbers(one, begins)[places] for one in sent]
        return np.array(found, dtype=np.float32).reshape(len(units), len(places)), lengths

    def _product(self, unit: np.ndarray, rows: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        products, lengths = self.products(unit[None, :], rows)
        return products[0], lengths

    def _asking(self, units: Sequence[np.ndarray] | np.ndarray, rows: np.ndarray) -> Asked:
        numbers = range(len(units))
        products = ", ".join(
            # Once for all rows, where it stands in a statement of its own.
            f"(-(embedding <#> (SELECT %(unit{number})s::real[]::vector)))::float4 AS p{number}"
            for number in numbers
        )
        sent = ", ".join(f"string_agg(float4send(p{number}), '')" for number in numbers)
        return (
            f"SELECT {sent} FROM (SELECT {products} FROM {self.table} "
            f"WHERE row = ANY(%(rows)s) ORDER BY row, ordinal) AS texts",
            {
                "rows": Integers(rows),
                **{f"unit{number}": Reals(unit) for number, unit in enumerate(units)},
            },
        )

    def _lengths(self, rows: np.ndarray) -> np.ndarray:
        """How many texts some documents have."""
        return self.starts[rows + 1].astype(np.int64) - self.starts[rows]

    def _numbers(self, sent: bytes | None, begins: np.ndarray) -> np.ndarray:
        found = column(sent, "f4")
        self._whole(len(found), begins)
        return found

    def _whole(self, n_texts: int, begins: np.ndarray) -> None:
        if n_texts != begins[-1]:
            raise changed_by_hand(self.server, self.table, int(begins[-1]), n_texts)


@dataclass(frozen=True, kw_only=True)
class PostgresWords:
    """The words of all documents. ``begins`` is as of ``kb.engine.local.said``."""

    server: Server
    schema: str
    n_documents: int
    begins: np.ndarray

    def scores(self, terms: Sequence[str]) -> WordScores:
        """What terms count in every document."""
        found = self.server.fetch(
            f"SELECT term, rows, values FROM {self.schema}.lexeme WHERE term = ANY(%(terms)s)",
            {"terms": list(terms)},
        )
        held = {term: (_rows(rows), np.frombuffer(v, dtype="<f4")) for term, rows, v in found}
        return word_scores(
            [held[term] for term in terms if term in held],
            n_unknown=len(terms) - len(held),
            n_documents=self.n_documents,
        )

    def holding(self, terms: Sequence[str]) -> np.ndarray:
        """The rows of the documents that hold each of some terms."""
        wanted = set(terms)
        found = self.server.fetch(
            f"SELECT rows FROM {self.schema}.lexeme WHERE term = ANY(%(terms)s)",
            {"terms": sorted(wanted)},
        )
        if not found or len(found) < len(wanted):
            return np.zeros(0, dtype=np.int64)
        return in_each([_rows(rows) for (rows,) in found])

    def saying(self, terms: Sequence[str]) -> np.ndarray:
        """The rows of the documents that say some terms one after the other."""
        if len(terms) < 2:
            return self.holding(terms)
        found = dict(
            self.server.fetch(
                f"SELECT term, places FROM {self.schema}.lexeme WHERE term = ANY(%(terms)s)",
                {"terms": sorted(set(terms))},
            )
        )
        if len(found) < len(set(terms)):
            return np.zeros(0, dtype=np.int64)
        return rows_saying([_rows(found[term]) for term in terms], self.begins)

    def frequencies(self, terms: Sequence[str]) -> Mapping[str, int]:
        """How many documents hold each term."""
        found = dict(
            self.server.fetch(
                f"SELECT term, documents FROM {self.schema}.lexeme WHERE term = ANY(%(terms)s)",
                {"terms": list(terms)},
            )
        )
        return {term: found.get(term, 0) for term in terms}


class PostgresAnswering(ArrayAnswering):
    """One question, whose exact evidence is asked for in all sets at once."""

    def __init__(self, engine: PostgresEngine, question: Question) -> None:
        super().__init__(engine, question)
        self._sets = engine.vector_sets
        self._server = engine.server

    def evidence(self, rows: np.ndarray) -> EngineEvidence:
        """What speaks for some documents, exactly."""
        if not self._units or (len(rows) > 1 and not (np.diff(rows) > 0).all()):
            return super().evidence(rows)
        sent = self._server.fetch_each(
            [self._sets[name].asking(unit, rows) for name, unit in self._units.items()]
        )
        told = {
            name: self._sets[name].told(one, rows)
            for name, one in zip(self._units, sent, strict=True)
        }
        return EngineEvidence(
            rows=rows,
            cosines={name: cosines for name, (cosines, _) in told.items()},
            nearest={name: nearest for name, (_, nearest) in told.items()},
            words=self._words.shares[rows],
        )


class PostgresEngine(TabledEngine):
    """One version. Immutable; safe between threads."""

    def __init__(self, server: Server, folder: Path, described: Mapping[str, Any]) -> None:
        self.server = server
        self._schema = schema_of(described["version"])
        self._sets: Mapping[str, Mapping[str, Any]] = described["sets"]
        self.documents = DocumentTable(folder / DOCUMENTS_FOLDER)
        n = len(self.documents)
        self.words = PostgresWords(
            server=server,
            schema=self._schema,
            n_documents=n,
            begins=read_array(folder / WORDS_FOLDER, BEGINS, "uint64", shape=(n + 1,)),
        )
        self.vector_sets = {
            name: self._opened(folder / VECTORS_FOLDER, name, one, n)
            for name, one in self._sets.items()
            if not one["owned"]
        }
        self._owned: dict[str, OwnedTexts] = {}

    def _opened(
        self, folder: Path, name: str, described: Mapping[str, Any], n_documents: int
    ) -> PostgresVectors:
        n_texts, dimension = described["texts"], described["dimension"]
        starts = read_array(folder, f"{name}-starts", "uint32", shape=(n_documents + 1,))
        if starts[0] != 0 or starts[-1] != n_texts:
            raise SnapshotCorrupt(f"{folder / name}-starts.npy does not hold what it should.")
        return PostgresVectors(
            server=self.server,
            table=f"{self._schema}.text_{described['number']}",
            dimension=dimension,
            starts=starts,
            codes=Codes.read(folder, name, n_texts, dimension) if n_texts > FLAT_UP_TO else None,
        )

    @classmethod
    def open(cls, address: str, folder: Path) -> PostgresEngine:
        """Open what ``PostgresWriter`` published; a standby is waited for.

        Args:
            address: of the server.
            folder: of the engine in the snapshot.

        Raises:
            EngineUnavailable: the server is not there, or not as it must be.
            SnapshotMissing: it does not have the version.
            SnapshotStale: it was written by another version of this program.
            SnapshotCorrupt: a file or a table is not as it was written.
        """
        server, described = server_at(address), read_version(folder)
        version = described["version"]
        until = time.monotonic() + PATIENCE
        while True:
            found = []
            ((there, is_standby),) = server.fetch(
                "SELECT to_regclass('compendium.versions') IS NOT NULL, pg_is_in_recovery()"
            )
            if there:
                found = server.fetch(
                    "SELECT format FROM compendium.versions WHERE version = %(version)s",
                    {"version": version},
                )
            if found:
                break
            if not is_standby or time.monotonic() > until:
                raise SnapshotMissing(f"{server.name} does not have the version {version}.")
            time.sleep(0.1)
        ((written,),) = found
        if written != FORMAT:
            raise SnapshotStale(
                f"The tables of {version} at {server.name} have format {written}; "
                f"this program reads {FORMAT}."
            )
        _check_tables(server, described)
        return cls(server, folder, described)

    @property
    def sizes(self) -> Mapping[str, int]:
        """How many texts each vector set holds."""
        return {name: one["texts"] for name, one in self._sets.items()}

    @property
    def dimensions(self) -> Mapping[str, int]:
        """How many numbers a vector of each vector set has."""
        return {name: one["dimension"] for name, one in self._sets.items()}

    def ask(self, question: Question) -> Answering:
        """Put a question."""
        return PostgresAnswering(self, question)

    def texts(self, vector_set: str, row: int) -> tuple[VectorText, ...]:
        """The texts of a document in a vector set."""
        if vector_set not in self.vector_sets:
            return ()
        found = self.server.fetch(
            f"SELECT ordinal, digest FROM {self.vector_sets[vector_set].table} "
            "WHERE row = %(row)s ORDER BY ordinal",
            {"row": int(row)},
        )
        owner = self.documents.ids[row]
        return tuple(
            VectorText(owner=owner, ordinal=ordinal, digest=digest.hex())
            for ordinal, digest in found
        )

    def vectors(self, vector_set: str, rows: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """The unit vectors of all texts of some documents, and how many each has."""
        if vector_set not in self.vector_sets:
            return np.zeros((0, 0), dtype=np.float32), np.zeros(len(rows), dtype=np.int64)
        return self.vector_sets[vector_set].of(rows)

    def cosines(
        self, vector_set: str, rows: np.ndarray, vectors: np.ndarray
    ) -> tuple[np.ndarray, np.ndarray]:
        """How near some vectors come to all texts of some documents, and how many each has."""
        if vector_set not in self.vector_sets:
            none = np.zeros((len(vectors), 0), dtype=np.float32)
            return none, np.zeros(len(rows), dtype=np.int64)
        return self.vector_sets[vector_set].products(vectors, rows)

    def owned(self, vector_set: str) -> OwnedTexts:
        """A vector set whose owners are no documents: few texts, read once."""
        described = self._sets.get(vector_set)
        if described is None or not described["owned"]:
            return _NO_TEXTS
        if vector_set not in self._owned:
            found = self.server.fetch(
                "SELECT owner, ordinal, digest, vector_send(embedding) "
                f"FROM {self._schema}.owned WHERE vector_set = %(name)s ORDER BY place",
                {"name": vector_set},
            )
            if len(found) != described["texts"]:
                table = f"{self._schema}.owned"
                raise changed_by_hand(self.server, table, described["texts"], len(found))
            self._owned[vector_set] = OwnedTexts(
                texts=tuple(
                    VectorText(owner=owner, ordinal=ordinal, digest=digest.hex())
                    for owner, ordinal, digest, _ in found
                ),
                vectors=vectors_of(b"".join(sent for *_, sent in found), described["dimension"]),
            )
        return self._owned[vector_set]

    def known_vectors(self, vector_set: str, digests: Sequence[str]) -> Mapping[str, np.ndarray]:
        """The vectors of the texts that a set has of those asked for."""
        if vector_set not in self._sets or not digests:
            return {}
        own, table = "", f"{self._schema}.owned"
        if vector_set in self.vector_sets:
            table = self.vector_sets[vector_set].table
        else:
            own = " AND vector_set = %(name)s"
        found = self.server.fetch(
            f"SELECT digest, vector_send(embedding) FROM {table} "
            f"WHERE digest = ANY(%(digests)s){own}",
            {"digests": [bytes.fromhex(digest) for digest in digests], "name": vector_set},
        )
        dimension = self.dimensions[vector_set]
        return {digest.hex(): vectors_of(sent, dimension)[0] for digest, sent in found}


def read_version(folder: Path) -> Mapping[str, Any]:
    """What a snapshot says of the version that it goes with.

    Raises:
        SnapshotStale: it was written by another version of this program.
        SnapshotCorrupt: that cannot be read.
    """
    path = folder / VERSION_FILE
    try:
        described = json.loads(path.read_bytes())
        written = described["format"]
        schema_of(described["version"])
    except FileNotFoundError as err:
        raise SnapshotStale(
            f"{folder} is not as this program has it for an engine in PostgreSQL."
        ) from err
    except (OSError, ValueError, KeyError, TypeError) as err:
        raise SnapshotCorrupt(f"{path} does not hold what it should.") from err
    if written != FORMAT:
        raise SnapshotStale(f"{path} has format {written}; this program reads {FORMAT}.")
    return described


def changed_by_hand(server: Server, table: str, expected: int, found: int) -> SnapshotCorrupt:
    """What is said where a table has not the rows that were written."""
    return SnapshotCorrupt(
        f"Somebody changed tables of this version at {server.name}: "
        f"{table} must have rows: {expected}, not {found}."
    )


def _check_tables(server: Server, described: Mapping[str, Any]) -> None:
    """Refuse a version that was changed by hand, as far as the numbers of rows tell.

    Raises:
        SnapshotCorrupt: a table has more or fewer rows than were written.
        SnapshotMissing: a table is gone.
    """
    schema, rows = schema_of(described["version"]), described["rows"]
    (counted,) = server.fetch(
        "SELECT " + ", ".join(f"(SELECT count(*) FROM {schema}.{table})" for table in rows)
    )
    for (table, expected), found in zip(rows.items(), counted, strict=True):
        if found != expected:
            raise changed_by_hand(server, f"{schema}.{table}", expected, found)


def _rows(sent: bytes) -> np.ndarray:
    return np.frombuffer(sent, dtype="<u4")


def vectors_of(sent: bytes | None, dimension: int) -> np.ndarray:
    """What ``vector_send`` gave for any number of vectors: float32 of shape (n, dimension)."""
    form = np.dtype([("dimension", ">i2"), ("rest", ">i2"), ("numbers", ">f4", (dimension,))])
    return np.frombuffer(sent or b"", dtype=form)["numbers"].astype(np.float32)
