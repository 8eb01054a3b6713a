"""A page for every country, type, project and sector: what is there, and what is nearest."""

import re
from html import unescape

import pytest

from kb.model.facets import FACET_LISTS
from web.terms.page import TermPage, groups_of
from web.terms.rules import rules_of
from web.ui.links import PAGED

CODEBOOK = """Words.

| type | test: all of it must hold |
|---|---|
| horizontal | They do the same. |
| vertical, chain | They supply [one](norway/x.md). |

| project | test | not |
|:--|:--|:--|
| exporting | Sold abroad. | By each alone. |
| marketing | Sold \\| shown. | |
"""


def linked(html: str) -> list[str]:
    """The cases of the cards of a page, in order."""
    return re.findall(r'card-title"><a href="/cases/([^"]+)"', html)


def heads(html: str) -> list[str]:
    """The headings of its sections."""
    return [
        unescape(re.sub("<[^>]+>", "", one)).strip() for one in re.findall("<h2 id.*?</h2>", html)
    ]


def ledger(html: str, label: str) -> list[str]:
    """What stands in a list beside the cases, with counts."""
    part = re.search(rf'<h2 class="label">{label}</h2>\s*<ul.*?</ul>', html, re.DOTALL)
    rows = re.findall(r"<li>(.*?)</li>", part[0]) if part else []
    return [re.sub("<[^>]+>", "", row) for row in rows]


def test_a_country_shows_its_cases_by_kind(client):
    """Networks before programmes, those with figures first, and what they are about beside them."""
    page = client.get("/countries/norway").text

    assert "<h1>Norway</h1>" in page
    assert "3 cases: 2 networks and 1 programme." in page
    assert linked(page) == [
        "norway/metal-buyers",
        "norway/textile-exporters",
        "international/wine-and-metal-programme",
    ]
    assert heads(page) == [
        "Some of the figures reported",
        "Networks 2",
        "Programmes 1",
        "Do you know another case from Norway?",
    ]
    assert ledger(page, "What they do together") == [
        "Cost reduction 1",
        "Exporting 1",
        "Joint purchasing 1",
        "Marketing 1",
    ]
    assert ledger(page, "In the same cases") == ["France 1"]
    assert ledger(page, "Countries near by") == ["Denmark 1", "France 2", "Spain 1"]
    assert 'href="/search?country=NO&amp;project=exporting">Exporting</a>' in page
    assert 'name="robots"' not in page


@pytest.mark.parametrize(
    ("path", "page"),
    [
        ("/types/horizontal", "4 cases: 3 networks and 1 programme."),
        ("/projects/exporting", "2 cases: 2 networks."),
        ("/sectors/metal-machinery", "1 case: 1 network."),
    ],
)
def test_a_term_says_what_it_means(client, path, page):
    """Its definition, how many cases of each kind there are, and a way to each tool."""
    html = client.get(path).text
    facet = {"types": "type", "projects": "project", "sectors": "sector"}[path.split("/")[1]]
    own = {"type": "common", "project": "goal", "sector": "my_sector"}[facet]
    value = path.split("/")[2]

    assert page in html
    for address in (
        f"/search?{facet}={value}",
        f"/outcomes?{facet}={value}",
        f"/role-models?{own}={value}",
        f"/api/v1/search?{facet}={value}",
    ):
        assert f'href="{address}"' in html
        assert client.get(address).status_code == 200


def test_a_country_without_a_case_shows_its_neighbours(client):
    """Status 200, one case of each country near, nearest first, guides, and how to add a case."""
    response = client.get("/countries/austria")
    page = response.text

    assert response.status_code == 200
    assert "No case from Austria is known here yet." in page
    assert '<meta name="robots" content="noindex, follow">' in page
    assert ledger(page, "Countries near by") == ["France 2", "Denmark 1", "Norway 3", "Spain 1"]
    assert linked(page) == [
        "france/wine-exporters",
        "denmark/hostile-title",
        "norway/metal-buyers",
        "spain/textile-training",
    ]
    assert "A case from Austria is wanted" in heads(page)
    assert 'You know one? <a href="/contribute">Tell us</a>' in page


def test_a_project_without_a_case_shows_what_is_like_it(client, searcher):
    """What a search for its words finds comes first; no case stands twice."""
    term = searcher.taxonomy.term("project", "convergence")
    found = [
        case.id for case in TermPage(facet="project", term=term, searcher=searcher).nearest_cases
    ]
    page = client.get("/projects/convergence").text

    assert linked(page) == found
    assert len(set(found)) == len(found)
    assert "No case under “Convergence” is known here yet." in page
    assert "A case under “Convergence” is wanted" in heads(page)


def test_every_term_has_a_page(client, searcher):
    """Each country of the world, type, project and sector answers 200 at one address."""
    addresses = [
        f"/{FACET_LISTS[facet]}/{searcher.taxonomy.slug(facet, term.id)}"
        for facet in PAGED
        for term in searcher.taxonomy.every(facet)
        if facet != "country" or term.id in ("NO", "AT", "CI", "RE", "TR", "NZ")
    ]

    assert "/countries/cote-divoire" in addresses
    assert [one for one in addresses if client.get(one).status_code != 200] == []


def test_every_country_has_an_address_of_its_own(searcher):
    """No two are called the same in an address."""
    slugs = [
        searcher.taxonomy.slug("country", one.id) for one in searcher.taxonomy.every("country")
    ]

    assert len(slugs) == len(set(slugs)) == 249
    assert all(re.fullmatch("[a-z]+(-[a-z]+)*", slug) for slug in slugs)


@pytest.mark.parametrize(
    ("asked", "leads_to"),
    [
        ("/countries/NO", "/countries/norway"),
        ("/countries/Norway?utm_source=letter", "/countries/norway?utm_source=letter"),
        ("/Countries/Norway", "/countries/norway"),
        ("/countries/new_zealand", "/countries/new-zealand"),
        ("/countries/C%C3%B4te%20d'Ivoire", "/countries/cote-divoire"),
        ("/projects/Joint%20purchasing", "/projects/joint-purchasing"),
        ("/types/horizontal/", "/types/horizontal"),
    ],
)
def test_any_name_leads_to_the_page(client, asked, leads_to):
    """By 308, each step; what follows the question mark is kept."""
    address, statuses = asked, []
    while (response := client.get(address)).status_code == 308:
        statuses.append(308)
        address = response.headers["Location"]

    assert statuses
    assert response.status_code == 200
    assert address == leads_to


def test_what_is_no_term_is_told_with_the_nearest(client):
    """Status 404, the nearest names, and the page of all."""
    response = client.get("/countries/norwey")

    assert response.status_code == 404
    assert '<li><a href="/countries/norway">Norway</a></li>' in response.text
    assert '<li><a href="/countries">See all countries</a></li>' in response.text
    assert client.get("/planets/mars").status_code == 404


def test_the_pages_of_all(client, searcher):
    """Each value with its count under its heading; countries without a case behind a heading."""
    page = client.get("/countries").text
    counted, taxonomy = searcher.compendium.holdings.cases, searcher.taxonomy
    groups = groups_of("country", counted, taxonomy)

    assert [(one.heading, one.n, len(one.held)) for one in groups[:3]] == [
        ("Northern Europe", 4, 2),
        ("Southern Europe", 1, 1),
        ("Western Europe", 2, 1),
    ]
    assert sum(len(one.held) + len(one.empty) for one in groups) == 249
    assert '<a href="/countries/norway">Norway</a> <span class="ledger-count">3</span>' in page
    assert '<a href="/countries/austria">Austria</a>' in page
    assert "4 of 249 have cases here." in page
    for facet in ("type", "project", "sector"):
        folder = client.get(f"/{FACET_LISTS[facet]}").text
        for term in taxonomy.facet(facet):
            assert f'href="/{FACET_LISTS[facet]}/{term.id}"' in folder


def test_only_what_has_cases_is_on_the_map_of_the_site(client):
    """The sitemap names the pages of terms with cases, and those of all terms."""
    places = re.findall("<loc>http://localhost([^<]+)</loc>", client.get("/sitemap.xml").text)

    assert {"/countries", "/countries/norway", "/projects/exporting"} <= set(places)
    assert not {"/countries/austria", "/projects/convergence"} & set(places)
    assert len(places) == len(set(places))


def test_the_codebook_speaks_of_a_term():
    """The row that a term heads, alone or with others, in a table of its facet."""
    assert rules_of(CODEBOOK, "type", "horizontal") == {
        "test: all of it must hold": "They do the same."
    }
    assert rules_of(CODEBOOK, "type", "chain") == rules_of(CODEBOOK, "type", "vertical")
    assert rules_of(CODEBOOK, "project", "exporting") == {
        "test": "Sold abroad.",
        "not": "By each alone.",
    }
    assert rules_of(CODEBOOK, "project", "marketing") == {"test": "Sold \\| shown."}
    assert rules_of(CODEBOOK, "project", "horizontal") == rules_of("", "type", "x") == {}


def test_a_sector_tells_its_trades_and_its_codes(client):
    """Everyday names, and the official classification with its own titles."""
    page = unescape(client.get("/sectors/wine-spirits").text)

    assert "Winemakers, wine makers, vintners" in page
    assert "In the official classification (ISIC)" in page
    assert "<li>1102 Manufacture of wines</li>" in page
    assert "(ISIC)" not in client.get("/sectors/multi-sector").text
