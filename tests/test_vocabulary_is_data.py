"""No code knows a term by its id: what it has to know is a property of the term.

Looks for every id of ``cases/taxonomy.yaml`` as a whole text in the modules, in the
expressions of the templates, and as a class, an id or a custom property in what pages and
style sheets are made of.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest
from jinja2 import Environment, nodes

from kb.content.taxonomy import load_taxonomy
from kb.model.taxonomy import DIVISIONS, LISTS, Taxonomy

ROOT = Path(__file__).parents[1]
TAXONOMY = load_taxonomy(ROOT / "cases" / "taxonomy.yaml")
#: Every id but ``units``, which is also the name of its list, and the numbers of an official
#: classification, which no case is described with.
IDS = {
    term.id for name, words in TAXONOMY.vocabularies.items() for term in words if name != DIVISIONS
} - set(LISTS)

#: English words and codes that are spelled as a term and are none, each with the reason.
NO_TERMS: Mapping[tuple[str, str], str] = {
    ("kb/answers/suggestions.py", "guide"): "a kind of suggestion, in the API",
    ("kb/assistants/results.py", "level"): "the name of a field",
    ("kb/assistants/role_models.py", "rank"): "the name of a field",
    ("kb/assistants/searching.py", "rank"): "the name of a field",
    ("kb/citations/schema_org.py", "guide"): "what schema.org is told a page teaches by",
    ("kb/exports/dump/tables.py", "firms"): "the name of a column",
    ("kb/exports/dump/tables.py", "level"): "the name of a column",
    ("kb/citations/ris.py", "AU"): "the tag of an author in RIS",
    ("kb/exports/pdf.py", "level"): "the level of a heading",
    ("web/core/errors.py", "output"): "the name of a field of the log",
    ("web/serving/counts.py", "times"): "the name of a field",
    ("web/serving/metrics.py", "outcome"): "the name of a label",
    ("web/serving/metrics.py", "times"): "the name of a field",
    ("web/contribute/form.py", "level"): "the name of a field",
    ("web/packs/form.py", "down"): "a direction in a list",
    ("web/packs/form.py", "up"): "a direction in a list",
    ("web/teaching/views.py", "level"): "the name of a parameter",
    ("web/ui/suggest.py", "guide"): "a kind of suggestion, in the API",
    ("kb/answers/figures.py", "up"): "the name of a drawn mark",
    ("kb/answers/figures.py", "down"): "the name of a drawn mark",
    ("kb/answers/figures.py", "level"): "the name of a drawn mark",
    ("kb/cli/outcomes.py", "level"): "the name of a column",
    ("kb/cli/reports.py", "level"): "a key of SARIF",
    ("kb/content/checks/results.py", "up"): "the name of a group in a pattern",
    ("kb/content/checks/results.py", "down"): "the name of a group in a pattern",
    ("kb/content/checks/wording.py", "jobs"): "the beginning of a word that praises",
    ("kb/content/checks/wording.py", "profit"): "the beginning of a word that praises",
    ("kb/content/checks/wording.py", "sales"): "the beginning of a word that praises",
    ("kb/content/checks/wording.py", "success"): "the beginning of a word that praises",
    ("kb/content/questions.py", "guide"): "a folder where the vocabulary has no guides",
    ("kb/content/questions.py", "level"): "the name of a field",
    ("kb/importing/suggesting.py", "level"): "the name of a field",
    ("kb/content/countries.py", "GB"): "ISO 3166, the same for every compendium",
    ("kb/content/countries.py", "US"): "ISO 3166, the same for every compendium",
    ("kb/content/money.py", "EUR"): "ISO 4217, what amounts are converted into",
    ("kb/content/field_rules.py", "NO"): "an example of ISO 3166",
    ("kb/content/field_rules.py", "level"): "the name of a field",
    ("kb/content/front_matter.py", "level"): "the name of a field",
    ("kb/content/front_matter.py", "NO"): "an example of ISO 3166",
    ("kb/content/self_check.py", "profit"): "an example of the id of a question",
    ("kb/content/taxonomy.py", "joint-purchasing"): "an example of how an id is spelled",
    ("kb/exports/outcomes.py", "level"): "the name of a column",
    ("kb/logs.py", "level"): "the name of a field of the log",
    ("kb/model/facet_words.py", "outcome"): "how it ended, in a sentence",
    ("kb/model/quantities.py", "up"): "the value of a parameter",
    ("kb/model/quantities.py", "down"): "the value of a parameter",
    ("kb/model/taxonomy.py", "guide"): "the name of a role, and a name in a sentence",
    ("kb/text/figures.py", "percent"): "the name of a group in a pattern",
    ("kb/text/analysis.py", "firms"): "a word of what small firms are called",
    ("kb/text/analysis.py", "percent"): "a spelling of its sign",
    ("kb/text/analysis.py", "productivity"): "an English word and its stem",
    ("kb/text/analysis.py", "programme"): "the British spelling of a word",
    ("web/tools/cost_page.py", "cost"): "a side of the sheet of benefits and costs",
    ("web/tools/network_flyer.py", "network"): "the name of a sheet that is set",
    ("web/ui/templates/_marks.html", "level"): "the name of a drawn mark",
}
#: Classes of pages that are spelled as a term and are none.
NO_CLASSES: Mapping[str, str] = {
    "down": "the name of a drawn mark",
    "level": "how far a result reaches, whichever level it is; the name of a drawn mark",
    "model-rank": "the place of a role model",
    "up": "the name of a drawn mark",
}


def constants_of_modules() -> Iterator[tuple[str, str]]:
    """Path and text of every string that stands alone in a module."""
    for path in sorted([*(ROOT / "kb").rglob("*.py"), *(ROOT / "web").rglob("*.py")]):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Constant) and isinstance(node.value, str):
                yield str(path.relative_to(ROOT)), node.value


def templates() -> list[Path]:
    """Every template of the site, pictures included."""
    found = (ROOT / "web").glob("*/templates/*")
    return sorted(path for path in found if path.suffix in (".html", ".svg"))


def constants_of_templates() -> Iterator[tuple[str, str]]:
    """Path and text of every string in an expression of a template."""
    environment = Environment(autoescape=True, extensions=["jinja2.ext.i18n"])
    for path in templates():
        parsed = environment.parse(path.read_text(encoding="utf-8"))
        for node in parsed.find_all(nodes.Const):
            if isinstance(node.value, str):
                yield str(path.relative_to(ROOT)), node.value


def names_of_pages() -> Iterator[tuple[str, str]]:
    """Path and every class, id and custom property of templates and style sheets."""
    for path in templates():
        source = re.sub(r"\{[%{].*?[%}]\}", " ", path.read_text(encoding="utf-8"), flags=re.S)
        for value in re.findall(r'\b(?:class|id)="([^"]*)"', source):
            yield from ((str(path.relative_to(ROOT)), name) for name in value.split())
    for path in sorted((ROOT / "web" / "static" / "css").glob("*.css")):
        for name in re.findall(r"(?:\.|--|#)([a-z][\w-]*)", path.read_text(encoding="utf-8")):
            yield str(path.relative_to(ROOT)), name


def known_by_id(name: str) -> bool:
    """Whether a class is an id of a term, alone or behind what it is of: ``type-vertical``."""
    return name in IDS or any(name.endswith(f"-{one}") for one in IDS if "-" in name)


def test_no_module_or_template_knows_a_term_by_its_id() -> None:
    """A text that is an id of the vocabulary stands only where it is another word."""
    found = {one for one in (*constants_of_modules(), *constants_of_templates()) if one[1] in IDS}

    assert sorted(found - set(NO_TERMS)) == []


def test_no_address_or_message_names_a_term() -> None:
    """An id behind a sign of equality is a term too: ``project=exporting``, ``results=sales``."""
    pattern = re.compile(rf"=({'|'.join(sorted(IDS, key=len, reverse=True))})(?![\w-])")
    found = [
        (path, text)
        for path, text in (*constants_of_modules(), *constants_of_templates())
        if pattern.search(text)
    ]

    assert found == []


def test_the_words_that_are_no_terms_are_still_there() -> None:
    """A reason that excuses nothing any more goes."""
    found = {*constants_of_modules(), *constants_of_templates()}

    assert sorted(set(NO_TERMS) - found) == []


def test_no_class_is_named_after_a_term() -> None:
    """Colour, shape and look hang on properties, so another vocabulary has them too."""
    found = {(path, name) for path, name in names_of_pages() if known_by_id(name)}

    assert sorted(one for one in found if one[1] not in NO_CLASSES) == []
    assert set(NO_CLASSES) == {name for _, name in found}


@pytest.mark.parametrize("name", ["type-vertical", "status-mixed", "mark-public-private", "soft"])
def test_a_class_that_is_named_after_a_term_is_found(name: str) -> None:
    """The test above sees what it looks for."""
    assert known_by_id(name)
    assert not known_by_id("status-even")


def test_ids_are_of_the_whole_vocabulary() -> None:
    """Every list gives ids to look for, the countries included."""
    assert isinstance(TAXONOMY, Taxonomy)
    assert {"guide", "horizontal", "hard", "percent", "up", "success", "NO", "wine-spirits"} <= IDS
