"""``/oai`` as harvesters of libraries use it, and as nobody should."""

from __future__ import annotations

import json
import shutil
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any
from urllib.parse import urlencode
from xml.etree import ElementTree

import pytest
from flask import Flask
from flask.testing import FlaskClient
from lxml import etree
from oaipmh_scythe import Scythe
from sickle import Sickle
from sickle import oaiexceptions as refused
from werkzeug.serving import WSGIRequestHandler, make_server

from kb.harvesting.element import branch, leaf
from kb.model.case_versions import Entry
from kb.versions.store import adding
from tests.web.changing_site import Site
from tests.web.mounted import client_at
from web import create_app
from web.machine.xml import to_xml

OAI = "{http://www.openarchives.org/OAI/2.0/}"
DC = "{http://purl.org/dc/elements/1.1/}"
MODS = {"m": "http://www.loc.gov/mods/v3"}
EDITED, MOVED, NOW, WITHDRAWN, DELETED = (
    "spain/textile-training",
    "norway/textile-exporters",
    "norway/weavers",
    "international/wine-and-metal-programme",
    "denmark/hostile-title",
)
#: A day long before any of the builds.
BEFORE = "2020-02-29"


class Quiet(WSGIRequestHandler):
    """Says nothing of a request."""

    def log(self, type: str, message: str, *args: Any) -> None:
        """Say nothing."""


@contextmanager
def listening(app: Flask) -> Iterator[str]:
    """A site at a port of its own; its address for harvesters."""
    server = make_server("127.0.0.1", 0, app, threaded=True, request_handler=Quiet)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield f"http://127.0.0.1:{server.server_port}/oai"
    finally:
        server.shutdown()
        server.server_close()


def date_back(site: Site, day: str) -> None:
    """Let everything that the store of versions tells have been on another day."""
    ids = [*site.versions.heads()]
    told = {one: site.versions.history(one) for one in ids}
    kept = [site.versions.version(e.digest) for some in told.values() for e in some if e.digest]
    state = site.versions.state
    shutil.rmtree(site.versions.folder)
    with adding(site.versions) as addition:
        addition.state = state
        for version in kept:
            addition.add(version)
        for case_id, entries in told.items():
            for entry in entries:
                addition.tell(case_id, Entry(digest=entry.digest, day=day, what=entry.what))


@pytest.fixture(name="site")
def _site(tmp_path: Path, tiny_encoder: Path) -> Site:
    site = Site(tmp_path, tiny_encoder)
    site.build()
    date_back(site, BEFORE)
    return site


def change(site: Site) -> None:
    """Edit one case, move one, withdraw one and delete one, and build."""
    site.edit(EDITED, "title: Textile firms train together", "title: Textile firms in Spain train")
    text = site.path(MOVED).read_text()
    site.path(MOVED).unlink()
    site.path(NOW).write_text(text.replace("\nkind:", f"\naliases: [{MOVED}]\nkind:", 1))
    site.edit(WITHDRAWN, "\nkind:", "\nwithdrawn: {day: 2026-11-28, reason: We were asked.}\nkind:")
    site.path(DELETED).unlink()
    site.build()


def by_sickle(base: str, **asked: str) -> dict[str, Any]:
    """A harvest by one client: title and creator by identifier, None of what is deleted."""
    records = Sickle(base).ListRecords(ignore_deleted=False, metadataPrefix="oai_dc", **asked)
    return {one.header.identifier: None if one.deleted else one.metadata for one in records}


def by_scythe(base: str, **asked: str) -> dict[str, Any]:
    """The same by the other."""
    named = {"from_" if name == "from" else name: value for name, value in asked.items()}
    with Scythe(base) as scythe:
        records = scythe.list_records(metadata_prefix="oai_dc", **named)
        return {one.header.identifier: None if one.deleted else one.metadata for one in records}


def local(harvest: dict[str, Any]) -> dict[str, Any]:
    """A harvest by the ids of cases."""
    return {identifier.split(":", 2)[2]: told for identifier, told in harvest.items()}


def in_full(app: Flask, base: str) -> dict[str, dict[str, list[str]]]:
    """What a harvest must hold, from the API of the same site."""
    client = app.test_client()
    root = base.removesuffix("/oai")
    every: dict[str, dict[str, list[str]]] = {}
    for case in client.get("/api/v1/cases").json["cases"]:
        one = client.get(f"/api/v1/cases/{case['id']}", base_url=root).json
        cited = client.get(f"/api/v1/citations/{case['id']}", base_url=root).json
        every[one["id"]] = {
            "title": [one["title"]],
            "creator": [
                ", ".join(filter(None, (who["family"], who["given"]))) for who in cited["authors"]
            ],
            "description": [one["summary"]],
            "date": [cited["date"]],
            "identifier": [cited["newest_url"], cited["version_url"]],
            "language": ["en"],
        }
    return every


@pytest.mark.parametrize("harvest", [by_sickle, by_scythe])
@pytest.mark.parametrize("at_once", [1000, 3])
def test_a_harvest_of_everything_is_the_compendium(site: Site, monkeypatch, harvest, at_once: int):
    """Record by record, whole or by tokens."""
    monkeypatch.setattr("web.machine.harvesting.WHOLE", at_once)
    monkeypatch.setattr("web.machine.harvesting.PART", at_once)
    app = site.client().application
    with listening(app) as base:
        told = local(harvest(base))
        expected = in_full(app, base)

    assert list(told) == list(expected)
    for case_id, record in expected.items():
        for name, values in record.items():
            assert (case_id, name, told[case_id][name]) == (case_id, name, values)


@pytest.mark.parametrize("harvest", [by_sickle, by_scythe])
def test_after_changes_exactly_those_come(site: Site, harvest):
    """An edit; a move, which is one deleted and one new; a withdrawal; a deletion."""
    change(site)
    app = site.client().application
    with listening(app) as base:
        told = local(harvest(base, **{"from": "2020-03-01"}))
        everything = local(harvest(base))
        before = local(harvest(base, until=BEFORE))

    assert list(told) == sorted([EDITED, MOVED, NOW, WITHDRAWN, DELETED])
    assert [one for one in told if told[one] is None] == sorted([MOVED, WITHDRAWN, DELETED])
    assert told[EDITED]["title"] == ["Textile firms in Spain train"]
    assert told[NOW]["title"] == ["Textile firms export"]
    assert everything == told | before
    assert not told.keys() & before.keys()


def test_nothing_changed_and_nothing_comes(site: Site):
    """The protocol says so by an error of its own."""
    site.build()
    with listening(site.client().application) as base, pytest.raises(refused.NoRecordsMatch):
        by_sickle(base, **{"from": "2020-03-01"})


def test_a_token_holds_while_the_compendium_is_built_anew(site: Site, monkeypatch):
    """A list that began before goes on after the record that was the last, though it is gone."""
    monkeypatch.setattr("web.machine.harvesting.WHOLE", 1)
    monkeypatch.setattr("web.machine.harvesting.PART", 1)
    client = site.client()
    first = ask(client, verb="ListIdentifiers", metadataPrefix="oai_dc")
    token = first.findtext(f".//{OAI}resumptionToken")
    assert token == f"oai_dc~~~~{DELETED}"
    change(site)
    seen = [DELETED]
    while token:
        part = ask(client, verb="ListIdentifiers", resumptionToken=token)
        seen += [one.text.split(":", 2)[2] for one in part.iter(f"{OAI}identifier")]
        told = part.find(f".//{OAI}resumptionToken")
        assert told.attrib == {"completeListSize": "8", "cursor": str(len(seen) - 1)}
        token = told.text

    ids = [one["id"] for one in client.get("/api/v1/cases").json["cases"]]
    assert seen == sorted([*ids, MOVED, WITHDRAWN, DELETED])


def ask(client: FlaskClient, **arguments: str) -> ElementTree.Element:
    """The answer to a request, read by another reader of XML than wrote it."""
    answer = client.get(f"/oai?{urlencode(arguments)}")
    assert answer.status_code == 200
    assert answer.content_type == "text/xml; charset=utf-8"
    assert answer.headers["Cache-Control"] == "no-store"
    return ElementTree.fromstring(answer.data)


def code(answer: ElementTree.Element) -> str | None:
    """The code of an error."""
    error = answer.find(f"{OAI}error")
    return None if error is None else error.get("code")


def test_identify_says_what_there_is(site: Site):
    """Name, contact, granularity, first day; identifiers, where the host has a name."""
    settings = replace(
        site.settings, contact="library@example.org", site_url="https://cases.example.org"
    )
    app = create_app(site.live, settings)
    told = ask(app.test_client(), verb="Identify").find(f"{OAI}Identify")
    said = {one.tag.removeprefix(OAI): one.text for one in told}
    sample = told.findtext(
        ".//{http://www.openarchives.org/OAI/2.0/oai-identifier}sampleIdentifier"
    )

    assert said == {
        "repositoryName": "Compendium of Business Networks",
        "baseURL": "https://cases.example.org/oai",
        "protocolVersion": "2.0",
        "adminEmail": "library@example.org",
        "earliestDatestamp": BEFORE,
        "deletedRecord": "persistent",
        "granularity": "YYYY-MM-DD",
        "description": None,
    }
    assert sample == f"oai:cases.example.org:{DELETED}"


@pytest.mark.parametrize("contact", ["", "https://example.org/contact"])
def test_without_an_address_for_mail_nobody_is_written_to(site: Site, contact: str):
    """The protocol demands one: it is one that nobody can have."""
    app = create_app(site.live, replace(site.settings, contact=contact))
    told = ask(app.test_client(), verb="Identify")

    assert told.findtext(f".//{OAI}adminEmail") == "no-address-given@localhost.invalid"
    assert told.find(f".//{OAI}description") is None


def test_sets_are_the_kinds_and_hold_what_is_deleted(site: Site):
    """A case that ended is in the set that it was in."""
    change(site)
    client = site.client()
    sets = [one.text for one in ask(client, verb="ListSets").iter(f"{OAI}setSpec")]
    assert sets == ["network", "programme", "study", "guide"]
    ids: dict[str, list[str]] = {}
    for name in sets:
        answer = ask(client, verb="ListIdentifiers", metadataPrefix="mods", set=name)
        ids[name] = [one.text.split(":", 2)[2] for one in answer.iter(f"{OAI}identifier")]
        assert {one.text for one in answer.iter(f"{OAI}setSpec")} == {name}

    assert ids["programme"] == [WITHDRAWN]
    assert ids["study"] == [DELETED]
    assert ids["guide"] == ["guides/purchase-guide"]
    assert {MOVED, NOW} < set(ids["network"])


def test_a_compendium_of_one_kind_has_no_sets(tmp_path: Path, tiny_encoder: Path):
    """Asked for them, it says so."""
    site = Site(tmp_path, tiny_encoder)
    for path in site.settings.cases.rglob("*.md"):
        if path not in (site.path(EDITED), site.path(MOVED)):
            path.unlink()
    taxonomy = site.settings.cases / "taxonomy.yaml"
    head, _, rest = taxonomy.read_text().partition("\nkinds:\n")
    network, _, others = rest.partition("\n  - ")
    after = others[others.index("\n\n") :]
    taxonomy.write_text(f"{head}\nkinds:\n{network}{after}")
    site.build()
    client = site.client()

    assert code(ask(client, verb="ListSets")) == "noSetHierarchy"
    asked = {"metadataPrefix": "oai_dc", "set": "network"}
    assert code(ask(client, verb="ListRecords", **asked)) == "noSetHierarchy"
    listed = ask(client, verb="ListRecords", metadataPrefix="oai_dc")
    assert listed.find(f".//{OAI}header") is not None
    assert listed.find(f".//{OAI}setSpec") is None


def test_one_record_and_its_formats(site: Site):
    """What is deleted is a header alone, and has no formats; what never was is unknown."""
    change(site)
    client = site.client()
    known = {"metadataPrefix": "oai_dc", "verb": "GetRecord"}
    here = ask(client, **known, identifier=f"oai:localhost:{NOW}")
    gone = ask(client, **known, identifier=f"oai:localhost:{MOVED}")

    assert here.findtext(f".//{DC}title") == "Textile firms export"
    assert here.find(f"{OAI}request").attrib == {
        **known,
        "identifier": f"oai:localhost:{NOW}",
    }
    assert gone.find(f".//{OAI}header").attrib == {"status": "deleted"}
    assert gone.find(f".//{OAI}metadata") is None
    for identifier in ("oai:localhost:no/such", f"oai:example.org:{NOW}", NOW, "oai:localhost:"):
        assert code(ask(client, **known, identifier=identifier)) == "idDoesNotExist"
    formats = ask(client, verb="ListMetadataFormats", identifier=f"oai:localhost:{NOW}")
    assert [one.text for one in formats.iter(f"{OAI}metadataPrefix")] == ["oai_dc", "mods"]
    formats = ask(client, verb="ListMetadataFormats", identifier=f"oai:localhost:{MOVED}")
    assert code(formats) == "noMetadataFormats"


def test_mods_says_what_the_citation_says(site: Site):
    """Title, authors, year and version; what it rests on stands at the end, with places."""
    case_id = "norway/metal-buyers"
    client = site.client()
    asked = {"verb": "GetRecord", "metadataPrefix": "mods"}
    told = ask(client, **asked, identifier=f"oai:localhost:{case_id}").find(".//m:mods", MODS)
    cited = client.get(f"/api/v1/citations/{case_id}").json

    assert told.findtext("m:titleInfo/m:title", namespaces=MODS) == cited["title"]
    assert [one.text for one in told.findall("m:name/m:namePart", MODS)] == [
        who["family"] for who in cited["authors"]
    ]
    assert told.findtext("m:originInfo/m:dateIssued", namespaces=MODS) == cited["date"] == BEFORE
    assert told.findtext("m:originInfo/m:edition", namespaces=MODS) == cited["version"]
    assert told.findtext("m:location/m:url", namespaces=MODS) == cited["newest_url"]
    source = told.find("m:relatedItem[@type='references']", MODS)
    assert source.findtext("m:titleInfo/m:title", namespaces=MODS) == "Toy Networks"
    assert source.findtext("m:part/m:text", namespaces=MODS) == "pp. 1-2"
    years = [(one.get("point"), one.text) for one in told.findall(".//m:temporal", MODS)]
    assert years == [("start", "1990"), ("end", "1992")]


def test_a_title_with_markup_comes_whole(site: Site):
    """No element has a text and elements in it, so that no client cuts it."""
    with listening(site.client().application) as base:
        for harvest in (by_sickle, by_scythe):
            title = local(harvest(base))[DELETED]["title"]
            assert title == ["<script>alert('x')</script> & \"quotes\""]


def test_what_comes_with_post_is_answered_alike(site: Site):
    """Arguments in the body, as the protocol allows; other bodies hold none."""
    client = site.client()
    asked = {"verb": "ListIdentifiers", "metadataPrefix": "oai_dc"}
    posted = ElementTree.fromstring(client.post("/oai", data=asked).data)

    assert [one.text for one in posted.iter(f"{OAI}identifier")] == [
        one.text for one in ask(client, **asked).iter(f"{OAI}identifier")
    ]
    for body, kind in ((b"\xff\x00", "text/plain"), (json.dumps(asked), "application/json")):
        answer = client.post("/oai", data=body, content_type=kind)
        assert code(ElementTree.fromstring(answer.data)) == "badVerb"
    twice = client.post("/oai?verb=Identify", data={"verb": "Identify"})
    assert code(ElementTree.fromstring(twice.data)) == "badVerb"


@pytest.mark.parametrize(
    ("arguments", "expected"),
    [
        ({"verb": "Nothing"}, "badVerb"),
        ({"verb": "ListRecords"}, "badArgument"),
        ({"verb": "ListRecords", "metadataPrefix": "marc21"}, "cannotDisseminateFormat"),
        ({"verb": "ListRecords", "resumptionToken": "from-nowhere"}, "badResumptionToken"),
        (
            {"verb": "ListRecords", "metadataPrefix": "oai_dc", "from": "2999-01-01"},
            "noRecordsMatch",
        ),
        ({"verb": "ListRecords", "metadataPrefix": "oai_dc", "set": "poems"}, "noRecordsMatch"),
        (
            {"verb": "ListRecords", "metadataPrefix": "oai_dc", "set": "poems~x"},
            "noRecordsMatch",
        ),
        ({"verb": "ListRecords", "resumptionToken": "oai_dc~~~~zz/zz"}, "noRecordsMatch"),
        ({"verb": "ListRecords", "resumptionToken": "oai_dc~~~poems~a/b"}, "noRecordsMatch"),
        (
            {"verb": "GetRecord", "metadataPrefix": "oai_dc", "identifier": "\x00\x0b\ufffe<"},
            "idDoesNotExist",
        ),
        (
            {"verb": "ListRecords", "metadataPrefix": "oai_dc", "from": "9" * 10_000},
            "badArgument",
        ),
    ],
)
def test_bad_input_is_answered_by_the_protocol(client: FlaskClient, arguments, expected: str):
    """Never by a failure of the site, and with what may be repeated of it."""
    answer = ask(client, **arguments)

    assert code(answer) == expected
    told = answer.find(f"{OAI}request").attrib
    if expected in ("badVerb", "badArgument"):
        assert told == {}
    else:
        assert told.keys() == arguments.keys()


def test_what_xml_has_no_place_for_is_marked():
    """Control characters, half a pair, and what is no character: an XML reader takes the rest."""
    text = "a\x00b\x0bc\ud800d\ufffee\tf\U0001f600"
    written = to_xml(branch("OAI-PMH", leaf("error", text, code="x\x1f")))

    read = etree.fromstring(written)
    assert read[0].text == "a\ufffdb\ufffdc\ufffdd\ufffde\tf\U0001f600"
    assert read[0].get("code") == "x\ufffd"


def test_a_store_that_is_younger_than_a_move_tells_of_it_too(site: Site):
    """Where the versions were lost, the aliases and withdrawals of the cases are still told."""
    change(site)
    shutil.rmtree(site.versions.folder)
    site.build()
    client = site.client()
    listed = ask(client, verb="ListIdentifiers", metadataPrefix="oai_dc")
    gone = {
        one.findtext(f"{OAI}identifier").split(":", 2)[2]: one.findtext(f"{OAI}datestamp")
        for one in listed.iter(f"{OAI}header")
        if one.get("status")
    }
    day = client.get(f"/api/v1/versions/{NOW}").json["versions"][-1]["day"]

    assert gone == {MOVED: day, WITHDRAWN: "2026-11-28"}


def test_without_a_snapshot_the_harvester_is_told_to_come_back(tmp_path: Path, tiny_encoder: Path):
    """503 with the seconds to wait, as the protocol has it."""
    answer = Site(tmp_path, tiny_encoder).client().get("/oai?verb=Identify")

    assert answer.status_code == 503
    assert answer.headers["Retry-After"] == "30"


def test_under_a_path_of_another_site_addresses_have_it(site: Site):
    """The address to ask at, and those of the pages."""
    answer = client_at(site.live, site.settings, "/compendium").get(
        f"/compendium/oai?verb=GetRecord&metadataPrefix=oai_dc&identifier=oai:localhost:{EDITED}"
    )
    told = ElementTree.fromstring(answer.data)

    assert told.findtext(f"{OAI}request") == "http://localhost/compendium/oai"
    first = told.findtext(f".//{DC}identifier")
    assert first == f"http://localhost/compendium/cases/{EDITED}"
