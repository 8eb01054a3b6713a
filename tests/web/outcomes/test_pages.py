"""What to expect: the page, its JSON twin, the file, and the form around them."""

import csv
import html
import io
import re
from dataclasses import replace

import numpy as np
import pytest
from jsonschema import Draft202012Validator

from kb.answers.addresses import Addresses
from kb.answers.outcomes import outcomes_answer
from kb.guidance.profile import Profile
from kb.guidance.selection import Selection, whole
from kb.model.cases import Case, Result
from kb.model.facets import FACETS
from kb.search.query import Query
from web import create_app
from web.outcomes.distributions import direction_words, measure_words, plotted, source_text
from web.outcomes.page import outcomes_page

WINE = "france/wine-exporters"
METAL = "norway/metal-buyers"


@pytest.fixture(name="in_request")
def _in_request(live, settings):
    """A request of the toy site, in which addresses can be made."""
    with create_app(live, settings).test_request_context():
        yield


@pytest.fixture(name="real_client")
def _real_client(real_live, real_settings):
    return create_app(real_live, real_settings).test_client()


def section(page: str, metric: str) -> str:
    """The part of a page that is about one metric."""
    return re.search(
        rf'<section class="metric" aria-labelledby="metric-{metric}">.*?</div>\s*</section>\s*'
        r'(?=<section class="metric"|</section>|<p class="machine)',
        page,
        re.S,
    )[0]


def places(page: str) -> list[tuple[str, str]]:
    """Address of the case, and source with its place, of each finding on a page."""
    found = re.findall(r'<p class="finding-place"><a href="([^"]+)">(.*?)</p>', page)
    return [
        (url, html.unescape(re.findall(r"<span>([^<]*)</span>", rest)[-1])) for url, rest in found
    ]


def all_findings(answer: dict) -> list[dict]:
    """Every finding of the API's answer."""
    return [
        one
        for metric in answer["metrics"]
        for group in (*(d["findings"] for d in metric["distributions"]), metric["in_words"])
        for one in group
    ]


def options(page: str, name: str) -> list[str]:
    """The values of a select."""
    select = re.search(rf'<select id="[^"]+" name="{name}">.*?</select>', page, re.S)[0]
    return re.findall(r'<option value="([^"]*)"', select)


def test_how_little_is_known_stands_first(client):
    """Cases, figures and silence are counted, the silent ones are linked, guides are no cases."""
    page = client.get("/outcomes").text

    assert re.findall(r"<strong>(\d+)</strong> ([a-z ]+)</li>", page) == [
        ("4", "with a figure"),
        ("0", "in words alone"),
        ("2", "report nothing"),
    ]
    assert "These are 4 networks, 1 programme and 1 study. Not reported is not zero" in page
    silent = re.search(r'<details class="silent">.*?</details>', page, re.S)[0]
    assert re.findall(r'href="([^"]+)"', silent) == [
        "/cases/denmark/hostile-title",
        "/cases/spain/textile-training",
    ]
    assert "&lt;script&gt;alert(" in silent
    assert "<script" not in page


def test_the_overview_leads_to_every_metric(client):
    """One line for each metric: cases, figures of networks and of programmes, words."""
    page = client.get("/outcomes").text
    rows = re.findall(r'<tr><th scope="row"><a href="#(metric-[a-z-]+)">(.*?)</tr>', page)

    texts = [(name, *filter(None, re.split(r"<[^>]+>", rest))) for name, rest in rows]
    assert texts == [
        ("metric-sales", "Sales", "1", "+10%", "none", "none"),
        ("metric-export-sales", "Export sales", "2", "+30%", "×6", "none", "none"),
        ("metric-market-entry", "New markets", "1", "none", "none", "1"),
        ("metric-cost", "Costs", "2", "−20% to −50%, 2 figures", "none", "none"),
        ("metric-jobs", "Jobs", "1", "none", "a rise at 82% of firms", "none"),
    ]
    ids = re.findall(r'<h3 id="([^"]+)"', page)
    assert ids == [name for name, _ in rows]


def test_two_figures_have_a_range_and_no_median(client):
    """Cost: one reported and one computed figure on one axis, and why there is no median."""
    cost = section(client.get("/outcomes").text, "cost")

    assert '<p class="measure">Fall, in percent</p>' in cost
    assert "median of" not in cost
    assert "lowest to highest of 2 figures from 2 cases" in cost
    assert "Only two figures: there is no middle one, so no median." in cost
    assert "A hollow dot is a figure that we computed; its row says from what." in cost
    assert re.findall(
        r'<a class="(dot[^"]*)" href="([^"]+)" tabindex="-1"><title>([^<]+)', cost
    ) == [
        ("dot", f"/cases/{METAL}", "−20%: Metal firms purchase machines (Norway)"),
        ("dot dot-hollow", f"/cases/{WINE}", "−40–50%: Wine makers export together (France)"),
    ]
    assert "counted as −40–50%, computed by us" in cost
    assert re.findall(r'<circle cx="([^"]+)%"', cost) == ["40.0", "100.0", "80.0"]


def test_a_figure_alone_needs_no_plot(client):
    """It stands with what it measures, its statement, its case and its place in the source."""
    page = client.get("/outcomes").text
    jobs = section(page, "jobs")

    assert "dotplot" in section(page, "cost")
    assert "dotplot" not in section(page, "sales") + jobs
    assert re.findall(r'<h4 class="label">([^<]+)', jobs) == ["Programmes"]
    assert '<span class="stat-words">Share of firms that report a rise</span>' in jobs
    assert places(jobs) == [
        ("/cases/international/wine-and-metal-programme", "Jane Doe and Richard Roe 2001, p. 9")
    ]


def test_every_finding_leads_to_its_case_and_place(client):
    """Behind each link stands a case that has the locator."""
    found = places(client.get("/outcomes").text)

    assert len(found) == 7
    for url, source in found:
        case = client.get(url)
        assert case.status_code == 200
        assert f">{source.split(', ', 1)[1]}</a>" in case.text


def test_real_findings_trace_and_the_page_stays_light(real_client, real_live):
    """Over the whole compendium too, in less than 100 kB, each result is there as reported."""
    searcher = real_live.current()
    page = real_client.get("/outcomes").text
    found = places(page)
    texts = {url: html.unescape(real_client.get(url).text) for url, _ in found}
    wanted = {
        (f"/cases/{case.id}", source_text(result, searcher.compendium.references))
        for case in searcher.cases
        if case.kind != "guide"
        for result in case.results
    }

    assert set(found) == wanted
    assert all(source.split(", ", 1)[1] in texts[url] for url, source in found)
    assert len(page.encode()) < 100_000


def test_real_medians_stand_in_the_middle_of_their_dots(real_client):
    """NumPy finds each median in the dots of its own plot."""
    page = real_client.get("/outcomes").text
    plots = re.findall(r'<svg class="dotplot".*?</a></svg>', page, re.S)
    with_median = 0
    for plot in plots:
        median = re.search(r'<line class="dotplot-median" x1="([\d.]+)%', plot)
        middles = []
        for dot in re.findall(r'<a class="dot.*?</a>', plot, re.S):
            ends = [float(x) for x in re.findall(r'<circle cx="([\d.]+)%', dot)]
            middles.append(sum(ends) / len(ends))
        assert len(middles) >= 2
        if median:
            with_median += 1
            assert float(median[1]) == pytest.approx(np.median(middles), abs=0.02)

    assert with_median == page.count("median of ") == 2


@pytest.mark.parametrize("address", ["", "?country=NO", "?q=wine", "?results=cost&results_min=30"])
def test_page_json_and_csv_agree(client, address):
    """The three count the same, and hold the same results with the same places."""
    page = client.get(f"/outcomes{address}").text
    answer = client.get(f"/api/v1/outcomes{address}").json
    rows = list(csv.DictReader(io.StringIO(client.get(f"/outcomes.csv{address}").text)))

    findings = all_findings(answer)
    known = re.search(r'<span class="figure-number">(\d+)</span> [^>]*>of (\d+)', page)
    assert (int(known[1]), int(known[2])) == (answer["n_with_figures"], answer["n_cases"])
    assert [
        (one["case"], one["result"]["locator"], one["result"]["statement"]) for one in findings
    ] == [(row["case"], row["locator"], row["statement"]) for row in rows]
    assert sorted(url for url, _ in places(page)) == sorted(
        f"/cases/{one['case']}" for one in findings
    )
    assert [d["n"] for m in answer["metrics"] for d in m["distributions"]] == [
        len(d["findings"]) for m in answer["metrics"] for d in m["distributions"]
    ]


def test_the_api_answers_as_it_describes(client):
    """The answer fits its schema; a computed figure stands beside the reported one."""
    description = client.get("/api/v1/openapi.json").json
    answer = client.get("/api/v1/outcomes?results=cost").json
    schema = {
        "$ref": "#/components/schemas/OutcomesAnswer",
        "components": description["components"],
    }
    Draft202012Validator(schema).validate(answer)

    cost = next(one for one in answer["metrics"] if one["metric"] == "cost")["distributions"]
    assert [(d["evidence"], d["direction"], d["unit"], d["n"], d["median"]) for d in cost] == [
        ("network", "down", "percent", 2, None)
    ]
    wine = cost[0]["findings"][1]
    assert (wine["case"], wine["url"]) == (WINE, f"http://localhost/cases/{WINE}")
    assert (wine["figure"], wine["low"], wine["high"], wine["converted"]) == (
        "−40–50%",
        40,
        50,
        True,
    )
    assert (wine["result"]["figure"], wine["result"]["locator"]) == ("50–60% of the usual", "note")
    assert answer["query"]["filters"] == {"results": ["cost"]}
    assert answer["without_results"] == []


def test_the_file_has_a_name_and_a_type(client):
    """A browser saves it under the name of the snapshot."""
    answer = client.get("/outcomes.csv")
    snapshot = client.get("/healthz").json["snapshot"]

    assert answer.headers["Content-Type"] == "text/csv; charset=utf-8"
    assert answer.headers["Content-Disposition"] == (
        f'attachment; filename="outcomes-{snapshot}.csv"'
    )


@pytest.mark.parametrize("path", ["/outcomes", "/outcomes.csv", "/api/v1/outcomes"])
@pytest.mark.parametrize(
    ("bad", "sentence"),
    [
        ("country=xx", "country has no value &#39;xx&#39;"),
        ("results=cost&results_min=many", "results_min must be a number, not &#39;many&#39;."),
        ("page=0", "page must be a whole number from 1 to 1,000,000, not &#39;0&#39;."),
        ("q=" + "a" * 1001, "q must be text of at most 1,000 characters, not 1,001."),
    ],
)
def test_bad_parameters_are_400(client, path, bad, sentence):
    """What is not allowed is named, in the page and in the API."""
    answer = client.get(f"{path}?{bad}")

    assert answer.status_code == 400
    assert sentence in answer.text.replace("&#39;", "'").replace("'", "&#39;")


@pytest.mark.parametrize("path", ["/outcomes", "/outcomes.csv", "/api/v1/outcomes"])
def test_page_and_order_do_not_count(client, path):
    """The selection is whole, whatever page of the search it came from."""
    whole_answer = client.get(f"{path}?country=NO").data

    for more in ("page=3", "per_page=1", "sort=newest"):
        assert client.get(f"{path}?country=NO&{more}").data == whole_answer


def test_only_the_page_of_a_query_is_dropped():
    """Words, filters and the least figure stay."""
    asked = Query(text="wine", filters={"country": ("NO",)}, sort="newest", page=3, per_page=50)

    assert whole(asked) == Query(text="wine", filters={"country": ("NO",)})


@pytest.mark.parametrize("text", ["wine", "metal", "textile export", "wien"])
def test_the_selection_is_what_the_search_finds(client, text):
    """All pages of the search, guides aside, and slips repaired."""
    found = client.get("/api/v1/search", query_string={"q": text, "per_page": 100}).json
    cases = {hit["id"] for hit in found["hits"] if hit["kind"] != "guide"}
    answer = client.get("/api/v1/outcomes", query_string={"q": text}).json

    assert {one["case"] for one in all_findings(answer)} | set(answer["without_results"]) == cases
    assert answer["n_cases"] == len(cases) > 0


def test_the_form_offers_what_occurs(client):
    """Values that no case has are not on offer; what is chosen is selected and kept."""
    page = client.get("/outcomes?country=NO&country=FR&status=success&q=wine").text

    assert options(client.get("/outcomes").text, "country") == ["", "DK", "NO", "ES", "FR"]
    assert options(client.get("/outcomes").text, "project") == [
        *("", "cost-reduction", "joint-purchasing", "staff-training", "marketing", "exporting")
    ]
    assert '<option value="NO" selected>Norway</option>' in page
    assert re.findall(r'<input type="hidden" name="([^"]+)" value="([^"]+)">', page) == [
        ("country", "FR"),
        ("status", "success"),
    ]
    assert (
        'name="q" type="search" maxlength="1000" autocomplete="off" list="suggestions" value="wine"'
        in page
    )


def test_filters_can_be_taken_away(client):
    """Each chip leads to the same page without its filter, and the search shows the same cases."""
    page = client.get("/outcomes?q=wine&country=NO&type=horizontal").text
    chips = re.findall(r'<a class="chip" href="([^"]+)">', page)

    assert [html.unescape(url) for url in chips] == [
        "/outcomes?q=wine&type=horizontal",
        "/outcomes?q=wine&country=NO",
    ]
    assert '<a class="chip-clear" href="/outcomes?q=wine">' in page
    ways = re.search(r'<p class="machine outcomes-ways">(.*?)</p>', page)[1]
    assert [html.unescape(url) for url in re.findall(r'href="([^"]+)"', ways)] == [
        "/search?q=wine&country=NO&type=horizontal",
        "/outcomes.csv?q=wine&country=NO&type=horizontal",
        "/api/v1/outcomes?q=wine&country=NO&type=horizontal",
    ]


def test_nothing_chosen_fits(client):
    """The page says so and offers to take away each filter and the words."""
    page = client.get("/outcomes?country=ES&type=vertical&q=wine").text

    assert "No case fits all of this at once." in page
    links = re.search(r'<section class="nothing">.*?</section>', page, re.S)[0]
    assert [html.unescape(url) for url in re.findall(r'href="([^"]+)"', links)] == [
        "/outcomes?q=wine&type=vertical",
        "/outcomes?q=wine&country=ES",
        "/outcomes?country=ES&type=vertical",
        "/outcomes",
    ]
    assert "at-a-glance" not in page


def test_guides_report_nothing(client):
    """A selection of guides alone is no selection of cases."""
    assert (
        "Only guides fit this, and guides report no results."
        in client.get("/outcomes?kind=guide").text
    )


def test_cases_without_results(client):
    """A selection that is silent says so instead of showing empty tables."""
    page = client.get("/outcomes?country=ES").text

    assert "None of these cases reports a result" in page
    assert "The case that reports nothing" in page


def test_words_are_repaired_and_said_so(client):
    """A slip of typing is repaired with a way back, as in the search."""
    page = client.get("/outcomes?q=wien").text

    assert "Showing cases for <em>wine</em>." in page
    assert '<a href="/outcomes?q=wien&amp;exact=true">' in page


def test_words_are_escaped(client):
    """What was typed is text wherever it stands."""
    page = client.get('/outcomes?q="><b>wine').text

    assert "<b>wine" not in page
    assert "&gt;&lt;b&gt;wine" in page


def test_robots_read_the_whole_and_no_selection(client):
    """The endless combinations of filters are not for indexes."""
    assert "noindex" not in client.get("/outcomes").text
    assert (
        '<meta name="robots" content="noindex, follow">' in client.get("/outcomes?country=NO").text
    )


def answer_of(searcher, *cases):
    """What some cases reported, whichever they are."""
    selection = Selection(query=Query(), profile=Profile(), cases=cases)
    return outcomes_answer(selection, searcher, Addresses())


def test_any_cases_make_a_page(searcher):
    """The page is made from an answer and a title, whichever the cases are."""
    answer = answer_of(searcher, searcher.case(METAL), searcher.case(WINE))
    page = outcomes_page("Role models", answer, searcher)

    assert (page.title, page.answer.n_cases, page.kinds) == ("Role models", 2, "2 networks")
    assert [one.metric for one in page.answer.metrics] == ["sales", "export-sales", "cost"]
    assert outcomes_page("None", answer_of(searcher), searcher).shares[2].width == 0


def result(low, high, unit, direction, **more) -> Result:
    """A result with a figure."""
    return Result(
        metric="sales",
        level="output",
        direction=direction,
        statement="S",
        source="doe-2001",
        locator="p. 1",
        low=low,
        high=high,
        unit=unit,
        **more,
    )


def network(case_id, *results) -> Case:
    """A case with results."""
    return Case(
        id=case_id,
        title=case_id,
        kind="network",
        summary="",
        body="",
        facets={facet: () for facet in FACETS} | {"country": ("NO",)},
        results=results,
        sources=(),
    )


@pytest.mark.parametrize(
    ("one", "measure", "lead"),
    [
        (result(9, 9, "jobs", "up"), "Rise, in jobs", "up by "),
        (result(9, 9, "jobs", "down"), "Fall, in jobs", "down by "),
        (result(9, 9, "jobs", "level"), "Jobs", ""),
        (result(9, 9, "percent", "up"), "Rise, in percent", ""),
        (
            result(9, 9, "percent-of-firms", "down"),
            "Share of firms that report a fall",
            "a fall at ",
        ),
        (
            result(9, 9, "percent", "up", compared_with="firms outside"),
            "Higher than firms outside, in percent",
            "",
        ),
    ],
)
def test_what_a_figure_measures_is_said(searcher, one, measure, lead):
    """Direction and unit in words, and against whom."""
    found = answer_of(searcher, network("a", one)).metrics[0].distributions[0]

    taxonomy = searcher.taxonomy
    assert (measure_words(found, taxonomy), direction_words(found, taxonomy)) == (measure, lead)


def test_a_result_with_its_change_stands_once(in_request, searcher):
    """From 1 to 3 million is a row among the changes, and not a second row alone."""
    grown = result(3_000_000, 3_000_000, "AUD", "up", before=1_000_000, before_qualifier="under")
    rise = result(10, 10, "percent", "up")
    page = outcomes_page("", answer_of(searcher, network("a", grown), network("b", rise)), searcher)
    (metric,) = page.answer.metrics
    (evidence,) = page.evidence(metric)
    (figures,) = evidence.several

    assert [(one.converted, one.figure) for one in figures.findings] == [
        (False, "+10%"),
        (True, "more than +200%"),
    ]
    assert evidence.singles == ()
    assert page.lines(metric, of_subject=True) == ("+10% to +200%, 2 figures", "A$3 million")
    assert page.lines(metric, of_subject=False) == ()
    assert [dot.mark.bound for dot in page.plot(figures).dots] == ["", "more"]


def test_a_computed_figure_has_one_decimal(in_request, searcher):
    """From 3 to 10 is a rise by 233.3%; the file keeps six decimals."""
    grown = result(10, 10, "AUD", "up", before=3)
    distributions = answer_of(searcher, network("a", grown)).metrics[0].distributions
    (figures,) = (one for one in distributions if one.unit == "percent")
    (finding,) = figures.findings

    assert (finding.low, finding.figure) == (233.333333, "+233.3%")
    assert source_text(finding.result, searcher.compendium.references) == (
        "Jane Doe and Richard Roe 2001, p. 1"
    )
    in_words = replace(finding, low=None, high=None)
    with pytest.raises(ValueError, match="cannot be drawn"):
        plotted(replace(figures, findings=(in_words,)), searcher.taxonomy)


def test_a_least_figure_has_its_unit(client):
    """The form of filters offers the units of the chosen metric, and keeps the one chosen."""
    page = client.get("/search?results=cost&results_min=30&results_unit=percent").text

    assert options(page, "results_unit") == ["", "percent", "percent-of-usual"]
    assert '<option value="percent" selected>percent</option>' in page
    assert re.findall(r'<a href="/cases/([^"]+)">', page)[0] == WINE
    assert 'type="hidden" name="results_unit"' not in page.split('class="filter-form"')[1]
    assert "results_unit" not in client.get("/search?country=NO").text
