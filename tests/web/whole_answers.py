"""A site for a server in a thread of the tests, whose answers are whole before they are sent."""

from collections.abc import Callable, Iterable
from typing import Any

from werkzeug.wrappers import Response


def whole_answers(app: Callable[..., Iterable[bytes]]) -> Callable[..., Iterable[bytes]]:
    """The same site, which has closed its files before a browser can hang up.

    Where the connection is reset, Werkzeug's server leaves the answer open, and with it the file.
    """

    def answer(environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
        return Response.from_app(app, environ, buffered=True)(environ, start_response)

    return answer
