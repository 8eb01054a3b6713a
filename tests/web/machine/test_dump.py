"""``/dump``: a page for people, and files that are made aside, once, and kept."""

from __future__ import annotations

import csv
import hashlib
import re
import time
from pathlib import Path
from typing import Any

import pytest
from filelock import FileLock
from flask.testing import FlaskClient

from kb.exports.dump.formats import TABLE_FORMATS
from kb.exports.dump.tables import TABLES
from kb.exports.making import DUMPS, SLOTS, Making
from tests.kb.cli.command import kb
from tests.web.changing_site import Site

FILES = [f"{table.name}.{form}" for table in TABLES for form in TABLE_FORMATS]


@pytest.fixture(name="site", scope="module")
def _site(tmp_path_factory: pytest.TempPathFactory, tiny_encoder: Path) -> Site:
    site = Site(tmp_path_factory.mktemp("dump"), tiny_encoder)
    site.build()
    return site


def made(client: FlaskClient, address: str, **options: Any) -> Any:
    """What is at an address once it is made."""
    end = time.monotonic() + 600
    while (answer := client.get(address, buffered=True, **options)).status_code == 503:
        assert answer.headers["Retry-After"] == "5"
        assert time.monotonic() < end
    return answer


def test_the_page_tells_what_there_is(site: Site):
    """Each file with its size, the licence, the state, and every column."""
    client = site.client()
    made(client, "/dump/cases.csv")
    page = client.get("/dump").text

    assert re.findall(r'href="/dump/([^"]+)"', page) == [
        *FILES,
        "datapackage.json",
        "croissant.json",
    ]
    assert client.get("/healthz").json["snapshot"] in page
    assert "CC BY 4.0" in page
    for table in TABLES:
        for column in table.columns:
            assert f"<code>{column.name}</code>" in page
    assert 'href="/oai?verb=Identify"' in page


def test_the_files_are_those_that_they_are_said_to_be(site: Site):
    """Type, size and digest are told before and are right; what is known is not sent again."""
    client = site.client()
    package = made(client, "/dump/datapackage.json").json
    told = {one["path"]: one for one in package["resources"]}
    assert list(told) == [f"{table.name}.csv" for table in TABLES]
    for name in FILES:
        answer = made(client, f"/dump/{name}")
        digest = hashlib.sha256(answer.data).hexdigest()
        media_type = TABLE_FORMATS[name.partition(".")[2]].media_type
        assert answer.content_type.partition(";")[0] == media_type
        assert answer.headers["ETag"] == f'"{digest}"'
        assert int(answer.headers["Content-Length"]) == len(answer.data)
        assert answer.headers["Content-Disposition"] == f"attachment; filename={name}"
        again = client.get(f"/dump/{name}", headers={"If-None-Match": f'"{digest}"'}, buffered=True)
        assert (again.status_code, again.data) == (304, b"")
        if name in told:
            assert told[name]["hash"] == f"sha256:{digest}"
            assert told[name]["bytes"] == len(answer.data)
    part = client.get("/dump/cases.csv", headers={"Range": "bytes=0-2"}, buffered=True)
    assert (part.status_code, part.data) == (206, b"\xef\xbb\xbf")


def test_the_command_writes_the_same(site: Site, tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    """Byte for byte, from the same snapshot."""
    settings = site.settings
    for name in ("index", "model", "min_score"):
        monkeypatch.setenv(f"KB_{name.upper()}", str(getattr(settings, name)))
    monkeypatch.setenv("KB_MULTILINGUAL", "off")
    client = site.client()
    for form in TABLE_FORMATS:
        told = kb("export", "--format", form, "--output", str(tmp_path / form))
        assert told.exit_code == 0
        assert "cases 7, results 7, sources 8" in told.stderr
        for table in TABLES:
            name = f"{table.name}.{form}"
            assert made(client, f"/dump/{name}").data == (tmp_path / form / name).read_bytes()


def test_a_new_state_has_new_files(tmp_path: Path, tiny_encoder: Path):
    """They are made once more; of old ones no more than the last is kept, and none is mixed."""
    site = Site(tmp_path, tiny_encoder)
    site.build()
    client = site.client()
    first = made(client, "/dump/cases.csv")
    for title in ("Second", "Third"):
        text = site.path("denmark/hostile-title").read_text()
        title_line = next(line for line in text.splitlines() if line.startswith("title:"))
        site.edit("denmark/hostile-title", title_line, f"title: {title}")
        site.build()
        now = made(client, "/dump/cases.csv")
        rows = csv.DictReader(now.data.decode("utf-8-sig").splitlines(keepends=True))
        assert next(rows)["title"] == title
        assert now.headers["ETag"] != first.headers["ETag"]
    dumps = Making(site.settings.index).folder / DUMPS
    assert len([path for path in dumps.iterdir() if not path.name.startswith(".")]) == 2


def test_a_dump_that_was_removed_is_made_again(tmp_path: Path, tiny_encoder: Path):
    """By whoever asks for it next."""
    site = Site(tmp_path, tiny_encoder)
    site.build()
    client = site.client()
    first = made(client, "/dump/results.jsonl").data
    for path in (Making(site.settings.index).folder / DUMPS).iterdir():
        path.rename(tmp_path / "elsewhere")

    assert made(client, "/dump/results.jsonl").data == first


def test_while_they_are_made_nobody_gets_a_part(tmp_path: Path, tiny_encoder: Path):
    """A program is told when to ask, and never sent a page as a table; people read what comes."""
    site = Site(tmp_path, tiny_encoder)
    site.build()
    client = site.client()
    folder = Making(site.settings.index).folder
    locks = [FileLock(folder / f"slot-{slot}.lock") for slot in range(SLOTS)]
    for lock in locks:
        lock.acquire()
    try:
        answer = client.get("/dump/cases.csv")
        page = client.get("/dump")
    finally:
        for lock in locks:
            lock.release()

    assert (answer.status_code, answer.headers["Retry-After"]) == (503, "5")
    assert answer.content_type.startswith("text/plain")
    assert page.status_code == 200
    assert "are being made" in page.text
    assert "/dump/cases.csv" not in re.findall(r'href="([^"]+)"', page.text)
    assert made(client, "/dump/cases.csv").status_code == 200


@pytest.mark.parametrize("name", ["cases", "cases.xls", "..%2Fmanifest.json", "x" * 5000])
def test_no_other_file_is_there(site: Site, name: str):
    """An unknown name is no page of this site."""
    assert site.client().get(f"/dump/{name}").status_code == 404
