"""On a phone figures stay whole, marks stay beside their words, and rows keep their names."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page

from tests.browser.pages import laid_out

#: Each run of digits whose letters stand on more than one line.
CUT = r"""
[...document.querySelectorAll(".figure-number")].flatMap(one => {
  const cut = [];
  const texts = document.createTreeWalker(one, NodeFilter.SHOW_TEXT);
  while (texts.nextNode()) {
    for (const run of texts.currentNode.data.matchAll(/\d[\d.,]*/g)) {
      const range = document.createRange();
      range.setStart(texts.currentNode, run.index);
      range.setEnd(texts.currentNode, run.index + run[0].length);
      const lines = new Set([...range.getClientRects()].map(box => box.top));
      if (lines.size > 1) cut.push(one.innerText);
    }
  }
  return cut;
})
"""
#: Each mark of a result in words whose word begins below it.
ALONE = """
[...document.querySelectorAll(".figure-word")].filter(one => {
  const range = document.createRange();
  range.selectNodeContents(one.querySelector("svg").nextSibling);
  const mark = one.querySelector("svg").getBoundingClientRect();
  return one.checkVisibility() && range.getClientRects()[0].top > mark.bottom;
}).map(one => one.innerText)
"""


@pytest.fixture(name="page")
def _page(browser: Browser) -> Iterator[Page]:
    context = browser.new_context(viewport={"width": 360, "height": 800})
    yield context.new_page()
    context.close()


@pytest.mark.parametrize("metric", ["sales", "export-sales", "cost", "capacity", "jobs"])
def test_no_figure_is_cut_within_its_digits(page, whole_server_url, metric):
    """A$720,000 has stood as A$720,00 and 0; a range may go on behind its dash."""
    page.goto(f"{whole_server_url}/outcomes/{metric}")
    page.eval_on_selector_all("details", "all => all.forEach(one => one.open = true)")
    laid_out(page)

    assert page.locator(".figure-number").count() > 0
    assert page.evaluate(CUT) == []


@pytest.mark.parametrize("width", [360, 800, 1280])
def test_no_mark_stands_alone_on_a_line(page, whole_server_url, width):
    """The mark of a result in words stands beside its first word, however narrow its column is."""
    page.set_viewport_size({"width": width, "height": 800})
    page.goto(f"{whole_server_url}/search?results=competitiveness&per_page=100")
    laid_out(page)

    assert page.locator(".figure-word").count() > 0
    assert page.evaluate(ALONE) == []


def test_a_row_keeps_its_name_while_its_figures_go_by(page, whole_server_url):
    """The table of what was measured is wider than a phone; its first column stays."""
    page.goto(f"{whole_server_url}/outcomes")
    laid_out(page)
    names = page.locator(".by-metric tbody th[scope=row]")
    before = names.first.bounding_box()["x"]
    page.locator(".by-metric .table-frame").evaluate("one => one.scrollTo(200, 0)")

    assert page.locator(".by-metric .table-frame").evaluate("one => one.scrollLeft") == 200
    assert names.first.bounding_box()["x"] == before


def test_what_a_type_means_runs_on_behind_its_name(page, whole_server_url):
    """The heads of the chart are one text each, and no two columns of it."""
    page.set_viewport_size({"width": 1280, "height": 800})
    page.goto(f"{whole_server_url}/")
    laid_out(page)
    heads = page.locator(".by-type thead .badge > span")

    assert heads.count() == 5
    assert heads.first.inner_text() == "Horizontal (same trade)"
    assert heads.evaluate_all("all => all.map(one => one.getClientRects().length)") == [1] * 5
