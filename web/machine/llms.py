"""``/llms.txt``: what is here and where, in Markdown, for programs that read pages for people."""

from __future__ import annotations

from collections.abc import Iterator

from flask import Blueprint, Response, current_app

from kb.answers.changes import changes
from kb.citations.items import today
from kb.search.searcher import Searcher
from web.core.request import searcher, settings, site_words
from web.core.urls import absolute, addresses, url_for
from web.words.lists import count_words
from web.words.markdown_text import markdown_line

bp = Blueprint("llms", __name__)

#: Pages to read, by their endpoints; one that a site does not have is left out.
_PAGES = {
    "holdings.browse": ("Everything by title", "every case and guide, with its kind and country"),
    "holdings.guides": ("Guides", "what the cases have in common, step by step"),
    "outcomes.outcomes": ("What to expect", "what cases reported, figures beside figures"),
    "about.about": ("About", "where the cases come from, and how they are written"),
    "about.reading": ("Sources", "every work that a case rests on"),
    "about.relevance": ("How good the search is", "as measured"),
}
#: What programs ask, likewise.
_FOR_PROGRAMS = {
    "docs.api": ("API", "search, cases, figures and vocabulary as JSON, without a key"),
    "api.openapi": ("OpenAPI", "the same for tools"),
    "assistants.page": ("Assistants", "the Model Context Protocol"),
    "dump.page": ("Dump", "everything at once"),
    "harvesting.oai": ("OAI-PMH", "for libraries"),
    "feeds.site": ("Atom feed", "what is new and changed"),
    "site.sitemap": ("Sitemap", "every page; of cases and guides also the day of the last change"),
}
#: What an address needs before it answers with anything but a refusal.
_ASKED = {"harvesting.oai": {"verb": "Identify"}}
#: So many guides and cases are named.
_MOST = 20


@bp.get("/llms.txt")
def llms() -> Response:
    """The compendium in a page of Markdown, made of what there is."""
    return Response("\n".join(_lines(searcher())) + "\n", mimetype="text/plain")


def _lines(current: Searcher) -> Iterator[str]:
    words, held = site_words(), current.compendium
    yield f"# {words.name}"
    yield ""
    yield f"> {words.description}"
    yield ""
    counted = held.holdings
    guide = current.taxonomy.guide
    yield f"- It holds {count_words(counted.cases.n, 'case', 'cases')} and " + (
        f"{count_words(len(held.guides), guide.in_line, guide.many)}."
    )
    yield "- A figure stands with its source and the place in it. What no source tells is left out."
    yield (
        "- Each case has an address that always shows the newest text. Another, with the version "
        "after `@`, never changes: cite that one."
    )
    if words.licence:
        at = f" ({words.licence_url})" if words.licence_url else ""
        yield f"- Texts: {words.licence}{at}."
    operator = " ".join(filter(None, (settings().operator, settings().contact)))
    if operator:
        yield f"- Run by {operator}."
    yield from _section("Pages", _PAGES)
    yield from _section("For programs", _FOR_PROGRAMS)
    if held.guides:
        yield from ("", "## Guides", "")
        for one in held.guides[:_MOST]:
            yield _item(one.title, addresses().case(one.id), one.summary)
    rows = current.engine.matching(current.reporting)
    if len(rows):
        newest = changes(current, addresses(), rows, accessed=today(), per_page=_MOST)
        yield from ("", "## Cases that changed last", "")
        for one in newest.cases:
            yield _item(one.item.title, one.page, one.case.summary)


def _section(heading: str, pages: dict[str, tuple[str, str]]) -> Iterator[str]:
    yield from ("", f"## {heading}", "")
    for endpoint, (name, what) in pages.items():
        if endpoint in current_app.view_functions:
            address = absolute(url_for(endpoint, **_ASKED.get(endpoint, {})))
            yield f"- [{name}]({address}): {what}"


def _item(title: str, address: str, words: str) -> str:
    """A line of a list; what looks like a mark of Markdown is text."""
    return f"- [{markdown_line(title)}]({address}): {markdown_line(words)}"
