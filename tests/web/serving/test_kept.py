"""Answers that are kept: the same as those of the site, for as long as they are true."""

import pytest
from werkzeug.test import Client
from werkzeug.wrappers import Response

from kb.indexing.pipeline import build
from kb.search.opening import open_live
from tests.waiting import until
from web.app import create_app
from web.serving import kept
from web.serving.kept import Kept


class Counted:
    """A site that counts how often it is asked."""

    def __init__(self, site):
        self.site, self.n = site, 0

    def __call__(self, environ, start_response):
        """Answer, and count."""
        self.n += 1
        return self.site(environ, start_response)


@pytest.fixture(name="behind")
def _behind(toy_settings):
    """A toy site of its own that counts, over what is kept."""
    build(toy_settings)
    live = open_live(toy_settings)
    site = Counted(create_app(live, toy_settings))
    return site, Client(Kept(site, live), Response, use_cookies=False)


def untimed(data: bytes, encoding: str) -> bytes:
    """What was sent without the second in which it was packed, which gzip tells in its head."""
    return data[:4] + data[8:] if encoding == "gzip" else data


@pytest.mark.parametrize("path", ["/", "/search?q=train", "/api/v1/search?q=train", "/browse"])
@pytest.mark.parametrize("encoding", ["identity", "gzip", "br"])
def test_a_second_answer_is_the_first(behind, path, encoding):
    """Head and body are the same to the byte; the site is asked once for each way to encode."""
    site, client = behind
    plain = client.get(path)
    first, second = (client.get(path, headers={"Accept-Encoding": encoding}) for _ in range(2))
    whole = site.site.test_client().get(path, headers={"Accept-Encoding": encoding})

    assert site.n == 2
    assert (first.status, first.data) == (second.status, second.data)
    assert list(first.headers) == list(second.headers)
    assert whole.status == second.status
    assert untimed(whole.data, encoding) == untimed(second.data, encoding)
    for answer in (whole, second):  # the clock may have gone on
        answer.headers.pop("Date")
    assert sorted(whole.headers) == sorted(second.headers)
    assert plain.status_code == 200


def test_a_client_that_has_it_is_told_so(behind):
    """A tag that is asked with gets 304 without a body, from what is kept."""
    site, client = behind
    etag = client.get("/browse").headers["ETag"]
    again = client.get("/browse", headers={"If-None-Match": etag})
    other = client.get("/browse", headers={"If-None-Match": '"other"'})

    assert site.n == 1
    assert (again.status_code, again.data, again.headers["ETag"]) == (304, b"", etag)
    assert "Content-Length" not in again.headers
    assert "Content-Security-Policy" in again.headers
    assert other.status_code == 200


@pytest.mark.parametrize(
    ("path", "headers"),
    [
        ("/healthz", {}),
        ("/no-such-page", {}),
        ("/role-models?business=wine", {}),
        ("/search.bib?q=train", {}),
        ("/browse", {"Cookie": "a=b"}),
        ("/browse", {"Range": "bytes=0-9"}),
        ("/api/v1/search?q=train", {"Origin": "https://elsewhere.example"}),
    ],
)
def test_what_is_not_for_everybody_is_asked_each_time(behind, path, headers):
    """What may not be stored, fails, is a file or is asked by somebody in particular."""
    site, client = behind
    for _ in range(2):
        client.get(path, headers=headers)
    assert site.n == 2


def test_head_and_hosts_are_told_apart(behind):
    """A page is kept for the host, the scheme and the path that it names in its addresses."""
    site, client = behind
    pages = [
        client.get("/browse", base_url=url).text
        for url in ("http://one.example", "http://two.example", "https://one.example")
        for _ in range(2)
    ]
    under = client.get("/browse", base_url="http://one.example/compendium").text
    head = client.head("/browse", base_url="http://one.example")

    assert site.n == 5
    assert len({*pages, under}) == 4
    assert (head.status_code, head.data) == (200, b"")


def test_a_new_snapshot_is_answered_from_at_once(behind, toy_settings):
    """What was kept of the old one is given no more."""
    site, client = behind
    before = client.get("/api/v1/search").json["snapshot"]
    now = build(toy_settings, force=True).snapshot_id

    # The site goes on with the old one where the new one takes long to open.
    until(lambda: client.get("/api/v1/search").json["snapshot"] != before)
    assert client.get("/api/v1/search").json["snapshot"] == now
    assert site.n == 2


def test_who_watches_learns_what_the_site_noted(behind):
    """What the site puts into the environ of a request stands there for a kept answer too."""
    site, client = behind
    noted = []

    def watched(environ, start_response):
        answer = client.application(environ, start_response)
        noted.append(environ["kb.route"])
        return answer

    for _ in range(2):
        Client(watched, Response).get("/browse")
    assert noted == ["/browse"] * 2
    assert site.n == 1


def test_little_is_kept(behind, monkeypatch):
    """Beyond the bytes that all may take, what was asked for longest ago goes."""
    site, client = behind
    length = len(client.get("/browse").data)
    monkeypatch.setattr(kept, "MOST", 2 * length)
    for n in range(4):
        client.get(f"/browse?n={n}")
    asked = site.n
    client.get("/browse?n=3")
    latest = site.n
    client.get("/browse")

    assert (asked, latest, site.n) == (5, 5, 6)
