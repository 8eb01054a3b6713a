"""Atom feeds of the site and of every search, read by a library that feed readers use."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import quote

import feedparser
import pytest
from flask.testing import FlaskClient

from kb.answers.changes import day_of, days_by_row
from kb.exports.atom import Feed, FeedEntry, Link, to_atom
from kb.model.case_versions import Entry
from kb.versions.cases import versions_of
from kb.versions.store import adding
from tests.days import one_day
from tests.web.changing_site import Site

METAL, TEXTILE, WINE = "norway/metal-buyers", "norway/textile-exporters", "france/wine-exporters"
WEAVERS, SPAIN = "norway/weavers", "spain/textile-training"
#: On which days the cases came in, where that was before the first build.
EARLIER = {
    METAL: "2026-03-01",
    TEXTILE: "2026-02-01",
    WINE: "2026-05-01",
    SPAIN: "2026-04-01",
    "denmark/hostile-title": "2026-01-01",
    "guides/purchase-guide": "2026-01-01",
    "international/wine-and-metal-programme": "2026-01-02",
}


@pytest.fixture(name="today", scope="module")
def _today() -> Iterator[str]:
    """The day of all these tests."""
    with one_day() as today:
        yield today


@pytest.fixture(name="site", scope="module")
def _site(today: str, tmp_path_factory: pytest.TempPathFactory, tiny_encoder: Path) -> Site:
    """Cases that came in on several days; one was moved today, and one was changed."""
    site = Site(tmp_path_factory.mktemp("feeds"), tiny_encoder)
    site.build()
    heads = site.versions.heads()
    with adding(site.versions, first=True) as addition:
        for case_id, day in EARLIER.items():
            addition.tell(case_id, Entry(digest=heads[case_id], day=day, what="First."))
    text = site.path(TEXTILE).read_text()
    site.path(TEXTILE).unlink()
    site.path(WEAVERS).write_text(text.replace("\nkind:", f"\naliases: [{TEXTILE}]\nkind:", 1))
    site.edit(SPAIN, "title: Textile firms train together", "title: Textile firms in Spain train")
    site.build()
    return site


@pytest.fixture(name="client")
def _client(site: Site) -> FlaskClient:
    return site.client()


def read(client: FlaskClient, address: str) -> feedparser.FeedParserDict:
    """A feed as a reader has it; it must be well formed."""
    response = client.get(address)
    assert response.status_code == 200, response.text
    assert response.mimetype == "application/atom+xml"
    feed = feedparser.parse(response.data, response_headers={"content-type": response.content_type})
    assert not feed.bozo, feed.get("bozo_exception")
    assert feed.version == "atom10"
    return feed


def paths(feed: feedparser.FeedParserDict) -> list[str]:
    """Where the entries lead."""
    return [entry.link.removeprefix("http://localhost/cases/") for entry in feed.entries]


def test_the_feed_of_the_site_is_by_the_day_of_change(client: FlaskClient, today: str) -> None:
    """What changed today first, then by the days on which the others came in; days by id."""
    feed = read(client, "/cases.atom")

    assert paths(feed) == [
        WEAVERS,
        SPAIN,
        WINE,
        METAL,
        "international/wine-and-metal-programme",
        "denmark/hostile-title",
        "guides/purchase-guide",
    ]
    days = [entry.updated for entry in feed.entries]
    assert days[:4] == [
        f"{today}T00:00:00Z",
        f"{today}T00:00:00Z",
        "2026-05-01T00:00:00Z",
        "2026-03-01T00:00:00Z",
    ]
    assert feed.feed.updated == f"{today}T00:00:00Z"
    assert feed.entries[1].published == "2026-04-01T00:00:00Z"
    assert feed.entries[1].summary.startswith("Title changed. ")
    assert feed.entries[2].summary == "Wine makers export wine together."


def test_the_days_of_all_are_those_of_each(site: Site) -> None:
    """Read at once for a whole snapshot, they are what the history of every case tells."""
    current = site.live.current()
    days = [day_of(day) for day in days_by_row(current)]
    slow = [
        versions_of(current.versions, current.compendium, case.id).newest_entry.day
        for case in current.cases
    ]

    assert days == slow
    assert len(set(days)) > 3


def test_an_id_survives_a_move(site: Site, client: FlaskClient) -> None:
    """The entry of a moved case has the id that it had before."""
    ids = {path: entry.id for path, entry in zip(*_read_pairs(client), strict=True)}

    assert ids[WEAVERS] == f"tag:localhost,2026:cases/{TEXTILE}"
    assert ids[METAL] == f"tag:localhost,2026:cases/{METAL}"
    assert len(set(ids.values())) == len(ids)


def _read_pairs(client: FlaskClient) -> tuple[list[str], list]:
    feed = read(client, "/cases.atom")
    return paths(feed), feed.entries


def test_a_title_is_text(client: FlaskClient) -> None:
    """Markup in a title stands in the feed as it was written."""
    titles = [entry.title for entry in read(client, "/cases.atom").entries]
    raw = client.get("/cases.atom").text

    assert "<script>" not in raw
    assert "&lt;script&gt;alert('x')&lt;/script&gt; &amp; \"quotes\"" in raw
    assert "Metal firms purchase machines" in titles


@pytest.mark.parametrize(
    ("asked", "found"),
    [
        ("country=NO", [WEAVERS, METAL, "international/wine-and-metal-programme"]),
        ("q=wine", [WINE, "international/wine-and-metal-programme"]),
        ("q=textile&country=NO&sort=oldest", [WEAVERS]),
        ("kind=guide", ["guides/purchase-guide"]),
    ],
)
def test_a_search_is_followed(client: FlaskClient, asked: str, found: list[str]) -> None:
    """What it finds, by the day of change; the same cases as on its page, in another order."""
    feed = read(client, f"/search.atom?{asked}")
    page = client.get(f"/api/v1/search?{asked}").json

    assert paths(feed) == found
    assert {hit["id"] for hit in page["hits"]} == set(found)
    assert int(feed.feed.os_totalresults) == page["total"]


@pytest.mark.parametrize("words", ["xyzzy", "⁂ ⁂", "</title><b>", "\x00\x1f￾", "a" * 1000])
def test_a_search_that_means_nothing(client: FlaskClient, today: str, words: str) -> None:
    """An empty feed that says so, and is still a feed."""
    feed = read(client, f"/search.atom?q={quote(words)}")

    assert feed.entries == []
    assert feed.feed.title.startswith("Compendium of Business Networks: nothing fits “")
    assert feed.feed.subtitle == "A case that fits will stand here as soon as it comes in."
    assert feed.feed.updated == f"{today}T00:00:00Z"


def test_marks_that_were_typed_stand_within_others(client: FlaskClient) -> None:
    """The title quotes a search, and what that quotes is in single marks."""
    feed = read(client, "/search.atom?q=%22fishing+trawlers%22")

    assert feed.feed.title == "Compendium of Business Networks: nothing fits “‘fishing trawlers’”"


@pytest.mark.parametrize(
    ("asked", "parameter"),
    [
        ("country=Narnia", "country"),
        ("contry=NO", "contry"),
        ("page=9", "page"),
        ("page=0", "page"),
    ],
)
def test_what_is_not_understood(client: FlaskClient, asked: str, parameter: str) -> None:
    """400 with the name of the parameter, as files answer."""
    response = client.get(f"/search.atom?{asked}")

    assert (response.status_code, response.mimetype) == (400, "application/problem+json")
    assert response.json["parameter"] == parameter


def test_a_feed_is_bounded_and_has_pages(client: FlaskClient) -> None:
    """No page has more than it may; each leads to the one before and after."""
    first, last = (read(client, f"/search.atom?per_page=4{more}") for more in ("", "&page=2"))
    links = {link.rel: link.href for link in first.feed.links}
    back = {link.rel: link.href for link in last.feed.links}

    assert [len(first.entries), len(last.entries)] == [4, 3]
    assert links["next"] == back["last"] == "http://localhost/search.atom?page=2&per_page=4"
    assert back["previous"] == back["first"] == "http://localhost/search.atom?per_page=4"
    assert "previous" not in links
    assert "next" not in back
    assert client.get("/search.atom?per_page=101").status_code == 400
    assert "next" not in {link.rel for link in read(client, "/cases.atom").feed.links}


def test_what_has_not_changed_is_not_sent_again(client: FlaskClient) -> None:
    """By the tag or by the moment of the last answer; another search has a tag of its own."""
    first = client.get("/search.atom?country=NO")
    tagged = client.get("/search.atom?country=NO", headers={"If-None-Match": first.headers["ETag"]})
    dated = client.get(
        "/search.atom?country=NO", headers={"If-Modified-Since": first.headers["Last-Modified"]}
    )
    other = client.get("/search.atom?country=FR", headers={"If-None-Match": first.headers["ETag"]})

    assert [tagged.status_code, dated.status_code, other.status_code] == [304, 304, 200]
    assert tagged.data == dated.data == b""


def test_a_feed_is_as_new_as_what_was_made_last(client: FlaskClient) -> None:
    """The snapshot or what the store of versions was added to, whichever came later."""
    current = client.application.extensions["kb_live"].current()
    made, added = current.made, current.versions.added_to

    shown = client.get("/cases.atom").last_modified

    assert shown == max(made, added).replace(microsecond=0)


def test_pages_lead_to_their_feeds(client: FlaskClient) -> None:
    """Every page to that of the site, a search to its own, in its head and beside its results."""
    link = r'<link rel="alternate" type="application/atom\+xml" title="([^"]+)" href="([^"]+)">'
    home, page = client.get("/").text, client.get("/search?q=wine&country=FR&page=1").text
    nothing = client.get("/search?q=xyzzy").text

    assert re.findall(link, home) == [("New and changed", "/cases.atom")]
    assert re.findall(link, page) == [
        ("New and changed", "/cases.atom"),
        ("Follow this search", "/search.atom?q=wine&amp;country=FR"),
    ]
    for html, address in ((page, "?q=wine&amp;country=FR"), (nothing, "?q=xyzzy")):
        shown = re.search(r'<a rel="nofollow"[^>]* href="([^"]+)">Follow this search</a>', html)
        assert shown[1] == f"/search.atom{address}"


def test_a_feed_without_a_known_day_is_well_formed() -> None:
    """An element of the format must hold a moment, and a text no sign that XML does not have."""
    entry = FeedEntry(
        id="tag:a,2026:b",
        title="\x00 & \ufffe <b>",
        updated="",
        published="",
        authors=("A",),
        summary="",
        links=(Link(rel="alternate", href="http://a/b?c&d"),),
    )
    feed = feedparser.parse(
        to_atom(
            Feed(
                id="tag:a,2026:f",
                title="T",
                subtitle="",
                updated="",
                author="A",
                rights="",
                links=(),
                entries=(entry,),
            )
        )
    )

    assert not feed.bozo
    assert feed.entries[0].updated == "1970-01-01T00:00:00Z"
    assert feed.entries[0].link == "http://a/b?c&d"
