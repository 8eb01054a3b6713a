"""Cases and lists of hits as files: how they are offered, made, sent and refused."""

from __future__ import annotations

import io
import re
import threading
import time
from zipfile import ZipFile

import pytest
from pypdf import PdfReader

from kb.citations.formats import FORMATS as CITED
from kb.errors import ExportFailed
from kb.exports.formats import FORMATS
from kb.exports.making import Making, oldest_first
from web import create_app
from web.cases import views as cases_views
from web.ui import exported

ENDINGS = "|".join(FORMATS)
METAL = "/cases/norway/metal-buyers"
STARTS = {"pdf": b"%PDF", "epub": b"PK", "docx": b"PK", "imscc": b"PK", "md": b"# Metal firms"}


def file_at(client, address, **options):
    """The file at an address, once it is made."""
    end = time.monotonic() + 600  # who makes it steps back behind all else on a busy machine
    while (answer := client.get(address, **options)).status_code == 202:
        assert time.monotonic() < end
        time.sleep(0.1)
    return answer


@pytest.mark.parametrize("form", FORMATS)
def test_a_case_in_every_format(client, form):
    """A case comes in each format under a good name, and is not sent twice."""
    first = file_at(client, f"{METAL}.{form}")
    again = client.get(f"{METAL}.{form}", headers={"If-None-Match": first.headers["ETag"]})
    way = "inline" if form == "pdf" else "attachment"
    assert first.status_code == 200
    assert first.data.startswith(STARTS[form])
    assert first.content_type.partition(";")[0] == FORMATS[form].media_type
    assert first.headers["Content-Disposition"] == f'{way}; filename="norway-metal-buyers.{form}"'
    assert first.headers["Cache-Control"] == "no-cache"
    assert (again.status_code, again.data) == (304, b"")


def test_a_part_of_a_file(client):
    """Who has the beginning of a file asks for the rest."""
    whole = file_at(client, f"{METAL}.pdf").data
    part = client.get(f"{METAL}.pdf", headers={"Range": f"bytes={len(whole) - 10}-"})
    assert (part.status_code, part.data) == (206, whole[-10:])


def test_a_guide_has_files_too(client):
    """A guide has no flyer, and has every file."""
    page = client.get("/cases/guides/purchase-guide").text
    assert re.findall(rf'href="(/cases/guides/purchase-guide\.(?:{ENDINGS}))"', page) == [
        f"/cases/guides/purchase-guide.{form}" for form in FORMATS
    ]
    assert file_at(client, "/cases/guides/purchase-guide.md").status_code == 200


def test_files_of_what_is_not_there(client):
    """An unknown case or format is a page that says so; a parameter is refused, as files do."""
    unknown = client.get("/cases/norway/metal-buyer.pdf")
    assert unknown.status_code == 404
    assert 'href="/cases/norway/metal-buyers"' in unknown.text
    assert client.get(f"{METAL}.doc").status_code == 404
    refused = client.get(f"{METAL}.pdf?page=2")
    assert refused.status_code == 400
    assert "page" in refused.text


def test_a_list_of_hits_as_a_file(client):
    """A search as a file holds what it found, and the words and filters that found it."""
    text = file_at(client, "/search.md?q=wine&country=FR").data.decode()
    assert text.startswith("# Results for “wine”\n")
    assert "| Words | wine |" in text
    assert "| Country | France |" in text
    assert "| Found | 2 |" in text
    assert "<http://localhost/search?q=wine&country=FR>" in text
    quoting = file_at(client, "/search.md?q=wine+%22small+firms%22").data.decode()
    assert quoting.startswith("# Results for “wine ‘small firms’”\n")
    assert len(re.findall("^## ", text, re.MULTILINE)) == 3  # contents, and both


def test_a_list_offers_its_files(client):
    """The page of a search links to the files of all that it found, whichever page it is."""
    page = client.get("/search?country=NO&page=1&per_page=1").text
    assert re.findall(rf'href="(/search\.(?:{ENDINGS})\?[^"]*)"', page) == [
        f"/search.{form}?country=NO" for form in FORMATS
    ]


def test_each_page_of_a_list_is_a_file_of_its_own(client):
    """A file that was made is sent for its own page alone, and for none that is not there."""
    files = [
        file_at(client, f"/search.md?country=FR&country=NO&per_page=1&page={page}").text
        for page in (1, 2)
    ]

    assert ["; here are 1 to 1 |" in files[0], "; here are 2 to 2 |" in files[1]] == [True, True]
    beyond = client.get("/search.md?country=FR&country=NO&per_page=1&page=99")
    assert beyond.status_code == 400


@pytest.mark.parametrize("query", ["page=99", "per_page=x", "contry=NO", "type=sideways"])
def test_a_file_refuses_what_is_not_understood(client, query):
    """A file is the whole answer or none."""
    assert client.get(f"/search.pdf?{query}").status_code == 400


def test_a_search_without_a_hit_is_a_file_that_says_so(client):
    """Nothing found is told in the file."""
    assert "Nothing was found." in file_at(client, "/search.md?country=AT").text


def test_a_reader_who_has_to_wait_is_told_how_far_it_is(live, settings, monkeypatch):
    """Where a file is not made at once, a page says so and asks again; then it comes."""
    monkeypatch.setattr(exported, "WAIT_S", 0.0)
    client = create_app(live, settings).test_client()
    address = "/search.epub?project=exporting"
    first = client.get(address)
    assert (first.status_code, first.headers["Retry-After"]) == (202, "2")
    assert first.headers["Cache-Control"] == "no-store"
    assert "Your file is being made" in first.text
    assert '<meta http-equiv="refresh" content="2">' in first.text
    assert f'href="{address}"' in first.text
    keys = client.application.extensions["kb_exports"].keys
    while not keys:
        time.sleep(0.01)
    key = next(iter(keys.values()))
    assert Making(settings.index).wait(key, 600) is not None
    second = client.get(address)
    assert second.status_code == 200
    assert ZipFile(io.BytesIO(second.data)).testzip() is None


def test_a_file_that_has_just_been_removed_is_made_again(live, settings, monkeypatch):
    """Another process may clear the folder between the look and the reading."""
    client = create_app(live, settings).test_client()
    before = file_at(client, f"{METAL}.md").data
    made, removed = Making.made, []

    def and_removed(making, key):
        path = made(making, key)
        if path is not None and not removed:
            path.unlink()
            removed.append(path)
        return path

    monkeypatch.setattr(Making, "made", and_removed)
    assert file_at(client, f"{METAL}.md").data == before
    assert len(removed) == 1


def test_who_does_not_wait_asks_for_a_file_once(live, settings, monkeypatch):
    """A worker that many ask at once looks for each file one time, and says how far it is."""
    client = create_app(live, settings).test_client()
    asked, ask = [], Making.ask

    def counted(making, key, given):
        asked.append(key)
        return ask(making, key, given)

    monkeypatch.setattr(Making, "ask", counted)
    exports = client.application.extensions["kb_exports"]
    with exports.turn:
        for _ in range(3):
            answer = client.get("/search.docx?country=NO&exact=true")
            assert answer.status_code in (200, 202)
            while not all(one.done() for one in list(exports.gathering.values())):
                time.sleep(0.01)
    assert len(asked) == 1


def test_one_thread_of_a_worker_waits(live, settings, monkeypatch):
    """While one request waits for its file, another is answered at once."""
    client = create_app(live, settings).test_client()
    exports = client.application.extensions["kb_exports"]
    monkeypatch.setattr(Making, "wait", lambda *_: pytest.fail("a second thread waits"))
    with exports.turn:
        assert client.get("/search.docx?country=DK&exact=true").status_code in (200, 202)


def test_a_full_line_is_told(live, settings, monkeypatch):
    """Where too many files wait, a page says when to come again, and nothing is written."""
    monkeypatch.setattr("kb.exports.making.MOST_WAITING", 0)
    client = create_app(live, settings).test_client()
    answer = client.get("/search.epub?country=ES")
    assert (answer.status_code, answer.headers["Retry-After"]) == (503, "30")
    assert "Many files are being made just now" in answer.text
    waiting = oldest_first(Making(settings.index).folder / "waiting")
    assert [path for path in waiting if path.suffix == ".epub"] == []


def test_a_file_that_could_not_be_made_is_told(live, settings, monkeypatch):
    """The page says what went wrong, in the words of what made the file."""
    client = create_app(live, settings).test_client()
    exports = client.application.extensions["kb_exports"]
    file_at(client, f"{METAL}.pdf")
    key = next(iter(exports.keys.values()))
    exports.making.made(key).unlink()
    failed = exports.making.folder / "failed" / key
    failed.write_text("TypstError: no such thing")
    try:
        answer = client.get(f"{METAL}.pdf")
    finally:
        failed.unlink()
    assert answer.status_code == 500
    assert "This file could not be made: TypstError: no such thing." in answer.text


def test_a_file_names_its_site(live, settings):
    """Addresses in a file are those of the site that it comes from."""
    client = create_app(live, settings).test_client()
    text = file_at(client, f"{METAL}.md", base_url="https://cases.example").text
    assert "Always the newest text: <https://cases.example/cases/norway/metal-buyers>" in text
    pdf = PdfReader(io.BytesIO(file_at(client, f"{METAL}.pdf").data))
    assert "http://localhost/cases/norway/metal-buyers" in pdf.pages[0].extract_text()


def test_a_version_has_files_of_its_own(client):
    """A version comes as a file that names both addresses; with .md it is the case's own file."""
    page = client.get(METAL).text
    name = re.search(r'href="/cases/norway/metal-buyers@([0-9a-f]{12})"', page)[1]
    made = file_at(client, f"{METAL}@{name}.docx")
    assert made.headers["Content-Disposition"] == (
        f'attachment; filename="norway-metal-buyers-{name}.docx"'
    )
    text = ZipFile(io.BytesIO(made.data)).read("word/document.xml").decode()
    assert f"http://localhost{METAL}@{name}" in text
    assert client.get(f"{METAL}@{name}.md").text.startswith("---\ntitle: Metal firms")
    assert client.get(f"{METAL}@000000000000.pdf").status_code == 404
    offered = re.findall(
        r'href="(/cases/[^"@]*@[0-9a-f]{12}\.[\w.]+)"', client.get(f"{METAL}@{name}").text
    )
    endings = {*(f".{form}" for form in FORMATS), *(one.ending for one in CITED.values())}
    assert {f"{METAL}@{name}{ending}" for ending in endings} == set(offered)


def test_a_file_names_the_unchanged_text(client):
    """The file of a case says both addresses, each with what it shows."""
    text = file_at(client, f"{METAL}.md").text
    assert re.search(
        r"This text, unchanged: <http://localhost/cases/norway/metal-buyers@[0-9a-f]{12}>", text
    )


def test_a_reading_list_as_a_file(client):
    """A list comes with its notes and the text of each version, at both addresses."""
    led = client.get("/packs/add?list=new&id=norway/metal-buyers&id=guides/purchase-guide")
    name = re.search(r"/packs/edit/([A-Za-z0-9_-]+)", led.headers["Location"])[1]
    made = file_at(client, f"/packs/{name}.md")
    assert made.text.startswith("# Reading list\n")
    assert f"<http://localhost/packs/{name}>" in made.text
    assert (
        len(re.findall("^This text, unchanged", made.text.replace("-   ", ""), re.MULTILINE)) == 2
    )
    assert made.headers["Cache-Control"] == "private, no-store"
    page = client.get(f"/packs/{name}").text
    assert all(f'href="/packs/{name}.{form}"' in page for form in FORMATS)


def test_what_goes_into_a_file_is_gathered_beside_those_who_ask(live, settings, monkeypatch):
    """Requests are answered while it is, each file is gathered once, and an error is told once."""
    client = create_app(live, settings).test_client()
    exports = client.application.extensions["kb_exports"]
    begin, gathered = threading.Event(), []
    gather = cases_views.case_document

    def slowly(case):
        begin.wait(600)
        gathered.append(case.id)
        if len(gathered) == 1:
            raise ExportFailed("it was the first")
        return gather(case)

    monkeypatch.setattr(cases_views, "case_document", slowly)
    address = "/cases/france/wine-exporters.docx"
    with exports.turn:
        before = [client.get(address) for _ in range(3)]
        assert client.get("/healthz").status_code == 200
        begin.set()
        while not all(one.done() for one in list(exports.gathering.values())):
            time.sleep(0.01)
        failed = client.get(address)
    made = file_at(client, address)

    assert [one.status_code for one in before] == [202] * 3
    assert "It is next in line." in before[0].text
    assert (failed.status_code, "it was the first" in failed.text) == (500, True)
    assert (made.status_code, gathered) == (200, ["france/wine-exporters"] * 2)


def test_no_more_is_gathered_than_may_wait(live, settings, monkeypatch):
    """The next request is refused, and is taken when there is room."""
    monkeypatch.setattr(exported, "MOST_WAITING", 1)
    client = create_app(live, settings).test_client()
    exports = client.application.extensions["kb_exports"]
    end = threading.Event()
    another = exports.gathering["another"] = exports.gatherer.submit(end.wait, 600)
    refused = client.get("/search.epub?country=ES&exact=true")
    end.set()
    another.result(60)

    assert (refused.status_code, refused.headers["Retry-After"]) == (503, "30")
    assert file_at(client, "/search.epub?country=ES&exact=true").status_code == 200
