"""The page and the JSON of how good the search is."""

import dataclasses
import re

import pytest
from jsonschema import Draft202012Validator

from kb.indexing.pipeline import build
from kb.model.relevance import Figure, Group, Refusal, Report, Worst, write_report
from kb.search.opening import LiveSearcher, open_live
from kb.settings import read_settings
from tests.toy import TOY_COLLECTIONS, copy_toy_corpus, settings_of_toy
from web import create_app
from web.about.relevance import chart_place, p_text
from web.ui.template_filters import in_percent


def figures(ndcg: float, success: float, recall: float) -> dict[str, Figure]:
    """Measures with intervals of a tenth to each side."""
    values = {"nDCG@10": ndcg, "Success@1": success, "R@10": recall}
    return {
        name: Figure(mean=mean, low=mean - 0.1, high=mean + 0.1) for name, mean in values.items()
    }


SYSTEMS = {
    "fused": figures(0.66, 0.75, 0.625),
    "words": figures(0.5, 0.5, 0.5),
    "meaning": figures(0.25, 0.5, 0.5),
}
REPORT = Report(
    name="judged queries",
    split="test",
    snapshot="abc123",
    groups=(
        Group(name="all", n=8, figures=SYSTEMS, p={"words": 0.0001, "meaning": 0.0415}),
        Group(name="English, owner", n=1, figures=SYSTEMS, p={"words": 0.253, "meaning": 1.0}),
        Group(name="language de", n=2, figures=SYSTEMS, p={}),
    ),
    refusal=Refusal(n_negative=4, negative_refused=0.75, n_answerable=8, answerable_refused=0.125),
    worst=(
        Worst(
            id="q1",
            text="<b>wine & ships",
            ndcg=0.0,
            missed=("france/wine-exporters", "gone/case"),
        ),
        Worst(id="q2", text="metal", ndcg=0.314, missed=()),
    ),
)


@pytest.fixture(name="measured", scope="module")
def _measured(tmp_path_factory, tiny_encoder):
    """A searcher over the toy compendium with published figures, and its site."""
    folder = tmp_path_factory.mktemp("measured")
    cases = copy_toy_corpus(folder / "cases")
    write_report(cases / "relevance.json", REPORT)
    settings = read_settings(
        {}, cases=cases, index=folder / "index", model=tiny_encoder, min_score=0.3
    )
    build(settings)
    return create_app(LiveSearcher(settings.index, min_score=0.3), settings)


@pytest.fixture(name="site")
def _site(measured):
    return measured.test_client()


def test_not_measured_yet(client):
    """Without figures the page says so, and which command makes them."""
    page = client.get("/relevance").text
    assert "It has not been measured yet." in page
    assert "<code>kb build\nkb evaluate --publish\nkb build</code>" in page
    assert "<table" not in page


def test_every_page_leads_here(client):
    """The footer, the page about the site and that of the API link to it."""
    link = '<a href="/relevance">How good is this search?</a>'
    assert [client.get(path).text.count(link) for path in ("/", "/about", "/api")] == [1, 2, 2]


def cells(text: str) -> list[list[str]]:
    """The rows of the tables of a page, each as the texts of its cells."""
    rows = re.findall(r'<tr class="dots-\w+">(.*?)</tr>', text, re.S)
    return [re.findall(r"<t[hd][^>]*>([^<]*)</t[hd]>", row) for row in rows]


def test_figures_in_words(site):
    """Means stand with their intervals, shares in percent, p with digits that mean something."""
    text = site.get("/relevance").text

    assert cells(text)[:3] == [
        ["As the site searches", "0.66 (0.56–0.76)", "75% (65–85%)", "62% (52–72%)", "", ""],
        ["Words alone", "0.50 (0.40–0.60)", *["50% (40–60%)"] * 2, "under 0.001", "under 0.001"],
        ["Meaning alone", "0.25 (0.15–0.35)", *["50% (40–60%)"] * 2, "0.042", "0.12"],
    ]
    assert re.findall(r'colspan="7">(.*?) <span class="dots-n">(.*?)</span>', text) == [
        ("All queries", "8 queries"),
        ("English: owners of small firms", "1 query"),
        ("German", "2 queries"),
    ]
    assert "corrected for the 4 comparisons on this page" in text
    assert "<p>12 queries went through" in text
    assert "For 75% of the 8 queries that can be answered, the case shown first" in text
    assert "nothing here answers, 3 of 4 (75%) got the answer" in text
    assert "that can be answered, 1 of 8 (12%) got that answer too" in text


def test_the_chart_shows_the_figures(site):
    """0 stands at 6 pixels and 1 at 146, so a mean of a half at 76."""
    words = REPORT.groups[0].figures["words"]["nDCG@10"]

    assert [chart_place(one) for one in (words.low, words.mean, words.high)] == [62.0, 76.0, 90.0]
    assert [chart_place(one) for one in (-0.5, 0, 1, 1.5)] == [6.0, 6.0, 146.0, 146.0]
    assert re.findall(r'<text x="([\d.]+)"[^>]*>(.*?)</text>', site.get("/relevance").text)[:3] == [
        ("6.0", "0"),
        ("76.0", "0.5"),
        ("146.0", "1"),
    ]


def test_chart_and_table_are_one(site):
    """Every row has its dot beside the figure that it shows."""
    text = site.get("/relevance").text
    rows = re.findall(
        r'<tr class="dots-(\w+)">.*?<use href="#dot-(\w+)" x="([\d.]+)".*?<td>([^<]+)</td>',
        text,
        re.S,
    )
    assert rows[:3] == [
        ("fused", "fused", "98.4", "0.66 (0.56–0.76)"),
        ("words", "words", "76.0", "0.50 (0.40–0.60)"),
        ("meaning", "meaning", "41.0", "0.25 (0.15–0.35)"),
    ]
    assert len(rows) == 9
    assert "1 query</span>" in text


def test_where_it_fails(site):
    """The worst queries can be tried, and the cases that they missed read where they still are."""
    text = site.get("/relevance").text
    assert (
        '<a rel="nofollow" href="/search?q=%3Cb%3Ewine+%26+ships">&lt;b&gt;wine &amp; ships</a>'
        in text
    )
    assert (
        'Missed: <a href="/cases/france/wine-exporters">Wine makers export together</a>; gone/case<'
    ) in text
    assert "nDCG@10 0.31" in text
    assert text.count("No best case is missing") == 1


def test_limits_are_told(site):
    """Who judged, on what, and that it is another snapshot, stand on the page."""
    text = site.get("/relevance").text
    assert "written and judged by the makers of this site, one judge each" in text
    assert "the figures below are from the other." in text
    assert "measured on snapshot <code>abc123</code>" in text


def test_json_holds_the_report(site, measured):
    """The JSON twin is the report, with the snapshot that answers beside the one measured."""
    answer = site.get("/api/v1/relevance").json
    expected = dataclasses.asdict(REPORT)
    expected["measured_on"] = expected["snapshot"]
    expected["snapshot"] = measured.extensions["kb_live"].current().snapshot_id
    expected["weights_from"] = None
    expected["corrected"] = {
        "all": {"words": 0.0004, "meaning": 0.1245},  # 4 and 3 times as much
        "English, owner": {"words": 0.506, "meaning": 1.0},
        "language de": {},
    }
    del expected["judged"], expected["n_documents"]
    expected["groups"] = list(expected["groups"])
    expected["worst"] = [{**one, "missed": list(one["missed"])} for one in expected["worst"]]
    assert answer == expected
    description = site.get("/api/v1/openapi.json").json
    schema = description["paths"]["/api/v1/relevance"]["get"]["responses"]["200"]["content"]
    schema = schema["application/json"]["schema"]
    Draft202012Validator(schema | {"components": description["components"]}).validate(answer)


@pytest.mark.parametrize(
    ("p", "text"),
    [
        (0.0001, "under 0.001"),
        (0.001, "0.001"),
        (0.0415, "0.042"),
        (0.25, "0.25"),
        (1.0, "1.00"),
    ],
)
def test_p(p, text):
    """A small p is told to the thousandth, a large one to the hundredth."""
    assert p_text(p) == text


def test_share():
    """Shares are whole percent."""
    assert [in_percent(share) for share in (0.0, 0.611, 1.0)] == ["0%", "61%", "100%"]


# --- of a collection alone -------------------------------------------------------------------


@pytest.fixture(name="of_a_part", scope="module")
def _of_a_part(tmp_path_factory, tiny_encoder):
    """Sites over the toy compendium and over its first collection, on which figures are."""
    folder = tmp_path_factory.mktemp("part")
    cases = copy_toy_corpus(folder / "cases")
    (cases / "collections.yaml").write_text(TOY_COLLECTIONS)
    judged = cases / "collections" / "first"
    judged.mkdir(parents=True)
    write_report(judged / "relevance.json", dataclasses.replace(REPORT, collection="first"))
    sites = {}
    for collection in ("", "first"):
        settings = settings_of_toy(cases, folder / f"index-{collection}", tiny_encoder)
        build(settings, collection=collection)
        sites[collection] = create_app(open_live(settings), settings).test_client()
    return sites


def test_figures_of_a_collection_say_so_in_everything(of_a_part):
    """The whole site tells what was searched, how little of it that is, and how to do it again."""
    page = of_a_part[""].get("/relevance").text
    answer = of_a_part[""].get("/api/v1/relevance").json

    words = " ".join(re.sub(r"<[^>]+>", "", page).split())
    assert (
        "Only The first ones was searched: 3 of the 7 cases and guides that stand here. "
        "Nobody has judged the others yet."
    ) in words
    assert '<a rel="nofollow" href="/search?collection=first">The first ones</a>' in page
    assert "<code>cases/collections/first/queries.jsonl</code>" in page
    assert (
        "<code>kb build --collection first --index index-first\n"
        "kb evaluate --publish --collection first --index index-first\nkb build</code>"
    ) in page
    assert (answer["collection"], answer["weights_from"]) == ("first", None)


def test_figures_of_a_collection_are_its_own(of_a_part):
    """A site over the collection alone has nothing to take back."""
    page = of_a_part["first"].get("/relevance").text

    assert "was searched:" not in page
    assert "<code>cases/collections/first/queries.jsonl</code>" in page


def test_a_site_says_of_which_collection_it_is(of_a_part):
    """The list of all cases names the collection, and how many of each there are."""
    answers = [of_a_part[name].get("/api/v1/cases").json for name in ("", "first")]

    assert [(one["collection"], one["total"]) for one in answers] == [("", 7), ("first", 3)]
    assert [
        [(held["id"], held["label"], held["count"]) for held in one["collections"]]
        for one in answers
    ] == [
        [("first", "The first ones", 3), ("later", "Later ones", 4)],
        [("first", "The first ones", 3)],
    ]


def test_collections_are_ticked_where_there_are_several(of_a_part):
    """A filter of one value would narrow nothing; where it is chosen it is shown."""
    pages = [
        of_a_part[name].get(f"/search{asked}").text
        for name, asked in (("", ""), ("first", ""), ("first", "?collection=first"))
    ]

    assert [">Collection</span>" in page for page in pages] == [True, False, True]
    assert "By collection" in of_a_part[""].get("/browse").text


def test_without_collections_the_name_means_nothing(site):
    """A compendium without any has no such parameter, and its description lists none."""
    page, answer = site.get("/search?collection=first"), site.get("/api/v1/search?collection=first")
    operation = site.get("/api/v1/openapi.json").json["paths"]["/api/v1/search"]["get"]

    assert (page.status_code, answer.status_code) == (200, 400)
    assert answer.json["detail"].startswith("'collection' is not a parameter.")
    assert "collection" not in [one["name"] for one in operation["parameters"]]
    assert "collection" not in site.get("/api/v1/search").json["facets"]
    assert "collection" not in site.get("/api/v1/taxonomy").json["facets"]
    assert 'name="collection"' not in site.get("/search").text
