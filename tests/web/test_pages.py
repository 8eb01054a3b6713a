"""The pages: what stands on them, in which order, and how they are sent."""

import gzip
import re
from collections import Counter
from html import unescape

import brotli
import pytest

from tests.web.mounted import Mounted
from web import create_app


@pytest.fixture(name="mounted", scope="module")
def _mounted(live, settings):
    """The site under a path of another site."""
    app = create_app(live, settings)
    app.testing = True
    return Mounted(app)


@pytest.fixture(name="client", params=["at the root", "under a path"])
def _client(request, toy_app):
    """The site at the root, and once more under a path of another site."""
    at_root = request.param == "at the root"
    return toy_app.test_client() if at_root else request.getfixturevalue("mounted")


@pytest.fixture(name="answered", scope="module")
def _answered():
    """The status of each link that was asked for, by site: most stand on every page."""
    return {}


PAGES = [
    "/",
    "/search",
    "/search?q=wine+export&country=NO",
    "/search?q=zebra",
    "/search?q=zebra+norway",
    "/search?q=wine+exprot",
    "/browse",
    "/atlas",
    "/compare",
    "/compare?id=norway/metal-buyers",
    "/compare?id=norway/metal-buyers&id=france/wine-exporters&id=denmark/hostile-title",
    "/guides",
    "/about",
    "/relevance",
    "/api",
    "/cases/norway/metal-buyers",
    "/cases/denmark/hostile-title",
    "/cases/guides/purchase-guide",
    "/countries",
    "/coverage",
    "/countries/norway",
    "/countries/austria",
    "/projects",
    "/projects/exporting",
    "/projects/convergence",
    "/types/horizontal",
    "/sectors/metal-machinery",
]
UNDER = 100_000


def titles(page: str) -> list[str]:
    """The ids of the cards on a page of results, in order."""
    return re.findall(r'card-title"><a href="/cases/([^"]+)"', page)


def without_own_script(page: str) -> str:
    """A page but for the scripts of the site, which are files of their own, and for data.

    Nothing runs data, which is written without a sign that could end its element.
    """
    own = r'/static/js/(?:suggest|reading-list|cite)\.js\?v=\w{12}" defer></script>'
    page = re.sub(r'<script type="application/ld\+json">[^<>&]*</script>', "", page)
    return re.sub(rf'<script src="[^"?]*{own}', "", page)


def status(client, link: str) -> int:
    """The status of a link as it stands in a page."""
    with client.get(link.replace("&amp;", "&")) as response:
        return response.status_code


@pytest.mark.parametrize("path", PAGES)
def test_every_page(client, path):
    """Each page has one h1, a search box with a label, a description, and no style or script in it.

    The scripts are files of the site's own: one on every page, one under the search box of two,
    one beside the citations of a case.
    """
    response = client.get(path)
    page = response.text
    assert response.status_code == 200
    assert page.count("<h1") == 1
    assert re.search(r'<label[^>]* for="(q|quick)"', page)
    assert '<meta name="description" content="' in page
    assert "<script" not in without_own_script(page)
    suggests = path == "/" or path.startswith("/search")
    assert ("/js/reading-list.js" in page, "/js/suggest.js" in page) == (True, suggests)
    assert ("/js/cite.js" in page) == path.startswith("/cases/")
    assert "style=" not in page
    assert len(response.data) < UNDER


@pytest.mark.parametrize("path", PAGES)
def test_every_link_within_the_site_leads_somewhere(client, path, answered):
    """No page links to a page that is not there or cannot be answered; each is asked for once."""
    links = set(re.findall(r'href="(/[^"#]*)', client.get(path).text))
    known = answered.setdefault(client.application, {})
    for link in links - known.keys():
        known[link] = status(client, link)
    broken = {link for link in links if known[link] not in (200, 302)}
    # The API's examples speak of the real compendium.
    assert {link for link in broken if not link.startswith("/api/v1/")} == set()


@pytest.mark.parametrize("path", PAGES)
def test_ids_are_unique_and_fragments_exist(client, path):
    """Every link to a part of the same page has its target, and no id stands twice."""
    page = client.get(path).text
    ids = re.findall(r'\bid="([^"]+)"', page)
    assert len(ids) == len(set(ids))
    assert set(re.findall(r'(?:href|xlink:href)="#([^"]+)"', page)) <= set(ids)


@pytest.mark.parametrize(
    ("path", "scripts"),
    [("/browse", "; script-src 'self'"), ("/", "; script-src 'self'"), ("/api/v1/suggestions", "")],
)
def test_security_headers(client, path, scripts):
    """Only the site's own style, fonts and pictures are loaded; a script where a page names one."""
    headers = client.get(path).headers
    assert headers["Content-Security-Policy"] == (
        "default-src 'none'; style-src 'self'; font-src 'self'; img-src 'self'; "
        "connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'" + scripts
    )
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert "Set-Cookie" not in headers


def test_pages_are_revalidated(client):
    """A page that has not changed is not sent again."""
    first = client.get("/browse")
    assert first.headers["Cache-Control"] == "no-cache"
    again = client.get("/browse", headers={"If-None-Match": first.headers["ETag"]})
    assert (again.status_code, again.data) == (304, b"")


def test_compression(live, settings):
    """A long page is compressed for a client that takes it, and is the same page."""
    client = create_app(live, settings).test_client()
    plain = client.get("/")
    assert "Content-Encoding" not in plain.headers
    for taken, name, unpack in (
        ("gzip", "gzip", gzip.decompress),
        ("gzip, deflate, br", "br", brotli.decompress),
    ):
        packed = client.get("/", headers={"Accept-Encoding": taken})
        assert packed.headers["Content-Encoding"] == name
        assert "Accept-Encoding" in packed.headers["Vary"]
        assert unpack(packed.data) == plain.data
        again = {"Accept-Encoding": taken, "If-None-Match": packed.headers["ETag"]}
        assert client.get("/", headers=again).status_code == 304
    assert (
        "Content-Encoding"
        not in client.get("/healthz", headers={"Accept-Encoding": "gzip"}).headers
    )


@pytest.mark.parametrize(
    "path",
    [
        "/role-models?aim=export+wine",
        "/role-models?size=many",
        "/role-models?bussiness=Bakery",
        "/api/v1/role-models?bussiness=Bakery",
        "/outcomes?aim=export+wine",
        "/outcomes.csv?aim=export+wine",
        "/api/v1/role-models?aim=export+wine",
        "/api/v1/outcomes?my_sector=wine-spirits",
    ],
)
def test_what_a_firm_says_is_kept_nowhere(client, path):
    """No cache stores an answer to a profile, and no other site is told its address."""
    headers = client.get(path).headers
    assert headers["Cache-Control"] == "private, no-store"
    assert headers["Referrer-Policy"] == "no-referrer"
    assert "ETag" not in headers
    assert client.get("/role-models?country=NO").headers["Cache-Control"] == "no-cache"


def test_home(client):
    """Home counts cases by country, type and project, and shows figures with their cases."""
    page = client.get("/").text
    assert "A reference of 6 case studies from 4 countries" in page
    assert 'aria-label="Norway, Horizontal network: 3 cases"' in page
    assert ' href="/search?project=exporting">Exporting</a> <span class="ledger-count">2<' in page
    figures = re.findall(r'figure-number">([^<]+)<.*?achievement-title">([^<]+)<', page, re.S)
    assert figures == [
        ("+30%", "Wine makers export together"),
        ("−20%", "Metal firms purchase machines"),
        ("82%", "A programme for wine and metal"),
    ]


def test_results_in_order_with_reasons(client):
    """The best case comes first, with the passage that matched and where it stands."""
    page = client.get("/search?q=wine+export").text
    assert titles(page) == [
        "france/wine-exporters",
        "international/wine-and-metal-programme",
        "norway/textile-exporters",
    ]
    assert re.findall(r'class="why">(?:<span class="label">)?([^<]+)', page) == [
        "By your words and by meaning, in “Situation”: wine, export",
        "You name",
        "By your words and by meaning, in the summary above: wine",
        "By your words and by meaning, in “What they did together”: export",
        "You name",
    ]
    assert (
        "<blockquote><p><mark>Wine</mark> was hard to <mark>export</mark>.</p></blockquote>" in page
    )
    assert "Sector: Wine and spirits · What they do together: Exporting</p>" in page
    assert "3 found" in page


def test_words_are_marked_in_the_summary(client):
    """A summary that was found is not said twice: its words are marked where it stands."""
    page = client.get("/search?q=wine+export").text
    summary = '<p class="card-summary">A programme for <mark>wine</mark> firms and metal firms.</p>'
    assert page.count(summary) == 1
    assert page.count("firms and metal firms") == 1


def test_repaired_words(client):
    """Slips are repaired in the open, once, and the words as typed can be searched."""
    page = client.get("/search?q=wine+exprot&country=NO").text
    assert page.count('role="status"') == 1
    assert (
        '<p class="repaired">Showing results for <em>wine export</em>. '
        '<a rel="nofollow" href="/search?q=wine+exprot&amp;country=NO&amp;exact=true">'
        "Search instead for <em>wine exprot</em></a></p>"
    ) in page
    assert 'class="repaired"' not in client.get("/search?q=wine+export").text


def test_exact_is_kept(client):
    """Pages, filters, chips and the JSON of an exact search are exact; a new search is not."""
    page = client.get("/search?q=wine+exprot&exact=true&country=FR&country=NO&per_page=1").text
    assert 'class="repaired"' not in page
    assert (
        ' nofollow" href="/search?q=wine+exprot&amp;country=FR&amp;country=NO&amp;exact=true'
        in (page)
    )
    assert 'class="chip" href="/search?q=wine+exprot&amp;country=NO&amp;exact=true' in page
    assert 'class="chip-clear" href="/search?q=wine+exprot&amp;exact=true">' in page
    assert 'href="/api/v1/search?q=wine+exprot&amp;country=FR&amp;country=NO&amp;exact=true' in page
    toggles = re.findall(r'class="toggle" href="([^"]+)"', page)
    assert toggles
    assert all("&amp;exact=true" in url for url in toggles)


def toggle(page: str, label: str) -> tuple[str, str]:
    """Where a value of a facet leads on the page of results, and its words."""
    for url, words in re.findall(r'<a class="toggle" href="([^"]+)"[^>]*>(.*?)</a>', page, re.S):
        text = " ".join(re.sub("<[^>]+>", "", words).split())
        if text.startswith(label):
            return unescape(url), text
    raise LookupError(label)


def order_links(page: str) -> list[tuple[str, str]]:
    """The orders of a page of results, each with its address; the current one has none."""
    control = re.search(r'<nav class="order".*?</nav>', page, re.S)[0]
    found = re.findall(
        r'<li>(?:<a [^>]*?href="([^"]+)">|<span aria-current="true">)([^<]+)<', control
    )
    return [(words, url) for url, words in found]


def test_orders_of_a_browse(client):
    """Without words the usual order is by title; results are on offer where two cases have them."""
    assert order_links(client.get("/search").text) == [
        ("By title", ""),
        ("Newest first", "/search?sort=newest"),
        ("Oldest first", "/search?sort=oldest"),
        ("Export sales (2)", "/search?results=export-sales&amp;sort=result"),
        ("Costs (2)", "/search?results=cost&amp;sort=result"),
    ]


def test_orders_of_a_search(client):
    """With words the best match comes first; no year is on offer where no case names one."""
    assert order_links(client.get("/search?q=wine+export").text) == [
        ("Best match", ""),
        ("Export sales (2)", "/search?q=wine+export&amp;results=export-sales&amp;sort=result"),
    ]


def test_newest_first(client):
    """The newest order says how many cases it knows a year of."""
    page = client.get("/search?sort=newest&per_page=2").text
    assert titles(page) == ["norway/metal-buyers", "denmark/hostile-title"]
    assert order_links(page)[:2] == [("By title", "/search?per_page=2"), ("Newest first", "")]
    assert "1 of 7 names one; the others come last." in page


def test_strongest_first(client):
    """An order by a result puts the largest figure first and keeps its metric among the filters."""
    page = client.get("/search?results=export-sales&sort=result").text
    assert titles(page) == ["france/wine-exporters", "norway/textile-exporters"]
    assert order_links(page) == [
        ("By title", "/search?results=export-sales"),
        ("Strongest: Export sales", ""),
    ]
    assert 'class="chip" href="/search"' in page


def test_the_order_is_kept(client):
    """Pages, chips, offers, forms and the JSON of an ordered search are in its order."""
    page = client.get("/search?q=wine+export&country=NO&country=FR&sort=newest&per_page=1").text
    kept = "/search?q=wine+export&amp;country={}&amp;sort=newest&amp;per_page=1"
    assert f'class="chip" href="{kept.format("FR")}"' in page
    assert 'class="chip-clear" href="/search?q=wine+export&amp;sort=newest"' in page
    both = "q=wine+export&amp;country=NO&amp;country=FR"
    assert (
        f'rel="next nofollow" href="/search?{both}&amp;sort=newest&amp;page=2&amp;per_page=1"'
        in page
    )
    assert f'href="/api/v1/search?{both}&amp;sort=newest&amp;per_page=1"' in page
    assert f"/search?{both}&amp;sector=wine-spirits&amp;sort=newest&amp;per_page=1" in page
    assert page.count('<input type="hidden" name="sort" value="newest">') == 1
    assert toggle(page, "Wine and spirits")[0].endswith("&sort=newest&per_page=1")


@pytest.mark.parametrize(
    "search", ["sort=result", "results=sales&results=jobs&sort=result", "results_min=20"]
)
def test_a_form_leads_to_no_failure(client, search):
    """A metric unticked, or a second one ticked, leaves the usual order and a page that says so."""
    page = client.get(f"/search?{search}")
    assert page.status_code == 200
    says = "To order by a reported result, choose one metric." in page.text
    assert says == ("sort" in search)


def offers(page: str) -> list[tuple[str, str]]:
    """The filters on offer, each with its address."""
    return [
        (words, url) for url, words in re.findall(r'class="offer" href="([^"]+)">([^<]+)<', page)
    ]


def test_filters_on_offer(client):
    """What the words name is on offer with what it would find; nothing is applied."""
    page = client.get("/search?q=textile+norway+export").text
    assert offers(page) == [
        (
            "Only Textiles, clothing and footwear (2)",
            "/search?q=textile+norway+export&amp;sector=textiles-clothing",
        ),
        ("Only Norway (1)", "/search?q=textile+norway+export&amp;country=NO"),
        ("Only Exporting (2)", "/search?q=textile+norway+export&amp;project=exporting"),
    ]
    assert 'class="chip"' not in page
    assert "1 found" in client.get("/search?q=textile+norway+export&country=NO").text


def test_an_offer_that_changes_nothing_is_not_made(client):
    """A filter that all that was found satisfies already is left out."""
    assert offers(client.get("/search?q=norwegian+metal").text) == [
        (
            "Only Metalwork and machinery (1)",
            "/search?q=norwegian+metal&amp;sector=metal-machinery",
        )
    ]


def test_an_offer_widens_a_facet_that_is_chosen(client):
    """Beside a chosen country another one adds."""
    page = client.get("/search?q=textile+norway+export&country=ES").text
    assert offers(page)[:1] == [
        ("Also Norway (1 more)", "/search?q=textile+norway+export&amp;country=ES&amp;country=NO")
    ]
    assert "2 found" in client.get("/search?q=textile+norway+export&country=ES&country=NO").text


def test_the_query_is_kept_and_escaped(client):
    """The search box keeps what was asked, and it is never markup."""
    page = client.get('/search?q="><script>alert(1)</script>').text
    assert 'value="&#34;&gt;&lt;script&gt;alert(1)&lt;/script&gt;"' in page
    assert "<script" not in without_own_script(page)


def test_hostile_title_is_escaped(client):
    """Titles and summaries are text wherever they stand."""
    for path in ("/search", "/countries/denmark", "/cases/denmark/hostile-title"):
        page = client.get(path).text
        assert "<script" not in without_own_script(page)
        assert "<b>that" not in page
        assert "&lt;script&gt;alert(&#39;x&#39;)&lt;/script&gt; &amp; “quotes”" in page


def test_filters(client):
    """Values widen within a facet, facets narrow each other, and each filter can be removed."""
    page = client.get("/search?country=NO&country=FR&type=vertical").text
    assert titles(page) == ["france/wine-exporters"]
    assert "<h1>Norway, France, Vertical network</h1>" in page
    assert 'class="chip" href="/search?country=FR&amp;type=vertical"' in page
    assert 'class="chip" href="/search?country=NO&amp;country=FR"' in page
    assert '<a rel="nofollow" class="chip-clear" href="/search">Remove all filters</a>' in page
    assert toggle(page, "Vertical network") == (
        "/search?country=NO&country=FR",
        "Vertical network (suppliers of one customer) 1 found (on: take it away)",
    )
    assert toggle(page, "Norway")[0] == "/search?country=FR&type=vertical"


def test_a_value_that_widens_shows_what_it_adds(client):
    """Beside a chosen value the others of its facet show how many more they would find."""
    page = client.get("/search?country=ES").text

    assert toggle(page, "France") == ("/search?country=ES&country=FR", "France 2 more")


def test_all_of_some_values(client):
    """Where a case can have several values of a facet, all of them can be asked for."""
    assert "all of these" not in client.get("/search").text
    any_of = client.get("/search?project=joint-purchasing&project=cost-reduction").text
    both = "project=joint-purchasing&amp;project=cost-reduction"
    assert '<span aria-current="true">any of these</span>' in any_of
    assert f'<a href="/search?{both}&amp;all_of=project" rel="nofollow">all of these</a>' in any_of

    page = client.get("/search?project=joint-purchasing&project=cost-reduction&all_of=project").text
    assert titles(page) == ["norway/metal-buyers"]
    assert '<span class="chip-facet">What they do together, all of these:</span>' in page
    assert toggle(page, "Joint purchasing")[0] == ("/search?project=cost-reduction&all_of=project")
    assert f'<a href="/search?{both}" rel="nofollow">any of these</a>' in page


def test_a_facet_of_one_value_has_no_choice(client):
    """No case has two kinds, so all of them and any of them are not told apart."""
    assert "all of these" not in client.get("/search?kind=network").text


def test_filters_come_before_results(client):
    """In the order of reading and of focus; links at the top lead past either."""
    page = client.get("/search?q=wine").text

    assert page.index('id="filters"') < page.index('id="results"') < page.index('class="hits"')
    assert re.findall(r'<a class="skip" href="#(\w+)">', page) == ["main", "filters", "results"]


def test_a_page_of_results_shows_more_than_a_program_is_given(client):
    """Twenty-five for people, ten for a program; the JSON of a page is the same answer."""
    page = client.get("/search").text

    assert 'href="/api/v1/search?per_page=25">This answer as JSON' in page
    assert client.get("/api/v1/search").json["query"]["per_page"] == 10
    assert 'href="/search?country=FR&amp;per_page=10"' in client.get("/search?per_page=10").text


def test_least_figure(client):
    """With a metric chosen, a least figure can be asked for, and is kept."""
    assert 'name="results_min"' not in client.get("/search").text
    page = client.get("/search?results=export-sales&results_min=20").text
    assert titles(page) == ["france/wine-exporters"]
    assert 'name="results_min" type="number" step="any" inputmode="decimal" value="20"' in page
    assert "at least 20" in page


def test_figures_of_the_chosen_metric_come_first(client):
    """Who filters by a result sees that result first on the card."""
    page = client.get("/search?results=sales").text
    assert re.findall(r'figure-number">([^<]+)<', page) == ["+10%", "−20%"]


def test_pages_of_results(client):
    """A long answer is cut into pages that keep the search."""
    page = client.get("/search?per_page=3&page=2").text
    assert '<a class="step" rel="prev nofollow" href="/search?per_page=3">Previous</a>' in page
    assert (
        '<a class="step" rel="next nofollow" href="/search?page=3&amp;per_page=3">Next</a>' in page
    )
    assert '<ol class="hits" start="4">' in page
    assert "7 entries, 4–6 shown" in page


def test_nothing_fits(client):
    """When nothing fits the words the page says so, shows no case, and helps on."""
    page = client.get("/search?q=zebra").text
    assert titles(page) == []
    assert "Nothing in the compendium fits these words." in page
    assert "Your words name" not in page
    assert '<a href="/contribute">Do you know a case that would have fitted? Tell us</a>' in page


def test_nothing_fits_but_words_are_used(client):
    """When nothing is about the words, the cases that use them are quoted, apart from what fits."""
    page = client.get("/search?q=nobody").text
    assert titles(page) == []
    assert "No case is about this. These use the words in passing:" in page
    assert '<a href="/cases/spain/textile-training">Textile firms train together</a>' in page
    assert "Textile firms had <mark>nobody</mark> to train." in page
    assert "in passing" not in client.get("/search?q=zebra").text
    assert "in passing" not in client.get("/search?q=wine").text


def test_nothing_fits_but_something_is_named(client):
    """When nothing fits, what the words name can be browsed, beside taking filters away."""
    page = client.get("/search?q=exporting+zebra+norway&status=cautionary").text
    assert titles(page) == []
    assert (
        '<a rel="nofollow" href="/search?q=exporting+zebra+norway">Search without “Cautionary”</a>'
        in page
    )
    assert (
        '<a rel="nofollow" href="/search?project=exporting">All cases under “Exporting” (2)</a>'
        in page
    )
    assert '<a rel="nofollow" href="/search?country=NO">All cases from Norway (3)</a>' in page
    assert '<a href="/contribute">Do you know a case that would have fitted? Tell us</a>' in page
    assert "3 found" in client.get("/search?country=NO").text


def test_nothing_fits_with_filters(client):
    """When filters leave nothing, each can be taken away."""
    page = client.get("/search?country=ES&status=success").text
    assert titles(page) == []
    assert '<a rel="nofollow" href="/search?status=success">Search without “Spain”</a>' in page
    assert '<a rel="nofollow" href="/search?country=ES">Search without “Success”</a>' in page


def test_case_page(client):
    """A case shows figures with source, facts with our reading, sources, questions and kin."""
    page = client.get("/cases/norway/metal-buyers").text
    assert '<span class="figure-number">−20%</span>' in page
    assert '<a class="locator" href="#source-doe-2001">p. 1</a>' in page
    ours = "Our reading</a>, and not the source’s own word: type of network and outcome."
    assert ours in page
    assert "<dd>About 1990–1992</dd>" in page
    assert "Jane Doe and Richard Roe (2001). <cite>Toy Networks</cite>. Toy Press." in page
    assert "<li>Would wine makers do the same?</li>" in page
    cited = (
        r"Compendium of Business Networks\. \(\d{4}\)\. Metal firms purchase machines "
        r"\(Version (\w{12})\)\. http://localhost/cases/norway/metal-buyers@\1\b"
    )
    assert re.search(cited, page)
    assert '<a href="/cases/france/wine-exporters">Wine makers export together</a>' in page
    assert '<p class="near-shared"><span class="label">Also</span> Norway, horizontal</p>' in page
    assert "<p>“A programme for wine firms and metal firms.”</p></blockquote>" in page


def test_outcome_not_reported(client):
    """A case without results and status says that the outcome is not reported."""
    notice = r'<p class="not-reported"><strong>Not in the sources?:</strong> ([^<]*)</p>'
    page = client.get("/cases/denmark/hostile-title").text
    assert re.findall(notice, page) == [
        "where in the country, how many took part, in which years, how it began, what came of it."
    ]
    told = re.findall(notice, client.get("/cases/spain/textile-training").text)
    assert [words.endswith("what came of it.") for words in told] == [False]
    assert re.findall(notice, client.get("/cases/guides/purchase-guide").text) == []


def test_where_a_case_comes_from(client):
    """Cards, the case, its flyer and a comparison say it in few words."""
    words = "Reported 2001, Doe and Roe"
    for path in (
        "/search?country=NO",
        "/cases/norway/metal-buyers",
        "/flyers/norway/metal-buyers",
        "/compare?id=norway/metal-buyers&id=norway/textile-exporters",
        "/role-models?business=metal&aim=purchase&goal=joint-purchasing",
        "/",
    ):
        assert words in client.get(path).text, path
    assert client.get("/api/v1/cases/norway/metal-buyers").json["reported"] == {
        "year": "2001",
        "by": "Doe and Roe",
        "more": 0,
    }


def test_cases_of_a_list_can_be_compared(client):
    """Each card has a box that belongs to one form, which sends the ids; a guide has none."""
    page = client.get("/search").text
    boxes = re.findall(r'<input type="checkbox" name="id" value="([^"]+)" form="compare">', page)

    assert '<form class="compare-ticked" id="compare" action="/compare" autocomplete="off">' in page
    assert set(boxes) == {name for name in titles(page) if not name.startswith("guides/")}
    assert '<a rel="nofollow" href="/compare?id=norway/metal-buyers">Compare</a>' in (
        client.get("/cases/norway/metal-buyers").text
    )


def test_guide_page(client):
    """A guide lists its parts and is no network."""
    page = client.get("/cases/guides/purchase-guide").text
    assert '<li><a href="#how">How</a></li>' in page
    assert "Key facts" not in page


def test_browse_counts_every_value(client):
    """A case of two countries counts in both; what the terms mean is a page away."""
    page = client.get("/browse").text
    assert (
        '<a rel="nofollow" href="/search?country=NO">Norway</a> <span class="ledger-count">3</span>'
        in page
    )
    assert (
        '<a rel="nofollow" href="/search?country=FR">France</a> <span class="ledger-count">2</span>'
        in page
    )
    assert '<a href="/projects">What each of them means</a>' in page
    assert '<a rel="nofollow" href="/search">everything by title</a>' in page
    assert "It worked in the" not in page  # the label of a decade says so
    decades = re.findall(r'href="/search\?decade=[^"]*">([^<]*)</a>', page)
    assert decades == ["1990s", "Not told"]
    assert ' href="/search?status=cautionary">Cautionary</a> <span class="ledger-count">1<' in page


def test_about(client, searcher):
    """The page about the site names edition, sources and limits."""
    page = client.get("/about").text
    assert f"<code>{searcher.snapshot_id}</code>" in page
    assert "<cite>Toy Networks</cite>" in page
    assert 'id="our-reading"' in page
    assert '<a href="/relevance">How good is this search?</a> shows what was measured' in page


def test_suggestions(client):
    """Every search box suggests from one short list: examples, then what the cases have."""
    for path in ("/", "/search", "/about"):
        page = client.get(path).text
        assert page.count('list="suggestions"') == 1
        listed = re.search(r'<datalist id="suggestions">(.*?)</datalist>', page)[1]
        found = re.findall(r'<option value="([^"]+)">', listed)
        assert found[0] == "five wineries that want to sell abroad"
        assert found[6:11] == ["Norway", "France", "Denmark", "Spain", "Horizontal network"]
        assert len(found) == 23


def test_map_of_the_site(client):
    """Robots find every case, and stay out of the endless searches."""
    robots = client.get("/robots.txt").text.splitlines()  # what it means: machine/test_site.py
    assert robots[:2] == ["User-agent: *", "Allow: /search.atom"]
    assert robots[2:4] == ["Disallow: /search", "Disallow: /api/v1/search"]
    assert "Disallow: /outcomes?country=" in robots
    assert robots[-1] == "Sitemap: http://localhost/sitemap.xml"
    places = re.findall("<loc>([^<]+)</loc>", client.get("/sitemap.xml").text)
    assert len(set(places)) == len(places)
    first = [place.removeprefix("http://localhost/").partition("/")[0] for place in places]
    fixed = (
        "role-models browse atlas coverage guides about reading relevance privacy accessibility api"
    )
    fixed += " assistants dump"
    assert Counter(first) == {
        **dict.fromkeys(("", *fixed.split(), "packs"), 1),
        "contribute": 2,
        "outcomes": 1 + 5,  # metrics that are reported
        "countries": 1 + 4,  # terms with cases, as the next three
        "types": 1 + 4,
        "projects": 1 + 5,
        "sectors": 1 + 4,
        "cases": 7,
    }
    assert "http://localhost/cases/norway/metal-buyers" in places


def test_canonical_address(client):
    """A page names its address without what does not change it; searches stay out of indexes."""
    page = client.get("/cases/norway/metal-buyers?utm_source=letter").text
    assert '<link rel="canonical" href="http://localhost/cases/norway/metal-buyers">' in page
    assert '<meta name="robots" content="noindex, follow">' in client.get("/search?q=wine").text


def test_health(client, searcher):
    """The health check names the snapshot that answers."""
    response = client.get("/healthz")
    assert response.status_code == 200
    assert response.json == {
        "status": "ok",
        "snapshot": searcher.snapshot_id,
        "trouble": None,
    }
