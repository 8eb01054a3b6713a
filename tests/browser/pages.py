"""What the browser tests share: going from page to page, and sites that are served for them.

A click returns as soon as another page has begun to come. What is read at once, without waiting,
such as the texts of all titles, may then be that of half a page, or of the page before. So a test
that reads at once goes on with `follow` or `press_on`, which return when the page is whole.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager

from flask import Flask
from playwright.sync_api import Locator, Page
from werkzeug.serving import make_server


def follow(target: Locator, key: str = "") -> None:
    """Click what leads to another page, or press a key on it; wait until that page is whole."""
    with target.page.expect_navigation():
        if key:
            target.press(key)
        else:
            target.click()


def press_on(page: Page, key: str) -> None:
    """Press a key where the focus is, which leads to another page; wait until that is whole."""
    with page.expect_navigation():
        page.keyboard.press(key)


def laid_out(page: Page) -> None:
    """Wait for the typefaces of a page, which a browser asks for when it first lays it out.

    On a busy machine it does so after the page is whole, and what is measured before that is
    measured in other letters.
    """
    page.evaluate("document.body.offsetHeight, document.fonts.ready.then(() => null)")


@contextmanager
def serving(app: Flask) -> Iterator[str]:
    """A site that is served by this process, at any free port: its address."""
    server = make_server("127.0.0.1", 0, app, threaded=True)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        server.server_close()


def until(page: Page, expression: str, seconds: float = 20) -> None:
    """Ask again and again until an expression is true of a page.

    ``wait_for_function`` of Playwright has the page evaluate a text from its second look on, which
    the policy of the site's pages forbids.
    """
    end = time.monotonic() + seconds
    while not page.evaluate(expression):
        assert time.monotonic() < end, f"it did not come to be so: {expression}"
        page.wait_for_timeout(50)
