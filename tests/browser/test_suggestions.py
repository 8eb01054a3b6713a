"""Suggestions while typing, in a real browser: keys, a finger, a phone, without script."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import expect

from tests.browser.axe import AXE, problems_everywhere


def opened_at(browser, url: str, path: str, **more: object):
    context = browser.new_context(
        base_url=url, **{"viewport": {"width": 1280, "height": 800}, **more}
    )
    page = context.new_page()
    page.goto(path)
    return page


@pytest.fixture(name="page", params=["/", "/search?q=wine"])
def _page(browser, real_server_url, request):
    page = opened_at(browser, real_server_url, request.param)
    yield page
    page.context.close()


def typed(page, text: str):
    """The options that stand under the box after typing.

    The text comes at once, as from a hand that is faster than the box asks: with letters one by
    one, a slow machine would show the options of its beginning first.
    """
    box = page.locator("#q")
    box.fill("")
    box.focus()
    page.keyboard.insert_text(text)
    options = page.get_by_role("option")
    expect(options.first).to_be_visible()
    return options


def test_keys_choose_and_open(page):
    """Down and up go round, the focus stays in the box, Enter opens what is chosen."""
    options = typed(page, "export")
    box = page.get_by_role("combobox")
    expect(box).to_have_attribute("aria-expanded", "true")
    expect(options.first).to_contain_text("Exporting")
    expect(options.first).to_contain_text("What they do together, ")
    n = options.count()
    page.keyboard.press("ArrowUp")
    expect(options.nth(n - 1)).to_have_attribute("aria-selected", "true")
    page.keyboard.press("ArrowDown")
    expect(options.first).to_have_attribute("aria-selected", "true")
    expect(box).to_be_focused()
    assert box.get_attribute("aria-activedescendant") == options.first.get_attribute("id")
    assert page.locator(f"#{box.get_attribute('aria-controls')}").get_attribute("role") == "listbox"
    page.keyboard.press("Enter")
    expect(page).to_have_url(re.compile(r"/projects/exporting$"))


def test_enter_with_nothing_chosen_searches(page):
    """The list takes no key that is not meant for it, whenever it comes."""
    page.locator("#q").fill("")
    page.locator("#q").focus()
    page.keyboard.type("export")
    expect(page.get_by_role("option").first).to_be_visible()
    page.keyboard.press("Enter")
    expect(page).to_have_url(re.compile(r"/search\?q=export"))
    expect(page.locator("h1")).to_have_text("Results for “export”")


def test_escape_closes_first_and_clears_then(page):
    """What was typed stays, until Escape is pressed once more."""
    options = typed(page, "export")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Escape")
    expect(options.first).not_to_be_visible()
    box = page.get_by_role("combobox")
    expect(box).to_have_attribute("aria-expanded", "false")
    assert box.get_attribute("aria-activedescendant") is None
    expect(box).to_have_value("export")
    page.keyboard.press("ArrowDown")
    expect(options.first).to_be_visible()
    page.keyboard.press("Escape")
    page.keyboard.press("Escape")
    expect(box).to_have_value("")


def test_the_cursor_and_leaving(page):
    """An arrow within the text, or going on typing, chooses nothing; Tab leaves and closes."""
    options = typed(page, "export")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("ArrowLeft")
    expect(page.locator("[role=option][aria-selected=true]")).to_have_count(0)
    page.keyboard.press("Tab")
    expect(options.first).not_to_be_visible()
    expect(page.get_by_role("button", name="Search")).to_be_focused()


def test_how_many_is_said(page):
    """To who hears the page: how many there are, and that there is none."""
    options = typed(page, "export")
    said = page.locator(".suggestions [role=status]")
    expect(said).to_have_text(f"{options.count()} suggestions: choose one with the arrow keys")
    page.keyboard.type("xyz")
    expect(said).to_have_text("No suggestions")
    expect(options.first).not_to_be_visible()


def test_no_violations_while_it_is_open(page):
    """axe-core finds nothing in the open list, with an option chosen."""
    page.evaluate(AXE)
    options = typed(page, "no")
    page.keyboard.press("ArrowDown")

    assert problems_everywhere(page) == {}
    expect(options.first).to_have_attribute("aria-selected", "true")
    expect(options.first).to_be_visible()


def test_a_finger_opens_a_case(browser, real_server_url):
    """On a phone: a tap on a suggestion opens it, and the list is no wider than the window."""
    size = {"width": 360, "height": 740}
    page = opened_at(browser, real_server_url, "/", has_touch=True, viewport=size)
    options = typed(page, "graphic")
    option = options.filter(has_text="Three graphic arts firms buy bigger equipment together")
    assert page.evaluate("document.documentElement.scrollWidth") == 360
    option.tap()
    expect(page).to_have_url(re.compile(r"/cases/norway/graphic-arts$"))
    page.context.close()


def test_without_script_there_is_the_plain_list(browser, real_server_url):
    """Nothing of it is seen, the box suggests what it always did, and the search works."""
    page = opened_at(browser, real_server_url, "/", java_script_enabled=False)
    expect(page.locator("#q")).to_have_attribute("list", "suggestions")
    expect(page.locator(".suggestions")).not_to_be_visible()
    page.fill("#q", "export")
    page.keyboard.press("Enter")
    expect(page.locator("h1")).to_have_text("Results for “export”")
    page.context.close()


def test_a_server_that_is_gone_costs_nothing(browser, real_server_url):
    """Where the address of the suggestions does not answer, the box is a box."""
    page = opened_at(browser, real_server_url, "/")
    page.route("**/api/v1/suggestions*", lambda route: route.abort())
    with page.expect_event("requestfailed"):
        page.fill("#q", "export")
    expect(page.get_by_role("option")).to_have_count(0)
    page.keyboard.press("Enter")
    expect(page.locator("h1")).to_have_text("Results for “export”")
    page.context.close()
