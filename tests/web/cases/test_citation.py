"""How a case is cited on its page, in files, and for Zotero."""

from __future__ import annotations

import json
import re
from html import unescape
from html.parser import HTMLParser

import bibtexparser
import pytest
import rispy
from flask.testing import FlaskClient

from kb.citations.highwire import highwire_tags
from kb.citations.items import Item
from kb.model.cases import Name
from kb.search.opening import LiveSearcher
from kb.settings import Settings
from tests.kb.citations.test_styles import CASE, PEOPLE
from web import create_app

METAL = "norway/metal-buyers"
ADDRESS = f"http://localhost/cases/{METAL}"
SITE = "Compendium of Business Networks"


def _text(html: str) -> str:
    return unescape(" ".join(re.sub(r"<[^>]+>", " ", html).split()))


@pytest.fixture(name="page")
def _page(client: FlaskClient) -> str:
    return client.get(f"/cases/{METAL}").text


@pytest.fixture(name="case")
def _case(client: FlaskClient) -> dict:
    return client.get(f"/api/v1/citations/{METAL}").json


# --- the page ----------------------------------------------------------------------------------


def test_the_page_cites_the_case_in_four_styles(page: str, case: dict) -> None:
    """One style stands open, three on demand, each as the API has it."""
    section = page[page.index('<h2 id="cite">') :]
    open_part, _, folded = section.partition('<details class="cite-more">')

    assert re.findall(r"<dt id=.*?>(.*?)</dt>", open_part) == ["APA"]
    shown = re.findall(r'<dd class="cite">(.*?)</dd>', section)
    assert [unescape(text) for text in shown] == [
        text.replace("'", "’") for text in case["styles"].values()
    ]
    assert _text(folded.partition("</summary>")[0]) == (
        "Chicago, Harvard and MLA style, and files for a reference manager"
    )


def test_the_address_of_the_page_is_labelled(page: str, case: dict) -> None:
    """That it shows the newest text is said beside it, and so is where this text stays."""
    box = page[page.index('<dl class="cite-addresses">') :].partition("</dl>")[0]

    unchanged = f"{ADDRESS}@{case['version']}"
    assert _text(box) == f"Always the newest {ADDRESS} This text, unchanged {unchanged}"
    assert case["version_url"] == unchanged


@pytest.mark.parametrize("place", ["cases", "sources"])
def test_every_format_is_linked(page: str, client: FlaskClient, place: str) -> None:
    """Three files of the case and three of its sources, each of which answers."""
    links = re.findall(rf'href="(/{place}/{METAL}\.(?:bib|ris|csl\.json))"', page)

    assert links == [f"/{place}/{METAL}{ending}" for ending in (".bib", ".ris", ".csl.json")]
    assert [client.get(link).status_code for link in links] == [200, 200, 200]


# --- the files ---------------------------------------------------------------------------------

TYPES = {
    ".bib": "application/x-bibtex; charset=utf-8",
    ".ris": "application/x-research-info-systems; charset=utf-8",
    ".csl.json": "application/vnd.citationstyles.csl+json",
}


@pytest.mark.parametrize("ending", TYPES)
@pytest.mark.parametrize(
    ("path", "name"),
    [
        (f"/cases/{METAL}", "norway-metal-buyers"),
        (f"/sources/{METAL}", "norway-metal-buyers-sources"),
        ("/search", "cases"),
    ],
    ids=["case", "sources", "search"],
)
def test_a_file_has_its_type_and_a_name(client, path: str, name: str, ending: str) -> None:
    """A browser saves it under a name that says what it is, a program knows it by its type."""
    answer = client.get(path + ending)

    assert answer.status_code == 200
    assert answer.headers["Content-Type"] == TYPES[ending]
    assert answer.headers["Content-Disposition"] == f'attachment; filename="{name}{ending}"'


@pytest.mark.parametrize("ending", TYPES)
@pytest.mark.parametrize("place", ["cases", "sources"])
def test_a_case_that_is_not_there_is_told_to_programs(client, place: str, ending: str) -> None:
    """404 with the nearest ids, as problem+json."""
    answer = client.get(f"/{place}/norway/metal-buyer{ending}")

    assert (answer.status_code, answer.mimetype) == (404, "application/problem+json")
    assert answer.json["allowed"][0] == METAL


def _ris(text: str) -> list[dict]:
    return rispy.loads(text)


def test_all_formats_of_a_case_say_the_same(today: str, client: FlaskClient, case: dict) -> None:
    """Title, author, year, address and day of access, read back by three parsers."""
    [ris] = _ris(client.get(f"/cases/{METAL}.ris").text)
    [csl] = client.get(f"/cases/{METAL}.csl.json").json
    [entry] = bibtexparser.parse_string(client.get(f"/cases/{METAL}.bib").text).entries
    fields = {field.key: field.value for field in entry.fields}

    assert case["accessed"] == today
    expected = (case["title"], SITE, case["year"], case["version_url"], today)
    assert expected == (
        ris["title"],
        ris["authors"][0].removesuffix(","),
        ris["year"],
        ris["urls"][0],
        ris["access_date"].removesuffix("/").replace("/", "-"),
    )
    assert expected == (
        csl["title"],
        csl["author"][0]["literal"],
        str(csl["issued"]["date-parts"][0][0]),
        csl["URL"],
        "-".join(f"{part:02}" for part in csl["accessed"]["date-parts"][0]),
    )
    assert expected == (
        fields["title"][1:-1],
        fields["author"][1:-1],
        fields["year"],
        fields["url"],
        fields["urldate"],
    )


def test_the_api_holds_the_files(client: FlaskClient, case: dict) -> None:
    """What the API gives as a format is what the file holds."""
    for format_id, ending in zip(("bibtex", "ris", "csl-json"), TYPES, strict=True):
        assert client.get(f"/cases/{METAL}{ending}").text == case["formats"][format_id]


def test_the_case_says_how_to_cite_it_as_the_page_does(client: FlaskClient, case: dict) -> None:
    """``cite`` of a case is the first style; it has author, year and address."""
    cite = client.get(f"/api/v1/cases/{METAL}").json["cite"]

    assert cite == case["styles"]["apa"]
    assert cite.startswith(f"{SITE}. (")
    assert ADDRESS in cite


def test_the_sources_of_a_case_are_exported(client: FlaskClient) -> None:
    """Author and title of the source, as the page lists it."""
    [ris] = _ris(client.get(f"/sources/{METAL}.ris").text)
    [csl] = json.loads(client.get(f"/sources/{METAL}.csl.json").text)

    assert (ris["title"], ris["authors"], ris["year"], ris["publisher"]) == (
        "Toy Networks",
        ["Doe,Jane", "Roe,Richard"],
        "2001",
        "Toy Press",
    )
    assert (csl["type"], csl["title"]) == ("book", "Toy Networks")
    assert client.get(f"/sources/{METAL}.bib").text.startswith("@book{doe-2001,\n")


def test_a_search_is_exported_in_its_order(client: FlaskClient) -> None:
    """The cases that fit, as many as a file holds, whatever the format."""
    asked = "q=metal+purchase"
    found = client.get(f"/api/v1/search?{asked}&per_page=100").json["hits"]
    titles = [hit["title"] for hit in found]

    assert len(titles) > 1
    assert [one["title"] for one in _ris(client.get(f"/search.ris?{asked}").text)] == titles
    assert [one["title"] for one in client.get(f"/search.csl.json?{asked}").json] == titles
    entries = bibtexparser.parse_string(client.get(f"/search.bib?{asked}").text).entries
    assert [entry.key for entry in entries] == [hit["id"].replace("/", ":") for hit in found]


def test_a_search_that_finds_nothing_is_an_empty_file(client: FlaskClient) -> None:
    """And no failure."""
    answers = [client.get(f"/search{ending}?q=zebra") for ending in TYPES]

    assert [answer.status_code for answer in answers] == [200, 200, 200]
    assert [answer.text.strip() for answer in answers] == ["", "", "[]"]


def test_the_search_page_links_its_files(client: FlaskClient) -> None:
    """The same search without its page, since a file holds more."""
    page = client.get("/search?q=metal&per_page=1&page=2").text

    assert re.findall(r'href="(/search\.(?:bib|ris|csl\.json)\?[^"]+)"', page) == [
        f"/search{ending}?q=metal" for ending in TYPES
    ]
    assert "These entries for a reference manager:" in page


# --- Zotero ------------------------------------------------------------------------------------


class _Head(HTMLParser):
    """The meta tags of a page by name, in their order."""

    def __init__(self) -> None:
        super().__init__()
        self.tags: list[tuple[str, str]] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        name = given.get("name") or given.get("property")
        if tag == "meta" and name:
            self.tags.append((name, given.get("content") or ""))


#: The type of item that Zotero makes of a page by a tag of it, and of any other tag with a title.
ZOTERO_TYPES = {
    "citation_journal_title": "journalArticle",
    "citation_technical_report_institution": "report",
    "citation_conference_title": "conferencePaper",
    "citation_book_title": "bookSection",
    "citation_dissertation_institution": "thesis",
}
#: Prefixes by which Zotero reads a page as RDF instead; of these Open Graph only fills gaps.
ZOTERO_RDF = ("dc.", "dcterms.", "prism.", "bibo.", "eprints.", "z.")


def _zotero_name(author: str) -> list[dict[str, str]]:
    """The names that Zotero makes of a ``citation_author``, by its published rules."""
    authors = re.split(r"\s*;\s*", author)
    if len(authors) == 1:
        by_comma = re.split(r"\s*,\s*", authors[0])
        if len(by_comma) > 1 and " " in by_comma[0] and " " in by_comma[1]:
            authors = by_comma
    names = []
    for one in filter(None, (name.strip() for name in authors)):
        cleaned = re.sub(r"^[\s.,/\[\]:]+|[\s.,/\[\]:]+$", "", one)
        if "," in one:
            last, _, first = cleaned.partition(",")
        else:
            first, _, last = cleaned.rpartition(" ")
        names.append({"first": first.strip(), "last": last.strip()})
    return names


def _zotero(tags: list[tuple[str, str]]) -> dict[str, object]:
    """What Zotero takes of a page, by the rules of its translator *Embedded Metadata*."""
    types = [ZOTERO_TYPES[name] for name, _ in tags if name in ZOTERO_TYPES]
    assert [name for name, _ in tags if name.lower().startswith(ZOTERO_RDF)] == []
    said = dict(reversed(tags))  # the first of each
    authors = [content for name, content in tags if name == "citation_author"]
    return {
        "type": types[-1] if types else "journalArticle",
        "title": said["citation_title"],
        "authors": [name for author in authors for name in _zotero_name(author)],
        "date": said.get("citation_publication_date", ""),
        "institution": said["citation_technical_report_institution"],
        "number": said.get("citation_technical_report_number", ""),
        "url": said["citation_public_url"],
        "language": said["citation_language"],
    }


def test_zotero_takes_a_case_as_a_report(page: str, case: dict) -> None:
    """Its type, the compendium as one author, year, title and address."""
    head = _Head()
    head.feed(page.partition("</head>")[0])

    assert _zotero(head.tags) == {
        "type": "report",
        "title": case["title"],
        "authors": [{"first": "", "last": SITE}],
        "date": case["date"].replace("-", "/"),
        "institution": SITE,
        "number": case["version"],
        "url": case["version_url"],
        "language": "en",
    }


@pytest.mark.parametrize(
    ("item", "authors"),
    [
        (CASE, [{"first": "", "last": SITE}]),
        (
            PEOPLE,
            [{"first": "Jane Ann", "last": "Doe"}, {"first": "Anna", "last": "van der Berg"}],
        ),
        (
            Item(
                key="a",
                kind="report",
                title="T",
                authors=(Name(family="Cases, networks and firms", is_organisation=True),),
                publisher="Cases",
                url="https://example.org",
                language="en",
            ),
            [{"first": "", "last": "Cases networks and firms"}],
        ),
    ],
    ids=["version", "people", "comma"],
)
def test_zotero_splits_no_organisation(item: Item, authors: list[dict[str, str]]) -> None:
    """People by family and given names, an organisation whole even with a comma in its name."""
    taken = _zotero(list(highwire_tags(item)))

    assert (taken["type"], taken["authors"]) == ("report", authors)
    assert taken["number"] == item.version


def test_zotero_reads_ten_pages(real_live: LiveSearcher, real_settings: Settings) -> None:
    """Of real cases, guides and programmes: type, authors, year and title as they are cited."""
    client = create_app(real_live, real_settings).test_client()
    ids = [case.id for case in real_live.current().cases][::8][:10]
    taken, expected = {}, {}
    for case_id in ids:
        head = _Head()
        head.feed(client.get(f"/cases/{case_id}").text)
        said, cited = _zotero(head.tags), client.get(f"/api/v1/citations/{case_id}").json
        year = str(said["date"])[:4]
        taken[case_id] = (said["type"], said["authors"], year, said["title"], said["number"])
        names = [{"first": a["given"], "last": a["family"]} for a in cited["authors"]]
        expected[case_id] = ("report", names, cited["year"], cited["title"], cited["version"])

    assert len(taken) == 10
    assert taken == expected


def test_only_the_page_of_a_case_is_a_report(client: FlaskClient) -> None:
    """A list, a guide's list or a flyer claims to be none."""
    for path in ("/", "/search?q=wine", f"/flyers/{METAL}", "/about"):
        assert "citation_" not in client.get(path).text
