"""PostgreSQL as an engine: builds, versions, standby, and everything that can go wrong."""

from __future__ import annotations

import json
import os
import shutil
import signal
import socket
import struct
import subprocess
import tempfile
import threading
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import ExitStack, contextmanager, suppress
from itertools import count
from pathlib import Path

import numpy as np
import psycopg
import pytest

from kb.engine.base import Document, Part, Question, VectorText
from kb.engine.choice import engine_writer, open_engine
from kb.engine.filters import Filter
from kb.engine.local.engine import LocalEngine, LocalWriter
from kb.engine.postgresql.engine import PostgresEngine
from kb.engine.postgresql.ledger import LEDGER_FILE, Ledger
from kb.engine.postgresql.schema import FORMAT, REGISTRY, VERSION_FILE, schema_of
from kb.engine.postgresql.server import Server, server_at
from kb.engine.postgresql.writer import PostgresWriter, retain
from kb.errors import (
    EngineUnavailable,
    SettingError,
    SnapshotCorrupt,
    SnapshotMissing,
    SnapshotStale,
)
from tests.kb.engine.engines import running_server
from tests.kb.engine.postgresql_server import OLDER_PROGRAMS, PostgresServer
from tests.kb.engine.test_contract import FOUR, N, assert_same, digest, fill, texts_of
from tests.ports import free_port
from tests.waiting import until

QUESTION = Question(
    vectors={"passages": FOUR},
    terms=("wine",),
    parts=(Part(vector_sets=("passages",), weight=1.0),),
    words=0.5,
)


@pytest.fixture(name="address")
def _address() -> str:
    return running_server().address


@pytest.fixture(name="own_server")
def _own_server() -> Iterator[PostgresServer]:
    """A server that a test may stop and break."""
    server = PostgresServer().create()
    yield server
    server_at(server.address).close()
    server.remove()


@pytest.fixture(name="index")
def _index(tmp_path: Path) -> Path:
    """The folder of an index, in which versions are kept account of."""
    return tmp_path / "index"


def published(address: str, folder: Path, n: int = N) -> PostgresEngine:
    """A version with so many documents, of the index that its folder is in."""
    writer = PostgresWriter(address, "test", folder=folder, index=folder.parent)
    fill(writer, n=n)
    writer.publish()
    return PostgresEngine.open(address, folder)


def pointing(folder: Path) -> Path:
    """The folder of a version that no server has."""
    folder.mkdir(parents=True)
    described = {"version": "any_1", "format": FORMAT, "sets": {}, "rows": {}}
    (folder / VERSION_FILE).write_text(json.dumps(described), "utf-8")
    return folder


def asked(engine: PostgresEngine) -> list[int]:
    """What only the server knows."""
    return engine.holding(("wine",)).tolist()


def execute(address: str, statement: str) -> list[tuple]:
    """What a statement gives, on a connection of its own."""
    with psycopg.connect(address, autocommit=True) as connection:
        cursor = connection.execute(statement)
        return cursor.fetchall() if cursor.description else []


def database(address: str, name: str, rest: str = "") -> str:
    """A new empty database."""
    execute(address, f"DROP DATABASE IF EXISTS {name} WITH (FORCE)")
    execute(address, f"CREATE DATABASE {name} {rest}")
    return address.rpartition("/")[0] + f"/{name}"


# --- the same as the local engine ---


def test_the_values_are_those_of_the_local_engine(address, tmp_path):
    """Evidence, candidates, coverage and mean are equal, not only near."""
    writer = LocalWriter(tmp_path / "engine")
    fill(writer, n=N)
    writer.publish()
    local, other = LocalEngine.open(tmp_path / "engine"), published(address, tmp_path / "other")

    assert_same(other, local)
    one, two = local.ask(QUESTION), other.ask(QUESTION)
    rows = np.arange(N)
    assert two.evidence(rows).words.tolist() == one.evidence(rows).words.tolist()
    assert (
        two.candidates(limit=9, by_each=2).tolist() == one.candidates(limit=9, by_each=2).tolist()
    )
    assert (two.coverage(), two.mean()) == (one.coverage(), pytest.approx(one.mean(), abs=1e-7))


@pytest.mark.parametrize("of_each", [1, 8, 9, 20])
def test_codes_of_documents_of_any_number_of_texts(address, tmp_path, of_each):
    """Estimates of a large set are those of the local engine, however many texts a row holds."""
    rng = np.random.default_rng(2)
    n = 4_200 // of_each + 1
    vectors = rng.normal(size=(n * of_each, 70))
    folders = tmp_path / "local", tmp_path / "other"
    for writer in (
        LocalWriter(folders[0]),
        PostgresWriter(address, "codes", folder=folders[1], index=tmp_path),
    ):
        for row in range(n):
            writer.write(Document(id=f"{row:05}", words=""))
        writer.write(Document(id="99999", words=""))
        texts = [text for row in range(n) for text in texts_of(f"{row:05}", 0, of_each)]
        writer.write_vectors("any", texts, vectors)
        writer.publish()
    engines = [
        LocalEngine.open(folders[0]),
        PostgresEngine.open(address, folders[1]),
    ]
    unit = vectors[7] / np.linalg.norm(vectors[7])

    local, other = (one.vector_sets["any"].estimates(unit.astype(np.float32)) for one in engines)

    assert np.abs(local - other).max() <= 1e-6
    assert other[-1] == -1.0


# --- publishing ---


def versions(address: str) -> list[str]:
    """What the server has, by its own list and by its schemas, which are the same."""
    listed = execute(address, "SELECT version FROM compendium.versions ORDER BY version")
    schemas = execute(
        address,
        "SELECT nspname FROM pg_namespace WHERE nspname LIKE 'compendium\\_%' ORDER BY nspname",
    )
    assert [schema_of(version) for (version,) in listed] == [schema for (schema,) in schemas]
    return [version for (version,) in listed]


def version_of(folder: Path) -> str:
    """The version that a folder goes with."""
    return json.loads((folder / VERSION_FILE).read_text("utf-8"))["version"]


def test_nothing_is_seen_of_a_build_that_is_cut_off(own_server, index):
    """A server that stops in the middle of a build has nothing of it, and what was before."""
    address = own_server.address
    before = published(address, index / "before", n=5)

    class Stopping(PostgresWriter):
        def _write_sets(self, *arguments: object) -> dict:
            own_server.stop("immediate")
            return super()._write_sets(*arguments)

    writer = Stopping(address, "after", folder=index / "after", index=index)
    fill(writer, n=9)
    with pytest.raises(EngineUnavailable) as raised:
        writer.publish()
    own_server.start()

    assert str(raised.value).endswith("Start it, or correct KB_ENGINE.")
    assert versions(address) == [version_of(index / "before")]
    assert asked(before) == asked(PostgresEngine.open(address, index / "before")) != []
    assert before.ask(QUESTION).candidates(limit=3).tolist() != []
    assert len(published(address, index / "again", n=9)) == 9


def test_versions_stand_beside_each_other_and_go_when_they_are_not_kept(own_server, tmp_path):
    """Each answers for itself; only what one index no longer keeps is removed."""
    address, here, elsewhere = own_server.address, tmp_path / "here", tmp_path / "elsewhere"
    for number, folder in enumerate((here / "one", here / "two", elsewhere / "other"), 3):
        published(address, folder, n=number)
    one, two, other = map(version_of, (here / "one", here / "two", elsewhere / "other"))

    removed = retain(address, [here / "two"], index=here)

    assert removed == [one]
    assert versions(address) == sorted([two, other])
    assert len(PostgresEngine.open(address, here / "two")) == 4
    assert len(PostgresEngine.open(address, elsewhere / "other")) == 5
    with pytest.raises(SnapshotMissing) as raised:
        PostgresEngine.open(address, here / "one")
    assert str(raised.value) == (
        f"{server_at(address).name} does not have the version {one}. Run 'kb build'."
    )
    assert Ledger.read(here).versions == (two,)
    assert retain(address, [], index=elsewhere) == [other]


def test_a_version_that_goes_while_it_is_open(address, index):
    """What is asked of it then is told in one sentence; who has what is known all the while."""
    engine = published(address, index / "going")
    guides = Filter(kinds=("guide",))
    expected = engine.matching(guides).tolist()
    retain(address, [], index=index)

    with pytest.raises(SnapshotMissing) as raised:
        asked(engine)

    assert str(raised.value) == (
        f"{server_at(address).name} does not have this snapshot. Run 'kb build'."
    )
    assert engine.matching(guides).tolist() == expected != []


def test_the_same_written_again_is_another_version(address, index):
    """Nobody who has the one open loses it to the other."""
    before = published(address, index / "before", n=9)
    expected = asked(before)
    after = published(address, index / "after", n=4)

    assert (len(after), asked(before)) == (4, expected)


# --- whose a version is ---


def test_an_index_that_was_moved_keeps_its_versions(address, tmp_path):
    """Neither where it lies nor what the machine is called says whose a version is."""
    before, after = tmp_path / "before", tmp_path / "after"
    published(address, before / "one", n=3)
    one = version_of(before / "one")
    shutil.move(before, after)
    published(address, after / "two", n=4)

    assert len(PostgresEngine.open(address, after / "one")) == 3
    assert retain(address, [after / "two"], index=after) == [one]


def test_an_index_that_was_copied_begins_an_account_of_its_own(address, tmp_path):
    """Whichever builds later, and whatever it no longer keeps, the other one has what it had."""
    one, other = tmp_path / "one", tmp_path / "other"
    published(address, one / "first", n=3)
    shutil.copytree(one, other)
    published(address, one / "second", n=4)
    published(address, other / "third", n=5)

    assert Ledger.read(one).origin != Ledger.read(other).origin
    assert retain(address, [], index=other) == [version_of(other / "third")]
    assert len(PostgresEngine.open(address, one / "first")) == 3
    assert len(PostgresEngine.open(address, other / "first")) == 3
    assert len(PostgresEngine.open(address, one / "second")) == 4


@pytest.mark.parametrize("text", ["", "[]", '{"origin": 1, "versions": []}', "{}"])
def test_an_account_that_cannot_be_read_is_begun_anew(address, index, text):
    """Nothing of before is removed then."""
    published(address, index / "first", n=3)
    (index / LEDGER_FILE).write_text(text, "utf-8")
    published(address, index / "second", n=4)

    assert retain(address, [index / "second"], index=index) == []
    assert len(PostgresEngine.open(address, index / "first")) == 3


# --- what is changed by hand ---


def by_hand(address: str, statement: str) -> None:
    """Run a statement as who insists: without triggers."""
    execute(address, f"SET session_replication_role = replica; {statement}")


@pytest.mark.parametrize(
    "statement", ["TRUNCATE {}.lexeme", "DELETE FROM {}.text_0", "UPDATE {}.text_1 SET row = 0"]
)
def test_the_tables_of_a_version_are_not_changed_by_accident(address, index, statement):
    """The server refuses; to drop the whole version is another thing."""
    engine = published(address, index / "one")
    expected = asked(engine)

    with pytest.raises(psycopg.errors.ObjectNotInPrerequisiteState) as raised:
        execute(address, statement.format(schema_of(version_of(index / "one"))))

    assert str(raised.value).startswith(
        "the tables of a version are never changed; to remove it, drop schema compendium_test_"
    )
    assert asked(engine) == expected


@pytest.mark.parametrize(
    ("statement", "table", "expected", "found"),
    [
        ("TRUNCATE {}.lexeme", "lexeme", 14, 0),
        ("DELETE FROM {}.lexeme WHERE term = 'wine'", "lexeme", 14, 13),
        ("DELETE FROM {}.text_0 WHERE (row, ordinal) = (1, 0)", "text_0", 90, 89),
        ("TRUNCATE {}.text_1", "text_1", 90, 0),
        ("DELETE FROM {}.owned WHERE place = 4", "owned", 9, 8),
    ],
)
def test_tables_that_were_changed_by_hand_are_refused(
    address, index, statement, table, expected, found
):
    """One sentence with what to do, when the version is opened."""
    published(address, index / "one")
    schema = schema_of(version_of(index / "one"))
    by_hand(address, statement.format(schema))

    with pytest.raises(SnapshotCorrupt) as raised:
        PostgresEngine.open(address, index / "one")

    assert str(raised.value) == (
        f"Somebody changed tables of this version at {server_at(address).name}: {schema}.{table} "
        f"must have rows: {expected}, not {found}. Run 'kb build'."
    )


def test_a_table_that_is_dropped_is_refused(address, index):
    """As a version that is not there."""
    published(address, index / "one")
    execute(address, f"DROP TABLE {schema_of(version_of(index / 'one'))}.text_0")

    with pytest.raises(SnapshotMissing, match="does not have this snapshot"):
        PostgresEngine.open(address, index / "one")


def test_texts_that_go_while_a_version_is_open_are_missed(address, index):
    """No answer is given out of what is left."""
    engine = published(address, index / "one")
    schema = schema_of(version_of(index / "one"))
    by_hand(address, f"DELETE FROM {schema}.text_0 WHERE (row, ordinal) = (1, 0)")

    with pytest.raises(SnapshotCorrupt, match=r"text_0 must have rows: 90, not 89"):
        engine.ask(QUESTION).evidence(np.arange(N))
    with pytest.raises(SnapshotCorrupt, match=r"text_0 must have rows: 90, not 89"):
        engine.vectors("passages", np.arange(N))


# --- what can go wrong ---


def test_a_server_that_is_not_there(index):
    """One sentence that says where, and what to do; the password is not in it."""
    port = free_port()
    address = f"postgresql://kb:secret@127.0.0.1:{port}/compendium"

    with pytest.raises(EngineUnavailable) as raised:
        PostgresEngine.open(address, pointing(index / "any"))

    message = str(raised.value)
    assert message.startswith(f"PostgreSQL at 127.0.0.1:{port}/compendium gave no answer (")
    assert message.endswith("Start it, or correct KB_ENGINE.")
    assert "secret" not in message
    assert "\n" not in message


def test_an_address_that_is_none(index):
    """A slip in the address is told as a setting."""
    with pytest.raises(SettingError) as raised:
        PostgresEngine.open("postgresql://[host/", pointing(index / "any"))

    assert str(raised.value) == (
        "KB_ENGINE must be empty or an address that libpq understands: "
        "postgresql://user@host:port/database, with signs such as @, / and % in a part of it "
        "written as %40, %2F and %25, and no options that libpq does not know."
    )


@pytest.mark.parametrize("rest", ["?nothing=1", "?sslmode", "%zz"])
def test_an_address_that_libpq_does_not_take_shows_no_password(rest, index):
    """What is wrong with it may be the password, so nothing of it is repeated."""
    with pytest.raises(SettingError) as raised:
        PostgresEngine.open(f"postgresql://kb:secret@localhost/kb{rest}", pointing(index / "any"))

    assert "secret" not in str(raised.value)


def test_a_database_that_is_not_there(address, index):
    """The server says which."""
    with pytest.raises(EngineUnavailable) as raised:
        PostgresEngine.open(address.rpartition("/")[0] + "/nowhere", pointing(index / "any"))

    assert "/nowhere does not have what KB_ENGINE names (" in str(raised.value)
    assert 'database "nowhere" does not exist' in str(raised.value)


def test_a_role_that_is_not_let_in(own_server, index):
    """A wrong password, none, and a role without rights are told from a server that is away."""
    execute(own_server.address, "CREATE ROLE locked LOGIN PASSWORD 'right'")
    rules = own_server.folder / "data" / "pg_hba.conf"
    before, folder = rules.read_text("utf-8"), pointing(index / "any")
    execute(own_server.address, "CREATE ROLE refused LOGIN")
    first = "host all locked 127.0.0.1/32 scram-sha-256\nhost all refused 127.0.0.1/32 reject\n"
    rules.write_text(first + before, "utf-8")
    loaded = execute(own_server.address, "SELECT pg_conf_load_time()")
    execute(own_server.address, "SELECT pg_reload_conf()")
    until(lambda: execute(own_server.address, "SELECT pg_conf_load_time()") != loaded)
    for given, said in (
        ("locked:wrong", "password authentication failed"),
        ("locked", "no password supplied"),
        ("refused", "pg_hba.conf rejects connection"),
    ):
        with pytest.raises(EngineUnavailable) as raised:
            PostgresEngine.open(own_server.address.replace("postgres@", f"{given}@"), folder)
        assert "does not let this role in (" in str(raised.value)
        assert said in str(raised.value)
        assert str(raised.value).endswith("and its password in ~/.pgpass or PGPASSWORD.")
        assert "wrong" not in str(raised.value)


def test_a_build_that_may_not_make_the_extension_is_told_what_to_run(address, index):
    """Only a superuser may; the rights that the role has are not what is missing."""
    bare = database(address, "bare_of_all")
    execute(bare, "DROP ROLE IF EXISTS maker")
    execute(bare, "CREATE ROLE maker LOGIN")
    execute(bare, "GRANT CREATE ON DATABASE bare_of_all TO maker")
    maker = bare.replace("postgres@", "maker@")

    with pytest.raises(EngineUnavailable) as raised:
        published(maker, index / "any", n=2)

    assert str(raised.value).endswith(
        "has no extension 'vector'. Install pgvector on the server and "
        "run 'CREATE EXTENSION vector' in the database."
    )
    server_at(maker).close()
    execute(bare, "DROP OWNED BY maker")
    execute(bare, "DROP ROLE maker")


def test_some_that_write_at_once_wait_for_each_other(own_server, tmp_path):
    """Each has its own version in the end, and nothing is left half done."""
    folders = [tmp_path / f"index{number}" / "one" for number in range(4)]

    with ThreadPoolExecutor(max_workers=4) as pool:
        engines = list(
            pool.map(
                lambda at: published(own_server.address, folders[at], n=at + 3), range(len(folders))
            )
        )

    assert [len(one) for one in engines] == [3, 4, 5, 6]
    assert versions(own_server.address) == sorted(map(version_of, folders))


def test_a_database_without_the_extension(address, index):
    """A reader is told what to install; a build makes it, where it may."""
    bare = database(address, "bare")

    with pytest.raises(EngineUnavailable) as raised:
        PostgresEngine.open(bare, pointing(index / "any"))

    assert str(raised.value) == (
        f"{server_at(bare).name} has no extension 'vector'. Install pgvector on the server and "
        "run 'CREATE EXTENSION vector' in the database."
    )
    assert len(published(bare, index / "made", n=2)) == 2
    server_at(bare).close()


@pytest.mark.skipif(not OLDER_PROGRAMS.is_dir(), reason="the package has no older server")
def test_an_older_server(index):
    """PostgreSQL 16 takes a version as 18 does, and gives the same answers."""
    server = PostgresServer(OLDER_PROGRAMS).create()
    try:
        engine = published(server.address, index / "one")

        assert execute(server.address, "SHOW server_version")[0][0].startswith("16.")
        assert_same(engine, published(running_server().address, index / "other"))
    finally:
        server_at(server.address).close()
        server.remove()


def test_a_database_of_another_encoding(address, index):
    """Ids in any script need UTF-8."""
    latin = database(address, "latin", "ENCODING 'LATIN1' TEMPLATE template0")

    with pytest.raises(EngineUnavailable) as raised:
        published(latin, index / "any", n=2)

    assert str(raised.value) == (
        f"The database of {server_at(latin).name} keeps its texts as LATIN1. "
        "Create one with ENCODING 'UTF8'."
    )


def test_an_extension_that_is_too_old(address, index):
    """The codes of large sets need pgvector 0.7."""
    old = database(address, "old")
    execute(old, "CREATE EXTENSION vector")
    execute(old, "UPDATE pg_extension SET extversion = '0.6.2' WHERE extname = 'vector'")

    with pytest.raises(EngineUnavailable) as raised:
        PostgresEngine.open(old, pointing(index / "any"))

    assert str(raised.value) == (
        f"{server_at(old).name} has pgvector 0.6.2. "
        "Install 0.7 or later and run 'ALTER EXTENSION vector UPDATE'."
    )


def test_tables_of_another_format(address, index):
    """What another version of this program wrote is stale, there and in the snapshot."""
    published(address, index / "stale", n=2)
    execute(address, "UPDATE compendium.versions SET format = 99 WHERE version LIKE 'test%'")
    with pytest.raises(SnapshotStale, match=f"have format 99; this program reads {FORMAT}"):
        PostgresEngine.open(address, index / "stale")

    path = index / "stale" / VERSION_FILE
    path.write_text(path.read_text("utf-8").replace(f'"format": {FORMAT}', '"format": 98'), "utf-8")
    with pytest.raises(SnapshotStale, match=f"has format 98; this program reads {FORMAT}"):
        PostgresEngine.open(address, index / "stale")
    path.write_text("{", "utf-8")
    with pytest.raises(SnapshotCorrupt, match=f"{VERSION_FILE} does not hold what it should"):
        PostgresEngine.open(address, index / "stale")
    path.unlink()
    with pytest.raises(SnapshotStale, match="is not as this program has it"):
        PostgresEngine.open(address, index / "stale")
    execute(address, f"UPDATE compendium.versions SET format = {FORMAT} WHERE version LIKE 'test%'")


def test_a_role_that_may_not_write(address, index):
    """What to grant is in the sentence; nothing is left."""
    own = database(address, "owned_by_another")
    execute(own, "CREATE EXTENSION vector")
    execute(own, "DROP ROLE IF EXISTS reader")
    execute(own, "CREATE ROLE reader LOGIN")
    reader = own.replace("postgres@", "reader@")

    with pytest.raises(EngineUnavailable) as raised:
        published(reader, index / "any", n=2)

    assert "does not let this role do that (permission denied" in str(raised.value)
    assert "Run 'GRANT CREATE ON DATABASE' for the role of a build" in str(raised.value)
    published(own, index / "own", n=2)
    execute(own, "GRANT pg_read_all_data TO reader")
    assert len(PostgresEngine.open(reader, index / "own")) == 2
    for one in (own, reader):
        server_at(one).close()


@pytest.fixture(name="small")
def _small() -> Iterator[Path]:
    """A file system of six megabytes, where the server may enter."""
    folder = Path(tempfile.mkdtemp(prefix="kb-small-"))
    mounting = ["mount", "-t", "tmpfs", "-o", "size=6m,mode=0777", "tmpfs", str(folder)]
    if os.geteuid() != 0 or subprocess.run(mounting, check=False, capture_output=True).returncode:
        folder.rmdir()
        pytest.skip("only root may mount a file system")
    shutil.chown(folder, "nobody")
    try:
        yield folder
    finally:
        subprocess.run(["umount", str(folder)], check=True)
        folder.rmdir()


def test_a_server_whose_disk_is_full(small, tmp_path):
    """A build that finds no space leaves nothing of itself, and what was before answers."""
    server, index = PostgresServer().create(), tmp_path / "index"
    try:
        execute(server.address, f"CREATE TABLESPACE small LOCATION '{small}'")
        execute(server.address, "ALTER DATABASE postgres SET default_tablespace = small")
        before = published(server.address, index / "before", n=20)
        expected = asked(before)
        writer = PostgresWriter(server.address, "big", folder=index / "big", index=index)
        texts = [text for row in range(5_000) for text in texts_of(f"{row:05}", 0, 1)]
        for text in texts:
            writer.write(Document(id=text.owner, words="wine"))
        writer.write_vectors("any", texts, np.random.default_rng(0).normal(size=(5_000, 384)))

        with pytest.raises(EngineUnavailable) as raised:
            writer.publish()

        assert "has no space left (could not extend file" in str(raised.value)
        assert str(raised.value).endswith("Free some, then run 'kb build' again.")
        assert versions(server.address) == [version_of(index / "before")]
        assert asked(before) == asked(PostgresEngine.open(server.address, index / "before"))
        assert asked(before) == expected
        assert len(published(server.address, index / "after", n=9)) == 9
    finally:
        server_at(server.address).close()
        server.remove()


def test_a_server_that_is_full(address, index):
    """A build that finds no space leaves nothing of itself."""
    own = database(address, "filled")
    execute(own, "CREATE EXTENSION vector")
    execute(own, REGISTRY)
    execute(
        own,
        "CREATE FUNCTION no_space() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION "
        "'could not extend file: No space left on device' USING ERRCODE = '53100'; END $$",
    )
    execute(
        own,
        "CREATE TRIGGER no_space BEFORE INSERT ON compendium.versions "
        "FOR EACH ROW EXECUTE FUNCTION no_space()",
    )

    with pytest.raises(EngineUnavailable) as raised:
        published(own, index / "any", n=3)

    assert "has no space left" in str(raised.value)
    assert str(raised.value).endswith("Free some, then run 'kb build' again.")
    found = execute(own, "SELECT nspname FROM pg_namespace WHERE nspname LIKE 'compendium_%'")
    assert found == []


def test_a_character_that_the_server_cannot_keep(address, index):
    """A NUL in what owns a text is refused with the server's own word for it."""
    writer = PostgresWriter(address, "nul", folder=index / "nul", index=index)
    text = VectorText(owner="a\0b", ordinal=0, digest=digest("a"))
    writer.write_vectors("any", [text], np.ones((1, 3)))

    with pytest.raises(EngineUnavailable, match="does not take what was written"):
        writer.publish()


def test_a_snapshot_of_another_engine_is_refused(address, tmp_path):
    """Both ways, with what to do."""
    with pytest.raises(SnapshotStale) as one:
        open_engine("local", address, folder=tmp_path, version="v")
    with pytest.raises(SnapshotStale) as other:
        open_engine("postgresql", "", folder=tmp_path, version="v")

    assert str(one.value) == (
        "The snapshot v was built for files of its own, but KB_ENGINE names a PostgreSQL server. "
        "Run 'kb build'."
    )
    assert str(other.value) == (
        "The snapshot v was built for PostgreSQL, but KB_ENGINE is empty. "
        "Set KB_ENGINE, or run 'kb build'."
    )
    assert isinstance(engine_writer("", folder=tmp_path, version="v", index=tmp_path), LocalWriter)


def test_a_schema_of_somebody_else(address, index):
    """It is neither written to nor read."""
    own = database(address, "of_another")
    execute(own, "CREATE EXTENSION vector")
    execute(own, "CREATE SCHEMA compendium")
    execute(own, "CREATE TABLE compendium.versions (version text, released date)")
    told = (
        f"{server_at(own).name} has a schema 'compendium' that is not of this program "
        '(column "%s" does not exist). Name another database in KB_ENGINE.'
    )

    with pytest.raises(EngineUnavailable) as read:
        PostgresEngine.open(own, pointing(index / "any"))
    with pytest.raises(EngineUnavailable) as written:
        published(own, index / "one", n=2)

    assert (str(read.value), str(written.value)) == (told % "format", told % "origin")
    server_at(own).close()


def test_an_extension_in_a_schema_of_its_own(address, index):
    """It is found wherever it was put."""
    own = database(address, "elsewhere")
    execute(own, 'CREATE SCHEMA "Its own"')
    execute(own, 'CREATE EXTENSION vector SCHEMA "Its own"')

    engine = published(own, index / "one")

    assert asked(engine) != []
    assert engine.ask(QUESTION).evidence(np.arange(N)).cosines["passages"].max() == 1.0
    server_at(own).close()


def test_a_database_that_takes_no_changes(address, index):
    """Reads go on; a build is told."""
    own = database(address, "only_read")
    expected = asked(published(own, index / "one"))
    execute(own, "ALTER DATABASE only_read SET default_transaction_read_only = on")
    server_at(own).close()

    assert asked(PostgresEngine.open(own, index / "one")) == expected
    with pytest.raises(EngineUnavailable, match="takes no changes, as a standby does"):
        published(own, index / "two")
    server_at(own).close()


def test_a_build_that_is_killed_leaves_nothing(own_server, index):
    """The next one of the same index goes its way, and removes what it no longer keeps."""
    address = own_server.address
    published(address, index / "before", n=5)

    class Dying(PostgresWriter):
        def _write_sets(self, *_: object) -> dict:
            os.kill(os.getpid(), signal.SIGKILL)
            return {}

    child = os.fork()
    if child == 0:
        writer = Dying(address, "killed", folder=index / "killed", index=index)
        fill(writer, n=9)
        writer.publish()
        os._exit(1)
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == -signal.SIGKILL

    before = version_of(index / "before")
    assert versions(address) == [before]
    assert len(published(address, index / "after", n=9)) == 9
    after = version_of(index / "after")
    assert versions(address) == sorted([before, after])
    assert len(Ledger.read(index).versions) == 3
    assert retain(address, [index / "after"], index=index) == [before]
    assert Ledger.read(index).versions == (after,)


# --- connections ---


def test_threads_and_forks_have_connections_of_their_own(address, index):
    """Many threads ask at once, and a child that was forked asks as its parent does."""
    engine = published(address, index / "threads")
    expected = asked(engine)
    found: list[list[int]] = []
    threads = [threading.Thread(target=lambda: found.append(asked(engine))) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    child = os.fork()
    if child == 0:
        same = asked(engine) == expected
        os._exit(0 if same else 1)
    status = os.waitpid(child, 0)[1]

    assert found == [expected] * 8
    assert os.waitstatus_to_exitcode(status) == 0
    assert asked(engine) == expected


def cut_all(address: str) -> None:
    """End every connection but this one."""
    execute(
        address,
        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
        "WHERE pid <> pg_backend_pid() AND backend_type = 'client backend'",
    )


def test_a_connection_that_is_cut_is_made_again(address, index):
    """A question over a connection that the server ended is asked again, once."""
    engine = published(address, index / "cut")
    expected = asked(engine)
    cut_all(address)

    assert asked(engine) == expected


def answer(engine: PostgresEngine) -> list:
    """What needs every kind of question to the server."""
    answering = engine.ask(QUESTION)
    evidence = answering.evidence(np.arange(len(engine)))
    cosines = [one.tolist() for one in evidence.cosines.values()]
    return [cosines, evidence.words.tolist(), engine.vectors("abroad", np.arange(3))[0].tolist()]


@pytest.mark.parametrize("how", ["fast", "immediate"])
def test_connections_of_before_a_restart_are_replaced(own_server, index, how):
    """No answer fails, however many connections there were."""
    engine = published(own_server.address, index / "one")
    expected = answer(engine)
    with ThreadPoolExecutor(max_workers=6) as pool:
        together = threading.Barrier(6)

        def ask(_: int) -> list:
            together.wait()
            return answer(engine)

        assert list(pool.map(ask, range(6))) == [expected] * 6
        own_server.stop(how)
        own_server.start()
        assert list(pool.map(ask, range(6))) == [expected] * 6


def test_answers_go_on_while_connections_are_cut(own_server, index):
    """One that is ended in the middle of a question is replaced, and the question put again.

    Each who asks has had answers since the last cut: no question is cut over and over.
    """
    engine = published(own_server.address, index / "one")
    expected = answer(engine)
    all_answers: list[list[bool]] = [[], [], []]
    stop = threading.Event()

    def ask(answers: list[bool]) -> None:
        while not stop.is_set():
            answers.append(answer(engine) == expected)

    with ThreadPoolExecutor(max_workers=3) as pool:
        asking = [pool.submit(ask, answers) for answers in all_answers]
        try:
            for _ in range(5):
                await_more_of_each(all_answers, asking)
                cut_all(own_server.address)
            await_more_of_each(all_answers, asking)
        finally:
            stop.set()
    assert [one.result() for one in asking] == [None] * 3
    assert all(map(all, all_answers))


#: What a server says to who connects while it ends its connections; or it only hangs up.
ENDS = b"SFATAL\0C57P01\0Mterminating connection due to administrator command\0\0"


@contextmanager
def ending_the_first(port: int, n: int, said: bytes) -> Iterator[int]:
    """A port that leads to another one, where the first connections are ended with a word."""

    def pass_on(one: socket.socket, other: socket.socket) -> None:
        with suppress(OSError):
            while data := one.recv(65536):
                other.sendall(data)
            other.shutdown(socket.SHUT_WR)

    def serve() -> None:
        with suppress(OSError):
            for number in count():
                client = held.enter_context(listening.accept()[0])
                if number < n:
                    client.recv(65536)
                    client.sendall(said)
                    client.close()
                    continue
                server = held.enter_context(socket.create_connection(("127.0.0.1", port)))
                for way in ((client, server), (server, client)):
                    threading.Thread(target=pass_on, args=way, daemon=True).start()

    with ExitStack() as held:
        listening = held.enter_context(socket.create_server(("127.0.0.1", 0)))
        serving = threading.Thread(target=serve, daemon=True)
        serving.start()
        try:
            yield listening.getsockname()[1]
        finally:
            listening.shutdown(socket.SHUT_RDWR)
            serving.join()


@pytest.mark.parametrize(
    "said",
    [b"", b"E" + struct.pack(">i", len(ENDS) + 4) + ENDS],
    ids=["without a word", "with one"],
)
def test_a_connection_that_is_ended_while_it_is_opened_is_opened_again(own_server, said):
    """As by a server that ends all that there are; one that lets nobody in is told."""
    execute(own_server.address, "CREATE EXTENSION vector")
    direct = "postgresql://postgres@127.0.0.1:%d/postgres?sslmode=disable&gssencmode=disable"
    with ending_the_first(own_server.port, 3, said) as port:
        server = Server(direct % port)
        answer = server.fetch("SELECT 1")
        server.close()
    with ending_the_first(own_server.port, 4, said) as port:
        server = Server(direct % port)
        with pytest.raises(EngineUnavailable, match=r"gave no answer \(.*connection"):
            server.fetch("SELECT 1")

    assert answer == [(1,)]


def test_a_server_that_hangs_is_not_waited_for_for_ever(own_server):
    """As one does whose disk does: a new connection is tried, and then it is said."""
    execute(own_server.address, "CREATE EXTENSION vector")
    patient, server = (Server(own_server.address, silent_for=seconds) for seconds in (5.0, 1.0))
    with patient.reading() as connection:
        hanging = connection.info.backend_pid
    os.kill(hanging, signal.SIGSTOP)
    try:
        assert patient.fetch("SELECT 1") == [(1,)]  # on another connection
        with pytest.raises(EngineUnavailable) as raised:
            server.fetch("SELECT pg_sleep(600)")
        assert str(raised.value) == (
            f"{server.name} gave no answer (no word for 1 seconds). Start it, or correct KB_ENGINE."
        )
    finally:
        os.kill(hanging, signal.SIGCONT)
        for one in (patient, server):
            one.close()


def test_an_answer_that_takes_too_long_is_not_asked_for_again(address, index):
    """What the server was told to end stays ended."""
    own = database(address, "asked_once")
    execute(own, "CREATE EXTENSION vector")
    execute(own, "CREATE SEQUENCE asked")
    server = Server(own)
    with server.reading() as connection:
        connection.execute("SET statement_timeout = '1s'; SET default_transaction_read_only = off")

    with pytest.raises(EngineUnavailable, match="took too long"):
        server.fetch("SELECT nextval('public.asked'), pg_sleep(600)")

    assert execute(own, "SELECT last_value, is_called FROM asked") == [(1, True)]
    server.close()


def await_more(answers: list, n: int = 30) -> None:
    """Wait until so many more have come."""
    wanted = len(answers) + n
    until(lambda: len(answers) >= wanted)


def await_more_of_each(all_answers: list[list], asking: list[Future]) -> None:
    """Wait until two more have come to each who asks, or one of them has failed."""
    wanted = [len(answers) + 2 for answers in all_answers]
    until(
        lambda: (
            any(one.done() for one in asking)
            or all(len(answers) >= n for answers, n in zip(all_answers, wanted, strict=True))
        )
    )


def test_a_primary_that_stops_while_a_standby_answers(index):
    """Reads go on under load; writes go on after a promotion."""
    primary = PostgresServer().create()
    standby = PostgresServer()
    try:
        published(primary.address, index / "first", n=20)
        standby.copy_of(primary)
        both = f"postgresql://postgres@127.0.0.1:{primary.port},127.0.0.1:{standby.port}/postgres"
        second = published(primary.address, index / "second", n=30)
        on_standby = PostgresEngine.open(
            standby.address, index / "second"
        )  # waits until it has come
        assert_same(on_standby, second)
        with pytest.raises(EngineUnavailable, match="takes no changes, as a standby does"):
            published(standby.address, index / "other", n=3)

        engine = PostgresEngine.open(both, index / "second")
        expected = asked(engine)
        answers: list[bool] = []
        stop = threading.Event()

        def ask() -> None:
            while not stop.is_set():
                answers.append(asked(engine) == expected)

        readers = [threading.Thread(target=ask) for _ in range(3)]
        for reader in readers:
            reader.start()
        await_more(answers)
        primary.stop("immediate")
        await_more(answers)
        standby.promote()
        third = published(both, index / "third", n=7)
        await_more(answers)
        stop.set()
        for reader in readers:
            reader.join()

        assert all(answers)
        assert len(third) == 7
        assert len(PostgresEngine.open(both, index / "second")) == 30
        for one in (primary.address, standby.address, both):
            server_at(one).close()
    finally:
        standby.remove()
        primary.remove()


def test_owned_texts_and_digests_come_back_as_they_were(address, index):
    """Bytes for bytes."""
    writer = PostgresWriter(address, "digests", folder=index / "digests", index=index)
    writer.write(Document(id="a", words=""))
    text = VectorText(owner="a", ordinal=0, digest="00" * 31 + "ff")
    writer.write_vectors("any", [text], np.ones((1, 3)))
    writer.write_vectors("said", [VectorText(owner="p", ordinal=0, digest=digest("p"))], np.eye(1))
    writer.publish()
    engine = PostgresEngine.open(address, index / "digests")

    assert engine.texts("any", 0) == (text,)
    assert engine.known_vectors("any", [text.digest]).keys() == {text.digest}
    assert engine.owned("said").texts[0].digest == digest("p")
