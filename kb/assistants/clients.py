"""What to paste into common assistants so that they use the compendium."""

from __future__ import annotations

import json
import shlex
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True, kw_only=True)
class Program:
    """The server as a program that an assistant starts, and speaks to over standard input."""

    command: str
    arguments: tuple[str, ...]
    environment: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Address:
    """The server as an address that an assistant speaks to."""

    url: str


Server = Program | Address


@dataclass(frozen=True, slots=True, kw_only=True)
class Client:
    """An assistant: its name, where the text belongs, and the text; empty where it takes none."""

    id: str
    label: str
    place: str
    text: Callable[[str, Server], str]


def _servers(key: str, *, typed: bool = False) -> Callable[[str, Server], str]:
    """A file of JSON that lists servers under a key; ``typed`` ones say of which kind they are."""

    def text(name: str, server: Server) -> str:
        said: dict[str, object] = {}
        if isinstance(server, Address):
            said |= {"type": "http"} if typed else {}
            said |= {"url": server.url}
        else:
            said |= {"type": "stdio"} if typed else {}
            said |= {"command": server.command, "args": list(server.arguments)}
            said |= {"env": dict(server.environment)} if server.environment else {}
        return json.dumps({key: {name: said}}, indent=2, ensure_ascii=False)

    return text


def _command_line(name: str, server: Server) -> str:
    if isinstance(server, Address):
        return shlex.join(("claude", "mcp", "add", "--transport", "http", name, server.url))
    environment = [
        part for key, value in server.environment.items() for part in ("--env", f"{key}={value}")
    ]
    program = (server.command, *server.arguments)
    return shlex.join(("claude", "mcp", "add", *environment, name, "--", *program))


def _programs_only(name: str, server: Server) -> str:
    return "" if isinstance(server, Address) else _servers("mcpServers")(name, server)


CLIENTS: tuple[Client, ...] = (
    Client(id="claude-code", label="Claude Code", place="a terminal", text=_command_line),
    Client(
        id="claude-desktop",
        label="Claude Desktop",
        place="claude_desktop_config.json",
        text=_programs_only,
    ),
    Client(id="cursor", label="Cursor", place="~/.cursor/mcp.json", text=_servers("mcpServers")),
    Client(
        id="vscode",
        label="Visual Studio Code",
        place=".vscode/mcp.json",
        text=_servers("servers", typed=True),
    ),
)
BY_ID: Mapping[str, Client] = {client.id: client for client in CLIENTS}
