"""A baker tells a story, finishes it, mends two mistakes, and takes away a file that is built."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from kb.content.corpus import read_corpus
from kb.indexing.pipeline import build
from kb.search.opening import open_live
from kb.settings import Settings
from tests.browser.axe import opened, problems_everywhere
from tests.browser.pages import follow, serving, until
from tests.kb.cli.command import kb
from web import create_app


@pytest.fixture(name="url", scope="module")
def _url(live, settings) -> Iterator[str]:
    with serving(create_app(live, settings)) as url:
        yield url


def fresh(browser: Browser, url: str, *, scripts: bool) -> Page:
    """A page in a browser that nothing is kept in, and that goes nowhere else."""
    context = browser.new_context(
        base_url=url, java_script_enabled=scripts, viewport={"width": 1280, "height": 900}
    )
    page = context.new_page()
    page.route(
        lambda asked: not asked.startswith(url), lambda route: pytest.fail(route.request.url)
    )
    return page


def go_on(page: Page, question: str) -> None:
    """Press the button, and see the next question."""
    follow(page.get_by_role("button", name="Continue").last)
    expect(page.locator("h1")).to_have_text(question)


def tell(page: Page) -> None:
    """Answer every question but one, go back for it, and have the draft made."""
    page.goto("/contribute")
    follow(page.get_by_role("link", name="Tell your story"))
    page.get_by_label("In a sentence or two").fill("Three metal firms purchase machines together.")
    go_on(page, "Who joined?")
    page.get_by_label("What the firms are").fill("metal firms")
    page.get_by_label("How many joined, if you know").fill("3")
    go_on(page, "Where was it?")
    page.get_by_label("Country").select_option("Norway")
    go_on(page, "What did you want to do together?")
    page.get_by_label("Joint purchasing").check()
    go_on(page, "What did you do together?")
    follow(page.get_by_role("button", name="Back"))
    expect(page.get_by_label("Joint purchasing")).to_be_checked()
    go_on(page, "What did you do together?")
    page.get_by_label("What was done").fill("They purchase metal machines together.")
    go_on(page, "What came of it?")
    page.get_by_label("What came of it").fill("Machines cost each firm 20% less.")
    go_on(page, "What would you call it?")
    go_on(page, "How do you know?")
    page.get_by_label("I took part in it").check()
    go_on(page, "What was your part in it?")
    page.get_by_label("Your part").fill("the manager of a member firm")
    go_on(page, "May we name the firms?")
    page.get_by_label("No, or not yet").check()
    go_on(page, "Check your answers")
    follow(page.get_by_role("button", name="Change Who joined"))
    page.get_by_label("What the firms are").fill("metal firms of one valley")
    go_on(page, "Check your answers")
    follow(page.get_by_role("button", name="Make the draft").last)
    expect(page.locator("h1")).to_have_text("Your story is a draft now")


def finish(page: Page) -> None:
    """Fill in what is open with two mistakes, mend them, see what is near, and how it looks."""
    follow(page.get_by_role("button", name="Finish it yourself"))
    page.locator("#field-results-1-metric").select_option("cost")
    page.get_by_role("radio", name="Output").check()
    page.get_by_role("radio", name="Lower").check()
    page.locator("#field-results-1-value").fill("20%")
    page.locator("#field-results-1-unit").select_option("percent")
    page.locator("#field-title").fill("Metal firms purchase machines")
    follow(page.get_by_role("button", name="Check the case"))
    wrong = page.locator(".give-wrong li")
    expect(wrong).to_have_count(2)
    expect(wrong.nth(0)).to_contain_text(
        "Title: A case has this title already: norway/metal-buyers."
    )
    expect(wrong.nth(1)).to_contain_text("Result 1, The figure: Write the number alone: 20.")
    expect(page.locator("#near-title")).to_have_text("A case that may be the same")
    expect(page.locator(".give-same h3").first).to_have_text("Metal firms purchase machines")
    wrong.nth(1).get_by_role("link").click()
    expect(page.locator("#field-results-1-value")).to_be_in_viewport()
    page.locator("#field-results-1-value").fill("20")
    page.locator("#field-title").fill("Three metal firms of one valley")
    page.locator("#field-id").fill("norway/valley-metal")
    follow(page.get_by_role("button", name="Check the case"))
    expect(page.locator("h1")).to_have_text("Ready to send: Three metal firms of one valley")
    follow(page.get_by_role("button", name="See how the page will look"))
    expect(page.locator("h1")).to_have_text("Three metal firms of one valley")
    expect(page.locator(".sources .seen")).to_contain_text("Told by those who did it on")
    follow(page.get_by_role("button", name="Where to send it"))


@pytest.mark.parametrize("scripts", [True, False], ids=["with the script", "without"])
def test_from_a_story_to_a_case_that_is_built(
    browser: Browser, url: str, toy_cases: Path, toy_settings: Settings, scripts: bool
) -> None:
    """The whole way; the file passes the check, and its case is one of the compendium."""
    page = fresh(browser, url, scripts=scripts)
    tell(page)
    finish(page)
    with page.expect_download() as saved:
        page.get_by_role("button", name="Download valley-metal.md").click()
    assert saved.value.suggested_filename == "valley-metal.md"
    saved.value.save_as(toy_cases / "norway" / "valley-metal.md")
    page.context.close()
    answer = kb("check", "--cases", toy_cases)
    assert answer.exit_code == 0, answer.output
    assert [str(one) for one in read_corpus(toy_cases).problems] == []
    build(toy_settings)
    case = open_live(toy_settings).current().case("norway/valley-metal")
    assert [result.statement for result in case.results] == ["Machines cost each firm 20% less."]


def test_a_draft_stays_in_the_browser(browser: Browser, url: str) -> None:
    """Who leaves finds it again on the page of the two doors, and can delete it there."""
    page = fresh(browser, url, scripts=True)
    page.goto("/contribute/case")
    page.locator("#field-title").fill("Bakers")
    page.locator("#field-country").fill("Norwy")
    page.locator("#field-country").press("Tab")
    expect(page.locator("[data-field='country'] .give-fault")).to_contain_text("“Norwy” is no")
    page.goto("/contribute")
    expect(page.locator("#drafts li")).to_contain_text(["A case: Bakers"])
    follow(page.get_by_role("button", name="Go on with it"))
    expect(page.locator("#field-title")).to_have_value("Bakers")
    page.goto("/contribute")
    page.get_by_role("button", name="Delete it").click()
    expect(page.locator("#drafts li strong")).to_have_text("Deleted: Bakers")
    page.reload()
    expect(page.locator("#drafts")).to_be_hidden()
    page.context.close()


def test_another_draft_takes_the_place_of_none(browser: Browser, url: str) -> None:
    """Who begins again is offered the first draft; both are kept, and deleting can be undone."""
    page = fresh(browser, url, scripts=True)
    page.goto("/contribute/case")
    expect(page.locator("#drafts")).to_be_hidden()
    page.locator("#field-title").fill("Bakers")
    page.goto("/contribute/case")
    expect(page.locator("#drafts h2")).to_have_text("You began one already")
    expect(page.locator("#drafts li strong")).to_contain_text(["A case: Bakers"])
    page.locator("#field-title").fill("Millers")
    page.goto("/contribute")
    rows = page.locator("#drafts li strong")
    expect(rows).to_contain_text(["A case: Millers", "A case: Bakers"])
    follow(page.locator("#drafts li").nth(1).get_by_role("button", name="Go on with it"))
    expect(page.locator("#field-title")).to_have_value("Bakers")
    page.goto("/contribute")
    expect(rows).to_contain_text(["A case: Bakers", "A case: Millers"])
    page.locator("#drafts li").nth(0).get_by_role("button", name="Delete it").click()
    expect(rows.nth(0)).to_have_text("Deleted: Bakers")
    page.locator("#drafts li").nth(0).get_by_role("button", name="Undo").click()
    expect(rows).to_contain_text(["A case: Bakers", "A case: Millers"])
    page.reload()
    expect(rows).to_contain_text(["A case: Bakers", "A case: Millers"])
    page.context.close()


def test_a_closed_story_goes_on(browser: Browser, url: str) -> None:
    """Its answers are there again, on the page that lists them."""
    page = fresh(browser, url, scripts=True)
    page.goto("/contribute/story/short")
    page.get_by_label("In a sentence or two").fill("Three metal firms buy together.")
    go_on(page, "Who joined?")
    page.get_by_label("What the firms are").fill("metal firms")
    # The first answer says "metal firms" too: the second one is kept once it stands alone.
    kept = "JSON.parse(localStorage.getItem('contribute-story')).fields"
    until(page, f"{kept}.some(([name, value]) => value === 'metal firms')")
    page.close()
    page = page.context.new_page()
    page.goto("/contribute/story/short")
    expect(page.locator("#drafts li strong")).to_contain_text(["A story: Three metal firms buy"])
    follow(page.get_by_role("button", name="Go on with it"))
    expect(page.locator("#answer-short")).to_contain_text("Three metal firms buy together.")
    expect(page.locator("#answer-who")).to_contain_text("metal firms")
    page.context.close()


def test_several_mistakes_lose_nothing(browser: Browser, url: str) -> None:
    """The summary has the focus, each of its links leads to its field, and all stands there."""
    page = fresh(browser, url, scripts=True)
    page.goto("/contribute/case")
    written = {"title": "x" * 95, "country": "Norwy", "summary": "Bakers.", "region": "Bergen"}
    for name, text in written.items():
        page.locator(f"#field-{name}").fill(text)
    page.locator("#field-project summary").click()
    page.locator("input[name='project'][value='joint-purchasing']").check()
    follow(page.get_by_role("button", name="Check the case"))
    expect(page.locator("#wrong")).to_be_focused()
    expect(page).to_have_title(re.compile("^Error: "))
    for name, text in written.items():
        expect(page.locator(f"#field-{name}")).to_have_value(text)
    expect(page.locator("input[name='project'][value='joint-purchasing']")).to_be_checked()
    page.locator("#wrong").get_by_role("link", name="Country").press("Enter")
    expect(page.locator("#field-country")).to_be_focused()
    page.context.close()


def test_the_meaning_of_a_choice_is_shown_and_heard(browser: Browser, url: str) -> None:
    """It changes with the choice, describes the list, and goes where nothing is chosen."""
    page = fresh(browser, url, scripts=True)
    page.goto("/contribute/case")
    follow(page.get_by_role("button", name="Add a result"))
    select = page.locator("#field-results-1-metric")
    line = page.locator("#means-results-1-metric")
    option = select.locator("option[data-means]:not([data-means=''])").first
    expect(line).to_be_hidden()

    select.select_option(option.get_attribute("value"))
    expect(line).to_have_text(option.get_attribute("data-means"))
    expect(select).to_have_accessible_description(re.compile(re.escape(line.inner_text())))
    select.select_option("")
    expect(line).to_be_hidden()
    page.context.close()


def test_the_length_of_a_text_is_counted_as_it_is_written(browser: Browser, url: str) -> None:
    """Characters beside their limit, words beside the text and all of them together."""
    page = fresh(browser, url, scripts=True)
    page.goto("/contribute/case")
    page.locator("#field-title").fill("x" * 91)
    expect(page.locator("#count-title")).to_have_text("91 of 90 characters")
    expect(page.locator("#count-title")).to_have_class("give-count give-count-over")
    page.locator("#field-text-1").fill("Each baker needed an oven.")
    page.locator("#field-text-3").fill("They bought  one.\n\nIt pays.")
    expect(page.locator("#count-text-1")).to_have_text("5 words")
    expect(page.locator("#count-all span")).to_have_text("10")
    page.context.close()


@pytest.mark.parametrize("path", ["/contribute", "/contribute/story/how", "/contribute/case"])
def test_no_violations(browser: Browser, url: str, path: str) -> None:
    """No rule of axe-core is broken, and the page is no wider than the window."""
    with opened(browser, url + path) as page:
        assert problems_everywhere(page) == {}


@pytest.mark.parametrize("width", [360, 1280])
def test_a_link_to_an_error_shows_the_label_too(browser: Browser, url: str, width: int) -> None:
    """Label and error stand above a box; both are on the screen, on that of a telephone too."""
    page = fresh(browser, url, scripts=True)
    page.set_viewport_size({"width": width, "height": 640})
    page.emulate_media(reduced_motion="reduce")  # else all of it passes by while the page glides
    page.goto("/contribute/case")
    page.locator("#field-title").fill("Bakers")
    follow(page.get_by_role("button", name="Check the case"))
    page.locator("a[href='#field-summary']").first.click()
    expect(page.locator("#field-summary")).to_be_in_viewport(ratio=0.5)
    expect(page.locator("label[for='field-summary']")).to_be_in_viewport(ratio=1)
    expect(page.locator("[data-field='summary'] .give-fault")).to_be_in_viewport(ratio=1)
    page.context.close()
