"""Answers messages of the Model Context Protocol: a message in, a message out, nothing kept."""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from kb import __version__
from kb.answers.addresses import Addresses
from kb.assistants.arguments import read_arguments
from kb.assistants.budget import Part
from kb.assistants.facts import Desk
from kb.assistants.messages import (
    CALL,
    DISCOVER,
    INITIALIZE,
    INVALID_PARAMS,
    LEGACY,
    LIST,
    METHOD_NOT_FOUND,
    PING,
    SERVER_KEY,
    SHOWN,
    VERSIONS,
    Message,
    Refusal,
    answered,
    misfit,
)
from kb.assistants.tools import BY_NAME, instructions, tool_list
from kb.errors import CaseNotFound, QueryError, VersionNotFound, VersionsDamaged
from kb.model.english import slug
from kb.search.searcher import Searcher

_log = logging.getLogger(__name__)

#: For how long a client may take what it was told of the server and its tools as it is, in
#: milliseconds: an hour. They change with what is built.
KEPT_FOR = 3_600_000
_KEPT = {"ttlMs": KEPT_FOR, "cacheScope": "public"}
_CAPABILITIES: Mapping[str, Any] = {"tools": {}}
#: What a tool was asked that cannot be answered: an assistant is told, and can ask better.
_TOLD = (QueryError, CaseNotFound, VersionNotFound)
#: What an assistant is told where versions are damaged; the log says what is wrong, and where.
_DAMAGED = (
    "Earlier versions cannot be read just now. Ask for the id without a version: that gives the "
    "newest text."
)
#: An error tells no more characters.
_LONGEST_ERROR = 2_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Service:
    """What answers: the snapshot of the moment, and where the site stands.

    Attributes:
        searcher: gives the snapshot; raises a ``SnapshotError`` where there is none.
        addresses: where the pages stand that an answer points to.
        searched: is told of each search in words whether nothing fitted.
    """

    searcher: Callable[[], Searcher]
    addresses: Addresses
    searched: Callable[[bool], None] = lambda _: None


def answer(message: Message, service: Service) -> dict[str, Any] | Refusal | None:
    """The answer to a message; None to a notification.

    Args:
        message: what came.
        service: what answers.

    Raises:
        SnapshotError: there is nothing to answer from.
    """
    if message.id is None:
        return None
    refused = misfit(message)
    if refused is not None:
        return refused
    methods = _MODERN if message.is_modern else _LEGACY
    method = methods.get(message.method)
    if method is None:
        return Refusal(
            code=METHOD_NOT_FOUND,
            sentence=f"There is no method {message.method[:SHOWN]!r}. "
            f"Methods are {', '.join(methods)}.",
            id=message.id,
        )
    made = method(message, service)
    if isinstance(made, Refusal):
        return made
    if message.is_modern:
        name = server_info(service.searcher())
        made = {"resultType": "complete", **made, "_meta": {SERVER_KEY: name}}
    return answered(message, made)


def server_info(searcher: Searcher) -> dict[str, Any]:
    """What the server calls itself."""
    site = searcher.compendium.site
    return {
        "name": slug(site.name) or "compendium",
        "title": site.name,
        "version": __version__,
    }


def _discover(message: Message, service: Service) -> dict[str, Any]:
    return {
        "supportedVersions": list(VERSIONS),
        "capabilities": dict(_CAPABILITIES),
        "instructions": instructions(service.searcher().compendium),
        **_KEPT,
    }


def _initialize(message: Message, service: Service) -> dict[str, Any] | Refusal:
    wanted = message.params.get("protocolVersion")
    if not isinstance(wanted, str):
        return Refusal(
            code=INVALID_PARAMS,
            sentence=f"protocolVersion must be a text, such as {LEGACY[0]}.",
            id=message.id,
        )
    searcher = service.searcher()
    return {
        "protocolVersion": wanted if wanted in LEGACY else LEGACY[0],
        "capabilities": dict(_CAPABILITIES),
        "serverInfo": server_info(searcher),
        "instructions": instructions(searcher.compendium),
    }


def _ping(message: Message, service: Service) -> dict[str, Any]:
    return {}


def _list(message: Message, service: Service) -> dict[str, Any] | Refusal:
    if message.params.get("cursor") is not None:
        return Refusal(
            code=INVALID_PARAMS,
            sentence="cursor must be left out: the list of tools has one page.",
            id=message.id,
        )
    tools = tool_list(service.searcher().compendium)
    return {"tools": tools, **(_KEPT if message.is_modern else {})}


def _call(message: Message, service: Service) -> dict[str, Any] | Refusal:
    """What a tool answers; what it was asked wrongly is told in its answer, for the assistant."""
    name = message.params.get("name")
    tool = BY_NAME.get(name) if isinstance(name, str) else None
    if tool is None:
        shown = name[:SHOWN] if isinstance(name, str) else type(name).__name__
        return Refusal(
            code=INVALID_PARAMS,
            sentence=f"There is no tool {shown!r}. Tools are {', '.join(BY_NAME)}.",
            id=message.id,
        )
    desk = Desk(searcher=service.searcher(), addresses=service.addresses)
    try:
        asked = read_arguments(tool.takes, message.params.get("arguments"), tool.name)
        part = tool.answer(asked, desk)
    except VersionsDamaged as error:
        _log.error("the tool %s cannot answer: %s", tool.name, error)
        return _wrong(_DAMAGED)
    except _TOLD as error:
        return _wrong(str(error))
    if part.no_good_match is not None:
        service.searched(part.no_good_match)
    return _result(part)


def _wrong(text: str) -> dict[str, Any]:
    cut = text if len(text) <= _LONGEST_ERROR else f"{text[:_LONGEST_ERROR]} …"
    return {"content": [{"type": "text", "text": cut}], "isError": True}


def _result(part: Part) -> dict[str, Any]:
    """An answer as a tool gives it: words, and data beside them where there are some."""
    data = {"structuredContent": dict(part.data)} if part.data else {}
    return {"content": [{"type": "text", "text": part.text}], **data, "isError": False}


Method = Callable[[Message, Service], dict[str, Any] | Refusal]
_MODERN: Mapping[str, Method] = {DISCOVER: _discover, LIST: _list, CALL: _call}
_LEGACY: Mapping[str, Method] = {INITIALIZE: _initialize, PING: _ping, LIST: _list, CALL: _call}
