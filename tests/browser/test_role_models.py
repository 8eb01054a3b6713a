"""Three journeys, with the mouse and by keyboard alone: wineries, a printer, an agency."""

import re

import pytest
from playwright.sync_api import Page, expect

from tests.browser.pages import follow, press_on


@pytest.fixture(name="page", params=[True, False], ids=["javascript", "no-javascript"])
def _page(browser, real_server_url, request):
    context = browser.new_context(
        base_url=real_server_url,
        java_script_enabled=request.param,
        viewport={"width": 1280, "height": 800},
    )
    yield context.new_page()
    context.close()


def titles(page: Page) -> list[str]:
    """The titles of the role models, in order."""
    return [
        text.split("\n")[-1].split(" ", 1)[-1].strip()
        for text in page.locator(".models-list .card-title").all_inner_texts()
    ]


def tab_to(page: Page, selector: str, most: int = 80) -> None:
    """Press the tab key until the focus is on what the selector names."""
    for _ in range(most):
        page.keyboard.press("Tab")
        if page.locator(f"{selector}:focus").count():
            return
    pytest.fail(f"{most} presses of the tab key did not reach {selector}")


def read_figures_of(page: Page, metric: str) -> None:
    """Open the page of a metric from the table, where each figure names its place in the source."""
    follow(page.locator(".by-metric").get_by_role("link", name=metric, exact=True))
    expect(page.locator("h1")).to_have_text(metric)
    places = page.locator(".finding-place").all_inner_texts()
    assert places
    assert [text for text in places if not re.search(r"section|page|p\.", text)] == []


def test_five_wineries_want_to_export(page):
    """They say so, see who is like them and why, compare the first three, and see the figures."""
    page.goto("/")
    follow(page.get_by_role("link", name="tell us about it"))
    page.get_by_label("What does your firm do?").fill("Family winery, twelve hectares")
    page.get_by_label("Your sector", exact=True).fill("Winemakers")
    page.get_by_label("Your country").fill("Austria")
    page.get_by_label("What do you want to do together?").fill(
        "We are five wineries and want to sell abroad, which none of us can do alone"
    )
    follow(page.get_by_role("button", name="Find role models").first)

    expect(page.locator("h1")).to_have_text("Role models for your firm")
    found = titles(page)
    assert len(found) == 10
    first = page.locator(".models-list > li").first
    expect(first.locator(".model-like").first).to_contain_text("in wine and spirits")
    expect(page.locator("ul[aria-labelledby=heard] a").nth(1)).to_have_text(
        "Add Goal: Exporting +", use_inner_text=True
    )
    expect(first.locator(".model-unlike")).to_have_text(["CountryAustriaDifferent: in New Zealand"])
    assert "Five New Zealand wineries set out to build a regional brand mark" in found[:3]

    follow(page.get_by_role("link", name="What these role models reported"))
    expect(page.locator("h1")).to_have_text("What your role models reported")
    read_figures_of(page, "Sales")
    assert set(page.locator(".finding-place > a:first-child").all_inner_texts()) <= set(found)
    follow(page.get_by_role("link", name="Back to your role models"))
    assert titles(page) == found

    follow(page.get_by_role("link", name="Compare the first three"))
    heads = page.locator(".compare-title").all_inner_texts()
    assert sorted(heads) == sorted(found[:3])


def test_a_printer_in_norway_wants_cheaper_equipment(page):
    """By keyboard alone: fill in, send, mend what is wrong, and open the first case."""
    page.goto("/role-models")
    tab_to(page, "#field-business")
    page.keyboard.type("Small printing shop")
    tab_to(page, "#field-my_country")
    page.keyboard.type("Norway")
    tab_to(page, "#field-size")
    page.keyboard.type("-3")
    tab_to(page, "#field-aim")
    page.keyboard.type("Buy a bigger press together, cheaper than each of us alone")
    tab_to(page, ".profile-go button")
    press_on(page, "Enter")

    expect(page.locator("#wrong-title")).to_have_text("One answer needs another look")
    expect(page.locator("#field-aim")).to_have_value(re.compile("^Buy a bigger press"))
    tab_to(page, ".profile-wrong a")
    page.keyboard.press("Enter")
    size = page.locator("#field-size")
    expect(size).to_have_value("-3")
    expect(size).to_have_attribute("aria-invalid", "true")
    expect(size).to_be_focused()
    page.keyboard.press("Control+A")
    page.keyboard.type("6")
    press_on(page, "Enter")

    expect(page.locator("h1")).to_have_text("Role models for your firm")
    assert titles(page)[0] == "Three graphic arts firms buy bigger equipment together"
    first = page.locator(".models-list > li").first
    expect(first.locator(".model-like").first).to_contain_text("in Norway")
    expect(first.locator(".figure-number").first).to_have_text("+30%")
    tab_to(page, ".models-list .card-title a")
    press_on(page, "Enter")
    expect(page.locator("h1")).to_have_text(
        "Three graphic arts firms buy bigger equipment together"
    )


def test_an_agency_wants_evidence_for_a_programme(page):
    """It finds what programmes reported, apart from single networks, with every source."""
    page.goto("/role-models")
    page.get_by_label("What do you want to do together?").fill(
        "A regional agency wants evidence that a network programme with brokers works"
    )
    page.get_by_role("radio", name="With public money").check()
    page.get_by_text("Only some of the cases").click()
    page.get_by_role("checkbox", name="Programme", exact=False).first.check()
    follow(page.get_by_role("button", name="Find role models").last)

    expect(page.locator("h1")).to_have_text("Role models for your firm")
    found = titles(page)
    assert found
    kinds = page.locator(".models-list .card-kicker span:nth-child(2)").all_inner_texts()
    assert set(kinds) == {"Programme"}
    expect(page.locator(".chip", has_text="Programme")).to_have_count(1)

    follow(page.get_by_role("link", name="What these role models reported"))
    expect(page.locator(".by-metric thead th")).to_have_text(
        ["What was measured", "Programmes", "Figures"]
    )
    expect(page.locator("div.known-words").first).to_contain_text("Not reported is not zero")
    read_figures_of(page, "Sales")
    expect(page.locator(".part h2")).to_have_text(["Programmes"])


def test_role_models_on_paper(page):
    """Printed, an answer shows what was said and what was done, without form and navigation."""
    page.goto("/role-models?aim=share+a+costly+machine&my_country=NO")
    page.emulate_media(media="print")
    expect(page.locator(".profile-summary")).to_be_visible()
    expect(page.locator(".profile-change")).not_to_be_visible()
    expect(page.locator(".nav")).not_to_be_visible()
    expect(page.locator(".model-sentences").first).to_be_visible()
    assert page.pdf().startswith(b"%PDF")


@pytest.mark.parametrize("width", [360, 1280])
def test_a_case_beside_a_firm_stays_on_the_page(browser, real_server_url, width):
    """Opened, what compares the two makes a narrow page no wider, and says what is not reported."""
    page = browser.new_page(base_url=real_server_url, viewport={"width": width, "height": 800})
    page.goto("/role-models?my_country=CA&goal=joint-purchasing&my_sector=food&partners=5")
    for summary in page.get_by_text("You and this case, field by field").all():
        summary.click()

    assert page.evaluate("document.documentElement.scrollWidth") == width
    cells = page.locator(".model-more tr.model-unknown td:last-child").all_inner_texts()
    assert cells
    assert {text.strip() for text in cells} == {"not reported"}
    page.close()
