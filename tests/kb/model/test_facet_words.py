"""The words of the facets: one table for the whole site."""

import ast
from dataclasses import replace
from pathlib import Path

import pytest

from kb.content.taxonomy import load_taxonomy
from kb.model.facet_words import facet_words, is_read_by_editors, read_by_editors
from kb.model.facets import FACETS
from kb.model.taxonomy import Taxonomy, Vocabulary
from kb.results.comparison import FIELDS
from web.holdings.browse import SECTIONS
from web.holdings.coverage import COVERED
from web.outcomes.form import SELECTS

ROOT = Path(__file__).parents[3]
TAXONOMY = load_taxonomy(ROOT / "cases" / "taxonomy.yaml")
WITHOUT_SUBJECT = Taxonomy(vocabularies={"kinds": Vocabulary(name="kinds", terms=())})


def test_every_facet_has_its_words():
    """A facet that is added without words would have no heading among the filters."""
    words = [facet_words(facet, TAXONOMY) for facet in FACETS]

    assert [one for one in words if not one.heading or not one.noun] == []


def test_what_the_compendium_is_about_is_called_by_its_kind():
    """The words name the kind that is the subject; a case where none is."""
    real, plain = (facet_words("type", one) for one in (TAXONOMY, WITHOUT_SUBJECT))

    assert (real.heading, real.by, real.many) == (
        "Type of network",
        "By type of network",
        "types of network",
    )
    assert (plain.heading, plain.noun) == ("Type of case", "type of case")
    assert facet_words("formation", TAXONOMY).many == "ways in which a network comes to be"


@pytest.mark.parametrize(
    ("facets", "kind"),
    [(SECTIONS, "by"), (SELECTS, "no_choice"), (COVERED, "many"), (FIELDS, "differ")],
    ids=["browse", "outcomes", "atlas", "comparison"],
)
def test_a_page_finds_the_words_that_it_shows(facets: tuple[str, ...], kind: str):
    """What a page lists has the kind of words that the page shows."""
    assert [facet for facet in facets if not getattr(facet_words(facet, TAXONOMY), kind)] == []


def test_a_heading_stands_in_the_table_alone():
    """No other module repeats a heading of more than one word as a text of its own."""
    words = [facet_words(facet, TAXONOMY) for facet in FACETS]
    headings = {text for one in words for text in (one.heading, one.fact)}
    found = {
        (str(path.relative_to(ROOT)), node.value)
        for wing in ("kb", "web")
        for path in (ROOT / wing).rglob("*.py")
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.Constant) and node.value in headings and " " in node.value
    }

    others = {
        ("kb/text/body.py", "What they did together"),  # a section of a case
        ("web/words/kinds.py", "Type of network"),  # for the catalogues, as it is filled in
    }
    assert found - others == {
        ("kb/model/facet_words.py", text)
        for text in headings
        if " " in text and "network" not in text
    }


def test_what_the_editors_read_is_named_by_the_facet(searcher):
    """Front-matter calls the facet sector ``sectors``; what is no facet keeps its name."""
    case = replace(searcher.cases[0], our_reading=("sectors", "formation", "summary"))

    assert read_by_editors(case, searcher.taxonomy) == ("sector", "formation", "summary")
    assert is_read_by_editors(case, "sector")
    assert is_read_by_editors(case, "formation")
    assert not is_read_by_editors(case, "type")
