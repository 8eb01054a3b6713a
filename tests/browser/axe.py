"""axe-core in a page that is open, at one width after another, by day and by night."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from playwright.sync_api import Browser, Page

from tests.browser.pages import laid_out

#: All that axe asks by itself, and of WCAG 2.2 whether what is pressed is large or apart enough.
#: Of what is right it gathers no places.
RUN = "{rules: {'target-size': {enabled: true}}, resultTypes: ['violations']}"
#: By night it asks what it asks of colours: a style sheet says nothing else of the night, as
#: tests/web/core/test_assets.py holds.
RUN_BY_NIGHT = (
    "{runOnly: ['cat.color'], rules: {'color-contrast-enhanced': {enabled: false}}, "
    "resultTypes: ['violations']}"
)
#: A phone and a desk, in pixels; by day and by night.
SIGHTS = [(width, scheme) for width in (360, 1280) for scheme in ("light", "dark")]
AXE = (Path(__file__).parents[1] / "vendor" / "axe.min.js").read_text(encoding="utf-8")


@contextmanager
def opened(browser: Browser, url: str, *, unfold: str = "") -> Iterator[Page]:
    """A page with axe in it; ``unfold`` selects what is opened first.

    What a page looks like before anybody types is a matter of its style sheets alone, so one
    page serves for every width and scheme.
    """
    context = browser.new_context(reduced_motion="reduce")
    page = context.new_page()
    page.goto(url)
    if unfold:
        page.eval_on_selector_all(unfold, "all => all.forEach(one => one.open = true)")
    laid_out(page)
    page.evaluate(AXE)
    yield page
    context.close()


def problems(page: Page, width: int, scheme: str) -> list[tuple[str, str, str]]:
    """The rules of axe-core that are broken, with place and advice; and a page that is too wide."""
    page.set_viewport_size({"width": width, "height": 800})
    page.emulate_media(color_scheme=scheme)
    asked = RUN_BY_NIGHT if scheme == "dark" else RUN
    violations = page.evaluate(f"axe.run({asked}).then(found => found.violations)")
    broken = [
        (rule["id"], node["html"][:200], node["failureSummary"])
        for rule in violations
        for node in rule["nodes"]
    ]
    wide = page.evaluate("document.documentElement.scrollWidth")
    return broken + [("width", "html", f"{wide} pixels")] * (wide != width)


def problems_everywhere(page: Page) -> dict[tuple[int, str], list[tuple[str, str, str]]]:
    """What is wrong, by width and scheme; nothing of those in which nothing is."""
    found = {sight: problems(page, *sight) for sight in SIGHTS}
    return {sight: wrong for sight, wrong in found.items() if wrong}
