"""axe-core finds no violation on any kind of page, on a phone and a desk, by day and by night."""

from pathlib import Path

import pytest
from chromium import FLAGS, executable
from playwright.sync_api import sync_playwright

AXE = (Path(__file__).parent / "vendor" / "axe.min.js").read_text(encoding="utf-8")
PAGES = {
    "home": "/",
    "results": "/search?q=five+wineries+that+want+to+sell+abroad",
    "filtered": "/search?country=NO&country=NZ&results=export-sales&results=sales",
    "nothing": "/search?q=quantum+chromodynamics+on+the+lattice",
    "browse": "/browse",
    "guides": "/guides",
    "case": "/cases/australia/leather-steering-wheels",
    "not-reported": "/cases/australia/cheese-range",
    "programme": "/cases/denmark/network-programme",
    "guide": "/cases/guides/types-of-network",
    "about": "/about",
    "api": "/api",
    "404": "/cases/norway/graphic-art",
    "400": "/search?country=xx",
}


@pytest.fixture(name="browser", scope="module")
def _browser():
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=executable(), args=list(FLAGS))
        yield browser
        browser.close()


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [360, 1280])
@pytest.mark.parametrize("path", PAGES.values(), ids=PAGES)
def test_no_violations(browser, real_server_url, path, width, scheme):
    """No rule of axe-core is broken, and the page is no wider than the window."""
    context = browser.new_context(
        viewport={"width": width, "height": 800}, color_scheme=scheme, reduced_motion="reduce"
    )
    page = context.new_page()
    page.goto(real_server_url + path)
    page.evaluate(AXE)
    found = page.evaluate("axe.run()")
    wide = page.evaluate("document.documentElement.scrollWidth")
    context.close()
    broken = [
        (rule["id"], node["html"][:200], node["failureSummary"])
        for rule in found["violations"]
        for node in rule["nodes"]
    ]
    assert broken == []
    assert wide == width
