"""unAPI: a page names its cases, and the server gives each in a format that it lists."""

from __future__ import annotations

import re
from urllib.parse import quote
from xml.etree import ElementTree as ET

import bibtexparser
import pytest
import rispy
from flask.testing import FlaskClient

METAL = "norway/metal-buyers"
ADDRESS = f"http://localhost/cases/{METAL}"
CITED = ["bibtex", "ris", "csl-json"]
NAMES = [*CITED, "mods"]
MODS = {"m": "http://www.loc.gov/mods/v3"}


def formats(xml: str) -> tuple[str | None, list[str]]:
    """The id and the names of a list of formats."""
    root = ET.fromstring(xml)
    return root.get("id"), [one.get("name") for one in root.findall("format")]


def test_the_formats_are_listed(client: FlaskClient) -> None:
    """All of them with status 200; those of a case with 300, as there are several answers."""
    plain, one = client.get("/unapi"), client.get(f"/unapi?id={quote(ADDRESS, safe='')}")

    assert (plain.status_code, *formats(plain.text)) == (200, None, NAMES)
    assert (one.status_code, *formats(one.text)) == (300, ADDRESS, NAMES)
    assert plain.mimetype == one.mimetype == "application/xml"


def test_a_case_comes_in_each_format(client: FlaskClient) -> None:
    """As the citation of the API has it; parsers of others read it."""
    cited = client.get(f"/api/v1/citations/{METAL}").json["formats"]
    got = {name: client.get(f"/unapi?id={ADDRESS}&format={name}") for name in CITED}

    assert {name: answer.text for name, answer in got.items()} == cited
    assert rispy.loads(got["ris"].text)[0]["title"] == "Metal firms purchase machines"
    entry = bibtexparser.parse_string(got["bibtex"].text).entries[0]
    assert entry["title"].strip("{}") == "Metal firms purchase machines"
    assert got["csl-json"].json[0]["type"] == "report"


def test_what_is_not_there_is_told_by_the_statuses_of_the_protocol(client: FlaskClient) -> None:
    """404 for an id, 406 for a format, 400 for a format of nothing; always with a sentence."""
    asked = {
        f"?id={ADDRESS}&format=marc": (406, "No format is called 'marc'. Formats: bibtex, ris"),
        "?id=norway/nothing": (404, "No case has the id 'norway/nothing'."),
        "?id=http://evil.example/cases/norway/metal-buyers&format=ris": (404, "No case has"),
        f"?id={ADDRESS}@000000000000&format=ris": (404, "No case has the id"),
        "?id=&format=ris": (400, "A format is of a case"),
        "?format=ris": (400, "A format is of a case"),
    }
    for parameters, (status, words) in asked.items():
        answer = client.get(f"/unapi{parameters}")
        assert (answer.status_code, answer.text.startswith(words)) == (status, True), parameters
    assert client.get("/unapi?ids=x").json["parameter"] == "ids"


@pytest.mark.parametrize(
    ("path", "named"),
    [
        (f"/cases/{METAL}", [ADDRESS]),
        ("/search?country=FR", ["france/wine-exporters", "international/wine-and-metal-programme"]),
    ],
)
def test_pages_name_what_can_be_taken(client: FlaskClient, path: str, named: list[str]) -> None:
    """The server is linked, and each id that a page names is answered."""
    page = client.get(path).text
    ids = re.findall(r'<abbr class="unapi-id" title="([^"]+)" hidden></abbr>', page)

    assert page.count('<link rel="unapi-server" type="application/xml" title="unAPI" href=') == 1
    assert sorted(one.removeprefix("http://localhost/cases/") for one in ids) == sorted(
        one.removeprefix("http://localhost/cases/") for one in named
    )
    for one in ids:
        assert client.get("/unapi", query_string={"id": one, "format": "ris"}).status_code == 200
    assert "unapi" not in client.get("/about").text


def test_a_version_is_taken_as_that_version(client: FlaskClient) -> None:
    """Its page names the address of the version, not of the newest text."""
    version = client.get(f"/api/v1/citations/{METAL}").json["version"]
    page = client.get(f"/cases/{METAL}@{version}").text
    named = re.search(r'class="unapi-id" title="([^"]+)"', page)[1]

    assert named == f"{ADDRESS}@{version}"
    ris = client.get("/unapi", query_string={"id": named, "format": "ris"}).text
    assert rispy.loads(ris)[0]["urls"] == [named]


def test_a_case_comes_as_mods(client: FlaskClient) -> None:
    """With title, author, day and version of its citation, and the same record as libraries get."""
    cited = client.get(f"/api/v1/citations/{METAL}").json
    answer = client.get(f"/unapi?id={ADDRESS}&format=mods")
    record = ET.fromstring(answer.data)

    def said(path: str) -> list[str | None]:
        return [one.text for one in record.findall(path, MODS)]

    assert (answer.status_code, answer.mimetype) == (200, "application/mods+xml")
    assert record.tag == "{http://www.loc.gov/mods/v3}mods"
    assert said("m:titleInfo/m:title") == [cited["title"]]
    assert said("m:name/m:namePart") == [one["family"] for one in cited["authors"]]
    assert said("m:originInfo/m:dateIssued") == [cited["date"]]
    assert said("m:originInfo/m:edition") == [cited["version"]]
    assert cited["version_url"] in said("m:identifier")
    harvested = ET.fromstring(
        client.get(f"/oai?verb=GetRecord&metadataPrefix=mods&identifier=oai:localhost:{METAL}").data
    ).find(".//m:mods", MODS)
    told, ours = (
        {(one.tag, one.text) for one in tree.iter() if "recordI" not in one.tag}
        for tree in (harvested, record)
    )
    assert {(tag, text) for tag, text in told ^ ours if text and text.strip()} == set()


def test_a_version_comes_as_mods(client: FlaskClient) -> None:
    """Under the address of that text."""
    version = client.get(f"/api/v1/citations/{METAL}").json["version"]
    record = ET.fromstring(client.get(f"/unapi?id={ADDRESS}@{version}&format=mods").data)

    assert record.find("m:originInfo/m:edition", MODS).text == version
