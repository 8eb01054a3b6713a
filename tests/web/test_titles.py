"""Every page has a title and a description of its own, of a length that is shown whole."""

import re
from collections import Counter
from html import unescape

import pytest

from web import create_app


def head(client, path: str) -> tuple[str, str]:
    """The title and the description of a page."""
    page = client.get(path).text
    title = re.search("<title>(.*?)</title>", page, re.DOTALL)[1]
    words = re.search('<meta name="description"[^>]* content="([^"]*)"', page)[1]
    return unescape(title), unescape(words)


def map_of(client) -> list[str]:
    """The paths of the map of the site."""
    text = client.get("/sitemap.xml").text
    return re.findall("<loc>http://localhost([^<]*)</loc>", text)


@pytest.mark.parametrize("compendium", ["toy", "real"])
def test_the_map_of_the_site(compendium, request, live, settings):
    """No two pages of it have the same title or description; all are of the right length."""
    if compendium == "real":
        live, settings = (request.getfixturevalue(f"real_{name}") for name in ("live", "settings"))
    client = create_app(live, settings).test_client()
    heads = {path: head(client, path) for path in map_of(client)}
    titles, words = (Counter(column) for column in zip(*heads.values(), strict=True))

    assert [path for path, (title, _) in heads.items() if not 0 < len(title) <= 65] == []
    assert [path for path, (_, one) in heads.items() if not 70 <= len(one) <= 160] == []
    assert [title for title, n in titles.items() if n > 1] == []
    assert [one for one, n in words.items() if n > 1] == []


SEARCHES = {
    "/search": "All cases and guides",
    "/search?per_page=2&page=2": "All cases and guides, page 2",
    "/search?q=export": "Results for “export”",
    "/search?q=export+%22small+firms%22": "Results for “export ‘small firms’”",
    "/search?q=export&country=NO": "Results for “export”: Norway",
    "/search?country=NO": "Norway",
    "/search?country=NO&country=FR": "Norway, France",
    "/search?country=NO&project=exporting": "Norway, Exporting",
    "/search?country=NO&type=horizontal&per_page=1&page=3": "Norway, Horizontal network, page 3",
    "/search?results=cost&results_min=20": "Costs, at least 20 in any unit",
}


def test_every_search_has_a_head_of_its_own(client):
    """Its words, its filters and its page stand in the title, its count in the description."""
    heads = {path: head(client, path) for path in SEARCHES}

    for path, words in SEARCHES.items():
        assert (
            heads[path][0]
            .removesuffix(" — Business Networks")
            .removesuffix(" — Compendium of Business Networks")
            == words
        )
    assert heads["/search?country=NO"][1] == (
        "3 found under Norway. Each case says who joined, what they did or planned together, "
        "what came of it where the source tells, and where it is written."
    )
    assert heads["/search?per_page=2&page=2"][1].startswith("7 found, page 2 of 4. Each case says")
    assert len(set(heads.values())) == len(heads)
    assert len({words for _, words in heads.values()}) == len(heads)


def test_a_page_of_results_shows_25(client):
    """The page shows 25 where its address does not say, the API ten; links keep what was asked."""
    plain, ten = client.get("/search").text, client.get("/search?per_page=10").text
    answer = client.get("/api/v1/search").json

    assert 'href="/api/v1/search?per_page=25">' in plain
    assert 'href="/api/v1/search">' in ten
    assert 'name="per_page" value="10"' in ten
    assert 'name="per_page"' not in plain
    assert answer["query"]["per_page"] == 10


def test_a_country_without_a_case_names_the_nearest(client):
    """The page of a search says which countries with cases are nearest, and leads to its page."""
    response = client.get("/search?country=AT&project=exporting")
    near = re.search('<ul class="nothing-near">(.*?)</ul>', response.text, re.DOTALL)[1]

    assert response.status_code == 200
    assert re.findall('href="([^"]+)">([^<]+)</a>', near) == [
        ("/countries/france", "France (2)"),
        ("/countries/denmark", "Denmark (1)"),
        ("/countries/norway", "Norway (3)"),
        ("/countries/spain", "Spain (1)"),
    ]
    assert '<a href="/countries/austria">Austria</a>' in response.text
    empty = client.get("/api/v1/search?country=AT")
    assert (empty.status_code, empty.json["total"], empty.json["hits"]) == (200, 0, [])
