"""What was only planned, what joins two passages, and the rules for both are said wherever shown.

A toy compendium with one case of each, and a codebook; the plain toy compendium has none.
"""

from __future__ import annotations

import csv
import io
import re
from pathlib import Path

import pytest
from flask.testing import FlaskClient

from kb.answers.figures import MERGED
from kb.content.corpus import read_corpus
from kb.indexing.pipeline import build
from kb.search.opening import open_live
from tests.toy import copy_toy_corpus, settings_of_toy
from web import create_app

EXPORTERS, BUYERS = "norway/textile-exporters", "norway/metal-buyers"
EMPTY = "the text must not be empty; write at least what the source tells."
UNTITLED = "must open with a title such as '# Codebook' on line 1."
CODEBOOK = """\
# Codebook

How a case is classified.

## Type

The test, as [the exporters](norway/textile-exporters.md) show.

| type | test |
|---|---|
| horizontal | one trade |
"""


def _mark(cases: Path) -> None:
    """Tell marketing of the exporters as an aim, and their two results as joined."""
    path = cases / f"{EXPORTERS}.md"
    text = path.read_text(encoding="utf-8")
    text = text.replace(
        "project: [exporting, marketing]", "project: [exporting, marketing]\nplanned: marketing"
    )
    text = re.sub(r"(    statement: .*\n)", r"\1    merged: true\n", text)
    path.write_text(text, encoding="utf-8")
    path = cases / f"{BUYERS}.md"
    text = path.read_text(encoding="utf-8")
    text = text.replace("[joint-purchasing, cost-reduction]", "[joint-purchasing, marketing]")
    path.write_text(text, encoding="utf-8")
    (cases / "codebook.md").write_text(CODEBOOK, encoding="utf-8")


@pytest.fixture(name="marked", scope="module")
def _marked(tmp_path_factory: pytest.TempPathFactory, tiny_encoder: Path) -> FlaskClient:
    folder = tmp_path_factory.mktemp("marked")
    cases = copy_toy_corpus(folder / "cases")
    _mark(cases)
    settings = settings_of_toy(cases, folder / "index", tiny_encoder)
    build(settings)
    app = create_app(open_live(settings), settings)
    app.testing = True
    return app.test_client()


def _page(client: FlaskClient, address: str) -> str:
    """A page as a reader reads it: without tags, spaces joined."""
    answer = client.get(address)
    assert answer.status_code == 200
    return " ".join(re.sub(r"<[^>]+>", " ", answer.get_data(as_text=True)).split())


@pytest.mark.parametrize(
    ("address", "words"),
    [
        (f"/cases/{EXPORTERS}", "What they did together Exporting Marketing (planned)"),
        (f"/flyers/{EXPORTERS}", "What they did together Exporting, Marketing (planned)"),
        ("/search?country=NO", "Together Exporting · Marketing (planned)"),
        ("/search?q=marketing+textile", "What they do together: Marketing (planned)"),
        (f"/compare?id={EXPORTERS}&id={BUYERS}", "Marketing (planned)"),
        (
            f"/compare?id={EXPORTERS}&id={BUYERS}",
            "working together on marketing (planned by one).",
        ),
        (
            "/role-models?goal=marketing&business=textile",
            "Like you: marketing (planned); in textiles",
        ),
        ("/search", "Counted: done or planned"),
        ("/role-models", "Counted: done or planned"),
        ("/outcomes", "What they do together (done or planned)"),
        ("/browse", "By what they do together Counted: done or planned."),
        ("/atlas", "What the firms do is counted whether it was done or planned."),
        ("/", "each leads to the cases that did it or set out to do it."),
    ],
)
def test_what_was_planned_is_said(marked: FlaskClient, address: str, words: str) -> None:
    """A planned project has the word beside it, and counts say what they count."""
    assert words in _page(marked, address)


@pytest.mark.parametrize(
    "address", [f"/cases/{EXPORTERS}", "/search", "/role-models", "/browse", "/atlas", "/"]
)
def test_nothing_is_said_without_plans(client: FlaskClient, address: str) -> None:
    """A compendium in which everything was done does not speak of plans."""
    page = _page(client, address)

    assert "(planned)" not in page
    assert "done or planned" not in page
    assert "set out to do it" not in page


@pytest.mark.parametrize(
    ("address", "times"),
    [
        (f"/cases/{EXPORTERS}", 2),
        (f"/flyers/{EXPORTERS}", 2),
        ("/search?country=NO", 1),
        (f"/compare?id={EXPORTERS}&id={BUYERS}", 2),
        ("/outcomes/export-sales", 1),
        ("/outcomes/market-entry", 1),
    ],
)
def test_a_merged_result_says_so(marked: FlaskClient, address: str, times: int) -> None:
    """Beside a figure and beside a result in words, wherever it stands."""
    assert _page(marked, address).count(MERGED) == times


def test_the_pdf_says_so(marked: FlaskClient) -> None:
    """The flyer as PDF is there; its words come from the same note."""
    assert marked.get(f"/flyers/{EXPORTERS}.pdf").data.startswith(b"%PDF")


def test_answers_hold_both(marked: FlaskClient) -> None:
    """The API gives them as data in a case, in hits, role models, comparisons and outcomes."""
    case = marked.get(f"/api/v1/cases/{EXPORTERS}").get_json()
    hits = marked.get("/api/v1/search?country=NO&kind=network").get_json()["hits"]
    models = marked.get("/api/v1/role-models?goal=marketing&business=textile").get_json()["models"]
    compared = marked.get(f"/api/v1/compare?id={EXPORTERS}&id={BUYERS}").get_json()
    (projects,) = (row for row in compared["fields"] if row["field"] == "project")
    found = marked.get("/api/v1/outcomes").get_json()["metrics"]

    assert (case["project"], case["planned"]) == (["exporting", "marketing"], ["marketing"])
    assert [result["merged"] for result in case["results"]] == [True, True]
    assert {hit["id"]: hit["planned"] for hit in hits} == {BUYERS: [], EXPORTERS: ["marketing"]}
    assert {one["id"]: one["planned"] for one in models}[EXPORTERS] == ["marketing"]
    assert [
        [(value["value"], value["planned"]) for value in cell["values"]]
        for cell in projects["cells"]
    ] == [
        [("marketing", True), ("exporting", False)],
        [("marketing", False), ("joint-purchasing", False)],
    ]
    assert {
        finding["case"]
        for metric in found
        for finding in metric["in_words"]
        if finding["result"]["merged"]
    } == {EXPORTERS}


def test_a_filter_finds_both(marked: FlaskClient) -> None:
    """Who filters by a project gets those that did it and those that set out to."""
    found = marked.get("/api/v1/search?project=marketing").get_json()

    assert sorted(hit["id"] for hit in found["hits"]) == [BUYERS, EXPORTERS]
    assert [one["count"] for one in found["facets"]["project"] if one["value"] == "marketing"] == [
        2
    ]


def test_files_hold_both(marked: FlaskClient) -> None:
    """So do the files for spreadsheets."""
    outcomes = marked.get("/outcomes.csv").get_data(as_text=True)
    compared = marked.get(f"/compare.csv?id={EXPORTERS}&id={BUYERS}").get_data(as_text=True)
    rows = {row[0]: row for row in csv.reader(io.StringIO(compared))}
    merged = {(row["case"], row["merged"]) for row in csv.DictReader(io.StringIO(outcomes))}

    assert merged >= {(EXPORTERS, "yes"), (BUYERS, "no")}
    assert (EXPORTERS, "no") not in merged
    assert rows["project"][3:] == ["Marketing (planned); Exporting", "Marketing; Joint purchasing"]
    assert rows["results:market-entry"][3].endswith(f"; {MERGED})")


# --- the codebook ---


def test_the_codebook_is_a_page(marked: FlaskClient) -> None:
    """It is rendered as a case is, with links to the pages of cases."""
    page = marked.get("/codebook").get_data(as_text=True)

    assert "<h1>How cases are classified</h1>" in page
    assert '<h2 id="type">Type</h2>' in page
    assert f'<a href="/cases/{EXPORTERS}" rel="noopener noreferrer">the exporters</a>' in page
    assert '<th scope="col">type</th>' in page
    assert "# Codebook" not in page


@pytest.mark.parametrize("address", ["/about", "/", "/sitemap.xml", "/search"])
def test_pages_lead_to_it(marked: FlaskClient, client: FlaskClient, address: str) -> None:
    """About, the footer and the map of the site do, where there is one."""
    assert "/codebook" in marked.get(address).get_data(as_text=True)
    assert "/codebook" not in client.get(address).get_data(as_text=True)


def test_without_a_codebook_there_is_no_page(client: FlaskClient) -> None:
    """A compendium that has not written one has no page of it."""
    assert client.get("/codebook").status_code == 404


@pytest.mark.parametrize(
    ("text", "problems"),
    [
        (CODEBOOK, []),
        ("Rules.\n\nText.\n", [(1, UNTITLED)]),
        (
            "# Codebook\n\n<b>Bold</b>\n\n[gone](norway/gone.md)\n",
            [
                (3, "raw HTML is not allowed: '<b>'; write Markdown."),
                (5, "the link 'norway/gone.md' must lead to a case that exists."),
            ],
        ),
        (
            "# Codebook\n",
            [(2, EMPTY)],
        ),
        (
            "",
            [
                (1, UNTITLED),
                (2, EMPTY),
            ],
        ),
        ("# Codebook\0", [(1, "must be text; it holds a NUL byte.")]),
    ],
)
def test_its_faults_are_told(toy_cases: Path, text: str, problems: list[tuple[int, str]]) -> None:
    """A codebook is checked with the cases: title, raw HTML, links."""
    (toy_cases / "codebook.md").write_text(text, encoding="utf-8")
    corpus = read_corpus(toy_cases)

    assert [(one.line, one.message) for one in corpus.problems] == problems
    assert {Path(one.path).name for one in corpus.problems} <= {"codebook.md"}


# --- the editorial policy ---


def test_the_policy_is_a_page_of_its_own(tmp_path, tiny_encoder, client: FlaskClient) -> None:
    """With the promise of whoever runs the site; without the file there is no page, and no link."""
    settings = settings_of_toy(
        copy_toy_corpus(tmp_path / "cases"), tmp_path / "index", tiny_encoder
    )
    (settings.cases / "editorial-policy.md").write_text("# Policy\n\n## Evidence\n\nWe cite.\n")
    site = settings.cases / "site.yaml"
    site.write_text(site.read_text() + "review_within: 14 days\n")
    build(settings)
    own = create_app(open_live(settings), settings).test_client()

    page = own.get("/editorial-policy").get_data(as_text=True)

    assert '<h2 id="evidence">Evidence</h2>' in page
    assert "answers within 14 days." in page
    for address in ("/about", "/", "/sitemap.xml"):
        assert "/editorial-policy" in own.get(address).get_data(as_text=True)
        assert "/editorial-policy" not in client.get(address).get_data(as_text=True)
    assert client.get("/editorial-policy").status_code == 404
