"""What every answer carries: security headers, a validator for caches, compression."""

from __future__ import annotations

import gzip

from flask import Flask, Response, request

POLICY = (
    "default-src 'none'; style-src 'self'; font-src 'self'; img-src 'self'; "
    "form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)
SECURITY = {
    "Content-Security-Policy": POLICY,
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "strict-origin-when-cross-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=()",
}
#: Shorter answers gain nothing from compression.
WORTH_COMPRESSING = 1400
TEXTS = ("text/", "application/json", "application/problem+json", "application/xml", "image/svg")
REVALIDATE = "no-cache"


def init_app(app: Flask) -> None:
    """Finish every answer."""
    app.after_request(_finish)


def _finish(response: Response) -> Response:
    for name, value in SECURITY.items():
        response.headers.setdefault(name, value)
    if request.path.startswith(("/api/v1/", "/healthz")):
        response.headers["Access-Control-Allow-Origin"] = "*"
    if request.endpoint == "static" and "v" not in request.args:
        response.headers["Cache-Control"] = REVALIDATE
    if response.direct_passthrough or request.method not in ("GET", "HEAD"):
        return response
    response.headers.setdefault("Cache-Control", REVALIDATE)
    _compress(response)
    if response.status_code == 200:
        response.add_etag(weak=True)
        response.make_conditional(request)
    return response


def _compress(response: Response) -> None:
    """Compress what is text and long enough, for a client that takes it."""
    if not response.content_type.startswith(TEXTS):
        return
    response.vary.add("Accept-Encoding")
    body = response.get_data()
    if len(body) < WORTH_COMPRESSING or not request.accept_encodings["gzip"]:
        return
    response.set_data(gzip.compress(body, compresslevel=5, mtime=0))
    response.headers["Content-Encoding"] = "gzip"
