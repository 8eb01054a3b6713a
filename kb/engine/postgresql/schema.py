"""How a state of the engine lies in a database.

    compendium.versions          one row for each state: written last, so that it is whole
    compendium_<version>.        the tables of one state, never changed:
        document                 row, id, kind, place by title
        facet                    facet, value, row; indexed both ways
        facet_count              how many documents have each value
        figure, unit, key, link  what is filtered, ordered by and followed
        text_<n>                 the texts of vector set n, with their unit vectors
        code_<n>                 of a large set: the signs of the vectors, up to eight texts a row
        owned                    the texts whose owners are no documents
        lexeme, frequency        our own terms, and what each counts in each document

A state is written in one transaction: readers see nothing of it, then all of it, and a build
that is cut off leaves nothing. To remove it is to drop its schema.
"""

from __future__ import annotations

import re

#: Raised whenever the tables of an earlier version can no longer be read.
FORMAT = 1
#: How many texts of a document a row of codes holds at most.
CODES_A_ROW = 8
#: A vector of more numbers does not fit a page, and is kept beside the table.
LONGEST_INLINE = 1_900

_VERSION = re.compile(r"[0-9a-z_]{1,40}")

#: Whoever writes waits here until no other does, to the end of its transaction.
ONE_AT_A_TIME = "SELECT pg_advisory_xact_lock(hashtext('compendium'))"

REGISTRY = """
CREATE SCHEMA IF NOT EXISTS compendium;
CREATE TABLE IF NOT EXISTS compendium.versions (
    version text PRIMARY KEY,
    format integer NOT NULL,
    origin text NOT NULL,
    published timestamptz NOT NULL DEFAULT now(),
    described jsonb NOT NULL
)
"""

TABLES = """
CREATE TABLE {schema}.document (
    row integer, id text COLLATE "C" NOT NULL, kind text COLLATE "C" NOT NULL, title integer
);
CREATE TABLE {schema}.facet (
    facet text COLLATE "C" NOT NULL, value text COLLATE "C" NOT NULL, row integer
);
CREATE TABLE {schema}.figure (
    metric text COLLATE "C" NOT NULL, row integer, place integer, unit integer,
    low float8, high float8, sign integer,
    compared boolean, own boolean, sought boolean, way integer
);
CREATE TABLE {schema}.unit (number integer, name text COLLATE "C" NOT NULL);
CREATE TABLE {schema}.key (name text COLLATE "C" NOT NULL, row integer, value float8);
CREATE TABLE {schema}.link (row integer, other integer);
CREATE TABLE {schema}.owned (
    vector_set text COLLATE "C" NOT NULL, place integer, owner text COLLATE "C" NOT NULL,
    ordinal integer, digest bytea, embedding vector
);
CREATE TABLE {schema}.lexeme (term text COLLATE "C" NOT NULL, number integer, documents integer);
CREATE TABLE {schema}.frequency (lexeme integer, row integer, count integer, value float4)
"""

INDEXES = """
CREATE TABLE {schema}.facet_count AS
    SELECT facet, value, count(*)::integer AS documents FROM {schema}.facet GROUP BY 1, 2;
ALTER TABLE {schema}.document ADD PRIMARY KEY (row);
CREATE UNIQUE INDEX ON {schema}.document (id);
CREATE INDEX ON {schema}.document (kind, row);
ALTER TABLE {schema}.facet ADD PRIMARY KEY (facet, value, row);
CREATE INDEX ON {schema}.facet (row, facet, value);
CREATE INDEX ON {schema}.figure (metric, row);
ALTER TABLE {schema}.key ADD PRIMARY KEY (name, row);
ALTER TABLE {schema}.link ADD PRIMARY KEY (row, other);
ALTER TABLE {schema}.lexeme ADD PRIMARY KEY (term);
ALTER TABLE {schema}.frequency ADD PRIMARY KEY (lexeme, row) INCLUDE (value);
ANALYZE {schema}.document, {schema}.facet, {schema}.facet_count, {schema}.figure, {schema}.key,
    {schema}.link, {schema}.lexeme, {schema}.frequency
"""

TEXTS = """
CREATE TABLE {schema}.text_{number} (
    row integer, ordinal integer, digest bytea, embedding vector({dimension})
);
ALTER TABLE {schema}.text_{number} ALTER embedding SET STORAGE {storage}
"""
TEXT_INDEXES = """
ALTER TABLE {schema}.text_{number} ADD PRIMARY KEY (row, ordinal);
CREATE INDEX ON {schema}.text_{number} (digest);
ANALYZE {schema}.text_{number}
"""


def schema_of(version: str) -> str:
    """The schema of a version.

    Raises:
        ValueError: that is no name of one.
    """
    if not _VERSION.fullmatch(version):
        raise ValueError(f"{version!r} is no version")
    return f"compendium_{version}"


def code_columns(n_columns: int) -> list[str]:
    """The columns of a row of codes."""
    return [f"c{number}" for number in range(n_columns)]
