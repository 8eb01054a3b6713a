"""The course, its sessions, and where answers are shown and where not."""

from __future__ import annotations

import pytest
from flask.testing import FlaskClient

from tests.web.machine.test_description import parameters

SECRET = "The secret of the members."


def test_the_course_week_by_week(taught: FlaskClient) -> None:
    """Sessions and fieldwork in their order; what is not in the course stands below."""
    page = taught.get("/teaching").text
    order = ["Why firms cooperate", "The paper is announced", "Meet a network", "Buying together"]

    assert [page.index(words) for words in order] == sorted(page.index(words) for words in order)
    assert "Interview <em>two</em> members." in page
    assert "Sessions beside the course" in page


@pytest.mark.parametrize(
    ("query", "status", "shown"),
    [
        ("level=executive", 200, ["Buying together"]),
        ("minutes=80", 200, ["Why firms cooperate"]),
        ("level=executive&minutes=80", 200, []),
        ("level=graduate", 200, []),
        ("teaching=executive", 200, ["Buying together"]),
        ("teaching=doctoral", 400, ["Why firms cooperate", "Buying together"]),
        ("level=doctoral", 400, ["Why firms cooperate", "Buying together"]),
        ("level=&minutes=", 200, ["Why firms cooperate", "Buying together"]),
    ],
)
def test_sessions_are_filtered(taught: FlaskClient, query: str, status: int, shown: list) -> None:
    """By level and by minutes; what is not understood is told and left out."""
    answer = taught.get(f"/teaching?{query}")
    main = answer.text.partition("<main")[2]
    titles = ("Why firms cooperate", "Buying together")

    assert answer.status_code == status
    assert [title for title in titles if title in main] == shown


@pytest.mark.parametrize(
    ("path", "shows"),
    [
        ("/teaching/why", False),
        ("/teaching/why/texts", False),
        ("/teaching/questions", False),
        ("/teaching/all", False),
        ("/teaching/why/notes", True),
        ("/teaching/all/notes", True),
    ],
)
def test_answers_stand_apart(taught: FlaskClient, path: str, shows: bool) -> None:
    """The pages for a class have the questions, those for who teaches the answers too."""
    page = taught.get(path).text

    assert "Who paid?" in page
    assert (SECRET in page) is shows


def test_a_session(taught: FlaskClient) -> None:
    """Objectives, what to read first, the cases with their notes, and the ways on."""
    page = taught.get("/teaching/why").text

    assert "75 minutes · Undergraduate · 2 documents" in page
    assert "Week 1" in page
    assert '<a href="/cases/norway/metal-buyers"' in page
    assert "Say why firms buy together." in page
    assert "Six firms." in page
    assert '<a href="/teaching/buying">Buying together</a>' in page
    assert '<a href="/packs/why.yaml">' in page
    assert "Discuss the <em>cases</em>." in taught.get("/teaching/why/notes").text
    assert taught.get("/teaching/plain").status_code == 404
    assert "/teaching/why" in taught.get("/teaching/why/sheet.css").text


def test_questions_by_topic(taught: FlaskClient) -> None:
    """A topic that is spelled otherwise is the same."""
    page = taught.get("/teaching/questions").text

    assert page.count("<h2") == 1
    assert page.count("Who paid?") == 2


def test_a_case_says_where_it_is_taught(taught: FlaskClient) -> None:
    """On its page and in the API; one that is in no session says nothing."""
    assert "With a teaching note" in taught.get("/cases/norway/metal-buyers").text
    assert "With a teaching note" not in taught.get("/cases/france/wine-exporters").text
    told = taught.get("/api/v1/cases/norway/metal-buyers").json["sessions"]
    assert [(one["id"], one["minutes"]) for one in told] == [("why", 75), ("buying", 120)]
    assert taught.get("/api/v1/cases/france/wine-exporters").json["sessions"] == []


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("teaching=with-note", ["guides/purchase-guide", "norway/metal-buyers"]),
        ("teaching=executive&minutes=120", ["guides/purchase-guide", "norway/metal-buyers"]),
        ("minutes=75&kind=network", ["norway/metal-buyers"]),
        ("teaching=with-note&country=FR", []),
    ],
)
def test_cases_are_found_by_their_teaching_note(
    taught: FlaskClient, query: str, found: list[str]
) -> None:
    """By level and length, in the API and on the page, with the other filters."""
    answer = taught.get(f"/api/v1/search?{query}").json
    assert sorted(hit["id"] for hit in answer["hits"]) == found
    assert answer["total"] == len(found)
    page = taught.get(f"/search?{query}")
    assert page.status_code == 200
    assert all(f"/cases/{one}" in page.text for one in found)


def test_what_is_taught_is_counted(taught: FlaskClient) -> None:
    """Levels that occur and lengths that suffice, each with how many documents it finds."""
    facets = taught.get("/api/v1/search").json["facets"]
    assert [(one["value"], one["label"], one["count"]) for one in facets["teaching"]] == [
        ("with-note", "For any level", 2),
        ("undergraduate", "Undergraduate", 2),
        ("executive", "Executive", 2),
    ]
    assert [(one["value"], one["count"]) for one in facets["minutes"]] == [("75", 2), ("120", 2)]
    hit = taught.get("/api/v1/search?q=metal+buyers").json["hits"][0]
    assert hit["teaching"] == ["with-note", "undergraduate", "executive"]
    assert hit["minutes"] == ["75", "120"]
    given = parameters(taught.get("/api/v1/openapi.json").json, "/api/v1/search")
    assert given["teaching"]["schema"]["items"]["enum"] == [*hit["teaching"]]
    shown = taught.get("/search?teaching=executive").text
    assert "Teaching note" in shown
    assert "Length of the session" in shown
    assert "By teaching note" in taught.get("/browse").text


def test_who_asks_for_no_level_is_told(taught: FlaskClient, client: FlaskClient) -> None:
    """An unknown level names those there are; without sessions there is no such filter."""
    answer = taught.get("/api/v1/search?teaching=doctoral")
    assert (answer.status_code, answer.json["parameter"]) == (400, "teaching")
    assert answer.json["allowed"][-3:] == ["with-note", "undergraduate", "executive"]
    assert client.get("/api/v1/search?teaching=with-note").status_code == 400
    assert "teaching" not in client.get("/api/v1/search").json["facets"]


def test_the_map_of_the_site_has_them(taught: FlaskClient) -> None:
    """Sessions, lists of the editors and the questions; no list of a reader."""
    found = taught.get("/sitemap.xml").text

    for path in ("/teaching", "/teaching/why", "/teaching/questions", "/packs", "/packs/plain"):
        assert f"<loc>http://localhost{path}</loc>" in found
    assert "Disallow: /packs/add" in taught.get("/robots.txt").text


def test_without_sessions_there_is_no_way_there(client: FlaskClient) -> None:
    """A compendium that has none says so, and links nowhere."""
    assert "/teaching" not in client.get("/").text
    assert client.get("/teaching").status_code == 404
    assert "has no sessions" in client.get("/teaching").text
    assert client.get("/teaching/questions").status_code == 404
