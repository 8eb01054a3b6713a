"""The pages: what stands on them, in which order, and how they are sent."""

import gzip
import re

import pytest

PAGES = [
    "/",
    "/search",
    "/search?q=wine+export&country=NO",
    "/search?q=zebra",
    "/browse",
    "/guides",
    "/about",
    "/api",
    "/cases/norway/metal-buyers",
    "/cases/denmark/hostile-title",
    "/cases/guides/purchase-guide",
]
UNDER = 100_000


def titles(page: str) -> list[str]:
    """The ids of the cards on a page of results, in order."""
    return re.findall(r'card-title"><a href="/cases/([^"]+)"', page)


def status(client, link: str) -> int:
    """The status of a link as it stands in a page."""
    with client.get(link.replace("&amp;", "&")) as response:
        return response.status_code


@pytest.mark.parametrize("path", PAGES)
def test_every_page(client, path):
    """Each page has one h1, a search box with a label, a description, and no script or style."""
    response = client.get(path)
    page = response.text
    assert response.status_code == 200
    assert page.count("<h1") == 1
    assert re.search(r'<label[^>]* for="(q|quick)"', page)
    assert '<meta name="description" content="' in page
    assert "<script" not in page
    assert "style=" not in page
    assert len(response.data) < UNDER


@pytest.mark.parametrize("path", PAGES)
def test_every_link_within_the_site_leads_somewhere(client, path):
    """No page links to a page that is not there or cannot be answered."""
    links = set(re.findall(r'href="(/[^"#]*)', client.get(path).text))
    broken = {link for link in links if status(client, link) not in (200, 302)}
    # The API's examples speak of the real compendium.
    assert {link for link in broken if not link.startswith("/api/v1/")} == set()


@pytest.mark.parametrize("path", PAGES)
def test_ids_are_unique_and_fragments_exist(client, path):
    """Every link to a part of the same page has its target, and no id stands twice."""
    page = client.get(path).text
    ids = re.findall(r'\bid="([^"]+)"', page)
    assert len(ids) == len(set(ids))
    assert set(re.findall(r'(?:href|xlink:href)="#([^"]+)"', page)) <= set(ids)


def test_security_headers(client):
    """Only the site's own style, fonts and pictures are loaded, and no script at all."""
    headers = client.get("/").headers
    assert headers["Content-Security-Policy"] == (
        "default-src 'none'; style-src 'self'; font-src 'self'; img-src 'self'; "
        "form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
    )
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert "Set-Cookie" not in headers


def test_pages_are_revalidated(client):
    """A page that has not changed is not sent again."""
    first = client.get("/browse")
    assert first.headers["Cache-Control"] == "no-cache"
    again = client.get("/browse", headers={"If-None-Match": first.headers["ETag"]})
    assert (again.status_code, again.data) == (304, b"")


def test_style_is_cached_for_good(client):
    """The style sheet's address changes with its content, so it may be kept."""
    path = re.search(r'href="(/assets/site\.\w+\.css)"', client.get("/").text)[1]
    assert client.get(path).headers["Cache-Control"] == "public, max-age=31536000, immutable"
    assert client.get("/assets/site.old.css").headers["Cache-Control"] == "no-cache"


def test_compression(client):
    """A long page is compressed for a client that takes it, and is the same page."""
    plain = client.get("/")
    packed = client.get("/", headers={"Accept-Encoding": "gzip"})
    assert "Content-Encoding" not in plain.headers
    assert packed.headers["Content-Encoding"] == "gzip"
    assert gzip.decompress(packed.data) == plain.data


def test_home(client):
    """Home counts cases by country, type and project, and shows figures with their cases."""
    page = client.get("/").text
    assert "A reference of 6 case studies from 4 countries" in page
    assert 'aria-label="Norway, Horizontal network: 3 cases"' in page
    assert '<a href="/search?project=exporting">Exporting</a> <span class="ledger-count">2<' in page
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
    assert '<span class="quote-place">Situation</span>' in page
    assert "<blockquote><p>Wine was hard to export.</p></blockquote>" in page
    assert "3 found" in page


def test_the_query_is_kept_and_escaped(client):
    """The search box keeps what was asked, and it is never markup."""
    page = client.get('/search?q="><script>alert(1)</script>').text
    assert 'value="&#34;&gt;&lt;script&gt;alert(1)&lt;/script&gt;"' in page
    assert "<script" not in page


def test_hostile_title_is_escaped(client):
    """Titles and summaries are text wherever they stand."""
    for path in ("/search", "/browse", "/cases/denmark/hostile-title"):
        page = client.get(path).text
        assert "<script" not in page
        assert "<b>that" not in page
        assert "&lt;script&gt;alert(&#39;x&#39;)&lt;/script&gt; &amp; “quotes”" in page


def test_filters(client):
    """Values widen within a facet, facets narrow each other, and each filter can be removed."""
    page = client.get("/search?country=NO&country=FR&type=vertical").text
    assert titles(page) == ["france/wine-exporters"]
    assert "<h1>Norway, France, Vertical network</h1>" in page
    assert 'class="chip" href="/search?country=FR&amp;type=vertical"' in page
    assert 'class="chip" href="/search?country=NO&amp;country=FR"' in page
    assert '<a class="chip-clear" href="/search">Remove all filters</a>' in page
    assert 'name="type" value="vertical" checked>' in page


def test_a_value_that_widens_shows_what_it_adds(client):
    """Beside a chosen value the others of its facet show how many more they would find."""
    page = client.get("/search?country=ES").text
    found = re.search(
        r'name="country" value="FR">.*?choice-tally" aria-hidden="true">([^<]+)</span>'
        r'<span class="hidden">\(([^)]+)\)',
        page,
    )
    assert found.groups() == ("+2", "adds 2")


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
    assert '<a class="step" rel="prev" href="/search?per_page=3">Previous</a>' in page
    assert '<a class="step" rel="next" href="/search?page=3&amp;per_page=3">Next</a>' in page
    assert '<ol class="hits" start="4">' in page
    assert "7 entries, 4–6 shown" in page


def test_nothing_fits(client):
    """When nothing fits the words the page says so, shows no case, and helps on."""
    page = client.get("/search?q=zebra").text
    assert titles(page) == []
    assert "Nothing in the compendium fits these words." in page
    assert 'href="/about#contribute"' in page


def test_nothing_fits_with_filters(client):
    """When filters leave nothing, each can be taken away."""
    page = client.get("/search?country=ES&status=success").text
    assert titles(page) == []
    assert '<a href="/search?status=success">Search without “Spain”</a>' in page
    assert '<a href="/search?country=ES">Search without “Success”</a>' in page


def test_case_page(client, searcher):
    """A case shows figures with source, facts with our reading, sources, questions and kin."""
    page = client.get("/cases/norway/metal-buyers").text
    assert '<span class="figure-number">−20%</span>' in page
    assert '<a class="locator" href="#source-doe-2001">p. 1</a>' in page
    assert "The source does not classify this case by type of network and outcome" in page
    assert "<dd>About 1990–1992</dd>" in page
    assert "Jane Doe and Richard Roe (2001). <cite>Toy Networks</cite>. Toy Press." in page
    assert "<li>Would wine makers do the same?</li>" in page
    assert f"snapshot {searcher.snapshot_id}. http://localhost/cases/norway/metal-buyers" in page
    assert '<a href="/cases/france/wine-exporters">Wine makers export together</a>' in page


def test_outcome_not_reported(client):
    """A case without results and status says that the outcome is not reported."""
    notice = "<strong>Outcome not reported.</strong>"
    assert notice in client.get("/cases/denmark/hostile-title").text
    assert notice not in client.get("/cases/spain/textile-training").text
    assert notice not in client.get("/cases/guides/purchase-guide").text


def test_guide_page(client):
    """A guide lists its parts and is no network."""
    page = client.get("/cases/guides/purchase-guide").text
    assert '<li><a href="#how">How</a></li>' in page
    assert "Key facts" not in page


def test_browse_lists_every_case_by_country(client):
    """A case of two countries stands in both."""
    page = client.get("/browse").text
    assert page.count('href="/cases/international/wine-and-metal-programme"') == 2
    assert (
        '<a href="/search?status=cautionary">Cautionary</a> <span class="ledger-count">1<' in page
    )


def test_about(client, searcher):
    """The page about the site names edition, sources and limits."""
    page = client.get("/about").text
    assert f"<code>{searcher.snapshot_id}</code>" in page
    assert "<cite>Toy Networks</cite>" in page
    assert 'id="our-reading"' in page


def test_map_of_the_site(client):
    """Robots find every case, and stay out of the endless searches."""
    assert client.get("/robots.txt").text == (
        "User-agent: *\nDisallow: /search\nSitemap: http://localhost/sitemap.xml\n"
    )
    places = re.findall("<loc>([^<]+)</loc>", client.get("/sitemap.xml").text)
    assert len(places) == 5 + 7
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
