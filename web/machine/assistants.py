"""The address for assistants, ``/mcp``, and the page that tells people of it.

What is said there is made in ``kb/assistants``; here it comes with HTTP and goes with it.
"""

from __future__ import annotations

import json
import logging
from collections.abc import Mapping
from typing import Any
from urllib.parse import urlsplit

from flask import Blueprint, Response, render_template, request
from werkzeug.exceptions import RequestEntityTooLarge

from kb.assistants.arguments import MOST_HITS
from kb.assistants.budget import MOST_TOKENS
from kb.assistants.clients import CLIENTS, Address
from kb.assistants.messages import (
    INTERNAL_ERROR,
    INVALID_PARAMS,
    INVALID_REQUEST,
    METHOD_NOT_FOUND,
    MOST_BYTES,
    VERSIONS,
    Message,
    Refusal,
    contradiction,
    read,
    too_long,
)
from kb.assistants.service import Service, answer
from kb.assistants.tools import TOOLS
from kb.errors import KBError
from kb.model.english import slug
from kb.model.site import Site
from web.core.errors import NOT_READY, RETRY_AFTER, Failure, register_refusal
from web.core.request import searcher, settings
from web.core.told import tell_outcome
from web.core.urls import absolute, addresses, url_for
from web.machine.api import compendium_at_hand
from web.words.kinds import NO_KINDS

_log = logging.getLogger(__name__)

bp = Blueprint("assistants", __name__, template_folder="templates")

JSON = "application/json"
#: So many questions are shown to try.
MOST_QUESTIONS = 4
#: The hosts of a page that somebody opened on the machine that the site runs on.
_THIS_MACHINE = ("localhost", "127.0.0.1", "::1")


@bp.route("/mcp", methods=["POST", "GET", "DELETE"])
def mcp() -> Response:
    """One message of the Model Context Protocol, and its answer.

    It comes with POST. There is no stream to open and no session to end: 405.
    """
    if request.method != "POST":
        return _nothing_to_open()
    refused = _refused_by_http()
    if refused is not None:
        return refused
    request.max_content_length = MOST_BYTES
    try:
        message = read(request.get_data(cache=False))
    except RequestEntityTooLarge:
        return _sent(too_long().written(), 413)
    if isinstance(message, Refusal):
        return _refusal(message, 400)
    headers = {name.lower(): value for name, value in request.headers.items()}
    wrong = contradiction(message, headers)
    if wrong is not None:
        return _refusal(wrong, 400)
    return _answered(message)


def _tell(no_good_match: bool) -> None:
    tell_outcome(no_good_match=no_good_match)


def _too_busy(failure: Failure) -> Response:
    """What the server refused, as an error of the protocol."""
    sentence = f"{failure.kind.title}. {failure.detail}"
    return _sent(Refusal(code=INTERNAL_ERROR, sentence=sentence).written(), failure.kind.status)


register_refusal(bp, "mcp", _too_busy)


def _answered(message: Message) -> Response:
    """The answer to a message that is as it must be; a notification is taken without one."""
    try:
        service = Service(searcher=searcher, addresses=addresses(), searched=_tell)
        made = answer(message, service)
    except KBError as error:
        _log.error("an assistant cannot be answered: %s", error)
        unready = Refusal(code=INTERNAL_ERROR, sentence=NOT_READY, id=message.id)
        response = _sent(unready.written(), 503)
        response.headers["Retry-After"] = RETRY_AFTER
        return response
    if made is None:
        taken = Response(status=202)
        del taken.headers["Content-Type"]  # there is nothing in it
        return taken
    if isinstance(made, Refusal):
        return _refusal(made, _STATUS.get(made.code, 400) if message.is_modern else 200)
    return _sent(made, 200)


#: The status that says what an error of a revision without a handshake says.
_STATUS: Mapping[int, int] = {METHOD_NOT_FOUND: 404, INVALID_PARAMS: 400}


def _nothing_to_open() -> Response:
    """Why nothing can be read here, and where people are told of it."""
    page = absolute(url_for("assistants.page"))
    sentence = f"Assistants send messages here with POST. What this is for people: {page}"
    response = _sent(Refusal(code=INVALID_REQUEST, sentence=sentence).written(), 405)
    response.headers["Allow"] = "POST"
    return response


def _refused_by_http() -> Response | None:
    """Why a request is refused before its message is read; None where nothing is wrong."""
    if not _is_from_here(request.headers.get("Origin")):
        return _forbidden("Pages of other sites may not ask here: the header Origin is foreign.")
    if request.mimetype != JSON:
        return _wrong(f"Content-Type must be {JSON}.", 415)
    if not request.accept_mimetypes[JSON] and "Accept" in request.headers:
        return _wrong(f"Accept must allow {JSON}.", 406)
    return None


def _is_from_here(origin: str | None) -> bool:
    """Whether a request comes from no page, from one of this site, or from this machine.

    The name by which a request calls this site is not believed: who makes a name of their own
    lead here could say anything.
    """
    if origin is None:
        return True
    site = urlsplit(settings().site_url)
    try:
        asked = urlsplit(origin)
        host = asked.hostname
    except ValueError:
        return False
    if site.hostname:
        return (asked.scheme, asked.netloc) == (site.scheme, site.netloc)
    return host in _THIS_MACHINE


def _forbidden(sentence: str) -> Response:
    return _wrong(sentence, 403)


def _wrong(sentence: str, status: int) -> Response:
    return _sent(Refusal(code=INVALID_REQUEST, sentence=sentence).written(), status)


def _refusal(refused: Refusal, status: int) -> Response:
    return _sent(refused.written(), status)


def _sent(message: Mapping[str, Any], status: int) -> Response:
    """A message as JSON; half a pair of surrogates, which a sender may send, stays escaped."""
    response = Response(json.dumps(message, allow_nan=False), status=status, mimetype=JSON)
    response.headers["Cache-Control"] = "no-store"
    return response


@bp.get("/assistants")
def page() -> str:
    """What an assistant can ask here, how to add it, and what is kept of that: nothing."""
    held = compendium_at_hand()
    address = absolute(url_for("assistants.mcp"))
    name = (slug(held.site.name) if held else "") or "compendium"
    texts = [(client, client.text(name, Address(url=address))) for client in CLIENTS]
    taxonomy = held.taxonomy if held else NO_KINDS
    n = held.holdings.cases.n if held else 0
    return render_template(
        "assistants.html",
        address=address,
        is_public=address.startswith("https://"),
        tools=[(tool, taxonomy.filled(tool.words)) for tool in TOOLS],
        clients=[(client, text) for client, text in texts if text],
        questions=held.site.examples[:MOST_QUESTIONS] if held and n else (),
        about_us=_about_us(held.site) if held else "",
        n_cases=n,
        versions=VERSIONS,
        most_hits=MOST_HITS,
        most_tokens=MOST_TOKENS,
    )


def _about_us(site: Site) -> str:
    """How somebody begins who asks for cases like theirs, with the examples of the role models."""
    wish = f"We want to {site.aim.rstrip('.')}." if site.aim else ""
    return f"Our business: {site.business.rstrip('.')}. {wish}".strip() if site.business else wish
