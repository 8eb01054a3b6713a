"""How a state of the engine lies in a database, and what of it stays in the snapshot.

    compendium.versions          one row for each state: written last, so that it is whole
    compendium_<version>.        the tables of one state, never changed:
        text_<n>                 the texts of vector set n, with their unit vectors
        owned                    the texts whose owners are no documents
        lexeme                   our own terms, with the documents that hold each, what it counts
                                 in each, and where it is said: arrays of the machine's own numbers

In the folder of the engine in the snapshot:

    version.json                 which version it is, and whose
    documents/                   columns: what is filtered, counted and ordered by
    vectors/<set>-*.npy          where the texts of each document begin, and codes of large sets
    words/said-begins.npy        where each document begins among all places of ``lexeme``

A state is written in one transaction: readers see nothing of it, then all of it, and a build
that is cut off leaves nothing. To remove it is to drop its schema.
"""

from __future__ import annotations

import re

#: Raised whenever the tables of an earlier version can no longer be read.
FORMAT = 3
#: A vector of more numbers does not fit a page, and is kept beside the table.
LONGEST_INLINE = 1_900

#: What is in the folder of the engine in the snapshot.
VERSION_FILE = "version.json"
DOCUMENTS_FOLDER, VECTORS_FOLDER, WORDS_FOLDER = "documents", "vectors", "words"
#: In the folder of words, where each document begins among all places.
BEGINS = "said-begins"

_VERSION = re.compile(r"[0-9a-z_]{1,50}")

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
CREATE TABLE {schema}.owned (
    vector_set text COLLATE "C" NOT NULL, place integer, owner text COLLATE "C" NOT NULL,
    ordinal integer, digest bytea, embedding vector
);
CREATE TABLE {schema}.lexeme (
    term text COLLATE "C" NOT NULL, documents integer NOT NULL,
    rows bytea NOT NULL, values bytea NOT NULL, places bytea NOT NULL
);
ALTER TABLE {schema}.lexeme ALTER rows SET STORAGE EXTERNAL, ALTER values SET STORAGE EXTERNAL,
    ALTER places SET STORAGE EXTERNAL
"""

INDEXES = """
ALTER TABLE {schema}.lexeme ADD PRIMARY KEY (term);
ANALYZE {schema}.lexeme, {schema}.owned
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

#: Nobody changes a table of a version by hand without meaning to.
GUARD = """
CREATE FUNCTION {schema}.stays() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'the tables of a version are never changed; to remove it, drop schema {schema}'
        USING ERRCODE = 'object_not_in_prerequisite_state';
END $$
"""
GUARDED = """
CREATE TRIGGER stays BEFORE INSERT OR UPDATE OR DELETE OR TRUNCATE ON {schema}.{table}
    FOR EACH STATEMENT EXECUTE FUNCTION {schema}.stays()
"""


def schema_of(version: str) -> str:
    """The schema of a version.

    Raises:
        ValueError: that is no name of one.
    """
    if not _VERSION.fullmatch(version):
        raise ValueError(f"{version!r} is no version")
    return f"compendium_{version}"
