"""The flyer of a case: one sheet as a page, on paper and as PDF, with a code that leads home."""

from __future__ import annotations

import io
import re
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import zxingcpp
from pypdf import PdfReader

from kb.answers.figures import figure
from kb.exports.typeset import typeset
from kb.indexing.pipeline import build
from kb.search.opening import LiveSearcher
from kb.text.typography import curly
from tests.browser.axe import opened, problems
from tests.toy import settings_of_toy
from tests.web.ui.test_exported import file_at
from web import create_app
from web.cases.flyer import (
    MOST_RESULTS,
    SIZES,
    figures_across,
    first_of_our_reading,
    fitting_size,
    flyer,
)
from web.cases.flyer_pdf import TEMPLATE, flyer_source
from web.ui.qr import qr_code

ROOT = Path(__file__).parents[3]
SITE = "https://networks.example.org"
HOSTILE = '#panic("read as code") $x$ *bold* _it_ @ref <tag> ``` = Title // gone \\ #{1/0}'


def scanned(code: str) -> str:
    """What a reader of QR codes reads in the strokes of a drawing."""
    size = int(re.search(r'viewBox="0 0 (\d+) ', code)[1])
    squares = np.ones((size, size), dtype=np.uint8)
    x, y = 0.0, 0.0
    for kind, numbers in re.findall(
        r"([Mmh])([-\d. ]+)", re.search(r'stroke="#000" d="([^"]+)"', code)[1]
    ):
        given = [float(one) for one in numbers.split()]
        if kind == "h":
            squares[int(y), int(x) : int(x + given[0])] = 0
            x += given[0]
        else:
            x, y = (given[0], given[1]) if kind == "M" else (x + given[0], y + given[1])
    picture = np.kron(squares * 255, np.ones((4, 4), dtype=np.uint8))
    return zxingcpp.read_barcodes(picture)[0].text


def read(data: bytes) -> PdfReader:
    """A PDF as a reader opens it."""
    return PdfReader(io.BytesIO(data))


def words_of(pdf: PdfReader) -> str:
    """The text of the first page, white space and the breaks of long words aside."""
    return " ".join(pdf.pages[0].extract_text().split())


def squeezed(text: str) -> str:
    """A text without any white space, which a PDF may set differently."""
    return "".join(text.split())


@pytest.fixture(name="public_app", scope="module")
def _public_app(live, settings):
    """The site of the toy compendium with a public address."""
    return create_app(live, replace(settings, site_url=SITE))


@pytest.fixture(name="sheet_of")
def _sheet_of(searcher, public_app):
    """The sheets of the toy compendium on a site with a public address."""
    with public_app.test_request_context("/"):
        yield lambda case_id: flyer(searcher, searcher.case(case_id))


@pytest.mark.parametrize("text", ["https://a.example/cases/norway/x", "é – “x”", "a" * 2000])
def test_the_code_reads_as_its_text(text):
    """A reader of QR codes reads exactly the text, whatever its length and letters."""
    assert scanned(qr_code(text)) == text


def test_a_text_too_long_for_a_code():
    """What no QR code can hold has none."""
    assert qr_code("a" * 3000) is None


def test_the_sheet(sheet_of):
    """A sheet holds who, where, when, what together, and each figure with its place."""
    sheet = sheet_of("norway/metal-buyers")
    assert sheet.facts == (
        ("Who", "3 metal firms"),
        ("With", "A bank"),
        ("Where", "Bergen, Norway"),
        ("When", "About 1990–1992"),
        ("From", "Reported 2001, Doe and Roe"),
        ("Form", "Hard network"),
        ("What they did together", "Joint purchasing, Cost reduction"),
        ("Sector", "Metalwork and machinery"),
    )
    assert [(one.metric, one.low, one.locator) for one in sheet.figures] == [
        ("cost", 20, "p. 1"),
        ("sales", 10, "p. 2"),
    ]
    assert (sheet.in_words, sheet.left_out, sheet.nothing) == ((), "", "")
    assert (sheet.editorial, sheet.take) == (
        "Our reading, not the source’s word: type of network, outcome.",
        "See the guide on wine, wine and wine.",
    )
    assert sheet.address == scanned(sheet.code) == f"{SITE}/cases/norway/metal-buyers"


@pytest.mark.parametrize(
    ("html", "sentence"),
    [
        ("<section><p>Reported.</p></section>", ""),
        ('<section class="our-reading"><p class="l">x</p><h2>W</h2></section>', ""),
        (
            '<section class="our-reading"><h2>W</h2>\n<p>One &amp; <a href="/g">two</a>\nthree '
            '(see <a href="/g">guide</a>). Four.</p></section>',
            "One & two three.",
        ),
        (
            '<section class="our-reading"><h2>W</h2>\n<ul>\n<li>About $1.25 million, e.g. this! '
            "“So” it is.</li></ul></section>",
            "About $1.25 million, e.g. this!",
        ),
    ],
    ids=["none", "empty", "paragraph", "list"],
)
def test_the_first_sentence_of_the_analysis(html, sentence):
    """What to take from it is one sentence, plain, without links that stand in brackets."""
    assert first_of_our_reading(html) == sentence


def test_figures_beside_each_other():
    """Figures stand one to four in a row, by how many there are."""
    assert [figures_across(n) for n in (0, 1, 2, 3, 4, 5, 9, 10, 12)] == [1, 1, 2, 3, 2, 3, 3, 4, 4]


def test_more_text_is_set_smaller(sheet_of, searcher):
    """The more there is to set, the smaller the type, and never beyond the least size."""
    sheet = sheet_of("norway/metal-buyers")
    sheets = [replace(sheet, take="word " * n) for n in (0, 150, 300, 600, 9000)]
    sizes = [fitting_size(one, searcher.taxonomy) for one in sheets]
    assert sizes == sorted(sizes, reverse=True)
    assert (sizes[0], sizes[-1]) == (SIZES[0], SIZES[-1])


def test_the_page(client):
    """The page shows the figures, the sources, and the case's address beside the code."""
    page = client.get("/flyers/norway/metal-buyers").text
    assert re.findall(r'figure-number">([^<]+)<', page) == ["−20%", "+10%"]
    assert re.findall(r'sheet-metric">([^<]+)<', page) == ["Costs", "Sales"]
    assert '<p class="sheet-meta">first year · p. 1</p>' in page
    assert '<a href="http://localhost/cases/norway/metal-buyers">http://localhost/cases/' in page
    assert '<link rel="canonical" href="http://localhost/cases/norway/metal-buyers">' in page
    assert (page.count("<h1"), page.count("<script"), page.count("style=")) == (1, 1, 0)


def test_a_case_without_results_says_so(client):
    """Where the source reports nothing, page and PDF say it plainly."""
    words = "The source reports no results of this network."
    page = client.get("/flyers/spain/textile-training").text
    pdf = read(client.get("/flyers/spain/textile-training.pdf").data)
    assert (words in page, words in words_of(pdf)) == (True, True)


@pytest.mark.parametrize("ending", ["", ".pdf"])
def test_a_guide_has_no_flyer(client, ending):
    """For a guide the answer is 404, with the reason and a link to the guide."""
    response = client.get(f"/flyers/guides/purchase-guide{ending}")
    assert response.status_code == 404
    assert "“How to purchase together” is a guide" in response.text
    assert '<a href="/cases/guides/purchase-guide">Read the guide</a>' in response.text


@pytest.mark.parametrize("ending", ["", ".pdf"])
def test_an_unknown_case(client, ending):
    """An unknown case is answered with the nearest ones."""
    response = client.get(f"/flyers/norway/metal-buyer{ending}")
    assert response.status_code == 404
    assert '<a href="/cases/norway/metal-buyers">' in response.text


def test_the_page_of_a_case_leads_to_its_flyer(client):
    """A case links to both forms of its flyer; a guide to none."""
    page = client.get("/cases/norway/metal-buyers").text
    links = re.findall(r'href="(/flyers/[^"]+)"', page)
    assert links == ["/flyers/norway/metal-buyers", "/flyers/norway/metal-buyers.pdf"]
    assert "/flyers/" not in client.get("/cases/guides/purchase-guide").text


def test_how_the_pdf_is_sent(client):
    """The PDF opens in the browser under a good name, and is not sent twice."""
    first = file_at(client, "/flyers/norway/metal-buyers.pdf")
    again = client.get(
        "/flyers/norway/metal-buyers.pdf", headers={"If-None-Match": first.headers["ETag"]}
    )
    assert first.content_type == "application/pdf"
    assert (
        first.headers["Content-Disposition"] == 'inline; filename="norway-metal-buyers-flyer.pdf"'
    )
    assert first.headers["Cache-Control"] == "no-cache"
    assert (again.status_code, again.data) == (304, b"")


def test_the_pdf_is_tagged_and_named(client):
    """The PDF is tagged, names its language, title and author, and keeps to PDF/UA-1."""
    data = file_at(client, "/flyers/norway/metal-buyers.pdf").data
    pdf = read(data)
    root = pdf.trailer["/Root"]
    assert (root["/Lang"], root["/MarkInfo"]["/Marked"].value) == ("en-GB", True)
    assert (pdf.metadata.title, pdf.metadata.author) == (
        "Metal firms purchase machines",
        "Compendium of Business Networks",
    )
    assert root["/ViewerPreferences"]["/DisplayDocTitle"].value is True
    assert b"<pdfuaid:part>1</pdfuaid:part>" in root["/Metadata"].get_data()


SAME = """
import hashlib, sys
from pathlib import Path
from kb.search.opening import LiveSearcher
from kb.settings import read_settings
from web import create_app
index = sys.argv[1]
live = LiveSearcher(Path(index), min_score=0.3)
client = create_app(live, read_settings({}, index=index)).test_client()
sys.stdout.write(hashlib.sha256(client.get(sys.argv[2]).data).hexdigest())
sys.stdout.write(" typst" * ("typst" in sys.modules))
"""


def test_the_same_bytes_in_every_process(settings):
    """Two workers give the same PDF to the byte, and neither loads what sets it."""
    command = [sys.executable, "-c", SAME, str(settings.index), "/flyers/norway/metal-buyers.pdf"]
    first, second = (
        subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=120)
        for _ in range(2)
    )
    assert (first.stderr, len(first.stdout)) == ("", 64)
    assert first.stdout == second.stdout


def test_what_looks_like_code_is_text(sheet_of, searcher):
    """Nothing in a case is read as Typst: it stands in the PDF as it was written."""
    sheet = sheet_of("norway/metal-buyers")
    case = replace(sheet.case, title=HOSTILE, summary=HOSTILE)
    pdf = read(
        typeset(TEMPLATE, flyer_source(replace(sheet, case=case, take=HOSTILE), searcher.taxonomy))
    )
    assert pdf.metadata.title == HOSTILE
    assert squeezed(words_of(pdf)).count(squeezed(HOSTILE)) == 3


def test_hostile_title_from_a_file(client):
    """A title of markup stands on the page escaped and in the PDF as text."""
    assert "&lt;script&gt;alert" in client.get("/flyers/denmark/hostile-title").text
    pdf = read(file_at(client, "/flyers/denmark/hostile-title.pdf").data)
    assert pdf.metadata.title == "<script>alert('x')</script> & “quotes”"


def test_letters_without_a_glyph(sheet_of, searcher):
    """Letters that no typeface has are shown by their numbers; the sheet keeps to PDF/UA."""
    sheet = sheet_of("norway/metal-buyers")
    sheet = replace(
        sheet, case=replace(sheet.case, title="Wine \U000f1234\U000f1235 is a\u0304 wine")
    )
    pdf = read(typeset(TEMPLATE, flyer_source(sheet, searcher.taxonomy)))
    assert (len(pdf.pages), pdf.metadata.title) == (1, "Wine \U000f1234\U000f1235 is ā wine")
    assert squeezed("Wine [U+F1234 U+F1235] is ā wine") in squeezed(words_of(pdf))
    assert b"<pdfuaid:part>1</pdfuaid:part>" in pdf.trailer["/Root"]["/Metadata"].get_data()


def test_a_word_that_is_wider_than_the_sheet(sheet_of, searcher):
    """A word of 300 letters is broken, and every letter of it is on the sheet."""
    sheet = sheet_of("norway/metal-buyers")
    word = "Donaudampfschifffahrts" * 14
    sheet = replace(sheet, case=replace(sheet.case, title=word), facts=(("Who", word),))
    pdf = read(typeset(TEMPLATE, flyer_source(sheet, searcher.taxonomy)))
    assert len(pdf.pages) == 1
    assert squeezed(words_of(pdf)).replace("\u200b", "").count(word) == 2


def test_an_address_too_long_for_a_code(sheet_of, searcher):
    """Without a code the sheet still says the address."""
    address = f"{SITE}/{'a' * 300}"
    sheet = replace(sheet_of("norway/metal-buyers"), address=address, code=None)
    pdf = read(typeset(TEMPLATE, flyer_source(sheet, searcher.taxonomy)))
    assert len(pdf.pages) == 1
    assert address in squeezed(words_of(pdf))


def test_more_results_than_fit(toy_cases, tmp_path, tiny_encoder):
    """Beyond twelve results the sheet says how many more the case has, and stays one page."""
    path = toy_cases / "norway" / "metal-buyers.md"
    records = "".join(
        f"  - {{metric: jobs, level: outcome, direction: up, value: {jobs}, unit: jobs, "
        f"statement: In all {jobs} jobs came., locator: p. 2}}\n"
        for jobs in range(3, 18)
    )
    text = path.read_text(encoding="utf-8")
    path.write_text(text.replace("results:\n", "results:\n" + records), encoding="utf-8")
    settings = settings_of_toy(toy_cases, tmp_path / "index", tiny_encoder)
    build(settings)
    client = create_app(LiveSearcher(settings.index, min_score=0.3), settings).test_client()

    page = client.get("/flyers/norway/metal-buyers").text
    pdf = read(file_at(client, "/flyers/norway/metal-buyers.pdf").data)

    assert page.count('figure-number">') == MOST_RESULTS
    assert "5 more on the page of the network." in page
    assert "5 more on the page of the network." in words_of(pdf)
    assert len(pdf.pages) == 1


def test_a_kind_keeps_its_capitals_in_a_sentence(toy_cases, tmp_path, tiny_encoder):
    """A name that begins as an abbreviation does is not made small on the pages, nor in the PDF."""
    words = toy_cases / "taxonomy.yaml"
    text = words.read_text(encoding="utf-8")
    words.write_text(text.replace("label: Study\n", "label: EU study\n", 1), encoding="utf-8")
    settings = settings_of_toy(toy_cases, tmp_path / "index", tiny_encoder)
    build(settings)
    client = create_app(LiveSearcher(settings.index, min_score=0.3), settings).test_client()

    pages = [client.get(f"/{kind}/denmark/hostile-title").text for kind in ("cases", "flyers")]
    pdf = words_of(read(file_at(client, "/flyers/denmark/hostile-title.pdf").data))

    assert "This EU study as JSON" in pages[0]
    assert "The source reports no results of this EU study." in pages[1]
    assert "The whole EU study" in pages[1]
    assert "The source reports no results of this EU study." in pdf
    assert "The whole EU study" in pdf
    assert [one for one in (*pages, pdf) if "eu study" in one] == []


@pytest.fixture(name="real", scope="module")
def _real(whole_live, whole_settings):
    """The real compendium's searcher and client, on a site with a public address."""
    app = create_app(whole_live, replace(whole_settings, site_url=SITE))
    return whole_live.current(), app.test_client()


@pytest.mark.parametrize("every", [10, pytest.param(1, marks=pytest.mark.long)])
def test_every_real_case_has_one_page(real, every):
    """The PDF of every case is one A4 sheet in PDF/UA with its title, figures and address.

    Here it is every tenth from the one with the most to show down; each in the longer form.
    """
    searcher, client = real
    wrong = []
    cases = [case for case in searcher.cases if case.kind != "guide"]
    fullest = sorted(cases, key=lambda one: (-len(one.results), -len(one.summary), one.id))
    for case in fullest[::every]:
        pdf = read(client.get(f"/flyers/{case.id}.pdf").data)
        with client.application.test_request_context("/"):
            sheet = flyer(searcher, case)
        text = squeezed(words_of(pdf))
        parts = [curly(case.title), curly(case.summary), sheet.take]
        parts += [sheet.address, sheet.snapshot_id]
        for result in sheet.results:
            shown = figure(result, searcher.taxonomy)
            parts += [curly(result.statement), curly(result.locator), curly(result.horizon or "")]
            parts += [shown.before, shown.lead + shown.number + shown.unit]
        missing = [part for part in parts if squeezed(part) not in text]
        box = [round(float(side)) for side in pdf.pages[0].mediabox[2:]]
        is_ua = b"pdfuaid" in pdf.trailer["/Root"]["/Metadata"].get_data()
        if (len(pdf.pages), box, is_ua, missing) != (1, [595, 842], True, []):
            wrong.append((case.id, len(pdf.pages), box, is_ua, missing))
    assert wrong == []


@pytest.mark.parametrize("paper", ["A4", "Letter"])
def test_the_page_prints_on_one_sheet(browser, real_server_url, paper):
    """Printed by a browser, the longest, the densest and the shortest case are one sheet each."""
    ids = (
        "australia/western-australia-alliances",
        "australia/leather-steering-wheels",
        "denmark/network-programme",
        "italy/northern-industrial-districts",
        "new-zealand/spirits-to-japan",
        "canada/natural-bakers",
    )
    page = browser.new_page()
    pages = {}
    for case_id in ids:
        page.goto(f"{real_server_url}/flyers/{case_id}")
        pages[case_id] = len(read(page.pdf(format=paper)).pages)
    page.close()
    assert pages == dict.fromkeys(ids, 1)


@pytest.fixture(
    name="open_page",
    scope="module",
    params=["australia/leather-steering-wheels", "canada/natural-bakers"],
)
def _open_page(browser, real_server_url, request):
    with opened(browser, f"{real_server_url}/flyers/{request.param}") as page:
        yield page


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [360, 1280])
def test_no_violations(open_page, width, scheme):
    """No rule of axe-core is broken, and the page is no wider than the window."""
    assert problems(open_page, width, scheme) == []
