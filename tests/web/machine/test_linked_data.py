"""What pages say in JSON-LD: read as search engines read it, and held against the vocabulary."""

from __future__ import annotations

import html
import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import extruct
import pytest
from flask.testing import FlaskClient
from rdflib.namespace import SDO

from kb.citations.schema_org import pack_graph
from kb.model.packs import Pack
from tests.web.changing_site import Site

METAL, WINE, GUIDE = "norway/metal-buyers", "france/wine-exporters", "guides/purchase-guide"
#: A property of an action, as Google describes it: no part of the vocabulary itself.
BEYOND = {"query-input"}


def graph_of(page: str) -> list[dict[str, Any]]:
    """The nodes that a page describes; one block that is no JSON fails the whole."""
    found = extruct.extract(page, syntaxes=["json-ld"], errors="strict", uniform=False)["json-ld"]
    return [node for block in found for node in block.get("@graph", [block])]


def nodes(value: Any) -> Iterator[dict[str, Any]]:
    """Every node in some data."""
    if isinstance(value, dict):
        yield value
        value = list(value.values())
    if isinstance(value, list):
        for one in value:
            yield from nodes(one)


def unknown(value: Any) -> set[str]:
    """The types and properties that the vocabulary of schema.org does not have."""
    terms = set(SDO.__annotations__)
    used: set[str] = set()
    for node in nodes(value):
        types = node.get("@type", [])
        used |= set([types] if isinstance(types, str) else types)
        used |= {name for name in node if not name.startswith("@")}
    return used - terms - BEYOND


@pytest.mark.parametrize("path", ["/", f"/cases/{METAL}", f"/cases/{WINE}", f"/cases/{GUIDE}"])
def test_it_holds_nothing_but_the_vocabulary(client: FlaskClient, path: str) -> None:
    """Read strictly; every type and property is one of schema.org, and nothing is empty."""
    graph = graph_of(client.get(path).text)

    assert graph
    assert unknown(graph) == set()
    assert [
        node
        for node in nodes(graph)
        if {"", None} & {v for v in node.values() if not isinstance(v, (dict, list))}
    ] == []


def test_a_case_is_a_report_to_learn_from(client: FlaskClient) -> None:
    """With the title, author, day and version of its citation, and the works that it rests on."""
    report, _ = graph_of(client.get(f"/cases/{METAL}").text)
    cited = client.get(f"/api/v1/citations/{METAL}").json

    assert report["@type"] == ["Report", "LearningResource"]
    assert (report["name"], report["version"]) == (cited["title"], cited["version"])
    assert [one["name"] for one in report["author"]] == [one["family"] for one in cited["authors"]]
    assert (report["dateModified"], report["identifier"]) == (cited["date"], cited["version_url"])
    assert report["url"] == cited["newest_url"]
    assert report["license"] == "https://creativecommons.org/licenses/by/4.0/"
    assert [one["name"] for one in report["isBasedOn"]] == ["Toy Networks"]
    assert [one["name"] for one in report["spatialCoverage"]] == ["Norway"]
    assert report["temporalCoverage"] == "1990/1992"
    for about in report["about"]:
        assert client.get(about["url"].removeprefix("http://localhost")).status_code == 200


def test_the_figures_are_a_dataset(client: FlaskClient) -> None:
    """Each with its unit, its sentence with the place in it, and the source among the works."""
    report, dataset = graph_of(client.get(f"/cases/{METAL}").text)
    costs, sales = dataset["variableMeasured"]

    assert dataset["@type"] == "Dataset"
    assert 50 <= len(dataset["description"]) <= 5_000
    assert dataset["isPartOf"] == {"@id": report["@id"]}
    assert costs == {
        "@type": "PropertyValue",
        "propertyID": "cost",
        "name": "Costs, lower",
        "value": 20,
        "unitText": "percent",
        "description": "Machines cost 20% less. (p. 1)",
        "subjectOf": {"@id": report["isBasedOn"][0]["@id"]},
    }
    assert (sales["name"], sales["value"]) == ("Sales, higher", 10)
    data = client.get(dataset["distribution"][0]["contentUrl"].removeprefix("http://localhost"))
    assert [one["metric"] for one in data.json["results"]] == ["cost", "sales"]


def test_what_reports_no_figure_has_no_dataset(client: FlaskClient) -> None:
    """A guide is an article to learn from, and no more."""
    (article,) = graph_of(client.get(f"/cases/{GUIDE}").text)

    assert article["@type"] == ["Article", "LearningResource"]
    assert article["learningResourceType"] == "guide"


def test_the_front_page_says_how_to_search(client: FlaskClient) -> None:
    """The template leads to an answer."""
    (site,) = graph_of(client.get("/").text)
    template = site["potentialAction"]["target"]["urlTemplate"]

    assert template == "http://localhost/search?q={search_term_string}"
    assert site["name"] == "Compendium of Business Networks"


def test_lists_and_sessions_are_learning_resources(taught: FlaskClient) -> None:
    """What is in them, and of a session how long it takes and what it teaches."""
    places = re.findall(
        r"<loc>http://localhost(/(?:packs|teaching)/[^<]+)</loc>", taught.get("/sitemap.xml").text
    )
    found = {
        path: graph_of(taught.get(path).text)
        for path in places
        if path not in ("/teaching/questions", "/teaching/all")
    }

    assert len(found) == 3
    for path, graph in found.items():
        (one,) = graph
        assert unknown(graph) == set()
        assert one["url"] == f"http://localhost{path}"
        for part in one["hasPart"]:
            assert taught.get(part["url"].removeprefix("http://localhost")).status_code == 200
        assert ("timeRequired" in one) == path.startswith("/teaching/")


def test_a_readers_own_list_describes_nothing(taught: FlaskClient) -> None:
    """Nor does a page of an earlier text, or a search."""
    for path in ("/search?q=wine", "/about", f"/flyers/{METAL}"):
        assert "ld+json" not in taught.get(path).text


#: Each would end the element, open a comment in it, or the like.
HOSTILE = "</script><script>alert(1)</script> <!--<script> ]]> &quot; \u2028 'x'"


@pytest.fixture(name="hostile", scope="module")
def _hostile(tmp_path_factory: pytest.TempPathFactory, tiny_encoder: Path) -> FlaskClient:
    site = Site(tmp_path_factory.mktemp("hostile"), tiny_encoder)
    site.edit(METAL, "title: Metal firms purchase machines", f"title: {json.dumps(HOSTILE)}")
    site.build()
    return site.client()


def test_no_text_ends_the_element(hostile: FlaskClient) -> None:
    """It is read back as it was written, by a parser of pages and by one of JSON."""
    page = hostile.get(f"/cases/{METAL}").text
    (block,) = re.findall(r'<script type="application/ld\+json">(.*?)</script>', page, re.DOTALL)

    assert not re.search("[<>&]", block)
    report, dataset = graph_of(page)
    title = hostile.get(f"/api/v1/cases/{METAL}").json["title"]
    assert report["name"] == title
    assert "</script><script>" in title
    assert dataset["name"] == f"Figures of “{title}”"
    assert html.unescape(page).count("alert(1)") > 1


def test_a_policy_that_runs_no_script_lets_data_be(client: FlaskClient) -> None:
    """The page allows scripts of the site alone; what is not run needs no leave."""
    policy = client.get(f"/cases/{METAL}").headers["Content-Security-Policy"]

    assert "script-src 'self'" in policy
    assert "unsafe-inline" not in policy


def test_a_list_of_nothing_is_still_one() -> None:
    """Without documents."""
    from kb.citations.schema_org import Publication

    site = Publication(name="S", home="http://a/", description="D", operator="O")
    graph = pack_graph(Pack(title="T"), (), page="http://a/packs/t", site=site)

    assert graph["publisher"] == {"@type": "Organization", "name": "O"}
    assert "license" not in graph
    assert unknown(graph) == set()
