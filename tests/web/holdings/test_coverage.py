"""What is missing and wanted: every blank, and what readers asked for."""

import json
import re
from dataclasses import replace
from html import unescape
from pathlib import Path

import pytest

from kb.content.wanted import MAX_WANTED, read_wanted
from kb.indexing.pipeline import build
from kb.model.cases import Period
from kb.model.holdings import holdings, outline_of
from kb.search.opening import open_live
from tests.toy import ROOT
from web import create_app
from web.holdings.coverage import COVERED, coverage_page, every_decade

WANTED = """Bakers who share an oven: [an oven for four bakers]
Taxis: [taxi app, "who drives: us", taxis]
"""


def part(page: str, name: str) -> str:
    """A section of the page as text."""
    html = re.search(rf'<h2 id="{name}">.*?</section>', page, re.DOTALL)[0]
    return " ".join(unescape(re.sub("<[^>]+>", " ", html)).split())


@pytest.fixture(name="client")
def _client(toy_settings, toy_cases):
    (toy_cases / "wanted.yaml").write_text(WANTED, encoding="utf-8")
    build(toy_settings)
    return create_app(open_live(toy_settings), toy_settings).test_client()


def test_what_was_asked_most_comes_first(client):
    """Each with how many questions ask for it, and each question as a search."""
    page = client.get("/coverage").text

    assert part(page, "asked").endswith(
        "Taxis asked 3 times taxi app · who drives: us · taxis Bakers who share an oven asked "
        "once an oven for four bakers"
    )
    assert '<a rel="nofollow" href="/search?q=who+drives%3A+us">who drives: us</a>' in page


def test_every_blank_is_named(client):
    """Countries by region, headings without a case, evidence, and how each case ended."""
    page = client.get("/coverage").text

    assert part(page, "countries").startswith("Countries 4 countries have a case.")
    assert "Northern Europe 2 of 16" in part(page, "countries")
    assert '<a href="/countries/austria">Austria</a>' in page
    assert '<a href="/countries/norway">' not in page
    assert "Emerging and converging technologies network" in part(page, "terms")
    assert part(page, "evidence").endswith(
        "Kind Network 4 Programme 1 Study 1 Results A figure 4 Words alone 0 No result 2 "
        "How it ended Success 3 Mixed 1 Cautionary 1 Not told 1"
    )
    assert '<a href="/contribute">Tell us</a>' in page


def test_it_is_linked_where_something_is_missing(client):
    """The foot of every page, the atlas, an empty search, and a page without a case."""
    for path in ("/", "/atlas", "/search?country=AT", "/countries/austria"):
        assert 'href="/coverage"' in client.get(path).text.partition("<main")[2]


def test_a_contact_stands_beside_what_is_wanted(live, settings):
    """Where the operator gives one, in the way that the foot of every page has it."""
    known = replace(settings, contact="cases@example.org")
    there, none = (create_app(live, one).test_client() for one in (known, settings))

    for path in ("/coverage", "/countries/austria"):
        main = there.get(path).text.partition("<main")[2].partition("</main>")[0]
        assert 'write to us: <a href="mailto:cases@example.org">cases@example.org</a>.' in main
        assert "write to us" not in none.get(path).text


def test_without_questions_the_page_has_no_such_part(live, settings):
    """A compendium that names nothing as wanted still says what it lacks."""
    page = create_app(live, settings).test_client().get("/coverage").text

    assert 'id="asked"' not in page
    assert 'id="countries"' in page


def test_decades(searcher):
    """By the end of the period, else its start; empty ones between are there, undated ones not."""
    case = searcher.cases[0]
    periods = [Period(start=1987), Period(start=1995, end=2011), Period(end=2019), None]
    cases = [type(case)(**{**fields(case), "period": period}) for period in periods]
    outlines = [outline_of(one) for one in cases]

    assert every_decade(holdings(outlines).cases.ended) == {1980: 1, 1990: 0, 2000: 0, 2010: 2}
    assert every_decade(holdings(outlines[3:]).cases.ended) == {}


def fields(case) -> dict:
    """The fields of a record."""
    return {name: getattr(case, name) for name in type(case).__dataclass_fields__}


def test_what_no_case_has(searcher):
    """Every value of a facet is held, or missing in the order of the vocabulary."""
    missing, taxonomy = coverage_page(searcher).missing, searcher.taxonomy

    assert [term.id for term in missing["type"]] == ["emerging-technologies"]
    assert set(missing) == set(COVERED)
    for facet, terms in missing.items():
        held = {one for case in searcher.cases for one in case.facets[facet] if not case.is_guide}
        assert [term.id for term in terms] == [
            one for one in taxonomy.facet(facet).ids if one not in held
        ]


def test_the_regions_add_up(searcher):
    """Each country of the world with a region is held or missing."""
    page = coverage_page(searcher)

    assert sum(region.n_all for region in page.regions) == 248  # Antarctica has none
    assert sum(region.n_held for region in page.regions) == page.n_countries == 4


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("- a\n", "must map what is wanted to lists of the questions that asked for it."),
        (f"{'x' * (MAX_WANTED + 1)}: [a]\n", "must say what is wanted in at most 200 characters."),
        ("Taxis: [a]\nTaxis: [b]\n", "join the two"),
    ],
)
def test_a_file_with_faults(tmp_path: Path, text: str, problem: str):
    """The line and what it must be; nothing is taken of it."""
    path = tmp_path / "wanted.yaml"
    path.write_text(text, encoding="utf-8")
    wanted, problems = read_wanted(path)

    assert wanted == {}
    assert [one.path for one in problems] == [str(path)]
    assert problem in problems[0].message


def test_what_is_wanted_was_asked_and_is_not_answered():
    """Every question of the file is a judged one, and no document answers it."""
    wanted, problems = read_wanted(ROOT / "cases" / "wanted.yaml")
    judged = [
        json.loads(line)
        for path in sorted((ROOT / "cases").rglob("queries.jsonl"))
        for line in path.read_text(encoding="utf-8").splitlines()
        if line.strip()
    ]
    unanswered = {one["text"] for one in judged if not one["relevance"]}

    assert problems == []
    assert [q for questions in wanted.values() for q in questions if q not in unanswered] == []
