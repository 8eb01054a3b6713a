"""The official client of the protocol against two real workers, and against ``kb mcp``.

One session for each revision and each way: list, search, get, role models, results, compare, an
error, and nothing that fits.
"""

from __future__ import annotations

import asyncio
import os
import subprocess
import sys
import threading
from collections.abc import Coroutine, Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from mcp import Client
from mcp.client.stdio import StdioServerParameters
from mcp.shared.exceptions import MCPError

from kb.settings import Settings
from tests.toy import ROOT

WINE, METAL = "france/wine-exporters", "norway/metal-buyers"
TOOLS = [
    *("search_cases", "get_case", "find_role_models", "results_to_expect", "compare_cases"),
    *("search", "fetch"),
]


def _environment(settings: Settings) -> dict[str, str]:
    others = {name: value for name, value in os.environ.items() if not name.startswith("KB_")}
    return {
        **others,
        "KB_INDEX": str(settings.index),
        "KB_MODEL": str(settings.model),
        "KB_MULTILINGUAL": "off",
        "KB_MIN_SCORE": str(settings.min_score),
        "PYTHONPATH": str(ROOT),
    }


@pytest.fixture(name="two_workers", scope="module")
def _two_workers(settings: Settings) -> Iterator[str]:
    """The address of the site over the toy compendium, served by two workers."""
    process = subprocess.Popen(
        [sys.executable, "-m", "web", "serve", "--port", "0", "--workers", "2"],
        cwd=ROOT,
        env=_environment(settings),
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    )
    overdue = threading.Timer(300, process.kill)
    overdue.start()
    line = process.stdout.readline()
    overdue.cancel()
    try:
        yield f"{line.split()[-1]}/mcp"
    finally:
        process.terminate()
        process.communicate(timeout=60)


@pytest.fixture(name="program")
def _program(settings: Settings) -> StdioServerParameters:
    """``kb mcp`` over the same compendium."""
    return StdioServerParameters(
        command=sys.executable,
        args=["-m", "web", "mcp"],
        env=_environment(settings),
        cwd=str(ROOT),
    )


def run_apart(session: Coroutine[Any, Any, str | None]) -> str | None:
    """Run in a thread of its own: a browser of other tests keeps a loop going in this one."""
    with ThreadPoolExecutor(1) as thread:
        return thread.submit(asyncio.run, session).result()


async def _session(server: str | StdioServerParameters, mode: str) -> None:
    async with Client(server, mode=mode) as client:
        listed = (await client.list_tools()).tools
        found = await client.call_tool("search_cases", {"query": "wine export"})
        read = await client.call_tool("get_case", {"id": WINE})
        models = await client.call_tool("find_role_models", {"aim": "export wine"})
        results = await client.call_tool("results_to_expect", {})
        compared = await client.call_tool("compare_cases", {"ids": [METAL, WINE]})
        plain = await client.call_tool("search", {"query": "wine"})
        fetched = await client.call_tool("fetch", {"id": WINE})
        wrong = await client.call_tool("get_case", {"id": "france/wine-importers"})
        nothing = await client.call_tool("search_cases", {"query": "zebra"})
        with pytest.raises(MCPError, match="There is no tool 'sell'"):
            await client.call_tool("sell", {})

    assert [tool.name for tool in listed] == TOOLS
    assert all(tool.annotations.read_only_hint for tool in listed)
    assert found.structured_content["hits"][0]["id"] == WINE
    assert "Reported: +30%: Export sales rose by 30%. (n = 1; " in read.content[0].text
    assert models.structured_content["models"][0]["id"] == WINE
    assert {one["n"] for one in results.structured_content["figures"]} == {1}
    assert [one["id"] for one in compared.structured_content["cases"]] == [METAL, WINE]
    assert f'"id": "{WINE}"' in plain.content[0].text
    assert fetched.content[0].text.startswith(f'{{"id": "{WINE}"')
    assert wrong.is_error
    assert f"The nearest ids are {WINE}" in wrong.content[0].text
    assert not nothing.is_error
    assert nothing.structured_content["no_good_match"]
    assert nothing.content[0].text.startswith("Nothing in this compendium fits.")


@pytest.mark.parametrize("mode", ["2026-07-28", "legacy"])
def test_a_session_over_http(two_workers, mode):
    """Two workers answer in turn, and neither knows of the other's requests."""
    run_apart(_session(two_workers, mode))


@pytest.mark.parametrize("mode", ["2026-07-28", "legacy"])
def test_a_session_over_standard_input(program, mode):
    """The same, with a program that the client starts."""
    run_apart(_session(program, mode))


def test_a_client_finds_out_by_itself(two_workers):
    """Asked which revisions are spoken, the server names the one without a handshake first."""

    async def asked() -> str:
        async with Client(two_workers) as client:
            return client.session.protocol_version

    assert run_apart(asked()) == "2026-07-28"
