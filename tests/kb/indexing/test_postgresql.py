"""A build into PostgreSQL: served, gone back to, pruned; and a server that is not there."""

from __future__ import annotations

import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import psycopg
import pytest
from flask.testing import FlaskClient
from werkzeug.test import Client

from kb.engine.postgresql.engine import read_version
from kb.engine.postgresql.schema import schema_of
from kb.engine.postgresql.server import server_at
from kb.errors import EngineUnavailable, SnapshotCorrupt, SnapshotStale
from kb.indexing.pipeline import build
from kb.search.opening import Wanted, open_current, open_live, try_out
from kb.search.query import Query
from kb.settings import Settings
from kb.snapshots.format import ENGINE_FOLDER
from kb.snapshots.reach import AWAY
from kb.snapshots.store import current_id, snapshot_ids
from tests.kb.engine.postgresql_server import PostgresServer
from tests.toy import copy_toy_corpus, settings_of_toy
from web.app import create_app
from web.serving.kept import Kept


@pytest.fixture(autouse=True)
def _a_busy_machine_may_take_long(monkeypatch: pytest.MonkeyPatch) -> None:
    """A server of a busy machine needs longer for a new connection than an address has else."""
    monkeypatch.setattr("kb.engine.postgresql.server.CONNECT_SECONDS", 60)


@pytest.fixture(name="server", scope="module")
def _server() -> Iterator[PostgresServer]:
    server = PostgresServer().create()
    yield server
    server_at(server.address).close()
    server.remove()


@pytest.fixture(name="own")
def _own(tmp_path: Path, tiny_encoder: Path, server: PostgresServer) -> Settings:
    """A toy compendium of a test's own, which is built into the server."""
    settings = settings_of_toy(copy_toy_corpus(tmp_path / "cases"), tmp_path / "i", tiny_encoder)
    return replace(settings, engine=server.address, keep_snapshots=2)


def versions(server: PostgresServer) -> set[str]:
    """Of which snapshots the server holds the version."""
    with psycopg.connect(server.address) as connection:
        found = connection.execute("SELECT version FROM compendium.versions").fetchall()
    return {version.partition("_")[0] for (version,) in found}


def edit(settings: Settings, text: str) -> None:
    """Add a sentence to a case."""
    path = settings.cases / "norway" / "metal-buyers.md"
    path.write_text(path.read_text(encoding="utf-8") + f"\n{text}\n", encoding="utf-8")


def first_ten(settings: Settings, text: str) -> list[tuple[str, float]]:
    """What a search finds, with its scores."""
    result = open_current(settings).search(Query(text=text))
    return [(hit.case.id, hit.score) for hit in result.hits]


def test_the_answers_are_those_of_the_local_engine(own):
    """The same cases, in the same order, with the same scores."""
    local = replace(own, index=own.index.with_name("local"), engine="")
    build(own)
    build(local)

    for text in ("wine export", "metal", "textile training", "purchase of wine"):
        found, expected = first_ten(own, text), first_ten(local, text)
        assert [case for case, _ in found] == [case for case, _ in expected]
        assert [score for _, score in found] == pytest.approx([score for _, score in expected])


def test_a_build_is_served_gone_back_to_and_pruned(own, server):
    """The server holds what the index holds, and nothing else of it."""
    before = versions(server) if "compendium" in schemas(server) else set()
    ids = []
    for number in range(3):
        edit(own, f"Sentence {number}.")
        ids.append(build(own).snapshot_id)

    assert set(snapshot_ids(own.index)) == set(ids[1:])
    assert versions(server) - before == set(ids[1:])
    assert current_id(own.index) == ids[2]
    assert try_out(own.index / ids[1], Wanted.by(own), engine=own.engine) is None
    assert build(own).up_to_date


def schemas(server: PostgresServer) -> set[str]:
    """The schemas of the server."""
    with psycopg.connect(server.address) as connection:
        found = connection.execute("SELECT nspname FROM pg_namespace").fetchall()
    return {name for (name,) in found}


def test_tables_that_were_emptied_by_hand_are_written_again(own, server):
    """A build says what it found, and the site answers as before."""
    first = build(own).snapshot_id
    expected = first_ten(own, "wine export")
    version = read_version(own.index / first / ENGINE_FOLDER)["version"]
    with psycopg.connect(server.address) as connection:
        connection.execute("SET session_replication_role = replica")
        connection.execute(f"TRUNCATE {schema_of(version)}.lexeme")

    with pytest.raises(SnapshotCorrupt, match=r"Somebody changed tables of this version .* not 0"):
        open_current(own)
    told: list[str] = []
    second = build(own, tell=told.append).snapshot_id

    assert second != first
    assert any("Building again: Somebody changed tables" in sentence for sentence in told)
    assert first_ten(own, "wine export") == expected
    assert read_version(own.index / second / ENGINE_FOLDER)["version"] != version
    with psycopg.connect(server.address) as connection:
        found = connection.execute(
            "SELECT count(*) FROM compendium.versions WHERE version = %s", (version,)
        ).fetchall()
    assert found == [(0,)]


def test_an_index_of_the_other_engine_is_refused_and_built_again(own):
    """Both ways: what was built for one is not opened for the other."""
    first = build(own).snapshot_id
    local = replace(own, engine="")

    with pytest.raises(SnapshotStale, match="was built for PostgreSQL, but KB_ENGINE is empty"):
        open_current(local)
    told: list[str] = []
    second = build(local, tell=told.append).snapshot_id

    assert second != first
    assert any("was built for PostgreSQL" in sentence for sentence in told)
    assert open_current(local).search(Query(text="wine")).total > 0
    with pytest.raises(SnapshotStale, match="names a PostgreSQL server"):
        open_current(own)


def test_each_way_of_keeping_it_leads_back_and_takes_vectors_over(own, server):
    """Files, a database, another one: nothing is encoded twice, and what was built stays."""
    with psycopg.connect(server.address, autocommit=True) as connection:
        connection.execute("CREATE DATABASE mistaken")
    files = replace(own, engine="", keep_snapshots=5)
    one = replace(files, engine=own.engine)
    other = replace(files, engine=own.engine.removesuffix("/postgres") + "/mistaken")
    try:
        first = build(files)
        second, third = build(one), build(other)
        version = read_version(own.index / second.snapshot_id / ENGINE_FOLDER)["version"]
        ids = {report.snapshot_id for report in (first, second, third)}

        assert (second.encoded, third.encoded) == (0, 0)
        assert (len(ids), set(snapshot_ids(own.index))) == (3, ids)
        for settings, built in ((files, first), (one, second), (other, third)):
            again = build(settings)
            assert (again.snapshot_id, again.up_to_date) == (built.snapshot_id, True)
            assert open_current(settings).search(Query(text="wine")).total > 0
        for number in (0, 1, 2):  # and what is no longer kept leaves the database that has it
            edit(own, f"Sentence {number}.")
            build(replace(one, keep_snapshots=2))
        assert second.snapshot_id not in snapshot_ids(own.index)
        with psycopg.connect(server.address) as connection:
            held = connection.execute("SELECT version FROM compendium.versions").fetchall()
        assert (version,) not in held
    finally:
        server_at(other.engine).close()


def test_a_server_that_is_away_removes_nothing_and_is_told_of_once(own):
    """Of a compendium that was built before: an error, and no sentence with the same before it."""
    server = PostgresServer().create()
    settings = replace(own, engine=server.address)
    try:
        first = build(settings).snapshot_id
        server.stop("immediate")
        told: list[str] = []

        with pytest.raises(EngineUnavailable):
            build(settings, tell=told.append)

        assert (snapshot_ids(own.index), current_id(own.index)) == ((first,), first)
        assert not any("PostgreSQL" in sentence for sentence in told)
        server.start()
        assert build(settings).up_to_date
    finally:
        server_at(server.address).close()
        server.remove()


def test_a_server_that_is_not_there_builds_nothing(own):
    """One sentence, and the index is as it was."""
    away = replace(own, engine="postgresql://kb:secret@127.0.0.1:9/kb")
    told: list[str] = []

    with pytest.raises(EngineUnavailable) as raised:
        build(away, tell=told.append)

    assert str(raised.value).startswith("PostgreSQL at 127.0.0.1:9/kb gave no answer (")
    assert "secret" not in str(raised.value)
    assert snapshot_ids(own.index) == ()
    assert not any("ncod" in sentence for sentence in told)  # nothing is encoded in vain


def health_of(client: FlaskClient, status: str) -> dict:
    """What ``/healthz`` tells once it has this status, with the code 200 meanwhile."""
    end = time.monotonic() + 120  # what was found holds for a moment
    while True:
        answer = client.get("/healthz")
        assert answer.status_code == 200
        told = answer.get_json()
        if told["status"] == status:
            return told
        assert time.monotonic() < end
        time.sleep(0.1)


def test_a_site_without_its_server_says_so_and_comes_back(own):
    """503 with a page while the server is away, the answer again when it is back."""
    server = PostgresServer().create()
    settings = replace(own, engine=server.address)
    try:
        build(settings)
        client = create_app(open_live(settings), settings).test_client()
        assert client.get("/search?q=wine").status_code == 200
        well = health_of(client, "ok")

        server.stop("immediate")
        ill = health_of(client, "degraded")
        ready = client.get("/readyz")
        away = client.get("/api/v1/search?q=wine")
        page = client.get("/search?q=wine")
        server.start()
        back = client.get("/search?q=wine")

        assert (well["trouble"], health_of(client, "ok")["trouble"]) == (None, None)
        assert (ill["trouble"], ill["snapshot"]) == (AWAY, well["snapshot"])
        assert (ready.status_code, ready.get_json()["status"]) == (200, "ready")
        assert (away.status_code, away.get_json()["type"]) == (503, "/api#problem-no-engine")
        assert page.status_code == 503
        assert back.status_code == 200
    finally:
        server_at(server.address).close()
        server.remove()


def test_a_site_that_starts_before_its_server(own):
    """It says so, and answers as soon as the server is there; no page shows the password."""
    server = PostgresServer().create()
    settings = replace(own, engine=server.address.replace("postgres@", "postgres:secret@"))
    try:
        build(settings)
        server.stop()
        client = create_app(open_live(settings), settings).test_client()
        away = client.get("/search?q=wine")
        server.start()
        end = time.monotonic() + 120  # it is tried at growing intervals
        while (back := client.get("/search?q=wine")).status_code != 200:
            assert time.monotonic() < end
            time.sleep(0.2)

        assert (away.status_code, back.status_code) == (503, 200)
        assert "secret" not in away.get_data(as_text=True)
        assert "secret" not in repr(settings)
    finally:
        server_at(settings.engine).close()
        server.remove()


def test_a_list_under_filters_needs_no_server(own):
    """What cases have is in the snapshot; a text is asked of the server."""
    server = PostgresServer().create()
    settings = replace(own, engine=server.address)
    try:
        build(settings)
        client = create_app(open_live(settings), settings).test_client()
        expected = client.get("/api/v1/search?country=NO").get_json()
        server.stop("immediate")

        assert expected["total"] > 0
        assert client.get("/api/v1/search?country=NO").get_json() == expected
        assert client.get("/api/v1/search?q=wine").status_code == 503
    finally:
        server_at(server.address).close()
        server.remove()


def test_the_page_of_a_case_and_a_comparison_need_no_server(own):
    """They are answered without similar cases, and nobody keeps that: later they are whole."""
    server = PostgresServer().create()
    settings = replace(own, engine=server.address)
    pages = ("/cases/norway/metal-buyers", "/compare?id=norway/metal-buyers")
    pages += ("/compare?id=norway/metal-buyers&id=france/wine-exporters",)
    try:
        build(settings)
        live = open_live(settings)
        client = Client(Kept(create_app(live, settings), live))
        live.refresh()
        server.stop("immediate")
        lacking = [client.get(page) for page in pages]
        server.start()
        whole = [client.get(page) for page in pages]
        kept = [client.get(page) for page in pages]

        assert [page.status_code for page in (*lacking, *whole)] == [200] * 6
        for page, later in zip(lacking, whole, strict=True):
            assert page.headers["Cache-Control"] == "no-store"
            assert "ETag" not in page.headers
            assert (later.headers["Cache-Control"], "ETag" in later.headers) == ("no-cache", True)
        similar = [b'id="similar-title"' in page.data for page in (lacking[0], whole[0])]
        assert similar == [False, True]
        assert [page.data for page in kept] == [page.data for page in whole]
    finally:
        server_at(server.address).close()
        server.remove()
