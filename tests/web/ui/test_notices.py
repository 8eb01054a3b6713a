"""What a page says of an address that it does not understand in part."""

import html
import re

import pytest

from tests.toy import ROOT


def told(page: str) -> list[str]:
    """The notices above the page, as plain text."""
    found = re.findall(r'<div class="notice">(.*?)</div>', page, re.S)
    return [" ".join(html.unescape(re.sub(r"<[^>]+>", " ", one)).split()) for one in found]


def mended(page: str) -> list[tuple[str, str]]:
    """Where the notices lead: (address, words)."""
    found = "".join(re.findall(r'<section class="notices".*?</section>', page, re.S))
    pairs = re.findall(r'<a [^>]*?href="([^"]+)">([^<]+)</a>', found)
    return [(html.unescape(url), html.unescape(words)) for url, words in pairs]


@pytest.mark.parametrize(
    "path", ["/search?q=wine&contry=NZ", "/outcomes?contry=NZ", "/role-models?contry=NZ"]
)
def test_an_unknown_name_is_told(client, path):
    """The page is whole, status 200, says what it left out, and links the name that was meant."""
    response = client.get(path)
    assert response.status_code == 200
    assert told(response.text) == [
        "“contry=NZ” in the address is not understood and was left out. Did you mean country=NZ ?"
    ]
    assert mended(response.text) == [(path.replace("contry", "country"), "country=NZ")]
    assert response.text.count("<h1") == 1
    assert "notice" not in client.get(path.replace("contry", "utm_source")).text


def test_a_wrong_value_is_told_and_the_rest_answered(client):
    """Status 400, the nearest as a link with its label, the others after it, the rest found."""
    response = client.get("/search?q=wine&country=NO&type=horizontale&sort=newest&page=2")
    assert response.status_code == 400
    assert told(response.text) == [
        "type has no value 'horizontale'. It was left out. Did you mean Horizontal network ? "
        "Also understood here: Vertical network , Cross-sectoral network , "
        "Emerging and converging technologies network , Public-private network ."
    ]
    rest = "/search?q=wine&country=NO&type={}&sort=newest"
    assert mended(response.text)[:2] == [
        (rest.format("horizontal"), "Horizontal network"),
        (rest.format("vertical"), "Vertical network"),
    ]
    page = client.get("/search?q=wine&country=NO&type=horizontale&sort=newest").text
    plain = client.get("/search?q=wine&country=NO&sort=newest").text
    cards = re.compile(r'card-title"><a [^>]*?href="([^"]+)"')
    assert cards.findall(page) == cards.findall(plain) != []
    assert re.findall(r'type="hidden" name="([^"]+)" value="([^"]+)"', page) == re.findall(
        r'type="hidden" name="([^"]+)" value="([^"]+)"', plain
    )


@pytest.mark.parametrize(
    "parts",
    [
        pytest.param([f"country=Z{n}" for n in range(400)], id="values"),
        pytest.param([f"contry{n}=NO" for n in range(400)], id="names"),
    ],
)
@pytest.mark.parametrize("path", ["/search", "/outcomes", "/outcomes.csv", "/api/v1/search"])
def test_an_address_that_is_wrong_throughout_is_refused_whole(client, path, parts):
    """Ten parts are told one by one, each with links; from eleven on the answer stays short."""
    told_one_by_one = client.get(f"{path}?{'&'.join(parts[:10])}")
    refused = client.get(f"{path}?{'&'.join(parts)}")

    assert refused.status_code == 400
    assert "More than 10 parts of the address are not understood. The first: " in refused.text
    assert len(refused.text) < 20_000
    if path in ("/search", "/outcomes"):
        assert len(told(told_one_by_one.text)) == 10


def test_many_values_are_folded_away(client):
    """Where nothing is near and much is understood, all of it stands folded."""
    page = client.get("/search?sector=qqqq").text
    (notice,) = told(page)
    assert notice.startswith(
        "sector has no value 'qqqq'. It was left out. Everything that is understood here"
    )
    assert "<summary>Everything that is understood here</summary>" in page
    assert ("/search?sector=wine-spirits", "Wine and spirits") in mended(page)


def test_two_values_for_one(client):
    """The first is taken, and each of them is a link."""
    response = client.get("/search?q=wine&q=zebra")
    assert response.status_code == 400
    assert told(response.text) == [
        "Your text must be given once, not 2 times ('wine' and 'zebra'). “wine” was taken. "
        "Did you mean wine or zebra ?"
    ]
    assert mended(response.text) == [("/search?q=wine", "wine"), ("/search?q=zebra", "zebra")]
    assert "<h1>Results for “wine”</h1>" in response.text


@pytest.mark.parametrize(
    ("typed", "kept"),
    [("five wineries", "five wineries"), ("<b>&", "&lt;b&gt;&amp;"), ("a" * 1001, "a" * 1000)],
    ids=["words", "markup", "too-long"],
)
def test_a_bad_search_keeps_what_was_typed(client, typed, kept):
    """The box of a search that is not understood holds its words, as many as it takes."""
    response = client.get("/search", query_string={"q": typed, "page": "two"})
    assert response.status_code == 400
    assert re.findall(r'<input id="q"[^>]* value="([^"]*)"', response.text) == [kept]


def test_outcomes_keep_their_form(client):
    """W3: the form stays, with what is understood in it, and nothing leads to another page."""
    response = client.get("/outcomes?country=Norwey&project=exporting&form=hard")
    assert response.status_code == 400
    assert "<h1>What to expect</h1>" in response.text
    assert told(response.text)[0].startswith(
        "country has no value 'Norwey'. It was left out. Did you mean Norway ?"
    )
    assert mended(response.text)[0] == (
        "/outcomes?country=NO&project=exporting&form=hard",
        "Norway",
    )
    assert '<option value="exporting" selected>' in response.text
    assert re.findall(r'type="hidden" name="([^"]+)" value="([^"]+)"', response.text) == [
        ("form", "hard")
    ]


def test_a_hostile_address_is_text(client):
    """What was typed is shown as text, in names and in values."""
    page = client.get("/search", query_string={"<b>x": "<i>y", "type": "<u>z"}).text
    assert "<b>" not in page
    assert "<i>" not in page
    assert "<u>" not in page
    assert "&lt;u&gt;z" in page


@pytest.mark.parametrize(
    ("path", "parameter", "allowed"),
    [
        ("/outcomes.csv?contry=NO", "contry", "country"),
        ("/outcomes.csv?country=NO&page=0", "page", None),
        ("/outcomes.csv?q=wine&q=fish", "q", None),
        (
            "/compare.csv?id=norway/metal-buyer&id=france/wine-exporters",
            "id",
            "norway/metal-buyers",
        ),
        ("/compare.csv?ids=norway/metal-buyers", "ids", "id"),
        ("/api/v1/search?q=wine&q=fish", "q", None),
        ("/api/v1/search?utm_source=letter", "utm_source", "q"),
        ("/api/v1/outcomes?sort=", "sort", "relevance"),
    ],
)
def test_files_and_the_api_refuse(client, path, parameter, allowed):
    """A problem names the parameter and what is allowed, nearest first."""
    response = client.get(path)
    assert (response.status_code, response.content_type) == (400, "application/problem+json")
    assert response.json["parameter"] == parameter
    assert (response.json["allowed"] or [None])[0] == allowed


def test_a_country_without_a_case(client):
    """It is an honest answer of nothing, with the filter kept, and not a fault of the address."""
    response = client.get("/search?country=AT&type=horizontal")
    assert response.status_code == 200
    assert "The compendium holds no case from Austria yet." in response.text
    assert "notice" not in response.text
    assert (
        '<a rel="nofollow" href="/search?type=horizontal">Search without “Austria”</a>'
        in response.text
    )
    assert re.search(r'aria-current="true"><span[^>]*></span><span[^>]*>Austria<', response.text)
    assert client.get("/api/v1/search?country=AT").json["total"] == 0
    outcomes = client.get("/outcomes?country=AT&project=exporting")
    assert outcomes.status_code == 200
    assert '<option value="AT" selected>Austria</option>' in outcomes.text
    assert re.search(
        r'name="country" value="AT" checked', client.get("/role-models?country=AT").text
    )


def test_a_page_beyond_the_last(client):
    """The page says how many there are and leads to the last; a program is told so."""
    response = client.get("/search?per_page=3&page=99")
    assert response.status_code == 200
    assert "There is no page 99 of this answer." in response.text
    assert (
        '<a rel="nofollow" href="/search?page=3&amp;per_page=3">Go to the last one</a>'
        in response.text
    )
    assert 'card-title"' not in response.text
    problem = client.get("/api/v1/search?per_page=3&page=99")
    assert (problem.status_code, problem.json["parameter"]) == (400, "page")


def _rules() -> list[list[str]]:
    """The rows of the table in the document, each as its cells."""
    text = (ROOT / "docs" / "addresses.md").read_text(encoding="utf-8")
    text = text.partition("\n## What is not understood\n")[2].partition("\n## ")[0]
    rows = [line.strip("|").split("|") for line in text.splitlines() if line.startswith("| ")][1:]
    return [[cell.strip() for cell in row] for row in rows]


@pytest.mark.parametrize("row", [row for row in _rules() if row[4]], ids=lambda row: row[4])
def test_the_rules_hold_as_they_are_written(client, row):
    """Each example of the document answers on a page and in the API as the row says."""
    _, page, status, program, example = row
    path = example.strip("`")
    response = client.get(path)
    assert response.status_code == int(status)
    assert bool(told(response.text)) == page.startswith("told")
    assert client.get(f"/api/v1{path}").status_code == (400 if program == "refused" else 200)
