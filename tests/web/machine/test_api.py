"""The JSON twins and their description."""

import re

import pytest
from jsonschema import Draft202012Validator

from kb.model.facets import FACETS

SEARCHES = [
    "q=wine+export",
    "q=wine+export&country=NO",
    "q=zebra",
    "q=zebra+norway",
    "q=wine+exprot",
    "q=wine+exprot&exact=true",
    "country=NO&country=FR&status=success",
    "results=cost&results_min=20&results_unit=percent",
    "per_page=2&page=2",
    "sort=newest",
    "q=wine+export&sort=newest",
    "results=sales&sort=result",
    "",
]


@pytest.fixture(name="description")
def _description(client):
    return client.get("/api/v1/openapi.json").json


def faults(description, path, body, status="200", kind="application/json") -> list[str]:
    """Where an answer is not what its schema in the description says."""
    schema = description["paths"][path]["get"]["responses"][status]["content"][kind]["schema"]
    validator = Draft202012Validator(schema | {"components": description["components"]})
    return [error.message for error in validator.iter_errors(body)]


@pytest.mark.parametrize("search", SEARCHES)
def test_search_matches_its_schema(client, description, search):
    """Every answer to a search is what the description promises."""
    assert faults(description, "/api/v1/search", client.get(f"/api/v1/search?{search}").json) == []


@pytest.mark.parametrize(
    ("path", "template"),
    [
        ("/api/v1/cases", "/api/v1/cases"),
        ("/api/v1/cases/norway/metal-buyers", "/api/v1/cases/{case_id}"),
        ("/api/v1/cases/denmark/hostile-title", "/api/v1/cases/{case_id}"),
        ("/api/v1/taxonomy", "/api/v1/taxonomy"),
        ("/api/v1/suggestions?q=me", "/api/v1/suggestions"),
        ("/api/v1/suggestions", "/api/v1/suggestions"),
    ],
)
def test_others_match_their_schemas(client, description, path, template):
    """So is every other answer."""
    assert faults(description, template, client.get(path).json) == []


@pytest.mark.parametrize(
    ("path", "template", "status"),
    [
        ("/api/v1/search?page=two", "/api/v1/search", "400"),
        ("/api/v1/cases/x", "/api/v1/cases/{case_id}", "404"),
        ("/api/v1/relevance", "/api/v1/relevance", "404"),
    ],
)
def test_problems_match_their_schema(client, description, path, template, status):
    """Problems are described too."""
    problem = client.get(path).json
    assert faults(description, template, problem, status, "application/problem+json") == []


def test_search_answer(client, searcher):
    """A search answers with the query as understood, hits in order and counts over them."""
    answer = client.get("/api/v1/search?q=wine+export&country=norway").json
    assert answer["query"] == {
        "q": "wine export",
        "filters": {"country": ["NO"]},
        "all_of": [],
        "results_min": None,
        "results_unit": None,
        "results_direction": "up",
        "exact": False,
        "sort": "relevance",
        "page": 1,
        "per_page": 10,
    }
    assert (answer["total"], answer["no_good_match"]) == (2, False)
    assert answer["snapshot"] == searcher.snapshot_id
    assert [(hit["rank"], hit["id"], round(hit["score"], 2)) for hit in answer["hits"]] == [
        (1, "international/wine-and-metal-programme", 0.5),
        (2, "norway/textile-exporters", 0.5),
    ]
    assert answer["hits"][1]["url"] == "http://localhost/cases/norway/textile-exporters"
    assert answer["hits"][1]["reasons"] == [
        {
            "kind": "both",
            "passage": "They export textile.",
            "heading": "What they did together",
            "words": ["export"],
            "marks": [[5, 11]],
            "facet": "",
            "value": "",
            "label": "",
            "planned": False,
        },
        {
            "kind": "facet",
            "passage": "",
            "heading": "",
            "words": [],
            "marks": [],
            "facet": "project",
            "value": "exporting",
            "label": "Exporting",
            "planned": False,
        },
    ]
    counts = [
        (count["label"], count["count"], count["selected"], count["would_add"])
        for count in answer["facets"]["country"]
    ]
    assert counts == [
        ("Denmark", 0, False, 0),
        ("France", 1, False, 1),
        ("Norway", 2, True, 0),
        ("Spain", 0, False, 0),
    ]


def test_order(client):
    """Cases stand in the order asked for, and the answer says which that was."""
    answer = client.get("/api/v1/search?sort=newest&per_page=2").json
    assert answer["query"]["sort"] == "newest"
    assert [hit["id"] for hit in answer["hits"]] == [
        "norway/metal-buyers",
        "denmark/hostile-title",
    ]


@pytest.mark.parametrize(
    ("order", "detail", "allowed"),
    [
        (
            "sort=eldest",
            "sort must be one of relevance, newest, oldest, result, not 'eldest'.",
            ["oldest", "newest", "relevance", "result"],
        ),
        (
            "sort=result&results=sales&results=jobs",
            "sort=result needs exactly one metric in results, for example results=sales.",
            [],
        ),
    ],
    ids=["unknown", "two-metrics"],
)
def test_an_order_that_cannot_be(client, order, detail, allowed):
    """An unknown order, and one by a result without one metric, are refused."""
    problem = client.get(f"/api/v1/search?{order}").json
    assert (problem["status"], problem["parameter"]) == (400, "sort")
    assert (problem["detail"], problem["allowed"]) == (detail, allowed)


def test_repaired_words(client):
    """What was searched instead is told, and what was asked stays as it was."""
    answer = client.get("/api/v1/search?q=wine+exprot").json
    assert (answer["query"]["q"], answer["repaired"], answer["total"]) == (
        "wine exprot",
        "wine export",
        3,
    )


def test_exact_words(client):
    """With exact, slips are left alone."""
    answer = client.get("/api/v1/search?q=wine+exprot&exact=true").json
    assert (answer["query"]["exact"], answer["repaired"], answer["total"]) == (True, "", 2)


def test_mentions(client):
    """A value that the words name is on offer with the page that has it on, and is not applied."""
    answer = client.get("/api/v1/search?q=wine+exprot&country=NO").json
    assert answer["query"]["filters"] == {"country": ["NO"]}
    assert answer["mentions"] == [
        {
            "facet": "sector",
            "value": "wine-spirits",
            "label": "Wine and spirits",
            "url": "http://localhost/search?q=wine+exprot&country=NO&sector=wine-spirits",
        },
        {
            "facet": "project",
            "value": "exporting",
            "label": "Exporting",
            "url": "http://localhost/search?q=wine+exprot&country=NO&project=exporting",
        },
    ]


@pytest.mark.parametrize("search", SEARCHES)
def test_json_equals_html(client, search):
    """The page and its JSON twin show the same cases in the same order."""
    answer = client.get(f"/api/v1/search?{search}").json
    page = client.get(f"/search?{search}").text
    assert re.findall(r'card-title"><a href="/cases/([^"]+)"', page) == [
        hit["id"] for hit in answer["hits"]
    ]


def test_whole_case(client):
    """A case comes whole: text, figures as shown, sources with their places, similar cases."""
    case = client.get("/api/v1/cases/norway/metal-buyers").json
    assert case["body"].startswith("## Situation")
    assert [result["figure"] for result in case["results"]] == ["−20%", "+10%"]
    assert case["members"] == {
        "who": "metal firms",
        "count": 3,
        "qualifier": None,
        "networks": None,
        "partners": ["a bank"],
    }
    assert case["period"] == {"start": 1990, "end": 1992, "about": True}
    assert case["references"] == [
        {
            "key": "doe-2001",
            "authors": "Jane Doe and Richard Roe",
            "title": "Toy Networks",
            "year": "2001",
            "note": "Toy Press",
            "locators": ["pp. 1-2"],
            "url": None,
            "kind": None,
            "seen": None,
            "archived": None,
            "gone": None,
            "makers": {
                "authors": [
                    {"family": "Doe", "given": "Jane", "suffix": "", "is_organisation": False},
                    {"family": "Roe", "given": "Richard", "suffix": "", "is_organisation": False},
                ],
                "editors": [],
                "and_others": False,
            },
        }
    ]
    assert [author["is_organisation"] for author in case["authors"]] == [True]
    assert case["authors"] == client.get("/api/v1/citations/norway/metal-buyers").json["authors"]
    assert "norway/metal-buyers" not in [near["id"] for near in case["similar"]]


def test_a_source_says_what_of_it_was_seen(client):
    """Where a source stands, what it is, what was seen of it, and where a copy is."""
    (source,) = client.get("/api/v1/cases/spain/textile-training").json["references"]
    assert source == {
        "key": "anon",
        "authors": "",
        "title": "An unsigned note",
        "year": "no date",
        "note": "",
        "locators": ["whole"],
        "url": "https://example.org/note?a=1&b=2",
        "kind": "secondary",
        "seen": {"how": "excerpt", "day": None, "part": "the beginning"},
        "archived": "https://archive.example/note",
        "gone": None,
        "makers": {"authors": [], "editors": [], "and_others": False},
    }


def test_similar_cases_say_why(client):
    """A similar case comes with its nearest passage and with what both have."""
    near = client.get("/api/v1/cases/norway/metal-buyers").json["similar"][0]
    assert near["id"] == "international/wine-and-metal-programme"
    assert [(why["kind"], why["passage"], why["value"]) for why in near["reasons"]] == [
        ("meaning", "A programme for wine firms and metal firms.", ""),
        ("facet", "", "NO"),
        ("facet", "", "horizontal"),
    ]


def test_all_cases_by_id(client):
    """The list holds every case in the order of ids."""
    answer = client.get("/api/v1/cases").json
    ids = [case["id"] for case in answer["cases"]]
    assert ids == sorted(ids)
    assert (answer["total"], len(ids)) == (7, 7)


def test_taxonomy_holds_every_facet(client):
    """What a filter accepts can be looked up, countries included; here nothing is taught."""
    facets = client.get("/api/v1/taxonomy").json["facets"]
    assert tuple(facets) == tuple(one for one in FACETS if one not in ("teaching", "minutes"))
    assert {term["id"] for term in facets["country"]} == {"DK", "ES", "FR", "NO"}


def test_page_for_people(client):
    """The API's own page documents each address and parameter, and its root leads there."""
    page = client.get("/api").text
    assert "<code>GET /api/v1/cases/{case_id}</code>" in page
    assert "unless <code>sort</code> says otherwise" in page
    assert "`" not in page
    assert "<td><code>results_min</code></td>" in page
    assert "<td><code>exact</code></td><td>true or false</td>" in page
    assert '<div id="problem-not-measured">' in page
    assert '<a href="/relevance">How good is this search?</a>' in page
    assert client.get("/api/v1/").headers["Location"] == "/api"


def test_other_sites_may_read(client):
    """A page elsewhere may ask the API from a browser; the pages stay their own."""
    assert client.get("/api/v1/cases").headers["Access-Control-Allow-Origin"] == "*"
    assert "Access-Control-Allow-Origin" not in client.get("/").headers
