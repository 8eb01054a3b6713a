"""The description of the API: valid, exact on what it takes, true of what it sends."""

from __future__ import annotations

from urllib.parse import urlencode

import pytest
from jsonschema import Draft202012Validator
from openapi_spec_validator import validate

from kb.guidance.profile import FIELDS
from kb.model.facets import FACETS
from kb.search.opening import open_live
from tests.web.mounted import client_at
from web import create_app

OPERATIONS = {
    "/api/v1/search": "searchCases",
    "/api/v1/suggestions": "suggest",
    "/api/v1/cases": "listCases",
    "/api/v1/cases/{case_id}": "getCase",
    "/api/v1/cases/{case_id}@{name}": "getVersion",
    "/api/v1/versions/{case_id}": "listVersions",
    "/api/v1/packs": "listPacks",
    "/api/v1/packs/{pack}": "getPack",
    "/api/v1/citations/{case_id}": "citeCase",
    "/api/v1/taxonomy": "getTaxonomy",
    "/api/v1/relevance": "getRelevance",
    "/api/v1/outcomes": "getOutcomes",
    "/api/v1/role-models": "findRoleModels",
    "/api/v1/compare": "compareCases",
}
#: The record that has both names, the old one and the new.
RENAMED = (
    ("SearchAnswer", "read_as", "interpreted_as"),
    ("FacetValue", "adds", "would_add"),
    ("CaseAnswer", "our_reading", "editorial"),
    ("RoleModelsAnswer", "heard", "suggested_goals"),
    ("RoleModelCase", "likeness", "comparison"),
    ("RoleModelCase", "suits", "audience_line"),
    ("OutcomesAnswer", "silent", "without_results"),
    ("ComparedCell", "ours", "editorial"),
    ("ComparedResult", "beside", "comparable"),
)
#: A value of each field of a profile that takes no words.
VALUES = {
    "my_sector": "wine-spirits",
    "size": 3,
    "partners": 3,
    "goal": "exporting",
    "common": "horizontal",
    "my_form": "hard",
    "funding": "own",
}
#: What a request needs beside the parameter that is tried.
BESIDE = {"/api/v1/role-models": {"aim": "export"}}

#: What means nothing without a least figure.
HANG_ON_A_FIGURE = ("results_unit", "results_direction")


@pytest.fixture(name="description", scope="module")
def _description(live, settings):
    return create_app(live, settings).test_client().get("/api/v1/openapi.json").json


def parameters(description, path):
    """The parameters of an operation, by name."""
    return {one["name"]: one for one in description["paths"][path]["get"]["parameters"]}


def asked(client, path, **values):
    """What is answered to one parameter, given once or several times."""
    pairs = BESIDE.get(path, {}) | values
    return client.get(f"{path}?{urlencode(pairs, doseq=True)}")


def every_parameter(description, key):
    """Each (path, name, schema) of which ``key`` is said, of itself or of its items."""
    return [
        (path, name, one["schema"])
        for path in OPERATIONS
        for name, one in parameters(description, path).items()
        if one["in"] == "query" and (key in one["schema"] or key in one["schema"].get("items", {}))
    ]


def test_it_is_openapi_31(description):
    """It is valid, and every operation has a name for programs and a tag that is explained."""
    validate(description)
    assert description["openapi"] == "3.1.0"
    operations = {path: item["get"] for path, item in description["paths"].items()}
    assert {path: one["operationId"] for path, one in operations.items()} == OPERATIONS
    tags = {tag["name"] for tag in description["tags"]}
    assert {tag for one in operations.values() for tag in one["tags"]} == tags


def test_it_stands_without_a_snapshot(tmp_path, toy_settings):
    """Before the first build it says all but the vocabulary."""
    client = create_app(open_live(toy_settings), toy_settings).test_client()
    description = client.get("/api/v1/openapi.json").json

    validate(description)
    assert "enum" not in parameters(description, "/api/v1/search")["country"]["schema"]["items"]


@pytest.mark.parametrize(("mounted_at", "server"), [("", "/"), ("/compendium", "/compendium")])
def test_an_address_has_one_slash(live, settings, mounted_at, server):
    """Server and path make the address under which the API answers."""
    client = client_at(live, settings, mounted_at)
    description = client.get(f"{mounted_at}/api/v1/openapi.json").json

    assert description["servers"] == [{"url": server}]
    for path in ("/api/v1/search", "/api/v1/taxonomy"):
        assert path in description["paths"]
        assert client.get(server.removesuffix("/") + path).status_code == 200


def test_examples_are_of_the_compendium(client, description, searcher):
    """Each is answered, and names what the snapshot holds."""
    ids = [case.id for case in searcher.cases if not case.is_guide][:2]
    assert parameters(description, "/api/v1/compare")["id"]["example"] == ids
    assert parameters(description, "/api/v1/cases/{case_id}")["case_id"]["example"] == ids[0]
    firm = parameters(description, "/api/v1/role-models")
    assert firm["my_country"]["example"] == "Denmark"
    site = searcher.compendium.site
    assert firm["business"]["example"] == site.business
    assert firm["aim"]["example"] == site.aim
    assert parameters(description, "/api/v1/search")["q"]["example"] == site.examples[0]
    for path in ("/api/v1/search", "/api/v1/role-models", "/api/v1/outcomes", "/api/v1/compare"):
        for name, one in parameters(description, path).items():
            more = {"results": "sales"} if name in ("results_min", "sort") else {}
            more |= {"results": "sales", "results_min": 1} if name in HANG_ON_A_FIGURE else {}
            if "example" in one:
                response = asked(client, path, **more, **{name: one["example"]})
                assert response.status_code == 200, (path, name, response.text)


def test_facets_are_enumerated(description, searcher):
    """What each filter takes is what the vocabulary of the snapshot holds."""
    given = parameters(description, "/api/v1/search")
    assert [name for name in given if name in FACETS] == list(searcher.taxonomy.facets)
    for facet in searcher.taxonomy.facets:
        ids = list(searcher.taxonomy.facet(facet).ids)
        assert given[facet]["schema"] == {"type": "array", "items": {"type": "string", "enum": ids}}
        assert set(given[facet]["example"]) <= set(ids)
    firm = parameters(description, "/api/v1/role-models")
    lists = {"my_sector": "sectors", "goal": "projects", "common": "types"}
    for name, words in lists.items():
        assert firm[name]["schema"]["items"]["enum"] == list(searcher.taxonomy[words].ids)
    assert firm["my_form"]["schema"]["enum"] == list(searcher.taxonomy["forms"].ids)
    assert firm["funding"]["schema"]["enum"] == ["own", "public"]


def test_numbers_are_bounded(description):
    """Each number and text says its bounds, and the comparison how many cases it takes."""
    search = parameters(description, "/api/v1/search")
    firm = parameters(description, "/api/v1/role-models")
    assert search["page"]["schema"] == {
        "type": "integer",
        "default": 1,
        "minimum": 1,
        "maximum": 1_000_000,
    }
    assert search["per_page"]["schema"] == {
        "type": "integer",
        "default": 10,
        "minimum": 1,
        "maximum": 100,
    }
    assert search["q"]["schema"] == {"type": "string", "maxLength": 1000}
    assert firm["size"]["schema"] == {"type": "integer", "minimum": 1, "maximum": 10_000}
    assert firm["partners"]["schema"] == {"type": "integer", "minimum": 2, "maximum": 1_000}
    said = {
        *("type", "items", "enum", "default", "pattern"),
        *("minimum", "maximum", "maxLength", "minItems", "maxItems", "uniqueItems"),
    }
    for path in OPERATIONS:
        assert {
            key for one in parameters(description, path).values() for key in one["schema"]
        } <= said
    ids = parameters(description, "/api/v1/compare")["id"]
    assert ids["schema"]["items"] == {"type": "string", "minLength": 1}
    assert (ids["required"], ids["schema"]["minItems"], ids["schema"]["maxItems"]) == (True, 2, 5)


def test_each_value_that_is_said_is_taken(client, description):
    """Every value of every enumeration answers."""
    for path, name, schema in every_parameter(description, "enum"):
        more = {"results": "sales", "results_min": 1} if name in HANG_ON_A_FIGURE else {}
        more |= {"results": "sales"} if name == "sort" else {}
        for value in schema.get("enum") or schema["items"]["enum"]:
            response = asked(client, path, **more, **{name: value})
            assert response.status_code == 200, (path, name, value, response.text)


def test_each_other_value_is_refused(client, description):
    """What is outside an enumeration or a bound is a problem that names the parameter."""
    wrong = {
        "enum": lambda schema: "no-such-value",
        "minimum": lambda schema: schema["minimum"] - 1,
        "maximum": lambda schema: schema["maximum"] + 1,
        "maxLength": lambda schema: "a" * (schema["maxLength"] + 1),
    }
    tried = [
        (path, name, beyond(schema))
        for key, beyond in wrong.items()
        for path, name, schema in every_parameter(description, key)
    ]
    assert len(tried) > 60
    for path, name, value in tried:
        more = {"results": "sales", "results_min": 1} if name in HANG_ON_A_FIGURE else {}
        response = asked(client, path, **more, **{name: value})
        assert (response.status_code, response.mimetype, response.json.get("parameter")) == (
            400,
            "application/problem+json",
            name,
        ), (path, name, value)


def test_a_name_twice_is_refused(client, description):
    """A parameter that is not said to be a list answers 400 when it is given twice."""
    for path in OPERATIONS:
        for name, one in parameters(description, path).items():
            if one["in"] == "query" and one["schema"]["type"] != "array":
                response = asked(client, path, **{name: ["1", "2"]})
                assert response.json["parameter"] == name, (path, name)
                assert response.json["detail"] == (
                    f"{name} must be given once, not 2 times ('1' and '2'); choose one."
                )


@pytest.mark.parametrize("path", [path for path in OPERATIONS if "{" not in path])
def test_an_unknown_name_is_refused(client, description, path):
    """It is named with what there is, and the nearest first."""
    response = asked(client, path, contry="NO")

    assert (response.status_code, response.json["parameter"]) == (400, "contry")
    known = [name for name, one in parameters(description, path).items() if one["in"] == "query"]
    assert sorted(response.json["allowed"]) == sorted(known)
    assert response.json["allowed"][:1] == (["country"] if "country" in known else known[:1])


def test_what_excludes_is_said(client, description):
    """Words of a search and a profile exclude each other, and the description says so."""
    operation = description["paths"]["/api/v1/outcomes"]["get"]
    assert "`q` and the profile exclude each other" in operation["description"]
    for name in FIELDS:
        value = {"size": 3, "partners": 3, "my_form": "hard", "funding": "own"}.get(
            name, "exporting"
        )
        value = {"my_sector": "metal", "common": "horizontal"}.get(name, value)
        assert asked(client, "/api/v1/outcomes", q="wine", **{name: value}).json["parameter"] == "q"


def test_old_names_are_deprecated(description):
    """Each old name is described as deprecated, beside the new one that says the same."""
    found = {
        (record, name)
        for record, schema in description["components"]["schemas"].items()
        for name, one in schema.get("properties", {}).items()
        if one.get("deprecated")
    }
    renamed = {(record, old) for record, old, _ in RENAMED}
    assert found == renamed | {("LabelledPart", "name")}  # which has other values as well
    for record, old, new in RENAMED:
        properties = description["components"]["schemas"][record]["properties"]
        said = ("description", "deprecated", "readOnly")
        one, other = (
            {key: value for key, value in properties[name].items() if key not in said}
            for name in (old, new)
        )
        assert one == other
        assert new in properties[old]["description"]


def both_names(answer):
    """Each (old value, new value) anywhere in an answer."""
    if isinstance(answer, list):
        return [pair for one in answer for pair in both_names(one)]
    if not isinstance(answer, dict):
        return []
    here = [(answer[old], answer[new]) for _, old, new in RENAMED if {old, new} <= set(answer)]
    return here + [pair for one in answer.values() for pair in both_names(one)]


def test_old_names_answer_beside_the_new(client):
    """Both hold the same value, in every answer that has them."""
    metal, wine = "norway/metal-buyers", "france/wine-exporters"
    answers = {
        path: client.get(f"/api/v1/{path}").json
        for path in (
            "search?q=wine&country=NO",
            f"cases/{wine}",
            "role-models?aim=export+wine",
            "outcomes",
            f"compare?id={metal}&id={wine}",
        )
    }
    pairs = {path: both_names(answer) for path, answer in answers.items()}
    assert all(found and all(old == new for old, new in found) for found in pairs.values())


def test_every_object_is_closed(description):
    """Nothing undeclared is sent, and everything declared is."""
    for name, schema in description["components"]["schemas"].items():
        optional = {"parameter", "value", "allowed", "request_id"} if name == "Problem" else set()
        assert schema["additionalProperties"] is False
        assert set(schema["required"]) == set(schema["properties"]) - optional
        assert schema["description"]


#: Requests over the toy compendium and over the real one, by operation.
REQUESTS = {
    "/api/v1/search": [
        *("", "q=wine+export", "q=wine+export&country=NO", "q=zebra", "q=wine+exprot", "q=vin"),
        *("country=NO&country=FR&status=success", "per_page=2&page=2", "sort=newest"),
        *("results=cost&results_min=20&results_unit=percent", "results=sales&sort=result"),
    ],
    "/api/v1/cases": [""],
    "/api/v1/taxonomy": [""],
    "/api/v1/outcomes": ["", "country=NO", "q=wine", "aim=export+wine", "results=cost"],
    "/api/v1/role-models": [
        *("aim=export+wine", "size=4&partners=5&my_country=FR", "goal=exporting&country=NO"),
        "business=small+winery&my_form=hard&funding=own&common=horizontal",
    ],
}
BAD = ["page=two", "q=a&q=b", "contry=NO", "country=xx", "sort=best"]


def check(description, path, response):
    """Validate an answer of whatever status against its schema in the description."""
    answers = description["paths"][path]["get"]["responses"][str(response.status_code)]
    schema = answers["content"][response.mimetype]["schema"]
    whole = schema | {"components": description["components"]}
    Draft202012Validator(whole).validate(response.json)


@pytest.fixture(name="real_client")
def _real_client(real_live, real_settings):
    return create_app(real_live, real_settings).test_client()


@pytest.mark.parametrize("which", ["client", "real_client"])
def test_answers_are_as_described(which, request):
    """Every answer to many requests over both compendia is what the description promises."""
    site = request.getfixturevalue(which)
    description = site.get("/api/v1/openapi.json").json
    validate(description)
    for path, queries in REQUESTS.items():
        for query in queries:
            response = site.get(f"{path}?{query}")
            assert response.status_code == 200, (path, query)
            check(description, path, response)
    cases = site.get("/api/v1/cases").json["cases"]
    for case in cases:
        check(description, "/api/v1/cases/{case_id}", site.get(f"/api/v1/cases/{case['id']}"))
    subjects = [case["id"] for case in cases if case["kind"] != "guide"]
    for first in range(0, len(subjects) - 1, 2):
        ids = urlencode([("id", one) for one in subjects[first : first + 5]])
        check(description, "/api/v1/compare", site.get(f"/api/v1/compare?{ids}"))
    check(description, "/api/v1/relevance", site.get("/api/v1/relevance"))
    for query in BAD:
        check(description, "/api/v1/search", site.get(f"/api/v1/search?{query}"))
    check(description, "/api/v1/cases/{case_id}", site.get("/api/v1/cases/x"))
