"""Which page has its data as JSON, and where; a page that has none says why.

The page of the API shows it, and a test holds it against every address of the site.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from flask import current_app

from web.core.urls import url_for

#: The same data as the page.
_SAME = ""
_COUNTED = "counted from this list, on the page"
_TEXT = "none: a text for people"
_FORM = "none: a form, which keeps nothing"
_PACK = "as the page of a list"
_PART = re.compile(r"<(?:[^<>]*:)?(\w+)>")

#: Each page by its endpoint: that of its twin, and what is to be said of it.
PAGES: dict[str, tuple[str, str]] = {
    "search.search": ("api.search", _SAME),
    "cases.case": ("api.case", _SAME),
    "cases.flyer_page": ("api.case", "the same case, whole"),
    "case_versions.version": ("api.version", _SAME),
    "compare.page": ("api.compare", _SAME),
    "role_models.role_models": ("api.role_models", _SAME),
    "outcomes.outcomes": ("api.outcomes", _SAME),
    "outcomes.metric": ("api.outcomes", "with `results` for the metric"),
    "packs.packs": ("api.packs", _SAME),
    "packs.pack": ("api.pack", _SAME),
    "packs.with_texts": ("api.pack", "with each text under its own address"),
    "teaching.teaching": ("api.packs", "with the course"),
    "teaching.session": ("api.pack", _PACK),
    "teaching.session_texts": ("api.pack", "with each text under its own address"),
    "teaching.notes": ("api.pack", _PACK),
    "teaching.questions": ("api.packs", "the questions stand in each list"),
    "teaching.everything": ("api.packs", "each list has its own address"),
    "teaching.everything_with_notes": ("api.packs", "each list has its own address"),
    "terms.terms": ("api.taxonomy", _SAME),
    "terms.term": ("api.search", "with a filter for the value"),
    "holdings.home": ("api.cases", _COUNTED),
    "holdings.browse": ("api.cases", _COUNTED),
    "holdings.atlas": ("api.cases", _COUNTED),
    "holdings.coverage": ("api.cases", _COUNTED),
    "holdings.guides": ("api.cases", "the guides among them"),
    "about.relevance": ("api.relevance", _SAME),
    "docs.api": ("api.openapi", _SAME),
    "dump.page": ("dump.file", "as files; `datapackage.json` describes them"),
    "about.reading": ("", "none: each case has its `references`, and `/sources.bib` has all"),
    "about.about": ("", _TEXT),
    "about.codebook": ("", _TEXT),
    "about.policy": ("", _TEXT),
    "about.privacy": ("", _TEXT),
    "about.accessibility": ("", _TEXT),
    "people.people": ("", _TEXT),
    "assistants.page": ("", _TEXT),
    "tools.tools": ("", "none: sheets to fill in, each as Markdown too"),
    "tools.tool": ("", "none: a sheet to fill in, as Markdown too"),
    "self_check.self_check": ("", _FORM),
    "self_check.all_questions": ("", _FORM),
    "self_check.question": ("", _FORM),
    "packs.start": ("", _FORM),
    "packs.edit": ("", _FORM),
    "packs.add": ("", _FORM),
    "contribute.contribute": ("", _FORM),
    "contribute.story": ("", _FORM),
    "contribute.question": ("", _FORM),
    "contribute.case": ("", _FORM),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Twin:
    """A page and its data: patterns of addresses, and a remark. ``data`` is empty for none."""

    page: str
    data: str
    words: str


def twins() -> Iterator[Twin]:
    """Every page of the table, in its order."""
    patterns = {rule.endpoint: _pattern(rule.rule) for rule in current_app.url_map.iter_rules()}
    for page, (data, words) in PAGES.items():
        yield Twin(page=patterns[page], data=patterns[data] if data else "", words=words)


def _pattern(rule: str) -> str:
    """A rule as people read it: ``/cases/{case_id}``."""
    root = url_for("holdings.home").removesuffix("/")
    return root + _PART.sub(r"{\1}", rule)
