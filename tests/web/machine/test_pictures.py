"""The pictures of shared links: where pages name them, what they show, and hostile texts."""

from __future__ import annotations

import json
import re
import struct
import time
from dataclasses import replace
from html import unescape
from urllib.parse import urlsplit

import pytest
from flask.testing import FlaskClient

from kb.exports.share import HEIGHT, WIDTH, case_picture, site_picture
from kb.exports.typeset import typeset
from kb.search.searcher import Searcher
from tests.web.mounted import Mounted
from web import create_app
from web.ui import exported
from web.ui.pdf import symbol

METAL = "norway/metal-buyers"


def meta(page: str) -> dict[str, str]:
    """What the head of a page says, by name or property."""
    tags = re.findall(r'<meta (?:name|property)="([^"]+)"[^>]* content="([^"]*)">', page)
    return {name: unescape(content) for name, content in tags}


def size(picture: bytes) -> tuple[int, int]:
    """Width and height of a PNG, in dots."""
    assert picture[:8] == b"\x89PNG\r\n\x1a\n"
    return struct.unpack(">II", picture[16:24])


def picture_at(client, address: str):
    """The answer at an address, once the picture is made."""
    end = time.monotonic() + 600
    while (answer := client.get(address)).status_code == 503 and time.monotonic() < end:
        time.sleep(0.1)
    return answer


def test_every_page_that_is_indexed_names_a_picture(client: FlaskClient) -> None:
    """With its size, the title and the description; a case its own, every other page the site's."""
    named: dict[str, str] = {}
    for address in re.findall(r"<loc>(.*?)</loc>", client.get("/sitemap.xml").text):
        path = urlsplit(unescape(address)).path
        told = meta(client.get(path).text)
        for name in ("og:title", "og:description", "og:url", "og:image:alt"):
            assert told[name], (path, name)
        assert (told["og:image:width"], told["og:image:height"]) == ("1200", "630")
        assert told["twitter:card"] == "summary_large_image"
        named[path] = told["og:image"]

    assert named["/"] == named["/about"] == "http://localhost/share.png"
    assert named[f"/cases/{METAL}"].startswith(f"http://localhost/share/{METAL}.png?v=")
    for path, picture in named.items():
        assert ("/share/" in picture) == path.startswith("/cases/"), path


@pytest.mark.parametrize("path", ["/", f"/cases/{METAL}"])
def test_the_picture_is_made_on_request_and_kept(client: FlaskClient, path: str) -> None:
    """A PNG of the size that is named, the same the second time, and not sent twice."""
    address = urlsplit(meta(client.get(path).text)["og:image"])
    first = picture_at(client, f"{address.path}?{address.query}")
    again = client.get(address.path, headers={"If-None-Match": first.headers["ETag"]})

    assert (first.status_code, first.mimetype) == (200, "image/png")
    assert size(first.data) == (WIDTH, HEIGHT) == (1200, 630)
    assert (again.status_code, again.data) == (304, b"")


def test_under_a_path_of_another_site(live, settings) -> None:
    """The address of the picture begins with the path, and leads to it."""
    client = Mounted(create_app(live, settings))
    whole = client._client.get(f"/compendium/cases/{METAL}").text

    assert meta(whole)["og:image"].startswith(f"http://localhost/compendium/share/{METAL}.png")
    assert picture_at(client, f"/share/{METAL}.png").status_code == 200


def test_what_is_not_there_has_no_picture(client: FlaskClient) -> None:
    """An unknown case is 404; a page of a failure names no picture, a version that of the site."""
    assert client.get("/share/norway/nothing.png").status_code == 404
    assert "og:image" not in meta(client.get("/cases/norway/nothing").text)
    version = client.get(f"/api/v1/citations/{METAL}").json["version"]
    assert meta(client.get(f"/cases/{METAL}@{version}").text)["og:image"].endswith("/share.png")


def test_who_comes_before_it_is_made_is_to_come_again(live, settings, monkeypatch) -> None:
    """503 with the seconds to wait, as a page would be shown as a broken picture."""
    monkeypatch.setattr(exported, "WAIT_S", 0.0)
    client = create_app(live, settings).test_client()
    first = client.get("/share/norway/textile-exporters.png")

    assert (first.status_code, first.headers["Retry-After"]) == (503, "2")
    assert picture_at(client, "/share/norway/textile-exporters.png").status_code == 200


def test_a_case_is_told_by_its_figure_and_the_source(searcher: Searcher) -> None:
    """The figure that speaks best alone, with what it measures, and the work and place it is of."""
    case = searcher.case(METAL)
    told = json.loads(_picture(searcher, case))

    assert told["title"] == "Metal firms purchase machines"
    assert told["kicker"][0] == "Norway"
    assert (told["number"], told["metric"]) == ("\N{MINUS SIGN}20%", "Costs, first year")
    assert told["source"].endswith(", p. 1")
    assert told["summary"] == ""
    bare = json.loads(_picture(searcher, replace(case, results=())))
    assert (bare["number"], bare["summary"]) == ("", case.summary)


def test_the_site_is_told_by_what_it_holds(searcher: Searcher) -> None:
    """Its promise, and how many cases from how many countries."""
    told = json.loads(site_picture(searcher.compendium, searcher.taxonomy, brand=symbol("brand")))

    assert (told["number"], told["title"]) == ("6", searcher.compendium.site.promise)
    assert told["unit"] == "cases from 4 countries"


@pytest.mark.parametrize(
    "title",
    [
        "W" * 400,
        "中文网络 \U0001f600 and more",
        "#set page(width: 1pt) <b>bold</b> \\ $x$ *a*",
        "شبكة صغيرة",
        "word " * 300,
    ],
)
def test_any_text_becomes_a_picture(searcher: Searcher, title: str) -> None:
    """Long words break, long texts are cut with a sign, and markup is text; one page each."""
    case = replace(searcher.case(METAL), title=title)
    for results in (case.results, ()):
        given = _picture(searcher, replace(case, results=results, summary=title))
        assert len(json.loads(given)["title"]) <= 160
        assert size(typeset("share", given, is_picture=True)) == (WIDTH, HEIGHT)


def _picture(searcher: Searcher, case) -> str:
    return case_picture(
        case,
        searcher.compendium.references,
        searcher.taxonomy,
        site=searcher.compendium.site.name,
        brand=symbol("brand"),
    )
