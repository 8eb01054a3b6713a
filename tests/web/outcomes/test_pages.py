"""What to expect: the pages, their JSON twin, their files, and the form around them."""

import csv
import html
import io
import re
import statistics
from dataclasses import replace
from xml.etree import ElementTree

import numpy as np
import pytest
from jsonschema import Draft202012Validator

from kb.answers.addresses import Addresses
from kb.answers.outcomes import outcomes_answer
from kb.guidance.profile import Profile
from kb.guidance.selection import Selection, whole
from kb.indexing.pipeline import build
from kb.model.cases import Case, Result
from kb.model.facets import FACETS
from kb.results.together import LEAST_TOGETHER
from kb.search.opening import open_live
from kb.search.query import Query
from tests.toy import copy_toy_corpus, settings_of_toy
from web import create_app
from web.outcomes.figures import measure_words, plotted, source_text
from web.outcomes.kept import answer_for, whole_of
from web.outcomes.page import outcomes_page
from web.outcomes.when import Span, spans, years

WINE = "france/wine-exporters"
METAL = "norway/metal-buyers"
PROGRAMME = "international/wine-and-metal-programme"


@pytest.fixture(name="in_request")
def _in_request(toy_app):
    """A request of the toy site, in which addresses can be made."""
    with toy_app.test_request_context():
        yield


@pytest.fixture(name="five", scope="module")
def _five(tmp_path_factory, tiny_encoder):
    """A site with four more metal buyers: five cases say by how much costs fell and sales rose.

    Sales rose by 0, 1, 2, 3 and 10%; each fall of costs is one of 20%. One of the falls joins
    two passages.
    """
    folder = tmp_path_factory.mktemp("five")
    cases = copy_toy_corpus(folder / "cases")
    text = (cases / "norway" / "metal-buyers.md").read_text("utf-8")
    for at in range(4):
        more = text.replace("title: Metal", f"title: {at} Metal")
        more = more.replace("value: 10", f"value: {at}").replace("by 10%", f"by {at}%")
        if not at:
            merged = "    horizon: first year\n    merged: true"
            more = more.replace("    horizon: first year", merged)
        (cases / "norway" / f"buyers-{at}.md").write_text(more, "utf-8")
    settings = settings_of_toy(cases, folder / "index", tiny_encoder)
    build(settings)
    app = create_app(open_live(settings), settings)
    app.testing = True
    return app.test_client()


def text_of(page: str) -> str:
    """A page as a reader reads it: without tags, spaces joined."""
    return " ".join(html.unescape(re.sub(r"<[^>]+>", " ", page)).split())


def metrics_on(page: str) -> list[str]:
    """The metrics that the table of a page leads to, in its order."""
    return re.findall(r'<tr><th scope="row"><a [^>]*?href="/outcomes/([a-z-]+)', page)


def places(page: str) -> list[tuple[str, str]]:
    """Address of the case, and source with its place, of each finding on a page."""
    found = re.findall(r'<p class="finding-place"><a [^>]*?href="([^"]+)">(.*?)</p>', page)
    return [
        (url, html.unescape(re.search(r'<a class="locator" href="[^"]+">([^<]*)</a>', rest)[1]))
        for url, rest in found
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
    select = re.search(rf'<select id="[^"]+" name="{name}"[^>]*>.*?</select>', page, re.S)[0]
    return re.findall(r'<option value="([^"]*)"', select)


def test_how_little_is_known_stands_first(client):
    """Cases, figures and silence are counted, the silent ones are linked, guides are no cases."""
    page = client.get("/outcomes").text

    assert re.findall(r"<strong>(\d+)</strong> ([a-z ]+)</li>", page) == [
        ("4", "with a figure"),
        ("0", "in words alone"),
        ("2", "report nothing"),
    ]
    assert "These are 4 networks, 1 programme and 1 study. Not reported is not zero." in page
    silent = re.search(r'<details class="silent">.*?</details>', page, re.S)[0]
    assert re.findall(r'href="([^"]+)"', silent) == [
        "/cases/denmark/hostile-title",
        "/cases/spain/textile-training",
    ]
    assert "&lt;script&gt;alert(" in silent
    assert "<script>" not in page


def test_of_what_time_it_is_stands_beside(client):
    """The years of the sources are counted by case; a source without a year is told."""
    when = re.search(r'<div class="known-when">.*?</div>', client.get("/outcomes").text, re.S)[0]

    assert text_of(when) == (
        "When it was reported When How many cases 2001 4 cases year not known 1 case "
        "A case with sources of several times counts in each."
    )


def test_decades_that_add_up_to_more_say_so(client):
    """A case of two times counts in both, which is said; where none is, nothing is said."""
    said = "A case with sources of several times counts in each."

    assert client.get("/outcomes").text.count(said) == 1
    assert client.get("/outcomes?country=NO").text.count(said) == 0


def test_decades_are_those_of_the_sources(searcher):
    """A decade with one year is called by it; a case with two sources counts in both decades."""
    findings = [
        one
        for metric in answer_of(searcher, *searcher.cases).metrics
        for group in metric.distributions
        for one in group.findings
    ]

    def told(case, year):
        return replace(findings[0], case=case, reported_in=year)

    some = [told("a", "1998"), told("b", "1998"), told("b", "2011"), told("c", "2014-05")]
    assert spans([*some, told("d", "")]) == (
        Span(words="1998", count=2, width=100.0),
        Span(words="2010s", count=2, width=100.0),
        Span(words="year not known", count=1, width=50.0),
    )
    assert (years(some), years(some[:2]), years([told("d", "")])) == (
        "reported 1998–2014",
        "reported 1998",
        "",
    )


def test_the_table_leads_to_every_metric(client):
    """One line for each metric: networks, programmes and studies apart, and which way it went."""
    page = client.get("/outcomes").text
    table = re.search(r'<section class="by-metric">.*?</section>', page, re.S)[0]
    rows = [
        [text_of(cell) for cell in re.findall(r"<t[hd][^>]*>(.*?)</t[hd]>", row)]
        for row in re.findall(r'<tr><th scope="row">.*?</tr>', table)
    ]

    assert re.findall(r'<th scope="col">([^<]+)', table) == [
        "What was measured",
        "Single networks",
        "Programmes",
        "Figures",
    ]
    assert rows == [
        ["Sales", "1 rose", "none", "1"],
        ["Export sales", "2 rose", "none", "2"],
        ["New markets", "1 without comparison", "none", "none"],
        ["Costs", "2 fell", "none", "2"],
        ["Jobs", "none", "1 rose", "1"],
    ]
    assert all(client.get(f"/outcomes/{name}").status_code == 200 for name in metrics_on(page))


def test_two_figures_stand_alone(client):
    """Costs: no axis, no range, no median; each in its own words, and what we compute beside it."""
    whole_page, cost = client.get("/outcomes").text, client.get("/outcomes/cost").text

    assert "Here no five cases report the same, so there is no chart." in whole_page
    for page in (whole_page, cost):
        assert "dotplot" not in page
        assert "median" not in page
        assert "lowest to highest" not in page
    assert "2 of 6 cases report this: 2 figures, and 0 results in words." in cost
    assert "that is −40–50%, computed by us" in cost
    assert places(cost) == [
        (f"/cases/{WINE}", "An unsigned note, note"),
        (f"/cases/{METAL}", "Jane Doe and Richard Roe, reported 2001, p. 1"),
    ]
    assert client.get("/outcomes/cost.svg").status_code == 404


def test_kinds_stand_apart(client):
    """What a programme reports stands under its own heading."""
    jobs = client.get("/outcomes/jobs").text

    assert re.findall(r'<h2 id="part-[a-z]+">([^<]+)', jobs) == ["Programmes"]
    assert "82% of the firms took on people." in jobs
    assert places(jobs) == [
        (f"/cases/{PROGRAMME}", "Jane Doe and Richard Roe, reported 2001, p. 9")
    ]


def test_five_figures_share_an_axis(five):
    """Median, range, a dot for each, of what time, its sources, and both files."""
    page = five.get("/outcomes").text
    sales, cost = re.findall(r'<figure class="chart">.*?</figure>', page, re.S)

    assert text_of(sales).startswith(
        "Sales Single networks Rise, in percent +2% median of 5 figures from 5 cases "
        "+0% to +10% lowest to highest"
    )
    assert "Reported 2001. Sources: Jane Doe and Richard Roe 2001." in text_of(sales)
    assert len(re.findall(r'<a class="dot"', sales)) == LEAST_TOGETHER
    assert re.findall(r'href="(/outcomes[^"]*)"', sales) == [
        "/outcomes/sales",
        "/outcomes/sales.csv",
        "/outcomes/sales.svg",
    ]
    assert "two passages of the source, taken to be one account" in cost
    assert "two passages" not in sales


def test_medians_stand_in_the_middle_of_their_dots(five):
    """NumPy finds each median in the dots of its own plot."""
    plots = re.findall(
        r'<svg class="dotplot".*?</a></svg>', five.get("/outcomes?results=sales").text, re.S
    )
    for plot in plots:
        line = re.search(r'<line class="dotplot-median" x1="([\d.]+)%', plot)
        dots = [float(x) for x in re.findall(r'<circle cx="([\d.]+)%', plot)]
        assert float(line[1]) == pytest.approx(np.median(dots), abs=0.02)

    assert len(plots) == 2


def test_a_chart_is_a_drawing_of_its_own(five):
    """The SVG is well-formed, says what it shows, of how many, from where, and of what time."""
    answer = five.get("/outcomes/cost.svg")
    words = [text.text or "" for text in ElementTree.fromstring(answer.data).iter() if text.text]

    assert answer.mimetype == "image/svg+xml"
    assert "Costs, single networks" in words
    assert "Fall, in percent" in words
    assert "Median −20%, lowest to highest −20%: 5 figures from 5 cases" in words
    assert any(one.startswith("Reported 2001. Sources: Jane Doe") for one in words)
    assert any("two passages of the source" in one for one in words)
    assert answer.data.count(b"<circle") == LEAST_TOGETHER


def test_a_chart_opens_into_its_figures(five):
    """On the page of the metric each figure of the chart stands in a row, merged ones said so."""
    page = five.get("/outcomes/cost").text
    chart = re.search(r'<figure class="chart">.*?</details>', page, re.S)[0]

    assert "The 5 figures of this chart" in chart
    assert len(places(chart)) == LEAST_TOGETHER
    assert text_of(chart).count("two passages of the source, taken to be one account") == 2
    assert [url for url, _ in places(page)][-1] == f"/cases/{WINE}"


def walk(client) -> tuple[dict, list[dict[str, str]], dict[str, str]]:
    """What API, file and pages of a whole compendium show."""
    answer = client.get("/api/v1/outcomes").json
    rows = list(csv.DictReader(io.StringIO(client.get("/outcomes.csv").text)))
    page = client.get("/outcomes").text
    pages = {metric: client.get(f"/outcomes/{metric}").text for metric in metrics_on(page)}
    return answer, rows, {"": page, **pages}


@pytest.mark.parametrize("which", ["five", "real_client"])
def test_every_figure_leads_to_a_case_and_a_place(which, request):
    """Page, API and file show every result of the compendium, each with its case and locator."""
    client = request.getfixturevalue(which)
    answer, rows, pages = walk(client)
    held = client.get("/api/v1/cases").json["cases"]
    wanted = sorted(
        (case["id"], one["metric"], one["statement"], one["locator"])
        for case in held
        for one in client.get(f"/api/v1/cases/{case['id']}").json["results"]
    )
    shown = [
        (one["case"], one["result"]["metric"], one["result"]["statement"], one["result"]["locator"])
        for one in all_findings(answer)
    ]

    assert sorted(shown) == wanted
    assert (
        sorted((row["case"], row["metric"], row["statement"], row["locator"]) for row in rows)
        == wanted
    )
    assert all(locator for _, _, _, locator in wanted)
    for metric, page in pages.items():
        if metric:
            found = sorted((url, source) for url, source in places(page))
            expected = sorted(
                (f"/cases/{one['case']}", one["result"]["locator"])
                for one in all_findings(answer)
                if one["result"]["metric"] == metric
            )
            assert [url for url, _ in found] == [url for url, _ in expected]
            assert len(found) == len(expected)
            texts = " ".join(source for _, source in found)
            assert all(words(locator) in words(texts) for _, locator in expected)
    assert set(pages) - {""} == {metric["metric"] for metric in answer["metrics"]}


def words(text: str) -> str:
    """A text without the difference between straight and curly quotation marks."""
    return text.translate(str.maketrans("‘’“”", "''\"\""))


@pytest.mark.parametrize("which", ["five", "real_client"])
def test_every_aggregate_is_one_that_the_rule_allows(which, request):
    """Each group of more than one is of five like figures of five cases, and charts are those."""
    client = request.getfixturevalue(which)
    answer, rows, pages = walk(client)
    groups = [one for metric in answer["metrics"] for one in metric["distributions"]]

    for group in groups:
        findings = group["findings"]
        alike = {
            (
                one["evidence"],
                *(one["result"][name] for name in ("metric", "unit", "direction", "level")),
                (one["result"]["about"] or "").lower(),
                one["result"]["compared_with"],
                one["result"]["before"] is None,
            )
            for one in findings
        }
        assert len(alike) == 1
        assert group["n"] == len(findings)
        if group["n"] == 1:
            assert group["median"] is None
        else:
            assert len({one["case"] for one in findings}) >= LEAST_TOGETHER
            middles = [(one["low"] + one["high"]) / 2 for one in findings]
            assert group["median"] == pytest.approx(statistics.median(middles))
    large = [group for group in groups if group["n"] > 1]
    assert pages[""].count('<figure class="chart">') == len(large)
    assert sum(page.count("median of") for page in pages.values()) == 2 * len(large)
    assert sorted(int(row["stands_with"]) for row in rows if row["stands_with"]) == sorted(
        group["n"] for group in groups for _ in group["findings"]
    )


def test_the_pages_stay_light(real_client):
    """The whole compendium in less than 100 kB a page."""
    page = real_client.get("/outcomes").text

    for address in ("", *(f"/{metric}" for metric in metrics_on(page))):
        assert len(real_client.get(f"/outcomes{address}").data) < 100_000


@pytest.mark.parametrize("address", ["", "?country=NO", "?q=wine", "?results=cost"])
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
    shown = [
        place
        for name in metrics_on(page)
        for place in places(client.get(f"/outcomes/{name}{address}").text)
    ]
    assert sorted(url for url, _ in shown) == sorted(f"/cases/{one['case']}" for one in findings)


def test_a_metric_has_a_file_of_its_own(client):
    """It holds the rows of the whole file that are of that metric."""
    whole_file = client.get("/outcomes.csv").text.splitlines()
    answer = client.get("/outcomes/cost.csv")

    assert answer.text.splitlines() == [
        whole_file[0],
        *(line for line in whole_file if line.startswith("cost,")),
    ]
    snapshot = client.get("/healthz").json["snapshot"]
    assert answer.headers["Content-Disposition"] == (
        f'attachment; filename="outcomes-cost-{snapshot}.csv"'
    )


@pytest.mark.parametrize("address", ["/outcomes/costs", "/outcomes/costs.csv", "/outcomes/x.svg"])
def test_there_is_no_other_metric(client, address):
    """What the vocabulary does not name has no page."""
    assert client.get(address).status_code == 404


def test_what_all_reported_is_worked_out_once(client, searcher):
    """For everything the same answer is used again; for a selection it is not."""
    everything = Selection(query=Query(), profile=Profile(), cases=searcher.cases)
    wine = replace(everything, query=Query(text="wine"))

    assert answer_for(everything, searcher) is whole_of(searcher).answer
    assert answer_for(wine, searcher) is not whole_of(searcher).answer
    assert _without_address(client, "/outcomes") == _without_address(
        client, "/outcomes?sort=newest"
    )


def test_the_api_answers_as_it_describes(client):
    """The answer fits its schema; what we compute stands beside the reported figure."""
    description = client.get("/api/v1/openapi.json").json
    answer = client.get("/api/v1/outcomes?results=cost").json
    schema = {
        "$ref": "#/components/schemas/OutcomesAnswer",
        "components": description["components"],
    }
    Draft202012Validator(schema).validate(answer)

    cost = next(one for one in answer["metrics"] if one["metric"] == "cost")["distributions"]
    assert [
        (d["evidence"], d["level"], d["direction"], d["unit"], d["n"], d["median"]) for d in cost
    ] == [
        ("network", "output", "down", "percent-of-usual", 1, None),
        ("network", "output", "down", "percent", 1, None),
    ]
    wine = cost[0]["findings"][0]
    assert (wine["case"], wine["url"]) == (WINE, f"http://localhost/cases/{WINE}")
    assert (wine["figure"], wine["low"], wine["high"], wine["change"]) == (
        "50–60% of the usual",
        50,
        60,
        "−40–50%",
    )
    metal = cost[1]["findings"][0]
    assert (metal["reported_in"], wine["reported_in"]) == ("2001", "")
    assert (metal["period"], metal["change"]) == ("About 1990–1992", "")
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
    if path == "/outcomes":  # readers know the field, not the name of the parameter
        for name, said in (
            ("q must be text of", "Your text may have"),
            ("results_min", "The least figure"),
        ):
            sentence = sentence.replace(name, said)

    assert answer.status_code == 400
    assert sentence in answer.text.replace("&#39;", "'").replace("'", "&#39;")


@pytest.mark.parametrize("path", ["/outcomes", "/outcomes.csv", "/api/v1/outcomes"])
def test_page_and_order_do_not_count(client, path):
    """The selection is whole, whatever page of the search it came from."""
    whole_answer = _without_address(client, f"{path}?country=NO")

    for more in ("page=3", "per_page=1", "sort=newest"):
        assert _without_address(client, f"{path}?country=NO&{more}") == whole_answer


def _without_address(client, path):
    """An answer, but for the address that a sheet of paper shows."""
    return re.sub(rb'data-address="[^"]*"', b"", client.get(path).data)


def test_only_the_page_of_a_query_is_dropped():
    """Words, filters and the least figure stay."""
    asked = Query(text="wine", filters={"country": ("NO",)}, sort="newest", page=3, per_page=50)

    assert whole(asked) == Query(text="wine", filters={"country": ("NO",)})


@pytest.mark.parametrize("text", ["wine", "metal", "textile export", "winne"])
def test_the_selection_is_what_the_search_finds(client, text):
    """All pages of the search, guides aside, and slips repaired."""
    found = client.get("/api/v1/search", query_string={"q": text, "per_page": 100}).json
    cases = {hit["id"] for hit in found["hits"] if hit["kind"] != "guide"}
    answer = client.get("/api/v1/outcomes", query_string={"q": text}).json

    assert {one["case"] for one in all_findings(answer)} | set(answer["without_results"]) == cases
    assert answer["n_cases"] == len(cases) > 0


def test_the_form_offers_what_occurs(client):
    """Values that no case has are not offered; what is chosen is selected and kept."""
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


def test_a_browser_that_goes_back_keeps_no_old_choice(client):
    """Going back fills nothing in: the form and each of its fields shows what is selected."""
    form = re.search(r'<form class="outcomes-form".*?</form>', client.get("/outcomes").text, re.S)[
        0
    ]
    fields = re.findall(r"<(?:form|input|select) [^>]*>", form)

    assert [field.count(' autocomplete="off"') for field in fields] == [1] * 9


def test_filters_can_be_taken_away(client):
    """Each chip leads to the same page without its filter, and the search shows the same cases."""
    page = client.get("/outcomes?q=wine&country=NO&type=horizontal").text
    chips = re.findall(r'<a rel="nofollow" class="chip" href="([^"]+)">', page)

    assert [html.unescape(url) for url in chips] == [
        "/outcomes?q=wine&type=horizontal",
        "/outcomes?q=wine&country=NO",
    ]
    assert '<a rel="nofollow" class="chip-clear" href="/outcomes?q=wine">' in page
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
        "/outcomes",
        "/contribute",
    ]
    assert "Without Spain: 1 case" in links
    assert "by-metric" not in page


def test_what_is_nearest_is_said_with_its_count(client):
    """A selection without figures names what to take away, and how many cases then report."""
    page = client.get("/outcomes?country=ES&type=horizontal").text
    ways = re.findall(r'<li><a [^>]*?href="([^"]+)">(Without [^<]+)</a></li>', page)

    assert "None of these 1 case reports a figure." not in page
    assert [(html.unescape(url), words) for url, words in ways] == [
        ("/outcomes?type=horizontal", "Without Spain: 4 cases"),
    ]
    metric = client.get("/outcomes/sales?country=FR").text
    assert "None of these 2 cases reports this." in metric
    assert '<a href="/outcomes/sales">Without France: 1 case</a>' in metric
    assert ' href="/outcomes?country=FR">Everything else that these cases reported</a>' in metric


def test_guides_report_nothing(client):
    """A selection of guides alone is no selection of cases."""
    assert (
        "Only guides fit this, and guides report no results."
        in client.get("/outcomes?kind=guide").text
    )


def test_cases_without_results(client):
    """A selection that is silent says so instead of showing empty tables."""
    page = client.get("/outcomes?country=ES").text

    assert "None of these cases reports a result, so there is nothing to show." in page
    assert "The case that reports nothing" in page
    assert '<a href="/outcomes">Without Spain: 4 cases</a>' in page


def test_words_are_repaired_and_said_so(client):
    """A slip of typing is repaired with a way back, as in the search."""
    page = client.get("/outcomes?q=winne").text

    assert "Showing cases for <em>wine</em>." in page
    assert '<a rel="nofollow" href="/outcomes?q=winne&amp;exact=true">' in page


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
    """The page is made from an answer and a selection, whichever the cases are."""
    pair = Selection(
        query=Query(), profile=Profile(), cases=(searcher.case(METAL), searcher.case(WINE))
    )
    page = outcomes_page(pair, outcomes_answer(pair, searcher, Addresses()), searcher)
    none = replace(pair, cases=())
    empty = outcomes_page(none, outcomes_answer(none, searcher, Addresses()), searcher)

    assert (page.title, page.answer.n_cases, page.kinds) == ("All cases", 2, "2 networks")
    assert [one.metric for one in page.answer.metrics] == ["sales", "export-sales", "cost"]
    assert (page.metric("cost").n_cases, page.metric("jobs")) == (2, None)
    assert (empty.shares[2].width, empty.when, empty.together) == (0, (), ())


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
    ("one", "measure"),
    [
        (result(9, 9, "jobs", "up"), "Rise, in jobs"),
        (result(9, 9, "jobs", "down"), "Fall, in jobs"),
        (result(9, 9, "jobs", "level"), "Jobs"),
        (result(9, 9, "jobs", "up", before=4), "Level after a rise, in jobs"),
        (result(9, 9, "percent", "up"), "Rise, in percent"),
        (result(9, 9, "percent", "up", about="one member"), "One member: rise, in percent"),
        (result(9, 9, "times", "up"), "Times as much"),
        (result(4.2, 4.2, "score-of-5", "level"), "Mean rating, out of 5"),
        (result(9, 9, "percent-of-firms", "down"), "Share of firms that report a fall"),
        (
            result(9, 9, "percent", "up", compared_with="firms outside"),
            "Higher than firms outside, in percent",
        ),
    ],
)
def test_what_a_figure_measures_is_said(searcher, one, measure):
    """Direction and unit in words, about what, and against whom."""
    found = answer_of(searcher, network("a", one)).metrics[0].distributions[0]

    assert measure_words(found, searcher.taxonomy) == measure


def test_a_change_that_we_compute_stands_beside_its_figure(in_request, searcher):
    """From 3 to 10 is a rise by 233.3%, of one decimal; no other figure stands beside that."""
    grown = result(10, 10, "AUD", "up", before=3, before_qualifier="under")
    rise = result(10, 10, "percent", "up")
    (metric,) = answer_of(searcher, network("a", grown), network("b", rise)).metrics
    first, second = (one.findings[0] for one in metric.distributions)

    assert (first.figure, first.change) == ("under A$3 → A$10", "more than +233.3%")
    assert (second.figure, second.change) == ("+10%", "")
    assert source_text(first.result, searcher.compendium.references) == (
        "Jane Doe and Richard Roe, reported 2001, p. 1"
    )
    in_words = replace(first, low=None, high=None)
    with pytest.raises(ValueError, match="cannot be drawn"):
        plotted(replace(metric.distributions[0], findings=(in_words,)), searcher.taxonomy)


def test_a_rank_is_no_change_in_percent(searcher):
    """From fourth to second place is not 50% down."""
    moved = result(2, 2, "rank", "up", before=4)
    (metric,) = answer_of(searcher, network("a", moved)).metrics

    assert metric.distributions[0].findings[0].change == ""


@pytest.mark.parametrize("low", [9, 9.5])
def test_a_bounded_figure_says_so_on_its_axis(in_request, searcher, low):
    """At least, and at most, have a mark on their side."""
    cases = [network(f"c{at}", result(at, at, "percent", "up")) for at in range(4)]
    cases.append(network("c9", result(low, low, "percent", "up", qualifier="more than")))
    (metric,) = answer_of(searcher, *cases).metrics

    dots = plotted(metric.distributions[0], searcher.taxonomy).dots
    assert [dot.mark.bound for dot in dots] == ["", "", "", "", "more"]


def test_a_fall_is_no_least_figure_unless_it_is_asked_for(client):
    """At least 20% up finds no case whose costs fell by it; the form offers what is reported."""
    up = client.get("/api/v1/search?results=cost&results_min=20&results_unit=percent").json
    down = client.get(
        "/api/v1/search?results=cost&results_min=20&results_unit=percent&results_direction=down"
    ).json
    offered = client.get("/search?results=cost").text
    chosen = client.get("/search?results=cost&results_min=20").text

    assert (up["total"], up["query"]["results_direction"]) == (0, "up")
    assert [hit["id"] for hit in down["hits"]] == [METAL, WINE]
    assert '<option value="down" selected>fell</option>' in offered
    assert '<option value="down">fell</option>' in chosen
    assert "fell by at least 20 percent" in text_of(
        client.get(
            "/search?results=cost&results_min=20&results_unit=percent&results_direction=down"
        ).text
    )


def test_who_finds_no_rise_is_led_to_the_falls(client):
    """A search that finds no figure says that falls are asked for apart, and how many fell."""
    page = client.get("/search?results=cost&results_min=20").text
    link = (
        '<a rel="nofollow" href="/search?results=cost&amp;results_min=20&amp;results_direction=down'
    )

    assert page.count(f"Falls are asked for apart. {link}") == 1
    assert "Search for “fell by at least 20 in any unit” (2)" in page
    assert "Figure: at least 20 in any unit" in text_of(page)
    assert "Falls are" not in client.get("/search?results=cost&results_min=2000").text


def test_words_that_tell_a_share_are_said_to(searcher):
    """A result in words with a share in its sentence is no result without any figure."""
    answer = answer_of(searcher, *searcher.cases)
    page = outcomes_page(Selection(query=Query(), profile=Profile(), cases=()), answer, searcher)
    told = next(metric for metric in answer.metrics if metric.in_words)
    one = told.in_words[0]
    share = replace(one, result=replace(one.result, statement="It held 65% of the market."))

    assert page.tells_figures_in_words(replace(told, in_words=(share,)))
    assert not page.tells_figures_in_words(replace(told, in_words=()))


def test_a_least_figure_alone_is_told(client):
    """It means nothing without a result: the pages answer without it and say so."""
    said = "The least figure needs a reported result, for example results=sales. It was left out."

    for page in ("/search", "/outcomes", "/role-models"):
        answer = client.get(f"{page}?results_min=20")
        assert (answer.status_code, text_of(answer.text).count(said)) == (200, 1)
        assert said not in text_of(client.get(f"{page}?results_min=20&results=cost").text)
    assert client.get("/api/v1/search?results_min=20").status_code == 400


def test_a_least_figure_has_its_unit(client):
    """The form of filters offers the units of the chosen metric, and keeps the one chosen."""
    page = client.get(
        "/search?results=cost&results_min=30&results_unit=percent&results_direction=down"
    ).text

    assert options(page, "results_unit") == ["", "percent", "percent-of-usual"]
    assert '<option value="percent" selected>percent</option>' in page
    assert re.findall(r'<a href="/cases/([^"]+)">', page)[0] == WINE
    assert 'type="hidden" name="results_unit"' not in page.split('class="filter-form"')[1]
    assert "results_unit" not in client.get("/search?country=NO").text


def test_the_sentences_of_the_pages_are_short(five):
    """Of the pages' own sentences half have 15 words or fewer, and none has more than 30."""
    own = re.compile(
        r"<td>.*?</td>|<form.*?</form>|<details.*?</details>|<figure.*?</figure>", re.S
    )
    lengths = []
    for address in ("/outcomes", "/outcomes/sales", "/outcomes?country=ES", "/outcomes?aim=wine"):
        main_part = five.get(address).text.partition("<main")[2].partition("</main>")[0]
        paragraphs = re.findall(r"<p[ >].*?</p>", own.sub("", main_part), re.S)
        sentences = [
            one
            for each in paragraphs
            for one in re.split(r"(?<=[.?!:]) ", text_of(each))
            if " " in one
        ]
        lengths += [len(one.split()) for one in sentences]

    assert len(lengths) > 30
    assert statistics.median(lengths) <= 15
    assert max(lengths) <= 30
