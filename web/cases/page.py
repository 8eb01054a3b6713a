"""What the page of a case computes: the cases like it, and how it is cited."""

from __future__ import annotations

from collections.abc import Sequence

from kb.answers.cases import shared_values
from kb.citations.cases import cite_case
from kb.model.cases import Case
from kb.search.answer import Hit
from kb.search.searcher import Searcher
from web.core.request import site_words
from web.core.urls import absolute, case_url, compare_url
from web.ui.markdown import Body, render_body
from web.ui.reasons import values_text
from web.words.typography import curly

#: Facets among the key facts, in the order of the page.
FACT_FACETS = ("country", "type", "form", "project", "sector", "formation", "status")
#: As many sources stand open on the page of a case; a longer list is folded.
MOST_SOURCES = 10
#: How many similar cases stand beside a case.
SIMILAR_SHOWN = 3


def body_of(case: Case, searcher: Searcher) -> Body:
    """The text of a case."""
    return render_body(searcher.snapshot_id, case, case_url("-").removesuffix("/-"))


def related_to(case: Case, searcher: Searcher) -> tuple[Case, ...]:
    """The cases that the editors name beside one, as far as the snapshot holds them."""
    by_id = searcher.compendium.by_id
    return tuple(by_id[name] for name in case.related if name in by_id)


def shown_similar(case: Case, alike: Sequence[Hit]) -> tuple[Hit, ...]:
    """The cases most like one, less those related to it, which stand beside them."""
    return tuple([hit for hit in alike if hit.case.id not in case.related][:SIMILAR_SHOWN])


def shared_text(case: Case, other: Case, searcher: Searcher) -> str:
    """What two cases share, in one line of plain words."""
    return values_text(shared_values(case, other, searcher.taxonomy), searcher.taxonomy)


def compared_url(case: Case, alike: Sequence[Hit]) -> str:
    """The comparison with the two cases most like this one, those of its kind first.

    Empty for a guide, and where no case is like it.
    """
    if case.is_guide or not alike:
        return ""
    nearest = sorted(alike, key=lambda hit: hit.case.kind != case.kind)[:2]
    return compare_url([case.id, *(hit.case.id for hit in nearest)])


def cited(case: Case, snapshot: str) -> str:
    """How to cite a case."""
    address = absolute(case_url(case.id))
    return curly(cite_case(case, site=site_words().name, snapshot=snapshot, address=address))
