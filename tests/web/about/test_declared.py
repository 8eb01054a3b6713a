"""What the site declares of itself to people and programs: privacy, accessibility, security."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from kb import __version__
from kb.citations.works import day_text
from web import create_app
from web.about.views import ACCESSIBILITY_STATED, SECURITY_HOLDS

ROOT = Path(__file__).parents[3]


def text(live, settings, path: str, **explicit: object) -> str:
    """The words of a page, as the site is set."""
    page = create_app(live, replace(settings, **explicit)).test_client().get(path).text
    return " ".join(re.sub("<[^>]+>", " ", page).split())


@pytest.mark.parametrize(
    ("explicit", "said", "not_said"),
    [
        (
            {},
            ["writes no line of a visit"],
            ["a line for each request", "Requests are counted", "network address"],
        ),
        (
            {"log_requests": True},
            ["a line for each request", "it does not hold the network address of your device"],
            ["no line of a visit", "It does hold"],
        ),
        (
            {"log_requests": True, "log_clients": True},
            ["It does hold the network address of your device"],
            ["does not hold the network address"],
        ),
        ({"metrics_port": 9464}, ["Requests are counted by kind of page"], []),
        ({"client_rate": 5}, ["how much was asked for from one place"], []),
        ({"client_rate": 0}, [], ["how much was asked for from one place"]),
    ],
)
def test_privacy_is_told_as_the_site_is_set(live, settings, explicit, said, not_said):
    """The page says of the log and of counts what the settings make of them."""
    page = text(live, settings, "/privacy", **explicit)

    assert [one for one in said if one not in page] == []
    assert [one for one in not_said if one in page] == []


def test_privacy_tells_what_is_kept_in_memory(live, settings):
    """Pages of searches are given again for a while; what is said of a firm or a list never is."""
    page = text(live, settings, "/privacy")
    site = create_app(live, settings).test_client()
    stored = {
        path: "no-store" not in site.get(path).headers["Cache-Control"]
        for path in ("/search?q=train", "/role-models?business=winery", "/self-check?profit=yes")
    }

    assert list(stored.values()) == [True, False, False]
    assert "The page that answers a search may stay in the memory of this site" in page
    assert "Of a firm, a self-check or a reading list nothing stays" in page


def test_privacy_names_whom_to_ask(live, settings):
    """Who runs the site and how to reach them stands there; nobody is invented."""
    asked = text(live, settings, "/privacy", operator="Seed Guild", contact="desk@guild.example")

    assert "This site is run by Seed Guild. Ask here" in asked
    assert "desk@guild.example" in asked
    assert "has not said who that is" in text(live, settings, "/privacy")


def test_privacy_has_the_operators_own_words(live, settings):
    """They stand apart, told to be theirs, and are no markup but that of Markdown."""
    words = (
        "## Our proxy\n\nIt keeps a *log* for a week. <b>Bold</b> [More](https://guild.example)."
    )
    page = create_app(live, replace(settings, privacy=words, operator="Seed Guild"))
    answer = page.test_client().get("/privacy").text
    own = answer.partition('<h2 id="own">')[2].partition('<h2 id="who">')[0]

    assert '<a href="#own">In their own words</a>' in answer
    assert own.startswith("In the words of Seed Guild</h2>")
    assert "Seed Guild adds this. The program did not write it." in own
    assert "<h3>Our proxy</h3>" in own
    assert "<em>log</em> for a week. &lt;b&gt;Bold&lt;/b&gt;" in own
    assert '<a href="https://guild.example" rel="noopener noreferrer">More</a>' in own
    assert "own words" not in text(live, settings, "/privacy")


@pytest.mark.parametrize(
    ("given", "said"),
    [
        (
            "Ombud for Access, https://ombud.example",
            "Of this site it is Ombud for Access: https://ombud.example .",
        ),
        ("desk@ombud.example", "Of this site it is desk@ombud.example ."),
    ],
)
def test_accessibility_names_the_office_to_turn_to(live, settings, given, said):
    """Where it is set; that it is not told is said no more then."""
    page = text(live, settings, "/accessibility", enforcement=given)

    assert said in page
    assert "which office that is" not in page
    assert "has not said here on which day somebody there last looked at this site." in page


def test_what_scripts_keep_is_what_privacy_tells():
    """Scripts keep a list and drafts in the browser, and set no cookie."""
    scripts = {path.stem: path.read_text("utf-8") for path in (ROOT / "web/static/js").glob("*.js")}

    keeping = {name for name, code in scripts.items() if re.search(r"\w+Storage\b", code)}
    assert keeping == {"reading-list", "contribute"}
    assert [name for name, code in scripts.items() if "document.cookie" in code] == []


def test_accessibility_by_the_model(live, settings):
    """It has the parts of the European model, names the standards, and whom to tell."""
    page = text(live, settings, "/accessibility", contact="https://guild.example/desk")
    parts = [
        "Accessibility statement",
        "(WCAG) 2.2, level AA",
        "EN 301 549",
        "partially compliant",
        "What is not accessible",
        "Tell of an obstacle",
        "https://guild.example/desk",
        "If you get no answer",
    ]

    assert [part for part in parts if part not in page] == []
    assert "has not said how to be reached" in text(live, settings, "/accessibility")


def test_accessibility_says_what_was_tested_and_leaves_the_rest_to_the_operator(live, settings):
    """Release and day are the program's; nothing is declared in the name of who runs a site."""
    page = text(live, settings, "/accessibility")
    named = text(live, settings, "/accessibility", operator="Seed Guild")

    assert f"went through this page last on {day_text(ACCESSIBILITY_STATED.isoformat())}" in page
    assert f"This site runs release {__version__}." in page
    assert "self-assessment" not in page
    assert "in English" not in page
    assert "Whoever runs this site has not said here which office that is" in page
    assert "Seed Guild has not said here which office that is" in named


def test_the_version_of_axe_is_the_one_that_tests():
    """The page names the program that looks at pages as tests/browser runs it."""
    head = (ROOT / "tests" / "vendor" / "axe.min.js").read_text("utf-8")[:40]
    (version,) = re.findall(r"axe v(\d+\.\d+)\.", head)
    page = (ROOT / "web" / "about" / "templates" / "accessibility.html").read_text("utf-8")

    assert f"axe-core {version}, " in page


def test_both_are_at_the_foot_of_every_page(client):
    """They are linked from everywhere, and stand in the map of the site."""
    for path in ("/", "/search?q=wine", "/nowhere"):
        page = client.get(path).text
        assert page.count('<a href="/privacy">Privacy</a>') == 1
        assert page.count('<a href="/accessibility">Accessibility</a>') == 1
    places = client.get("/sitemap.xml").text
    assert "/privacy</loc>" in places
    assert "/accessibility</loc>" in places


def test_in_french(live, settings):
    """On a translated page the foot is translated."""
    page = create_app(live, replace(settings, language="fr")).test_client().get("/search").text

    assert '<a href="/privacy">Vie privée</a>' in page
    assert '<a href="/accessibility">Accessibilité</a>' in page


@pytest.mark.parametrize(
    ("contact", "written"),
    [
        ("desk@guild.example", "mailto:desk@guild.example"),
        ("https://guild.example/desk", "https://guild.example/desk"),
    ],
)
def test_security_txt(live, settings, contact, written):
    """The fields of RFC 9116, each once, and an end that lies ahead by less than a year."""
    site = create_app(live, replace(settings, contact=contact, site_url="https://kb.example"))
    answer = site.test_client().get("/.well-known/security.txt")
    fields = [line.split(": ", 1) for line in answer.text.splitlines()]
    said = dict(fields)
    left = datetime.fromisoformat(said["Expires"]) - datetime.now(UTC)

    assert answer.headers["Content-Type"] == "text/plain; charset=utf-8"
    assert [name for name, _ in fields] == [
        *("Contact", "Expires", "Preferred-Languages", "Canonical"),
    ]
    assert said["Contact"] == written
    assert said["Canonical"] == "https://kb.example/.well-known/security.txt"
    assert timedelta(days=SECURITY_HOLDS - 2) < left <= timedelta(days=SECURITY_HOLDS)


@pytest.mark.parametrize("contact", ["", "http://guild.example/desk"])
def test_without_a_contact_there_is_no_security_txt(live, settings, contact):
    """Nobody is named who was not; the standard takes no address without TLS."""
    site = create_app(live, replace(settings, contact=contact)).test_client()

    assert site.get("/.well-known/security.txt").status_code == 404


def test_of_the_address_of_this_request_nothing_is_said(live, settings):
    """Without a public address in the settings none is claimed."""
    site = create_app(live, replace(settings, contact="desk@guild.example")).test_client()

    assert "Canonical" not in site.get("/.well-known/security.txt").text
