"""The pages of the tools: blank, filled in, as files, and what they refuse."""

from __future__ import annotations

import io
import re
import threading
from html import unescape

import pytest
from playwright.sync_api import expect
from pypdf import PdfReader
from werkzeug.serving import make_server

from kb.content.corpus import read_corpus
from kb.indexing.pipeline import build
from kb.search.opening import LiveSearcher
from tests.browser.axe import AXE, opened, problems
from tests.browser.pages import follow, laid_out, press_on
from tests.toy import ROOT, copy_toy_corpus, settings_of_toy
from tests.web.whole_answers import whole_answers
from web import create_app
from web.tools.form import MOST_BYTES
from web.tools.page import has_tools

GUIDE, CASE = "guides/purchase-guide", "france/wine-exporters"
HOSTILE = "<script>alert(1)</script> <b>x</b> [y](javascript:z) *s* & \"q\" 'r' | t"


def real_tools() -> dict[str, str]:
    """The files of the real tools, with what they name of the real compendium left out."""
    found = {}
    for path in (ROOT / "cases" / "tools").glob("*.yaml"):
        text = path.read_text(encoding="utf-8")
        text = re.sub(r"^ *guides: .*\n", "", text, flags=re.MULTILINE)
        text = re.sub(
            r"^ *cases:\n(?: +- (?:\{id: .*|id: .*\n +shows: .*)\n)+", "", text, flags=re.M
        )
        found[path.name] = re.sub(r"key: [\w-]+", "key: doe-2001", text)
    return found


@pytest.fixture(name="app", scope="module")
def _app(tmp_path_factory, tiny_encoder):
    folder = tmp_path_factory.mktemp("tools")
    cases = copy_toy_corpus(folder / "cases")
    (cases / "tools").mkdir()
    for name, text in real_tools().items():
        (cases / "tools" / name).write_text(text, encoding="utf-8")
    [trouble] = (cases / "tools").glob("troubleshooting.yaml")
    shown = (
        f"        guides: [{GUIDE}]\n        cases: [{{id: {CASE}, shows: They sold abroad.}}]\n"
    )
    text = trouble.read_text(encoding="utf-8")
    trouble.write_text(text.replace("        behind:", f"{shown}        behind:", 1))
    assert read_corpus(cases).problems == ()
    settings = settings_of_toy(cases, folder / "index", tiny_encoder)
    build(settings)
    return create_app(LiveSearcher(settings.index, min_score=0.3), settings)


@pytest.fixture(name="site")
def _site(app):
    return app.test_client()


@pytest.fixture(name="fields", scope="module")
def _fields(app):
    """The names of the fields of each tool that has some."""
    tools = app.extensions["kb_live"].current().compendium.tools
    return {tool.id: [one.id for one in tool.fields] for tool in tools if tool.parts}


COSTS = {
    "unit": "euros",
    "years": "3",
    "b1-what": "Timber",
    "b1-yearly": "12,000",
    "b1-who": "Berg",
    "c1-what": "Kiln",
    "c1-once": "14000",
}
FLYER = {"name": "Five Joiners", "products": "Kitchens: planned and made\nStairs"}


def test_the_list(site):
    """Every tool is on it, in groups, and the foot of each page leads there."""
    page = site.get("/tools").text

    assert re.findall(r'<h2 id="group-\d">(.*?)</h2>', page) == [
        *("Papers to fill in", "A sum to work out", "To look things up")
    ]
    assert re.findall(r'<h3><a href="/tools/([\w-]+)">', page) == [
        *("memorandum-of-intent", "feasibility-study", "business-plan", "member-catalogue"),
        *("network-flyer", "programme-model", "benefits-and-costs"),
        *("broker-checklist", "troubleshooting"),
    ]
    assert '<a href="/tools">Tools to fill in</a>' in site.get("/about").text
    sitemap = site.get("/sitemap.xml").text
    assert re.findall(r"<loc>http://localhost(/tools[^<]*)</loc>", sitemap) == [
        "/tools",
        *(f"/tools/{name}" for name in re.findall(r'<h3><a href="/tools/([\w-]+)">', page)),
    ]


def test_without_tools_there_is_none_of_it(client):
    """A compendium without tools has no page, no link and no address of them."""
    assert client.get("/tools").status_code == 404
    assert "There are no tools here" in client.get("/tools").text
    assert client.get("/tools/network-flyer").status_code == 404
    assert "/tools" not in client.get("/about").text
    assert "/tools" not in client.get("/sitemap.xml").text
    with client.application.test_request_context("/"):
        assert not has_tools()


def test_a_tool_that_is_not_there(site):
    """It answers 404 and leads to the others."""
    response = site.get("/tools/nothing")

    assert response.status_code == 404
    assert '<a href="/tools">All tools</a>' in response.text


@pytest.mark.parametrize(
    "name",
    ["memorandum-of-intent", "network-flyer", "programme-model", "benefits-and-costs"],
)
def test_a_blank_tool_may_be_kept_and_found(site, name):
    """Blank it is a page like any other, and there is a file of it."""
    page = site.get(f"/tools/{name}")
    file = site.get(f"/tools/{name}.md")

    assert page.status_code == file.status_code == 200
    assert page.headers["Cache-Control"] == "no-cache"
    assert 'rel="canonical"' in page.text
    assert page.text.count("<h1") == 1
    assert file.headers["Content-Disposition"] == f'attachment; filename="{name}.md"'
    assert file.headers["Content-Type"] == "text/markdown; charset=utf-8"
    assert file.text.startswith("# ")
    assert "\n___\n" in file.text


def test_each_field_is_labelled(site, fields):
    """A form has each field of its tool once, with a label and its hint."""
    for name, ids in fields.items():
        page = site.get(f"/tools/{name}").text
        named = re.findall(r'<(?:input|textarea) id="field-([\w-]+)" name="([\w-]+)"', page)
        assert named == [(one, one) for one in ids]
        assert re.findall(r'<label for="field-([\w-]+)">', page) == ids


def test_a_filled_outline(site):
    """What was written stands in the sheet and in the form; what was not is a line to write on."""
    response = site.post(
        "/tools/memorandum-of-intent",
        data={"group": "Joiners", "partners": "Berg\n\nMayr", "need": "Too big\r\nfor one"},
    )

    sheet = re.search(r"<article.*?</article>", response.text, re.S)[0]
    assert response.status_code == 200
    assert "<p>Joiners</p>" in sheet
    assert "<li>Berg</li>\n<li>Mayr</li>" in sheet
    assert "<p>Too big<br>\nfor one</p>" in sheet
    assert sheet.count("<hr>") > 20
    assert 'value="Joiners"' in response.text
    assert "\nToo big\nfor one</textarea>" in response.text


def test_nothing_is_kept_or_passed_on(site):
    """The answer to a form is stored by no cache, not indexed, and told to nobody."""
    for data in (FLYER, FLYER | {"then": "markdown"}, FLYER | {"then": "pdf"}, {}):
        response = site.post("/tools/network-flyer", data=data)
        assert response.headers["Cache-Control"] == "private, no-store"
        assert response.headers["Referrer-Policy"] == "no-referrer"
        assert "Set-Cookie" not in response.headers
        assert "ETag" not in response.headers
    page = site.post("/tools/network-flyer", data=FLYER).text
    assert page.count('<meta name="robots" content="noindex">') == 1


def test_the_file_is_the_text_of_the_page(site):
    """The Markdown holds what the sheet shows, under a name of ours."""
    response = site.post("/tools/network-flyer", data={**FLYER, "then": "markdown"})

    assert response.headers["Content-Disposition"] == 'attachment; filename="network-flyer.md"'
    assert response.headers["Content-Type"] == "text/markdown; charset=utf-8"
    assert response.text.startswith(
        "# Five Joiners\n\n## What we offer\n\n- Kitchens: planned and made\n- Stairs\n\n___\n"
    )


def test_html_in_every_field_is_text(site, fields):
    """Whatever is written into whichever field, no tag and no link comes of it."""
    for name, ids in fields.items():
        page = site.post(f"/tools/{name}", data=dict.fromkeys(ids, HOSTILE)).text
        assert "<script>" not in page, name
        assert "<b>" not in page
        assert "javascript:" not in "".join(re.findall(r'href="([^"]*)"', page))
        assert page.count("alert(1)") >= 2 * len(ids)
    data = {one: HOSTILE for one in ("project", "b1-what", "b1-who", "c1-what", "c1-who")}
    page = site.post("/tools/benefits-and-costs", data=COSTS | data).text
    assert "<script>" not in page
    assert "<td>&lt;script&gt;alert(1)&lt;/script&gt;" in page
    assert page.count("alert(1)") >= 11


@pytest.mark.parametrize(
    ("data", "sentence"),
    [
        ({}, '<a href="#field-name">Enter the name of the network.</a>'),
        (
            FLYER | {"name": "x" * 121},
            '<a href="#field-name">Name of the network must be 120 characters or fewer. '
            "It has 121; shorten it.</a>",
        ),
        (FLYER | {"name": "a\nb"}, "Name of the network must be on one line."),
        (
            FLYER | {"equipment": "\n".join("abcdefghi")},
            "Equipment must have 8 lines or fewer. It has 9; join some.",
        ),
        (
            FLYER | {"colour": "red"},
            "“colour” is no field of this form. Fill in the fields below and send it again.",
        ),
        (
            FLYER | {"promise": ["a", "b"]},
            "“promise” came more than once. Each field takes one text; check it and send it again.",
        ),
        (
            FLYER | {"then": "exe"},
            "This form cannot be made into “exe”. Use one of its buttons.",
        ),
    ],
    ids=["needed", "long", "lines", "items", "unknown", "twice", "button"],
)
def test_what_is_refused_with_a_sentence(site, data, sentence):
    """The page says what is wrong above and at the field, and keeps everything."""
    response = site.post("/tools/network-flyer", data=data)

    assert response.status_code == 400
    assert "<title>Error: Flyer of your network" in response.text
    assert "There is a problem" in response.text
    assert sentence in unescape(response.text)
    assert 'class="tool-sheet tool-blank"' in response.text
    if "products" in data:
        assert "Kitchens: planned and made" in response.text


def test_a_form_of_another_site(site):
    """It is kept to be read, and not answered before the visitor sends it."""
    headers = {"Sec-Fetch-Site": "cross-site"}
    response = site.post("/tools/network-flyer", data=FLYER, headers=headers)

    assert response.status_code == 400
    assert "This form was sent from another site." in response.text
    same = site.post("/tools/network-flyer", data=FLYER, headers={"Sec-Fetch-Site": "same-origin"})
    assert same.status_code == 200


def test_more_than_anybody_writes(site):
    """A form that is far too large is not read, and says so."""
    response = site.post("/tools/network-flyer", data={"name": "x" * MOST_BYTES})

    assert response.status_code == 413
    assert "That is more than this page can take" in response.text
    assert '<a href="/tools">All tools</a>' in response.text


@pytest.mark.parametrize("name", ["broker-checklist", "troubleshooting"])
def test_nothing_to_send(site, name):
    """What has no form answers to reading alone."""
    response = site.post(f"/tools/{name}", data={"a": "b"})

    assert (response.status_code, response.headers["Allow"]) == (405, "GET, HEAD")


def test_a_name_in_the_address_is_told(site):
    """The addresses take nothing; what stands there is named and left out."""
    page = site.get("/tools/network-flyer?name=x")

    assert page.status_code == 200
    assert "“name=x” in the address is not understood and was left out." in page.text


def test_the_sum(site):
    """The page answers first, then shows the sum, the rows and who bears what."""
    page = site.post("/tools/benefits-and-costs", data=COSTS).text
    sheet = re.search(r"<article.*?</article>", page, re.S)[0]

    assert (
        "<strong>Over 3 years the project brings 22,000 euros more than it costs.</strong>" in sheet
    )
    assert re.findall(r"<h2[^>]*>(.*?)</h2>", sheet) == [
        *("Benefits and costs", "The sum", "What it means", "What it does not say"),
        *("Benefits", "Costs", "Who bears what"),
    ]
    rows = [
        re.findall(r"<td[^>]*>(.*?)</td>", row)
        for row in re.findall(r"<tr>(.*?)</tr>", sheet, re.S)
    ]
    assert ["Timber", "0", "12,000", "36,000", "Berg"] in rows
    assert ["Berg", "36,000", "0", "36,000"] in rows
    assert ["not said", "0", "14,000", "−14,000"] in rows


def test_the_guide_to_trouble(site):
    """Each symptom has an address, and opens to what lies behind, what to do, and a case."""
    page = site.get("/tools/troubleshooting").text

    ids = re.findall(r'<div class="tool-trouble-body" id="([\w-]+)">', page)
    assert len(ids) == len(set(ids)) == page.count("<summary>") == page.count("What to do first")
    assert f'<a href="/cases/{CASE}">Wine makers export together</a>: They sold abroad.' in page
    assert f'<a href="/cases/{GUIDE}">How to purchase together</a>' in page
    assert (
        "- Wine makers export together: They sold abroad."
        in site.get("/tools/troubleshooting.md").text
    )


def test_the_checklist(site, app):
    """Its points stand in their phases, each with a box and its source."""
    page = site.get("/tools/broker-checklist").text

    assert re.findall(r'<h2 id="phase-\d">(.*?)</h2>', page) == [
        *("Before the firms meet", "While the group forms", "While the project runs", "Afterwards")
    ]
    tools = {one.id: one for one in app.extensions["kb_live"].current().compendium.tools}
    points = sum(len(phase.items) for phase in tools["broker-checklist"].phases)
    assert page.count('<input type="checkbox"') == points
    assert page.count('<span class="tool-cited">') == points
    assert site.get("/tools/broker-checklist.md").text.count("- ☐ ") == points


# --- the flyer as PDF ---


def pdf_of(site, data: dict[str, str]) -> PdfReader:
    """The flyer that is made of a form."""
    response = site.post("/tools/network-flyer", data=data | {"then": "pdf"})
    assert response.status_code == 200, response.text
    assert response.headers["Content-Type"] == "application/pdf"
    assert response.headers["Content-Disposition"] == 'attachment; filename="network-flyer.pdf"'
    return PdfReader(io.BytesIO(response.data))


def test_the_flyer_is_one_page_of_a4(site):
    """Name, offer and contact stand on one A4 sheet, tagged, with a title."""
    pdf = pdf_of(site, FLYER | {"phone": "+43 1 234", "web": "https://example.org/joiners"})

    assert len(pdf.pages) == 1
    assert [round(float(side)) for side in pdf.pages[0].mediabox[2:]] == [595, 842]
    assert pdf.metadata.title == "Five Joiners"
    words = " ".join(pdf.pages[0].extract_text().split())
    for part in ("Five Joiners", "Kitchens", "planned and made", "Stairs", "+43 1 234"):
        assert part in words
    assert "Equipment" not in words.title()


def test_a_flyer_with_everything_is_one_page(site, app):
    """Every field at its bounds still stands on one sheet."""
    tools = app.extensions["kb_live"].current().compendium.tools
    [flyer] = [one for one in tools if one.kind == "flyer"]
    data = {
        one.id: "\n".join(["W" * 79] * 24)[: one.longest] if one.listed else "W" * one.longest
        for one in flyer.fields
    }
    lines = {one.id: 2 * one.lines for one in flyer.fields if one.listed}
    data |= {name: "\n".join(data[name].split("\n")[:most]) for name, most in lines.items()}

    assert len(pdf_of(site, data).pages) == 1


def test_nothing_in_a_flyer_is_code(site):
    """Markup of the typesetter is set as text."""
    text = '#panic("x") $y$ *b* #{1/0} @ref'
    pdf = pdf_of(site, {"name": text, "promise": text, "web": "https://[x"})

    assert '#panic("x") $y$ *b* #{1/0} @ref' in " ".join(pdf.pages[0].extract_text().split())


# --- in a browser ---


@pytest.fixture(name="url", scope="module")
def _url(app):
    server = make_server("127.0.0.1", 0, whole_answers(app), threaded=True)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    server.server_close()


@pytest.fixture(name="page")
def _page(browser, url):
    context = browser.new_context(
        base_url=url, viewport={"width": 1280, "height": 900}, java_script_enabled=False
    )
    yield context.new_page()
    context.close()


def tab_to(page, selector: str, most: int = 60) -> None:
    """Press Tab until an element has the focus."""
    for _ in range(most):
        page.keyboard.press("Tab")
        if page.locator(f"{selector}:focus").count():
            return
    raise AssertionError(f"{selector} cannot be reached by Tab.")


def test_the_flyer_by_keyboard_alone(page):
    """Tab reaches the fields and the button, without scripts; a fault leads to its field."""
    page.goto("/tools/network-flyer")
    tab_to(page, "#field-products")
    page.keyboard.type("Kitchens: planned and made")
    tab_to(page, "button[value=page]")
    press_on(page, "Enter")

    expect(page.get_by_role("heading", name="There is a problem")).to_be_visible()
    tab_to(page, "a[href='#field-name']")
    page.keyboard.press("Enter")
    page.keyboard.press("Tab")
    page.locator("#field-name").focus()
    page.keyboard.type("Five Joiners")
    page.keyboard.press("Enter")

    sheet = page.get_by_role("article", name="Five Joiners")
    expect(sheet).to_be_visible()
    expect(sheet.get_by_role("listitem")).to_have_text(["Kitchens: planned and made"])


def test_the_sum_by_keyboard_alone(page):
    """The sum is filled in, sent with Enter, and answered in a sentence."""
    page.goto("/tools/benefits-and-costs")
    tab_to(page, "#field-unit")
    for text in ("euros", "3", "Timber", "", "12,000", "Berg"):
        page.keyboard.type(text)
        page.keyboard.press("Tab")
    tab_to(page, "#field-c1-what")
    for text in ("Kiln", "14000"):
        page.keyboard.type(text)
        page.keyboard.press("Tab")
    page.keyboard.press("Enter")

    answer = "Over 3 years the project brings 22,000 euros more than it costs."
    expect(page.get_by_text(answer)).to_be_visible()
    expect(page.locator("#field-b1-what")).to_have_value("Timber")


@pytest.mark.parametrize("name", ["network-flyer", "benefits-and-costs"])
def test_what_was_typed_is_there_after_back(page, name):
    """After "Show it as a page" the browser's Back leads to the form as it was filled in."""
    page.goto(f"/tools/{name}")
    for field, text in ANSWERED[name].items():
        page.fill(f'[name="{field}"]', text)
    follow(page.get_by_role("button", name="Show it as a page"))
    expect(page.locator(".tool-sheet")).to_be_visible()
    page.go_back()

    for field, text in ANSWERED[name].items():
        expect(page.locator(f'[name="{field}"]')).to_have_value(text)


def test_what_was_too_long_is_there_after_back(page):
    """The page for a form that is too large says that the browser still has it; so it is."""
    page.goto("/tools/network-flyer")
    page.fill('[name="name"]', "Five Joiners")
    lines = "\n".join(["x" * 99] * (MOST_BYTES // 100))
    page.eval_on_selector('[name="products"]', "(one, text) => { one.value = text }", lines)
    follow(page.get_by_role("button", name="Show it as a page"))
    expect(page.locator("main")).to_contain_text("Your browser still has it: go back.")
    page.go_back()

    expect(page.locator('[name="name"]')).to_have_value("Five Joiners")
    assert page.locator('[name="products"]').input_value() == lines


def test_a_symptom_opens_where_it_is_addressed(page):
    """The address of a symptom opens what is folded, without scripts."""
    page.goto("/tools/troubleshooting")
    expect(page.locator("#quarrel")).not_to_be_visible()
    page.goto("/tools/troubleshooting#quarrel")

    expect(page.locator("#quarrel")).to_be_visible()
    expect(page.locator("#quarrel")).to_be_in_viewport()


@pytest.mark.parametrize("name", ["member-catalogue", "programme-model", "benefits-and-costs"])
def test_a_blank_sheet_prints_on_one_page(page, name):
    """What is promised to be a page is one, on A4."""
    page.goto(f"/tools/{name}")

    pdf = PdfReader(io.BytesIO(page.pdf(format="A4", prefer_css_page_size=True)))

    assert len(pdf.pages) == 1


def test_only_the_sheet_is_printed(page):
    """On paper there is the sheet, and neither the form nor the head of the site."""
    page.goto("/tools/memorandum-of-intent")
    expect(page.locator(".tool-sheet")).not_to_be_visible()
    page.emulate_media(media="print")

    expect(page.locator(".tool-sheet")).to_be_visible()
    for hidden in (".tool-form", ".masthead", ".page-head", ".tool-about", ".footer"):
        expect(page.locator(hidden)).not_to_be_visible()


ANSWERED = {
    "network-flyer": {"name": "Joiners", "products": "Kitchens: made"},
    "programme-model": {"name": "Joiners", "inputs": "Money"},
    "benefits-and-costs": COSTS,
}


@pytest.mark.parametrize(
    "name",
    ["", "memorandum-of-intent", "network-flyer", "benefits-and-costs", "broker-checklist",
     "troubleshooting"],
)  # fmt: skip
def test_axe_finds_nothing(browser, url, name):
    """On a phone and a desk, by day and by night, no rule of axe is broken."""
    with opened(browser, f"{url}/tools/{name}".rstrip("/"), unfold="details") as page:
        found = [problems(page, width, mode) for width in (360, 1280) for mode in ("light", "dark")]

    assert found == [[], [], [], []]


@pytest.mark.parametrize("is_sound", [True, False], ids=["answered", "refused"])
@pytest.mark.parametrize("name", ANSWERED)
def test_axe_finds_nothing_in_an_answer(browser, url, name, is_sound):
    """So it is where something is filled in, or wrong."""
    with opened(browser, f"{url}/tools/{name}") as page:
        for field, text in ANSWERED[name].items() if is_sound else ():
            page.fill(f'[name="{field}"]', text)
        follow(page.get_by_role("button", name="Show it as a page"))
        laid_out(page)
        page.evaluate(AXE)
        found = [problems(page, width, mode) for width in (360, 1280) for mode in ("light", "dark")]

    assert found == [[], [], [], []]
