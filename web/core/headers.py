"""What every answer carries: security headers, what caches and crawlers may do, compression."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from http import HTTPStatus

from flask import Flask, Response, g, request
from flask_compress import Compress

from kb.guidance.profile import FIELDS
from kb.model.facets import FACETS
from web.core.crawlers import mark_links
from web.core.files import is_for_programs
from web.core.params import SEARCH
from web.core.urls import CARRIED

#: No script but that of a page that names one, and nothing from elsewhere; connections home let
#: tools read robots.txt in the page.
POLICY = (
    "default-src 'none'; style-src 'self'; font-src 'self'; img-src 'self'; "
    "connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)
SCRIPTS_OF_THE_SITE = "; script-src 'self'"
SECURITY = {
    "Content-Security-Policy": POLICY,
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "strict-origin-when-cross-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=()",
}
REVALIDATE = "no-cache"
_NO_SUCH_STATE = "What is here has another ETag than If-Match names.\n"
#: What a script of another site may read of an answer for programs.
EXPOSED = ("ETag", "Last-Modified", "Link", "Retry-After")
#: For an answer to what stands in the address and nowhere else.
PRIVATE = {"Cache-Control": "private, no-store", "Referrer-Policy": "no-referrer"}
_OF_A_SEARCH = tuple(param.name for param in SEARCH)
#: The last part of the addresses, of pages and of the API, that hold what somebody says of
#: a firm, with the names that say nothing of it: a misspelt one is repeated on the page too.
PERSONAL: Mapping[str, Collection[str]] = {
    "role-models": FACETS,
    "self-check": (),
    "outcomes": _OF_A_SEARCH,
    "outcomes.csv": _OF_A_SEARCH,
}
#: Shorter answers, in bytes, gain nothing from compression.
WORTH_COMPRESSING = 1400


def init_app(app: Flask) -> None:
    """Finish every answer, and then compress it."""
    app.config.setdefault("COMPRESS_MIN_SIZE", WORTH_COMPRESSING)
    Compress(app)
    app.after_request(_finish)  # runs before the one registered first


def keep_private(response: Response) -> Response:
    """An answer that no cache stores and that no other site is told the address of."""
    response.headers.update(PRIVATE)
    return response


def _is_personal() -> bool:
    """Whether the address holds what a firm says of itself, or a reader's list, on any page."""
    if CARRIED in request.args:
        return True
    impersonal = PERSONAL.get(request.path.rsplit("/", 1)[-1])
    if impersonal is None:
        return any(request.args.get(name) for name in FIELDS)
    return any(name not in impersonal for name in request.args)


def _finish(response: Response) -> Response:
    if _is_personal():
        keep_private(response)
    mark_links(response)
    if g.get("kb_runs_script"):
        response.headers["Content-Security-Policy"] = POLICY + SCRIPTS_OF_THE_SITE
    for name, value in SECURITY.items():
        response.headers.setdefault(name, value)
    is_open = is_for_programs(request.path) or request.path.startswith("/healthz")
    if is_open or request.path.endswith(".atom"):
        response.headers["Access-Control-Allow-Origin"] = "*"
        response.headers["Access-Control-Expose-Headers"] = ", ".join(EXPOSED)
    if request.endpoint == "static" and "v" not in request.args:
        response.headers["Cache-Control"] = REVALIDATE
    if response.direct_passthrough or request.method not in ("GET", "HEAD"):
        return response
    response.headers.setdefault("Cache-Control", REVALIDATE)
    if response.status_code == 200 and not response.cache_control.no_store:
        response.add_etag(weak=True)
        response.make_conditional(request)
        _say_what_differs(response)
    return response


def _say_what_differs(response: Response) -> None:
    """A sentence in place of what is not in the state that was asked for."""
    if response.status_code == HTTPStatus.PRECONDITION_FAILED:
        response.set_data(_NO_SUCH_STATE)
        response.mimetype = "text/plain"
