"""Cases side by side: the page, its errors, its twins as CSV and JSON, and the ways to it."""

from __future__ import annotations

import csv
import io
import re
import threading
from html import unescape
from pathlib import Path

import pytest
from flask import render_template
from jsonschema import Draft202012Validator
from playwright.sync_api import expect
from werkzeug.serving import make_server

from kb.answers.addresses import Addresses
from kb.answers.comparison import COMPARED, comparison_answer, label_of
from kb.answers.contrast import contrast
from kb.content.corpus import read_corpus
from kb.model.cases import Case, Members, Result
from kb.results.comparison import compare
from tests.browser.pages import follow, laid_out
from tests.web.whole_answers import whole_answers
from web import create_app
from web.compare.page import ComparePage

ROOT = Path(__file__).parents[3]
METAL, WINE, TEXTILE = "norway/metal-buyers", "france/wine-exporters", "norway/textile-exporters"
TRAIN, HOSTILE, GUIDE = "spain/textile-training", "denmark/hostile-title", "guides/purchase-guide"
PROGRAMME = "international/wine-and-metal-programme"
THREE = f"id={METAL}&id={WINE}&id={TEXTILE}"


@pytest.fixture(name="url", scope="module")
def _url(live, settings):
    server = make_server("127.0.0.1", 0, whole_answers(create_app(live, settings)), threaded=True)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    server.server_close()


def plain(html: str) -> str:
    """The text of a piece of a page, spaces folded."""
    return re.sub(r"\s+", " ", unescape(re.sub(r"<[^>]+>", " ", html))).strip()


def table(page: str) -> dict[str, list[str]]:
    """The rows of the comparison: what stands in the row header, to the cells."""
    body = page[page.index("<tbody>") : page.index("</table>")]
    rows = re.findall(r"<tr[^>]*>(.*?)</tr>", body, re.S)
    heads = [plain(re.search(r"<th[^>]*>(.*?)</th>", row, re.S)[1]) for row in rows]
    cells = [[plain(cell) for cell in re.findall(r"<td>(.*?)</td>", row, re.S)] for row in rows]
    return dict(zip(heads, cells, strict=True))


def case(case_id: str, *results: Result, members: int | None = None, **facets) -> Case:
    """A network with nothing but what is given."""
    return Case(
        id=case_id,
        title=case_id,
        kind=facets.pop("kind", "network"),
        summary="",
        body="",
        facets={"country": (), **{name: tuple(values) for name, values in facets.items()}},
        results=results,
        sources=(),
        members=Members(who="firms", count=members),
        period=facets.get("period"),
    )


def sales(**more) -> Result:
    """A result in sales."""
    place = {"level": "output", "direction": "up", "statement": "S", "source": "s", "locator": "p"}
    return Result(metric="sales", **{**place, **more})


def test_the_table(client):
    """Every row of three cases: values with how many share them, figures, and what is not told."""
    assert table(client.get(f"/compare?{THREE}").text) == {
        "Kind all three agree": ["Network"] * 3,
        "Country differ": ["Norway 2 of 3", "France only here", "Norway 2 of 3"],
        "Region told of one": ["Bergen", "not told", "not told"],
        "Period told of one": [
            "About 1990–1992",
            "not told",
            "Before 2001 (the source gives no year)",
        ],
        "Who took part": ["3 metal firms, with a bank", "More than 5 wine makers", "not told"],
        "Form differ": ["Hard network only here", "not told", "Soft network only here"],
        "Type of network partly shared": [
            "Horizontal (same trade) our reading",
            "Horizontal (same trade) Vertical (suppliers of one customer) only here",
            "Horizontal (same trade)",
        ],
        "What they did together differ": [
            "Cost reduction only here Joint purchasing only here",
            "Exporting 2 of 3",
            "Exporting 2 of 3 Marketing only here",
        ],
        "Sector differ": [
            "Metalwork and machinery only here",
            "Wine and spirits only here",
            "Textiles, clothing and footwear only here",
        ],
        "Outcome differ": ["Success 2 of 3 our reading", "Success 2 of 3", "Mixed only here"],
        "In short": [
            "Three metal firms purchase machines together.",
            "Wine makers export wine together.",
            "Textile firms export textile.",
        ],
        "Results as reported": [],
        "Sales 1 of 3 reports": [
            "+10% Sales rose by 10%. p. 2",
            "not reported",
            "not reported",
        ],
        "Export sales 2 of 3 report": [
            "not reported",
            "+30% Export sales rose by 30%. p. 3",
            "×6 Export sales were six times as high. p. 4",
        ],
        "New markets 1 of 3 reports": [
            "not reported",
            "not reported",
            "In words: They now serve new markets. p. 4",
        ],
        "Costs 2 of 3 report": [
            "−20% Machines cost 20% less. first year p. 1",
            "50–60% of the usual Reaching the market cost 50-60% of the usual. note",
            "not reported",
        ],
        "Sources": [
            "Jane Doe and Richard Roe (2001) , pp. 1-2",
            "Jane Doe and Richard Roe (2001) , p. 3 An unsigned note (no date) , whole",
            "Jane Doe and Richard Roe (2001) , p. 4",
        ],
    }


def test_the_head_of_the_page(client):
    """One heading, the sentences, and what is told of none of the cases."""
    page = client.get(f"/compare?{THREE}").text
    head = plain(re.search(r'<div class="page-head">(.*?)</div>', page, re.S)[1])

    assert head == (
        "Three cases side by side All three are horizontal networks. They differ in country, "
        "number of members, form, further types of network, what they do together, sector and "
        "outcome. There is no measure on which all three report."
    )
    assert "Not known for any of these cases: how it came to be." in page
    assert '<meta name="robots" content="noindex, follow">' in page


def five_alike(searcher, n: int = 5) -> ComparePage:
    """So many cases that each report a rise of sales in percent: 10, 20 to 30, 30 to 40, and on."""
    cases = tuple(
        case(f"c{at}", sales(low=at * 10, high=at * 10 + (10 if at > 1 else 0), unit="percent"))
        for at in range(1, n + 1)
    )
    answer = comparison_answer(searcher, cases, Addresses())
    return ComparePage(
        cases=cases, answer=answer, choices=(), places=1, offers=(), taxonomy=searcher.taxonomy
    )


def test_two_like_figures_draw_no_bar(client):
    """Two figures of costs are alike, and no five are: no scale, no bar, nothing computed."""
    page = client.get(f"/compare?{THREE}").text

    assert "compare-figure" in page
    assert [
        word for word in ("compare-bar", "compare-computed", "Bars stand") if word in page
    ] == []


def test_bars_are_drawn_where_five_figures_are_alike(client, searcher):
    """Five share a scale that ends at 60: the first reaches 10, the last 50 to 60; four do not."""
    page = five_alike(searcher)
    (row,) = page.answer.metrics
    results = [one for cell in row.cells for one in cell.results]

    assert page.has_bars
    assert [one.scale_end for one in results] == [60] * 5
    assert [page.bar(one) for one in results] == [
        (16.7, 16.7), (33.3, 50.0), (50.0, 66.7), (66.7, 83.3), (83.3, 100.0),
    ]  # fmt: skip
    four = five_alike(searcher, 4)
    assert not four.has_bars
    (row,) = four.answer.metrics
    assert [four.bar(one) for cell in row.cells for one in cell.results] == [None] * 4
    with client.application.test_request_context("/compare"):
        drawn = render_template("_compare_table.html", page=page, answer=page.answer)
    bars = re.findall(r'<svg class="compare-bar".*?</svg>', drawn, re.S)
    assert [re.findall(r'width="([\d.]+)"', bar) for bar in bars] == [
        ["100", "16.7", "16.7"],
        ["100", "50.0", "33.3"],
        ["100", "66.7", "50.0"],
        ["100", "83.3", "66.7"],
        ["100", "100.0", "83.3"],
    ]
    assert "Bars stand where figures have one unit and one direction" in drawn


def test_agreement_is_said_in_words_and_marked_by_shape(client):
    """A row has its class and its words; what not all share is marked, what all share is not."""
    page = client.get(f"/compare?id={METAL}&id={TEXTILE}").text

    assert re.findall(r'<tr class="agree-(\w+)">', page) == [
        "all", "all", "gaps", "gaps", "text", "different", "all", "different", "different",
        "different", "text",
    ]  # fmt: skip
    country = re.search(r'scope="row">Country .*?</tr>', page, re.S)[0]
    assert "both agree" in country
    assert "compare-only" not in country
    form = re.search(r'scope="row">Form .*?</tr>', page, re.S)[0]
    assert form.count('compare-value compare-only"') == 2


def test_links_of_a_column(client):
    """Each case can be read or removed; what is left stands in the same order."""
    page = client.get(f"/compare?{THREE}").text

    assert re.findall(r'class="compare-title" href="([^"]+)"', page) == [
        f"/cases/{METAL}", f"/cases/{WINE}", f"/cases/{TEXTILE}",
    ]  # fmt: skip
    removed = [unescape(link) for link in re.findall(r'compare-remove" href="([^"]+)"', page)]
    assert removed == [
        f"/compare?id={WINE}&id={TEXTILE}",
        f"/compare?id={METAL}&id={TEXTILE}",
        f"/compare?id={METAL}&id={WINE}",
    ]


def test_cases_to_add(client, searcher):
    """Offered are the cases most like those chosen, and a select of every other case."""
    page = client.get(f"/compare?{THREE}").text
    offered = re.findall(r'href="([^"]+)"><span class="hidden">Add', page)

    likeness = {}
    for one in (METAL, WINE, TEXTILE):
        for hit in searcher.similar(one, k=99):
            likeness[hit.case.id] = likeness.get(hit.case.id, 0) + hit.score
    expected = sorted(likeness.keys() - {METAL, WINE, TEXTILE}, key=lambda i: (-likeness[i], i))
    assert [unescape(link) for link in offered] == [f"/compare?{THREE}&id={i}" for i in expected]
    form = page.split("compare-form")[1].split("</form>")[0]
    assert re.findall(r'<input type="hidden" name="id" value="([^"]+)">', form) == [
        METAL, WINE, TEXTILE,
    ]  # fmt: skip
    assert re.findall(r'<option value="([^"]+)"', form) == [
        HOSTILE, TRAIN, PROGRAMME,
    ]  # fmt: skip


def test_one_case_asks_for_another(client):
    """One case alone, and one given twice, is a page that asks to add another."""
    for address in (f"/compare?id={METAL}", f"/compare?id={METAL}&id=&id={METAL}"):
        response = client.get(address)
        assert response.status_code == 200
        assert "One case is chosen. Add at least one more" in response.text
        assert "<table" not in response.text
        form = response.text.split("compare-form")[1].split("</form>")[0]
        assert re.findall(r'name="id" value="([^"]+)"', form) == [METAL]


def test_no_case_offers_a_form(client):
    """Without a case the page explains itself and offers three selects."""
    page = client.get("/compare").text

    assert page.count('<select id="compare-') == 3
    assert "Put two to five cases side by side" in page
    assert '<link rel="canonical" href="http://localhost/compare">' in page


def test_five_are_the_most(client):
    """With five cases none can be added."""
    ids = (METAL, WINE, TEXTILE, TRAIN, PROGRAMME)
    page = client.get("/compare?" + "&".join(f"id={one}" for one in ids)).text

    assert "Five cases are the most" in page
    assert "compare-form" not in page


@pytest.mark.parametrize(
    ("address", "sentence"),
    [
        (
            f"id=norway/metal-buyer&id={WINE}",
            "id must be that of a case, which 'norway/metal-buyer' is not.",
        ),
        (
            "id=zzz",
            "id must be that of a case, which 'zzz' is not. Every id stands at /api/v1/cases.",
        ),
        (
            f"id={METAL}&id={GUIDE}",
            "id must be that of a case, and 'guides/purchase-guide' is a guide. Guides treat a "
            "theme, so they have nothing to set beside a case.",
        ),
        (
            "&".join(f"id={one}" for one in (METAL, WINE, TEXTILE, TRAIN, PROGRAMME, HOSTILE)),
            "id must be given at most five times, and 6 cases are named. The first five are "
            f"{METAL}, {WINE}, {TEXTILE}, {TRAIN} and {PROGRAMME}.",
        ),
    ],
    ids=["unknown", "far", "guide", "six"],
)
def test_bad_addresses(client, address, sentence):
    """The page says what is wrong, and what is understood is compared, or waits for another."""
    response = client.get(f"/compare?{address}")
    body = unescape(response.text)
    (told,) = re.findall(r'<div class="notice">\s*<p>(.*?)</p>', body, re.S)

    assert response.status_code == 400
    assert told.startswith(sentence)
    given = [one.removeprefix("id=") for one in address.split("&")]
    kept = [one for one in given if one not in ("norway/metal-buyer", "zzz", GUIDE)][:5]
    heading = r'<(?:h2|th[^>]*)>(?:\s*<span.*?</span>\s*)?<a [^>]*href="/cases/([^"]+)"'
    shown = re.findall(heading, body)
    assert shown == kept


def test_unknown_ids_lead_to_what_was_meant(client):
    """The nearest cases are links to the comparison with them, the others kept."""
    page = unescape(client.get(f"/compare?id={WINE}&id=norway/metal-buyer").text)

    notice = re.search(r'<section class="notices".*?</section>', page, re.S)[0]
    assert re.findall(r'<a [^>]*?href="([^"]+)">([^<]+)</a>', notice)[0] == (
        f"/compare?id={WINE}&id={METAL}",
        "Metal firms purchase machines",
    )


def test_ids_that_are_wrong_throughout_are_refused_whole(client):
    """Ten are told one by one; from eleven on the page says so and tells the first alone."""
    wrong = [f"id=norway/x{n}" for n in range(3000)]
    ten = unescape(client.get(f"/compare?{'&'.join(wrong[:10])}").text)
    refused = client.get(f"/compare?{'&'.join(wrong)}")

    assert ten.count('<div class="notice">') == 10
    assert refused.status_code == 400
    assert (
        "More than 10 parts of the address are not understood. The first: id must be that of a "
        "case, which 'norway/x0' is not."
    ) in unescape(refused.text)
    assert "norway/x1" not in refused.text
    assert len(refused.text) < 20_000


def test_markup_in_an_id_is_text(client):
    """What is given is shown escaped, on the page and in the titles of cases."""
    page = client.get("/compare?id=<b>x</b>").text
    assert "&lt;b&gt;x&lt;/b&gt;" in page
    assert "<b>" not in page
    page = client.get(f"/compare?id={HOSTILE}&id={METAL}").text
    assert "<script>" not in page
    assert "<b>that</b>" not in page


def test_csv(client, searcher):
    """One row for each field or metric, one column for each case, no field empty."""
    response = client.get(f"/compare.csv?{THREE}")
    rows = list(csv.reader(io.StringIO(response.text, newline="")))

    assert response.content_type == "text/csv; charset=utf-8"
    assert response.headers["Content-Disposition"] == (
        f'attachment; filename="comparison-{searcher.snapshot_id}.csv"'
    )
    assert rows[0] == ["row", "label", "agreement", METAL, WINE, TEXTILE]
    assert [row[0] for row in rows[1:]] == [
        "title", "kind", "country", "region", "period", "members", "form", "formation", "type",
        "project", "sector", "status", "summary", "results:sales", "results:export-sales",
        "results:market-entry", "results:cost", "sources",
    ]  # fmt: skip
    by_row = {row[0]: row[2:] for row in rows}
    assert by_row["country"] == ["differ", "Norway", "France", "Norway"]
    assert by_row["formation"] == ["not told"] * 4
    assert by_row["project"][1] == "Cost reduction; Joint purchasing"
    assert by_row["status"][1] == "Success (our reading)"
    assert by_row["results:cost"] == [
        "2 of 3 report",
        "figure: −20%, first year (doe-2001, p. 1)",
        "figure: 50–60% of the usual (anon, note)",
        "not reported",
    ]
    assert by_row["results:market-entry"][3] == (
        "in words: They now serve new markets (doe-2001, p. 4)"
    )
    assert {cell for row in rows for cell in row[3:]} >= {"not told", "not reported"}
    assert "" not in {cell for row in rows for cell in row[3:]}


def test_the_file_calls_a_field_as_the_page_does(searcher):
    """The words of an answer are those of the site in English: one table holds them."""
    assert {name: label_of(name, searcher.taxonomy) for name in COMPARED} == {
        "kind": "Kind",
        "country": "Country",
        "region": "Region",
        "period": "Period",
        "members": "Who took part",
        "form": "Form",
        "formation": "How it came to be",
        "type": "Type of network",
        "project": "What they did together",
        "sector": "Sector",
        "status": "Outcome",
        "summary": "In short",
    }


def test_csv_and_json_need_two(client):
    """Fewer than two cases are refused with an example, in both."""
    sentence = (
        "id must be given at least two times, each with the id of another case; {} named. An "
        "example is id=denmark/hostile-title&id=france/wine-exporters."
    )
    assert sentence.format("none is") in unescape(client.get("/compare.csv").text)
    problem = client.get(f"/api/v1/compare?id={METAL}").json
    assert problem["detail"] == sentence.format(f"only {METAL} is")
    assert (problem["status"], problem["parameter"], problem["value"]) == (400, "id", 1)


def test_json_equals_the_page(client, searcher):
    """The JSON twin holds the same values and results, and is what its description promises."""
    answer = client.get(f"/api/v1/compare?{THREE}").json
    description = client.get("/api/v1/openapi.json").json
    operation = description["paths"]["/api/v1/compare"]["get"]
    schema = operation["responses"]["200"]["content"]["application/json"]["schema"]
    Draft202012Validator(schema | {"components": description["components"]}).validate(answer)

    assert (answer["snapshot"], answer["url"]) == (
        searcher.snapshot_id,
        f"http://localhost/compare?{THREE}",
    )
    page = table(client.get(f"/compare?{THREE}").text)
    assert answer["text"] in plain(client.get(f"/compare?{THREE}").text)
    assert [one["id"] for one in answer["cases"]] == [METAL, WINE, TEXTILE]
    fields = {row["field"]: row for row in answer["fields"]}
    assert (fields["country"]["agreement"], fields["kind"]["agreement"]) == ("different", "all")
    assert [cell["values"] for cell in fields["project"]["cells"]][2] == [
        {"value": "exporting", "label": "Exporting", "n": 2, "planned": False},
        {"value": "marketing", "label": "Marketing", "n": 1, "planned": False},
    ]
    rows = list(page)
    metrics = rows[rows.index("Results as reported") + 1 : -1]
    assert [row["label"] for row in answer["metrics"]] == [
        re.sub(r" \d of 3 reports?$", "", head) for head in metrics
    ]
    cost = answer["metrics"][-1]
    figures = [[one["figure"] for one in cell["results"]] for cell in cost["cells"]]
    assert figures == [["−20%"], ["50–60% of the usual"], []]
    every = [one for row in answer["metrics"] for cell in row["cells"] for one in cell["results"]]
    assert [one["comparable"] for one in every] == [None] * 6


@pytest.mark.parametrize(
    ("address", "parameter", "allowed"),
    [
        (f"id={METAL}&id=norway/metal-buyer", "id", METAL),
        (f"{THREE}&q=wine", "q", "id"),
    ],
    ids=["unknown", "stray"],
)
def test_json_problems(client, address, parameter, allowed):
    """A problem names the parameter, and what is allowed nearest first."""
    response = client.get(f"/api/v1/compare?{address}")

    assert (response.status_code, response.content_type) == (400, "application/problem+json")
    assert (response.json["parameter"], response.json["allowed"][0]) == (parameter, allowed)


def test_ways_to_the_page(client, searcher):
    """A case compares with the two of its kind most like it, an answer its first three."""
    link = unescape(
        re.search(r'near-compare"><a [^>]*?href="([^"]+)"', client.get(f"/cases/{METAL}").text)[1]
    )
    near = sorted(searcher.similar(METAL), key=lambda hit: hit.case.kind != "network")[:2]
    assert link == "/compare?" + "&".join(
        f"id={one}" for one in (METAL, *(h.case.id for h in near))
    )
    assert "near-compare" not in client.get(f"/cases/{GUIDE}").text

    page = client.get("/search?country=NO&country=FR").text
    ids = re.findall(r'card-title"><a href="/cases/([^"]+)"', page)
    found = re.search(r'hits-compare"><a [^>]*?href="([^"]+)">([^<]+)<', page)
    assert unescape(found[1]) == "/compare?" + "&".join(f"id={one}" for one in ids[:3])
    assert found[2] == "Compare the first three cases side by side"
    for address in ("/search", "/search?country=ES", "/search?kind=guide", "/search?q=zebra"):
        assert "hits-compare" not in client.get(address).text


@pytest.mark.parametrize(
    ("cases", "common", "apart", "gaps", "reported"),
    [
        pytest.param(
            [
                case("a", sales(), country=["NO"], form=["hard"], type=["horizontal"],
                     project=["exporting"], status=["success"], members=3),
                case("b", sales(), country=["NO"], form=["hard"], type=["horizontal"],
                     project=["exporting", "marketing"], status=["success"], members=8),
            ],
            "Both are hard, horizontal networks from Norway, working together on exporting; the "
            "outcome of each is given as success.",
            "They differ in number of members and what else they do together.",
            "",
            "Both report on sales.",
            id="alike",
        ),
        pytest.param(
            [case("a", sales(), form=["hard"]), case("b", kind="study"), case("c", form=["soft"])],
            "The three have none of these facts in common.",
            "They differ in form.",
            "",
            "There is no measure on which all three report; two of them report no result at all.",
            id="nothing",
        ),
        pytest.param(
            [
                case("a", country=["US"], sector=["food"], formation=["demand-pull"]),
                case("b", country=["US", "GB"], sector=["food"], formation=["demand-pull"]),
                case("c", country=["US"], sector=["food"], formation=["demand-pull"],
                     status=["mixed"]),
            ],
            "All three are networks from the United States in food products; each came to be by a "
            "government programme, demand pull.",
            "They differ in further countries.",
            "Known for only some of them: outcome.",
            "No source reports a result for any of them. They may still have achieved some.",
            id="gaps",
        ),
        pytest.param(
            [
                case("a", kind="programme", type=["horizontal", "vertical"]),
                case("b", kind="programme", type=["vertical", "horizontal"]),
            ],
            "Both are programmes of horizontal and vertical networks.",
            "",
            "",
            "No source reports a result for any of them. They may still have achieved some.",
            id="programmes",
        ),
    ],
)  # fmt: skip
def test_sentences(cases, common, apart, gaps, reported):
    """What cases have in common and where they differ, as a person would say it."""
    taxonomy = read_corpus(ROOT / "cases").compendium.taxonomy
    found = contrast(compare(cases, taxonomy), taxonomy)

    assert (found.common, found.apart, found.gaps, found.reported) == (
        common,
        apart,
        gaps,
        reported,
    )


def test_many_results_of_one_metric_are_folded(searcher):
    """Of five results three stand open; of four, all."""
    figures = [sales(low=n, high=n, unit="percent") for n in range(1, 6)]
    cases = (case("a", *figures), case("b", *figures[:4]))
    answer = comparison_answer(searcher, cases, Addresses())
    page = ComparePage(
        cases=cases, answer=answer, choices=(), places=1, offers=(), taxonomy=searcher.taxonomy
    )
    (row,) = answer.metrics

    assert [(len(cell.results), page.shown_first(cell.results)) for cell in row.cells] == [
        (5, 3),
        (4, 4),
    ]
    assert [page.bar(one) for cell in row.cells for one in cell.results] == [None] * 9
    assert not page.has_bars


def test_by_keyboard_on_a_phone(browser, url):
    """The table is reached and scrolled by keyboard, its first column stays, a case is removed."""
    context = browser.new_context(viewport={"width": 360, "height": 800}, java_script_enabled=True)
    page = context.new_page()
    page.goto(f"{url}/compare?{THREE}")
    laid_out(page)
    frame = page.locator(".compare-frame")
    for _ in range(30):
        page.keyboard.press("Tab")
        if frame.evaluate("one => one === document.activeElement"):
            break
    expect(frame).to_be_focused()
    head = page.locator("tbody th").first
    before = head.bounding_box()["x"]
    for _ in range(200):
        page.keyboard.press("ArrowRight")
        page.wait_for_timeout(50)
        if frame.evaluate("one => one.scrollLeft") > 20:
            break
    assert frame.evaluate("one => one.scrollLeft") > 20
    assert head.bounding_box()["x"] == before
    expect(page.locator(".compare-cue")).to_be_visible()
    page.keyboard.press("Tab")
    page.keyboard.press("Tab")
    expect(page.locator(".compare-remove").first).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.locator("h1")).to_have_text("Two cases side by side")
    context.close()


def test_adding_without_javascript(browser, url):
    """From nothing, two cases are chosen in the form and a third is added, all in the address."""
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    page.goto(f"{url}/compare")
    page.get_by_label("Case 1").select_option(METAL)
    page.get_by_label("Case 2").select_option(WINE)
    follow(page.get_by_role("button", name="Compare"))
    expect(page.locator("h1")).to_have_text("Two cases side by side")
    page.get_by_label("Case to add").select_option(TEXTILE)
    follow(page.get_by_role("button", name="Add", exact=True))
    expect(page.locator("h1")).to_have_text("Three cases side by side")
    assert page.locator(".compare-title").count() == 3
    context.close()


def test_three_fit_on_a_landscape_page(browser, url):
    """On paper three cases are one page, wider than high."""
    page = browser.new_page()
    page.goto(f"{url}/compare?{THREE}")
    pdf = page.pdf(prefer_css_page_size=True)
    page.close()

    assert len(re.findall(rb"/Type\s*/Page\b", pdf)) == 1
    (box,) = re.findall(rb"/MediaBox \[0 0 ([\d.]+) ([\d.]+)\]", pdf)
    assert (round(float(box[0])), round(float(box[1]))) == (842, 595)


def test_a_case_of_no_told_period_says_what_its_page_says(client):
    """Until when it may have been, by the year of its source."""
    page = client.get(f"/compare?{THREE}").text
    of_case = re.search(
        r"(Before|By) \d{4} \(the source gives no \w+\)", client.get(f"/cases/{TEXTILE}").text
    )

    assert of_case
    assert table(page)["Period told of one"][2] == of_case[0]
