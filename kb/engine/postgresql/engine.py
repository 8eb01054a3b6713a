"""Answers out of one version in a database; see ``schema.py`` for how it lies there."""

from __future__ import annotations

import math
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np

from kb.engine.answering import ArrayAnswering
from kb.engine.base import (
    NO_TEXT,
    TITLE,
    Answering,
    FigureRows,
    OwnedTexts,
    Question,
    VectorText,
)
from kb.engine.filters import FigureFilter, Filter
from kb.engine.local.vectors import doubt_of, signs
from kb.engine.local.words import WordScores, word_scores
from kb.engine.postgresql.schema import FORMAT, code_columns, schema_of
from kb.engine.postgresql.server import Server, column, server_at, vector_text
from kb.errors import SnapshotMissing, SnapshotStale

#: Seconds that a standby has to come to know a version that was just published.
PATIENCE = 10.0

_NO_TEXTS = OwnedTexts(texts=(), vectors=np.zeros((0, 0), dtype=np.float32))


@dataclass(frozen=True, kw_only=True)
class PostgresVectors:
    """One vector set whose owners are documents."""

    server: Server
    schema: str
    number: int
    dimension: int
    n_texts: int
    n_documents: int
    cosines: np.ndarray | None
    n_columns: int
    is_wide: bool

    @property
    def doubt(self) -> float:
        """How far an estimate may be off; 0 where they are exact."""
        return 0.0 if self.cosines is None else doubt_of(self.cosines)

    def estimates(self, unit: np.ndarray) -> np.ndarray:
        """About how near each document comes: of a small set exactly, by a scan of its texts."""
        found = np.full(self.n_documents, NO_TEXT, dtype=np.float32)
        if self.cosines is None:
            ((rows, nearest),) = self.server.fetch(
                f"SELECT string_agg(int4send(row), ''), string_agg(float4send(cosine), '') FROM ("
                f"SELECT row, max(-(embedding <#> %(unit)s::vector))::float4 AS cosine "
                f"FROM {self.schema}.text_{self.number} GROUP BY row) AS near",
                {"unit": vector_text(unit)},
            )
            found[column(rows, "i4")] = column(nearest, "f4")
            return found
        bits = "".join(map(str, np.unpackbits(signs(unit[None, :])[0]).tolist()))
        asked = f"%(code)s::bit({len(bits)})"
        least = ", ".join(f"{name} <~> {asked}" for name in code_columns(self.n_columns))
        of_row = f"least({least})::int4"
        distance, grouped = (f"min({of_row})", "GROUP BY row") if self.is_wide else (of_row, "")
        ((rows, nearest),) = self.server.fetch(
            f"SELECT string_agg(int4send(row), ''), string_agg(int4send(distance), '') FROM ("
            f"SELECT row, {distance} AS distance FROM {self.schema}.code_{self.number} {grouped}"
            f") AS near",
            {"code": bits},
        )
        found[column(rows, "i4")] = self.cosines[column(nearest, "i4")]
        return found

    def nearest(self, unit: np.ndarray, rows: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Exactly how near some documents come by their nearest text, and which one that is."""
        ((of, ordinals, products),) = self.server.fetch(
            f"SELECT string_agg(int4send(row), ''), string_agg(int4send(ordinal), ''), "
            f"string_agg(float4send(product), '') FROM ("
            f"SELECT row, ordinal, (-(embedding <#> %(unit)s::vector))::float4 AS product "
            f"FROM {self.schema}.text_{self.number} WHERE row = ANY(%(rows)s)) AS near",
            {"unit": vector_text(unit), "rows": np.unique(rows).tolist()},
        )
        owners, places, cosines = column(of, "i4"), column(ordinals, "i4"), column(products, "f4")
        order = np.lexsort((places, -cosines, owners))
        owners, places, cosines = owners[order], places[order], cosines[order]
        known, first = np.unique(owners, return_index=True)
        best, at = np.full(self.n_documents, NO_TEXT), np.full(self.n_documents, -1, dtype=np.int64)
        best[known], at[known] = cosines[first], places[first]
        return best[rows], at[rows]

    def of(self, rows: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """The unit vectors of all texts of some documents, and how many each has."""
        ((owners, sent),) = self.server.fetch(
            f"SELECT string_agg(int4send(row), ''), string_agg(vector_send(embedding), '') FROM ("
            f"SELECT row, embedding FROM {self.schema}.text_{self.number} "
            f"WHERE row = ANY(%(rows)s) ORDER BY row, ordinal) AS texts",
            {"rows": np.unique(rows).tolist()},
        )
        vectors = _vectors(sent, self.dimension)
        places, lengths = _places_of(column(owners, "i4"), rows)
        return vectors[places], lengths

    def products(self, units: np.ndarray, rows: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """How near unit vectors come to all texts of some documents, and how many each has."""
        products = "".join(
            f", string_agg(float4send((-(embedding <#> %(unit{number})s::vector))::float4), '' "
            "ORDER BY row, ordinal)"
            for number in range(len(units))
        )
        ((owners, *sent),) = self.server.fetch(
            f"SELECT string_agg(int4send(row), '' ORDER BY row, ordinal){products} "
            f"FROM {self.schema}.text_{self.number} WHERE row = ANY(%(rows)s)",
            {
                "rows": np.unique(rows).tolist(),
                **{f"unit{number}": vector_text(unit) for number, unit in enumerate(units)},
            },
        )
        places, lengths = _places_of(column(owners, "i4"), rows)
        found = [column(one, "f4")[places] for one in sent]
        return np.array(found, dtype=np.float32).reshape(len(units), len(places)), lengths


@dataclass(frozen=True, kw_only=True)
class PostgresWords:
    """The words of all documents."""

    server: Server
    schema: str
    n_documents: int

    def scores(self, terms: Sequence[str]) -> WordScores:
        """What terms count in every document."""
        found = self.server.fetch(
            f"SELECT term, string_agg(int4send(row), ''), string_agg(float4send(value), '') "
            f"FROM {self.schema}.lexeme JOIN {self.schema}.frequency ON lexeme = number "
            f"WHERE term = ANY(%(terms)s) GROUP BY term",
            {"terms": list(terms)},
        )
        held = {term: (column(rows, "i4"), column(values, "f4")) for term, rows, values in found}
        return word_scores(
            [held[term] for term in terms if term in held],
            n_unknown=len(terms) - len(held),
            n_documents=self.n_documents,
        )


class PostgresEngine:
    """One version. Immutable; safe between threads."""

    def __init__(self, server: Server, version: str, described: Mapping[str, Any]) -> None:
        self._server = server
        self._schema = schema_of(version)
        self._n = int(described["documents"])
        self._units = tuple(described["units"])
        self._sets: Mapping[str, Mapping[str, Any]] = described["sets"]
        self.words = PostgresWords(server=server, schema=self._schema, n_documents=self._n)
        self.vector_sets = {
            name: PostgresVectors(
                server=server,
                schema=self._schema,
                number=one["number"],
                dimension=one["dimension"],
                n_texts=one["texts"],
                n_documents=self._n,
                cosines=np.array(one["cosines"], dtype=np.float32) if "cosines" in one else None,
                n_columns=one.get("columns", 0),
                is_wide=one.get("is_wide", False),
            )
            for name, one in self._sets.items()
            if not one["owned"]
        }

    @classmethod
    def open(cls, address: str, version: str) -> PostgresEngine:
        """Open what ``PostgresWriter`` published; a standby is waited for.

        Raises:
            EngineUnavailable: the server is not there, or not as it must be.
            SnapshotMissing: it does not have the version.
            SnapshotStale: it was written by another version of this program.
        """
        server = server_at(address)
        until = time.monotonic() + PATIENCE
        asked = "SELECT format, described FROM compendium.versions WHERE version = %(version)s"
        while True:
            found = []
            ((there, is_standby),) = server.fetch(
                "SELECT to_regclass('compendium.versions') IS NOT NULL, pg_is_in_recovery()"
            )
            if there:
                found = server.fetch(asked, {"version": version})
            if found:
                break
            if not is_standby or time.monotonic() > until:
                raise SnapshotMissing(f"{server.name} does not have the snapshot {version}.")
            time.sleep(0.1)
        written, described = found[0]
        if written != FORMAT:
            raise SnapshotStale(
                f"The tables of {version} at {server.name} have format {written}; "
                f"this program reads {FORMAT}."
            )
        return cls(server, version, described)

    def __len__(self) -> int:
        return self._n

    @property
    def sizes(self) -> Mapping[str, int]:
        """How many texts each vector set holds."""
        return {name: one["texts"] for name, one in self._sets.items()}

    @property
    def dimensions(self) -> Mapping[str, int]:
        """How many numbers a vector of each vector set has."""
        return {name: one["dimension"] for name, one in self._sets.items()}

    def ids(self, rows: np.ndarray) -> tuple[str, ...]:
        """The ids of some documents."""
        found = dict(
            self._fetch(
                "SELECT row, id FROM {schema}.document WHERE row = ANY(%(rows)s)",
                rows=rows.tolist(),
            )
        )
        return tuple(found[row] for row in rows.tolist())

    def row(self, document_id: str) -> int | None:
        """The row of a document."""
        if "\0" in document_id:
            return None
        found = self._fetch("SELECT row FROM {schema}.document WHERE id = %(id)s", id=document_id)
        return found[0][0] if found else None

    def under(self, prefix: str) -> np.ndarray:
        """The rows of the documents whose ids begin with some letters."""
        if "\0" in prefix:
            return np.zeros(0, dtype=np.int64)
        ((first, n),) = self._fetch(
            "SELECT min(row), count(*) FROM {schema}.document "
            "WHERE id >= %(prefix)s AND starts_with(id, %(prefix)s)",
            prefix=prefix,
        )
        return np.arange(first, first + n) if n else np.zeros(0, dtype=np.int64)

    def ask(self, question: Question) -> Answering:
        """Put a question."""
        return ArrayAnswering(self, question)

    def matching(self, within: Filter, among: np.ndarray | None = None) -> np.ndarray:
        """The rows of the documents that pass a filter."""
        if within.is_open:
            return np.arange(self._n) if among is None else among
        asked = _Condition(within, among)
        ((rows,),) = self._fetch(
            "SELECT string_agg(int4send(row), '') FROM {schema}.document AS d " + asked.where,
            **asked.values,
        )
        passing = np.sort(column(rows, "i4")).astype(np.int64)
        return passing if among is None else among[np.isin(among, passing)]

    def count(self, within: Filter) -> int:
        """How many documents pass a filter."""
        if within.is_open:
            return self._n
        asked = _Condition(within, None)
        ((n,),) = self._fetch(
            "SELECT count(*) FROM {schema}.document AS d " + asked.where, **asked.values
        )
        return n

    def counts(
        self, within: Filter, among: np.ndarray | None = None
    ) -> Mapping[str, Mapping[str, int]]:
        """Facet to value to how many documents that pass have it."""
        if within.is_open and among is None:
            found = self._fetch("SELECT facet, value, documents FROM {schema}.facet_count")
        elif within.is_open and among is not None:
            found = self._fetch(
                "SELECT facet, value, count(*) FROM {schema}.facet WHERE row = ANY(%(rows)s) "
                "GROUP BY facet, value",
                rows=among.tolist(),
            )
        else:
            asked = _Condition(within, among)
            found = self._fetch(
                "SELECT facet, value, count(*) FROM {schema}.facet WHERE row IN ("
                "SELECT row FROM {schema}.document AS d " + asked.where + ") GROUP BY facet, value",
                **asked.values,
            )
        counted: dict[str, dict[str, int]] = {}
        for facet, value, n in sorted(found):
            counted.setdefault(facet, {})[value] = n
        return counted

    def keys(self, name: str, rows: np.ndarray) -> np.ndarray:
        """A number that documents are ordered by."""
        table = "key WHERE name = %(name)s AND" if name != TITLE else "document WHERE"
        value = "value" if name != TITLE else "title::float8"
        ((owners, values),) = self._fetch(
            f"SELECT string_agg(int4send(row), ''), string_agg(float8send({value}), '') "
            f"FROM {{schema}}.{table} row = ANY(%(rows)s)",
            name=name,
            rows=rows.tolist(),
        )
        known = np.full(self._n, math.inf)
        known[column(owners, "i4")] = column(values, "f8")
        return known[rows]

    def figures(self, metric: str) -> FigureRows:
        """Every figure that documents report in a metric."""
        found = self._fetch(
            "SELECT row, unit, low, high, sign, own, way FROM {schema}.figure "
            "WHERE metric = %(metric)s ORDER BY row, place",
            metric=metric,
        )
        columns = list(zip(*found, strict=True)) or [()] * 7
        kinds = (np.int64, np.int64, np.float64, np.float64, np.int64, bool, np.int64)
        rows, unit, low, high, sign, own, way = (
            np.array(one, dtype=kind) for one, kind in zip(columns, kinds, strict=True)
        )
        return FigureRows(
            rows=rows,
            units=self._units,
            unit=unit,
            low=low,
            high=high,
            sign=sign,
            own=own,
            way=way,
        )

    def links(self, rows: np.ndarray) -> np.ndarray:
        """Pairs of documents that are linked."""
        ((owners, others),) = self._fetch(
            "SELECT string_agg(int4send(row), ''), string_agg(int4send(other), '') "
            "FROM {schema}.link WHERE row = ANY(%(rows)s)",
            rows=rows.tolist(),
        )
        pairs = np.stack([column(owners, "i4"), column(others, "i4")]).astype(np.int64)
        place = np.full(self._n, -1, dtype=np.int64)
        place[rows] = np.arange(len(rows))
        return pairs[:, np.lexsort((pairs[1], place[pairs[0]]))]

    def holding(self, terms: Sequence[str]) -> np.ndarray:
        """The rows of the documents that hold each of some terms."""
        wanted = sorted(set(terms))
        ((rows,),) = self._fetch(
            "SELECT string_agg(int4send(row), '') FROM (SELECT row FROM {schema}.frequency "
            "WHERE lexeme = ANY(ARRAY(SELECT number FROM {schema}.lexeme "
            "WHERE term = ANY(%(terms)s))) GROUP BY row HAVING count(*) = %(n)s) AS held",
            terms=wanted,
            n=len(wanted),
        )
        return np.sort(column(rows, "i4")).astype(np.int64)

    def document_frequencies(self, terms: Sequence[str]) -> Mapping[str, int]:
        """How many documents hold each term."""
        found = dict(
            self._fetch(
                "SELECT term, documents FROM {schema}.lexeme WHERE term = ANY(%(terms)s)",
                terms=list(terms),
            )
        )
        return {term: found.get(term, 0) for term in terms}

    def texts(self, vector_set: str, row: int) -> tuple[VectorText, ...]:
        """The texts of a document in a vector set."""
        if vector_set not in self.vector_sets:
            return ()
        number = self.vector_sets[vector_set].number
        found = self._fetch(
            f"SELECT d.id, ordinal, digest FROM {{schema}}.text_{number} "
            "JOIN {schema}.document AS d USING (row) WHERE row = %(row)s ORDER BY ordinal",
            row=int(row),
        )
        return tuple(
            VectorText(owner=owner, ordinal=ordinal, digest=digest.hex())
            for owner, ordinal, digest in found
        )

    def vectors(self, vector_set: str, rows: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """The unit vectors of all texts of some documents, and how many each has."""
        if vector_set not in self.vector_sets:
            return np.zeros((0, 0), dtype=np.float32), np.zeros(len(rows), dtype=np.int64)
        return self.vector_sets[vector_set].of(rows)

    @cached_property
    def _owned(self) -> dict[str, OwnedTexts]:
        return {}

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
            found = self._fetch(
                "SELECT owner, ordinal, digest, vector_send(embedding) FROM {schema}.owned "
                "WHERE vector_set = %(name)s ORDER BY place",
                name=vector_set,
            )
            self._owned[vector_set] = OwnedTexts(
                texts=tuple(
                    VectorText(owner=owner, ordinal=ordinal, digest=digest.hex())
                    for owner, ordinal, digest, _ in found
                ),
                vectors=_vectors(b"".join(sent for *_, sent in found), described["dimension"]),
            )
        return self._owned[vector_set]

    def known_vectors(self, vector_set: str, digests: Sequence[str]) -> Mapping[str, np.ndarray]:
        """The vectors of the texts that a set has of those asked for."""
        if vector_set not in self._sets or not digests:
            return {}
        table = "owned"
        if vector_set in self.vector_sets:
            table = f"text_{self.vector_sets[vector_set].number}"
        found = self._fetch(
            f"SELECT digest, vector_send(embedding) FROM {{schema}}.{table} "
            f"WHERE digest = ANY(%(digests)s)"
            + (" AND vector_set = %(name)s" if table == "owned" else ""),
            digests=[bytes.fromhex(digest) for digest in digests],
            name=vector_set,
        )
        dimension = self.dimensions[vector_set]
        return {digest.hex(): _vectors(sent, dimension)[0] for digest, sent in found}

    def _fetch(self, statement: str, **values: Any) -> list[tuple]:
        return self._server.fetch(
            statement.replace("{schema}", self._schema),
            {
                "schema": self._schema,
                **values,
            },
        )


def _places_of(owners: np.ndarray, rows: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """The places of the texts of some documents, one after the other, and how many each has.

    Args:
        owners: the row of each text, in order.
        rows: the documents, in any order.
    """
    begins, ends = np.searchsorted(owners, rows), np.searchsorted(owners, rows, side="right")
    places = [np.arange(*pair) for pair in zip(begins, ends, strict=True)]
    none = np.zeros(0, dtype=np.int64)
    return np.concatenate([none, *places]), (ends - begins).astype(np.int64)


def _vectors(sent: bytes | None, dimension: int) -> np.ndarray:
    """What ``vector_send`` gave for any number of vectors: float32 of shape (n, dimension)."""
    form = np.dtype([("dimension", ">i2"), ("rest", ">i2"), ("numbers", ">f4", (dimension,))])
    return np.frombuffer(sent or b"", dtype=form)["numbers"].astype(np.float32)


class _Condition:
    """A filter as the WHERE of a statement over documents ``d``, with its values."""

    def __init__(self, within: Filter, among: np.ndarray | None) -> None:
        self.values: dict[str, Any] = {}
        parts = [*self._facets(within)]
        if within.kinds:
            parts.append(f"d.kind = ANY({self._given(list(within.kinds))})")
        if within.figure is not None:
            parts.append(self._reporting(within.figure))
        if within.holding:
            wanted = sorted(set(within.holding))
            parts.append(self._holding(wanted, f" GROUP BY row HAVING count(*) = {len(wanted)}"))
        if within.lacking:
            parts.append(f"NOT {self._holding(within.lacking)}")
        if among is not None:
            parts.append(f"d.row = ANY({self._given(among.tolist())})")
        self.where = ("WHERE " + " AND ".join(parts)) if parts else ""

    def _given(self, value: Any) -> str:
        name = f"value{len(self.values)}"
        self.values[name] = value
        return f"%({name})s"

    def _facets(self, within: Filter) -> Iterator[str]:
        for facet, wanted in within.facets.items():
            if facet in within.all_of:
                yield from (self._having(facet, (value,)) for value in wanted)
            elif wanted:
                yield self._having(facet, wanted)
        for facet, unwanted in within.without.items():
            if unwanted:
                yield f"NOT {self._having(facet, unwanted)}"

    def _having(self, facet: str, wanted: Sequence[str]) -> str:
        return (
            "d.row IN (SELECT row FROM {schema}.facet "
            f"WHERE facet = {self._given(facet)} AND value = ANY({self._given(list(wanted))}))"
        )

    def _holding(self, terms: Sequence[str], grouped: str = "") -> str:
        return (
            "d.row IN (SELECT row FROM {schema}.frequency WHERE lexeme = ANY(ARRAY("
            "SELECT number FROM {schema}.lexeme "
            f"WHERE term = ANY({self._given(list(terms))}))){grouped})"
        )

    def _reporting(self, asked: FigureFilter) -> str:
        unit = "compared"
        if asked.unit is not None:
            named = f"SELECT number FROM {{schema}}.unit WHERE name = {self._given(asked.unit)}"
            unit = f"unit = ({named})"
        return (
            f"d.row IN (SELECT row FROM {{schema}}.figure WHERE sought"
            f" AND metric = ANY({self._given(list(asked.metrics))})"
            f" AND low >= {self._given(float(asked.least))}"
            f" AND (sign < 0) = {self._given(asked.falls)} AND {unit})"
        )
