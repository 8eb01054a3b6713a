"""Messages of the Model Context Protocol: JSON-RPC 2.0 read, judged and written, as data.

Two ways of speaking are known. Since revision 2026-07-28 (*modern*) each request says in its
``_meta`` which revision it is of; there is no handshake and no session. Before it (*legacy*) a
client asks for ``initialize`` first. What a message says is all that is known of who sent it.
"""

from __future__ import annotations

import base64
import binascii
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

#: The revisions that are spoken: the one in which each request tells it, and those of a handshake.
MODERN = "2026-07-28"
LEGACY = ("2025-11-25", "2025-06-18")
VERSIONS = (MODERN, *LEGACY)

#: No message is longer, in bytes.
MOST_BYTES = 512 * 1024
#: How much of a name that is not known a sentence repeats.
SHOWN = 60

#: The codes of errors: those of JSON-RPC, and two of the protocol's own.
PARSE_ERROR = -32700
INVALID_REQUEST = -32600
METHOD_NOT_FOUND = -32601
INVALID_PARAMS = -32602
INTERNAL_ERROR = -32603
HEADER_MISMATCH = -32020
UNSUPPORTED_VERSION = -32022

#: The methods of the handshake and of the revisions after it.
INITIALIZE, PING = "initialize", "ping"
DISCOVER = "server/discover"
LIST, CALL = "tools/list", "tools/call"

_META = "io.modelcontextprotocol/"
#: Keys of ``_meta``: what a modern request says of itself, and what an answer says of the server.
VERSION_KEY = f"{_META}protocolVersion"
CAPABILITIES_KEY = f"{_META}clientCapabilities"
SERVER_KEY = f"{_META}serverInfo"

#: The headers that repeat what a modern request says, in lower case.
VERSION_HEADER, METHOD_HEADER, NAME_HEADER = "mcp-protocol-version", "mcp-method", "mcp-name"
_NAMED_BY = {CALL: "name", "prompts/get": "name", "resources/read": "uri"}
_BASE64, _END = "=?base64?", "?="

Id = str | int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Message:
    """A request, or a notification, which has no ``id`` and gets no answer."""

    method: str
    params: Mapping[str, Any] = field(default_factory=dict)
    id: Id = None

    @property
    def meta(self) -> Mapping[str, Any]:
        """What it says of itself; empty where it says nothing that can be read."""
        meta = self.params.get("_meta")
        return meta if isinstance(meta, Mapping) else {}

    @property
    def is_modern(self) -> bool:
        """Whether it is of a revision in which each request tells its own."""
        return VERSION_KEY in self.meta or self.method == DISCOVER


@dataclass(frozen=True, slots=True, kw_only=True)
class Refusal:
    """Why a message is not answered: a code of the protocol, and a sentence.

    ``id`` is that of the request, None where it could not be read. ``data`` is what a program may
    go by.
    """

    code: int
    sentence: str
    id: Id = None
    data: Mapping[str, Any] | None = None

    def written(self) -> dict[str, Any]:
        """The message that says so."""
        error: dict[str, Any] = {"code": self.code, "message": self.sentence}
        if self.data is not None:
            error["data"] = dict(self.data)
        return {"jsonrpc": "2.0", "id": self.id, "error": error}


def answered(request: Message, result: Mapping[str, Any]) -> dict[str, Any]:
    """The message that answers a request with a result."""
    return {"jsonrpc": "2.0", "id": request.id, "result": dict(result)}


def read(body: bytes) -> Message | Refusal:
    """Read one message.

    Args:
        body: JSON in UTF-8.

    Returns:
        The message, or why it is none: no JSON, several at once, a response, an id of another
        kind, a part of the wrong type.
    """
    if len(body) > MOST_BYTES:
        return too_long()
    try:
        given = json.loads(body, parse_constant=_no_number)
    except (ValueError, RecursionError):  # a number of 5,000 digits is a ValueError too
        return Refusal(code=PARSE_ERROR, sentence="The message must be JSON in UTF-8.")
    if isinstance(given, list):
        return _invalid("One message at a time: revisions since 2025-06-18 know no batches.")
    if not isinstance(given, dict):
        return _invalid("A message must be a JSON object.")
    return _message(given)


def too_long() -> Refusal:
    """Why a message of more than ``MOST_BYTES`` is not read."""
    return _invalid(f"A message must have at most {MOST_BYTES:,} bytes.")


def _message(given: Mapping[str, Any]) -> Message | Refusal:
    request_id, params = given.get("id"), given.get("params", {})
    if isinstance(request_id, bool) or not isinstance(request_id, (str, int, type(None))):
        return _invalid("id must be a text or a whole number.")
    if "id" in given and request_id is None:
        return _invalid("id must not be null; a notification has none.")
    if given.get("jsonrpc") != "2.0":
        return _invalid('jsonrpc must be "2.0".', request_id)
    if not isinstance(given.get("method"), str):
        return _invalid("method must be a text; responses are not taken.", request_id)
    if not isinstance(params, dict):
        return Refusal(code=INVALID_PARAMS, sentence="params must be an object.", id=request_id)
    return Message(method=given["method"], params=params, id=request_id)


def _invalid(sentence: str, request_id: Id = None) -> Refusal:
    return Refusal(code=INVALID_REQUEST, sentence=sentence, id=request_id)


def _no_number(name: str) -> float:
    raise ValueError(f"{name} is no JSON")


def misfit(message: Message) -> Refusal | None:
    """Why a modern message is refused by what it says of itself; None where nothing is wrong."""
    if "_meta" in message.params and not isinstance(message.params["_meta"], Mapping):
        return _wrong_params(message, "params._meta must be an object.")
    if not message.is_modern:
        return None
    missing = [key for key in (VERSION_KEY, CAPABILITIES_KEY) if key not in message.meta]
    if missing:
        return _wrong_params(message, f"params._meta must have {' and '.join(missing)}.")
    version = message.meta[VERSION_KEY]
    if not isinstance(version, str):
        return _wrong_params(message, f"{VERSION_KEY} must be a text, such as {MODERN}.")
    return None if version == MODERN else unsupported(version, message.id)


def unsupported(version: str, request_id: Id = None) -> Refusal:
    """Why a message of a revision that is not spoken is refused, and which ones are."""
    return Refusal(
        code=UNSUPPORTED_VERSION,
        sentence=f"The revision {version[:SHOWN]!r} is not spoken here; {', '.join(VERSIONS)} are.",
        id=request_id,
        data={"supported": list(VERSIONS), "requested": version[:SHOWN]},
    )


def contradiction(message: Message, headers: Mapping[str, str]) -> Refusal | None:
    """Why a message is refused by the headers that came with it; None where they agree.

    Args:
        message: what came.
        headers: by their names in lower case.
    """
    version = headers.get(VERSION_HEADER)
    if not message.is_modern and version != MODERN:
        return _legacy_header(message, version)
    said = message.meta.get(VERSION_KEY)
    if said is None:
        return misfit(message) or _wrong_params(
            message, f"params._meta must have {VERSION_KEY}, as the header {VERSION_HEADER} says."
        )
    if version != said:
        return _mismatch(message, VERSION_HEADER, version, said)
    if headers.get(METHOD_HEADER) != message.method:
        return _mismatch(message, METHOD_HEADER, headers.get(METHOD_HEADER), message.method)
    name = message.params.get(_NAMED_BY.get(message.method, ""))
    header = headers.get(NAME_HEADER)
    if name is not None and (header is None or decoded(header) != name):
        return _mismatch(message, NAME_HEADER, header, name)
    return None


def _legacy_header(message: Message, version: str | None) -> Refusal | None:
    """Before there is an answer to ``initialize`` no revision is agreed on; afterwards one is."""
    if version in LEGACY or (version is None and message.method == INITIALIZE):
        return None
    if version is not None:
        return None if message.method == INITIALIZE else unsupported(version, message.id)
    if message.id is None:
        return None
    return Refusal(
        code=HEADER_MISMATCH,
        sentence=f"The header {VERSION_HEADER} must name the revision: one of "
        f"{', '.join(VERSIONS)}.",
        id=message.id,
    )


def decoded(header: str) -> str | None:
    """What a header says that may stand in Base64; None where that is damaged."""
    if not (header.startswith(_BASE64) and header.endswith(_END)):
        return header
    payload = header.removeprefix(_BASE64).removesuffix(_END)
    try:
        return base64.b64decode(payload, validate=True).decode()
    except (binascii.Error, ValueError):
        return None


def _mismatch(message: Message, header: str, value: str | None, said: object) -> Refusal:
    has = "is missing" if value is None else f"says {value[:SHOWN]!r}"
    shown = said[:SHOWN] if isinstance(said, str) else said
    return Refusal(
        code=HEADER_MISMATCH,
        sentence=f"The header {header} {has}, and the message says {str(shown)[:SHOWN]!r}.",
        id=message.id,
    )


def _wrong_params(message: Message, sentence: str) -> Refusal:
    return Refusal(code=INVALID_PARAMS, sentence=sentence, id=message.id)
