"""Every page has its data as JSON, or the page of the API says that it has none, and why."""

from __future__ import annotations

import html
import re

from flask.testing import FlaskClient

from kb import __version__
from web.machine.changelog import CHANGES
from web.machine.twins import PAGES

#: What is asked by programs: each of these modules is a protocol.
MACHINES = (
    "api",
    "site",
    "feeds",
    "harvesting",
    "llms",
    "opensearch",
    "signposting",
    "unapi",
)
#: What leads on to a page, and what a page is made of.
NO_PAGES = {"cases.cases", "docs.versioned", "assistants.mcp", "dump.file", "static"}


def rules(client: FlaskClient) -> dict[str, str]:
    """Each address that is answered to GET and is no file, by its endpoint."""
    return {
        rule.endpoint: rule.rule
        for rule in client.application.url_map.iter_rules()
        if "GET" in rule.methods
        and not rule.endpoint.startswith((*(f"{one}." for one in MACHINES), "assets."))
        and "." not in re.sub("<[^>]*>", "", rule.rule)
        and rule.endpoint not in NO_PAGES
    }


def test_every_page_is_in_the_table(client: FlaskClient) -> None:
    """And nothing but pages; a twin is an address of the API, or a file of the dump."""
    found = rules(client)

    assert set(PAGES) == set(found)
    assert all(data or words.startswith("none: ") for data, words in PAGES.values())
    assert {data.partition(".")[0] for data, _ in PAGES.values() if data} == {"api", "dump"}


def test_twins_answer_as_json(client: FlaskClient) -> None:
    """Those without a part to fill in, with the parameters of the page where it needs some."""
    asked = {
        "api.role_models": "?aim=wine",
        "api.compare": "?id=norway/metal-buyers&id=france/wine-exporters",
    }
    by_endpoint = {rule.endpoint: rule.rule for rule in client.application.url_map.iter_rules()}
    twins = {data for data, _ in PAGES.values() if data and "<" not in by_endpoint[data]}

    for endpoint in twins - {"api.relevance"}:  # nothing was measured here
        answer = client.get(by_endpoint[endpoint] + asked.get(endpoint, ""))
        assert (answer.status_code, answer.mimetype) == (200, "application/json"), endpoint
    assert client.get("/api/v1/relevance").mimetype == "application/problem+json"


def test_the_page_shows_the_table_and_no_markup(client: FlaskClient) -> None:
    """No backtick, no tag as text; every page with its data or the reason for none."""
    page = client.get("/api").text
    main = page[page.index("<main") : page.index("</main>")]
    text = html.unescape(re.sub("<[^>]+>", " ", main))

    assert "`" not in text
    assert not re.search(r"</?\w+/?>", text.replace("<id>", ""))
    table = main[main.index('id="twins"') : main.index('id="asking-again"')]
    assert table.count("<tr>") == len(PAGES) + 1
    assert (
        "<td><code>/cases/{case_id}</code></td><td><code>/api/v1/cases/{case_id}</code></td>"
        in table
    )
    assert (
        "<td><code>/dump</code></td><td><code>/dump/{name}</code>, as files; "
        "<code>datapackage.json</code> describes them</td>" in table
    )
    assert "<td><code>/self-check</code></td><td>None: a form, which keeps nothing</td>" in table


def test_the_changes_are_those_up_to_this_version(client: FlaskClient) -> None:
    """The newest first; each address that a sentence names is one of the API, or of a feed."""
    page = client.get("/api").text
    paths = set(client.get("/api/v1/openapi.json").json["paths"])

    assert next(iter(CHANGES)) == __version__
    assert f"<h3>Version {__version__}</h3>" in page
    for sentence in (one for sentences in CHANGES.values() for one in sentences):
        for named in re.findall(r"`(/[^`]+)`", sentence):
            assert f"/api/v1{named}" in paths or named.endswith(".atom") or "linksets" in named
    old = "<code>read_as</code> in <code>SearchAnswer</code>. The earlier name of "
    assert f"<li>{old}<code>interpreted_as</code>.</li>" in page


def test_scripts_of_other_sites_may_read_the_tag(client: FlaskClient) -> None:
    """Of every answer for programs; a page is for its own site."""
    for path in ("/api/v1/search?q=wine", "/cases.atom", "/search.atom", "/unapi"):
        answer = client.get(path)
        assert answer.headers["Access-Control-Allow-Origin"] == "*"
        assert answer.headers["Access-Control-Expose-Headers"] == (
            "ETag, Last-Modified, Link, Retry-After"
        )
        again = client.get(path, headers={"If-None-Match": answer.headers["ETag"]})
        assert (again.status_code, again.data) == (304, b"")
    assert "Access-Control-Allow-Origin" not in client.get("/search?q=wine").headers
    described = client.get("/api/v1/openapi.json").json["paths"]["/api/v1/search"]["get"]
    assert "ETag" in described["responses"]["200"]["headers"]


def test_a_page_that_is_asked_for_in_another_state_is_not_sent(client: FlaskClient) -> None:
    """``If-Match`` gets a sentence, not the page that it does not want."""
    for path in ("/", "/cases/norway/metal-buyers", "/api/v1/search?q=wine"):
        answer = client.get(path, headers={"If-Match": '"x"'})
        assert (answer.status_code, answer.mimetype, answer.text) == (
            412,
            "text/plain",
            "What is here has another ETag than If-Match names.\n",
        )
        assert answer.content_length == len(answer.data)
