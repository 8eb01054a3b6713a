"""Each page has one address, and addresses that people try lead to what they expect."""

import pytest
from flask import url_for

from web.core.urls import case_url, path_of


@pytest.mark.parametrize(
    ("given", "status", "there"),
    [
        ("/cases/norway/metal-buyers/", 308, "/cases/norway/metal-buyers"),
        ("/search/?q=a%20b&country=NO", 308, "/search?q=a%20b&country=NO"),
        ("/flyers/norway/metal-buyers.pdf/", 308, "/flyers/norway/metal-buyers.pdf"),
        ("/outcomes.csv/", 308, "/outcomes.csv"),
        ("/cases/é/", 308, "/cases/%C3%A9"),
        ("/Search?q=Wine&country=NO", 308, "/search?q=Wine&country=NO"),
        ("/CASES/norway/metal-buyers", 308, "/cases/norway/metal-buyers"),
        ("/cases/Norway/Metal-Buyers?a=B", 308, "/cases/norway/metal-buyers?a=B"),
        ("/flyers/norway/METAL-buyers.pdf", 308, "/flyers/norway/metal-buyers.pdf"),
        ("/api/v1/cases/NORWAY/metal-buyers", 308, "/api/v1/cases/norway/metal-buyers"),
        ("/Countries/", 308, "/countries"),
        ("/outcomes/Sales?country=NO", 308, "/outcomes/sales?country=NO"),
        ("/Outcomes/SALES.csv", 308, "/outcomes/sales.csv"),
        ("/cases/norway", 302, "/countries/norway"),
        ("/cases/norway/", 308, "/cases/norway"),
        ("/cases/guides", 302, "/search?kind=guide"),
        ("/cases", 302, "/browse"),
        ("/cases/", 308, "/cases"),
    ],
)
def test_addresses_that_people_try(client, given, status, there):
    """A slash too many, other capitals, and the folder of cases, lead on."""
    response = client.get(given)
    assert (response.status_code, response.headers["Location"]) == (status, there)


def test_a_redirect_stays_on_the_site(client):
    """No address can send a reader elsewhere."""
    for path in ("//example.org/", "/cases//example.org/", "//example.org/search/", "/nothing/"):
        response = client.open(path="/", environ_overrides={"PATH_INFO": path})
        there = response.headers.get("Location", "/").removeprefix("http://localhost")
        assert (path, response.status_code) in ((path, 308), (path, 404))
        assert there.startswith("/")
        assert not there.startswith("//")


def test_an_address_that_ends_in_a_slash_keeps_it(client):
    """The root of the site and of the API are addresses of their own."""
    assert client.get("/").status_code == 200
    assert client.get("/api/v1/").headers["Location"] == "/api"


def test_a_path_is_made_once_for_each_place_of_the_site(toy_app):
    """It is what Flask makes, beneath the path where the site is mounted, and others go in time."""
    kept = toy_app.extensions["kb_paths"]
    kept.clear()
    for root in ("", "/compendium", ""):
        with toy_app.test_request_context("/", base_url=f"http://localhost{root}"):
            assert case_url("norway/a b") == url_for("cases.case", case_id="norway/a b")
            assert path_of("static", filename="a.svg", v="1") == f"{root}/static/a.svg?v=1"
            assert path_of("holdings.home", _external=True) == f"http://localhost{root}/"
            assert path_of("search.search", page=1) == f"{root}/search?page=1"
    assert len(kept) == 4

    with toy_app.test_request_context("/"):
        for n in range(3_000):
            path_of("cases.case", case_id=f"norway/{n}")
    assert 0 < len(kept) <= 2_048
