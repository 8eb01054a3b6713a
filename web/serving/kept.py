"""Whole answers, kept in a worker for as long as their snapshot is served.

A page depends on its snapshot, its address and what the client takes, and on nothing else: the
same is asked for again and again, by readers of one class as by crawlers. What says that it may
not be stored is not kept, nor is anything long. An answer is kept for a minute, as some pages
name the day on which they are read.
"""

from __future__ import annotations

import threading
import time
from collections import OrderedDict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from werkzeug.datastructures import Headers
from werkzeug.http import parse_list_header

from kb.errors import KBError
from web.core.headers import REVALIDATE
from web.core.refused import REFUSED
from web.serving.observed import KEPT

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

    from kb.search.opening import LiveSearcher

#: Bytes of all answers together, and of the longest that is kept.
MOST, LONGEST = 4 * 1024 * 1024, 256 * 1024
SECONDS = 60.0
#: What an answer depends on beside its snapshot.
_ASKED = (
    *("wsgi.url_scheme", "HTTP_HOST", "SCRIPT_NAME", "PATH_INFO", "QUERY_STRING"),
    *("HTTP_ACCEPT", "HTTP_ACCEPT_ENCODING", "HTTP_ACCEPT_LANGUAGE"),
)
_VARIES = {name.removeprefix("HTTP_").replace("_", "-").lower() for name in _ASKED}
#: A request with one of these is not for everybody, or not for all of the answer.
_OWN = ("HTTP_COOKIE", "HTTP_AUTHORIZATION", "HTTP_RANGE", "HTTP_ORIGIN", REFUSED)
_TYPES = ("text/html", "application/json")
#: The id of the snapshot, and the values of ``_ASKED``.
Asked = tuple[str, ...]


#: What an answer says of its body, which one without a body does not have.
_OF_BODY = ("content-length", "content-type", "content-encoding")


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What was answered, and until when it may be again.

    ``noted`` is what the site put into the environ, for who watches it.
    """

    headers: tuple[tuple[str, str], ...]
    body: bytes
    etag: str
    until: float
    noted: Mapping[str, object]

    def sent(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        """Give it once more, or say that the client has it."""
        environ.update(self.noted)
        environ[KEPT] = True
        if self.etag in environ.get("HTTP_IF_NONE_MATCH", ""):
            left = [(name, value) for name, value in self.headers if name.lower() not in _OF_BODY]
            start_response("304 NOT MODIFIED", left)
            return []
        start_response("200 OK", list(self.headers))
        return [self.body]


class Kept:
    """The site, with the answers that it gave a moment ago (WSGI). Safe between threads."""

    def __init__(self, site: WSGIApplication, live: LiveSearcher) -> None:
        """Nothing is kept yet.

        Args:
            site: answers what is not kept.
            live: says which snapshot is served.
        """
        self._site = site
        self._live = live
        self._answers: OrderedDict[Asked, Answer] = OrderedDict()
        self._bytes = 0
        self._lock = threading.Lock()

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        """Answer a request."""
        asked = self._asked(environ)
        if asked is None:
            return self._site(environ, start_response)
        with self._lock:
            answer = self._answers.get(asked)
            if answer is not None:
                self._answers.move_to_end(asked)
        if answer is None or answer.until < time.monotonic():
            return self._first(asked, environ, start_response)
        return answer.sent(environ, start_response)

    def _asked(self, environ: WSGIEnvironment) -> Asked | None:
        """What is asked for, whole; None where the answer is not for everybody."""
        if environ["REQUEST_METHOD"] != "GET" or any(name in environ for name in _OWN):
            return None
        try:
            snapshot = self._live.current().snapshot_id
        except KBError:  # the site says so
            return None
        return snapshot, *(environ.get(name, "") for name in _ASKED)

    def _first(
        self, asked: Asked, environ: WSGIEnvironment, start_response: StartResponse
    ) -> Iterable[bytes]:
        """Ask the site, and keep its answer where that may be kept."""
        told: list[tuple[str, list[tuple[str, str]]]] = []
        before = dict(environ)

        def begin(status: str, headers: list[tuple[str, str]], *error: object) -> object:
            told.append((status, headers))
            return start_response(status, headers, *error)

        chunks = self._site(environ, begin)
        if not told or not _may_be_kept(*told[-1]) or self._asked(environ) != asked:
            return chunks
        try:
            body = b"".join(chunks)
        finally:
            if hasattr(chunks, "close"):
                chunks.close()
        headers = told[-1][1]
        noted = {name: value for name, value in environ.items() if name not in before}
        self._keep(
            asked,
            Answer(
                headers=tuple(headers),
                body=body,
                etag=Headers(headers)["ETag"].removeprefix("W/"),
                until=time.monotonic() + SECONDS,
                noted={name: value for name, value in noted.items() if isinstance(value, str)},
            ),
        )
        return [body]

    def _keep(self, asked: Asked, answer: Answer) -> None:
        """Keep an answer; those that were not asked for lately make place."""
        with self._lock:
            if (old := self._answers.pop(asked, None)) is not None:
                self._bytes -= len(old.body)
            self._answers[asked] = answer
            self._bytes += len(answer.body)
            while self._bytes > MOST:
                _, gone = self._answers.popitem(last=False)
                self._bytes -= len(gone.body)


def _may_be_kept(status: str, headers: list[tuple[str, str]]) -> bool:
    """Whether the head of an answer says that it is short, and the same for everybody."""
    told = Headers(headers)
    return (
        status.startswith("200 ")
        and told.get("Cache-Control") == REVALIDATE
        and "ETag" in told
        and "Set-Cookie" not in told
        and told.get("Content-Type", "").partition(";")[0] in _TYPES
        and 0 < int(told.get("Content-Length", 0)) <= LONGEST
        and set(parse_list_header(told.get("Vary", "").lower())) <= _VARIES
    )
