"""What became of each request, told to whoever writes or counts it, and the request's number.

This stands outermost: what a proxy, a limit or the site answers passes here.
"""

from __future__ import annotations

import logging
import re
import time
import uuid
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from kb.errors import Attempt
from kb.logs import request_id
from web.core.told import OUTCOME, REQUEST_ID, ROUTE, SNAPSHOT, UNKNOWN

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

_log = logging.getLogger(__name__)

HEADER = "X-Request-ID"
#: In the environ: the seconds for which a request waited until the server asked for its answer, and
#: that the answer was one that was kept.
WAITED, KEPT = "kb.waited", "kb.kept"
#: Methods that have a name of their own in the log and the figures; anybody may send any word.
METHODS = ("GET", "HEAD", "POST", "OPTIONS")
OTHER = "other"
#: A number that another server gave may be any of its own kind, as long as it is one short word.
_WELL_FORMED = re.compile(r"[A-Za-z0-9][A-Za-z0-9._:=+-]{0,127}")
_SORRY = b"Something went wrong on our side. It is not your doing.\n"


@dataclass(frozen=True, slots=True, kw_only=True)
class Answered:
    """One request and its answer, without what was asked for.

    ``route`` is the pattern of the address. ``seconds`` are those until the answer was ready:
    how fast somebody reads it is not in it, nor are the seconds that it ``waited`` before, where
    the server tells them. ``kept``: the answer was made for an earlier request. ``sent`` is in
    bytes, without the head. ``outcome``
    is one of ``web.core.told.OUTCOMES``, or empty; so is ``snapshot`` where none was needed.
    """

    request_id: str
    method: str
    route: str
    status: int
    seconds: float
    sent: int
    snapshot: str
    outcome: str
    client: str
    waited: float
    kept: bool


class Observer:
    """Who is told of requests. ``begins`` and ``ends`` are called once each for every request."""

    def begins(self) -> None:
        """A request has come."""

    def ends(self, answered: Answered) -> None:
        """It was answered, and sent as far as it could be."""


class Observed:
    """A WSGI application whose requests are told to observers, each with its number."""

    def __init__(
        self,
        app: WSGIApplication,
        observers: Sequence[Observer],
        *,
        believes: Callable[[str], bool] = lambda _: False,
    ) -> None:
        """Wrap an application.

        Args:
            app: what answers.
            observers: who is told.
            believes: whether the number of a request that comes from this address is taken over.
        """
        self._app = app
        self._observers = observers
        self._believes = believes

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        """Answer a request; one over which the application fails gets 500, and is logged."""
        began = time.perf_counter()
        identity = environ[REQUEST_ID] = self._number(environ)
        held = request_id.set(identity)
        status = [500]

        def start(line: str, headers: list[tuple[str, str]], error: Any = None) -> Any:
            status[0] = int(line[:3])
            headers = [*headers, (HEADER, identity)]
            return start_response(line, headers, error) if error else start_response(line, headers)

        for observer in self._observers:
            observer.begins()
        body: Iterable[bytes] = [_SORRY]
        with Attempt() as attempt:
            body = self._app(environ, start)
        if attempt.error is not None:
            _log.error("a request could not be answered", exc_info=attempt.error)
            start("500 Internal Server Error", [("Content-Type", "text/plain")])
        seconds = time.perf_counter() - began
        request_id.reset(held)

        def done(sent: int) -> None:
            method = environ.get("REQUEST_METHOD", "")
            answered = Answered(
                request_id=identity,
                method=method if method in METHODS else OTHER,
                route=environ.get(ROUTE, UNKNOWN),
                status=status[0],
                seconds=seconds,
                sent=sent,
                snapshot=environ.get(SNAPSHOT, ""),
                outcome=environ.get(OUTCOME, ""),
                client=environ.get("REMOTE_ADDR", ""),
                waited=environ.get(WAITED, 0.0),
                kept=KEPT in environ,
            )
            for observer in self._observers:
                observer.ends(answered)

        return _Sent(body, done)

    def _number(self, environ: WSGIEnvironment) -> str:
        """The number that a server in front gave, where it is believed; else a new one."""
        given = environ.get("HTTP_X_REQUEST_ID", "")
        if _WELL_FORMED.fullmatch(given) and self._believes(environ.get("REMOTE_ADDR", "")):
            return given
        return uuid.uuid4().hex


class _Sent:
    """The parts of an answer on their way, counted; said once they are sent, or nobody reads on."""

    def __init__(self, body: Iterable[bytes], done: Callable[[int], None]) -> None:
        self._body = body
        self._parts = iter(body)
        self._done = done
        self._sent = 0

    def __iter__(self) -> Iterator[bytes]:
        return self

    def __next__(self) -> bytes:
        part = next(self._parts)
        self._sent += len(part)
        return part

    def close(self) -> None:
        """What the server calls at the end, whatever came."""
        try:
            if (close := getattr(self._body, "close", None)) is not None:
                close()
        finally:
            done, self._done = self._done, lambda _: None
            done(self._sent)
