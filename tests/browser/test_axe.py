"""axe-core finds no violation on any kind of page, on a phone and a desk, by day and by night."""

import pytest

from kb.indexing.pipeline import build
from kb.model.relevance import write_report
from kb.search.opening import LiveSearcher
from kb.settings import read_settings
from tests.browser.axe import opened, problems, problems_everywhere
from tests.browser.pages import serving
from tests.toy import copy_toy_corpus
from tests.web.about.test_relevance import REPORT
from web import create_app

PAGES = {
    "home": "/",
    "results": "/search?q=five+wineries+that+want+to+sell+abroad",
    "filtered": "/search?country=NO&country=NZ&results=export-sales&results=sales",
    "nothing": "/search?q=quantum+chromodynamics+on+the+lattice",
    "both-reasons": "/search?q=wine+export",
    "repaired": "/search?q=aborignal+owned+buisness",
    "offers": "/search?q=exporting+soft+network+in+Norway&country=DK",
    "nothing-named": "/search?q=quantum+chromodynamics+in+Norway&country=IT",
    "browse": "/browse",
    "atlas": "/atlas",
    "compare": "/compare?id=new-zealand/spirits-to-japan&id=norway/mechanical-engineering"
    "&id=australia/western-australia-alliances",
    "compare-one": "/compare?id=norway/graphic-arts",
    "compare-none": "/compare",
    "compare-400": "/compare?id=norway/graphic-art&id=guides/trends",
    "guides": "/guides",
    "country": "/countries/norway",
    "no-case": "/countries/bhutan",
    "project": "/projects/exporting",
    "countries": "/countries",
    "coverage": "/coverage",
    "case": "/cases/australia/leather-steering-wheels",
    "not-reported": "/cases/australia/cheese-range",
    "programme": "/cases/denmark/network-programme",
    "guide": "/cases/guides/types-of-network",
    "about": "/about",
    "codebook": "/codebook",
    "policy": "/editorial-policy",
    "reading": "/reading",
    "privacy": "/privacy",
    "accessibility": "/accessibility",
    "people": "/people",
    "planned": "/cases/canada/wineries",
    "merged": "/flyers/denmark/uniform-makers",
    "role-models": "/role-models",
    "role-models-answered": "/role-models?business=winery&my_sector=wine-spirits&my_country=Austria"
    "&size=12&partners=5&aim=we+want+to+sell+abroad&goal=exporting&my_form=hard&funding=own",
    "role-models-400": "/role-models?size=-3&goal=exprting&country=XX&aim=export",
    "role-models-none": "/role-models?size=3",
    "role-models-outcomes": "/outcomes?my_sector=wine-spirits&goal=exporting",
    "self-check": "/self-check",
    "self-check-answered": "/self-check?profit=yes&swot=partly&opportunity=not-yet&money=unknown",
    "self-check-all": "/self-check/all?profit=yes",
    "self-check-question": "/self-check/questions/skills?profit=yes",
    "self-check-400": "/self-check?profit=maybe&swot=yes",
    "relevance": "/relevance",
    "outcomes": "/outcomes",
    "outcomes-metric": "/outcomes/sales",
    "outcomes-of-some": "/outcomes?q=wine&country=NZ&country=AU",
    "outcomes-of-none": "/outcomes?country=ES&type=vertical&q=wine",
    "least-figure": "/search?results=cost&results_min=20&results_unit=percent",
    "api": "/api",
    "404": "/cases/norway/graphic-art",
    "400": "/search?q=wine&country=xx",
    "notices": "/search?q=wine&contry=NO&type=horizontale&sector=qq&q=fish",
}


@pytest.fixture(name="measured_url", scope="module")
def _measured_url(tmp_path_factory, tiny_encoder):
    """A site over the toy compendium with published figures, served in this process."""
    folder = tmp_path_factory.mktemp("measured")
    cases = copy_toy_corpus(folder / "cases")
    write_report(cases / "relevance.json", REPORT)
    settings = read_settings({}, cases=cases, index=folder / "index", model=tiny_encoder)
    build(settings)
    live = LiveSearcher(settings.index, min_score=settings.min_score)
    with serving(create_app(live, settings)) as url:
        yield url


@pytest.mark.parametrize("path", PAGES.values(), ids=PAGES)
def test_no_violations(browser, whole_server_url, path):
    """No rule of axe-core is broken on a kind of page, and it is no wider than the window.

    Over the whole compendium: the browser looks at a spread of pages. That every page is sound,
    tests/web/test_whole_compendium.py asks without a browser.
    """
    with opened(browser, whole_server_url + path) as page:
        assert problems_everywhere(page) == {}


def test_no_violations_in_published_figures(browser, measured_url):
    """So it is where the figures of search quality have been published."""
    with opened(browser, f"{measured_url}/relevance", unfold="details") as page:
        assert problems_everywhere(page) == {}


FAULTY = """data:text/html,<html lang=en><meta name=viewport content="width=device-width">
<title>Faulty</title><style>
body {background: white; color: black; margin: 0}
@media (min-width: 1000px) and (prefers-color-scheme: dark) {h1 {color: silver}}
@media (max-width: 500px) {p {width: 700px}}
</style><main><h1>Faint by night on a desk</h1><p>Too wide on a phone</p></main></html>"""


def test_what_is_broken_in_one_case_only_is_found(browser):
    """In a page that stays open, each width and scheme shows its own faults and no others."""
    with opened(browser, FAULTY) as page:
        found = {
            (width, scheme): [(rule, place) for rule, place, _ in problems(page, width, scheme)]
            for scheme in ("dark", "light")
            for width in (1280, 360)
        }

    assert found == {
        (1280, "light"): [],
        (1280, "dark"): [("color-contrast", "<h1>Faint by night on a desk</h1>")],
        (360, "light"): [("width", "html")],
        (360, "dark"): [("width", "html")],
    }
