"""What pages say of themselves in JSON-LD. A template writes it with ``tojson``, which escapes it.

It is data and no script: a browser runs nothing of its type, whatever the policy of the page.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from kb.answers.citation import item_of
from kb.answers.packs import PackText
from kb.citations.items import today
from kb.citations.schema_org import (
    CaseAddresses,
    Publication,
    case_graph,
    pack_graph,
    site_graph,
)
from kb.model.cases import Case
from kb.model.packs import Pack
from web.core.request import searcher, settings, site_words
from web.core.urls import absolute, addresses, here, url_for
from web.ui.links import PAGED, term_url


def publication() -> Publication:
    """This site."""
    words = site_words()
    return Publication(
        name=words.name,
        home=absolute(url_for("holdings.home")),
        description=words.description,
        licence_url=words.licence_url,
        operator=settings().operator,
    )


def site_data() -> dict[str, Any]:
    """What the front page says of the site."""
    search = absolute(url_for("search.search"))
    return site_graph(publication(), search=f"{search}?q={{search_term_string}}")


def case_data(case: Case) -> dict[str, Any]:
    """What the page of a case says of the case and of its figures."""
    current = searcher()
    at = CaseAddresses(
        page=addresses().case(case.id),
        data=absolute(url_for("api.case", case_id=case.id)),
        terms={
            (facet, value): absolute(term_url(facet, value))
            for facet in PAGED
            for value in case.facets.get(facet, ())
        },
    )
    return case_graph(
        case,
        item_of(case, current, addresses(), accessed=today()),
        at=at,
        site=publication(),
        taxonomy=current.taxonomy,
        references=current.compendium.references,
    )


def pack_data(pack: Pack, items: Iterable[PackText]) -> dict[str, Any]:
    """What the page of a list or a session of the compendium says of it."""
    held = [(one.title, addresses().case(one.now)) for one in items if one.now]
    return pack_graph(pack, held, page=absolute(here()), site=publication())
