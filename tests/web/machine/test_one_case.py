"""One case is the same to everybody who asks: title, authors, year and version agree.

Each reading below takes the case from one place by the rules of those who read there, and says
what it found. Who adds a place adds a reading.
"""

from __future__ import annotations

import html
import re
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import extruct
import feedparser
import pytest
import rispy
from flask.testing import FlaskClient
from lxml import etree

from kb.answers.addresses import Addresses
from kb.assistants.messages import LEGACY
from kb.exports.dump.tables import TABLES, Context, rows_of
from kb.model.case_versions import Entry
from kb.versions.store import adding
from tests.web.changing_site import Site

CASE = "norway/metal-buyers"


@dataclass(frozen=True)
class Said:
    """What a place says of a case; None of what it does not say."""

    title: str
    authors: tuple[str, ...]
    year: str
    version: str | None


def _api(client: FlaskClient) -> Said:
    cited = client.get(f"/api/v1/citations/{CASE}").json
    authors = [" ".join(filter(None, (a["given"], a["family"]))) for a in cited["authors"]]
    return Said(cited["title"], tuple(authors), cited["year"], cited["version"])


def _page(client: FlaskClient) -> Said:
    """What people read: the heading, and the citation in APA style that stands open."""
    page = client.get(f"/cases/{CASE}").text
    title = html.unescape(re.search(r"<h1>(.*?)</h1>", page)[1])
    cited = html.unescape(re.search(r'<dd class="cite">(.*?)</dd>', page)[1])
    authors, year = re.match(r"(.*?)\. \((\d{4})", cited).groups()
    version = re.search(rf"/cases/{CASE}@(\w+)", cited)[1]
    return Said(title, (authors,), year, version)


def _highwire(client: FlaskClient) -> Said:
    page = client.get(f"/cases/{CASE}").text
    tags = re.findall(r'<meta name="(citation_\w+)" content="([^"]*)">', page)
    told = {name: html.unescape(value) for name, value in tags}
    authors = [value.removesuffix(",") for name, value in tags if name == "citation_author"]
    return Said(
        told["citation_title"],
        tuple(authors),
        told["citation_publication_date"][:4],
        told["citation_technical_report_number"],
    )


def _json_ld(client: FlaskClient) -> Said:
    page = client.get(f"/cases/{CASE}").text
    (block,) = extruct.extract(page, syntaxes=["json-ld"], errors="strict")["json-ld"]
    node = block["@graph"][0]
    authors = tuple(one["name"] for one in node["author"])
    return Said(node["name"], authors, node["dateModified"][:4], node["version"])


def _unapi(client: FlaskClient) -> Said:
    ris = client.get("/unapi", query_string={"id": CASE, "format": "ris"}).text
    (entry,) = rispy.loads(ris)
    version = entry["urls"][0].rpartition("@")[2]
    authors = tuple(one.removesuffix(",") for one in entry["authors"])
    return Said(entry["title"], authors, entry["year"][:4], version)


def _atom(client: FlaskClient) -> Said:
    feed = feedparser.parse(client.get("/cases.atom").data)
    (entry,) = [one for one in feed.entries if one.link.endswith(f"/cases/{CASE}")]
    (cited,) = [link.href for link in entry.links if link.rel == "cite-as"]
    authors = tuple(author.name for author in entry.authors)
    return Said(entry.title, authors, entry.updated[:4], cited.rpartition("@")[2])


def _linkset(client: FlaskClient) -> Said:
    """It names no title: the document that it says describes the page does."""
    own = client.get(f"/linksets/{CASE}").json["linkset"][0]
    version = own["cite-as"][0]["href"].rpartition("@")[2]
    (csl,) = client.get(own["describedby"][0]["href"].removeprefix("http://localhost")).json
    authors = [one.get("literal") or f"{one['given']} {one['family']}" for one in csl["author"]]
    return Said(csl["title"], tuple(authors), str(csl["issued"]["date-parts"][0][0]), version)


def _oai(client: FlaskClient, prefix: str) -> etree._Element:
    """The record of the case as a harvester gets it."""
    asked = {"verb": "GetRecord", "identifier": f"oai:localhost:{CASE}", "metadataPrefix": prefix}
    root = etree.fromstring(client.get("/oai", query_string=asked).data)
    return root.find(".//{*}metadata")[0]


def _oai_dc(client: FlaskClient) -> Said:
    record = _oai(client, "oai_dc")
    told = {
        name: [one.text for one in record.findall(f"{{*}}{name}")]
        for name in ("title", "creator", "date", "identifier")
    }
    (title,), (day,) = told["title"], told["date"]
    authors = tuple(" ".join(reversed(who.split(", ", 1))) for who in told["creator"])
    return Said(title, authors, day[:4], told["identifier"][1].rpartition("@")[2])


def _oai_mods(client: FlaskClient) -> Said:
    record = _oai(client, "mods")
    authors = tuple(
        " ".join(
            name.findtext(f"{{*}}namePart[@type='{part}']")
            for part in ("given", "family")
            if name.find(f"{{*}}namePart[@type='{part}']") is not None
        )
        or name.findtext("{*}namePart")
        for name in record.findall("{*}name")
    )
    return Said(
        record.findtext("{*}titleInfo/{*}title"),
        authors,
        record.findtext("{*}originInfo/{*}dateIssued")[:4],
        record.findtext("{*}originInfo/{*}edition"),
    )


def _assistant(client: FlaskClient) -> Said:
    """What an assistant reads of the case: its text, and the data beside it."""
    called = {"name": "get_case", "arguments": {"id": CASE}}
    message = {"jsonrpc": "2.0", "id": 1, "method": "tools/call", "params": called}
    headers = {"MCP-Protocol-Version": LEGACY[0]}
    result = client.post("/mcp", json=message, headers=headers).json["result"]
    text, data = result["content"][0]["text"], result["structuredContent"]
    title = text.partition(f" [id: {CASE}]")[0]
    authors, year = re.search(r"^Cite: (.*?)\. \((\d{4})", text, re.MULTILINE).groups()
    return Said(title, (authors,), year, data["version"])


#: Every place that tells of a case.
READINGS: dict[str, Callable[[FlaskClient], Said]] = {
    "page": _page,
    "highwire": _highwire,
    "json-ld": _json_ld,
    "unapi": _unapi,
    "atom": _atom,
    "linkset": _linkset,
    "oai_dc": _oai_dc,
    "oai_mods": _oai_mods,
    "assistant": _assistant,
}


@pytest.fixture(name="client", scope="module")
def _client(tmp_path_factory: pytest.TempPathFactory, tiny_encoder) -> FlaskClient:
    """A case that was changed once, so that its newest version is not its first."""
    site = Site(tmp_path_factory.mktemp("one"), tiny_encoder)
    site.build()
    site.edit(
        CASE, "title: Metal firms purchase machines", "title: Metal & wood firms buy <lathes>"
    )
    site.build()
    return site.client()


@pytest.mark.parametrize("place", READINGS)
def test_everybody_is_told_the_same(client: FlaskClient, place: str) -> None:
    """As the citation of the API has it."""
    said, cited = READINGS[place](client), _api(client)

    assert said == cited
    assert cited.title == "Metal & wood firms buy <lathes>"
    assert len(cited.version) == 12


def _days(site: Site) -> dict[str, str]:
    """The day of the version of the case, as each place tells it."""
    client, current = site.client(), site.live.current()
    page = client.get(f"/cases/{CASE}").text
    (block,) = extruct.extract(page, syntaxes=["json-ld"], errors="strict")["json-ld"]
    feed = feedparser.parse(client.get("/cases.atom").data)
    asked = {"verb": "GetRecord", "identifier": f"oai:localhost:{CASE}", "metadataPrefix": "oai_dc"}
    record = etree.fromstring(client.get("/oai", query_string=asked).data)
    (ris,) = rispy.loads(client.get(f"/cases/{CASE}.ris").text)
    table = TABLES[0]
    context = Context.of(current, Addresses())
    (row,) = rows_of(table, current.case(CASE), context)
    return {
        "map": re.search(f"/cases/{CASE}</loc><lastmod>([^<]+)", client.get("/sitemap.xml").text)[
            1
        ],
        "atom": next(one.updated[:10] for one in feed.entries if one.link.endswith(CASE)),
        "oai": record.findtext(".//{*}datestamp"),
        "dublin core": record.findtext(".//{*}metadata/*/{*}date"),
        "schema.org": block["@graph"][0]["dateModified"],
        "ris": ris["date"].strip("/").replace("/", "-"),
        "dump": dict(zip([one.name for one in table.columns], row, strict=True))["date"],
        "version": current.versions.newest(CASE).day,
    }


def test_the_day_of_a_version_is_the_same_everywhere(
    today: str, tmp_path: Path, tiny_encoder: Path
) -> None:
    """The day on which it was added; on a running site that of a seeding; then today."""
    site = Site(tmp_path, tiny_encoder)
    site.build()
    first = _days(site)
    head = site.versions.heads()[CASE]
    with adding(site.versions, first=True) as addition:
        addition.tell(CASE, Entry(digest=head, day="2026-11-24", what="Mended."))
    seeded = _days(site)
    site.edit(CASE, "who: metal firms", "who: small metal firms")
    site.build()

    assert (len(first), set(first.values())) == (8, {"2026-11-22"})
    assert set(seeded.values()) == {"2026-11-24"}
    assert set(_days(site).values()) == {today}
    feed = feedparser.parse(site.client().get("/cases.atom").data)
    told = [entry.updated for entry in feed.entries]
    assert told == sorted(told, reverse=True)
