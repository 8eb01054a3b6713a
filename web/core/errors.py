"""What goes wrong, as an answer: one table from exception class to status and title.

Under ``/api/`` the answer is a problem of RFC 9457; elsewhere it is a page that
says what happened and where to go on. Views catch nothing.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from flask import Flask, Response, json, render_template, request, url_for
from werkzeug.exceptions import HTTPException, InternalServerError, NotFound

from kb import errors
from kb.model.cases import FACETS
from kb.search.query import MAX_QUERY_LENGTH, Query
from web.compare.choose import choosing_again
from web.core.params import understood
from web.core.request import searcher
from web.core.urls import case_url, query_pairs, with_value
from web.ui.filters import chips
from web.words.typography import curly

PROBLEM_TYPE = "application/problem+json"
RETRY_AFTER = "30"
VALUE_SHOWN = 200


@dataclass(frozen=True, slots=True, kw_only=True)
class Kind:
    """One kind of failure: its HTTP status, its name in the API, and its title."""

    status: int
    slug: str
    title: str
    help: str


NOT_READY = "The compendium is being prepared. Please come back in a minute."
KINDS: Mapping[type[errors.KBError], Kind] = {
    errors.QueryError: Kind(
        status=400,
        slug="bad-parameter",
        title="This search cannot be answered as it stands",
        help="A part of the address is not understood.",
    ),
    errors.CaseNotFound: Kind(
        status=404,
        slug="unknown-case",
        title="There is no case at this address",
        help="It may have been renamed, or the address may hold a slip.",
    ),
    errors.SnapshotMissing: Kind(
        status=503, slug="not-built", title="The compendium is not ready yet", help=NOT_READY
    ),
    errors.SnapshotCorrupt: Kind(
        status=503, slug="damaged", title="The compendium cannot be opened", help=NOT_READY
    ),
    errors.SnapshotStale: Kind(
        status=503, slug="outdated", title="The compendium must be built again", help=NOT_READY
    ),
    errors.EncoderUnavailable: Kind(
        status=503, slug="no-encoder", title="Search is not available just now", help=NOT_READY
    ),
    errors.KBError: Kind(
        status=500,
        slug="fault",
        title="Something went wrong on our side",
        help="It is not your doing. The fault has been noted in the site's log.",
    ),
}
HTTP_KINDS: Mapping[int, Kind] = {
    404: Kind(
        status=404,
        slug="unknown-page",
        title="There is no page at this address",
        help="It may have been moved, or the address may hold a slip.",
    ),
    405: Kind(
        status=405,
        slug="read-only",
        title="This address only answers to reading",
        help="Everything here is read with GET.",
    ),
    500: KINDS[errors.KBError],
}


NOT_MEASURED = Kind(
    status=404,
    slug="not-measured",
    title="The search has not been measured yet",
    help="The operator publishes its figures with: kb evaluate --publish, then kb build",
)


class NotMeasured(NotFound):
    """The snapshot holds no figures of search quality."""

    description = "This snapshot holds no figures; 'kb evaluate --publish' and a build add them."


def init_app(app: Flask) -> None:
    """Register the two handlers: errors of the compendium, and errors of HTTP."""
    app.register_error_handler(errors.KBError, _known)
    app.register_error_handler(HTTPException, _http)


def kind_of(error: errors.KBError) -> Kind:
    """The row of the nearest class in the table."""
    return next(KINDS[cls] for cls in type(error).__mro__ if cls in KINDS)


def _known(error: errors.KBError) -> Response:
    detail = str(error)
    if isinstance(error, errors.QueryError):
        more = {
            "parameter": error.parameter,
            "value": _short(error.value),
            "allowed": list(error.allowed),
        }
    elif isinstance(error, errors.CaseNotFound):
        more = {"parameter": "case_id", "value": error.case_id, "allowed": list(error.nearest)}
    else:
        more = {}
    return _answer(kind_of(error), detail, more)


def _http(error: HTTPException) -> Response:
    given = error.get_response()
    if error.code is None or error.code < 400:
        return given
    kind = HTTP_KINDS.get(error.code) or Kind(
        status=error.code, slug="http", title=error.name, help="The request was not accepted."
    )
    detail = error.description or ""
    if isinstance(error, NotMeasured):
        kind = NOT_MEASURED
    elif isinstance(error, NotFound):
        detail = f"No page has the address {request.path[:VALUE_SHOWN]!r}."
    elif isinstance(error, InternalServerError):
        detail = kind.help
    response = _answer(kind, detail, {})
    if "Allow" in given.headers:
        response.headers["Allow"] = given.headers["Allow"]
    return response


def _answer(kind: Kind, detail: str, more: Mapping[str, object]) -> Response:
    if request.path.startswith("/api/"):
        response = Response(json.dumps(_problem(kind, detail, more)), mimetype=PROBLEM_TYPE)
    else:
        response = Response(_page(kind, detail, more))
    response.status_code = kind.status
    response.headers["Cache-Control"] = "no-store"
    if kind.status == 503:
        response.headers["Retry-After"] = RETRY_AFTER
    return response


def _problem(kind: Kind, detail: str, more: Mapping[str, object]) -> dict[str, object]:
    return {
        "type": f"{url_for('docs.api')}#problem-{kind.slug}",
        "title": kind.title,
        "status": kind.status,
        "detail": detail,
        "instance": request.path,
        **more,
    }


def _page(kind: Kind, detail: str, more: Mapping[str, object]) -> str:
    """The page; the nearest cases as links, what is allowed as a list and not in the sentence.

    A search keeps what was typed, as much of it as the box takes, and the rest of its
    address as far as it is understood.
    """
    allowed = [str(name) for name in more.get("allowed") or ()]
    is_case = kind.slug == "unknown-case"
    if allowed:
        detail = detail.partition(" Allowed are ")[0].partition(" The nearest ids are ")[0]
    parameter = str(more.get("parameter", ""))
    is_search = request.endpoint == "search.search"
    is_answerable = is_search and kind.slug == "bad-parameter"
    kept = understood(request.args, searcher().taxonomy) if is_answerable else Query()
    is_comparison = request.blueprint == "compare" and kind.slug == "bad-parameter"
    again = choosing_again(searcher(), request.args) if is_comparison else None
    return render_template(
        "error.html",
        again=again,
        kind=kind,
        detail=detail,
        nearest=[
            (case_url(name), curly(searcher().case(name).title)) for name in allowed if is_case
        ],
        choices=[(with_value(kept, parameter, name), name) for name in allowed]
        if parameter in FACETS
        else [],
        is_search=is_search,
        kept_words=[chip.label for chip in chips(kept, searcher().taxonomy)]
        if is_answerable
        else [],
        kept=[pair for pair in query_pairs(kept) if pair[0] not in ("q", "exact")],
        typed=request.args.get("q", "")[:MAX_QUERY_LENGTH],
    )


def _short(value: object) -> object:
    return value[:VALUE_SHOWN] if isinstance(value, str) else value
