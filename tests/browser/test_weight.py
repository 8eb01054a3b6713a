"""A first visit is light: a page loads the styles and typefaces that it uses, and no more."""

from __future__ import annotations

import pytest

from tests.browser.pages import laid_out
from tests.browser.test_axe import PAGES
from web.core.assets import CSS, OWN

#: Bytes of a first visit as they are sent: headers, page, style, typefaces, mark.
MOST = 120_000
FIRST_VISITS = {
    "home": "/",
    "results": "/search?q=five+wineries+that+want+to+sell+abroad",
    "case": "/cases/norway/graphic-arts",
    "role-models": "/role-models",
    "outcomes": "/outcomes",
}
#: For each style file of a page, how many of its selectors match something on it.
MATCHES = """files => {
  const part = /::(before|after|marker|placeholder|details-content|-webkit-details-marker)/g;
  const state = /:(hover|focus-visible|focus|checked|target)/g;
  const plain = selector => selector.replace(part, "").replace(state, ":is(*)");
  const there = selector => document.querySelector(plain(selector)) !== null;
  const count = rules => [...rules].reduce((n, rule) => n + (
    rule.selectorText ? there(rule.selectorText) : count(rule.cssRules || [])
  ), 0);
  return Object.fromEntries(Object.entries(files).map(([name, text]) => {
    const sheet = new CSSStyleSheet();
    sheet.replaceSync(text);
    return [name, count(sheet.cssRules)];
  }));
}"""


def bytes_of_a_first_visit(browser, url: str) -> dict[str, int]:
    """What a browser without a cache is sent for a page, by the path of each file."""
    context = browser.new_context(viewport={"width": 360, "height": 740})
    try:
        page = context.new_page()
        session = context.new_cdp_session(page)
        session.send("Network.enable")
        paths: dict[str, str] = {}
        sent: dict[str, int] = {}

        def asked(event: dict) -> None:
            paths[event["requestId"]] = event["request"]["url"]

        def loaded(event: dict) -> None:
            path = paths[event["requestId"]]
            sent[path] = sent.get(path, 0) + int(event["encodedDataLength"])

        session.on("Network.requestWillBeSent", asked)
        session.on("Network.loadingFinished", loaded)
        page.goto(url, wait_until="networkidle")
        return sent
    finally:
        context.close()


def styles_of(page) -> tuple[set[str], dict[str, int]]:
    """The style files that a page loads of its own, and how many rules of each file match."""
    address = page.get_attribute("link[rel=stylesheet]", "href")
    loaded = set(address.rpartition("/")[2].split(".")[1:-2])
    files = {name: (CSS / f"{name}.css").read_text("utf-8") for name in OWN}
    return loaded, page.evaluate(MATCHES, files)


@pytest.mark.parametrize("path", FIRST_VISITS.values(), ids=FIRST_VISITS)
def test_a_first_visit_is_light(browser, real_server_url, path):
    """Page, style and typefaces together weigh at most 120 kB as they are sent."""
    sent = bytes_of_a_first_visit(browser, real_server_url + path)

    assert any(one.partition("?")[0].endswith(".woff2") for one in sent)
    assert sum(sent.values()) <= MOST, sent


def test_a_page_loads_the_styles_that_it_uses(browser, real_server_url):
    """No file that a page does not load has a rule for it; none is loaded that no page needs."""
    lacking: dict[str, set[str]] = {}
    loaded_by: dict[tuple[str, ...], set[str]] = {}
    context = browser.new_context()
    try:
        page = context.new_page()
        for name, path in PAGES.items():
            page.goto(real_server_url + path)
            loaded, matches = styles_of(page)
            used = {file for file, n in matches.items() if n}
            lacking[name] = used - loaded
            loaded_by.setdefault(tuple(sorted(loaded)), set()).update(used)
    finally:
        context.close()

    assert {name: files for name, files in lacking.items() if files} == {}
    assert {files for files, used in loaded_by.items() if not set(files) <= used} == set()


#: No page but a comparison is longer than this before something on it is opened, in pixels. A case
#: says how to cite it, as what it can be taken, and which versions of it there are.
TALLEST = 6_250
TALL = {
    name: path for name, path in PAGES.items() if not name.startswith(("compare", "role-models"))
}


@pytest.mark.parametrize("every", [4, pytest.param(1, marks=pytest.mark.long)])
def test_no_page_is_too_tall(browser, real_server_url, every):
    """At 1280 by 800, every kind of page, and the quarter of cases and guides that says most.

    The longer form opens all of them.
    """
    context = browser.new_context(viewport={"width": 1280, "height": 800})
    try:
        page = context.new_page()
        cases = context.request.get(f"{real_server_url}/api/v1/cases").json()["cases"]
        lengths = {
            f"/cases/{case['id']}": len(
                context.request.get(f"{real_server_url}/api/v1/cases/{case['id']}").body()
            )
            for case in cases
        }
        longest = sorted(lengths, key=lengths.get, reverse=True)[: -(-len(lengths) // every)]
        paths = [*TALL.values(), "/role-models", *longest]
        heights = {}
        for path in paths:
            page.goto(real_server_url + path)
            laid_out(page)
            heights[path] = page.evaluate("document.documentElement.scrollHeight")
    finally:
        context.close()

    assert {path: high for path, high in heights.items() if high > TALLEST} == {}
