"""A client of the site where it stands under a path of another."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import Any

from flask import Flask
from flask.testing import FlaskClient
from werkzeug.exceptions import NotFound
from werkzeug.middleware.dispatcher import DispatcherMiddleware

from kb.search.opening import LiveSearcher
from kb.settings import Settings
from web import create_app
from web.serving.proxies import Proxies

PREFIX = "/compendium"
#: An address in a page that leads out of the path.
_OUTSIDE = re.compile(rf'(?:href|action|src|content)="/(?!{PREFIX[1:]}(?:[/"?#]))[^"]*"')
#: Addresses of the path wherever an answer holds them.
_INSIDE = re.compile(rf"{PREFIX}(?=[/?#\"'<\s&]|$)")
_TEXTS = ("text/", "application/json", "application/problem+json", "application/xml")


def client_at(live: LiveSearcher, settings: Settings, path: str) -> FlaskClient:
    """A client of the site as it is served where ``KB_SITE_URL`` has a path, or none."""
    settings = replace(settings, site_url=f"http://localhost{path}")
    app = create_app(live, settings)
    app.wsgi_app = Proxies(app.wsgi_app, settings)
    return app.test_client()


class Mounted:
    """Asks for each path under ``PREFIX``, and gives the answer as it would be at the root.

    Raises:
        AssertionError: a page links to what does not stand under the path.
    """

    def __init__(self, app: Flask) -> None:
        app.wsgi_app = DispatcherMiddleware(NotFound(), {PREFIX: app.wsgi_app})
        self.application = app
        self._client = app.test_client()

    def get(self, path: str, **options: Any) -> Any:
        """GET a path of the site."""
        return self.open(path, method="GET", **options)

    def post(self, path: str, **options: Any) -> Any:
        """POST to a path of the site."""
        return self.open(path, method="POST", **options)

    def open(self, path: str, **options: Any) -> Any:
        """Ask for a path of the site; the client's other arguments are passed on."""
        response = self._client.open(f"{PREFIX}{path}", **options)
        kind = response.mimetype or ""
        if kind.startswith(_TEXTS) and "Content-Encoding" not in response.headers:
            page = response.get_data(as_text=True)
            if found := _OUTSIDE.findall(page):
                raise AssertionError(f"{path} leads out of {PREFIX}: {found[:5]}")
            response.set_data(_INSIDE.sub("", page))
        if place := response.headers.get("Location"):
            response.headers["Location"] = place.removeprefix(PREFIX)
        return response
