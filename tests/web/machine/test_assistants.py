"""``/mcp`` as it comes over HTTP: what is answered, and what is refused with which sentence."""

from __future__ import annotations

import json
import logging
from dataclasses import replace

import pytest
from flask import request

from kb.assistants.messages import LEGACY, MODERN, MOST_BYTES, VERSIONS
from kb.settings import read_settings
from web import create_app
from web.core.told import FOUND, NOTHING_FITS, OUTCOME

WINE, METAL = "france/wine-exporters", "norway/metal-buyers"
META = {
    "io.modelcontextprotocol/protocolVersion": MODERN,
    "io.modelcontextprotocol/clientCapabilities": {},
}
OTHER_VERSIONS = ["1900-01-01", "2024-11-05", "2025-03-26", "", "x" * 500]


def modern(client, method, params=None, *, headers=None, **more):
    """A request of the revision without a handshake, with the headers that go with it."""
    params = {"_meta": META, **(params or {})}
    sent = {"MCP-Protocol-Version": MODERN, "Mcp-Method": method}
    if "name" in params:
        sent["Mcp-Name"] = params["name"]
    body = {"jsonrpc": "2.0", "id": 7, "method": method, "params": params, **more}
    sent |= headers or {}
    kept = {name: value for name, value in sent.items() if value is not None}
    return client.post("/mcp", json=body, headers=kept)


def legacy(client, method, params=None, version=LEGACY[0], **more):
    """A request after a handshake."""
    body = {"jsonrpc": "2.0", "id": 7, "method": method, "params": params or {}, **more}
    headers = {"MCP-Protocol-Version": version} if version is not None else {}
    return client.post("/mcp", json=body, headers=headers)


def call(client, name, **arguments):
    """The result of a tool."""
    return modern(client, "tools/call", {"name": name, "arguments": arguments}).json["result"]


def error(response):
    """The status, the code and the sentence of a refusal."""
    told = response.json["error"]
    return response.status_code, told["code"], told["message"]


def test_discover_names_the_revisions_and_the_server(client):
    """Whoever asks is told what is spoken, what there is, and what the server calls itself."""
    result = modern(client, "server/discover").json["result"]

    assert result["resultType"] == "complete"
    assert result["supportedVersions"] == list(VERSIONS)
    assert result["capabilities"] == {"tools": {}}
    assert (result["ttlMs"], result["cacheScope"]) == (3_600_000, "public")
    assert result["_meta"]["io.modelcontextprotocol/serverInfo"] == {
        "name": "compendium-of-business-networks",
        "title": "Compendium of Business Networks",
        "version": "0.1.0",
    }
    assert "If nothing fits, say that" in result["instructions"]


@pytest.mark.parametrize(
    ("asked", "agreed"),
    [*((one, one) for one in LEGACY), ("2024-11-05", LEGACY[0]), ("9999-01-01", LEGACY[0])],
)
def test_a_handshake_agrees_on_a_revision(client, asked, agreed):
    """One that is spoken is taken; for another one the latest with a handshake is offered."""
    params = {"protocolVersion": asked, "capabilities": {}, "clientInfo": {}}
    result = legacy(client, "initialize", params, version=None).json["result"]

    assert result["protocolVersion"] == agreed
    assert result["serverInfo"]["title"] == "Compendium of Business Networks"
    assert "resultType" not in result


def test_an_answer_of_a_handshake_has_what_it_had_then(client):
    """Neither the kind of a result nor how long it may be kept was told before."""
    result = legacy(client, "tools/list").json["result"]

    assert list(result) == ["tools"]
    assert legacy(client, "ping").json == {"jsonrpc": "2.0", "id": 7, "result": {}}


def test_a_notification_is_taken_and_not_answered(client):
    """It has no id, so there is nothing to answer."""
    body = {"jsonrpc": "2.0", "method": "notifications/initialized"}
    response = client.post("/mcp", json=body, headers={"MCP-Protocol-Version": LEGACY[0]})

    assert (response.status_code, response.data) == (202, b"")
    assert "Content-Type" not in response.headers


@pytest.mark.parametrize("method", ["get", "delete"])
def test_there_is_nothing_to_open(client, method):
    """No stream, and no session to end: the answer says where people are told of it."""
    response = getattr(client, method)("/mcp")

    assert response.headers["Allow"] == "POST"
    assert error(response) == (
        405,
        -32600,
        "Assistants send messages here with POST. "
        "What this is for people: http://localhost/assistants",
    )


@pytest.mark.parametrize("version", OTHER_VERSIONS)
def test_another_revision_is_refused_by_name(client, version):
    """In the header and the message, or in the header alone: those that are spoken are named."""
    wanted = {"supported": list(VERSIONS), "requested": version[:60]}
    meta = META | {"io.modelcontextprotocol/protocolVersion": version}
    headers = {"MCP-Protocol-Version": version}

    both = modern(client, "tools/list", {"_meta": meta}, headers=headers)
    alone = legacy(client, "tools/list", version=version)

    assert [one.json["error"]["code"] for one in (both, alone)] == [-32022, -32022]
    assert [one.json["error"]["data"] for one in (both, alone)] == [wanted, wanted]
    assert [one.status_code for one in (both, alone)] == [400, 400]


@pytest.mark.parametrize(
    ("headers", "sentence"),
    [
        (
            {"MCP-Protocol-Version": "2025-11-25"},
            "The header mcp-protocol-version says '2025-11-25', and the message says '2026-07-28'.",
        ),
        (
            {"MCP-Protocol-Version": None},
            "The header mcp-protocol-version is missing, and the message says '2026-07-28'.",
        ),
        (
            {"Mcp-Method": "tools/list"},
            "The header mcp-method says 'tools/list', and the message says 'tools/call'.",
        ),
        (
            {"Mcp-Method": None},
            "The header mcp-method is missing, and the message says 'tools/call'.",
        ),
        (
            {"Mcp-Name": "fetch"},
            "The header mcp-name says 'fetch', and the message says 'search'.",
        ),
        ({"Mcp-Name": None}, "The header mcp-name is missing, and the message says 'search'."),
        (
            {"Mcp-Name": "=?base64?%%?="},
            "The header mcp-name says '=?base64?%%?=', and the message says 'search'.",
        ),
    ],
)
def test_headers_that_contradict_the_message_are_refused(client, headers, sentence):
    """What a machine on the way goes by is what is answered, or nothing is."""
    params = {"name": "search", "arguments": {"query": "wine"}}
    response = modern(client, "tools/call", params, headers=headers)

    assert error(response) == (400, -32020, sentence)
    assert response.json["id"] == 7


def test_a_name_may_stand_in_base64(client):
    """As clients write names that a header cannot hold."""
    params = {"name": "search", "arguments": {"query": "wine"}}
    response = modern(client, "tools/call", params, headers={"Mcp-Name": "=?base64?c2VhcmNo?="})

    assert response.status_code == 200


def test_a_handshake_without_its_header_is_refused(client):
    """After ``initialize`` each request says which revision was agreed on."""
    assert error(legacy(client, "tools/list", version=None)) == (
        400,
        -32020,
        "The header mcp-protocol-version must name the revision: one of "
        "2026-07-28, 2025-11-25, 2025-06-18.",
    )


@pytest.mark.parametrize(
    ("origin", "status"),
    [
        (None, 200),
        ("http://localhost:3000", 200),
        ("http://127.0.0.1", 200),
        ("http://[::1]:8000", 200),
        ("https://evil.example", 403),
        ("http://localhost.evil.example", 403),
        ("null", 403),
        ("http://[", 403),
    ],
)
def test_pages_of_other_sites_may_not_ask(client, origin, status):
    """Without a public address, only this machine's; the header Host is no proof of anything."""
    host = {"Host": "evil.example"} if origin == "https://evil.example" else {}
    response = modern(client, "tools/list", headers={"Origin": origin, **host})

    assert response.status_code == status
    if status == 403:
        assert error(response)[1:] == (
            -32600,
            "Pages of other sites may not ask here: the header Origin is foreign.",
        )


def test_pages_of_the_site_may_ask(live, settings):
    """Where the site has a public address, its pages and no others."""
    app = create_app(live, replace(settings, site_url="https://cases.example.org"))
    client = app.test_client()
    asked = ("https://cases.example.org", "http://cases.example.org", "http://localhost")
    statuses = [modern(client, "tools/list", headers={"Origin": one}).status_code for one in asked]

    assert statuses == [200, 403, 403]


@pytest.mark.parametrize(
    ("body", "code", "status"),
    [
        (b"", -32700, 400),
        (b"{", -32700, 400),
        (b"\xff", -32700, 400),
        (b"[" * 100_000, -32700, 400),
        (b'{"a":' * 50_000, -32700, 400),
        (b"1" * 10_000, -32700, 400),
        (b"NaN", -32700, 400),
        (b"[]", -32600, 400),
        (b'[{"jsonrpc": "2.0", "id": 1, "method": "ping"}]', -32600, 400),
        (b'"a"', -32600, 400),
        (b"{}", -32600, 400),
        (b'{"jsonrpc": "1.0", "id": 1, "method": "ping"}', -32600, 400),
        (b'{"jsonrpc": "2.0", "id": 1}', -32600, 400),
        (b'{"jsonrpc": "2.0", "id": 1, "result": {}}', -32600, 400),
        (b'{"jsonrpc": "2.0", "id": null, "method": "ping"}', -32600, 400),
        (b'{"jsonrpc": "2.0", "id": 1.5, "method": "ping"}', -32600, 400),
        (b'{"jsonrpc": "2.0", "id": true, "method": "ping"}', -32600, 400),
        (b'{"jsonrpc": "2.0", "id": {}, "method": "ping"}', -32600, 400),
        (b'{"jsonrpc": "2.0", "id": 1, "method": 5}', -32600, 400),
        (b'{"jsonrpc": "2.0", "id": 1, "method": "ping", "params": []}', -32602, 400),
        (b'{"jsonrpc": "2.0", "id": 1, "method": "ping", "params": {"_meta": 1}}', -32602, 200),
        (b" " * (MOST_BYTES + 1), -32600, 413),
    ],
)
def test_what_is_no_message_is_refused(client, body, code, status):
    """The protocol's own error with a sentence, whatever came."""
    headers = {"MCP-Protocol-Version": LEGACY[0], "Content-Type": "application/json"}
    response = client.post("/mcp", data=body, headers=headers)

    assert response.status_code == status
    assert response.json["error"]["code"] == code
    assert response.json["error"]["message"].endswith(".")


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({"Content-Type": "text/plain"}, 415),
        ({"Accept": "text/event-stream"}, 406),
        ({"Accept": "text/html"}, 406),
        ({"Accept": "application/json, text/event-stream"}, 200),
        ({"Accept": "*/*"}, 200),
    ],
)
def test_only_json_is_spoken(client, headers, status):
    """Answers are plain JSON; who takes none of that is told."""
    sent = {"MCP-Protocol-Version": LEGACY[0], "Content-Type": "application/json", **headers}
    body = json.dumps({"jsonrpc": "2.0", "id": 1, "method": "ping"})

    assert client.post("/mcp", data=body, headers=sent).status_code == status


@pytest.mark.parametrize(
    ("method", "params", "status", "code"),
    [
        ("initialize", {"protocolVersion": LEGACY[0]}, 404, -32601),
        ("resources/list", {}, 404, -32601),
        ("x" * 5_000, {}, 404, -32601),
        ("tools/list", {"cursor": "from nowhere"}, 400, -32602),
        ("tools/call", {}, 400, -32602),
        ("tools/call", {"name": "delete_everything"}, 400, -32602),
    ],
)
def test_what_is_not_there_is_refused(client, method, params, status, code):
    """An unknown method or tool, and a token that nobody gave."""
    response = modern(client, method, params)

    assert error(response)[:2] == (status, code)
    assert len(response.data) < 600


def test_a_revision_needs_what_it_says_of_itself(client):
    """Without its capabilities, or without all of it, a modern request is none."""
    version = {"io.modelcontextprotocol/protocolVersion": MODERN}
    few = modern(client, "tools/list", {"_meta": version})
    none = modern(client, "tools/list", {"_meta": {}})

    assert error(few) == (
        400,
        -32602,
        "params._meta must have io.modelcontextprotocol/clientCapabilities.",
    )
    assert error(none)[:2] == (400, -32602)


def test_without_a_snapshot_it_says_so(tmp_path):
    """As the site does: come back later. The operator's words stay in the log."""
    from kb.search.opening import open_live

    settings = read_settings({}, index=tmp_path / "none")
    client = create_app(open_live(settings), settings).test_client()
    response = modern(client, "tools/list")

    assert error(response) == (
        503,
        -32603,
        "The compendium cannot be shown just now. Please come back later.",
    )
    assert response.headers["Retry-After"] == "30"
    assert client.get("/assistants").status_code == 200


def test_no_question_is_logged(client, caplog):
    """Nothing of what an assistant asks is kept, whether it is answered or refused."""
    caplog.set_level(logging.DEBUG)
    call(client, "search_cases", query="a secret plan for wine")
    call(client, "search_cases", query="a secret plan", limit=99)

    assert "secret" not in caplog.text


def test_an_answer_is_never_stored_and_needs_no_cookie(client):
    """Caches keep nothing; there is no session."""
    response = modern(client, "tools/list")

    assert response.headers["Cache-Control"] == "no-store"
    assert "Set-Cookie" not in response.headers
    assert "Mcp-Session-Id" not in response.headers


def test_a_hit_says_what_the_api_says(client):
    """The same cases in the same order, and the same names with the same values."""
    hits = call(client, "search_cases", query="wine export")["structuredContent"]["hits"]
    there = client.get("/api/v1/search?q=wine+export&per_page=5").json["hits"]
    names = ("id", "title", "url", "kind", "country", "rank")

    assert hits
    assert [[hit[name] for name in names] for hit in hits] == [
        [hit[name] for name in names] for hit in there
    ]
    assert [hit["score"] for hit in hits] == [round(hit["score"], 3) for hit in there]


def test_title_year_and_version_are_those_of_the_citation(client):
    """An assistant cites what everybody cites."""
    told = call(client, "get_case", id=METAL)
    cited = client.get(f"/api/v1/citations/{METAL}").json
    data = told["structuredContent"]

    assert data["title"] == cited["title"]
    assert data["year"] == cited["year"]
    assert data["version"] == cited["version"]
    assert data["version_url"] == cited["version_url"]
    assert cited["styles"]["apa"] in told["content"][0]["text"]


def test_the_page_tells_people(client):
    """What to ask, how to add it, what is kept; each tool is named."""
    html = client.get("/assistants").text

    for name in ("search_cases", "get_case", "find_role_models", "compare_cases", "fetch"):
        assert f"<code>{name}</code>" in html
    assert "<code>http://localhost/mcp</code>" in html
    assert "claude mcp add --transport http compendium-of-business-networks" in html
    assert "This site keeps nothing of what an assistant asks" in html
    assert "works only on this computer, and inside your organisation" in html
    assert 'href="/assistants"' in client.get("/").text


def test_searches_are_counted_by_whether_anything_fits(live, settings):
    """The figures have the searches of assistants too; what searches for no words is none."""
    app = create_app(live, settings)
    told = []
    app.after_request(lambda response: told.append(request.environ.get(OUTCOME)) or response)
    client = app.test_client()
    asked = [
        ("search_cases", {"query": "train"}, FOUND),
        ("search_cases", {"query": "zzyzx"}, NOTHING_FITS),
        ("search_cases", {"filters": {"country": ["NO"]}}, None),
        ("search", {"query": "train"}, FOUND),
        ("search", {"query": "zzyzx"}, NOTHING_FITS),
        ("find_role_models", {"business": "winery", "aim": "export wine"}, FOUND),
        ("fetch", {"id": METAL}, None),
        ("search_cases", {"query": "train", "limit": 0}, None),
    ]

    for tool, arguments, _ in asked:
        modern(client, "tools/call", {"name": tool, "arguments": arguments})

    assert told == [outcome for _, _, outcome in asked]
