"""What the page of a case computes: the cases like it, and how it is cited."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from kb.answers.cases import shared_values
from kb.answers.citation import item_of
from kb.citations.highwire import highwire_tags
from kb.citations.items import today
from kb.citations.styles import STYLES, Style, cited
from kb.model.cases import Case
from kb.search.answer import Hit
from kb.search.searcher import Searcher
from web.core.urls import addresses, cases_root, compare_url
from web.ui.markdown import Body, render_body
from web.ui.reasons import values_text

#: Facets among the key facts, in the order of the page.
FACT_FACETS = ("country", "type", "form", "project", "sector", "formation", "status")
#: As many sources stand open on the page of a case; a longer list is folded.
MOST_SOURCES = 10
#: As many lines on whom a case suits all stand open; of more than that, the first three do.
MOST_LINES = 4
LINES_OPEN = 3
#: How many similar cases stand beside a case.
SIMILAR_SHOWN = 3


def body_of(case: Case, searcher: Searcher) -> Body:
    """The text of a case."""
    return render_body(searcher.snapshot_id, case, cases_root())


def whom_it_suits(case: Case) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """The editors' lines on whom a case suits: those that stand open, and those folded below."""
    lines = tuple(case.role_model_for)
    shown = len(lines) if len(lines) <= MOST_LINES else LINES_OPEN
    return lines[:shown], lines[shown:]


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


@dataclass(frozen=True, slots=True, kw_only=True)
class CiteBox:
    """How a case is cited, as its page shows it.

    Attributes:
        styles: each style with the citation in it, the first one to show open.
        tags: what the head of the page says for programs, ``citation_*``.
        newest: the address of the page, which always shows the newest text.
        unchanged: the address of this text; empty where no version is known.
    """

    styles: tuple[tuple[Style, str], ...]
    tags: tuple[tuple[str, str], ...]
    newest: str
    unchanged: str


def cite_box(case: Case, searcher: Searcher) -> CiteBox:
    """How a case is cited today."""
    item = item_of(case, searcher, addresses(), accessed=today())
    return CiteBox(
        styles=tuple((style, cited(item, style.id)) for style in STYLES.values()),
        tags=tuple(highwire_tags(item)),
        newest=addresses().case(case.id),
        unchanged=item.url if item.version else "",
    )
