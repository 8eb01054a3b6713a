"""The command that serves assistants over standard input: ``kb mcp``."""

from __future__ import annotations

import contextlib
import json
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO

import click

from kb.assistants.clients import BY_ID, CLIENTS, Address, Client, Program
from kb.cli.console import addresses_of, one_catch, say, settings_of
from kb.model.english import slug
from kb.settings import ROWS, Settings

if TYPE_CHECKING:
    from kb.assistants.service import Service
    from kb.search.searcher import Searcher

#: The settings that change what assistants are answered.
_PASSED_ON = ("index", "model", "multilingual", "min_score", "engine", "site_url")
_EVERY = "all"


@click.command()
@click.option("--index", metavar="DIR", help="Folder of the snapshots [KB_INDEX]")
@click.option(
    "--client-config",
    is_flag=False,
    flag_value=_EVERY,
    metavar="[CLIENT]",
    type=click.Choice((_EVERY, *BY_ID)),
    help=f"Print what to paste into an assistant: {', '.join(BY_ID)}, or all of them",
)
@click.option("--server-json", is_flag=True, help="Print server.json for the public registry")
@one_catch
def mcp(*, index: str | None, client_config: str | None, server_json: bool) -> int:
    """Answer an assistant over standard input, by the Model Context Protocol.

    An assistant starts this command itself: 'kb mcp --client-config' prints what to paste into
    its settings. The site answers the same at /mcp.
    """
    if client_config and server_json:
        raise click.UsageError("--client-config and --server-json exclude each other; choose one")
    settings = settings_of(index=index)
    if client_config:
        _print_configs(settings, client_config)
        return 0
    if server_json:
        _print_server_json(settings)
        return 0
    _serve(settings)
    return 0


def _serve(settings: Settings) -> None:
    """Answer line by line until the input ends."""
    from kb.assistants.service import Service
    from kb.search.opening import open_live  # imports faiss and onnxruntime

    live = open_live(settings, fall_back=True)
    live.refresh()
    live.watch()
    say("Waiting for an assistant on standard input; Ctrl-C ends it.")
    service = Service(searcher=live.current, addresses=addresses_of(settings))
    with contextlib.suppress(KeyboardInterrupt, BrokenPipeError):  # that is how it is ended
        for answer in answers(sys.stdin.buffer, service):
            sys.stdout.buffer.write(answer + b"\n")
            sys.stdout.buffer.flush()


def answers(lines: BinaryIO, service: Service) -> Iterator[bytes]:
    """The answers to messages of a line each, in their order; a notification has none."""
    from kb.assistants.messages import INTERNAL_ERROR, Refusal, read
    from kb.assistants.service import answer
    from kb.errors import KBError

    for line in _lines(lines):
        message = read(line)
        if isinstance(message, Refusal):
            yield _written(message.written())
            continue
        try:
            made = answer(message, service)
        except KBError as error:
            made = Refusal(code=INTERNAL_ERROR, sentence=str(error), id=message.id)
        if made is not None:
            yield _written(made.written() if isinstance(made, Refusal) else made)


def _lines(lines: BinaryIO) -> Iterator[bytes]:
    """Lines that are not blank; of one that is too long as much as is needed to see that."""
    from kb.assistants.messages import MOST_BYTES

    while line := lines.readline(MOST_BYTES + 2):
        rest = line
        while rest and not rest.endswith(b"\n"):
            rest = lines.readline(MOST_BYTES)
        if line.strip():
            yield line.rstrip(b"\r\n")


def _written(message: dict[str, object]) -> bytes:
    return json.dumps(message, allow_nan=False).encode()


def _searcher(settings: Settings) -> Searcher:
    from kb.search.opening import open_current  # imports faiss and onnxruntime

    return open_current(settings)


def _print_configs(settings: Settings, wanted: str) -> None:
    """The text for one assistant alone, or for each under its name."""
    name = slug(_searcher(settings).compendium.site.name) or "compendium"
    program = _program(settings)
    if wanted != _EVERY:
        click.echo(BY_ID[wanted].text(name, program))
        return
    for client in CLIENTS:
        _print_config(client, client.text(name, program))
    if settings.site_url:
        say("The site answers assistants too; for those that take an address:")
        address = Address(url=f"{settings.site_url.rstrip('/')}/mcp")
        for client in CLIENTS:
            _print_config(client, client.text(name, address))


def _print_config(client: Client, text: str) -> None:
    if text:
        click.echo(f"# {client.label}: {client.place}\n{text}\n")


def _program(settings: Settings) -> Program:
    """This command as another program starts it, whatever folder that is in."""
    from kb.settings import read_settings

    usual = read_settings({})
    environment = {
        row.variable: _said(getattr(settings, row.name))
        for row in ROWS
        if row.name in _PASSED_ON
        and (row.name == "index" or getattr(settings, row.name) != getattr(usual, row.name))
    }
    started = Path(sys.argv[0])
    if started.name == "kb":
        return Program(command=str(started.absolute()), arguments=("mcp",), environment=environment)
    return Program(command=sys.executable, arguments=("-m", "web", "mcp"), environment=environment)


def _said(value: object) -> str:
    """A setting as the environment says it."""
    if isinstance(value, bool):
        return "on" if value else "off"
    return str(value.absolute()) if isinstance(value, Path) else str(value)


def _print_server_json(settings: Settings) -> None:
    from kb.assistants.registry import server_json as made

    site = _searcher(settings).compendium.site
    told = made(site, settings.site_url, settings.contribute_url)
    click.echo(json.dumps(told, indent=2, ensure_ascii=False))
