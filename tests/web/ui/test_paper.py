"""On paper: each sheet says where it comes from, which text it is, and which page of how many."""

from __future__ import annotations

import io
import re

import pytest
from pypdf import PdfReader

from tests.browser.pages import serving
from web import create_app


@pytest.fixture(name="server_url", scope="module")
def _server_url(live, settings):
    """The toy compendium on a server."""
    with serving(create_app(live, settings)) as url:
        yield url


@pytest.fixture(name="page")
def _page(browser):
    """A page of a browser that loads no script, as paper needs none."""
    page = browser.new_page()
    page.route("**/*.js*", lambda route: route.abort())
    yield page
    page.close()


@pytest.mark.parametrize(
    ("path", "address", "state"),
    [
        ("/cases/norway/metal-buyers", "/cases/norway/metal-buyers", "version [0-9a-f]{12}"),
        (
            "/search?q=wine&country=FR&country=NO",
            "/search?q=wine&country=FR&country=NO",
            "snapshot [0-9a-f]{12}",
        ),
        (
            "/compare?id=norway/metal-buyers&id=france/wine-exporters",
            "/compare?id=norway/metal-buyers&id=france/wine-exporters",
            "snapshot [0-9a-f]{12}",
        ),
    ],
)
def test_every_sheet_says_where_it_comes_from(page, server_url, path, address, state):
    """Address, text and page number stand at the foot of every page that is printed."""
    page.goto(f"{server_url}{path}", wait_until="networkidle")
    printed = PdfReader(io.BytesIO(page.pdf(prefer_css_page_size=True, format="A4")))
    for number, sheet in enumerate(printed.pages, 1):
        text = " ".join(sheet.extract_text().split())
        assert f"{server_url}{address}" in text
        assert re.search(f"Compendium of Business Networks, {state}", text)
        assert f"{number} / {len(printed.pages)}" in text


def test_the_filters_of_a_printed_list(page, server_url):
    """A printed list says which filters made it, and shows no control."""
    page.goto(f"{server_url}/search?q=wine&country=FR", wait_until="networkidle")
    text = " ".join(PdfReader(io.BytesIO(page.pdf())).pages[0].extract_text().split())
    assert "Country: France" in text
    assert "Download this list" not in text
    assert "Remove" not in text


def test_a_long_address_is_cut_at_the_foot(client):
    """An address that would fill the foot of a page is cut there, and says so."""
    page = client.get(f"/search?q={'wine+' * 150}").text
    found = re.search(r'data-address="([^"]*)"', page)[1]
    assert len(found) == 180
    assert found.endswith("…")


def test_a_list_that_is_handed_on_is_no_part_of_the_address(client):
    """What is printed is found without the list that the reader was making."""
    page = client.get("/search?q=wine&list=A0z&country=FR").text
    assert re.search(r'data-address="([^"]*)"', page)[1].endswith("/search?q=wine&amp;country=FR")


def test_a_page_of_a_failure_does_not_repeat_an_endless_address(client):
    """The page that says that a link is too long is no longer for it."""
    assert len(client.get(f"/packs/A{'x' * 100_000}z").data) < 15_000


def test_an_address_is_no_markup(client):
    """Signs of markup in an address are escaped where paper shows it."""
    page = client.get('/search?q="><script>alert(1)</script>').text
    assert "<script>alert(1)" not in page
