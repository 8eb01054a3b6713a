"""What goes wrong, as an answer: one table from exception class to status and title.

Where a program was asked, under ``/api/`` or for a file of its kind, the answer is a problem of
RFC 9457; elsewhere it is a page that says what happened and where to go on. Views catch nothing.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from flask import Blueprint, Flask, Response, current_app, g, render_template, request
from flask.typing import ResponseReturnValue
from werkzeug.exceptions import (
    HTTPException,
    InternalServerError,
    NotFound,
    RequestEntityTooLarge,
)

from kb import errors
from kb.answers.problem import MEDIA_TYPE, Problem
from kb.answers.serialise import to_json
from kb.citations.works import day_text
from kb.errors import Attempt
from kb.logs import fields
from web.core.files import FILES, is_for_programs
from web.core.refused import REFUSED, Refusal
from web.core.request import PrintableRequest, live, searcher, versions
from web.core.told import request_id, route
from web.core.urls import here, led_to, url_for
from web.core.values import for_readers

_log = logging.getLogger(__name__)

RETRY_AFTER = "30"
VALUE_SHOWN = 200


@dataclass(frozen=True, slots=True, kw_only=True)
class Kind:
    """One kind of failure: its HTTP status, its name in the API, and its title.

    ``is_all``: no other page answers either, so none is offered.
    """

    status: int
    slug: str
    title: str
    help: str
    is_all: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Failure:
    """What went wrong in a request: its kind, a sentence, and the part of the request it was.

    The last three are None where it was no part of the request; ``allowed`` is nearest first.
    """

    kind: Kind
    detail: str
    parameter: str | None = None
    value: object = None
    allowed: tuple[str, ...] | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Help:
    """What a feature adds to the page of a failure at one of its addresses.

    ``title`` stands instead of that of the kind, ``template`` is a piece of the feature's
    own (its form, as filled in) and takes ``given``. ``nearest`` may have been meant, and
    ``ways`` lead back into the feature: each is (address, words).
    """

    title: str = ""
    template: str = ""
    given: Mapping[str, object] = field(default_factory=dict)
    nearest: tuple[tuple[str, str], ...] = ()
    ways: tuple[tuple[str, str], ...] = ()


NOT_READY = "The compendium cannot be shown just now. Please come back later."
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
        help="It may have been renamed. Check the address for typing errors.",
    ),
    errors.CaseWithdrawn: Kind(
        status=410,
        slug="withdrawn-case",
        title="This case was withdrawn",
        help="It is no longer part of the compendium.",
    ),
    errors.CaseGone: Kind(
        status=410,
        slug="gone-case",
        title="This case is no longer here",
        help="It was taken out of the compendium.",
    ),
    errors.VersionNotFound: Kind(
        status=404,
        slug="unknown-version",
        title="There is no such version of this case",
        help="Check the characters after the @ sign.",
    ),
    errors.VersionsDamaged: Kind(
        status=500,
        slug="damaged-version",
        title="This version cannot be shown",
        help="What was kept of it is damaged. The operator can bring it back from a backup.",
    ),
    errors.VersionsUnreadable: Kind(
        status=503,
        slug="versions-unreadable",
        title="The earlier versions of the cases cannot be read",
        help="This needs to know when and how cases changed. Cases and search work as before. "
        "The fault has been noted in the site's log. Please come back later.",
    ),
    errors.PackError: Kind(
        status=400,
        slug="bad-reading-list",
        title="This reading list cannot be opened",
        help="A reading list stands in its link, and this link is not as it was made.",
    ),
    errors.TextsNotKept: Kind(
        status=404,
        slug="texts-not-kept",
        title="Not every text of this reading list is kept here",
        help="The list may have been made on another site, or its link was changed by hand.",
    ),
    errors.FormatUnknown: Kind(
        status=404,
        slug="unknown-format",
        title="There is no such format",
        help="Files are made in some formats only. Check the ending of the address.",
    ),
    errors.SnapshotMissing: Kind(
        status=503,
        slug="not-built",
        title="The compendium is not ready yet",
        help=NOT_READY,
        is_all=True,
    ),
    errors.SnapshotCorrupt: Kind(
        status=503,
        slug="damaged",
        title="The compendium cannot be opened",
        help=NOT_READY,
        is_all=True,
    ),
    errors.SnapshotStale: Kind(
        status=503,
        slug="outdated",
        title="The compendium must be built again",
        help=NOT_READY,
        is_all=True,
    ),
    errors.EngineUnavailable: Kind(
        status=503,
        slug="no-engine",
        title="Search is not available just now",
        help=NOT_READY,
        is_all=True,
    ),
    errors.EncoderUnavailable: Kind(
        status=503,
        slug="no-encoder",
        title="Search is not available just now",
        help=NOT_READY,
        is_all=True,
    ),
    errors.ExportsBusy: Kind(
        status=503,
        slug="busy",
        title="Many files are being made just now",
        help="Please come back in half a minute: then this one is taken.",
    ),
    errors.ExportFailed: Kind(
        status=500,
        slug="not-made",
        title="This file could not be made",
        help="It is not your doing. The fault has been noted in the site's log.",
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
        help="It may have been moved. Check the address for typing errors.",
    ),
    405: Kind(
        status=405,
        slug="read-only",
        title="This page can only be read",
        help="Nothing can be sent to it. Open it by its link; a program reads it with GET.",
    ),
    413: Kind(
        status=413,
        slug="too-large",
        title="That is more than can be sent here",
        help="Shorten what you wrote, and send it again. Your browser still has it: go back.",
    ),
    500: KINDS[errors.KBError],
}
#: What the server refuses, by the status: see ``web/core/refused.py``.
REFUSALS: Mapping[int, Kind] = {
    400: Kind(
        status=400,
        slug="bad-request",
        title="This request cannot be read",
        help="It is not written as HTTP asks. Open the address in a browser.",
    ),
    413: HTTP_KINDS[413],
    414: Kind(
        status=414,
        slug="address-too-long",
        title="This address is too long",
        help="Ask for less at once: fewer filters, or fewer cases in a list.",
    ),
    429: Kind(
        status=429,
        slug="too-many-requests",
        title="That is more than one visitor can ask for at once",
        help="Wait a little, then ask again. Pages of cases can be read all the time.",
    ),
    431: Kind(
        status=431,
        slug="head-too-large",
        title="Your browser sent more than can be read",
        help="What it sent beside the address is too long. Remove the cookies of this site.",
    ),
    501: Kind(
        status=501,
        slug="not-understood",
        title="This request cannot be read",
        help="It is sent in a way that this site does not know.",
    ),
    503: Kind(
        status=503,
        slug="overloaded",
        title="More is asked for just now than can be answered",
        help="Please come back in a moment. Nothing is lost: the address stays as it is.",
        is_all=True,
    ),
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


class Site(Flask):
    """A site that goes on answering, whatever happens in one request.

    A library may end a thread by a ``BaseException``, and the worker with it. What an answer
    failed over is checked: its files may not be what was opened any more.
    """

    request_class = PrintableRequest

    def dispatch_request(self) -> ResponseReturnValue:
        """Answer a request.

        Raises:
            Exception: of any kind, and never anything else.
        """
        with Attempt() as attempt:
            return super().dispatch_request()
        error = attempt.error
        expected = isinstance(error, (HTTPException, errors.KBError))
        if "kb_searcher" in g and (not expected or isinstance(error, errors.SnapshotCorrupt)):
            live().suspect(g.kb_searcher, error)
        if isinstance(error, Exception):
            raise error
        raise RuntimeError(f"A library gave out: {error!r}") from error

    def log_exception(self, exc_info: tuple[Any, Any, Any]) -> None:
        """Log what nobody expected, by the pattern of the address: a path may hold a reader's list.

        Args:
            exc_info: the exception as ``sys.exc_info`` gives it.
        """
        self.logger.error("%s %s failed", request.method, route(), exc_info=exc_info)


def register_help(bp: Blueprint, help_with: Callable[[Failure], Help]) -> None:
    """Let a feature say what its pages of failure keep and offer.

    Args:
        bp: the feature's blueprint; its help is asked for failures at its addresses only.
        help_with: answers for a failure; it must not need a snapshot, as there may be none.
    """
    bp.record(lambda state: state.app.extensions["kb_help"].update({bp.name: help_with}))


def register_refusal(bp: Blueprint, endpoint: str, answer: Callable[[Failure], Response]) -> None:
    """Let a feature say in its own form what the server refused at one of its addresses.

    Args:
        bp: the feature's blueprint.
        endpoint: of the address, without the name of the blueprint.
        answer: makes the answer; its status and Retry-After are set here.
    """
    name = f"{bp.name}.{endpoint}"
    bp.record(lambda state: state.app.extensions["kb_refusals"].update({name: answer}))


def init_app(app: Flask) -> None:
    """Register the handlers: errors of the compendium and of HTTP, and what the server refused."""
    app.extensions["kb_help"] = {}
    app.extensions["kb_refusals"] = {}
    app.before_request(_if_refused)
    app.register_error_handler(errors.KBError, _known)
    app.register_error_handler(HTTPException, _http)


def kind_of(error: errors.KBError) -> Kind:
    """The row of the nearest class in the table."""
    return next(KINDS[cls] for cls in type(error).__mro__ if cls in KINDS)


def _known(error: errors.KBError) -> Response:
    if isinstance(error, errors.CaseNotFound):
        if address := _elsewhere(error):
            return led_to(address)
        error = _if_gone(error)
    failure = Failure(kind=kind_of(error), detail=str(error))
    _log_known(error, failure.kind)
    if isinstance(error, errors.VersionsDamaged):
        failure = replace(failure, detail=failure.kind.help)
    if failure.kind.status == 503:  # what is wrong, and where, is the operator's: see the log
        failure = replace(failure, detail=failure.kind.help)
    return _answer(_of_parameter(failure, error))


def _of_parameter(failure: Failure, error: errors.KBError) -> Failure:
    """A failure with the part of the request that it was, and what would be allowed there."""
    if isinstance(error, errors.QueryError):
        value = error.value[:VALUE_SHOWN] if isinstance(error.value, str) else error.value
        return replace(failure, parameter=error.parameter, value=value, allowed=error.allowed)
    if isinstance(error, errors.VersionNotFound):
        allowed = error.found or error.known
        return replace(failure, parameter="name", value=error.digest, allowed=allowed)
    if isinstance(error, errors.FormatUnknown):
        return replace(failure, parameter="form", value=error.given, allowed=error.allowed)
    if isinstance(error, errors.CaseNotFound):
        return replace(failure, parameter="case_id", value=error.case_id, allowed=error.nearest)
    return failure


def _log_known(error: errors.KBError, kind: Kind) -> None:
    """Log what is no doing of the reader's, with all that a process left which made a file."""
    if isinstance(error, errors.VersionsDamaged):
        _log.error("%r cannot be answered: %s", here()[:VALUE_SHOWN], error)
    elif kind.status == 500 or isinstance(error, errors.EngineUnavailable):
        output = getattr(error, "output", "")
        said = fields(output=output) if output else None
        _log.error("%s %s cannot be answered: %s", request.method, route(), error, extra=said)


def _if_refused() -> Response | None:
    """The answer to what the server refused; None where it did not."""
    refusal: Refusal | None = request.environ.get(REFUSED)
    if refusal is None:
        return None
    kind = REFUSALS[refusal.status]
    failure = Failure(kind=kind, detail=refusal.detail or kind.help)
    own = current_app.extensions["kb_refusals"].get(request.endpoint)
    response = own(failure) if own else _answer(failure)
    response.status_code = refusal.status
    if refusal.retry_after:
        response.headers["Retry-After"] = str(refusal.retry_after)
    return response


def _elsewhere(error: errors.CaseNotFound) -> str:
    """The address with the id that the case has now, or that differs in capitals alone.

    Ids have no capitals. Empty where there is none, and where the id is a parameter.
    """
    given, meant = request.view_args or {}, error.case_id.lower()
    if given.get("case_id") != error.case_id:
        return ""
    if isinstance(error, errors.CaseMoved):
        meant = error.now
    elif meant not in searcher().compendium.by_id:
        return ""
    return url_for(request.endpoint, **{**given, "case_id": meant})


def _if_gone(error: errors.CaseNotFound) -> errors.CaseNotFound:
    """What is to be said where a case was here once, by what was kept of it."""
    if type(error) is not errors.CaseNotFound:
        return error
    with Attempt() as attempt:  # a store that is damaged is no reason to say less of a case
        history = versions().history(error.case_id)
        if history and not history[-1].digest:
            return errors.CaseGone(error.case_id, day=day_text(history[-1].day))
    if attempt.error is not None:
        _log.error("the versions of %r cannot be read: %s", error.case_id, attempt.error)
    return error


def _http(error: HTTPException) -> Response:
    response = error.get_response()
    if error.code is None or error.code < 400:
        return response
    kind = HTTP_KINDS.get(error.code) or Kind(
        status=error.code, slug="http", title=error.name, help="The request was not accepted."
    )
    detail = error.description or ""
    if isinstance(error, NotMeasured):
        kind = NOT_MEASURED
    elif isinstance(error, NotFound):
        detail = f"No page has the address {here()[:VALUE_SHOWN]!r}."
    elif isinstance(error, InternalServerError | RequestEntityTooLarge):
        detail = kind.help
    answer = _answer(Failure(kind=kind, detail=detail))
    if "Allow" in response.headers:
        answer.headers["Allow"] = response.headers["Allow"]
    return answer


def _answer(failure: Failure) -> Response:
    kind = failure.kind
    if is_for_programs(request.path) or request.path.endswith(FILES):
        response = Response(to_json(_problem(failure)), mimetype=MEDIA_TYPE)
    else:
        response = Response(_page(failure))
    response.status_code = kind.status
    response.headers["Cache-Control"] = "no-store"
    if kind.status == 503:
        response.headers["Retry-After"] = RETRY_AFTER
    return response


def _problem(failure: Failure) -> Problem:
    kind = failure.kind
    return Problem(
        type=f"{url_for('docs.api')}#problem-{kind.slug}",
        title=kind.title,
        status=kind.status,
        detail=failure.detail,
        instance=here(),
        parameter=failure.parameter,
        value=failure.value,
        allowed=failure.allowed,
        request_id=_quoted(kind) or None,
    )


def _quoted(kind: Kind) -> str:
    """The number of the request, where something is wrong with the site and it is in its log."""
    return request_id() if kind.status == 500 else ""


def _page(failure: Failure) -> str:
    """The page: what is allowed stands on it as links where the feature makes some of it."""
    if failure.parameter is not None:
        failure = replace(failure, detail=for_readers(failure.detail))
    if failure.allowed:
        detail = failure.detail.partition(" Allowed are ")[0].partition(" The nearest ids are ")[0]
        failure = replace(failure, detail=detail)
    help_with = current_app.extensions["kb_help"].get(request.blueprint)
    return render_template(
        "error.html",
        failure=failure,
        help=help_with(failure) if help_with else Help(),
        quoted=_quoted(failure.kind),
    )
