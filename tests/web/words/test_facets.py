"""The words of the facets: one table for the whole site."""

import ast
from dataclasses import replace
from pathlib import Path

import pytest

import web
from kb.model.cases import FACETS
from web.holdings.atlas import COVERED
from web.holdings.browse import SECTIONS
from web.outcomes.form import SELECTS
from web.words.facets import FACET_WORDS, is_read_by_editors, read_by_editors


def test_every_facet_has_its_words_in_the_order_of_the_facets():
    """A facet that is added without words would have no heading among the filters."""
    assert tuple(FACET_WORDS) == FACETS


@pytest.mark.parametrize(
    ("facets", "kind"),
    [(SECTIONS, "by"), (SELECTS, "no_choice"), (COVERED, "many")],
    ids=["browse", "outcomes", "atlas"],
)
def test_a_page_finds_the_words_that_it_shows(facets: tuple[str, ...], kind: str):
    """What a page lists has the kind of words that the page shows."""
    assert [facet for facet in facets if not getattr(FACET_WORDS[facet], kind)] == []


def test_a_heading_stands_in_the_table_alone():
    """No other module of the site repeats a heading of more than one word as a text of its own."""
    headings = {text for words in FACET_WORDS.values() for text in (words.heading, words.fact)}
    folder = Path(web.__file__).parent
    found = {
        (str(path.relative_to(folder)), node.value)
        for path in folder.rglob("*.py")
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.Constant) and node.value in headings and " " in node.value
    }

    assert {path for path, _ in found} == {"words/facets.py"}


def test_what_the_editors_read_is_named_by_the_facet(searcher):
    """Front-matter calls the facet sector ``sectors``; what is no facet keeps its name."""
    case = replace(searcher.cases[0], our_reading=("sectors", "formation", "summary"))

    assert read_by_editors(case) == ("sector", "formation", "summary")
    assert is_read_by_editors(case, "sector")
    assert is_read_by_editors(case, "formation")
    assert not is_read_by_editors(case, "type")
