"""Pages over more cases than any list shows: what is counted, what is listed, what is said."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from pathlib import Path
from xml.etree import ElementTree

import pytest
from flask.testing import FlaskClient

from kb.drafting.found_by import searches
from kb.drafting.trial import Trial
from kb.guidance.selection import MOST_READ, MOST_SILENT, of_query
from kb.indexing.pipeline import build
from kb.model.cases import Case
from kb.model.facet_words import is_planned
from kb.search.answer import MOST_FOUND
from kb.search.opening import LiveSearcher, open_live
from kb.search.query import Query
from kb.search.searcher import Searcher
from tests.kb.cli.command import kb
from tests.toy import copy_toy_corpus, settings_of_toy
from web import create_app
from web.holdings.atlas import LISTED as IN_ATLAS
from web.machine import site
from web.terms.page import CARDS, TermPage
from web.terms.page import LISTED as IN_TERM

#: So many cases of one text stand beside those of the toy compendium.
N_ALIKE = 1_030
RESULTS = re.compile(r"results:\n.*?(?=status:)", re.DOTALL)


@pytest.fixture(name="settings_of_many", scope="module")
def _settings_of_many(tmp_path_factory: pytest.TempPathFactory, tiny_encoder: Path):
    """The toy compendium and as many cases more; a third reports nothing and is a warning."""
    folder = tmp_path_factory.mktemp("many")
    cases = copy_toy_corpus(folder / "cases")
    text = (cases / "norway" / "textile-exporters.md").read_text(encoding="utf-8")
    silent = RESULTS.sub("results: []\n", text).replace("status: mixed", "status: cautionary")
    for at in range(N_ALIKE):
        own = text if at % 3 else silent
        name = f"Alike number {at:04}"
        path = cases / "norway" / f"alike-{at:04}.md"
        path.write_text(own.replace("title: Textile firms export", f"title: {name}"), "utf-8")
    own_settings = settings_of_toy(cases, folder / "index", tiny_encoder)
    build(own_settings)
    return own_settings


@pytest.fixture(name="live_of_many", scope="module")
def _live_of_many(settings_of_many) -> LiveSearcher:
    return open_live(settings_of_many)


@pytest.fixture(name="many")
def _many(live_of_many: LiveSearcher) -> Searcher:
    return live_of_many.current()


@pytest.fixture(name="site_of_many", scope="module")
def _site_of_many(live_of_many: LiveSearcher, settings_of_many) -> FlaskClient:
    app = create_app(live_of_many, settings_of_many)
    app.testing = True
    return app.test_client()


@pytest.fixture(name="reporting")
def _reporting(many: Searcher) -> list[Case]:
    """Every case that is no guide."""
    return [case for case in many.cases if not case.is_guide]


def text_of(html: str) -> str:
    """The words of a page, spaces folded."""
    return " ".join(re.sub(r"<[^>]+>", " ", html).split())


# --- searches that find more than are kept ---------------------------------------------------


def test_more_found_than_are_kept_is_said(site_of_many, many):
    """The page says that there are more, and so do its head and the answer for programs."""
    page = site_of_many.get("/search?q=textile+export").text
    answer = site_of_many.get("/api/v1/search?q=textile+export").json

    assert "More than 1,000 found, 1–25 shown. The best 1,000 are listed and counted." in page
    assert 'content="More than 1,000 found for “textile export”.' in page
    assert (answer["total"], answer["total_is_exact"]) == (MOST_FOUND, False)
    assert answer["total_relation"] == "more"
    few = site_of_many.get("/search?q=textile+export&country=FR").text
    assert "More than" not in text_of(few)


def test_where_not_every_case_was_compared_a_total_is_about_so_many(
    site_of_many, many, monkeypatch
):
    """Page, head, answers for programs and outcomes say so, and a reader sees why."""
    monkeypatch.setattr(many.retriever, "candidates", 400)
    address = "q=textile+export&kind=network&country=NO"
    answer = site_of_many.get(f"/api/v1/search?{address}").json
    page = text_of(site_of_many.get(f"/search?{address}").text)
    n = answer["total"]

    assert 25 < n < MOST_FOUND
    assert (answer["total_is_exact"], answer["total_relation"]) == (False, "about")
    assert f"About {n} found, 1–25 shown. Not every case was compared in full." in page
    head = site_of_many.get(f"/search?{address}").text
    assert f'content="About {n} found for “textile export”' in head
    outcomes = site_of_many.get(f"/api/v1/outcomes?{address}").json
    assert (outcomes["n_cases_is_exact"], outcomes["n_cases_relation"]) == (False, "about")
    assert (
        "Not every case was compared in full with the words: a few more or fewer may fit."
        in text_of(site_of_many.get(f"/outcomes?{address}").text)
    )
    last = site_of_many.get(f"/search?{address}&page=900").text
    assert f"About {n} found. Not every case was compared in full." in text_of(last)


def test_what_filters_alone_find_is_counted_whole(site_of_many, reporting):
    """Without a text nothing is cut."""
    n = sum("NO" in case.facets["country"] for case in reporting)

    assert n > MOST_FOUND
    assert f"{n:,} found, 1–25 shown" in site_of_many.get("/search?country=NO").text


def test_the_command_says_so_too(settings_of_many, tiny_encoder, monkeypatch):
    """In the line that says how many were found."""
    monkeypatch.setenv("KB_MODEL", str(tiny_encoder))
    monkeypatch.setenv("KB_MULTILINGUAL", "off")
    found = kb("search", "textile", "export", "--index", settings_of_many.index)

    assert found.exit_code == 0
    assert found.stderr == (
        "More than 1,000 found, of which the best 1,000 are listed, page 1 of 100\n"
    )


# --- what every page counts and lists --------------------------------------------------------


def test_the_atlas_lists_some_and_counts_all(site_of_many, reporting):
    """Those that report nothing, and those that are a warning: the first by title."""
    page = site_of_many.get("/atlas").text
    silent = [case for case in reporting if not case.results]
    warned = [case for case in reporting if "cautionary" in case.facets["status"]]
    lists = re.findall(
        r'<summary>([^<]*)</summary>\s*<ul class="atlas-list">(.*?)</ul>\s*(<p>.*?</p>)', page, re.S
    )

    assert [head for head, _, _ in lists] == [
        f"No result reported ({len(silent)})",
        f"Cautionary cases ({len(warned)})",
    ]
    for (_, rows, more), cases in zip(lists, (silent, warned), strict=True):
        by_title = sorted(cases, key=lambda case: (case.title.casefold(), case.id))
        assert re.findall(r'href="/cases/([^"]+)"', rows) == [
            case.id for case in by_title[:IN_ATLAS]
        ]
        assert f"And {len(cases) - IN_ATLAS} more" in text_of(more)
    assert 'href="/search?status=cautionary"' in lists[1][2]


def test_regions_and_cells_count_all(site_of_many, reporting):
    """A region's cases of each kind, as counted one by one."""
    page = site_of_many.get("/atlas").text
    north = [case for case in reporting if {"NO", "DK"} & set(case.facets["country"])]
    row = re.search(r'<tr><th scope="row">Northern Europe</th>(.*?)</tr>', page)[1]

    assert re.findall(r">([\d–]+)</td>", row) == [
        *(str(sum(case.kind == kind for case in north)) for kind in ("network", "programme")),
        str(sum(case.kind == "study" for case in north)),
        str(len(north)),
    ]


@pytest.mark.parametrize("address", ["/countries/norway", "/projects/marketing"])
def test_a_term_has_cards_and_the_first_by_title(site_of_many, many, reporting, address):
    """More than are listed are counted, and found in the search."""
    facet, value = ("country", "NO") if "norway" in address else ("project", "marketing")
    page = site_of_many.get(address).text
    networks = [
        case for case in reporting if case.kind == "network" and value in case.facets[facet]
    ]
    by_order = sorted(
        networks,
        key=lambda case: (
            is_planned(case, facet, value),
            not any(result.has_figure for result in case.results),
            case.title.casefold(),
        ),
    )
    term = many.taxonomy.term(facet, value)
    shelf = TermPage(facet=facet, term=term, searcher=many).shelves[0]

    assert [case.id for case in (*shelf.cards, *shelf.others)] == [
        case.id for case in by_order[:IN_TERM]
    ]
    assert f"{len(networks) - CARDS:,} more, by title" in text_of(page)
    more = f"And {len(networks) - IN_TERM} more: all of them in the search"
    assert more in text_of(page)


def test_coverage_counts_all(site_of_many, reporting):
    """What cases report adds up to all of them."""
    page = site_of_many.get("/coverage").text
    figures = sum(any(one.has_figure for one in case.results) for case in reporting)
    silent = sum(not case.results for case in reporting)

    for label, n in (("A figure", figures), ("No result", silent)):
        assert re.search(rf">{label}</th><td><meter [^>]*></meter> {n}</td>", page)
    assert "One mark for every 2 cases, or for fewer." in text_of(site_of_many.get("/").text)


def test_cases_to_compare_are_searched_and_named(site_of_many):
    """No list holds them: a form leads to the search, and a field takes an id."""
    empty = site_of_many.get("/compare").text
    one = site_of_many.get("/compare?id=norway/metal-buyers").text

    assert "<select id=" not in empty
    assert '<form class="compare-form" action="/search">' in empty
    assert empty.count('name="id" autocomplete="off"') == 3
    assert "<select id=" not in one
    assert '<label for="compare-1">Case to add</label>' in one
    assert "Add a case like this one" in one
    wrong = site_of_many.get("/compare?id=norway/metal-buyer")
    assert ' href="/compare?id=norway%2Fmetal-buyers">Metal firms purchase machines</a>' in (
        wrong.text.replace("?id=norway/", "?id=norway%2F")
    )


# --- what programs read ----------------------------------------------------------------------


def test_the_list_of_all_cases_comes_in_pieces(site_of_many, many):
    """It is sent as it is made, and is the JSON that it is said to be."""
    response = site_of_many.get("/api/v1/cases")

    assert response.is_streamed
    answer = json.loads(response.text)
    assert answer["total"] == len(many.cases) == len(answer["cases"])
    assert [one["id"] for one in answer["cases"]] == list(many.compendium.by_id)


def test_the_map_of_the_site_is_one_file_while_it_can_be(site_of_many, many, monkeypatch):
    """Above what one file may name it is in parts, which together name the same pages."""
    places = re.findall("<loc>([^<]+)</loc>", site_of_many.get("/sitemap.xml").text)

    monkeypatch.setattr(site, "IN_A_FILE", 400)
    index = site_of_many.get("/sitemap.xml").text
    parts = re.findall("<loc>http://localhost([^<]+)</loc>", index)
    texts = [site_of_many.get(part).text for part in parts]

    assert ElementTree.fromstring(index).tag.endswith("sitemapindex")
    assert len(parts) == 1 + -(-len(many.cases) // 400)
    assert [one for text in texts for one in re.findall("<loc>([^<]+)</loc>", text)] == places
    assert site_of_many.get(f"/sitemap-{len(parts)}.xml").status_code == 404


# --- what was reported -----------------------------------------------------------------------


def test_outcomes_count_all_and_read_some(many, reporting, site_of_many):
    """Every count of cases is over all; findings are of those that are read."""
    answer = site_of_many.get("/api/v1/outcomes").json
    kinds = {
        kind.id: [c for c in reporting if c.kind == kind.id] for kind in many.taxonomy.reporting
    }
    silent = [case.id for case in reporting if not case.results]

    assert answer["n_cases"] == len(reporting) > MOST_READ
    assert answer["n_by_evidence"] == {kind: len(cases) for kind, cases in kinds.items()}
    assert answer["n_reporting"] == sum(bool(case.results) for case in reporting)
    assert answer["n_with_figures"] == sum(
        any(one.has_figure for one in case.results) for case in reporting
    )
    assert answer["n_without_results"] == len(silent)
    assert answer["without_results"] == silent[:MOST_SILENT]
    assert answer["n_read"] == answer["n_reporting"]
    for metric in answer["metrics"]:
        by_kind = {
            kind: sum(any(r.metric == metric["metric"] for r in case.results) for case in cases)
            for kind, cases in kinds.items()
        }
        assert metric["n_by_evidence"] == {kind: n for kind, n in by_kind.items() if n}
        assert metric["n_cases"] == sum(by_kind.values())


def test_of_very_many_cases_those_with_figures_are_read_evenly(many, monkeypatch):
    """At most so many, figures before words, and from the first to the last."""
    monkeypatch.setattr("kb.guidance.selection.MOST_READ", 100)
    chosen = of_query(Query(), many)
    on_metric = of_query(Query(), many, "market-entry")

    assert len(chosen.cases) == len(on_metric.cases) == 100
    assert all(any(one.has_figure for one in case.results) for case in chosen.cases)
    ids = [case.id for case in chosen.cases]
    assert ids == sorted(ids)
    numbers = [int(one.rpartition("-")[2]) for one in ids if "alike" in one]
    assert min(numbers) < 20
    assert max(numbers) > N_ALIKE - 20
    assert all(
        any(one.metric == "market-entry" for one in case.results) for case in on_metric.cases
    )
    assert on_metric.counts == chosen.counts


def test_pages_of_outcomes_say_of_how_many_they_are(site_of_many, reporting, monkeypatch):
    """All are counted, some are read, and the file is named after that."""
    monkeypatch.setattr("kb.guidance.selection.MOST_READ", 100)
    page = text_of(site_of_many.get("/outcomes?country=NO").text)
    metric = text_of(site_of_many.get("/outcomes/export-sales?country=NO").text)
    table = site_of_many.get("/outcomes.csv?country=NO")
    n = sum(
        "NO" in case.facets["country"] and any(r.metric == "export-sales" for r in case.results)
        for case in reporting
    )

    said = "These are very many cases. All of them are counted. The figures and words below come"
    assert f"{said} from 100 of them, spread evenly over those that report." in page
    assert f"{said} from 100 of them, spread evenly over those that report this." in metric
    assert f"{n} of" in metric
    assert "outcomes-of-100-cases-" in table.headers["Content-Disposition"]
    found = text_of(site_of_many.get("/outcomes?q=textile+export").text)
    assert "The words find more than 1,000 cases." in found


def test_beside_a_draft_and_an_offer_a_total_is_told_as_it_is_known(
    site_of_many, many, monkeypatch
):
    """The place of a draft is one of more than so many; an offer has a number if it is exact."""
    draft = replace(many.cases[10], id="norway/new", title="Textile export")
    by_title = searches(Trial(draft=draft, searcher=many))[0]
    assert (by_title.text, by_title.of) == ("Textile export", "more than 1,000")
    assert replace(by_title, relation="about", total=174).of == "about 174"
    assert replace(by_title, relation="exact", total=1).of == "1"

    address, offered = "/search?q=wine+in+Norway+or+France", r">((?:Only|Also) [^<]*)<"
    exact = site_of_many.get(address).text
    assert re.findall(offered, exact) == ["Only Wine and spirits (1)", "Only Norway (1)"]
    monkeypatch.setattr(many.retriever, "candidates", 400)
    about = site_of_many.get(address).text
    assert re.findall(offered, about) == ["Only Wine and spirits", "Only Norway"]
    narrowed = site_of_many.get(f"{address}&country=NO").text
    assert re.findall(offered, narrowed) == ["Also France"]
