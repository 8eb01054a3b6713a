"""A reading list of before ten rebuilds: what was assigned stands, whatever became of its cases."""

from __future__ import annotations

import io
import re
from collections.abc import Callable
from pathlib import Path

import pytest
from flask.testing import FlaskClient

from kb.exports.pack_address import pack_at
from kb.indexing.pipeline import build
from kb.snapshots.store import previous_ids, read_current, set_current
from tests.web.changing_site import Site
from tests.web.ui.test_exported import file_at

CHANGED, MOVED, WITHDRAWN, DELETED, MADE_ANEW = (
    *("spain/textile-training", "norway/textile-exporters"),
    *("international/wine-and-metal-programme", "denmark/hostile-title", "norway/metal-buyers"),
)
ASSIGNED = (CHANGED, MOVED, WITHDRAWN, DELETED, MADE_ANEW)
THEN, AT_LAST = "norway/weavers", "norway/weavers-abroad"


def _vocabulary(site: Site, old: str, new: str) -> None:
    path = site.settings.cases / "taxonomy.yaml"
    text = path.read_text()
    assert old in text
    path.write_text(text.replace(old, new, 1))


def _moved(site: Site, old: str, new: str, aliases: str) -> None:
    text = site.path(old).read_text()
    site.path(old).unlink()
    text = re.sub(r"\naliases: .*", "", text)
    site.path(new).write_text(text.replace("\nkind:", f"\naliases: [{aliases}]\nkind:", 1))


def _source(site: Site) -> None:
    path = site.settings.cases / "sources.bib"
    text = path.read_text()
    assert "year = {2001}" in text
    path.write_text(text.replace("year = {2001}", "year = {2002}"))


#: What happens before each build.
CHANGES: tuple[Callable[[Site], None], ...] = (
    lambda site: site.edit(CHANGED, "status: cautionary", "status: mixed"),
    lambda site: _moved(site, MOVED, THEN, MOVED),
    lambda site: site.edit(
        WITHDRAWN, "\nkind:", "\nwithdrawn: {day: 2026-11-28, reason: They asked us.}\nkind:"
    ),
    lambda site: site.path(DELETED).unlink(),
    lambda site: _vocabulary(site, "label: Staff training", "label: Courses"),
    lambda site: site.edit(CHANGED, "project: [staff-training]", "project: [exporting]"),
    _source,
    lambda site: _moved(site, THEN, AT_LAST, f"{MOVED}, {THEN}"),
    lambda site: site.edit(CHANGED, "had nobody to train", "trained"),
    lambda site: site.path(CHANGED).unlink(),
)


def _texts(client: FlaskClient, address: str) -> list[str]:
    """What stands in each item of a list with its texts, but for addresses and what is newer."""
    html = client.get(f"/packs/{address}/texts").text
    items = re.findall(r'<article class="pack-item".*?</article>', html, re.DOTALL)
    return [re.sub(r'(?s)<dl class="pack-version">.*?</dl>|<h2>.*?</h2>', "", one) for one in items]


def _files(client: FlaskClient, address: str) -> dict[str, str]:
    """A list as Markdown, and its cases as they are cited, but for what is newest."""
    made = {
        "md": file_at(client, f"/packs/{address}.md").text,
        "csl": client.get(f"/packs/{address}.csl.json").text,
        "yaml": client.get(f"/packs/{address}.yaml").text,
    }
    other = (
        r"-   Always the newest text: \S+\s*-   |-   (?=This text)|, state [0-9a-f]+"
        r'|,\n  "note": "The newest text: [^"]+"'
    )
    return {name: re.sub(other, "", text) for name, text in made.items()}


@pytest.fixture(name="site", scope="module")
def _site(tmp_path_factory: pytest.TempPathFactory, tiny_encoder: Path) -> Site:
    site = Site(tmp_path_factory.mktemp("ten"), tiny_encoder)
    site.build()
    return site


def test_it_shows_what_was_assigned(today: str, site: Site) -> None:
    """Bytes, sources and labels of each text are those of then, on its page and in its files."""
    client = site.client()
    asked = "&".join(f"id={case_id}" for case_id in ASSIGNED)
    made = client.get(f"/packs/add?{asked}&list=new")
    address = re.search(r"/packs/edit/([\w-]+)", made.location)[1]
    names = [item.version for item in pack_at(address).items]
    pages = [f"/cases/{one}@{name}" for one, name in zip(ASSIGNED, names, strict=True)]

    def shown() -> tuple[object, ...]:
        return (
            [client.get(f"{page}.md").data for page in pages],
            [site.versions.version(name) for name in names],
            _texts(client, address),
        )

    before, files = shown(), _files(client, address)
    assert before[0] == [site.path(case_id).read_bytes() for case_id in ASSIGNED]
    assert before[1][0].labels["projects"] == {"staff-training": "Staff training"}
    assert ">Cautionary<" in before[2][0]
    assert "Textile firms had nobody to train." in files["md"]
    assert "Staff training" in files["md"]

    served = []
    for change in CHANGES:
        change(site)
        site.build()
        site.live.refresh()
        served.append(site.live.current().snapshot_id)
        assert shown() == before
    assert _files(client, address) == files
    assert len(set(served)) == 10
    assert read_current(site.settings.index).snapshot_id == served[-1]

    build(site.settings, force=True)
    set_current(site.settings.index, previous_ids(site.settings.index)[0])  # one goes back
    site.live.refresh()
    assert shown() == before


def test_it_tells_what_became_of_each(tmp_path: Path, tiny_encoder: Path) -> None:
    """A moved case leads to where it stands now; of one that is no more nothing newer is told."""
    site = Site(tmp_path, tiny_encoder)
    site.build()
    client = site.client()
    three = (CHANGED, MOVED, DELETED)
    made = client.get(f"/packs/add?{'&'.join(f'id={one}' for one in three)}&list=new")
    address = re.search(r"/packs/edit/([\w-]+)", made.location)[1]
    for change in (CHANGES[0], CHANGES[1], CHANGES[3]):
        change(site)
    site.build()
    site.live.refresh()

    html = client.get(f"/packs/{address}").text
    items = re.findall(r'<article class="pack-item".*?</article>', html, re.DOTALL)
    newest = "Always the newest"
    assert [newest in one for one in items] == [True, True, False]
    assert [f'href="/cases/{one}"' in two for one, two in zip((CHANGED, THEN), items, strict=False)]
    heading = r'<h2><span class="pack-number">\d</span> <a href="([^"]+)"'
    names = [item.version for item in pack_at(address).items]
    assert [re.search(heading, one)[1] for one in items] == [
        f"/cases/{case_id}@{name}" for case_id, name in zip(three, names, strict=True)
    ]
    said = "Compare the cases side by side</a>, by their newest texts and not by those of this list"
    assert said in html
    opened = client.post(
        "/packs/open", data={"file": (io.BytesIO(client.get(f"/packs/{address}.yaml").data), "x")}
    )
    assert (opened.status_code, pack_at(opened.location.rpartition("/")[2])) == (
        303,
        pack_at(address),
    )
    moved_name = names[1]
    file = f"items:\n- case: {THEN}@{moved_name}\n".encode()
    under_its_new_id = client.post("/packs/open", data={"file": (io.BytesIO(file), "x")})
    assert under_its_new_id.status_code == 303
    assert "There is a newer text" in items[0]
    assert "There is a newer text" in items[1]
    [changed, moved, deleted] = client.get(f"/api/v1/packs/{address}").json["items"]
    assert (changed["is_newest"], moved["is_newest"]) == (False, False)
    assert (moved["id"], moved["url"]) == (MOVED, f"http://localhost/cases/{THEN}")
    assert deleted["id"] == DELETED
    file = file_at(client, f"/packs/{address}.md").text
    assert f"http://localhost/cases/{THEN}>" in file
    assert f"http://localhost/cases/{DELETED}>" not in file
    cited = client.get(f"/packs/{address}.csl.json").json
    assert [one.get("note", "") for one in cited] == [
        f"The newest text: http://localhost/cases/{CHANGED}",
        f"The newest text: http://localhost/cases/{THEN}",
        "",
    ]


def test_a_moved_case_is_known_by_its_earlier_id(tmp_path: Path, tiny_encoder: Path) -> None:
    """Where an id is a parameter, too: it is added, and compared, once."""
    site = Site(tmp_path, tiny_encoder)
    site.build()
    CHANGES[1](site)
    site.build()
    client = site.client()

    added = client.get(f"/packs/add.json?id={MOVED}&id={THEN}&list=new").json
    assert added["count"] == 1
    assert client.get(f"/packs/add?id={MOVED}&list=new").status_code == 303
    compared = client.get(f"/compare?id={MOVED}&id={CHANGED}&id={THEN}")
    assert compared.status_code == 200
    answer = client.get(f"/api/v1/compare?id={MOVED}&id={CHANGED}&id={THEN}").json
    assert [case["id"] for case in answer["cases"]] == [THEN, CHANGED]
