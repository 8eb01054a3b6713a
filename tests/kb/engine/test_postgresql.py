"""PostgreSQL as an engine: builds, versions, standby, and everything that can go wrong."""

from __future__ import annotations

import os
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import psycopg
import pytest

from kb.engine.base import Document, Part, Question, VectorText
from kb.engine.choice import engine_writer, open_engine
from kb.engine.filters import EVERYTHING
from kb.engine.local.engine import LocalEngine, LocalWriter
from kb.engine.postgresql.engine import PostgresEngine
from kb.engine.postgresql.schema import REGISTRY
from kb.engine.postgresql.server import server_at
from kb.engine.postgresql.writer import PostgresWriter, retain
from kb.errors import EngineUnavailable, SettingError, SnapshotMissing, SnapshotStale
from tests.kb.engine.engines import running_server
from tests.kb.engine.postgresql_server import PostgresServer
from tests.kb.engine.test_contract import FOUR, N, assert_same, digest, fill, texts_of

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


def published(address: str, version: str, n: int = N, **options: str) -> PostgresEngine:
    """A version with so many documents."""
    writer = PostgresWriter(address, version, **options)
    fill(writer, n=n)
    writer.publish()
    return PostgresEngine.open(address, version)


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
    local, other = LocalEngine.open(tmp_path / "engine"), published(address, "equal")

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
    engines = []
    for writer in (LocalWriter(tmp_path / "engine"), PostgresWriter(address, f"codes{of_each}")):
        for row in range(n):
            writer.write(Document(id=f"{row:05}", words=""))
        writer.write(Document(id="99999", words=""))
        texts = [text for row in range(n) for text in texts_of(f"{row:05}", 0, of_each)]
        writer.write_vectors("any", texts, vectors)
        writer.publish()
    engines = [
        LocalEngine.open(tmp_path / "engine"),
        PostgresEngine.open(address, f"codes{of_each}"),
    ]
    unit = vectors[7] / np.linalg.norm(vectors[7])

    local, other = (one.vector_sets["any"].estimates(unit.astype(np.float32)) for one in engines)

    assert np.abs(local - other).max() <= 1e-6
    assert other[-1] == -1.0


def test_a_facet_has_an_index_for_each_way_it_is_asked(address):
    """A value is looked up by an index, and so is what a document has."""
    published(address, "indexed")

    names = execute(
        address,
        "SELECT indexdef FROM pg_indexes WHERE schemaname = 'compendium_indexed' "
        "AND tablename = 'facet'",
    )

    assert {definition.partition("USING ")[2] for (definition,) in names} == {
        'btree (facet, value, "row")',
        'btree ("row", facet, value)',
    }


# --- publishing ---


def test_nothing_is_seen_of_a_build_that_is_cut_off(own_server):
    """A server that stops in the middle of a build has nothing of it, and what was before."""
    address = own_server.address
    before = published(address, "before", n=5)

    class Stopping(PostgresWriter):
        def _write_sets(self, *arguments: object) -> dict:
            own_server.stop("immediate")
            return super()._write_sets(*arguments)

    writer = Stopping(address, "after")
    fill(writer, n=9)
    with pytest.raises(EngineUnavailable) as raised:
        writer.publish()
    own_server.start()

    assert str(raised.value).endswith("Start it, or correct KB_ENGINE.")
    assert execute(address, "SELECT version FROM compendium.versions") == [("before",)]
    schemas = execute(address, "SELECT nspname FROM pg_namespace WHERE nspname LIKE 'compendium_%'")
    assert schemas == [("compendium_before",)]
    assert len(before.matching(EVERYTHING)) == 5
    assert before.ask(QUESTION).candidates(limit=3).tolist() != []


def test_versions_stand_beside_each_other_and_go_when_they_are_not_kept(address):
    """Each answers for itself; only what one origin no longer keeps is removed."""
    published(address, "one", n=3, origin="here")
    published(address, "two", n=4, origin="here")
    published(address, "other", n=5, origin="elsewhere")

    sizes = [len(PostgresEngine.open(address, name)) for name in ("one", "two", "other")]
    removed = retain(address, ["two"], origin="here")

    assert (sizes, removed) == ([3, 4, 5], ["one"])
    assert len(PostgresEngine.open(address, "two")) == 4
    assert len(PostgresEngine.open(address, "other")) == 5
    with pytest.raises(SnapshotMissing) as raised:
        PostgresEngine.open(address, "one")
    assert str(raised.value) == (
        f"{server_at(address).name} does not have the snapshot one. Run 'kb build'."
    )


def test_a_version_that_goes_while_it_is_open(address):
    """What is asked of it then is told in one sentence."""
    engine = published(address, "going", n=3, origin="gone")
    retain(address, [], origin="gone")

    with pytest.raises(SnapshotMissing) as raised:
        engine.count(engine_filter())

    assert str(raised.value) == (
        f"{server_at(address).name} does not have this snapshot. Run 'kb build'."
    )


def engine_filter():
    """A filter that needs the server."""
    from kb.engine.filters import Filter

    return Filter(kinds=("guide",))


def test_a_version_is_replaced_whole(address):
    """The same name written again holds the new documents alone."""
    published(address, "again", n=9)
    assert len(published(address, "again", n=4)) == 4


# --- what can go wrong ---


def test_a_server_that_is_not_there():
    """One sentence that says where, and what to do; the password is not in it."""
    address = "postgresql://kb:secret@127.0.0.1:9/compendium"

    with pytest.raises(EngineUnavailable) as raised:
        PostgresEngine.open(address, "any")

    message = str(raised.value)
    assert message.startswith("PostgreSQL at 127.0.0.1:9/compendium gave no answer (")
    assert message.endswith("Start it, or correct KB_ENGINE.")
    assert "secret" not in message
    assert "\n" not in message


def test_an_address_that_is_none():
    """A slip in the address is told as a setting."""
    with pytest.raises(SettingError) as raised:
        PostgresEngine.open("postgresql://[host/", "any")

    assert str(raised.value) == (
        "KB_ENGINE must be empty or an address that libpq understands: "
        "postgresql://user@host:port/database, with signs such as @, / and % in a part of it "
        "written as %40, %2F and %25, and no options that libpq does not know."
    )


@pytest.mark.parametrize("rest", ["?nothing=1", "?sslmode", "%zz"])
def test_an_address_that_libpq_does_not_take_shows_no_password(rest):
    """What is wrong with it may be the password, so nothing of it is repeated."""
    with pytest.raises(SettingError) as raised:
        PostgresEngine.open(f"postgresql://kb:secret@localhost/kb{rest}", "any")

    assert "secret" not in str(raised.value)


def test_a_database_that_is_not_there(address):
    """The server says which."""
    with pytest.raises(EngineUnavailable) as raised:
        PostgresEngine.open(address.rpartition("/")[0] + "/nowhere", "any")

    assert "/nowhere does not have what KB_ENGINE names (" in str(raised.value)
    assert 'database "nowhere" does not exist' in str(raised.value)


def test_a_role_that_is_not_let_in(own_server):
    """A wrong password, none, and a role without rights are told from a server that is away."""
    execute(own_server.address, "CREATE ROLE locked LOGIN PASSWORD 'right'")
    rules = own_server.folder / "data" / "pg_hba.conf"
    before = rules.read_text("utf-8")
    rules.write_text(f"host all locked 127.0.0.1/32 scram-sha-256\n{before}", "utf-8")
    execute(own_server.address, "SELECT pg_reload_conf()")
    try:
        for given, said in (
            ("locked:wrong", "password authentication failed"),
            ("locked", "no password supplied"),
        ):
            with pytest.raises(EngineUnavailable) as raised:
                PostgresEngine.open(own_server.address.replace("postgres@", f"{given}@"), "any")
            assert "does not let this role in (" in str(raised.value)
            assert said in str(raised.value)
            assert str(raised.value).endswith("and its password in ~/.pgpass or PGPASSWORD.")
            assert "wrong" not in str(raised.value)
    finally:
        rules.write_text(before, "utf-8")
        execute(own_server.address, "SELECT pg_reload_conf()")


def test_a_build_that_may_not_make_the_extension_is_told_what_to_run(address):
    """Only a superuser may; the rights that the role has are not what is missing."""
    bare = database(address, "bare_of_all")
    execute(bare, "DROP ROLE IF EXISTS maker")
    execute(bare, "CREATE ROLE maker LOGIN")
    execute(bare, "GRANT CREATE ON DATABASE bare_of_all TO maker")
    maker = bare.replace("postgres@", "maker@")

    with pytest.raises(EngineUnavailable) as raised:
        published(maker, "any", n=2)

    assert str(raised.value).endswith(
        "has no extension 'vector'. Install pgvector on the server and "
        "run 'CREATE EXTENSION vector' in the database."
    )
    server_at(maker).close()
    execute(bare, "DROP OWNED BY maker")
    execute(bare, "DROP ROLE maker")


def test_two_that_write_the_same_version_at_once_wait_for_each_other(address):
    """The second finds the first one's, and takes its place."""
    with ThreadPoolExecutor(max_workers=4) as pool:
        engines = list(pool.map(lambda _: published(address, "at_once", n=5), range(4)))

    assert [len(one) for one in engines] == [5] * 4
    found = execute(address, "SELECT count(*) FROM compendium.versions WHERE version = 'at_once'")
    assert found == [(1,)]


def test_a_database_without_the_extension(address):
    """A reader is told what to install; a build makes it, where it may."""
    bare = database(address, "bare")

    with pytest.raises(EngineUnavailable) as raised:
        PostgresEngine.open(bare, "any")

    assert str(raised.value) == (
        f"{server_at(bare).name} has no extension 'vector'. Install pgvector on the server and "
        "run 'CREATE EXTENSION vector' in the database."
    )
    assert len(published(bare, "any", n=2)) == 2
    server_at(bare).close()


def test_a_database_of_another_encoding(address):
    """Ids in any script need UTF-8."""
    latin = database(address, "latin", "ENCODING 'LATIN1' TEMPLATE template0")

    with pytest.raises(EngineUnavailable) as raised:
        published(latin, "any", n=2)

    assert str(raised.value) == (
        f"The database of {server_at(latin).name} keeps its texts as LATIN1. "
        "Create one with ENCODING 'UTF8'."
    )


def test_an_extension_that_is_too_old(address):
    """The codes of large sets need pgvector 0.7."""
    old = database(address, "old")
    execute(old, "CREATE EXTENSION vector")
    execute(old, "UPDATE pg_extension SET extversion = '0.6.2' WHERE extname = 'vector'")

    with pytest.raises(EngineUnavailable) as raised:
        PostgresEngine.open(old, "any")

    assert str(raised.value) == (
        f"{server_at(old).name} has pgvector 0.6.2. "
        "Install 0.7 or later and run 'ALTER EXTENSION vector UPDATE'."
    )


def test_tables_of_another_format(address):
    """What another version of this program wrote is stale."""
    published(address, "stale", n=2)
    execute(address, "UPDATE compendium.versions SET format = 99 WHERE version = 'stale'")

    with pytest.raises(SnapshotStale, match="have format 99; this program reads 1"):
        PostgresEngine.open(address, "stale")


def test_a_role_that_may_not_write(address):
    """What to grant is in the sentence; nothing is left."""
    own = database(address, "owned_by_another")
    execute(own, "CREATE EXTENSION vector")
    execute(own, "DROP ROLE IF EXISTS reader")
    execute(own, "CREATE ROLE reader LOGIN")
    reader = own.replace("postgres@", "reader@")

    with pytest.raises(EngineUnavailable) as raised:
        published(reader, "any", n=2)

    assert "does not let this role do that (permission denied" in str(raised.value)
    assert "Run 'GRANT CREATE ON DATABASE' for the role of a build" in str(raised.value)
    published(own, "any", n=2)
    execute(own, "GRANT pg_read_all_data TO reader")
    assert len(PostgresEngine.open(reader, "any")) == 2
    for one in (own, reader):
        server_at(one).close()


def test_a_server_that_is_full(address):
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
        published(own, "any", n=3)

    assert "has no space left" in str(raised.value)
    assert str(raised.value).endswith("Free some, then run 'kb build' again.")
    found = execute(own, "SELECT nspname FROM pg_namespace WHERE nspname LIKE 'compendium_%'")
    assert found == []


def test_a_character_that_the_server_cannot_keep(address):
    """A NUL in a facet is refused with the server's own word for it."""
    writer = PostgresWriter(address, "nul")
    writer.write(Document(id="a", words="", facets={"own": ("a\0b",)}))

    with pytest.raises(EngineUnavailable, match="NUL"):
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


# --- connections ---


def test_threads_and_forks_have_connections_of_their_own(address):
    """Many threads ask at once, and a child that was forked asks as its parent does."""
    engine = published(address, "threads")
    expected = engine.matching(engine_filter()).tolist()
    found: list[list[int]] = []
    threads = [
        threading.Thread(target=lambda: found.append(engine.matching(engine_filter()).tolist()))
        for _ in range(8)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    child = os.fork()
    if child == 0:
        same = engine.matching(engine_filter()).tolist() == expected
        os._exit(0 if same else 1)
    status = os.waitpid(child, 0)[1]

    assert found == [expected] * 8
    assert os.waitstatus_to_exitcode(status) == 0
    assert engine.matching(engine_filter()).tolist() == expected


def test_a_connection_that_is_cut_is_made_again(address):
    """A question over a connection that the server ended is asked again, once."""
    engine = published(address, "cut")
    expected = engine.matching(engine_filter()).tolist()
    execute(
        address,
        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
        "WHERE pid <> pg_backend_pid() AND backend_type = 'client backend'",
    )

    assert engine.matching(engine_filter()).tolist() == expected


def await_more(answers: list, n: int = 30) -> None:
    """Wait until so many more have come."""
    wanted, end = len(answers) + n, time.monotonic() + 60
    while len(answers) < wanted:
        assert time.monotonic() < end
        time.sleep(0.01)


def test_a_primary_that_stops_while_a_standby_answers():
    """Reads go on under load; writes go on after a promotion."""
    primary = PostgresServer().create()
    standby = PostgresServer()
    try:
        published(primary.address, "first", n=20)
        standby.copy_of(primary)
        both = f"postgresql://postgres@127.0.0.1:{primary.port},127.0.0.1:{standby.port}/postgres"
        second = published(primary.address, "second", n=30)
        on_standby = PostgresEngine.open(standby.address, "second")  # waits until it has come
        assert_same(on_standby, second)
        with pytest.raises(EngineUnavailable, match="takes no changes, as a standby does"):
            published(standby.address, "third", n=3)

        engine = PostgresEngine.open(both, "second")
        expected = engine.matching(engine_filter()).tolist()
        answers: list[bool] = []
        stop = threading.Event()

        def ask() -> None:
            while not stop.is_set():
                answers.append(engine.matching(engine_filter()).tolist() == expected)

        readers = [threading.Thread(target=ask) for _ in range(3)]
        for reader in readers:
            reader.start()
        await_more(answers)
        primary.stop("immediate")
        await_more(answers)
        standby.promote()
        third = published(both, "third", n=7)
        await_more(answers)
        stop.set()
        for reader in readers:
            reader.join()

        assert all(answers)
        assert len(third) == 7
        assert len(PostgresEngine.open(both, "second")) == 30
        for one in (primary.address, standby.address, both):
            server_at(one).close()
    finally:
        standby.remove()
        primary.remove()


def test_owned_texts_and_digests_come_back_as_they_were(address):
    """Bytes for bytes."""
    writer = PostgresWriter(address, "digests")
    writer.write(Document(id="a", words=""))
    text = VectorText(owner="a", ordinal=0, digest="00" * 31 + "ff")
    writer.write_vectors("any", [text], np.ones((1, 3)))
    writer.write_vectors("said", [VectorText(owner="p", ordinal=0, digest=digest("p"))], np.eye(1))
    writer.publish()
    engine = PostgresEngine.open(address, "digests")

    assert engine.texts("any", 0) == (text,)
    assert engine.known_vectors("any", [text.digest]).keys() == {text.digest}
    assert engine.owned("said").texts[0].digest == digest("p")
