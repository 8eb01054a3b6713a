"""What the server is told of a request in its WSGI environ, for the log and the figures.

The site knows nothing of who reads it there, and answers the same where nobody does.
"""

from __future__ import annotations

from flask import Flask, Response, g, request

#: The pattern of the address, the snapshot that answered, and whether anything fitted.
ROUTE, SNAPSHOT, OUTCOME = "kb.route", "kb.snapshot", "kb.outcome"
#: The number of the request, which the server gives.
REQUEST_ID = "kb.request_id"
#: What stands for the pattern where no page has the address.
UNKNOWN = "unknown"
FOUND, NOTHING_FITS = OUTCOMES = ("found", "nothing_fits")


def init_app(app: Flask) -> None:
    """Tell the route of every request, and the snapshot that it was answered from."""
    app.before_request(_tell_route)
    app.after_request(_tell_snapshot)


def route() -> str:
    """The pattern of the address of this request: ``/cases/<path:case_id>``."""
    return request.url_rule.rule if request.url_rule else UNKNOWN


def request_id() -> str:
    """The number of this request; empty where the server gives none."""
    return request.environ.get(REQUEST_ID, "")


def tell_outcome(*, no_good_match: bool) -> None:
    """Tell whether what was asked for in words found anything."""
    request.environ[OUTCOME] = NOTHING_FITS if no_good_match else FOUND


def _tell_route() -> None:
    request.environ[ROUTE] = route()


def _tell_snapshot(response: Response) -> Response:
    if "kb_searcher" in g:
        request.environ[SNAPSHOT] = g.kb_searcher.snapshot_id
    return response
