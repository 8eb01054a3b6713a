"""What pages look like on paper: no page is blank, and nothing stands alone at an edge."""

import io

import pytest
from pypdf import PdfReader

from tests.browser.pages import serving
from web import create_app

#: Makes a list as long as that of a large compendium, with the same entries.
LENGTHEN = """([selector, times]) => document.querySelectorAll(selector).forEach(one => {
  for (let i = 1; i < times; i++) one.after(one.cloneNode(true));
})"""


@pytest.fixture(name="url", scope="module")
def _url(live, settings):
    with serving(create_app(live, settings)) as url:
        yield url


@pytest.fixture(name="page")
def _page(browser, url):
    context = browser.new_context(base_url=url)
    yield context.new_page()
    context.close()


def printed(page) -> list[str]:
    """The text of each page on A4."""
    pdf = PdfReader(io.BytesIO(page.pdf(format="A4", prefer_css_page_size=True)))
    return [" ".join(one.extract_text().split()) for one in pdf.pages]


def test_guides_fill_their_pages(page):
    """The first guides stand below the heading of the page, and no page is blank."""
    page.goto("/guides")
    page.evaluate(LENGTHEN, [".guide-list li", 14])
    page.evaluate(LENGTHEN, [".guide-part", 4])
    title = page.locator(".guide-list h3").first.inner_text()
    pages = printed(page)

    assert title in pages[0]
    assert [one.count(title) for one in pages[:-1] if one.count(title) < 5] == []
    assert "" not in pages


def test_a_course_fills_its_pages(browser, taught):
    """The weeks begin below the heading of the page; questions are kept whole, not all together."""
    firsts = {}
    with serving(taught.application) as url:
        context = browser.new_context(base_url=url)
        page = context.new_page()
        for path, selector, words in (
            ("/teaching", ".week-list > li", "h3"),
            ("/teaching/why", ".session-questions li", "p"),
            ("/teaching/questions", ".topic-questions > li", "p"),
        ):
            page.goto(path)
            page.evaluate(LENGTHEN, [selector, 40])
            said = " ".join(page.locator(selector).first.locator(words).first.inner_text().split())
            firsts[path] = [one.count(said) for one in printed(page)]
        context.close()

    assert {path: counts[0] > 3 for path, counts in firsts.items()} == dict.fromkeys(firsts, True)


def test_results_of_a_search_fill_their_pages(page):
    """Results higher than half a page do not take a page each."""
    page.goto("/search?q=firms+that+export+together")
    page.evaluate(LENGTHEN, [".card-foot", 16])
    page.evaluate(LENGTHEN, [".hit", 8])

    assert len(printed(page)) < page.locator(".hit").count()


def test_a_comparison_sets_small_what_is_small(page):
    """On paper the line of origin is as small as the notes, and values stand apart."""
    page.goto("/compare?id=france/wine-exporters&id=norway/metal-buyers")
    page.emulate_media(media="print")
    sizes = page.locator(".compare-from, .compare-badges").evaluate_all(
        "all => all.map(one => getComputedStyle(one).fontSize)"
    )
    gap = page.locator(".compare-value").first.evaluate(
        "one => getComputedStyle(one, '::after').marginRight"
    )

    assert len(set(sizes)) == 1
    assert gap != "0px"


def test_who_reports_nothing_is_listed_on_paper(page):
    """What is folded on the screen stands open where nobody can open it."""
    page.goto("/outcomes")
    silent = page.locator(".silent li a").first.text_content()

    assert silent.replace("’", "ʼ") in " ".join(printed(page))


def test_the_label_of_a_reason_stands_with_it(page):
    """Wherever a page ends: "Why it is here" is never its last line."""
    page.goto("/search?q=metal")
    page.evaluate(LENGTHEN, [".hits > *", 12])
    page.evaluate("document.querySelectorAll('.hits details').forEach(one => { one.open = true; })")
    alone = []
    for height in range(0, 320, 80):
        page.evaluate(
            "height => { document.querySelector('.hits').style.marginTop = `${height}px`; }", height
        )
        after = [one.rpartition("WHY IT IS HERE")[2] for one in printed(page)]
        alone += [rest for rest in after if "By " not in rest]

    assert alone == []
