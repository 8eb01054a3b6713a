"""What people do on the site, in a real browser."""

import pytest
from playwright.sync_api import expect

from tests.browser.pages import follow, press_on

WINERIES = "five wineries that want to sell abroad"


@pytest.fixture(name="page", params=[True, False], ids=["javascript", "no-javascript"])
def _page(browser, real_server_url, request):
    context = browser.new_context(
        base_url=real_server_url,
        java_script_enabled=request.param,
        viewport={"width": 1280, "height": 800},
    )
    page = context.new_page()
    # Nothing may be asked of another host.
    page.route(
        lambda url: not url.startswith(real_server_url),
        lambda route: pytest.fail(f"asked {route.request.url}"),
    )
    yield page
    context.close()


def titles(page) -> list[str]:
    """The titles of the results, in order."""
    return page.locator(".card-title").all_inner_texts()


def test_search_by_keyboard(page):
    """An owner reaches the box by keyboard, asks, and opens the first case."""
    page.goto("/")
    page.keyboard.press("Tab")
    expect(page.locator(".skip")).to_be_focused()
    page.keyboard.press("Enter")
    # The browser follows a fragment after the key: a Tab before that would be undone by it.
    expect(page.locator("#main")).to_be_focused()
    page.keyboard.press("Tab")
    expect(page.locator("#q")).to_be_focused()
    page.keyboard.type(WINERIES)
    press_on(page, "Enter")
    expect(page.locator("h1")).to_have_text(f"Results for “{WINERIES}”")
    expect(page.locator("#q")).to_have_value(WINERIES)
    first = page.locator(".card-title a").first
    title = first.inner_text()
    first.focus()
    page.keyboard.press("Enter")
    expect(page.locator("h1")).to_have_text(title)


def test_filter_and_go_back(page):
    """A country narrows the answer in one step; the back button restores all of it."""
    page.goto("/search?q=firms+that+export+together")
    before = titles(page)
    facet = page.locator(".facet", has_text="Country").first
    if not facet.evaluate("one => one.open"):
        facet.locator("> summary").click()
    follow(page.locator(".toggle", has_text="New Zealand"))
    expect(page.locator(".chip")).to_contain_text("New Zealand")
    expect(page.locator(".toggle[aria-current]")).to_contain_text("New Zealand")
    expect(page.locator("#q")).to_have_value("firms that export together")
    assert {text.split("\n")[0] for text in page.locator(".card-kicker").all_inner_texts()} != set()
    narrowed = titles(page)
    assert narrowed != before
    page.go_back()
    expect(page.locator(".chip")).to_have_count(0)
    expect(page.locator(".toggle[aria-current]")).to_have_count(0)
    assert titles(page) == before


def test_links_at_the_top_lead_to_filters_and_results(page):
    """Three steps by keyboard reach the filters; the results begin after them."""
    page.goto("/search?q=firms+that+export+together")
    page.keyboard.press("Tab")
    page.keyboard.press("Tab")
    expect(page.get_by_role("link", name="Skip to the filters")).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.locator("#filters")).to_be_focused()
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.closest('.filters') !== null")


def test_remove_a_filter(page):
    """A chip takes its filter away and keeps the rest."""
    page.goto("/search?country=NO&type=horizontal")
    follow(page.locator(".chip", has_text="Norway"))
    expect(page.locator(".chip")).to_have_count(1)
    expect(page.locator("h1")).to_have_text("Horizontal network")


def test_filters_on_a_phone(page):
    """On a phone the filters are folded away, and open."""
    page.set_viewport_size({"width": 360, "height": 740})
    page.goto("/search")
    facet = page.locator(".facet", has_text="Country").first
    expect(facet).not_to_be_visible()
    page.locator(".filters-panel > summary").click()
    if not facet.evaluate("one => one.open"):
        facet.locator("> summary").click()
    page.locator(".toggle", has_text="Norway").click()
    expect(page.locator("h1")).to_have_text("Norway")


def test_from_home_to_a_chart_cell(page):
    """A mark of the chart leads to exactly the cases that it counts."""
    page.goto("/")
    cell = page.get_by_role("link", name="Norway, Horizontal network")
    count = cell.inner_text().strip()
    cell.click()
    expect(page.locator(".tally")).to_contain_text(f"{count} found")


def test_the_page_of_a_project_by_keyboard(page):
    """The skip link leads to its cases; the rest of them opens with a key, and a title leads on."""
    page.goto("/projects/exporting")
    page.keyboard.press("Tab")
    expect(page.locator(".skip")).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.locator("#main")).to_be_focused()
    page.keyboard.press("Tab")
    expect(page.locator(":focus")).to_have_attribute("href", "/projects")
    more = page.locator(".term-others > summary").first
    more.focus()
    page.keyboard.press("Enter")
    page.keyboard.press("Tab")
    title = page.locator(":focus").inner_text()
    page.keyboard.press("Enter")
    expect(page.locator("h1")).to_have_text(title)


def test_print_view(page):
    """On paper the navigation is gone and the case is black on white."""
    page.goto("/cases/norway/graphic-arts")
    page.emulate_media(media="print", color_scheme="dark")
    expect(page.locator(".nav")).not_to_be_visible()
    expect(page.locator(".footer")).not_to_be_visible()
    expect(page.locator(".sources")).to_be_visible()
    expect(page.locator("body")).to_have_css("background-color", "rgb(255, 255, 255)")
    expect(page.locator("h1")).to_have_css("color", "rgb(0, 0, 0)")
    assert page.pdf().startswith(b"%PDF")


def test_search_for_what_was_typed(page):
    """Who meant what they typed gets it searched with one click, and nothing is repaired."""
    page.goto("/search?q=aborignal+owned+buisness")
    repaired = page.locator(".repaired")
    expect(repaired).to_have_text(
        "Showing results for aboriginal owned business. Search instead for aborignal owned buisness"
    )
    follow(repaired.get_by_role("link"))
    expect(repaired).to_have_count(0)
    expect(page.locator("#q")).to_have_value("aborignal owned buisness")


def test_take_up_an_offer(page):
    """A country that the words name is one click away, finds what it promised, and can go again."""
    page.goto("/search?q=firms+that+export+together+in+Norway")
    expect(page.locator(".chip")).to_have_count(0)
    offer = page.locator(".offer", has_text="Only Norway")
    count = offer.inner_text().split("(")[1].rstrip(")")
    offer.click()
    expect(page.locator(".chip")).to_contain_text("Norway")
    expect(page.locator(".tally")).to_contain_text(f"{count} found")


def test_matched_words_are_marked(page):
    """The words of a query stand marked in the passages that they found."""
    page.goto("/search?q=graphic+arts")
    marked = {text.lower() for text in page.locator("mark").all_inner_texts()}
    assert {"graphic", "arts"} <= marked
