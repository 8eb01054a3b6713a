"""``kb mcp``: lines in, lines out, and what to paste into an assistant."""

from __future__ import annotations

import io
import json
import shlex
import tomllib

import pytest
from click.testing import CliRunner

from kb.answers.addresses import Addresses
from kb.assistants.messages import MOST_BYTES
from kb.assistants.registry import LONGEST, server_json
from kb.assistants.service import Service
from kb.cli.assistants import answers
from kb.errors import SettingError, SnapshotMissing
from kb.model.site import Site
from tests.toy import ROOT
from web.cli import main

PING = b'{"jsonrpc": "2.0", "id": 1, "method": "ping"}'
PONG = {"jsonrpc": "2.0", "id": 1, "result": {}}


@pytest.fixture(autouse=True)
def _settings_of_the_toy(monkeypatch, settings):
    monkeypatch.setenv("KB_INDEX", str(settings.index))
    monkeypatch.setenv("KB_MODEL", str(settings.model))
    monkeypatch.setenv("KB_MULTILINGUAL", "off")


def run(*arguments: str):
    """The command's answer."""
    return CliRunner().invoke(main, ["mcp", *arguments])


def told(lines: bytes, searcher=None) -> list[dict]:
    """The answers to lines of standard input."""
    service = Service(searcher=lambda: searcher, addresses=Addresses())
    made = list(answers(io.BytesIO(lines), service))

    assert not any(b"\n" in line for line in made)
    return [json.loads(line) for line in made]


def test_each_line_is_a_message():
    """Blank lines mean nothing, a notification has no answer, and the last line may have no end."""
    notification = b'{"jsonrpc": "2.0", "method": "notifications/initialized"}'

    assert told(PING + b"\r\n\n" + notification + b"\n" + PING) == [PONG, PONG]


def test_a_bad_line_does_not_end_it():
    """It is refused, and the next one is answered."""
    refused, pong = told(b"{\n" + PING + b"\n")

    assert refused["error"]["code"] == -32700
    assert pong == PONG


def test_a_line_that_is_too_long_is_passed_over():
    """No more of it is held than is needed to see that."""
    refused, pong = told(b"x" * (3 * MOST_BYTES) + b"\n" + PING + b"\n")

    assert refused["error"]["message"] == f"A message must have at most {MOST_BYTES:,} bytes."
    assert pong == PONG


def test_a_session_without_a_handshake(searcher):
    """Both ways of speaking are answered on one line after the other."""
    meta = {
        "io.modelcontextprotocol/protocolVersion": "2026-07-28",
        "io.modelcontextprotocol/clientCapabilities": {},
    }
    body = {
        "jsonrpc": "2.0",
        "id": "a",
        "method": "tools/call",
        "params": {"name": "search", "arguments": {"query": "wine"}, "_meta": meta},
    }
    found, pong = told(json.dumps(body).encode() + b"\n" + PING, searcher)

    assert found["id"] == "a"
    assert found["result"]["resultType"] == "complete"
    assert pong == PONG


def test_without_a_snapshot_it_says_what_to_do():
    """The operator is who reads it here."""

    def none():
        raise SnapshotMissing("There is no snapshot in x.")

    service = Service(searcher=none, addresses=Addresses())
    line = b'{"jsonrpc": "2.0", "id": 1, "method": "tools/list"}'
    (made,) = map(json.loads, answers(io.BytesIO(line), service))

    assert made["error"] == {
        "code": -32603,
        "message": "There is no snapshot in x. Run 'kb build'.",
    }


def test_what_to_paste_is_printed_for_one_assistant(settings):
    """JSON alone, with the index by its whole path and the settings that are not the usual ones."""
    said = json.loads(run("--client-config", "cursor").stdout)
    (server,) = said["mcpServers"].values()

    assert list(said["mcpServers"]) == ["compendium-of-business-networks"]
    assert server["args"][-1] == "mcp"
    assert server["env"]["KB_INDEX"] == str(settings.index.absolute())
    assert server["env"]["KB_MULTILINGUAL"] == "off"
    words = shlex.split(run("--client-config", "claude-code").stdout)
    assert words[:3] == ["claude", "mcp", "add"]
    assert words[-1] == "mcp"


def test_what_to_paste_is_printed_for_all(monkeypatch):
    """Each under its name; with a public address, those that take one too."""
    monkeypatch.setenv("KB_SITE_URL", "https://cases.example.org/")
    printed = run("--client-config")

    assert printed.exit_code == 0
    assert printed.stdout.count("# Visual Studio Code: .vscode/mcp.json") == 2
    assert printed.stdout.count("# Claude Desktop: claude_desktop_config.json") == 1
    assert '"url": "https://cases.example.org/mcp"' in printed.stdout


def test_the_registry_is_told_of_the_site(monkeypatch):
    """Made from the settings and what the compendium says of itself."""
    monkeypatch.setenv("KB_SITE_URL", "https://cases.example.org")
    version = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"].get("version")
    made = json.loads(run("--server-json").stdout)

    assert made["name"] == "org.example.cases/compendium-of-business-networks"
    assert made["remotes"] == [{"type": "streamable-http", "url": "https://cases.example.org/mcp"}]
    assert made["websiteUrl"] == "https://cases.example.org/assistants"
    assert version in (None, made["version"])
    assert len(made["description"]) <= LONGEST


def test_the_registry_needs_a_public_address(monkeypatch):
    """It says which setting is missing."""
    monkeypatch.delenv("KB_SITE_URL", raising=False)
    refused = run("--server-json")

    assert refused.exit_code == 2
    assert "KB_SITE_URL must be the public address of the site" in refused.stderr
    with pytest.raises(SettingError):
        server_json(Site(), "http://cases.example.org")


def test_a_long_description_is_cut_after_a_word():
    """With dots, so that nobody takes it for the whole."""
    made = server_json(Site(description="word " * 100), "https://example.org")

    assert made["description"].endswith("word…")
    assert len(made["description"]) <= LONGEST


def test_one_of_both_is_printed():
    """Asked for two files at once, it prints none."""
    assert run("--client-config", "cursor", "--server-json").exit_code == 2
