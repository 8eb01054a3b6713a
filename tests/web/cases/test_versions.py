"""The versions of a case as pages: what was said stays, what is newer is told."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest
from flask.testing import FlaskClient

from kb.assistants.messages import LEGACY
from kb.model.case_versions import short
from kb.versions.store import FOLDER
from tests.kb.cli.command import kb
from tests.web.changing_site import Site

CASE, OTHER, MOVED, DENMARK = (
    "spain/textile-training",
    "norway/textile-exporters",
    "norway/weavers",
    "denmark/hostile-title",
)


@pytest.fixture(name="site", scope="module")
def _site(tmp_path_factory: pytest.TempPathFactory, tiny_encoder: Path) -> Site:
    return changed_site(tmp_path_factory.mktemp("versions"), tiny_encoder)


def changed_site(folder: Path, model: Path) -> Site:
    """One case that changed, one that moved, one withdrawn, one deleted; two builds."""
    site = Site(folder, model)
    site.build()
    site.edit(CASE, "status: cautionary", "status: mixed")
    site.edit(CASE, "title: Textile firms train together", "title: Textile firms in Spain train")
    taxonomy = site.settings.cases / "taxonomy.yaml"
    taxonomy.write_text(taxonomy.read_text().replace("label: Staff training", "label: Courses"))
    text = site.path(OTHER).read_text()
    site.path(OTHER).unlink()
    site.path(MOVED).write_text(text.replace("\nkind:", f"\naliases: [{OTHER}]\nkind:", 1))
    gone = "\nwithdrawn: {day: 2026-11-28, reason: The firms asked us.}\nkind:"
    site.edit("international/wine-and-metal-programme", "\nkind:", gone)
    site.path(DENMARK).unlink()
    site.build()
    return site


@pytest.fixture(name="client")
def _client(site: Site) -> FlaskClient:
    return site.client()


def page(client: FlaskClient, path: str, status: int = 200) -> str:
    """A page, its white space made even."""
    answer = client.get(path)
    assert answer.status_code == status, answer.text[:500]
    return re.sub(r"\s+", " ", answer.text)


def words(html: str) -> str:
    """What a page says, without its marks."""
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", html.partition("<main")[2]))


def test_an_earlier_version_is_shown_with_its_own_words(site: Site, client: FlaskClient):
    """Title, status and the label of the vocabulary are those of then."""
    one, two = site.names(CASE)
    old, new = (page(client, f"/cases/{CASE}@{name}") for name in (one, two))

    assert "<h1>Textile firms train together</h1>" in old
    assert "<h1>Textile firms in Spain train</h1>" in new
    assert ">Staff training</a>" in old
    assert ">Courses</a>" in new
    assert "Cautionary" in words(old)
    assert "An earlier version of" in words(old)
    assert "The newest version of" in words(new)
    assert f'href="/cases/{CASE}@{one}...{two}">What has changed since' in old
    assert f'href="/cases/{CASE}">The newest text' in old


def test_a_version_is_cited_by_its_own_address(site: Site, client: FlaskClient):
    """The earlier one as the earlier one, the page as the newest."""
    one, two = site.names(CASE)
    old, now = (page(client, path) for path in (f"/cases/{CASE}@{one}", f"/cases/{CASE}"))

    for html, name in ((old, one), (now, two)):
        address = f"http://localhost/cases/{CASE}@{name}"
        assert f"<dt>This text, unchanged</dt> <dd>{address}</dd>" in html
        assert f"<dt>Always the newest</dt> <dd>http://localhost/cases/{CASE}</dd>" in html


def test_robots_are_told_which_is_the_page(site: Site, client: FlaskClient):
    """An earlier text is in no index; the page of the case is the one to list."""
    one, two = site.names(CASE)
    old, new, now = (
        page(client, path)
        for path in (f"/cases/{CASE}@{one}", f"/cases/{CASE}@{two}", f"/cases/{CASE}")
    )
    canonical = f'<link rel="canonical" href="http://localhost/cases/{CASE}">'

    assert [canonical in html for html in (old, new, now)] == [True] * 3
    assert ["noindex" in html for html in (old, new, now)] == [True, False, False]


def test_the_file_comes_back_byte_for_byte(site: Site, client: FlaskClient):
    """As it was, and as it is."""
    answers = [client.get(f"/cases/{CASE}@{name}.md") for name in site.names(CASE)]

    assert [answer.mimetype for answer in answers] == ["text/markdown"] * 2
    assert b"status: cautionary" in answers[0].data
    assert answers[1].data == site.path(CASE).read_bytes()
    assert answers[0].headers["X-Robots-Tag"] == "noindex"


def test_what_differs_is_marked_word_by_word(site: Site, client: FlaskClient):
    """Deleted and inserted words, for those who see them and for those who hear them."""
    one, two = site.names(CASE)
    html = page(client, f"/cases/{CASE}@{one}...{two}")

    assert "<h2>Title</h2>" in html
    assert (
        '<ins><span class="hidden">inserted: </span>in Spain <span class="hidden"> end of inserted.'
        in html
    )
    assert '<del><span class="hidden">deleted: </span>Cautionary' in html
    assert "<h2>Labels of the vocabulary</h2>" in html
    assert "noindex" in html
    same = page(client, f"/cases/{CASE}@{one}...{one}")
    assert "The two say the same." in same


def test_the_page_of_a_case_lists_its_versions(site: Site, client: FlaskClient):
    """How many, and what changed last; of one alone no more than its day."""
    html = page(client, f"/cases/{CASE}")
    text = words(html)

    assert "Versions: 2, last changed on" in text
    assert "Title, status and labels of the vocabulary changed." in text
    assert all(f'href="/cases/{CASE}@{name}"' in html for name in site.names(CASE))
    assert "One version, of" in words(page(client, "/cases/france/wine-exporters"))


@pytest.mark.parametrize(
    "name",
    ["000000000000", "0", "..", "...", "<script>", "a" * 500, "é", "%00", "000000000000...1"],
)
def test_an_unknown_version_names_those_there_are(site: Site, client: FlaskClient, name: str):
    """A clear page with the versions of the case; nothing of the name is taken for markup."""
    html = page(client, f"/cases/{CASE}@{name}", 404)

    assert "There is no such version of this case" in html
    assert "<script>" not in html
    assert all(f'href="/cases/{CASE}@{known}"' in html for known in site.names(CASE))


def test_a_case_that_never_was_has_no_versions(client: FlaskClient):
    """It is told as an unknown case, with the nearest ids."""
    html = page(client, f"/cases/{CASE}x@000000000000", 404)

    assert "There is no case at this address" in html
    assert f'href="/cases/{CASE}"' in html


def test_a_moved_case_leads_to_its_new_address(site: Site, client: FlaskClient):
    """Its page, its flyer and its JSON for good; a text of before stays where it was."""
    (old,), new = site.names(OTHER), site.names(MOVED)[-1]
    for before, after in (
        (f"/cases/{OTHER}?x=1", f"/cases/{MOVED}?x=1"),
        (f"/flyers/{OTHER}", f"/flyers/{MOVED}"),
        (f"/api/v1/cases/{OTHER}", f"/api/v1/cases/{MOVED}"),
        (f"/cases/{OTHER}@{new}", f"/cases/{MOVED}@{new}"),
        (f"/cases/{OTHER}@{old}...{new}", f"/cases/{MOVED}@{old}...{new}"),
    ):
        answer = client.get(before)
        assert (answer.status_code, answer.headers["Location"]) == (308, after)
    for case_id in (OTHER, MOVED):
        assert client.get(f"/cases/{case_id}@{old}").status_code == 200
    html = page(client, f"/cases/{MOVED}")
    assert f"At that time under {OTHER}." in words(html)
    assert f'href="/cases/{MOVED}">The case at its new address' in page(
        client, f"/cases/{OTHER}@{old}"
    )


def test_a_withdrawn_case_says_why(site: Site, client: FlaskClient):
    """410 with the day and the reason; its text stays open, and nothing else has it."""
    case_id = "international/wine-and-metal-programme"
    (name,) = site.names(case_id)
    html = page(client, f"/cases/{case_id}", 410)
    text = words(html)

    assert "This case was withdrawn" in text
    assert "was withdrawn on 28 November 2026. The firms asked us." in text
    assert f'href="/cases/{case_id}@{name}"' in html
    kept = words(page(client, f"/cases/{case_id}@{name}"))
    assert "This case was withdrawn on 28 November 2026. The firms asked us." in kept
    assert client.get(f"/api/v1/cases/{case_id}").status_code == 410
    for path in ("/sitemap.xml", "/api/v1/cases", "/search?kind=programme", "/browse", "/atlas"):
        assert case_id not in client.get(path).text


def test_a_deleted_case_says_until_when(site: Site, client: FlaskClient):
    """410, and what it said can still be read."""
    (name,) = site.names(DENMARK)
    html = page(client, f"/cases/{DENMARK}", 410)

    assert "This case is no longer here" in html
    assert f"The case '{DENMARK}' was here until" in html.replace("&#39;", "'")
    assert f'href="/cases/{DENMARK}@{name}"' in html
    kept = page(client, f"/cases/{DENMARK}@{name}")
    assert "This case is no longer in the compendium." in kept
    assert "<script>alert" not in kept


def test_the_api_says_the_same(site: Site, client: FlaskClient):
    """The list, a version, and what differs."""
    one, two = site.names(CASE)
    listed = client.get(f"/api/v1/versions/{CASE}").get_json()
    kept = client.get(f"/api/v1/cases/{CASE}@{one}").get_json()

    assert (listed["state"], listed["now"], listed["why"]) == ("here", CASE, "")
    assert [entry["version"] for entry in listed["versions"]] == [two, one]
    assert [entry["is_newest"] for entry in listed["versions"]] == [True, False]
    assert listed["versions"][1]["url"] == f"http://localhost/cases/{CASE}@{one}"
    assert (kept["version"], kept["newest"], kept["is_newest"]) == (one, two, False)
    assert "status: cautionary" in kept["markdown"]
    assert kept["labels"]["projects"] == {"staff-training": "Staff training"}
    assert [part["name"] for part in kept["difference"]] == [
        "title", "status", "labels of the vocabulary",
    ]  # fmt: skip
    same = client.get(f"/api/v1/cases/{CASE}@{one}?against={one}").get_json()
    assert (same["against"], same["difference"]) == (one, [])
    wrong = client.get(f"/api/v1/cases/{CASE}@000000000000")
    assert (wrong.status_code, wrong.mimetype) == (404, "application/problem+json")
    assert wrong.get_json()["allowed"] == [two, one]
    states = {
        case_id: client.get(f"/api/v1/versions/{case_id}").get_json()["state"]
        for case_id in (OTHER, DENMARK, "international/wine-and-metal-programme")
    }
    assert list(states.values()) == ["moved", "gone", "withdrawn"]
    assert client.get("/api/v1/versions/no/where").status_code == 404


def test_a_damaged_store_does_not_keep_a_case_from_being_read(tmp_path: Path, tiny_encoder: Path):
    """The case is shown; a version is named as damaged and is not shown."""
    site = Site(tmp_path, tiny_encoder)
    site.build()
    (name,) = site.names(CASE)
    (layer,) = (path for path in (site.settings.index / FOLDER).iterdir() if path.is_dir())
    lines = layer / "objects.jsonl"
    lines.write_bytes(re.sub(rb'"[^"]{40}', b'"' + b"A" * 40, lines.read_bytes()))
    client = site.client()

    html = page(client, f"/cases/{CASE}@{name}", 500)
    assert "This version cannot be shown" in html
    assert "Textile" not in words(html)
    assert client.get(f"/cases/{CASE}").status_code == 200
    (layer / "entries.jsonl").write_bytes(b"")
    client = site.client()
    assert client.get(f"/cases/{CASE}").status_code == 200
    assert client.get(f"/cases/{CASE}x").status_code == 404
    html = page(client, f"/cases/{CASE}@{name}", 503)  # nobody knows whether there is such one
    assert "The earlier versions of the cases cannot be read" in html


#: What can be answered only by who knows when each case changed.
NEEDS_DAYS = (
    "/oai?verb=Identify",
    "/oai?verb=ListRecords&metadataPrefix=oai_dc",
    "/cases.atom",
    "/search.atom?q=train",
    "/sitemap.xml",
    "/llms.txt",
)


@pytest.mark.parametrize("damaged", ["layers.json", "entries.jsonl"])
def test_without_the_store_nobody_is_told_a_wrong_day(
    tmp_path: Path, tiny_encoder: Path, caplog: pytest.LogCaptureFixture, damaged: str
):
    """What tells days is answered 503 and logged, until the store is back; the rest goes on."""
    site = Site(tmp_path, tiny_encoder)
    site.build()
    (name,) = site.names(CASE)
    (path,) = site.versions.folder.rglob(damaged)
    whole = path.read_bytes()
    path.write_bytes(b"")
    client = site.client()

    for address in (*NEEDS_DAYS, f"/cases/{CASE}@{name}", f"/api/v1/citations/{CASE}@{name}"):
        caplog.clear()
        answer = client.get(address)
        told = [record.getMessage() for record in caplog.records if record.levelname == "ERROR"]

        assert (answer.status_code, answer.headers["Retry-After"]) == (503, "30"), address
        assert "The earlier versions of the cases cannot be read" in answer.text
        assert str(tmp_path) not in answer.text
        assert len(told) == 1, told
        asked = address.partition("?")[0]
        assert told[0].startswith(f"{asked!r} cannot be answered: {path} does not hold what it")
    assert client.get(f"/cases/{CASE}").status_code == 200
    assert client.get("/search?q=train").status_code == 200
    caplog.clear()
    called = {"name": "get_case", "arguments": {"id": f"{CASE}@{name}"}}
    message = {"jsonrpc": "2.0", "id": 1, "method": "tools/call", "params": called}
    headers = {"MCP-Protocol-Version": LEGACY[0]}
    result = client.post("/mcp", json=message, headers=headers).json["result"]
    assert result["isError"]
    assert result["content"][0]["text"].startswith("Earlier versions cannot be read just now. Ask")
    assert caplog.messages[0].startswith("the tool get_case cannot answer")
    path.write_bytes(whole)
    client = site.client()
    assert [client.get(address).status_code for address in NEEDS_DAYS] == [200] * len(NEEDS_DAYS)


def test_what_another_program_kept_is_shown_as_it_was_written(tmp_path: Path, tiny_encoder: Path):
    """Where a record is no longer understood, the file is."""
    from dataclasses import replace

    from kb.model.case_versions import Entry, Version, digest_of_version
    from kb.versions.store import adding

    site = Site(tmp_path, tiny_encoder)
    site.build()
    text = b"---\ntitle: <b>Old</b>\n---\n\nText.\n"
    kept = Version(case_id=CASE, digest="", text=text, sources={}, labels={})
    kept = replace(kept, digest=digest_of_version(kept))
    with adding(site.versions, first=True) as addition:
        addition.add(kept)
        addition.tell(CASE, Entry(digest=kept.digest, day="2001-01-01", what="Before."))
    html = page(site.client(), f"/cases/{CASE}@{short(kept.digest)}")

    assert "&lt;b&gt;Old&lt;/b&gt;" in html
    assert "An earlier version of 1 January 2001." in words(html)
    name = f"{short(kept.digest)}...{site.names(CASE)[-1]}"
    assert "<h2>Text</h2>" in page(site.client(), f"/cases/{CASE}@{name}")


def test_the_json_of_the_description_has_the_operations(client: FlaskClient):
    """With an example of a version that the case of the example has."""
    paths = client.get("/api/v1/openapi.json").get_json()["paths"]
    parameters = {
        one["name"]: one.get("example")
        for one in paths["/api/v1/cases/{case_id}@{name}"]["get"]["parameters"]
    }

    answer = client.get(f"/api/v1/cases/{parameters['case_id']}@{parameters['name']}")
    assert answer.status_code == 200, json.dumps(parameters)
    assert "/api/v1/versions/{case_id}" in paths


def test_a_version_is_cited_as_it_was(site: Site) -> None:
    """Its page, its files and the tags in its head name the old text; the newest is said beside."""
    client = site.client()
    old, new = site.names(CASE)
    page = client.get(f"/cases/{CASE}@{old}").text
    address = f"http://localhost/cases/{CASE}"

    assert f"Textile firms train together (Version {old}). {address}@{old}" in page
    assert f'<meta name="citation_technical_report_number" content="{old}">' in page
    assert f'<meta name="citation_public_url" content="{address}@{old}">' in page
    links = re.findall(r'href="(/(?:cases|sources)/[^"]+\.(?:bib|ris|csl\.json))"', page)
    assert len(links) == 6
    assert [link for link in links if f"{CASE}@{old}." not in link] == []
    assert [client.get(link).status_code for link in links] == [200] * 6
    [before] = client.get(f"/cases/{CASE}@{old}.csl.json").json
    [after] = client.get(f"/cases/{CASE}.csl.json").json
    assert (before["title"], before["version"]) == ("Textile firms train together", old)
    assert (after["title"], after["version"]) == ("Textile firms in Spain train", new)
    assert before["note"] == f"The newest text: {address}"


def test_a_version_of_a_case_that_is_no_more_is_cited_without_a_newest_address(site: Site) -> None:
    """A deleted case keeps its versions; no address claims to show a newer text."""
    client = site.client()
    [name] = site.names(DENMARK)
    page = client.get(f"/cases/{DENMARK}@{name}").text

    assert "Always the newest" not in page
    assert "This text, unchanged" in page
    [cited] = client.get(f"/cases/{DENMARK}@{name}.csl.json").json
    assert "note" not in cited
    assert client.get(f"/cases/{CASE}@000000000000.ris").status_code == 404


def test_the_api_and_the_command_cite_a_version(
    site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Title, day and addresses are those of the old text; the files are those of its page."""
    client = site.client()
    old, _ = site.names(CASE)
    address = f"http://localhost/cases/{CASE}"
    cited = client.get(f"/api/v1/citations/{CASE}@{old}").json

    [day] = [entry.day for entry in site.versions.history(CASE) if short(entry.digest) == old]
    assert [cited[name] for name in ("id", "title", "version", "date")] == [
        CASE,
        "Textile firms train together",
        old,
        day,
    ]
    assert (cited["newest_url"], cited["version_url"]) == (address, f"{address}@{old}")
    assert cited["formats"]["ris"] == client.get(f"/cases/{CASE}@{old}.ris").text
    monkeypatch.setenv("KB_SITE_URL", "http://localhost")
    monkeypatch.setenv("KB_MODEL", site.settings.model)
    monkeypatch.setenv("KB_MULTILINGUAL", "off")
    said = kb("cite", "--index", site.settings.index, f"{CASE}@{old}", "--style", "mla")
    assert (said.exit_code, said.stdout) == (0, cited["styles"]["mla"] + "\n")
    one = kb("cite", "--index", site.settings.index, f"{CASE}@{old}", "--json")
    assert json.loads(one.stdout)["formats"] == cited["formats"]
    sources = ("--sources", "--format", "ris")
    before = kb("cite", "--index", site.settings.index, f"{CASE}@{old}", *sources)
    assert before.stdout.splitlines() == client.get(f"/sources/{CASE}@{old}.ris").text.splitlines()


def test_what_cannot_be_cited_of_versions_is_told(
    site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    """An unknown version names those there are; of a case that is no more there is no newest."""
    monkeypatch.setenv("KB_MODEL", site.settings.model)
    monkeypatch.setenv("KB_MULTILINGUAL", "off")
    client = site.client()
    unknown = client.get(f"/api/v1/citations/{CASE}@000000000000")
    said = kb("cite", "--index", site.settings.index, f"{CASE}@000000000000")

    assert (unknown.status_code, unknown.json["allowed"]) == (404, site.names(CASE)[::-1])
    assert unknown.json["detail"] in said.stderr
    assert (said.exit_code, said.stdout) == (1, "")
    [name] = site.names(DENMARK)
    gone = client.get(f"/api/v1/citations/{DENMARK}@{name}").json
    assert (gone["newest_url"], gone["version"]) == ("", name)


def test_a_version_is_cited_under_either_id_of_a_moved_case(site: Site) -> None:
    """One that came after the move is found under the earlier id too."""
    client = site.client()
    newest = site.names(MOVED)[-1]

    for asked in (MOVED, OTHER):
        cited = client.get(f"/api/v1/citations/{asked}@{newest}").json
        assert (cited["version"], cited["newest_url"]) == (
            newest,
            f"http://localhost/cases/{MOVED}",
        )
