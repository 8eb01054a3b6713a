"""The citations of a case in a real browser: copied by a button, whole without a script."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from playwright.sync_api import expect

from tests.browser.axe import AXE, problems_everywhere

CASE = "/cases/norway/graphic-arts"


def _opened(browser, url: str, **more: object):
    context = browser.new_context(
        base_url=url, **{"viewport": {"width": 1280, "height": 800}, **more}
    )
    page = context.new_page()
    page.goto(CASE)
    return page


def harvard(page) -> str:
    """The citation of the case in that style, as a page shows it."""
    citation = page.request.get(f"/api/v1/citations{CASE.removeprefix('/cases')}").json()
    return citation["styles"]["harvard"].replace("'", "’")


def stand_still(page) -> None:
    """Stop the clock of a page: what is said for three seconds stays until it is let go on."""
    page.clock.install()
    page.clock.pause_at(datetime.now() + timedelta(hours=1))


@pytest.mark.parametrize("width", [360, 1280])
def test_a_citation_is_copied(browser, real_server_url, width):
    """The text of one style, and nothing of the button, lies in the clipboard; that is said."""
    page = _opened(
        browser,
        real_server_url,
        viewport={"width": width, "height": 800},
        permissions=["clipboard-read", "clipboard-write"],
    )
    try:
        citations = [harvard(page)]
        page.locator(".cite-more summary").click()
        stand_still(page)
        page.get_by_role("button", name="Copy").nth(2).click()  # APA, Chicago, Harvard
        said = page.get_by_role("status").filter(has_text="Copied")
        expect(said).to_have_count(1)
        page.clock.run_for(3_000)
        expect(said).to_have_count(0)
        copied = page.evaluate("navigator.clipboard.readText()")
        citations.append(harvard(page))  # a day may have ended since the page came
        assert copied in citations
        assert page.evaluate("document.documentElement.scrollWidth") <= width
    finally:
        page.context.close()


def test_without_a_clipboard_the_text_is_copied_all_the_same(browser, real_server_url):
    """On a site without TLS a browser has none: then what is selected is copied."""
    page = _opened(browser, real_server_url)
    try:
        page.evaluate("Object.defineProperty(navigator, 'clipboard', {value: undefined})")
        stand_still(page)
        page.get_by_role("button", name="Copy").first.click()
        expect(page.get_by_role("status").filter(has_text="Copied")).to_have_count(1)
        assert page.evaluate("getSelection().toString()").startswith("Compendium of Business")
    finally:
        page.context.close()


def test_without_a_script_every_style_is_there(browser, real_server_url):
    """The box opens, nothing offers what it cannot do, and the files are links."""
    page = _opened(browser, real_server_url, java_script_enabled=False)
    try:
        expect(page.get_by_role("button", name="Copy")).to_have_count(0)
        expect(page.get_by_text("Available at:")).to_be_hidden()
        page.locator(".cite-more summary").click()
        expect(page.get_by_text("Available at:")).to_be_visible()
        expect(page.locator(".cite-more").get_by_role("link")).to_have_text(
            ["BibTeX", "RIS", "CSL-JSON"]
        )
    finally:
        page.context.close()


def test_the_open_box_has_no_violation(browser, real_server_url):
    """With every style and its button in sight, on a phone and a desk, by day and by night."""
    page = _opened(browser, real_server_url)
    try:
        page.locator(".cite-more summary").click()
        page.evaluate(AXE)
        assert problems_everywhere(page) == {}
    finally:
        page.context.close()


def test_on_paper_one_style_and_the_address_stand(browser, real_server_url):
    """No buttons, no files, nothing that folds."""
    page = _opened(browser, real_server_url)
    try:
        page.emulate_media(media="print")
        expect(page.locator("#cite-apa")).to_be_visible()
        expect(page.get_by_text("Always the newest")).to_be_visible()
        expect(page.locator(".cite-more")).to_be_hidden()
        expect(page.locator(".copy").first).to_be_hidden()
    finally:
        page.context.close()
