"""A professor makes a reading list, shares it, and prints it; with the script and without."""

from __future__ import annotations

import io
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, expect
from pypdf import PdfReader

from tests.browser.axe import opened, problems_everywhere
from tests.browser.pages import follow, laid_out, serving

FIVE = (
    *("norway/metal-buyers", "france/wine-exporters", "guides/purchase-guide"),
    *("norway/textile-exporters", "spain/textile-training"),
)


@pytest.fixture(name="url", scope="module")
def _url(taught) -> Iterator[str]:
    with serving(taught.application) as url:
        yield url


def fresh(browser: Browser, url: str, *, scripts: bool = True, width: int = 1280) -> Page:
    """A page in a browser that nothing is kept in."""
    context = browser.new_context(
        base_url=url, java_script_enabled=scripts, viewport={"width": width, "height": 900}
    )
    page = context.new_page()
    page.route(
        lambda asked: not asked.startswith(url), lambda route: pytest.fail(route.request.url)
    )
    return page


def titles(page: Page) -> list[str]:
    """The titles of a list, in order: of its form or of its page."""
    rows = page.locator(".pack-row-title a, .pack-item > h2 a")
    return [text.strip() for text in rows.all_inner_texts()]


def test_the_link_is_copied(browser: Browser, url: str) -> None:
    """A button puts it where it can be pasted, and says so; without the script it can be marked."""
    page = fresh(browser, url)
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    page.goto("/packs/add?id=norway/metal-buyers&list=new")
    page.get_by_role("button", name="Copy the link").click()
    expect(page.locator(".pack-link [role=status]")).to_have_text("Copied")
    copied = page.evaluate("navigator.clipboard.readText()")
    assert copied == page.locator("#link").input_value()
    page.context.close()


def annotate_and_share(page: Page) -> str:
    """Order the first two, write, save; the link."""
    first, second, *_ = titles(page)
    follow(page.get_by_role("button", name=f"Down {first}"))
    expect(page.locator(".pack-said")).to_contain_text(f"“{first}” is now number 2.")
    assert titles(page)[:2] == [second, first]
    page.get_by_label("Title", exact=True).fill("Week three: who pays?")
    page.get_by_label("Introduction").fill("Read <b>both</b> first.\n\n* one\n* two")
    page.get_by_label(f"Note on {second}").fill("Mind the *brokers*.")
    follow(page.get_by_role("button", name="Save and get the link"))
    expect(page.get_by_label("Title", exact=True)).to_have_value("Week three: who pays?")
    return page.locator("#link").input_value()


def is_whole(browser: Browser, url: str, link: str, n: int) -> None:
    """In a clean browser the link shows the list, and it prints as if it were meant to."""
    page = fresh(browser, url, scripts=False)
    page.goto(link)
    expect(page.locator("h1")).to_have_text("Week three: who pays?")
    expect(page.locator(".pack-introduction")).to_contain_text("Read <b>both</b> first.")
    expect(page.locator(".pack-introduction li")).to_have_text(["one", "two"])
    expect(page.locator(".pack-note em")).to_have_text(["brokers"])
    assert len(titles(page)) == n
    follow(page.get_by_role("link", name="With the whole text of every case"))
    pdf = PdfReader(io.BytesIO(page.pdf(format="A4", prefer_css_page_size=True)))
    pages = [" ".join(one.extract_text().split()) for one in pdf.pages]
    assert "Contents" in pages[0]
    assert [f"{number} / {len(pages)}" in text for number, text in enumerate(pages, 1)] == (
        [True] * len(pages)
    )
    assert all("Week three: who pays?" in text for text in pages)
    version = page.locator(".pack-version a").first.inner_text().rsplit("/", 1)[1]
    assert sum(version in text for text in pages) >= 1
    assert not any("Take it with you" in text for text in pages)
    page.context.close()


def test_with_the_script(browser: Browser, url: str) -> None:
    """Cases are added where they are found, the masthead counts, and rows can be dragged."""
    page = fresh(browser, url)
    page.goto("/search?q=metal+wine+textile")
    for number, case_id in enumerate(FIVE, 1):
        if page.locator(f'.card-add[value="{case_id}"]').count() == 0:
            page.goto(f"/cases/{case_id}")
        page.locator(f'.card-add[value="{case_id}"]').click()
        expect(page.locator("#reading-list-link")).to_have_text(f"Reading list ({number})")
    follow(page.locator("#reading-list-link"))
    before = titles(page)
    assert len(before) == 5
    page.locator("#item-2 .pack-handle").hover()
    page.mouse.down()
    top = page.locator("#item-1").bounding_box()
    page.mouse.move(top["x"] + 40, top["y"] + 30)
    page.mouse.move(top["x"] + 40, top["y"] + 4)
    with page.expect_navigation():
        page.mouse.up()
    expect(page.locator("#item-1 .pack-row-title a")).to_have_text(before[1])
    link = annotate_and_share(page)
    page.goto("/")
    expect(page.locator("#reading-list-link")).to_have_text("Reading list (5)")
    page.locator("#reading-list-link").click()
    expect(page.get_by_label("Title", exact=True)).to_have_value("Week three: who pays?")
    is_whole(browser, url, link, 5)
    page.context.close()


def test_a_link_of_somebody_else_is_no_draft(browser: Browser, url: str) -> None:
    """Who opens the form of another list by its address keeps the list that they were making."""
    page = fresh(browser, url)
    page.goto("/cases/france/wine-exporters")
    page.locator(".card-add").click()
    expect(page.locator("#reading-list-link")).to_have_text("Reading list (1)")
    other = page.request.get(
        "/packs/add.json?id=norway/metal-buyers&id=spain/textile-training&list=new"
    ).json()
    page.goto(other["url"])
    expect(page.locator("#reading-list-link")).to_have_text("Reading list (1)")
    page.context.close()


def test_without_the_script(browser: Browser, url: str) -> None:
    """Cases are ticked on a page of results, more are found in the form, by keyboard alone."""
    page = fresh(browser, url, scripts=False)
    page.goto("/search?q=metal+wine")
    for box in page.locator(".card-compare input").all()[:2]:
        box.check()
    follow(page.get_by_role("button", name="Add what is ticked to the reading list"))
    follow(page.get_by_role("button", name="Start a new list"))
    assert len(titles(page)) == 2
    page.get_by_label("Look for cases and guides").fill("textile")
    follow(page.get_by_label("Look for cases and guides"), "Enter")
    follow(page.get_by_role("button", name="Add Textile", exact=False).first, "Enter")
    expect(page.locator(".pack-row")).to_have_count(3)
    gone = titles(page)[2]
    follow(page.get_by_role("button", name=f"Remove {gone}"), "Enter")
    expect(page.locator(".pack-row")).to_have_count(2)
    follow(page.get_by_role("button", name="Bring it back"), "Enter")
    expect(page.locator(".pack-row")).to_have_count(3)
    assert titles(page)[2] == gone
    is_whole(browser, url, annotate_and_share(page), 3)
    page.context.close()


def test_a_button_knows_what_is_in_the_list(browser: Browser, url: str) -> None:
    """On cards and on the page of a case it says so, takes the case out, and counts."""
    page = fresh(browser, url)
    page.goto("/search?q=metal")
    button = page.locator(f'.card-add[value="{FIVE[0]}"]')
    expect(button).to_contain_text("Add to reading list")
    button.click()
    expect(button).to_contain_text("In your list (take it out)")
    page.goto(f"/cases/{FIVE[0]}")
    expect(page.locator(".case-add .card-add")).to_contain_text("In your list (take it out)")
    page.locator(".case-add .card-add").click()
    expect(page.locator(".case-add .card-add")).to_contain_text("Add to reading list")
    expect(page.locator("#reading-list-link")).to_have_text("Reading list")
    page.go_back()
    expect(button).to_contain_text("Add to reading list")
    page.context.close()


def test_words_that_are_not_saved_are_asked_for(browser: Browser, url: str) -> None:
    """Who leaves the form after writing is asked first; a button sends what was written."""
    page = fresh(browser, url)
    page.goto("/packs/add?id=norway/metal-buyers&list=new")
    asked = []
    page.on("dialog", lambda dialog: (asked.append(dialog.type), dialog.dismiss()))
    page.get_by_label("Note on", exact=False).fill("Mind the bank.")
    with page.expect_event("dialog"):
        page.get_by_role("link", name="Browse", exact=True).click()
    expect(page.get_by_label("Note on", exact=False)).to_have_value("Mind the bank.")
    assert asked == ["beforeunload"]
    follow(page.get_by_role("button", name="Save and get the link"))
    expect(page.locator(".pack-said")).to_have_text("Saved. The link below holds the whole list.")
    expect(page.get_by_label("Note on", exact=False)).to_have_value("Mind the bank.")
    follow(page.get_by_role("link", name="Browse", exact=True))
    expect(page).to_have_url(f"{url}/browse")
    assert asked == ["beforeunload"]
    page.context.close()


def test_without_the_script_the_list_is_asked_for_once(browser: Browser, url: str) -> None:
    """From its form through the results to a case, and from there back into the list."""
    page = fresh(browser, url, scripts=False)
    page.goto("/cases/norway/metal-buyers")
    follow(page.locator(".card-add"))
    follow(page.get_by_role("button", name="Start a new list"))
    page.get_by_label("Look for cases and guides").fill("textile")
    follow(page.get_by_role("button", name="Search", exact=True).last)
    follow(page.get_by_role("link", name="Textile firms export"))
    follow(page.locator(".case-add .card-add"))
    assert titles(page)[:2] == ["Metal firms purchase machines", "Textile firms export"]
    page.get_by_label("Look for cases and guides").fill("wine")
    follow(page.get_by_role("button", name="Search", exact=True).last)
    follow(page.locator(".pack-found a").first)
    page.locator("#quick").fill("wine")
    follow(page.locator(".masthead-search button"))
    follow(page.locator(".card-add").first)
    expect(page.locator(".pack-row")).to_have_count(3)
    page.context.close()


def test_the_head_stands_in_one_line(browser: Browser, url: str) -> None:
    """On a desk the search stands beside the navigation, with a long list begun too."""
    page = fresh(browser, url)
    page.goto("/packs/plain")
    laid_out(page)
    centres = """() => [".wordmark", ".nav", ".masthead-search"].map((part) => {
      const box = document.querySelector(part).getBoundingClientRect();
      return Math.round(box.top + box.height / 2);
    })"""
    assert len(set(page.evaluate(centres))) == 1
    page.evaluate("document.getElementById('reading-list-count').textContent = ' (100)'")
    assert len(set(page.evaluate(centres))) == 1
    page.context.close()


@pytest.mark.parametrize(
    "path",
    [
        *("/packs", "/packs/edit", "/packs/plain/texts", "/packs/add?id=norway/metal-buyers"),
        *("/teaching", "/teaching/why", "/teaching/why/notes", "/teaching/questions"),
        *("/teaching/all/notes", "/teaching?level=executive"),
        "/packs/A0000z",
    ],
)
def test_no_violations(browser: Browser, url: str, path: str) -> None:
    """No rule of axe-core is broken, and the page is no wider than the window."""
    with opened(browser, url + path) as page:
        assert problems_everywhere(page) == {}


@pytest.mark.parametrize("scripts", [True, False], ids=["script", "plain"])
def test_who_presses_a_button_goes_on_from_there(browser: Browser, url: str, scripts: bool) -> None:
    """What was found has the focus, on the screen; and so has the button that moves a case."""
    page = fresh(browser, url, scripts=scripts, width=360)
    page.goto(f"/packs/add?{'&'.join(f'id={one}' for one in FIVE[:3])}&list=new")
    page.get_by_label("Look for cases").fill("textile")
    follow(page.get_by_label("Look for cases"), "Enter")
    expect(page.locator("#found")).to_be_focused()
    expect(page.locator("#found")).to_have_text("2 cases found.")
    expect(page.locator("#found")).to_be_in_viewport()
    follow(page.locator("#down-1"), "Enter")
    expect(page.locator("#down-2")).to_be_focused()
    expect(page.locator("#item-2 .pack-row-title")).to_be_in_viewport()
    follow(page.locator("#down-2"), "Enter")
    expect(page.locator("#up-3")).to_be_focused()
    page.context.close()
