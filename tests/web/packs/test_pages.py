"""Reading lists: made by buttons, shared by a link, kept as a file, and everything refused."""

from __future__ import annotations

import html
import io
import re
from dataclasses import replace

import pytest
from flask.testing import FlaskClient

from kb.exports.blocks import blocks_of
from kb.exports.html import html_of
from kb.exports.pack_address import address_of, pack_at
from kb.model.packs import Pack, PackItem
from tests.web.ui.test_exported import file_at
from web.packs.files import written

METAL, WINE, GUIDE = "norway/metal-buyers", "france/wine-exporters", "guides/purchase-guide"


@pytest.fixture(name="begun")
def _begun(taught: FlaskClient) -> Pack:
    """A list of three, without words."""
    answer = taught.get(f"/packs/add?id={METAL}&id={WINE}&id={GUIDE}&list=new")
    return at(answer)


def at(answer) -> Pack:
    """The list that an answer leads to."""
    assert (answer.status_code, answer.headers["Cache-Control"]) == (303, "private, no-store")
    return pack_at(re.search(r"/packs/edit/([\w-]+)", answer.location)[1])


def ids(client: FlaskClient, pack: Pack) -> list[str]:
    """The ids of the cases of a list, in order, as its page has them."""
    page = client.get(f"/packs/{address_of(pack)}").text
    heading = r'<h2><span class="pack-number">\d+</span> <a href="/cases/([^"@]+)@([0-9a-f]{12})"'
    found = re.findall(heading, page)
    assert [version for _, version in found] == [item.version for item in pack.items]
    return [case_id for case_id, _ in found]


def sent(pack: Pack, do: str, **more: object) -> dict[str, object]:
    """The form of a list as a browser sends it."""
    return {
        "title": pack.title,
        "introduction": pack.introduction,
        "case": [item.name for item in pack.items],
        "note": [item.note for item in pack.items],
        "do": do,
        **more,
    }


def press(client: FlaskClient, pack: Pack, do: str, **more: object):
    """The answer to a button."""
    return client.post("/packs/edit", data=sent(pack, do, **more))


def test_every_way_in_has_a_button(taught: FlaskClient) -> None:
    """Cards, cases, guides and comparisons send ids to one address, without a script."""
    button = f'form="reading-list" name="id" value="{METAL}"'
    for page in ("/search?q=metal", f"/cases/{METAL}"):
        assert button in taught.get(page).text
        assert '<form id="reading-list" action="/packs/add"' in taught.get(page).text
    assert f'name="id" value="{GUIDE}"' in taught.get("/guides").text
    compared = taught.get(f"/compare?id={METAL}&id={WINE}").text
    assert '<form class="compare-to-list" action="/packs/add">' in compared


def test_which_list_is_asked(taught: FlaskClient) -> None:
    """Without a list the page offers a new one, or one by its link."""
    page = taught.get(f"/packs/add?id={METAL}").text

    assert "Add to which list?" in page
    assert page.count(f'name="id" value="{METAL}"') == 2


def test_cases_are_added_once_and_at_the_end(taught: FlaskClient, begun: Pack) -> None:
    """To a list by its address, whole or in part; a case that is there already stays."""
    assert ids(taught, begun) == [METAL, WINE, GUIDE]
    address = address_of(begun)
    for given in (address, f"http://localhost/packs/{address}", f"/packs/edit/{address}?q=x"):
        answer = taught.get("/packs/add", query_string={"id": [WINE], "list": given})
        assert at(answer) == begun
        assert "did=already&at=2#item-2" in answer.location


def test_a_list_that_is_full_takes_no_more(taught: FlaskClient) -> None:
    """The page names the case that has no room, and keeps those that it was given."""
    full = Pack(items=tuple(PackItem(version=f"{number:012x}") for number in range(100)))
    said = (
        "“Metal firms purchase machines” was not added: a list holds 100 cases, and this one is "
        "full. Take a case out first, or start a second list."
    )

    added = taught.get(f"/packs/add?id={METAL}&list={address_of(full)}")
    pressed = press(taught, full, f"add-{METAL}")
    for answer in (added, pressed):
        assert answer.status_code == 400
        assert said in answer.text
        assert answer.text.count('name="case"') == 100
    told = taught.get(f"/packs/add.json?id={METAL}&list={address_of(full)}")
    assert (told.status_code, said in told.text) == (400, True)


def test_a_case_is_taken_out_for_the_script(taught: FlaskClient, begun: Pack) -> None:
    """The rest stays; a case that is not in the list changes nothing."""
    address = address_of(begun)
    answer = taught.get(f"/packs/take-out.json?id={WINE}&list={address}").json
    same = taught.get(f"/packs/take-out.json?id=spain/textile-training&list={address}").json

    assert (answer["count"], answer["ids"]) == (2, [METAL, GUIDE])
    assert pack_at(answer["list"]).items == (begun.items[0], begun.items[2])
    assert (same["list"], same["count"]) == (address, 3)
    assert taught.get(f"/packs/take-out.json?id=no/where&list={address}").status_code == 404


def test_saving_gives_a_sign(taught: FlaskClient, begun: Pack) -> None:
    """The button that saves says so; the search in the form does not."""
    saved, searched = (press(taught, begun, do).location for do in ("keep", "save"))

    assert "Saved. The link below holds the whole list." in taught.get(saved).text
    assert "Saved." not in taught.get(searched).text


@pytest.mark.parametrize("around", [".", ")", ").", ">", "…", "%20", ",", "%22"])
@pytest.mark.parametrize("way", ["", "/texts"])
def test_what_stands_around_a_link_is_no_part_of_it(
    taught: FlaskClient, begun: Pack, around: str, way: str
) -> None:
    """A full stop or a bracket of an e-mail: the link leads to the list all the same."""
    answer = taught.get(f"/packs/{address_of(begun)}{around}{way}")

    assert answer.location == f"/packs/{address_of(begun)}{way}"
    assert taught.get("/packs/A0000.").location == "/packs/A0000"


def test_without_the_script_a_list_is_handed_on(taught: FlaskClient, begun: Pack) -> None:
    """From its form to what it leads to, where a case is added without asking for the list."""
    address = address_of(begun)
    form = taught.get(f"/packs/edit/{address}?q=textile").text
    case = f"/cases/norway/textile-exporters?list={address}"
    found = f"/search?q=textile&amp;list={address}"
    held = f'<input type="hidden" name="list" value="{address}">'

    assert f'href="{case}"' in form
    assert f'href="/cases/{METAL}@{begun.items[0].version}"' in form
    for path in (case, html.unescape(found), f"/guides?list={address}"):
        answer = taught.get(path)
        assert (answer.status_code, held in answer.text) == (200, True)
        assert answer.headers["Cache-Control"] == "private, no-store"
        assert 'class="notices"' not in answer.text
        assert f'href="/packs/edit/{address}"' in answer.text
    assert (
        f'href="/cases/norway/textile-exporters?list={address}"'
        in taught.get(html.unescape(found)).text
    )
    for nothing in ("", "A<script>z", "../x", "A" * 5000 + "z"):
        assert 'name="list" value' not in taught.get(f"/search?q=textile&list={nothing}").text
    assert "not a parameter" in taught.get(f"/api/v1/search?q=x&list={address}").text


def test_an_item_says_how_it_ended(taught: FlaskClient, begun: Pack) -> None:
    """Success, mixed or cautionary stands on each case of a list."""
    more = taught.get(f"/packs/add.json?id=spain/textile-training&list={address_of(begun)}").json
    page = taught.get(f"/packs/{more['list']}").text
    items = re.findall(r'<article class="pack-item".*?</article>', page, re.DOTALL)

    found = [re.findall(r'class="status[^>]*>([^<]+)<', item) for item in items]
    assert (found[0], found[2], found[3]) == (["Success"], [], ["Cautionary"])


def test_a_script_may_add_too(taught: FlaskClient, begun: Pack) -> None:
    """It is told the list and its length."""
    answer = taught.get(f"/packs/add.json?id=spain/textile-training&list={address_of(begun)}")

    assert answer.json["count"] == 4
    assert pack_at(answer.json["list"]).items[:3] == begun.items
    assert answer.json["url"] == f"/packs/edit/{answer.json['list']}"


def test_the_order_is_changed_by_buttons(taught: FlaskClient, begun: Pack) -> None:
    """Up, down, and at an end nothing; the row is where the page opens again."""
    down = press(taught, begun, "down-1")

    assert ids(taught, at(down)) == [WINE, METAL, GUIDE]
    assert down.location.endswith("did=moved&at=2#down-2")
    assert ids(taught, at(press(taught, begun, "up-3"))) == [METAL, GUIDE, WINE]
    assert at(press(taught, begun, "up-1")) == begun
    assert at(press(taught, begun, "down-99")) == begun
    assert "is now number 2." in taught.get(down.location).text


def test_who_moves_a_case_goes_on_at_the_same_button(taught: FlaskClient, begun: Pack) -> None:
    """At an end of the list, where that one does nothing, at the other."""
    pressed = ("down-1", "down-2", "up-3", "up-2", "remove-1")
    places = [press(taught, begun, do).location.partition("#")[2] for do in pressed]

    assert places == ["down-2", "up-3", "up-2", "down-1", "item-1"]
    page = taught.get(f"/packs/edit/{address_of(begun)}").text
    found = re.findall(r' id="((?:up|down)-\d)"( disabled)?', page)
    assert found == [
        *(("up-1", " disabled"), ("down-1", ""), ("up-2", ""), ("down-2", "")),
        *(("up-3", ""), ("down-3", " disabled")),
    ]
    assert "autofocus" not in page
    long = "".join(chr(0x4E00 + (7 * n * n) % 5000) for n in range(2000))
    answer = press(taught, begun, "down-1", note=[long, long[3:], long[5:]])
    assert re.findall(r'id="([^"]+)" autofocus', answer.text) == ["down-2"]


def test_a_removal_is_undone(taught: FlaskClient, begun: Pack) -> None:
    """With its note and at its place."""
    noted = at(press(taught, begun, "save", note=["a", "Look *here*", "c"]))

    removed = press(taught, noted, "remove-2")
    assert ids(taught, at(removed)) == [METAL, GUIDE]
    page = taught.get(removed.location).text
    undo = re.search(r'name="undo" value="([^"]+)"', page)[1]
    place = re.search(r'name="undo-at" value="([^"]+)"', page)[1]
    back = press(taught, at(removed), "undo", undo=undo, **{"undo-at": place})

    assert at(back) == noted
    assert "Brought back" in taught.get(back.location).text


def test_words_are_kept_with_every_button(taught: FlaskClient, begun: Pack) -> None:
    """Title, introduction and notes come with the button that was pressed, in any script."""
    words = {
        "title": " 協同 組合 ",
        "introduction": "One\r\n\r\n\r\nTwo ",
        "note": ["שלום", "", "a\nb"],
    }

    saved = at(press(taught, begun, "down-1", **words))

    assert (saved.title, saved.introduction) == ("協同 組合", "One\n\nTwo")
    assert [item.note for item in saved.items] == ["", "שלום", "a\nb"]


def test_cases_are_found_in_the_form(taught: FlaskClient, begun: Pack) -> None:
    """What is looked for is listed, and a button adds it."""
    found = press(taught, begun, "save", q="textile")
    page = taught.get(found.location).text

    assert found.location.endswith("?q=textile#found")
    assert '<h3 class="pack-found-head" id="found" tabindex="-1">2 cases found.</h3>' in page
    assert 'value="add-norway/textile-exporters"' in page
    more = press(taught, begun, "add-norway/textile-exporters", q="textile")
    assert ids(taught, at(more)) == [METAL, WINE, GUIDE, "norway/textile-exporters"]
    assert at(press(taught, begun, "add-no/case")) == begun


def test_a_search_in_the_form_leads_to_what_it_found(taught: FlaskClient, begun: Pack) -> None:
    """Also where nothing was, in an empty list, and by the enter key; that saves elsewhere."""
    none = press(taught, begun, "save", q="xyzzyx")
    empty = press(taught, Pack(), "save", q="textile")
    page = taught.get(none.location).text

    assert none.location.endswith("#found")
    assert re.search(r'id="found" tabindex="-1">Nothing was found for “xyzzyx”.</h3>', page)
    assert empty.location == "/packs/edit?q=textile#found"
    entered = press(taught, begun, "enter", q="textile", asked="metal").location
    again = press(taught, begun, "enter", q="textile", asked="textile").location
    plain = press(taught, begun, "enter").location
    assert (entered.endswith("?q=textile#found"), "did=saved" in entered) == (True, False)
    assert ("did=saved" in again, "did=saved" in plain) == (True, True)
    assert "#" not in again + plain


def test_an_empty_list_says_how_to_begin(taught: FlaskClient) -> None:
    """The form without cases, and the page of a list without any."""
    assert "No case is in it yet" in taught.get("/packs/edit").text
    assert "Share this link" not in taught.get("/packs/edit").text
    page = taught.get(f"/packs/{address_of(Pack(title='Nothing'))}").text
    assert "No case is in this list." in page


def test_the_page_of_a_list(taught: FlaskClient, begun: Pack) -> None:
    """Contents, notes, versions with both addresses, and whose words they are."""
    pack = at(press(taught, begun, "save", title="Mine", note=["*Read* <b>this</b>", "", ""]))
    answer = taught.get(f"/packs/{address_of(pack)}")
    page = answer.text

    assert answer.headers["X-Robots-Tag"] == "noindex"
    assert (
        '<div class="pack-note" dir="auto"><p><em>Read</em> &lt;b&gt;this&lt;/b&gt;</p></div>'
        in page
    )
    assert '<li><a href="#item-1">Metal firms purchase machines</a></li>' in page
    version = pack.items[0].version
    assert f"http://localhost/cases/{METAL}@{version}</a>" in page
    assert "Always the newest" in page
    assert "that reader’s own words" in page
    assert "What they did together" not in page


def test_links_of_readers_are_words(taught: FlaskClient, begun: Pack) -> None:
    """Nobody borrows the name of the site for a link: its address stands behind its words."""
    notes = ["[x](http://evil.example) [y](javascript:alert(1))", "<script>alert(1)</script>", ""]
    page = taught.get(f"/packs/{address_of(at(press(taught, begun, 'save', note=notes)))}").text

    assert "x (http://evil.example)" in page
    assert 'href="http://evil.example' not in page
    assert 'href="javascript' not in page
    assert "<script>alert" not in page


def test_the_whole_texts(taught: FlaskClient, begun: Pack) -> None:
    """The text of every case stands under it, with its sources, one rank lower and without ids."""
    page = taught.get(f"/packs/{address_of(begun)}/texts").text

    assert "<h3>What they did together</h3>" in page
    assert "<h3>Sources</h3>" in page
    assert len(re.findall(r' id="item-\d+"', page)) == 3
    found = re.findall(r' id="([^"]+)"', page)
    assert len(found) == len(set(found))


def test_the_sheet_of_paper(taught: FlaskClient, begun: Pack) -> None:
    """Title, address and page stand on every page; what is in them ends no text of the CSS."""
    pack = at(press(taught, begun, "save", title='"; } body { display: none } /* \\'))
    sheet = taught.get(f"/packs/{address_of(pack)}/sheet-texts.css")

    assert sheet.mimetype == "text/css"
    assert (
        '@top-left { content: "\\22 \\3b  \\7d  body \\7b  display: none \\7d  /\\2a  \\5c "; }'
    ) in sheet.text
    assert f"/cases/{METAL}@{pack.items[0].version}" in sheet.text
    assert 'counter(page) " / " counter(pages)' in sheet.text


def test_a_file_opens_again(taught: FlaskClient, begun: Pack) -> None:
    """The list comes back the same; the file has a name of ours and names ids and versions."""
    pack = at(press(taught, begun, "save", title="../../etc/passwd", note=["a\n\nb", "", ""]))
    file = taught.get(f"/packs/{address_of(pack)}.yaml")

    assert file.headers["Content-Disposition"] == 'attachment; filename="pack.yaml"'
    assert f"case: {METAL}@{pack.items[0].version}" in file.text
    assert at(opened(taught, file.data)) == pack
    assert press(taught, pack, "file").data == file.data


def opened(client: FlaskClient, data: bytes):
    """The answer to a file."""
    return client.post("/packs/open", data={"file": (io.BytesIO(data), "../x.yaml")})


def test_a_list_that_is_too_long_for_a_link(taught: FlaskClient, begun: Pack) -> None:
    """It says so, keeps everything, and can be seen and saved; the file opens into the form."""
    long = ["".join(chr(0x4E00 + (7 * n * n) % 5000) for n in range(2000))] * 3
    long = [note[at:] + note[:at] for at, note in enumerate(long, 3)]
    answer = press(taught, begun, "save", note=long)

    assert answer.status_code == 200
    assert "too long for a link" in answer.text
    assert html.escape(long[2]) in answer.text
    assert "Share this link" in answer.text
    assert "http://localhost/packs/A" not in answer.text
    file = press(taught, begun, "file", note=long).data
    assert "too long for a link" in opened(taught, file).text
    seen = press(taught, begun, "see", note=long)
    assert seen.status_code == 200
    assert "What they did together" in seen.text


@pytest.mark.parametrize(
    ("path", "status", "said"),
    [
        ("/packs/" + "A" * 100_000 + "z", 400, "at most 2,600 characters"),
        ("/packs/A0000z", 400, "damaged"),
        ("/packs/A0000", 400, "damaged or cut off"),
        ("/packs/B0000z", 400, "of a form that this site does not know"),
        ("/packs/nothing", 404, "no page"),
        ("/packs/A0000z/texts", 400, "damaged"),
        ("/packs/A0000z.yaml", 400, "damaged"),
        ("/packs/A0000z/sheet.css", 400, "damaged"),
        ("/packs/edit/A0000z", 400, "damaged"),
        ("/packs/add?id=norway/no", 404, "no case"),
        (f"/packs/add?id={METAL}&list=A0000z", 400, "damaged"),
        (f"/packs/add.json?id={METAL}&list=A0000z", 400, "damaged"),
        ("/api/v1/packs/A0000z", 400, "damaged"),
        ("/api/v1/packs/nothing", 404, ""),
    ],
    ids=lambda value: str(value)[:40],
)
def test_what_cannot_be_opened(taught: FlaskClient, path: str, status: int, said: str) -> None:
    """A clear page, and a way on."""
    answer = taught.get(path)

    assert (answer.status_code, said in answer.text) == (status, True)
    if path.startswith("/packs/add.json"):
        assert answer.mimetype == "application/problem+json"
    elif path.startswith("/packs"):
        assert "Start a reading list, or open one from its file" in answer.text


def test_a_version_that_nobody_has(taught: FlaskClient) -> None:
    """The rest of the list is shown, and so is the note."""
    pack = Pack(title="Old", items=(PackItem(version="f" * 12, note="My note"),))
    for way in ("", "/texts"):
        answer = taught.get(f"/packs/{address_of(pack)}{way}")

        assert answer.status_code == 404
        assert "The text of this version is not kept here." in answer.text
        assert "My note" in answer.text
        assert '<a href="#item-1">Number 1: Version ffffffffffff</a>' in answer.text
    form = taught.get(f"/packs/edit/{address_of(pack)}").text
    assert 'name="case" value="@ffffffffffff"' in form
    assert at(press(taught, pack, "save")) == pack


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"note": ["x" * 100_000, "", ""]}, "Note 1 must be 2,000 characters or fewer."),
        ({"title": "x" * 121}, "The title must be 120 characters or fewer. It has 121"),
        ({"introduction": "x" * 4001}, "The introduction must be 4,000 characters or fewer."),
        ({"case": ["../../etc/passwd", WINE, GUIDE]}, "is no case of a list"),
        ({"note": ["a"]}, "a case or a note is missing"),
        ({"case": [f"@{n:012x}" for n in range(1000)], "note": [""] * 1000}, "must hold 100 cases"),
    ],
    ids=["note", "title", "introduction", "path", "short", "thousand"],
)  # fmt: skip
def test_what_is_wrong_in_the_form(taught: FlaskClient, begun: Pack, change: dict, said: str):
    """400 with everything that was written."""
    if len(change.get("case", ())) == 1000:
        answer = taught.post("/packs/edit", data={**sent(begun, "save"), **change})
        assert answer.status_code in (400, 413)
        return
    answer = press(taught, begun, "save", **change)

    assert answer.status_code == 400
    assert "There is a problem" in answer.text
    assert said in html.unescape(answer.text)


def test_a_part_of_a_list_is_read_and_the_rest_is_marked(taught: FlaskClient, begun: Pack) -> None:
    """404 with every word of the list, and a way to one without what is missing."""
    gone = PackItem(version="f" * 12, note="My own words.")
    pack = replace(begun, title="Half", items=(begun.items[0], gone, begun.items[1]))
    address = address_of(pack)
    rest = address_of(replace(pack, items=(begun.items[0], begun.items[1])))

    for way in ("", "/texts"):
        page = taught.get(f"/packs/{address}{way}")
        assert page.status_code == 404
        assert "1 text is not kept here." in page.text
        assert f'href="/packs/edit/{rest}">Make a list of the others</a>' in page.text
        assert "My own words." in page.text
        assert page.text.count('class="pack-summary"') == 2
        assert "With every text in one file" not in page.text
    assert "They purchase metal machines together" in taught.get(f"/packs/{address}/texts").text
    assert taught.get(f"/packs/{rest}").status_code == 200
    kept = taught.get(f"/packs/{address}.yaml")
    assert (kept.status_code, "case: '@ffffffffffff'" in kept.text) == (200, True)


@pytest.mark.parametrize("ending", ["pdf", "epub", "docx", "md", "imscc", "bib", "ris", "csl.json"])
def test_no_file_is_made_of_a_part_of_a_list(taught: FlaskClient, begun: Pack, ending: str) -> None:
    """Each of them says which version is missing, and leads to the page with the rest."""
    pack = replace(begun, items=(*begun.items, PackItem(version="f" * 12)))
    address = address_of(pack)
    answer = taught.get(f"/packs/{address}.{ending}")
    said = html.unescape(answer.text)

    assert answer.status_code == 404
    assert "Of the 4 texts that this list names these are not kept here: ffffffffffff." in said
    if answer.mimetype == "text/html":
        assert f'href="/packs/{address}">The list, with the texts that are here</a>' in said
    else:
        assert answer.json["type"].endswith("#problem-texts-not-kept")


def test_a_file_names_versions_that_are_kept(taught: FlaskClient, begun: Pack) -> None:
    """Another digit, or a version of another case, is refused with its line and what there is."""
    metal, wine, guide = (item.version for item in begun.items)
    wrong = metal[:-1] + ("0" if metal[-1] != "0" else "1")
    file = (
        f"title: Mine\nitems:\n- case: {METAL}@{wrong}\n  note: Read.\n- case: {GUIDE}@{wine}\n"
        f"- case: no/where@{wrong}\n- case: '@{wrong}'\n- case: {WINE}@{wine}\n- case: '@{guide}'\n"
    )
    answer = opened(taught, file.encode())
    told = re.findall(r"<li>(Line [^<]+)</li>", html.unescape(answer.text))

    metals, guides = (
        f"Kept of {one!r}, the newest first: {name}. Write one of them after @, or the id alone"
        for one, name in ((METAL, metal), (GUIDE, guide))
    )
    assert answer.status_code == 400
    assert told == [
        f"Line 3: case 1 names version {wrong} of {METAL!r}, which is not kept here. {metals} for "
        "the newest.",
        f"Line 5: case 2 names version {wine} of {GUIDE!r}, which is a text of {WINE!r}. {guides} "
        "for the newest.",
        f"Line 6: case 3 names version {wrong} of 'no/where', which is not kept here. No text of "
        "'no/where' is kept here. Take the entry out, or open the file on the site where it was "
        "made.",
        f"Line 7: case 4 names version {wrong} alone, which is not kept here. Write a case "
        "instead, such as its id, or take the entry out.",
    ]


@pytest.mark.parametrize("ending", ["json", "nope", "csl.xml", "PDF", "nope/texts"])
def test_a_format_that_there_is_not_is_told(taught: FlaskClient, begun: Pack, ending: str) -> None:
    """Not the link is damaged: the formats that there are stand there."""
    endings = ["pdf", "epub", "docx", "md", "imscc", "yaml", "bib", "ris", "csl.json"]
    for name in (address_of(begun), "plain"):
        answer = taught.get(f"/packs/{name}.{ending}")
        given = ending.partition("/")[0]

        assert (answer.status_code, "damaged" in answer.text) == (404, False)
        if answer.mimetype == "text/html":
            assert f"A reading list has no format &#39;{given}&#39;." in answer.text
            for one in endings:
                assert f'<a href="/packs/{name}.{one}">' in answer.text
        else:
            assert (answer.json["value"], answer.json["allowed"]) == (given, endings)
    assert taught.get(f"/packs/A0000z.{ending}").status_code == 400


def test_a_megabyte_is_not_read(taught: FlaskClient, begun: Pack) -> None:
    """As a form and as a file."""
    head = b'--x\r\nContent-Disposition: form-data; name="file"; filename="a"\r\n\r\n'
    file = head + b"x" * 1_100_000 + b"\r\n--x--\r\n"
    for answer in (
        press(taught, begun, "save", introduction="x" * 1_100_000),
        taught.post("/packs/open", data=file, content_type="multipart/form-data; boundary=x"),
    ):
        assert answer.status_code == 413
        assert "more than a reading list can hold" in answer.text
        assert "data value transmitted" not in answer.text


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (b"", "Choose a file first"),
        (b"title: [", "Line 1: the file is not YAML"),
        (
            b"title: Mine\nitems:\n- case: norway/no\n",
            "Line 3: case 1 names 'norway/no', which is no case of this compendium",
        ),
        (
            b"items:\n" + b"- case: norway/a\n" * 1000,
            "the list of cases must be at most 100, not 1000",
        ),
        (b"items:\n- case: norway/a\n- case: ../../etc\n", "Line 3: case 2 must be an id"),
        (b"items:\n- {case: norway/a, note: " + b"x" * 2001 + b"}\n", "Line 2: note 1 must be"),
        (b"title: " + b"x" * 121 + b"\n", "Line 1: the title must be at most 120"),
        (b"a: &a [x]\nb: [*a,*a]\n", "is not a field of a reading list"),
        (b"a: &a [x]\nb: &b [*a,*a]\n", "a value that begins with '&b', which YAML takes for a"),
        (b"title: !!python/object/apply:os.system [id]\n", "has a tag that is not allowed"),
    ],
)
def test_what_is_wrong_in_a_file(taught: FlaskClient, data: bytes, said: str) -> None:
    """Each problem with its line; nothing of the file is run or kept."""
    answer = opened(taught, data)

    assert answer.status_code == 400
    assert said in html.unescape(answer.text)


def test_what_is_kept_is_told(taught: FlaskClient, begun: Pack) -> None:
    """No list is; the page says that a file made of it stays, and the file does."""
    page = taught.get(f"/packs/{address_of(begun)}").text
    form = taught.get(f"/packs/edit/{address_of(begun)}").text

    assert "This site keeps no lists." in form
    assert "stays for a while in the site’s cache" in page
    assert "stays for a while" not in taught.get("/packs/plain").text
    assert "Nothing is kept" not in form + taught.get("/packs").text
    done = taught.application.extensions["kb_exports"].making.folder / "done"
    before = set(done.glob("*.md"))
    noted = at(press(taught, begun, "save", title="Kept for a while", note=["Mine.", "", ""]))
    assert file_at(taught, f"/packs/{address_of(noted)}.md").status_code == 200
    since = [path.read_text(encoding="utf-8") for path in set(done.glob("*.md")) - before]
    assert len([text for text in since if "Mine." in text]) == 1


def test_lists_of_the_editors(taught: FlaskClient) -> None:
    """A pack without a teaching note has a page; a session leads to its own."""
    page = taught.get("/packs/plain")

    assert (page.status_code, "X-Robots-Tag" in page.headers) == (200, False)
    assert "that reader’s own words" not in page.text
    assert taught.get("/packs/why").location == "/teaching/why"
    assert "A plain list" in taught.get("/packs").text
    assert "case: france/wine-exporters@" in taught.get("/packs/plain.yaml").text


def test_a_list_is_cited(taught: FlaskClient, begun: Pack) -> None:
    """Every case with its version and both addresses of it, in each format; of a session too."""
    name = address_of(begun)
    version = begun.items[0].version

    ris = taught.get(f"/packs/{name}.ris")
    assert ris.headers["Content-Disposition"] == 'attachment; filename="reading-list.ris"'
    assert ris.text.count("TY  - ") == 3
    assert version in ris.text
    assert [one["version"] for one in taught.get(f"/packs/{name}.csl.json").json] == [
        item.version for item in begun.items
    ]
    urls = [one["URL"] for one in taught.get(f"/packs/{name}.csl.json").json]
    named = [url.partition("/cases/")[2] for url in urls]
    days = [taught.get(f"/api/v1/citations/{one}").json["date"] for one in named]
    assert all(days)
    assert re.findall(r"DA  - (.*?)/\r?\n", ris.text) == [day.replace("-", "/") for day in days]
    assert taught.get("/packs/why.bib").text.count("@") >= 2
    assert f'href="/packs/{name}.bib"' in taught.get(f"/packs/{name}").text


def test_the_api_reads_lists(taught: FlaskClient, begun: Pack) -> None:
    """By id and by address, with the same names."""
    own = taught.get(f"/api/v1/packs/{address_of(begun)}").json

    assert [item["id"] for item in own["items"]] == [METAL, WINE, GUIDE]
    assert own["url"] == f"http://localhost/packs/{address_of(begun)}"
    assert (own["id"], own["teaching"]) == ("", None)
    listed = taught.get("/api/v1/packs").json
    assert [one["id"] for one in listed["packs"]] == ["why", "buying", "plain"]
    assert [week["title"] for week in listed["course"]["weeks"]] == [
        "Why firms cooperate",
        "Meet a network",
    ]
    why = taught.get("/api/v1/packs/why").json
    assert why["teaching"]["questions"][0]["answer"] == "The secret of the members."
    assert why["url"] == "http://localhost/teaching/why"


def test_a_file_says_where_it_came_from(taught: FlaskClient) -> None:
    """In a comment on its first line."""
    with taught.application.test_request_context():
        text = written(Pack(title="x"))

    assert text.splitlines()[0].endswith("Open it at http://localhost/packs")


def test_the_script_of_the_site_is_told_in_data(taught):
    """What goes wrong where it asks is a problem that it can read, and no page."""
    for name in ("add", "take-out"):
        unknown = taught.get(f"/packs/{name}.json?id=norway/nothing")
        assert (unknown.status_code, unknown.mimetype) == (404, "application/problem+json")
        assert unknown.json["value"] == "norway/nothing"
        bad = taught.get(f"/packs/{name}.json?id={METAL}&list=A0000z")
        assert (bad.status_code, bad.mimetype) == (400, "application/problem+json")


WRITTEN = """**bold** and *it*
second line

# no heading

- a
- b

1. x

[words](http://evil.example/) <b>html</b> ![picture](p.png) `code`

> quote

| a | b |
|---|---|
| 1 | 2 |"""


def test_a_list_is_read_alike_on_its_page_and_in_its_files(
    taught: FlaskClient, begun: Pack
) -> None:
    """Title, introduction and notes are the same Markdown: lines, lists, and no headings."""
    items = (replace(begun.items[0], note=WRITTEN), *begun.items[1:])
    pack = replace(begun, introduction=WRITTEN, items=items)
    page = taught.get(f"/packs/{address_of(pack)}").text
    shown = page[page.index('<div class="pack-introduction"') :].partition("</div>")[0]
    file = file_at(taught, f"/packs/{address_of(pack)}.md").text
    told = file[file.index("**bold**") :].partition("| What | Which |")[0]
    read = html_of(blocks_of(told))

    assert words_of_html(read) == words_of_html(shown)
    for tag in ("<strong>", "<em>", "<br", "<li>", "<blockquote>", "<code>"):
        assert read.count(tag) == shown.count(tag), tag
    assert [tag for tag in ("<h1", "<h2", "<table", "<img") if tag in read + shown] == []
    assert file.count("second line") == 2


def words_of_html(markup: str) -> str:
    """The words of some HTML, without its tags; an address may be a link or not."""
    markup = re.sub(r"</?a\b[^>]*>", "", markup)
    return html.unescape(" ".join(re.sub(r"<[^>]+>", " ", markup).split()))


def test_no_sign_turns_the_direction_of_reading(taught: FlaskClient, begun: Pack) -> None:
    """Overrides and isolates go from what is written, and from links that have them already."""
    turned = "a\u202ecba\u202c\u2066d\u2069"
    items = (replace(begun.items[0], note=turned), *begun.items[1:])
    given = replace(begun, title=turned, introduction=turned, items=items)
    saved = at(press(taught, given, "save"))
    page = taught.get(f"/packs/{address_of(given)}").text

    assert (saved.title, saved.introduction, saved.items[0].note) == ("acbad",) * 3
    assert not re.search("[\u202a-\u202e\u2066-\u2069]", page)
    assert ">acbad</h1>" in page


def test_of_very_many_items_only_some_are_shown_again(taught: FlaskClient, begun: Pack) -> None:
    """The work of a request has a bound, whatever is sent; the page says what stands there."""
    one = begun.items[0].name
    answer = taught.post(
        "/packs/edit", data={"case": [one] * 5_000, "note": [""] * 5_000, "do": "save"}
    )

    assert answer.status_code == 400
    assert "This one has 5,000, of which the first 200 stand here." in answer.text
    assert answer.text.count('name="case"') == 200
